"""How people write days, periods, quantities and chains in a claims file, and what is meant by them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from castello.claims import Bound, InvalidClaim, Link, Locator, Period, Quantity, Role, Span, Translation

_MONTH = re.compile(r"(\d{4})-(\d{2})")


def day(value: object, *, slot: str) -> date:
    """One day; a time of day is refused rather than cut off."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidClaim(slot, f"{value!r} is not a day", hint="Write it as 2016-07-17.")
    return value


def _month(value: object) -> Period | None:
    match = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    if not 1 <= month <= 12:
        raise InvalidClaim("happened", f"{value!r} is not a month", hint="Write it as 2016-07.")
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
        return Period.day(value)
    if month := _month(value):
        return month
    if not isinstance(value, Mapping):
        raise InvalidClaim(
            "happened", f"{value!r} is not a period", hint="Write {on: 2016-07-17} or {since: 2016-07-17}."
        )
    fields = dict(value)
    basis = fields.pop("basis", "stated")
    if basis not in ("stated", "inferred", "anchored"):
        raise InvalidClaim("happened", f"{basis!r} is not a basis", hint="Use stated, inferred or anchored.")
    made = _period(fields)
    return Period(maybe=made.maybe, sure=made.sure, starts=made.starts, ends=made.ends, basis=basis)


def _period(fields: dict[str, Any]) -> Period:
    slot = "happened"
    if set(fields) == {"on"}:
        return _month(fields["on"]) or Period.day(day(fields["on"], slot=slot))
    if set(fields) == {"from", "to"}:
        return Period.days(day(fields["from"], slot=slot), day(fields["to"], slot=slot))
    if set(fields) == {"between"} and _is_pair(fields["between"]):
        first, last = fields["between"]
        return Period.between(day(first, slot=slot), day(last, slot=slot))
    if set(fields) == {"since"}:
        since = fields["since"]
        if _is_pair(since):
            return Period.since(day(since[0], slot=slot), day(since[1], slot=slot))
        return Period.since(day(since, slot=slot))
    if "maybe" in fields and set(fields) <= {"maybe", "sure", "starts", "ends"}:
        maybe = _span(fields["maybe"])
        sure = _span(fields["sure"]) if fields.get("sure") is not None else None
        for name in ("starts", "ends"):
            answer = fields.get(name, "unknown")
            if answer not in ("yes", "no", "unknown"):
                raise InvalidClaim(slot, f"{name} is {answer!r}", hint="Use yes, no or unknown.")
            fields[name] = answer
        return Period(maybe=maybe, sure=sure, starts=fields["starts"], ends=fields["ends"])
    raise InvalidClaim(
        slot, f"{dict(fields)!r} is not a period", hint="Use one of on, from and to, since, between, or maybe and sure."
    )


def _is_pair(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2


def _span(value: object) -> Span:
    if not _is_pair(value):
        raise InvalidClaim(
            "happened", f"{value!r} is not a span", hint="Write [2016-07-17, 2016-07-19] or [2016-07-17, ..]."
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
    if month := _month(value):
        return month.maybe
    only = day(value, slot="said")
    return (only, only + timedelta(days=1))


def quantity(value: object, *, ids: Mapping[str, str]) -> Quantity | None:
    """A figure with its unit; ``ids`` turns the refs of ``derived_from`` into claim ids."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidClaim("quantity", f"{value!r} has no unit", hint="Write {value: 300000, unit: person}.")
    fields = dict(value)
    unit, words, formula = fields.pop("unit", None), fields.pop("words", None), fields.pop("formula", None)
    if not isinstance(unit, str):
        raise InvalidClaim("quantity", "no unit", hint="Add unit: person, family, SYP/kg, percent, times ...")
    derived = []
    for ref in _listed(fields.pop("derived_from", ())):
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
            raise InvalidClaim("quantity", f"{item!r} is not a number", hint="Write digits only, without separators.")
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
            "chain", f"{value!r} is not a list of links", hint="Write chain: [{sohr: compiler}, {afp: reporter}]."
        )
    links = []
    for item in value:
        if not isinstance(item, Mapping):
            raise InvalidClaim("chain", f"{item!r} is not a link", hint="Write {source-id: role}.")
        fields = dict(item)
        if "who" not in fields:
            if len(fields) != 1:
                raise InvalidClaim("chain", f"{fields!r} is not a link", hint="Write {source-id: role}, one to a link.")
            ((who, role),) = fields.items()
            fields = {"who": who, "role": role}
        unknown = set(fields) - {"who", "role", "named", "protected", "said"}
        if unknown:
            raise InvalidClaim("chain", f"{sorted(unknown)[0]!r} is not part of a link", hint="See the manual, chain.")
        when = fields.get("said")
        links.append(
            Link(
                who=str(fields["who"]),
                role=_one_of(Role, fields.get("role"), slot="chain"),
                named=bool(fields.get("named", fields["who"] != "unknown")),
                protected=bool(fields.get("protected", False)),
                said=None if when is None else str(when),
            )
        )
    return tuple(links)


def locator(value: object) -> Locator | None:
    """Where in the document."""
    return None if value is None else _made(Locator, value, slot="locator")


def translation(value: object) -> Translation | None:
    """A translation beside the original words."""
    return None if value is None else _made(Translation, value, slot="translation")


def _made(cls: Any, value: object, *, slot: str) -> Any:
    if not isinstance(value, Mapping):
        raise InvalidClaim(slot, f"{value!r} is not a mapping", hint="See the manual.")
    try:
        return cls(**value)
    except TypeError as error:
        raise InvalidClaim(slot, f"{error}", hint="See the manual for its parts.") from error


def _one_of(words: Any, value: object, *, slot: str) -> Any:
    try:
        return words(value)
    except ValueError as error:
        raise InvalidClaim(slot, f"{value!r} is not one", hint=f"Use one of: {', '.join(words)}.") from error


def one_of(words: Any, value: object, *, slot: str) -> Any:
    """A word of a closed list."""
    return _one_of(words, value, slot=slot)


def _listed(value: object) -> list[str]:
    if value is None or value == ():
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]  # type: ignore[attr-defined]  # a YAML list


def listed(value: object) -> list[str]:
    """One ref or a list of refs, as a list."""
    return _listed(value)
