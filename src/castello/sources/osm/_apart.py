"""
The ways of a map as plain columns, read in a process of its own: a map from a stranger can break the reading library.

``python _apart.py MAP FOLDER`` leaves the columns in the folder. It needs the library and nothing else, so that it starts at once.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osmium.osm import Way

PAVED = frozenset(
    {
        *(
            f"{kind}{link}"
            for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")
            for link in ("", "_link")
        ),
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
    }
)
"""Values of ``highway`` that are roads. Foot and cycle ways are no part of a network that vehicles use."""

TRACKS = frozenset({"track"})
"""Values of ``highway`` that are tracks, except those of ``tracktype=grade1``, which are paved and count as roads."""

ROAD, TRACK = 0, 1
NUMBERS = {"first": "q", "points": "q", "coordinates": "d", "classes": "b", "oneway": "b", "barriers": "q"}
"""Columns of numbers and their kinds, each in a file of its own."""

TEXTS_FILE = "texts.json"
EXAMPLES = 3

_KEYS = ("highway", "name", "ref", "oneway", "junction", "tracktype")
_FORWARD, _BACKWARD, _BOTH = {"yes", "true", "1"}, {"-1", "reverse"}, {"no", "false", "0"}
_WKB_HEADER = 18  # letters before the coordinates: order of bytes, kind, number of points
_PAIR = struct.Struct("=2d")


@dataclass(slots=True, kw_only=True)
class Ways:
    """Columns of the ways read so far, in the layout of :class:`castello.places.lines.Lines`."""

    ids: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    refs: list[str | None] = field(default_factory=list)
    first: array[int] = field(default_factory=lambda: array("q"))
    points: array[int] = field(default_factory=lambda: array("q"))
    coordinates: array[float] = field(default_factory=lambda: array("d"))
    classes: array[int] = field(default_factory=lambda: array("b"))
    oneway: array[int] = field(default_factory=lambda: array("b"))
    barriers: array[int] = field(default_factory=lambda: array("q"))
    seen: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)

    def report(self, code: str, way: int) -> None:
        """Count a defect of a way and remember the first few."""
        self.counts[code] += 1
        shown = self.examples.setdefault(code, [])
        if len(shown) < EXAMPLES:
            shown.append(way)

    def save(self, folder: Path) -> dict[str, object]:
        """Write the columns of numbers; what remains to be written as text."""
        for name in NUMBERS:
            (folder / name).write_bytes(getattr(self, name).tobytes())
        return {name: getattr(self, name) for name in ("ids", "names", "refs", "counts", "examples")}


def main(path: Path, folder: Path) -> None:
    """Read a map and leave its columns, or what is wrong with it, in a folder."""
    import osmium

    texts: dict[str, object]
    try:
        map_date, several = _header(path)
        texts = {"history": True} if several else read_ways(path).save(folder) | {"map_date": map_date}
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
        texts = {"error": str(error).replace(str(path), path.name)}
    (folder / TEXTS_FILE).write_text(json.dumps(texts), encoding="utf-8")


def _header(path: Path) -> tuple[str, bool]:
    """The day as of which the file shows the map, as it says it, and whether it is a history."""
    import osmium

    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        header = reader.header()
        return header.get("osmosis_replication_timestamp")[:10], bool(header.has_multiple_object_versions)


def read_ways(path: Path) -> Ways:
    """All ways that vehicles use; what the library raises at a damaged file comes through."""
    import osmium

    node, way = osmium.osm.NODE, osmium.osm.WAY
    roads, barriers = osmium.filter.KeyFilter("highway"), osmium.filter.KeyFilter("barrier", "military")
    roads.enable_for(way)
    barriers.enable_for(node)
    # Locations are kept by the library, and only what passes the filters becomes a Python object.
    processor = osmium.FileProcessor(str(path), node | way).with_locations().with_filter(roads).with_filter(barriers)
    factory, every = osmium.geom.WKBFactory(), osmium.geom.ALL
    ways = Ways()
    for item in processor:
        if isinstance(item, osmium.osm.Node) and ("barrier" in item.tags or item.tags.get("military") == "checkpoint"):
            ways.barriers.append(item.id)
        if not isinstance(item, osmium.osm.Way):
            continue
        said = _tags(item, ways)
        code = _class_of(said)
        if code is None:
            continue
        if item.id in ways.seen:
            ways.report("duplicate_id", item.id)
            continue
        ways.seen.add(item.id)
        forward, backward = _direction(said)
        points = [point.ref for point in item.nodes]
        if len(set(points)) < 2:
            ways.report("no_length", item.id)
            continue
        try:
            runs = [(points, bytes.fromhex(factory.create_linestring(item, every)[_WKB_HEADER:]))]
        except osmium.InvalidLocationError:
            ways.report("unknown_node", item.id)
            runs = list(_located(item))
        for number, (run, places) in enumerate(runs, start=1):
            ways.ids.append(f"way/{item.id}" if number == 1 else f"way/{item.id}.{number}")
            ways.first.append(len(ways.points))
            ways.points.extend(reversed(run) if backward else run)
            ways.coordinates.frombytes(_reversed(places) if backward else places)
            ways.names.append(said["name"])
            ways.refs.append(said["ref"])
            ways.classes.append(code)
            ways.oneway.append(forward or backward)
    return ways


def _tags(way: Way, ways: Ways) -> dict[str, str | None]:
    """The tags that are read; one that is no text is left out."""
    get = way.tags.get
    try:
        return {key: get(key) for key in _KEYS}
    except UnicodeDecodeError:
        ways.report("encoding", way.id)
    said: dict[str, str | None] = dict.fromkeys(_KEYS)
    for key in _KEYS:
        with suppress(UnicodeDecodeError):
            said[key] = get(key)
    return said


def _class_of(said: dict[str, str | None]) -> int | None:
    kind = said["highway"]
    if kind in TRACKS:
        return ROAD if said["tracktype"] == "grade1" else TRACK
    return ROAD if kind in PAVED else None


def _direction(said: dict[str, str | None]) -> tuple[bool, bool]:
    """Whether traffic goes with the way only, and whether against it only."""
    word = said["oneway"]
    implied = said["highway"] == "motorway" or said["junction"] in {"roundabout", "circular"}
    return word in _FORWARD or (implied and word not in _BOTH | _BACKWARD), word in _BACKWARD


def _located(way: Way) -> Iterator[tuple[list[int], bytes]]:
    """Stretches of a way whose nodes are in the file: points and coordinates, longitude first."""
    for known, stretch in groupby(way.nodes, key=lambda point: point.location.valid()):
        points = list(stretch)
        if known and len(points) > 1:
            yield [point.ref for point in points], b"".join(_PAIR.pack(point.lon, point.lat) for point in points)


def _reversed(coordinates: bytes) -> bytes:
    size = _PAIR.size
    return b"".join(coordinates[at : at + size] for at in range(len(coordinates) - size, -1, -size))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
