"""The signs of the map and what they mean: a shape for each party, a stroke for each state of a road."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from castello.briefs import _svg as svg
from castello.briefs._labels import Point
from castello.briefs._words import Words, clean
from castello.briefs.brief import MapPlace, MapRoad

NARROW = 560  # pixels; below this the panels stand one above the other
SHAPES = 6
STATES = ("open", "fire_controlled", "closed", "undecided", "unknown")


def party_looks(places: Iterable[MapPlace]) -> dict[str, int]:
    """Which look each controlling party has: by the order of their ids."""
    parties = {place.control for place in places if place.control is not None and place.control != "contested"}
    return {party: n for n, party in enumerate(sorted(parties))}


def cross(at: Point) -> str:
    """The sign of a closed road, drawn along it."""
    x, y = at
    d = f"M{svg.number(x - 4)} {svg.number(y - 4)}l8 8m0 -8l-8 8"
    return svg.element("path", d=d, class_="cross")


def day_plate(text: str, at: Point) -> str:
    """The day on which a road was closed, on a plate that lies on the road."""
    x, y = at
    width, height = plate_size(text)
    plate = svg.element("rect", x=x - width / 2, y=y - height / 2, width=width, height=height, rx=2, class_="day")
    return plate + svg.text(text, x=x, y=y + 3.2, size=9, anchor="middle", class_="day-no")


def plate_size(text: str) -> Point:
    """Width and height of the plate with a day."""
    return svg.text_width(text, 9) + 8, 13.0


def symbol(control: str | None, looks: dict[str, int], *, x: float, y: float, size: float, class_: str = "") -> str:
    """The mark of who controls a place: a shape and a colour for each party, a half-filled circle for contested."""
    if control is None:
        return svg.element("circle", cx=x, cy=y, r=size * 0.7, class_="mark none")
    if control == "contested":
        half = f"M{svg.number(x)} {svg.number(y - size)}a{svg.number(size)} {svg.number(size)} 0 0 1 0 {svg.number(2 * size)}z"
        ring = svg.element("circle", cx=x, cy=y, r=size, class_="mark disputed")
        return ring + svg.element("path", d=half, class_="half")
    look = looks.get(control, SHAPES - 1)
    # after six parties the shapes come again, each in the next colour
    shape, colour = look % SHAPES, (look + look // SHAPES) % SHAPES
    name = f"mark p{colour} {class_}".strip()
    if shape == 0:
        return svg.element("circle", cx=x, cy=y, r=size, class_=name)
    if shape == 1:
        return svg.element("rect", x=x - size * 0.9, y=y - size * 0.9, width=size * 1.8, height=size * 1.8, class_=name)
    s, t = size * 1.2, size * 0.42
    corners = {
        2: [(0, -s), (s, 0), (0, s), (-s, 0)],
        3: [(0, -s), (s, s * 0.8), (-s, s * 0.8)],
        4: [(-t, -s), (t, -s), (t, -t), (s, -t), (s, t), (t, t), (t, s), (-t, s), (-t, t), (-s, t), (-s, -t), (-t, -t)],
        5: [(0, s), (s, -s * 0.8), (-s, -s * 0.8)],
    }[shape]
    return svg.element("polygon", points=svg.points([(x + dx, y + dy) for dx, dy in corners]), class_=name)


def draw_legend(
    places: Sequence[MapPlace],
    *,
    roads: Sequence[MapRoad],
    outside: Sequence[MapPlace],
    looks: dict[str, int],
    words: Words,
    width: float,
) -> tuple[str, float]:
    """What the signs mean, those that are used only; and the height that this takes."""
    names = {place.control: clean(place.control_name or place.control) for place in places if place.control is not None}
    entries: list[tuple[str, str]] = [
        (symbol(party, looks, x=11, y=0, size=5), names[party]) for party in looks if party in names
    ]
    if "contested" in names:
        entries.append((symbol("contested", looks, x=11, y=0, size=5), names["contested"]))
    if any(place.control is None for place in places):
        entries.append((symbol(None, looks, x=11, y=0, size=5), words.say("no_claim")))
    states = {road.state if road.state in STATES else "unknown" for road in roads}
    for state in STATES:
        if state in states:
            stroke = svg.element("path", d="M0 0h26", class_=f"road {state}")
            sign = stroke + cross((13, 0)) if state == "closed" else stroke
            entries.append((sign, f"{words.say('road')}: {words.term(state)}"))
    if any(road.state == "closed" and road.since is not None for road in roads):
        entries.append((day_plate("…", (13, 0)), words.say("closed_since")))
    parts, x, y = [], 0.0, 20.0
    for mark, name in entries:
        label = svg.shorten(name, size=12, width=width - 40)
        needed = 32 + svg.text_width(label, 12) + 16
        if x and x + needed > width:
            x, y = 0.0, y + 21
        moved = svg.element("g", mark, transform=f"translate({svg.number(x)} {svg.number(y)})")
        parts.append(moved + svg.text(label, x=x + 32, y=y + 4, size=12, class_="plain"))
        x += needed
    if outside:
        listed = f"{words.say('map_outside')}: {', '.join(clean(place.name) for place in outside)}"
        for line in svg.wrap(listed, size=11, width=width - 4, most=4 if width < NARROW else 2):
            y += 20
            parts.append(svg.text(line, x=0, y=y + 3, size=11, class_="soft"))
    return "".join(parts), y + 12
