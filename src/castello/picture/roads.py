"""
Roads: the state of each road, day by day, for the traffic of a side, and on whose word.

A road is in the state that stands for it on the day. Where nobody ever spoke of it, it may follow from who holds both its ends; else it is
*unknown*, neither open nor closed. In a live case word of a contested road holds for some days only and is unknown after that.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from castello.claims import Claim, Judgement, Kind, Verdict
from castello.engines import Steps
from castello.parties.ties import JOINS, side_on
from castello.picture._steps import STATES
from castello.picture.picture import Picture
from castello.picture.ways import CLOSED, HOURS_UNCLEAR, OPEN, SOME_HOURS, UNDER_FIRE, Reading
from castello.picture.ways import UNKNOWN as NO_STATE
from castello.places import Road

Passable = Literal["usable", "shut", "unknown"]
Basis = Literal["said", "control", "assumed", "silence", "expired"]

USABLE_BY_FIRE = ("open",)
USABLE_ON_GROUND = ("open", "fire_controlled")
UNKNOWN = "unknown"
_AWAY = {"supply": ("out",), "aid": ("out",), "civilian": ("in",)}
"""Directions of passage that say nothing of the passage asked about: goods are to come in, civilians to leave."""

CONTESTED_DAYS = 90
"""A road whose state changed is contested for so many days."""

_WHOLE_DAY = re.compile(r"(00:00-24:00|24h|all day|whole day)( \S+/\S+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadState:
    """
    What the picture says of a road for the traffic of a side: ``state`` is a predicate of ``access``, or ``unknown``.

    ``last`` is the state claimed last where it is unknown; ``basis`` says what the state rests on: claims on the road, control of
    its ends, the case's assumption, nothing, or claims that are too old. ``window`` are the hours where it is open for some only.
    """

    road: str
    state: str
    hours: Literal["all", "some", "unclear"] = "all"
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    last: str | None = None
    basis: Basis = "said"
    window: str | None = None

    def passable(self, reading: Reading) -> Passable:
        """
        Whether the road counts as usable in a reading.

        A road that is open for some hours only is usable on the ground and shut by fire; where claims differ on the hours, it is
        unknown by fire. So what is usable by fire is always usable on the ground.
        """
        if self.state == UNKNOWN:
            return "unknown"
        if reading == "on_ground" or self.hours == "all":
            return (
                "usable" if self.state in (USABLE_ON_GROUND if reading == "on_ground" else USABLE_BY_FIRE) else "shut"
            )
        return "unknown" if self.hours == "unclear" and self.state in USABLE_BY_FIRE else "shut"

    @property
    def code(self) -> int:
        """The state as a number of :mod:`castello.picture.ways`."""
        if self.state == "open" and self.hours != "all":
            return SOME_HOURS if self.hours == "some" else HOURS_UNCLEAR
        return _CODES[self.state]

    @property
    def last_code(self) -> int:
        """The state claimed last as a number, where it is unknown; else the state itself."""
        if self.state != UNKNOWN or self.last is None:
            return self.code
        return replace(self, state=self.last, last=None).code


_CODES = {"open": OPEN, "fire_controlled": UNDER_FIRE, "closed": CLOSED, UNKNOWN: NO_STATE}


@dataclass(frozen=True, slots=True)
class RoadDays:
    """The states of one road, each from its day on; the first from the first of all days on."""

    starts: tuple[date, ...]
    states: tuple[RoadState, ...]

    def on(self, day: date) -> RoadState:
        """The state at the end of a day."""
        return self.states[bisect_right(self.starts, day) - 1]


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
    too old. Missing data: a road of which nobody speaks is unknown, unless both its ends are held by the side (then open) or one by
    another side (then closed), or the case assumes such roads open.
    """

    def __init__(self, picture: Picture, users: str = "supply") -> None:
        self._picture, self.users = picture, users
        told = picture.claims(kinds=[Kind.ACCESS])
        # that something can leave by a road does not say that anything comes in by it
        self._unfit = [claim.id for claim in told if claim.slot("direction") in _AWAY.get(users, ())]
        self.claims: Mapping[str, Claim] = {claim.id: claim for claim in told if claim.id not in set(self._unfit)}
        self._said = {
            question: self._joined_rows(rows, self.claims)
            for (question, _), rows in _by_day(picture, Kind.ACCESS, unfit=self._unfit).items()
        }
        self._of: dict[tuple[str, str], RoadDays] = {}
        self._sides: dict[tuple[str, date], str | None] = {}

    def _joined_rows(self, rows: Sequence[tuple[date, dict[str, Any]]], claims: Mapping[str, Claim]) -> RoadDays:
        states = tuple(_state(row, claims, day=day, verdicts=self._picture.verdicts) for day, row in rows)
        return _joined(tuple(day for day, _ in rows), states)

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
        found: dict[str, RoadState] = {}
        rows = _by_day(self._picture, Kind.ACCESS, unfit=self._unfit, without_each_of=sorted(by_question))
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
        days |= {_later(day, timedelta(days=CONTESTED_DAYS)) for day in _changes(said)}
        days |= {day for day in road.contested or () if day is not None}
        if road.contested and road.contested[1]:
            days.add(_later(road.contested[1], timedelta(days=1)))

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
            found |= {claim.happened.latest_onset or date.min, _later(speaks_until(claim), self._age)}
        return found

    @property
    def _age(self) -> timedelta:
        return timedelta(days=self._picture.registers.settings.road_max_age_days)

    def _is_fresh(self, ids: Iterable[str], spoken: Mapping[str, Claim], day: date) -> bool:
        claims = (spoken[id_] for id_ in ids if id_ in spoken)
        return any(
            (claim.happened.latest_onset or date.min) <= day < _later(speaks_until(claim), self._age)
            for claim in claims
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
        return _joined(starts, tuple(states))

    @staticmethod
    def _is_contested(road: Road, said: RoadDays, day: date) -> bool:
        """Flagged in the register, under fire, or changed in the last 90 days."""
        if road.contested is not None:
            first, last = road.contested
            if (first is None or first <= day) and (last is None or day <= last):
                return True
        return said.on(day).state == "fire_controlled" or _changed_lately(said, day)

    # ------------------------------------------------------------------------------------------ from who holds the ends

    def _by_control(self, road: Road, side: str) -> RoadDays | None:
        """Open where the side holds both ends, closed where another side holds one; None where nobody speaks of who holds them."""
        ends = [self._holders(end) for end in road.ends]
        if any(end is None for end in ends):
            return None
        held = [end for end in ends if end is not None]
        starts = tuple(sorted({start for end in held for start in end.starts} | self._days_of_ties))
        return _joined(
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
        for (question, _), rows in _by_day(self._picture, Kind.CONTROL).items():
            days = self._joined_rows(rows, self._held_by)
            if self._picture.live:
                days = self._aged_control(days)
            found[question.partition("|")[2]] = days
        return found

    def _aged_control(self, held: RoadDays) -> RoadDays:
        spoken = {id_: self._held_by[id_] for state in held.states for id_ in state.claims}
        days = self._ends_of_word(spoken) | {_later(day, timedelta(days=CONTESTED_DAYS)) for day in _changes(held)}
        return self._aged(
            held,
            days,
            fresh=lambda day: self._is_fresh(held.on(day).claims, spoken, day),
            contested=lambda day: _changed_lately(held, day),
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
        return _joined(
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


def _changes(days: RoadDays) -> list[date]:
    """Days on which a state is another than the one known last: what is said again, and silence between, changes nothing."""
    found: list[date] = []
    known: tuple[str, str] | None = None
    for start, state in zip(days.starts, days.states, strict=True):
        if state.state == UNKNOWN:
            continue
        now = (state.state, state.hours)
        if known is not None and now != known:
            found.append(start)
        known = now
    return found


def _changed_lately(days: RoadDays, day: date) -> bool:
    return any(start <= day < _later(start, timedelta(days=CONTESTED_DAYS)) for start in _changes(days))


def speaks_until(claim: Claim) -> date:
    """The last day that a claim certainly speaks for: the day on which it was said, within what it speaks of."""
    happened = claim.happened
    begun = happened.latest_onset or date.min
    last = None if happened.maybe[1] is None else happened.maybe[1] - timedelta(days=1)
    said = (claim.said[0] if claim.said else None) or begun
    return max(begun, said if last is None else min(said, last))


def _later(day: date, span: timedelta) -> date:
    return day + span if day < date.max - span else date.max


def _joined(starts: tuple[date, ...], states: tuple[RoadState, ...]) -> RoadDays:
    """Neighbouring days of the same state, on the same word, as one."""
    kept = [0, *(n for n, (before, now) in enumerate(pairwise(states), 1) if before != now)]
    return RoadDays(tuple(starts[n] for n in kept), tuple(states[n] for n in kept))


def _by_day(
    picture: Picture, kind: Kind, *, unfit: Sequence[str] = (), without_each_of: Sequence[str] | None = None
) -> dict[tuple[str, str], list[tuple[date, dict[str, Any]]]]:
    """
    What the picture says to each question of a kind on each day on which its answer may change; the first of all days is one.

    These are the picture's own steps, with the day in each question: what holds on a day is decided by where claims begin and end. Areas
    of control maps are left out: they are told by their ground. With ``without_each_of`` it is asked of these questions only, with each of their claims left out in turn; the second part of a key is that claim.
    """
    asked = Steps("states_by_day")
    asked = asked.add(
        "of_kind",
        f"""select * from visible where kind = '{kind.value}' and not list_contains($unfit, id)
            and not starts_with(question, 'control|area-')
            and ($every or list_contains($questions, question))""",
    )
    asked = asked.add(
        "left_out_of",
        "select distinct question, '' as left_out from of_kind"
        if without_each_of is None
        else "select distinct question, id as left_out from of_kind",
    )
    asked = asked.add(
        "days",
        """select distinct question, left_out, unnest([sure_start, sure_end, maybe_start, maybe_end, date '0001-01-01']) as day
           from of_kind join left_out_of using (question)""",
    )
    # a claim is asked about only on days on which it can speak
    asked = asked.add(
        "asked",
        """select of_kind.* replace (of_kind.question || '@' || left_out || '@' || day as question), day
           from of_kind join days on of_kind.question = days.question and day is not null and id <> left_out
            and day >= coalesce(maybe_start, sure_start, date '0001-01-01') and (maybe_end is null or day < maybe_end)""",
    )
    for name, sql in STATES.steps:
        asked = asked.add(name, sql.replace("from visible", "from asked").replace("$as_of", "day"))
    asked = asked.add(
        "told",
        """select days.question as asked, days.left_out as left_out, days.day as on_day, states.*
           from days left join states on states.question = days.question || '@' || left_out || '@' || day
           where day is not null order by asked, left_out, on_day""",
    )
    found: dict[tuple[str, str], list[tuple[date, dict[str, Any]]]] = {}
    values = {"unfit": list(unfit), "every": without_each_of is None, "questions": list(without_each_of or ())}
    for row in picture._run(asked, **values).to_pylist():  # noqa: SLF001 - one room: the picture's own steps
        found.setdefault((row["asked"], row["left_out"]), []).append((row["on_day"], row))
    return found


def is_whole_day(window: str) -> bool:
    """Whether a window of hours is the whole day."""
    return _WHOLE_DAY.fullmatch(window) is not None


def _state(
    row: Mapping[str, Any], claims: Mapping[str, Claim], *, day: date, verdicts: Mapping[str, Judgement]
) -> RoadState:
    """One row of the states step; a day on which nothing stands, or on which it only may, is unknown."""
    ids = tuple(row["claims"] or ())
    told = [claims[id_] for id_ in ids if id_ in claims]
    hours = {str(claim.slot("window") or "all day") for claim in told}
    whole = {is_whole_day(window) for window in hours}
    known = row["answers"] == 1 and not row["denials"] and any(_surely(claim, day) for claim in told)
    accepted = {
        claim.answer for claim in told if (found := verdicts.get(claim.id)) and found.verdict is Verdict.ACCEPTED
    }
    last = min(accepted) if len(accepted) == 1 else row["answer"]
    return RoadState(
        road=str(row["asked"]).split("|")[1],
        state=row["answer"] if known else UNKNOWN,
        hours="unclear" if len(whole) == 2 else "some" if whole == {False} else "all",
        claims=ids,
        against=tuple(row["against"] or ()),
        last=None if known else last,
        basis="said" if ids or row["against"] else "silence",
        window="; ".join(sorted(hours - {"all day"})) or None if False in whole else None,
    )


def _surely(claim: Claim, day: date) -> bool:
    """Whether a claim surely speaks of a day; one that begins or ends on some day of several does not on any of them."""
    if claim.happened.sure is None:
        return False
    first, after = claim.happened.sure
    return (first is None or first <= day) and (after is None or day < after)
