"""A network keeps every road, snaps within its limit and no further, and comes back from disk as it was."""

from dataclasses import fields
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.errors import CaseBroken, WrongUse
from castello.places._network_files import EDGES_FILE, NODES_FILE
from castello.places.geodesic import geodesic_km
from castello.places.network import READER_VERSION, MapSource, RoadNetwork

SOURCE = MapSource(file="syria.osm.pbf", sha256="ab" * 32, map_date=date(2016, 7, 1))


def network(edges=((0, 1),), *, nodes=None, prefix="e", **columns):
    """A network whose nodes lie side by side on one parallel."""
    count = nodes if nodes is not None else max((max(ends) for ends in edges), default=-1) + 1
    said: dict[str, Any] = {
        "node_ids": [f"n{at}" for at in range(count)],
        "lat": [36.0] * count,
        "lon": [37 + at / 100 for at in range(count)],
    }
    said |= {"edge_ids": [f"{prefix}{at}" for at in range(len(edges))]}
    said |= {"start": [start for start, _ in edges], "end": [end for _, end in edges]}
    return RoadNetwork.from_parts(**(said | columns))


def same(one, other):
    for field in fields(RoadNetwork):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, theirs)
            assert mine.dtype == theirs.dtype
        else:
            assert mine == theirs
    return True


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"end": [5]}, "leads to no node"),
        ({"start": [-1]}, "leads to no node"),
        ({"length_km": [-0.1]}, "negative"),
        ({"node_ids": ["a", "a"]}, "used twice"),
        ({"node_ids": ["a", None]}, "missing"),
        ({"edge_ids": ["a", "b"]}, "differ in length"),
        ({"lat": [36.0, 91.0]}, "not on earth"),
        ({"lon": [37.0, 181.0]}, "not on earth"),
        ({"classes": [7]}, "class"),
    ],
)
def test_parts_that_do_not_fit_are_refused(columns, what):
    with pytest.raises(WrongUse, match=what):
        network(**columns)


def test_what_is_not_said_is_not_made_up():
    plain = network()

    assert plain.names.to_pylist() == plain.refs.to_pylist() == [None]
    assert np.isnan(plain.length_km).all()
    assert plain.oneway.tolist() == [False]


def test_edges_are_found_by_name_and_number_in_other_spellings():
    roads = network(
        [(0, 1)] * 5,
        names=["Castello Road", "طريق الكاستيلو", None, "CASTELLO-ROAD", "Castello Road North"],
        refs=[None, None, "M5; M 45", None, None],
    )

    assert roads.edges_of(["castello road"]).tolist() == [0, 3]
    assert roads.edges_of(["طَريق الكاستيلو", "Castello Road"]).tolist() == [0, 1, 3]
    assert roads.edges_of(["M45"]).tolist() == roads.edges_of(["m-5"]).tolist() == [2]
    assert roads.edges_of(["Ramouseh", "", "?"]).tolist() == []
    assert roads.edges_of([]).tolist() == []


def test_a_point_snaps_to_the_nearest_node_with_its_distance():
    snapped = network([(0, 1), (1, 2)]).snap([(36.001, 37.011), (36.0, 37.02)], limit_m=500)

    assert snapped.node.tolist() == [1, 2]
    assert snapped.metres[1] == 0
    assert snapped.metres[0] == pytest.approx(float(geodesic_km(36.001, 37.011, lat_b=36.0, lon_b=37.01)) * 1000)


def test_beyond_the_limit_there_is_no_node_but_still_a_distance():
    snapped = network().snap([(36.1, 37.0)], limit_m=1_000)

    assert snapped.node.tolist() == [-1]
    assert snapped.metres.tolist() == [pytest.approx(11_095, abs=20)]


def test_of_two_nodes_at_one_place_the_first_is_taken():
    assert network(lat=[36.0, 36.0], lon=[37.0, 37.0]).snap([(36.0, 37.0)], limit_m=1).node.tolist() == [0]


def test_only_nodes_on_the_wanted_classes_count():
    roads = network([(0, 1), (2, 3)], classes=[1, 0])

    assert roads.snap([(36.0, 37.0)], limit_m=5_000).node.tolist() == [0]
    assert roads.snap([(36.0, 37.0)], limit_m=5_000, classes=["road"]).node.tolist() == [2]
    assert roads.snap([(36.0, 37.0)], limit_m=5_000, classes=["crossing"]).node.tolist() == [-1]


def test_nodes_and_points_without_coordinates_do_not_snap():
    roads = network([(0, 1)], lat=[np.nan, 36.0], lon=[np.nan, 37.01])
    snapped = roads.snap([(np.nan, 37.0), (36.0, 37.0)], limit_m=2_000)

    assert snapped.node.tolist() == [-1, 1]
    assert np.isnan(snapped.metres[0])
    assert network([], nodes=0).snap([(36.0, 37.0)], limit_m=5).node.tolist() == [-1]
    assert roads.snap([], limit_m=5).node.tolist() == []


def test_snapping_reaches_over_the_date_line():
    roads = network(lat=[10.0, 10.0], lon=[179.999, 0.0])
    assert roads.snap([(10.0, -179.999)], limit_m=500).node.tolist() == [0]


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_no_length_is_refused(limit):
    with pytest.raises(WrongUse, match="no length"):
        network().snap([(0, 0)], limit_m=limit)


def test_a_class_that_is_none_is_refused():
    with pytest.raises(WrongUse, match="not a class"):
        network().snap([(0, 0)], limit_m=1, classes=["canal"])


@given(
    st.lists(st.tuples(st.floats(-85, 85), st.floats(-180, 180)), min_size=1, max_size=12),
    st.tuples(st.floats(-85, 85), st.floats(-180, 180)),
    st.floats(1, 3_000_000),
)
def test_snapping_finds_what_looking_at_every_node_finds(places, point, limit):
    lat, lon = np.array(places).T
    roads = network([(at, at) for at in range(len(places))], lat=lat, lon=lon)
    snapped = roads.snap([point], limit_m=limit)
    metres = geodesic_km(lat, lon, lat_b=point[0], lon_b=point[1]) * 1000

    assert snapped.metres[0] == pytest.approx(metres.min())
    assert (
        snapped.node[0] == (-1 if metres.min() > limit else metres.argmin()) or metres[snapped.node[0]] == metres.min()
    )


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=20))
def test_parts_are_the_connected_components_largest_first(edges):
    roads = network(edges, nodes=15)
    graph = nx.MultiGraph(edges)
    graph.add_nodes_from(range(15))
    expected = {frozenset(component) for component in nx.connected_components(graph)}

    assert {frozenset(np.flatnonzero(roads.part == number).tolist()) for number in range(len(expected))} == expected
    sizes = np.bincount(roads.part)
    assert (np.diff(sizes) <= 0).all()


def test_a_long_way_round_is_one_part():
    count = 20_000
    order = np.random.default_rng(3).permutation(count)
    roads = network(
        list(zip(order[:-1].tolist(), order[1:].tolist(), strict=True)), lat=np.zeros(count), lon=np.zeros(count)
    )
    assert roads.part.max() == 0


def test_joining_keeps_each_road_once_and_knows_both_sources():
    other_source = MapSource(file="iraq.osm.pbf", sha256="cd" * 32)
    one = network([(0, 1), (1, 2)], names=["A", "B"], length_km=[1, 2], sources=[SOURCE])
    other = RoadNetwork.from_parts(
        node_ids=["n9", "n2", "n1"], lat=[35, 36, 36], lon=[38, 37.02, 37.01], edge_ids=["x", "e1"],
        start=[0, 2], end=[1, 1], names=["X", "B"], length_km=[5, 2], sources=[other_source, SOURCE],
    )  # fmt: skip
    both = one.join(other)

    assert both.node_ids.to_pylist() == ["n0", "n1", "n2", "n9"]
    assert both.edge_ids.to_pylist() == ["e0", "e1", "x"]
    assert list(zip(both.start.tolist(), both.end.tolist(), strict=True)) == [(0, 1), (1, 2), (3, 2)]
    assert both.names.to_pylist() == ["A", "B", "X"]
    assert both.length_km.tolist() == [1, 2, 5]
    assert both.sources == (SOURCE, other_source)
    assert both.part.max() == 0


def test_joining_maps_that_were_cut_differently_is_refused():
    with pytest.raises(WrongUse, match="'e0' joins other places"):
        network([(0, 1)]).join(network([(1, 0)]))


def test_joining_with_nothing_changes_nothing():
    one = network([(0, 1), (1, 1)], names=["A", None], sources=[SOURCE])
    assert same(one.join(network([], nodes=0)), one)


def test_a_stored_network_comes_back_as_it_was(tmp_path):
    roads = network(
        [(0, 1), (0, 1), (2, 2)], names=["Castello Road", None, "طريق"], refs=[None, "M5", None], classes=[0, 1, 2],
        oneway=[True, False, False], length_km=[1.5, np.nan, 0], lat=[36, np.nan, 36], sources=[SOURCE],
    )  # fmt: skip
    roads.save(tmp_path / "roads")

    assert sorted(path.name for path in (tmp_path / "roads").iterdir()) == [EDGES_FILE, NODES_FILE]
    assert same(RoadNetwork.load(tmp_path / "roads"), roads)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in "ab":
        network([(0, 1)], sources=[SOURCE]).save(tmp_path / name)
    assert [(tmp_path / "a" / file).read_bytes() for file in (NODES_FILE, EDGES_FILE)] == [
        (tmp_path / "b" / file).read_bytes() for file in (NODES_FILE, EDGES_FILE)
    ]


@pytest.mark.parametrize("damage", ["absent", "cut", "foreign", "no-metadata", "nowhere", "class"])
def test_stored_roads_that_are_damaged_say_so(tmp_path, damage):
    network(sources=[SOURCE]).save(tmp_path)
    file = tmp_path / EDGES_FILE
    table = pq.read_table(file)
    if damage == "absent":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:200])
    elif damage == "foreign":
        pq.write_table(pa.table({"a": [1]}).replace_schema_metadata(table.schema.metadata), file)
    elif damage == "no-metadata":
        pq.write_table(table.replace_schema_metadata(None), file)
    elif damage == "class":
        at = table.schema.get_field_index("class")
        pq.write_table(table.set_column(at, "class", pa.array(["canal"])), file)
    else:
        at = table.schema.get_field_index("end")
        pq.write_table(table.set_column(at, "end", pa.array([99], pa.int32())), file)
    with pytest.raises(CaseBroken, match="cannot be read"):
        RoadNetwork.load(tmp_path)


def test_roads_of_another_version_of_the_reader_are_not_used(tmp_path):
    old = MapSource(file="a.osm.pbf", sha256="00", reader=READER_VERSION - 1)
    network(sources=[old]).save(tmp_path)
    with pytest.raises(CaseBroken, match="another version"):
        RoadNetwork.load(tmp_path)


def test_a_source_is_told_by_its_bytes(tmp_path):
    (tmp_path / "a.osm").write_bytes(b"abc")
    source = MapSource.of(tmp_path / "a.osm", map_date=date(2016, 7, 1))

    assert source.file == "a.osm"
    assert source.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert source.reader == READER_VERSION
