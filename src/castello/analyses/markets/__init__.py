"""
Markets: prices with their alarms, beside other markets, beside what people report; and what prices say of a siege.

Only what a source calls an actual quote counts. Every alarm is one that could be raised in its month: nothing later is known to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from castello.analyses.markets._board import Board
from castello.analyses.markets._compare import basket_cost, multiples, published_baskets, record, signal
from castello.analyses.markets._gaps import gaps
from castello.analyses.markets._history import History, HistoryMonth, history
from castello.analyses.markets._levels import levels, quotes_moved, without_alarm
from castello.analyses.markets._reports import shocks, supplies
from castello.analyses.markets._signal import Signal
from castello.analyses.markets.baskets import DEFAULT, Basket, of_settings
from castello.claims import Finding
from castello.errors import WrongUse
from castello.picture import Picture
from castello.picture.telling import Teller

__all__ = ["Basket", "History", "HistoryMonth", "history", "in_question", "markets"]


def markets(
    picture: Picture,
    *,
    only: Iterable[str] = (),
    commodity: str | None = None,
    reference: str | None = None,
    basket: Basket | None = None,
) -> tuple[Finding, ...]:
    """
    What prices and reports of prices say on the day of the picture.

    Parameters
    ----------
    picture
        The ledger as of the day, as known by a day, on a branch.
    only
        Ids of markets, or of places in which they lie; none = every market. All markets serve as references in any case.
    commodity
        Only this commodity, where a finding is on one.
    reference
        Id of the market that every other is held against; None = the nearest one of the month that is not known to be cut off.
    basket
        What is priced as a basket; None = that of ``case.toml``, else :data:`castello.analyses.markets.baskets.DEFAULT`.

    Returns
    -------
    tuple of Finding
        Market by market, in order of id: ``siege_signal``, ``siege_signal_record``, ``multiple``, ``basket``, then ``price`` and ``price_alarm`` by
        commodity, then ``price_gaps``; at the end ``price`` of single quotes, ``shock`` and ``supply``. Nothing is ranked.

    Raises
    ------
    WrongUse
        If the reference, or a market asked for, has no price.

    Notes
    -----
    Method: ``method.md`` of this folder. Missing data: a month without a row stays empty, a month in which rows contradict each other enters no
    calculation, and where too little is known the answer is undecided.
    """
    board, teller = Board(picture, reference=reference), Teller(picture, method="markets")
    wanted = tuple(only)
    settled = basket or of_settings(picture.registers.settings.basket) or DEFAULT
    _check(board, (*wanted, *(() if reference is None else (reference,))))

    def asked(place: str) -> bool:
        stand = board.where.stands.get(place)
        return not wanted or place in wanted or (stand is not None and any(id_ in wanted for id_ in stand.places))

    found: list[Finding] = []
    for market in board.markets:
        if asked(market):
            found += _market(teller, board, market, commodity=commodity, basket=settled)
    prices = board.prices
    found += quotes_moved(teller, (q for q in prices.quotes if asked(q.market) and commodity in (None, q.commodity)))
    found += shocks(teller, board, (c for c in prices.changes if asked(c.place) and commodity in (None, c.commodity)))
    found += [item for item in supplies(teller) if asked(str(item.place)) and commodity in (None, item.subject)]
    return tuple(found)


def _check(board: Board, ids: Iterable[str]) -> None:
    """Refuses ids of which no price is on record: silence would look like calm."""
    places = {id_ for stand in board.where.stands.values() for id_ in stand.places}
    places |= {change.place for change in board.prices.changes}
    for id_ in ids:
        if id_ not in places:
            raise WrongUse(
                f"no price of {id_!r} is on record, as known by this day",
                hint="`castello claims --kind price` shows the places that have prices.",
            )


def _market(teller: Teller, board: Board, market: str, *, commodity: str | None, basket: Basket) -> Iterator[Finding]:
    month = board.newest(market)
    recent = board.is_recent(month)
    if board.where.is_market(market):
        told = Signal(board, market)
        # a market that fell silent years ago is told as such; one that lies in an enclave is asked about all the same
        if recent or board.where.stands[market].enclave is not None:
            yield signal(teller, board, told, recent=recent)
        yield from record(teller, told, since=board.picture.registers.settings.start)
        if recent:
            yield from multiples(teller, board, market, month)
    if recent:
        priced = basket_cost(teller, board, market, month, basket)
        if priced is not None:
            yield priced
    yield from published_baskets(teller, board, market)
    told_of = [
        (series, int(series.months[-1]))
        for series in board.prices.of(market)
        if board.is_recent(int(series.months[-1])) and commodity in (None, series.commodity)
    ]
    for series, latest in told_of:
        yield from levels(teller, board, series, month=latest)
    yield from without_alarm(teller, board, market, told_of)
    yield from (
        item
        for item in gaps(teller, board, market, recent=recent)
        if commodity in (None, item.subject) or item.subject == market
    )


def in_question(picture: Picture) -> tuple[str, ...]:
    """Markets that lie in an enclave of the case, or that somebody calls besieged on the day; sorted."""
    board = Board(picture)
    where = board.where
    return tuple(
        market
        for market in board.markets
        if where.stands[market].enclave is not None or where.besieged_by(market, picture.as_of, picture.as_of)
    )
