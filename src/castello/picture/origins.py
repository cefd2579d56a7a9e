"""
Independent origins: ten papers that repeat one wire are one origin.

``same`` joins origins, ``unsure`` joins them in the strict count only, ``different`` keeps two apart. Names are never merged
by themselves: a pair is judged, the judgement is dated, and a later judgement about the same pair replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable

from castello.claims import Judgement, Verdict

PREFIX = "origin:"


def clusters(judgements: Iterable[Judgement]) -> dict[str, tuple[str, str]]:
    """
    Strict and loose cluster of every origin that a judgement names; others are clusters of their own.

    A cluster is named by its first origin in the alphabet. Of several judgements about one pair the last one given
    counts. Where a chain of ``same`` joins a pair that was judged ``different``, the pair's own judgement wins for the pair: the
    later of the two joins in alphabetical order is not made.

    Examples
    --------
    >>> from datetime import date
    >>> day = date(2016, 7, 17)
    >>> pair = Judgement(about=("origin:afp", "origin:sohr"), verdict=Verdict.UNSURE, by="a", dated=day, reason="wire")
    >>> clusters([pair])
    {'afp': ('afp', 'afp'), 'sohr': ('afp', 'sohr')}
    """
    last: dict[tuple[str, str], Verdict] = {}
    for judgement in judgements:
        if len(judgement.about) == 2 and all(name.startswith(PREFIX) for name in judgement.about):
            first, second = sorted(name.removeprefix(PREFIX) for name in judgement.about)
            last[first, second] = judgement.verdict
    apart = {pair for pair, verdict in last.items() if verdict is Verdict.DIFFERENT}
    same = [pair for pair, verdict in sorted(last.items()) if verdict is Verdict.SAME]
    unsure = [pair for pair, verdict in sorted(last.items()) if verdict is Verdict.UNSURE]
    loose = _joined(same, apart)
    # what is the same comes first: a doubtful pair must not keep apart what is known to be one
    strict = _joined([*same, *unsure], apart)
    names = sorted({name for pair in last for name in pair})
    return {name: (strict.get(name, name), loose.get(name, name)) for name in names}


def _joined(pairs: Iterable[tuple[str, str]], apart: set[tuple[str, str]]) -> dict[str, str]:
    groups: dict[str, set[str]] = {}
    for first, second in pairs:
        one, other = groups.get(first, {first}), groups.get(second, {second})
        if any(tuple(sorted((a, b))) in apart for a in one for b in other):
            continue
        joined = one | other
        for name in joined:
            groups[name] = joined
    return {name: min(group) for name, group in groups.items()}
