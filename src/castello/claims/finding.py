"""Findings: what an analysis says, on whose word, and what it could not see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from castello.claims.ids import InvalidClaim, digest, present
from castello.claims.kinds import AlsoValue, Sensitivity


class Reason(StrEnum):
    """Why a finding is undecided, or why no claims stand beside an answer."""

    NO_CLAIM = "no_claim"
    CONTRADICTION = "contradiction"
    TOO_FEW_ORIGINS = "too_few_origins"
    OUTSIDE_COVERAGE = "outside_coverage"
    NOT_OBSERVABLE = "not_observable"
    DEFINITION_DEPENDENT = "definition_dependent"
    TOO_IMPRECISE = "too_imprecise"
    WITHHELD = "withheld"
    ASSUMED = "assumed"


BESIDE_AN_ANSWER = (Reason.WITHHELD, Reason.ASSUMED)
"""Reasons that may stand beside an answer: the claims behind it are not shown, or it rests on an assumption of the case."""


Label = Literal["fact", "inference", "recommendation"]
"""A claim with its source or arithmetic over claims; what a method concludes; what somebody who is named advises."""


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

    ``value``/``low``/``high`` carry ``unit``; ``status`` may be ``undecided``, then ``reason`` says why; it also says why no claims stand beside an answer. ``claims`` are for it,
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
    label: Label = "fact"
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.LOW
    extra: tuple[tuple[str, object], ...] = ()
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.unknown:
            raise InvalidClaim("unknown", "a finding must say what it could not see", hint="Coverage is never empty.")
        if self.status == "undecided" and self.reason is None:
            raise InvalidClaim("reason", "undecided and a reason go together", hint="Give both or neither.")
        if self.status != "undecided" and self.reason is not None and self.reason not in BESIDE_AN_ANSWER:
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
        shape |= present(reason=self.reason.value if self.reason else None, definition=self.definition)
        return shape | dict(self.extra)
