"""Spots: the smallest place of the register in which something surely lies, as finely as its source places it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from castello.names.spelling import fold
from castello.places import Place, PlaceRegister

REACH_KM: Mapping[str, float] = {
    "country": math.inf, "governorate": math.inf, "district": 50.0, "subdistrict": 25.0, "countryside": 50.0, "city": 10.0, "town": 5.0,
}  # fmt: skip
"""How far a place of a kind reaches where the register does not say, in kilometres; every other kind :data:`SMALL_KM`."""

SMALL_KM = 3.0

_ADMINISTRATIVE = ("country", "governorate", "district", "subdistrict")


class Spots:
    """Where events lie, as finely as their source places them; and whether that is within the place asked for."""

    def __init__(self, places: PlaceRegister, *, place: str | None, public: bool) -> None:
        self._places, self._asked, self._public = places, place, public
        self._above = () if place is None else places.ancestors(places.place(place).id)

    def table(self, rows: list[dict[str, Any]]) -> pa.Table:
        """For each place, wider area and radius as written: the spot, the area that it is counted for, and how it lies to the place asked for."""
        columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in ("place", "wider", "radius_km")}
        spots = [self._spot(row["place"], row["wider"], row["radius_km"]) for row in rows]
        columns |= {"spot": spots, "area": [self._area(spot) for spot in spots], "how": list(map(self._how, spots))}
        types = {"radius_km": pa.float64()}
        return pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()})

    def _spot(self, place: str, wider: str, radius_km: float) -> str | None:
        """The smallest place of the register in which it surely lies, as far as the source says where; None if it does not."""
        spot = next((id_ for id_ in (wider, place) if isinstance(self._places.get(id_), Place)), None)
        if spot is None:
            return None
        upward = (spot, *self._places.ancestors(spot))
        if wider and spot != wider:
            return self._area_named(wider, upward)
        return next((id_ for id_ in upward if self._reach(id_) >= radius_km), upward[-1])

    def _area_named(self, name: str, upward: tuple[str, ...]) -> str:
        """The area that a point stands for, where the source gives its name: of that name, or wide enough for any."""
        folded = fold(name)
        for id_ in upward:
            if any(
                folded in (known, f"{known} {self._places.place(id_).kind}")
                for known in map(fold, self._places.names(id_))
            ):
                return id_
        if self._places.place(upward[0]).kind in _ADMINISTRATIVE:
            return upward[0]
        # how wide an area is that the register does not have, nobody can say
        return next((id_ for id_ in upward if self._reach(id_) == math.inf), upward[-1])

    def _reach(self, id_: str) -> float:
        place = self._places.place(id_)
        return place.radius_km or REACH_KM.get(place.kind, SMALL_KM)

    def _how(self, spot: str | None) -> str:
        if self._asked is None or (spot is not None and self._places.within(spot, self._asked)):
            return "inside"
        return "somewhere" if spot is not None and spot in self._above else "outside"

    def _area(self, spot: str | None) -> str | None:
        """The area that a spot is counted for: that of publication, or the part of the place asked for."""
        if spot is None:
            return None
        if self._asked is not None and not self._public and self._places.within(spot, self._asked):
            upward = (spot, *self._places.ancestors(spot))
            return upward[max(upward.index(self._asked) - 1, 0)]
        area = self._places.public_area(spot)
        return area if area is not None or self._public else spot
