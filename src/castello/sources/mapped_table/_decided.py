"""What a person would think about in a table (names, days, words), decided once for each different text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from castello.cases._also_values import check_also
from castello.cases._claim_entry import REGISTERED
from castello.claims import UNKNOWN, InvalidClaim, Kind, Link, Role, canonical
from castello.names import Candidate, settled
from castello.places import Place, Road
from castello.sources._days import NotADay, read_days
from castello.sources._intake import Names
from castello.sources._slugs import slug
from castello.sources.mapped_table._figures import number
from castello.sources.mapped_table.mapping import BadMapping, Cell, ClaimMapping, Spot, TableMapping
from castello.sources.mapped_table.sidecar import check_predicate
from castello.sources.tabular import Reading

_ONE_OF = {
    "confidence": ("high", "medium", "low"),
    "verification": ("verified", "address_incomplete", "unverified"),
    "modality": ("asserted", "negated", "likely", "possible", "unlikely"),
}
_SAME = ("judged", "exact", "folded")
_HINTED = 200
"""So many names that are not clear are told with what they may mean: to look for it takes long."""


class Decided(NamedTuple):
    """What a text was decided to be, with a second value where a slot has two, and what is wrong or to be looked at."""

    value: str | None = None
    second: str | None = None
    problem: str | None = None
    warning: str | None = None


Rule = Callable[[Sequence[str | None]], Decided]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A table of what was decided (``meant``, and the fields of :class:`Decided`), and the columns it is joined by; ``fixed`` if there are none."""

    table: str
    columns: tuple[str, ...]
    fixed: tuple[Decided, ...] = ()


_SCHEMA = pa.schema([("meant", pa.string()), *((name, pa.string()) for name in Decided._fields)])


@dataclass(slots=True)
class Deciding:
    """Makes the tables. ``source`` has SQL for each column over the cells of the file."""

    mapping: TableMapping
    reading: Reading
    source: Mapping[str, str]
    _made: list[tuple[tuple[object, ...], Joined]] = field(default_factory=list)
    _names: dict[str, Names] = field(default_factory=dict)
    _hinted: int = 0

    def slot(self, one: ClaimMapping, slot: str, cell: Cell, *, needed: bool) -> Joined:
        """A slot of a claim: an id of its register, a key, a predicate, or words."""
        register = REGISTERED[one.kind].get(slot)
        if register == "place":
            spot = one.spots.get(slot, Spot())
            cells = [cell, *(other or Cell() for other in (spot.pcode, spot.lat, spot.lon))]
            return self._table(
                ("place", cell, spot, needed), cells, lambda texts: self._place(cell, spot, texts, needed=needed)
            )
        if register is not None:
            return self._one((register, cell), cell, lambda text: self._named(text, register))
        if slot == "predicate":
            return self._one(("predicate", one.kind, cell), cell, lambda text: _predicate(one.kind, text))
        if slot in _ONE_OF:
            return self._one((slot, cell), cell, lambda text: _one_of(slot, text))
        if slot in ("quote", "note"):
            return self.words(cell)
        return self._one(("key", cell), cell, lambda text: Decided(slug(text)))

    def also(self, one: ClaimMapping, slot: str, cell: Cell) -> Joined:
        """A slot of ``also`` that holds words."""
        parties = tuple(self.reading.parties)

        def rule(text: str) -> Decided:
            try:
                check_also(one.kind, slot, text, parties=parties)
            except InvalidClaim as invalid:
                return Decided(problem=f"{invalid.what[:100]}; {invalid.hint}")
            return Decided(text)

        return self._one(("also", one.kind, slot, cell), cell, rule)

    def words(self, cell: Cell) -> Joined:
        """A text as it stands."""
        return self._one(("words", cell), cell, Decided)

    def day(self, cell: Cell) -> Joined:
        """The first and the last day that a text names."""
        day_first = self.reading.options.get("day_first")

        def rule(text: str) -> Decided:
            try:
                days = read_days(text, day_first=day_first)
            except NotADay as no:
                return Decided(problem=no.what)
            serial = f"{text} is a spreadsheet's number, read as {days.first}" if days.serial else None
            return Decided(days.first.isoformat(), days.last.isoformat(), None, serial)

        return self._one(("day", cell), cell, rule)

    def chain(self, cell: Cell) -> Joined:
        """Who said it, as the chain of a claim; what the table has in words is the second value, for the note."""
        given = {_plain(name): id for name, id in (self.reading.options.get("source_names") or {}).items()}
        publisher = self.reading.document.publisher
        alone = canonical([Link(who=publisher, role=Role.COMPILER).to_json()]).decode()

        def rule(texts: Sequence[str | None]) -> Decided:
            text = cell.means(texts[0])
            who = None if text is None else given.get(_plain(text))
            if text is None or publisher in (text, who):
                return Decided(alone)
            links = [Link(who=who or UNKNOWN, role=Role.COMPILER), Link(who=publisher, role=Role.PUBLISHER)]
            said = canonical([link.to_json() for link in links]).decode()
            if who is not None:
                return Decided(said)
            return Decided(said, f"source as written: {text}", None, f"the source {text[:60]!r} is kept in words")

        return self._table(("chain", cell), [cell], rule)

    # ------------------------------------------------------------------------------------------------------- tables

    def _one(self, what: tuple[object, ...], cell: Cell, rule: Callable[[str], Decided]) -> Joined:
        def of(texts: Sequence[str | None]) -> Decided:
            text = cell.means(texts[0])
            return Decided() if text is None else rule(text)

        return self._table(what, [cell], of)

    def _table(self, what: tuple[object, ...], cells: Sequence[Cell], rule: Rule) -> Joined:
        known = next((joined for key, joined in self._made if key == what), None)
        if known is not None:
            return known
        columns = [cell.column for cell in cells if cell.column is not None]
        if not columns:
            joined = Joined(table="", columns=(), fixed=(self._fixed(cells[0], rule([None] * len(cells))),))
        else:
            joined = Joined(table=f"decided_{len(self._made)}", columns=tuple(columns))
            rows = self.reading.distinct(**{f"c{at}": self.source[column] for at, column in enumerate(columns)})
            made = []
            for row in rows:
                given = iter(row.values())
                texts = [None if cell.column is None else next(given) for cell in cells]
                meant = "\x1f".join("\x1e" if text is None else text for text in row.values())
                made.append({"meant": meant, **rule(texts)._asdict()})
            self.reading.engine.table(joined.table, pa.Table.from_pylist(made, schema=_SCHEMA))
        self._made.append((what, joined))
        return joined

    def _fixed(self, cell: Cell, decided: Decided) -> Decided:
        if decided.problem is not None:
            hint = "Correct it in the mapping, or add it to its register."
            raise BadMapping(decided.problem, hint=hint, slot="mapping", line=cell.line)
        return decided

    # -------------------------------------------------------------------------------------------------------- names

    def _register(self, register: str) -> Names:
        if register not in self._names:
            is_place = register == "place"
            self._names[register] = self.reading.place_names() if is_place else self.reading.party_names()
        return self._names[register]

    def _named(self, text: str, register: str) -> Decided:
        if register == "road":
            return self._road(text)
        if text == UNKNOWN or text in self.reading.parties:
            return Decided(text)
        names = self._register("party")
        return self._clear(text, names.sure(text), lambda: names.candidates(text), register="party")

    def _road(self, text: str) -> Decided:
        places = self.reading.places
        if isinstance(places.get(text), Road):
            return Decided(text)
        found = tuple(one for one in places.resolve(text) if isinstance(places[one.id], Road))
        sure = tuple(one for one in found if one.score >= 0.8)
        return self._clear(text, sure, lambda: found, register="road")

    def _clear(
        self,
        text: str,
        sure: Sequence[Candidate],
        others: Callable[[], Sequence[Candidate]],
        *,
        register: str,
    ) -> Decided:
        chosen = settled(tuple(sure))
        if chosen is not None:
            alike = f"{text[:60]!r} is taken for {chosen.id}, by the name {chosen.matched!r}"
            return Decided(chosen.id, None, None, None if chosen.method in _SAME else alike)
        return Decided(problem=self._unclear(text, others, register=register))

    def _unclear(self, text: str, others: Callable[[], Sequence[Candidate]], *, register: str) -> str:
        self._hinted += 1
        ids = [one.id for one in others()[:3]] if self._hinted <= _HINTED else []
        may = f"; it may mean {' or '.join(ids)}" if ids else ""
        return f"{text[:60]!r} is not clearly one {register}{may}"

    def _place(self, cell: Cell, spot: Spot, texts: Sequence[str | None], *, needed: bool) -> Decided:
        places, names = self.reading.places, self._register("place")
        text = cell.means(texts[0])
        code = spot.pcode.means(texts[1]) if spot.pcode is not None else None
        point = self._point(spot, texts)
        if text is not None and isinstance(places.get(text), Place):
            return Decided(text)
        coded = [
            place.id for place in places.places if code and place.pcode and place.pcode.casefold() == code.casefold()
        ]
        sure = () if text is None else names.sure(text)
        if coded:
            both = [one for one in sure if one.id in coded]
            if sure and not both:
                return Decided(problem=f"has the P-code of {coded[0]} and the name of {sure[0].id}")
            if len(coded) == 1:
                return Decided(coded[0])
            return self._clear(text or str(code), both, lambda: both, register="place")
        if text is None:
            return Decided(problem=f"no place has the P-code {code!r}" if code else None)
        if point is None:
            return self._clear(text, sure, lambda: names.candidates(text), register="place")
        near = self.reading.near().id(text, point, within_km=spot.within_km)
        if near is not None:
            return Decided(near)
        unclear = self._unclear(text, lambda: names.candidates(text), register="place near its point")
        return Decided(problem=unclear) if needed else Decided(None, None, None, f"{unclear}: its point is kept")

    def _point(self, spot: Spot, texts: Sequence[str | None]) -> tuple[float, float] | None:
        if spot.lat is None or spot.lon is None:
            return None
        written = (spot.lat.means(texts[2]), spot.lon.means(texts[3]))
        lat, lon = (number(one, decimal=self.mapping.decimal, thousands=self.mapping.thousands) for one in written)
        if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
            return None
        return lat, lon


def _predicate(kind: Kind, text: str) -> Decided:
    if check_predicate(kind, text) is None:
        return Decided(text)
    return Decided(problem=f"{text[:60]!r} is not a predicate of {kind.value}")


def _one_of(slot: str, text: str) -> Decided:
    if text in _ONE_OF[slot]:
        return Decided(text)
    return Decided(problem=f"{text[:60]!r} is no {slot}: it is {', '.join(_ONE_OF[slot])}")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
