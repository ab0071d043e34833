"""The improvement register and the office's letters: what people note, and what comes by e-mail."""

from email.message import EmailMessage

from changeoffice.demo.content.improvements import IMPROVEMENTS, LETTERS
from changeoffice.demo.play import Play
from demand.letters.taking import take
from practices.improvement.models import Improvement


def set_up(play: Play) -> None:
    for number, spec in enumerate(IMPROVEMENTS):
        play.at(play.day(spec["noted"]), _note, play, number, spec)
    for number, spec in enumerate(LETTERS):
        play.at(play.day(spec["came"]), _arrive, number, spec)


def _note(play: Play, number: int, spec: dict) -> None:
    measure, now, wanted = spec.get("measured", ("", None, None))
    made = Improvement.note_down(
        by=play.who(spec["by"]), title=spec["title"], description=spec["seen"],
        service=play.things.get(f"service:{spec['service']}"), priority=spec["priority"],
        measure=measure, now=now, wanted=wanted,
    )  # fmt: skip
    play.things[f"improvement:{number}"] = made
    if "ends" in spec:
        play.at(play.day(spec["noted"] - 9), _end, made, spec)


def _end(made: Improvement, spec: dict) -> None:
    made.refresh_from_db()
    if spec["ends"] == "adopted":
        made.raise_demand(by=made.owner)
    elif spec["ends"] == "done":
        made.finish(by=made.owner, result=spec["result"])
    else:
        made.drop(by=made.owner, reason=spec["result"])


def _arrive(number: int, spec: dict) -> None:
    message = EmailMessage()
    message["Message-ID"] = f"<letter-{number}@mail.example>"
    message["From"], message["Subject"] = spec["sender"], spec["subject"]
    message.set_content(spec["text"])
    take(message.as_bytes())
