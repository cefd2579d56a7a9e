"""The map: every label inside, none over another, every state and party told apart without colour."""

import math
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.briefs import _svg as svg
from castello.briefs._labels import overlap
from castello.briefs._signs import SHAPES, party_looks, symbol
from castello.briefs.brief import Map, MapRoad
from castello.briefs.map import draw_map
from tests.briefs.sample import HOSTILE, city_map, place

NS = "{http://www.w3.org/2000/svg}"
SIZES = [(760, 600), (350, 760)]


def labels(drawing):
    """Boxes of the labels, in the numbers of the whole drawing."""
    found = []
    for item in ET.fromstring(drawing).iter(f"{NS}text"):
        if "name" in (item.get("class") or "").split():
            x, y, size = (float(item.get(key, "")) for key in ("x", "y", "font-size"))
            width = svg.text_width(item.text or "", size, bold="strong" in item.get("class", ""))
            left = x - width / 2 if item.get("text-anchor") == "middle" else x
            found.append((item.text, (left, y - size * 0.8, left + width, y + size * 0.2)))
    return found


def numbers(drawing):
    return [float(n) for n in re.findall(r'"(-?[\d.]+)"', drawing)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_labels_lie_inside_and_apart(width, height):
    drawing = draw_map(city_map(), width=width, height=height)
    found = labels(drawing)

    assert len(found) > 15
    assert all(box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height for _, box in found)
    crossed = [
        (one, other) for n, (one, box) in enumerate(found) for other, second in found[n + 1 :] if overlap(box, second)
    ]
    assert not crossed


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_city_has_a_panel_and_what_is_far_is_named(width, height):
    drawing = draw_map(city_map(), width=width, height=height)

    assert len(list(ET.fromstring(drawing).iter(f"{NS}svg"))) == 3
    assert "Surroundings" in drawing
    assert "Outside the map: Far Harbour" in drawing
    assert drawing.count('class="frame"') == 1


def test_north_is_up_and_east_is_right():
    four = Map(places=(place("south", 10, 20), place("north", 10.05, 20), place("west", 10.02, 19.97), place("east", 10.02, 20.03)),
               roads=())  # fmt: skip
    at = dict(labels(draw_map(four)))

    assert at["North"][3] < at["South"][1]
    assert at["West"][2] < at["East"][0]


def test_a_kilometre_is_as_long_in_both_directions():
    # 0.05 degrees of longitude at 60 degrees north are 2.78 km, as are 0.025 degrees of latitude
    corner = [place("a", 60, 10), place("b", 60.025, 10), place("c", 60, 10.05)]
    drawing = draw_map(Map(places=tuple(corner), roads=()))
    a, b, c = (
        (float(x), float(y))
        for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="3.5" class="mark none"', drawing)[:3]
    )

    assert math.dist(a, b) == pytest.approx(math.dist(a, c), rel=0.01)


def test_every_state_has_a_stroke_of_its_own():
    drawing = draw_map(city_map())

    for state in ("open", "fire_controlled", "closed", "undecided", "unknown"):
        assert f'class="road {state}"' in drawing
    assert drawing.count('class="cross"') > 3


def test_a_state_nobody_knows_is_drawn_as_unknown():
    road = replace(city_map().roads[0], state='x" onload="y')
    drawing = draw_map(Map(places=(), roads=(road,)))

    assert 'class="road unknown"' in drawing
    assert "onload" not in drawing


def test_parties_differ_in_shape():
    looks = {f"party-{n}": n for n in range(2 * SHAPES)}
    drawn = [symbol(party, looks, x=0, y=0, size=5) for party in looks]
    shapes = [re.sub(r' class="[^"]*"', "", mark) for mark in drawn]

    assert len(set(shapes[:SHAPES])) == SHAPES
    assert len(set(drawn)) == 2 * SHAPES
    others = {symbol("contested", looks, x=0, y=0, size=5), symbol(None, looks, x=0, y=0, size=5)}
    assert len(others | set(drawn)) == 2 * SHAPES + 2


def test_looks_do_not_depend_on_the_order_of_places():
    places = city_map().places

    assert party_looks(places) == party_looks(places[::-1])
    assert draw_map(Map(places=places[::-1], roads=city_map().roads[::-1])) == draw_map(city_map())


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_escaped_and_fit(text):
    hostile = Map(
        places=(
            place("a", 1, 1, name=text, control=text, control_name=text),
            place("b", 1.01, 1.01, kind="city", name=text),
        ),
        roads=(MapRoad(id="r", name=text, line=((1, 1), (1.02, 1.01)), state="closed", side=text),),
    )
    drawing = draw_map(hostile, width=350, height=400)

    assert {item.tag.removeprefix(NS) for item in ET.fromstring(drawing).iter()} <= {
        "svg", "title", "desc", "g", "rect", "circle", "path", "polygon", "polyline", "text",
    }  # fmt: skip
    assert all(box[0] >= 0 and box[2] <= 350 for _, box in labels(drawing))


@pytest.mark.parametrize("places", [(), (place("one", 36.2, 37.1),), (place("a", 1, 1), place("b", 1, 1)),
                                    (place("a", 0, 0), place("b", 50, 120)), (place("e", -17, 179.9), place("w", -17, -179.9)),
                                    (place("n", float("nan"), 1), place("i", 1, float("inf")), place("p", 90, 0))])  # fmt: skip
def test_few_and_odd_places(places):
    for width, height in SIZES:
        drawing = draw_map(Map(places=places, roads=()), width=width, height=height)
        ET.fromstring(drawing)
        assert not re.search(r"\bnan\b|\binf\b", drawing)
        assert all(abs(n) < 10_000 for n in numbers(drawing))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(30, 40), st.floats(30, 40), st.sampled_from(["city", "town", "village"])), max_size=30
    ),
    st.sampled_from(SIZES),
)
def test_any_places_give_a_sound_drawing(points, size):
    places = tuple(place(f"p{n}", lat, lon, kind=kind) for n, (lat, lon, kind) in enumerate(points))
    roads = (MapRoad(id="r", name="Road", line=tuple((lat, lon) for lat, lon, _ in points), state="closed", side="x"),)
    drawing = draw_map(Map(places=places, roads=roads), width=size[0], height=size[1])

    ET.fromstring(drawing)
    assert all(box[0] >= 0 and box[2] <= size[0] and box[3] <= size[1] for _, box in labels(drawing))


def test_what_is_drawn_is_places_and_roads():
    assert set(Map.__dataclass_fields__) == {"places", "roads"}


# ------------------------------------------------------------------------------------------------- where a road is cut


def closed(id, since, *, north=0.0, state="closed", or_before=False):
    line = ((0.0 + north, 0.0), (0.0 + north, 0.1))
    return MapRoad(id=id, name=f"Road {id}", line=line, state=state, side="east", since=since, or_before=or_before)


def plates(drawing):
    """The days on the plates, less the one of the legend."""
    found = [item.text for item in ET.fromstring(drawing).iter(f"{NS}text") if item.get("class") == "day-no"]
    return [text for text in found if text != "…"]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_closed_road_bears_the_day_once(width, height):
    roads = (closed("a", date(2016, 7, 17)), closed("b", date(2016, 5, 5), north=0.05, or_before=True))
    drawing = draw_map(Map(places=(), roads=roads), width=width, height=height)

    assert sorted(plates(drawing)) == ["17 Jul", "≤ 5 May"]
    assert "closed since" in drawing


@pytest.mark.parametrize("road", [closed("a", None), closed("a", date(2016, 7, 17), state="open")])
def test_without_a_day_and_without_a_cut_there_is_no_plate(road):
    drawing = draw_map(Map(places=(), roads=(road,)), width=760, height=600)

    assert plates(drawing) == []
    assert "closed since" not in drawing


def test_a_day_of_another_year_has_its_year():
    roads = (closed("a", date(2016, 7, 17)), closed("b", date(2015, 5, 5), north=0.05))

    assert sorted(plates(draw_map(Map(places=(), roads=roads), width=760, height=600))) == ["17 Jul", "5 May 2015"]


def test_plates_lie_on_nothing():
    """Roads so close that their plates would touch: what finds no room is left to the table."""
    roads = tuple(closed(str(n), date(2016, 7, n + 1), north=n * 0.0004) for n in range(9))
    drawing = draw_map(Map(places=(), roads=roads), width=760, height=300)
    boxes = [
        tuple(float(item.get(key, "")) for key in ("x", "y", "width", "height"))
        for item in ET.fromstring(drawing).iter(f"{NS}rect")
        if item.get("class") == "day"
    ][:-1]
    corners = [(x, y, x + width, y + height) for x, y, width, height in boxes]

    assert corners
    assert not [(one, other) for n, one in enumerate(corners) for other in corners[n + 1 :] if overlap(one, other)]
