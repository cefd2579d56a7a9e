"""
Aid that reached a place, month by month: who says so, in which stage, how many person-days, and what share of need.

Every source is a row of its own: two who report one convoy are two rows, never added. A month without a report is not a zero, and a
figure without its ration days is a range. What was asked, allowed or sent stays beside what arrived and is no delivery.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from castello.claims import Claim
from castello.errors import WrongUse
from castello.picture._consignments import (
    OpenRequest,
    Reported,
    consignments,
    covered,
    days_of,
    has_arrived,
    is_denial,
    is_food,
    is_unspecified,
    last_day,
    last_months,
    of_consignment,
    open_requests,
    persons_of,
    ration_days,
    reported,
    same_days,
    told_of,
)
from castello.picture.interval import Interval, hull, total
from castello.picture.origins import clusters
from castello.picture.people import HOUSEHOLD, PlacePeople, origins_of, people_on
from castello.picture.picture import Picture

__all__ = ["AidEntry", "AidMonth", "AidRow", "OpenRequest", "Reported", "Stage", "aid_entry", "aid_months"]

Answer = Literal["yes", "no", "undecided"]

NEED_SHARE = 0.5
"""Share of need that must arrive in each month for aid to be regular: our rule."""

MONTHS = 3
"""Complete months looked at before the day: our rule."""

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
class AidEntry:
    """
    Whether aid enters a place regularly, on whose word, and the months behind it.

    ``last_arrival`` is the day of the last arrival that is on record, between two days; None where there is none.
    """

    place: str
    status: Answer
    need_share: float
    household: tuple[float, float]
    months: tuple[AidMonth, ...]
    last_arrival: tuple[date, date] | None
    open_requests: tuple[OpenRequest, ...]
    claims: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]


def aid_entry(
    picture: Picture,
    *,
    place: str,
    need_share: float = NEED_SHARE,
    months: int = MONTHS,
    household: Interval = HOUSEHOLD,
) -> AidEntry:
    """
    Whether aid entered a place regularly in the last complete months up to the day of the picture.

    ``yes``: what arrived is at least ``need_share`` of need in each month, and no request was denied in them. ``no``: reported deliveries lie
    below that in one of them, or a request was denied. ``undecided``: need or deliveries are not known, or an interval lies across
    the share.

    Parameters
    ----------
    picture
        What is known; months that end on ``picture.as_of`` or before it.
    place
        Id of the place; deliveries to a part of it or to a larger area are not counted.
    need_share
        Share of need, above 0 and up to 1.
    months
        How many months.
    household
        Persons per family, where aid or people were counted in families.

    Raises
    ------
    WrongUse
        If the share is no share, or no month is asked for.

    Notes
    -----
    Method: ``methods/siege`` 1 and ``methods/markets`` 7.1; Castello's own rule. Need = people of the place x days of the month; person-days =
    persons x ration days, full rations assumed. Missing data: no report is no zero; ration days that are not said may be
    any number.
    """
    if not 0 < need_share <= 1:
        raise WrongUse(f"{need_share} is not a share of need", hint="Use a number above 0, up to 1.")
    if months < 1:
        raise WrongUse(f"{months} months cannot be looked at", hint="Use 1 or more.")
    told = told_of(picture, place)
    # the day asked about is over: on the last day of a month the month is complete
    asked = last_months(picture.as_of + timedelta(days=1), months)
    seen = _Reader(picture=picture, place=place, household=household, need_share=need_share).months(asked, told)
    denied = {id_ for month in seen for id_ in month.denials}
    perhaps = {id_ for month in seen for id_ in month.perhaps_denied}
    short = [month for month in seen if month.status == "no"]
    status: Answer = "undecided"
    if denied or short:
        status = "no"
    elif all(month.status == "yes" for month in seen) and not perhaps:
        status = "yes"
    arrived = {id_ for month in seen for id_ in month.arrivals}
    none = {id_ for month in seen for id_ in month.none_arrived}
    if status == "no":
        behind = denied | none | {id_ for month in short for id_ in (*month.arrivals, *month.need_claims)}
        against = arrived - behind
    else:
        behind = arrived | ({id_ for month in seen for id_ in month.need_claims} if status == "yes" else set())
        against = none | perhaps
    arrivals = [days_of(claim, picture.as_of) for claim in told if has_arrived(claim)]
    latest = (max(first for first, _ in arrivals), max(last for _, last in arrivals)) if arrivals else None
    requests = open_requests(told, picture.as_of)
    gaps = [gap for month in seen for gap in month.unknown]
    gaps += [f"the answer to the request of {request.asked}" for request in requests]
    return AidEntry(
        place=place,
        status=status,
        need_share=need_share,
        household=(household.low, household.high),
        months=seen,
        last_arrival=latest,
        open_requests=requests,
        claims=tuple(sorted(behind)),
        against=tuple(sorted(against)),
        unknown=tuple(dict.fromkeys((*gaps, "whether what arrived reached those in need"))),
    )


def aid_months(
    picture: Picture,
    *,
    place: str,
    months: Sequence[date],
    need_share: float = NEED_SHARE,
    household: Interval = HOUSEHOLD,
) -> tuple[AidMonth, ...]:
    """
    Need, deliveries and every source's own account of some months, in their order.

    Parameters
    ----------
    picture
        What is known.
    place
        As in :func:`aid_entry`.
    months
        Any day of each month.
    need_share, household
        As in :func:`aid_entry`.
    """
    asked = sorted({day.replace(day=1) for day in months})
    reader = _Reader(picture=picture, place=place, household=household, need_share=need_share)
    return reader.months(asked, told_of(picture, place))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
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
            none_arrived=tuple(sorted(claim.id for claim in about if claim.denies)),
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
        convoys = consignments(figures)
        # a second figure of one delivery, in trucks, opens nothing; a delivery without any figure does
        open_high = any(not any(same_days(claim, other, self._as_of) for other in figures) for claim in told)
        counted, whole = (
            total([of_consignment([self._person_days(c, month, how) for c in group]) for group in convoys])
            for how in ("covered", "whole")
        )
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
        """Whether it says "none" of every day of the month: what it says of some days is no zero for the others."""
        start, end = claim.happened.sure or (month, month)
        return (start is None or start <= month) and (end is None or end > last_day(month))

    def _person_days(self, claim: Claim, month: date, how: str) -> Interval:
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
