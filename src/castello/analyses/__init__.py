"""
Analyses study the picture: Picture in, Findings out. None imports another.

Each is a folder with one public function of the same name and a ``method.md`` that says what is measured, how, after whom,
and where it fails. What two of them share lives in ``picture``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from castello.errors import WrongUse

if TYPE_CHECKING:
    from castello.claims import Finding
    from castello.picture import Picture

NAMES = ("parties", "situation", "totals")


def run(name: str, picture: Picture) -> tuple[Finding, ...]:
    """The findings of one analysis, by its name."""
    if name not in NAMES:
        raise WrongUse(f"no analysis {name!r}", hint=f"Analyses are: {', '.join(NAMES)}.")
    analysis: Callable[[Picture], tuple[Finding, ...]] = getattr(import_module(f"castello.analyses.{name}"), name)
    return analysis(picture)
