"""
What a claim loses on its way out: the place of an armed group, the days of a protected speaker, the names of roads.

Each function takes a claim or a text and gives what is left of it; which claims leave at all is for :mod:`castello.briefs.profile`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from castello.cases import Registers
from castello.claims import Claim, Kind, Period, Span
from castello.names.spelling import fold

SOMEWHERE = "somewhere in the area; where is not published"
"""The note of a presence claim whose place was made coarser."""

UNPLACED = "where is not published"
"""The note of a claim that was placed by words or a point only, and leaves without them."""

NOT_PUBLIC = "not-public"
"""Stands for a document that only protected claims cite, or whose name would tell what is withheld."""

_MILITARY = ("military",)

_NODES = ("road_node", "crossing")
"""Kinds of places that tell a road as surely as its own name."""


def month(day: date | None) -> date | None:
    """The first day of a day's month."""
    return None if day is None else day.replace(day=1)


def next_month(day: date | None) -> date | None:
    """The first day after a day's month, or the day itself where a month begins with it: the end of a half-open span."""
    if day is None or day.day == 1:
        return day
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def by_month(span: Span) -> Span:
    """
    A span widened to whole months.

    Examples
    --------
    >>> by_month((date(2016, 7, 17), date(2016, 7, 18)))
    (datetime.date(2016, 7, 1), datetime.date(2016, 8, 1))
    """
    return month(span[0]), next_month(span[1])


def coarse_protected(claim: Claim, *, open_documents: Iterable[str]) -> Claim:
    """
    A claim of a protected speaker by month, without what the coder noted beside it.

    The day of publication stays where the document stands in the open: everybody can look it up. Of any other document neither the
    name nor the day leaves.
    """
    known = claim.document in open_documents
    return replace(
        claim,
        happened=Period(maybe=by_month(claim.happened.maybe), basis="inferred"),
        said=None if claim.said is None else by_month(claim.said),
        published=claim.published if known else claim.published.replace(day=1),
        document=claim.document if known else NOT_PUBLIC,
        locator=None,
        note=None,
        place_as_written=None,
        where=None,
        date_precision=None,
        translation=claim.translation and replace(claim.translation, by="not published", checked_by=None),
        coder=None,
        second_coder=None,
        id=claim.id,
    )


def coarse_presence(claim: Claim, *, area: str) -> Claim:
    """A claim of presence on its publication area: no words, no numbers, nothing that was said of a smaller place."""
    finer = claim.object != area or claim.where is not None
    return replace(
        claim,
        object=area,
        quantity=None if finer else claim.quantity,
        also=() if finer else claim.also,
        note=SOMEWHERE if finer else None,
        quote=None,
        locator=None,
        translation=None,
        condition=claim.condition and "a condition that is not published",
        place_as_written=None,
        where=None,
        # the id stays that of the claim: the exported id is keyed, and nothing can be computed from the coarse content
        id=claim.id,
    )


def coarse_place(claim: Claim, *, area: str | None, words: bool = True) -> Claim:
    """
    A claim of something that was done at a place, on the publication area of the place: no words, no point, nothing smaller.

    Parameters
    ----------
    claim
        What was done.
    area
        The publication area of its place; None for a claim that no place of the register holds.
    words
        Whether the words of a claim that stands on the area itself may stay: they do where it has no point.
    """
    if claim.place == area and claim.where is None and words:
        return claim if claim.place_as_written is None else replace(claim, place_as_written=None, id=claim.id)
    return replace(_without_words(claim), place=area, note=UNPLACED if area is None else SOMEWHERE, id=claim.id)


def without_point(claim: Claim, *, words: bool) -> Claim:
    """A claim without the point at which its source places it; without ``words`` also without all that may say the same in words."""
    return replace(claim if words else _without_words(claim), where=None, id=claim.id)


def _without_words(claim: Claim) -> Claim:
    return replace(
        claim,
        note=None,
        quote=None,
        locator=None,
        translation=None,
        condition=claim.condition and "a condition that is not published",
        place_as_written=None,
        where=None,
        id=claim.id,
    )


def coarse_live(claim: Claim) -> Claim:
    """In a live case a road behind a cut leaves without its hours and its track, aid without the days that it lasts (PS-8, PS-9)."""
    gone = {Kind.ACCESS: ("window", "track", "direction"), Kind.AID: ("ration_days",)}.get(claim.kind, ())
    kept = tuple((name, value) for name, value in claim.also if name not in gone)
    return claim if kept == claim.also else replace(claim, also=kept, id=claim.id)


def is_military_road(claim: Claim) -> bool:
    """Whether a claim is about a road as the military uses it: no output is made of that (PS-8)."""
    return claim.kind is Kind.ACCESS and claim.slot("users") in _MILITARY


class Names:
    """
    Names to be found in texts, whatever their spelling: case, marks, hyphens and addresses do not hide them.

    Examples
    --------
    >>> names = Names(["Northern road", "north-road"])
    >>> names.stand_in("https://example.org/Northern_Road-cut"), names.stand_in("a road in the north")
    (True, False)
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._folded = tuple(sorted({folded for name in names if (folded := fold(name))}))

    @property
    def pattern(self) -> str:
        """
        A regular expression that finds every name in lower-case text of Latin letters without accents and quotation marks.

        It is for looking through much text at once: it may find a name where there is none, over the end of a text, and misses none.
        """
        latin = (name for name in self._folded if name.isascii())
        return "|".join("[^a-z0-9]+".join(re.escape(word) for word in name.split()) for name in latin) or "^$"

    def stand_in(self, value: Any) -> bool:
        """Whether a name stands in a text, or anywhere in plain values."""
        if isinstance(value, str):
            text = fold(value)
            return any(name in text for name in self._folded)
        if isinstance(value, Mapping):
            return any(self.stand_in(item) for pair in value.items() for item in pair)
        if isinstance(value, list | tuple):
            return any(self.stand_in(item) for item in value)
        return False


def road_names(registers: Registers) -> Names:
    """
    Ids and names of the roads of a case, and of the junctions and crossings at their ends, in both scripts.

    An alias of one word is left out: it is mostly the name of a place beside the road.
    """
    places = registers.places
    ends = {end for road in places.roads for end in road.ends}
    nodes = [end for end in sorted(ends) if places.place(end).kind in _NODES]
    # a road's own id counts in any case: it stands for nothing else
    names = [road.id for road in places.roads]
    for id_ in (*names, *nodes):
        names += [name for name in (id_, *places.names(id_)) if len(fold(name).split()) > 1]
    return Names(names)


def place_names(place: str, area: str, registers: Registers) -> Names:
    """Ids and names of a place and of what it lies in, below the area: what the title of a document must not tell."""
    inside = [place, *registers.places.ancestors(place)]
    if area not in inside:
        return Names(())
    finer = inside[: inside.index(area)]
    # a name that the area has too says nothing finer
    own = Names(registers.places.names(area))
    every = [name for id_ in finer for name in (id_, *registers.places.names(id_)) if not own.stand_in(name)]
    return Names(every)


_DAY_IN_TEXT = re.compile(
    r"\b\d{1,2} (?=(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)"
)


def months_only(text: str) -> str:
    """
    Days in words without their number.

    Examples
    --------
    >>> months_only("17 July 2016 to 3 August 2016"), months_only("17 July 2016 to 18 July 2016")
    ('July 2016 to August 2016', 'July 2016')
    """
    shorter = _DAY_IN_TEXT.sub("", text)
    first, _, last = shorter.partition(" to ")
    return first if first == last else shorter


_KEPT_OF_PROTECTED = ("claim", "origin", "chain", "low", "high", "unit", "persons", "derived")


def scrubbed(value: Any, hidden: frozenset[str]) -> Any:
    """Plain values of a finding without what withheld claims say; of protected ones that leave, figures and role only."""
    if isinstance(value, Mapping):
        kept = {key: scrubbed(item, hidden) for key, item in value.items()}
        if str(value.get("claim", "")).startswith("p1-"):
            kept = {key: item for key, item in kept.items() if key in _KEPT_OF_PROTECTED}
        return kept
    if isinstance(value, list | tuple):
        return [scrubbed(item, hidden) for item in value if not _is_hidden(item, hidden)]
    return value


def _is_hidden(item: Any, hidden: frozenset[str]) -> bool:
    return str(item.get("claim") if isinstance(item, Mapping) else item) in hidden
