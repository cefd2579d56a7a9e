"""Tables of named roads become rows for the registers; what is wrong costs its row or its cell and says so."""

import os
from pathlib import Path

import pytest

import castello.sources.road_tables as room
from castello.errors import WrongUse
from castello.places import Place, PlaceRegister, Road
from castello.sources.road_tables import Closure, read_edges, read_flee

HERE = Path(room.__file__).parent
LOCATIONS = "#name,region,country,lat,lon,location_type,conflict_date,population"
ROUTES = "#name1,name2,distance,forced_redirection"
CLOSURES = "#closure_type,name1,name2,closure_start,closure_end"
TOWNS = (
    "Aleppo,Aleppo,Syria,36.2,37.15,conflict_zone,0,2000000",
    "Azaz,Aleppo,Syria,36.58,37.04,town,,30000",
    "Kilis,Kilis,Turkey,36.71,37.11,camp,,15000",
)


def edges(folder, *lines, header="id,from,to,name,class,length_km", known=()):
    path = folder / "edges.csv"
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    return read_edges(path, known=known)


def flee(folder, *, locations=TOWNS, routes=("Aleppo,Azaz,45,0", "Azaz,Kilis,20,0"), closures=None, heads=(LOCATIONS, ROUTES, CLOSURES)):  # fmt: skip
    for name, header, lines in zip(
        ("locations", "routes", "closures"), heads, (locations, routes, closures), strict=True
    ):
        if lines is not None:
            (folder / f"{name}.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    return read_flee(folder)


def codes(issues):
    return [issue.code for issue in issues]


def one(issues, code):
    assert codes(issues) == [code], issues
    return issues[0]


def test_the_sample_of_edges_is_read_whole():
    network, issues = read_edges(HERE / "sample_edges.csv")

    assert issues == ()
    assert [place.id for place in network.places] == ["northport", "millbrook", "far-ferry"]
    assert network.roads[1] == Road(
        id="old-track", cls="track", name_en="Northport – Millbrook", start="northport", end="millbrook"
    )
    assert network.lengths_km == (("harbour-road", 12.5), ("old-track", 17.0), ("south-bridge", 0.8))
    PlaceRegister(network.places, network.roads)


def test_ends_that_are_places_of_the_case_are_those(tmp_path):
    known = [Place(id="aleppo-east", kind="part", name_en="East"), Place(id="azaz", kind="town", name_en="Azaz")]
    network, issues = edges(tmp_path, "castello,aleppo-east,Azaz,Castello Road,road,", known=known)

    assert issues == ()
    assert network.places == ()
    assert network.roads[0].ends == ("aleppo-east", "azaz")


def test_names_in_arabic_keep_their_script_and_get_ids(tmp_path):
    network, issues = edges(tmp_path, "r1,حلب,اعزاز,طريق الكاستيلو,,")

    assert issues == ()
    assert [(place.name_ar, place.name_en) for place in network.places] == [("حلب", None), ("اعزاز", None)]
    assert network.roads[0].name_ar == "طريق الكاستيلو"
    assert all(place.id.isascii() for place in network.places)


def test_parallel_edges_and_loops_are_kept(tmp_path):
    network, issues = edges(tmp_path, "a,X,Y,,,", "b,X,Y,,,", "c,Y,X,,,", "d,X,X,,,")

    assert [(road.id, road.start, road.end) for road in network.roads] == [
        ("a", "x", "y"), ("b", "x", "y"), ("c", "y", "x"), ("d", "x", "x"),
    ]  # fmt: skip
    assert one(issues, "same-ends").severity == "warning"


@pytest.mark.parametrize("length", ["0", "-3", "12,5", "far", "1e3", "999999", "nan", "inf"])
def test_a_length_that_is_none_costs_the_length_only(tmp_path, length):
    network, issues = edges(tmp_path, f'a,X,Y,,,"{length}"')

    assert len(network.roads) == 1
    assert network.lengths_km == ()
    assert one(issues, "bad-length").severity == "warning"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",X,Y,,,", "missing-id"),
        ("a,,Y,,,", "no-end"),
        ("a,X,,,,", "no-end"),
        ("a,X,Y,,canal,", "class"),
        ("good,X,Y,,,", "duplicate-id"),
        ("GOOD,X,Y,,,", "duplicate-id"),
        ("a,X,Y,,,,surplus", "surplus-cells"),
        ('a,"X,Y,,,', "quotes"),
    ],
)
def test_a_bad_row_costs_itself_only(tmp_path, line, code):
    network, issues = edges(tmp_path, "good,A,B,,,", line, "also,B,C,,,")

    assert [road.id for road in network.roads] == ["good", "also"]
    assert [place.id for place in network.places] == ["a", "b", "c"]
    assert one(issues, code).row == 3


def test_an_id_that_is_a_place_too_is_left_out(tmp_path):
    network, issues = edges(tmp_path, "x,X,Y,,,5", "ok,X,Y,,,")

    assert [road.id for road in network.roads] == ["ok"]
    assert network.lengths_km == ()
    assert one(issues, "duplicate-id").row == 2


def test_rows_in_another_encoding_say_so(tmp_path):
    (tmp_path / "edges.csv").write_bytes("id,from,to\na,X,Y\nb,Café,Y\n".encode("latin-1"))
    network, issues = read_edges(tmp_path / "edges.csv")

    assert [road.id for road in network.roads] == ["a"]
    assert one(issues, "encoding").row == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"PK\x03\x04zip", b"\x00\x01\x02" * 50, b"one,two\n1,2\n", b"id,from,to\n", b"id,id,from,to\n"],
)
def test_a_file_that_is_no_table_of_edges_is_an_issue(tmp_path, content):
    (tmp_path / "edges.csv").write_bytes(content)
    network, issues = read_edges(tmp_path / "edges.csv")

    assert (network.roads, network.places) == ((), ())
    assert len(issues) == 1
    assert issues[0].severity == "error"


def test_the_sample_of_flee_is_read_whole():
    network, issues = read_flee(HERE / "sample_flee")

    assert issues == ()
    assert [(place.id, place.kind, place.parent) for place in network.places] == [
        ("neighbouria", "country", None), ("sampleland", "country", None),
        ("northport", "town", "sampleland"), ("millbrook", "town", "sampleland"),
        ("far-ferry", "town", "sampleland"), ("edge-camp", "camp", "neighbouria"),
    ]  # fmt: skip
    assert network.places[4].name_en == "Far Ferry"
    assert network.places[2].point == (10.0, 20.0)
    assert network.closures == (
        Closure(road="far-ferry--edge-camp", state="closed", first_day=30),
        Closure(road="northport--millbrook", state="closed", first_day=10, last_day=19),
    )
    assert network.people == (("northport", 52_000), ("millbrook", 8_000))  # nobody counted, and a camp's capacity
    PlaceRegister(network.places, network.roads)


@pytest.mark.parametrize(
    "head",
    [
        LOCATIONS,
        '#"name","region","country","latitude","longitude","location_type","conflict_date","pop/cap"',
        '"#name",region,country,gps_x,gps_y,location_type,conflict_date,population',
        "\ufeff" + LOCATIONS.removeprefix("#"),
        LOCATIONS.replace(",", ", "),
    ],
)
def test_heads_are_known_in_all_the_ways_they_are_written(tmp_path, head):
    network, issues = flee(tmp_path, heads=(head, ROUTES, CLOSURES))

    assert issues == ()
    assert [place.point for place in network.places[2:]] == [(36.2, 37.15), (36.58, 37.04), (36.71, 37.11)]
    assert network.people == (("aleppo", 2_000_000), ("azaz", 30_000))


def test_line_ends_and_remarks_do_not_matter(tmp_path):
    flee(tmp_path, locations=(*TOWNS[:2], "# a remark,,,,,,,", TOWNS[2]), closures=())
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n").rstrip())
    network, issues = read_flee(tmp_path)

    assert issues == ()
    assert len(network.places) == 5


def test_a_row_of_hxl_tags_is_no_place(tmp_path):
    network, issues = flee(
        tmp_path, locations=("#loc,#adm1,#country,#geo+lat,#geo+lon,#type,#date,#population", *TOWNS)
    )

    assert issues == ()
    assert len(network.places) == 5


def test_a_camp_called_as_its_country_has_the_plain_id(tmp_path):
    network, _ = flee(tmp_path, locations=("Iraq,Iraq,Iraq,36.7,42.8,camp,,9",), routes=("Iraq,Iraq,5,0",))
    assert [(place.id, place.kind, place.parent) for place in network.places] == [
        ("iraq-country", "country", None),
        ("iraq", "camp", "iraq-country"),
    ]


def test_a_second_length_is_a_second_road_and_the_same_row_again_is_not(tmp_path):
    network, issues = flee(tmp_path, routes=("Aleppo,Azaz,45,0", "Aleppo,Azaz,47,0", "Azaz,Aleppo,45,0"))

    assert network.lengths_km == (("aleppo--azaz", 45), ("aleppo--azaz-2", 47))
    assert codes(issues) == ["parallel", "same-road"]
    assert {issue.severity for issue in issues} == {"warning"}


@pytest.mark.parametrize(
    ("row", "closed"),
    [
        ("link,Azaz,Kilis,5,9", [("azaz--kilis", 5, 8)]),
        ("links,Kilis,Azaz,5,9", [("azaz--kilis", 5, 8)]),
        ("location,Azaz,Syria,0,1", [("aleppo--azaz", 0, 0), ("azaz--kilis", 0, 0)]),
        ("country,Turkey,Syria,3,-1", [("azaz--kilis", 3, None)]),
        ("country,Syria,Syria,3,4", [("aleppo--azaz", 3, 3)]),
    ],
)
def test_closures_close_the_roads_they_mean_up_to_the_day_before(tmp_path, row, closed):
    network, issues = flee(tmp_path, closures=(row,))

    assert issues == ()
    assert [(closure.road, closure.first_day, closure.last_day) for closure in network.closures] == closed
    assert {closure.state for closure in network.closures} == {"closed"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("link,Azaz,Kilis,9,5", "reversed"),
        ("link,Azaz,Kilis,9,9", "reversed"),
        ("link,Azaz,Kilis,-1,9", "reversed"),
        ("link,Azaz,Kilis,early,9", "number"),
        ("link,Azaz,Kilis,,9", "number"),
        ("link,Azaz,Kilis,2016-07-01,2016-07-17", "number"),
        ("link,azaz,Kilis,1,9", "unknown-place"),
        ("location,Merkez,,1,9", "unknown-place"),
        ("country,Syria,Narnia,1,9", "unknown-place"),
        ("tunnel,Azaz,Kilis,1,9", "closure-type"),
        ("link,Aleppo,Kilis,1,9", "no-road"),
    ],
)
def test_a_closure_that_cannot_be_is_an_issue(tmp_path, row, code):
    network, issues = flee(tmp_path, closures=(row, "link,Azaz,Kilis,5,9"))

    assert [closure.first_day for closure in network.closures] == [5]
    assert set(codes(issues)) == {code}
    assert {issue.row for issue in issues} == {2}


@pytest.mark.parametrize(
    ("row", "code", "left"),
    [
        ("Aleppo,X,Syria,1,1,town,,5", "duplicate-id", 3),
        (",X,Syria,1,1,town,,5", "missing-id", 3),
        ("New,X,Syria,137.15,36.2,town,,5", "off-earth", 4),
        ("New,X,Syria,1,,town,,5", "off-earth", 4),
        ("New,X,Syria,north,1,town,,5", "off-earth", 4),
        ("New,X,Syria,1,1,castle,,5", "location-type", 4),
        ("New,X,Syria,1,1,town,,-5", "number", 4),
        ("New,X,Syria,1,1,town,,many", "number", 4),
    ],
)
def test_a_location_that_is_wrong_says_so(tmp_path, row, code, left):
    network, issues = flee(tmp_path, locations=(*TOWNS, row))

    assert len([place for place in network.places if place.kind != "country"]) == left
    assert one(issues, code).row == 5
    assert issues[0].file == "locations.csv"


def test_routes_to_nowhere_and_without_length_say_so(tmp_path):
    network, issues = flee(
        tmp_path, routes=("Aleppo,Idlib,60,0", "Aleppo,Azaz,-4,0", "Azaz,Kilis,0,0", "Azaz,Azaz,3,0")
    )

    assert [road.id for road in network.roads] == ["aleppo--azaz", "azaz--kilis", "azaz--azaz"]
    assert network.lengths_km == (("azaz--azaz", 3),)
    assert codes(issues) == ["unknown-place", "bad-length", "bad-length", "same-ends"]


def test_a_folder_that_is_none_is_misuse(tmp_path):
    with pytest.raises(WrongUse, match="no locations"):
        read_flee(tmp_path)
    with pytest.raises(WrongUse, match="no file"):
        read_edges(tmp_path / "none.csv")


def test_an_empty_table_is_an_issue_and_the_other_is_read(tmp_path):
    flee(tmp_path)
    (tmp_path / "routes.csv").write_bytes(b"")
    network, issues = read_flee(tmp_path)

    assert len(network.places) == 5
    assert one(issues, "empty").file == "routes.csv"


@pytest.mark.parametrize(
    ("name", "counts", "wrong"),
    [
        ("syria2013", (18, 32, 0), []),
        ("syria2017_adm2", (144, 244, 43), ["parallel", "parallel", "unknown-place", "unknown-place"]),
    ],
)
def test_published_sets_are_read_to_the_last_row(name, counts, wrong):
    shared = Path(os.environ.get("CASTELLO_SHARED_DATA", "shared/data"))
    if not (shared / "flee").is_dir():
        pytest.skip("development data is not here")
    network, issues = read_flee(shared / "flee" / name)

    places = [place for place in network.places if place.kind != "country"]
    assert (len(places), len(network.roads), len(network.closures)) == counts
    assert len(network.lengths_km) == len(network.roads)
    assert codes(issues) == wrong
    PlaceRegister(network.places, network.roads)
