"""
The vocabulary of events and weapons: keys as trees, with the codes that feeds and event coders use for them.

The rows stand in ``events.csv`` and ``weapons.csv``, what each feed cannot say in ``coverage.csv``. A code that stands in no row has no
key (None): it is never taken for something near. Castello's own keys; the codes are those of UCDP GED, ACLED, PLOVER 0.8, Insecurity
Insight and Bayanat.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from castello.claims.kinds import Kind

__all__ = [
    "EventType",
    "Limit",
    "Weapon",
    "event",
    "events",
    "feed_of",
    "from_acled",
    "from_insecurity_insight",
    "from_ucdp",
    "is_a",
    "is_weapon",
    "limits",
    "weapon",
    "weapon_path",
    "weapons",
]

Plover = tuple[tuple[str, tuple[str, ...]], ...]
"""Events of PLOVER, each with its modes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """
    A key of the event tree, and what others call it.

    ``kinds`` are the kinds of claims that such an event gives; ``ucdp`` the types of violence under which UCDP may have it. ``acled`` are the
    sub-events that are read as this key, ``acled_among`` those that hold it among others, ``acled_types`` the event types that are read as it where
    there is no sub-event, old names included.
    """

    key: str
    means: str
    kinds: tuple[Kind, ...]
    ucdp: tuple[int, ...]
    acled: tuple[str, ...]
    acled_among: tuple[str, ...]
    acled_types: tuple[str, ...]
    plover: Plover
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weapon:
    """
    A key of the weapons tree, and what others call it.

    A platform and a munition are two fields of a claim; ``field`` says for which of them the key is. ``acled`` is the sub-event under which ACLED
    would most likely have it: our default, as ACLED codes no weapon.
    """

    key: str
    parent: str | None
    field: Literal["platform", "weapon"]
    means: str
    bayanat: str
    insecurity_insight: tuple[str, ...]
    insecurity_insight_among: tuple[str, ...]
    plover: str
    acled: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Something that a feed cannot say, or says only in part."""

    feed: str
    about: str
    says: str


# ------------------------------------------------------------------------------------------------------------ events


@cache
def events() -> Mapping[str, EventType]:
    """Every key of the event tree, in the order of the table."""
    return {
        row["key"]: EventType(
            key=row["key"],
            means=row["means"],
            kinds=tuple(Kind(kind) for kind in _listed(row["kinds"])),
            ucdp=tuple(int(code) for code in _listed(row["ucdp"])),
            acled=_listed(row["acled"]),
            acled_among=_listed(row["acled_among"]),
            acled_types=_listed(row["acled_types"]),
            plover=_plover(row["plover"]),
            note=row["note"],
        )
        for row in _rows("events")
    }


def event(key: str) -> EventType | None:
    """The event type of a key; None if the vocabulary has none."""
    return events().get(key)


def is_a(key: str, ancestor: str) -> bool:
    """
    Whether an event key is another one or lies below it in the tree; keys that the vocabulary does not have included.

    Examples
    --------
    >>> is_a("attack.air", "attack"), is_a("attack", "attack.air"), is_a("attacked", "attack")
    (True, False, False)
    """
    return key == ancestor or key.startswith(f"{ancestor}.")


def from_ucdp(code: int) -> str | None:
    """
    The event key of a UCDP type of violence: 1 state-based, 2 non-state, 3 one-sided. UCDP does not say how.

    Examples
    --------
    >>> from_ucdp(1), from_ucdp(3), from_ucdp(4)
    ('attack', 'attack.civilians', None)
    """
    return {1: "attack", 2: "attack", 3: "attack.civilians"}.get(code)


def from_acled(sub_event: str | None, event_type: str | None = None) -> str | None:
    """
    The event key of an ACLED sub-event, or of an event type where the row has no sub-event, old names included.

    Case, spaces and dashes do not matter. Where one code holds several of our keys, the one that covers what the code says.

    Parameters
    ----------
    sub_event
        As in ``sub_event_type``; None or empty in the files up to 2018.
    event_type
        As in ``event_type``; only looked at where there is no sub-event.

    Returns
    -------
    str or None
        None for a code that is not known, and for ``Strategic development``, which says nothing of what happened.

    Examples
    --------
    >>> from_acled("Air/drone strike"), from_acled(None, "Battle-No change of territory"), from_acled("Magic")
    ('attack.air', 'attack.clash', None)
    """
    if sub_event and sub_event.strip():
        return _by_acled("acled").get(_plain(sub_event))
    return _by_acled("acled_types").get(_plain(event_type or ""))


@cache
def _by_acled(column: Literal["acled", "acled_types"]) -> Mapping[str, str]:
    return {_plain(code): item.key for item in events().values() for code in getattr(item, column)}


# ----------------------------------------------------------------------------------------------------------- weapons


@cache
def weapons() -> Mapping[str, Weapon]:
    """Every key of the weapons tree, parents before what lies below them."""
    return {
        row["key"]: Weapon(
            key=row["key"],
            parent=row["parent"] or None,
            field="platform" if row["field"] == "platform" else "weapon",
            means=row["means"],
            bayanat=row["bayanat"],
            insecurity_insight=_listed(row["insecurity_insight"]),
            insecurity_insight_among=_listed(row["insecurity_insight_among"]),
            plover=row["plover"],
            acled=row["acled"],
            note=row["note"],
        )
        for row in _rows("weapons")
    }


def weapon(key: str) -> Weapon | None:
    """The weapon or platform of a key; None if the vocabulary has none."""
    return weapons().get(key)


def weapon_path(key: str) -> tuple[str, ...]:
    """
    A weapon with what it lies in, the root first; a key that the vocabulary does not have stands alone.

    Examples
    --------
    >>> weapon_path("barrel"), weapon_path("trebuchet")
    (('explosive', 'improvised', 'barrel'), ('trebuchet',))
    """
    item = weapon(key)
    return (key,) if item is None or item.parent is None else (*weapon_path(item.parent), key)


def is_weapon(key: str, ancestor: str) -> bool:
    """
    Whether a weapon or platform is another one or lies below it in the tree.

    Examples
    --------
    >>> is_weapon("barrel", "explosive"), is_weapon("explosive", "barrel")
    (True, False)
    """
    return ancestor in weapon_path(key)


def from_insecurity_insight(launch: str | None, weapon: str | None) -> tuple[str | None, str | None]:
    """
    Platform and weapon of an event of Insecurity Insight; each None where the cell is empty or its word is not known.

    Parameters
    ----------
    launch
        As in ``Launch Type``.
    weapon
        As in ``Explosive Weapon Type`` or ``Weapon Carried/Used``. A word that fits several weapons gives what they have in common.

    Returns
    -------
    tuple of str or None
        Platform, weapon.

    Examples
    --------
    >>> from_insecurity_insight("Air-Launched: Helicopter", "Aerial Bomb"), from_insecurity_insight("", "Firearms")
    (('helicopter', 'air-bomb'), (None, 'firearm'))
    """
    return _by_insight("platform").get(_plain(launch or "")), _by_insight("weapon").get(_plain(weapon or ""))


@cache
def _by_insight(field: Literal["platform", "weapon"]) -> Mapping[str, str]:
    return {
        _plain(label): item.key
        for item in weapons().values()
        if item.field == field
        for label in item.insecurity_insight
    }


# ---------------------------------------------------------------------------------------------------------- coverage


@cache
def limits(feed: str) -> tuple[Limit, ...]:
    """
    What a feed cannot say, in the order of the table; nothing for a feed that the table does not have.

    Examples
    --------
    >>> [limit.about for limit in limits("ucdp")][:2]
    ['lethal', 'weapon']
    """
    rows = (row for row in _rows("coverage") if row["feed"] == feed)
    return tuple(Limit(feed=row["feed"], about=row["about"], says=row["says"]) for row in rows)


def feed_of(source_code: str | None) -> str | None:
    """
    The feed that a source's own code names: its first word.

    Examples
    --------
    >>> feed_of("ucdp 1"), feed_of("acled Air/drone strike"), feed_of(None)
    ('ucdp', 'acled', None)
    """
    first, _, _ = (source_code or "").strip().partition(" ")
    return first.rstrip(":").lower().replace("_", "-") or None


# ------------------------------------------------------------------------------------------------------------- tables


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("castello.claims.vocabulary") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _plover(cell: str) -> Plover:
    parted = (part.partition(":") for part in _listed(cell))
    return tuple((name, tuple(mode.strip() for mode in modes.split(",") if mode.strip())) for name, _, modes in parted)


def _plain(text: str) -> str:
    """A code without what its editions differ in: case, spaces, dashes."""
    return re.sub(r"[\s\-‐‑‒–—_]+", " ", text).strip().casefold()
