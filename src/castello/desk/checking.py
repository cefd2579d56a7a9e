"""``verify`` and ``doctor``: whether what is stored is what was written, and whether everything is in place."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from castello.cases import Registers, read_registers, text_of
from castello.claims import Claim, Verdict
from castello.desk.build import has_protected_files
from castello.desk.remarks import Remark, feed_remarks
from castello.errors import CaseBroken, Issue
from castello.ledger import Book
from castello.ledger.home import config_home
from castello.ledger.keys import key_file, key_issues
from castello.ledger.mode import mode_of
from castello.ledger.quotes import problem_with_quote
from castello.ledger.vault import read_vault_id
from castello.names.judged import standing

STALE_DAYS = 90
LIBRARIES = (
    *("deltalake", "duckdb", "jinja2", "numpy", "pyarrow", "pynacl", "pyyaml", "rich"),
    *("httpx", "numba", "osmium", "pandas", "polars", "pyogrio", "pyproj", "python-calamine", "shapely"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What ``verify`` looked at, and every damage that it found."""

    counts: Mapping[str, int]
    issues: tuple[Issue, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is damaged."""
        return not any(issue.severity == "error" for issue in self.issues)

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"clean": self.clean, "counts": dict(self.counts), "issues": [issue.to_json() for issue in self.issues]}


def verify(folder: Path, book: Book) -> Verified:
    """
    Check every chain, every file of the tables, every row, every held document and every quote that can be checked.

    Writers wait until it is done: what is half written would look damaged.

    Returns
    -------
    Verified
        Counts of what was looked at; quotes whose document's text is not held are counted, not passed; one issue for each damage,
        naming file, device or row.
    """
    with book.lock():
        return _verified(folder, book)


def _verified(folder: Path, book: Book) -> Verified:
    issues = list(book.issues())
    counts = {"devices": len(book.journal.devices()), "entries": 0, "documents_held": 0}
    if any(issue.code == "broken-chain" for issue in issues):
        return Verified(counts=counts, issues=tuple(issues))
    counts["entries"] = sum(1 for device in book.journal.devices() for _ in book.journal.entries(device))
    if any(issue.severity == "error" and issue.code not in _MENDED_BY_BUILD for issue in issues):
        return Verified(counts=counts, issues=tuple(issues))
    documents, texts = book.documents(), {}
    claims = book.claims()
    judgements = standing(judgement for judgement, _ in book.judgements())
    withdrawn = {judgement.about[0] for judgement in judgements if judgement.verdict is Verdict.WITHDRAWN}
    resting = {claim.document for id_, claim in claims.items() if id_ not in withdrawn}
    for document in documents.values():
        if document.file is None or document.sha256 is None:
            continue
        path = folder / document.file
        if document.file.startswith("feeds/") and document.id not in resting and not path.exists():
            what, hint = "is gone, and what it said is withdrawn", "Put it back to take that back."
            issues.append(Issue(file=document.file, code="withdrawn", what=what, hint=hint, severity="warning"))
            continue
        counts["documents_held"] += 1
        problem = _document_problem(path, document.sha256)
        if problem:
            issues.append(
                Issue(
                    file=document.file,
                    code="document",
                    what=problem,
                    hint="Restore it from a copy: claims rest on these bytes.",
                )
            )
        else:
            text = text_of(path)
            if text is not None:
                texts[document.id] = text
    counts |= _check_quotes([claim for id_, claim in claims.items() if id_ not in withdrawn], texts, issues)
    counts["claims"] = len(claims)
    counts["protected"] = book.sealed_count()
    counts["protected_not_opened"] = counts["protected"] - sum(id_.startswith("p1-") for id_ in claims)
    return Verified(counts=counts, issues=tuple(issues))


_MENDED_BY_BUILD = ("no-hash", "lost-row")
"""What a process that was killed leaves: acknowledged, and not yet in the tables or in the list of hashes."""


def _document_problem(path: Path, sha256: str) -> str | None:
    from castello.cases.documents import file_hash

    if not path.exists():
        return "is gone"
    return None if file_hash(path) == sha256 else "does not match its hash: at least one byte has changed"


def _check_quotes(claims: Iterable[Claim], texts: Mapping[str, str], issues: list[Issue]) -> dict[str, int]:
    counts = {"quotes": 0, "quotes_checked": 0, "quotes_text_not_held": 0}
    for claim in claims:
        if claim.quote is None:
            continue
        counts["quotes"] += 1
        text = texts.get(claim.document)
        if text is None:
            counts["quotes_text_not_held"] += 1
            continue
        counts["quotes_checked"] += 1
        problem = problem_with_quote(claim, text)
        if problem:
            issues.append(
                Issue(
                    file=f"document {claim.document}",
                    column=claim.id,
                    code="quote",
                    what=problem,
                    hint="Withdraw or correct the claim.",
                )
            )
    return counts


def doctor(
    folder: Path | None, book: Book | None, *, now: datetime, environ: Mapping[str, str] | None = None
) -> tuple[Remark, ...]:
    """Versions, engine, keys, mode, what is stale; each finding with a hint."""
    remarks = [
        Remark(about="castello", found=_version("castello")),
        Remark(about="python", found=f"{platform.python_version()} on {platform.system()}"),
        *(Remark(about=name, found=_version(name)) for name in LIBRARIES),
        Remark(about="settings and keys", found=str(config_home(environ))),
    ]
    if folder is None or book is None:
        return (*remarks, Remark(about="case", found="none here", hint="Go into a case folder, or add --case demo."))
    return (*remarks, *_case_remarks(folder, book, now=now, environ=environ))


def _case_remarks(folder: Path, book: Book, *, now: datetime, environ: Mapping[str, str] | None) -> list[Remark]:
    remarks = [Remark(about="case", found=str(folder))]
    vault_id = read_vault_id(folder / "vault")
    locked = book.vault is None
    remarks.append(
        Remark(
            about="vault",
            found="locked: its key is not here" if locked else f"open ({vault_id})",
            hint=f"Put the key file at {key_file(vault_id, environ=environ)}, or set CASTELLO_VAULT_KEY."
            if locked
            else "",
            well=not locked,
        )
    )
    remarks += [
        Remark(about="vault key", found=str(issue), well=False) for issue in key_issues(vault_id, environ=environ)
    ]
    mode = mode_of(book, now=now)
    remarks.append(Remark(about="mode", found=f"{mode.name}: {mode.why}"))
    current = book.is_current()
    remarks.append(
        Remark(
            about="tables",
            found="current" if current else "behind the journal",
            hint="" if current else "Run castello build.",
            well=current,
        )
    )
    if has_protected_files(folder):
        hint = (
            "Run castello build: it seals them. What it cannot read keeps the file in plain text: correct that first."
        )
        remarks.append(Remark(about="claims", found="protected claims lie in plain files", hint=hint, well=False))
    try:
        registers = read_registers(folder)
        remarks.append(_stale(registers, book, now=now, live=mode.live))
        remarks += feed_remarks(registers, book)
    except CaseBroken as broken:
        remarks.append(Remark(about="files", found=broken.what, hint=str(broken.issues[0]), well=False))
    return remarks


def _stale(registers: Registers, book: Book, *, now: datetime, live: bool) -> Remark:
    """Sources that have been silent for long, in a live case; in a historical one silence is no news."""
    if not live:
        return Remark(
            about="sources", found=f"{len(registers.speakers)}; not checked for silence, the case is historical"
        )
    last: dict[str, date] = {}
    told = book.columns("sources", "published")
    for chain, published in zip(told.column("sources").to_pylist(), told.column("published").to_pylist(), strict=True):
        for who in chain:
            last[who] = max(last.get(who, date.min), published)
    limit = now.astimezone(UTC).date() - timedelta(days=STALE_DAYS)
    silent = sorted(who for who, day in last.items() if day < limit and who in registers.speakers)
    if not silent:
        return Remark(about="sources", found="all heard from recently")
    return Remark(
        about="sources",
        found=f"silent for {STALE_DAYS} days: {', '.join(silent)}",
        hint="Ask, or add news.",
        well=False,
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
