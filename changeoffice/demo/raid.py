"""Risks, issues and actions of a project through its year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from changeoffice.demo.content import projects as content
from portfolio.models import Action, Issue, Risk

if TYPE_CHECKING:
    from changeoffice.demo.projects import Run


def first_risks(run: Run) -> None:
    for title, words, plan in run.dice.sample(content.RISKS, run.dice.randint(2, 4)):
        _note(run, title, words, plan, high=False)


def _note(run: Run, title: str, words: str, plan: str, *, high: bool) -> None:
    dice = run.dice
    made = Risk.note_down(
        by=run.manager, project=run.project, title=title, description=words, response_plan=plan,
        probability=4 if high else dice.randint(1, 3), impact=5 if high else dice.randint(2, 4),
        residual_probability=1 if not high else 2, residual_impact=2,
        proximity=dice.choice(["month", "quarter", "later"]), response=dice.choice(["reduce", "reduce", "avoid", "transfer"]),
        review_on=run.play.working(run.play.day_now, dice.randint(25, 50)),
    )  # fmt: skip
    run.play.at(made.review_on, _review, run, made)


def keep(run: Run) -> None:
    dice, play = run.dice, run.play
    project = run.project
    if dice.random() < 0.07:
        title, words, solved = dice.choice(content.ISSUES)
        issue = Issue.note_down(by=run.manager, project=project, title=title, description=words,
                                severity=dice.choice([2, 3, 3, 4]),
                                target_on=play.working(play.day_now, dice.randint(6, 15)))  # fmt: skip
        play.at(
            play.working(play.day_now, dice.randint(4, 13)),
            issue.resolve,
            by=run.manager,
            resolution=solved,
        )
    if dice.random() < 0.14:
        owner = dice.choice(
            ["finance", "design-authority", "tamsin.rowntree", "service-owner", "kofi.mensah"]
        )
        owner = run.spec.manager if project.confidential else owner
        action = Action.assign(by=run.manager, project=project, title=dice.choice(content.ACTIONS),
                               due_on=play.working(play.day_now, dice.randint(5, 15)), owner=play.who(owner))  # fmt: skip
        if run.left > 40 or dice.random() < 0.6:
            play.at(
                play.working(play.day_now, dice.randint(3, 14)), action.finish, by=play.who(owner)
            )
    late_fear = run.spec.fares == "squeezed" and run.left < 20
    if (
        late_fear or (run.spec.fares in ("watermelon", "costly") and run.slips == 2)
    ) and not run.feared:
        run.feared = True
        title, words, plan = content.RISKS[dice.randrange(6)]
        _note(run, title, words, plan, high=True)


def _review(run: Run, risk: Risk) -> None:
    dice = run.dice
    if risk.state != "open" or run.project.is_closed or run.left < 8:
        return
    if dice.random() < 0.25:
        risk.close(by=run.manager, reason="The cause is gone.")
        return
    risk.review(
        by=run.manager, probability=max(1, min(5, risk.probability + dice.choice([-1, 0, 0, 1]))),
        impact=risk.impact, review_on=run.play.working(run.play.day_now, dice.randint(20, 45)),
        reason="Looked at with the team; the plan works." if dice.random() < 0.6 else "A little nearer than last month.",
    )  # fmt: skip
    run.play.at(risk.review_on, _review, run, risk)
