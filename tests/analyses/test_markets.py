"""The analysis of markets: who is held against whom, when a siege signal stands, and what stands beside reported shocks."""

import csv
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from castello.analyses.markets import in_question, markets
from castello.analyses.markets._board import Board
from castello.analyses.markets._signal import Signal
from castello.cases.settings import Enclave
from castello.claims import Judgement, Period, Quantity, Verdict
from castello.errors import WrongUse
from castello.picture.prices import first_day, last_day
from castello.places import Place
from castello.places.geodesic import geodesic_km
from tests.analyses.wfp_for_tests import CHAAR, DEIR, MOGHAMBO, as_claim, markets_of, shared_data, wfp_rows
from tests.picture.small import PLACES, ROADS, claim, picture, road

END = date(2016, 12, 31)
GOODS = ("rice", "salt", "sugar", "tea")
EAST, NEAR, FAR, CITY = "market-east", "market-near", "market-far", "market-city"


def at(place, lat, lon, **slots):
    return Place(id=place, kind=slots.pop("kind", "market"), name_en=place, lat=lat, lon=lon, **slots)


MARKETS = (
    at(EAST, 36.20, 37.18, parent="east"),
    at(NEAR, 36.20, 37.20),
    at(FAR, 36.20, 38.00),
)
"""One in the enclave of the small case, one two kilometres away, one seventy; of the last two nobody says that they are cut off."""


def month_of(text):
    year, number = map(int, text.split("-"))
    return year * 12 + number


def price(value, month, *, market=EAST, good="rice", unit="SYP/KG", **slots):
    number = month_of(month)
    also = {"flag": slots.pop("flag", "actual"), "currency": "SYP", "basis": "retail"}
    return claim(
        "price",
        good,
        "level",
        market,
        quantity=Quantity(value=value, unit=unit),
        happened=Period.between(first_day(number), last_day(number)),
        published=slots.pop("published", last_day(number) + timedelta(days=30)),
        who=slots.pop("who", "wfp"),
        also=also,
        **slots,
    )


def months(times, *, market=EAST, goods=GOODS, last="2016-12", **slots):
    """Prices of some goods in months that end with a given one, each so many times 100."""
    end = month_of(last)
    return [
        price(100 * one, first_day(end - len(times) + 1 + n).isoformat()[:7], market=market, good=good, **slots)
        for n, one in enumerate(times)
        for good in goods
    ]


CUT = road("castello", "closed", Period.since(date(2016, 7, 1)))
OPEN = [road("castello", "open", Period.since(date(2016, 1, 1))), road("trunk", "open", Period.since(date(2016, 1, 1)))]


def shown(folder, claims, *, as_of=END, places=MARKETS, **options):
    return picture(folder, claims, as_of=as_of, places=(*PLACES, *places), roads=ROADS, **options)


def told(folder, claims, *, kind=None, market=EAST, **options):
    only = {name: options.pop(name) for name in ("reference", "only", "commodity") if name in options}
    findings = markets(shown(folder, claims, **options), **only)
    return [f for f in findings if (kind is None or f.kind == kind) and (market is None or f.place == market)]


def beside(finding, name) -> list[dict[str, Any]]:
    """Rows that stand beside a finding."""
    rows = dict(finding.extra)[name]
    assert isinstance(rows, list)
    return rows


def the_signal(folder, claims, **options):
    return told(folder, claims, kind="siege_signal", **options)[0]


# --------------------------------------------------------------------------------------------------------- siege signal

WEST = months([1, 1, 1], market=NEAR)


@pytest.mark.parametrize(
    ("times", "message", "status", "value"),
    [
        ([1, 1, 1.9], "none", "none", 1.9),
        ([1, 1, 2.5], "once", "none", 2.5),
        ([1, 2, 2], "on", "watch", 2),
        ([1, 7, 4], "on", "severe", 4),
        ([6, 6, 6], "on", "extreme", 6),
        ([3, 1, 3], "once", "none", 3),
    ],
)
def test_two_months_in_a_row_make_a_signal(tmp_path, times, message, status, value):
    found = the_signal(tmp_path, [*months(times), *WEST])
    assert (found.message.id, found.status) == (f"siege_signal.{message}", status)
    assert found.value == pytest.approx(value)


def test_a_signal_says_since_when_and_on_whose_prices(tmp_path):
    here = months([1, 3, 3])
    found = the_signal(tmp_path, [*here, *WEST])
    assert found.since == date(2016, 11, 1)
    assert set(found.claims) == {c.id for c in (*here, *WEST) if c.happened.maybe[0] >= date(2016, 11, 1)}
    assert dict(found.extra)["runs"] == [{"first": "2016-11", "last": "2016-12", "level": "watch"}]


def test_fewer_than_three_items_give_single_ratios_and_no_signal(tmp_path):
    claims = [*months([3, 3], goods=GOODS[:2]), *months([1, 1], market=NEAR, goods=GOODS[:2])]
    found = the_signal(tmp_path, claims)
    assert (found.message.id, found.status, found.reason) == ("siege_signal.undecided", "undecided", "too_imprecise")
    single = told(tmp_path / "again", claims, kind="multiple")[0]
    assert (single.message.id, single.value) == ("multiple.single", None)
    assert "rice 3, salt 3" in single.text


def test_a_month_of_which_nothing_is_known_is_no_month_without_a_signal(tmp_path):
    here = [c for c in months([1, 3, 3]) if c.happened.maybe[0] != date(2016, 11, 1)]
    found = the_signal(tmp_path, [*here, *WEST])
    assert (found.status, dict(found.message.values)["why"]) == ("undecided", "gap")


def test_food_decides_and_other_goods_stand_beside(tmp_path):
    gas = [price(25, "2016-12", good="fuel-gas"), price(1, "2016-12", good="fuel-gas", market=NEAR)]
    found = told(tmp_path, [*months([1, 1, 1]), *WEST, *gas], kind="multiple")
    assert the_signal(tmp_path / "again", [*months([1, 1, 1]), *WEST, *gas]).status == "none"
    other = next(item for item in found if item.reading == "other_goods")
    assert dict(other.extra)["items"] == [["fuel-gas", 25.0]]


def test_without_a_reference_a_signal_is_undecided(tmp_path):
    found = the_signal(tmp_path, months([3, 3, 3]))
    assert (found.status, found.reason) == ("undecided", "outside_coverage")


# ------------------------------------------------------------------------------------------------- who may be a reference


def test_the_nearest_open_market_is_the_reference(tmp_path):
    claims = [*months([4]), *months([2], market=NEAR), *months([1], market=FAR)]
    found = told(tmp_path, claims, kind="multiple")
    nearest, national = (next(item for item in found if item.reading == name) for name in ("nearest", "national"))
    assert (dict(nearest.extra)["reference"], nearest.value) == (NEAR, pytest.approx(2))
    assert (dict(national.extra)["markets"], national.value) == (2, pytest.approx(4 / 1.5))


def test_a_market_that_is_cut_off_is_passed_over_and_told(tmp_path):
    places = (MARKETS[0], at(NEAR, 36.20, 37.20, parent="east"), MARKETS[2])
    claims = [*months([4]), *months([2], market=NEAR), *months([1], market=FAR), *OPEN, CUT]
    found = next(i for i in told(tmp_path, claims, kind="multiple", places=places) if i.reading == "nearest")
    assert dict(found.extra)["reference"] == FAR
    assert dict(found.extra)["passed_over"] == [[NEAR, "cut"]]
    assert any("is nearer and no reference: cut" in gap for gap in found.unknown)


def test_a_market_whose_place_somebody_calls_besieged_is_no_reference(tmp_path):
    siege = claim("siege", "army", "besieges", NEAR, happened=Period.since(date(2016, 6, 1)), who="sohr")
    claims = [*months([4]), *months([2], market=NEAR), *months([1], market=FAR), siege]
    found = next(i for i in told(tmp_path, claims, kind="multiple") if i.reading == "nearest")
    assert dict(found.extra)["reference"] == FAR
    assert dict(found.extra)["passed_over"] == [[NEAR, "said_besieged"]]


def test_a_delisted_place_may_be_a_reference_again(tmp_path):
    lists = claim(
        "listing", "un", "lists_as", NEAR, happened=Period.since(date(2016, 6, 1)), also={"status": "besieged"}
    )
    leaves = claim(
        "listing", "un", "delists", NEAR, happened=Period.since(date(2016, 9, 1)), also={"status": "besieged"}
    )
    board = Board(shown(tmp_path, [*months([1], market=NEAR), lists, leaves]))
    states = [board.where.state(NEAR, month_of(month)) for month in ("2016-07", "2016-12")]
    assert states == ["said_besieged", "unsaid"]


def test_a_chosen_reference_that_is_cut_off_is_used_and_told(tmp_path):
    places = (MARKETS[0], at(NEAR, 36.20, 37.20, parent="east"), MARKETS[2])
    claims = [*months([4]), *months([2], market=NEAR), *months([1], market=FAR), *OPEN, CUT]
    found = told(tmp_path, claims, kind="multiple", places=places, reference=NEAR)[0]
    assert (dict(found.extra)["reference"], found.value) == (NEAR, pytest.approx(2))
    assert any("is cut that month" in gap for gap in found.unknown)


def test_a_reference_that_is_itself_in_alarm_is_told(tmp_path):
    rng = np.random.default_rng(1)
    # calm for years, and at three times its price in the last month
    calm = [*rng.normal(1, 0.02, 47), 3.0]
    claims = [*months(calm, market=NEAR), *months([6])]
    found = told(tmp_path, claims, kind="multiple")[0]
    assert dict(found.extra)["reference_in_alarm"] == sorted(GOODS)
    assert any("in alarm in the reference itself" in gap for gap in found.unknown)


@pytest.mark.parametrize(
    ("places", "enclave", "how"),
    [
        ((at(CITY, 36.20, 37.18, parent="east"),), "east", "register"),
        ((at("part", 36.20, 37.18, kind="part", parent="east", radius_km=3), at(CITY, 36.21, 37.18)), "east", "point"),
        ((at("part", 36.20, 37.18, kind="part", parent="east", radius_km=3), at(CITY, 36.60, 37.18)), None, "nowhere"),
        ((Place(id=CITY, kind="market", name_en="no point"),), None, "not_placed"),
        (
            (
                at("part", 36.20, 37.18, kind="part", parent="east", radius_km=3),
                at("other", 36.21, 37.18, kind="part", parent="west", radius_km=4),
                at("west", 36.20, 37.00, kind="part"),
                at(CITY, 36.21, 37.18),
            ),
            None,
            "unclear",
        ),
        (
            (
                at("part", 36.20, 37.18, kind="neighbourhood", parent="east", radius_km=1.5),
                at("other", 36.21, 37.18, kind="part", parent="west", radius_km=4),
                at("west", 36.20, 37.00, kind="part"),
                at(CITY, 36.21, 37.18),
            ),
            "east",
            "point",
        ),
    ],
)
def test_in_which_enclave_a_market_lies(tmp_path, places, enclave, how):
    both = (Enclave(id="east", side="opposition"), Enclave(id="west", side="government"))
    enclaves = both if any(place.id == "west" for place in places) else both[:1]
    board = Board(shown(tmp_path, months([1], market=CITY), places=places, enclaves=enclaves))
    stand = board.where.stands[CITY]
    assert (stand.enclave, stand.how) == (enclave, how)


def test_a_cut_of_some_days_is_neither_cut_nor_connected(tmp_path):
    shut = road("castello", "closed", Period.since(date(2016, 11, 20)))
    board = Board(shown(tmp_path, [*months([1, 1, 1]), *OPEN, shut]))
    states = [board.where.state(EAST, month_of(month)) for month in ("2016-10", "2016-11", "2016-12")]
    assert states == ["connected", "partly_cut", "cut"]


def test_where_no_road_is_known_nobody_is_told_cut_off(tmp_path):
    board = Board(shown(tmp_path, months([1])))
    assert board.where.state(EAST, month_of("2016-12")) == "undecided"


def test_a_figure_for_a_country_is_no_market(tmp_path):
    land = at("land", 36.20, 37.19, kind="country")
    claims = [*months([4]), *months([1], market="land"), *months([2], market=NEAR)]
    found = told(tmp_path, claims, kind="multiple", places=(*MARKETS, land))[0]
    assert dict(found.extra)["reference"] == NEAR


# ------------------------------------------------------------------------------------------------------- levels and alarms


def alarms(folder, claims, **options):
    return {
        f.subject: f for f in told(folder, claims, kind="price_alarm", **options) if f.reading == "asof" and f.value
    }


CALM = list(np.random.default_rng(2).normal(1, 0.02, 60))


def test_a_price_with_its_change_on_the_month_before(tmp_path):
    found = next(f for f in told(tmp_path, months([1, 5.5], goods=["rice"]), kind="price"))
    assert (found.value, dict(found.extra)["change_month"]) == (550, pytest.approx(5.5))
    assert dict(found.extra)["change_48_hours"] is None
    assert any("48 hours" in gap for gap in found.unknown)


def test_a_price_of_two_months_ago_has_no_change_on_the_month_before(tmp_path):
    claims = [price(100, "2016-09"), price(300, "2016-11")]
    found = told(tmp_path, claims, kind="price")[0]
    assert (found.message.id, dict(found.extra)["change_month"]) == ("price.measured", None)


def test_an_alarm_as_of_its_month(tmp_path):
    found = alarms(tmp_path, months([*CALM, 3.0], goods=["rice"]))["rice"]
    assert (found.status, found.label) == ("crisis", "inference")
    assert found.value > 2
    assert {name: dict(found.extra)[name] for name in ("alps_class", "ifpa_class")} == {
        "alps_class": "crisis",
        "ifpa_class": "abnormally_high",
    }


def test_nothing_later_is_known_to_an_alarm(tmp_path):
    claims = months([*CALM, 3.0, 9.0, 1.0], goods=["rice"])
    day = last_day(month_of("2016-10"))
    with_all = alarms(tmp_path / "all", claims, as_of=day)["rice"]
    without = alarms(tmp_path / "then", [c for c in claims if c.happened.maybe[0] <= day], as_of=day)["rice"]
    assert with_all.to_json() == without.to_json()
    # and what is out by a day is what counts for that day: October is not, on the day on which it ends
    known = alarms(tmp_path / "known", claims, as_of=day, known_by=day)["rice"]
    assert dict(known.extra)["month"] == "2016-09"


def test_rows_that_are_no_actual_quotes_never_enter_an_alarm(tmp_path):
    calm = months(CALM, goods=["rice"], last="2016-12")
    aggregate = [price(900, "2016-12", flag="aggregate", document="other", who="reach")]
    plain = [f.to_json() for f in told(tmp_path / "plain", calm, kind="price_alarm")]
    both = [f.to_json() for f in told(tmp_path / "both", [*calm, *aggregate], kind="price_alarm")]
    assert plain == both
    gaps = told(tmp_path / "again", [*calm, *aggregate], kind="price_gaps")
    left_out = next(f for f in gaps if f.unit == "share")
    assert left_out.value == pytest.approx(1 / 61)
    assert dict(left_out.extra)["flags"] == {"aggregate": 1}


def test_too_few_months_are_told_together(tmp_path):
    found = told(tmp_path, months([1, 1]), kind="price_alarm")
    assert [(f.message.id, f.status) for f in found] == [("price_alarm.insufficient", "undecided")]
    assert "rice, salt, sugar, tea" in found[0].text


def test_rows_that_contradict_each_other_are_shown_with_both_ends(tmp_path):
    claims = [price(100, "2016-12"), price(140, "2016-12", who="reach")]
    found = told(tmp_path, claims, kind="price")[0]
    assert (found.status, found.value, found.low, found.high) == ("contested", None, 100, 140)


def test_a_jump_is_flagged_and_kept(tmp_path):
    claims = [price(318_750, "2016-11", good="livestock-sheep"), price(30_000, "2016-12", good="livestock-sheep")]
    found = told(tmp_path, claims)
    jump = next(f for f in found if f.message.id == "price_gaps.jump")
    assert jump.value == pytest.approx(30 / 318.75)
    assert next(f for f in found if f.kind == "price").value == 30_000


def test_a_market_that_fell_silent_is_told_as_such(tmp_path):
    found = told(tmp_path, months([1], market=FAR, last="2016-05"), market=FAR)
    assert [f.message.id for f in found] == ["price_gaps.silent"]


def test_quotes_of_two_days_show_what_months_cannot(tmp_path):
    def quote(value, day):
        quantity = Quantity(value=value, unit="SYP")
        return claim("price", "bread", "level", EAST, quantity=quantity, happened=Period.day(day), who="afp")

    claims = [quote(200, date(2016, 8, 6)), quote(800, date(2016, 8, 7))]
    found = next(f for f in told(tmp_path, claims) if f.reading == "quotes")
    assert (found.value, dict(found.extra)["allows"]) == (4, "within 48 hours")


# ------------------------------------------------------------------------------------------- baskets, shocks and supplies


def test_a_basket_with_missing_items_is_told_incomplete(tmp_path):
    claims = [price(300, "2016-12", good="rice"), price(100, "2016-12", good="wheat-flour")]
    found = told(tmp_path, claims, kind="basket")[0]
    assert (found.status, found.value) == ("incomplete", 15 * 300 + 45 * 100)
    assert dict(found.extra)["missing"] == ["lentils", "sugar", "oil"]


def test_a_published_basket_beside_that_of_the_country(tmp_path):
    land = Place(id="land", kind="country", name_en="The country")
    places = (at(EAST, 36.20, 37.18, parent="land"), land)
    claims = [
        price(cost, "2016-11", market=market, good="food-basket", unit="SYP/basket")
        for market, cost in ((EAST, 232_000), ("land", 35_920))
    ]
    found = told(tmp_path, claims, kind="basket", places=places)[0]
    assert round(found.value, 2) == 6.46


def shock(**slots):
    quantity = Quantity(value=400, unit="percent", words="risen 400% in 48-hours")
    happened = Period.between(date(2016, 7, 10), date(2016, 7, 18))
    return claim(
        "price", "food", "change", "east", quantity=quantity, happened=happened, also={"over": "PT48H"}, **slots
    )


def test_a_reported_shock_is_a_claim_beside_what_was_measured(tmp_path):
    rows = [
        price(100, "2016-06"),
        price(107.3, "2016-07"),
        price(188, "2016-06", good="flour"),
        price(192, "2016-07", good="flour"),
    ]
    found = told(tmp_path, [shock(), *rows], kind="shock", market="east")[0]
    assert (found.low, found.high, found.status) == (5, 5, "extreme")
    extra = dict(found.extra)
    assert [round(end, 3) for end in extra["per_day"]] == [2.236, 2.236]
    assert {row["commodity"]: round(row["times"], 3) for row in extra["measured"]} == {"rice": 1.073, "flour": 1.021}
    assert "neither confirm nor contradict" in found.text


def test_a_shock_without_measured_prices_says_so(tmp_path):
    found = told(tmp_path, [shock()], kind="shock", market="east")[0]
    assert found.message.id == "shock.unmeasured_hours"
    assert not [f for f in told(tmp_path / "again", [shock()], market=None) if f.kind == "price"]


def stock(value=145_000, unit="person-month"):
    day = date(2016, 7, 13)
    maybe = Period(maybe=(day, date(2016, 8, 13)), sure=(day, day + timedelta(days=1)))
    return claim(
        "supply", "food", "stock", place="east", quantity=Quantity(value=value, unit=unit), happened=maybe, who="un"
    )


def people(value, who="sohr"):
    day = date(2016, 7, 10)
    return claim(
        "people", "east", "trapped", quantity=Quantity(value=value, unit="person"), happened=Period.day(day), who=who
    )


def test_supply_days_over_the_people_counted(tmp_path):
    found = told(tmp_path, [stock(), people(250_000), people(300_000, who="afp")], kind="supply", market="east")[0]
    assert (found.low, found.high) == (14.5, 17.4)
    assert dict(found.extra)["until"] == ["2016-07-27", "2016-07-30"]
    assert dict(found.extra)["half_ration_days"] == [29, 34.8]


def test_supply_days_without_people_are_undecided(tmp_path):
    found = told(tmp_path, [stock()], kind="supply", market="east")[0]
    assert (found.status, found.low) == ("undecided", None)


def test_stocks_that_count_no_rations_are_no_days(tmp_path):
    assert told(tmp_path, [stock(40, "truck"), people(250_000)], kind="supply", market="east") == []


# --------------------------------------------------------------------------------------------------------------- record


def listing(day, **slots):
    period = Period.since(day)
    return claim(
        "listing", "un-ocha", "lists_as", "east", happened=period, also={"status": "besieged"}, who="un", **slots
    )


def test_the_signal_beside_the_day_of_the_list(tmp_path):
    claims = [*months([1, 3, 3], last="2016-12"), *WEST, listing(date(2016, 10, 5))]
    found = told(tmp_path, claims, kind="siege_signal_record")[0]
    assert (found.status, found.value) == ("after", 87)  # it stood on 31 December
    assert dict(found.extra)["signal_knowable"] == "2017-01-30"
    later = [*claims[:-1], listing(date(2017, 2, 1))]
    earlier = told(tmp_path / "earlier", later, kind="siege_signal_record", as_of=date(2017, 2, 28))
    assert (earlier[0].status, earlier[0].value) == ("before", -32)
    # what is said after the day asked about is not told of that day
    assert [f.status for f in told(tmp_path / "then", later, kind="siege_signal_record")] == ["unlisted"]


def test_a_list_without_a_signal_and_a_signal_without_a_list(tmp_path):
    never = told(tmp_path / "a", [*months([1, 1]), *months([1, 1], market=NEAR), listing(date(2016, 10, 5))])
    assert [f.status for f in never if f.kind == "siege_signal_record"] == ["never"]
    unlisted = told(tmp_path / "b", [*months([3, 3]), *months([1, 1], market=NEAR)])
    assert [f.status for f in unlisted if f.kind == "siege_signal_record"] == ["unlisted"]
    unknown = told(tmp_path / "c", [*months([3, 3]), listing(date(2016, 10, 5))])
    assert [f.status for f in unknown if f.kind == "siege_signal_record"] == ["undecided"]


def test_a_refused_list_is_no_list(tmp_path):
    said = listing(date(2016, 10, 5))
    verdict = Judgement(about=(said.id,), verdict=Verdict.REJECTED, by="a", dated=END, reason="a misreading")
    claims = [*months([1, 1]), *months([1, 1], market=NEAR), said]
    assert told(tmp_path, claims, kind="siege_signal_record", judgements=[verdict]) == []


# ------------------------------------------------------------------------------------------------------------- as a whole


def test_every_finding_answers_why(tmp_path):
    claims = [*months([*CALM, 3.0]), *months([1] * 10, market=NEAR), shock(), stock(), people(250_000), *OPEN, CUT]
    shown_, found = shown(tmp_path, claims), told(tmp_path / "again", claims, market=None)
    ids = {claim_.id for claim_ in claims}
    assert {f.kind for f in found} >= {
        "siege_signal",
        "multiple",
        "price",
        "price_alarm",
        "price_gaps",
        "shock",
        "supply",
    }
    for finding in found:
        assert finding.claims
        assert set(finding.claims) <= ids
        assert finding.unknown
        assert finding.method == "markets"
    assert len({finding.id for finding in found}) == len(found)
    assert [f.to_json() for f in markets(shown_)] == [f.to_json() for f in found]


def test_markets_asked_for_by_id_or_place(tmp_path):
    claims = [*months([1]), *months([1], market=NEAR)]
    assert {f.place for f in markets(shown(tmp_path, claims), only=["east"])} == {EAST}
    assert in_question(shown(tmp_path, claims)) == (EAST,)


@pytest.mark.parametrize("asked", [{"only": ["nowhere"]}, {"reference": "nowhere"}])
def test_a_market_without_prices_is_refused(tmp_path, asked):
    with pytest.raises(WrongUse, match="nowhere"):
        markets(shown(tmp_path, months([1])), **asked)


def test_no_prices_no_findings(tmp_path):
    assert markets(shown(tmp_path, OPEN)) == ()


# ------------------------------------------------------------------------------------------------------------- real prices


@pytest.fixture(scope="module")
def syria(tmp_path_factory):
    """The sheet's Syria until the end of 2016, without a word on roads or sieges."""
    rows = wfp_rows(until="2016-12-31")
    places = (*PLACES, *markets_of(rows))
    return picture(
        tmp_path_factory.mktemp("syria"), [as_claim(row) for row in rows], as_of=END, places=places, enclaves=()
    )


def listed_near(market, *, km=2.0):
    """OCHA's word of October 2016 on a place within so many kilometres: the gravest of those in the nearest one's reach."""
    with (shared_data() / "ocha" / "hno2017_community_access_oct2016.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["Latitude"] and row["Longitude"]]
    lat, lon = np.array([(row["Latitude"], row["Longitude"]) for row in rows], dtype=float).T
    away = geodesic_km(market.lat, market.lon, lat_b=lat, lon_b=lon)
    nearest = away.min()
    # two parts of one town may share a point
    near = [row["Access_Status"] for row, one in zip(rows, away, strict=True) if one <= min(km, nearest + 0.1)]
    order = ("Besieged", "Military Encircled", "HTR", "Accessible")
    return min(near, key=order.index, default="nowhere near")


def runs_of(board, market):
    every = Signal(board, f"wfp-market-{market}").runs
    return [
        (first_day(run.first).isoformat()[:7], first_day(run.last).isoformat()[:7]) for run in every if run.confirmed
    ]


def test_sieges_seen_from_prices_alone(syria):
    """Of 51 markets four have a signal: OCHA's list of October 2016 calls the nearest place of each besieged or encircled."""
    board = Board(syria)
    names = {market: syria.registers.places.name(market) for market in board.markets}
    signalled = {names[m] for m in board.markets if any(run.confirmed for run in Signal(board, m).runs)}
    assert signalled == {"Al-Cha'ar", "Deir-ez-Zor", "Eastern Ghouta", "Qudsiya"}
    assert runs_of(board, MOGHAMBO) == []
    assert len(board.markets) == 51
    status = {names[market]: listed_near(syria.registers.places.place(market)) for market in board.markets}
    assert {name: status[name] for name in sorted(signalled)} == {
        "Al-Cha'ar": "Besieged",
        "Deir-ez-Zor": "Besieged",
        "Eastern Ghouta": "Besieged",
        "Qudsiya": "Military Encircled",
    }
    since = month_of("2015-01")
    months_known = {
        m: sum(month.high is not None and month.month >= since for month in Signal(board, m).months)
        for m in board.markets
    }
    enough = {names[market] for market, known in months_known.items() if known >= 2}
    assert {name for name in enough - signalled if status[name] in ("Besieged", "Military Encircled")} == {"At-Tall"}


def test_the_long_siege_is_in_the_multiple_not_in_the_trend(syria):
    board = Board(syria)
    assert runs_of(board, DEIR)[0] == ("2015-04", "2016-05")
    rice = next(s for s in board.prices.of(f"wfp-market-{DEIR}") if s.item == "rice|syp/kg|retail")
    assert board.alps(rice, month_of("2016-04")) > 2 > board.alps(rice, month_of("2016-05"))


def test_east_aleppo_against_moghambo(syria):
    found = markets(syria, only=[f"wfp-market-{CHAAR}"], reference=f"wfp-market-{MOGHAMBO}")
    signal = next(f for f in found if f.kind == "siege_signal")
    indices = {row["month"]: row["index"] for row in beside(signal, "months")}
    assert {month: round(indices[month], 2) for month in ("2016-09", "2016-10", "2016-11", "2016-12")} == {
        "2016-09": 2.38,
        "2016-10": 1.94,
        "2016-11": 3.45,
        "2016-12": 4.20,
    }
    gas = {row["month"]: dict(row["other_goods"]).get("fuel-gas", 0) for row in beside(signal, "months")}
    assert {month: round(gas[month]) for month in ("2016-09", "2016-10", "2016-11")} == {
        "2016-09": 21,
        "2016-10": 25,
        "2016-11": 25,
    }
    flour = next(f for f in found if f.kind == "price" and f.subject == "wheat-flour")
    assert flour.value == 3500


def test_the_reported_shock_of_july_beside_the_sheet(syria, tmp_path):
    rows = wfp_rows(markets={CHAAR}, until="2016-12-31")
    places = (*PLACES, *markets_of(rows, parents={CHAAR: "east"}))
    shown_ = picture(tmp_path, [shock(), *(as_claim(row) for row in rows)], as_of=END, places=places)
    found = next(f for f in markets(shown_) if f.kind == "shock")
    measured = {row["commodity"]: round((row["times"] - 1) * 100, 1) for row in beside(found, "measured")}
    assert (measured["rice"], measured["wheat-flour"]) == (7.3, 2.1)
    assert not {"tomatoes", "potatoes"} & measured.keys()


def test_a_change_without_a_figure_of_change_is_read_from_its_words(tmp_path):
    quantity = Quantity(value=1, unit="statement", words="prices have doubled")
    said = claim("price", "bread", "change", "east", quantity=quantity, happened=Period.day(date(2016, 8, 9)))
    found = told(tmp_path, [said], kind="shock", market="east")[0]
    assert (found.value, found.status) == (2, "alert")


def test_a_change_that_cannot_be_is_told_as_undecided(tmp_path):
    quantity = Quantity(value=120, unit="percent", words="fell by 120 percent")
    said = claim("price", "bread", "change", "east", quantity=quantity, happened=Period.day(date(2016, 8, 9)))
    found = told(tmp_path, [said], kind="shock", market="east")[0]
    assert (found.message.id, found.status, found.claims) == ("shock.unreadable", "undecided", (said.id,))
