"""
The journal: one file per device, one line per acknowledged act, each line chained to the one before by its hash.

A line is written and synced to disk before anything else happens; the tables are made from the lines and can be
made again. A line without its newline was never acknowledged (the power went while it was written): it is
dropped by the next writer. A complete line whose hash does not fit is damage, and refuses every write; so does a last
line that is whole but for another byte where its newline was.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from castello.claims import canonical
from castello.errors import BrokenChain, Issue, WrongUse

_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")

Row = Mapping[str, Any]
"""A row of a batch: ``type`` (document, claim, sealed, judgement, relation, ...), ``id`` and ``body``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One acknowledged act: the ``n``-th of a device, what was done when, and the rows that it made."""

    device: str
    n: int
    at: datetime
    verb: str
    rows: tuple[Row, ...]
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
        """A new entry with its hash: SHA-256 of the previous hash and the canonical content."""
        entry = cls(device=device, n=n, at=at, verb=verb, rows=tuple(rows), source=source, previous=previous, hash="")
        return cls(**{name: getattr(entry, name) for name in _FIELDS} | {"hash": entry.computed_hash()})

    def content(self) -> dict[str, object]:
        """Everything that the hash covers, but for the previous hash."""
        return {
            "device": self.device,
            "n": self.n,
            "at": self.at,
            "verb": self.verb,
            "source": dict(self.source),
            "rows": [dict(row) for row in self.rows],
        }

    def computed_hash(self) -> str:
        """What the hash has to be."""
        return hashlib.sha256(self.previous.encode() + canonical(self.content())).hexdigest()

    def line(self) -> bytes:
        """The line of the file, newline included."""
        return canonical(self.content() | {"prev": self.previous, "hash": self.hash}) + b"\n"

    @classmethod
    def from_line(cls, line: bytes, *, where: str) -> Entry:
        """Read one complete line; raises :class:`BrokenChain` if it is damaged."""
        try:
            data = json.loads(line)
            entry = cls(
                device=data["device"],
                n=data["n"],
                at=datetime.fromisoformat(data["at"]),
                verb=data["verb"],
                rows=tuple(data["rows"]),
                source=data["source"],
                previous=data["prev"],
                hash=data["hash"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenChain(
                "a line of the journal cannot be read",
                hint="Restore the file from a copy; then run `castello verify`.",
                where=where,
            ) from error
        if entry.line() != line or entry.computed_hash() != entry.hash:
            raise BrokenChain(
                "a line of the journal does not match its hash",
                hint="It was changed after it was written. Restore the file from a copy; then run `castello verify`.",
                where=where,
            )
        return entry


_FIELDS = ("device", "n", "at", "verb", "rows", "source", "previous", "hash")


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

    def heads(self) -> dict[str, tuple[int, str]]:
        """Number and hash of the last entry of each device: the state of the case in a few words."""
        ends = {device: deque(self.entries(device), maxlen=1) for device in self.devices()}
        return {device: (last.n, last.hash) for device, end in ends.items() for last in end}

    def last(self, device: str) -> Entry | None:
        """The device's last entry, read from the end of the file."""
        line = _last_line(self.file(device))
        return None if line is None else Entry.from_line(line, where=f"journal/{device}.jsonl (last line)")

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
        Entry.from_line(tail[:-1] + b"\n", where="")
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
