"""Watch: which enclaves are one road away from being cut off. For the user's own machine."""

from __future__ import annotations

from datetime import timedelta

from castello.analyses.siege._corridors import Corridor, corridors
from castello.analyses.siege._enclave import EnclaveDay, enclaves_on, traffic
from castello.claims import Finding
from castello.picture import Picture
from castello.picture.reach import LastRoad
from castello.picture.sentences import interval
from castello.picture.telling import Teller, assumed

ALARM_PEOPLE = 10_000
"""An alarm is raised for last roads with at least so many people behind them."""


def watch(picture: Picture, *, users: str = "supply") -> tuple[Finding, ...]:
    """
    The enclaves that one more road would cut off, and those where that is new.

    Parameters
    ----------
    picture
        The ledger as of the day; compared with the day before, as known now.
    users
        As in :func:`castello.analyses.siege.siege`.

    Returns
    -------
    tuple of Finding
        ``watch``, one for each enclave, reading and corridor (last roads in series), in the order of the case's enclaves; ``extra`` has ``alarm`` and
        why.

    Notes
    -----
    Castello's own rule (``methods/siege`` section 4): alarm on change, when the routes of an enclave fall to one, or may have, or a last road comes
    under fire, and at least 10,000 people are, or may be, behind it; where nobody counted them, none. A road that is the only one by the lie of the land is marked once and never alarms. A current list of
    last roads would tell an attacker what to cut: of a live case no form that leaves the machine carries these findings.
    """
    teller = Teller(picture, method="siege")
    yesterday = picture.as_of - timedelta(days=1)
    before = {item.place: item for item in enclaves_on(picture, day=yesterday, users=users)}
    return tuple(
        _watched(teller, enclave, corridor, before.get(enclave.place))
        for enclave in enclaves_on(picture, users=users)
        for item in enclave.readings
        for corridor in corridors(enclave.last_roads(item.reading))
    )


def _watched(teller: Teller, enclave: EnclaveDay, corridor: Corridor, before: EnclaveDay | None) -> Finding:
    road = corridor.first
    people = enclave.people_behind(road)
    news = [
        why
        for part in corridor.roads
        if not part.structural and before is not None
        for why in _news(part, enclave, before)
    ]
    why = list(dict.fromkeys(news))
    # "at least so many" may be any number
    enough = people.known and (people.high is None or people.high >= ALARM_PEOPLE)
    alarm = bool(why) and enough
    claims = tuple(sorted({*corridor.claims, *people.claims}))
    return teller.finding(
        "watch",
        f"watch.{_form(corridor, alarm=alarm, counted=people.known)}",
        subject=road.place,
        place=road.place,
        key=f"watch|{road.place}|{corridor.key}|{enclave.users}",
        values={
            "place": road.place,
            "road": road.road,
            "roads": ";".join(corridor.ids) if len(corridor.roads) > 1 else None,
            "reading": road.reading,
            "state": corridor.state,
            "traffic": traffic(enclave.users),
            "people": interval(people.low, people.high) if people.known else None,
            "why": ";".join(why) or None,
        },
        claims=claims,
        against=corridor.against,
        unknown=("roads that are not on the map",),
        label="inference",
        reason=assumed(claims, corridor.against),
        status="structural" if corridor.structural else "one_road_away",
        low=people.low,
        high=people.high,
        unit="person" if people.known else None,
        since=corridor.since,
        reading=road.reading,
        extra={
            "alarm": alarm,
            "why": why,
            "side": road.side,
            "certain": corridor.certain,
            "parts": corridor.parts(),
        },
    )


def _form(corridor: Corridor, *, alarm: bool, counted: bool) -> str:
    several = len(corridor.roads) > 1
    if alarm:
        return "alarm_corridor" if several else "alarm"
    if several:
        return "corridor" if counted else "corridor_nobody_counted"
    return "people" if counted else "nobody_counted"


def _news(road: LastRoad, now: EnclaveDay, before: EnclaveDay) -> list[str]:
    """What is new about a last road since the day before."""
    earlier = {item.road: item for item in before.last_roads(road.reading)}.get(road.road)
    routes, routes_before = now.routes(road.reading), before.routes(road.reading)
    surely_fell = earlier is None and routes_before[0] > 1
    # there may have been another, and now there is none
    perhaps_fell = routes[1] == 1 < routes_before[1]
    came_under_fire = earlier is not None and (earlier.state, road.state) == ("open", "fire_controlled")
    return [*(["one_route_left"] if surely_fell or perhaps_fell else []), *(["under_fire"] if came_under_fire else [])]
