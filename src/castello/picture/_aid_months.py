"""Aid month by month: what each source says of each stage, how many person-days arrived, and what share of need that is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

from castello.claims import Claim
from castello.picture._consignments import (
    Deliveries,
    Reported,
    covered,
    days_of,
    has_arrived,
    is_denial,
    is_food,
    is_unspecified,
    last_day,
    persons_of,
    ration_days,
    reported,
)
from castello.picture.interval import Interval, hull
from castello.picture.origins import clusters
from castello.picture.people import PlacePeople, origins_of, people_on
from castello.picture.picture import Picture

Answer = Literal["yes", "no", "undecided"]

STAGES: Mapping[str, tuple[str, ...]] = {
    "asked": ("asked",),
    "approved": ("approved", "approved_in_part"),
    "sent": ("sent",),
    "arrived": ("arrived",),
    "removed": ("removed",),
}
"""Predicates of each stage. Approval is not passage, and what was sent has not arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    What one source says of one stage in one month.

    ``low`` and ``high`` are person-days that fall on days of this month: an arrival feeds people for its ration days from its own
    day on. ``whole`` counts all of it in the month of the act instead. None = not known; ``nothing`` says that the source
    reports none for the whole month, which is a zero.
    """

    low: float | None
    high: float | None
    whole: tuple[float | None, float | None]
    nothing: bool
    reported: tuple[Reported, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AidRow:
    """One source in one month. ``denials`` are claims that a request was refused; ``other`` those about other goods than food."""

    month: date
    source: str
    asked: Stage | None
    approved: Stage | None
    sent: Stage | None
    arrived: Stage | None
    removed: Stage | None
    denials: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AidMonth:
    """
    One calendar month of a place: need, what arrived, and the share, each as (low, high); None = open or not known.

    ``month`` is its first day. ``reported`` says whether anybody reports on arrivals at all, ``surely_arrived`` which arrivals happened in this
    month and no other; ``need_claims`` are the counts of people behind the
    need, on the first and the last day of the month.
    """

    month: date
    days: int
    need: tuple[float | None, float | None]
    delivered: tuple[float | None, float | None]
    share: tuple[float | None, float | None]
    status: Answer
    reported: bool
    rows: tuple[AidRow, ...]
    arrivals: tuple[str, ...]
    surely_arrived: tuple[str, ...]
    none_arrived: tuple[str, ...]
    denials: tuple[str, ...]
    perhaps_denied: tuple[str, ...]
    need_claims: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReader:
    """Reads the claims of one place, month by month."""

    picture: Picture
    place: str
    household: Interval
    need_share: float

    def months(self, months: Sequence[date], told: Sequence[Claim]) -> tuple[AidMonth, ...]:
        """Each month with the people of its first and its last day."""
        days = [day for month in months for day in (month, last_day(month))]
        people = people_on(self.picture, self.place, days=days, household=self.household)
        return tuple(self._month(month, told, [people[month], people[last_day(month)]]) for month in months)

    @property
    def _as_of(self) -> date:
        return self.picture.as_of

    def _month(self, month: date, told: Sequence[Claim], people: Sequence[PlacePeople]) -> AidMonth:
        joined = clusters(self.picture.judgements)
        by_source: dict[str, list[Claim]] = defaultdict(list)
        for claim in told:
            if self._touches(claim, month):
                by_source[origins_of(claim, joined)[1]].append(claim)
        rows = tuple(self._row(month, source, claims) for source, claims in sorted(by_source.items()))
        delivered, gaps = _delivered(rows)
        days = (last_day(month) - month).days + 1
        counted = [item.span for item in people if item.claims]
        known = bool(counted)
        need = (hull(counted) if known else Interval.of(0, None)) * Interval.point(days)
        share = delivered / need
        status: Answer = "undecided"
        if share.low >= self.need_share:
            status = "yes"
        elif share.high < self.need_share:
            status = "no"
        if not known:
            gaps.append("people of the place")
        seen = [claim for claims in by_source.values() for claim in claims]
        about = [claim for claim in seen if claim.predicate == "arrived" and is_food(claim)]
        if status == "undecided" and any(is_unspecified(claim) for claim in about if not claim.denies):
            gaps.append("what was in the aid")
        denials = {claim.id: self._surely_in(claim, month) for claim in seen if is_denial(claim)}
        return AidMonth(
            month=month,
            days=days,
            need=need.ends if known else (None, None),
            delivered=delivered.ends,
            share=share.ends,
            status=status,
            reported=any(row.arrived is not None for row in rows),
            rows=rows,
            arrivals=tuple(sorted(claim.id for claim in about if not claim.denies)),
            surely_arrived=tuple(
                sorted(claim.id for claim in about if not claim.denies and self._surely_in(claim, month))
            ),
            none_arrived=tuple(sorted(claim.id for claim in about if claim.denies and claim.place == self.place)),
            denials=tuple(sorted(id_ for id_, sure in denials.items() if sure)),
            perhaps_denied=tuple(sorted(id_ for id_, sure in denials.items() if not sure)),
            need_claims=tuple(sorted({id_ for item in people for id_ in item.claims})),
            unknown=tuple(f"{gap}, {month:%Y-%m}" for gap in dict.fromkeys(gaps)),
        )

    def _touches(self, claim: Claim, month: date) -> bool:
        """Whether it may have happened in the month, or, as an arrival whose rations are known to last, feeds people in it."""
        first, last = days_of(claim, self._as_of)
        if first <= last_day(month) and last >= month:
            return True
        lasts = math.isfinite(ration_days(claim).high)
        return has_arrived(claim) and lasts and last < month and covered(claim, month, self._as_of).high > 0

    def _surely_in(self, claim: Claim, month: date) -> bool:
        first, last = days_of(claim, self._as_of)
        start, end = claim.happened.sure or (None, None)
        surely = start is not None and start <= last_day(month) and (end is None or end > month)
        return surely or (month <= first and last <= last_day(month))

    def _row(self, month: date, source: str, claims: Sequence[Claim]) -> AidRow:
        food = [claim for claim in claims if is_food(claim)]
        stages = {
            stage: self._stage(month, [claim for claim in food if claim.predicate in predicates])
            for stage, predicates in STAGES.items()
        }
        return AidRow(
            month=month,
            source=source,
            **stages,
            denials=tuple(sorted(claim.id for claim in claims if is_denial(claim))),
            other=tuple(sorted(claim.id for claim in claims if not is_food(claim) and not is_denial(claim))),
        )

    def _stage(self, month: date, claims: Sequence[Claim]) -> Stage | None:
        if not claims:
            return None
        told = [claim for claim in claims if not claim.denies]
        nothing = any(self._denies_all(claim, month) for claim in claims if claim.denies)
        figures = [claim for claim in told if persons_of(claim, self.household) is not None]
        deliveries = Deliveries(picture=self.picture, claims=figures)
        # a second figure of one delivery, in trucks, opens nothing; a delivery without any figure does
        open_high = any(not any(deliveries.may_be_one(claim, other) for other in figures) for claim in told)
        counted = deliveries.total(partial(self._person_days, month=month, how="covered"))
        whole = deliveries.total(partial(self._person_days, month=month, how="whole"))
        if open_high:
            counted, whole = Interval(counted.low, math.inf), Interval(whole.low, math.inf)
        known = bool(figures) or nothing
        return Stage(
            low=counted.ends[0] if known else None,
            high=counted.ends[1] if known else None,
            whole=whole.ends if known else (None, None),
            nothing=nothing,
            reported=tuple(reported(claim) for claim in claims),
        )

    def _denies_all(self, claim: Claim, month: date) -> bool:
        """Whether it says "none" of all of the place on every day of the month: of some days, or of a quarter, it is no zero for the rest."""
        if claim.place != self.place:
            return False
        start, end = claim.happened.sure or (month, month)
        return (start is None or start <= month) and (end is None or end > last_day(month))

    def _person_days(self, claim: Claim, *, month: date, how: str) -> Interval:
        served = persons_of(claim, self.household)
        assert served is not None  # only claims with a figure in persons are consignments
        served = Interval(max(0, served.low), served.high)
        if how == "covered" and claim.predicate == "arrived":
            return served * covered(claim, month, self._as_of)
        full = served * ration_days(claim)
        first, last = days_of(claim, self._as_of)
        if last < month or first > last_day(month):
            return Interval.point(0)
        inside = month <= first and last <= last_day(month)
        return full if inside else Interval(0, full.high)


def _delivered(rows: Iterable[AidRow]) -> tuple[Interval, list[str]]:
    """What arrived in a month over all sources, less what may have been taken out; and what is not known of it."""
    told = [(row, row.arrived) for row in rows if row.arrived is not None]
    known = [(row, stage) for row, stage in told if stage.low is not None]
    if not known:
        return Interval.of(0, None), ["how much arrived" if told else "deliveries: nobody reports on them"]
    gaps = []
    spans = []
    for row, stage in known:
        span = Interval.of(stage.low, stage.high)
        if row.removed is not None:
            taken = row.removed.whole[1]
            span = Interval(max(0, span.low - (math.inf if taken is None else taken)), span.high)
            gaps.append("what was removed")
        spans.append(span)
    found = hull(spans)
    if len(known) < len(told):
        found = Interval(found.low, math.inf)
        gaps.append("how much arrived, of one report or more")
    if math.isinf(found.high) or any(stage.low == 0 and stage.high != 0 for _, stage in known):
        gaps.append("ration days")
    return found, gaps
