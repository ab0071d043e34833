"""What demand asks of apps downstream; filled in their AppConfig.ready."""

from collections.abc import Callable, Collection
from typing import Any

from changeoffice.core.ports import TrailStep

# Given demand ids and a person: for each demand in delivery, its trail steps from the project on
# (project, then benefit), in one query; and what a board card says about it: {"rag", "reference",
# "url", "stage", "percent"}. A project the person may not see answers "in progress".
delivery_trail: list[Callable[[Collection[int], Any], dict[int, list[TrailStep]]]] = []
delivery_cards: list[Callable[[Collection[int], Any], dict[int, dict[str, Any]]]] = []


def trails(demand_ids: Collection[int], person) -> dict[int, list[TrailStep]]:
    found: dict[int, list[TrailStep]] = {}
    for answer in delivery_trail:
        found |= answer(demand_ids, person)
    return found


def cards(demand_ids: Collection[int], person) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for answer in delivery_cards if demand_ids else ():
        found |= answer(demand_ids, person)
    return found
