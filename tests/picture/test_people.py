"""How many people are in a place: each origin's latest word once, never an average, nothing dropped in silence."""

from datetime import date

import pytest

from castello.claims import Bound, Judgement, Kind, Period, Quantity, Verdict
from castello.picture.people import people_of, people_on
from tests.picture.small import claim, picture

DAY = date(2016, 7, 17)


def said(value=None, *, day=date(2016, 7, 13), who="sohr", unit="person", predicate="trapped", place="east", **slots):
    figure = slots.pop("quantity", None) or Quantity(value=value, unit=unit)
    return claim("people", place, predicate, quantity=figure, happened=Period.day(day), who=who, **slots)


def people(folder, claims, *, day=DAY, **options):
    return people_of(picture(folder, claims, as_of=day, **options), "east")


def test_figures_span_an_interval_and_are_never_averaged(tmp_path):
    low = said(quantity=Quantity(low=200_000, high=250_000, unit="person"))
    high = said(400_000, who="analyst")
    found = people(tmp_path, [low, high])

    assert (found.low, found.high, found.status) == (200_000, 400_000, "contested")
    assert found.claims == tuple(sorted((low.id, high.id)))
    assert [count.aside for count in found.counts] == [None, None]


def test_one_origin_counts_once_with_its_latest_word(tmp_path):
    older, newer = said(300_000, day=date(2016, 7, 1)), said(250_000)
    found = people(tmp_path, [older, newer])

    assert (found.low, found.high) == (250_000, 250_000)
    assert {count.claim: count.aside for count in found.counts} == {older.id: "older_word", newer.id: None}


def test_one_origin_counts_once_over_definitions(tmp_path):
    older = said(275_000, day=date(2016, 6, 1), also={"definition": "un-besieged"})
    newer = said(200_000)

    assert people(tmp_path, [older, newer]).claims == (newer.id,)


def test_origins_that_are_judged_the_same_count_once(tmp_path):
    one, other = said(300_000, day=date(2016, 7, 1)), said(250_000, who="afp")
    same = Judgement(about=("origin:afp", "origin:sohr"), verdict=Verdict.SAME, by="a", dated=DAY, reason="one desk")

    assert people(tmp_path, [one, other], judgements=[same]).claims == (other.id,)


def test_families_are_persons_at_the_household_size_unless_the_origin_gives_persons(tmp_path):
    families = said(64_000, unit="family", who="analyst")
    found = people(tmp_path / "families", [families])
    assert (found.low, found.high, found.household) == (256_000, 448_000, (4, 7))
    assert found.counts[0].converted

    both = people(tmp_path / "both", [families, said(300_000, who="analyst")])
    assert (both.low, both.high, both.household) == (300_000, 300_000, None)
    assert {count.unit: count.aside for count in both.counts} == {"family": "families_beside_persons", "person": None}


def test_at_least_stays_open(tmp_path):
    bound = said(quantity=Quantity(value=200_000, bound=Bound.AT_LEAST, unit="person"))
    found = people(tmp_path / "alone", [bound])
    assert (found.low, found.high, found.open_high) == (200_000, None, True)

    closed = people(tmp_path / "closed", [bound, said(300_000, who="afp")])
    assert (closed.low, closed.high, closed.open_high) == (200_000, 300_000, True)
    assert closed.span.ends == (200_000, 300_000)


def test_old_figures_are_flagged_and_count_only_where_there_are_no_others(tmp_path):
    old = said(400_000, day=date(2016, 4, 17))
    alone = people(tmp_path / "alone", [old])
    assert alone.claims == (old.id,)
    assert alone.counts[0].old
    assert "any figure of the last 90 days" in alone.unknown

    fresh = said(250_000, who="afp")
    both = people(tmp_path / "both", [old, fresh])
    assert both.claims == (fresh.id,)
    assert {count.claim: count.aside for count in both.counts} == {old.id: "old", fresh.id: None}


def test_ninety_days_are_not_yet_old(tmp_path):
    assert not people(tmp_path, [said(400_000, day=date(2016, 4, 18))]).counts[0].old


@pytest.mark.parametrize(
    ("also", "aside"),
    [
        ({"definition": "un-hard-to-reach", "includes_besieged": False}, "without_the_besieged"),
        ({"definition": "un-hard-to-reach"}, "without_the_besieged"),
        ({"definition": "un-besieged-and-hard-to-reach", "includes_besieged": True}, None),
        ({"definition": "un-besieged"}, None),
    ],
)
def test_figures_without_the_besieged_are_set_aside(tmp_path, also, aside):
    assert people(tmp_path, [said(5_000, also=also)]).counts[0].aside == aside


@pytest.mark.parametrize("unit", ["displaced person", "person in need", "household"])
def test_some_of_the_people_are_not_the_people(tmp_path, unit):
    some = said(85_613.8, unit=unit, who="ocha", predicate="lives", also={"definition": "ocha-hno-displaced"})
    everybody = said(120_000.4, who="ocha", predicate="lives")
    families = said(40_000, unit="family", who="afp")

    alone = people(tmp_path / "alone", [some])
    assert (alone.status, alone.counts) == ("undecided", ())

    found = people(tmp_path / "all", [some, everybody, families])
    assert found.claims == tuple(sorted((everybody.id, families.id)))
    assert (found.low, found.high) == (120_000, 280_000)


def test_parts_other_areas_and_those_who_left_are_other_numbers(tmp_path):
    others = [
        said(1, also={"by": "government"}),
        said(2, also={"areas": "two quarters"}),
        said(3, place="north"),
        said(4, predicate="displaced"),
        said(5, day=date(2016, 7, 18)),
        said(quantity=Quantity(value=6, unit="person", derived_from=("c1-a", "c1-b"), formula="a - b")),
    ]

    found = people(tmp_path, others)

    assert (found.status, found.counts, found.low, found.high) == ("undecided", (), None, None)
    assert found.unknown == ("any figure for the whole place",)


def test_a_rejected_figure_stands_against(tmp_path):
    wrong, right = said(130_000, who="afp"), said(250_000)
    verdict = Judgement(about=(wrong.id,), verdict=Verdict.REJECTED, by="a", dated=DAY, reason="no source")
    found = people(tmp_path, [wrong, right], judgements=[verdict])

    assert (found.claims, found.against) == ((right.id,), (wrong.id,))


def test_rows_say_who_when_where_and_how(tmp_path):
    found = people(tmp_path, [said(250_000)]).counts[0]

    assert (found.who, found.said, found.first, found.last) == ("sohr", *[date(2016, 7, 13)] * 3)
    assert (found.area, found.unit, found.method, found.low) == ("east", "person", "speaker", 250_000)


def test_several_days_are_each_as_if_asked_alone(tmp_path):
    shown = picture(tmp_path, [said(300_000, day=date(2016, 6, 1)), said(250_000)], as_of=DAY)
    days = [date(2016, 5, 1), date(2016, 6, 15), DAY]

    together = people_on(shown, "east", days=days)

    assert {day: people_of(shown, "east", day=day) for day in days} == together
    assert [together[day].low for day in days] == [None, 300_000, 250_000]


@pytest.mark.parametrize("day", [date(2016, 7, 17), date(2016, 9, 30), date(2016, 12, 1)])
def test_nothing_counts_that_the_picture_does_not_have(demo, day):
    shown = demo.picture(as_of=day)
    topics = [topic for topic in shown.topics(Kind.PEOPLE) if topic.subject == "aleppo-east"]
    found = people_of(shown, "aleppo-east")

    assert found.claims
    assert set(found.claims) <= {id_ for topic in topics for id_ in topic.claims}
