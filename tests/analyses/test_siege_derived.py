"""Groups of places that are cut off together: who is in them, since when, and what becomes of their names over time."""

from datetime import date
from typing import Any, cast

import pytest

from castello.analyses.siege import derived
from castello.cases.settings import Enclave
from castello.claims import Quantity
from castello.picture.ways import READINGS
from castello.places import Place, Road
from tests.picture import small
from tests.picture.small import road

START, END = date(2016, 5, 5), date(2016, 7, 31)
PLACES = (
    *(Place(id=id_, kind="town", name_en=id_.title()) for id_ in ("east", "mid", "far")),
    Place(id="border", kind="area", name_en="Border", supplies=("opposition",)),
)
ROADS = (
    Road(id="in", cls="road", name_en="In", start="border", end="east"),
    Road(id="on", cls="road", name_en="On", start="east", end="mid"),
    Road(id="out", cls="road", name_en="Out", start="mid", end="far"),
)
PEOPLE = {"east": 50_000, "mid": 20_000, "far": 8_000}


def told(folder, claims, *, start=START, end=END, enclaves=small.ENCLAVE_OF_NOBODY, **options):
    people = [
        small.claim("people", id_, "lives", happened=START, quantity=Quantity(value=count, unit="person"))
        for id_, count in PEOPLE.items()
    ]
    opened = [road(id_, "open", START) for id_ in ("in", "on", "out")]
    picture = small.picture(
        folder, [*people, *opened, *claims], as_of=END, places=PLACES, roads=ROADS, enclaves=enclaves
    )
    return derived(picture, start=start, end=end, **options)


def groups(folder, claims, **options):
    found = told(folder, claims, **options)
    by_reading = {
        reading: [
            (x["enclave"], set(x["places"]), f.since, x["until"], x["parent"], f.low)
            for f in found
            if f.reading == reading
            for x in [cast("dict[str, Any]", dict(f.extra))]
        ]
        for reading in READINGS
    }
    assert by_reading["by_fire"] == by_reading["on_ground"]
    return by_reading["on_ground"]


def test_nobody_is_cut_off_while_the_roads_are_open(tmp_path):
    assert groups(tmp_path, []) == []


def test_a_pocket_that_splits_keeps_its_name_in_the_larger_part(tmp_path):
    closed = [road("in", "closed", date(2016, 6, 1)), road("on", "closed", date(2016, 7, 1))]

    assert groups(tmp_path, closed) == [
        ("east", {"east", "mid", "far"}, date(2016, 6, 1), "2016-06-30", None, 78_000),
        ("east", {"east"}, date(2016, 7, 1), END.isoformat(), None, 50_000),
        ("mid", {"mid", "far"}, date(2016, 7, 1), END.isoformat(), "east", 28_000),
    ]


def test_a_pocket_from_which_most_are_freed_ends(tmp_path):
    claims = [
        road("in", "closed", date(2016, 6, 1)),
        road("on", "closed", date(2016, 7, 1)),
        road("in", "open", date(2016, 7, 1)),
    ]

    assert groups(tmp_path, claims) == [
        ("east", {"east", "mid", "far"}, date(2016, 6, 1), "2016-06-30", None, 78_000),
        ("mid", {"mid", "far"}, date(2016, 7, 1), END.isoformat(), "east", 28_000),
    ]


@pytest.mark.parametrize(("least", "count"), [(8_000, 1), (8_001, 0)])
def test_few_people_are_not_told(tmp_path, least, count):
    assert len(groups(tmp_path, [road("out", "closed", date(2016, 6, 1))], least_people=least)) == count


def test_what_is_not_known_is_not_cut_off(tmp_path):
    contradiction = [road("in", "closed", date(2016, 6, 1)), road("in", "open", date(2016, 6, 1), who="afp")]

    assert groups(tmp_path, contradiction) == []


def test_each_row_of_a_group_is_a_finding_of_its_own(tmp_path):
    found = told(tmp_path, [road("in", "closed", date(2016, 6, 1)), road("on", "closed", date(2016, 7, 1))])

    assert len(found) == 6
    assert len({item.id for item in found}) == 6


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (date(2016, 5, 31), "derived.cut"),
        (date(2016, 6, 1), "derived.cut"),
        (date(2016, 6, 2), "derived.cut_or_before"),
        (date(2016, 7, 1), "derived.cut"),
        (date(2016, 7, 15), "derived.cut_or_before"),
    ],
)
def test_what_began_before_the_first_day_asked_about_is_told_so(tmp_path, start, form):
    closed = [road("in", "closed", date(2016, 6, 1)), road("on", "closed", date(2016, 7, 1))]
    first = told(tmp_path, closed, start=start)[0]

    assert (first.message.id, dict(first.extra)["censored"]) == (form, form.endswith("or_before"))
    assert (f"from {start.day} {start:%B} 2016 or before to" in first.text) == form.endswith("or_before")


@pytest.mark.parametrize(
    ("named", "left"),
    [
        ([("east", None)], {"mid"}),
        ([("mid", None)], {"east", "mid"}),
        ([("mid", None), ("far", None)], {"east"}),
        ([("mid", None), ("far", date(2016, 7, 30))], {"east", "mid"}),
        ([("east", None), ("mid", None), ("far", None)], set()),
    ],
)
def test_what_the_case_names_is_left_out(tmp_path, named, left):
    """East by itself, mid with far: a group is known if every place of it is named, all the time."""
    closed = [road("in", "closed", date(2016, 6, 1)), road("on", "closed", date(2016, 6, 1))]
    enclaves = tuple(Enclave(id=id_, side="opposition", end=end) for id_, end in named)
    found = told(tmp_path, closed, start=date(2016, 7, 1), enclaves=enclaves)

    assert {cast("dict[str, Any]", dict(item.extra))["enclave"] for item in found} == left
