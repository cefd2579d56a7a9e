"""How long supplies last: person-days of stock over the people and their ration, as an interval over what is not known."""

from __future__ import annotations

from castello.picture.interval import Interval

DAYS_OF = {"person-day": 1, "person-week": 7, "person-month": 30}
"""Person-days in the units in which stocks are told; a month of rations is thirty days. Other units are not food for people."""

FULL_RATION = Interval(1, 1)


def person_days(figure: Interval, unit: str) -> Interval | None:
    """
    A stock in person-days; None where its unit says nothing of people and days.

    Examples
    --------
    >>> person_days(Interval.point(145000), "person-month")
    Interval(low=4350000, high=4350000)
    """
    days = DAYS_OF.get(unit)
    return None if days is None else figure * Interval.point(days)


def supply_days(stock: Interval, people: Interval, *, ration: Interval = FULL_RATION) -> Interval:
    """
    For how many days a stock lasts: ``person-days / (people x ration share)``.

    Parameters
    ----------
    stock
        In person-days of a full ration.
    people
        Those who eat from it; an open end leaves the answer open.
    ration
        Share of a full ration that is handed out; above 0.

    Returns
    -------
    Interval
        In days: every length that some people and some ration within their intervals give.

    Notes
    -----
    ``methods/markets`` 7. It is arithmetic on what is counted, not a forecast: rationing, partial lists and smuggling are not in it.

    Examples
    --------
    >>> supply_days(Interval.point(4_350_000), Interval(250_000, 300_000)).ends
    (14.5, 17.4)
    """
    return stock / (people * ration)
