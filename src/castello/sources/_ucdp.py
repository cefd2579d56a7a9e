"""The parties of UCDP's datasets, which name them alike and number them alike: what one file brings, the others find."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from castello.names import settled
from castello.sources._slugs import slug

if TYPE_CHECKING:
    from castello.sources.tabular import Reading

CIVILIANS = "civilians"
"""What UCDP's side ``Civilians`` is: a class of people and no party."""

_STATE = "Government of "
_NUMBER = re.compile(r"\s*(\d+)(?:\.0+)?\s*")
_UCDPS = re.compile(r"ucdp-\d+")
_PART = re.compile(r"(?:[^,(]|\([^)]*\)?)+")


def number(code: str | None) -> str | None:
    """
    UCDP's number of a party. None for what is not one number: a list of them is none.

    Examples
    --------
    >>> number("234"), number(" 234.0"), number("28, 3"), number("")
    ('234', '234', None, None)
    """
    found = _NUMBER.fullmatch(code or "")
    return None if found is None else found[1]


def members(names: str) -> list[str]:
    """
    The parties of a joint side, or the one party that a name means.

    UCDP's lists have commas and no ``and``; a name with both, or with commas in brackets, is one name.

    Examples
    --------
    >>> members("Islamic Front, Mujahideen Army, SRF")
    ['Islamic Front', 'Mujahideen Army', 'SRF']
    >>> members("Coalition (Greens, Blues and Reds)"), members("Junta for Democracy, Peace and Justice")
    (['Coalition (Greens, Blues and Reds)'], ['Junta for Democracy, Peace and Justice'])
    """
    parts = [part.strip() for part in _PART.findall(names) if part.strip()]
    return [names.strip()] if parts and " and " in re.sub(r"\([^)]*\)?", "", parts[-1]) else parts


class Actors:
    """
    Which parties UCDP's names mean: those of the case where it is clear, others as ``ucdp-`` and UCDP's number, which the file brings.

    Parameters
    ----------
    reading
        The file.
    pairs
        Names and codes as they stand side by side in the file. Members of lists have no code of their own there, and get the one under which the
        file names them alone. A name that has several codes is that of several parties: it is held against no name of the case.
    """

    def __init__(self, reading: Reading, pairs: Iterable[tuple[str | None, str | None]]) -> None:
        self._reading, self._names = reading, reading.party_names()
        self._numbers: dict[str, set[str]] = {}
        for name, code in pairs:
            if name and (found := number(code)) is not None:
                self._numbers.setdefault(name.strip(), set()).add(found)
        self._told: set[str] = set()

    def id(self, name: str, code: str | None = None, *, aliases: Iterable[str] = ()) -> str:
        """The id of the party of a name and, if there is one, a code; that of civilians is the class of people."""
        name = name.strip()
        if name == "Civilians":
            return CIVILIANS
        known = self._numbers.get(name, set())
        found = number(code) or (next(iter(known)) if len(known) == 1 else None)
        own = None if found is None else f"ucdp-{found}"
        taken = self._known(name, own, several=len(known) > 1)
        if taken is not None:
            return taken
        others = [one for one in dict.fromkeys(aliases) if one != name]
        return self._reading.bring_party(
            own or slug(f"ucdp-{name}"),
            name_en=name,
            kind="state" if name.startswith(_STATE) else "armed_group",
            aliases=others or None,
            note="as UCDP names it" if name.startswith(_STATE) else "as UCDP names it; it may be people and no group",
        )

    def joint(self, name: str, code: str | None) -> tuple[str, tuple[str, ...]]:
        """The id of a side, and those of its members if it is a joint one."""
        parts = members(name)
        if len(parts) < _JOINT:
            return self.id(name, code), ()
        ids = tuple(self.id(part) for part in parts)
        known = self._known(name.strip(), None, several=False)
        found = number(code)
        if known is not None:
            return known, ids
        own = slug(f"ucdp-{name}") if found is None else f"ucdp-{found}"
        return self._reading.bring_party(own, name_en=name.strip(), kind="coalition", note="as UCDP names it"), ids

    def _known(self, name: str, own: str | None, *, several: bool) -> str | None:
        """The party of the case that a name means; never one with another number of UCDP's."""
        found = self._names.sure(name)
        if found and found[0].method == "judged":
            return found[0].id
        if own is not None and own in self._reading.parties:
            return own
        chosen = settled(found)
        if chosen is None or (own is not None and _UCDPS.fullmatch(chosen.id)):
            return None
        if several:
            self._tell(name, chosen.id)
            return None
        return chosen.id

    def _tell(self, name: str, id: str) -> None:
        if name not in self._told:
            self._told.add(name)
            what = f"has several parties of the name {name!r}, and none of them is taken for {id}"
            self._reading.intake.warn("same-name", what, f"If all of them are {id}, say so in party_names.")


_JOINT = 2
