"""Ideas: from a thought somebody has to a demand, with an answer always."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.functional import cached_property

from changeoffice.core.access.rules import ANALYST, OWNER, STAFF, role
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import LongText, Ref, Text
from changeoffice.core.record.models import NamedPerson, Reach, Work, WorkQuerySet
from changeoffice.core.record.workflow import ANY, UNCHANGED, State, guard, need_staff, transition
from changeoffice.core.talk.models import Comment, follow
from changeoffice.organisation.models import Service, staff, units
from ideation.inputs import TagsInput
from ideation.models.campaign import Campaign, campaigns
from ideation.models.reviewing import Decline
from ideation.models.thanking import Thanked
from ideation.models.theme import Theme
from ideation.models.threshold import Thresholds
from ideation.models.voting import OPEN_TO_VOTES, Vote, recount, units_told
from ideation.rules import CO_AUTHOR
from ideation.tags import LONGEST

NOT_ENDED = ("draft", *OPEN_TO_VOTES, "parked")
IMPORTS = role("analyst", "manager", "administrator", "integration")


@guard("Write at least 20 characters about the problem.")
def says_the_problem(idea) -> bool:
    return len(idea.problem.strip()) >= 20


@guard("Its campaign takes no more ideas: take it out of the campaign, then submit it.")
def campaign_takes_it(idea) -> bool:
    return idea.campaign_id is None or idea.campaign.state == "open"


def needs_review(asked: Thresholds | None = None) -> Q:
    """Open ideas with the votes their campaign asks for, or their theme, or the office."""
    return Q(state="open") & (asked or Thresholds.now()).met()


class IdeaQuerySet(WorkQuerySet):
    def on_the_board(self) -> "IdeaQuerySet":
        """What one can still take up; drafts, merged and declined ideas are asked for by name."""
        return self.exclude(state__in=("draft", "merged", "declined"))

    def with_my_vote(self, person) -> "IdeaQuerySet":
        mine = Vote.objects.filter(idea=OuterRef("pk"), person=person)
        return self.annotate(is_voted=Exists(mine))

    def needing_review(self) -> "IdeaQuerySet":
        return self.filter(needs_review())


@guard("It has no co-author.")
def has_co_authors(idea) -> bool:
    return bool(idea.co_authors)


@tracked
class Idea(Thanked):
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
    editors = OWNER | ANALYST | CO_AUTHOR
    counters = ("vote_count", "comment_count", "trending")

    problem = models.TextField()
    proposal = models.TextField(blank=True)
    benefit = models.TextField(blank=True, verbose_name="expected benefit")
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.PROTECT)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="ideas"
    )
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    tags = ArrayField(models.CharField(max_length=LONGEST), default=list, db_default=[], blank=True)
    question = models.TextField(blank=True, editable=False)
    answer = models.TextField(blank=True, editable=False, verbose_name="answer to the submitter")
    decline_code = models.CharField(
        max_length=16, choices=Decline.choices, blank=True, verbose_name="why declined"
    )
    revisit_on = models.DateField(null=True, blank=True)
    resume_state = models.CharField(max_length=24, blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField(null=True, editable=False)
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
        "campaign": Ref(label="Campaign", key="reference", rows=campaigns, required=False),
        "theme": Ref(label="Theme", rows=lambda p: Theme.objects.all(), required=False),
        "services": Ref(label="Services it touches", key="reference", many=True, required=False,
                        rows=lambda p: Service.objects.visible_to(p).open()),
        "tags": TagsInput(label="Tags", required=False, hint="A few words, with commas between."),
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
            GinIndex(fields=["tags"], name="idea_tags"),
            models.Index(
                fields=["first_answer_at"],
                name="idea_answered",
                condition=Q(first_answer_at__isnull=False),
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
        _check_campaign(by, None, profile.get("campaign"))
        if (theme := profile.get("theme")) and not theme.is_active:
            raise Invalid(theme=f"{theme} is no longer used. Choose another theme.")
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
    def state_label(self) -> str:
        return "Withdrawn" if self.is_withdrawn else super().state_label

    @property
    def is_withdrawn(self) -> bool:
        return self.state == "declined" and self.decline_code == Decline.WITHDRAWN

    @property
    def takes_votes(self) -> bool:
        return self.state in OPEN_TO_VOTES

    def is_voted_by(self, person) -> bool:
        return self.votes.filter(person=person).exists()

    def votes_by_unit(self) -> models.QuerySet:
        """How many votes came from each unit, most first; small units are counted together, without
        a name."""
        told = When(person__unit__in=units_told(), then=F("person__unit__name"))
        rows = self.votes.values(unit=Case(told, default=Value("")))
        return rows.annotate(n=models.Count("id")).order_by("-n", "unit")

    # verbs ---------------------------------------------------------------------------------------
    @transition("draft", "open", who=OWNER, guards=[says_the_problem, campaign_takes_it],
                paced="submit", told="submitted", tone="primary")  # fmt: skip
    def submit(self, *, by):
        """Show it to everybody; this counts as the submitter's one vote."""
        self.reach = Reach.STAFF
        self.submitted_at = clock.now()
        if self.campaign_id:
            follow(self.campaign_id, by)
        self._add_vote(by)

    @transition(NOT_ENDED, None, who=OWNER | ANALYST, bumps=False, told="added a co-author to", label="Add a co-author",
                asks={"person": Ref(label="Co-author", rows=staff, key="username",
                                    hint="They may change the idea as you may.")})  # fmt: skip
    def add_co_author(self, *, by, person):
        """Somebody who had the idea too: they may edit it, and hear what becomes of it."""
        if person.pk == self.owner_id:
            raise Invalid(person=f"{person.name} submitted it.")
        if self.state == "vetting" and self.scores.filter(reviewer=person).exists():
            raise Invalid(person=f"{person.name} has scored it, and cannot be an author of it now.")
        NamedPerson.put(self.pk, person, part="co_author")
        self.named("reviewer").filter(person=person).delete()
        follow(self.pk, person)
        self.__dict__.pop("co_authors", None)

    @transition(NOT_ENDED, None, who=OWNER | ANALYST, bumps=False, quiet=True,
                told="took a co-author off", label="Take a co-author off", guards=[has_co_authors],
                asks={"person": Ref(label="Co-author", rows=staff, key="username")})  # fmt: skip
    def remove_co_author(self, *, by, person):
        """They stay a follower, and edit it no longer."""
        if not self.named("co_author").filter(person=person).delete()[0]:
            raise Invalid(person=f"{person.name} is not a co-author of it.")
        self.__dict__.pop("co_authors", None)

    @cached_property
    def co_authors(self) -> list[Person]:
        """A page or list that has read them already sets them."""
        return list(Person.objects.filter(pk__in=self.named("co_author").values("person_id")))

    def named(self, part: str) -> models.QuerySet:
        return NamedPerson.objects.filter(record_id=self.pk, part=part)

    def concerned_after(self, event) -> list[Person]:
        """Whoever has just been made a co-author."""
        if event.verb != "add_co_author":
            return []
        return [one for one in self.co_authors if one.username == event.data.get("person")]

    @transition(ANY, None, who=None, label="Edit", door=False, told="edited")
    def revise(self, *, by, **changes):
        """Change what it says. An analyst alone moves it into or out of a campaign that is over."""
        if by is not None and self.state != "draft" and not ANALYST.holds(by, self):
            _check_campaign(by, self.campaign, changes.get("campaign", self.campaign))
        Work.revise.body(self, by=by, **changes)

    @transition(
        OPEN_TO_VOTES,
        None,
        who=STAFF,
        bumps=False,
        quiet=True,
        door=False,
        told="voted for",
        paced="vote",
    )
    def vote(self, *, by):
        """Give one's one vote; a second time changes nothing."""
        if self.is_voted_by(by):
            return UNCHANGED
        self._add_vote(by)

    @transition(OPEN_TO_VOTES, None, who=STAFF, bumps=False, quiet=True, door=False,
                paced="vote", told="withdrew the vote for")  # fmt: skip
    def withdraw_vote(self, *, by):
        """Take the vote back; without one this changes nothing."""
        if not self.votes.filter(person=by).delete()[0]:
            return UNCHANGED
        self._recount()

    def after_comment(self) -> None:
        self._recount()

    def _add_vote(self, by: Person) -> None:
        Vote.objects.bulk_create(
            [Vote(idea=self, person=by, at=clock.now())], ignore_conflicts=True
        )
        self._recount()

    def _recount(self) -> None:
        """Set the counters from the rows themselves; called with the idea's row locked."""
        self.vote_count, self.comment_count, self.trending = recount(self.pk)
        if self.state == "open" and self.queued_at is None:
            self._queue()

    def _queue(self) -> None:
        """With its votes complete its reviewers hear of it, once, and not whose vote it was."""
        now = clock.now()
        if Idea.objects.filter(needs_review(), pk=self.pk).update(queued_at=now):
            self.queued_at = now
            self.note("queue", by=None, before=self.state, words="queued for review")


def _check_campaign(by, old: Campaign | None, new: Campaign | None) -> None:
    """Nobody enters or leaves a campaign that is not open."""
    over = [one for one in (old, new) if one and one.state != "open"]
    if old != new and over:
        raise Invalid(campaign=f"{over[0].reference} is {over[0].state_label.lower()}.")
