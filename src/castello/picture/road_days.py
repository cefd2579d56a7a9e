"""Road days: the state of one road from day to day, as the word that is claimed and as a number, with the claims behind it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, Self

from castello.claims import Claim
from castello.picture.ways import CLOSED, HOURS_UNCLEAR, OPEN, SOME_HOURS, UNDER_FIRE, USABLE, Reading
from castello.picture.ways import UNKNOWN as NO_STATE

Basis = Literal["said", "control", "assumed", "silence", "expired"]

UNKNOWN = "unknown"

CONTESTED_DAYS = 90
"""A road whose state changed is contested for so many days."""

_CODES = {"open": OPEN, "fire_controlled": UNDER_FIRE, "closed": CLOSED, UNKNOWN: NO_STATE}


def _usable(reading: Reading) -> tuple[str, ...]:
    return tuple(word for word, code in _CODES.items() if code in USABLE[reading])


USABLE_BY_FIRE = _usable("by_fire")
USABLE_ON_GROUND = _usable("on_ground")
"""Predicates of ``access`` that say that a road can be used, all day long, in each reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadState:
    """
    What the picture says of a road for the traffic of a side: ``state`` is a predicate of ``access``, or ``unknown``.

    ``last`` is the state claimed last where it is unknown; ``basis`` says what the state rests on: claims on the road, control of
    its ends, the case's assumption, nothing, or claims whose time is over. ``window`` are the hours where it is open for some only.
    """

    road: str
    state: str
    hours: Literal["all", "some", "unclear"] = "all"
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    last: str | None = None
    basis: Basis = "said"
    window: str | None = None

    @property
    def code(self) -> int:
        """The state as a number of :mod:`castello.picture.ways`."""
        if self.state == "open" and self.hours != "all":
            return SOME_HOURS if self.hours == "some" else HOURS_UNCLEAR
        return _CODES[self.state]

    @property
    def last_code(self) -> int:
        """The state claimed last as a number, where it is unknown; else the state itself."""
        if self.state != UNKNOWN or self.last is None:
            return self.code
        return replace(self, state=self.last, last=None).code


@dataclass(frozen=True, slots=True)
class RoadDays:
    """The states of one road, each from its day on; the first from the first of all days on."""

    starts: tuple[date, ...]
    states: tuple[RoadState, ...]

    @classmethod
    def joined(cls, starts: Iterable[date], states: Iterable[RoadState]) -> Self:
        """Of states in order, neighbouring days of the same one, on the same word, taken together."""
        starts, states = tuple(starts), tuple(states)
        kept = [0, *(n for n, (before, now) in enumerate(pairwise(states), 1) if before != now)]
        return cls(tuple(starts[n] for n in kept), tuple(states[n] for n in kept))

    def on(self, day: date) -> RoadState:
        """The state at the end of a day."""
        return self.states[bisect_right(self.starts, day) - 1]

    def changes(self) -> list[date]:
        """Days on which the state is another than the one known last: what is said again, and silence between, changes nothing."""
        found: list[date] = []
        known: tuple[str, str] | None = None
        for start, state in zip(self.starts, self.states, strict=True):
            if state.state == UNKNOWN:
                continue
            now = (state.state, state.hours)
            if known is not None and now != known:
                found.append(start)
            known = now
        return found

    def changed_lately(self, day: date) -> bool:
        """Whether the state changed in the days before."""
        return any(start <= day < later(start, timedelta(days=CONTESTED_DAYS)) for start in self.changes())


def speaks_until(claim: Claim) -> date:
    """The last day that a claim certainly speaks for: the day on which it was said, within what it speaks of."""
    happened = claim.happened
    begun = happened.latest_onset or date.min
    last = None if happened.maybe[1] is None else happened.maybe[1] - timedelta(days=1)
    said = (claim.said[0] if claim.said else None) or begun
    return max(begun, said if last is None else min(said, last))


def later(day: date, span: timedelta) -> date:
    """A day some days on; never beyond the last of all days."""
    return day + span if day < date.max - span else date.max
