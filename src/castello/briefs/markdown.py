"""A brief as Markdown (CommonMark): the same sentences, numbers and evidence as the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from castello.briefs._page import Block, Page, Sentence, header, in_order, lay_out, said_on
from castello.briefs._words import Words, address, clean, words_of
from castello.briefs.brief import Brief, Source


def to_markdown(brief: Brief) -> str:
    """
    A brief as CommonMark, with evidence numbers that lead to the list at its end.

    Text from data is escaped: it can neither become a link, an image, a heading nor HTML. The only HTML in it is the anchors of the
    evidence. The same brief gives the same bytes.

    Parameters
    ----------
    brief
        What to write.

    Returns
    -------
    str
        The text, to be written as UTF-8.

    See Also
    --------
    castello.briefs.html.to_html : The same as one page.
    """
    return "\n".join(_rows(brief, lay_out(brief), words_of(brief.language))).rstrip() + "\n"


def plain(text: object) -> str:
    r"""
    Text from outside as Markdown that shows it as it is.

    Examples
    --------
    >>> plain("<b>1* [x](y)")
    '\\<b\\>1\\* \\[x\\](y)'
    >>> plain("1. not a list")
    '1\\. not a list'
    """
    escaped = re.sub(r"([\\`*_\[\]<>#|~&])", r"\\\1", clean(text))
    return re.sub(r"^(\d{1,9})([.)])", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", escaped))


def _rows(brief: Brief, page: Page, words: Words) -> Iterator[str]:
    yield from (f"# {plain(brief.case_name)}", "", f"{words.say('brief')} · {plain(brief.case)}", "")
    yield from (f"- {plain(label)}: **{plain(value)}**" for label, value in header(brief, words))
    yield ""
    if brief.branch:
        yield from (f"> {plain(words.say('hypothetical_band', branch=brief.branch))}", "")
    if page.lead is not None:
        yield from _block(page.lead, page, words, none="section_none")
    yield from _block(page.changes, page, words, none="changes_none")
    yield from _timeline(brief, page, words)
    for block in page.sections:
        yield from _block(block, page, words, none="section_none")
    yield from _block(page.contested, page, words, none="contested_none")
    unknown = [f"- {plain(text)}" for text in brief.unknown]
    yield from (f"## {words.say('unknown')}", "", *(unknown or [words.say("unknown_none")]), "")
    yield from _assessments(page, words)
    if brief.withheld:
        yield from (f"## {words.say('withheld')}", "", words.say("withheld_about"), "")
        yield from (f"- {plain(words.term(reason))}: {count}" for reason, count in brief.withheld)
        yield ""
    yield from (f"## {words.say('evidence')}", "")
    for source in sorted(brief.evidence, key=lambda source: source.number):
        yield from _source(source, page, words)
    if not brief.evidence:
        yield from (words.say("evidence_none"), "")
    yield from (f"## {words.say('definitions')}", "", words.say("definitions_text"))


def _block(block: Block, page: Page, words: Words, *, none: str) -> Iterator[str]:
    yield from (f"## {block.number} {plain(block.title)}", "")
    chart = block.section.chart if block.section is not None else None
    if chart is not None:
        yield from (f"**{plain(chart.title)}** ({plain(chart.unit)})", "")
        yield from (
            f"- {plain(bar.label)}: {words.interval(bar.low, bar.high)}{_refs(bar.evidence, page)}"
            for bar in chart.bars
        )
        yield ""
    for sentence in block.sentences:
        yield from _sentence(sentence, page, words)
    if not block.sentences:
        yield words.say(none)
    yield ""
    if block.unseen:
        yield from (f"{words.say('unseen')} {'; '.join(plain(text) for text in block.unseen)}", "")


def _sentence(sentence: Sentence, page: Page, words: Words) -> Iterator[str]:
    line = sentence.line
    against = f" {words.say('against')}{_refs(line.against, page)}" if line.against else ""
    marks = ", ".join([words.term(line.shown), *(words.term(badge) for badge in sentence.badges)])
    anchor = f'<a id="{sentence.anchor}"></a>'
    yield f"- {anchor}{sentence.number} {plain(line.text)}{_refs(line.evidence, page)}{against} *({plain(marks)})*"
    for remark in sentence.remarks:
        yield f"  - {plain(remark)}"


def _refs(numbers: Iterable[int], page: Page) -> str:
    return "".join(f" [{n}](#e{n})" if n in page.known else f" ({n})" for n in in_order(numbers))


def _timeline(brief: Brief, page: Page, words: Words) -> Iterator[str]:
    if not brief.timeline and not page.events:
        return
    yield from (f"## {words.say('timeline')}", "")
    for spell in sorted(brief.timeline, key=lambda s: (s.row, s.reading, s.start, s.end, s.status)):
        row = plain(spell.row) + (f", {plain(words.term(spell.reading))}" if spell.reading else "")
        yield f"- {row}: **{plain(words.term(spell.status))}**, {words.day(spell.start)} – {words.day(spell.end)}"
    for label, anchor, event in page.events:
        yield f'- <a id="{anchor}"></a>{label} {words.day(event.day)}: {plain(event.text)}{_refs(event.evidence, page)}'
    yield ""


def _assessments(page: Page, words: Words) -> Iterator[str]:
    if not page.assessments:
        return
    yield from ("---", "", f"## {words.say('assessments')}", "", f"*{words.say('assessments_about')}*", "")
    for label, anchor, item in page.assessments:
        yield from (f'> <a id="{anchor}"></a>{label} {plain(item.text)}', ">")
        yield from (f"> {words.say('because')}: {plain(item.because)}{_refs(item.evidence, page)}", ">")
        signed = words.say("signed_on", day=words.day(item.signed))
        yield f"> — **{plain(item.author)}**, {signed}, {words.say('confidence')}: {plain(words.term(item.confidence))}"
        yield ""
    yield from ("---", "")


def _source(source: Source, page: Page, words: Words) -> Iterator[str]:
    number = source.number
    day = words.day(source.published)
    if source.published_basis == "inferred":
        day += f" ({words.say('inferred')})"
    title = plain(source.title) or words.say("untitled")
    yield f'<a id="e{number}"></a>**\\[{number}\\]** **{plain(source.publisher)}**, {title}, {day}'
    yield ""
    said = f" ({plain(said_on(source, words))})" if source.said else ""
    yield f"- {words.say('says')}: {plain(source.says)}"
    if source.quote:
        yield f"- “{plain(source.quote)}”"
    yield f"- {words.say('chain')}: {plain(source.chain)}{said}"
    marks = [f"{words.say('grade')} {source.grade}"] if source.grade else []
    marks += [f"{words.say('confidence')} {words.term(source.confidence)}"] if source.confidence else []
    marks += [f"{words.say('verification')}: {words.term(source.verification)}"]
    marks += [words.term("hypothetical")] if source.hypothetical else []
    yield f"- {plain(' · '.join(marks))} · {plain(source.claim)}"
    for url in source.urls:
        yield f"- <{url}>" if address(url) else f"- {plain(url)}"
    if not source.urls:
        yield f"- {words.say('addresses_none')}"
    places = [
        f"[{plain(label)}](#{anchor})" for label, anchor in page.cited.get(number, ()) if not anchor.startswith("chart")
    ]
    if places:
        yield f"- {words.say('cited')} {', '.join(places)}"
    yield ""
