"""
The roads of a side and what follows for its enclaves: who is connected on which days, over what, behind which last roads.

Everything is told for each of the two readings; what hangs on roads of which nobody knows is undecided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from castello.cases.settings import Enclave
from castello.claims import Claim, Kind
from castello.picture.drawn import SOURCE
from castello.picture.laid import LaidRoads
from castello.picture.picture import Picture
from castello.picture.road_days import USABLE_BY_FIRE, USABLE_ON_GROUND
from castello.picture.ways import DOUBTFUL, READINGS, USABLE, Connection, Flags, Reading, Status, passable_as


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

    Of many sets only some are given; then ``complete`` is False. ``regained`` are the enclaves of the side, and other places whose
    people somebody counted, that are cut off together and that any of ``single`` would connect.
    """

    single: tuple[str, ...]
    fewest: tuple[tuple[str, ...], ...]
    regained: tuple[str, ...] = ()
    complete: bool = True


_TOLD = 400
"""Roads behind a status are told up to this many, those of the register first."""

_SETS = 6
"""So many of the smallest sets of roads that would lift a cut are told."""

_TRIED = 40
"""Roads that changed on one day are tried one by one up to this many: beyond that the change is one of ground, not of a road."""

_RANK: Mapping[Status, int] = {"cut": 0, "undecided": 1, "connected": 2}


class SideRoads(LaidRoads):
    """
    The roads of one side day by day, and what follows for its enclaves; made from the same parts as :class:`LaidRoads`.

    Notes
    -----
    Method: ``methods/siege`` sections 2 to 5, Castello's own rules.
    """

    def __init__(self, picture: Picture, side: str, *, users: str, enclaves: tuple[Enclave, ...]) -> None:
        super().__init__(picture, side, users=users, enclaves=enclaves)
        self._counted = counted_places(picture, self)

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

        Where only several together did, all that changed in that direction are named, up to forty pieces.
        """
        now, before = self._ways.states_on(at), self._ways.states_on(at - 1)
        status, node = self.statuses(place, reading)[at], self._nodes.of(place)
        # a road that changed the other way had no part in it
        better = _RANK[status] > _RANK[self.statuses(place, reading)[at - 1]]
        change = passable_as(now, reading) - passable_as(before, reading)
        moved = np.flatnonzero(change > 0 if better else change < 0).tolist()
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
        # what alone lifts the cut of this place connects all that is cut off together with it
        part = timeline.parts_on(at)
        own = part[self._nodes.of(place)]
        regained = tuple(one for one in self._asked if part[self._nodes.of(one)] == own)
        return Reopenings(
            single=self.ids(found.single),
            fewest=tuple(sorted({self.ids(edges) for edges in found.fewest})),
            regained=regained,
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


_WORSE = ("open", "fire_controlled", "closed", "unknown")


def _agrees(claim: Claim, status: Status, reading: Reading) -> bool:
    """Whether a claim about a road, right or wrong, says nothing against a status: that a road is closed is not against a cut."""
    usable = claim.predicate in (USABLE_ON_GROUND if reading == "on_ground" else USABLE_BY_FIRE)
    denied = claim.denies
    return status != "undecided" and (usable != denied) == (status == "connected")


# ------------------------------------------------------------------------------------------------- of a whole picture


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
