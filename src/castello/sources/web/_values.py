"""Values out of the answers of strangers: lines, texts, days and addresses, or nothing; and answers page by page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from castello.errors import Issue
from castello.sources.web._answers import Fetched, Unanswered

T = TypeVar("T")

MAX_LINE = 500
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_ADDRESS = re.compile(r"https?://[^\s\"<>\\^`{|}]+")
FIRST_YEAR, LAST_YEAR = 1900, 2199


def line_of(value: object) -> str | None:
    r"""
    One line of text that can be printed, None where there is none; what steers a terminal or the direction of writing is left out.

    Examples
    --------
    >>> line_of(" Aleppo: \x1b[31mflash\nupdate "), line_of(7), line_of("  ")
    ('Aleppo: [31mflash update', None, None)
    """
    if not isinstance(value, str):
        return None
    spaced = " ".join(unicodedata.normalize("NFC", value).split())
    kept = "".join(one for one in spaced if one.isprintable())
    return " ".join(kept[:MAX_LINE].split()) or None


def text_of(value: object) -> str | None:
    """Text of many lines, as it came but for control characters; None where there is none."""
    if not isinstance(value, str):
        return None
    plain = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in plain if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    return kept.strip("\n") or None


def day_of(value: object) -> date | None:
    """
    The day of a date or an instant in ISO 8601, as the source prints it; None where it is none.

    Examples
    --------
    >>> day_of("2016-07-18T00:00:00+00:00"), day_of("18/07/2016")
    (datetime.date(2016, 7, 18), None)
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def address_of(value: object) -> str | None:
    """An address on the web without a password in it; None where it is none."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value.strip()) or not value.isprintable():
        return None
    return None if "@" in value.partition("//")[2].partition("/")[0] else value.strip()


def language_of(value: object) -> str | None:
    """A code of a language, None where it is none."""
    code = value.strip().lower() if isinstance(value, str) else ""
    return code if _LANGUAGE.fullmatch(code) else None


def inside(value: object, *names: str) -> Any:
    """What lies in mappings of mappings, None where one of them is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def listed(value: object) -> list[Any]:
    """A list, empty where there is none."""
    return value if isinstance(value, list) else []


def once(values: Iterable[str | None]) -> tuple[str, ...]:
    """Each value once, in order, without those that are none."""
    return tuple(dict.fromkeys(value for value in values if value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page: what could be read of it, how many rows it had, and how many there are in all where that is said."""

    items: tuple[T, ...]
    rows: int
    total: int | None = None
    issues: tuple[Issue, ...] = ()


def read_pages(
    ask: Callable[[int, int], Page[T]], *, file: str, cursor: int | None, limit: int | None, size: int
) -> Fetched[T]:
    """
    Pages from an offset on, until there are no more or ``limit`` is reached; what came before a page that failed is kept.

    Parameters
    ----------
    ask
        The page at an offset, of so many rows at most.
    file
        Name of the source for issues.
    cursor
        Offset to go on from.
    limit
        Rows in all, those before the cursor included; None is no limit.
    size
        Rows of a page.
    """
    items: list[T] = []
    issues: list[Issue] = []
    offset, total = cursor or 0, None
    while limit is None or offset < limit:
        rows = size if limit is None else min(size, limit - offset)
        try:
            page = ask(offset, rows)
        except Unanswered as unanswered:
            issues.append(unanswered.issue(file))
            return Fetched(
                items=tuple(items), issues=tuple(issues), cursor=offset, total=total, offline=unanswered.offline
            )
        items += page.items
        issues += page.issues
        offset += page.rows
        total = page.total if page.total is not None else total
        if page.rows == 0 or (offset >= total if total is not None else page.rows < rows):
            break
    return Fetched(items=tuple(items), issues=tuple(issues), total=total)
