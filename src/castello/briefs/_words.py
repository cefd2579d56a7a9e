"""The fixed words of a brief in its language, and what makes text from outside safe to print anywhere."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

DEFAULT = "en"

# Controls but line ends and tabs; characters that turn the reading order of what follows; what no XML may hold.
_SPACES = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Phrases, terms and months of one language."""

    language: str
    direction: str
    phrases: Mapping[str, str]
    terms: Mapping[str, str]
    months: tuple[str, ...]
    months_short: tuple[str, ...]

    def say(self, phrase: str, **values: object) -> str:
        """A phrase with its values filled in."""
        return self.phrases[phrase].format(**values)

    def term(self, key: str) -> str:
        """The word for a key of the data; a key without one reads as it is written."""
        return self.terms.get(key) or clean(key.replace("_", " "))

    def day(self, day: date) -> str:
        """A day as people write it: 17 July 2016."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """A day without its year: 17 Jul."""
        return f"{day.day} {self.months_short[day.month - 1]}"

    def interval(self, low: float | None, high: float | None) -> str:
        """A figure, a range of figures, or "or more" and "up to" where the range is open."""
        if low is None:
            return self.say("up_to", high=figure(math.nan if high is None else high))
        if high is None:
            return self.say("or_more", low=figure(low))
        return figure(low) if low == high else self.say("range", low=figure(low), high=figure(high))


@cache
def words_of(language: str) -> Words:
    """The words of a language; English where it has none of its own."""
    base = language.split("-", maxsplit=1)[0].lower()
    room = files("castello.briefs")
    source = room / f"words_{base}.toml"
    if not re.fullmatch(r"[a-z]{2,3}", base) or not source.is_file():
        base, source = DEFAULT, room / f"words_{DEFAULT}.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    return Words(
        language=base,
        direction=data["direction"],
        phrases=data["phrases"],
        terms=data["terms"],
        months=tuple(data["months"]),
        months_short=tuple(data["months_short"]),
    )


def clean(text: object) -> str:
    r"""
    Text from outside on one line, without control characters and without marks that turn the reading order.

    Examples
    --------
    >>> clean("a\u202egpj.exe\x1b[31m\nb")
    'agpj.exe[31m b'
    """
    return neutral(str(text)).strip()


def neutral(text: str) -> str:
    """As :func:`clean`, with the spaces at both ends kept."""
    return _UNSAFE.sub("", _SPACES.sub(" ", text))


def figure(value: float) -> str:
    """
    A number with thousands parted and at most two decimals.

    Examples
    --------
    >>> figure(300000.0), figure(46.857), figure(-0.0)
    ('300,000', '46.86', '0')
    """
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def address(url: str) -> str | None:
    """
    The address if it may become a link: http or https, with a host, without a login or odd characters.

    Examples
    --------
    >>> address("https://example.org/a"), address("javascript:alert(1)"), address("https://a@b.example")
    ('https://example.org/a', None, None)
    """
    if url != clean(url) or re.search(r'[\s"<>\\^`{|}]', url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # a broken IPv6 host
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None


def language_tag(language: str) -> str:
    """The language as an attribute: ``und`` where it is no language tag."""
    return language if _LANGUAGE.fullmatch(language) else "und"
