"""
The cells that every register shares: ids, names, aliases. What is wrong with one is an issue that says where.

A defect of a required cell leaves the row out (an error); a defect of an optional cell leaves the cell out (a
warning). Nothing is guessed in its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from castello.errors import Issue
from castello.names.spelling import script

RawRow = tuple[int, Mapping[Any, Any]]
"""A row of a register, cells by column, with its number in the file: the header is row 1. ``csv.DictReader`` gives such rows."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@dataclass(slots=True, kw_only=True)
class Cells:
    """The cells of one row, asked for by column; collects what is wrong with them."""

    file: str
    row: int
    values: dict[str, str]
    issues: list[Issue] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether no error was found in the row so far."""
        return not any(issue.severity == "error" for issue in self.issues)

    def text(self, column: str) -> str | None:
        """The cell without outer spaces, or None if empty."""
        return self.values.get(column)

    def parts(self, column: str) -> tuple[str, ...]:
        """The parts of a cell parted by ``;``, without empty or repeated ones, in order."""
        pieces = (piece.strip() for piece in (self.text(column) or "").split(";"))
        return tuple(dict.fromkeys(piece for piece in pieces if piece))

    def error(self, column: str | None, code: str, *, what: str, hint: str) -> None:
        """Say that the row cannot be taken in."""
        self._add(column, code, f"{what}; the row is left out", hint, "error")

    def drop(self, column: str, code: str, *, what: str, hint: str) -> None:
        """Say that one cell cannot be taken in; the rest of the row is."""
        self._add(column, code, f"{what}; the cell is left out, the row is kept", hint, "warning")

    def warn(self, column: str, code: str, *, what: str, hint: str) -> None:
        """Say that a cell was taken in as it is, but somebody should look."""
        self._add(column, code, what, hint, "warning")

    def id(self, taken: Mapping[str, int]) -> str | None:
        """The row's id; ``taken`` maps ids of earlier rows to their row numbers."""
        value = self.text("id")
        if value is None:
            self.error(
                "id", "missing_id", what="no id", hint="Give the row a short id: lower-case letters, digits, hyphens."
            )
        elif not _ID.fullmatch(value):
            self.error(
                "id", "bad_id", what=f"{value!r} is not an id", hint="Use lower-case letters, digits and hyphens only."
            )
        elif value in taken:
            what = f"{value!r} is already the id of row {taken[value]}"
            self.error("id", "duplicate_id", what=what, hint="Give this row another id, or delete one of the two.")
        else:
            return value
        return None

    def one_of(self, column: str, allowed: tuple[str, ...]) -> str | None:
        """A required word out of a list."""
        value = self.text(column)
        if value in allowed:
            return value
        what = f"no {column}" if value is None else f"{value!r} is not a {column}"
        self.error(column, f"unknown_{column}", what=what, hint=f"Use one of: {', '.join(allowed)}.")
        return None

    def names(self) -> tuple[str | None, str | None, tuple[str, ...]]:
        """English name, Arabic name, aliases; at least one of the two names is required."""
        english, arabic = self.text("name_en"), self.text("name_ar")
        if english is None and arabic is None:
            self.error("name_en", "missing_name", what="no name", hint="Fill name_en, name_ar or both.")
        if arabic is not None and script(arabic) == "latin":
            what = f"{arabic!r} is not in Arabic script"
            self.warn("name_ar", "wrong_script", what=what, hint="Move it to aliases, or write the Arabic name.")
        if english is not None and script(english) == "arabic":
            what = f"{english!r} is in Arabic script"
            self.warn("name_en", "wrong_script", what=what, hint="Move it to name_ar, or write the English name.")
        return english, arabic, tuple(name for name in self.parts("aliases") if name not in (english, arabic))

    def slugs(self, column: str) -> tuple[str, ...]:
        """Ids parted by ``;``; those that are not ids are dropped."""
        good = []
        for value in self.parts(column):
            if _ID.fullmatch(value):
                good.append(value)
            else:
                what = f"{value!r} is not an id"
                self.drop(column, f"bad_{column}", what=what, hint="Use lower-case letters, digits and hyphens only.")
        return tuple(good)

    def _add(self, column: str | None, code: str, what: str, hint: str, severity: str) -> None:
        issue = Issue(file=self.file, row=self.row, column=column, code=code, what=what, hint=hint, severity=severity)
        self.issues.append(issue)


def read_cells(rows: Iterable[RawRow], *, columns: tuple[str, ...], file: str) -> Iterator[Cells]:
    """
    Each row's cells with outer spaces off and text in NFC; rows that are wholly empty are passed over.

    A column that the register does not have is reported once and not read. A row with more cells than the header is
    an error, since nobody can say which of its cells stands where.
    """
    reported: set[str] = set()
    for number, raw in rows:
        cells = Cells(file=file, row=number, values={})
        surplus = False
        for column, value in raw.items():
            if column is None:  # csv.DictReader keeps surplus cells under None
                surplus = True
            elif value is not None and (text := unicodedata.normalize("NFC", str(value)).strip()):
                cells.values[column] = text
        for column in sorted(set(cells.values) - set(columns) - reported):
            reported.add(column)
            what = f"the register has no column {column!r}; it is not read"
            cells.warn(column, "unknown_column", what=what, hint=f"Its columns are: {', '.join(columns)}.")
        if surplus:
            hint = "Put a cell that holds a comma in double quotes."
            cells.error(None, "surplus_cells", what="more cells than the header has columns", hint=hint)
        if cells.values or cells.issues:
            yield cells
