"""
Live or historical: whether what could help a besieger must stay on the user's machine.

A case is live if its newest claim happened less than 365 days before today (UTC); what is asked about changes nothing.
Only an override that two persons signed makes a live case historical, and it lapses when a later event is recorded.
Castello's own definition, from the method note on evidence, 12.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from castello.ledger.book import Book
from castello.ledger.identities import IdentityStore, check_override

LIVE_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """The mode of a case at an instant, and why."""

    live: bool
    newest: date | None
    why: str

    @property
    def name(self) -> str:
        """``live`` or ``historical``."""
        return "live" if self.live else "historical"


def mode_of(book: Book, *, now: datetime) -> Mode:
    """The mode of a case. No claim at all, or a clock behind the newest entry, is live: what is not known is protected."""
    newest, today = book.newest_day(), now.astimezone(UTC).date()
    if newest is None:
        return Mode(live=True, newest=None, why="there is no claim yet")
    last = max((entry.at for device in book.journal.devices() if (entry := book.journal.last(device))), default=None)
    if last is not None and now < last:
        return Mode(live=True, newest=newest, why="the clock is behind the newest entry of the ledger")
    age = (today - newest).days
    if age >= LIVE_DAYS:
        return Mode(live=False, newest=newest, why=f"the newest claim happened {age} days ago")
    if age < 0:
        return Mode(live=True, newest=newest, why=f"a claim speaks of a day that is still to come: {newest}")
    override = _override(book, newest)
    if override is not None:
        return Mode(live=False, newest=newest, why=f"overridden: {override}")
    return Mode(live=True, newest=newest, why=f"the newest claim happened {age} days ago, less than {LIVE_DAYS}")


def _override(book: Book, newest: date) -> str | None:
    """Reason and names of the last override that two persons signed and no later event has made lapse."""
    store_folder = book.folder / "vault" / "identities"
    if not store_folder.exists():
        return None
    store, stores = IdentityStore.open(store_folder), book.rows("identities")
    # the first store of the case counts: one that somebody put in its place later proves nothing
    if not stores or stores[0]["body"].get("fingerprint") != store.fingerprint:
        return None
    for row in reversed(book.rows("override")):
        signed = row["body"]["signed"]
        if not check_override(signed, store.verify_key, case_id=stores[0]["body"]["case"]):
            continue
        # what was newest is asked of the ledger: the two persons signed the instant, not what the row says of it
        signed_at = datetime.fromisoformat(signed["when"]) + timedelta(seconds=1)
        known = book.newest_day(until=signed_at)
        if known is not None and newest <= known:
            return f"{signed['reason']} ({', '.join(signed['by'])})"
    return None
