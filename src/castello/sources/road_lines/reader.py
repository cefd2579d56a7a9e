"""Lines joined where they meet and cut there into a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castello.errors import Issue, WrongUse
from castello.places.geodesic import geodesic_km
from castello.places.lines import Lines, cut_lines, islands
from castello.places.network import MapSource, RoadNetwork
from castello.places.register import ROAD_CLASSES
from castello.sources._intake import Intake
from castello.sources.road_lines._feature import Feature, Line
from castello.sources.road_lines._geojson import geojson_features
from castello.sources.road_lines._geopackage import geopackage_features

ENDINGS = (".geojson", ".json", ".gpkg")
"""Files that are read."""

_UNITS = 10**7  # in a degree: points are the same if they are to about a centimetre
_ROUND_THE_EARTH = 360 * _UNITS + 1
_LEAST_KM_PER_DEGREE = 110.574
_MOST_TOLERANCE_M = 1_000


@dataclass(slots=True, kw_only=True)
class _Taken:
    """Lines taken in so far."""

    ids: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    refs: list[str | None] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)


def read_road_lines(
    path: Path,
    *,
    tolerance_m: float = 1.0,
    layer: str | None = None,
    name: str = "name",
    ref: str = "ref",
    road_class: str = "class",
) -> tuple[RoadNetwork, tuple[Issue, ...]]:
    """
    The road network of a file of lines, and what is wrong with it.

    Lines are joined where they share a point, and where the end of one lies within ``tolerance_m`` of the end of another.
    Two lines that cross without a common point do not meet: one may be a bridge. All roads are two-way.

    Parameters
    ----------
    path
        GeoJSON or GeoPackage; see :data:`ENDINGS`. A file in another coordinate system is brought to WGS 84, if it says
        which one it is in.
    tolerance_m
        Metres, 0 to 1,000, within which two ends are one junction.
    layer
        Name of the layer of a GeoPackage; None reads all layers of lines.
    name, ref, road_class
        Properties that hold name, number and class; those that a file lacks are not read. The class is one of
        :data:`castello.places.ROAD_CLASSES`, ``road`` where it is missing.

    Returns
    -------
    network : RoadNetwork
        Pieces are called by file, feature and number along it, ``roads/17/0``; a further line of a feature is
        ``roads/17.2/0``. Nodes are called by where they are, so that two files meet at equal points. Without edges if the
        file breaks off: half a map would show last roads that are none.
    issues : tuple of Issue
        ``row`` is the number of the feature in the file, or its row in the table.

    Raises
    ------
    WrongUse
        If there is no such file, the tolerance is out of bounds, or a library is not installed.
    """
    intake = Intake(path.name)
    if not path.is_file():
        raise WrongUse(f"there is no file {path.name}", hint="Check the name and the folder.")
    if not 0 <= tolerance_m <= _MOST_TOLERANCE_M:
        raise WrongUse(f"a tolerance of {tolerance_m:g} metres joins roads at will", hint="Give 0 to 1,000 metres.")
    taken, used = _Taken(), Counter[str]()
    columns = {"name": name, "ref": ref, "class": road_class}
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        hint = f"Save it as GeoJSON or GeoPackage ({', '.join(ENDINGS)})."
        intake.error("format", "is not a file of lines that can be read here", hint)
    elif ending == ".gpkg":
        for feature in geopackage_features(path, intake, layer=layer):
            _take(feature, taken, intake=intake, columns=columns, stem=path.stem, used=used)
    else:
        for feature in geojson_features(path, intake):
            _take(feature, taken, intake=intake, columns=columns, stem=path.stem, used=used)
    if any(issue.code == "unreadable" for issue in intake.issues):
        taken = _Taken()  # half a map would show last roads that are none
    if not taken.lines and not intake.issues:
        intake.error("empty", "holds no line", "Save the roads as a layer of lines.")
    network = _network(taken, tolerance_m=tolerance_m, source=MapSource.of(path))
    intake.take(islands(network, file=path.name))
    return network, intake.issues


def _take(
    feature: Feature, taken: _Taken, *, intake: Intake, columns: Mapping[str, str], stem: str, used: Counter[str]
) -> None:
    if any(_off_earth(line, intake, row=feature.row) for line in feature.lines):
        return
    id = f"{stem}/{feature.id}"
    if used[id]:
        what, hint = f"has the id {feature.id!r} of a feature above", "Give each road its own id."
        intake.warn("duplicate-id", what, hint, row=feature.row, column="id")
    for line in feature.lines:
        if (line == line[0]).all():
            hint = "Draw it with two points that differ, or delete it."
            intake.error("no-length", "has a line without length; it is left out", hint, row=feature.row)
            continue
        used[id] += 1
        called = id if used[id] == 1 else f"{id}.{used[id]}"
        while called != id and used[called]:  # an id of the file may look like one of ours
            called += "."
        if called != id:
            used[called] += 1
        taken.ids.append(called)
        taken.lines.append(line)
        taken.names.append(_text(feature.properties.get(columns["name"])))
        taken.refs.append(_text(feature.properties.get(columns["ref"])))
        taken.classes.append(_class(feature, intake, column=columns["class"]))


def _off_earth(line: Line, intake: Intake, *, row: int) -> bool:
    """Whether a line has a point that is not on earth; says so, and whether its degrees look swapped."""
    lon, lat = np.abs(line[:, 0]), np.abs(line[:, 1])
    if (lat <= 90).all() and (lon <= 180).all():
        return False
    what = "has a point that is not on earth; it is left out"
    hint = "The file seems to be in another coordinate system: save it in WGS 84 (EPSG:4326)."
    if (lat <= 180).all() and (lon <= 90).all():
        hint = "Latitude and longitude look swapped: GeoJSON wants longitude first."
    intake.error("off-earth", what, hint, row=row)
    return True


def _text(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list | bytes) else str(value).strip() or None


def _class(feature: Feature, intake: Intake, *, column: str) -> int:
    said = _text(feature.properties.get(column))
    if said is None:
        return 0
    if said.lower() in ROAD_CLASSES:
        return ROAD_CLASSES.index(said.lower())
    hint = f"Classes are {', '.join(ROAD_CLASSES)}; name another property if this one means something else."
    intake.warn("class", f"has the class {said[:40]!r}; it is taken as a road", hint, row=feature.row, column=column)
    return 0


def _network(taken: _Taken, *, tolerance_m: float, source: MapSource) -> RoadNetwork:
    sizes = np.array([len(line) for line in taken.lines], dtype=np.int64)
    first = np.cumsum(sizes) - sizes
    every = np.concatenate([np.empty((0, 2)), *taken.lines])
    units = np.round(every * _UNITS).astype(np.int64)
    places, points = np.unique(units[:, 1] * _ROUND_THE_EARTH + units[:, 0], return_inverse=True)
    where = np.zeros((len(places), 2))
    where[points] = units / _UNITS
    ends = np.unique(np.concatenate([points[first], points[first + sizes - 1]]))
    points = _joined(where, ends, tolerance_m=tolerance_m)[points]
    lines = Lines(
        ids=taken.ids,
        first=first,
        points=points,
        lat=where[points, 1],
        lon=where[points, 0],
        names=taken.names,
        refs=taken.refs,
        classes=taken.classes,
        oneway=np.zeros(len(first), np.bool_),
    )
    return cut_lines(lines, by_place=True, sources=[source])


def _joined(where: Line, ends: NDArray[np.int64], *, tolerance_m: float) -> NDArray[np.int64]:
    """
    For each point the one that stands for it: of ends near one another the first, in order from the south.

    An end joins the nearest of those that stand for others already, so that joining never wanders along a chain of ends.
    """
    stands = np.arange(len(where))
    if tolerance_m == 0:
        return stands
    # Cells no narrower than the tolerance anywhere in the file: what is near lies in the same cell or in one around it.
    height = tolerance_m / 1000 / _LEAST_KM_PER_DEGREE
    width = height / np.cos(np.radians(min(float(np.abs(where[:, 1]).max(initial=0)) + height, 89.9)))
    cells: dict[tuple[int, int], list[int]] = {}
    for end in ends.tolist():
        lon, lat = where[end].tolist()
        row, column = int(lat // height), int(lon // width)
        near = [
            other
            for at_row in (row - 1, row, row + 1)
            for at_column in (column - 1, column, column + 1)
            for other in cells.get((at_row, at_column), ())
        ]
        if near:
            metres = geodesic_km(where[near, 1], where[near, 0], lat_b=lat, lon_b=lon) * 1000
            if metres.min() <= tolerance_m:
                stands[end] = near[int(metres.argmin())]
                continue
        cells.setdefault((row, column), []).append(end)
    return stands
