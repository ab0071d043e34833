"""What people write in cells becomes a value, or a sentence why not."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from changeoffice.core.imports.values import RULES, Directory, Someone, Unusable, order_of
from changeoffice.core.imports.values.dates import ORDERS

PEOPLE = Directory(
    [
        Someone("dwhitcombe", "d.whitcombe@example.org", "Daniel Whitcombe"),
        Someone("hokafor", "helen@example.org", "Helen Okafor"),
        Someone("harry", "harry@example.org", "Harry Okafor"),
        Someone("zvdb", "z@example.org", "Zoë van der Berg"),
    ]
)


def value(rule: str, text: str, **spec):
    return RULES[rule]({"a": text}, {"column": "a", **spec})


def reason(rule: str, text: str, **spec) -> str:
    with pytest.raises(Unusable) as refused:
        value(rule, text, **spec)
    assert refused.value.column == "a"
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-04-01", "2024-04-01"),
        ("2024-04-01 00:00:00", "2024-04-01"),
        ("2021-01-01T19:51:35.0", "2021-01-01"),
        ("2024-12-22T00:00:00Z", "2024-12-22"),
        ("May 26, 2016 17:00 +0000", "2016-05-26"),
        ("31/12/2024 17", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("31.12.40", "2040-12-31"),
        ("01.01.99", "1999-01-01"),
        ("1 April 2025", "2025-04-01"),
        ("1st of April 2025", "2025-04-01"),
        ("Tue, 1 Apr 2025", "2025-04-01"),
        ("April 1, 2025", "2025-04-01"),
        ("Sept. 5th, 2020", "2020-09-05"),
        ("1-Apr-25", "2025-04-01"),
        ("20250401", "2025-04-01"),
        ("May 2019", "2019-05-31"),
        ("Feb-24", "2024-02-29"),
        ("2019-05", "2019-05-31"),
        ("05/2019", "2019-05-31"),
        ("Q4 2019/20", "2020-03-31"),
        ("2019-20 (Q4)", "2020-03-31"),
        ("Q1 FY2019/2020", "2019-06-30"),
        ("2025-Q2", "2025-06-30"),
        ("Q2 2025", "2025-06-30"),
        ("FY 2019/20", "2020-03-31"),
        ("2020", "2020-12-31"),
    ],
)
def test_a_date_is_read_in_the_form_people_write_it(text, day):
    assert value("date", text) == date.fromisoformat(day)


def test_a_span_ends_on_its_last_day_unless_the_first_is_asked_for():
    assert value("date", "2025-Q2", span="start") == date(2025, 4, 1)
    assert value("date", "May 2019", span="start") == date(2019, 5, 1)


def test_a_fiscal_year_starts_where_the_source_says():
    assert value("date", "Q1 2019/20", fiscal_year_starts=7) == date(2019, 9, 30)
    assert value("date", "Q4 2019/20", fiscal_year_starts=10) == date(2020, 9, 30)
    assert value("date", "Q1 2019/20", fiscal_year_starts=1) == date(2019, 3, 31)


def test_days_of_a_spreadsheet_are_read_only_when_told():
    assert value("date", "45000", serial="1900") == date(2023, 3, 15)
    assert value("date", "43538", serial="1904") == date(2023, 3, 15)
    assert "not a date" in reason("date", "45000")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31/02/2020", "There is no 31 February 2020. Give a real date."),
        ("29 Feb 2023", "There is no 29 February 2023. Give a real date."),
        ("2024-13-01", "There is no month 13."),
        ("0000-01-01", "The year 0 cannot be right."),
        ("2019-2022", "2019/2022 is not a pair of years that follow each other."),
        ("TBD", "“TBD” is not a date like 2026-11-30."),
        ("1 Foo 2020", "“Foo” is not the name of a month."),
    ],
)
def test_what_is_no_date_is_explained(text, words):
    assert reason("date", text) == words


def test_a_date_that_could_be_two_days_is_not_guessed():
    assert "could be 3 April or 4 March 2025" in reason("date", "03/04/2025")
    assert value("date", "03/04/2025", order="day_first") == date(2025, 4, 3)
    assert value("date", "03/04/2025", order="month_first") == date(2025, 3, 4)
    assert "There is no month 25" in reason("date", "04/25/2025", order="day_first")


def test_a_whole_column_tells_whether_the_day_comes_first():
    assert order_of(["03/04/2025", "13/01/2024 17"]) == "day_first"
    assert order_of(["03/04/2025", "1.30.24", ""]) == "month_first"
    assert order_of(["03/04/2025", "02/01/2025"]) == "ambiguous"
    assert order_of(["30/04/2025", "04/30/2025"]) == "ambiguous"
    assert order_of(["2025-04-03", "May 2019", "05/05/2025"]) == ""


@given(st.lists(st.dates(date(1970, 1, 1), date(2060, 1, 1)), min_size=1), st.sampled_from(ORDERS))
def test_an_order_that_is_decided_reads_every_date_of_the_column(days, order):
    form = "%d/%m/%Y" if order == "day_first" else "%m/%d/%Y"
    texts = [day.strftime(form) for day in days]
    if (found := order_of(texts)) in ORDERS:
        assert found == order
        assert [value("date", text, order=found) for text in texts] == days


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_unmistakable_forms_read_back_the_same_day(day):
    for form in ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d-%b-%Y", "%A, %d %b %Y", "%Y/%m/%d"):
        assert value("date", day.strftime(form)) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("£1,234.5m", "1234500000"),
        ("$4,800,000", "4800000"),
        ("3.42m", "3420000"),
        ("870k", "870000"),
        ("5 million", "5000000"),
        ("€1.2bn", "1200000000"),
        ("1.5m USD", "1500000"),
        ("USD5", "5"),
        ("(1,200)", "-1200"),
        ("-£5", "-5"),
        ("£-5", "-5"),
        ("\xa0£6.20 ", "6.20"),
        ("1 234 567.5", "1234567.5"),
        ("5.816783999999999", "5.82"),
        ("1e-05", "0"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, amount):
    assert value("money", text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.234,56 €", "1,23", "12,34,567", "£10-20m", "5%", "$", "--5"])
def test_an_amount_that_could_mean_another_is_refused(text):
    assert reason("money", text).endswith(".")


def test_the_decimal_comma_is_read_where_the_source_writes_it():
    assert value("money", "1.234,56 €", decimal=",") == Decimal("1234.56")
    assert value("money", "3,42m", decimal=",") == Decimal("3420000")
    assert "“.” is read as the decimal sign here" in reason("money", "1,23")


def test_a_unit_in_the_cell_wins_over_the_columns_scale():
    assert value("money", "4,800", scale=1000) == Decimal("4800000")
    assert value("money", "£1.2bn", scale=1_000_000) == Decimal("1200000000")


def test_another_currency_than_the_files_is_refused():
    assert reason("money", "£5", currency="USD") == "“£” is not USD, the currency of this file."
    assert value("money", "$5", currency="CAD") == Decimal("5")
    assert "“EUR” is not GBP" in reason("money", "5 EUR", currency="GBP")


def test_texts_that_mean_no_value_are_listed_by_the_source():
    spec = {"empty": ["TBC", "*exempt under*"]}
    assert value("money", "Data exempt under Section 43(2)", **spec) is None
    assert value("date", " tbc ", **spec) is None
    assert value("date", "#N/A") is None
    assert reason("money", "TBC", required=True, **spec) == "This may not be empty."


@given(st.decimals(-(10**9), 10**9, places=2))
def test_an_amount_written_with_groups_reads_back(amount):
    assert value("money", f"{amount:,}") == amount
    assert value("money", f"£{amount:,.2f}".replace("£-", "-£")) == amount
    swapped = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert value("money", swapped, decimal=",") == amount


def test_days_are_counted_in_the_words_of_the_source():
    assert [value("days", t) for t in ("580 days", "-12 days", "2 weeks", "3 working days", "7.5")] == [
        580, -12, 14, 3, 8]  # fmt: skip
    assert "not a number of days" in reason("days", "soon")


def test_a_date_is_reached_from_a_start_and_some_columns_of_days():
    cells = {"start": "2011-10-03", "plan": "180 days", "late": "", "since": "4018"}
    spec = {"column": "start", "days": ["plan", "late"]}
    assert RULES["date_plus"](cells, spec) == date(2012, 3, 31)
    counted = {"from": "2000-01-01", "days": ["since"]}
    assert RULES["date_plus"](cells, counted) == date(2011, 1, 1)
    assert RULES["date_plus"]({"since": ""}, counted) is None
    with pytest.raises(Unusable, match="empty") as refused:
        RULES["date_plus"](cells, {**spec, "required": True})
    assert refused.value.column == "late"


def test_a_rating_knows_the_usual_words_and_the_sources_own():
    spec = {"values": {"Reset": "", "Watch": "amber"}, "empty": ["*exempt*"]}
    found = [
        value("rating", t, **spec) for t in ("Amber/ Red", "G", "watch", "Reset", "Data exempt")
    ]
    assert found == ["amber_red", "green", "amber", None, None]
    assert "“Purple” has no meaning here yet" in reason("rating", "Purple")


def test_a_choice_is_mapped_refused_or_given_the_default():
    spec = {"values": {"In dev": "build", "On hold*": "paused"}}
    assert value("choice", "in  DEV", **spec) == "build"
    assert value("choice", "On hold since May", **spec) == "paused"
    assert "“UAT”" in reason("choice", "UAT", **spec)
    assert value("choice", "UAT", otherwise="test", **spec) == "test"


def test_yes_and_no_are_told_apart():
    assert [value("flag", text) for text in ("Yes", "0", "TRUE", "n", "")] == [
        True, False, True, False, None]  # fmt: skip
    assert value("flag", "ja", true=["ja"]) is True
    assert "neither yes nor no" in reason("flag", "perhaps")


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("DWHITCOMBE", "dwhitcombe"),
        ("D.Whitcombe@example.org", "dwhitcombe"),
        ("Daniel Whitcombe <d.whitcombe@example.org>", "dwhitcombe"),
        ("Whitcombe D", "dwhitcombe"),
        ("Whitcombe, Daniel", "dwhitcombe"),
        ("D. Whitcombe", "dwhitcombe"),
        ("zoe van der berg", "zvdb"),
        ("van der Berg Z", "zvdb"),
    ],
)
def test_a_person_is_found_by_what_a_file_calls_them(text, username):
    assert value("person", text, people=PEOPLE) == username


def test_a_name_of_two_people_or_of_nobody_is_refused():
    assert reason("person", "H. Okafor", people=PEOPLE) == (
        "“H. Okafor” could be Harry Okafor (harry) or Helen Okafor (hokafor). Give the user name."
    )
    assert "no person “Nemo”" in reason("person", "Nemo", people=PEOPLE)


def test_html_becomes_markdown_and_nothing_that_acts():
    html = (
        "<p>Hi <strong>you</strong> &amp; all</p><ul><li>one</li><li>two</li></ul>"
        "<a href='javascript:x()'>bad</a> <a href='https://example.org/'>good</a>"
        "<script>steal()</script>"
    )
    assert value("long_text", html) == (
        "Hi **you** & all\n\n- one\n- two\n\nbad [good](https://example.org/)"
    )


def test_text_with_angle_brackets_that_is_no_html_stays():
    assert value("long_text", "if a<b and List<int> &lt; 3") == "if a<b and List<int> < 3"


def test_line_breaks_written_as_two_signs_are_undone_only_when_told():
    assert value("long_text", r"a\nb\\n\"c\"", escapes=True) == 'a\nb\\n"c"'
    assert value("long_text", r"C:\new") == r"C:\new"


def test_a_code_gets_its_leading_zeros_back():
    assert value("code", "5", width=3) == "005" and value("code", "A5", width=3) == "A5"


def test_the_first_filled_of_several_columns_counts():
    spec = {"column": ["rating", "rating (2)"]}
    assert RULES["rating"]({"rating": " ", "rating (2)": "Red"}, spec) == "red"
    with pytest.raises(Unusable) as refused:
        RULES["rating"]({"rating": "", "rating (2)": "?"}, spec)
    assert refused.value.column == "rating (2)"


@given(
    rule=st.sampled_from(sorted(RULES)),
    cell=st.text(max_size=30) | st.from_regex(r"[£$€(-]*\d[\d., /:QFYT-]{0,12}[mk%)]?"),
    other=st.text(alphabet="0123456789.-eE days", max_size=12),
    spec=st.fixed_dictionaries(
        {},
        optional={
            "required": st.booleans(), "order": st.sampled_from(ORDERS), "decimal": st.just(","),
            "serial": st.sampled_from(["1900", "1904"]), "scale": st.integers(1, 10**6),
            "span": st.just("start"), "fiscal_year_starts": st.integers(1, 12),
            "escapes": st.just(True), "minus": st.just("b"), "currency": st.just("GBP"),
        },
    ),
)  # fmt: skip
@example(rule="date", cell="<p>", other="", spec={})
def test_any_cell_is_a_value_or_a_reason(rule, cell, other, spec):
    spec = {"column": "a", "days": ["b"], "width": 3, "people": PEOPLE, **spec}
    try:
        found = RULES[rule]({"a": cell, "b": other}, spec)
    except Unusable as refused:
        assert refused.column in {"a", "b"} and refused.message.endswith(".")
    else:
        assert found is None or isinstance(found, str | date | Decimal | int | list)
