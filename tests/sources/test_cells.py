"""The door: any file of rows becomes text, each row is read or said, nothing is invented and nothing breaks it."""

from __future__ import annotations

import gzip
import json
import os
import random
import sqlite3
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castello.errors import WrongUse
from castello.sources._intake import Intake
from castello.sources.cells import _text, header_of, open_cells
from tests.sources.mangled import MANGLES, mangled, ods, workbook, written, zipped

HEADER = ["id", "place", "people", "date", "note"]
ROWS = [
    ["1", "Eastern Aleppo", "275000", "2016-07-01", "a, b"],
    ["2", "حلب", "12", "2016-07-02", "x"],
    ["3", "Hanano", "3.5", "2016-07-03", 'say "yes"'],
    ["4", "Azaz", "40", "2016-07-04", ""],
    ["5", "Qamishli", "7", "2016-07-05", "é"],
]
NEEDED = frozenset({"id", "place", "people"})


def opened(path, folder, *, needed=NEEDED, **options):
    """Tables, the rows of each, and the issues."""
    intake = Intake(path.name)
    cells = open_cells(
        path,
        into=folder / "cells",
        intake=intake,
        is_header=needed.issubset,
        needed=", ".join(sorted(needed)),
        **options,
    )
    return cells, [list(one.read()) for one in cells], intake.issues


@pytest.fixture(scope="session")
def shared_data():
    folder = Path(os.environ.get("CASTELLO_SHARED_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip("development data is not here")
    return folder


@pytest.fixture
def read(tmp_path):
    """Rows and issues of a file with some bytes, which holds one table or none."""

    def read_one(data, name="a.csv", **options):
        path = tmp_path / name
        path.write_bytes(data)
        cells, rows, issues = opened(path, tmp_path, **options)
        assert len(cells) <= 1
        return rows[0] if cells else None, [(one.row, one.column, one.code, one.severity) for one in issues]

    return read_one


def table(rows=ROWS, *, header=HEADER):
    return written([header, *rows]).encode()


def as_read(rows=ROWS, *, first=2, header=HEADER):
    return [(number, dict(zip(header, row, strict=True))) for number, row in enumerate(rows, start=first)]


# -------------------------------------------------------------------------------------------------- whatever comes in


@pytest.mark.parametrize("lines_only", [True, False], ids=["by lines", "by the engine"])
def test_mangled_files_break_nothing_lose_nothing_and_invent_nothing(tmp_path, monkeypatch, lines_only):
    monkeypatch.setattr(_text, "_FEW", sys.maxsize if lines_only else 0)
    wrong, read_rows = [], 0
    for file in mangled(HEADER, ROWS, seed=4, count=len(MANGLES) if lines_only else 200):
        folder = tmp_path / file.name.partition(".")[0]
        folder.mkdir()
        path = folder / file.name
        path.write_bytes(file.data)
        cells, rows, issues = opened(path, folder, encoding=file.encoding)
        told = {one.code for one in issues}
        found = {cell for one in rows for _, row in one for cell in row.values() if cell}
        wrong += [(file.name, "invented", cell) for cell in sorted(found - file.cells) if file.cells]
        if file.rows is not None and sum(one.rows for one in cells) != file.rows:
            wrong.append((file.name, "rows", str(sum(one.rows for one in cells))))
        if file.refused is not None and sum(one.refused for one in cells) != file.refused:
            wrong.append((file.name, "refused", str(sum(one.refused for one in cells))))
        if file.code is not None and file.code not in told:
            wrong.append((file.name, "not said", file.code))
        if not cells and not any(one.severity == "error" for one in issues):
            wrong.append((file.name, "silent", ""))
        assert [len(one) for one in rows] == [one.rows for one in cells]
        assert all(one.what.isprintable() and str(tmp_path) not in one.what for one in issues)
        header_of(path, intake=Intake(file.name), encoding=file.encoding)
        read_rows += sum(one.rows for one in cells)
    assert wrong == []
    assert read_rows > 150


_nasty = st.sampled_from(
    [*("x", "1", "", '"a,b"', '"a""b"', '"x" ', ' "y"', 'a"b', '"', " z ", "\u00a0q", "#1", "é", "e\u0301"), '"m\nn"']
)
_line = st.lists(_nasty, min_size=2, max_size=4).map(",".join) | st.lists(_nasty, min_size=3, max_size=3).map(",".join)
_loose = st.text(alphabet='x1,,;"" \n\r\té\u00a0\\#\'\u2028\x1c\x85\x0b', max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(_line, max_size=6).map("\n".join) | _loose)
def test_the_engine_reads_what_is_read_line_by_line(tmp_path_factory, monkeypatch, body):
    folder = tmp_path_factory.mktemp("both")
    path = folder / "a.csv"
    path.write_bytes(f"a,b,c\n{body}".encode())
    both = []
    for few in (0, sys.maxsize):
        monkeypatch.setattr(_text, "_FEW", few)
        _, rows, issues = opened(path, folder, needed=frozenset("ab"))
        both.append((rows, issues))
    assert both[0] == both[1]


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=300),
    start=st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"[{", b'{"', b"id,place,people\n"]),
)
def test_any_bytes_are_a_table_or_an_issue(tmp_path_factory, data, start):
    folder = tmp_path_factory.mktemp("any")
    path = folder / "a.csv"
    path.write_bytes(start + data)
    cells, _, issues = opened(path, folder)
    assert cells or any(one.severity == "error" for one in issues)


# --------------------------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize("few", [0, sys.maxsize], ids=["by the engine", "by lines"])
def test_rows_have_the_number_of_their_line(read, monkeypatch, few):
    monkeypatch.setattr(_text, "_FEW", few)
    lines = ["Title", "", "id,place,people", "#id,#place,#people", "1,a,5", '2,"b', 'c",6', "", "3,d,7", "4,e,8", ""]
    rows, issues = read("\n".join(lines).encode())
    assert rows == [
        (5, {"id": "1", "place": "a", "people": "5"}),
        (6, {"id": "2", "place": "b\nc", "people": "6"}),
        (9, {"id": "3", "place": "d", "people": "7"}),
        (10, {"id": "4", "place": "e", "people": "8"}),
    ]
    assert issues == [(1, None, "title", "warning")]


def test_the_file_holds_text_numbers_and_nulls(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(table())
    (cells,), _, _ = opened(path, tmp_path)
    kept = pq.read_table(cells.path)
    assert kept.schema.types == [pa.int64(), *[pa.string()] * 5]
    assert kept.column_names == ["row", *HEADER]
    assert kept.column("note").to_pylist() == ["a, b", "x", 'say "yes"', None, "é"]
    assert (cells.columns, cells.rows, cells.refused, cells.present, cells.sheet) == (tuple(HEADER), 5, 0, 5, None)
    assert [one.name for one in (tmp_path / "cells").iterdir()] == ["0.parquet"]


def test_names_are_plain_unique_and_known_as_printed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"ID,Place,People,Date ,date,ROW,Access-Status\n1,a,5,d,e,r,s\n")
    (cells,), rows, issues = opened(path, tmp_path)
    assert rows[0] == [
        (2, dict(zip(("id", "place", "people", "date_1", "date_2", "row_1", "access_status"), "1a5ders", strict=True)))
    ]
    assert cells.printed["date_1"] == "Date"
    assert cells.printed["row_1"] == "ROW"
    assert cells.printed["access_status"] == "Access-Status"
    assert [(one.code, one.column) for one in issues] == [("twice-named", "date")]


def test_a_name_that_is_needed_may_not_stand_twice(read):
    assert read(b"id,place,people,people\n1,a,5,6\n") == (None, [(1, "people", "header", "error")])


@pytest.mark.parametrize("few", [0, sys.maxsize])
def test_a_row_with_too_many_cells_costs_itself(read, monkeypatch, few):
    monkeypatch.setattr(_text, "_FEW", few)
    rows, issues = read(table([*ROWS, ["6", "a", "b", "c", "d", "surplus"], ["7", "z", "1", "", ""]]))
    assert [number for number, _ in rows] == [2, 3, 4, 5, 6, 8]
    assert issues == [(7, None, "surplus-cells", "error")]


def test_the_user_names_an_encoding(read):
    assert read(table().decode().replace("é", "ب").encode("cp1256"), encoding="cp1256")[0][1][1]["place"] == "حلب"
    with pytest.raises(WrongUse, match="cp9999"):
        read(table(), encoding="cp9999")


def test_a_file_that_is_not_there_is_misuse(tmp_path):
    with pytest.raises(WrongUse, match=r"no\.csv cannot be opened"):
        opened(tmp_path / "no.csv", tmp_path)


def test_signs_in_a_path_stand_for_themselves(tmp_path, monkeypatch):
    monkeypatch.setattr(_text, "_FEW", 0)
    folder = tmp_path / "k=v [1]'s"
    folder.mkdir()
    (folder / "a1.csv").write_bytes(b"id,place,people\n9,wrong,9\n")
    path = folder / "a[12]*.csv"
    path.write_bytes(table())
    _, rows, issues = opened(path, folder)
    assert (rows[0], issues) == (as_read(), ())


def test_a_cut_file_keeps_the_whole_rows_before_the_cut(tmp_path):
    lines = [[str(number), f"place {random.Random(number).random()}", "5"] for number in range(20_000)]
    path = tmp_path / "a.csv.gz"
    data = gzip.compress(written([["id", "place", "people"], *lines]).encode())
    path.write_bytes(data[: len(data) // 2])
    (cells,), rows, issues = opened(path, tmp_path)
    assert 8_000 < cells.rows < 12_000
    assert [row for _, row in rows[0]] == [
        dict(zip(("id", "place", "people"), line, strict=True)) for line in lines[: cells.rows]
    ]
    assert [one.code for one in issues if one.row is None] == ["cut"]
    assert cells.refused == len([one for one in issues if one.row is not None]) <= 1


def test_large_text_goes_through_the_engine(tmp_path, monkeypatch):
    monkeypatch.setattr(_text, "records", None)  # whoever asks for it fails
    rows = [[str(number), f"  place {number}\u00a0", "Qa\u0308m", "", "x" * 50] for number in range(20_000)]
    path = tmp_path / "a.csv"
    path.write_bytes(table(rows))
    ticks = []
    (cells,), _, issues = opened(path, tmp_path, tick=lambda done, total: ticks.append((done, total)))
    assert path.stat().st_size > _text._FEW
    assert (cells.rows, cells.refused, issues) == (20_000, 0, ())
    kept = pq.read_table(cells.path)
    assert kept.column("row").to_pylist() == list(range(2, 20_002))
    assert kept.slice(19_999).to_pylist()[0] == {
        "row": 20_001, "id": "19999", "place": "place 19999", "people": "Qäm", "date": None, "note": "x" * 50
    }  # fmt: skip
    assert ticks == sorted(ticks)
    assert ticks[-1] == (path.stat().st_size,) * 2


# ---------------------------------------------------------------------------------------------------------- workbooks


def test_sheets_are_tables_with_rows_as_the_user_sees_them(tmp_path):
    path = tmp_path / "a.xlsx"
    sheets = {"Notes": [["Read me"]], "2015": [["Title"], [], HEADER, *ROWS[:2]], "2016": [HEADER, *ROWS]}
    path.write_bytes(zipped(workbook(sheets)))
    cells, rows, issues = opened(path, tmp_path)
    assert [one.sheet for one in cells] == ["2015", "2016"]
    assert rows == [as_read(ROWS[:2], first=4), as_read()]
    assert [(one.row, one.code) for one in issues] == [(None, "no-heads"), (1, "title")]
    assert "sheet 'Notes'" in issues[0].what
    cells, rows, issues = opened(path, tmp_path, sheet="2016")
    assert ([one.sheet for one in cells], rows, issues) == (["2016"], [as_read()], ())
    with pytest.raises(WrongUse, match=r"no sheet '2017'\. It has Notes, 2015, 2016"):
        opened(path, tmp_path, sheet="2017")


def test_cells_without_a_value_are_said(read):
    rows = [["1", "\x01<f>A1+1</f>", "\x01<f>1/0</f><v>#DIV/0!</v>", "\x01<f>1+1</f><v>2</v>", ""]]
    found, issues = read(zipped(workbook({"Data": [HEADER, *rows]})), "a.xlsx")
    assert found == as_read([["1", "", "", "2", ""]])
    assert issues == [(2, "people", "error-cell", "error"), (2, "place", "formula", "error")]


def test_dates_and_numbers_of_a_workbook(read):
    files = workbook(
        {"Data": [HEADER, ["\x01<v>3</v>", "\x01<v>36.2</v>", "\x01<v>1E-7</v>", "42552", "\x01<v>42552</v>"]]}
    )
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts/><fills/><borders/>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    files["xl/styles.xml"] = styles.encode()
    sheet = files["xl/worksheets/sheet1.xml"].replace(b'<c r="E2">', b'<c r="E2" s="1">')
    files["xl/worksheets/sheet1.xml"] = sheet
    relations = files["xl/_rels/workbook.xml.rels"]
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    files["xl/_rels/workbook.xml.rels"] = relations.replace(
        b"</Relationships>", b'<Relationship Id="s" Type="' + kind + b'" Target="styles.xml"/></Relationships>'
    )
    assert read(zipped(files), "a.xlsx") == (as_read([["3", "36.2", "0.0000001", "42552", "2016-07-01"]]), [])


def test_repeated_rows_of_an_open_document_are_rows(read):
    files = ods([HEADER, *ROWS])
    start, _, end = files["content.xml"].rpartition(b"<table:table-row>")
    files["content.xml"] = start + b'<table:table-row table:number-rows-repeated="3">' + end
    assert read(zipped(files), "a.ods") == (as_read([*ROWS, ROWS[-1], ROWS[-1]]), [])


def test_a_workbook_that_declares_entities_is_refused(read):
    files = workbook({"Data": [HEADER, *ROWS]})
    files["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + files["xl/workbook.xml"].partition(b"?>")[2]
    assert read(zipped(files), "a.xlsx") == (None, [(None, None, "format", "error")])


# ------------------------------------------------------------------------------------------------------ other formats


def test_nested_values_stay_json(read):
    lines = [
        {"id": 1, "place": {"name": "Azaz", "at": [36.5, 1]}, "people": 5.0},
        {},
        {"place": None, "id": 12345678901234567890, "people": True, "a/b~": " z "},
    ]
    rows, issues = read("\n".join(map(json.dumps, lines)).encode(), "a.jsonl")
    assert [number for number, _ in rows] == [1, 3]
    assert json.loads(rows[0][1]["place"]) == {"name": "Azaz", "at": [36.5, 1]}
    assert rows[1][1] == {"id": "12345678901234567890", "place": "", "people": "true", "a/b~": "z"}
    assert issues == []


def test_an_array_cut_between_objects_is_said(read):
    data = json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS]).encode()
    rows, issues = read(data[: data.rindex(b", {")], "a.json")
    assert (rows, issues) == (as_read(ROWS[:4], first=1), [(None, None, "cut", "error")])


def test_types_of_a_parquet_file_become_text(tmp_path):
    path = tmp_path / "a.parquet"
    columns = {
        "id": [1, 2], "place": ["a", " b "], "people": [5.0, 0.5], "day": pa.array([17_000, 17_001], pa.date32()),
        "when": pa.array([0, 1_000_000], pa.timestamp("us")), "list": [[1, 2], None], "bytes": [b"x", b"y"],
    }  # fmt: skip
    pq.write_table(pa.table(columns), path)
    _, rows, issues = opened(path, tmp_path)
    assert rows[0][0] == (
        1, {"id": "1", "place": "a", "people": "5", "day": "2016-07-18", "when": "1970-01-01", "list": "[1,2]", "bytes": ""}
    )  # fmt: skip
    assert rows[0][1][1]["when"] == "1970-01-01T00:00:01"
    assert (rows[0][1][1]["place"], rows[0][1][1]["people"]) == ("b", "0.5")
    assert [(one.code, one.column) for one in issues] == [("binary", "bytes")]


def test_features_have_a_place(tmp_path):
    square = [[[37.0, 36.0], [37.2, 36.0], [37.2, 36.2], [37.0, 36.2], [37.0, 36.0]]]
    shapes = [{"type": "Point", "coordinates": [37.5, 36.25, 4]}, {"type": "Polygon", "coordinates": square}, None]
    names = [
        {"id": 1, "place": "a", "people": 5.10},
        {"id": 2, "place": ["b", 1], "people": None},
        {"id": 3, "place": "c"},
    ]
    features = [
        {"type": "Feature", "properties": one, "geometry": shape} for one, shape in zip(names, shapes, strict=True)
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    pytest.importorskip("shapely")
    (cells,), rows, issues = opened(path, tmp_path)
    assert cells.columns == ("id", "place", "people", "latitude", "longitude", "centroid_lat", "centroid_lon")
    assert [list(row.values()) for _, row in rows[0]] == [
        ["1", "a", "5.1", "36.25", "37.5", "", ""],
        ["2", '["b", 1]', "", "", "", "36.1", "37.1"],
        ["3", "c", "", "", "", "", ""],
    ]
    assert issues == ()
    path.write_text("\n".join(map(json.dumps, features)))
    assert opened(path, tmp_path)[1] == rows
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features})[:-40])
    assert [one.code for one in opened(path, tmp_path)[2]] == ["cut"]


def test_layers_in_other_coordinates_come_in_degrees(tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    shapely = pytest.importorskip("shapely")
    from pyogrio.raw import write

    path = tmp_path / "a.gpkg"
    fields = {"fields": ["id", "place", "people"], "crs": "EPSG:32637"}
    values = [
        pa.array(["1"]).to_numpy(zero_copy_only=False),
        pa.array(["حلب"]).to_numpy(zero_copy_only=False),
        pa.array([5]).to_numpy(),
    ]
    point = shapely.to_wkb(shapely.points([[333_000.0, 4_009_000.0]]))
    write(path, point, values, geometry_type="Point", layer="towns", **fields)
    write(
        path, point, values[:1], geometry_type="Point", layer="notes", fields=["remark"], crs="EPSG:32637", append=True
    )
    (cells,), rows, issues = opened(path, tmp_path)
    assert cells.sheet == "towns"
    assert [one.code for one in issues] == ["no-heads"]
    ((number, row),) = rows[0]
    assert (number, row["place"], row["people"]) == (1, "حلب", "5")
    assert (float(row["latitude"]), float(row["longitude"])) == pytest.approx((36.2, 37.14), abs=0.1)
    assert [heads.sheet for heads in header_of(path, intake=Intake("a.gpkg"))] == ["towns", "notes"]
    assert pyogrio.list_layers(path).shape == (2, 2)


def test_a_shapefile_in_an_archive(tmp_path):
    pytest.importorskip("pyogrio")
    shapely = pytest.importorskip("shapely")
    from pyogrio.raw import write

    values = [
        pa.array(["1"]).to_numpy(zero_copy_only=False),
        pa.array(["حلب"]).to_numpy(zero_copy_only=False),
        pa.array([5]).to_numpy(),
    ]
    area = shapely.to_wkb([shapely.box(37, 36, 37.2, 36.2)])
    write(
        tmp_path / "towns.shp", area, values, geometry_type="Polygon", fields=["id", "place", "people"], crs="EPSG:4326",
        encoding="utf-8",
    )  # fmt: skip
    path = tmp_path / "towns.zip"
    path.write_bytes(zipped({f"x/{one.name}": one.read_bytes() for one in tmp_path.glob("towns.*")}))
    _, rows, issues = opened(path, tmp_path)
    columns = ("id", "place", "people", "centroid_lat", "centroid_lon")
    assert (rows, issues) == ([[(1, dict(zip(columns, ("1", "حلب", "5", "36.1", "37.1"), strict=True)))]], ())


def test_nothing_in_a_database_is_run(tmp_path):
    path = tmp_path / "a.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("create table data (id, place, people, blob)")
    connection.executemany("insert into data values (?, ?, ?, ?)", [(1, "a", 5.0, b"x"), (2, None, 10**12, None)])
    connection.execute("create view trap as select id, place, people from data")
    connection.commit()
    connection.close()
    (cells,), rows, issues = opened(path, tmp_path)
    assert cells.sheet == "data"
    assert [list(row.values()) for _, row in rows[0]] == [["1", "a", "5", ""], ["2", "", "1000000000000", ""]]
    assert [(one.row, one.column, one.code) for one in issues] == [(1, "blob", "binary")]


def test_heads_are_found_without_reading_the_file(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(table([["x" * 100] * 5] * 20_000)))
    (heads,) = header_of(path, intake=Intake(path.name))
    assert heads.sheet is None
    assert heads.rows[0] == tuple(HEADER)
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(workbook({"Notes": [["Read me"]], "Data": [["Title"], HEADER, *ROWS]})))
    notes, data = header_of(path, intake=Intake(path.name))
    assert (notes.sheet, notes.rows, data.sheet, data.rows[1]) == ("Notes", (("read_me",),), "Data", tuple(HEADER))
    intake = Intake("no.csv")
    path.write_bytes(b"%PDF-1.7")
    assert header_of(path, intake=intake) == ()
    assert [one.code for one in intake.issues] == ["format"]


# ------------------------------------------------------------------------------------------------------ real data


@pytest.mark.parametrize(
    ("file", "needed", "rows"),
    [
        ("wfp/wfp_food_prices_syr.csv.gz", "market_id", 145_236),
        ("ucdp/ged_sri_lanka.csv", "side_a", 4_581),
        ("ocha/hno2017_community_access_oct2016.csv", "admin4pcode", 5_604),
        ("places/ocha_populated_places_syr.xlsx", "admin4pcode", 7_693),
        ("places/aleppo_neighborhoods.geojson", "name", 133),
        ("places/ocha_2016/city_neighbourhoods.shp", "pcode", 414),
        ("reading/gold_dev.jsonl", "kind", 81),
    ],
)
def test_published_files_go_in_whole(shared_data, tmp_path, file, needed, rows):
    (cells,), _, issues = opened(shared_data / file, tmp_path, needed=frozenset({needed}))
    assert (cells.rows, cells.refused) == (rows, 0)
    assert [one for one in issues if one.severity == "error"] == []
