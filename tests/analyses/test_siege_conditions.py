"""The conditions of a siege under our definitions, and the lists that others keep. Expected values are worked by hand."""

import itertools
from datetime import date, timedelta

import pytest

from castello.analyses.siege._civilians import civilian_exit
from castello.analyses.siege._conditions import (
    Condition,
    Encircled,
    Tiers,
    all_of,
    besieged,
    encircled_for,
    long_term,
    negated,
    partial,
    regular_aid,
    tier,
)
from castello.analyses.siege._listed import listings
from castello.claims import Judgement, Modality, Period, Quantity, Verdict
from castello.picture.aid import aid_entry
from castello.picture.reach import Spell
from castello.places import Place, Road
from tests.picture.small import PLACES, ROADS, claim, picture

DAY = date(2016, 7, 31)
ANSWERS = ("yes", "no", "undecided")


def condition(status, name=""):
    return Condition(status=status, claims=(f"c1-{name}",) if name else ())


# --------------------------------------------------------------------------------------------------------- besieged


@pytest.mark.parametrize(("encircled", "aid", "exit_"), list(itertools.product(ANSWERS, repeat=3)))
def test_all_27_combinations_of_besieged(encircled, aid, exit_):
    lengths = {
        "yes": Encircled(low=30, high=30),
        "no": Encircled(low=0, high=29),
        "undecided": Encircled(low=29, high=30),
    }
    [found] = besieged(lengths[encircled], aid=condition(aid), civilians=condition(exit_), days=[30])

    # besieged asks for no regular aid and no regular exit
    held = [encircled == "yes", aid == "no", exit_ == "no"]
    false = [encircled == "no", aid == "yes", exit_ == "yes"]
    assert found.status == ("no" if any(false) else "yes" if all(held) else "undecided")


def test_besieged_is_told_for_seven_thirty_and_ninety_days():
    found = besieged(Encircled(low=10, high=40), aid=condition("no"), civilians=condition("no"))

    assert [(dict(item.values)["days"], item.status) for item in found] == [(7, "yes"), (30, "undecided"), (90, "no")]


def test_a_spell_older_than_the_record_is_never_too_short():
    assert encircled_for(Encircled(low=5, high=None), days=7).status == "undecided"
    assert encircled_for(Encircled(low=7, high=None), days=7).status == "yes"


def test_each_part_of_besieged_keeps_its_own_evidence():
    cut = Encircled(low=60, high=60, claims=("c1-cut",), against=("c1-open",))
    [yes] = besieged(cut, aid=condition("no", "aid"), civilians=condition("no", "exit"), days=[30])
    [no] = besieged(cut, aid=condition("yes", "aid"), civilians=condition("no", "exit"), days=[30])

    assert (yes.claims, yes.against) == (("c1-aid", "c1-cut", "c1-exit"), ("c1-open",))
    assert (no.claims, no.against) == (("c1-aid",), ("c1-cut", "c1-exit"))
    assert dict(no.values)["no_regular_aid"] == "no"


def test_negation_turns_an_answer_and_keeps_the_evidence():
    once = negated(condition("yes", "a"))

    assert (once.status, once.claims) == ("no", ("c1-a",))
    assert negated(once) == condition("yes", "a")
    assert negated(condition("undecided")).status == "undecided"


def test_nothing_asked_holds():
    assert all_of([]).status == "yes"


@pytest.mark.parametrize(("low", "high", "status"), [(183, 183, "yes"), (182, 183, "undecided"), (0, 182, "no")])
def test_a_long_term_siege_lasts_half_a_year(low, high, status):
    assert long_term(Encircled(low=low, high=high)).status == status


# ---------------------------------------------------------------------------------------------------------- partial


@pytest.mark.parametrize(
    ("connected", "routes", "by_fire", "hours", "status"),
    [
        ("yes", (2, 3), "yes", None, "no"),
        ("yes", (1, 1), "yes", None, "yes"),
        ("yes", (1, 2), "yes", None, "undecided"),
        ("yes", (2, 3), "no", None, "yes"),
        ("yes", (2, 3), "undecided", None, "undecided"),
        ("yes", (1, 1), "undecided", None, "yes"),
        ("yes", (2, 2), "yes", (3, 3), "yes"),
        ("yes", (2, 2), "yes", (6, 6), "no"),
        ("yes", (2, 2), "yes", (5, 6), "undecided"),
        ("no", (0, 0), "no", None, "no"),
        ("undecided", (0, 1), "no", None, "undecided"),
        ("undecided", (2, 3), "yes", None, "no"),
    ],
)
def test_partly_besieged(connected, routes, by_fire, hours, status):
    found = partial(condition(connected), routes=routes, by_fire=condition(by_fire), window_hours=hours)

    assert found.status == status


def test_six_hours_are_a_parameter():
    shown = {"routes": (2, 2), "by_fire": condition("yes"), "window_hours": (8.0, 8.0)}

    assert partial(condition("yes"), **shown).status == "no"
    assert partial(condition("yes"), **shown, hours=9).status == "yes"


# ------------------------------------------------------------------------------------------------------------- tiers


def aid(folder, *claims):
    """Aid entry into the east in the three months before September 2016."""
    return aid_entry(picture(folder, claims, as_of=date(2016, 9, 10)), place="east")


def delivered(month, *, modality=Modality.ASSERTED):
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    whole = {"happened": Period.days(month, last), "modality": modality, "also": {"item": "food"}}
    some = {
        "happened": Period.day(month),
        "quantity": Quantity(value=500, unit="person"),
        "also": {"item": "food", "ration_days": 10},
    }
    return claim("aid", "un", "arrived", place="east", **(some if modality is Modality.ASSERTED else whole))


MONTHS = (date(2016, 6, 1), date(2016, 7, 1), date(2016, 8, 1))


def test_tiers_follow_what_was_delivered(tmp_path):
    none = aid(tmp_path / "none", *(delivered(month, modality=Modality.NEGATED) for month in MONTHS))
    some = aid(tmp_path / "some", delivered(MONTHS[1]))

    first = tier(condition("yes", "b"), aid=none, is_partial=condition("no"))
    second = tier(condition("yes", "b"), aid=some, is_partial=condition("no"))

    assert [(found.status, dict(found.values)["tier"]) for found in (first, second)] == [("yes", 1), ("yes", 2)]
    assert set(second.claims) == {"c1-b", *some.months[1].arrivals}


def test_an_arrival_that_nobody_counted_is_some_aid(tmp_path):
    arrival = claim("aid", "un", "arrived", place="east", also={"item": "food"}, happened=Period.day(MONTHS[2]))
    none = delivered(MONTHS[2], modality=Modality.NEGATED)
    shown = {"is_partial": condition("no")}

    assert dict(tier(condition("yes"), aid=aid(tmp_path / "some", arrival), **shown).values) == {"tier": 2}
    assert tier(condition("yes"), aid=aid(tmp_path / "both", arrival, none), **shown).status == "undecided"


def test_silence_is_no_first_tier_unless_the_rule_says_so(tmp_path):
    silent = aid(tmp_path)
    shown = {"aid": silent, "is_partial": condition("no")}

    assert tier(condition("yes"), **shown).status == "undecided"
    assert dict(tier(condition("yes"), **shown, rule=Tiers(silence_is_none=True)).values) == {"tier": 1}


@pytest.mark.parametrize(
    ("is_besieged", "is_partial", "status", "number"),
    [
        ("no", "yes", "yes", 3),
        ("no", "no", "no", None),
        ("no", "undecided", "undecided", None),
        ("undecided", "yes", "undecided", None),
    ],
)
def test_tiers_of_what_is_not_besieged(tmp_path, is_besieged, is_partial, status, number):
    found = tier(condition(is_besieged), aid=aid(tmp_path), is_partial=condition(is_partial))

    assert (found.status, dict(found.values)["tier"]) == (status, number)


def test_aid_entry_is_a_condition_with_its_shares(tmp_path):
    found = regular_aid(aid(tmp_path, delivered(MONTHS[1])))

    assert found.status == "undecided"
    assert dict(found.values)["need_share"] == 0.5
    assert "share_2016-07" in dict(found.values)


# ----------------------------------------------------------------------------------------------------- civilian exit

WITH_EXITS = {
    "places": (*PLACES, Place(id="quarter", kind="neighbourhood", name_en="A quarter", parent="east")),
    "roads": (
        *ROADS,
        Road(id="exit", cls="crossing", name_en="An exit", start="quarter", end="north"),
        Road(id="street", cls="road", name_en="A street inside", start="east", end="quarter"),
    ),
}


def moved(predicate, *days, place="east"):
    return [claim("event", "unknown", predicate, place=place, happened=Period.day(day)) for day in days]


def barred(road="castello", state="closed", *, side="opposition", users="civilian", happened=None, **slots):
    return claim(
        "access",
        road,
        state,
        side,
        also={"users": users},
        happened=happened or Period.day(DAY - timedelta(days=3)),
        **slots,
    )


def exit_(folder, claims, *, day=DAY, judgements=(), **options):
    shown = picture(folder, claims, as_of=day, judgements=judgements, **WITH_EXITS)
    return civilian_exit(shown, place="east", side="opposition", **options)


def last_days(count):
    return [DAY - timedelta(days=n) for n in range(count)]


@pytest.mark.parametrize(("leaving", "returning", "status"), [(4, 4, "yes"), (3, 4, "undecided"), (9, 0, "undecided")])
def test_exit_is_regular_with_four_days_each_way(tmp_path, leaving, returning, status):
    claims = [
        *moved("civilians.leave", *last_days(leaving)),
        *moved("civilians.return", *last_days(returning), place="quarter"),
    ]

    found = exit_(tmp_path, claims)

    assert found.status == status
    assert set(found.claims) == {item.id for item in claims}
    assert dict(found.values) == {"days": 30, "days_leaving": leaving, "days_returning": returning, "least": 4}


def test_only_the_last_thirty_days_count(tmp_path):
    days = [*last_days(3), DAY - timedelta(days=30)]
    out_and_in = [*moved("civilians.leave", *days), *moved("civilians.return", *days)]

    assert exit_(tmp_path / "thirty", out_and_in).status == "undecided"
    assert exit_(tmp_path / "more", out_and_in, days=31).status == "yes"


def test_silence_about_civilians_is_undecided(tmp_path):
    assert exit_(tmp_path, []).status == "undecided"


@pytest.mark.parametrize("state", ["closed", "fire_controlled"])
@pytest.mark.parametrize("road", ["castello", "exit"])
def test_barred_passage_is_no(tmp_path, state, road):
    shut = barred(road, state)
    found = exit_(tmp_path, [shut])

    assert (found.status, found.claims) == ("no", (shut.id,))


@pytest.mark.parametrize(
    "other",
    [
        {"users": "supply"},
        {"side": "government"},
        {"road": "trunk"},
        {"road": "street"},
        {"happened": Period.day(DAY - timedelta(days=30))},
        {"modality": Modality.POSSIBLE},
    ],
)
def test_other_traffic_roads_and_days_bar_nobody(tmp_path, other):
    assert exit_(tmp_path, [barred(**other)]).status == "undecided"


def test_a_road_that_is_said_not_to_be_open_bars(tmp_path):
    not_open = barred("exit", "open", modality=Modality.NEGATED)
    found = exit_(tmp_path / "bars", [not_open])
    assert (found.status, found.claims) == ("no", (not_open.id,))

    # that a road is not closed opens none, and bars nobody
    assert exit_(tmp_path / "not-closed", [barred("exit", "closed", modality=Modality.NEGATED)]).status == "undecided"
    both = [not_open, barred("castello", "open", happened=Period.day(DAY))]
    assert exit_(tmp_path / "another-open", both).status == "undecided"


def test_a_road_that_stands_open_leaves_it_undecided(tmp_path):
    open_, shut = barred("exit", "open", happened=Period.day(DAY)), barred()
    found = exit_(tmp_path, [open_, shut])

    assert found.status == "undecided"
    assert (found.claims, found.against) == ((open_.id,), (shut.id,))


def test_an_exit_announced_for_a_day_stands_against_the_bar(tmp_path):
    announced, shut = barred("exit", "open"), barred()
    found = exit_(tmp_path, [announced, shut])

    assert (found.status, found.claims, found.against) == ("no", (shut.id,), (announced.id,))


def test_events_and_refusals_may_say_it(tmp_path):
    fired = claim("event", "army", "civilians.fired-on", place="quarter", happened=Period.day(DAY))
    refused = claim(
        "position",
        "government",
        "refuses",
        place="east",
        also={"proposition": "civilians.leave by the northern road"},
        happened=Period.day(DAY),
    )

    assert exit_(tmp_path / "fired", [fired]).claims == (fired.id,)
    assert exit_(tmp_path / "refused", [refused]).status == "no"


def test_a_rejected_claim_bars_nobody(tmp_path):
    shut = barred()
    verdict = Judgement(about=(shut.id,), verdict=Verdict.REJECTED, by="a", dated=DAY, reason="another road")

    assert exit_(tmp_path, [shut], judgements=[verdict]).status == "undecided"


def test_in_live_mode_a_claim_without_an_end_runs_out(tmp_path):
    shut = barred(happened=date(2016, 6, 1))

    assert exit_(tmp_path / "historical", [shut]).status == "no"
    # said on 1 June: with 14 days it speaks up to 14 June, before the window
    assert exit_(tmp_path / "live", [shut], max_age=14).status == "undecided"


# ------------------------------------------------------------------------------------------------------------- lists


def listed(folder, claims, *, day=date(2016, 12, 1), place="east", **options):
    shown = picture(folder, claims, as_of=day, **options)
    return {item.name: item for item in listings(shown, place=place)}


def on_list(day, predicate="lists_as", *, who="un-ocha", status="besieged"):
    return claim("listing", who, predicate, "east", also={"status": status}, happened=day)


def test_a_place_on_no_list_is_told_for_the_lists_of_besieged_places(tmp_path):
    found = listed(tmp_path, [])

    assert list(found) == ["un-ocha", "un-ocha-figure", "siege-watch", "siege-watch-figure"]
    assert not any(item.listed for item in found.values())


def test_the_first_wording_and_the_first_figure_are_events_of_their_own(tmp_path):
    wording = [on_list(date(2016, 10, 5)), on_list(date(2016, 11, 1))]
    figure = claim(
        "people",
        "east",
        "trapped",
        quantity=Quantity(value=275_000, unit="person"),
        also={"definition": "un-besieged"},
        happened=Period.day(date(2016, 9, 20)),
        published=date(2016, 9, 29),
    )
    found = listed(tmp_path, [*wording, figure])

    assert (found["un-ocha"].first_said, found["un-ocha"].first_valid) == (date(2016, 10, 5), date(2016, 10, 5))
    assert (found["un-ocha-figure"].first_said, found["un-ocha-figure"].first_valid) == (
        date(2016, 9, 29),
        date(2016, 9, 20),
    )
    assert not found["siege-watch"].listed


def test_a_list_entry_is_not_there_before_it_was_said(tmp_path):
    back = claim(
        "listing",
        "un-ocha",
        "lists_as",
        "east",
        also={"status": "besieged"},
        happened=date(2016, 9, 1),
        published=date(2016, 10, 5),
        said=(date(2016, 10, 5), date(2016, 10, 6)),
    )

    assert not listed(tmp_path / "before", [back], day=date(2016, 10, 4))["un-ocha"].listed
    after = listed(tmp_path / "after", [back], day=date(2016, 10, 5))["un-ocha"]
    assert (after.first_said, after.first_valid) == (date(2016, 10, 5), date(2016, 9, 1))


def test_a_place_may_leave_a_list_and_come_back(tmp_path):
    claims = [on_list(date(2016, 5, 1)), on_list(date(2016, 6, 1), "delists")]
    left = listed(tmp_path / "left", claims)["un-ocha"]
    assert (left.listed, left.delisted) == (False, date(2016, 6, 1))

    assert listed(tmp_path / "back", [*claims, on_list(date(2016, 7, 1))])["un-ocha"].listed


def test_a_word_that_the_un_denies_is_no_listing(tmp_path):
    denied = claim(
        "siege",
        "unknown",
        "besieges",
        "east",
        also={"definition": "un-besieged"},
        happened=date(2016, 9, 1),
        modality=Modality.NEGATED,
    )
    found = listed(tmp_path, [denied])["un-ocha"]

    assert (found.listed, found.against) == (False, (denied.id,))


def test_another_body_or_status_is_another_list(tmp_path):
    found = listed(tmp_path, [on_list(date(2016, 5, 1), who="siege-watch", status="watchlist")])

    assert found["siege-watch-watchlist"].listed
    assert not found["siege-watch"].listed
    assert not found["un-ocha"].listed


def cut_since(day):
    return Spell(place="aleppo-east", side="opposition", reading="on_ground", status="cut", start=day, end=day)


def test_lags_to_the_un_list_on_the_bundled_case(demo):
    starts = {"by_fire": date(2016, 7, 7), "on_ground": date(2016, 7, 17), "second_cut": date(2016, 9, 4)}
    clocks = {name: cut_since(day) for name, day in starts.items()} | {"none": None}
    shown = demo.picture(as_of=date(2016, 12, 1))
    found = {item.name: item for item in listings(shown, place="aleppo-east")}

    total, wording = found["un-ocha-figure"], found["un-ocha"]
    assert total.first_said == date(2016, 9, 29)
    assert total.lags(clocks) == {"by_fire": (84, 84), "on_ground": (74, 74), "second_cut": (25, 25), "none": None}
    assert wording.first_said == date(2016, 10, 5)
    assert wording.lags(clocks) == {"by_fire": (90, 90), "on_ground": (80, 80), "second_cut": (31, 31), "none": None}


@pytest.mark.parametrize(
    ("day", "figure", "wording"),
    [(date(2016, 7, 17), False, False), (date(2016, 9, 30), True, False), (date(2016, 12, 1), True, True)],
)
def test_the_un_list_day_by_day_on_the_bundled_case(demo, day, figure, wording):
    found = {item.name: item for item in listings(demo.picture(as_of=day), place="aleppo-east")}

    assert (found["un-ocha-figure"].listed, found["un-ocha"].listed) == (figure, wording)


@pytest.mark.parametrize(("day", "status"), [(date(2016, 7, 17), "no"), (date(2016, 9, 30), "no")])
def test_civilians_of_eastern_aleppo_are_barred(demo, day, status):
    found = civilian_exit(demo.picture(as_of=day), place="aleppo-east", side="opposition")

    assert found.status == status
    assert found.claims
