"""Reopenings: which closed roads, opened, would connect a place again: single ones, and the fewest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from castello.picture.connectivity.graph import Ints
from castello.picture.connectivity.search import Adjacency, adjacency

LIMIT = 20
"""How many equally short ways are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopenings:
    """
    What would connect a place to the source again.

    Parameters
    ----------
    single
        Closed edges each of which alone connects some of the place, by index, in ascending order.
    least
        How many edges it takes at least; 0 if the place is connected, None if no closed edges would do.
    fewest
        Sets of that many edges, each sorted by index; one empty set if the place is connected.
    complete
        Whether ``fewest`` has all there are.
    """

    single: tuple[int, ...]
    least: int | None
    fewest: tuple[tuple[int, ...], ...]
    complete: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Closed:
    """
    Closed edges between parts that are each connected inside.

    ``one`` and ``other`` are the parts, of ``0 .. parts - 1``, at the ends of each closed ``edge``, shape (closed,), in ascending order of the
    edge; ``source`` is the part of the source. No edge has the same part at both ends.
    """

    edge: Ints
    one: Ints
    other: Ints
    source: int
    parts: int

    @cached_property
    def near(self) -> Adjacency:
        """The edges at each part, as their index here, in ascending order."""
        return adjacency(self.parts, start=self.one, end=self.other)

    @cached_property
    def away(self) -> Ints:
        """Least number of edges from each part to the source, -1 where no closed edges lead there; shape (parts,)."""
        found = np.full(self.parts, -1, dtype=np.int32)
        found[self.source] = distance = 0
        one, other = self.one, self.other
        while True:
            distance += 1
            # invariant: parts nearer than this have their distance, and edges between two of them are done with
            left = (found[one] < 0) | (found[other] < 0)
            one, other = one[left], other[left]
            reached = np.concatenate([other[found[one] == distance - 1], one[found[other] == distance - 1]])
            if not len(reached):
                return found
            found[reached] = distance


def reopenings(closed: Closed, *, parts: Ints, limit: int = LIMIT) -> Reopenings:
    """
    What would connect a place again.

    Parameters
    ----------
    closed
        The edges that may be opened.
    parts
        The part in which each node of the place lies, shape (nodes,). The place is one: it is connected if one of its parts is.
    limit
        How many sets of the fewest edges are listed.
    """
    own = np.unique(parts)
    if closed.source in own:
        return Reopenings(single=(), least=0, fewest=((),), complete=True)
    reachable = own[closed.away[own] >= 0]
    if not len(reachable):
        return Reopenings(single=(), least=None, fewest=(), complete=True)
    least = int(closed.away[reachable].min())
    fewest: set[tuple[int, ...]] = set()
    complete = True
    for way in _shortest(closed, begin=reachable[closed.away[reachable] == least].tolist()):
        if len(fewest) == limit:
            complete = False
            break
        fewest.add(tuple(sorted(way)))
    # edges between the part of the source and a part in which some of the place lies
    joins = ((closed.one == closed.source) & np.isin(closed.other, own)) | (
        (closed.other == closed.source) & np.isin(closed.one, own)
    )
    single = tuple(closed.edge[joins].tolist())
    return Reopenings(single=single, least=least, fewest=tuple(sorted(fewest)), complete=complete)


def _shortest(closed: Closed, *, begin: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every shortest way to the source, one step nearer with each edge; so no two ways open the same edges."""
    away, near = closed.away, closed.near
    waiting: list[tuple[int, tuple[int, ...]]] = [(part, ()) for part in reversed(begin)]
    while waiting:
        at, way = waiting.pop()
        if not away[at]:
            yield way
            continue
        slots = np.arange(near.offsets[at], near.offsets[at + 1])
        slots = slots[away[near.neighbour[slots]] == away[at] - 1]
        onward = zip(near.neighbour[slots].tolist(), closed.edge[near.via[slots]].tolist(), strict=True)
        waiting += reversed([(other, (*way, edge)) for other, edge in onward])
