"""
Contraction: what stays the same on every day of a span of days becomes a point or a closed account.

A road on a circle of roads that can always be used lies on that circle every day, so it is a last road on no day: such circles
become points (blocks). A block that hangs on one road that can always be used, and to which no changing road leads, is a dead end:
that road is the last one, with the same people behind it, on every day on which the block it hangs on is reached. What
remains is small, and what is asked of it has the same answer as in the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from castello.picture.connectivity.graph import Flags, Ints, Reals, people_by
from castello.picture.connectivity.search import Adjacency, Search, adjacency, inherited, search


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """A road graph at some stage of contraction; ``edge`` says which edge of the whole graph each of its edges is."""

    nodes: int
    start: Ints
    end: Ints
    edge: Ints
    source: int
    people: Reals

    @cached_property
    def adjacency(self) -> Adjacency:
        """The edges at each node."""
        return adjacency(self.nodes, start=self.start, end=self.end)


@dataclass(frozen=True, kw_only=True, eq=False)
class Contraction:
    """
    A graph, the search over its always usable edges, and the smaller graph that remains.

    Parameters
    ----------
    outer
        The graph that was contracted.
    search
        Over its always usable edges, of all nodes; the source has position 0.
    compiled
        Whether kernels run compiled.
    label
        For each position the node of ``inner`` that holds it or that it hangs on; -1 where no source is ever reached.
    dead_ends
        Positions whose ``through`` is a last road whenever their label is reached, shape (positions,).
    inner
        What remains: blocks, bridges between them, and changing edges between different blocks.
    kept
        For each edge of ``inner``, its index in the graph that was contracted.
    """

    outer: Roads
    search: Search
    compiled: bool
    label: Ints
    dead_ends: Flags
    inner: Roads
    kept: Ints

    def carried(self, people: Reals) -> Reals:
        """People by node of ``inner``; those where no source is ever reached are left out."""
        return _carried(people, search=self.search, label=self.label, nodes=self.inner.nodes)

    def labels(self, nodes: Ints) -> Ints:
        """The nodes of ``inner`` that hold nodes; -1 stays -1. Shape (nodes,)."""
        found = self.label[self.search.position[nodes]]
        found[nodes < 0] = -1
        return found

    @cached_property
    def behind(self) -> Reals:
        """People at and below each position, shape (positions,)."""
        return self.search.below(self.outer.people)

    @cached_property
    def nearest(self) -> Ints:
        """For each position the nearest one at or above it whose ``through`` is a bridge; -1 where there is none."""
        return nearest_bridge(self.search, compiled=self.compiled)


def nearest_bridge(found: Search, *, compiled: bool) -> Ints:
    """For each position the nearest one at or above it whose ``through`` is a bridge; -1 where there is none."""
    own = np.where(found.bridges, np.arange(len(found.order)), -1).astype(np.int32)
    return inherited(own, parent=found.parent, compiled=compiled)


def contracted(roads: Roads, *, always: Flags, changing: Flags, compiled: bool) -> Contraction:
    """
    Contract blocks of always usable edges and prune dead ends.

    Invariant: on a day on which the always usable edges and some of the changing ones can be used, a node is reached from the
    source if and only if its label is in ``inner``; the bridges on the way to it are those of ``inner`` and, if it is reached, the dead
    ends at and above its position; and behind each stand the same people.

    Parameters
    ----------
    roads
        The graph.
    always, changing
        Which of its edges can be used on all days of the span, and on some; shape (edges,). The others are dropped.
    compiled
        Whether to run compiled kernels.
    """
    doors = np.zeros(roads.nodes, dtype=np.int32)  # nodes through which traffic can come on some day
    doors[roads.start[changing]] = doors[roads.end[changing]] = doors[roads.source] = 1
    # a search that begins at a door has all dead ends below their bridge, never above it
    roots = np.concatenate([[roads.source], np.flatnonzero(doors), np.arange(roads.nodes)]).astype(np.int32)
    found = search(roads.adjacency, usable=always, roots=roots, compiled=compiled)
    bridges, alive = found.bridges, found.below(doors) > 0

    own = np.full(roads.nodes, -1, dtype=np.int32)
    tops = alive & (bridges | (found.parent < 0))
    own[tops] = np.arange(np.count_nonzero(tops))
    label = inherited(own, parent=found.parent, compiled=compiled)

    between = np.flatnonzero(bridges & alive)
    open_to = np.flatnonzero(changing)
    start = np.concatenate([label[found.parent[between]], label[found.position[roads.start[open_to]]]])
    end = np.concatenate([label[between], label[found.position[roads.end[open_to]]]])
    kept = np.concatenate([found.through[between], open_to]).astype(np.int32)
    apart = start != end
    nodes = int(np.count_nonzero(tops))
    inner = Roads(
        nodes=nodes,
        start=start[apart],
        end=end[apart],
        edge=roads.edge[kept[apart]],
        source=int(label[0]),
        people=_carried(roads.people, search=found, label=label, nodes=nodes),
    )
    return Contraction(
        outer=roads,
        search=found,
        compiled=compiled,
        label=label,
        dead_ends=bridges & ~alive & (label >= 0),
        inner=inner,
        kept=kept[apart],
    )


def pieces(found: Search) -> Ints:
    """The connected piece of each position, numbered in the order in which the search began them."""
    return np.cumsum(found.parent < 0, dtype=np.int32) - np.int32(1)


def _carried(people: Reals, *, search: Search, label: Ints, nodes: int) -> Reals:
    held = label >= 0
    return people_by(label[held], people[search.order[held]], labels=nodes)
