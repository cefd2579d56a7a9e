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
    coarse_place,
    coarse_presence,
    coarse_protected,
    is_military_road,
    place_names,
    road_names,
)
from castello.claims import Claim, Kind, Sensitivity
from castello.picture import Picture
from castello.picture.reach import reach
from castello.picture.sentences import is_area

K_PERSONS = 5
"""At least so many persons could be the speaker (PR-3)."""

PRESENCE_DELAY_DAYS = 14
"""Presence of an armed group leaves a live case no earlier than this (PR-5)."""

_WHEREABOUTS = re.compile(r"(^|[.-])(movement|base|deployment)\b")
"""Events that say where an armed party is or goes: presence by another name."""

_FROM_AFAR = re.compile(r"attack\.(air|shelling|chemical)\b")
"""Attacks that say nothing of where on the ground the attacker stands."""

_ARMED = ("state", "armed_group", "coalition", "side")
"""Kinds of parties that have forces."""

_PLACED = (Kind.EVENT, Kind.TIE)
"""Kinds whose place leaves a live case as its publication area."""

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
        if claim.kind is Kind.CONTROL and (reason := self._control_withheld(claim)) is not None:
            return reason
        if claim.kind is Kind.EVENT and (reason := self._event_withheld(claim)) is not None:
            return reason
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
        return (
            f"live case: presence within {PRESENCE_DELAY_DAYS} days" if self._live and self._is_recent(claim) else None
        )

    def _is_recent(self, claim: Claim) -> bool:
        """Whether it may still have been so within the publication delay; an open end counts to the day of publication."""
        last = claim.happened.maybe[1] or (claim.published + timedelta(days=1))
        return last > self._today - timedelta(days=PRESENCE_DELAY_DAYS)

    def _control_withheld(self, claim: Claim) -> str | None:
        """
        Who holds a place says where a party has forces: presence by another name (PS-4).

        A place is not made coarser here: that a part is held would become that the whole is. Enclaves are no secret: that they are cut
        off or connected may leave on the day, who contests them as late as everything else. Areas of control maps are finer than any area that is
        published, and decide the state of roads.
        """
        if is_area(claim.object):
            return LIVE_ROADS
        enclaves = {enclave.id for enclave in self._picture.registers.settings.enclaves}
        if claim.object not in enclaves and self._area(claim.object) != claim.object:
            return "live case: control of a place finer than the publication area"
        return f"live case: control within {PRESENCE_DELAY_DAYS} days" if self._is_recent(claim) else None

    def _event_withheld(self, claim: Claim) -> str | None:
        if _WHEREABOUTS.search(claim.predicate or ""):
            return "live case: whereabouts of forces"
        if claim.place is None:
            return None
        if self._area(claim.place) is None:
            return "no publication area for the place"
        parties = self._picture.registers.parties
        armed = [id_ for id_ in (claim.subject, claim.object or "") if id_ in parties and parties[id_].kind in _ARMED]
        if _FROM_AFAR.match(claim.predicate or "") and claim.object not in armed:
            return None
        if armed and self._is_recent(claim):
            return f"live case: forces on the ground within {PRESENCE_DELAY_DAYS} days"
        return None

    def _area(self, place: str | None) -> str | None:
        """The publication area of a place; None where there is none."""
        places = self._picture.registers.places
        return places.public_area(place) if place is not None and place in places else None

    def coarse(self, claim: Claim) -> Claim:
        """What leaves of a claim that may leave."""
        coarse = claim
        if any(link.protected for link in claim.chain):
            coarse = coarse_protected(coarse, open_documents=self._picture.documents)
        if claim.kind is Kind.PRESENCE:
            coarse = coarse_presence(coarse, area=str(self._picture.registers.places.public_area(str(claim.object))))
        if self._live and claim.kind in _PLACED and claim.place is not None:
            coarse = coarse_place(coarse, area=self._area(claim.place))
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
        place = claim.object if claim.kind is Kind.PRESENCE else None
        if self._live and claim.kind in _PLACED:
            place = claim.place
        area = self._area(place)
        return area is not None and place_names(str(place), area, registers).stand_in(words)

    @cached_property
    def roads(self) -> Names:
        """The names of the roads, and of the junctions and crossings at their ends, for texts of a live case."""
        return road_names(self._picture.registers)

    @cached_property
    def _cut_claims(self) -> frozenset[str]:
        """Claims behind a cut on the ground that holds on the day asked about and still holds today."""
        book, registers = self._picture.book, self._picture.registers
        today = Picture(book=book, registers=registers, as_of=self._today, live=self._live)
        cut, still = (_cuts(picture) for picture in (self._picture, today))
        return frozenset(id_ for enclave, claims in cut.items() if enclave in still for id_ in claims)


def _cuts(picture: Picture) -> dict[tuple[str, str], tuple[str, ...]]:
    """The claims behind each cut on the ground, by enclave and side."""
    cut = [item for item in reach(picture) if item.status == "cut" and item.reading == "on_ground"]
    return {(item.place, item.side): item.claims for item in cut}
