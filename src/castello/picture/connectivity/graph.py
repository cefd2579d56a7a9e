"""Roads as arrays: a graph whose edges are told apart by their index, and the days on which each can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from castello.errors import WrongUse

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadGraph:
    """
    An undirected multigraph of roads, the node that stands for all supply sources of a side, and who lives where.

    An edge is its index in ``start`` and ``end`` and never a pair of nodes: parallel roads are edges of their own, and a road
    may end where it starts.

    Parameters
    ----------
    nodes
        How many nodes there are, at least one.
    start, end
        The two ends of each edge, shape (edges,); which is which plays no part.
    source
        The node to which every supply source is joined. What the state of a source is, is the state of the edge that joins it.
    people
        How many live at each node, shape (nodes,); 0 where nobody does.

    Raises
    ------
    WrongUse
        If shapes do not fit, an end or the source is no node, or people are negative or not finite.

    Examples
    --------
    >>> RoadGraph(nodes=3, start=[0, 0, 1], end=[1, 1, 2], source=0, people=[0, 10, 5]).edges
    3
    """

    nodes: int
    start: Ints
    end: Ints
    source: int
    people: Reals

    def __post_init__(self) -> None:
        _settle(self, start=_integers(self.start, "start"), end=_integers(self.end, "end"))
        _settle(self, people=np.ascontiguousarray(self.people, dtype=np.float64))
        _must(self.nodes >= 1, "a graph has at least one node")
        _must(self.start.shape == self.end.shape, "start and end have one entry for each edge")
        _must(
            bool(np.all((self.start >= 0) & (self.start < self.nodes))), f"start names no node of 0..{self.nodes - 1}"
        )
        _must(bool(np.all((self.end >= 0) & (self.end < self.nodes))), f"end names no node of 0..{self.nodes - 1}")
        _must(0 <= self.source < self.nodes, f"the source {self.source} is no node of 0..{self.nodes - 1}")
        check_people(self.people, nodes=self.nodes)

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return len(self.start)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passable:
    """
    Which edges can be used on which of the days ``0 .. days - 1``.

    Parameters
    ----------
    days
        How many days there are, at least one.
    always
        Edges that can be used on every day, shape (edges,).
    edge, first, until
        Half-open spans ``[first, until)`` of days on which other edges can be used, shape (spans,): in the order of edge and day,
        with at least one day between two spans of an edge. :meth:`from_intervals` makes them so.

    Raises
    ------
    WrongUse
        If shapes do not fit, or the spans are not as described.
    """

    days: int
    always: Flags
    edge: Ints
    first: Ints
    until: Ints

    def __post_init__(self) -> None:
        _settle(self, always=np.ascontiguousarray(self.always, dtype=np.bool_))
        _settle(self, **{name: _integers(getattr(self, name), name) for name in ("edge", "first", "until")})
        edge, first, until = self.edge, self.first, self.until
        _must(self.days >= 1, "there is at least one day")
        _must(self.always.ndim == 1, "always has one entry for each edge")
        _must(edge.shape == first.shape == until.shape, "edge, first and until have one entry for each span")
        _must(bool(np.all((edge >= 0) & (edge < len(self.always)))), "a span names no edge")
        _must(bool(np.all((first >= 0) & (first < until) & (until <= self.days))), "a span lies outside the days")
        _must(not self.always[edge].any(), "an edge that can always be used has no spans")
        later = (edge[1:] > edge[:-1]) | ((edge[1:] == edge[:-1]) & (first[1:] > until[:-1]))
        _must(bool(later.all()), "spans stand in the order of edge and day and do not touch; use from_intervals")

    @classmethod
    def from_intervals(
        cls, *, days: int, edges: int, edge: ArrayLike, first: ArrayLike, until: ArrayLike, always: ArrayLike = ()
    ) -> Passable:
        """
        From half-open spans in any order, which may overlap, touch, or go beyond the days.

        Parameters
        ----------
        days, edges
            How many there are.
        edge, first, until
            Spans ``[first, until)``, shape (spans,). What lies outside the days is cut off; an empty span says nothing.
        always
            Indices of edges that can be used on every day, whatever their spans. An edge whose spans cover all days is one too.

        Raises
        ------
        WrongUse
            If a span or ``always`` names no edge.

        Examples
        --------
        >>> usable = Passable.from_intervals(days=9, edges=2, edge=[1, 0, 1], first=[4, -5, 2], until=[6, 99, 4])
        >>> usable.always.tolist(), usable.edge.tolist(), usable.first.tolist(), usable.until.tolist()
        ([True, False], [1], [2], [6])
        """
        edge_, always_ = _integers(edge, "edge").astype(np.int64), _integers(always, "always")
        first_ = np.clip(np.asarray(first, dtype=np.int64).reshape(-1), 0, days)
        until_ = np.clip(np.asarray(until, dtype=np.int64).reshape(-1), 0, days)
        _must(edge_.shape == first_.shape == until_.shape, "edge, first and until have one entry for each span")
        for named in (edge_, always_):
            _must(bool(np.all((named >= 0) & (named < edges))), f"a span names no edge of 0..{edges - 1}")
        usable = np.zeros(edges, dtype=np.bool_)
        usable[always_] = True
        said = (first_ < until_) & ~usable[edge_]
        # edges stand one behind the other on one line of days with a gap between, so that spans join within an edge only
        line = edge_[said] * (days + 2)
        begins, ends = line + first_[said], line + until_[said]
        order = np.argsort(begins, kind="stable")
        begins, ends = begins[order], np.maximum.accumulate(ends[order])
        fresh = np.flatnonzero(np.concatenate([[True], begins[1:] > ends[:-1]])) if len(begins) else np.arange(0)
        begins, ends = begins[fresh], ends[np.append(fresh[1:] - 1, len(ends) - 1)] if len(fresh) else ends
        owner, begins = np.divmod(begins, days + 2)
        ends = ends - owner * (days + 2)
        whole = (begins == 0) & (ends == days)
        usable[owner[whole]] = True
        rest = ~whole
        return cls(days=days, always=usable, edge=owner[rest], first=begins[rest], until=ends[rest])

    @classmethod
    def from_days(cls, usable: ArrayLike) -> Passable:
        """
        From a table of edges and days, shape (edges, days).

        Examples
        --------
        >>> Passable.from_days([[True, True, True], [False, True, False]]).until.tolist()
        [2]
        """
        table = np.asarray(usable, dtype=np.bool_)
        _must(table.ndim == 2 and table.shape[1] >= 1, "the table has a row for each edge and a column for each day")
        edge, first, until = runs_of(table)
        return cls.from_intervals(days=table.shape[1], edges=len(table), edge=edge, first=first, until=until)

    @property
    def changing(self) -> Flags:
        """Edges that can be used on some days and not on all, shape (edges,)."""
        found = np.zeros(len(self.always), dtype=np.bool_)
        found[self.edge] = True
        return found

    def on(self, day: int) -> Flags:
        """Which edges can be used on a day, shape (edges,)."""
        check_day(day, days=self.days)
        usable = self.always.copy()
        usable[self.edge[(self.first <= day) & (day < self.until)]] = True
        return usable


def runs_of(flags: Flags) -> tuple[Ints, Ints, Ints]:
    """
    Spans of days on which flags hold: row, first day, and the day after the last, in the order of row and day.

    Parameters
    ----------
    flags
        Shape (rows, days).

    Examples
    --------
    >>> [part.tolist() for part in runs_of(np.array([[True, True, False, True]]))]
    [[0, 0], [0, 3], [2, 4]]
    """
    shut = np.zeros((len(flags), 1), dtype=np.bool_)
    turns = np.nonzero(np.diff(flags, axis=1, prepend=shut, append=shut))
    row, day = (_integers(part, "turns") for part in turns)
    return row[::2], day[::2], day[1::2]  # each span begins with one turn and ends with the next


def people_by(label: Ints, people: Reals, *, labels: int) -> Reals:
    """Sum of people over the entries that have each label, shape (labels,)."""
    return np.bincount(label, weights=people, minlength=labels).astype(np.float64, copy=False)


def check_people(people: Reals, *, nodes: int) -> None:
    """Refuse people who are not one finite number of at least 0 for each node."""
    _must(people.shape == (nodes,), "people has one entry for each node")
    _must(bool(np.all(np.isfinite(people) & (people >= 0))), "people are finite and not negative")


def check_day(day: int, *, days: int) -> None:
    """Refuse a day that is not one of ``0 .. days - 1``."""
    _must(0 <= day < days, f"day {day} is not one of 0..{days - 1}")


def node_indices(nodes: ArrayLike, *, among: int) -> Ints:
    """Nodes as an array of indices; refused unless each is one of ``0 .. among - 1``."""
    found = _integers(nodes, "nodes")
    _must(bool(np.all((found >= 0) & (found < among))), f"a node is not one of 0..{among - 1}")
    return found


def _integers(values: ArrayLike, name: str) -> Ints:
    found = np.asarray(values)
    if not found.size:
        return np.zeros(0, dtype=np.int32)
    _must(found.ndim == 1 and found.dtype.kind in "iu", f"{name} is a line of whole numbers")
    limit = np.iinfo(np.int32)
    _must(bool(found.min() >= limit.min and found.max() <= limit.max), f"{name} has numbers beyond 32 bits")
    return np.ascontiguousarray(found, dtype=np.int32)


def _must(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise WrongUse(f"a road network that cannot be: {otherwise}")


def _settle(thing: object, **values: Any) -> None:
    """Set fields of a frozen value while it is being made."""
    for name, value in values.items():
        object.__setattr__(thing, name, value)
