"""UCDP GED: events of organised violence with at least one death, and who fought; yearly and candidate releases, all generations of columns."""

from castello.sources.ucdp_ged.reader import SOURCE

__all__ = ["SOURCE"]
