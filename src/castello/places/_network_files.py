"""Where a network comes from, and the two Parquet files in which it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from castello.errors import CaseBroken

READER_VERSION = 1
"""Changes whenever the same map would be cut into other pieces: stored networks of another version are read again."""

NODES_FILE, EDGES_FILE = "nodes.parquet", "edges.parquet"
_METADATA_KEY = b"castello"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSource:
    """
    The file that a network was read from.

    ``map_date`` is the day as of which the file says it shows the roads, or None; ``reader`` the version that cut it.
    """

    file: str
    sha256: str
    map_date: date | None = None
    reader: int = READER_VERSION

    @classmethod
    def of(cls, path: Path, *, map_date: date | None = None) -> MapSource:
        """A file as it is now: its name without folders, and the hash of its bytes."""
        with path.open("rb") as stream:
            return cls(file=path.name, sha256=hashlib.file_digest(stream, "sha256").hexdigest(), map_date=map_date)


def write(folder: Path, nodes: pa.Table, *, edges: pa.Table, sources: Iterable[MapSource]) -> None:
    """Write both files, with the sources in the metadata of each."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {_METADATA_KEY: json.dumps([asdict(source) for source in sources], default=str).encode()}
    for file, table in ((NODES_FILE, nodes), (EDGES_FILE, edges)):
        pq.write_table(table.replace_schema_metadata(about), folder / file, compression="zstd")


def read(folder: Path) -> tuple[pa.Table, pa.Table, tuple[MapSource, ...]]:
    """Nodes, edges and sources as they were written; CaseBroken if that cannot be, or they are of another version."""
    try:
        nodes, edges = (pq.read_table(folder / file) for file in (NODES_FILE, EDGES_FILE))
        sources = tuple(_source(item) for item in json.loads((edges.schema.metadata or {})[_METADATA_KEY]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise unreadable(folder) from error
    if any(source.reader != READER_VERSION for source in sources):
        what = "the stored roads were cut by another version of Castello"
        raise CaseBroken(what, hint="Read the map again.", where=folder.name)
    return nodes, edges, sources


def unreadable(folder: Path) -> CaseBroken:
    """What is said of stored roads that are not there or are damaged."""
    return CaseBroken("the stored roads cannot be read", hint="Read the map again.", where=folder.name)


def _source(item: Mapping[str, Any]) -> MapSource:
    day = item["map_date"]
    return MapSource(
        file=item["file"],
        sha256=item["sha256"],
        map_date=None if day is None else date.fromisoformat(day),
        reader=item["reader"],
    )
