"""What two persons do together: make the identity store of a case, and treat a live case as historical."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from castello.errors import WrongUse
from castello.ledger import Book
from castello.ledger.identities import IdentityStore


def create_identities(folder: Path, book: Book, *, case_id: str, now: datetime) -> tuple[str, str]:
    """
    Make the identity store of a case and write its fingerprint in the journal.

    Parameters
    ----------
    folder, book
        The case folder and its ledger.
    case_id
        Id of the case; what is signed with the shares holds for no other.
    now
        The instant, with its zone.

    Returns
    -------
    shares
        Give each to another person. They are shown once, kept nowhere, and cannot be made again.

    Raises
    ------
    WrongUse
        If the case has an identity store.
    """
    place = folder / "vault" / "identities"
    with book.lock():
        if book.rows("identities") or place.exists():
            raise WrongUse(
                "this case has an identity store already",
                hint="If making it was cut short and nothing was sealed in it, remove the folder and try again.",
                where=str(place),
            )
        store, shares = IdentityStore.create(place)
        body = {"fingerprint": store.fingerprint, "case": case_id}
        row = {"type": "identities", "id": f"i1-{store.fingerprint}", "body": body}
        book.write([row], verb="identities", source={}, now=now)
    return shares


def override_mode(
    folder: Path, book: Book, *, case_id: str, reason: str, by: tuple[str, str], shares: tuple[str, str], now: datetime
) -> None:
    """
    Two persons sign that a live case is treated as historical; it lapses when a later event is recorded.

    Parameters
    ----------
    folder, book
        The case folder and its ledger.
    case_id
        Id of the case.
    reason
        Why, in one line: every header prints it.
    by, shares
        The two persons, and their two shares.
    now
        The instant, with its zone.

    Raises
    ------
    TwoPersons
        Unless two persons give the two shares of this case's store.
    WrongUse
        If the case has no identity store, or no claim yet.
    """
    newest = book.newest_day()
    if newest is None:
        raise WrongUse("there is no claim yet", hint="A case without claims is live; add some first.")
    store = IdentityStore.open(folder / "vault" / "identities")
    signed = store.sign_override(case_id, reason, by=by, shares=shares, now=now)
    body = {"signed": signed, "case": case_id, "newest": newest.isoformat()}
    row = {"type": "override", "id": f"o1-{str(signed['signature'])[:32]}", "body": body}
    book.write([row], verb="override", source={}, now=now)
