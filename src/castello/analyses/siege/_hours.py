"""Hours of the day: when a window of hours lets pass, and for how long a day roads together do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from castello.claims.hours import DAY_MINUTES, is_whole_day, read_hours

Minutes = NDArray[np.bool_]
"""Whether a road lets pass in each minute of a day, shape (1440,)."""

_MOST_CHOICES = 64
"""Choices among claims on the hours of several roads are worked through up to this many; beyond that each road for itself at its least and most."""


def minutes_of(window: str, *, day: date, zone: tzinfo) -> Minutes | None:
    """
    The minutes of a day in which a window of hours lets pass, in the case's time.

    Parameters
    ----------
    window
        ``10:00-13:00``, several of these with commas, the whole day; with the name of a time zone or in the case's.
    day
        The day asked about: it decides on summer time.
    zone
        The case's time zone.

    Returns
    -------
    array of bool, shape (1440,)
        Several windows together, what two of them share once. None if it is not stated as hours of each day.

    Examples
    --------
    >>> shown = {"day": date(2016, 7, 1), "zone": UTC}
    >>> [int(minutes_of(text, **shown).sum()) / 60 for text in ("10:00-13:00", "19:00-08:00", "06:00-09:00, 14:00-18:00")]
    [3.0, 13.0, 7.0]
    >>> minutes_of("at dusk", **shown) is None
    True
    """
    if is_whole_day(window):
        return np.ones(DAY_MINUTES, dtype=np.bool_)
    hours = read_hours(window)
    if hours is None:
        return None
    minutes = np.zeros(DAY_MINUTES, dtype=np.bool_)
    for first, length in hours.spans:
        minutes[np.arange(first, first + length) % DAY_MINUTES] = True
    if hours.zone is None:
        return minutes
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    ahead = noon.astimezone(zone).replace(tzinfo=UTC) - noon.astimezone(hours.zone).replace(tzinfo=UTC)
    return np.roll(minutes, int(ahead.total_seconds()) // 60)


def either(minutes: Minutes | None) -> tuple[Minutes, ...]:
    """Hours as those that a road may have: what is not stated as hours may be any."""
    return (
        (np.zeros(DAY_MINUTES, dtype=np.bool_), np.ones(DAY_MINUTES, dtype=np.bool_)) if minutes is None else (minutes,)
    )


def hours_a_day(
    roads: Mapping[str, Sequence[Minutes]], connects: Callable[[Sequence[str], Minutes], Minutes]
) -> tuple[float, float]:
    """
    For how many hours a day a place is connected, the least and the most, over what is claimed of the hours of each road.

    Parameters
    ----------
    roads
        For each road the hours that claims give it: one of them is so.
    connects
        Whether the place is connected in each of several worlds, shape (worlds,): takes the roads, and in which worlds each lets pass,
        shape (roads, worlds).

    Notes
    -----
    Castello's own definition: connected in a minute is what is connected over roads that let pass in that very minute. Of many claims on
    many roads each road is taken with the minutes that all its claims share, then with those that any has: the bounds hold, but may be wide.
    """
    names = sorted(roads)
    if prod(len(roads[name]) for name in names) <= _MOST_CHOICES:
        choices = list(product(*(roads[name] for name in names)))
    else:
        choices = [
            tuple(np.all(roads[name], axis=0) for name in names),
            tuple(np.any(roads[name], axis=0) for name in names),
        ]
    found = []
    for choice in choices:
        worlds, minutes = np.unique(np.stack(choice), axis=1, return_counts=True)
        found.append(float(minutes[connects(names, worlds)].sum()) / 60)
    return min(found), max(found)
