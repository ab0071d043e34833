"""Thanks for an idea that was delivered: to whoever had it and whoever made it come true."""

from django.db import models

from changeoffice.core.access.rules import STAFF
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.inputs import Inputs, Text
from changeoffice.core.record.workflow import UNCHANGED, transition
from ideation import ports
from ideation.models.moderation import Moderated

THANKS_INPUTS: Inputs = {"words": Text(label="Your words", required=False, max=300,
                                       hint="Everybody reads them on the idea's page.")}  # fmt: skip


class Thanks(models.Model):
    """Once a person and idea."""

    idea = models.ForeignKey("ideation.Idea", on_delete=models.PROTECT, related_name="thanks")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["idea", "person"], name="thanked_once")]

    def __str__(self) -> str:
        return self.words or "Thank you"


class Thanked(Moderated):
    class Meta(Moderated.Meta):
        abstract = True

    @transition("promoted", None, who=STAFF, bumps=False, quiet=True, door=False, paced="comment",
                told="said thanks for")  # fmt: skip
    def thank(self, *, by, words=""):
        """Thank everybody along the trail, once; a second time changes nothing."""
        delivery = ports.deliveries_of([self.pk], by).get(self.pk)
        if delivery is None:
            raise NotNow(f"{self.reference} is not delivered yet.", record=self)
        if self.thanks.filter(person=by).exists():
            return UNCHANGED
        Thanks.objects.create(idea_id=self.pk, person=by, words=words, at=clock.now())
        if acting.door().name != "demo":
            self._pass_on_thanks(by, words, [person for person, _ in delivery.people])

    def _pass_on_thanks(self, by, words: str, people: list[Person]) -> None:
        said = f": {words}" if words else ""
        text = f"{by.name} says thank you for {self.reference} {self.title}{said}"
        whom = {one.pk: one for one in [self.owner, *self.co_authors, *people] if one}
        for person in whom.values():
            if person.pk != by.pk and person.is_active and self.is_visible_to(person):
                key = f"thanks:{self.pk}:{by.pk}"
                notify(person, work=self, because="you helped to make it", text=text,
                       kind=NoticeKind.RESULT, key=key)  # fmt: skip
