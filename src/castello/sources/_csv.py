"""
Tables as CSV files, read row by row: any separator, any line end, titles above the header, a row of HXL tags below it.

Only the row at hand is in memory, so that the size of a file does not matter. What cannot be read costs its row.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from castello.errors import WrongUse
from castello.sources._intake import Intake

Cells = dict[str, str]

LONGEST_LINE = 1_000_000
_CELL_LINES = 200
_ABOVE = 20
_OTHER_FORMATS = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"SQLite format 3": "a database",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\x1f\x8b": "a compressed file",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose header was found: names of columns in their plain form (:func:`column_key`), and the rows to come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Cells]]


def column_key(name: str) -> str:
    """
    The plain form of a column's name: lower case, spaces and hyphens as underscores.

    Examples
    --------
    >>> column_key(" P-Code "), column_key("EVENT_DATE")
    ('p_code', 'event_date')
    """
    plain = unicodedata.normalize("NFC", name).strip(' "\ufeff').lower()
    return "_".join(plain.replace("-", " ").replace("_", " ").split())


def open_table(
    data: bytes | Path,
    *,
    intake: Intake,
    is_header: Callable[[frozenset[str]], bool],
    columns: str,
    encoding: str | None = None,
) -> Table | None:
    """
    Find the header of a table; None, with an issue, if there is none.

    Parameters
    ----------
    data
        The bytes, or where they lie.
    intake
        Collects the issues, those of rows while they are read.
    is_header
        Whether the names of columns on a line are those that the reader needs.
    columns
        What the reader needs, for the hint.
    encoding
        Of the text; None reads UTF-8, and UTF-16 with a mark.

    Raises
    ------
    WrongUse
        If the file is not there, or the encoding is none.
    """
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError as unknown:
            raise WrongUse(
                f"no encoding {encoding!r}", hint="Use utf-8, cp1256 or another name of Python."
            ) from unknown
    binary: BinaryIO
    if isinstance(data, Path):
        try:
            binary = data.open("rb")
        except OSError as error:
            raise WrongUse(f"{data.name} cannot be opened ({error.strerror})", hint="Check the path.") from error
    else:
        binary = io.BytesIO(data)
    start = binary.read(4096)
    binary.seek(0)
    other = next((name for magic, name in _OTHER_FORMATS.items() if start.startswith(magic)), None)
    if other is not None or not start.strip(b"\xef\xbb\xbf \t\r\n,;"):
        binary.close()
        if other is not None:
            intake.error("format", f"is {other}, not CSV", "Save it as 'CSV UTF-8'.")
        else:
            intake.error("empty", "is empty", f"A table has the columns {columns}.")
        return None
    marked = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    # what is not text becomes U+FFFD, and its row is refused
    text = io.TextIOWrapper(binary, encoding=encoding or marked, errors="replace", newline=None)
    lines = Lines(text, intake)
    header = _header(lines, intake=intake, is_header=is_header, columns=columns)
    if header is None:
        text.close()
        return None
    names, separator = header
    rows = _rows(lines, names, separator, intake, text)
    next(rows)  # begun, so that the file is closed with it, whether or not anybody asks for a row
    return Table(columns=tuple(name for name in names if name), rows=rows)


class Lines:
    """Lines with their numbers; lines that turn out to be rows of their own can be put back."""

    def __init__(self, text: io.TextIOWrapper, intake: Intake) -> None:
        self._text, self._intake, self._number = text, intake, 0
        self._back: deque[tuple[int, str]] = deque()

    def next(self) -> tuple[int, str] | None:
        """The number and the text of the next line, None at the end; what is too long for a line is passed over."""
        if self._back:
            return self._back.popleft()
        while line := self._text.readline(LONGEST_LINE):
            self._number += 1
            if len(line) < LONGEST_LINE or line.endswith("\n"):
                return self._number, line
            while line and not line.endswith("\n"):
                line = self._text.readline(LONGEST_LINE)
            hint = f"A line holds at most {LONGEST_LINE:,} characters; save it again as 'CSV UTF-8'."
            self._intake.error("long-line", "is too long for a row", hint, row=self._number)
        return None

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


def _header(
    lines: Lines, *, intake: Intake, is_header: Callable[[frozenset[str]], bool], columns: str
) -> tuple[list[str], str] | None:
    above: list[tuple[int, str]] = []
    found: list[str] = []
    while len(above) < _ABOVE and (line := lines.next()) is not None:
        number, text = line
        if "\x00" in text:
            intake.error("binary", "holds zero bytes: it is no text", "Save it as 'CSV UTF-8'.", row=number)
            return None
        if not text.strip(',;\t" \n\ufeff') or text.lower().startswith("sep="):
            continue
        separator = max(",;\t|", key=text.count)
        cells = _split(text, separator) or []
        names = [column_key(cell) for cell in cells]
        if is_header(frozenset(names)):
            twice = sorted({name for name in names if name and names.count(name) > 1})
            if twice:
                hint = "Give each column a name of its own."
                intake.error("header", f"has the column {twice[0]!r} twice", hint, row=number, column=twice[0])
                return None
            for at, _ in above:
                hint = "Keep titles out of the table."
                intake.warn("title", "stands above the header and is not read", hint, row=at)
            return names, separator
        if not above:
            found = names
        above.append(line)
    named = [name for name in found if name]
    top = above[0][0] if above else None
    if len(named) > 1 and "" in found[: found.index(named[-1])]:
        what, hint = "has heads that span several columns", "Unmerge them: one row of heads, each column with its own."
        intake.error("merged-heads", what, f"{hint} Needed are {columns}.", row=top)
    else:
        has = f"; it begins with {', '.join(named[:8])}" if named else ""
        intake.error("header", f"has no row of heads that can be used{has}", f"Needed are {columns}.", row=top)
    return None


def _rows(
    lines: Lines, header: list[str], separator: str, intake: Intake, text: io.TextIOWrapper
) -> Iterator[tuple[int, Cells]]:
    with text:
        first = True
        yield 0, {}
        while (line := lines.next()) is not None:
            number, start = line
            if not start.strip(f"{separator} \n"):
                continue
            record = _record(lines, start, width=len(header), separator=separator)
            if record is None:
                what, hint = (
                    "has a quotation mark that is not closed",
                    "Close it on this line; double one inside a cell.",
                )
                intake.error("quotes", what, hint, row=number)
                continue
            if "\ufffd" in record or "\x00" in record:
                hint = "Save the file again as 'CSV UTF-8', or name its encoding."
                intake.error("encoding", "holds bytes that are no text in this encoding", hint, row=number)
                continue
            cells = _split(record, separator)
            if cells is None:
                intake.error("cells", "cannot be read as a row", "Check its quotation marks.", row=number)
                continue
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if first and all(cell.startswith("#") for cell in cells if cell):
                first = False  # the line of HXL tags under a header
                continue
            first = False
            if any(cells[len(header) :]):
                hint = f"Put a cell that holds {separator!r} in double quotes."
                intake.error("surplus-cells", "has more cells than the header", hint, row=number)
                continue
            cells += [""] * (len(header) - len(cells))
            yield (
                number,
                {name: unicodedata.normalize("NFC", cell) for name, cell in zip(header, cells, strict=False) if name},
            )


def _record(lines: Lines, start: str, *, width: int, separator: str) -> str | None:
    """The text of a row that begins on a line: quoted cells may run over several; None if a mark is not closed."""
    if start.count('"') % 2 == 0:
        return start
    taken: list[tuple[int, str]] = []
    text = start
    while len(taken) < _CELL_LINES and (line := lines.next()) is not None:
        taken.append(line)
        more = line[1]
        if more.count('"') % 2 == 0 and width > 1 and len(_split(more, separator) or []) == width:
            break  # a whole row: the mark before it was never closed
        text += more
        if text.count('"') % 2 == 0:
            return text
    lines.put_back(taken)
    return None


def _split(text: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(text), delimiter=separator), None)
    except csv.Error:
        return None
