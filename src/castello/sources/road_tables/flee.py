"""A folder of FLEE: ``locations.csv``, ``routes.csv`` and, where there is one, ``closures.csv``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from castello.errors import Issue, WrongUse
from castello.places import Place, Road
from castello.sources._csv import Cells, open_table
from castello.sources._intake import Intake
from castello.sources.road_tables.edges import length
from castello.sources.road_tables.named import Closure, Ids, NamedRoads, in_script, slug

LOCATIONS, ROUTES, CLOSURES = "locations.csv", "routes.csv", "closures.csv"

_KINDS = {
    "town": "town",
    "conflict_zone": "town",
    "camp": "camp",
    "idpcamp": "camp",
    "forwarding_hub": "road_node",
    "marker": "road_node",
}
# The sets that are about call one column by several names.
_ALSO = {"lat": ("latitude", "gps_x"), "lon": ("longitude", "gps_y"), "population": ("pop/cap",), "distance": ("dist",)}
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,15})?", flags=re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,12}(?:\.0*)?", flags=re.ASCII)


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was taken in so far; places by their name as written, which is how FLEE joins its tables."""

    ids: Ids = field(default_factory=Ids)
    places: dict[str, Place] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    people: list[tuple[str, int]] = field(default_factory=list)
    roads: dict[str, Road] = field(default_factory=dict)
    lengths: dict[str, float] = field(default_factory=dict)
    closures: set[tuple[str, int, int | None]] = field(default_factory=set)


def read_flee(folder: Path) -> tuple[NamedRoads, tuple[Issue, ...]]:
    """
    Places, roads, closures and people out of a folder of FLEE, and what is wrong with it.

    Names are compared to the letter, as FLEE does. Two routes between the same places are two roads if they differ in
    length; a row that says the same again is left out, with a warning. The population of a camp is its capacity in FLEE,
    and 0 or nothing means that nobody was counted: neither is among the people.

    Parameters
    ----------
    folder
        Holds the three files; without closures, roads are open all the time.

    Returns
    -------
    roads : NamedRoads
        Countries come as places too, as parents of the locations. A closure of a place closes all roads that end there, one
        of a country's border all roads between two countries. FLEE opens a road again on the day of ``closure_end``, so the
        last day of a closure is the one before.
    issues : tuple of Issue
        Of all three files.

    Raises
    ------
    WrongUse
        If the folder, its locations or its routes are not there.
    """
    for name in (LOCATIONS, ROUTES):
        if not (folder / name).is_file():
            hint = f"A folder of FLEE holds {LOCATIONS}, {ROUTES} and {CLOSURES}."
            raise WrongUse(f"there is no {name} in {folder.name}", hint=hint)
    found = _Found()
    issues = _locations(folder / LOCATIONS, found) + _routes(folder / ROUTES, found)
    if (folder / CLOSURES).is_file():
        issues += _closures(folder / CLOSURES, found)
    parents = [Place(id=id, kind="country", **in_script(_spoken(name))) for name, id in sorted(found.countries.items())]
    network = NamedRoads(
        places=(*parents, *found.places.values()),
        roads=tuple(found.roads.values()),
        lengths_km=tuple(found.lengths.items()),
        closures=tuple(
            Closure(road=road, state="closed", first_day=first, last_day=last)
            for road, first, last in sorted(found.closures, key=lambda item: (item[0], item[1], item[2] or 0))
        ),
        people=tuple(found.people),
    )
    return network, issues


def _rows(path: Path, intake: Intake, *, columns: tuple[str, ...]) -> Iterator[tuple[int, Cells]]:
    """Rows under plain names of columns: the header of FLEE begins with a ``#`` and may stand in quotation marks."""

    def plain(name: str) -> str:
        bare = name.strip('#" ')
        return next((column for column, others in _ALSO.items() if bare in others), bare)

    needed = frozenset(columns)
    table = open_table(
        path,
        intake=intake,
        is_header=lambda names: needed <= {plain(name) for name in names},
        columns=", ".join(columns),
    )
    for row, cells in table.rows if table else ():
        values = {plain(name): text for name, text in cells.items()}
        if not values[columns[0]].startswith("#"):
            yield row, values


def _locations(path: Path, found: _Found) -> tuple[Issue, ...]:
    intake = Intake(path.name)
    rows = list(_rows(path, intake, columns=("name", "country", "lat", "lon", "location_type")))
    for _, cells in rows:  # a camp may be called as its country: the camp has the plain id
        if cells["name"]:
            found.ids.of(cells["name"])
    for row, cells in rows:
        name, country = cells["name"], cells["country"]
        if not name or name in found.places:
            what = "has no name; it is left out" if not name else f"{name!r} stands above already; the row is left out"
            code = "duplicate-id" if name else "missing-id"
            intake.error(code, what, "Give each location its own name.", row=row, column="name")
            continue
        if country and country not in found.countries:
            id = slug(country)
            found.countries[country] = found.ids.new(id if found.ids.is_free(id) else f"{id}-country")
        lat, lon = _point(cells, row=row, intake=intake)
        said = cells["location_type"].lower()
        if said not in _KINDS:
            hint = f"Known are {', '.join(_KINDS)}."
            what = f"{said[:40]!r} is not a type of location; it is taken as an area"
            intake.warn("location-type", what, hint, row=row, column="location_type")
        id = found.ids.of(name)
        kind = _KINDS.get(said, "area")
        found.places[name] = Place(
            id=id, kind=kind, parent=found.countries.get(country), lat=lat, lon=lon, **in_script(_spoken(name))
        )
        people = _whole(cells.get("population", ""), row=row, column="population", intake=intake)
        if people and kind != "camp":
            found.people.append((id, people))
    return intake.issues


def _routes(path: Path, found: _Found) -> tuple[Issue, ...]:
    intake = Intake(path.name)
    joined: dict[tuple[frozenset[str], float | None], int] = {}
    pairs: set[frozenset[str]] = set()
    for row, cells in _rows(path, intake, columns=("name1", "name2", "distance")):
        start, end = (_place(cells, column, row=row, intake=intake, found=found) for column in ("name1", "name2"))
        if start is None or end is None:
            continue
        kilometres = length(cells["distance"], row=row, column="distance", intake=intake)
        key = frozenset({start.id, end.id}), kilometres
        if key in joined:
            what = f"says the same as row {joined[key]}; it is left out"
            hint = "If it is a second road, put both in a table of edges, each with an id."
            intake.warn("same-road", what, hint, row=row)
            continue
        if key[0] in pairs:
            hint = "Both are kept, as two roads; delete one if it is the same road measured twice."
            intake.warn("parallel", f"is a further road from {cells['name1']} to {cells['name2']}", hint, row=row)
        if start is end:
            intake.warn(
                "same-ends", f"starts and ends at {cells['name1']!r}", "Check the row.", row=row, column="name2"
            )
        joined[key] = row
        pairs.add(key[0])
        id = found.ids.new(f"{start.id}--{end.id}")
        name = " – ".join(_spoken(cells[column]) for column in ("name1", "name2"))
        found.roads[id] = Road(id=id, cls="road", start=start.id, end=end.id, **in_script(name))
        if kilometres is not None:
            found.lengths[id] = kilometres
    return intake.issues


def _closures(path: Path, found: _Found) -> tuple[Issue, ...]:
    intake = Intake(path.name)
    for row, cells in _rows(path, intake, columns=("closure_type", "name1", "name2", "closure_start", "closure_end")):
        first, end = (
            _whole(cells[column], row=row, column=column, intake=intake, least=-1)
            for column in ("closure_start", "closure_end")
        )
        roads = _closed(cells, row=row, intake=intake, found=found)
        if roads is None or first is None or end is None:
            continue
        if first < 0 or 0 <= end <= first:
            hint = "closure_start is the first day without the road, closure_end the first day with it again."
            intake.error("reversed", f"is closed from day {first} to day {end}; the row is left out", hint, row=row)
            continue
        if not roads:
            hint = "No route ends there or joins the two."
            intake.warn("no-road", "closes no road of this network", hint, row=row)
        found.closures |= {(road, first, end - 1 if end >= 0 else None) for road in roads}
    return intake.issues


def _closed(cells: Cells, *, row: int, intake: Intake, found: _Found) -> tuple[str, ...] | None:
    """Ids of the roads that a row closes; None, with an issue, if that cannot be said."""
    kind = cells["closure_type"].lower()
    if kind == "country":
        countries = [found.countries.get(cells[column]) for column in ("name1", "name2")]
        if None in countries:
            hint = "Use names of the column country."
            intake.error("unknown-place", "names a country that no location is in", hint, row=row, column="name1")
            return None
        parents = {place.id: place.parent for place in found.places.values()}
        return tuple(
            id
            for id, road in found.roads.items()
            if [parents[end] for end in road.ends] in (countries, countries[::-1])
        )
    if kind == "location":
        place = _place(cells, "name1", row=row, intake=intake, found=found)
        return None if place is None else tuple(id for id, road in found.roads.items() if place.id in road.ends)
    if kind in {"link", "links"}:
        ends = [_place(cells, column, row=row, intake=intake, found=found) for column in ("name1", "name2")]
        joined = {place.id for place in ends if place is not None}
        return None if None in ends else tuple(id for id, road in found.roads.items() if set(road.ends) == joined)
    hint = "Known are location, country and link."
    what = f"{kind[:40]!r} is not a type of closure; the row is left out"
    intake.error("closure-type", what, hint, row=row, column="closure_type")
    return None


def _place(cells: Cells, column: str, *, row: int, intake: Intake, found: _Found) -> Place | None:
    place = found.places.get(cells[column])
    if place is None:
        close = get_close_matches(cells[column], sorted(found.places), n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Add it to {LOCATIONS}."
        what = f"{cells[column][:60]!r} is not in {LOCATIONS}; the row is left out"
        intake.error("unknown-place", what, hint, row=row, column=column)
    return place


def _point(cells: Cells, *, row: int, intake: Intake) -> tuple[float, float] | tuple[None, None]:
    written = [cells[column] for column in ("lat", "lon")]
    if not any(written):
        return None, None
    numbers = [float(text) if _DEGREES.fullmatch(text) else None for text in written]
    lat, lon = numbers
    if lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180:
        return lat, lon
    swapped = lat is not None and lon is not None and abs(lat) <= 180 and abs(lon) <= 90
    hint = "Latitude and longitude look swapped." if swapped else "Write degrees with a point, such as 36.2021."
    intake.warn("off-earth", "has no point on earth; the place is kept without one", hint, row=row, column="lat")
    return None, None


def _whole(text: str, *, row: int, column: str, intake: Intake, least: int = 0) -> int | None:
    """A whole number of a cell; None where it is empty or, with an issue, no such number."""
    number = int(float(text)) if _WHOLE.fullmatch(text) else None
    if number is not None and number >= least:
        return number
    if text or least < 0:
        what = f"{text[:40]!r} is not a whole number that can stand here; it is left out"
        intake.error("number", what, "Write digits only.", row=row, column=column)
    return None


def _spoken(name: str) -> str:
    """A name as people write it: FLEE has underscores for spaces."""
    return " ".join(name.replace("_", " ").split())
