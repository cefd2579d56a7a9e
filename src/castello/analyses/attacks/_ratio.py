"""The ratio of two counts with its exact interval, and a rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEVEL = 0.95
"""How sure the interval is, were the events independent of each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as many now as before; ``value`` and ``high`` are None where nothing was counted before."""

    value: float | None
    low: float
    high: float | None


def ratio(now: int, before: int, *, level: float = LEVEL) -> Ratio | None:
    """
    The ratio of two Poisson counts over periods of one length, with its exact conditional interval.

    Parameters
    ----------
    now, before
        Counts of the two periods.
    level
        Of the interval, between 0 and 1.

    Returns
    -------
    Ratio or None
        None where nothing was counted in either.

    Notes
    -----
    Given their sum, the count of now is binomial with p = r / (1 + r); the interval of p is that of Clopper and Pearson (Biometrika 26, 1934),
    as in Przyborowski and Wilenski (Biometrika 31, 1940). It holds at least the level, whatever the rates. Counts that come in
    bursts vary more than Poisson counts: for them the interval is too narrow.

    Examples
    --------
    >>> found = ratio(30, 15)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (2.0, 1.04, 4.0)
    """
    if now + before == 0:
        return None
    tail = (1 - level) / 2
    low = _quantile(tail, now, before + 1) if now else 0.0
    high = _quantile(1 - tail, now + 1, before) if before else 1.0
    return Ratio(
        value=now / before if before else None,
        low=low / (1 - low),
        high=high / (1 - high) if before else None,
    )


def _quantile(share: float, a: float, b: float) -> float:
    """Where a beta distribution has a share of itself below, by halving: 60 steps are the precision of a float."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 26.5.8)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    least = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or least)
    fraction = d
    for m in range(1, 100_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + step * d or least)
            c = 1 + step / c or least
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return math.exp(front) / a * fraction
