"""
Writing to the ledger, against sqlite3 and JSON as a user would write it.

Ours is the whole of what ``Book.write`` promises: one hash-chained journal line synced to disk for each batch, then one
atomic commit to the table, and no row twice. The writer has the claims that its rows were made from, as every reader of a
source does, and hands them over; "from rows" is the same batch without them. The rival is a table ``(id primary key, body)`` with ``insert or ignore``
in one transaction a batch, ``synchronous = full``: as durable, without chain, columns or history. It is the simpler
tool and may well be faster; what its rows cannot be asked is in ``picture.py``.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from _measure import arguments, child, machine, report, row, timed

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    options = arguments(__doc__)
    if options.child:
        task = json.loads(options.child)
        contender = {"ours": ours, "from rows": partial(ours, hand_over=False), "sqlite": sqlite}[task["who"]]
        contender(task["claims"], task["small"])
        return
    claims, small = (10_000, 50) if options.quick else (100_000, 200)
    if not options.json:
        print(f"{machine()}; one run of each, opening: median of 5", flush=True)
    mine, other = child(who="ours", claims=claims, small=small), child(who="sqlite", claims=claims, small=small)
    bare = child(who="from rows", claims=claims, small=0)
    mine["from rows"], other["from rows"] = bare["batch"], other["batch"]
    quick = " (quick)" if options.quick else ""
    works = {
        "batch": f"{claims} claims in one batch{quick}",
        "from rows": f"{claims} claims in one batch, rows only{quick}",
        "small": f"{small} batches of 5 claims after that",
        "open": "open and count the rows",
    }
    for name, work in works.items():
        many = {"batch": claims, "from rows": claims, "small": small * 5}.get(name)
        row(
            as_json=options.json,
            name=f"ledger, {name}",
            work=work,
            ours_s=mine[name],
            rival="sqlite3 and JSON",
            rival_s=other[name],
            same_answer=mine["rows"] == other["rows"],
            peak_mb=(bare if name == "from rows" else mine)["peak_mb"],
            rival_peak_mb=other["peak_mb"],
            rows_per_s=None if many is None else round(many / mine[name]),
        )


def made(start: int, number: int, *, with_claims: bool = True) -> tuple[list[dict], list]:
    """Rows of made-up claims and, if asked for, the claims that they were made from."""
    from castello.claims import Claim, Kind, Link, Period, Quantity, Role

    rows, claims = [], []
    for n in range(start, start + number):
        day = date(2014, 1, 1) + timedelta(days=n % 1800)
        claim = Claim(
            kind=Kind.PEOPLE,
            subject=f"place-{n % 900}",
            predicate="lives",
            quantity=Quantity(value=1000 + n, unit="person"),
            happened=Period.since(day),
            published=day,
            document=f"report-{n % 5000}",
            chain=(Link(who=f"source-{n % 300}", role=Role.SPEAKER), Link(who="paper", role=Role.REPORTER)),
            quote="made up for a benchmark, about as long as what a coder takes down from a report",
        )
        rows.append({"type": "claim", "id": claim.id, "body": claim.to_json()})
        if with_claims:
            claims.append(claim)
    return rows, claims


def measure(write, count, claims: int, small: int, *, with_claims: bool) -> None:
    """Time one big batch, then many small ones, then opening; rows and claims themselves are made before the clock runs."""
    batch, *batches = (
        made(start, number, with_claims=with_claims)
        for start, number in [(0, claims), *((claims + 5 * n, 5) for n in range(small))]
    )
    seconds = {}
    seconds["batch"], _ = timed(lambda: write(*batch), runs=1, warm=False)
    seconds["small"], _ = timed(lambda: [write(*made_) for made_ in batches], runs=1, warm=False)
    seconds["open"], rows = timed(count)
    report(**seconds, rows=rows)


def ours(claims: int, small: int, *, hand_over: bool = True) -> None:
    from castello.engines import Steps
    from castello.ledger import Book

    folder = Path(tempfile.mkdtemp())
    try:
        book = Book(folder, device="d-bench")

        def write(rows, made_from):
            book.write(rows, verb="add", source={}, now=NOW, claims=made_from)

        def count():
            with Book(folder, device="d-bench").engine() as engine:
                return engine.run(Steps("count").add("n", "select count(*) as n from ledger")).to_pylist()[0]["n"]

        measure(write, count, claims, small, with_claims=hand_over)
    finally:
        shutil.rmtree(folder)


def sqlite(claims: int, small: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        file = folder / "claims.sqlite"
        database = sqlite3.connect(file)
        database.execute("pragma synchronous = full")
        database.execute("create table claims (id text primary key, type text, recorded text, body text)")

        def write(rows, _):
            values = [(item["id"], item["type"], NOW.isoformat(), json.dumps(item["body"])) for item in rows]
            with database:
                database.executemany("insert or ignore into claims values (?, ?, ?, ?)", values)

        def count():
            return sqlite3.connect(file).execute("select count(*) from claims").fetchone()[0]

        measure(write, count, claims, small, with_claims=False)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
