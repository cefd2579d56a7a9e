"""What a file on a siege holds: enclaves, roads and last roads over time, row by row, as far as an audience may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from castello.analyses.siege import EnclaveDay, People, corridors, enclaves_on
from castello.briefs._claim_rules import LIVE_ROADS
from castello.briefs._siege_asked import Asked, Days
from castello.briefs.profile import Clearance
from castello.cases.settings import Enclave
from castello.errors import Issue
from castello.picture import Picture
from castello.picture.reach import SideRoads, Spell, roads_of
from castello.picture.roads import RoadStates
from castello.picture.ways import READINGS
from castello.places import Road

Point = tuple[float, float]
Geometry = Literal["Point", "LineString"]
Sort = Literal["text", "time", "number", "count", "flag"]
Value = str | datetime | float | bool | None
Behind = tuple[tuple[str, ...], tuple[str, ...]]
"""Claims for, and claims against."""

_Key = tuple[str | date, ...]

_WHEN: dict[str, Sort] = {"start": "time", "end": "time", "days": "count"}
_PEOPLE: dict[str, Sort] = {"people_low": "number", "people_high": "number", "people_status": "text"}
_CLAIMS: dict[str, Sort] = {"claims": "text", "against": "text"}
_ENCLAVE: dict[str, Sort] = {
    "place": "text", "name_en": "text", "name_ar": "text", "side": "text", "users": "text", "reading": "text", "status": "text",
    "or_before": "flag", **_WHEN, **_PEOPLE,
}  # fmt: skip
_CAUSE: dict[str, Sort] = {"by_roads": "text", "hangs_on": "text"}
_ROAD: dict[str, Sort] = {
    "road": "text", "name_en": "text", "name_ar": "text", "class": "text", "side": "text", "users": "text", "state": "text",
    "hours": "text", "window": "text", "basis": "text", **_WHEN, **_CLAIMS,
}  # fmt: skip
_LAST_ROAD: dict[str, Sort] = {
    "road": "text", "name_en": "text", "name_ar": "text", "place": "text", "side": "text", "users": "text", "reading": "text",
    "state": "text", "since": "text", "structural": "flag", "certain": "flag", "behind": "text", "corridor": "text", **_WHEN, **_PEOPLE, **_CLAIMS,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: what stands in each column of its layer, and where it is, as (lat, lon) points; no points where that is not on record."""

    values: Mapping[str, Value]
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Rows of one kind and one type of geometry, with their columns in order; ``geometry`` is None where no point may leave."""

    name: str
    about: str
    geometry: Geometry | None
    columns: Mapping[str, Sort]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiegeLayers:
    """
    What a file on a siege holds.

    ``about`` says which filter made it; ``withheld`` how many rows stay for what reason; ``issues`` what could not be drawn; ``name`` what the
    file is called inside.
    """

    about: Mapping[str, str]
    layers: tuple[Layer, ...]
    withheld: tuple[tuple[str, int], ...]
    issues: tuple[Issue, ...]
    name: str = "siege"


def siege_layers(clearance: Clearance, *, days: Days, users: str = "supply") -> SiegeLayers:
    """
    Enclaves with each spell of a status, roads with each spell of a state, and last roads, between two days.

    Parameters
    ----------
    clearance
        The rules of the audience, for the picture that is written.
    days
        First and last day, both included.
    users
        Whose passage: ``supply``, ``civilian``, ``aid``, ``foot``.

    Returns
    -------
    SiegeLayers
        A row holds from ``start`` up to ``end``, in the local time of the case; ``end`` is midnight after the last day. People are those of the
        last day of the row. A road without a course on record, and a place without coordinates, has a row without points, and
        an issue counts them: nothing is drawn straight.

    Notes
    -----
    Castello's own definition. What leaves a live case has no road, no last road, no earlier spell and no point (``methods/siege`` 4.1).
    """
    picture, writer = clearance.picture, _Writer(clearance, days=days, users=users)
    layers = [writer.enclaves()]
    if clearance.hides_roads:
        # how many rows there were would say how many roads are left
        writer.withheld[f"siege: {LIVE_ROADS}"] = len(picture.registers.settings.enclaves)
    else:
        layers += [writer.roads(), writer.last_roads()]
    hidden = tuple(sorted(writer.withheld.items()))
    about = Asked(clearance=clearance, days=days, users=users).about(withheld=hidden)
    # of a live case nothing is drawn
    issues = () if clearance.hides_roads else tuple(_issues(layers))
    return SiegeLayers(about=about, layers=tuple(layers), withheld=hidden, issues=issues)


def _issues(layers: Iterable[Layer]) -> Iterator[Issue]:
    """What has no place on a map, counted once however many rows it has."""
    for column, file, what in (("place", "places.csv", "coordinates"), ("road", "roads.csv", "a course")):
        ids: set[str] = set()
        for layer in layers:
            if column in layer.columns and (column == "road") == (layer.geometry == "LineString"):
                ids |= {str(row.values[column]) for row in layer.rows if not row.points}
        if ids:
            yield Issue(
                file=file,
                code="not-drawn",
                what=f"{len(ids)} without {what}, in the table and not on the map: {', '.join(sorted(ids))}",
                hint="Give their points in WGS 84, if they are known.",
                severity="warning",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is told on the days from ``first`` to ``last``, and on whose word; ``figures`` rest on the claims ``people``."""

    first: date
    last: date
    values: Mapping[str, Value]
    figures: Mapping[str, Value] = field(default_factory=dict)
    claims: tuple[str, ...] = field(compare=False)
    against: tuple[str, ...] = field(compare=False)
    people: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> _Key:
        """What it is about, and its first day."""
        return (*(str(self.values.get(name) or "") for name in ("place", "reading", "road", "side")), self.first)


class _Writer:
    """The rows of one audience."""

    def __init__(self, clearance: Clearance, *, days: Days, users: str) -> None:
        self._clearance, self._picture, self._users = clearance, clearance.picture, users
        self._days = days
        self.withheld: Counter[str] = Counter()

    # -------------------------------------------------------------------------------------------------------- layers

    def enclaves(self) -> Layer:
        first, last = self._days
        spells = self._clearance.timeline(start=first, end=last, users=self._users)
        counted, _ = self._clearance.steady(lambda picture: {spell: self._people(picture, spell) for spell in spells})
        told = []

        def behind(picture: Picture) -> Iterator[tuple[Spell, Behind]]:
            for spell in spells:
                roads = roads_of(picture, spell.place, users=self._users)
                yield spell, roads.behind(spell.place, spell.reading, at=roads.at(spell.start))

        rest = self._same_behind(behind)
        for spell in spells:
            claims, against = rest(spell)
            figures, people = counted.get(spell, ({}, ()))
            values: dict[str, Value] = {
                "place": spell.place, "side": spell.side, "reading": spell.reading, "status": spell.status,
                "or_before": spell.censored, "hangs_on": _list(spell.decisive),
                "by_roads": _list(f"{road}={state}" for road, state in spell.changed),
            }  # fmt: skip
            told.append(
                _Told(
                    first=spell.start, last=spell.end, values=values, claims=claims, against=against,
                    figures=figures, people=people,
                )
            )  # fmt: skip
        live = self._clearance.hides_roads
        return self._layer(
            "enclaves",
            told,
            about="Enclaves: a row for each spell of a status, by fire and on the ground.",
            columns=_ENCLAVE if live else _ENCLAVE | _CAUSE | _CLAIMS,
            # of a live case no coordinates leave
            geometry=None if live else "Point",
        )

    def roads(self) -> Layer:
        about = "Roads: a row for each spell of a state, for the traffic of a side."
        return self._layer("roads", self._steady("roads", self._states), about=about, columns=_ROAD)

    def last_roads(self) -> Layer:
        about = "Last roads: a row for each spell in which the loss of the road alone would have cut the enclave off."
        told = self._steady("last roads", self._last_roads)
        return self._layer("last_roads", told, about=about, columns=_LAST_ROAD)

    def _layer(
        self,
        name: str,
        told: Iterable[_Told],
        *,
        about: str,
        columns: Mapping[str, Sort],
        geometry: Geometry | None = "LineString",
    ) -> Layer:
        places, rows = self._picture.registers.places, []
        for item in sorted(told, key=lambda one: one.key):
            sensitivity = self._picture.sensitivity((*item.claims, *item.against))
            if sensitivity.rank > self._clearance.profile.limit.rank:
                self.withheld[f"{name.replace('_', ' ')}: sensitivity"] += 1
                continue
            thing = places.get(str(item.values.get("road") or item.values["place"]))
            english, arabic = (None, None) if thing is None else (thing.name_en, thing.name_ar)
            values = {
                "name_en": english, "name_ar": arabic, "users": self._users, **item.values,
                "start": datetime.combine(item.first, time()),
                "end": datetime.combine(item.last + timedelta(days=1), time()),
                "days": float((item.last - item.first).days + 1),
                **(self._figures(item) if "people_low" in columns else {}),
                "claims": self._left(item.claims), "against": self._left(item.against),
            }  # fmt: skip
            # a road that is on the map alone has no course in the register
            course = (
                thing.line if isinstance(thing, Road) else (thing.point,) if thing is not None and thing.point else ()
            )
            points = course if geometry == "Point" or len(course) > 1 else ()
            rows.append(Row(values={key: values[key] for key in columns}, points=points if geometry else ()))
        return Layer(name=name, about=about, geometry=geometry, columns=columns, rows=tuple(rows))

    # ------------------------------------------------------------------------------------------------- what they hold

    def _people(self, picture: Picture, spell: Spell) -> tuple[Mapping[str, Value], tuple[str, ...]]:
        """The people of an enclave on the last day of a spell."""
        return _figures(self._on(picture, spell.place, spell.end).people)

    def _states(self, picture: Picture) -> Iterator[_Told]:
        """The states of the roads of the register, for the sides of the enclaves."""
        states, (first, last) = RoadStates(picture, self._users), self._days
        for side in sorted({enclave.side for enclave in picture.registers.settings.enclaves}):
            for road in picture.registers.places.roads:
                days = states.of(road, side)
                for state, begun, following in zip(days.states, days.starts, [*days.starts[1:], None], strict=True):
                    start = max(begun, first)
                    end = last if following is None else min(following - timedelta(days=1), last)
                    if start > end or state.basis == "silence":
                        continue
                    values: dict[str, Value] = {
                        "road": road.id, "class": road.cls, "side": side, "state": state.state, "hours": state.hours,
                        "window": state.window, "basis": state.basis,
                    }  # fmt: skip
                    yield _Told(first=start, last=end, values=values, claims=state.claims, against=state.against)

    def _last_roads(self, picture: Picture) -> Iterator[_Told]:
        """The last roads of the enclaves between one change and the next."""
        for enclave in picture.registers.settings.enclaves:
            roads = roads_of(picture, enclave.id, users=self._users)
            for first, last in self._held(roads, enclave):
                day = self._on(picture, enclave.id, last)
                series = [one for reading in READINGS for one in corridors(day.last_roads(reading))]
                for road, corridor in ((road, one.ids) for one in series for road in one.roads):
                    figures, people = _figures(day.people_behind(road))
                    values: dict[str, Value] = {
                        "road": road.road, "place": road.place, "side": road.side, "reading": road.reading,
                        "state": road.state, "since": None if road.since is None else str(road.since),
                        "structural": road.structural, "certain": road.certain, "behind": _list(road.behind),
                        "corridor": _list(corridor),
                    }  # fmt: skip
                    yield _Told(
                        first=first, last=last, values=values, claims=road.claims, against=road.against,
                        figures=figures, people=people,
                    )  # fmt: skip

    def _on(self, picture: Picture, place: str, day: date) -> EnclaveDay:
        return next(item for item in enclaves_on(picture, day=day, users=self._users) if item.place == place)

    def _held(self, roads: SideRoads, enclave: Enclave) -> Iterator[Days]:
        """The days between changes on which the enclave is held, within the days asked for: first and last."""
        first, last = (self._days[0], enclave.start), (self._days[1], enclave.end)
        start, end = (max(filter(None, first)), min(filter(None, last)))
        for at in range(roads.at(start), roads.at(end) + 1) if start <= end else ():
            after = roads.days[at + 1] - timedelta(days=1) if at + 1 < len(roads.days) else end
            yield max(roads.days[at], start), min(after, end)

    # ------------------------------------------------------------------------------------------------ what may leave

    def _steady(self, name: str, told: Callable[[Picture], Iterable[_Told]]) -> list[_Told]:
        rows = cache(lambda picture: {item.key: item for item in _joined(told(picture))})
        kept, gone = self._clearance.steady(rows)
        if gone:
            self.withheld[f"{name}: a protected claim decides it"] += gone
        behind = self._same_behind(
            lambda picture: ((key, (item.claims, item.against)) for key, item in rows(picture).items())
        )
        return [
            replace(item, claims=claims, against=against)
            for key, item in kept.items()
            for claims, against in (behind(key),)
        ]

    def _same_behind(
        self, told: Callable[[Picture], Iterable[tuple[Hashable, Behind]]]
    ) -> Callable[[Hashable], Behind]:
        """Which claims a row rests on, had a protected claim never been, too (PR-4); whether that one may leave is asked of itself."""
        sides = dict(told(self._picture))
        same, _ = self._clearance.steady(
            lambda picture: {
                (key, id_, side): True
                for key, behind in told(picture)
                for side, ids in enumerate(behind)
                for id_ in ids
            }
        )

        def left(key: Hashable, side: int) -> tuple[str, ...]:
            return tuple(id_ for id_ in sides[key][side] if id_.startswith("p1-") or (key, id_, side) in same)

        return lambda key: (left(key, 0), left(key, 1))

    def _figures(self, item: _Told) -> Mapping[str, Value]:
        """The people of a row; none where they rest on what stays."""
        behind = self._picture.claims_by_id(item.people).values()
        if any(self._clearance.withheld_because(claim) is not None for claim in behind):
            self.withheld["people: rest on what is withheld"] += 1
            return _NOBODY
        return item.figures or _NOBODY

    def _left(self, ids: Iterable[str]) -> str | None:
        """Ids of the claims that may leave, as the audience sees them."""
        claims = self._picture.claims_by_id(ids)
        may = (id_ for id_, claim in claims.items() if self._clearance.withheld_because(claim) is None)
        return _list(self._clearance.id(id_) for id_ in may)


_NOBODY: Mapping[str, Value] = {"people_low": None, "people_high": None, "people_status": None}


def _figures(people: People) -> tuple[Mapping[str, Value], tuple[str, ...]]:
    """How many people, and on whose word."""
    status = str(people.to_json()["status"])
    return {"people_low": people.low, "people_high": people.high, "people_status": status}, people.claims


def _list(items: Iterable[str]) -> str | None:
    return ";".join(items) or None


def _joined(told: Iterable[_Told]) -> Iterator[_Told]:
    """Days that follow one another and say the same, on whatever word, as one."""
    before: _Told | None = None
    for item in sorted(told, key=lambda one: one.key):
        if before is not None and _goes_on(before, item):
            before = replace(
                before,
                last=item.last,
                claims=tuple(sorted({*before.claims, *item.claims})),
                against=tuple(sorted({*before.against, *item.against})),
                people=tuple(sorted({*before.people, *item.people})),
            )
            continue
        if before is not None:
            yield before
        before = item
    if before is not None:
        yield before


def _goes_on(before: _Told, item: _Told) -> bool:
    return item == replace(before, first=item.first, last=item.last) and item.first == before.last + timedelta(days=1)
