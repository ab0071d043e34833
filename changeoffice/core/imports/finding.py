"""From what a file calls a thing to the thing itself: people, units, records of other sources."""

import re

from django.db.models import Q

from changeoffice.core.imports.values import Directory, Someone
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.models import Alias

SHOWN = 60


def directory() -> Directory:
    """Everybody with an account, for the rule that reads people."""
    rows = Person.objects.filter(is_active=True)
    return Directory([Someone(*row) for row in rows.values_list("username", "email", "name")])


def person(words: str | None, field: str) -> Person | None:
    """Somebody by user name, e-mail address or name; None for no words."""
    words = " ".join((words or "").split())
    if not words:
        return None
    exact = Q(username__iexact=words) | Q(email__iexact=words) | Q(name__iexact=words)
    found = list(Person.objects.filter(exact, is_active=True)[:2])
    if len(found) == 1:
        return found[0]
    raise Invalid(**{field: (
        f"Several people are called {_quoted(words)}. Give the user name." if found
        else f"Nobody here is called {_quoted(words)}. Give a user name or an e-mail address."
    )})  # fmt: skip


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
    aliases = Alias.objects.filter(external_id=words, record__kind=model.kind).values("record_id")
    own = aliases.filter(Q(source=source) | Q(source__startswith=f"{source}:"))
    for match in (Q(reference__iexact=words), Q(pk__in=own), Q(pk__in=aliases),
                  Q(title__iexact=words)):  # fmt: skip
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
