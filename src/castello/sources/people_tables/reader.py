"""How a table of people becomes claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from castello.claims import UNKNOWN, Claim, Document, InvalidClaim, Kind, Link, Locator, Period, Quantity, Role
from castello.errors import Issue, WrongUse
from castello.names import fold, settled
from castello.places import PlaceRegister
from castello.sources._csv import Cells, column_key
from castello.sources._days import NotADay, Written, read_days
from castello.sources._intake import Intake, Names, listed
from castello.sources.cells import Cells as Table
from castello.sources.cells import open_cells

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "place": ("place", "place_id"),
    "pcode": ("pcode", "p_code"),
    "name": ("name", "place_name", "location", "community"),
    "persons": ("people", "persons", "population", "individuals"),
    "families": ("families",),
    "date": ("date", "as_of", "valid", "reference_date"),
    "source": ("source", "publisher", "organisation"),
    "definition": ("definition",),
}
"""What is read of a row, and the names of columns that it is found by, in their plain form; the first that is there counts."""

_UNITS = {"persons": "person", "families": "family"}
_MOST = 10_000_000_000  # more than there are people
_DIGITS = {ord(digit): str(at) for row in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for at, digit in enumerate(row)}
_WHOLE = re.compile(r"\d{1,15}(?:\.0{1,2}|\.0{4,})?")
_GROUPED = re.compile("\\d{1,3}([,'\u066c\u2019\u00a0\u202f\u2009 ])\\d{3}(?:\\1\\d{3})*")  # comma, apostrophes, spaces


def read(
    data: bytes | Path,
    *,
    file: str,
    places: PlaceRegister,
    document: Document,
    mapping: Mapping[str, str] | None = None,
    place_names: Mapping[str, str] | None = None,
    source_names: Mapping[str, str] | None = None,
    valid: Period | None = None,
    day_first: bool | None = None,
    encoding: str | None = None,
) -> tuple[tuple[Claim, ...], tuple[Issue, ...]]:
    """
    Claims of kind people from a table, and what is wrong with the rows that are left out.

    Parameters
    ----------
    data
        The bytes of a table, or where it lies, in any format of :func:`castello.sources.cells.open_cells`; each sheet with the
        columns is read, and only some rows are in memory.
    file
        Name for the issues.
    places
        Register that ids, P-codes and names are matched to; what is not clear is an issue with its candidates.
    document
        The table: its publisher compiled it where no source is named, its day is when it was published.
    mapping
        Which column is which, where the names in :data:`COLUMNS` do not fit, such as ``{"persons": "Pop_2016"}``.
    place_names, source_names
        Names as the table writes them and the ids that they mean, of places and sources.
    valid
        When a table without dates was valid.
    day_first
        How ``03/04/2016`` is meant; None refuses it.
    encoding
        Of the text, where it is not UTF-8.

    Returns
    -------
    Claims in the order of the file, and issues.

    Raises
    ------
    WrongUse
        If the mapping names something that is not read, or a name is given for what is no place.
    """
    intake = Intake(file)
    wrong = sorted(set(mapping or {}) - set(COLUMNS))
    if wrong:
        raise WrongUse(f"{wrong[0]!r} is not read of a table of people", hint=f"Use {', '.join(COLUMNS)}.")
    found_by = {
        what: (column_key((mapping or {})[what]),) if what in (mapping or {}) else names
        for what, names in COLUMNS.items()
    }

    def one_of(there: frozenset[str], *whats: str) -> bool:
        return any(not there.isdisjoint(found_by[what]) for what in whats)

    reader = _Reader(
        intake=intake,
        document=document,
        names=Names(places, given=place_names),
        places=places,
        sources=source_names or {},
        valid=valid,
        day_first=day_first,
    )
    with TemporaryDirectory() as folder:
        if isinstance(data, bytes):
            path = Path(folder) / Path(file).name
            path.write_bytes(data)
        else:
            path = data
        tables = open_cells(
            path,
            into=Path(folder) / "cells",
            intake=intake,
            is_header=lambda there: one_of(there, "place", "pcode", "name") and one_of(there, "persons", "families"),
            needed="place, pcode or name; and people or families",
            encoding=encoding,
        )
        claims: dict[object, Claim] = {}
        for table in tables:
            if reader.can_read(table, found_by):
                _take(table, reader, claims)
    apart = [claim for claim in claims.values() if reader.told_apart(claim)]
    return tuple(_one_name_each(apart, reader)), intake.issues


def _take(table: Table, reader: _Reader, claims: dict[object, Claim]) -> None:
    """Add the claims of one table that are not there yet."""
    for number, cells in table.read():
        for claim in reader.claims(number, cells):
            said = (
                claim.subject,
                claim.quantity,
                claim.happened,
                claim.also,
                claim.chain,
                claim.note,
                claim.place_as_written,
            )
            if said in claims:
                what = f"says what row {_row(claims[said])[1]} says"
                reader.intake.warn("twice", what, "It is taken once.", row=number)
                continue
            claims[said] = claim
    if table.present == 0:
        what, hint = "has no rows under its header", "Export it again; check that it was not cut off."
        reader.intake.error("no-rows", what, hint)


def _row(claim: Claim) -> tuple[str, int]:
    """The sheet and the row that a claim stands in."""
    locator = claim.locator or Locator()
    return locator.sheet or "", locator.row or 0


def _one_name_each(claims: Iterable[Claim], reader: _Reader) -> Iterator[Claim]:
    """
    The claims, without those of rows that one source has for the same place on the same day under different names or codes.

    They are different places, of which the register has one.
    """
    rows: dict[tuple[object, ...], dict[tuple[str, str], tuple[str, int]]] = {}
    keyed: list[tuple[tuple[object, ...], Claim]] = []
    for claim in claims:
        row = _row(claim)
        unit = claim.quantity.unit if claim.quantity is not None else ""
        key: tuple[object, ...] = (claim.subject, claim.happened, unit, claim.also, claim.chain, claim.note)
        rows.setdefault(key, {}).setdefault(reader.written[row], row)
        keyed.append((key, claim))
    yield from (claim for key, claim in keyed if len(rows[key]) == 1)
    for key, written in rows.items():
        if len(written) > 1:
            names = listed([f"{name or code!r} in row {row}" for (code, name), (_, row) in written.items()], most=5)
            what = f"rows of one day with different names or codes are all taken for {key[0]}: {names}; none is kept"
            hint = "Say in the names given for this source which place each name means, and add those that are missing."
            reader.intake.error("one-place", what, hint, row=min(written.values())[1])


class _Reader:
    def __init__(
        self,
        *,
        intake: Intake,
        document: Document,
        names: Names,
        places: PlaceRegister,
        sources: Mapping[str, str],
        valid: Period | None,
        day_first: bool | None,
    ) -> None:
        self.intake, self.document, self.names = intake, document, names
        self.sheet, self.columns = "", dict[str, str]()
        self.sources, self.valid, self.day_first = sources, valid, day_first
        self.ids = frozenset(place.id for place in places.places)
        self.codes: dict[str, list[str]] = {}
        self.code_of = {place.id: place.pcode.casefold() for place in places.places if place.pcode}
        for id, code in self.code_of.items():
            self.codes.setdefault(code, []).append(id)
        self.columns_of: dict[str, dict[str, str]] = {}
        self.written: dict[tuple[str, int], tuple[str, str]] = {}
        self.names_of: dict[tuple[str, Period], dict[str, str]] = {}
        self.by_code_alone: set[tuple[str, int]] = set()
        self.code_of_claim: dict[str, str] = {}

    def can_read(self, table: Table, found_by: Mapping[str, tuple[str, ...]]) -> bool:
        """Turn to a table: which of its columns is which, and whether it says of some day what it says."""
        self.sheet = table.sheet or ""
        self.columns = {
            what: next((name for name in names if name in table.columns), "") for what, names in found_by.items()
        }
        self.columns_of[self.sheet] = self.columns
        others = sorted(set(table.columns) - set(self.columns.values()))
        if others:
            self.intake.warn("columns", f"has columns that are not read: {listed(others)}", "Name them in the mapping.")
        if not self.columns["date"] and self.valid is None:
            hint = "Add a column date, or say when the table was valid."
            self.intake.error("no-date", "says of no day that it was so; nothing of it is taken in", hint)
            return False
        return True

    def claims(self, row: int, cells: Cells) -> list[Claim]:
        """The claims of one row; none, with an issue, where its place or day is not clear."""
        code, name = self._text(cells, "pcode").casefold(), self._text(cells, "name") or self._text(cells, "place")
        place, when, figures = self._place(row, cells), self._when(row, cells), self._figures(row, cells)
        if code and when is not None:
            self.names_of.setdefault((code, when), {})[fold(name)] = name
        if place is None or when is None:
            return []
        definition, source = self._text(cells, "definition"), self._text(cells, "source")
        chain, note = self._chain(row, source)
        made = []
        for what, quantity in figures.items():
            try:
                made.append(
                    Claim(
                        kind=Kind.PEOPLE,
                        subject=place,
                        predicate="lives",
                        quantity=quantity,
                        also=(("definition", definition),) if definition else (),
                        happened=when,
                        published=self.document.published,
                        chain=chain,
                        document=self.document.id,
                        locator=Locator(sheet=self.sheet or None, row=row, cell=self.columns[what]),
                        place_as_written=name or None,
                        note=note,
                    )
                )
            except InvalidClaim as invalid:
                column = self.columns["date" if invalid.slot == "happened" else what]
                self.intake.error("claim", invalid.what, invalid.hint, row=row, column=column or None)
        if made:
            # who writes the id of a place may call it what they like
            self.written[self.sheet, row] = (
                (code, fold(name)) if self._text(cells, "place") not in self.ids else ("", place)
            )
        if (self.sheet, row) in self.by_code_alone:
            self.code_of_claim |= dict.fromkeys((claim.id for claim in made), code)
        return made

    def told_apart(self, claim: Claim) -> bool:
        """
        Whether nothing speaks against the place of a claim; to be asked when all rows are read.

        A P-code that stands beside several names on one day covers several places, and does not say which of them is meant.
        """
        code = self.code_of_claim.get(claim.id)
        names = {} if code is None else self.names_of[code, claim.happened]
        if len(names) <= 1:
            return True
        what = f"the P-code {code!r} stands beside several names ({listed(sorted(names.values()), most=5)}) and says of none where it is"
        hint = "Say in the names given for this source which place each name means; parts of a city are places of their own."
        sheet, row = _row(claim)
        self.intake.error("shared-code", what, hint, row=row, column=self.columns_of[sheet]["pcode"])
        return False

    def _text(self, cells: Cells, what: str) -> str:
        return cells.get(self.columns[what], "")

    # --------------------------------------------------------------------------------------------------------- place

    def _place(self, row: int, cells: Cells) -> str | None:
        written, code, name = (self._text(cells, what) for what in ("place", "pcode", "name"))
        if written in self.ids:
            return written
        name = name or written  # a column "place" often holds names
        column = self.columns["name"] or self.columns["place"] or self.columns["pcode"]
        by_name = self.names.id(name) if name else None
        holders = self.codes.get(code.casefold(), []) if code else []
        if len(holders) > 1:
            return self._part(row, code, name, holders)
        if holders:
            if by_name is not None and by_name != holders[0]:
                what = f"has the P-code of {holders[0]} and the name of {by_name}"
                hint = "Correct one of them, or say in the names given for this source which place the name means."
                self.intake.error("place", what, hint, row=row, column=self.columns["pcode"])
                return None
            known = {one.id for one in self.names.candidates(name) if one.score >= 0.8} if name else {holders[0]}
            if holders[0] not in known:
                what = f"is taken for {holders[0]} by its P-code; the name {name!r} is not clearly one of its names"
                hint = "Check it, and add the name to the place's aliases."
                self.intake.warn("by-code", what, hint, row=row, column=self.columns["pcode"])
                self.by_code_alone.add((self.sheet, row))
            return holders[0]
        if by_name is not None:
            if code and by_name in self.code_of:
                what = f"has the name of {by_name}, and a P-code {code!r} that is not its own"
                hint = "Correct one of the two; a code is valid from a day on."
                self.intake.error("place", what, hint, row=row, column=self.columns["pcode"])
                return None
            if code:
                what = "has a P-code that no place of the case has: it is taken by its name"
                self.intake.warn("pcode", what, "Add the code to places.csv.", row=row, column=self.columns["pcode"])
            return self.names.taken(name, intake=self.intake, row=row, column=column)
        if not (name or code):
            hint = "Give a place, a P-code or a name in each row; merged cells keep it in the first row only."
            self.intake.error("no-place", "names no place", hint, row=row, column=column)
        elif name:
            self.intake.error(
                "place", f"{name!r} is not clearly one place", self.names.hint(name), row=row, column=column
            )
        else:
            what, hint = f"no place of the case has the P-code {code!r}", "Add the code to places.csv."
            self.intake.error("place", what, hint, row=row, column=self.columns["pcode"])
        return None

    def _part(self, row: int, code: str, name: str, holders: list[str]) -> str | None:
        """Which of several places with one P-code a name means."""
        chosen = settled(tuple(one for one in self.names.candidates(name) if one.id in holders)) if name else None
        if chosen is not None:
            return chosen.id
        what = f"the P-code {code!r} is that of {', '.join(holders)}, and {name!r} does not say which"
        hint = "Give the id of the place, or say in the names given for this source which place the name means."
        self.intake.error("place", what, hint, row=row, column=self.columns["pcode"])
        return None

    # ------------------------------------------------------------------------------------------------- when, how many

    def _when(self, row: int, cells: Cells) -> Period | None:
        column, text = self.columns["date"], self._text(cells, "date")
        if not column:
            return self.valid
        if not text:
            self.intake.error("no-date", "has no date", "Give the day, month or year.", row=row, column=column)
            return None
        try:
            days = read_days(text, day_first=self.day_first)
        except NotADay as no:
            self.intake.error("date", no.what, no.hint, row=row, column=column)
            return None
        if days.serial:
            what, hint = "has a date as a spreadsheet's number", "It is read as such; check one of them."
            self.intake.warn("serial-date", what, hint, row=row, column=column)
        return _valid(days)

    def _figures(self, row: int, cells: Cells) -> dict[str, Quantity]:
        figures = {}
        empty = True
        for what, unit in _UNITS.items():
            text = self._text(cells, what)
            if not text:
                continue
            empty = False
            number, why = _count(text)
            if number is None:
                self.intake.error("figure", f"{text[:40]!r} {why[0]}", why[1], row=row, column=self.columns[what])
                continue
            if why[0]:
                self.intake.warn("figure", f"{text[:40]!r} {why[0]}", why[1], row=row, column=self.columns[what])
            words = None if text == str(number) else text
            figures[what] = Quantity(value=number, unit=unit, words=words)
        if empty:
            column = self.columns["persons"] or self.columns["families"]
            self.intake.error("no-figure", "has no figure", "An empty cell is not a zero.", row=row, column=column)
        return figures

    # ---------------------------------------------------------------------------------------------------------- chain

    def _chain(self, row: int, source: str) -> tuple[tuple[Link, ...], str | None]:
        publisher = self.document.publisher
        id = self.sources.get(source)
        if not source or publisher in (id, source):
            return (Link(who=publisher, role=Role.COMPILER),), None
        note = None
        if id is None:
            id, note = UNKNOWN, f"source as written: {source}"
            hint = "Say which source of the case it is in the names given for this source."
            self.intake.warn("source", f"{source!r} is kept in words", hint, row=row, column=self.columns["source"])
        return (Link(who=id, role=Role.COMPILER), Link(who=publisher, role=Role.PUBLISHER)), note


def _valid(days: Written) -> Period:
    """A day, or some day of a month or year."""
    if days.first == days.last:
        return Period.day(days.first)
    return Period(maybe=(days.first, days.last + timedelta(days=1)), starts="yes", ends="yes")


def _count(text: str) -> tuple[int | None, tuple[str, str]]:
    """A whole number of people, or None; and what to say about it with a hint, both empty if nothing."""
    plain = text.translate(_DIGITS).strip()
    if _WHOLE.fullmatch(plain):
        number = int(plain.partition(".")[0])
        if number > _MOST:
            return None, ("is more people than there are", "Check the digits.")
        return number, ("", "")
    if grouped := _GROUPED.fullmatch(plain):
        number = int(plain.replace(grouped[1], ""))
        return number, (f"has separators: it is read as {number}", "Write figures without separators.")
    if re.fullmatch(r"[-−–]\s*\d[\d,.]*", plain):
        return None, ("is negative", "Correct it; leave the cell empty where the figure is not known.")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", plain):
        return None, ("may have a decimal point or separators", "Write the figure in digits only.")
    return None, (
        "is not a whole number",
        "Write the figure in digits only; leave the cell empty where it is not known.",
    )
