"""Files of lines become networks: joined where they meet, in WGS 84, and with an issue for each line that is none."""

import json
import sqlite3
import struct
import sys
from contextlib import closing
from pathlib import Path

import pyproj
import pytest
import shapely

import castello.sources.road_lines as room
from castello.errors import WrongUse
from castello.places import ROAD_CLASSES
from castello.sources.road_lines import read_road_lines

SAMPLE = Path(room.__file__).with_name("sample.geojson")
UTM = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32637", always_xy=True)


def feature(*points, kind="LineString", **said):
    coordinates = [list(point) for point in points] if kind == "LineString" else list(points)
    id = said.pop("id", None)
    item = {"type": "Feature", "properties": said, "geometry": {"type": kind, "coordinates": coordinates}}
    return item if id is None else item | {"id": id}


def geojson(folder, *features, name="roads.geojson", **more):
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)} | more), encoding="utf-8")
    return path


def geopackage(folder, *, geometries, name="roads.gpkg", srs=4326, kind="LINESTRING", layers=("roads",), view=False):
    """A GeoPackage with the tables that readers ask for; geometries behind the header of the format."""
    path = folder / name
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "create table gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition)"
        )
        base.execute("create table gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m)")
        base.execute("insert into gpkg_spatial_ref_sys values ('x', ?, 'EPSG', ?, '')", (srs, srs))
        for layer in layers:
            quoted = '"' + layer.replace('"', '""') + '"'
            base.execute(f"create table {quoted} (fid integer primary key, geom blob, name text, class text)")
            base.execute("insert into gpkg_geometry_columns values (?, 'geom', ?, ?, 0, 0)", (layer, kind, srs))
            for number, geometry in enumerate(geometries, start=1):
                blob = geometry if isinstance(geometry, bytes | type(None)) else header(srs) + shapely.to_wkb(geometry)
                base.execute(f"insert into {quoted} values (?, ?, ?, 'track')", (number, blob, f"Road {number}"))
        if view:
            base.execute(
                "create view endless as with recursive n(i) as (select 1 union all select i + 1 from n) select i, i geom from n"
            )
            base.execute("insert into gpkg_geometry_columns values ('endless', 'geom', 'LINESTRING', 4326, 0, 0)")
    return path


def header(srs, envelope=0):
    return b"GP\x00" + bytes([1 | envelope << 1]) + struct.pack("<i", srs) + bytes((0, 32, 48, 48, 64)[envelope])


def ends(network):
    return {
        id: (round(float(network.lon[start]), 3), round(float(network.lon[end]), 3))
        for id, start, end in zip(network.edge_ids.to_pylist(), network.start, network.end, strict=True)
    }


def codes(issues):
    return [issue.code for issue in issues]


def refused(path, code, **options):
    network, issues = read_road_lines(path, **options)
    assert len(network) == 0
    assert codes(issues) == [code], issues
    assert issues[0].severity == "error"
    return issues[0]


def test_the_sample_is_read_whole():
    network, issues = read_road_lines(SAMPLE)

    assert issues == ()
    assert network.edge_ids.to_pylist() == ["sample/1/0", "sample/2/0", "sample/3/0"]
    assert network.names.to_pylist() == ["Harbour Road", "Old Track", "South Bridge"]
    assert network.refs.to_pylist() == ["S1", None, None]
    assert [ROAD_CLASSES[code] for code in network.cls] == ["road", "track", "crossing"]
    assert len(network.node_ids) == 3  # the bridge begins half a metre from the ends of the two roads
    assert network.sources[0].file == "sample.geojson"


def test_lines_meet_at_shared_points_and_nowhere_else(tmp_path):
    path = geojson(
        tmp_path,
        feature((37, 36), (37.5, 36), (38, 36)),
        feature((37.5, 36), (37.5, 36.5)),
        feature((37.2, 35.9), (37.2, 36.1)),
    )
    network, issues = read_road_lines(path)

    assert ends(network) == {
        "roads/1/0": (37, 37.5),
        "roads/1/1": (37.5, 38),
        "roads/2/0": (37.5, 37.5),
        "roads/3/0": (37.2, 37.2),
    }
    assert codes(issues) == ["islands"]


@pytest.mark.parametrize(("metres", "junctions"), [(0, 4), (1, 4), (20, 3), (200, 3)])
def test_ends_are_one_within_the_tolerance_only(tmp_path, metres, junctions):
    path = geojson(tmp_path, feature((37, 36), (37.5, 36)), feature((37.5001, 36), (38, 36)))
    network, _ = read_road_lines(path, tolerance_m=metres)
    assert len(network.node_ids) == junctions


def test_ends_do_not_wander_along_a_chain(tmp_path):
    # each end 8 m from the next: only those within 10 m of one that stands for others are joined
    path = geojson(tmp_path, *(feature((37 + at * 9e-5, 36), (37, 36.5 + at / 10)) for at in range(4)))
    network, _ = read_road_lines(path, tolerance_m=10)
    assert network.start.tolist() == [0, 0, 1, 1]


def test_a_bend_near_an_end_is_no_junction_but_the_same_point_is(tmp_path):
    near = geojson(tmp_path, feature((37, 36), (37.5, 36), (38, 36)), feature((37.500001, 36), (37.5, 37)))
    assert len(read_road_lines(near, tolerance_m=50)[0]) == 2


def test_parallel_roads_and_loops_are_kept(tmp_path):
    path = geojson(
        tmp_path, feature((37, 36), (38, 36)), feature((37, 36), (37.5, 36.2), (38, 36)),
        feature((38, 36), (38.1, 36.1), (38.2, 36), (38, 36)),
    )  # fmt: skip
    assert list(ends(read_road_lines(path)[0]).values()) == [(37, 38), (37, 38), (38, 38)]


def test_several_lines_of_a_feature_and_ids_twice_have_ids_of_their_own(tmp_path):
    several = [[[37, 36], [38, 36]], [[38, 36], [39, 36]]]
    path = geojson(
        tmp_path, feature(*several, kind="MultiLineString", id="a"), feature((39, 36), (40, 36), id="a"),
        feature((40, 36), (41, 36), id="a.2"),
    )  # fmt: skip
    network, issues = read_road_lines(path)

    assert network.edge_ids.to_pylist() == ["roads/a/0", "roads/a.2/0", "roads/a.3/0", "roads/a.2.2/0"]
    assert codes(issues) == ["duplicate-id", "duplicate-id"]
    assert issues[0].severity == "warning"


def test_properties_go_by_the_names_that_are_given(tmp_path):
    path = geojson(tmp_path, feature((37, 36), (38, 36), NAME_AR="طريق", no=5, kind_of="Track"))
    network, _ = read_road_lines(path, name="NAME_AR", ref="no", road_class="kind_of")

    assert network.names.to_pylist() == ["طريق"]
    assert network.refs.to_pylist() == ["5"]
    assert network.cls.tolist() == [1]


def test_a_class_that_is_none_is_a_road_with_a_warning(tmp_path):
    network, issues = read_road_lines(geojson(tmp_path, feature((37, 36), (38, 36), **{"class": "tertiary"})))

    assert network.cls.tolist() == [0]
    assert [(issue.code, issue.severity) for issue in issues] == [("class", "warning")]


@pytest.mark.parametrize(
    ("points", "code", "word"),
    [
        ([(36, 137), (36, 138)], "off-earth", "swapped"),
        ([(412345.0, 4012345.0), (412346.0, 4012346.0)], "off-earth", "coordinate system"),
        ([(37, 36), (1e300, 36)], "off-earth", "coordinate system"),
        ([(37, 36), (float("nan"), 36)], "off-earth", "coordinate system"),
        ([(37, 36), (37, 36)], "no-length", "two points"),
        ([(37, 36)], "bad-line", "longitude"),
        ([], "bad-line", "longitude"),
        ([(37, "36"), (38, 36)], "bad-line", "longitude"),
        ([(37,), (38,)], "bad-line", "longitude"),
        ([(37, 36), (38, 36, 5)], "bad-line", "longitude"),
        ([(10**400, 36), (38, 36)], "bad-line", "longitude"),
        ([(True, False), (False, True)], "bad-line", "longitude"),
    ],
)
def test_a_line_that_is_none_costs_its_feature_only(tmp_path, points, code, word):
    network, issues = read_road_lines(geojson(tmp_path, feature(*points), feature((37, 36), (38, 36))))

    assert network.edge_ids.to_pylist() == ["roads/2/0"]
    assert codes(issues) == [code]
    assert issues[0].row == 1
    assert word in issues[0].hint


@pytest.mark.parametrize(
    "item",
    [
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [37, 36]}},
        {"type": "Feature", "geometry": {"type": ["x"], "coordinates": []}},
        {"type": "Polygon", "coordinates": []},
        5,
        None,
        [],
    ],
)
def test_what_is_no_line_is_left_out(tmp_path, item):
    network, issues = read_road_lines(geojson(tmp_path, item, feature((37, 36), (38, 36))))

    assert len(network) == 1
    assert codes(issues) == ["not-a-line"]


def test_a_feature_or_a_line_alone_is_read(tmp_path):
    path = tmp_path / "one.json"
    for item in (feature((37, 36), (38, 36)), feature((37, 36), (38, 36))["geometry"]):
        path.write_text(json.dumps(item), encoding="utf-8")
        assert read_road_lines(path)[0].edge_ids.to_pylist() == ["one/1/0"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"not json", "json"),
        (b'{"type": "FeatureCollection", "features": [', "json"),
        (b"[" * 100_000, "json"),
        (b"[1, 2]", "format"),
        (b'"text"', "format"),
        ('{"type": "FeatureCollection", "name": "é"}'.encode("latin-1"), "encoding"),
        (b'{"type": "FeatureCollection", "features": []}', "empty"),
        (b'{"type": "FeatureCollection", "features": 5}', "not-a-line"),
        (b'{"crs": {"type": "name", "properties": {"name": "EPSG:999999"}}}', "coordinate-system"),
        (b'{"crs": 5}', "coordinate-system"),
        (b'{"crs": {"properties": {"name": "+init=/etc/passwd"}}}', "coordinate-system"),
    ],
)
def test_a_file_that_is_no_map_is_one_issue(tmp_path, content, code):
    path = tmp_path / "bad.geojson"
    path.write_bytes(content)
    refused(path, code)


def test_a_projected_file_that_says_so_is_brought_to_degrees(tmp_path):
    points = [(37.1, 36.2), (37.2, 36.25)]
    metres = [UTM.transform(*point) for point in points]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32637"}}
    projected, issues = read_road_lines(geojson(tmp_path, feature(*metres), crs=crs))
    plain, _ = read_road_lines(geojson(tmp_path, feature(*points)))

    assert issues == ()
    assert projected.node_ids.to_pylist() == plain.node_ids.to_pylist()
    assert projected.length_km == pytest.approx(plain.length_km)


def test_two_files_meet_at_equal_points(tmp_path):
    north, _ = read_road_lines(geojson(tmp_path, feature((37, 36), (37, 37)), name="north.geojson"))
    south, _ = read_road_lines(geojson(tmp_path, feature((37, 36), (37, 35)), name="south.geojson"))
    both = north.join(south)

    assert both.edge_ids.to_pylist() == ["north/1/0", "south/1/0"]
    assert both.part.max() == 0


def test_a_geopackage_gives_what_the_same_geojson_gives(tmp_path):
    courses: list[list[tuple[float, float]]] = [[(37, 36), (37.5, 36.1), (38, 36)], [(38, 36), (38, 37)]]
    packed, issues = read_road_lines(
        geopackage(tmp_path, geometries=[shapely.LineString(course) for course in courses])
    )
    plain, _ = read_road_lines(geojson(tmp_path, *(feature(*course) for course in courses)))

    assert issues == ()
    assert packed.node_ids == plain.node_ids
    assert packed.edge_ids == plain.edge_ids
    assert packed.length_km.tolist() == plain.length_km.tolist()
    assert packed.names.to_pylist() == ["Road 1", "Road 2"]
    assert packed.cls.tolist() == [1, 1]


def test_headers_with_bounds_and_heights_and_several_lines_are_read(tmp_path):
    line = shapely.LineString([(37, 36), (38, 36)])
    several = shapely.MultiLineString([[(38, 36), (39, 36)], [(39, 36), (40, 36)]])
    blobs = [header(4326, kind) + shapely.to_wkb(line) for kind in range(5)]
    blobs += [
        header(4326) + shapely.to_wkb(several),
        header(4326) + shapely.to_wkb(shapely.force_3d(line), flavor="iso"),
    ]
    network, issues = read_road_lines(geopackage(tmp_path, geometries=blobs, kind="GEOMETRY"))

    assert issues == ()
    assert network.edge_ids.to_pylist()[5:] == ["roads/6/0", "roads/6.2/0", "roads/7/0"]


def test_a_projected_geopackage_is_brought_to_degrees(tmp_path):
    course = shapely.LineString([UTM.transform(37.1, 36.2), UTM.transform(37.2, 36.2)])
    network, issues = read_road_lines(geopackage(tmp_path, geometries=[course], srs=32637))

    assert issues == ()
    assert network.lon.tolist() == [37.1, 37.2]


@pytest.mark.parametrize("blob", [None, b"", b"GP", b"XX" + bytes(40), header(4326) + b"\x01\x02", header(4326) + bytes(90), b"GP\x00\x0f" + bytes(200)])  # fmt: skip
def test_a_geometry_that_is_none_costs_its_row_only(tmp_path, blob):
    good = shapely.LineString([(37, 36), (38, 36)])
    network, issues = read_road_lines(geopackage(tmp_path, geometries=[blob, good]))

    assert network.edge_ids.to_pylist() == ["roads/2/0"]
    assert codes(issues) == ["not-a-line"]
    assert issues[0].row == 1


def test_layers_are_read_all_or_by_name(tmp_path):
    course = shapely.LineString([(37, 36), (38, 36)])
    path = geopackage(tmp_path, geometries=[course], layers=("main", 'odd "name"'))

    assert read_road_lines(path)[0].edge_ids.to_pylist() == ["roads/main/1/0", 'roads/odd "name"/1/0']
    assert read_road_lines(path, layer="main")[0].edge_ids.to_pylist() == ["roads/1/0"]
    refused(path, "empty", layer="absent")


def test_views_are_never_run(tmp_path):
    path = geopackage(tmp_path, geometries=[shapely.LineString([(37, 36), (38, 36)])], view=True)
    assert len(read_road_lines(path)[0]) == 1


def test_systems_that_are_none_or_unknown_refuse_the_layer(tmp_path):
    course = shapely.LineString([(37, 36), (38, 36)])
    refused(geopackage(tmp_path, geometries=[course], srs=-1), "coordinate-system")
    refused(geopackage(tmp_path, geometries=[course], srs=999999), "coordinate-system")
    assert len(read_road_lines(geopackage(tmp_path, geometries=[course], srs=0))[0]) == 1


def test_a_database_that_is_no_geopackage_is_one_issue(tmp_path):
    path = tmp_path / "x.gpkg"
    for content in (b"", b"SQLite format 3\x00", b"SQLite format 3\x00" + bytes(4000), b"hello"):
        path.write_bytes(content)
        _, issues = read_road_lines(path)
        assert len(issues) == 1
        assert issues[0].code in {"format", "unreadable"}
    path.unlink()
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("create table t (a)")
    refused(path, "format")


def test_a_geopackage_that_breaks_off_gives_nothing_rather_than_half_a_map(tmp_path):
    path = geopackage(tmp_path, geometries=[shapely.LineString([(37, 36), (38, at / 100)]) for at in range(3_000)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "unreadable")


def test_nothing_is_written_beside_a_geopackage(tmp_path):
    path = geopackage(tmp_path, geometries=[shapely.LineString([(37, 36), (38, 36)])])
    read_road_lines(path)
    assert [item.name for item in tmp_path.iterdir()] == ["roads.gpkg"]


def test_other_endings_are_refused(tmp_path):
    (tmp_path / "roads.shp").write_bytes(b"x")
    refused(tmp_path / "roads.shp", "format")


def test_misuse_says_so(tmp_path):
    with pytest.raises(WrongUse, match="no file"):
        read_road_lines(tmp_path / "none.geojson")
    for metres in (-1, 5_000, float("nan")):
        with pytest.raises(WrongUse, match="tolerance"):
            read_road_lines(SAMPLE, tolerance_m=metres)


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    path = geopackage(tmp_path, geometries=[shapely.LineString([(37, 36), (38, 36)])])
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(WrongUse, match=r"castello\[gis\]"):
        read_road_lines(path)
