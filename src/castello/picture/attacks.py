"""
Attacks: what each source says was attacked, one row an event, and counts of it that are never added across sources.

An event that one source tells in several documents is one event. Every row of a feed (a file of ``feeds/``, or what has a source's own
code) is an event of its own, however alike two of them are; only where two files of one publisher have it under the publisher's id of an
event, it is one. An event whose days are not known exactly is counted as an interval: surely within the days asked for, or possibly. What is told of a wider area than the one asked
for, or in a summary, or as a figure of the source's own, stands aside and is told. Castello's own definitions, from the method note on
evidence (11 and 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from castello.claims import Sensitivity
from castello.engines import Engine, Steps
from castello.errors import WrongUse
from castello.picture._spots import Spots
from castello.picture._steps import visible
from castello.picture.picture import Picture

By = Literal["place", "party", "type", "weapon", "day", "week", "month"]
"""What attacks are counted by."""

LISTED = 50
"""At most so many claims are named behind a count; how many there are is told."""

FINE_DAYS = 28
"""What a source tells as part of a summary is in no count of fewer days than this: of days and of weeks, never."""

_BIN_DAYS = {"day": 1, "week": 7, "month": 31}
_VALUES = {"place": "area", "party": "party", "type": "key", "weapon": "coalesce(weapon, 'unknown')"}
_FIELDS = (
    "also.weapon", "also.platform", "also.harm_low", "also.harm_best", "also.harm_high", "also.harm_civilians", "also.source_code",
    "where.area", "where.radius_km", "date_precision", "note", "locator.row",
)  # fmt: skip

# what can be seen, with the whole claim: half of what is asked for stands nowhere else
_SEEN = tuple(
    (name, sql.replace("(type, body, device, n)", "(type, device, n)")) for name, sql in visible("seen").steps
)

SAID = (
    Steps("attacks", _SEEN)
    .add(
        "feeds",
        """select distinct json_extract_string(body, '$.id') as document
           from ledger where type = 'document' and starts_with(json_extract_string(body, '$.file'), 'feeds/')""",
    )
    .add(
        "said",
        f"""select id, document, document in (select document from feeds) as held_as_feed, predicate as key, subject, object, place, published, unit, low, high, verdict, modality, denies, sensitivity, loose_origin,
               sources[-1] as publisher, coalesce(maybe_start, date '0001-01-01') as first,
               greatest(first, least(coalesce(maybe_end - 1, published), published)) as last,
               json_extract_string(body, {[f"$.{name}" for name in _FIELDS]}) as more
        from seen
        where kind = 'event' and (predicate = 'attack' or starts_with(predicate, 'attack.'))""",
    )
    .add(
        "attacks",
        # what is reported cannot have happened after it was published: that closes days with an open end; figures out of order are put in order
        r"""select id, document, key, object, place, first, last, published,
               list_position(['low', 'moderate', 'high', 'severe'], sensitivity) as rank, unit, low, high,
               nullif(regexp_extract(more[11], '^(UCDP GED|ACLED) [^;]+'), '') as event,
               -- a row need not have the source's own type of event: then its note, else where its file lies, tells that it is one of a feed
               coalesce(nullif(lower(replace(split_part(more[7], ' ', 1), '_', '-')), ''),
                        if(held_as_feed and more[12] is not null, coalesce(lower(split_part(event, ' ', 1)), 'other'), null)) as feed,
               if(feed is null, loose_origin, publisher) as source,
               subject as party,
               more[1] as weapon, more[2] as platform,
               try_cast(more[3] as double) as harm_low, try_cast(more[4] as double) as harm_best,
               try_cast(more[5] as double) as harm_high, try_cast(more[6] as double) as civilians,
               if(coalesce(harm_low, harm_best) is null, null, least(harm_low, harm_best, harm_high)) as killed_low,
               if(coalesce(harm_best, harm_high) is null, null, greatest(harm_low, harm_best, harm_high)) as killed_high,
               more[8] as wider, try_cast(more[9] as double) as radius_km,
               regexp_matches(concat_ws(' ', more[7], more[10], more[11]), 'event_clarity\D{0,3}2') as summary,
               case when verdict in ('rejected', 'retracted') then 'refused' when denies then 'denied'
                    when modality <> 'asserted' then 'hedged' when unit not in ('person', 'family', 'group', 'party') then 'own_count' else 'counted' end as standing
        from said""",
    )
)
"""Every claim on an attack that can be seen: who says it, what, when, where; ``standing`` says whether it is counted."""

_EVENTS = (
    Steps("events")
    .add(
        "asked",
        """select claims.*, spots.spot, spots.area, spots.how
           from claims join spots on coalesce(claims.place, '') = spots.place and coalesce(claims.wider, '') = spots.wider
                and coalesce(claims.radius_km, -1) = spots.radius_km
           where standing = 'counted'""",
    )
    .add(
        "of_feeds",
        # an event that stands in two files of one publisher is one event, as the later of them has it; within one file nothing is
        """select source, feed, key, party, weapon, platform, first, last, summary, spot, area, how, [id] as ids, rank,
                  killed_low, harm_best as killed_best, killed_high, civilians
           from asked where feed is not null
           qualify document = first_value(document) over (partition by source, coalesce(event, id) order by published desc, document)""",
    )
    .add(
        "of_others",
        # two documents that carry one statement of one source are one event; of two figures the later word is the best, both are the range
        """select source, null as feed, key, party, weapon, min(platform) as platform, first, last, bool_or(summary) as summary,
                  min(spot) as spot, min(area) as area, min(how) as how, list_sort(list(id)) as ids,
                  max(rank) as rank, min(killed_low) as killed_low, arg_max(harm_best, (published, id)) as killed_best,
                  max(killed_high) as killed_high, arg_max(civilians, (published, id)) as civilians
           from asked where feed is null
           group by source, key, party, object, place, weapon, first, last""",
    )
    .add("events", "select * from of_feeds union all by name select * from of_others")
)

_COUNTS = """count(*) filter (surely) as low, count(*) as high,
             coalesce(sum(killed_low) filter (surely), 0) as deaths_low, sum(killed_best) filter (surely) as deaths_best,
             count(*) filter (surely and killed_best is null) as best_unsaid,
             coalesce(sum(killed_high), 0) as deaths_high, count(*) - count(killed_high) as deaths_unsaid,
             coalesce(sum(civilians) filter (surely), 0) as civilians_low, coalesce(sum(civilians), 0) as civilians_high,
             count(*) - count(civilians) as civilians_unsaid, count(*) filter (area = spot) as wide,
             sum(len(ids))::bigint as told, list_sort(flatten(min(ids, $listed)))[1:$listed] as ids, max(rank) as rank"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    How many attacks one source tells, and whom they harmed, in some days.

    ``value`` is what they have in common (an id, a key, the first day of a week; None for all of them, or where it is not said). ``low`` counts events
    that lie surely within the days, ``high`` those that possibly do; ``deaths`` and ``civilians`` likewise, people killed; ``deaths_best`` is what the source holds best of the events
    of ``low``, but for ``best_unsaid`` of them. ``deaths_unsaid`` and
    ``civilians_unsaid`` are the events, of ``high``, without such a figure: then the upper end is open. ``wide`` are the events that are placed
    no finer than ``value`` where that is an area. ``ids`` are claims, at most :data:`LISTED` of ``told``.
    """

    source: str
    feed: str | None
    value: str | None
    start: date
    end: date
    low: int
    high: int
    deaths_low: float
    deaths_best: float | None
    best_unsaid: int
    deaths_high: float
    deaths_unsaid: int
    civilians_low: float
    civilians_high: float
    civilians_unsaid: int
    wide: int
    told: int
    ids: tuple[str, ...]
    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Events of one source that are in no count, and why; ``area`` is where they are placed, ``unit`` what the source counts, from ``first`` to ``last``."""

    source: str
    why: Literal["somewhere", "summary", "coarse", "own_count", "hedged", "denied", "refused"]
    events: int
    first: date
    last: date
    area: str | None
    unit: str | None
    low: float | None
    high: float | None
    told: int
    ids: tuple[str, ...]
    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What one source has on record: the days of its events, whatever days are asked for, and the events that lack something."""

    source: str
    feed: str | None
    first: date
    last: date
    events: int
    placeless: int
    partyless: int
    weaponless: int
    repeated: int
    ids: tuple[str, ...]
    sensitivity: Sensitivity


class Attacks:
    """
    The attacks of a picture, ready to be counted.

    Parameters
    ----------
    picture
        Gives what is known, the registers and the branch; the day that it is asked for plays no part.
    place
        Only events within this place; what is placed in a wider area stands aside.
    hidden
        Claims that count for nothing.
    public
        Whether areas are those on which it may be published, and nothing finer.

    Raises
    ------
    WrongUse
        If there is no such place.
    """

    def __init__(
        self, picture: Picture, *, place: str | None = None, hidden: frozenset[str] = frozenset(), public: bool = False
    ) -> None:
        self._picture, self._hidden = picture, hidden
        self._spots = Spots(picture.registers.places, place=place, public=public)

    @cached_property
    def claims(self) -> pa.Table:
        """One row for each claim on an attack, as :data:`SAID` has them, less what is hidden."""
        told = self._picture._run(SAID)  # noqa: SLF001 - one room: the picture's own steps
        if not self._hidden:
            return told
        return told.filter(
            pc.invert(pc.is_in(told.column("id"), value_set=pa.array(sorted(self._hidden), pa.string())))
        )

    @cached_property
    def _engine(self) -> Engine:
        engine = Engine()
        engine.table("claims", self.claims)
        spots = Steps("spots").add(
            "spots",
            """select distinct coalesce(place, '') as place, coalesce(wider, '') as wider, coalesce(radius_km, -1) as radius_km
               from claims""",
        )
        engine.table("spots", self._spots.table(engine.run(spots).to_pylist()))
        engine.keep("events", _EVENTS)
        return engine

    def tallies(self, *, start: date, end: date, by: By | None = None) -> tuple[Tally, ...]:
        """
        Counts of each source, in the order of sources and values; with ``by``, one for each value that occurs.

        Parameters
        ----------
        start, end
            First and last day, both included.
        by
            What is counted apart; None for everything together. Days, weeks (from Monday) and months hold only events that are dated
            as finely as that, and are cut at the first and the last day.
        """
        binned = by in _BIN_DAYS
        value = "cast(bin as varchar)" if binned else _VALUES.get(str(by), "cast(null as varchar)")
        steps = self._within(fine=(end - start).days + 1 < FINE_DAYS if not binned else by != "month")
        if binned:
            steps = steps.add(
                "in_days",
                f"""select * replace (first >= greatest(bin, $start) and last <= least(until, $end) as surely)
                    from (select *, unnest(generate_series(date_trunc('{by}', greatest(first, $start)),
                                                           least(last, $end), interval 1 {by}))::date as bin,
                                 (bin + interval 1 {by})::date - 1 as until
                          from within where last - first < {_BIN_DAYS[str(by)]})""",
            )
        last = "in_days" if binned else "within"
        steps = steps.add(
            "counts",
            f"select source, max(feed) as feed, {value} as value, {_COUNTS} from {last} group by source, {value}",
        ).add("sorted", "select * from counts order by source, value nulls last")
        rows = self._asked(steps, start=start, end=end)
        return tuple(_tally(row, start=start, end=end, bin=str(by) if binned else None) for row in rows)

    def aside(self, *, start: date, end: date, by: By | None = None) -> tuple[Aside, ...]:
        """What is in no count of the same days, in the order of sources and reasons."""
        found: list[Aside] = []
        days = (end - start).days + 1
        parts = {"somewhere": "how = 'somewhere'"}
        if by in _BIN_DAYS:
            coarse = f"last - first >= {_BIN_DAYS[str(by)]}"
            parts["coarse"] = f"how = 'inside' and ({coarse}{'' if by == 'month' else ' or summary'})"
        elif days < FINE_DAYS:
            parts["summary"] = "how = 'inside' and summary"
        for why, test in parts.items():
            area = "spot" if why == "somewhere" else "cast(null as varchar)"
            steps = Steps("aside").add(
                "aside",
                f"""select source, '{why}' as why, count(*) as events, {area} as area, null as unit, null as low, null as high,
                           min(first) as first, max(last) as last,
                           sum(len(ids))::bigint as told, list_sort(flatten(min(ids, $listed)))[1:$listed] as ids, max(rank) as rank
                    from events where {test} and first <= $end and last >= $start group by source, {area}""",
            )
            found += [_aside(row) for row in self._asked(steps, start=start, end=end)]
        others = Steps("others").add(
            "others",
            # a figure of the source's own counts what it counts: two of them are never added
            """select source, standing as why, count(*) as events, if(how = 'somewhere', spot, null) as area,
                      if(standing = 'own_count', unit, null) as unit, if(standing = 'own_count', low, null) as low,
                      if(standing = 'own_count', high, null) as high,
                      min(first) as first, max(last) as last,
                      count(*) as told, list_sort(list(id))[1:$listed] as ids, max(rank) as rank
               from claims join spots on coalesce(claims.place, '') = spots.place and coalesce(claims.wider, '') = spots.wider
                    and coalesce(claims.radius_km, -1) = spots.radius_km
               where standing <> 'counted' and how <> 'outside' and first <= $end and last >= $start
               group by source, standing, if(standing = 'own_count', id, ''), 4, 5, 6, 7""",
        )
        found += [_aside(row) for row in self._asked(others, start=start, end=end)]
        return tuple(
            sorted(found, key=lambda item: (item.source, item.why, item.area or "", item.unit or "", item.ids))
        )

    def covered(self, *, start: date, end: date) -> tuple[Covered, ...]:
        """What each source has on record, in the order of sources; a source without an event in the days has none of the shares."""
        steps = Steps("covered").add(
            "covered",
            """select source, max(feed) as feed, min(first) filter (first > date '0001-01-01') as first, max(last) as last,
                      count(*) filter (inside) as events, count(*) filter (inside and spot is null) as placeless,
                      count(*) filter (inside and party = 'unknown') as partyless,
                      count(*) filter (inside and weapon is null) as weaponless,
                      coalesce(sum(len(ids) - 1) filter (inside), 0)::bigint as repeated,
                      list_sort(flatten(min(ids, $listed)))[1:$listed] as ids, max(rank) as rank
               from (select *, how <> 'outside' and first <= $end and last >= $start as inside from events)
               group by source order by source""",
        )
        rows = self._asked(steps, start=start, end=end)
        return tuple(Covered(**(_checked(row) | {"first": row["first"] or row["last"]})) for row in rows)

    def _within(self, *, fine: bool) -> Steps:
        return Steps("counts").add(
            "within",
            f"""select *, first >= $start and last <= $end as surely from events
                where how = 'inside' and first <= $end and last >= $start{" and not summary" if fine else ""}""",
        )

    def _asked(self, steps: Steps, *, start: date, end: date) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._engine.run(steps, {"start": start, "end": end, "listed": LISTED}).to_pylist()
        return rows


def as_by(text: str | None) -> By | None:
    """
    What to count by, from text.

    Raises
    ------
    WrongUse
        If attacks are not counted by that.
    """
    if text is None:
        return None
    for known in get_args(By):
        if text == known:
            return known  # type: ignore[no-any-return]  # an argument of By, which mypy does not see
    raise WrongUse(f"attacks are not counted by {text!r}", hint=f"Count by {', '.join(get_args(By))}.")


def _tally(row: dict[str, Any], *, start: date, end: date, bin: str | None) -> Tally:
    if bin is not None:
        first = date.fromisoformat(row["value"])
        start, end = max(first, start), min(bin_after(first, bin) - timedelta(days=1), end)
    return Tally(**_checked(row), start=start, end=end)


def bin_after(first: date, bin: str) -> date:
    """
    The first day after the day, week or month that begins with a day.

    Examples
    --------
    >>> bin_after(date(2016, 12, 1), "month"), bin_after(date(2016, 7, 4), "week")
    (datetime.date(2017, 1, 1), datetime.date(2016, 7, 11))
    """
    if bin == "month":
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + timedelta(days=_BIN_DAYS[bin])


def _aside(row: dict[str, Any]) -> Aside:
    return Aside(**_checked(row))


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    """A row as its class has it: ids as a tuple, the rank as what it ranks."""
    left = {name: value for name, value in row.items() if name != "rank"}
    return left | {"ids": tuple(row["ids"]), "sensitivity": list(Sensitivity)[row["rank"] - 1]}
