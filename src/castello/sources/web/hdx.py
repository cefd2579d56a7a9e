"""
Data sets on the Humanitarian Data Exchange, by its CKAN API, and tables of its HAPI, page by page, as files.

From the documentation of CKAN and the published source of HDX and HAPI: ``/api/3/action/package_search`` (``q``, ``fq``, ``rows``, ``start``) and
``package_show`` (``id``) answer ``{"success", "result"}``; resources have ``download_url``, ``format``, ``last_modified`` and ``size``. HAPI pages by
``limit`` (at most 10,000) and ``offset``, answers ``{"data": [...]}``, and wants an application identifier, the base64 of a name and an
e-mail address, which goes into a header so that it stands in no address.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from castello.errors import Issue, WrongUse
from castello.sources.web._answers import Fetched, Unanswered
from castello.sources.web._client import Client
from castello.sources.web._values import (
    Page,
    address_of,
    day_of,
    inside,
    line_of,
    listed,
    once,
    read_pages,
)

ADDRESS = "https://data.humdata.org"
HAPI_ADDRESS = "https://hapi.humdata.org/api/v2"
PAGE = 50
HAPI_PAGE = 10_000
FILE = "hdx"
IDENTIFIER_HEADER = "X-HDX-HAPI-APP-IDENTIFIER"
TABLES = {
    "conflict-events": "coordination-context/conflict-events",
    "food-prices": "food-security-nutrition-poverty/food-prices-market-monitor",
}
"""Tables of HAPI by the names that Castello gives them."""

MOST_ROWS = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file of a data set; ``size`` in bytes as HDX has it, None where it says nothing."""

    id: str
    name: str
    format: str
    url: str
    changed: date | None = None
    state: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A data set: ``publishers`` are names as HDX writes them, ``licence`` its licence in words."""

    id: str
    name: str
    title: str
    publishers: tuple[str, ...] = ()
    licence: str | None = None
    url: str | None = None
    changed: date | None = None
    resources: tuple[Resource, ...] = ()


Row = Mapping[str, Any]
"""One row of a table of HAPI: values by the names of its fields."""


def search(
    client: Client,
    *,
    query: str,
    country: str | None = None,
    start: date | None = None,
    end: date | None = None,
    limit: int | None = None,
    cursor: int | None = None,
    address: str = ADDRESS,
) -> Fetched[Dataset]:
    """
    Data sets that are found by words.

    Parameters
    ----------
    client
        Asks.
    query
        Words.
    country
        ISO 3166 code of three letters.
    start, end
        Days on which the data set was last changed, both included.
    limit, cursor
        Data sets in all; the place to go on from.
    address
        Of the site.
    """
    filters = [f"groups:{_code(country)}"] if country else []
    if start or end:
        first = f"{start}T00:00:00Z" if start else "*"
        filters.append(f"metadata_modified:[{first} TO {f'{end}T23:59:59Z' if end else '*'}]")

    def page(offset: int, rows: int) -> Page[Dataset]:
        asked: dict[str, str | int] = {"q": query, "rows": rows, "start": offset}
        if filters:
            asked["fq"] = " AND ".join(filters)
        result = _result(client.json(f"{address}/api/3/action/package_search", parameters=asked))
        found = inside(result, "results")
        if not isinstance(found, list):
            raise Unanswered(f"{FILE} answered with something else than data sets", hint="Try again later.")
        made = [_dataset(one, address=address) for one in found]
        issues = tuple(
            Issue(file=FILE, row=offset + n + 1, code="dataset", what="has no name and is left out", hint="Look it up.")
            for n, one in enumerate(made)
            if one is None
        )
        total = inside(result, "count")
        counted = total if isinstance(total, int) and not isinstance(total, bool) else None
        return Page(items=tuple(one for one in made if one), rows=len(found), total=counted, issues=issues)

    return read_pages(page, file=FILE, cursor=cursor, limit=limit, size=PAGE)


def show(client: Client, name: str, *, address: str = ADDRESS) -> Fetched[Dataset]:
    """A data set by its name or id, with its files."""
    try:
        said = client.json(f"{address}/api/3/action/package_show", parameters={"id": name})
        found = _dataset(_result(said), address=address)
        if found is None:
            raise Unanswered(f"{FILE} answered with something else than a data set", hint="Try again later.")
    except Unanswered as unanswered:
        return Fetched(issues=(unanswered.issue(FILE),), cursor=0, offline=unanswered.offline)
    return Fetched(items=(found,), total=1)


def read_table(
    client: Client,
    table: str,
    *,
    identifier: str,
    country: str,
    start: date | None = None,
    end: date | None = None,
    cursor: int | None = None,
    address: str = HAPI_ADDRESS,
    page_size: int = HAPI_PAGE,
) -> Fetched[Row]:
    """
    The rows of a table of HAPI for one country.

    Parameters
    ----------
    client
        Asks.
    table
        One of :data:`TABLES`.
    identifier
        The application identifier that HAPI made for the user.
    country
        ISO 3166 code of three letters.
    start, end
        Days that the rows speak of.
    cursor
        Of an answer that broke off: the place to go on from.
    address
        Of the API.
    page_size
        Rows of a page.

    Raises
    ------
    WrongUse
        If there is no such table, or the country is no code.
    """
    if table not in TABLES:
        raise WrongUse(f"no table {table!r}", hint=f"There are: {', '.join(TABLES)}.")
    asked: dict[str, str | int] = {"location_code": _code(country).upper(), "output_format": "json"}
    asked |= {name: str(day) for name, day in (("start_date", start), ("end_date", end)) if day}

    def page(offset: int, rows: int) -> Page[Row]:
        said = client.json(
            f"{address}/{TABLES[table]}",
            parameters=asked | {"limit": rows, "offset": offset},
            headers={IDENTIFIER_HEADER: identifier},
            hidden=(identifier,),
        )
        data = inside(said, "data")
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise Unanswered("hapi answered with something else than rows", hint="Try again later.")
        return Page(items=tuple(data), rows=len(data))

    return read_pages(page, file="hapi", cursor=cursor, limit=MOST_ROWS, size=page_size)


def as_csv(rows: Sequence[Row]) -> bytes:
    r"""
    Rows of a table as a CSV file in UTF-8; columns in the order in which they first come.

    Examples
    --------
    >>> as_csv([{"market_name": "Aleppo", "price": 225.0}, {"market_name": "Idleb", "price": None}])
    b'market_name,price\nAleppo,225.0\nIdleb,\n'
    """
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def _code(country: str) -> str:
    if len(country) != 3 or not country.isascii() or not country.isalpha():
        raise WrongUse(f"{country!r} is no code of a country", hint="HDX takes three letters: SYR.")
    return country.lower()


def _result(said: object) -> object:
    if inside(said, "success") is not True:
        raise Unanswered(f"{FILE} answered without success", hint="Check what was asked.")
    return inside(said, "result")


def _dataset(item: object, *, address: str) -> Dataset | None:
    name, id_ = line_of(inside(item, "name")), line_of(inside(item, "id"))
    if name is None or id_ is None:
        return None
    other = line_of(inside(item, "license_other"))
    organisation = (line_of(inside(item, "organization", key)) for key in ("title", "name"))
    found = [_resource(one) for one in listed(inside(item, "resources"))]
    return Dataset(
        id=id_,
        name=name,
        title=line_of(inside(item, "title")) or name,
        publishers=once((line_of(inside(item, "dataset_source")), *organisation)),
        licence=other or line_of(inside(item, "license_title")) or line_of(inside(item, "license_id")),
        url=address_of(f"{address}/dataset/{name}"),
        changed=day_of(inside(item, "last_modified")) or day_of(inside(item, "metadata_modified")),
        resources=tuple(one for one in found if one),
    )


def _resource(item: object) -> Resource | None:
    id_ = line_of(inside(item, "id"))
    url = address_of(inside(item, "download_url")) or address_of(inside(item, "url"))
    if id_ is None or url is None:
        return None
    size, state = inside(item, "size"), line_of(inside(item, "last_modified")) or ""
    return Resource(
        id=id_,
        name=line_of(inside(item, "name")) or id_,
        format=(line_of(inside(item, "format")) or "").lower(),
        url=url,
        changed=day_of(state),
        state=state,
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
    )
