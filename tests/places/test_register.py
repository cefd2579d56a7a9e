"""What lies in what, what may be published, and names to places."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.errors import WrongUse
from castello.places import PUBLIC_KINDS, Place, PlaceRegister, Road

PLACES = [
    Place(id="syria", kind="country", name_en="Syria", name_ar="سوريا"),
    Place(id="aleppo-governorate", kind="governorate", name_en="Aleppo", parent="syria", pcode="SY02"),
    Place(id="jebel-saman", kind="subdistrict", name_en="Jebel Saman", parent="aleppo-governorate"),
    Place(id="aleppo-city", kind="city", name_en="Aleppo", name_ar="حلب", aliases=("Halab",), parent="jebel-saman"),
    Place(id="aleppo-east", kind="part", name_en="Eastern Aleppo", parent="aleppo-city"),
    Place(
        id="al-shaar",
        kind="neighbourhood",
        name_en="al-Shaar",
        name_ar="الشعار",
        aliases=("Sha'ar", "الشعار الشعبي"),
        parent="aleppo-east",
        lat=36.2080,
        lon=37.1850,
    ),
    Place(id="handarat-camp", kind="camp", name_en="Handarat camp", parent="jebel-saman"),
    Place(id="north", kind="countryside", name_en="Northern countryside", parent="aleppo-governorate"),
    Place(id="junction", kind="road_node", name_ar="عقدة"),
]
ROADS = [
    Road(id="castello-road", cls="road", name_en="Castello Road", start="aleppo-east", end="handarat-camp"),
    Road(id="inner-road", cls="road", name_en="Inner road", start="al-shaar", end="aleppo-east"),
    Road(id="loose-road", cls="track", name_en="Loose road"),
]
REGISTER = PlaceRegister(PLACES, ROADS)


def test_a_register_is_a_mapping_of_places_and_roads_in_order_of_id():
    assert list(REGISTER) == sorted([place.id for place in PLACES] + [road.id for road in ROADS])
    assert len(REGISTER) == 12
    assert REGISTER["castello-road"] is ROADS[0]
    assert "nowhere" not in REGISTER


def test_places_and_roads_are_told_apart():
    assert REGISTER.place("al-shaar").kind == "neighbourhood"
    assert REGISTER.road("castello-road").ends == ("aleppo-east", "handarat-camp")
    with pytest.raises(WrongUse, match="not a place of this case"):
        REGISTER.place("castello-road")
    with pytest.raises(WrongUse, match="not a road of this case"):
        REGISTER.road("al-shaar")
    with pytest.raises(WrongUse, match="not in the register"):
        REGISTER.name("nowhere")


def test_names_by_language():
    assert REGISTER.names("al-shaar") == ("al-Shaar", "الشعار", "Sha'ar", "الشعار الشعبي")
    assert REGISTER.names("al-shaar", "en") == ("al-Shaar", "Sha'ar")
    assert REGISTER.names("al-shaar", "ar") == ("الشعار", "الشعار الشعبي")
    assert REGISTER.name("al-shaar", "ar") == "الشعار"
    assert REGISTER.name("aleppo-east", "ar") == "Eastern Aleppo"
    assert REGISTER.name("junction", "en") == "عقدة"


def test_ancestors_are_nearest_first():
    assert REGISTER.ancestors("al-shaar") == (
        "aleppo-east",
        "aleppo-city",
        "jebel-saman",
        "aleppo-governorate",
        "syria",
    )
    assert REGISTER.ancestors("syria") == ()


def test_a_road_lies_where_both_ends_lie():
    assert REGISTER.ancestors("castello-road") == ("jebel-saman", "aleppo-governorate", "syria")
    assert REGISTER.ancestors("inner-road")[0] == "aleppo-east"
    assert REGISTER.ancestors("loose-road") == ()
    assert REGISTER.within("castello-road", "jebel-saman")
    assert not REGISTER.within("castello-road", "aleppo-city")


def test_within_includes_the_place_itself():
    assert REGISTER.within("aleppo-city", "aleppo-city")
    assert REGISTER.within("al-shaar", "syria")
    assert not REGISTER.within("syria", "al-shaar")
    with pytest.raises(WrongUse, match="'nowhere' is not in the register"):
        REGISTER.within("al-shaar", "nowhere")


@pytest.mark.parametrize(
    ("id", "area"),
    [
        ("al-shaar", "aleppo-city"),
        ("aleppo-east", "aleppo-city"),
        ("aleppo-city", "aleppo-city"),
        ("handarat-camp", "jebel-saman"),
        ("north", "aleppo-governorate"),
        ("syria", "syria"),
        ("castello-road", "jebel-saman"),
        ("inner-road", "aleppo-city"),
        ("junction", None),
        ("loose-road", None),
    ],
)
def test_presence_is_published_on_a_city_a_subdistrict_or_coarser(id, area):
    assert REGISTER.public_area(id) == area


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("ash-Sha'ar", "al-shaar"),
        ("الشعار", "al-shaar"),
        ("حلب", "aleppo-city"),
        ("كاستيلو", "castello-road"),
        ("Syrie", "syria"),
    ],
)
def test_a_name_finds_a_place_or_a_road(text, id):
    assert REGISTER.resolve(text)[0].id == id


def test_a_name_of_two_places_gives_both():
    found = REGISTER.resolve("Aleppo")
    assert {one.id for one in found if one.score == 1.0} == {"aleppo-city", "aleppo-governorate"}
    assert REGISTER.index.key("aleppo-city") == "place:aleppo-city"


@pytest.mark.parametrize(
    ("places", "roads", "message"),
    [
        ([Place(id="a", kind="city")] * 2, [], "twice"),
        ([Place(id="a", kind="city")], [Road(id="a", cls="road")], "twice"),
        ([Place(id="a", kind="city", parent="b")], [], "not a place"),
        ([Place(id="a", kind="city", parent="a")], [], "within itself"),
        ([Place(id="a", kind="city", parent="b"), Place(id="b", kind="city", parent="a")], [], "within itself"),
        ([], [Road(id="r", cls="road", start="a")], "not a place"),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(places, roads, message):
    with pytest.raises(WrongUse, match=message):
        PlaceRegister(places, roads)


# ------------------------------------------------------------------------------------------------------- grid cells


def cell(lat, lon, km=5):
    return PlaceRegister([Place(id="p", kind="village", lat=lat, lon=lon)]).grid_cell("p", km)


def kilometres(one, other):
    """Great-circle distance on a sphere of 6371 km, written apart from the code under test."""
    (a, b), (c, d) = [tuple(map(math.radians, point)) for point in (one, other)]
    inner = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(inner)))


def test_a_cell_has_a_plain_label():
    label = REGISTER.grid_cell("al-shaar")
    assert label == cell(36.2080, 37.1850)
    assert re.fullmatch(r"cell-5km-\d+-\d+", label or "")
    assert re.fullmatch(r"cell-7-5km-\d+-\d+", cell(36.2080, 37.1850, km=7.5) or "")


def test_no_coordinates_no_cell():
    assert REGISTER.grid_cell("aleppo-east") is None
    assert REGISTER.grid_cell("castello-road") is None


@pytest.mark.parametrize("km", [4.999, 1, 0, -5, math.nan, math.inf])
def test_a_finer_grid_is_refused(km):
    with pytest.raises(WrongUse, match="too fine to publish"):
        REGISTER.grid_cell("al-shaar", km)


@given(st.floats(-85, 85), st.floats(-179.5, 179.5), st.sampled_from([5, 10, 50]))
def test_no_side_of_a_cell_is_shorter_than_asked(lat, lon, km):
    # Walking a little less than km north and east leaves the cell by at most one row and one column.
    north = lat + 0.99 * km / 111.7
    east = lon + 0.99 * km / (111.7 * math.cos(math.radians(lat)))
    row, column = map(int, cell(lat, lon, km).split("-")[-2:])
    assert int(cell(north, lon, km).split("-")[-2]) - row in (0, 1)
    if east < 180:
        assert int(cell(lat, east, km).split("-")[-1]) - column in (0, 1)


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_places_of_one_cell_are_near_each_other(lat, lon, up, right):
    other = (lat + up, max(-180.0, min(180.0, lon + right)))
    if cell(lat, lon) == cell(*other):
        assert kilometres((lat, lon), other) < 10


@pytest.mark.parametrize(
    "point", [(90.0, 0.0), (-90.0, 0.0), (90.0, 180.0), (0.0, 180.0), (0.0, -180.0), (-90.0, -180.0)]
)
def test_the_edges_of_the_earth_have_cells(point):
    row, column = map(int, cell(*point).split("-")[-2:])
    assert 0 <= row <= 3980
    assert 0 <= column <= 8014


@given(st.lists(st.sampled_from(["neighbourhood", "part", "city", "village", "camp", "subdistrict"]), max_size=6))
def test_what_is_published_is_never_finer_than_a_city(kinds):
    chain = [
        Place(id=f"p{depth}", kind=kind, parent=f"p{depth - 1}" if depth else None) for depth, kind in enumerate(kinds)
    ]
    register = PlaceRegister(chain)
    for place in chain:
        area = register.public_area(place.id)
        upward = [place.kind, *(register.place(id).kind for id in register.ancestors(place.id))]
        assert (area is None) == (not set(upward) & set(PUBLIC_KINDS))
        assert area is None or register.place(area).kind in PUBLIC_KINDS
