"""What is to become of files that are added: each is told what it is, and checked, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from castello.cases import Held, Registers, broken_as_claims
from castello.cases._yaml import Unreadable
from castello.cases.claim_files import is_protected
from castello.cases.documents import SUFFIXES, file_hash, read_sidecar, sidecar_of, slug
from castello.desk.feeds import FOLDER
from castello.desk.named_roads import Described, Plan, is_flee, plan_named_roads
from castello.errors import CaseBroken, Issue, WrongUse
from castello.sources._intake import Intake
from castello.sources.recognition import Recognised, check_library, recognise
from castello.sources.registry import tabular_sources

_TAKEN_FOR = {
    "osm": "roads from OpenStreetMap",
    "road_lines": "roads as lines",
    "control": "control map",
    "people": "table of people",
    "edges": "table of edges",
}
"""What each format is called, beside the sources of tables, which have names."""


def taken_for(format: str) -> str:
    """What a format is called."""
    return _TAKEN_FOR[format] if format in _TAKEN_FOR else tabular_sources()[format].name


NOTHING = "nothing"
"""What a file of a folder is taken for that is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """
    What the user says of a document: who published it, when, where, under which title.

    Of a table of roads also whose traffic it speaks of (``sides``; default: those of the case), and which day is its day 0.
    """

    publisher: str | None = None
    published: date | None = None
    title: str | None = None
    url: str | None = None
    language: str = "en"
    sides: tuple[str, ...] = ()
    first_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """
    What became of one file: what it was taken for, why, and where it lies now.

    ``counts`` says of a feed or a table how many claims, roads, areas and so on it gave, and how many issues.
    """

    file: str
    taken_for: str
    why: str
    to: str | None
    already: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        said = {"file": self.file, "taken_for": self.taken_for, "why": self.why, "to": self.to, "already": self.already}
        return said | ({"counts": dict(self.counts)} if self.counts else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """
    What is to become of one file.

    ``beside`` is the sidecar that came with it, ``tables`` what is written instead of a copy, ``draft`` the text of a sidecar for a table that
    nobody knows: then nothing is taken in.
    """

    path: Path
    added: Added
    beside: Path | None = None
    tables: Plan | None = None
    draft: str | None = None


class Planner:
    """What is to become of files, each checked; nothing is written."""

    def __init__(self, folder: Path, *, registers: Registers, sidecar: Sidecar, protected: bool) -> None:
        self._folder, self._registers, self._sidecar, self._protected = folder, registers, sidecar, protected
        self._tables: Path | None = None

    def plan(self, files: Sequence[Path]) -> list[Planned]:
        """The plans of files in their order; of a folder one for each file in it, and none for a sidecar."""
        planned: list[Planned] = []
        for path in files:
            if path.is_dir() and not is_flee(path):
                planned += self._inside(path)
            elif not _is_sidecar(path) or path.with_suffix("") not in files:
                planned.append(self._one(path))
        return planned

    def _inside(self, folder: Path) -> list[Planned]:
        """Each file of a folder; what is not read is told, and does not stop the others."""
        planned = []
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or _is_sidecar(path):
                continue
            why = "folders in folders are not looked into" if path.is_dir() and not is_flee(path) else ""
            if not why and path.suffix.lower() not in (".yml", ".yaml", *SUFFIXES) and not path.is_dir():
                found = self._recognised(path)
                why = f"it {found.what}" if isinstance(found, Issue) else ""
                if isinstance(found, Issue) and found.code == "not-recognised":
                    why += "; a mapping is drafted for a table that is added by itself"
            if why:
                added = Added(file=path.name, taken_for=NOTHING, why=why, to=None)
                planned.append(Planned(path=path, added=added))
            else:
                planned.append(self._one(path))
        if all(one.added.taken_for == NOTHING for one in planned):
            seen = "; ".join(f"{one.path.name}: {one.added.why}" for one in planned[:5]) or "it is empty"
            raise WrongUse(f"{folder} holds nothing that is read ({seen})", hint="Check the path.")
        return planned

    def _one(self, path: Path) -> Planned:
        if is_flee(path):
            return self._named_roads(path, taken_for="folder of FLEE", why="it holds locations.csv and routes.csv")
        if not path.is_file():
            raise WrongUse(f"no file {path}", hint="Check the path.")
        suffix = path.suffix.lower()
        if suffix in (".yml", ".yaml"):
            added = _plan_claims(path, folder=self._folder, registers=self._registers, protected=self._protected)
            return Planned(path=path, added=added)
        if suffix in SUFFIXES:
            return Planned(path=path, added=self._document(path))
        found = self._recognised(path)
        if isinstance(found, Issue):
            draft = self._draft(path, found)
            if draft is not None:
                return Planned(
                    path=path, added=Added(file=path.name, taken_for=NOTHING, why=found.what, to=None), draft=draft
                )
            hint = f"{found.hint} Documents are {', '.join(SUFFIXES)}, claims files .yml."
            raise WrongUse(f"{path.name} {found.what}", hint=hint)
        if found.format == "edges":
            return self._named_roads(path, taken_for=taken_for("edges"), why=found.why)
        return self._feed(path, found)

    def _recognised(self, path: Path) -> Recognised | Issue:
        held = self._beside(path)
        reading = held.reading if held is not None else {}
        return recognise(path, file=path.name, said=reading.get("format"), columns=reading.get("mapping", {}).values())

    def _beside(self, path: Path) -> Held | None:
        """What the sidecar that came with a file says."""
        beside = sidecar_of(path)
        if not beside.is_file():
            return None
        try:
            return read_sidecar(
                beside.read_bytes(), path=path, file=beside.name, known=self._registers.known, feed=True
            )
        except Unreadable as unreadable:
            what = "the sidecar cannot be used; nothing was written"
            raise CaseBroken(what, issues=(unreadable.issue,)) from unreadable

    def _draft(self, path: Path, found: Issue) -> str | None:
        """A mapping for a table that nobody knows; None where there is no table, or a sidecar that would be written over."""
        from castello.sources.mapped_table import draft

        if found.code != "not-recognised" or self._protected or sidecar_of(path).exists():
            return None
        said = self._sidecar
        if said.publisher is not None and said.published is not None:
            self._check_sidecar(path, what="table")
        return draft(
            path,
            places=self._registers.places,
            parties=self._registers.parties,
            publisher=said.publisher,
            published=said.published,
            title=said.title,
            language=said.language,
        )

    def _check_mapping(self, path: Path, held: Held) -> None:
        """Whether a table has the columns that its mapping names."""
        from castello.sources.cells import header_of
        from castello.sources.mapped_table import BadMapping, missing_column

        heads = header_of(path, intake=Intake(path.name), encoding=held.reading.get("encoding"))
        try:
            missing_column(held.reading.get("mapping", {}), [row for sheet in heads for row in sheet.rows])
        except BadMapping as bad:
            file, what = sidecar_of(path).name, "the mapping cannot be used; nothing was written"
            issue = Issue(file=file, row=bad.line, column=bad.slot, code="mapping", what=bad.what, hint=bad.hint)
            raise CaseBroken(what, issues=(issue,)) from bad

    def _agree(self, path: Path, held: Held) -> None:
        """Whether what the user says with the command is what the sidecar beside the file says."""
        document, said = held.document, self._sidecar
        pairs = {
            "publisher": (said.publisher, document.publisher),
            "published": (said.published, document.published),
            "title": (said.title, document.title),
        }
        for name, (option, beside) in pairs.items():
            if option is not None and option != beside:
                what = f"--{name} is {option}, and {sidecar_of(path).name} says {beside}"
                raise WrongUse(what, hint="Leave the option out, or correct the sidecar.")

    # ------------------------------------------------------------------------------------------- what becomes of each

    def _document(self, path: Path) -> Added:
        suffix = path.suffix.lower()
        why = f"it ends in {suffix}"
        if self._protected:
            return Added(file=path.name, taken_for="protected document", why=why, to=None)
        self._check_sidecar(path, what="document")
        target = f"documents/{slug(path.stem)}{suffix}"
        for other in sorted((self._folder / "documents").glob(f"{slug(path.stem)}.*")):
            if other.suffix != ".yml" and other.suffix.lower() != suffix:
                raise WrongUse(f"documents/{other.name} has that name already", hint="Give the new file another name.")
        # without its sidecar a document is not read: then both are written
        already = _already(path, self._folder / target) and (self._folder / f"{target}.yml").exists()
        return Added(file=path.name, taken_for="document", why=why, to=target, already=already)

    def _feed(self, path: Path, found: Recognised) -> Planned:
        if self._protected:
            raise WrongUse(f"{path.name}: a feed cannot be sealed", hint="Code what it says in a claims file.")
        check_library(found, file=path.name)
        held = self._beside(path)
        if held is not None:
            self._agree(path, held)
            if found.format == "table":
                self._check_mapping(path, held)
        if held is None and not (found.is_roads and self._sidecar.publisher is None):
            self._check_sidecar(path, what="feed")
            publisher = self._registers.speakers[str(self._sidecar.publisher)]
            if publisher.protected:
                raise WrongUse(f"{path.name}: its publisher is protected", hint="Code it in a *.protected.yml file.")
        stem, suffixes = _parted(path.name)
        target = f"{FOLDER}/{slug(stem)}{suffixes}"
        for name in ("documents", FOLDER):
            for other in sorted((self._folder / name).glob(f"{slug(stem)}.*")):
                if other.suffix != ".yml" and f"{name}/{other.name}" != target:
                    raise WrongUse(f"{name}/{other.name} has that name already", hint="Give the new file another name.")
        there = _already(path, self._folder / target)
        already = there and (found.is_roads or sidecar_of(self._folder / target).exists())
        if already and held is not None:
            already = not _is_renewed(path, self._folder / target)
        added = Added(file=path.name, taken_for=taken_for(found.format), why=found.why, to=target, already=already)
        return Planned(path=path, added=added, beside=None if held is None else sidecar_of(path))

    def _named_roads(self, path: Path, *, taken_for: str, why: str) -> Planned:
        if self._protected:
            raise WrongUse(f"{path.name}: rows of registers cannot be sealed", hint="Leave out --protected.")
        if self._tables is not None:
            hint = "Add one after the other: the second has to know the places of the first."
            raise WrongUse(f"{self._tables.name} and {path.name} both write to the registers", hint=hint)
        self._tables = path
        self._check_sidecar(path, what="table")
        assert self._sidecar.publisher is not None
        assert self._sidecar.published is not None
        described = Described(
            publisher=self._sidecar.publisher,
            published=self._sidecar.published,
            title=self._sidecar.title,
            url=self._sidecar.url,
            sides=self._sidecar.sides,
            first_day=self._sidecar.first_day,
        )
        tables = plan_named_roads(path, registers=self._registers, described=described)
        counts = dict(tables.counts) | {"issues": len(tables.issues)}
        added = Added(
            file=path.name,
            taken_for=taken_for,
            why=why,
            to=", ".join(tables.files) or None,
            already=not tables.files,
            counts=counts,
        )
        return Planned(path=path, added=added, tables=tables)

    def _check_sidecar(self, path: Path, *, what: str) -> None:
        """Whether what the user says of a document, a feed or a table can stand in its sidecar."""
        sidecar = self._sidecar
        if sidecar.publisher is None or sidecar.published is None:
            raise WrongUse(
                f"{path.name}: a {what} needs its publisher and day",
                hint="Add --publisher ID --published 2016-07-17.",
            )
        if sidecar.publisher not in self._registers.speakers:
            raise WrongUse(f"no source {sidecar.publisher!r}", hint=_sources_like(sidecar.publisher, self._registers))
        if sidecar.url is not None and not sidecar.url.startswith(("http://", "https://")):
            raise WrongUse(
                f"--url: {sidecar.url!r} is not an address", hint="Addresses start with http:// or https://."
            )
        for option in (sidecar.title, sidecar.url, sidecar.language):
            if option is not None and not option.isprintable():
                raise WrongUse(f"{option!r} holds characters that cannot be printed", hint="Write it in plain text.")


def _is_sidecar(path: Path) -> bool:
    return path.suffix == ".yml" and path.with_suffix("").is_file()


def _is_renewed(path: Path, target: Path) -> bool:
    """Whether the sidecar beside a file that was added before has been corrected since; what was corrected in the case is not written over."""
    beside, there = sidecar_of(path), sidecar_of(target)
    if not there.exists() or beside.read_bytes() == there.read_bytes():
        return False
    if beside.stat().st_mtime_ns < there.stat().st_mtime_ns:
        what = f"{beside.name} is older than {FOLDER}/{there.name}, and says something else"
        raise WrongUse(what, hint=f"Correct {FOLDER}/{there.name}, and: castello build.")
    return True


def _parted(name: str) -> tuple[str, str]:
    """A name and its ending, which may have two parts: ``aleppo`` and ``.osm.pbf``."""
    lower = name.lower()
    ending = next((end for end in (".osm.pbf", ".osm.bz2") if lower.endswith(end)), Path(lower).suffix)
    if ending == ".gz":
        ending = f"{Path(lower).with_suffix('').suffix}.gz"
    return name[: len(name) - len(ending)], ending


def _plan_claims(path: Path, *, folder: Path, registers: Registers, protected: bool) -> Added:
    name = f"{path.stem}{path.suffix.lower()}"
    if protected and not is_protected(name):
        name = f"{path.stem}.protected.yml"
    issues = broken_as_claims(path.read_bytes(), file=path.name, registers=registers)
    if issues:
        raise CaseBroken("the file cannot be used; nothing was written", issues=(issues,))
    target = f"claims/{name}"
    return Added(
        file=path.name,
        taken_for="protected claims file" if is_protected(name) else "claims file",
        why="it has the sections of a claims file",
        to=target,
        already=_already(path, folder / target),
    )


def _sources_like(publisher: str, registers: Registers) -> str:
    """What to do about a publisher that is in no register: the ids that look like it, else the first few."""
    open_ids = sorted(id_ for id_, speaker in registers.speakers.items() if not speaker.protected)
    close = get_close_matches(publisher.lower(), open_ids, n=5, cutoff=0.5)
    close += [id_ for id_ in open_ids if publisher.lower() in id_ and id_ not in close][:3]
    # what has the form of an id can be pasted as it is
    add = "add it to sources.yml"
    lines = f":\n  {publisher}:\n    name_en: ...\n    kind: ..." if publisher == slug(publisher) else "."
    if close:
        return f"Did you mean {' or '.join(close)}? If not, {add}{lines}"
    if not open_ids:
        return f"sources.yml is empty: {add}{lines}"
    return f"There are: {', '.join(open_ids[:6])}{', ...' if len(open_ids) > 6 else ''}. If it is none of them, {add}{lines}"


def _already(path: Path, target: Path) -> bool:
    """Whether the same bytes lie there; other bytes under the same name are refused."""
    if not target.exists():
        return False
    if file_hash(path) != file_hash(target):
        raise WrongUse(
            f"{target.parent.name}/{target.name} is there already, with other content",
            hint="Give the new file another name.",
        )
    return True
