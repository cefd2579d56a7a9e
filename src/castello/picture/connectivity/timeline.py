"""The roads of a side over a span of days, and what can be asked of them: who is cut off, and behind which road."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from castello.errors import WrongUse
from castello.picture.connectivity.compiled import choice
from castello.picture.connectivity.contraction import Contraction, Roads, contracted
from castello.picture.connectivity.graph import (
    Flags,
    Ints,
    Passable,
    Reals,
    RoadGraph,
    check_day,
    check_people,
    node_indices,
    people_by,
    runs_of,
)
from castello.picture.connectivity.last_roads import (
    Day,
    LastRoad,
    LastRoads,
    Slab,
    Spans,
    Standing,
    dead_ends,
    last_roads_of_slab,
    slab,
    together,
)
from castello.picture.connectivity.over_time import reached_over_time
from castello.picture.connectivity.parts import parts_of
from castello.picture.connectivity.reopening import LIMIT, Closed, Reopenings, reopenings
from castello.picture.connectivity.routes import CAP, RouteGraph

SLAB_DAYS = 60
"""Length of a slab; twice or half of it makes little difference."""

_DAYS_KEPT = 4


class RoadTimeline:
    """
    Roads that can be used on some days and not on others, with all answers about who reaches the source.

    What is worked out on the way is made when it is first needed, and kept; one thread at a time may ask. Days are numbered from 0. Answers are exact: the same as of a
    search through the whole graph on each day.

    Parameters
    ----------
    graph
        The roads.
    passable
        When each can be used.
    compiled
        Whether to run compiled kernels; by default where numba is installed and the graph is big enough.

    Raises
    ------
    WrongUse
        If ``passable`` is not about the edges of ``graph``, or compiled kernels are asked for without numba.

    Notes
    -----
    Method: ``methods/siege`` section 5. Missing data: whoever makes ``passable`` decides what an unknown state counts as, and should ask
    twice, with unknown edges shut and usable.

    Examples
    --------
    Two parallel roads lead from the source to a town, and one on to a village; one of the two is shut on the last day.

    >>> graph = RoadGraph(nodes=3, start=[0, 0, 1], end=[1, 1, 2], source=0, people=[0, 900, 100])
    >>> usable = Passable.from_days([[True, True, True], [True, True, False], [True, True, True]])
    >>> roads = RoadTimeline(graph, usable)
    >>> roads.people_reached().tolist()
    [1000.0, 1000.0, 1000.0]
    >>> [(road.edge, road.people_behind) for road in roads.last_roads_on(1, nodes=[2])]
    [(2, 100.0)]
    >>> [(road.edge, road.people_behind) for road in roads.last_roads_on(2, nodes=[2])]
    [(0, 1000.0), (2, 100.0)]
    """

    def __init__(self, graph: RoadGraph, passable: Passable, *, compiled: bool | None = None) -> None:
        if len(passable.always) != graph.edges:
            raise WrongUse(
                f"days are given for {len(passable.always)} edges of a graph that has {graph.edges}",
                hint="Give one entry for each edge, in the same order.",
            )
        self.graph, self.passable = graph, passable
        self._changing = passable.changing
        steps = graph.edges + passable.days * int(np.count_nonzero(self._changing))
        self._compiled = choice(wanted=compiled, steps=steps)
        self._slabs: dict[tuple[int, int], Slab] = {}
        self._day: tuple[int, Day] | None = None
        self._given_people: Standing | None = None
        self._usable: tuple[int, Flags] | None = None
        self._parts: dict[int, Ints] = {}
        self._closed: tuple[tuple[int, bytes], Closed, Ints] | None = None

    # ------------------------------------------------------------------------------------------------------- all days

    def connected(self, nodes: ArrayLike) -> Flags:
        """
        Whether each of some nodes is connected to the source on each day, shape (len(nodes), days).

        Raises
        ------
        WrongUse
            If a node is none of the graph.
        """
        reached = self._reached
        piece = self._piece[node_indices(nodes, among=self.graph.nodes)]
        changing = piece < reached.shape[1]
        found = np.zeros((len(piece), self.passable.days), dtype=np.bool_)
        found[changing] = reached.T[piece[changing]]
        return found

    def people_reached(self) -> Reals:
        """How many people are connected to the source on each day, shape (days,)."""
        people = self._people_of_pieces[: self._reached.shape[1]]
        return np.array([people[reached].sum() for reached in self._reached])

    def last_roads(self, *, slab_days: int = SLAB_DAYS) -> LastRoads:
        """
        Every road on every day whose loss alone would cut somebody off, with how many people.

        Parameters
        ----------
        slab_days
            How many days are worked out together; it changes the time that it takes, not the answer.

        Raises
        ------
        WrongUse
            If ``slab_days`` is not at least 1.
        """
        if slab_days < 1:
            raise WrongUse(f"slabs of {slab_days} days", hint="Use at least 1.")
        blocks = self._blocks
        piece, first, until = runs_of(self._reached.T)
        reached = Spans(what=piece, first=first, until=until, number=np.ones(len(piece)))
        structural = dead_ends(blocks, owner=self._piece[blocks.search.order], reached=reached)
        begins = range(0, self.passable.days, slab_days)
        rows = together(structural, *(last_roads_of_slab(self._slab(begin, slab_days=slab_days)) for begin in begins))
        dead = np.zeros(self.graph.edges, dtype=np.bool_)
        dead[structural.what] = True
        return LastRoads(
            edge=rows.what,
            first=rows.first,
            until=rows.until,
            people_behind=rows.number,
            structural=dead[rows.what],
        )

    # -------------------------------------------------------------------------------------------------------- one day

    def connected_on(self, day: int, *, nodes: ArrayLike) -> Flags:
        """
        Whether each of some nodes is connected to the source on a day, shape (len(nodes),).

        Raises
        ------
        WrongUse
            If the day or a node does not exist.
        """
        return self._on(day).connected(node_indices(nodes, among=self.graph.nodes))

    def parts_on(self, day: int) -> Ints:
        """
        The part of the graph that each node is in on a day, by number, shape (nodes,): usable roads join the nodes of a part.

        Raises
        ------
        WrongUse
            If the day does not exist.
        """
        check_day(day, days=self.passable.days)
        return self._parts_on(day)[self._piece]

    def last_roads_on(self, day: int, *, nodes: ArrayLike, people: ArrayLike | None = None) -> tuple[LastRoad, ...]:
        """
        The last roads of a day behind which some of the nodes stand, in the order in which they are met from the source.

        A road is listed for the nodes behind it, whether or not anybody is known to live there.

        Parameters
        ----------
        day
            Which day.
        nodes
            Nodes of an enclave. Those that are not connected stand behind no last road: they are cut off already.
        people
            Who lives where on this day, if not the people of the graph; shape (nodes of the graph,).

        Raises
        ------
        WrongUse
            If the day or a node does not exist, or people are not one finite number of at least 0 for each node.
        """
        place = node_indices(nodes, among=self.graph.nodes)
        return self._on(day).last_roads(place, people=self._standing(people))

    def routes_on(self, day: int, *, nodes: ArrayLike, cap: int = CAP) -> int:
        """
        How many routes that share no road lead from nodes, taken as one place, to the source on a day: ``0 .. cap``.

        Parameters
        ----------
        day
            Which day.
        nodes
            At least one node. Taken as one place: movement between them counts as free.
        cap
            Where to stop counting, at most 3.

        Raises
        ------
        WrongUse
            If the day or a node does not exist, no node is given, or ``cap`` is not 1, 2 or 3.
        """
        place = self._place(nodes)
        if not 1 <= cap <= CAP:
            raise WrongUse(f"routes counted up to {cap}", hint=f"Use a number from 1 to {CAP}.")
        return self._routes.routes(place, usable=self._usable_on(day), cap=cap)

    def reopenings_on(self, day: int, *, nodes: ArrayLike, closed: ArrayLike, limit: int = LIMIT) -> Reopenings:
        """
        Which closed roads, opened on a day, would connect nodes, taken as one place, to the source again.

        Parameters
        ----------
        day
            Which day.
        nodes
            At least one node. The place counts as connected if one of them is.
        closed
            Edges that may be opened. Those that can be used on that day are passed over: they need no opening.
        limit
            How many sets of the fewest edges are listed.

        Raises
        ------
        WrongUse
            If the day, a node or an edge does not exist, or no node is given.
        """
        place = self._place(nodes)
        may_open = np.zeros(self.graph.edges, dtype=np.bool_)
        may_open[node_indices(closed, among=self.graph.edges)] = True
        edges = np.flatnonzero(may_open).astype(np.int32)
        # many places are asked about with the same roads closed
        asked = (day, edges.tobytes())
        if self._closed is None or self._closed[0] != asked:
            self._closed = (asked, *self._closed_on(day, edges))
        _, closed_now, part = self._closed
        return reopenings(closed_now, parts=part[self._piece[place]], limit=limit)

    def _closed_on(self, day: int, edges: Ints) -> tuple[Closed, Ints]:
        """The closed edges of a day between the parts that the usable ones leave, and the part of each piece."""
        usable = self._usable_on(day)
        part = self._parts_on(day)
        one, other = part[self._piece[self.graph.start[edges]]], part[self._piece[self.graph.end[edges]]]
        shut = ~usable[edges] & (one != other)
        source = int(part[self._piece[self.graph.source]])
        return Closed(edge=edges[shut], one=one[shut], other=other[shut], source=source, parts=len(part)), part

    # ------------------------------------------------------------------------------------------- made once, and kept

    @cached_property
    def _roads(self) -> Roads:
        graph = self.graph
        edge = np.arange(graph.edges, dtype=np.int32)
        return Roads(
            nodes=graph.nodes, start=graph.start, end=graph.end, edge=edge, source=graph.source, people=graph.people
        )

    @cached_property
    def _blocks(self) -> Contraction:
        return contracted(self._roads, always=self.passable.always, changing=self._changing, compiled=self._compiled)

    @cached_property
    def _own_people(self) -> Standing:
        return Standing.of(self.graph.people, blocks=self._blocks)

    @cached_property
    def _piece(self) -> Ints:
        """
        For each node the piece that hangs together on always usable edges.

        0 is that of the source; those that changing edges lead to have the next numbers.
        """
        graph, always, changing = self.graph, self.passable.always, self._changing
        lowest = parts_of(graph.nodes, start=graph.start[always], end=graph.end[always])
        tops = np.flatnonzero(lowest == np.arange(graph.nodes))
        doors = np.zeros(graph.nodes, dtype=np.int8)
        doors[lowest[graph.start[changing]]] = doors[lowest[graph.end[changing]]] = 1
        doors[lowest[graph.source]] = 2
        number = np.empty(graph.nodes, dtype=np.int32)
        number[tops[np.argsort(-doors[tops], kind="stable")]] = np.arange(len(tops))
        return number[lowest]

    @cached_property
    def _people_of_pieces(self) -> Reals:
        return people_by(self._piece, self.graph.people, labels=int(self._piece.max()) + 1)

    @cached_property
    def _between_pieces(self) -> tuple[Ints, Ints, Ints]:
        """Changing edges between different pieces: the piece at each end, and the edge's index."""
        edge = np.flatnonzero(self._changing).astype(np.int32)
        one, other = self._piece[self.graph.start[edge]], self._piece[self.graph.end[edge]]
        return one[one != other], other[one != other], edge[one != other]

    @cached_property
    def _reached(self) -> Flags:
        """Which pieces are connected on which days, shape (days, pieces); what no changing edge leads to is left out."""
        one, other, _ = self._between_pieces
        spans = self.passable
        start, end = self._piece[self.graph.start[spans.edge]], self._piece[self.graph.end[spans.edge]]
        apart = start != end
        return reached_over_time(
            # pieces that changing edges lead to have the lowest numbers
            nodes=1 + int(max(one.max(initial=0), other.max(initial=0))),
            source=0,
            start=start[apart],
            end=end[apart],
            first=spans.first[apart],
            until=spans.until[apart],
            days=spans.days,
            compiled=self._compiled,
        )

    @cached_property
    def _spans_of_blocks(self) -> tuple[Ints, Ints, Ints, Flags]:
        """Spans by edge of what is left of the blocks, and which of its edges have some."""
        inner, spans = self._blocks.inner, self.passable
        index = np.full(self.graph.edges, -1, dtype=np.int32)
        index[inner.edge] = np.arange(len(inner.edge))
        edge = index[spans.edge]
        left = edge >= 0
        return edge[left], spans.first[left], spans.until[left], self._changing[inner.edge]

    @cached_property
    def _routes(self) -> RouteGraph:
        return RouteGraph.made(
            self._roads,
            always=self.passable.always,
            changing=self._changing,
            found=self._blocks.search,
            compiled=self._compiled,
        )

    def _slab(self, day: int, *, slab_days: int = SLAB_DAYS) -> Slab:
        """The slab in which a day lies."""
        begin = day - day % slab_days
        key = (begin, slab_days)
        if key not in self._slabs:
            edge, first, until, changing = self._spans_of_blocks
            self._slabs[key] = slab(
                self._blocks,
                edge=edge,
                first=first,
                until=until,
                begin=begin,
                end=min(begin + slab_days, self.passable.days),
                changing=changing,
            )
        return self._slabs[key]

    def _on(self, day: int) -> Day:
        check_day(day, days=self.passable.days)
        if self._day is None or self._day[0] != day:
            days = self._slab(day)
            self._day = (day, Day(blocks=self._blocks, slab=days, search=days.search(day)))
        return self._day[1]

    def _standing(self, people: ArrayLike | None) -> Standing:
        """People with their sums; the last ones given are kept."""
        if people is None:
            return self._own_people
        lives = np.ascontiguousarray(people, dtype=np.float64)
        if self._given_people is None or not np.array_equal(self._given_people.people, lives):
            check_people(lives, nodes=self.graph.nodes)
            self._given_people = Standing.of(lives, blocks=self._blocks)
        return self._given_people

    def _usable_on(self, day: int) -> Flags:
        if self._usable is None or self._usable[0] != day:
            self._usable = (day, self.passable.on(day))
        return self._usable[1]

    def _parts_on(self, day: int) -> Ints:
        """The part of each piece on a day, those of the last few kept: pieces that usable edges join are one part."""
        if day not in self._parts:
            while len(self._parts) >= _DAYS_KEPT:
                del self._parts[next(iter(self._parts))]
            one, other, edge = self._between_pieces
            open_ = self._usable_on(day)[edge]
            self._parts[day] = parts_of(len(self._people_of_pieces), start=one[open_], end=other[open_])
        return self._parts[day]

    def _place(self, nodes: ArrayLike) -> Ints:
        place = node_indices(nodes, among=self.graph.nodes)
        if not len(place):
            raise WrongUse("no node is given", hint="Give at least one.")
        return place
