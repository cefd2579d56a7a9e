"""Claims on aid as consignments: what a claim counts, when it may have arrived, how long it feeds people, and which are one convoy."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from castello.claims import Claim, Kind, Modality, Verdict
from castello.picture.interval import Interval, total
from castello.picture.people import persons
from castello.picture.picture import Picture

FOOD = frozenset(("food", "ration", "rations", "flour", "bread", "wheat"))
NOT_FOOD = frozenset(("water", "medicine", "medicines", "medical", "health", "fuel", "shelter", "hygiene", "education"))
NOT_GOODS = frozenset(("worker", "workers", "staff", "personnel"))
"""Words of an item by which its sector is told. What names none of them is taken for food, and said to be unspecified."""

_FULL_RATION_DAYS = 10_000  # longer than any case: stands for "not said how many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A figure as said: its unit is what the source counted (trucks, people, convoys), None where it gave no figure."""

    claim: str
    item: str | None
    low: float | None
    high: float | None
    unit: str | None
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request to which no answer is on record, and its age in days. When the answer was due is not known: it is no denial."""

    claim: str
    asked: date
    days: int


def told_of(picture: Picture, place: str) -> list[Claim]:
    """Claims on aid for the place, or a place in it, that stand: not rejected, not retracted, and put as a fact or as its denial."""
    places = picture.registers.places
    inside = {place, *(item.id for item in places.places if places.within(item.id, place))}
    gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
    counts = (Modality.ASSERTED, Modality.LIKELY, Modality.NEGATED)
    found = picture.claims(kinds=[Kind.AID], end=picture.as_of)
    return [claim for claim in found if claim.place in inside and claim.id not in gone and claim.modality in counts]


def has_arrived(claim: Claim) -> bool:
    """Whether it says that food, or goods that are not named, arrived."""
    return claim.predicate == "arrived" and not claim.denies and is_food(claim)


def _words(claim: Claim) -> set[str]:
    return set(str(claim.slot("item") or "").lower().replace(",", " ").split())


def is_food(claim: Claim) -> bool:
    """Whether an item is food or names no sector: sectors are never added."""
    words = _words(claim)
    if words & FOOD:
        return True
    return not words & NOT_GOODS and (not words & NOT_FOOD or "aid" in words)


def is_unspecified(claim: Claim) -> bool:
    """Whether its item does not name food."""
    return not _words(claim) & FOOD


def days_of(claim: Claim, as_of: date) -> tuple[date, date]:
    """First and last day on which it can have happened, up to the day asked about."""
    start, end = claim.happened.maybe
    return start or date.min, as_of if end is None else min(as_of, end - timedelta(days=1))


def last_day(month: date) -> date:
    """The last day of the month that a day is in."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def last_months(as_of: date, count: int) -> list[date]:
    """First days of the last months that ended before a day, in order."""
    months = [as_of.replace(day=1)]
    while len(months) <= count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[:0:-1]


def open_requests(told: Iterable[Claim], as_of: date) -> tuple[OpenRequest, ...]:
    """Requests without an answer of the same ``ref``, or of the same item where they have none; a rate that is needed (truck/day) is none."""
    answers = {_request(claim) for claim in told if claim.predicate != "asked" and not claim.denies}
    found = []
    for claim in told:
        rate = claim.quantity is not None and "/" in claim.quantity.unit
        if claim.predicate == "asked" and not claim.denies and not rate and _request(claim) not in answers:
            day = days_of(claim, as_of)[1]
            found.append(OpenRequest(claim=claim.id, asked=day, days=(as_of - day).days))
    return tuple(sorted(found, key=lambda item: (item.asked, item.claim)))


def _request(claim: Claim) -> str:
    return str(claim.slot("ref") or claim.slot("item") or claim.id)


def persons_of(claim: Claim, household: Interval) -> Interval | None:
    """People served; None where the claim counts something else."""
    served = claim.slot("persons")
    if isinstance(served, int | float) and not isinstance(served, bool):
        return Interval.point(served)
    quantity = claim.quantity
    return persons(quantity, household) if quantity is not None and quantity.unit in ("person", "family") else None


def ration_days(claim: Claim) -> Interval:
    """Days that a ration lasts; any number where it is not said."""
    days = claim.slot("ration_days")
    return Interval.point(days) if isinstance(days, int | float) else Interval.of(0, None)


def covered(claim: Claim, month: date, as_of: date) -> Interval:
    """Days of a month that a delivery feeds people on, over all days on which it may have arrived and all ration days it may have."""
    first, last = days_of(claim, as_of)
    end = last_day(month)
    rations = ration_days(claim)
    longest = int(min(rations.high, _FULL_RATION_DAYS))

    def overlap(start: date, days: float) -> float:
        stop = min(float(end.toordinal() + 1), start.toordinal() + days)
        return max(0.0, stop - max(start, month).toordinal())

    # the overlap rises and falls in straight lines, so that its extremes lie at the ends or where it bends
    bends = [month, date.fromordinal(max(1, end.toordinal() + 1 - longest)), end]
    starts = [first, last, *(day for day in bends if first <= day <= last)]
    return Interval(min(overlap(day, rations.low) for day in (first, last)), max(overlap(d, longest) for d in starts))


def is_denial(claim: Claim) -> bool:
    """Whether it says that a request was denied, whatever the goods."""
    return claim.predicate == "denied" and not claim.denies


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """
    What one source says of deliveries to a place and to places in it, each counted once.

    Claims of one ``ref`` may be batches of one convoy, and so may a delivery to a quarter be part of one to all of the place on the same days.
    """

    picture: Picture
    claims: Sequence[Claim]

    def total(self, figure: Callable[[Claim], Interval]) -> Interval:
        """The sum over all deliveries of what a claim counts."""
        groups = _consignments(self.claims)
        wholes = [self._whole(group, groups, figure) for group in groups]

        def of(at: int) -> Interval:
            parts = [of(n) for n, whole in enumerate(wholes) if whole == at]
            return of_consignment([*(figure(claim) for claim in groups[at]), *([total(parts)] if parts else [])])

        return total(of(n) for n, whole in enumerate(wholes) if whole is None)

    def _whole(self, group: list[Claim], groups: list[list[Claim]], figure: Callable[[Claim], Interval]) -> int | None:
        """The delivery that one may be a part of, by number: to the nearest place round its own; of several the largest."""
        around = self._around(group[0])
        found = [
            (-around.index(other[0].place), max(figure(claim).low for claim in other), -n)
            for n, other in enumerate(groups)
            if other[0].place in around and any(self.may_be_one(one, two) for one in group for two in other)
        ]
        return -max(found)[2] if found else None

    def _around(self, claim: Claim) -> tuple[str, ...]:
        return () if claim.place is None else self.picture.registers.places.ancestors(claim.place)

    def may_be_one(self, claim: Claim, other: Claim) -> bool:
        """Whether two claims may speak of one delivery: of the same ref, or of days that they share, to one place or one in the other."""
        if claim.slot("ref") is not None and claim.slot("ref") == other.slot("ref"):
            return True
        if (
            claim.place != other.place
            and claim.place not in self._around(other)
            and other.place not in self._around(claim)
        ):
            return False
        as_of = self.picture.as_of
        (first, last), (start, end) = days_of(claim, as_of), days_of(other, as_of)
        return first <= end and start <= last


def _consignments(claims: Iterable[Claim]) -> list[list[Claim]]:
    """
    Claims of one source that may speak of one delivery, by ``ref``; else each question by itself.

    Of several words on one question the last published counts.
    """
    by_question: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_question[claim.question].append(claim)
    found: dict[str, list[Claim]] = defaultdict(list)
    for question, said in sorted(by_question.items()):
        newest = max(claim.published for claim in said)
        kept = [claim for claim in said if claim.published == newest]
        found[str(kept[0].slot("ref") or question)] += kept
    return [found[key] for key in sorted(found)]


def of_consignment(parts: Sequence[Interval]) -> Interval:
    """
    Batches of one convoy: the largest figure at least, as a later one may hold the earlier, and their sum at most.

    Examples
    --------
    >>> of_consignment([Interval(600, 600), Interval(1200, 1200)])
    Interval(low=1200, high=1800)
    """
    if len(parts) == 1:
        return parts[0]
    return Interval(max(part.low for part in parts), total(parts).high)


def reported(claim: Claim) -> Reported:
    """The figure of a claim as said."""
    quantity = claim.quantity
    return Reported(
        claim=claim.id,
        item=None if claim.slot("item") is None else str(claim.slot("item")),
        low=None if quantity is None else quantity.low,
        high=None if quantity is None else quantity.high,
        unit=None if quantity is None else quantity.unit,
        negated=claim.denies,
    )
