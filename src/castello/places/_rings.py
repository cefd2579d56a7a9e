"""Rings of polygons as files give them: what is wrong with them, and the one form that ids are made from."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from castello.errors import Issue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from castello.places.crs import Reprojection

    Rings = list[list[NDArray[np.float64]]]
    """Polygons, each its outer ring and its holes, each ring closed, (n, 2), longitude first."""

# What corners are in nearly every file, told apart without asking further: a map may have millions of them.
_LISTS, _NUMBERS = (list, tuple), (int, float)

_SWAPPED = "Latitude and longitude look swapped: GeoJSON has the longitude first."
_PROJECTED = (
    "They look projected (metres, not degrees): save the file in WGS 84 (EPSG:4326), or let it name its system."
)


class _Bad(ValueError):
    """A ring that cannot be used."""

    def __init__(self, code: str, what: str, hint: str) -> None:
        self.code, self.what, self.hint = code, what, hint
        super().__init__(what)


def clean(
    polygons: Sequence[Any], *, file: str, row: int | None, reproject: Reprojection | None, issues: list[Issue]
) -> Rings:
    """The polygons that can be used, in one form; what is wrong with the others is added to the issues."""

    def say(code: str, what: str, hint: str, severity: str) -> None:
        issues.append(Issue(file=file, row=row, code=code, what=what, hint=hint, severity=severity))

    good: Rings = []
    for number, polygon in enumerate(polygons, start=1):
        part = "the polygon" if len(polygons) == 1 else f"polygon {number} of {len(polygons)}"
        if not _is_list(polygon) or not polygon:
            say("no-rings", f"{part} has no ring; it is left out", "Draw it again.", "error")
            continue
        rings: list[NDArray[np.float64]] = []
        for at, ring in enumerate(polygon):
            try:
                closed, was_open = _ring(ring, reproject)
            except _Bad as bad:
                # a hole of two corners takes nothing away; a hole that nobody can place would change the area unseen
                if at > 0 and bad.code == "few-points":
                    say(bad.code, f"a hole of {part} {bad.what}; the hole is left out", bad.hint, "warning")
                    continue
                say(bad.code, f"{part} {bad.what}; it is left out", bad.hint, "error")
                rings = []
                break
            if was_open:
                say(
                    "open-ring",
                    f"a ring of {part} was not closed; it is closed now",
                    "Check its last corner.",
                    "warning",
                )
            rings.append(_turned(closed))
        if rings:
            good.append([rings[0], *sorted(rings[1:], key=_key)])
    return sorted(good, key=lambda rings: [_key(ring) for ring in rings])


def canonical(polygons: Rings) -> bytes:
    """The bytes that an id is the hash of: how many rings and corners, and the corners."""
    parts = [struct.pack("<I", len(polygons))]
    for rings in polygons:
        parts.append(struct.pack("<I", len(rings)))
        parts += [struct.pack("<I", len(ring)) + ring.astype("<f8").tobytes() for ring in rings]
    return b"".join(parts)


def _ring(ring: object, reproject: Reprojection | None) -> tuple[NDArray[np.float64], bool]:
    """A ring of numbers on earth, closed, without repeated corners; and whether it had to be closed."""
    import numpy as np

    points = _positions(ring)
    if reproject is not None:
        points = reproject(points)
    if not np.isfinite(points).all():
        raise _Bad("coordinates", "has a coordinate that is not a number", "Remove or correct the corner.")
    if len(points) > 0:
        x, y = np.abs(points).max(axis=0)
        if x > 180 or y > 90:
            hint = _SWAPPED if x <= 90 and y <= 180 else _PROJECTED
            raise _Bad("not-degrees", f"has a corner ({x:g}, {y:g}) that is not on earth", hint)
    points = points + 0.0  # there is no negative zero on a map
    keep = np.ones(len(points), np.bool_)
    keep[1:] = (points[1:] != points[:-1]).any(axis=1)
    points = points[keep]
    was_open = len(points) > 1 and bool((points[0] != points[-1]).any())
    if was_open:
        points = np.vstack((points, points[:1]))
    if len(points) < 4:
        raise _Bad("few-points", "has fewer than four points", "A ring needs three corners, and the first one again.")
    return points, was_open


def _positions(ring: object) -> NDArray[np.float64]:
    import numpy as np

    if not isinstance(ring, Sequence) or isinstance(ring, str | bytes):
        raise _Bad(
            "coordinates", "has a ring that is not a list of points", "Write each point as [longitude, latitude]."
        )
    positions = []
    for point in ring:
        if (type(point) not in _LISTS and not _is_list(point)) or len(point) < 2:
            raise _Bad("coordinates", f"has a corner {str(point)[:40]!r}", "Write each point as [longitude, latitude].")
        x, y = point[0], point[1]
        if (type(x) not in _NUMBERS and not _is_number(x)) or (type(y) not in _NUMBERS and not _is_number(y)):
            raise _Bad("coordinates", f"has a corner {str(point)[:40]!r}", "Write coordinates as numbers.")
        positions.append((x, y))
    try:
        return np.array(positions, np.float64).reshape(-1, 2)
    except OverflowError as error:
        raise _Bad("coordinates", "has a coordinate that is not a number", "Correct the corner.") from error


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _turned(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """A closed ring in the one way of all ways to draw it that reads smallest."""
    import numpy as np

    corners = ring[:-1]
    least = corners[np.lexsort((corners[:, 1], corners[:, 0]))[0]]
    # a ring may come back to its least corner, and the two directions may differ only far along it
    ways = [
        np.roll(way, -int(at), axis=0)
        for way in (corners, corners[::-1])
        for at in np.flatnonzero((way == least).all(axis=1))
    ]
    begun = min(ways, key=_key)
    return np.vstack((begun, begun[:1]))


def _key(ring: NDArray[np.float64]) -> list[list[float]]:
    corners: list[list[float]] = ring.tolist()
    return corners
