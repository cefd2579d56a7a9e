"""What people report of prices and stocks: shocks beside what was measured, and for how many days supplies last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from castello.analyses.markets._board import COMPOSITE, Board
from castello.analyses.markets._levels import iso
from castello.analyses.markets.shocks import form_of, hours_of, level_of, multiple_of, multiple_said, per_day
from castello.analyses.markets.supply import person_days, supply_days
from castello.claims import Claim, Finding, Kind, Modality, Reason, Verdict
from castello.picture.interval import Interval
from castello.picture.people import people_of
from castello.picture.prices import Change, month_number
from castello.picture.sentences import interval, number
from castello.picture.telling import Teller

NEITHER = "what prices did within the month: monthly rows neither confirm nor contradict a change within days"
_FOOD = ("food", "staple-food", "goods")


def shocks(teller: Teller, board: Board, changes: Iterable[Change]) -> Iterator[Finding]:
    """Every reported change as a multiple of the price before, with its rate a day, beside the measured change of the same goods."""
    for change in changes:
        form = form_of(change.unit, change.words)
        given = Interval.of(change.low, change.high)
        # where the unit is none of change, the words may be
        times = multiple_said(change.words) if form is None else multiple_of(given, form)
        if times is None:
            yield _unreadable(teller, change)
            continue
        hours = hours_of(change.over) if change.over else None
        rate = None if hours is None else per_day(times, hours)
        measured = _measured(board, change)
        how = "measured" if measured else "unmeasured"
        months = [row[1] for row in measured]
        yield teller.finding(
            "shock",
            f"shock.{how}{'_hours' if rate is not None else ''}",
            subject=change.commodity,
            place=change.place,
            key=f"shock|{change.claim}",
            values={
                "commodity": change.commodity,
                "place": change.place,
                "times": _times(times),
                "hours": hours,
                "rate": None if rate is None else _times(rate),
                "from": iso(min(months) - 1) if months else None,
                "to": iso(max(months)) if months else None,
                "measured": ", ".join(f"{row[0].replace('-', ' ')} {number(round(row[3], 2))}" for row in measured),
            },
            claims=tuple(sorted({change.claim, *(id_ for row in measured for id_ in row[4])})),
            unknown=_unseen(change, measured=bool(measured)),
            status=level_of(times)[0],
            value=times.value,
            low=times.ends[0],
            high=times.ends[1],
            unit="times",
            since=change.first,
            reading="reported",
            extra={
                "levels": list(level_of(times)),
                "words": change.words,
                "basis": change.basis,
                "hours": hours,
                "per_day": None if rate is None else list(rate.ends),
                "measured": [
                    {"commodity": row[0], "month": iso(row[1]), "market": row[2], "times": row[3]} for row in measured
                ],
            },
        )


def _unreadable(teller: Teller, change: Change) -> Finding:
    """A reported change that gives no multiple of the price before: its unit is none of change, or nothing falls so far."""
    return teller.finding(
        "shock",
        "shock.unreadable",
        subject=change.commodity,
        place=change.place,
        key=f"shock|{change.claim}",
        values={
            "commodity": change.commodity,
            "place": change.place,
            "interval": interval(change.low, change.high),
            "unit": change.unit,
        },
        claims=(change.claim,),
        unknown=("what multiple of the price before is meant",),
        status="undecided",
        reason=Reason.TOO_IMPRECISE,
        since=change.first,
        reading="reported",
        extra={"words": change.words},
    )


def _times(times: Interval) -> str:
    low, high = (None if end is None else round(end, 3) for end in times.ends)
    return interval(low or None, high)


def _unseen(change: Change, *, measured: bool) -> tuple[str, ...]:
    found = [] if change.basis else ["the price before: neither it nor its day is given"]
    if change.commodity in COMPOSITE:
        found.append("which goods are meant")
    if not measured:
        found.append("measured prices of the same goods there, that month and the month before")
    return (*found, NEITHER)


def _measured(board: Board, change: Change) -> list[tuple[str, int, str, float, tuple[str, ...]]]:
    """Commodity, month, market and change on the month before, for the same goods at markets in the place; with the claims."""
    months = range(month_number(change.first), month_number(change.last or change.first) + 1)
    found = []
    for market in board.markets:
        if change.place not in board.where.stands[market].places:
            continue
        for series in board.prices.of(market):
            same = series.commodity == change.commodity
            among = change.commodity in _FOOD and series.food and series.commodity not in COMPOSITE
            for month in months if same or among else ():
                now, then = series.price_at(month), series.price_at(month - 1)
                if now is not None and then:
                    behind = (*series.claims_at(month - 1), *series.claims_at(month))
                    found.append((series.commodity, month, market, now / then, behind))
    return sorted(found)


# ------------------------------------------------------------------------------------------------------------- supplies


def supplies(teller: Teller) -> Iterator[Finding]:
    """For how many days each stock that is told in rations lasts for the people of the place, beside what others say of its end."""
    picture = teller.picture
    gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
    told = [
        claim
        for claim in picture.claims(kinds=[Kind.SUPPLY], end=picture.as_of)
        if claim.id not in gone and claim.modality in (Modality.ASSERTED, Modality.LIKELY)
    ]
    for claim in told:
        if claim.predicate != "stock" or claim.quantity is None or claim.place is None:
            continue
        stock = person_days(Interval.of(claim.quantity.low, claim.quantity.high, count=True), claim.quantity.unit)
        if stock is not None:
            yield _lasting(teller, claim, stock, beside=_ends_said(told, claim))


def _ends_said(told: Iterable[Claim], stock: Claim) -> list[Claim]:
    """What is said of when the same goods there run out."""
    return [
        claim
        for claim in told
        if claim.predicate in ("days_left", "none") and (claim.subject, claim.place) == (stock.subject, stock.place)
    ]


def _lasting(teller: Teller, claim: Claim, stock: Interval, *, beside: list[Claim]) -> Finding:
    start = (claim.happened.sure or claim.happened.maybe)[0] or claim.published
    assert claim.place is not None  # asked for before
    people = people_of(teller.picture, claim.place, day=start)
    days = None if people.status == "undecided" else supply_days(stock, people.span)
    half = None if days is None else supply_days(stock, people.span, ration=Interval.point(0.5))
    ends = (None, None) if days is None else days.ends
    until = [None if end is None else (start + timedelta(days=int(end))).isoformat() for end in ends]
    shown = interval(*(None if end is None else round(end, 1) for end in ends))
    return teller.finding(
        "supply",
        "supply.days" if days is not None else "supply.days_unknown",
        subject=claim.subject,
        place=claim.place,
        key=f"supply_days|{claim.subject}|{claim.place}|{claim.origin}|{start}",
        values={
            "good": claim.subject,
            "place": claim.place,
            "since": start,
            "stock": interval(*stock.ends),
            "days": None if days is None else shown,
            "people": interval(*people.span.ends) if days is not None else None,
            "until": None if days is None else " to ".join(end or "?" for end in dict.fromkeys(until)),
        },
        claims=tuple(sorted({claim.id, *people.claims, *(item.id for item in beside)})),
        unknown=(
            "rationing, other stocks and what comes in: a full ration is assumed",
            *(people.unknown if days is None else ()),
        ),
        label="inference",
        status="assessed" if days is not None else "undecided",
        reason=None if days is not None else Reason.NO_CLAIM,
        low=ends[0],
        high=ends[1],
        value=None if days is None else days.value,
        unit="day",
        since=start,
        reading="full_ration",
        extra={
            "person_days": list(stock.ends),
            "people": None if days is None else list(people.span.ends),
            "half_ration_days": None if half is None else list(half.ends),
            "until": until,
            "counted": claim.quantity.unit if claim.quantity else None,
            "said_of_the_end": [
                {
                    "claim": item.id,
                    "predicate": item.predicate,
                    "until": item.slot("until"),
                    "day": str(item.happened.maybe[0]),
                }
                for item in beside
            ],
        },
    )
