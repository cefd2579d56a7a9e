"""The one door through which a file of rows becomes text: whatever its format, its encoding and what it is packed in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from castello.errors import WrongUse
from castello.sources._csv import column_key
from castello.sources._intake import Intake
from castello.sources.cells._asked import Asked, Tick
from castello.sources.cells._database import database_candidates, read_database
from castello.sources.cells._header import IsHeader
from castello.sources.cells._keep import Cells
from castello.sources.cells._map_files import geojson_candidates, layer_candidates, read_geojson, read_shapes
from castello.sources.cells._records import json_candidates, parquet_candidates, read_json, read_parquet
from castello.sources.cells._sheets import read_sheets, sheet_candidates
from castello.sources.cells._text import read_text, text_candidates
from castello.sources.cells._told import Told
from castello.sources.cells._unpack import Kind, unpacked

_SEVERAL = ("sheets", "shapes", "database")
_READERS: Mapping[Kind, Callable[[Asked], list[Cells]]] = {
    "text": read_text,
    "sheets": read_sheets,
    "parquet": read_parquet,
    "json": read_json,
    "geojson": read_geojson,
    "shapes": read_shapes,
    "database": read_database,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """
    What may be the heads of one table of a file.

    ``rows`` are its first rows that are not blank, the cells as plain names; of a format with names for its columns the names alone.
    """

    sheet: str | None
    rows: tuple[tuple[str, ...], ...]


def open_cells(
    path: Path,
    *,
    into: Path,
    intake: Intake,
    is_header: IsHeader,
    needed: str,
    encoding: str | None = None,
    sheet: str | None = None,
    tick: Tick | None = None,
) -> tuple[Cells, ...]:
    """
    The tables of a file as text, each as a Parquet file; every row of them is there or in an issue.

    Read are text with any separator (in UTF-8, UTF-16 with a mark, or a named encoding), workbooks (xlsx, xlsm, xlsb, xls, ods),
    Parquet, JSON (an array, one object a line), GeoJSON, GeoPackages, Shapefiles, SQLite databases; each of them also packed with gzip,
    or alone in a zip archive. What a file is, its first bytes say; an ending that says something else is a warning.

    Parameters
    ----------
    path
        The file. A Shapefile needs its other parts beside it, or in one zip archive.
    into
        Folder for the Parquet files, of this file alone; it is made if it is not there.
    intake
        Collects the issues.
    is_header
        Whether the plain names (:func:`castello.sources._csv.column_key`) of a row are those that the reader needs. Titles may stand above the
        heads, and a row of HXL tags above or below them.
    needed
        What it needs, in words, for the hints.
    encoding
        Of a text; None is UTF-8, or UTF-16 with a mark.
    sheet
        The one sheet, layer or database table to read; None reads all that have the heads.
    tick
        Told how many bytes of how many are read.

    Returns
    -------
    The tables in the order of the file; none, with an issue, where nothing can be read.

    Raises
    ------
    WrongUse
        If the file is not there, the encoding is none, there is no such sheet, or a library is not installed.
    """
    into.mkdir(parents=True, exist_ok=True)
    told = Told(intake)
    with tempfile.TemporaryDirectory(dir=into) as folder:
        work = Path(folder)
        plain = unpacked(path, work=work, told=told, encoding=encoding)
        if plain is None:
            return ()
        if sheet is not None and plain.kind not in _SEVERAL:
            raise WrongUse(f"{intake.file} has no sheets", hint=f"Leave out {sheet!r}.")
        asked = Asked(
            path=plain.path,
            cut=plain.cut,
            into=into,
            work=work,
            told=told,
            is_header=is_header,
            needed=needed,
            sheet=sheet,
            tick=tick or _silent,
        )
        found = _READERS[plain.kind](asked)
    size = path.stat().st_size
    (tick or _silent)(size, size)
    return tuple(found)


def header_of(path: Path, *, intake: Intake, encoding: str | None = None) -> tuple[Heads, ...]:
    """
    What may be the heads of each table of a file; as little of it is read as that needs.

    Parameters
    ----------
    path
        The file.
    intake
        Collects why there are none.
    encoding
        Of a text; None is UTF-8, or UTF-16 with a mark.

    Returns
    -------
    One for each sheet, layer or table that is not empty; none, with an issue, for a file that is not read.

    Raises
    ------
    WrongUse
        If the file is not there, the encoding is none, or a library is not installed.
    """
    told = Told(intake)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        plain = unpacked(path, work=work, told=told, encoding=encoding, head=True)
        if plain is None:
            return ()
        found: Sequence[tuple[str | None, Sequence[Sequence[str]]]]
        match plain.kind:
            case "text":
                found = [(None, text_candidates(plain.path, told))]
            case "sheets":
                found = sheet_candidates(plain.path, told)
            case "parquet":
                found = [(None, parquet_candidates(plain.path, work=work))]
            case "json":
                found = [(None, json_candidates(plain.path, work=work))]
            case "database":
                found = database_candidates(plain.path)
            case "geojson":
                found = [(None, geojson_candidates(plain.path))]
            case _:
                found = layer_candidates(plain.path, file=intake.file)
    return tuple(
        Heads(sheet=sheet, rows=tuple(tuple(column_key(cell) for cell in row) for row in rows))
        for sheet, rows in found
        if rows
    )


def _silent(done: int, total: int) -> None:
    """Nobody asked how far it is."""
