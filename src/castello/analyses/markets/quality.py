"""What is wrong or missing in prices: jumps from one month to the next, and fewer goods than before."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

JUMP_UP, JUMP_DOWN = 5.0, 0.2
"""A price that is more than five times, or less than a fifth of, its neighbour in time is flagged: our rule. It is kept."""


def jumps(prices: ArrayLike) -> NDArray[np.float64]:
    """
    The ratio of each price to the one before it where that is more than x5 or less than x0.2; else not a number.

    Parameters
    ----------
    prices
        Shape (months,), in order; months without a price (not a number) are passed over, so that neighbours may lie months apart.

    Returns
    -------
    numpy.ndarray
        The same shape. A jump may be true (goods gone, a distress sale) or a lost digit: that cannot be told from the price.

    Examples
    --------
    >>> jumps([130000, 318750, 30000, np.nan, 35000]).round(3).tolist()
    [nan, nan, 0.094, nan, nan]
    """
    given = np.asarray(prices, dtype=np.float64)
    found = np.full_like(given, np.nan)
    at = np.flatnonzero(given > 0)
    ratio = given[at[1:]] / given[at[:-1]]
    far = (ratio > JUMP_UP) | (ratio < JUMP_DOWN)
    found[at[1:][far]] = ratio[far]
    return found


def recorded(prices: ArrayLike) -> NDArray[np.int64]:
    """
    How many items have a price, month by month.

    Parameters
    ----------
    prices
        Shape (items, months).

    Examples
    --------
    >>> recorded([[1.0, np.nan], [2.0, 3.0]]).tolist()
    [2, 1]
    """
    there = ~np.isnan(np.asarray(prices, dtype=np.float64))
    return np.asarray(there.sum(axis=0), dtype=np.int64)
