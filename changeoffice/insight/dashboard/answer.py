"""The dashboard's first sentence: how many projects are red, and where."""

from changeoffice.core.doors.templatetags import formats
from changeoffice.insight.dashboard.frame import Frame

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve")  # fmt: skip


class Answer(Frame):
    @property
    def answer(self) -> str:
        red = self.facts.n("rag_red", self.day)
        if not self.facts.n("projects", self.day):
            return "There were no projects here on that day."
        words = f"{count_words(red).capitalize()} project{'s are' if red != 1 else ' is'} red"
        return f"{words}{self._compared(red)}. {self._driver(red)}".strip()

    def _compared(self, red: int) -> str:
        if self.versus not in self.facts.days:
            return ""
        step = red - self.facts.n("rag_red", self.versus)
        on = formats.short_day(self.versus)
        if not step:
            return f", as many as on {on}"
        return f", {count_words(abs(step))} {'more' if step > 0 else 'fewer'} than on {on}"

    def _driver(self, red: int) -> str:
        """Where most of the red is, when one or two places have more than half of it."""
        reds = {key[0]: value[1] for key, value in self.facts.below.items() if key[1] == "rag_red"}
        most = sorted(reds, key=lambda place: (-reds[place], place))[:2]
        titles = [self.names.get(place, ("", ""))[0] for place in most]
        if red < 2 or len(self.names) < 2 or not all(titles):
            return ""
        if reds[most[0]] == red:
            return f"{titles[0]} has all of them."
        if reds[most[0]] * 2 > red:
            return f"{titles[0]} has most of them."
        together = sum(reds[place] for place in most)
        if together * 2 <= red:
            return ""
        return f"{titles[0]} and {titles[1]} have {count_words(together)} of them."


def count_words(n: int) -> str:
    return WORDS[n] if n < len(WORDS) else f"{n:,}"
