from django.apps import AppConfig


class TalkConfig(AppConfig):
    name = "changeoffice.core.talk"
    label = "talk"
