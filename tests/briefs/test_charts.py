"""Charts: each source's own figure, never an average; every day where it belongs; legible and inside."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.briefs import _svg as svg
from castello.briefs.brief import Bar, Event, Intervals, Spell
from castello.briefs.charts import draw_intervals, draw_timeline
from tests.briefs.sample import HOSTILE, sample

NS = "{http://www.w3.org/2000/svg}"
DAY = date(2031, 7, 17)


def chart(*bars, unit="people"):
    return Intervals(title="Figures", unit=unit, bars=bars)


def texts(drawing):
    """Text, left and right end of each line, with what its group moved it by."""
    found = []

    def walk(item, dx):
        move = re.match(r"translate\((\S+) ", item.get("transform", ""))
        dx += float(move[1]) if move else 0
        if item.tag == f"{NS}text":
            x, size = float(item.get("x")) + dx, float(item.get("font-size"))
            width = svg.text_width(item.text, size, bold="strong" in (item.get("class") or ""))
            left = {"middle": x - width / 2, "end": x - width}.get(item.get("text-anchor"), x)
            found.append((item.text, left, left + width))
        for child in item:
            walk(child, dx)

    walk(ET.fromstring(drawing), 0.0)
    return found


def test_an_open_interval_has_an_arrow_and_says_so():
    drawing = draw_intervals(chart(Bar(label="A", low=10, high=None), Bar(label="B", low=10, high=20)))

    assert drawing.count("bar arrow") == 1
    assert ">10 or more<" in drawing
    assert ">10 to 20<" in drawing


def test_a_figure_without_a_lower_end_has_an_arrow_to_the_left():
    drawing = draw_intervals(chart(Bar(label="A", low=None, high=20), Bar(label="B", low=None, high=None)))

    assert drawing.count("bar arrow") == 1
    assert ">up to 20<" in drawing
    assert ">no figure to draw<" in drawing


def test_an_exact_figure_is_a_dot():
    assert 'class="bar dot"' in draw_intervals(chart(Bar(label="A", low=326000, high=326000)))


def test_bars_are_to_scale_from_nought():
    drawing = draw_intervals(chart(Bar(label="A", low=0, high=50), Bar(label="B", low=50, high=100)), width=412)
    bars = [
        (float(x), float(w))
        for x, w in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="6"', drawing)
    ]

    assert bars == [(6, 200), (206, 200)]


def test_evidence_numbers_are_links():
    drawing = draw_intervals(chart(Bar(label="A", low=1, high=2, evidence=(3, 12))))

    assert re.findall(r'href="#e(\d+)"', drawing) == ["3", "12"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [350, 420])
def test_text_is_escaped_and_inside(text, width):
    drawing = draw_intervals(chart(Bar(label=text, low=1, high=2, note=text, evidence=(1,)), unit=text), width=width)

    assert {item.tag.removeprefix(NS) for item in ET.fromstring(drawing).iter()} <= {
        "svg", "title", "desc", "g", "a", "rect", "circle", "path", "text",
    }  # fmt: skip
    assert all(left >= -0.5 and right <= width + 0.5 for _, left, right in texts(drawing))


@pytest.mark.parametrize(("low", "high"), [(float("nan"), 1), (1, float("inf")), (float("-inf"), None)])
def test_what_is_no_number_is_named_and_not_drawn(low, high):
    drawing = draw_intervals(chart(Bar(label="A", low=low, high=high)))

    assert "no figure to draw" in drawing
    assert not re.search(r"\bnan\b|\binf\b", drawing)


def test_no_bars():
    assert "No figure." in draw_intervals(chart())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e9, 1e12), st.none() | st.floats(-1e9, 1e12)), max_size=8))
def test_any_figures_give_a_sound_drawing(pairs):
    drawing = draw_intervals(chart(*(Bar(label=f"S{n}", low=low, high=high) for n, (low, high) in enumerate(pairs))))

    ET.fromstring(drawing)
    for x, width in re.findall(r'<rect x="(-?[\d.]+)" y="[\d.]+" width="(-?[\d.]+)"', drawing):
        assert float(x) >= 0
        assert float(width) >= 0
        assert float(x) + float(width) <= 380.5


@pytest.mark.parametrize("width", [350, 760])
def test_the_timeline_shows_rows_marks_and_the_day(width):
    brief = sample()
    drawing = draw_timeline(brief.timeline, brief.events, as_of=brief.as_of, width=width)
    shown = [text for text, _, _ in texts(drawing)]

    assert {"East Lantern, by fire", "East Lantern, on the ground", "West Lantern, on the ground"} <= set(shown)
    assert "17 July 2031" in shown
    assert re.findall(r'href="#(t\d)"', drawing) == ["t1", "t2", "t3"]
    assert all(left >= -0.5 and right <= width + 0.5 for _, left, right in texts(drawing))


def test_both_days_of_a_spell_are_drawn():
    ten = [Spell(row="R", reading="", status="cut", start=DAY - timedelta(days=9), end=DAY),
           Spell(row="S", reading="", status="connected", start=DAY, end=DAY)]  # fmt: skip
    drawing = draw_timeline(ten, [], as_of=DAY, width=350)
    long, short = (float(w) for w in re.findall(r'width="([\d.]+)" height="18"', drawing))

    assert long == pytest.approx(10 * short, rel=0.02)


def test_statuses_differ_without_colour():
    spells = [Spell(row=s, reading="", status=s, start=DAY, end=DAY) for s in ("connected", "cut", "undecided", "odd")]
    drawing = draw_timeline(spells, [], as_of=DAY)

    assert {"connected", "cut", "undecided", "other"} <= set(re.findall(r'class="spell (\w+)"', drawing))
    assert ">odd<" in drawing


def test_marks_on_one_day_do_not_cover_one_another():
    drawing = draw_timeline([], [Event(day=DAY, text="x")] * 12, as_of=DAY, width=350)
    marks = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="9"', drawing)

    assert len(set(marks)) == 12


@pytest.mark.parametrize("text", HOSTILE)
def test_rows_are_escaped(text):
    drawing = draw_timeline([Spell(row=text, reading=text, status=text, start=DAY, end=DAY)], [], as_of=DAY, width=350)

    assert "script" not in {item.tag.removeprefix(NS) for item in ET.fromstring(drawing).iter()}
    assert all(left >= -0.5 and right <= 350.5 for _, left, right in texts(drawing))


def test_nothing_dated():
    assert "Nothing is dated." in draw_timeline([], [], as_of=DAY)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.dates(date(2011, 1, 1), date(2024, 1, 1)), st.integers(0, 4000)), max_size=10))
def test_any_days_give_a_sound_drawing(stretches):
    spells = [
        Spell(row="R", reading="by_fire", status="cut", start=day, end=day + timedelta(days=n)) for day, n in stretches
    ]
    drawing = draw_timeline(
        spells, [Event(day=day, text="x") for day, _ in stretches], as_of=date(2016, 7, 17), width=350
    )

    ET.fromstring(drawing)
    assert all(left >= -0.5 and right <= 350.5 for _, left, right in texts(drawing))


@pytest.mark.parametrize("spells", [(), (Spell(row="East", reading="", status="cut", start=DAY, end=DAY),)])
def test_a_caption_stands_under_the_chart_and_inside_it(spells):
    lines = ("What if: <b>", "a " * 200)
    plain, told = (draw_timeline(spells, (), as_of=DAY, caption=caption) for caption in ((), lines))
    heights = [float(ET.fromstring(drawing).get("height", "")) for drawing in (plain, told)]
    lowest = max(float(item.get("y", 0)) for item in ET.fromstring(told).iter("{http://www.w3.org/2000/svg}text"))

    assert "What if: &lt;b&gt;" in told
    assert heights[1] > heights[0]
    assert lowest < heights[1]
