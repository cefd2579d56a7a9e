"""YAML with line numbers, for files that people write: no tags, no anchors, no duplicate keys, bounded in size and depth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from castello.errors import Issue

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 24


class Lines(dict[str, Any]):
    """A mapping that knows on which line it and each of its keys stand."""

    def __init__(self, values: Mapping[str, Any] | None = None, *, line: int = 1) -> None:
        super().__init__(values or {})
        self.line = line
        self.lines: dict[str, int] = {}

    def at(self, key: str) -> int:
        """Line of a key, or of the mapping where the key is absent."""
        return self.lines.get(key, self.line)


class Items(list[Any]):
    """A list that knows on which line each item stands."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


class Unreadable(Exception):
    """The file as a whole cannot be used; carries the issue."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(str(issue))


def decode(data: bytes, *, file: str) -> str:
    """Text of a file that people edited: UTF-8 or UTF-16 with a mark; anything else is reported with its line."""
    if len(data) > MAX_BYTES:
        size, most = len(data) // 2**20, MAX_BYTES // 2**20
        raise Unreadable(
            Issue(file=file, code="too-large", what=f"is {size} MB; at most {most} MB are read", hint="Split the file.")
        )
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        # in UTF-16 only the lines before the damage can be counted
        line = (
            data[: error.start].decode("utf-16", "ignore").count("\n") if marked else data.count(b"\n", 0, error.start)
        )
        kind, hint = "UTF-16" if marked else "UTF-8", "Save the file again as UTF-8."
        raise Unreadable(
            Issue(file=file, row=line + 1, code="encoding", what=f"is not {kind} text", hint=hint)
        ) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        hint = "It is not text, or text in another encoding: save the file again as UTF-8."
        raise Unreadable(Issue(file=file, row=line, code="binary", what="holds a zero byte", hint=hint))
    return text


def load(data: bytes, *, file: str) -> Any:
    """
    The content of a YAML file: :class:`Lines`, :class:`Items` and scalars.

    Raises
    ------
    Unreadable
        With file, line and hint: not text, not YAML, an anchor or alias, a tag, a duplicate key, too large, too deep.
    """
    text = decode(data, file=file)
    value: Any = None
    try:
        # read to the end: what stands behind the content is reported, never passed over
        read = False
        events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        for event in events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if read:
                line, hint = _line(event), "Put what stands below this line into a file of its own."
                raise Unreadable(
                    Issue(file=file, row=line, code="documents", what="begins a second document", hint=hint)
                )
            value, read = _value(next(events), events, file=file, depth=0), True
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML"
        raise Unreadable(
            Issue(
                file=file,
                row=_line_at(text, mark.line if mark else None, getattr(error, "position", None)),
                code="syntax",
                what=f"cannot be read as YAML: {what}",
                hint="Check indentation, colons and quotation marks around this line.",
            )
        ) from error
    return value


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _line_at(text: str, line: int | None, offset: int | None) -> int | None:
    """Line where the YAML reader stopped, from 1; it counts lines from 0, or bytes of UTF-8, and may stop behind the last line."""
    if line is None:
        return None if offset is None else text.encode()[:offset].count(b"\n") + 1
    return min(line + 1, max(1, len(text.rstrip("\n").split("\n"))))


_NUMBER = re.compile(r"[-+]?(\d+)(\.\d+)?([eE][-+]?\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


def _scalar(text: str) -> Any:
    """
    A plain scalar: number, day, true, false, null, else text.

    Not YAML 1.1's reading, in which ``on`` and ``no`` are booleans and ``10:30`` is the number 630. What only looks like a day
    or a number (a thirtieth of February, ten thousand digits) stays text: the field that it stands in refuses it.
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if match := _NUMBER.fullmatch(text):
            # 0500 is a code that somebody wrote, not the number 500
            leading_zero = len(match[1]) > 1 and int(match[1][0]) == 0
            return text if leading_zero else float(text) if match[2] or match[3] else int(text)
    except ValueError:
        return text
    return text


def _value(event: Any, events: Any, *, file: str, depth: int) -> Any:
    line = _line(event)

    def refuse(code: str, what: str, hint: str) -> Unreadable:
        return Unreadable(Issue(file=file, row=line, code=code, what=what, hint=hint))

    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise refuse("anchor", "uses a YAML anchor or alias", "Write the value out; anchors are not read.")
    if depth > MAX_DEPTH:
        raise refuse("too-deep", f"is nested more than {MAX_DEPTH} deep", "Flatten it.")
    if isinstance(event, yaml.ScalarEvent):
        if event.tag is not None:
            raise refuse("tag", f"uses the tag {event.tag}", "Write a plain value.")
        if "\x00" in event.value:
            raise refuse("binary", "holds a zero byte", "Leave it out: no word has one.")
        return _scalar(event.value) if event.implicit[0] and event.style in (None, "") else event.value
    if event.tag is not None:
        raise refuse("tag", f"uses the tag {event.tag}", "Write a plain value.")
    if isinstance(event, yaml.SequenceStartEvent):
        items = Items()
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            items.lines.append(inner.start_mark.line + 1)
            items.append(_value(inner, events, file=file, depth=depth + 1))
        return items
    mapping = Lines(line=line)
    while not isinstance(inner := next(events), yaml.MappingEndEvent):
        key_line = inner.start_mark.line + 1
        if not isinstance(inner, yaml.ScalarEvent):
            raise Unreadable(
                Issue(
                    file=file, row=key_line, code="key", what="uses a list or mapping as a key", hint="Keys are words."
                )
            )
        if inner.anchor or inner.tag is not None:
            hint = "Write a plain word; anchors and tags are not read."
            raise Unreadable(
                Issue(file=file, row=key_line, code="key", what="has an anchor or a tag at a key", hint=hint)
            )
        key = inner.value
        if key in mapping:
            raise Unreadable(
                Issue(
                    file=file,
                    row=key_line,
                    column=key,
                    code="duplicate-key",
                    what=f"{key!r} stands twice (first on line {mapping.lines[key]})",
                    hint="Keep one of the two.",
                )
            )
        mapping.lines[key] = key_line
        mapping[key] = _value(next(events), events, file=file, depth=depth + 1)
    return mapping
