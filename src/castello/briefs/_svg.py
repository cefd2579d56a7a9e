"""SVG as text: elements, the width of words, and lines of them. Colours are classes; the page's style sheet has them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from html import escape

from castello.briefs._words import clean

BOLD = 1.12  # how much wider bold letters are
_NARROW = frozenset("ijlftr.,;:'|!()[]- ’‘“”·")


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel; refuses what is not a number, so that no drawing ever holds one."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no coordinate")
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(tag: str, *inside: str, **attributes: object) -> str:
    """
    One element; ``class_`` and ``font_size`` are written as ``class`` and ``font-size``, None is left out.

    Examples
    --------
    >>> element("circle", cx=1.0, r=2, class_="dot")
    '<circle cx="1" r="2" class="dot"/>'
    """
    pairs = []
    for name, value in attributes.items():
        if value is None:
            continue
        shown = number(value) if isinstance(value, float | int) else escape(clean(value))
        pairs.append(f' {name.rstrip("_").replace("_", "-")}="{shown}"')
    body = "".join(inside)
    return f"<{tag}{''.join(pairs)}>{body}</{tag}>" if body else f"<{tag}{''.join(pairs)}/>"


def text(content: str, *, x: float, y: float, size: float, anchor: str | None = None, class_: str | None = None) -> str:
    """One line of text, escaped; ``y`` is its base line."""
    shown = escape(clean(content), quote=False)
    return element("text", shown or " ", x=x, y=y, font_size=size, text_anchor=anchor, class_=class_)


def words(tag: str, content: str) -> str:
    """A ``title`` or ``desc``, escaped."""
    return f"<{tag}>{escape(clean(content), quote=False)}</{tag}>"


def points(line: Sequence[tuple[float, float]]) -> str:
    """Coordinates of a line as one attribute."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in line)


def text_width(content: str, size: float, *, bold: bool = False) -> float:
    """
    The width of a line in pixels, on the safe side for the wide sans-serif fonts of free systems.

    Examples
    --------
    >>> text_width("Aleppo", 10) > text_width("ill", 10) > 0
    True
    """
    return size * sum(_width(character) for character in clean(content)) * (BOLD if bold else 1.0)


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in _NARROW:
        return 0.41
    if character in "mwMWأ@%—→":
        return 0.99
    return 0.74 if character.isupper() else 0.64


def shorten(content: str, *, size: float, width: float) -> str:
    """The words, cut with an ellipsis where they are wider than ``width``."""
    content = clean(content)
    if text_width(content, size) <= width:
        return content
    while content and text_width(f"{content}…", size) > width:
        content = content[:-1]
    return f"{content.rstrip()}…"


def wrap(content: str, *, size: float, width: float, most: int = 3) -> list[str]:
    """
    The words on lines no wider than ``width``; what ``most`` lines do not hold is cut with an ellipsis.

    Examples
    --------
    >>> wrap("one two three", size=10, width=45)
    ['one two', 'three']
    """
    lines: list[str] = []
    for word in clean(content).split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [shorten(line, size=size, width=width) for line in lines]
