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
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pyarrow as pa
from filelock import FileLock, Timeout

from castello.claims import Assessment, Claim, Document, Judgement, Relation, canonical
from castello.engines import Engine, Steps
from castello.errors import BrokenChain, Issue, LedgerBusy, NotAppendOnly, VaultLocked, WrongUse
from castello.ledger.batches import (
    FOLDER,
    batch_ids,
    batch_issues,
    batch_of,
    batch_path,
    check_batch,
    ledger_batches,
    settle_batch,
    stated_steps,
)
from castello.ledger.journal import Entry, Journal, Row
from castello.ledger.tables import REMAKE, SCHEMA, Tables, claims_table, flat_row
from castello.ledger.vault import Vault

LOCK_SECONDS = 120
ROWS_IN_A_COMMIT = 50_000
HYPOTHETICAL = "h1-"
"""How ids of claims on a branch begin."""

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
        self._opened: tuple[object, tuple[tuple[Claim, datetime], ...]] | None = None
        self.journal = Journal(folder / "journal")
        self.tables = Tables(folder / ".castello")

    # ------------------------------------------------------------------------------------------------- writing

    def lock(self) -> AbstractContextManager[object]:
        """The right to write; others wait for their turn. It may be taken again by who holds it."""
        (self.folder / ".castello").mkdir(parents=True, exist_ok=True)
        return _Turn(self.folder / ".castello" / "lock")

    def write(
        self,
        rows: Sequence[Row],
        *,
        verb: str,
        source: Mapping[str, str],
        now: datetime,
        claims: Iterable[Claim] = (),
    ) -> Written:
        """
        Acknowledge rows: one synced journal line, then one commit to the tables. What is known already is not written again.

        Parameters
        ----------
        rows
            Rows of any types, in the order in which they are to stand in the journal.
        verb, source
            What was done, and with which file.
        now
            Becomes the recorded time of the rows; if the clock has gone backwards, the last entry's time is kept instead,
            so that a device's recorded times never decrease.
        claims
            The claims that rows were made from, as far as they are at hand. Nothing else is stored for them, but they need not be
            made from their rows once more, which is half the work of a big batch.

        Raises
        ------
        NotAppendOnly
            If a row is of a branch: what is hypothetical never enters the ledger.
        WrongUse
            If ``now`` has no zone.
        """
        if any(str(row["id"]).startswith(HYPOTHETICAL) for row in rows):
            raise NotAppendOnly("a hypothetical claim cannot enter the ledger", hint="It lives in a file of branches/.")
        if now.tzinfo is None:
            raise WrongUse("the time has no zone", hint="Give it in UTC.")
        with self.lock():
            self.catch_up()
            fresh = self._unknown(rows)
            if not fresh:
                return Written(entry=None, new=0, known=len(rows))
            last = self.journal.last(self.device)
            at_hand = {claim.id: claim for claim in claims}
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
            flat = (
                # a row that was not in canonical form is stored as it will be read again, not as the writer had it
                flat_row(kept, entry, body=body, claim=at_hand.get(str(row["id"])) if kept is row else None)
                for row, kept, body in zip(fresh, entry.rows, entry.bodies, strict=True)
            )
            self.tables.append(flat, applied={entry.device: entry.n})
            return Written(entry=entry, new=len(fresh), known=len(rows) - len(fresh))

    def write_batch(self, fresh: Path, *, source: Mapping[str, str], now: datetime) -> Entry:
        """
        Acknowledge the rows of a feed: the batch on disk, one synced journal line that names it, one commit to the tables.

        Parameters
        ----------
        fresh
            A file as :func:`castello.ledger.batches.compare` writes it, on the disk of the case; it is moved away.
        source
            Which file of which feed it was, and how it was read.
        now
            As in :meth:`write`.
        """
        if now.tzinfo is None:
            raise WrongUse("the time has no zone", hint="Give it in UTC.")
        with self.lock():
            self.catch_up()
            last = self.journal.last(self.device)
            entry = Entry.make(
                device=self.device,
                n=1 if last is None else last.n + 1,
                at=now if last is None else max(now, last.at),
                verb="feed",
                rows=(),
                source={**source, "batch": settle_batch(self.folder, fresh)},
                previous="" if last is None else last.hash,
            )
            self.journal.append(entry)
            seen = self._known_of(entry)
            self.tables.append_sorted(
                ledger_batches(batch_path(self.folder, entry.source["batch"]), entry, seen=seen),
                applied={entry.device: entry.n},
            )
            return entry

    def _known_of(self, entry: Entry) -> set[str]:
        return self.tables.holding(batch_ids(batch_path(self.folder, entry.source["batch"])))

    def batches(self) -> tuple[tuple[Entry, Path], ...]:
        """Every batch of the journals with its entry, in the order of writing."""
        found = [entry for device in self.journal.devices() for entry in self.journal.without_rows(device)]
        named = [(entry, name) for entry in sorted(found, key=_first_written) if (name := batch_of(entry)) is not None]
        return tuple((entry, batch_path(self.folder, name)) for entry, name in named)

    def stated(self) -> pa.Table:
        """The last word on each claim of a feed that ever went, see :func:`castello.ledger.batches.stated_steps`."""
        with self.engine() as engine:
            return engine.run(stated_steps())

    def names(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """
        Places and parties that feeds brought, ``place`` or ``party`` with the entry, by id.

        Where several feeds have one id, each adds what the earlier ones left open, and what the latest says counts.
        """
        with self.engine() as engine:
            rows = engine.run(_NAMES).to_pylist()
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rows:
            found.setdefault((row["type"], row["subject"]), {}).update(json.loads(row["body"]))
        return tuple((kind, entry) for (kind, _), entry in sorted(found.items(), key=lambda one: one[0]))

    def catch_up(self) -> int:
        """
        Store what the journal has and the tables lack; returns how many rows that were. The caller may hold the lock.

        Raises
        ------
        BrokenChain
            If a journal is damaged, or shorter than what the tables have of it.
        """
        with self.lock():
            self.journal.drop_torn_line(self.device)
            counts = self._counts()
            for device, (written, applied) in counts.items():
                if applied > written:
                    raise BrokenChain(
                        f"the tables hold {applied} entries of this journal, which has {written}: its end is missing",
                        hint="Restore the file from a copy; then run `castello verify`.",
                        where=f"journal/{device}.jsonl",
                    )
            stored = 0
            if any(applied < written for written, applied in counts.values()):
                entries = sorted(self._entries(), key=_first_written)
                known = [entry for entry in entries if entry.n <= counts[entry.device][1]]
                if entries[: len(known)] == known:
                    stored = self._store(self.tables, entries[len(known) :], seen=self._ids(known))
                else:
                    # another device's journal came in with entries from before what is stored
                    self.remake()
                    stored = len(self._ids(entries) - self._ids(known))
            self.tables.note_files()
            return stored

    def remake(self) -> int:
        """
        Make the tables again from every journal; returns how many rows they hold. Needed after a merge.

        A row that two devices wrote is kept as it was first written, so the order in which journals arrive changes nothing. Readers see
        the old tables until the new ones are whole.
        """
        with self.lock():
            fresh = self.tables.afresh()
            stored = self._store(fresh, sorted(self._entries(), key=_first_written), seen=set())
            self.tables.take_over(fresh)
            return stored

    def _store(self, tables: Tables, entries: Sequence[Entry], *, seen: set[str]) -> int:
        """Store the rows of entries that were not seen yet, many entries in one commit."""
        stored, rows, applied = 0, list[tuple[Row, str, Entry]](), dict[str, int]()
        for entry in entries:
            if (name := batch_of(entry)) is not None:
                if applied:
                    tables.append((flat_row(row, of, body=body) for row, body, of in rows), applied=applied)
                before = len(seen)
                batches = ledger_batches(check_batch(self.folder, name), entry, seen=seen)
                tables.append_sorted(batches, applied={entry.device: entry.n})
                stored += len(rows) + len(seen) - before
                rows, applied = [], {}
                continue
            for row, body in zip(entry.rows, entry.bodies, strict=True):
                if str(row["id"]) not in seen:
                    seen.add(str(row["id"]))
                    rows.append((row, body, entry))
            applied[entry.device] = entry.n
            if len(rows) >= ROWS_IN_A_COMMIT or entry is entries[-1]:
                tables.append((flat_row(row, of, body=body) for row, body, of in rows), applied=applied)
                stored += len(rows)
                rows, applied = [], {}
        return stored

    def _entries(self) -> list[Entry]:
        return [entry for device in self.journal.devices() for entry in self.journal.entries(device)]

    def _ids(self, entries: Iterable[Entry]) -> set[str]:
        entries = list(entries)
        ids = {str(row["id"]) for entry in entries for row in entry.rows}
        for entry in entries:
            if (name := batch_of(entry)) is not None:
                ids.update(batch_ids(check_batch(self.folder, name)))
        return ids

    def is_current(self) -> bool:
        """Whether the tables hold all that the journal acknowledges."""
        return all(written == applied for written, applied in self._counts().values())

    def _counts(self) -> dict[str, tuple[int, int]]:
        """How many entries the journal of each device has, and how many of them the tables hold."""
        devices = {*self.journal.devices(), self.device}
        applied = self.tables.applied(devices)
        last = {device: self.journal.last(device) for device in sorted(devices)}
        return {device: (0 if entry is None else entry.n, applied[device]) for device, entry in last.items()}

    def _unknown(self, rows: Sequence[Row]) -> list[Row]:
        """Rows whose id the tables do not hold, each once."""
        wanted = {str(row["id"]): row for row in rows}
        known = self.tables.holding(wanted)
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
        if self.vault is None:
            return ()
        # decrypting is slow and asked for often: kept until a row is written or a key is destroyed
        state = (tuple(self.tables.files()), tuple(item.id for item in self.vault.tombstones()))
        if self._opened is None or self._opened[0] != state:
            self._opened = (state, self._open_all(self.vault))
        return self._opened[1]

    def _open_all(self, vault: Vault) -> tuple[tuple[Claim, datetime], ...]:
        claims = []
        for row in self._rows("sealed"):
            try:
                plain = vault.open_claim(row["id"], base64.b64decode(json.loads(row["body"])["payload"]))
            except VaultLocked:
                continue  # sealed in a vault that is not ours, or its key was not brought along
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
        engine.table("opened", _opened_table(self.opened()))
        return engine

    def _rows(self, type_: str) -> list[dict[str, Any]]:
        with self.engine() as engine:
            steps = Steps(type_).add(
                "of_type",
                "select id, recorded, device, n, body from ledger where type = $type order by published, recorded, device, n, id",
            )
            found: list[dict[str, Any]] = engine.run(steps, {"type": type_}).to_pylist()
        # the engine hands times back in the zone of this machine
        return [row | {"recorded": row["recorded"].astimezone(UTC)} for row in found]

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
        return tuple(
            (Judgement.from_json(json.loads(row["body"]), id=row["id"]), row["recorded"])
            for row in self._rows("judgement")
        )

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
                steps = steps.add(
                    "wanted_claims", "select id, body from claims semi join wanted using (id) order by id"
                )
            rows = engine.run(steps).to_pylist()
        found = {row["id"]: Claim.from_json(json.loads(row["body"]), id=row["id"]) for row in rows}
        return dict(sorted((found | opened).items()))

    def columns(self, *names: str) -> pa.Table:
        """
        Some columns of every claim, protected ones included where they can be opened, in the order of ids; far cheaper than the claims.

        Parameters
        ----------
        *names
            Of :data:`castello.ledger.tables.SCHEMA`.
        """
        listed = ", ".join(f'"{SCHEMA.field(name).name}"' for name in names)
        with self.engine_with_opened() as engine:
            return engine.run(
                Steps("columns").add("claims", _ALL_CLAIMS).add("columns", f"select {listed} from claims order by id")
            )

    def recorded(self, ids: Iterable[str]) -> dict[str, datetime]:
        """When each of the given rows was recorded, UTC."""
        with self.engine() as engine:
            engine.table("wanted", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
            steps = Steps("recorded").add("recorded", "select id, recorded from ledger semi join wanted using (id)")
            return {row["id"]: row["recorded"].astimezone(UTC) for row in engine.run(steps).to_pylist()}

    def newest_day(self, *, until: datetime | None = None) -> date | None:
        """
        The latest day that any claim speaks of as happened, for the live / historical mode (``evidence`` 12.1).

        Retracted claims count; an open end counts to the day the claim was said, a forecast by the day it was said, and a
        protected claim that was deleted or cannot be opened here by the day it was recorded.

        Parameters
        ----------
        until
            Only claims that were recorded before this instant; all if not given.
        """
        opened = self.opened()
        readable = {claim.id for claim, _ in opened}
        closed = [row["recorded"] for row in self._rows("sealed") if row["id"] not in readable]
        days = [at.date() for at in closed if until is None or at < until]
        with self.engine() as engine:
            engine.table("opened", _opened_table(opened))
            steps = (
                Steps("newest")
                .add("claims", _ALL_CLAIMS)
                .add(
                    "newest",
                    """select max(case when kind = 'forecast' then coalesce(said, published)
                                   when maybe_end is null then greatest(coalesce(said, published), maybe_start)
                                   else maybe_end - interval 1 day end)::date as day
                   from claims where $until is null or recorded < $until""",
                )
            )
            day = engine.run(steps, {"until": until}).to_pylist()[0]["day"]
        return max([*days, *([] if day is None else [day])], default=None)

    # ------------------------------------------------------------------------------------------------ checking

    def issues(self) -> tuple[Issue, ...]:
        """
        Every way in which what is stored is not what was written: chains, files, rows, sealed content.

        Each row of the tables is made again from the journal and compared column by column, so that a change in a
        row is named by its id even where file and hash were changed together.
        """
        found = [*self.journal.issues(), *self.tables.issues()]
        if any(issue.code in ("broken-chain", "unreadable") or "_delta_log" in issue.file for issue in found):
            return tuple(found)
        broken = list(batch_issues(self.folder, self._entries()))
        if broken or any(issue.code in ("changed-file", "lost-file") for issue in found):
            return (*found, *broken)  # what is damaged is named; rows that cannot be read are not compared
        expected: dict[str, dict[str, object]] = {}
        for entry in sorted(self._entries(), key=_first_written):
            for row, body in zip(entry.rows, entry.bodies, strict=True):
                expected.setdefault(str(row["id"]), flat_row(row, entry, body=body))
        batches = [(entry.device, entry.n) for entry in self._entries() if batch_of(entry) is not None]
        rows = self.tables.row_issues(expected, batches=batches)
        return (*found, *rows, *self._batch_row_issues(), *self._sealed_issues())

    def _batch_row_issues(self) -> list[Issue]:
        """Rows of the tables that are not those of the batches. They are compared a batch at a time, by the engine."""
        found, seen = list[Issue](), set[str]()
        for entry, path in self.batches():
            if not path.exists():
                continue
            with self.engine() as engine:
                pieces = list(ledger_batches(path, entry, seen=seen))
                engine.table("wanted", pa.Table.from_batches(pieces, schema=SCHEMA))
                rows = engine.run(_BATCH_ROWS, {"device": entry.device, "n": entry.n}).to_pylist()
            where = f"{FOLDER.as_posix()}/{path.name}"
            found += [
                Issue(file=where, code="changed-row", what=f"{row['type']} {row['id']} {row['what']}", hint=REMAKE)
                for row in rows
            ]
        return found

    def _sealed_issues(self) -> list[Issue]:
        """Sealed claims and originals that no longer open, though the vault's key is here."""
        if self.vault is None or self.vault.locked:
            return []
        found, originals = [], set[str]()
        for entry in self._entries():
            if "vault" in entry.source:
                originals.add(entry.source["vault"])
            for row in entry.rows:
                if row["type"] == "sealed":
                    payload = base64.b64decode(row["body"]["payload"])
                    found.append(_damage(partial(self.vault.open_claim, str(row["id"]), payload)))
        found += [_damage(partial(self.vault.open_original, item)) for item in sorted(originals)]
        return [issue for issue in found if issue is not None]


_NAMES = Steps("names").add(
    "names",
    "select type, subject, body from ledger where type in ('place', 'party') order by published, recorded, device, n, id",
)

_BATCH_ROWS = (
    Steps("batch_rows")
    .add("stored", "select * from ledger where device = $device and n = $n")
    .add("alien", "select * from stored except all select * from wanted")
    .add("lost", "select * from wanted except all select * from stored")
    .add(
        "batch_rows",
        """select type, id, 'is not in the tables as the batch has it' as what from lost
           union all select type, id, 'is in the tables, and not in the batch' as what from alien where id not in (select id from lost)
           order by type, id limit 1000""",
    )
)

_ALL_CLAIMS = "select * from ledger where type = 'claim' union all by name select * from opened"


def _damage(open_it: Callable[[], object]) -> Issue | None:
    """What is wrong with something sealed; None if it opens or was deleted. What is not in this vault is only a warning."""
    try:
        open_it()
    except (BrokenChain, VaultLocked) as error:
        code, severity = ("sealed", "error") if isinstance(error, BrokenChain) else ("not-in-vault", "warning")
        return Issue(file=error.where or "vault", code=code, what=error.what, hint=error.hint, severity=severity)
    return None


class _Turn(AbstractContextManager[object]):
    """A lock that says who is waited for in words an analyst can use."""

    _held: ClassVar[dict[Path, FileLock]] = {}

    def __init__(self, path: Path) -> None:
        # one lock object for each path: a process that holds the lock may take it again
        self._lock = self._held.setdefault(path.resolve(), FileLock(path.resolve()))

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


def _first_written(entry: Entry) -> tuple[datetime, str, int]:
    """The order in which a row that two devices wrote is kept as it was first written."""
    return entry.at, entry.device, entry.n


def _opened_table(opened: Iterable[tuple[Claim, datetime]]) -> pa.Table:
    tables = [claims_table([claim], recorded=recorded) for claim, recorded in opened]
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def end_of_day(day: date, zone: Any) -> datetime:
    """The instant at which a day ends in a time zone: the first instant that is no longer in it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


def _locked() -> Exception:
    return VaultLocked(
        "this needs the key of the case's vault",
        hint="Put it in the environment as CASTELLO_VAULT_KEY or copy the key file that `castello doctor` names.",
    )
