"""
Siege: who is cut off, under which definition, since when, how many people, and which road is the last one.

Every enclave is told under each definition side by side. ``undecided`` is a full answer: where unknown roads decide, nobody is told cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from castello.analyses.siege._changes import changes
from castello.analyses.siege._corridors import Corridor, corridors
from castello.analyses.siege._definitions import USUAL_DAYS, definitions
from castello.analyses.siege._derived import LEAST_PEOPLE, derived
from castello.analyses.siege._doubt import chance, flips
from castello.analyses.siege._enclave import EnclaveDay, People, decided_by_others, enclaves_on, traffic
from castello.analyses.siege._held import held, held_finding
from castello.analyses.siege._people import people_finding
from castello.analyses.siege._watch import watch
from castello.claims import Finding, Kind, Reason
from castello.picture import Picture, Topic
from castello.picture.reach import Reach
from castello.picture.sentences import interval, name_of
from castello.picture.telling import Teller, assumed, said_on

__all__ = [
    "LEAST_PEOPLE",
    "USUAL_DAYS",
    "EnclaveDay",
    "People",
    "changes",
    "corridors",
    "decided_by_others",
    "derived",
    "enclaves_on",
    "held",
    "siege",
    "watch",
]

ROUTES_COUNTED = 3
"""Routes are counted up to this many: "3 or more"."""


def siege(picture: Picture, *, users: str = "supply") -> tuple[Finding, ...]:
    """
    What can be said of every enclave of the case on the day of the picture.

    Parameters
    ----------
    picture
        The ledger as of the day, as known by a day, on a branch.
    users
        Whose passage is asked about: ``supply``, ``civilian``, ``aid``, ``foot``.

    Returns
    -------
    tuple of Finding
        For each enclave that exists on the day: ``reach`` by fire and on the ground (status, since, people, roads, routes), ``last_road`` (roads in
        series are one corridor), ``reopening``, ``held`` where another side is said to hold it, ``siege_people``, then the definitions: ``besieged``
        for 7, 30 and 90 days, ``partial``, ``long_term``, ``tier``, ``flow`` where another side decides on every source, and ``listed`` for each body
        that lists places or calls it besieged.

    Notes
    -----
    Method: ``method.md`` of this folder. Missing data: a road of which nobody speaks is unknown; where unknown roads decide, the answer
    is undecided, never cut.
    """
    teller = Teller(picture, method="siege")
    found: list[Finding] = []
    # one reading of the ledger instead of one for each thing asked; feeds bring the others by the hundred thousand
    picture.claims(kinds=[kind for kind in Kind if kind not in (Kind.EVENT, Kind.PRICE)])
    for enclave in enclaves_on(picture, users=users):
        for reading in enclave.readings:
            found.append(_status(teller, enclave, reading))
            found += [_last_road(teller, enclave, one) for one in corridors(enclave.last_roads(reading.reading))]
            found += _reopenings(teller, enclave, reading)
        if enclave.held is not None:
            found.append(held_finding(teller, enclave.held, place=enclave.place, side=enclave.side))
        people = people_finding(teller, enclave)
        found += [] if people is None else [people]
        found += definitions(teller, enclave)
    return tuple(found)


def _status(teller: Teller, enclave: EnclaveDay, item: Reach) -> Finding:
    values: dict[str, str | None] = {"place": item.place, "side": item.side, "reading": item.reading}
    values |= enclave.said_beside
    against = enclave.against(item.claims, item.against)
    how = enclave.dated(item.reading)
    # days before of which nothing at all is known say nothing of when it began
    earliest = None if item.not_before == date.min else item.not_before
    if item.status == "undecided":
        form = "undecided" if item.decisive else "unmapped"
        values["decisive"] = ";".join(item.decisive) or None
        if item.decisive and item.as_assessed != "undecided":
            form, values["assessed"] = "undecided_assessed", item.as_assessed
    else:
        form = item.status + ("_between" if earliest else how)
        values["since"] = item.since.isoformat() if item.since else None
        values["earliest"] = earliest.isoformat() if earliest else None
    reason = None
    if item.status == "undecided":
        contradicted = any(
            topic.reason is Reason.CONTRADICTION for topic in _topics_of(teller, item, users=enclave.users)
        )
        reason = Reason.CONTRADICTION if contradicted else Reason.NO_CLAIM
    reason = reason or assumed(item.claims, item.against)
    claims = [teller.claims[id_] for id_ in item.claims if id_ in teller.claims]
    unknown = [f"state of {name_of(road, teller.picture.registers)}" for road in item.decisive]
    unknown += teller.unseen(
        (*item.claims, *against), newest=max((min(said_on(c), teller.picture.as_of) for c in claims), default=None)
    )
    people, routes = enclave.people, enclave.routes(item.reading)
    turning = flips(enclave, item.reading)
    likely = chance(enclave, item.reading)
    return teller.finding(
        "reach",
        f"reach.{form}",
        subject=item.place,
        place=item.place,
        key=f"reach|{item.place}|{item.side}|{enclave.users}",
        values=values,
        claims=item.claims,
        against=against,
        unknown=tuple(unknown),
        label="inference",
        status=item.status,
        reason=reason,
        value=item.status,
        since=item.since,
        reading=item.reading,
        method="reach",
        extra={
            "side": item.side,
            "roads": [list(pair) for pair in item.roads],
            "decisive": list(item.decisive),
            "people": people.to_json(),
            "routes": {"low": routes[0], "high": routes[1], "counted_to": ROUTES_COUNTED},
            "sources": [place.id for place in enclave.roads.sources()],
            "decides": list(enclave.decided_by()),
            "users": enclave.users,
            "flips": [{"claim": id_, "status": status} for id_, status in turning],
            **({"chance_connected": likely.to_json()} if likely.low != likely.high or 0 < likely.low < 1 else {}),
            **({"as_assessed": item.as_assessed} if item.as_assessed else {}),
            **({"not_before": earliest.isoformat()} if earliest else {}),
            **({"censored": True} if form.endswith("_or_before") else {}),
        },
    )


def _topics_of(teller: Teller, item: Reach, *, users: str) -> Iterable[Topic]:
    asked = {f"access|{road}|{item.side}|{users}" for road in item.decisive}
    return (topic for topic in teller.topics(Kind.ACCESS) if topic.question in asked)


def _last_road(teller: Teller, enclave: EnclaveDay, corridor: Corridor) -> Finding:
    people, road = enclave.people_behind(corridor.first), corridor.first
    form = "people" if people.known else "nobody_counted"
    if len(corridor.roads) > 1:
        form = "corridor" if people.known else "corridor_nobody_counted"
    elif road.structural:
        form = "structural" if people.known else "structural_nobody_counted"
    claims = tuple(sorted({*corridor.claims, *people.claims}))
    return teller.finding(
        "last_road",
        f"last_road.{form}",
        subject=road.road,
        place=road.place,
        key=f"last_road|{corridor.key}|{road.place}|{enclave.users}",
        values={
            "road": road.road,
            "roads": ";".join(corridor.ids) if len(corridor.roads) > 1 else None,
            "place": road.place,
            "reading": road.reading,
            "people": interval(people.low, people.high) if people.known else None,
            "state": corridor.state,
            "traffic": traffic(enclave.users),
        },
        claims=claims,
        against=corridor.against,
        reason=assumed(claims, corridor.against),
        unknown=(
            *(("another road, of which nobody speaks, may lead in",) if not corridor.certain else ()),
            "roads that are not on the map",
        ),
        label="inference",
        status="structural" if corridor.structural else "last",
        value=None,
        low=people.low,
        high=people.high,
        unit="person" if people.known else None,
        since=corridor.since,
        reading=road.reading,
        extra={
            "side": road.side,
            "state": corridor.state,
            "behind": list(road.behind),
            "structural": corridor.structural,
            "pieces": corridor.pieces,
            "certain": corridor.certain,
            "parts": corridor.parts(),
            "whole_enclave": True,
            "people_behind": people.to_json(),
        },
    )


def _reopenings(teller: Teller, enclave: EnclaveDay, item: Reach) -> list[Finding]:
    found = enclave.reopenings(item.reading)
    sets: tuple[tuple[str, ...], ...] = tuple((road,) for road in found.single) or found.fewest
    people = enclave.people
    behind = {*item.claims, *people.claims}
    return [
        teller.finding(
            "reopening",
            "reopening.one" if len(roads) == 1 else "reopening.several",
            subject=roads[0],
            place=item.place,
            key=f"reopening|{'+'.join(roads)}|{item.place}|{enclave.users}",
            values={
                "roads": ";".join(roads),
                "place": item.place,
                "reading": item.reading,
                "traffic": traffic(enclave.users),
            },
            claims=tuple(sorted(behind)),
            reason=assumed(behind, ()),
            unknown=("what holds the road shut, and at what price it could be opened",),
            label="inference",
            status="would_reconnect",
            value=float(len(roads)),
            low=people.low,
            high=people.high,
            unit="person" if people.known else None,
            reading=item.reading,
            extra={"roads": list(roads), "side": item.side, "complete": found.complete},
        )
        for roads in sets
    ]
