"""
Last roads: every road whose loss alone cuts somebody off on a day, and the people who stand behind it.

The days are cut in slabs. Within a slab most roads do not change, so the graph that is left of the whole period is contracted
once more; on each day of the slab one low-link search over the few roads that remain finds what is on no circle that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush

import numpy as np

from castello.picture.connectivity.contraction import Contraction, contracted, nearest_bridge
from castello.picture.connectivity.graph import Flags, Ints, Reals
from castello.picture.connectivity.search import Search, search

NOBODY = 1e-6
"""Fewer people than this are nobody, and two numbers closer than this are one: sums of fractions come out that different."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LastRoads:
    """
    Last roads over all days: on the days ``[first, until)`` the loss of ``edge`` alone would cut ``people_behind`` off.

    All have the shape (rows,), in the order of edge and day; days with the same people are one row. ``structural`` is a road that
    can always be used and past which no changing road leads: it is the last one whenever its people are reached at all.
    """

    edge: Ints
    first: Ints
    until: Ints
    people_behind: Reals
    structural: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRoad:
    """
    A last road of a day for some of the nodes that were asked about.

    ``people_behind`` are all people whom its loss would cut off, at whichever nodes; ``behind`` are the indices, in the nodes asked
    about, of those that stand behind it, in ascending order; ``structural`` is as in :class:`LastRoads`.
    """

    edge: int
    people_behind: float
    behind: tuple[int, ...]
    structural: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Slab:
    """
    A span of days ``[first, until)`` with the graph that is left of the blocks when what does not change in it is contracted.

    ``edge``, ``begins`` and ``ends`` are the days of the slab on which the edges that change in it can be used, by index in ``roads.inner``.
    """

    first: int
    until: int
    roads: Contraction
    steady: Flags
    edge: Ints
    begins: Ints
    ends: Ints

    @property
    def days_of_change(self) -> list[int]:
        """The first day, and each day whose usable edges may differ from those of the day before."""
        days = np.unique(np.concatenate([[self.first], self.begins, self.ends]))
        return [int(day) for day in days if day < self.until]

    def search(self, day: int) -> Search:
        """The search from the source over what can be used on a day."""
        usable = self.steady.copy()
        usable[self.edge[(self.begins <= day) & (day < self.ends)]] = True
        inner = self.roads.inner
        root = np.array([inner.source], dtype=np.int32)
        return search(inner.adjacency, usable=usable, roots=root, compiled=self.roads.compiled)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Half-open spans of days of numbered things, with a number for each; shape (spans,)."""

    what: Ints
    first: Ints
    until: Ints
    number: Reals

    def of(self, owner: Ints) -> tuple[Ints, Spans]:
        """For things that each belong to one of ``what``: the index of the thing, and a span for each of its owner's."""
        order = np.argsort(self.what, kind="stable")
        begins = np.searchsorted(self.what[order], owner, side="left")
        many = np.searchsorted(self.what[order], owner, side="right") - begins
        thing = np.repeat(np.arange(len(owner), dtype=np.int32), many)
        within = np.arange(len(thing)) - np.repeat(np.cumsum(many) - many, many)
        at = order[np.repeat(begins, many) + within]
        return thing, Spans(what=owner[thing], first=self.first[at], until=self.until[at], number=self.number[at])


def slab(blocks: Contraction, *, edge: Ints, first: Ints, until: Ints, begin: int, end: int, changing: Flags) -> Slab:
    """
    The slab of the days ``[begin, end)``.

    Parameters
    ----------
    blocks
        The graph contracted for all days.
    edge, first, until
        The spans on which its changing edges can be used, by index in ``blocks.inner``, no two of an edge touching.
    begin, end
        First day, and the day after the last.
    changing
        Which edges of ``blocks.inner`` have spans; the others can always be used.
    """
    begins, ends = np.maximum(first, begin), np.minimum(until, end)
    partly = begins < ends
    edge, begins, ends = edge[partly], begins[partly], ends[partly]
    whole = (begins == begin) & (ends == end)
    always, some = ~changing, np.zeros_like(changing)
    always[edge[whole]] = True
    some[edge[~whole]] = True
    roads = contracted(blocks.inner, always=always, changing=some, compiled=blocks.compiled)
    index = np.full(len(changing), -1, dtype=np.int32)
    index[roads.kept] = np.arange(len(roads.kept))
    here = index[edge]
    used = ~whole & (here >= 0)
    return Slab(
        first=begin,
        until=end,
        roads=roads,
        steady=always[roads.kept],
        edge=here[used],
        begins=begins[used],
        ends=ends[used],
    )


class _Runs:
    """
    Makes spans of days of numbers that are told day by day.

    Invariant: ``number`` is what was told last, ``since`` the day since which each has been so, and ``done`` has every span that is over.
    """

    def __init__(self, size: int) -> None:
        self._since = np.zeros(size, dtype=np.int32)
        self._number = np.zeros(size)
        self._done: list[tuple[Ints, Ints, Ints, Reals]] = []

    def tell(self, day: int, numbers: Reals) -> None:
        """From this day on the numbers are these; a number of 0 is no span."""
        changed = np.flatnonzero(np.abs(numbers - self._number) > NOBODY)
        over = changed[self._number[changed] > 0].astype(np.int32)
        self._done.append((over, self._since[over], np.full(len(over), day, dtype=np.int32), self._number[over]))
        self._since[changed] = day
        self._number[changed] = numbers[changed]

    def spans(self, until: int) -> Spans:
        """All spans, the last day being the one before ``until``."""
        self.tell(until, np.zeros_like(self._number))
        what, first, after, number = (np.concatenate(part) for part in zip(*self._done, strict=True))
        return Spans(what=what, first=first, until=after, number=number)


def last_roads_of_slab(days: Slab) -> Spans:
    """The last roads of the days of a slab, by edge of the whole graph, and the people behind each."""
    inner = days.roads.inner
    bridges, reached = _Runs(len(inner.edge)), _Runs(inner.nodes)
    for day in days.days_of_change:
        found = days.search(day)
        behind, met = np.zeros(len(inner.edge)), np.zeros(inner.nodes)
        last = found.bridges
        behind[found.through[last]] = found.below(inner.people)[last]
        met[found.order] = 1
        bridges.tell(day, behind)
        reached.tell(day, met)
    roads = bridges.spans(days.until)
    roads = Spans(what=inner.edge[roads.what], first=roads.first, until=roads.until, number=roads.number)
    return together(roads, dead_ends(days.roads, owner=days.roads.label, reached=reached.spans(days.until)))


def dead_ends(roads: Contraction, *, owner: Ints, reached: Spans) -> Spans:
    """
    The dead ends of a contraction as last roads, by edge of the whole graph, and the people behind each.

    Parameters
    ----------
    roads
        The contraction.
    owner
        For each position the thing with which it is reached.
    reached
        The days on which each such thing is.
    """
    at = np.flatnonzero(roads.dead_ends & (roads.behind > NOBODY))
    thing, spans = reached.of(owner[at])
    return Spans(
        what=roads.outer.edge[roads.search.through[at]][thing],
        first=spans.first,
        until=spans.until,
        number=roads.behind[at][thing],
    )


def together(*parts: Spans) -> Spans:
    """Spans in the order of what and day; those that touch and have the same number are one."""
    what, first, until, number = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("what", "first", "until", "number")
    )
    order = np.argsort((what.astype(np.int64) << 32) | first)
    what, first, until, number = what[order], first[order], until[order], number[order]
    same = (what[1:] == what[:-1]) & (first[1:] == until[:-1]) & (np.abs(number[1:] - number[:-1]) <= NOBODY)
    begins = np.flatnonzero(np.concatenate([[True], ~same])[: len(what)])
    ends = np.append(begins[1:], len(what))[: len(begins)] - 1
    return Spans(what=what[begins], first=first[begins], until=until[ends], number=number[begins])


# ------------------------------------------------------------------------------------------------------------- one day


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """
    People by node, those at and below each position of the search of all days, and those in each block that is left.

    Many days and enclaves are asked about with the same people, so the sums over the whole graph are made once.
    """

    people: Reals
    below: Reals
    in_blocks: Reals

    @classmethod
    def of(cls, people: Reals, *, blocks: Contraction) -> Standing:
        """The sums for people by node."""
        return cls(people=people.copy(), below=blocks.search.below(people), in_blocks=blocks.carried(people))


@dataclass(frozen=True, kw_only=True, eq=False)
class Day:
    """
    The roads of one day at the three stages of contraction: of all days, of the slab, and the search over what is left.

    ``search`` is that of ``slab`` for the day.
    """

    blocks: Contraction
    slab: Slab
    search: Search

    @cached_property
    def _nearest(self) -> Ints:
        return nearest_bridge(self.search, compiled=self.blocks.compiled)

    def _positions(self, nodes: Ints) -> tuple[Ints, Ints, Ints]:
        """Positions of nodes in the three searches; in the last, -1 where the source is not reached."""
        blocks = self.blocks.labels(nodes)
        rest = self.slab.roads.labels(blocks)
        last = self.search.position[rest]
        last[rest < 0] = -1
        return self.blocks.search.position[nodes], self.slab.roads.search.position[blocks], last

    def connected(self, nodes: Ints) -> Flags:
        """Whether each node is connected to the source, shape (nodes,)."""
        return self._positions(nodes)[2] >= 0

    def last_roads(self, nodes: Ints, *, people: Standing) -> tuple[LastRoad, ...]:
        """
        The last roads behind which some of the nodes stand, in the order in which they are met from the source.

        Parameters
        ----------
        nodes
            Nodes of the whole graph. Those that are not connected stand behind no last road: they are cut off already.
        people
            Who lives where on this day.
        """
        roads = self.slab.roads
        of_blocks, of_slab, of_day = self._positions(nodes)
        connected = [int(index) for index in np.flatnonzero(of_day >= 0)]
        inner, outer = roads.inner.edge, roads.outer.edge
        in_slab = roads.search.below(people.in_blocks)
        on_day = self.search.below(roads.carried(people.in_blocks))
        stages = (
            (self.search, self.search.bridges, self._nearest, of_day, inner, on_day),
            (roads.search, roads.dead_ends, roads.nearest, of_slab, outer, in_slab),
            (
                self.blocks.search,
                self.blocks.dead_ends,
                self.blocks.nearest,
                of_blocks,
                self.blocks.outer.edge,
                people.below,
            ),
        )
        return tuple(
            LastRoad(
                edge=int(edges[found.through[top]]),
                people_behind=float(behind[top]),
                behind=tuple(indices),
                structural=found is self.blocks.search,
            )
            for found, counted, nearest, positions, edges, behind in stages
            for top, indices in _above(
                {index: int(positions[index]) for index in connected}, counted, nearest=nearest, parent=found.parent
            )
        )


def _above(positions: dict[int, int], counted: Flags, *, nearest: Ints, parent: Ints) -> list[tuple[int, list[int]]]:
    """
    The counted bridges above positions, topmost first, with the indices of those below.

    Invariant: ``waiting`` has bridges whose own indices are complete, for all that hang below them came before: they lie further on.
    """
    standing: dict[int, list[int]] = {}
    for index, position in positions.items():
        top = int(nearest[position])
        if top >= 0 and counted[top]:
            standing.setdefault(top, []).append(index)
    waiting = [-top for top in standing]
    heapify(waiting)
    found = []
    while waiting:
        top = -heappop(waiting)
        indices = sorted(standing.pop(top))
        found.append((top, indices))
        further = int(nearest[parent[top]])
        if further >= 0 and counted[further]:
            if further not in standing:
                standing[further] = []
                heappush(waiting, -further)
            standing[further] += indices
    return found[::-1]
