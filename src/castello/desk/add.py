"""``add``: say what a file is, put it in the case, read it. Adding the same thing twice adds nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from castello.cases import Registers, read_case
from castello.cases.documents import file_hash, sidecar_of
from castello.desk.build import BuildReport, build
from castello.desk.feeds import FOLDER, Busy, quiet
from castello.desk.planning import NOTHING, Added, Planned, Planner, Sidecar
from castello.errors import Issue, VaultLocked, WrongUse
from castello.ledger import Book
from castello.ledger.files import erase_file


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What became of each file, and what the build that followed did; ``issues`` are those of tables, which no build sees."""

    files: tuple[Added, ...]
    build: BuildReport
    issues: tuple[Issue, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        built = self.build.to_json()
        issues = [issue.to_json() for issue in (*self.issues, *self.build.issues)]
        return {"files": [file.to_json() for file in self.files]} | built | {"issues": issues}


def add(
    folder: Path,
    book: Book,
    *,
    registers: Registers,
    files: Sequence[Path],
    sidecar: Sidecar,
    protected: bool = False,
    now: datetime,
    busy: Busy = quiet,
) -> AddReport:
    """
    Put files into the case and build.

    A claims file is YAML with the sections of the manual; a document is a text, page or mail; a feed is told by what is in it. A table
    of edges and a folder of FLEE become rows of the registers. Of any other folder each file is added. Every file is checked before any
    is copied. For a table that nobody knows a mapping is drafted beside it, and nothing is taken in before its user has corrected that.

    Parameters
    ----------
    folder, book, registers
        The case.
    files
        What to add.
    sidecar
        Publisher and day of the documents.
    protected
        Seal instead of copy: a claims file's claims under keys of their own, a document's bytes in the vault.
    now
        Instant that becomes the recorded time.
    busy
        Told what takes its time.

    Raises
    ------
    WrongUse
        If a file is not there, is of no kind that is read, or a document lacks its publisher or day; if a mapping was drafted.
    CaseBroken
        If a claims file, or a file of the case, cannot be used as a whole; nothing was written then.
    """
    read_case(folder)  # nothing is copied into a broken case
    planner = Planner(folder, registers=registers, sidecar=sidecar, protected=protected)
    planned = planner.plan(files)
    _refuse_clashes(planned)
    _write_drafts(planned)
    if protected and book.vault is None:
        raise VaultLocked("sealing needs the vault's key", hint="`castello doctor` names the key file.")
    done = [_put(one, folder, book, sidecar=sidecar, now=now) for one in planned]
    built = build(folder, book, now=now, busy=busy)
    for one in done if protected else ():
        if one.to is not None and not one.already and (folder / one.to).exists():
            # rows of it could not be read, and the user has the file: no plain copy of it stays here
            erase_file(folder / one.to)
    return AddReport(
        files=tuple(
            replace(one, counts=built.feeds[one.to]) if one.to is not None and one.to in built.feeds else one
            for one in done
        ),
        build=built,
        issues=tuple(issue for one in planned if one.tables is not None for issue in one.tables.issues),
    )


def _put(one: Planned, folder: Path, book: Book, *, sidecar: Sidecar, now: datetime) -> Added:
    """Copy, seal or write what was planned."""
    plan, path = one.added, one.path
    if one.tables is not None:
        for file, data in one.tables.files.items():
            (folder / file).parent.mkdir(exist_ok=True)
            _write(folder / file, data)
        return plan
    if plan.already or plan.taken_for == NOTHING:
        return plan
    if plan.to is None:
        assert book.vault is not None
        original = book.vault.seal_original(path.read_bytes(), name=path.name)
        row = {"type": "original", "id": original, "body": {"vault": original}}
        known = book.write([row], verb="seal", source={"vault": original}, now=now).new == 0
        return replace(plan, already=True) if known else plan
    target = folder / plan.to
    target.parent.mkdir(exist_ok=True)
    if one.beside is not None:
        _copy(one.beside, sidecar_of(target))
    elif plan.to.startswith(("documents/", f"{FOLDER}/")) and sidecar.publisher is not None:
        _write(sidecar_of(target), _sidecar_text(sidecar, path).encode())
    _copy(path, target)
    return plan


def _write_drafts(planned: Sequence[Planned]) -> None:
    """Write the mappings that were drafted, each beside its file, and say so: nothing of this call is taken in."""
    drafted = [(one, one.draft) for one in planned if one.draft is not None]
    if not drafted:
        return
    for one, text in drafted:
        beside = sidecar_of(one.path)
        try:
            with beside.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            what = f"{one.path.name} {one.added.why}, and {beside} cannot be written ({error.strerror})"
            raise WrongUse(what, hint="Copy the file into a folder of your own, and add it from there.") from error
    said = "; ".join(
        f"{one.path.name} {one.added.why}: a mapping is drafted in {sidecar_of(one.path)}" for one, _ in drafted
    )
    hint = "Correct it, and run the same command again; nothing has been taken in. See the manual, tables."
    raise WrongUse(said, hint=hint)


def _refuse_clashes(planned: Sequence[Planned]) -> None:
    """Two files of one call that would lie in the same place: the second must not overwrite the first."""
    first: dict[str, Path] = {}
    for one in planned:
        if one.added.to is None or one.tables is not None:
            continue
        other = first.setdefault(one.added.to, one.path)
        if other is not one.path and file_hash(other) != file_hash(one.path):
            raise WrongUse(
                f"{other.name} and {one.path.name} would both be {one.added.to}",
                hint="Give one of them another name.",
            )


def _sidecar_text(sidecar: Sidecar, path: Path) -> str:
    import json

    # JSON text is YAML text: quotation marks and line breaks in a title cannot break the file
    lines = [f"title: {json.dumps(sidecar.title or path.stem, ensure_ascii=False)}", f"publisher: {sidecar.publisher}"]
    lines += [f"published: {sidecar.published}", f"language: {json.dumps(sidecar.language)}"]
    if sidecar.url:
        lines.append(f"urls: [{json.dumps(sidecar.url)}]")
    return "\n".join(lines) + "\n"


def _copy(source: Path, target: Path) -> None:
    fresh = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, fresh)
    _settle(fresh, target)


def _write(target: Path, data: bytes) -> None:
    fresh = target.with_name(f".{target.name}.new")
    fresh.write_bytes(data)
    _settle(fresh, target)


def _settle(fresh: Path, target: Path) -> None:
    """Sync and rename, so that a file that was cut short is never taken for the whole."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(target)


def issue_lines(issues: Sequence[Issue]) -> list[str]:
    """Issues as lines for a person, errors first."""
    return [str(issue) for issue in sorted(issues, key=lambda issue: (issue.severity != "error", issue))]
