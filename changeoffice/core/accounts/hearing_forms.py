"""What somebody hears, by kind of notice and by way."""

from django import forms

from changeoffice.core import outbound
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.people.models import Office

WHEN = [("immediate", "At once"), ("digest", "Daily"), ("never", "Off")]
SUCH_AS = {
    NoticeKind.ASKS: "approvals, questions, updates that are due",
    NoticeKind.MENTION: "in a comment, by your name",
    NoticeKind.ALARM: "limits passed, dates slipping, approvals passed on",
    NoticeKind.MINE: "what you own, wrote or are named on",
    NoticeKind.FOLLOW: "comments and changes",
    NoticeKind.RESULT: "how things ended, thanks from others",
}


class HearingForm(forms.Form):
    """A row for each kind: when by e-mail, and whether to the chat."""

    def __init__(self, person, data=None, *, has_chat: bool) -> None:
        super().__init__(data)
        self.person, self.has_chat = person, has_chat
        for kind in NoticeKind:
            self.fields[f"mail_{kind}"] = forms.ChoiceField(
                choices=WHEN, initial=person.mail_for(kind), label=f"E-mail: {kind.label}",
                widget=forms.Select(attrs={"class": "input input--small input--when"}),
            )  # fmt: skip
            if has_chat:
                self.fields[f"chat_{kind}"] = forms.BooleanField(
                    required=False, initial=kind in person.chat_kinds, label=f"Chat: {kind.label}"
                )

    def rows(self) -> list[dict]:
        return [
            {"label": kind.label, "such_as": SUCH_AS[kind], "mail": self[f"mail_{kind}"],
             "chat": self[f"chat_{kind}"] if self.has_chat else None}
            for kind in NoticeKind
        ]  # fmt: skip

    def save(self) -> None:
        given = self.cleaned_data
        self.person.mail_choices = {str(kind): given[f"mail_{kind}"] for kind in NoticeKind}
        if self.has_chat:
            self.person.chat_kinds = [str(kind) for kind in NoticeKind if given[f"chat_{kind}"]]
        self.person.save(update_fields=["mail_choices", "chat_kinds"])


class ChatForm(forms.Form):
    address = forms.CharField(
        max_length=500, label="Address of the incoming webhook",
        help_text="Make one in Slack, Mattermost or Rocket.Chat and copy it. Whoever knows it can post there, so it is shown nowhere again.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )  # fmt: skip

    def clean_address(self) -> str:
        try:
            return outbound.checked(self.cleaned_data["address"], Office.current().inside_hosts)
        except outbound.WrongAddress as wrong:
            raise forms.ValidationError(str(wrong)) from None
