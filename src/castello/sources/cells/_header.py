"""The row of heads of a table: found among the first rows, each column with one plain name of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from castello.sources._csv import column_key
from castello.sources._intake import listed
from castello.sources.cells._told import Told

ABOVE = 20
"""Among how many rows that are not blank the heads are looked for."""

ROW = "row"
"""The column that holds the number of the row; no column of a file keeps this name."""

NUMBER = f'"{ROW}"'
"""The same in SQL, where the bare word means something else."""

IsHeader = Callable[[frozenset[str]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """
    The heads of a table.

    ``row`` is where they stand, 0 where a format has names for its columns without a row. ``names`` has one for each cell, empty
    for a column without a head; ``inner`` are the columns without one that stand between others.
    """

    row: int
    names: tuple[str, ...]
    printed: Mapping[str, str]
    above: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names, those of columns without a head left out."""
        return tuple(name for name in self.names if name)

    @property
    def inner(self) -> frozenset[int]:
        """Positions without a name between two that have one."""
        named = [at for at, name in enumerate(self.names) if name]
        return frozenset(set(range(named[0], named[-1])) - set(named)) if named else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHeader:
    """Why no row of heads was found: what is said as an issue, where that is what it means."""

    code: str
    what: str
    hint: str
    row: int | None
    column: str | None = None


def choose(rows: Sequence[tuple[int, Sequence[str]]], *, is_header: IsHeader, needed: str) -> Header | NoHeader:
    """
    The first row whose names are those that a reader needs.

    A name that stands over several columns means none of them: each is given a number (``date_1``, ``date_2``), and only where
    the reader can do without the name is the table read.

    Parameters
    ----------
    rows
        The first rows that are not blank, with their numbers.
    is_header
        Whether plain names are those that the reader needs.
    needed
        What it needs, in words.
    """
    for at, (number, cells) in enumerate(rows[:ABOVE]):
        plain = [column_key(cell) for cell in cells]
        counts = Counter(name for name in plain if name)
        if not counts or not is_header(frozenset(counts)):
            continue
        twice = sorted(name for name, count in counts.items() if count > 1)
        if twice and not is_header(frozenset(name for name, count in counts.items() if count == 1)):
            hint = "Give each column a name of its own."
            return NoHeader(
                code="header", what=f"has the column {twice[0]!r} twice", hint=hint, row=number or None, column=twice[0]
            )
        above = tuple(row for row, titles in rows[:at] if not is_tags(titles))
        return named(cells, row=number, above=above)
    return _none(rows, needed=needed)


def named(cells: Sequence[str], *, row: int, above: tuple[int, ...] = ()) -> Header:
    """The heads of a table under plain names, no two alike and none that is the number of the row."""
    plain = [column_key(cell) for cell in cells]
    while plain and not plain[-1]:
        plain.pop()
    counts = Counter(plain)
    taken = {ROW, *(name for name, count in counts.items() if count == 1 and name != ROW)}
    names, printed = [], {}
    for cell, name in zip(cells, plain, strict=False):
        if name and (counts[name] > 1 or name == ROW):
            name = _free(name, taken)  # noqa: PLW2901 - the same name, made its own
            taken.add(name)
        names.append(name)
        if name:
            printed[name] = cell.strip()
    return Header(row=row, names=tuple(names), printed=printed, above=above)


def say(header: Header, told: Told) -> None:
    """Warnings about what stands above the heads, and about names that stand over several columns."""
    for row in header.above:
        told.warn("title", "stands above the header and is not read", "Keep titles out of the table.", row=row)
    if header.names and not header.names[0]:
        told.warn(
            "no-head", "has a first column without a head, which is not read", "Give it a head, if it says anything."
        )
    plain = Counter(column_key(printed) for printed in header.printed.values())
    for name in sorted(name for name, count in plain.items() if count > 1):
        own = [one for one, printed in header.printed.items() if column_key(printed) == name]
        what = (
            f"has the column {name!r} {len(own)} times: they are called {listed(own)}, and none is taken for {name!r}"
        )
        told.warn("twice-named", what, "Give each column a name of its own.", row=header.row or None, column=name)


def is_tags(cells: Collection[str]) -> bool:
    """
    Whether a row holds nothing but HXL tags.

    Examples
    --------
    >>> is_tags(["#adm1+name", "", " #affected"]), is_tags(["#adm1", "Aleppo"]), is_tags(["", ""])
    (True, False, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(cell.startswith("#") for cell in filled)


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _none(rows: Sequence[tuple[int, Sequence[str]]], *, needed: str) -> NoHeader:
    top, cells = rows[0] if rows else (None, ())
    found = [column_key(cell) for cell in cells]
    names = [name for name in found if name]
    if len(names) > 1 and "" in found[: found.index(names[-1])]:
        what, hint = "has heads that span several columns", "Unmerge them: one row of heads, each column with its own."
        return NoHeader(code="merged-heads", what=what, hint=f"{hint} Needed are {needed}.", row=top or None)
    has = f"; it begins with {', '.join(name[:40] for name in names[:8])}" if names else ""
    what = f"has no row of heads that can be used{has}"
    return NoHeader(code="header", what=what, hint=f"Needed are {needed}.", row=top or None)
