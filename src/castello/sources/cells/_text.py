"""
Tables as text: read by the engine where every line is a row, line by line where one is not.

The engine is asked to read what stands under the header. Its answer counts only if it is sure: as many rows as lines, no sign
that stands for bytes that are no text, no line that it refuses. Otherwise the same text is read line by line, where each row
that cannot be read costs itself and is said.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow.parquet as pq

from castello.engines import Steps
from castello.engines.bounded import BoundedEngine, NotReadable, column
from castello.sources._csv import LONGEST_LINE, Lines
from castello.sources.cells._asked import Asked, Tick
from castello.sources.cells._header import NUMBER, Header, choose, is_tags, say
from castello.sources.cells._keep import Cells, keep
from castello.sources.cells._lines import Record, first_records, records, split
from castello.sources.cells._tidy import tidied, tidy
from castello.sources.cells._told import Told

_CHUNK, _EVERY = 1 << 20, 5_000
_FEW = 1 << 20  # bytes that are read line by line before an engine has started
_NO_TEXT = "\ufffd".encode()
_ODD_SPACE = frozenset((b"\t", b"\x0b", b"\x0c", b"\x1c", b"\x1d", b"\x1e", b"\x1f"))
# what else Unicode calls white space, in UTF-8
_WIDE_SPACE = re.compile(rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80")


def read_text(asked: Asked) -> list[Cells]:
    """The table of a text in UTF-8; none, with an issue, if there is none."""
    path, told = asked.path, asked.told
    with path.open("r", encoding="utf-8-sig", errors="replace", newline=None) as stream:
        lines = Lines(stream, told)
        first = first_records(lines)
        header = _header(first, asked)
        if header is None:
            return []
        say(header, told)
        at = next(at for at, record in enumerate(first) if record.row == header.row)
        if path.stat().st_size > _FEW and not (asked.cut or told.refused):
            cells = _by_engine(asked, first, at=at, header=header)
            if cells is not None:
                return [cells]
        lines.put_back([line for record in first[at + 1 :] for line in record.lines])
        under = records(lines, separator=first[at].separator, width=len(header.names), told=told, cut=asked.cut)
        kept = keep(_ticked(under, stream, asked), header=header, path=asked.parquet(), told=told)
        return [] if kept is None else [kept]


def text_candidates(path: Path, told: Told) -> list[tuple[str, ...]]:
    """The first rows of a text that are not blank, any of which may hold the heads."""
    with path.open("r", encoding="utf-8-sig", errors="replace", newline=None) as stream:
        return [record.cells for record in first_records(Lines(stream, told)) if record.cells]


def _header(first: Sequence[Record], asked: Asked) -> Header | None:
    told, rows = asked.told, [(record.row, record.cells) for record in first if record.cells]
    found = choose(rows, is_header=asked.is_header, needed=asked.needed)
    if isinstance(found, Header):
        return found
    if any("\x00" in line for record in first for _, line in record.lines):
        hint = "Save it as 'CSV UTF-8', or name its encoding."
        told.whole("binary", "holds zero bytes: it is no text, or in an encoding that it does not mark", hint)
    else:
        told.whole(found.code, found.what, found.hint, row=found.row, column=found.column)
    return None


def _ticked(
    rows: Iterator[tuple[int, list[str]]], stream: io.TextIOWrapper, asked: Asked
) -> Iterator[tuple[int, list[str]]]:
    size, read = asked.path.stat().st_size, cast("BinaryIO", stream.buffer)
    for count, row in enumerate(rows):
        if count % _EVERY == 0:
            asked.tick(min(read.tell(), size), size)
        yield row


# --------------------------------------------------------------------------------------------------------- the engine


def _by_engine(asked: Asked, first: Sequence[Record], *, at: int, header: Header) -> Cells | None:
    """What the engine reads under the header, if it is sure; None where the text has to be read line by line."""
    skip, into = header.row, asked.parquet()
    under = next((record for record in first[at + 1 :] if any(map(str.strip, record.cells))), None)
    separator = first[at].separator
    if under is not None and is_tags(split(under.lines[0][1], separator) or ()):
        skip = under.row
    if header.inner or any(len(record.lines) > 1 for record in first[: at + 1]):
        return None
    below = _under(asked.path, skip=skip, separator=separator, tick=asked.tick)
    if below is None or not below.lines:
        return None
    names = header.names
    with BoundedEngine(spill=asked.work / "spill") as engine:
        try:
            engine.csv(
                "under",
                asked.path,
                columns=len(names),
                separator=separator,
                skip=skip,
                longest=LONGEST_LINE,
            )
            cells = ", ".join(f"c{at} as {column(name)}" for at, name in enumerate(names) if name)
            rows = Steps("text").add("cells", f"select row_number() over () + {skip} as {NUMBER}, {cells} from under")
            engine.write(rows, into)
            seen = tidy(engine, into, header=header, work=asked.work, how=lambda cell: _tidy(cell, below))
            if seen != below.lines:
                return None  # a line is no row, or a row is several lines
        except NotReadable:
            return None
    count = pq.read_metadata(into).num_rows
    return Cells(sheet=None, columns=header.columns, printed=header.printed, path=into, rows=count, refused=0)


def _tidy(cell: str, under: _Under) -> str:
    """The cheapest SQL that strips the cells of a text and brings them into Unicode's form C."""
    if under.odd_space:
        return tidied(cell)
    return f"trim({cell})" if under.ascii else f"trim(nfc_normalize({cell}))"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Under:
    """How many lines stand under the header, blank ones at the end left out, and which signs the text has."""

    lines: int
    ascii: bool
    odd_space: bool


def _under(path: Path, *, skip: int, separator: str, tick: Tick) -> _Under | None:
    """What stands under the header; None where signs are no text, or a line ends where only some programs see it."""
    size = path.stat().st_size
    odd = _ODD_SPACE.difference((separator.encode(),))
    ends = marks = pairs = trailing = 0
    plain, odd_space, last = True, False, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if b"\x00" in chunk or _NO_TEXT in chunk:
                return None
            ends += chunk.count(b"\n")
            if b"\r" in chunk:
                marks += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            pairs += last == b"\r" and chunk.startswith(b"\n")
            last = chunk[-1:]
            bare = chunk.rstrip(b"\r\n")
            trailing = chunk.count(b"\n", len(bare)) + (0 if bare else trailing)
            plain = plain and chunk.isascii()
            odd_space = (
                odd_space or any(sign in chunk for sign in odd) or (not plain and _WIDE_SPACE.search(chunk) is not None)
            )
            tick(stream.tell() // 4, size)
    lines = ends - trailing + 1 - skip
    return None if marks != pairs else _Under(lines=lines, ascii=plain, odd_space=odd_space)
