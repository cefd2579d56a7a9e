"""What both formats give: a feature with its properties and the lines of its geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
"""Points in order, shape (n, 2): longitude and latitude in WGS 84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature by its number in the file, counted from 1, or its row in the table."""

    row: int
    id: str
    properties: Mapping[str, Any]
    lines: Sequence[Line]
