"""A brief, or a siege over time, on a terminal: readable at 80 columns and without colour."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from castello.briefs._page import Block, Sentence, header, in_order, lay_out
from castello.briefs._siege_asked import Asked
from castello.briefs._words import Words, clean, words_of
from castello.briefs.brief import Brief, Intervals, Source, Spell
from castello.briefs.profile import Clearance

WIDEST = 100
"""Columns; longer lines are hard to read."""


def print_brief(brief: Brief, console: Console) -> None:
    """
    Print a brief: header, findings, what changed, what is contested, what is not known, and the evidence in short.

    Text from data is printed as it is: it is neither read as markup nor can it move the cursor.

    Parameters
    ----------
    brief
        What to print.
    console
        Where to; lines are at most 100 columns wide, or as wide as the console.
    """
    words, page = words_of(brief.language), lay_out(brief)
    width = min(console.width, WIDEST)

    def show(item: object) -> None:
        console.print(item, width=width, highlight=False, markup=False, emoji=False)

    def heading(title: str) -> None:
        show(Text())
        show(Rule(Text(clean(title), style="bold"), align="left", characters="─", style="dim"))

    grid = Table.grid(padding=(0, 2))
    for label, value in header(brief, words):
        grid.add_row(Text(label, style="dim"), Text(value, style="bold", overflow="fold"))
    title = Text(clean(brief.case_name), style="bold", overflow="fold")
    show(Panel(grid, title=title, title_align="left", border_style="dim"))
    if brief.branch:
        show(Text(words.say("hypothetical_band", branch=clean(brief.branch)), style="bold"))

    def block(part: Block, none: str) -> None:
        heading(f"{part.number} {part.title}")
        if part.section is not None and part.section.chart is not None:
            show(_chart(part.section.chart, words))
        show(_sentences(part.sentences, words) if part.sentences else Text(words.say(none), style="dim"))

    if page.lead is not None:
        block(page.lead, "section_none")
    block(page.changes, "changes_none")
    for part in page.sections:
        block(part, "section_none")
    block(page.contested, "contested_none")
    heading(words.say("unknown"))
    for gap in brief.unknown or (words.say("unknown_none"),):
        show(_item("-", Text(clean(gap), overflow="fold"), wide=2))
    if page.assessments:
        heading(words.say("assessments"))
        show(Text(words.say("assessments_about"), style="dim"))
        for label, _, item in page.assessments:
            signed = words.say("signed_on", day=words.day(item.signed))
            text = Text(clean(item.text), style="italic", overflow="fold")
            text.append(f"\n{words.say('because')}: {clean(item.because)}", style="not italic")
            text.append(_refs(item.evidence), style="not italic")
            by = f"\n— {clean(item.author)}, {signed}, {words.say('confidence')}: {words.term(item.confidence)}"
            text.append(by, style="bold not italic")
            show(Padding(Panel(text, title=label, title_align="left"), (1, 0, 0, 0)))
    if brief.withheld:
        heading(words.say("withheld"))
        show(Text(words.say("withheld_about"), style="dim"))
        for reason, count in brief.withheld:
            show(_item(str(count), Text(words.term(reason), overflow="fold"), wide=5))
    heading(words.say("evidence"))
    show(_evidence(brief.evidence, words) if brief.evidence else Text(words.say("evidence_none"), style="dim"))


def _sentences(sentences: Iterable[Sentence], words: Words) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for sentence in sentences:
        line = sentence.line
        text = Text(clean(line.text), overflow="fold")
        text.append(_refs(line.evidence), style="dim")
        if line.against:
            text.append(f" {words.say('against')}{_refs(line.against)}", style="dim")
        marks = [words.term(line.shown), *(words.term(badge) for badge in sentence.badges)]
        text.append(f" ({', '.join(marks)})", style="bold" if len(marks) > 1 else "dim")
        for remark in sentence.remarks:
            text.append(f"\n{remark}", style="dim")
        grid.add_row(Text(sentence.number, style="dim"), text)
    return grid


def _refs(numbers: Iterable[int]) -> str:
    shown = ", ".join(str(number) for number in in_order(numbers))
    return f" [{shown}]" if shown else ""


def _chart(chart: Intervals, words: Words) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold", ratio=3)
    grid.add_column(overflow="fold", ratio=2)
    grid.add_row(Text(clean(chart.title), style="bold"), Text(clean(chart.unit), style="dim"))
    for bar in chart.bars:
        grid.add_row(Text(f"{clean(bar.label)}{_refs(bar.evidence)}"), Text(words.interval(bar.low, bar.high)))
    grid.add_row("", "")
    return grid


def _item(mark: str, text: Text, *, wide: int) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=wide, no_wrap=True, justify="right")
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text(mark, style="dim"), text)
    return grid


def _evidence(evidence: Iterable[Source], words: Words) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for source in sorted(evidence, key=lambda source: source.number):
        day = words.day(source.published)
        if source.published_basis == "inferred":
            day += f" ({words.say('inferred')})"
        text = Text(f"{clean(source.publisher)}, {day}", overflow="fold")
        if source.verification == "unverified":
            text.append(f" ({words.term('unverified')})", style="bold")
        text.append(f"\n{clean(source.urls[0]) if source.urls else words.say('addresses_none')}", style="dim")
        text.append(f"\ncastello why {source.claim}", style="dim")
        grid.add_row(Text(f"[{source.number}]", style="dim"), text)
    return grid


# -------------------------------------------------------------------------------------------------- who was cut off when

_BLOCKS = {"connected": "·", "cut": "█", "undecided": "?"}
"""What stands for a column of the chart; all three are told apart without colour."""


def print_spells(clearance: Clearance, console: Console, *, start: date, end: date, users: str = "supply") -> None:
    """
    Print who was cut off when: a row for each enclave and reading, with marks for months.

    A column stands for one day, or for several where there are more days than columns: then it shows the gravest status of its days, cut before
    undecided before connected, so that no short cut is lost. Days of which nothing is told stay blank.

    Parameters
    ----------
    clearance
        The rules of the audience, for the picture that is told.
    console
        Where to; lines are at most 100 columns wide, or as wide as the console.
    start, end
        First and last day, both included.
    users
        Whose passage: ``supply``, ``civilian``, ``aid``, ``foot``.
    """
    words = words_of("en")
    rows: dict[tuple[str, str], list[Spell]] = {}
    asked = Asked(clearance=clearance, days=(start, end), users=users)
    for spell in asked.spells():
        rows.setdefault((clean(spell.row), f", {words.term(spell.reading)}"), []).append(spell)
    if not rows:
        none = "No enclave of the case exists in these days.\n"
        console.print(Text(none), width=min(console.width, WIDEST), highlight=False)
        return
    width, days = min(console.width, WIDEST), (end - start).days + 1
    names = min(max((len(place + reading) for place, reading in rows), default=0), width // 2)
    each = max(math.ceil(days / max(width - names - 2, 1)), 1)
    columns = math.ceil(days / each)

    def at(day: date) -> int:
        return (day - start).days // each

    lines = [(" " * names, _months(start, columns=columns, each=each, words=words))]
    for (place, reading), spells in rows.items():
        shown = [" "] * columns
        for status in ("connected", "undecided", "cut"):
            for spell in (spell for spell in spells if spell.status == status):
                first, last = at(spell.start), at(spell.end)
                shown[first : last + 1] = _BLOCKS[status] * (last + 1 - first)
        room = max(names - len(reading), 2)
        name = (place if len(place) <= room else f"{place[: room - 1]}…") + reading
        lines.append((name.ljust(names), "".join(shown)))
    legend = "   ".join(f"{sign} {words.term(status)}" for status, sign in _BLOCKS.items())
    for name, chart in lines:
        console.print(Text(f"{name}  {chart}".rstrip(), no_wrap=True), width=width, highlight=False)
    note = "" if each == 1 else f"   one column for {each} days, the gravest"
    console.print(Text(f"{legend}{note}", style="dim"), width=width, highlight=False)
    for caveat in asked.caveats():
        console.print(Text(caveat), width=width, highlight=False)
    console.print()


def _months(start: date, *, columns: int, each: int, words: Words) -> str:
    """The names of months over their first columns, as many as have room; the year where it is new."""
    line, before, year = "", None, None
    for column in range(columns):
        day = start + timedelta(days=column * each)
        name = words.months_short[day.month - 1] + (f" {day.year}" if day.year != year else "")
        if day.month != before and (not line or len(line) < column) and column + len(name) <= columns:
            line, year = line.ljust(column) + name, day.year
        before = day.month
    return line
