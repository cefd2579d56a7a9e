"""Good rows are kept, each bad one is accounted for, nothing is invented."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.places import PLACE_KINDS, Place, PlaceRegister, read_places, read_roads

HEADER = "id,name_en,name_ar,aliases,kind,parent,pcode,lat,lon,radius_km,supplies,note"
ROAD_HEADER = "id,name_en,name_ar,aliases,class,from,to,line,note"


def rows(header, *lines):
    return enumerate(csv.DictReader(io.StringIO("\n".join([header, *lines]))), start=2)


def places(*lines):
    return read_places(rows(HEADER, *lines), file="places.csv")


def roads(*lines):
    ends = [Place(id="a", kind="city", name_en="A"), Place(id="b", kind="city", name_en="B")]
    return read_roads(rows(ROAD_HEADER, *lines), ends, file="roads.csv")


def one_issue(issues):
    assert len(issues) == 1, issues
    return issues[0]


def test_a_full_row_is_read_whole():
    good, issues = places(
        "syria,Syria,سوريا,,country,,SY,,,,,",
        " al-shaar , al-Shaar ,الشعار,Sha'ar; Chaar;;Sha'ar,neighbourhood,syria,C1,36.2,37.18,0.8,opposition;civil,a note",
    )
    assert issues == ()
    assert good[1] == Place(
        id="al-shaar",
        kind="neighbourhood",
        name_en="al-Shaar",
        name_ar="الشعار",
        aliases=("Sha'ar", "Chaar"),
        parent="syria",
        pcode="C1",
        lat=36.2,
        lon=37.18,
        radius_km=0.8,
        supplies=("opposition", "civil"),
        note="a note",
    )
    assert good[0].point is None


@pytest.mark.parametrize(
    ("line", "column", "code", "hint"),
    [
        (",No id,,,city,,,,,,,", "id", "missing_id", "short id"),
        ("Al Shaar,Al Shaar,,,city,,,,,,,", "id", "bad_id", "lower-case"),
        ("good,Again,,,city,,,,,,,", "id", "duplicate_id", "another id"),
        ("x,,,,city,,,,,,,", "name_en", "missing_name", "name_en, name_ar"),
        ("x,X,,,hamlet,,,,,,,", "kind", "unknown_kind", "neighbourhood"),
        ("x,X,,,,,,,,,,", "kind", "unknown_kind", "country, governorate"),
        ("x,X,,,city,,,,,,,note,surplus", None, "surplus_cells", "double quotes"),
    ],
)
def test_a_row_with_a_broken_required_cell_is_left_out(line, column, code, hint):
    good, issues = places("good,Good,,,city,,,,,,,", line, "last,Last,,,city,,,,,,,")
    assert [place.id for place in good] == ["good", "last"]
    issue = one_issue(issues)
    assert (issue.file, issue.row, issue.column, issue.code, issue.severity) == ("places.csv", 3, column, code, "error")
    assert hint in issue.hint
    assert "left out" in issue.what


@pytest.mark.parametrize(
    ("cells", "column", "code", "hint"),
    [
        ('city,,,"36,2",37.1,,,', "lat", "bad_coordinate", "Write 36.2, with a point"),
        ("city,,,36.2,east,,,", "lon", "bad_coordinate", "decimal degrees"),
        ("city,,,nan,37.1,,,", "lat", "bad_coordinate", "decimal degrees"),
        ("city,,,1e400,37.1,,,", "lat", "bad_coordinate", "decimal degrees"),
        ("city,,,36.2,,,,", "lon", "half_coordinate", "both or neither"),
        ("city,,,,37.1,,,", "lat", "half_coordinate", "both or neither"),
        ("city,,,137.1,36.2,,,", "lat", "impossible_coordinate", "swapped"),
        ("city,,,-91,100,,,", "lat", "impossible_coordinate", "-90 to 90"),
        ("city,,,36.2,181,,,", "lon", "impossible_coordinate", "-180 to 180"),
        ("city,,,,,wide,,", "radius_km", "bad_radius", "kilometres"),
        ("city,,,,,-1,,", "radius_km", "bad_radius", "more than 0"),
        ("city,nowhere,,,,,,", "parent", "unknown_parent", "Add the parent"),
        ("city,,,,,,The Opposition,", "supplies", "bad_supplies", "lower-case"),
    ],
)
def test_a_broken_optional_cell_is_left_out_and_the_row_kept(cells, column, code, hint):
    good, issues = places(f"x,X,,,{cells}")
    assert good == (Place(id="x", kind="city", name_en="X"),)
    issue = one_issue(issues)
    assert (issue.row, issue.column, issue.code, issue.severity) == (2, column, code, "warning")
    assert hint in issue.hint
    assert "the row is kept" in issue.what


def test_a_row_that_was_left_out_is_no_parent():
    good, issues = places("bad,,,,city,,,,,,,", "x,X,,,part,bad,,,,,,")
    assert good == (Place(id="x", kind="part", name_en="X"),)
    assert [(issue.row, issue.code) for issue in issues] == [(2, "missing_name"), (3, "unknown_parent")]


def test_a_parent_may_come_later():
    good, issues = places("x,X,,,part,y,,,,,,", "y,Y,,,city,,,,,,,")
    assert good[0].parent == "y"
    assert issues == ()


def test_parents_in_a_circle_all_go_and_those_below_stay():
    good, issues = places(
        "a,A,,,city,b,,,,,,", "b,B,,,city,c,,,,,,", "c,C,,,city,a,,,,,,", "d,D,,,part,a,,,,,,", "e,E,,,city,e,,,,,,"
    )
    assert {place.id: place.parent for place in good} == {"a": None, "b": None, "c": None, "d": "a", "e": None}
    assert {issue.code for issue in issues} == {"parent_circle"}
    assert [issue.row for issue in issues] == [2, 3, 4, 6]
    assert "a in b in c in a" in issues[0].what
    assert PlaceRegister(good).ancestors("d") == ("a",)


def test_a_code_is_not_a_place():
    good, issues = places(
        "west,West,,,part,,C1007,,,,,", "east,East,,,part,,C1007,,,,,", "sheikh,Sheikh Maqsoud,,,part,,C1007,,,,,"
    )
    assert [place.pcode for place in good] == ["C1007"] * 3
    assert [(issue.row, issue.column, issue.severity) for issue in issues] == [
        (3, "pcode", "warning"),
        (4, "pcode", "warning"),
    ]
    assert "'east' has the P-code C1007 of 'west', 'sheikh': a code is not a place" in issues[0].what


def test_names_in_the_wrong_column_are_shown_and_kept():
    good, issues = places("x,حلب,Halab,,city,,,,,,,")
    assert (good[0].name_en, good[0].name_ar) == ("حلب", "Halab")
    assert [(issue.column, issue.code) for issue in issues] == [
        ("name_ar", "wrong_script"),
        ("name_en", "wrong_script"),
    ]


def test_an_arabic_name_alone_is_enough():
    good, issues = places("x,,حلب,,city,,,,,,,")
    assert good[0].name_ar == "حلب"
    assert issues == ()


def test_an_unknown_column_is_reported_once_and_empty_rows_are_passed_over():
    lines = ["x,X,city,12", ",,,", "y,Y,city,13"]
    good, issues = read_places(rows("id,name_en,kind,population", *lines), file="p.csv")
    assert [place.id for place in good] == ["x", "y"]
    assert one_issue(issues).code == "unknown_column"
    assert issues[0].where == "p.csv:2 (population)"


def test_every_kind_is_taken():
    good, issues = places(*(f"p{number},P,,,{kind},,,,,,," for number, kind in enumerate(PLACE_KINDS)))
    assert tuple(place.kind for place in good) == PLACE_KINDS
    assert issues == ()


# ------------------------------------------------------------------------------------------------------------ roads


def test_a_road_is_read_whole():
    good, issues = roads("castello-road,Castello Road,طريق الكاستيلو,Castello,road,a,b,36.26 37.17; 36.25 37.14;,x")
    assert issues == ()
    road = good[0]
    assert (road.cls, road.ends, road.aliases) == ("road", ("a", "b"), ("Castello",))
    assert road.line == ((36.26, 37.17), (36.25, 37.14))


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("r,R,,,motorway,a,b,,", "class", "unknown_class"),
        ("r,R,,,,a,b,,", "class", "unknown_class"),
        ("a,R,,,road,a,b,,", "id", "duplicate_id"),
        ("R 1,R,,,road,a,b,,", "id", "bad_id"),
        ("r,,,,road,a,b,,", "name_en", "missing_name"),
    ],
)
def test_a_road_with_a_broken_required_cell_is_left_out(line, column, code):
    good, issues = roads(line)
    assert good == ()
    issue = one_issue(issues)
    assert (issue.file, issue.row, issue.column, issue.code, issue.severity) == ("roads.csv", 2, column, code, "error")


@pytest.mark.parametrize(
    ("cells", "column", "code", "hint"),
    [
        ("nowhere,b,", "from", "unknown_from", "places.csv"),
        ("a,nowhere,", "to", "unknown_to", "places.csv"),
        ("a,b,36.2 37.1", "line", "bad_line", "two ends"),
        ("a,b,36.2 37.1; 36.3", "line", "bad_line", "'lat lon'"),
        ("a,b,36.2 37.1; here there", "line", "bad_line", "'lat lon'"),
        ("a,b,36.2 37.1; 137.1 36.2", "line", "bad_line", "swapped"),
        ('a,b,"36,2 37,1; 36,3 37,2"', "line", "bad_line", "point"),
        ("a,a,", "to", "same_ends", "from and to"),
    ],
)
def test_a_road_with_a_broken_optional_cell_is_kept(cells, column, code, hint):
    good, issues = roads(f"r,R,,,road,{cells},")
    issue = one_issue(issues)
    assert (issue.column, issue.code, issue.severity) == (column, code, "warning")
    assert hint in issue.hint
    assert good[0].id == "r"
    assert good[0].line == ()
    assert "nowhere" not in good[0].ends


def test_two_roads_of_one_id():
    good, issues = roads("r,R,,,road,a,b,,", "r,S,,,road,a,b,,")
    assert [road.name_en for road in good] == ["R"]
    assert "row 2" in one_issue(issues).what


CELL = st.sampled_from(["", "x", "y", "z", "city", "part", "36.2", "36,2", "91", "200", "-1", "Ä", "a b", "حلب"])


@given(st.lists(st.dictionaries(st.sampled_from(HEADER.split(",")), CELL), max_size=8))
def test_every_row_is_taken_in_or_reported_and_what_is_taken_in_makes_a_register(table):
    good, issues = read_places(enumerate(table, start=2))
    left_out = {issue.row for issue in issues if issue.severity == "error"}
    filled = [number for number, row in enumerate(table, start=2) if any(row.values())]
    assert len(good) == len(filled) - len(left_out)
    assert left_out <= set(filled)
    assert len(PlaceRegister(good)) == len(good)
    assert all(issue.hint and issue.column for issue in issues)
