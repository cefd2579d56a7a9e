"""
Drawn: the roads of a map as part of the picture, in the state that follows from what is said of them or who holds the ground.

Places of the register meet the map at the nearest junction within a limit; one that is farther off is an issue, not a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from castello.claims import Kind
from castello.picture.ground import Ground, Hold, holds
from castello.picture.picture import Picture
from castello.picture.roads import RoadDays, RoadState, RoadStates
from castello.picture.ways import CLOSED, OPEN, Ints
from castello.picture.ways import UNKNOWN as NO_STATE
from castello.places import PlaceRegister, Road
from castello.places.junctions import Junctions
from castello.places.network import RoadNetwork

SOURCE = 0
"""The node that stands for all sources of a side: goods are the same wherever they are drawn from."""

_STATES = {OPEN: "open", CLOSED: "closed", NO_STATE: "unknown"}
_TRACK = 1


def columns_of(edge: int, days: RoadDays, axis: Sequence[date]) -> NDArray[np.int64]:
    """The states of a road as rows of (edge, first, until, state, last) on an axis of days that has each of its changes."""
    ordinals = [day.toordinal() for day in axis]
    starts = np.searchsorted(ordinals, [day.toordinal() for day in days.starts])
    ends = [*starts[1:].tolist(), len(axis)]
    rows = [
        (edge, start, end, state.code, state.last_code)
        for state, start, end in zip(days.states, starts.tolist(), ends, strict=True)
    ]
    return np.array(rows, dtype=np.int64)


class Nodes:
    """
    Numbers of the places of one side: the source, its enclaves, the other places, then the junctions of the map.

    Parameters
    ----------
    places
        The register.
    side
        Whose sources are the source.
    enclaves
        Ids of enclaves, none inside another; places inside one are the enclave.
    drawn
        The roads of the map, if there is one.
    dated
        Sources that are one on some days only; they are places of their own.
    """

    def __init__(
        self,
        places: PlaceRegister,
        *,
        side: str,
        enclaves: tuple[str, ...],
        drawn: DrawnRoads | None,
        dated: Mapping[str, RoadDays],
    ) -> None:
        self._places, self._side, self._enclaves, self._drawn, self.dated = places, side, enclaves, drawn, dated
        self._number: dict[str, int] = {}
        self._free = SOURCE + 1
        self.on_map: Ints = np.empty(0, dtype=np.int32)
        if drawn is not None:
            self._lay(drawn)
        for enclave in enclaves:
            self.of(enclave)

    def _lay(self, drawn: DrawnRoads) -> None:
        """Junctions that belong to an enclave or a source are that; the others come after all places."""
        junctions = len(drawn.network.node_ids)
        self._free += junctions
        self.on_map = np.arange(SOURCE + 1, SOURCE + 1 + junctions, dtype=np.int32)
        sources = [place.id for place in self._places.places if self._side in place.supplies]
        for enclave in self._enclaves:
            self.of(enclave)
            self.on_map[drawn.junctions_of(enclave)] = self._number[enclave]
        for source in sources:
            self.on_map[drawn.junctions_of(source)] = self.of(source)

    @property
    def known(self) -> frozenset[str]:
        """Places that have a number, or lie on the map."""
        on_map = (
            () if self._drawn is None else (p.id for p in self._places.places if len(self._drawn.junctions_of(p.id)))
        )
        return frozenset((*self._number, *on_map))

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return self._free

    def of(self, place: str) -> int:
        """The number of a place."""
        if place not in self._number:
            self._number[place] = self._new(place)
        return self._number[place]

    def _new(self, place: str) -> int:
        if self._side in self._places.place(place).supplies and place not in self.dated:
            return SOURCE
        inside = next((id_ for id_ in self._enclaves if id_ != place and self._places.within(place, id_)), None)
        if inside is not None:
            return self.of(inside)
        own = place in self._enclaves or place in self.dated
        if self._drawn is not None and not own and len(at := self._drawn.junctions_of(place)):
            return int(self.on_map[at[0]])
        self._free += 1
        return self._free - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SideDrawn:
    """The drawn roads that may carry the traffic of one side, with their states over time."""

    roads: DrawnRoads
    pieces: Ints
    start: Ints
    end: Ints
    spans: NDArray[np.int64]
    named: Mapping[str, RoadDays]
    side: str
    assumed: str | None

    def name(self, number: int) -> str:
        """As :meth:`castello.picture.reach.SideRoads.name`."""
        return self.roads.name(int(self.pieces[number]))

    def numbers_of(self, road: str) -> Ints:
        """The pieces that are a road of the register."""
        return np.flatnonzero(np.isin(self.pieces, self.roads.pieces_by_road[road])).astype(np.int32)

    def state(self, number: int, day: date, *, code: int) -> RoadState:
        """The state of a piece of road on a day: what is said of its road, else what the control maps say of its ground."""
        name = self.name(number)
        if name in self.named:
            return self.named[name].on(day)
        covering = (
            self.roads.ground.covering(int(self.pieces[number]), self.roads.holds, day) if self.roads.ground else ()
        )
        if not covering:
            assumed = self.assumed == "open"
            return RoadState(
                road=name, state="open" if assumed else "unknown", basis="assumed" if assumed else "silence"
            )
        return RoadState(
            road=name,
            state=_STATES[code],
            claims=tuple(sorted({hold.claim for hold in covering})),
            basis="control",
        )


class DrawnRoads:
    """
    The roads of the case's maps, where the places of the register meet them, and whose ground they lie on.

    Parameters
    ----------
    picture
        Gives the registers and what is known.
    network
        The roads.
    """

    def __init__(self, picture: Picture, network: RoadNetwork) -> None:
        self.picture, self.network = picture, network
        self._places = picture.registers.places
        self._junctions = Junctions(self._places, network)
        settings = picture.registers.settings
        age = timedelta(days=settings.road_max_age_days) if picture.live else None
        self.holds: tuple[Hold, ...] = holds(picture, picture.claims(kinds=[Kind.CONTROL]), max_age=age)
        self._of_register: dict[int, str] = {}

    @cached_property
    def ground(self) -> Ground | None:
        """Which roads lie in which areas; None without control maps."""
        maps = self.picture.registers.maps
        if maps.areas is not None and "ground" not in maps.kept:
            maps.kept["ground"] = Ground(self.network, maps.areas, maps=maps)
        found: Ground | None = maps.kept.get("ground")
        return found

    def junctions_of(self, place: str) -> Ints:
        """The junctions that are a place; see :class:`castello.places.junctions.Junctions`."""
        return self._junctions.of(place)

    def pieces_of(self, roads: Iterable[Road]) -> dict[str, Ints]:
        """The pieces of the map that are a road of the register, by its names; roads that are not on the map are left out."""
        found = {}
        for road in roads:
            pieces = self.network.edges_of(self._places.names(road.id))
            if len(pieces):
                found[road.id] = pieces
                self._of_register |= dict.fromkeys(pieces.tolist(), road.id)
        return found

    def name(self, piece: int) -> str:
        """The id of the register's road, else the name or number on the map, else the id of the piece."""
        if piece in self._of_register:
            return self._of_register[piece]
        for printed in (self.network.names, self.network.refs, self.network.edge_ids):
            if (text := printed[piece].as_py()) is not None:
                return str(text)
        raise AssertionError("every piece has an id")

    def of_side(
        self, side: str, *, states: RoadStates, named: Mapping[str, RoadDays], days: Sequence[date], first: int
    ) -> SideDrawn:
        """
        The pieces of road that may carry the traffic of a side.

        Parameters
        ----------
        side, states
            Whose traffic, and what is said of roads for it.
        named
            The states of the roads of the register that are on the map, by id.
        days
            The days between which nothing changes.
        first
            Number of the first piece among all roads.
        """
        network = self.network
        # what is said of a road counts before what follows from the ground; a road of which nobody speaks is as its ground
        said = {road: own for road, own in named.items() if any(state.basis == "said" for state in own.states)}
        goods = states.users in ("supply", "aid")
        carries = network.cls != _TRACK if goods else np.ones(len(network), dtype=bool)
        for road in said:
            carries[self.pieces_by_road[road]] = True
        pieces = np.flatnonzero(carries).astype(np.int32)
        position = np.full(len(network), -1, dtype=np.int64)
        position[pieces] = np.arange(len(pieces)) + first
        settings = self.picture.registers.settings
        unsaid = OPEN if settings.roads_unsaid == "open" else NO_STATE
        if self.ground is None:
            every = np.arange(len(network))
            zeros = np.zeros(len(network), dtype=np.int64)
            columns: tuple[NDArray[np.int64], ...] = (every, zeros, zeros + len(days), zeros + unsaid)
        else:
            columns = self.ground.spans(
                self.holds, side=side, side_of=states.side_of, days=days, turns=states.days_of_ties, unsaid=unsaid
            )
        spoken = np.zeros(len(network), dtype=bool)
        for road in said:
            spoken[self.pieces_by_road[road]] = True
        keep = carries[columns[0]] & ~spoken[columns[0]]
        edge, start, until, state = (column[keep] for column in columns)
        rows = [np.stack([position[edge], start, until, state, state], axis=1)]
        rows += [
            columns_of(int(position[piece]), own, days)
            for road, own in said.items()
            for piece in self.pieces_by_road[road].tolist()
            if carries[piece]
        ]
        return SideDrawn(
            roads=self,
            pieces=pieces,
            start=network.start[pieces],
            end=network.end[pieces],
            spans=np.concatenate(rows),
            named=said,
            side=side,
            assumed=settings.roads_unsaid,
        )

    @cached_property
    def pieces_by_road(self) -> dict[str, Ints]:
        """The pieces of the map that are each road of the register."""
        return self.pieces_of(self._places.roads)


def drawn_roads(picture: Picture) -> DrawnRoads | None:
    """The roads of the case's maps, worked out once for each picture; None if there are none."""
    if "drawn" not in picture.kept:
        network = picture.registers.maps.network
        picture.kept["drawn"] = None if network is None else DrawnRoads(picture, network)
    found: DrawnRoads | None = picture.kept["drawn"]
    return found
