"""
Sources whose files are tables: how rows by the hundred thousand become claims.

Each source says what it needs of a header, what a row has to be (:class:`Check`), and what it claims, as SQL over the cells. What a person
would have to think about (a name, a day as written) is decided once for each different text, in Python, and joined. So a
file larger than memory goes in, a slice at a time, and every row either becomes claims or is told with what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from castello.claims import Document, Link, Role, canonical
from castello.engines import Engine, Steps
from castello.ledger.batches import name_row
from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.sources._days import NotADay, read_days
from castello.sources._intake import Intake, Names
from castello.sources._near import Near

if TYPE_CHECKING:
    from castello.sources.cells import Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    Something that may be wrong with a row: ``when`` is SQL over the typed row, ``what`` SQL for the words that say what is wrong.

    A row that ``refuses`` is not taken in; else it is, and somebody should look.
    """

    code: str
    when: str
    what: str
    hint: str
    column: str | None = None
    refuses: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    How the rows of one file become claims.

    ``typed`` are steps over ``cells`` whose last has ``row`` and what checks and claims use. What they work out begins with an underscore: no
    column of a file does. ``claims`` are the lists of
    expressions by slot column (:data:`castello.ledger.columns.SLOT_COLUMNS`), one for each claim that a row makes, with the condition
    under which it does; none where a file brings names only.
    """

    typed: Steps
    checks: Sequence[Check]
    claims: Sequence[tuple[Mapping[str, str], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabular:
    """
    A source whose files are tables.

    Parameters
    ----------
    format
        What a sidecar calls it.
    name
        What people call it.
    version
        Of the reader: files are read again when it changes.
    is_header
        Whether the plain names of a row of heads are those of this source.
    needed
        The columns that it needs, for a message.
    columns
        Every column of every generation, in plain form; others are told.
    plan
        How the rows of a file become claims.
    options
        What a sidecar may say beside.
    cannot_say
        What the source can say nothing of, as sentences for the coverage of an answer.
    bind
        For a source whose columns its sidecar decides: the source for one file, from what the sidecar says. Each such file is a feed of
        its own.
    """

    format: str
    name: str
    version: int
    is_header: Callable[[frozenset[str]], bool]
    needed: str
    columns: frozenset[str]
    plan: Callable[[Reading], Plan]
    options: tuple[str, ...] = ()
    cannot_say: tuple[str, ...] = ()
    bind: Callable[[Mapping[str, Any]], Tabular] | None = None

    def bound(self, options: Mapping[str, Any]) -> Tabular:
        """The source for one file, whose sidecar says ``options``; raises :class:`WrongUse` where these cannot be used."""
        return self if self.bind is None else self.bind(options)


@dataclass(slots=True, kw_only=True)
class Reading:
    """A file while it is read: its cells in the engine (``cells``, with every column as text and ``row``), and what is known around it."""

    engine: Engine
    cells: Cells
    intake: Intake
    document: Document
    places: PlaceRegister
    parties: PartyRegister
    options: Mapping[str, Any]
    brought: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)

    def has(self, *columns: str) -> bool:
        """Whether the file has these columns."""
        return all(column in self.cells.columns for column in columns)

    def first(self, *columns: str) -> str:
        """SQL for the first of these columns that the file has; null if it has none."""
        return next((f'"{column}"' for column in columns if column in self.cells.columns), "cast(null as varchar)")

    def kept(self, columns: Iterable[str | None]) -> str:
        """SQL for columns as they stand in the file, with a comma after each: checks show what was written."""
        return "".join(f'"{column}", ' for column in sorted({column for column in columns if column is not None}))

    def number(self, *columns: str) -> str:
        """SQL for the number in the first of these columns that the file has; null for what is no number."""
        return f"try_cast({self.first(*columns)} as double)"

    def no_number(self, *columns: str) -> Check | None:
        """A row whose cell should be a number and is none; None if the file has no such column."""
        column = next((column for column in columns if column in self.cells.columns), None)
        if column is None:
            return None
        return Check(
            code="number",
            column=column,
            when=f'"{column}" is not null and (try_cast("{column}" as double) is null or not isfinite(try_cast("{column}" as double)))',
            what=f"format('{{}} is not a number', left(\"{column}\", 40))",
            hint="Write digits with a point, without separators of thousands.",
        )

    def distinct(self, **expressions: str) -> list[dict[str, Any]]:
        """The different rows of some expressions over the cells."""
        listed = ", ".join(f"{expression} as {name}" for name, expression in expressions.items())
        order = ", ".join(expressions)
        steps = Steps("distinct").add("found", f"select distinct {listed} from cells order by {order}")
        found: list[dict[str, Any]] = self.engine.run(steps).to_pylist()
        return found

    def days(self, table: str, *columns: str, day_first: bool | None = None) -> Check | None:
        """
        Make a table of the days that texts of some columns name: ``written``, ``first``, ``last`` and ``problem``.

        Returns a check for rows whose text names none; the typed step has to join ``problem`` under the name ``{table}_problem``.
        """
        here = [column for column in columns if column in self.cells.columns]
        if day_first is None:
            day_first = self.options.get("day_first")
        texts = {row["written"] for column in here for row in self.distinct(written=f'"{column}"')} - {None}
        rows = []
        serial = 0
        for text in sorted(texts):
            try:
                day = read_days(text, day_first=day_first)
                serial += day.serial
                rows.append({"written": text, "first": day.first, "last": day.last, "problem": None})
            except NotADay as no:
                rows.append({"written": text, "first": None, "last": None, "problem": f"{no.what}|{no.hint}"})
        if serial:
            what = f"has {serial:,} different dates as a spreadsheet's numbers"
            self.intake.warn("serial-date", what, "Read as such; check one of them.", column=here[0])
        self.engine.table(table, pa.Table.from_pylist(rows, schema=_DAYS))
        return Check(
            code="date",
            column=here[0] if here else None,
            when=f"{table}_problem is not null",
            what=f"split_part({table}_problem, '|', 1)",
            hint="Write 2016-07-17; say day_first in the sidecar where the day comes first.",
        )

    def bring_place(self, id: str, **entry: object) -> str:
        """A place that the feed brings, unless the register of the case has the id; the same id."""
        return self._bring("place", id, entry)

    def bring_party(self, id: str, **entry: object) -> str:
        """A party that the feed brings, unless the register of the case has the id; the same id."""
        return self._bring("party", id, entry)

    def _bring(self, type_: str, id: str, entry: Mapping[str, object]) -> str:
        if (type_, id) not in self.brought and id not in (self.places if type_ == "place" else self.parties):
            said = {key: value for key, value in entry.items() if value is not None}
            self.brought[type_, id] = name_row(
                type_, {"id": id, **said}, document=self.document.id, published=self.document.published
            )
        return id

    def chain(self, role: Role = Role.COMPILER) -> str:
        """SQL for the chain of a claim whose only link is the publisher of the file."""
        link = Link(who=self.document.publisher, role=role)
        return quoted(canonical([link.to_json()]).decode())

    def party_names(self) -> Names:
        """Names of parties as the register and the sidecar decide them."""
        return Names(self.parties, given=self.options.get("party_names"))

    def place_names(self) -> Names:
        """Names of places as the register and the sidecar decide them."""
        return Names(self.places, given=self.options.get("place_names"))

    def near(self) -> Near:
        """Decides which place of the register a name and a point mean."""
        return Near(self.places, self.place_names())


_DAYS = pa.schema([("written", pa.string()), ("first", pa.date32()), ("last", pa.date32()), ("problem", pa.string())])


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
