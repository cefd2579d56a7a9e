"""Small charts of a brief: each source's own figure as a bar, and what was so on which day. SVG, and no average."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from castello.briefs import _svg as svg
from castello.briefs._page import in_order
from castello.briefs._words import Words, clean, figure, words_of
from castello.briefs.brief import Bar, Event, Intervals, Spell

NARROW = 560  # pixels; below this the names of rows stand above them
LOOKS = ("connected", "cut", "undecided")
ROW = 18.0


def draw_intervals(chart: Intervals, *, width: float = 380, language: str = "en") -> str:
    """
    One bar for each source's own figure, from nought, with its evidence as links.

    An exact figure is a dot, an interval a bar, one that is open on a side a bar with an arrow there. A figure that is not finite is named and not
    drawn.

    Parameters
    ----------
    chart
        The bars, in the order in which they are drawn, and their unit.
    width
        In pixels; the height follows from the bars.
    language
        Of the words around the figures.

    Returns
    -------
    str
        The SVG; it needs the classes of the page's style sheet and nothing else.
    """
    words = words_of(language)
    low, high = _domain(chart.bars)
    left, right = 6.0, width - 6

    def at(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    ticks = _ticks(low, high, most=max(2, int(width // 85)))
    parts, y = [], 4.0
    for bar in chart.bars:
        drawn, y = _bar(bar, words=words, at=at, ticks=ticks, width=width, top=y)
        parts.append(drawn)
    if chart.bars:
        axis = []
        for tick in ticks:
            x, label = at(tick), figure(tick)
            half = svg.text_width(label, 10) / 2
            axis.append(svg.element("path", d=f"M{svg.number(x)} {svg.number(y)}v-5", class_="rule"))
            middle = min(max(x, half), width - half)
            axis.append(svg.text(label, x=middle, y=y + 13, size=10, anchor="middle", class_="soft"))
        axis.append(svg.element("path", d=f"M{svg.number(left)} {svg.number(y)}H{svg.number(right)}", class_="rule"))
        parts = [*axis, *parts]
        unit = svg.shorten(chart.unit, size=10, width=width - 12)
        parts.append(svg.text(unit, x=right, y=y + 26, size=10, anchor="end", class_="soft"))
        y += 32
    else:
        parts.append(svg.text(words.say("chart_empty"), x=left, y=20, size=12, class_="soft"))
        y = 30
    head = svg.words("title", chart.title) + svg.words("desc", words.say("chart_desc", unit=clean(chart.unit)))
    return _root(head, *parts, width=width, height=y, class_="intervals")


def _bar(
    bar: Bar, *, words: Words, at: Callable[[float], float], ticks: Sequence[float], width: float, top: float
) -> tuple[str, float]:
    low, high = bar.low, bar.high
    ends = [end for end in (low, high) if end is not None]
    ok = bool(ends) and all(math.isfinite(end) for end in ends)
    if ok and low is not None and high is not None and high < low:
        low, high = high, low
    value = words.interval(low, high) if ok else words.say("not_drawn")
    links, links_width = _links(bar.evidence, words=words)
    parts, y = [], top + 13
    value_width = svg.text_width(value, 12, bold=True)
    free = width - value_width - links_width - 24
    lines = svg.wrap(bar.label, size=12, width=max(free, width * 0.35), most=2) or [""]
    for line in lines:
        parts.append(svg.text(line, x=6, y=y, size=12, class_="plain"))
        y += 15
    y -= 15
    parts.append(
        svg.element(
            "g", links, transform=f"translate({svg.number(10 + svg.text_width(lines[-1], 12))} {svg.number(y)})"
        )
    )
    if links_width + svg.text_width(lines[-1], 12) + value_width + 24 > width:
        y += 15
    parts.append(svg.text(value, x=width - 6, y=y, size=12, anchor="end", class_="plain strong"))
    y += 11
    if ok:
        # the scale shows behind the bars only, so that it crosses no words
        parts += [
            svg.element("path", d=f"M{svg.number(at(tick))} {svg.number(y - 7)}v14", class_="grid") for tick in ticks
        ]
        left, right = (None if end is None else at(end) for end in (low, high))
        parts.append(_stroke(left, right, y=y, edges=(4, width - 4)))
    note = clean(bar.note)
    if note and note != value:
        for line in svg.wrap(note, size=10.5, width=width - 12, most=2):
            y += 15
            parts.append(svg.text(line, x=6, y=y + 3, size=10.5, class_="soft"))
    return "".join(parts), y + 14


def _stroke(low: float | None, high: float | None, *, y: float, edges: tuple[float, float]) -> str:
    first, edge = edges
    if low is None:
        end = max(first if high is None else high, first + 22)
        line = svg.element("rect", x=first + 8, y=y - 3, width=end - first - 8, height=6, class_="bar")
        stop = svg.element("path", d=f"M{svg.number(end)} {svg.number(y - 6)}v12", class_="stop")
        head = f"M{svg.number(first + 9)} {svg.number(y - 6)}l-9 6l9 6z"
        return line + stop + svg.element("path", d=head, class_="bar arrow")
    if high is None:
        start = min(low, edge - 22)
        line = svg.element("rect", x=start, y=y - 3, width=edge - 8 - start, height=6, class_="bar")
        stop = svg.element("path", d=f"M{svg.number(start)} {svg.number(y - 6)}v12", class_="stop")
        head = f"M{svg.number(edge - 9)} {svg.number(y - 6)}l9 6l-9 6z"
        return line + stop + svg.element("path", d=head, class_="bar arrow")
    if high - low < 3:
        return svg.element("circle", cx=(low + high) / 2, cy=y, r=5, class_="bar dot")
    ends = f"M{svg.number(low)} {svg.number(y - 6)}v12M{svg.number(high)} {svg.number(y - 6)}v12"
    return svg.element("rect", x=low, y=y - 3, width=high - low, height=6, class_="bar") + svg.element(
        "path", d=ends, class_="stop"
    )


def _links(numbers: Sequence[int], *, words: Words) -> tuple[str, float]:
    """Evidence numbers side by side, each a link into the list; and their width."""
    x, parts = 0.0, []
    for number in in_order(numbers)[:8]:
        shown = f"[{number}]"
        label = svg.text(shown, x=x, y=0, size=10, class_="ref")
        parts.append(svg.element("a", label, href=f"#e{number}", aria_label=words.say("evidence_one", number=number)))
        x += svg.text_width(shown, 10) + 2
    return "".join(parts), x


def _domain(bars: Sequence[Bar]) -> tuple[float, float]:
    values = [value for bar in bars for value in (bar.low, bar.high) if value is not None and math.isfinite(value)]
    low, high = min([0.0, *values]), max([0.0, *values])
    if any(bar.high is None for bar in bars):
        high += (high - low) * 0.15  # room for the arrow
    return (low, high) if high > low else (low, low + 1)


def _ticks(low: float, high: float, *, most: int) -> list[float]:
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= rough * 0.9999)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def draw_timeline(
    spells: Sequence[Spell],
    events: Sequence[Event],
    *,
    as_of: date,
    width: float = 760,
    language: str = "en",
    caption: Sequence[str] = (),
) -> str:
    """
    What was so on which day: a row for each place and reading, marks for events, a line at the day of the brief.

    Each status has a fill or edge of its own and its name beside it. Marks are numbered T1, T2, ... by day and lead to the list of events, which
    has their words and evidence.

    Parameters
    ----------
    spells
        Stretches of rows, both days included.
    events
        Dated marks.
    as_of
        The day of the brief.
    width
        In pixels; less than 560 puts the names of rows above them. The height follows from the rows.
    language
        Of dates and words.
    caption
        Lines under the chart, for one that stands alone: what was asked, and what makes it another answer.

    Returns
    -------
    str
        The SVG; it needs the classes of the page's style sheet and nothing else.
    """
    words = words_of(language)
    spells = [spell for spell in spells if spell.start <= spell.end]
    events = sorted(events, key=lambda event: event.day)
    if not spells and not events:
        empty = svg.text(words.say("timeline_empty"), x=0, y=20, size=12, class_="soft")
        below, height = _caption(caption, width=width, top=30)
        return _root(
            svg.words("title", words.say("timeline")), empty, below, width=width, height=height, class_="timeline"
        )
    first = min([*(spell.start for spell in spells), *(event.day for event in events), as_of])
    last = max([*(spell.end for spell in spells), *(event.day for event in events), as_of])
    rows: dict[tuple[str, str], list[Spell]] = {}
    for spell in sorted(spells, key=lambda s: (s.row, s.reading, s.start, s.end, s.status)):
        rows.setdefault((spell.row, spell.reading), []).append(spell)
    narrow = width < NARROW
    names = [_row_name(*key, words=words) for key in rows]
    left = 4.0 if narrow else min(max((svg.text_width(n, 12) for n in names), default=60) + 14, width * 0.4)
    right, days = width - 8.0, (last - first).days + 1

    def at(day: date) -> float:
        return left + (right - left) * (day - first).days / days

    parts, y = [], 22.0
    lanes, marks = _marks(events, at=at, width=width), []
    for x, level, label, anchor in lanes:
        mark = svg.element("circle", cx=x, cy=y + level * 19, r=9, class_="event")
        number = svg.text(label, x=x, y=y + level * 19 + 3.5, size=9, anchor="middle", class_="event-no")
        marks.append(svg.element("a", mark, number, href=f"#{anchor}"))
    y += 19 * (max((lane[1] for lane in lanes), default=-1) + 1)
    top = y
    for name, members in zip(names, rows.values(), strict=True):
        if narrow:
            parts.append(svg.text(svg.shorten(name, size=12, width=width - 8), x=4, y=y + 12, size=12, class_="plain"))
            y += 17
        else:
            shown = svg.shorten(name, size=12, width=left - 10)
            parts.append(svg.text(shown, x=0, y=y + 13, size=12, class_="plain"))
        parts += [_spell(spell, at=at, y=y, words=words) for spell in members]
        y += ROW + 9
    grid = []
    for n, day in enumerate(_days(first, last, most=3 if narrow else 6)):
        label = words.short_day(day) + ("" if n else f" {day.year}")
        grid.append(svg.text(label, x=at(day), y=12, size=10, class_="soft"))
        grid.append(svg.element("path", d=f"M{svg.number(at(day))} 16V{svg.number(y)}", class_="grid"))
    x = (at(as_of) + at(as_of + timedelta(days=1))) / 2
    # not through the rows: what is so on that very day may be a sliver, and it matters most
    down = f"M{svg.number(x)} 16V{svg.number(top - 3)}M{svg.number(x)} {svg.number(y - 6)}V{svg.number(y + 4)}"
    now = svg.element("path", d=down, class_="now")
    label = words.day(as_of)
    half = svg.text_width(label, 11, bold=True) / 2
    now += svg.text(label, x=min(max(x, half), width - half), y=y + 16, size=11, anchor="middle", class_="plain strong")
    legend, height = _legend(spells, words=words, width=width, top=y + 32)
    about = words.say("timeline_desc", rows=len(rows), first=words.day(first), last=words.day(last))
    head = svg.words("title", words.say("timeline")) + svg.words("desc", about)
    below, height = _caption(caption, width=width, top=height)
    return _root(head, *grid, *parts, now, *marks, legend, below, width=width, height=height, class_="timeline")


def _caption(lines: Sequence[str], *, width: float, top: float) -> tuple[str, float]:
    """Lines under a chart, and where they end."""
    parts, y = [], top
    for line in (part for text in lines for part in svg.wrap(text, size=11, width=width - 4, most=6)):
        y += 15
        parts.append(svg.text(line, x=0, y=y, size=11, class_="soft"))
    return "".join(parts), y + 8 if parts else y


def _row_name(row: str, reading: str, *, words: Words) -> str:
    return f"{clean(row)}, {words.term(reading)}" if reading else clean(row)


def _spell(spell: Spell, *, at: Callable[[date], float], y: float, words: Words) -> str:
    x, end = at(spell.start), at(spell.end + timedelta(days=1))
    look = spell.status if spell.status in LOOKS else "other"
    name = words.term(spell.status)
    said = f"{clean(spell.row)}: {name}, {words.day(spell.start)} – {words.day(spell.end)}"
    parts = [svg.words("title", said)]
    parts.append(svg.element("rect", x=x, y=y, width=max(end - x, 3), height=ROW, class_=f"spell {look}"))
    if svg.text_width(name, 10.5) + 8 <= end - x:
        parts.append(svg.text(name, x=x + 5, y=y + 12.8, size=10.5, class_=f"on-{look}"))
    return svg.element("g", *parts)


def _marks(events: Sequence[Event], *, at: Callable[[date], float], width: float) -> list[tuple[float, int, str, str]]:
    """Where each event's mark stands: (x, level, label, anchor); marks that would touch go a level down."""
    ends: list[float] = []
    found = []
    for n, event in enumerate(events, 1):
        x = min(max((at(event.day) + at(event.day + timedelta(days=1))) / 2, 10), width - 10)
        level = next((level for level, end in enumerate(ends) if end <= x - 19), len(ends))
        ends[level : level + 1] = [x]
        found.append((x, level, f"T{n}", f"t{n}"))
    return found


def _days(first: date, last: date, *, most: int) -> list[date]:
    """First days of months where the span is long, else days evenly apart."""
    span = (last - first).days + 1
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last - timedelta(days=span // 12)
    ]
    if len(months) >= 2:
        return months[:: math.ceil(len(months) / most)]
    step = math.ceil(span / most)
    return [first + timedelta(days=n) for n in range(0, span, step)]


def _legend(spells: Sequence[Spell], *, words: Words, width: float, top: float) -> tuple[str, float]:
    parts, x, y = [], 0.0, top
    used = {spell.status for spell in spells}
    for status in (*(s for s in LOOKS if s in used), *sorted(used - set(LOOKS))):
        name = svg.shorten(words.term(status), size=11, width=width - 40)
        needed = 28 + svg.text_width(name, 11) + 14
        if x and x + needed > width:
            x, y = 0.0, y + 18
        look = status if status in LOOKS else "other"
        parts.append(svg.element("rect", x=x + 1, y=y - 9, width=20, height=11, class_=f"spell {look}"))
        parts.append(svg.text(name, x=x + 28, y=y, size=11, class_="plain"))
        x += needed
    return "".join(parts), y + 10


def _root(*inside: str, width: float, height: float, class_: str) -> str:
    box = f"0 0 {svg.number(width)} {svg.number(height)}"
    return svg.element(
        "svg", *inside, xmlns="http://www.w3.org/2000/svg", viewBox=box, width=width, height=height, role="group",
        direction="ltr", class_=class_,
    )  # fmt: skip
