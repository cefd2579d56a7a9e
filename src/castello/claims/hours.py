"""Hours of a day as sources write them: 09:00-19:00, several of these, with or without a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WHOLE_DAY = re.compile(r"(00:00-24:00|24h|all day|whole day)( \S+/\S+)?")

DAY_MINUTES = 24 * 60

_SPAN = r"\d{1,2}:\d\d\s*[-\N{EN DASH}]\s*\d{1,2}:\d\d"
_HOURS = re.compile(rf"(?P<spans>{_SPAN}(?:\s*(?:,|;|and)\s*{_SPAN})*)(?:\s+(?P<zone>\S+/\S+|UTC|GMT))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """
    Spans of a day, each from one minute and so many minutes long, over midnight if need be; ``zone`` None is the case's.

    Examples
    --------
    >>> read_hours("19:00-08:00 UTC")
    Hours(spans=((1140, 780),), zone=datetime.timezone.utc)
    """

    spans: tuple[tuple[int, int], ...]
    zone: tzinfo | None = None


def read_hours(text: str) -> Hours | None:
    """
    The hours that a text states; None if it states none, or hours or a zone that do not exist.

    Examples
    --------
    >>> read_hours("06:00-09:00, 14:00-18:00").spans
    ((360, 180), (840, 240))
    >>> read_hours("at dusk") is None, read_hours("09:00-25:00") is None
    (True, True)
    """
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        return None
    spans = []
    for span in re.findall(_SPAN, found["spans"]):
        hour, minute, until_hour, until_minute = (int(number) for number in re.findall(r"\d+", span))
        if max(hour, until_hour) > 24 or max(minute, until_minute) > 59:
            return None
        first = (hour * 60 + minute) % DAY_MINUTES
        spans.append((first, (until_hour * 60 + until_minute - first) % DAY_MINUTES or DAY_MINUTES))
    zone: tzinfo | None = None
    if found["zone"] is not None:
        try:
            zone = UTC if found["zone"] in ("UTC", "GMT") else ZoneInfo(found["zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    return Hours(spans=tuple(spans), zone=zone)


def is_whole_day(text: str) -> bool:
    """
    Whether a text says that it is the whole day.

    Examples
    --------
    >>> is_whole_day("00:00-24:00 Asia/Damascus"), is_whole_day("10:00-13:00")
    (True, False)
    """
    return _WHOLE_DAY.fullmatch(text) is not None
