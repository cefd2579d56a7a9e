"""Any table by its mapping: every claim as the row says it, every row taken in or told, and nothing of what is left out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castello.cases._yaml import load
from castello.claims import Kind
from castello.sources import mapped_table
from castello.sources.mapped_table import SOURCE, BadMapping, missing_column
from castello.sources.mapped_table._figures import number
from castello.sources.mapped_table.sidecar import read_mapping
from tests.sources.mangled import mangled, workbook, zipped
from tests.sources.registers import codes
from tests.sources.tables import read_tables

FOLDER = Path(mapped_table.__file__).parent
SAMPLE = load((FOLDER / "sample.csv.yml").read_bytes(), file="sample.csv.yml")
EVENTS = {
    "kind": "event",
    "key": {"column": "Ref"},
    "date": {"column": "Date"},
    "subject": "unknown",
    "predicate": {"column": "Type", "values": {"Shelling": "attack.shelling", "air  strike": "attack.air"}},
    "place": {"column": "Place"},
}
PRICES = {
    "kind": "price",
    "date": {"column": "Date"},
    "subject": {"column": "Produit", "values": {"Farine": "wheat-flour"}},
    "predicate": "level",
    "object": {"column": "Marché"},
    "quantity": {"value": {"column": "Prix"}, "unit": {"column": "Unité"}},
    "currency": {"column": "Devise"},
}
SERIES = {
    "kind": "casualty",
    "date": {"column": "day"},
    "subject": "unknown",
    "predicate": "killed",
    "object": "opposition",
    "quantity": {"unit": "person"},
    "wide": {"columns": ["Aleppo", "al-Shaar"], "slot": "place"},
}


def read(data, mapping, *, name="table.csv", **options):
    """What a table gives, read by its mapping."""
    options = {"mapping": mapping, **options}
    return read_tables(SOURCE.bound(options), data if isinstance(data, bytes) else data.encode(), name=name, **options)


def only(told):
    (claim,) = told.claims
    return claim


def test_the_sample_by_hand():
    mapping = {key: value for key, value in SAMPLE.items() if key in ("mapping", "day_first")}
    told = read((FOLDER / "sample.csv").read_bytes(), mapping["mapping"], day_first=mapping["day_first"])
    assert (told.present, told.taken, told.refused) == (3, 2, 1)
    assert codes(told.issues) == [(4, "Killed", "number", "error")]
    assert [claim.to_json() for claim in told.claims] == [
        {
            "kind": "event",
            "subject": "unknown",
            "predicate": predicate,
            "place": place,
            **({"also": {"harm_best": 2}} if row == 2 else {}),
            "happened": {"maybe": days, "sure": days, "starts": "yes", "ends": "yes"},
            "published": "2016-12-31",
            "chain": [{"who": "mappers", "role": "compiler"}],
            "document": "map-2016",
            "locator": {"row": row},
            "place_as_written": written,
            "where": {"lat": lat, "lon": lon},
        }
        for row, predicate, place, written, days, lat, lon in (
            (2, "attack.shelling", "hanano", "Hanano", ["2016-07-03", "2016-07-04"], 36.23, 37.2),
            (3, "attack.air", "shaar", "al-Shaar", ["2016-07-14", "2016-07-15"], 36.205, 37.185),
        )
    ]
    assert sorted(told.keys.values()) == ["table/A-1", "table/A-2"]


# ------------------------------------------------------------------------------------------------------------ figures


@pytest.mark.parametrize(
    ("written", "said", "value"),
    [
        ("12.5", {}, 12.5),
        ("12,5", {}, None),
        ("12,5", {"decimal": ","}, 12.5),
        ("12.5", {"decimal": ","}, None),
        ("1,500", {}, None),
        ("1,500", {"thousands": ","}, 1500),
        ("1.500,25", {"decimal": ",", "thousands": "."}, 1500.25),
        ("1 500", {"thousands": " "}, 1500),
        ("٣٥٠", {}, 350),
        ("about 300", {}, None),
        ("1e3", {}, 1000),
    ],
)
def test_a_figure_is_what_the_mapping_says_and_nothing_is_guessed(written, said, value):
    text = f"Date;Produit;Marché;Prix;Unité;Devise\n2016-07-01;Farine;al-Shaar;{written};KG;SYP\n"
    told = read(text, PRICES | said)
    assert number(written, decimal=said.get("decimal", "."), thousands=said.get("thousands")) == value
    if value is None:
        assert (told.claims, codes(told.issues)) == ((), [(2, "Prix", "number", "error")])
        assert ("decimal" in told.issues[0].hint) == ("decimal" not in said)
        return
    claim = only(told)
    assert (claim.subject, claim.object, claim.quantity.value, claim.quantity.unit) == (
        "wheat-flour",
        "shaar",
        value,
        "SYP/KG",
    )
    assert claim.quantity.words == (None if written in ("12.5", "350") else written)
    assert claim.slot("currency") == "SYP"


@given(
    st.text(alphabet="0123456789.,-+eE ٣'\u00a0", max_size=9),
    st.sampled_from([".", ","]),
    st.sampled_from([None, ",", ".", " "]),
)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_engine_takes_the_same_texts_for_numbers_as_python(text, decimal, thousands):
    if thousands == decimal:
        return
    said = {"decimal": decimal} | ({} if thousands is None else {"thousands": thousands})
    cell = " ".join(text.split())
    told = read(f'Date;Produit;Marché;Prix;Unité;Devise\n2016-07-01;Farine;al-Shaar;"{cell}";KG;SYP\n', PRICES | said)
    value = number(cell, decimal=decimal, thousands=thousands)
    assert [claim.quantity.value for claim in told.claims] == ([] if value is None else [value])


def test_people_are_counted_in_whole_numbers_and_never_negative():
    mapping = EVENTS | {"harm_best": {"column": "N"}}
    told = read("Ref,Date,Place,Type,N\n1,2016-07-01,al-Shaar,Shelling,2.5\n", mapping)
    assert codes(told.issues) == [(2, "N", "figure", "error")]
    counts = {"kind": "people", "date": "2016-07", "subject": {"column": "P"}, "predicate": "lives"}
    counts |= {"quantity": {"value": {"column": "N"}, "unit": "person"}}
    told = read("P,N\nal-Shaar,-4\nal-Shaar,\nal-Shaar,7.5\nal-Shaar,1200\n", counts)
    assert codes(told.issues) == [
        (2, "N", "negative", "error"),
        (3, "N", "no-figure", "error"),
        (4, "N", "figure", "error"),
    ]
    assert (only(told).quantity.value, only(told).happened.maybe) == (1200, (date(2016, 7, 1), date(2016, 8, 1)))


# ------------------------------------------------------------------------------------------------------- who and where


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("1,2016-07-01,Shelling,Nowhere", "place", "Place"),
        ("1,2016-07-01,Shelling,Hanano", "place", "Place"),  # two places have that name
        ("1,2016-07-01,Bang,al-Shaar", "predicate", "Type"),
        ("1,2016-07-01,,al-Shaar", "no-predicate", "Type"),
        ("1,,Shelling,al-Shaar", "no-date", "Date"),
        ("1,03/04/2016,Shelling,al-Shaar", "date", "Date"),
        ("1,2017-07-01,Shelling,al-Shaar", "after-release", "Date"),
        (",2016-07-01,Shelling,al-Shaar", "id", "Ref"),
    ],
)
def test_what_is_not_clear_costs_its_row_and_says_where(row, code, column):
    told = read(f"Ref,Date,Type,Place\n{row}\n2,2016-07-02,AIR strike,حلب\n", EVENTS)
    assert codes(told.issues) == [(2, column, code, "error")]
    assert all(issue.hint for issue in told.issues)
    assert (only(told).predicate, only(told).place, only(told).locator.row) == ("attack.air", "city", 3)


def test_a_name_means_a_place_by_its_point_its_code_or_the_user():
    at = {"column": "Place", "lat": {"column": "Lat"}, "lon": {"column": "Lon"}, "pcode": {"column": "Code"}}
    at |= {"values": {"the school": "shaar"}}
    rows = [
        "1,2016-07-01,Shelling,Hanano,36.23,37.20,",
        "2,2016-07-01,Shelling,Hanano,35.0,38.0,",
        "3,2016-07-01,Shelling,Nowhere,35.5,37.5,",
        "4,2016-07-01,Shelling,,,,N17",
        "5,2016-07-01,Shelling,The School,,,",
        "6,2016-07-01,Shelling,al-Shaar,,,N17",
        "7,2016-07-01,Shelling,al-Shaar,136,37,",
    ]
    told = read("Ref,Date,Type,Place,Lat,Lon,Code\n" + "\n".join(rows) + "\n", EVENTS | {"place": at})
    assert [(claim.locator.row, claim.place) for claim in told.claims] == [
        (2, "hanano"),
        (3, "hanano-far"),
        (4, None),
        (5, "hanano"),
        (6, "shaar"),
        (8, "shaar"),
    ]
    assert told.claims[2].where.lat == 35.5
    assert told.claims[2].place_as_written == "Nowhere"
    assert told.claims[-1].where is None
    assert codes(told.issues) == [
        (4, "Place", "place-alike", "warning"),
        (7, "Place", "place", "error"),
        (8, "Lat", "point", "warning"),
    ]


def test_parties_roads_and_speakers():
    mapping = {
        "kind": "access",
        "date": {"since": {"column": "Since"}},
        "subject": {"column": "Road"},
        "predicate": {"column": "State", "values": {"مغلق": "closed"}, "empty": "open"},
        "object": {"column": "For"},
        "source": {"column": "By"},
        "published": {"column": "Told"},
        "note": {"column": "N"},
        "users": {"column": "U", "empty": "civilian"},
    }
    text = """Road,Since,State,For,By,Told,N,U
Northern road,2016-07-07,مغلق,المعارضة,radio,2016-07-09,by fire,
north-road,2016-07-17,,rebels,Someone,2016-07-18,,aid
Northern road,2016-07-17,closed,the Brigade,,,,
Northern road,2016-07-17,closed,rebels,,2017-01-01,,
Northern road,2016-07-17,closed,rebels,,,,bikes
"""
    told = read(text, mapping, source_names={"radio": "local-radio"})
    first, second = told.claims
    assert (first.subject, first.predicate, first.object, first.slot("users")) == (
        "north-road",
        "closed",
        "opposition",
        "civilian",
    )
    assert (first.happened.maybe, first.happened.sure) == ((date(2016, 7, 7), None), (date(2016, 7, 7), None))
    assert [(link.who, link.role.value) for link in first.chain] == [
        ("local-radio", "compiler"),
        ("mappers", "publisher"),
    ]
    assert (first.published, first.note) == (date(2016, 7, 9), "by fire")
    assert (second.predicate, second.chain[0].who, second.note) == ("open", "unknown", "source as written: Someone")
    assert codes(told.issues) == [
        (3, "By", "source-alike", "warning"),
        (4, "For", "object", "error"),
        (5, "Told", "after-document", "error"),
        (6, "U", "users", "error"),
    ]
    assert "brigade-north or brigade-south" in told.issues[1].what


def test_spans_are_some_day_unless_every_day_is_said():
    mapping = {"date": {"first": {"column": "A"}, "last": {"column": "B"}}}
    text = "Ref,Type,Place,A,B\n1,Shelling,al-Shaar,2016-07-01,2016-07-03\n2,Shelling,al-Shaar,2016-07-04,\n3,Shelling,al-Shaar,2016-07-04,2016-07-02\n"
    told = read(text, EVENTS | mapping)
    span = (date(2016, 7, 1), date(2016, 7, 4))
    assert [(claim.happened.maybe, claim.happened.sure) for claim in told.claims] == [
        (span, None),
        ((date(2016, 7, 4), date(2016, 7, 5)),) * 2,
    ]
    assert codes(told.issues) == [(4, "B", "dates-reversed", "error")]
    every = read(text, EVENTS | {"date": mapping["date"] | {"every_day": True}}).claims[0]
    assert (every.happened.maybe, every.happened.sure) == (span, span)


# ------------------------------------------------------------------------------------------- several claims, wide, keys


def test_a_row_may_make_several_claims():
    mapping = {key: value for key, value in EVENTS.items() if key not in ("kind", "predicate")} | {
        "object": "opposition",
        "kind": "casualty",
        "claims": [
            {"predicate": "killed", "quantity": {"value": {"column": "K"}, "unit": "person"}},
            {"predicate": "injured", "quantity": {"value": {"column": "I"}, "unit": "person"}},
        ],
    }
    text = "Ref,Date,Place,K,I\n1,2016-07-01,al-Shaar,3,7\n2,2016-07-02,al-Shaar,,2\n3,2016-07-03,al-Shaar,,\n"
    told = read(text, mapping)
    assert {(claim.locator.row, claim.predicate, claim.quantity.value) for claim in told.claims} == {
        (2, "killed", 3),
        (2, "injured", 7),
        (3, "injured", 2),
    }
    assert sorted(told.keys.values()) == ["table/1/1", "table/1/2", "table/2/2"]
    assert (told.present, told.taken, codes(told.issues)) == (3, 2, [(4, None, "no-figure", "error")])


def test_a_wide_table_has_a_claim_for_each_of_its_columns():
    text = "day,Aleppo,al-Shaar,Idlib\n2016-07-01,0.0,2.0,9\n2016-07-02,,,\n2016-07-03,4,,\n"
    told = read(text, SERIES | {"absent": ["0.0"], "leave_out": ["Idlib"]})
    assert [(claim.locator.row, claim.place, claim.quantity.value) for claim in told.claims] == [
        (2, "shaar", 2),
        (4, "city", 4),
    ]
    assert codes(told.issues) == [(3, None, "no-figure", "error")]
    assert len(read(text, SERIES).claims) == 3
    # what is wrong with a row is told once, however many claims it makes
    late = read("day,Aleppo,al-Shaar\n2017-07-01,1,2\n", SERIES)
    assert [(issue.row, issue.what) for issue in late.issues if issue.code == "after-release"] == [
        (2, "speaks of 2017-07-01, after it was published on 2016-12-31")
    ]
    with pytest.raises(BadMapping, match="'Nowhere' is not clearly one place"):
        read("day,Nowhere\n2016-07-01,1\n", SERIES | {"wide": {"columns": ["Nowhere"], "slot": "place"}})


def test_without_a_key_rows_are_told_apart_by_what_is_read_of_them():
    mapping = {key: value for key, value in EVENTS.items() if key != "key"}
    text = "Date,Type,Place,Phone\n2016-07-01,Shelling,al-Shaar,{}\n2016-07-01,Shelling,al-Shaar,2\n2016-07-02,Shelling,al-Shaar,3\n"
    told, other = (read(text.format(phone), mapping | {"leave_out": ["Phone"]}) for phone in ("1", "9"))
    assert codes(told.issues) == [(3, None, "twice", "error")]
    assert (told.present, told.taken, told.refused) == (3, 2, 1)
    # what is left out is in no key
    assert sorted(told.keys.values()) == sorted(other.keys.values())
    assert all(key.startswith("content/") for key in told.keys.values())


def test_sheets_of_a_workbook_are_named():
    rows = [
        ["Ref", "Date", "Type", "Place"],
        ["1", "2016-07-01", "Shelling", "al-Shaar"],
        ["2", "", "Shelling", "al-Shaar"],
    ]
    told = read(zipped(workbook({"July": rows, "Read me": [["x"]]})), EVENTS, name="a.xlsx")
    assert only(told).locator.sheet == "July"
    assert [issue.what for issue in told.issues if issue.code == "no-date"] == ["has no date (sheet 'July')"]


def test_a_column_may_be_called_anything():
    head = 'x"y,row,refused,problems,_xf0,select'
    mapping = EVENTS | {
        "key": {"columns": ['x"y', "refused"]},
        "note": {"column": "problems"},
        "date": {"column": "select"},
    }
    mapping |= {"place": {"column": "_xf0"}, "predicate": "attack"}
    told = read(
        f'"{head.replace(chr(34), chr(34) * 2).replace(",", chr(34) + "," + chr(34))}"\n1,2,a,n,al-Shaar,2016-07-01\n',
        mapping,
    )
    assert (only(told).note, only(told).place, [*told.keys.values()]) == ("n", "shaar", ["table/1\x1fa"])


# ------------------------------------------------------------------------------------------------------- the mapping


@pytest.mark.parametrize(
    ("text", "slot", "line", "what"),
    [
        ("kind: event\nsubject: unknown\ndate: 2016-07-01", "predicate", 1, "event without predicate"),
        ("kind: event\nsubject: unknown\npredicate: attack", "date", 1, "event without date"),
        ("subject: unknown", "kind", 1, "names no kind of claim"),
        ("kind: evnt", "kind", 1, "is no kind of claim"),
        ("kind: position\nsubject: x", "kind", 1, "is no kind of claim"),
        ("kind: event\nsubject: '?'\npredicate: attack\ndate: 2016-07-01", "subject", 2, "subject is still open"),
        ("kind: event\nsubject: unknown\npredicate: {column: T, values: {a: '?'}}\ndate: 2016-07-01", "a", 3, "'a' is still open"),
        ("kind: event\nsubject: unknown\npredicate: atack\ndate: 2016-07-01", "predicate", 3, "not a predicate of event"),
        ("kind: event\nsubject: unknown\npredicate: {column: T, values: {a: bang}}\ndate: 2016-07-01", "predicate", 3, "'bang'"),
        ("kind: event\nsubject: unknown\npredicate: attack\ndate: 2016-07-01\nwepon: x", "wepon", 5, "has no slot wepon"),
        ("kind: price\nsubject: a\npredicate: level\nobject: b\ndate: 2016-07-01", "quantity", 1, "price without quantity"),
        ("kind: price\nsubject: a\npredicate: level\nobject: b\nquantity: {value: {column: P}}\ndate: 2016-07-01", "unit", 5, "without unit"),
        ("kind: event\nsubject: unknown\npredicate: attack\ndate: {col: D}", "date", 4, "date cannot be read"),
        ("kind: event\nsubject: {columm: A}\npredicate: attack\ndate: 2016-07-01", "subject", 2, "subject cannot be read"),
        ("kind: event\nsubject: unknown\npredicate: attack\ndate: 2016-07-01\ndecimal: ;", "decimal", 5, "parts no decimals"),
        ("kind: event\nsubject: unknown\npredicate: attack\ndate: {column: D}\nleave_out: [D]", "leave_out", 5, "left out and mapped"),
        ("kind: event\nsubject: unknown\npredicate: attack\ndate: 2016-07-01\nplace: {column: P, lat: {column: L}}", "lat", 5, "go together"),
        ("kind: control\nsubject: a\npredicate: holds\nobject: b\nplace: c\ndate: 2016-07-01", "place", 5, "control has no slot place"),
        ("kind: event\nsubject: unknown\npredicate: attack\ndate: 2016-07-01", "mapping", 1, "takes nothing from the table"),
        ("claims: 3", "claims", 1, "is not a list"),
        ("key: ID", "key", 1, "is not a column"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_says_where(text, slot, line, what):
    if text.startswith("key"):
        text += "\nkind: event\nsubject: unknown\npredicate: attack\ndate: 2016-07-01"
    with pytest.raises(BadMapping) as raised:
        read_mapping(load(text.encode(), file="a.yml"))
    assert what in raised.value.what
    assert (raised.value.slot, raised.value.line) == (slot, line)
    assert raised.value.hint


def test_a_column_that_the_file_does_not_have_is_told_with_what_was_meant():
    mapping = load(b"kind: event\nsubject: unknown\npredicate: attack\ndate: {column: Dates}", file="a.yml")
    missing_column(mapping, [["title"], ["x", "dates"]])
    with pytest.raises(BadMapping, match="no column 'Dates'") as raised:
        missing_column(mapping, [["ref", "date"]])
    assert (raised.value.line, raised.value.hint) == (4, "Did you mean date? It has ref, date.")


def test_columns_that_are_neither_mapped_nor_left_out_are_told():
    told = read("Ref,Date,Type,Place,A,B\n1,2016-07-01,Shelling,al-Shaar,x,y\n", EVENTS | {"leave_out": ["A"]})
    assert [issue.what for issue in told.issues] == ["has columns that are not known of its mapping: B"]


# ---------------------------------------------------------------------------------------------------------- properties

CELLS = st.sampled_from(
    ["", "1", "2016-07-01", "Shelling", "al-Shaar", "Hanano", "1.5", "-", "x", "3", "99", "36.2", "2016-07-09"]
)


@given(st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_row_is_taken_in_or_told(rows):
    rows = [row for row in rows if any(row)]
    mapping = EVENTS | {
        "harm_best": {"column": "N"},
        "place": {"column": "Place", "lat": {"column": "Lat"}, "lon": {"column": "N"}},
    }
    text = "\n".join(",".join(row) for row in [["Ref", "Date", "Type", "Place", "N", "Lat"], *rows])
    told = read(f"{text}\n", mapping)
    assert told.present == len(rows) == told.taken + told.refused
    made = {claim.locator.row for claim in told.claims}
    assert len(made) == len(told.claims) == told.taken
    if told.refused:
        assert any(issue.severity == "error" for issue in told.issues)


def test_whatever_becomes_of_a_file_nothing_is_invented(tmp_path):
    header = ["Ref", "Date", "Type", "Place", "N"]
    rows = [[str(n), f"2016-07-{n:02}", "Shelling", "al-Shaar", str(n * 3)] for n in range(1, 7)]
    for file in mangled(header, rows, seed=3, count=20, long_line=1_200_000):
        path = tmp_path / file.name
        path.write_bytes(file.data)
        options: dict[str, Any] = {"mapping": EVENTS | {"harm_best": {"column": "N"}}} | (
            {"encoding": file.encoding} if file.encoding else {}
        )
        told = read_tables(SOURCE.bound(options), path, name=file.name, **options)
        assert told.present == told.taken + told.refused, file.name
        assert {claim.kind for claim in told.claims} <= {Kind.EVENT}
        for claim in told.claims if file.cells else ():
            assert claim.slot("harm_best") is None or {str(claim.slot("harm_best"))} & file.cells, file.name
        assert json.dumps([issue.to_json() for issue in told.issues])
