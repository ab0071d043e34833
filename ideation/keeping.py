"""What managers set for all ideas: the policy and the themes; each change leaves its line on the trail."""

from changeoffice.core.access.grants import grants_of
from changeoffice.core.administration.keeping import kept, put
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.inputs import Flag, Number, Text
from ideation import vetting
from ideation.inputs import SCORES_WANTED, CriteriaInput
from ideation.models import IdeaPolicy, Theme

POLICY_INPUTS = {
    "review_at_votes": Number(label="Votes that queue an idea for review", least=1, most=10_000,
                              hint="Unless its campaign or its theme says otherwise."),
    "scores_wanted": SCORES_WANTED,
    "criteria": CriteriaInput(label="Criteria", required=False,
                              hint="Marked from 1 to 5; the weights are taken as parts of a whole. "
                                   "Rounds that are open keep the criteria they began with."),
}  # fmt: skip

THEME_INPUTS = {
    "name": Text(label="Name", max=60),
    "review_at_votes": Number(label="Votes that queue an idea for review", least=1, most=10_000,
                              required=False, hint="Empty: as the office says."),
    "is_active": Flag(label="In use", hint="Out of use it is not offered any more; ideas that have "
                                           "it keep it."),
}  # fmt: skip


def keeps_ideas(person) -> bool:
    return grants_of(person).scope("manager").everywhere


def need_manager(by) -> None:
    if not keeps_ideas(by):
        raise NotAllowed("This needs a change-office manager of the whole office.")


def keep_policy(*, by, criteria, **fields) -> IdeaPolicy:
    """Other thresholds, weights or criteria, from the next round on."""
    need_manager(by)
    with kept(by, "change_idea_policy", model=IdeaPolicy) as draft:
        IdeaPolicy.objects.get_or_create(pk=1)
        policy = IdeaPolicy.objects.select_for_update().get(pk=1)
        before = policy.criteria_in_force
        policy.criteria = criteria or []
        draft.changes = put(policy, fields)
        if before != policy.criteria_in_force:
            old, new = _in_words(before), _in_words(policy.criteria_in_force)
            draft.changes.append({"label": "Criteria", "old": old, "new": new})
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        policy.save()
        draft.subject, draft.words = policy, "changed what the office asks of ideas"
    return policy


def _in_words(criteria: vetting.Criteria) -> str:
    return ", ".join(f"{one.label} {one.weight}{' (low is good)' if one.low_is_good else ''}"
                     for one in criteria)  # fmt: skip


def keep_theme(theme: Theme | None, *, by, **fields) -> Theme:
    """Add a theme, rename it, change its threshold, or take it out of use; its ideas keep it."""
    need_manager(by)
    taken = Theme.objects.filter(name__iexact=fields["name"]).exclude(
        pk=theme.pk if theme else None
    )
    if taken.exists():
        raise Invalid(name="There is a theme of this name already.")
    with kept(by, "edit_theme" if theme else "add_theme", model=Theme) as draft:
        made = Theme.objects.select_for_update().get(pk=theme.pk) if theme else Theme()
        draft.changes = put(made, fields)
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        made.save()
        draft.subject, draft.words = made, f"{'edited' if theme else 'added'} the theme {made.name}"
    return made
