"""The roads of a side as numbers: every answer for one place is that of brute force, and what is not known is never a cut."""

from itertools import combinations
from random import Random

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from castello.picture.connectivity import RoadGraph
from castello.picture.ways import CLOSED, HOURS_UNCLEAR, OPEN, SOME_HOURS, UNDER_FIRE, UNKNOWN, RoadSpans, Ways

SOURCE, A = 0, 1
"""The source, and the place asked about; three more places lie around."""

STATES = {"shut": CLOSED, "unknown": UNKNOWN, "usable": OPEN}
GRAPHS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(sorted(STATES))), max_size=9)


def graph_of(ends, *, nodes):
    start, end = np.array(ends, dtype=np.int32).reshape(-1, 2).T
    return RoadGraph(nodes=nodes, start=start, end=end, source=SOURCE, people=np.zeros(nodes))


def ways(edges):
    rows = [(n, 0, 1, STATES[how], STATES[how]) for n, (_, _, how) in enumerate(edges)]
    graph = graph_of([edge[:2] for edge in edges], nodes=5)
    return Ways(graph, RoadSpans.of(rows), days=1)


def connection(edges):
    return ways(edges).connection(A, "on_ground", 0)


def linked(edges, usable):
    """Whether the place reaches the source over the given roads: every way tried, by joining places until nothing changes."""
    groups = {place: {place} for place in range(5)}
    for n, (one, other, _) in enumerate(edges):
        if n in usable:
            joined = groups[one] | groups[other]
            for place in joined:
                groups[place] = joined
    return SOURCE in groups[A]


def of(edges, *how):
    return {n for n, edge in enumerate(edges) if edge[2] in how}


@given(GRAPHS)
def test_status_is_that_of_brute_force(edges):
    surely, perhaps = linked(edges, of(edges, "usable")), linked(edges, of(edges, "usable", "unknown"))
    mapped = linked(edges, of(edges, *STATES))
    expected = "connected" if surely else "undecided" if perhaps or not mapped else "cut"

    assert connection(edges).status == expected
    assert ways(edges).statuses([A], "on_ground") == [(expected,)]
    states = np.array([STATES[edge[2]] for edge in edges], dtype=np.int8)
    assert ways(edges).status_if(A, "on_ground", states) == expected


@given(GRAPHS)
def test_a_cut_rests_on_shut_roads_and_a_connection_on_usable_ones(edges):
    found = connection(edges)
    kinds = {edges[n][2] for n in found.roads}
    if found.status == "cut":
        assert kinds == {"shut"}
        # opening none of them, whatever else is opened, connects
        assert not linked(edges, set(range(len(edges))) - set(found.roads))
    if found.status == "connected":
        assert kinds == {"usable"}
        assert linked(edges, set(found.roads))


@given(GRAPHS)
def test_decisive_roads_are_those_of_brute_force(edges):
    found = connection(edges)
    usable, unknown = of(edges, "usable"), of(edges, "unknown")
    if found.status != "undecided" or not linked(edges, usable | unknown):
        assert found.decisive == ()
        return
    alone = {r for r in unknown if linked(edges, usable | {r}) or not linked(edges, (usable | unknown) - {r})}
    if alone:
        assert found.decisive == tuple(sorted(alone))
        return
    sizes = range(1, len(unknown) + 1)
    smallest = next(
        names for size in sizes for names in combinations(sorted(unknown), size) if linked(edges, usable | set(names))
    )
    assert found.decisive == smallest


@given(GRAPHS, st.data())
def test_opening_a_road_never_cuts(edges, data):
    if not edges:
        return
    chosen = data.draw(st.integers(0, len(edges) - 1))
    opened_up = [(one, other, "usable" if n == chosen else how) for n, (one, other, how) in enumerate(edges)]
    order = ["cut", "undecided", "connected"]

    assert order.index(connection(opened_up).status) >= order.index(connection(edges).status)


@given(GRAPHS, st.data())
def test_forgetting_a_road_never_cuts(edges, data):
    if not edges:
        return
    chosen = data.draw(st.integers(0, len(edges) - 1))
    forgotten = [(one, other, "unknown" if n == chosen else how) for n, (one, other, how) in enumerate(edges)]
    if connection(edges).status != "cut":
        assert connection(forgotten).status != "cut"


@example([(0, 0, "shut")] * 4 + [(0, 2, "unknown"), (1, 2, "unknown")] * 2, Random(3))
@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_order_of_roads_plays_no_part(edges, random):
    order = list(range(len(edges)))
    random.shuffle(order)
    found, other = connection(edges), connection([edges[n] for n in order])

    roads, decisive = {order[n] for n in other.roads}, {order[n] for n in other.decisive}
    assert found.status == other.status
    assert len(found.decisive) == len(decisive)
    # of several smallest sets that connect the first by number is named: there alone the order decides
    usable, unknown = of(edges, "usable"), of(edges, "unknown")
    turns_alone = {r for r in unknown if linked(edges, usable | {r}) or not linked(edges, (usable | unknown) - {r})}
    if turns_alone or not decisive:
        assert set(found.decisive) == decisive
        assert set(found.roads) == roads
    assert set(found.roads) - set(found.decisive) <= roads
    assert roads - decisive <= set(found.roads)


@given(GRAPHS)
def test_a_parallel_road_that_is_usable_clears_the_doubt_on_its_twin(edges):
    for n, (one, other, how) in enumerate(edges):
        if how != "usable":
            assert n not in connection([*edges, (one, other, "usable")]).decisive


def test_parallel_roads_are_kept_apart():
    assert connection([(A, SOURCE, "usable"), (A, SOURCE, "shut")]).roads == (0,)
    assert connection([(A, SOURCE, "shut"), (A, SOURCE, "unknown")]).decisive == (1,)


def test_nothing_passes_through_a_source():
    assert connection([(A, SOURCE, "usable"), (SOURCE, 2, "usable")]).roads == (0,)


def test_a_map_with_a_hole_is_no_siege():
    assert connection([]).status == "undecided"
    # an edge to nowhere: the only road is closed, but the map does not say where it led
    assert connection([(A, 2, "shut")]).status == "undecided"
    assert connection([(A, 2, "shut"), (2, SOURCE, "usable")]).status == "cut"


def test_what_an_unknown_road_was_last_said_to_be_gives_the_status_as_assessed():
    graph = graph_of([(A, SOURCE)], nodes=2)
    for last, by_fire, on_ground in [
        (OPEN, "connected", "connected"),
        (UNDER_FIRE, "cut", "connected"),
        (SOME_HOURS, "cut", "connected"),
        (HOURS_UNCLEAR, "undecided", "connected"),
        (CLOSED, "cut", "cut"),
        (UNKNOWN, "undecided", "undecided"),
    ]:
        roads = Ways(graph, RoadSpans.of([(0, 0, 1, UNKNOWN, last)]), days=1)
        assert roads.connection(A, "by_fire", 0).status == "undecided"
        assert (roads.as_assessed(A, "by_fire", 0), roads.as_assessed(A, "on_ground", 0)) == (by_fire, on_ground)
