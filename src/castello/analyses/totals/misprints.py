"""Misprints that can be named: two digits of one figure swapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from castello.analyses.totals.figures import Figure
from castello.picture.interval import Interval


def transpositions(figures: Sequence[tuple[Figure, int]], *, off: Interval) -> list[dict[str, object]]:
    """
    Figures in which swapping two digits restores the sum: a misprint of that kind is always off by a multiple of 9.

    Parameters
    ----------
    figures
        Figures of the sum with their signs, the total with a minus; only exact whole numbers can be repaired.
    off
        By how much the sum of the parts exceeds the total.

    Examples
    --------
    >>> part = Figure(role="parts", span=Interval.point(32))
    >>> transpositions([(part, 1)], off=Interval.point(9))[0]["reads"]
    23
    """
    gap = off.value
    if not gap or not float(gap).is_integer() or gap % 9:
        return []
    repairs: list[dict[str, object]] = []
    for part, sign in figures:
        value = part.span.value
        if value is None or not float(value).is_integer():
            continue
        wanted = int(value) - sign * int(gap)
        if wanted in _swaps(int(value)):
            repairs.append({"role": part.role, "claim": part.claim, "printed": int(value), "reads": wanted})
    return repairs


def _swaps(value: int) -> Iterator[int]:
    digits = str(value)
    for i, j in combinations(range(len(digits)), 2):
        swapped = [*digits]
        swapped[i], swapped[j] = swapped[j], swapped[i]
        if swapped[0] != "0":
            yield int("".join(swapped))
