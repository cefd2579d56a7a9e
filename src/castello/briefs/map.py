"""
The static map of a brief: places by who controls them, roads by their state. Nothing else is ever on it.

An equirectangular projection with the cosine of the middle latitude, which is true to a pixel over a governorate. Where far places
would make the city tiny, the map has two panels: the densest area, and its surroundings with the first panel's frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from castello.briefs import _svg as svg
from castello.briefs._words import Words, clean, words_of
from castello.briefs.brief import Map, MapPlace, MapRoad

KM_PER_DEGREE = 111.195
FOCUS_KM = (3.0, 15.0)  # the densest area is a city: not less than a quarter of one, not more than all of it
AROUND = 7  # its surroundings reach this many times as far; what lies beyond is listed, not drawn
ONE_PANEL_KM = 25.0  # across; a map smaller than this needs no second panel
NARROW = 560  # pixels; below this the panels stand one above the other
AREAS = ("city", "part")
SHAPES = 6
STATES = ("open", "fire_controlled", "closed", "undecided", "unknown")
LABEL, ROAD_LABEL, NOTE = 11.0, 10.0, 10.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """A window of the map: its box on the page, and from kilometres to pixels."""

    title: str
    box: Box
    middle: Point
    scale: float

    def at(self, point: Point) -> Point:
        left, top, right, bottom = self.box
        x = (left + right) / 2 + (point[0] - self.middle[0]) * self.scale
        return x, (top + bottom) / 2 + (point[1] - self.middle[1]) * self.scale


def draw_map(map: Map, *, width: float = 960, height: float = 600, language: str = "en") -> str:
    """
    A map as one SVG element that needs the classes of the page's style sheet and nothing else.

    Every state and party has a shape or stroke of its own: colour is never the only sign. Labels that find no room are left to the
    table beside the map; a place without finite coordinates is not drawn.

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
    places = sorted((place for place in map.places if _on_earth((place.lat, place.lon))), key=lambda p: p.id)
    roads = sorted((r for r in map.roads if len(r.line) > 1 and all(map_(p) for p in r.line)), key=lambda r: (r.id, r.side))
    looks = party_looks(map.places)
    title = svg.words("title", words.say("map"))
    about = svg.words("desc", words.say("map_desc", places=len(places), roads=len(roads)))
    legend, legend_height = _legend(places, roads, looks=looks, words=words, width=width)
    if not places and not roads:
        body = svg.text(words.say("map_empty"), x=width / 2, y=40, size=13, anchor="middle", class_="t2")
        return _root(title, about, body, width=width, height=80)
    plane = _Plane(places, roads)
    outside: list[MapPlace] = []
    panels = _panels(plane, places, words=words, box=(0, 0, width, height - legend_height), outside=outside)
    body = "".join(_draw(panel, n, panels=panels, plane=plane, places=places, roads=roads, looks=looks, words=words)
                   for n, panel in enumerate(panels))
    placed = f'<g transform="translate(0 {svg.number(height - legend_height)})">{legend}</g>'
    return _root(title, about, body, placed, width=width, height=height)


def map_(point: Point) -> bool:
    return _on_earth(point)
