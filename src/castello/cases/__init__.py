"""
A case folder on disk: its layout, its settings, its files, and the bundled case.

Files that people write are read with line numbers. A file that cannot be used as a whole stops everything and is
named; a bad row costs one row.
"""

from castello.cases.branches import Branch
from castello.cases.claim_files import ClaimFile
from castello.cases.documents import Held, text_of
from castello.cases.entries import read_judgement, read_relation
from castello.cases.folder import (
    CaseContent,
    Registers,
    broken_as_claims,
    claim_paths,
    find_case,
    read_branches,
    read_case,
    read_registers,
)
from castello.cases.settings import Settings
from castello.cases.speakers import Speaker

__all__ = [
    "Branch",
    "CaseContent",
    "ClaimFile",
    "Held",
    "Registers",
    "Settings",
    "Speaker",
    "broken_as_claims",
    "claim_paths",
    "find_case",
    "read_branches",
    "read_case",
    "read_judgement",
    "read_registers",
    "read_relation",
    "text_of",
]
