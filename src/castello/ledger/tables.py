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
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError, TableNotFoundError

from castello.claims import SLOTS, Claim, Modality, Verification
from castello.errors import Issue
from castello.ledger.journal import Entry, Row, canonical_text

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
        ("shape", _TEXT),
        ("speaks", pa.bool_()),
        ("onset", _DAY),
        ("latest_onset", _DAY),
        ("reach", _DAY),
        ("body", _TEXT),
    ]
)
"""
Columns of the ledger. Claims fill them all; other rows have ``type``, ``id``, ``recorded``, ``device``, ``n``, ``body``.

The last before ``body`` follow from the others, whatever day is asked about, so they are worked out once, when a claim is stored:
``shape`` of the kind; ``speaks``, whether it is said outright, so that it counts for an answer; ``onset`` and ``latest_onset``,
between which what it says began (the first of all days where the beginning is not known); ``reach``, the last day for which it speaks.
"""

FILES_BEFORE_COMPACTION = 64
"""So many small files are joined; a file larger than ``SMALL_BYTES`` is left as it is, however many small ones come after it."""

SMALL_BYTES = 16 * 2**20


def claim_columns(claim: Claim) -> dict[str, object]:
    """What queries need of a claim, flat; the whole claim stays in ``body``."""
    quantity, happened = claim.quantity, claim.happened
    sure = happened.sure or (None, None)
    # the first day on which it can have been said: so far, and no further, the speaker's word certainly reaches
    said = claim.said[0] if claim.said else None
    shape, (begins, ends) = SLOTS[claim.kind].shape, happened.maybe
    last = None if ends is None else ends - timedelta(days=1) if ends > date.min else ends
    latest_onset = sure[0] or last or begins or date.min
    if shape == "quantity":
        reach = last or said or claim.published
    else:
        reach = max(latest_onset, min(said or latest_onset, last or date.max))
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
        "shape": shape,
        "speaks": _speaks(claim),
        "onset": sure[0] or begins or date.min,
        "latest_onset": latest_onset,
        "reach": reach,
    }


def _speaks(claim: Claim) -> bool:
    """Whether a claim is said outright. A figure needs a bound, and must not have been worked out from others."""
    if SLOTS[claim.kind].shape == "quantity":
        figure = claim.quantity
        stated = figure is not None and not (figure.low is None and figure.high is None)
        outright: tuple[Modality, ...] = (Modality.ASSERTED, Modality.LIKELY)
        return stated and claim.verification is not Verification.DERIVED and claim.modality in outright
    return claim.modality in (Modality.ASSERTED, Modality.LIKELY, Modality.NEGATED)


def claims_table(claims: Iterable[Claim], *, recorded: datetime) -> pa.Table:
    """Claims as ledger rows that are stored nowhere: branches, and protected claims opened in memory."""
    stored_nowhere: dict[str, object] = {"type": "claim", "recorded": recorded, "device": "", "n": 0}
    return _table_of(
        stored_nowhere | {"id": claim.id} | claim_columns(claim) | {"body": canonical_text(claim.to_json())}
        for claim in claims
    )


def flat_row(row: Row, entry: Entry, *, body: str, claim: Claim | None = None) -> dict[str, object]:
    """
    A row of a journal entry as the tables hold it.

    ``body`` is the canonical text of the row's body; ``claim``, if it is at hand, need not be made from it once more.
    """
    flat: dict[str, object] = {
        "type": row["type"],
        "id": row["id"],
        "recorded": entry.at.astimezone(UTC),
        "device": entry.device,
        "n": entry.n,
        "body": body,
    }
    if row["type"] == "claim":
        flat |= claim_columns(Claim.from_json(row["body"], id=row["id"]) if claim is None else claim)
    return flat


def _table_of(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Flat rows, taken one at a time, as a table: many at once would be most of the memory of a big batch."""
    columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
    for row in rows:
        for name, values in columns.items():
            values.append(row.get(name))
    return pa.table(columns, schema=SCHEMA)


def in_order(rows: pa.Table) -> pa.Table:
    """The rows of one file as they lie in it: what is asked for together side by side, so that the rest need not be read."""
    return rows.sort_by([(name, "ascending") for name in ("type", "shape", "question", "id")])


class Tables:
    """
    The Delta table of one case, in ``.castello/ledger``.

    Made again, it gets a folder of its own (``ledger-2``, ...), and one small file, ``ledger.at``, says which is the one to read: so
    readers see the old table or the new one, whole, and never one that is half made.
    """

    def __init__(self, home: Path, *, name: str | None = None) -> None:
        self._home, self._name = home, name
        self._kept: tuple[DeltaTable, Path, int] | None = None
        self._ids: dict[str, pa.ChunkedArray] = {}
        self._named: tuple[tuple[int, int], frozenset[str]] | None = None

    @property
    def name(self) -> str:
        """Name of the table's folder in ``.castello``."""
        if self._name is not None:
            return self._name
        try:
            name = (self._home / "ledger.at").read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            name = ""
        return name if _NAME.fullmatch(name) else "ledger"

    @property
    def folder(self) -> Path:
        """Folder of the table."""
        return self._home / self.name

    def _hashes(self) -> Path:
        return self._home / f"{self.name}.sha256"

    def _table(self) -> DeltaTable | None:
        """The table as it is now; opened again only if somebody has written since."""
        if self._kept is not None:
            table, newest, stamp = self._kept
            following = newest.with_name(f"{table.version() + 1:020}.json")
            if newest == self._log_file(table) and _stamp(newest) == stamp and not following.exists():
                return table
        self._kept = None
        try:
            table = DeltaTable(self.folder)
        except TableNotFoundError:
            return None
        # a table of an older Castello has other columns: it counts as none, and the next write makes it again from the journal
        return self._keep(table) if [field.name for field in table.schema().fields] == SCHEMA.names else None

    def _keep(self, table: DeltaTable) -> DeltaTable:
        newest = self._log_file(table)
        self._kept = (table, newest, _stamp(newest))
        return table

    def _log_file(self, table: DeltaTable) -> Path:
        return self.folder / "_delta_log" / f"{table.version():020}.json"

    def files(self) -> list[str]:
        """The live Parquet files; a reader that has them is not disturbed by writers."""
        table = self._table()
        return [] if table is None else _paths(table)

    def applied(self, devices: Iterable[str]) -> dict[str, int]:
        """Number of the last journal entry of each device that the table holds; 0 for none."""
        table = self._table()
        return {device: 0 if table is None else (table.transaction_version(device) or 0) for device in devices}

    def holding(self, ids: Iterable[str]) -> set[str]:
        """
        Those of the given ids that the table holds.

        Files never change, so the ids of each are read once and kept: some 40 MB for a million rows, in a process that writes.
        """
        files = self.files()
        self._ids = {file: self._ids[file] if file in self._ids else _ids_in(file) for file in files}
        held = pa.chunked_array([chunk for column in self._ids.values() for chunk in column.chunks], pa.string())
        return set(held.filter(pc.is_in(held, value_set=pa.array(set(ids), pa.string()))).to_pylist())

    def append(self, rows: Iterable[Mapping[str, object]], *, applied: Mapping[str, int]) -> None:
        """
        Store rows, as :func:`flat_row` makes them, in one atomic commit. The caller holds the case's lock.

        ``applied`` is the number of the last entry of each device that the table holds after it. Where that makes too many small files,
        they are joined into few; readers of the old ones are not disturbed.
        """
        self._commit(in_order(_table_of(rows)), applied=applied)

    def append_sorted(self, rows: Iterable[pa.RecordBatch], *, applied: Mapping[str, int]) -> None:
        """As :meth:`append`, for rows in the order of :func:`in_order`, a piece at a time: they need not fit into memory."""
        self._commit(pa.RecordBatchReader.from_batches(SCHEMA, rows), applied=applied)

    def _commit(self, rows: pa.Table | pa.RecordBatchReader, *, applied: Mapping[str, int]) -> None:
        table = self._table()
        if table is None:
            self.remove()
        marks = [Transaction(device, n) for device, n in sorted(applied.items())]
        write_deltalake(
            self.folder if table is None else table,
            rows,
            mode="append",
            writer_properties=WRITTEN,
            configuration=_CONFIGURATION,
            commit_properties=CommitProperties(app_transactions=marks),
            post_commithook_properties=_NO_HOUSEKEEPING,
        )
        if table is not None and _small(_paths(table)) >= FILES_BEFORE_COMPACTION:
            table.optimize.compact(
                target_size=SMALL_BYTES, writer_properties=WRITTEN, post_commithook_properties=_NO_HOUSEKEEPING
            )
            table.create_checkpoint()
        if table is not None:
            self._keep(table)
        self.note_files()

    def afresh(self) -> Tables:
        """An empty table beside this one, not yet the one that is read; see :meth:`take_over`."""
        _, _, number = self.name.partition("-")
        fresh = Tables(self._home, name=f"ledger-{int(number or 1) + 1}")
        fresh.remove()
        return fresh

    def take_over(self, fresh: Tables) -> None:
        """Make the other table the one that is read. The old one stays until the next time, for readers that have it open."""
        old = self.name
        pointer = self._home / "ledger.at"
        with (new := pointer.with_suffix(".new")).open("w", encoding="ascii") as out:
            out.write(fresh.name)
            out.flush()
            os.fsync(out.fileno())
        new.replace(pointer)
        for path in self._home.glob("ledger*"):
            if path.is_dir() and path.name not in (old, fresh.name):
                Tables(self._home, name=path.name).remove()

    def remove(self) -> None:
        """Remove this table; it can be made again from the journal."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._hashes().unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------------------- checking

    def note_files(self) -> None:
        """Keep the hash of every file of the table that has none yet. The files never change once they are there."""
        if not self.folder.exists():
            return
        # but for this one, which only points at the newest checkpoint and is found without it
        (self.folder / "_delta_log" / "_last_checkpoint").unlink(missing_ok=True)
        known = self._named_files()
        fresh = [name for name in self._all_files() if name not in known]
        if not fresh:
            return
        lines = [json.dumps({"file": name, "sha256": _sha256(self.folder / name)}) + "\n" for name in fresh]
        with self._hashes().open("ab+") as out:
            if out.tell():
                out.seek(-1, os.SEEK_END)
                # a line that was cut off must not swallow the next
                out.write(b"" if out.read() == b"\n" else b"\n")
            out.writelines(line.encode() for line in lines)
            out.flush()
            os.fsync(out.fileno())
            self._named = _size_and_time(os.fstat(out.fileno())), known.union(fresh)

    def _named_files(self) -> frozenset[str]:
        """Files whose hash is on record; the record is read again only if somebody else has written to it."""
        try:
            state = _size_and_time(self._hashes().stat())
        except FileNotFoundError:
            return frozenset()
        if self._named is None or self._named[0] != state:
            self._named = state, frozenset(self._noted())
        return self._named[1]

    def _noted(self) -> dict[str, str]:
        if not self._hashes().exists():
            return {}
        noted = {}
        for line in self._hashes().read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                item = json.loads(line)
                noted[str(item["file"])] = str(item["sha256"])
            except (ValueError, KeyError, TypeError):
                continue  # a torn or damaged line: its file shows up as one without a hash
        return noted

    def _all_files(self) -> list[str]:
        top, found = self.folder, list[str]()
        for folder, _, names in os.walk(top):
            within = Path(folder).relative_to(top).as_posix()
            found += names if within == "." else [f"{within}/{name}" for name in names]
        return sorted(found)

    def _issue(self, code: str, what: str, *, file: str = "") -> Issue:
        return Issue(file=f".castello/{self.name}/{file}".rstrip("/"), code=code, what=what, hint=REMAKE)

    def issues(self) -> tuple[Issue, ...]:
        """Files of the table whose bytes are not those that were written."""
        noted, here, found = self._noted(), self._all_files(), []
        for name in here:
            if name not in noted:
                found.append(self._issue("no-hash", "has no hash on record", file=name))
            elif noted[name] != _sha256(self.folder / name):
                what = "does not match its hash: at least one byte has changed"
                found.append(self._issue("changed-file", what, file=name))
        found += [self._issue("lost-file", "is gone", file=name) for name in sorted(noted) if name not in here]
        try:
            self._kept = None
            self._table()
        except DeltaError as error:
            found.append(self._issue("unreadable", f"cannot be opened ({error})"))
        return tuple(found)

    def row_issues(
        self, expected: Mapping[str, Mapping[str, object]], *, batches: Iterable[tuple[str, int]] = ()
    ) -> tuple[Issue, ...]:
        """
        Rows that are not those of the journal, column by column; files that cannot be read are named instead.

        Parameters
        ----------
        expected
            Every row that the journals have, by id, as :func:`flat_row` makes it.
        batches
            Device and number of entries whose rows are not looked at here.
        """
        found, seen, unread, elsewhere = [], set(), False, set(batches)
        for file in self.files():
            try:
                rows = _without(pq.read_table(file, schema=SCHEMA), elsewhere).to_pylist()
            except (OSError, ValueError, pa.ArrowException) as error:
                found.append(self._issue("unreadable", f"cannot be read ({error})", file=Path(file).name))
                unread = True
                continue
            for row in rows:
                wanted = expected.get(row["id"])
                if wanted is None or row["id"] in seen:
                    what = f"{row['type']} {row['id']} {'is in no journal' if wanted is None else 'stands twice'}"
                    found.append(self._issue("alien-row", what))
                    continue
                seen.add(row["id"])
                if changed := [column for column, value in row.items() if value != wanted.get(column)]:
                    what = f"{row['type']} {row['id']} differs from the journal in {', '.join(changed)}"
                    found.append(self._issue("changed-row", what))
        if not unread:
            lost = sorted(expected.keys() - seen)
            found += [
                self._issue("lost-row", f"{expected[id_]['type']} {id_} of the journal is missing") for id_ in lost
            ]
        return tuple(found)


_NAME = re.compile(r"ledger(-[0-9]{1,9})?")

WRITTEN = WriterProperties(
    compression="LZ4_RAW",
    max_row_group_size=50_000,
    # no id and no body is there twice: nothing to gain from a dictionary
    column_properties={
        "id": ColumnProperties(dictionary_enabled=False, encoding="DELTA_LENGTH_BYTE_ARRAY"),
        "body": ColumnProperties(dictionary_enabled=False),
    },
)
"""How the files are written: quick to read, in pieces that several processors can share."""

_CONFIGURATION: dict[str, str | None] = {
    "delta.appendOnly": "true",
    # least and greatest values stand in the Parquet files, where readers look; in the log they would double the time of a small commit
    "delta.dataSkippingNumIndexedCols": "0",
}

_NO_HOUSEKEEPING = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
"""The table's own housekeeping would delete log files after a month: whatever is stored stays, hashed, as it was written."""

REMAKE = "The table is derived: delete .castello and run `castello build`; the journal has every row."


def _without(rows: pa.Table, entries: Iterable[tuple[str, int]]) -> pa.Table:
    """The rows that are not of the given entries, by device and number."""
    for device, n in entries:
        rows = rows.filter(pc.invert(pc.and_(pc.equal(rows["device"], device), pc.equal(rows["n"], n))))
    return rows


def _ids_in(file: str) -> pa.ChunkedArray:
    with pq.ParquetFile(file) as opened:
        return opened.read(columns=["id"]).column("id")


def _size_and_time(state: os.stat_result) -> tuple[int, int]:
    return state.st_size, state.st_mtime_ns


def _paths(table: DeltaTable) -> list[str]:
    """The live files as paths; the table gives them as addresses, in which a space is written %20."""
    return sorted(unquote(address) for address in table.file_uris())


def _small(files: Iterable[str]) -> int:
    """How many of the table's files are small."""
    return sum(Path(file).stat().st_size < SMALL_BYTES for file in files)


def _stamp(path: Path) -> int:
    """Tells a file from another that was put in its place; 0 if there is none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
