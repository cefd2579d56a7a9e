"""Parts: which nodes hang together over some edges, worked out for all edges at once."""

from __future__ import annotations

import numpy as np

from castello.picture.connectivity.graph import Ints


def parts_of(nodes: int, *, start: Ints, end: Ints) -> Ints:
    """
    For each node the lowest node of its part, shape (nodes,).

    Parameters
    ----------
    nodes
        How many nodes there are.
    start, end
        The two ends of each edge.

    Notes
    -----
    Each round hangs the tops of parts that an edge joins under the lowest of their neighbours and then every node directly under its top.
    Invariant: a node hangs under a lower node of its own part, so there are no circles; edges inside one tree are done with. Few rounds are
    needed: on roads about as many as the logarithm of their number.

    Examples
    --------
    >>> parts_of(5, start=np.array([3, 4], dtype=np.int32), end=np.array([1, 3], dtype=np.int32)).tolist()
    [0, 1, 2, 1, 1]
    """
    top = np.arange(nodes, dtype=np.int32)
    while len(start):
        one, other = top[start], top[end]
        apart = one != other
        start, end, one, other = start[apart], end[apart], one[apart], other[apart]
        np.minimum.at(top, np.maximum(one, other), np.minimum(one, other))
        higher = top[top]
        while not np.array_equal(higher, top):
            top, higher = higher, higher[higher]
    return top
