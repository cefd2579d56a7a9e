"""How many people are in a place on a day: each origin's own latest figure, what they span together, and what was set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from castello.claims import Claim, Kind, Modality, Quantity, Verdict, Verification
from castello.picture.interval import Interval
from castello.picture.origins import clusters
from castello.picture.picture import Picture
from castello.picture.sentences import interval
from castello.picture.telling import said_on

HOUSEHOLD = Interval(4, 7)
"""Persons per family with which families are counted as persons: our assumption. It is shown wherever it is used."""

IN_PLACE = ("lives", "trapped")
"""Predicates that count who is in a place; who was displaced or evacuated from it is another number."""

_OF_PEOPLE = ("person", "family")
"""Units that count everybody who is there; any other, such as ``displaced person``, counts some of them."""

_HARD_TO_REACH = "hard-to-reach"
"""Definitions with this in their name may or may not hold the besieged: the claim's own flag decides."""


def persons(quantity: Quantity, household: Interval = HOUSEHOLD) -> Interval:
    """
    A figure in whole persons; families are multiplied by the household size, an end that was not given stays open.

    Examples
    --------
    >>> persons(Quantity(value=64000, unit="family"))
    Interval(low=256000, high=448000)
    >>> persons(Quantity(value=85613.8, unit="person"))
    Interval(low=85614, high=85614)
    """
    size = household if quantity.unit == "family" else Interval.point(1)
    low, high = (Interval.of(quantity.low, quantity.high) * size).ends
    # estimates come with decimals, people do not
    return Interval.of(None if low is None else round(low), None if high is None else round(high))


def origins_of(claim: Claim, joined: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Strict and loose origin; all unknown first speakers may be one, so that the strict count joins them."""
    origin = claim.origin
    return joined.get(origin, ("unknown" if origin.startswith("unknown@") else origin, origin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The lowest and highest figures given, and whether somebody gave no lower or upper end."""

    low: float | None
    high: float | None
    open_low: bool
    open_high: bool

    @classmethod
    def of(cls, spans: Iterable[Interval]) -> Ends:
        """
        Of several figures; their hull, never an average.

        Examples
        --------
        >>> Ends.of([Interval(200000, 250000), Interval.of(300000, None)])
        Ends(low=200000, high=300000, open_low=False, open_high=True)
        """
        bounds = [span.ends for span in spans]
        lows = [low for low, _ in bounds if low is not None]
        highs = [high for _, high in bounds if high is not None]
        return cls(
            low=min((*lows, *highs)) if lows else None,
            high=max((*lows, *highs)) if highs else None,
            open_low=len(lows) < len(bounds),
            open_high=len(highs) < len(bounds),
        )

    @property
    def shown(self) -> str:
        """As people read it."""
        return interval(self.low, self.high, open_high=self.open_high)


# ------------------------------------------------------------------------------------------------- one place, one day


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """
    What one origin said of one place: its figure as said, in persons, and whether it counts in the interval.

    ``said`` is the last day on which it can have been said, None for a protected speaker; ``first`` and ``last`` the days that the
    figure speaks of, None where open; ``unit`` and ``low``/``high`` as said. ``persons`` are low and high in persons, ``converted`` by the
    household size where families were counted. ``method`` is what the first speaker did (compiled, spoke, witnessed). ``old``
    says that it speaks of a day longer ago than the case's ``max_age_days``; ``aside`` why it does not count, None if it does.
    """

    claim: str
    who: str
    origin: str
    said: date | None
    first: date | None
    last: date | None
    area: str
    predicate: str
    definition: str | None
    unit: str
    low: float | None
    high: float | None
    persons: tuple[float | None, float | None]
    converted: bool
    method: str
    old: bool
    aside: Literal["older_word", "families_beside_persons", "without_the_besieged", "old"] | None = None

    @property
    def span(self) -> Interval:
        """The figure in persons."""
        return Interval.of(*self.persons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePeople:
    """
    How many people are in a place on a day, as an interval over the counts that are valid then; never an average.

    ``low`` and ``high`` are the lowest and highest figures given, None where nobody gave one; ``open_low`` and ``open_high`` say that somebody
    left that end open ("at least 300,000"). ``status`` is ``assessed`` (all figures can be true together), ``contested``, or
    ``undecided`` where nothing is on record. ``claims`` are those behind the interval, ``against`` those that were refused;
    ``household`` the assumed persons per family, None where no family was converted.
    """

    place: str
    day: date
    status: Literal["assessed", "contested", "undecided"]
    low: float | None
    high: float | None
    open_low: bool
    open_high: bool
    counts: tuple[Count, ...]
    claims: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]
    n_strict: int
    n_loose: int
    household: tuple[float, float] | None

    @property
    def span(self) -> Interval:
        """From the lowest to the highest figure given: "at least" and "at most" open an end only where nobody else closes it."""
        return Interval.of(self.low, self.high, count=True)


def people_of(picture: Picture, place: str, *, day: date | None = None, household: Interval = HOUSEHOLD) -> PlacePeople:
    """
    How many people are in a place on a day, with the knowledge of the picture.

    Parameters
    ----------
    picture
        Gives what is known.
    place
        Id of the area; a figure for a part of it, or for a larger area, is another number and is not used.
    day
        None = the day of the picture.
    household
        Persons per family, both ends; our assumption unless the caller knows better.

    Returns
    -------
    PlacePeople
        With one row per claim, by the day it speaks of, then by claim; those that do not count say why.

    Notes
    -----
    Method: ``methods/siege`` 4, Castello's own. Valid are the claims that say who lives or is trapped there, up to the day. One origin counts
    once: its latest word, in persons where it gave both persons and families. Figures older than the case's
    ``max_age_days`` count only where there are no others. A figure that leaves out the besieged (``includes_besieged``
    false, or unknown under a hard-to-reach definition) is shown and does not count; parts of a total, by besieger or by area, or counted
    in another unit than persons or families (``displaced person``, ``person in need``), and sums that somebody made are left out.
    """
    asked = picture.as_of if day is None else day
    return people_on(picture, place, days=[asked], household=household)[asked]


def people_on(
    picture: Picture, place: str, *, days: Iterable[date], household: Interval = HOUSEHOLD
) -> dict[date, PlacePeople]:
    """As :func:`people_of`, for several days at once: the claims are read once."""
    asked = sorted(set(days))
    if not asked:
        return {}
    told = [
        claim
        for claim in picture.claims(kinds=[Kind.PEOPLE], end=asked[-1])
        if claim.subject == place and claim.predicate in IN_PLACE and _is_whole(claim)
    ]
    reader = _Reader(picture=picture, place=place, household=household, joined=clusters(picture.judgements))
    return {
        day: reader.on(day, [claim for claim in told if (claim.happened.maybe[0] or date.min) <= day]) for day in asked
    }


def _is_whole(claim: Claim) -> bool:
    """Whether it is somebody's own figure for all who are there: no part by besieger, area or need, no sum made of others."""
    quantity = claim.quantity
    if quantity is None or quantity.unit not in _OF_PEOPLE:
        return False
    made = claim.verification is Verification.DERIVED or quantity.derived_from
    return not made and claim.slot("by") is None and claim.slot("areas") is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    picture: Picture
    place: str
    household: Interval
    joined: Mapping[str, tuple[str, str]]

    def on(self, day: date, told: Iterable[Claim]) -> PlacePeople:
        refused, kept = [], []
        for claim in told:
            verdict = self.picture.verdicts.get(claim.id)
            if verdict is not None and verdict.verdict in (Verdict.REJECTED, Verdict.RETRACTED):
                refused.append(claim)
            elif claim.modality in (Modality.ASSERTED, Modality.LIKELY):
                kept.append(claim)
        counts = self._judged([(claim, self._count(claim, day)) for claim in kept])
        counted = [(claim, count) for claim, count in counts if count.aside is None]
        spans = [count.span for _, count in counted]
        ends = Ends.of(spans)
        origins = [origins_of(claim, self.joined) for claim, _ in counted]
        apart = any(not one.meets(other) for n, one in enumerate(spans) for other in spans[:n])
        return PlacePeople(
            place=self.place,
            day=day,
            status="undecided" if not counted else "contested" if apart else "assessed",
            low=ends.low,
            high=ends.high,
            open_low=ends.open_low,
            open_high=ends.open_high,
            counts=tuple(count for _, count in counts),
            claims=tuple(sorted(count.claim for _, count in counted)),
            against=tuple(sorted(claim.id for claim in refused)),
            unknown=self._unknown([count for _, count in counted], len({loose for _, loose in origins})),
            n_strict=len({strict for strict, _ in origins}),
            n_loose=len({loose for _, loose in origins}),
            household=(self.household.low, self.household.high) if any(c.converted for _, c in counted) else None,
        )

    def _count(self, claim: Claim, day: date) -> Count:
        quantity = claim.quantity
        assert quantity is not None  # the slots of the kind ask for one
        first, end = claim.happened.maybe
        last = None if end is None else end - timedelta(days=1)
        speaks_for = min(day, last or said_on(claim))
        unclear = _HARD_TO_REACH in str(claim.slot("definition")) and claim.slot("includes_besieged") is not True
        return Count(
            claim=claim.id,
            who=claim.chain[0].who,
            origin=origins_of(claim, self.joined)[1],
            said=None if claim.protected else said_on(claim),
            first=first,
            last=last,
            area=claim.subject,
            predicate=claim.predicate or "",
            definition=str(claim.slot("definition")) if claim.slot("definition") else None,
            unit=quantity.unit,
            low=quantity.low,
            high=quantity.high,
            persons=persons(quantity, self.household).ends,
            converted=quantity.unit == "family",
            method=claim.chain[0].role.value,
            old=speaks_for < day - timedelta(days=self.picture.registers.settings.max_age_days),
            aside="without_the_besieged" if unclear or claim.slot("includes_besieged") is False else None,
        )

    @staticmethod
    def _judged(counts: list[tuple[Claim, Count]]) -> list[tuple[Claim, Count]]:
        """Says of each count why it does not count, if so: one origin counts once, and old figures only where there are no others."""
        by_origin: dict[str, list[Claim]] = defaultdict(list)
        for claim, count in counts:
            if count.aside is None:
                by_origin[count.origin].append(claim)
        newest = {origin: max(map(_recency, claims)) for origin, claims in by_origin.items()}
        in_persons = {
            count.origin
            for claim, count in counts
            if count.aside is None and not count.converted and _recency(claim) == newest[count.origin]
        }
        found = []
        for claim, count in counts:
            kept = count
            if count.aside is None and _recency(claim) < newest[count.origin]:
                kept = replace(count, aside="older_word")
            elif count.aside is None and count.converted and count.origin in in_persons:
                kept = replace(count, aside="families_beside_persons")
            found.append((claim, kept))
        if any(count.aside is None and not count.old for _, count in found):
            found = [
                (claim, replace(count, aside="old") if count.aside is None and count.old else count)
                for claim, count in found
            ]
        return sorted(found, key=lambda pair: (_recency(pair[0]), pair[1].claim))

    def _unknown(self, counted: list[Count], origins: int) -> tuple[str, ...]:
        if not counted:
            return ("any figure for the whole place",)
        gaps = ["how each origin counted"]
        if any(count.converted for count in counted):
            gaps.append("the size of the families: a range is assumed")
        if origins < 2:
            gaps.append("a second independent origin")
        if all(count.old for count in counted):
            gaps.append(f"any figure of the last {self.picture.registers.settings.max_age_days} days")
        return tuple(gaps)


def _recency(claim: Claim) -> tuple[date, date, date]:
    """Which of two words of one origin is the later: by the day it speaks of, then by when it was said and published."""
    onset = (claim.happened.sure or claim.happened.maybe)[0] or claim.happened.maybe[0] or date.min
    said = claim.said[0] if claim.said and claim.said[0] else date.min
    return onset, said, claim.published
