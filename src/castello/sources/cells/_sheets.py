"""Workbooks (xlsx, xlsm, xlsb, xls, ods): every sheet that has heads is a table; what else is in them is told, not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from castello.errors import WrongUse
from castello.sources._intake import listed
from castello.sources.cells._asked import Asked
from castello.sources.cells._header import ABOVE, Header, NoHeader, choose, say
from castello.sources.cells._keep import Cells, keep
from castello.sources.cells._told import Told
from castello.sources.cells._values import cell
from castello.sources.cells._workbook import Part, parts

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_MOST_CELLS = 50_000_000


def read_sheets(asked: Asked) -> list[Cells]:
    """The tables of a workbook, one for each sheet with heads."""
    path, told = asked.path, asked.told
    known = _parts(path, told)
    book = None if known is None else _opened(path, told)
    if book is None or known is None:
        return []
    found: list[Cells] = []
    without: list[tuple[Told, NoHeader]] = []
    refused = False
    with book:
        for number, (name, hidden) in enumerate(_names(book, only=asked.sheet, file=told.file)):
            own = Told(told, sheet=name)
            part = known.get(name) or known.get(None) or Part()
            sheet = _sheet(book, name, part=part, told=own)
            if sheet is None:
                refused = True
                continue
            first = _filled(sheet)
            header = choose(first, is_header=asked.is_header, needed=asked.needed)
            if isinstance(header, NoHeader):
                if first:
                    without.append((own, header))
                continue
            if hidden:
                own.warn("hidden-sheet", "is hidden, and is read", "Check that it is meant to be.")
            say(header, own)
            if _is_merged(sheet, header):
                refused = True
                what, hint = "has heads that span several columns", "Unmerge them: each column with a head of its own."
                own.whole("merged-heads", what, hint, row=header.row)
                continue
            cells = keep(_rows(sheet, header.row), header=header, path=asked.parquet(number), told=own)
            if cells is not None:
                _tell(part, header, left=sheet.start[1] if sheet.start else 0, told=own)
                found.append(cells)
            refused = refused or cells is None
    for own, why in without:
        if found or refused:
            own.warn("no-heads", "has no row of heads that is known, and is not read", why.hint)
        else:
            own.whole(why.code, why.what, why.hint, row=why.row, column=why.column)
    if not (found or refused or without):
        told.whole("empty", "has no sheet with anything in it", "A table has a row of heads and rows under it.")
    return found


def sheet_candidates(path: Path, told: Told) -> list[tuple[str, list[Sequence[str]]]]:
    """The first rows that are not blank of each sheet, any of which may hold the heads."""
    known = _parts(path, told)
    book = None if known is None else _opened(path, told)
    if book is None or known is None:
        return []
    found = []
    with book:
        for name, _ in _names(book, only=None, file=told.file):
            part = known.get(name) or known.get(None) or Part()
            sheet = _sheet(book, name, part=part, told=Told(told, sheet=name))
            if sheet is not None:
                found.append((name, [cells for _, cells in _filled(sheet)]))
    return found


def _opened(path: Path, told: Told) -> CalamineWorkbook | None:
    try:
        import python_calamine
    except ModuleNotFoundError as missing:
        raise WrongUse(
            f"{told.file} needs the library python-calamine", hint='Run: pip install "castello[sheets]".'
        ) from missing
    try:
        return python_calamine.load_workbook(str(path))
    except python_calamine.PasswordError:
        told.whole("password", "is a workbook with a password", "Save it without one.")
    except (python_calamine.CalamineError, OSError) as error:
        hint = "Open it in a spreadsheet and save it as .xlsx."
        told.whole("format", f"cannot be read as a workbook ({str(error)[:80]})", hint)
    return None


def _names(book: CalamineWorkbook, *, only: str | None, file: str) -> list[tuple[str, bool]]:
    """Names of the sheets that are tables of cells, and whether they are hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [
        (about.name, about.visible != SheetVisibleEnum.Visible)
        for about in book.sheets_metadata
        if about.typ == SheetTypeEnum.WorkSheet
    ]
    if only is None:
        return sheets
    chosen = [sheet for sheet in sheets if sheet[0] == only]
    if not chosen:
        raise WrongUse(f"{file} has no sheet {only!r}", hint=f"It has {listed([name for name, _ in sheets])}.")
    return chosen


def _parts(path: Path, told: Told) -> dict[str | None, Part] | None:
    try:
        known = parts(path)
    except ValueError as error:
        told.whole("format", f"is a broken workbook: {error}", "Open and save it again in a spreadsheet.")
        return None
    # the sheets of an .ods are all read as it is opened
    return None if None in known and _is_too_large(known[None], told) else known


def _is_too_large(part: Part, told: Told) -> bool:
    if part.rows * part.columns <= _MOST_CELLS:
        return False
    what = f"reaches to row {part.rows:,} and column {part.columns:,}, which is more than can be held"
    told.whole("too-large", what, "Delete the empty rows and columns around the table, or save it as 'CSV UTF-8'.")
    return True


def _sheet(book: CalamineWorkbook, name: str, *, part: Part, told: Told) -> CalamineSheet | None:
    import python_calamine

    if _is_too_large(part, told):
        return None
    try:
        return book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError) as error:
        told.whole("format", f"cannot be read ({str(error)[:80]})", "Open and save it again in a spreadsheet.")
    return None


def _rows(sheet: CalamineSheet, under: int) -> Iterator[tuple[int, list[str]]]:
    for number, values in enumerate(sheet.iter_rows(), start=1):
        if number > under:
            yield number, [value if type(value) is str else cell(value) for value in values]


def _filled(sheet: CalamineSheet) -> list[tuple[int, Sequence[str]]]:
    if sheet.start is None:
        return []
    return list(islice(((row, cells) for row, cells in _rows(sheet, 0) if any(text.strip() for text in cells)), ABOVE))


def _is_merged(sheet: CalamineSheet, header: Header) -> bool:
    """Whether a head spans several columns."""
    at = header.row - 1
    return any(top <= at <= bottom and left < right for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())


def _tell(part: Part, header: Header, *, left: int, told: Told) -> None:
    """Issues about cells under the heads that are empty only because they hold no value."""
    for (column, error), rows in sorted(part.errors.items()):
        what, hint = f"holds the error {error}: the cell is taken as empty", "Correct the formula."
        _cells(rows, what, hint, code="error-cell", column=column - left, header=header, told=told)
    for column, rows in sorted(part.unworked.items()):
        what = "holds a formula whose value was never worked out: the cell is taken as empty"
        hint = "Open the workbook in a spreadsheet and save it again."
        _cells(rows, what, hint, code="formula", column=column - left, header=header, told=told)


def _cells(rows: Sequence[int], what: str, hint: str, *, code: str, column: int, header: Header, told: Told) -> None:
    if 0 < column <= len(header.names):
        for row in rows:
            if row > header.row:
                told.whole(code, what, hint, row=row, column=header.printed.get(header.names[column - 1]))
