"""
The static map of a brief: places by who controls them, roads by their state. Nothing else is ever on it.

An equirectangular projection with the cosine of the middle latitude, which is true to a pixel over a governorate. Where
far places would make the city tiny, the map has two panels: the densest area, and its surroundings with a frame where
the first panel lies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from castello.briefs import _svg as svg
from castello.briefs._labels import Box, Point, Room, along, around, overlap, samples
from castello.briefs._signs import NARROW, STATES, cross, day_plate, draw_legend, party_looks, plate_size, symbol
from castello.briefs._words import Words, clean, words_of
from castello.briefs.brief import Map, MapPlace, MapRoad

KM_PER_DEGREE = 111.195
NEAR_KM = 12.0  # how far to look for neighbours when the densest area is sought
FOCUS_KM = (3.0, 15.0)  # a city, neither a single street of it nor its province
AROUND = 7  # the surroundings reach this many times as far; what lies beyond is named, not drawn
ONE_PANEL_KM = 25.0  # across; a map no larger than this needs no second panel
FEW = 4  # fewer places than this are no area of their own
AREAS = ("city", "part")
DOT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A part of the plane to draw, in kilometres, with the places on it."""

    title: str
    bounds: Box
    places: tuple[MapPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """A window on the page: its box, and from kilometres to pixels."""

    window: _Window
    box: Box
    scale: float

    def at(self, point: Point) -> Point:
        left, top, right, bottom = self.window.bounds
        x = (self.box[0] + self.box[2]) / 2 + (point[0] - (left + right) / 2) * self.scale
        return x, (self.box[1] + self.box[3]) / 2 + (point[1] - (top + bottom) / 2) * self.scale


class _Plane:
    """From degrees to kilometres, east and south of the middle of what is drawn."""

    def __init__(self, degrees: Sequence[Point]) -> None:
        lats, lons = [lat for lat, _ in degrees], [lon for _, lon in degrees]
        # a map over the date line: west of it continues eastwards
        self._turned = bool(lons) and max(lons) - min(lons) > 180
        lons = [self._lon(lon) for lon in lons]
        self._lat = (min(lats) + max(lats)) / 2
        self._lon0 = (min(lons) + max(lons)) / 2
        self._shrink = max(math.cos(math.radians(self._lat)), 0.02)

    def _lon(self, lon: float) -> float:
        return lon + 360 if self._turned and lon < 0 else lon

    def at(self, degrees: Point) -> Point:
        lat, lon = degrees
        return (self._lon(lon) - self._lon0) * KM_PER_DEGREE * self._shrink, (self._lat - lat) * KM_PER_DEGREE


def draw_map(map: Map, *, width: float = 960, height: float = 640, language: str = "en") -> str:
    """
    A map as one SVG element that needs the classes of the page's style sheet and nothing else.

    Every state and party has a stroke or shape of its own: colour is never the only sign. Labels that find no room are
    left to the table beside the map; what has no finite coordinates is not drawn.

    Parameters
    ----------
    map
        Places and roads.
    width, height
        Size in pixels; a map less than 560 wide has its panels one above the other.
    language
        Of the legend.

    Returns
    -------
    str
        The SVG.

    Examples
    --------
    >>> draw_map(Map(places=(), roads=()), width=300, height=200).startswith("<svg")
    True
    """
    words = words_of(language)
    places = sorted((place for place in map.places if _on_earth((place.lat, place.lon))), key=lambda place: place.id)
    roads = [road for road in map.roads if len(road.line) > 1 and all(_on_earth(point) for point in road.line)]
    roads.sort(key=lambda road: (road.id, road.side))
    head = svg.words("title", words.say("map"))
    head += svg.words("desc", words.say("map_desc", places=len(places), roads=len(roads)))
    if not places and not roads:
        empty = svg.text(words.say("map_empty"), x=width / 2, y=36, size=13, anchor="middle", class_="soft")
        return _root(head, empty, width=width, height=60)
    plane = _Plane([*((p.lat, p.lon) for p in places), *(point for road in roads for point in road.line)])
    windows, outside = _windows(plane, places, roads=roads, words=words)
    looks = party_looks(map.places)
    legend, legend_height = draw_legend(places, roads=roads, outside=outside, looks=looks, words=words, width=width)
    panels = _panels(windows, width=width, height=max(height - legend_height, 120))
    drawn, labelled = [], set[str]()
    for panel in panels:
        frame = None if panel is panels[0] else _frame(panels[0], panel)
        drawn.append(_draw(panel, frame, plane=plane, roads=roads, looks=looks, labelled=labelled, words=words))
    bottom = panels[-1].box[3]
    legend = svg.element("g", legend, transform=f"translate(0 {svg.number(bottom)})")
    return _root(head, *drawn, legend, width=width, height=bottom + legend_height)


def _on_earth(degrees: Point) -> bool:
    return all(map(math.isfinite, degrees)) and abs(degrees[0]) < 89 and abs(degrees[1]) <= 360


def _root(*inside: str, width: float, height: float) -> str:
    box = f"0 0 {svg.number(width)} {svg.number(height)}"
    return svg.element(
        "svg", *inside, xmlns="http://www.w3.org/2000/svg", viewBox=box, width=width, height=height, role="img",
        direction="ltr", class_="map",
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- windows


def _windows(
    plane: _Plane, places: Sequence[MapPlace], *, roads: Sequence[MapRoad], words: Words
) -> tuple[list[_Window], list[MapPlace]]:
    """One window where everything is near, else the densest area and its surroundings; and what lies beyond."""
    at = {place.id: plane.at((place.lat, place.lon)) for place in places}
    courses = [plane.at(point) for road in roads for point in road.line]
    everything = _bounds([*at.values(), *courses])
    if _across(everything) <= ONE_PANEL_KM or not places:
        return [_Window(title="", bounds=everything, places=tuple(places))], []
    if _across(_bounds(at.values())) <= ONE_PANEL_KM and len(places) >= FEW:
        return [_Window(title="", bounds=_bounds(at.values()), places=tuple(places))], []
    densest = max(places, key=lambda p: (sum(math.dist(at[p.id], other) <= NEAR_KM for other in at.values()), p.id))
    far = {place.id: math.dist(at[densest.id], at[place.id]) for place in places}
    radius = _radius(sorted(far.values()))
    focus = [place for place in places if far[place.id] <= radius]
    if len(focus) < FEW:
        return [_Window(title="", bounds=everything, places=tuple(places))], []
    beyond = [place for place in places if radius < far[place.id] <= radius * AROUND]
    outside = [place for place in places if far[place.id] > radius * AROUND]
    cities = [place.name for place in focus if place.kind == "city"]
    name = clean(cities[0]) if cities else words.say("map_centre")
    near = [point for point in courses if math.dist(at[densest.id], point) <= radius]
    first = _Window(title=name, bounds=_bounds([*(at[place.id] for place in focus), *near]), places=tuple(focus))
    if not beyond:
        return [first], outside
    around_it = _bounds(at[place.id] for place in (*focus, *beyond))
    return [first, _Window(title=words.say("map_around"), bounds=around_it, places=tuple(beyond))], outside


def _radius(far: Sequence[float]) -> float:
    """How far the densest area reaches: over half of the places, to the widest gap after that."""
    ends = [n for n in range(len(far) // 2, len(far)) if far[n] <= FOCUS_KM[1]]
    if not ends:
        return FOCUS_KM[1]
    gap = {n: (far[n + 1] if n + 1 < len(far) else math.inf) / max(far[n], 0.1) for n in ends}
    return max(far[max(ends, key=lambda n: (gap[n], -n))], FOCUS_KM[0])


def _bounds(points: Iterable[Point]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _across(box: Box) -> float:
    return math.hypot(box[2] - box[0], box[3] - box[1])


def _panels(windows: Sequence[_Window], *, width: float, height: float) -> list[_Panel]:
    gap = 10.0
    if len(windows) == 1:
        boxes: list[Box] = [(0, 0, width, height)]
    elif width < NARROW:
        cut = (height - gap) * 0.58
        boxes = [(0, 0, width, cut), (0, cut + gap, width, height)]
    else:
        cut = (width - gap) * 0.6
        boxes = [(0, 0, cut, height), (cut + gap, 0, width, height)]
    return [_panel(window, box) for window, box in zip(windows, boxes, strict=True)]


def _panel(window: _Window, box: Box) -> _Panel:
    left, top, right, bottom = window.bounds
    across, down = max(right - left, 2.0), max(bottom - top, 2.0)
    wide, high = box[2] - box[0], box[3] - box[1]
    scale = min((wide - min(120, wide * 0.34)) / across, (high - 90) / down)
    return _Panel(window=window, box=box, scale=max(scale, 1e-3))


def _frame(inner: _Panel, outer: _Panel) -> tuple[Box, str]:
    """Where the first panel lies on the second, and its name."""
    left, top, right, bottom = inner.window.bounds
    (x1, y1), (x2, y2) = outer.at((left, top)), outer.at((right, bottom))
    return (x1 - 5, y1 - 5, x2 + 5, y2 + 5), inner.window.title


def _frame_name(box: Box, name: str, *, room: Room) -> str:
    """The first panel's name in its frame on the second, or beside it; the frame's inside takes no other label."""
    label = svg.shorten(name, size=11, width=(room.panel[2] - room.panel[0]) * 0.5) or " "
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    beside = svg.text_width(label, 11) / 2 + 6
    spots = [(x, y), (x, box[1] - 9), (x, box[3] + 9), (box[2] + beside, y), (box[0] - beside, y)]
    spots = spots if svg.text_width(label, 11) <= box[2] - box[0] else spots[1:]
    placed = room.place([label], size=11, spots=spots, class_="name")
    room.take(box)
    return placed or ""


# ---------------------------------------------------------------------------------------------------------- a panel


def _draw(
    panel: _Panel,
    frame: tuple[Box, str] | None,
    *,
    plane: _Plane,
    roads: Sequence[MapRoad],
    looks: dict[str, int],
    labelled: set[str],
    words: Words,
) -> str:
    left, top, right, bottom = panel.box
    wide, high = right - left, bottom - top
    room = Room((left + 4, top + 4, right - 4, bottom - 4))
    parts = [svg.element("rect", x=left, y=top, width=wide, height=high, class_="ground")]
    furniture = _furniture(panel, room)
    courses = _courses(roads, plane=plane, panel=panel)
    for road, line in courses:
        parts.append(_road(road.state, line, panel.box))
        room.lines += [point for point in samples(line, step=6) if _within(point, panel.box)]
    if frame is not None:
        box = frame[0]
        parts.append(
            svg.element("rect", x=box[0], y=box[1], width=box[2] - box[0], height=box[3] - box[1], class_="frame")
        )
    spots_of = {place.id: panel.at(plane.at((place.lat, place.lon))) for place in panel.window.places}
    ordered = sorted(panel.window.places, key=lambda p: (p.kind not in AREAS, p.control is None, clean(p.name), p.id))
    for place in ordered:
        x, y = spots_of[place.id]
        size = 9.0 if place.kind in AREAS else DOT
        mark = symbol(place.control, looks, x=x, y=y, size=size, class_="area" if place.kind in AREAS else "")
        said = clean(place.name) + (f": {clean(place.control_name)}" if place.control_name else "")
        parts.append(svg.element("g", svg.words("title", said), mark))
        room.take((x - size, y - size, x + size, y + size))
    labels = _closed_days(courses, panel, room=room, labelled=labelled, words=words)
    labels += [] if frame is None else [_frame_name(*frame, room=room)]
    labels += [_name(place, spots_of[place.id], room) for place in ordered if place.kind in AREAS]
    labels += _road_names(courses, panel, room=room, labelled=labelled)
    labels += [_name(place, spots_of[place.id], room) for place in ordered if place.kind not in AREAS]
    parts += [*labels, furniture]
    # a nested svg clips what runs over the panel's edge, without an id to refer to
    view = " ".join(svg.number(value) for value in (left, top, wide, high))
    edge = svg.element("rect", x=left + 0.5, y=top + 0.5, width=wide - 1, height=high - 1, class_="edge")
    return svg.element("svg", *parts, x=left, y=top, width=wide, height=high, viewBox=view) + edge


def _within(point: Point, box: Box, margin: float = 0) -> bool:
    return box[0] + margin <= point[0] <= box[2] - margin and box[1] + margin <= point[1] <= box[3] - margin


def _name(place: MapPlace, at: Point, room: Room) -> str:
    area = place.kind in AREAS
    size, radius = (12.0, 9.0) if area else (11.0, DOT)
    label = svg.shorten(place.name, size=size, width=170)
    spots = around(at, [label], size=size, radius=radius, bold=area)
    return room.place([label], size=size, spots=spots, class_="name strong" if area else "name") or ""


def _courses(roads: Sequence[MapRoad], *, plane: _Plane, panel: _Panel) -> list[tuple[MapRoad, list[Point]]]:
    """The lines of the roads on the panel; two that share a course run side by side."""
    found, used = [], dict[tuple[Point, ...], int]()
    for road in roads:
        key = min(road.line, road.line[::-1])
        n = used.get(key, 0)
        used[key] = n + 1
        shift = 5.0 * ((n + 1) // 2) * (-1 if n % 2 else 1)
        found.append((road, _beside([panel.at(plane.at(point)) for point in road.line], shift)))
    return found


def _beside(line: list[Point], shift: float) -> list[Point]:
    if not shift:
        return line
    moved = []
    for n, (x, y) in enumerate(line):
        (x1, y1), (x2, y2) = line[max(n - 1, 0)], line[min(n + 1, len(line) - 1)]
        length = math.hypot(x2 - x1, y2 - y1) or 1.0
        moved.append((x - (y2 - y1) / length * shift, y + (x2 - x1) / length * shift))
    return moved


def _road(state: str, line: Sequence[Point], box: Box) -> str:
    look = state if state in STATES else "unknown"
    course = svg.element("polyline", points=svg.points(line), class_=f"road {look}")
    if look != "closed":
        return course
    crosses = [cross(point) for point in samples(line, step=24) if _within(point, box, 6)]
    return course + "".join(crosses)


def _road_names(
    courses: Sequence[tuple[MapRoad, list[Point]]], panel: _Panel, *, room: Room, labelled: set[str]
) -> list[str]:
    sides = {road.side for road, _ in courses}
    shared = {road.id for road, _ in courses if len({r.side for r, _ in courses if r.id == road.id}) > 1}
    found = []
    for road, line in courses:
        key = f"{road.id} {road.side}"
        seen = [point for point in samples(line, step=5) if _within(point, panel.box, 10)]
        if key in labelled or len(seen) < 5:
            continue
        name = clean(road.name) + (f" ({clean(road.side)})" if road.id in shared and len(sides) > 1 else "")
        lines = svg.wrap(name, size=10, width=150, most=2)
        if not lines:
            continue
        # the name of a road hides no road: it stands in the table anyway
        placed = room.place(lines, size=10, spots=along(seen, lines, size=10), class_="name road-name", most=3)
        if placed is not None:
            labelled.add(key)
            found.append(placed)
    return found


def _closed_days(
    courses: Sequence[tuple[MapRoad, list[Point]]], panel: _Panel, *, room: Room, labelled: set[str], words: Words
) -> list[str]:
    """On each closed road the day from which it was so, near the middle of what the panel shows of it; once on the map."""
    closed = [(road, road.since, line) for road, line in courses if road.state == "closed" and road.since is not None]
    latest = max((since.year for _, since, _ in closed), default=None)
    found = []
    for road, since, line in closed:
        key = f"day {road.id} {road.side}"
        text = (
            ("≤ " if road.or_before else "")
            + words.short_day(since)
            + ("" if since.year == latest else f" {since.year}")
        )
        width, height = plate_size(text)
        seen = [point for point in samples(line, step=5) if _within(point, panel.box, width / 2 + 2)]
        middle = len(seen) // 2
        for x, y in () if key in labelled else sorted(seen, key=lambda point: abs(seen.index(point) - middle)):
            box = (x - width / 2 - 1, y - height / 2 - 1, x + width / 2 + 1, y + height / 2 + 1)
            if not any(overlap(box, taken) for taken in room.taken):
                room.take(box)
                labelled.add(key)
                found.append(day_plate(text, (x, y)))
                break
    return found


def _furniture(panel: _Panel, room: Room) -> str:
    """Title, north arrow and scale bar; labels keep clear of them."""
    left, top, right, bottom = panel.box
    parts = []
    if panel.window.title:
        title = svg.shorten(panel.window.title, size=12, width=(right - left) * 0.6)
        width = svg.text_width(title, 12, bold=True) + 16
        parts.append(svg.element("rect", x=left, y=top, width=width, height=22, class_="plate"))
        parts.append(svg.text(title, x=left + 8, y=top + 15.5, size=12, class_="caption"))
        room.take((left, top, left + width + 4, top + 26))
    x, y = right - 18, top + 12
    parts.append(svg.element("path", d=f"M{svg.number(x)} {svg.number(y)}l5 13l-5 -3.5l-5 3.5z", class_="ink"))
    parts.append(svg.text("N", x=x, y=y + 25, size=10, anchor="middle", class_="name"))
    room.take((x - 10, y - 4, x + 10, y + 30))
    km = _round_km(min(110.0, (right - left) * 0.25) / panel.scale)
    length = km * panel.scale
    x, y = left + 12, bottom - 12
    d = f"M{svg.number(x)} {svg.number(y - 5)}v5h{svg.number(length)}v-5"
    label = f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"
    plate = max(length, svg.text_width(label, 10)) + 14
    parts.append(svg.element("rect", x=x - 8, y=y - 20, width=plate, height=28, class_="plate"))
    parts.append(svg.element("path", d=d, class_="rule"))
    parts.append(svg.text(label, x=x + 4, y=y - 7, size=10, class_="name"))
    room.take((x - 8, y - 20, x - 8 + plate, y + 8))
    return "".join(parts)


def _round_km(most: float) -> float:
    """The largest of 1, 2, 5, 10, ... kilometres, or their tenths, that is no longer than ``most``."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * 1.0001)
