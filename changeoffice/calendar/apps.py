from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "changeoffice.calendar"
    label = "office_calendar"
