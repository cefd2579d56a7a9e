"""IFPA, the indicator of food price anomalies (SDG 2.c.1): whether a price grew more than it used to in the same calendar month."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

QUARTER, YEAR = 3, 12
WEIGHT_OF_QUARTER = 0.4
"""What the growth over three months counts; that over twelve counts the rest."""

LEAST_YEARS = 3
"""Earlier years needed: our rule. The formula itself needs two."""

CLASSES = (("normal", -np.inf), ("moderately_high", 0.5), ("abnormally_high", 1.0))
"""The classes with their lower ends, which belong to them."""


def growth(prices: ArrayLike, *, over: int) -> Floats:
    """
    Compound growth a month over some months: ``(P_t / P_{t-k})^(1/k) - 1``.

    Parameters
    ----------
    prices
        Shape (..., months), one column for each calendar month; not a number where there is no price.
    over
        The months ``k``.

    Returns
    -------
    numpy.ndarray
        The same shape; not a number where either price is missing.

    Examples
    --------
    >>> growth([100.0, 110.0, 121.0, 133.1], over=3).round(6).tolist()
    [nan, nan, nan, 0.1]
    """
    given = np.asarray(prices, dtype=np.float64)
    found = np.full_like(given, np.nan)
    found[..., over:] = (given[..., over:] / given[..., :-over]) ** (1 / over) - 1
    return found


def anomaly(growths: ArrayLike, *, first_month: int) -> Floats:
    """
    How far each growth lies above that of the same calendar month in earlier years, in standard deviations.

    Parameters
    ----------
    growths
        Shape (series, months).
    first_month
        Number of the first column: year x 12 + month.

    Returns
    -------
    numpy.ndarray
        The same shape; not a number with fewer than :data:`LEAST_YEARS` earlier years that have a growth, or where these were all alike.

    Notes
    -----
    Earlier years count 1, 2, ..., n from the oldest to the newest of those that have a growth, the year itself nothing: ``mu = sum w x / sum w``,
    ``sd = sqrt(sum w (x - mu)^2 / (sum w (n-1)/n))``, ``z = (x - mu) / sd`` (FAO, SDG handbook, 2.c.1; Baquedano 2015).

    With running sums over the years: if ``A = sum x``, and each new year ``n`` adds ``n x`` to the weighted sum, no year is weighed again.
    """
    given = np.atleast_2d(np.asarray(growths, dtype=np.float64))
    before = (first_month - 1) % 12
    years = -(-(before + given.shape[1]) // 12)
    grid = np.full((len(given), years * 12), np.nan)
    grid[:, before : before + given.shape[1]] = given
    grid = grid.reshape(len(given), years, 12)
    there = ~np.isnan(grid)
    rank = there.cumsum(axis=1).astype(np.float64)
    # measured from the first growth of the calendar month: squares of what lies close together lose nothing
    first = np.take_along_axis(grid, there.argmax(axis=1)[:, None, :], axis=1)
    off = np.where(there, grid - first, 0)
    weight = np.where(there, rank, 0)
    sums = (weight.cumsum(axis=1), (weight * off).cumsum(axis=1), (weight * off * off).cumsum(axis=1))
    total, weighted, squares = (
        np.concatenate([np.zeros_like(one[:, :1]), one[:, :-1]], axis=1) for one in sums
    )  # of the earlier years
    n = rank - there
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = weighted / total
        spread = np.maximum(squares - weighted * mean, 0)
        # what rounding leaves of years that were all alike is nought
        spread[spread <= 1e-12 * total * np.maximum(mean**2, 1e-18)] = 0
        deviation = np.sqrt(spread / (total * (n - 1) / n))
        score = np.where(there & (n >= LEAST_YEARS) & (deviation > 0), (off - mean) / deviation, np.nan)
    return score.reshape(len(given), years * 12)[:, before : before + given.shape[1]]


def ifpa(prices: ArrayLike, *, first_month: int, index: ArrayLike | None = None) -> tuple[Floats, Floats, Floats]:
    """
    The anomaly of the growth over three and over twelve months, and the indicator of both.

    Parameters
    ----------
    prices
        Shape (series, months), positive, one column for each calendar month; not a number where there is no price. Gaps are not filled.
    first_month
        Number of the first column: year x 12 + month.
    index
        A consumer price index by which prices are divided, shape (months,) or that of the prices; None = nominal, to be said with the answer.

    Returns
    -------
    tuple of numpy.ndarray
        ``z`` over three months, ``z`` over twelve, and ``0.4 z_3 + 0.6 z_12``; the shape of the prices. At or above 0.5 the indicator
        is moderately, at or above 1 abnormally high.

    Notes
    -----
    FAO, SDG indicator 2.c.1 (``methods/markets`` 3). Each month is held against earlier years only, so nothing later is known.

    Examples
    --------
    >>> steady = 100 * 1.01 ** np.arange(120)
    >>> np.isnan(ifpa([steady], first_month=2010 * 12 + 1)[2]).all()  # no spread, no answer
    np.True_
    """
    given = np.atleast_2d(np.asarray(prices, dtype=np.float64))
    real = given if index is None else given / np.asarray(index, dtype=np.float64)
    quarterly, yearly = (anomaly(growth(real, over=over), first_month=first_month) for over in (QUARTER, YEAR))
    return quarterly, yearly, WEIGHT_OF_QUARTER * quarterly + (1 - WEIGHT_OF_QUARTER) * yearly


def classed(value: float) -> str:
    """
    The class of a value: ``normal``, ``moderately_high`` or ``abnormally_high``; ``insufficient`` where it is not a number.

    Examples
    --------
    >>> classed(0.49), classed(0.5), classed(1.0), classed(float("nan"))
    ('normal', 'moderately_high', 'abnormally_high', 'insufficient')
    """
    if np.isnan(value):
        return "insufficient"
    return next(name for name, least in reversed(CLASSES) if value >= least)
