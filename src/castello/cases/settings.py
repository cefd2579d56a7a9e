"""``case.toml``: what a case is about, and the choices made for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from castello.cases._yaml import Unreadable, decode
from castello.cases.fields import FIRST_YEAR, LAST_YEAR
from castello.cases.siege_lists import USUAL, SiegeList, problem_with, siege_list
from castello.errors import Issue

FILE = "case.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclave:
    """A place that may be cut off, and the side that holds it; ``row`` is its line in ``case.toml``."""

    id: str
    side: str
    start: date | None = None
    end: date | None = None
    row: int | None = field(default=None, compare=False)

    def exists(self, day: date) -> bool:
        """Whether it is held by its side on a day: an enclave that has fallen is no longer cut off."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a case, as ``case.toml`` gives them; ``rows`` has the line on which each stands."""

    id: str
    name_en: str
    start: date
    end: date | None
    name_ar: str | None = None
    time_zone: str = "UTC"
    known_by_clock: Literal["published", "recorded"] = "published"
    area: str | None = None
    sides: tuple[str, ...] = ()
    enclaves: tuple[Enclave, ...] = ()
    lists: tuple[SiegeList, ...] = USUAL
    brief_as_of: date | None = None
    brief_known_by: date | None = None
    max_age_days: int = 90
    road_max_age_days: int = 14
    roads_unsaid: Literal["unknown", "open"] = "unknown"
    handling: Mapping[str, str] = field(default_factory=dict)
    basket: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days of this case end."""
        return ZoneInfo(self.time_zone)


# exact types: a day with an hour is no day, and true is no number
_KEYS: dict[str, type] = {
    "id": str,
    "name_en": str,
    "name_ar": str,
    "from": date,
    "to": date,
    "time_zone": str,
    "known_by_clock": str,
    "area": str,
    "sides": list,
    "enclave": list,
    "list": list,
    "brief_as_of": date,
    "brief_known_by": date,
    "max_age_days": int,
    "road_max_age_days": int,
    "roads_unsaid": str,
    "handling": dict,
    "basket": dict,
}
_WRITTEN = {
    str: ("text", "Text stands in quotation marks."),
    date: ("a day", "Days are written 2016-07-17, without quotation marks or an hour."),
    list: ("a list", 'Lists are written ["one", "another"]; an enclave begins with [[enclave]].'),
    int: ("a whole number", "Write digits only."),
    dict: ("a section", "It begins with a line such as [handling]."),
}
MAX_AGE_DAYS = 36_525
_HANDLING = ("purpose", "legal_basis", "retention", "contact")


def read_settings(data: bytes) -> Settings:
    """
    Read ``case.toml``.

    Raises
    ------
    Unreadable
        With the line where one can be named: not TOML, a missing or unknown key, a wrong type, an unknown time zone.
    """
    text = decode(data, file=FILE)
    try:
        values = tomllib.loads(text)
    except RecursionError as error:
        raise _refuse(None, None, "too-deep", "is nested too deep", "Settings are plain lines.") from error
    except ValueError as error:
        line = re.search(r"line (\d+)", str(error))
        row = int(line.group(1)) if line else None
        raise _refuse(
            row, None, "syntax", f"cannot be read as TOML: {error}", "Text stands in quotation marks."
        ) from error
    for key, value in values.items():
        row = _line_of(text, key)
        if key not in _KEYS:
            raise _refuse(row, key, "unknown-key", f"{key!r} is not a setting", f"Settings are: {', '.join(_KEYS)}.")
        if type(value) is not _KEYS[key]:
            wanted, hint = _WRITTEN[_KEYS[key]]
            raise _refuse(row, key, "type", f"{str(value)[:80]!r} is not {wanted}", hint)
    for key in ("id", "name_en", "from"):
        if key not in values:
            raise _refuse(None, key, "missing", f"{key} is missing", f"Add a line `{key} = ...`.")
    _check(values, text)
    return Settings(
        id=values["id"],
        name_en=values["name_en"],
        name_ar=values.get("name_ar"),
        start=values["from"],
        end=values.get("to"),
        time_zone=values.get("time_zone", "UTC"),
        known_by_clock=values.get("known_by_clock", "published"),
        area=values.get("area"),
        sides=tuple(values.get("sides", ())),
        enclaves=tuple(
            Enclave(
                id=item["id"],
                side=item["side"],
                start=item.get("from"),
                end=item.get("to"),
                row=_line_of_enclave(text, n, "id"),
            )
            for n, item in enumerate(values.get("enclave", ()))
        ),
        lists=tuple(map(siege_list, values["list"])) if values.get("list") else USUAL,
        brief_as_of=values.get("brief_as_of"),
        brief_known_by=values.get("brief_known_by"),
        max_age_days=values.get("max_age_days", 90),
        road_max_age_days=values.get("road_max_age_days", 14),
        roads_unsaid=values.get("roads_unsaid", "unknown"),
        handling=values.get("handling", {}),
        basket=values.get("basket", {}),
        rows={key: row for key in values if (row := _line_of(text, key)) is not None},
    )


def _check(values: dict[str, Any], text: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", values["id"]):
        raise _refuse(
            _line_of(text, "id"),
            "id",
            "id",
            f"{values['id']!r} is not an id",
            "Use lower-case letters, digits and hyphens.",
        )
    try:
        ZoneInfo(
            values.get("time_zone", "UTC")
        )  # an empty name, or one that leaves the folder of zones, is a ValueError
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "Use a name such as Asia/Damascus."
        raise _refuse(
            _line_of(text, "time_zone"), "time_zone", "time-zone", f"no time zone {values['time_zone']!r}", hint
        ) from error
    if values.get("known_by_clock", "published") not in ("published", "recorded"):
        row = _line_of(text, "known_by_clock")
        raise _refuse(row, "known_by_clock", "clock", "is neither published nor recorded", "Use one of the two.")
    if "to" in values and values["to"] < values["from"]:
        raise _refuse(_line_of(text, "to"), "to", "period", "the period ends before it starts", "Swap from and to.")
    for side in values.get("sides", ()):
        if not isinstance(side, str):
            row = _line_of(text, "sides")
            raise _refuse(row, "sides", "sides", f"{str(side)[:80]!r} is not text", "Sides are ids of parties.csv.")
    for n, item in enumerate(values.get("enclave", ())):
        wanted = {"id": str, "side": str, "from": date, "to": date}
        good = isinstance(item, dict) and {"id", "side"} <= set(item) <= set(wanted)
        if not good or not all(type(value) is wanted[key] for key, value in item.items()):
            row = _line_of_enclave(text, n)
            hint = "Give each enclave both, and the days from and to if it was held for a time."
            raise _refuse(row, "enclave", "enclave", "is not {id, side}", hint)
        if "from" in item and "to" in item and item["to"] < item["from"]:
            row, what = _line_of_enclave(text, n, "to"), f"{item['id']!r} ends before it starts"
            raise _refuse(row, "enclave", "period", what, "Swap from and to.")
    for item in values.get("list", ()):
        if (problem := problem_with(item)) is not None:
            hint = "A list has body, status, definitions and, if need be, speakers, always and name."
            raise _refuse(_line_of(text, "list"), "list", "list", problem, hint)
    for key, value in values.get("handling", {}).items():
        if key not in _HANDLING or not isinstance(value, str):
            row = _line_of(text, key)
            raise _refuse(row, key, "handling", f"{key!r} is not a text of handling", f"Use {', '.join(_HANDLING)}.")
    if "basket" in values and (wrong := _wrong_basket(values["basket"])) is not None:
        raise _refuse(_line_of(text, "basket"), "basket", "basket", *wrong)
    for key in ("max_age_days", "road_max_age_days"):
        if not 1 <= values.get(key, 90) <= MAX_AGE_DAYS:
            hint = f"Use 1 to {MAX_AGE_DAYS:,}."
            raise _refuse(_line_of(text, key), key, "age", "is less than a day, or no age", hint)
    if values.get("roads_unsaid", "unknown") not in ("unknown", "open"):
        row, hint = _line_of(text, "roads_unsaid"), "Roads of which nobody speaks are taken as unknown, or as open."
        raise _refuse(row, "roads_unsaid", "roads", "is neither unknown nor open", hint)
    for key in ("from", "to", "brief_as_of", "brief_known_by"):
        if key in values and not FIRST_YEAR <= values[key].year <= LAST_YEAR:
            raise _refuse(
                _line_of(text, key), key, "period", f"{values[key]} is not a day of our time", "Check the year."
            )


_BASKET = {"name": str, "people": int, "days": int, "items": list}
_ITEM = {"commodity", "quantity", "unit"}


def _wrong_basket(basket: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong with a basket of goods, and what to do; None if nothing is."""
    whole = _BASKET.keys() <= basket.keys() <= {*_BASKET, "kcal"}
    if not whole or not all(type(basket[key]) is wanted for key, wanted in _BASKET.items()) or not basket["items"]:
        return "is not {name, people, days, items}", "Give all four, and kcal (a person and day) if it is known."
    for item in basket["items"]:
        if not isinstance(item, dict) or item.keys() != _ITEM or not _is_above_nought(item["quantity"]):
            return (
                f"{str(item)[:80]} is not {{commodity, quantity, unit}}",
                'As {commodity = "rice", quantity = 15, unit = "KG"}.',
            )
        if not all(isinstance(item[key], str) and item[key] for key in ("commodity", "unit")):
            return (
                f"{str(item)[:80]} names no commodity or no unit",
                "The unit is the one that prices are printed for, such as KG.",
            )
    if not all(_is_above_nought(basket[key]) for key in ("people", "days", "kcal") if key in basket):
        return "is for nobody or for no time", "People, days and kcal are above 0."
    return None


def _is_above_nought(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _refuse(row: int | None, column: str | None, code: str, what: str, hint: str) -> Unreadable:
    return Unreadable(Issue(file=FILE, row=row, column=column, code=code, what=what, hint=hint))


def _line_of(text: str, key: str) -> int | None:
    """Line on which a key is set: TOML readers do not tell."""
    return next((n for n, line in enumerate(text.split("\n"), start=1) if _sets(line, key)), None)


def _line_of_enclave(text: str, number: int, key: str | None = None) -> int | None:
    """Line of one of the enclaves, counted from 0, or of a key of it; of a list in brackets the line on which that begins."""
    lines = text.split("\n")
    headings = [n for n, line in enumerate(lines, start=1) if re.match(r"\s*\[\[\s*enclave\s*\]\]", line)]
    if number >= len(headings):
        return _line_of(text, "enclave")
    begins = headings[number]
    inside = range(
        begins + 1, next((n for n, line in enumerate(lines, 1) if n > begins and _TABLE.match(line)), len(lines) + 1)
    )
    return next((n for n in inside if key is not None and _sets(lines[n - 1], key)), begins)


_TABLE = re.compile(r"\s*\[")


def _sets(line: str, key: str) -> bool:
    return re.match(rf"\s*(\[\[?\s*{re.escape(key)}\s*\]\]?|{re.escape(key)}\s*=)", line) is not None
