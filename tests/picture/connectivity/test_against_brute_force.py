"""Every answer on thousands of small made-up road graphs, on every day and with every edge removed, against counting."""

import numpy as np
import pytest

from castello.picture.connectivity import Passable, RoadGraph, RoadTimeline
from castello.picture.connectivity.compiled import available
from tests.picture.connectivity import brute

GRAPHS = 800
WAYS = [
    False,
    pytest.param(True, marks=pytest.mark.skipif(not available(), reason="numba, the extra `fast`, is not here")),
]


@pytest.fixture(params=WAYS, ids=["plain", "compiled"])
def compiled(request):
    return request.param


def timelines(compiled, *, first=0, many=GRAPHS, **sizes):
    for seed in range(first, first + many):
        graph, passable, table, rng = brute.made(seed, **sizes)
        yield graph, RoadTimeline(graph, passable, compiled=compiled), table, rng


def test_who_is_connected_on_each_day(compiled):
    for graph, roads, table, _ in timelines(compiled):
        expected = [brute.reached(graph, table[:, day]) for day in range(table.shape[1])]
        every = range(graph.nodes)

        found = roads.connected(every)

        assert found.T.tolist() == [[node in nodes for node in every] for nodes in expected]
        assert roads.people_reached().tolist() == [brute.people(graph, nodes) for nodes in expected]
        assert all(
            roads.connected_on(day, nodes=every).tolist() == found[:, day].tolist() for day in range(table.shape[1])
        )


def test_every_last_road_with_the_people_behind_it_on_each_day(compiled):
    for graph, roads, table, rng in timelines(compiled, first=10_000):
        found = roads.last_roads(slab_days=int(rng.integers(1, 10)))

        for day in range(table.shape[1]):
            lost = {edge: brute.people(graph, nodes) for edge, nodes in brute.last_roads(graph, table[:, day]).items()}
            assert brute.rows_on(found, day) == {edge: people for edge, people in lost.items() if people}
        runs = list(zip(found.edge.tolist(), found.first.tolist(), found.until.tolist(), strict=True))
        assert runs == sorted(runs)
        touching = (found.edge[1:] == found.edge[:-1]) & (found.first[1:] == found.until[:-1])
        assert (found.people_behind[1:] != found.people_behind[:-1])[touching].all(), "runs of equal people are joined"


def test_the_last_roads_of_some_nodes_on_a_day(compiled):
    for graph, roads, table, rng in timelines(compiled, first=20_000):
        nodes = rng.integers(0, graph.nodes, int(rng.integers(1, 4))).tolist()
        other = rng.integers(0, 50, graph.nodes).astype(float)
        for day in rng.permutation(table.shape[1]).tolist():
            lost = brute.last_roads(graph, table[:, day])

            found = roads.last_roads_on(day, nodes=nodes)

            assert {(road.edge, road.people_behind, road.behind) for road in found} == {
                (edge, brute.people(graph, cut), tuple(index for index, node in enumerate(nodes) if node in cut))
                for edge, cut in lost.items()
                if not cut.isdisjoint(nodes)
            }
            assert all(lost[near.edge] >= lost[far.edge] or lost[near.edge].isdisjoint(lost[far.edge])
                       for at, near in enumerate(found) for far in found[at + 1 :]), "in the order met from the source"  # fmt: skip
            assert [road.people_behind for road in roads.last_roads_on(day, nodes=nodes, people=other)] == [
                float(other[list(lost[road.edge])].sum()) for road in found
            ]


def test_the_number_of_routes(compiled):
    for graph, roads, table, rng in timelines(compiled, first=30_000, edges=10):
        nodes = rng.integers(0, graph.nodes, int(rng.integers(1, 3))).tolist()
        for day in range(0, table.shape[1], 3):
            expected = brute.routes(graph, table[:, day], nodes)

            assert roads.routes_on(day, nodes=nodes) == expected
            assert roads.routes_on(day, nodes=nodes, cap=2) == min(expected, 2)


def test_the_number_of_routes_where_most_is_held_together(compiled):
    for graph, roads, table, rng in timelines(compiled, first=40_000, many=80, nodes=9, edges=17, days=3):
        for node in range(graph.nodes):
            day = int(rng.integers(table.shape[1]))
            assert roads.routes_on(day, nodes=[node]) == brute.routes(graph, table[:, day], [node])


def test_the_number_of_routes_where_a_later_route_takes_an_earlier_one_apart(compiled):
    # nothing can be used on day 1, so nothing is held together
    rng = np.random.default_rng(4)
    for _ in range(250):
        start, end = rng.integers(0, 8, (2, 15), dtype=np.int32)
        graph = RoadGraph(nodes=8, start=start, end=end, source=0, people=np.zeros(8))
        table = np.array([[True, False]] * 15)
        roads = RoadTimeline(graph, Passable.from_days(table), compiled=compiled)
        for node in range(1, 8):
            assert roads.routes_on(0, nodes=[node]) == brute.routes(graph, table[:, 0], [node])


def test_reopenings(compiled):
    for graph, roads, table, rng in timelines(compiled, first=50_000, edges=9, days=3):
        nodes = rng.integers(0, graph.nodes, int(rng.integers(1, 3))).tolist()
        closed = rng.permutation(graph.edges)[: int(rng.integers(0, graph.edges + 1))]
        for day in range(table.shape[1]):
            usable = table[:, day]
            sets = brute.openings(graph, usable, nodes, closed.tolist())

            found = roads.reopenings_on(day, nodes=nodes, closed=closed)

            fewest = min(map(len, sets), default=None)
            assert found.least == fewest
            assert found.complete
            assert list(found.fewest) == sorted(opened for opened in sets if len(opened) == fewest)
            assert list(found.single) == sorted(opened[0] for opened in sets if len(opened) == 1)


def test_people_in_fractions_make_no_extra_rows(compiled):
    for graph, roads, _, rng in timelines(compiled, first=60_000, many=100):
        whole = roads.last_roads()
        parts = type(graph)(
            nodes=graph.nodes, start=graph.start, end=graph.end, source=graph.source, people=graph.people / 7
        )

        found = RoadTimeline(parts, roads.passable, compiled=compiled).last_roads(slab_days=int(rng.integers(1, 5)))

        assert found.edge.tolist() == whole.edge.tolist()
        assert found.until.tolist() == whole.until.tolist()
        assert np.allclose(found.people_behind * 7, whole.people_behind)
