"""
What is asked over the network: ReliefWeb, HDX with its tables (HAPI), and news feeds; the only room that speaks HTTP.

Nothing leaves the machine but the question: no cookies, no names, no files. What came before something failed is kept, with the place
from which the same question goes on.
"""

from castello.sources.web._answers import Fetched, Manners, Unanswered
from castello.sources.web._client import Client

__all__ = ["Client", "Fetched", "Manners", "Unanswered"]
