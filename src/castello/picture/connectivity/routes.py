"""
How many routes that share no road lead to the source: none, one, two, or three and more.

Two nodes that no two roads can part, on the roads that can always be used, stay together whichever other roads open and whichever
two are lost. They may be one point for this question, and most of a road network is one such point: what is left to search is
the neighbourhood of the place that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castello.picture.connectivity.compiled import kernel
from castello.picture.connectivity.contraction import Roads, pieces
from castello.picture.connectivity.graph import Flags, Ints
from castello.picture.connectivity.search import Adjacency, Search, adjacency, search

CAP = 3
"""Routes are counted up to here: what the contraction keeps is cuts of fewer roads than this."""

_SEED = 2016


def held_together(roads: Roads, *, always: Flags, found: Search, compiled: bool) -> Ints:
    """
    Classes of nodes that no two of the always usable edges can part, as a number for each node.

    Parameters
    ----------
    roads
        The graph.
    always
        Its always usable edges, shape (edges,).
    found
        The search over them, of all nodes.
    compiled
        Whether to run compiled kernels.

    Notes
    -----
    Castello's own arrangement of known parts. Each edge that the search did not walk gets random bits, and each edge that it walked the
    sum (exclusive or) of the bits of those that lead past it. Edges are on the same circles, so that any two of them part the graph,
    if and only if their bits are the same. The edges of such a set lie on a ring, one behind the other: taken out, each piece between
    two of them is held at two nodes, which stay together through the rest of the ring and so are joined. A set of one edge
    joins its own two ends. What is joined in the end is the classes. With 128 bits, two edges that do not belong together
    have the same with a probability below 1e-25 in a graph of a million edges; the bits are the same in every run.
    """
    walked = np.zeros(len(roads.edge), dtype=np.bool_)
    walked[found.through[found.parent >= 0]] = True
    past = np.flatnonzero(always & ~walked & (roads.start != roads.end))
    one, other = found.position[roads.start[past]], found.position[roads.end[past]]
    bits = np.random.default_rng(_SEED).integers(0, 2**64, size=(2, len(past)), dtype=np.uint64)
    sums = np.zeros((2, len(found.order) + 1), dtype=np.uint64)
    for row in (0, 1):
        np.bitwise_xor.at(sums[row], one + 1, bits[row])
        np.bitwise_xor.at(sums[row], other + 1, bits[row])
    sums = np.bitwise_xor.accumulate(sums, axis=1)
    below = np.flatnonzero((found.parent >= 0) & ~found.bridges)
    bits = np.concatenate([sums[:, found.end[below]] ^ sums[:, below], bits], axis=1)

    # along the ring: down each edge that was walked, and back up by the one that was not
    enters = np.concatenate([found.parent[below], np.maximum(one, other)])
    leaves = np.concatenate([below, np.minimum(one, other)]).astype(np.int32)
    turn = np.concatenate([below, np.full(len(past), len(found.order))])
    ring = np.lexsort((turn, bits[1], bits[0]))
    bits, enters, leaves = bits[:, ring], enters[ring], leaves[ring]
    begins = np.flatnonzero(np.concatenate([[True], (bits[:, 1:] != bits[:, :-1]).any(axis=0)])[: len(ring)])
    following = np.arange(1, len(ring) + 1)
    following[np.append(begins[1:], len(ring))[: len(begins)] - 1] = begins
    count = len(found.order)
    joined = search(
        adjacency(count, start=leaves, end=enters[following]),
        usable=np.ones(len(ring), dtype=np.bool_),
        roots=np.arange(count, dtype=np.int32),
        compiled=compiled,
    )
    return pieces(joined)[joined.position[found.position]]


@dataclass(frozen=True, kw_only=True, eq=False)
class RouteGraph:
    """
    The graph in which nodes that are held together are one, ready to be searched; edges keep their indices.

    The rest is room for the search, made once: ``flow`` is 0 between two searches, ``seen`` is at most ``stamp[0]``.
    """

    label: Ints
    source: int
    adjacency: Adjacency
    via: Ints
    begin: Ints
    compiled: bool
    flow: Ints
    room: Ints
    used: Ints
    stamp: Ints

    @classmethod
    def made(cls, roads: Roads, *, always: Flags, changing: Flags, found: Search, compiled: bool) -> RouteGraph:
        """
        From a whole graph and the search over its always usable edges.

        Parameters
        ----------
        roads
            The graph.
        always, changing
            Which of its edges can be used on all days, and on some; shape (edges,). The others are dropped.
        found
            The search over its always usable edges, of all nodes.
        compiled
            Whether to run compiled kernels.
        """
        label = held_together(roads, always=always, found=found, compiled=compiled)
        start, end = label[roads.start], label[roads.end]
        left = np.flatnonzero((always | changing) & (start != end)).astype(np.int32)
        nodes = int(label.max()) + 1
        near = adjacency(nodes, start=start[left], end=end[left])
        return cls(
            label=label,
            source=int(label[roads.source]),
            adjacency=near,
            via=left[near.via],
            begin=start,
            compiled=compiled,
            flow=np.zeros(len(start), dtype=np.int32),
            room=np.zeros((4, nodes), dtype=np.int32),
            used=np.zeros(CAP * nodes, dtype=np.int32),
            stamp=np.zeros(1, dtype=np.int32),
        )

    def routes(self, nodes: Ints, *, usable: Flags, cap: int) -> int:
        """
        How many routes lead from nodes, taken as one place, to the source and share no edge, up to ``cap`` (at most 3).

        Parameters
        ----------
        nodes
            Nodes of the whole graph. If one is held together with the source, the answer is ``cap``.
        usable
            Which edges of the whole graph can be used, shape (edges,).
        cap
            Where to stop.
        """
        ends = self.label[nodes]
        if (ends == self.source).any():
            return cap
        run = kernel(_routes, compiled=self.compiled)
        near = self.adjacency
        return int(
            run(
                near.offsets, near.neighbour, self.via, self.begin, usable, ends, self.source, cap,
                self.flow, self.room, self.used, self.stamp,
            )
        )  # fmt: skip


def _routes(  # noqa: PLR0917 - a kernel: numba takes arguments by position
    offsets: Ints,
    neighbour: Ints,
    via: Ints,
    begin: Ints,
    usable: Flags,
    ends: Ints,
    source: int,
    cap: int,
    flow: Ints,
    room: Ints,
    used: Ints,
    stamp: Ints,
) -> int:
    """
    Searches for one more route, as often as one is found.

    Invariant: ``flow`` holds ``found`` routes that share no edge: 1 on an edge used from ``begin`` on, -1 against, 0 on one not used. A
    search may use an edge that no route uses, or go back along one; if it arrives there is one route more (Ford and Fulkerson), if
    not, there are no more (Menger). On leaving, ``flow`` is 0 again.
    """
    seen, came, before, queue = room[0], room[1], room[2], room[3]
    found = 0
    many = 0
    while found < cap:
        stamp[0] += 1
        now = stamp[0]
        tail = 0
        for place in ends:
            if seen[place] != now:
                seen[place] = now
                came[place] = -1
                queue[tail] = place
                tail += 1
        head = 0
        while head < tail and seen[source] != now:
            at = queue[head]
            head += 1
            for slot in range(offsets[at], offsets[at + 1]):
                edge, other = via[slot], neighbour[slot]
                if usable[edge] and seen[other] != now:
                    onward = 1 if begin[edge] == at else -1
                    if flow[edge] != onward:
                        seen[other] = now
                        came[other] = edge
                        before[other] = at
                        queue[tail] = other
                        tail += 1
        if seen[source] != now:
            break
        at = source
        while came[at] >= 0:
            edge = came[at]
            at = before[at]
            flow[edge] += 1 if begin[edge] == at else -1
            used[many] = edge
            many += 1
        found += 1
    for index in range(many):
        flow[used[index]] = 0
    return found
