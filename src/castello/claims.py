"""
The words that every room shares: claims, their evidence, judgements about them, and findings.

A **claim** is one statement with its evidence: typed by *kind*, with what was said, when it **happened**, when
it was **said**, **published** and **recorded**, and who said that who said it. A **judgement** is a dated row
about a claim, a name or a pair. A **relation** says that published figures belong together in one sum. A
**finding** is what an analysis says.

Everything here is frozen and checked when made, and needs the standard library only. Ids are made from
canonical content (sorted keys, no nulls, NFC text), so the same claim has the same id on every machine.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Self

ID_VERSION = "c1"
"""Prefix of claim ids; it changes when the canonical form does, so that old ids are never mistaken."""

UNKNOWN = "unknown"
"""The id of a link, subject or source that exists but is not known. Written, never skipped."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class Kind(StrEnum):
    """What a claim is about; the slots of each kind are in :data:`SLOTS`."""

    EVENT = "event"
    CONTROL = "control"
    ACCESS = "access"
    SIEGE = "siege"
    PRESENCE = "presence"
    TIE = "tie"
    PEOPLE = "people"
    PRICE = "price"
    SUPPLY = "supply"
    AID = "aid"
    CASUALTY = "casualty"
    TERM = "term"
    BREACH = "breach"
    POSITION = "position"
    FORECAST = "forecast"
    MEETING = "meeting"
    LISTING = "listing"


class Modality(StrEnum):
    """How the proposition was put. Hypothetical is not a modality: it exists only on a branch."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    CONDITIONAL = "conditional"


class Sensitivity(StrEnum):
    """Harm that disclosure may do; what is derived inherits the maximum (:func:`most_sensitive`)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """Position in the order low, moderate, high, severe."""
        return list(Sensitivity).index(self)


def most_sensitive(levels: Any) -> Sensitivity:
    """
    The highest of several sensitivities; ``low`` of none.

    Examples
    --------
    >>> most_sensitive([Sensitivity.MODERATE, Sensitivity.SEVERE]).value
    'severe'
    """
    return max(levels, key=lambda level: level.rank, default=Sensitivity.LOW)


class Bound(StrEnum):
    """What a printed number bounds."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"


class Verification(StrEnum):
    """Whether the coder read the passage. It says nothing on whether the statement is true."""

    VERIFIED = "verified"
    ADDRESS_INCOMPLETE = "address_incomplete"
    UNVERIFIED = "unverified"
    DERIVED = "derived"


class Role(StrEnum):
    """What a link of the source chain did."""

    WITNESS = "witness"
    SPEAKER = "speaker"
    COMPILER = "compiler"
    TRANSLATOR = "translator"
    LEAKER = "leaker"
    REPORTER = "reporter"
    PUBLISHER = "publisher"


class Verdict(StrEnum):
    """What a judgement says about a claim, a name or a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"


class InvalidClaim(ValueError):
    """A claim, or a part of one, breaks a rule. ``slot`` names the field; the message says what to do."""

    def __init__(self, slot: str, what: str, *, hint: str) -> None:
        self.slot, self.what, self.hint = slot, what, hint
        super().__init__(f"{slot}: {what}. {hint}")


# --------------------------------------------------------------------------------------------------- canonical form


def canonical(value: object) -> bytes:
    """
    The one byte form of a value: sorted keys, no nulls, NFC text, no spaces; hashes are taken of it.

    Raises
    ------
    InvalidClaim
        For a number that is not finite, or a type that has no canonical form.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": None, "c": ["x", 2]})
    b'{"b":1,"c":["x",2]}'
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidClaim("value", f"{value} is not a number", hint="Leave a missing figure out.")
        # 300000.0 and 300000 are the same figure and must have the same id
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    raise InvalidClaim("value", f"{type(value).__name__} has no canonical form", hint="Use text, numbers or dates.")


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


# ------------------------------------------------------------------------------------------------------------- time

Span = tuple[date | None, date | None]
"""Half-open ``[start, end)`` in days of the source's time zone; ``None`` = open on that side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """
    When something held: true on every day of ``sure``, on some day of ``maybe``, on none outside.

    An open end is an assumption, not evidence: ``ends`` stays ``unknown`` unless somebody said so.

    Examples
    --------
    >>> Period.day(date(2016, 7, 17)).sure
    (datetime.date(2016, 7, 17), datetime.date(2016, 7, 18))
    >>> Period.since(date(2016, 7, 17)).maybe
    (datetime.date(2016, 7, 17), None)
    """

    maybe: Span
    sure: Span | None = None
    starts: Literal["yes", "no", "unknown"] = "unknown"
    ends: Literal["yes", "no", "unknown"] = "unknown"
    basis: Literal["stated", "inferred", "anchored"] = "stated"

    def __post_init__(self) -> None:
        for name, span in (("maybe", self.maybe), ("sure", self.sure)):
            if span is not None and span[0] is not None and span[1] is not None and span[0] >= span[1]:
                raise InvalidClaim(
                    "happened", f"{name} ends before it starts ({span[0]} to {span[1]})", hint="Swap the dates."
                )
        if self.sure is not None:
            (sure_start, sure_end), (maybe_start, maybe_end) = self.sure, self.maybe
            starts_inside = maybe_start is None or (sure_start is not None and sure_start >= maybe_start)
            ends_inside = maybe_end is None or (sure_end is not None and sure_end <= maybe_end)
            if not (starts_inside and ends_inside):
                raise InvalidClaim("happened", "sure does not lie within maybe", hint="Widen maybe or narrow sure.")

    @classmethod
    def day(cls, day: date) -> Self:
        """One day, known exactly."""
        span = (day, day + timedelta(days=1))
        return cls(maybe=span, sure=span, starts="yes", ends="yes")

    @classmethod
    def since(cls, first: date, latest_first: date | None = None) -> Self:
        """From a day on, end not known; ``latest_first`` when the beginning lies between two days."""
        return cls(maybe=(first, None), sure=(latest_first or first, None), starts="yes")

    @classmethod
    def days(cls, first: date, last: date) -> Self:
        """Every day from ``first`` to ``last``, both included."""
        span = (first, last + timedelta(days=1))
        return cls(maybe=span, sure=span, starts="yes", ends="yes")

    @classmethod
    def between(cls, first: date, last: date) -> Self:
        """Some day from ``first`` to ``last``, both included; which is not known."""
        return cls(maybe=(first, last + timedelta(days=1)), starts="yes", ends="yes")

    @property
    def latest_onset(self) -> date | None:
        """The last day on which it may have begun."""
        if self.sure is not None:
            return self.sure[0]
        return self.maybe[1] - timedelta(days=1) if self.maybe[1] is not None else self.maybe[0]

    def to_json(self) -> dict[str, object]:
        """Plain values; open ends are ``".."`` as in ISO 8601-2, so that no null is needed."""

        def span(value: Span | None) -> list[str] | None:
            return None if value is None else [".." if day is None else day.isoformat() for day in value]

        basis = None if self.basis == "stated" else self.basis
        starts = None if self.starts == "unknown" else self.starts
        ends = None if self.ends == "unknown" else self.ends
        return _present(maybe=span(self.maybe), sure=span(self.sure), starts=starts, ends=ends, basis=basis)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""

        def span(value: list[str] | None) -> Span | None:
            if value is None:
                return None
            start, end = (None if day == ".." else date.fromisoformat(day) for day in value)
            return (start, end)

        maybe = span(data["maybe"])
        assert maybe is not None
        return cls(
            maybe=maybe,
            sure=span(data.get("sure")),
            starts=data.get("starts", "unknown"),
            ends=data.get("ends", "unknown"),
            basis=data.get("basis", "stated"),
        )


# --------------------------------------------------------------------------------------------------------- quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """
    A figure as an interval, with its unit and the words as printed.

    ``low``/``high`` follow from ``bound`` where not given: ``at_least`` 300,000 has no high end. ``about`` keeps
    low = high = value and is shown as "about". A figure that is not printed in a source is *derived*: ``formula``
    reproduces it from the claims in ``derived_from``; it is never an origin.

    Examples
    --------
    >>> q = Quantity(value=300000, unit="person", bound=Bound.AT_LEAST, words="upwards of 300,000")
    >>> q.low, q.high
    (300000, None)
    """

    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    bound: Bound = Bound.EXACT
    words: str | None = None
    derived_from: tuple[str, ...] = ()
    formula: str | None = None

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is None:
                continue
            if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
                raise InvalidClaim("quantity", f"{name} is not a number: {number!r}", hint="Write digits only.")
            if isinstance(number, float) and number.is_integer():
                object.__setattr__(self, name, int(number))
        if self.value is None and self.low is None and self.high is None:
            raise InvalidClaim("quantity", "no figure", hint="Give value, or low and high, or leave quantity out.")
        if not self.unit:
            raise InvalidClaim("quantity", "no unit", hint="Say what is counted: person, family, SYP/kg, percent ...")
        if self.low is None and self.value is not None and self.bound is not Bound.AT_MOST:
            object.__setattr__(self, "low", self.value)
        if self.high is None and self.value is not None and self.bound is not Bound.AT_LEAST:
            object.__setattr__(self, "high", self.value)
        points = [point for point in (self.low, self.value, self.high) if point is not None]
        if points != sorted(points):
            raise InvalidClaim(
                "quantity", f"low {self.low}, value {self.value}, high {self.high} are out of order", hint="Sort them."
            )
        if bool(self.derived_from) != bool(self.formula):
            raise InvalidClaim(
                "quantity",
                "derived_from and formula go together",
                hint="Name the claims and the arithmetic, or neither.",
            )

    def to_json(self) -> dict[str, object]:
        """Plain values; what follows from ``bound`` is left out."""
        low = None if self.low == self.value and self.bound is not Bound.AT_MOST else self.low
        high = None if self.high == self.value and self.bound is not Bound.AT_LEAST else self.high
        bound = None if self.bound is Bound.EXACT else self.bound.value
        return _present(
            value=self.value,
            low=low,
            high=high,
            unit=self.unit,
            bound=bound,
            words=self.words,
            derived_from=list(self.derived_from) or None,
            formula=self.formula,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            unit=data["unit"],
            value=data.get("value"),
            low=data.get("low"),
            high=data.get("high"),
            bound=Bound(data.get("bound", "exact")),
            words=data.get("words"),
            derived_from=tuple(data.get("derived_from", ())),
            formula=data.get("formula"),
        )


# --------------------------------------------------------------------------------------------------------- evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the source chain: ``who`` (id of a source, or ``unknown``), in which role, named or not."""

    who: str
    role: Role
    named: bool = True
    protected: bool = False
    said: str | None = None

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.who):
            raise InvalidClaim(
                "chain", f"{self.who!r} is not a source id", hint="Use an id of sources.yml, or unknown."
            )

    def to_json(self) -> dict[str, object]:
        """Plain values; the ordinary case (named, not protected) is left out."""
        return _present(
            who=self.who,
            role=self.role.value,
            named=None if self.named else False,
            protected=True if self.protected else None,
            said=self.said,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            who=data["who"],
            role=Role(data["role"]),
            named=data.get("named", True),
            protected=data.get("protected", False),
            said=data.get("said"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where in the document: a character span, or page, sheet, row, cell, media time as the document has them."""

    start: int | None = None
    end: int | None = None
    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    time: str | None = None
    paragraph: int | None = None

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None) or (self.start is not None and self.start >= (self.end or 0)):
            raise InvalidClaim("locator", "start and end do not make a span", hint="Give both, start before end.")

    def to_json(self) -> dict[str, object]:
        """Plain values, absent ones left out."""
        return _present(**{item.name: getattr(self, item.name) for item in fields(self)})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A translation beside the original words; it never moves an offset or supplies a figure."""

    text: str
    into: str
    by: str
    how: Literal["person", "machine"] = "person"
    checked_by: str | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return _present(text=self.text, into=self.into, by=self.by, how=self.how, checked_by=self.checked_by)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    Something received: bytes that are held (``sha256``), or metadata and addresses only (``text_held`` false).

    ``published`` is a day; ``published_basis`` says how it is known (``stated``, ``inferred``).
    """

    id: str
    title: str
    publisher: str
    published: date
    published_basis: Literal["stated", "inferred"] = "stated"
    urls: tuple[str, ...] = ()
    language: str = "en"
    sha256: str | None = None
    file: str | None = None
    archive_url: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.id):
            raise InvalidClaim("document", f"{self.id!r} is not an id", hint="Use lower-case letters, digits, hyphens.")

    @property
    def text_held(self) -> bool:
        """Whether the bytes lie in the case, so that quotes can be checked against them."""
        return self.sha256 is not None

    def to_json(self) -> dict[str, object]:
        """Plain values, absent ones left out."""
        return _present(
            id=self.id,
            title=self.title,
            publisher=self.publisher,
            published=self.published.isoformat(),
            published_basis=None if self.published_basis == "stated" else self.published_basis,
            urls=list(self.urls) or None,
            language=self.language,
            sha256=self.sha256,
            file=self.file,
            archive_url=self.archive_url,
            note=self.note,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        values = dict(data)
        values["published"] = date.fromisoformat(values["published"])
        values["urls"] = tuple(values.get("urls", ()))
        return cls(**values)


# ------------------------------------------------------------------------------------------------- slots of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """
    Which slots a kind has: ``predicates`` allowed (empty = any key), slots required, optional, and the names in ``also``.

    ``question`` lists the slots that make two claims speak of the same thing; ``answer`` the slots that say what.
    """

    predicates: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    shape: Literal["state", "quantity", "occurrence"] = "occurrence"
    says: str = ""


SLOTS: dict[Kind, Slots] = {
    Kind.EVENT: Slots(
        required=("subject",),
        optional=("object", "place", "quantity"),
        also=("weapon", "platform", "harm_low", "harm_best", "harm_high", "with"),
        question=("subject", "predicate", "object", "place", "happened"),
        says="something was done; predicate is an event type key",
    ),
    Kind.CONTROL: Slots(
        predicates=("holds", "contests", "lost"),
        required=("subject", "object"),
        optional=("quantity",),
        also=("share",),
        question=("object",),
        answer=("predicate", "subject"),
        shape="state",
        says="a party holds, contests or lost a place",
    ),
    Kind.ACCESS: Slots(
        predicates=("open", "fire_controlled", "closed"),
        required=("subject", "object"),
        optional=("quantity",),
        also=("users", "direction", "window", "by", "track"),
        question=("subject", "object", "users"),
        answer=("predicate",),
        shape="state",
        says="a road or crossing can be used, or not, by the traffic of a side",
    ),
    Kind.SIEGE: Slots(
        predicates=("besieges", "partly_besieges"),
        required=("subject", "object"),
        also=("definition",),
        question=("object", "definition"),
        answer=("predicate",),
        shape="state",
        says="somebody says that a place is besieged",
    ),
    Kind.PRESENCE: Slots(
        predicates=("dominant", "significant", "small", "negligible", "possible", "denied"),
        required=("subject", "object"),
        optional=("quantity",),
        also=("share_low", "share_high"),
        question=("subject", "object"),
        answer=("predicate",),
        shape="state",
        says="how strong a party is in a place",
    ),
    Kind.TIE: Slots(
        predicates=(
            "member_of",
            "allied_with",
            "affiliated_to",
            "supported_by",
            "vetted_by",
            "opposes",
            "split_from",
            "merged_into",
            "renamed_to",
        ),
        required=("subject", "object"),
        optional=("place",),
        also=("with",),
        question=("subject", "predicate", "object"),
        answer=("predicate",),
        shape="state",
        says="how one party stands to another",
    ),
    Kind.PEOPLE: Slots(
        predicates=("lives", "trapped", "displaced", "evacuated"),
        required=("subject", "quantity"),
        also=("definition", "by", "areas", "includes_besieged"),
        question=("subject", "predicate", "unit", "definition", "by", "areas"),
        shape="quantity",
        says="how many people a place has",
    ),
    Kind.PRICE: Slots(
        predicates=("level", "change"),
        required=("subject", "object", "quantity"),
        also=("currency", "basis", "over", "market"),
        question=("subject", "predicate", "object", "unit", "basis"),
        shape="quantity",
        says="what a commodity costs at a market, or by how much that changed",
    ),
    Kind.SUPPLY: Slots(
        predicates=("stock", "running_low", "none", "days_left"),
        required=("subject", "place"),
        optional=("quantity",),
        also=("until", "basis"),
        question=("subject", "place"),
        answer=("predicate",),
        shape="state",
        says="goods that are there or not",
    ),
    Kind.AID: Slots(
        predicates=("asked", "approved", "approved_in_part", "denied", "sent", "arrived", "removed"),
        required=("subject", "place"),
        optional=("object", "quantity"),
        also=("item", "persons", "persons_of", "ration_days", "by", "ref"),
        question=("subject", "predicate", "place", "item", "happened"),
        says="aid that was asked for, allowed, denied, moved",
    ),
    Kind.CASUALTY: Slots(
        predicates=("killed", "injured", "missing"),
        required=("subject", "object", "quantity"),
        optional=("place",),
        also=("cause", "areas"),
        question=("subject", "predicate", "object", "place", "happened", "areas"),
        shape="quantity",
        says="who was harmed, by whom, how many",
    ),
    Kind.TERM: Slots(
        required=("subject", "predicate"),
        optional=("object", "place", "quantity"),
        also=("text", "paragraph"),
        question=("subject", "predicate", "object", "place"),
        says="a provision of an agreement",
    ),
    Kind.BREACH: Slots(
        required=("subject", "predicate", "object"),
        optional=("place", "quantity"),
        also=("count_of",),
        question=("subject", "predicate", "object", "place", "happened", "count_of"),
        shape="quantity",
        says="an alleged breach of an agreement",
    ),
    Kind.POSITION: Slots(
        predicates=("demands", "offers", "refuses", "guarantees", "warns", "judges", "recommends"),
        required=("subject",),
        optional=("object", "place", "quantity"),
        also=("proposition", "condition"),
        question=("subject", "predicate", "object", "proposition"),
        says="what a speaker demands, offers, refuses, promises, judges",
    ),
    Kind.FORECAST: Slots(
        predicates=("expects",),
        required=("subject", "object"),
        optional=("place", "quantity"),
        also=("proposition", "words", "horizon", "condition", "probability", "probability_low", "probability_high"),
        question=("subject", "object"),
        says="what a speaker expects; object is the key of the proposition",
    ),
    Kind.MEETING: Slots(
        predicates=("met",),
        required=("subject",),
        optional=("object", "place"),
        also=("topic", "with"),
        question=("subject", "object", "place", "happened"),
        says="who met whom",
    ),
    Kind.LISTING: Slots(
        predicates=("lists_as", "delists"),
        required=("subject", "object"),
        also=("status",),
        question=("subject", "object"),
        answer=("predicate", "status"),
        shape="state",
        says="a body lists a place or a party as something",
    ),
}

_HINTS = {
    "subject": "Use an id of places.csv, roads.csv or parties.csv, or unknown.",
    "object": "Use an id of the registers.",
    "place": "Use an id of places.csv.",
    "quantity": "Give quantity: {value: ..., unit: ...}.",
    "predicate": "Say what is claimed.",
}


# ------------------------------------------------------------------------------------------------------------ claim

AlsoValue = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """
    One statement with its evidence.

    Parameters
    ----------
    kind, subject, predicate, object, place, quantity, also
        What was said, in the slots of the kind (:data:`SLOTS`). Unused slots are absent, never empty.
    happened, said, published
        Three of the four times. ``happened`` is two nested intervals; ``said`` a day or interval, open to the
        left if not known; ``published`` the day the document became public. The fourth, ``recorded``, is set
        by the ledger and is not part of the claim.
    chain
        Who said that who said, first-hand first, publisher last. Never empty.
    document, locator, quote, translation
        Where the words stand and the exact words. No quote means that none was taken down.
    place_as_written
        The name as the source wrote it, in its script.
    credibility, credibility_raw
        Optional grade of the proposition, 1 to 5. ``6`` means "cannot be judged": it is missing (None) plus the
        raw letter, never a number.
    confidence
        The coder's own confidence in words: high, medium, low.
    verification
        Whether the coder read the passage.
    sensitivity
        Harm that disclosure may do.

    Raises
    ------
    InvalidClaim
        If a slot is missing, not of this kind, or a time contradicts another.

    Examples
    --------
    >>> claim = Claim(
    ...     kind=Kind.ACCESS, subject="castello-road", predicate="closed", object="opposition",
    ...     happened=Period.since(date(2016, 7, 17)), said=(date(2016, 7, 17), date(2016, 7, 18)),
    ...     published=date(2016, 7, 17), document="newarab-2016-07-17",
    ...     chain=(Link(who="sohr", role=Role.COMPILER), Link(who="afp", role=Role.REPORTER)))
    >>> claim.question, claim.answer
    ('access|castello-road|opposition|supply', 'closed')
    >>> claim.id[:3], len(claim.id)
    ('c1-', 35)
    """

    kind: Kind
    subject: str
    happened: Period
    published: date
    chain: tuple[Link, ...]
    document: str
    predicate: str | None = None
    object: str | None = None
    place: str | None = None
    quantity: Quantity | None = None
    also: tuple[tuple[str, AlsoValue], ...] = ()
    modality: Modality = Modality.ASSERTED
    condition: str | None = None
    said: Span | None = None
    locator: Locator | None = None
    quote: str | None = None
    translation: Translation | None = None
    place_as_written: str | None = None
    credibility: int | None = None
    credibility_raw: str | None = None
    confidence: Literal["high", "medium", "low"] | None = None
    verification: Verification = Verification.VERIFIED
    sensitivity: Sensitivity = Sensitivity.LOW
    note: str | None = None
    coder: str | None = None
    second_coder: str | None = None
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "also", tuple(sorted(self.also)))
        self._check_slots()
        self._check_times()
        self._check_evidence()
        if not self.id:
            object.__setattr__(self, "id", f"{ID_VERSION}-{digest(self.to_json())[:32]}")

    def _check_slots(self) -> None:
        slots = SLOTS[self.kind]
        for name in ("subject", "object", "place"):
            value = getattr(self, name)
            if value is not None and not _SLUG.fullmatch(value):
                raise InvalidClaim(name, f"{value!r} is not an id", hint="Ids are lower-case letters, digits, hyphens.")
        if self.predicate is None:
            raise InvalidClaim("predicate", f"{self.kind} without a predicate", hint=_HINTS["predicate"])
        if slots.predicates and self.predicate not in slots.predicates:
            raise InvalidClaim(
                "predicate",
                f"{self.predicate!r} is not a predicate of {self.kind}",
                hint=f"Use one of: {', '.join(slots.predicates)}.",
            )
        for name in slots.required:
            if getattr(self, name) is None:
                raise InvalidClaim(name, f"{self.kind} without {name}", hint=_HINTS[name])
        for name in ("object", "place", "quantity"):
            if getattr(self, name) is not None and name not in (*slots.required, *slots.optional):
                raise InvalidClaim(
                    name, f"{self.kind} has no slot {name}", hint=f"`castello words {self.kind}` shows its slots."
                )
        for name, value in self.also:
            if name not in slots.also:
                raise InvalidClaim(
                    name, f"{self.kind} has no slot {name}", hint=f"`castello words {self.kind}` shows its slots."
                )
            if isinstance(value, float) and not math.isfinite(value):
                raise InvalidClaim(name, f"{value} is not a number", hint="Leave a missing figure out.")
        for name in ("probability", "probability_low", "probability_high"):
            share = self.slot(name)
            if share is not None and not (isinstance(share, int | float) and 0 <= share <= 1):
                raise InvalidClaim(
                    name, f"{share!r} is not a probability", hint="Probabilities are shares from 0 to 1."
                )

    def _check_times(self) -> None:
        start, end = self.said or (None, None)
        if start is not None and end is not None and start >= end:
            raise InvalidClaim("said", "ends before it starts", hint="said is a day, or a start and a later end.")
        if start is not None and start > self.published:
            raise InvalidClaim(
                "said", f"said on {start}, after it was published on {self.published}", hint="Check both dates."
            )
        # What is asserted cannot have begun after it was said; forecasts, promises and terms speak of the future.
        future = {Kind.FORECAST, Kind.POSITION, Kind.TERM, Kind.AID, Kind.MEETING}
        latest = end - timedelta(days=1) if end is not None else self.published
        began = self.happened.maybe[0]
        if self.modality in (Modality.ASSERTED, Modality.NEGATED) and self.kind not in future and began is not None:
            if began > latest:
                raise InvalidClaim(
                    "happened",
                    f"begins on {began}, after it was said ({latest})",
                    hint="Check the dates, or the modality.",
                )
        if (self.modality is Modality.CONDITIONAL) != (self.condition is not None):
            raise InvalidClaim(
                "condition", "condition and modality conditional go together", hint="Give both or neither."
            )

    def _check_evidence(self) -> None:
        if not self.chain:
            raise InvalidClaim("chain", "nobody said it", hint="Name who said it; write unknown where it is not known.")
        if not _SLUG.fullmatch(self.document):
            raise InvalidClaim("document", f"{self.document!r} is not a document id", hint="Use the id of a document.")
        if self.quote is not None and not self.quote.strip():
            raise InvalidClaim("quote", "empty", hint="Leave quote out where no words were taken down.")
        if self.credibility is not None and self.credibility not in (1, 2, 3, 4, 5):
            raise InvalidClaim(
                "credibility", f"{self.credibility!r} is not a grade", hint="Use 1 to 5; 6 is credibility_raw only."
            )
        if self.credibility_raw in ("6", "F") and self.credibility is not None:
            raise InvalidClaim("credibility", "6 and F mean 'cannot be judged'", hint="Leave credibility out.")

    # ------------------------------------------------------------------------------------------- what it answers

    def slot(self, name: str) -> AlsoValue | None:
        """The value of a slot of ``also``, or None."""
        return dict(self.also).get(name)

    @property
    def protected(self) -> bool:
        """Whether a link of the chain is protected, or disclosure may do high or severe harm."""
        return any(link.protected for link in self.chain) or self.sensitivity.rank >= Sensitivity.HIGH.rank

    @property
    def question(self) -> str:
        """What the claim speaks of: claims with the same question can agree or conflict."""
        parts: list[str] = [self.kind.value]
        for name in SLOTS[self.kind].question:
            if name == "unit":
                parts.append(self.quantity.unit if self.quantity else "")
            elif name == "happened":
                parts.append("/".join("" if day is None else day.isoformat() for day in self.happened.maybe))
            elif name == "users":
                parts.append(str(self.slot("users") or "supply"))
            elif name in ("subject", "predicate", "object", "place"):
                parts.append(getattr(self, name) or "")
            else:
                parts.append(str(self.slot(name) or ""))
        return "|".join(part.replace("|", "/") for part in parts)

    @property
    def denies(self) -> bool:
        """Whether the claim speaks against its answer: it is negated, or says that a party lost what it held."""
        return (self.modality is Modality.NEGATED) != (self.predicate == "lost" and self.kind is Kind.CONTROL)

    @property
    def answer(self) -> str:
        """What the claim says to its question; empty where the quantity is the answer. A loss denies a holding."""
        if self.kind is Kind.CONTROL and self.predicate == "lost":
            return f"holds:{self.subject}"
        parts = []
        for name in SLOTS[self.kind].answer:
            value = getattr(self, name, None) if name in ("subject", "predicate") else self.slot(name)
            if value:
                parts.append(str(value))
        return ":".join(parts)

    @property
    def origin(self) -> str:
        """
        The earliest link with its own access to the fact; copies of one origin count once.

        An unknown first link stays apart for each document until a judgement says otherwise.
        """
        first = self.chain[0]
        return first.who if first.who != UNKNOWN else f"{UNKNOWN}@{self.document}"

    # ------------------------------------------------------------------------------------------------ plain form

    def to_json(self) -> dict[str, builtins.object]:
        """The claim without its id, as plain values without nulls: what the id is the hash of."""
        said = None if self.said is None else [".." if day is None else day.isoformat() for day in self.said]
        return _present(
            kind=self.kind.value,
            subject=self.subject,
            predicate=self.predicate,
            object=self.object,
            place=self.place,
            quantity=self.quantity.to_json() if self.quantity else None,
            also=dict(self.also) or None,
            modality=None if self.modality is Modality.ASSERTED else self.modality.value,
            condition=self.condition,
            happened=self.happened.to_json(),
            said=said,
            published=self.published.isoformat(),
            chain=[link.to_json() for link in self.chain],
            document=self.document,
            locator=self.locator.to_json() if self.locator else None,
            quote=self.quote,
            translation=self.translation.to_json() if self.translation else None,
            place_as_written=self.place_as_written,
            credibility=self.credibility,
            credibility_raw=self.credibility_raw,
            confidence=self.confidence,
            verification=None if self.verification is Verification.VERIFIED else self.verification.value,
            sensitivity=None if self.sensitivity is Sensitivity.LOW else self.sensitivity.value,
            note=self.note,
            coder=self.coder,
            second_coder=self.second_coder,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, id: str = "") -> Self:
        """The inverse of :meth:`to_json`; ``id`` only for protected claims, whose ids are keyed."""
        values = dict(data)
        said = values.pop("said", None)
        span = None if said is None else tuple(None if day == ".." else date.fromisoformat(day) for day in said)
        return cls(
            kind=Kind(values.pop("kind")),
            happened=Period.from_json(values.pop("happened")),
            said=span,  # type: ignore[arg-type]  # a pair, by to_json
            published=date.fromisoformat(values.pop("published")),
            chain=tuple(Link.from_json(link) for link in values.pop("chain")),
            quantity=Quantity.from_json(values.pop("quantity")) if "quantity" in values else None,
            also=tuple(values.pop("also", {}).items()),
            modality=Modality(values.pop("modality", "asserted")),
            locator=Locator.from_json(values.pop("locator")) if "locator" in values else None,
            translation=Translation.from_json(values.pop("translation")) if "translation" in values else None,
            verification=Verification(values.pop("verification", "verified")),
            sensitivity=Sensitivity(values.pop("sensitivity", "low")),
            id=id,
            **values,
        )

    def with_id(self, id: str) -> Claim:
        """The same claim under a keyed id (protected claims only)."""
        return replace(self, id=id)


# ------------------------------------------------------------------------------------------- judgements and relations


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """
    A dated row by a named reviewer about a claim, a name or a pair; nothing is ever edited.

    ``about`` holds one id (accepted, rejected, retracted, withdrawn) or two (same, different, unsure). ``dated`` is the day
    from which the judgement could be known: under the published clock it acts from that day on. ``rests_on``
    names the claims it rests on; ``made`` the instant of an act, so that the same act can be done twice.

    Examples
    --------
    >>> Judgement(about=("origin:afp", "origin:sohr"), verdict=Verdict.SAME, by="analyst-1",
    ...           dated=date(2016, 7, 17), reason="AFP quotes SOHR").id[:3]
    'j1-'
    """

    about: tuple[str, ...]
    verdict: Verdict
    by: str
    dated: date
    reason: str
    rests_on: tuple[str, ...] = ()
    made: str | None = None
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        pair = self.verdict in (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE)
        if len(self.about) != (2 if pair else 1):
            wanted = "two ids" if pair else "one id"
            raise InvalidClaim(
                "about", f"{self.verdict} takes {wanted}, not {len(self.about)}", hint="Name them in about."
            )
        if not self.reason.strip():
            raise InvalidClaim("reason", "a judgement without a reason", hint="Say why in one sentence.")
        if not self.by.strip():
            raise InvalidClaim("by", "a judgement without a name", hint="Name the reviewer.")
        if not self.id:
            object.__setattr__(self, "id", f"j1-{digest(self.to_json())[:32]}")

    def to_json(self) -> dict[str, object]:
        """Plain values without nulls."""
        return _present(
            about=list(self.about),
            verdict=self.verdict.value,
            by=self.by,
            dated=self.dated.isoformat(),
            reason=self.reason,
            rests_on=list(self.rests_on) or None,
            made=self.made,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            about=tuple(data["about"]),
            verdict=Verdict(data["verdict"]),
            by=data["by"],
            dated=date.fromisoformat(data["dated"]),
            reason=data["reason"],
            rests_on=tuple(data.get("rests_on", ())),
            made=data.get("made"),
        )


RULES = {
    "parts": "the parts sum to the whole",
    "subset": "the part is not larger than the whole",
    "flow": "earlier total plus additions less removals is the later total",
    "percent": "the stated percentage agrees with the stated base and end",
    "then_and_now": "what a body says it said then agrees with what it said then",
    "household": "persons per family lie in a plausible range",
    "ratio": "a ratio implied by two statements of one body agrees",
    "update": "a published total and a new area give an updated total",
    "range": "the bounds that several speakers give can all hold",
}
"""Rules of reconciliation, by key: the words of ``methods`` R1 to R7 and R10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """
    A coder's statement that published figures belong together under a rule of :data:`RULES`.

    ``figures`` are (role, claim id) pairs in order; which roles a rule takes is in ``analyses/totals``. ``explained`` says
    why a failed check is understood, in one sentence, and never changes the figures.
    """

    rule: str
    figures: tuple[tuple[str, str], ...]
    by: str
    dated: date
    note: str | None = None
    explained: str | None = None
    tolerance: float | None = None
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise InvalidClaim("rule", f"{self.rule!r} is not a rule", hint=f"Use one of: {', '.join(RULES)}.")
        if not self.figures:
            raise InvalidClaim("figures", "no figures", hint="Name the claims that belong together.")
        if not self.id:
            object.__setattr__(self, "id", f"r1-{digest(self.to_json())[:32]}")

    def role(self, name: str) -> tuple[str, ...]:
        """Claim ids of one role, in order."""
        return tuple(claim for role, claim in self.figures if role == name)

    def to_json(self) -> dict[str, object]:
        """Plain values without nulls."""
        return _present(
            rule=self.rule,
            figures=[list(pair) for pair in self.figures],
            by=self.by,
            dated=self.dated.isoformat(),
            note=self.note,
            explained=self.explained,
            tolerance=self.tolerance,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            rule=data["rule"],
            figures=tuple((role, claim) for role, claim in data["figures"]),
            by=data["by"],
            dated=date.fromisoformat(data["dated"]),
            note=data.get("note"),
            explained=data.get("explained"),
            tolerance=data.get("tolerance"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """
    An analyst's own judgement in words, signed and dated: neither a fact nor a finding, and shown apart from both.

    ``rests_on`` names the claims that it rests on and is never empty; ``confidence`` is apart from any likelihood in the text.

    Examples
    --------
    >>> Assessment(author="R. Analyst", signed=date(2016, 7, 18), text="The road will stay shut.", confidence="moderate",
    ...            because="both sides of it are held", rests_on=("c1-00",)).id[:3]
    'a1-'
    """

    author: str
    signed: date
    text: str
    confidence: Literal["low", "moderate", "high"]
    because: str
    rests_on: tuple[str, ...]
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in ("author", "text", "because"):
            if not getattr(self, name).strip():
                raise InvalidClaim(name, "is empty", hint="An assessment has an author, words, and a reason.")
        if self.confidence not in ("low", "moderate", "high"):
            raise InvalidClaim("confidence", f"{self.confidence!r} is not one", hint="Use low, moderate or high.")
        if not self.rests_on:
            raise InvalidClaim("rests_on", "rests on nothing", hint="Name the claims that it rests on.")
        if not self.id:
            object.__setattr__(self, "id", f"a1-{digest(self.to_json())[:32]}")

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "author": self.author,
            "signed": self.signed.isoformat(),
            "text": self.text,
            "confidence": self.confidence,
            "because": self.because,
            "rests_on": list(self.rests_on),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        values = dict(data) | {"signed": date.fromisoformat(data["signed"]), "rests_on": tuple(data["rests_on"])}
        return cls(**values)


# ---------------------------------------------------------------------------------------------------------- finding


class Reason(StrEnum):
    """Why a finding is undecided."""

    NO_CLAIM = "no_claim"
    CONTRADICTION = "contradiction"
    TOO_FEW_ORIGINS = "too_few_origins"
    OUTSIDE_COVERAGE = "outside_coverage"
    NOT_OBSERVABLE = "not_observable"
    DEFINITION_DEPENDENT = "definition_dependent"
    TOO_IMPRECISE = "too_imprecise"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence as an id and its values, so that every language renders it from the same data."""

    id: str
    values: tuple[tuple[str, AlsoValue], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"id": self.id, "values": dict(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    What an analysis says about one subject on one day, and on whose word.

    ``value``/``low``/``high`` carry ``unit``; ``status`` may be ``undecided``, then ``reason`` says why. ``claims`` are for it,
    ``against`` against it; ``unknown`` lists what could not be seen and is never empty. ``text`` is ``message`` in English.
    """

    kind: str
    subject: str
    message: Message
    text: str
    method: str
    place: str | None = None
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    status: str | None = None
    reason: Reason | None = None
    since: date | None = None
    reading: str | None = None
    definition: str | None = None
    label: Literal["fact", "inference"] = "fact"
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.LOW
    extra: tuple[tuple[str, object], ...] = ()
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.unknown:
            raise InvalidClaim("unknown", "a finding must say what it could not see", hint="Coverage is never empty.")
        if (self.status == "undecided") != (self.reason is not None):
            raise InvalidClaim("reason", "undecided and a reason go together", hint="Give both or neither.")
        if not self.claims and not self.against and self.reason is None:
            raise InvalidClaim("claims", "a finding without claims behind it", hint="Every figure answers `why`.")
        if not self.id:
            # What is asked, not what is answered: the same finding keeps its id from day to day.
            asked: list[object] = [
                self.kind,
                self.subject,
                self.place,
                self.unit,
                self.reading,
                self.definition,
                self.method,
            ]
            asked.append(dict(self.message.values).get("key"))
            object.__setattr__(self, "id", f"f1-{digest(asked)[:16]}")

    def to_json(self) -> dict[str, object]:
        """The keys of the JSON shape; additional keys of the analysis come last."""
        shape: dict[str, object] = {
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "place": self.place,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "status": self.status,
            "since": None if self.since is None else self.since.isoformat(),
            "reading": self.reading,
            "method": self.method,
            "claims": list(self.claims),
            "against": list(self.against),
            "unknown": list(self.unknown),
            "text": self.text,
            "message": self.message.to_json(),
            "label": self.label,
            "sensitivity": self.sensitivity.value,
        }
        shape |= _present(reason=self.reason.value if self.reason else None, definition=self.definition)
        return shape | dict(self.extra)


def _present(**values: object) -> dict[str, object]:
    """The given values without those that are None."""
    return {name: value for name, value in values.items() if value is not None}
