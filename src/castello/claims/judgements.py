"""What people say about claims: judgements, relations between figures, and assessments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Self

from castello.claims.ids import InvalidClaim, digest, present


class Verdict(StrEnum):
    """What a judgement says about a claim, a name or a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"


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
        return present(
            about=list(self.about),
            verdict=self.verdict.value,
            by=self.by,
            dated=self.dated.isoformat(),
            reason=self.reason,
            rests_on=list(self.rests_on) or None,
            made=self.made,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, id: str = "") -> Self:
        """The inverse of :meth:`to_json`; ``id`` where it is at hand, so that it need not be worked out again."""
        return cls(
            id=id,
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
        return present(
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
