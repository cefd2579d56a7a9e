"""
Tables of named roads brought into a case: rows at the end of ``places.csv`` and ``roads.csv``, closures and people as claims.

Everything is worked out and checked before anything is written. Adding the same again changes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from castello.cases import Registers
from castello.cases._yaml import Unreadable
from castello.cases.appending import with_rows
from castello.cases.claim_files import read_claim_file
from castello.cases.documents import slug
from castello.errors import CaseBroken, Issue, WrongUse
from castello.places import Place, Road
from castello.places.register import PLACE_COLUMNS, ROAD_COLUMNS
from castello.sources.road_tables import Closure, NamedRoads, read_edges, read_flee

FLEE_FILES = ("locations.csv", "routes.csv")
"""What a folder of FLEE holds at least."""

_SAME_PLACE_DEGREES = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the user says of a table of roads: who published it when, whose traffic it speaks of, and which day is day 0."""

    publisher: str
    published: date
    title: str | None = None
    url: str | None = None
    sides: tuple[str, ...] = ()
    first_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written, by file of the case; how much of what that is; and what could not be taken in."""

    files: Mapping[str, bytes]
    counts: Mapping[str, int]
    issues: tuple[Issue, ...]


def is_flee(folder: Path) -> bool:
    """Whether a folder is one of FLEE."""
    return all((folder / name).is_file() for name in FLEE_FILES)


def plan_named_roads(path: Path, *, registers: Registers, described: Described) -> Plan:
    """
    What adding a table of edges, or a folder of FLEE, would write.

    Parameters
    ----------
    path
        The table or the folder.
    registers
        Of the case.
    described
        What the user says of it.

    Raises
    ------
    WrongUse
        If a side or the first day is needed and missing, or a register has no column for what has to be written.
    CaseBroken
        If nothing of it can be used.
    """
    if path.is_dir():
        roads, issues = read_flee(path)
    else:
        roads, issues = read_edges(path, known=registers.places.places)
    if not roads.roads:
        raise CaseBroken("no road of it can be used; nothing was written", issues=issues)
    # a name of the table that means a place of the case is that place, and does not stand among the rows
    merged, clashes = _new(roads, registers, file=path.name)
    said = f"{path.name}, {described.publisher}, {described.published}"
    files = _register_files(merged, registers, said=said)
    counts = {"places": len(merged.places), "roads": len(merged.roads)}
    if roads.closures or roads.people:
        text, counts_said = _claims(merged.said, registers, path=path, described=described)
        file = f"claims/{slug(path.stem)}.yml"
        known = registers.known
        known = replace(
            known,
            places=known.places | {place.id for place in merged.places},
            roads=known.roads | {road.id for road in merged.roads},
        )
        try:
            read = read_claim_file(text, file=file, known=known)
        except Unreadable as unreadable:
            raise CaseBroken("its claims cannot be written", issues=(unreadable.issue,)) from unreadable
        if read.issues:
            raise CaseBroken("its claims cannot be used; nothing was written", issues=read.issues)
        target = registers.folder / file
        if target.exists() and target.read_bytes() != text:
            raise WrongUse(f"{file} is there already, with other content", hint="Rename the folder that you add.")
        files |= {file: text}
        counts |= {"claims": len(read.claims)} | counts_said
    changed = {
        file: data
        for file, data in files.items()
        if not (registers.folder / file).exists() or (registers.folder / file).read_bytes() != data
    }
    return Plan(files=changed, counts=counts, issues=(*issues, *clashes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """Places and roads that the case does not have yet; and all that is said of roads and places that it then has."""

    places: tuple[Place, ...]
    roads: tuple[Road, ...]
    said: NamedRoads


def _new(roads: NamedRoads, registers: Registers, *, file: str) -> tuple[_New, tuple[Issue, ...]]:
    here_places = {place.id: place for place in registers.places.places}
    here_roads = {road.id: road for road in registers.places.roads}
    issues: list[Issue] = []

    def clash(id_: str, column: str, what: str, hint: str) -> None:
        issues.append(Issue(file=file, column=column, code="id", what=f"{id_!r} {what}", hint=hint))

    lost: set[str] = set()
    places = []
    for place in roads.places:
        there = here_places.get(place.id)
        if place.id in here_roads:
            clash(place.id, "name", "is the id of a road of the case; the place is left out", "Rename one of the two.")
            lost.add(place.id)
        elif there is not None and _far(there, place):
            hint = "Rename one of the two, or correct the coordinates."
            clash(place.id, "name", "lies elsewhere in places.csv; it is taken for another place, and left out", hint)
            lost.add(place.id)
        elif there is None:
            places.append(place)
    kept, new = set[str](), []
    for road in roads.roads:
        old = here_roads.get(road.id)
        if lost & set(road.ends):
            clash(road.id, "from", "ends at a place that is left out, and is left out too", "See that place.")
        elif road.id in here_places:
            clash(road.id, "id", "is the id of a place of the case; the road is left out", "Give the road another id.")
        elif old is not None and sorted(old.ends) != sorted(road.ends):
            ends = " and ".join(old.ends) or "nothing"
            clash(road.id, "id", f"joins {ends} in roads.csv; that row is not touched", "Give one another id.")
        else:
            kept.add(road.id)
            if old is None:
                new.append(road)
    said = replace(
        roads,
        roads=tuple(road for road in roads.roads if road.id in kept),
        closures=tuple(one for one in roads.closures if one.road in kept),
        people=tuple((place, people) for place, people in roads.people if place not in lost),
    )
    left = [place if place.parent not in lost else replace(place, parent=None) for place in places]
    return _New(places=tuple(left), roads=tuple(new), said=said), tuple(issues)


def _far(one: Place, other: Place) -> bool:
    if one.point is None or other.point is None:
        return False
    return any(abs(a - b) > _SAME_PLACE_DEGREES for a, b in zip(one.point, other.point, strict=True))


# --------------------------------------------------------------------------------------------------------- registers


def _register_files(new: _New, registers: Registers, *, said: str) -> dict[str, bytes]:
    lengths = dict(new.said.lengths_km)
    places = [
        {
            "id": place.id,
            "name_en": place.name_en or "",
            "name_ar": place.name_ar or "",
            "kind": place.kind,
            "parent": place.parent or "",
            "lat": "" if place.lat is None else repr(place.lat),
            "lon": "" if place.lon is None else repr(place.lon),
            "note": f"from {said}",
        }
        for place in new.places
    ]
    roads = [
        {
            "id": road.id,
            "name_en": road.name_en or "",
            "name_ar": road.name_ar or "",
            "class": road.cls,
            "from": road.start or "",
            "to": road.end or "",
            "note": "; ".join([*([f"{lengths[road.id]:g} km"] if road.id in lengths else []), f"from {said}"]),
        }
        for road in new.roads
    ]
    return {
        file: with_rows(_bytes(registers.folder / file), rows, file=file, columns=columns, required=required)
        for file, rows, columns, required in (
            ("places.csv", places, PLACE_COLUMNS, ("id", "name_en", "kind")),
            ("roads.csv", roads, ROAD_COLUMNS, ("id", "from", "to")),
        )
        if rows
    }


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


# ------------------------------------------------------------------------------------------------------------ claims


def _claims(
    roads: NamedRoads, registers: Registers, *, path: Path, described: Described
) -> tuple[bytes, dict[str, int]]:
    """The claims file, and how many roads it says nothing of."""
    if described.first_day is None:
        raise WrongUse(f"{path.name} counts days from its first day", hint="Say which day that is: --first-day DATE.")
    sides = described.sides or registers.settings.sides
    if roads.closures and not sides:
        raise WrongUse("roads are closed to somebody", hint="Say to whom: --side ID, or sides in case.toml.")
    for side in sides:
        if side not in registers.parties:
            raise WrongUse(f"--side: {side!r} is no party of the case", hint="Add it to parties.csv.")
    document, text = slug(path.stem), json.dumps
    lines = [
        f"# Made by castello add from {path.name}: {', '.join(FLEE_FILES)} and closures.csv, day 0 is {described.first_day}.",
        "coder: castello",
        "documents:",
        f"  - id: {text(document)}",
        f"    title: {text(described.title or path.name, ensure_ascii=False)}",
        f"    publisher: {text(described.publisher)}",
        f"    published: {described.published}",
        *([f"    urls: [{text(described.url)}]"] if described.url else []),
        "claims:",
    ]
    evidence = f"document: {text(document)}, chain: [{{{text(described.publisher)}: compiler}}]"
    spoken = _spans(roads.closures)
    for road, spans in spoken.items():
        for side in sides:
            for state, first, last in spans:
                happened = _period(described.first_day, first, last)
                slots = f"kind: access, subject: {text(road)}, predicate: {state}, object: {text(side)}"
                lines.append(f"  - {{{slots}, happened: {happened}, {evidence}}}")
    for place, people in roads.people:
        slots = f"kind: people, subject: {text(place)}, predicate: lives, quantity: {{value: {people}, unit: person}}"
        lines.append(f"  - {{{slots}, happened: {{on: {described.first_day}}}, {evidence}}}")
    silent = sum(road.id not in spoken for road in roads.roads)
    return ("\n".join(lines) + "\n").encode(), {"roads_without_word": silent}


def _spans(closures: Iterable[Closure]) -> dict[str, list[tuple[str, int, int | None]]]:
    """
    For each road that is ever closed its states from day 0 on: closed on the days of its closures, open between, before and after.

    Closures that overlap or follow one another are one.
    """
    by_road: dict[str, list[Closure]] = defaultdict(list)
    for one in closures:
        if one.state == "closed":
            by_road[one.road].append(one)
    found: dict[str, list[tuple[str, int, int | None]]] = {}
    for road, own in sorted(by_road.items()):
        spans: list[tuple[str, int, int | None]] = []
        free: int | None = 0  # the first day of which nothing is said yet
        for first, last in _joined([(one.first_day, one.last_day) for one in own]):
            assert free is not None, "nothing follows a closure without an end"
            if first > free:
                spans.append(("open", free, first - 1))
            spans.append(("closed", first, last))
            free = None if last is None else last + 1
        if free is not None:
            spans.append(("open", free, None))
        found[road] = spans
    return found


def _joined(spans: Sequence[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    joined: list[tuple[int, int | None]] = []
    for first, last in sorted(spans, key=lambda span: span[0]):
        if joined and ((before := joined[-1][1]) is None or first <= before + 1):
            later = None if before is None or last is None else max(before, last)
            joined[-1] = (joined[-1][0], later)
        else:
            joined.append((first, last))
    return joined


def _period(day_0: date, first: int, last: int | None) -> str:
    try:
        start = day_0 + timedelta(days=first)
        if last is None:
            return f"{{since: {start}}}"
        return f"{{from: {start}, to: {day_0 + timedelta(days=last)}}}"
    except OverflowError as far:
        raise WrongUse("a closure lies beyond all calendars", hint="Check --first-day and closures.csv.") from far
