"""``documents/*``: what was received, byte for byte, each with a sidecar that says what it is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

from castello.cases._yaml import Lines, Unreadable, decode, load
from castello.cases.entries import Known, line_of, read_document
from castello.claims import Document, InvalidClaim
from castello.errors import Issue

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".eml")
MAX_TEXT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document whose bytes lie in the case."""

    document: Document
    path: Path


def read_documents(folder: Path, *, known: Known) -> tuple[dict[str, Held], list[Issue]]:
    """
    Documents in a case's ``documents/`` folder, by id, and an issue for each that cannot be used.

    The sidecar of ``report.txt`` is ``report.txt.yml``; the id is the file's name unless the sidecar gives one.
    """
    held: dict[str, Held] = {}
    issues: list[Issue] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        file = f"documents/{shown_name(path)}"
        if path.name.startswith("."):
            continue
        if not path.name.isprintable():
            what, hint = "has a name that cannot be written down", "Rename it: letters, digits, hyphens."
            issues.append(Issue(file=file, code="name", what=what, hint=hint))
            continue
        if not path.is_file():
            hint = "Put the documents themselves into documents/."
            issues.append(Issue(file=file, code="folder", what="is a folder and is not read", hint=hint))
            continue
        if path.suffix == ".yml":
            if not path.with_suffix("").is_file():
                hint = "Put the document beside it, or describe a document without a text in a claims file."
                issues.append(Issue(file=file, code="no-document", what="describes a file that is not here", hint=hint))
            continue
        if path.suffix.lower() not in SUFFIXES:
            hint = f"Documents are {', '.join(SUFFIXES)}; tables go to feeds/."
            issues.append(Issue(file=file, code="suffix", what="is not a document", hint=hint))
            continue
        sidecar = path.with_name(path.name + ".yml")
        side = f"documents/{sidecar.name}"
        if not sidecar.exists():
            hint = f"Write {sidecar.name} with publisher and published; `castello add` asks for both."
            issues.append(Issue(file=file, code="no-sidecar", what="has no sidecar", hint=hint))
            continue
        try:
            item = load(sidecar.read_bytes(), file=side)
            if not isinstance(item, Lines):
                raise InvalidClaim("id", "is not a description", hint="Write title, publisher and published.")
            item.setdefault("id", slug(path.stem))
            item.setdefault("title", path.stem)
            document = read_document(item, known=known)
            if document.id in held:
                raise InvalidClaim("id", f"{document.id!r} stands twice", hint="Give each document its own id.")
            document = replace(document, sha256=file_hash(path), file=file)
        except InvalidClaim as invalid:
            row = line_of(item, invalid.slot) if isinstance(item, Lines) else 1
            issues.append(
                Issue(file=side, row=row, column=invalid.slot, code="document", what=invalid.what, hint=invalid.hint)
            )
            continue
        except Unreadable as unreadable:
            issues.append(unreadable.issue)
            continue
        except OSError as error:
            what = f"cannot be opened ({error.strerror})"
            issues.append(Issue(file=file, code="unreadable", what=what, hint="Check the file and its rights."))
            continue
        held[document.id] = Held(document=document, path=path)
    return held, issues


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
