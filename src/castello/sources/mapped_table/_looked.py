"""What the columns of a table that nobody knows seem to hold, by their heads, by tags of HXL and by their values."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from castello.names import settled
from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.sources._csv import column_key
from castello.sources._days import NotADay, read_days
from castello.sources._intake import Intake, Names
from castello.sources.cells import Heads, header_of, open_cells
from castello.sources.mapped_table._figures import number
from castello.sources.mapped_table._words import is_filled_in, is_form, role_of

FIGURES = ("killed", "injured", "persons", "families", "price")
"""Slots that are figures."""

DISTINCT = 40
"""So many different values of a column are looked at."""

_ROWS, _EXAMPLES, _LONG = 300, 3, 40
_MOSTLY, _HALF = 0.8, 0.5
_NAME = ("name", "nom", "الاسم")
_WIDE = 3
_POINT = ("lat", "lon")
_WORDED = ("type", "weapon", "actor", "target", "place", "area", "commodity", "market", "currency", "source", "note")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]{6,}[0-9]")
_DIALLED = re.compile(r"(?:\+|0)[0-9]{8,}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+", re.IGNORECASE)
PARTED_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}.*")
"""A day of which it may not be clear what comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the file: its head as printed, what it seems to hold, and its different values as far as they were looked at."""

    head: str
    role: str
    values: tuple[str, ...]
    telling: bool = True

    @property
    def cell(self) -> str:
        return f"{{column: {as_yaml(self.head)}}}"

    @property
    def shown(self) -> str:
        """Some values, for a comment. Of what looks like a person, or long text in which persons may be named, none."""
        if self.role == "person":
            return ""
        if any(len(value) > _LONG for value in self.values):
            return "long text"
        if not self.telling:
            return "different texts"
        return " | ".join(shown(value) for value in self.values[:_EXAMPLES])


def columns_of(path: Path, *, places: PlaceRegister, parties: PartyRegister) -> list[Column] | None:
    intake = Intake(path.name)
    heads = _best(header_of(path, intake=intake))
    if heads is None:
        return None
    names, tags = heads
    with tempfile.TemporaryDirectory() as folder:
        tables = open_cells(path, into=Path(folder), intake=intake, is_header=names.issubset, needed="")
        if not tables:
            return None
        table = tables[0]
        rows = [cells for _, cells in islice(table.read(), _ROWS)]
    known = (Names(places), Names(parties))
    form = is_form(tuple(table.printed.values()))
    found = []
    for name in table.columns:
        values = tuple(dict.fromkeys(row[name] for row in rows if row[name]))
        printed = table.printed.get(name, name)
        role = "form" if form and is_filled_in(printed) else _role(printed, tags.get(name, ""), values, known)
        # of two columns with one head each has a name of its own
        head = printed if column_key(printed) == name else name
        filled = sum(row[name] != "" for row in rows)
        found.append(Column(head=head, role=role, values=values, telling=_is_telling(role, values, filled=filled)))
    return _one_each(found)


def _is_telling(role: str, values: Sequence[str], *, filled: int) -> bool:
    """Whether nobody can be named in the values: they hold a slot, are figures or days, or come again and again."""
    if role:
        return True
    return len(values) <= max(_EXAMPLES, filled / 2) or all(_figure(value) or _is_day(value) for value in values)


def _figure(text: str) -> bool:
    return number(text.replace(",", ".").replace(" ", "")) is not None


def _best(sheets: Iterable[Heads]) -> tuple[frozenset[str], Mapping[str, str]] | None:
    """The names on the row that is most likely that of the heads, and the tags of HXL by name."""
    best: tuple[int, frozenset[str], Mapping[str, str]] | None = None
    for sheet in sheets:
        for at, row in enumerate(sheet.rows):
            filled = [cell for cell in row if cell]
            names = [cell for cell in filled if number(cell) is None and not _is_day(cell)]
            if len(names) < 2 or len(names) < len(filled) or filled[0].startswith("#"):
                continue
            score = 2 * sum(bool(role_of(name)) for name in names) + len(set(names)) - at
            if best is None or score > best[0]:
                near = [other for other in sheet.rows[max(0, at - 1) : at + 2] if any(other)]
                tagged = next((other for other in near if all(cell.startswith("#") for cell in other if cell)), ())
                alone = frozenset(name for name in names if names.count(name) == 1)
                best = (score, alone, dict(zip(row, tagged, strict=False)))
    return None if best is None or not best[1] else best[1:]


def _role(head: str, tag: str, values: Sequence[str], known: tuple[Names, Names]) -> str:
    """What a column seems to hold: by its head, where its values do not speak against that; else by its values."""
    role, some = role_of(head, tag), values[:DISTINCT]
    if not some:
        return role
    places, parties = (sum(settled(names.sure(value)) is not None for value in some) / len(some) for names in known)
    if role == "person":
        # a column "name" may hold the names of places; what tells of a person by its head stays out whatever it holds
        return "place" if head.strip().casefold() in _NAME and places >= _MOSTLY else role
    if sum(_is_contact(value) for value in some) > len(some) / 2:
        return "person"
    figures = sum(_figure(value) for value in some) >= _MOSTLY * len(some)
    if role and (figures or role not in (*FIGURES, *_POINT)) and not (figures and role in _WORDED):
        return role
    if sum(_is_day(value) and not re.fullmatch(r"\d{1,8}", value) for value in some) >= _MOSTLY * len(some):
        return "date"
    if places >= _HALF:
        return "place"
    return "actor" if parties >= _HALF else ""


def _is_contact(text: str) -> bool:
    """Whether a text looks like a telephone or an address of mail."""
    if _MAIL.fullmatch(text) or _DIALLED.fullmatch(text):
        return True
    return bool(_PHONE.fullmatch(text)) and number(text) is None and not _is_day(text)


def _one_each(columns: Sequence[Column]) -> list[Column]:
    """Each slot is drafted for the first column that seems to hold it; areas stand in where no smaller place is named."""
    taken: set[str] = set()
    several = {"person", "form", "area", ""}
    found = []
    has_place = any(column.role == "place" for column in columns)
    for column in columns:
        role = column.role
        if role == "area" and not has_place and "place" not in taken:
            role = "place"
        if role in taken and role not in several:
            role = ""
        taken.add(role)
        found.append(replace(column, role=role))
    return found


def _is_day(text: str) -> bool:
    if number(text) is not None and len(text) != 8:
        return False
    try:
        read_days(text, day_first=True)
    except NotADay:
        return bool(PARTED_DAY.fullmatch(text))
    return True


def wide_of(columns: Sequence[Column]) -> list[Column]:
    """Columns without a slot whose heads are different names and whose values are all numbers: a table with one column a place."""
    plain = [column for column in columns if not column.role and column.values]
    figures = [column for column in plain if all(number(value) is not None for value in column.values)]
    return (
        figures
        if len(figures) >= _WIDE and len(figures) >= _MOSTLY * len([one for one in columns if one.role != "date"])
        else []
    )


def as_yaml(text: str) -> str:
    """A text as YAML: JSON is."""
    return json.dumps(text, ensure_ascii=False)


def shown(text: str) -> str:
    """A text in a comment: one line, nothing that cannot be printed."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain if len(plain) <= _LONG else f"{plain[:_LONG]}..."
