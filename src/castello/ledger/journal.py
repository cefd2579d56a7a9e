"""
The journal: one file per device, one line per acknowledged act, each line chained to the one before by its hash.

A line is written and synced to disk before anything else happens; the tables are made from the lines and can be
made again. Each line is the canonical form of its entry, with the members in this order: ``at``, ``device``, ``hash``, ``n``,
``prev``, ``rows``, ``source``, ``verb``; so the hash can be checked on the bytes, without reading what the rows say. A line without its newline was never acknowledged (the power went while it was written): it is
dropped by the next writer. A complete line whose hash does not fit is damage, and refuses every write; so does a last
line that is whole but for another byte where its newline was.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from castello.claims import canonical
from castello.errors import BrokenChain, Issue, WrongUse

_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")

Row = Mapping[str, Any]
"""A row of a batch: ``type`` (document, claim, sealed, judgement, relation, ...), ``id`` and ``body``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the chain of a device stands: number, time and hash of an entry whose line fits its hash."""

    n: int
    at: datetime
    previous: str
    hash: str

    @classmethod
    def of_line(cls, line: bytes, *, where: str) -> Head:
        """
        The head of one complete line; raises :class:`BrokenChain` if the line does not fit its hash.

        The hash covers the line as it stands, without the two members ``hash`` and ``prev``: every byte is read, no row is.
        """
        parts = _HEAD.match(line)
        if parts is None or not line.endswith(b"}\n"):
            raise _unreadable(where)
        covered = hashlib.sha256(parts["previous"] + parts["start"] + parts["number"])
        covered.update(memoryview(line)[parts.end() : -1])
        if covered.hexdigest().encode() != parts["hash"]:
            raise _changed(where)
        try:
            return cls(
                n=int(parts["n"]),
                at=datetime.fromisoformat(parts["at"].decode()),
                previous=parts["previous"].decode(),
                hash=parts["hash"].decode(),
            )
        except ValueError as error:
            raise _unreadable(where) from error


_HEAD = re.compile(
    rb'(?P<start>\{"at":"(?P<at>[^"]+)","device":"[^"]+",)'
    rb'"hash":"(?P<hash>[0-9a-f]{64})",'
    rb'(?P<number>"n":(?P<n>[0-9]{1,18}),)'
    rb'"prev":"(?P<previous>[0-9a-f]*)",(?="rows":\[)'
)


_EMPTY, _HEAD_BYTES = b'"rows":[],', 512
"""What a line without rows has among its first bytes: device and hashes, which come before, are shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One acknowledged act: the ``n``-th of a device, what was done when, and the rows that it made.

    ``bodies`` is the canonical text of each row's body: it is wanted for the hash, for the line and for the table.
    """

    device: str
    n: int
    at: datetime
    verb: str
    rows: tuple[Row, ...]
    bodies: tuple[str, ...] = field(compare=False, repr=False)
    source: Mapping[str, str]
    previous: str
    hash: str

    @classmethod
    def make(
        cls,
        *,
        device: str,
        n: int,
        at: datetime,
        verb: str,
        rows: Sequence[Row],
        source: Mapping[str, str],
        previous: str,
    ) -> Entry:
        """
        A new entry with its hash: SHA-256 of the previous hash and the canonical content.

        A row whose body is not in canonical form (it has ``3.0`` for ``3``, say) is replaced by the row that will be read again.
        """
        kept, bodies = list[Row](), list[str]()
        for row in rows:
            text = settled(row["body"])
            if text is None:
                text = canonical(row["body"]).decode()
                kept.append({**row, "body": json.loads(text)})
            else:
                kept.append(row)
            bodies.append(text)
        entry = cls(
            device=device,
            n=n,
            at=at,
            verb=verb,
            rows=tuple(kept),
            bodies=tuple(bodies),
            source=source,
            previous=previous,
            hash="",
        )
        return replace(entry, hash=entry.computed_hash())

    def _parts(self) -> tuple[bytes, bytes, bytes]:
        """The line's pieces before ``hash``, between ``hash`` and ``prev``, and after ``prev``: what the hash covers."""
        rows = ",".join(map(_row_text, self.rows, self.bodies))
        return (
            canonical({"at": self.at, "device": self.device})[:-1] + b",",
            f'"n":{self.n:d},'.encode(),
            f'"rows":[{rows}],'.encode() + canonical({"source": dict(self.source), "verb": self.verb})[1:],
        )

    def computed_hash(self) -> str:
        """What the hash has to be."""
        return hashlib.sha256(b"".join([self.previous.encode(), *self._parts()])).hexdigest()

    def line(self) -> bytes:
        """The line of the file, newline included."""
        start, number, rest = self._parts()
        hash_, previous = f'"hash":"{self.hash}",'.encode(), f'"prev":"{self.previous}",'.encode()
        return b"".join([start, hash_, number, previous, rest, b"\n"])

    @classmethod
    def from_line(cls, line: bytes, *, where: str) -> Entry:
        """Read one complete line; raises :class:`BrokenChain` if it is damaged, or is not the one form of its entry."""
        head = Head.of_line(line, where=where)
        try:
            data = json.loads(line)
            entry = cls(
                device=data["device"],
                n=head.n,
                at=head.at,
                verb=data["verb"],
                rows=tuple(data["rows"]),
                bodies=tuple(canonical_text(row["body"]) for row in data["rows"]),
                source=data["source"],
                previous=head.previous,
                hash=head.hash,
            )
            formed = entry.line()
        except (ValueError, KeyError, TypeError) as error:
            raise _unreadable(where) from error
        if formed != line:
            raise _changed(where)
        return entry


_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_quoted = json.encoder.encode_basestring


def settled(value: object) -> str | None:
    """
    The canonical text of plain JSON that is in canonical form already; None where it may not be, and ``canonical`` must say.

    Much faster than ``canonical``. It would change nothing in a text without nulls, without ``1.0`` and in normal form C:
    these are looked for in the text, where they show even if a quote only speaks of them.

    Examples
    --------
    >>> settled({"b": [1, 0.5], "a": "x"}), settled({"a": 1.0}), settled({"a": None})
    ('{"a":"x","b":[1,0.5]}', None, None)
    """
    try:
        text: str = _encoded(value)
    except (TypeError, ValueError):
        return None
    return None if "null" in text or ".0" in text or not unicodedata.is_normalized("NFC", text) else text


def canonical_text(value: object) -> str:
    """What ``canonical`` gives, as text, and faster for most of what is stored."""
    text = settled(value)
    return canonical(value).decode() if text is None else text


def _row_text(row: Row, body: str) -> str:
    """The canonical text of a row, around the text of its body."""
    if len(row) == _MEMBERS_OF_A_ROW and f"{row['id']}{row['type']}".isascii():
        return f'{{"body":{body},"id":{_quoted(row["id"])},"type":{_quoted(row["type"])}}}'
    return canonical(row).decode()


_MEMBERS_OF_A_ROW = 3


def _unreadable(where: str) -> BrokenChain:
    return BrokenChain(
        "a line of the journal cannot be read",
        hint="Restore the file from a copy; then run `castello verify`.",
        where=where,
    )


def _changed(where: str) -> BrokenChain:
    return BrokenChain(
        "a line of the journal does not match its hash",
        hint="It was changed after it was written. Restore the file from a copy; then run `castello verify`.",
        where=where,
    )


class Journal:
    """The journal files of one case folder; each device writes only its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def devices(self) -> tuple[str, ...]:
        """Devices that have a journal here, sorted."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.jsonl")))

    def file(self, device: str) -> Path:
        """The file of one device; raises :class:`WrongUse` for what cannot be a device's id, such as a path."""
        if not _DEVICE.fullmatch(device):
            raise WrongUse("this is not the id of a device", hint="Letters, digits and hyphens only.")
        return self.folder / f"{device}.jsonl"

    def entries(self, device: str, *, after: int = 0) -> Iterator[Entry]:
        """
        The entries of one device in order, from number ``after + 1`` on; the chain is checked all the way.

        Raises
        ------
        BrokenChain
            At the first line that was changed, lost or moved; the error names file and line.
        """
        previous, file = "", self.file(device)
        if not file.exists():
            return
        with file.open("rb") as lines:
            for n, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    return  # never acknowledged
                where = f"journal/{file.name}:{n}"
                entry = Entry.from_line(line, where=where)
                if entry.previous != previous or entry.n != n or entry.device != device:
                    raise BrokenChain(
                        "a line before this one is missing, or this one is out of place",
                        hint="Restore the file from a copy; then run `castello verify`.",
                        where=where,
                    )
                previous = entry.hash
                if n > after:
                    yield entry

    def without_rows(self, device: str) -> Iterator[Entry]:
        """
        The entries of one device whose line has no rows, each checked by its hash; the others are passed over unread.

        Raises
        ------
        BrokenChain
            If such a line was changed.
        """
        file = self.file(device)
        if not file.exists():
            return
        with file.open("rb") as lines:
            for n, line in enumerate(lines, start=1):
                if line.endswith(b"\n") and _EMPTY in line[:_HEAD_BYTES]:
                    yield Entry.from_line(line, where=f"journal/{file.name}:{n}")

    def heads(self) -> dict[str, tuple[int, str]]:
        """Number and hash of the last entry of each device: the state of the case in a few words."""
        ends = {device: deque(self.entries(device), maxlen=1) for device in self.devices()}
        return {device: (last.n, last.hash) for device, end in ends.items() for last in end}

    def last(self, device: str) -> Head | None:
        """Number, time and hash of the device's last entry, from the end of the file; raises :class:`BrokenChain` for damage in it."""
        line = _last_line(self.file(device))
        return None if line is None else Head.of_line(line, where=f"journal/{device}.jsonl (last line)")

    def append(self, entry: Entry) -> None:
        """
        Write one entry and sync it to disk. The caller holds the case's lock.

        When this returns, the act is acknowledged: no crash after it loses the line.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.file(entry.device)
        fresh = not file.exists()
        with file.open("ab") as out:
            out.write(entry.line())
            out.flush()
            os.fsync(out.fileno())
        if fresh:
            sync_folder(self.folder)

    def drop_torn_line(self, device: str) -> int:
        """
        Cut off a last line that was never completed; returns how many bytes that were.

        Raises
        ------
        BrokenChain
            If the line is complete and its newline was changed: it was acknowledged, and is not dropped.
        """
        file = self.file(device)
        if not file.exists():
            return 0
        size = file.stat().st_size
        with file.open("rb+") as out:
            whole = _end_of_last_line(out, size)
            if whole < size:
                out.seek(whole)
                if _only_newline_changed(out.read()):
                    raise _newline_changed(file)
                out.truncate(whole)
                out.flush()
                os.fsync(out.fileno())
        return size - whole

    def issues(self) -> tuple[Issue, ...]:
        """Every broken chain, one issue for each device."""
        found = []
        for device in self.devices():
            try:
                for _ in self.entries(device):
                    pass
                if _only_newline_changed(_tail(self.file(device))):
                    raise _newline_changed(self.file(device))
            except BrokenChain as broken:
                found.append(
                    Issue(
                        file=broken.where or f"journal/{device}.jsonl",
                        code="broken-chain",
                        what=f"device {device}: {broken.what}",
                        hint=broken.hint,
                    )
                )
        return tuple(found)


def _end_of_last_line(file: Any, size: int) -> int:
    """Offset just after the last newline, looking from the end in blocks."""
    end = size
    while end > 0:
        start = max(0, end - 65536)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            return int(start + at + 1)
        end = start
    return 0


def _tail(path: Path) -> bytes:
    """What stands after the last newline of a file: nothing, unless its last line was cut off or changed."""
    with path.open("rb") as file:
        file.seek(_end_of_last_line(file, path.stat().st_size))
        return file.read()


def _only_newline_changed(tail: bytes) -> bool:
    """Whether a last line without a newline is a whole entry and one byte more: changed, not cut off."""
    try:
        Head.of_line(tail[:-1] + b"\n", where="")
    except BrokenChain:
        return False
    return True


def _newline_changed(file: Path) -> BrokenChain:
    return BrokenChain(
        "the newline of the last line was changed",
        hint="Restore the file from a copy; then run `castello verify`.",
        where=f"journal/{file.name} (last line)",
    )


def _last_line(path: Path) -> bytes | None:
    """The last complete line of a file, or None."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        end = _end_of_last_line(file, path.stat().st_size)
        if end == 0:
            return None
        start = _end_of_last_line(file, end - 1)
        file.seek(start)
        return file.read(end - start)


def sync_folder(folder: Path) -> None:
    """Sync a folder's own entry, so that a new file survives a power cut. Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
