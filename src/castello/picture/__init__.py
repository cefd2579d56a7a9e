"""
The ledger as of a date, as known by a date, on a branch.

A **topic** is what the picture says to one question: an answer or an interval, with the claims for and against. What
several analyses share lives here too: independent **origins**, the **reach** of roads, the **presence** of a party.
"""

from castello.picture.picture import Picture, Topic

__all__ = ["Picture", "Topic"]
