"""Which nodes hang together: as a plain search says, on any graph, and in few rounds on long roads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.picture.connectivity import parts_of

NODES = 12
EDGES = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=16)


def ends(edges):
    return np.array(edges, dtype=np.int32).reshape(-1, 2).T


def searched(edges):
    lowest = list(range(NODES))
    for _ in range(NODES):
        for one, other in edges:
            lowest[one] = lowest[other] = min(lowest[one], lowest[other])
    return lowest


@given(EDGES)
def test_parts_as_a_plain_search_has_them(edges):
    start, end = ends(edges)

    assert parts_of(NODES, start=start, end=end).tolist() == searched(edges)


@pytest.mark.parametrize("order", ["along", "back", "mixed", "zigzag"])
def test_a_long_road_is_one_part_however_its_junctions_are_numbered(order):
    count = 50_000
    along = np.arange(count, dtype=np.int32)
    way = {
        "along": along,
        "back": along[::-1].copy(),
        "mixed": np.random.default_rng(1).permutation(along),
        "zigzag": np.stack([along[: count // 2], along[: count // 2 - 1 : -1]], axis=1).ravel(),
    }[order]

    assert not parts_of(count, start=way[:-1], end=way[1:]).any()
