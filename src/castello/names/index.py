"""Candidates for a name, ranked: exact, folded, the same skeleton, then part of a name or merely similar."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from castello.names.spelling import bones, fold, sounds_of_words

FLOOR = 0.5
"""The least score that is still a candidate, by default."""

METHODS = ("judged", "exact", "folded", "skeleton", "part", "fuzzy")
"""How a candidate was found, surest first. What is found by part or fuzzy scores below every skeleton."""

_FOLDED, _SKELETON, _SAME_SOUND, _BELOW = 0.97, 0.80, 0.15, 0.79
_VOWEL, _WEAK, _CONSONANT = 0.25, 0.5, 1.0
_WEIGHTS = dict.fromkeys("aiu", _VOWEL) | dict.fromkeys("hwy", _WEAK)
# Sounds that transliterations confuse; each pair both ways.
_PAIRS = ("zd", "zs", "sC", "kG", "kX", "XG", "Xh", "td", "jk", "jG", "jC")
_NEAR = frozenset(_PAIRS) | frozenset(pair[::-1] for pair in _PAIRS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    One entry of a register that a name may mean.

    ``score`` runs from 0 to 1 and orders candidates; it is not a probability. ``matched`` is the name in the register
    that met, or the name as written where a judgement did.
    """

    id: str
    score: float
    method: str
    matched: str

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"id": self.id, "score": self.score, "method": self.method, "matched": self.matched}


class _Form:
    """A name prepared for comparison."""

    __slots__ = ("folded", "letters", "plain", "skeleton", "sound", "weight", "words")

    def __init__(self, name: str) -> None:
        self.plain = " ".join(unicodedata.normalize("NFC", name).split())
        self.folded = fold(name)
        heard = sounds_of_words(self.folded.split())
        self.words = tuple(bones(sound) for sound in heard)
        self.skeleton = "".join(self.words)
        self.sound = "".join(heard)
        self.weight = sum(_WEIGHTS.get(letter, _CONSONANT) for letter in self.sound)
        self.letters = frozenset(self.skeleton) - frozenset("ahwy")


class NameIndex:
    """
    The names of one register, ready to be asked.

    Parameters
    ----------
    entries
        Pairs of id and name; an id may have any number of names, in any script. Their order does not matter.
    register
        Prefix of the ids in judgements, such as ``place`` for ``place:ramouseh``.

    Examples
    --------
    >>> index = NameIndex([("al-shaar", "al-Shaar"), ("castello-road", "Castello Road")])
    >>> [(found.id, found.method) for found in index.resolve("ash-Sha'ar")]
    [('al-shaar', 'skeleton')]
    >>> index.resolve("Vienna")
    ()
    """

    def __init__(self, entries: Iterable[tuple[str, str]], *, register: str = "") -> None:
        self.register = register
        pairs = sorted({(id, name) for id, name in entries if fold(name)})
        self._names = tuple((id, name, _Form(name)) for id, name in pairs)
        self.ids = frozenset(id for id, _ in pairs)
        # what may score as high as a skeleton: so a register of thousands answers at once where only that will do
        self._alike: dict[str, list[tuple[str, str, _Form]]] = {}
        for entry in self._names:
            for form in {entry[2].folded, entry[2].skeleton}:
                self._alike.setdefault(form, []).append(entry)

    def __len__(self) -> int:
        return len(self.ids)

    def key(self, id: str) -> str:
        """The id as judgements name it."""
        return f"{self.register}:{id}" if self.register else id

    def resolve(self, text: str, *, limit: int = 5, floor: float = FLOOR) -> tuple[Candidate, ...]:
        """
        The entries that a name may mean, best first; none is an answer.

        Every entry that shares the best score is returned, beyond ``limit`` if need be: an ambiguous name is never
        decided here. Ties are ordered by id.

        Parameters
        ----------
        text
            The name as written, in Latin or Arabic script.
        limit
            How many candidates at most, save those equal to the best.
        floor
            Least score, 0 to 1.
        """
        asked = _Form(text)
        if not asked.folded:
            return ()
        best: dict[str, Candidate] = {}
        names = self._names if floor < _SKELETON else self._sounding_like(asked)
        for id, name, form in names:
            score, method = _compare(asked, form, floor)
            if score < floor:
                continue
            known = best.get(id)
            if known is None or score > known.score:
                best[id] = Candidate(id=id, score=score, method=method, matched=name)
        ranked = sorted(best.values(), key=lambda found: (-found.score, found.id))
        equal = sum(1 for found in ranked if found.score == ranked[0].score)
        return tuple(ranked[: max(limit, equal)])

    def _sounding_like(self, asked: _Form) -> list[tuple[str, str, _Form]]:
        forms = dict.fromkeys((asked.folded, asked.skeleton))
        return [entry for form in forms if form for entry in self._alike.get(form, ())]


def settled(candidates: tuple[Candidate, ...], *, at_least: float = 0.8, ahead: float = 0.05) -> Candidate | None:
    """
    The one candidate that a machine may take for granted, or None: then a person chooses.

    It must be judged, or share at least the skeleton (``at_least``) and lead every other by ``ahead``.

    Examples
    --------
    >>> index = NameIndex([("aleppo-city", "Aleppo"), ("aleppo-governorate", "Aleppo")])
    >>> settled(index.resolve("Aleppo")) is None
    True
    """
    judged = [found for found in candidates if found.method == "judged"]
    if judged:
        return judged[0] if len(judged) == 1 else None
    if not candidates or candidates[0].score < at_least:
        return None
    if len(candidates) > 1 and candidates[0].score - candidates[1].score < ahead:
        return None
    return candidates[0]


def _compare(asked: _Form, form: _Form, floor: float) -> tuple[float, str]:
    if asked.plain == form.plain:
        return 1.0, "exact"
    if asked.folded == form.folded:
        return _FOLDED, "folded"
    if not asked.skeleton or not form.skeleton:
        return 0.0, "fuzzy"
    # One consonant alone says too little to be called the same name.
    if asked.skeleton == form.skeleton and len(asked.skeleton) > 1:
        return round(_SKELETON + _SAME_SOUND * _similarity(asked, form), 4), "skeleton"
    part = _BELOW * _part(asked, form)
    heaviest = max(asked.weight, form.weight)
    # How far apart two names may be and still count; hopeless pairs need no closer look.
    furthest = (1 - max(floor, part) / _BELOW) * heaviest + 1e-9
    if _at_least_apart(asked, form) <= furthest:
        fuzzy = _BELOW * (1 - _distance(asked.sound, form.sound, furthest) / heaviest)
        if fuzzy > part:
            return round(fuzzy, 4), "fuzzy"
    return round(part, 4), "part" if part else "fuzzy"


def _part(asked: _Form, form: _Form) -> float:
    """0.5 to 1 where all words of one name are among the words of the other, by the share of consonants; else 0."""
    one, other = set(asked.words), set(form.words)
    if not (one <= other or other <= one) or max(map(len, one & other)) < 2:
        return 0.0
    short, long = sorted((len(asked.skeleton), len(form.skeleton)))
    return 0.5 + 0.5 * short / long


def _similarity(asked: _Form, form: _Form) -> float:
    """1 less the edit distance over the heavier name; vowels weigh a quarter, h, w and y half a consonant."""
    return 1 - _distance(asked.sound, form.sound) / max(asked.weight, form.weight)


def _at_least_apart(asked: _Form, form: _Form) -> float:
    """A distance that two names have at the least: a consonant that the other lacks costs half of one or more."""
    missing = max(len(asked.letters - form.letters), len(form.letters - asked.letters))
    return max(missing * _CONSONANT / 2, abs(asked.weight - form.weight))


def _distance(one: str, other: str, furthest: float = math.inf) -> float:
    """The least weight of edits that make one of the other; infinite once it is seen to exceed ``furthest``."""
    weights = [_WEIGHTS.get(letter, _CONSONANT) for letter in other]
    row = [0.0, *accumulate(weights)]
    for letter in one:
        cost = _WEIGHTS.get(letter, _CONSONANT)
        above, row = row, [row[0] + cost]
        for column, against in enumerate(other):
            weight = weights[column]
            swap = 0.0 if letter == against else max(cost, weight) / (2 if letter + against in _NEAR else 1)
            row.append(min(above[column + 1] + cost, row[-1] + weight, above[column] + swap))
        if min(row) > furthest:
            return math.inf
    return row[-1]
