"""ALPS: the published arithmetic on real series, what may not change it, and a rival's fits month by month."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from castello.analyses.markets.alps import LEAST_MONTHS, Mode, alps, classed
from castello.picture.prices import month_number
from tests.analyses.wfp_for_tests import CHAAR, DEIR, MOGHAMBO, day_of, wfp_rows

MODES: tuple[Mode, ...] = ("whole", "asof", "lag")
LIVE: tuple[Mode, ...] = ("asof", "lag")


def series_of(market, commodity):
    """First month and prices by month of one retail series of the shared sheet."""
    prices = {
        month_number(day_of(row)): float(row["price"])
        for row in wfp_rows(markets={market})
        if row["commodity"] == commodity and row["pricetype"] == "Retail"
    }
    first, last = min(prices), max(prices)
    return first, np.array([prices.get(month, np.nan) for month in range(first, last + 1)])


def months_of(year, first, last):
    return [f"{year}-{month:02d}" for month in range(first, last + 1)]


def crises(market, commodity, mode):
    first, prices = series_of(market, commodity)
    value = alps(prices, first_month=first, mode=mode).value[0]
    months = [first + n for n in np.flatnonzero(value >= 2)]
    return [f"{(month - 1) // 12}-{(month - 1) % 12 + 1:02d}" for month in months]


def value_in(market, commodity, month, mode):
    first, prices = series_of(market, commodity)
    year, number = map(int, month.split("-"))
    return alps(prices, first_month=first, mode=mode).value[0, year * 12 + number - first]


@pytest.mark.parametrize(
    ("market", "commodity", "months", "expected"),
    [
        (CHAAR, "Wheat flour", 81, (["2016-11", "2016-12"], ["2016-05", *months_of(2016, 9, 12)], 6)),
        (CHAAR, "Rice", 75, (["2016-11", "2016-12"], [*months_of(2016, 5, 7), *months_of(2016, 10, 12)], 8)),
        (MOGHAMBO, "Wheat flour", 80, ([], ["2016-01", "2016-05"], 4)),
        (DEIR, "Rice", 79, (months_of(2016, 2, 5), ["2016-04"], 0)),
        (
            DEIR,
            "Wheat flour",
            76,
            (
                [*months_of(2016, 11, 12), *months_of(2017, 1, 4)],
                ["2016-09", "2016-11", "2016-12", "2017-01", "2017-02"],
                7,
            ),
        ),
    ],
)
def test_look_ahead_as_measured_on_real_series(market, commodity, months, expected):
    whole, asof, lag = expected
    assert int((~np.isnan(series_of(market, commodity)[1])).sum()) == months
    assert crises(market, commodity, "whole") == whole
    assert crises(market, commodity, "asof") == asof
    assert len(crises(market, commodity, "lag")) == lag


@pytest.mark.parametrize(
    ("market", "commodity", "month", "values"),
    [
        (CHAAR, "Wheat flour", "2016-09", (0.317198, 3.198700, 5.745481)),
        (CHAAR, "Wheat flour", "2016-10", (0.297704, 2.616144, 4.255296)),
        (CHAAR, "Wheat flour", "2016-11", (3.358306, 5.314064, 37.749042)),
        (CHAAR, "Wheat flour", "2016-12", (7.522571, 4.981567, 16.540173)),
        (CHAAR, "Wheat flour", "2017-01", (0.130967, -0.340039, -0.477105)),
        (CHAAR, "Rice", "2016-11", (5.110240, 4.746441, 13.857709)),
        (MOGHAMBO, "Wheat flour", "2016-11", (1.779130, 1.433863, 1.962435)),
    ],
)
def test_values_to_six_digits(market, commodity, month, values):
    assert [value_in(market, commodity, month, mode) for mode in MODES] == pytest.approx(values, abs=5e-7)


@pytest.mark.parametrize(
    ("market", "commodity", "deviation", "trend"),
    [
        (CHAAR, "Wheat flour", 377.411812, 3.172482),
        (CHAAR, "Rice", 210.374694, None),
        (MOGHAMBO, "Wheat flour", 35.511407, None),
    ],
)
def test_the_fit_itself(market, commodity, deviation, trend):
    first, prices = series_of(market, commodity)
    found = alps(prices, first_month=first, mode="whole")
    assert found.deviation[0, 0] == pytest.approx(deviation, abs=5e-7)
    assert trend is None or found.trend[0, 0] == pytest.approx(trend, abs=5e-7)


def test_a_fall_after_a_siege_is_normal_to_alps():
    """Why the change on the month before stands beside it."""
    assert classed(value_in(CHAAR, "Wheat flour", "2017-01", "asof")) == "normal"


# ------------------------------------------------------------------------------------------------------------ invariants

PRICES = arrays(
    np.float64,
    st.integers(min_value=40, max_value=90),
    elements=st.one_of(*[st.floats(1, 5000)] * 6, st.just(np.nan)),
    fill=st.nothing(),
)
FIRST = st.integers(min_value=2000 * 12, max_value=2020 * 12)


def close(one, other):
    """Alike where neither is the quotient of two roundings: there the deviation is a millionth of the prices or less."""
    assert (np.isnan(one) == np.isnan(other)).all()
    assert np.allclose(one, other, rtol=1e-5, atol=1e-5, equal_nan=True)


def usable(prices):
    """Enough of them, and no fit that is as good as perfect: its residuals are rounding."""
    there = prices[~np.isnan(prices)]
    return len(there) >= LEAST_MONTHS and there.std() > 1


@settings(max_examples=60, deadline=None)
@given(PRICES, FIRST)
def test_as_of_the_last_month_is_the_whole(prices, first):
    last = np.flatnonzero(~np.isnan(prices))
    if not usable(prices) or (alps(prices, first_month=first).deviation[0, last[-1]] < 1e-3):
        return
    asof, whole = (alps(prices, first_month=first, mode=mode).value[0, last[-1]] for mode in ("asof", "whole"))
    close(asof, whole)


@settings(max_examples=60, deadline=None)
@given(PRICES, FIRST, st.integers(min_value=0, max_value=89))
def test_what_comes_later_changes_nothing(prices, first, month):
    until = min(month, len(prices) - 1)
    for mode in LIVE:
        all_of_it = alps(prices, first_month=first, mode=mode).value[0, until]
        cut_off = alps(prices[: until + 1], first_month=first, mode=mode).value[0, until]
        assert all_of_it == cut_off or (np.isnan(all_of_it) and np.isnan(cut_off))


@settings(max_examples=60, deadline=None)
@given(PRICES, FIRST, st.sampled_from([-500.0, 3.0, 10_000.0]), st.sampled_from([0.01, 3.0, 1000.0]))
def test_a_constant_or_another_scale_changes_nothing(prices, first, shift, scale):
    if not usable(prices):
        return
    for mode in MODES:
        found = alps(prices, first_month=first, mode=mode)
        fit = found.deviation[0] > 1e-3
        for other in (prices + shift, prices * scale):
            close(found.value[0, fit], alps(other, first_month=first, mode=mode).value[0, fit])


@settings(max_examples=40, deadline=None)
@given(PRICES, FIRST)
def test_series_do_not_touch_one_another(prices, first):
    alone = alps(prices, first_month=first).value[0]
    beside = alps(np.array([prices[::-1], prices, prices * 2]), first_month=first).value[1]
    assert np.array_equal(alone, beside, equal_nan=True)


def test_months_without_a_price_stay_empty_and_too_few_say_nothing():
    prices = np.random.default_rng(1).normal(100, 5, 60)
    prices[30] = np.nan
    value = alps(prices, first_month=2010 * 12 + 1).value[0]
    assert np.isnan(value[30])
    # the 36th price is that of the 37th month, as one is missing
    assert np.isnan(value[:36]).all()
    assert not np.isnan(value[36:]).any()


def test_a_calendar_month_needs_two_observations():
    prices = np.random.default_rng(2).normal(100, 5, 60)
    prices[[0, 12, 24, 36]] = np.nan  # of the five Januaries one is left
    value = alps(prices, first_month=2010 * 12 + 1).value[0]
    assert np.isnan(value[48])
    assert not np.isnan(value[49:]).any()


def test_a_perfect_trend_has_no_deviation_and_no_value():
    rising = 100 + 3.0 * np.arange(60)
    assert np.isnan(alps(rising, first_month=2010 * 12 + 1).value).all()


def test_calendar_months_count_not_observations():
    """Half a year without prices is half a year of trend."""
    months = np.arange(72)
    prices = 100 + 10.0 * months + np.random.default_rng(3).normal(0, 1, 72)
    prices[40:46] = np.nan
    assert abs(alps(prices, first_month=2010 * 12 + 1).value[0, 46]) < 3


def test_logarithms_make_steady_inflation_ordinary():
    rng = np.random.default_rng(4)
    prices = 100 * 1.05 ** np.arange(72) * np.exp(rng.normal(0, 0.02, 72))
    plain, log = (alps(prices, first_month=2010 * 12 + 1, log=log).value[0, -1] for log in (False, True))
    assert plain > 1 > log


def test_no_series_and_empty_series():
    assert alps(np.empty((0, 12)), first_month=24193).value.shape == (0, 12)
    assert np.isnan(alps(np.full((2, 50), np.nan), first_month=24193).value).all()


# --------------------------------------------------------------------------------------------------------------- rival


def test_the_same_as_fitting_anew_every_month():
    """Ordinary least squares with the whole design matrix, month by month."""
    rng = np.random.default_rng(5)
    prices = 200 + 2 * np.arange(80) + 30 * np.sin(np.arange(80)) + rng.normal(0, 20, 80)
    prices[rng.choice(80, 12, replace=False)] = np.nan
    first = 2011 * 12 + 5
    for mode in MODES:
        value = alps(prices, first_month=first, mode=mode).value[0]
        for at in np.flatnonzero(~np.isnan(value)):
            last = {"whole": 80, "asof": at + 1, "lag": at}[mode]
            used = np.flatnonzero(~np.isnan(prices[:last]))
            design = np.zeros((80, 13))
            months = first + np.arange(80)
            design[:, 0] = months
            design[np.arange(80), 1 + (months - 1) % 12] = 1
            beta, *_ = np.linalg.lstsq(design[used], prices[used], rcond=None)
            deviation = (prices[used] - design[used] @ beta).std(ddof=1)
            assert value[at] == pytest.approx((prices[at] - design[at] @ beta) / deviation, abs=1e-6)


def test_the_same_as_statsmodels_expanding():
    rolling = pytest.importorskip("statsmodels.regression.rolling")
    rng = np.random.default_rng(6)
    prices, first = 300 + 4 * np.arange(72) + rng.normal(0, 30, 72), 2012 * 12 + 1
    months = first + np.arange(72)
    design = np.column_stack([months, *((months - 1) % 12 == n for n in range(12))]).astype(float)
    fitted = rolling.RollingOLS(prices, design, min_nobs=LEAST_MONTHS, expanding=True).fit().params
    value = alps(prices, first_month=first).value[0]
    for at in range(LEAST_MONTHS - 1, 72):
        left = prices[: at + 1] - design[: at + 1] @ fitted[at]
        assert value[at] == pytest.approx(left[-1] / left.std(ddof=1), abs=1e-6)
