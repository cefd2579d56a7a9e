"""For how many hours a day a place is connected, over what is claimed of the hours of its roads. Worked by hand."""

from datetime import UTC, date
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from castello.analyses.siege import siege
from castello.analyses.siege._enclave import enclaves_on
from castello.analyses.siege._hours import minutes_of
from castello.places import Road
from tests.picture import small
from tests.picture.small import road

START, DAY = date(2016, 5, 5), date(2016, 7, 1)
ROADS = (
    *(Road(id=id_, cls="road", name_en=id_.upper(), start="east", end="border") for id_ in ("a", "b")),
    Road(id="far", cls="road", name_en="Far", start="north", end="border"),
    Road(id="outer", cls="road", name_en="Outer", start="east", end="north"),
)
SHUT = {"a": road("a", "closed", START), "b": road("b", "closed", START), "outer": road("outer", "closed", START)}


def at(window, id_="a", *, state="open", who="sohr"):
    return road(id_, state, START, who=who, also={"window": window})


def enclave(folder, *claims):
    """The enclave with these claims, all roads closed of which none speaks."""
    spoken = {claim.subject for claim in claims}
    shut = [claim for id_, claim in SHUT.items() if id_ not in spoken]
    picture = small.picture(folder, [*claims, *shut], as_of=DAY, roads=ROADS)
    (found,) = enclaves_on(picture, users="supply")
    return found, picture


@pytest.mark.parametrize(
    ("claims", "hours"),
    [
        # sources differ: either may be right
        ([at("10:00-12:00"), at("08:00-20:00", who="afp")], (2, 12)),
        ([at("10:00-12:00"), at("14:00-18:00", who="afp")], (2, 4)),
        ([at("10:00-12:00"), road("a", "open", START, who="afp")], (2, 24)),
        # two windows of one day
        ([at("06:00-09:00, 14:00-18:00")], (7, 7)),
        ([at("06:00-10:00, 08:00-12:00")], (6, 6)),
        ([at("06:00-19:00")], (13, 13)),
        # a road that leads nowhere near does not count
        ([at("06:00-19:00"), at("06:00-08:00", "far")], (13, 13)),
        # under fire, and for some hours only
        ([at("10:00-12:00", state="fire_controlled")], (2, 2)),
        # roads beside each other, one after the other
        ([at("10:00-12:00"), at("11:00-14:00", "b")], (4, 4)),
        ([at("10:00-13:00", "outer"), at("12:00-18:00", "far")], (1, 1)),
        # not stated as hours
        ([at("night")], (0, 24)),
        ([at("Friday 10:00-12:00")], (0, 24)),
        # hours on a road that nobody needs
        ([at("10:00-12:00"), road("b", "open", START)], None),
        ([road("b", "open", START)], None),
    ],
)
def test_hours_a_day(tmp_path, claims, hours):
    assert enclave(tmp_path, *claims)[0].window_hours() == hours


def test_a_road_of_which_nobody_speaks_may_be_open_all_day(tmp_path):
    picture = small.picture(tmp_path, [at("10:00-12:00"), SHUT["outer"]], as_of=DAY, roads=ROADS)
    (found,) = enclaves_on(picture, users="supply")

    assert found.window_hours() == (2, 24)


def test_without_a_way_on_the_map_nothing_is_known(tmp_path):
    picture = small.picture(tmp_path, [at("10:00-12:00", "far")], as_of=DAY, roads=ROADS[2:3])
    (found,) = enclaves_on(picture, users="supply")

    assert (found.window_hours(), found.without_fire()) == ((0, 24), "undecided")


def test_many_claims_on_many_roads_keep_within_bounds(tmp_path):
    names = [f"way-{n}" for n in range(7)]
    roads = tuple(Road(id=name, cls="road", name_en=name, start="east", end="border") for name in names)
    windows = (("10:00-12:00", "sohr"), ("09:00-13:00", "afp"))
    claims = [at(window, name, who=who) for name in names for window, who in windows]
    (found,) = enclaves_on(small.picture(tmp_path, claims, as_of=DAY, roads=roads), users="supply")

    assert found.window_hours() == (2, 4)


def test_hours_under_fire_make_it_partial_by_hours_too(tmp_path):
    two = [at("10:00-12:00", state="fire_controlled"), at("10:00-12:00", "b", state="fire_controlled")]
    [found] = [item for item in siege(enclave(tmp_path, *two)[1]) if item.kind == "partial"]

    assert found.status == "yes"
    assert cast("dict[str, Any]", dict(found.extra))["values"]["short_hours"] == "yes"


def test_hours_are_those_of_the_time_zone_named():
    zone = ZoneInfo("Asia/Damascus")
    by_gmt = minutes_of("06:00-09:00 GMT", day=DAY, zone=zone)
    by_own = minutes_of("09:00-12:00 Asia/Damascus", day=DAY, zone=zone)

    assert by_gmt is not None
    assert by_own is not None
    assert (by_gmt == by_own).all()
    winter = minutes_of("06:00-09:00 UTC", day=date(2016, 12, 1), zone=zone)
    assert winter is not None
    assert winter.nonzero()[0][0] == 8 * 60


@pytest.mark.parametrize("window", ["dawn", "25:00-26:00", "10:70-11:00", "10:00-12:00 Nowhere/City", "10:00"])
def test_what_is_not_hours_is_none(window):
    assert minutes_of(window, day=DAY, zone=UTC) is None
