"""What readers of files share: issues that stay countable in any file, and names as written that become ids."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from castello.errors import Issue, WrongUse
from castello.names import Candidate, settled
from castello.parties import PartyRegister
from castello.places import Place, PlaceRegister

SURE = 0.8
"""The least score at which a name is taken for one of the register without being asked about."""

_DISTINCT = 500
_NAMED_ROWS = 5


@dataclass(slots=True)
class _Rows:
    first: int | None
    others: list[int] = field(default_factory=list)
    count: int = 1


class Intake:
    """
    The issues of one file. The same thing wrong in many rows is one issue that counts them and names the first few.

    A file can have more rows than issues that anybody reads: beyond five hundred different ones of a kind they are counted only.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[str, str | None, str, str, str], _Rows] = {}
        self._kinds: Counter[str] = Counter()
        self._more: Counter[str] = Counter()

    def error(self, code: str, what: str, hint: str, *, row: int | None = None, column: str | None = None) -> None:
        """Say that something was not taken in."""
        self._add((code, column, what, hint, "error"), row)

    def warn(self, code: str, what: str, hint: str, *, row: int | None = None, column: str | None = None) -> None:
        """Say that something was taken in, but somebody should look."""
        self._add((code, column, what, hint, "warning"), row)

    def many(
        self,
        code: str,
        what: str,
        hint: str,
        *,
        rows: Sequence[int],
        count: int,
        column: str | None = None,
        severity: str = "error",
    ) -> None:
        """Say the same of many rows at once; ``rows`` are the first of them."""
        key = (code, column, what, hint, severity)
        for row in rows:
            self._add(key, row)
        known = self._found.get((code, column, _shown(what), _shown(hint), severity))
        if known is not None:
            known.count += count - len(rows)

    def take(self, issues: Iterable[Issue]) -> None:
        """Add issues that were found elsewhere."""
        for issue in issues:
            self._add((issue.code, issue.column, issue.what, issue.hint, issue.severity), issue.row)

    def _add(self, key: tuple[str, str | None, str, str, str], row: int | None) -> None:
        key = (key[0], key[1], _shown(key[2]), _shown(key[3]), key[4])
        known = self._found.get(key)
        if known is None:
            self._kinds[key[0]] += 1
            if self._kinds[key[0]] > _DISTINCT:
                self._more[key[0]] += 1
            else:
                self._found[key] = _Rows(row)
            return
        known.count += 1
        if row is not None and len(known.others) < _NAMED_ROWS:
            known.others.append(row)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All issues in the order of the file."""
        made = []
        for (code, column, what, hint, severity), rows in self._found.items():
            more = _more_rows(rows)
            made.append(
                Issue(
                    file=self.file,
                    row=rows.first,
                    column=column,
                    code=code,
                    what=f"{what}{more}",
                    hint=hint,
                    severity=severity,
                )
            )
        if self._more:
            hint = "Correct what is listed and read the file again."
            kinds = ", ".join(f"{code}: {count:,}" for code, count in sorted(self._more.items()))
            what = f"{self._more.total():,} more things are wrong in this file than are listed ({kinds})"
            made.append(Issue(file=self.file, code="more", what=what, hint=hint))
        return tuple(sorted(made))


def listed(words: Sequence[str], *, most: int = 10) -> str:
    """
    Words in a row, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")


def _shown(text: str) -> str:
    """Text of a message without what a terminal would obey or cannot print: names in it come from the file."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)


def _more_rows(rows: _Rows) -> str:
    if rows.count == 1:
        return ""
    named = ", ".join(str(row) for row in rows.others)
    beyond = rows.count - 1 - len(rows.others)
    if not named:
        return f" ({rows.count:,} times)"
    return f" (also in {named}{f' and {beyond:,} more' if beyond else ''})"


class Names:
    """
    Names as written, each decided once: by what the user gave for it, else by the register where the match is clear.

    Parameters
    ----------
    register
        Of places or parties. Of places only places are found, never roads.
    given
        Names as written and the ids they mean; they go before any match.
    """

    def __init__(self, register: PlaceRegister | PartyRegister, *, given: Mapping[str, str] | None = None) -> None:
        self.register = register
        self._given = {_plain(name): id for name, id in (given or {}).items()}
        self._kind = "place" if isinstance(register, PlaceRegister) else "party"
        for name, id in self._given.items():
            if not self._is_one(id):
                close = get_close_matches(id, sorted(register), n=1)
                hint = f"Did you mean {close[0]}?" if close else f"Add the {self._kind} to its register."
                raise WrongUse(f"{name!r} is to mean {id!r}, which is no {self._kind}", hint=hint)
        self._known: dict[str, tuple[Candidate, ...]] = {}
        self._sure: dict[str, tuple[Candidate, ...]] = {}

    def sure(self, text: str) -> tuple[Candidate, ...]:
        """As :meth:`candidates`, those only that share at least the skeleton of a name: quick enough for names by the ten thousand."""
        text = _plain(text)
        if text not in self._sure:
            given = self._given.get(text)
            found = self.register.resolve(text, floor=SURE) if given is None else self.candidates(text)
            self._sure[text] = tuple(one for one in found if self._is_one(one.id))
        return self._sure[text]

    def sure_id(self, text: str) -> str | None:
        """As :meth:`id`, by :meth:`sure`."""
        chosen = settled(self.sure(text))
        return None if chosen is None else chosen.id

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        """The entries that a name may mean, best first; one that was given is alone."""
        text = _plain(text)
        if text not in self._known:
            given = self._given.get(text)
            if given is not None:
                found: tuple[Candidate, ...] = (Candidate(id=given, score=1.0, method="judged", matched=text),)
            else:
                found = tuple(one for one in self.register.resolve(text) if self._is_one(one.id))
            self._known[text] = found
        return self._known[text]

    def id(self, text: str) -> str | None:
        """The one entry that a name clearly means; None where nobody or several could be meant."""
        chosen = settled(self.candidates(text))
        return None if chosen is None else chosen.id

    def taken(self, text: str, *, intake: Intake, row: int, column: str | None) -> str | None:
        """As :meth:`id`, with a warning where the name in the register is spelled otherwise."""
        chosen = settled(self.candidates(text))
        if chosen is not None and chosen.method not in ("judged", "exact", "folded"):
            what = f"{text!r} is taken for {chosen.id}, by the name {chosen.matched!r}"
            intake.warn("alike", what, f"Say which {self._kind} it is, if it is another.", row=row, column=column)
        return None if chosen is None else chosen.id

    def hint(self, text: str) -> str:
        """What to do about a name that is not clear: the candidates, or that there are none."""
        found = self.candidates(text)
        say = f"Say which {self._kind} it is in the names given for this source"
        if not found:
            return f"{say}, or add it to the register."
        return f"It may mean {' or '.join(one.id for one in found)}. {say}."

    def _is_one(self, id: str) -> bool:
        return id in self.register and (self._kind == "party" or isinstance(self.register[id], Place))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
