"""The claim: one statement with its evidence."""

from __future__ import annotations

import builtins
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal, Self

from castello.claims.evidence import Link, Locator, Translation, Verification, Where
from castello.claims.ids import ID_VERSION, SLUG, UNKNOWN, InvalidClaim, digest, present
from castello.claims.kinds import SLOTS, AlsoValue, Kind, Modality, Sensitivity
from castello.claims.quantity import Quantity
from castello.claims.times import Period, Span

_HINTS = {
    "subject": "Use an id of places.csv, roads.csv or parties.csv, or unknown.",
    "object": "Use an id of the registers.",
    "place": "Use an id of places.csv.",
    "quantity": "Give quantity: {value: ..., unit: ...}.",
    "predicate": "Say what is claimed.",
}


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
    where
        The point at which the source places it, and how far off that may be.
    date_precision
        The source's own code for how exact its dates are, with its system: ``happened`` says what it means.
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
    >>> from castello.claims import Role
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
    where: Where | None = None
    date_precision: str | None = None
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
            if value is not None and not SLUG.fullmatch(value):
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
        if not SLUG.fullmatch(self.document):
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
        return present(
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
            where=self.where.to_json() if self.where else None,
            date_precision=self.date_precision,
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
            where=Where.from_json(values.pop("where")) if "where" in values else None,
            verification=Verification(values.pop("verification", "verified")),
            sensitivity=Sensitivity(values.pop("sensitivity", "low")),
            id=id,
            **values,
        )

    def with_id(self, id: str) -> Claim:
        """The same claim under a keyed id (protected claims only)."""
        return replace(self, id=id)
