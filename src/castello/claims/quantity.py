"""Figures as intervals, with their unit and the words as printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from castello.claims.ids import InvalidClaim, present


class Bound(StrEnum):
    """What a printed number bounds."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """
    A figure as an interval, with its unit and the words as printed.

    ``low``/``high`` follow from ``bound`` where not given: ``at_least`` 300,000 has no high end. ``about`` keeps
    low = high = value and is shown as "about". A figure that is not printed in a source is *derived*: ``formula``
    reproduces it from the claims in ``derived_from``; it is never an origin.

    Examples
    --------
    >>> q = Quantity(value=300000, unit="person", bound=Bound.AT_LEAST, words="upwards of 300,000")
    >>> q.low, q.high
    (300000, None)
    """

    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    bound: Bound = Bound.EXACT
    words: str | None = None
    derived_from: tuple[str, ...] = ()
    formula: str | None = None

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is None:
                continue
            if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
                raise InvalidClaim("quantity", f"{name} is not a number: {number!r}", hint="Write digits only.")
            if isinstance(number, float) and number.is_integer():
                object.__setattr__(self, name, int(number))
        if self.value is None and self.low is None and self.high is None:
            raise InvalidClaim("quantity", "no figure", hint="Give value, or low and high, or leave quantity out.")
        if not self.unit:
            raise InvalidClaim("quantity", "no unit", hint="Say what is counted: person, family, SYP/kg, percent ...")
        if self.low is None and self.value is not None and self.bound is not Bound.AT_MOST:
            object.__setattr__(self, "low", self.value)
        if self.high is None and self.value is not None and self.bound is not Bound.AT_LEAST:
            object.__setattr__(self, "high", self.value)
        points = [point for point in (self.low, self.value, self.high) if point is not None]
        if points != sorted(points):
            raise InvalidClaim(
                "quantity", f"low {self.low}, value {self.value}, high {self.high} are out of order", hint="Sort them."
            )
        if bool(self.derived_from) != bool(self.formula):
            raise InvalidClaim(
                "quantity",
                "derived_from and formula go together",
                hint="Name the claims and the arithmetic, or neither.",
            )

    def to_json(self) -> dict[str, object]:
        """Plain values; what follows from ``bound`` is left out."""
        low = None if self.low == self.value and self.bound is not Bound.AT_MOST else self.low
        high = None if self.high == self.value and self.bound is not Bound.AT_LEAST else self.high
        bound = None if self.bound is Bound.EXACT else self.bound.value
        return present(
            value=self.value,
            low=low,
            high=high,
            unit=self.unit,
            bound=bound,
            words=self.words,
            derived_from=list(self.derived_from) or None,
            formula=self.formula,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            unit=data["unit"],
            value=data.get("value"),
            low=data.get("low"),
            high=data.get("high"),
            bound=Bound(data.get("bound", "exact")),
            words=data.get("words"),
            derived_from=tuple(data.get("derived_from", ())),
            formula=data.get("formula"),
        )
