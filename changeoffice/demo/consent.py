"""Who decides while somebody is away, and what the manager tried with the policies of approval."""

from datetime import timedelta

from changeoffice.core.administration import delegates, policies
from changeoffice.demo.play import Play

TRIAL = "High risk, on trial"


def set_up(play: Play) -> None:
    play.at(play.opening(20), _try_policy, play)
    play.at(play.opening(60 * 26), _end_trial, play)
    play.at(play.day(1), _go_away, play)


def _try_policy(play: Play) -> None:
    play.things["policy:trial"] = policies.add(
        by=play.who("manager"), kind="demand", name=TRIAL, conditions={"risks": ["high"]},
        steps=[{"kinds": ["design_authority"], "parallel": True}],
        reason="Internal audit asks for a second look at what is risky to do.",
    )  # fmt: skip


def _end_trial(play: Play) -> None:
    policies.switch(
        play.things["policy:trial"], by=play.who("manager"), on=False,
        reason="Service design requirements bring the architects in already.",
    )  # fmt: skip


def _go_away(play: Play) -> None:
    """The director of retail is on leave; the chief operating officer decides."""
    delegates.set_delegate(
        by=play.who("sponsor"), person=play.who("sponsor"), delegate=play.who("leadership"),
        from_on=play.day_now, until_on=play.today + timedelta(days=9), reason="Annual leave.",
    )  # fmt: skip
