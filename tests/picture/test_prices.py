"""Prices as series: what counts, from which day, what is left out, and that nothing is filled in or converted."""

from datetime import date, timedelta

import numpy as np
import pytest

from castello.claims import Bound, Judgement, Modality, Period, Quantity, Verdict
from castello.picture.prices import first_day, is_food, last_day, month_number, prices_of
from tests.picture.small import claim, picture

NOVEMBER = month_number(date(2016, 11, 1))
END = date(2016, 12, 31)


def row(value, month="2016-11", *, commodity="rice", market="east", unit="SYP/KG", who="wfp", **slots):
    """A row of a price sheet about a month, out thirty days after it unless said otherwise."""
    year, number = map(int, month.split("-"))
    last = last_day(year * 12 + number)
    also = {"flag": "actual", "basis": "retail", "currency": "SYP"} | slots.pop("also", {})
    return claim(
        "price",
        commodity,
        "level",
        market,
        quantity=slots.pop("quantity", None) or Quantity(value=value, unit=unit),
        happened=slots.pop("happened", None) or Period.between(last.replace(day=1), last),
        published=slots.pop("published", None) or last + timedelta(days=30),
        who=who,
        also={name: what for name, what in also.items() if what is not None},
        **slots,
    )


def found(folder, claims, *, as_of=END, flags=("actual",), **options):
    return prices_of(picture(folder, claims, as_of=as_of, **options), flags=flags)


def test_months_are_numbered_by_the_calendar():
    assert month_number(date(2016, 12, 31)) + 1 == month_number(date(2017, 1, 1))
    assert [first_day(24204), last_day(24204), last_day(24194)] == [
        date(2016, 12, 1),
        date(2016, 12, 31),
        date(2016, 2, 29),
    ]


def test_one_series_for_each_market_commodity_unit_and_kind_of_price(tmp_path):
    claims = [
        row(100),
        row(110, "2016-10"),
        row(90, commodity="salt"),
        row(80, market="north"),
        row(2000, unit="SYP/25 KG"),
        row(70, also={"basis": "wholesale"}),
    ]
    prices = found(tmp_path, claims)
    assert [(s.market, s.commodity, s.unit, s.basis, s.price.tolist()) for s in prices.series] == [
        ("east", "rice", "SYP/25 KG", "retail", [2000]),
        ("east", "rice", "SYP/KG", "retail", [110, 100]),
        ("east", "rice", "SYP/KG", "wholesale", [70]),
        ("east", "salt", "SYP/KG", "retail", [90]),
        ("north", "rice", "SYP/KG", "retail", [80]),
    ]
    assert prices.markets == ("east", "north")
    assert prices.of("north")[0].claims_at(NOVEMBER) == (claims[3].id,)


def test_a_unit_is_the_same_however_it_is_spelt_and_never_converted(tmp_path):
    prices = found(tmp_path, [row(100, unit="SYP/kg"), row(100, "2016-10", unit="SYP/KG"), row(1, unit="SYP/G")])
    assert [len(series.months) for series in prices.series] == [1, 2]


def test_only_actual_quotes_count_and_the_others_are_counted(tmp_path):
    claims = [
        row(100),
        row(900, "2016-10", also={"flag": "aggregate"}),
        row(800, "2016-09", also={"flag": "actual,aggregate"}),
        row(95, "2016-08", also={"flag": None}),
    ]
    prices = found(tmp_path / "usual", claims)
    assert prices.series[0].price.tolist() == [95, 100]
    assert prices.dropped == (("east", "actual,aggregate", 1), ("east", "aggregate", 1))
    wider = found(tmp_path / "wider", claims, flags=("actual", "aggregate"))
    assert wider.series[0].price.tolist() == [95, 900, 100]


def test_rows_that_contradict_each_other_keep_both_ends_and_give_no_price(tmp_path):
    series = found(tmp_path, [row(100), row(130, who="reach"), row(90, "2016-10")]).series[0]
    assert (series.low.tolist(), series.high.tolist()) == ([90, 100], [90, 130])
    assert series.price[0] == 90
    assert np.isnan(series.price[1])
    assert series.price_at(NOVEMBER) is None
    assert series.origins.tolist() == [1, 2]


def test_copies_of_one_origin_count_once(tmp_path):
    claims = [row(100), row(100, document="a-newspaper"), row(100, who="afp")]
    same = Judgement(about=("origin:afp", "origin:wfp"), verdict=Verdict.SAME, by="a", dated=END, reason="its own row")
    series = found(tmp_path, claims, judgements=[same]).series[0]
    assert (series.price.tolist(), series.origins.tolist()) == ([100], [1])
    assert len(series.claims[0]) == 3


def test_quotes_of_several_days_have_their_median_and_both_ends(tmp_path):
    days = [row(value, happened=Period.day(date(2016, 11, n))) for n, value in ((3, 100), (10, 150), (20, 600))]
    prices = found(tmp_path, days)
    series = prices.series[0]
    assert (series.low[0], series.price[0], series.high[0]) == (100, 150, 600)
    assert [(quote.first, quote.low) for quote in prices.quotes] == [
        (date(2016, 11, 3), 100),
        (date(2016, 11, 10), 150),
        (date(2016, 11, 20), 600),
    ]


def test_a_row_about_a_month_is_no_quote_of_a_day(tmp_path):
    assert found(tmp_path, [row(100)]).quotes == ()


def test_bounds_stay_bounds(tmp_path):
    series = found(tmp_path, [row(None, quantity=Quantity(value=900, bound=Bound.AT_LEAST, unit="SYP/KG"))]).series[0]
    assert (series.low[0], series.high[0]) == (900, np.inf)
    assert np.isnan(series.price[0])


def test_a_month_that_is_not_over_does_not_count(tmp_path):
    claims = [row(100), row(500, "2016-12")]
    shown = {
        day: found(tmp_path / str(day), claims, as_of=day).series[0].price.tolist() for day in (date(2016, 12, 30), END)
    }
    assert list(shown.values()) == [[100], [100, 500]]


def test_a_row_counts_from_the_day_of_its_publication(tmp_path):
    claims = [row(90, "2016-10"), row(100)]
    # October was out on 30 November, November on 30 December
    known = [date(2016, 11, 29), date(2016, 11, 30), date(2016, 12, 30)]
    counts = [sum(len(s.months) for s in found(tmp_path / str(day), claims, known_by=day).series) for day in known]
    assert counts == [0, 1, 2]


def test_months_without_a_row_stay_empty(tmp_path):
    prices = found(tmp_path, [row(100, "2016-08"), row(120)])
    grid, first = prices.grid()
    assert first == NOVEMBER - 3
    assert grid.tolist() == [pytest.approx([100, np.nan, np.nan, 120], nan_ok=True)]


def test_a_reported_change_is_no_price(tmp_path):
    change = claim(
        "price",
        "food",
        "change",
        "east",
        quantity=Quantity(value=400, unit="percent", words="risen 400% in 48-hours"),
        happened=Period.between(date(2016, 7, 10), date(2016, 7, 18)),
        also={"over": "PT48H"},
    )
    prices = found(tmp_path, [change])
    assert prices.series == ()
    told = prices.changes[0]
    assert (told.low, told.unit, told.over, told.words) == (400, "percent", "PT48H", "risen 400% in 48-hours")
    assert (told.first, told.last) == (date(2016, 7, 10), date(2016, 7, 18))


def test_what_spans_months_stands_in_no_series_and_is_told(tmp_path):
    wide = row(100, happened=Period.between(date(2016, 10, 20), date(2016, 11, 10)), published=date(2016, 11, 12))
    prices = found(tmp_path, [wide])
    assert (prices.series, prices.wide) == ((), (wide.id,))


def test_refused_and_hedged_rows_do_not_count(tmp_path):
    wrong, perhaps = row(900), row(800, "2016-10", modality=Modality.POSSIBLE)
    verdict = Judgement(about=(wrong.id,), verdict=Verdict.REJECTED, by="a", dated=END, reason="another unit")
    assert found(tmp_path, [wrong, perhaps], judgements=[verdict]).series == ()


@pytest.mark.parametrize(
    ("commodity", "name", "category", "food"),
    [
        ("rice", "Rice", "cereals and tubers", True),
        ("fuel-gas", "Fuel (gas)", "non-food", False),
        ("livestock-sheep", "Livestock (sheep, two-year-old male)", "meat, fish and eggs", False),
        ("wage", "Wage (non-qualified labour)", "non-food", False),
        ("soap", "Soap", "non-food", False),
        ("diesel", None, None, False),
        ("bread", None, None, True),
    ],
)
def test_what_is_food(commodity, name, category, food):
    assert is_food(commodity, name=name, category=category) is food


def test_the_same_rows_in_another_order_are_the_same_prices(tmp_path):
    claims = [row(100 + n, f"2016-{1 + n % 11:02d}", commodity=f"c{n % 3}") for n in range(30)]
    one, other = (found(tmp_path / name, order) for name, order in (("one", claims), ("other", claims[::-1])))
    assert [(s.item, s.claims) for s in one.series] == [(s.item, s.claims) for s in other.series]
    assert np.array_equal(one.grid()[0], other.grid()[0], equal_nan=True)


def test_the_demo_case_has_its_prices(demo):
    prices = prices_of(demo.picture())
    flour = next(series for series in prices.of("al-shaar") if series.commodity == "wheat-flour")
    assert flour.price_at(month_number(date(2016, 12, 1))) == 3500
    assert {change.unit for change in prices.changes} == {"percent", "times"}
