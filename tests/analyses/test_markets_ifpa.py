"""IFPA: published growth rates, earlier years only, and what may not change it."""

import numpy as np
import pytest

from castello.analyses.markets.ifpa import LEAST_YEARS, anomaly, growth, ifpa

REAL = (
    5.763689, 9.329016, 8.639896, 8.639896, 8.639896, 12.953368, 12.953368, 13.814767, 14.676166, 12.577720, 14.453368,
    16.036269, 17.266839,
)  # fmt: skip
"""Wheat in Al-Fashir, December 2022 to December 2023, as printed by the source of ``methods/markets`` [4] (data: FAO FPMA, CC BY 4.0)."""


def test_growth_as_published():
    """The printed rates are multiplied by one less the volatility, the deviation of the logarithms' changes in the window."""
    prices = np.array(REAL)
    changes = np.diff(np.log(prices))
    quarter = growth(prices, over=3)[-1] * (1 - changes[-3:].std(ddof=1))
    year = growth(prices, over=12)[-1] * (1 - changes.std(ddof=1))
    assert (quarter, year) == pytest.approx((0.107772, 0.078217), abs=1e-6)


def by_hand(growths, first_month, at):
    """The formula as it is written, for one month."""
    years = range(at - 12, -1, -12)
    earlier = [growths[n] for n in sorted(years) if not np.isnan(growths[n])]
    if len(earlier) < LEAST_YEARS or np.isnan(growths[at]):
        return np.nan
    x, w, n = np.array(earlier), np.arange(1, len(earlier) + 1), len(earlier)
    mean = (w * x).sum() / w.sum()
    return (growths[at] - mean) / np.sqrt((w * (x - mean) ** 2).sum() / (w.sum() * (n - 1) / n))


@pytest.mark.parametrize("seed", range(8))
def test_the_same_as_the_formula_by_hand(seed):
    rng = np.random.default_rng(seed)
    prices = 100 * np.exp(rng.normal(0, 0.1, 130).cumsum())
    prices[rng.choice(130, 10 * (seed % 3), replace=False)] = np.nan
    first = 2005 * 12 + 1 + seed
    quarter, year, both = (found[0] for found in ifpa(prices, first_month=first))
    for over, found in ((3, quarter), (12, year)):
        growths = growth(prices, over=over)
        assert found == pytest.approx([by_hand(growths, first, at) for at in range(130)], abs=1e-6, nan_ok=True)
    assert both == pytest.approx(0.4 * quarter + 0.6 * year, nan_ok=True)
    assert not np.isnan(both).all()


def test_later_months_change_nothing():
    prices = 100 * np.exp(np.random.default_rng(9).normal(0, 0.1, 120).cumsum())
    whole = ifpa(prices, first_month=2010 * 12 + 1)[2][0]
    for at in (60, 75, 110):
        assert ifpa(prices[: at + 1], first_month=2010 * 12 + 1)[2][0, at] == whole[at]


@pytest.mark.parametrize("scale", [0.001, 7.0, 1e6])
def test_another_scale_changes_nothing(scale):
    prices = 100 * np.exp(np.random.default_rng(10).normal(0, 0.1, 120).cumsum())
    one, other = (ifpa(given, first_month=24121)[2] for given in (prices, prices * scale))
    assert one == pytest.approx(other, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.2])
def test_steady_growth_has_no_spread_and_no_answer(rate):
    assert np.isnan(ifpa(100 * (1 + rate) ** np.arange(150), first_month=24121)[2]).all()


def test_fewer_than_three_earlier_years_are_too_few():
    growths = np.tile(np.nan, 60)
    growths[[0, 12, 24]] = 0.01, 0.02, 0.05  # three Januaries
    growths[36] = 0.1
    score = anomaly(growths, first_month=2010 * 12 + 1)[0]
    assert np.isnan(score[24])
    assert not np.isnan(score[36])


def test_an_index_takes_inflation_away():
    rng = np.random.default_rng(11)
    real = 100 * np.exp(rng.normal(0, 0.05, 120).cumsum())
    index = 1.03 ** np.arange(120)
    plain = ifpa(real, first_month=24121)[2]
    deflated = ifpa(real * index, first_month=24121, index=index)[2]
    assert deflated == pytest.approx(plain, abs=1e-6, nan_ok=True)


def test_a_gap_is_not_filled():
    prices = 100 * np.exp(np.random.default_rng(12).normal(0, 0.1, 120).cumsum())
    prices[96] = np.nan
    quarter, year, _ = (found[0] for found in ifpa(prices, first_month=24121))
    assert np.isnan(quarter[[96, 99]]).all()
    assert np.isnan(year[[96, 108]]).all()
    assert not np.isnan(quarter[97])
