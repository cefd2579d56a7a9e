"""What the stores of secrets share: a lock, files written whole or erased, the time of an act, its reason."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from castello.errors import LedgerBusy, WrongUse

_WAIT_SECONDS = 30.0


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock file while a folder is changed; LedgerBusy if another process keeps it for half a minute."""
    try:
        with FileLock(path, timeout=_WAIT_SECONDS, mode=0o600):
            yield
    except Timeout:
        hint = "Wait for the other process to end, then try again."
        raise LedgerBusy("another process holds the vault", hint=hint, where=str(path)) from None


def private_folder(path: Path) -> None:
    """Make a folder that this user alone can enter; an existing one is left as it is."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable by this user only; what is there is replaced."""
    handle, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    left = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        left.replace(path)
    except BaseException:
        left.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def erase_file(path: Path) -> None:
    """Overwrite a file with zeros, then remove it."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(now: datetime) -> str:
    """
    A time in UTC, to the second.

    Raises
    ------
    WrongUse
        If the time has no zone.

    Examples
    --------
    >>> stamp(datetime(2016, 7, 17, 9, 30, tzinfo=UTC))
    '2016-07-17T09:30:00Z'
    """
    if now.tzinfo is None:
        raise WrongUse("the time has no zone", hint="Give it in UTC.")
    return now.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def require_words(**texts: str) -> None:
    """
    Each text is one line and not empty.

    Raises
    ------
    WrongUse
        Naming the field, not its text: it may be protected.
    """
    for name, text in texts.items():
        if not text.strip() or len(text.splitlines()) != 1:
            raise WrongUse(f"{name} must be one line of text", hint="Say it in a few words.")
