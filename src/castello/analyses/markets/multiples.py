"""How many times dearer one market is than another in the same month: item by item, and for the items that both have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

LEAST_ITEMS = 3
"""With fewer items in common there are single ratios and no index: our rule."""

LEVELS = (("none", 0.0), ("watch", 2.0), ("severe", 4.0), ("extreme", 6.0))
"""Levels of the siege multiple with their lower ends, which belong to them: our rule. Published ones lie at 1.9 to 7.4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple:
    """
    How dear one market is in terms of another.

    ``ratios`` are those of the items that both have, by item; ``index`` is their geometric mean (Jevons), ``median`` their median, both None
    below :data:`LEAST_ITEMS`; ``only_here`` and ``only_there`` the items that one of the two lacks.
    """

    ratios: tuple[tuple[str, float], ...]
    index: float | None
    median: float | None
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]

    @property
    def items(self) -> int:
        """How many items both have."""
        return len(self.ratios)

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the largest ratio; None where there is none."""
        values = [ratio for _, ratio in self.ratios]
        return (min(values), max(values)) if values else None


def multiple(here: Mapping[str, float], there: Mapping[str, float]) -> Multiple:
    """
    How many times dearer one market is than another, over the items priced in both.

    Parameters
    ----------
    here, there
        Price by item, of one month, in one currency. An item is a commodity **and** its unit and kind of price; nothing is converted.
        Prices that are not positive are as if missing.

    Returns
    -------
    Multiple
        The index is ``exp(mean of ln(here / there))``: the other way round it is one divided by it, and no order of items matters.

    Notes
    -----
    The matched Jevons index; ``methods/markets`` 4.2. The items differ from month to month, so indices of two months are not a price index.

    Examples
    --------
    >>> found = multiple({"rice": 450.0, "salt": 500.0, "sugar": 1200.0, "tea": 9.0},
    ...                  {"rice": 550.0, "salt": 125.0, "sugar": 425.0, "oil": 750.0})
    >>> found.items, round(found.index, 2), round(found.median, 2), found.only_here, found.only_there
    (3, 2.1, 2.82, ('tea',), ('oil',))
    """
    ours, theirs = ({item: price for item, price in prices.items() if price > 0} for prices in (here, there))
    both = sorted(ours.keys() & theirs.keys())
    ratios = np.array([ours[item] / theirs[item] for item in both])
    enough = len(both) >= LEAST_ITEMS
    return Multiple(
        ratios=tuple(zip(both, ratios.tolist(), strict=True)),
        index=float(np.exp(np.log(ratios).mean())) if enough else None,
        median=float(np.median(ratios)) if enough else None,
        only_here=tuple(sorted(ours.keys() - theirs.keys())),
        only_there=tuple(sorted(theirs.keys() - ours.keys())),
    )


def level_of(value: float) -> str:
    """
    The level of a siege multiple: ``none``, ``watch``, ``severe``, ``extreme``.

    Examples
    --------
    >>> [level_of(value) for value in (1.99, 2.0, 4.2, 6.46)]
    ['none', 'watch', 'severe', 'extreme']
    """
    return next(name for name, least in reversed(LEVELS) if value >= least)
