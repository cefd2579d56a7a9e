"""What a file of ``feeds`` is, and why: by its ending, its shapes or its header. What cannot be told is an issue, never a guess."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from castello.errors import Issue, WrongUse
from castello.sources._intake import Intake
from castello.sources.cells import header_of
from castello.sources.people_tables import COLUMNS
from castello.sources.registry import tabular_sources

Format = str
"""``osm``, ``road_lines``, ``control``, ``people``, ``edges``, or the format of a source of tables."""


def formats() -> tuple[str, ...]:
    """What a sidecar may say that a file is."""
    return ("roads", "control", "people", *sorted(tabular_sources()))


_OSM = (".osm.pbf", ".osm", ".osm.bz2")
_TABLES = (
    ".csv",
    ".tsv",
    ".txt",
    ".gz",
    ".zip",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".shp",
    ".sqlite",
)
_GEOJSON = (".geojson", ".json")
_SHAPE = re.compile(rb'"type"\s*:\s*"(?:Multi)?(LineString|Polygon)"')
_CHUNK = 1 << 20
_ENOUGH = 200
_EDGES = frozenset({"id", "from", "to"})
_ELSE = "Say what it is in its sidecar: format: roads, control or people."
_SHAPEFILE = b"\x00\x00\x27\x0a"
_PARTS = "A Shapefile is several files: zip .shp, .dbf, .shx and .prj together, and add the zip."
_LIBRARIES = {"osm": ("osmium", "osm"), "control": ("shapely", "gis")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a file is, and why it is taken for that."""

    format: Format
    why: str

    @property
    def is_roads(self) -> bool:
        """Whether it is a map of roads, which gives no claims."""
        return self.format in ("osm", "road_lines")


def recognise(path: Path, *, file: str, said: str | None = None, columns: Collection[str] = ()) -> Recognised | Issue:
    """
    What a file is; an issue that tells what was seen where that cannot be said.

    Parameters
    ----------
    path
        The file; only as much of it is read as is needed.
    file
        Name for the issue.
    said
        What the user says it is, one of :func:`formats`; goes before all else.
    columns
        Names of columns that the user has given a meaning.
    """
    name = path.name.lower()
    try:
        if name.endswith(".shp") and _begins(path, _SHAPEFILE):
            # even where the others lie beside it: one file of feeds/ is one file
            return Issue(file=file, code="format", what="is one part of a Shapefile", hint=_PARTS)
    except OSError as error:
        return _unreadable(file, error)
    if said is not None:
        if said not in formats():
            return _unknown(file, f"is said to be {said[:40]!r}", f"It can be {', '.join(formats())}.")
        return Recognised(format=_roads(name) if said == "roads" else said, why="its sidecar says so")
    if name.endswith(_OSM):
        return Recognised(format="osm", why=f"it ends in {next(end for end in _OSM if name.endswith(end))}")
    try:
        if name.endswith((*_GEOJSON, ".gpkg")):
            return _by_shape(path, file=file)
        if name.endswith(_TABLES):
            return _by_header(path, file=file, columns=columns)
    except OSError as error:
        return _unreadable(file, error)
    ending = f"ends in {path.suffix}" if path.suffix else "has no ending"
    hint = f"Files that end in {', '.join((*_OSM, *_GEOJSON, '.gpkg', *_TABLES))} are read."
    return _unknown(file, f"{ending} and is not read", hint)


def check_library(recognised: Recognised, *, file: str) -> None:
    """
    Whether what reads a file is installed.

    Raises
    ------
    WrongUse
        If not, with the extra to install.
    """
    library, extra = _LIBRARIES.get(recognised.format, ("", ""))
    if recognised.format == "road_lines" and file.lower().endswith(".gpkg"):
        library, extra = "shapely", "gis"
    if library and find_spec(library) is None:
        raise WrongUse(f"{file} needs the library {library}", hint=f'Run: pip install "castello[{extra}]".')


def _roads(name: str) -> Format:
    return "osm" if name.endswith(_OSM) else "road_lines"


def _by_shape(path: Path, *, file: str) -> Recognised | Issue:
    try:
        shapes = set(_layers(path) if path.suffix.lower() == ".gpkg" else _shapes(path))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return _unknown(file, f"cannot be read as a GeoPackage ({error})", "Save it again.")
    if shapes == {"lines"}:
        return Recognised(format="road_lines", why="it holds lines")
    if shapes == {"polygons"}:
        return Recognised(format="control", why="it holds polygons")
    seen = "holds lines and polygons" if shapes else "holds neither lines nor polygons"
    name = path.name.lower()
    if name.startswith("roads"):
        return Recognised(format="road_lines", why=f"its name begins with roads; it {seen}")
    if name.startswith("control"):
        return Recognised(format="control", why=f"its name begins with control; it {seen}")
    return _unknown(file, seen, f"Let its name begin with roads or control, or: {_ELSE[0].lower()}{_ELSE[1:]}")


def _shapes(path: Path) -> Iterator[str]:
    """The shapes in a GeoJSON file, as far as enough of them are seen."""
    with path.open("rb") as stream:
        rest, seen = b"", 0
        while chunk := stream.read(_CHUNK):
            text = rest + chunk.replace(b"\x00", b"")  # UTF-16 reads as its own letters then
            for match in _SHAPE.finditer(text):
                yield "lines" if match[1] == b"LineString" else "polygons"
                seen += 1
            if seen >= _ENOUGH:
                return
            rest = text[-64:] if not _SHAPE.search(text[-64:]) else b""


def _layers(path: Path) -> Iterator[str]:
    """The shapes that the layers of a GeoPackage say they hold; of a layer that may hold any, those of its first rows."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.execute("pragma trusted_schema = off")
        layers = connection.execute(
            """select upper(geometry_type_name), table_name, column_name from gpkg_geometry_columns
               join sqlite_master on name = table_name and type = 'table' order by table_name"""
        ).fetchall()
        for kind, table, column in layers:
            if "LINE" in kind or "CURVE" in kind:
                yield "lines"
            elif "POLYGON" in kind or "SURFACE" in kind:
                yield "polygons"
            else:
                name, shape = (f'"{text.replace(chr(34), chr(34) * 2)}"' for text in (table, column))
                for (blob,) in connection.execute(f"select {shape} from {name} limit {_ENOUGH}"):
                    yield from _KINDS.get(_kind(blob), ())


_KINDS = {2: ("lines",), 5: ("lines",), 3: ("polygons",), 6: ("polygons",)}
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


def _kind(blob: object) -> int:
    """The kind of a shape in a GeoPackage as well-known binary numbers it; 0 if it is none."""
    if not isinstance(blob, bytes) or len(blob) < 13 or blob[:2] != b"GP" or (blob[3] >> 1 & 7) > 4:
        return 0
    binary = blob[8 + _ENVELOPE_BYTES[blob[3] >> 1 & 7] :]
    return int.from_bytes(binary[1:5], "little" if binary[:1] == b"\x01" else "big") % 1000


def _by_header(path: Path, *, file: str, columns: Collection[str]) -> Recognised | Issue:
    intake = Intake(file)
    mapped = {name.strip().lower() for name in columns}

    def is_people(names: frozenset[str]) -> bool:
        def has(*whats: str) -> bool:
            return any(name in names for what in whats for name in COLUMNS[what])

        return (has("place", "pcode", "name") and has("persons", "families")) or (bool(mapped) and mapped <= names)

    heads = [frozenset(row) for sheet in header_of(path, intake=intake) for row in sheet.rows]
    for names in heads:
        source = next((source for source in tabular_sources().values() if source.is_header(names)), None)
        if source is not None:
            return Recognised(format=source.format, why=f"it has the columns of {source.name}")
        if is_people(names):
            return Recognised(format="people", why="it has columns of places and people")
        if names >= _EDGES:
            return Recognised(format="edges", why="it has the columns id, from and to")
    if not heads:
        nothing = Issue(
            file=file, code="format", what="holds no table that can be read", hint=f"Save it again. {_PARTS}"
        )
        return next((issue for issue in intake.issues if issue.severity == "error"), nothing)
    named = [name for name in sorted(heads[0]) if name]
    has = f"; it has {', '.join(named[:8])}" if named else ""
    known = ", ".join(source.name for source in tabular_sources().values() if source.bind is None)
    hint = f"Known are the heads of {known}, of people (place, people) and of edges (id, from, to); for any other table `castello add` drafts a mapping."
    return _unknown(file, f"has no row of heads that is known{has}", hint)


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def _unreadable(file: str, error: OSError) -> Issue:
    return _unknown(file, f"cannot be opened ({error.strerror})", "Check the file and its rights.")


def _unknown(file: str, what: str, hint: str) -> Issue:
    return Issue(file=file, code="not-recognised", what=what, hint=hint)
