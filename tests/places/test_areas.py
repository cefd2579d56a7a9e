"""Areas keep their name whatever way they are drawn, say what lies in them exactly, and refuse what is no ground."""

import math
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.errors import CaseBroken, WrongUse
from castello.places.areas import FILE, Area, Areas, polygons_of, read_area
from castello.places.crs import UnknownSystem, is_wgs84, to_wgs84
from castello.places.geodesic import geodesic_km

SQUARE = [[37.1, 36.2], [37.2, 36.2], [37.2, 36.3], [37.1, 36.3], [37.1, 36.2]]
HOLE = [[37.14, 36.24], [37.16, 36.24], [37.16, 36.26], [37.14, 36.26], [37.14, 36.24]]


def read(*polygons, **options):
    return read_area(polygons, file="map.geojson", row=7, **options)


def area(*polygons):
    made, issues = read(*polygons)
    assert made is not None
    assert issues == ()
    return made


def codes(issues):
    return [(issue.code, issue.severity) for issue in issues]


# -------------------------------------------------------------------------------------------------- what an area is


def test_an_area_keeps_its_shape():
    made = area([SQUARE, HOLE])
    assert made.id.startswith("area-")
    assert len(made.id) == len("area-") + 12
    assert made.geometry.equals(shapely.Polygon(SQUARE, [HOLE]))
    assert made.geometry.area == pytest.approx(0.01 - 0.0004)


corners = st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-500, 500)), min_size=3, max_size=9, unique=True)


@given(corners, st.integers(0, 8), st.booleans())
def test_the_name_does_not_depend_on_where_and_which_way_the_drawing_began(points, start, back):
    ring = [(x / 10, y / 10) for x, y in points]
    turned = ring[start % len(ring) :] + ring[: start % len(ring)]
    if back:
        turned.reverse()
    one, _ = read([[*ring, ring[0]]])
    other, issues = read([[*turned, turned[0]]])
    assert (one is None) == (other is None)
    if one is not None:
        assert other == one
        assert shapely.from_wkb(one.wkb).is_valid
    assert issues == read([[*ring, ring[0]]])[1]


def test_parts_and_holes_in_any_order_are_one_area():
    far = [[x + 1, y] for x, y in SQUARE]
    second = [[x + 0.03, y + 0.03] for x, y in HOLE]
    assert area([SQUARE, HOLE, second], [far]) == area([far], [SQUARE, second, HOLE])


def test_different_ground_has_another_name():
    assert len({area([SQUARE]).id, area([SQUARE, HOLE]).id, area([HOLE]).id}) == 3


def test_heights_are_not_read():
    assert area([[[x, y, 400.0] for x, y in SQUARE]]) == area([SQUARE])


# --------------------------------------------------------------------------------------------- what is wrong with it


def test_a_polygon_that_crosses_itself_is_repaired_and_reported():
    made, issues = read([[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]])
    assert codes(issues) == [("repaired", "warning")]
    assert "self-intersection" in issues[0].what
    assert (issues[0].file, issues[0].row) == ("map.geojson", 7)
    assert made.geometry.is_valid
    assert made.geometry.area == pytest.approx(0.5)


def test_parts_that_overlap_are_joined_not_cut_out_of_each_other():
    made, issues = read([[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]], [[[1, 0], [3, 0], [3, 2], [1, 2], [1, 0]]])
    assert codes(issues) == [("repaired", "warning")]
    assert made.geometry.area == pytest.approx(6)
    assert Areas([made]).covering([1.0], [1.5])[0].tolist() == [0]


def test_a_repair_does_not_change_the_name():
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    assert read([bow])[0].id == read([bow[::-1]])[0].id


@pytest.mark.parametrize(
    ("ring", "code", "hint"),
    [
        ([[0, 0], [1, 1], [0, 0]], "few-points", "three corners"),
        ([[0, 0], [1, 1], [1, 1], [0, 0]], "few-points", "three corners"),
        ([], "few-points", "three corners"),
        ([[0, math.nan], [1, 1], [2, 0], [0, math.nan]], "coordinates", "corner"),
        ([[0, math.inf], [1, 1], [2, 0], [0, 0]], "coordinates", "corner"),
        ([[10**400, 0], [1, 1], [2, 0], [0, 0]], "coordinates", "corner"),
        ([["37.1", "36.2"], [1, 1], [2, 0], [0, 0]], "coordinates", "numbers"),
        ([[True, 0], [1, 1], [2, 0], [0, 0]], "coordinates", "numbers"),
        ([[1], [1, 1], [2, 0], [0, 0]], "coordinates", "longitude, latitude"),
        ("0 0, 1 1, 2 0", "coordinates", "longitude, latitude"),
        (None, "coordinates", "longitude, latitude"),
        ([[36.2, 137.1], [36.3, 137.1], [36.3, 137.2], [36.2, 137.1]], "not-degrees", "swapped"),
        ([[330000, 4010000], [340000, 4010000], [340000, 4020000], [330000, 4010000]], "not-degrees", "projected"),
        ([[0, 0], [1, 1], [2, 2], [0, 0]], "no-area", "three corners"),
    ],
)
def test_what_is_no_ground_is_left_out_and_said(ring, code, hint):
    made, issues = read([ring])
    assert made is None
    assert codes(issues)[-1] == (code, "error")
    assert hint in issues[-1].hint


@pytest.mark.parametrize("polygon", [[], None, "abc", 7, {"a": 1}])
def test_what_is_no_polygon_is_left_out_and_said(polygon):
    made, issues = read(polygon)
    assert made is None
    assert codes(issues) == [("no-rings", "error")]


def test_a_broken_part_costs_itself_only():
    made, issues = read([SQUARE], [[[0, 0], [1, 1], [0, 0]]])
    assert made == area([SQUARE])
    assert codes(issues) == [("few-points", "error")]
    assert "polygon 2 of 2" in issues[0].what


def test_an_open_ring_is_closed_and_a_hole_that_is_none_left_out():
    made, issues = read([SQUARE[:-1], [[37.14, 36.24], [37.16, 36.24], [37.14, 36.24]]])
    assert made == area([SQUARE])
    assert codes(issues) == [("open-ring", "warning"), ("few-points", "warning")]


def test_a_hole_that_nobody_can_place_costs_its_polygon():
    made, issues = read([SQUARE, [[math.nan, 0], [1, 0], [1, 1], [math.nan, 0]]])
    assert made is None
    assert codes(issues) == [("coordinates", "error")]


# ------------------------------------------------------------------------------------------------ coordinate systems


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("EPSG:4326", True),
        ("WGS 84", True),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", True),
        ("EPSG:32637", False),
        ("EPSG:43260", False),
        ("EPSG:14326", False),
        ("urn:ogc:def:crs:EPSG:9.8:4326", True),
        ("", False),
    ],
)
def test_which_names_mean_wgs_84(name, same):
    assert is_wgs84(name) == same


def test_projected_coordinates_come_to_lie_where_they_belong():
    pyproj = pytest.importorskip("pyproj")
    forward = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
    ring = [forward.transform(x, y) for x, y in SQUARE]
    for name in (
        "EPSG:32637",
        "urn:ogc:def:crs:EPSG::32637",
        "urn:ogc:def:crs:EPSG:9.8:32637",
        pyproj.CRS(32637).to_wkt(),
    ):
        made, issues = read([ring], reproject=to_wgs84(name))
        assert issues == ()
        assert made == area([SQUARE])  # to the centimetre: the same corners, so the same area


def test_without_pyproj_another_system_is_refused_and_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyproj", None)
    assert to_wgs84("EPSG:4326") is None
    with pytest.raises(UnknownSystem, match="gis"):
        to_wgs84("EPSG:32637")


@pytest.mark.parametrize("name", ["EPSG:999999", "nonsense", "+init=/etc/passwd", "PROJCS[broken", "EPSG:4326x"])
def test_a_system_that_nobody_knows_is_refused(name):
    pytest.importorskip("pyproj")
    with pytest.raises(UnknownSystem, match="coordinate system"):
        to_wgs84(name)


# ---------------------------------------------------------------------------------------------- what lies in an area


def blob(middle, size, seed):
    """A crooked polygon that may well cross itself."""
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 9))
    far = size * rng.uniform(0.2, 1, 9)
    ring = [[middle[0] + d * math.cos(t), middle[1] + d * math.sin(t)] for t, d in zip(turn, far, strict=True)]
    made, _ = read([[*ring, ring[0]]])
    return made


def many(seed, number=12):
    rng = np.random.default_rng(seed)
    middles = rng.uniform(0, 4, (number, 2))
    return Areas(made for at, middle in enumerate(middles) if (made := blob(middle, 1.5, seed * 100 + at)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_points_are_found_as_by_asking_one_by_one(seed):
    areas = many(seed)
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-1, 5, 80), rng.uniform(-1, 5, 80)
    first = shapely.get_coordinates(next(iter(areas.values())).geometry)
    x, y = np.append(x, [first[0, 0], math.nan, 1.0]), np.append(y, [first[0, 1], 1.0, math.nan])
    expected = [
        (at, number)
        for at, point in enumerate(zip(x, y, strict=True))
        for number, one in enumerate(areas.values())
        if not math.isnan(sum(point)) and one.geometry.intersects(shapely.Point(point))
    ]
    points, found = areas.covering(y, x)
    assert list(zip(points.tolist(), found.tolist(), strict=True)) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_edges_lie_as_by_asking_one_by_one(seed):
    areas = many(seed)
    rng = np.random.default_rng(seed)
    ends = rng.uniform(-1, 5, (60, 4))
    ends[30:, 2:] = ends[30:, :2] + rng.normal(0, 0.1, (30, 2))
    corner = shapely.get_coordinates(next(iter(areas.values())).geometry)
    ends[0] = [*corner[0], *corner[1]]  # along the border
    ends[1] = [*corner[0], *corner[0]]  # without length
    ends[2, 0] = math.nan
    expected = []
    for at, (x1, y1, x2, y2) in enumerate(ends):
        if math.isnan(x1):
            continue
        line = shapely.Point(x1, y1) if (x1, y1) == (x2, y2) else shapely.LineString([(x1, y1), (x2, y2)])
        for number, one in enumerate(areas.values()):
            if one.geometry.covers(line):
                expected.append((at, number, True))
            elif one.geometry.intersects(line) and not one.geometry.touches(line):
                expected.append((at, number, False))
    got = areas.edges(from_lat=ends[:, 1], from_lon=ends[:, 0], to_lat=ends[:, 3], to_lon=ends[:, 2])
    assert list(zip(*(column.tolist() for column in got), strict=True)) == expected


def test_an_edge_on_the_line_between_two_areas_is_inside_both_and_one_that_ends_there_in_one():
    west = area([[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]])
    east = area([[[1, 0], [2, 0], [2, 1], [1, 1], [1, 0]]])
    areas = Areas([west, east])
    edge, number, inside = areas.edges(
        from_lat=[0.2, 0.5, 0.5], from_lon=[1, 0.5, 0.5], to_lat=[0.8, 0.5, 0.5], to_lon=[1, 1, 1.5]
    )
    lies = {(at, areas.ids[which]): within for at, which, within in zip(edge, number, inside, strict=True)}
    assert lies == {
        (0, west.id): True,
        (0, east.id): True,
        (1, west.id): True,
        (2, west.id): False,
        (2, east.id): False,
    }


def test_a_road_through_a_hole_crosses():
    areas = Areas([area([SQUARE, HOLE])])
    edge, _, inside = areas.edges(
        from_lat=[36.25, 36.25, 36.25],
        from_lon=[37.11, 37.145, 37.11],
        to_lat=[36.25] * 3,
        to_lon=[37.19, 37.155, 37.13],
    )
    assert (edge.tolist(), inside.tolist()) == ([0, 2], [False, True])  # the one within the hole is outside


def test_no_areas_cover_nothing():
    none = Areas()
    assert none.covering([36.2], [37.1])[0].tolist() == []
    assert none.edges(from_lat=[1.0], from_lon=[1.0], to_lat=[2.0], to_lon=[2.0])[2].tolist() == []
    assert Areas([area([SQUARE])]).covering([], [])[0].tolist() == []


def test_lists_that_do_not_fit_are_refused():
    with pytest.raises(WrongUse, match="same length"):
        Areas([area([SQUARE])]).covering([1.0], [1.0, 2.0])
    with pytest.raises(WrongUse, match="one end for each start"):
        Areas([area([SQUARE])]).edges(from_lat=[1.0], from_lon=[1.0], to_lat=[], to_lon=[])


# ------------------------------------------------------------------------------------------------------------ circles


@pytest.mark.parametrize(("lat", "lon"), [(36.2, 37.13), (0, 0), (-65, 170), (71, -25)])
def test_a_circle_reaches_as_far_as_it_says_in_every_direction(lat, lon):
    circle = Area.from_circle(lat, lon, km=5)
    ring = shapely.get_coordinates(circle.geometry)
    far = geodesic_km(lat, lon, lat_b=ring[:, 1], lon_b=ring[:, 0])
    assert len(ring) == 65
    assert np.allclose(far, 5, rtol=0.006)  # a sphere for an ellipsoid
    assert Areas([circle]).covering([lat], [lon])[0].tolist() == [0]
    assert Area.from_circle(lat, lon, km=5) == circle


@pytest.mark.parametrize(
    ("lat", "lon", "km"),
    [(91, 0, 5), (0, 181, 5), (0, 0, 0), (0, 0, math.nan), (math.nan, 0, 5), (89.99, 0, 5), (0, 179.99, 5)],
)
def test_a_circle_that_cannot_be_drawn_is_refused(lat, lon, km):
    with pytest.raises(WrongUse):
        Area.from_circle(lat, lon, km=km)


# ------------------------------------------------------------------------------------------------------------ on disk


def test_what_is_saved_is_what_is_loaded(tmp_path):
    areas = Areas([area([SQUARE, HOLE]), Area.from_circle(36.2, 37.1, km=2)])
    areas.save(tmp_path)
    first = (tmp_path / FILE).read_bytes()
    assert dict(Areas.load(tmp_path)) == dict(areas)
    Areas(reversed(list(areas.values()))).save(tmp_path)
    assert (tmp_path / FILE).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_no_file_means_no_areas_and_no_areas_can_be_saved(tmp_path):
    assert len(Areas.load(tmp_path)) == 0
    Areas().save(tmp_path)
    assert len(Areas.load(tmp_path)) == 0


def test_a_damaged_file_is_named(tmp_path):
    Areas([area([SQUARE])]).save(tmp_path)
    data = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(data[: len(data) // 2])
    with pytest.raises(CaseBroken, match=r"areas\.parquet"):
        Areas.load(tmp_path)


def test_other_programs_read_the_file_as_geoparquet(tmp_path):
    import json

    import pyarrow.parquet as pq

    Areas([area([SQUARE])]).save(tmp_path)
    about = json.loads(pq.read_schema(tmp_path / FILE).metadata[b"geo"])
    assert about["columns"]["geometry"] == {"encoding": "WKB", "geometry_types": ["Polygon"]}


def test_one_id_cannot_stand_for_two_shapes():
    one, other = area([SQUARE]), area([HOLE])
    with pytest.raises(WrongUse, match="two shapes"):
        Areas([one, Area(id=one.id, wkb=other.wkb)])
    assert list(Areas([one]) | Areas([other, one])) == sorted([one.id, other.id])


def test_shapes_of_any_type_give_their_polygons():
    square = shapely.Polygon(SQUARE)
    nested = shapely.GeometryCollection([shapely.Point(1, 1), shapely.MultiPolygon([square])])
    assert polygons_of(nested.wkb) == [[[(x, y) for x, y in SQUARE]]]
    assert polygons_of(shapely.Point(1, 1).wkb) == []
    assert polygons_of(b"no shape") is None


def test_without_shapely_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(WrongUse, match=r"castello\[gis\]"):
        read([SQUARE])
