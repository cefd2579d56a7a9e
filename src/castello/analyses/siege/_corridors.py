"""Last roads in series: where each of several is alone on the only way, they are one corridor, and the people behind it are told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from castello.picture.reach import LastRoad

_WORSE = ("open", "unknown", "fire_controlled", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """
    Last roads of an enclave in one reading with the same places behind them, in order from the source: one road, or several in series.

    Two roads whose loss, each alone, cuts off the same places lie one after the other on every way to them.
    """

    roads: tuple[LastRoad, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of its roads."""
        return tuple(road.road for road in self.roads)

    @property
    def key(self) -> str:
        """Its roads as one text, that of the road where it is one."""
        return "+".join(self.ids)

    @property
    def first(self) -> LastRoad:
        """The first road that is not so by the lie of the land; where all are, the first."""
        return next((road for road in self.roads if not road.structural), self.roads[0])

    @property
    def state(self) -> str:
        """The worst state of its roads."""
        return max((road.state for road in self.roads), key=lambda state: _WORSE.index(state) if state in _WORSE else 1)

    @property
    def since(self) -> date | None:
        """Since when there has been such a corridor: the first of the known days; None where one of its roads has none."""
        days = [road.since for road in self.roads]
        known = [day for day in days if day is not None]
        return min(known) if len(known) == len(days) else None

    @property
    def structural(self) -> bool:
        """Whether all of it is so by the lie of the land."""
        return all(road.structural for road in self.roads)

    @property
    def certain(self) -> bool:
        """Whether some road of it is a last road also with every unknown road usable."""
        return any(road.certain for road in self.roads)

    @property
    def pieces(self) -> int:
        """Of how many pieces of the map it is."""
        return sum(road.pieces for road in self.roads)

    @property
    def claims(self) -> tuple[str, ...]:
        """Ids of the claims behind the states of its roads."""
        return tuple(sorted({id_ for road in self.roads for id_ in road.claims}))

    @property
    def against(self) -> tuple[str, ...]:
        """Ids of the claims against them."""
        return tuple(sorted({id_ for road in self.roads for id_ in road.against} - set(self.claims)))

    def parts(self) -> list[dict[str, object]]:
        """Its roads as plain values."""
        return [
            {
                "road": road.road,
                "state": road.state,
                "since": road.since.isoformat() if road.since else None,
                "structural": road.structural,
                "certain": road.certain,
            }
            for road in self.roads
        ]


def corridors(roads: Iterable[LastRoad]) -> tuple[Corridor, ...]:
    """The last roads of one enclave in one reading as corridors, in order from the source."""
    series: dict[tuple[str, ...], list[LastRoad]] = {}
    for road in roads:
        series.setdefault(road.behind, []).append(road)
    return tuple(Corridor(roads=tuple(parts)) for parts in series.values())
