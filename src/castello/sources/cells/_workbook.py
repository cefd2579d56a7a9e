"""
What the parts of a workbook say that its reader does not: how far a sheet reaches, and cells that hold no value.

A reader of sheets sets aside memory for every cell up to the furthest one, so that a single cell in the last corner would take
all there is: how far they reach is found out here, before. Formulas that were never worked out, and errors, read as empty
cells; here they are found, so that they can be said.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

_CHUNK = 1 << 20
_LONGEST = 64 << 20
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_COLUMN = re.compile(rb'\sr="([A-Z]{1,3})\d')
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_REPEATED_ROWS = re.compile(rb'^[^>]*table:number-rows-repeated="(\d+)"')
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell([^>]*)>")
_REPEATED_CELLS = re.compile(rb'table:number-columns-repeated="(\d+)"')


@dataclass(slots=True)
class Part:
    """
    What the part of one sheet says.

    ``rows`` and ``columns`` are the furthest ones that hold a cell. By column, from 1: rows whose formula has no value
    (``unworked``), and rows that hold an error, by column and error (``errors``).
    """

    rows: int = 0
    columns: int = 0
    unworked: dict[int, list[int]] = field(default_factory=dict)
    errors: dict[tuple[int, str], list[int]] = field(default_factory=dict)


def parts(path: Path) -> dict[str | None, Part]:
    """
    What the parts of the sheets say, by the names of the sheets; of an .ods under None for all of them.

    Workbooks in binary parts (.xls, .xlsb) are too small to be a danger, and say nothing here.

    Raises
    ------
    ValueError
        If the parts do not hang together.
    """
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            if "content.xml" in inside:
                return {None: _pieces(archive, "content.xml", end=b"</table:table-row>", look=_OdsRows().look)}
            if "xl/workbook.xml" not in inside:
                return {}
            return {
                name: _pieces(archive, part, end=b"</row>", look=_look)
                for name, part in _sheets(archive)
                if part in inside
            }
    except (zipfile.BadZipFile, ET.ParseError, KeyError, OSError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"its parts do not hang together ({str(error)[:80]})") from error


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str | None, str]]:
    """Names of sheets and of their parts."""
    targets = {
        relation.get("Id", ""): posixpath.normpath(posixpath.join("xl", relation.get("Target", ""))).lstrip("/")
        for relation in _xml(archive, "xl/_rels/workbook.xml.rels")
    }
    for element in _xml(archive, "xl/workbook.xml").iter():
        if element.tag.rpartition("}")[2] == "sheet":
            id = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            yield element.get("name", ""), targets.get(id, "")


def _xml(archive: zipfile.ZipFile, part: str) -> ET.Element:
    text = archive.read(part)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ET.ParseError("declares entities")
    return ET.fromstring(text)  # noqa: S314 - without entities there is nothing to expand


def _pieces(archive: zipfile.ZipFile, name: str, *, end: bytes, look: Callable[[bytes, Part], None]) -> Part:
    """Look at a part in pieces of whole rows."""
    found, rest = Part(), b""
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            rest += chunk
            whole = rest.rfind(end)
            if whole >= 0:
                look(rest[: whole + len(end)], found)
                rest = rest[whole + len(end) :]
            if len(rest) > _LONGEST:
                raise ValueError("one of its rows is longer than any spreadsheet has it")
        look(rest, found)
    return found


def _look(text: bytes, found: Part) -> None:
    for letters in set(_COLUMN.findall(text)):
        found.columns = max(found.columns, _number(letters))
    for row in _ROW.findall(text):
        found.rows = max(found.rows, int(row))
    if b't="e"' not in text and _FORMULA.search(text) is None:
        return
    for attributes, inside in _CELL.findall(text):
        at, value = _AT.search(attributes), _VALUE.search(inside)
        if at is None:
            continue
        row, column = int(at[2]), _number(at[1])
        if b't="e"' in attributes:
            said = value[1].decode("utf-8", "replace")[:20] if value else "#ERROR"
            found.errors.setdefault((column, said), []).append(row)
        elif value is None and _FORMULA.search(inside):
            found.unworked.setdefault(column, []).append(row)


class _OdsRows:
    """How far the sheets of an .ods reach: rows and cells are written once and repeated."""

    def __init__(self) -> None:
        self._row = 0

    def look(self, text: bytes, found: Part) -> None:
        for piece in text.split(b"<table:table-row")[1:]:
            repeated = _REPEATED_ROWS.match(piece)
            self._row += int(repeated[1]) if repeated else 1
            if b"office:value-type" not in piece and b"<text:p" not in piece:
                continue
            found.rows = max(found.rows, self._row)
            column = 0
            for cell in _ODS_CELL.findall(piece):
                times = _REPEATED_CELLS.search(cell)
                column += int(times[1]) if times else 1
                if b"office:value-type" in cell:
                    found.columns = max(found.columns, column)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
