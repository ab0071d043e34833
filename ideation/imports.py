"""Ideas out of a file: with the votes they had and what was said of them, elsewhere."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from changeoffice.core.imports import finding
from changeoffice.core.imports.kinds import Field, WorkFile, living_on, moment_of
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.talk.models import Comment
from ideation.models import ELSEWHERE, Decline, Idea, Theme

TEXTS = ("title", "problem", "proposal", "benefit", "author_name")
TALLIES = {"votes_up": "imported_votes", "votes_down": "imported_against"}
STATES = (("open", "Open"), ("closed", "Closed"), ("retired", "Withdrawn by its author"))
CODES = {"closed": Decline.ENDED, "retired": Decline.WITHDRAWN}
ANSWERS = {
    "closed": "It was closed in the system it comes from.",
    "retired": "Its author withdrew it in the system it comes from.",
}
MOST_VOTES = 2_000_000_000


def _comments(value: Any) -> str:
    count = len(value or ())
    return f"{count} comment{'' if count == 1 else 's'}" if count else ""


FIELDS = (
    Field("title", "Title", required=True, max=200,
          synonyms=("title", "idea", "summary", "subject", "proposal title")),
    Field("problem", "Problem", "long_text", hint="The title stands for it where there is none.",
          synonyms=("description", "body", "problem", "text", "body full", "details")),
    Field("proposal", "Proposal", "long_text", synonyms=("proposal", "solution")),
    Field("benefit", "Expected benefit", "long_text", synonyms=("benefit", "expected benefit")),
    Field("theme", "Theme", "reference", synonyms=("theme", "category", "topic")),
    Field("unit", "Business unit", "reference", synonyms=("unit", "business unit", "department")),
    Field("author_name", "Author", max=120, hint="Kept as a name; nobody here is linked to it.",
          synonyms=("author", "submitter", "submitted by", "created by", "name")),
    Field("submitted_on", "Submitted", "date",
          synonyms=("created at", "created", "submitted", "date", "pcreated", "submitted on")),
    Field("votes_up", "Votes for", "number",
          synonyms=("votes", "cached votes up", "votes up", "upvotes", "likes", "signature count",
                    "reactions plus one", "supporters"),
          hint="Kept as a tally beside the votes of people here."),
    Field("votes_down", "Votes against", "number",
          synonyms=("votes down", "downvotes", "reactions minus one", "cached votes down")),
    Field("state", "State", "choice", choices=STATES, synonyms=("state", "status")),
    Field("ended_on", "Ended", "date", synonyms=("closed at", "retired at", "closed on")),
    Field("comments", "Comments", "comments", synonyms=("comments text", "comments"),
          words=_comments),
    Field("comments_on", "Comments, no later than", "date",
          synonyms=("updated at", "last activity"),
          hint="For comments whose own time the file does not give."),
)  # fmt: skip


class IdeaFile(WorkFile):
    name, title, model = "ideas", "Ideas", Idea
    mappings, fields = Path(__file__).parent / "mappings", FIELDS

    def rows(self):
        return Idea.objects.select_related("theme", "unit")

    def values_now(self, idea: Idea) -> dict[str, Any]:
        return {name: getattr(idea, name) for name in TEXTS} | {
            **{name: getattr(idea, held) for name, held in TALLIES.items()},
            "theme": idea.theme.name if idea.theme else "",
            "unit": idea.unit.code if idea.unit else "",
            "state": _state(idea),
            "submitted_on": idea.submitted_at,
            "comments": _said(idea),
        }

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = {name: value for name, value in values.items() if name != "comments_on"}
        for name in TALLIES.keys() & found.keys():
            found[name] = _tally(found[name], name)
        if "theme" in found:
            theme = _theme(found["theme"])
            found["theme"] = theme.name if theme else ""
        if "unit" in found:
            unit = finding.unit(found["unit"], "unit")
            found["unit"] = unit.code if unit else ""
        if "comments" in found:
            before = _said(record) if record is not None else []
            late = values.get("comments_on") or values.get("submitted_on")
            found["comments"] = before + _new(found["comments"] or [], before, late)
        if "state" in found or "ended_on" in found:
            found["state"] = _state_of(found.get("state"), found.get("ended_on"), record)
        if record is not None:
            found.pop("submitted_on", None)  # a birth has one moment, and so has an end
        if record is not None and found.get("state") == _state(record):
            found.pop("ended_on", None)
        return found

    def create(self, values: dict[str, Any], *, source: str, by) -> Idea:
        own = self._own(values)
        own["problem"] = own.get("problem") or own["title"]
        with living_on(values.get("submitted_on")):
            made = Idea.take_over(by=by, **own)
            self._say(made, values, [], by)
        self._follow(made, values, by)
        return made

    def update(self, idea: Idea, changes: dict[str, Any], *, source: str, by) -> None:
        self._say(idea, changes, _said(idea), by, **self._own(changes))
        self._follow(idea, changes, by)

    def close(self, idea: Idea, *, by, reason: str) -> None:
        idea.end_elsewhere(by=by, code=Decline.ENDED, answer=reason)

    def _own(self, values: dict[str, Any]) -> dict[str, Any]:
        own = {name: values[name] for name in TEXTS if name in values}
        own |= {held: values[name] for name, held in TALLIES.items() if name in values}
        if "theme" in values:
            own["theme"] = _theme(values["theme"])
        if "unit" in values:
            own["unit"] = finding.unit(values["unit"], "unit")
        return own

    def _say(self, idea: Idea, values: dict[str, Any], before: list, by, **own) -> None:
        """What the source says of it, with the comments that are new."""
        new = [_comment(said) for said in (values.get("comments") or [])[len(before) :]]
        if own or new:
            idea.take_report(by=by, comments=new, **own)

    def _follow(self, idea: Idea, values: dict[str, Any], by) -> None:
        """The end of it, on its day, or its new beginning."""
        state = values.get("state", "")
        if state in CODES and not idea.is_closed:
            with living_on(values.get("ended_on"), after=idea.updated_at):
                idea.end_elsewhere(by=by, code=CODES[state], answer=ANSWERS[state])
        elif state == "open" and idea.state == "declined":
            idea.go_on_elsewhere(by=by)


# Comments: [author, moment or None, text]; told apart by author and text ---------------------------
def _said(idea: Idea) -> list[list[Any]]:
    rows = Comment.objects.filter(record_id=idea.pk, author=None).order_by("pk")
    return [[name, _plain(at), body] for name, at, body in
            rows.values_list("author_name", "at", "body")]  # fmt: skip


def _new(said: list[list[Any]], before: list[list[Any]], late) -> list[list[Any]]:
    """Those not here yet, each as often as the file has it more."""
    known = Counter((name, body) for name, _, body in before)
    found = []
    for name, at, body in said:
        if known[name[:120], body] > 0:
            known[name[:120], body] -= 1
        else:
            found.append([name[:120], _plain(moment_of(at or late or clock.today())), body])
    return found


def _plain(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _comment(said: list[Any]) -> dict[str, Any]:
    name, at, body = said
    return {"author_name": name or "Somebody", "body": body, "at": moment_of(at)}


# Parts -------------------------------------------------------------------------------------------
def _state(idea: Idea) -> str:
    """As the file's words go; what became of it here counts as closed."""
    if idea.decline_code == Decline.WITHDRAWN:
        return "retired"
    return "closed" if idea.is_closed else "open"


def _state_of(said: str | None, ended, record: Idea | None) -> str:
    """What the file says of its end. A decision taken here stands whatever the file says."""
    state = said or ("retired" if ended else "open")
    if record is not None and record.is_closed and record.decline_code not in ELSEWHERE:
        return _state(record)
    return state


def _theme(words: str | None) -> Theme | None:
    if not words:
        return None
    theme = Theme.objects.filter(name__iexact=words).first()
    if theme is None:
        raise Invalid(theme=f"There is no theme “{words[:60]}” here.")
    return theme


def _tally(value, name: str) -> int:
    if value is None:
        return 0
    if value != int(value) or not 0 <= value <= MOST_VOTES:
        raise Invalid(**{name: "Give a whole number of votes."})
    return int(value)
