"""
Where the places of the register meet the roads of a map: at every junction within their radius, else at the nearest within a limit.

A place that is farther off is an issue, not a guess.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from castello.errors import Issue
from castello.places.geodesic import geodesic_km
from castello.places.network import Indices, RoadNetwork
from castello.places.register import Place, PlaceRegister

SNAP_LIMIT_M = 2_000
"""A place farther than this from every road of the map is not on it."""


class Junctions:
    """
    The junctions of a network that are a place, for each place of a register.

    Parameters
    ----------
    places
        The register.
    network
        The roads of the map.
    """

    def __init__(self, places: PlaceRegister, network: RoadNetwork) -> None:
        self._places, self._network = places, network
        self._known: dict[str, Indices] = {}

    def of(self, place: str) -> Indices:
        """The junctions that are a place: all within its radius, else the nearest one within the limit; none if it is off the map."""
        if place not in self._known:
            found = self._places.place(place)
            self._known[place] = self._within(found) if found.point else np.empty(0, dtype=np.int32)
        return self._known[place]

    def _within(self, place: Place) -> Indices:
        assert place.point is not None
        lat, lon = place.point
        network = self._network
        if place.radius_km is not None:
            near = np.flatnonzero(np.abs(network.lat - lat) < place.radius_km / 100)
            inside = geodesic_km(network.lat[near], network.lon[near], lat_b=lat, lon_b=lon) <= place.radius_km
            if inside.any():
                return near[inside].astype(np.int32)
        node = network.snap([place.point], limit_m=SNAP_LIMIT_M).node
        return node[node >= 0].astype(np.int32)

    def issues(self, *, sides: Iterable[str], enclaves: Iterable[str]) -> tuple[Issue, ...]:
        """Sources of some sides and enclaves that do not meet the map, with the distance to the nearest junction."""
        wanted = set(sides)
        asked = {*enclaves, *(place.id for place in self._places.places if set(place.supplies) & wanted)}
        found = []
        for id_ in sorted(asked):
            place = self._places.place(id_)
            if place.point is None:
                what, hint = f"{id_!r} has no coordinates, so it is not on the map of roads", "Give lat and lon."
                found.append(_issue(what, hint))
            elif not len(self.of(id_)):
                metres = float(self._network.snap([place.point], limit_m=SNAP_LIMIT_M).metres[0])
                what = f"{id_!r} is {metres / 1000:,.1f} km from the nearest junction, more than {SNAP_LIMIT_M / 1000:g} km"
                found.append(_issue(what, "Give it a radius_km that reaches a road, or a map that has its roads."))
        return tuple(found)


def _issue(what: str, hint: str) -> Issue:
    return Issue(file="places.csv", column="lat", code="off_the_map", what=what, hint=hint, severity="warning")
