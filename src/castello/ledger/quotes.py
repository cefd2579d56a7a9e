"""
Whether a quote stands in its document, and whether a claim's figure stands in its quote.

A figure that is said to be *printed* must be printed: in digits of any script and grouping, in words ("half a million",
"two-thirds", "fivefold"), or in Arabic words. What follows from printed figures by arithmetic is *derived* and carries
its formula; anything else is refused. The check is on the quote in its original language, never on a translation.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from castello.claims import Claim
from castello.ledger.figures import Figure, figures_in


def quote_span(claim: Claim, text: str) -> tuple[int, int] | None:
    """
    Where the claim's quote stands in the NFC text of its document, or None.

    With offsets in the locator it must stand exactly there. Without, the first place counts: compared exactly first,
    then with every run of white space taken as one.
    """
    if claim.quote is None:
        return None
    text, quote, locator = _nfc(text), _nfc(claim.quote), claim.locator
    if locator is not None and locator.start is not None and locator.end is not None:
        stands = locator.start >= 0 and text[locator.start : locator.end] == quote
        return (locator.start, locator.end) if stands else None
    at = text.find(quote)
    if at >= 0:
        return (at, at + len(quote))
    folded = re.search(r"\s+".join(re.escape(word) for word in quote.split()), text)
    return folded.span() if folded else None


def problem_with_quote(claim: Claim, text: str | None) -> str | None:
    """
    What is wrong with a claim's quote or with its figure, as one sentence; None if nothing is.

    ``text`` is the text of the held document, None where it is not held: the quote cannot be looked up then, but a
    figure that is not derived must still stand in the quote. The sign of a figure is in the words around it ("fell
    by") and is not compared. A claim without a quote has nothing to check.

    Examples
    --------
    >>> from datetime import date
    >>> from castello.claims import Kind, Link, Period, Quantity, Role
    >>> claim = Claim(kind=Kind.PEOPLE, subject="aleppo-east", predicate="trapped", published=date(2016, 7, 18),
    ...     happened=Period.day(date(2016, 7, 17)), chain=(Link(who="author", role=Role.REPORTER),), document="article",
    ...     quantity=Quantity(value=900000, unit="person"), quote="stood at roughly 600,000")
    >>> problem_with_quote(claim, None)
    'the figure 900000 does not stand in the quote'
    """
    if claim.quote is None:
        return None
    if text is not None and quote_span(claim, text) is None:
        return _not_there(claim, text)
    quantity = claim.quantity
    if quantity is None or quantity.derived_from:
        return None
    printed = figures_in(_nfc(claim.quote))
    for written in dict.fromkeys((quantity.value, quantity.low, quantity.high)):
        if written is not None and not any(_says(figure, written, quantity.unit) for figure in printed):
            return f"the figure {written} does not stand in the quote"
    return None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _not_there(claim: Claim, text: str) -> str:
    locator = claim.locator
    if locator is None or locator.start is None:
        return "the quote does not stand in the document"
    elsewhere = quote_span(replace(claim, locator=None), text)
    hint = "" if elsewhere is None else f"; it stands at {elsewhere[0]}-{elsewhere[1]}"
    return f"the quote does not stand in the document at {locator.start}-{locator.end}{hint}"


def _says(figure: Figure, written: float, unit: str) -> bool:
    unit = unit.lower()
    percent = "%" in unit or "percent" in unit or "per cent" in unit
    factor = 1.0
    if figure.unit_hint == "percent" and not percent:
        if unit not in ("share", "fraction", "ratio"):
            return False  # "50%" is not 50 persons
        factor = 0.01
    elif figure.unit_hint == "fraction" and percent:
        factor = 100.0
    slack = 1e-9 * factor * figure.value
    return figure.low * factor - slack <= abs(written) <= figure.high * factor + slack
