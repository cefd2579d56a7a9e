"""Whether civilians can regularly leave an enclave and return: who was recorded doing so, and who says that they were barred."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from castello.analyses.siege._conditions import Condition
from castello.claims import Claim, Kind, Modality, Verdict
from castello.picture import Picture
from castello.picture.aid import Answer
from castello.picture.telling import said_on

EXIT_DAYS, EXIT_LEAST = 30, 4
"""Civilian exit is regular if people were recorded leaving and returning on so many days (the second) of the last (the first)."""

LEAVING, RETURNING = "civilians.leave", "civilians.return"
"""Predicates of events that record civilians leaving a place and returning to it."""

BARRED = ("civilians.barred", "civilians.refused", "civilians.fired-on")
"""Predicates of events that record that passage of civilians was barred, refused or fired on; a proposition that is refused may say so too."""

BARRING = ("fire_controlled", "closed")
"""States of a road that bar civilians; that it is not open says that it is in one of them."""


def civilian_exit(
    picture: Picture,
    *,
    place: str,
    side: str,
    days: int = EXIT_DAYS,
    least: int = EXIT_LEAST,
    max_age: int | None = None,
) -> Condition:
    """
    Whether civilians could regularly leave and return in the last days up to the day of the picture.

    ``yes``: they were recorded leaving on at least ``least`` days and returning on as many. ``no``: somebody says that their passage was
    barred, refused or fired on, and no road is said to be open to them on the day. ``undecided`` otherwise: that nobody was seen leaving says
    nothing.

    Parameters
    ----------
    picture
        What is known.
    place
        Id of the enclave. Its roads are those with one end in it and one outside.
    side
        Whose traffic the roads are asked for.
    days, least
        The window, and how many days of it.
    max_age
        Live mode: days for which a claim speaks, the day it was said included; None = no limit.

    Notes
    -----
    Castello's own rule (``methods/siege`` 1). An exit that was announced is no one leaving.
    """
    first = picture.as_of - timedelta(days=days - 1)
    reader = _Exit(picture, place=place, side=side, window=(first, picture.as_of), max_age=max_age)
    moves = {predicate: reader.days_of(predicate) for predicate in (LEAVING, RETURNING)}
    barred = reader.barred()
    opened, announced = reader.open_on_the_day(), reader.on_roads(("open",))
    seen = {id_ for found in moves.values() for day in found.values() for id_ in day}
    counts = {predicate: len(found) for predicate, found in moves.items()}
    values = (
        ("days", days),
        ("days_leaving", counts[LEAVING]),
        ("days_returning", counts[RETURNING]),
        ("least", least),
    )
    gaps: tuple[str, ...] = ("civilians leaving or returning whom nobody recorded",)
    status: Answer
    if min(counts.values()) >= least:
        status, claims, against = "yes", seen, barred
    elif barred and not opened:
        status, claims, against = "no", barred, seen | announced
    else:
        status, claims, against = "undecided", seen | opened, barred
        gaps = (f"whether civilians could leave and return in the last {days} days", *gaps)
    return Condition(
        status=status,
        claims=tuple(sorted(claims)),
        against=tuple(sorted(against - claims)),
        unknown=gaps,
        values=values,
    )


class _Exit:
    """Reads, once, what was said of the passage of civilians in the window."""

    def __init__(
        self, picture: Picture, *, place: str, side: str, window: tuple[date, date], max_age: int | None
    ) -> None:
        self._picture, self._place, self._side = picture, place, side
        self._window, self._max_age = window, max_age
        self._places = picture.registers.places
        self._roads = frozenset(
            road.id
            for road in self._places.roads
            if len(road.ends) == 2 and len({self._places.within(end, place) for end in road.ends}) == 2
        )
        gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
        told = picture.claims(kinds=[Kind.ACCESS, Kind.EVENT, Kind.POSITION], start=window[0], end=window[1])
        standing = [claim for claim in told if claim.id not in gone and self._sure_days(claim)]
        self._told = [claim for claim in standing if claim.modality in (Modality.ASSERTED, Modality.LIKELY)]
        self._denied = [claim for claim in standing if claim.denies]

    def _sure_days(self, claim: Claim) -> range:
        """Days of the window on which the claim surely holds, as ordinals; none of them beyond its age."""
        first, last = self._window
        start, end = claim.happened.sure or (date.max, date.min)
        until = last if end is None else min(last, end - timedelta(days=1) if end > date.min else end)
        if self._max_age is not None and end is None:
            until = min(until, said_on(claim) + timedelta(days=self._max_age - 1))
        return range(max(first, start or first).toordinal(), until.toordinal() + 1)

    def _is_here(self, claim: Claim) -> bool:
        """Whether it speaks of a place in the enclave, or of a road that leads out of it."""
        return any(
            id_ in self._roads or (id_ is not None and id_ in self._places and self._places.within(id_, self._place))
            for id_ in (claim.place, claim.object)
        )

    def days_of(self, predicate: str) -> dict[date, set[str]]:
        """Days on which civilians were recorded moving, with the claims."""
        found: dict[date, set[str]] = {}
        for claim in self._told:
            if claim.kind is Kind.EVENT and claim.predicate == predicate and self._is_here(claim):
                for day in self._sure_days(claim):
                    found.setdefault(date.fromordinal(day), set()).add(claim.id)
        return found

    def on_roads(self, states: Collection[str], *, denied: bool = False) -> set[str]:
        """Claims of the window that a road of the enclave was, or was not, in one of some states for civilians of the side."""
        return {
            claim.id
            for claim in (self._denied if denied else self._told)
            if claim.kind is Kind.ACCESS
            and claim.subject in self._roads
            and claim.object == self._side
            and claim.slot("users") == "civilian"
            and claim.predicate in states
        }

    def barred(self) -> set[str]:
        """Claims of the window that passage of civilians was barred, refused or fired on, or that a road was not open to them."""
        found = self.on_roads(BARRING) | self.on_roads(("open",), denied=True)
        for claim in self._told:
            done = claim.kind is Kind.EVENT and claim.predicate in BARRED
            asked = str(claim.slot("proposition") or "") if claim.kind is Kind.POSITION else ""
            refused = claim.predicate == "refuses" and asked.startswith((LEAVING, RETURNING))
            if (done or refused) and self._is_here(claim):
                found.add(claim.id)
        return found

    def open_on_the_day(self) -> set[str]:
        """Claims by which a road of the enclave stands open to civilians on the day itself."""
        last = self._window[1].toordinal()
        standing = set()
        for topic in self._picture.topics(Kind.ACCESS):
            if topic.subject in self._roads and topic.object == self._side and topic.question.endswith("|civilian"):
                standing |= set(topic.claims)
        found = self._picture.claims_by_id(standing).values()
        return {claim.id for claim in found if claim.predicate == "open" and last in self._sure_days(claim)}
