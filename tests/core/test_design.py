"""How days, money and marks read; and that no page asks for an icon the sprite does not hold."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.test import RequestFactory

from changeoffice.core.doors.templatetags import formats, pictures, states

TODAY = date(2026, 11, 10)


def drawn(text: str, **context) -> str:
    return engines["django"].from_string(text).render(context)


@pytest.mark.parametrize(
    ("amount", "words"),
    [(412_000, "£412k"), (4_800_000, "£4.8m"), (-600_000, "−£600k"), (999_600, "£1.0m"),
     (86, "£86"), (12.5, "£12.50"), (9_500, "£9.5k"), (0, "£0"), (None, "")],
)  # fmt: skip
def test_money_is_short_and_has_a_true_minus(amount, words):
    assert formats.money(amount) == words


def test_days_name_the_year_only_when_it_is_another():
    assert formats.short_day(date(2026, 11, 12), TODAY) == "12 Nov"
    assert formats.short_day(date(2027, 1, 2), TODAY) == "2 Jan 2027"
    assert formats.short_day(date(2026, 11, 12), TODAY, weekday=True) == "Thu 12 Nov"
    assert formats.long_day(TODAY) == "10 November 2026"


def test_moments_near_today_are_named():
    assert formats.moment(datetime(2026, 11, 10, 16, 0, tzinfo=UTC), TODAY) == "Today, 16:00"
    assert formats.moment(datetime(2026, 11, 2, 11, 40, tzinfo=UTC), TODAY) == "2 Nov, 11:40"


@pytest.mark.django_db
def test_due_days_say_how_late_they_are():
    assert formats.due(date(2026, 11, 6), TODAY) == "2 wd late"
    assert formats.due(TODAY, TODAY) == "Today"
    assert formats.due(date(2026, 11, 13), TODAY) == "Fri 13 Nov"


def test_percent_shows_a_decimal_only_at_the_edges():
    assert [formats.percent(v) for v in (71, 0.5, 99.4, 31.2, 130)] == [
        "71%", "0.5%", "99.4%", "31%", "130%",
    ]  # fmt: skip
    assert formats.percent(3, 4) == "75%"
    assert formats.signed_days(17) == "+17 wd"
    assert formats.signed_days(-3) == "−3 wd"


@pytest.mark.parametrize(
    ("slip", "allowed", "tone"),
    [(0, 0, ""), (1, 0, "red"), (5, 10, ""), (8, 10, "amber"), (10, 10, "amber"), (11, 10, "red")],
)
def test_tolerance_turns_at_eighty_and_beyond_a_hundred(slip, allowed, tone):
    assert pictures.tolerance(slip, allowed)["tone"] == tone


@pytest.mark.parametrize("value", states.RAG_WORDS)
def test_every_rag_mark_has_a_word_even_when_dense(value):
    assert states.RAG_WORDS[value] in drawn("{% rag v size='mark' %}", v=value)


def test_text_from_people_is_escaped_in_marks():
    nasty = SimpleNamespace(pk=1, name="<b>x</b> y", job_title="")
    page = drawn(
        "{% person p %}{% avatar p alone=True %}{% status 'open' label=n %}", p=nasty, n=nasty.name
    )
    assert "<b>" not in page


def test_a_wrong_field_says_so_to_eyes_and_ears():
    form = forms.Form({})
    form.fields["service"] = forms.CharField(label="Service affected")
    page = drawn("{% error_summary form %}{% field form.service %}", form=form)
    assert page.count("Fill in “Service affected”") == 2
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_service-error"' in page


@pytest.mark.parametrize(
    ("asked", "words"),
    [(forms.CharField(label="Why not now"), "Say why not now"),
     (forms.CharField(label="What is needed, and why?"), "Answer “What is needed, and why?”"),
     (forms.CharField(label="KPI"), "Fill in “KPI”"),
     (forms.ChoiceField(label="Which demand", choices=[("a", "A")]), "Choose which demand"),
     (forms.ChoiceField(label="KPI", choices=[("a", "A")]), "Choose an answer for “KPI”")],
)  # fmt: skip
def test_what_is_missing_is_asked_for_in_plain_words(asked, words):
    form = forms.Form({})
    form.fields["it"] = asked
    assert words in drawn("{% field form.it %}", form=form)


def test_sorting_keeps_filters_and_starts_at_the_first_page():
    request = RequestFactory().get("/demands?state=open&sort=score&cursor=abc")
    page = drawn("{% sort_header 'score' 'Score' %}", request=request)
    assert 'aria-sort="ascending"' in page
    assert "?state=open&amp;sort=-score" in page


def test_every_icon_is_in_the_sprite():
    known = set((Path(settings.BASE_DIR) / "static" / "icons.txt").read_text().split())
    pages = "".join(p.read_text() for p in (Path(settings.BASE_DIR) / "templates").rglob("*.html"))
    asked = set(re.findall(r'\{% icon "([a-z0-9-]+)"', pages))
    asked |= set(re.findall(r'mark="([a-z0-9-]+)"', pages))
    asked |= {look[1] for look in (*states.STATES.values(), *states.BY_KIND.values())}
    asked |= {look[0] for look in states.EVENT_ICONS.values()} | set(states.KIND_ICONS.values())
    assert asked <= known, f"Add to static/icons.txt: {sorted(asked - known)}"
