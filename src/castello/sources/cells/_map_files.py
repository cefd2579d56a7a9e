"""
Maps as tables: what a feature says of itself, and where it lies (GeoJSON, GeoPackage, Shapefile).

A point gives ``latitude`` and ``longitude``, anything else ``centroid_lat`` and ``centroid_lon``: a point that lies on it. Degrees of
WGS 84 in all cases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from castello.errors import WrongUse
from castello.places.crs import UnknownSystem, to_wgs84
from castello.sources._intake import listed
from castello.sources.cells._asked import Asked
from castello.sources.cells._header import Header, NoHeader, choose, say
from castello.sources.cells._json import BreaksOff, json_values
from castello.sources.cells._keep import Cells, keep
from castello.sources.cells._told import Told
from castello.sources.cells._values import Printed, cell

if TYPE_CHECKING:
    from castello.places.crs import Reprojection

POINT = ("latitude", "longitude")
INSIDE = ("centroid_lat", "centroid_lon")

_CHUNK = 1 << 20
_BATCH = 10_000
_FIRST = 100
_START = re.compile(r'"features"\s*:\s*\[')
_SYSTEM = re.compile(r'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{[^{}]*"name"\s*:\s*"([^"]{1,200})"')

Feature = tuple[Mapping[str, Any], Any]


# ------------------------------------------------------------------------------------------------------------ GeoJSON


def read_geojson(asked: Asked) -> list[Cells]:
    """The features of a GeoJSON file, in a collection or one a line; none, with an issue, if they have other columns."""
    told, names = asked.told, dict[str, None]()
    points = shapes = False
    try:
        for properties, geometry in _features(asked.path):
            names |= dict.fromkeys(properties)
            points, shapes = points or _is_point(geometry), shapes or _is_shape(geometry)
    except BreaksOff as broken:
        told.whole("cut", f"{broken}: what comes before that is read", "Write or fetch the file again.")
    places = _places(_system(asked.path), points=points, shapes=shapes, told=told)
    if places is None:
        return []
    header = _header([*names, *places.columns], asked, told)
    if header is None:
        return []

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            for number, (properties, geometry) in enumerate(_features(asked.path), start=1):
                where = places.of_geojson(geometry, row=number)
                yield number, [*(cell(properties.get(name)) for name in names), *where]
        except BreaksOff:
            return  # said when the names were read

    kept = keep(rows(), header=header, path=asked.parquet(), told=told)
    return [] if kept is None else [kept]


def geojson_candidates(path: Path) -> list[list[str]]:
    """The names of what the first features say, and of where they lie."""
    names, points, shapes = dict[str, None](), False, False
    try:
        for count, (properties, geometry) in enumerate(_features(path)):
            names |= dict.fromkeys(properties)
            points, shapes = points or _is_point(geometry), shapes or _is_shape(geometry)
            if count >= _FIRST:
                break
    except BreaksOff:
        pass  # said when the file is read
    return [[*names, *(POINT if points else ()), *(INSIDE if shapes else ())]]


def _features(path: Path) -> Iterator[Feature]:
    """What each feature says of itself, and its geometry."""
    for value, _ in json_values(path, after=_START):
        if isinstance(value, dict):
            properties = value.get("properties")
            yield (properties if isinstance(properties, dict) else {}), value.get("geometry")
        else:
            yield {}, None


def _system(path: Path) -> str | None:
    """The coordinate system that an old GeoJSON file declares in its beginning."""
    with path.open("r", encoding="utf-8-sig", errors="replace") as stream:
        found = _SYSTEM.search(stream.read(_CHUNK))
    return found[1] if found else None


def _is_point(geometry: object) -> bool:
    return isinstance(geometry, dict) and geometry.get("type") == "Point"


def _is_shape(geometry: object) -> bool:
    return isinstance(geometry, dict) and geometry.get("type") != "Point"


# ---------------------------------------------------------------------------------------- GeoPackages and Shapefiles


def read_shapes(asked: Asked) -> list[Cells]:
    """The layers of a GeoPackage or Shapefile that have the columns."""
    pyogrio, told = _pyogrio(asked.told.file), asked.told
    found: list[Cells] = []
    without: list[tuple[Told, NoHeader]] = []
    try:
        layers = [(str(name), kind) for name, kind in pyogrio.list_layers(asked.path)]
        names = [name for name, _ in layers]
        if asked.sheet is not None and asked.sheet not in names:
            raise WrongUse(f"{told.file} has no layer {asked.sheet!r}", hint=f"It has {listed(names)}.")
        for number, (name, kind) in enumerate(layers):
            if asked.sheet in (None, name):
                own = Told(told, sheet=name if len(layers) > 1 else None, word="layer")
                one = _layer(pyogrio, asked, name, kind=kind, number=number, told=own)
                if isinstance(one, NoHeader):
                    without.append((own, one))
                else:
                    found += one
    except pyogrio.errors.DataSourceError as error:
        told.whole("format", f"cannot be read as a map file ({str(error)[:80]})", "Save it again.")
    for own, why in without:
        if found:
            own.warn("no-heads", "has other columns, and is not read", why.hint)
        else:
            own.whole(why.code, why.what, why.hint, column=why.column)
    return found


def layer_candidates(path: Path, *, file: str) -> list[tuple[str | None, list[list[str]]]]:
    """The names of the columns of each layer, and of where its features lie."""
    pyogrio = _pyogrio(file)
    try:
        layers = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
        return [
            (
                name if len(layers) > 1 else None,
                [[*map(str, pyogrio.read_info(path, layer=name)["fields"]), *_columns_of(kind)]],
            )
            for name, kind in layers
        ]
    except pyogrio.errors.DataSourceError:
        return []


def _layer(
    pyogrio: Any, asked: Asked, name: str, *, kind: str | None, number: int, told: Told
) -> list[Cells] | NoHeader:
    info = pyogrio.read_info(asked.path, layer=name)
    fields = [str(field) for field in info["fields"]]
    columns = _columns_of(kind)
    found = choose([(0, [*fields, *columns])], is_header=asked.is_header, needed=asked.needed)
    if isinstance(found, NoHeader):
        return found
    say(found, told)
    places = _places(info["crs"], points=POINT[0] in columns, shapes=INSIDE[0] in columns, told=told)
    if places is None:
        return []

    def rows() -> Iterator[tuple[int, list[str]]]:
        row = 0
        with pyogrio.raw.open_arrow(asked.path, layer=name, batch_size=_BATCH, use_pyarrow=True) as (meta, reader):
            shape = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                values = {field: batch.column(field).to_pylist() for field in fields}
                blobs = batch.column(shape).to_pylist() if kind else [None] * batch.num_rows
                where = places.of_wkb(blobs, first=row + 1)
                for at in range(batch.num_rows):
                    row += 1
                    yield row, [*(_written(values[field][at]) for field in fields), *where[at]]

    kept = keep(rows(), header=found, path=asked.parquet(number), told=told)
    return [] if kept is None else [kept]


def _columns_of(kind: str | None) -> tuple[str, ...]:
    if not kind:
        return ()
    if kind.startswith("Point"):
        return POINT
    return (*POINT, *INSIDE) if kind.startswith(("Unknown", "GeometryCollection")) else INSIDE


def _written(value: object) -> str:
    return "" if isinstance(value, bytes) else cell(value)


def _pyogrio(file: str) -> Any:
    try:
        import pyogrio
        import pyogrio.errors
        import pyogrio.raw
    except ModuleNotFoundError as missing:
        raise WrongUse(f"{file} needs the library pyogrio", hint='Run: pip install "castello[gis]".') from missing
    return pyogrio


# ------------------------------------------------------------------------------------------------------------- places


class _Places:
    """Where features lie, as cells."""

    def __init__(self, *, points: bool, shapes: bool, system: Reprojection | None, told: Told) -> None:
        self.columns = (*(POINT if points else ()), *(INSIDE if shapes else ()))
        self._points, self._shapes, self._system, self._told = points, shapes, system, told

    def of_geojson(self, geometry: Any, *, row: int) -> list[str]:
        """Cells for the place of one feature."""
        if _is_point(geometry):
            return self._cells(_pair(geometry.get("coordinates")), is_point=True, row=row)
        if not _is_shape(geometry):
            return [""] * len(self.columns)
        import shapely

        text = json.dumps(geometry, default=str)
        shape = shapely.from_geojson(_numbers(text), on_invalid="ignore")
        return self._cells(_inside(shape), is_point=False, row=row)

    def of_wkb(self, blobs: Sequence[bytes | None], *, first: int) -> list[list[str]]:
        """Cells for the places of features in well-known binary; ``first`` is the row of the first."""
        if not self.columns:
            return [[] for _ in blobs]
        import shapely

        found = []
        for row, shape in enumerate(shapely.from_wkb(list(blobs), on_invalid="ignore"), start=first):
            if shape is None or shape.is_empty:
                found.append([""] * len(self.columns))
                continue
            is_point = shape.geom_type == "Point"
            pair = (shape.x, shape.y) if is_point else _inside(shape)
            found.append(self._cells(pair, is_point=is_point, row=row))
        return found

    def _cells(self, pair: tuple[float, float] | None, *, is_point: bool, row: int) -> list[str]:
        if pair is not None and self._system is not None:
            x, y = self._system(np.array([pair]))[0]
            pair = (round(float(x), 7), round(float(y), 7))
        if pair is None or not (abs(pair[0]) <= 180 and abs(pair[1]) <= 90):
            self._told.warn("place", "has a shape that lies nowhere on earth", "Check its coordinates.", row=row)
            return [""] * len(self.columns)
        there = [cell(pair[1]), cell(pair[0])]
        nothing = ["", ""]
        return [
            *((there if is_point else nothing) if self._points else []),
            *((nothing if is_point else there) if self._shapes else []),
        ]


def _places(system: str | None, *, points: bool, shapes: bool, told: Told) -> _Places | None:
    if shapes:
        try:
            import shapely  # noqa: F401 - only asked whether it is there
        except ModuleNotFoundError as missing:
            raise WrongUse(
                f"{told.file} needs the library shapely", hint='Run: pip install "castello[gis]".'
            ) from missing
    try:
        return _Places(points=points, shapes=shapes, system=to_wgs84(system), told=told)
    except UnknownSystem as unknown:
        told.whole("crs", unknown.what, unknown.hint)
        return None


def _header(names: Sequence[str], asked: Asked, told: Told) -> Header | None:
    found = choose([(0, names)], is_header=asked.is_header, needed=asked.needed)
    if isinstance(found, NoHeader):
        told.whole(found.code, found.what, found.hint, column=found.column)
        return None
    say(found, told)
    return found


def _pair(coordinates: object) -> tuple[float, float] | None:
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    x, y = coordinates[:2]
    if not isinstance(x, Printed) or not isinstance(y, Printed):
        return None
    return float(x), float(y)


def _inside(shape: Any) -> tuple[float, float] | None:
    """A point that lies on a shape; None where it has none."""
    if shape is None or shape.is_empty:
        return None
    point = shape.representative_point()
    return (round(float(point.x), 7), round(float(point.y), 7))


def _numbers(text: str) -> str:
    """Numbers, which the decoder keeps as they are printed, as numbers again."""
    return re.sub(r'"(-?\d[\d.eE+-]*)"', r"\1", text)
