"""When an alarm is raised: a road came to be the last one, and many people are, or may be, behind it."""

from datetime import date
from typing import Any, cast

import pytest

from castello.analyses.siege import watch
from castello.claims import Bound, Quantity
from castello.places import Road
from tests.picture import small
from tests.picture.small import claim, road

START, DAY = date(2016, 5, 5), date(2016, 6, 30)
TWO = tuple(Road(id=id_, cls="road", name_en=id_.upper(), start="east", end="border") for id_ in ("a", "b"))
BOTH_OPEN = [road("a", "open", START), road("b", "open", START)]
SECOND_CLOSES = road("b", "closed", DAY)


def people(**slots):
    return claim("people", "east", "lives", happened=START, quantity=Quantity(unit="person", **slots))


MANY = people(value=300_000)


def alarms(folder, claims):
    found = watch(small.picture(folder, claims, as_of=DAY, roads=TWO))
    return {
        (item.subject, tuple(extra["why"]), extra["alarm"], item.message.id)
        for item in found
        for extra in [cast("dict[str, Any]", dict(item.extra))]
    }


@pytest.mark.parametrize(
    ("counted", "alarm"),
    [
        ({"value": 300_000}, True),
        ({"value": 300_000, "bound": Bound.AT_LEAST}, True),
        ({"value": 5_000, "bound": Bound.AT_LEAST}, True),
        ({"low": 2_000, "high": 10_000}, True),
        ({"value": 9_999}, False),
        ({"value": 9_999, "bound": Bound.AT_MOST}, False),
    ],
)
def test_an_open_upper_end_may_be_many(tmp_path, counted, alarm):
    [(_, why, raised, form)] = alarms(tmp_path, [*BOTH_OPEN, SECOND_CLOSES, people(**counted)])

    assert (why, raised, form) == (("one_route_left",), alarm, "watch.alarm" if alarm else "watch.people")


def test_people_whom_nobody_counted_raise_none(tmp_path):
    assert alarms(tmp_path, [*BOTH_OPEN, SECOND_CLOSES]) == {
        ("east", ("one_route_left",), False, "watch.nobody_counted")
    }


def test_a_route_that_was_doubtful_and_is_gone_is_news(tmp_path):
    # yesterday nobody spoke of b: one route to two
    found = alarms(tmp_path, [road("a", "open", START), SECOND_CLOSES, MANY])

    assert found == {("east", ("one_route_left",), True, "watch.alarm")}


def test_a_route_that_became_doubtful_is_news(tmp_path):
    doubtful = [road("b", state, DAY, who=who) for state, who in (("open", "afp"), ("closed", "sohr"))]

    assert alarms(tmp_path, [*BOTH_OPEN, *doubtful, MANY]) == {("east", ("one_route_left",), True, "watch.alarm")}


@pytest.mark.parametrize("second", [[], [road("b", "closed", START)]])
def test_what_was_so_yesterday_is_no_news(tmp_path, second):
    assert {item[1:3] for item in alarms(tmp_path, [road("a", "open", START), *second, MANY])} == {((), False)}


def test_a_road_that_opens_is_no_news(tmp_path):
    closed = [road("a", "closed", START), road("b", "closed", START), road("a", "open", DAY)]

    assert {item[1:3] for item in alarms(tmp_path, [*closed, MANY])} == {((), False)}


def test_the_last_road_comes_under_fire_as_the_other_goes(tmp_path):
    fire = road("a", "fire_controlled", DAY)

    assert alarms(tmp_path / "alone", [road("a", "open", START), road("b", "closed", START), fire, MANY]) == {
        ("east", ("under_fire",), True, "watch.alarm")
    }
    assert alarms(tmp_path / "doubtful", [road("a", "open", START), SECOND_CLOSES, fire, MANY]) == {
        ("east", ("one_route_left", "under_fire"), True, "watch.alarm")
    }
