"""
Batches: what one file of a feed says, as one file beside the journal.

A line of the journal that took a million rows in would be no line. So the rows of a feed lie in ``journal/batches``, in one Parquet file
named by its own hash, which the line names: the line is acknowledged when that file is on disk, and the chain covers it. The tables are made
again from it as they are from the other lines, without the feed, its reader or the registers of that day.

A batch holds three sorts of rows: claims; names that the feed brought (``place``, ``party``); and ``gone``, claims of an earlier release that
this one has no longer or has otherwise. Nothing is taken out of the ledger: from the day of the release on the picture leaves them out.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from castello.claims import canonical
from castello.engines import Steps
from castello.errors import BrokenChain, Issue
from castello.ledger.journal import Entry, sync_folder
from castello.ledger.tables import SCHEMA

FOLDER = Path("journal", "batches")
_NAME = re.compile(r"[0-9a-f]{64}")
_OF_THE_WRITE = ("recorded", "device", "n")
BATCH_SCHEMA = pa.schema(
    [field for field in SCHEMA if field.name not in _OF_THE_WRITE] + [("key", pa.string()), ("scope", pa.string())]
)
"""Columns of a batch: those of the ledger less what the write adds, and what the next release is held against."""


def batch_of(entry: Entry) -> str | None:
    """The hash that names the batch of an entry, or None if it has none."""
    return entry.source.get("batch")


def batch_path(folder: Path, name: str) -> Path:
    """Where a batch lies in a case folder; raises :class:`BrokenChain` for what is no name of one."""
    if not _NAME.fullmatch(name):
        raise BrokenChain("the journal names a batch that cannot be one", hint="Restore the journal from a copy.")
    return folder / FOLDER / f"{name}.parquet"


def check_batch(folder: Path, name: str) -> Path:
    """
    The path of a batch whose bytes are those that were written.

    Raises
    ------
    BrokenChain
        If the file is gone, or one byte of it has changed.
    """
    path = batch_path(folder, name)
    where = (FOLDER / path.name).as_posix()
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BrokenChain(
            "a batch of the journal is gone", hint="Restore the file from a copy.", where=where
        ) from error
    if found != name:
        raise BrokenChain("a batch does not match its hash", hint="Restore the file from a copy.", where=where)
    return path


def settle_batch(folder: Path, fresh: Path) -> str:
    """Give a batch that was just written its name and its place, synced to disk; returns the name."""
    with fresh.open("rb+") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    path = batch_path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh.replace(path)
    sync_folder(path.parent)
    return name


def ledger_batches(path: Path, entry: Entry, *, seen: set[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a batch as the tables hold them, a piece at a time, without those whose id was seen; what is given out is seen."""
    constant = {"recorded": entry.at.astimezone(UTC), "device": entry.device, "n": entry.n}
    with pq.ParquetFile(path) as file:
        for piece in file.iter_batches(
            batch_size=50_000, columns=[name for name in BATCH_SCHEMA.names if name in SCHEMA.names]
        ):
            rows = pa.Table.from_batches([piece])
            if seen is not None:
                if seen:
                    rows = rows.filter(pc.invert(pc.is_in(rows["id"], value_set=pa.array(seen, pa.string()))))
                seen.update(rows["id"].to_pylist())
            columns = [
                pa.repeat(pa.scalar(constant[field.name], field.type), len(rows))
                if field.name in constant
                else rows[field.name].cast(field.type)
                for field in SCHEMA
            ]
            yield from pa.table(columns, schema=SCHEMA).combine_chunks().to_batches()


def batch_ids(path: Path) -> list[str]:
    """The ids of the rows of a batch."""
    ids: list[str] = pq.read_table(path, columns=["id"])["id"].to_pylist()
    return ids


def name_row(kind: str, body: Mapping[str, object], *, document: str, published: date) -> dict[str, object]:
    """A name that a file of a feed brought, as a row: ``kind`` is ``place`` or ``party``, ``body`` the entry with its ``id``."""
    text = canonical(body).decode()
    told = {"type": kind, "subject": body["id"], "key": f"{kind}/{body['id']}", "body": text}
    id_ = f"n1-{hashlib.sha256(f'{document} {text}'.encode()).hexdigest()[:32]}"
    return told | {"id": id_, "document": document, "published": published}


_STATED = """select question as id, arg_max(answer, (recorded, device, n)) as answer, arg_max(published, (recorded, device, n)) as day
             from ledger where type = 'gone' {known} group by question"""


def stated_steps() -> Steps:
    """The last word on each claim of a feed that ever went: ``id``, ``answer`` (changed, withdrawn, or stands again) and ``day``."""
    return Steps("stated").add("stated", _STATED.format(known=""))


def gone_steps() -> Steps:
    """
    Claims that do not stand any longer for what their feed says, as known: ``id`` and ``answer`` (``changed`` or ``withdrawn``).

    Needs the parameters ``clock``, ``known_by`` and ``known_until``.
    """
    known = "and ($clock <> 'recorded' or recorded < $known_until)"
    return (
        Steps("gone")
        .add("stated", _STATED.format(known=known))
        .add(
            "gone",
            "select id, answer from stated where answer <> 'stands' and ($clock = 'recorded' or day <= $known_by)",
        )
    )


def batch_issues(folder: Path, entries: Iterable[Entry]) -> Iterator[Issue]:
    """Batches whose bytes are not those that were written."""
    for entry in entries:
        name = batch_of(entry)
        if name is not None:
            try:
                check_batch(folder, name)
            except BrokenChain as broken:
                yield Issue(
                    file=broken.where or FOLDER.as_posix(), code="broken-batch", what=broken.what, hint=broken.hint
                )
