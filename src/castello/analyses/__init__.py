"""
Analyses study the picture: Picture in, Findings out. None imports another.

Each is a folder with one public function of the same name and a ``method.md`` that says what is measured, how, after whom,
and where it fails. What two of them share lives in ``picture``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from castello.errors import WrongUse

if TYPE_CHECKING:
    from castello.claims import Finding
    from castello.picture import Picture

NAMES = ("markets", "parties", "siege", "situation", "totals")


Analysis: TypeAlias = "Callable[[Picture], tuple[Finding, ...]]"
"""From a picture to findings."""


def run(asked: str | Analysis, picture: Picture) -> tuple[Finding, ...]:
    """The findings of one analysis: by its name, or the analysis itself where it is asked with options."""
    if not isinstance(asked, str):
        return asked(picture)
    if asked not in NAMES:
        raise WrongUse(f"no analysis {asked!r}", hint=f"Analyses are: {', '.join(NAMES)}.")
    analysis: Analysis = getattr(import_module(f"castello.analyses.{asked}"), asked)
    return analysis(picture)
