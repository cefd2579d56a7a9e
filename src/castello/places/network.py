"""
A network of roads: junctions joined by pieces of road, as arrays.

An edge is told by its id and never by its two ends: parallel roads, and roads that come back to where they began, are
edges of their own. Parts that no road joins to the rest are kept, since a missing road is a fact about the map.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from castello.errors import WrongUse
from castello.names import fold
from castello.places._network_files import READER_VERSION, MapSource, read, unreadable, write
from castello.places.geodesic import geodesic_km
from castello.places.register import ROAD_CLASSES

# Kilometres in one degree of latitude where it is shortest: a band of latitudes comes out no narrower than needed.
_KM_PER_DEGREE = 110.574

__all__ = ["READER_VERSION", "MapSource", "RoadNetwork", "Snapped"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapped:
    """
    Where points meet the network: index of the nearest node, -1 if beyond the limit, and how far it is in metres.

    The distance is given beyond the limit too, for the issue that says so; not a number where a point or every node has no
    coordinates.
    """

    node: Indices
    metres: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadNetwork:
    """
    Junctions and the pieces of road between them; make one with :meth:`from_parts`.

    Attributes
    ----------
    node_ids : pyarrow.StringArray
        Ids of the junctions.
    lat, lon : numpy.ndarray of float64
        Degrees in WGS 84; not a number where unknown.
    edge_ids : pyarrow.StringArray
        Ids of the pieces, the same whenever the same map is read.
    start, end : numpy.ndarray of int32
        Indices of the junctions at the ends of each piece.
    names, refs : pyarrow.StringArray
        Name and number as printed on the map; null where it has none.
    cls : numpy.ndarray of int8
        Index in :data:`castello.places.ROAD_CLASSES`.
    oneway : numpy.ndarray of bool
        Whether traffic may go from ``start`` to ``end`` only. It is what the map says; sieges ask the claims.
    length_km : numpy.ndarray of float64
        Kilometres along the piece; not a number where unknown.
    sources : tuple of MapSource
        The files that it was read from.

    Examples
    --------
    >>> network = RoadNetwork.from_parts(
    ...     node_ids=["a", "b"], lat=[36.20, 36.25], lon=[37.10, 37.10],
    ...     edge_ids=["old", "new"], start=[0, 0], end=[1, 1], names=["Castello Road", None], refs=[None, "M5"])
    >>> network.edges_of(["castello  ROAD"]).tolist(), network.edges_of(["M 5"]).tolist()
    ([0], [1])
    >>> network.snap([(36.21, 37.10)], limit_m=2_000).node.tolist()
    [0]
    """

    node_ids: pa.StringArray
    lat: Floats
    lon: Floats
    edge_ids: pa.StringArray
    start: Indices
    end: Indices
    names: pa.StringArray
    refs: pa.StringArray
    cls: NDArray[np.int8]
    oneway: NDArray[np.bool_]
    length_km: Floats
    sources: tuple[MapSource, ...] = ()

    @classmethod
    def from_parts(
        cls,
        *,
        node_ids: Sequence[str] | pa.StringArray,
        lat: ArrayLike,
        lon: ArrayLike,
        edge_ids: Sequence[str] | pa.StringArray,
        start: ArrayLike,
        end: ArrayLike,
        names: Sequence[str | None] | pa.StringArray | None = None,
        refs: Sequence[str | None] | pa.StringArray | None = None,
        classes: ArrayLike | None = None,
        oneway: ArrayLike | None = None,
        length_km: ArrayLike | None = None,
        sources: Iterable[MapSource] = (),
    ) -> RoadNetwork:
        """
        A network out of its columns, checked; a road of which nothing else is said has no name, two ways and no known length.

        Raises
        ------
        WrongUse
            If columns differ in length, an id is used twice, an end is not a node, a class is not known, a length is
            negative, or coordinates are not on earth.
        """
        edges = _strings(edge_ids)
        return cls(
            node_ids=_strings(node_ids),
            lat=np.asarray(lat, dtype=np.float64),
            lon=np.asarray(lon, dtype=np.float64),
            edge_ids=edges,
            start=np.asarray(start, dtype=np.int32),
            end=np.asarray(end, dtype=np.int32),
            names=pa.nulls(len(edges), pa.string()) if names is None else _strings(names),
            refs=pa.nulls(len(edges), pa.string()) if refs is None else _strings(refs),
            cls=np.zeros(len(edges), np.int8) if classes is None else np.asarray(classes, dtype=np.int8),
            oneway=np.zeros(len(edges), np.bool_) if oneway is None else np.asarray(oneway, dtype=np.bool_),
            length_km=np.full(len(edges), np.nan) if length_km is None else np.asarray(length_km, dtype=np.float64),
            sources=tuple(sources),
        )

    def __post_init__(self) -> None:
        edges = (self.start, self.end, self.names, self.refs, self.cls, self.oneway, self.length_km)
        if any(len(column) != len(self.edge_ids) for column in edges) or any(
            len(column) != len(self.node_ids) for column in (self.lat, self.lon)
        ):
            raise WrongUse("columns of a network differ in length", hint="Give each node and each edge one value.")
        for ids, what in ((self.node_ids, "node"), (self.edge_ids, "edge")):
            if ids.null_count or len(pc.unique(ids)) != len(ids):
                raise WrongUse(f"an id of a {what} is missing or used twice", hint="Give each its own id.")
        for ends in (self.start, self.end):
            if ((ends < 0) | (ends >= len(self.node_ids))).any():
                raise WrongUse("an edge leads to no node", hint="start and end are indices of nodes.")
        if ((self.cls < 0) | (self.cls >= len(ROAD_CLASSES))).any():
            raise WrongUse("a class of road is not known", hint=f"Classes count in {', '.join(ROAD_CLASSES)}.")
        if (self.length_km < 0).any():
            raise WrongUse("a length is negative", hint="Give kilometres, or leave them out.")
        if (np.abs(self.lat) > 90).any() or (np.abs(self.lon) > 180).any():
            raise WrongUse("a node is not on earth", hint="Give degrees in WGS 84, latitude first.")

    def __len__(self) -> int:
        """How many pieces of road it has."""
        return len(self.edge_ids)

    def edges_of(self, names: Iterable[str]) -> Indices:
        """
        Edges on which one of some names is printed, as name or as number; indices in order.

        Spellings meet as in :func:`castello.names.fold`: without case, accents, vowel signs and hyphens. Numbers meet
        without spaces too, also one of several as in ``M5;M45``. Nothing else is guessed: a name that is spelt otherwise
        needs an alias in the register.
        """
        wanted = {spelling for name in names for spelling in (fold(name), _closed(name))}
        found = [self._by_name[spelling] for spelling in sorted(wanted) if spelling in self._by_name]
        return np.unique(np.concatenate([np.empty(0, np.int32), *found]))

    def snap(self, points: ArrayLike, *, limit_m: float, classes: Iterable[str] = ROAD_CLASSES) -> Snapped:
        """
        The nearest node of each point, if it is near enough.

        Parameters
        ----------
        points
            Shape (n, 2): latitude and longitude in degrees. A point that is not a number finds nothing.
        limit_m
            Metres beyond which a point is not on the network; more than 0.
        classes
            Only nodes where a road of these classes ends are looked at.

        Returns
        -------
        Snapped
            Of equally near nodes the one with the lowest index.

        Raises
        ------
        WrongUse
            For a limit that is not a length, points of another shape, or a class that is not known.
        """
        if not (limit_m > 0 and np.isfinite(limit_m)):
            raise WrongUse(f"a limit of {limit_m:g} metres is no length", hint="Give metres, more than 0.")
        wanted = np.asarray(points, dtype=np.float64).reshape(-1, 2) if np.size(points) else np.empty((0, 2))
        nodes = self._nodes_on(classes)
        nodes = nodes[np.argsort(self.lat[nodes], kind="stable")]
        lats, lons = self.lat[nodes], self.lon[nodes]
        found = np.full(len(wanted), -1, np.int32)
        metres = np.full(len(wanted), np.nan)
        reach = limit_m / 1000 / _KM_PER_DEGREE
        for number, (lat, lon) in enumerate(wanted):
            if not len(nodes) or not np.isfinite(lat + lon):
                continue
            band = slice(np.searchsorted(lats, lat - reach), np.searchsorted(lats, lat + reach, "right"))
            distances = geodesic_km(lats[band], lons[band], lat_b=lat, lon_b=lon) * 1000
            if not len(distances) or distances.min() > limit_m:  # say how far it is all the same
                band = slice(0, len(nodes))
                distances = geodesic_km(lats, lons, lat_b=lat, lon_b=lon) * 1000
            metres[number] = distances.min()
            if metres[number] <= limit_m:
                found[number] = nodes[band][distances == metres[number]].min()
        return Snapped(node=found, metres=metres)

    def join(self, other: RoadNetwork) -> RoadNetwork:
        """
        Both networks as one: nodes with the same id are one node, edges with the same id and ends one edge.

        Raises
        ------
        WrongUse
            If an edge id is used in both for pieces between other nodes: the two maps were cut differently.
        """
        ids = pa.concat_arrays([self.node_ids, other.node_ids])
        place, first = _first_of_each(ids)
        move = place[len(self.node_ids) :]
        edge_ids = pa.concat_arrays([self.edge_ids, other.edge_ids])
        edge_place, kept = _first_of_each(edge_ids)
        start = np.concatenate([place[self.start], move[other.start]])
        end = np.concatenate([place[self.end], move[other.end]])
        twice = (start != start[kept][edge_place]) | (end != end[kept][edge_place])
        if twice.any():
            id = edge_ids[int(np.flatnonzero(twice)[0])].as_py()
            hint = "Read the two maps as one file, or leave one of them out."
            raise WrongUse(f"{id!r} joins other places in the one map than in the other", hint=hint)
        both = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])[kept]
            for name in ("cls", "oneway", "length_km")
        }
        printed = {
            name: pa.concat_arrays([getattr(self, name), getattr(other, name)]).take(pa.array(kept))
            for name in ("names", "refs")
        }
        return RoadNetwork(
            node_ids=ids.take(pa.array(first)),
            lat=np.concatenate([self.lat, other.lat])[first],
            lon=np.concatenate([self.lon, other.lon])[first],
            edge_ids=edge_ids.take(pa.array(kept)),
            start=start[kept],
            end=end[kept],
            sources=(*self.sources, *(source for source in other.sources if source not in self.sources)),
            **both,
            **printed,
        )

    @cached_property
    def part(self) -> Indices:
        """
        The part of the network that each node is in, by number: 0 has the most nodes, and no road joins two parts.

        Direction does not count; of equally large parts, the one with the lowest node index comes first.
        """
        # Every node points to the lowest-numbered node it has heard of; news runs along edges and is cut short until
        # all have heard of the lowest of their part. The number of rounds grows with the logarithm of the longest way.
        lowest = np.arange(len(self.node_ids), dtype=np.int32)
        while True:
            before = lowest.copy()
            least = np.minimum(lowest[self.start], lowest[self.end])
            for ends in (self.start, self.end):
                np.minimum.at(lowest, before[ends], least)
                np.minimum.at(lowest, ends, least)
            while not np.array_equal(lowest, lowest[lowest]):
                lowest = lowest[lowest]
            if np.array_equal(lowest, before):
                break
        _, numbers, sizes = np.unique(lowest, return_inverse=True, return_counts=True)
        rank = np.empty(len(sizes), np.int32)
        rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes), dtype=np.int32)
        return rank[numbers]

    def save(self, folder: Path) -> None:
        """Write ``nodes.parquet`` and ``edges.parquet`` in a folder, which is made if it is not there."""
        nodes = {"id": self.node_ids, "lat": self.lat, "lon": self.lon}
        edges = {
            "id": self.edge_ids,
            "start": self.start,
            "end": self.end,
            "name": self.names,
            "ref": self.refs,
            "class": pa.DictionaryArray.from_arrays(pa.array(self.cls), pa.array(ROAD_CLASSES)),
            "oneway": self.oneway,
            "length_km": self.length_km,
        }
        write(folder, pa.table(nodes), edges=pa.table(edges), sources=self.sources)

    @classmethod
    def load(cls, folder: Path) -> RoadNetwork:
        """
        The network that :meth:`save` wrote.

        Raises
        ------
        CaseBroken
            If the files are not there, are damaged, or were cut by another version of the reader.
        """
        nodes, edges, sources = read(folder)
        try:
            known = pc.index_in(edges["class"].cast(pa.string()), pa.array(ROAD_CLASSES)).fill_null(-1)
            return cls.from_parts(
                node_ids=_column(nodes, "id"),
                lat=nodes["lat"].to_numpy(),
                lon=nodes["lon"].to_numpy(),
                edge_ids=_column(edges, "id"),
                start=edges["start"].to_numpy(),
                end=edges["end"].to_numpy(),
                names=_column(edges, "name"),
                refs=_column(edges, "ref"),
                classes=known.to_numpy(),
                oneway=edges["oneway"].to_numpy(),
                length_km=edges["length_km"].to_numpy(),
                sources=sources,
            )
        except (pa.ArrowException, KeyError, TypeError, ValueError, WrongUse) as error:
            raise unreadable(folder) from error

    @cached_property
    def _by_name(self) -> Mapping[str, Indices]:
        """Edges by folded name or number; each printed text is folded once, however many edges carry it."""
        found: dict[str, list[Indices]] = {}
        for column, parted in ((self.names, False), (self.refs, True)):
            printed = pc.dictionary_encode(column)
            codes = printed.indices.fill_null(-1).to_numpy()
            order = np.argsort(codes, kind="stable").astype(np.int32)
            starts = np.searchsorted(codes[order], np.arange(len(printed.dictionary) + 1))
            for number, text in enumerate(printed.dictionary.to_pylist()):
                spellings = {_closed(piece) for piece in text.split(";")} if parted else {fold(text)}
                for spelling in spellings - {""}:
                    found.setdefault(spelling, []).append(order[starts[number] : starts[number + 1]])
        return {name: np.concatenate(edges) for name, edges in found.items()}

    def _nodes_on(self, classes: Iterable[str]) -> Indices:
        """Nodes with coordinates where a road of some classes ends, in order."""
        codes = [_class_code(name) for name in classes]
        edges = np.isin(self.cls, codes)
        nodes: Indices = np.unique(np.concatenate([self.start[edges], self.end[edges]]))
        return nodes[np.isfinite(self.lat[nodes] + self.lon[nodes])]


def _closed(name: str) -> str:
    return fold(name).replace(" ", "")


def _strings(values: Sequence[str | None] | pa.StringArray) -> pa.StringArray:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values if isinstance(values, pa.StringArray) else pa.array(values, pa.string())


def _column(table: pa.Table, name: str) -> pa.StringArray:
    return table[name].cast(pa.string()).combine_chunks()


def _class_code(name: str) -> int:
    if name not in ROAD_CLASSES:
        raise WrongUse(f"{name!r} is not a class of road", hint=f"Use one of: {', '.join(ROAD_CLASSES)}.")
    return ROAD_CLASSES.index(name)


def _first_of_each(ids: pa.StringArray) -> tuple[Indices, NDArray[np.int64]]:
    """For each value its number among the different ones, in order of appearance, and where each appears first."""
    encoded = pc.dictionary_encode(ids)
    numbers = encoded.indices.to_numpy().astype(np.int32)
    first = np.full(len(encoded.dictionary), len(ids), np.int64)
    np.minimum.at(first, numbers, np.arange(len(ids)))
    return numbers, first
