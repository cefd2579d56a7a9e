"""A small world that tests make: a grid of roads as OpenStreetMap has them, and who holds its squares from day to day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import networkx as nx
import shapely

from castello.desk.case import Case
from tests.cases_for_tests import NOW

SIZE = 6
LAT, LON, STEP = 36.0, 37.0, 0.02
PORT, TOWN = (0, 0), (3, 3)
FIRST = date(2016, 7, 1)

Square = tuple[int, int]
Held = Mapping[Square, str]
"""Who holds each square round a crossing: blue, red, or nobody where it is missing."""

CASE = """\
id = "grid"
name_en = "Grid"
from = 2016-06-01
to = 2016-12-31
sides = ["blue", "red"]

[[enclave]]
id = "town"
side = "blue"
"""
PLACES = f"""\
id,name_en,kind,parent,lat,lon,radius_km,supplies,note
land,Land,country,,,,,,
town,Town,city,land,{LAT + TOWN[0] * STEP},{LON + TOWN[1] * STEP},0.5,,
port,Port,area,land,{LAT + PORT[0] * STEP},{LON + PORT[1] * STEP},0.5,blue,
hamlet,Hamlet,village,land,{LAT + STEP},{LON + STEP},,,
"""
PARTIES = """\
id,name_en,kind,side
blue,Blue,side,blue
red,Red,side,red
blue-army,Blue Army,state,blue
"""
SOURCES = """\
sources:
  mapper: {name_en: Map maker, kind: monitor}
  acled: {name_en: Event database, kind: monitor}
  census: {name_en: Census office, kind: agency}
  src-0123456789ab: {protected: true, role_class: resident, k: 20, k_together: 20}
"""
SQUARES = tuple((row, column) for row in range(SIZE) for column in range(SIZE))
PIECES = tuple(
    ((row, column), other)
    for row, column in SQUARES
    for other in ((row, column + 1), (row + 1, column))
    if max(other) < SIZE
)


def piece_name(piece: tuple[Square, Square]) -> str:
    (a, b), (c, d) = piece
    return f"R{a}{b}-{c}{d}"


def osm(pieces: tuple[tuple[Square, Square], ...] = PIECES, *, extra: str = "") -> str:
    """The grid as a file of OpenStreetMap: each piece a way of its own name."""
    nodes = [
        f'<node id="{row * SIZE + column + 1}" version="1" lat="{LAT + row * STEP:.4f}" lon="{LON + column * STEP:.4f}"/>'
        for row, column in SQUARES
    ]
    ways = [
        f'<way id="{number}" version="1"><nd ref="{a * SIZE + b + 1}"/><nd ref="{c * SIZE + d + 1}"/>'
        f'<tag k="highway" v="primary"/><tag k="name" v="{piece_name(piece)}"/></way>'
        for number, piece in enumerate(pieces, start=1)
        for (a, b), (c, d) in [piece]
    ]
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes)}{"".join(ways)}{extra}</osm>'


def ground(held: Held) -> list[dict[str, Any]]:
    """Features of a control map: the ground of each party as polygons without gaps between its squares."""
    found = []
    for party in sorted(set(held.values())):
        squares = [shapely.box(*_square(at)) for at in SQUARES if held.get(at) == party]
        whole = shapely.unary_union(squares)
        found += [
            {"type": "Feature", "properties": {"party": party}, "geometry": json.loads(shapely.to_geojson(part))}
            for part in shapely.get_parts(whole)
        ]
    return found


def _square(at: Square) -> tuple[float, float, float, float]:
    row, column = at
    west, south = LON + (column - 0.5) * STEP, LAT + (row - 0.5) * STEP
    return tuple(round(value, 6) for value in (west, south, west + STEP, south + STEP))  # type: ignore[return-value]


def control(held: Held) -> str:
    return json.dumps({"type": "FeatureCollection", "features": ground(held)})


def sidecar(publisher: str, published: date | str, *more: str) -> str:
    return "\n".join([f"publisher: {publisher}", f"published: {published}", *more]) + "\n"


def write_world(folder: Path, *, maps: Mapping[date, Held]) -> Path:
    """The case with its roads, and a control map for each day, published on the day after."""
    for name, text in (
        ("case.toml", CASE),
        ("places.csv", PLACES),
        ("parties.csv", PARTIES),
        ("sources.yml", SOURCES),
        ("feeds/grid.osm", osm()),
    ):
        put(folder, name, text)
    for day, held in maps.items():
        put(folder, f"feeds/control-{day}.geojson", control(held))
        put(folder, f"feeds/control-{day}.geojson.yml", sidecar("mapper", day + timedelta(days=1)))
    return folder


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def opened(folder: Path) -> Case:
    case = Case(folder)
    case.build(now=NOW)
    return case


# ------------------------------------------------------------------------------------------------- the plain answers


def standing(maps: Mapping[date, Held], day: date) -> Held:
    """The last map of a day, which holds until the next."""
    past = [at for at in maps if at <= day]
    return maps[max(past)] if past else {}


def state(piece: tuple[Square, Square], held: Held) -> str:
    """A piece of road for blue's traffic: closed where red holds an end, open where blue holds both."""
    ends = [held.get(end) for end in piece]
    return "closed" if "red" in ends else "open" if ends == ["blue", "blue"] else "unknown"


def usable(held: Held, *states: str, without: tuple[Square, Square] | None = None) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(SQUARES)
    graph.add_edges_from(piece for piece in PIECES if state(piece, held) in states and piece != without)
    return graph


def status(held: Held) -> str:
    """Whether the town reaches the port: with unknown roads shut, and with unknown roads usable."""
    found = {nx.has_path(usable(held, *states), TOWN, PORT) for states in (("open",), ("open", "unknown"))}
    return "undecided" if len(found) == 2 else "connected" if found == {True} else "cut"


def last_roads(held: Held) -> set[str]:
    """Names of the pieces without any of which the town is cut off, unknown roads shut."""
    if not nx.has_path(usable(held, "open"), TOWN, PORT):
        return set()
    return {
        piece_name(piece)
        for piece in PIECES
        if state(piece, held) == "open" and not nx.has_path(usable(held, "open", without=piece), TOWN, PORT)
    }
