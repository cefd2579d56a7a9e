"""Rows added at the end of a register: what people wrote stays as it is, byte for byte."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence

from castello.cases.tables import header_of, read_csv
from castello.errors import WrongUse

_MAY_BE_LEFT_OUT = ("note",)


def with_rows(
    data: bytes | None,
    rows: Sequence[Mapping[str, str]],
    *,
    file: str,
    columns: tuple[str, ...],
    required: tuple[str, ...],
) -> bytes:
    r"""
    A register with rows at its end, in its own order of columns, separator, encoding and line ends.

    Parameters
    ----------
    data
        The register; None makes one with a header.
    rows
        Cells by column; empty ones may be left out.
    file, columns, required
        As :func:`castello.cases.tables.read_csv`.

    Returns
    -------
    bytes
        Begins with ``data``. A register without a column ``note`` gets none.

    Raises
    ------
    Unreadable
        If there is no header that can be used.
    WrongUse
        If it lacks a column that a row needs, or would not be read back as it is written.

    Examples
    --------
    >>> with_rows(b"id;kind;name_en", [{"id": "east", "kind": "part", "name_en": "East; new"}], file="places.csv",
    ...           columns=("id", "name_en", "kind"), required=("id",))
    b'id;kind;name_en\neast;part;"East; new"\n'
    """
    if not rows:
        return data if data is not None else f"{','.join(columns)}\n".encode()
    if data is None:
        data = f"{','.join(columns)}\n".encode()
    header, separator = header_of(data, file=file, columns=columns, required=required)
    missing = sorted({name for row in rows for name, cell in row.items() if cell} - {*header, *_MAY_BE_LEFT_OUT})
    if missing:
        raise WrongUse(f"{file} has no column {missing[0]!r}, which the new rows need", hint="Add it to the header.")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    text = data.decode(encoding, errors="replace")
    end = "\r\n" if "\r\n" in text else "\n"
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator=end)
    writer.writerows([" ".join(row.get(name, "").split()) for name in header] for row in rows)
    gap = "" if text.endswith(("\n", "\r")) else end
    made = data + (gap + written.getvalue()).encode(encoding)
    before, after = (
        [cells for _, cells in read_csv(one, file=file, columns=columns, required=required)[0]] for one in (data, made)
    )
    if after[: len(before)] != before or [_filled(cells) for cells in after[len(before) :]] != [
        _filled(row, only=header) for row in rows
    ]:
        raise WrongUse(f"rows cannot be added to {file}", hint="Look at its last rows: a quotation mark may be open.")
    return made


def _filled(row: Mapping[str, str], *, only: Sequence[str] | None = None) -> dict[str, str]:
    return {name: " ".join(cell.split()) for name, cell in row.items() if cell and (only is None or name in only)}


_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
