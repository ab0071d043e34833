"""What becomes of a letter: a demand, a comment, or something an analyst looks at. Each once."""

from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from changeoffice.core.access.rules import STAFF
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotAllowed, NotNow, NotSeen, Refused
from changeoffice.core.talk.files import attach
from changeoffice.core.talk.models import comment
from demand.letters import parsing
from demand.models import Demand, Letter, Source

SHORTEST_TITLE, LONGEST_TITLE, SHORTEST_NEED = 8, 120, 20
MOST_DRAFTS = 10  # a day, of letters nobody vouches for
UNKNOWN = "Nobody here has this address."
UNPROVEN = "It could not be proven who sent it."
TOO_SHORT = "It says too little: a subject and at least 20 characters are needed."


@transaction.atomic
def take(raw: bytes) -> Letter | None:
    """Take one message in; None where it was taken before. What stands in the way is kept with it."""
    read = parsing.read(raw, settings.DEMAND_MAIL_AUTHORITY)
    kept, is_new = Letter.objects.get_or_create(
        message_id=read.key,
        defaults={"sender": read.sender[:254], "subject": read.subject, "text": read.text, "outcome": "waiting"},
    )  # fmt: skip
    if not is_new:
        return None
    if read.is_automatic:
        return _end(kept, "automatic", "")
    kept.person = (
        Person.objects.filter(email__iexact=read.sender, is_active=True).first()
        if read.sender
        else None
    )
    if kept.person is None or not STAFF.holds(kept.person, None):
        return _end(kept, "waiting", UNKNOWN)
    act = _answer if read.reference else _request
    return act(kept, read, kept.person)


def is_proven(read: parsing.Letter) -> bool:
    """Whether our own mail server vouches for the sender; a From line alone can say anything."""
    return read.verdicts.get("dmarc") == "pass"


def _request(kept: Letter, read: parsing.Letter, person: Person) -> Letter:
    """A new demand. One that is not proven stays a draft until its sender submits it."""
    if not is_proven(read) and _drafts_today(person) >= MOST_DRAFTS:
        return _end(kept, "waiting", UNPROVEN)
    if len(read.subject) < SHORTEST_TITLE or len(read.text) < SHORTEST_NEED:
        return _end(kept, "waiting", TOO_SHORT)
    made = Demand.raise_new(
        by=person, title=read.subject[:LONGEST_TITLE], need=read.text, source=Source.BUSINESS_UNIT
    )
    left_out = _keep_files(made, person, read.files)
    if is_proven(read):
        made.submit(by=person)
        return _end(kept, "demand", left_out, made)
    notify(person, work=made, because="an e-mail in your name asks for it", asks=True,
           text=f"Submit {made.reference} {made.title[:120]} if the e-mail was yours",
           key=f"letter:{kept.pk}")  # fmt: skip
    return _end(kept, "draft", left_out or UNPROVEN, made)


def _drafts_today(person: Person) -> int:
    """So that a stranger who writes in somebody's name cannot bury them in drafts."""
    day_ago = clock.now() - timedelta(days=1)
    return Letter.objects.filter(person=person, outcome="draft", at__gt=day_ago).count()


def _answer(kept: Letter, read: parsing.Letter, person: Person) -> Letter:
    """An answer to a letter about a demand becomes a comment on it."""
    found = Demand.objects.visible_to(person).by_reference(read.reference).first()
    words = parsing.own_words(read.text)
    if found is None:
        return _end(kept, "waiting", f"{read.reference} does not exist for its sender.")
    if not is_proven(read):
        return _end(kept, "waiting", UNPROVEN, found)
    if not words:
        return _end(kept, "waiting", "It says nothing above the message it answers.", found)
    comment(found, by=person, body=words)
    left_out = _keep_files(found, person, read.files)
    return _end(kept, "comment", left_out, found)


def _keep_files(demand: Demand, person: Person, files) -> str:
    """Attach what may be attached; answers what was left out, and why."""
    left_out = []
    for file in files:
        try:
            with transaction.atomic():
                attach(demand, by=person, upload=SimpleUploadedFile(file.name, file.content))
        except Refused as error:
            left_out.append(str(error))
    return f"Left out: {' '.join(left_out)}"[:300] if left_out else ""


def _end(kept: Letter, outcome: str, because: str, demand: Demand | None = None) -> Letter:
    kept.outcome, kept.because, kept.demand = outcome, because, demand
    kept.save()
    return kept


# An analyst's hand ---------------------------------------------------------------------------------
@transaction.atomic
def make_demand(letter_id: int, *, by: Person, title: str, need: str) -> Demand:
    """Raise what a waiting letter asks for; whoever it came from is its requester if we know them."""
    letter = _waiting(letter_id, by)
    requester = letter.person or by
    made = Demand.begin(by=by, requester=requester, owner=by, title=title, need=need,
                        source=Source.BUSINESS_UNIT)  # fmt: skip
    made.submit(by=by)
    letter.handled_by = by
    _end(letter, "demand", letter.because, made)
    return made


@transaction.atomic
def dismiss(letter_id: int, *, by: Person, reason: str) -> Letter:
    """Nothing is asked of the office in it."""
    letter = _waiting(letter_id, by)
    letter.handled_by = by
    return _end(letter, "dismissed", reason[:300])


def may_handle(person) -> bool:
    """Letters stand in no unit yet: they are for analysts and managers of the whole office."""
    from changeoffice.core.access.grants import grants_of

    return grants_of(person).scope("analyst", "manager").everywhere


def _waiting(letter_id: int, by: Person) -> Letter:
    if not may_handle(by):
        raise NotAllowed("Letters are handled by the change office.")
    rows = Letter.objects.visible_to(by).select_for_update(of=("self",))
    if (letter := rows.filter(pk=letter_id).first()) is None:
        raise NotSeen("There is no such letter.")
    if letter.outcome != "waiting":
        raise NotNow(f"Somebody was quicker: {letter.get_outcome_display().lower()}.")
    return letter
