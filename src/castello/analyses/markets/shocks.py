"""Reported shocks: what "risen 400 % in 48 hours" says as a multiple, and at what rate a day. They are claims, never measurements."""

from __future__ import annotations

import math
import re
from typing import Literal

from castello.picture.interval import Interval

Form = Literal["by", "to", "down_by", "times", "times_more"]

LEVELS = (("none", 0.0), ("watch", 1.5), ("alert", 2.0), ("severe", 3.0), ("extreme", 5.0))
"""Levels of a multiple of the price before, with their lower ends, which belong to them: our rule."""

_FALL = re.compile(r"\b(?:fell|fallen|fall|dropped|drop|down|decreas\w+|cheaper|lower)\b")
_MORE = re.compile(r"\btimes\s+(?:more|dearer|costlier|higher)\b")
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_WORDS = {"doubled": 2.0, "double": 2.0, "tripled": 3.0, "triple": 3.0, "quadrupled": 4.0, "halved": 0.5}
_SPELLED = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
_FIGURE = re.compile(rf"{_NUMBER}\s*(%|percent|per cent|-?\s*fold\b|times\b)")
_AT_MOST = re.compile(r"\b(?:up to|at most|as much as|no more than|not more than)\b")
_AT_LEAST = re.compile(r"\b(?:at least|over|more than|upwards of|no less than)\s*(?:\d|doubled|tripled)")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?)?")


def multiple_of(figure: Interval, form: Form) -> Interval | None:
    """
    A reported change as a multiple of the price before.

    Parameters
    ----------
    figure
        As printed: 400 for "400 %", 5 for "five times"; an end that was not given is open.
    form
        ``by`` p per cent, ``to`` p per cent of, ``down_by`` p per cent, p ``times`` the price, or ``times_more``, "p times more expensive", which
        some mean as p + 1: both stay in the interval.

    Returns
    -------
    Interval or None
        None where it cannot be: nothing falls by more than 100 per cent.

    Notes
    -----
    Our rules (``methods/markets`` 5). Bounds stay bounds.

    Examples
    --------
    >>> multiple_of(Interval.point(400), "by"), multiple_of(Interval.point(5), "times_more")
    (Interval(low=5.0, high=5.0), Interval(low=5, high=6))
    >>> multiple_of(Interval.point(120), "down_by") is None
    True
    """
    share = Interval(max(figure.low, 0) / 100, figure.high / 100)
    if form == "by":
        return Interval(1 + share.low, 1 + share.high)
    if form == "to":
        return share
    if form == "down_by":
        # "at least" a fall leaves at most a rest, and the rest of all is nothing
        high = min(share.high, 1) if math.isinf(share.high) else share.high
        return None if high > 1 else Interval(1 - high, 1 - share.low)
    times = Interval(max(figure.low, 0), figure.high)
    return Interval(times.low, times.high + 1) if form == "times_more" else times


def form_of(unit: str, words: str = "") -> Form | None:
    """
    How a figure with a unit is meant, by the words around it; None where the unit is not one of change.

    Examples
    --------
    >>> form_of("percent", "risen 400% in 48-hours"), form_of("percent", "rose to 400 % of the price"), form_of("times", "3 times more expensive")
    ('by', 'to', 'times_more')
    """
    text = words.lower().replace("up to", "at most")
    if unit in ("percent", "%"):
        if re.search(rf"\bto\s+(?:\w+\s+){{0,2}}?{_NUMBER}\s*(?:%|percent|per cent)", text):
            return "to"
        return "down_by" if _FALL.search(text) else "by"
    if unit in ("times", "fold"):
        return "times_more" if _MORE.search(text) else "times"
    return None


def multiple_said(text: str) -> Interval | None:
    """
    The multiple that a phrase gives; None where it gives none, or one that cannot be.

    Examples
    --------
    >>> multiple_said("rose by 400 %"), multiple_said("at least five times the price"), multiple_said("doubled")
    (Interval(low=5.0, high=5.0), Interval(low=5.0, high=inf), Interval(low=2.0, high=2.0))
    """
    plain = text.lower()
    for word, digit in _SPELLED.items():
        plain = re.sub(rf"\b{word}(?=[\s-]*(?:times|fold|%|per))", digit, plain)
    found = _FIGURE.search(plain)
    if found is not None:
        value = float(found[1].replace(",", ""))
        form = form_of("percent" if found[2] in ("%", "percent", "per cent") else "times", plain)
    else:
        value, form = (
            next((value for word, value in _WORDS.items() if re.search(rf"\b{word}\b", plain)), math.nan),
            "times",
        )
    if math.isnan(value) or form is None:
        return None
    if _AT_MOST.search(plain):
        return multiple_of(Interval(0, value), form)
    return multiple_of(Interval(value, math.inf) if _AT_LEAST.search(plain) else Interval.point(value), form)


def hours_of(duration: str) -> int | None:
    """
    Hours of a duration as ISO 8601 writes it, up to weeks; None where it is none.

    Examples
    --------
    >>> hours_of("PT48H"), hours_of("P1W"), hours_of("last week")
    (48, 168, None)
    """
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groups()):
        return None
    weeks, days, hours = (int(part or 0) for part in found.groups())
    return (weeks * 7 + days) * 24 + hours


def per_day(multiple: Interval, hours: float) -> Interval:
    """
    The multiple of one day, if each day had the same: ``x^(24/h)``. It is never carried on to a year.

    Examples
    --------
    >>> round(per_day(Interval.point(5), 48).low, 3)
    2.236
    """
    power = 24 / hours
    return Interval(multiple.low**power, multiple.high**power)


def level_of(multiple: Interval) -> tuple[str, str]:
    """
    The levels of both ends of a multiple: they differ where the interval is wide.

    Examples
    --------
    >>> level_of(Interval.point(5)), level_of(Interval(2.5, 6))
    (('extreme', 'extreme'), ('alert', 'extreme'))
    """
    return tuple(
        next(name for name, least in reversed(LEVELS) if end >= least) for end in (multiple.low, multiple.high)
    )  # type: ignore[return-value]  # two ends
