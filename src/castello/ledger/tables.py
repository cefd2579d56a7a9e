"""
The tables: the journal's rows as immutable Parquet under an append-only Delta table, read in place by the engine.

They are derived. One table holds every row, so that one batch is one atomic commit; each commit names the device and
the number of its journal entry, so that a batch is stored exactly once however often its writing is tried.
The hash of every file of the table is kept beside it: ``verify`` names a file in which one byte has flipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from castello.claims import Claim, canonical
from castello.errors import Issue
from castello.ledger.journal import Entry

_TEXT, _DAY, _NUMBER = pa.string(), pa.date32(), pa.float64()

SCHEMA = pa.schema(
    [
        ("type", _TEXT),
        ("id", _TEXT),
        ("recorded", pa.timestamp("us", tz="UTC")),
        ("device", _TEXT),
        ("n", pa.int64()),
        ("kind", _TEXT),
        ("question", _TEXT),
        ("answer", _TEXT),
        ("subject", _TEXT),
        ("predicate", _TEXT),
        ("object", _TEXT),
        ("place", _TEXT),
        ("value", _NUMBER),
        ("low", _NUMBER),
        ("high", _NUMBER),
        ("unit", _TEXT),
        ("modality", _TEXT),
        ("denies", pa.bool_()),
        ("sure_start", _DAY),
        ("sure_end", _DAY),
        ("maybe_start", _DAY),
        ("maybe_end", _DAY),
        ("said", _DAY),
        ("published", _DAY),
        ("origin", _TEXT),
        ("sources", pa.list_(_TEXT)),
        ("document", _TEXT),
        ("sensitivity", _TEXT),
        ("verification", _TEXT),
        ("body", _TEXT),
    ]
)
"""Columns of the ledger. Claims fill them all; other rows have ``type``, ``id``, ``recorded``, ``device``, ``n``, ``body``."""

FILES_BEFORE_COMPACTION = 64


def claim_columns(claim: Claim) -> dict[str, object]:
    """What queries need of a claim, flat; the whole claim stays in ``body``."""
    quantity, happened = claim.quantity, claim.happened
    sure = happened.sure or (None, None)
    # the last day on which it can have been said, if it is known: how far the speaker's word reaches
    said = claim.said[1].fromordinal(claim.said[1].toordinal() - 1) if claim.said and claim.said[1] else None
    return {
        "kind": claim.kind.value,
        "question": claim.question,
        "answer": claim.answer,
        "subject": claim.subject,
        "predicate": claim.predicate,
        "object": claim.object,
        "place": claim.place,
        "value": None if quantity is None or quantity.value is None else float(quantity.value),
        "low": None if quantity is None or quantity.low is None else float(quantity.low),
        "high": None if quantity is None or quantity.high is None else float(quantity.high),
        "unit": quantity.unit if quantity else None,
        "modality": claim.modality.value,
        "denies": claim.denies,
        "sure_start": sure[0],
        "sure_end": sure[1],
        "maybe_start": happened.maybe[0],
        "maybe_end": happened.maybe[1],
        "said": said,
        "published": claim.published,
        "origin": claim.origin,
        "sources": [link.who for link in claim.chain],
        "document": claim.document,
        "sensitivity": claim.sensitivity.value,
        "verification": claim.verification.value,
    }


def claims_table(claims: Iterable[Claim], *, recorded: datetime) -> pa.Table:
    """Claims as ledger rows that are stored nowhere: branches, and protected claims opened in memory."""
    rows = [_row("claim", claim.id, claim.to_json(), recorded=recorded, device="", n=0) for claim in claims]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _row(type_: str, id_: str, body: Mapping[str, Any], *, recorded: datetime, device: str, n: int) -> dict[str, object]:
    row: dict[str, object] = {"type": type_, "id": id_, "recorded": recorded, "device": device, "n": n}
    if type_ == "claim":
        row |= claim_columns(Claim.from_json(body, id=id_))
    return row | {"body": canonical(body).decode()}


def flat_row(row: Mapping[str, Any], entry: Entry) -> dict[str, object]:
    """A row of a journal entry as the tables hold it."""
    recorded = entry.at.astimezone(UTC)
    return _row(row["type"], row["id"], row["body"], recorded=recorded, device=entry.device, n=entry.n)


class Tables:
    """The Delta table of one case, in ``.castello/ledger``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hashes = folder.parent / "ledger.sha256"

    def _table(self) -> DeltaTable | None:
        try:
            return DeltaTable(self.folder)
        except TableNotFoundError:
            return None

    def exists(self) -> bool:
        """Whether there is a table at all."""
        return self._table() is not None

    def files(self) -> list[str]:
        """The live Parquet files; a reader that has them is not disturbed by writers."""
        table = self._table()
        return [] if table is None else sorted(table.file_uris())

    def applied(self, device: str) -> int:
        """Number of the device's last journal entry that the table holds."""
        table = self._table()
        return 0 if table is None else (table.transaction_version(device) or 0)

    def append(self, entry: Entry, rows: Iterable[Mapping[str, Any]]) -> None:
        """Store rows of one journal entry: one atomic commit. The caller holds the case's lock."""
        flat = [flat_row(row, entry) for row in rows]
        done = CommitProperties(app_transactions=[Transaction(entry.device, entry.n)])
        write_deltalake(
            self.folder,
            pa.Table.from_pylist(flat, schema=SCHEMA),
            mode="append",
            configuration={"delta.appendOnly": "true"},
            commit_properties=done,
        )
        self.note_files()

    def compact(self) -> bool:
        """Join many small files into few; readers of the old ones are not disturbed. True if there was need."""
        table = self._table()
        if table is None or len(table.file_uris()) < FILES_BEFORE_COMPACTION:
            return False
        table.optimize.compact()
        table.create_checkpoint()
        self.note_files()
        return True

    def drop(self) -> None:
        """Remove the derived table, to make it again from the journal."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._hashes.unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------------------- checking

    def note_files(self) -> None:
        """Keep the hash of every file of the table that has none yet. The files never change once they are there."""
        known = self._noted()
        if not self.folder.exists():
            return
        lines = [
            json.dumps({"file": name, "sha256": _sha256(self.folder / name)}) + "\n"
            for name in self._all_files()
            if name not in known
        ]
        if not lines:
            return
        with self._hashes.open("a", encoding="utf-8") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())

    def _noted(self) -> dict[str, str]:
        if not self._hashes.exists():
            return {}
        noted = {}
        for line in self._hashes.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                item = json.loads(line)
                noted[item["file"]] = item["sha256"]
            except (ValueError, KeyError, TypeError):
                continue  # a torn or damaged line: its file shows up as one without a hash
        return noted

    def _all_files(self) -> list[str]:
        if not self.folder.exists():
            return []
        paths = (path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith("_last_checkpoint"))
        return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def issues(self) -> tuple[Issue, ...]:
        """Files of the table whose bytes are not those that were written."""
        noted, found = self._noted(), []
        for name in self._all_files():
            if name not in noted:
                what, code = "has no hash on record", "no-hash"
            elif noted[name] != _sha256(self.folder / name):
                what, code = "does not match its hash: at least one byte has changed", "changed-file"
            else:
                continue
            found.append(Issue(file=f".castello/ledger/{name}", code=code, what=what, hint=_REMAKE))
        here = set(self._all_files())
        found += [
            Issue(file=f".castello/ledger/{name}", code="lost-file", what="is gone", hint=_REMAKE)
            for name in sorted(noted)
            if name not in here
        ]
        try:
            self._table()
        except DeltaError as error:
            found.append(Issue(file=".castello/ledger", code="unreadable", what=f"cannot be opened ({error})", hint=_REMAKE))
        return tuple(found)


_REMAKE = "The table is derived: delete .castello and run `castello build`; the journal has every row."


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_day(value: object) -> date | None:
    """A day column's value, whichever way the engine hands it back."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
