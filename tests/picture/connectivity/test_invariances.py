"""What must not change an answer, and which way an answer can go: properties of every road graph."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.picture.connectivity import Passable, RoadGraph, RoadTimeline
from tests.picture.connectivity.brute import rows_on

DAYS = 6
NODES = 6

edges = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        st.one_of(st.just([True] * DAYS), st.lists(st.booleans(), min_size=DAYS, max_size=DAYS)),
    ),
    max_size=12,
)
people = st.lists(st.integers(0, 9), min_size=NODES, max_size=NODES)
few = settings(max_examples=80, deadline=None)


def timeline(roads, lives):
    graph = RoadGraph(
        nodes=len(lives),
        start=np.array([road[0] for road in roads]),
        end=np.array([road[1] for road in roads]),
        source=0,
        people=np.array(lives, dtype=float),
    )
    table = np.array([road[2] for road in roads], dtype=bool) if roads else np.zeros((0, DAYS))
    return RoadTimeline(graph, Passable.from_days(table))


def routes(roads, day):
    return [roads.routes_on(day, nodes=[node]) for node in range(1, NODES)]


def rows(roads, **options):
    found = roads.last_roads(**options)
    return [found.edge.tolist(), found.first.tolist(), found.until.tolist(), found.people_behind.tolist()]


@few
@given(edges, people, st.permutations(range(NODES)), st.randoms(use_true_random=False))
def test_names_of_nodes_and_order_of_edges_play_no_part(roads, lives, number, random):
    order = list(range(len(roads)))
    random.shuffle(order)
    turned = [(*random.sample([number[end] for end in roads[at][:2]], 2), roads[at][2]) for at in order]
    moved = [0] * NODES
    for node, lived in enumerate(lives):
        moved[number[node]] = lived
    before = timeline(roads, lives)
    graph = RoadGraph(
        nodes=NODES,
        start=np.array([road[0] for road in turned]),
        end=np.array([road[1] for road in turned]),
        source=number[0],
        people=np.array(moved, dtype=float),
    )
    after = RoadTimeline(
        graph, Passable.from_days(np.array([road[2] for road in turned], dtype=bool).reshape(-1, DAYS))
    )

    assert after.connected(number).tolist() == before.connected(range(NODES)).tolist()
    for day in range(DAYS):
        assert [after.routes_on(day, nodes=[number[node]]) for node in range(1, NODES)] == routes(before, day)
        renamed = {order[edge]: behind for edge, behind in rows_on(after.last_roads(), day).items()}
        assert renamed == rows_on(before.last_roads(), day)


@few
@given(edges, people, st.integers(1, 9))
def test_the_length_of_a_slab_plays_no_part(roads, lives, slab_days):
    assert rows(timeline(roads, lives), slab_days=slab_days) == rows(timeline(roads, lives))


@few
@given(edges.filter(len), people, st.data())
def test_a_node_in_the_middle_of_a_road_plays_no_part(roads, lives, data):
    at = data.draw(st.integers(0, len(roads) - 1))
    one, other, days = roads[at]
    split = [*roads, (NODES, other, days)]
    split[at] = (one, NODES, days)
    before, after = timeline(roads, lives), timeline(split, [*lives, 0])

    assert after.connected(range(NODES)).tolist() == before.connected(range(NODES)).tolist()
    for day in range(DAYS):
        found = rows_on(after.last_roads(), day)
        second = found.pop(len(roads), None)
        assert found == rows_on(before.last_roads(), day)
        assert second == found.get(at)
        assert routes(after, day) == routes(before, day)


@few
@given(edges.filter(len), people, st.data())
def test_a_parallel_road_clears_the_alarm_and_no_other(roads, lives, data):
    at = data.draw(st.integers(0, len(roads) - 1))
    before, after = timeline(roads, lives), timeline([*roads, roads[at]], lives)

    assert after.people_reached().tolist() == before.people_reached().tolist()
    for day in range(DAYS):
        expected = rows_on(before.last_roads(), day)
        expected.pop(at, None)
        assert rows_on(after.last_roads(), day) == expected


@few
@given(edges, people, st.integers(0, DAYS - 1), st.integers(1, 70))
def test_a_day_that_lasts_longer_changes_no_other(roads, lives, day, more):
    def stretched(days):
        return [*days[:day], *[days[day]] * more, *days[day:]]

    before = timeline(roads, lives)
    if roads:
        after = timeline([(one, other, stretched(days)) for one, other, days in roads], lives)

        assert after.people_reached().tolist() == stretched(before.people_reached().tolist())
        for now in range(DAYS):
            later = now if now < day else now + more
            assert rows_on(after.last_roads(), later) == rows_on(before.last_roads(), now)


@few
@given(edges.filter(len), people, st.data())
def test_opening_a_road_takes_nothing_away(roads, lives, data):
    at = data.draw(st.integers(0, len(roads) - 1))
    opened = [*roads]
    opened[at] = (*roads[at][:2], [True] * DAYS)
    before, after = timeline(roads, lives), timeline(opened, lives)

    assert (after.connected(range(NODES)) >= before.connected(range(NODES))).all()
    for day in range(DAYS):
        assert all(more >= fewer for more, fewer in zip(routes(after, day), routes(before, day), strict=True))


@few
@given(edges, people)
def test_no_route_is_cut_and_one_route_has_a_last_road(roads, lives):
    found = timeline(roads, lives)
    for day in range(DAYS):
        for node in range(1, NODES):
            many = found.routes_on(day, nodes=[node])
            assert (many == 0) == (not found.connected([node])[0, day])
            assert (many == 1) == bool(found.last_roads_on(day, nodes=[node]))


@few
@given(edges, people, st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(0, NODES - 1)), max_size=8))
def test_the_order_of_questions_plays_no_part(roads, lives, asked):
    kept = timeline(roads, lives)
    for day, node in asked:
        fresh = timeline(roads, lives)
        assert kept.last_roads_on(day, nodes=[node]) == fresh.last_roads_on(day, nodes=[node])
        assert kept.routes_on(day, nodes=[node]) == fresh.routes_on(day, nodes=[node])
        shut = range(len(roads))
        assert kept.reopenings_on(day, nodes=[node], closed=shut) == fresh.reopenings_on(day, nodes=[node], closed=shut)
