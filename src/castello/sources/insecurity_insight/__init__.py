"""Insecurity Insight: attacks on health care, aid, education and protection, and explosive weapons; one row an event, of all topics. See ``description.md``."""

from castello.sources.insecurity_insight.reader import SOURCE

__all__ = ["SOURCE"]
