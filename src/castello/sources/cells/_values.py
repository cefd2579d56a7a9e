"""Values of a file that has types, as the text of a cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_LONGEST_NUMBER = 21


class Printed(str):
    """A number with the digits of its file."""

    __slots__ = ()


def cell(value: object) -> str:
    """
    A value as text: days as ISO writes them, numbers without an end of zeros and without an exponent, nested values as JSON.

    Examples
    --------
    >>> from datetime import datetime
    >>> cell(3.0), cell(36.2), cell(1e-7), cell(datetime(2016, 7, 17)), cell(True), cell(None), cell({"a": [1]})
    ('3', '36.2', '0.0000001', '2016-07-17', 'true', '', '{"a": [1]}')
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case datetime():
            day_only = value.time() == time() and value.tzinfo is None
            return value.date().isoformat() if day_only else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return _hours(value)
        case Mapping() | Sequence():
            return json.dumps(_plain(value), ensure_ascii=False, default=str)
        case _:
            return str(value)


def _number(value: float) -> str:
    if value != value:  # noqa: PLR0124 - what is not a number says nothing
        return ""
    text = format(Decimal(repr(value)), "f") if abs(value) < 10**_LONGEST_NUMBER else repr(value)
    return text.removesuffix(".0")


def _hours(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), 3600)
    return f"{sign}{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _plain(value: object) -> object:
    match value:
        case Printed():
            return float(value) if set(value) & set(".eE") else int(value)
        case str() | bytes():
            return value
        case Mapping():
            return {str(name): _plain(inside) for name, inside in value.items()}
        case Sequence():
            return [_plain(inside) for inside in value]
        case _:
            return value
