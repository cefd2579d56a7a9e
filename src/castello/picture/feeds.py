"""
What is told of feeds one by one: what they say of the places that the case is about; the rest is counted.

A feed has claims by the hundred thousand, of which a reader asks as many questions as there are; analyses that tell every
question of the picture ask here which ones. Castello's own rule, see ``docs/feeds.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from castello.claims import Claim, Document, Kind
from castello.engines import Steps
from castello.picture.picture import FAR, Picture, Topic

FOLDER = "feeds/"
"""The files of feeds lie in this folder of the case."""

COUNTED = (Kind.EVENT, Kind.CASUALTY, Kind.PRICE)
"""Kinds that are never told one by one: ``attacks`` and ``markets`` tell them."""

AS_ALL = (Kind.ACCESS, Kind.TIE)
"""Kinds that are told as if people had entered them: the roads are the case's own, and parties lie in no place."""

OF_THE_REGISTER = (Kind.CONTROL, Kind.PEOPLE)
"""Kinds that are told of every place that the case has in its own register."""

_COUNTED_ONLY = Steps("counted_only").add(
    "counted_only",
    f"""select question from (
            select question,
                   document in (select unnest($feeds::varchar[])) and case
                       when kind in ({", ".join(f"'{kind}'" for kind in COUNTED)}) then true
                       when kind in ({", ".join(f"'{kind}'" for kind in AS_ALL)}) then false
                       when kind in ({", ".join(f"'{kind}'" for kind in OF_THE_REGISTER)})
                           then coalesce(subject in (select unnest($brought::varchar[])), false)
                                or coalesce(object in (select unnest($brought::varchar[])), false)
                                or coalesce(place in (select unnest($brought::varchar[])), false)
                       else not (coalesce(list_contains($about, subject), false) or coalesce(list_contains($about, object), false)
                                 or coalesce(list_contains($about, place), false))
                       end as counted
            from visible)
        group by question having bool_and(coalesce(counted, false))""",
)
"""Questions of which nobody speaks but feeds, in a way that is counted. What somebody entered by hand is told, with all that is said to it."""

_IDS = _COUNTED_ONLY.add(
    "ids",
    """select id from visible
       where list_contains($kinds, kind) and question not in (select question from counted_only)
         and (maybe_end is null or maybe_end > $start) and (maybe_start is null or maybe_start <= $end)
       order by coalesce(sure_start, maybe_start) nulls first, id""",
)
_COUNTS = _COUNTED_ONLY.add(
    "counts",
    """select document, kind, count(*) as n from visible
       where question in (select question from counted_only) and verdict not in ('rejected', 'retracted')
         and (maybe_end is null or maybe_end > $start) and (maybe_start is null or maybe_start <= $end)
       group by document, kind order by document, kind""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many claims of a feed are counted and not told, by kind."""

    document: Document
    claims: tuple[tuple[Kind, int], ...]


class OneByOne:
    """
    The questions and claims of a picture that are told one by one.

    Parameters
    ----------
    picture
        What is known. In a case without feeds everything is told.
    """

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        registers = picture.registers
        files = {id_: document.file or "" for id_, document in picture.documents.items()}
        self._feeds = sorted(id_ for id_, file in files.items() if file.startswith(FOLDER))
        self._asked: dict[str, object] = {
            "feeds": self._feeds,
            "brought": sorted(registers.brought),
            "about": about(picture),
        }

    def topics(self, *kinds: Kind) -> tuple[Topic, ...]:
        """What the picture says to the questions of some kinds that are told, in the order of the questions."""
        if not self._feeds:
            return self._picture.topics(*kinds)
        return self._picture.topics(*kinds, leaving_out=self._counted_only())

    def claims(self, *, kinds: Sequence[Kind], start: date | None = None, end: date | None = None) -> tuple[Claim, ...]:
        """Claims that are told, as :meth:`castello.picture.Picture.claims` gives them; the others are not read."""
        if not self._feeds:
            return self._picture.claims(kinds=kinds, start=start, end=end)
        days = {"start": start or date.min, "end": end or FAR}
        ids = self._run(_IDS, **days, kinds=[kind.value for kind in kinds]).column("id").to_pylist()
        found = self._picture.claims_by_id(ids)
        return tuple(found[id_] for id_ in ids)

    def counted(self, *, start: date, end: date) -> tuple[Counted, ...]:
        """What is counted of each feed of what may have happened from ``start`` to ``end``, both included; by id of the document."""
        if not self._feeds:
            return ()
        found: dict[str, list[tuple[Kind, int]]] = {}
        for row in self._run(_COUNTS, start=start, end=end).to_pylist():
            found.setdefault(row["document"], []).append((Kind(row["kind"]), row["n"]))
        documents = self._picture.documents
        return tuple(Counted(document=documents[id_], claims=tuple(claims)) for id_, claims in found.items())

    def _run(self, steps: Steps, **parameters: object) -> pa.Table:
        return self._picture._run(steps, **self._asked, **parameters)  # noqa: SLF001 - one room: the picture's own steps

    def _counted_only(self) -> Sequence[str]:
        key = "questions of feeds that are counted"
        if key not in self._picture.kept:
            self._picture.kept[key] = self._run(_COUNTED_ONLY).column("question").to_pylist()
        questions: Sequence[str] = self._picture.kept[key]
        return questions


def about(picture: Picture) -> list[str]:
    """
    Ids of the places that the case is about, sorted: its area, its enclaves, and what its own register has in an enclave.

    Of a case that names neither area nor enclave, every place of its own register.
    """
    registers = picture.registers
    places, enclaves = registers.places, [enclave.id for enclave in registers.enclaves]
    own = [place.id for place in places.places if place.id not in registers.brought]
    named = {*enclaves, *([registers.settings.area] if registers.settings.area else [])}
    inside = {id_ for id_ in own if any(places.within(id_, enclave) for enclave in enclaves)}
    return sorted(named | inside if named else own)
