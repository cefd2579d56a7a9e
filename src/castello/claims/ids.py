"""
Ids, and the canonical form that they are made from.

What cannot be written in that form, or breaks a rule of the words, is an :class:`InvalidClaim`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

ID_VERSION = "c1"
"""Prefix of claim ids; it changes when the canonical form does, so that old ids are never mistaken."""

UNKNOWN = "unknown"
"""The id of a link, subject or source that exists but is not known. Written, never skipped."""

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
"""What an id looks like: lower-case letters, digits, hyphens."""


class InvalidClaim(ValueError):
    """A claim, or a part of one, breaks a rule. ``slot`` names the field; the message says what to do."""

    def __init__(self, slot: str, what: str, *, hint: str) -> None:
        self.slot, self.what, self.hint = slot, what, hint
        super().__init__(f"{slot}: {what}. {hint}")


def canonical(value: object) -> bytes:
    """
    The one byte form of a value: sorted keys, no nulls, NFC text, no spaces; hashes are taken of it.

    Raises
    ------
    InvalidClaim
        For a number that is not finite, or a type that has no canonical form.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": None, "c": ["x", 2]})
    b'{"b":1,"c":["x",2]}'
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidClaim("value", f"{value} is not a number", hint="Leave a missing figure out.")
        # 300000.0 and 300000 are the same figure and must have the same id
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    raise InvalidClaim("value", f"{type(value).__name__} has no canonical form", hint="Use text, numbers or dates.")


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def present(**values: object) -> dict[str, object]:
    """The given values without those that are None."""
    return {name: value for name, value in values.items() if value is not None}
