"""The sources whose files are tables, in the order in which a header is held against them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from castello.sources.tabular import Tabular

_MODULES = (
    "ucdp_ged",
    "ucdp_dyadic",
    "acled",
    "insecurity_insight",
    "wfp_prices",
    "ocha_access",
    "ocha_places",
    "pax",
    "mapped_table",
)


@cache
def tabular_sources() -> dict[str, Tabular]:
    """Each source by its format."""
    found = [import_module(f"castello.sources.{name}").SOURCE for name in _MODULES]
    return {source.format: source for source in found}
