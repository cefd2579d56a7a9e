"""Multiples and baskets: the published table of east against west Aleppo, and what an index must do whatever the prices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.analyses.markets.baskets import DEFAULT, Basket, Item, cost
from castello.analyses.markets.multiples import level_of, multiple
from castello.analyses.markets.shocks import multiple_of
from castello.picture.interval import Interval
from castello.picture.prices import is_food
from tests.analyses.wfp_for_tests import CHAAR, DEIR, MOGHAMBO, slug, wfp_rows


def prices_in(market, month, *, food=True):
    """Retail prices of a market in a month by commodity and unit."""
    return {
        f"{slug(row['commodity'])}|{row['unit']}": float(row["price"])
        for row in wfp_rows(markets={market})
        if row["date"].startswith(month)
        and row["pricetype"] == "Retail"
        and is_food(slug(row["commodity"]), name=row["commodity"], category=row["category"]) is food
    }


def held_against(month, *, food=True):
    return multiple(prices_in(CHAAR, month, food=food), prices_in(MOGHAMBO, month, food=food))


@pytest.mark.parametrize(
    ("month", "items", "index", "median", "singles"),
    [
        ("2016-05", 10, 1.01, 1.00, {"wheat-flour": 0.90, "rice": 0.87}),
        ("2016-07", 4, 1.39, 0.99, {"bread-bakery": 4.34, "fuel-gas": 4.50, "rice": 0.89}),
        ("2016-08", 10, 1.22, 1.13, {"fuel-gas": 4.04, "salt-iodised": 2.80}),
        ("2016-09", 7, 2.38, 2.82, {"fuel-gas": 21.15, "fuel-diesel": 4.00, "sugar": 2.82, "rice": 0.82}),
        ("2016-10", 8, 1.94, 2.20, {"fuel-gas": 25.00, "beans-white": 2.56, "wheat-flour": 1.25}),
        ("2016-11", 9, 3.45, 3.14, {"fuel-gas": 25.00, "wheat-flour": 6.60, "salt-iodised": 6.61, "rice": 3.05}),
        ("2016-12", 8, 4.20, 3.71, {"wheat-flour": 15.56, "bulgur": 7.50}),
        ("2017-01", 12, 1.23, 1.09, {"wheat-flour": 1.16}),
    ],
)  # fmt: skip
def test_east_against_west_aleppo_as_published(month, items, index, median, singles):
    found = held_against(month)
    ratios = {
        item.partition("|")[0]: ratio for food in (True, False) for item, ratio in held_against(month, food=food).ratios
    }
    assert found.items == items
    assert (round(found.index, 2), round(found.median, 2)) == (index, median)
    assert {name: round(ratios[name], 2) for name in singles} == pytest.approx(singles, abs=0.0051)


@pytest.mark.parametrize(
    ("month", "printed", "of_the_others"),
    [("2015-09", 6.5, 6.58), ("2016-04", 10.0, 10.0), ("2017-01", 2.85, 2.85), ("2017-05", 0.8, 0.8)],
)
def test_rice_in_deir_ez_zor_against_the_median_elsewhere(month, printed, of_the_others):
    """Aid made rice cheap while the city was still besieged. The printed figures are those with the city itself in the median."""
    rows = [
        row
        for row in wfp_rows()
        if row["date"].startswith(month)
        and (row["commodity"], row["unit"], row["pricetype"]) == ("Rice", "KG", "Retail")
    ]
    every = np.median([float(row["price"]) for row in rows])
    others = np.median([float(row["price"]) for row in rows if row["market_id"] != DEIR])
    here = prices_in(DEIR, month)["rice|KG"]
    assert here / every == pytest.approx(printed, abs=0.05)
    assert here / others == pytest.approx(of_the_others, abs=0.005)


# ---------------------------------------------------------------------------------------------------- published baskets

NATIONAL = {"2016-10": 33_800, "2016-11": 35_920, "2017-01": 36_025}
EAST, DEIR_EZ_ZOR = {"2016-11": 232_000, "2017-01": 30_435}, {"2016-11": 68_970, "2017-01": 97_400}


def before(now, percent, form):
    """The figure that a published change came from."""
    times = multiple_of(percent, form)
    assert times is not None
    return Interval.point(now) / times


def test_what_published_changes_say_of_the_months_before():
    assert round(before(232_000, Interval.point(256), "by").low) == 65_169
    assert round(before(30_435, Interval.point(84), "down_by").low) == 190_219
    assert [round(end, -2) for end in before(30_435, Interval(83.5, 84.5), "down_by").ends] == [184_500, 196_400]
    # "more than 30 %": at most
    assert round(before(65_169, Interval.of(30, None), "by").high) == 50_130
    assert round(before(35_920, Interval.point(6), "by").low) == 33_887
    assert round((NATIONAL["2016-11"] / NATIONAL["2016-10"] - 1) * 100, 1) == 6.3


def test_multiples_of_published_baskets():
    assert round(EAST["2016-11"] / NATIONAL["2016-11"], 2) == 6.46
    assert [round(DEIR_EZ_ZOR[month] / NATIONAL[month], 2) for month in ("2016-11", "2017-01")] == [1.92, 2.70]
    assert level_of(EAST["2016-11"] / NATIONAL["2016-11"]) == "extreme"


def test_missing_items_are_told_and_not_filled_in():
    basket = Basket(
        name="two",
        people=5,
        days=30,
        items=(Item(commodity="rice", quantity=10, unit="KG"), Item(commodity="oil", quantity=2, unit="L")),
    )
    whole = cost(basket, {("rice", "KG"): 500, ("oil", "L"): 700})
    part = cost(basket, {("rice", "KG"): 500, ("oil", "KG"): 700})
    assert (whole.value, whole.complete) == (6400, True)
    assert (part.value, part.missing, part.complete) == (5000, ("oil",), False)
    assert cost(basket, {}).value is None


def test_the_basket_of_our_own_has_the_energy_that_it_says():
    kcal = {"wheat-flour": 3640, "rice": 3600, "lentils": 3530, "sugar": 3870, "oil": 8100}
    each = sum(item.quantity * kcal[item.commodity] for item in DEFAULT.items) / (DEFAULT.people * DEFAULT.days)
    assert each == pytest.approx(DEFAULT.kcal, rel=0.01)


# ------------------------------------------------------------------------------------------------------------ invariants

MARKET = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(0.5, 1e6), max_size=10)


@given(MARKET, MARKET)
def test_the_other_way_round_is_one_divided_by_it(here, there):
    one, other = multiple(here, there), multiple(there, here)
    assert (one.index is None) == (other.index is None) == (one.items < 3)
    if one.index is not None and other.index is not None and one.range is not None:
        assert one.index * other.index == pytest.approx(1)
        low, high = one.range
        assert low * (1 - 1e-9) <= one.index <= high * (1 + 1e-9)


@given(MARKET, MARKET, st.randoms(use_true_random=False))
def test_the_order_of_items_is_nothing(here, there, random):
    shuffled = list(here.items())
    random.shuffle(shuffled)
    assert multiple(dict(shuffled), there) == multiple(here, there)


@given(MARKET, MARKET)
def test_what_one_market_lacks_is_listed_and_left_out(here, there):
    found = multiple(here, there)
    assert set(found.only_here) == here.keys() - there.keys()
    assert set(found.only_there) == there.keys() - here.keys()
    assert multiple({item: here[item] for item, _ in found.ratios}, there).index == found.index
