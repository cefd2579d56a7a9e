"""
Throughput: what passed against what was needed, week by week, for each source that counts and each that states a need.

Where another side owns every crossing, a road may be open and next to nothing pass: a status alone would say nothing. Two sources are two rows,
every figure stays in its unit, and a day of which nobody reports is no share: not nought.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from castello.claims import Claim, Kind, Modality, Verdict
from castello.picture import Picture
from castello.picture.interval import Interval, total
from castello.picture.origins import clusters
from castello.picture.people import HOUSEHOLD, origins_of, people_of, persons

WEEKS = 4
"""So many weeks, Monday to Sunday, are told: the one that the day is in, up to the day, and those before it."""

RATION_SHARE = 1.0
"""Share of a full ration that a person needs each day: our rule."""

POINTS = ("screened", "entered", "collected", "warehouse", "distributed")
"""Words of an item that say where it was counted; without one of them it arrived, and where is not said."""

PERSON, PERSON_DAY = "person", "person-day"
_HEADS = (PERSON, "family")
_NO_GOODS = frozenset(("worker", "workers", "staff", "personnel"))
_ALL_GOODS = frozenset(("aid", "goods", "supplies", "trucks", "convoy", "convoys", "anything"))
_PER = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """
    What passed against the need that one source states.

    ``low`` and ``high`` are the need in the unit of the row: for a day, or of all persons at once where ``daily`` is False. ``share`` is of the
    days that are reported; an end is None where it is open.
    """

    source: str
    low: float | None
    high: float | None
    daily: bool
    share: tuple[float | None, float | None]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFlow:
    """
    What one source says passed in one week, in one unit, counted at one point.

    ``last`` is the last day of the week up to the day asked about; ``reported`` the number of its ``days`` that the source speaks of. Where that
    is 0, its figure is for a longer time, and low is 0.
    """

    week: date
    last: date
    source: str
    unit: str
    point: str
    low: float | None
    high: float | None
    reported: int
    days: int
    shares: tuple[Share, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A figure of one claim: in one unit, from its first to its last day; ``dated`` says that it is for exactly these days."""

    claim: Claim
    source: str
    unit: str
    figure: Interval
    first: date
    last: date
    dated: bool

    @property
    def point(self) -> str:
        """Where it was counted."""
        return next((point for point in POINTS if point in _words(self.claim)), "arrived")

    @property
    def item(self) -> frozenset[str]:
        """What was counted."""
        return frozenset(_words(self.claim))

    def holds(self, other: _Counted) -> bool:
        """Whether it is a total that the other is a part of: of the same goods, over all its days and more."""
        longer = (
            self.first <= other.first
            and other.last <= self.last
            and (self.last - self.first) > (other.last - other.first)
        )
        return longer and self.item == other.item

    def meets(self, other: _Counted) -> bool:
        """Whether both may count the same: they share a day, and are not told apart as two consignments."""
        refs = self.claim.slot("ref"), other.claim.slot("ref")
        return self.first <= other.last and other.first <= self.last and (None in refs or refs[0] == refs[1])


def weeks_until(day: date, *, weeks: int = WEEKS) -> tuple[date, ...]:
    """
    The Mondays of the last weeks up to a day, in order.

    Examples
    --------
    >>> [str(monday) for monday in weeks_until(date(2024, 4, 3), weeks=2)]
    ['2024-03-25', '2024-04-01']
    """
    monday = day - timedelta(days=day.weekday())
    return tuple(monday - timedelta(weeks=n) for n in reversed(range(weeks)))


def flow_by_week(picture: Picture, *, place: str, weeks: int = WEEKS) -> tuple[WeekFlow, ...]:
    """
    What passed into a place in the last weeks, by week, source, unit and point of count.

    Parameters
    ----------
    picture
        What is known.
    place
        Id of the place; deliveries to a part of it, or to a larger area, are not counted.
    weeks
        How many.

    Returns
    -------
    tuple of WeekFlow
        A week of which nobody reports has no row.

    Notes
    -----
    Method: ``methods/siege`` 4.2. Delivered: claims that aid arrived, counted on the day of arrival; persons with ration days as person-days, persons
    without as persons. Needed: what a source asks for by the day, the week or the month in the same unit (``truck/day``), its latest word; for persons
    and person-days each count of the people of the place, x days x a full ration. The share is of the days that are reported alone. Missing
    data: no report gives no row; figures of one source that may be of the same goods are the largest at least and their sum at most.
    """
    told = [claim for claim in _standing(picture) if claim.place == place]
    joined = clusters(picture.judgements)
    counted = [
        item
        for claim in told
        if claim.predicate == "arrived" and not _words(claim) & _NO_GOODS
        for item in _counted(claim, source=origins_of(claim, joined)[1], as_of=picture.as_of)
    ]
    rows: dict[tuple[str, str, str], list[_Counted]] = defaultdict(list)
    for item in counted:
        if item.unit:
            rows[item.source, item.unit, item.point].append(item)
    for none in (item for item in counted if not item.unit):
        # "none arrived" names no unit: it is nought in each in which the source counts
        own = [key for key in rows if key[0] == none.source] or [(none.source, PERSON, "arrived")]
        for key in own:
            rows[key].append(none)
    asked = [claim for claim in told if claim.predicate == "asked" and not claim.denies and claim.quantity is not None]
    needs = _Needs(picture=picture, place=place, asked=asked, joined=joined)
    found = []
    for monday in weeks_until(picture.as_of, weeks=weeks):
        last = min(monday + timedelta(days=6), picture.as_of)
        for (_, unit, point), items in sorted(rows.items()):
            row = _week(items, unit=unit, point=point, monday=monday, last=last)
            if row is not None:
                found.append(needs.beside(row))
    return tuple(found)


def _standing(picture: Picture) -> Iterator[Claim]:
    """Claims on aid that stand, put as a fact or as its denial."""
    gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
    for claim in picture.claims(kinds=[Kind.AID], end=picture.as_of):
        if claim.id not in gone and claim.modality in (Modality.ASSERTED, Modality.LIKELY, Modality.NEGATED):
            yield claim


def _words(claim: Claim) -> set[str]:
    return set(str(claim.slot("item") or "").lower().replace(",", " ").split())


def _counted(claim: Claim, *, source: str, as_of: date) -> Iterator[_Counted]:
    """What a claim counts, in each of its units; "none arrived" is nought in no unit."""
    start, end = claim.happened.maybe
    if start is None or start > as_of:
        return
    last = as_of if end is None else min(as_of, end - timedelta(days=1))

    def one(unit: str, figure: Interval) -> _Counted:
        return _Counted(
            claim=claim, source=source, unit=unit, figure=figure, first=start, last=last,
            dated=claim.happened.sure == claim.happened.maybe and end is not None,
        )  # fmt: skip

    quantity = claim.quantity
    if claim.denies:
        if not _words(claim) or _words(claim) & _ALL_GOODS:
            yield one("", Interval.point(0))
        return
    if quantity is not None and quantity.unit not in (*_HEADS, "percent"):
        yield one(quantity.unit, Interval.of(quantity.low, quantity.high, count=True))
    slot = claim.slot("persons")
    served = Interval.point(slot) if isinstance(slot, int | float) and not isinstance(slot, bool) else None
    if served is None and quantity is not None and quantity.unit in _HEADS:
        served = persons(quantity, HOUSEHOLD)
    if served is not None:
        rations = claim.slot("ration_days")
        at_least_none = Interval(max(0.0, served.low), served.high)
        if isinstance(rations, int | float):
            yield one(PERSON_DAY, at_least_none * Interval.point(rations))
        else:
            yield one(PERSON, at_least_none)


def _week(items: Sequence[_Counted], *, unit: str, point: str, monday: date, last: date) -> WeekFlow | None:
    """One source in one week; None where it does not speak of it."""
    sunday = monday + timedelta(days=6)
    touching = [item for item in _newest(items) if item.first <= last and item.last >= monday]
    inside = [item for item in touching if item.unit and monday <= item.first and item.last <= sunday]
    reported = {day for item in inside for day in (_days(item, monday, last) if item.dated else [item.first])}
    nothing = [item for item in touching if not item.unit and item.dated]
    silent = {day for item in nothing for day in _days(item, monday, last)} - reported
    longer = [] if inside or silent else [item for item in touching if item.unit]
    if not inside and not silent and not longer:
        return None
    passed = _total(inside) if inside else Interval.point(0)
    if longer:
        # how much of it fell into this week is not known
        passed = Interval(0, total([item.figure for item in longer]).high)
    behind = [*inside, *longer, *(nothing if silent else [])]
    return WeekFlow(
        week=monday,
        last=last,
        source=min(item.claim.chain[0].who for item in behind),
        unit=unit,
        point=point,
        low=passed.ends[0],
        high=passed.ends[1],
        reported=len(reported | silent),
        days=(last - monday).days + 1,
        shares=(),
        claims=tuple(sorted({item.claim.id for item in behind})),
    )


def _days(item: _Counted, first: date, last: date) -> Iterator[date]:
    start, end = max(item.first, first), min(item.last, last)
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def _newest(items: Iterable[_Counted]) -> list[_Counted]:
    """Of several words of one source on one question the last published."""
    by_question: dict[str, list[_Counted]] = defaultdict(list)
    for item in items:
        by_question[item.claim.question].append(item)
    newest = {question: max(item.claim.published for item in said) for question, said in by_question.items()}
    return [item for item in items if item.claim.published == newest[item.claim.question]]


def _total(items: Sequence[_Counted]) -> Interval:
    """Figures of one source in one week: those that may be of the same goods are the largest at least, and their sum at most."""
    groups: list[list[_Counted]] = []
    for item in (one for one in items if not any(other.holds(one) for other in items)):
        met = [group for group in groups if any(item.meets(other) for other in group)]
        groups = [group for group in groups if group not in met]
        groups.append([item, *(other for group in met for other in group)])
    parts = [[item.figure for item in group] for group in groups]
    return total([Interval(max(part.low for part in group), total(group).high) for group in parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """Who states which need of a place."""

    picture: Picture
    place: str
    asked: Sequence[Claim]
    joined: Mapping[str, tuple[str, str]]

    def beside(self, row: WeekFlow) -> WeekFlow:
        """A row with its share of each need that is stated in its unit."""
        passed = Interval.of(row.low, row.high, count=True)
        heads = row.unit in (PERSON, PERSON_DAY)
        stated = self._people(row) if heads else self._rates(row)
        shares = [] if row.reported == 0 else [self._share(passed, need, who, ids, row) for who, need, ids in stated]
        return replace(row, shares=tuple(shares))

    @staticmethod
    def _share(passed: Interval, need: Interval, who: str, ids: tuple[str, ...], row: WeekFlow) -> Share:
        daily = row.unit != PERSON
        needed = need * Interval.point(row.reported) if daily else need
        return Share(
            source=who,
            low=need.ends[0],
            high=need.ends[1],
            daily=daily,
            share=(passed / needed).ends,
            claims=ids,
        )

    def _people(self, row: WeekFlow) -> list[tuple[str, Interval, tuple[str, ...]]]:
        """Each count of the people who are there."""
        counts = people_of(self.picture, self.place, day=row.last).counts
        share = Interval.point(RATION_SHARE if row.unit == PERSON_DAY else 1.0)
        return [(count.who, count.span * share, (count.claim,)) for count in counts if count.aside is None]

    def _rates(self, row: WeekFlow) -> list[tuple[str, Interval, tuple[str, ...]]]:
        """Each source's latest word on what is needed by the day, the week or the month."""
        latest: dict[str, tuple[date, Claim, Interval]] = {}
        oldest = row.week - timedelta(days=self.picture.registers.settings.max_age_days)
        for claim in self.asked:
            rate = _rate(claim, unit=row.unit, day=row.week)
            start, end = claim.happened.maybe
            over = end is not None and end <= oldest
            if rate is None or start is None or start > row.last or over:
                continue
            origin = origins_of(claim, self.joined)[1]
            before = latest.get(origin)
            if before is None or (start, claim.published, claim.id) > (before[0], before[1].published, before[1].id):
                latest[origin] = (start, claim, rate)
        return [(claim.chain[0].who, rate, (claim.id,)) for _, (_, claim, rate) in sorted(latest.items())]


def _rate(claim: Claim, *, unit: str, day: date) -> Interval | None:
    """What a claim says is needed each day, in a unit; None where it says something else."""
    quantity = claim.quantity
    assert quantity is not None  # claims without a figure were left out
    counted, _, per = quantity.unit.partition("/")
    days = calendar.monthrange(day.year, day.month)[1] if per == "month" else _PER.get(per)
    if counted != unit or days is None:
        return None
    return Interval.of(quantity.low, quantity.high, count=True) / Interval.point(days)
