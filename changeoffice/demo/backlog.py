"""Demands that become epics and changes, and how these fare."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from changeoffice.demo import projects
from changeoffice.demo.content.deliveries import DELIVERIES, PRODUCTS, DeliverySpec
from changeoffice.demo.demands import Course
from changeoffice.demo.play import Play
from demand.delivery import hand_over
from portfolio.models import Product

PLANS = {
    "implementation_plan": "1. Tell the service desk and the owners.\n2. Make the change on the second "
                           "system, look at it for an hour.\n3. Make it on the first.\n4. Compare yesterday's figures.",
    "back_out_plan": "Put the copy of that evening back; it takes forty minutes. Decide by 03:00.",
}  # fmt: skip


def set_up(play: Play) -> None:
    play.at(play.opening(30), _products, play)


def _products(play: Play) -> None:
    for key, title, owner, unit, services, words in PRODUCTS:
        play.things[f"product:{key}"] = Product.set_up(
            by=play.who("manager"), title=title, description=words, owner=play.who(owner),
            unit=play.things[f"unit:{unit}"],
            services=[play.things[f"service:{one}"] for one in services.split(",")],
        )  # fmt: skip


def from_demand(course: Course) -> None:
    """The scheduled demand is handed over into what its story says; into a project if nothing."""
    spec = DELIVERIES.get(course.spec.key)
    if spec is None:
        projects.from_demand(course)
        return
    owner = course.play.who(spec.owner)
    into = _change(course, spec) if spec.type else _epic(course, spec)
    made = hand_over(course.made_again(), by=course.analyst, owner=owner, **into)
    if spec.points:
        made.revise(by=owner, points_planned=spec.points)
    if spec.type:
        made.revise(by=owner, **PLANS)
    _go_on(course, made, list(spec.fares))


def _epic(course: Course, spec: DeliverySpec) -> dict[str, Any]:
    return {"into": "epic", "product": course.play.things[f"product:{spec.into}"]}


def _change(course: Course, spec: DeliverySpec) -> dict[str, Any]:
    """In the night after the days until it starts; what has not started yet is still to come."""
    play, nights = course.play, sum(days for days, verb, _ in spec.fares if verb == "start")
    day = play.working(play.day_now, nights) if nights else play.today + timedelta(days=9)
    begins = datetime.combine(day, time(22), play.zone)
    return {"into": spec.into, "change_type": spec.type, "window_start": begins,
            "window_end": begins + timedelta(hours=6)}  # fmt: skip


def _go_on(course: Course, made, left: list) -> None:
    if left:
        days, verb, given = left[0]
        day = course.play.working(course.play.day_now, days)
        course.play.at(day, _do, course, made, verb, given, left[1:])


def _do(course: Course, made, verb: str, given: dict, left: list) -> None:
    owner = course.play.who(made.owner.username)
    getattr(made, verb)(by=owner, **given)
    _go_on(course, made, left)
