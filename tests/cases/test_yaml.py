"""YAML with lines, and with one reading of each value."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.cases._yaml import MAX_DEPTH, Items, Lines, Unreadable, decode, load


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7", 7),
        ("-7", -7),
        ("7.5", 7.5),
        ("1e3", 1000.0),
        ("٣٠٠", 300),
        ("0500", "0500"),
        ("٠٥٠٠", "٠٥٠٠"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("250,000", "250,000"),
        ("10:30", "10:30"),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("~", None),
        ("", None),
        ("2016-07-17", date(2016, 7, 17)),
        ("2016-7-17", "2016-7-17"),
        ("2016-02-30", "2016-02-30"),
        ("٢٠١٦-٠٧-١٧", "٢٠١٦-٠٧-١٧"),
        ("2016-07-17T10:00", "2016-07-17T10:00"),
        (".nan", ".nan"),
        ("9" * 5000, "9" * 5000),
        ('"7"', "7"),
        ("'2016-07-17'", "2016-07-17"),
        ('"true"', "true"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_scalars_have_one_reading(written: str, meant: Any) -> None:
    value = load(f"a: {written}\n".encode(), file="x.yml")["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_lines_are_known() -> None:
    root = load(b"# first\na: 1\nb:\n  - c: 2\n    d: 3\n  - 4\n", file="x.yml")
    assert isinstance(root, Lines)
    assert (root.at("a"), root.at("b"), root.at("nowhere"), root.line) == (2, 3, 2, 2)
    items = root["b"]
    assert isinstance(items, Items)
    assert items.lines == [4, 6]
    assert (items[0].at("c"), items[0].at("d")) == (4, 5)


def test_nothing_is_none() -> None:
    assert load(b"", file="x.yml") is None
    assert load(b"# remark\n", file="x.yml") is None
    assert load(b"---\n...\n", file="x.yml") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_and_windows_lines(encoding: str) -> None:
    assert load("a: حلب\r\nb: 2\r\n".encode(encoding), file="x.yml") == {"a": "حلب", "b": 2}


def test_depth_is_bounded() -> None:
    within = b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH
    assert load(within, file="x.yml")
    with pytest.raises(Unreadable, match="nested more than"):
        load(b"[" + within + b"]", file="x.yml")


@pytest.mark.parametrize(
    "written",
    ["a: &x 1\n", "a: *x\n", "*x : 1\n", "&x a: 1\n", "a: !!int 1\n", "!!map {a: 1}\n", "!x a: 1\n", "? {a: 1}\n: 2\n"],
)
def test_what_could_surprise_is_refused(written: str) -> None:
    with pytest.raises(Unreadable) as caught:
        load(written.encode(), file="x.yml")
    assert caught.value.issue.row == 1


@pytest.mark.parametrize(
    ("data", "line"), [(b"a\nb\xff", 2), (b"\xff\xfea\x00\n\x00\xd8", 2), (b"a\n\n\x00", 3), (b"\x80", 1)]
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(data, file="x.yml")
    assert caught.value.issue.row == line


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    issue = None
    try:
        load(data, file="x.yml")
    except Unreadable as unreadable:
        issue = unreadable.issue
    assert issue is None or issue.hint
