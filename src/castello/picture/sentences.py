"""
Sentences as data: a message id with values, rendered in a language.

Templates stand in ``messages_en.toml``; a language more is a file more. In a template ``{road:name}`` is the register's name of an id,
``{answer:word}`` a word of the vocabulary, ``{low:number}`` a figure, ``{since:day}`` a day, ``{length:days}`` a number of days,
``{share:percent}`` a percentage.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from castello.cases import Registers
from castello.claims import SLOTS, UNKNOWN, AlsoValue, Claim, Kind, Message, Quantity


@cache
def catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    """Messages and words of a language."""
    text = (resources.files("castello.picture") / f"messages_{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def message_ids(language: str = "en") -> tuple[str, ...]:
    """Every message of a language, sorted."""
    return tuple(sorted(catalogue(language)["messages"]))


def message(id_: str, **values: AlsoValue | date | None) -> Message:
    """A message with its values; days become text, absent values are left out."""
    plain = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None
    }
    return Message(id=id_, values=tuple(sorted(plain.items())))


def render(said: Message, registers: Registers, *, language: str = "en") -> str:
    """
    The sentence of a message in a language.

    Raises
    ------
    KeyError
        If the message is not in the catalogue, or a value that its template names is missing: a defect, never shown to a user.
    """
    template = catalogue(language)["messages"][said.id]
    return _opened(_Sentence(registers, language).vformat(template, (), dict(said.values)))


def _opened(text: str) -> str:
    """A sentence begins with a capital, whatever name it begins with; names such as al-Shaar keep their article."""
    return text if text.startswith(("al-", "ash-", "ad-", "as-")) else text[:1].upper() + text[1:]


def name_of(id_: str, registers: Registers, *, language: str = "en") -> str:
    """The register's name of a place, road, party, source or agreement; an id that is in none, in plain words."""
    if id_ == "unknown":
        return catalogue(language)["words"]["unknown"]
    if id_ in registers.places:
        return registers.places.name(id_, language)
    if id_ in registers.parties:
        return registers.parties.name(id_, language)
    for register in (registers.speakers, registers.agreements):
        item: Any = register.get(id_)
        if item is not None:
            return str((item.name_ar if language == "ar" else None) or item.name_en)
    if is_area(id_):
        return catalogue(language)["words"]["area"]
    # ids have no spaces: what has one is a name as a map prints it
    return id_ if " " in id_ else id_.replace("-", " ")


def is_area(id_: str | None) -> bool:
    """Whether an id is that of an area of a control map, which stands in no register."""
    return id_ is not None and id_.startswith("area-")


def number(value: float) -> str:
    """A figure as people read it: 300,000; 46.9; never more than one decimal unless small."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}".rstrip("0")


def interval(low: float | None, high: float | None, *, open_high: bool = False) -> str:
    """``200,000 to 400,000 or more``; one figure where both ends are the same."""
    if low is None and high is None:
        return "?"
    if low is None:
        return f"at most {number(high)}" if high is not None else "?"
    if high is None:
        return f"at least {number(low)}"
    text = number(low) if low == high else f"{number(low)} to {number(high)}"
    return f"{text} or more" if open_high else text


def day(text: str, language: str = "en") -> str:
    """``2016-07-17`` as 17 July 2016."""
    value = date.fromisoformat(text)
    return f"{value.day} {catalogue(language)['months'][str(value.month)]} {value.year}"


_SPACES = str.maketrans("_.-", "   ")


class _Sentence(string.Formatter):
    def __init__(self, registers: Registers, language: str) -> None:
        self._registers, self._language = registers, language

    def get_value(self, key: int | str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "name":
            return name_of(str(value), self._registers, language=self._language)
        if format_spec == "names":
            return ", ".join(name_of(part, self._registers, language=self._language) for part in str(value).split(";"))
        if format_spec == "word":
            words = catalogue(self._language)["words"]
            return words.get(str(value), str(value).translate(_SPACES))
        if format_spec == "number":
            return number(float(value))
        if format_spec == "qualified":
            return self._qualified(str(value))
        if format_spec == "quoted":
            return f"“{value}”"
        if format_spec == "state":
            return catalogue(self._language)["states"].get(str(value), str(value))
        if format_spec == "origins":
            words = catalogue(self._language)["words"]
            return words["one_origin"] if float(value) == 1 else f"{number(float(value))} {words['origins']}"
        if format_spec == "days":
            return self._days(str(value))
        if format_spec == "percent":
            return f"{float(value):+.1f} %"
        if format_spec == "day":
            return day(str(value), self._language)
        if format_spec == "when":
            return self._when(str(value))
        return str(value)

    def _days(self, value: str) -> str:
        """A number of days; ``7..11`` and ``74..`` are intervals."""
        words = catalogue(self._language)["words"]
        low, between, high = value.partition("..")
        if not between:
            return words["one_day"] if float(low) == 1 else f"{number(float(low))} {words['days']}"
        if not high:
            return words["or_more"].format(low=self._days(low))
        return words["from_to"].format(low=number(float(low)), high=self._days(high))

    def _when(self, value: str) -> str:
        """On a day; ``FIRST..DAY`` is between the two, ``..DAY`` on the day or before."""
        words = catalogue(self._language)["words"]
        first, between, last = value.rpartition("..")
        shown = day(last, self._language)
        if not between:
            return words["on_day"].format(day=shown)
        if not first:
            return words["on_or_before"].format(day=shown)
        return words["between_days"].format(first=day(first, self._language), day=shown)

    def _qualified(self, value: str) -> str:
        """Definition and besieger in brackets; nothing where the claims name neither."""
        words = catalogue(self._language)["definitions"]
        known = [
            words.get(part) or name_of(part, self._registers, language=self._language)
            for part in value.split(";")
            if part
        ]
        return f" ({'; '.join(known)})" if known else ""


def claim_text(claim: Claim, registers: Registers, *, language: str = "en") -> str:
    """
    What a claim says, in a sentence of the catalogue: its slots, not its quote.

    Parts that the claim does not have are left out of the sentence. Where a state was seen on a day and may have begun before, the
    sentence says so; presence, which leaves without its days, apart.
    """
    values: dict[str, AlsoValue] = {name: value for name, value in claim.also if not isinstance(value, bool)}
    for name in ("subject", "predicate", "object", "place", "condition"):
        value = getattr(claim, name)
        # an unknown party is left out of the sentence where the sentence can do without it
        if value is not None and not (value == UNKNOWN and name in ("subject", "object") and claim.kind in _UNNAMED):
            values[name] = value
    if is_area(claim.object) and claim.locator is not None and claim.locator.row is not None:
        named = catalogue(language)["words"]["area_of_map"]
        values["object"] = named.format(map=claim.document, feature=claim.locator.row)
    if claim.quantity is not None:
        values["figure"] = _figure(claim.quantity, language=language)
        values["count"] = _figure(claim.quantity, language=language, unit=False)
    template = catalogue(language)["claims"][claim.kind.value]
    text = " ".join(_Parts(registers, language).vformat(template, (), values).split())
    sighted = claim.happened.first_sighting if SLOTS[claim.kind].shape == "state" else None
    if sighted is not None and claim.kind is not Kind.PRESENCE:
        since = catalogue(language)["words"]["since_or_before"]
        text = f"{text} ({since.format(day=day(sighted.isoformat(), language))})"
    before = catalogue(language)["modality"].get(claim.modality.value, "")
    return f"{before} {text}".strip() if before else _opened(text)


_COUNTED = ("person", "family", "displaced person", "person in need")
"""Units that are people: estimates come with decimals, people do not."""
_UNNAMED = (Kind.CASUALTY, Kind.SIEGE, Kind.MEETING, Kind.SUPPLY)


def _figure(quantity: Quantity, *, language: str, unit: bool = True) -> str:
    words = catalogue(language)["words"]
    bound = {"about": words["about"], "at_least": words["at_least"], "at_most": words["at_most"]}.get(
        quantity.bound.value, ""
    )
    ends = (quantity.value, quantity.low, quantity.high)
    value, low, high = (round(end) if end is not None and quantity.unit in _COUNTED else end for end in ends)
    figure = f"{bound} {number(value)}".strip() if value is not None else interval(low, high)
    return f"{figure} {words.get(quantity.unit, quantity.unit.replace('_', ' '))}" if unit else figure


class _Parts(_Sentence):
    """A template in which ``{slot?words_before:how}`` of an absent slot is nothing."""

    def get_value(self, key: int | str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        name, _, before = str(key).partition("?")
        return (kwargs[name], before) if name in kwargs else None

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return ""
        content, before = value
        lead = before.replace("_", " ")
        return f"{'' if lead.startswith(',') else ' '}{lead} {super().format_field(content, format_spec)}"


def chain_text(claim: Claim, registers: Registers, *, language: str = "en") -> str:
    """Who said that who said, first-hand first."""
    words = catalogue(language)["words"]
    links = []
    for link in claim.chain:
        name = name_of(link.who, registers, language=language)
        unnamed = "" if link.named or link.protected else f", {words['unnamed']}"
        links.append(f"{name} ({words.get(link.role.value, link.role.value)}{unnamed})")
    return " → ".join(links)
