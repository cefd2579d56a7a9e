"""Which place each row of OCHA's lists by access means: one of the register where that is clear, else one that the list brings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from castello.places import Place
from castello.places.geodesic import geodesic_km
from castello.sources._near import Near
from castello.sources._pcodes import LEVELS, Coded, id_of
from castello.sources._slugs import slug
from castello.sources.tabular import Reading

_WITHIN_KM, _FAR_KM = 3.0, 15.0
_POPULATED = ("city", "town", "village", "camp", "part", "neighbourhood", "area")
_PART = re.compile(r"(.+?)(?:\s+city)?\s*\(\s*([^(),]+?)\s*\)")
"""``Aleppo city (eastern)``: a part of a place that shares its code. A list of several parts in brackets has no name of its own."""

_OUTER = re.compile(r"([^(]+?)\s*\(.+\)")
_LEVEL_OF_CODE = 4  # SY0200 lies in SY02
_TABLE = pa.schema(
    [
        ("row", pa.int64()),
        ("_place", pa.string()),
        ("_place_problem", pa.string()),
        ("_lat", pa.float64()),
        ("_lon", pa.float64()),
    ]
)


def subdistricts(reading: Reading) -> None:
    """Table ``places_of``: the sub-district of each row."""
    coded = Coded(reading)
    rows = reading.distinct(
        row="row",
        code="admin3_pcode",
        name="admin3",
        code_2=reading.first("admin2_pcode"),
        name_2=reading.first("admin2"),
        code_1=reading.first("admin1_pcode"),
        name_1=reading.first("admin1"),
    )
    _keep(
        reading, [{"row": row["row"], "_place": _area(coded, row, code=row["code"], name=row["name"])} for row in rows]
    )


def communities(reading: Reading) -> None:
    """Table ``places_of``: the community of each row, or the part of one where several rows share its code."""
    rows = reading.distinct(
        row="row",
        record="record_id",
        code="admin4pcode",
        name="admin4name_en",
        size=f"lower({reading.first('urban_rural')})",
        code_3=reading.first("admin3pcode"),
        name_3=reading.first("admin3name_en"),
        code_2=reading.first("admin2pcode"),
        name_2=reading.first("admin2name_en"),
        code_1=f"left({reading.first('admin2pcode')}, {_LEVEL_OF_CODE})",
        name_1=reading.first("admin1name_en"),
        lat=reading.number("latitude"),
        lon=reading.number("longitude"),
    )
    _Communities(reading, rows).keep()


class _Communities:
    def __init__(self, reading: Reading, rows: Sequence[dict[str, Any]]) -> None:
        self._reading, self._rows = reading, rows
        self._coded, self._near = Coded(reading), reading.near()
        self._times = Counter(row["code"] for row in rows if row["code"])
        self._given = reading.options.get("place_names") or {}
        self._outer: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row["code"] and row["name"]:
                inside = _OUTER.fullmatch(row["name"])
                self._outer[row["code"]].add(inside[1] if inside else row["name"])

    def keep(self) -> None:
        found: list[dict[str, Any]] = []
        far = dict[int, str]()
        known: dict[int, str] = {}
        for row in self._rows:
            if row["code"] or row["name"]:
                place, problem = self._of_register(row)
                if place is not None:
                    known[row["row"]] = place
                if problem is not None:
                    far[row["row"]] = problem
        shared = self._shared = Counter(known.values())
        for row in self._rows:
            place = known.get(row["row"])
            if place is not None and shared[place] > 1:
                # rows of one list are different places: that the register has one of them does not say which
                hint = "Say in the names given for this source which place each name means, and add those that are missing."
                what = f"{shared[place]} rows fit {place}, and only one can be it: none is taken for it"
                self._reading.intake.warn("one-place", what, hint, row=row["row"])
                place = None
            problem = far.get(row["row"])
            lat, lon = _point(row) or (None, None)
            if lat is None and (row["lat"] is not None or row["lon"] is not None):
                hint = "Latitude runs from -90 to 90, longitude from -180 to 180."
                self._reading.intake.warn(
                    "point", "has a point that is not on earth, or half of one", hint, row=row["row"]
                )
            if place is None and problem is None and (row["code"] or row["name"]) and row["record"]:
                place = self._brought(row, lat, lon)
            found.append({"row": row["row"], "_place": place, "_place_problem": problem, "_lat": lat, "_lon": lon})
        _keep(self._reading, found)

    def _of_register(self, row: dict[str, Any]) -> tuple[str | None, str | None]:
        """The place of the register that a row means, or what is wrong with taking it for one."""
        code, name, point = row["code"], row["name"], _point(row)
        given = self._given.get(name) or (self._given.get(code) if self._times[code] == 1 else None)
        if given is not None:
            return given, None
        own = self._coded.own(code, kind="town") if code and self._times[code] == 1 else None
        if own is not None:
            km = _apart_km(self._reading, own, point)
            if km is not None and km > _FAR_KM:
                return None, f"has the P-code of {own}, which lies {km:.0f} km from the row's point"
            return own, None
        if point is None:
            return None, None
        return next(
            (id_ for text in self._names(row) if (id_ := self._by_name(text, point, code)) is not None), None
        ), None

    def _names(self, row: dict[str, Any]) -> list[str]:
        """What a row's place may be called in a register; a part of a community also by its own name."""
        if not row["name"]:
            return []
        part = _PART.fullmatch(row["name"]) if self._times[row["code"]] > 1 else None
        return [row["name"], *([part[2], f"{part[2]} {part[1]}"] if part else [])]

    def _by_name(self, text: str, point: tuple[float, float], code: str | None) -> str | None:
        found = _near_id(self._near, text, point)
        if found is None:
            return None
        place = self._reading.places.place(found)
        # another code is another place, unless several share this one
        other = place.pcode is not None and code is not None and place.pcode.upper() != code.upper()
        return None if place.kind not in _POPULATED or (other and self._times[code] == 1) else found

    def _brought(self, row: dict[str, Any], lat: float | None, lon: float | None) -> str:
        code, name = row["code"], row["name"]
        parent = _area(self._coded, row, code=row["code_3"], name=row["name_3"])
        kind = "town" if row["size"] == "urban" else "village"
        if code and self._times[code] == 1:
            return self._coded.bring(code, kind=kind, name_en=name or code, parent=parent, lat=lat, lon=lon)
        id_ = slug(f"{id_of(code) if code else 'ocha'}-{row['record']}")
        if code and len(self._outer[code]) == 1:
            whole = self._coded.own(code, kind="town")
            if whole is None or whole in self._shared:  # that is a part of it
                whole = self._coded.bring(code, kind="town", name_en=min(self._outer[code]), parent=parent)
            kind, parent = "part", whole
        note = (
            f"part of the community {code}, whose code {self._times[code]} rows of OCHA's list share" if code else None
        )
        return self._reading.bring_place(
            id_, kind=kind, name_en=name or code, pcode=code, parent=parent, lat=lat, lon=lon, note=note
        )


def _near_id(near: Near, text: str, point: tuple[float, float]) -> str | None:
    return near.id(text, point, within_km=_WITHIN_KM)


def _point(row: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = row["lat"], row["lon"]
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    return lat, lon


def _apart_km(reading: Reading, id_: str, point: tuple[float, float] | None) -> float | None:
    place = reading.places[id_]
    if point is None or not isinstance(place, Place) or place.point is None:
        return None
    (lat, lon), (lat_b, lon_b) = place.point, point
    return max(0.0, float(geodesic_km(lat, lon, lat_b=lat_b, lon_b=lon_b)) - (place.radius_km or 0.0))


def _area(coded: Coded, row: dict[str, Any], *, code: str | None, name: str | None) -> str | None:
    """The sub-district of a row with those that it lies in; None where the row has no code for it."""
    codes = (row["code_1"], row["code_2"], code)
    names = (row["name_1"], row["name_2"], name)
    parent = None
    for level, (one, called) in enumerate(zip(codes, names, strict=True), start=1):
        if one:
            parent = coded.area(one, kind=LEVELS[level], name_en=called or one, parent=parent)
    return parent if code else None


def _keep(reading: Reading, rows: Sequence[dict[str, Any]]) -> None:
    reading.engine.table("places_of", pa.Table.from_pylist(list(rows), schema=_TABLE))
