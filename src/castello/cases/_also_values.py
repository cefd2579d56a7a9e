"""What may stand under ``also``: a word that nobody knows would be kept, and then have no effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from castello.claims import UNKNOWN, AlsoValue, InvalidClaim, Kind
from castello.claims.hours import is_whole_day, read_hours

USERS = ("supply", "civilian", "aid", "military", "foot")
DIRECTIONS = ("in", "out", "both")

_ONE_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NEARLY = 0.8
"""How alike a word and the id of a party are that is meant by it, from 0 to 1."""


def check_also(kind: Kind, slot: str, value: AlsoValue, *, parties: Iterable[str]) -> None:
    """
    Refuse a value that says nothing in its slot.

    Parameters
    ----------
    kind, slot, value
        The kind of claim, a name under ``also``, and what stands there.
    parties
        Ids of the register of parties: ``by`` is one, or words.

    Raises
    ------
    InvalidClaim
        With the slot, and what was probably meant.
    """
    check = _CHECKS.get((kind, slot))
    if check is not None:
        check(slot, value, tuple(sorted(parties)))


def _one_of(words: tuple[str, ...]) -> _Check:
    def check(slot: str, value: AlsoValue, _parties: tuple[str, ...]) -> None:
        if value not in words:
            raise InvalidClaim(slot, f"{value!r} is not one", hint=f"Use {', '.join(words)}.{_meant(value, words)}")

    return check


def _flag(slot: str, value: AlsoValue, _parties: tuple[str, ...]) -> None:
    if not isinstance(value, bool):
        raise InvalidClaim(slot, f"{value!r} is neither true nor false", hint="Write true or false, unquoted.")


def _flag_or_unknown(slot: str, value: AlsoValue, _parties: tuple[str, ...]) -> None:
    if not isinstance(value, bool) and value != UNKNOWN:
        raise InvalidClaim(slot, f"{value!r} is no answer", hint="Write true, false or unknown.")


def _window(slot: str, value: AlsoValue, _parties: tuple[str, ...]) -> None:
    hint = 'Write "09:00-19:00", or "09:00-19:00 Asia/Damascus"; what is not said in hours, in words.'
    if not isinstance(value, str):
        raise InvalidClaim(slot, f"{value!r} is not text", hint=hint)
    if not value.strip():
        raise InvalidClaim(slot, "is empty", hint="Leave it out where it holds all day.")
    # words such as `night` are kept as words; figures are hours
    if any(sign.isdigit() for sign in value) and not is_whole_day(value) and read_hours(value) is None:
        raise InvalidClaim(slot, f"{value!r} cannot be read as hours of a day", hint=hint)


def _party_or_words(slot: str, value: AlsoValue, parties: tuple[str, ...]) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidClaim(slot, f"{value!r} is not text", hint="Write the id of a party, or who it is in words.")
    meant = _meant(value, parties, alike=_NEARLY)
    if meant and value not in (*parties, UNKNOWN) and _ONE_WORD.fullmatch(value):
        raise InvalidClaim(slot, f"{value!r} is in no register of parties", hint=f"{meant.strip()} Or use words.")


def _meant(value: AlsoValue, words: Iterable[str], *, alike: float = 0.6) -> str:
    close = get_close_matches(str(value).lower().strip(), words, n=1, cutoff=alike)
    return f" Did you mean {close[0]}?" if close else ""


_Check = Callable[[str, AlsoValue, tuple[str, ...]], None]

_CHECKS: Mapping[tuple[Kind, str], _Check] = {
    (Kind.ACCESS, "users"): _one_of(USERS),
    (Kind.ACCESS, "direction"): _one_of(DIRECTIONS),
    (Kind.ACCESS, "window"): _window,
    (Kind.ACCESS, "track"): _flag,
    (Kind.ACCESS, "by"): _party_or_words,
    (Kind.PEOPLE, "by"): _party_or_words,
    (Kind.PEOPLE, "includes_besieged"): _flag_or_unknown,
    (Kind.AID, "by"): _party_or_words,
}
