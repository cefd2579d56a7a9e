"""Cells stripped and in Unicode's form C, in a file that the engine wrote: looked at first, since most files need nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castello.engines import Steps
from castello.engines.bounded import BoundedEngine, column, text
from castello.sources.cells._header import NUMBER, Header

_SPACE = "".join(chr(code) for code in range(1, 0x3001) if chr(code).isspace())


def tidied(cell: str) -> str:
    """A text in SQL, stripped of all that Unicode calls white space, and in form C."""
    return f"trim(nfc_normalize({cell}), {text(_SPACE)})"


def tidy(engine: BoundedEngine, path: Path, *, header: Header, work: Path, how: Callable[[str], str] = tidied) -> int:
    """
    Tidy the cells of a Parquet file, and leave out its blank rows.

    Parameters
    ----------
    engine
        What wrote it.
    path
        The file; it is written again only where something has to change.
    header
        Its columns.
    work
        Folder for the better file on the way.
    how
        SQL for a tidy cell.

    Returns
    -------
    How many rows there were, blank ones too.
    """
    engine.parquet("kept", [path])
    names = [column(name) for name in header.columns]
    nothing = f"coalesce({', '.join(names)}) is null"
    untidy = ", ".join(
        f"coalesce(bool_or({name} = '' or {name} <> {how(name)}), false) as u{at}" for at, name in enumerate(names)
    )
    asked = f"select count(*) as n, count(*) filter ({nothing}) as blank, {untidy} from kept"
    (seen,) = engine.run(Steps("checks").add("seen", asked)).to_pylist()
    if seen["blank"] or any(seen[f"u{at}"] for at in range(len(names))):
        cells = ", ".join(
            f"nullif({how(name)}, '') as {name}" if seen[f"u{at}"] else name for at, name in enumerate(names)
        )
        steps = Steps("tidy").add("cells", f"select {NUMBER}, {cells} from kept")
        better = work / "tidy.parquet"
        engine.write(steps.add("filled", f"select * from cells where not ({nothing})"), better)
        better.replace(path)
    return int(seen["n"])
