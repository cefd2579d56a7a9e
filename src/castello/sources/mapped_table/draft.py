"""Drafts the mapping of a table that nobody knows, for its user to correct. It is text: nothing is taken in before the user says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.sources.mapped_table._looked import (
    DISTINCT,
    FIGURES,
    PARTED_DAY,
    Column,
    as_yaml,
    columns_of,
    shown,
    wide_of,
)
from castello.sources.mapped_table._words import event_of

_OPEN = {
    "date": "# date: {column: ?}",
    "place": "# place: {column: ?, lat: {column: ?}, lon: {column: ?}}",
    "quantity": "# quantity: {value: {column: ?}, unit: ?}",
}


class _Line(Protocol):
    """Writes a slot of some roles, and remembers that they have one."""

    def __call__(self, slot: str, *roles: str, text: str = "", note: str = "") -> list[str]: ...


def draft(
    path: Path,
    *,
    places: PlaceRegister,
    parties: PartyRegister,
    publisher: str | None = None,
    published: date | None = None,
    title: str | None = None,
    language: str = "en",
) -> str | None:
    """
    The text of a sidecar for a table whose heads nobody knows; None of a file in which no table is seen.

    Heads are held against common words and tags of HXL, values against numbers, days and the registers. What is not clear is left open:
    the text cannot be used before its user has answered. Values of columns that look like persons are not in it.

    Parameters
    ----------
    path
        The file; its first few hundred rows are looked at.
    places, parties
        Registers of the case.
    publisher, published, title, language
        What the user said of the file.
    """
    columns = columns_of(path, places=places, parties=parties)
    if columns is None:
        return None
    about = [
        f"# Drafted by castello add for {shown(path.name)}. Nothing of the file has been taken in.",
        "# Correct what is wrong, answer each ? or leave its line out, and run the same command again.",
        "# {column: HEAD} takes a slot from a column; anything else is the same in every row. See the manual, tables.",
        f"title: {as_yaml(title or path.stem)}",
        f"publisher: {publisher}" if publisher else "# publisher: ?  # an id of sources.yml",
        f"published: {published}" if published else "# published: ?  # the day, such as 2016-07-17",
        f"language: {as_yaml(language)}",
        "format: table",
        "# feed: NAME  # the same name in the sidecar of a newer file makes that a newer release of this one",
        *_day_first(columns),
        "mapping:",
    ]
    return "\n".join([*about, *(f"  {line}" for line in _mapping(columns))]) + "\n"


def _mapping(columns: Sequence[Column]) -> list[str]:
    of = {column.role: column for column in columns if column.role not in ("person", "form", "area", "")}
    used: set[str] = set()

    def line(slot: str, *roles: str, text: str = "", note: str = "") -> list[str]:
        used.update(roles)
        comment = note or "; ".join(of[role].shown for role in roles if of[role].shown)
        return [f"{slot}: {text or of[roles[0]].cell}{f'  # {comment}' if comment else ''}"]

    wide = wide_of(columns) if not {"place", "lat", *FIGURES} & of.keys() else []
    kind, why = _kind(of.keys())
    lines = [f"kind: {kind}  # guessed, because {why}" if kind else f"# kind: ?  # {_KINDS}"]
    lines += (
        line("key", "key")
        if "key" in of
        else ["# key: {column: ?}  # what tells rows apart, also in a newer file; else what they say"]
    )
    if "first" in of and "last" in of and "date" not in of:
        text = f"{{first: {of['first'].cell}, last: {of['last'].cell}}}"
        lines += line("date", "first", "last", text=text)
    else:
        day = next((role for role in ("date", "first") if role in of), None)
        lines += line("date", day) if day else [_OPEN["date"]]
    lines += _WIDE_SLOTS if wide else _slots(kind, of, line)
    if wide:
        lines += ["wide:  # each of these columns makes a claim of its own", "  columns:"]
        lines += [f"    - {as_yaml(column.head)}  # {column.shown}" for column in wide]
        lines += ['  slot: "?"  # what their heads are: place, cause ...']
    for slot in ("published", "source"):
        if slot in of:
            lines += line(
                slot, slot, note="names as written: say in source_names whom they mean" if slot == "source" else ""
            )
    lines += _printed([of[role] for role in (*FIGURES, "lat", "lon") if role in of] + wide)
    rest = [
        column
        for column in columns
        if column.role not in ("person", "form") and not (column.role in used and column.role) and column not in wide
    ]
    return [*lines, *_left_out(columns, rest)]


def _left_out(columns: Sequence[Column], rest: Sequence[Column]) -> list[str]:
    """The columns that no slot takes: those that are left out, and as comments those of which the user has to say it."""
    why = {"person": "looks like a person", "form": "added by the form"}
    out = [column for column in columns if column.role in why]
    lines = []
    if out:
        lines += ["# Left out are what a form adds, and what looks like a person: such cells are read nowhere."]
        lines += ["# The file itself is kept whole in feeds/: take columns out of it first that should not lie there."]
    if rest:
        lines += ["# A column that is still a comment has no slot yet: give it one above, or let it be left out."]
    lines += ["leave_out:"] if out or rest else []
    lines += [f"  - {as_yaml(column.head)}  # {why[column.role]}" for column in out]
    for column in rest:
        note = (
            "free text; as a note it would bring into claims whom it names" if column.role == "note" else column.shown
        )
        lines.append(f"  # - {as_yaml(column.head)}{f'  # {note}' if note else ''}")
    return lines


_WIDE_SLOTS = [
    "# subject: ?",
    "# predicate: ?",
    "# quantity: {unit: ?}",
    '# absent: ["0", "0.0"]  # texts that say nothing: in such a table a zero often stands where nobody counted',
]
_KINDS = "event, casualty, people, price, supply, aid, control, access, siege, presence, tie"


def _kind(roles: Iterable[str]) -> tuple[str, str]:
    there = set(roles)
    if "price" in there and there & {"commodity", "market"}:
        return "price", "it has prices of goods"
    if there & {"type", "weapon"}:
        return "event", "it has types of events"
    if there & {"killed", "injured"}:
        return "casualty", "it has killed or injured"
    if there & {"persons", "families"} and there & {"place", "pcode"}:
        return "people", "it has places and people"
    return "", ""


def _slots(kind: str, of: Mapping[str, Column], line: _Line) -> list[str]:
    where = _where(of)
    roles = [role for role in ("place", "lat", "lon", "pcode") if role in of]
    place = line("PLACE", *roles, text=where) if where else [_OPEN["place"].replace("place", "PLACE", 1)]

    def placed(slot: str) -> list[str]:
        return [text.replace("PLACE", slot, 1) for text in place]

    if kind == "price":
        market = "market" if "market" in of else ""
        object_ = line("object", market, *roles, text=_at(of["market"], of)) if market else placed("object")
        unit = of["unit"].cell if "unit" in of else "?"
        currency = line("currency", "currency") if "currency" in of else ["# currency: ?  # such as SYP"]
        amount = line(
            "quantity",
            *(role for role in ("price", "unit") if role in of),
            text=f"{{value: {of['price'].cell}, unit: {unit}}}",
        )
        if "unit" not in of:
            amount = [f"# {amount[0]}"]
        goods = line("subject", "commodity") if "commodity" in of else ["# subject: ?  # the commodity"]
        return [*goods, "predicate: level", *object_, *amount, *currency]
    if kind == "event":
        subject = line("subject", "actor") if "actor" in of else ["subject: unknown  # who did it; or {column: ...}"]
        harm = line("harm_best", "killed") if "killed" in of else []
        target = line("object", "target") if "target" in of else []
        weapon = line("weapon", "weapon") if "weapon" in of else []
        return [*subject, *_types(of, line), *target, *placed("place"), *harm, *weapon]
    if kind == "casualty":
        subject = line("subject", "actor") if "actor" in of else ["subject: unknown  # who did it; or {column: ...}"]
        common = [*subject, "object: civilians  # who was harmed, an id of parties.csv", *placed("place")]
        harmed = [role for role in ("killed", "injured") if role in of]
        if len(harmed) == 1:
            figure = f"{{value: {of[harmed[0]].cell}, unit: person}}"
            return [*common, f"predicate: {harmed[0]}", *line("quantity", *harmed, text=figure)]
        listed = ["claims:  # a row makes one claim of each"]
        for role in harmed:
            figure = f"{{value: {of[role].cell}, unit: person}}"
            listed += [f"  - predicate: {role}", *(f"    {text}" for text in line("quantity", role, text=figure))]
        return [*common, *listed]
    if kind == "people":
        counted = [(role, unit) for role, unit in (("persons", "person"), ("families", "family")) if role in of]
        figures = [line("quantity", role, text=f"{{value: {of[role].cell}, unit: {unit}}}") for role, unit in counted]
        common = [*placed("subject"), "predicate: lives  # or trapped, displaced, evacuated"]
        if len(figures) == 1:
            return [*common, *figures[0]]
        return [*common, "claims:  # a row makes one claim of each", *(f"  - {text[0]}" for text in figures)]
    return ["# subject: ?", "# predicate: ?", *placed("place"), _OPEN["quantity"]]


def _types(of: Mapping[str, Column], line: _Line) -> list[str]:
    if "type" not in of:
        return ["predicate: attack  # how is not said; or {column: ...}"]
    head, column = line("predicate", "type", text="COLUMN", note=" ")[0].partition(":")[0], of["type"]
    lines = [
        f"{head}:",
        f"  column: {as_yaml(column.head)}",
        "  values:  # keys of types of events: the manual, tables",
    ]
    for value in column.values[:DISTINCT]:
        key = event_of(value)
        lines.append(f"    {as_yaml(value)}: {key}" if key else f"    # {as_yaml(value)}: ?")
    return (
        lines
        if any(event_of(value) for value in column.values[:DISTINCT])
        else [*lines[:2], f"  # {lines[2].strip()}", *lines[3:]]
    )


def _where(of: Mapping[str, Column]) -> str:
    if "place" in of:
        return _at(of["place"], of)
    return f"{{pcode: {of['pcode'].cell}}}" if "pcode" in of else ""


def _at(column: Column, of: Mapping[str, Column]) -> str:
    parts = [f"column: {as_yaml(column.head)}"]
    if "lat" in of and "lon" in of:
        parts += [f"{role}: {of[role].cell}" for role in ("lat", "lon")]
    if "pcode" in of:
        parts.append(f"pcode: {of['pcode'].cell}")
    return f"{{{', '.join(parts)}}}"


def _day_first(columns: Sequence[Column]) -> list[str]:
    dates = [column for column in columns if column.role in ("date", "first", "last", "published")]
    parted = [match for column in dates for value in column.values if (match := PARTED_DAY.fullmatch(value))]
    if not parted:
        return []
    first, second = (any(int(match[at]) > 12 for match in parted) for at in (1, 2))
    if first != second:
        return [f"day_first: {'true' if first else 'false'}  # as in {parted[0][0]}"]
    return [f"# day_first: ?  # whether {shown(parted[0][0])} begins with the day: true or false"]


def _printed(columns: Sequence[Column]) -> list[str]:
    """How figures are printed, where their texts leave no doubt; else the question."""
    texts = [value for column in columns for value in column.values if "," in value]
    if not texts:
        return []
    if any(re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+,\d+", text) for text in texts):
        return ['decimal: ","', 'thousands: "."']
    if any(re.fullmatch(r"[-+]?\d+,(\d{1,2}|\d{4,})", text) for text in texts):
        return [f'decimal: ","  # as in {shown(texts[0])}']
    if any(re.fullmatch(r"[-+]?\d{1,3}((,\d{3}){2,}|(,\d{3})+\.\d+)", text) for text in texts):
        return [f'thousands: ","  # as in {shown(texts[0])}']
    return [f'# {shown(texts[0])} may be parted by thousands (thousands: ",") or have decimals (decimal: ",")']
