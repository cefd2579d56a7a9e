"""
Who is connected to the source on each day, worked out for all days together.

A segment tree has a node for each stretch of 1, 2, 4, ... days; the span of an edge is put on the few stretches that make it up
exactly. Walking from each day to the next, what was joined for stretches that are over is taken back, newest first, and
what belongs to those that begin is joined: the offline method for connectivity in a graph that changes.
"""

from __future__ import annotations

import numpy as np

from castello.picture.connectivity.compiled import kernel
from castello.picture.connectivity.graph import Flags, Ints


def reached_over_time(
    *, nodes: int, source: int, start: Ints, end: Ints, first: Ints, until: Ints, days: int, compiled: bool
) -> Flags:
    """
    Which nodes are connected to the source on which days, shape (days, nodes).

    Parameters
    ----------
    nodes, source
        How many nodes, and the one that counts.
    start, end, first, until
        For each span of days ``[first, until)`` the two nodes that it joins, shape (spans,).
    days
        How many days there are.
    compiled
        Whether to run the compiled kernel.
    """
    size = 1 << (days - 1).bit_length()
    offsets, span = stretches(first, until, size=size)
    found: Flags = kernel(_walk, compiled=compiled)(offsets, start[span], end[span], days, nodes, source)
    return found


def stretches(first: Ints, until: Ints, *, size: int) -> tuple[Ints, Ints]:
    """
    The spans on each node of the segment tree: ``span[offsets[node]:offsets[node + 1]]``.

    Node 1 is the whole of ``size`` days (a power of 2), the halves of ``node`` are ``2 * node`` and ``2 * node + 1``, and day ``d`` is
    ``size + d``. Invariant of the loop: what is left of each span is the stretches from ``low`` up to ``high`` of one level.
    """
    low, high = first.astype(np.int64) + size, until.astype(np.int64) + size
    spans = np.arange(len(first), dtype=np.int32)
    on_node, which = [], []
    while len(spans):
        odd = (low & 1) == 1
        on_node.append(low[odd])
        which.append(spans[odd])
        low = (low + 1) >> 1
        odd = (high & 1) == 1
        on_node.append(high[odd] - 1)
        which.append(spans[odd])
        high >>= 1
        left = low < high
        low, high, spans = low[left], high[left], spans[left]
    node = np.concatenate(on_node) if on_node else np.zeros(0, dtype=np.int64)
    offsets = np.zeros(2 * size + 1, dtype=np.int32)
    np.cumsum(np.bincount(node, minlength=2 * size), out=offsets[1:])
    order = np.argsort(node, kind="stable")
    return offsets, np.concatenate(which)[order] if which else np.zeros(0, dtype=np.int32)


def _walk(  # noqa: PLR0917 - a kernel: numba takes arguments by position
    offsets: Ints, start: Ints, end: Ints, days: int, nodes: int, source: int
) -> Flags:
    """
    Walk the segment tree from day to day.

    Invariant: ``parent`` is a forest that joins exactly what the spans on the way from node 1 to the day join. The smaller tree
    hangs on the larger and no path is shortened, so that ``joined`` (newest last) can be taken back; ``mark`` says how much
    had been joined before each level was entered, the days themselves being level 0.
    """
    size = (len(offsets) - 1) // 2
    levels = 0
    while (1 << levels) < size:
        levels += 1
    parent = np.arange(nodes)
    weight = np.ones(nodes, dtype=np.int64)
    joined = np.empty(nodes, dtype=np.int64)
    mark = np.zeros(levels + 1, dtype=np.int64)
    reached = np.empty((days, nodes), dtype=np.bool_)
    count = 0
    for day in range(days):
        # the highest level whose stretch is not that of the day before
        top = levels
        if day > 0:
            top = 0
            while ((day ^ (day - 1)) >> (top + 1)) > 0:
                top += 1
        while count > mark[top]:
            count -= 1
            child = joined[count]
            weight[parent[child]] -= weight[child]
            parent[child] = child
        for level in range(top, -1, -1):
            mark[level] = count
            node = (size + day) >> level
            for at in range(offsets[node], offsets[node + 1]):
                one, other = start[at], end[at]
                while parent[one] != one:
                    one = parent[one]
                while parent[other] != other:
                    other = parent[other]
                if one != other:
                    if weight[one] > weight[other]:
                        one, other = other, one
                    parent[one] = other
                    weight[other] += weight[one]
                    joined[count] = one
                    count += 1
        root = parent
        further = root[root]
        while np.any(further != root):
            root = further
            further = root[root]
        reached[day] = root == root[source]
    return reached
