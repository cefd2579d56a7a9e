"""
Prices: monthly series by market, commodity, unit and kind of price, single quotes, and reported changes, as far as they can be seen.

What a source marks as anything but an actual quote is left out and counted. A month in which rows contradict each other keeps both ends
and has no price; a unit is never converted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castello.engines import Steps
from castello.picture.picture import Picture

Floats = NDArray[np.float64]
Months = NDArray[np.int64]

FLAGS = ("actual",)
"""What a source may say of a row that counts as a market quote, beside nothing at all."""

NOT_FOOD = ("fuel", "livestock", "wage")
"""A commodity whose name begins with one of these is not food, nor is one that its source calls so."""

_NO_FOOD_EITHER = frozenset(
    {"petrol", "diesel", "gas", "kerosene", "firewood", "cigarettes", "transport", "goods", "rent"}
)
"""What people write of without the name of a price sheet."""

_ROWS = Steps("prices").add(
    "bodies",
    """select id, body from ledger where type = 'claim' and kind = 'price'
       union all by name select id, body from opened where kind = 'price'
       union all by name select id, body from hypothetical where kind = 'price'""",
)
for _name, _sql in (
    ("priced", "select * from visible where kind = 'price' and speaks and verdict not in ('rejected', 'retracted')"),
    (
        "told",
        """select id, object as market, subject as commodity, predicate, unit, value, low, high, maybe_start as start,
                  maybe_end as until, coalesce(said, published) as said, published, loose_origin as origin,
                  json_extract_string(body, '$.also.basis') as basis, json_extract_string(body, '$.also.flag') as flag,
                  json_extract_string(body, '$.also.commodity') as name, json_extract_string(body, '$.also.category') as category,
                  json_extract_string(body, '$.also.currency') as currency, json_extract_string(body, '$.also.over') as over_,
                  json_extract_string(body, '$.also.market') as market_name, json_extract_string(body, '$.quantity.words') as words,
                  try_cast(json_extract_string(body, '$.also.usd') as double) as usd
           from priced join bodies using (id)
           where maybe_start is not null and maybe_start <= $as_of
           order by market, commodity, lower(unit), coalesce(basis, ''), start, until, id""",
    ),
):
    _ROWS = _ROWS.add(_name, _sql)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSeries:
    """
    What one commodity costs at one market, month by month, in one unit and by one kind of price.

    ``months`` are year x 12 + month, sorted; ``price`` is not a number where rows of the month contradict each other, ``low`` and ``high``
    are their ends. ``claims`` and ``published`` (the day by which all were out) are those of each month, ``usd`` the price in
    dollars as the source gives it, if it does.
    """

    market: str
    commodity: str
    name: str
    unit: str
    basis: str | None
    currency: str
    food: bool
    months: Months
    low: Floats
    high: Floats
    price: Floats
    usd: Floats
    claims: tuple[tuple[str, ...], ...]
    origins: Months
    published: tuple[date, ...]

    @property
    def item(self) -> str:
        """What can be compared between markets: commodity, unit and kind of price."""
        return "|".join((self.commodity, self.unit.casefold(), self.basis or ""))

    @property
    def measure(self) -> str:
        """The unit without the currency: ``KG`` of ``SYP/KG``."""
        return self.unit.partition("/")[2]

    def at(self, month: int) -> int | None:
        """The place of a month in the arrays; None where it has no row."""
        found = int(np.searchsorted(self.months, month))
        return found if found < len(self.months) and self.months[found] == month else None

    def price_at(self, month: int) -> float | None:
        """The price of a month; None where there is none, or rows contradict each other."""
        found = self.at(month)
        return None if found is None or np.isnan(self.price[found]) else float(self.price[found])

    def claims_at(self, month: int) -> tuple[str, ...]:
        """The claims of a month."""
        found = self.at(month)
        return () if found is None else self.claims[found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price told of a day or a few, not of a whole month; ``first`` and ``last`` are the days between which it was so."""

    market: str
    commodity: str
    unit: str
    basis: str | None
    first: date
    last: date
    low: float | None
    high: float | None
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A reported change of a price: a claim, never a measurement. ``over`` is the time it took, as ISO 8601 writes it."""

    claim: str
    place: str
    commodity: str
    low: float | None
    high: float | None
    unit: str
    words: str
    over: str | None
    basis: str | None
    first: date
    last: date | None
    origin: str


@dataclass(frozen=True, kw_only=True)
class Prices:
    """
    Everything that can be seen of prices.

    ``dropped`` counts the rows left out by market and flag; ``wide`` are claims whose days lie in more than one month, so
    that they stand in no series.
    """

    series: tuple[PriceSeries, ...]
    quotes: tuple[Quote, ...]
    changes: tuple[Change, ...]
    dropped: tuple[tuple[str, str, int], ...]
    wide: tuple[str, ...]

    @cached_property
    def markets(self) -> tuple[str, ...]:
        """Places with a series, sorted."""
        return tuple(sorted({series.market for series in self.series}))

    def of(self, market: str) -> tuple[PriceSeries, ...]:
        """The series of a market, by commodity, unit and kind of price."""
        return self._by_market.get(market, ())

    @cached_property
    def _by_market(self) -> dict[str, tuple[PriceSeries, ...]]:
        return {market: tuple(found) for market, found in groupby(self.series, key=lambda series: series.market)}

    @cached_property
    def _grids(self) -> tuple[Floats, int]:
        first = min((int(series.months[0]) for series in self.series), default=0)
        last = max((int(series.months[-1]) for series in self.series), default=first)
        grid = np.full((len(self.series), last - first + 1), np.nan)
        for row, series in enumerate(self.series):
            grid[row, series.months - first] = series.price
        return grid, first

    def grid(self) -> tuple[Floats, int]:
        """All series over all months, shape (series, months), not a number where there is no price; and the first month."""
        return self._grids


def month_number(day: date) -> int:
    """
    The number of a day's calendar month: year x 12 + month.

    Examples
    --------
    >>> month_number(date(2016, 11, 15)), first_day(24203)
    (24203, datetime.date(2016, 11, 1))
    """
    return day.year * 12 + day.month


def first_day(month: int) -> date:
    """The first day of a month by its number."""
    return date((month - 1) // 12, (month - 1) % 12 + 1, 1)


def last_day(month: int) -> date:
    """The last day of a month by its number."""
    return first_day(month + 1) - timedelta(days=1)


def prices_of(picture: Picture, *, flags: Sequence[str] = FLAGS) -> Prices:
    """
    Every price that can be seen, as series by month, quotes and reported changes.

    Parameters
    ----------
    picture
        What is known: rows count from the day of their publication (or entry, by the clock of the case), and only what lies wholly before
        the end of the day asked about. The month that the day itself lies in is not complete, and its rows are not used unless it ends that day.
    flags
        What a source may say of a row that counts, beside nothing; other rows are counted in ``dropped``.

    Returns
    -------
    Prices
        Sorted by market, commodity, unit and kind of price. Months without a row are not there: nothing is filled in.

    Notes
    -----
    ``methods/markets`` 6, our rules. Copies of one origin with the same figure count once. Figures of one month that speak of different
    days have their median as its price, with the least and the largest beside; figures that speak of the same days and differ are a contradiction: the
    month has both ends and no price.
    """
    key = ("prices", tuple(flags))
    if key not in picture.kept:
        rows = picture._run(_ROWS).to_pylist()  # noqa: SLF001 - one room: the picture's own steps
        picture.kept[key] = _prices(rows, flags=frozenset(flags), as_of=picture.as_of)
    found: Prices = picture.kept[key]
    return found


_SERIES = itemgetter("market", "commodity", "unit", "basis")
_DAYS = itemgetter("start", "until")


def _prices(rows: list[dict[str, Any]], *, flags: frozenset[str], as_of: date) -> Prices:
    dropped: Counter[tuple[str, str]] = Counter()
    levels, changes, wide = [], [], []
    for row in rows:
        row["unit"] = row["unit"] or ""
        if row["predicate"] == "change":
            changes.append(_change(row))
        elif row["flag"] is not None and row["flag"] not in flags:
            dropped[row["market"], row["flag"]] += 1
        elif row["until"] is None or month_number(row["start"]) != month_number(row["until"] - timedelta(days=1)):
            wide.append(row["id"])
        elif row["until"] <= as_of + timedelta(days=1):
            levels.append(row)
    # the same unit, however it is spelt, is one series: under the first spelling
    spelling: dict[str, str] = {}
    for row in levels:
        row["unit"] = spelling.setdefault(row["unit"].casefold(), row["unit"])
    return Prices(
        series=tuple(_one_series(list(group)) for _, group in groupby(levels, key=_SERIES)),
        quotes=tuple(_quotes(levels)),
        changes=tuple(sorted(changes, key=lambda change: (change.place, change.commodity, change.first, change.claim))),
        dropped=tuple((market, flag, count) for (market, flag), count in sorted(dropped.items())),
        wide=tuple(sorted(wide)),
    )


def is_food(commodity: str, *, name: str | None, category: str | None) -> bool:
    """
    Whether a commodity counts as food: by its printed name, else its id, and not where its source says that it is none.

    Examples
    --------
    >>> is_food("livestock-sheep", name="Livestock (sheep)", category="meat, fish and eggs"), is_food("rice", name=None, category=None)
    (False, True)
    """
    if (category or "").casefold() == "non-food" or commodity in _NO_FOOD_EITHER:
        return False
    return not (name or commodity).casefold().startswith(NOT_FOOD)


def _one_series(rows: Sequence[Row]) -> PriceSeries:
    months, low, high, price, usd, claims, origins, published = [], [], [], [], [], [], [], []
    for month, of_month in groupby(rows, key=lambda row: month_number(row["start"])):
        told = list(of_month)
        spans = [_ends(list(same)) for _, same in groupby(told, key=_DAYS)]
        months.append(month)
        low.append(min(least for least, _ in spans))
        high.append(max(most for _, most in spans))
        agreed = all(least == most for least, most in spans)
        price.append(median(least for least, _ in spans) if agreed else np.nan)
        dollars = {row["usd"] for row in told}
        usd.append(dollars.pop() if len(dollars) == 1 and None not in dollars else np.nan)
        claims.append(tuple(sorted(row["id"] for row in told)))
        origins.append(len({row["origin"] for row in told}))
        published.append(max(row["published"] for row in told))
    first = rows[0]
    return PriceSeries(
        market=first["market"],
        commodity=first["commodity"],
        name=first["name"] or first["commodity"].replace("-", " "),
        unit=first["unit"],
        basis=first["basis"],
        currency=first["currency"] or first["unit"].partition("/")[0],
        food=is_food(first["commodity"], name=first["name"], category=first["category"]),
        months=np.array(months, dtype=np.int64),
        low=np.array(low),
        high=np.array(high),
        price=np.array(price),
        usd=np.array(usd, dtype=np.float64),
        claims=tuple(claims),
        origins=np.array(origins, dtype=np.int64),
        published=tuple(published),
    )


def _ends(rows: Iterable[Row]) -> tuple[float, float]:
    """Lowest and highest figure of rows about the same days; an end that nobody gave is endless."""
    ends = [
        (-np.inf if row["low"] is None else row["low"], np.inf if row["high"] is None else row["high"]) for row in rows
    ]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _quotes(levels: Iterable[Row]) -> Iterator[Quote]:
    for (market, commodity, unit, basis), group in groupby(levels, key=_SERIES):
        for (start, until), same in groupby(group, key=_DAYS):
            last = until - timedelta(days=1)
            if start == first_day(month_number(start)) and last == last_day(month_number(start)):
                continue  # it speaks of the month
            told = list(same)
            low, high = _ends(told)
            yield Quote(
                market=market,
                commodity=commodity,
                unit=unit,
                basis=basis,
                first=start,
                last=last,
                low=None if np.isinf(low) else low,
                high=None if np.isinf(high) else high,
                claims=tuple(sorted(row["id"] for row in told)),
            )


def _change(row: Row) -> Change:
    return Change(
        claim=row["id"],
        place=row["market"],
        commodity=row["commodity"],
        low=row["low"],
        high=row["high"],
        unit=row["unit"],
        words=row["words"] or "",
        over=row["over_"],
        basis=row["basis"],
        first=row["start"],
        last=None if row["until"] is None else row["until"] - timedelta(days=1),
        origin=row["origin"],
    )
