"""
What a reviewer decided about a name: dated, with a reason, and reversible.

A judgement acts from its day on, until a later one withdraws it; nothing is ever edited. Withdrawing a judgement
restores exactly what stood before, because everything here is computed from the rows that stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from castello.claims import Judgement, Verdict
from castello.names.index import FLOOR, Candidate, NameIndex
from castello.names.spelling import fold, script, sounds

_PREFIX = "name:"
_UNDOING = (Verdict.WITHDRAWN, Verdict.RETRACTED)
_PAIRED = (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE)


def standing(judgements: Iterable[Judgement], on: date | None = None) -> tuple[Judgement, ...]:
    """
    The judgements that stand on a day: known by then, and not withdrawn by one that itself stands.

    Parameters
    ----------
    judgements
        In any order; a judgement ``withdrawn`` or ``retracted`` names the id of the one it takes back.
    on
        The day, included; None for all of time.
    """
    known = {one.id: one for one in judgements if on is None or one.dated <= on}
    undoers: dict[str, list[str]] = {}
    for one in known.values():
        if one.verdict in _UNDOING and one.about[0] in known:
            undoers.setdefault(one.about[0], []).append(one.id)

    # An id is a hash of what the row says, so no chain of withdrawals can bite its own tail.
    def stands(id: str) -> bool:
        return not any(stands(undoer) for undoer in undoers.get(id, ()))

    return tuple(sorted((one for one in known.values() if stands(one.id)), key=lambda one: (one.dated, one.id)))


def verdicts(judgements: Iterable[Judgement], on: date | None = None) -> dict[frozenset[str], Verdict]:
    """
    What the latest standing judgement says of each pair: same, different or unsure.

    Two of one day that disagree leave the pair ``unsure`` until a later one decides.

    Examples
    --------
    >>> row = Judgement(about=("party:jfs", "party:jan"), verdict=Verdict.SAME, by="analyst-1",
    ...                 dated=date(2016, 7, 28), reason="announced as a new name")
    >>> verdicts([row])[frozenset({"party:jan", "party:jfs"})].value
    'same'
    """
    latest: dict[frozenset[str], tuple[date, Verdict]] = {}
    for one in standing(judgements, on):
        if one.verdict not in _PAIRED:
            continue
        pair = frozenset(one.about)
        before = latest.get(pair)
        contested = before is not None and before[0] == one.dated and before[1] is not one.verdict
        latest[pair] = (one.dated, Verdict.UNSURE if contested else one.verdict)
    return {pair: verdict for pair, (_, verdict) in latest.items()}


def resolution(
    text: str, chosen: str, *, by: str, dated: date, reason: str, verdict: Verdict = Verdict.SAME
) -> Judgement:
    """
    The judgement that a name as written means (or, with ``different``, does not mean) one entry of a register.

    Parameters
    ----------
    text
        The name as written.
    chosen
        Register and id, such as ``place:ramouseh``.
    by, dated, reason
        The reviewer, the day from which the decision acts, and one sentence on why.
    verdict
        ``same``, ``different`` or ``unsure``.

    Raises
    ------
    InvalidClaim
        Without a reason or a reviewer.

    Examples
    --------
    >>> resolution("Ramousah", "place:ramouseh", by="analyst-1", dated=date(2016, 8, 6), reason="on the map").about
    ('name:Ramousah', 'place:ramouseh')
    """
    return Judgement(about=(f"{_PREFIX}{text}", chosen), verdict=verdict, by=by, dated=dated, reason=reason)


def resolve_with(
    index: NameIndex,
    text: str,
    *,
    judgements: Iterable[Judgement],
    on: date | None = None,
    limit: int = 5,
    floor: float = FLOOR,
) -> tuple[Candidate, ...]:
    """
    Candidates as :meth:`NameIndex.resolve` ranks them, after what reviewers decided about the name by a day.

    An entry judged ``same`` comes first (method ``judged``, score 1); one judged ``different`` is left out. Spellings
    that fold alike are one name. An id that the register does not have is passed over.

    Parameters
    ----------
    index
        The names of a register; its prefix is that of the judgements' ids.
    text
        The name as written.
    judgements
        In any order; those about other names are passed over.
    on
        The day from which one looks back, included; None for all judgements given.
    limit, floor
        As for :meth:`NameIndex.resolve`; every entry judged ``same`` is returned beyond ``limit`` if need be.
    """
    said = _said_of(index, text, judgements, on)
    chosen = tuple(sorted(id for id, verdict in said.items() if verdict is Verdict.SAME))
    found = index.resolve(text, limit=len(index), floor=floor)
    others = [one for one in found if said.get(one.id, Verdict.UNSURE) is Verdict.UNSURE]
    equal = sum(1 for one in others if one.score == others[0].score)
    judged = tuple(Candidate(id=id, score=1.0, method="judged", matched=text) for id in chosen)
    return (*judged, *others[: max(limit - len(judged), 0 if judged else equal)])


def _said_of(index: NameIndex, text: str, judgements: Iterable[Judgement], on: date | None) -> dict[str, Verdict]:
    """What stands about a name, by id of this register; spellings that fold alike together."""
    wanted, ids = fold(text), {index.key(id): id for id in index.ids}
    about = []
    for one in standing(judgements, on):
        if one.verdict in _PAIRED:
            names = [item for item in one.about if item.startswith(_PREFIX)]
            keys = [item for item in one.about if not item.startswith(_PREFIX)]
            if len(names) == len(keys) == 1 and keys[0] in ids and fold(names[0].removeprefix(_PREFIX)) == wanted:
                about.append((keys[0], one))
    said: dict[str, Verdict] = {}
    for key in {key for key, _ in about}:
        rows = [one for other, one in about if other == key]
        last = [one.verdict for one in rows if one.dated == rows[-1].dated]
        said[ids[key]] = last[0] if len(set(last)) == 1 else Verdict.UNSURE
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """
    How a name came to stand for an entry: the name as written, its script and sound, the candidates, who chose.

    ``chosen`` is empty where nobody has decided; ``judgements`` are the ids of those that speak of the name.
    """

    text: str
    script: str
    transliteration: str
    candidates: tuple[Candidate, ...]
    chosen: tuple[str, ...] = ()
    judgements: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values; the name keeps its script."""
        return {
            "text": self.text,
            "script": self.script,
            "transliteration": self.transliteration,
            "candidates": [found.to_json() for found in self.candidates],
            "chosen": list(self.chosen),
            "judgements": list(self.judgements),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            text=data["text"],
            script=data["script"],
            transliteration=data["transliteration"],
            candidates=tuple(Candidate(**found) for found in data["candidates"]),
            chosen=tuple(data["chosen"]),
            judgements=tuple(data["judgements"]),
        )


def trail(index: NameIndex, text: str, *, judgements: Iterable[Judgement] = (), on: date | None = None) -> Trail:
    """The trail of a name as of a day; ``text`` is kept to the letter."""
    rows = standing(judgements, on)
    candidates = resolve_with(index, text, judgements=rows)
    wanted = fold(text)
    about = [
        one.id
        for one in rows
        if any(item.startswith(_PREFIX) and fold(item.removeprefix(_PREFIX)) == wanted for item in one.about)
    ]
    return Trail(
        text=text,
        script=script(text),
        transliteration=" ".join(sounds(text)),
        candidates=candidates,
        chosen=tuple(found.id for found in candidates if found.method == "judged"),
        judgements=tuple(about),
    )
