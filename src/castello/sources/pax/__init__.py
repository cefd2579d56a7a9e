"""PA-X, a database of peace agreements: one row an agreement, with who agreed and when; its topics are not read. See ``description.md``."""

from castello.sources.pax.reader import SOURCE

__all__ = ["SOURCE"]
