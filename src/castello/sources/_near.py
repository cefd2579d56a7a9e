"""Which place of the register a row means that has a name, a point, or both."""

from __future__ import annotations

from castello.places import Place, PlaceRegister
from castello.places.geodesic import geodesic_km
from castello.sources._intake import Names

_AHEAD = 0.05


class Near:
    """
    Which place of the register a name with a point means: one of that name whose reach comes near enough to the point.

    A name alone is not enough where there is a point: many villages have one name. A point alone means nothing here.
    """

    def __init__(self, places: PlaceRegister, names: Names) -> None:
        self._places, self._names = places, names

    def id(self, name: str | None, point: tuple[float, float] | None, *, within_km: float) -> str | None:
        """The place, or None where none, or more than one, is meant."""
        sure = self._names.sure(name) if name else ()
        if sure and sure[0].method == "judged":
            return sure[0].id
        if point is None:
            return self._names.sure_id(name) if name else None
        near = [one for one in sure if (km := self._km(one.id, point)) is not None and km <= within_km]
        if len(near) == 1 or (len(near) > 1 and near[0].score - near[1].score >= _AHEAD):
            return near[0].id
        return None

    def area(self, name: str | None, *, kind: str) -> str | None:
        """The area of a kind (country, governorate, district ...) that a name means; the name must be spelled as in the register."""
        found = [
            one.id
            for one in (self._names.sure(name) if name else ())
            if one.method in ("judged", "exact", "folded") and (one.method == "judged" or self._kind(one.id) == kind)
        ]
        return found[0] if len(found) == 1 else None

    def _kind(self, id: str) -> str | None:
        place = self._places[id]
        return place.kind if isinstance(place, Place) else None

    def _km(self, id: str, point: tuple[float, float]) -> float | None:
        place = self._places[id]
        if not isinstance(place, Place) or place.point is None:
            return None
        (lat, lon), (lat_b, lon_b) = place.point, point
        apart = float(geodesic_km(lat, lon, lat_b=lat_b, lon_b=lon_b))
        return max(0.0, apart - (place.radius_km or 0.0))
