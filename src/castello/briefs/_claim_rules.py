"""Which claims leave, and what is left of them (PR-1 to PR-6, PS-4, PS-8, PS-9): the rules of one audience, claim by claim."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property

from castello.briefs._coarse import (
    NOT_PUBLIC,
    Names,
    coarse_live,
    coarse_presence,
    coarse_protected,
    is_military_road,
    place_names,
    road_names,
)
from castello.claims import Claim, Kind, Sensitivity
from castello.picture import Picture
from castello.picture.reach import reach

K_PERSONS = 5
"""At least so many persons could be the speaker (PR-3)."""

PRESENCE_DELAY_DAYS = 14
"""Presence of an armed group leaves a live case no earlier than this (PR-5)."""

_WHEREABOUTS = re.compile(r"(^|[.-])(movement|base|deployment)\b")
"""Events that say where an armed party is or goes: presence by another name."""

LIVE_ROADS = "live case: roads"
"""Why what names a road of a live case stays."""


class ClaimRules:
    """
    The rules for claims that leave.

    Parameters
    ----------
    picture
        Where the claims are.
    limit
        The highest sensitivity that leaves.
    live
        Whether the case is live.
    today
        The day of the call, UTC.
    """

    def __init__(self, picture: Picture, *, limit: Sensitivity, live: bool, today: date) -> None:
        self._picture, self._limit, self._live, self._today = picture, limit, live, today
        self._reasons: dict[str, str | None] = {}

    def withheld_because(self, claim: Claim) -> str | None:
        """Why a claim may not leave; None if it may."""
        if claim.id not in self._reasons:
            self._reasons[claim.id] = self._reason(claim)
        return self._reasons[claim.id]

    def _reason(self, claim: Claim) -> str | None:
        if claim.sensitivity.rank > self._limit.rank:
            # the level is not told: that a claim is severe says what kind of thing it says
            return "sensitivity"
        for link in claim.chain:
            if link.protected and (reason := self._recognisable(link.who)) is not None:
                return reason
        if is_military_road(claim):
            return "roads of the military"
        if claim.kind is Kind.PRESENCE:
            return self._presence_withheld(claim)
        if not self._live:
            return None
        if claim.kind is Kind.EVENT and _WHEREABOUTS.search(claim.predicate or ""):
            return "live case: whereabouts of forces"
        if claim.kind is Kind.SUPPLY:
            return "live case: supplies"
        if claim.kind is Kind.ACCESS:
            return None if claim.id in self._cut_claims else LIVE_ROADS
        said = {name: value for name, value in claim.to_json().items() if name != "document"}
        return LIVE_ROADS if self.roads.stand_in(said) else None

    def _recognisable(self, who: str) -> str | None:
        speaker = self._picture.registers.speakers.get(who)
        if speaker is None or speaker.k is None or speaker.k < K_PERSONS:
            return f"fewer than {K_PERSONS} persons could be the speaker"
        # what several claims tell together narrows the circle: somebody has to have counted that, too
        if self._spoken[who] > 1 and (speaker.k_together is None or speaker.k_together < K_PERSONS):
            return f"fewer than {K_PERSONS} persons could be the speaker of all that shares the pseudonym"
        return None

    @cached_property
    def _spoken(self) -> Counter[str]:
        """How many claims of the whole ledger share a pseudonym: who is asked one claim at a time adds them up, too."""
        opened = {claim.id: claim for claim, _ in self._picture.book.opened()}
        return Counter(who for claim in opened.values() for who in {link.who for link in claim.chain if link.protected})

    def _presence_withheld(self, claim: Claim) -> str | None:
        assert claim.object is not None
        if self._picture.registers.places.public_area(claim.object) is None:
            return "no publication area for the place"
        if self._live:
            last = claim.happened.maybe[1] or (claim.published + timedelta(days=1))
            if last > self._today - timedelta(days=PRESENCE_DELAY_DAYS):
                return f"live case: presence within {PRESENCE_DELAY_DAYS} days"
        return None

    def coarse(self, claim: Claim) -> Claim:
        """What leaves of a claim that may leave."""
        coarse = claim
        if any(link.protected for link in claim.chain):
            coarse = coarse_protected(coarse, open_documents=self._picture.documents)
        if claim.kind is Kind.PRESENCE:
            coarse = coarse_presence(coarse, area=str(self._picture.registers.places.public_area(str(claim.object))))
        if self._live:
            coarse = coarse_live(coarse)
        if coarse.document != NOT_PUBLIC and self._document_tells(claim):
            coarse = replace(coarse, document=NOT_PUBLIC, id=claim.id)
        return coarse

    def _document_tells(self, claim: Claim) -> bool:
        """Whether name, title or address of the document tell what is withheld of the claim."""
        document, registers = self._picture.documents.get(claim.document), self._picture.registers
        words = [claim.document, *((document.title, *document.urls) if document else ())]
        if self._live and claim.id not in self._cut_claims and self.roads.stand_in(words):
            return True
        if claim.kind is not Kind.PRESENCE:
            return False
        area = registers.places.public_area(str(claim.object))
        return place_names(str(claim.object), str(area), registers).stand_in(words)

    @cached_property
    def roads(self) -> Names:
        """The names of the roads, for texts of a live case."""
        return road_names(self._picture.registers)

    @cached_property
    def _cut_claims(self) -> frozenset[str]:
        """Claims behind a cut on the ground that holds on the day asked about and still holds today."""
        today = Picture(book=self._picture.book, registers=self._picture.registers, as_of=self._today)
        cut, still = (_cuts(picture) for picture in (self._picture, today))
        return frozenset(id_ for enclave, claims in cut.items() if enclave in still for id_ in claims)


def _cuts(picture: Picture) -> dict[tuple[str, str], tuple[str, ...]]:
    """The claims behind each cut on the ground, by enclave and side."""
    cut = [item for item in reach(picture) if item.status == "cut" and item.reading == "on_ground"]
    return {(item.place, item.side): item.claims for item in cut}
