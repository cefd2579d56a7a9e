"""The features of a GeoPackage (OGC 12-128): rows of an SQLite file, with shapes as well-known binary behind a header."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from castello.places.areas import polygons_of
from castello.sources._intake import Intake
from castello.sources.control._feature import NO_POLYGON_HINT, Feature

MAGIC = b"SQLite format 3\x00"

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_HINT = "Save it again as a GeoPackage or as GeoJSON."
# Tables only: a view could make the file compute without end.
_LAYERS = """
    select layers.table_name, layers.column_name, layers.srs_id, systems.organization, systems.organization_coordsys_id
    from gpkg_geometry_columns as layers
    join sqlite_master on sqlite_master.name = layers.table_name and sqlite_master.type = 'table'
    left join gpkg_spatial_ref_sys as systems on systems.srs_id = layers.srs_id
    order by layers.table_name
"""


def geopackage_features(data: bytes | Path, *, intake: Intake) -> Iterator[Feature]:
    """The features of all layers that have polygons; an issue for each other."""
    number = 0
    try:
        with closing(_opened(data)) as connection:
            connection.execute("pragma trusted_schema = off")
            for layer in connection.execute(_LAYERS).fetchall():
                for feature in _rows(connection, layer, number, intake):
                    number += 1
                    if feature.polygons:
                        yield feature
                    else:
                        intake.error("not-a-polygon", "has no polygon", NO_POLYGON_HINT, row=number)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        intake.error("geopackage", f"cannot be read to its end as a GeoPackage ({error})", _HINT)
        return
    if number == 0:
        intake.error("no-features", "has no features", "Check the file.")


def _opened(data: bytes | Path) -> sqlite3.Connection:
    if isinstance(data, Path):
        # immutable: nothing is written beside the file, not even a lock
        return sqlite3.connect(f"{data.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    return connection


def _rows(connection: sqlite3.Connection, layer: tuple[Any, ...], before: int, intake: Intake) -> Iterator[Feature]:
    """All rows of a layer, those without polygons too."""
    table, column, system, organization, code = layer
    quoted = f'"{table.replace(chr(34), chr(34) * 2)}"'
    cursor = connection.execute(f"select rowid, * from {quoted} order by rowid")
    names = [description[0] for description in cursor.description]
    if column not in names:
        intake.error("geopackage", f"has a layer {table!r} without its column of shapes", _HINT)
        return
    at = names.index(column)
    # 0 and -1 name no system: like a GeoJSON file that names none, it is checked for being in degrees
    crs = None if system in (0, -1) else f"{organization}:{code}"
    for number, row in enumerate(cursor, start=before + 1):
        shape = _well_known_binary(row[at])
        yield Feature(
            number=number,
            id=f"{table}/{row[0]}",
            properties={name: value for name, value in zip(names[1:], row[1:], strict=True) if name != column},
            polygons=(polygons_of(shape) if shape is not None else None) or [],
            crs=crs,
        )


def _well_known_binary(blob: object) -> bytes | None:
    """A shape without the header that GeoPackages put before it; None if the header is not theirs."""
    if not isinstance(blob, bytes) or len(blob) < 8 or not blob.startswith(b"GP"):
        return None
    envelope = blob[3] >> 1 & 7
    return blob[8 + _ENVELOPE_BYTES[envelope] :] if envelope < len(_ENVELOPE_BYTES) else None
