"""
The low-link search: one walk over the roads that gives pieces, roads on no circle, and who stands behind each.

Everything it finds is told in **positions**: the node at position ``i`` was the ``i``-th to be met. What hangs below a node has
the positions from its own to its ``end``, in one row; so a sum over all that hangs below is the difference of two sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from castello.picture.connectivity.compiled import kernel
from castello.picture.connectivity.graph import Flags, Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjacency:
    """
    The edges at each node: ``neighbour[offsets[v]:offsets[v + 1]]`` are the other ends, ``via`` the edges' indices.

    Each edge is there twice, a self-loop at one node both times; parallel edges keep their own indices.
    """

    offsets: Ints
    neighbour: Ints
    via: Ints


def adjacency(nodes: int, *, start: Ints, end: Ints) -> Adjacency:
    """The edges at each node, in the order of their indices."""
    edges = np.arange(len(start), dtype=np.int32)
    here = np.concatenate([start, end])
    order = np.argsort(here, kind="stable")
    offsets = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(here, minlength=nodes), out=offsets[1:])
    return Adjacency(
        offsets=offsets,
        neighbour=np.concatenate([end, start])[order],
        via=np.concatenate([edges, edges])[order],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """
    What a search found. All but ``position`` have the shape (met,) and speak in positions.

    Parameters
    ----------
    order
        The node at each position.
    position
        The position of each node, shape (nodes,); -1 if it was not met.
    parent
        The position from which it was first met; -1 where a search began.
    through
        The edge by which it was first met; -1 where a search began.
    low
        The first position that an edge leads to from all that hangs below, leaving out ``through``.
    end
        One more than the last position below.
    """

    order: Ints
    position: Ints
    parent: Ints
    through: Ints
    low: Ints
    end: Ints

    @property
    def bridges(self) -> Flags:
        """
        Positions whose ``through`` is a bridge, shape (met,): it lies on no circle.

        No other edge leads out of what hangs below if and only if ``low`` gets no further than the position itself (Tarjan).
        """
        found: Flags = (self.low == np.arange(len(self.low))) & (self.parent >= 0)
        return found

    def below(self, values: Reals | Ints) -> Reals:
        """Sum over each position and all that hangs below it of values of nodes, shape (met,)."""
        sums = np.zeros(len(self.order) + 1)
        np.cumsum(values[self.order], out=sums[1:])
        return sums[self.end] - sums[:-1]


def search(roads: Adjacency, *, usable: Flags, roots: Ints, compiled: bool) -> Search:
    """
    Walk depth first over usable edges from each of ``roots`` that was not met before.

    Parameters
    ----------
    roads
        The edges at each node.
    usable
        Which edges may be walked, shape (edges,).
    roots
        Nodes to begin with, in this order.
    compiled
        Whether to run the compiled kernel.
    """
    run = kernel(_low_link, compiled=compiled)
    met, position, found = run(roads.offsets, roads.neighbour, roads.via, usable, roots)
    order, parent, through, low, end = found[:, :met]
    return Search(order=order, position=position, parent=parent, through=through, low=low, end=end)


def inherited(own: Ints, *, parent: Ints, compiled: bool) -> Ints:
    """Each position's own value, or where that is -1, its parent's; -1 where none above has one. Shape (met,)."""
    found: Ints = kernel(_inherit, compiled=compiled)(own, parent)
    return found


def _low_link(offsets: Ints, neighbour: Ints, via: Ints, usable: Flags, roots: Ints) -> tuple[int, Ints, Any]:
    """
    The search itself, without recursion: a road may be longer than Python's stack.

    Invariant: ``at`` and its parents are the path walked; positions ``< met`` are met; ``low`` of a position is right for the edges
    tried so far and for those below it that were left. The edge walked down is passed over by its index, so that one parallel to
    it counts as a way back.
    """
    nodes = len(offsets) - 1
    position = np.full(nodes, -1, dtype=np.int32)
    found = np.empty((5, nodes), dtype=np.int32)
    order, parent, through, low, end = found[0], found[1], found[2], found[3], found[4]
    following = offsets[:-1].copy()
    met = 0
    for root in roots:
        if position[root] >= 0:
            continue
        position[root] = met
        order[met] = root
        parent[met] = -1
        through[met] = -1
        low[met] = met
        at = met
        met += 1
        while at >= 0:
            node = order[at]
            slot = following[node]
            if slot < offsets[node + 1]:
                following[node] = slot + 1
                edge = via[slot]
                if not usable[edge] or edge == through[at]:
                    continue
                other = neighbour[slot]
                seen = position[other]
                if seen < 0:
                    position[other] = met
                    order[met] = other
                    parent[met] = at
                    through[met] = edge
                    low[met] = met
                    at = met
                    met += 1
                elif seen < low[at]:
                    low[at] = seen
            else:
                end[at] = met
                up = parent[at]
                if up >= 0 and low[at] < low[up]:
                    low[up] = low[at]
                at = up
    return met, position, found


def _inherit(own: Ints, parent: Ints) -> Ints:
    """Invariant: parents have lower positions, so a parent's value is there when it is needed."""
    found = own.copy()
    for at in range(len(own)):
        if found[at] < 0 and parent[at] >= 0:
            found[at] = found[parent[at]]
    return found
