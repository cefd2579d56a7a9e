"""``claims/*.yml``: documents, claims, relations and judgements that a person wrote down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from dataclasses import fields as dataclass_fields
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from castello.cases import fields
from castello.cases._yaml import Items, Lines, Unreadable, load
from castello.cases.entries import Known, line_of, read_document
from castello.claims import (
    UNKNOWN,
    Claim,
    Document,
    InvalidClaim,
    Kind,
    Link,
    Modality,
    Role,
    Sensitivity,
    Verification,
)
from castello.errors import Issue

SECTIONS = ("coder", "documents", "claims", "relations", "judgements")

# which register a slot's id has to stand in; slots that are not named here are free keys
REGISTERED: dict[Kind, dict[str, str]] = {
    Kind.EVENT: {"subject": "party", "object": "party", "place": "place"},
    Kind.CONTROL: {"subject": "party", "object": "place"},
    Kind.ACCESS: {"subject": "road", "object": "party"},
    Kind.SIEGE: {"subject": "party", "object": "place"},
    Kind.PRESENCE: {"subject": "party", "object": "place"},
    Kind.TIE: {"subject": "party", "object": "party", "place": "place"},
    Kind.PEOPLE: {"subject": "place"},
    Kind.PRICE: {"object": "place"},
    Kind.SUPPLY: {"place": "place"},
    Kind.AID: {"subject": "party", "place": "place"},
    Kind.CASUALTY: {"subject": "party", "object": "party", "place": "place"},
    Kind.TERM: {"subject": "agreement", "object": "party", "place": "place"},
    Kind.BREACH: {"subject": "party", "object": "agreement", "place": "place"},
    Kind.POSITION: {"subject": "speaker", "object": "speaker", "place": "place"},
    Kind.FORECAST: {"subject": "speaker", "place": "place"},
    Kind.MEETING: {"subject": "speaker", "object": "speaker", "place": "place"},
    Kind.LISTING: {"subject": "speaker", "object": "listed", "place": "place"},
}

_CLAIM_FIELDS = frozenset(
    {item.name for item in dataclass_fields(Claim)} - {"id", "published", "credibility_raw"} | {"ref"}
)


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
    Read one claims file. Good rows are kept; every other row gives an issue with file, line, field and hint.

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
            what, column = "cannot be used as written", column if column in _CLAIM_FIELDS else None
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
        try:
            claim = self._made(item, documents, refs)
            ref = item.get("ref")
            if ref is not None and (not isinstance(ref, str) or not ref or ":" in ref):
                raise InvalidClaim("ref", f"{ref!r} is not a ref", hint="A ref is a word of your own, without a colon.")
            if ref in refs:
                raise InvalidClaim("ref", f"{ref!r} stands twice", hint="A ref is unique in the case.")
            if claim.protected and not is_protected(self.file):
                slot = "chain" if any(link.protected for link in claim.chain) else "sensitivity"
                hint = "Move it to a file named *.protected.yml."
                raise InvalidClaim(slot, "a protected claim in an open file", hint=hint)
            problem = self.check_quote(claim) if self.check_quote else None
            if problem is not None:
                raise InvalidClaim(
                    "quote", problem, hint="Quote the exact words, or derive the figure (derived_from, formula)."
                )
        except InvalidClaim as invalid:
            self.issue(line_of(item, invalid.slot), invalid.slot, "claim", invalid.what, invalid.hint)
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

    def _made(self, item: Lines, documents: Mapping[str, Document], refs: Mapping[str, str]) -> Claim:
        for key in item:
            if key not in _CLAIM_FIELDS:
                raise InvalidClaim(key, f"{key!r} is not a field of a claim", hint="Slots of the kind go under also.")
        for key in ("kind", "subject", "happened", "document", "chain"):
            if item.get(key) is None:
                raise InvalidClaim(key, "is missing", hint="See `castello words` and the manual.")
        document = documents.get(fields.text(item["document"], slot="document"))
        if document is None:
            raise InvalidClaim("document", f"no document {item['document']!r}", hint="Declare it under documents.")
        kind = fields.one_of(Kind, item["kind"], slot="kind")
        chain = fields.chain(item["chain"])
        if chain[-1].who != document.publisher:
            chain = (*chain, Link(who=document.publisher, role=Role.PUBLISHER))
        self._check_known(kind, item, chain)
        # a pseudonym of sources.yml is protected wherever it speaks, said again or not
        chain = tuple(replace(link, protected=link.who in self.known.protected) for link in chain)
        also = item.get("also") or {}
        if not isinstance(also, Mapping):
            raise InvalidClaim("also", f"{also!r} is not a mapping", hint="Write also: {name: value}.")
        also = {name: value.isoformat() if isinstance(value, date) else value for name, value in also.items()}
        for name, value in also.items():
            if not isinstance(value, str | int | float | bool):
                raise InvalidClaim(name, "is not a single value", hint="Text, a number, a day, true or false.")
            if isinstance(value, int | float) and not abs(value) <= fields.MAX_FIGURE:
                raise InvalidClaim(name, "is too large a figure", hint="Check the digits.")
        grade = item.get("credibility")
        if grade is not None and grade not in ("6", "F") and (isinstance(grade, bool) or not isinstance(grade, int)):
            raise InvalidClaim(
                "credibility", f"{grade!r} is not a grade", hint="Use 1 to 5; 6 means it cannot be judged."
            )
        # 6 and F mean "cannot be judged": the letter is kept, and no number is made of it
        raw = str(grade) if grade in (6, "6", "F") else None
        return Claim(
            kind=kind,
            subject=fields.text(item["subject"], slot="subject"),
            predicate=fields.text(item.get("predicate"), slot="predicate"),
            object=fields.text(item.get("object"), slot="object"),
            place=fields.text(item.get("place"), slot="place"),
            quantity=fields.quantity(item.get("quantity"), ids=refs),
            also=tuple(also.items()),
            modality=fields.one_of(Modality, item.get("modality", "asserted"), slot="modality"),
            condition=fields.text(item.get("condition"), slot="condition"),
            happened=fields.period(item["happened"]),
            said=fields.said(item.get("said")),
            published=document.published,
            chain=chain,
            document=document.id,
            locator=fields.locator(item.get("locator")),
            quote=fields.text(item.get("quote"), slot="quote"),
            translation=fields.translation(item.get("translation")),
            place_as_written=fields.text(item.get("place_as_written"), slot="place_as_written"),
            credibility=None if raw else grade,
            credibility_raw=raw,
            confidence=_confidence(item.get("confidence")),
            verification=fields.one_of(Verification, item.get("verification", "verified"), slot="verification"),
            sensitivity=fields.one_of(Sensitivity, item.get("sensitivity", "low"), slot="sensitivity"),
            note=fields.text(item.get("note"), slot="note"),
            coder=fields.text(item.get("coder", self.coder), slot="coder"),
            second_coder=fields.text(item.get("second_coder"), slot="second_coder"),
        )

    def _check_known(self, kind: Kind, item: Lines, chain: tuple[Link, ...]) -> None:
        for slot, register in REGISTERED[kind].items():
            value = item.get(slot)
            if value is not None and not self.known.has(fields.text(value, slot=slot), register):
                raise InvalidClaim(slot, f"{value!r} is in no register of {_REGISTERS[register]}", hint=_ADD[register])
        for link in chain:
            if link.who != UNKNOWN and link.who not in self.known.sources:
                raise InvalidClaim("chain", f"{link.who!r} is no source", hint="Add it to sources.yml.")
            if link.protected and link.who not in self.known.protected:
                raise InvalidClaim(
                    "chain",
                    f"{link.who!r} is not protected in sources.yml",
                    hint="Write protected: true there, or not here.",
                )


_REGISTERS = {
    "place": "places",
    "road": "roads",
    "party": "parties",
    "agreement": "agreements",
    "speaker": "parties or sources",
    "listed": "parties or places",
}
_ADD = {
    "place": "Add it to places.csv, or correct the id.",
    "road": "Add it to roads.csv, or correct the id.",
    "party": "Add it to parties.csv, or correct the id; unknown is an id too.",
    "agreement": "Add a file to agreements/, or correct the id.",
    "speaker": "Add it to parties.csv or sources.yml, or correct the id.",
    "listed": "Add it to parties.csv or places.csv, or correct the id.",
}


def _confidence(value: object) -> Any:
    if value not in (None, "high", "medium", "low"):
        raise InvalidClaim("confidence", f"{value!r} is not one", hint="Use high, medium or low.")
    return value


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
