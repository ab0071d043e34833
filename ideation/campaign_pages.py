"""Pages of campaigns: the list, one with how far it has come, and a new one."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.doors.pages.work import NewPage, WorkListPage, WorkPage
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotAllowed
from ideation import board, vetting
from ideation.filters import CAMPAIGN_ORDERINGS, CampaignFilterSet
from ideation.models import Campaign, Idea, Vote
from ideation.models.voting import SMALLEST_GROUP

IDEAS_SHOWN, UNITS_SHOWN = 20, 12
DAYS_WORDS = {0: "ends tonight", 1: "last day today", 2: "ends tomorrow"}


class CampaignList(WorkListPage):
    work, template, fragment = Campaign, "ideation/campaigns.html", "ideation/_campaigns.html"
    filterset, orderings = CampaignFilterSet, CAMPAIGN_ORDERINGS
    related = ("unit", "owner", "sponsor")

    def rows(self) -> QuerySet:
        taken = Idea.objects.visible_to(self.request.user).filter(campaign=OuterRef("pk"))
        taken = taken.exclude(state="draft").order_by().values("campaign").annotate(n=Count("pk"))
        return super().rows().annotate(idea_count=Coalesce(Subquery(taken.values("n")), 0))

    def extra(self) -> dict[str, Any]:
        asked = self.request.GET
        states = [(code, state.label) for code, state in Campaign.states.items()]
        chips = [words_chip(asked, "Search campaigns"), chip(asked, "state", "State", states)]
        return {"chips": chips, "may_add": grants_of(self.request.user).has("analyst", "manager")}

    def _context(self, params, wanted) -> dict[str, Any]:
        found = super()._context(params, wanted)
        today = clock.today()
        lines = [{"record": row, "left": days_words(row, today)} for row in found["rows"]]
        several = "campaign" if found["count"] == 1 else "campaigns"
        return found | {"lines": lines, "count_label": f"{found['count_words']} {several}"}


def days_words(campaign: Campaign, today) -> str:
    """How long it still runs, or when it will, or that it is over."""
    if campaign.state == "draft":
        return f"opens {campaign.opens_on:%-d %b %Y}"
    if campaign.state != "open":
        return f"until {campaign.closes_on:%-d %b %Y}"
    left = campaign.days_left(today)
    return DAYS_WORDS.get(left, f"{left} days left")


class CampaignPage(WorkPage):
    work, template = Campaign, "ideation/campaign.html"
    related = ("unit", "owner", "sponsor")

    def around(self, campaign: Campaign) -> dict[str, QuerySet]:
        ideas = Idea.objects.visible_to(self.request.user).filter(campaign=campaign)
        ideas = ideas.exclude(state="draft")
        voters = Vote.objects.filter(idea__in=ideas.values("pk"), person__is_active=True)
        shown = ideas.with_my_vote(self.request.user).select_related("owner")
        return {
            "ideas": shown.order_by("-vote_count", "pk")[:IDEAS_SHOWN],
            "fates": ideas.order_by().values("state").annotate(
                n=Count("pk"), votes=Sum("vote_count")),
            "part": voters.values("person__unit_id").annotate(
                n=Count("person", distinct=True)).order_by(),
            "staff": Person.objects.staff().exclude(unit=None).values(
                "unit_id", "unit__name").annotate(n=Count("pk")).order_by("unit__name"),
        }  # fmt: skip

    def extra(self, campaign: Campaign) -> dict[str, Any]:
        found, today = self.found, clock.today()
        counts = {row["state"]: row["n"] for row in found["fates"]}
        people = sum(row["n"] for row in found["part"])
        return {
            "until": f"until {campaign.closes_on:%-d %b %Y}", "days_left": campaign.days_left(today),
            "ideas": [board.row(idea, []) for idea in found["ideas"]],
            "idea_count": sum(counts.values()), "people": people,
            "votes": sum(row["votes"] for row in found["fates"]),
            "units": participation(found["part"], found["staff"]),
            "unit_count": sum(1 for row in found["part"] if row["person__unit_id"]),
            "became": [
                {"label": Idea.states[code].label, "code": code, "n": counts[code]}
                for code in Idea.states if code in counts
            ],
            "criteria": vetting.in_percent(vetting.read(campaign.criteria)) if campaign.criteria else [],
            "list_url": f"/ideas?campaign={campaign.reference}",
        }  # fmt: skip


def participation(part: list[dict], staff: list[dict]) -> list[dict[str, Any]]:
    """Of the people in each unit, how many voted for an idea of it; most first, without units
    of a handful."""
    took = {row["person__unit_id"]: row["n"] for row in part}
    rows = [
        {"unit": row["unit__name"], "n": took[row["unit_id"]], "of": row["n"],
         "rate": round(100 * min(1, took[row["unit_id"]] / row["n"]))}
        for row in staff if row["unit_id"] in took and row["n"] >= SMALLEST_GROUP
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["rate"], row["unit"]))[:UNITS_SHOWN]


class NewCampaign(NewPage):
    work, birth = Campaign, Campaign.set_up
    heading, submit_label = "Set up a campaign", "Save as draft"

    def dispatch(self, request, *args, **kwargs):
        if not grants_of(request.user).has("analyst", "manager"):
            raise NotAllowed("Setting up a campaign needs an analyst or manager.")
        return super().dispatch(request, *args, **kwargs)
