"""Maps read in a process of their own: a file that breaks the reading library costs an issue, not the program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castello.errors import Issue, WrongUse
from castello.places.lines import Lines, cut_lines, islands
from castello.places.network import MapSource, RoadNetwork
from castello.places.register import ROAD_CLASSES
from castello.sources.osm._apart import EXAMPLES, NUMBERS, TEXTS_FILE
from castello.sources.osm._size import Damaged, grows_too_much

ENDINGS = (".osm.pbf", ".osm", ".osm.bz2")
"""Files that are read."""

_CLASSES = np.array([ROAD_CLASSES.index(name) for name in ("road", "track")], dtype=np.int8)
_SAID = {
    "duplicate_id": ("have the id of a way above; they are left out", "Take care to join extracts only once."),
    "no_length": ("have no length; they are left out", "Correct them on the map."),
    "unknown_node": (
        "lead to nodes that are not in the file before them; those stretches are left out",
        "Use an extract that keeps ways whole, sorted with nodes first; new nodes of an editor count once uploaded.",
    ),
    "encoding": ("have a tag that is not UTF-8 text; it is left out", "Correct it on the map."),
}


def read_osm(path: Path) -> tuple[RoadNetwork, tuple[Issue, ...]]:
    """
    The road network of an OpenStreetMap file, and what is wrong with it.

    Nodes of the network are the ends of ways, nodes that ways share, and barriers (``barrier=*``, ``military=checkpoint``).
    A piece is called ``way/123/0`` by its way and its number along it. ``name`` and ``ref`` are kept as printed. One-way
    roads run from ``start`` to ``end``; motorways and roundabouts are one-way unless they say otherwise. Access tags are not
    read: who may pass is a matter of claims.

    Parameters
    ----------
    path
        A file that ends in one of :data:`ENDINGS`. Nodes must come before the ways that use them, as they do in extracts.

    Returns
    -------
    network : RoadNetwork
        Without edges if the file cannot be read: half a map would show last roads that are none.
    issues : tuple of Issue
        Ways are counted by what is wrong with them, with the first three named.

    Raises
    ------
    WrongUse
        If there is no such file or the extra ``osm`` is not installed.

    Notes
    -----
    Memory: 16 bytes for each node of the file, and about 300 for each node of a road.
    """
    file = path.name
    if not path.is_file():
        raise WrongUse(f"there is no file {file}", hint="Check the name and the folder.")
    if find_spec("osmium") is None:
        hint = "Install the extra: pip install 'castello[osm]'."
        raise WrongUse("OpenStreetMap files need the library osmium", hint=hint)
    if not file.lower().endswith(ENDINGS):
        hint = f"Files that end in {', '.join(ENDINGS)} are read."
        return _nothing(), (Issue(file=file, code="format", what="is not an OpenStreetMap file", hint=hint),)
    hint = "Fetch or save it again; nothing was taken in, since half a map shows last roads that are none."
    try:
        if not file.lower().endswith(".osm") and grows_too_much(path):
            what = "unpacks to more than a hundred times its size, which no map does"
            return _nothing(), (Issue(file=file, code="too-large", what=what, hint=hint),)
    except Damaged as damaged:
        return _nothing(), (Issue(file=file, code="unreadable", what=str(damaged), hint=hint),)
    with TemporaryDirectory(prefix="castello-map-") as name:
        folder = Path(name)
        if _read_apart(path.resolve(), folder):
            what = "broke the library that reads maps: it is damaged, was made to do harm, or needs more memory"
            return _nothing(), (Issue(file=file, code="unreadable", what=what, hint=hint),)
        texts = json.loads((folder / TEXTS_FILE).read_text(encoding="utf-8"))
        if "error" in texts:
            what = f"cannot be read: {texts['error']}"
            return _nothing(), (Issue(file=file, code="unreadable", what=what, hint=hint),)
        if "history" in texts:
            what, hint = "holds several versions of each way", "Use an extract of one day, not a history."
            return _nothing(), (Issue(file=file, code="history", what=what, hint=hint),)
        numbers = {name: np.fromfile(folder / name, dtype=kind) for name, kind in NUMBERS.items()}
    network = _network(texts, numbers, path=path)
    return network, tuple(sorted([*_issues(texts, network, file=file), *islands(network, file=file)]))


def _read_apart(path: Path, folder: Path) -> int:
    """Have a map read in another process; how that ended, 0 if well."""
    # -P: nothing is imported that happens to lie in the folder of the script; the path is one word, whatever it says
    command = [sys.executable, "-P", str(Path(__file__).with_name("_apart.py")), str(path), str(folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - see above
    return done.returncode


def _network(texts: Mapping[str, Any], numbers: Mapping[str, NDArray[Any]], *, path: Path) -> RoadNetwork:
    coordinates = numbers["coordinates"].reshape(-1, 2)
    lines = Lines(
        ids=texts["ids"],
        first=numbers["first"],
        points=numbers["points"],
        lat=coordinates[:, 1],
        lon=coordinates[:, 0],
        names=texts["names"],
        refs=texts["refs"],
        classes=_CLASSES[numbers["classes"]],
        oneway=numbers["oneway"].astype(np.bool_),
    )
    map_date = None
    with suppress(ValueError):
        map_date = date.fromisoformat(texts["map_date"])
    return cut_lines(lines, also=numbers["barriers"], sources=[MapSource.of(path, map_date=map_date)])


def _issues(texts: Mapping[str, Any], network: RoadNetwork, *, file: str) -> Iterator[Issue]:
    for code, (what, hint) in _SAID.items():
        if count := texts["counts"].get(code, 0):
            named = ", ".join(f"way/{id}" for id in texts["examples"][code])
            shown = f"{count:,} ways {what} ({named}{', ...' if count > EXAMPLES else ''})"
            severity = "error" if code in {"duplicate_id", "no_length"} else "warning"
            yield Issue(file=file, code=code, what=shown, hint=hint, severity=severity)
    if not len(network):
        hint = "Use an extract that holds ways with the tag highway."
        yield Issue(file=file, code="empty", what="holds no road", hint=hint)


def _nothing() -> RoadNetwork:
    """A network without a road, which comes with the issue that says why."""
    return RoadNetwork.from_parts(node_ids=[], lat=[], lon=[], edge_ids=[], start=[], end=[])
