"""What the parts of the reader share: the cells that decide something, under one name for all generations, and how the user is told."""

from __future__ import annotations

from castello.engines import Steps
from castello.sources.tabular import Reading, quoted

DECISIVE = {
    "event": ("event_id_cnty", "data_id"),
    "event_date": ("event_date",),
    "event_type": ("event_type",),
    "sub_event": ("sub_event_type",),
    "actor1": ("actor1",),
    "inter1": ("inter1",),
    "assoc1": ("assoc_actor_1", "ally_actor_1"),
    "actor2": ("actor2",),
    "inter2": ("inter2",),
    "country": ("country",),
    "admin1": ("admin1",),
    "location": ("location",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "source": ("source",),
}
CODES = {"time_code": "time_precision", "geo_code": "geo_precision"}
"""Codes are whole numbers, which a spreadsheet may have written with a point."""


def decisive(reading: Reading) -> dict[str, str]:
    """SQL over ``cells`` for each of these, whatever the generation calls it; null where the file has none."""
    coalesced = {
        name: f"coalesce({', '.join(reading.first(column) for column in columns)})"
        if name == "event"
        else reading.first(*columns)
        for name, columns in DECISIVE.items()
    }
    return coalesced | {
        name: f"regexp_replace({reading.first(column)}, '\\.0+$', '')" for name, column in CODES.items()
    }


def listed(reading: Reading, *, beside: str = "") -> str:
    """SQL for a list of select: ``row`` and all that decides something, with what is to stand beside."""
    return ", ".join(["row", *(f"{sql} as {name}" for name, sql in decisive(reading).items())]) + beside


def tell(reading: Reading, steps: Steps) -> None:
    """Say what the last of some steps has found: ``row``, ``code``, ``what``, ``hint``, ``of`` (the column) and ``severity``."""
    grouped = steps.add(
        "grouped",
        f"""select code, what, hint, of, severity, list(row order by row)[1:6] as rows, count(*) as count
            from {steps.steps[-1][0]} where code is not null group by all order by min(row), code, what""",
    )
    for one in reading.engine.run(grouped).to_pylist():
        reading.intake.many(
            one["code"],
            one["what"],
            one["hint"],
            rows=one["rows"],
            count=one["count"],
            column=reading.cells.printed.get(one["of"], one["of"]),
            severity=one["severity"],
        )


def same(left: str, right: str, *names: str) -> str:
    """SQL: whether two tables agree on some columns, absent cells included."""
    return " and ".join(f"{left}.{name} is not distinct from {right}.{name}" for name in names)


__all__ = ["decisive", "listed", "quoted", "same", "tell"]
