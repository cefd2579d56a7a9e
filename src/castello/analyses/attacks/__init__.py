"""
Attacks: what each source says was attacked, and whom it harmed, by place, party, type, weapon or time.

Every count is that of one source and is never added to that of another. Civilians come first. Nothing is ordered by how much there was
of it: places, parties and weapons stand by name, days by date.
"""

from __future__ import annotations

from datetime import date

from castello.analyses.attacks._ratio import LEVEL, Ratio, ratio
from castello.analyses.attacks._telling import AttackTeller
from castello.claims import Finding
from castello.errors import WrongUse
from castello.picture import Picture
from castello.picture.attacks import Attacks, By, as_by

__all__ = ["LEVEL", "Ratio", "as_by", "attacks", "ratio"]


def attacks(
    picture: Picture,
    *,
    start: date,
    end: date,
    by: By | None = None,
    place: str | None = None,
    hidden: frozenset[str] = frozenset(),
    public: bool = False,
) -> tuple[Finding, ...]:
    """
    What each source tells of attacks in some days.

    Parameters
    ----------
    picture
        Gives what is known, the registers and the branch; the day that it is asked for plays no part.
    start, end
        First and last day, both included.
    by
        Counts apart for each place, party, type, weapon, day, week or month, beside those of everything.
    place
        Only attacks within this place. What is placed in a wider area is told apart: somewhere in it.
    hidden
        Claims that count for nothing.
    public
        Whether nothing may be finer than the areas of publication, and no day be told on which a source is silent.

    Returns
    -------
    tuple of Finding
        For each source by its id: ``attacks`` (how many, civilians and people killed), ``attacks_trend`` against as many days before (feeds),
        ``attacks_aside`` (what is in no count, and why), ``attacks_coverage`` (feeds: its days, what its rows lack, what it cannot say). Then
        ``attacks_by`` in the order of names or days, and of sources.

    Raises
    ------
    WrongUse
        If the days are in the wrong order, or there is no such place.

    Notes
    -----
    Method: ``method.md`` of this folder; Castello's own. Missing data: a figure that is not given leaves the upper end open and adds nothing to the
    lower one; a place, party or weapon that is not given is a row of its own.
    """
    if end < start:
        raise WrongUse(f"{end} lies before {start}", hint="Swap the two days.")
    told = Attacks(picture, place=place, hidden=hidden, public=public)
    return AttackTeller(picture, told, start=start, end=end, by=by, place=place, public=public).findings()
