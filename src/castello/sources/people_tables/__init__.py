"""Tables of people: how many lived where, and when. What is taken and how is in ``description.md``."""

from castello.sources.people_tables.reader import COLUMNS, read

__all__ = ["COLUMNS", "read"]
