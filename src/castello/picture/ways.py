"""
Ways: the roads of one side over time as plain numbers, and what follows for the places that they lead to.

Each road is open, open for some hours, under fire, closed or unknown on each day. Everything is worked out with the unknown roads
shut and with the unknown roads usable: where the two differ, the answer is undecided. What is shut is never made of what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from castello.picture.connectivity import Passable, RoadGraph, RoadTimeline, parts_of

Status = Literal["connected", "cut", "undecided"]
Reading = Literal["by_fire", "on_ground"]
Ints = NDArray[np.int32]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

READINGS: tuple[Reading, ...] = ("by_fire", "on_ground")
OPEN, SOME_HOURS, HOURS_UNCLEAR, UNDER_FIRE, CLOSED, UNKNOWN = range(6)
"""States of a road as numbers; *hours unclear*: open, and claims differ on whether all day."""

USABLE: Mapping[Reading, tuple[int, ...]] = {
    "by_fire": (OPEN,),
    "on_ground": (OPEN, SOME_HOURS, HOURS_UNCLEAR, UNDER_FIRE),
}
DOUBTFUL: Mapping[Reading, tuple[int, ...]] = {"by_fire": (HOURS_UNCLEAR, UNKNOWN), "on_ground": (UNKNOWN,)}
_DECISIVE_SETS = 64
_DAYS_KEPT = 8


def passable_as(states: Codes, reading: Reading) -> Codes:
    """Whether roads in some states are shut (0), doubtful (1) or usable (2) in a reading."""
    doubtful = np.isin(states, DOUBTFUL[reading])
    found: Codes = np.where(doubtful, 1, np.where(np.isin(states, USABLE[reading]), 2, 0)).astype(np.int8)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadSpans:
    """
    The state of each road on the days ``[first, until)``, shape (spans,), without gaps or overlaps.

    ``last`` is the state claimed last where the state is unknown, else the state itself.
    """

    edge: Ints
    first: Ints
    until: Ints
    state: Codes
    last: Codes

    @classmethod
    def of(cls, rows: ArrayLike) -> RoadSpans:
        """From rows of (edge, first, until, state, last)."""
        columns = np.asarray(rows, dtype=np.int64).reshape(-1, 5).T
        return cls(
            edge=columns[0].astype(np.int32),
            first=columns[1].astype(np.int32),
            until=columns[2].astype(np.int32),
            state=columns[3].astype(np.int8),
            last=columns[4].astype(np.int8),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """
    Whether a place reaches a source on a day, the roads this rests on, and the unknown roads it hangs on (``decisive``), by number.

    ``roads`` are, if connected, the usable roads of its part; if cut, the shut roads at the edge of what could at best be reached;
    if undecided, the usable roads of what is surely reached, those at its edge, and the decisive ones.
    """

    status: Status
    roads: tuple[int, ...]
    decisive: tuple[int, ...] = ()


class Ways:
    """
    The roads of one side over time.

    Parameters
    ----------
    graph
        Places and roads; the source stands for all places from which goods can be drawn.
    spans
        The state of each road over time.
    days
        How many days there are.

    Notes
    -----
    Method: ``methods/siege`` sections 2 to 5. Missing data: an unknown road never makes a cut; nor does a map with a hole: where no road on
    it, open or shut, leads to a source, the answer is undecided.

    Examples
    --------
    >>> graph = RoadGraph(nodes=2, start=[0], end=[1], source=0, people=[0, 0])
    >>> ways = Ways(graph, RoadSpans.of([(0, 0, 1, UNKNOWN, UNKNOWN)]), days=1)
    >>> ways.connection(1, "on_ground", 0)
    Connection(status='undecided', roads=(0,), decisive=(0,))
    """

    def __init__(self, graph: RoadGraph, spans: RoadSpans, *, days: int) -> None:
        self.graph, self.spans, self.days = graph, spans, days
        self._timelines: dict[tuple[Reading, bool], RoadTimeline] = {}
        self._days: dict[tuple[int, bool], Codes] = {}

    def timeline(self, reading: Reading, *, doubtful: bool) -> RoadTimeline:
        """The roads that can be used in a reading, over all days; ``doubtful`` says whether unknown ones count as usable."""
        key = (reading, doubtful)
        if key not in self._timelines:
            allowed = (*USABLE[reading], *DOUBTFUL[reading]) if doubtful else USABLE[reading]
            # what is in both, such as hours that are unclear by fire, counts as doubtful
            sure = [state for state in allowed if doubtful or state not in DOUBTFUL[reading]]
            good = np.isin(self.spans.state, sure)
            passable = Passable.from_intervals(
                days=self.days,
                edges=self.graph.edges,
                edge=self.spans.edge[good],
                first=self.spans.first[good],
                until=self.spans.until[good],
            )
            self._timelines[key] = RoadTimeline(self.graph, passable)
        return self._timelines[key]

    def states_on(self, at: int) -> Codes:
        """The state of every road on a day, shape (edges,)."""
        return self._on(at, self.spans.state)

    def _on(self, at: int, values: Codes) -> Codes:
        key = (at, values is self.spans.last)
        if key not in self._days:
            here = (self.spans.first <= at) & (at < self.spans.until)
            found = np.full(self.graph.edges, UNKNOWN, dtype=np.int8)
            found[self.spans.edge[here]] = values[here]
            found.flags.writeable = False
            while len(self._days) >= _DAYS_KEPT:
                del self._days[next(iter(self._days))]
            self._days[key] = found
        return self._days[key]

    # ------------------------------------------------------------------------------------------------------- all days

    @cached_property
    def _part_of_map(self) -> Ints:
        """The parts of the map with every road, open or shut."""
        return self._parts(np.ones(self.graph.edges, dtype=np.bool_))

    def is_bridge_of_map(self, edge: int) -> bool:
        """Whether a road would be a last road even with every road open: by the lie of the land."""
        return edge in self._bridges_of_map

    @cached_property
    def _bridges_of_map(self) -> frozenset[int]:
        # somebody everywhere: whether people are known to live behind a road is another question
        graph = replace(self.graph, people=np.ones(self.graph.nodes))
        edge = np.arange(graph.edges)
        every = Passable.from_intervals(
            days=1, edges=graph.edges, edge=edge, first=np.zeros_like(edge), until=np.ones_like(edge)
        )
        return frozenset(RoadTimeline(graph, every).last_roads().edge.tolist())

    def is_mapped(self, node: int) -> bool:
        """Whether the map has a way to a source at all."""
        return bool(self._part_of_map[node] == self._part_of_map[self.graph.source])

    def statuses(self, nodes: Sequence[int], reading: Reading) -> list[tuple[Status, ...]]:
        """The status of each place on every day."""
        asked = np.asarray(nodes, dtype=np.int32)
        surely, perhaps = (self.timeline(reading, doubtful=doubtful).connected(asked) for doubtful in (False, True))
        return [
            tuple(
                "connected" if sure else "undecided" if maybe or not self.is_mapped(node) else "cut"
                for sure, maybe in zip(surely[n].tolist(), perhaps[n].tolist(), strict=True)
            )
            for n, node in enumerate(nodes)
        ]

    # --------------------------------------------------------------------------------------------------------- one day

    def _parts(self, usable: Flags) -> Ints:
        """The part of each node over some of the roads, by a number."""
        return parts_of(self.graph.nodes, start=self.graph.start[usable], end=self.graph.end[usable])

    def _status_of(self, node: int, *, surely: Flags, perhaps: Flags) -> Status:
        if self.connects_over(node, surely):
            return "connected"
        return "undecided" if self.connects_over(node, perhaps) or not self.is_mapped(node) else "cut"

    def status_if(self, node: int, reading: Reading, states: Codes) -> Status:
        """The status of a place on a day on which the roads were in these states, shape (edges,)."""
        doubtful = np.isin(states, DOUBTFUL[reading])
        usable = np.isin(states, USABLE[reading])
        return self._status_of(node, surely=usable & ~doubtful, perhaps=usable | doubtful)

    def connects_over(self, node: int, usable: Flags) -> bool:
        """Whether a place reaches a source over some roads alone, shape (edges,)."""
        part = self._parts(usable)
        return bool(part[node] == part[self.graph.source])

    def connected_in(self, node: int, usable: Flags, *, edges: Sequence[int], worlds: Flags) -> Flags:
        """Whether a place reaches a source in each of several worlds, in which some roads are usable and others not; shape (worlds,)."""
        count = worlds.shape[1]
        always = np.flatnonzero(usable)
        row, world = np.nonzero(worlds)
        passable = Passable.from_intervals(
            days=count,
            edges=self.graph.edges,
            edge=np.concatenate([always, np.asarray(edges, dtype=np.int64)[row]]),
            first=np.concatenate([np.zeros_like(always), world]),
            until=np.concatenate([np.full_like(always, count), world + 1]),
        )
        found: Flags = RoadTimeline(self.graph, passable).connected([node])[0]
        return found

    def as_assessed(self, node: int, reading: Reading, at: int) -> Status:
        """The status with each unknown road in the state claimed last; one of which nobody ever spoke stays unknown."""
        return self.status_if(node, reading, self._on(at, self.spans.last))

    def connection(self, node: int, reading: Reading, at: int) -> Connection:
        """
        Whether a place reaches a source on a day, and what this rests on.

        Where it is undecided, ``decisive`` has every unknown road that alone connects when open or alone cuts when shut, failing that
        the smallest set that connects (the first by number of several).
        """
        states = self.states_on(at)
        doubtful = np.isin(states, DOUBTFUL[reading])
        usable = np.isin(states, USABLE[reading]) & ~doubtful
        start, end, source = self.graph.start, self.graph.end, self.graph.source
        part = self.timeline(reading, doubtful=False).parts_on(at)
        if part[node] == part[source]:
            # nothing passes through a source: what lies beyond it is no part of the way
            met = self._parts(usable & (start != source) & (end != source))
            return Connection(
                status="connected", roads=_listed(usable & ((met[start] == met[node]) | (met[end] == met[node])))
            )
        here = (part[start] == part[node]) & usable
        widest = self.timeline(reading, doubtful=True).parts_on(at)
        if widest[node] != widest[source]:
            if not self.is_mapped(node):
                return Connection(status="undecided", roads=())
            border = (widest[start] == widest[node]) != (widest[end] == widest[node])
            return Connection(status="cut", roads=_listed(border))
        border = ((part[start] == part[node]) != (part[end] == part[node])) & ~usable
        decisive = self._decisive(node, reading, at, part=part, doubtful=doubtful)
        roads = {*_listed(here | border), *decisive}
        return Connection(status="undecided", roads=tuple(sorted(roads)), decisive=decisive)

    def turning(self, node: int, reading: Reading, at: int) -> tuple[int, ...]:
        """
        The roads each of which could alone turn the status of a place on a day, were it in another state.

        Its last roads, with unknown roads shut and with them usable; and every road between what it reaches and what a source reaches, in
        either of the two.
        """
        start, end, source = self.graph.start, self.graph.end, self.graph.source
        found = np.zeros(self.graph.edges, dtype=np.bool_)
        for doubtful in (False, True):
            timeline = self.timeline(reading, doubtful=doubtful)
            part = timeline.parts_on(at)
            found |= ((part[start] == part[node]) & (part[end] == part[source])) & (part[node] != part[source])
            found |= ((part[end] == part[node]) & (part[start] == part[source])) & (part[node] != part[source])
            found[[road.edge for road in timeline.last_roads_on(at, nodes=[node])]] = True
        return _listed(found)

    def _decisive(self, node: int, reading: Reading, at: int, *, part: Ints, doubtful: Flags) -> tuple[int, ...]:
        ends = part[self.graph.start], part[self.graph.end]
        own, supplied = part[node], part[self.graph.source]
        connects = doubtful & (((ends[0] == own) & (ends[1] == supplied)) | ((ends[1] == own) & (ends[0] == supplied)))
        bridges = self.timeline(reading, doubtful=True).last_roads_on(at, nodes=[node])
        cuts = {road.edge for road in bridges if doubtful[road.edge]}
        alone = {*_listed(connects), *cuts}
        if alone:
            return tuple(sorted(alone))
        sets = self.timeline(reading, doubtful=False).reopenings_on(
            at, nodes=[node], closed=np.flatnonzero(doubtful), limit=_DECISIVE_SETS
        )
        return min((tuple(sorted(edges)) for edges in sets.fewest), default=())


def _listed(flags: Flags) -> tuple[int, ...]:
    return tuple(np.flatnonzero(flags).tolist())
