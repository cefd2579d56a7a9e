"""``add``: say what a file is, put it in the case, read it. Adding the same thing twice adds nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from castello.cases import Registers, broken_as_claims, read_case
from castello.cases.claim_files import is_protected
from castello.cases.documents import SUFFIXES, file_hash, slug
from castello.desk.build import BuildReport, build
from castello.errors import CaseBroken, Issue, VaultLocked, WrongUse
from castello.ledger import Book
from castello.ledger.files import erase_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """What the user says of a document: who published it, when, where, under which title."""

    publisher: str | None = None
    published: date | None = None
    title: str | None = None
    url: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of one file: what it was taken for, why, and where it lies now."""

    file: str
    taken_for: str
    why: str
    to: str | None
    already: bool = False

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"file": self.file, "taken_for": self.taken_for, "why": self.why, "to": self.to, "already": self.already}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What became of each file, and what the build that followed did."""

    files: tuple[Added, ...]
    build: BuildReport

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"files": [file.to_json() for file in self.files]} | self.build.to_json()


def add(
    folder: Path,
    book: Book,
    *,
    registers: Registers,
    files: Sequence[Path],
    sidecar: Sidecar,
    protected: bool = False,
    now: datetime,
) -> AddReport:
    """
    Put files into the case and build.

    A claims file is YAML with the sections of the manual; a document is a text, page or mail. Every file is checked before any is
    copied.

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

    Raises
    ------
    WrongUse
        If a file is not there, is of no kind that is read yet, or a document lacks its publisher or day.
    CaseBroken
        If a claims file, or a file of the case, cannot be used as a whole; nothing was written then.
    """
    read_case(folder)  # nothing is copied into a broken case
    plans = [_plan(path, folder=folder, registers=registers, sidecar=sidecar, protected=protected) for path in files]
    _refuse_clashes(files, plans)
    if protected and book.vault is None:
        raise VaultLocked("sealing needs the vault's key", hint="`castello doctor` names the key file.")
    for at, (path, plan) in enumerate(zip(files, plans, strict=True)):
        if plan.already:
            continue
        if plan.to is None:
            assert book.vault is not None
            original = book.vault.seal_original(path.read_bytes(), name=path.name)
            row = {"type": "original", "id": original, "body": {"vault": original}}
            if book.write([row], verb="seal", source={"vault": original}, now=now).new == 0:
                plans[at] = replace(plan, already=True)
            continue
        target = folder / plan.to
        target.parent.mkdir(exist_ok=True)
        if plan.taken_for == "document":
            _write(target.with_name(target.name + ".yml"), _sidecar_text(sidecar, path).encode())
        _copy(path, target)
    report = AddReport(files=tuple(plans), build=build(folder, book, now=now))
    for plan in plans if protected else ():
        if plan.to is not None and not plan.already and (folder / plan.to).exists():
            # rows of it could not be read, and the user has the file: no plain copy of it stays here
            erase_file(folder / plan.to)
    return report


def _plan(path: Path, *, folder: Path, registers: Registers, sidecar: Sidecar, protected: bool) -> Added:
    if not path.is_file():
        raise WrongUse(f"no file {path}", hint="Check the path; folders are not added whole yet.")
    suffix = path.suffix.lower()
    if suffix in (".yml", ".yaml"):
        return _plan_claims(path, folder=folder, registers=registers, protected=protected)
    if suffix not in SUFFIXES:
        raise WrongUse(
            f"{path.name}: files ending in {suffix or 'nothing'} are not read yet",
            hint=f"Claims files (.yml) and documents ({', '.join(SUFFIXES)}) are; tables come with a later version.",
        )
    why = f"it ends in {suffix}"
    if protected:
        return Added(file=path.name, taken_for="protected document", why=why, to=None)
    if sidecar.publisher is None or sidecar.published is None:
        raise WrongUse(
            f"{path.name}: a document needs its publisher and day", hint="Add --publisher ID --published 2016-07-17."
        )
    if sidecar.publisher not in registers.speakers:
        raise WrongUse(f"no source {sidecar.publisher!r}", hint=_sources_like(sidecar.publisher, registers))
    if sidecar.url is not None and not sidecar.url.startswith(("http://", "https://")):
        raise WrongUse(f"--url: {sidecar.url!r} is not an address", hint="Addresses start with http:// or https://.")
    for option in (sidecar.title, sidecar.url, sidecar.language):
        if option is not None and not option.isprintable():
            raise WrongUse(f"{option!r} holds characters that cannot be printed", hint="Write it in plain text.")
    target = f"documents/{slug(path.stem)}{suffix}"
    for other in sorted((folder / "documents").glob(f"{slug(path.stem)}.*")):
        if other.suffix != ".yml" and other.suffix.lower() != suffix:
            raise WrongUse(f"documents/{other.name} has that name already", hint="Give the new file another name.")
    # without its sidecar a document is not read: then both are written
    already = _already(path, folder / target) and (folder / f"{target}.yml").exists()
    return Added(file=path.name, taken_for="document", why=why, to=target, already=already)


def _plan_claims(path: Path, *, folder: Path, registers: Registers, protected: bool) -> Added:
    name = f"{path.stem}{path.suffix.lower()}"
    if protected and not is_protected(name):
        name = f"{path.stem}.protected.yml"
    issues = broken_as_claims(path.read_bytes(), file=path.name, registers=registers)
    if issues:
        raise CaseBroken("the file cannot be used; nothing was written", issues=(issues,))
    target = f"claims/{name}"
    return Added(
        file=path.name,
        taken_for="protected claims file" if is_protected(name) else "claims file",
        why="it has the sections of a claims file",
        to=target,
        already=_already(path, folder / target),
    )


def _sources_like(publisher: str, registers: Registers) -> str:
    """What to do about a publisher that is in no register: the ids that look like it, else the first few."""
    open_ids = sorted(id_ for id_, speaker in registers.speakers.items() if not speaker.protected)
    close = get_close_matches(publisher.lower(), open_ids, n=5, cutoff=0.5)
    close += [id_ for id_ in open_ids if publisher.lower() in id_ and id_ not in close][:3]
    if close:
        return f"Did you mean {' or '.join(close)}? If not, add it to sources.yml."
    if not open_ids:
        return "sources.yml is empty: add it there."
    return f"Add it to sources.yml; there are: {', '.join(open_ids[:6])}{', ...' if len(open_ids) > 6 else ''}."


def _refuse_clashes(files: Sequence[Path], plans: Sequence[Added]) -> None:
    """Two files of one call that would lie in the same place: the second must not overwrite the first."""
    first: dict[str, Path] = {}
    for path, plan in zip(files, plans, strict=True):
        other = first.setdefault(plan.to, path) if plan.to is not None else path
        if other is not path and file_hash(other) != file_hash(path):
            raise WrongUse(
                f"{other.name} and {path.name} would both be {plan.to}", hint="Give one of them another name."
            )


def _already(path: Path, target: Path) -> bool:
    """Whether the same bytes lie there; other bytes under the same name are refused."""
    if not target.exists():
        return False
    if file_hash(path) != file_hash(target):
        raise WrongUse(
            f"{target.parent.name}/{target.name} is there already, with other content",
            hint="Give the new file another name.",
        )
    return True


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
