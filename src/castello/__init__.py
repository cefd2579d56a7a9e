"""
Castello: an evidence ledger and situation monitor for armed conflict, on the side of civilians.

You give it what you receive (who said what, when, about when); it answers, as of any day and as known by any day, with
every figure traced to who said it. Importing it loads nothing heavy; a room is loaded when one of its functions is called.

Examples
--------
>>> import castello
>>> case = castello.open("aleppo-2016")
>>> picture = case.picture(as_of="2016-07-17", known_by="2016-07-20")
>>> picture.table("people").num_rows > 0
True
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from castello.claims import Claim, Finding, Judgement, Kind, Period, Quantity, Relation
from castello.errors import CastelloError, Issue

if TYPE_CHECKING:
    from castello.desk.case import Case

__version__ = "0.1.0"

__all__ = [
    "CastelloError",
    "Claim",
    "Finding",
    "Issue",
    "Judgement",
    "Kind",
    "Period",
    "Quantity",
    "Relation",
    "new",
    "open",
]


def open(name: str | Path | None = None, *, environ: Mapping[str, str] | None = None) -> Case:
    """
    Open a case and bring its ledger up to date.

    Parameters
    ----------
    name
        A case folder; ``demo`` or ``aleppo-2016`` for the bundled case, copied to the user's own data folder on first use; None
        for the case folder that the process stands in.
    environ
        Environment to read ``CASTELLO_HOME`` and ``CASTELLO_VAULT_KEY`` from; default: the process's own.

    Returns
    -------
    Case
        The opened case: its registers, its ledger, its pictures; each verb of the command line is a method.

    Raises
    ------
    WrongUse
        If there is no case there.
    CaseBroken
        If a file of the case cannot be used as a whole; nothing was written then.

    See Also
    --------
    new : Make an empty case.

    Examples
    --------
    >>> import castello
    >>> castello.open("aleppo-2016").registers.settings.name_en
    'Aleppo, February to December 2016'
    """
    from castello.desk.case import open_case

    return open_case(name, environ=environ)


def new(folder: str | Path, *, name: str | None = None) -> Path:
    """
    Make a new case folder, commented, that builds.

    Parameters
    ----------
    folder
        Where; it must not exist or be empty.
    name
        The case's name in English; default: the folder's name.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    WrongUse
        If there is something in the folder already.

    See Also
    --------
    open : Open a case.

    Examples
    --------
    >>> import tempfile, castello
    >>> folder = castello.new(tempfile.mkdtemp() + "/el-fasher", name="El Fasher")
    >>> (folder / "case.toml").exists()
    True
    """
    from castello.desk.new import new_case

    return new_case(Path(folder), name=name)
