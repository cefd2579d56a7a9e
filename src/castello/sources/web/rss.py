"""News feeds, RSS 2.0 and Atom: title, day, address and id of each entry; a feed that brings definitions of its own is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, TreeBuilder  # the tree only: expat, below, is told to refuse what is unsafe
from xml.parsers import expat

from castello.errors import Issue
from castello.sources.web._answers import Fetched, Unanswered
from castello.sources.web._client import Client
from castello.sources.web._values import (
    FIRST_YEAR,
    LAST_YEAR,
    address_of,
    day_of,
    language_of,
    line_of,
)

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8"
KINDS = ("xml", "text/plain", "application/octet-stream")
ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DEEPEST = 64
_MOST_ELEMENTS = 200_000
FILE = "rss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: ``id`` is its guid or Atom id, else its address; ``summary`` is what the feed itself shows of it."""

    id: str
    title: str
    published: date | None = None
    url: str | None = None
    language: str | None = None
    summary: str | None = None


def read_feed(client: Client, address: str) -> Fetched[Entry]:
    """The entries of a feed at an address, in its order; what cannot be used is an issue."""
    try:
        data = client.text(address, accept=ACCEPT, kinds=KINDS)
        return parse_feed(data)
    except Unanswered as unanswered:
        return Fetched(issues=(unanswered.issue(FILE),), cursor=0, offline=unanswered.offline)


def parse_feed(data: bytes) -> Fetched[Entry]:
    """
    The entries of a feed.

    Parameters
    ----------
    data
        The bytes of the feed.

    Returns
    -------
    Fetched
        Each entry once. One without a title has its address for one; one with neither id nor address is an issue.

    Raises
    ------
    Unanswered
        If it is no feed, or brings definitions (a DTD), by which a short file can become endless.

    Examples
    --------
    >>> parse_feed(b"<rss><channel><item><title>Road cut</title><guid>a1</guid></item></channel></rss>").items[0].title
    'Road cut'
    """
    root = _tree(data)
    if root.tag == f"{ATOM}feed":
        rows = [_atom(entry, language=root.get(_LANG)) for entry in root.iterfind(f"{ATOM}entry")]
    elif root.tag == "rss" and (channel := root.find("channel")) is not None:
        rows = [_rss(item, language=_text(channel, "language")) for item in channel.iterfind("item")]
    else:
        raise Unanswered("what came is neither RSS 2.0 nor Atom", hint="Check the address.")
    items: dict[str, Entry] = {}
    issues = []
    for n, entry in enumerate(rows, start=1):
        if entry is None:
            what = "has neither an id nor an address and is left out"
            issues.append(Issue(file=FILE, row=n, code="entry", what=what, hint="Nothing can be cited of it."))
        else:
            items.setdefault(entry.id, entry)
    return Fetched(items=tuple(items.values()), issues=tuple(issues), total=len(rows))


def _tree(data: bytes) -> Element:
    """The elements of an XML file that defines nothing."""
    builder, depth, count = TreeBuilder(), 0, 0

    def refuse(*_: object) -> None:
        hint = "A feed needs no DTD; tell its publisher, or take the articles in by hand."
        raise Unanswered("the feed brings definitions of its own (a DTD) and is not read", hint=hint)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST or count > _MOST_ELEMENTS:
            raise Unanswered("the feed is nested too deeply or has too many parts", hint="Check the address.")
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(name))

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        what = f"what came is no XML (line {error.lineno})"
        raise Unanswered(what, hint="Check the address; try again later.") from error
    root: Element = builder.close()
    return root


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _rss(item: Element, *, language: str | None) -> Entry | None:
    link = address_of(_text(item, "link"))
    guid = line_of(_text(item, "guid"))
    printed = _text(item, "pubDate")
    days = (_rfc822(printed), day_of(printed), day_of(_text(item, f"{_DC}date")))
    return _entry(
        guid,
        link or (address_of(guid) if guid else None),
        title=_text(item, "title"),
        days=days,
        language=_text(item, f"{_DC}language") or language,
        summary=_text(item, "description"),
    )


def _atom(entry: Element, *, language: str | None) -> Entry | None:
    links = [link for link in entry.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    days = (day_of(_text(entry, f"{ATOM}{name}")) for name in ("published", "updated"))
    return _entry(
        line_of(_text(entry, f"{ATOM}id")),
        next((found for link in links if (found := address_of(link.get("href")))), None),
        title=_text(entry, f"{ATOM}title"),
        days=days,
        language=entry.get(_LANG) or language,
        summary=_text(entry, f"{ATOM}summary"),
    )


def _entry(
    id_: str | None,
    url: str | None,
    *,
    title: str | None,
    days: Iterable[date | None],
    language: str | None,
    summary: str | None,
) -> Entry | None:
    key = id_ or url
    if key is None:
        return None
    return Entry(
        id=key,
        title=line_of(title) or url or key,
        published=next((day for day in days if day), None),
        url=url,
        language=language_of(language),
        summary=line_of(summary),
    )


def _text(element: Element, name: str) -> str | None:
    found = element.find(name)
    return None if found is None else "".join(found.itertext()).strip() or None


def _rfc822(text: str | None) -> date | None:
    try:
        found = parsedate_to_datetime(text or "").date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
