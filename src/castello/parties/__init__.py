"""
The parties that everyone shares: states, armed groups, councils, agencies, sides, and how they stand to one another.

- A **party** is anybody that acts, with its names and the days between which it can have existed.
- A **side** groups parties whose traffic, ground and losses are spoken of together.
- A **tie** is what claims say of two parties on a day; it is held, denied, contested or possible, never averaged.
- An **identity** is which ids are one party on a day: by claims of a renaming, and by judgements, which can be
  withdrawn. Names that look alike make no identity.
"""

from castello.parties.register import PARTY_COLUMNS, PARTY_KINDS, Party, PartyRegister, read_parties
from castello.parties.ties import Identity, Tie, identity, ties_on

__all__ = [
    "PARTY_COLUMNS",
    "PARTY_KINDS",
    "Identity",
    "Party",
    "PartyRegister",
    "Tie",
    "identity",
    "read_parties",
    "ties_on",
]
