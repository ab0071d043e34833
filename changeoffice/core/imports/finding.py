"""From what a file calls a thing to the thing itself: people, units, records of other sources."""

import re

from django.db.models import Q

from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.models import Alias

SHOWN = 60


def person(words: str | None, field: str) -> Person | None:
    """Somebody by user name, e-mail address, name, or "Surname F"; None for no words."""
    words = " ".join((words or "").replace(",", " ").split())
    if not words:
        return None
    exact = Q(username__iexact=words) | Q(email__iexact=words) | Q(name__iexact=words)
    found = list(Person.objects.filter(exact, is_active=True)[:2])
    found = found or list(_turned_round(words.split())[:2])
    if len(found) == 1:
        return found[0]
    raise Invalid(**{field: (
        f"Several people are called {_quoted(words)}. Give the user name." if found
        else f"Nobody here is called {_quoted(words)}. Give a user name or an e-mail address."
    )})  # fmt: skip


def _turned_round(words: list[str]):
    """“Smith Anna” and “Smith A.” as well as “A. Smith”."""
    if len(words) != 2:
        return Person.objects.none()
    first, last = (word.rstrip(".") for word in words)
    either = Q(name__istartswith=last, name__iendswith=f" {first}") | Q(
        name__istartswith=first, name__iendswith=f" {last}"
    )
    return Person.objects.filter(either, is_active=True)


def unit(words: str | None, field: str) -> BusinessUnit | None:
    """A business unit in use, by code or name."""
    words = " ".join((words or "").split())
    if not words:
        return None
    found = BusinessUnit.objects.filter(is_active=True)
    for match in (Q(code__iexact=words), Q(name__iexact=words)):
        if (hits := list(found.filter(match)[:2])) and len(hits) == 1:
            return hits[0]
    raise Invalid(**{field: f"There is no business unit {_quoted(words)}. Give its code."})


def record(model, words: str | None, field: str, *, source: str, by):
    """A record by its reference, by the name this source has for it, or by its title where only
    one is called so; None for no words. What `by` may not see is not found."""
    words = " ".join((words or "").split())
    if not words:
        return None
    rows = model.objects.visible_to(by) if by is not None else model.objects.all()
    named = Alias.objects.filter(source=source, external_id__iexact=words).values("record_id")
    for match in (Q(reference__iexact=words), Q(pk__in=named), Q(title__iexact=words)):
        hits = list(rows.filter(match)[:2])
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Invalid(**{field: f"Several are called {_quoted(words)}. Give a reference."})
    raise Invalid(**{field: f"There is no {_kind(model)} {_quoted(words)} here."})


def records(model, words: str | None, field: str, *, source: str, by) -> list:
    """Several of them, separated by semicolons or line breaks."""
    named = [part.strip() for part in re.split(r"[;\n|]", words or "") if part.strip()]
    return [record(model, part, field, source=source, by=by) for part in named]


def _kind(model) -> str:
    return model.kind.replace("_", " ")


def _quoted(words: str) -> str:
    return f"“{words[:SHOWN]}{'…' if len(words) > SHOWN else ''}”"
