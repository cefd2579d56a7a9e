"""Days, figures and words in the sentences of a situation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from castello.claims import Claim
from castello.picture.sentences import catalogue, day


def word(key: str) -> str:
    """A word of the vocabulary; a key that is not in it, in plain words."""
    return catalogue("en")["words"].get(key, key.replace("_", " "))


def aside(text: str) -> str:
    """Words in brackets, or nothing where there are none."""
    return f" ({text})" if text else ""


def first_of_last(as_of: date, days: int) -> date:
    """The first of the last so many days, the day of the picture being the last of them."""
    return as_of - timedelta(days=days - 1)


def period(claims: Iterable[Claim]) -> str:
    """The days that claims speak of, in words."""
    spans = [claim.happened.maybe for claim in claims]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    first = min((start for start in starts if start), default=None) if None not in starts else None
    last = max((end - timedelta(days=1) for end in ends if end), default=None) if None not in ends else None
    if first is None:
        return "day not known" if last is None else f"up to {day(last.isoformat())}"
    if last is None:
        return f"from {day(first.isoformat())} on"
    return day(first.isoformat()) if first == last else f"{day(first.isoformat())} to {day(last.isoformat())}"
