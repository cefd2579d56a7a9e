"""One enclave on one day: its status in both readings, its last roads, and the people behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np

from castello.analyses.siege._held import Held, held_by_another
from castello.analyses.siege._hours import Minutes, either, hours_a_day, minutes_of
from castello.cases.settings import Enclave
from castello.claims import Claim, Verdict
from castello.picture import Picture
from castello.picture.aid import Answer
from castello.picture.origins import clusters
from castello.picture.people import PlacePeople, origins_of, people_of
from castello.picture.reach import LastRoad, Reach, Reopenings, SideRoads, reach_of, roads_of
from castello.picture.roads import USABLE_BY_FIRE, USABLE_ON_GROUND, RoadState, is_whole_day
from castello.picture.telling import Dating, dating
from castello.picture.ways import HOURS_UNCLEAR, OPEN, SOME_HOURS, UNDER_FIRE, UNKNOWN, Codes, Flags, Reading, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How many people, as an interval over what was said; an end is None where it is open or nobody counted."""

    low: float | None
    high: float | None
    known: bool
    contested: bool
    claims: tuple[str, ...]
    places: tuple[PlacePeople, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values, one row for each claim that counts or was set aside."""
        return {
            "low": self.low,
            "high": self.high,
            "status": "undecided" if not self.known else "contested" if self.contested else "assessed",
            "claims": list(self.claims),
            "counts": [
                {
                    "claim": count.claim,
                    "who": count.who,
                    "said": count.said.isoformat() if count.said else None,
                    "first": count.first.isoformat() if count.first else None,
                    "last": count.last.isoformat() if count.last else None,
                    "area": count.area,
                    "unit": count.unit,
                    "low": count.low,
                    "high": count.high,
                    "method": count.method,
                    "definition": count.definition,
                    "aside": count.aside,
                }
                for place in self.places
                for count in place.counts
            ],
        }


def _together(places: tuple[PlacePeople, ...]) -> People:
    """Of several places that do not overlap: low and high ends add up; one that nobody counted leaves the upper end open."""
    known = [place for place in places if place.claims]
    lows = [place.span.ends[0] for place in known]
    highs = [place.span.ends[1] for place in known]
    whole = len(known) == len(places)
    return People(
        low=sum(low for low in lows if low is not None) if known else None,
        high=sum(high for high in highs if high is not None) if whole and None not in highs and known else None,
        known=bool(known),
        contested=any(place.status == "contested" for place in known),
        claims=tuple(sorted({id_ for place in known for id_ in place.claims})),
        places=places,
    )


class EnclaveDay:
    """
    One enclave on a day, with the knowledge of a picture.

    Parameters
    ----------
    picture
        Gives what is known.
    enclave
        Of the case.
    day
        The day asked about.
    users
        Whose passage.
    """

    def __init__(self, picture: Picture, enclave: Enclave, *, day: date, users: str) -> None:
        self._picture, self._enclave, self.day, self.users = picture, enclave, day, users
        self.place, self.side, self.start = enclave.id, enclave.side, enclave.start
        self.roads: SideRoads = roads_of(picture, enclave.id, users=users)
        self.at = self.roads.at(day)

    @cached_property
    def readings(self) -> tuple[Reach, ...]:
        """Its status by fire and on the ground."""
        return reach_of(self._picture, self.place, day=self.day, users=self.users)

    def reach(self, reading: Reading) -> Reach:
        """Its status in one reading."""
        return next(item for item in self.readings if item.reading == reading)

    @cached_property
    def people(self) -> People:
        """The people in it."""
        return _together((people_of(self._picture, self.place, day=self.day),))

    def people_behind(self, road: LastRoad) -> People:
        """The people of all enclaves that would be cut off with a last road."""
        return _together(tuple(people_of(self._picture, place, day=self.day) for place in road.behind))

    def last_roads(self, reading: Reading) -> tuple[LastRoad, ...]:
        """As :meth:`castello.picture.reach.SideRoads.last_roads`."""
        return self.roads.last_roads(self.place, reading, self.at)

    def routes(self, reading: Reading) -> tuple[int, int]:
        """As :meth:`castello.picture.reach.SideRoads.routes`."""
        return self.roads.routes(self.place, reading, self.at)

    def reopenings(self, reading: Reading) -> Reopenings:
        """As :meth:`castello.picture.reach.SideRoads.reopenings`."""
        return self.roads.reopenings(self.place, reading, self.at)

    def decided_by(self) -> tuple[str, ...]:
        """The parties that let goods pass at the sources, where that is another's decision at every one of them; else none."""
        deciding = [place.decides for place in self.roads.sources()]
        named = sorted({party for party in deciding if party is not None})
        return tuple(named) if named and None not in deciding else ()

    @cached_property
    def held(self) -> Held | None:
        """What is said of another side that holds it; None where nobody says so."""
        return held_by_another(self._picture, self._enclave, day=self.day)

    @property
    def said_beside(self) -> dict[str, str]:
        """What stands in brackets in each sentence on it: whose passage was asked about, and what a status alone would hide."""
        held = [] if self.held is None else ["holder-contested" if self.held.contested else "held-by-other"]
        notes = [*(["by-leave"] if self.decided_by() else []), *held]
        return {"traffic": traffic(self.users), "note": ";".join(notes)}

    def against(self, claims: Iterable[str], against: Iterable[str]) -> tuple[str, ...]:
        """What speaks against a status: with those who say that another side holds the enclave."""
        others = () if self.held is None else self.held.claims
        return tuple(sorted({*against, *others} - set(claims)))

    def dated(self, reading: Reading) -> Dating:
        """How the beginning of its status is told: whether somebody saw it begin."""
        item = self.reach(reading)
        how = dating(self._picture.claims_by_id(item.claims).values(), since=item.since)
        # one day's report cannot say that the days before it were otherwise; that the status changed does
        return "" if how == "_on" or (how == "_undated" and item.since) else how

    def not_connected_since(self, reading: Reading) -> date | None:
        """The first of the unbroken days on which it was not surely connected; None where they have no known beginning."""
        statuses, begun = self.roads.statuses(self.place, reading), self.at
        while begun > 0 and statuses[begun - 1] != "connected":
            begun -= 1
        return None if begun == 0 else self.roads.days[begun]

    def states(self) -> Codes:
        """The state of every road on the day, as numbers of :mod:`castello.picture.ways`."""
        return self.roads.codes(self.at)

    def disputed(self) -> dict[int, RoadState]:
        """The roads on whose state or hours claims contradict each other, by number."""
        return self.roads.disputed(self.at)

    def claims(self, ids: Iterable[str]) -> tuple[Claim, ...]:
        """Claims of the picture, in order of id."""
        return tuple(self._picture.claims_by_id(ids).values())

    def standing(self, state: RoadState) -> tuple[Claim, ...]:
        """The claims on a road that stand: those for an answer, and the denials of what one of these says."""
        told = self.claims(state.claims)
        said = {claim.answer for claim in told}
        gone = {
            id_ for id_, item in self._picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)
        }
        denials = [c for c in self.claims(state.against) if c.denies and c.answer in said and c.id not in gone]
        return (*told, *denials)

    def origin(self, claim: Claim) -> str:
        """The origin of a claim; those that were judged to be one are one."""
        return origins_of(claim, self._origins)[1]

    @cached_property
    def _origins(self) -> dict[str, tuple[str, str]]:
        return clusters(self._picture.judgements)

    @staticmethod
    def makes_usable(claim: Claim, reading: Reading) -> bool:
        """
        Whether a claim on a road, taken alone, makes it usable in a reading.

        A denial speaks against its answer: "not open" shuts the road, and "not closed" makes it usable.
        """
        if claim.denies:
            return claim.predicate not in (USABLE_BY_FIRE if reading == "by_fire" else USABLE_ON_GROUND)
        if reading == "by_fire":
            return claim.predicate in USABLE_BY_FIRE and is_whole_day(str(claim.slot("window") or "all day"))
        return claim.predicate in USABLE_ON_GROUND

    def connected_in(self, usable: Flags, *, edges: Sequence[int], worlds: Flags) -> Flags:
        """Whether it is connected in each of several worlds: some roads usable in all, others in some; shape (worlds,)."""
        return self.roads.connected_in(self.place, usable, edges=edges, worlds=worlds)

    def without_each_claim(self, reading: Reading) -> tuple[tuple[str, Status], ...]:
        """The status had each claim on a road never been made, for the claims without which some road would be in another state."""
        return self.roads.without_each(self.place, reading=reading, day=self.day)

    def without_fire(self) -> Answer:
        """Whether it is connected over roads that are not under fire, for whatever hours."""
        by_fire = self.reach("by_fire").status
        if by_fire == "connected" or not self.roads.has_limited_hours(self.at):
            answers: dict[Status, Answer] = {"connected": "yes", "cut": "no", "undecided": "undecided"}
            return answers[by_fire]
        not_under_fire = (OPEN, SOME_HOURS, HOURS_UNCLEAR)
        if self.roads.connected_over(self.place, self.at, codes=not_under_fire):
            return "yes"
        perhaps = self.roads.connected_over(self.place, self.at, codes=(*not_under_fire, UNKNOWN))
        # by fire it is undecided without such a road where the map has no way to a source at all
        return "undecided" if perhaps or by_fire == "undecided" else "no"

    def window_hours(self) -> tuple[float, float] | None:
        """
        For how many hours a day it is connected on the ground: least and most; None where it is so all day over roads without hours.

        Each road counts in the hours that somebody gives it, under fire or not; where claims differ on them, any of them may be right. The
        least is that with the unknown roads shut, the most that with them usable.
        """
        codes = self.states()
        some_hours = np.flatnonzero(np.isin(codes, (SOME_HOURS, HOURS_UNCLEAR, UNDER_FIRE))).tolist()
        limited: dict[str, list[int]] = {}
        hours: dict[str, tuple[Minutes, ...]] = {}
        for edge in some_hours:
            state = self.roads.state(edge, self.at)
            if state.hours != "all":
                limited.setdefault(state.road, []).append(edge)
                hours[state.road] = hours.get(state.road) or self._hours_of(state)
        sure = np.isin(codes, (OPEN, UNDER_FIRE))
        sure[[edge for edges in limited.values() for edge in edges]] = False
        if not limited or self.connected_in(sure, edges=(), worlds=np.empty((0, 1), dtype=np.bool_))[0]:
            return None
        if self.reach("on_ground").status == "undecided" and not self.reach("on_ground").decisive:
            # the map has no way to a source: nothing can be said
            return (0.0, 24.0)

        def over(usable: Flags, roads: Sequence[str], worlds: Flags) -> Flags:
            edges = [edge for road in roads for edge in limited[road]]
            rows = [row for row, road in enumerate(roads) for _ in limited[road]]
            return self.connected_in(usable, edges=edges, worlds=worlds[rows])

        least, _ = hours_a_day(hours, partial(over, sure))
        _, most = hours_a_day(hours, partial(over, sure | (codes == UNKNOWN)))
        return (least, most)

    def _hours_of(self, state: RoadState) -> tuple[Minutes, ...]:
        """What is claimed of the hours of a road."""
        zone = self._picture.registers.settings.zone
        windows = {str(claim.slot("window") or "all day") for claim in self.claims(state.claims)}
        return tuple(
            minutes for text in sorted(windows) for minutes in either(minutes_of(text, day=self.day, zone=zone))
        )


def traffic(users: str) -> str:
    """Whose passage a sentence is about, as a key of the catalogue; nothing where it is that of supplies, as always if nothing is said."""
    return "" if users == "supply" else f"traffic-{users}"


def enclaves_on(picture: Picture, *, day: date | None = None, users: str) -> tuple[EnclaveDay, ...]:
    """The enclaves that exist on a day (None = the day of the picture), in the order of the case's settings."""
    asked = picture.as_of if day is None else day
    return tuple(
        EnclaveDay(picture, enclave, day=asked, users=users)
        for enclave in picture.registers.enclaves
        if enclave.exists(asked)
    )


def decided_by_others(picture: Picture, *, users: str = "supply") -> tuple[str, ...]:
    """The enclaves of the case, on whatever day, that no goods reach but by another's leave, in the order of the settings."""
    days = (EnclaveDay(picture, enclave, day=picture.as_of, users=users) for enclave in picture.registers.enclaves)
    return tuple(enclave.place for enclave in days if enclave.decided_by())
