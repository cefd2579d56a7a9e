"""
Staging: the rows of a file, by the plan of its source, as rows of the ledger in files; each row is taken in or told.

A slice of the rows is in memory at a time, so that a file larger than memory goes in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from castello.claims import Claim, Document, InvalidClaim
from castello.engines import Engine, Steps
from castello.ledger.batches import BATCH_SCHEMA
from castello.ledger.columns import SLOT_COLUMNS, ledger_rows, said_only
from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.sources._intake import Intake
from castello.sources.tabular import Check, Plan, Reading, Tabular

if TYPE_CHECKING:
    from castello.sources.cells import Cells

SLICE_ROWS = 200_000
"""So many rows are in memory at a time."""

Tick = Callable[[int, int], None]
"""Told how many rows of how many are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What a file gave: files of ledger rows, names, and what became of its rows. ``present`` = ``taken`` + ``refused`` rows."""

    files: tuple[Path, ...]
    names: tuple[Mapping[str, object], ...]
    present: int
    taken: int
    refused: int
    claims: Mapping[str, int]


def stage(
    source: Tabular,
    tables: Iterable[Cells],
    *,
    engine: Engine,
    intake: Intake,
    places: PlaceRegister,
    parties: PartyRegister,
    document: Document,
    options: Mapping[str, Any],
    into: Path,
    tick: Tick | None = None,
) -> Staged:
    """
    Make ledger rows of the tables of a file.

    Parameters
    ----------
    source
        What kind of file it is.
    tables
        Its tables as text.
    engine
        One whose memory is limited, if the file is large.
    intake
        Collects the issues.
    places, parties
        Registers of the case.
    document, options
        The file as a document, and what its sidecar says of how to read it.
    into
        Folder for the files of rows.
    tick
        Told how far it has come.
    """
    files: list[Path] = []
    names: dict[tuple[str, str], Mapping[str, object]] = {}
    present = refused = done = 0
    kinds: Counter[str] = Counter()
    tables = list(tables)
    total = sum(table.rows for table in tables)
    for cells in tables:
        unknown = sorted(set(cells.columns) - source.columns) if source.columns else []
        if unknown:
            listed = ", ".join(cells.printed.get(name, name) for name in unknown[:8])
            more = f" and {len(unknown) - 8} more" if len(unknown) > 8 else ""
            intake.warn(
                "columns",
                f"has columns that are not known of {source.name}: {listed}{more}",
                "They are not read; the file keeps them.",
            )
        if not cells.present:
            intake.error("no-rows", "has no rows under its header", "Get it again; check that it was not cut off.")
        engine.parquet("all_cells", [cells.path])
        engine.parquet("cells", [cells.path])
        reading = Reading(
            engine=engine,
            cells=cells,
            intake=intake,
            document=document,
            places=places,
            parties=parties,
            options=options,
        )
        plan = source.plan(reading)
        names |= reading.brought
        highest = engine.run(Steps("last").add("last", "select coalesce(max(row), 0) as last from cells")).to_pylist()[
            0
        ]["last"]
        for start in range(0, highest + 1, SLICE_ROWS):
            file = into / f"rows-{len(files):05}.parquet"
            refused += _slice(plan, reading, start=start, to=file, kinds=kinds)
            files.append(file)
            if tick is not None:
                tick(min(done + start + SLICE_ROWS, total), total)
        done += cells.rows
        present += cells.present
        refused += cells.refused
    refused += _twice(engine, files, intake, kinds)
    return Staged(
        files=tuple(files),
        names=tuple(names.values()),
        present=present,
        taken=present - refused,
        refused=refused,
        claims=dict(kinds),
    )


def _slice(plan: Plan, reading: Reading, *, start: int, to: Path, kinds: Counter[str]) -> int:
    """Rows of one slice into a file; how many rows were refused."""
    engine = reading.engine
    problems = ", ".join(
        f"if({check.when}, {{'n': {n}, 'what': {check.what}}}, null)" for n, check in enumerate(plan.checks)
    )
    stops = " or ".join(f"coalesce({check.when}, false)" for check in plan.checks if check.refuses) or "false"
    listed = f"list_filter([{problems}], lambda one: one is not null)" if plan.checks else "[]"
    slice_of = f"select * from all_cells where row between {start} and {start + SLICE_ROWS - 1}"
    steps = Steps("checked", (("cells", slice_of), *plan.typed.steps)).add(
        "checked", f"select *, ({stops}) as refused, {listed} as problems from {plan.typed.steps[-1][0]}"
    )
    engine.keep("checked", steps)
    if plan.checks:
        _tell(plan.checks, reading)
    selects = []
    # a table of names alone makes rows of no claim
    for slots, when in plan.claims or [({}, "false")]:
        listed = ", ".join(
            f"cast({slots[field.name]} as {_SQL_TYPES[field.type]}) as {field.name}"
            if field.name in slots
            else f"cast(null as {_SQL_TYPES[field.type]}) as {field.name}"
            for field in SLOT_COLUMNS
        )
        selects.append(f"select {listed} from checked where not refused and ({when})")
    rows = Steps("rows").add("slots", " union all ".join(selects))
    rows = Steps("rows", (*rows.steps, *ledger_rows("slots").steps))
    engine.keep("made", rows)
    dropped = _unsound(reading)
    engine.write(Steps("sound").add("sound", f"select {_ROW_COLUMNS} from made where sound"), to)
    counted = engine.run(
        Steps("kinds").add("kinds", "select kind, count(*) as n from made where sound group by kind order by kind")
    )
    kinds.update({row["kind"]: row["n"] for row in counted.to_pylist()})
    lost = engine.run(
        Steps("refused").add("refused", "select count(*) filter (where refused) as n from checked")
    ).to_pylist()[0]["n"]
    return int(lost) + dropped


_SQL_TYPES = {pa.int64(): "bigint", pa.string(): "varchar", pa.float64(): "double", pa.date32(): "date"}


def _tell(checks: Sequence[Check], reading: Reading) -> None:
    found = (
        Steps("told")
        .add(
            "told",
            """select row, unnest(problems) as problem from checked where len(problems) > 0 order by row""",
        )
        .add(
            "grouped",
            "select problem.n as n, problem.what as what, list(row order by row)[1:6] as rows, count(*) as count from told group by all order by n, min(row)",
        )
    )
    for one in reading.engine.run(found).to_pylist():
        check = checks[one["n"]]
        reading.intake.many(
            check.code,
            one["what"] or check.code,
            check.hint,
            rows=one["rows"],
            count=one["count"],
            column=None if check.column is None else reading.cells.printed.get(check.column, check.column),
            severity="error" if check.refuses else "warning",
        )


def _unsound(reading: Reading) -> int:
    """Ask ``Claim`` of each claim that the engine is not sure of whether it can stand; how many rows give no claim for that."""
    engine = reading.engine
    doubted = engine.run(
        Steps("doubted").add("doubted", "select row, id, body from made where not sound order by row")
    ).to_pylist()
    if not doubted:
        return 0
    fine, wrong = [], set()
    for one in doubted:
        try:
            claim = Claim.from_json(json.loads(one["body"]))
        except InvalidClaim as invalid:
            reading.intake.error("claim", invalid.what, invalid.hint, row=one["row"], column=invalid.slot)
            wrong.add(one["row"])
            continue
        except (ValueError, TypeError, KeyError) as error:
            reading.intake.error("claim", f"makes no claim ({error})", "Check the row.", row=one["row"])
            wrong.add(one["row"])
            continue
        if claim.id == one["id"]:
            fine.append(one["id"])
        else:
            hint = "Remove what cannot be seen from its cells, and save the file again."
            reading.intake.error("control-characters", "holds control characters", hint, row=one["row"])
            wrong.add(one["row"])
    engine.table("fine", pa.table({"id": pa.array(fine, pa.string())}))
    engine.keep(
        "made_all",
        Steps("made_all").add("made_all", "select * replace (sound or id in (select id from fine) as sound) from made"),
    )
    engine.keep("made", Steps("made").add("again", "select * from made_all"))
    kept = engine.run(Steps("kept").add("kept", "select distinct row from made where sound")).to_pylist()
    return len(wrong - {row["row"] for row in kept})


_ROW_COLUMNS = ", ".join([*BATCH_SCHEMA.names, "row"])


_TOLD = 500


def _twice(engine: Engine, files: list[Path], intake: Intake, kinds: Counter[str]) -> int:
    """Of claims with one key the first stays; the others are told. How many rows were lost by that."""
    if not files:
        return 0
    for at, file in enumerate(files):
        engine.parquet(f"rows_of_{at}", [file])
    # sheets have rows of the same numbers, and what they say may be the same
    made = " union all ".join(
        f"select {at} as file_at, key, row, kind, body, id from rows_of_{at}" for at in range(len(files))
    )
    engine.keep(
        "twice",
        Steps("twice")
        .add("made_rows", made)
        .add("keys", "select key from made_rows where key is not null group by key having count(*) > 1")
        .add("said", f"select * replace (hash({said_only('body')}) as body) from made_rows semi join keys using (key)")
        .add(
            "twice",
            """select file_at, row, kind, id, key, body = first_value(body) over one as same, first_value(row) over one as before
               from said window one as (partition by key order by file_at, row, id)
               qualify row_number() over one > 1""",
        ),
    )
    told = Steps("told").add("told", f"select * from twice order by file_at, row, id limit {_TOLD}")
    counts = Steps("counts").add("counts", "select kind, file_at, count(*) as n from twice group by all order by all")
    for one in engine.run(told).to_pylist():
        what = f"has the id of row {one['before']} ({one['key'].split('/')[0]}) and says {'the same' if one['same'] else 'something else'}"
        intake.error("twice", what, "Each id stands once in a release; the first is taken.", row=one["row"])
    spoilt = set()
    for one in engine.run(counts).to_pylist():
        kinds[one["kind"]] -= one["n"]
        spoilt.add(one["file_at"])
    lost: int = engine.run(
        Steps("lost").add("lost", "select count(*) as n from (select distinct file_at, row from twice)")
    ).to_pylist()[0]["n"]
    if lost > _TOLD:
        hint = "Each id stands once in a release; the first is taken."
        intake.error("twice", f"{lost - _TOLD:,} more rows have the id of a row before them", hint)
    for at, file in enumerate(files):
        if at not in spoilt:
            continue
        fresh = file.with_suffix(".new")
        engine.write(
            Steps("kept").add(
                "kept",
                f"select {_ROW_COLUMNS} from rows_of_{at} where id not in (select id from twice where file_at = {at})",
            ),
            fresh,
        )
        fresh.replace(file)
    return lost
