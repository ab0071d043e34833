"""A mapping is data: it finds its columns, is checked when sent, and is suggested when missing."""

import pytest

from changeoffice.core.imports.kinds import Field
from changeoffice.core.imports.mapping import Mapping, mappings
from changeoffice.core.imports.reading import guess, read
from changeoffice.core.imports.suggest import suggest
from changeoffice.core.record.errors import Invalid

PLAIN = {
    "name": "yearly", "kind": "projects", "source": "yearly",
    "identity": [["Project Number"], ["Project Name"]],
    "fields": {
        "title": {"rule": "text", "column": "Project Name", "required": True},
        "cost": {"rule": "money", "column": ["Cost", "*Budget (£million)"], "scale": 1000000},
        "due": {"rule": "date", "column": "End"},
    },
    "constants": {"currency": "GBP"},
}  # fmt: skip


def read_csv(content: bytes):
    """The table of a text as it most likely is meant."""
    return read(content, guess(content).shape)


def wrong(**parts) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        Mapping.from_json({**PLAIN, **parts}, ["title", "cost", "due", "currency"])
    return refused.value.errors


def test_columns_are_found_in_any_spelling_and_by_patterns():
    table = read_csv("project_name,2015/16 Budget (£million),END\nA,£6.20,2024-01-05\n".encode())
    mapping = Mapping.from_json(PLAIN).prepare(table)
    values, errors = mapping.values_of(table.rows[0])
    assert not errors and values["cost"] == 6_200_000 and values["currency"] == "GBP"
    assert mapping.identity_of(table.rows[0]) == "A"


def test_the_best_identity_counts_and_the_others_are_known():
    table = read_csv(b"Project Number,Project Name\nP1,A  b\n,C\n")
    mapping = Mapping.from_json(PLAIN).prepare(table)
    assert mapping.identities_of(table.rows[0]) == ["P1", "A b"]
    assert mapping.identity_of(table.rows[1]) == "C"


def test_what_a_file_lacks_is_told_and_only_the_required_refused():
    found = Mapping.from_json(PLAIN).prepare(read_csv(b"Project Name\nA\n"))
    assert found.missing == {"cost": ["Cost"], "due": ["End"]} and list(found.fields) == ["title"]
    with pytest.raises(Invalid, match="lacks the columns: Project Name"):
        Mapping.from_json(PLAIN).prepare(read_csv(b"Project Number,b\n1,2\n"))


def test_the_constant_currency_refuses_another_sign():
    table = read_csv(b"Project Name,Cost\nA,$5\n")
    _, errors = Mapping.from_json(PLAIN).prepare(table).values_of(table.rows[0])
    assert [error.message for error in errors] == ["“$” is not GBP, the currency of this file."]


def test_a_mapping_survives_its_journey_as_json():
    mapping = Mapping.from_json(PLAIN)
    assert Mapping.from_json(mapping.as_json()) == mapping
    for shipped in mappings().values():
        assert Mapping.from_json(shipped.as_json()) == shipped


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"fields": {"title": {"rule": "eval", "column": "a"}}}, "fields.title"),
        ({"fields": {"title": {"rule": "text"}}}, "fields.title"),
        ({"fields": {"title": {"rule": "text", "column": 5}}}, "fields.title"),
        ({"fields": {"title": {"rule": "text", "column": "a", "max": 10**9}}}, "fields.title"),
        ({"fields": {"title": {"rule": "text", "column": "a", "people": []}}}, "fields.title"),
        ({"fields": {"title": {"rule": "date_plus", "column": "a"}}}, "fields.title"),
        ({"fields": {"title": {"rule": "date_plus", "from": "x", "days": ["a"]}}}, "fields.title"),
        ({"fields": {"secret": {"rule": "text", "column": "a"}}}, "fields.secret"),
        ({"fields": []}, "fields"),
        ({"constants": {"secret": 1}}, "constants.secret"),
        ({"constants": {"title": ["x"]}}, "constants.title"),
        ({"identity": []}, "identity"),
        ({"identity": ["c"] * 99}, "identity"),
        ({"name": "x" * 100}, "name"),
        ({"join": [{"file": "x"}]}, "join"),
        ({"shape": {"sheet": 5}}, "shape"),
        ({"shape": {"colour": "x"}}, "shape"),
        ({"more": 1}, "more"),
    ],
)
def test_a_mapping_somebody_sent_is_checked_part_by_part(parts, where):
    assert set(wrong(**parts)) == {where}


@pytest.mark.parametrize("plain", [None, [], "x", {}])
def test_what_is_no_mapping_is_refused(plain):
    with pytest.raises(Invalid):
        Mapping.from_json(plain)


class Plans:
    """A kind of record as a downstream app would describe it."""

    name = "plans"
    fields = (
        Field("title", "Title", required=True, synonyms=("project name",)),
        Field("finish", "Planned finish", "date", synonyms=("end date", "go live")),
        Field("cost", "Budget", "money", synonyms=("total budget",)),
        Field("stage", "Stage", "choice", choices=(("build", "In build"), ("test", "In test")),
              synonyms=("status",)),
        Field("story", "Description", "long_text"),
    )  # fmt: skip


FILE = (
    "uniqueId,Project Name,End Date,Total Budget,Status,Description,Comments\n"
    'p1,One,03/04/2025,"£1,200",In build,line\\nline,x\n'
    "p2,Two,05/04/2025,870k,On hold,other\\ntext,y\n"
    "p3,Three,TBD,TBC,in BUILD,,z\n"
).encode()


def test_columns_go_where_their_names_and_values_point():
    draft = suggest(Plans, read_csv(FILE))
    goes = {column.name: (column.field, column.origin) for column in draft.columns}
    assert goes["Project Name"] == ("title", "suggested") and goes["End Date"][0] == "finish"
    assert goes["Total Budget"][0] == "cost" and goes["Comments"] == ("", "left_out")
    assert draft.mapping.identity == ["uniqueId"]
    assert draft.mapping.fields["cost"]["empty"] == ["TBC"]
    assert draft.mapping.fields["story"]["escapes"] is True
    assert draft.columns[1].examples == ["One", "Two", "Three"] and draft.columns[1].letter == "B"


def test_what_a_person_must_decide_is_asked():
    draft = suggest(Plans, read_csv(FILE))
    asked = {column.name: column.questions[0] for column in draft.needs_person}
    assert set(asked) == {"End Date", "Status"}
    assert asked["End Date"].kind == "order"
    assert asked["Status"].kind == "values" and asked["Status"].values == {"On hold": 1}
    assert draft.mapping.fields["stage"]["values"] == {"In build": "build", "in BUILD": "build"}


def test_a_column_decides_its_own_order_of_day_and_month():
    draft = suggest(Plans, read_csv(b"Title,End Date\nA,03/04/2025\nB,30/04/2025\n"))
    assert draft.mapping.fields["finish"]["order"] == "day_first" and not draft.needs_person
    assert draft.mapping.identity == ["Title"]


def test_a_column_of_prose_is_no_date_whatever_its_name():
    draft = suggest(Plans, read_csv(b"Title,End Date\nA,when it is done\nB,some day soon\n"))
    assert "finish" not in draft.mapping.fields


def test_what_is_remembered_stays_and_new_columns_are_left_out():
    remembered = suggest(Plans, read_csv(FILE)).mapping
    remembered = Mapping.from_json({**remembered.as_json(), "name": "ours", "source": "ours"})
    later = read_csv(b"uniqueId,project name,End Date,Total cost\np1,One,2025-04-03,5\n")
    draft = suggest(Plans, later, remembered)
    origins = {column.name: column.origin for column in draft.columns}
    assert origins == {"uniqueId": "remembered", "project name": "remembered",
                       "End Date": "remembered", "Total cost": "left_out"}  # fmt: skip
    assert draft.mapping.name == "ours"
