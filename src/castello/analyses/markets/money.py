"""Exchange rates that a source implies by giving one price in two currencies: kept beside it, never mixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def implied_rate(local: float, foreign: float) -> float | None:
    """
    Local currency for one unit of the foreign one, as a source implies it; None where the foreign price is not positive.

    Examples
    --------
    >>> implied_rate(1500, 3)
    500.0
    """
    return local / foreign if foreign > 0 else None


def spread(rates: ArrayLike) -> float | None:
    """
    By how much figures would be wrong that mix these rates: the largest over the smallest; None of none.

    Examples
    --------
    >>> round(spread([500.0, 200 / 0.9]), 2)
    2.25
    """
    given = np.asarray(rates, dtype=np.float64)
    given = given[given > 0]
    return float(given.max() / given.min()) if given.size else None
