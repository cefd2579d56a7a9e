"""
Sealed packs: a whole case as sorted JSON lines, encrypted to one device's key; unpacking gives an identical ledger.

A pack holds the journal of every device, line by line, and the files of the case, the vault's encrypted ones included. The
vault's own key never travels with it. What may be read by others than the key's owner is nothing but the pack's size.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from castello.claims import canonical
from castello.errors import BrokenChain, Issue, WrongUse
from castello.ledger.batches import FOLDER, batch_of, check_batch
from castello.ledger.files import held, private_folder, write_file
from castello.ledger.home import config_home
from castello.ledger.journal import Entry, Journal

MAGIC = b"castello-pack-1\n"
LEFT_OUT = (".castello", "journal")
VAULT = PurePosixPath("vault/vault.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did: journal lines and files that were new, and files that differ here (ours were kept)."""

    entries: int
    files: int
    issues: tuple[Issue, ...]


def device_key(environ: Mapping[str, str] | None = None) -> PrivateKey:
    """The key of this device, made on first use; packs for this device are sealed to its public half."""
    file = config_home(environ) / "device.key"
    if not file.exists():
        private_folder(file.parent)
        with held(file.with_suffix(".lock")):
            if not file.exists():
                write_file(file, bytes(PrivateKey.generate()).hex().encode())
    return PrivateKey(bytes.fromhex(file.read_text(encoding="ascii").strip()))


def public_key(environ: Mapping[str, str] | None = None) -> str:
    """The public half of this device's key, as text to hand to a colleague."""
    return bytes(device_key(environ).public_key).hex()


def seal_pack(folder: Path, *, case_id: str, to: str) -> bytes:
    """
    The case in a folder, encrypted to a device's public key.

    Raises
    ------
    WrongUse
        If the key is not one.
    """
    try:
        recipient = PublicKey(bytes.fromhex(to))
    except (ValueError, TypeError) as error:
        raise WrongUse(
            f"{to!r} is not a device's key", hint="`castello doctor` on the other device prints it."
        ) from error
    lines = sorted(_lines(folder))
    head = canonical({"case": case_id, "lines": len(lines)})
    return MAGIC + SealedBox(recipient).encrypt(b"\n".join([head, *lines]))


def _lines(folder: Path) -> Iterator[bytes]:
    journal = Journal(folder / "journal")
    for device in journal.devices():
        for entry in journal.entries(device):
            yield canonical({"device": device, "line": entry.line().decode(), "n": entry.n})
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts) or "lock" in (path.name, path.suffix[1:])
        kept = name.parts[0] not in LEFT_OUT or _is_batch(PurePosixPath(name.as_posix()))
        if path.is_file() and kept and not hidden:
            yield canonical({"data": base64.b64encode(path.read_bytes()).decode(), "file": name.as_posix()})


def open_pack(data: bytes, *, environ: Mapping[str, str] | None = None) -> tuple[str, list[dict[str, str]]]:
    """
    Case id and lines of a pack that is sealed to this device.

    Raises
    ------
    WrongUse
        If it is no pack, is sealed to another device, or was changed or cut: nothing of it is used then.
    """
    if not data.startswith(MAGIC):
        raise WrongUse("not a sealed pack", hint="Packs are made with `castello pack`.")
    try:
        plain = SealedBox(device_key(environ)).decrypt(data[len(MAGIC) :])
    except CryptoError as error:
        raise WrongUse(
            "the pack cannot be opened here: it is sealed to another device, or was changed",
            hint=f"Ask for one that is sealed to {public_key(environ)}.",
        ) from error
    head, *lines = plain.split(b"\n")
    values = json.loads(head)
    if values["lines"] != len(lines):
        raise WrongUse("the pack is not whole", hint="Ask for it again.")
    return values["case"], [json.loads(line) for line in lines]


def unpack(folder: Path, lines: list[dict[str, str]]) -> Merged:
    """
    Bring a pack's journal lines and files into a case folder; the caller holds the case's lock.

    Chains and names are checked before anything is written: one that is wrong refuses the whole pack. Files that are not here
    are written; files that differ are reported, and ours are kept. Of a vault that is not ours no file is taken: its claims stay sealed.

    Raises
    ------
    BrokenChain
        If a chain in the pack is damaged, or parts from ours.
    WrongUse
        If the pack names a file outside the case, or what is no device.
    """
    theirs: dict[str, list[Entry]] = {}
    for item in lines:
        if "device" in item:
            entry = Entry.from_line(item["line"].encode(), where=f"pack, device {item['device']}")
            theirs.setdefault(entry.device, []).append(entry)
    arriving = _arriving(lines)
    for name, data in arriving.items():
        if _is_batch(name) and hashlib.sha256(data).hexdigest() != name.stem:
            raise BrokenChain(
                "a batch in the pack does not match its hash", hint="Nothing was taken in; ask for the pack again."
            )
    journal, longer = Journal(folder / "journal"), {}
    for device, entries in theirs.items():
        entries.sort(key=lambda entry: entry.n)
        _check_chain(device, entries)
        ours = list(journal.entries(device))
        if any(mine.hash != other.hash for mine, other in zip(ours, entries, strict=False)):
            raise BrokenChain(
                f"device {device}: its chain in the pack is not ours",
                hint="Nothing was taken in; compare the two copies.",
            )
        longer[device] = entries[len(ours) :]
    for entries in longer.values():
        for entry in entries:
            batch = batch_of(entry)
            if batch is not None and PurePosixPath(FOLDER.as_posix(), f"{batch}.parquet") not in arriving:
                check_batch(folder, batch)  # it must be here, then, before a line names it
    files, issues = _unpack_files(folder, arriving)  # before the lines, which name batches among them
    for device in sorted(longer):
        journal.drop_torn_line(device)
        for entry in longer[device]:
            journal.append(entry)
    return Merged(entries=sum(len(entries) for entries in longer.values()), files=files, issues=issues)


def _check_chain(device: str, entries: list[Entry]) -> None:
    previous = ""
    for n, entry in enumerate(entries, start=1):
        if entry.n != n or entry.previous != previous:
            raise BrokenChain(
                f"device {device}: its chain in the pack has a gap",
                hint="Nothing was taken in; ask for the pack again.",
            )
        previous = entry.hash


def _arriving(lines: list[dict[str, str]]) -> dict[PurePosixPath, bytes]:
    """Files of the pack by their place in the case; none of them may lie outside it, or where only Castello writes."""
    files = {}
    for item in lines:
        if "file" not in item:
            continue
        name = PurePosixPath(item["file"])
        inside = name.parts and not name.is_absolute() and not set(item["file"]) & set("\\:\0")
        elsewhere = name.parts[:1] and name.parts[0] in LEFT_OUT and not _is_batch(name)
        if not inside or elsewhere or any(part.startswith(".") for part in name.parts):
            raise WrongUse(f"the pack names the file {item['file']!r}, outside the case", hint="Do not use this pack.")
        files[name] = base64.b64decode(item["data"])
    return files


def _is_batch(name: PurePosixPath) -> bool:
    """Whether a file of the journal is a batch, which travels as it is: the line that names it says what its bytes must be."""
    return name.parent == PurePosixPath(FOLDER.as_posix()) and name.suffix == ".parquet"


def _unpack_files(folder: Path, files: Mapping[PurePosixPath, bytes]) -> tuple[int, tuple[Issue, ...]]:
    written, issues = 0, []
    header = folder / VAULT
    foreign = header.exists() and VAULT in files and header.read_bytes() != files[VAULT]
    for name, data in files.items():
        path = folder / name
        if foreign and name.parts[0] == VAULT.parts[0]:
            if name == VAULT:
                issues.append(_differs(name, "is another vault in the pack", "Claims sealed there stay sealed here."))
        elif path.exists():
            if path.read_bytes() != data:
                issues.append(_differs(name, "differs in the pack", "Ours was kept; compare."))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, data)
            written += 1
    return written, tuple(issues)


def _differs(name: PurePosixPath, what: str, hint: str) -> Issue:
    return Issue(file=str(name), code="differs", what=what, hint=hint, severity="warning")
