"""Days as files write them: ISO, with the name of a month, with slashes, or as the serial number of a spreadsheet."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1800, 2199

_MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): at for at, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_TIME = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:Z|[+-]\d\d:?\d\d)?)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")
_PARTED = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_SPELLED = re.compile(r"(\d{1,2})[ -]([a-z]+)\.?,?[ -](\d{4})")
_SPELLED_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2}),? (\d{4})")
_SPELLED_MONTH = re.compile(r"([a-z]+)\.?[ -](\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
# Day 1 is 1900-01-01, and spreadsheets count a 29 February 1900 that never was.
_SERIAL_START, _SERIAL_FIRST, _SERIAL_LAST = date(1899, 12, 30), 20_000, 80_000


class NotADay(ValueError):
    """Text that says no day; ``what`` is wrong, and a ``hint`` what to do."""

    def __init__(self, what: str, *, hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(f"{what}. {hint}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The first and the last day that a text names, both included; ``serial`` if it was a spreadsheet's number."""

    first: date
    last: date
    serial: bool = False


def read_days(text: str, *, day_first: bool | None = None) -> Written:
    """
    The day, month or year that a text names. A time of day is not read.

    Parameters
    ----------
    text
        As in the file.
    day_first
        How ``03/04/2016`` is meant; None refuses it where both orders make a day.

    Raises
    ------
    NotADay
        If it names none, or more than one could be meant.

    Examples
    --------
    >>> read_days("17 July 2016").first, read_days("2016-02").last, read_days("41712").first
    (datetime.date(2016, 7, 17), datetime.date(2016, 2, 29), datetime.date(2014, 3, 14))
    >>> read_days("03/04/2016")
    Traceback (most recent call last):
    castello.sources._days.NotADay: '03/04/2016' may be 3 April or 4 March. Write 2016-04-03 or 2016-03-04, or say whether the day comes first.
    """
    plain = " ".join(text.split()).lower().translate(_DIGITS)
    if match := _ISO.fullmatch(plain.upper()) or _COMPACT.fullmatch(plain):
        parts = [int(part) for part in match.groups() if part.isdigit()]
        return _one(text, parts[0], parts[1], parts[2])
    if match := _PARTED.fullmatch(plain.upper()):
        return _parted(text, int(match[1]), int(match[3]), int(match[4]), day_first=day_first)
    if (match := _SPELLED.fullmatch(plain)) and match[2] in _MONTHS:
        return _one(text, int(match[3]), _MONTHS[match[2]], int(match[1]))
    if (match := _SPELLED_MONTH_FIRST.fullmatch(plain)) and match[1] in _MONTHS:
        return _one(text, int(match[3]), _MONTHS[match[1]], int(match[2]))
    if (match := _SPELLED_MONTH.fullmatch(plain)) and match[1] in _MONTHS:
        return _month(text, int(match[2]), _MONTHS[match[1]])
    if match := _MONTH.fullmatch(plain):
        return _month(text, int(match[1]), int(match[2]))
    if re.fullmatch(r"\d{4}", plain) and FIRST_YEAR <= int(plain) <= LAST_YEAR:
        return Written(first=date(int(plain), 1, 1), last=date(int(plain), 12, 31))
    if (match := _SERIAL.fullmatch(plain)) and _SERIAL_FIRST <= int(match[1]) <= _SERIAL_LAST:
        day = _SERIAL_START + timedelta(days=int(match[1]))
        return Written(first=day, last=day, serial=True)
    raise _not_a_day(text)


# Digits of Arabic and Persian keyboards
_DIGITS = {ord(digit): str(at) for row in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for at, digit in enumerate(row)}


def _not_a_day(text: str) -> NotADay:
    return NotADay(f"{text[:40]!r} is not a day", hint="Write 2016-07-17, or 2016-07 for a month.")


def _one(text: str, year: int, month: int, day: int) -> Written:
    try:
        found = date(year, month, day)
    except ValueError:
        raise _not_a_day(text) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotADay(f"{text[:40]!r} is not a day of our time", hint="Check the year.")
    return Written(first=found, last=found)


def _month(text: str, year: int, month: int) -> Written:
    first = _one(text, year, month, 1).first
    return Written(first=first, last=date(year, month, calendar.monthrange(year, month)[1]))


def _parted(text: str, one: int, other: int, year: int, *, day_first: bool | None) -> Written:
    if day_first is None:
        if one <= 12 and other <= 12 and one != other:
            months = calendar.month_name
            raise NotADay(
                f"{text[:40]!r} may be {one} {months[other]} or {other} {months[one]}",
                hint=f"Write {year}-{other:02}-{one:02} or {year}-{one:02}-{other:02}, or say whether the day comes first.",
            )
        day_first = one > 12 or one == other
    return _one(text, year, other, one) if day_first else _one(text, year, one, other)
