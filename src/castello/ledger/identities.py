"""
Who a protected source is: sealed by anyone, opened by two persons together.

The store lies in a folder of its own and has keys of its own, apart from the working key of the vault. When it is
made, one random seed gives two key pairs: one to seal identities, one to sign that a live case is treated as
historical. Only the public keys are kept. The seed is split into two **shares**, each of which alone is random
noise; they are shown once, given to two persons, and never stored. Losing a share loses the identities.

::

    identities/identities.json    the two public keys
    identities/sealed/<random>    one sealed identity; neither its name nor its size says whose
    identities/log/<time>-<random>.json   who opened which pseudonym, when and why; no identity

A sealed record proves what was sealed, not who sealed it: whoever can write to the case can add one. Unsealing
therefore gives *every* text sealed for a pseudonym, so that a false one cannot take the place of the true one.
Likewise whoever can write to the case can put another ``identities.json`` in its place: the shares know the
``fingerprint`` of the true one, and it belongs in the journal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from castello.claims import canonical
from castello.errors import BrokenChain, CaseBroken, Refused, TwoPersons, WrongUse
from castello.ledger.files import held, private_folder, require_words, stamp, write_file

_VERSION = 1
_SEED_BYTES = 32
_PAD = 512  # sealed records are filled up to a multiple of this: a short name looks like a long one
_PSEUDONYM = re.compile(r"src-[0-9a-f]{12}")
_SHARE = re.compile(r"castello-share-1-([ab])-([0-9a-f]{16})-([0-9a-f]{64})-([0-9a-f]{8})")
_OVERRIDE = b"castello override 1\n"
_OVERRIDE_FIELDS = {"act", "case", "reason", "by", "when", "signature"}
_FOR_SEALING, _FOR_SIGNING = b"castello identities 1: seal", b"castello identities 1: sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsealed:
    """What two persons opened; ``record`` is what was logged and names no identity. Its repr shows no identity."""

    text: str
    record: dict[str, object]

    def __repr__(self) -> str:
        return f"<Unsealed {self.record['pseudonym']}>"


def new_pseudonym() -> str:
    """A random pseudonym for a protected source: ``src-`` and 12 hexadecimal digits, made from nothing about it."""
    return f"src-{secrets.token_hex(6)}"


class IdentityStore:
    """The sealed identities of one case. Holds public keys only."""

    __slots__ = ("folder", "public_key", "verify_key")

    folder: Path
    public_key: str
    verify_key: str

    def __init__(self, folder: Path, public_key: str, verify_key: str) -> None:
        self.folder, self.public_key, self.verify_key = folder, public_key, verify_key

    def __repr__(self) -> str:
        return f"<IdentityStore {self.fingerprint}>"

    @classmethod
    def create(cls, folder: Path) -> tuple[Self, tuple[str, str]]:
        """
        Make the store and its two shares.

        Returns
        -------
        store, shares
            Give each share to another person. They are not kept anywhere and cannot be made again.

        Raises
        ------
        WrongUse
            If the folder has a store already: its identities could then no longer be opened.
        """
        private_folder(folder)
        with held(folder / "lock"):
            path = folder / "identities.json"
            if path.exists():
                raise WrongUse("there is an identity store already", hint="Open it instead.", where=str(path))
            for name in ("sealed", "log"):
                private_folder(folder / name)
            seed = secrets.token_bytes(_SEED_BYTES)
            sealing, signing = _key_pairs(seed)
            store = cls(folder, bytes(sealing.public_key).hex(), bytes(signing.verify_key).hex())
            facts = {"version": _VERSION, "public_key": store.public_key, "verify_key": store.verify_key}
            write_file(path, json.dumps(facts, indent=1, sort_keys=True).encode() + b"\n")
        first = secrets.token_bytes(_SEED_BYTES)
        shares = (_write_share("a", store.fingerprint, first), _write_share("b", store.fingerprint, _xor(seed, first)))
        return store, shares

    @classmethod
    def open(cls, folder: Path) -> Self:
        """
        Open the store of a case; needs no key.

        Raises
        ------
        WrongUse
            If there is none.
        CaseBroken
            If ``identities.json`` cannot be read.
        """
        path = folder / "identities.json"
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            keys = [str(facts[name]) for name in ("public_key", "verify_key")]
            usable = facts["version"] == _VERSION and all(len(bytes.fromhex(key)) == _SEED_BYTES for key in keys)
        except FileNotFoundError:
            raise WrongUse("there is no identity store here", hint="Make one first.", where=str(folder)) from None
        except (ValueError, KeyError, TypeError):
            usable = False
        if not usable:
            raise CaseBroken("identities.json cannot be read", hint="Restore it from a copy.", where=str(path))
        return cls(folder, *keys)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that stand for the two public keys; each share carries them."""
        return hashlib.sha256(f"{self.public_key} {self.verify_key}".encode()).hexdigest()[:16]

    # -------------------------------------------------------------------------------------------------- identities

    def seal(self, pseudonym: str, identity_text: str) -> None:
        """
        Seal who is behind a pseudonym. Anyone with the case can; nobody alone can open it again.

        Raises
        ------
        WrongUse
            If the pseudonym is not one of :func:`new_pseudonym`, or the text is empty. The message shows neither.
        """
        _check_pseudonym(pseudonym)
        if not identity_text.strip():
            raise WrongUse("there is no identity to seal", hint="Write who it is and how to reach them.")
        content = sodium_pad(canonical({"pseudonym": pseudonym, "text": identity_text}), _PAD)
        sealed = SealedBox(PublicKey(bytes.fromhex(self.public_key))).encrypt(content)
        write_file(self.folder / "sealed" / secrets.token_hex(16), bytes(sealed))

    def unseal(
        self, pseudonym: str, *, shares: tuple[str, str], by: tuple[str, str], now: datetime, reason: str
    ) -> Unsealed:
        """
        Open who is behind a pseudonym; logged before anything is shown.

        Parameters
        ----------
        pseudonym
            Whose identity is opened.
        shares
            The two shares, in any order.
        by
            The two persons, as they are known in the log.
        now
            The time, with its zone.
        reason
            Why, in one line; it stays readable.

        Returns
        -------
        Unsealed
            All texts sealed for the pseudonym, each once, sorted, one after the other on lines of their own.

        Raises
        ------
        TwoPersons
            Unless two persons give the two shares of this store.
        Refused
            If the reason gives away the identity.
        WrongUse
            If nothing was sealed for the pseudonym.
        BrokenChain
            If a sealed record was changed.
        """
        _check_pseudonym(pseudonym)
        persons = _two_persons(by)
        require_words(reason=reason)
        when = stamp(now)
        box = SealedBox(self._key_pairs_of(*shares)[0])
        texts = sorted({text for owner, text in self._records(box) if owner == pseudonym})
        if not texts:
            raise WrongUse("no identity is sealed for this pseudonym", hint="Check it.", where=pseudonym)
        if any(part in _folded(reason) for text in texts for part in _telling_parts(text)):
            raise Refused("the reason gives away the identity", hint="Word it without names.", where=pseudonym)
        record: dict[str, object] = {
            "act": "unseal",
            "pseudonym": pseudonym,
            "by": list(persons),
            "when": when,
            "reason": reason.strip(),
        }
        name = f"{when.replace(':', '').replace('-', '')}-{secrets.token_hex(4)}.json"
        write_file(self.folder / "log" / name, canonical(record) + b"\n")
        return Unsealed(text="\n".join(texts), record=record)

    def log(self) -> tuple[dict[str, object], ...]:
        """Every unsealing, oldest first: who, when, why and which pseudonym."""
        paths = sorted((self.folder / "log").glob("[0-9]*.json"))
        return tuple(json.loads(path.read_text(encoding="utf-8")) for path in paths)

    def _records(self, box: SealedBox[PrivateKey]) -> Iterable[tuple[str, str]]:
        for path in sorted((self.folder / "sealed").iterdir()):
            if path.name.startswith("."):  # left by a writer that died
                continue
            try:
                facts = json.loads(sodium_unpad(box.decrypt(path.read_bytes()), _PAD))
                yield str(facts["pseudonym"]), str(facts["text"])
            except (CryptoError, ValueError, KeyError, TypeError):
                hint = "Restore it from a copy; move it away to open the others."
                raise BrokenChain("a sealed identity was changed", hint=hint, where=path.name) from None

    # ---------------------------------------------------------------------------------------------------- override

    def sign_override(
        self, case_id: str, reason: str, *, by: tuple[str, str], shares: tuple[str, str], now: datetime
    ) -> dict[str, object]:
        """
        Two persons sign that a live case is treated as historical.

        Parameters
        ----------
        case_id
            The case; the signature holds for no other.
        reason
            Why, in one line; every header prints it.
        by
            The two persons, as they are known in the log.
        shares
            The two shares, in any order.
        now
            The time, with its zone.

        Returns
        -------
        record
            ``act``, ``case``, ``reason``, ``by``, ``when`` and ``signature``, for the journal. Whether a later event
            has made it lapse is for the reader of the journal to say.

        Raises
        ------
        TwoPersons
            Unless two persons give the two shares of this store.
        """
        persons = _two_persons(by)
        require_words(case_id=case_id, reason=reason)
        record: dict[str, object] = {
            "act": "override",
            "case": case_id,
            "reason": reason.strip(),
            "by": list(persons),
            "when": stamp(now),
        }
        signing = self._key_pairs_of(*shares)[1]
        return record | {"signature": signing.sign(_OVERRIDE + canonical(record)).signature.hex()}

    def _key_pairs_of(self, share_a: str, share_b: str) -> tuple[PrivateKey, SigningKey]:
        shares = [_read_share(share) for share in (share_a, share_b)]
        if {label for label, _, _ in shares} != {"a", "b"}:
            raise TwoPersons("this is one share given twice", hint="Each of the two persons gives their own share.")
        if {fingerprint for _, fingerprint, _ in shares} != {self.fingerprint}:
            raise TwoPersons("a share belongs to another store", hint="Use the shares of this case.")
        pairs = _key_pairs(_xor(shares[0][2], shares[1][2]))
        if (bytes(pairs[0].public_key).hex(), bytes(pairs[1].verify_key).hex()) != (self.public_key, self.verify_key):
            raise TwoPersons("these shares do not fit together", hint="Use the two shares made with this store.")
        return pairs


def check_override(record: Mapping[str, Any], public_key: str, *, case_id: str) -> bool:
    """
    Whether two persons signed that this case is treated as historical.

    Parameters
    ----------
    record
        As :meth:`IdentityStore.sign_override` made it.
    public_key
        ``verify_key`` of the store, in hexadecimal.
    case_id
        The case that is asked about: an override of another case does not count.

    Returns
    -------
    bool
        False for whatever is missing, added, changed, of another case, or by fewer than two persons.
    """
    if set(record) != _OVERRIDE_FIELDS or record["act"] != "override" or record["case"] != case_id:
        return False
    unsigned = {name: value for name, value in record.items() if name != "signature"}
    try:
        _two_persons(tuple(record["by"]))
        VerifyKey(bytes.fromhex(public_key)).verify(_OVERRIDE + canonical(unsigned), bytes.fromhex(record["signature"]))
    except (TwoPersons, CryptoError, ValueError, TypeError):
        return False
    return True


# ------------------------------------------------------------------------------------------------- shares, persons


def _key_pairs(seed: bytes) -> tuple[PrivateKey, SigningKey]:
    sealing = PrivateKey(hmac.digest(seed, _FOR_SEALING, hashlib.sha256))
    return sealing, SigningKey(hmac.digest(seed, _FOR_SIGNING, hashlib.sha256))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def _write_share(label: str, fingerprint: str, share: bytes) -> str:
    head = f"castello-share-{_VERSION}-{label}-{fingerprint}-{share.hex()}"
    return f"{head}-{_checksum(head)}"


def _checksum(head: str) -> str:
    return hashlib.sha256(head.encode()).hexdigest()[:8]


def _read_share(text: str) -> tuple[str, str, bytes]:
    """Label, fingerprint and bytes of a share; errors never show it."""
    match = _SHARE.fullmatch("".join(text.split()).lower())
    if match is None:
        raise TwoPersons("a share is missing or cut off", hint="It starts with castello-share-1- and is one line.")
    if _checksum(match[0][:-9]) != match[4]:
        raise TwoPersons("a share was mistyped", hint="Compare it with the paper, group by group.")
    return match[1], match[2], bytes.fromhex(match[3])


def _two_persons(by: tuple[str, ...]) -> tuple[str, str]:
    persons = [" ".join(str(name).split()) for name in by]
    if len(persons) != 2 or not all(persons) or len({_folded(name) for name in persons}) != 2:
        raise TwoPersons("this needs two different persons", hint="Name both.")
    first, second = sorted(persons)
    return first, second


def _check_pseudonym(pseudonym: str) -> None:
    # What is not a pseudonym may be the name itself, so it is not shown.
    if not _PSEUDONYM.fullmatch(pseudonym):
        raise WrongUse("this is not a pseudonym", hint="Make one with new_pseudonym.")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _telling_parts(text: str) -> Iterable[str]:
    """The parts of an identity that a log must not repeat: what stands between commas, semicolons and line ends."""
    parts = (_folded(part) for part in re.split(r"[,;\n\u060c\u061b]", text))
    return [part for part in parts if len(part) >= 3]
