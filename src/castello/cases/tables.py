"""Registers as people keep them: CSV from any spreadsheet, read line by line so that one bad line costs one row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice

from castello.cases._yaml import MAX_BYTES, Unreadable
from castello.errors import Issue

MAX_CELL = 65_536
MAX_CELL_LINES = 1_000
MAX_ABOVE = 20
_ZIP = b"PK\x03\x04"


def read_csv(
    data: bytes, *, file: str, columns: tuple[str, ...], required: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], list[Issue]]:
    """
    Rows of a CSV file as (line number, {column: text}), and issues; comma, semicolon or tab, with or without a mark.

    Titles above the header are passed over and reported; lines that begin with ``#`` are remarks.

    Raises
    ------
    Unreadable
        If the header lacks a required column, or names one twice or one that the register does not have.
    """
    lines, issues = _decode_by_line(data, file=file)

    def issue(row: int, code: str, what: str, hint: str) -> None:
        issues.append(Issue(file=file, row=row, code=code, what=what, hint=hint))

    header_at = _header_line(lines, required=required)
    if header_at is None:
        hint = f"Its header is: {', '.join(columns)}."
        raise Unreadable(issues[0] if issues else Issue(file=file, row=1, code="empty", what="is empty", hint=hint))
    for number, line in enumerate(lines[:header_at], start=1):
        if not _blank(line) and not line.lower().startswith("sep="):
            issue(number, "title", "stands above the header and is not read", "Keep titles out of the table.")
    separator = _separator(lines[header_at])
    try:
        header = _names(lines, header_at, separator)
        _check_header(header, file=file, row=header_at + 1, columns=columns, required=required)
    except Unreadable as unreadable:
        # where the lines above are no text either, this is no table
        raise Unreadable(
            issues[0] if issues and (issues[0].row or 0) <= header_at else unreadable.issue
        ) from unreadable
    except csv.Error as error:
        what, hint = f"has a header that cannot be read ({error})", f"Columns are: {', '.join(columns)}."
        raise Unreadable(Issue(file=file, row=header_at + 1, code="header", what=what, hint=hint)) from error
    rows: list[tuple[int, dict[str, str]]] = []
    at = header_at + 1
    while at < len(lines):
        number = at + 1
        if _blank(lines[at]):
            at += 1
            continue
        try:
            cells, after = _split(lines, at, separator)
        except csv.Error as error:
            hint = f"Check quotation marks; a cell holds at most {MAX_CELL:,} characters."
            issue(number, "cells", f"cannot be read as a row ({error})", hint)
            at += 1  # the lines below are rows of their own
            continue
        if any(_is_row(line, header, separator) for line in lines[at + 1 : after]):
            hint = "A quotation mark is not closed on this line."
            issue(number, "cells", "has a cell that runs over other rows", hint)
            at += 1
            continue
        at = after
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            what = f"has {len(cells)} cells under {len(header)} columns"
            issue(number, "too-many-cells", what, f"Put text that contains {separator!r} in quotation marks.")
            continue
        cells += [""] * (len(header) - len(cells))
        rows.append((number, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name}))
    return rows, issues


def header_of(data: bytes, *, file: str, columns: tuple[str, ...], required: tuple[str, ...]) -> tuple[list[str], str]:
    """The names of a file's columns in order, and what parts them; raises as :func:`read_csv`."""
    read_csv(data, file=file, columns=columns, required=required)  # or there is no header
    lines, _ = _decode_by_line(data, file=file)
    at = _header_line(lines, required=required) or 0
    separator = _separator(lines[at])
    return _names(lines, at, separator), separator


def _names(lines: list[str], at: int, separator: str) -> list[str]:
    return [name.strip().lstrip("\ufeff").lower() for name in _split(lines, at, separator)[0]]


def _header_line(lines: list[str], *, required: tuple[str, ...]) -> int | None:
    """Where the header stands: the first line that has the required columns, else the first that is not blank."""
    filled = [at for at, line in enumerate(lines[:MAX_ABOVE]) if not _blank(line)]
    for at in filled:
        names = {name.strip(' "\ufeff').lower() for name in lines[at].split(_separator(lines[at]))}
        if names.issuperset(required):
            return at
    return next(iter(filled), None)


def _blank(line: str) -> bool:
    """Whether a line says nothing: only separators, or a remark."""
    return not line.strip(',;\t "\ufeff') or line.lstrip(' "\ufeff').startswith("#")


def _is_row(line: str, header: list[str], separator: str) -> bool:
    """Whether a line inside a quoted cell is a row of the table: as many cells as the header, and an id in its place."""
    cells = line.split(separator)
    id_ = cells[header.index("id")] if len(cells) == len(header) and "id" in header else ""
    return re.fullmatch(r"[a-z0-9][a-z0-9-]*", id_.strip()) is not None


def _separator(line: str) -> str:
    return max(",;\t", key=line.count)


def _split(lines: list[str], at: int, separator: str) -> tuple[list[str], int]:
    """The cells of the row that begins on a line, and the line after it: quoted cells may run over several lines."""
    csv.field_size_limit(MAX_CELL)
    # newlines are given back to the reader, so that words on two lines of a cell do not grow together
    reader = csv.reader(
        (f"{line}\n" for line in islice(lines, at, at + MAX_CELL_LINES)), delimiter=separator, strict=True
    )
    cells = next(reader)
    return cells, at + reader.line_num


def _check_header(
    header: list[str], *, file: str, row: int, columns: tuple[str, ...], required: tuple[str, ...]
) -> None:
    def refuse(column: str, what: str) -> Unreadable:
        return Unreadable(
            Issue(
                file=file, row=row, column=column, code="header", what=what, hint=f"Columns are: {', '.join(columns)}."
            )
        )

    for name in header:
        if name and name not in columns:
            raise refuse(name, f"{name!r} is not a column of this register")
        if name and header.count(name) > 1:
            raise refuse(name, f"column {name!r} stands twice")
    for name in required:
        if name not in header:
            raise refuse(name, f"column {name!r} is missing")


def _decode_by_line(data: bytes, *, file: str) -> tuple[list[str], list[Issue]]:
    """The lines as text; one that is not text is left blank, so that the numbers of the others stay right, and reported."""
    if len(data) > MAX_BYTES or data.startswith(_ZIP):
        what, hint = f"is larger than {MAX_BYTES // 2**20} MB", "Split the table."
        if data.startswith(_ZIP):
            what, hint = "is a spreadsheet or an archive, not CSV", "Save it as 'CSV UTF-8'."
        raise Unreadable(Issue(file=file, row=1, code="format", what=what, hint=hint))
    lines: list[str] = []
    issues: list[Issue] = []
    for number, line in enumerate(_lines(data), start=1):
        if line is not None and "\x00" not in line:
            lines.append(line)
            continue
        lines.append("")
        code, what = ("encoding", "is not UTF-8 text") if line is None else ("binary", "holds a zero byte")
        issues.append(Issue(file=file, row=number, code=code, what=what, hint="Save it again as 'CSV UTF-8'."))
    return lines, issues


def _lines(data: bytes) -> Iterator[str | None]:
    """Lines, split at line ends only; None for one that is not text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        for text in re.split("\r\n|\r|\n", data.decode("utf-16", errors="replace")):
            yield None if "\ufffd" in text else text
        return
    for line in re.split(b"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf")):
        try:
            yield line.decode()
        except UnicodeDecodeError:
            yield None
