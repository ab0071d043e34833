"""Ideas: from a thought somebody has to a demand, with an answer always."""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from changeoffice.core.access.rules import ANALYST, OWNER, STAFF, role
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Date, LongText, Ref, Text
from changeoffice.core.record.models import Reach, Work, WorkQuerySet
from changeoffice.core.record.workflow import ANY, UNCHANGED, State, guard, need_staff, transition
from changeoffice.core.talk.models import Comment, Follower, comment, follow
from changeoffice.organisation.models import Service, units
from ideation.models.scoring import REVIEWERS, SCORE_INPUTS, VettingScore
from ideation.models.theme import REVIEW_AT_VOTES, Theme
from ideation.models.voting import OPEN_TO_VOTES, Vote, recount

IMPORTS = role("analyst", "manager", "administrator", "integration")
IN_REVIEW = ("under_review", "vetting")


class Decline(models.TextChoices):
    DUPLICATE = "duplicate", "We already have this"
    NOT_FEASIBLE = "not_feasible", "Cannot be done safely"
    TOO_COSTLY = "too_costly", "Costs more than it brings"
    OUT_OF_SCOPE = "out_of_scope", "Outside what we do"
    NOT_NOW = "not_now", "Not in the foreseeable future"
    WITHDRAWN = "withdrawn", "Withdrawn by its author"
    ENDED = "ended", "Ended in the system it comes from"


ELSEWHERE = (Decline.WITHDRAWN, Decline.ENDED)  # given by a source, not by a reviewer here
OURS = [pair for pair in Decline.choices if pair[0] not in ELSEWHERE]


def _votable_targets(person):
    return Idea.objects.visible_to(person).filter(state__in=OPEN_TO_VOTES)


@guard("Write at least 20 characters about the problem.")
def says_the_problem(idea) -> bool:
    return len(idea.problem.strip()) >= 20


@guard("At least one reviewer has to score it first.")
def has_a_score(idea) -> bool:
    return idea.scores.exists()


def needs_review(person=None) -> Q:
    """Open ideas past their theme's threshold of votes.

    The thresholds are read first: numbers, unlike a join, let an index find the few that have them.
    """
    enough = Q(theme=None, vote_count__gte=REVIEW_AT_VOTES)
    for votes, themes in Theme.by_threshold().items():
        enough |= Q(theme__in=themes, vote_count__gte=votes)
    return Q(state="open") & enough


class IdeaQuerySet(WorkQuerySet):
    def on_the_board(self) -> "IdeaQuerySet":
        """What one can still take up; drafts, merged and declined ideas are asked for by name."""
        return self.exclude(state__in=("draft", "merged", "declined"))

    def with_my_vote(self, person) -> "IdeaQuerySet":
        mine = Vote.objects.filter(idea=OuterRef("pk"), person=person)
        return self.annotate(is_voted=Exists(mine))

    def needing_review(self) -> "IdeaQuerySet":
        return self.filter(needs_review())


@tracked
class Idea(Work):
    kind, prefix, plural = "idea", "IDEA", "ideas"
    searched = ("problem", "proposal", "benefit")
    states: ClassVar = {
        "draft": State("Draft"),
        "open": State("Captured", "info"),
        "under_review": State("Under review", "info"),
        "more_information": State("Question asked", "warn"),
        "vetting": State("Vetting", "info"),
        "developed": State("Developed", "good"),
        "promoted": State("Became a demand", "good", closed=True),
        "merged": State("Merged", closed=True),
        "parked": State("Parked", "warn"),
        "declined": State("Declined", "bad", closed=True),
    }
    steps = ("open", "under_review", "vetting", "developed", "promoted")
    editors = OWNER | ANALYST
    counters = ("vote_count", "comment_count", "trending")

    problem = models.TextField()
    proposal = models.TextField(blank=True)
    benefit = models.TextField(blank=True, verbose_name="expected benefit")
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.PROTECT)
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    question = models.TextField(blank=True, editable=False)
    answer = models.TextField(blank=True, editable=False, verbose_name="answer to the submitter")
    decline_code = models.CharField(max_length=16, choices=Decline.choices, blank=True)
    revisit_on = models.DateField(null=True, blank=True)
    resume_state = models.CharField(max_length=24, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_here"
    )
    submitted_at = models.DateTimeField(null=True, editable=False)
    vote_count = models.PositiveIntegerField(default=0, editable=False)
    # A tally of another system, shown apart and never added to people's votes.
    imported_votes = models.IntegerField(default=0, editable=False)
    imported_against = models.IntegerField(default=0, db_default=0, editable=False)
    author_name = models.CharField(
        max_length=120, blank=True, editable=False, default="", db_default=""
    )
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    trending = models.FloatField(default=0, editable=False, db_index=True)

    profile: ClassVar = {
        "title": Text(label="Your idea in one line", max=120, min=8),
        "problem": LongText(label="What is the problem today?", max=8000,
                            hint="Who has it, how often, what does it cost?"),
        "proposal": LongText(label="What do you propose?", max=8000, required=False),
        "benefit": LongText(label="What would be better?", max=4000, lines=3, required=False,
                            hint="Time, money, risk, fewer calls. A guess is fine."),
        "theme": Ref(label="Theme", rows=lambda p: Theme.objects.all(), required=False),
        "services": Ref(label="Services it touches", key="reference", many=True, required=False,
                        rows=lambda p: Service.objects.visible_to(p).open()),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False),
    }  # fmt: skip

    objects = IdeaQuerySet.as_manager()

    class Meta(Work.Meta):
        ordering = ["-record_id"]
        indexes = [
            models.Index(fields=["-vote_count", "-record_id"], name="idea_most_voted"),
            models.Index(fields=["-comment_count", "-record_id"], name="idea_most_discussed"),
            models.Index(
                fields=["theme", "vote_count"], name="idea_open_votes", condition=Q(state="open")
            ),
            models.Index(
                fields=["-state_since"], name="idea_delivered", condition=Q(state="promoted")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="declined_idea_is_answered"
            ),
            models.CheckConstraint(
                condition=~Q(state="parked") | Q(revisit_on__isnull=False),
                name="parked_idea_is_revisited",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & Q(merged_into__isnull=False))
                | (~Q(state="merged") & Q(merged_into=None)),
                name="merged_idea_points_on",
            ),
        ]

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def propose(cls, *, by: Person, services=(), **profile) -> "Idea":
        """Begin a draft only its author sees."""
        need_staff(by, "Proposing ideas")
        profile.setdefault("unit", by.unit)
        profile["unit"] = profile["unit"] or by.unit
        made = cls.bear(by=by, verb="propose", state="draft", owner=by, reach=Reach.OWN,
                        quiet=True, words="began", **profile)  # fmt: skip
        made.services.set(services)
        follow(made.pk, by)
        return made

    @classmethod
    def take_over(cls, *, by=None, **profile) -> "Idea":
        """An idea of another system: captured, for all staff to see and take up."""
        return cls.bear(by=by, verb="take_over", state="open", words="imported", quiet=True,
                        submitted_at=clock.now(), **profile)  # fmt: skip

    @transition(ANY, "?", who=IMPORTS, door=False, quiet=True, told="took over a report of")
    def take_report(self, *, by, comments=(), **reported):
        """What the source system now says of it; what was said there is added once."""
        for name, value in reported.items():
            setattr(self, name, value)
        if comments:
            Comment.objects.bulk_create(Comment(record_id=self.pk, **said) for said in comments)
            self._recount()
        return self.state

    @transition((*OPEN_TO_VOTES, "parked"), "declined", who=IMPORTS, door=False, quiet=True,
                told="ended, by its source,")  # fmt: skip
    def end_elsewhere(self, *, by, code, answer):
        """The source system says that it has ended, or no longer holds it."""
        self.decline_code, self.answer = code, answer

    @transition("declined", "open", who=IMPORTS, door=False, quiet=True, told="took up again")
    def go_on_elsewhere(self, *, by):
        """The source system says that it goes on."""
        self.decline_code, self.answer = "", ""

    # questions -----------------------------------------------------------------------------------
    @property
    def takes_votes(self) -> bool:
        return self.state in OPEN_TO_VOTES

    def is_voted_by(self, person) -> bool:
        return self.votes.filter(person=person).exists()

    def votes_by_unit(self) -> models.QuerySet:
        """How many votes came from each unit, most first; voters are never named."""
        rows = self.votes.values(unit=F("person__unit__name"))
        return rows.annotate(n=models.Count("id")).order_by("-n", "unit")

    # verbs ---------------------------------------------------------------------------------------
    @transition(
        "draft", "open", who=OWNER, guards=[says_the_problem], told="submitted", tone="primary"
    )
    def submit(self, *, by):
        """Show it to everybody; this counts as the submitter's one vote."""
        self.reach = Reach.STAFF
        self.submitted_at = clock.now()
        self._add_vote(by)

    @transition(
        OPEN_TO_VOTES, None, who=STAFF, bumps=False, quiet=True, door=False, told="voted for"
    )
    def vote(self, *, by):
        """Give one's one vote; a second time changes nothing."""
        if self.is_voted_by(by):
            return UNCHANGED
        self._add_vote(by)

    @transition(OPEN_TO_VOTES, None, who=STAFF, bumps=False, quiet=True, door=False,
                told="withdrew the vote for")  # fmt: skip
    def withdraw_vote(self, *, by):
        """Take the vote back; without one this changes nothing."""
        if not self.votes.filter(person=by).delete()[0]:
            return UNCHANGED
        self._recount()

    @transition(
        "open",
        "under_review",
        who=ANALYST,
        told="started the review of",
        label="Start review",
        tone="primary",
    )
    def review(self, *, by):
        """Take it up: the submitter hears that somebody reads it."""

    @transition(("open", *IN_REVIEW), "more_information", who=ANALYST, label="Ask the submitter",
                told="asked a question about",
                asks={"question": LongText(label="What do you need to know?", lines=3)})  # fmt: skip
    def ask(self, *, by, question):
        """Put a question to the submitter; it comes back where it was."""
        self.question, self.resume_state = question, self.state

    @transition("more_information", "?", who=OWNER, label="Answer", told="answered the question about",
                tone="primary", asks={"answer": LongText(label="Your answer", lines=3)})  # fmt: skip
    def reply(self, *, by, answer):
        """Answer the question; review goes on."""
        comment(self, by=by, body=f"In answer to “{self.question}”: {answer}")
        self.question = ""
        return self.resume_state or "open"

    @transition("under_review", "vetting", who=ANALYST, told="opened vetting of", tone="primary")
    def vet(self, *, by):
        """Open the round in which reviewers score it."""

    # Before `score`: as soon as the round may be closed, that is the next step to offer.
    @transition("vetting", "developed", who=ANALYST, guards=[has_a_score], tone="primary",
                told="developed", asks={"benefit": LongText(label="Expected benefit", lines=3)})  # fmt: skip
    def develop(self, *, by, benefit):
        """Close vetting: it is worth doing and ready to become a demand."""
        self.benefit = benefit

    @transition("vetting", None, who=REVIEWERS, bumps=False, told="scored",
                label="Score it", tone="primary", asks=SCORE_INPUTS)  # fmt: skip
    def score(self, *, by, **scores):
        """Give or change one's own scores while the round is open."""
        VettingScore.objects.update_or_create(
            idea=self, reviewer=by, defaults={**scores, "at": clock.now()}
        )

    @transition("developed", "promoted", who=ANALYST, told="made a demand of", tone="primary",
                label="Turn into a demand", door=False)  # fmt: skip
    def promote(self, *, by):
        """Lock it; the demand app carries the rest in the same transaction."""

    @transition(("open", *IN_REVIEW, "developed"), "parked", who=ANALYST, told="parked",
                asks={"revisit_on": Date(label="Look at it again on"),
                      "reason": LongText(label="Why not now", lines=3)})  # fmt: skip
    def park(self, *, by, revisit_on, reason):
        """Set it aside until a day; it returns by itself."""
        if revisit_on <= clock.today():
            raise Invalid(revisit_on="Choose a day after today.")
        self.revisit_on, self.resume_state, self.answer = revisit_on, self.state, reason

    @transition(("open", *IN_REVIEW, "more_information", "developed", "parked"), "declined", who=ANALYST,
                told="declined", tone="danger",
                asks={"code": Choice(label="Reason", choices=OURS),
                      "answer": LongText(label="Your answer to the submitter", min=20,
                                         hint="They read this word for word.")},
                confirm="The submitter gets an email with your answer. It can be reopened.")  # fmt: skip
    def decline(self, *, by, code, answer):
        """Say no, with a reason code and a written answer."""
        self.decline_code, self.answer = code, answer

    @transition(("declined", "parked"), "open", who=ANALYST | OWNER, told="reopened",
                asks={"reason": Text(label="What has changed", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """Look at it again."""
        self.decline_code, self.answer, self.revisit_on = "", "", None

    @transition("parked", "?", who=ANALYST, door=False, told="took up again")
    def resume(self, *, by):
        """The revisit date has come: back to where it was."""
        self.revisit_on = None
        return self.resume_state or "open"

    @transition(("open", *IN_REVIEW, "more_information"), "merged", who=ANALYST, told="merged",
                also="into", asks={"into": Ref(label="Into which idea", key="reference", rows=_votable_targets, typed=True,
                                  hint="Its reference, for example IDEA-0042.")},
                label="Merge into another",
                confirm="Votes, followers and comments move to the other idea.")  # fmt: skip
    def merge(self, *, by, into):
        """Move votes (one per person), followers and comments, and leave a redirect."""
        if into.pk == self.pk:
            raise Invalid(into="Choose another idea than this one.")
        if not into.takes_votes:
            raise NotNow(f"{into.reference} takes no more votes.", record=into)
        Comment.objects.filter(record_id=self.pk).update(record_id=into.pk)
        self._move_votes_to(into)
        follow(into.pk, *Person.objects.filter(
            pk__in=Follower.objects.filter(record_id=self.pk).values("person_id")))  # fmt: skip
        self.merged_into = into
        into.note("absorb", by=by, before=into.state, words=f"merged {self.reference} into")

    def after_comment(self) -> None:
        self._recount()

    def waits_for_after(self, event) -> list[Person]:
        """Who has to do something now: the submitter answers a question, reviewers score."""
        if event.verb == "ask" and self.owner:
            return [self.owner]
        if event.verb == "reply":
            asked = self.record.events.filter(verb="ask").select_related("actor").last()
            return [asked.actor] if asked and asked.actor else []
        return []

    def _move_votes_to(self, other: "Idea") -> None:
        already = other.votes.values("person_id")
        self.votes.exclude(person__in=already).update(idea=other)
        self._recount()
        other._recount()

    def _add_vote(self, by: Person) -> None:
        Vote.objects.bulk_create(
            [Vote(idea=self, person=by, at=clock.now())], ignore_conflicts=True
        )
        self._recount()

    def _recount(self) -> None:
        """Set the counters from the rows themselves; called with the idea's row locked."""
        self.vote_count, self.comment_count, self.trending = recount(self.pk)
