"""Any table, by a mapping that says which column is which; one that nobody knows gets a mapping drafted for its user to correct."""

from castello.sources.mapped_table.draft import draft
from castello.sources.mapped_table.mapping import BadMapping
from castello.sources.mapped_table.reader import SOURCE
from castello.sources.mapped_table.sidecar import missing_column

__all__ = ["SOURCE", "BadMapping", "draft", "missing_column"]
