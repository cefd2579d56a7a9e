"""What the doctor says, line by line; and what there is to say of feeds and maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from castello.cases import Registers
from castello.cases.documents import listed_files, read_feeds
from castello.claims import Kind, Verdict
from castello.desk.feeds import FOLDER, recognise_feed
from castello.desk.planning import taken_for
from castello.errors import CaseBroken, Issue, WrongUse
from castello.ledger import Book
from castello.names.judged import standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One line of the doctor: what was looked at, what was found, what to do."""

    about: str
    found: str
    hint: str = ""
    well: bool = True

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"about": self.about, "found": self.found, "hint": self.hint, "well": self.well}


def feed_remarks(registers: Registers, book: Book) -> tuple[Remark, ...]:
    """What each file of ``feeds/`` is, whether it is described, and the maps that they make."""
    try:
        return (*_feeds(registers), *_roads(registers), *_areas(registers, book))
    except (CaseBroken, WrongUse) as broken:
        return (Remark(about="maps", found=broken.what, hint=broken.hint, well=False),)


def _feeds(registers: Registers) -> Iterator[Remark]:
    folder = registers.folder / FOLDER
    held, _ = read_feeds(folder, known=registers.known)
    by_name = {one.path.name: one for one in held.values()}
    for path in listed_files(folder, name=FOLDER)[0]:
        found, own = recognise_feed(path, by_name.get(path.name)), by_name.get(path.name)
        about = f"{FOLDER}/{path.name}"
        if isinstance(found, Issue):
            yield Remark(about=about, found=found.what, hint=found.hint, well=False)
        elif own is None and not found.is_roads:
            hint = f"Write {path.name}.yml with publisher and published."
            yield Remark(about=about, found="has no sidecar that can be used", hint=hint, well=False)
        else:
            dated = f", published {own.document.published} by {own.document.publisher}" if own is not None else ""
            yield Remark(about=about, found=f"{taken_for(found.format)}, because {found.why}{dated}")


def _roads(registers: Registers) -> Iterator[Remark]:
    network = registers.maps.network
    if network is None:
        return
    dates = ", ".join(
        f"{source.file} ({source.map_date or 'says of no day that it shows it'})" for source in network.sources
    )
    parts = int(network.part.max(initial=-1)) + 1
    found = f"{len(network.node_ids):,} junctions, {len(network):,} pieces; {dates}"
    yield Remark(about="map of roads", found=found)
    if parts > 1:
        outside = int((network.part > 0).sum())
        found = f"{parts - 1:,} besides the largest part, with {outside:,} junctions"
        hint = "A road that the map lacks makes a false last road: look at them on a map."
        yield Remark(about="islands of roads", found=found, hint=hint)


def _areas(registers: Registers, book: Book) -> Iterator[Remark]:
    areas = registers.maps.areas
    judgements = standing(judgement for judgement, _ in book.judgements())
    gone = {judgement.about[0] for judgement in judgements if judgement.verdict is Verdict.WITHDRAWN}
    told = {
        object_
        for id_, kind, object_ in zip(
            *(column.to_pylist() for column in book.columns("id", "kind", "object")), strict=True
        )
        if kind == Kind.CONTROL and str(object_).startswith("area-") and id_ not in gone
    }
    missing = told - set(areas or ())
    if areas is not None:
        yield Remark(about="control maps", found=f"{len(areas):,} areas in {len(registers.maps.files('areas'))} files")
    if missing:
        found = f"{len(missing):,} areas are spoken of whose shape is not here"
        hint = "Put the control maps that they come from into feeds/, and run castello build."
        yield Remark(about="control maps", found=found, hint=hint, well=False)
