"""ACLED: who gained ground, from its rows on territory. What is taken and how is in ``description.md``."""

from castello.sources.acled.reader import ACLED_COLUMNS, read

__all__ = ["ACLED_COLUMNS", "read"]
