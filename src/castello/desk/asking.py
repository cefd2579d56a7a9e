"""One question to ReliefWeb, HDX or a news feed: whether it can be asked, what came of it, and the place from which it goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from castello.desk.fetched import Item, Piece, Placing, ending_of, in_days, of_entry, of_report, of_resource, summary_of
from castello.errors import Issue, WrongUse
from castello.ledger.files import write_file

if TYPE_CHECKING:
    from castello.sources.web import Client, Fetched
    from castello.sources.web.hdx import Dataset, Resource

T = TypeVar("T")

SOURCES = ("reliefweb", "hdx", "rss")
STATES = Path(".castello") / "fetch"
KEPT_DAYS = 2
"""For how long the same question goes on where it broke off; after that it begins anew."""
APPNAME_VARIABLES = {"reliefweb": "CASTELLO_RELIEFWEB_APPNAME", "hdx": "CASTELLO_HAPI_IDENTIFIER"}
"""Where the environment has the name under which a source knows the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is asked; what a source has no use for is refused, not ignored.

    Parameters
    ----------
    query
        Words. Those asked of a news feed stay here: its entries are filtered.
    country
        ISO 3166 code of three letters; of ReliefWeb also a name.
    start, end
        Days of publication, both included; of HDX those of the table's rows or of the last change.
    limit
        How many reports, entries or files at most.
    dataset
        Name of a data set of HDX, whose files are fetched. Without it data sets are found and nothing is fetched.
    table
        A table of HAPI: ``conflict-events`` or ``food-prices``.
    address
        Of a news feed; of another site with the same API.
    """

    query: str | None = None
    country: str | None = None
    start: date | None = None
    end: date | None = None
    limit: int = 50
    dataset: str | None = None
    table: str | None = None
    address: str | None = None

    def key(self, source: str) -> str:
        """The name under which an unfinished answer is kept: it tells nobody what was asked."""
        said = [source, *(str(getattr(self, item.name)) for item in fields(self))]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def check(
    source: str, question: Question, *, publisher: str | None, appname: str | None, hidden: frozenset[str]
) -> None:
    """Whether a source can be asked this."""
    if source not in SOURCES:
        raise WrongUse(f"nothing is fetched from {source!r}", hint=f"Sources: {', '.join(SOURCES)}.")
    for word in sorted(hidden):
        if any(word in str(value) for value in (question.query, question.country, question.dataset)):
            raise WrongUse(
                "the question names a protected source", hint="Ask without it: a question leaves the machine."
            )
    useless = {"reliefweb": ("dataset", "table"), "rss": ("dataset", "table", "country"), "hdx": ()}[source]
    for name in useless:
        if getattr(question, name) is not None:
            raise WrongUse(f"--{name} says nothing to {source}", hint=f"Leave out --{name}.")
    if question.limit < 1:
        raise WrongUse(f"--limit: {question.limit}", hint="Ask for one or more.")
    if question.start and question.end and question.end < question.start:
        raise WrongUse("--to lies before --from", hint="Swap them.")
    if source == "reliefweb" and not (question.query or question.country):
        raise WrongUse("ReliefWeb is asked for words or a country", hint="Add --query WORDS or --country SYR.")
    if source == "reliefweb" and not appname:
        hint = f"Ask ReliefWeb for one (it takes a day), then --appname NAME, or set {APPNAME_VARIABLES[source]}."
        raise WrongUse("ReliefWeb answers only to names that it has approved", hint=hint)
    if source == "rss" and not question.address:
        raise WrongUse("a news feed is asked by its address", hint="Add --address https://example.org/feed.xml.")
    if question.address and not question.address.startswith(("http://", "https://")):
        raise WrongUse(f"--address: {question.address[:80]!r} is none", hint="Addresses start with https://.")
    if source == "rss" and publisher is None:
        raise WrongUse("a news feed has one publisher", hint="Add --publisher ID.")
    if source == "hdx":
        _check_hdx(question, appname=appname)


def _check_hdx(question: Question, *, appname: str | None) -> None:
    if sum(one is not None for one in (question.query, question.dataset, question.table)) != 1:
        hint = (
            "Add one: --query WORDS to find data sets, --dataset NAME for its files, --table food-prices for a table."
        )
        raise WrongUse("HDX is asked for words, a data set or a table", hint=hint)
    if question.dataset and (question.country or question.start or question.end):
        raise WrongUse("a data set is fetched as it is", hint="Leave out --country, --from and --to.")
    if question.table and not question.country:
        raise WrongUse("a table is asked for a country", hint="Add --country SYR.")
    if question.table and not appname:
        hint = f"Let it make one from a name and an e-mail address, then --appname, or set {APPNAME_VARIABLES['hdx']}."
        raise WrongUse("HAPI answers only to who says a name", hint=hint)


class Asking:
    """One question to one source: what came of it as pieces, and the state from which it goes on."""

    def __init__(self, folder: Path, client: Client, *, question: Question, appname: str, placing: Placing) -> None:
        self._folder, self._client, self._question, self._placing = folder / STATES, client, question, placing
        self._appname = appname
        self._state: tuple[Path, dict[str, Any] | None] | None = None
        self.issues: list[Issue] = []
        self.found: list[Mapping[str, object]] = []
        self.known: list[Item] = []
        self.total: int | None = None
        self.complete = True

    def reliefweb(self) -> list[Piece]:
        """Reports."""
        from castello.sources.web import reliefweb

        question = self._question
        asked = reliefweb.question(
            query=question.query, country=question.country, start=question.start, end=question.end
        )
        found = reliefweb.read_reports(
            self._client,
            asked,
            appname=self._appname,
            limit=question.limit,
            cursor=self._begun("reliefweb").get("cursor"),
            address=question.address or reliefweb.ADDRESS,
        )
        self._take(found, "reliefweb")
        return [of_report(report) for report in found.items]

    def rss(self) -> list[Piece]:
        """Entries of a feed that have the words and fall in the days."""
        from castello.sources.web import rss

        found = rss.read_feed(self._client, str(self._question.address))
        self._take(found, "rss")
        words = (self._question.query or "").casefold().split()
        wanted = [
            entry
            for entry in found.items
            if all(word in f"{entry.title} {entry.summary or ''}".casefold() for word in words)
        ]
        pieces = [of_entry(entry, publisher=str(self._placing.publisher)) for entry in wanted]
        chosen = in_days(pieces, start=self._question.start, end=self._question.end)
        self.total = len(chosen)
        return chosen[: self._question.limit]

    def hdx(self) -> list[Piece]:
        """Files; none where data sets are only looked for."""
        if self._question.table:
            return self._table(self._question.table)
        if self._question.dataset:
            return self._dataset(self._question.dataset)
        from castello.sources.web import hdx

        question = self._question
        found = hdx.search(
            self._client,
            query=question.query or "",
            country=question.country,
            start=question.start,
            end=question.end,
            limit=question.limit,
            address=question.address or hdx.ADDRESS,
        )
        self.issues += found.issues
        self.complete, self.total = found.cursor is None, found.total
        self.found = [summary_of(dataset) for dataset in found.items]
        return []

    def _dataset(self, name: str) -> list[Piece]:
        """The files of a data set that can be feeds and are not in the case yet."""
        from castello.sources.web import Unanswered, hdx

        found = hdx.show(self._client, name, address=self._question.address or hdx.ADDRESS)
        self._take(found, "hdx")
        pieces: list[Piece] = []
        for dataset in found.items:
            usable = [(one, ending) for one in dataset.resources if (ending := ending_of(one))]
            self.total = len(usable)
            self._left(dataset, [one for one in dataset.resources if not ending_of(one)])
            for resource, ending in usable[: self._question.limit]:
                piece = of_resource(dataset, resource, ending)
                if self._placing.is_known(piece):
                    self.known.append(self._placing.place(piece))
                    continue
                if self._placing.publisher_of(piece) is None:
                    continue  # said once for all of them; what cannot be kept is not downloaded
                part = self._part(resource.id)
                try:
                    self._client.download(resource.url, part)
                except Unanswered as unanswered:
                    self.issues.append(unanswered.issue(f"hdx {resource.name}"))
                    self.complete = False
                    continue
                part.with_name(f"{part.name}.json").unlink(missing_ok=True)
                pieces.append(replace(piece, file=part))
        return pieces

    def _left(self, dataset: Dataset, resources: Sequence[Resource]) -> None:
        if resources:
            names = ", ".join(one.name for one in resources[:5])
            what = f"{len(resources)} file(s) are of no kind that is read and were left out ({names})"
            hint = "Download what you need in a browser and `castello add` it."
            self.issues.append(
                Issue(file=f"hdx {dataset.name}", code="format", what=what, hint=hint, severity="warning")
            )

    def _table(self, table: str) -> list[Piece]:
        """A table of HAPI as one file; rows of an answer that broke off wait for the rest."""
        from castello.sources.web import hdx

        question, country = self._question, str(self._question.country).upper()
        address = question.address or hdx.HAPI_ADDRESS
        days = f"{question.start or '..'} to {question.end or '..'}" if question.start or question.end else ""
        piece = Piece(
            source="hapi",
            item="/".join(filter(None, (table, country, days.replace(" ", "-")))),
            stem=f"hapi-{table}-{country}",
            title=", ".join(filter(None, (f"HDX HAPI {table}", country, days))),
            published=self._placing.today,  # a table has no day of its own: it is as it was on this one
            names=(("HDX HAPI", "HAPI", "HDX", "Humanitarian Data Exchange"),),
            facts=(),
            urls=(f"{address}/{hdx.TABLES[table]}",) if table in hdx.TABLES else (),
            ending=".csv",
        )
        if self._placing.publisher_of(piece) is None:
            return []
        begun = self._begun("hdx")
        found = hdx.read_table(
            self._client,
            table,
            identifier=self._appname,
            country=country,
            start=question.start,
            end=question.end,
            cursor=begun.get("cursor"),
            address=address,
        )
        rows = [*begun.get("rows", []), *found.items]
        self._take(found, "hdx", more={"rows": rows})
        if found.cursor is not None or not rows:
            return []
        data, part = hdx.as_csv(rows), self._part(piece.item)
        part.write_bytes(data)
        return [replace(piece, facts=(hashlib.sha256(data).hexdigest(),), file=part)]

    # ------------------------------------------------------------------------------------------------------- states

    def _begun(self, source: str) -> dict[str, Any]:
        """Where the same question broke off before; empty if it did not."""
        try:
            state = json.loads(self._state_path(source).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        good = (
            isinstance(state, dict) and isinstance(state.get("cursor"), int) and isinstance(state.get("rows", []), list)
        )
        if not good or not self._is_fresh(state.get("on")):
            return {}  # an answer of last week and one of today are not one answer
        return dict(state)

    def _is_fresh(self, day: object) -> bool:
        try:
            return abs((self._placing.today - date.fromisoformat(str(day))).days) <= KEPT_DAYS
        except ValueError:
            return False

    def _take(self, found: Fetched[T], source: str, *, more: Mapping[str, Any] | None = None) -> None:
        self.issues += found.issues
        self.complete, self.total = found.cursor is None, found.total
        kept = {"cursor": found.cursor, "on": str(self._placing.today), **(more or {})}
        self._state = (self._state_path(source), None if self.complete else kept)
        if not self.complete and more:
            self.settle()  # rows that have no place in the case yet would be lost

    def settle(self) -> None:
        """Keep the place to go on from, or forget it: called when what came lies in the case."""
        if self._state is None:
            return
        path, kept = self._state
        if kept is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, json.dumps(kept).encode())

    def _state_path(self, source: str) -> Path:
        return self._folder / f"{self._question.key(source)}.json"

    def _part(self, key: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.part"
