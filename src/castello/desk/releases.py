"""
Feeds whose files are tables: each file is a release of its feed, and the feed says what its releases say together.

A file is read once. It is read again when its bytes, its sidecar, the registers or the reader have changed; what it says otherwise then is
a correction, as if it had always been so. Whenever the files of a feed are others than before, all of it is settled anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from castello.cases import Held, Registers
from castello.claims import canonical
from castello.desk.feeds import check_sources
from castello.engines.bounded import BoundedEngine, NotReadable
from castello.errors import Issue, WrongUse
from castello.ledger import Book, Entry
from castello.ledger.releases import Compared, Release, settle_releases
from castello.sources._intake import Intake
from castello.sources.cells import open_cells
from castello.sources.staging import Tick, stage
from castello.sources.tabular import Tabular

MEMORY_MB = 700
"""What the engine may hold while a feed is read; the rest lies on disk."""

STAGED = Path(".castello", "feeds")
"""The rows of each file as they were read: derived, and read again if they are gone."""

_REGISTERS = ("places.csv", "roads.csv", "parties.csv")
_OPTIONS = ("feed", "complete", "encoding")

Found = tuple[str, Held, Tabular]
"""A file by its name in the case, as a document, and what kind of table it is."""

Busy = Callable[[str], AbstractContextManager[Tick | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a file: counts of its rows and claims, and what is wrong with it."""

    counts: Mapping[str, int]
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file that can be read: of which feed, and all that decides what is read in it."""

    name: str
    held: Held
    source: Tabular
    options: Mapping[str, Any]
    feed: str
    key: str


@dataclass(slots=True)
class Releases:
    """The feeds of a case while it is built. The caller holds the case's lock; ``new`` counts rows that were new to the ledger."""

    book: Book
    registers: Registers
    now: datetime
    new: Counter[str] = field(default_factory=Counter)

    def take(self, found: Sequence[Found], *, kept: frozenset[str], busy: Busy) -> Iterator[tuple[str, Taken]]:
        """
        Settle every feed whose files are others than those it was last settled with; what became of each file.

        Parameters
        ----------
        found
            The files that are there.
        kept
            Names of files that are there and cannot be used this time: what they said stands.
        busy
            Told what is being read.
        """
        files: dict[str, list[_File]] = {}
        for name, held, source in found:
            try:
                file = self._file(name, held, source)
                files.setdefault(file.feed, []).append(file)
            except WrongUse as wrong:
                kept |= {name}
                yield name, Taken(counts={}, issues=(_wrong(name, wrong),))
        told = self._told()
        # what moved from one feed to another has to be gone there before it stands here
        order = sorted({*files, *told}, key=lambda feed: (not self._lost(feed, files, told), feed))
        for feed in order:
            entries, here = told.get(feed, []), files.get(feed, [])
            if any(file in kept for entry in entries for file in json.loads(entry.source["files"])):
                for file in here:
                    yield file.name, self._as_before(file, entries)
                continue
            state = canonical(sorted(file.key for file in here)).decode()
            if settled := next((entry for entry in entries if _is_last_word(entry, entries, state=state)), None):
                for file in here:
                    yield file.name, _taken(settled, file.name)
                continue
            yield from self._settle(feed, here, entries, state=state, busy=busy)

    def _file(self, name: str, held: Held, source: Tabular) -> _File:
        """What decides how a file is read; raises :class:`WrongUse` if its sidecar says something that the source does not know."""
        options = {key: value for key, value in held.reading.items() if key != "format"}
        surplus = sorted(set(options) - {*source.options, *_OPTIONS})
        if surplus:
            hint = f"Use {', '.join(sorted({*source.options, *_OPTIONS}))}."
            raise WrongUse(f"{surplus[0]!r} says nothing of a file of {source.name}", hint=hint)
        check_sources(options, self.registers)
        # tables that were mapped have nothing in common but who published them
        whose = held.document.publisher if source.bind is None else held.document.id
        source = source.bound(options)
        feed = str(options.get("feed") or f"{source.format}:{whose}")
        document = held.document
        decides = [
            document.id,
            document.sha256,
            document.publisher,
            str(document.published),
            source.format,
            source.version,
        ]
        key = canonical([*decides, json.dumps(options, default=str, sort_keys=True), self._registers()])
        return _File(
            name=name, held=held, source=source, options=options, feed=feed, key=hashlib.sha256(key).hexdigest()[:32]
        )

    def _registers(self) -> str:
        found = hashlib.sha256()
        for name in _REGISTERS:
            path = self.registers.folder / name
            found.update(path.read_bytes() if path.exists() else b"")
        return found.hexdigest()[:16]

    def _told(self) -> dict[str, list[Entry]]:
        """The entries of the journals about each feed, in the order of writing."""
        told: dict[str, list[Entry]] = {}
        for entry, _ in self.book.batches():
            told.setdefault(entry.source["feed"], []).append(entry)
        return told

    @staticmethod
    def _lost(feed: str, files: Mapping[str, list[_File]], told: Mapping[str, list[Entry]]) -> bool:
        here = {file.name for file in files.get(feed, [])}
        return any(set(json.loads(entry.source["files"])) - here for entry in told.get(feed, [])[-1:])

    def _as_before(self, file: _File, entries: Sequence[Entry]) -> Taken:
        entry = next((entry for entry in reversed(entries) if file.name in json.loads(entry.source["files"])), None)
        return Taken(counts={}) if entry is None else _taken(entry, file.name)

    # ------------------------------------------------------------------------------------------------------ settling

    def _settle(
        self, feed: str, files: Sequence[_File], entries: Sequence[Entry], *, state: str, busy: Busy
    ) -> Iterator[tuple[str, Taken]]:
        abouts = {}
        for file in files:
            try:
                with busy(f"reading {file.name}") as tick:
                    abouts[file.name] = self._staged(file, tick=tick)
            except WrongUse as wrong:
                yield from self._left(files, entries, {file.name: _wrong(file.name, wrong)})
                return
            except NotReadable as error:
                # what nobody foresaw in one file must not keep the others out
                hint = "Look for figures that cannot be; if there are none, report it with the row."
                issue = Issue(file=file.name, code="unreadable", what=f"cannot be worked on ({error})", hint=hint)
                yield from self._left(files, entries, {file.name: issue})
                return
        compared = self._write(feed, files, abouts, state=state)
        for file in files:
            about = abouts[file.name]
            yield file.name, _with(about, compared[file.held.document.id], file.name)

    def _left(
        self, files: Sequence[_File], entries: Sequence[Entry], issues: Mapping[str, Issue]
    ) -> Iterator[tuple[str, Taken]]:
        """A feed of which a file cannot be read this time says what it said before."""
        for file in files:
            before = self._as_before(file, entries)
            issue = issues.get(file.name)
            yield file.name, before if issue is None else replace(before, issues=(issue,))

    def _staged(self, file: _File, *, tick: Tick | None) -> dict[str, Any]:
        """The rows of a file, read if they are not there as they would be read now."""
        folder = self.registers.folder / STAGED / file.held.document.id
        note = folder / "read.json"
        with suppress(OSError, ValueError, KeyError):
            about: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
            if about["key"] == file.key and all((folder / name).exists() for name in about["rows"]):
                return about
        fresh = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        intake = Intake(file.name)
        tables = open_cells(
            file.held.path,
            into=fresh / "cells",
            intake=intake,
            is_header=file.source.is_header,
            needed=file.source.needed,
            encoding=file.options.get("encoding"),
            tick=_part(tick, 0, 40),
        )
        with BoundedEngine(spill=fresh / "spill", memory_mb=MEMORY_MB) as engine:
            staged = stage(
                file.source,
                tables,
                engine=engine,
                intake=intake,
                places=self.registers.places,
                parties=self.registers.parties,
                document=file.held.document,
                options=file.options,
                into=fresh,
                tick=_part(tick, 40, 100),
            )
        for name in ("cells", "spill"):
            shutil.rmtree(fresh / name, ignore_errors=True)
        counts = {"rows": staged.present, "claims": sum(staged.claims.values())}
        counts |= {"refused": staged.refused} if staged.refused else {}
        counts |= {f"{kind} claims": n for kind, n in sorted(staged.claims.items()) if len(staged.claims) > 1}
        counts |= {"names": len(staged.names)} if staged.names else {}
        cut = any(issue.code == "cut" for issue in intake.issues)
        about = {
            "key": file.key,
            "rows": [path.name for path in staged.files],
            "names": list(staged.names),
            "counts": counts,
            "issues": [issue.to_json() for issue in intake.issues],
            # what could not be read may be what seems to be missing
            "whole": False if staged.refused or cut or not tables else None,
        }
        (fresh / note.name).write_text(json.dumps(about, default=str), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
        return about

    def _write(
        self, feed: str, files: Sequence[_File], abouts: Mapping[str, Mapping[str, Any]], *, state: str
    ) -> dict[str, Compared]:
        batches = [(entry, path) for entry, path in self.book.batches() if entry.source["feed"] == feed]
        work = self.registers.folder / ".castello" / "reading"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        releases = [
            Release(
                document=file.held.document.id,
                published=file.held.document.published,
                rows=[
                    self.registers.folder / STAGED / file.held.document.id / name for name in abouts[file.name]["rows"]
                ],
                whole=file.options.get("complete", abouts[file.name]["whole"]),
            )
            for file in files
        ]
        names = [
            {**row, "published": file.held.document.published} for file in files for row in abouts[file.name]["names"]
        ]
        try:
            batch = work / "batch.parquet"
            with BoundedEngine(spill=work / "spill", memory_mb=MEMORY_MB) as engine:
                engine.table("stated", self.book.stated())
                compared = settle_releases(
                    engine, releases, recorded=[path for _, path in batches], names=names, now=self.now, to=batch
                )
            self.new.update(_news(batch))
            told = {file.name: _said(abouts[file.name], compared[file.held.document.id], file.name) for file in files}
            about = {
                "feed": feed,
                "state": state,
                "seen": _digest([str(entry.source["batch"]) for entry, _ in batches]),
                "files": json.dumps(told, ensure_ascii=False),
            }
            self.book.write_batch(batch, source=about, now=self.now)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return compared


def _is_last_word(entry: Entry, entries: Sequence[Entry], *, state: str) -> bool:
    """Whether a feed was settled with these files, and with all that is recorded of it but itself."""
    others = [str(other.source["batch"]) for other in entries if other is not entry]
    return entry.source["state"] == state and entry.source["seen"] == _digest(others)


def _wrong(name: str, wrong: WrongUse) -> Issue:
    """A sidecar that says something that cannot be done, at its line if that is known."""
    line = getattr(wrong, "line", None)
    return Issue(file=f"{name}.yml", row=line, code="reading", what=wrong.what, hint=wrong.hint)


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256(canonical(sorted(names))).hexdigest()[:32]


def _said(about: Mapping[str, Any], compared: Compared, file: str) -> dict[str, Any]:
    """Counts and issues of a file, with how it stands to the releases before it, in plain form."""
    counts, issues = dict(about["counts"]), list(about["issues"])
    if compared.same or compared.changed or compared.gone:
        counts |= {"new": compared.new, "same": compared.same, "changed": compared.changed, "withdrawn": compared.gone}
    if compared.missing:
        what = f"lacks {compared.missing:,} claims that the feed had before: they stay"
        hint = "If the file is whole, write complete: true in its sidecar; if it was cut off, get it again; if it is of another feed, name that: feed: NAME."
        issues.append(Issue(file=file, code="not-whole", what=what, hint=hint, severity="warning").to_json())
    return {"counts": counts, "issues": issues}


def _with(about: Mapping[str, Any], compared: Compared, file: str) -> Taken:
    said = _said(about, compared, file)
    return Taken(counts=said["counts"], issues=tuple(Issue(**issue) for issue in said["issues"]))


def _taken(entry: Entry, file: str) -> Taken:
    said = json.loads(entry.source["files"])[file]
    return Taken(counts=said["counts"], issues=tuple(Issue(**issue) for issue in said["issues"]))


def _news(batch: Path) -> Counter[str]:
    """What a batch brings: claims, and claims that are superseded, withdrawn or stand again."""
    words = {"changed": "superseded", "withdrawn": "withdrawn", "stands": "restored"}
    rows = pq.read_table(batch, columns=["type", "answer"])
    pairs = zip(rows["type"].to_pylist(), rows["answer"].to_pylist(), strict=True)
    return Counter(
        "claims" if type_ == "claim" else words[answer] for type_, answer in pairs if type_ in ("claim", "gone")
    )


def _part(tick: Tick | None, start: int, end: int) -> Tick | None:
    """What is told of a part of the work, as per cent of the whole."""
    if tick is None:
        return None
    return lambda done, of: tick(start + (end - start) * done // max(of, 1), 100)
