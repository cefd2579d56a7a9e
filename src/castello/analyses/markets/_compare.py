"""A market beside others: the multiple of its references, what a basket costs, the siege signal and its record."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from castello.analyses.markets._board import Against, Board
from castello.analyses.markets._levels import iso, rounded
from castello.analyses.markets._signal import IN_A_ROW, MonthOf, Run, Signal
from castello.analyses.markets.baskets import Basket, cost
from castello.analyses.markets.multiples import Multiple, level_of, multiple
from castello.claims import Finding, Reason
from castello.picture.prices import first_day, last_day
from castello.picture.sentences import name_of, number
from castello.picture.telling import Teller

NOT_PROOF = "no signal is no proof that a place is open: aid lowers the prices of what it brings"
MIX = "the same items in every month: indices of two months are no price index"


def multiples(teller: Teller, board: Board, market: str, month: int) -> Iterator[Finding]:
    """A market held against the nearest open market and the national median in a month, and its other goods one by one."""
    if not board.items(market, month):
        return
    nearest, national = board.against_nearest(market, month), board.against_national(market, month)
    if nearest is None:
        yield _nothing(teller, board, market, month)
    for found, kind in ((nearest, "nearest"), (national, "national")):
        if found is not None:
            yield _multiple(teller, board, market, month, found, kind=kind)
    if nearest is not None:
        others = _others(teller, board, market, month, nearest)
        if others is not None:
            yield others


def _nothing(teller: Teller, board: Board, market: str, month: int) -> Finding:
    items = tuple(board.items(market, month)) + tuple(board.items(market, month, food=False))
    claims = board.claims(market, month, items)
    return teller.finding(
        "multiple",
        "multiple.no_reference",
        subject=market,
        place=market,
        key=f"multiple|{market}|nearest",
        values={"place": market, "month": iso(month)},
        claims=claims,
        unknown=("any open market with coordinates that prices the same food in the same unit",),
        label="inference",
        status="undecided",
        reason=Reason.OUTSIDE_COVERAGE,
        since=first_day(month),
        reading="nearest",
        extra={"month": iso(month)},
    )


def _other_goods(board: Board, market: str, reference: str, month: int) -> Multiple:
    return multiple(board.items(market, month, food=False), board.items(reference, month, food=False))


def _multiple(teller: Teller, board: Board, market: str, month: int, against: Against, *, kind: str) -> Finding:
    found, ends = against.found, against.found.range or (math.nan, math.nan)
    form = kind if found.index is not None else "single" if kind == "nearest" else "single_national"
    state = board.where.state(market, month)
    unknown = [*_unseen(teller, against), MIX]
    return teller.finding(
        "multiple",
        f"multiple.{form}",
        subject=market,
        place=market,
        key=f"multiple|{market}|{kind}",
        values={
            "place": market,
            "month": iso(month),
            "reference": against.reference or None,
            "markets": against.markets,
            "items": found.items,
            "index": rounded(found.index),
            "median": rounded(found.median),
            "low": rounded(ends[0]),
            "high": rounded(ends[1]),
            "ratios": _listed(found) if found.index is None else None,
        },
        claims=against.claims,
        unknown=tuple(unknown),
        label="inference",
        status=level_of(found.index) if found.index is not None else "undecided",
        reason=None if found.index is not None else Reason.TOO_IMPRECISE,
        value=found.index,
        low=ends[0],
        high=ends[1],
        since=first_day(month),
        reading=kind,
        extra={
            "month": iso(month),
            "state": state,
            "reference": against.reference or "national median",
            "reference_state": against.state,
            "reference_chosen": against.chosen,
            "km": None if against.km is None else round(against.km, 1),
            "passed_over": [list(pair) for pair in against.passed],
            "reference_in_alarm": list(against.dear),
            "markets": against.markets,
            "median": found.median,
            "items": [[_commodity(item), ratio] for item, ratio in found.ratios],
            "only_here": [_commodity(item) for item in found.only_here],
            "only_there": [_commodity(item) for item in found.only_there] if against.reference else [],
            "other_units": [list(row) for row in board.unit_mismatches(market, against.reference, month)]
            if against.reference
            else [],
        },
    )


def _unseen(teller: Teller, against: Against) -> list[str]:
    registers = teller.picture.registers
    found = []
    if against.state is not None and against.state not in ("connected", "unsaid"):
        state = against.state.replace("_", " ")
        found.append(
            f"a reference that is open: {name_of(against.reference, registers)} is {state} that month, so the ratio understates"
        )
    if against.state == "unsaid" or not against.reference:
        found.append("whether the reference is open: nobody says that it is cut off, nobody says that it is not")
    for market, state in against.passed:
        found.append(f"{name_of(market, registers)} is nearer and no reference: {state.replace('_', ' ')}")
    if against.dear:
        found.append(f"an ordinary price there: {', '.join(against.dear)} are in alarm in the reference itself")
    return found


def _others(teller: Teller, board: Board, market: str, month: int, against: Against) -> Finding | None:
    found = _other_goods(board, market, against.reference, month)
    if not found.ratios:
        return None
    both = tuple(item for item, _ in found.ratios)
    claims = {*board.claims(market, month, both), *board.claims(against.reference, month, both)}
    return teller.finding(
        "multiple",
        "multiple.other_goods",
        subject=market,
        place=market,
        key=f"multiple|{market}|other",
        values={"place": market, "month": iso(month), "reference": against.reference, "ratios": _listed(found)},
        claims=tuple(sorted(claims)),
        unknown=(*_unseen(teller, against), "goods that nobody recorded"),
        label="inference",
        status="told",
        since=first_day(month),
        reading="other_goods",
        extra={"month": iso(month), "items": [[_commodity(item), ratio] for item, ratio in found.ratios]},
    )


def _commodity(item: str) -> str:
    return item.partition("|")[0]


def _listed(found: Multiple) -> str:
    return ", ".join(f"{_commodity(item).replace('-', ' ')} {number(round(ratio, 2))}" for item, ratio in found.ratios)


# -------------------------------------------------------------------------------------------------------------- baskets


def basket_cost(teller: Teller, board: Board, market: str, month: int, basket: Basket) -> Finding | None:
    """What a basket costs at a market in a month, as far as its items have a price; None where none has."""
    wanted = {(item.commodity, item.unit.casefold()): item.unit for item in basket.items}
    priced: dict[tuple[str, str], float] = {}
    behind: set[str] = set()
    currencies: set[str] = set()
    for series in board.prices.of(market):
        unit = wanted.get((series.commodity, series.measure.casefold()))
        price = series.price_at(month)
        if unit is not None and price is not None:
            priced[series.commodity, unit] = price
            behind.update(series.claims_at(month))
            currencies.add(series.currency)
    found = cost(basket, priced)
    if found.value is None or len(currencies) != 1:
        return None
    return teller.finding(
        "basket",
        f"basket.{'complete' if found.complete else 'incomplete'}",
        subject=market,
        place=market,
        key=f"basket|{market}|{basket.name}",
        values={
            "place": market,
            "month": iso(month),
            "basket": basket.name,
            "cost": found.value,
            "currency": currencies.pop(),
            "people": basket.people,
            "days": basket.days,
            "found": len(found.found),
            "needed": len(basket.items),
            "missing": ", ".join(id_.replace("-", " ") for id_ in found.missing),
        },
        claims=tuple(sorted(behind)),
        unknown=tuple(f"the price of {id_.replace('-', ' ')}" for id_ in found.missing)
        or ("what people really eat: a basket is a yardstick",),
        label="inference",
        status="complete" if found.complete else "incomplete",
        value=found.value,
        unit=board.prices.of(market)[0].currency,
        since=first_day(month),
        definition=basket.name,
        extra={
            "month": iso(month),
            "found": list(found.found),
            "missing": list(found.missing),
            "people": basket.people,
            "days": basket.days,
            "kcal": basket.kcal,
        },
    )


def published_baskets(teller: Teller, board: Board, market: str) -> Iterator[Finding]:
    """The latest cost of a basket that somebody published, beside that of the nearest area around it for which there is one, of the same month."""
    for series in board.prices.of(market):
        month = int(series.months[-1])
        cost_here = series.price_at(month)
        if "basket" not in series.commodity or cost_here is None or not board.is_recent(month):
            continue
        for area in board.where.stands[market].places[1:]:
            there = next((one for one in board.prices.of(area) if one.item == series.item), None)
            cost_there = None if there is None else there.price_at(month)
            if there is None or not cost_there:
                continue
            yield teller.finding(
                "basket",
                "basket.published",
                subject=market,
                place=market,
                key=f"basket|{market}|published|{series.item}",
                values={
                    "place": market,
                    "month": iso(month),
                    "cost": cost_here,
                    "currency": series.currency,
                    "times": rounded(cost_here / cost_there),
                    "reference": area,
                },
                claims=tuple(sorted({*series.claims_at(month), *there.claims_at(month)})),
                unknown=("whether both baskets hold the same items",),
                status="assessed",
                value=cost_here / cost_there,
                unit="times",
                since=first_day(month),
                definition="published basket",
                extra={"month": iso(month), "reference": area, "cost": cost_here, "reference_cost": cost_there},
            )
            break


# --------------------------------------------------------------------------------------------------------- siege signal


def signal(teller: Teller, board: Board, told: Signal, *, recent: bool) -> Finding:
    """Whether a market has been at least twice as dear as its reference for two months in a row, in its latest month."""
    months = told.months
    now, before = months[-1], months[-2] if len(months) > 1 else None
    run = told.runs[-1] if told.runs and told.runs[-1].last == now.month else None
    form, why = _form(now, before, run, recent=recent)
    claims = run.claims if run is not None else now.against.claims if now.against is not None else ()
    if not claims:
        claims = tuple(sorted({id_ for one in board.prices.of(told.market) for id_ in one.claims_at(now.month)}))
    against = now.against
    unknown = [NOT_PROOF] if form in ("none", "once", "undecided") else ["why it is dear: a price knows no cause"]
    unknown += [] if against is None else _unseen(teller, against)
    return teller.finding(
        "siege_signal",
        f"siege_signal.{form}",
        subject=told.market,
        place=told.market,
        key=f"siege_signal|{told.market}",
        values={
            "place": told.market,
            "month": iso(now.month),
            "level": run.level if run is not None else None,
            "months": None if run is None else run.last - run.first + 1,
            "first": None if run is None else iso(run.first),
            "index": rounded(now.index),
            "reference": None if against is None else against.reference,
            "why": why,
        },
        claims=claims,
        unknown=tuple(unknown),
        label="inference",
        status={"on": run.level if run else "", "once": "none"}.get(form, form),
        reason=None if form != "undecided" else Reason.TOO_IMPRECISE if why == "few_items" else Reason.OUTSIDE_COVERAGE,
        value=now.index,
        since=first_day(run.first) if run is not None and form == "on" else None,
        reading="nearest",
        definition="siege multiple, our rule: 2, 4 and 6 times, two months in a row, three food items",
        extra={
            "month": iso(now.month),
            "enclave": board.where.stands[told.market].enclave,
            "in_enclave_by": board.where.stands[told.market].how,
            "state": board.where.state(told.market, now.month),
            "runs": [
                {"first": iso(one.first), "last": iso(one.last), "level": one.level}
                for one in told.runs
                if one.confirmed is not None
            ],
            "months": [_of_month(board, told.market, month) for month in months[-12:]],
        },
    )


def _form(now: MonthOf, before: MonthOf | None, run: Run | None, *, recent: bool) -> tuple[str, str | None]:
    if not recent:
        return "undecided", "old"
    if now.high is None:
        return "undecided", "no_reference" if now.against is None else "few_items"
    if not now.high:
        return "none", None
    if run is not None and run.last - run.first + 1 >= IN_A_ROW:
        return "on", None
    # a month of which nothing is known is no month without a signal
    return ("undecided", "gap") if before is None or before.high is None else ("once", None)


def _of_month(board: Board, market: str, month: MonthOf) -> dict[str, object]:
    against = month.against
    other = None if against is None else _other_goods(board, market, against.reference, month.month)
    return {
        "month": iso(month.month),
        "reference": None if against is None else against.reference,
        "items": 0 if against is None else against.found.items,
        "index": month.index,
        "median": None if against is None else against.found.median,
        "national": board.national(market, month.month).index,
        "other_goods": [] if other is None else [[_commodity(item), ratio] for item, ratio in other.ratios],
    }


def record(teller: Teller, told: Signal, *, since: date) -> Iterator[Finding]:
    """The first siege signal beside the day on which the UN first said that the place is besieged, by its word and by its figures."""
    first, listed = told.first_run(since=since), told.listed()
    if first is None and not listed:
        return
    stood = None if first is None or first.confirmed is None else last_day(first.confirmed)
    knowable = None if first is None else first.knowable
    for item in listed or (None,):
        days = None if stood is None or item is None else (stood - item.said).days
        form = "unlisted" if item is None else "after" if days and days > 0 else "before"
        if days is None and item is not None:
            form = "never" if any(month.high is not None for month in told.months) else "undecided"
        yield teller.finding(
            "siege_signal_record",
            f"siege_signal_record.{form}",
            subject=told.market,
            place=told.market,
            key=f"siege_signal_record|{told.market}|{item.form if item else ''}",
            values={
                "place": told.market,
                "of": item.place if item else None,
                "how": f"un_{item.form}" if item else None,
                "said": item.said if item else None,
                "stood": stood,
                "knowable": knowable,
                "days": None if days is None else abs(days),
            },
            claims=tuple(sorted({*(first.claims if first else ()), *(item.claims if item else ())})),
            unknown=(
                "lists that nobody entered here",
                "when the prices were first seen by anybody: rows are dated by their month",
            ),
            label="inference",
            status=form,
            reason=Reason.TOO_IMPRECISE if form == "undecided" else None,
            value=None if days is None else float(days),
            unit=None if days is None else "day",
            since=stood,
            extra={
                "signal_first_month": None if first is None else iso(first.first),
                "signal_stood": stood.isoformat() if stood else None,
                "signal_knowable": knowable.isoformat() if knowable else None,
                "un_first_said": item.said.isoformat() if item else None,
                "lag_days": days,
                "lag_days_knowable": None if item is None or knowable is None else (knowable - item.said).days,
            },
        )
