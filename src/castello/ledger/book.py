"""
The book of one case: journal and tables in one hand.

Writers take turns by one lock for each case; readers take no lock and are never blocked. Every write first brings the
tables up to date with the journal, so that what a killed process acknowledged but did not store is stored by the next.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from filelock import FileLock, Timeout

from castello.claims import Assessment, Claim, Document, Judgement, Relation, canonical
from castello.engines import Engine, Steps
from castello.errors import Issue, LedgerBusy, VaultLocked
from castello.ledger.journal import Entry, Journal, Row
from castello.ledger.tables import SCHEMA, Tables, claims_table, flat_row
from castello.ledger.vault import Vault

LOCK_SECONDS = 120

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write did: the entry (None if there was nothing new) and how many rows were new and known."""

    entry: Entry | None
    new: int
    known: int


class Book:
    """
    The append-only ledger in a case folder.

    Parameters
    ----------
    folder
        The case folder.
    device
        Id of this device; it writes ``journal/<device>.jsonl`` and no other.
    vault
        Opened vault, needed to seal and to read protected claims; None where the key is not here.
    """

    def __init__(self, folder: Path, *, device: str, vault: Vault | None = None) -> None:
        self.folder, self.device, self.vault = folder, device, vault
        self.journal = Journal(folder / "journal")
        self.tables = Tables(folder / ".castello" / "ledger")

    # ------------------------------------------------------------------------------------------------- writing

    def lock(self) -> AbstractContextManager[object]:
        """The right to write; others wait for their turn. It may be taken again by who holds it."""
        (self.folder / ".castello").mkdir(parents=True, exist_ok=True)
        return _Turn(self.folder / ".castello" / "lock")

    def write(self, rows: Sequence[Row], *, verb: str, source: Mapping[str, str], now: datetime) -> Written:
        """
        Acknowledge rows: one synced journal line, then one commit to the tables. What is known already is not written again.

        ``now`` becomes the recorded time of the rows; if the clock has gone backwards, the last entry's time is kept instead,
        so that a device's recorded times never decrease.
        """
        with self.lock():
            self.catch_up()
            fresh = self._unknown(rows)
            if not fresh:
                return Written(entry=None, new=0, known=len(rows))
            last = self.journal.last(self.device)
            entry = Entry.make(
                device=self.device,
                n=1 if last is None else last.n + 1,
                at=now if last is None else max(now, last.at),
                verb=verb,
                rows=fresh,
                source=source,
                previous="" if last is None else last.hash,
            )
            self.journal.append(entry)
            self.tables.append(entry, entry.rows)
            self.tables.compact()
            return Written(entry=entry, new=len(fresh), known=len(rows) - len(fresh))

    def catch_up(self) -> int:
        """Store what the journal has and the tables lack; returns how many rows that were. The caller may hold the lock."""
        with self.lock():
            self.journal.drop_torn_line(self.device)
            behind = [device for device in self.journal.devices() if self._behind(device)]
            entries = [
                entry for device in behind for entry in self.journal.entries(device, after=self.tables.applied(device))
            ]
            stored = 0
            # by recorded time, so that a row that two devices wrote is kept as it was first written
            for entry in sorted(entries, key=lambda entry: (entry.at, entry.device, entry.n)):
                fresh = self._unknown(entry.rows)
                self.tables.append(entry, fresh)
                stored += len(fresh)
            self.tables.note_files()
            return stored

    def remake(self) -> int:
        """
        Make the tables again from every journal; returns how many rows they hold. Needed after a merge.

        A row that two devices wrote is kept as it was first written, so the order in which journals arrive changes nothing.
        """
        with self.lock():
            self.tables.drop()
            return self.catch_up()

    def is_current(self) -> bool:
        """Whether the tables hold all that the journal acknowledges."""
        return not any(self._behind(device) for device in self.journal.devices())

    def _behind(self, device: str) -> bool:
        last = self.journal.last(device)
        return last is not None and last.n > self.tables.applied(device)

    def _unknown(self, rows: Sequence[Row]) -> list[Row]:
        """Rows whose id the tables do not hold, each once."""
        wanted = {str(row["id"]): row for row in rows}
        if not self.tables.exists():
            return list(wanted.values())
        with self.engine() as engine:
            engine.table("wanted", pa.table({"id": list(wanted)}))
            found = engine.run(Steps("known").add("known", "select id from wanted semi join ledger using (id)"))
        known = set(found.column("id").to_pylist())
        return [row for id_, row in wanted.items() if id_ not in known]

    # ------------------------------------------------------------------------------------------------- sealing

    def seal(self, claim: Claim) -> Row:
        """
        A protected claim as a row that shows nothing: keyed id and ciphertext.

        Raises
        ------
        VaultLocked
            If the vault's key is not here.
        """
        if self.vault is None:
            raise _locked()
        claim_id, payload = self.vault.seal_claim(canonical(claim.to_json()))
        return {"type": "sealed", "id": claim_id, "body": {"payload": base64.b64encode(payload).decode()}}

    def opened(self) -> tuple[tuple[Claim, datetime], ...]:
        """Protected claims with their recorded times, opened in memory; those whose key is gone or not here are left out."""
        claims = []
        for row in self._rows("sealed"):
            if self.vault is None:
                break
            plain = self.vault.open_claim(row["id"], base64.b64decode(json.loads(row["body"])["payload"]))
            if plain is not None:
                claims.append((Claim.from_json(json.loads(plain), id=row["id"]), row["recorded"]))
        return tuple(claims)

    def sealed_count(self) -> int:
        """How many protected claims the ledger holds, opened or not."""
        return len(self._rows("sealed"))

    # ------------------------------------------------------------------------------------------------- reading

    def engine(self) -> Engine:
        """
        An engine with ``ledger`` (every stored row) and ``opened`` (protected claims, in memory only).

        The files are those of this moment: later writes do not change what the engine sees.
        """
        engine = Engine()
        files = self.tables.files()
        if files:
            engine.parquet("ledger", files)
        else:
            engine.table("ledger", SCHEMA.empty_table())
        return engine

    def engine_with_opened(self) -> Engine:
        """The engine, with protected claims opened under ``opened``."""
        engine = self.engine()
        tables = [claims_table([claim], recorded=recorded) for claim, recorded in self.opened()]
        engine.table("opened", pa.concat_tables(tables) if tables else SCHEMA.empty_table())
        return engine

    def _rows(self, type_: str) -> list[dict[str, Any]]:
        with self.engine() as engine:
            steps = Steps(type_).add(
                "of_type", "select id, recorded, device, n, body from ledger where type = $type order by recorded, device, n, id"
            )
            found: list[dict[str, Any]] = engine.run(steps, {"type": type_}).to_pylist()
            return found

    def rows(self, type_: str) -> list[dict[str, Any]]:
        """Rows of one type, oldest first: ``id``, ``recorded``, ``device``, ``n`` and ``body``."""
        return [row | {"body": json.loads(row["body"])} for row in self._rows(type_)]

    def _bodies(self, type_: str, read: Callable[[Mapping[str, Any]], _T]) -> tuple[tuple[_T, datetime], ...]:
        return tuple((read(json.loads(row["body"])), row["recorded"]) for row in self._rows(type_))

    def documents(self) -> dict[str, Document]:
        """Documents by id; the latest description of each."""
        return {document.id: document for document, _ in self._bodies("document", Document.from_json)}

    def judgements(self) -> tuple[tuple[Judgement, datetime], ...]:
        """Judgements with their recorded times, oldest first."""
        return self._bodies("judgement", Judgement.from_json)

    def relations(self) -> tuple[tuple[Relation, datetime], ...]:
        """Relations with their recorded times, oldest first."""
        return self._bodies("relation", Relation.from_json)

    def assessments(self) -> tuple[tuple[Assessment, datetime], ...]:
        """Signed assessments with their recorded times, oldest first."""
        return self._bodies("assessment", Assessment.from_json)

    def claims(self, ids: Iterable[str] | None = None) -> dict[str, Claim]:
        """Claims by id, protected ones included where they can be opened; all, or those asked for."""
        wanted = None if ids is None else sorted(set(ids))
        opened = {claim.id: claim for claim, _ in self.opened() if wanted is None or claim.id in set(wanted)}
        with self.engine() as engine:
            steps = Steps("claims").add("claims", "select id, body from ledger where type = 'claim' order by id")
            if wanted is not None:
                engine.table("wanted", pa.table({"id": pa.array(wanted, pa.string())}))
                steps = steps.add("wanted_claims", "select id, body from claims semi join wanted using (id) order by id")
            rows = engine.run(steps).to_pylist()
        found = {row["id"]: Claim.from_json(json.loads(row["body"]), id=row["id"]) for row in rows}
        return dict(sorted((found | opened).items()))

    def recorded(self, ids: Iterable[str]) -> dict[str, datetime]:
        """When each of the given rows was recorded, UTC."""
        with self.engine() as engine:
            engine.table("wanted", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
            steps = Steps("recorded").add("recorded", "select id, recorded from ledger semi join wanted using (id)")
            return {row["id"]: row["recorded"] for row in engine.run(steps).to_pylist()}

    def newest_day(self) -> date | None:
        """
        The latest day that any claim speaks of as happened, for the live / historical mode (``evidence`` 12.1).

        Retracted claims count; an open end counts to the day the claim was said, a forecast by the day it was said.
        """
        with self.engine_with_opened() as engine:
            steps = Steps("newest").add("claims", _ALL_CLAIMS).add(
                "newest",
                """select max(case when kind = 'forecast' or maybe_end is null then coalesce(said, published)
                                   else maybe_end - interval 1 day end) as day from claims""",
            )
            day = engine.run(steps).to_pylist()[0]["day"]
        return day.date() if isinstance(day, datetime) else day

    # ------------------------------------------------------------------------------------------------ checking

    def issues(self) -> tuple[Issue, ...]:
        """
        Every way in which what is stored is not what was written: chains, files, rows.

        Each row of the tables is made again from the journal and compared column by column, so that a change in a
        row is named by its id even where file and hash were changed together.
        """
        found = [*self.journal.issues(), *self.tables.issues()]
        if any(issue.code in ("broken-chain", "unreadable", "lost-file") for issue in found):
            return tuple(found)
        return (*found, *self._row_issues())

    def _row_issues(self) -> list[Issue]:
        expected: dict[str, dict[str, object]] = {}
        entries = [entry for device in self.journal.devices() for entry in self.journal.entries(device)]
        for entry in sorted(entries, key=lambda entry: (entry.at, entry.device, entry.n)):
            for row in entry.rows:
                expected.setdefault(str(row["id"]), flat_row(row, entry))
        try:
            with self.engine() as engine:
                stored = engine.run(Steps("all").add("rows", "select * from ledger order by id")).to_pylist()
        except OSError as error:
            return [Issue(file=".castello/ledger", code="unreadable", what=f"cannot be read ({error})", hint=_REMAKE)]
        found = []
        for row in stored:
            wanted = expected.pop(row["id"], None)
            if wanted is None:
                what = f"{row['type']} {row['id']} is in no journal"
                found.append(Issue(file=".castello/ledger", code="alien-row", what=what, hint=_REMAKE))
                continue
            for column, value in row.items():
                if value != wanted.get(column):
                    what = f"{row['type']} {row['id']} differs from the journal"
                    found.append(Issue(file=".castello/ledger", column=column, code="changed-row", what=what, hint=_REMAKE))
        found += [
            Issue(file=".castello/ledger", code="lost-row", what=f"{row['type']} {id_} of the journal is missing", hint=_REMAKE)
            for id_, row in sorted(expected.items())
        ]
        return found


_REMAKE = "The table is derived: delete .castello and run `castello build`; the journal has every row."

_ALL_CLAIMS = "select * from ledger where type = 'claim' union all by name select * from opened"


class _Turn(AbstractContextManager[object]):
    """A lock that says who is waited for in words an analyst can use."""

    _held: dict[Path, FileLock] = {}

    def __init__(self, path: Path) -> None:
        # one lock object for each path: a process that holds the lock may take it again
        self._lock = self._held.setdefault(path, FileLock(path))

    def __enter__(self) -> object:
        try:
            return self._lock.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise LedgerBusy(
                f"another process has been writing to this case for more than {LOCK_SECONDS} s",
                hint="Wait for it to end, or end it; nothing that it acknowledged is lost.",
            ) from error

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def end_of_day(day: date, zone: Any) -> datetime:
    """The instant at which a day ends in a time zone: the first instant that is no longer in it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


def _locked() -> Exception:
    return VaultLocked(
        "this needs the key of the case's vault",
        hint="Put it in the environment as CASTELLO_VAULT_KEY or copy the key file that `castello doctor` names.",
    )
