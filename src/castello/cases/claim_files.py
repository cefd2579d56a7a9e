"""``claims/*.yml``: documents, claims, relations and judgements that a person wrote down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from castello.cases._claim_entry import CLAIM_FIELDS, Checks, ClaimEntry, read_ref
from castello.cases._yaml import Items, Lines, Unreadable, load
from castello.cases.entries import Known, line_of, read_document
from castello.claims import Claim, Document, InvalidClaim
from castello.errors import Issue

SECTIONS = ("coder", "documents", "claims", "relations", "judgements")

FURTHER = "further"
"""Code of an issue that tells one more thing of a claim which an issue before it has refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFile:
    """One claims file, read: what is good, and an issue for everything that is not."""

    file: str
    sha256: str
    protected: bool
    documents: tuple[Document, ...] = ()
    claims: tuple[Claim, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    document_lines: Mapping[str, int] = field(default_factory=dict)
    relations: tuple[tuple[int, Lines], ...] = ()
    judgements: tuple[tuple[int, Lines], ...] = ()
    issues: tuple[Issue, ...] = ()
    present: int = 0


def read_claim_file(
    data: bytes,
    *,
    file: str,
    known: Known,
    documents: Mapping[str, Document] | None = None,
    refs: Mapping[str, str] | None = None,
    check_quote: Callable[[Claim], str | None] | None = None,
) -> ClaimFile:
    """
    Read one claims file. Good rows are kept; every other row gives an issue with file, line, field and hint, a claim one for each
    field that is wrong.

    Parameters
    ----------
    data, file
        Bytes, and the path inside the case, for messages.
    known
        Ids that claims may name.
    documents
        Documents declared elsewhere in the case; claims may cite them.
    refs
        Refs declared elsewhere, with their claim ids.
    check_quote
        Tells what is wrong with a claim's quote and figure where the document's text is held, else None.

    Raises
    ------
    Unreadable
        If the file as a whole cannot be used.
    """
    root = load(data, file=file)
    if not isinstance(root, Lines):
        hint = f"Its sections are: {', '.join(SECTIONS)}."
        raise _refuse(file, 1, None, "shape", what="is not a claims file", hint=hint)
    for key in root:
        if key not in SECTIONS:
            what, hint = f"{key!r} is not a section", f"Sections are: {', '.join(SECTIONS)}."
            raise _refuse(file, root.at(key), key, "section", what=what, hint=hint)
    read = read_sections(root, file=file, known=known, documents=documents, refs=refs, check_quote=check_quote)
    return replace(read, sha256=hashlib.sha256(data).hexdigest())


def read_sections(
    root: Lines,
    *,
    file: str,
    known: Known,
    documents: Mapping[str, Document] | None = None,
    refs: Mapping[str, str] | None = None,
    check_quote: Callable[[Claim], str | None] | None = None,
) -> ClaimFile:
    """The sections of a claims file that is parsed already; see :func:`read_claim_file`."""
    for key in SECTIONS[1:]:
        if root.get(key) is not None and not isinstance(root[key], Items):
            hint = "Start each entry with a hyphen."
            raise _refuse(file, root.at(key), key, "shape", what=f"{key} is not a list", hint=hint)
    reader = _Reader(file=file, known=known, coder=root.get("coder"), check_quote=check_quote)
    declared = reader.documents(root.get("documents") or Items())
    # a document that is described twice is the one that was described first, for every claim
    reader.claims(root.get("claims"), {**declared, **(documents or {})}, dict(refs or {}))
    sections = [root.get(name) or () for name in SECTIONS[1:]]
    rows = {name: reader.rows(root.get(f"{name}s"), name) for name in ("relation", "judgement")}
    if is_protected(file):
        for line, _ in (*rows["relation"], *rows["judgement"]):
            hint = "Relations and judgements stand in open files: they name figures that everybody of the case may see."
            reader.issue(line, None, "protected", "is no claim", hint)
        rows = {"relation": (), "judgement": ()}
    return ClaimFile(
        file=file,
        sha256="",
        protected=is_protected(file),
        documents=tuple(declared.values()),
        claims=tuple(reader.made),
        refs=reader.refs,
        lines=reader.lines,
        document_lines=reader.document_lines,
        relations=rows["relation"],
        judgements=rows["judgement"],
        issues=tuple(reader.issues),
        present=sum(len(section) for section in sections),
    )


def is_protected(file: str) -> bool:
    """Whether a file's name says that its claims are to be sealed."""
    return PurePosixPath(file).name.endswith((".protected.yml", ".protected.yaml"))


class _Reader:
    def __init__(
        self, *, file: str, known: Known, coder: str | None, check_quote: Callable[[Claim], str | None] | None
    ) -> None:
        self.file, self.known, self.coder, self.check_quote = file, known, coder, check_quote
        self.made: list[Claim] = []
        self.refs: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.document_lines: dict[str, int] = {}
        self.issues: list[Issue] = []

    def issue(
        self, row: int | None, column: str | None, code: str, what: str, hint: str, *, severity: str = "error"
    ) -> None:
        if is_protected(self.file):
            # issues are shown, and kept in plain: no word of a protected claim may stand in one
            what, column = "cannot be used as written", column if column in CLAIM_FIELDS else None
        self.issues.append(
            Issue(file=self.file, row=row, column=column, code=code, what=what, hint=hint, severity=severity)
        )

    def rows(self, items: Items | None, name: str) -> tuple[tuple[int, Lines], ...]:
        good: list[tuple[int, Lines]] = []
        if items is None:
            return ()
        for line, item in zip(items.lines, items, strict=True):
            if isinstance(item, Lines):
                good.append((line, item))
            else:
                self.issue(line, None, "shape", f"{name} is not a mapping", "Write `- key: value`.")
        return tuple(good)

    def documents(self, items: Items) -> dict[str, Document]:
        documents: dict[str, Document] = {}
        for line, item in self.rows(items, "document"):
            try:
                document = read_document(item, known=self.known)
                if document.id in documents:
                    raise InvalidClaim(
                        "id", f"document {document.id!r} stands twice in this file", hint="Give each its own id."
                    )
            except InvalidClaim as invalid:
                self.issue(line_of(item, invalid.slot), invalid.slot, "document", invalid.what, invalid.hint)
                continue
            documents[document.id] = document
            self.document_lines[document.id] = line
        return documents

    def claims(self, items: Items | None, documents: Mapping[str, Document], refs: dict[str, str]) -> None:
        waiting = list(self.rows(items, "claim"))
        # derived figures name other claims of the file, in any order: read what can be read until nothing moves
        while waiting:
            ready: list[tuple[int, Lines]] = []
            blocked: list[tuple[int, Lines]] = []
            for line, item in waiting:
                (ready if all(ref in refs for ref in _derived(item)) else blocked).append((line, item))
            # where nothing is ready, what is left names refs that do not exist: the reader says so
            for line, item in ready or blocked:
                self._claim(line, item, documents, refs)
            waiting = blocked if ready else []

    def _claim(self, line: int, item: Lines, documents: Mapping[str, Document], refs: dict[str, str]) -> None:
        checks = Checks()
        entry = ClaimEntry(known=self.known, documents=documents, refs=refs, coder=self.coder, checks=checks)
        claim = entry.claim(item)
        ref = checks.of(read_ref, item, refs)
        if claim is not None:
            checks.of(self._check_whole, claim)
        if claim is None or checks.problems:
            problems = sorted(checks.problems, key=lambda invalid: line_of(item, invalid.slot))
            # of a protected file only the line is told, and that once
            for n, invalid in enumerate(problems[: 1 if is_protected(self.file) else None]):
                code = "claim" if n == 0 else FURTHER
                self.issue(line_of(item, invalid.slot), invalid.slot, code, invalid.what, invalid.hint)
            return
        if ref is not None:
            refs[ref] = self.refs[ref] = claim.id
        if claim.id in self.lines:
            self.issue(
                line,
                None,
                "twice",
                f"says exactly what line {self.lines[claim.id]} says",
                "Delete one.",
                severity="warning",
            )
            return
        self.lines[claim.id] = line
        self.made.append(claim)

    def _check_whole(self, claim: Claim) -> None:
        if claim.protected and not is_protected(self.file):
            slot = "chain" if any(link.protected for link in claim.chain) else "sensitivity"
            hint = "Move it to a file named *.protected.yml."
            raise InvalidClaim(slot, "a protected claim in an open file", hint=hint)
        problem = self.check_quote(claim) if self.check_quote else None
        if problem is not None:
            raise InvalidClaim(
                "quote", problem, hint="Quote the exact words, or derive the figure (derived_from, formula)."
            )


def _derived(item: Lines) -> list[str]:
    quantity = item.get("quantity")
    refs = quantity.get("derived_from") if isinstance(quantity, Mapping) else None
    # what is no list of refs is refused when the claim itself is read
    return (
        [ref for ref in refs if isinstance(ref, str)]
        if isinstance(refs, Items)
        else [refs]
        if isinstance(refs, str)
        else []
    )


def _refuse(file: str, row: int, column: str | None, code: str, *, what: str, hint: str) -> Unreadable:
    return Unreadable(Issue(file=file, row=row, column=column, code=code, what=what, hint=hint))
