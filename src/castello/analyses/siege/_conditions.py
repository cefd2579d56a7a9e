"""The conditions of a siege under our definitions: each three-valued, with its own evidence, and put together without guessing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from castello.picture.aid import AidEntry, AidMonth, Answer

BESIEGED_DAYS = (7, 30, 90)
"""Days for which an enclave must have been encircled on the ground to count as besieged; always shown side by side."""

LONG_TERM_DAYS = 183
"""Days encircled on the ground that make a siege long-term."""

PARTIAL_HOURS = 6
"""A road that is open for fewer hours a day than this leaves an enclave partly besieged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """
    Our reading of three tiers of intensity, in one place to be edited. The wording of Siege Watch's own tiers was not read: labels only.

    ``months`` without any delivery make tier 1; ``silence_is_none`` takes months without a report for months without aid.
    """

    months: int = 3
    silence_is_none: bool = False


TIERS = Tiers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """
    One condition: whether it holds, on whose word, what speaks against the answer, and what could not be seen.

    ``values`` are the figures that the answer rests on, as (name, value) pairs in order of name.
    """

    status: Answer
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Encircled:
    """
    How long an enclave has been cut off on the ground up to the day: ``low`` days for sure, ``high`` with the adjoining undecided days.

    ``high`` is None where the spell may be older than what is on record. An enclave that is not cut off has 0 and 0.
    """

    low: int
    high: int | None
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


# -------------------------------------------------------------------------------------------------- put together


def all_of(parts: Sequence[Condition], *, values: Iterable[tuple[str, object]] = ()) -> Condition:
    """
    Whether all conditions hold: one false gives no, else one undecided gives undecided.

    The claims behind a *no* are those of the parts that are false; what speaks for the other parts stands against it.

    Examples
    --------
    >>> all_of([Condition(status="undecided"), Condition(status="no")]).status
    'no'
    """
    statuses = [part.status for part in parts]
    status: Answer = "no" if "no" in statuses else "undecided" if "undecided" in statuses else "yes"
    own = [part for part in parts if part.status == status]
    rest = [part for part in parts if part.status != status]
    if status == "undecided":
        own, rest = list(parts), []
    claims = {id_ for part in own for id_ in part.claims}
    against = {id_ for part in own for id_ in part.against} | {id_ for part in rest for id_ in part.claims}
    return Condition(
        status=status,
        claims=tuple(sorted(claims)),
        against=tuple(sorted(against - claims)),
        unknown=tuple(dict.fromkeys(gap for part in (own or parts) for gap in part.unknown)),
        values=tuple(sorted(values)),
    )


def any_of(parts: Sequence[Condition], *, values: Iterable[tuple[str, object]] = ()) -> Condition:
    """Whether one condition or more holds: the counterpart of :func:`all_of`."""
    return negated(all_of([negated(part) for part in parts], values=values))


def negated(condition: Condition) -> Condition:
    """The opposite condition on the same evidence: what is behind an answer stays behind it."""
    opposite: dict[Answer, Answer] = {"yes": "no", "no": "yes", "undecided": "undecided"}
    return Condition(
        status=opposite[condition.status],
        claims=condition.claims,
        against=condition.against,
        unknown=condition.unknown,
        values=condition.values,
    )


def regular_aid(entry: AidEntry) -> Condition:
    """Regular aid entry as a condition; its values are the lowest and highest share of need in each month."""
    shares = {f"share_{month.month:%Y-%m}": month.share for month in entry.months}
    return Condition(
        status=entry.status,
        claims=entry.claims,
        against=entry.against,
        unknown=entry.unknown,
        values=tuple(sorted({"need_share": entry.need_share, **shares}.items())),
    )


# ------------------------------------------------------------------------------------------------- our definitions


def encircled_for(encircled: Encircled, *, days: int) -> Condition:
    """
    Whether an enclave has been encircled on the ground for at least so many days: yes only on the lower end of its length.

    Examples
    --------
    >>> [encircled_for(Encircled(low=20, high=40), days=days).status for days in (20, 30, 41)]
    ['yes', 'undecided', 'no']
    """
    status: Answer = "undecided"
    if encircled.low >= days:
        status = "yes"
    elif encircled.high is not None and encircled.high < days:
        status = "no"
    return Condition(
        status=status,
        claims=encircled.claims,
        against=encircled.against,
        unknown=encircled.unknown,
        values=(("days", days), ("high", encircled.high), ("low", encircled.low)),
    )


def besieged(
    encircled: Encircled, *, aid: Condition, civilians: Condition, days: Sequence[int] = BESIEGED_DAYS
) -> tuple[Condition, ...]:
    """
    BESIEGED, our rule: encircled on the ground for at least d days, and no regular aid entry, and no regular civilian exit.

    Parameters
    ----------
    encircled
        How long, on the ground.
    aid, civilians
        Whether aid enters and civilians leave regularly, as :func:`regular_aid` and :func:`civilian_exit` say.
    days
        Values of d.

    Returns
    -------
    tuple of Condition
        One for each d, in their order; ``values`` hold d and the status of each of the three.
    """
    found = []
    for least in days:
        long_enough, no_aid, no_exit = encircled_for(encircled, days=least), negated(aid), negated(civilians)
        values = {
            "days": least,
            "encircled": long_enough.status,
            "no_regular_aid": no_aid.status,
            "no_regular_exit": no_exit.status,
        }
        found.append(all_of([long_enough, no_aid, no_exit], values=values.items()))
    return tuple(found)


def long_term(encircled: Encircled, *, days: int = LONG_TERM_DAYS) -> Condition:
    """LONG-TERM, our rule: encircled on the ground for at least 183 days."""
    return encircled_for(encircled, days=days)


def partial(
    status: Condition,
    *,
    routes: tuple[int, int],
    by_fire: Condition,
    window_hours: tuple[float, float] | None = None,
    hours: float = PARTIAL_HOURS,
) -> Condition:
    """
    PARTIAL, our rule: connected on the ground, but by one road only, or over roads under fire only, or for a few hours a day only.

    Parameters
    ----------
    status
        Whether the enclave is connected on the ground.
    routes
        Least and largest number of separate routes on the ground.
    by_fire
        Whether it is connected by fire: over roads that are open all day and not under fire.
    window_hours
        Least and largest number of hours a day in which it is connected; None = no hours are claimed, the whole day.
    hours
        Fewer hours than this make it partial.

    Notes
    -----
    In a live case the answer stays on the user's machine: it would say which enclave hangs on one road.
    """
    low, high = routes
    least, most = (24.0, 24.0) if window_hours is None else window_hours
    one_road: Answer = "yes" if high <= 1 else "no" if low >= 2 else "undecided"
    short: Answer = "yes" if most < hours else "no" if least >= hours else "undecided"
    shapes = [Condition(status=one_road, claims=status.claims), negated(by_fire), Condition(status=short)]
    values = {
        "connected": status.status,
        "hours": [least, most],
        "one_road": one_road,
        "only_under_fire": negated(by_fire).status,
        "routes": [low, high],
        "short_hours": short,
    }
    return all_of([status, any_of(shapes)], values=values.items())


def _something(month: AidMonth) -> tuple[str, ...]:
    """Claims that something arrived in a month, counted or not, unless another source says of the whole month that nothing did."""
    if month.delivered[0]:
        return month.arrivals
    contradicted = any(row.arrived is not None and row.arrived.nothing for row in month.rows)
    return () if contradicted else month.surely_arrived


def tier(is_besieged: Condition, *, aid: AidEntry, is_partial: Condition, rule: Tiers = TIERS) -> Condition:
    """
    A tier of intensity by our own rule; *yes* with ``tier`` 1, 2 or 3 in its values, *no* where neither besieged nor partly besieged.

    1: besieged, and nothing delivered in the last complete months. 2: besieged, and something was. 3: partly besieged.

    Parameters
    ----------
    is_besieged, is_partial
        As :func:`besieged` and :func:`partial` say.
    aid
        What was delivered. A month of which nobody reports leaves tier 1 undecided, unless the rule says otherwise.
    rule
        The numbers of the rule.
    """
    months = aid.months[-rule.months :]
    if is_besieged.status == "yes":
        some = [id_ for month in months for id_ in _something(month)]
        none = all(month.delivered[1] == 0 or (rule.silence_is_none and not month.reported) for month in months)
        answer = 2 if some else 1 if none and len(months) == rule.months else None
        behind = {*is_besieged.claims, *(some or ([] if answer is None else aid.claims))}
        found = is_besieged
    elif is_besieged.status == "no" and is_partial.status != "undecided":
        answer = 3 if is_partial.status == "yes" else 0
        behind, found = set(is_partial.claims), is_partial
    else:
        answer, behind = None, {*is_besieged.claims, *is_partial.claims}
        found = is_besieged if is_besieged.status == "undecided" else is_partial
    status: Answer = "undecided" if answer is None else "yes" if answer else "no"
    gaps = (*found.unknown, *aid.unknown) if answer is None else found.unknown
    return Condition(
        status=status,
        claims=tuple(sorted(behind)),
        against=tuple(sorted(set(found.against) - behind)),
        unknown=tuple(dict.fromkeys(gaps)),
        values=(("tier", answer or None),),
    )
