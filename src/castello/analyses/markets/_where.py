"""Which market lies in which enclave, and whether it was cut off in a month: what decides who may be compared with whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

from castello.claims import Claim, Kind, Modality, Verdict
from castello.picture import Picture
from castello.picture.prices import first_day, last_day
from castello.picture.reach import Spell, timeline
from castello.picture.telling import said_on
from castello.places import Place
from castello.places.geodesic import geodesic_km

State = Literal["connected", "cut", "partly_cut", "undecided", "said_besieged", "unsaid", "unclear"]
"""
Of a market in a month. In an enclave: ``connected`` or ``cut`` on the ground on every day, ``partly_cut`` on some, else ``undecided``. In none:
``said_besieged`` where somebody says so of the place, else ``unsaid``: nobody says that it is cut off. ``unclear`` where it may lie in one of several.
"""

How = Literal["register", "point", "nowhere", "unclear", "not_placed"]
"""By the register, by its point; in no enclave; in one of several; or nowhere on the map."""

OPEN = ("connected", "unsaid")
"""States in which a market may be a reference."""

_AREAS = ("country", "governorate", "district", "subdistrict", "area", "countryside")
"""Kinds of place whose figures are averages over many markets: none of them is a market."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """
    Where a market stands: the enclave it lies in (None: in none), and how that is known.

    ``places`` are those that it lies in; ``told_of`` those of which word of a siege is word of this market: of an enclave, what lies in
    it; never a whole district or country.
    """

    market: str
    enclave: str | None
    how: How
    places: tuple[str, ...]
    told_of: tuple[str, ...]
    point: tuple[float, float] | None


class Whereabouts:
    """
    The markets of a picture on the ground.

    Parameters
    ----------
    picture
        What is known.
    markets
        Ids of places with prices.
    months
        First and last month asked about.

    Notes
    -----
    Our rule. The register decides: a market whose parents include an enclave lies in it. Else its point does, if it lies within the radius of a place
    of one enclave; where circles of several enclaves hold it, one at most half as wide as the others decides (a neighbourhood against a part of a city), else it is unclear.
    """

    def __init__(self, picture: Picture, markets: Sequence[str], *, months: tuple[int, int]) -> None:
        self._picture, self._months = picture, months
        self._register = picture.registers.places
        self._enclaves = {enclave.id for enclave in picture.registers.enclaves}
        self.stands = {market: self._stand(market) for market in markets}

    def _stand(self, market: str) -> Stand:
        place = self._register.get(market)
        if not isinstance(place, Place):
            return self._standing(market, None, "not_placed", (market,), None)
        above = (market, *self._register.ancestors(market))
        named = next((id_ for id_ in above if id_ in self._enclaves), None)
        if named is not None:
            return self._standing(market, named, "register", above, place.point)
        if place.point is None:
            return self._standing(market, None, "nowhere" if len(above) > 1 else "not_placed", above, None)
        round_it = self._round(place)
        enclaves: dict[str, float] = {}
        for other in round_it:
            lies_in = (other.id, *self._register.ancestors(other.id))
            inside = next((id_ for id_ in lies_in if id_ in self._enclaves), None)
            if inside is not None:
                enclaves[inside] = min(enclaves.get(inside, np.inf), other.radius_km or 0)
        finest = sorted(enclaves.items(), key=lambda item: (item[1], item[0]))
        if len(finest) > 1 and finest[0][1] > finest[1][1] / 2:
            return self._standing(market, None, "unclear", above, place.point)
        enclave = finest[0][0] if finest else None
        inside_of = [other.id for other in round_it if enclave is None or self._register.within(other.id, enclave)]
        held = (*above, *(id_ for other in inside_of for id_ in (other, *self._register.ancestors(other))))
        return self._standing(market, enclave, "point" if enclave else "nowhere", held, place.point)

    def _standing(
        self, market: str, enclave: str | None, how: How, places: Sequence[str], point: tuple[float, float] | None
    ) -> Stand:
        every = tuple(dict.fromkeys(places))
        return Stand(
            market=market,
            enclave=enclave,
            how=how,
            places=every,
            told_of=tuple(id_ for id_ in every if id_ == market or self._is_told_of(id_, enclave)),
            point=point,
        )

    def _is_told_of(self, place: str, enclave: str | None) -> bool:
        if enclave is not None:
            return self._register.within(place, enclave)
        found = self._register[place]
        return isinstance(found, Place) and found.kind not in _AREAS

    def _round(self, market: Place) -> list[Place]:
        """Places whose radius holds a market's point, the smallest first."""
        known = [(place, place.point) for place in self._circles if place.id != market.id]
        if not known or market.point is None:
            return []
        lat, lon = np.array([point for _, point in known], dtype=np.float64).T
        away = geodesic_km(market.point[0], market.point[1], lat_b=lat, lon_b=lon)
        found = [place for (place, _), km in zip(known, away, strict=True) if km <= (place.radius_km or 0)]
        return sorted(found, key=lambda place: (place.radius_km or 0, place.id))

    @cached_property
    def _circles(self) -> tuple[Place, ...]:
        places = self._register.places
        return tuple(p for p in places if p.point is not None and p.radius_km is not None and p.kind != "market")

    def is_market(self, market: str) -> bool:
        """Whether prices there are those of one market, not of a whole area."""
        place = self._register.get(market)
        return not (isinstance(place, Place) and place.kind in _AREAS)

    def distances(self, market: str) -> list[tuple[float, str]]:
        """Every other market with coordinates, nearest first, in km."""
        here = self.stands[market].point
        others = [stand for stand in self.stands.values() if stand.point is not None and stand.market != market]
        if here is None or not others:
            return []
        lat, lon = np.array([stand.point for stand in others], dtype=np.float64).T
        away = geodesic_km(here[0], here[1], lat_b=lat, lon_b=lon)
        return sorted((float(km), stand.market) for stand, km in zip(others, away, strict=True))

    # ---------------------------------------------------------------------------------------------------- month by month

    def state(self, market: str, month: int) -> State:
        """Whether a market was cut off in a month."""
        key = (market, month)
        if key not in self._states:
            self._states[key] = self._state(self.stands[market], month)
        return self._states[key]

    @cached_property
    def _states(self) -> dict[tuple[str, int], State]:
        return {}

    def _state(self, stand: Stand, month: int) -> State:
        first, last = first_day(month), last_day(month)
        if stand.how == "unclear":
            return "unclear"
        spells = [
            spell
            for spell in self._spells
            if spell.place == stand.enclave and spell.start <= last and spell.end >= first
        ]
        if spells:
            statuses = {spell.status for spell in spells}
            if statuses == {"cut"}:
                return "cut"
            if "cut" in statuses:
                return "partly_cut"
            return "connected" if statuses == {"connected"} else "undecided"
        return "said_besieged" if self.besieged_by(stand.market, first, last) else "unsaid"

    @cached_property
    def _spells(self) -> tuple[Spell, ...]:
        if not self._enclaves:
            return ()
        start, end = first_day(self._months[0]), min(last_day(self._months[1]), self._picture.as_of)
        return tuple(spell for spell in timeline(self._picture, start=start, end=end) if spell.reading == "on_ground")

    def besieged_by(self, market: str, first: date, last: date) -> tuple[Claim, ...]:
        """Claims that call the place of a market besieged on some day of a period: in words, or on a list that it has not left since."""
        places = set(self.stands[market].told_of)
        told = [claim for claim in self.on_sieges if claim.object in places]
        left = [said_on(claim) for claim in told if claim.predicate == "delists"]
        found = []
        for claim in told:
            start, end = claim.happened.sure or claim.happened.maybe
            if (
                claim.predicate in ("lists_as", "besieges")
                and (start or date.min) <= last
                and (end is None or end > first)
            ):
                if end is not None or not any(said_on(claim) <= day <= first for day in left):
                    found.append(claim)
        return tuple(found)

    @cached_property
    def on_sieges(self) -> tuple[Claim, ...]:
        """Claims on sieges and on lists of besieged places that stand and were said by the day, by the day they speak of."""
        gone = {
            id_ for id_, item in self._picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)
        }
        until = self._picture.as_of
        told = self._picture.claims(kinds=[Kind.SIEGE, Kind.LISTING], end=until)
        return tuple(claim for claim in _besieged(told, gone=gone) if said_on(claim) <= until)


def _besieged(claims: Iterable[Claim], *, gone: set[str]) -> Iterable[Claim]:
    for claim in claims:
        if claim.id in gone or claim.modality not in (Modality.ASSERTED, Modality.LIKELY):
            continue
        if claim.kind is Kind.SIEGE or str(claim.slot("status") or "").casefold() in ("", "besieged"):
            yield claim
