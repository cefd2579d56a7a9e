"""A siege over time in files: every row with its days, nothing invented, nothing told twice, the same bytes each time."""

import csv
import io
import json
import sqlite3
import struct
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from castello.briefs.siege_files import siege_layers, to_csv, to_geojson, to_geopackage, to_svg, write_siege
from castello.briefs.terminal import print_spells
from castello.errors import WrongUse
from tests.cases_for_tests import built_case, write_case
from tests.protection.cases import SPEAKER, made, speakers, statement

DAYS = (date(2016, 5, 1), date(2016, 8, 31))
CUT = "2016-07-17T00:00:00"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return built_case(write_case(tmp_path_factory.mktemp("files") / "case"))


def layers_of(case, *, profile="own", as_of="2016-08-31", days=DAYS):
    picture = case.picture(as_of=as_of)
    return siege_layers(case.clearance(picture, profile=profile), days=days)


def rows_of(layers, name):
    return [row.values for layer in layers.layers if layer.name == name for row in layer.rows]


# ---------------------------------------------------------------------------------------------------------- what is told


def test_every_spell_has_its_first_day_and_the_midnight_after_its_last(case):
    found = rows_of(layers_of(case), "enclaves")
    told = [(row["reading"], row["status"], str(row["start"]), str(row["end"]), row["days"]) for row in found]

    assert told == [
        ("by_fire", "undecided", "2016-05-01 00:00:00", "2016-07-07 00:00:00", 67),
        ("by_fire", "cut", "2016-07-07 00:00:00", "2016-09-01 00:00:00", 56),
        ("on_ground", "undecided", "2016-05-01 00:00:00", "2016-07-07 00:00:00", 67),
        ("on_ground", "connected", "2016-07-07 00:00:00", "2016-07-17 00:00:00", 10),
        ("on_ground", "cut", "2016-07-17 00:00:00", "2016-09-01 00:00:00", 46),
    ]
    assert all(sum(row["days"] for row in found if row["reading"] == name) == 123 for name in ("by_fire", "on_ground"))
    assert [row["by_roads"] for row in found if row["status"] == "cut"] == [
        "north-road=fire_controlled",
        "north-road=closed",
    ]
    assert {row["hangs_on"] for row in found if row["status"] == "undecided"} == {"north-road"}


def test_roads_have_their_states_and_last_roads_the_people_behind_them(case):
    layers = layers_of(case)
    roads = [(row["road"], row["state"], str(row["start"])[:10]) for row in rows_of(layers, "roads")]
    last = [(row["road"], row["reading"], row["people_low"], row["behind"]) for row in rows_of(layers, "last_roads")]

    assert ("north-road", "fire_controlled", "2016-07-07") in roads
    assert ("north-road", "closed", "2016-07-17") in roads
    # a road of which nobody speaks has no state to write
    assert {row["road"] for row in rows_of(layers, "roads")} == {"border-road", "north-road"}
    assert {(road, reading) for road, reading, *_ in last} == {
        ("north-road", "on_ground"),
        ("border-road", "on_ground"),
    }
    assert {behind for *_, behind in last} == {"east"}


def test_what_has_no_course_is_counted_and_never_drawn(case):
    layers = layers_of(case)
    (issue,) = layers.issues

    assert (issue.file, issue.code, issue.severity) == ("roads.csv", "not-drawn", "warning")
    assert "1 without a course" in issue.what
    assert "border-road" in issue.what
    drawn = {row["road"]: points for row, points in points_of(layers, "roads")}
    assert drawn["north-road"] == ((36.22, 37.17), (36.28, 37.10))
    assert drawn["border-road"] == ()


def points_of(layers, name):
    return [(row.values, row.points) for layer in layers.layers if layer.name == name for row in layer.rows]


def test_a_place_without_coordinates_is_counted(tmp_path):
    case = built_case(write_case(tmp_path / "case"))
    places = case.folder / "places.csv"
    places.write_text(places.read_text().replace("part,city,,36.21,37.18,4", "part,city,,,,"))
    case = built_case(case.folder)
    layers = layers_of(case)

    assert [issue.file for issue in layers.issues] == ["places.csv", "roads.csv"]
    assert {points for _, points in points_of(layers, "enclaves")} == {()}
    assert all(item["geometry"] is None for item in features(layers, "enclaves"))


def test_days_that_say_the_same_on_other_word_are_one_row(tmp_path):
    again = """\
  - kind: access
    subject: north-road
    predicate: closed
    object: opposition
    happened: {since: 2016-07-20}
    document: council-2016-09-30
    chain: [{agency: speaker}]
"""
    case = write_case(tmp_path / "case")
    claims = case / "claims" / "01-open.yml"
    claims.write_text(claims.read_text().replace("relations:\n", again + "relations:\n"))
    closed = [row for row in rows_of(layers_of(built_case(case)), "roads") if row["state"] == "closed"]

    assert len(closed) == 1
    assert len(closed[0]["claims"].split(";")) == 2


# ---------------------------------------------------------------------------------------------------------------- forms


def features(layers, name):
    return [item for item in json.loads(to_geojson(layers))["features"] if item["properties"]["layer"] == name]


def test_geojson_has_longitude_first_and_date_times(case):
    layers = layers_of(case)
    collection = json.loads(to_geojson(layers))
    enclave = next(item for item in features(layers, "enclaves") if item["properties"]["status"] == "cut")

    assert collection["type"] == "FeatureCollection"
    assert collection["about"]["end"].startswith("does not count")
    assert collection["about"]["case"] == "tiny"
    assert enclave["geometry"] == {"type": "Point", "coordinates": [37.18, 36.21]}
    assert enclave["properties"]["start"] == "2016-07-07T00:00:00"
    assert enclave["properties"]["name_ar"] == "شرق حلب"
    assert features(layers, "last_roads")[0]["properties"]["start"]
    lines = {item["geometry"]["type"] for item in features(layers, "roads") if item["geometry"]}
    assert lines == {"LineString"}


def test_geopackage_is_read_back_with_one_layer_for_each_geometry(case, tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    layers = layers_of(case)
    file = tmp_path / "siege.gpkg"
    file.write_bytes(to_geopackage(layers, dated=date(2016, 8, 31)))

    assert dict(pyogrio.list_layers(file)) == {"enclaves": "Point", "last_roads": "LineString", "roads": "LineString"}
    info = pyogrio.read_info(file, layer="enclaves")
    sorts = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert (sorts["start"], sorts["end"], info["crs"]) == ("OFTDateTime", "OFTDateTime", "EPSG:4326")
    assert "end: does not count" in info["layer_metadata"]["DESCRIPTION"]
    assert info["dataset_metadata"]["profile"] == "own"
    meta, _, geometry, columns = pyogrio.raw.read(file, layer="enclaves")
    table = dict(zip(meta["fields"], columns, strict=True))
    assert str(table["start"][-1]) == "2016-07-17T00:00:00.000"
    assert table["name_ar"][0] == "شرق حلب"
    assert struct.unpack("<dd", geometry[0][5:]) == (37.18, 36.21)
    (_, _, lines, _) = pyogrio.raw.read(file, layer="roads")
    assert sum(line is None for line in lines) == sum(not points for _, points in points_of(layers, "roads")) > 0


def test_geopackage_holds_date_times_as_its_standard_says(case, tmp_path):
    pytest.importorskip("pyogrio")
    file = tmp_path / "siege.gpkg"
    file.write_bytes(to_geopackage(layers_of(case), dated=date(2016, 8, 31)))
    with sqlite3.connect(file) as base:
        starts = [row[0] for row in base.execute("select start from enclaves order by fid")]
        dated = {row[0] for row in base.execute("select last_change from gpkg_contents")}
        people = base.execute("select people_high from last_roads").fetchall()

    assert CUT in starts
    assert dated == {"2016-08-31T00:00:00.000Z"}
    # at least so many, or nobody counted: no figure is made up
    assert (None,) in people


def test_the_table_opens_in_spreadsheets(case):
    data = to_csv(layers_of(case))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    assert data.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 5
    assert (rows[0]["latitude"], rows[0]["longitude"]) == ("36.21", "37.18")
    assert rows[-1]["start"] == CUT
    assert "end: does not count" in rows[0]["about"]


def test_no_cell_is_taken_for_a_formula(tmp_path):
    case = write_case(tmp_path / "case")
    places = case / "places.csv"
    places.write_text(places.read_text().replace("Eastern Aleppo", "=cmd()"))

    assert ",'=cmd()," in to_csv(layers_of(built_case(case))).decode("utf-8-sig")


def test_the_chart_stands_alone(case):
    picture = case.picture(as_of="2016-08-31")
    data = to_svg(case.clearance(picture), DAYS)
    root = ET.fromstring(data)
    names = [element.tag.rpartition("}")[2] for element in root]

    assert names[:3] == ["style", "title", "desc"]
    assert b"--ink:" in data
    assert b"http" not in data.replace(b"http://www.w3.org/2000/svg", b"")
    assert b"Eastern Aleppo, by fire" in data


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".csv", ".svg"])
def test_the_same_bytes_each_time(case, tmp_path, ending):
    if ending == ".gpkg":
        pytest.importorskip("pyogrio")
    written = []
    for name in ("one", "other"):
        picture = case.picture(as_of="2016-08-31")
        clearance = case.clearance(picture, profile="public")
        written.append(write_siege(picture, tmp_path / f"{name}{ending.upper()}", clearance=clearance, days=DAYS))

    assert written[0].read_bytes() == written[1].read_bytes() != b""


@pytest.mark.parametrize(("name", "what"), [("siege.kml", "'.kml' files"), ("siege", "without an ending")])
def test_what_it_cannot_write_is_refused(case, tmp_path, name, what):
    picture = case.picture()

    with pytest.raises(WrongUse, match=what):
        write_siege(picture, tmp_path / name, clearance=case.clearance(picture), days=DAYS)
    with pytest.raises(WrongUse, match="no such folder"):
        write_siege(picture, tmp_path / "none" / "a.csv", clearance=case.clearance(picture), days=DAYS)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------------------ protected claims

ROAD = """\
kind: access
subject: north-road
predicate: closed
object: opposition
happened: {since: 2016-07-12}
"""
PEOPLE = """\
kind: people
subject: east
predicate: lives
quantity: {low: 400000, unit: person}
happened: {on: 2016-06-01}
"""


def test_what_a_protected_claim_decides_is_left_out_and_counted(tmp_path):
    case = made(tmp_path / "case", statement(ROAD, who=SPEAKER))
    own, public = layers_of(case), layers_of(case, profile="public")

    assert {row["reading"] for row in rows_of(own, "enclaves")} == {"by_fire", "on_ground"}
    assert {row["reading"] for row in rows_of(public, "enclaves")} == {"by_fire"}
    assert "north-road" not in {row["road"] for row in rows_of(public, "roads") if row["state"] == "closed"}
    assert dict(public.withheld)["roads: a protected claim decides it"] > 0
    assert "a protected claim decides it" in public.about["withheld"]


def test_people_that_a_protected_claim_decides_are_left_out(tmp_path):
    case = made(tmp_path / "case", statement(PEOPLE, who=SPEAKER), files={"sources.yml": speakers()})
    own, public = (rows_of(layers_of(case, profile=profile), "enclaves") for profile in ("own", "public"))

    assert 400000 in {row["people_low"] for row in own}
    assert 400000 not in {row["people_low"] for row in public}


def test_ids_are_those_of_the_audience(case):
    own, public = (to_geojson(layers_of(case, profile=profile)).decode() for profile in ("own", "public"))

    assert '"claims": "c1-' in own
    assert "c1-" not in public


# ------------------------------------------------------------------------------------------------------------- terminal


def printed(case, *, width, start=DAYS[0], end=DAYS[1]):
    out = io.StringIO()
    clearance = case.clearance(case.picture(as_of="2016-08-31"))
    print_spells(clearance, Console(file=out, width=width), start=start, end=end)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [30, 80, 200])
def test_the_chart_on_a_terminal_keeps_to_its_width(case, width):
    lines = printed(case, width=width)

    assert max(map(len, lines)) <= min(width, 100)
    assert any("by fire" in line and "?" in line and "█" in line for line in lines)
    assert any("on the ground" in line for line in lines)
    assert any("█ cut off" in line for line in lines)


def test_no_short_cut_is_lost_where_a_column_is_many_days(case):
    (fire,) = [
        line for line in printed(case, width=60, start=date(2015, 1, 1), end=date(2017, 12, 31)) if "by fire" in line
    ]
    day = printed(case, width=80, start=date(2016, 7, 15), end=date(2016, 7, 18))[2]

    assert "█" in fire
    assert day.endswith("··██")


# --------------------------------------------------------------------------------------------- what makes it another answer


def forms(case, *, users="supply", **options):
    """Every form of a siege that is text, and the metadata of the others."""
    picture = case.picture(as_of="2016-08-31", branch=options.get("branch"))
    if "seen_by" in options:
        picture = picture.seen_by(options["seen_by"])
    clearance = case.clearance(picture, profile="own")
    layers = siege_layers(clearance, days=DAYS, users=users)
    return {
        "svg": " ".join(ET.fromstring(to_svg(clearance, DAYS, users=users, width=4_000)).itertext()),
        "geojson": json.loads(to_geojson(layers))["about"],
        "csv": next(csv.DictReader(io.StringIO(to_csv(layers).decode("utf-8-sig")))),
        "gpkg": layers.about,
    }


def test_a_branch_stands_in_every_form(case):
    found = forms(case, branch="road-stays-open")

    assert "What if: drawn on the branch “road-stays-open”" in found["svg"]
    assert {found[name]["branch"] for name in ("geojson", "csv", "gpkg")} == {"road-stays-open"}


def test_who_sees_it_so_stands_in_every_form(case):
    found = forms(case, seen_by="observatory")

    assert "as Observatory sees them" in found["svg"]
    assert {found[name]["seen_by"] for name in ("geojson", "csv", "gpkg")} == {"observatory"}


def test_whose_passage_and_which_days_stand_in_every_form(case):
    found = forms(case, users="civilian")

    assert "from 1 May 2016 to 31 August 2016; passage asked about: civilians" in found["svg"]
    assert {found[name]["users"] for name in ("geojson", "csv", "gpkg")} == {"civilian"}
    assert {(found[name]["from"], found[name]["to"]) for name in ("geojson", "gpkg")} == {("2016-05-01", "2016-08-31")}


def test_without_a_filter_none_is_named(case):
    found = forms(case)

    assert not [text for text in ("What if", "sees them") if text in found["svg"]]
    assert {(found[name]["branch"], found[name]["seen_by"]) for name in ("geojson", "csv", "gpkg")} == {
        ("none", "everybody")
    }


def test_last_roads_in_series_share_a_corridor(case):
    last = rows_of(layers_of(case), "last_roads")

    assert last
    assert {row["corridor"] for row in last} == {"border-road;north-road"}
