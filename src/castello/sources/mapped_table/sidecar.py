"""How the mapping in a sidecar is read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

from castello.cases._claim_entry import REGISTERED
from castello.cases._yaml import Lines
from castello.claims import SLOTS, Kind
from castello.claims.vocabulary import event, events
from castello.sources._csv import column_key
from castello.sources._intake import listed
from castello.sources.cells._header import named
from castello.sources.mapped_table.mapping import (
    KINDS,
    WITHIN_KM,
    BadMapping,
    Cell,
    ClaimMapping,
    Spot,
    TableMapping,
    When,
    plain,
)

_FLAGS = frozenset({"track", "includes_besieged"})
_TEXTS = ("subject", "predicate", "object", "place", "quote", "note", "confidence", "verification", "modality")
_COMMON = ("key", "decimal", "thousands", "absent", "leave_out", "claims")
_OF_A_CLAIM = ("kind", *_TEXTS, "quantity", "date", "published", "source", "wide")
_CELL = frozenset({"column", "values", "empty"})
_AT = frozenset({"lat", "lon", "pcode", "within_km"})
_OPEN = "?"


def missing_column(said: Mapping[str, Any], rows: Iterable[Sequence[str]]) -> None:
    """
    Whether one table of a file has every column that its mapping names.

    Parameters
    ----------
    said
        The mapping.
    rows
        Plain names on each row that may be that of the heads.

    Raises
    ------
    BadMapping
        If none has, or the mapping cannot be used.
    """
    mapping = read_mapping(said)
    heads = [named(row, row=0).columns for row in rows]
    best = max(heads, key=lambda names: len(mapping.printed.keys() & set(names)), default=())
    lacking = [column for column in mapping.printed if column not in best]
    if lacking:
        close = get_close_matches(lacking[0], sorted(best), n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        raise BadMapping(
            f"the file has no column {mapping.printed[lacking[0]]!r}",
            hint=f"{hint}It has {listed(best, most=12)}.",
            slot="mapping",
            line=mapping.lines[lacking[0]],
        )


def read_mapping(said: Mapping[str, Any]) -> TableMapping:
    """
    Read the mapping of a sidecar.

    Parameters
    ----------
    said
        What stands under ``mapping``.

    Raises
    ------
    BadMapping
        If a slot is missing, not one of its kind, still open, or not written as it has to be.

    Examples
    --------
    >>> mapping = read_mapping({
    ...     "kind": "people", "subject": {"column": "Where"}, "predicate": "lives", "date": "2016-07",
    ...     "quantity": {"value": {"column": "Pop"}, "unit": "person"}})
    >>> sorted(mapping.printed), mapping.claims[0].kind.value
    (['pop', 'where'], 'people')
    """
    return _Reader().read(said)


class _Reader:
    def __init__(self) -> None:
        self.printed: dict[str, str] = {}
        self.lines: dict[str, int | None] = {}

    def read(self, said: Mapping[str, Any]) -> TableMapping:
        common = _part(said, "mapping")
        several = common.get("claims")
        if several is not None and (not isinstance(several, list) or not several):
            raise _wrong(said, "claims", "claims is not a list", "Write one item for each claim that a row makes.")
        shared = {key: value for key, value in common.items() if key not in _COMMON}
        claims: list[ClaimMapping] = []
        for number, item in enumerate(several or [said], start=1):
            one = _joined(shared, _part(item, "claims") if several else {}, said if several is None else item)
            claims += self._claims(one, name=str(number) if several else "")
        decimal, thousands = common.get("decimal", "."), common.get("thousands")
        if decimal not in (".", ","):
            raise _wrong(said, "decimal", f"{decimal!r} parts no decimals", 'Write "." or ",".')
        if thousands not in (None, ",", ".", " ", "'") or thousands == decimal:
            raise _wrong(said, "thousands", f"{thousands!r} parts no thousands", """Use ",", ".", " " or "'".""")
        key = self._key(said, common.get("key"))
        if not self.printed:
            raise _wrong(said, "mapping", "the mapping takes nothing from the table", "Write {column: NAME}.")
        left_out = frozenset(column_key(name) for name in _texts(said, "leave_out"))
        both = sorted(left_out & self.printed.keys())
        if both:
            what = f"{self.printed[both[0]]!r} is left out and mapped"
            raise _wrong(said, "leave_out", what, "Take it out of one of the two.")
        return TableMapping(
            claims=tuple(claims),
            key=key,
            decimal=decimal,
            thousands=thousands,
            absent=_texts(said, "absent"),
            left_out=left_out,
            printed=self.printed,
            lines=self.lines,
        )

    def _key(self, said: Mapping[str, Any], key: Any) -> tuple[str, ...]:
        if key is None:
            return ()
        if not isinstance(key, Mapping) or len(key) != 1 or not {"column", "columns"} & key.keys():
            raise _wrong(said, "key", "key is not a column", "Write {column: ID} or {columns: [A, B]}.")
        names = (key["column"],) if "column" in key else _texts(key, "columns")
        return tuple(self._column(name, key) for name in names)

    def _claims(self, said: Mapping[str, Any], *, name: str) -> Iterator[ClaimMapping]:
        wide = said.get("wide")
        if wide is None:
            yield self._claim(said, name=name)
            return
        if not isinstance(wide, Mapping) or wide.keys() - {"columns", "slot", "values"} or "slot" not in wide:
            raise _wrong(said, "wide", "wide cannot be read", "Write {columns: [A, B], slot: place}.")
        columns, slot = _texts(wide, "columns"), str(wide["slot"])
        if slot == _OPEN:
            raise _wrong(wide, "slot", "slot is still open", "Say what the heads of the columns are: place, cause ...")
        if slot in said:
            raise _wrong(said, slot, "is said twice", "The columns of wide say it: leave it out here.")
        quantity = said.get("quantity") or {}
        if not isinstance(quantity, Mapping) or "value" in quantity:
            raise _wrong(said, "quantity", "is taken from the columns of wide", "Say the unit only.")
        if not columns:
            raise _wrong(wide, "columns", "names no column", "Name those that hold the figures.")
        rest = {key: value for key, value in said.items() if key != "wide"}
        for column in columns:
            values = wide.get("values", {})
            one = rest | {
                slot: values.get(column, column) if isinstance(values, Mapping) else column,
                "quantity": {**quantity, "value": {"column": column}},
            }
            yield self._claim(_joined({}, one, wide), name=f"{name}/{column_key(column)}".strip("/"))

    def _claim(self, said: Mapping[str, Any], *, name: str) -> ClaimMapping:
        kind = _kind(said)
        slots = SLOTS[kind]
        also = [slot for slot in slots.also if slot not in _FLAGS]
        for key in said:
            if key not in (*_OF_A_CLAIM, *also):
                close = get_close_matches(key, [*_OF_A_CLAIM, *also], n=1)
                meant = f"Did you mean {close[0]}? " if close else ""
                hint = (
                    f"{meant}A claim of kind {kind.value} has {', '.join([*slots.required, *slots.optional, *also])}."
                )
                raise _wrong(said, key, f"{kind.value} has no slot {key}", hint)
        for slot in (*dict.fromkeys(("predicate", *slots.required)), "date"):
            if said.get(slot) is None:
                raise _wrong(said, slot, f"{kind.value} without {slot}", _needs(kind, slot))
        for slot in ("object", "place", "quantity"):
            if slot in said and slot not in (*slots.required, *slots.optional):
                raise _wrong(
                    said, slot, f"{kind.value} has no slot {slot}", f"`castello words {kind.value}` shows its slots."
                )
        places = {slot for slot, register in REGISTERED[kind].items() if register == "place"}
        figures, unit, bound = self._quantity(said)
        claim = ClaimMapping(
            name=name,
            kind=kind,
            cells={
                slot: self._cell(said, slot, more=_AT if slot in places else frozenset())
                for slot in _TEXTS
                if slot in said
            },
            spots={slot: self._spot(said[slot]) for slot in sorted(places) if isinstance(said.get(slot), Mapping)},
            when=self._when(said),
            figures=figures,
            unit=unit,
            bound=bound,
            also={slot: self._cell(said, slot) for slot in also if slot in said},
            published=self._cell(said, "published") if "published" in said else None,
            source=self._cell(said, "source") if "source" in said else None,
        )
        _check_predicate(claim, said)
        return claim

    def _quantity(self, said: Mapping[str, Any]) -> tuple[dict[str, Cell], Cell | None, str | None]:
        quantity = said.get("quantity")
        if quantity is None:
            return {}, None, None
        known = {"value", "low", "high", "unit", "bound"}
        if (
            not isinstance(quantity, Mapping)
            or quantity.keys() - known
            or not {"value", "low", "high"} & quantity.keys()
        ):
            raise _wrong(said, "quantity", "quantity cannot be read", "Write {value: {column: N}, unit: person}.")
        if quantity.get("unit") is None:
            raise _wrong(
                quantity, "unit", "quantity without unit", "Say what is counted: person, family, SYP/KG, percent."
            )
        bound = quantity.get("bound")
        if bound not in (None, "exact", "at_least", "at_most", "about"):
            raise _wrong(quantity, "bound", f"{bound!r} is no bound", "Use at_least, at_most or about.")
        figures = {name: self._cell(quantity, name) for name in ("value", "low", "high") if name in quantity}
        return figures, self._cell(quantity, "unit"), bound

    def _when(self, said: Mapping[str, Any]) -> When:
        value = said["date"]
        if not isinstance(value, Mapping) or "column" in value:
            return When(first=self._cell(said, "date"))
        if value.keys() == {"since"}:
            return When(first=self._cell(value, "since"), since=True)
        every_day = value.get("every_day", False)
        if value.keys() - {"first", "last", "every_day"} or "first" not in value or not isinstance(every_day, bool):
            hint = "Write {column: Date}, {first: {column: A}, last: {column: B}}, or {since: {column: A}}."
            raise _wrong(said, "date", "date cannot be read", hint)
        last = self._cell(value, "last") if "last" in value else None
        return When(first=self._cell(value, "first"), last=last, every_day=every_day)

    def _spot(self, said: Mapping[str, Any]) -> Spot:
        within = said.get("within_km", WITHIN_KM)
        if isinstance(within, bool) or not isinstance(within, int | float) or not 0 < within <= 1000:
            raise _wrong(said, "within_km", f"{within!r} is no distance", "Write kilometres.")
        if ("lat" in said) != ("lon" in said):
            raise _wrong(said, "lat", "lat and lon go together", "Give both or neither.")
        found = {name: self._cell(said, name) for name in ("lat", "lon", "pcode") if name in said}
        return Spot(**found, within_km=float(within))

    def _cell(self, said: Mapping[str, Any], slot: str, *, more: frozenset[str] = frozenset()) -> Cell:
        value, line = said[slot], _line(said, slot)
        if isinstance(value, Mapping):
            hint = f"Write {{column: NAME}}, with values or empty where they are needed; known are {', '.join(sorted(_CELL | more))}."
            if value.keys() - (_CELL | more) or not isinstance(value.get("column", ""), str):
                raise _wrong(said, slot, f"{slot} cannot be read", hint)
            if "column" not in value and not {"lat", "pcode"} & value.keys():
                raise _wrong(said, slot, f"{slot} names no column", hint)
            values = value.get("values") or {}
            if not isinstance(values, Mapping) or not all(
                _is_word(one) for one in (*values.values(), value.get("empty", ""))
            ):
                raise _wrong(
                    value, "values", "values cannot be read", "Write each as `text in the file: what it means`."
                )
            means = {plain(str(written)): _word(one) for written, one in values.items()}
            still = next((written for written, one in values.items() if one == _OPEN), None)
            if still is not None:
                raise _wrong(values, still, f"{still!r} is still open", "Say what it means, or take the line out.")
            column = self._column(value["column"], value) if "column" in value else None
            empty = None if value.get("empty") is None else _word(value["empty"])
            return Cell(column=column, values=means, empty=empty, line=line)
        if not _is_word(value) or value == _OPEN:
            hint = "Write {column: NAME}, or what is the same in every row."
            raise _wrong(said, slot, f"{slot} is still open" if value == _OPEN else f"{slot} cannot be read", hint)
        return Cell(text=_word(value), line=line)

    def _column(self, name: Any, said: Mapping[str, Any]) -> str:
        key = column_key(str(name))
        if not key or name == _OPEN:
            raise _wrong(said, "column", "a column is still open", "Write the head of a column, or take the slot out.")
        self.printed.setdefault(key, str(name))
        self.lines.setdefault(key, _line(said, "column") if "column" in said else _line(said, "columns"))
        return key


def _kind(said: Mapping[str, Any]) -> Kind:
    kind = said.get("kind")
    known = ", ".join(one.value for one in KINDS)
    if kind is None:
        raise _wrong(said, "kind", "the mapping names no kind of claim", f"Use {known}.")
    if kind not in [one.value for one in KINDS]:
        close = get_close_matches(str(kind), [one.value for one in KINDS], n=1)
        meant = f"Did you mean {close[0]}? " if close else ""
        raise _wrong(said, "kind", f"{str(kind)[:40]!r} is no kind of claim that a table makes", f"{meant}Use {known}.")
    return Kind(kind)


def check_predicate(kind: Kind, predicate: str) -> str | None:
    """What to do about a predicate that the kind does not have; None of one that it has."""
    known = SLOTS[kind].predicates
    if predicate in known or (not known and event(predicate) is not None):
        return None
    close = get_close_matches(predicate, known or list(events()), n=1, cutoff=0.5)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}Use {', '.join(known or [key for key in events() if '.' not in key])}{'' if known else ' or what lies below them'}."


def _check_predicate(claim: ClaimMapping, said: Mapping[str, Any]) -> None:
    cell = claim.cells["predicate"]
    for value in (cell.text, cell.empty, *cell.values.values()):
        hint = None if value is None else check_predicate(claim.kind, value)
        if hint is not None:
            raise _wrong(said, "predicate", f"{value!r} is not a predicate of {claim.kind.value}", hint)


def _needs(kind: Kind, slot: str) -> str:
    if slot == "date":
        return "Write {column: NAME}, or a day that holds for every row."
    if slot == "predicate":
        return check_predicate(kind, "") or ""
    unknown = " unknown is one, too." if REGISTERED[kind].get(slot) == "party" else ""
    return f"Write {{column: NAME}}, or what is the same in every row.{unknown}"


def _joined(shared: Mapping[str, Any], own: Mapping[str, Any], at: Any) -> Mapping[str, Any]:
    """What is said of all claims and of this one, which knows the lines of what it was made of."""
    lines = Lines({**shared, **own}, line=at.line if isinstance(at, Lines) else 0)
    for part in (shared, own, at):
        if isinstance(part, Lines):
            lines.lines.update(part.lines)
    return lines


def _part(said: Any, slot: str) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise BadMapping(
            f"{slot} is no mapping", hint="Write slots and what they are taken from.", slot=slot, line=None
        )
    return said


def _texts(said: Mapping[str, Any], slot: str) -> tuple[str, ...]:
    value = said.get(slot) or []
    if not isinstance(value, list) or not all(_is_word(one) for one in value):
        raise _wrong(said, slot, f"{slot} is not a list", "Write [A, B].")
    return tuple(_word(one) for one in value)


def _is_word(value: object) -> bool:
    return isinstance(value, str | int | float | date) and not isinstance(value, bool)


def _word(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _line(said: Mapping[str, Any], slot: str) -> int | None:
    return (said.at(slot) or None) if isinstance(said, Lines) else None


def _wrong(said: Mapping[str, Any], slot: str, what: str, hint: str) -> BadMapping:
    return BadMapping(what, hint=hint, slot=slot, line=_line(said, slot))
