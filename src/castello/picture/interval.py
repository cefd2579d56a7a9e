"""Intervals with open ends, and how they are written: a printed bound stays a bound through all arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from castello.picture.sentences import number

_EPSILON = 1e-9
"""Relative error of a few floating-point steps; printed figures never lie so close together without being equal."""


@dataclass(frozen=True, slots=True)
class Interval:
    """
    All values from ``low`` to ``high``; an end that nobody gave is infinite.

    Every operation answers with all results that some values of its inputs can have, so a wider input never gives a
    narrower output.

    Examples
    --------
    >>> Interval(200000, 250000) + Interval.of(300000, None)
    Interval(low=500000, high=inf)
    """

    low: float
    high: float

    @classmethod
    def of(cls, low: float | None, high: float | None, *, count: bool = False) -> Self:
        """From ends as a claim gives them: None = open; a count has no negative values."""
        least = 0 if count else -math.inf
        return cls(least if low is None else low, math.inf if high is None else high)

    @classmethod
    def point(cls, value: float) -> Self:
        """One value."""
        return cls(value, value)

    @property
    def value(self) -> float | None:
        """The one value that it holds, if it holds one only."""
        return _whole(self.low) if self.low == self.high and math.isfinite(self.low) else None

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Low and high end; None where open, whole where whole."""
        low, high = (_whole(end) if math.isfinite(end) else None for end in (self.low, self.high))
        return low, high

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        corners = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def __truediv__(self, other: Interval) -> Interval:
        """The quotient; anything at all where the divisor may be zero or less."""
        if other.low <= 0:
            return Interval(0, math.inf) if self.low >= 0 and other.low == 0 else Interval(-math.inf, math.inf)
        corners = [_over(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def widened(self, by: float) -> Interval:
        """The same with room on both sides."""
        return Interval(self.low - by, self.high + by)

    def widened_by_share(self, share: float) -> Interval:
        """The same with room on both sides, as a share of each end."""
        low, high = (0 if math.isinf(end) else abs(end) * share for end in (self.low, self.high))
        return Interval(self.low - low, self.high + high)

    def meets(self, other: Interval) -> bool:
        """Whether one value lies in both."""
        return _not_above(self.low, other.high) and _not_above(other.low, self.high)

    def below(self, other: Interval) -> bool:
        """Whether every value lies under every value of the other."""
        return not _not_above(other.low, self.high)


def total(intervals: Iterable[Interval]) -> Interval:
    """
    The sum, whatever the order of the parts.

    Examples
    --------
    >>> total([Interval.point(219), Interval.point(32)]).value
    251
    """
    parts = list(intervals)
    return Interval(_sum(part.low for part in parts), _sum(part.high for part in parts))


def hull(intervals: Iterable[Interval]) -> Interval:
    """From the lowest low to the highest high: what several figures span, never their average."""
    spans = list(intervals)
    return Interval(min(span.low for span in spans), max(span.high for span in spans))


def written(span: Interval, *, about: bool = False) -> str:
    """
    In signs that need no translation: ``≥ 300,000``, ``≤ 275,000``, ``~600,000``, ``200,000–250,000``.

    Examples
    --------
    >>> written(Interval.of(300000, None)), written(Interval(256000, 448000))
    ('≥ 300,000', '256,000–448,000')
    """
    low, high = span.ends
    if low is None or high is None:
        if low is None and high is None:
            return "?"
        return f"≥ {number(low)}" if low is not None else f"≤ {number(high or 0)}"
    if span.value is not None:
        return f"~{number(span.value)}" if about else number(span.value)
    if low == 0:  # a count that has an upper bound only
        return f"≤ {number(high)}"
    return f"{number(low)}–{number(high)}"


def rounded(span: Interval) -> Interval:
    """The same to two decimals, for a sum that people read."""
    return Interval(*(round(end, 2) if math.isfinite(end) else end for end in (span.low, span.high)))


def plain(span: Interval) -> object:
    """One number where it is one, else both ends; four decimals are enough for shares."""
    low, high = (None if end is None else _whole(round(end, 4)) for end in span.ends)
    return low if span.value is not None else [low, high]


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _sum(values: Iterable[float]) -> float:
    listed = list(values)
    # whole numbers stay whole; the sum of others must not depend on their order
    return sum(listed) if all(isinstance(value, int) for value in listed) else math.fsum(listed)


def _times(first: float, second: float) -> float:
    return 0 if first == 0 or second == 0 else first * second  # nothing times an open end is nothing


def _over(first: float, second: float) -> float:
    return 0 if math.isinf(second) else first / second  # shared among ever more, nothing is left


def _not_above(first: float, second: float) -> bool:
    return first <= second or (math.isfinite(first) and first - second <= _EPSILON * max(abs(first), abs(second)))
