"""Ground: whose ground each piece of road of a map lies on, day by day, by the control maps that could be known."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castello.cases.maps import Maps
from castello.claims import Claim, Modality, Verdict
from castello.picture.picture import Picture
from castello.picture.ways import CLOSED, OPEN, UNKNOWN, Codes, Ints
from castello.places.areas import Areas
from castello.places.network import RoadNetwork

OWN, CROSSES_OWN, OTHER_SIDE, CROSSES_OTHER, IN_DOUBT = range(5)
"""How a piece of road lies to an area: inside, or across the edge of, the side's own; the same of another side's; on ground in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An area that a map says a party holds or contests, from a day up to another (None is open), and the claim that says so."""

    area: str
    party: str
    contested: bool
    first: date
    until: date | None
    claim: str


def holds(picture: Picture, claims: Iterable[Claim], *, max_age: timedelta | None = None) -> tuple[Hold, ...]:
    """
    What control maps say of areas, with the days for which each says it.

    A map of one day holds until the next map of the same source; the last one stays, in a live case for ``max_age``. A claim with a period of
    its own holds for that.

    Parameters
    ----------
    picture
        Gives the judgements about claims.
    claims
        Claims of kind ``control``; those about places of the register are passed over.
    max_age
        How long the last map of a source counts; None = on.

    Notes
    -----
    Castello's own definition. Denials and hedged claims are passed over: a map does not make them.
    """
    gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
    told = [
        claim
        for claim in claims
        if str(claim.object).startswith("area-") and claim.id not in gone and claim.modality is Modality.ASSERTED
    ]
    layers: dict[str, set[date]] = defaultdict(set)
    for claim in told:
        if (day := _one_day(claim)) is not None:
            layers[claim.origin].add(day)
    following = {origin: dict(zip(sorted(days), sorted(days)[1:], strict=False)) for origin, days in layers.items()}
    found = []
    for claim in told:
        day = _one_day(claim)
        if day is None:
            first, until = claim.happened.latest_onset or date.min, claim.happened.maybe[1]
        else:
            last = None if max_age is None else day + max_age
            until = following[claim.origin].get(day)
            first, until = day, last if until is None else until if last is None else min(until, last)
        found.append(
            Hold(
                area=str(claim.object),
                party=claim.subject,
                contested=claim.predicate != "holds",
                first=first,
                until=until,
                claim=claim.id,
            )
        )
    return tuple(sorted(found, key=lambda hold: (hold.first, hold.area, hold.claim)))


def _one_day(claim: Claim) -> date | None:
    start, end = claim.happened.maybe
    return start if start is not None and end == start + timedelta(days=1) else None


class Ground:
    """
    Which pieces of a road network lie in which areas of the control maps.

    Parameters
    ----------
    network
        The pieces of road.
    areas
        The shapes of the areas.
    maps
        Where what is worked out is kept for the next time.
    """

    def __init__(self, network: RoadNetwork, areas: Areas, *, maps: Maps | None = None) -> None:
        kept = (maps or Maps()).arrays("ground", key=_made_from(network, areas), make=lambda: _lie(network, areas))
        pieces, inside, cuts = kept["edge"], kept["inside"], kept["cuts"]
        self._edges = len(network)
        self._inside: dict[str, Ints] = {}
        self._crossing: dict[str, Ints] = {}
        for n, id_ in enumerate(areas.ids):
            span = slice(cuts[n], cuts[n + 1])
            self._inside[id_] = pieces[span][inside[span]]
            self._crossing[id_] = pieces[span][~inside[span]]

    def covering(self, edge: int, held: Iterable[Hold], day: date) -> tuple[Hold, ...]:
        """What the maps of a day say of the ground of one piece of road."""
        in_force = (hold for hold in held if hold.first <= day and (hold.until is None or day < hold.until))
        return tuple(hold for hold in in_force if hold.area in self._inside and self._meets(edge, hold.area))

    def _meets(self, edge: int, area: str) -> bool:
        for pieces in (self._inside[area], self._crossing[area]):
            at = int(np.searchsorted(pieces, edge))
            if at < len(pieces) and pieces[at] == edge:
                return True
        return False

    def spans(
        self,
        held: Sequence[Hold],
        *,
        side: str,
        side_of: Callable[[str, date], str | None],
        days: Sequence[date],
        turns: Sequence[date],
        unsaid: int,
    ) -> tuple[NDArray[np.int64], ...]:
        """
        The state of every piece of road for the traffic of a side, as columns edge, first, until, state.

        Inside ground that the side holds a piece is open; on or across ground of another side it is closed; where maps contradict each other,
        where the ground is contested, or its holder is counted with no side, it is unknown; so it is on days for which no map speaks of ground that
        another map does. Pieces off every map are ``unsaid``.

        Parameters
        ----------
        held
            What the maps say, as :func:`holds`.
        side
            Whose traffic.
        side_of
            The side that a party is counted with on a day.
        days
            The days between which nothing changes, in order; every first and last day of ``held``, and all ``turns``, are among them.
        turns
            Days on which a party may pass from one side to another.
        unsaid
            State of a piece of road off every map.
        """
        index = {day: n for n, day in enumerate(days)}
        change: dict[int, dict[tuple[str, int], int]] = defaultdict(lambda: defaultdict(int))
        covered = np.zeros(self._edges, dtype=np.bool_)
        for hold in held:
            if hold.area not in self._inside:
                continue
            covered[self._inside[hold.area]] = True
            covered[self._crossing[hold.area]] = True
            until = hold.until if hold.until is not None else date.max
            starts = [hold.first, *(day for day in turns if hold.first < day < until)]
            for start, end in zip(starts, [*starts[1:], until], strict=True):
                of = None if hold.contested else side_of(hold.party, start)
                kind = IN_DOUBT if of is None else OWN if of == side else OTHER_SIDE
                change[index[start]][hold.area, kind] += 1
                if end in index:
                    change[index[end]][hold.area, kind] -= 1
        count = np.zeros((5, self._edges), dtype=np.int16)
        state = np.where(covered, UNKNOWN, unsaid).astype(np.int8)
        since = np.zeros(self._edges, dtype=np.int64)
        rows: list[tuple[NDArray[np.int64], ...]] = []
        for at in sorted(change):
            touched = []
            for (area, kind), step in change[at].items():
                if step:
                    count[kind, self._inside[area]] += step
                    count[_ACROSS[kind], self._crossing[area]] += step
                    touched += [self._inside[area], self._crossing[area]]
            if not touched:
                continue
            near = np.zeros(self._edges, dtype=np.bool_)
            for pieces in touched:
                near[pieces] = True
            edges = np.flatnonzero(near)
            now = _state(count[:, edges])
            moved = edges[now != state[edges]]
            before = moved[since[moved] < at]
            rows.append(
                (before.astype(np.int64), since[before], np.full(len(before), at), state[before].astype(np.int64))
            )
            state[edges] = now
            since[moved] = at
        every = np.arange(self._edges)
        rows.append((every, since, np.full(self._edges, len(days)), state.astype(np.int64)))
        return tuple(np.concatenate(column) for column in zip(*rows, strict=True))


def _lie(network: RoadNetwork, areas: Areas) -> dict[str, NDArray[Any]]:
    """Pieces of road that lie in or across each area, one area after another: where each begins, and whether they lie in it."""
    start, end = network.start, network.end
    edge, area, inside = areas.edges(
        from_lat=network.lat[start], from_lon=network.lon[start], to_lat=network.lat[end], to_lon=network.lon[end]
    )
    order = np.argsort(area, kind="stable")
    cuts = np.searchsorted(area[order], np.arange(len(areas.ids) + 1))
    return {"edge": edge[order].astype(np.int32), "inside": inside[order], "cuts": cuts}


def _made_from(network: RoadNetwork, areas: Areas) -> str:
    """The shapes of the roads and of the areas: the id of an area stands for its shape."""
    found = hashlib.sha256(_LIES)
    for column in (network.lat, network.lon, network.start, network.end):
        found.update(f"{column.dtype} {len(column)};".encode())
        found.update(np.ascontiguousarray(column).data)
    found.update("\n".join(areas.ids).encode())
    return found.hexdigest()


_LIES = b"edges of areas 1"
"""Changes whenever the same roads would be said to lie otherwise to the same areas."""

_ACROSS = {OWN: CROSSES_OWN, OTHER_SIDE: CROSSES_OTHER, IN_DOUBT: IN_DOUBT}


def _state(count: NDArray[np.int16]) -> Codes:
    # a piece that crosses two edges of own ground passes from one into the next; one that crosses one leaves it
    own = (count[OWN] > 0) | (count[CROSSES_OWN] > 1)
    other = (count[OTHER_SIDE] + count[CROSSES_OTHER]) > 0
    found = np.full(count.shape[1], UNKNOWN, dtype=np.int8)
    found[own] = OPEN
    found[other] = CLOSED
    found[(own & other & (count[OWN] > 0)) | (count[IN_DOUBT] > 0)] = UNKNOWN
    return found
