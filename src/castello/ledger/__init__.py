"""
The append-only book of claims and judgements.

Two clocks run over it (when it was so, when it was known), each device's acts are one hash chain, and the case is the
**set** of those chains. The **vault** holds what must not be read without its key, the **identity store** what two
persons must open together.
"""

from castello.ledger.book import Book, Written, end_of_day
from castello.ledger.journal import Entry, Journal
from castello.ledger.vault import Vault

__all__ = ["Book", "Entry", "Journal", "Vault", "Written", "end_of_day"]
