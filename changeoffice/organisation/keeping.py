"""What administrators do to teams and skills; each change leaves its line on the trail."""

from changeoffice.core.administration.keeping import kept, need_keeper, put
from changeoffice.core.record.errors import Invalid
from changeoffice.organisation.models import Skill, Team


def keep_team(team: Team | None, *, by, members, **fields) -> Team:
    """Make a team, or change one; its unit's administrator may."""
    unit = fields.get("unit")
    need_keeper(by, *{unit and unit.pk, team.unit_id if team else unit and unit.pk})
    _free(Team, fields["name"], team)
    with kept(by, "edit_team" if team else "add_team", model=Team) as draft:
        made = Team.objects.select_for_update().get(pk=team.pk) if team else Team(**fields)
        draft.changes = put(made, fields) if team else []
        made.save()
        before, after = set(made.members.all()), set(members)
        made.members.set(after)
        draft.changes += [{"label": "Member", "old": None, "new": str(p)} for p in after - before]
        draft.changes += [{"label": "Member", "old": str(p), "new": None} for p in before - after]
        draft.subject, draft.words = made, f"{'edited' if team else 'added'} the team {made.name}"
        if team and not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
    return made


def keep_skill(skill: Skill | None, *, by, **fields) -> Skill:
    """Make a skill, or change its name or day rate, for the whole office."""
    need_keeper(by)
    _free(Skill, fields["name"], skill)
    with kept(by, "edit_skill" if skill else "add_skill", model=Skill) as draft:
        made = Skill.objects.select_for_update().get(pk=skill.pk) if skill else Skill()
        draft.changes = put(made, fields)
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        made.save()
        draft.subject, draft.words = made, f"{'edited' if skill else 'added'} the skill {made.name}"
    return made


def _free(model, name: str, but) -> None:
    if model.objects.filter(name__iexact=name).exclude(pk=but.pk if but else None).exists():
        raise Invalid(name="This name is taken.")
