"""Where things that were fetched go in a case: texts to documents, files to feeds, the rest described in a claims file of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from castello.cases import CaseContent, Speaker, broken_as_claims
from castello.cases.documents import file_hash, sidecar_of, slug
from castello.claims import Document
from castello.errors import CaseBroken, Issue, WrongUse
from castello.ledger.files import write_file

if TYPE_CHECKING:
    from castello.sources.web.hdx import Dataset, Resource
    from castello.sources.web.reliefweb import Report
    from castello.sources.web.rss import Entry

Status = Literal["new", "changed", "already", "left out"]

_NOTE = re.compile(r"Fetched from (\S+), item (\S+), sha256 ([0-9a-f]{64})")
_OPEN = re.compile(
    r"cc0|cc[ -]by|creative commons|public domain|pddl|odbl|odc|open data commons|open government|open licen[cs]e",
    re.IGNORECASE,
)
_LONGEST_ID = 60
ENDINGS = (".csv", ".tsv", ".xlsx", ".ods", ".parquet", ".jsonl", ".geojson", ".json", ".gpkg", ".zip", ".csv.gz")
"""Endings of files of HDX that can lie in ``feeds/``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """
    One thing that a source gave.

    ``item`` is the source's own id of it without spaces, ``names`` are its publishers as the source writes them, in several spellings each;
    ``facts`` is what makes it another thing when it changes. ``text`` goes to ``documents/`` where the publisher's licence is open,
    ``file`` (with its ending) to ``feeds/``.
    """

    source: str
    item: str
    stem: str
    title: str
    published: date | None
    names: tuple[tuple[str, ...], ...]
    facts: tuple[object, ...]
    urls: tuple[str, ...] = ()
    language: str | None = None
    licence: str | None = None
    text: str | None = None
    file: Path | None = None
    ending: str = ""

    @property
    def sha256(self) -> str:
        """Of what it was when it came."""
        return hashlib.sha256(json.dumps(self.facts, ensure_ascii=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one thing that was fetched: where it lies now, None where it does not."""

    item: str
    title: str
    status: Status
    to: str | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"item": self.item, "title": self.title, "status": self.status, "to": self.to}


class Placing:
    """
    The places that a case has for what is fetched; nothing is written before :meth:`write`.

    Parameters
    ----------
    content
        The case folder, read.
    publisher
        Source id to put things under whose own publisher is in no register.
    today
        The day of fetching: of things without a day it is the day by which they were published.
    """

    def __init__(self, content: CaseContent, *, publisher: str | None, today: date) -> None:
        self._content, self.publisher, self.today = content, publisher, today
        self._speakers = {id_: one for id_, one in content.registers.speakers.items() if not one.protected}
        if publisher is not None and publisher not in self._speakers:
            raise WrongUse(
                f"--publisher: no source {publisher!r}", hint="Add it to sources.yml; a protected one cannot."
            )
        self._names = _names(self._speakers)
        self._folder = content.registers.folder
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        self._taken = {path.name.split(".")[0] for name in ("documents", "feeds") for path in self._inside(name)}
        described = [held.document for held in content.documents.values()]
        described += [document for file in content.claim_files for document in file.documents]
        for document in described:
            self._taken.add(document.id)
            if found := _NOTE.search(document.note or ""):
                self._known.setdefault((found[1], found[2]), {})[found[3]] = document.file or document.id
        self._files: dict[str | None, str | None] = {one.sha256: one.file for one in described if one.sha256}
        self._described: list[dict[str, object]] = []
        self._texts: dict[Path, bytes] = {}
        self._moves: dict[Path, Path] = {}
        self._unknown: Counter[str] = Counter()
        self._issues: list[Issue] = []

    def _inside(self, name: str) -> Iterable[Path]:
        folder = self._folder / name
        return folder.iterdir() if folder.is_dir() else ()

    def is_known(self, piece: Piece) -> bool:
        """Whether the case has it as it is now."""
        return piece.sha256 in self._known.get((piece.source, piece.item), {})

    def place(self, piece: Piece) -> Item:
        """Find a place for a thing, beside what it was before if it has changed."""
        states = self._known.setdefault((piece.source, piece.item), {})
        if piece.sha256 in states:
            return Item(item=piece.item, title=piece.title, status="already", to=states[piece.sha256])
        publisher = self.publisher_of(piece)
        if publisher is None:
            return Item(item=piece.item, title=piece.title, status="left out")
        sha256 = None if piece.file is None else file_hash(piece.file)
        if piece.file is not None and (there := self._files.get(sha256)):
            piece.file.unlink()
            return Item(item=piece.item, title=piece.title, status="already", to=there)
        status: Status = "changed" if states else "new"
        id_ = self._free(piece.stem)
        document = self._document(piece, id_=id_, publisher=publisher)
        to = self._keep(piece, document, self._speakers[publisher])
        states[piece.sha256] = to
        if sha256 is not None:
            self._files[sha256] = to
        return Item(item=piece.item, title=piece.title, status=status, to=to)

    def publisher_of(self, piece: Piece) -> str | None:
        """The source id of a thing's publisher, as far as the register knows one of its names."""
        for names in piece.names:
            for name in names:
                if found := self._names.get(_plain(name)):
                    return found
        if self.publisher is None:
            name = piece.names[0][0] if piece.names else "its publisher"
            self._unknown[name] += 1
        return self.publisher

    def _free(self, stem: str) -> str:
        """An id that nothing in the case has."""
        base = slug(stem)[:_LONGEST_ID].strip("-")
        id_, n = base, 1
        while id_ in self._taken:
            n += 1
            id_ = f"{base}-{n}"
        self._taken.add(id_)
        return id_

    def _document(self, piece: Piece, *, id_: str, publisher: str) -> Document:
        note = f"Fetched from {piece.source}, item {piece.item}, sha256 {piece.sha256}, on {self.today}."
        if piece.names:
            note += f" Publisher as written there: {'; '.join(names[0] for names in piece.names)}."
        if piece.licence:
            note += f" Licence as written there: {piece.licence}."
        published, stated = piece.published, True
        if published is None or published > self.today + timedelta(days=1):  # a day further east it is tomorrow
            # it was there to be read on the day of fetching: no later day can be right, and an earlier one would be invented
            why = "has no day" if published is None else f"says that it was published on {published}, which is to come"
            hint = "Correct its day by hand if you know it."
            self._issues.append(self._look(piece, f"{why}; taken for published by {self.today}", hint=hint))
            published, stated = self.today, False
        return Document(
            id=id_,
            title=piece.title,
            publisher=publisher,
            published=published,
            published_basis="stated" if stated else "inferred",
            urls=piece.urls,
            language=piece.language or "en",
            note=note,
        )

    def _keep(self, piece: Piece, document: Document, speaker: Speaker) -> str:
        if piece.file is not None:
            target = self._folder / "feeds" / f"{document.id}{piece.ending}"
            self._moves[piece.file] = target
            self._texts[sidecar_of(target)] = _yaml(document)
            return f"feeds/{target.name}"
        if piece.text is not None and _OPEN.match((speaker.licence or "").strip()):
            target = self._folder / "documents" / f"{document.id}.txt"
            self._texts[sidecar_of(target)] = _yaml(document)
            self._texts[target] = f"{piece.title}\n\n{piece.text}\n".encode()
            return f"documents/{target.name}"
        self._described.append(_fields(document))
        return document.id

    def _look(self, piece: Piece, what: str, *, hint: str) -> Issue:
        return Issue(file=f"{piece.source} {piece.item}", code="fetched", what=what, hint=hint, severity="warning")

    def write(self, source: str) -> list[Issue]:
        """
        Write what was placed.

        Raises
        ------
        CaseBroken
            If what would be written could not be read again; nothing was written then.
        """
        lines = ["# Written by castello fetch. Documents whose texts are not held; claims may cite them.", "documents:"]
        lines += [f"  - {{{', '.join(f'{key}: {value}' for key, value in one.items())}}}" for one in self._described]
        data = "\n".join([*lines, ""]).encode()
        # a name by its content: files of several laptops lie beside one another when they are merged
        file = f"claims/fetched-{source}-{self.today}-{hashlib.sha256(data).hexdigest()[:8]}.yml"
        if self._described:
            broken = broken_as_claims(data, file=file, registers=self._content.registers)
            if broken:
                raise CaseBroken("what was fetched cannot be written down", issues=(broken,))
            self._texts[self._folder / file] = data
        for target, text in self._texts.items():
            target.parent.mkdir(exist_ok=True)
            write_file(target, text)
        for part, target in self._moves.items():
            with part.open("rb+") as whole:
                os.fsync(whole.fileno())
            part.replace(target)
        return [*self._issues, *self._unknown_publishers(source)]

    def _unknown_publishers(self, source: str) -> list[Issue]:
        issues = []
        for name, count in sorted(self._unknown.items()):
            hint = f"Add it to sources.yml, `{slug(name)[:40]}: {{name_en: {json.dumps(name, ensure_ascii=False)}}}`, "
            hint += "or name a source for all such with --publisher."
            what = f"{count} item(s) of {name!r} were left out: no source of the case has this name"
            issues.append(Issue(file=source, column="publisher", code="no-publisher", what=what, hint=hint))
        return issues


def _names(speakers: Mapping[str, Speaker]) -> dict[str, str]:
    """Source ids by their names; a name of two sources means neither."""
    found: dict[str, set[str]] = {}
    for id_, speaker in speakers.items():
        for name in (id_, speaker.name_en, speaker.name_ar):
            if name:
                found.setdefault(_plain(name), set()).add(id_)
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def _fields(document: Document) -> dict[str, object]:
    """A document as it is written down: JSON text is YAML text, so that nothing in a title can break the file."""
    plain = replace(document, note=None).to_json() | {"note": document.note}
    return {
        key: value if key == "published" else json.dumps(value, ensure_ascii=False)
        for key, value in plain.items()
        if value is not None
    }


def _yaml(document: Document) -> bytes:
    return "".join(f"{key}: {value}\n" for key, value in _fields(document).items()).encode()


def in_days(pieces: Sequence[Piece], *, start: date | None, end: date | None) -> list[Piece]:
    """Things published in the days from ``start`` to ``end``, both included; one without a day is in none."""
    if start is None and end is None:
        return list(pieces)
    first, last = start or date.min, end or date.max
    return [piece for piece in pieces if piece.published is not None and first <= piece.published <= last]


def of_report(report: Report) -> Piece:
    """A report of ReliefWeb; without the day that its source printed, that of its posting stands for it."""
    return Piece(
        source="reliefweb",
        item=report.id,
        stem=f"reliefweb-{report.id}",
        title=report.title,
        published=report.published or report.posted,
        names=report.publishers,
        facts=(report.title, report.published, report.publishers, report.body),
        urls=report.urls,
        language=report.language,
        text=report.body,
    )


def of_entry(entry: Entry, *, publisher: str) -> Piece:
    """An entry of a news feed; its id is its own within the feeds of one publisher only."""
    digest = hashlib.sha256(f"{publisher}\n{entry.id}".encode()).hexdigest()[:12]
    return Piece(
        source="rss",
        item=digest,
        stem=f"{publisher[: _LONGEST_ID - 13]}-{digest}",
        title=entry.title,
        published=entry.published,
        names=(),
        facts=(entry.id, entry.title, entry.published, entry.url, entry.summary),
        urls=(entry.url,) if entry.url else (),
        language=entry.language,
    )


def of_resource(dataset: Dataset, resource: Resource, ending: str) -> Piece:
    """A file of a data set, before it is downloaded: what HDX says of it tells whether it has changed."""
    stem = resource.name.rpartition(".")[0] if resource.name.lower().endswith(ending) else resource.name
    return Piece(
        source="hdx",
        item=hashlib.sha256(resource.id.encode()).hexdigest()[:12] if " " in resource.id else resource.id,
        stem=f"hdx-{stem}"[:60],
        title=f"{dataset.title}: {resource.name}",
        published=resource.changed or dataset.changed,
        names=tuple((name,) for name in dataset.publishers),
        facts=(resource.id, resource.state, resource.size, resource.url),
        urls=tuple(dict.fromkeys(url for url in (resource.url, dataset.url) if url)),
        licence=dataset.licence,
        ending=ending,
    )


def ending_of(resource: Resource) -> str | None:
    """The ending that a file gets in ``feeds/``: its own, else that of its format; None if it is of no kind that is read."""
    name = PurePosixPath(resource.url.partition("?")[0]).name.lower()
    for text in (name, resource.name.lower(), f".{resource.format}"):
        for ending in sorted(ENDINGS, key=len, reverse=True):
            if text.endswith(ending):
                return ending
    return None


def summary_of(dataset: Dataset) -> dict[str, object]:
    """A data set that was found, as plain values."""
    return {
        "name": dataset.name,
        "title": dataset.title,
        "publisher": dataset.publishers[0] if dataset.publishers else None,
        "licence": dataset.licence,
        "changed": dataset.changed and str(dataset.changed),
        "files": [
            {"name": one.name, "format": one.format, "size": one.size, "read": ending_of(one) is not None}
            for one in dataset.resources
        ],
    }
