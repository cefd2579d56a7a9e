"""A siege over time as a file: GeoJSON and GeoPackage for maps, a table, or the chart; the ending of its name says which."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from castello.briefs._siege_asked import Asked, Days
from castello.briefs._siege_layers import Layer, Point, SiegeLayers, Value, siege_layers
from castello.briefs._words import clean
from castello.briefs.charts import draw_timeline
from castello.briefs.profile import Clearance
from castello.errors import WrongUse
from castello.picture import Picture

__all__ = ["FORMS", "siege_layers", "to_csv", "to_geojson", "to_geopackage", "to_svg", "write_siege"]


def write_siege(picture: Picture, path: str | Path, *, clearance: Clearance, days: Days, users: str = "supply") -> Path:
    """
    Write who was cut off when as the ending of the file says; a file that is there is replaced.

    Parameters
    ----------
    picture
        What to write about.
    path
        A file that ends in ``.geojson`` or ``.gpkg`` (enclaves, roads and last roads with ``start`` and ``end``), ``.csv`` (enclaves) or
        ``.svg`` (the chart), in a folder that exists.
    clearance
        The rules of the audience.
    days
        First and last day, both included.
    users
        Whose passage: ``supply``, ``civilian``, ``aid``, ``foot``.

    Returns
    -------
    pathlib.Path
        The file. The same ledger, days and audience give the same bytes; a GeoPackage with the same release of its library.

    Raises
    ------
    WrongUse
        If there is no such form, no such folder, or a GeoPackage is asked for without the extra ``gis``.

    See Also
    --------
    siege_layers : What stands in the file, what was withheld, and what could not be drawn.
    """
    path = Path(path)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        ending = f"{path.suffix!r} files" if path.suffix else "a file without an ending"
        hint = f"Name a file that ends in {', '.join(list(FORMS)[:-1])} or {list(FORMS)[-1]}."
        raise WrongUse(f"a siege cannot be written as {ending}", hint=hint, where=str(path))
    if not path.parent.is_dir():
        raise WrongUse("there is no such folder", hint="Make it first, or name another.", where=str(path.parent))
    audience = clearance if clearance.picture is picture else clearance.at(picture)
    path.write_bytes(form(audience, days, users))
    return path


# ------------------------------------------------------------------------------------------------------------ GeoJSON


def to_geojson(layers: SiegeLayers) -> bytes:
    """
    One collection of features, WGS 84, each with its ``layer``, ``start`` and ``end``; ``about`` says which filter made it.

    A feature without a point or course on record has no geometry.
    """
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"layer": layer.name} | {name: _plain(value) for name, value in row.values.items()},
                "geometry": _geometry(row.points),
            },
            ensure_ascii=False,
        )
        for layer in layers.layers
        for row in layer.rows
    ]
    head = {
        "type": "FeatureCollection",
        "name": layers.name,
        "description": _about(layers),
        "about": dict(layers.about),
    }
    opened = json.dumps(head, ensure_ascii=False).removesuffix("}")
    listed = ",\n".join(features)
    return f'{opened}, "features": [\n{listed}\n]}}\n'.encode()


def _plain(value: Value) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _geometry(points: tuple[Point, ...]) -> dict[str, object] | None:
    line = [[lon, lat] for lat, lon in points]
    if not line:
        return None
    return {"type": "LineString", "coordinates": line} if len(line) > 1 else {"type": "Point", "coordinates": line[0]}


def _about(layers: SiegeLayers) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in layers.about.items())


# --------------------------------------------------------------------------------------------------------- GeoPackage


def to_geopackage(layers: SiegeLayers, *, dated: date) -> bytes:
    """
    A GeoPackage with one layer for enclaves, roads and last roads each, WGS 84.

    Parameters
    ----------
    layers
        What is written; a layer without rows is left out.
    dated
        The day that stands in the file as that of its making, so that it is the same whenever it is made.

    Raises
    ------
    WrongUse
        If the library for it is not installed.
    """
    try:
        import pyogrio
        from pyogrio.raw import write
    except ImportError as missing:
        hint = "Install the extra: pip install 'castello[gis]'; or write .geojson."
        raise WrongUse("a GeoPackage needs pyogrio", hint=hint) from missing

    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{dated.isoformat()}T00:00:00.000Z"})
    try:
        with TemporaryDirectory(prefix="castello-") as folder:
            file = Path(folder) / "siege.gpkg"
            for n, layer in enumerate(layer for layer in layers.layers if layer.rows):
                geometry, fields = _columns(layer)
                write(
                    file,
                    geometry,
                    fields,
                    list(layer.columns),
                    layer=layer.name,
                    driver="GPKG",
                    geometry_type=layer.geometry or "Unknown",
                    crs="EPSG:4326",
                    append=n > 0,
                    dataset_metadata=None if n else dict(layers.about),
                    layer_metadata={"DESCRIPTION": f"{layer.about} {_about(layers)}"},
                )
            return file.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _columns(layer: Layer) -> tuple[object, list[object]]:
    """Geometries as well-known binary, and each column as an array; what is not known is null."""
    import numpy as np

    geometry = np.array([_binary(row.points) for row in layer.rows], dtype=object)
    fields: list[object] = []
    for name, sort in layer.columns.items():
        values = [row.values[name] for row in layer.rows]
        if sort == "time":
            fields.append(np.array(values, dtype="datetime64[ms]"))
        elif sort in ("number", "count"):
            numbers = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
            fields.append(numbers.astype(np.int32) if sort == "count" else numbers)
        elif sort == "flag":
            fields.append(np.array(values, dtype=np.bool_))
        else:
            fields.append(np.array([None if value is None else clean(value) for value in values], dtype=object))
    return geometry, fields


def _binary(points: tuple[Point, ...]) -> bytes | None:
    """Well-known binary, least byte first: x is the longitude."""
    pairs = b"".join(struct.pack("<dd", lon, lat) for lat, lon in points)
    if len(points) > 1:
        return struct.pack("<BII", 1, 2, len(points)) + pairs
    return struct.pack("<BI", 1, 1) + pairs if points else None


# -------------------------------------------------------------------------------------------------------------- table


_FILTER = ("as_of", "known_by", "branch", "seen_by")
"""What of the filter has a column of its own in a table: a what-if must not be taken for what was so."""


def to_csv(layers: SiegeLayers) -> bytes:
    """Enclaves with each spell of a status: UTF-8 with a mark that spreadsheets know, one header row, the filter in ``about``."""
    (enclaves, *_), out = layers.layers, io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([*enclaves.columns, "latitude", "longitude", *_FILTER, "about"])
    asked = [_cell(layers.about[name]) for name in _FILTER]
    for row in enclaves.rows:
        point = row.points[0] if row.points else (None, None)
        table.writerow([*(_cell(value) for value in row.values.values()), *point, *asked, _cell(_about(layers))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Value) -> object:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    # a spreadsheet takes what begins so for a formula
    return f"'{plain}" if isinstance(plain, str) and plain.startswith(("=", "+", "-", "@")) else plain


# -------------------------------------------------------------------------------------------------------------- chart


def to_svg(clearance: Clearance, days: Days, *, users: str = "supply", width: float = 960) -> bytes:
    """
    The chart of who was cut off when, with its own style and nothing fetched.

    Parameters
    ----------
    clearance
        The rules of the audience, for the picture that is drawn.
    days
        First and last day, both included.
    users
        Whose passage.
    width
        In pixels.
    """
    first, last = days
    asked = Asked(clearance=clearance, days=days, users=users)
    chart = draw_timeline(
        asked.spells(),
        (),
        as_of=min(max(clearance.picture.as_of, first), last),
        width=width,
        caption=asked.caption(),
    )
    style = f"<style>{style_of_drawings()}</style>"
    # the style goes behind the opening tag: the chart itself is that of a brief
    return re.sub(r"^(<svg[^>]*>)", lambda tag: tag.group() + style, chart).encode() + b"\n"


@cache
def style_of_drawings() -> str:
    """Of the style of a page what a drawing needs: its colours, light and dark, and the rules for drawings."""
    css = (files("castello.briefs") / "templates" / "brief.css").read_text(encoding="utf-8")
    colours = css[css.index(":root") : css.index("*, *::before")]
    rules: Iterable[str] = re.findall(r"^svg .*$", css, flags=re.MULTILINE)
    family = "svg { background: var(--paper); font-family: system-ui, sans-serif; }"
    return "\n".join([colours.strip(), family, *(rule for rule in rules if not rule.startswith("svg {"))])


def _svg(clearance: Clearance, days: Days, users: str) -> bytes:
    return to_svg(clearance, days, users=users)


def _of_layers(form: Callable[[SiegeLayers], bytes]) -> Callable[[Clearance, Days, str], bytes]:
    return lambda clearance, days, users: form(siege_layers(clearance, days=days, users=users))


def _geopackage(clearance: Clearance, days: Days, users: str) -> bytes:
    return to_geopackage(siege_layers(clearance, days=days, users=users), dated=clearance.picture.as_of)


FORMS: Mapping[str, Callable[[Clearance, Days, str], bytes]] = MappingProxyType(
    {".geojson": _of_layers(to_geojson), ".gpkg": _geopackage, ".csv": _of_layers(to_csv), ".svg": _svg}
)
"""What a siege can be written as, by the ending of the file."""
