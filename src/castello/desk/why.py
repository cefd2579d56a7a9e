"""``why``: a figure or a claim traced to the words, the speakers and the documents it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from castello.analyses import NAMES, Analysis, run
from castello.analyses.siege import changes, derived, watch
from castello.briefs.profile import Clearance
from castello.claims import Claim, Finding
from castello.errors import Refused, WrongUse
from castello.ledger import Book
from castello.picture import Picture
from castello.picture.sentences import chain_text, name_of

SHORTEST = 6
"""So many characters of an id are enough, if they name one thing only."""

EXPORTED = "x1-"
"""How ids of an export begin."""

OF_CLAIMS = ("c1-", "p1-", "h1-")
"""How ids of claims begin."""

AUDIENCES = ("public", "partner")
"""Audiences whose exported ids are resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """
    One claim with everything that it comes from.

    ``stands`` is ``for``, ``against`` or ``input``; ``judgements`` are (verdict, by, dated, reason); ``derived_from`` traces the claims that a
    derived figure was computed from.
    """

    claim: Claim
    stands: str
    says: str
    chain: str
    publisher: str
    title: str
    urls: tuple[str, ...]
    published_basis: str
    recorded: str | None
    judgements: tuple[tuple[str, str, str, str], ...]
    derived_from: tuple[Trace, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        claim = self.claim
        said = None if claim.said is None or claim.said[1] is None else (claim.said[1] - timedelta(days=1)).isoformat()
        return {
            "id": claim.id,
            "stands": self.stands,
            "says": self.says,
            "quote": claim.quote,
            "chain": self.chain,
            "depth": len(claim.chain),
            "document": {
                "id": claim.document,
                "publisher": self.publisher,
                "title": self.title,
                "published": claim.published.isoformat(),
                "published_basis": self.published_basis,
                "urls": list(self.urls),
            },
            "happened": claim.happened.to_json(),
            "said": said,
            "recorded": self.recorded,
            "verification": claim.verification.value,
            "confidence": claim.confidence,
            "judgements": [
                dict(zip(("verdict", "by", "dated", "reason"), row, strict=True)) for row in self.judgements
            ],
            "derived_from": [trace.to_json() for trace in self.derived_from],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The answer: the finding that was asked about, if it was one, and the claims behind it."""

    id: str
    finding: Finding | None
    traces: tuple[Trace, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        finding = None if self.finding is None else self.finding.to_json()
        return {"id": self.id, "finding": finding, "claims": [trace.to_json() for trace in self.traces]}


def why(asked: str, *, picture: Picture, book: Book, clearances: Sequence[Clearance]) -> Why:
    """
    Trace a claim, a finding, or an id from an export, to its documents.

    Parameters
    ----------
    asked
        An id or the beginning of one, at least six characters after the prefix; ids of exports are resolved where the vault's key is.
    picture
        Where findings are looked up.
    book
        Where claims are looked up, visible in the picture or not.
    clearances
        The audience of the answer, then the audiences whose exported ids may be asked for.

    Raises
    ------
    WrongUse
        If nothing has the id, or several things begin so.
    Refused
        If what has the id is withheld from the audience; it says why.
    """
    audience = clearances[0]
    claims = {
        *book.columns("id").column("id").to_pylist(),
        *(c.id for c in (picture.branch.claims if picture.branch else ())),
    }
    # what begins so is a claim and no finding: there is nothing to work out
    of_claim = asked.startswith(OF_CLAIMS)
    every = {} if of_claim else {finding.id: finding for name in NAMES for finding in run(name, picture)}
    if not of_claim and not any(_meant(asked, id_) for id_ in (*claims, *every)):
        # what is told of a span of days, and of what may come
        start = picture.registers.settings.start
        spans: tuple[Analysis, ...] = (
            partial(changes, start=start, end=max(start, picture.as_of)), watch, partial(derived, start=start, end=max(start, picture.as_of)),
        )  # fmt: skip
        every |= {finding.id: finding for analysis in spans for finding in run(analysis, picture)}
    if of_claim:
        findings = every
    elif audience.leaves or asked.startswith(EXPORTED):
        # what leaves has findings of its own: presence by area
        cleared = [finding for one in clearances for finding in one.findings(every.values()).findings]
        findings = {finding.id: finding for finding in cleared} | (every if not audience.leaves else {})
    else:
        findings = every
    id_ = resolved(asked, [*sorted(claims), *every, *findings], book)
    tracer = _Tracer(picture, book, audience)
    if id_ in claims:
        reason = audience.withheld_because(tracer.claim(id_))
        if reason is not None:
            raise Refused(f"withheld from {audience.profile}: {reason}", hint="Ask for it with --profile own.")
        return Why(id=id_, finding=None, traces=(tracer.trace(id_, "for"),))
    if id_ not in findings:
        raise Refused(f"this finding is withheld from {audience.profile}", hint="Ask for it with --profile own.")
    finding = findings[id_]
    # one reading of the ledger instead of one for each claim
    picture.claims_by_id((*finding.claims, *finding.against))
    behind = [(one, "for") for one in finding.claims] + [(one, "against") for one in finding.against]
    return Why(
        id=id_, finding=finding, traces=tuple(tracer.trace(one, stands) for one, stands in behind if tracer.may(one))
    )


def _meant(asked: str, id_: str) -> bool:
    return id_ == asked or (len(asked) >= SHORTEST and (id_.startswith(asked) or id_[3:].startswith(asked)))


def resolved(asked: str, ids: Iterable[str], book: Book) -> str:
    """The one id that is meant: itself, its beginning, or the form in which it left; raises WrongUse if it is none or several."""
    ids = list(dict.fromkeys(ids))
    if asked.startswith(EXPORTED):
        if book.vault is None:
            raise WrongUse(
                "ids of an export are resolved with the vault's key", hint="`castello doctor` names the key file."
            )
        exported = {book.vault.exported_id(audience, id_): id_ for audience in AUDIENCES for id_ in ids}
        # a listing on a terminal shows the beginning of an id only
        meant = {
            id_ for key, id_ in exported.items() if len(asked) >= SHORTEST + len(EXPORTED) and key.startswith(asked)
        }
        asked = meant.pop() if len(meant) == 1 else asked
    found = [id_ for id_ in ids if id_ == asked] or [id_ for id_ in ids if _meant(asked, id_)]
    if len(found) != 1:
        what = (
            f"nothing has the id {asked!r}" if not found else f"{len(found)} things have ids that begin with {asked!r}"
        )
        hint = "`castello claims` and every analysis list ids; as_of and known_by must be those of the finding."
        raise WrongUse(what, hint=hint)
    return found[0]


class _Tracer:
    def __init__(self, picture: Picture, book: Book, audience: Clearance) -> None:
        self._picture, self._book, self._audience = picture, book, audience
        self._documents = book.documents()
        self._judgements = [judgement for judgement, _ in book.judgements()]

    def claim(self, id_: str) -> Claim:
        """A claim of the ledger or of the branch."""
        return self._picture.claims_by_id([id_])[id_]

    def may(self, id_: str) -> bool:
        """Whether the claim is here and may be shown to the audience."""
        found = self._picture.claims_by_id([id_])
        return id_ in found and self._audience.withheld_because(found[id_]) is None

    def trace(self, id_: str, stands: str) -> Trace:
        whole, registers = self.claim(id_), self._picture.registers
        (claim,) = self._audience.claims([whole]).claims
        # what was left out of a claim must not come back in what was recorded and judged about it
        full = claim == whole and not (self._audience.leaves and claim.protected)
        document = self._documents.get(claim.document)
        recorded = self._book.recorded([id_]).get(id_) if full else None
        about = (
            [item for item in self._judgements if id_ in item.about] if full and not self._audience.hides_roads else []
        )
        derived = claim.quantity.derived_from if claim.quantity else ()
        return Trace(
            claim=claim,
            stands=stands,
            says=self._audience.says(claim),
            chain=chain_text(claim, registers),
            publisher=name_of(claim.chain[-1].who, registers),
            title=document.title if document else claim.document.replace("-", " "),
            urls=document.urls if document else (),
            published_basis=document.published_basis if document else "stated",
            recorded=None if recorded is None else recorded.isoformat(timespec="seconds"),
            judgements=tuple((item.verdict.value, item.by, item.dated.isoformat(), item.reason) for item in about),
            derived_from=tuple(self.trace(one, "input") for one in derived if self.may(one)),
        )
