"""
Where heavy work runs. An analysis yields named SQL **steps**; an **engine** runs them over the ledger's tables.

DuckDB is embedded and the default. No other room opens a database.
"""

from castello.engines.duckdb import Engine
from castello.engines.steps import Steps

__all__ = ["Engine", "Steps"]
