"""Markdown, the terminal, and files: the same sentences and numbers; text from outside stays text."""

import io
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from castello.briefs._words import clean, words_of
from castello.briefs.markdown import plain, to_markdown
from castello.briefs.terminal import print_brief
from castello.briefs.write import write_brief
from castello.errors import WrongUse
from tests.briefs.sample import ESCAPE, HOSTILE, LONG, bare, sample


def printed(brief, width=80, **options):
    file = io.StringIO()
    print_brief(brief, Console(file=file, width=width, **options))
    return file.getvalue()


def parts(text):
    """Every token of a Markdown text, inner ones too."""
    for token in MarkdownIt("commonmark").parse(text):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("text", [*HOSTILE, "# head", "1. one", "- dash", "+ plus", "=====", "a_b_c", "&lt;", "![x](y)", "~~~", "<https://x.example>",
                                  "`code`", "| a | b |", "    indented"])  # fmt: skip
def test_markdown_shows_text_as_it_is(text):
    shown = [token for token in parts(f"- {plain(text)}") if token.type not in ("inline", "text", "text_special")]

    assert [t.type for t in shown] == ["bullet_list_open", "list_item_open", "paragraph_open",
                                       "paragraph_close", "list_item_close", "bullet_list_close"]  # fmt: skip
    assert "".join(t.content for t in parts(f"- {plain(text)}") if t.type in ("text", "text_special")) == clean(text)


def test_the_only_html_of_markdown_is_its_anchors():
    raw = [token.content for token in parts(to_markdown(sample())) if token.type.startswith("html")]

    assert raw
    assert all(re.fullmatch(r'<a id="[\w-]+">|</a>', one) for one in raw)


def test_markdown_links_lead_to_evidence_or_out():
    text = to_markdown(sample())
    links = {dict(token.attrs or {})["href"] for token in parts(text) if token.type == "link_open"}
    anchors = re.findall(r'<a id="([\w-]+)">', text)

    assert len(anchors) == len(set(anchors))
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert {f"#e{n}" for n in range(1, 8)} <= links
    assert all(link.startswith("https://lantern.example/") for link in links if not link.startswith("#"))
    assert not [token for token in parts(text) if token.type == "image"]


def test_markdown_is_the_same_twice():
    assert to_markdown(sample()) == to_markdown(replace(sample(), evidence=sample().evidence[::-1]))
    assert "No finding changed" in to_markdown(bare())


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("brief", [sample, bare])
def test_the_terminal_keeps_its_width(brief, width):
    assert max(len(line) for line in printed(brief(), width).splitlines()) <= min(width, 100)


def test_the_terminal_says_everything_without_colour():
    text = " ".join(printed(sample(), no_color=True).split())

    for words in ("17 July 2031", "20 July 2031", "[1, 2, 3] against [4] (inference)", "(fact, contested)", "(fact, unverified)",
                  "250,000 to 275,000", "200,000 or more", "Not known", "A. Analyst", "sensitivity high", "https://lantern.example/2031/07/1",
                  "The Daily Lantern, 17 July 2031 (date inferred)"):  # fmt: skip
        assert words in text


def test_the_terminal_prints_text_and_obeys_none_of_it():
    text = printed(sample(), force_terminal=True, color_system="truecolor")

    assert "[bold]x[/bold]" in text
    assert ESCAPE not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert set(re.findall(r"\x1b\[[\d;]*(.)", text)) <= {"m"}
    assert "\x1b[31m" not in text


def test_long_words_are_folded_and_not_cut():
    assert LONG in printed(sample()).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(("name", "start"), [("b.html", b"<!DOCTYPE html>"), ("b.MD", b"# Lantern")])
def test_the_ending_says_the_form(tmp_path, name, start):
    (tmp_path / name).write_text("what was there")

    written = write_brief(sample(), tmp_path / name)

    assert written == tmp_path / name
    assert written.read_bytes().startswith(start)
    assert b"\r" not in written.read_bytes()


@pytest.mark.parametrize("name", ["b.pdf", "b.docx", "b", "b.html.exe"])
def test_other_endings_are_refused_with_what_is_possible(tmp_path, name):
    with pytest.raises(WrongUse, match=r"\.html or \.md"):
        write_brief(sample(), tmp_path / name)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="no such folder"):
        write_brief(sample(), tmp_path / "no" / "b.html")


@pytest.mark.parametrize("language", ["en", "en-GB", "xx", "../x", ""])
def test_a_language_without_words_speaks_english(language):
    assert words_of(language).say("evidence") == "Evidence"
