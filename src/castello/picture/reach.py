"""
Reach: which enclaves reach a supply source of their side over roads that can be used, since when, and by which last roads.

Two readings are always given. **By fire** a road counts only while it is open the whole day; **on the ground** it counts while
anything can pass, under fire or for some hours. What nobody says is *unknown*: it is neither open nor closed, and whatever hangs
on it is ``undecided``. Missing news never makes a siege.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np

from castello.cases.settings import Enclave
from castello.claims import Claim, Kind
from castello.picture.connectivity import RoadGraph
from castello.picture.drawn import SOURCE, Nodes, columns_of, drawn_roads
from castello.picture.picture import Picture
from castello.picture.roads import UNKNOWN as UNKNOWN_STATE
from castello.picture.roads import USABLE_BY_FIRE, USABLE_ON_GROUND, RoadDays, RoadState, RoadStates
from castello.picture.ways import (
    DOUBTFUL,
    HOURS_UNCLEAR,
    READINGS,
    SOME_HOURS,
    UNKNOWN,
    USABLE,
    Codes,
    Connection,
    Flags,
    Reading,
    RoadSpans,
    Status,
    Ways,
    passable_as,
)
from castello.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """
    Whether an enclave reaches a supply source of its side on the day, in one reading.

    ``since`` is the first day of the unbroken spell, None if it has no known beginning; ``not_before`` the first day on which it may
    have begun, where undecided days come before it. ``claims`` and ``against`` are ids behind the states of ``roads`` (id and state);
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """
    Unbroken days of one status, ``start`` and ``end`` included.

    ``censored`` says that the spell may be older than the first day asked about: print "since then or before". ``decisive`` are the
    unknown roads that it hung on, on one day of it or another; ``changed`` the roads (id and state) whose change began it.
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

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRoad:
    """
    A road whose loss alone cuts an enclave off, in one reading.

    ``behind`` are the enclaves of the side, and other places whose people somebody counted, that would be cut off with it; ``pieces``
    how many pieces of the map it is. ``since`` is the first day of the unbroken spell in which
    it has been a last road of this enclave, None without a known beginning; ``structural`` says that it is so by the lie of the land, were all
    roads open; ``certain`` that it is one even with the unknown roads usable.
    """

    road: str
    place: str
    side: str
    reading: Reading
    state: str
    pieces: int
    behind: tuple[str, ...]
    since: date | None
    structural: bool
    certain: bool
    claims: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopenings:
    """
    Roads that would lift a cut: each of ``single`` alone; ``fewest`` the smallest sets on one way.

    Of many sets only some are given; then ``complete`` is False.
    """

    single: tuple[str, ...]
    fewest: tuple[tuple[str, ...], ...]
    complete: bool = True


_WAYS_TO_A_SOURCE = 3

_TOLD = 400
"""Roads behind a status are told up to this many, those of the register first."""

_SETS = 6
"""So many of the smallest sets of roads that would lift a cut are told."""

_MANY = 20_000
"""On more pieces of road than this, an undecided spell is told with what it hung on the day it began, not on every day."""

_TRIED = 40
"""Roads that changed on one day are tried one by one up to this many: beyond that the change is one of ground, not of a road."""


class SideRoads:
    """
    The roads that may carry the traffic of one side, day by day, and what follows for its enclaves.

    Parameters
    ----------
    picture
        Gives what is known, the registers, the branch. The day it is asked for plays no part.
    side
        The side whose traffic is asked about.
    users
        Whose passage: ``supply``, ``civilian``, ``aid``, ``military``, ``foot``. Roads of class ``track`` carry supply and aid
        only where somebody says so.
    enclaves
        Those to be asked about; none of them lies in another. Places inside an enclave count as the enclave: movement within it is
        taken to be free.

    Notes
    -----
    Method: ``methods/siege`` sections 2 to 5, Castello's own rules. Supply sources are the places whose ``supplies`` names the
    side, while no other side is said to hold them. The days are those on which the state of some road changes; between them nothing does.
    """

    def __init__(self, picture: Picture, side: str, *, users: str, enclaves: tuple[Enclave, ...]) -> None:
        self._places, self.side = picture.registers.places, side
        self.enclaves = {enclave.id: enclave for enclave in enclaves}
        self._states = _states_of(picture, users)
        self._claims = self._states.claims
        drawn = drawn_roads(picture)
        supplying = [place.id for place in self._places.places if side in place.supplies]
        dated = {id_: days for id_ in supplying if (days := self._states.of_source(id_, side)) is not None}
        self._nodes = Nodes(self._places, side=side, enclaves=tuple(self.enclaves), drawn=drawn, dated=dated)
        authored = [
            road
            for road in self._places.roads
            if len(road.ends) == 2
            # a track carries goods only where somebody says that it does
            and (users not in ("supply", "aid") or road.cls != "track" or self._states.carries(road, side))
        ]
        # a road that is on the map is not drawn again as a line between its ends
        on_map = {} if drawn is None else drawn.pieces_of(authored)
        self._authored = [road.id for road in authored if road.id not in on_map]
        pairs = [
            (self._nodes.of(road.ends[0]), self._nodes.of(road.ends[1])) for road in authored if road.id not in on_map
        ]
        days_of = [self._states.of(road, side) for road in authored if road.id not in on_map]
        # a road that leads from a place to nobody knows where may lead to a source: where it is not shut, that is not known
        for road in self._places.roads:
            if len(road.ends) == 1 and (road.cls != "track" or users not in ("supply", "aid")):
                self._authored.append(road.id)
                pairs.append((self._nodes.of(road.ends[0]), SOURCE))
                days_of.append(_nowhere(self._states.of(road, side)))
        # a source of which somebody says who holds it stands behind a way of its own, which is open while its side does
        # as many as routes are counted: a crossing is no road, and never the last one by itself
        self._first_source = len(self._authored)
        for source, days in self._nodes.dated.items():
            self._authored += [source] * _WAYS_TO_A_SOURCE
            pairs += [(self._nodes.of(source), SOURCE)] * _WAYS_TO_A_SOURCE
            days_of += [days] * _WAYS_TO_A_SOURCE
        named = {road.id: self._states.of(road, side) for road in authored if road.id in on_map}
        starts = {day for days in (*days_of, *named.values()) for day in days.starts}
        held = () if drawn is None else drawn.holds
        starts |= {day for hold in held for day in (hold.first, hold.until) if day is not None}
        starts |= set(self._states.days_of_ties) if held else set()
        self.days: tuple[date, ...] = tuple(sorted({date.min, *starts}))
        self._ordinals = np.array([day.toordinal() for day in self.days])
        start, end = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
        rows = [columns_of(edge, days, self.days) for edge, days in enumerate(days_of)]
        self._days_of, self._drawn = days_of, None
        if drawn is not None:
            self._drawn = drawn.of_side(side, states=self._states, named=named, days=self.days, first=len(days_of))
            start = np.concatenate([start, self._nodes.on_map[self._drawn.start]])
            end = np.concatenate([end, self._nodes.on_map[self._drawn.end]])
            rows.append(self._drawn.spans)
        graph = RoadGraph(
            nodes=self._nodes.count, start=start, end=end, source=SOURCE, people=np.zeros(self._nodes.count)
        )
        self._ways = Ways(
            graph, RoadSpans.of(np.concatenate([np.empty((0, 5), dtype=np.int64), *rows])), days=len(self.days)
        )

        self._counted = counted_places(picture, self)

    def sources(self) -> tuple[Place, ...]:
        """The places from which the side draws goods, shown with every answer."""
        return tuple(place for place in self._places.places if self.side in place.supplies)

    @property
    def edges(self) -> int:
        """How many pieces of road there are."""
        return self._ways.graph.edges

    def name(self, edge: int) -> str:
        """The id of a road, by its number: of the register, else its name or number on the map, else of the piece."""
        if edge < len(self._authored):
            return self._authored[edge]
        assert self._drawn is not None
        return self._drawn.name(edge - len(self._authored))

    def at(self, day: date) -> int:
        """The number of the days between changes that a day is among."""
        return int(np.searchsorted(self._ordinals, day.toordinal(), side="right")) - 1

    def state(self, edge: int, at: int) -> RoadState:
        """The state of a road, by its number, on the days between two changes."""
        if edge < len(self._authored):
            return self._days_of[edge].on(self.days[at])
        assert self._drawn is not None
        return self._drawn.state(edge - len(self._authored), self.days[at], code=int(self._ways.states_on(at)[edge]))

    def states(self, edges: Iterable[int], at: int) -> tuple[RoadState, ...]:
        """The states of some roads, by number, on the days between two changes."""
        return tuple(self.state(edge, at) for edge in edges)

    def ids(self, edges: Iterable[int]) -> tuple[str, ...]:
        """The ids of some roads, sorted."""
        return tuple(sorted({self.name(edge) for edge in edges}))

    # ------------------------------------------------------------------------------------------- all days at once

    def statuses(self, place: str, reading: Reading) -> tuple[Status, ...]:
        """The status of an enclave on all days between changes, in order."""
        return self._statuses[reading][place]

    @cached_property
    def _statuses(self) -> dict[Reading, dict[str, tuple[Status, ...]]]:
        nodes = [self._nodes.of(enclave) for enclave in self.enclaves]
        return {
            reading: dict(zip(self.enclaves, self._ways.statuses(nodes, reading), strict=True)) for reading in READINGS
        }

    def begun(self, place: str, reading: Reading, at: int) -> int:
        """Number of the days with which the unbroken spell of a status began."""
        statuses = self.statuses(place, reading)
        while at > 0 and statuses[at - 1] == statuses[at]:
            at -= 1
        return at

    # --------------------------------------------------------------------------------------------------- one day

    def connection(self, place: str, reading: Reading, at: int) -> Connection:
        """The status of an enclave with the roads that it rests on, by number."""
        key = (place, reading, at)
        if key not in self._connections:
            found = self._ways.connection(self._nodes.of(place), reading, at)
            if len(found.roads) > _TOLD:
                own = [edge for edge in found.roads if self._is_of_register(edge) or edge in found.decisive]
                rest = [edge for edge in found.roads if not self._is_of_register(edge)]
                found = replace(found, roads=tuple(sorted({*own, *rest[: max(0, _TOLD - len(own))]})))
            self._connections[key] = found
        return self._connections[key]

    def _is_of_register(self, edge: int) -> bool:
        return edge < len(self._authored) or edge in self._of_register

    @cached_property
    def _of_register(self) -> frozenset[int]:
        """The pieces of the map that are a road of the register of which somebody speaks."""
        if self._drawn is None:
            return frozenset()
        named = (self._drawn.numbers_of(road) + len(self._authored) for road in self._drawn.named)
        return frozenset(edge for numbers in named for edge in numbers.tolist())

    @cached_property
    def _connections(self) -> dict[tuple[str, Reading, int], Connection]:
        return {}

    def as_assessed(self, place: str, reading: Reading, at: int) -> Status:
        """The status with each unknown road in the state claimed last; a road that nobody ever spoke of stays unknown."""
        return self._ways.as_assessed(self._nodes.of(place), reading, at)

    def connected_over(self, place: str, at: int, *, codes: Collection[int], also: Iterable[int] = ()) -> bool:
        """Whether an enclave would be connected over the roads in some states (numbers of ``ways``), and some others, alone."""
        usable = np.isin(self._ways.states_on(at), list(codes))
        usable[list(also)] = True
        return self._ways.connects_over(self._nodes.of(place), usable)

    def has_limited_hours(self, at: int) -> bool:
        """Whether some road is open for some hours of the day only, or may be."""
        return bool(np.isin(self._ways.states_on(at), (SOME_HOURS, HOURS_UNCLEAR)).any())

    def codes(self, at: int) -> Codes:
        """The state of every road on the days between two changes, as numbers of :mod:`castello.picture.ways`."""
        return self._ways.states_on(at)

    def disputed(self, at: int) -> dict[int, RoadState]:
        """The roads of which several claims speak and whose state or hours are not settled, by number."""
        codes = self.codes(at)
        spoken = (*range(len(self._authored)), *sorted(self._of_register))
        states = {edge: self.state(edge, at) for edge in spoken if codes[edge] in (UNKNOWN, HOURS_UNCLEAR)}
        return {edge: state for edge, state in states.items() if state.basis == "said" and state.claims}

    def connected_in(self, place: str, usable: Flags, *, edges: Sequence[int], worlds: Flags) -> Flags:
        """
        Whether an enclave is connected in each of several worlds, shape (worlds,).

        Parameters
        ----------
        place
            Id of the enclave.
        usable
            Roads that can be used in all of them, shape (roads,).
        edges, worlds
            Roads that can be used in some: their numbers, and in which, shape (edges, worlds).
        """
        return self._ways.connected_in(self._nodes.of(place), usable, edges=edges, worlds=worlds)

    def without_each(self, place: str, *, reading: Reading, day: date) -> tuple[tuple[str, Status], ...]:
        """
        The status of an enclave had each claim on a road never been made.

        Asked are the claims on the roads that its status rests on; those without which no road would be in another state are left out.
        """
        at, found = self.at(day), []
        now, codes = self.connection(place, reading, at), self.codes(at)
        # a claim is about one road, and few roads can turn the answer alone
        matter = {
            *self._ways.turning(self._nodes.of(place), reading, at),
            *(e for e in now.roads if e in self._of_register),
        }
        rests_on = {self.name(edge) for edge in matter}
        tried: dict[tuple[str, int], Status] = {}
        roads = [road for road in self._places.roads if road.id in rests_on]
        number: dict[str, list[int]] = {}
        for edge in (*range(len(self._authored)), *sorted(self._of_register)):
            number.setdefault(self.name(edge), []).append(edge)
        for claim, state in self._states.without_each(roads, self.side, day=day):
            edges = number.get(state.road, [])
            if edges and state.code != codes[edges[0]]:
                key = (state.road, state.code)
                if key not in tried:
                    other = codes.copy()
                    other[edges] = state.code
                    tried[key] = self._ways.status_if(self._nodes.of(place), reading, other)
                found.append((claim, tried[key]))
        return tuple(found)

    def behind(
        self, place: str, reading: Reading, *, at: int, begun: int | None = None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """
        Claims for and against the roads that a status rests on.

        What a spell rests on from its first day, numbered ``begun``, counts too: a road under fire then, closed later.
        """
        now = self.connection(place, reading, at)
        states = self.states(now.roads, at)
        before = () if begun is None else self.states(self.connection(place, reading, begun).roads, begun)
        beside = {id_ for id_, claim in self._claims.items() if _agrees(claim, now.status, reading)}
        claims = sorted({id_ for state in (*states, *before) for id_ in state.claims})
        return tuple(claims), tuple(sorted({id_ for state in states for id_ in state.against} - beside))

    def changed(self, place: str, reading: Reading, at: int) -> tuple[tuple[str, str], ...]:
        """
        The roads, with their states, whose change began a spell: without its own change of that day the status had stayed.

        Where only several together did, all that changed are named, up to forty pieces.
        """
        now, before = self._ways.states_on(at), self._ways.states_on(at - 1)
        status, node = self.statuses(place, reading)[at], self._nodes.of(place)
        moved = np.flatnonzero(passable_as(now, reading) != passable_as(before, reading)).tolist()
        alone = []
        for edge in moved if len(moved) <= _TRIED else ():
            stayed = now.copy()
            stayed[edge] = before[edge]
            if self._ways.status_if(node, reading, stayed) != status:
                alone.append(edge)
        named = {(self.name(edge), self.state(edge, at).state) for edge in (alone or moved)[:_TRIED]}
        return tuple(sorted(named))

    def routes(self, place: str, reading: Reading, at: int) -> tuple[int, int]:
        """Number of routes that share no road, up to 3: with unknown roads shut, and with them usable."""
        low, high = (
            self._ways.timeline(reading, doubtful=doubtful).routes_on(at, nodes=[self._nodes.of(place)])
            for doubtful in (False, True)
        )
        return low, high

    def last_roads(self, place: str, reading: Reading, at: int) -> tuple[LastRoad, ...]:
        """
        Every road whose loss alone cuts off a connected enclave, in order from the source; none if it is not connected.

        Pieces of one road, one after another, with the same people behind them, are one last road.
        """
        if self.statuses(place, reading)[at] != "connected":
            return ()
        corridors: dict[tuple[str, tuple[str, ...]], list[LastRoad]] = {}
        certain = self._bridges(place, reading, at, doubtful=True)
        for edge, behind in self._bridges(place, reading, at).items():
            begun = at
            while begun > 0 and edge in self._bridges(place, reading, begun - 1):
                begun -= 1
            state = self.state(edge, at)
            one = LastRoad(
                road=self.name(edge),
                place=place,
                side=self.side,
                reading=reading,
                state=state.state,
                pieces=1,
                behind=behind,
                since=None if begun == 0 else self.days[begun],
                structural=self._ways.is_bridge_of_map(edge),
                certain=edge in certain,
                claims=state.claims,
                against=state.against,
            )
            corridors.setdefault((one.road, behind), []).append(one)
        return tuple(_corridor(parts) for parts in corridors.values())

    def _bridges(self, place: str, reading: Reading, at: int, *, doubtful: bool = False) -> dict[int, tuple[str, ...]]:
        """Last roads of an enclave by number, with the enclaves and counted places behind each."""
        key = (reading, doubtful, at)
        if key not in self._kept_bridges:
            nodes = [self._nodes.of(one) for one in self._asked]
            roads = self._ways.timeline(reading, doubtful=doubtful).last_roads_on(at, nodes=nodes)
            # a source is no road
            self._kept_bridges[key] = {
                road.edge: tuple(self._asked[n] for n in road.behind)
                for road in roads
                if not self._is_source(road.edge)
            }
        return {edge: behind for edge, behind in self._kept_bridges[key].items() if place in behind}

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        return (*self.enclaves, *self._counted)

    @cached_property
    def _kept_bridges(self) -> dict[tuple[Reading, bool, int], dict[int, tuple[str, ...]]]:
        return {}

    def _is_source(self, edge: int) -> bool:
        return self._first_source <= edge < len(self._authored)

    @property
    def known(self) -> frozenset[str]:
        """Places that are on these roads."""
        return self._nodes.known

    def cut_off_together(self, places: Sequence[str], reading: Reading, at: int) -> list[frozenset[str]]:
        """
        Which of some places reach no source even with every unknown road usable: those that reach one another, together.

        Places from which the map has no way to a source at all are left out: nothing can be said of them.
        """
        part = self._ways.timeline(reading, doubtful=True).parts_on(at)
        groups: dict[int, set[str]] = {}
        for place in places:
            node = self._nodes.of(place)
            if part[node] != part[SOURCE] and self._ways.is_mapped(node):
                groups.setdefault(int(part[node]), set()).add(place)
        return [frozenset(group) for group in groups.values()]

    def reopenings(self, place: str, reading: Reading, at: int) -> Reopenings:
        """Roads that would lift a cut; none if the enclave is not cut off."""
        if self.statuses(place, reading)[at] != "cut":
            return Reopenings(single=(), fewest=())
        open_or_not_known = (*USABLE[reading], *DOUBTFUL[reading])
        shut = np.flatnonzero(~np.isin(self._ways.states_on(at), open_or_not_known))
        # what would have to change at a source is who holds it
        shut = shut[(shut < self._first_source) | (shut >= len(self._authored))]
        timeline = self._ways.timeline(reading, doubtful=False)
        found = timeline.reopenings_on(at, nodes=[self._nodes.of(place)], closed=shut, limit=_SETS)
        return Reopenings(
            single=self.ids(road.edge for road in found.single),
            fewest=tuple(sorted({self.ids(edges) for edges in found.fewest})),
            complete=found.complete,
        )


def _corridor(parts: Sequence[LastRoad]) -> LastRoad:
    """Pieces of one road as one: what holds of the whole is what holds of all of its pieces."""
    starts = [part.since for part in parts]
    known = [start for start in starts if start is not None]
    return replace(
        parts[0],
        pieces=len(parts),
        state=max((part.state for part in parts), key=_WORSE.index),
        since=min(known) if len(known) == len(starts) else None,
        structural=all(part.structural for part in parts),
        certain=any(part.certain for part in parts),
        claims=tuple(sorted({id_ for part in parts for id_ in part.claims})),
        against=tuple(sorted({id_ for part in parts for id_ in part.against})),
    )


def _nowhere(days: RoadDays) -> RoadDays:
    """The states of a road whose other end is not known: it may be passable, and it is not known where it leads."""
    return RoadDays(
        days.starts,
        tuple(
            replace(state, state=UNKNOWN_STATE, last=state.state) if state.state in USABLE_ON_GROUND else state
            for state in days.states
        ),
    )


_WORSE = ("open", "fire_controlled", "closed", "unknown")


# ------------------------------------------------------------------------------------------------- of a whole picture


def _states_of(picture: Picture, users: str) -> RoadStates:
    key = ("road states", users)
    if key not in picture.kept:
        picture.kept[key] = RoadStates(picture, users)
    states: RoadStates = picture.kept[key]
    return states


def counted_places(picture: Picture, roads: SideRoads) -> tuple[str, ...]:
    """Places on the roads whose people somebody counted, enclaves and what lies in or round them apart; of places inside one another the widest."""
    within = picture.registers.places.within
    counted = sorted({claim.subject for claim in picture.claims(kinds=[Kind.PEOPLE])} & roads.known)
    apart = [id_ for id_ in counted if not any(within(id_, other) or within(other, id_) for other in roads.enclaves)]
    return tuple(id_ for id_ in apart if not any(o != id_ and within(id_, o) for o in apart))


def roads_of_side(picture: Picture, side: str, *, users: str = "supply") -> SideRoads:
    """The roads of a side with no enclave named: every place is asked about as itself."""
    key = ("roads", side, users, ())
    if key not in picture.kept:
        picture.kept[key] = SideRoads(picture, side, users=users, enclaves=())
    found: SideRoads = picture.kept[key]
    return found


def roads_of(picture: Picture, place: str, *, users: str = "supply") -> SideRoads:
    """
    The roads of the side that holds an enclave, worked out once for each picture.

    Enclaves of one side that do not lie in one another share the work.
    """
    places, enclaves = picture.registers.places, picture.registers.enclaves
    asked = next(enclave for enclave in enclaves if enclave.id == place)
    # the enclaves of the side, in layers without one inside another
    layers: list[list[Enclave]] = []
    for enclave in enclaves:
        if enclave.side == asked.side:
            apart = (
                layer
                for layer in layers
                if not any(places.within(enclave.id, o.id) or places.within(o.id, enclave.id) for o in layer)
            )
            fitting = next(apart, None)
            if fitting is None:
                layers.append([enclave])
            else:
                fitting.append(enclave)
    layer = tuple(next(layer for layer in layers if asked in layer))
    key = ("roads", asked.side, users, layer)
    if key not in picture.kept:
        picture.kept[key] = SideRoads(picture, asked.side, users=users, enclaves=layer)
    found: SideRoads = picture.kept[key]
    return found


def reach(picture: Picture, *, users: str = "supply") -> tuple[Reach, ...]:
    """
    Which enclaves of the case reach a supply source of their side, by enclave, then by fire and on the ground.

    Parameters
    ----------
    picture
        Its road states are those of ``picture.topics("access")``; an undecided one counts as unknown.
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
        earliest = begun
        while now.status != "undecided" and earliest > 0 and statuses[earliest - 1] == "undecided":
            earliest -= 1
        claims, against = roads.behind(place, reading, at=at, begun=begun)
        # before it was held by the side it was no enclave
        start = roads.enclaves[place].start
        first = max((date_ for date_ in (start, roads.days[begun] if begun else None) if date_), default=None)
        found.append(
            Reach(
                place=place,
                side=roads.side,
                reading=reading,
                status=now.status,
                since=first,
                not_before=None if earliest in (0, begun) or first == start else roads.days[earliest],
                decisive=roads.ids(now.decisive),
                roads=tuple((state.road, state.state) for state in roads.states(now.roads, at)),
                claims=claims,
                against=against,
                as_assessed=roads.as_assessed(place, reading, at) if now.status == "undecided" else None,
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
                        censored=begun == held[0]
                        and (begun <= 1 or statuses[begun - 1] == statuses[begun] or roads.days[begun] < first),
                        decisive=_decisive(roads, enclave.id, reading, range(begun, following)),
                        changed=() if begun == held[0] else roads.changed(enclave.id, reading, begun),
                    )
                )
    return tuple(spells)


def _decisive(roads: SideRoads, place: str, reading: Reading, days: range) -> tuple[str, ...]:
    if roads.statuses(place, reading)[days[0]] != "undecided":
        return ()
    if roads.edges > _MANY:
        days = days[:1]
    return roads.ids(edge for at in days for edge in roads.connection(place, reading, at).decisive)
