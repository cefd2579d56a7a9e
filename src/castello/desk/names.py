"""Names that feeds brought, laid under the registers of the case: what a person wrote there goes before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from castello.cases import Registers
from castello.parties import Party, PartyRegister
from castello.places import Place, PlaceRegister
from castello.places.register import circle


def with_names(registers: Registers, names: Iterable[tuple[str, Mapping[str, Any]]]) -> Registers:
    """
    Registers with the names of feeds, as far as their ids are free.

    Parameters
    ----------
    registers
        As people keep them.
    names
        ``place`` or ``party``, with the entry by the names of its fields. A parent that is not known, or leads back, is left out.
    """
    brought: dict[str, dict[str, Mapping[str, Any]]] = {"place": {}, "party": {}}
    for kind, entry in names:
        brought[kind][entry["id"]] = entry
    if not any(brought.values()):
        return registers
    parents = {id_: entry.get("parent") for id_, entry in brought["place"].items()}
    parents |= {place.id: place.parent for place in registers.places.places}
    places = [
        Place(**_fields(Place, entry) | {"parent": None if _stray(id_, parents) else entry.get("parent")})
        for id_, entry in brought["place"].items()
        if id_ not in registers.places
    ]
    parties = [
        Party(**_fields(Party, entry)) for id_, entry in brought["party"].items() if id_ not in registers.parties
    ]
    return replace(
        registers,
        places=PlaceRegister([*registers.places.places, *places], registers.places.roads),
        parties=PartyRegister([*registers.parties.parties, *parties]),
        brought=registers.brought | {place.id for place in places},
    )


def _stray(id: str, parents: Mapping[str, str | None]) -> bool:
    """Whether a place is said to lie in what is not known, or in itself: two feeds may disagree."""
    above = parents[id]
    return above is not None and (above not in parents or bool(circle(id, parents)))


def _fields(cls: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(cls)}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items() if key in known}
