"""How the two tables of places and roads are read: good rows, and an issue for each thing that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from castello.errors import Issue
from castello.names import Cells, read_cells
from castello.names.rows import RawRow
from castello.places.register import (
    PLACE_COLUMNS,
    PLACE_KINDS,
    ROAD_CLASSES,
    ROAD_COLUMNS,
    Place,
    Road,
    circle,
)


def read_places(rows: Iterable[RawRow], *, file: str = "places.csv") -> tuple[tuple[Place, ...], tuple[Issue, ...]]:
    """
    The good rows of ``places.csv``, in their order, and what is wrong with the rest.

    Id, kind and one name are required: a row where one of them is wrong is left out (``error``). Any other cell that is
    wrong is left out of its row (``warning``); no value is ever made up in its place.

    Parameters
    ----------
    rows
        Row number in the file and the cells by column, such as ``enumerate(csv.DictReader(...), start=2)``.
    file
        Name of the file for the issues.
    """
    places: list[Place] = []
    numbers: dict[str, int] = {}
    issues: list[Issue] = []
    spare: dict[str, Cells] = {}
    for cells in read_cells(rows, columns=PLACE_COLUMNS, file=file):
        id, kind = cells.id(numbers), cells.one_of("kind", PLACE_KINDS)
        name_en, name_ar, aliases = cells.names()
        lat, lon = _coordinates(cells)
        radius_km, supplies = _radius(cells), cells.slugs("supplies")
        decides = cells.slugs("decides")
        if cells.usable and id is not None and kind is not None:
            numbers[id], spare[id] = cells.row, cells
            places.append(
                Place(
                    id=id,
                    kind=kind,
                    name_en=name_en,
                    name_ar=name_ar,
                    aliases=aliases,
                    parent=cells.text("parent"),
                    pcode=cells.text("pcode"),
                    lat=lat,
                    lon=lon,
                    radius_km=radius_km,
                    supplies=supplies,
                    decides=decides[0] if decides else None,
                    note=cells.text("note"),
                )
            )
        else:
            issues += cells.issues
    kept = _with_parents(places, spare)
    _shared_codes(kept, spare)
    issues += [issue for cells in spare.values() for issue in cells.issues]
    return kept, tuple(sorted(issues, key=_place_in_file))


def read_roads(
    rows: Iterable[RawRow], places: Iterable[Place], *, file: str = "roads.csv"
) -> tuple[tuple[Road, ...], tuple[Issue, ...]]:
    """
    The good rows of ``roads.csv``, in their order, and what is wrong with the rest; as :func:`read_places`.

    Id, class and one name are required. The id must not be that of a place; an end that is not a place is left out.
    """
    known = {place.id for place in places}
    roads: list[Road] = []
    numbers: dict[str, int] = {}
    issues: list[Issue] = []
    for cells in read_cells(rows, columns=ROAD_COLUMNS, file=file):
        id, cls = cells.id(numbers), cells.one_of("class", ROAD_CLASSES)
        if id in known:
            cells.error(
                "id", "duplicate_id", what=f"{id!r} is already the id of a place", hint="Give the road another id."
            )
        name_en, name_ar, aliases = cells.names()
        start, end = (_end(cells, column, known) for column in ("from", "to"))
        if start is not None and start == end:
            cells.warn("to", "same_ends", what=f"starts and ends at {start!r}", hint="Check from and to.")
        # one that names a place which is not there was told so already
        missing = [column for column in ("from", "to") if cells.text(column) is None]
        if missing:
            hint = "Name the place it leads to: until then nothing can be told of what it connects."
            cells.warn(missing[-1], "no_end", what=f"the road has no {' and no '.join(missing)}", hint=hint)
        line, contested = _line(cells), _contested(cells)
        if cells.usable and id is not None and cls is not None:
            numbers[id] = cells.row
            roads.append(
                Road(
                    id=id,
                    cls=cls,
                    name_en=name_en,
                    name_ar=name_ar,
                    aliases=aliases,
                    start=start,
                    end=end,
                    line=line,
                    contested=contested,
                    note=cells.text("note"),
                )
            )
        issues += cells.issues
    return tuple(roads), tuple(sorted(issues, key=_place_in_file))


def _place_in_file(issue: Issue) -> tuple[int, str, str, str]:
    return issue.row or 0, issue.column or "", issue.code, issue.what


def _with_parents(places: list[Place], cells: Mapping[str, Cells]) -> tuple[Place, ...]:
    """The places with every parent left out that is not there or makes a circle."""
    known = {place.id for place in places}
    parents: dict[str, str | None] = {}
    for place in places:
        parents[place.id] = place.parent if place.parent in known else None
        if place.parent is not None and place.parent not in known:
            what = f"parent {place.parent!r} is not the id of a place that was taken in"
            cells[place.id].drop(
                "parent", "unknown_parent", what=what, hint="Add the parent as a row, or correct the id."
            )
    # Nobody can say which link of a circle is the wrong one, so all of them go.
    for id in [id for id in parents if circle(id, parents)]:
        way = circle(id, parents)
        what = f"places lie within themselves: {' in '.join(way)}"
        cells[id].drop("parent", "parent_circle", what=what, hint="Correct one of these parents.")
    return tuple(replace(place, parent=None if circle(place.id, parents) else parents[place.id]) for place in places)


def _shared_codes(places: tuple[Place, ...], cells: Mapping[str, Cells]) -> None:
    holders: dict[str, list[str]] = {}
    for place in places:
        if place.pcode is not None:
            holders.setdefault(place.pcode, []).append(place.id)
    for code, ids in holders.items():
        for id in ids[1:]:
            others = ", ".join(repr(other) for other in ids if other != id)
            what = f"{id!r} has the P-code {code} of {others}: a code is not a place"
            cells[id].warn(
                "pcode", "shared_pcode", what=what, hint="Right for parts of one city; otherwise correct the code."
            )


def _number(text: str) -> float | None:
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text, flags=re.ASCII):
        return None
    return float(text)


def _bad_number(text: str) -> str:
    if re.fullmatch(r"[+-]?\d+[,٫]\d+", text):
        return f"Write {text.replace(',', '.').replace('٫', '.')}, with a point."
    return "Write decimal degrees with a point, such as 36.2021."


def _coordinates(cells: Cells) -> tuple[float | None, float | None]:
    written = {column: cells.text(column) for column in ("lat", "lon")}
    numbers = {column: _number(text) for column, text in written.items() if text is not None}
    if not numbers:
        return None, None
    for column, number in numbers.items():
        if number is None:
            text = written[column] or ""
            cells.drop(column, "bad_coordinate", what=f"{text!r} is not a number of degrees", hint=_bad_number(text))
            return None, None
    for column in ("lat", "lon"):
        if written[column] is None:
            other = "lon" if column == "lat" else "lat"
            cells.drop(column, "half_coordinate", what=f"{other} without {column}", hint="Give both or neither.")
            return None, None
    lat, lon = numbers["lat"] or 0.0, numbers["lon"] or 0.0
    wrong = _off_earth(lat, lon)
    if wrong is not None:
        cells.drop("lat" if abs(lat) > 90 else "lon", "impossible_coordinate", what=wrong[0], hint=wrong[1])
        return None, None
    return lat, lon


def _off_earth(lat: float, lon: float) -> tuple[str, str] | None:
    """What is wrong with a pair of degrees, and what to do; None if it is on earth."""
    if abs(lat) <= 90 and abs(lon) <= 180:
        return None
    if abs(lat) <= 180 and abs(lon) <= 90:
        return f"lat {lat:g}, lon {lon:g} is not on earth", "Latitude and longitude look swapped: exchange them."
    return f"lat {lat:g}, lon {lon:g} is not on earth", "Latitude runs from -90 to 90, longitude from -180 to 180."


def _radius(cells: Cells) -> float | None:
    text = cells.text("radius_km")
    if text is None:
        return None
    number = _number(text)
    if number is None or number <= 0:
        hint = "Write kilometres with a point, more than 0, such as 1.5."
        cells.drop("radius_km", "bad_radius", what=f"{text!r} is not a length in kilometres", hint=hint)
        return None
    return number


def _end(cells: Cells, column: str, known: set[str]) -> str | None:
    value = cells.text(column)
    if value is not None and value not in known:
        hint = "Add it to places.csv, or correct the id."
        cells.drop(column, f"unknown_{column}", what=f"{value!r} is not the id of a place that was taken in", hint=hint)
        return None
    return value


def _line(cells: Cells) -> tuple[tuple[float, float], ...]:
    """The course of a road; as a whole or not at all, since a course with a hole is another road."""
    text = cells.text("line")
    if text is None:
        return ()
    points = []
    for place, piece in enumerate((piece for piece in text.split(";") if piece.strip()), start=1):
        numbers = [_number(word) for word in piece.split()]
        if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
            hint = "Write points as 'lat lon', parted by ';', decimals with a point."
            cells.drop(
                "line", "bad_line", what=f"point {place} of the line, {piece.strip()!r}, is not 'lat lon'", hint=hint
            )
            return ()
        wrong = _off_earth(numbers[0], numbers[1])
        if wrong is not None:
            cells.drop("line", "bad_line", what=f"point {place} of the line: {wrong[0]}", hint=wrong[1])
            return ()
        points.append((numbers[0], numbers[1]))
    if len(points) < 2:
        cells.drop("line", "bad_line", what="a line of fewer than two points", hint="Give at least its two ends.")
        return ()
    return tuple(points)


def _contested(cells: Cells) -> tuple[date | None, date | None] | None:
    """When a road is known to be fought over: ``yes``, the first day, or the first and last day parted by ``..``."""
    text = cells.text("contested")
    if text is None or text.casefold() == "no":
        return None
    if text.casefold() == "yes":
        return None, None
    first, _, last = text.partition("..")
    try:
        days = tuple(date.fromisoformat(day.strip()) if day.strip() else None for day in (first, last))
    except ValueError:
        days = ()
    if not days or days == (None, None) or (days[0] and days[1] and days[1] < days[0]):
        hint = "Write yes, no, a first day such as 2016-07-31, or two days parted by '..'."
        cells.drop("contested", "bad_contested", what=f"{text!r} is neither yes nor days in order", hint=hint)
        return None
    return days[0], days[1]
