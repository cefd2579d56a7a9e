"""The features of a control map, GeoJSON or GeoPackage: properties and polygons, whatever else is wrong with the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from castello.errors import WrongUse
from castello.sources._intake import Intake
from castello.sources.control._feature import NO_POLYGON_HINT, Feature
from castello.sources.control._geopackage import MAGIC, geopackage_features

_LARGEST = 1_000_000_000
_HINT = "Save it again as GeoJSON (UTF-8)."


def read_features(data: bytes | Path, *, intake: Intake) -> Iterator[Feature]:
    """
    The features that have polygons, in the order of the file; an issue for each that has none.

    Raises
    ------
    WrongUse
        If the file cannot be opened.
    """
    if isinstance(data, Path):
        try:
            with data.open("rb") as file:
                start = file.read(len(MAGIC))
            if start == MAGIC:
                yield from geopackage_features(data, intake=intake)
                return
            if data.stat().st_size > _LARGEST:
                hint = "Split it by day, or save it as a GeoPackage."
                intake.error("size", f"is larger than {_LARGEST // 10**6:,} MB", hint)
                return
            held = data.read_bytes()
        except OSError as error:
            raise WrongUse(f"{data.name} cannot be opened ({error.strerror})", hint="Check the path.") from error
    else:
        held = data
    yield from (geopackage_features if held.startswith(MAGIC) else _geojson)(held, intake=intake)


def _geojson(data: bytes, *, intake: Intake) -> Iterator[Feature]:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        intake.error("empty", "is empty", "Check the download.")
        return
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        root = json.loads(text)
    except UnicodeDecodeError:
        intake.error("encoding", "is not UTF-8 text", _HINT)
        return
    except json.JSONDecodeError as error:
        what = f"is not whole as JSON: {error.msg.lower()} in line {error.lineno}"
        intake.error("json", what, f"It may have been cut off. {_HINT}")
        return
    except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
        intake.error("json", "cannot be read as JSON", _HINT)
        return
    features = _listed(root, intake)
    crs = _UNREADABLE if features is None else _declared(root, intake)
    if features is None or crs == _UNREADABLE:
        return
    if not features:
        intake.error("no-features", "has no features", "Check the download.")
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, Mapping) or not isinstance(feature.get("properties") or {}, Mapping):
            intake.error("feature", "is not a feature", "A feature has geometry and properties.", row=number)
            continue
        polygons = _polygons(feature.get("geometry"), number, intake)
        if polygons is None:
            continue
        id = feature.get("id")
        yield Feature(
            number=number,
            id=None if id is None or isinstance(id, Mapping | list) else str(id),
            properties=feature.get("properties") or {},
            polygons=polygons,
            crs=crs,
        )


def _listed(root: object, intake: Intake) -> list[Any] | None:
    kind = root.get("type") if isinstance(root, Mapping) else None
    if isinstance(root, Mapping) and kind == "FeatureCollection" and isinstance(root.get("features"), list):
        listed: list[Any] = root["features"]
        return listed
    if kind == "Feature":
        return [root]
    what = "is JSON, but not a collection of features"
    if kind in ("Polygon", "MultiPolygon", "GeometryCollection"):
        what = f"is a {kind} without properties: nobody can say who holds it"
    intake.error("geojson", what, "A control map is a GeoJSON FeatureCollection.")
    return None


_UNREADABLE = "?"


def _declared(root: Any, intake: Intake) -> str | None:
    """The coordinate system that the file names; None where it names none, which means WGS 84."""
    crs = root.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if isinstance(name, str) and name.strip():
        return name
    intake.error(
        "crs", "names its coordinate system in a form that cannot be read", "Save the file in WGS 84 (EPSG:4326)."
    )
    return _UNREADABLE


def _polygons(geometry: object, number: int, intake: Intake) -> list[Any] | None:
    """All polygons of a geometry, collections in collections included; None, with an issue, if there is none."""
    found: list[Any] = []
    others: set[str] = set()
    waiting: list[object] = [geometry]
    while waiting:
        one = waiting.pop(0)
        kind = one.get("type") if isinstance(one, Mapping) else None
        if not isinstance(one, Mapping) or not isinstance(kind, str):
            others.add("nothing")
        elif kind == "GeometryCollection":
            waiting += one["geometries"] if isinstance(one.get("geometries"), list) else []
        elif kind == "Polygon":
            found.append(one.get("coordinates"))
        elif kind == "MultiPolygon":
            found += one["coordinates"] if isinstance(one.get("coordinates"), list) else [None]
        else:
            others.add(kind)
    if found:
        if others:
            what = f"has {', '.join(sorted(others))} beside its polygons, which is not read"
            intake.warn("not-a-polygon", what, NO_POLYGON_HINT, row=number)
        return found
    what = f"is {', '.join(sorted(others)) or 'an empty collection'}, not a polygon"
    intake.error("not-a-polygon", what, NO_POLYGON_HINT, row=number)
    return None
