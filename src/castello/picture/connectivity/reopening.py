"""Reopenings: which closed roads, opened, would connect a place again: single ones, the fewest, and the least costly."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

import numpy as np

from castello.picture.connectivity.graph import Ints, Reals

LIMIT = 20
"""How many equally short ways are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """
    A closed road that alone connects some of the nodes asked about again.

    ``people_regained`` are all people whom it would connect; ``regained`` are the indices, in the nodes asked about, of those it
    would, in ascending order.
    """

    edge: int
    people_regained: float
    regained: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopenings:
    """
    What would connect a place to the source again.

    Parameters
    ----------
    single
        Closed edges each of which does so alone, by index.
    least
        How many edges it takes at least; 0 if the place is connected, None if no closed edges would do.
    fewest
        Sets of that many edges, each sorted by index; one empty set if the place is connected.
    complete
        Whether ``fewest`` has all there are.
    cheapest, cost
        The set of the least cost, sorted by index, and its cost; empty and None without costs or if no closed edges would do.
    """

    single: tuple[Reopening, ...]
    least: int | None
    fewest: tuple[tuple[int, ...], ...]
    complete: bool
    cheapest: tuple[int, ...]
    cost: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Closed:
    """
    Closed edges between parts that are each connected inside.

    ``one`` and ``other`` are the parts at the ends of each closed ``edge``, ``cost`` what it costs to open, shape (closed,); ``people`` is by
    part, and ``source`` the part of the source. No edge has the same part at both ends.
    """

    edge: Ints
    one: Ints
    other: Ints
    cost: Reals | None
    source: int
    people: Reals

    @cached_property
    def near(self) -> dict[int, list[tuple[int, int]]]:
        """At each part its edges, as their index here and the part at the other end, in ascending order of the edge."""
        found: dict[int, list[tuple[int, int]]] = {}
        for index in np.argsort(self.edge, kind="stable").tolist():
            one, other = int(self.one[index]), int(self.other[index])
            found.setdefault(one, []).append((index, other))
            found.setdefault(other, []).append((index, one))
        return found

    @cached_property
    def away(self) -> dict[int, int]:
        """Least number of edges from each part to the source."""
        return _distances(self.near, source=self.source)


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
    own = {int(part) for part in parts}
    if closed.source in own:
        return Reopenings(
            single=(), least=0, fewest=((),), complete=True, cheapest=(), cost=None if closed.cost is None else 0.0
        )
    near, away = closed.near, closed.away
    reachable = sorted(part for part in own if part in away)
    least = min((away[part] for part in reachable), default=None)
    ways = _shortest(near, away, begin=[part for part in reachable if away[part] == least])
    fewest: set[tuple[int, ...]] = set()
    complete = True
    for way in ways if least is not None else ():
        if len(fewest) == limit:
            complete = False
            break
        fewest.add(tuple(sorted(int(closed.edge[index]) for index in way)))
    cheapest, cost = _cheapest(closed, near, own=own) if closed.cost is not None else ((), None)
    return Reopenings(
        single=_single(closed, near, parts=parts),
        least=least,
        fewest=tuple(sorted(fewest)),
        complete=complete,
        cheapest=cheapest,
        cost=cost,
    )


_Near = dict[int, list[tuple[int, int]]]


def _single(closed: Closed, near: _Near, *, parts: Ints) -> tuple[Reopening, ...]:
    """Edges between the part of the source and a part in which some of the place lies."""
    standing: dict[int, list[int]] = {}
    for index, part in enumerate(parts.tolist()):
        standing.setdefault(part, []).append(index)
    return tuple(
        Reopening(
            edge=int(closed.edge[index]), people_regained=float(closed.people[part]), regained=tuple(standing[part])
        )
        for index, part in near.get(closed.source, ())
        if part in standing
    )


def _distances(near: _Near, *, source: int) -> dict[int, int]:
    """Least number of edges from each part to the source. Invariant: parts wait in the order of their distance."""
    away = {source: 0}
    waiting = deque([source])
    while waiting:
        at = waiting.popleft()
        for _, other in near.get(at, ()):
            if other not in away:
                away[other] = away[at] + 1
                waiting.append(other)
    return away


def _shortest(near: _Near, away: dict[int, int], *, begin: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every shortest way to the source, one step nearer with each edge; so no two ways open the same edges."""
    waiting: list[tuple[int, tuple[int, ...]]] = [(part, ()) for part in reversed(begin)]
    while waiting:
        at, way = waiting.pop()
        if not away[at]:
            yield way
            continue
        onward = [(other, (*way, index)) for index, other in near[at] if away.get(other) == away[at] - 1]
        waiting += reversed(onward)


def _cheapest(closed: Closed, near: _Near, *, own: set[int]) -> tuple[tuple[int, ...], float | None]:
    """Dijkstra's search from the place; of equal costs, fewer edges first, then lower indices."""
    assert closed.cost is not None
    waiting: list[tuple[float, int, tuple[int, ...], int]] = [(0.0, 0, (), part) for part in sorted(own)]
    done: set[int] = set()
    while waiting:
        cost, many, edges, at = heappop(waiting)
        if at == closed.source:
            return edges, cost
        if at in done:
            continue
        done.add(at)
        for index, other in near.get(at, ()):
            if other not in done:
                way = tuple(sorted((*edges, int(closed.edge[index]))))
                heappush(waiting, (cost + float(closed.cost[index]), many + 1, way, other))
    return (), None
