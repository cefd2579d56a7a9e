"""All prices side by side: what each market pays for each item in each month, the alarms, and whom a market is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from castello.analyses.markets import ifpa as growth_alarm
from castello.analyses.markets._where import OPEN, State, Whereabouts
from castello.analyses.markets.alps import Floats, alps
from castello.analyses.markets.multiples import LEAST_ITEMS, Multiple, multiple
from castello.picture import Picture
from castello.picture.prices import Prices, PriceSeries, month_number, prices_of

COMPOSITE = ("basket", "food", "staple-food", "food-basket", "goods")
"""Commodities that stand for many: they are no items of an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """
    A market held against a reference in a month.

    ``reference`` is a market, or empty for the median of ``markets`` open ones; ``passed`` the nearer markets that could not be one, with
    why; ``chosen`` says that the reference was asked for. ``dear`` are items of the reference that are themselves at alert or crisis.
    """

    reference: str
    state: State | None
    km: float | None
    found: Multiple
    markets: int
    passed: tuple[tuple[str, State], ...]
    dear: tuple[str, ...]
    claims: tuple[str, ...]
    chosen: bool = False


class Board:
    """
    The prices of a picture, by market, item and month.

    Parameters
    ----------
    picture
        What is known.
    reference
        A market that every other one is held against, whatever its state; None = the nearest open one of the month.
    """

    def __init__(self, picture: Picture, *, reference: str | None = None) -> None:
        self.picture, self._reference = picture, reference
        self.prices: Prices = prices_of(picture)
        grid, self.first = self.prices.grid()
        self.last = self.first + grid.shape[1] - 1
        self.where = Whereabouts(picture, self.prices.markets, months=(self.first, self.last))
        self.markets = self.prices.markets

    def newest(self, market: str) -> int:
        """The last month in which a market has any row."""
        return max(int(series.months[-1]) for series in self.prices.of(market))

    def is_recent(self, month: int) -> bool:
        """Whether a month ended not longer ago than the case's ``max_age_days``."""
        age = self.picture.registers.settings.max_age_days
        # of a month only its last day is sure to be past
        return month_number(self.picture.as_of) - month <= max(1, round(age / 30))

    @cached_property
    def quoted(self) -> frozenset[tuple[str, str]]:
        """Market and item of the series that single quotes make up."""
        return frozenset(
            (one.market, "|".join((one.commodity, one.unit.casefold(), one.basis or ""))) for one in self.prices.quotes
        )

    # ------------------------------------------------------------------------------------------------------------- alarms

    @cached_property
    def _row(self) -> dict[tuple[str, str], int]:
        return {(series.market, series.item): row for row, series in enumerate(self.prices.series)}

    @cached_property
    def _alps(self) -> Floats:
        grid, first = self.prices.grid()
        return alps(np.where(grid > 0, grid, np.nan), first_month=first).value

    @cached_property
    def _ifpa(self) -> tuple[Floats, Floats, Floats]:
        grid, first = self.prices.grid()
        return growth_alarm.ifpa(np.where(grid > 0, grid, np.nan), first_month=first)

    def alps(self, series: PriceSeries, month: int) -> float:
        """ALPS of a month as of that month; not a number where there is none."""
        return float(self._alps[self._row[series.market, series.item], month - self.first])

    def ifpa(self, series: PriceSeries, month: int) -> tuple[float, float, float]:
        """Both anomalies of growth and IFPA of a month, from earlier years only; not a number where there is none."""
        row = self._row[series.market, series.item]
        z3, z12, both = (float(values[row, month - self.first]) for values in self._ifpa)
        return z3, z12, both

    # ------------------------------------------------------------------------------------------------------- comparisons

    @cached_property
    def _on(self) -> dict[tuple[str, int], dict[str, float]]:
        found: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
        for series in self.prices.series:
            if series.commodity in COMPOSITE or not self.where.is_market(series.market):
                continue
            for month, price in zip(series.months.tolist(), series.price.tolist(), strict=True):
                if price > 0:
                    found[series.market, month][series.item] = price
        return dict(found)

    @cached_property
    def food(self) -> frozenset[str]:
        """Items that are food."""
        return frozenset(series.item for series in self.prices.series if series.food)

    def items(self, market: str, month: int, *, food: bool = True) -> Mapping[str, float]:
        """Prices of a market in a month by item, of food or of everything else."""
        priced = self._on.get((market, month), {})
        return {item: price for item, price in priced.items() if (item in self.food) is food}

    def claims(self, market: str, month: int, items: tuple[str, ...]) -> tuple[str, ...]:
        """The claims behind some prices."""
        behind = self._behind.get((market, month), {})
        return tuple(sorted({id_ for item in items for id_ in behind.get(item, ())}))

    @cached_property
    def _behind(self) -> dict[tuple[str, int], dict[str, tuple[str, ...]]]:
        found: dict[tuple[str, int], dict[str, tuple[str, ...]]] = defaultdict(dict)
        for series in self.prices.series:
            for month, ids in zip(series.months.tolist(), series.claims, strict=True):
                found[series.market, month][series.item] = ids
        return dict(found)

    def against_nearest(self, market: str, month: int) -> Against | None:
        """
        A market held against the nearest open one that has at least three food items in common with it, else any; None if there is none.

        Nearer markets that are cut off, said to be besieged, or of which that is not known, are passed over and told.
        """
        here, passed, thin = self.items(market, month), [], None
        if not here:
            return None
        chosen = self._reference if self._reference not in (None, market) else None
        for km, other in self._distances(market):
            if (
                (chosen is not None and other != chosen)
                or (other, month) not in self._on
                or not self.where.is_market(other)
            ):
                continue
            state = self.where.state(other, month)
            if state not in OPEN and chosen is None:
                passed.append((other, state))
                continue
            found = multiple(here, self.items(other, month))
            if not found.items or (thin is not None and found.items < LEAST_ITEMS):
                continue
            made = self._against(market, other, month, found, km=km, state=state, passed=tuple(passed))
            if found.items >= LEAST_ITEMS or chosen is not None:
                return made
            thin = made
        return thin

    def _distances(self, market: str) -> list[tuple[float, str]]:
        if market not in self._kept_distances:
            self._kept_distances[market] = self.where.distances(market)
        return self._kept_distances[market]

    @cached_property
    def _kept_distances(self) -> dict[str, list[tuple[float, str]]]:
        return {}

    def _against(
        self,
        market: str,
        other: str,
        month: int,
        found: Multiple,
        *,
        km: float,
        state: State,
        passed: tuple[tuple[str, State], ...],
    ) -> Against:
        both = tuple(item for item, _ in found.ratios)
        dear = [
            one.commodity
            for one in self.prices.of(other)
            if one.item in both and self.alps(one, month) >= 1  # alert
        ]
        return Against(
            reference=other,
            state=state,
            km=km,
            found=found,
            markets=1,
            passed=passed,
            dear=tuple(sorted(set(dear))),
            claims=tuple(sorted({*self.claims(market, month, both), *self.claims(other, month, both)})),
            chosen=self._reference == other,
        )

    def against_national(self, market: str, month: int) -> Against | None:
        """A market held against the median of all other open markets, item by item; None if they share nothing."""
        others = [other for other in self._open_in(month) if other != market]
        found = self.national(market, month)
        if not found.items:
            return None
        both = tuple(item for item, _ in found.ratios)
        behind = {id_ for other in (market, *others) for id_ in self.claims(other, month, both)}
        return Against(
            reference="",
            state=None,
            km=None,
            found=found,
            markets=sum(any(item in self._on[other, month] for item in both) for other in others),
            passed=(),
            dear=(),
            claims=tuple(sorted(behind)),
        )

    def national(self, market: str, month: int) -> Multiple:
        """A market in terms of the median of all other open markets, item by item."""
        here = self.items(market, month)
        there: dict[str, float] = {}
        for item in here:
            prices = [price for other, price in self.priced(month, item) if other != market]
            if prices:
                there[item] = median(prices)
        return multiple(here, there)

    def priced(self, month: int, item: str) -> list[tuple[str, float]]:
        """Price of an item in a month at each open market."""
        if month not in self._kept_priced:
            by_item: dict[str, list[tuple[str, float]]] = defaultdict(list)
            for other in self._open_in(month):
                for name, price in self._on[other, month].items():
                    by_item[name].append((other, price))
            self._kept_priced[month] = by_item
        return self._kept_priced[month].get(item, [])

    @cached_property
    def _kept_priced(self) -> dict[int, dict[str, list[tuple[str, float]]]]:
        return {}

    def _open_in(self, month: int) -> tuple[str, ...]:
        if month not in self._kept_open:
            there = [market for market in self.markets if (market, month) in self._on]
            self._kept_open[month] = tuple(m for m in there if self.where.state(m, month) in OPEN)
        return self._kept_open[month]

    @cached_property
    def _kept_open(self) -> dict[int, tuple[str, ...]]:
        return {}

    def unit_mismatches(self, market: str, other: str, month: int) -> tuple[tuple[str, str, str], ...]:
        """Commodities that both markets have in a month, in different units: they are not compared."""
        ours, theirs = (
            {one.commodity: one.unit for one in self.prices.of(place) if one.at(month) is not None}
            for place in (market, other)
        )
        return tuple(
            (name, ours[name], theirs[name])
            for name in sorted(ours.keys() & theirs.keys())
            if ours[name].casefold() != theirs[name].casefold()
        )
