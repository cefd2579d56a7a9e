"""Rows of a text, line by line: a row that cannot be read costs itself, and is said."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from castello.sources._csv import Lines
from castello.sources.cells._header import ABOVE
from castello.sources.cells._told import Told

_SEPARATORS = ",;\t|"
_CELL_LINES = 200
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row as it stands: its lines with their numbers, and its cells as its own separators part them."""

    lines: tuple[tuple[int, str], ...]
    cells: tuple[str, ...]
    separator: str

    @property
    def row(self) -> int:
        """The line that it begins on."""
        return self.lines[0][0]


def first_records(lines: Lines) -> list[Record]:
    """
    The first rows, as many as are needed for some that are not blank.

    One whose quoted cells run over several lines is taken as a whole. A row has no cells here if it is blank, says which separator
    a program is to use, or cannot be split.
    """
    found: list[Record] = []
    filled = 0
    while filled < ABOVE and (line := lines.next()) is not None:
        taken, text = [line], line[1]
        if not text.strip(f'{_SEPARATORS}" \n\ufeff') or text.lower().startswith("sep="):
            found.append(Record(lines=(line,), cells=(), separator=""))
            continue
        filled += 1
        separator = _separator(text)
        while (cells := split(text, separator)) is None and _is_open(text, separator) and len(taken) < ABOVE:
            more = lines.next()
            if more is None:
                break
            taken.append(more)
            text += more[1]
            separator = _separator(text)
        if cells is None:
            # a mark that nobody closed: the line alone, so that the next one is still looked at
            lines.put_back(taken[1:])
            taken = taken[:1]
        found.append(Record(lines=tuple(taken), cells=tuple(cells or ()), separator=separator))
    return found


def records(lines: Lines, *, separator: str, width: int, told: Told, cut: bool) -> Iterator[tuple[int, list[str]]]:
    """
    The rows to come, each with the line that it begins on.

    Parameters
    ----------
    lines
        Where they stand.
    separator
        Between cells.
    width
        How many cells a row has: a line that has just so many ends a row whose mark was never closed.
    told
        Takes an issue for each row that is none.
    cut
        Whether the text breaks off: a last line without an end is half a row.
    """
    while (line := lines.next()) is not None:
        number, text = line
        if cut and not text.endswith("\n"):
            told.error("cut", "breaks off in this row", "Fetch the file again.", row=number)
            return
        if '"' not in text:
            yield number, text.rstrip("\n").split(separator)
            continue
        cells = split(text, separator)
        if cells is None and _is_open(text, separator):
            cells = _over_lines(lines, text, separator=separator, width=width)
            if cells is None:
                hint = "Close it on this line; double one inside a cell."
                told.error("quotes", "has a quotation mark that is not closed", hint, row=number)
                continue
        if cells is None:
            hint = "Double a quotation mark inside a quoted cell."
            told.error("cells", "has a quotation mark in the middle of a quoted cell", hint, row=number)
            continue
        yield number, cells


def split(text: str, separator: str) -> list[str] | None:
    """
    The cells of a row; None if its quotation marks are not as RFC 4180 has them. A mark inside an unquoted cell is a sign like any other.

    Examples
    --------
    >>> split('1, "a,b" ,5" pipe', ",")
    ['1', 'a,b', '5" pipe']
    >>> split('1,"a"b', ",") is split('1,"a', ",") is None
    True
    """
    try:
        return next(csv.reader([text], delimiter=separator, strict=True, skipinitialspace=True), [])
    except csv.Error:
        pass  # the standard library refuses spaces after a closing mark, and long cells
    cell, text, at, cells = _cell(separator), text.rstrip("\n"), 0, []
    while (match := cell.match(text, at)) is not None:
        cells.append(match["bare"] if match["quoted"] is None else match["quoted"].replace('""', '"'))
        if not match["end"]:
            return cells
        at = match.end()
    return None


@cache
def _cell(separator: str) -> re.Pattern[str]:
    mark = re.escape(separator)
    return re.compile(rf'(?: *"(?P<quoted>(?:[^"]++|"")*+)" *|(?! *")(?P<bare>[^{mark}]*+))(?P<end>{mark}|\Z)')


@cache
def _until_open(separator: str) -> re.Pattern[str]:
    mark = re.escape(separator)
    return re.compile(rf'(?:(?: *"(?:[^"]++|"")*+" *|(?! *")[^{mark}]*+){mark})*+ *"(?:[^"]++|"")*+\Z')


def _is_open(text: str, separator: str) -> bool:
    """Whether a quoted cell begins that does not end here."""
    return _until_open(separator).match(text) is not None


def _over_lines(lines: Lines, text: str, *, separator: str, width: int) -> list[str] | None:
    """The cells of a row whose quoted cells run over several lines; None, the lines put back, if a mark is not closed."""
    taken: list[tuple[int, str]] = []
    while len(taken) < _CELL_LINES and (line := lines.next()) is not None:
        taken.append(line)
        more = line[1]
        if more.count('"') % 2 == 0 and width > 1 and len(split(more, separator) or ()) == width:
            break  # a whole row: the mark before it was never closed
        text += more
        if '"' in more and (cells := split(text, separator)) is not None:
            return cells
    lines.put_back(taken)
    return None


def _separator(text: str) -> str:
    bare = _QUOTED.sub("", text)
    return max(_SEPARATORS, key=bare.count)
