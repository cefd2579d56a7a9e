"""Counting what a large file gives through a source of tables, without making a ``Claim`` of each row."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from castello.claims import Document
from castello.engines import Engine
from castello.errors import Issue
from castello.places import PlaceRegister
from castello.sources import staging
from castello.sources._intake import Intake
from castello.sources.cells import open_cells
from castello.sources.staging import Staged
from castello.sources.tabular import Tabular
from tests.sources.registers import PARTIES, PLACES


def shared_file(name: str) -> Path:
    """A file of the development data; the test is skipped where there is none."""
    path = Path(os.environ.get("CASTELLO_SHARED_DATA", "../shared/data"), name)
    if not path.is_file():
        pytest.skip("development data is not here")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a file gave, its issues, and its ledger rows as ``rows`` in a connection."""

    staged: Staged
    issues: tuple[Issue, ...]
    connection: duckdb.DuckDBPyConnection

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a question to the table ``rows``."""
        return self.connection.execute(sql).fetchall()


@contextmanager
def counted(source: Tabular, path: Path, *, document: Document, places: PlaceRegister = PLACES) -> Iterator[Counted]:
    """Read a file where it lies."""
    with tempfile.TemporaryDirectory() as folder, Engine() as engine, duckdb.connect() as connection:
        intake = Intake(path.name)
        tables = open_cells(
            path, into=Path(folder) / "cells", intake=intake, is_header=source.is_header, needed=source.needed
        )
        into = Path(folder) / "rows"
        into.mkdir()
        staged = staging.stage(
            source,
            tables,
            engine=engine,
            intake=intake,
            places=places,
            parties=PARTIES,
            document=document,
            options={},
            into=into,
        )
        connection.execute(f"create view rows as from '{into}/*.parquet' where type = 'claim'")
        yield Counted(staged=staged, issues=intake.issues, connection=connection)
