"""Briefs of the bundled case: what is told with which label, who counts people under which definition, what has ended."""

import re
from datetime import date

import pytest

from castello.briefs.html import to_html
from castello.briefs.markdown import plain, to_markdown
from castello.claims import Kind


def lines(brief, key=None):
    return [line for section in brief.sections if key in (None, section.key) for line in section.lines]


@pytest.fixture(scope="module")
def july(demo):
    return demo.brief(demo.picture(as_of="2016-07-17", known_by="2016-07-20"))


def test_no_view_is_printed_as_a_fact(july):
    views = [
        line
        for line in lines(july, "statements")
        if re.match(r"Forecast by|.* (judges|demands|warns|offers)", line.text)
    ]
    shown = {line.shown for line in views}

    assert {"forecast", "opinion"} <= shown
    assert "fact" not in shown
    assert {line.label for line in views} == {"fact"}
    told = {line.id: line.shown for line in lines(july)}
    assert {line.shown for line in july.changes} <= set(told.values())


def test_recommendations_are_labelled_as_those_of_whoever_is_named(july):
    recommended = [line for line in lines(july, "statements") if " recommends" in line.text]

    assert recommended
    assert {(line.label, line.shown) for line in recommended} == {("recommendation", "recommendation")}
    assert all(line.label != "recommendation" for line in lines(july) if line not in recommended)


def test_every_form_prints_what_stands_for_the_label(july):
    forecast = next(line for line in lines(july, "statements") if line.shown == "forecast")
    html, markdown = to_html(july), to_markdown(july)

    assert '<span class="label fact">forecast</span>' in html
    assert '<span class="label recommendation">recommendation</span>' in html
    row = next(row for row in markdown.splitlines() if plain(forecast.text) in row)
    assert re.search(r"\bforecast\W*$", row)
    assert not re.search(r"\bfact\b", row)


def test_the_golden_case_begins_on_a_first_sighting(demo, july):
    said = [line.text for line in lines(july, "cut_off")]

    assert sum("since 5 May 2016 or before" in text for text in said) == 2
    assert not [text for text in said if re.search("since 5 May 2016(?! or before)", text)]
    evidence = [
        source.says for source in july.evidence if "golden case" in source.title or "Castello" in source.publisher
    ]
    assert evidence
    assert all("or before)" in text for text in evidence if " is open for " in text or " is closed for " in text)
    held = [line.text for line in lines(july, "control") if line.text.startswith("Eastern Aleppo")]
    assert held == ["Eastern Aleppo has been held by the opposition since 15 July 2016 or before."]


def test_people_of_one_place_stand_in_one_chart_with_their_definitions(demo):
    brief = demo.brief(demo.picture(as_of="2016-10-31"))
    (chart,) = [section.chart for section in brief.sections if section.chart]
    shown = {bar.label: (bar.low, bar.high) for bar in chart.bars}

    assert shown["UN OCHA, 2016-12-01, as the UN lists besieged areas"] == (275000, 275000)
    # "up to 275,000" has no lower end, and is drawn all the same
    assert shown["UN OCHA, 2016-08-29"] == (None, 275000)
    assert shown["Enab Baladi, 2016-08-29"] == (350000, 350000)
    assert max(bar.high for bar in chart.bars) == 350000
    assert all(bar.evidence for bar in chart.bars)
    assert "up to 275,000" in to_html(brief)
    assert "up to 275,000" in to_markdown(brief)


def test_one_definition_alone_has_its_chart_too(built):
    brief = built.brief(built.picture(as_of="2016-07-18"))
    (chart,) = [section.chart for section in brief.sections if section.chart]

    assert len(chart.bars) >= 1


def test_hard_to_reach_people_live_there_and_are_not_trapped(demo):
    claims = demo.picture().claims(kinds=[Kind.PEOPLE])
    counted = [claim for claim in claims if "hard-to-reach" in str(claim.slot("definition"))]

    assert len(counted) == 2
    assert {claim.predicate for claim in counted} == {"lives"}
    told = [line.text for line in lines(demo.brief(demo.picture(as_of="2016-07-17")), "people") if "hard" in line.text]
    assert told
    assert not [text for text in told if "trapped" in text]


def test_after_the_last_convoy_nobody_calls_the_east_besieged(demo):
    def besieged(day):
        brief = demo.brief(demo.picture(as_of=day))
        return {line.text.partition(": ")[2] for line in lines(brief, "cut_off") if "Eastern Aleppo is " in line.text}

    definitions = ("", " (city council count of days)", " (de facto besieged)", " (as the UN lists besieged areas)")
    assert besieged("2016-12-22") == {f"Eastern Aleppo is besieged{words}." for words in definitions}
    assert besieged("2016-12-23") == {f"Eastern Aleppo is not besieged{words}." for words in definitions}
    assert besieged("2016-12-31") == besieged("2016-12-23")
    # as known before, the siege had no end
    early = demo.picture(as_of=date(2016, 12, 23), known_by=date(2016, 12, 21))
    assert {topic.status for topic in early.topics(Kind.SIEGE) if topic.object == "aleppo-east"} == {"assessed"}
