"""What the change office does with an idea: take it up, ask, vet, park, answer."""

from django.db import models

from changeoffice.calendar.office import office_days
from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.access.rules import ANALYST, OWNER, role
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import Choice, Date, LongText, Ref, Text
from changeoffice.core.record.models import HIDDEN, NamedPerson, Work
from changeoffice.core.record.workflow import guard, transition
from changeoffice.core.talk.models import comment, follow
from changeoffice.organisation.models import staff
from ideation import vetting
from ideation.inputs import score_inputs
from ideation.models.policy import IdeaPolicy
from ideation.models.scoring import VettingScore
from ideation.models.voting import OPEN_TO_VOTES
from ideation.rules import AUTHORS, REVIEWERS

REVIEW_QUEUE = role("analyst")
IN_REVIEW = ("under_review", "vetting")


class Decline(models.TextChoices):
    DUPLICATE = "duplicate", "We already have this"
    NOT_FEASIBLE = "not_feasible", "Cannot be done safely"
    TOO_COSTLY = "too_costly", "Costs more than it brings"
    OUT_OF_SCOPE = "out_of_scope", "Outside what we do"
    NOT_NOW = "not_now", "Not in the foreseeable future"
    WITHDRAWN = "withdrawn", "Withdrawn by its author"
    ENDED = "ended", "Ended in the system it comes from"


ELSEWHERE = (Decline.WITHDRAWN, Decline.ENDED)  # said by its author or source, not by a reviewer
OURS = [pair for pair in Decline.choices if pair[0] not in ELSEWHERE]


def _scores_missing(idea) -> str:
    wanted, given = idea.scores_wanted, idea.scores.count()
    if wanted == 1:
        return "At least one reviewer has to score it first."
    return f"{wanted} reviewers have to score it first; {given or 'none'} of them did."


@guard(_scores_missing)
def has_its_scores(idea) -> bool:
    return idea.scores.count() >= idea.scores_wanted


@guard("It is hidden, and a demand would show its words to everybody. Show it again first.")
def is_in_sight(idea) -> bool:
    return idea.reach != HIDDEN


class Reviewed(Work):
    """The verbs of the change office; an idea adds those of its author and of voters."""

    class Meta(Work.Meta):
        abstract = True

    # How this round is judged, as it stood when the round was opened.
    criteria = models.JSONField(default=list, db_default=[], editable=False)
    scores_wanted = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)

    first_answer_at = models.DateTimeField(null=True, editable=False)
    first_answer_in = models.PositiveIntegerField(
        null=True, editable=False, verbose_name="working days to the first answer"
    )

    def settle(self, target, *, bumps=True) -> None:
        """Whatever takes it out of those that wait is its first answer; the word of a file, or of its
        author, is none."""
        waits = self.state == "open" and self.owner_id and self.submitted_at
        waits = waits and self.decline_code != Decline.WITHDRAWN
        if waits and self.first_answer_at is None and target not in (None, "open"):
            self.first_answer_at, zone = clock.now(), Office.current().zone
            days = (at.astimezone(zone).date() for at in (self.submitted_at, self.first_answer_at))
            self.first_answer_in = max(0, office_days().slip(*days))
        super().settle(target, bumps=bumps)

    @property
    def judged_by(self) -> vetting.Criteria:
        return vetting.read(self.criteria)

    @transition(
        "open",
        "under_review",
        who=ANALYST,
        told="started the review of",
        label="Start review",
        tone="primary",
        undoable=True,
    )
    def review(self, *, by):
        """Take it up: the submitter hears that somebody reads it."""

    @transition(("open", *IN_REVIEW), "more_information", who=ANALYST, label="Ask the submitter",
                told="asked a question about", undoable=True,
                asks={"question": LongText(label="What do you need to know?", lines=3)})  # fmt: skip
    def ask(self, *, by, question):
        """Put a question to the submitter; it comes back where it was."""
        self.question, self.resume_state = question, self.state

    @transition("more_information", "?", who=AUTHORS, label="Answer", told="answered the question about",
                tone="primary", asks={"answer": LongText(label="Your answer", lines=3)})  # fmt: skip
    def reply(self, *, by, answer):
        """Answer the question; review goes on."""
        comment(self, by=by, body=f"In answer to “{self.question}”: {answer}")
        self.question = ""
        return self.resume_state or "open"

    @transition("under_review", "vetting", who=ANALYST, told="opened vetting of", tone="primary",
                asks={"reviewers": Ref(label="Reviewers", rows=staff, key="username", many=True,
                                       required=False, hint="They are asked at once. Nobody: "
                                       "whoever reviews ideas where it belongs.")})  # fmt: skip
    def vet(self, *, by, reviewers=()):
        """Open the round in which reviewers score it."""
        campaign, policy = self.campaign, IdeaPolicy.current()
        own = (campaign.criteria, campaign.scores_wanted) if campaign else ([], None)
        self.criteria = own[0] or vetting.kept(policy.criteria_in_force)
        self.scores_wanted = own[1] or policy.scores_wanted
        self._name_reviewers(list(reviewers or ()))

    def _name_reviewers(self, people: list[Person]) -> None:
        """Whoever was asked for an earlier round still sees the idea, and is not asked again."""
        named = NamedPerson.objects.filter(record_id=self.pk)
        before = named.filter(part="reviewer")
        NamedPerson.put(self.pk, *(row.person for row in before.select_related("person")))
        before.delete()
        authors = {
            self.owner_id,
            *named.filter(part="co_author").values_list("person_id", flat=True),
        }
        if own := [person.name for person in people if person.pk in authors]:
            raise Invalid(reviewers=f"{own[0]} wrote it, and cannot review it.")
        NamedPerson.put(self.pk, *people, part="reviewer")
        follow(self.pk, *people)

    # Before `score`: as soon as the round may be closed, that is the next step to offer.
    @transition("vetting", "developed", who=ANALYST, guards=[has_its_scores], tone="primary",
                told="developed", undoable=True, asks={"benefit": LongText(label="Expected benefit", lines=3)})  # fmt: skip
    def develop(self, *, by, benefit):
        """Close vetting: it is worth doing and ready to become a demand."""
        self.benefit = benefit

    @transition("vetting", None, who=REVIEWERS, bumps=False, told="scored",
                label="Score it", tone="primary", asks=score_inputs(vetting.USUAL),
                asks_here=lambda idea: score_inputs(idea.judged_by))  # fmt: skip
    def score(self, *, by, rationale, **marks):
        """Give or change one's own scores while the round is open."""
        wanted = {one.code for one in self.judged_by}
        if wrong := wanted ^ set(marks):
            raise Invalid(
                **dict.fromkeys(wrong, "Mark each criterion of this round, and no other.")
            )
        VettingScore.objects.update_or_create(
            idea=self, reviewer=by, defaults={"marks": marks, "rationale": rationale, "at": clock.now()}
        )  # fmt: skip

    @transition("developed", "promoted", who=ANALYST, told="made a demand of", tone="primary",
                guards=[is_in_sight],
                label="Turn into a demand", door=False)  # fmt: skip
    def promote(self, *, by):
        """Lock it; the demand app carries the rest in the same transaction."""

    @transition(("open", *IN_REVIEW, "developed"), "parked", who=ANALYST, told="parked", undoable=True,
                asks={"revisit_on": Date(label="Look at it again on"),
                      "reason": LongText(label="Why not now", lines=3)})  # fmt: skip
    def park(self, *, by, revisit_on, reason):
        """Set it aside until a day; it returns by itself."""
        if revisit_on <= clock.today():
            raise Invalid(revisit_on="Choose a day after today.")
        self.revisit_on, self.resume_state, self.answer = revisit_on, self.state, reason

    @transition(("open", *IN_REVIEW, "more_information", "developed", "parked"), "declined", who=ANALYST,
                told="declined", tone="danger", undoable=True,
                asks={"code": Choice(label="Reason", choices=OURS),
                      "answer": LongText(label="Your answer to the submitter", min=20,
                                         hint="They read this word for word.")},
                confirm="The submitter gets an email with your answer. It can be reopened.")  # fmt: skip
    def decline(self, *, by, code, answer):
        """Say no, with a reason code and a written answer."""
        self.decline_code, self.answer = code, answer

    @transition((*OPEN_TO_VOTES, "parked"), "declined", who=OWNER, told="withdrew", tone="danger",
                undoable=True, tells=("decline_code",), asks={"reason": LongText(label="Why you withdraw it", lines=3, max=2000,
                                                        hint="Everybody who follows it reads this.")},
                confirm="It takes no more votes. You can reopen it.")  # fmt: skip
    def withdraw(self, *, by, reason):
        """Take it back: it is settled, or not wanted any more."""
        self.decline_code, self.answer = Decline.WITHDRAWN, reason

    @transition(("declined", "parked"), "open", who=ANALYST | OWNER, told="reopened", undoable=True,
                tells=("decline_code",),
                asks={"reason": Text(label="What has changed", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """Look at it again."""
        self.decline_code, self.answer, self.revisit_on = "", "", None

    @transition("parked", "?", who=ANALYST, door=False, told="took up again")
    def resume(self, *, by):
        """The revisit date has come: back to where it was."""
        self.revisit_on = None
        return self.resume_state or "open"

    def analysts(self) -> list[Person]:
        """Analysts for its unit."""
        held = RoleAssignment.objects.filter(role="analyst").values("person_id")
        return [person for person in Person.objects.staff().filter(pk__in=held)
                if REVIEW_QUEUE.holds(person, self)]  # fmt: skip

    def reviewers(self) -> models.QuerySet:
        """Who was asked by name to score it."""
        named = NamedPerson.objects.filter(record_id=self.pk, part="reviewer")
        return named.values("person_id")

    def waits_for_after(self, event) -> list[Person]:
        """Who has to do something now: the submitter answers a question, reviewers score."""
        if event.verb == "ask" and self.owner:
            return [self.owner]
        if event.verb == "queue":
            return self.analysts()
        if event.verb == "vet":
            return list(Person.objects.filter(pk__in=self.reviewers()))
        if event.verb == "reply":
            asked = self.record.events.filter(verb="ask").select_related("actor").last()
            return [asked.actor] if asked and asked.actor else []
        return []
