"""Doubt: how likely a place is connected where sources contradict each other, and which single claim turns the answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from castello.analyses.siege._enclave import EnclaveDay
from castello.picture.roads import RoadState
from castello.picture.ways import DOUBTFUL, USABLE, Reading

EXACT_ROADS = 10
"""Roads in dispute up to this many are worked through in all combinations; more are drawn at random."""

DRAWS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """
    How likely an enclave is connected: ``low`` with the roads of which nobody speaks shut, ``high`` with them usable.

    ``roads`` are those in dispute with the share of origins that make them usable; ``draws`` is None where all combinations were worked through.
    """

    low: float
    high: float
    roads: tuple[tuple[str, float], ...]
    draws: int | None

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "low": self.low,
            "high": self.high,
            "roads": dict(self.roads),
            "draws": self.draws,
            "method": "all combinations" if self.draws is None else "simulation",
        }


def chance(enclave: EnclaveDay, reading: Reading, *, draws: int = DRAWS, seed: int = 0) -> Chance:
    """
    How likely an enclave is connected on the day, over the states that its roads are in dispute between.

    Parameters
    ----------
    enclave
        One enclave on one day.
    reading
        By fire or on the ground.
    draws
        How many worlds are drawn where there are too many combinations.
    seed
        Of the draws. Each road has numbers of its own, so that two branches are compared on the same draws.

    Notes
    -----
    Castello's own rule: a road on which independent origins contradict each other is usable with the share of them that make it so, each road by
    itself and all pieces of a road together. A road of which nobody speaks has no share: it gives the two bounds. It is a figure of the record, not a forecast.
    """
    states, disputed = enclave.states(), enclave.disputed()
    if not disputed:
        status = enclave.reach(reading).status
        return Chance(low=float(status == "connected"), high=float(status != "cut"), roads=(), draws=None)
    shares = {
        edge: share
        for edge, state in disputed.items()
        if (share := _share(enclave, state, reading)) is not None and 0 < share < 1
    }
    doubtful = np.isin(states, DOUBTFUL[reading])
    sure = np.isin(states, USABLE[reading]) & ~doubtful
    for edge, state in disputed.items():
        # all of its answers come to the same in this reading
        if edge not in shares and (share := _share(enclave, state, reading)) is not None:
            sure[edge], doubtful[edge] = share == 1, False
    edges = sorted(shares)
    sure[edges], doubtful[edges] = False, False
    # the pieces of a road are in one state: one draw for each road
    of_road = [enclave.roads.name(edge) for edge in edges]
    odds_of = dict(sorted(zip(of_road, (shares[edge] for edge in edges), strict=True)))
    roads, odds = list(odds_of), np.array(list(odds_of.values()))[:, None]
    exact = len(roads) <= EXACT_ROADS
    if exact:
        worlds = (np.arange(2 ** len(roads)) >> np.arange(len(roads))[:, None] & 1).astype(bool)
        weights = np.where(worlds, odds, 1 - odds).prod(axis=0)
    else:
        worlds = np.array([_numbers(road, seed, draws) for road in roads]) < odds
        weights = np.full(draws, 1 / draws)
    worlds = worlds[[roads.index(road) for road in of_road]]
    low, high = (
        float(weights[enclave.connected_in(usable, edges=edges, worlds=worlds)].sum())
        for usable in (sure, sure | doubtful)
    )
    return Chance(
        low=round(low, 6),
        high=round(high, 6),
        roads=tuple((road, round(share, 4)) for road, share in odds_of.items()),
        draws=None if exact else draws,
    )


def _numbers(name: str, seed: int, draws: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    digest = hashlib.sha256(f"{seed}|{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big")).random(draws)


def _share(enclave: EnclaveDay, state: RoadState, reading: Reading) -> float | None:
    """Share of the origins behind a road in dispute that make it usable, each with each of its answers; None where all say the same."""
    claims = enclave.standing(state)
    # one word alone, of a road that is unknown on the day because it only may hold, is no dispute
    if len({(claim.answer, claim.denies, claim.slot("window")) for claim in claims}) < 2:
        return None
    told = {(enclave.origin(claim), enclave.makes_usable(claim, reading)) for claim in claims}
    return sum(usable for _, usable in told) / len(told)


def flips(enclave: EnclaveDay, reading: Reading) -> tuple[tuple[str, Literal["connected", "cut", "undecided"]], ...]:
    """
    The claims on roads each of which alone turns the answer: without it the status would be the one beside it.

    Parameters
    ----------
    enclave
        One enclave on one day.
    reading
        By fire or on the ground.
    """
    return tuple(
        (id_, status) for id_, status in enclave.without_each_claim(reading) if status != enclave.reach(reading).status
    )
