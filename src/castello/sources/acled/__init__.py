"""ACLED: who did what, where and when, as coded from reports; and, from rows on territory, who gained ground. All is in ``description.md``."""

from castello.sources.acled.reader import SOURCE

__all__ = ["SOURCE"]
