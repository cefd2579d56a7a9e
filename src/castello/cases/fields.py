"""How people write days, periods, quantities and chains in a claims file, and what is meant by them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from castello.claims import Bound, InvalidClaim, Link, Locator, Period, Quantity, Role, Span, Translation

FIRST_YEAR, LAST_YEAR = 1800, 2199
MAX_FIGURE = 1e15
"""Larger figures are slips: beyond it not every whole number can be told from the next."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


def day(value: object, *, slot: str) -> date:
    """One day; a time of day is refused rather than cut off."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidClaim(slot, f"{_shown(value)} is not a day", hint="Write it as 2016-07-17.")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise InvalidClaim(slot, f"{value} is not a day of our time", hint="Check the year.")
    return value


def text(value: object, *, slot: str) -> Any:
    """Text, or None where there is none; a number or a list is not turned into text."""
    if value is None or isinstance(value, str):
        return value
    raise InvalidClaim(slot, f"{_shown(value)} is not text", hint="Put it in quotation marks.")


def flag(value: object, *, slot: str) -> bool:
    """True or false; ``no`` and ``yes`` are words, and a word is not an answer."""
    if isinstance(value, bool):
        return value
    raise InvalidClaim(slot, f"{_shown(value)} is neither true nor false", hint="Write true or false.")


def _shown(value: object) -> str:
    """A value as a message shows it: the whole of a short one, the beginning of a long one."""
    if isinstance(value, Mapping):
        written = "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in list(value.items())[:8]) + "}"
    elif isinstance(value, list):
        written = "[" + ", ".join(_shown(item) for item in value[:8]) + "]"
    else:
        written = str(value) if isinstance(value, date) else repr(value)
    return written if len(written) <= 80 else f"{written[:80]}..."


def _month(value: object, *, slot: str = "happened") -> Period | None:
    match = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    if not 1 <= month <= 12 or not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidClaim(slot, f"{value!r} is not a month", hint="Write it as 2016-07.")
    return Period.between(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def period(value: object) -> Period:
    """
    When something happened, in any of the forms of the manual.

    Examples
    --------
    >>> period({"from": date(2016, 7, 7), "to": date(2016, 7, 9)}).sure
    (datetime.date(2016, 7, 7), datetime.date(2016, 7, 10))
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return Period.day(day(value, slot="happened"))
    if month := _month(value):
        return month
    if not isinstance(value, Mapping):
        raise InvalidClaim(
            "happened", f"{_shown(value)} is not a period", hint="Write {on: 2016-07-17} or {since: 2016-07-17}."
        )
    fields = dict(value)
    basis = fields.pop("basis", "stated")
    if basis not in ("stated", "inferred", "anchored"):
        raise InvalidClaim("happened", f"{basis!r} is not a basis", hint="Use stated, inferred or anchored.")
    made = _period(fields)
    return replace(made, basis=basis)


def _period(fields: dict[str, Any]) -> Period:
    slot = "happened"
    if set(fields) == {"on"}:
        return _month(fields["on"]) or Period.day(day(fields["on"], slot=slot))
    if set(fields) == {"from", "to"}:
        return Period.days(day(fields["from"], slot=slot), day(fields["to"], slot=slot))
    if set(fields) == {"between"} and _is_pair(fields["between"]):
        first, last = fields["between"]
        return Period.between(day(first, slot=slot), day(last, slot=slot))
    if "since" in fields and set(fields) <= {"since", "starts"}:
        since = fields["since"]
        first, last = since if _is_pair(since) else (since, since)
        made = Period.since(day(first, slot=slot), day(last, slot=slot))
        return replace(made, starts=_known(fields, "starts", otherwise="yes"))
    if "maybe" in fields and set(fields) <= {"maybe", "sure", "starts", "ends"}:
        maybe = _span(fields["maybe"])
        sure = _span(fields["sure"]) if fields.get("sure") is not None else None
        return Period(maybe=maybe, sure=sure, starts=_known(fields, "starts"), ends=_known(fields, "ends"))
    raise InvalidClaim(
        slot,
        f"{_shown(dict(fields))} is not a period",
        hint="Use one of on, from and to, since, between, or maybe and sure.",
    )


def _known(fields: Mapping[str, Any], name: str, *, otherwise: str = "unknown") -> Any:
    """Whether a beginning or an end is a real one: ``yes``, ``no`` (only the first or last sighting) or ``unknown``."""
    answer = fields.get(name, otherwise)
    if answer not in ("yes", "no", "unknown"):
        raise InvalidClaim("happened", f"{name} is {answer!r}", hint="Use yes, no or unknown.")
    return answer


def _is_pair(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2


def _span(value: object) -> Span:
    if not _is_pair(value):
        raise InvalidClaim(
            "happened", f"{_shown(value)} is not a span", hint="Write [2016-07-17, 2016-07-19] or [2016-07-17, ..]."
        )
    assert isinstance(value, Sequence)
    start, end = (None if item in ("..", None) else day(item, slot="happened") for item in value)
    return (start, end)


def said(value: object) -> Span | None:
    """When the last speaker said it: a day, two days (both included), the first of which may be open."""
    if value is None:
        return None
    if _is_pair(value):
        assert isinstance(value, Sequence)
        start = None if value[0] == ".." else day(value[0], slot="said")
        return (start, day(value[1], slot="said") + timedelta(days=1))
    if month := _month(value, slot="said"):
        return month.maybe
    only = day(value, slot="said")
    return (only, only + timedelta(days=1))


_ONE_WORD = {"persons": "person", "people": "person", "families": "family", "households": "family", "%": "percent"}
"""Spellings of a unit that would make two questions of one."""


def quantity(value: object, *, ids: Mapping[str, str]) -> Quantity | None:
    """A figure with its unit; ``ids`` turns the refs of ``derived_from`` into claim ids."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidClaim("quantity", f"{_shown(value)} has no unit", hint="Write {value: 300000, unit: person}.")
    fields = dict(value)
    unit, words, formula = fields.pop("unit", None), fields.pop("words", None), fields.pop("formula", None)
    words, formula = text(words, slot="quantity"), text(formula, slot="quantity")
    if not isinstance(unit, str):
        raise InvalidClaim("quantity", "no unit", hint="Add unit: person, family, SYP/kg, percent, times ...")
    if unit in _ONE_WORD:
        raise InvalidClaim(
            "quantity", f"unit {unit!r} is not how it is written here", hint=f"Write unit: {_ONE_WORD[unit]}."
        )
    derived = []
    for ref in listed(fields.pop("derived_from", None), slot="quantity"):
        if ref not in ids:
            raise InvalidClaim(
                "quantity", f"derived_from names {ref!r}, which is no claim", hint="Use a ref of this case."
            )
        derived.append(ids[ref])
    bounds = {"value": Bound.EXACT, "at_least": Bound.AT_LEAST, "at_most": Bound.AT_MOST, "about": Bound.ABOUT}
    given = [name for name in bounds if name in fields]
    if len(given) > 1:
        raise InvalidClaim(
            "quantity", f"{' and '.join(given)} cannot both be", hint="Use one; low and high give a range."
        )
    bound = bounds[given[0]] if given else Bound.EXACT
    number = fields.pop(given[0]) if given else None
    if "bound" in fields:
        bound = _one_of(Bound, fields.pop("bound"), slot="quantity")
    low, high = fields.pop("low", None), fields.pop("high", None)
    if fields:
        raise InvalidClaim(
            "quantity", f"{next(iter(fields))!r} is not part of a quantity", hint="See the manual, quantity."
        )
    for item in (number, low, high):
        if item is not None and (isinstance(item, bool) or not isinstance(item, int | float)):
            raise InvalidClaim(
                "quantity", f"{_shown(item)} is not a number", hint="Write digits only, without separators."
            )
        if item is not None and not abs(item) <= MAX_FIGURE:
            raise InvalidClaim("quantity", f"{_shown(item)} is too large a figure", hint="Check the digits.")
    return Quantity(
        unit=unit,
        value=number,
        low=low,
        high=high,
        bound=bound,
        words=words,
        derived_from=tuple(derived),
        formula=formula,
    )


def chain(value: object) -> tuple[Link, ...]:
    """The links as written, first-hand first; ``{sohr: compiler}`` or the long form."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InvalidClaim(
            "chain", f"{_shown(value)} is not a list of links", hint="Write chain: [{sohr: compiler}, {afp: reporter}]."
        )
    links = []
    for item in value:
        if not isinstance(item, Mapping):
            raise InvalidClaim("chain", f"{_shown(item)} is not a link", hint="Write {source-id: role}.")
        fields = dict(item)
        if "who" not in fields:
            if len(fields) != 1:
                raise InvalidClaim(
                    "chain", f"{_shown(fields)} is not a link", hint="Write {source-id: role}, one to a link."
                )
            ((who, role),) = fields.items()
            fields = {"who": who, "role": role}
        unknown = set(fields) - {"who", "role", "named", "protected", "said"}
        if unknown:
            raise InvalidClaim("chain", f"{_shown(min(unknown))} is not part of a link", hint="See the manual, chain.")
        when = fields.get("said")
        links.append(
            Link(
                who=str(fields["who"]),
                role=_one_of(Role, fields.get("role"), slot="chain"),
                named=flag(fields.get("named", fields["who"] != "unknown"), slot="chain"),
                protected=flag(fields.get("protected", False), slot="chain"),
                said=None if when is None else str(when),
            )
        )
    return tuple(links)


def locator(value: object) -> Locator | None:
    """Where in the document."""
    if value is None:
        return None
    made: Locator = _made(Locator, value, slot="locator")
    for name in ("start", "end", "page", "row", "paragraph"):
        number = getattr(made, name)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
            raise InvalidClaim("locator", f"{name} is {_shown(number)}", hint="Write a whole number.")
    for name in ("sheet", "cell", "time"):
        text(getattr(made, name), slot="locator")
    return made


def translation(value: object) -> Translation | None:
    """A translation beside the original words."""
    if value is None:
        return None
    made: Translation = _made(Translation, value, slot="translation")
    for name in ("text", "into", "by", "checked_by"):
        text(getattr(made, name), slot="translation")
    if made.how not in ("person", "machine"):
        raise InvalidClaim("translation", f"how is {_shown(made.how)}", hint="Use person or machine.")
    return made


def _made(cls: Any, value: object, *, slot: str) -> Any:
    if not isinstance(value, Mapping):
        raise InvalidClaim(slot, f"{_shown(value)} is not a mapping", hint="See the manual.")
    try:
        return cls(**value)
    except TypeError as error:
        raise InvalidClaim(slot, f"{error}", hint="See the manual for its parts.") from error


def _one_of(words: Any, value: object, *, slot: str) -> Any:
    try:
        return words(value)
    except ValueError as error:
        raise InvalidClaim(slot, f"{_shown(value)} is not one", hint=f"Use one of: {', '.join(words)}.") from error


def one_of(words: Any, value: object, *, slot: str) -> Any:
    """A word of a closed list."""
    return _one_of(words, value, slot=slot)


def listed(value: object, *, slot: str) -> list[str]:
    """One ref or a list of refs, as a list."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        raise InvalidClaim(slot, f"{_shown(value)} is not a list", hint="Write one word, or [one, another].")
    return [item if isinstance(item, str) else str(item) for item in value]
