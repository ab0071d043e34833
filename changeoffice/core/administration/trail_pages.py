"""The trail for auditors and administrators: a page to look through, and files to take along."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from changeoffice.core.access.grants import reads_trail
from changeoffice.core.administration import trail as reading
from changeoffice.core.administration.models import note
from changeoffice.core.administration.trail import OFFICE, Entry
from changeoffice.core.doors import export
from changeoffice.core.doors.pages.parts import short
from changeoffice.core.people.models import Office
from changeoffice.core.record.database import work_models
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.inputs import SaneDate


class TrailForm(forms.Form):
    """What the trail can be narrowed to; every filter stands in the address."""

    q = forms.CharField(max_length=200, required=False, label="Words")
    who = forms.CharField(max_length=120, required=False, label="Who")
    about = forms.CharField(max_length=64, required=False, label="Item or user name")
    kind = forms.ChoiceField(required=False, label="Kind")
    verb = forms.ChoiceField(required=False, label="Act")
    since = SaneDate(required=False, label="From")
    until = SaneDate(required=False, label="Until")
    entry = forms.CharField(
        required=False, widget=forms.HiddenInput, validators=[RegexValidator(r"^[ar][0-9]{1,18}$")]
    )

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        kinds = sorted(
            (str(work._meta.verbose_name).capitalize(), work.kind) for work in work_models()
        )
        self.fields["kind"].choices = [
            (OFFICE, "Administration"),
            *((kind, name) for name, kind in kinds),
        ]
        self.fields["verb"].choices = [
            (verb, verb.replace("_", " ").capitalize()) for verb in reading.verbs_done()
        ]
        for name in ("q", "who", "about"):
            self.fields[name].widget.attrs["placeholder"] = self.fields[name].label

    def asked(self) -> dict[str, Any]:
        """The filters that are set; raises Invalid on one that cannot be used."""
        if not self.is_valid():
            raise Invalid(
                **{name: " ".join(map(str, words)) for name, words in self.errors.items()}
            )
        return {name: value for name, value in self.cleaned_data.items() if value}


def trail(request: HttpRequest) -> HttpResponseBase:
    """Readable by auditors and administrators, as far as they may see the records."""
    if not reads_trail(request.user):
        raise NotAllowed("The trail needs an auditor or an administrator.")
    form = TrailForm(request.GET)
    if write := FILES.get(request.GET.get("format", "")):
        return _as_file(request, form.asked(), write)
    asked, complaint = {}, ""
    try:
        asked = form.asked()
    except Invalid as error:
        complaint = str(error)
    try:
        page = reading.page_of(asked, request.user, request.GET.get("cursor", ""))
    except Invalid:  # an old link: begin at the newest
        page = reading.page_of(asked, request.user)
    for item in (item for entry in page.rows for item in entry.changes):
        item |= {side: short(item[side]) for side in ("old", "new")}
    context = {"page": page, "form": form, "complaint": complaint}
    return render(request, "administration/trail.html", context)


def _as_file(request: HttpRequest, asked: dict[str, Any], write: Callable) -> HttpResponseBase:
    said = ", ".join(f"{name} {value}" for name, value in asked.items())
    note(by=request.user, verb="take_out", subject=Office.current(),
         words=f"took the trail out as a file{f': {said}' if said else ''}")  # fmt: skip
    return write(_told(entry) for entry in reading.whole(asked, request.user))


def _told(entry: Entry) -> dict[str, Any]:
    """One entry as the files tell it."""
    actor, behalf = entry.actor, entry.on_behalf_of
    return {
        "id": entry.id, "at": entry.at.isoformat(), "recorded_at": entry.recorded_at.isoformat(),
        "actor": actor and actor.username, "actor_name": actor and actor.name,
        "on_behalf_of": behalf and behalf.username, "verb": entry.verb, "words": entry.words,
        "kind": entry.kind, "reference": entry.reference, "title": entry.title,
        "before": entry.before, "after": entry.after, "reason": entry.reason, "door": entry.door,
        "client": entry.client, "context": entry.context_id and str(entry.context_id),
        "changes": [{side: item[side] for side in ("label", "old", "new")} for item in entry.changes],
    }  # fmt: skip


def _csv(rows: Iterable[dict[str, Any]]) -> HttpResponseBase:
    flat = (row | {"changes": "; ".join(map(_change, row["changes"]))} for row in rows)
    return export.csv("trail.csv", COLUMNS, flat)


def _change(item: dict[str, Any]) -> str:
    old, new = ("none" if item[side] in (None, "") else item[side] for side in ("old", "new"))
    return f"{item['label']}: {old} to {new}"


def _json_lines(rows: Iterable[dict[str, Any]]) -> HttpResponseBase:
    lines = (json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows)
    answer = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="trail.jsonl"'
    return answer


FILES: dict[str, Callable] = {"csv": _csv, "jsonl": _json_lines}
COLUMNS = [
    "id", "at", "recorded_at", "actor", "actor_name", "on_behalf_of", "verb", "words", "kind",
    "reference", "title", "before", "after", "reason", "door", "client", "context", "changes",
]  # fmt: skip
