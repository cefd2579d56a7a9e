"""The register of parties, and how its table is read."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from castello.errors import Issue, WrongUse
from castello.names import FLOOR, Candidate, Cells, NameIndex, read_cells, script
from castello.names.rows import RawRow

PARTY_KINDS = ("state", "armed_group", "coalition", "council", "agency", "organisation", "side", "people")
"""What a party can be, as in the column ``kind`` of ``parties.csv``."""

PARTY_COLUMNS = ("id", "name_en", "name_ar", "aliases", "kind", "side", "from", "to", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """
    A party. ``start`` and ``end`` are the first and the last day on which it can have existed; None means not known.

    ``side`` is the id of the side it is counted with, if any. Whether somebody lists a party as something is never
    written here: that is a claim of kind ``listing``.
    """

    id: str
    kind: str
    name_en: str | None = None
    name_ar: str | None = None
    aliases: tuple[str, ...] = ()
    side: str | None = None
    start: date | None = None
    end: date | None = None
    note: str | None = None


class PartyRegister(Mapping[str, Party]):
    """
    Parties by id, in order of id.

    Raises
    ------
    WrongUse
        If an id is used twice.

    Examples
    --------
    >>> register = PartyRegister(
    ...     [Party(id="jabhat-al-nusra", kind="armed_group", name_en="Jabhat al-Nusra", name_ar="جبهة النصرة")])
    >>> register.resolve("Jabhet en-Nusra")[0].id
    'jabhat-al-nusra'
    """

    def __init__(self, parties: Iterable[Party]) -> None:
        self.parties = tuple(sorted(parties, key=lambda party: party.id))
        self._by_id: dict[str, Party] = {}
        for party in self.parties:
            if party.id in self._by_id:
                raise WrongUse(f"{party.id!r} is in the register twice", hint="Give one of the two another id.")
            self._by_id[party.id] = party

    def __getitem__(self, id: str) -> Party:
        return self._by_id[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def party(self, id: str) -> Party:
        """The party of an id; WrongUse if there is none."""
        found = self._by_id.get(id)
        if found is None:
            raise WrongUse(f"{id!r} is not a party of this case", hint="Use an id of parties.csv.")
        return found

    @property
    def sides(self) -> tuple[str, ...]:
        """Ids of all sides: those that parties are counted with, and parties of kind ``side``."""
        named = {party.side for party in self.parties if party.side is not None}
        return tuple(sorted(named | {party.id for party in self.parties if party.kind == "side"}))

    def of_side(self, side: str) -> tuple[Party, ...]:
        """The parties counted with a side, and the side itself where it is in the register."""
        return tuple(party for party in self.parties if side in (party.side, party.id))

    def name(self, id: str, language: str = "en") -> str:
        """The name to show in ``en`` or ``ar``: the other language's where there is none."""
        party = self.party(id)
        first, second = (party.name_ar, party.name_en) if language == "ar" else (party.name_en, party.name_ar)
        return first or second or id

    def names(self, id: str, language: str | None = None) -> tuple[str, ...]:
        """All names of an id, the main one first; with ``en`` or ``ar`` only those in that script."""
        party = self.party(id)
        every = dict.fromkeys(name for name in (party.name_en, party.name_ar, *party.aliases) if name)
        if language is None:
            return tuple(every)
        return tuple(name for name in every if (script(name) == "arabic") == (language == "ar"))

    @cached_property
    def index(self) -> NameIndex:
        """All names of parties; judgements about them say ``party:ID``."""
        return NameIndex(((id, name) for id in self for name in self.names(id)), register="party")

    def resolve(self, text: str, *, limit: int = 5, floor: float = FLOOR) -> tuple[Candidate, ...]:
        """The parties that a name may mean, as :meth:`castello.names.NameIndex.resolve`."""
        return self.index.resolve(text, limit=limit, floor=floor)


def read_parties(rows: Iterable[RawRow], *, file: str = "parties.csv") -> tuple[tuple[Party, ...], tuple[Issue, ...]]:
    """
    The good rows of ``parties.csv``, in their order, and what is wrong with the rest.

    Id, kind and one name are required: a row where one of them is wrong is left out (``error``). Any other cell that is
    wrong is left out of its row (``warning``). ``from`` and ``to`` may be a day, a month or a year; a month or year
    counts from its first to its last day, so that existence is never cut short.

    Parameters
    ----------
    rows
        Row number in the file and the cells by column.
    file
        Name of the file for the issues.
    """
    parties: list[Party] = []
    numbers: dict[str, int] = {}
    issues: list[Issue] = []
    for cells in read_cells(rows, columns=PARTY_COLUMNS, file=file):
        id, kind = cells.id(numbers), cells.one_of("kind", PARTY_KINDS)
        name_en, name_ar, aliases = cells.names()
        sides = cells.slugs("side")
        if len(sides) > 1:
            cells.drop(
                "side", "bad_side", what="more than one side", hint="Name one; a change of side is a claim of kind tie."
            )
        start, end = _extent(cells)
        if cells.usable and id is not None and kind is not None:
            numbers[id] = cells.row
            parties.append(
                Party(
                    id=id,
                    kind=kind,
                    name_en=name_en,
                    name_ar=name_ar,
                    aliases=aliases,
                    side=sides[0] if len(sides) == 1 else None,
                    start=start,
                    end=end,
                    note=cells.text("note"),
                )
            )
        issues += cells.issues
    return tuple(parties), tuple(issues)


def _extent(cells: Cells) -> tuple[date | None, date | None]:
    start, end = _day(cells, "from", last=False), _day(cells, "to", last=True)
    if start is not None and end is not None and start > end:
        cells.drop(
            "to",
            "bad_date",
            what=f"from {start} is after to {end}: neither is used",
            hint="Correct one of the two days.",
        )
        return None, None
    return start, end


def _day(cells: Cells, column: str, *, last: bool) -> date | None:
    """A day, or the first or last day of a month or year."""
    text = cells.text(column)
    if text is None:
        return None
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text, flags=re.ASCII)
    if parts is not None:
        year = int(parts[1])
        month = int(parts[2] or (12 if last else 1))
        try:
            return date(year, month, int(parts[3] or (calendar.monthrange(year, month)[1] if last else 1)))
        except ValueError:
            pass  # a thirteenth month or a thirtieth of February is no date either
    cells.drop(column, "bad_date", what=f"{text!r} is not a date", hint="Write 2016-07-28, 2016-07 or 2016.")
    return None
