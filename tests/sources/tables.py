"""Reading a file through a source of tables, as a build does it, for tests: the claims that it gives, the issues, and what was counted."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from castello.claims import Claim, Document, Kind
from castello.engines import Engine
from castello.errors import Issue
from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.sources import staging
from castello.sources._intake import Intake
from castello.sources.cells import open_cells
from castello.sources.tabular import Tabular
from tests.sources.registers import DOCUMENT, PARTIES, PLACES


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file gave. ``names`` are those that it brought, by id; ``keys`` those of its claims by id; ``refused`` counts the door's, too."""

    claims: tuple[Claim, ...]
    issues: tuple[Issue, ...]
    names: Mapping[str, Mapping[str, Any]]
    keys: Mapping[str, str]
    scopes: frozenset[str | None]
    present: int
    taken: int
    refused: int

    def of(self, kind: Kind) -> tuple[Claim, ...]:
        """The claims of a kind, in the order of the file."""
        return tuple(claim for claim in self.claims if claim.kind is kind)


def read_tables(
    source: Tabular,
    data: bytes | Path,
    *,
    name: str = "table.csv",
    places: PlaceRegister = PLACES,
    parties: PartyRegister = PARTIES,
    document: Document = DOCUMENT,
    **options: Any,
) -> Told:
    """Read bytes, or a file where it lies, and see that every claim of the ledger's rows is what ``Claim`` makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        path = data if isinstance(data, Path) else work / name
        if isinstance(data, bytes):
            path.write_bytes(data)
        intake = Intake(name)
        tables = open_cells(
            path,
            into=work / "cells",
            intake=intake,
            is_header=source.is_header,
            needed=source.needed,
            encoding=options.get("encoding"),
        )
        into = work / "rows"
        into.mkdir()
        with Engine() as engine:
            staged = staging.stage(
                source,
                tables,
                engine=engine,
                intake=intake,
                places=places,
                parties=parties,
                document=document,
                options=options,
                into=into,
            )
        rows = [row for file in staged.files for row in pq.read_table(file).to_pylist() if row["type"] == "claim"]
    claims = [Claim.from_json(json.loads(row["body"])) for row in rows]
    for claim, row in zip(claims, rows, strict=True):
        assert (claim.id, claim.question, claim.answer) == (row["id"], row["question"], row["answer"])
    at_door = sum(table.refused for table in tables)
    return Told(
        claims=tuple(
            sorted(claims, key=lambda claim: (claim.locator.row or 0, claim.kind, claim.id) if claim.locator else ())
        ),
        issues=intake.issues,
        names={str(row["subject"]): json.loads(str(row["body"])) for row in staged.names},
        keys={row["id"]: row["key"] for row in rows},
        scopes=frozenset(row["scope"] for row in rows),
        present=staged.present + at_door,
        taken=staged.taken,
        refused=staged.refused + at_door,
    )
