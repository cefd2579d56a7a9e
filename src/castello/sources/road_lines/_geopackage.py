"""Lines of a GeoPackage (OGC 12-128): tables of an SQLite file whose geometries are well-known binary behind a header."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from castello.errors import WrongUse
from castello.places.crs import UnknownSystem, to_wgs84
from castello.sources._intake import Intake
from castello.sources.road_lines._feature import Feature, Line

if TYPE_CHECKING:
    from castello.places.crs import Reprojection

_MAGIC = b"SQLite format 3\x00"
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_LINES, _MULTI_LINES = 1, 5  # as shapely numbers kinds of geometry
_LINE_LAYERS = ("GEOMETRY", "CURVE", "LINESTRING", "MULTILINESTRING", "MULTICURVE", "GEOMETRYCOLLECTION")
_BATCH = 10_000
# Tables only: a view could make the file compute without end.
_LAYERS = """
    select columns.table_name, columns.column_name, columns.srs_id, systems.organization, systems.organization_coordsys_id
    from gpkg_geometry_columns as columns
    join sqlite_master on sqlite_master.name = columns.table_name and sqlite_master.type = 'table'
    left join gpkg_spatial_ref_sys as systems on systems.srs_id = columns.srs_id
    where upper(columns.geometry_type_name) in ({}) and (? is null or columns.table_name = ?)
    order by columns.table_name
"""


def geopackage_features(path: Path, intake: Intake, *, layer: str | None) -> Iterator[Feature]:
    """The features of one layer, or of all layers that hold lines; everything else is an issue."""
    with path.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            intake.error("format", "is not a GeoPackage", "Save the layer again as a GeoPackage or as GeoJSON.")
            return
    try:
        # immutable: nothing is written beside the file, not even a lock
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("pragma trusted_schema = off")
            yield from _features(connection, intake, layer=layer)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        hint = "Save the layer again as a GeoPackage or as GeoJSON."
        intake.error("unreadable", f"cannot be read to its end ({error})", hint)


def _features(connection: sqlite3.Connection, intake: Intake, *, layer: str | None) -> Iterator[Feature]:
    tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    if not {"gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= tables:
        intake.error("format", "is a database, but not a GeoPackage", "Save the layer as a GeoPackage or as GeoJSON.")
        return
    marks = ", ".join("?" * len(_LINE_LAYERS))
    layers = connection.execute(_LAYERS.format(marks), (*_LINE_LAYERS, layer, layer)).fetchall()
    if not layers:
        what = "holds no layer of lines" if layer is None else f"holds no layer of lines called {layer!r}"
        intake.error("empty", what, "Save the roads as a layer of lines.")
    for table, column, number, organization, code in layers:
        try:
            if number == -1:
                raise UnknownSystem("coordinates are in no system that is named", hint="Save it in WGS 84 (EPSG:4326).")
            reproject = None if number == 0 else to_wgs84(f"{organization}:{code}")
        except UnknownSystem as unknown:
            intake.error("coordinate-system", f"layer {table!r}: {unknown.what}", unknown.hint)
            continue
        yield from _rows(connection, intake, table=table, column=column, reproject=reproject, alone=len(layers) == 1)


def _rows(
    connection: sqlite3.Connection,
    intake: Intake,
    *,
    table: str,
    column: str,
    reproject: Reprojection | None,
    alone: bool,
) -> Iterator[Feature]:
    quoted = f'"{table.replace(chr(34), chr(34) * 2)}"'
    cursor = connection.execute(f"select rowid, * from {quoted} order by rowid")
    names = [description[0] for description in cursor.description]
    if column not in names:
        intake.error("geometry", f"layer {table!r} has no column {column!r}", "Save the layer again.")
        return
    at = names.index(column)
    while batch := cursor.fetchmany(_BATCH):
        for row, lines in zip(batch, _courses([row[at] for row in batch]), strict=True):
            if lines is None:
                hint = "Only lines of two or more points are roads; curves must be saved as lines."
                what = f"layer {table!r} has a geometry that is no line; it is left out"
                intake.error("not-a-line", what, hint, row=row[0])
                continue
            yield Feature(
                row=row[0],
                id=str(row[0]) if alone else f"{table}/{row[0]}",
                properties={name: value for name, value in zip(names[1:], row[1:], strict=True) if name != column},
                lines=lines if reproject is None else [reproject(line) for line in lines],
            )


def _courses(blobs: list[Any]) -> list[list[Line] | None]:
    """The lines of each geometry, None where it is no line."""
    try:
        import shapely
    except ImportError as error:
        hint = "Install the extra: pip install 'castello[gis]'; or save the layer as GeoJSON."
        raise WrongUse("GeoPackages need the library shapely", hint=hint) from error
    courses: list[list[Line] | None] = []
    for geometry in shapely.from_wkb([_well_known_binary(blob) for blob in blobs], on_invalid="ignore"):
        if geometry is None or geometry.is_empty or shapely.get_type_id(geometry) not in {_LINES, _MULTI_LINES}:
            courses.append(None)
            continue
        courses.append([np.asarray(shapely.get_coordinates(part)) for part in shapely.get_parts(geometry)])
    return courses


def _well_known_binary(blob: Any) -> bytes | None:
    """A geometry without the header that GeoPackages put before it; None if the header is not theirs."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        return None
    envelope = blob[3] >> 1 & 7
    return blob[8 + _ENVELOPE_BYTES[envelope] :] if envelope < len(_ENVELOPE_BYTES) else None
