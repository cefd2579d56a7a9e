"""A case folder as a whole: everything in it read once, or a list of what is broken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from castello.cases._yaml import Lines, Unreadable, load
from castello.cases.branches import Branch, Holds, read_branch
from castello.cases.claim_files import ClaimFile, is_protected, read_claim_file
from castello.cases.documents import Held, read_documents, read_feeds, shown_name, texts
from castello.cases.entries import Known
from castello.cases.maps import Maps
from castello.cases.settings import FILE, Enclave, Settings, read_settings
from castello.cases.siege_lists import USUAL
from castello.cases.speakers import Speaker, read_speakers
from castello.cases.tables import read_csv
from castello.claims import Claim, Document
from castello.errors import CaseBroken, Issue, WrongUse
from castello.ledger.quotes import problem_with_quote
from castello.parties import PartyRegister, read_parties
from castello.parties.register import PARTY_COLUMNS
from castello.places import PlaceRegister, read_places, read_roads
from castello.places.register import PLACE_COLUMNS, ROAD_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = ("sources.yml", "parties.csv", "claims", "journal")
"""Any of these makes a folder a case, though it may be a broken one."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement by id; its terms are claims."""

    id: str
    name_en: str
    name_ar: str | None = None
    signed: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """Settings and registers of a case: the names that everyone shares."""

    folder: Path
    settings: Settings
    places: PlaceRegister
    parties: PartyRegister
    speakers: Mapping[str, Speaker]
    agreements: Mapping[str, Agreement]
    issues: tuple[Issue, ...] = ()
    maps: Maps = field(default_factory=Maps, compare=False)
    brought: frozenset[str] = frozenset()
    """Ids of places that feeds brought; the others are the case's own."""

    @property
    def enclaves(self) -> tuple[Enclave, ...]:
        """The enclaves of ``case.toml`` that are places of the register, each once; the others are issues."""
        places = {place.id for place in self.places.places}
        first = {enclave.id: enclave for enclave in reversed(self.settings.enclaves)}
        return tuple(
            enclave for enclave in self.settings.enclaves if enclave.id in places and first[enclave.id] is enclave
        )

    @property
    def known(self) -> Known:
        """The ids that claims may name."""
        return Known(
            places=frozenset(place.id for place in self.places.places),
            roads=frozenset(road.id for road in self.places.roads),
            parties=frozenset(self.parties),
            sources=frozenset(self.speakers),
            protected=frozenset(id_ for id_, speaker in self.speakers.items() if speaker.protected),
            agreements=frozenset(self.agreements),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseContent:
    """Everything that people wrote in a case folder, read."""

    registers: Registers
    documents: Mapping[str, Held]
    claim_files: tuple[ClaimFile, ...]
    refs: Mapping[str, str]
    issues: tuple[Issue, ...]


def find_case(path: Path) -> Path:
    """
    The case folder at a path or above it.

    Raises
    ------
    WrongUse
        If there is none.
    CaseBroken
        If the folder has the parts of a case and no ``case.toml``.
    """
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
        if folder == start and any((folder / name).exists() for name in PARTS):
            missing = Issue(
                file=FILE, code="missing", what="is missing", hint="Restore it, or copy one that `castello new` makes."
            )
            raise _case_broken([missing])
    raise WrongUse(
        f"no case at {path}", hint="Go into a case folder, name one with --case, or make one: castello new DIR."
    )


def read_registers(folder: Path) -> Registers:
    """
    Settings and registers of a case.

    Raises
    ------
    CaseBroken
        If a file as a whole cannot be used; all such files are listed.
    """
    broken: list[Issue] = []
    issues: list[Issue] = []

    def take(file: str, read: Callable[[bytes], _T], otherwise: _T) -> _T:
        path = folder / file
        if not path.exists():
            if file == FILE:
                broken.append(Issue(file=file, code="missing", what="is missing", hint="`castello new` makes one."))
            return otherwise
        try:
            return read(path.read_bytes())
        except Unreadable as unreadable:
            broken.append(unreadable.issue)
        except OSError as error:
            broken.append(_unopened(file, error))
        return otherwise

    def register(file: str, columns: tuple[str, ...], required: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
        def read(data: bytes) -> list[tuple[int, dict[str, str]]]:
            rows, found = read_csv(data, file=file, columns=columns, required=required)
            issues.extend(found)
            return rows

        return take(file, read, [])

    def agreement(file: str) -> Agreement | None:
        item = take(file, lambda data: _read_agreement(data, file=file), None)
        if item is not None and item.id in agreements:
            what, hint = f"{item.id!r} is the id of another agreement", "Give each file its own id."
            issues.append(Issue(file=file, column="id", code="duplicate_id", what=what, hint=hint))
            return None
        return item

    settings: Settings | None = take(FILE, read_settings, None)
    places, found = read_places(register("places.csv", PLACE_COLUMNS, ("id", "name_en", "kind")), file="places.csv")
    issues += found
    roads, found = read_roads(register("roads.csv", ROAD_COLUMNS, ("id", "from", "to")), places, file="roads.csv")
    issues += found
    parties, found = read_parties(register("parties.csv", PARTY_COLUMNS, ("id", "name_en", "kind")), file="parties.csv")
    issues += found
    party_ids = frozenset(party.id for party in parties)
    no_speakers: tuple[dict[str, Speaker], list[Issue]] = ({}, [])
    speakers, wrong = take("sources.yml", lambda data: read_speakers(data, parties=party_ids), no_speakers)
    issues += wrong
    agreements: dict[str, Agreement] = {}
    for path in _listed(folder, "agreements", issues):
        item = agreement(f"agreements/{path.name}")
        if item is not None:
            agreements[item.id] = item
    if broken or settings is None:
        raise _case_broken(broken)
    registers = Registers(
        folder=folder,
        settings=settings,
        places=PlaceRegister(places, roads),
        parties=PartyRegister(parties),
        speakers=speakers,
        agreements=agreements,
        issues=tuple(issues),
        maps=Maps(folder),
    )
    return replace(registers, issues=(*issues, *_settings_issues(registers)))


def _settings_issues(registers: Registers) -> list[Issue]:
    """Ids in ``case.toml`` and ``places.csv`` that stand in no register, and enclaves that stand twice."""
    settings, known = registers.settings, registers.known
    row = settings.rows.get
    named = [(FILE, row("area"), "area", settings.area, known.places)] if settings.area else []
    named += [(FILE, row("sides"), "sides", side, known.parties) for side in settings.sides]
    named += [(FILE, item.row, "enclave", item.id, known.places) for item in settings.enclaves]
    named += [(FILE, item.row, "enclave", item.side, known.parties) for item in settings.enclaves]
    if settings.lists is not USUAL:
        spoken = [id_ for item in settings.lists for id_ in (item.body, *item.speakers)]
        named += [(FILE, row("list"), "list", id_, known.parties | known.sources) for id_ in dict.fromkeys(spoken)]
    places = registers.places.places
    named += [("places.csv", None, "supplies", side, known.parties) for place in places for side in place.supplies]
    named += [("places.csv", None, "decides", place.decides, known.parties) for place in places if place.decides]
    issues = [
        Issue(
            file=file,
            row=line,
            column=column,
            code="id",
            what=f"{id_!r} is in no register",
            hint="Add it, or correct the id.",
        )
        for file, line, column, id_, ids in named
        if id_ not in ids
    ]
    seen: dict[str, Enclave] = {}
    for item in settings.enclaves:
        if seen.setdefault(item.id, item) is not item:
            at = f" (line {seen[item.id].row})" if seen[item.id].row else ""
            what, hint = f"{item.id!r} is an enclave already{at}; this entry is left out", "Keep one for each place."
            issues.append(Issue(file=FILE, row=item.row, column="enclave", code="duplicate_id", what=what, hint=hint))
    return issues


def read_case(folder: Path) -> CaseContent:
    """
    Read a whole case folder. Good rows are kept, every other one gives an issue.

    Raises
    ------
    CaseBroken
        If any file as a whole cannot be used; all of them are listed, and nothing may be written then.
    """
    registers = read_registers(folder)
    documents, issues = read_documents(folder / "documents", known=registers.known)
    feeds, wrong = read_feeds(folder / "feeds", known=registers.known, taken=documents)
    documents |= feeds
    issues += wrong
    described = {id_: held.document for id_, held in documents.items()}
    held_texts = texts(documents)
    broken: list[Issue] = []
    files: list[ClaimFile] = []
    refs: dict[str, str] = {}

    def check(claim: Claim) -> str | None:
        return problem_with_quote(claim, held_texts.get(claim.document))

    _listed(folder, "claims", issues)
    _listed(folder, "branches", issues)
    for path in claim_paths(folder):
        file = f"claims/{path.name}"
        try:
            read = read_claim_file(
                path.read_bytes(), file=file, known=registers.known, documents=described, refs=refs, check_quote=check
            )
        except Unreadable as unreadable:
            broken.append(unreadable.issue)
            continue
        except OSError as error:
            broken.append(_unopened(file, error))
            continue
        new_documents = []
        for document in read.documents:
            if document.id not in described:
                described[document.id] = document
                new_documents.append(document)
            elif document != described[document.id]:
                # the first description stands: a second one would change what claims of other files rest on
                what = "a document is" if read.protected else f"document {document.id!r} is"
                issues.append(
                    Issue(
                        file=file,
                        row=read.document_lines.get(document.id),
                        column="id",
                        code="document",
                        what=f"{what} described otherwise in another file, and that description is used",
                        hint="Keep one of the two, or give this one an id of its own.",
                    )
                )
        read = replace(read, documents=tuple(new_documents))
        # refs of a protected file stay in it: they would be gone once its claims are sealed
        if not read.protected:
            refs |= read.refs
        files.append(read)
        issues += read.issues
    try:
        branches = read_branches(folder, registers=registers, documents=described, refs=refs)
    except CaseBroken as unusable:
        broken += unusable.issues
    if broken:
        raise _case_broken(broken)
    issues += [issue for branch in branches.values() for issue in branch.issues]
    return CaseContent(
        registers=registers,
        documents=documents,
        claim_files=tuple(files),
        refs=refs,
        issues=(*registers.issues, *issues),
    )


def claim_paths(folder: Path) -> list[Path]:
    """Claims files in reading order: by name, protected ones last (they may cite documents of the others)."""
    return sorted(_listed(folder, "claims", []), key=lambda path: (is_protected(path.name), path.name))


def _listed(folder: Path, name: str, issues: list[Issue]) -> list[Path]:
    """The ``.yml`` files of one of a case's folders; an issue for each file that ends otherwise and would not be read."""
    good = []
    for path in sorted((folder / name).glob("*")):
        if not path.name.isprintable():
            what, hint = "has a name that cannot be written down", "Rename it: letters, digits, hyphens."
            issues.append(Issue(file=f"{name}/{shown_name(path)}", code="name", what=what, hint=hint))
        elif path.suffix == ".yml" or (name == "claims" and path.suffix == ".yaml"):
            good.append(path)
        elif not path.name.startswith("."):
            hint = f"Files of {name}/ end in .yml; tables and texts are added with `castello add`."
            issues.append(Issue(file=f"{name}/{path.name}", code="suffix", what="is not read", hint=hint))
    return good


def read_branches(
    folder: Path,
    *,
    registers: Registers,
    documents: Mapping[str, Document],
    refs: Mapping[str, str],
    holds: Holds | None = None,
) -> dict[str, Branch]:
    """
    Branches of a case, by name; each carries the issues of its file. Parameters as in :func:`castello.cases.branches.read_branch`.

    Raises
    ------
    CaseBroken
        If a file as a whole cannot be used, or has the name of another branch.
    """
    branches: dict[str, Branch] = {}
    broken = []
    for path in _listed(folder, "branches", []):
        file = f"branches/{path.name}"
        try:
            data, known = path.read_bytes(), registers.known
            branch = read_branch(data, file=file, known=known, documents=documents, refs=refs, holds=holds)
        except Unreadable as unreadable:
            broken.append(unreadable.issue)
            continue
        except OSError as error:
            broken.append(_unopened(file, error))
            continue
        if branch.name in branches:
            what, hint = f"{branch.name!r} is the name of another branch", "Give each branch its own name."
            broken.append(Issue(file=file, column="name", code="name", what=what, hint=hint))
        branches.setdefault(branch.name, branch)
    if broken:
        raise _case_broken(broken)
    return branches


def _read_agreement(data: bytes, *, file: str) -> Agreement:
    item = load(data, file=file)
    allowed = ("id", "name_en", "name_ar", "signed", "note")
    if not isinstance(item, Lines) or not isinstance(item.get("id"), str) or not isinstance(item.get("name_en"), str):
        raise Unreadable(Issue(file=file, row=1, code="shape", what="is not an agreement", hint="Give id and name_en."))
    for key, value in item.items():
        what = (
            f"{key!r} is unknown" if key not in allowed else "is not text" if isinstance(value, list | dict) else None
        )
        if key == "id" and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", value):
            what = f"{value!r} is not an id: lower-case letters, digits and hyphens"
        if what is not None:
            hint = f"Use {', '.join(allowed)}, each with a text."
            raise Unreadable(Issue(file=file, row=item.at(key), column=key, code="agreement", what=what, hint=hint))
    return Agreement(**{key: None if item.get(key) is None else str(item[key]) for key in allowed})  # type: ignore[arg-type]  # id and name_en are text


def _unopened(file: str, error: OSError) -> Issue:
    what = f"cannot be opened ({error.strerror})"
    return Issue(file=file, code="unreadable", what=what, hint="Check that it is a file, and its rights.")


def _case_broken(issues: list[Issue]) -> CaseBroken:
    count = "one file" if len(issues) == 1 else f"{len(issues)} files"
    return CaseBroken(f"{count} of the case cannot be used; nothing was written", issues=tuple(sorted(issues)))


def broken_as_claims(data: bytes, *, file: str, registers: Registers) -> Issue | None:
    """What makes a file useless as a claims file; None if it can be read, bad rows or not."""
    try:
        read_claim_file(data, file=file, known=registers.known)
    except Unreadable as unreadable:
        return unreadable.issue
    return None
