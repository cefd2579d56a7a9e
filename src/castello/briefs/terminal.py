"""A brief on a terminal: sentences with their numbers, evidence at the end; readable at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from castello.briefs._page import Block, Sentence, header, in_order, lay_out
from castello.briefs._words import Words, clean, words_of
from castello.briefs.brief import Brief, Intervals, Source

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
        marks = [words.term(line.label), *(words.term(badge) for badge in sentence.badges)]
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
