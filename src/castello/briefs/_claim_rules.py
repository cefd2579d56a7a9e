"""Which claims leave, and what is left of them (PR-1 to PR-6, PS-4, PS-8, PS-9): the rules of one audience, claim by claim."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
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
    without_point,
)
from castello.claims import UNKNOWN, Claim, Kind, Sensitivity
from castello.picture import Picture
from castello.picture.reach import reach
from castello.picture.screening import alike, perhaps_naming
from castello.picture.sentences import is_area

K_PERSONS = 5
"""At least so many persons could be the speaker (PR-3)."""

PRESENCE_DELAY_DAYS = 14
"""Presence of an armed group leaves a live case no earlier than this (PR-5)."""

_WHEREABOUTS = re.compile(r"(^|[.-])(movement|base|deployment)\b")
"""Events that say where an armed party is or goes: presence by another name."""

_FROM_AFAR = re.compile(r"attack\.(air|drone|shelling|chemical)\b")
"""Attacks that say nothing of where on the ground the attacker stands."""

_MET = re.compile(r"attack\.(clash|ground-gain)\b")
"""Attacks in which armed parties meet, whoever they are."""

_VIOLENCE = re.compile(r"(attack|abduction|arrest|destruction|control\.transfer|joint-operation)\b")
"""Events in which who acts has force."""

_ARMED = ("state", "armed_group", "coalition", "side")
"""Kinds of parties that have forces."""

_UNARMED = ("people", "agency")
"""Kinds of parties that have none, whatever they are said to do."""

_CLASSES = (UNKNOWN, "civilians", "protesters", "rioters")
"""Words of the vocabulary for who acts that name no armed party."""

_OF_FEEDS = ("acled-", "sind-", "ucdp-")
"""How ids of parties begin that feeds of events bring: whoever such a feed names as acting is taken for armed."""

_PLACED = (Kind.EVENT, Kind.TIE)
"""Kinds whose place leaves a live case as its publication area."""

_HARM = (Kind.EVENT, Kind.TIE, Kind.CASUALTY, Kind.BREACH)
"""Kinds whose place leaves as its publication area where the source gives a point of its own."""

_SHELTERS = ("health-facility", "education-facility", "aid-facility", "camp")
"""Classes of places where people seek help or shelter: never a point, in no case (PR-5)."""

_OF_SHELTERS = "insecurity-insight"
"""How precisions of a source begin that speaks of such places only."""

_SHELTER_PLACES = ("facility", "camp")
"""Kinds of places where people seek help or shelter."""

LICENCE = "licence of the source: ids and counts only"
"""Why what a source says may not be handed on."""

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
        self._judged: dict[str, tuple[Kind, str | None]] | None = None

    def withheld_because(self, claim: Claim) -> str | None:
        """Why a claim may not leave; None if it may."""
        if claim.id not in self._reasons:
            self._reasons[claim.id] = self._reason(claim)
        return self._reasons[claim.id]

    def _reason(self, claim: Claim) -> str | None:
        reason = self.withheld_but_for_words(claim)
        return LIVE_ROADS if reason in (None, LICENCE) and self._tells_road(claim) else reason

    def judge_all(self) -> Mapping[str, tuple[Kind, str | None]]:
        """
        The kind of each claim that can be seen, and why it may not leave, by id; None for those that may.

        Alike claims are judged once, and words are read only where they may name a road: a feed has claims by the hundred thousand.
        """
        if self._judged is None:
            naming = perhaps_naming(self._picture, self.roads.pattern) if self._live else frozenset()
            groups = alike(self._picture, day=self.delay_from)
            examples = self._picture.claims_by_id([*(ids[0] for ids in groups), *naming])
            self._judged = {}
            for ids in groups:
                example = examples[ids[0]]
                reason = self.withheld_but_for_words(example)
                self._judged |= {
                    id_: (example.kind, self.withheld_because(examples[id_]) if id_ in naming else reason)
                    for id_ in ids
                }
        return self._judged

    def withheld_but_for_words(self, claim: Claim) -> str | None:
        """
        Why a claim may not leave, whatever the words in which it is said.

        The answer is the same for claims that agree in kind, sensitivity, chain, document, predicate, subject, object, place and the parties
        ``with`` it, in whether a point or a name places them, and in :meth:`is_recent`; protected claims and those on roads apart.
        """
        if claim.sensitivity.rank > self._limit.rank:
            # the level is not told: that a claim is severe says what kind of thing it says
            return "sensitivity"
        for link in claim.chain:
            if link.protected and (reason := self._recognisable(link.who)) is not None:
                return reason
        if is_military_road(claim):
            return "roads of the military"
        reason = self._presence_withheld(claim) if claim.kind is Kind.PRESENCE else self._live_withheld(claim)
        # what protects people is told before what protects a publisher
        return reason or (None if self._may_be_copied(claim) else LICENCE)

    def _live_withheld(self, claim: Claim) -> str | None:
        if not self._live:
            return None
        if claim.kind is Kind.CONTROL:
            return self._control_withheld(claim)
        if claim.kind is Kind.EVENT:
            return self._event_withheld(claim)
        if claim.kind is Kind.CASUALTY and claim.place is not None:
            # that fighters were hurt says where they were
            hurt = self._is_armed(claim.object) and self.is_recent(claim)
            return f"live case: forces on the ground within {PRESENCE_DELAY_DAYS} days" if hurt else None
        if claim.kind is Kind.SUPPLY:
            return "live case: supplies"
        if claim.kind is Kind.ACCESS:
            return None if claim.id in self._cut_claims else LIVE_ROADS
        return None

    def _tells_road(self, claim: Claim) -> bool:
        if not self._live or claim.kind in (Kind.ACCESS, Kind.PRESENCE):
            return False
        return self.roads.stand_in({name: value for name, value in claim.to_json().items() if name != "document"})

    @cached_property
    def restricted(self) -> frozenset[str]:
        """Sources whose licence forbids that what they say is handed on."""
        speakers = self._picture.registers.speakers
        return frozenset(id_ for id_, speaker in speakers.items() if not speaker.redistributable)

    def _may_be_copied(self, claim: Claim) -> bool:
        if not self.restricted:
            return True
        document = self._picture.documents.get(claim.document)
        said_by = [link.who for link in claim.chain] + ([document.publisher] if document else [])
        return self.restricted.isdisjoint(said_by)

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
            f"live case: presence within {PRESENCE_DELAY_DAYS} days" if self._live and self.is_recent(claim) else None
        )

    @property
    def delay_from(self) -> date:
        """What may still have been so on this day or later is told late."""
        return self._today - timedelta(days=PRESENCE_DELAY_DAYS)

    def is_recent(self, claim: Claim) -> bool:
        """Whether it may still have been so within the publication delay; an open end counts to the day of publication."""
        last = claim.happened.maybe[1] or (claim.published + timedelta(days=1))
        return last > self.delay_from

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
        return f"live case: control within {PRESENCE_DELAY_DAYS} days" if self.is_recent(claim) else None

    def _event_withheld(self, claim: Claim) -> str | None:
        predicate = claim.predicate or ""
        if _WHEREABOUTS.search(predicate):
            return "live case: whereabouts of forces"
        if claim.place is not None and self._area(claim.place) is None:
            return "no publication area for the place"
        violent = _VIOLENCE.match(predicate) is not None
        if not violent and claim.place is None and claim.where is None:
            return None
        struck = self._is_armed(claim.object)
        if _FROM_AFAR.match(predicate) and not struck:
            return None
        acting = (claim.subject, *str(claim.slot("with") or "").split(","))
        met = _MET.match(predicate) is not None or struck or any(self._is_armed(id_, violent=violent) for id_ in acting)
        if met and self.is_recent(claim):
            return f"live case: forces on the ground within {PRESENCE_DELAY_DAYS} days"
        return None

    def _is_armed(self, id_: str | None, *, violent: bool = False) -> bool:
        """
        Whether a party has forces; with ``violent`` also whether it has shown that it has, by what it did.

        Of the parties that feeds bring, what is neither civilians nor an agency counts as armed; so does, of what is done by force, whoever
        does it.
        """
        if not id_ or id_ in _CLASSES or id_ in self._picture.registers.places:
            return False
        party = self._picture.registers.parties.get(id_)
        if party is not None and party.kind in (*_ARMED, *_UNARMED):
            return party.kind in _ARMED
        return violent or id_.startswith(_OF_FEEDS)

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
        if self._on_area(claim):
            coarse = coarse_place(coarse, area=self._area(claim.place), words=not self._is_violence(claim))
        if coarse.where is not None:
            # a point of a source never leaves: of a live case nothing that may say it in words does, either
            coarse = without_point(coarse, words=not self._live)
        if self._live:
            coarse = coarse_live(coarse)
        if coarse.document != NOT_PUBLIC and self._document_tells(claim):
            coarse = replace(coarse, document=NOT_PUBLIC, id=claim.id)
        return coarse

    def _on_area(self, claim: Claim) -> bool:
        """Whether the place of what was done leaves as its publication area."""
        if self._live and claim.kind in _PLACED:
            return True
        if claim.where is None or claim.kind not in _HARM:
            return False
        return self._live or self._is_shelter(claim) or _WHEREABOUTS.search(claim.predicate or "") is not None

    def _is_shelter(self, claim: Claim) -> bool:
        """Whether a claim is about a place where people seek help or shelter."""
        place = self._picture.registers.places.get(claim.place or "")
        kind = getattr(place, "kind", None)
        said = (claim.where and claim.where.precision) or ""
        return claim.object in _SHELTERS or kind in _SHELTER_PLACES or said.startswith(_OF_SHELTERS)

    @staticmethod
    def _is_violence(claim: Claim) -> bool:
        """Whether it is violence that no place of the register holds: then its words are all that places it."""
        return claim.place is None and _VIOLENCE.match(claim.predicate or "") is not None

    def _document_tells(self, claim: Claim) -> bool:
        """Whether name, title or address of the document tell what is withheld of the claim."""
        document, registers = self._picture.documents.get(claim.document), self._picture.registers
        words = [claim.document, *((document.title, *document.urls) if document else ())]
        if self._live and claim.id not in self._cut_claims and self.roads.stand_in(words):
            return True
        place = claim.object if claim.kind is Kind.PRESENCE else None
        if self._on_area(claim):
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
