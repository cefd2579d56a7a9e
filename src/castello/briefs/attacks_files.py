"""Attacks as a file: GeoJSON and GeoPackage for maps, a table, or a map of areas; the ending of its name says which."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from castello.briefs._siege_layers import Layer, Row, SiegeLayers, Sort, Value
from castello.briefs.attacks import Hidden, check_asked, hidden_attacks
from castello.briefs.attacks_map import Area, draw_attacks
from castello.briefs.profile import Clearance
from castello.briefs.siege_files import style_of_drawings, to_csv, to_geojson, to_geopackage
from castello.errors import Issue, WrongUse
from castello.picture import Picture
from castello.picture.attacks import Attacks, By, Tally
from castello.picture.sentences import interval, name_of, number

Days = tuple[date, date]

_COLUMNS: dict[str, Sort] = {
    "place": "text", "name_en": "text", "name_ar": "text", "kind": "text", "pcode": "text", "source": "text", "source_name": "text",
    "attacks_low": "count", "attacks_high": "count", "civilians_killed_low": "number", "civilians_killed_high": "number",
    "civilians_not_said": "count", "killed_low": "number", "killed_best": "number", "killed_high": "number", "killed_not_said": "count",
    "placed_no_finer": "count", "start": "time", "end": "time", "claims": "text", "claims_in_all": "count",
}  # fmt: skip
_OF_PLACE = ("place", "name_en", "name_ar", "kind", "pcode", "placed_no_finer")


def attacks_layers(clearance: Clearance, *, days: Days, by: By = "place", place: str | None = None) -> SiegeLayers:
    """
    What a file on attacks holds: a row for each source and each area, party, type, weapon, day, week or month.

    Parameters
    ----------
    clearance
        The rules of the audience, for the picture that is written.
    days
        First and last day, both included.
    by, place
        As in :func:`castello.analyses.attacks.attacks`.

    Returns
    -------
    SiegeLayers
        One layer, ``attacks``. A point is that of the area in the register, never that of an event; an area without coordinates has none, and an issue
        counts those. Of a live case no point leaves: rows are joined by ``place`` or ``pcode``. ``killed_high`` and ``civilians_killed_high`` are
        empty where an attack has no such figure.

    Raises
    ------
    Refused
        If what is asked may not be answered for the audience.
    """
    check_asked(clearance, by=by, place=place)
    hidden = hidden_attacks(clearance)
    told = Attacks(clearance.picture, place=place, hidden=hidden.claims, public=clearance.leaves)
    value: dict[str, Sort] = {by: "text"}
    columns = _COLUMNS if by == "place" else value | {k: v for k, v in _COLUMNS.items() if k not in _OF_PLACE}
    points = by == "place" and not (clearance.leaves and clearance.live)
    rows = [
        _row(clearance, tally, by=by, columns=columns, points=points)
        for tally in told.tallies(start=days[0], end=days[1], by=by)
        if tally.told
    ]
    # by name and by time, never by how many
    rows.sort(key=lambda row: (str(row.values[by] or "~"), str(row.values["start"]), str(row.values["source"])))
    layer = Layer(
        name="attacks",
        about="Attacks by source: sources are never added to each other. Points are those of areas, not of events.",
        geometry="Point" if points else None,
        columns=columns,
        rows=tuple(rows),
    )
    return SiegeLayers(
        about=_about(clearance, hidden, days=days, by=by, place=place),
        layers=(layer,),
        withheld=hidden.reasons,
        issues=_issues(layer),
        name="attacks",
    )


def write_attacks(
    picture: Picture,
    path: str | Path,
    *,
    clearance: Clearance,
    days: Days,
    by: By | None = None,
    place: str | None = None,
) -> SiegeLayers:
    """
    Write attacks as the ending of the file says; a file that is there is replaced.

    Parameters
    ----------
    picture
        What to write about.
    path
        A file that ends in ``.geojson``, ``.gpkg`` or ``.svg`` (areas) or ``.csv`` (whatever is counted by), in a folder that exists.
    clearance
        The rules of the audience.
    days
        First and last day, both included.
    by, place
        As in :func:`castello.analyses.attacks.attacks`; areas by default.

    Returns
    -------
    SiegeLayers
        What was written, what was withheld, and what could not be drawn. The same ledger, days and audience give the same bytes.

    Raises
    ------
    WrongUse
        If there is no such form or folder, or anything but areas is asked for as a map.
    Refused
        If what is asked may not be answered for the audience.
    """
    path = Path(path)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        ending = f"{path.suffix!r} files" if path.suffix else "a file without an ending"
        raise WrongUse(
            f"attacks cannot be written as {ending}",
            hint=f"Name a file that ends in {', '.join(FORMS)}.",
            where=str(path),
        )
    if by not in (None, "place") and path.suffix.lower() != ".csv":
        raise WrongUse("a map of attacks shows areas", hint="Leave out --by, or write a .csv file.", where=str(path))
    if not path.parent.is_dir():
        raise WrongUse("there is no such folder", hint="Make it first, or name another.", where=str(path.parent))
    audience = clearance if clearance.picture is picture else clearance.at(picture)
    layers = attacks_layers(audience, days=days, by=by or "place", place=place)
    path.write_bytes(form(layers, audience))
    return layers


def _row(clearance: Clearance, tally: Tally, *, by: By, columns: Mapping[str, Sort], points: bool) -> Row:
    registers = clearance.picture.registers
    area = registers.places.get(tally.value or "") if by == "place" else None
    values: dict[str, Value] = {
        by: tally.value,
        "name_en": getattr(area, "name_en", None),
        "name_ar": getattr(area, "name_ar", None),
        "kind": getattr(area, "kind", None),
        "pcode": getattr(area, "pcode", None),
        "source": _source(tally.source, clearance),
        "source_name": name_of(_source(tally.source, clearance).partition("@")[0], registers),
        "attacks_low": float(tally.low),
        "attacks_high": float(tally.high),
        "civilians_killed_low": tally.civilians_low,
        "civilians_killed_high": None if tally.civilians_unsaid else tally.civilians_high,
        "civilians_not_said": float(tally.civilians_unsaid),
        "killed_low": tally.deaths_low,
        "killed_best": tally.deaths_best,
        "killed_high": None if tally.deaths_unsaid else tally.deaths_high,
        "killed_not_said": float(tally.deaths_unsaid),
        "placed_no_finer": float(tally.wide),
        "start": datetime.combine(tally.start, time()),
        "end": datetime.combine(tally.end + timedelta(days=1), time()),
        "claims": ";".join(clearance.id(id_) for id_ in tally.ids),
        "claims_in_all": float(tally.told),
    }
    point = getattr(area, "point", None) if points else None
    return Row(values={name: values[name] for name in columns}, points=(point,) if point is not None else ())


def _source(source: str, clearance: Clearance) -> str:
    """A source by its id; of one that is not named nothing leaves, not even the document that it stands in."""
    return source.partition("@")[0] if clearance.leaves else source


def _about(clearance: Clearance, hidden: Hidden, *, days: Days, by: By, place: str | None) -> dict[str, str]:
    """The filter that made the file."""
    picture, settings = clearance.picture, clearance.picture.registers.settings
    return {
        "case": settings.id,
        "from": str(days[0]),
        "to": str(days[1]),
        "by": by,
        "place": place or "everywhere",
        "as_of": str(picture.as_of),
        "known_by": str(picture.known_by or "everything on record"),
        "clock": picture.clock,
        "branch": picture.branch.name if picture.branch else "none",
        "seen_by": picture.only_source or "everybody",
        "mode": "live" if clearance.live else "historical",
        "profile": clearance.profile.value,
        "low_and_high": "surely within the days, and possibly",
        "sources": "are never added to each other",
        "end": "does not count: end is midnight after the last day",
        "time_zone": settings.time_zone,
        "withheld": "; ".join(f"{what} ({count})" for what, count in hidden.reasons) or "nothing",
        "made_by": f"castello {version('castello')}",
    } | {f"handling_{key}": value for key, value in sorted(settings.handling.items())}


def _issues(layer: Layer) -> tuple[Issue, ...]:
    """Areas without coordinates, counted once."""
    if layer.geometry is None:
        return ()
    ids = sorted({str(row.values["place"] or "no place of the register") for row in layer.rows if not row.points})
    if not ids:
        return ()
    what = f"{len(ids)} without coordinates, in the table and not on the map: {', '.join(ids)}"
    hint = "Give their points in WGS 84, if they are known."
    return (Issue(file="places.csv", code="not-drawn", what=what, hint=hint, severity="warning"),)


def areas_of(clearance: Clearance, layers: SiegeLayers) -> tuple[Area, ...]:
    """The areas of a layer as a map draws them; those without coordinates are named under it."""
    registers = clearance.picture.registers
    found = []
    for row in layers.layers[0].rows:
        id_ = row.values["place"]
        # of a live case no point leaves in a table; a map shows the area at the scale of the page
        place = None if id_ is None else registers.places.place(str(id_))
        found.append(
            Area(
                name="Somewhere else" if place is None else registers.places.name(str(id_)),
                source=str(row.values["source_name"]),
                point=None if place is None else place.point,
                low=int(float(str(row.values["attacks_low"]))),
                high=int(float(str(row.values["attacks_high"]))),
                civilians=_civilians(row),
            )
        )
    return tuple(found)


def _civilians(row: Row) -> str | None:
    """How many civilians were killed, in figures; None where no attack has such a figure."""
    low, high, unsaid, attacks = (
        row.values[name]
        for name in ("civilians_killed_low", "civilians_killed_high", "civilians_not_said", "attacks_high")
    )
    if unsaid == attacks:
        return None
    return f"{number(float(str(low)))} or more" if high is None else interval(float(str(low)), float(str(high)))


def _svg(layers: SiegeLayers, clearance: Clearance) -> bytes:
    drawn = draw_attacks(areas_of(clearance, layers), caption=f"{layers.about['from']} to {layers.about['to']}")
    style = f"<style>{style_of_drawings()}</style>"
    return re.sub(r"^(<svg[^>]*>)", lambda tag: tag.group() + style, drawn).encode() + b"\n"


FORMS: Mapping[str, Callable[[SiegeLayers, Clearance], bytes]] = MappingProxyType(
    {
        ".geojson": lambda layers, _: to_geojson(layers),
        ".gpkg": lambda layers, clearance: to_geopackage(layers, dated=clearance.picture.as_of),
        ".csv": lambda layers, _: to_csv(layers),
        ".svg": _svg,
    }
)
"""What attacks can be written as, by the ending of the file."""
