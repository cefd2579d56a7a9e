"""When something held: periods that say what is sure and what may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Self

from castello.claims.ids import InvalidClaim, present

Span = tuple[date | None, date | None]
"""Half-open ``[start, end)`` in days of the source's time zone; ``None`` = open on that side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """
    When something held: true on every day of ``sure``, on some day of ``maybe``, on none outside.

    An open end is an assumption, not evidence: ``ends`` stays ``unknown`` unless somebody said so.

    Examples
    --------
    >>> Period.day(date(2016, 7, 17)).sure
    (datetime.date(2016, 7, 17), datetime.date(2016, 7, 18))
    >>> Period.since(date(2016, 7, 17)).maybe
    (datetime.date(2016, 7, 17), None)
    """

    maybe: Span
    sure: Span | None = None
    starts: Literal["yes", "no", "unknown"] = "unknown"
    ends: Literal["yes", "no", "unknown"] = "unknown"
    basis: Literal["stated", "inferred", "anchored"] = "stated"

    def __post_init__(self) -> None:
        for name, span in (("maybe", self.maybe), ("sure", self.sure)):
            if span is not None and span[0] is not None and span[1] is not None and span[0] >= span[1]:
                raise InvalidClaim(
                    "happened", f"{name} ends before it starts ({span[0]} to {span[1]})", hint="Swap the dates."
                )
        if self.sure is not None:
            (sure_start, sure_end), (maybe_start, maybe_end) = self.sure, self.maybe
            starts_inside = maybe_start is None or (sure_start is not None and sure_start >= maybe_start)
            ends_inside = maybe_end is None or (sure_end is not None and sure_end <= maybe_end)
            if not (starts_inside and ends_inside):
                raise InvalidClaim("happened", "sure does not lie within maybe", hint="Widen maybe or narrow sure.")

    @classmethod
    def day(cls, day: date) -> Self:
        """One day, known exactly."""
        span = (day, day + timedelta(days=1))
        return cls(maybe=span, sure=span, starts="yes", ends="yes")

    @classmethod
    def since(cls, first: date, latest_first: date | None = None) -> Self:
        """From a day on, end not known; ``latest_first`` when the beginning lies between two days."""
        return cls(maybe=(first, None), sure=(latest_first or first, None), starts="yes")

    @classmethod
    def days(cls, first: date, last: date) -> Self:
        """Every day from ``first`` to ``last``, both included."""
        span = (first, last + timedelta(days=1))
        return cls(maybe=span, sure=span, starts="yes", ends="yes")

    @classmethod
    def between(cls, first: date, last: date) -> Self:
        """Some day from ``first`` to ``last``, both included; which is not known."""
        return cls(maybe=(first, last + timedelta(days=1)), starts="yes", ends="yes")

    @property
    def latest_onset(self) -> date | None:
        """The last day on which it may have begun."""
        if self.sure is not None:
            return self.sure[0]
        return self.maybe[1] - timedelta(days=1) if self.maybe[1] is not None else self.maybe[0]

    @property
    def first_sighting(self) -> date | None:
        """
        The first day on which it surely was so, where it may have begun before: "since that day or before".

        None where the beginning is on record, and where no day is sure. A period that says nothing of its beginning has none on
        record: it is not taken for an event.

        Examples
        --------
        >>> day = date(2016, 5, 5)
        >>> Period(maybe=(day, None), sure=(day, None), starts="no").first_sighting
        datetime.date(2016, 5, 5)
        >>> Period.since(day).first_sighting
        """
        if self.sure is None or self.sure[0] is None:
            return None
        return None if self.starts == "yes" and self.maybe[0] == self.sure[0] else self.sure[0]

    def to_json(self) -> dict[str, object]:
        """Plain values; open ends are ``".."`` as in ISO 8601-2, so that no null is needed."""

        def span(value: Span | None) -> list[str] | None:
            return None if value is None else [".." if day is None else day.isoformat() for day in value]

        basis = None if self.basis == "stated" else self.basis
        starts = None if self.starts == "unknown" else self.starts
        ends = None if self.ends == "unknown" else self.ends
        return present(maybe=span(self.maybe), sure=span(self.sure), starts=starts, ends=ends, basis=basis)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""

        def span(value: list[str] | None) -> Span | None:
            if value is None:
                return None
            start, end = (None if day == ".." else date.fromisoformat(day) for day in value)
            return (start, end)

        maybe = span(data["maybe"])
        assert maybe is not None
        return cls(
            maybe=maybe,
            sure=span(data.get("sure")),
            starts=data.get("starts", "unknown"),
            ends=data.get("ends", "unknown"),
            basis=data.get("basis", "stated"),
        )
