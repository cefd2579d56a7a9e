"""What a fixed basket costs at a market: found and missing items are told, and nothing is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """So much of a commodity; ``commodity`` is its id, ``unit`` the unit in which its price is printed (``KG``)."""

    commodity: str
    quantity: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A basket for a household of ``people`` for ``days``, of ``kcal`` a person and day where that is known."""

    name: str
    people: int
    days: int
    items: tuple[Item, ...]
    kcal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the items that were found cost together; ``complete`` only if every item was."""

    value: float | None
    found: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every item has a price."""
        return not self.missing


DEFAULT = Basket(
    name="staples",
    people=5,
    days=30,
    kcal=1930,
    items=(
        Item(commodity="wheat-flour", quantity=45, unit="KG"),
        Item(commodity="rice", quantity=15, unit="KG"),
        Item(commodity="lentils", quantity=6, unit="KG"),
        Item(commodity="sugar", quantity=5, unit="KG"),
        Item(commodity="oil", quantity=4, unit="L"),
    ),
)
"""
Staples for five people for a month: Castello's own, used where ``case.toml`` has no basket. It is nobody's published list.

Energy by the usual tables (kcal a kg: flour 3,640, rice 3,600, lentils 3,530, sugar 3,870; oil 8,100 a litre): 290,730 for 150 person-days,
1,938 a person and day, near the 1,930 of the basket of the World Food Programme in Syria, whose list of items is not known to us.
"""


def of_settings(given: Mapping[str, Any]) -> Basket | None:
    """The basket of ``case.toml``, whose parts were checked when it was read; None where there is none."""
    if not given:
        return None
    items = tuple(Item(commodity=i["commodity"], quantity=float(i["quantity"]), unit=i["unit"]) for i in given["items"])
    return Basket(name=given["name"], people=given["people"], days=given["days"], items=items, kcal=given.get("kcal"))


def cost(basket: Basket, prices: Mapping[tuple[str, str], float]) -> Cost:
    """
    What a basket costs.

    Parameters
    ----------
    basket
        Items with their quantities.
    prices
        Price of one unit, by commodity and unit, of one market and month, in one currency. A price in another unit is as if missing.

    Returns
    -------
    Cost
        The sum of quantity x price over the items found, None if none was; incomplete unless all were.

    Examples
    --------
    >>> found = cost(DEFAULT, {("wheat-flour", "KG"): 250, ("rice", "KG"): 525, ("sugar", "KG"): 475, ("oil", "L"): 808})
    >>> found.value, found.missing
    (24732.0, ('lentils',))
    """
    found = [item for item in basket.items if (item.commodity, item.unit) in prices]
    return Cost(
        value=float(sum(item.quantity * prices[item.commodity, item.unit] for item in found)) if found else None,
        found=tuple(item.commodity for item in found),
        missing=tuple(item.commodity for item in basket.items if item not in found),
    )
