"""Named SQL steps: what an analysis asks, in an order that a person can read and an error can name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    r"""
    A chain of named ``select`` statements, each of which may use the ones before it.

    Examples
    --------
    >>> Steps("contested").add("visible", "select * from ledger").add("some", "select id from visible").sql()
    'with visible as (select * from ledger),\nsome as (select id from visible)\nselect * from some'
    """

    name: str
    steps: tuple[tuple[str, str], ...] = ()
    kept: frozenset[str] = frozenset()

    def add(self, name: str, sql: str, *, kept: bool = False) -> Steps:
        """
        The same steps with one more at the end.

        ``kept`` rows are worked out once and held for all steps that follow; else the engine decides.
        """
        return Steps(self.name, (*self.steps, (name, sql)), self.kept | {name} if kept else self.kept)

    def sql(self, *, columns: str = "*", last: str | None = None) -> str:
        """One statement that answers with the last step, or the step named ``last``."""
        body = ",\n".join(
            f"{name} as {'materialized ' if name in self.kept else ''}({sql})" for name, sql in self.steps
        )
        return f"with {body}\nselect {columns} from {last or self.steps[-1][0]}"
