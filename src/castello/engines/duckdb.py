"""DuckDB, embedded: the default engine. The only module that opens a database."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Self

import duckdb
import pyarrow as pa

from castello.engines.steps import Steps

if TYPE_CHECKING:
    from pathlib import Path

Parameters = Mapping[str, object]


class Engine:
    """
    Runs steps over Parquet files and Arrow tables, in memory of this process only.

    Nothing is fetched: extensions are neither installed nor loaded, so that a query never reaches for the network.

    Examples
    --------
    >>> import pyarrow as pa
    >>> with Engine() as engine:
    ...     engine.table("ledger", pa.table({"id": ["a", "b"]}))
    ...     engine.run(Steps("count").add("n", "select count(*) as n from ledger")).to_pylist()
    [{'n': 2}]
    """

    def __init__(self) -> None:
        # a hand on the database of this process: what one engine calls by a name, no other sees
        self._connection = _database(os.getpid()).cursor()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory of the engine."""
        self._connection.close()

    def table(self, name: str, data: pa.Table) -> None:
        """Make an Arrow table known under a name."""
        self._connection.register(name, data)

    def parquet(self, name: str, files: Sequence[str | Path]) -> None:
        """Make a list of Parquet files known under a name, read in place."""
        listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        self._connection.execute(f"create or replace temp view {name} as select * from read_parquet([{listed}])")

    def keep(self, name: str, steps: Steps, parameters: Parameters | None = None) -> None:
        """Compute steps once and keep the rows under a name, for questions that follow."""
        self._connection.execute(
            f"create or replace temp table {name} as {steps.sql()}", _used(steps.sql(), parameters)
        )

    def write(self, steps: Steps, path: Path, *, lasting: bool = False) -> None:
        """
        Write the rows of the last step to a Parquet file, in their order; rows are not held in memory.

        A file that is ``lasting`` is made small, another is made quickly.
        """
        codec = "zstd, compression_level 1" if lasting else "lz4_raw"
        target = str(path).replace("'", "''")
        self._connection.execute(
            f"copy ({steps.sql()}) to '{target}' (format parquet, compression {codec}, row_group_size 50000)"
        )

    def run(self, steps: Steps, parameters: Parameters | None = None, *, columns: str = "*") -> pa.Table:
        """The rows of the last step, as an Arrow table."""
        sql = steps.sql(columns=columns)
        return self._connection.sql(sql, params=_used(sql, parameters)).to_arrow_table()


@cache
def _database(process: int) -> duckdb.DuckDBPyConnection:  # noqa: ARG001 - a forked process needs one of its own
    """One empty database for all engines of a process: to start one takes longer than many a question."""
    database = duckdb.connect(":memory:", config={**_OFFLINE})
    # the ledger's files never change once they are there: what stands at their ends is read once, not for every question
    database.execute("set global parquet_metadata_cache = true")
    return database


_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def _used(sql: str, parameters: Parameters | None) -> dict[str, object]:
    """DuckDB refuses parameters that a statement does not name."""
    return {name: value for name, value in (parameters or {}).items() if f"${name}" in sql}
