"""Lines are cut where they meet and nowhere else; what the network says of each piece is what the line said."""

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.errors import WrongUse
from castello.places.geodesic import geodesic_km
from castello.places.lines import Lines, cut_lines, islands


def lines(*courses, where=None, **columns):
    """Lines through numbered points; a point lies at a place of its own unless ``where`` says otherwise."""
    points = [point for course in courses for point in course]
    place = where or {point: (point / 100, point / 50) for point in points}
    sizes = [len(course) for course in courses]
    said: dict[str, Any] = {
        "names": [None] * len(courses),
        "refs": [None] * len(courses),
        "classes": [0] * len(courses),
        "oneway": [False] * len(courses),
    } | columns
    return Lines(
        ids=[f"way/{number}" for number, _ in enumerate(courses)],
        first=np.cumsum([0, *sizes[:-1]]) if sizes else [],
        points=points,
        lat=[place[point][0] for point in points],
        lon=[place[point][1] for point in points],
        **said,
    )


def pieces(network):
    ids = network.node_ids.to_pylist()
    return {
        id: (int(ids[start].removeprefix("node/")), int(ids[end].removeprefix("node/")))
        for id, start, end in zip(network.edge_ids.to_pylist(), network.start, network.end, strict=True)
    }


def test_bends_are_no_nodes_and_crossings_are():
    network = cut_lines(lines([1, 2, 3, 4], [5, 3, 6]))

    assert pieces(network) == {"way/0/0": (1, 3), "way/0/1": (3, 4), "way/1/0": (5, 3), "way/1/1": (3, 6)}


def test_a_barrier_is_a_node_if_it_lies_on_a_line():
    assert pieces(cut_lines(lines([1, 2, 3]), also=[2, 99])) == {"way/0/0": (1, 2), "way/0/1": (2, 3)}


def test_parallel_roads_stay_two_and_a_ring_comes_back_to_where_it_began():
    network = cut_lines(lines([1, 2, 3], [1, 4, 3], [3, 5, 6, 3]))

    assert pieces(network) == {"way/0/0": (1, 3), "way/1/0": (1, 3), "way/2/0": (3, 3)}
    assert network.length_km[2] > 0


def test_a_line_that_crosses_itself_is_cut_there():
    assert list(pieces(cut_lines(lines([1, 2, 3, 4, 2, 5]))).values()) == [(1, 2), (2, 2), (2, 5)]


def test_a_point_said_twice_in_a_row_counts_once_and_a_line_without_length_goes():
    network = cut_lines(lines([1, 1, 2, 2], [7, 7], [8], [2, 9]))

    assert pieces(network) == {"way/0/0": (1, 2), "way/3/0": (2, 9)}


def test_a_line_of_one_point_cuts_nothing_but_still_counts_as_a_use():
    # a lone point on another line is a point shared by two lines
    assert pieces(cut_lines(lines([1, 2, 3], [2]))) == {"way/0/0": (1, 2), "way/0/1": (2, 3)}


def test_lengths_follow_the_bends():
    where = {1: (0.0, 0.0), 2: (0.0, 1.0), 3: (1.0, 1.0)}
    network = cut_lines(lines([1, 2, 3], where=where))

    expected = geodesic_km([0, 0], [0, 1], lat_b=[0, 1], lon_b=[1, 1]).sum()
    assert network.length_km.tolist() == [pytest.approx(expected)]


def test_every_piece_carries_what_its_line_said():
    network = cut_lines(
        lines([1, 2, 3], [2, 4], names=["Castello Road", None], refs=[None, "M5"], classes=[1, 2], oneway=[True, False])
    )

    assert network.names.to_pylist() == ["Castello Road", "Castello Road", None]
    assert network.refs.to_pylist() == [None, None, "M5"]
    assert network.cls.tolist() == [1, 1, 2]
    assert network.oneway.tolist() == [True, True, False]


def test_nodes_can_be_called_by_where_they_are():
    network = cut_lines(lines([1, 2], where={1: (36.2, 37.1), 2: (-0.5, -1.25)}), by_place=True)

    assert network.node_ids.to_pylist() == ["at/36.2000000/37.1000000", "at/-0.5000000/-1.2500000"]


def test_no_lines_make_an_empty_network():
    network = cut_lines(lines())

    assert len(network) == 0
    assert islands(network, file="x") == ()


def test_columns_of_different_length_are_refused():
    good = lines([1, 2])
    short = Lines(
        ids=good.ids, first=good.first, points=good.points, lat=[0.0], lon=good.lon,
        names=good.names, refs=good.refs, classes=good.classes, oneway=good.oneway,
    )  # fmt: skip
    with pytest.raises(WrongUse, match="differ in length"):
        cut_lines(short)


def test_islands_are_kept_and_counted():
    network = cut_lines(lines([1, 2], [2, 3], [10, 11], [20, 21]))
    (issue,) = islands(network, file="map")

    assert len(network) == 4
    assert issue.severity == "warning"
    assert "3 parts" in issue.what
    assert "3 of 7 junctions" in issue.what


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=6), max_size=8))
def test_cutting_changes_neither_length_nor_what_is_joined(courses):
    network = cut_lines(lines(*courses))

    whole = nx.MultiGraph()
    total = 0.0
    for course in courses:
        for one, other in itertools.pairwise(course):
            if one != other:
                whole.add_edge(one, other)
                total += float(geodesic_km(one / 100, one / 50, lat_b=other / 100, lon_b=other / 50))
    joined = pieces(network).values()
    cut = nx.MultiGraph(list(joined))
    assert network.length_km.sum() == pytest.approx(total)
    assert {node for ends in joined for node in ends} <= set(whole)
    kept = [part & set(cut) for part in nx.connected_components(whole)]
    assert sorted(map(sorted, kept)) == sorted(sorted(part) for part in nx.connected_components(cut))
    # what is no node has exactly two pieces of line, both of one line
    assert all(whole.degree(point) == 2 for point in set(whole) - set(cut))
