"""
The vault of a case: what protects people lies here encrypted, and can be destroyed for good.

::

    vault/vault.json          id and version in plain; the id key, encrypted (it tells a wrong key from a right one)
    vault/keys/<id>           the key of one protected claim (p1-) or original (v1-), encrypted
    vault/originals/<id>      one protected original with its name and offset map, encrypted
    vault/audiences/<hex>     the key of one audience, encrypted; the file name is keyed too
    vault/tombstones/<id>.json   what was deleted, when, by whom and why, in plain
    vault/identities/         a store of its own with keys of its own (castello.ledger.identities)

The **vault key** (32 bytes) is never in the case (castello.ledger.keys says where it is). Each item has a random
key of its own, one small file each. One file for all keys would have to be rewritten at every
deletion, and a line left behind in a copy would undo it; with one file each, deleting is overwriting and removing
that file, and nothing else is touched. Every file is encrypted under a key derived from the vault key *and the
path of the file*, so that a file put in the place of another does not open.

What this cannot do: reach copies. A backup or a disk snapshot of ``vault/keys`` made before a deletion, together
with the vault key, still opens the item. Keep ``vault/`` out of such copies or let them expire.

A new vault is made key first, so that no crash leaves a vault without a key::

    vault_id = new_vault_id()
    key = find_key(vault_id) or make_key(vault_id)
    vault = Vault.create(folder, key, vault_id=vault_id)

and opened with ``Vault.open(folder, find_key(read_vault_id(folder)))``. Without a key the vault opens *locked*:
it can say what it has and can delete, but every other verb raises :class:`~castello.errors.VaultLocked`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, Self

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from castello.claims import canonical
from castello.errors import BrokenChain, CaseBroken, Refused, VaultLocked, WrongUse
from castello.ledger.files import erase_file, held, private_folder, require_words, stamp, write_file
from castello.ledger.keys import KEY_BYTES, KEY_VARIABLE, VAULT_ID, new_vault_id

OWN = "own"
"""The audience that is this user: ids are not changed for it."""

_VERSION = 1
_PAD = 256  # sealed payloads are filled up to a multiple of this, so that their size tells little
_ITEM = re.compile(r"(p1|v1)-[0-9a-f]{32}")

OffsetMap = tuple[tuple[int, int, int], ...]
"""Passages kept in a redacted copy: (start in the copy, start in the original, length), in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Tombstone:
    """What stays of a deleted item: its keyed id, when and by whom it was deleted, and why. No protected words."""

    id: str
    when: str
    by: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return {"id": self.id, "when": self.when, "by": self.by, "reason": self.reason}


def read_vault_id(folder: Path) -> str:
    """
    The id of the vault in a folder; needs no key.

    Raises
    ------
    WrongUse
        If there is no vault.
    CaseBroken
        If ``vault.json`` cannot be read.
    """
    return str(_read_header(folder)["id"])


class Vault:
    """
    The vault of one case.

    Safe for several processes at once: what changes the folder does so under a lock, and every file is written
    whole or not at all.
    """

    __slots__ = ("_audiences", "_id_key", "_key", "folder", "id")

    folder: Path
    id: str

    def __init__(self, folder: Path, vault_id: str, key: bytes | None, id_key: bytes | None) -> None:
        self.folder, self.id = folder, vault_id
        self._key, self._id_key = key, id_key
        self._audiences: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"<Vault {self.id} {'locked' if self.locked else 'unlocked'}>"

    def __reduce__(self) -> NoReturn:
        # A pickle in a cache or on its way to another process would carry the key.
        raise WrongUse("a vault cannot be copied or pickled", hint="Open it where it is needed.")

    @classmethod
    def create(cls, folder: Path, key: bytes, *, vault_id: str | None = None) -> Self:
        """
        Make a new, empty vault; ``vault_id`` from :func:`new_vault_id`, random if not given.

        Raises
        ------
        WrongUse
            If the folder has a vault already, or the key is not 32 bytes.
        """
        if len(key) != KEY_BYTES:
            raise WrongUse("the key of a vault is 32 bytes", hint="Make one with make_key.")
        vault_id = new_vault_id() if vault_id is None else vault_id
        if not VAULT_ID.fullmatch(vault_id):
            raise WrongUse("this is not the id of a vault", hint="Make one with new_vault_id.")
        private_folder(folder)
        with held(folder / "lock"):
            path = folder / "vault.json"
            if path.exists():
                raise WrongUse("there is a vault already", hint="Open it instead.", where=str(path))
            for name in ("keys", "originals", "audiences", "tombstones"):
                private_folder(folder / name)
            sealed = SecretBox(_derive(key, f"{vault_id} id-key")).encrypt(secrets.token_bytes(KEY_BYTES))
            header = {"id": vault_id, "version": _VERSION, "check": base64.b64encode(sealed).decode()}
            write_file(path, json.dumps(header, indent=1, sort_keys=True).encode() + b"\n")
        return cls.open(folder, key)

    @classmethod
    def open(cls, folder: Path, key: bytes | None) -> Self:
        """
        Open the vault of a case; without a key it is locked. A deletion that was interrupted is finished.

        Raises
        ------
        VaultLocked
            If the key is not the key of this vault.
        WrongUse, CaseBroken
            If there is no vault, or ``vault.json`` cannot be read.
        """
        header = _read_header(folder)
        vault_id, id_key = str(header["id"]), None
        if key is not None:
            try:
                id_key = SecretBox(_derive(key, f"{vault_id} id-key")).decrypt(base64.b64decode(header["check"]))
            except (CryptoError, ValueError):
                hint = f"Look for the key file {vault_id}.key, or set {KEY_VARIABLE}."
                raise VaultLocked("this key does not open this vault", hint=hint, where=str(folder)) from None
        vault = cls(folder, vault_id, key, id_key)
        vault._finish_deletions()
        return vault

    @property
    def locked(self) -> bool:
        """Whether the key is missing."""
        return self._key is None

    # ------------------------------------------------------------------------------------------- protected claims

    def seal_claim(self, content: bytes) -> tuple[str, bytes]:
        """
        Encrypt the payload of a protected claim under a key of its own.

        The id is keyed, so that it cannot be guessed from the words. The same content gives the same id and the
        same bytes each time: the nonce is derived from key and content, and one key seals one content only.

        Parameters
        ----------
        content
            The canonical bytes of the payload.

        Returns
        -------
        id and ciphertext
            ``p1-`` and 32 hexadecimal digits; the bytes to store in the ledger.

        Raises
        ------
        Refused
            If this claim was deleted.
        VaultLocked
            If the vault is locked.
        """
        item = self._item_id("p1", content)
        return item, _encrypt(self._item_key(item), content)

    def open_claim(self, item: str, ciphertext: bytes) -> bytes | None:
        """
        The payload of a protected claim; None if its key was destroyed.

        Raises
        ------
        BrokenChain
            If the ciphertext was changed or belongs to another claim.
        VaultLocked
            If the vault is locked, or has never had the key of this claim.
        """
        content = self._open(item, ciphertext)
        if content is not None:
            self._require_own(item, content)
        return content

    # ------------------------------------------------------------------------------------------------- originals

    def seal_original(self, data: bytes, *, name: str, offsets: Sequence[tuple[int, int, int]] = ()) -> str:
        """
        Put a protected original into the vault; the same bytes give the same id.

        Sealed again, the first name stays; an offset map given later replaces the earlier one.

        Parameters
        ----------
        data
            The file, byte by byte.
        name
            Its name; encrypted with it.
        offsets
            The passages that the redacted copy keeps (:data:`OffsetMap`).

        Returns
        -------
        id
            ``v1-`` and 32 hexadecimal digits.

        Raises
        ------
        Refused, VaultLocked
            As :meth:`seal_claim`.
        """
        item = self._item_id("v1", data)
        key = self._item_key(item)
        with held(self.folder / "lock"):
            self._refuse_if_deleted(item)
            stored = self._read_original(item)
            if stored is not None and (not offsets or stored[2] == tuple(map(tuple, offsets))):
                return item
            head = canonical({"name": name if stored is None else stored[0], "offsets": [list(o) for o in offsets]})
            write_file(self.folder / "originals" / item, _encrypt(key, head + b"\n" + data))
        return item

    def open_original(self, item: str) -> tuple[str, bytes] | None:
        """
        Name and bytes of a protected original; None if it was deleted.

        Raises
        ------
        BrokenChain
            If the stored bytes were changed.
        VaultLocked
            If the vault is locked or has no such original.
        """
        stored = self._read_original(item)
        if stored is None and not self.deleted(item):
            raise VaultLocked("this original is not in this vault", hint="Restore vault/originals.", where=item)
        return None if stored is None else stored[:2]

    def original_offsets(self, item: str) -> OffsetMap:
        """The offset map stored with an original; empty if none was given or the original was deleted."""
        stored = self._read_original(item)
        return () if stored is None else stored[2]

    def _read_original(self, item: str) -> tuple[str, bytes, OffsetMap] | None:
        self._working_key()
        _check_item(item)
        try:
            ciphertext = (self.folder / "originals" / item).read_bytes()
        except FileNotFoundError:
            return None
        content = self._open(item, ciphertext)
        if content is None:
            return None
        head, data = content.split(b"\n", 1)
        self._require_own(item, data)
        facts = json.loads(head)
        return facts["name"], data, tuple((here, there, size) for here, there, size in facts["offsets"])

    # ------------------------------------------------------------------------------------------------- deletion

    def has(self, item: str) -> bool:
        """Whether the key of a claim or original is here; needs no vault key."""
        _check_item(item)
        return (self.folder / "keys" / item).exists() and not self.deleted(item)

    def deleted(self, item: str) -> bool:
        """Whether a claim or original was deleted; needs no vault key."""
        _check_item(item)
        return (self.folder / "tombstones" / f"{item}.json").exists()

    def destroy(self, item: str, *, by: str, now: datetime, reason: str) -> Tombstone:
        """
        Delete a protected claim or original for good: its key is destroyed, a tombstone stays.

        The tombstone is written first; if the process dies in between, the next opening finishes the deletion.
        Deleting again returns the first tombstone. Needs no vault key.

        Parameters
        ----------
        item
            An id of :meth:`seal_claim` or :meth:`seal_original`.
        by
            Who deletes: a pseudonym.
        now
            The time, with its zone.
        reason
            Why, in one line without protected words: it stays readable.

        Raises
        ------
        WrongUse
            If there is no such item, or the reason is empty or longer than a line.
        """
        _check_item(item)
        require_words(by=by, reason=reason)
        path = self.folder / "tombstones" / f"{item}.json"
        with held(self.folder / "lock"):
            if not path.exists():
                if not (self.folder / "keys" / item).exists():
                    raise WrongUse("there is no such item in this vault", hint="Check the id.", where=item)
                stone = Tombstone(id=item, when=stamp(now), by=by.strip(), reason=reason.strip())
                write_file(path, canonical(stone.to_json()) + b"\n")
            self._erase(item)
            return _read_tombstone(path)

    def tombstones(self) -> tuple[Tombstone, ...]:
        """Everything that was deleted, by id; needs no vault key."""
        return tuple(_read_tombstone(path) for path in sorted((self.folder / "tombstones").glob("[pv]1-*.json")))

    def _erase(self, item: str) -> None:
        for path in (self.folder / "keys" / item, self.folder / "originals" / item):
            # Half-written files belong to no one while the lock is held.
            for left in path.parent.glob(".tmp-*"):
                erase_file(left)
            if path.exists():
                erase_file(path)

    def _finish_deletions(self) -> None:
        stones = [path.stem for path in (self.folder / "tombstones").glob("[pv]1-*.json")]
        left = [item for item in stones if any((self.folder / room / item).exists() for room in ("keys", "originals"))]
        if left:
            with held(self.folder / "lock"):
                for item in left:
                    self._erase(item)

    # ------------------------------------------------------------------------------------------------- audiences

    def audience_key(self, audience: str) -> bytes:
        """
        The key of an audience: random, made at first use, the same ever after.

        Raises
        ------
        WrongUse
            For an empty name, or for ``own``, which has no key.
        VaultLocked
            If the vault is locked.
        """
        if not audience.strip() or audience == OWN:
            raise WrongUse("this audience has no key", hint=f"Name an audience other than {OWN!r}.")
        self._working_key()
        if audience not in self._audiences:
            assert self._id_key is not None
            hidden = _mac(self._id_key, b"audience\0" + canonical(audience)).hex()[:32]
            self._audiences[audience] = self._make_secret(f"audiences/{hidden}")
        return self._audiences[audience]

    def exported_id(self, audience: str, item: str) -> str:
        """
        The id under which something leaves to an audience: ``x1-`` and 16 hexadecimal digits.

        Exports to two audiences cannot be joined by it; exports to one audience agree. For ``own`` the id itself.
        """
        if audience == OWN:
            return item
        return f"x1-{_mac(self.audience_key(audience), item.encode()).hex()[:16]}"

    # ---------------------------------------------------------------------------------------------------- secrets

    def _working_key(self) -> bytes:
        if self._key is None:
            hint = f"Put the key file {self.id}.key in its place, or set {KEY_VARIABLE}."
            raise VaultLocked("the key of the vault is not here", hint=hint, where=str(self.folder))
        return self._key

    def _item_id(self, prefix: str, content: bytes) -> str:
        self._working_key()
        assert self._id_key is not None
        return f"{prefix}-{_mac(self._id_key, prefix.encode() + bytes(1) + content).hex()[:32]}"

    def _refuse_if_deleted(self, item: str) -> None:
        if self.deleted(item):
            hint = "A deleted item is not taken in again; its tombstone says why."
            raise Refused("this was deleted", hint=hint, where=item)

    def _item_key(self, item: str) -> bytes:
        self._refuse_if_deleted(item)
        return self._make_secret(f"keys/{item}", item)

    def _open(self, item: str, ciphertext: bytes) -> bytes | None:
        self._working_key()
        _check_item(item)
        key = self._stored_secret(f"keys/{item}")
        if self.deleted(item):
            return None
        if key is None:
            raise VaultLocked("the key of this item is not in this vault", hint="Restore vault/keys.", where=item)
        return _decrypt(key, ciphertext, item)

    def _require_own(self, item: str, content: bytes) -> None:
        if not hmac.compare_digest(self._item_id(item[:2], content), item):
            raise BrokenChain("sealed content lies under the id of another", hint="Restore it.", where=item)

    def _stored_secret(self, place: str) -> bytes | None:
        """A secret of 32 bytes kept at a place of the vault, if it is there."""
        try:
            sealed = (self.folder / place).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return SecretBox(_derive(self._working_key(), f"{self.id} {place}")).decrypt(sealed)
        except (CryptoError, ValueError):
            raise BrokenChain(
                "a file of the vault was changed", hint="Restore it from a copy.", where=f"vault/{place}"
            ) from None

    def _make_secret(self, place: str, item: str | None = None) -> bytes:
        """The secret kept at a place, made at random if there is none; of several processes one makes it."""
        found = self._stored_secret(place)
        if found is not None:
            return found
        with held(self.folder / "lock"):
            if item is not None:
                self._refuse_if_deleted(item)
            found = self._stored_secret(place)
            if found is None:
                found = secrets.token_bytes(KEY_BYTES)
                sealed = SecretBox(_derive(self._working_key(), f"{self.id} {place}")).encrypt(found)
                write_file(self.folder / place, bytes(sealed))
            return found


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)


def _derive(key: bytes, purpose: str) -> bytes:
    """A key for one purpose only."""
    return _mac(key, f"castello vault {_VERSION}: {purpose}".encode())


def _encrypt(key: bytes, content: bytes) -> bytes:
    padded = sodium_pad(content, _PAD)
    # One key seals one content; should a later version break that, another content still has another nonce.
    return bytes(SecretBox(key).encrypt(padded, _mac(key, padded)[: SecretBox.NONCE_SIZE]))


def _decrypt(key: bytes, ciphertext: bytes, item: str) -> bytes:
    try:
        return sodium_unpad(SecretBox(key).decrypt(ciphertext), _PAD)
    except (CryptoError, ValueError):
        raise BrokenChain("sealed content was changed", hint="Restore it from a copy.", where=item) from None


def _check_item(item: str) -> None:
    # The id becomes a file name; and what is not an id may be a name, so it is not shown.
    if not _ITEM.fullmatch(item):
        raise WrongUse("this is not the id of a protected claim or original", hint="They start with p1- or v1-.")


def _read_header(folder: Path) -> dict[str, Any]:
    path = folder / "vault.json"
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
        known = header["version"] == _VERSION and VAULT_ID.fullmatch(header["id"]) and isinstance(header["check"], str)
    except FileNotFoundError:
        raise WrongUse("there is no vault here", hint="Make one first.", where=str(folder)) from None
    except (ValueError, KeyError, TypeError):
        raise CaseBroken("vault.json cannot be read", hint="Restore it from a copy.", where=str(path)) from None
    if not known:
        raise CaseBroken("vault.json is of another version", hint="Use a newer Castello.", where=str(path))
    return dict(header)


def _read_tombstone(path: Path) -> Tombstone:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Tombstone(id=facts["id"], when=facts["when"], by=facts["by"], reason=facts["reason"])
    except (ValueError, KeyError, TypeError):
        raise CaseBroken("a tombstone cannot be read", hint="Restore it from a copy.", where=str(path)) from None
