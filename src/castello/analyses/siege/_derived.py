"""Derived enclaves: groups of places that are cut off together although nobody named them, and what became of them over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from castello.analyses.siege._enclave import traffic
from castello.claims import Finding
from castello.picture import Picture
from castello.picture.people import people_on
from castello.picture.reach import SideRoads, counted_places, roads_of_side
from castello.picture.sentences import interval
from castello.picture.telling import Teller
from castello.picture.ways import READINGS, Reading

LEAST_PEOPLE = 1_000
"""Groups of fewer people are not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """
    Places of one side that were cut off together, from one day to another, both included.

    ``id`` is that of the largest of its places when it came up, numbered where that was used before; ``parent`` the group that it was part of;
    ``censored`` says that it was cut off before the first day asked about.
    """

    id: str
    places: frozenset[str]
    start: date
    end: date
    parent: str | None
    censored: bool


def derived(
    picture: Picture, *, start: date, end: date, users: str = "supply", least_people: float = LEAST_PEOPLE
) -> tuple[Finding, ...]:
    """
    Groups of counted places that reach no source of their side, over a span of days.

    Parameters
    ----------
    picture
        Gives what is known; people are counted as of its day.
    start, end
        First and last day, both included.
    users
        As in :func:`castello.analyses.siege.siege`.
    least_people
        Groups whose people, at the most, are fewer are left out.

    Returns
    -------
    tuple of Finding
        ``derived``, by side, reading and first day.

    Notes
    -----
    Castello's own definition (``methods/siege`` section 3). A place is cut off only if it is so with every unknown road usable. A group keeps its id
    while at least half of its people stay in it; otherwise it ends, and what it falls into carries its id as parent. Which groups there are
    depends on the map and on which places somebody counted. A group of which every place lies in an enclave that the case names, on all of its days,
    is left out.
    """
    teller = Teller(picture, method="siege")
    found: list[Finding] = []
    settings = picture.registers.settings
    for side in sorted({*settings.sides, *(enclave.side for enclave in settings.enclaves)}):
        roads = roads_of_side(picture, side, users=users)
        places = counted_places(picture, roads)
        people = {id_: people_on(picture, id_, days=[picture.as_of])[picture.as_of] for id_ in places}
        most = {id_: item.high if item.high is not None else item.low or 0.0 for id_, item in people.items()}
        for reading in READINGS:
            for group in _groups(roads, places, reading, start=start, end=end, people=most):
                if sum(most[id_] for id_ in group.places) >= least_people and not _is_named(picture, group):
                    low = sum(people[id_].low or 0.0 for id_ in group.places)
                    high = sum(most[id_] for id_ in group.places)
                    claims = {id_ for place in group.places for id_ in people[place].claims}
                    found.append(
                        _told(teller, group, side=side, users=users, reading=reading, people=(low, high), claims=claims)
                    )
    return tuple(found)


def _is_named(picture: Picture, group: Group) -> bool:
    """Whether all of its places lie in enclaves of the case that exist on all of its days."""
    within = picture.registers.places.within
    named = [
        enclave.id
        for enclave in picture.registers.settings.enclaves
        if enclave.exists(group.start) and enclave.exists(group.end)
    ]
    return all(any(within(place, enclave) for enclave in named) for place in group.places)


def _told(
    teller: Teller,
    group: Group,
    *,
    side: str,
    users: str,
    reading: Reading,
    people: tuple[float, float],
    claims: set[str],
) -> Finding:
    return teller.finding(
        "derived",
        "derived.cut_or_before" if group.censored else "derived.cut",
        subject=group.id.partition("#")[0],
        place=group.id.partition("#")[0],
        key=f"derived|{group.id}|{group.start}|{side}|{users}",
        values={
            "places": ";".join(sorted(group.places)),
            "traffic": traffic(users),
            "reading": reading,
            "side": side,
            "since": group.start.isoformat(),
            "until": group.end.isoformat(),
            "people": interval(*people),
        },
        claims=tuple(sorted(claims)),
        unknown=("places that nobody counted", "roads that are not on the map"),
        label="inference",
        status="cut",
        low=people[0],
        high=people[1],
        unit="person",
        since=group.start,
        reading=reading,
        extra={
            "enclave": group.id,
            "places": sorted(group.places),
            "side": side,
            "until": group.end.isoformat(),
            "parent": group.parent,
            "censored": group.censored,
        },
    )


def _groups(
    roads: SideRoads,
    places: Sequence[str],
    reading: Reading,
    *,
    start: date,
    end: date,
    people: Mapping[str, float],
) -> list[Group]:
    """The groups over time: each span between two changes has its groups, and those of one span carry on from the one before."""
    # groups as their id, first day and parent
    open_now: dict[frozenset[str], tuple[str, date, str | None]] = {}
    used: dict[str, int] = {}
    done: list[tuple[frozenset[str], tuple[str, date, str | None], date]] = []
    first, last = roads.at(start), roads.at(end)
    day_before = first if roads.days[first] < start else first - 1
    before = roads.cut_off_together(places, reading, day_before) if day_before >= 0 else []
    for at in range(first, last + 1):
        day = max(start, roads.days[at])
        now = roads.cut_off_together(places, reading, at)
        carried: dict[frozenset[str], tuple[str, date, str | None]] = {}
        for places_before, (id_, since, parent) in sorted(open_now.items(), key=lambda item: item[1][0]):
            weight = sum(people[place] for place in places_before)
            heir = max(
                now, key=lambda group: (sum(people[p] for p in group & places_before), sorted(group)), default=None
            )
            stays = heir is not None and heir & places_before and heir not in carried
            if stays and heir is not None and 2 * sum(people[p] for p in heir & places_before) >= weight:
                if heir == places_before:
                    carried[heir] = (id_, since, parent)
                    continue
                carried[heir] = (id_, day, parent)
            done.append((places_before, (id_, since, parent), day - timedelta(days=1)))
        for group in sorted(now, key=sorted):
            if group not in carried:
                largest = max(sorted(group), key=lambda place: people[place])
                used[largest] = used.get(largest, 0) + 1
                name = largest if used[largest] == 1 else f"{largest}#{used[largest]}"
                parents = [id_ for other, (id_, _, _) in open_now.items() if other & group]
                carried[group] = (name, day, min(parents, default=None))
        open_now = carried
    done += [(group, told, end) for group, told in open_now.items()]
    found = [
        Group(
            id=id_,
            places=group,
            start=since,
            end=until,
            parent=parent,
            censored=since == start and group in before,
        )
        for group, (id_, since, parent), until in done
    ]
    return sorted(found, key=lambda group: (group.start, group.id, sorted(group.places)))
