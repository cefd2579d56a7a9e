"""One claim as a person wrote it down: every field read, and every field that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any, TypeVar

from castello.cases import fields
from castello.cases._also_values import check_also
from castello.cases._yaml import Lines
from castello.cases.entries import Known
from castello.claims import (
    UNKNOWN,
    AlsoValue,
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

_T = TypeVar("_T")

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

CLAIM_FIELDS = frozenset(
    {item.name for item in dataclass_fields(Claim)}
    - {"id", "published", "credibility_raw", "where", "date_precision"}  # not a coder's to say
    | {"ref"}
)


_TEXTS = ("subject", "predicate", "object", "place", "condition", "quote", "place_as_written", "note", "second_coder")


class Checks:
    """What is wrong with one claim: the first problem of each field."""

    def __init__(self) -> None:
        self.problems: list[InvalidClaim] = []

    def of(self, check: Callable[..., _T], *values: Any, **options: Any) -> _T | None:
        """What a check or a reader gives; None where it finds something wrong, which is kept."""
        try:
            return check(*values, **options)
        except InvalidClaim as invalid:
            self.keep(invalid)
            return None

    def refuse(self, slot: str, what: str, *, hint: str) -> None:
        """Keep a problem."""
        self.keep(InvalidClaim(slot, what, hint=hint))

    def keep(self, invalid: InvalidClaim) -> None:
        """Keep a problem, unless its field has one already."""
        if all(other.slot != invalid.slot for other in self.problems):
            self.problems.append(invalid)


def read_ref(item: Lines, refs: Mapping[str, str]) -> str | None:
    ref = item.get("ref")
    if ref is not None and (not isinstance(ref, str) or not ref or ":" in ref):
        raise InvalidClaim("ref", f"{ref!r} is not a ref", hint="A ref is a word of your own, without a colon.")
    if ref in refs:
        raise InvalidClaim("ref", f"{ref!r} stands twice", hint="A ref is unique in the case.")
    return ref


def _also(value: object, checks: Checks) -> tuple[tuple[str, AlsoValue], ...]:
    if not isinstance(value, Mapping):
        raise InvalidClaim("also", f"{value!r} is not a mapping", hint="Write also: {name: value}.")
    also = {name: item.isoformat() if isinstance(item, date) else item for name, item in value.items()}
    for name, item in also.items():
        if not isinstance(item, str | int | float | bool):
            checks.refuse(name, "is not a single value", hint="Text, a number, a day, true or false.")
        elif isinstance(item, int | float) and not abs(item) <= fields.MAX_FIGURE:
            checks.refuse(name, "is too large a figure", hint="Check the digits.")
    return tuple(also.items())


def _grade(value: object) -> Any:
    if value is not None and value not in ("6", "F") and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidClaim("credibility", f"{value!r} is not a grade", hint="Use 1 to 5; 6 means it cannot be judged.")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEntry:
    """
    Reads claims of one file.

    Parameters
    ----------
    known
        Ids that claims may name.
    documents
        Documents that claims may cite, by id.
    refs
        Claim ids by ref, for figures that are derived.
    coder
        Of the file, for claims that name none.
    checks
        Takes what is wrong.
    """

    known: Known
    documents: Mapping[str, Document]
    refs: Mapping[str, str]
    coder: Any
    checks: Checks

    def claim(self, item: Lines) -> Claim | None:
        """The claim; None if a field is wrong, and then every wrong field is among the problems of ``checks``."""
        checks, documents = self.checks, self.documents
        for key in item:
            if key not in CLAIM_FIELDS:
                checks.refuse(key, f"{key!r} is not a field of a claim", hint="Slots of the kind go under also.")
        missing = [key for key in ("kind", "subject", "happened", "document", "chain") if item.get(key) is None]
        if missing:
            more = f", and so {'is' if len(missing) == 2 else 'are'} {', '.join(missing[1:])}" if missing[1:] else ""
            checks.refuse(missing[0], f"is missing{more}", hint="See `castello words` and the manual.")

        def text(slot: str) -> Any:
            return checks.of(fields.text, item.get(slot), slot=slot)

        def read(slot: str, reader: Callable[..., Any], **options: Any) -> Any:
            return None if slot in missing else checks.of(reader, item.get(slot), **options)

        def one_of(slot: str, words: Any, otherwise: str) -> Any:
            return checks.of(fields.one_of, words, item.get(slot, otherwise), slot=slot)

        document = documents.get(text("document") or "")
        if document is None and item.get("document") is not None:
            checks.refuse("document", f"no document {item['document']!r}", hint="Declare it under documents.")
        kind = None if "kind" in missing else checks.of(fields.one_of, Kind, item["kind"], slot="kind")
        chain = read("chain", fields.chain)
        checks.of(self._check_speakers, chain or ())
        for slot, register in REGISTERED[kind].items() if kind else ():
            checks.of(self._check_known, item, slot, register)
        also = checks.of(_also, item.get("also") or {}, checks)
        for slot, value in also if kind and also else ():
            checks.of(check_also, kind, slot, value, parties=self.known.parties)
        grade = checks.of(_grade, item.get("credibility"))
        # 6 and F mean "cannot be judged": the letter is kept, and no number is made of it
        raw = str(grade) if grade in (6, "6", "F") else None
        slots = {name: text(name) for name in _TEXTS}
        slots |= {
            "also": also,
            "quantity": read("quantity", fields.quantity, ids=self.refs),
            "happened": read("happened", fields.period),
            "said": read("said", fields.said),
            "locator": read("locator", fields.locator),
            "translation": read("translation", fields.translation),
            "confidence": read("confidence", _confidence),
            "modality": one_of("modality", Modality, "asserted"),
            "verification": one_of("verification", Verification, "verified"),
            "sensitivity": one_of("sensitivity", Sensitivity, "low"),
            "coder": checks.of(fields.text, item.get("coder", self.coder), slot="coder"),
            "credibility": None if raw else grade,
            "credibility_raw": raw,
        }
        if checks.problems or kind is None or document is None or chain is None:
            return None
        if chain[-1].who != document.publisher:
            chain = (*chain, Link(who=document.publisher, role=Role.PUBLISHER))
        # a pseudonym of sources.yml is protected wherever it speaks, said again or not
        chain = tuple(replace(link, protected=link.who in self.known.protected) for link in chain)
        return checks.of(Claim, kind=kind, chain=chain, document=document.id, published=document.published, **slots)

    def _check_known(self, item: Lines, slot: str, register: str) -> None:
        value = item.get(slot)
        if value is not None and not self.known.has(fields.text(value, slot=slot), register):
            raise InvalidClaim(slot, f"{value!r} is in no register of {_REGISTERS[register]}", hint=_ADD[register])

    def _check_speakers(self, chain: tuple[Link, ...]) -> None:
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
