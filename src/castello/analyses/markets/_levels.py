"""What each commodity costs, how that moved, and whether it is an alarm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby

import numpy as np

from castello.analyses.markets import alps, ifpa
from castello.analyses.markets._board import Board
from castello.analyses.markets.alps import LEAST_MONTHS
from castello.analyses.markets.ifpa import LEAST_YEARS
from castello.claims import Finding, Reason
from castello.picture.interval import Interval
from castello.picture.prices import PriceSeries, Quote, first_day
from castello.picture.sentences import interval
from castello.picture.telling import Teller

MONTHLY = "a row speaks of a month, not of a day: changes within 48 hours or a week cannot be seen in it"
QUOTED = "single quotes: nobody surveyed the market in that month"
NOMINAL = "inflation: prices are nominal"
NEEDS_ALPS = f"ALPS: it needs {LEAST_MONTHS} months with a price, two of them of this calendar month"
NEEDS_IFPA = f"IFPA: it needs {LEAST_YEARS} earlier years with growth over three and twelve months; gaps are not filled"
_HOURS = ((48, "within 48 hours"), (7 * 24, "within a week"), (31 * 24, "within a month"))


def iso(month: int) -> str:
    """
    A month as people read it in every language.

    Examples
    --------
    >>> iso(24203)
    '2016-11'
    """
    return first_day(month).isoformat()[:7]


def rounded(value: float | None) -> float | None:
    """To two decimals, for a sentence; the figure of the finding stays as it is."""
    return None if value is None else round(value, 2)


def levels(teller: Teller, board: Board, series: PriceSeries, *, month: int) -> Iterator[Finding]:
    """The price of a series in its latest month with its change on the month before, and the alarm of that month if there can be one."""
    at = series.at(month)
    assert at is not None  # asked for its latest month
    low, high = float(series.low[at]), float(series.high[at])
    contested = math.isnan(series.price[at])
    price, before = series.price_at(month), series.price_at(month - 1)
    ratio = None if price is None or before is None or before <= 0 else price / before
    form = "measured_contested" if contested else "measured" if ratio is None else "measured_moved"
    key = f"price|{series.market}|{series.item}"
    basis = f" ({series.basis})" if series.basis else ""
    common = {"commodity": series.name, "place": series.market, "month": iso(month)}
    yield teller.finding(
        "price",
        f"price.{form}",
        subject=series.commodity,
        place=series.market,
        key=key,
        values=common
        | {
            "interval": interval(*Interval(low, high).ends),
            "unit": series.unit,
            "basis": basis,
            "times": rounded(ratio),
            "before": iso(month - 1) if ratio is not None else None,
        },
        claims=tuple(sorted({*series.claims[at], *(series.claims_at(month - 1) if ratio is not None else ())})),
        unknown=_unseen(series, month, ratio=ratio, quoted=(series.market, series.item) in board.quoted),
        status="contested" if contested else "assessed",
        value=price,
        low=Interval(low, high).ends[0],
        high=Interval(low, high).ends[1],
        unit=series.unit,
        since=first_day(month),
        reading=series.basis,
        extra={
            "month": iso(month),
            "change_48_hours": None,
            "change_week": None,
            "change_month": ratio,
            "change_year": _ratio(series, month, 12),
            "origins": int(series.origins[at]),
            "food": series.food,
            "dollars": None if math.isnan(series.usd[at]) else float(series.usd[at]),
            "series": [
                [iso(int(m)), None if math.isnan(p) else float(p)]
                for m, p in zip(series.months[-24:], series.price[-24:], strict=True)
            ],
        },
    )
    if has_alarm(board, series, month):
        yield _alarm(teller, board, series, month, key=key, common=common)


def _ratio(series: PriceSeries, month: int, back: int) -> float | None:
    now, then = series.price_at(month), series.price_at(month - back)
    return None if now is None or then is None or then <= 0 else now / then


def _unseen(series: PriceSeries, month: int, *, ratio: float | None, quoted: bool) -> tuple[str, ...]:
    found = [QUOTED if quoted else MONTHLY]
    if ratio is None:
        found.append(f"the price of {iso(month - 1)}: no change over a month can be told")
    if series.origins[series.at(month) or 0] == 1:
        found.append("a second independent origin")
    return tuple(found)


def has_alarm(board: Board, series: PriceSeries, month: int) -> bool:
    """Whether ALPS or IFPA can be had for a month."""
    return not (math.isnan(board.alps(series, month)) and math.isnan(board.ifpa(series, month)[2]))


def without_alarm(
    teller: Teller, board: Board, market: str, told: Iterable[tuple[PriceSeries, int]]
) -> Iterator[Finding]:
    """The series of a market for whose latest month no alarm can be raised or ruled out, together."""
    dumb = [(series, month) for series, month in told if not has_alarm(board, series, month)]
    if not dumb:
        return
    months = [int((~np.isnan(series.price)).sum()) for series, _ in dumb]
    yield teller.finding(
        "price_alarm",
        "price_alarm.insufficient",
        subject=market,
        place=market,
        key=f"alarm|{market}|insufficient",
        values={"place": market, "commodities": ", ".join(sorted({series.name for series, _ in dumb}))},
        claims=tuple(sorted({id_ for series, month in dumb for id_ in series.claims_at(month)})),
        unknown=(NEEDS_ALPS, NEEDS_IFPA),
        label="inference",
        status="undecided",
        reason=Reason.OUTSIDE_COVERAGE,
        reading="asof",
        extra={"months": [[series.item, count] for (series, _), count in zip(dumb, months, strict=True)]},
    )


def _alarm(
    teller: Teller, board: Board, series: PriceSeries, month: int, *, key: str, common: dict[str, str]
) -> Finding:
    spike, (z3, z12, growth) = board.alps(series, month), board.ifpa(series, month)
    has_spike, has_growth = not math.isnan(spike), not math.isnan(growth)
    form = "both" if has_spike and has_growth else "alps" if has_spike else "ifpa"
    spike_class, growth_class = alps.classed(spike), ifpa.classed(growth)
    missing = [*([] if has_spike else [NEEDS_ALPS]), *([] if has_growth else [NEEDS_IFPA])]
    return teller.finding(
        "price_alarm",
        f"price_alarm.{form}",
        subject=series.commodity,
        place=series.market,
        key=f"alarm|{key}",
        values=common
        | {
            "alps": round(spike, 2) if has_spike else None,
            "alps_class": spike_class if has_spike else None,
            "ifpa": round(growth, 2) if has_growth else None,
            "ifpa_class": growth_class if has_growth else None,
        },
        claims=tuple(
            sorted({id_ for m, ids in zip(series.months, series.claims, strict=True) if m <= month for id_ in ids})
        ),
        unknown=(*missing, NOMINAL, "what a long siege has taught the trend"),
        label="inference",
        status=spike_class if has_spike else growth_class,
        value=spike if has_spike else growth,
        since=first_day(month),
        reading="asof",
        extra={
            "month": iso(month),
            "alps": spike if has_spike else None,
            "alps_class": spike_class,
            "ifpa": growth if has_growth else None,
            "ifpa_class": growth_class,
            "z_quarter": None if math.isnan(z3) else z3,
            "z_year": None if math.isnan(z12) else z12,
            "months": int((~np.isnan(series.price[series.months <= month])).sum()),
        },
    )


def quotes_moved(teller: Teller, quotes: Iterable[Quote]) -> Iterator[Finding]:
    """For each commodity of which days are quoted, its last quote beside the one before, where at most a month lies between them."""
    for (market, commodity, unit, basis), group in groupby(
        quotes, key=lambda quote: (quote.market, quote.commodity, quote.unit, quote.basis)
    ):
        told = list(group)
        if len(told) < 2:
            continue
        now, then = told[-1], told[-2]
        hours = ((now.first - then.last).days * 24, (now.last - then.first).days * 24)
        words = next((words for most, words in _HOURS if hours[1] <= most), None)
        ratio = Interval.of(now.low, now.high) / Interval.of(then.low, then.high, count=True)
        if words is None or hours[0] <= 0 or not math.isfinite(ratio.high):
            continue
        yield teller.finding(
            "price",
            "price.quote_moved",
            subject=commodity,
            place=market,
            key=f"quote|{market}|{commodity}|{unit}|{basis or ''}",
            values={
                "commodity": commodity,
                "place": market,
                "since": now.first,
                "before": then.first,
                "interval": interval(now.low, now.high),
                "unit": unit,
                "times": interval(*ratio.ends),
            },
            claims=tuple(sorted({*now.claims, *then.claims})),
            unknown=("whether both quotes are of the same quality and the same shop",),
            status="assessed",
            value=ratio.value,
            low=ratio.ends[0],
            high=ratio.ends[1],
            unit=unit,
            since=now.first,
            reading="quotes",
            extra={
                "days": [hours[0] / 24, hours[1] / 24],
                "allows": words,
                "until": (now.last + timedelta(days=1)).isoformat(),
            },
        )
