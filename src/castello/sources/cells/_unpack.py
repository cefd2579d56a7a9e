"""
What a file is by its first bytes, and the plain file in it: unzipped, in UTF-8, never larger than a bound.

Endings lie, so that they decide nothing: where one says something else, this is said. What is packed is unpacked once into a
folder of the caller; a file that grows beyond measure is refused before it has.
"""

from __future__ import annotations

import codecs
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from castello.errors import WrongUse
from castello.sources._intake import listed
from castello.sources.cells._told import Told

Kind = Literal["text", "sheets", "parquet", "json", "geojson", "shapes", "database"]

_CHUNK = 1 << 20
_HEAD = 1 << 16
_SMALL = 64 << 20
_RATIO = 200
_LARGEST = 64 << 30
_LARGEST_BOOK = 2 << 30
_MEMBERS = 10_000
_REFUSED = {
    b"%PDF": ("a PDF", "Copy its table into a spreadsheet; documents are read elsewhere."),
    b"BZh": ("packed with bzip2", "Unpack it, or pack it with gzip or zip."),
    b"\xfd7zXZ\x00": ("packed with xz", "Unpack it, or pack it with gzip or zip."),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it, or pack it with gzip or zip."),
    b"Rar!": ("a RAR archive", "Unpack it, or pack it with gzip or zip."),
    b"\x28\xb5\x2f\xfd": ("packed with zstandard", "Unpack it, or pack it with gzip or zip."),
    b"\x89PNG": ("a picture", "Type its table into a spreadsheet."),
    b"\xff\xd8\xff": ("a picture", "Type its table into a spreadsheet."),
}
_ENDINGS: dict[Kind, tuple[str, ...]] = {
    "text": (".csv", ".tsv", ".tab", ".txt"),
    "sheets": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "parquet": (".parquet", ".pq"),
    "json": (".json", ".jsonl", ".ndjson", ".geojsonl"),
    "geojson": (".geojson", ".json"),
    "shapes": (".gpkg", ".shp"),
    "database": (".sqlite", ".sqlite3", ".db"),
}
_NAMES = {
    "text": "a table as text",
    "sheets": "a workbook",
    "parquet": "a Parquet file",
    "json": "JSON",
    "geojson": "GeoJSON",
    "shapes": "a map file",
    "database": "an SQLite database",
}
_PACKED = (".gz", ".zip")
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_FEATURES = re.compile(rb'"type"\s*:\s*"Feature(?:Collection)?"')
ENDINGS = tuple(sorted({ending for endings in _ENDINGS.values() for ending in endings}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A file as it can be read: what it is, where it lies, and whether what it was packed in broke off."""

    kind: Kind
    path: Path
    cut: bool = False


def unpacked(path: Path, *, work: Path, told: Told, encoding: str | None = None, head: bool = False) -> Plain | None:
    """
    The file, or the one in it; None, with an issue, if that cannot be read.

    Parameters
    ----------
    path
        The file.
    work
        Folder for what is unpacked.
    told
        Takes the issues.
    encoding
        Of a text; None is UTF-8, or UTF-16 with a mark.
    head
        Whether the first megabyte of a text is enough.

    Raises
    ------
    WrongUse
        If the file is not there, or the encoding is none.
    """
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError as unknown:
            hint = "Use utf-8, cp1256 or another name of Python."
            raise WrongUse(f"no encoding {encoding!r}", hint=hint) from unknown
    try:
        with path.open("rb") as stream:
            start = stream.read(_HEAD)
    except OSError as error:
        raise WrongUse(f"{path.name} cannot be opened ({error.strerror})", hint="Check the path.") from error
    name, cut = path.name, False
    if start.startswith(b"\x1f\x8b"):
        name = _without(name, ".gz")
        plain, cut = _gunzipped(path, work=work, told=told, head=head)
    elif start.startswith(b"PK\x03\x04") and _is_archive(path):
        member = _member(path, work=work, told=told, head=head)
        if member is None:
            return None
        name, plain = member
    else:
        plain = path
    if plain is None:
        return None
    if plain is not path:
        with plain.open("rb") as stream:
            start = stream.read(_HEAD)
    kind = _kind(plain, start, encoding=encoding, told=told)
    if kind is None:
        return None
    if kind == "sheets" and start.startswith(b"PK") and not _measured(plain, told):
        return None
    _compare(name, kind, told)
    if kind in ("text", "json", "geojson"):
        plain = _utf8(plain, start, work=work, encoding=encoding, head=head)
    return Plain(kind=kind, path=plain, cut=cut)


def _without(name: str, ending: str) -> str:
    return name[: -len(ending)] if name.lower().endswith(ending) else name


def _kind(path: Path, start: bytes, *, encoding: str | None, told: Told) -> Kind | None:
    for magic, (what, hint) in _REFUSED.items():
        if start.startswith(magic):
            told.whole("format", f"is {what}", hint)
            return None
    if start.startswith((b"\x1f\x8b", b"PK\x03\x04")) and not (start.startswith(b"PK") and _is_book(path)):
        told.whole("nested", "holds something packed inside what is packed", "Unpack it once.")
        return None
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return "sheets"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"SQLite format 3\x00"):
        return "shapes" if _is_geopackage(path) else "database"
    if start.startswith(b"\x00\x00\x27\x0a"):
        return "shapes"
    plain = _letters(start, encoding)
    if not plain.strip(b" \t\r\n,;|"):
        told.whole("empty", "is empty", "A table has a row of heads and rows under it.")
        return None
    if plain.lstrip()[:1] == b"<":
        told.whole(
            "format",
            "is a web page or XML, not a table",
            "Open it in a spreadsheet and save it as .xlsx or 'CSV UTF-8'.",
        )
        return None
    if re.match(rb'\s*(?:\{\s*["}]|\[\s*[{\]])', plain):
        return "geojson" if _FEATURES.search(plain) else "json"
    return "text"


def _letters(start: bytes, encoding: str | None) -> bytes:
    """The beginning of a text, as UTF-8 as far as that goes."""
    if encoding is None and start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding is not None:
        start = codecs.getincrementaldecoder(encoding)("replace").decode(start).encode("utf-8", "replace")
    return start.removeprefix(b"\xef\xbb\xbf")


def _compare(name: str, kind: Kind, told: Told) -> None:
    ending = PurePosixPath(_without(name, ".gz")).suffix.lower()
    if ending and ending in (*ENDINGS, ".shp") and ending not in _ENDINGS[kind]:
        told.warn("format", f"ends in {ending} and is {_NAMES[kind]}; it is read as what it is", "Rename it.")


def _is_geopackage(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("pragma trusted_schema = off")
            return bool(connection.execute("select 1 from sqlite_master where name = 'gpkg_contents'").fetchall())
    except (sqlite3.Error, UnicodeDecodeError):
        return False


# ---------------------------------------------------------------------------------------------------------- encodings


def _utf8(path: Path, start: bytes, *, work: Path, encoding: str | None, head: bool) -> Path:
    """The same text in UTF-8; what is no text in its encoding becomes the sign for that."""
    if encoding is None and start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding is None or codecs.lookup(encoding).name in ("utf-8", "ascii"):
        return path
    plain = work / "utf-8"
    with path.open("r", encoding=encoding, errors="replace", newline="") as text, plain.open("wb") as target:
        while chunk := text.read(_CHUNK):
            target.write(chunk.encode("utf-8", "surrogatepass"))
            if head:
                break
    return plain


# ------------------------------------------------------------------------------------------------------------- packed


def _gunzipped(path: Path, *, work: Path, told: Told, head: bool) -> tuple[Path | None, bool]:
    """What is in a gzip file, and whether it breaks off; of one that is damaged nothing, since nobody can say where."""
    plain, most, written = work / "unpacked", max(_SMALL, _RATIO * path.stat().st_size), 0
    whole = False  # of an empty stream, and after the last piece of one that breaks off
    with path.open("rb") as stream, plain.open("wb") as target:
        try:
            for piece, ended in _pieces(stream):
                whole = ended
                target.write(piece)
                written += len(piece)
                if written > min(_LARGEST, most):
                    _too_large(told)
                    return None, True
                if head and written >= _CHUNK:
                    return plain, False
        except zlib.error:
            told.whole(
                "damaged", "is packed with gzip and damaged: nothing of it can be trusted", "Fetch the file again."
            )
            return None, True
    if whole:
        return plain, False
    told.whole(
        "cut", "breaks off: the whole rows before that are read", "Fetch the file again; there may be more rows."
    )
    return plain, True


def _pieces(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """What is in a stream packed with gzip, and whether it may end there."""
    inflater, data, whole = zlib.decompressobj(31), stream.read(_CHUNK), False
    while data:
        piece = inflater.decompress(data, _CHUNK)
        whole = inflater.eof
        yield piece, whole
        if whole:
            # several files one after another are one; zeros fill up a block of a tape
            data = (inflater.unused_data or stream.read(_CHUNK)).lstrip(b"\x00")
            inflater = zlib.decompressobj(31)
        else:
            data = inflater.unconsumed_tail or stream.read(_CHUNK)
    if not whole:
        yield inflater.flush(), False


def _too_large(told: Told) -> None:
    what = f"grows more than {_RATIO} times as it is unpacked, or beyond measure, and is not read"
    told.whole("too-large", what, "Unpack it yourself, if you know who sent it.")


def _names(path: Path) -> set[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist()[:_MEMBERS])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return set()


def _is_book(path: Path) -> bool:
    names = _names(path)
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return True
    return {"mimetype", "content.xml"} <= names


def _is_archive(path: Path) -> bool:
    # a broken workbook has no names; the reader of workbooks says what is wrong with it
    return not _is_book(path)


def _member(path: Path, *, work: Path, told: Told, head: bool) -> tuple[str, Path] | None:
    """The name of the one table in an archive, and where it was unpacked to."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [
                info
                for info in archive.infolist()
                if not info.is_dir()
                and not info.filename.startswith("__MACOSX/")
                and not PurePosixPath(info.filename).name.startswith(".")
            ]
            if len(inside) > _MEMBERS:
                _too_large(told)
                return None
            names = [info.filename for info in inside]
            if {"word/document.xml", "ppt/presentation.xml"} & set(names):
                told.whole("format", "is a document, not a table", "Documents are read elsewhere.")
                return None
            shapes = [info for info in inside if info.filename.lower().endswith(".shp")]
            if len(shapes) == 1:
                stem = shapes[0].filename[:-4]
                chosen = [
                    one for one in inside if one.filename[:-4] == stem and one.filename[-4:].lower() in _SHAPE_PARTS
                ]
            else:
                chosen = [one for one in inside if _is_table(one.filename)]
            if not chosen or (len(chosen) > 1 and len(shapes) != 1):
                has = f"holds {listed(sorted(names), most=5)}" if names else "holds nothing"
                told.whole("archive", f"{has}: exactly one table is read", "Unpack it, and add each file by itself.")
                return None
            written = 0
            for info in chosen:
                ending = PurePosixPath(info.filename).suffix.lower()
                plain = work / (f"map{ending}" if len(shapes) == 1 else "unpacked")
                for chunk in _inflated(archive, info):
                    with plain.open("ab") as target:
                        target.write(chunk)
                    written += len(chunk)
                    if written > min(_LARGEST, max(_SMALL, _RATIO * path.stat().st_size)):
                        _too_large(told)
                        return None
                    if head and ending in (".csv", ".tsv", ".txt"):
                        break
            return PurePosixPath(chosen[0].filename).name, work / ("map.shp" if len(shapes) == 1 else "unpacked")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        told.whole("archive", f"cannot be unpacked ({str(error)[:80]})", "Fetch the file again.")
    except (RuntimeError, NotImplementedError):  # a password, or a way of packing that is not known
        told.whole("archive", "cannot be unpacked: it has a password or is packed in an unusual way", "Unpack it.")
    return None


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _is_table(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in (*ENDINGS, *_PACKED)


def _measured(path: Path, told: Told) -> bool:
    """Whether a workbook stays within bounds as it is unpacked: its parts are inflated and counted, their headers not believed."""
    size, total = path.stat().st_size, 0
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            parts = archive.infolist()
            if len(parts) > _MEMBERS or sum(part.compress_size for part in parts) > size:
                _too_large(told)
                return False
            for part in parts:
                total += _inflated_size(stream, part)
                if total > min(_LARGEST_BOOK, max(_SMALL, _RATIO * size)):
                    _too_large(told)
                    return False
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        told.whole("format", f"is a broken workbook ({str(error)[:80]})", "Open and save it again in a spreadsheet.")
        return False
    return True


def _inflated_size(stream: BinaryIO, part: zipfile.ZipInfo) -> int:
    """How many bytes a part of an archive really becomes, as far as that is within bounds."""
    stream.seek(part.header_offset)
    header = stream.read(30)
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return part.compress_size
    inflater, left, total = zlib.decompressobj(-15), part.compress_size, 0
    while left > 0 and not inflater.eof and total <= _LARGEST_BOOK:
        data = stream.read(min(_CHUNK, left))
        if not data:
            break
        left -= len(data)
        while data and total <= _LARGEST_BOOK:
            total += len(inflater.decompress(data, _CHUNK))
            data = inflater.unconsumed_tail
    return total
