"""How the rows of any table become claims, by its mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from castello.cases._claim_entry import REGISTERED
from castello.claims import SLOTS, Kind
from castello.engines import Steps
from castello.engines.bounded import column as quoted_name
from castello.ledger.columns import also_text, number_text
from castello.sources.mapped_table._decided import Deciding, Joined
from castello.sources.mapped_table._figures import number, number_sql
from castello.sources.mapped_table.mapping import COUNTS, NUMBERS, BadMapping, Cell, ClaimMapping, TableMapping
from castello.sources.mapped_table.sidecar import read_mapping
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

_PLACED = ("place", "object", "subject")
_HINT = "Say what it means in `values` of the mapping, or add the name to its register."
_SIGNED = (Kind.PRICE,)
_ALWAYS = "true"
_COUNTED = ("person", "family")


def _bound(options: Mapping[str, Any]) -> Tabular:
    """The source for one table, whose sidecar says which column is which."""
    mapping = read_mapping(options.get("mapping", {}))
    columns = frozenset(mapping.printed)
    return Tabular(
        format=SOURCE.format,
        name="its mapping",
        version=SOURCE.version,
        is_header=columns.issubset,
        needed=", ".join(mapping.printed.values()),
        columns=columns | mapping.left_out,
        options=SOURCE.options,
        plan=lambda reading: _Planning(mapping, reading).plan(),
        cannot_say=SOURCE.cannot_say,
    )


def _no_plan(_: Reading) -> Plan:
    raise AssertionError("a table is read by its mapping: bind the source to its options first")


SOURCE = Tabular(
    format="table",
    name="any table with a mapping",
    version=1,
    is_header=lambda _: False,
    needed="those of its mapping",
    columns=frozenset(),
    options=("mapping", "party_names", "place_names", "source_names", "day_first", "encoding", "feed", "complete"),
    plan=_no_plan,
    bind=_bound,
    cannot_say=("A table that was mapped says what its mapping takes, and nothing of the columns that are left out.",),
)


class _Planning:
    """
    From a mapping to steps, checks and claims.

    Columns of the file get names of our own in the steps: a file may call its columns whatever it likes.
    """

    def __init__(self, mapping: TableMapping, reading: Reading) -> None:
        self.mapping, self.reading = mapping, reading
        used = dict.fromkeys(
            column for one in mapping.claims for cell in one.every_cell() if (column := cell.column) is not None
        )
        self.columns = {name: f"_f{at}" for at, name in enumerate(used | dict.fromkeys(mapping.key))}
        self.deciding = Deciding(mapping, reading, source={name: self._raw(name) for name in self.columns})
        self.joined: dict[Joined, str] = {}
        self.figures: dict[str, str] = {}
        self.checks: dict[Check, list[str]] = {}
        self.wanted = _ALWAYS

    def plan(self) -> Plan:
        claims = [self._claim(one) for one in self.mapping.claims]
        self.wanted = _ALWAYS
        if len(claims) > 1:
            some = " or ".join(f"({when})" for _, when in claims)
            self._check(
                "no-figure",
                f"not coalesce({some}, false)",
                "'has no figure that is mapped'",
                "An empty cell is not a zero.",
            )
        if self.mapping.key:
            first = self.mapping.key[0]
            alone = " and ".join(f"{self.columns[name]} is null" for name in self.mapping.key)
            self._check("id", alone, "'has no key'", "Name another column in `key`, or take key out.", column=first)
        return Plan(typed=self._typed(), checks=self._every_check(), claims=claims)

    def _raw(self, name: str) -> str:
        """SQL for a cell of the file; null for what stands there where nothing is said."""
        written = quoted_name(name)
        absent = ", ".join(quoted(text) for text in self.mapping.absent)
        return f"if({written} in ({absent}), null, {written})" if absent else written

    def _typed(self) -> Steps:
        texts = ", ".join(f"{self._raw(name)} as {alias}" for name, alias in self.columns.items())
        steps = Steps("typed").add("as_written", f"select row{', ' if texts else ''}{texts} from cells")
        keys = "".join(
            f", {_key([self.columns[column] for column in joined.columns])} as {name}_k"
            for joined, name in self.joined.items()
        )
        figures = "".join(
            f", {number_sql(self.columns[column], self.mapping)} as {name}" for column, name in self.figures.items()
        )
        steps = steps.add("keyed", f"select *{keys}{figures} from as_written")
        found = "".join(
            f", {name}.{what} as {name}_{what}"
            for name in self.joined.values()
            for what in ("value", "second", "problem", "warning")
        )
        tables = " ".join(
            f"left join {joined.table} as {name} on {name}.meant = {name}_k" for joined, name in self.joined.items()
        )
        return steps.add("typed", f"select keyed.*{found} from keyed {tables}")

    # ---------------------------------------------------------------------------------------------------- one claim

    def _claim(self, one: ClaimMapping) -> tuple[Mapping[str, str], str]:
        self.wanted = self._wanted(one)
        slots = SLOTS[one.kind]
        sql: dict[str, str] = {"row": "row", "kind": quoted(one.kind.value), "key": self._row_key(one)}
        if self.reading.cells.sheet is not None:
            sql["sheet"] = quoted(self.reading.cells.sheet)
        placed = next(
            (slot for slot in _PLACED if REGISTERED[one.kind].get(slot) == "place" and slot in one.cells), None
        )
        for slot, cell in one.cells.items():
            needed = slot in (*slots.required, "predicate")
            sql[slot] = self._slot(one, slot, cell, needed=needed)
        if placed is not None:
            sql |= self._where(one, placed)
        sql |= self._happened(one)
        texts = {slot: self._also(one, slot, cell) for slot, cell in one.also.items() if slot not in NUMBERS}
        numbers = {slot: self._figure(cell, whole=slot in COUNTS) for slot, cell in one.also.items() if slot in NUMBERS}
        if texts or numbers:
            sql["also"] = also_text(texts, numbers)
        sql |= self._quantity(one, texts)
        sql["document"] = quoted(self.reading.document.id)
        sql |= self._chain(one, sql.get("note"))
        return sql, self.wanted

    def _wanted(self, one: ClaimMapping) -> str:
        """SQL: whether a row makes this claim. Of several claims that a row makes, each needs its figure, where it has one."""
        figures = [self.columns[cell.column] for cell in one.figures.values() if cell.column is not None]
        if len(self.mapping.claims) == 1 or not figures:
            return _ALWAYS
        return f"coalesce({', '.join(figures)}) is not null"

    def _row_key(self, one: ClaimMapping) -> str:
        name = "" if not one.name else f" || {quoted(f'/{one.name}')}"
        if self.mapping.key:
            return f"'table/' || {_key([self.columns[column] for column in self.mapping.key])}{name}"
        # of the columns that are read alone: what is left out enters no hash either
        return f"'content/' || sha256({_key(list(self.columns.values()))}){name}"

    def _slot(self, one: ClaimMapping, slot: str, cell: Cell, *, needed: bool) -> str:
        joined = self.deciding.slot(one, slot, cell, needed=needed)
        value = self._decided(joined, code=slot, cell=cell, hint=_HINT)
        if needed and (cell.column is not None or not joined.fixed):
            problem = self._part(joined, "problem")
            self._check(
                f"no-{slot}",
                f"{value} is null and {problem} is null",
                f"'names no {slot}'",
                "A claim of this kind needs it; `empty` in the mapping says what an empty cell means.",
                column=cell.column,
            )
        return value

    def _also(self, one: ClaimMapping, slot: str, cell: Cell) -> str:
        return self._decided(self.deciding.also(one, slot, cell), code=slot, cell=cell, hint=_HINT)

    def _where(self, one: ClaimMapping, slot: str) -> dict[str, str]:
        cell, spot = one.cells[slot], one.spots.get(slot)
        found = {"place_as_written": quoted(cell.text) if cell.text is not None else self._column(cell)}
        if spot is None or spot.lat is None or spot.lon is None:
            return found
        lat, lon = self._figure(spot.lat), self._figure(spot.lon)
        on_earth = f"coalesce({lat} between -90 and 90 and {lon} between -180 and 180, false)"
        self._check(
            "point",
            f"({lat} is not null or {lon} is not null) and not {on_earth}",
            "'has a point that is not on earth, or half a point'",
            "Taken without the point.",
            column=spot.lat.column,
            refuses=False,
        )
        return found | {"lat": f"if({on_earth}, {lat}, null)", "lon": f"if({on_earth}, {lon}, null)"}

    def _happened(self, one: ClaimMapping) -> dict[str, str]:
        begun, ended = self._day(one.when.first), None
        self._check(
            "no-date",
            f"{begun[0]} is null and {begun[2]} is null",
            "'has no date'",
            "Give the day, month or year.",
            column=one.when.first.column,
        )
        first, last = begun[0], begun[1]
        if one.when.last is not None:
            ended = self._day(one.when.last)
            last = f"coalesce({ended[1]}, {begun[1]})"
            self._check(
                "dates-reversed",
                f"{last} < {first}",
                f"format('ends on {{}}, before it begins on {{}}', {last}, {first})",
                "Check the row.",
                column=one.when.last.column,
            )
        published = f"date '{self.reading.document.published}'"
        if one.published is not None:
            day = self._day(one.published)[1]
            self._check(
                "after-document",
                f"{day} > {published}",
                f"format('was published on {{}}, after the table itself', {day})",
                "Check the row, or the day of publication in the sidecar.",
                column=one.published.column,
            )
            published = f"coalesce({day}, {published})"
        self._check(
            "after-release",
            f"{first} > {published}",
            f"format('speaks of {{}}, after it was published on {{}}', {first}, {published})",
            "Check the row, or the day of publication in the sidecar.",
            column=one.when.first.column,
        )
        found = {"maybe_start": first, "starts": "'yes'", "published": published}
        if one.when.since:
            return found | {"sure_start": last}
        found |= {"maybe_end": f"{last} + 1", "ends": "'yes'"}
        sure = "true" if one.when.every_day else f"{first} = {last}"
        return found | {"sure_start": f"if({sure}, {first}, null)", "sure_end": f"if({sure}, {last} + 1, null)"}

    def _day(self, cell: Cell) -> tuple[str, str, str]:
        """SQL for the first and the last day that a cell names, and for what is wrong with it."""
        joined = self.deciding.day(cell)
        hint = "Write 2016-07-17; say day_first in the sidecar where the day comes first."
        value = self._decided(joined, code="date", cell=cell, hint=hint)
        second = self._part(joined, "second")
        return f"cast({value} as date)", f"cast({second} as date)", self._part(joined, "problem")

    def _quantity(self, one: ClaimMapping, also: Mapping[str, str]) -> dict[str, str]:
        if one.unit is None:
            return {}
        whole = one.unit.text in _COUNTED
        figures = {name: self._figure(cell, whole=whole) for name, cell in one.figures.items()}
        there = f"coalesce({', '.join(figures.values())}) is not null"
        written = [self._column(cell) for cell in one.figures.values() if cell.column is not None]
        column = next((cell.column for cell in one.figures.values() if cell.column is not None), None)
        if "quantity" in SLOTS[one.kind].required and written:
            self._check(
                "no-figure",
                f"coalesce({', '.join(written)}) is null",
                "'has no figure'",
                "An empty cell is not a zero.",
                column=column,
            )
        if one.kind not in _SIGNED:
            below = " or ".join(f"{figure} < 0" for figure in figures.values())
            self._check("negative", f"({below})", "'is negative'", "Correct it.", column=column)
        unit = self._decided(self.deciding.words(one.unit), code="unit", cell=one.unit, hint=_HINT)
        self._check(
            "no-unit",
            f"{there} and {unit} is null",
            "'has no unit'",
            "Say what is counted.",
            column=one.unit.column,
        )
        if one.kind is Kind.PRICE and "currency" in also:
            unit = f"if(contains({unit}, '/'), {unit}, concat_ws('/', {also['currency']}, {unit}))"
        found = {**figures, "unit": f"if({there}, {unit}, null)"}
        value = one.figures.get("value")
        if value is not None and value.column is not None:
            # as printed, where that is not what the number is written like
            printed = number_text(f"({figures['value']})")
            found["words"] = f"nullif({self._column(value)}, {printed})"
        if one.bound is not None:
            found["bound"] = quoted(one.bound)
        return found

    def _chain(self, one: ClaimMapping, note: str | None) -> dict[str, str]:
        if one.source is None:
            return {"chain": self.reading.chain()}
        joined = self.deciding.chain(one.source)
        hint = "Say which source of the case it is, in source_names of the sidecar."
        chain = self._decided(joined, code="source", cell=one.source, hint=hint)
        return {
            "chain": chain,
            "note": f"nullif(concat_ws('; ', {note or 'null'}, {self._part(joined, 'second')}), '')",
        }

    # ------------------------------------------------------------------------------------------------------- pieces

    def _column(self, cell: Cell) -> str:
        return "cast(null as varchar)" if cell.column is None else self.columns[cell.column]

    def _figure(self, cell: Cell, *, whole: bool = False) -> str:
        """SQL for the number in a cell, with a check for what is none."""
        if cell.column is None:
            value = number(cell.text, decimal=self.mapping.decimal, thousands=self.mapping.thousands)
            if value is None:
                raise BadMapping(f"{cell.text!r} is not a number", hint="Write digits.", slot="mapping", line=cell.line)
            return f"cast({value!r} as double)"
        name = self.figures.setdefault(cell.column, f"_n{len(self.figures)}")
        text = self.columns[cell.column]
        comma = (
            ' Write `decimal: ","` in the mapping where a comma parts the decimals.'
            if self.mapping.decimal == "."
            else ""
        )
        self._check(
            "number",
            f"{text} is not null and {name} is null",
            f"format('{{}} is not a number', left({text}, 40))",
            f"Write digits; say `thousands` in the mapping where they are parted.{comma}",
            column=cell.column,
        )
        if whole:
            self._check(
                "figure",
                f"{name} <> trunc({name})",
                f"format('{{}} is not a whole number', left({text}, 40))",
                "People are counted in whole numbers.",
                column=cell.column,
            )
        return name

    def _decided(self, joined: Joined, *, code: str, cell: Cell, hint: str) -> str:
        """SQL for what a slot was decided to be, with checks for what is wrong with it, and what should be looked at."""
        if not joined.fixed:
            for what, refuses in (("problem", True), ("warning", False)):
                said = self._part(joined, what)
                self._check(
                    code if refuses else f"{code}-alike",
                    f"{said} is not null",
                    said,
                    hint,
                    column=cell.column or next(iter(joined.columns), None),
                    refuses=refuses,
                )
        return self._part(joined, "value")

    def _part(self, joined: Joined, what: str) -> str:
        if joined.fixed:
            text = getattr(joined.fixed[0], what)
            return "cast(null as varchar)" if text is None else quoted(text)
        name = self.joined.setdefault(joined, f"_j{len(self.joined)}")
        return f"{name}_{what}"

    def _check(
        self,
        code: str,
        when: str,
        what: str,
        hint: str,
        *,
        column: str | None = None,
        refuses: bool = True,
    ) -> None:
        """A check of the rows that make a claim. What is wrong with several claims of one row is told once."""
        sheet = self.reading.cells.sheet
        said = what if sheet is None else f"{what} || {quoted(f' (sheet {sheet!r})')}"
        check = Check(code=code, column=column, when=when, what=said, hint=hint, refuses=refuses)
        self.checks.setdefault(check, []).append(self.wanted)

    def _every_check(self) -> list[Check]:
        return [
            check
            if _ALWAYS in wanted
            else replace(check, when=f"({' or '.join(dict.fromkeys(wanted))}) and ({check.when})")
            for check, wanted in self.checks.items()
        ]


def _key(columns: list[str]) -> str:
    """SQL for the texts of some columns as one, nothing in two rows alike that is not."""
    listed = ", ".join(f"coalesce({column}, chr(30))" for column in columns)
    return f"concat_ws(chr(31), {listed})"
