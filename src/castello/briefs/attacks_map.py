"""A map of attacks by area: one panel for each source, a disc for each area; never where an event was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from castello.briefs import _svg as svg
from castello.briefs._labels import Point, Room, around
from castello.briefs._words import clean, figure
from castello.briefs.map import KM_PER_DEGREE

PANEL_HEIGHT = 300.0
LEAST, MOST = 5.0, 34.0  # the radius of a disc in pixels
LEAST_KM = 20.0  # a panel shows at least so much ground, so that one area is not the world


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What one source counts in an area: ``point`` is the area's own, in degrees; None where it is not on record. ``civilians`` killed, in figures."""

    name: str
    source: str
    point: Point | None
    low: int
    high: int
    civilians: str | None = None


def draw_attacks(areas: Sequence[Area], *, caption: str, width: float = 720) -> str:
    """
    A map as one SVG element that needs the classes of the page's style sheet and nothing else.

    The area of a disc goes by the most attacks that one source may count there, on one scale for all sources; the figures stand beside it.
    Areas without a point are named under their panel.

    Parameters
    ----------
    areas
        What is drawn; sources stand in the order of their names.
    caption
        The days, in words.
    width
        In pixels; the height follows from the number of sources.

    Returns
    -------
    str
        The SVG.

    Examples
    --------
    >>> draw_attacks((), caption="July").startswith("<svg")
    True
    """
    sources = sorted({area.source for area in areas}, key=str.casefold)
    placed = [area for area in areas if area.point is not None]
    most = max((area.high for area in placed), default=1)
    plane = _Plane([area.point for area in placed if area.point is not None])
    said = "Discs stand for whole areas, not for the places of events. Sources are never added to each other."
    parts = [svg.words("title", f"Attacks by area, {caption}"), svg.words("desc", said)]
    y = 0.0
    for source in sources:
        drawn, height = _panel(
            [area for area in areas if area.source == source], source, plane=plane, most=most, width=width
        )
        parts.append(svg.element("g", drawn, transform=f"translate(0 {svg.number(y)})"))
        y += height
    if not sources:
        parts.append(svg.text("No attack on record.", x=width / 2, y=36, size=13, anchor="middle", class_="soft"))
        y = 48
    for line in svg.wrap(f"{caption}. {said}", size=11, width=width - 4, most=4):
        y += 16
        parts.append(svg.text(line, x=0, y=y - 2, size=11, class_="soft"))
    box = f"0 0 {svg.number(width)} {svg.number(y + 8)}"
    return svg.element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=box, width=width, height=y + 8, role="img",
        direction="ltr", class_="map",
    )  # fmt: skip


class _Plane:
    """From degrees to kilometres, east and south of the middle of all areas."""

    def __init__(self, points: Sequence[Point]) -> None:
        lats, lons = [lat for lat, _ in points] or [0.0], [lon for _, lon in points] or [0.0]
        self._lat, self._lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        self._shrink = max(math.cos(math.radians(self._lat)), 0.02)
        corners = [self.at(point) for point in points]
        self.across = max([LEAST_KM, *(2 * abs(x) for x, _ in corners)])
        self.down = max([LEAST_KM, *(2 * abs(y) for _, y in corners)])

    def at(self, point: Point) -> Point:
        return (point[1] - self._lon) * KM_PER_DEGREE * self._shrink, (self._lat - point[0]) * KM_PER_DEGREE


def _panel(areas: Sequence[Area], source: str, *, plane: _Plane, most: int, width: float) -> tuple[str, float]:
    top = 22.0
    box = (0.0, top, width, top + PANEL_HEIGHT)
    scale = min((width - 220) / plane.across, (PANEL_HEIGHT - 90) / plane.down)
    ground = svg.element("rect", x=0.5, y=top + 0.5, width=width - 1, height=PANEL_HEIGHT - 1, class_="ground edge")
    parts = [svg.text(source, x=0, y=15, size=13, class_="plain strong"), ground]
    room, labels = Room((4, top + 4, width - 4, box[3] - 4)), []
    ordered = sorted((area for area in areas if area.point is not None), key=lambda area: (clean(area.name), area.low))
    spots = []
    for area in ordered:
        assert area.point is not None
        x, y = plane.at(area.point)
        spots.append((width / 2 + x * scale, top + PANEL_HEIGHT / 2 + y * scale))
    for area, (x, y) in zip(ordered, spots, strict=True):
        radius = max(LEAST, MOST * math.sqrt(area.high / most))
        disc = svg.element("circle", cx=x, cy=y, r=radius, class_="mark p0 area")
        parts.append(svg.element("g", svg.words("title", _said(area)), disc))
        room.take((x - radius * 0.7, y - radius * 0.7, x + radius * 0.7, y + radius * 0.7))
    for area, at in zip(ordered, spots, strict=True):
        radius = max(LEAST, MOST * math.sqrt(area.high / most))
        lines = [svg.shorten(line, size=11, width=240) for line in _lines(area)]
        where = around(at, lines, size=11, radius=radius, bold=False)
        labels.append(room.place(lines, size=11, spots=where, class_="name") or "")
    height = box[3]
    left_out = [_said(area) for area in areas if area.point is None]
    if left_out:
        for line in svg.wrap(f"Not on the map: {'; '.join(left_out)}", size=11, width=width - 4, most=3):
            height += 16
            parts.append(svg.text(line, x=0, y=height, size=11, class_="soft"))
    return "".join([*parts, *labels]), height + 14


def _lines(area: Area) -> list[str]:
    """Civilians first, then attacks."""
    figures = figure(area.high) if area.low == area.high else f"{figure(area.low)} to {figure(area.high)}"
    attacks = f"{figures} {'attack' if area.high == 1 else 'attacks'}"
    if area.civilians is None:
        return [f"{clean(area.name)}: {attacks}"]
    return [f"{clean(area.name)}: {area.civilians} civilians", f"killed in {attacks}"]


def _said(area: Area) -> str:
    return " ".join(_lines(area))
