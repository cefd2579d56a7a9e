"""
An engine for files larger than memory: a database of its own, with a bound on what it holds and a folder to spill into.

Files are read where they lie, as text and without any guess of separators or types: what a reader says is what is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from castello.engines.duckdb import Engine, Parameters
from castello.engines.steps import Steps

_FOLDER = re.compile(r"(?<=['\"])[^'\"]*[/\\](?=[^'\"/\\]+['\"])")


class NotReadable(ValueError):
    """A file is not what it was read as; the message is the engine's own first line."""


class BoundedEngine(Engine):
    """
    An engine whose memory is bounded.

    Parameters
    ----------
    spill
        Folder for what does not fit; it is made when needed.
    memory_mb
        Most that the database holds, in megabytes.
    """

    def __init__(self, *, spill: Path, memory_mb: int = 600) -> None:
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(spill),
            },
        )

    def csv(self, name: str, file: Path, *, columns: int, separator: str, skip: int, longest: int) -> None:
        """
        Make a CSV file known under a name, all of it text, its columns ``c0``, ``c1``, ...

        Parameters
        ----------
        name
            Of the view.
        file
            In UTF-8, cells quoted as RFC 4180 has it.
        columns
            How many; a row with fewer cells is filled up with NULL, one with more is refused when rows are read.
        separator
            Between cells.
        skip
            Lines above the first row.
        longest
            Most bytes of a line.
        """
        read = (
            f"read_csv({_file(file)}, auto_detect=false, header=false, columns={_texts(columns)}, delim={text(separator)}, "
            f"quote='\"', escape='\"', null_padding=true, strict_mode=true, skip={skip}, max_line_size={longest}, "
            "hive_partitioning=false)"
        )
        self._view(name, f"select * from {read}")

    def lines(self, name: str, file: Path, *, longest: int) -> None:
        """Make the lines of a text in UTF-8 known under a name: ``row``, counted from 1, and ``line``, NULL where it is empty."""
        read = (
            f"read_csv({_file(file)}, auto_detect=false, header=false, columns={{'line': 'VARCHAR'}}, delim='\x01', "
            f"quote='', escape='', strict_mode=false, max_line_size={longest}, hive_partitioning=false)"
        )
        self._view(name, f'select row_number() over () as "row", line from {read}')

    def objects(self, name: str, file: Path, *, array: bool, longest: int) -> None:
        """Make the values of a JSON array, or those written one after another, known under a name: ``row`` and ``line``."""
        kind = "array" if array else "unstructured"
        read = (
            f"read_json_objects({_file(file)}, format='{kind}', maximum_object_size={longest}, hive_partitioning=false)"
        )
        self._view(name, f'select row_number() over () as "row", cast(json as varchar) as line from {read}')

    def parquet(self, name: str, files: Sequence[str | Path]) -> None:
        """Make a list of Parquet files known under a name; ``file_row_number`` counts their rows from 0."""
        listed = ", ".join(_file(Path(file)) for file in files)
        self._view(name, f"select * from read_parquet([{listed}], file_row_number=true, hive_partitioning=false)")

    def columns(self, name: str) -> tuple[tuple[str, str], ...]:
        """Names and types of the columns of a view, in their order."""
        with _readable():
            return tuple((str(row[0]), str(row[1])) for row in self._connection.execute(f"describe {name}").fetchall())

    def write(self, steps: Steps, path: Path, *, lasting: bool = False) -> None:
        """Write the rows of the last step to a Parquet file, in their order, as they come."""
        with _readable():
            super().write(steps, path, lasting=lasting)

    def keep(self, name: str, steps: Steps, parameters: Parameters | None = None) -> None:
        """Compute steps once and keep the rows under a name, for questions that follow."""
        with _readable():
            super().keep(name, steps, parameters)

    def run(self, steps: Steps, parameters: Parameters | None = None, *, columns: str = "*") -> pa.Table:
        """The rows of the last step, as an Arrow table."""
        with _readable():
            return super().run(steps, parameters, columns=columns)

    def _view(self, name: str, sql: str) -> None:
        with _readable():
            self._connection.execute(f"create or replace temp view {name} as {sql}")


def text(value: str) -> str:
    """
    A text as SQL writes it.

    Examples
    --------
    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def column(name: str) -> str:
    """
    The name of a column as SQL writes it.

    Examples
    --------
    >>> column('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def _texts(columns: int) -> str:
    return "{" + ", ".join(f"'c{at}': 'VARCHAR'" for at in range(columns)) + "}"


def _file(path: Path) -> str:
    # signs that would stand for several files are put in brackets, where they stand for themselves
    return text("".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path.absolute())))


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        # a message may name the folder, which is nobody's business
        raise NotReadable(_FOLDER.sub("", str(error).partition("\n")[0])) from error
