"""What a mapping is: which slot of which claim is taken from which column, or is the same in every row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from castello.cases._claim_entry import REGISTERED
from castello.claims import Kind
from castello.errors import WrongUse

KINDS = tuple(kind for kind, slots in REGISTERED.items() if set(slots.values()) <= {"party", "place", "road"})
"""The kinds of claim that a table can make: those whose slots are words, places, roads and parties."""

COUNTS = frozenset({"harm_low", "harm_best", "harm_high", "harm_civilians", "persons", "persons_of"})
"""Slots of ``also`` that count people."""

NUMBERS = COUNTS | {"usd", "share_low", "share_high", "ration_days"}
"""Slots of ``also`` that hold figures."""

WITHIN_KM = 5.0
"""How far a place may lie from the point of its row, unless the mapping says otherwise."""


class BadMapping(WrongUse):
    """A mapping that cannot be used: ``line`` of the sidecar if it is known, and the ``slot`` that is wrong."""

    def __init__(self, what: str, *, hint: str, slot: str, line: int | None) -> None:
        self.line, self.slot = line, slot
        super().__init__(what, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    Where a slot is taken from: a column (its plain name), or a text that is the same in every row.

    ``values`` say what the texts of the column mean, in the form of :func:`plain`; ``empty`` stands for an empty cell.
    """

    column: str | None = None
    text: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    empty: str | None = None
    line: int | None = None

    def means(self, written: str | None) -> str | None:
        """What a cell as written means; None if it says nothing."""
        if self.column is None:
            written = self.text
        return self.empty if written is None else self.values.get(plain(written), written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What else tells where a place is: its point in degrees, its code, and how far the place may lie from the point."""

    lat: Cell | None = None
    lon: Cell | None = None
    pcode: Cell | None = None
    within_km: float = WITHIN_KM


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When it happened: between the first and the last day, on each of these days, or since then."""

    first: Cell
    last: Cell | None = None
    since: bool = False
    every_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMapping:
    """What a row claims. ``figures`` are value, low and high; ``name`` tells the claims of one row apart."""

    name: str
    kind: Kind
    cells: Mapping[str, Cell]
    spots: Mapping[str, Spot]
    when: When
    figures: Mapping[str, Cell]
    unit: Cell | None
    bound: str | None
    also: Mapping[str, Cell]
    published: Cell | None = None
    source: Cell | None = None

    def every_cell(self) -> Iterator[Cell]:
        """Everything that is taken from somewhere."""
        yield from (*self.cells.values(), *self.figures.values(), *self.also.values())
        for spot in self.spots.values():
            yield from (cell for cell in (spot.lat, spot.lon, spot.pcode) if cell is not None)
        others = (self.unit, self.published, self.source, self.when.first, self.when.last)
        yield from (cell for cell in others if cell is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A mapping, read: ``printed`` are the columns as the user wrote them, by their plain names, and ``lines`` where they stand."""

    claims: tuple[ClaimMapping, ...]
    key: tuple[str, ...]
    decimal: str
    thousands: str | None
    absent: tuple[str, ...]
    left_out: frozenset[str]
    printed: Mapping[str, str]
    lines: Mapping[str, int | None]


def plain(text: str) -> str:
    """
    A text as ``values`` compare it: case and spaces do not matter.

    Examples
    --------
    >>> plain(" Air  Strike ")
    'air strike'
    """
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()
