"""What is said of one table of a file: issues that name its sheet, and how many of its rows were refused."""

from __future__ import annotations

from collections.abc import Sequence

from castello.sources._intake import Intake


class Told(Intake):
    """
    The issues of one table, handed on to those of its file.

    ``refused`` counts the errors that name a row: the door says one of each row that it does not take.
    """

    def __init__(self, intake: Intake, *, sheet: str | None = None, word: str = "sheet") -> None:
        super().__init__(intake.file)
        self.refused = 0
        self.sheet = sheet
        self._whole = intake
        self._where = "" if sheet is None else f" ({word} {sheet!r})"

    def error(self, code: str, what: str, hint: str, *, row: int | None = None, column: str | None = None) -> None:
        """Say that something was not taken in."""
        self.refused += row is not None
        self._whole.error(code, f"{what}{self._where}", hint, row=row, column=column)

    def warn(self, code: str, what: str, hint: str, *, row: int | None = None, column: str | None = None) -> None:
        """Say that something was taken in, but somebody should look."""
        self._whole.warn(code, f"{what}{self._where}", hint, row=row, column=column)

    def whole(self, code: str, what: str, hint: str, *, row: int | None = None, column: str | None = None) -> None:
        """Say that the table as a whole was not taken in; it counts for no row."""
        self._whole.error(code, f"{what}{self._where}", hint, row=row, column=column)

    def many(
        self,
        code: str,
        what: str,
        hint: str,
        *,
        rows: Sequence[int],
        count: int,
        column: str | None = None,
        severity: str = "error",
    ) -> None:
        """Say the same of many rows at once; ``rows`` are the first of them."""
        self.refused += count if severity == "error" else 0
        self._whole.many(code, f"{what}{self._where}", hint, rows=rows, count=count, column=column, severity=severity)
