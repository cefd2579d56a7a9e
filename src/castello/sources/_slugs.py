"""Ids out of names as sources write them."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 80


def slug(text: str) -> str:
    """
    A text as an id: its letters and digits, the rest as hyphens. A text of other scripts is named by its hash, so that two do not meet.

    Examples
    --------
    >>> slug("Bread (bakery, parallel market)"), slug("حلب")
    ('bread-bakery-parallel-market', 'n-6a80f73e2a3a')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    lost = sum(letter.isalpha() for letter in text) > 2 * sum(letter.isalpha() for letter in found)
    if not found or lost or len(found) > _LONGEST:
        mark = hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:12]
        return f"{found[: _LONGEST - 13].strip('-')}-{mark}" if found and not lost else f"n-{mark}"
    return found
