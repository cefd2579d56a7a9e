"""``documents/*`` and ``feeds/*``: what was received, byte for byte, each with a sidecar that says what it is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from castello.cases import fields
from castello.cases._yaml import Lines, Unreadable, decode, load
from castello.cases.entries import Known, line_of, read_document
from castello.claims import Document, InvalidClaim
from castello.errors import Issue

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".eml")
MAX_TEXT_BYTES = 64 * 1024 * 1024


READING: Mapping[str, type | tuple[type, ...]] = {
    "format": str,
    "feed": str,
    "complete": bool,
    "mapping": dict,
    "party_names": dict,
    "place_names": dict,
    "source_names": dict,
    "day_first": bool,
    "end_included": bool,
    "encoding": str,
    "valid": (str, date, dict),
    "layer": str,
    "tolerance_m": (int, float),
    "max_km": (int, float),
    "snap_km": (int, float),
}
"""What the sidecar of a feed may say of how the file is to be read, beside what it says of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document whose bytes lie in the case; ``reading`` is what its sidecar says of how to read it, for feeds only."""

    document: Document
    path: Path
    reading: Mapping[str, Any] = field(default_factory=dict)


def read_documents(folder: Path, *, known: Known) -> tuple[dict[str, Held], list[Issue]]:
    """
    Documents in a case's ``documents/`` folder, by id, and an issue for each that cannot be used.

    The sidecar of ``report.txt`` is ``report.txt.yml``; the id is the file's name unless the sidecar gives one.
    """
    held: dict[str, Held] = {}
    paths, issues = listed_files(folder, name="documents")
    for path in paths:
        file = f"documents/{path.name}"
        if path.suffix.lower() not in SUFFIXES:
            hint = f"Documents are {', '.join(SUFFIXES)}; tables go to feeds/."
            issues.append(Issue(file=file, code="suffix", what="is not a document", hint=hint))
        elif not sidecar_of(path).exists():
            issues.append(no_sidecar(path, folder="documents"))
        else:
            _take(path, held, issues, known=known)
    return held, issues


def read_feeds(folder: Path, *, known: Known, taken: Collection[str] = ()) -> tuple[dict[str, Held], list[Issue]]:
    """
    Files of a case's ``feeds/`` folder that have a sidecar, by the document's id; as :func:`read_documents`.

    A file without a sidecar is no issue here: who publishes a map of roads need not be said, and what a file is, is not known yet.

    Parameters
    ----------
    folder
        ``feeds/``.
    known
        Ids that the sidecars may name.
    taken
        Ids that documents have already.
    """
    held: dict[str, Held] = {}
    paths, issues = listed_files(folder, name="feeds")
    for path in paths:
        if sidecar_of(path).exists():
            _take(path, held, issues, known=known, taken=taken, feed=True)
    return held, issues


def read_sidecar(
    data: bytes, *, path: Path, file: str, known: Known, taken: Collection[str] = (), feed: bool = False
) -> Held:
    """
    What a sidecar says of a file; without the file's hash.

    Parameters
    ----------
    data
        The bytes of the sidecar.
    path
        The file that it describes.
    file
        Name of the sidecar for the issue.
    known
        Ids that it may name.
    taken
        Ids of documents that are taken.
    feed
        Whether it may say how to read the file.

    Raises
    ------
    Unreadable
        With the field that is wrong.
    """
    item = load(data, file=file)
    try:
        if not isinstance(item, Lines):
            raise InvalidClaim("id", "is not a description", hint="Write title, publisher and published.")
        reading = {key: item.pop(key) for key in READING if feed and key in item}
        item.setdefault("id", slug(path.stem))
        item.setdefault("title", path.stem)
        document = read_document(item, known=known)
        if document.id in taken:
            raise InvalidClaim("id", f"{document.id!r} stands twice", hint="Give each document its own id.")
        return Held(document=document, path=path, reading=_reading(reading, document, known=known, feed=feed))
    except InvalidClaim as invalid:
        row = line_of(item, invalid.slot) if isinstance(item, Lines) else 1
        raise Unreadable(
            Issue(file=file, row=row, column=invalid.slot, code="document", what=invalid.what, hint=invalid.hint)
        ) from invalid


def _reading(said: Mapping[str, Any], document: Document, *, known: Known, feed: bool) -> dict[str, Any]:
    reading = dict(said)
    for key, value in said.items():
        if key == "mapping" and value is None:
            reading[key] = {}  # a draft of which nothing is answered yet
        elif not isinstance(value, READING[key]) or (isinstance(value, bool) and READING[key] is not bool):
            raise InvalidClaim(key, f"{str(value)[:80]!r} cannot stand here", hint="See the manual, feeds.")
        elif key == "valid":
            reading[key] = fields.period(value)
        elif key == "mapping" and said.get("format") == "table":
            continue  # it says more than names: whoever reads the table looks at it
        elif isinstance(value, dict) and not all(isinstance(one, str) for one in value.values()):
            raise InvalidClaim(key, "is not a list of names", hint="Write each as `name: what it means`.")
    hidden = known.protected & {document.publisher, *reading.get("source_names", {}).values()}
    if feed and hidden:
        what = f"{min(hidden)!r} is protected, and what a feed says cannot be sealed"
        raise InvalidClaim("publisher", what, hint="Code it in a file named *.protected.yml.")
    return reading


def _take(
    path: Path,
    held: dict[str, Held],
    issues: list[Issue],
    *,
    known: Known,
    taken: Collection[str] = (),
    feed: bool = False,
) -> None:
    """Add a document to those that are held, or an issue that says why not."""
    folder = "feeds" if feed else "documents"
    file, side = (f"{folder}/{name}" for name in (path.name, sidecar_of(path).name))
    try:
        data = sidecar_of(path).read_bytes()
        found = read_sidecar(data, path=path, file=side, known=known, taken={*held, *taken}, feed=feed)
        document = replace(found.document, sha256=file_hash(path), file=file)
        held[document.id] = replace(found, document=document)
    except Unreadable as unreadable:
        issues.append(unreadable.issue)
    except OSError as error:
        what = f"cannot be opened ({error.strerror})"
        issues.append(Issue(file=file, code="unreadable", what=what, hint="Check the file and its rights."))


def listed_files(folder: Path, *, name: str) -> tuple[list[Path], list[Issue]]:
    """The files that were received in ``documents`` or ``feeds``, without sidecars, and an issue for each thing that is none."""
    paths: list[Path] = []
    issues: list[Issue] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        file = f"{name}/{shown_name(path)}"
        if path.name.startswith("."):
            continue
        if not path.name.isprintable():
            what, hint = "has a name that cannot be written down", "Rename it: letters, digits, hyphens."
            issues.append(Issue(file=file, code="name", what=what, hint=hint))
        elif not path.is_file():
            hint = f"Put the {name} themselves into {name}/."
            issues.append(Issue(file=file, code="folder", what="is a folder and is not read", hint=hint))
        elif path.suffix != ".yml":
            paths.append(path)
        elif not path.with_suffix("").is_file():
            hint = "Put the document beside it, or describe a document without a text in a claims file."
            issues.append(Issue(file=file, code="no-document", what="describes a file that is not here", hint=hint))
    return paths, issues


def sidecar_of(path: Path) -> Path:
    """The sidecar of a file: ``report.txt.yml`` of ``report.txt``."""
    return path.with_name(f"{path.name}.yml")


def no_sidecar(path: Path, *, folder: str) -> Issue:
    """What is said of a document that nobody has described."""
    hint = f"Write {sidecar_of(path).name} with publisher and published; `castello add` asks for both."
    return Issue(file=f"{folder}/{path.name}", code="no-sidecar", what="has no sidecar", hint=hint)


def shown_name(path: Path) -> str:
    """A file's name as a message can show it: characters that cannot be printed as their codes."""
    return path.name if path.name.isprintable() else repr(path.name)[1:-1]


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def slug(text: str) -> str:
    """A name as an id: lower-case letters, digits, hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "document"


def text_of(path: Path) -> str | None:
    """
    The text that offsets count in, NFC; None where the format has no reader here or the file is not text.

    Plain text and Markdown are their own text; of HTML it is what a reader sees, without scripts and styles.
    """
    if path.suffix.lower() not in (".txt", ".md", ".html", ".htm") or path.stat().st_size > MAX_TEXT_BYTES:
        return None
    try:
        text = decode(path.read_bytes(), file=path.name)
    except Unreadable:
        return None
    if path.suffix.lower() in (".html", ".htm"):
        visible = _Visible()
        try:
            visible.feed(text)
            visible.close()  # or what stands behind the last tag would be missing
        except AssertionError:
            return None  # the parser's way to say that a declaration is malformed
        text = "".join(visible.parts)
    return unicodedata.normalize("NFC", text)


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # HTMLParser's
        self._hidden += tag in ("script", "style", "template")
        if tag in ("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "template") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def texts(held: Mapping[str, Held]) -> dict[str, str]:
    """The texts of all documents that have one, by document id."""
    return {id_: text for id_, item in held.items() if (text := text_of(item.path)) is not None}
