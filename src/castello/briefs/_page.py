"""What every form of a brief shares: sentences numbered for citing, and from each piece of evidence back to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from castello.briefs._words import Words, clean, words_of
from castello.briefs.brief import Brief, Event, Line, Section, Signed, Source

LEAD = ("cut_off", "reach")
"""Keys of the section that opens the brief."""

LONG_FLAG = 28
"""A flag longer than this is a remark (what it said before), not a badge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A line with its number and an id that no other element of the page has."""

    number: str
    anchor: str
    line: Line
    badges: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A numbered part of the page."""

    number: int
    key: str
    title: str
    sentences: tuple[Sentence, ...]
    section: Section | None = None
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The blocks of a brief in reading order, and where each piece of evidence is cited."""

    lead: Block | None
    changes: Block
    sections: tuple[Block, ...]
    contested: Block
    events: tuple[tuple[str, str, Event], ...]
    assessments: tuple[tuple[str, str, Signed], ...]
    cited: dict[int, tuple[tuple[str, str], ...]]
    known: frozenset[int]


def lay_out(brief: Brief) -> Page:
    """Number the blocks and sentences of a brief in the order in which they are read."""
    words, taken = words_of(brief.language), set[str]()
    sections = list(brief.sections)
    first = next((section for section in sections if section.key in LEAD), None)
    if first is not None:
        sections.remove(first)
    said = frozenset(brief.unknown)

    def block(number: int, key: str, title: str, lines: Iterable[Line], section: Section | None = None) -> Block:
        lines = tuple(lines)
        # what changed and what is contested stands elsewhere, too, with what could not be seen
        unseen = {clean(text): None for line in lines for text in line.unknown if section and text not in said}
        return Block(
            number=number,
            key=key,
            title=clean(title),
            sentences=tuple(_sentence(line, f"{number}.{n}", taken) for n, line in enumerate(lines, 1)),
            section=section,
            unseen=tuple(unseen),
        )

    count = 0
    lead = None
    if first is not None:
        count += 1
        lead = block(count, "lead", first.title or words.say("lead"), first.lines, first)
    count += 1
    changes = block(count, "changes", words.say("changes"), brief.changes)
    middle = []
    for section in sections:
        count += 1
        middle.append(block(count, f"section-{count}", section.title, section.lines, section))
    contested = block(count + 1, "contested", words.say("contested"), brief.contested)
    events = tuple((f"T{n}", f"t{n}", event) for n, event in enumerate(sorted(brief.events, key=lambda e: e.day), 1))
    signed = tuple((f"A{n}", f"a{n}", item) for n, item in enumerate(brief.assessments, 1))
    blocks = [*([lead] if lead else []), changes, *middle, contested]
    return Page(
        lead=lead,
        changes=changes,
        sections=tuple(middle),
        contested=contested,
        events=events,
        assessments=signed,
        cited=_cited(blocks, events, signed, words),
        known=frozenset(source.number for source in brief.evidence),
    )


def _sentence(line: Line, number: str, taken: set[str]) -> Sentence:
    base = "s-" + (re.sub(r"[^A-Za-z0-9_-]+", "-", line.id) or "x")
    anchor, copy = base, 1
    while anchor in taken:
        copy += 1
        anchor = f"{base}-{copy}"
    taken.add(anchor)
    flags = [clean(flag) for flag in line.flags if clean(flag)]
    return Sentence(
        number=number,
        anchor=anchor,
        line=line,
        badges=tuple(flag for flag in flags if len(flag) <= LONG_FLAG),
        remarks=tuple(flag for flag in flags if len(flag) > LONG_FLAG),
    )


def _cited(
    blocks: Iterable[Block],
    events: Iterable[tuple[str, str, Event]],
    signed: Iterable[tuple[str, str, Signed]],
    words: Words,
) -> dict[int, tuple[tuple[str, str], ...]]:
    """For each piece of evidence the places that cite it, as (number, anchor); a sentence that is repeated, once."""
    found: dict[int, dict[str, str]] = {}
    seen: set[tuple[int, str]] = set()
    for block in blocks:
        for sentence in block.sentences:
            for number in (*sentence.line.evidence, *sentence.line.against):
                if (number, sentence.line.id) not in seen:
                    seen.add((number, sentence.line.id))
                    found.setdefault(number, {})[sentence.anchor] = sentence.number
        if block.section is not None and block.section.chart is not None:
            for bar in block.section.chart.bars:
                for number in bar.evidence:
                    found.setdefault(number, {})[f"chart-{block.number}"] = words.say("chart", number=block.number)
    cites = [(label, anchor, event.evidence) for label, anchor, event in events]
    cites += [(label, anchor, item.evidence) for label, anchor, item in signed]
    for label, anchor, numbers in cites:
        for number in numbers:
            found.setdefault(number, {})[anchor] = label
    return {number: tuple((label, anchor) for anchor, label in places.items()) for number, places in found.items()}


def header(brief: Brief, words: Words) -> list[tuple[str, str]]:
    """What a reader has to know before the first sentence: (label, value) in order."""
    known_by = words.say("known_by_all") if brief.known_by is None else words.day(brief.known_by)
    rows = [
        (words.say("as_of"), words.day(brief.as_of)),
        (words.say("known_by"), known_by),
        (words.say("clock"), words.term(brief.clock)),
        (words.say("area"), clean(brief.area)),
        (words.say("mode"), words.term(brief.mode)),
        (words.say("profile"), words.term(brief.profile)),
        (words.say("branch"), clean(brief.branch or "")),
    ]
    rows += [(words.term(name).capitalize(), clean(value)) for name, value in brief.facts]
    return [(label, value) for label, value in rows if value]


def in_order(numbers: Iterable[int]) -> list[int]:
    """Evidence numbers as they are printed: rising, each once."""
    return sorted(set(numbers))


def said_on(source: Source, words: Words) -> str | None:
    """When it was said, in words: a day as people write it, anything else as it is given."""
    if source.said is None:
        return None
    try:
        day = words.day(date.fromisoformat(source.said))
    except ValueError:  # a range, or a month
        day = clean(source.said)
    return words.say("said", day=day)
