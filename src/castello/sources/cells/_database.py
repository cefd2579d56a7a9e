"""SQLite databases: every table with the columns that are needed; nothing in them is run and nothing changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from castello.errors import WrongUse
from castello.sources._intake import listed
from castello.sources.cells._asked import Asked
from castello.sources.cells._header import NoHeader, choose, say
from castello.sources.cells._keep import Cells, keep
from castello.sources.cells._told import Told
from castello.sources.cells._values import cell


def read_database(asked: Asked) -> list[Cells]:
    """The tables of a database that have the columns."""
    path, told, only = asked.path, asked.told, asked.sheet
    found: list[Cells] = []
    without: list[tuple[Told, NoHeader]] = []
    try:
        with closing(_opened(path)) as connection:
            tables = _tables(connection)
            if only is not None and only not in tables:
                raise WrongUse(f"{told.file} has no table {only!r}", hint=f"It has {listed(tables)}.")
            for number, name in enumerate(tables):
                if only not in (None, name):
                    continue
                own = Told(told, sheet=name, word="table")
                header = choose([(0, _columns(connection, name))], is_header=asked.is_header, needed=asked.needed)
                if isinstance(header, NoHeader):
                    without.append((own, header))
                    continue
                say(header, own)
                cells = keep(_rows(connection, name, own), header=header, path=asked.parquet(number), told=own)
                found += [] if cells is None else [cells]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        told.whole(
            "format", f"cannot be read as a database ({str(error)[:80]})", "Copy it again with its program closed."
        )
    for own, why in without:
        if found:
            own.warn("no-heads", "has other columns, and is not read", why.hint)
        else:
            own.whole(why.code, why.what, why.hint, column=why.column)
    return found


def database_candidates(path: Path) -> list[tuple[str, list[list[str]]]]:
    """The names of the columns of each table."""
    try:
        with closing(_opened(path)) as connection:
            return [(name, [_columns(connection, name)]) for name in _tables(connection)]
    except (sqlite3.Error, UnicodeDecodeError):
        return []


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma cell_size_check = on")
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Plain tables only: what a view or a virtual table answers is worked out by what the file says."""
    listing = connection.execute(
        """select name from sqlite_master where type = 'table' and rootpage > 0 and name not like 'sqlite\\_%' escape '\\'
           order by name"""
    )
    return [str(name) for (name,) in listing]


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"select * from {_quoted(table)} limit 0").description]


def _rows(connection: sqlite3.Connection, table: str, told: Told) -> Iterator[tuple[int, list[str]]]:
    columns = _columns(connection, table)
    for number, values in enumerate(connection.execute(f"select * from {_quoted(table)}"), start=1):
        for at, value in enumerate(values):
            if isinstance(value, bytes):
                what, hint = "holds bytes that are no text, which are not read", "Export it as text."
                told.warn("binary", what, hint, row=number, column=columns[at])
        yield number, ["" if isinstance(value, bytes) else cell(value) for value in values]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
