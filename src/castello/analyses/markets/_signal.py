"""The siege signal: a market that stays at least twice as dear as its reference, month after month, and its record against the UN's lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal

from castello.analyses.markets._board import Against, Board
from castello.analyses.markets.multiples import LEVELS, level_of
from castello.claims import Claim, Kind
from castello.picture.prices import last_day
from castello.picture.telling import said_on

LEAST = 2.0
"""The multiple from which a month counts: our rule."""

IN_A_ROW = 2
"""So many calendar months in a row make a signal: our rule."""

_UN = ("un-ocha", "united-nations")
_UN_DEFINITION = "un-besieged"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOf:
    """One month of a market held against its reference."""

    month: int
    against: Against | None

    @property
    def index(self) -> float | None:
        """The siege multiple; None with fewer than three items, or without a reference."""
        return None if self.against is None else self.against.found.index

    @property
    def high(self) -> bool | None:
        """Whether the month counts; None where that cannot be said."""
        return None if self.index is None else self.index >= LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Months in a row that count. ``confirmed`` is the second of them, None of a single month; ``level`` the highest that two months in a row reached."""

    first: int
    last: int
    level: str
    claims: tuple[str, ...]
    confirmed: int | None
    knowable: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """When the UN first said that a place is besieged: in words, or by a figure of its people; with the claims."""

    form: Literal["wording", "figure"]
    said: date
    place: str
    claims: tuple[str, ...]


class Signal:
    """
    The siege signal of one market.

    Parameters
    ----------
    board
        All prices.
    market
        Id of a place with prices.
    """

    def __init__(self, board: Board, market: str) -> None:
        self._board, self.market = board, market

    @cached_property
    def months(self) -> tuple[MonthOf, ...]:
        """Every month from the first to the last with a row, in order."""
        series = self._board.prices.of(self.market)
        first = min(int(one.months[0]) for one in series)
        return tuple(
            MonthOf(month=month, against=self._board.against_nearest(self.market, month))
            for month in range(first, self._board.newest(self.market) + 1)
        )

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run of months that count, in order; a month of which nothing can be said ends one."""
        found: list[list[MonthOf]] = []
        before: MonthOf | None = None
        for month in self.months:
            if month.high:
                if before is not None and before.high:
                    found[-1].append(month)
                else:
                    found.append([month])
            before = month
        return tuple(self._run(months) for months in found)

    def _run(self, months: Sequence[MonthOf]) -> Run:
        claims = {id_ for month in months if month.against is not None for id_ in month.against.claims}
        confirmed = months[IN_A_ROW - 1].month if len(months) >= IN_A_ROW else None
        first_two = {id_ for month in months[:IN_A_ROW] if month.against is not None for id_ in month.against.claims}
        return Run(
            first=months[0].month,
            last=months[-1].month,
            level=sustained([month.index or 0 for month in months]),
            claims=tuple(sorted(claims)),
            confirmed=confirmed,
            knowable=None if confirmed is None else self._published(first_two),
        )

    def _published(self, claims: Iterable[str]) -> date:
        return max(claim.published for claim in self._board.picture.claims_by_id(claims).values())

    # ------------------------------------------------------------------------------------------------------------- the UN

    def listed(self) -> tuple[Listed, ...]:
        """
        When the UN first said that the place of this market is besieged, by its word and by its first figure.

        Said of the market, of its enclave, or of a place that it lies in.
        """
        where, picture = self._board.where, self._board.picture
        places = set(where.stands[self.market].told_of)
        wording = [claim for claim in where.on_sieges if claim.object in places and _of_un(claim)]
        figures = [
            claim
            for claim in picture.claims(kinds=[Kind.PEOPLE], end=picture.as_of)
            if claim.subject in places
            and claim.slot("definition") == _UN_DEFINITION
            and claim.published <= picture.as_of
        ]
        found = []
        told: tuple[tuple[Literal["wording", "figure"], list[Claim]], ...] = (("wording", wording), ("figure", figures))
        for form, claims in told:
            days = {claim.id: said_on(claim) if form == "wording" else claim.published for claim in claims}
            if days:
                first = min(days.values())
                earliest = [claim for claim in claims if days[claim.id] == first]
                found.append(
                    Listed(
                        form=form,
                        said=first,
                        place=str(earliest[0].object if form == "wording" else earliest[0].subject),
                        claims=tuple(sorted(claim.id for claim in earliest)),
                    )
                )
        return tuple(found)

    def first_run(self, *, since: date) -> Run | None:
        """The first signal whose second month ended on or after a day; None if there is none."""
        return next((run for run in self.runs if run.confirmed is not None and last_day(run.confirmed) >= since), None)


def sustained(indices: Sequence[float]) -> str:
    """
    The highest level that two months in a row reached.

    Examples
    --------
    >>> sustained([2.4, 4.5, 4.2, 6.5]), sustained([6.5])
    ('severe', 'none')
    """
    ranks = [name for name, _ in LEVELS]
    pairs = (min(one, other) for one, other in pairwise(indices))
    return max((level_of(pair) for pair in pairs), key=ranks.index, default="none")


def _of_un(claim: Claim) -> bool:
    if claim.kind is Kind.LISTING:
        return claim.predicate == "lists_as" and claim.subject in _UN and claim.slot("status") in (None, "besieged")
    return claim.predicate == "besieges" and claim.slot("definition") == _UN_DEFINITION
