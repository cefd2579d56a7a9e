"""Lines of a GeoJSON file (RFC 7946, and the older ``crs`` member that some programs still write)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from castello.places.crs import UnknownSystem, to_wgs84
from castello.sources._intake import Intake
from castello.sources.road_lines._feature import Feature, Line

MOST_BYTES = 1024 * 2**20
_LINES = ("LineString", "MultiLineString")


def geojson_features(path: Path, intake: Intake) -> Iterator[Feature]:
    """The features that are lines; everything else is an issue."""
    if path.stat().st_size > MOST_BYTES:
        hint = "Cut it to the area of the case, or save it as a GeoPackage."
        intake.error("too-large", f"is larger than {MOST_BYTES // 2**20} MB", hint)
        return
    content = _parse(path.read_bytes(), intake)
    if content is None:
        return
    try:
        reproject = to_wgs84(_system(content))
    except UnknownSystem as unknown:
        intake.error("coordinate-system", unknown.what, unknown.hint)
        return
    for row, item in enumerate(_items(content), start=1):
        feature = _feature(item, row=row, intake=intake)
        if feature is None:
            continue
        if reproject is None:
            yield feature
        else:
            lines = [reproject(line) for line in feature.lines]
            yield Feature(row=row, id=feature.id, properties=feature.properties, lines=lines)


def _parse(data: bytes, intake: Intake) -> Mapping[str, Any] | None:
    hint = "Save it again as GeoJSON, in UTF-8."
    if not data.strip():
        intake.error("empty", "is empty", hint)
        return None
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        intake.error("encoding", "is not UTF-8 text", hint, row=line)
        return None
    except json.JSONDecodeError as error:
        intake.error("json", f"is not JSON ({error.msg}, column {error.colno})", hint, row=error.lineno)
        return None
    except (RecursionError, ValueError):
        intake.error(
            "json", "is not JSON that a map would have: it is nested too deep or holds too long a number", hint
        )
        return None
    if not isinstance(content, dict):
        intake.error("format", "is JSON, but not GeoJSON", "Save the layer as GeoJSON: a FeatureCollection.")
        return None
    return content


def _system(content: Mapping[str, Any]) -> str | None:
    """The coordinate system that the file names; None where it names none, which in GeoJSON means WGS 84."""
    system = content.get("crs")
    if system is None:
        return None
    named = system.get("properties") if isinstance(system, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    return name if isinstance(name, str) else "a system without a name"


def _items(content: Mapping[str, Any]) -> list[Any]:
    features = content.get("features")
    return features if content.get("type") == "FeatureCollection" and isinstance(features, list) else [content]


def _feature(item: Any, *, row: int, intake: Intake) -> Feature | None:
    geometry = item.get("geometry") if isinstance(item, dict) and item.get("type") == "Feature" else item
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in _LINES:
        shown = kind if isinstance(kind, str) else "nothing"
        hint = "Only LineString and MultiLineString are roads; keep other layers in files of their own."
        intake.error("not-a-line", f"has the geometry {shown[:40]!r}; it is left out", hint, row=row)
        return None
    coordinates = geometry.get("coordinates")
    lines = []
    for part in [coordinates] if kind == "LineString" else coordinates if isinstance(coordinates, list) else [None]:
        line = _line(part)
        if line is None:
            hint = "Each point is a list of numbers: longitude, latitude, and maybe a height."
            intake.error(
                "bad-line", "has a course that is no list of two or more points; it is left out", hint, row=row
            )
            return None
        lines.append(line)
    properties = item.get("properties") if item is not geometry else None
    id = item.get("id")
    return Feature(
        row=row,
        id=str(id) if isinstance(id, str | int) and str(id).strip() else str(row),
        properties=properties if isinstance(properties, dict) else {},
        lines=lines,
    )


def _line(part: Any) -> Line | None:
    try:
        points = np.asarray(part)
    except (ValueError, OverflowError):
        return None
    if points.dtype.kind not in "iuf" or points.ndim != 2 or len(points) < 2 or points.shape[1] < 2:
        return None
    return points[:, :2].astype(np.float64)
