"""Medium road graphs against scipy, igraph and networkx, where they are installed; and numba against plain Python."""

import sys

import numpy as np
import pytest

from castello.errors import WrongUse
from castello.picture.connectivity import Passable, RoadGraph, RoadTimeline
from castello.picture.connectivity.compiled import WORTH, WORTH_ONCE_LOADED, available, choice

NODES, EDGES, DAYS = 3000, 3500, 90


@pytest.fixture(scope="module")
def roads():
    return made()


def made(**options):
    rng = np.random.default_rng(7)
    # a random tree that leads back some way, and other roads between nodes that are near in number
    tree = np.array([rng.integers(max(0, node - 60), node) for node in range(1, NODES)])
    start = np.concatenate([np.arange(1, NODES), rng.integers(0, NODES, EDGES - NODES + 1)])
    end = np.concatenate([tree, np.clip(start[NODES - 1 :] + rng.integers(-40, 41, EDGES - NODES + 1), 0, NODES - 1)])
    changing = rng.choice(EDGES, 300, replace=False)
    table = np.ones((EDGES, DAYS), dtype=bool)
    for edge in changing:
        for first in rng.integers(0, DAYS, 3):
            table[edge, first : first + rng.integers(1, 25)] = False
    people = rng.integers(0, 400, NODES).astype(float)
    graph = RoadGraph(nodes=NODES, start=start, end=end, source=0, people=people)
    return RoadTimeline(graph, Passable.from_days(table), **options)


def on(roads, day):
    """The ends and indices of the edges that can be used on a day."""
    edge = np.flatnonzero(roads.passable.on(day))
    return roads.graph.start[edge], roads.graph.end[edge], edge


def test_reach_on_every_day_as_scipy_has_it(roads):
    sparse = pytest.importorskip("scipy.sparse")
    csgraph = pytest.importorskip("scipy.sparse.csgraph")
    found = roads.connected(range(NODES))

    for day in range(DAYS):
        start, end, _ = on(roads, day)
        matrix = sparse.coo_matrix((np.ones(len(start)), (start, end)), shape=(NODES, NODES))
        _, part = csgraph.connected_components(matrix, directed=False)
        assert (found[:, day] == (part == part[0])).all()
        assert roads.people_reached()[day] == roads.graph.people[part == part[0]].sum()


def test_last_roads_as_igraph_has_them(roads):
    igraph = pytest.importorskip("igraph")
    found = roads.last_roads()

    for day in range(0, DAYS, 7):
        start, end, edge = on(roads, day)
        graph = igraph.Graph(n=NODES, edges=list(zip(start.tolist(), end.tolist(), strict=True)))
        reached = set(graph.subcomponent(0))
        bridges = [at for at in graph.bridges() if start[at] in reached]
        expected = {}
        for at in bridges[::5]:
            left = graph.copy()
            left.delete_edges([at])
            cut = reached - set(left.subcomponent(0))
            expected[int(edge[at])] = float(roads.graph.people[list(cut)].sum())
        rows = found.edge[(found.first <= day) & (day < found.until)].tolist()
        behind = found.people_behind[(found.first <= day) & (day < found.until)].tolist()
        ours = dict(zip(rows, behind, strict=True))
        assert ours.keys() <= {int(edge[at]) for at in bridges}
        assert {at: ours.get(at, 0.0) for at in expected} == expected


def test_bridges_as_networkx_has_them_on_a_multigraph(roads):
    networkx = pytest.importorskip("networkx")
    start, end, edge = on(roads, 44)
    graph = networkx.MultiGraph()
    graph.add_nodes_from(range(NODES))
    graph.add_edges_from(zip(start.tolist(), end.tolist(), edge.tolist(), strict=True))
    reached = networkx.node_connected_component(graph, 0)
    expected = {key for _, one, key in (
        (None, pair[0], next(iter(graph[pair[0]][pair[1]]))) for pair in networkx.bridges(graph)
    ) if one in reached}  # fmt: skip

    found = roads.last_roads_on(44, nodes=range(NODES))

    assert {road.edge for road in found} == expected
    assert len(expected) > 100


def test_routes_as_igraph_has_them(roads):
    igraph = pytest.importorskip("igraph")
    rng = np.random.default_rng(3)
    counts = np.zeros(4, dtype=int)
    for day in range(0, DAYS, 18):
        start, end, _ = on(roads, day)
        cut = np.flatnonzero(~roads.connected(range(NODES))[:, day])
        for turn in range(60):
            nodes = rng.choice(cut, 1) if turn % 10 == 0 else rng.integers(1, NODES, int(rng.integers(1, 4)))
            # a node of its own that is joined to the place by more roads than are counted
            more = [(int(node), NODES) for node in np.unique(nodes) for _ in range(4)]
            pairs = [*zip(start.tolist(), end.tolist(), strict=True), *more]
            graph = igraph.Graph(n=NODES + 1, edges=pairs)
            expected = min(3, int(graph.mincut_value(NODES, 0)))

            assert roads.routes_on(day, nodes=nodes) == expected
            counts[expected] += 1
    assert counts.all(), "every answer was met"


def test_the_fewest_reopenings_as_scipy_has_them(roads):
    sparse = pytest.importorskip("scipy.sparse")
    csgraph = pytest.importorskip("scipy.sparse.csgraph")
    day = 30
    usable = roads.passable.on(day)
    shut = np.flatnonzero(~usable)
    weight = np.where(usable, 1e-9, 1.0)  # a road that can be used costs next to nothing: 0 would be no road
    one, other = roads.graph.start, roads.graph.end
    # of parallel roads the best is the first, which is the one kept
    order = np.argsort(weight, kind="stable")
    _, kept = np.unique(
        np.minimum(one, other)[order].astype(np.int64) * NODES + np.maximum(one, other)[order], return_index=True
    )
    kept = order[kept]
    matrix = sparse.coo_matrix((weight[kept], (one[kept], other[kept])), shape=(NODES, NODES)).tocsr()
    away = csgraph.dijkstra(matrix, directed=False, indices=0)
    cut = np.flatnonzero(~roads.connected(range(NODES))[:, day])

    assert len(cut) > 20
    for node in cut[:200]:
        assert roads.reopenings_on(day, nodes=[node], closed=shut).least == round(away[node])


@pytest.mark.skipif(not available(), reason="numba, the extra `fast`, is not here")
def test_numba_and_plain_python_agree():
    fast, plain = made(compiled=True), made(compiled=False)

    assert (fast.connected(range(NODES)) == plain.connected(range(NODES))).all()
    for name in ("edge", "first", "until", "people_behind", "structural"):
        assert (getattr(fast.last_roads(), name) == getattr(plain.last_roads(), name)).all()
    for node in range(1, NODES, 40):
        assert fast.routes_on(9, nodes=[node]) == plain.routes_on(9, nodes=[node])


def test_kernels_are_compiled_where_it_is_worth_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    assert choice(wanted=None, steps=WORTH - 1) is False
    assert choice(wanted=None, steps=WORTH) is available()
    monkeypatch.setitem(sys.modules, "numba", object())
    assert choice(wanted=None, steps=WORTH_ONCE_LOADED - 1) is False
    assert choice(wanted=None, steps=WORTH_ONCE_LOADED) is available()
    monkeypatch.setattr("castello.picture.connectivity.compiled.available", lambda: False)
    assert choice(wanted=None, steps=10 * WORTH) is False
    with pytest.raises(WrongUse):
        choice(wanted=True, steps=1)
