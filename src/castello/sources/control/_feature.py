"""What both formats of control maps give: a feature with its properties and polygons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NO_POLYGON_HINT = "Ground is drawn as polygons."


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature: its number in the file from 1, its id if any, its properties, its polygons as rings of positions, its system."""

    number: int
    id: str | None
    properties: Mapping[str, Any]
    polygons: Sequence[Any]
    crs: str | None
