"""Feeds end to end: files in ``feeds/`` become claims and maps, and what follows from them is what a plain search says."""

from __future__ import annotations

import json
import random
import shutil
import time
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyogrio
import pyproj
import pytest
import shapely

from castello.analyses.siege import enclaves_on
from castello.claims import Kind
from castello.cli import _verb, main
from castello.cli._verb import busy
from castello.desk.case import Case
from castello.errors import Issue, WrongUse
from tests.cases_for_tests import NOW
from tests.desk.feeds_world import (
    FIRST,
    LAT,
    LON,
    PIECES,
    PORT,
    SIZE,
    SQUARES,
    STEP,
    TOWN,
    Held,
    Square,
    control,
    ground,
    last_roads,
    opened,
    osm,
    put,
    sidecar,
    standing,
    status,
    write_world,
)

ACLED_HEADER = (
    "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,inter1,location,latitude,longitude,"
    "geo_precision,source,notes"
)


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Keys and settings of their own."""


def walk(rng: random.Random) -> list[Square]:
    """A way from the town to the port, not always the shortest."""
    at, way = TOWN, [TOWN]
    while at != PORT:
        row, column = at
        steps = [(row - 1, column)] * (row > 0) + [(row, column - 1)] * (column > 0)
        steps += [(row + 1, column)] * (row < SIZE - 1 and rng.random() < 0.3)
        at = rng.choice(steps)
        way.append(at)
    return way


def some_ground(rng: random.Random) -> Held:
    """Blue's corridors in red land, with a few squares that nobody holds."""
    held = dict.fromkeys(SQUARES, "red")
    for _ in range(rng.choice([1, 1, 2])):
        held |= dict.fromkeys(walk(rng), "blue")
    if rng.random() < 0.3:
        held |= dict.fromkeys(rng.sample(SQUARES, 4), "red")
    for square in rng.sample(SQUARES, rng.choice([0, 0, 1, 3])):
        del held[square]
    return held


def seen(case: Case, day: date, *, known_by: date | None = None) -> tuple[str, set[str]]:
    """Status and last roads of the town on the ground."""
    (enclave,) = enclaves_on(case.picture(as_of=day, known_by=known_by, now=NOW), users="supply")
    (item,) = (one for one in enclave.readings if one.reading == "on_ground")
    return item.status, {road.road for road in enclave.last_roads("on_ground")}


def issues_of(case: Case) -> tuple[Issue, ...]:
    return case.build(now=NOW).issues


def only(issues: tuple[Issue, ...], code: str) -> Issue:
    (found,) = [issue for issue in issues if issue.code == code]
    return found


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any, str]:
    """Exit code, JSON answer (None if there is none) and messages of one call."""
    capsys.readouterr()
    code = main([*map(str, arguments), "--json"])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, json.loads(printed.out) if printed.out else None, printed.err


CORRIDOR = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (3, 3)]
OPEN: Held = dict.fromkeys(SQUARES, "red") | dict.fromkeys(CORRIDOR, "blue")
SHUT: Held = dict(OPEN) | {(0, 2): "red"}

# ------------------------------------------------------------------------------------------------ right on every day


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_status_and_last_roads_of_every_day_are_those_of_a_plain_search(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    maps = {FIRST + timedelta(days=step): some_ground(rng) for step in (0, 1, 3, 4, 6, 9)}
    case = opened(write_world(tmp_path, maps=maps))
    told = []
    for step in range(-1, 11):
        day = FIRST + timedelta(days=step)
        held = standing(maps, day)
        assert seen(case, day) == (status(held), last_roads(held)), day
        told.append(status(held))
    assert "undecided" in told  # before the first map nobody knows
    assert len(set(told)) > 1


def test_a_day_is_told_as_far_as_it_was_known(tmp_path: Path) -> None:
    maps = {FIRST: OPEN, FIRST + timedelta(days=3): SHUT}
    case = opened(write_world(tmp_path, maps=maps))
    day = FIRST + timedelta(days=5)
    assert seen(case, day)[0] == "cut"
    # the second map was published on the fourth day after the first
    assert seen(case, day, known_by=FIRST + timedelta(days=3))[0] == "connected"
    assert seen(case, day, known_by=FIRST) == ("undecided", set())
    assert seen(case, day, known_by=FIRST + timedelta(days=4))[0] == "cut"


def test_a_rejected_claim_of_a_map_counts_no_more(tmp_path: Path) -> None:
    case = opened(write_world(tmp_path, maps={FIRST: OPEN}))
    blue = [claim for claim in case.book.claims().values() if claim.subject == "blue"]
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))
    (corridor,) = blue
    reject = f"{{about: {corridor.id}, verdict: rejected, by: me, dated: 2016-07-05, reason: drawn wrongly}}"
    put(tmp_path, "claims/01-judged.yml", f"coder: me\nclaims: []\njudgements:\n  - {reject}\n")
    case.build(now=NOW)
    without = {square: party for square, party in OPEN.items() if party != "blue"}
    assert seen(case, FIRST) == (status(without), last_roads(without)) == ("undecided", set())
    assert seen(case, FIRST, known_by=date(2016, 7, 4))[0] == "connected"


def test_a_feed_that_is_gone_withdraws_and_one_that_is_back_restores(tmp_path: Path) -> None:
    second = FIRST + timedelta(days=3)
    case = opened(write_world(tmp_path, maps={FIRST: OPEN, second: SHUT}))
    assert seen(case, second)[0] == "cut"
    before = case.picture(as_of=second, now=NOW).to_json()
    name = f"control-{second}.geojson"
    derived = tmp_path / ".castello/maps/derived"
    assert derived.exists()
    away = tmp_path.parent / "away"
    away.mkdir()
    for path in (tmp_path / "feeds" / name, tmp_path / "feeds" / f"{name}.yml"):
        shutil.move(path, away / path.name)
    gone = case.build(now=NOW)
    assert gone.new["withdrawn"] == len(ground(SHUT))
    assert not derived.exists()
    assert seen(case, second)[0] == "connected"
    assert not (tmp_path / ".castello/maps/areas" / name).exists()
    assert [issue.code for issue in case.verify().issues] == ["withdrawn"]
    assert case.verify().clean
    for path in sorted(away.iterdir()):
        shutil.move(path, tmp_path / "feeds" / path.name)
    back = case.build(now=NOW)
    assert (back.new["restored"], back.new["claims"]) == (gone.new["withdrawn"], 0)
    assert seen(case, second)[0] == "cut"
    assert case.picture(as_of=second, now=NOW).to_json() == before


def test_the_same_case_object_never_tells_of_maps_that_were_replaced(tmp_path: Path) -> None:
    case = opened(write_world(tmp_path, maps={FIRST: OPEN}))
    network = case.registers.maps.network
    assert network is not None
    assert len(network) == len(PIECES)
    put(tmp_path, "feeds/grid.osm", osm(PIECES[:-3]))
    # another process builds
    opened(tmp_path)
    assert case.build(now=NOW).unchanged
    again = case.registers.maps.network
    assert again is not None
    assert len(again) == len(PIECES) - 3


def test_a_second_build_changes_nothing_and_says_the_same(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN, FIRST + timedelta(days=1): SHUT})
    put(folder, "feeds/noise.xyz", "?")
    first = Case(folder).build(now=NOW)
    network = folder / ".castello/maps/roads/grid.osm/edges.parquet"
    at = network.stat().st_mtime_ns
    unchanged = Case(folder).build(now=NOW)
    assert unchanged.unchanged
    assert (unchanged.issues, unchanged.feeds, unchanged.present) == (first.issues, first.feeds, first.present)
    # something else changed: the map of roads is not read again, and its issues are still told
    put(folder, "claims/01-none.yml", "coder: me\nclaims: []\n")
    again = Case(folder).build(now=NOW)
    assert (again.issues, again.feeds) == (first.issues, first.feeds)
    assert not any(again.new.values())
    assert network.stat().st_mtime_ns == at
    # what is derived can be deleted at any time
    shutil.rmtree(folder / ".castello/maps")
    assert not Case(folder).build(now=NOW).unchanged
    assert network.exists()


def test_one_journal_line_for_each_feed_with_its_hash(tmp_path: Path) -> None:
    case = opened(write_world(tmp_path, maps={FIRST: OPEN, FIRST + timedelta(days=1): SHUT}))
    entries = [entry for entry in case.book.journal.entries(case.book.device) if entry.verb == "build"]
    assert sorted(str(entry.source.get("file")) for entry in entries) == [
        "documents",
        f"feeds/control-{FIRST}.geojson",
        f"feeds/control-{FIRST + timedelta(days=1)}.geojson",
    ]
    assert all(len(str(entry.source["sha256"])) == 64 for entry in entries if entry.source["file"] != "documents")


# -------------------------------------------------------------------------------------------------- tables that speak


def write_tables(folder: Path) -> None:
    put(
        folder,
        "feeds/people.csv",
        "place,people,date,definition\ntown,42000,2016-07-02,residents\nhamlet,?,2016-07-02,\natlantis,5,2016-07-02,\n",
    )
    put(folder, "feeds/people.csv.yml", sidecar("census", "2016-07-03"))
    row = f"X1,2016-07-04,1,Battles,Government regains territory,Blue Army,1,Hamlet,{LAT + STEP},{LON + STEP},1,Wire,regained"
    put(folder, "feeds/acled-july.csv", f"{ACLED_HEADER}\n{row}\n")
    put(folder, "feeds/acled-july.csv.yml", sidecar("acled", "2016-07-06"))


def test_people_tables_and_acled_become_claims_with_their_documents(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    write_tables(folder)
    case = opened(folder)
    picture = case.picture(as_of="2016-07-10", now=NOW)
    (people,) = picture.claims(kinds=[Kind.PEOPLE])
    assert (people.subject, people.quantity.value if people.quantity else None) == ("town", 42000)
    assert (people.document, people.published) == ("people", date(2016, 7, 3))
    held = picture.topic("control|hamlet")
    assert held is not None
    assert held.answer == "holds:blue-army"
    report = case.build(now=NOW)
    assert report.feeds["feeds/people.csv"] == {"claims": 1, "issues": 2}
    assert report.feeds["feeds/acled-july.csv"] == {
        "rows": 1,
        "claims": 2,
        "control claims": 1,
        "event claims": 1,
        "issues": 0,
    }
    assert {issue.file for issue in report.issues} == {"feeds/people.csv"}
    # people behind the last roads are those of the table
    assert any("42,000" in finding.text for finding in case.siege(case.picture(as_of="2016-07-10", now=NOW)))


def test_a_sidecar_says_how_a_table_is_read(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={})
    put(folder, "feeds/figures.csv", "Where,Pop_2016\nDie Stadt,1000\n")
    said = ("format: people", "mapping: {name: Where, persons: Pop_2016}", "place_names: {Die Stadt: town}")
    valid = "valid: {on: 2016-07-01}"
    put(folder, "feeds/figures.csv.yml", sidecar("census", "2016-07-03", *said, valid))
    case = opened(folder)
    (claim,) = case.picture(as_of="2016-07-10", now=NOW).claims(kinds=[Kind.PEOPLE])
    assert (claim.subject, claim.happened.sure) == ("town", (date(2016, 7, 1), date(2016, 7, 2)))
    put(
        folder,
        "feeds/figures.csv.yml",
        sidecar("census", "2016-07-03", *said[:2], "place_names: {Die Stadt: nowhere}", valid),
    )
    issue = only(issues_of(case), "reading")
    assert (issue.file, issue.what) == ("feeds/figures.csv.yml", "'Die Stadt' is to mean 'nowhere', which is no place")
    # it could not be read: what it said before stands
    assert len(case.picture(as_of="2016-07-10", now=NOW).claims(kinds=[Kind.PEOPLE])) == 1


# ------------------------------------------------------------------------------------------------- recognised, or not


@pytest.mark.parametrize(
    ("name", "text", "what", "hint"),
    [
        (
            "a.csv",
            "colour,taste\nred,sweet\n",
            "has no row of heads that is known; it has colour, taste",
            "for any other table `castello add` drafts a mapping",
        ),
        ("a.csv", "", "is empty", "a row of heads and rows under it"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "holds neither lines nor polygons", "its name"),
        ("a.gpkg", "not a database", "cannot be read as a GeoPackage (file is not a database)", "Save it again"),
        # an ending is not believed: what is in it is text
        ("a.shp", "x", "has no row of heads that is known; it has x", "for any other table `castello add` drafts"),
        ("a.shp", "\0\0'\n", "is one part of a Shapefile", "zip .shp, .dbf, .shx and .prj together"),
        ("a.xlsx", "PK", "is a broken workbook (File is not a zip file)", "Open and save it again in a spreadsheet"),
        ("a.odd", "x", "ends in .odd and is not read", "Files that end in .osm.pbf"),
        ("a", "x", "has no ending and is not read", "Files that end in .osm.pbf"),
        (
            "edges.csv",
            "id,from,to\na,town,port\n",
            "is a table of edges, whose places and roads belong into the registers",
            "castello add",
        ),
        ("people.csv", "place,people,date\ntown,1,2016-07-01\n", "has no sidecar", "people.csv.yml"),
    ],
)
def test_what_is_not_known_is_an_issue_and_never_a_guess(
    name: str, text: str, what: str, hint: str, tmp_path: Path
) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    put(folder, f"feeds/{name}", text)
    case = opened(folder)
    (issue,) = issues_of(case)
    assert (issue.file, issue.what) == (f"feeds/{name}", what)
    assert hint in (issue.hint or "")
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_a_shapefile_is_added_as_a_zip_of_all_its_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, parts = write_world(tmp_path / "case", maps={}), tmp_path / "parts"
    parts.mkdir()
    box = shapely.to_wkb(np.array([shapely.box(LON, LAT, LON + 1, LAT + 1)]))
    values = [np.array([text], dtype=object) for text in ("town", "4000", "2016-07-01")]
    pyogrio.raw.write(
        parts / "towns.shp", box, values, geometry_type="Polygon", fields=["place", "people", "date"], crs="EPSG:4326"
    )  # fmt: skip
    before = contents(folder)
    # with the others beside it, it can be read there, and could not in feeds/
    code, answer, message = run(capsys, "add", parts / "towns.shp", "--case", folder, *PUBLISHED)
    assert (code, answer, contents(folder)) == (2, None, before)
    assert "towns.shp is one part of a Shapefile. A Shapefile is several files: zip .shp" in message
    for name, inside in {
        "alone.zip": ["towns.shp"],
        "towns.zip": [path.name for path in sorted(parts.iterdir())],
    }.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for part in inside:
                archive.write(parts / part, part)
    code, answer, message = run(capsys, "add", tmp_path / "alone.zip", "--case", folder, *PUBLISHED)
    assert (code, answer, contents(folder)) == (2, None, before)
    assert "alone.zip holds no table that can be read" in message
    code, answer, _ = run(capsys, "add", tmp_path / "towns.zip", "--case", folder, *PUBLISHED)
    assert (code, answer["files"][0]["taken_for"]) == (0, "table of people")


def test_one_part_of_a_shapefile_in_feeds_breaks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_world(tmp_path / "case", maps={FIRST: OPEN})
    put(folder, "feeds/towns.shp", "\0\0'\n" + "\0" * 96)
    put(folder, "feeds/towns.shp.yml", sidecar("mapper", FIRST) + "format: table\n")
    code, answer, _ = run(capsys, "build", "--case", folder)
    assert [issue["what"] for issue in answer["issues"]] == ["is one part of a Shapefile"]
    assert code in (0, 1)
    assert run(capsys, "siege", "--case", folder)[0] in (0, 1)
    code, answer, _ = run(capsys, "doctor", "--case", folder)
    assert "is one part of a Shapefile" in json.dumps(answer)


def test_a_file_of_lines_is_roads_and_its_name_decides_where_its_shapes_do_not(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + STEP, LAT]]}
    box = {"type": "Polygon", "coordinates": [[[LON, LAT], [LON + 1, LAT], [LON + 1, LAT + 1], [LON, LAT]]]}
    feature = [{"type": "Feature", "properties": {"party": "red"}, "geometry": shape} for shape in (line, box)]
    folder = write_world(tmp_path, maps={})
    (folder / "feeds/grid.osm").unlink()
    for name, features in (("x", feature[:1]), ("roads-y", feature), ("z", feature)):
        put(folder, f"feeds/{name}.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    report = Case(folder).build(now=NOW)
    assert report.feeds["feeds/x.geojson"]["roads"] == 1
    assert report.feeds["feeds/roads-y.geojson"]["roads"] == 1
    assert [(issue.file, issue.what) for issue in report.issues if issue.code == "not-recognised"] == [
        ("feeds/z.geojson", "holds lines and polygons")
    ]


@pytest.mark.parametrize("system", ["EPSG:4326", "EPSG:32637"])
def test_a_geopackage_in_any_system_says_what_the_geojson_says(system: str, tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={})
    features = ground(OPEN)
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    to = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True)
    moved = shapely.transform(shapes, lambda points: np.column_stack(to.transform(points[:, 0], points[:, 1])))
    parties = np.array([feature["properties"]["party"] for feature in features], dtype=object)
    path = folder / f"feeds/ground-{FIRST}.gpkg"
    pyogrio.raw.write(
        path, shapely.to_wkb(moved), [parties], ["party"], geometry_type="Polygon", crs=system, driver="GPKG"
    )
    put(folder, f"{path.relative_to(folder)}.yml", sidecar("mapper", FIRST))
    case = opened(folder)
    assert case.build(now=NOW).feeds[f"feeds/{path.name}"] == {"claims": 2, "areas": 2, "issues": 0}
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_a_feed_never_speaks_for_a_protected_source(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    put(folder, f"feeds/control-{FIRST}.geojson.yml", sidecar("src-0123456789ab", "2016-07-02"))
    case = opened(folder)
    issue = only(issues_of(case), "document")
    assert "what a feed says cannot be sealed" in issue.what
    assert not case.book.claims()


# ------------------------------------------------------------------------------------------------------ changed files


def test_a_feed_whose_bytes_changed_is_not_read_and_what_it_said_stands(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    case = opened(folder)
    path = folder / f"feeds/control-{FIRST}.geojson"
    good = path.read_bytes()
    path.write_text(control(SHUT), encoding="utf-8")
    issue = only(issues_of(case), "changed-document")
    assert "a newer version is a document of its own" in issue.hint
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))
    assert not case.verify().clean
    path.write_bytes(good)
    assert issues_of(case) == ()
    assert case.verify().clean


def test_a_sidecar_that_breaks_takes_nothing_back(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    case = opened(folder)
    put(folder, f"feeds/control-{FIRST}.geojson.yml", "publisher: nobody\npublished: 2016-07-02\n")
    report = case.build(now=NOW)
    assert [issue.column for issue in report.issues] == ["publisher"]
    assert not report.new.get("withdrawn")
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_a_sidecar_of_roads_that_breaks_leaves_the_roads_as_they_were(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    line = {"type": "LineString", "coordinates": [[LON - 1, LAT], [LON - 1 + STEP, LAT]]}
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    put(folder, "feeds/more.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    case = opened(folder)
    for broken, code in (("publisher: nobody\n", "document"), (sidecar("mapper", FIRST, "tolerance_m: -1"), "reading")):
        put(folder, "feeds/more.geojson.yml", broken)
        assert only(issues_of(case), code).file == "feeds/more.geojson.yml"
        network = case.registers.maps.network
        assert network is not None
        assert len(network) == len(PIECES) + 1


# ---------------------------------------------------------------------------------------------------------- bad input


def test_islands_and_edges_to_nowhere_are_told_and_the_rest_is_right(tmp_path: Path) -> None:
    island = (
        '<node id="901" version="1" lat="36.5" lon="37.5"/><node id="902" version="1" lat="36.51" lon="37.5"/>'
        '<way id="901" version="1"><nd ref="901"/><nd ref="902"/><tag k="highway" v="primary"/></way>'
        '<way id="902" version="1"><nd ref="1"/><nd ref="999"/><tag k="highway" v="primary"/></way>'
    )
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    put(folder, "feeds/grid.osm", osm(extra=island))
    case = opened(folder)
    codes = {issue.code for issue in issues_of(case)}
    assert {"islands", "unknown_node"} <= codes
    assert all(issue.file == "feeds/grid.osm" for issue in issues_of(case))
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))
    remarks = {remark.about: remark.found for remark in case.doctor(now=NOW)}
    assert remarks["map of roads"].startswith("38 junctions, 61 pieces")
    assert remarks["islands of roads"] == "1 besides the largest part, with 2 junctions"


def test_a_map_in_the_wrong_system_of_coordinates_is_refused_whole(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    metres = json.loads(control(SHUT))
    for feature in metres["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        moved = shapely.transform(shape, lambda points: points * 100_000)
        feature["geometry"] = json.loads(shapely.to_geojson(moved))
    swapped = json.loads(control(SHUT))
    for feature in swapped["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        feature["geometry"] = json.loads(shapely.to_geojson(shapely.transform(shape, lambda points: points[:, ::-1])))
    for day, features in ((2, metres), (3, swapped)):
        put(folder, f"feeds/control-2016-07-0{day}.geojson", json.dumps(features))
        put(folder, f"feeds/control-2016-07-0{day}.geojson.yml", sidecar("mapper", f"2016-07-0{day}"))
    case = opened(folder)
    report = case.build(now=NOW)
    assert {issue.file for issue in report.issues} == {f"feeds/control-2016-07-0{day}.geojson" for day in (2, 3)}
    assert only(report.issues, "swapped").hint.startswith("GeoJSON has the longitude first")
    assert {report.feeds[f"feeds/control-2016-07-0{day}.geojson"]["claims"] for day in (2, 3)} == {0}
    assert seen(case, date(2016, 7, 4)) == ("connected", last_roads(OPEN))


def test_polygons_that_cross_themselves_and_dates_reversed_cost_no_other_feature(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    features = ground(OPEN)
    bow = [[[38.0, 36.0], [38.1, 36.1], [38.1, 36.0], [38.0, 36.1], [38.0, 36.0]]]
    features.append(
        {"type": "Feature", "properties": {"party": "red"}, "geometry": {"type": "Polygon", "coordinates": bow}}
    )
    whole = [[[30.0, 30.0], [40.0, 30.0], [40.0, 40.0], [30.0, 40.0], [30.0, 30.0]]]
    reversed_days = {"party": "red", "start": "2016-07-09", "end": "2016-07-02"}
    features.append(
        {"type": "Feature", "properties": reversed_days, "geometry": {"type": "Polygon", "coordinates": whole}}
    )
    second = FIRST + timedelta(days=2)
    text = json.dumps({"type": "FeatureCollection", "features": features})
    put(folder, f"feeds/control-{second}.geojson", text)
    put(folder, f"feeds/control-{second}.geojson.yml", sidecar("mapper", second))
    case = opened(folder)
    issues = issues_of(case)
    assert only(issues, "repaired").row == len(features) - 1
    assert only(issues, "dates-reversed").row == len(features)
    assert case.build(now=NOW).feeds[f"feeds/control-{second}.geojson"]["claims"] == len(features) - 1
    assert seen(case, second) == ("connected", last_roads(OPEN))


def test_two_feeds_with_one_id_are_told_apart_by_their_sidecars(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    second = FIRST + timedelta(days=2)
    name = f"control-{second}.geojson"
    put(folder, f"feeds/{name}", control(SHUT))
    put(folder, f"feeds/{name}.yml", sidecar("mapper", second, f"id: control-{FIRST}"))
    case = opened(folder)
    issue = only(issues_of(case), "document")
    assert (issue.file, issue.row, issue.column) == (f"feeds/{name}.yml", 3, "id")
    assert seen(case, second)[0] == "connected"
    put(folder, f"feeds/{name}.yml", sidecar("mapper", second, "id: another"))
    assert issues_of(case) == ()
    assert seen(case, second)[0] == "cut"


def test_a_map_that_was_cut_off_is_not_used_and_the_other_is(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    whole = osm()
    put(folder, "feeds/cut.osm", whole[: len(whole) // 2])
    put(folder, "feeds/cut.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader")
    case = opened(folder)
    issues = issues_of(case)
    assert {(issue.file, issue.code) for issue in issues} == {
        ("feeds/cut.osm", "unreadable"),
        ("feeds/cut.osm.pbf", "unreadable"),
    }
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))
    assert issues_of(Case(folder)) == issues
    (folder / "feeds/grid.osm").unlink()
    case.build(now=NOW)
    assert case.registers.maps.network is None


def test_a_map_of_which_the_end_is_missing_is_not_half_a_map(tmp_path: Path) -> None:
    whole = tmp_path / "whole.osm.pbf"
    plain = put(tmp_path, "whole.osm", osm())
    with osmium.SimpleWriter(str(whole)) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    folder = write_world(tmp_path / "case", maps={FIRST: OPEN})
    (folder / "feeds/grid.osm").unlink()
    data = whole.read_bytes()
    put(folder, "feeds/grid.osm.pbf", data[: len(data) * 2 // 3])
    case = opened(folder)
    assert only(issues_of(case), "unreadable").file == "feeds/grid.osm.pbf"
    assert seen(case, FIRST)[0] == "undecided"
    put(folder, "feeds/grid.osm.pbf", data)
    assert issues_of(case) == ()
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_ways_with_one_id_are_told_and_the_first_is_kept(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    again = '<way id="1" version="1"><nd ref="1"/><nd ref="36"/><tag k="highway" v="primary"/></way>'
    put(folder, "feeds/grid.osm", osm(extra=again))
    case = opened(folder)
    assert "way/1" in only(issues_of(case), "duplicate_id").what
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_two_maps_that_were_cut_differently_are_not_joined(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    # the same ids of ways for other pieces
    put(folder, "feeds/other.osm", osm(tuple(reversed(PIECES))))
    case = opened(folder)
    issue = only(issues_of(case), "not-joined")
    assert issue.file == "feeds/other.osm"
    assert "it is left out" in issue.what
    assert case.build(now=NOW).feeds["feeds/other.osm"] == {"roads": 0, "junctions": 0, "issues": 1}
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))
    (folder / "feeds/grid.osm").unlink()
    assert issues_of(case) == ()
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_a_place_off_the_map_is_a_warning_with_its_distance(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    places = (folder / "places.csv").read_text(encoding="utf-8").replace("36.0,37.0,0.5,blue", "35.9,37.0,0.5,blue")
    put(folder, "places.csv", places)
    issue = only(issues_of(opened(folder)), "off_the_map")
    assert issue.severity == "warning"
    assert issue.what == "'port' is 11.1 km from the nearest junction, more than 2 km"


def test_stored_roads_that_are_damaged_are_read_again(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    case = opened(folder)
    (folder / ".castello/maps/roads/grid.osm/edges.parquet").write_bytes(b"PAR1")
    put(folder, "claims/01-none.yml", "coder: me\nclaims: []\n")
    assert issues_of(case) == ()
    assert seen(case, FIRST) == ("connected", last_roads(OPEN))


def test_without_the_extra_a_map_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from castello.sources import recognition

    folder = write_world(tmp_path, maps={FIRST: OPEN})
    monkeypatch.setattr(recognition, "find_spec", lambda name: None if name in ("shapely", "osmium") else True)
    with pytest.raises(WrongUse, match=r'pip install "castello\[gis\]"'):
        Case(folder).build(now=NOW)
    assert not list((folder / "journal").glob("*.jsonl")) or not Case(folder).book.claims()
    (folder / f"feeds/control-{FIRST}.geojson").unlink()
    (folder / f"feeds/control-{FIRST}.geojson.yml").unlink()
    with pytest.raises(WrongUse, match=r'pip install "castello\[osm\]"'):
        Case(folder).build(now=NOW)


# ------------------------------------------------------------------------------------------- areas elsewhere


def test_areas_trouble_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_world(tmp_path / "case", maps={FIRST: OPEN})
    write_tables(folder)
    name = f"control-{FIRST}"
    for verb in ("build", "claims", "verify", "doctor", "totals", "parties", "brief", "siege"):
        code, answer, message = run(capsys, verb, "--case", folder)
        assert (code, bool(answer)) == (0, True), (verb, message)
    _, listed, _ = run(capsys, "claims", "--kind", "control", "--case", folder)
    texts = [claim["text"] for claim in listed["claims"] if claim["document"] == name]
    assert f"Blue holds it: area of {name}, feature 1 (since 1 July 2016 or before)" in texts
    area = next(claim for claim in listed["claims"] if claim["document"] == name)
    code, answer, _ = run(capsys, "why", area["id"], "--case", folder)
    assert (code, answer["claims"][0]["says"]) == (0, area["text"])
    code, answer, _ = run(capsys, "claims", "--about", area["object"], "--case", folder)
    assert [claim["id"] for claim in answer["claims"]] == [area["id"]]
    _, brief, _ = run(capsys, "brief", "--case", folder)
    assert "area-" not in json.dumps(brief)
    case = Case(folder)
    situation = case.analyse("situation", case.picture(as_of="2016-07-10", now=NOW))
    assert [finding.subject for finding in situation if finding.kind == "control"] == ["hamlet"]


def test_in_a_live_case_nothing_of_an_area_leaves(tmp_path: Path) -> None:
    folder = write_world(tmp_path, maps={FIRST: OPEN})
    case = opened(folder)
    live = NOW.replace(year=2016, month=8)
    picture = case.picture(as_of="2016-07-10", now=live)
    assert picture.live
    for profile in ("partner", "public"):
        clearance = case.clearance(picture, profile=profile, now=live)
        assert clearance.claims(picture.claims()).claims == ()
        assert clearance.topics(Kind.CONTROL) == ()
        left = clearance.findings(case.siege(picture), analyses=["siege"]).findings
        assert "area-" not in json.dumps([finding.to_json() for finding in left])


# --------------------------------------------------------------------------------------------------------- add


def given(tmp_path: Path, name: str, text: str | bytes) -> Path:
    return put(tmp_path / "given", name, text)


PUBLISHED = ("--publisher", "mapper", "--published", "2016-07-02")


def contents(folder: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in (".castello", "journal", "vault")
    }


def test_add_says_what_a_feed_is_and_adds_it_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_world(tmp_path / "case", maps={})
    (folder / "feeds/grid.osm").unlink()
    roads, ground_map = given(tmp_path, "Grid.OSM", osm()), given(tmp_path, f"control {FIRST}.geojson", control(OPEN))
    code, answer, _ = run(capsys, "add", roads, ground_map, "--case", folder, *PUBLISHED)
    assert code == 0
    assert answer["files"] == [
        {
            "file": "Grid.OSM",
            "taken_for": "roads from OpenStreetMap",
            "why": "it ends in .osm",
            "to": "feeds/grid.osm",
            "already": False,
            "counts": {"roads": len(PIECES), "junctions": len(SQUARES), "issues": 0},
        },
        {
            "file": f"control {FIRST}.geojson",
            "taken_for": "control map",
            "why": "it holds polygons",
            "to": f"feeds/control-{FIRST}.geojson",
            "already": False,
            "counts": {"claims": len(ground(OPEN)), "areas": len(ground(OPEN)), "issues": 0},
        },
    ]
    assert seen(opened(folder), FIRST) == ("connected", last_roads(OPEN))
    before = contents(folder)
    assert before[f"feeds/control-{FIRST}.geojson.yml"].startswith(
        f'title: "control {FIRST}"\npublisher: mapper\n'.encode()
    )
    code, again, _ = run(capsys, "add", roads, ground_map, "--case", folder, *PUBLISHED)
    assert [file["already"] for file in again["files"]] == [True, True]
    assert not any(again["new"].values())
    assert contents(folder) == before
    code, _, message = run(
        capsys, "add", given(tmp_path, f"control {FIRST}.geojson", control(SHUT)), "--case", folder, *PUBLISHED
    )
    assert (code, "is there already, with other content" in message) == (2, True)
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("name", "text", "options", "says"),
    [
        ("control.geojson", control(OPEN), (), "a feed needs its publisher and day"),
        ("control.geojson", control(OPEN), (*PUBLISHED, "--protected"), "a feed cannot be sealed"),
        (
            "control.geojson",
            control(OPEN),
            ("--publisher", "src-0123456789ab", "--published", "2016-07-02"),
            "protected",
        ),
        (
            "table.csv",
            "colour,taste\nred,sweet\n",
            PUBLISHED,
            "table.csv has no row of heads that is known; it has colour, taste: a mapping is drafted in",
        ),
        ("edges.csv", "id,from,to\na,town,port\n", (), "a table needs its publisher and day"),
        ("edges.csv", "id,from,to\na,town,port\n", (*PUBLISHED, "--protected"), "rows of registers cannot be sealed"),
    ],
)
def test_what_cannot_be_added_changes_nothing(
    name: str, text: str, options: tuple[str, ...], says: str, *, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_world(tmp_path / "case", maps={})
    before = contents(folder)
    code, answer, message = run(capsys, "add", given(tmp_path, name, text), "--case", folder, *options)
    assert (code, answer) == (2, None)
    assert says in message
    assert contents(folder) == before


def test_a_folder_is_added_file_by_file_with_the_sidecars_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_world(tmp_path / "case", maps={})
    for step, held in enumerate((OPEN, SHUT)):
        day = FIRST + timedelta(days=step)
        given(tmp_path, f"maps/control-{day}.geojson", control(held))
        given(tmp_path, f"maps/control-{day}.geojson.yml", sidecar("mapper", day))
    given(tmp_path, "maps/thumbs.db", "x")
    code, answer, _ = run(capsys, "add", tmp_path / "given/maps", "--case", folder)
    assert code == 0
    assert [(file["file"], file["taken_for"]) for file in answer["files"]] == [
        (f"control-{FIRST}.geojson", "control map"),
        (f"control-{FIRST + timedelta(days=1)}.geojson", "control map"),
        ("thumbs.db", "nothing"),
    ]
    assert seen(opened(folder), FIRST)[0] == "connected"
    assert seen(opened(folder), FIRST + timedelta(days=1))[0] == "cut"


def test_what_takes_its_time_is_told_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with busy("reading feeds/small.osm"):
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(_verb, "PATIENCE_S", 0.01)
    with busy("reading feeds/large.osm"):
        time.sleep(0.2)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == ["reading feeds/large.osm ...", "reading feeds/large.osm: done in 0 s"]


# --------------------------------------------------------------------------------------------- tables of named roads


def test_edges_are_appended_and_what_was_there_is_kept_byte_for_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_world(tmp_path / "case", maps={})
    mine = b'# my own\r\nid;to;from;class;name_en;note\r\nold-road;town;hamlet;road;Old Road;"mine; really"'
    put(folder, "roads.csv", mine)
    edges = (
        "id,from,to,name,class,length_km\nnew-road,town,Northport,New Road,road,12.5\nold-road,town,port,,,\n,a,b,,,\n"
    )
    path = given(tmp_path, "edges.csv", edges)
    code, answer, _ = run(capsys, "add", path, "--case", folder, *PUBLISHED)
    assert code == 0
    added = b"\r\nnew-road;northport;town;road;New Road;12.5 km; from edges.csv, mapper, 2016-07-02\r\n"
    written = (folder / "roads.csv").read_bytes()
    assert written == mine + added.replace(
        b"12.5 km; from edges.csv, mapper, 2016-07-02", b'"12.5 km; from edges.csv, mapper, 2016-07-02"'
    )
    assert {(issue["code"], issue.get("row")) for issue in answer["issues"]} == {("id", None), ("missing-id", 4)}
    assert answer["files"][0]["counts"] == {"places": 1, "roads": 1, "issues": 2}
    registers = Case(folder).registers
    assert registers.places.road("new-road").ends == ("town", "northport")
    assert registers.places.road("old-road").ends == ("hamlet", "town")
    before = contents(folder)
    code, again, _ = run(capsys, "add", path, "--case", folder, *PUBLISHED)
    assert again["files"][0]["already"] is True
    assert contents(folder) == before


FLEE = {
    "locations.csv": '#"name","region","country","latitude","longitude","location_type","conflict_date","population"\n'
    "Alpha,r,Landia,36.5,37.5,conflict_zone,0,52000\nBeta,r,Landia,36.6,37.6,town,,0\nCamp,r,Faria,36.7,37.7,camp,,900\n",
    "routes.csv": '#"name1","name2","distance","forced_redirection"\nAlpha,Beta,16,0\nBeta,Camp,20,0\n',
    "closures.csv": '#"closure_type","name1","name2","closure_start","closure_end"\nlink,Alpha,Beta,10,20\nlink,Alpha,Beta,15,25\n',
}


def test_a_folder_of_flee_becomes_registers_closures_and_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_world(tmp_path / "case", maps={})
    before = contents(folder)
    for name, text in FLEE.items():
        given(tmp_path, f"landia/{name}", text)
    flee = tmp_path / "given/landia"
    code, _, message = run(capsys, "add", flee, "--case", folder, *PUBLISHED)
    assert (code, "--first-day DATE" in message) == (2, True)
    assert contents(folder) == before
    day = ("--first-day", "2016-07-01")
    code, _, message = run(capsys, "add", flee, "--case", folder, *PUBLISHED, *day)
    # published on the second day, it cannot say what was on the tenth
    assert (code, "begins on 2016-07-11, after it was said" in message) == (3, True)
    assert contents(folder) == before
    published = ("--publisher", "mapper", "--published", "2016-12-01")
    code, answer, _ = run(capsys, "add", flee, "--case", folder, *published, *day)
    assert code == 0
    # open, closed, open for each of two sides, and the people of Alpha
    counts = {"places": 5, "roads": 2, "claims": 7, "roads_without_word": 1, "issues": 0}
    assert answer["files"][0]["counts"] == counts
    assert answer["files"][0]["to"] == "places.csv, roads.csv, claims/landia.yml"
    case = opened(folder)
    answers = {}
    for shift in (0, 9, 10, 24, 25, 60):
        picture = case.picture(as_of=date(2016, 7, 1) + timedelta(days=shift), now=NOW)
        topic = picture.topic("access|alpha--beta|blue|supply")
        answers[shift] = None if topic is None else topic.answer
    assert answers == {0: "open", 9: "open", 10: "closed", 24: "closed", 25: "open", 60: "open"}
    (people,) = case.picture(as_of="2016-07-02", now=NOW).claims(kinds=[Kind.PEOPLE])
    assert (people.subject, people.document) == ("alpha", "landia")
    after = contents(folder)
    code, again, _ = run(capsys, "add", flee, "--case", folder, *published, *day)
    assert (code, again["files"][0]["already"]) == (0, True)
    assert contents(folder) == after
    assert not any(again["new"].values())
    assert all(after[name].startswith(data) for name, data in before.items())


def test_a_side_can_be_named_for_the_closures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_world(tmp_path / "case", maps={})
    for name, text in FLEE.items():
        given(tmp_path, f"landia/{name}", text)
    options = ("--publisher", "mapper", "--published", "2016-12-01", "--first-day", "2016-07-01")
    code, _, message = run(capsys, "add", tmp_path / "given/landia", "--case", folder, *options, "--side", "green")
    assert (code, "'green' is no party" in message) == (2, True)
    code, _, _ = run(capsys, "add", tmp_path / "given/landia", "--case", folder, *options, "--side", "red")
    assert code == 0
    claims = Case(folder).book.claims().values()
    assert {claim.object for claim in claims if claim.kind is Kind.ACCESS} == {"red"}


def test_a_register_without_a_column_that_is_needed_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_world(tmp_path / "case", maps={})
    put(folder, "places.csv", "id,name_en,kind\ntown,Town,city\nport,Port,area\nhamlet,Hamlet,village\n")
    before = contents(folder)
    for name, text in FLEE.items():
        given(tmp_path, f"landia/{name}", text)
    options = (*PUBLISHED, "--first-day", "2016-07-01")
    code, _, message = run(capsys, "add", tmp_path / "given/landia", "--case", folder, *options)
    assert (code, "places.csv has no column 'lat'" in message) == (2, True)
    assert contents(folder) == before
