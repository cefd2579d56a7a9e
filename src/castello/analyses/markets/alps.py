"""
ALPS, the alert for price spikes of the World Food Programme: how far a price lies above its own seasonal trend.

Every series of a country is done at once: fits that grow month by month need no fit of their own, only running sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mode = Literal["asof", "whole", "lag"]
_Numbers = TypeVar("_Numbers", NDArray[np.float64], NDArray[np.int64])

LEAST_MONTHS = 36
"""Fewer observations give no answer (the guidance note's minimum)."""

LEAST_OF_MONTH = 2
"""So many observations of the calendar month must be in the fit: our rule. With one, that month's residual is nought by making."""

CLASSES = (("normal", -np.inf), ("stress", 0.25), ("alert", 1.0), ("crisis", 2.0))
"""The classes with their lower ends, which belong to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alps:
    """
    The indicator, with the fits that it comes from; all arrays have the shape (series, months).

    ``value`` is not a number where the month has no price, or the fit too few; ``trend`` and ``deviation`` (price a month, and
    price) are those of the fit that the month was compared with, ``fitted`` how many months it rests on: nought for a series
    that is too short for any.
    """

    value: Floats
    trend: Floats
    deviation: Floats
    fitted: NDArray[np.int64]


def alps(prices: ArrayLike, *, first_month: int, mode: Mode = "asof", log: bool = False) -> Alps:
    """
    The indicator for every month of every series.

    Parameters
    ----------
    prices
        Shape (series, months), one column for each calendar month without gaps; a month without a price is not a number.
    first_month
        Number of the first column: year x 12 + month. The trend runs over calendar months, not over observations.
    mode
        On which months the trend is fitted: ``asof`` up to and with the month itself, ``whole`` all (later ones too), ``lag``
        those before it. The modes are not to be mixed in one chart, nor ``lag`` compared between markets.
    log
        Whether the logarithm of the price is fitted, for high inflation; prices must then be positive.

    Returns
    -------
    Alps
        Values at or above 0.25, 1 and 2 are stress, alert and crisis; there is no class below normal.

    Notes
    -----
    ``P_t = alpha T_t + beta_m + e_t`` by ordinary least squares without a constant (one beta for each calendar month), ``ALPS_t = (P_t -
    Phat_t) / s``, ``s`` the standard deviation of the residuals with the divisor n - 1. Source: WFP (2014), Calculation and Use of the Alert for Price
    Spikes indicator; ``as of`` and the least number of months, except 36, are our rules (``methods/markets`` 2).

    By the theorem of Frisch and Waugh the dummies only take the mean of each calendar month away. What is left are sums of squares
    and products about these means, and a new observation adds to them ``n/(n+1) (x - mean)(y - mean)``. Running sums of these are the
    fits of all months.

    Examples
    --------
    >>> months = np.arange(48)
    >>> rising = 100 + 2.0 * months + 5 * (months % 12) + 0.1 * (-1) ** (months // 5)
    >>> rising[-1] += 40
    >>> float(alps([rising], first_month=2012 * 12 + 1).value[0, -1].round(2))
    5.79
    """
    every = np.atleast_2d(np.asarray(prices, dtype=np.float64))
    # most series of a country are too short for any answer
    long = (~np.isnan(every)).sum(axis=1) >= LEAST_MONTHS
    found = _fitted(np.log(every[long]) if log else every[long], first_month=first_month, mode=mode)
    return Alps(
        value=_among(found.value, long),
        trend=_among(found.trend, long),
        deviation=_among(found.deviation, long),
        fitted=_among(found.fitted, long),
    )


def _fitted(given: Floats, *, first_month: int, mode: Mode) -> Alps:
    columns = given.shape[1]
    before = (first_month - 1) % 12
    years = -(-(before + columns) // 12)
    flat = (len(given), years * 12)
    # one row for each series, one column for each year, then the twelve months: sums over years stay within a calendar month
    priced = np.full((given.shape[0], years * 12), np.nan)
    priced[:, before : before + columns] = given
    priced = priced.reshape(len(given), years, 12)
    there = ~np.isnan(priced)
    # months and prices are counted from the first: a constant changes nothing, and sums of small numbers lose less
    time = np.where(there, np.arange(years * 12.0).reshape(1, years, 12), 0)
    price = np.where(there, priced - _first(priced)[:, None, None], 0)

    count = there.cumsum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_time, mean_price = time.cumsum(axis=1) / count, price.cumsum(axis=1) / count
        # of the observations before this one
        earlier = count - there
        old_time, old_price = (_before(mean) for mean in (mean_time, mean_price))
        weight = np.where(there & (earlier > 0), earlier / count, 0)
        off_time, off_price = (
            np.where(weight > 0, now - old, 0) for now, old in ((time, old_time), (price, old_price))
        )
        squares_time, products, squares_price = (
            (weight * one * other).reshape(flat).cumsum(axis=1)
            for one, other in ((off_time, off_time), (off_time, off_price), (off_price, off_price))
        )
        observed = there.reshape(flat).cumsum(axis=1)
        trend = products / squares_time
        left = np.maximum(squares_price - trend * products, 0)
        # what rounding leaves of a perfect fit is nought
        left[left <= 1e-14 * squares_price] = 0
        deviation = np.sqrt(left / (observed - 1))

        of_month = [mean_time, mean_price, count.astype(np.float64)]
        if mode == "whole":
            of_month = [np.broadcast_to(values[:, -1:], values.shape) for values in of_month]
            trend, deviation = (np.broadcast_to(values[:, -1:], values.shape) for values in (trend, deviation))
            observed = np.broadcast_to(observed[:, -1:], observed.shape)
        elif mode == "lag":
            of_month = [old_time, old_price, earlier.astype(np.float64)]
            trend, deviation, observed = _earlier(trend), _earlier(deviation), _earlier(observed)
        mean_time, mean_price, in_fit = of_month
        value = ((price - mean_price).reshape(flat) - trend * (time - mean_time).reshape(flat)) / deviation
        enough = (observed >= LEAST_MONTHS) & (there & (in_fit >= LEAST_OF_MONTH)).reshape(flat) & (deviation > 0)
        value = np.where(enough, value, np.nan)
    cut = slice(before, before + columns)
    return Alps(
        value=value[:, cut],
        trend=trend[:, cut],
        deviation=deviation[:, cut],
        fitted=observed[:, cut].astype(np.int64),
    )


def classed(value: float) -> str:
    """
    The class of a value: ``normal``, ``stress``, ``alert`` or ``crisis``; ``insufficient`` where it is not a number.

    Examples
    --------
    >>> classed(0.24), classed(0.25), classed(1.0), classed(7.5), classed(-3.0), classed(float("nan"))
    ('normal', 'stress', 'alert', 'crisis', 'normal', 'insufficient')
    """
    if np.isnan(value):
        return "insufficient"
    return next(name for name, least in reversed(CLASSES) if value >= least)


def _among(rows: _Numbers, at: NDArray[np.bool_]) -> _Numbers:
    """Rows in their places among those of all series; the others are empty."""
    empty = np.nan if rows.dtype == np.float64 else 0
    every = np.full((len(at), rows.shape[1]), empty, dtype=rows.dtype)
    every[at] = rows
    return every


def _first(priced: Floats) -> Floats:
    """The first price of each series; nought where there is none."""
    flat = priced.reshape(len(priced), priced.shape[1] * 12)
    found = flat[np.arange(len(flat)), (~np.isnan(flat)).argmax(axis=1)]
    return np.where(np.isnan(found), 0, found)


def _before(means: Floats) -> Floats:
    """The same, a year earlier."""
    return np.concatenate([np.full_like(means[:, :1], np.nan), means[:, :-1]], axis=1)


def _earlier(values: _Numbers) -> _Numbers:
    """The same, a month earlier."""
    return np.concatenate([np.zeros_like(values[:, :1]), values[:, :-1]], axis=1)
