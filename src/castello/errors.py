"""
Every error says what is wrong, where, and what to do.

::

    CastelloError
    ├── WrongUse            a verb was called in a way it cannot be: a bad date, an unknown id     exit 2
    ├── CaseBroken          a file of the case cannot be used; carries every issue; nothing written exit 3
    ├── LedgerError
    │   ├── BrokenChain     a stored line or row does not match its hash                           exit 3
    │   ├── NotAppendOnly   an edit or a deletion was attempted
    │   └── LedgerBusy      another process has held the ledger too long
    ├── ProtectionError
    │   ├── VaultLocked     the key of the vault is not here
    │   ├── TwoPersons      an act that needs two persons was tried by one
    │   └── Refused         an output would break a protection rule
    ├── NotComputable       an analysis cannot answer; says why                                    exit 1
    └── Unreachable         nothing came of what was asked over the network                        exit 1

Bad *data* is not an exception: it is an :class:`Issue`, a value that is returned and shown, while the good
rows are kept. Misuse, and a case file that cannot be read at all, are exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """
    One thing wrong with one spot of the input, and what to do about it.

    ``row`` counts lines of a text file and rows of a table from 1; ``column`` is a field or column name.
    ``severity`` is ``error`` (this part was not taken in) or ``warning`` (taken in, look at it).
    """

    file: str
    row: int | None = None
    column: str | None = None
    code: str
    what: str
    hint: str
    severity: str = "error"

    def __lt__(self, other: Issue) -> bool:
        """In the order of the file: what concerns it as a whole comes first."""
        mine, theirs = (
            (item.file, item.row or 0, item.column or "", item.code, item.what, item.hint) for item in (self, other)
        )
        return mine < theirs

    @property
    def where(self) -> str:
        """File, row and column as people write them: ``claims/a.yml:12 (kind)``."""
        at = self.file if self.row is None else f"{self.file}:{self.row}"
        return at if self.column is None else f"{at} ({self.column})"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.hint}"

    def to_json(self) -> dict[str, object]:
        """Plain values for JSON, absent fields left out."""
        pairs = {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "what": self.what,
            "hint": self.hint,
            "severity": self.severity,
        }
        return {key: value for key, value in pairs.items() if value is not None}


class CastelloError(Exception):
    """Root of all errors of Castello; ``what`` happened, ``hint`` what to do, ``exit_code`` for the shell."""

    exit_code = 1

    def __init__(self, what: str, *, hint: str = "", where: str | None = None) -> None:
        self.what, self.hint, self.where = what, hint, where
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.hint}" if self.hint else head


class WrongUse(CastelloError):
    """A verb or function was called in a way it cannot be."""

    exit_code = 2


class CaseBroken(CastelloError):
    """A case file cannot be used; nothing was written. ``issues`` lists every problem found."""

    exit_code = 3

    def __init__(self, what: str, *, issues: tuple[Issue, ...] = (), hint: str = "", where: str | None = None) -> None:
        self.issues = issues
        super().__init__(what, hint=hint, where=where)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {issue}" for issue in self.issues)])


class LedgerError(CastelloError):
    """Root of what can go wrong with the stored ledger."""

    exit_code = 3


class BrokenChain(LedgerError):
    """A stored journal line or row does not match its hash."""


class NotAppendOnly(LedgerError):
    """An edit or a deletion of what is stored was attempted."""


class LedgerBusy(LedgerError):
    """Another process has held the ledger longer than the wait allowed."""

    exit_code = 1


class ProtectionError(CastelloError):
    """Root of what protects sources and civilians."""


class VaultLocked(ProtectionError):
    """The key of the vault is neither in the key file nor in the environment."""


class TwoPersons(ProtectionError):
    """An act that needs two persons was tried by one."""


class Refused(ProtectionError):
    """An output would break a protection rule and was not made."""


class NotComputable(CastelloError):
    """An analysis cannot answer from this picture; the message says why."""


class Unreachable(CastelloError):
    """Nothing came of what was asked over the network: it is down, or the server does not answer."""
