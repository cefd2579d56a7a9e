"""A case opened on the desk: its ledger, registers and pictures in one hand. The verbs are its methods."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castello.analyses import run
from castello.briefs.profile import Clearance, Profile
from castello.cases import Branch, CaseContent, Registers, read_branches, read_case, read_registers
from castello.claims import Assessment, Finding, InvalidClaim
from castello.desk.add import AddReport, add
from castello.desk.build import BuildReport, build, built_at
from castello.desk.checking import Verified, doctor, verify
from castello.desk.deleting import delete_protected
from castello.desk.feeds import Busy, quiet
from castello.desk.names import with_names
from castello.desk.opening import case_folder, open_book
from castello.desk.planning import Sidecar
from castello.desk.remarks import Remark
from castello.desk.two_persons import create_identities, override_mode
from castello.desk.why import AUDIENCES, Why, resolved, why
from castello.errors import WrongUse
from castello.ledger import Book
from castello.ledger.mode import Mode, mode_of
from castello.picture import Picture

if TYPE_CHECKING:
    from castello.briefs.brief import Brief
    from castello.desk.asking import Question
    from castello.desk.fetch import FetchReport
    from castello.ledger.packs import Merged
    from castello.sources.web import Client


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
        """Settings and registers of the case, with the names that its feeds brought."""
        return with_names(read_registers(self.folder), self.book.names())

    @cached_property
    def book(self) -> Book:
        """The ledger."""
        return open_book(self.folder, environ=self.environ)

    def build(self, *, now: datetime | None = None, busy: Busy = quiet) -> BuildReport:
        """Bring the ledger up to date with the folder; see :func:`castello.desk.build.build`."""
        report = build(self.folder, self.book, now=now or datetime.now(UTC), busy=busy)
        self._forget_if_built()
        return report

    def _forget_if_built(self) -> None:
        """Registers and maps that were read before the last build, by whomever, are read anew when they are next asked for."""
        at = built_at(self.folder)
        if self.__dict__.get("_built_at") != at:
            for name in ("registers", "content"):
                self.__dict__.pop(name, None)
            self.__dict__["_built_at"] = at

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
        self,
        *,
        as_of: date | str | None = None,
        known_by: date | str | None = None,
        branch: str | None = None,
        now: datetime | None = None,
    ) -> Picture:
        """
        The ledger as of a day, as known by a day, on a branch.

        Raises
        ------
        WrongUse
            If a day is not a day, or there is no such branch.
        """
        day, known = self.days(as_of, known_by, now=now)
        chosen = None if branch is None else self.branch(branch)
        live = self.mode(now=now).live
        return Picture(book=self.book, registers=self.registers, as_of=day, known_by=known, branch=chosen, live=live)

    @cached_property
    def content(self) -> CaseContent:
        """Everything that people wrote in the folder, as it is now."""
        return read_case(self.folder)

    def branch(self, name: str) -> Branch:
        """A branch by name."""
        content = self.content
        branches = read_branches(
            self.folder,
            registers=self.registers,
            documents=self.book.documents(),
            refs=content.refs,
            holds=lambda ids: self.book.claims(ids).keys(),
        )
        if name not in branches:
            raise WrongUse(
                f"no branch {name!r}", hint=f"Branches of this case: {', '.join(sorted(branches)) or 'none'}."
            )
        return branches[name]

    # ------------------------------------------------------------------------------------------------- the verbs

    def clearance(
        self, picture: Picture, *, profile: Profile | str = Profile.OWN, now: datetime | None = None
    ) -> Clearance:
        """The rules of a profile for a picture of this case."""
        instant = now or datetime.now(UTC)
        return Clearance(
            picture=picture,
            profile=Profile(profile),
            live=self.mode(now=instant).live,
            today=instant.astimezone(UTC).date(),
            vault=self.book.vault,
        )

    def check_id(self, id_: str | None, *, option: str) -> None:
        """
        Whether a place, road, party, source or agreement has an id, or none was given.

        Raises
        ------
        WrongUse
            If no register knows it: no claim about it would otherwise look like silence.
        """
        registers = self.registers
        known = [*registers.places, *registers.parties, *registers.agreements]
        known += [who for who, speaker in registers.speakers.items() if not speaker.protected]
        if id_ is None or id_ in known or id_ in registers.speakers:
            return
        said = self.book.columns("subject", "object")
        if any(id_ in said.column(name).unique().to_pylist() for name in said.column_names):
            return
        close = get_close_matches(id_, known, n=3)
        hint = f"Close to it: {', '.join(close)}." if close else "Ids stand in the registers of the case folder."
        raise WrongUse(f"{option}: no register knows {id_!r}", hint=hint)

    def analyse(self, name: str, picture: Picture) -> tuple[Finding, ...]:
        """The findings of one analysis on a picture: ``totals``, ``parties``, ``situation``."""
        return run(name, picture)

    def siege(self, picture: Picture, *, users: str = "supply") -> tuple[Finding, ...]:
        """Who is cut off, and which road is the last one; see :func:`castello.analyses.siege.siege`."""
        from castello.analyses.siege import siege

        return siege(picture, users=users)

    def attacks(
        self,
        picture: Picture,
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        by: str | None = None,
        place: str | None = None,
    ) -> tuple[Finding, ...]:
        """
        What each source tells of attacks in some days; see :func:`castello.analyses.attacks.attacks`.

        By default the days from the beginning of the case to the day of the picture.
        """
        from castello.analyses.attacks import as_by, attacks

        first, last = as_day(start, name="start"), as_day(end, name="end")
        return attacks(
            picture,
            start=first or self.registers.settings.start,
            end=last or picture.as_of,
            by=as_by(by),
            place=place,
        )

    def markets(
        self, picture: Picture, *, only: Sequence[str] = (), commodity: str | None = None, reference: str | None = None
    ) -> tuple[Finding, ...]:
        """Prices, their alarms, and what they say of a siege; see :func:`castello.analyses.markets.markets`."""
        from castello.analyses.markets import markets

        return markets(picture, only=only, commodity=commodity, reference=reference)

    def totals(self, picture: Picture) -> tuple[Finding, ...]:
        """Whether the published figures add up; see :func:`castello.analyses.totals.totals`."""
        return run("totals", picture)

    def parties(self, picture: Picture) -> tuple[Finding, ...]:
        """Who stands with whom, and who lists whom; see :func:`castello.analyses.parties.parties`."""
        return run("parties", picture)

    def brief(
        self,
        picture: Picture,
        *,
        profile: Profile | str = Profile.OWN,
        language: str = "en",
        now: datetime | None = None,
    ) -> Brief:
        """A brief of a picture for one audience."""
        from castello.briefs.assemble import assemble

        return assemble(picture, self.clearance(picture, profile=profile, now=now), language=language)

    def why(
        self, asked: str, picture: Picture, *, profile: Profile | str = Profile.OWN, now: datetime | None = None
    ) -> Why:
        """A claim or a finding traced to its documents, as far as the profile lets it; see :func:`castello.desk.why.why`."""
        audience = self.clearance(picture, profile=profile, now=now)
        others = []
        # ids of an export are resolved where the key is; a what-if of a live case has none
        if self.book.vault is not None and not (audience.live and picture.branch is not None):
            others = [self.clearance(picture, profile=name, now=now) for name in AUDIENCES if name != audience.profile]
        return why(asked, picture=picture, book=self.book, clearances=(audience, *(() if audience.leaves else others)))

    def verify(self) -> Verified:
        """Whether what is stored is what was written."""
        return verify(self.folder, self.book)

    def doctor(self, *, now: datetime | None = None) -> tuple[Remark, ...]:
        """Whether everything is in place: versions, keys, mode, what is stale."""
        return doctor(self.folder, self.book, now=now or datetime.now(UTC), environ=self.environ)

    def add(
        self,
        files: Sequence[Path],
        *,
        sidecar: Sidecar | None = None,
        protected: bool = False,
        now: datetime | None = None,
        busy: Busy = quiet,
    ) -> AddReport:
        """Put claims files, documents, feeds and tables into the case, and build; see :func:`castello.desk.add.add`."""
        report = add(
            self.folder,
            self.book,
            registers=read_registers(self.folder),  # as they are now: rows are added to them
            files=files,
            sidecar=sidecar or Sidecar(),
            protected=protected,
            now=now or datetime.now(UTC),
            busy=busy,
        )
        self._forget_if_built()
        return report

    def fetch(
        self,
        source: str,
        question: Question,
        *,
        publisher: str | None = None,
        appname: str | None = None,
        private: bool = False,
        client: Client | None = None,
        tell: Callable[[str], None] = lambda _: None,
        now: datetime | None = None,
        busy: Busy = quiet,
    ) -> FetchReport:
        """
        Ask ReliefWeb, HDX or a news feed, put what comes into the case, and build; see :func:`castello.desk.fetch.fetch`.

        ``private`` lets addresses of this machine and of private networks be asked; a ``client`` brings its own rules.
        """
        from castello.desk.fetch import check_web, fetch

        check_web()
        from castello.sources.web import Client

        report = fetch(
            self.folder,
            self.book,
            source=source,
            question=question,
            client=client or Client(rng=random.Random(), private=private),  # noqa: S311  # spreads waits, keeps no secret
            now=now or datetime.now(UTC),
            publisher=publisher,
            appname=appname,
            environ=self.environ,
            tell=tell,
            busy=busy,
        )
        self._forget_if_built()
        return report

    def assess(
        self,
        text: str,
        *,
        author: str,
        confidence: str,
        because: str,
        rests_on: Sequence[str],
        signed: date | str | None = None,
        now: datetime | None = None,
    ) -> Assessment:
        """
        Sign an assessment: an analyst's own words, shown apart from facts and findings.

        Raises
        ------
        WrongUse
            If a claim that it rests on is not in the ledger, or a part is missing.
        """
        instant = now or datetime.now(UTC)
        claims = self.book.columns("id").column("id").to_pylist()
        rests_on = [resolved(id_, claims, self.book) for id_ in rests_on]
        day = as_day(signed, name="signed") or instant.astimezone(self.registers.settings.zone).date()
        try:
            made = Assessment(
                author=author,
                signed=day,
                text=text,
                confidence=confidence,  # type: ignore[arg-type]  # checked when made
                because=because,
                rests_on=tuple(rests_on),
            )
        except InvalidClaim as invalid:
            raise WrongUse(f"{invalid.slot}: {invalid.what}", hint=invalid.hint) from invalid
        row = {"type": "assessment", "id": made.id, "body": made.to_json()}
        self.book.write([row], verb="assess", source={}, now=instant)
        return made

    def delete_protected(self, claim: str, *, by: str, reason: str, now: datetime | None = None) -> None:
        """Delete a protected claim for good; see :func:`castello.desk.deleting.delete_protected`."""
        delete_protected(self.book, claim, by=by, reason=reason, now=now or datetime.now(UTC))

    def create_identities(self, *, now: datetime | None = None) -> tuple[str, str]:
        """Make the identity store; see :func:`castello.desk.two_persons.create_identities`."""
        case_id = self.registers.settings.id
        return create_identities(self.folder, self.book, case_id=case_id, now=now or datetime.now(UTC))

    def override_mode(
        self, *, reason: str, by: tuple[str, str], shares: tuple[str, str], now: datetime | None = None
    ) -> None:
        """Treat this live case as historical; see :func:`castello.desk.two_persons.override_mode`."""
        override_mode(
            self.folder,
            self.book,
            case_id=self.registers.settings.id,
            reason=reason,
            by=by,
            shares=shares,
            now=now or datetime.now(UTC),
        )

    def pack(self, *, to: str) -> bytes:
        """The whole case as a sealed pack, encrypted to a device's key."""
        from castello.ledger.packs import seal_pack

        return seal_pack(self.folder, case_id=self.registers.settings.id, to=to)

    def merge(self, data: bytes) -> Merged:
        """
        Bring a sealed pack of the same case into this one.

        Raises
        ------
        WrongUse
            If the pack is of another case, or cannot be opened here.
        """
        from castello.ledger.packs import open_pack, unpack

        case_id, lines = open_pack(data, environ=self.environ)
        if case_id != self.registers.settings.id:
            raise WrongUse(
                f"the pack is of the case {case_id!r}, this is {self.registers.settings.id!r}", hint="Merge it there."
            )
        with self.book.lock():
            merged = unpack(self.folder, lines)
            self.book.remake()
        return merged

    def header(self, picture: Picture, *, profile: str = "own", now: datetime | None = None) -> dict[str, Any]:
        """What stands above every answer: case, days, clock, branch, mode, profile, and how the case is handled."""
        settings = self.registers.settings
        return {
            "case": settings.id,
            "as_of": picture.as_of.isoformat(),
            "known_by": None if picture.known_by is None else picture.known_by.isoformat(),
            "clock": picture.clock,
            "branch": None if picture.branch is None else picture.branch.name,
            "mode": self.mode(now=now).name,
            "profile": profile,
        } | {f"handling_{key}": value for key, value in sorted(settings.handling.items())}


def open_case(name: str | Path | None = None, *, environ: Mapping[str, str] | None = None, busy: Busy = quiet) -> Case:
    """Open a case and bring its ledger up to date; see :func:`castello.open`."""
    case = Case(case_folder(name, environ=environ), environ)
    case.build(busy=busy)
    return case
