"""Where labels find room: greedy, the important first, never over another label or outside the panel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

from castello.briefs import _svg as svg

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(slots=True)
class Room:
    """What is taken inside a panel; lines may be crossed by a label, but not gladly."""

    panel: Box
    taken: list[Box] = field(default_factory=list)
    lines: list[Point] = field(default_factory=list)

    def take(self, box: Box) -> None:
        """Keep a box free of labels."""
        self.taken.append(box)

    def place(self, label: str, *, size: float, spots: Iterable[Point], class_: str) -> str | None:
        """The label, centred on the best of the spots; None where there is no room."""
        width, height = svg.text_width(label, size), size * 1.15
        best: tuple[int, Box] | None = None
        for x, y in spots:
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if not inside(box, self.panel) or any(overlap(box, other) for other in self.taken):
                continue
            crossed = sum(box[0] <= px <= box[2] and box[1] <= py <= box[3] for px, py in self.lines)
            if best is None or crossed < best[0]:
                best = (crossed, box)
            if crossed == 0:
                break
        if best is None:
            return None
        left, top, right, bottom = best[1]
        self.take((left - 2, top - 1, right + 2, bottom + 1))
        return svg.text(label, x=(left + right) / 2, y=bottom - size * 0.32, size=size, anchor="middle", class_=class_)


def around(point: Point, *, label: str, size: float, radius: float) -> Iterator[Point]:
    """Centres for a label beside a symbol: right, left, above, below, then the corners, then a little further off."""
    x, y = point
    half = svg.text_width(label, size) / 2
    for gap in (radius + 3, radius + 9):
        beside, over = gap + half, gap + size * 0.5
        yield from ((x + beside, y), (x - beside, y), (x, y - over), (x, y + over))
        yield from ((x + beside, y - over), (x + beside, y + over), (x - beside, y - over), (x - beside, y + over))


def along(line: Sequence[Point], *, label: str, size: float) -> Iterator[Point]:
    """Centres for a label beside a line: near its middle first, on either side."""
    spots = samples(line, step=10)
    half = svg.text_width(label, size) / 2
    middle = len(spots) // 2
    for n in sorted(range(len(spots)), key=lambda n: (abs(n - middle), n)):
        x, y = spots[n]
        yield from ((x, y - size), (x, y + size), (x + half + 8, y), (x - half - 8, y))


def samples(line: Sequence[Point], *, step: float) -> list[Point]:
    """Points along a line, ``step`` apart, starting half a step in; the middle of a line shorter than that."""
    found: list[Point] = []
    ahead = step / 2
    for (x1, y1), (x2, y2) in pairwise(line):
        length = hypot(x2 - x1, y2 - y1)
        while ahead <= length and length > 0:
            share = ahead / length
            found.append((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share))
            ahead += step
        ahead -= length
    if not found:
        (x1, y1), (x2, y2) = line[0], line[-1]
        found.append(((x1 + x2) / 2, (y1 + y2) / 2))
    return found


def inside(box: Box, panel: Box) -> bool:
    """Whether a box lies in a panel."""
    return box[0] >= panel[0] and box[1] >= panel[1] and box[2] <= panel[2] and box[3] <= panel[3]


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a point."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
