"""A control map becomes claims about areas; what is unclear in it is said, and costs nothing else."""

import json
import sqlite3
import struct
import sys
import tempfile
from contextlib import closing
from datetime import date
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import Kind, Link, Locator, Period, Role
from castello.errors import WrongUse
from castello.sources import control
from tests.sources.registers import DOCUMENT, PARTIES, PLACES, codes

EAST = [[37.15, 36.18], [37.24, 36.18], [37.24, 36.26], [37.15, 36.26], [37.15, 36.18]]
WEST = [[37.02, 36.15], [37.15, 36.15], [37.15, 36.26], [37.02, 36.26], [37.02, 36.15]]
BOW = [[37.15, 36.18], [37.24, 36.26], [37.24, 36.18], [37.15, 36.26], [37.15, 36.18]]


def feature(ring=EAST, geometry=None, **properties):
    geometry = geometry or {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"party": "Opposition", **properties}, "geometry": geometry}


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def read(*features, file="control-2016-07-17.geojson", data=None, crs=None, **options):
    more = {} if crs is None else {"crs": crs}
    data = collection(*features, **more) if data is None else data
    return control.read(data, file=file, places=PLACES, parties=PARTIES, document=DOCUMENT, **options)


def one_claim(*features, **options):
    claims, areas, issues = read(*features, **options)
    assert issues == ()
    assert len(claims) == len(areas) == 1
    return claims[0]


def left_out(*features, **options):
    claims, areas, issues = read(*features, **options)
    assert claims == ()
    assert len(areas) == 0
    return issues


# ----------------------------------------------------------------------------------------------------- what is taken


def test_a_map_of_a_day_says_how_things_stood_on_that_day():
    claim = one_claim(feature())
    assert (claim.kind, claim.subject, claim.predicate) == (Kind.CONTROL, "opposition", "holds")
    day = (date(2016, 7, 17), date(2016, 7, 18))
    assert claim.happened == Period(maybe=day, sure=day, starts="no", ends="no")
    assert (claim.document, claim.published) == ("map-2016", DOCUMENT.published)
    assert claim.chain == (Link(who="mappers", role=Role.COMPILER),)
    assert (claim.locator, claim.quote) == (Locator(row=1), None)


def test_the_object_is_the_area_and_the_area_is_handed_over():
    claims, areas, issues = read(feature(), feature(WEST, party="Government"))
    assert issues == ()
    assert {str(claim.object) for claim in claims} == set(areas)
    # the middle of the east, and of the west
    _, found = areas.covering([36.21, 36.20], [37.20, 37.10])
    assert [claim.object for claim in claims] == [areas.ids[at] for at in found]


@pytest.mark.parametrize(
    ("properties", "period"),
    [
        (
            {"start": "2016-05-05", "end": "2016-07-17"},
            Period(
                maybe=(date(2016, 5, 5), date(2016, 7, 17)),
                sure=(date(2016, 5, 5), date(2016, 7, 17)),
                starts="yes",
                ends="yes",
            ),
        ),
        ({"valid_from": "2016-05-05", "valid_to": None}, Period.since(date(2016, 5, 5))),
        ({"Valid From": "2016-05-05T00:00:00Z", "Valid To": ""}, Period.since(date(2016, 5, 5))),
        ({"start_date": "2016-05"}, Period.since(date(2016, 5, 1), date(2016, 5, 31))),
        (
            {"end": "2016-07-17"},
            Period(maybe=(None, date(2016, 7, 17)), sure=(date(2016, 7, 16), date(2016, 7, 17)), ends="yes"),
        ),
        (
            {"date": "17 July 2016"},
            Period(
                maybe=(date(2016, 7, 17), date(2016, 7, 18)),
                sure=(date(2016, 7, 17), date(2016, 7, 18)),
                starts="no",
                ends="no",
            ),
        ),
        ({"date": 2015}, Period(maybe=(date(2015, 1, 1), date(2016, 1, 1)), starts="no", ends="no")),
        (
            {"start": "2016-05", "end": "2016-05-20"},
            Period(maybe=(date(2016, 5, 1), date(2016, 5, 20)), starts="yes", ends="yes"),
        ),
    ],
)
def test_days_of_a_feature_go_before_the_day_of_the_file(properties, period):
    assert one_claim(feature(**properties)).happened == period


def test_the_end_counts_where_the_user_says_so():
    claim = one_claim(feature(start="2016-05-05", end="2016-07-17"), end_included=True)
    assert claim.happened.maybe == (date(2016, 5, 5), date(2016, 7, 18))


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("control-2016-07-17.geojson", date(2016, 7, 17)),
        ("feeds/2015-01-01/control_20160717.json", date(2016, 7, 17)),
        ("map.2016.07.17.v2.geojson", date(2016, 7, 17)),
    ],
)
def test_the_day_in_the_name_of_a_file(file, day):
    assert one_claim(feature(), file=file).happened.maybe[0] == day


def test_the_same_ground_on_two_days_is_one_area():
    first, second = one_claim(feature()), one_claim(feature(), file="control-2016-07-18.geojson")
    assert first.object == second.object
    assert first.id != second.id


@pytest.mark.parametrize("name", ["Party", "SIDE", "controlled by", "Controlled-By", "faction"])
def test_the_party_is_found_by_the_names_of_properties(name):
    item = feature()
    del item["properties"]["party"]
    item["properties"][name] = "rebels"
    assert one_claim(item).subject == "opposition"


def test_the_user_may_name_properties_and_parties():
    item = feature(party="Government", HELD_BY="2", Tag="2016-05-05")
    claim = one_claim(item, mapping={"party": "held_by", "start": "Tag"}, party_names={"2": "brigade-south"})
    assert (claim.subject, claim.happened) == ("brigade-south", Period.since(date(2016, 5, 5)))


def test_numbers_can_be_given_a_meaning_too():
    assert one_claim(feature(party=3), party_names={"3": "army"}).subject == "army"


@pytest.mark.parametrize(
    ("properties", "subject", "predicate"),
    [
        ({"contested": True}, "opposition", "contests"),
        ({"disputed": "yes"}, "opposition", "contests"),
        ({"contested": 0}, "opposition", "holds"),
        ({"party": "Contested"}, "unknown", "contests"),
        ({"party": None, "contested": 1}, "unknown", "contests"),
    ],
)
def test_contested_ground(properties, subject, predicate):
    claim = one_claim(feature(**properties))
    assert (claim.subject, claim.predicate) == (subject, predicate)


def test_polygons_are_found_in_nested_collections():
    inner = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [EAST]}]}
    outer = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [37, 36]}, inner]}
    claims, _, issues = read(feature(geometry=outer))
    assert claims[0].object == one_claim(feature()).object
    assert codes(issues) == [(1, None, "not-a-polygon", "warning")]


def test_collections_nested_a_thousand_deep_do_no_harm():
    geometry = {"type": "Polygon", "coordinates": [EAST]}
    text = json.dumps(geometry)
    for _ in range(400):
        text = f'{{"type":"GeometryCollection","geometries":[{text}]}}'
    data = f'{{"type":"Feature","properties":{{"party":"rebels"}},"geometry":{text}}}'.encode()
    assert len(read(data=data)[0]) == 1
    deep = b'{"type":"FeatureCollection","features":' + b"[" * 200_000
    assert codes(read(data=deep)[2]) == [(None, None, "json", "error")]


def test_the_sample_reads_whole():
    sample = resources.files("castello.sources.control") / "sample.geojson"
    claims, areas, issues = read(data=sample.read_bytes(), file="sample.geojson")
    assert issues == ()
    assert [(claim.subject, claim.happened.maybe[0]) for claim in claims] == [
        ("opposition", date(2016, 5, 5)),
        ("government", date(2016, 7, 17)),
    ]
    assert len(areas) == 2


def test_a_file_on_disk_reads_as_its_bytes(tmp_path):
    path = tmp_path / "control-2016-07-17.geojson"
    path.write_bytes(collection(feature()))
    assert read(data=path)[0] == read(feature())[0]
    with pytest.raises(WrongUse, match="cannot be opened"):
        read(data=tmp_path / "none.geojson")


# --------------------------------------------------------------------------------------------- what is wrong with it


@pytest.mark.parametrize(
    ("properties", "column", "code", "hint"),
    [
        ({"party": "Marsians"}, "party", "party", "add it to the register"),
        ({"party": "the Brigade"}, "party", "party", "brigade-north or brigade-south"),
        ({"party": ["Opposition"]}, "party", "no-party", "controlled_by"),
        ({"party": ""}, "party", "no-party", "mapping"),
        ({"contested": "perhaps"}, "contested", "contested", "Write one"),
        ({"start": "2016-07-17", "end": "2016-05-05"}, None, "dates-reversed", "Exchange"),
        ({"date": "2016-02-30"}, None, "date", "2016-07-17"),
        ({"date": "03/04/2016"}, None, "date", "2016-04-03 or 2016-03-04"),
        ({"start": "soon"}, None, "date", "2016-07-17"),
        ({"date": "2017-03-01"}, "happened", "claim", "Check the dates"),  # after the map was published
    ],
)
def test_a_feature_that_is_not_clear_is_left_out_and_the_rest_is_kept(properties, column, code, hint):
    claims, _, issues = read(feature(**properties), feature(WEST, party="Government"))
    assert [claim.subject for claim in claims] == ["government"]
    assert codes(issues) == [(1, column, code, "error")]
    assert hint in issues[0].hint


def test_without_a_day_nothing_is_taken():
    issues = left_out(feature(), file="control.geojson")
    assert codes(issues) == [(1, None, "no-date", "error")]
    issues = left_out(feature(), file="control-2016-07-17-to-2016-07-24.geojson")
    assert [code for _, _, code, _ in codes(issues)] == ["days-in-name", "no-date"]


def test_a_start_that_is_the_end_is_that_day():
    claims, _, issues = read(feature(start="2016-05-05", end="2016-05-05"))
    assert claims[0].happened == Period.days(date(2016, 5, 5), date(2016, 5, 5))
    assert codes(issues) == [(1, None, "same-day", "warning")]


def test_serial_numbers_of_a_spreadsheet_are_read_and_said():
    claims, _, issues = read(feature(start=42568.0))
    assert claims[0].happened == Period.since(date(2016, 7, 17))
    assert codes(issues) == [(1, "start", "serial-date", "warning")]


def test_a_polygon_that_crosses_itself_is_repaired_and_taken():
    claims, areas, issues = read(feature(BOW))
    assert codes(issues) == [(1, None, "repaired", "warning")]
    assert areas[claims[0].object].geometry.is_valid


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [37, 36]},
        {"type": "LineString", "coordinates": EAST},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "GeometryCollection"},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": None},
        {"type": "MultiPolygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[37.1, float("nan")], [37.2, 36.2], [37.2, 36.3], [37.1, 36.2]]]},
        {"type": "Polygon", "coordinates": [EAST[0]]},
        {"type": ["Polygon"], "coordinates": [EAST]},
        [1, 2],
    ],
)
def test_what_is_no_ground_is_left_out_and_the_rest_is_kept(geometry):
    bad = feature() | {"geometry": geometry}
    claims, _, issues = read(bad, feature(WEST, party="Government"))
    assert [claim.subject for claim in claims] == ["government"]
    assert {(issue.row, issue.severity) for issue in issues} == {(1, "error")}


@pytest.mark.parametrize("item", [None, 7, "feature", [], {"type": "Feature", "properties": "party"}])
def test_what_is_no_feature_is_left_out(item):
    claims, _, issues = read(item, feature(WEST, party="Government"))
    assert [claim.subject for claim in claims] == ["government"]
    assert {issue.row for issue in issues} == {1}


def test_ids_used_twice_are_said_and_both_features_kept():
    claims, _, issues = read(feature() | {"id": 5}, feature(WEST, party="Government") | {"id": "5"})
    assert len(claims) == 2
    assert codes(issues) == [(2, None, "duplicate-id", "warning")]


def test_the_same_thing_said_twice_is_taken_once():
    claims, _, issues = read(feature(), feature())
    assert len(claims) == 1
    assert codes(issues) == [(2, None, "twice", "warning")]


def test_two_parties_on_the_same_ground_are_both_kept():
    claims, areas, issues = read(feature(), feature(party="Government"))
    assert {claim.subject for claim in claims} == {"government", "opposition"}
    assert len(areas) == 1
    assert issues == ()


def test_two_properties_that_may_be_the_party_are_pointed_out():
    claims, _, issues = read(feature(party="rebels", faction="Northern Brigade"))
    assert claims[0].subject == "opposition"
    assert codes(issues) == [(None, "party", "which-property", "warning")]
    assert one_claim(feature(faction="Northern Brigade"), mapping={"party": "faction"}).subject == "brigade-north"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (collection(feature())[:-30], "json"),
        (b"\x00\x01\x02", "json"),
        ("Aleppo é".encode("latin-1"), "encoding"),
        (b"<html>not found</html>", "json"),
        (b"null", "geojson"),
        (b"[]", "geojson"),
        (b'{"type":"FeatureCollection","features":{}}', "geojson"),
        (json.dumps({"type": "Polygon", "coordinates": [EAST]}).encode(), "geojson"),
        (b'{"type":"FeatureCollection","features":[]}', "no-features"),
        (b"SQLite format 3\x00broken", "geopackage"),
        (b"9" * 10_000, "json"),
    ],
)
def test_a_file_that_is_no_map_is_one_issue(data, code):
    claims, areas, issues = read(data=data)
    assert (claims, len(areas)) == ((), 0)
    assert codes(issues) == [(None, None, code, "error")]


def test_utf_16_and_a_mark_are_read():
    text = collection(feature(party="المعارضة")).decode()
    for data in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        assert read(data=data)[0][0].subject == "opposition"


# ------------------------------------------------------------------------------------------------ where on earth it is


def named(crs):
    return {"type": "name", "properties": {"name": crs}}


def projected(ring):
    pyproj = pytest.importorskip("pyproj")
    forward = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
    return [list(forward.transform(x, y)) for x, y in ring]


def test_a_map_in_another_system_is_brought_to_wgs_84():
    claim = one_claim(feature(projected(EAST)), crs=named("urn:ogc:def:crs:EPSG::32637"))
    assert claim.object == one_claim(feature()).object


def test_a_map_in_another_system_that_does_not_say_so_is_refused():
    issues = left_out(feature(projected(EAST)))
    assert codes(issues) == [(1, None, "not-degrees", "error")]
    assert "projected" in issues[0].hint


@pytest.mark.parametrize("crs", [named("EPSG:999999"), named("Mars"), named(""), {"type": "link"}, "EPSG:32637", 7])
def test_a_system_that_cannot_be_used_costs_the_map_once(crs):
    pytest.importorskip("pyproj")
    issues = left_out(feature(), feature(WEST), crs=crs)
    assert codes(issues) == [(None, None, "crs", "error")]


def test_without_pyproj_a_map_in_another_system_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyproj", None)
    issues = left_out(feature([[330000, 4e6], [340000, 4e6], [340000, 4.1e6], [330000, 4e6]]), crs=named("EPSG:32637"))
    assert codes(issues) == [(None, None, "crs", "error")]
    assert "WGS 84" in issues[0].hint
    one_claim(feature(), crs=named("urn:ogc:def:crs:OGC:1.3:CRS84"))


def test_a_map_with_latitude_first_is_refused():
    issues = left_out(feature([[y, x] for x, y in EAST]))
    assert codes(issues) == [(None, None, "swapped", "error")]


def test_a_map_of_another_country_is_pointed_out():
    claims, _, issues = read(feature([[x - 30, y] for x, y in EAST]))
    assert len(claims) == 1
    assert codes(issues) == [(None, None, "elsewhere", "warning")]


# ----------------------------------------------------------------------------------------------------------- GeoPackage


def geopackage(path, *, code=4326, rings=(EAST, WEST)):
    """A GeoPackage with two layers, of which one has no shapes."""
    rows = [("Opposition", "2016-05-05", "2016-07-17T00:00:00.000Z"), ("Government", None, "2016-07-18T00:00:00Z")]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(f"""
            create table gpkg_spatial_ref_sys (srs_id integer, organization text, organization_coordsys_id integer);
            insert into gpkg_spatial_ref_sys values ({code}, 'EPSG', {code});
            create table gpkg_geometry_columns (table_name text, column_name text, geometry_type_name text, srs_id integer);
            insert into gpkg_geometry_columns values ('control', 'geom', 'POLYGON', {code});
            create table control (fid integer primary key, geom blob, side text, valid_from date, valid_to datetime);
            create table notes (fid integer primary key, words text);
            insert into notes values (1, 'nothing to see');
        """)
        for row, ring in zip(rows, rings, strict=True):
            shape = None
            if ring is not None:
                header = b"GP\x00\x03" + struct.pack("<i4d", code, 0, 0, 0, 0)
                shape = header + shapely.to_wkb(shapely.Polygon(ring))
            connection.execute("insert into control values (null, ?, ?, ?, ?)", (shape, *row))
    return path


def test_a_geopackage_says_what_geojson_says(tmp_path):
    path = geopackage(tmp_path / "control.gpkg")
    claims, areas, issues = read(data=path.read_bytes(), file="control.gpkg")
    assert issues == ()
    assert [claim.happened.maybe for claim in claims] == [
        (date(2016, 5, 5), date(2016, 7, 17)),
        (None, date(2016, 7, 18)),
    ]
    assert claims[0].object == one_claim(feature()).object
    assert len(areas) == 2
    assert read(data=path, file="control.gpkg")[0] == claims
    assert [one.name for one in tmp_path.iterdir()] == ["control.gpkg"]


def test_a_geopackage_in_another_system_is_brought_to_wgs_84(tmp_path):
    path = geopackage(tmp_path / "control.gpkg", code=32637, rings=(projected(EAST), None))
    claims, _, issues = read(data=path, file="control.gpkg")
    assert [claim.object for claim in claims] == [one_claim(feature()).object]
    assert codes(issues) == [(2, None, "not-a-polygon", "error")]


def test_a_geopackage_of_another_program_is_read(tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    path = tmp_path / "control.gpkg"
    shapes = np.array([shapely.to_wkb(shapely.Polygon(EAST))], dtype=object)
    days = np.array(["2016-05-05"], dtype="datetime64[D]")
    pyogrio.raw.write(
        path,
        shapes,
        [np.array(["rebels"], dtype=object), days],
        ["side", "start"],
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    claims, _, issues = read(data=path, file="control.gpkg")
    assert issues == ()
    assert (claims[0].object, claims[0].happened) == (one_claim(feature()).object, Period.since(date(2016, 5, 5)))


@settings(max_examples=60, deadline=None)
@given(st.integers(16, 20_000), st.binary(max_size=40))
def test_a_damaged_geopackage_breaks_nothing(at, noise):
    with tempfile.TemporaryDirectory() as folder:
        data = geopackage(Path(folder) / "control.gpkg").read_bytes()
    claims, _, issues = read(data=data[:at] + noise + data[at + len(noise) :], file="control.gpkg")
    assert claims or issues


# --------------------------------------------------------------------------------------------------------------- misuse


def test_a_mapping_to_nothing_is_refused():
    with pytest.raises(WrongUse, match="colour"):
        read(feature(), mapping={"colour": "fill"})
    with pytest.raises(WrongUse, match="army"):
        read(feature(), party_names={"3": "armi"})


# ------------------------------------------------------------------------------------------------------ whatever comes

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "geometry", "coordinates", "properties", "party", "start", "end", "date"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(anything, max_size=3), anything, anything)
def test_whatever_stands_in_the_file_good_features_are_kept(features, geometry, start):
    good = feature(WEST, party="Government")
    odd = feature(start=start) | {"geometry": geometry}
    claims, areas, issues = read(*features, odd, good)
    assert "government" in {claim.subject for claim in claims}
    assert {claim.object for claim in claims} == set(areas)
    assert all(issue.what.isprintable() for issue in issues)
    assert list(issues) == sorted(issues)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 600), st.binary(max_size=4))
def test_a_map_that_is_cut_or_damaged_breaks_nothing(cut, noise):
    data = collection(feature(), feature(WEST, party="Government"))
    claims, _, issues = read(data=data[:cut] + noise + data[cut + 3 :])
    assert claims or issues


@settings(max_examples=30, deadline=None)
@given(
    st.permutations(
        [feature(), feature(WEST, party="Government"), feature(BOW, party="army of examplia"), feature(party="x")]
    )
)
def test_the_order_of_features_changes_no_statement(features):
    claims, areas, issues = read(*features)
    assert {(claim.subject, claim.object) for claim in claims} == {
        (claim.subject, claim.object) for claim in read(*sorted(features, key=str))[0]
    }
    assert len(areas) == 3
    assert len(issues) == 2
