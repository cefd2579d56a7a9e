"""A published figure as the rules see it: its interval, and how exactly it was printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from castello.claims import Bound, Claim, Quantity
from castello.picture.interval import Interval, written

SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
SIGNED_UNITS = frozenset({"percent", "times"})
"""Units in which a change may be negative; everything else is a count, which is not."""

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALED = re.compile(rf"(\d+(?:\.(\d+))?)[\s-]*({'|'.join(SCALES)})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One figure in a role.

    ``slack`` is how far the printed words let it be off on each side; ``text`` names the one text and origin that it stands in,
    ``definition`` what was counted.
    """

    role: str
    span: Interval
    unit: str = "person"
    slack: float = 0.0
    decimals: int = 0
    about: bool = False
    claim: str = ""
    text: str = ""
    definition: str = ""
    words: str | None = None

    @property
    def loose(self) -> Interval:
        """The interval with its slack."""
        return self.span.widened(self.slack)

    @property
    def shown(self) -> str:
        """As written in a sum."""
        return written(self.span, about=self.about)

    def to_json(self) -> dict[str, object]:
        """Plain values; open ends are null."""
        low, high = self.span.ends
        return {
            "role": self.role,
            "claim": self.claim,
            "value": self.span.value,
            "low": low,
            "high": high,
            "unit": self.unit,
            "words": self.words,
        }


def figure(role: str, claim: Claim) -> Figure | None:
    """The figure of a claim; None where it has none."""
    quantity = claim.quantity
    if quantity is None:
        return None
    counted = (claim.slot("definition"), claim.slot("count_of"))
    return Figure(
        role=role,
        span=Interval.of(quantity.low, quantity.high, count=quantity.unit not in SIGNED_UNITS),
        unit=quantity.unit,
        slack=slack_of(quantity),
        decimals=decimals_of(quantity),
        about=quantity.bound is Bound.ABOUT,
        claim=claim.id,
        text=f"{claim.document}|{claim.origin}",
        definition="|".join(str(item) for item in counted if item),
        words=quantity.words,
    )


def slack_of(quantity: Quantity) -> float:
    """
    How far a printed figure may be off on each side: half a unit of its last digit, where it says that it is rounded.

    Words such as "5.47 million" say so by themselves, and so does the bound *about*; a figure printed to the last digit is
    taken at its word. Castello's own definition.

    Examples
    --------
    >>> slack_of(Quantity(value=600000, bound=Bound.ABOUT, unit="person", words="roughly 600,000"))
    50000.0
    >>> slack_of(Quantity(value=5470000, unit="person", words="5.47 million"))
    5000.0
    >>> slack_of(Quantity(value=592700, unit="person"))
    0.0
    """
    scaled = _SCALED.search(quantity.words or "")
    if scaled is not None:
        return SCALES[scaled[3].lower()] / 10.0 ** len(scaled[2] or "") / 2
    if quantity.bound is not Bound.ABOUT or not quantity.value:
        return 0.0
    value = abs(quantity.value)
    if not float(value).is_integer():
        return 10.0 ** -_printed_decimals(value) / 2
    whole = str(int(value))
    return 10.0 ** (len(whole) - len(whole.rstrip("0"))) / 2


def decimals_of(quantity: Quantity) -> int:
    """
    Digits after the point, as printed in the words; else those that the value has.

    Examples
    --------
    >>> decimals_of(Quantity(value=30, unit="percent", words="30.0 per cent"))
    1
    """
    value = quantity.value
    if value is None:
        return 0
    for token in _NUMBER.findall(quantity.words or ""):
        if float(token.replace(",", "")) == abs(value):
            return len(token.partition(".")[2])
    return _printed_decimals(value)


def _printed_decimals(value: float) -> int:
    """Digits after the point in the shortest form of a number."""
    return 0 if float(value).is_integer() else len(f"{Decimal(repr(value)):f}".partition(".")[2])
