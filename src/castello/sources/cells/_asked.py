"""What is asked of a reader of one format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from castello.sources.cells._header import IsHeader
from castello.sources.cells._told import Told

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    A file as it can be read, and what is wanted of it.

    ``path`` is the plain file, ``cut`` whether what it was packed in broke off. Parquet files go ``into`` a folder, what is held on the
    way into ``work``; ``told`` takes the issues. ``is_header``, ``needed``, ``sheet`` and ``tick`` are as for
    :func:`castello.sources.cells.open_cells`.
    """

    path: Path
    cut: bool
    into: Path
    work: Path
    told: Told
    is_header: IsHeader
    needed: str
    sheet: str | None
    tick: Tick

    def parquet(self, number: int = 0) -> Path:
        """Where the table with a number goes."""
        return self.into / f"{number}.parquet"
