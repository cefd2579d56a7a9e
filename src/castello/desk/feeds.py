"""
The feeds of a case: each file of ``feeds/`` recognised and read, into claims where it says something, into maps where it draws.

The desk brings sources and ledger together: nobody else calls the readers.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castello.cases import CaseContent, ClaimFile, Held, Registers
from castello.cases.documents import file_hash, listed_files, no_sidecar, sidecar_of
from castello.cases.maps import FOLDER as MAPS
from castello.claims import Claim, Document
from castello.errors import CaseBroken, Issue, WrongUse
from castello.sources.recognition import Recognised, check_library, recognise
from castello.sources.registry import tabular_sources

if TYPE_CHECKING:
    from castello.places.areas import Areas
    from castello.places.network import RoadNetwork
    from castello.sources.tabular import Tabular

FOLDER = "feeds"

Busy = Callable[[str], AbstractContextManager[Callable[[int, int], None] | None]]
"""Told what is being done while it is done, so that somebody who waits may see it; gives what is told how much of how much is done."""

_ABOUT = "read.json"
_APART = "."
"""How the folder of a map begins that cannot be joined with those before it: it is kept, and not used."""


def quiet(_: str) -> AbstractContextManager[None]:
    """Tells nobody."""
    return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsRead:
    """
    What the feeds of a case hold.

    ``claim_files`` is what those say that give claims one by one; ``releases`` are tables, yet to be read, with their names; ``kept`` names files that are there and could not be read this time: what they
    said stands. ``counts`` tells of each file how many claims, roads, junctions, areas and issues it gave.
    """

    claim_files: tuple[ClaimFile, ...] = ()
    releases: tuple[tuple[str, Held, Tabular], ...] = ()
    kept: frozenset[str] = frozenset()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def read_feeds(content: CaseContent, *, recorded: Mapping[str, Document], busy: Busy = quiet) -> FeedsRead:
    """
    Read every file of ``feeds/``, and bring the maps of the case up to date with them.

    A map of roads is read once for each version of the file. Everything else is read again, so that what it said before and says no
    longer can be withdrawn.

    Parameters
    ----------
    content
        The case folder, read.
    recorded
        Documents as the ledger has them: a file that is not the one that was recorded is not read.
    busy
        Told what is being read.

    Raises
    ------
    WrongUse
        If what reads a file is not installed.
    """
    return _Reader(content, recorded=recorded, busy=busy).read()


def map_folders(folder: Path) -> list[str]:
    """Which maps are stored, by kind and file: a build that left others has to be done again."""
    maps = folder / MAPS
    found = sorted(path.relative_to(maps).as_posix() for kind in ("roads", "areas") for path in (maps / kind).glob("*"))
    return [f"roads {_reader_version()}", *found] if found else []


class _Reader:
    def __init__(self, content: CaseContent, *, recorded: Mapping[str, Document], busy: Busy) -> None:
        self.registers: Registers = content.registers
        self.folder, self.busy, self.recorded = content.registers.folder, busy, recorded
        self.held = {held.path.name: held for held in content.documents.values() if held.path.parent.name == FOLDER}
        self.issues: list[Issue] = []
        self.claim_files: list[ClaimFile] = []
        self.releases: list[tuple[str, Held, Tabular]] = []
        self.kept: set[str] = set()
        self.counts: dict[str, dict[str, int]] = {}
        self.stored: dict[str, set[str]] = {"roads": set(), "areas": set()}
        self.networks: dict[str, RoadNetwork] = {}

    def read(self) -> FeedsRead:
        paths, _ = listed_files(self.folder / FOLDER, name=FOLDER)
        known: list[tuple[Path, Recognised]] = []
        for path in paths:
            recognised = self._recognised(path)
            if recognised is None:
                self.kept.add(f"{FOLDER}/{path.name}")
                self.stored["areas"].add(path.name)
                self._keep_roads(path)
                continue
            if not recognised.is_roads:
                check_library(recognised, file=f"{FOLDER}/{path.name}")  # before anything is read or written
            known.append((path, recognised))
        sources = tabular_sources()
        for path, recognised in known:
            if recognised.format in sources:
                self._release(path, sources[recognised.format])
                continue
            before = len(self.issues)
            counts = self._roads(path, recognised) if recognised.is_roads else self._claims(path, recognised)
            self.counts[f"{FOLDER}/{path.name}"] = counts | {"issues": len(self.issues) - before}
        self._drop_gone()
        self._join()
        return FeedsRead(
            claim_files=tuple(self.claim_files),
            releases=tuple(sorted(self.releases, key=lambda one: (one[1].document.published, one[0]))),
            kept=frozenset(self.kept),
            counts=self.counts,
            issues=tuple(self.issues),
        )

    def _recognised(self, path: Path) -> Recognised | None:
        held = self.held.get(path.name)
        if held is None and sidecar_of(path).exists():
            return None  # its sidecar cannot be used, which was said when it was read
        found = recognise_feed(path, held)
        if isinstance(found, Issue):
            self.issues.append(found)
            return None
        if found.format == "edges":
            hint = "Take it out of feeds/, and: castello add FILE. That writes places.csv and roads.csv."
            what = "is a table of edges, whose places and roads belong into the registers"
            self.issues.append(Issue(file=f"{FOLDER}/{path.name}", code="edges", what=what, hint=hint))
            return None
        if held is None and not found.is_roads:
            self.issues.append(no_sidecar(path, folder=FOLDER))
            return None
        return found

    # --------------------------------------------------------------------------------------------------------- roads

    def _roads(self, path: Path, recognised: Recognised) -> dict[str, int]:
        file = f"{FOLDER}/{path.name}"
        held = self.held.get(path.name)
        options = road_options(recognised, held)
        stat = path.stat()
        seen = [stat.st_size, stat.st_mtime_ns]
        key = {"reader": _reader_version(), "format": recognised.format, "options": options}
        about = self._about(path, key=key)
        if about is not None and (about["seen"] == seen or about["sha256"] == file_hash(path)):
            self.stored["roads"].add(path.name)
            self.issues += [Issue(**issue) for issue in about["issues"]]
            return dict(about["counts"])
        check_library(recognised, file=file)
        with self.busy(f"reading {file}"):
            try:
                network, found = _read_roads(path, recognised, options)
            except WrongUse as wrong:
                self.issues.append(_wrong(file, wrong, held))
                self._keep_roads(path)
                return {}
        issues = tuple(sorted(replace(issue, file=file) for issue in found))
        counts = {"roads": len(network), "junctions": len(network.node_ids)}
        sha256 = next((source.sha256 for source in network.sources), None) or file_hash(path)
        text = json.dumps(
            {
                "key": key,
                "seen": seen,
                "sha256": sha256,
                "issues": [issue.to_json() for issue in issues],
                "counts": counts,
            }
        )

        def write(folder: Path) -> None:
            network.save(folder)
            (folder / _ABOUT).write_text(text, encoding="utf-8")

        self._store(self.registers.maps.of(path.name, kind="roads"), write)
        self.stored["roads"].add(path.name)
        self.networks[path.name] = network
        self.issues += issues
        return counts

    def _about(self, path: Path, *, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """What is known of the stored roads of a file, which are loaded; None if there are none, or none that can be used."""
        place = self.registers.maps.of(path.name, kind="roads")
        folder = place if place.is_dir() else place.with_name(_APART + place.name)
        try:
            about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
            if about["key"] != key or not {"seen", "sha256", "issues", "counts"} <= about.keys():
                return None
            self.networks[path.name] = _load(folder)
        except (OSError, ValueError, KeyError, TypeError, CaseBroken):
            return None
        return about

    def _keep_roads(self, path: Path) -> None:
        """The roads that were read of a file that cannot be read this time stay as they are, if there are any."""
        folder = self.registers.maps.of(path.name, kind="roads")
        with suppress(CaseBroken):
            self.networks[path.name] = _load(folder if folder.is_dir() else folder.with_name(_APART + folder.name))
            self.stored["roads"].add(path.name)

    def _store(self, folder: Path, write: Callable[[Path], None]) -> None:
        """Write a folder whole: what was there before is replaced at once."""
        fresh = folder.with_name(f".new-{folder.name}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        write(fresh)
        for old in (folder, folder.with_name(_APART + folder.name)):
            shutil.rmtree(old, ignore_errors=True)
        fresh.replace(folder)

    def _drop_gone(self) -> None:
        """The stored maps of files that are there no longer, or give no map any longer, with what was worked out from them."""
        for kind, names in self.stored.items():
            root = self.registers.maps.of("x", kind="roads" if kind == "roads" else "areas").parent
            for path in root.glob("*"):
                if path.name.removeprefix(_APART) not in names or path.name.startswith(".new-"):
                    shutil.rmtree(path, ignore_errors=True)
                    self.registers.maps.drop_arrays()

    def _join(self) -> None:
        """Sets apart each map that holds nothing or cannot be joined with those before it; says which places are off the map."""
        together: RoadNetwork | None = None
        for name, network in sorted(self.networks.items()):
            place = self.registers.maps.of(name, kind="roads")
            apart, fits = place.with_name(_APART + name), len(network) > 0
            try:
                if fits:
                    together = network if together is None else together.join(network)
            except WrongUse as wrong:
                what = f"cannot be joined with the maps before it: {wrong.what}; it is left out"
                self.issues.append(Issue(file=f"{FOLDER}/{name}", code="not-joined", what=what, hint=wrong.hint))
                counts = self.counts.get(f"{FOLDER}/{name}", {})
                counts |= {"roads": 0, "junctions": 0, "issues": counts.get("issues", 0) + 1}
                fits = False
            here, there = (apart, place) if fits else (place, apart)
            if here.is_dir():
                here.replace(there)
        if together is not None:
            self.issues += self._off_the_map(together)

    def _off_the_map(self, network: RoadNetwork) -> Iterable[Issue]:
        from castello.places.junctions import Junctions

        settings, places = self.registers.settings, self.registers.places
        known = {place.id for place in places.places}
        sides = {*settings.sides, *(enclave.side for enclave in settings.enclaves)}
        enclaves = [enclave.id for enclave in settings.enclaves if enclave.id in known]
        return Junctions(places, network).issues(sides=sides, enclaves=enclaves)

    # -------------------------------------------------------------------------------------------------------- claims

    def _release(self, path: Path, source: Tabular) -> None:
        file, held = f"{FOLDER}/{path.name}", self.held[path.name]
        if self._changed(held):
            self.kept.add(file)
        else:
            self.releases.append((file, held, source))

    def _changed(self, held: Held) -> bool:
        """Whether a file is not the one that was recorded; the build says so."""
        before = self.recorded.get(held.document.id)
        return before is not None and before.sha256 not in (None, held.document.sha256)

    def _claims(self, path: Path, recognised: Recognised) -> dict[str, int]:
        file, held = f"{FOLDER}/{path.name}", self.held[path.name]
        self.stored["areas"].add(path.name)
        if self._changed(held):
            self.kept.add(file)
            return {}
        with self.busy(f"reading {file}"):
            try:
                claims, areas, issues = _read_claims(path, recognised, held, self.registers)
            except WrongUse as wrong:
                self.issues.append(_wrong(file, wrong, held))
                self.kept.add(file)
                return {}
        self.issues += issues
        self.claim_files.append(
            ClaimFile(file=file, sha256=str(held.document.sha256), protected=False, claims=claims, present=len(claims))
        )
        counts = {"claims": len(claims)}
        if areas is None:
            self.stored["areas"].discard(path.name)
            return counts
        self._store(self.registers.maps.of(path.name, kind="areas"), areas.save)
        return counts | {"areas": len(areas)}


def recognise_feed(path: Path, held: Held | None) -> Recognised | Issue:
    """What a file of ``feeds/`` is, by what its sidecar says, else by itself."""
    reading = held.reading if held is not None else {}
    return recognise(
        path, file=f"{FOLDER}/{path.name}", said=reading.get("format"), columns=reading.get("mapping", {}).values()
    )


def road_options(recognised: Recognised, held: Held | None) -> dict[str, Any]:
    """How a map of roads is to be read, as its sidecar says."""
    if held is None or recognised.format == "osm":
        return {}
    names = {"name": "name", "ref": "ref", "class": "road_class"}
    mapping = held.reading.get("mapping", {})
    options = {names.get(what, what): column for what, column in mapping.items()}
    return options | {key: held.reading[key] for key in ("layer", "tolerance_m") if key in held.reading}


def _read_roads(
    path: Path, recognised: Recognised, options: Mapping[str, Any]
) -> tuple[RoadNetwork, tuple[Issue, ...]]:
    if recognised.format == "osm":
        from castello.sources.osm import read_osm

        return read_osm(path)
    from castello.sources.road_lines import read_road_lines

    unknown = sorted(set(options) - {"name", "ref", "road_class", "layer", "tolerance_m"})
    if unknown:
        raise WrongUse(f"{unknown[0]!r} is not read of a map of roads", hint="Use name, ref, class.")
    return read_road_lines(path, **options)


_TAKEN = {
    "control": ("mapping", "party_names", "day_first", "end_included"),
    "people": ("mapping", "place_names", "source_names", "valid", "day_first", "encoding"),
}


def _read_claims(
    path: Path, recognised: Recognised, held: Held, registers: Registers
) -> tuple[tuple[Claim, ...], Areas | None, tuple[Issue, ...]]:
    file = f"{FOLDER}/{path.name}"
    options = {key: value for key, value in held.reading.items() if key != "format"}
    surplus = sorted(set(options) - set(_TAKEN[recognised.format]))
    if surplus:
        hint = f"Use {', '.join(_TAKEN[recognised.format])}."
        raise WrongUse(f"{surplus[0]!r} says nothing of a file of this kind", hint=hint)
    check_sources(options, registers)
    if recognised.format == "control":
        from castello.sources import control

        return control.read(
            path,
            file=file,
            places=registers.places,
            parties=registers.parties,
            document=held.document,
            **options,
        )
    from castello.sources import people_tables

    claims, issues = people_tables.read(path, file=file, places=registers.places, document=held.document, **options)
    return claims, None, issues


def check_sources(options: Mapping[str, Any], registers: Registers) -> None:
    """
    Whether the names of sources that a sidecar gives a meaning mean sources of the case.

    Raises
    ------
    WrongUse
        If one does not.
    """
    known = registers.known.sources
    for written, id_ in options.get("source_names", {}).items():
        if id_ not in known:
            raise WrongUse(f"{written!r} is to mean {id_!r}, which is no source", hint="Add it to sources.yml.")


def _wrong(file: str, wrong: WrongUse, held: Held | None) -> Issue:
    """A reader that was asked in a way it cannot be is a sidecar that says something wrong."""
    where = f"{file}.yml" if held is not None and held.reading else file
    return Issue(file=where, code="reading", what=wrong.what, hint=wrong.hint)


def _load(folder: Path) -> RoadNetwork:
    from castello.places.network import RoadNetwork

    return RoadNetwork.load(folder)


def _reader_version() -> int:
    from castello.places.network import READER_VERSION

    return READER_VERSION
