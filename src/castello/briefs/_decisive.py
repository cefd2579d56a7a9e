"""Leave-one-out disclosure (PR-4): what would read otherwise had a protected claim, or a protected speaker, never spoken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from castello.analyses import run
from castello.claims import SLOTS, Claim, Finding, Kind
from castello.picture import Picture, Topic


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
        ids = [id_ for id_ in self._picture.visible_ids() if id_.startswith("p1-")]
        claims = [
            claim for claim in self._picture.claims_by_id(ids).values() if SLOTS[claim.kind].shape != "occurrence"
        ]
        return tuple(self._picture.without(claims=left_out) for left_out in _sets(claims))

    def findings(self, findings: Iterable[Finding], analyses: Sequence[str]) -> frozenset[str]:
        """Ids of findings, statements apart, that would be missing or read otherwise."""
        computed = [finding for finding in findings if finding.kind not in ("statement", "presence")]
        decided: set[str] = set()
        for picture in self.pictures if computed else ():
            others = {finding.id: _reads(finding) for name in analyses for finding in run(name, picture)}
            decided |= {finding.id for finding in computed if others.get(finding.id) != _reads(finding)}
        return frozenset(decided)

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
    )
