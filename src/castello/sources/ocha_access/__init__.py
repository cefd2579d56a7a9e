"""Lists of places by access in OCHA's Humanitarian Needs Overviews: communities (overview of 2017) and sub-districts (overview of 2016)."""

from castello.sources.ocha_access.reader import SOURCE

__all__ = ["SOURCE"]
