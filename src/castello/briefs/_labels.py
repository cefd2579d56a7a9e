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

    def place(
        self, lines: Sequence[str], *, size: float, spots: Iterable[Point], class_: str, most: int | None = None
    ) -> str | None:
        """
        The label, centred on the best of the spots; None where there is no room.

        ``most`` is how many points of lines it may hide; by default any number, where nothing better is free.
        """
        width, height = extent(lines, size=size, bold="strong" in class_)
        best: tuple[int, Box] | None = None
        for x, y in spots:
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if not inside(box, self.panel) or any(overlap(box, other) for other in self.taken):
                continue
            left, top, right, bottom = box
            crossed = sum(left - 3 <= px <= right + 3 and top - 3 <= py <= bottom + 3 for px, py in self.lines)
            if (most is None or crossed <= most) and (best is None or crossed < best[0]):
                best = (crossed, box)
            if crossed == 0:
                break
        if best is None:
            return None
        left, top, right, bottom = best[1]
        self.take((left - 2, top - 1, right + 2, bottom + 1))
        x, step = (left + right) / 2, height / len(lines)
        drawn = [
            svg.text(line, x=x, y=top + step * (n + 1) - size * 0.32, size=size, anchor="middle", class_=class_)
            for n, line in enumerate(lines)
        ]
        return "".join(drawn)


def extent(lines: Sequence[str], *, size: float, bold: bool = False) -> Point:
    """Width and height of a label."""
    return max(svg.text_width(line, size, bold=bold) for line in lines), size * 1.15 * len(lines)


def around(point: Point, lines: Sequence[str], *, size: float, radius: float, bold: bool = False) -> Iterator[Point]:
    """Centres for a label beside a symbol: right, left, above, below, then the corners, then a little further off."""
    x, y = point
    width, height = extent(lines, size=size, bold=bold)
    for gap in (radius + 3, radius + 9):
        beside, over = gap + width / 2, gap + height / 2
        yield from ((x + beside, y), (x - beside, y), (x, y - over), (x, y + over))
        yield from ((x + beside, y - over), (x + beside, y + over), (x - beside, y - over), (x - beside, y + over))


def along(line: Sequence[Point], lines: Sequence[str], *, size: float) -> Iterator[Point]:
    """Centres for a label beside a line: near its middle first, on either side."""
    spots = samples(line, step=10)
    width, height = extent(lines, size=size)
    middle = len(spots) // 2
    for n in sorted(range(len(spots)), key=lambda n: (abs(n - middle), n)):
        x, y = spots[n]
        for dx, dy in ((0.0, 1.0), (0.5, 0.7), (1.0, 0.0)):
            beside, over = dx * (width / 2 + 10), dy * (height / 2 + 8)
            yield from ((x + beside, y - over), (x - beside, y + over), (x - beside, y - over), (x + beside, y + over))


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
