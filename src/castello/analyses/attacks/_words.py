"""Counts of attacks, and whom they harmed, in words; civilians first."""

from __future__ import annotations

from dataclasses import dataclass

from castello.cases import Registers
from castello.claims import UNKNOWN
from castello.claims.vocabulary import event, weapon
from castello.picture.attacks import Tally
from castello.picture.sentences import catalogue, interval, name_of, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """How a source is called in an answer: its id, and what names it in a sentence."""

    id: str
    name: str


def label_of(source: str, *, n: int, public: bool) -> Label:
    """A source by its id; one that nobody named by its document, or by a number where the document may tell too much."""
    if not source.startswith(f"{UNKNOWN}@"):
        return Label(id=source, name=source)
    document = source.partition("@")[2]
    return Label(
        id=f"{UNKNOWN}-{n}" if public else source,
        name="a source that is not named" if public else f"a source that is not named ({document})",
    )


def events_in_words(low: int, high: int) -> str:
    """
    How many attacks.

    Examples
    --------
    >>> events_in_words(1, 1), events_in_words(2, 5)
    ('1 attack', '2 to 5 attacks')
    """
    return f"{interval(low, high)} attack{'' if high == 1 else 's'}"


def count_in_words(tally: Tally) -> str:
    """Civilians killed, then everybody and what the source holds best, in how many attacks; what is not said is said not to be."""
    events = events_in_words(tally.low, tally.high)
    if tally.deaths_unsaid == tally.high:
        return f"{events}; how many people were killed is not said"
    everybody = _killed(tally.deaths_low, tally.deaths_high, unsaid=tally.deaths_unsaid)
    people = "person" if everybody == "1" else "people"
    best = _best(tally)
    if tally.civilians_unsaid == tally.high:
        return f"{everybody} {people} killed{best} in {events}; civilians are not counted apart"
    civilians = _killed(tally.civilians_low, tally.civilians_high, unsaid=tally.civilians_unsaid)
    return f"{civilians} {'civilian' if civilians == '1' else 'civilians'} killed, {everybody} {people} in all{best}, in {events}"


def _best(tally: Tally) -> str:
    """The source's best figure, where it gives more than one; of attacks that surely were within the days, since no other can be added."""
    if tally.deaths_best is None or tally.deaths_low == tally.deaths_high:
        return ""
    best = _killed(tally.deaths_best, tally.deaths_best, unsaid=tally.best_unsaid)
    sure = "" if tally.low == tally.high else f" in the {number(tally.low)} surely within these days"
    return f" (best {best}{sure})"


def _killed(low: float, high: float, *, unsaid: int) -> str:
    return interval(low, high, open_high=unsaid > 0)


def missing(tally: Tally, cannot: tuple[str, ...]) -> tuple[str, ...]:
    """What could not be seen behind a count; never empty."""
    found = []
    if 0 < tally.deaths_unsaid < tally.high:
        found.append(
            f"how many were killed in {number(tally.deaths_unsaid)} of {events_in_words(tally.high, tally.high)}"
        )
    if 0 < tally.civilians_unsaid < tally.high:
        found.append(
            f"how many civilians in {number(tally.civilians_unsaid)} of {events_in_words(tally.high, tally.high)}"
        )
    return (*found, *cannot)


def row_name(by: str, value: str | None, registers: Registers) -> str:
    """What a row is called: of a place or party the register's name, of a key its words."""
    if value is None:
        return ""
    if by in ("place", "party"):
        return name_of(value, registers)
    known = weapon(value) if by == "weapon" else event(value)
    said = (
        known.means.partition(";")[0]
        if known is not None
        else value.replace(".", ", ").replace("-", " ").replace("_", " ")
    )
    return catalogue("en")["words"].get(value, said) if by == "type" else said
