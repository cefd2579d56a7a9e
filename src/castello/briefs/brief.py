"""
What a brief is made of, whichever form it takes: findings in sections, their evidence, and what is not known.

Nothing here is prose but the rendered messages of findings and, in a block of their own, signed assessments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from castello.claims import AlsoValue, Label

Mark = Label | Literal["opinion", "position", "forecast", "absence"]
"""What is printed beside a sentence: its label, whose kind of view it tells, or that it tells of no claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One sentence of a brief: a finding's text with the numbers of its evidence.

    ``evidence`` and ``against`` are numbers of :class:`Source` lines; ``label`` is fact, inference or recommendation; ``mark``
    stands for it in print where `fact` would mislead: that somebody holds a view is a fact, the view is not, and that no claim is on record says
    nothing of the world. ``flags`` are short words such as ``contested``,
    ``undecided``, ``unverified``, ``one origin``, ``assumption``, ``hypothetical``.
    """

    id: str
    text: str
    label: Label
    evidence: tuple[int, ...]
    against: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    kind: str = ""
    subject: str = ""
    mark: Mark | None = None

    @property
    def shown(self) -> Mark:
        """What is printed beside the sentence."""
        return self.mark or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with its lines, and a chart where one helps."""

    key: str
    title: str
    lines: tuple[Line, ...]
    chart: Intervals | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One statement on a chart: who, under which definition, from what to what; ``low`` or ``high`` None = open on that side."""

    label: str
    low: float | None
    high: float | None
    note: str = ""
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """A small chart: one bar for each source's own figure, never an average."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A stretch of the timeline: one place, one reading, one status; both days included."""

    row: str
    reading: str
    status: str
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A dated mark on the timeline, with its evidence."""

    day: date
    text: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlace:
    """A place on the map. ``control`` is a party's id, ``contested``, or None where no claim stands."""

    id: str
    name: str
    lat: float
    lon: float
    kind: str
    control: str | None = None
    control_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRoad:
    """
    A road on the map: its course, and its state for one side (open, fire_controlled, closed, undecided, unknown).

    ``since`` is the first day of the state, None where no day is known; ``or_before`` says that it may be older.
    """

    id: str
    name: str
    line: tuple[tuple[float, float], ...]
    state: str
    side: str
    since: date | None = None
    or_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """What the static map draws; presence of armed groups is never on it."""

    places: tuple[MapPlace, ...]
    roads: tuple[MapRoad, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One line of the evidence list: a claim with its chain, document, date, grade and address."""

    number: int
    claim: str
    says: str
    chain: str
    publisher: str
    title: str
    published: date
    published_basis: str
    said: str | None
    urls: tuple[str, ...]
    quote: str | None
    grade: str | None
    confidence: str | None
    verification: str
    hypothetical: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An analyst's own words, with name, date and confidence: neither fact nor finding."""

    author: str
    signed: date
    text: str
    confidence: str
    because: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A brief, ready to be written in any form."""

    case: str
    case_name: str
    as_of: date
    known_by: date | None
    clock: str
    branch: str | None
    mode: str
    profile: str
    area: str
    sections: tuple[Section, ...]
    changes: tuple[Line, ...]
    contested: tuple[Line, ...]
    unknown: tuple[str, ...]
    evidence: tuple[Source, ...]
    assessments: tuple[Signed, ...] = ()
    withheld: tuple[tuple[str, int], ...] = ()
    timeline: tuple[Spell, ...] = ()
    events: tuple[Event, ...] = ()
    map: Map | None = None
    language: str = "en"
    facts: tuple[tuple[str, AlsoValue], ...] = ()
