"""Registers as people keep them: CSV from any spreadsheet, read line by line so that one bad line costs one row."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from castello.cases._yaml import Unreadable
from castello.errors import Issue

MAX_CELL = 65_536


def read_csv(
    data: bytes, *, file: str, columns: tuple[str, ...], required: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], list[Issue]]:
    """
    Rows of a CSV file as (line number, {column: text}), and issues; comma, semicolon or tab, with or without a mark.

    Raises
    ------
    Unreadable
        If the header lacks a required column, or names one twice or one that the register does not have.
    """
    text, issues = _decode_by_line(data, file=file)
    lines = text.splitlines()
    header_at = next((at for at, line in enumerate(lines) if line.strip(",;\t \ufeff")), None)
    if header_at is None:
        raise Unreadable(
            Issue(file=file, row=1, code="empty", what="is empty", hint=f"Its header is: {', '.join(columns)}.")
        )
    separator = max(",;\t", key=lines[header_at].count)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines[header_at:], delimiter=separator, strict=True)
    header = [name.strip().lstrip("\ufeff").lower() for name in next(reader)]
    _check_header(header, file=file, row=header_at + 1, columns=columns, required=required)
    rows: list[tuple[int, dict[str, str]]] = []
    while True:
        row_number = header_at + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows, issues
        except csv.Error as error:
            issues.append(
                Issue(
                    file=file,
                    row=row_number,
                    code="cells",
                    what=f"cannot be read as a row ({error})",
                    hint="Check quotation marks; a cell holds at most 65,536 characters.",
                )
            )
            continue
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            issues.append(
                Issue(
                    file=file,
                    row=row_number,
                    code="too-many-cells",
                    what=f"has {len(cells)} cells under {len(header)} columns",
                    hint="Put quotation marks around text that contains the separator.",
                )
            )
            continue
        cells += [""] * (len(header) - len(cells))
        rows.append((row_number, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name}))


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


def _decode_by_line(data: bytes, *, file: str) -> tuple[str, list[Issue]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    good: list[str] = []
    issues: list[Issue] = []
    for number, line in enumerate(_lines(data.removeprefix(b"\xef\xbb\xbf")), start=1):
        try:
            good.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            good.append("")  # keeps later line numbers right
            issues.append(
                Issue(
                    file=file,
                    row=number,
                    code="encoding",
                    what="is not UTF-8 text",
                    hint="Save as 'CSV UTF-8' and add again.",
                )
            )
        if "\x00" in good[-1]:
            good[-1] = ""
            issues.append(
                Issue(
                    file=file,
                    row=number,
                    code="binary",
                    what="holds a zero byte",
                    hint="This is not text; export it as CSV.",
                )
            )
    return "\n".join(good), issues


def _lines(data: bytes) -> Iterable[bytes]:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
