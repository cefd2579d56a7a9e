"""What tables of named roads give: rows for the registers, lengths, closures by day number, people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

from castello.names import fold, script, skeleton
from castello.places import Place, Road

_LONGEST = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """
    The state of a road over days, both days included, counted from the first day of the data, which is 0.

    ``last_day`` None means that no end is given.
    """

    road: str
    state: Literal["closed", "open"]
    first_day: int
    last_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRoads:
    """
    A small network in the words of its publisher.

    Attributes
    ----------
    places : tuple of Place
        Rows for ``places.csv`` that are not there yet, parents first.
    roads : tuple of Road
        Rows for ``roads.csv``.
    lengths_km : tuple of (road id, kilometres)
        As printed; roads without a length are not listed.
    closures : tuple of Closure
        In order of road and first day.
    people : tuple of (place id, people)
        As printed; places without a number are not listed.
    """

    places: tuple[Place, ...] = ()
    roads: tuple[Road, ...] = ()
    lengths_km: tuple[tuple[str, float], ...] = ()
    closures: tuple[Closure, ...] = ()
    people: tuple[tuple[str, int], ...] = ()


class Named(TypedDict, total=False):
    """The names of a place or road, by script."""

    name_en: str
    name_ar: str


class Ids:
    """
    Ids for names as written: the same name has the same id, and no two names share one.

    Parameters
    ----------
    taken
        Ids that stand for themselves: a name that is such an id, but for case and signs, means it.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = frozenset(taken)
        self._used = set(self._taken)
        self._by_name = {id: id for id in self._taken}

    def of(self, name: str) -> str:
        """
        The id of a name.

        Examples
        --------
        >>> ids = Ids(taken=["aleppo"])
        >>> ids.of("Aleppo"), ids.of("Dayr_Hafir"), ids.of("Dayr Hafir"), ids.of("حلب"), ids.of("Dayr_Hafir")
        ('aleppo', 'dayr-hafir', 'dayr-hafir-2', 'hlb', 'dayr-hafir')
        """
        if name not in self._by_name:
            plain = slug(name)
            self._by_name[name] = plain if plain in self._taken else self.new(plain)
        return self._by_name[name]

    def is_free(self, id: str) -> bool:
        """Whether nothing has an id yet."""
        return id not in self._used

    def new(self, id: str) -> str:
        """An id that nothing has yet: the one given, or the one given with a number."""
        free, number = id, 1
        while free in self._used:
            number += 1
            free = f"{id}-{number}"
        self._used.add(free)
        return free


def slug(name: str) -> str:
    """
    A name as an id: lower-case letters and digits, words parted by hyphens; names in other scripts by their consonants.

    Examples
    --------
    >>> slug("As-Sweida"), slug("دمشق"), slug("?")
    ('as-sweida', 'dmck', 'unnamed')
    """
    words = re.findall("[a-z0-9]+", fold(name)) or re.findall("[a-z0-9]+", skeleton(name).lower())
    return "-".join(words)[:_LONGEST].strip("-") or "unnamed"


def in_script(name: str) -> Named:
    """A name under the field of its script: ``name_ar`` for Arabic, else ``name_en``."""
    return {"name_ar": name} if script(name) == "arabic" else {"name_en": name}
