"""The chart of a market: how many times as dear it is as the nearest open market and as the country, month by month, and one price beside."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from castello.analyses.markets import History, HistoryMonth, history
from castello.analyses.markets.multiples import LEVELS
from castello.briefs import _svg as svg
from castello.briefs._words import Words, clean, figure, words_of
from castello.briefs.profile import Clearance
from castello.briefs.siege_files import style_of_drawings
from castello.claims import Kind, Sensitivity
from castello.errors import WrongUse
from castello.picture.prices import first_day
from castello.picture.sentences import name_of

PANEL = 190.0
"""Height of the drawing of one panel, in pixels."""

LEFT = 72.0
"""Room for the labels of an axis, the same in every panel so that months stand under one another."""

_LINES = (("here", "stop", None), ("there", "rule", "7 4"), ("elsewhere", "now", "2 3"))
"""What a price is drawn for, with its look: a class of the style sheet, and dashes, so that lines differ without colour."""

_BEHIND = (Kind.SIEGE, Kind.LISTING, Kind.ACCESS, Kind.CONTROL)
"""What decides beside prices which market is open."""


def write_chart(
    clearance: Clearance,
    path: str | Path,
    *,
    market: str,
    commodity: str | None = None,
    reference: str | None = None,
) -> Path:
    """
    Write the chart of a market as SVG; a file that is there is replaced.

    Parameters
    ----------
    clearance
        The rules of the audience, for the picture that is drawn: what may not leave is as if nobody had said it.
    path
        A file that ends in ``.svg``, in a folder that exists.
    market
        Id of a place with prices.
    commodity
        Whose price is drawn below, at the market, at its reference and in the median of open markets.
    reference
        As in :func:`castello.analyses.markets.markets`.

    Returns
    -------
    pathlib.Path
        The file; the same ledger, days and audience give the same bytes.

    Raises
    ------
    WrongUse
        If the file is of another form or its folder is not there, or nothing is on record for the market.
    """
    path = Path(path)
    if path.suffix.lower() != ".svg":
        raise WrongUse(f"a chart of prices cannot be written as {path.name!r}", hint="Name a file that ends in .svg.")
    if not path.parent.is_dir():
        raise WrongUse("there is no such folder", hint="Make it first, or name another.", where=str(path.parent))
    picture = clearance.picture
    hidden = _hidden(clearance)
    shown = picture.without(claims=hidden) if hidden else picture
    told = history(
        shown,
        market,
        commodity=commodity,
        reference=reference,
        start=picture.registers.settings.start,
        end=picture.as_of,
    )
    drawn = draw_history(told, name=lambda id_: name_of(id_, picture.registers))
    style = f"<style>{style_of_drawings()}</style>"
    path.write_bytes(re.sub(r"^(<svg[^>]*>)", lambda tag: tag.group() + style, drawn).encode() + b"\n")
    return path


def _hidden(clearance: Clearance) -> list[str]:
    """Claims behind the chart that may not leave. Of prices only those that are sealed or sensitive are looked at: a sheet has very many."""
    if not clearance.leaves:
        return []
    picture = clearance.picture
    guarded = [
        id_
        for id_ in picture.visible_ids()
        if id_.startswith("p1-") or picture.sensitivity((id_,)) is not Sensitivity.LOW
    ]
    asked = (*picture.claims_by_id(guarded).values(), *picture.claims(kinds=_BEHIND))
    return sorted({claim.id for claim in asked if clearance.withheld_because(claim) is not None})


def draw_history(told: History, *, name: Callable[[str], str], width: float = 960, language: str = "en") -> str:
    """
    Draw a market month by month.

    The scale is of multiples: as far from 1 to 2 as from 2 to 4. Where nothing can be said the line is broken; nothing is filled in.

    Parameters
    ----------
    told
        The months.
    name
        The name to show for an id.
    width
        In pixels; the height follows from what there is to draw.
    language
        Of the words around the figures.

    Returns
    -------
    str
        The SVG; it needs the classes of the page's style sheet and nothing else.
    """
    words, market = words_of(language), name(told.market)
    references = sorted({month.reference for month in told.months if month.reference is not None})
    against = ", ".join(clean(name(id_)) for id_ in references) or words.say("market_no_reference")
    title = words.say("market_title", market=clean(market))
    if not told.months:
        empty = svg.text(words.say("market_empty"), x=4, y=20, size=12, class_="soft")
        return _root(svg.words("title", title), empty, width=width, height=30)
    levels = [(value, f"{figure(value)} {words.term(level)}") for level, value in LEVELS if value]
    parts = [svg.text(title, x=4, y=18, size=14, class_="strong")]
    drawn, y = _panel(
        told.months,
        [("here", [month.index for month in told.months]), ("elsewhere", [month.national for month in told.months])],
        rules=[(1.0, figure(1.0)), *levels],
        heading=words.say("market_multiple"),
        labels={"here": words.say("market_against", reference=against), "elsewhere": words.say("market_national")},
        words=words,
        width=width,
        top=34.0,
    )
    parts.append(drawn)
    if told.commodity is not None:
        rows = {key: [getattr(month, key) for month in told.months] for key, _, _ in _LINES}
        drawn, y = _panel(
            told.months,
            list(rows.items()),
            rules=None,
            heading=f"{clean(told.commodity)}, {clean(told.unit or '')}",
            labels={"here": clean(market), "there": against, "elsewhere": words.say("market_median")},
            words=words,
            width=width,
            top=y + 26,
        )
        parts.append(drawn)
    head = svg.words("title", title) + svg.words("desc", _desc(told, words))
    return _root(head, *parts, width=width, height=y + 8)


def _desc(told: History, words: Words) -> str:
    """The figures of the chart in words, for who cannot see it."""
    months = [
        f"{_iso(month)} {figure(round(month.index, 2))}" if month.index is not None else f"{_iso(month)} ?"
        for month in told.months
    ]
    return words.say("market_desc", months="; ".join(months))


def _iso(month: HistoryMonth) -> str:
    return first_day(month.month).isoformat()[:7]


def _panel(
    months: Sequence[HistoryMonth],
    lines: Sequence[tuple[str, Sequence[float | None]]],
    *,
    rules: Sequence[tuple[float, str]] | None,
    heading: str,
    labels: dict[str, str],
    words: Words,
    width: float,
    top: float,
) -> tuple[str, float]:
    values = [value for _, row in lines for value in row if value is not None and value > 0]
    marks = [] if rules is None else [value for value, _ in rules]
    low, high = min([*values, *marks], default=1.0), max([*values, *marks], default=2.0)
    low, high = low / 1.08, high * 1.08
    ticks = rules if rules is not None else [(tick, figure(tick)) for tick in _ticks(low, high)]
    left, right, bottom = LEFT, width - 10, top + 12 + PANEL

    def across(n: int) -> float:
        return left + (right - left) * (n + 0.5) / len(months)

    def up(value: float) -> float:
        return bottom - PANEL * math.log(value / low) / math.log(high / low)

    parts = [svg.text(svg.shorten(heading, size=12, width=width - 8), x=4, y=top, size=12, class_="plain strong")]
    for value, label in ticks:
        parts.append(
            svg.element("path", d=f"M{svg.number(left)} {svg.number(up(value))}H{svg.number(right)}", class_="grid")
        )
        parts.append(svg.text(label, x=left - 6, y=up(value) + 3.5, size=10, anchor="end", class_="soft"))
    parts += _dates(months, across=across, bottom=bottom, words=words)
    legend, x = [], left
    for key, row in lines:
        look, dashes = next((look, dashes) for name, look, dashes in _LINES if name == key)
        parts += _line(row, across=across, up=up, look=look, dashes=dashes)
        label = svg.shorten(labels[key], size=11, width=width / 3)
        y = bottom + 34
        legend.append(
            svg.element("path", d=f"M{svg.number(x)} {svg.number(y - 4)}h26", class_=look, stroke_dasharray=dashes)
        )
        legend.append(svg.text(label, x=x + 32, y=y, size=11, class_="plain"))
        x += 32 + svg.text_width(label, 11) + 22
    return "".join([*parts, *legend]), bottom + 40


def _line(
    row: Sequence[float | None],
    *,
    across: Callable[[int], float],
    up: Callable[[float], float],
    look: str,
    dashes: str | None,
) -> list[str]:
    """Points that follow one another joined, and each point; a month of which nothing can be said parts the line."""
    parts: list[str] = []
    path: list[str] = []
    for n, value in enumerate(row):
        if value is None or value <= 0:
            parts += _stroke(path, look=look, dashes=dashes)
            path = []
            continue
        x, y = svg.number(across(n)), svg.number(up(value))
        path.append(f"{'L' if path else 'M'}{x} {y}")
        parts.append(svg.element("path", d=f"M{x} {y}m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0", class_=look))
    return parts + _stroke(path, look=look, dashes=dashes)


def _stroke(path: Sequence[str], *, look: str, dashes: str | None) -> list[str]:
    return [svg.element("path", d="".join(path), class_=look, stroke_dasharray=dashes)] if len(path) > 1 else []


def _dates(months: Sequence[HistoryMonth], *, across: Callable[[int], float], bottom: float, words: Words) -> list[str]:
    """Names of months under the axis, as many as have room; with the year at the first and at each January."""
    parts, free = [], 0.0
    for n, month in enumerate(months):
        day = first_day(month.month)
        label = words.months_short[day.month - 1] + (f" {day.year}" if n == 0 or day.month == 1 else "")
        half = svg.text_width(label, 10) / 2
        x = across(n)
        if x - half >= free:
            parts.append(svg.text(label, x=x, y=bottom + 14, size=10, anchor="middle", class_="soft"))
            free = x + half + 8
    return parts


def _ticks(low: float, high: float) -> list[float]:
    """Round prices on a scale of multiples."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return [tick for tick in found if low <= tick <= high]


def _root(*inside: str, width: float, height: float) -> str:
    box = f"0 0 {svg.number(width)} {svg.number(height)}"
    return svg.element(
        "svg", *inside, xmlns="http://www.w3.org/2000/svg", viewBox=box, width=width, height=height, role="group",
        direction="ltr", class_="prices",
    )  # fmt: skip
