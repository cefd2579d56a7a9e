"""Road graphs small enough to be worked out by hand: Aleppo in 2016, the traps of parallel roads, and what cannot be asked."""

from datetime import date

import numpy as np
import pytest

from castello.errors import WrongUse
from castello.picture.connectivity import Passable, RoadGraph, RoadTimeline
from tests.picture.connectivity.brute import rows_on

FIRST, LAST = date(2016, 5, 5), date(2016, 12, 22)


def network(*roads, days=1, people=None, source=0):
    """From (one end, other end, spans of days): no spans, always usable."""
    nodes = 1 + max(max(road[:2]) for road in roads)
    spans = [(edge, *span) for edge, road in enumerate(roads) for span in road[2:]]
    edge, first, until = zip(*spans, strict=True) if spans else ((), (), ())
    graph = RoadGraph(
        nodes=nodes,
        start=np.array([road[0] for road in roads]),
        end=np.array([road[1] for road in roads]),
        source=source,
        people=np.array([10**node for node in range(nodes)] if people is None else people, dtype=float),
    )
    always = [edge for edge, road in enumerate(roads) if len(road) == 2]
    passable = Passable.from_intervals(days=days, edges=len(roads), edge=edge, first=first, until=until, always=always)
    return RoadTimeline(graph, passable)


def last(roads, day, *nodes):
    return [(road.edge, road.people_behind) for road in roads.last_roads_on(day, nodes=nodes)]


# ------------------------------------------------------------------------------------------------------ Aleppo, 2016

SOURCE, EAST, NORTH, SOUTH = range(4)
CASTELLO, BORDER_1, BORDER_2, RAMOUSEH, IDLIB = range(5)
NEVER = (0, 0)


def since_start(month, day):
    return (date(2016, month, day) - FIRST).days


def east(*, castello, ramouseh):
    return network(
        (EAST, NORTH, castello),
        (NORTH, SOURCE),
        (NORTH, SOURCE),
        (EAST, SOUTH, *ramouseh),
        (SOUTH, SOURCE),
        days=(LAST - FIRST).days + 1,
        people=[0, 275_000, 0, 0],
    )


def spells(roads, node):
    """Lengths of the spells, first connected, then cut, and so on."""
    connected = roads.connected([node])[0]
    changes = np.flatnonzero(connected[1:] != connected[:-1]) + 1
    return connected[0], np.diff([0, *changes, len(connected)]).tolist()


def test_the_east_by_fire():
    roads = east(castello=(0, since_start(7, 7)), ramouseh=[(since_start(8, 10), since_start(8, 25))])

    assert spells(roads, EAST) == (True, [63, 34, 15, 120])
    assert last(roads, since_start(7, 6), EAST) == [(CASTELLO, 275_000)]
    assert last(roads, since_start(7, 7), EAST) == []
    assert last(roads, since_start(8, 10), EAST) == [(IDLIB, 275_000), (RAMOUSEH, 275_000)]


def test_the_east_on_the_ground():
    roads = east(castello=(0, since_start(7, 17)), ramouseh=[(since_start(8, 6), since_start(9, 4))])

    assert spells(roads, EAST) == (True, [73, 20, 29, 110])
    assert last(roads, since_start(7, 16), EAST) == [(CASTELLO, 275_000)]
    assert last(roads, since_start(9, 3), EAST) == [(IDLIB, 275_000), (RAMOUSEH, 275_000)]
    found = roads.last_roads()
    assert list(zip(found.edge.tolist(), found.first.tolist(), found.until.tolist(), strict=True)) == [
        (CASTELLO, 0, 73),
        (RAMOUSEH, 93, 122),
        (IDLIB, 93, 122),
    ]
    assert not found.structural.any()
    (castello,) = roads.reopenings_on(since_start(7, 17), nodes=[EAST], closed=[CASTELLO, RAMOUSEH]).fewest[:1]
    assert castello == (CASTELLO,)


def test_the_west_loses_its_roads_and_finds_another():
    khanasser, ramouseh, castello, najjar = range(4)
    roads = network(
        (1, 0),
        (2, 1, (0, since_start(8, 6)), (since_start(9, 8), 999)),
        (2, 3, (since_start(8, 9), 999)),
        (3, 1),
        days=(LAST - FIRST).days + 1,
        people=[0, 0, 1_200_000, 0],
    )

    assert spells(roads, 2) == (True, [93, 3, 136])
    assert [edge for edge, _ in last(roads, since_start(8, 5), 2)] == [khanasser, ramouseh]
    assert [edge for edge, _ in last(roads, since_start(8, 9), 2)] == [khanasser, najjar, castello]
    assert [edge for edge, _ in last(roads, since_start(9, 8), 2)] == [khanasser]


# ---------------------------------------------------------------------------------------------------- parallel roads


def test_two_parallel_roads_are_no_last_road():
    roads = network((0, 1), (0, 1), (1, 2))

    assert rows_on(roads.last_roads(), 0) == {2: 100}
    assert last(roads, 0, 1, 2) == [(2, 100)]
    assert [roads.routes_on(0, nodes=[node]) for node in (1, 2)] == [2, 1]


def test_a_parallel_road_that_is_shut_makes_the_other_the_last():
    roads = network((0, 1), (0, 1, (0, 1), (2, 3)), (1, 2), days=3)

    assert [rows_on(roads.last_roads(), day) for day in range(3)] == [{2: 100}, {0: 110, 2: 100}, {2: 100}]


def test_a_road_that_leads_back_to_where_it_starts_changes_nothing():
    plain, looped = network((0, 1), (1, 2)), network((0, 1), (1, 2), (1, 1), (2, 2, (0, 1)), (0, 0), days=2)

    assert last(looped, 0, 2) == last(plain, 0, 2) == [(0, 110), (1, 100)]
    assert looped.routes_on(0, nodes=[2]) == 1
    assert looped.people_reached().tolist() == [111, 111]


def test_roads_to_two_sources_of_which_one_can_be_shut():
    # nodes 1 and 2 are crossings at the border; what joins them to 0 is their own state
    roads = network((0, 1), (0, 2, (0, 2)), (1, 3), (2, 3), days=3, people=[0, 0, 0, 7])

    assert [roads.routes_on(day, nodes=[3]) for day in range(3)] == [2, 2, 1]
    assert last(roads, 1, 3) == []
    assert last(roads, 2, 3) == [(0, 7), (2, 7)]


def test_shut_and_opened_on_the_same_day_is_open_on_that_day():
    roads = network((0, 1, (0, 4), (4, 9)), days=9)

    assert roads.connected([1]).all()
    assert roads.last_roads().first.tolist() == [0]


def test_a_road_that_is_shut_on_every_day():
    roads = network((0, 1, NEVER), days=2)

    assert not roads.connected([1]).any()
    assert roads.last_roads_on(0, nodes=[1]) == ()
    assert roads.reopenings_on(0, nodes=[1], closed=[0]).single == (0,)


def test_a_road_that_never_closed_is_a_last_road_all_the_same():
    roads = network((0, 1), (1, 2), days=400)
    found = roads.last_roads()

    assert found.edge.tolist() == [0, 1]
    assert found.until.tolist() == [400, 400]
    assert found.people_behind.tolist() == [110, 100]
    assert found.structural.all()


def test_a_dead_end_is_a_last_road_only_while_its_inner_end_is_reached():
    roads = network((0, 1, (0, 2), (5, 9)), (1, 2), days=9, people=[0, 0, 3])
    found = roads.last_roads(slab_days=4)

    assert list(zip(found.edge.tolist(), found.first.tolist(), found.until.tolist(), strict=True)) == [
        (0, 0, 2), (0, 5, 9), (1, 0, 2), (1, 5, 9),
    ]  # fmt: skip
    assert found.structural.tolist() == [False, False, True, True]
    assert [(road.edge, road.structural) for road in roads.last_roads_on(1, nodes=[2])] == [(0, False), (1, True)]
    assert roads.last_roads_on(2, nodes=[2]) == ()


def test_a_road_behind_which_nobody_is_known_to_live():
    roads = network((0, 1), (1, 2), people=[5, 0, 0])

    assert len(roads.last_roads().edge) == 0
    assert last(roads, 0, 2) == [(0, 0), (1, 0)]


def test_a_road_longer_than_pythons_stack():
    roads = network(*((node, node + 1) for node in range(5000)), days=2, people=np.ones(5001))

    assert [road.people_behind for road in roads.last_roads_on(1, nodes=[5000])] == list(range(5000, 0, -1))


# -------------------------------------------------------------------------------------------------- several nodes


def test_which_nodes_stand_behind_which_road():
    roads = network((0, 1), (1, 2), (1, 3), (3, 4), (0, 5), (0, 5))

    found = roads.last_roads_on(0, nodes=[4, 2, 5, 4])

    assert [(road.edge, road.behind) for road in found] == [(0, (0, 1, 3)), (1, (1,)), (2, (0, 3)), (3, (0, 3))]


def test_several_nodes_are_one_place_for_routes():
    roads = network((0, 1), (0, 2), (0, 3), (0, 3))

    assert [roads.routes_on(0, nodes=nodes) for nodes in ([1], [1, 2], [1, 2, 3], [1, 0])] == [1, 2, 3, 3]


def test_a_third_route_that_uses_a_road_which_the_second_gave_back():
    roads = [
        (6, 8), (4, 5), (2, 5), (6, 8), (8, 9), (2, 3), (4, 8), (5, 7), (0, 3), (0, 5), (9, 6), (9, 6), (1, 2), (5, 4),
        (1, 0), (4, 9), (2, 1), (2, 6),
    ]  # fmt: skip
    # 6 to 0 by 2 and 3, by 2 and 1, and by 9 (or 8), 4 and 5; nothing is held together, since all roads are shut on day 1
    assert network(*((*ends, (0, 1)) for ends in roads), days=2).routes_on(0, nodes=[6]) == 3


def test_the_fewest_reopenings():
    # from 3 home: by 1 with two roads shut, or by 2 with two others; or the long way round
    shut = [(0, 1), (1, 3), (0, 2), (2, 3), (0, 4), (4, 5), (5, 3)]
    roads = network(*((*ends, NEVER) for ends in shut), people=np.ones(6))

    found = roads.reopenings_on(0, nodes=[3], closed=range(7))

    assert found.single == ()
    assert found.least == 2
    assert found.fewest == ((0, 1), (2, 3))
    assert found.complete
    first = roads.reopenings_on(0, nodes=[3], closed=range(7), limit=1)
    assert (first.fewest, first.complete) == (((0, 1),), False)


def test_people_of_another_day():
    roads = network((0, 1, (0, 1)), (1, 2), days=2, people=[0, 5, 6])
    later = [0.0, 50.0, 60.0]

    assert [road.people_behind for road in roads.last_roads_on(0, nodes=[2], people=later)] == [110, 60]
    later[2] = 70.0
    assert [road.people_behind for road in roads.last_roads_on(0, nodes=[2], people=later)] == [120, 70]
    assert last(roads, 0, 2) == [(0, 11), (1, 6)]


def test_nothing_to_reopen():
    roads = network((0, 1), (2, 3, NEVER))

    connected = roads.reopenings_on(0, nodes=[1, 3], closed=[1])
    assert (connected.least, connected.fewest, connected.single) == (0, ((),), ())
    hopeless = roads.reopenings_on(0, nodes=[3], closed=[1])
    assert (hopeless.least, hopeless.fewest, hopeless.complete) == (None, (), True)


# ------------------------------------------------------------------------------------------------ what cannot be


GRAPH = {"nodes": 2, "start": [0], "end": [1], "source": 0, "people": [0.0, 1.0]}


@pytest.mark.parametrize(
    "change",
    [
        {"nodes": 0},
        {"start": [0, 1]},
        {"start": [-1]},
        {"end": [2]},
        {"start": [0.5]},
        {"end": [2**40]},
        {"source": 2},
        {"people": [1.0]},
        {"people": [1.0, -1.0]},
        {"people": [1.0, float("nan")]},
    ],
)
def test_graphs_that_cannot_be(change):
    with pytest.raises(WrongUse):
        RoadGraph(**(GRAPH | change))


@pytest.mark.parametrize(
    ("edge", "first", "until"),
    [
        ([2], [0], [1]),
        ([1], [-1], [1]),
        ([1], [1], [1]),
        ([1], [0], [6]),
        ([0], [0], [1]),
        ([1, 1], [0, 2], [2, 3]),
        ([1, 1], [3, 0], [4, 1]),
        ([1], [0, 1], [1]),
    ],
    ids=["no edge", "before", "empty", "after", "always", "touching", "backwards", "lengths"],
)
def test_spans_that_cannot_be(edge, first, until):
    with pytest.raises(WrongUse):
        Passable(days=5, always=np.array([True, False]), edge=edge, first=first, until=until)


def test_intervals_in_any_order_are_put_in_order():
    found = Passable.from_intervals(
        days=10,
        edges=4,
        edge=[3, 1, 1, 1, 3, 2, 3],
        first=[5, 4, 0, 3, 8, 7, 6],
        until=[7, 9, 2, 4, 99, 7, 8],
        always=[0],
    )

    spans = zip(found.edge.tolist(), found.first.tolist(), found.until.tolist(), strict=True)
    assert list(spans) == [(1, 0, 2), (1, 3, 9), (3, 5, 10)]
    assert found.always.tolist() == [True, False, False, False]
    assert found.on(6).tolist() == [True, True, False, True]


@pytest.mark.parametrize("call", [{"edge": [4]}, {"always": [4]}, {"always": [-1]}, {"first": [1, 2]}])
def test_intervals_that_cannot_be(call):
    with pytest.raises(WrongUse):
        Passable.from_intervals(**({"days": 5, "edges": 4, "edge": [1], "first": [1], "until": [2]} | call))


def test_questions_that_cannot_be_asked():
    roads = network((0, 1), (1, 2, (0, 1)), days=3)

    for wrong in (
        lambda: RoadTimeline(roads.graph, Passable.from_days([[True]])),
        lambda: roads.connected([3]),
        lambda: roads.connected_on(3, nodes=[0]),
        lambda: roads.last_roads(slab_days=0),
        lambda: roads.last_roads_on(-1, nodes=[0]),
        lambda: roads.last_roads_on(0, nodes=[0], people=[1]),
        lambda: roads.routes_on(0, nodes=[]),
        lambda: roads.routes_on(0, nodes=[1], cap=4),
        lambda: roads.routes_on(7, nodes=[1]),
        lambda: roads.reopenings_on(0, nodes=[1], closed=[2]),
    ):
        with pytest.raises(WrongUse):
            wrong()


def test_no_nodes_have_no_answers():
    roads = network((0, 1), days=3)

    assert roads.connected([]).shape == (0, 3)
    assert roads.last_roads_on(0, nodes=[]) == ()


def test_a_graph_without_roads():
    graph = RoadGraph(nodes=2, start=np.array([]), end=np.array([]), source=1, people=np.array([3.0, 4.0]))
    roads = RoadTimeline(graph, Passable.from_intervals(days=2, edges=0, edge=[], first=[], until=[]))

    assert roads.connected([0, 1]).tolist() == [[False, False], [True, True]]
    assert roads.people_reached().tolist() == [4, 4]
    assert len(roads.last_roads().edge) == 0
    assert roads.routes_on(0, nodes=[0]) == 0
    assert roads.reopenings_on(0, nodes=[0], closed=[]).least is None
