"""Leave-one-out disclosure (PR-4): what would read otherwise had a protected claim, or a protected speaker, never spoken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from castello.analyses import Analysis, run
from castello.claims import SLOTS, Claim, Finding, Kind
from castello.picture import Picture, Topic

_OWN_WORDS = ("statement", "presence")
"""Findings that are judged claim by claim elsewhere."""

NOT_SEEN = "what sources outside this case say"
"""What is said of what could not be seen, where all else would tell of a protected claim."""


class Decisive:
    """
    Compares a picture with the same picture without its protected claims: all at once, speaker by speaker, claim by claim.

    Statements of one speaker (positions, events, forecasts) decide nothing but themselves and are judged claim by claim elsewhere; only
    claims that the picture weighs or counts are left out here. A case without such claims costs nothing.
    """

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """The picture without each set of protected claims."""
        ids = [id_ for id_ in self._picture.visible_ids() if _is_protected(id_)]
        claims = [
            claim for claim in self._picture.claims_by_id(ids).values() if SLOTS[claim.kind].shape != "occurrence"
        ]
        return tuple(self._picture.without(claims=left_out) for left_out in _sets(claims))

    def steady(self, findings: Iterable[Finding], analyses: Sequence[str | Analysis]) -> tuple[Finding | None, ...]:
        """
        Each finding with only what stands beside it in every picture; None where it would be missing or read otherwise.

        Parameters
        ----------
        findings
            Of the picture. Statements and presence come back as they are.
        analyses
            Those that made them: they are run again on each picture.

        Notes
        -----
        Claims, what could not be seen and additional keys are kept one by one. Protected claims themselves are left to the rules for claims.
        """
        told: list[Finding | None] = list(findings)
        for picture in self.pictures if any(item and item.kind not in _OWN_WORDS for item in told) else ():
            others = {finding.id: finding for asked in analyses for finding in run(asked, picture)}
            told = [
                item if item is None or item.kind in _OWN_WORDS else _common(item, others.get(item.id)) for item in told
            ]
        return tuple(told)

    def topics(self, kind: Kind) -> tuple[Topic, ...]:
        """What the picture says of a kind, without what would read otherwise."""
        kept = {topic.question: topic for topic in self._picture.topics(kind)}
        for picture in self.pictures:
            others = {topic.question: (topic.status, topic.answer) for topic in picture.topics(kind)}
            kept = {key: topic for key, topic in kept.items() if others.get(key) == (topic.status, topic.answer)}
        return tuple(kept.values())


def _sets(claims: Sequence[Claim]) -> list[list[str]]:
    """All protected claims, those of each speaker, and each claim: every set once."""
    by_speaker: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        for link in claim.chain:
            if link.protected:
                by_speaker[link.who].add(claim.id)
    sets = {frozenset(claim.id for claim in claims), *map(frozenset, by_speaker.values())}
    sets |= {frozenset((claim.id,)) for claim in claims}
    return sorted(sorted(one) for one in sets if one)


def _common(finding: Finding, other: Finding | None) -> Finding | None:
    """What is told of a finding here and there; None where it does not read the same, or rests on different claims."""
    if other is None or _reads(finding) != _reads(other):
        return None
    claims, against = (
        tuple(id_ for id_ in here if id_ in there or _is_protected(id_))
        for here, there in ((finding.claims, other.claims), (finding.against, other.against))
    )
    if not claims and not against and finding.reason is None:
        return None
    beside = dict(other.extra)
    return replace(
        finding,
        claims=claims,
        against=against,
        unknown=tuple(text for text in finding.unknown if text in other.unknown) or (NOT_SEEN,),
        extra=tuple(
            (name, value)
            for name, value in finding.extra
            if name in beside and _unprotected(value) == _unprotected(beside[name])
        ),
    )


def _unprotected(value: Any) -> Any:
    """Plain values less the rows and ids of protected claims: whether these leave is for the rules for claims."""
    if isinstance(value, Mapping):
        return {key: _unprotected(item) for key, item in value.items() if not _is_protected(key)}
    if isinstance(value, list | tuple):
        return [_unprotected(item) for item in value if not _is_protected(item)]
    return value


def _is_protected(item: Any) -> bool:
    return str(item.get("claim") if isinstance(item, Mapping) else item).startswith("p1-")


def _reads(finding: Finding) -> tuple[object, ...]:
    """What a reader is told, but for the number of origins: that a source more exists tells nobody who it is."""
    values = tuple(item for item in finding.message.values if item[0] != "origins")
    return (
        finding.message.id,
        values,
        finding.value,
        finding.low,
        finding.high,
        finding.status,
        finding.reason,
        finding.since,
        finding.label,
    )
