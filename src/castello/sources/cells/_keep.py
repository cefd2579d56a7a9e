"""Rows of cells, kept as a Parquet file of text: what is no row is refused, one issue each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from castello.sources.cells._header import ROW, Header, is_tags
from castello.sources.cells._told import Told

_ROWS, _SIGNS = 20_000, 16_000_000
_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """
    One table of a file, as text.

    Attributes
    ----------
    sheet
        The sheet, layer or table; None where a file is one table.
    columns
        Plain names of the columns in the order of the file, no two alike; a name that stood over several columns has a number
        (``date_1``, ``date_2``), and so has a column that was called ``row``.
    printed
        Each plain name, and the name as printed.
    path
        A Parquet file: ``row`` (int64), and one text column for each name. Cells are stripped and in Unicode's form C; an empty
        cell is NULL. ``row`` is what the user sees: the line of a text on which the row begins, the row of a sheet; in formats
        without lines the first row is 1.
    rows
        How many rows it has.
    refused
        How many more rows the table has that are not in it; each is in an issue.
    """

    sheet: str | None
    columns: tuple[str, ...]
    printed: Mapping[str, str]
    path: Path
    rows: int
    refused: int

    @property
    def present(self) -> int:
        """Rows of the table in the file, blank ones and the row of HXL tags left out."""
        return self.rows + self.refused

    def read(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows one by one: the number of each, and its cells by plain name, empty where there is nothing."""
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                numbers, *columns = (column.to_pylist() for column in batch.columns)
                for number, cells in zip(numbers, zip(*columns, strict=True), strict=True):
                    yield number, {name: cell or "" for name, cell in zip(self.columns, cells, strict=True)}


class Sink:
    """A Parquet file of text that is written row by row."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        fields = [pa.field(ROW, pa.int64()), *(pa.field(name, pa.string()) for name in columns)]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Sequence[object]] = []
        self._signs = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._writer.close()

    def add(self, row: Sequence[object], *, signs: int) -> None:
        """Take a row: its number and its cells, None where one is empty; ``signs`` is about how long it is."""
        self._rows.append(row)
        self._signs += signs
        if len(self._rows) >= _ROWS or self._signs >= _SIGNS:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = list(zip(*self._rows, strict=True))
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(self._rows)
        self._rows, self._signs = [], 0


def keep(rows: Iterable[tuple[int, Sequence[str]]], *, header: Header, path: Path, told: Told) -> Cells | None:
    """
    Write the rows under a header to a Parquet file; None, with an issue, where the header cannot be right.

    Parameters
    ----------
    rows
        Each with its number; fewer cells than heads are filled up, more are refused.
    header
        The heads.
    path
        Where to write.
    told
        Takes the issues.
    """
    names = header.names
    width, positions = len(names), [at for at, name in enumerate(names) if name]
    all_named = len(positions) == width
    inner, unnamed = header.inner, 0
    first = header.row > 0
    with Sink(path, header.columns) as sink:
        for number, raw in rows:
            cells = [cell.strip() for cell in raw]
            if not any(cells):
                continue
            if first and is_tags(cells):
                first = False
                continue
            first = False
            if len(cells) != width:
                if any(cells[width:]):
                    hint = "Put a cell that holds a separator in double quotes, and check that none is shifted."
                    told.error("surplus-cells", "has more cells than the header", hint, row=number)
                    continue
                cells = cells[:width] + [""] * (width - len(cells))
            joined = "".join(cells)
            if not joined.isascii():
                if "\ufffd" in joined:
                    hint = "Save the file again as 'CSV UTF-8', or name its encoding."
                    told.error("encoding", "holds bytes that are no text in this encoding", hint, row=number)
                    continue
                cells = [unicodedata.normalize("NFC", cell) for cell in cells]
            if "\x00" in joined:
                told.error("encoding", "holds zero bytes", "Export the file again as text.", row=number)
                continue
            if not all_named:
                if inner and any(cells[at] for at in inner):
                    unnamed = unnamed or number
                cells = [cells[at] for at in positions]
            sink.add([number, *(cell or None for cell in cells)], signs=len(joined))
    if unnamed:
        path.unlink()
        what = "has heads that span several columns, or a column without a head between others"
        told.whole("merged-heads", what, "Give each column a head of its own.", row=unnamed)
        return None
    return Cells(
        sheet=told.sheet,
        columns=header.columns,
        printed=header.printed,
        path=path,
        rows=sink.rows,
        refused=told.refused,
    )
