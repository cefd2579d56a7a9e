"""What is not there: markets that fell silent, fewer goods than before, rows left out, jumps, and rates that do not agree."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from castello.analyses.markets import quality
from castello.analyses.markets._board import Board
from castello.analyses.markets._levels import iso
from castello.analyses.markets.money import implied_rate, spread
from castello.claims import Finding
from castello.picture.prices import PriceSeries, first_day
from castello.picture.telling import Teller

YEAR = 12
NO_REASON = "why nothing is recorded: goods gone, nobody asked, and rows withheld look the same"


def gaps(teller: Teller, board: Board, market: str, *, recent: bool) -> Iterator[Finding]:
    """How many items of a market have a price, beside the most in the year before; rows left out; jumps of its latest month."""
    month, told = board.newest(market), board.prices.of(market)
    grid = np.array([[one.price_at(m) or math.nan for m in range(month - YEAR, month + 1)] for one in told])
    counts = quality.recorded(grid)
    peak = int(counts[:-1].argmax())
    behind = tuple(sorted({id_ for one in told for id_ in one.claims_at(month)}))
    stopped = [
        one.commodity for one, row in zip(told, grid, strict=True) if math.isnan(row[-1]) and not math.isnan(row[-2])
    ]
    form = "items" if recent and counts[:-1].max() > 0 else "first" if recent else "silent"
    yield teller.finding(
        "price_gaps",
        f"price_gaps.{form}",
        subject=market,
        place=market,
        key=f"price_gaps|{market}",
        values={
            "place": market,
            "month": iso(month),
            "items": int(counts[-1]),
            "most": int(counts[peak]),
            "peak": iso(month - YEAR + peak),
        },
        claims=behind,
        unknown=(NO_REASON,),
        status="told",
        value=float(counts[-1]),
        unit="item",
        since=first_day(month),
        extra={
            "month": iso(month),
            "items_by_month": [[iso(month - YEAR + n), int(count)] for n, count in enumerate(counts)],
            "no_longer_recorded": sorted(set(stopped)),
            "months_without": _without(told),
            "contradictions": [
                {"item": one.item, "month": iso(int(m)), "low": float(low), "high": float(high)}
                for one in told
                for m, low, high, price in zip(one.months, one.low, one.high, one.price, strict=True)
                if math.isnan(price) and math.isfinite(low) and math.isfinite(high)
            ],
            "implied_rates": _rates(told, month),
        },
    )
    yield from _dropped(teller, board, market, behind=behind)
    for one in told:
        yield from _jumps(teller, one, month)


def _without(told: tuple[PriceSeries, ...]) -> list[str]:
    """Months between the first and the last of a market in which nothing has a price."""
    there = {int(month) for one in told for month in one.months}
    return [iso(month) for month in range(min(there), max(there)) if month not in there]


def _rates(told: tuple[PriceSeries, ...], month: int) -> dict[str, object]:
    """Local currency for a dollar as the rows of a month imply it, least and most; a mixed rate is told by how far these lie apart."""
    found = []
    for one in told:
        at = one.at(month)
        if at is not None and one.usd[at] >= 1 and not math.isnan(one.price[at]):
            # of prices under a dollar, two decimals say too little of the rate
            rate = implied_rate(float(one.price[at]), float(one.usd[at]))
            found += [] if rate is None else [rate]
    return {"least": min(found, default=None), "most": max(found, default=None), "spread": spread(found)}


def _dropped(teller: Teller, board: Board, market: str, *, behind: tuple[str, ...]) -> Iterator[Finding]:
    flags = {flag: count for place, flag, count in board.prices.dropped if place == market}
    if not flags:
        return
    kept = sum(len(ids) for one in board.prices.of(market) for ids in one.claims)
    dropped = sum(flags.values())
    yield teller.finding(
        "price_gaps",
        "price_gaps.dropped",
        subject=market,
        place=market,
        key=f"price_gaps|{market}|dropped",
        values={"place": market, "dropped": dropped, "rows": kept + dropped},
        claims=behind,
        unknown=("what the rows left out would say: averages and filled values are no quotes",),
        status="told",
        value=dropped / (kept + dropped),
        unit="share",
        extra={"flags": flags, "kept": kept},
    )


def _jumps(teller: Teller, one: PriceSeries, month: int) -> Iterator[Finding]:
    at = one.at(month)
    ratio = quality.jumps(one.price)[at] if at is not None else math.nan
    if at is None or math.isnan(ratio):
        return
    before = int(one.months[:at][~np.isnan(one.price[:at])][-1])
    yield teller.finding(
        "price_gaps",
        "price_gaps.jump",
        subject=one.commodity,
        place=one.market,
        key=f"price_gaps|{one.market}|{one.item}|jump",
        values={
            "commodity": one.name,
            "place": one.market,
            "month": iso(month),
            "before": iso(before),
            "times": round(float(ratio), 3),
        },
        claims=tuple(sorted({*one.claims_at(month), *one.claims_at(before)})),
        unknown=("whether goods ran out, people sold in distress, or a digit was lost",),
        label="inference",
        status="told",
        value=float(ratio),
        unit="times",
        since=first_day(month),
    )
