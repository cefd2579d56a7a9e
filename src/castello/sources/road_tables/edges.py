"""Edges of a network in one table: what each is called, and the two places that it joins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from castello.errors import Issue, WrongUse
from castello.places import ROAD_CLASSES, Place, Road
from castello.sources._csv import Cells, open_table
from castello.sources._intake import Intake
from castello.sources.road_tables.named import Ids, NamedRoads, in_script, slug

EDGE_COLUMNS = ("id", "from", "to", "name", "class", "length_km")
"""Columns that are read; the first three are required."""

_REQUIRED = frozenset(EDGE_COLUMNS[:3])
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,12})?", flags=re.ASCII)
_LONGEST_KM = 20_000


def read_edges(path: Path, *, known: Iterable[Place] = ()) -> tuple[NamedRoads, tuple[Issue, ...]]:
    """
    Roads and places out of a table of edges, and what is wrong with it.

    Two rows between the same places are two roads. A road that leads back to where it began is kept, with a warning.

    Parameters
    ----------
    path
        CSV with the columns of :data:`EDGE_COLUMNS`. ``from`` and ``to`` are ids of places of the case, or names of new
        ones. ``class`` is one of :data:`castello.places.ROAD_CLASSES`, ``road`` where it is missing.
    known
        Places of the case; they are not among the rows that come out.

    Returns
    -------
    roads : NamedRoads
        New places are of the kind ``road_node``, without coordinates.
    issues : tuple of Issue
        Rows without id, ends or a class are left out; a length that is none is left out of its row.

    Raises
    ------
    WrongUse
        If there is no such file.
    """
    if not path.is_file():
        raise WrongUse(f"there is no file {path.name}", hint="Check the name and the folder.")
    intake = Intake(path.name)
    places: dict[str, Place] = {}
    here = {place.id for place in known}
    ids = Ids(taken=here)
    roads: dict[str, Road] = {}
    rows: dict[str, int] = {}
    lengths: list[tuple[str, float]] = []
    table = open_table(path, intake=intake, is_header=_REQUIRED.issubset, columns=", ".join(EDGE_COLUMNS))
    for row, cells in table.rows if table else ():
        id = _id(cells, row=row, rows=rows, intake=intake)
        cls = _class(cells, row=row, intake=intake)
        ends = _ends(cells, row=row, intake=intake)
        if id is None or cls is None or ends is None:
            continue
        start, end = (ids.of(name) for name in ends)
        for place, name in zip((start, end), ends, strict=True):
            if place not in here and place not in places:
                places[place] = Place(id=place, kind="road_node", **in_script(name))
        if start == end:
            intake.warn("same-ends", f"starts and ends at {ends[0]!r}", "Check from and to.", row=row, column="to")
        rows[id] = row
        name = cells.get("name") or " – ".join(ends)
        roads[id] = Road(id=id, cls=cls, start=start, end=end, **in_script(name))
        kilometres = length(cells.get("length_km", ""), row=row, column="length_km", intake=intake)
        if kilometres is not None:
            lengths.append((id, kilometres))
    if table and not roads:
        intake.error("empty", "holds no edge that can be used", f"Its columns are {', '.join(EDGE_COLUMNS)}.")
    for id in sorted(set(roads) & (here | set(places))):
        hint = "Give the road another id."
        intake.error("duplicate-id", f"{id!r} is the id of a place too; the row is left out", hint, row=rows[id])
        del roads[id]
    network = NamedRoads(
        places=tuple(places.values()),
        roads=tuple(roads.values()),
        lengths_km=tuple((id, kilometres) for id, kilometres in lengths if id in roads),
    )
    return network, intake.issues


def length(text: str, *, row: int, column: str, intake: Intake) -> float | None:
    """Kilometres of a cell; None where it is empty or, with a warning, no length."""
    if not text:
        return None
    kilometres = float(text) if _NUMBER.fullmatch(text) else None
    if kilometres is not None and 0 < kilometres <= _LONGEST_KM:
        return kilometres
    what = f"{text[:40]!r} is not a length; the road is kept without one"
    hint = "Write kilometres with a point, more than 0, such as 12.5."
    intake.warn("bad-length", what, hint, row=row, column=column)
    return None


def _id(cells: Cells, *, row: int, rows: dict[str, int], intake: Intake) -> str | None:
    written = cells.get("id", "")
    if not written:
        intake.error("missing-id", "has no id; it is left out", "Give each road its own id.", row=row, column="id")
        return None
    id = slug(written)
    if id in rows:
        what, hint = f"{written[:40]!r} is already the id of row {rows[id]}; the row is left out", "Give it another id."
        intake.error("duplicate-id", what, hint, row=row, column="id")
        return None
    return id


def _class(cells: Cells, *, row: int, intake: Intake) -> str | None:
    said = cells.get("class", "").lower() or ROAD_CLASSES[0]
    if said in ROAD_CLASSES:
        return said
    hint = f"Use one of: {', '.join(ROAD_CLASSES)}."
    intake.error("class", f"{said[:40]!r} is not a class; the row is left out", hint, row=row, column="class")
    return None


def _ends(cells: Cells, *, row: int, intake: Intake) -> tuple[str, str] | None:
    for column in ("from", "to"):
        if not cells.get(column):
            what, hint = f"leads nowhere: {column} is empty; the row is left out", "Give the id or name of a place."
            intake.error("no-end", what, hint, row=row, column=column)
            return None
    return cells["from"], cells["to"]
