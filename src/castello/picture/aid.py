"""
Aid that reached a place, month by month: who says so, in which stage, how many person-days, and what share of need.

Every source is a row of its own: two who report one convoy are two rows, never added. A month without a report is not a zero, and a
figure without its ration days is a range. What was asked, allowed or sent stays beside what arrived and is no delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from castello.errors import WrongUse
from castello.picture._aid_months import AidMonth, AidRow, Answer, MonthReader, Stage
from castello.picture._consignments import (
    OpenRequest,
    Reported,
    days_of,
    has_arrived,
    last_months,
    open_requests,
    told_of,
)
from castello.picture.interval import Interval
from castello.picture.people import HOUSEHOLD
from castello.picture.picture import Picture

__all__ = ["AidEntry", "AidMonth", "AidRow", "Answer", "OpenRequest", "Reported", "Stage", "aid_entry", "aid_months"]

NEED_SHARE = 0.5
"""Share of need that must arrive in each month for aid to be regular: our rule."""

MONTHS = 3
"""Complete months looked at before the day: our rule."""


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
        Id of the place. Deliveries to places in it count for it, as one with those to all of it where both may be one; those to a larger
        area are not counted.
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
    seen = MonthReader(picture=picture, place=place, household=household, need_share=need_share).months(asked, told)
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
    reader = MonthReader(picture=picture, place=place, household=household, need_share=need_share)
    return reader.months(asked, told_of(picture, place))
