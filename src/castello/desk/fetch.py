"""
``fetch``: ask ReliefWeb, HDX or a news feed, and put what comes into the case. Only the question leaves the machine.

What is there already is not fetched twice; what has changed is a new document beside the old one. A question that broke off is kept in
``.castello/fetch/`` by its hash, and the same question goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from castello.cases import read_case
from castello.desk.asking import APPNAME_VARIABLES, Asking, Question, check
from castello.desk.build import BuildReport, build
from castello.desk.feeds import Busy, quiet
from castello.desk.fetched import Item, Placing
from castello.errors import Issue, Unreachable, WrongUse
from castello.ledger import Book
from castello.ledger.mode import mode_of

if TYPE_CHECKING:
    from castello.sources.web import Client

GIVEN_AWAY = (
    "This case is live. The server learns what you ask about and from which address on the network; ask for a whole country rather than for "
    "a place, and not from where it could harm you."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """
    What came: items with what became of each, data sets that were found, whether the answer is complete, and what the build did.

    ``total`` is how many there are where that is known, more than were asked for perhaps; ``found`` has name, title, publisher, licence
    and files of data sets.
    """

    source: str
    items: tuple[Item, ...]
    build: BuildReport
    complete: bool = True
    total: int | None = None
    found: tuple[Mapping[str, object], ...] = ()
    issues: tuple[Issue, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "source": self.source,
            "complete": self.complete,
            "total": self.total,
            "items": [item.to_json() for item in self.items],
            "found": [dict(one) for one in self.found],
            **self.build.to_json(),
            "issues": [issue.to_json() for issue in (*self.issues, *self.build.issues)],
        }


def check_web() -> None:
    """
    Whether what asks over the network is installed.

    Raises
    ------
    WrongUse
        If not, with the extra to install.
    """
    if find_spec("httpx") is None:
        raise WrongUse("fetch needs the library httpx", hint='Run: pip install "castello[web]".')


def fetch(
    folder: Path,
    book: Book,
    *,
    source: str,
    question: Question,
    client: Client,
    now: datetime,
    publisher: str | None = None,
    appname: str | None = None,
    environ: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda _: None,
    busy: Busy = quiet,
) -> FetchReport:
    """
    Ask a source, put what comes into the case, and build.

    Reports whose publisher's licence is open (in ``sources.yml``) go to ``documents/`` with their text; of all others, and of entries of
    news feeds, a claims file ``fetched-...yml`` describes the document. Files of HDX go to ``feeds/``.

    Parameters
    ----------
    folder, book
        The case.
    source
        ``reliefweb``, ``hdx`` or ``rss``.
    question
        What is asked.
    client
        Asks; see :class:`castello.sources.web.Client`.
    now
        Instant of asking, with a zone; in the case's zone it is the day of fetching.
    publisher
        Source id of things whose own publisher is in no register; of a news feed it is needed.
    appname
        The name that ReliefWeb approved, or the identifier that HAPI made; default: from the environment.
    environ
        The environment; None is that of the process.
    tell
        Told, before anything is asked, what the question gives away in a live case.
    busy
        Told what takes its time.

    Raises
    ------
    WrongUse
        If the source has no use for a part of the question, or lacks one.
    Unreachable
        If nothing at all came.
    CaseBroken
        If the case cannot be read; nothing was asked then.
    """
    content = read_case(folder)
    today = now.astimezone(content.registers.settings.zone).date()
    placing = Placing(content, publisher=publisher, today=today)
    named = appname or (os.environ if environ is None else environ).get(APPNAME_VARIABLES.get(source, ""))
    check(source, question, publisher=publisher, appname=named, hidden=content.registers.known.protected)
    if mode_of(book, now=now).live:
        tell(GIVEN_AWAY)
    asking = Asking(folder, client, question=question, appname=named or "", placing=placing)
    with busy(f"asking {source}"):
        pieces = {"reliefweb": asking.reliefweb, "hdx": asking.hdx, "rss": asking.rss}[source]()
    if not (pieces or asking.found or asking.known or asking.complete):
        first = asking.issues[0]
        raise Unreachable(first.what, hint=first.hint)
    with book.lock():
        items = tuple(placing.place(piece) for piece in pieces)
        issues = [*asking.issues, *placing.write(source)]
    asking.settle()
    return FetchReport(
        source=source,
        items=(*items, *asking.known),
        build=build(folder, book, now=now, busy=busy),
        complete=asking.complete,
        total=asking.total,
        found=tuple(asking.found),
        issues=tuple(issues),
    )
