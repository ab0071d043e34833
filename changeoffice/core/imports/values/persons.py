"""Finding a person by what a file calls them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled, quoted


@dataclass(frozen=True)
class Someone:
    username: str
    email: str
    name: str


@dataclass
class Directory:
    """People by every way a file may name them; a name that fits two of them names nobody."""

    people: Iterable[Someone]
    _sure: dict[str, str] = field(default_factory=dict)  # user names and addresses
    _by: dict[str, set[str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in self.people:
            self._names[person.username] = person.name
            for key in filter(None, (person.email, person.username)):
                self._sure[_key(key)] = person.username
            for way in _ways(person.name):
                self._by.setdefault(_key(way), set()).add(person.username)

    def found(self, text: str) -> list[str]:
        """The user names this could be, sorted."""
        address = re.search(r"<([^<>\s]+@[^<>\s]+)>", text)
        key = _key(address[1] if address else text)
        return [self._sure[key]] if key in self._sure else sorted(self._by.get(key, set()))

    def name_of(self, username: str) -> str:
        return self._names.get(username, username)


def person(cells: Cells, spec: Spec) -> str | None:
    """The user name of a person named by user name, e-mail, “Surname F”, “F. Surname” or full name.

    `people` is the Directory; the mapping hands it in.
    """
    column, value = filled(cells, spec)
    if not value:
        return None
    directory: Directory = spec["people"]
    found = directory.found(value)
    if not found:
        raise Unusable(column, f"There is no person {quoted(value)} here.")
    if len(found) > 1:
        names = " or ".join(f"{directory.name_of(one)} ({one})" for one in found[:3])
        raise Unusable(column, f"{quoted(value)} could be {names}. Give the user name.")
    return found[0]


def _ways(name: str) -> set[str]:
    """“Daniel Whitcombe” is also written Whitcombe Daniel, Whitcombe D, D Whitcombe."""
    parts = name.split()
    if len(parts) < 2:
        return {name}
    first, last = parts[0], parts[-1]
    after = " ".join(parts[1:])
    found = {name, f"{first} {last}", f"{last} {first}", f"{after} {first}"}
    return (
        found
        | {f"{surname} {first[0]}" for surname in (last, after)}
        | {f"{first[0]} {surname}" for surname in (last, after)}
    )


def _key(text: str) -> str:
    """Without accents, case, dots, commas and double spaces; an e-mail keeps its dots."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    if "@" not in plain:
        plain = re.sub(r"[.,'’]", " ", plain) if " " in plain.strip() else plain
    return " ".join(plain.split())
