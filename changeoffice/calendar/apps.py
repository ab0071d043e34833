from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "changeoffice.calendar"
    label = "office_calendar"

    def ready(self) -> None:
        from changeoffice.calendar.kept import working_days
        from changeoffice.core import ports
        from changeoffice.core.administration.tabs import add_tab

        ports.working_days = working_days

        add_tab("Days off", "/admin/units/days-off")
