"""Places by P-code, the codes under which OCHA keeps them: those of the register first, others under an id made of the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from castello.sources._slugs import slug

if TYPE_CHECKING:
    from castello.sources.tabular import Reading

LEVELS = ("country", "governorate", "district", "subdistrict")
"""What the administrative levels 0 to 3 are called here."""

_NAMED = ("country", "governorate")
"""Levels whose names are told apart by their names alone; districts and what is below them are not."""

_PARTS = ("part", "neighbourhood")


def id_of(code: str) -> str:
    """
    The id of a place that is known by its code only; two feeds that bring it bring the same.

    Examples
    --------
    >>> id_of("SY020000")
    'ocha-sy020000'
    """
    return slug(f"ocha-{code}")


class Coded:
    """
    Which place a P-code means.

    Where one place of the register has the code, or has it among its aliases, it is that place: codes change, and an older one stays an alias.
    A code that several places have means none of them.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading, self._near = reading, reading.near()
        self._given = reading.options.get("place_names") or {}
        self._holders: dict[str, list[str]] = {}
        self._taken: dict[str, str] = {}
        self._areas: dict[str, str] = {}
        for place in reading.places.places:
            for code in dict.fromkeys(one.upper() for one in (place.pcode, *place.aliases) if one):
                self._holders.setdefault(code, []).append(place.id)

    def own(self, code: str, *, kind: str | None = None) -> str | None:
        """
        The one place of the register that has a code, or that the user gave for it.

        Parts of a city are often kept under the code of the city: where something else than a part is asked for by its ``kind``, they do not count.
        """
        given = self._given.get(code)
        if given is not None:
            return str(given)
        found = self._holders.get(code.upper(), ())
        if kind is not None and kind not in _PARTS:
            found = [id for id in found if self._reading.places.place(id).kind not in _PARTS]
        return found[0] if len(found) == 1 else None

    def area(self, code: str, *, kind: str, name_en: str | None, **entry: object) -> str:
        """The area of a code, brought where the register does not have it. A country or a governorate is found by its name, too."""
        if code not in self._areas:
            self._areas[code] = self._area(code, kind=kind, name_en=name_en, entry=entry)
        return self._areas[code]

    def _area(self, code: str, *, kind: str, name_en: str | None, entry: Mapping[str, object]) -> str:
        known = self.own(code, kind=kind)
        if known is None and kind in _NAMED:
            named = self._near.area(name_en, kind=kind)
            # one that has a code of its own, or was taken for another code, is another
            if (
                named is not None
                and not self._reading.places.place(named).pcode
                and self._taken.get(named, code) == code
            ):
                known = named
        if known is not None:
            self._taken[known] = code
            return known
        return self.bring(code, kind=kind, name_en=name_en, **entry)

    def take(self, code: str, id: str) -> None:
        """Say that a code means a place of the register, which was found otherwise."""
        self._areas[code], self._taken[id] = id, code

    def to_be(self, code: str) -> str:
        """The id of a code's place, whether it was brought already or will be."""
        return self._areas.get(code) or self.own(code) or id_of(code)

    def bring(self, code: str, **entry: object) -> str:
        """A place that the register does not have, by its code."""
        return self._reading.bring_place(id_of(code), pcode=code, **entry)
