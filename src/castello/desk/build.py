"""``build``: bring the ledger up to date with the case folder. Idempotent, resumable; nothing is written if a file is broken."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from castello.cases import CaseContent, ClaimFile, claim_paths, read_case, read_judgement, read_relation
from castello.claims import Claim, Document, InvalidClaim, Judgement, Relation, Verdict, digest
from castello.desk.feeds import Busy, FeedsRead, map_folders, quiet, read_feeds
from castello.desk.releases import Releases
from castello.errors import Issue, Refused, VaultLocked
from castello.ledger import Book
from castello.ledger.files import erase_file
from castello.names.judged import standing

WATCHED = ("case.toml", "places.csv", "roads.csv", "parties.csv", "sources.yml")
WATCHED_FOLDERS = ("claims", "documents", "feeds", "agreements", "branches")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did: rows new to the ledger by type, claims sealed and withdrawn, what each feed holds, and every issue."""

    new: Mapping[str, int] = field(default_factory=dict)
    present: Mapping[str, int] = field(default_factory=dict)
    feeds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    caught_up: int = 0
    issues: tuple[Issue, ...] = ()
    unchanged: bool = False

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "new": dict(self.new),
            "present": dict(self.present),
            "feeds": {file: dict(counts) for file, counts in self.feeds.items()},
            "caught_up": self.caught_up,
            "unchanged": self.unchanged,
            "issues": [issue.to_json() for issue in self.issues],
        }


def build(folder: Path, book: Book, *, now: datetime, busy: Busy = quiet) -> BuildReport:
    """
    Read the case folder and write what is new.

    1. Read every file; if one is broken as a whole, stop before anything is written.
    2. Seal protected files: their claims become sealed rows, their bytes go to the vault, the plain file is removed.
    3. Write documents, claims, relations and judgements: one journal line for each file. Feeds are files like others; the maps that
       they draw are stored beside the ledger.
    4. Withdraw what no file says any longer; take back the withdrawal of what is said again.

    Parameters
    ----------
    folder, book
        The case folder and its ledger.
    now
        Instant that becomes the recorded time of new rows, with a zone.
    busy
        Told what takes its time.

    Raises
    ------
    CaseBroken
        If a file as a whole cannot be used; it lists all of them.
    VaultLocked
        If there are protected claims to seal and the vault's key is not here.
    WrongUse
        If what reads a feed is not installed.
    """
    stamp = _Stamp(folder)
    if stamp.fits() and book.is_current():
        return replace(stamp.report, new={}, caught_up=0, unchanged=True)
    with book.lock():  # read under the lock, so that a build that waited does not write what was true before
        seen = stamp.look()
        content = read_case(folder)  # 1
        if any(file.protected for file in content.claim_files) and book.vault is None:
            raise VaultLocked(
                "protected claims cannot be sealed without the vault's key",
                hint="`castello doctor` names the key file.",
            )
        _erase_left(book)
        caught_up = book.catch_up()
        recorded = book.documents()
        feeds = read_feeds(content, recorded=recorded, busy=busy)
        content = replace(
            content,
            claim_files=(*content.claim_files, *feeds.claim_files),
            issues=(*content.issues, *feeds.issues),
            refs=dict(content.refs) | _ids_of_feeds(book, feeds),
        )
        new: Counter[str] = Counter()
        issues = list(content.issues)
        for file in content.claim_files:
            if file.protected:
                new.update(_seal(folder, book, file, issues, now=now))  # 2
        described = _Descriptions(book)
        new.update(_write_documents(book, content, issues, described, recorded=recorded, now=now))  # 3
        counts = dict(feeds.counts)
        releases = Releases(book, content.registers, now)
        for name, taken in releases.take(feeds.releases, kept=feeds.kept, busy=busy):
            counts[name] = {**taken.counts, "issues": len(taken.issues)}
            issues += taken.issues
        new.update(releases.new)
        said: dict[str, str] = {}
        for file in content.claim_files:
            if not file.protected:
                new.update(_write_file(book, file, content, issues, described=described, said=said, now=now))
        new.update(_withdraw(book, content, said, kept=feeds.kept, now=now))  # 4
        refused = Counter(issue.code for issue in issues)
        present = Counter(
            {
                "documents": len(content.documents) + sum(len(file.documents) for file in content.claim_files),
                "claims": sum(len(file.claims) for file in content.claim_files if not file.protected),
                "protected": book.sealed_count(),
                # less those that named what is not there: they were reported, not taken in
                "relations": sum(len(file.relations) for file in content.claim_files) - refused["relation"],
                "judgements": sum(len(file.judgements) for file in content.claim_files) - refused["judgement"],
            }
        )
        present["claims"] += sum(counts[file].get("claims", 0) for file, _, _ in feeds.releases if file in counts)
        for name in ("roads", "areas"):
            if any(name in of_file for of_file in counts.values()):
                present[name] = sum(of_file.get(name, 0) for of_file in counts.values())
        report = BuildReport(
            new=dict(new),
            present=dict(present),
            feeds=counts,
            caught_up=caught_up,
            issues=tuple(sorted(issues)),
        )
        stamp.write(report, seen=seen)
    return report


def _row(type_: str, thing: Claim | Judgement | Relation) -> dict[str, Any]:
    return {"type": type_, "id": thing.id, "body": thing.to_json()}


def document_row(document: Document, *, after: str | None = None) -> dict[str, Any]:
    """
    A description of a document as a row; a changed description is a new row.

    ``after`` is the description that it replaces, so that one that is changed back is a new row too.
    """
    content: object = document.to_json() if after is None else [document.to_json(), after]
    return {"type": "document", "id": f"d1-{digest(content)[:32]}", "body": document.to_json()}


class _Descriptions:
    """Which descriptions of documents are news. Of several in one folder the first in reading order counts."""

    def __init__(self, book: Book) -> None:
        rows = book.rows("document")
        self._device, self._known = book.device, {row["id"] for row in rows}
        self._latest = {row["body"]["id"]: row for row in rows}
        self._done: set[str] = set()

    def rows(self, documents: Iterable[Document]) -> list[dict[str, Any]]:
        news = []
        for document in documents:
            row, latest = document_row(document), self._latest.get(document.id)
            if document.id in self._done:
                continue
            self._done.add(document.id)
            if latest is not None and row["id"] in self._known and latest["body"] != row["body"]:
                if latest["device"] != self._device:
                    continue  # another device described it anew: its word stands, and is not taken back in turns
                row = document_row(document, after=latest["id"])
            news.append(row)
        return news


def _seal(folder: Path, book: Book, file: ClaimFile, issues: list[Issue], *, now: datetime) -> Counter[str]:
    assert book.vault is not None
    path = folder / file.file
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        what, hint = "was changed while it was read", "Run `castello build` again."
        issues.append(Issue(file=file.file, code="changed", what=what, hint=hint))
        return Counter()
    # documents that only protected claims cite would show what they are about: they stay in the sealed original
    rows = []
    for claim in file.claims:
        try:
            rows.append(book.seal(claim))
        except Refused as refused:
            hint = "Take it out of the file; until then nothing of the file is sealed, and it stays."
            row = file.lines.get(claim.id)
            issues.append(Issue(file=file.file, row=row, code="deleted", what=refused.what, hint=hint))
    if len(rows) < len(file.claims):
        return Counter()
    original = book.vault.seal_original(data, name=file.file)
    # whose words lie in it, claims that were known before included: deleting one of them destroys this original, too
    holds = {
        "type": "original",
        "id": original,
        "body": {"vault": original, "holds": sorted(row["id"] for row in rows)},
    }
    written = book.write([*rows, holds], verb="seal", source={"vault": original}, now=now)
    fresh = [] if written.entry is None else [row for row in written.entry.rows if row["type"] == "sealed"]
    if not any(issue.severity == "error" for issue in file.issues):
        # only now: the bytes are in the vault, and the journal line is on disk; a file that is half erased is no claims file
        path.replace(book.folder / ".castello" / f"{_ERASED}{secrets.token_hex(8)}")
        _erase_left(book)
    return Counter({"protected": len(fresh)})


def _erase_left(book: Book) -> None:
    for path in sorted((book.folder / ".castello").glob(f"{_ERASED}*")):
        erase_file(path)


_ERASED = "erase-"


def _write_documents(
    book: Book,
    content: CaseContent,
    issues: list[Issue],
    described: _Descriptions,
    *,
    recorded: Mapping[str, Document],
    now: datetime,
) -> Counter[str]:
    good = []
    for held in content.documents.values():
        before = recorded.get(held.document.id)
        if before is not None and before.sha256 is not None and before.sha256 != held.document.sha256:
            issues.append(
                Issue(
                    file=str(held.document.file),
                    code="changed-document",
                    what="is not the file that was recorded: its bytes have changed",
                    hint="Restore it; a newer version is a document of its own, under another name.",
                )
            )
            continue
        good.append(held.document)
    rows = described.rows(good)
    if not rows:
        return Counter()
    return Counter(documents=book.write(rows, verb="build", source={"file": "documents"}, now=now).new)


def _write_file(
    book: Book,
    file: ClaimFile,
    content: CaseContent,
    issues: list[Issue],
    *,
    described: _Descriptions,
    said: dict[str, str],
    now: datetime,
) -> Counter[str]:
    coder = file.claims[0].coder if file.claims and file.claims[0].coder else "coder"
    relations: list[Relation] = []
    judgements: list[Judgement] = []
    for line, item in file.relations:
        try:
            relations.append(read_relation(item, refs=content.refs, coder=coder))
        except InvalidClaim as invalid:
            issues.append(_bad(file.file, item.lines.get(invalid.slot, line), invalid, "relation"))
    for line, item in file.judgements:
        try:
            judgements.append(read_judgement(item, refs=content.refs, known=content.registers.known, coder=coder))
        except InvalidClaim as invalid:
            issues.append(_bad(file.file, item.lines.get(invalid.slot, line), invalid, "judgement"))
    groups = {
        "documents": described.rows(file.documents),
        "claims": [_row("claim", claim) for claim in file.claims],
        "relations": [_row("relation", relation) for relation in relations],
        "judgements": [_row("judgement", judgement) for judgement in judgements],
    }
    rows = [row for group in groups.values() for row in group]
    if not rows:
        return Counter()
    said |= {row["id"]: file.file for row in rows}
    source = {"file": file.file, "sha256": file.sha256}
    written = book.write(rows, verb="build", source=source, now=now, claims=file.claims)
    fresh = {row["id"] for row in written.entry.rows} if written.entry else set()
    return Counter({name: sum(row["id"] in fresh for row in group) for name, group in groups.items()})


def _bad(file: str, row: int, invalid: InvalidClaim, code: str) -> Issue:
    return Issue(file=file, row=row, column=invalid.slot, code=code, what=invalid.what, hint=invalid.hint)


def _ids_of_feeds(book: Book, feeds: FeedsRead) -> dict[str, str]:
    """What feeds say has no ref that a person gave it: judgements name it by its id."""
    ids = {claim.id for file in feeds.claim_files for claim in file.claims}
    for device in book.journal.devices() if feeds.kept else ():
        for entry in book.journal.entries(device):
            if entry.source.get("file") in feeds.kept:
                ids |= {row["id"] for row in entry.rows if row["type"] == "claim"}
    return {id_: id_ for id_ in ids}


def _withdraw(
    book: Book, content: CaseContent, said: Mapping[str, str], *, kept: Collection[str], now: datetime
) -> Counter[str]:
    """
    Claims, relations and judgements that a file once said and says no longer, and those that it says again.

    ``kept`` are files that are there and could not be read: nobody knows that they say anything else.
    """
    here = {file.file for file in content.claim_files}
    once: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for device in book.journal.devices():
        for entry in book.journal.entries(device):
            file = entry.source.get("file")
            # another device's file that is not here is not ours to withdraw from
            if entry.verb == "build" and file not in (None, *kept) and (device == book.device or file in here):
                once |= {row["id"]: (file, row) for row in entry.rows if row["type"] in _DAY_OF}
    judgements = [judgement for judgement, _ in book.judgements()]
    stand = {item.about[0]: item for item in standing(judgements) if item.verdict is Verdict.WITHDRAWN}
    acts = Counter(item.about[0] for item in judgements if item.made is not None)
    rows = []
    for id_, (file, row) in sorted(once.items()):
        gone, back = id_ not in said and id_ not in stand, id_ in said and id_ in stand
        if gone or back:
            about = id_ if gone else stand[id_].id
            judgement = Judgement(
                about=(about,),
                # taking back the withdrawal restores exactly what stood before it
                verdict=Verdict.WITHDRAWN if gone else Verdict.RETRACTED,
                by=book.device,
                # a coder's correction holds wherever the row could be seen
                dated=date.fromisoformat(row["body"][_DAY_OF[row["type"]]]),
                reason=f"no longer in {file}" if gone else f"again in {said[id_]}",
                made=f"{now.isoformat()}, act {acts[about] + 1}",
            )
            rows.append(_row("judgement", judgement))
    if not rows:
        return Counter()
    book.write(rows, verb="withdraw", source={"file": "claims"}, now=now)
    count = sum(row["body"]["verdict"] == "withdrawn" for row in rows)
    return Counter(withdrawn=count, restored=len(rows) - count)


_DAY_OF = {"claim": "published", "relation": "dated", "judgement": "dated"}
"""What a file can take back, and the field with the day from which it could be known."""


class _Stamp:
    """What the last build saw: lets a build of an unchanged folder answer at once, with the same issues."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / ".castello" / "built.json"
        self.report = BuildReport()

    def look(self) -> list[list[object]]:
        """The files as they are now, by size and time of change."""
        paths = [self._folder / name for name in WATCHED]
        for name in WATCHED_FOLDERS:
            inside = (self._folder / name).rglob("*") if (self._folder / name).is_dir() else ()
            paths += [path for path in inside if path.is_file()]
        stats = [(path, path.stat()) for path in sorted(paths) if path.exists()]
        return [[path.relative_to(self._folder).as_posix(), stat.st_size, stat.st_mtime_ns] for path, stat in stats]

    def fits(self) -> bool:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            self.report = BuildReport(
                present=data["present"],
                feeds=data["feeds"],
                issues=tuple(Issue(**issue) for issue in data["issues"]),
            )
            return bool(data["seen"] == self.look() and data["maps"] == map_folders(self._folder))
        except (OSError, ValueError, KeyError, TypeError):
            return False  # no stamp, or a torn one: build

    def write(self, report: BuildReport, *, seen: list[list[object]]) -> None:
        # what was looked at before reading, less what sealing removed: a file that changed meanwhile does not fit
        data = {
            "seen": [item for item in seen if (self._folder / str(item[0])).exists()],
            "maps": map_folders(self._folder),
            "present": dict(report.present),
            "feeds": {file: dict(counts) for file, counts in report.feeds.items()},
            "issues": [issue.to_json() for issue in report.issues],
        }
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(data), encoding="utf-8")
        fresh.replace(self._path)


def built_at(folder: Path) -> int | None:
    """When the case was last built with something to do, as the file system counts; None if never."""
    try:
        return (folder / ".castello" / "built.json").stat().st_mtime_ns
    except OSError:
        return None


def has_protected_files(folder: Path) -> bool:
    """Whether plain files with protected claims wait to be sealed."""
    return any(".protected." in path.name for path in claim_paths(folder))
