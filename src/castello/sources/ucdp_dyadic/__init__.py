"""UCDP's dyads: who fought a government in which year, and who sent troops to whom; and UCDP's list of actors. See ``description.md``."""

from castello.sources.ucdp_dyadic.reader import SOURCE

__all__ = ["SOURCE"]
