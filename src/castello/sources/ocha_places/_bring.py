"""Rows of OCHA's lists of places become places: those of the register where that is clear, the others brought under their codes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from castello.names import script
from castello.places import Place
from castello.places.geodesic import geodesic_km
from castello.sources._days import NotADay, read_days
from castello.sources._pcodes import LEVELS, Coded
from castello.sources.ocha_places._forms import KINDS_OF_TYPES, Form, Unit, kind_of_level
from castello.sources.tabular import Reading

Row = Mapping[str, Any]

_WITHIN_KM = {"town": 3.0, "camp": 3.0, "neighbourhood": 1.5, "part": 1.5}
_LIKE = {
    "town": ("city", "town", "village", "camp"),
    "camp": ("camp", "town", "village"),
    "neighbourhood": ("neighbourhood", "part"),
    "part": ("part", "neighbourhood"),
}
"""Kinds that a place is found by name and point for; areas are found by their codes."""

_POPULATED = frozenset(kind for kinds in _LIKE.values() for kind in kinds)
_FAR_KM = 15.0
_DEPTH = (*LEVELS, "area")
_NEW = "new"  # written where a neighbourhood had no code before


class Bring:
    """
    Brings the places of one file.

    Parameters
    ----------
    reading
        The file.
    form
        Its generation.
    """

    def __init__(self, reading: Reading, form: Form) -> None:
        self._reading, self._form, self._intake = reading, form, reading.intake
        self._coded, self._near = Coded(reading), reading.near()
        self._day_first = reading.options.get("day_first", form.day_first)
        self._prefixes = tuple(
            place.pcode.upper() for place in reading.places.places if place.kind == "country" and place.pcode
        )
        self._levels: dict[str, int] = {}

    def rows(self, rows: Sequence[Row]) -> dict[int, tuple[str, str]]:
        """Bring the place of each row; what costs a row is told by its number, with the code of the issue."""
        problems: dict[int, tuple[str, str]] = {}
        good: list[tuple[Row, str]] = []
        first: dict[str, int] = {}
        for row in rows:
            code = _text(row, self._form.own.code)
            found = self._kind(row) if code else ("no-code", "has no P-code")
            if isinstance(found, tuple):
                problems[row["row"]] = found
            elif not any(self._names(row, self._form.own)):
                problems[row["row"]] = ("no-name", f"{code} has no name")
            elif first.setdefault(str(code), row["row"]) != row["row"]:
                problems[row["row"]] = ("twice", f"has the P-code {code} of row {first[str(code)]}")
            else:
                good.append((row, found))
        if self._form.level is not None:
            self._levels = {str(_text(row, self._form.own.code)): _DEPTH.index(kind) for row, kind in good}
        self._of_register(good)
        for row, kind in good:
            self._one(row, kind)
        return problems

    # ------------------------------------------------------------------------------------------------- what a row is

    def _kind(self, row: Row) -> str | tuple[str, str]:
        if self._form.level is not None:
            level = _text(row, self._form.level) or ""
            return kind_of_level(level) or ("level", f"{level[:40]!r} is not an administrative level")
        if self._form.type is not None:
            type_ = _text(row, self._form.type) or "community"
            return KINDS_OF_TYPES.get(type_.lower()) or ("type", f"{type_[:40]!r} is not a known type of place")
        return self._form.own.kind

    def _names(self, row: Row, unit: Unit) -> tuple[str | None, str | None]:
        """The English and the Arabic name of a level, each in its own script."""
        english, arabic = _text(row, unit.name_en), _text(row, unit.name_ar)
        if english is None or script(english) != "arabic":
            return english, arabic
        if arabic is None or script(arabic) != "arabic":
            if arabic is not None:
                what = f"the columns {self._printed(unit.name_en)} and {self._printed(unit.name_ar)} are swapped: each is taken by its script"
                self._intake.warn(
                    "swapped", what, "Nothing, unless a name was written in the other script.", row=row["row"]
                )
            return arabic, english
        return None, arabic

    # ------------------------------------------------------------------------------------------------- the register

    def _of_register(self, good: Iterable[tuple[Row, str]]) -> None:
        """Say of each code which place of the register it means by name and point, where only one row can mean it."""
        found: dict[str, tuple[str, Row]] = {}
        for row, kind in good:
            code, point = str(_text(row, self._form.own.code)), self._point(row)
            own = self._coded.own(code, kind=kind)
            if own is not None:
                self._check_apart(row, own, point)
            elif point is not None and kind in _LIKE:
                place = self._by_name(row, kind, point)
                if place is not None:
                    found[code] = (place, row)
        times = Counter(place for place, _ in found.values())
        for code, (place, row) in found.items():
            if times[place] == 1:
                self._coded.take(code, place)
            else:
                what = f"{times[place]} rows fit {place}: none is taken for it"
                hint = "Give the place its P-code in places.csv."
                self._intake.warn("one-place", what, hint, row=row["row"])

    def _by_name(self, row: Row, kind: str, point: tuple[float, float]) -> str | None:
        for name in self._names(row, self._form.own):
            found = self._near.id(name, point, within_km=_WITHIN_KM[kind]) if name else None
            if found is not None:
                place = self._reading.places.place(found)
                if place.pcode is None and place.kind in _LIKE[kind]:
                    return found
        return None

    def _check_apart(self, row: Row, id_: str, point: tuple[float, float] | None) -> None:
        place = self._reading.places[id_]
        if point is None or not isinstance(place, Place) or place.point is None or place.kind not in _POPULATED:
            return
        (lat, lon), (lat_b, lon_b) = place.point, point
        km = float(geodesic_km(lat, lon, lat_b=lat_b, lon_b=lon_b)) - (place.radius_km or 0.0)
        if km > _FAR_KM:
            what = f"has the P-code of {id_}, which lies {km:.0f} km from its point"
            self._intake.warn("apart", what, "Correct one of the points, or the P-code in places.csv.", row=row["row"])

    # ---------------------------------------------------------------------------------------------------- bringing it

    def _one(self, row: Row, kind: str) -> None:
        form = self._form
        code, parent = str(_text(row, form.own.code)), self._above(row, kind)
        name_en, name_ar = self._names(row, form.own)
        point = self._point(row)
        aliases = [*(_text(row, column) for column in form.aliases), self._earlier(row, code)]
        listed = list(dict.fromkeys(one for one in aliases if one and one not in (name_en, name_ar, code)))
        self._coded.area(
            code,
            kind=kind,
            name_en=name_en,
            name_ar=name_ar,
            aliases=listed or None,
            parent=parent,
            lat=None if point is None else point[0],
            lon=None if point is None else point[1],
            radius_km=self._radius_km(row),
            note=self._note(row, kind),
        )

    def _above(self, row: Row, kind: str) -> str | None:
        """The id of what a row lies in; all that is above it is brought."""
        form, parent = self._form, None
        own = _text(row, form.own.code)
        for unit in form.above:
            code = _text(row, unit.code)
            if code is not None and code != own:
                name_en, name_ar = self._names(row, unit)
                parent = self._coded.area(
                    code, kind=unit.kind, name_en=name_en or (None if name_ar else code), name_ar=name_ar, parent=parent
                )
        if form.parent is not None:
            code = _text(row, form.parent)
            # what is not above it cannot hold it: so no two places lie in each other
            if code is not None and self._levels.get(code, len(_DEPTH)) < self._levels[str(own)]:
                return self._coded.to_be(code)
            country = next((one for one in self._prefixes if str(own).startswith(one)), None)
            parent = self._coded.own(str(code)) or (
                self._coded.own(country) if country and kind == "governorate" else None
            )
        return parent

    def _earlier(self, row: Row, code: str) -> str | None:
        earlier = _text(row, self._form.earlier_code)
        return None if earlier is None or earlier.lower() == _NEW or earlier == code else earlier

    def _point(self, row: Row) -> tuple[float, float] | None:
        for columns in self._form.points:
            texts = [_text(row, column) for column in columns]
            if not any(texts):
                continue
            lat, lon = (_number(text) for text in texts)
            if lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180:
                return lat, lon
            hint = "Degrees with a point; latitude from -90 to 90, longitude from -180 to 180."
            self._intake.warn("point", "has no point on earth", hint, row=row["row"], column=self._printed(columns[0]))
        return None

    def _radius_km(self, row: Row) -> float | None:
        """The radius of a circle as large as the area."""
        area = _number(_text(row, self._form.area_km2))
        return round(math.sqrt(area / math.pi), 3) if area is not None and area > 0 else None

    def _note(self, row: Row, kind: str) -> str | None:
        first, last = (self._day(row, column) for column in self._form.valid)
        updated = self._day(row, self._form.updated)
        said = (
            ("P-code valid from {}", first),
            ("P-code valid until {}", last),
            ("as OCHA had it on {}", updated),
        )
        parts = [text.format(day) for text, day in said if day is not None]
        if self._form.type is not None and kind == "town":
            parts.append("a community; its size is not said")
        return "; ".join(parts) or None

    def _day(self, row: Row, column: str | None) -> date | None:
        text = _text(row, column)
        if text is None:
            return None
        try:
            return read_days(text, day_first=self._day_first).first
        except NotADay as no:
            self._intake.warn("date", no.what, no.hint, row=row["row"], column=self._printed(column))
            return None

    def _printed(self, column: str | None) -> str:
        return self._reading.cells.printed.get(column or "", column or "")


def _text(row: Row, column: str | None) -> str | None:
    """A cell of a row; what a map program writes for nothing is nothing."""
    value = row.get(column) if column is not None else None
    return None if value is None or str(value).lower() == "<null>" else str(value)


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text is not None else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None
