"""Figures as tables print them: which texts are numbers is said once, for the engine and for Python."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from castello.sources.tabular import quoted

if TYPE_CHECKING:
    from castello.sources.mapped_table.mapping import TableMapping

_ARABIC, _LATIN = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹−", "01234567890123456789-"
_SPACES = " \u00a0\u2009\u202f"


@cache
def _pattern(decimal: str, thousands: str | None) -> str:
    parted = "" if thousands is None else rf"[0-9]{{1,3}}(?:[{_separator(thousands)}][0-9]{{3}})+|"
    return rf"[-+]?(?:{parted}[0-9]+)(?:[{decimal}][0-9]+)?(?:[eE][-+]?[0-9]{{1,2}})?"


def _separator(thousands: str) -> str:
    return _SPACES if thousands == " " else thousands


def number(text: str | None, *, decimal: str = ".", thousands: str | None = None) -> float | None:
    """
    The number that a text is; None of any other. Nothing is taken for a separator that is not said to be one.

    Examples
    --------
    >>> number("12.5"), number("12,5"), number("12,5", decimal=","), number("1.234,5", decimal=",", thousands="."), number("٣٥")
    (12.5, None, 12.5, 1234.5, 35.0)
    """
    if text is None:
        return None
    latin = text.translate(str.maketrans(_ARABIC, _LATIN))
    if not re.fullmatch(_pattern(decimal, thousands), latin):
        return None
    for sign in _separator(thousands) if thousands else "":
        latin = latin.replace(sign, "")
    return float(latin.replace(decimal, "."))


def number_sql(text: str, mapping: TableMapping) -> str:
    """SQL for the same; null for what is no number."""
    latin = f"translate({text}, {quoted(_ARABIC)}, {quoted(_LATIN)})"
    bare = latin
    for sign in _separator(mapping.thousands) if mapping.thousands else "":
        bare = f"replace({bare}, {quoted(sign)}, '')"
    bare = f"replace({bare}, {quoted(mapping.decimal)}, '.')"
    fits = f"regexp_full_match({latin}, {quoted(_pattern(mapping.decimal, mapping.thousands))})"
    return f"if({fits}, try_cast({bare} as double), null)"
