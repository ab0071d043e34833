"""A schedule in words."""

from celery.schedules import crontab, schedule

DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
STEPS = [(86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]


def words_for(every: schedule) -> str:
    if isinstance(every, crontab):
        return _of_crontab(every)
    seconds = int(every.run_every.total_seconds())
    for size, name in STEPS:
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"every {name}" if number == 1 else f"every {number} {name}s"
    return f"every {seconds} seconds"


def _of_crontab(every: crontab) -> str:
    hours, minutes, days = sorted(every.hour), sorted(every.minute), sorted(every.day_of_week)
    if len(hours) == 24:
        return _within_the_hour(minutes)
    at = f"{hours[0]:02d}:{minutes[0]:02d}"
    if len(hours) > 1:
        return f"{len(hours)} times a day, first {at} UTC"
    if len(every.day_of_month) < 31:
        return f"{at} UTC on day {min(every.day_of_month)} of the month"
    if days == [1, 2, 3, 4, 5]:
        return f"{at} UTC, Monday to Friday"
    if len(days) == 7:
        return f"{at} UTC each day"
    return f"{at} UTC on {', '.join(DAYS[day] for day in days)}"


def _within_the_hour(minutes: list[int]) -> str:
    if len(minutes) == 60:
        return "every minute"
    if len(minutes) == 1:
        return "every hour" if minutes[0] == 0 else f"every hour at {minutes[0]} past"
    return f"every {60 // len(minutes)} minutes"
