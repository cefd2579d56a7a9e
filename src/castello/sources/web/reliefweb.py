"""
Reports on ReliefWeb, by its API v2: who published what, when, where it lies, and its text.

From the API's documentation: ``POST /v2/reports?appname=...`` with a query, filters, fields, sort, limit (at most 1000) and offset; answers have
``totalCount``, ``count``, ``data`` and ``links``. Since November 2025 the ``appname`` has to be one that ReliefWeb has approved. What a POST asks does
not stand in the address of the next page, so pages are asked by their offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from castello.errors import Issue
from castello.sources.web._answers import Fetched, Unanswered
from castello.sources.web._client import Client
from castello.sources.web._values import (
    Page,
    address_of,
    day_of,
    inside,
    language_of,
    line_of,
    listed,
    once,
    read_pages,
    text_of,
)

ADDRESS = "https://api.reliefweb.int/v2"
PAGE = 100
"""Reports of a page; with their texts a page has a few megabytes."""

FILE = "reliefweb"
_LONGEST_ID = 20
_FIELDS = (
    "title",
    "body",
    "date.original",
    "date.created",
    "date.changed",
    "source.name",
    "source.shortname",
    "language.code",
    "url",
    "url_alias",
    "origin",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    A report as ReliefWeb lists it.

    ``published`` is the day that its source printed on it; ``posted`` the day on which it came to ReliefWeb. ``publishers`` are names as
    ReliefWeb writes them, long and short, of one organisation after the other; ``body`` is the text as ReliefWeb has it.
    """

    id: str
    title: str
    published: date | None
    posted: date | None
    publishers: tuple[tuple[str, ...], ...] = ()
    urls: tuple[str, ...] = ()
    language: str | None = None
    body: str | None = None


def question(
    *,
    query: str | None = None,
    country: str | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict[str, Any]:
    """
    What is asked, as the API takes it: the newest reports first.

    Parameters
    ----------
    query
        Words, all of which have to be there.
    country
        ISO 3166 code of three letters, or a name as ReliefWeb has it.
    start, end
        Days of publication, both included, by UTC.

    Examples
    --------
    >>> question(country="SYR")["filter"]
    {'field': 'country.iso3', 'value': 'syr'}
    """
    conditions: list[dict[str, Any]] = []
    if country:
        code = len(country) == 3 and country.isascii() and country.isalpha()
        conditions.append(
            {"field": "country.iso3", "value": country.lower()} if code else {"field": "country", "value": country}
        )
    if start or end:
        days = {"from": start and f"{start}T00:00:00+00:00", "to": end and f"{end}T23:59:59+00:00"}
        conditions.append({"field": "date.original", "value": {name: day for name, day in days.items() if day}})
    asked: dict[str, Any] = {"fields": {"include": list(_FIELDS)}, "sort": ["date.original:desc"]}
    if query:
        asked["query"] = {"value": query, "operator": "AND"}
    if conditions:
        both = {"operator": "AND", "conditions": conditions}
        asked["filter"] = conditions[0] if len(conditions) == 1 else both
    return asked


def read_reports(
    client: Client,
    asked: Mapping[str, Any],
    *,
    appname: str,
    limit: int | None = None,
    cursor: int | None = None,
    address: str = ADDRESS,
) -> Fetched[Report]:
    """
    The reports that answer a question, each once, newest first.

    Parameters
    ----------
    client
        Asks.
    asked
        As :func:`question` makes it.
    appname
        The name that ReliefWeb approved for the user.
    limit
        Reports in all, None is no limit.
    cursor
        Of an answer that broke off: the place to go on from.
    address
        Of the API.

    Returns
    -------
    Fetched
        A report that cannot be used is an issue, and so is a page that did not come.
    """

    def page(offset: int, rows: int) -> Page[Report]:
        body = dict(asked) | {"limit": rows, "offset": offset}
        said = client.json(f"{address}/reports", parameters={"appname": appname}, body=body, hidden=(appname,))
        data = inside(said, "data")
        if not isinstance(data, list):
            raise Unanswered(f"{FILE} answered with something else than a list of reports", hint="Try again later.")
        items: list[Report] = []
        issues: list[Issue] = []
        for n, one in enumerate(data):
            report = _report(one)
            if report is None:
                what = "has no id or no title and is left out"
                issues.append(Issue(file=FILE, row=offset + n + 1, code="report", what=what, hint="Look it up there."))
            elif report.id not in seen:
                seen.add(report.id)
                items.append(report)
        total = inside(said, "totalCount")
        counted = total if isinstance(total, int) and not isinstance(total, bool) else None
        return Page(items=tuple(items), rows=len(data), total=counted, issues=tuple(issues))

    # what is posted while pages are read moves the others down: they come twice
    seen: set[str] = set()
    return read_pages(page, file=FILE, cursor=cursor, limit=limit, size=PAGE)


def _report(item: object) -> Report | None:
    found = inside(item, "fields")
    id_, title = inside(item, "id"), line_of(inside(found, "title"))
    id_ = (
        str(id_)
        if isinstance(id_, int | str) and str(id_).isascii() and str(id_).isdecimal() and len(str(id_)) <= _LONGEST_ID
        else None
    )
    if id_ is None or title is None:
        return None
    sources = (
        once((line_of(inside(one, "name")), line_of(inside(one, "shortname"))))
        for one in listed(inside(found, "source"))
    )
    languages = [language_of(inside(one, "code")) for one in listed(inside(found, "language"))]
    return Report(
        id=id_,
        title=title,
        published=day_of(inside(found, "date", "original")),
        posted=day_of(inside(found, "date", "created")),
        publishers=tuple(names for names in sources if names),
        urls=once(address_of(inside(found, name)) for name in ("url_alias", "url", "origin")),
        language=next((code for code in languages if code), None),
        body=text_of(inside(found, "body")),
    )
