"""
Reach: which enclaves reach a supply source of their side over roads that can be used, since when, and by which last roads.

Two readings are always given. **By fire** a road counts only while it is open the whole day; **on the ground** it counts while
anything can pass, under fire or for some hours. What nobody says is *unknown*: it is neither open nor closed, and whatever hangs
on it is ``undecided``. Missing news never makes a siege.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from castello.picture.picture import Picture
from castello.picture.side_roads import (
    LastRoad,
    Reopenings,
    SideRoads,
    counted_places,
    roads_of,
    roads_of_side,
)
from castello.picture.telling import dating
from castello.picture.ways import READINGS, Reading, Status

__all__ = [
    "LastRoad",
    "Reach",
    "Reopenings",
    "SideRoads",
    "Spell",
    "counted_places",
    "first_seen",
    "may_begin",
    "reach",
    "reach_of",
    "roads_of",
    "roads_of_side",
    "timeline",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """
    Whether an enclave reaches a supply source of its side on the day, in one reading.

    ``since`` is the first day of the unbroken spell, None if it has no known beginning; ``not_before`` the first day on which it may
    have begun, as of a :class:`Spell`. ``claims`` and ``against`` are ids behind the states of ``roads`` (id and state);
    ``decisive`` the unknown roads that an undecided answer hangs on; ``as_assessed`` the status with each unknown road in the state claimed last.
    """

    place: str
    side: str
    reading: Reading
    status: Status
    since: date | None
    not_before: date | None
    decisive: tuple[str, ...]
    roads: tuple[tuple[str, str], ...]
    claims: tuple[str, ...]
    against: tuple[str, ...]
    as_assessed: Status | None = None

    def lag(self, until: date) -> tuple[int, int | None] | None:
        """As of a :class:`Spell`; None where no first day is known."""
        return None if self.since is None else _lag(self.since, until, not_before=self.not_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """
    Unbroken days of one status, ``start`` and ``end`` included.

    ``censored`` says that the spell may be older than its first day, as it was so before the first day asked about or rests on first sightings:
    print "since then or before". ``not_before`` is the first day
    on which it may have begun, where undecided days come right before it: the first of all days where those have no beginning, the first day of
    an earlier spell of the same status if they come right after it. ``decisive``
    are the unknown roads that it hung on, on one day of it or another; ``changed`` the roads (id and state) whose change began it.
    """

    place: str
    side: str
    reading: Reading
    status: Status
    start: date
    end: date
    censored: bool = False
    decisive: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    not_before: date | None = None

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1

    def lag(self, until: date) -> tuple[int, int | None]:
        """
        Days from the beginning of the spell to a later day, the least and the most; None if it may have begun on any day.

        Examples
        --------
        >>> cut = Spell(place="east", side="opposition", reading="on_ground", status="cut",
        ...             start=date(2016, 7, 17), end=date(2016, 8, 5), not_before=date(2016, 7, 11))
        >>> cut.lag(date(2016, 9, 29))
        (74, 80)
        """
        return _lag(self.start, until, not_before=date.min if self.censored else self.not_before)


def _lag(start: date, until: date, *, not_before: date | None) -> tuple[int, int | None]:
    most = None if not_before == date.min else (until - (not_before or start)).days
    return (until - start).days, most


_MANY = 20_000
"""On more pieces of road than this, an undecided spell is told with what it hung on the day it began, not on every day."""


def reach(picture: Picture, *, users: str = "supply") -> tuple[Reach, ...]:
    """
    Which enclaves of the case reach a supply source of their side, by enclave, then by fire and on the ground.

    Parameters
    ----------
    picture
        Its road states are those of ``picture.topics("access")``; an undecided one counts as unknown, and so does a road on the days after a
        sighting, where topics answer with older word (:class:`castello.picture.roads.RoadStates`).
    users
        As in :class:`SideRoads`.

    Notes
    -----
    ``since`` follows from the same knowledge, asked for earlier days.
    """
    enclaves = (enclave for enclave in picture.registers.enclaves if enclave.exists(picture.as_of))
    return tuple(item for enclave in enclaves for item in reach_of(picture, enclave.id, day=picture.as_of, users=users))


def reach_of(picture: Picture, place: str, *, day: date, users: str = "supply") -> tuple[Reach, ...]:
    """
    Whether one enclave reaches a supply source on a day, by fire and on the ground, with the knowledge of the picture.

    Parameters
    ----------
    picture
        Gives what is known; the day that it is asked for plays no part.
    place
        Id of an enclave of the case.
    day
        The day asked about.
    users
        As in :class:`SideRoads`.
    """
    roads = roads_of(picture, place, users=users)
    at = roads.at(day)
    found = []
    for reading in READINGS:
        statuses, begun = roads.statuses(place, reading), roads.begun(place, reading, at)
        now = roads.connection(place, reading, at)
        # before it was held by the side it was no enclave
        begin = roads.enclaves[place].start
        first = max((date_ for date_ in (begin, roads.days[begun] if begun else None) if date_), default=None)
        claims, against = roads.behind(place, reading, at=at, begun=begun)
        found.append(
            Reach(
                place=place,
                side=roads.side,
                reading=reading,
                status=now.status,
                since=first,
                not_before=may_begin(roads.days, statuses, begun=begun, start=begin),
                decisive=roads.ids(now.decisive),
                roads=tuple((state.road, state.state) for state in roads.states(now.roads, at)),
                claims=claims,
                against=against,
                as_assessed=roads.as_assessed(place, reading, at) if now.status == "undecided" else None,
            )
        )
    return tuple(found)


def timeline(picture: Picture, *, start: date, end: date, users: str = "supply") -> tuple[Spell, ...]:
    """
    The exact spells of each enclave between two days, both included, with the knowledge of the picture.

    The day that the picture itself is asked for plays no part.

    Parameters
    ----------
    picture
        Gives what is known, the registers and the branch.
    start, end
        First and last day.
    users
        As in :class:`SideRoads`.
    """
    spells: list[Spell] = []
    for enclave in picture.registers.enclaves:
        roads = roads_of(picture, enclave.id, users=users)
        first, last = max(start, enclave.start or start), min(end, enclave.end or end)
        if first > last:
            continue
        held = range(roads.at(first), roads.at(last) + 1)
        for reading in READINGS:
            statuses = roads.statuses(enclave.id, reading)
            begins = [held[0], *(n for n in held[1:] if statuses[n] != statuses[n - 1])]
            for begun, following in pairwise([*begins, held[-1] + 1]):
                spells.append(
                    Spell(
                        place=enclave.id,
                        side=enclave.side,
                        reading=reading,
                        status=statuses[begun],
                        start=max(first, roads.days[begun]),
                        end=last if following == held[-1] + 1 else roads.days[following] - timedelta(days=1),
                        # what begins on the first day of all data may be older, as may what was so the day before the first asked
                        censored=(
                            begun == held[0]
                            and (begun <= 1 or statuses[begun - 1] == statuses[begun] or roads.days[begun] < first)
                        )
                        or first_seen(picture, roads, place=enclave.id, reading=reading, begun=begun),
                        decisive=_decisive(roads, enclave.id, reading, range(begun, following)),
                        changed=() if begun == held[0] else roads.changed(enclave.id, reading, begun),
                        not_before=may_begin(roads.days, statuses, begun=begun, start=enclave.start),
                    )
                )
    return tuple(spells)


def first_seen(picture: Picture, roads: SideRoads, *, place: str, reading: Reading, begun: int) -> bool:
    """
    Whether a spell rests on claims that say only that it was so on its first day: it may be older.

    Parameters
    ----------
    picture
        Has the claims.
    roads
        Those of the enclave's side.
    place, reading
        The enclave, and how its roads are looked at.
    begun
        Number of the first day of the spell.
    """
    if begun == 0 or roads.statuses(place, reading)[begun] == "undecided":
        return False
    ids, _ = roads.behind(place, reading, at=begun)
    return dating(picture.claims_by_id(ids).values(), since=roads.days[begun]) == "_or_before"


def may_begin(
    days: Sequence[date], statuses: Sequence[Status], *, begun: int, start: date | None = None
) -> date | None:
    """
    The first day on which a spell may have begun: that of the undecided days right before it, or of the same status before these.

    Parameters
    ----------
    days, statuses
        First days of the unbroken statuses, and these.
    begun
        Which of them is the first of the spell.
    start
        First day of the enclave: nothing began before it.

    Returns
    -------
    date or None
        None where no undecided day comes right before; the first of all days where what comes before has no beginning.
    """
    earliest = begun
    if begun > 0 and statuses[begun] != "undecided" and statuses[begun - 1] == "undecided":
        while earliest > 0 and statuses[earliest - 1] in ("undecided", statuses[begun]):
            earliest -= 1
    found = max(days[earliest], start or date.min)
    return found if found < days[begun] else None


def _decisive(roads: SideRoads, place: str, reading: Reading, days: range) -> tuple[str, ...]:
    if roads.statuses(place, reading)[days[0]] != "undecided":
        return ()
    if roads.edges > _MANY:
        days = days[:1]
    return roads.ids(edge for at in days for edge in roads.connection(place, reading, at).decisive)
