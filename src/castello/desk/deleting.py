"""Deleting a protected claim for good: its key is destroyed, a tombstone stays, and every chain still verifies."""

from __future__ import annotations

from datetime import datetime

from castello.errors import VaultLocked, WrongUse
from castello.ledger import Book


def delete_protected(book: Book, claim: str, *, by: str, reason: str, now: datetime) -> None:
    """
    Destroy the key of a protected claim, and of the sealed original that holds its words.

    What the ledger stores of the claim is ciphertext that nobody can read any more; the other claims of the original keep keys of their
    own. Packs that were handed over before cannot be recalled.

    Parameters
    ----------
    book
        The ledger.
    claim
        Id of the protected claim.
    by, reason
        Who asked for it, and why, without a protected word: both are kept in plain.
    now
        The instant of the act.

    Raises
    ------
    WrongUse
        If it is not a protected claim of this ledger.
    VaultLocked
        If the vault is not here.
    """
    if book.vault is None:
        raise VaultLocked("deleting needs the vault", hint="`castello doctor` names the key file.")
    originals = sorted(
        {
            str(entry.source["vault"])
            for device in book.journal.devices()
            for entry in book.journal.entries(device)
            if "vault" in entry.source
            and any(claim in (row["id"], *row["body"].get("holds", ())) for row in entry.rows)
        }
    )
    if not originals:
        raise WrongUse(
            f"{claim!r} is not a protected claim of this case", hint="Ids of protected claims begin with p1-."
        )
    row = {"type": "deletion", "id": f"t1-{claim[3:]}", "body": {"about": claim, "by": by, "reason": reason}}
    # the journal line comes first: a deletion that was cut short is known, and finished by calling again
    book.write([row], verb="delete", source={}, now=now)
    book.vault.destroy(claim, by=by, now=now, reason=reason)
    for original in originals:
        book.vault.destroy(original, by=by, now=now, reason=reason)
