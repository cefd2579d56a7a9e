"""
Roads: the state of each road, day by day, for the traffic of a side, and on whose word.

A road is in the state that stands for it on the day. Where nobody ever spoke of it, it may follow from who holds both its ends; else it is
*unknown*, neither open nor closed. In a live case word of a contested road holds for some days only and is unknown after that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from castello.claims import Claim, Kind
from castello.claims.hours import is_whole_day
from castello.parties.ties import JOINS, side_on
from castello.picture._by_day import Member, Row, by_day, state_of
from castello.picture.picture import Picture
from castello.picture.road_days import (
    CONTESTED_DAYS,
    UNKNOWN,
    USABLE_BY_FIRE,
    USABLE_ON_GROUND,
    RoadDays,
    RoadState,
    later,
    speaks_until,
)
from castello.places import Road

__all__ = ["UNKNOWN", "USABLE_BY_FIRE", "USABLE_ON_GROUND", "RoadDays", "RoadState", "RoadStates", "is_whole_day"]

_AWAY = {"supply": ("out",), "aid": ("out",), "civilian": ("in",)}
"""Directions of passage that say nothing of the passage asked about: goods are to come in, civilians to leave."""


class RoadStates:
    """
    The states of all roads of a picture for one kind of traffic, over all days.

    Parameters
    ----------
    picture
        Gives what is known, the registers, the branch, and whether the case is live. The day it is asked for plays no part.
    users
        Whose passage is asked about: ``supply``, ``civilian``, ``aid``, ``military``, ``foot``.

    Notes
    -----
    Method: ``methods/siege`` section 2, Castello's own rules. A state changes only on days on which a claim begins or ends, or grows
    too old. What is said of a road for a party is said for the side that it is counted with on the day. A claim of one day is a sighting: on
    the day after nobody knows, and what was claimed last is the state seen; older word that the sighting was news against does not come
    back by silence. Missing data: a road of which nobody speaks is unknown, unless both its ends are held by the side (then open) or one by
    another side (then closed), or the case assumes such roads open.
    """

    def __init__(self, picture: Picture, users: str = "supply") -> None:
        self._picture, self.users = picture, users
        told = picture.claims(kinds=[Kind.ACCESS])
        # that something can leave by a road does not say that anything comes in by it
        self._unfit = [claim.id for claim in told if claim.slot("direction") in _AWAY.get(users, ())]
        self.claims: Mapping[str, Claim] = {claim.id: claim for claim in told if claim.id not in set(self._unfit)}
        self._of: dict[tuple[str, str], RoadDays] = {}
        self._sides: dict[tuple[str, date], str | None] = {}
        self._members = self._counted_with_sides({claim.object for claim in self.claims.values() if claim.object})
        said = by_day(picture, Kind.ACCESS, unfit=self._unfit, members=self._members)
        self._said = {question: self._joined_rows(rows, self.claims) for (question, _), rows in said.items()}

    def _counted_with_sides(self, parties: Iterable[str]) -> list[Member]:
        """Parties of which claims on roads speak and that are not their own side, with the days for which that is so."""
        starts = sorted({date.min, *self._days_of_ties})
        return [
            Member(party=party, side=side, first=first, until=until)
            for party in sorted(parties)
            for first, until in pairwise([*starts, date.max])
            if (side := self.side_of(party, first)) not in (None, party)
        ]

    def _joined_rows(self, rows: Sequence[tuple[date, Row]], claims: Mapping[str, Claim]) -> RoadDays:
        states: list[RoadState] = []
        for day, row in rows:
            state = state_of(row, claims, day=day, verdicts=self._picture.verdicts)
            if row["outdated"] and state.basis == "silence" and states:
                # what was seen for a day is the newest word: the older one that it was news against does not come back
                seen = states[-1]
                last = seen.state if seen.state != UNKNOWN else seen.last
                state = replace(seen, state=UNKNOWN, last=last, against=(), basis="expired")
            states.append(state)
        return RoadDays.joined((day for day, _ in rows), states)

    def of(self, road: Road, side: str) -> RoadDays:
        """The states of a road for the traffic of a side."""
        key = (road.id, side)
        if key not in self._of:
            said = next((self._said[q] for q in self._questions(road.id, side) if q in self._said), None)
            self._of[key] = self._days(road, side, said)
        return self._of[key]

    def carries(self, road: Road, side: str) -> bool:
        """Whether somebody says, of some day, that the traffic of a side can pass on a road."""
        if not any(question in self._said for question in self._questions(road.id, side)):
            return False
        return any((state.last or state.state) in USABLE_ON_GROUND for state in self.of(road, side).states)

    def _questions(self, road: str, side: str) -> tuple[str, ...]:
        """What is asked of a road; of aid, what is said of supply counts where nothing is said of aid itself."""
        kinds = (self.users, "supply") if self.users == "aid" else (self.users,)
        return tuple(f"access|{road}|{side}|{users}" for users in kinds)

    def without_each(self, roads: Sequence[Road], side: str, *, day: date) -> tuple[tuple[str, RoadState], ...]:
        """The state of some roads of a side on a day had each claim on them never been made: claim and state, in order of claim."""
        by_question = {}
        for road in roads:
            asked = next((q for q in self._questions(road.id, side) if q in self._said), None)
            if asked is not None:
                by_question[asked] = road
        if not by_question:
            return ()
        found: dict[str, RoadState] = {}
        rows = by_day(
            self._picture,
            Kind.ACCESS,
            unfit=self._unfit,
            members=self._members,
            without_each_of=sorted(by_question),
        )
        many = Counter(question for question, _ in rows)
        for (question, left_out), row in rows.items():
            # without its only claim a road is one of which nobody speaks
            days = self._joined_rows(row, self.claims) if many[question] > 1 else None
            found[left_out] = self._days(by_question[question], side, days).on(day)
        return tuple(sorted(found.items(), key=lambda item: item[0]))

    def _days(self, road: Road, side: str, said: RoadDays | None) -> RoadDays:
        """From what is said of a road, if anything is; else from who holds its ends; else from what the case assumes."""
        held = self._by_control(road, side) if road.cls == "road" and len(road.ends) == 2 else None
        if said is not None:
            return self._with_age(road, said, held) if self._picture.live else said
        if held is not None:
            return held
        if self._picture.registers.settings.roads_unsaid == "open" and road.cls != "crossing":
            return RoadDays((date.min,), (RoadState(road=road.id, state="open", basis="assumed"),))
        return RoadDays((date.min,), (RoadState(road=road.id, state=UNKNOWN, basis="silence"),))

    # ------------------------------------------------------------------------------------- word that grows old

    def _with_age(self, road: Road, said: RoadDays, held: RoadDays | None) -> RoadDays:
        """
        Word of a contested road holds for ``road_max_age_days`` from the last day that it speaks for; then it is unknown.

        What has grown old stays so until somebody speaks again: that a road is calm does not make old word new. Control of both ends that
        implies the same state renews it.
        """
        spoken = {id_: claim for id_, claim in self.claims.items() if claim.subject == road.id}
        if held is not None:
            spoken |= {id_: self._held_by[id_] for state in held.states for id_ in state.claims}
        days = {day for state in (said, held) if state is not None for day in state.starts}
        days |= {later(day, timedelta(days=CONTESTED_DAYS)) for day in said.changes()}
        days |= {day for day in road.contested or () if day is not None}
        if road.contested and road.contested[1]:
            days.add(later(road.contested[1], timedelta(days=1)))

        def fresh(day: date) -> bool:
            state = said.on(day)
            implied = held.on(day) if held is not None else None
            ids = state.claims if implied is None or implied.state != state.state else (*state.claims, *implied.claims)
            return self._is_fresh(ids, spoken, day)

        return self._aged(
            said,
            days | self._ends_of_word(spoken),
            fresh=fresh,
            contested=lambda day: self._is_contested(road, said, day),
        )

    def _ends_of_word(self, spoken: Mapping[str, Claim]) -> set[date]:
        """Days on which a claim begins to speak, and on which its word is too old."""
        found = set()
        for claim in spoken.values():
            found |= {claim.happened.latest_onset or date.min, later(speaks_until(claim), self._age)}
        return found

    @property
    def _age(self) -> timedelta:
        return timedelta(days=self._picture.registers.settings.road_max_age_days)

    def _is_fresh(self, ids: Iterable[str], spoken: Mapping[str, Claim], day: date) -> bool:
        claims = (spoken[id_] for id_ in ids if id_ in spoken)
        return any(
            (claim.happened.latest_onset or date.min) <= day < later(speaks_until(claim), self._age) for claim in claims
        )

    @staticmethod
    def _aged(
        days_of: RoadDays, days: Iterable[date], *, fresh: Callable[[date], bool], contested: Callable[[date], bool]
    ) -> RoadDays:
        starts, states, expired = tuple(sorted({*days, *days_of.starts})), [], False
        for day in starts:
            state = days_of.on(day)
            expired = state.state != UNKNOWN and not fresh(day) and (expired or contested(day))
            states.append(replace(state, state=UNKNOWN, last=state.state, basis="expired") if expired else state)
        return RoadDays.joined(starts, tuple(states))

    @staticmethod
    def _is_contested(road: Road, said: RoadDays, day: date) -> bool:
        """Flagged in the register, under fire, or changed in the last 90 days."""
        if road.contested is not None:
            first, last = road.contested
            if (first is None or first <= day) and (last is None or day <= last):
                return True
        return said.on(day).state == "fire_controlled" or said.changed_lately(day)

    # ------------------------------------------------------------------------------------------ from who holds the ends

    def _by_control(self, road: Road, side: str) -> RoadDays | None:
        """Open where the side holds both ends, closed where another side holds one; None where nobody speaks of who holds them."""
        ends = [self._holders(end) for end in road.ends]
        if any(end is None for end in ends):
            return None
        held = [end for end in ends if end is not None]
        starts = tuple(sorted({start for end in held for start in end.starts} | self._days_of_ties))
        return RoadDays.joined(
            starts, tuple(self._held_state(road.id, side, [end.on(day) for end in held], day) for day in starts)
        )

    def _held_state(self, road: str, side: str, ends: Sequence[RoadState], day: date) -> RoadState:
        sides = [
            self.side_of(end.state.partition(":")[2], day) if end.state.startswith("holds:") else None for end in ends
        ]
        if all(found == side for found in sides):
            state = "open"
        elif any(found not in (None, side) for found in sides):
            state = "closed"
        else:
            state = UNKNOWN
        claims = tuple(sorted({id_ for end in ends for id_ in end.claims}))
        against = tuple(sorted({id_ for end in ends for id_ in end.against}))
        return RoadState(road=road, state=state, claims=claims, against=against, basis="control")

    def side_of(self, party: str, day: date) -> str | None:
        """The side that a party is counted with on a day."""
        key = (party, day)
        if key not in self._sides:
            self._sides[key] = side_on(party, register=self._picture.registers.parties, claims=self._ties, day=day)
        return self._sides[key]

    @cached_property
    def _ties(self) -> tuple[Claim, ...]:
        return self._picture.claims(kinds=[Kind.TIE])

    @cached_property
    def _days_of_ties(self) -> set[date]:
        """Days on which a party may pass from one side to another."""
        joins = [claim for claim in self._ties if claim.predicate in JOINS]
        bounds = {day for claim in joins for span in (claim.happened.maybe, claim.happened.sure or ()) for day in span}
        return {day for day in bounds if day is not None}

    @cached_property
    def days_of_ties(self) -> tuple[date, ...]:
        """The same, in order."""
        return tuple(sorted(self._days_of_ties))

    @cached_property
    def _held_by(self) -> Mapping[str, Claim]:
        return {claim.id: claim for claim in self._picture.claims(kinds=[Kind.CONTROL])}

    @cached_property
    def _control(self) -> Mapping[str, RoadDays]:
        """Who holds each place, as states whose word is the answer: ``holds:party``; in a live case word of ground that changed hands grows old."""
        found = {}
        for (question, _), rows in by_day(self._picture, Kind.CONTROL).items():
            days = self._joined_rows(rows, self._held_by)
            if self._picture.live:
                days = self._aged_control(days)
            found[question.partition("|")[2]] = days
        return found

    def _aged_control(self, held: RoadDays) -> RoadDays:
        spoken = {id_: self._held_by[id_] for state in held.states for id_ in state.claims}
        days = self._ends_of_word(spoken) | {later(day, timedelta(days=CONTESTED_DAYS)) for day in held.changes()}
        return self._aged(
            held,
            days,
            fresh=lambda day: self._is_fresh(held.on(day).claims, spoken, day),
            contested=held.changed_lately,
        )

    def of_source(self, place: str, side: str) -> RoadDays | None:
        """Whether goods can be drawn from a source, by who holds it; None where nobody speaks of it: then they can."""
        held = self._control.get(place)
        if held is None:
            return None
        starts = tuple(sorted({*held.starts, *self._days_of_ties}))
        states = [self._held_state(place, side, [held.on(day)], day) for day in starts]
        # while nobody speaks of it, it is what the register says
        silent = [held.on(day).basis == "silence" for day in starts]
        return RoadDays.joined(
            starts,
            tuple(
                replace(state, state="open", basis="assumed") if quiet else state
                for state, quiet in zip(states, silent, strict=True)
            ),
        )

    def _holders(self, place: str) -> RoadDays | None:
        """Of the place itself, else of the nearest that it lies in and of which somebody speaks."""
        around = (place, *self._picture.registers.places.ancestors(place))
        return next((self._control[at] for at in around if at in self._control), None)
