"""The page: it escapes, asks the network for nothing, leads every number to its evidence and back, and is the same twice."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from castello.briefs import html
from castello.briefs.brief import Map
from castello.briefs.html import to_html
from tests.briefs.sample import HOSTILE, SCRIPT, bare, line, sample
from tests.house.browser import opened

VOID = {"meta", "br", "hr", "img", "input", "link"}
MAY = {"html", "head", "meta", "title", "style", "body", "a", "header", "p", "span", "h1", "h2", "h3", "dl", "div", "dt", "dd",
       "bdi", "nav", "ul", "ol", "li", "main", "section", "sup", "figure", "figcaption", "details", "summary", "table", "caption",
       "thead", "tbody", "tr", "th", "td", "time", "article", "strong", "cite", "blockquote", "footer", "svg", "g", "desc", "rect",
       "circle", "path", "polygon", "polyline", "text"}  # fmt: skip


class Reader(HTMLParser):
    """Elements with their attributes, and whether every element is closed in order."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.stack, self.words = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, self.getpos()

    def handle_data(self, data):
        if self.stack and self.stack[-1] != "style":
            self.words.append(data)

    def all(self, name):
        return [attrs for tag, attrs in self.elements if tag == name]

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


PAGE = to_html(sample())


@pytest.fixture(scope="module")
def page():
    return Reader(PAGE)


@pytest.fixture(params=[sample, bare], ids=["full", "bare"])
def any_page(request):
    return Reader(to_html(request.param()))


def test_elements_are_ours_and_closed(any_page):
    assert any_page.stack == []
    assert {tag for tag, _ in any_page.elements} <= MAY
    assert not [name for _, attrs in any_page.elements for name in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("field", ["case", "case_name", "area", "branch", "mode", "profile", "clock", "language"])
@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_the_head_is_escaped(field, text):
    page = Reader(to_html(replace(bare(), **{field: text})))

    assert page.stack == []
    assert {tag for tag, _ in page.elements} <= MAY


def test_text_is_shown_as_it_is(page):
    assert SCRIPT not in PAGE
    assert SCRIPT in page.words


def test_no_control_characters_and_no_turned_text():
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", PAGE)
    assert "reportgpj.exe" in PAGE


def test_only_http_addresses_become_links(page):
    outside = [attrs for attrs in page.all("a") if not attrs["href"].startswith("#")]

    assert {attrs["rel"] for attrs in outside} == {"noopener noreferrer"}
    assert {urlsplit(attrs["href"]).scheme for attrs in outside} == {"https"}
    assert {urlsplit(attrs["href"]).hostname for attrs in outside} == {"lantern.example"}
    assert "javascript:alert(1)" in "".join(page.words)


def test_the_same_brief_gives_the_same_bytes():
    html._environment.cache_clear()

    assert to_html(sample()) == PAGE
    shuffled = replace(sample(), evidence=sample().evidence[::-1], timeline=sample().timeline[::-1])
    assert to_html(shuffled) == PAGE


def test_ids_are_unique_and_inner_links_lead_somewhere(any_page):
    ids = any_page.ids()

    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in any_page.all("a") if attrs["href"].startswith("#")} <= set(ids)


def test_a_line_that_stands_twice_has_two_ids():
    same = line(1, "Said twice.")
    page = Reader(to_html(replace(sample(), changes=(same,), contested=(same, same))))

    assert len(page.ids()) == len(set(page.ids()))


def test_every_number_leads_to_its_evidence_and_back(page):
    back = {}
    for number in range(1, 8):
        item = re.search(rf'<li id="e{number}">.*?\n</li>', PAGE, re.DOTALL)
        assert item is not None
        back[number] = re.findall(r'href="#([^"]+)"', item[0])
    used = {int(attrs["href"][2:]) for attrs in page.all("a") if re.fullmatch(r"#e\d+", attrs["href"])}

    assert used == set(range(1, 8))
    assert all(back[number] and set(back[number]) <= set(page.ids()) for number in used)
    assert "s-f1-0001" in back[1]
    assert "chart-4" in back[2]
    assert "a1" in back[7]


def test_a_number_without_evidence_is_no_link():
    page = to_html(replace(sample(), evidence=()))

    assert 'href="#e1"' not in page
    assert "[1, 2, 3]" in page.replace("</a>", "")


def test_nothing_is_fetched_by_the_text():
    without_links = re.sub(r'<a href="https?://[^"]*" rel="noopener noreferrer">[^<]*</a>', "", PAGE)
    without_names = without_links.replace('xmlns="http://www.w3.org/2000/svg"', "")
    markup = re.sub(r">[^<]*<", "><", without_names)

    assert not re.findall(r"\bsrc\s*=|\burl\(|@import|https?:|srcset|<link|<script|<iframe|<base", markup)
    assert not re.findall(r"url\(|@import|@font-face|https?:", html._style())


def test_the_policy_forbids_everything_but_the_page_own_style(page):
    policy = next(
        attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    style = re.search(r"<style>(.*?)</style>", PAGE, re.DOTALL)

    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert {"name": "robots", "content": "noindex"} in page.all("meta")


def test_landmarks_language_and_captions(any_page):
    tags = [tag for tag, _ in any_page.elements]

    assert any_page.all("html")[0] == {"lang": "en", "dir": "ltr"}
    assert [tags.count(tag) for tag in ("main", "header", "footer", "nav", "h1")] == [1, 1, 1, 1, 1]
    assert any_page.all("a")[0] == {"class": "skip", "href": "#findings"}
    assert tags.count("caption") == tags.count("table")
    assert all(attrs["aria-labelledby"] in any_page.ids() for attrs in any_page.all("section"))


def test_drawings_are_xml_with_titles():
    drawings = re.findall(r"(?<=\n)(?:<div[^>]*>)?(<svg .*?</svg>)(?:</div>)?(?=\n)", PAGE)

    assert len(drawings) == 5  # map and timeline twice, one chart
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert root[0].tag.endswith("title")
        assert root[0].text
        assert "nan" not in drawing.lower().replace("financ", "")


def test_what_is_not_there_is_said():
    page = to_html(bare())

    for words in ("No finding changed", "No finding is contested", "No gap is on record", "No evidence is listed"):
        assert words in page
    assert "everything on record" in page
    for key in ('id="map"', 'id="timeline"', 'id="assessments"', 'id="withheld"', 'id="lead"'):
        assert key not in page


def test_a_map_without_places():
    assert "No place with coordinates" in to_html(replace(sample(), map=Map(places=(), roads=())))


def test_a_branch_is_said_to_be_hypothetical():
    assert "branch “road-open”" in to_html(replace(sample(), branch="road-open"))


def test_the_language_of_a_quote_is_a_tag_or_undetermined(page):
    assert [attrs["lang"] for attrs in page.all("blockquote")][-2:] == ["und", "ar"]
    assert {attrs["dir"] for attrs in page.all("blockquote")} == {"auto"}


# ---------------------------------------------------------------------------------------------------------- contrast


def colours(style):
    """The named colours of the light and the dark scheme, and of paper."""
    blocks = re.findall(r":root\s*{(.*?)}", style, re.DOTALL)
    light, dark, printed = (dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block)) for block in blocks)
    return {"light": light, "dark": light | dark, "print": light | printed}


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_has_contrast_aa_on_every_ground(scheme):
    named = colours(html._style())[scheme]
    weak = [
        (text, ground, round(contrast(named[text], named[ground]), 2))
        for text in ("ink", "soft", "link")
        for ground in ("paper", "panel", "note", "ground")
        if contrast(named[text], named[ground]) < 4.5
    ]

    assert not weak


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_marks_have_contrast_aa_on_their_ground(scheme):
    named = colours(html._style())[scheme]
    marks = ["mark", "dim", *(f"p{n}" for n in range(6))]
    weak = [(mark, ground) for mark in marks for ground in ("ground", "paper", "panel")
            if contrast(named[mark], named[ground]) < 3]  # fmt: skip

    assert not weak


def test_every_colour_is_a_named_one():
    style = re.sub(r":root\s*{.*?}", "", html._style(), flags=re.DOTALL)
    used = re.findall(r"(?:color|background|fill|stroke|border[\w-]*):[^;{}]*", style)

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb|\bhsl", style)
    assert not [rule for rule in used if re.search(r"\b(black|white|red|gr[ae]y|blue|green)\b", rule)]
    assert set(re.findall(r"var\(--([\w-]+)\)", style)) <= set(colours(html._style())["light"])


def test_every_colour_of_the_light_scheme_has_a_dark_one():
    light, dark = (
        re.findall(r"--([\w-]+):", block) for block in re.findall(r":root\s*{(.*?)}", html._style(), re.DOTALL)[:2]
    )

    assert light == dark


# ----------------------------------------------------------------------------------------------------------- browser


@pytest.mark.browser
def test_the_page_asks_the_network_for_nothing(tmp_path):
    file = tmp_path / "brief.html"
    file.write_text(PAGE, encoding="utf-8")

    seen = opened(file, tmp_path)

    assert seen.requests == ()
    assert seen.console == ()
    assert "East Lantern is cut off" in seen.document


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_is_wider_than_the_screen(tmp_path: Path, width):
    # the page itself runs no script: one around it measures it in a frame as wide as the screen
    page = PAGE.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
    measure = (
        "<script>document.title = document.documentElement.scrollWidth;parent.postMessage(document.title, '*')</script>"
    )
    (tmp_path / "brief.html").write_text(page.replace("</body>", f"{measure}</body>"), encoding="utf-8")
    outer = tmp_path / "outer.html"
    outer.write_text(
        "<!DOCTYPE html><p id=said></p><script>addEventListener('message', e => said.textContent = 'width ' + e.data)</script>"
        f"<iframe src=brief.html style='width:{width}px;height:900px;border:0'></iframe>",
        encoding="utf-8",
    )

    said = re.search(r"width (\d+)", opened(outer, tmp_path).document)

    assert said is not None
    assert int(said[1]) <= width
