"""
The answer on attacks as far as an audience may see it: claims that may not leave count for nothing in what leaves.

What leaves is told on areas of publication, never on a part of one or a point. A protected claim would decide a count (PR-4), so none
is counted. Of a live case a claim counts outside if it may leave itself: fighting on the ground 14 days late, an attack from afar on people who
are no armed party on its day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from castello.analyses.attacks import attacks
from castello.briefs.profile import Clearance, Cleared
from castello.claims import Sensitivity
from castello.errors import Refused
from castello.picture.attacks import Attacks, By


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Claims that count for nothing, and how many of them for what reason."""

    claims: frozenset[str]
    reasons: tuple[tuple[str, int], ...]


def hidden_attacks(clearance: Clearance) -> Hidden:
    """
    Which claims on attacks may not be counted for an audience.

    The reasons are counted over all claims on attacks that the picture has, whatever is asked: what is asked cannot be used to learn what a
    claim that stays says.
    """
    if not clearance.leaves:
        return Hidden(claims=frozenset(), reasons=())
    table = Attacks(clearance.picture).claims
    ids, ranks = table.column("id").to_pylist(), table.column("rank").to_pylist()
    limit = clearance.profile.limit.rank
    reasons: dict[str, str] = {}
    for id_, rank in zip(ids, ranks, strict=True):
        if id_.startswith("p1-"):
            reasons[id_] = "a protected claim decides it"
        elif list(Sensitivity)[rank - 1].rank > limit:
            reasons[id_] = "sensitivity"
    reasons = clearance.reasons(ids) | reasons
    counted = Counter(f"event: {reason}" for reason in reasons.values())
    return Hidden(claims=frozenset(reasons), reasons=tuple(sorted(counted.items())))


def check_asked(clearance: Clearance, *, by: By | None, place: str | None) -> None:
    """
    Whether what is asked may be answered for an audience at all.

    Raises
    ------
    Refused
        If it is to leave a live case and asks about a place finer than the areas of publication, or who attacked in one place.
    """
    if not (clearance.leaves and clearance.live) or place is None:
        return
    places = clearance.picture.registers.places
    if places.public_area(places.place(place).id) != place:
        area = places.public_area(place)
        raise Refused(
            f"attacks within {place} stay on this machine: the case is live",
            hint="Ask about a wider area." if area is None else f"Ask about {area}.",
        )
    if by == "party":
        # who attacked where says where forces are
        raise Refused(
            "who attacked within one place stays on this machine: the case is live", hint="Leave out --place or --by."
        )


def attacks_for(
    clearance: Clearance, *, start: date, end: date, by: By | None = None, place: str | None = None
) -> Cleared:
    """
    What each source tells of attacks in some days, as far as the audience may see it.

    Parameters
    ----------
    clearance
        The rules of the audience, for the picture that is asked.
    start, end
        First and last day, both included.
    by, place
        As in :func:`castello.analyses.attacks.attacks`.

    Returns
    -------
    Cleared
        The findings, and how many claims count for nothing, by reason.

    Raises
    ------
    Refused
        If what is asked may not be answered for the audience.
    WrongUse
        If the days are in the wrong order, or there is no such place.
    """
    check_asked(clearance, by=by, place=place)
    hidden = hidden_attacks(clearance)
    found = attacks(
        clearance.picture, start=start, end=end, by=by, place=place, hidden=hidden.claims, public=clearance.leaves
    )
    if clearance.leaves and clearance.live:
        # nobody outside is told of a live case where a source is silent (PS-9)
        found = tuple(finding for finding in found if finding.message.id != "attacks.source_none")
    return Cleared(findings=found, withheld=hidden.reasons)
