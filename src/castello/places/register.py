"""The register of places and roads: what is in it, what lies in what, and what may be published where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from castello.errors import WrongUse
from castello.names import FLOOR, Candidate, NameIndex, script

PLACE_KINDS = (
    "country",
    "governorate",
    "district",
    "subdistrict",
    "city",
    "part",
    "neighbourhood",
    "town",
    "village",
    "camp",
    "crossing",
    "area",
    "countryside",
    "road_node",
    "facility",
    "market",
)
"""What a place can be, as in the column ``kind`` of ``places.csv``."""

PUBLIC_KINDS = ("city", "subdistrict", "district", "governorate", "country")
"""Kinds that armed presence may be published on: the third administrative level, a city, or coarser."""

ROAD_CLASSES = ("road", "track", "crossing")
"""What a road can be, as in the column ``class`` of ``roads.csv``."""

PLACE_COLUMNS = (
    "id",
    "name_en",
    "name_ar",
    "aliases",
    "kind",
    "parent",
    "pcode",
    "lat",
    "lon",
    "radius_km",
    "supplies",
    "decides",
    "note",
)
ROAD_COLUMNS = ("id", "name_en", "name_ar", "aliases", "class", "from", "to", "line", "contested", "note")
"""Columns of ``places.csv`` and ``roads.csv``, in order."""

_LEAST_CELL_KM = 5
# Kilometres in one degree at the equator, where both are shortest for what they are used for: cells come out no
# smaller than asked.
_KM_PER_DEGREE_LAT, _KM_PER_DEGREE_LON = 110.574, 111.320


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A place. ``lat`` and ``lon`` are degrees in WGS 84, both or neither; ``radius_km`` how far it reaches.

    ``parent`` is the id of the place it lies in; ``supplies`` the sides for which it is a source of supply;
    ``decides`` the party that lets goods pass there, where it is not the side's own. None means
    not known.
    """

    id: str
    kind: str
    name_en: str | None = None
    name_ar: str | None = None
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    pcode: str | None = None
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    supplies: tuple[str, ...] = ()
    decides: str | None = None
    note: str | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, or None if not known."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """
    A road, track or crossing between the places ``start`` and ``end``; ``line`` is its course in (lat, lon) points.

    ``contested`` are the first and last day on which it is known to be fought over (None is open); None if it is not flagged.
    """

    id: str
    cls: str
    name_en: str | None = None
    name_ar: str | None = None
    aliases: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    line: tuple[tuple[float, float], ...] = ()
    contested: tuple[date | None, date | None] | None = None
    note: str | None = None

    @property
    def ends(self) -> tuple[str, ...]:
        """The ids of the places it joins, those that are known."""
        return tuple(place for place in (self.start, self.end) if place is not None)


class PlaceRegister(Mapping[str, Place | Road]):
    """
    Places and roads by id, which are unique over both; in order of id.

    Raises
    ------
    WrongUse
        If an id is used twice, a parent or an end of a road is not in the register, or a place lies within itself.
        :func:`castello.places.read_places` and :func:`castello.places.read_roads` give rows for which this cannot happen.

    Examples
    --------
    >>> register = PlaceRegister(
    ...     [Place(id="aleppo-city", kind="city", name_en="Aleppo", name_ar="حلب"),
    ...      Place(id="al-shaar", kind="neighbourhood", name_en="al-Shaar", parent="aleppo-city", lat=36.2, lon=37.18)])
    >>> register.public_area("al-shaar"), register.name("aleppo-city", "ar")
    ('aleppo-city', 'حلب')
    >>> register.resolve("Al Sha'ar")[0].id
    'al-shaar'
    """

    def __init__(self, places: Iterable[Place], roads: Iterable[Road] = ()) -> None:
        self.places = tuple(sorted(places, key=lambda place: place.id))
        self.roads = tuple(sorted(roads, key=lambda road: road.id))
        self._by_id: dict[str, Place | Road] = {}
        every: list[Place | Road] = [*self.places, *self.roads]
        for item in sorted(every, key=lambda item: item.id):
            if item.id in self._by_id:
                raise WrongUse(f"{item.id!r} is in the register twice", hint="Give one of the two another id.")
            self._by_id[item.id] = item
        parents = {place.id: place.parent for place in self.places}
        for place in self.places:
            if place.parent is not None and place.parent not in parents:
                raise WrongUse(f"{place.id!r} lies in {place.parent!r}, which is not a place", hint="Add the parent.")
            if circle(place.id, parents):
                raise WrongUse(f"{place.id!r} lies within itself", hint="Correct one of the parents.")
        for road in self.roads:
            for end in road.ends:
                if end not in parents:
                    raise WrongUse(f"{road.id!r} leads to {end!r}, which is not a place", hint="Add the place.")

    def __getitem__(self, id: str) -> Place | Road:
        return self._by_id[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def place(self, id: str) -> Place:
        """The place of an id; WrongUse if there is none."""
        found = self._by_id.get(id)
        if not isinstance(found, Place):
            raise WrongUse(f"{id!r} is not a place of this case", hint="Use an id of places.csv.")
        return found

    def road(self, id: str) -> Road:
        """The road of an id; WrongUse if there is none."""
        found = self._by_id.get(id)
        if not isinstance(found, Road):
            raise WrongUse(f"{id!r} is not a road of this case", hint="Use an id of roads.csv.")
        return found

    def name(self, id: str, language: str = "en") -> str:
        """The name to show in ``en`` or ``ar``: the other language's where there is none."""
        item = self._item(id)
        first, second = (item.name_ar, item.name_en) if language == "ar" else (item.name_en, item.name_ar)
        return first or second or id

    def names(self, id: str, language: str | None = None) -> tuple[str, ...]:
        """All names of an id, the main one first; with ``en`` or ``ar`` only those in that script."""
        item = self._item(id)
        every = dict.fromkeys(name for name in (item.name_en, item.name_ar, *item.aliases) if name)
        if language is None:
            return tuple(every)
        return tuple(name for name in every if (script(name) == "arabic") == (language == "ar"))

    def ancestors(self, id: str) -> tuple[str, ...]:
        """The places that a place lies in, nearest first; of a road, those that hold all its known ends."""
        item = self._item(id)
        if isinstance(item, Place):
            return self._upward(item.parent)
        chains = [self._upward(end) for end in item.ends]
        return tuple(place for place in chains[0] if all(place in chain for chain in chains)) if chains else ()

    def within(self, id: str, area_id: str) -> bool:
        """Whether a place or road is, or lies wholly in, an area."""
        self._item(area_id)
        return id == area_id or area_id in self.ancestors(id)

    def public_area(self, id: str) -> str | None:
        """
        The place on which armed presence at ``id`` may be published: itself or the nearest that is public.

        Public are a city, a subdistrict and what is coarser (:data:`PUBLIC_KINDS`), never a neighbourhood, part, camp,
        village, town or road. None means that no such place is known: then the presence is withheld.
        """
        own = (id,) if isinstance(self._item(id), Place) else ()
        return next((area for area in (*own, *self.ancestors(id)) if self.place(area).kind in PUBLIC_KINDS), None)

    def grid_cell(self, id: str, km: float = _LEAST_CELL_KM) -> str | None:
        """
        The label of the grid cell that a place lies in; None if its coordinates are not known, and for roads.

        Parameters
        ----------
        id
            Id of a place.
        km
            Least length of a cell's sides in kilometres, 5 or more.

        Raises
        ------
        WrongUse
            For a finer grid: presence is published on five kilometres or coarser.

        Notes
        -----
        Castello's own definition: rows of equal height from the south pole, each parted into equal columns from
        180 degrees west, so that no side is shorter than ``km`` anywhere. Cells of one size never overlap. A cell is
        never looked up by what happens in it.
        """
        if not km >= _LEAST_CELL_KM or math.isinf(km):
            raise WrongUse(f"a grid of {km} km is too fine to publish", hint="Use 5 km or more.")
        item = self._item(id)
        if not isinstance(item, Place) or item.point is None:
            return None
        return _cell(*item.point, km)

    @cached_property
    def index(self) -> NameIndex:
        """All names of places and roads; judgements about them say ``place:ID`` for both."""
        return NameIndex(((id, name) for id in self for name in self.names(id)), register="place")

    def resolve(self, text: str, *, limit: int = 5, floor: float = FLOOR) -> tuple[Candidate, ...]:
        """The places and roads that a name may mean, as :meth:`castello.names.NameIndex.resolve`."""
        return self.index.resolve(text, limit=limit, floor=floor)

    def _item(self, id: str) -> Place | Road:
        found = self._by_id.get(id)
        if found is None:
            raise WrongUse(f"{id!r} is not in the register", hint="Use an id of places.csv or roads.csv.")
        return found

    def _upward(self, id: str | None) -> tuple[str, ...]:
        chain = []
        while id is not None:
            chain.append(id)
            id = self.place(id).parent
        return tuple(chain)


def circle(id: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The way upward from a place back to itself; empty if the way does not come back."""
    way, above = [id], parents.get(id)
    while above is not None and above not in way:
        way.append(above)
        above = parents.get(above)
    return (*way, id) if above == id else ()


def _cell(lat: float, lon: float, km: float) -> str:
    rows = max(1, math.floor(180 * _KM_PER_DEGREE_LAT / km))
    row = min(rows - 1, math.floor((lat + 90) / 180 * rows))
    south, north = (edge / rows * 180 - 90 for edge in (row, row + 1))
    # The edge nearer the pole is the shorter one; it decides how many columns fit.
    shorter = max(0.0, math.cos(math.radians(max(abs(south), abs(north)))))
    columns = max(1, math.floor(360 * _KM_PER_DEGREE_LON * shorter / km))
    column = min(columns - 1, math.floor((lon + 180) / 360 * columns))
    return f"cell-{f'{km:g}'.replace('.', '-')}km-{row}-{column}"
