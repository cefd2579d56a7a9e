"""A brief as one HTML file: nothing is fetched, nothing runs, and every sentence leads to its evidence and back."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from castello.briefs._page import header, in_order, lay_out, said_on
from castello.briefs._words import address, language_tag, neutral, words_of
from castello.briefs.brief import Brief
from castello.briefs.charts import draw_intervals, draw_timeline
from castello.briefs.map import draw_map

WIDE, SLIM = 760, 350
"""Widths in pixels for which map and timeline are drawn: the page shows the one that fits."""


def to_html(brief: Brief) -> str:
    """
    One self-contained page: its style, map and charts inside, no script, nothing asked of the network.

    Everything from data is escaped; control characters and marks that turn the reading order are left out; only http and https
    addresses become links. The same brief gives the same bytes.

    Parameters
    ----------
    brief
        What to show.

    Returns
    -------
    str
        The page, to be written as UTF-8.

    See Also
    --------
    castello.briefs.markdown.to_markdown : The same as Markdown.
    """
    words, page, style = words_of(brief.language), lay_out(brief), _style()
    charts = {
        block.number: draw_intervals(block.section.chart, language=brief.language)
        for block in (page.lead, *page.sections)
        if block is not None and block.section is not None and block.section.chart is not None
    }
    maps: tuple[str, ...] = ()
    if brief.map is not None:
        wide = draw_map(brief.map, width=WIDE, height=600, language=brief.language)
        slim = draw_map(brief.map, width=SLIM, height=760, language=brief.language)
        maps = (wide, slim)
    timelines: tuple[str, ...] = ()
    if brief.timeline or brief.events:
        timelines = tuple(
            draw_timeline(brief.timeline, brief.events, as_of=brief.as_of, width=width, language=brief.language)
            for width in (WIDE, SLIM)
        )
    return (
        _environment()
        .get_template("brief.html.j2")
        .render(
            brief=brief,
            page=page,
            w=words,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            said_on=said_on,
            in_order=in_order,
            header=header(brief, words),
            charts=charts,
            maps=maps,
            timelines=timelines,
        )
    )


@cache
def _style() -> str:
    return (files("castello.briefs") / "templates" / "brief.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("castello.briefs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # text from outside is neutralised on its way to the page, wherever it stands
        finalize=lambda value: neutral(value) if type(value) is str else value,
    )
    environment.filters |= {"address": address, "language_tag": language_tag}
    return environment
