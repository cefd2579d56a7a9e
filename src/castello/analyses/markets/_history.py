"""A market month by month: the siege multiple against its reference and the country, and one commodity at all three; what a chart draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from castello.analyses.markets._board import Board
from castello.analyses.markets._signal import MonthOf, Signal
from castello.errors import WrongUse
from castello.picture import Picture
from castello.picture.prices import PriceSeries, month_number


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMonth:
    """
    One month; None where nothing can be said.

    ``index`` is the siege multiple against ``reference`` over ``items`` food items, ``national`` that against the median of open
    markets; ``here``, ``there`` and ``elsewhere`` are prices of the commodity at the market, its reference and in that median.
    """

    month: int
    reference: str | None
    items: int
    index: float | None
    national: float | None
    here: float | None
    there: float | None
    elsewhere: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The months of a market in order, without gaps between them; ``commodity`` and ``unit`` are those of the prices, if any were asked for."""

    market: str
    commodity: str | None
    unit: str | None
    months: tuple[HistoryMonth, ...]


def history(
    picture: Picture,
    market: str,
    *,
    commodity: str | None = None,
    reference: str | None = None,
    start: date | None = None,
    end: date | None = None,
) -> History:
    """
    A market month by month.

    Parameters
    ----------
    picture
        What is known.
    market
        Id of a place with prices.
    commodity
        Whose price is told beside the multiple; of several units or kinds of price the one with the most months.
    reference
        As in :func:`castello.analyses.markets.markets`.
    start, end
        Days in the first and the last month; None = all that there are.

    Raises
    ------
    WrongUse
        If the market has no price, or none of the commodity.
    """
    board = Board(picture, reference=reference)
    if market not in board.markets:
        raise WrongUse(f"no price of {market!r} is on record, as known by this day", hint="Name a market with prices.")
    told = None if commodity is None else _series(board, market, commodity)
    first = 0 if start is None else month_number(start)
    last = month_number(end or picture.as_of)
    return History(
        market=market,
        commodity=None if told is None else told.name,
        unit=None if told is None else told.unit,
        months=tuple(
            _month(board, told, month, market=market)
            for month in Signal(board, market).months
            if first <= month.month <= last
        ),
    )


def _series(board: Board, market: str, commodity: str) -> PriceSeries:
    found = [series for series in board.prices.of(market) if series.commodity == commodity]
    if not found:
        there = sorted({series.commodity for series in board.prices.of(market)})
        raise WrongUse(f"no price of {commodity!r} at {market!r}", hint=f"There are: {', '.join(there)}.")
    return max(found, key=lambda series: (len(series.months), series.item))


def _month(board: Board, told: PriceSeries | None, month: MonthOf, *, market: str) -> HistoryMonth:
    against, at = month.against, month.month
    reference = None if against is None else against.reference
    elsewhere = [] if told is None else [price for other, price in board.priced(at, told.item) if other != market]
    return HistoryMonth(
        month=at,
        reference=reference,
        items=0 if against is None else against.found.items,
        index=month.index,
        national=board.national(market, at).index,
        here=None if told is None else told.price_at(at),
        there=None if told is None or reference is None else _at(board, reference, told.item, at),
        elsewhere=median(elsewhere) if elsewhere else None,
    )


def _at(board: Board, market: str, item: str, month: int) -> float | None:
    return next((series.price_at(month) for series in board.prices.of(market) if series.item == item), None)
