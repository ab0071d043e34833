from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "changeoffice.calendar"
    label = "office_calendar"

    def ready(self) -> None:
        from changeoffice.core.administration.tabs import add_tab

        add_tab("Days off", "/admin/units/days-off")
