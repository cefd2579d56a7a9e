"""
Areas: polygons that claims can be about, named by their shape, and what lies in them.

An **area** has no name of its own: its id is made from its corners, so that the same polygon on a hundred maps is one area
and nothing has to be registered by hand. Who holds it, and when, is said by claims. Polygons are WGS 84; sides are straight in
degrees, as GeoJSON has them. Needs ``shapely`` (extra ``gis``); the geometry engine has its only door here.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castello.errors import CaseBroken, Issue, WrongUse
from castello.places._rings import canonical, clean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from castello.places.crs import Reprojection

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

FILE = "areas.parquet"
"""Name of the file that areas are saved in: Parquet with WKB, readable as GeoParquet."""

_EARTH_KM = 6371.0088  # mean radius
_CIRCLE_CORNERS = 64
_LEAST_AREA = 1e-12  # square degrees, about a hundredth of a square metre: what is thinner is a line
_MANY = 1_000_000  # edges that are looked at together


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """
    One polygon or several: ``id`` is ``area-`` and twelve hexadecimal digits, ``wkb`` its shape in WGS 84, longitude first.

    Examples
    --------
    >>> square = [[[37.1, 36.2], [37.2, 36.2], [37.2, 36.3], [37.1, 36.3], [37.1, 36.2]]]
    >>> area, issues = read_area([square], file="control.geojson", row=1)
    >>> area.id, issues
    ('area-dfb3216e41ac', ())
    """

    id: str
    wkb: bytes

    @property
    def geometry(self) -> Any:
        """The shape as a shapely polygon or multipolygon, (longitude, latitude)."""
        return _shapely().from_wkb(self.wkb)

    @classmethod
    def from_circle(cls, lat: float, lon: float, *, km: float) -> Area:
        """
        A circle on the globe as a polygon of 64 corners, which lie on the circle.

        Raises
        ------
        WrongUse
            If the point is not on earth, the radius is not between 0 and 1,000 km, or the circle meets a pole or 180 degrees.
        """
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise WrongUse(f"lat {lat:g}, lon {lon:g} is not on earth", hint="Give degrees of WGS 84.")
        if not 0 < km <= 1000:
            raise WrongUse(f"a radius of {km:g} km", hint="Give kilometres, more than 0 and at most 1,000.")
        arc, phi = km / _EARTH_KM, math.radians(lat)
        ring = []
        for corner in range(_CIRCLE_CORNERS + 1):
            bearing = 2 * math.pi * (corner % _CIRCLE_CORNERS) / _CIRCLE_CORNERS
            sine = math.sin(phi) * math.cos(arc) + math.cos(phi) * math.sin(arc) * math.cos(bearing)
            east = math.atan2(math.sin(bearing) * math.sin(arc) * math.cos(phi), math.cos(arc) - math.sin(phi) * sine)
            # rounded to a centimetre, so that every machine makes the same area of the same circle
            ring.append((round(lon + math.degrees(east), 7), round(math.degrees(math.asin(sine)), 7)))
        if abs(phi) + arc >= math.pi / 2 or any(abs(x) > 180 for x, _ in ring):
            raise WrongUse("a circle round a pole or across 180 degrees", hint="Give polygons on both sides of it.")
        area, issues = read_area([[ring]], file="circle")
        assert area is not None, issues
        return area


class Areas(Mapping[str, Area]):
    """
    Areas by id, in order of id; asked for many points or edges at once.

    Raises
    ------
    WrongUse
        If one id stands for two shapes.
    """

    def __init__(self, areas: Iterable[Area] = ()) -> None:
        by_id: dict[str, Area] = {}
        for area in areas:
            if by_id.setdefault(area.id, area).wkb != area.wkb:
                raise WrongUse(f"{area.id!r} stands for two shapes", hint="Read both files again with one release.")
        self._by_id = dict(sorted(by_id.items()))
        self.ids = tuple(self._by_id)

    def __getitem__(self, id: str) -> Area:
        return self._by_id[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __or__(self, other: Areas) -> Areas:
        """The areas of both."""
        return Areas((*self.values(), *other.values()))

    @cached_property
    def _shapes(self) -> NDArray[Any]:
        shapely = _shapely()
        shapes: NDArray[Any] = shapely.from_wkb([area.wkb for area in self.values()])
        shapely.prepare(shapes)
        return shapes

    def covering(self, lat: ArrayLike, lon: ArrayLike) -> Pairs:
        """
        Which areas cover which points; an area covers its border too.

        Parameters
        ----------
        lat, lon
            Degrees, shape (n,). A point that is not a number lies in no area.

        Returns
        -------
        Two arrays of the same length, sorted by the first: number of the point, and number of the area in :attr:`ids`.
        """
        import numpy as np

        y, x = _vectors(lat, lon)
        points, found = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        order = np.argsort(x, kind="stable")  # what is not a number comes last, beyond every area
        x, y = x[order], y[order]
        shapely = _shapely()
        bounds = shapely.bounds(self._shapes)
        first = np.searchsorted(x, bounds[:, 0], side="left")
        last = np.searchsorted(x, bounds[:, 2], side="right")
        for at, shape in enumerate(self._shapes):
            strip = y[first[at] : last[at]]
            near = first[at] + np.flatnonzero((strip >= bounds[at, 1]) & (strip <= bounds[at, 3]))
            inside = near[shapely.intersects_xy(shape, x[near], y[near])]
            points.append(order[inside])
            found.append(np.full(len(inside), at, np.int64))
        return _sorted(np.concatenate(points), np.concatenate(found))

    def edges(
        self, *, from_lat: ArrayLike, from_lon: ArrayLike, to_lat: ArrayLike, to_lon: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """
        How the edges of a network lie to the areas: inside, crossing the border, or outside.

        An edge is the straight line between its ends; a bend of the road that is not given is not seen. It is *inside* an area that
        covers all of it (the border counts), *outside* one that it does not enter (touching the border is not entering), else
        *crossing*. An edge along the border of two areas is inside both.

        Parameters
        ----------
        from_lat, from_lon, to_lat, to_lon
            Degrees, shape (n,). An edge with an end that is not a number is outside every area.

        Returns
        -------
        Three arrays of the same length, sorted by the first two: number of the edge, number of the area in :attr:`ids`, and whether
        the edge is inside (else it crosses). A pair that is not there is outside.
        """
        import numpy as np

        y1, x1 = _vectors(from_lat, from_lon)
        y2, x2 = _vectors(to_lat, to_lon)
        if len(x1) != len(x2):
            raise WrongUse(f"{len(x1)} starts and {len(x2)} ends", hint="Give one end for each start.")
        finite = np.isfinite(x1) & np.isfinite(y1) & np.isfinite(x2) & np.isfinite(y2)
        # an edge without length is no line: it lies where its point lies
        proper = np.flatnonzero(finite & ((x1 != x2) | (y1 != y2)))
        met = [
            self._at_border(proper[at : at + _MANY], x1=x1, y1=y1, x2=x2, y2=y2) for at in range(0, len(proper), _MANY)
        ]
        line = np.concatenate([np.empty(0, np.int64), *(one[0] for one in met)])
        area = np.concatenate([np.empty(0, np.int64), *(one[1] for one in met)])
        within = np.concatenate([np.empty(0, np.int8), *(one[2] for one in met)])
        # what does not meet the border of an area lies where its first end lies
        start, covering = self.covering(np.where(finite, y1, np.nan), x1)
        decided = np.isin(start * len(self) + covering, line * len(self) + area)
        line = np.concatenate((line[within >= 0], start[~decided]))
        area = np.concatenate((area[within >= 0], covering[~decided]))
        inside = np.concatenate((within[within >= 0] == 1, np.ones(np.count_nonzero(~decided), np.bool_)))
        order = np.lexsort((area, line))
        return line[order], area[order], inside[order]

    @cached_property
    def _borders(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Every side of every area as a line, and the number of its area."""
        import numpy as np

        shapely = _shapely()
        parts, area = shapely.get_parts(self._shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        sides = shapely.linestrings(np.stack((corners[:-1][joined], corners[1:][joined]), axis=1))
        return sides, area[part[ring[1:][joined]]]

    def _at_border(
        self,
        some: NDArray[np.int64],
        *,
        x1: NDArray[np.float64],
        y1: NDArray[np.float64],
        x2: NDArray[np.float64],
        y2: NDArray[np.float64],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        """For pairs of an edge and an area whose border it meets: edge, area, and 1 inside, 0 crossing, -1 outside."""
        import numpy as np

        shapely = _shapely()
        ends = np.stack((np.column_stack((x1[some], y1[some])), np.column_stack((x2[some], y2[some]))), axis=1)
        lines = shapely.linestrings(ends)
        sides, of = self._borders
        side, line = shapely.STRtree(lines).query(sides, predicate="intersects")
        area, line = np.unique(np.stack((of[side], line)), axis=1)
        shapes, met = self._shapes[area], lines[line]
        lies = np.where(shapely.covers(shapes, met), 1, np.where(shapely.touches(shapes, met), -1, 0))
        return some[line], area, lies.astype(np.int8)

    # ------------------------------------------------------------------------------------------------------ on disk

    def save(self, folder: Path) -> None:
        """Write all areas into ``areas.parquet`` of a folder; the same areas give the same bytes."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {1: set(), 3: {"Polygon"}, 6: {"MultiPolygon"}}
        types = sorted(
            set().union(*(kinds.get(struct.unpack("<I", area.wkb[1:5])[0], set()) for area in self.values()))
        )
        about = {
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": types}},  # no crs means WGS 84 there
        }
        table = pa.table(
            {
                "id": pa.array(self.ids, pa.string()),
                "geometry": pa.array([area.wkb for area in self.values()], pa.binary()),
            }
        ).replace_schema_metadata({"geo": json.dumps(about)})
        fresh = folder / f".{FILE}.new"
        pq.write_table(table, fresh, compression="zstd")
        fresh.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Areas:
        """
        The areas that were saved in a folder; none if there is no such file.

        Raises
        ------
        CaseBroken
            If the file cannot be read.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = folder / FILE
        if not path.exists():
            return cls()
        try:
            table = pq.read_table(path, columns=["id", "geometry"])
            rows = zip(table["id"].to_pylist(), table["geometry"].to_pylist(), strict=True)
            return cls(Area(id=id, wkb=wkb) for id, wkb in rows)
        except (pa.ArrowException, OSError, KeyError) as error:
            raise CaseBroken(
                "the saved areas cannot be read", where=str(path), hint="Delete the file and build again."
            ) from error


def read_area(
    polygons: Sequence[Any], *, file: str, row: int | None = None, reproject: Reprojection | None = None
) -> tuple[Area | None, tuple[Issue, ...]]:
    """
    The area of polygons as a file gives them, and what was wrong with them; no area if nothing is left.

    Polygons that cross themselves are repaired and reported. A ring of fewer than four points, one without area, coordinates that
    are no numbers or not on earth cost the polygon they belong to; a hole that is none is left out.

    Parameters
    ----------
    polygons
        Each the outer ring and its holes; each ring a sequence of positions, x (longitude) first; further numbers of a
        position are not read.
    file, row
        For the issues.
    reproject
        From the file's coordinate system to WGS 84 (:func:`castello.places.crs.to_wgs84`).

    Notes
    -----
    Castello's own definition of the id: SHA-256 of the corners as read, every ring begun at its least corner and turned the way
    that reads smallest, rings and polygons in order. A repair does not change it.
    """
    shapely = _shapely()
    issues: list[Issue] = []
    rings = clean(polygons, file=file, row=row, reproject=reproject, issues=issues)
    if not rings:
        return None, tuple(issues)
    shapes = [shapely.Polygon(outer, holes) for outer, *holes in rings]
    shape = shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)
    if not shapely.is_valid(shape):
        why = str(shapely.is_valid_reason(shape)).split("[", maxsplit=1)[0].strip().lower()
        shape = _repaired(shape)
        what = f"the polygon has no proper border ({why}): it was repaired, and its area is kept"
        hint = "Look at it on a map; correct it in the file if the repair is not what was meant."
        issues.append(Issue(file=file, row=row, code="repaired", what=what, hint=hint, severity="warning"))
    if shapely.area(shape) < _LEAST_AREA:
        what, hint = "the polygon has no area", "Draw it with at least three corners that are not on one line."
        issues.append(Issue(file=file, row=row, code="no-area", what=what, hint=hint))
        return None, tuple(issues)
    id = f"area-{hashlib.sha256(canonical(rings)).hexdigest()[:12]}"
    wkb = shapely.to_wkb(shapely.normalize(shape), byte_order=1, output_dimension=2)
    return Area(id=id, wkb=wkb), tuple(issues)


def polygons_of(wkb: bytes) -> list[list[list[tuple[float, float]]]] | None:
    """The polygons in a shape of any type, as :func:`read_area` takes them; None if it is no shape; lines and points are left out."""
    shapely = _shapely()
    try:
        shape = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError:
        return None
    if shape is None:
        return None
    waiting, found = [shape], []
    while waiting:
        one = waiting.pop(0)
        if one.geom_type == "Polygon" and not one.is_empty:
            found.append([list(ring.coords) for ring in (one.exterior, *one.interiors)])
        elif hasattr(one, "geoms"):
            waiting += one.geoms
    return found


def _repaired(shape: Any) -> Any:
    """The polygons of the valid form of a shape; where parts overlapped they are joined, never cut out of each other."""
    shapely = _shapely()
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(valid) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _vectors(lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    y, x = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    if y.ndim != 1 or y.shape != x.shape:
        raise WrongUse(f"latitudes {y.shape} and longitudes {x.shape}", hint="Give two lists of the same length.")
    return y, x


def _sorted(first: NDArray[np.int64], second: NDArray[np.int64]) -> Pairs:
    import numpy as np

    order = np.lexsort((second, first))
    return first[order], second[order]


def _shapely() -> Any:
    try:
        import shapely
    except ModuleNotFoundError as missing:
        raise WrongUse(
            "areas of control maps need the library shapely", hint='Run: pip install "castello[gis]".'
        ) from missing
    return shapely
