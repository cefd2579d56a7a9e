"""JSON value by value, for files of any size: those of a list inside it, or one after another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from castello.sources.cells._values import Printed

_CHUNK = 1 << 20
_LONGEST = 64 << 20
_BETWEEN = " \t\r\n,\x1e"
_DECODER = json.JSONDecoder(parse_float=Printed, parse_int=Printed)


class BreaksOff(ValueError):
    """A file breaks off, or is none from somewhere on; the values before that are good."""


def json_values(path: Path, *, after: re.Pattern[str]) -> Iterator[tuple[Any, str]]:
    """
    Values one by one, each with its text; only the one at hand is in memory.

    Parameters
    ----------
    path
        A text in UTF-8.
    after
        What the list begins with whose values are wanted; where the file's beginning does not have it, they stand one after
        another. Numbers keep the digits of the file (:class:`Printed`).

    Raises
    ------
    BreaksOff
        Where a value is not whole, or the list has no end.
    """
    with path.open("r", encoding="utf-8-sig", errors="replace") as stream:
        text = stream.read(_CHUNK)
        start = after.search(text)
        at = start.end() if start else 0
        while True:
            while at < len(text) and text[at] in _BETWEEN:
                at += 1
            if start and text[at : at + 1] == "]":
                return
            try:
                value, end = _DECODER.raw_decode(text, at)
            except ValueError:
                rest = text[at:]
                more = stream.read(max(_CHUNK, len(rest)))
                if not (more or rest or start):
                    return
                if not more or len(rest) > _LONGEST:
                    raise BreaksOff("breaks off, or is no JSON from somewhere on") from None
                text, at = rest + more, 0
                continue
            except RecursionError:
                raise BreaksOff("is nested too deep") from None
            yield value, text[at:end]
            at = end
            if at > _CHUNK:
                text, at = text[at:], 0
