"""Lines that meet at shared points, cut there into a network of roads: what every reader of maps ends with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from castello.errors import Issue, WrongUse
from castello.places.geodesic import steps_km
from castello.places.network import MapSource, RoadNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """
    Lines as columns; the points of all lines stand one after the other.

    Attributes
    ----------
    ids : sequence of str
        Ids of the lines.
    first : array of int
        Where each line begins among the points.
    points : array of int64
        What tells points apart: lines meet where they have the same number, and nowhere else.
    lat, lon : arrays of float64
        Degrees in WGS 84, one for each point.
    names, refs : sequences of str or None
        Name and number as printed.
    classes : array of int8
        Index in :data:`castello.places.ROAD_CLASSES`.
    oneway : array of bool
        Whether traffic may go in the order of the points only.
    """

    ids: Sequence[str] | pa.StringArray
    first: ArrayLike
    points: ArrayLike
    lat: ArrayLike
    lon: ArrayLike
    names: Sequence[str | None]
    refs: Sequence[str | None]
    classes: ArrayLike
    oneway: ArrayLike


def cut_lines(
    lines: Lines,
    *,
    by_place: bool = False,
    also: ArrayLike = (),
    sources: Iterable[MapSource] = (),
) -> RoadNetwork:
    """
    A network whose nodes are the ends of lines and the points that lines share, or one line comes by twice.

    Parameters
    ----------
    lines
        Each of one point at least. The same point twice in a row counts once; a line that then has no length is left out.
    by_place
        Whether nodes are called by where they are, ``at/36.2021000/37.1343000``; else by number, ``node/5``. Nodes come in
        order of number.
    also
        Points that are nodes besides, such as barriers.
    sources
        The files that the lines come from.

    Returns
    -------
    RoadNetwork
        A piece of line ``way/5`` is called ``way/5/0``, ``way/5/1`` and so on along the line.

    Raises
    ------
    WrongUse
        If columns differ in length or coordinates are not on earth.

    Examples
    --------
    >>> crossing = Lines(
    ...     ids=["way/1", "way/2"], first=[0, 3], points=[1, 5, 2, 3, 5, 4], lat=[0, 0, 0, 1, 0, -1],
    ...     lon=[-1, 0, 1, 0, 0, 0], names=["East", None], refs=[None, None], classes=[0, 0], oneway=[False, False])
    >>> network = cut_lines(crossing)
    >>> network.edge_ids.to_pylist(), network.node_ids.to_pylist()[4]
    (['way/1/0', 'way/1/1', 'way/2/0', 'way/2/1'], 'node/5')
    """
    points = np.asarray(lines.points, dtype=np.int64)
    lat, lon = (np.asarray(column, dtype=np.float64) for column in (lines.lat, lines.lon))
    first = np.asarray(lines.first, dtype=np.int64)
    if not len(points) == len(lat) == len(lon) or len(first) != len(lines.ids):
        raise WrongUse("columns of the lines differ in length", hint="Give each point and each line one value.")
    line = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(points))))

    again = np.zeros(len(points), np.bool_)
    again[1:] = (points[1:] == points[:-1]) & (line[1:] == line[:-1])
    if again.any():
        points, lat, lon, line = points[~again], lat[~again], lon[~again], line[~again]
    different, first_use, use, uses = np.unique(points, return_index=True, return_inverse=True, return_counts=True)
    ends = np.ones(len(points) + 1, np.bool_)  # whether a line begins at a point; the last belongs to no line
    ends[1:-1] = line[1:] != line[:-1]
    begins, closes = ends[:-1], ends[1:]
    lone = begins & closes

    shared = uses > 1
    shared[use[(begins | closes) & ~lone]] = True
    shared[np.isin(different, np.asarray(also, dtype=np.int64))] = True
    cuts = np.flatnonzero(shared[use] & ~lone)
    onward = ~closes[cuts]
    from_, to = cuts[onward], cuts[1:][onward[:-1]]

    steps = np.zeros(len(points))
    steps[:-1] = steps_km(lat, lon)
    steps[closes] = 0  # so that what lies between the end of one piece and the start of the next adds nothing
    length_km = np.add.reduceat(steps, from_) if len(from_) else np.empty(0)

    owner = line[from_]
    number = np.arange(len(from_)) - np.searchsorted(owner, owner)
    used = np.zeros(len(different), np.bool_)
    used[use[from_]] = used[use[to]] = True
    index = np.cumsum(used, dtype=np.int32) - 1
    at = first_use[used]
    owners = pa.array(owner)
    return RoadNetwork.from_parts(
        node_ids=_called_by_place(lat[at], lon[at]) if by_place else _numbered("node/", different[used]),
        lat=lat[at],
        lon=lon[at],
        edge_ids=pc.binary_join_element_wise(
            pa.array(lines.ids, pa.string()).take(owners), pa.array(number).cast(pa.string()), "/"
        ),
        start=index[use[from_]],
        end=index[use[to]],
        names=pa.array(lines.names, pa.string()).take(owners),
        refs=pa.array(lines.refs, pa.string()).take(owners),
        classes=np.asarray(lines.classes, dtype=np.int8)[owner],
        oneway=np.asarray(lines.oneway, dtype=np.bool_)[owner],
        length_km=length_km,
        sources=sources,
    )


def islands(network: RoadNetwork, *, file: str) -> tuple[Issue, ...]:
    """One warning if no road joins some parts of a network to the rest, which may be true or a gap in the map."""
    sizes = np.bincount(network.part)
    if len(sizes) < 2:
        return ()
    what = (
        f"falls into {len(sizes):,} parts that no road of it joins; the largest has {sizes[0]:,} of "
        f"{sizes.sum():,} junctions"
    )
    hint = "All are kept. Where a road is missing on the map, a road beyond may look like the last one."
    return (Issue(file=file, code="islands", what=what, hint=hint, severity="warning"),)


def _numbered(prefix: str, numbers: NDArray[np.int64]) -> pa.StringArray:
    """Ids that are a word and a number."""
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _called_by_place(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> pa.StringArray:
    """Ids that are the same in every file that has a point there, to some centimetres."""
    return pa.array([f"at/{north:.7f}/{east:.7f}" for north, east in zip(lat, lon, strict=True)], pa.string())
