"""
Reach: which enclaves reach a supply source of their side over roads that can be used, and since when.

Two readings are always given. **By fire** a road counts only while it is open the whole day; **on the ground** it counts while
anything can pass, under fire or for some hours. What nobody says is *unknown*: it is neither open nor closed, and whatever hangs
on it is ``undecided``. Missing news never makes a siege.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from castello.cases.settings import Enclave
from castello.claims import Claim, Kind
from castello.engines import Steps
from castello.picture._steps import STATES
from castello.picture.picture import Picture

Reading = Literal["by_fire", "on_ground"]
Passable = Literal["usable", "shut", "unknown"]
Status = Literal["connected", "cut", "undecided"]

READINGS: tuple[Reading, ...] = ("by_fire", "on_ground")
USABLE_BY_FIRE = ("open",)
USABLE_ON_GROUND = ("open", "fire_controlled")
UNKNOWN = "unknown"
_WHOLE_DAY = re.compile(r"(00:00-24:00|24h|all day|whole day)( \S+/\S+)?")


# ---------------------------------------------------------------------------------------------------------- the graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One road between two places. Roads between the same places are edges of their own: they are told apart by ``road``."""

    road: str
    ends: tuple[str, str]
    passable: Passable


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """
    Whether a place reaches a source, the roads this rests on, and the unknown roads it hangs on (``decisive``), sorted.

    ``roads`` are, if connected, the usable roads met before a source; if cut, the shut roads at the edge of what could at best be
    reached; if undecided, the usable roads of what is surely reached, those at its edge, and the decisive ones.
    """

    status: Status
    roads: tuple[str, ...]
    decisive: tuple[str, ...] = ()


def connection(edges: Iterable[Edge], *, start: str, sources: Collection[str]) -> Connection:
    """
    Whether ``start`` reaches one of ``sources``, computed with unknown edges shut and with unknown edges usable.

    If both agree, that is the status; else it is undecided, and ``decisive`` names every unknown edge that alone connects when
    open or alone cuts when shut, failing that the smallest set that connects (the first in the alphabet of several).

    Parameters
    ----------
    edges
        Roads that traffic of the kind in question may take, in any order.
    start
        The place asked about.
    sources
        Places from which goods can be drawn. They are one to the traffic: nothing passes through a source.

    Notes
    -----
    Castello's own definition. Missing data: an unknown edge never makes a cut; nor does an empty map: where no shut road
    stands between the place and the sources, the answer is undecided.

    Examples
    --------
    >>> road = Edge(road="castello", ends=("east", "border"), passable="unknown")
    >>> connection([road], start="east", sources={"border"})
    Connection(status='undecided', roads=('castello',), decisive=('castello',))
    """
    graph = _Graph(edges, frozenset(sources))
    surely = graph.spread({start}, ("usable",))
    if surely & graph.sources:
        return Connection(status="connected", roads=graph.inside(surely, ("usable",)))
    perhaps = graph.spread({start}, ("usable", "unknown"))
    if not perhaps & graph.sources:
        border = graph.border(perhaps)
        return Connection(status="cut" if border else "undecided", roads=border)
    decisive = graph.decisive(start, surely)
    roads = {*graph.inside(surely, ("usable",)), *graph.border(surely), *decisive}
    return Connection(status="undecided", roads=tuple(sorted(roads)), decisive=decisive)


class _Graph:
    def __init__(self, edges: Iterable[Edge], sources: frozenset[str]) -> None:
        self.edges = sorted(edges, key=lambda edge: edge.road)
        self.sources = sources
        self._at: dict[str, list[tuple[Edge, str]]] = {}
        for edge in self.edges:
            one, other = edge.ends
            self._at.setdefault(one, []).append((edge, other))
            self._at.setdefault(other, []).append((edge, one))

    def spread(self, start: set[str], via: tuple[Passable, ...], *, without: str | None = None) -> set[str]:
        """Places reached from others; a source is reached and not gone beyond, unless one starts there."""
        reached, waiting = set(start), sorted(start)
        while waiting:
            for edge, place in self._at.get(waiting.pop(), ()):
                if place not in reached and edge.passable in via and edge.road != without:
                    reached.add(place)
                    if place not in self.sources:
                        waiting.append(place)
        return reached

    def inside(self, places: set[str], via: tuple[Passable, ...]) -> tuple[str, ...]:
        """Roads of the given kinds that were met on the way through places."""
        met = places - self.sources
        return tuple(edge.road for edge in self.edges if edge.passable in via and not met.isdisjoint(edge.ends))

    def border(self, places: set[str]) -> tuple[str, ...]:
        """Roads that lead out of places and are not known to be usable."""
        return tuple(
            edge.road
            for edge in self.edges
            if edge.passable != "usable" and (edge.ends[0] in places) != (edge.ends[1] in places)
        )

    def decisive(self, start: str, surely: set[str]) -> tuple[str, ...]:
        supplied = self.spread(set(self.sources), ("usable",))
        best = self._fewest_unknown(start)
        connects = {
            edge.road
            for edge in self.edges
            if edge.passable == "unknown"
            and any(one in surely and other in supplied for one, other in (edge.ends, edge.ends[::-1]))
        }
        # a road that alone cuts lies on every way to a source, so on the best one too
        cuts = {road for road in best if not self.spread({start}, ("usable", "unknown"), without=road) & self.sources}
        return tuple(sorted(connects | cuts)) or best

    def _fewest_unknown(self, start: str) -> tuple[str, ...]:
        """The smallest set of unknown roads that connects when open: a shortest path on which only those count."""
        queue: list[tuple[int, tuple[str, ...], str]] = [(0, (), start)]
        settled: set[str] = set()
        while queue:
            count, roads, place = heapq.heappop(queue)
            if place in self.sources:
                return roads
            if place in settled:
                continue
            settled.add(place)
            for edge, other in self._at.get(place, ()):
                if edge.passable == "unknown":
                    heapq.heappush(queue, (count + 1, tuple(sorted((*roads, edge.road))), other))
                elif edge.passable == "usable":
                    heapq.heappush(queue, (count, roads, other))
        return ()


# ---------------------------------------------------------------------------------------------------------- the roads


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadState:
    """What the picture says of a road for the traffic of a side: ``state`` is a predicate of ``access``, or ``unknown``."""

    road: str
    state: str
    hours: Literal["all", "some", "unclear"] = "all"
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    def passable(self, reading: Reading) -> Passable:
        """
        Whether the road counts as usable in a reading.

        A road that is open for some hours only is usable on the ground and shut by fire; where claims differ on the hours, it is
        unknown by fire. So what is usable by fire is always usable on the ground.
        """
        if self.state == UNKNOWN:
            return "unknown"
        if reading == "on_ground" or self.hours == "all":
            return (
                "usable" if self.state in (USABLE_ON_GROUND if reading == "on_ground" else USABLE_BY_FIRE) else "shut"
            )
        return "unknown" if self.hours == "unclear" and self.state in USABLE_BY_FIRE else "shut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """
    Whether an enclave reaches a supply source of its side on the day, in one reading.

    ``since`` is the first day of the unbroken spell, None if it has no known beginning. ``claims`` and ``against`` are ids behind
    the states of ``roads`` (id and state); ``decisive`` the unknown roads that an undecided answer hangs on.
    """

    place: str
    side: str
    reading: Reading
    status: Status
    since: date | None
    decisive: tuple[str, ...]
    roads: tuple[tuple[str, str], ...]
    claims: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """
    Unbroken days of one status, ``start`` and ``end`` included.

    ``censored`` says that the spell may be older than the first day asked about: print "since then or before". ``decisive`` are the
    unknown roads that it hung on, on one day of it or another.
    """

    place: str
    side: str
    reading: Reading
    status: Status
    start: date
    end: date
    censored: bool = False
    decisive: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


def reach(picture: Picture, *, users: str = "supply") -> tuple[Reach, ...]:
    """
    Which enclaves of the case reach a supply source of their side, by enclave, then by fire and on the ground.

    Parameters
    ----------
    picture
        Its road states are those of ``picture.topics("access")``; an undecided one counts as unknown.
    users
        Whose passage is asked about: ``supply``, ``civilian``, ``military``, ``foot`` as in the claims. Roads of class
        ``track`` carry no supply.

    Notes
    -----
    Method: ``methods/siege`` sections 2 to 4, Castello's own rules. Supply sources are the places whose ``supplies`` names
    the side. Places inside an enclave count as the enclave: movement within it is taken to be free. ``since`` follows from the
    same knowledge, asked for earlier days.
    """
    claims = picture.claims(kinds=[Kind.ACCESS])
    # on the first of all days nothing holds but what has no known beginning
    days = sorted({date.min, *(day for day in _change_days(claims) if day < picture.as_of), picture.as_of})
    states = _states(picture, days, claims)
    found = []
    for enclave in picture.registers.settings.enclaves:
        if not enclave.exists(picture.as_of):
            continue
        graph = _Roads(picture, enclave, users)
        for reading in READINGS:
            now = graph.connection(states[picture.as_of], reading)
            since = picture.as_of
            for day in reversed(days):
                if graph.connection(states[day], reading).status != now.status:
                    break
                since = day
            roads = [graph.state(states[picture.as_of], road) for road in now.roads]
            # what the spell rests on from its first day: a road under fire then, closed later
            begun = graph.connection(states[since], reading)
            first = [graph.state(states[since], road) for road in begun.roads if begun.status == now.status]
            beside = {claim.id for claim in claims if _agrees(claim, now.status, reading)}
            found.append(
                Reach(
                    place=enclave.id,
                    side=enclave.side,
                    reading=reading,
                    status=now.status,
                    since=None if since == date.min else since,
                    decisive=now.decisive,
                    roads=tuple((state.road, state.state) for state in roads),
                    claims=tuple(sorted({id_ for state in (*roads, *first) for id_ in state.claims})),
                    against=tuple(sorted({id_ for state in roads for id_ in state.against} - beside)),
                )
            )
    return tuple(found)


def _agrees(claim: Claim, status: Status, reading: Reading) -> bool:
    """Whether a claim about a road, right or wrong, says nothing against a status: that a road is closed is not against a cut."""
    usable = claim.predicate in (USABLE_ON_GROUND if reading == "on_ground" else USABLE_BY_FIRE)
    denied = claim.denies
    return status != "undecided" and (usable != denied) == (status == "connected")


def timeline(picture: Picture, *, start: date, end: date, users: str = "supply") -> tuple[Spell, ...]:
    """
    The exact spells of each enclave between two days, both included, with the knowledge of the picture.

    Road states change only on days on which a claim begins or ends, so those days are enough. The day that the picture itself is
    asked for plays no part.

    Parameters
    ----------
    picture
        Gives what is known, the registers and the branch.
    start, end
        First and last day.
    users
        As in :func:`reach`.
    """
    claims = picture.claims(kinds=[Kind.ACCESS])
    days = sorted({start, *(day for day in _change_days(claims) if start < day <= end)})
    states = _states(picture, days, claims)
    spells = []
    for enclave in picture.registers.settings.enclaves:
        graph, ends = _Roads(picture, enclave, users), min(end, enclave.end or end)
        held = [day for day in days if enclave.exists(day)]
        for reading in READINGS:
            found = [graph.connection(states[day], reading) for day in held]
            begins = [0, *(n for n, (before, now) in enumerate(pairwise(found), 1) if before.status != now.status)]
            for first, following in pairwise([*begins, len(held)] if held else []):
                last = ends if following == len(held) else held[following] - timedelta(days=1)
                spells.append(
                    Spell(
                        place=enclave.id,
                        side=enclave.side,
                        reading=reading,
                        status=found[first].status,
                        start=held[first],
                        end=last,
                        censored=first == 0,
                        decisive=tuple(sorted({road for item in found[first:following] for road in item.decisive})),
                    )
                )
    return tuple(spells)


class _Roads:
    """The roads that may carry the traffic of one enclave, and the sources of its side."""

    def __init__(self, picture: Picture, enclave: Enclave, users: str) -> None:
        places = picture.registers.places
        self._start = enclave.id
        self._key = f"|{enclave.side}|{users}"
        self._sources = {place.id for place in places.places if enclave.side in place.supplies}
        self._roads = []
        for road in places.roads:
            if len(road.ends) == 2 and not (users == "supply" and road.cls == "track"):
                one, other = (enclave.id if places.within(end, enclave.id) else end for end in road.ends)
                self._roads.append((road.id, (one, other)))

    def state(self, states: Mapping[str, RoadState], road: str) -> RoadState:
        return states.get(f"access|{road}{self._key}", RoadState(road=road, state=UNKNOWN))

    def connection(self, states: Mapping[str, RoadState], reading: Reading) -> Connection:
        edges = [
            Edge(road=road, ends=ends, passable=self.state(states, road).passable(reading))
            for road, ends in self._roads
        ]
        return connection(edges, start=self._start, sources=self._sources)


def _change_days(claims: Iterable[Claim]) -> set[date]:
    """Days on which the state of a road can change: what holds on a day is decided by where claims begin and end."""
    return {day for claim in claims for day in claim.happened.maybe if day is not None}


def _by_day() -> Steps:
    """The picture's states asked for many days at once: the same steps, with the day in each question."""
    asked = Steps("states_by_day").add(
        "asked",
        """select visible.* replace (question || '@' || day as question), day
           from visible, (select unnest($days::date[]) as day) where kind = 'access'""",
    )
    for name, sql in STATES.steps:
        asked = asked.add(name, sql.replace("from visible", "from asked").replace("$as_of", "day"))
    return asked


def _states(picture: Picture, days: Sequence[date], claims: Iterable[Claim]) -> dict[date, dict[str, RoadState]]:
    """The state of each road for each side and user on each day, by question."""
    windows = {claim.id: str(claim.slot("window") or "all day") for claim in claims}
    found: dict[date, dict[str, RoadState]] = {day: {} for day in days}
    rows = picture._run(_by_day(), days=list(days)).to_pylist()  # noqa: SLF001 - one room: the picture's own steps
    for row in rows:
        question, _, day = row["question"].rpartition("@")
        whole = {_WHOLE_DAY.fullmatch(windows[id_]) is not None for id_ in row["claims"] or ()}
        found[date.fromisoformat(day)][question] = RoadState(
            road=row["subject"],
            state=row["answer"] if row["answers"] == 1 and not row["denials"] else UNKNOWN,
            hours="unclear" if len(whole) == 2 else "some" if whole == {False} else "all",
            claims=tuple(row["claims"] or ()),
            against=tuple(row["against"] or ()),
        )
    return found
