"""
How a name as written is matched to a register, in Latin and in Arabic script.

- A **fold** is a name without case, accents, hyphens and ayn marks; a **skeleton** is its consonants alone, the same
  for ``al-Shaar``, ``ash-Sha'ar`` and ``الشعار``.
- An **index** answers with **candidates**: ids with a score and the method that found them, best first; none is an
  answer, and several with the same score are several.
- A **resolution** is a dated judgement that a name as written means one entry. It is reversible like any judgement.
- A **trail** is what is kept of a match: the name as written, its script, what it sounds like, candidates, chooser.
"""

from castello.names.index import FLOOR, Candidate, NameIndex, settled
from castello.names.judged import Trail, resolution, resolve_with, standing, trail, verdicts
from castello.names.rows import Cells, read_cells
from castello.names.spelling import fold, script, skeleton

__all__ = [
    "FLOOR",
    "Candidate",
    "Cells",
    "NameIndex",
    "Trail",
    "fold",
    "read_cells",
    "resolution",
    "resolve_with",
    "script",
    "settled",
    "skeleton",
    "standing",
    "trail",
    "verdicts",
]
