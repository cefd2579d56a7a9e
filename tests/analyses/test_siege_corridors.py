"""Last roads in series are one corridor: its parts are named, and the people behind it are told once."""

from datetime import date

import pytest

from castello.analyses.siege import siege, watch
from castello.claims import Quantity
from castello.places import Place, Road
from tests.picture import small
from tests.picture.small import claim, road

START, DAY = date(2016, 5, 5), date(2016, 6, 1)
BESIDE = Road(id="ring", cls="road", name_en="Ring road", start="east", end="north")
PEOPLE = claim("people", "east", "lives", happened=START, quantity=Quantity(value=20_000, unit="person"))


def told(folder, *claims, kind="last_road", ask=siege, **options):
    opened = [road(name, "open", START) for name in ("castello", "trunk", "ring")]
    asked = small.picture(folder, [*opened, PEOPLE, *claims], as_of=DAY, **options)
    return [item for item in ask(asked) if item.kind == kind and item.reading == "on_ground"]


@pytest.mark.parametrize("ask", [siege, watch])
def test_roads_in_series_are_one_corridor(tmp_path, ask):
    (found,) = told(tmp_path, kind="last_road" if ask is siege else "watch", ask=ask)
    parts = dict(found.extra)["parts"]

    assert {part["road"] for part in parts} == {"castello", "trunk"}
    assert "Castello Road" in found.text
    assert "Road to the border" in found.text
    assert found.text.count("20,000") == 1
    assert (found.low, found.high) == (20_000, 20_000)


def test_a_way_round_one_part_leaves_the_other(tmp_path):
    (found,) = told(tmp_path, roads=(*small.ROADS, BESIDE))

    assert [part["road"] for part in dict(found.extra)["parts"]] == ["trunk"]
    assert found.message.id == "last_road.structural"


def test_the_state_of_a_corridor_is_the_worst_of_its_parts(tmp_path):
    (found,) = told(tmp_path, road("castello", "fire_controlled", date(2016, 5, 20)))

    assert dict(found.extra)["state"] == "fire_controlled"
    assert {part["state"] for part in dict(found.extra)["parts"]} == {"open", "fire_controlled"}


def test_roads_with_other_people_behind_them_are_told_apart(tmp_path):
    """North is counted, too: behind the trunk are both, behind the Castello Road the enclave alone."""
    places = tuple(
        Place(id="north", kind="town", name_en="Northern town") if place.id == "north" else place
        for place in small.PLACES
    )
    counted = claim("people", "north", "lives", happened=START, quantity=Quantity(value=5_000, unit="person"))
    found = told(tmp_path, counted, places=places)

    assert sorted((item.subject, item.low) for item in found) == [("castello", 20_000), ("trunk", 25_000)]
