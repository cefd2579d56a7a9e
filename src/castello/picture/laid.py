"""
Laid: the roads that may carry the traffic of one side as one graph, those of the register and those of the map, by number.

Places inside an enclave are the enclave, all sources are one node, and a source that somebody holds stands behind a way of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np

from castello.cases.settings import Enclave
from castello.picture.connectivity import RoadGraph
from castello.picture.drawn import SOURCE, Nodes, columns_of, drawn_roads
from castello.picture.picture import Picture
from castello.picture.road_days import UNKNOWN as UNKNOWN_STATE
from castello.picture.road_days import USABLE_ON_GROUND, RoadDays, RoadState
from castello.picture.roads import RoadStates
from castello.picture.ways import HOURS_UNCLEAR, SOME_HOURS, UNKNOWN, Codes, RoadSpans, Ways
from castello.places import Place

_WAYS_TO_A_SOURCE = 3
"""As many as routes are counted: a crossing is no road, and never the last one by itself."""


class LaidRoads:
    """
    The roads that may carry the traffic of one side, by number, and the state of each day by day.

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

    def codes(self, at: int) -> Codes:
        """The state of every road on the days between two changes, as numbers of :mod:`castello.picture.ways`."""
        return self._ways.states_on(at)

    def disputed(self, at: int) -> dict[int, RoadState]:
        """The roads of which several claims speak and whose state or hours are not settled, by number."""
        codes = self.codes(at)
        spoken = (*range(len(self._authored)), *sorted(self._of_register))
        states = {edge: self.state(edge, at) for edge in spoken if codes[edge] in (UNKNOWN, HOURS_UNCLEAR)}
        return {edge: state for edge, state in states.items() if state.basis == "said" and state.claims}

    def has_limited_hours(self, at: int) -> bool:
        """Whether some road is open for some hours of the day only, or may be."""
        return bool(np.isin(self._ways.states_on(at), (SOME_HOURS, HOURS_UNCLEAR)).any())

    def _is_of_register(self, edge: int) -> bool:
        return edge < len(self._authored) or edge in self._of_register

    @cached_property
    def _of_register(self) -> frozenset[int]:
        """The pieces of the map that are a road of the register of which somebody speaks."""
        if self._drawn is None:
            return frozenset()
        named = (self._drawn.numbers_of(road) + len(self._authored) for road in self._drawn.named)
        return frozenset(edge for numbers in named for edge in numbers.tolist())

    def _is_source(self, edge: int) -> bool:
        return self._first_source <= edge < len(self._authored)

    @property
    def known(self) -> frozenset[str]:
        """Places that are on these roads."""
        return self._nodes.known


def _nowhere(days: RoadDays) -> RoadDays:
    """The states of a road whose other end is not known: it may be passable, and it is not known where it leads."""
    return RoadDays(
        days.starts,
        tuple(
            replace(state, state=UNKNOWN_STATE, last=state.state) if state.state in USABLE_ON_GROUND else state
            for state in days.states
        ),
    )


def _states_of(picture: Picture, users: str) -> RoadStates:
    key = ("road states", users)
    if key not in picture.kept:
        picture.kept[key] = RoadStates(picture, users)
    states: RoadStates = picture.kept[key]
    return states
