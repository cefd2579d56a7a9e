"""A case opened on the desk: its ledger, registers and pictures in one hand. The verbs are its methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castello.cases import Branch, CaseContent, Registers, read_branches, read_case, read_registers
from castello.desk.build import BuildReport, build
from castello.desk.opening import case_folder, open_book
from castello.errors import WrongUse
from castello.ledger import Book
from castello.ledger.mode import Mode, mode_of
from castello.picture import Picture

if TYPE_CHECKING:
    from castello.claims import Finding


def as_day(value: date | str | None, *, name: str) -> date | None:
    """A day given as a date or as text; raises :class:`WrongUse` for anything else."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise WrongUse(f"{name}: {value!r} is not a day", hint="Write it as 2016-07-17.") from error


@dataclass(frozen=True)
class Case:
    """
    A case folder, opened.

    Examples
    --------
    >>> import castello
    >>> case = castello.open("aleppo-2016")
    >>> picture = case.picture(as_of="2016-07-17", known_by="2016-07-20")
    >>> picture.topic("access|castello-road|opposition|supply").answer
    'closed'
    """

    folder: Path
    environ: Mapping[str, str] | None = None

    @cached_property
    def registers(self) -> Registers:
        """Settings and registers of the case."""
        return read_registers(self.folder)

    @cached_property
    def book(self) -> Book:
        """The ledger."""
        return open_book(self.folder, environ=self.environ)

    def build(self, *, now: datetime | None = None) -> BuildReport:
        """Bring the ledger up to date with the folder; see :func:`castello.desk.build.build`."""
        return build(self.folder, self.book, now=now or datetime.now(UTC))

    def mode(self, *, now: datetime | None = None) -> Mode:
        """Live or historical, on the day of ``now``."""
        return mode_of(self.book, now=now or datetime.now(UTC))

    def days(
        self, as_of: date | str | None, known_by: date | str | None, *, now: datetime | None = None
    ) -> tuple[date, date | None]:
        """The two days asked about, with the defaults of the case: the end of its period (today if live), everything known."""
        settings = self.registers.settings
        day = as_day(as_of, name="as_of")
        if day is None:
            today = (now or datetime.now(UTC)).astimezone(settings.zone).date()
            day = today if settings.end is None or self.mode(now=now).live else settings.end
        return day, as_day(known_by, name="known_by")

    def picture(
        self, *, as_of: date | str | None = None, known_by: date | str | None = None, branch: str | None = None
    ) -> Picture:
        """
        The ledger as of a day, as known by a day, on a branch.

        Raises
        ------
        WrongUse
            If a day is not a day, or there is no such branch.
        """
        day, known = self.days(as_of, known_by)
        chosen = None if branch is None else self.branch(branch)
        return Picture(book=self.book, registers=self.registers, as_of=day, known_by=known, branch=chosen)

    @cached_property
    def content(self) -> CaseContent:
        """Everything that people wrote in the folder, as it is now."""
        return read_case(self.folder)

    def branch(self, name: str) -> Branch:
        """A branch by name."""
        content = self.content
        branches = read_branches(
            self.folder, registers=self.registers, documents=self.book.documents(), refs=content.refs
        )
        if name not in branches:
            raise WrongUse(f"no branch {name!r}", hint=f"Branches of this case: {', '.join(sorted(branches)) or 'none'}.")
        return branches[name]

    def analysis(self, name: str, picture: Picture) -> tuple[Finding, ...]:
        """The findings of an analysis on a picture."""
        from castello.analyses import run

        return run(name, picture)

    def header(self, picture: Picture, *, now: datetime) -> dict[str, Any]:
        """What stands above every answer: case, days, clock, branch, mode."""
        return {
            "case": self.registers.settings.id,
            "as_of": picture.as_of.isoformat(),
            "known_by": None if picture.known_by is None else picture.known_by.isoformat(),
            "clock": picture.clock,
            "branch": None if picture.branch is None else picture.branch.name,
            "mode": self.mode(now=now).name,
        }


def open_case(name: str | Path | None = None, *, environ: Mapping[str, str] | None = None) -> Case:
    """Open a case and bring its ledger up to date; see :func:`castello.open`."""
    case = Case(case_folder(name, environ=environ), environ)
    case.build()
    return case
