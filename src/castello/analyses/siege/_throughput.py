"""Throughput as findings: what passed against need, by month and by week, where another side decides on every source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from castello.analyses.siege._enclave import EnclaveDay
from castello.analyses.siege._flow import Share, WeekFlow, flow_by_week, weeks_until
from castello.claims import Finding, Reason
from castello.picture.aid import AidEntry
from castello.picture.sentences import day as in_words
from castello.picture.sentences import interval, name_of
from castello.picture.telling import Teller

NOT_TRADE = "trade that is no aid"

_SINGULAR = ("truck", "tonne", "convoy", "person", "person-day")


def share_text(low: float | None, high: float | None) -> str:
    """
    A share of need as people read it.

    Examples
    --------
    >>> share_text(0.838, 0.838), share_text(0.1, None), share_text(0, None)
    ('84 %', '10 % or more', 'not known')
    """
    ends = [None if share is None else f"{100 * share:.0f} %" for share in (low, high)]
    if ends[0] == ends[1]:
        return ends[0] or "not known"
    if ends[1] is None:
        return f"{ends[0]} or more" if low else "not known"
    return f"{ends[0]} to {ends[1]}" if ends[0] is not None else f"at most {ends[1]}"


def throughput(teller: Teller, enclave: EnclaveDay, entry: AidEntry) -> list[Finding]:
    """
    What passed against what was needed: one finding for the months, one for each week, source, unit and point of count, one for the weeks without.

    Nothing where some source is in the side's own hands: there a status says enough.
    """
    if not enclave.decided_by():
        return []
    rows = flow_by_week(teller.picture, place=enclave.place)
    told = {row.week for row in rows}
    blank = [week for week in weeks_until(teller.picture.as_of) if week not in told]
    found = [_by_month(teller, enclave, entry), *(_by_week(teller, enclave, row) for row in rows)]
    return [*found, *([_blank(teller, enclave, blank)] if blank else [])]


def _by_month(teller: Teller, enclave: EnclaveDay, entry: AidEntry) -> Finding:
    shares = {f"{month.month:%Y-%m}": month.share for month in entry.months}
    # that something or nothing may have come is no figure
    known = any(high is not None or low for low, high in shares.values())
    return teller.finding(
        "flow",
        "flow.share" if known else "flow.unknown",
        subject=enclave.place,
        place=enclave.place,
        key=f"flow|{enclave.place}|{enclave.users}",
        values={
            "place": enclave.place,
            "parties": ";".join(enclave.decided_by()),
            "shares": "; ".join(f"{month} {share_text(*share)}" for month, share in shares.items()) if known else None,
        },
        claims=entry.claims,
        against=entry.against,
        unknown=tuple(dict.fromkeys((*entry.unknown, NOT_TRADE))),
        label="inference",
        status=entry.status,
        reason=Reason.NO_CLAIM if entry.status == "undecided" else None,
        extra={
            "decides": list(enclave.decided_by()),
            "delivered_share_of_need": {month: list(share) for month, share in shares.items()},
        },
    )


def _by_week(teller: Teller, enclave: EnclaveDay, row: WeekFlow) -> Finding:
    form = "week_part" if row.reported == 0 else "week_share" if row.shares else "week"
    one = row.low == row.high == 1 and row.unit in _SINGULAR
    behind = {id_ for share in row.shares for id_ in share.claims}
    return teller.finding(
        "flow",
        f"flow.{form}",
        subject=enclave.place,
        place=enclave.place,
        key=f"flow|{enclave.place}|{row.week}|{row.source}|{row.unit}|{row.point}",
        values={
            "place": enclave.place,
            "week": row.week.isoformat(),
            "delivered": interval(row.low, row.high),
            "unit": f"one_{row.unit}" if one else row.unit,
            "point": row.point,
            "source": row.source,
            "reported": str(row.reported),
            "of": str(row.days),
            "shares": "; ".join(_against(teller, share) for share in row.shares) or None,
        },
        claims=tuple(sorted({*row.claims, *behind})),
        unknown=(
            *(("the days of which it does not speak",) if row.reported < row.days else ()),
            *(() if row.shares else ("what is needed in this unit",)),
            NOT_TRADE,
        ),
        label="inference",
        status="assessed" if row.shares else "undecided",
        reason=None if row.shares else Reason.NO_CLAIM,
        low=row.low,
        high=row.high,
        unit=row.unit,
        since=row.week,
        extra={
            "week": row.week.isoformat(),
            "until": row.last.isoformat(),
            "source": row.source,
            "point": row.point,
            "reported_days": row.reported,
            "days": row.days,
            "shares_of_need": [
                {
                    "source": share.source,
                    "need_low": share.low,
                    "need_high": share.high,
                    "need_per": "day" if share.daily else "all persons",
                    "share_low": share.share[0],
                    "share_high": share.share[1],
                    "claims": list(share.claims),
                }
                for share in row.shares
            ],
        },
    )


def _against(teller: Teller, share: Share) -> str:
    """One share with whose need it is of: ``84 % of 500 a day (UNRWA)``."""
    need = interval(share.low, share.high)
    what = f"{need} a day" if share.daily else f"{need} people"
    return f"{share_text(*share.share)} of {what} ({name_of(share.source, teller.picture.registers)})"


def _blank(teller: Teller, enclave: EnclaveDay, weeks: Sequence[date]) -> Finding:
    return teller.finding(
        "flow",
        "flow.blank",
        subject=enclave.place,
        place=enclave.place,
        key=f"flow|{enclave.place}|blank",
        values={"place": enclave.place, "weeks": ", ".join(in_words(week.isoformat()) for week in weeks)},
        claims=(),
        unknown=("what passed in these weeks", NOT_TRADE),
        label="inference",
        status="undecided",
        reason=Reason.NO_CLAIM,
        extra={"weeks": [week.isoformat() for week in weeks]},
    )
