"""
How parties stand to one another on a day, and which names are one party.

Pure functions over tie claims and judgements: the caller has already chosen which claims were known. What is said
and what is denied are kept side by side; a tie is a spell, and spells are never joined over a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from castello.claims import Claim, Judgement, Kind, Modality, Span, Verdict
from castello.names import standing, verdicts
from castello.parties.register import PartyRegister

LASTING = ("split_from", "merged_into", "renamed_to")
"""Ties that begin with an act and last: told of one day, they hold from that day on."""

Status = Literal["held", "contested", "denied", "possible"]
_PREFIX = "party:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """
    What claims say of two parties on one day.

    ``claims`` assert the tie, ``negated`` deny it, ``hedged`` put it as likely, possible, unlikely or conditional: ids in
    order. ``since`` and ``until`` are the first and last day of the spell as far as the asserting claims reach (else the
    hedged, else the denying ones); None is open. ``sure`` says whether an asserting claim holds on the day for certain,
    not only perhaps.
    """

    subject: str
    predicate: str
    object: str
    since: date | None
    until: date | None
    sure: bool
    claims: tuple[str, ...]
    negated: tuple[str, ...] = ()
    hedged: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """``held``, ``contested`` (asserted and denied), ``denied``, or ``possible`` (hedged, or perhaps not that day)."""
        if self.negated:
            return "contested" if self.claims or self.hedged else "denied"
        return "held" if self.claims and self.sure else "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """
    Which ids are one party on a day, and on whose word.

    ``same`` holds the party itself and every id that is the same; ``unsure`` those that may be. ``now`` is the name it goes
    by on the day: the last renaming's (several if renamings of one day differ). ``merged_into`` are parties it went into,
    nearest first: they are not the same. ``conflicts`` are pairs linked as the same though judged different; while there
    are any, nothing but the party itself counts as the same. ``claims`` and ``judgements`` are the ids this rests on.
    """

    party: str
    same: tuple[str, ...]
    now: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    merged_into: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    claims: tuple[str, ...] = ()
    judgements: tuple[str, ...] = ()


def ties_on(claims: Iterable[Claim], day: date) -> tuple[Tie, ...]:
    """
    The ties that claims speak of on a day, by subject, predicate and object.

    Parameters
    ----------
    claims
        Claims of any kind, in any order; those of another kind than ``tie`` are passed over.
    day
        The day asked about. A claim speaks of it if the tie may have held then.

    Notes
    -----
    Missing data: a claim without a known beginning or end reaches to that side without limit. Castello's own definition.
    """
    groups: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in {claim.id: claim for claim in claims if claim.kind is Kind.TIE}.values():
        if claim.predicate is not None and claim.object is not None and _covers(_spell(claim)[0], day):
            groups.setdefault((claim.subject, claim.predicate, claim.object), []).append(claim)
    return tuple(_tie(key, groups[key], day) for key in sorted(groups))


def identity(
    party: str,
    claims: Iterable[Claim],
    *,
    judgements: Iterable[Judgement],
    day: date,
    known_by: date | None = None,
) -> Identity:
    """
    Which ids are the same party on a day, and what became of it.

    A renaming that is held makes two ids the same from its day on, one that is contested or possible makes them unsure. A
    judgement about ``("party:a", "party:b")`` goes before claims: ``same`` joins, ``different`` parts, ``unsure`` leaves open.
    Withdrawing a judgement restores exactly what was there without it.

    Parameters
    ----------
    party
        Id of a party.
    claims, judgements
        Of any kind, in any order.
    day
        The day asked about: renamings and mergers from it back count.
    known_by
        Last day of judgements that count, included; None for all given.
    """
    ties = ties_on(claims, day)
    renamed = [tie for tie in ties if tie.predicate == "renamed_to" and tie.status != "denied"]
    rows = tuple(row for row in standing(judgements, known_by) if _parties(row) is not None)
    judged = {
        (min(ids), max(ids)): verdict
        for pair, verdict in verdicts(rows, known_by).items()
        if len(ids := {item.removeprefix(_PREFIX) for item in pair}) == 2
    }
    links: dict[tuple[str, str], Verdict] = {}
    for tie in renamed:
        pair = (min(tie.subject, tie.object), max(tie.subject, tie.object))
        if links.get(pair) is not Verdict.SAME:
            links[pair] = Verdict.SAME if tie.status == "held" else Verdict.UNSURE
    links |= judged
    same = _reach(party, [pair for pair, verdict in links.items() if verdict is Verdict.SAME])
    perhaps = _reach(party, [pair for pair, verdict in links.items() if verdict is not Verdict.DIFFERENT])
    parted = sorted(pair for pair, verdict in links.items() if verdict is Verdict.DIFFERENT and same.issuperset(pair))
    if parted:
        same = {party}
    inner = [tie for tie in renamed if tie.status == "held" and {tie.subject, tie.object} <= same]
    now, merged = _last_names(party, inner), _merged(same, ties, links)
    rests_on = {tie for tie in renamed if perhaps.issuperset((tie.subject, tie.object))} | set(merged.values())
    return Identity(
        party=party,
        same=tuple(sorted(same)),
        now=now,
        unsure=tuple(sorted(perhaps - same)),
        merged_into=tuple(merged),
        conflicts=tuple(parted),
        claims=tuple(sorted({id for tie in rests_on for id in (*tie.claims, *tie.negated, *tie.hedged)})),
        judgements=tuple(row.id for row in rows if perhaps & set(_parties(row) or ())),
    )


def _parties(row: Judgement) -> tuple[str, str] | None:
    """The two parties a judgement is about, or None if it is about something else."""
    if len(row.about) != 2 or not all(item.startswith(_PREFIX) for item in row.about):
        return None
    return row.about[0].removeprefix(_PREFIX), row.about[1].removeprefix(_PREFIX)


def _reach(start: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Everything joined to ``start`` by pairs, itself included."""
    next_to: dict[str, set[str]] = {}
    for one, other in pairs:
        next_to.setdefault(one, set()).add(other)
        next_to.setdefault(other, set()).add(one)
    reached, waiting = {start}, [start]
    while waiting:
        for neighbour in next_to.get(waiting.pop(), set()) - reached:
            reached.add(neighbour)
            waiting.append(neighbour)
    return reached


def _last_names(party: str, renamings: list[Tie]) -> tuple[str, ...]:
    """The objects of the last renamings by day, or the party itself where there are none."""
    if not renamings:
        return (party,)
    last = max(tie.since or date.min for tie in renamings)
    final = [tie for tie in renamings if (tie.since or date.min) == last]
    # Two renamings told of one day may follow each other: what was renamed again is not the last name.
    left = {tie.object for tie in final} - {tie.subject for tie in final}
    return tuple(sorted(left or {tie.object for tie in final}))


def _merged(same: set[str], ties: tuple[Tie, ...], links: dict[tuple[str, str], Verdict]) -> dict[str, Tie]:
    """Where the parties went by mergers that are held, step by step, through the names of what they went into."""
    held = [tie for tie in ties if tie.predicate == "merged_into" and tie.status == "held"]
    known_same = [pair for pair, verdict in links.items() if verdict is Verdict.SAME]
    found: dict[str, Tie] = {}
    reached, fresh = set(same), set(same)
    while fresh:
        step = [tie for tie in held if tie.subject in fresh and tie.object not in reached]
        found |= {tie.object: tie for tie in step}
        fresh = {name for tie in step for name in _reach(tie.object, known_same)} - reached
        reached |= fresh
    return found


def _tie(key: tuple[str, str, str], claims: list[Claim], day: date) -> Tie:
    def of(*modalities: Modality) -> list[Claim]:
        return sorted((claim for claim in claims if claim.modality in modalities), key=lambda claim: claim.id)

    asserted, negated = of(Modality.ASSERTED), of(Modality.NEGATED)
    hedged = of(Modality.LIKELY, Modality.POSSIBLE, Modality.UNLIKELY, Modality.CONDITIONAL)
    spells = [_spell(claim)[0] for claim in asserted or hedged or negated]
    starts, ends = [start for start, _ in spells], [end for _, end in spells]
    known_starts = [start for start in starts if start is not None]
    known_ends = [end for end in ends if end is not None]
    return Tie(
        subject=key[0],
        predicate=key[1],
        object=key[2],
        since=min(known_starts) if len(known_starts) == len(starts) else None,
        until=max(known_ends) - timedelta(days=1) if len(known_ends) == len(ends) else None,
        sure=any(_covers(_spell(claim)[1], day) for claim in asserted),
        claims=tuple(claim.id for claim in asserted),
        negated=tuple(claim.id for claim in negated),
        hedged=tuple(claim.id for claim in hedged),
    )


def _spell(claim: Claim) -> tuple[Span, Span | None]:
    """
    When the tie may hold and when it surely does, half-open.

    An act such as a renaming is told of one day, or of some day between two, and lasts from then on; if a claim gives
    every day from one to another, that is a spell like any other and ends.
    """
    maybe, sure = claim.happened.maybe, claim.happened.sure
    if claim.predicate not in LASTING:
        return maybe, sure
    a_day = sure is None or (sure[0] is not None and sure[1] is not None and sure[1] - sure[0] == timedelta(days=1))
    if not a_day:
        return maybe, sure
    begun = claim.happened.latest_onset if maybe[1] is not None or sure is not None else None
    return (maybe[0], None), None if begun is None else (begun, None)


def _covers(span: Span | None, day: date) -> bool:
    return span is not None and (span[0] is None or span[0] <= day) and (span[1] is None or day < span[1])


def side_on(party: str, *, register: PartyRegister, claims: Iterable[Claim], day: date) -> str | None:
    """
    The side that a party is counted with on a day; None if it is counted with none.

    Parameters
    ----------
    party
        Id of a party.
    register
        Gives the side that a party is counted with unless a tie says otherwise.
    claims
        Of any kind; ties ``member_of`` and ``merged_into`` that are held on the day move a party to the side of the other.
    day
        The day asked about.

    Notes
    -----
    Castello's own definition. Where ties lead to two sides, the party is counted with none: it is not known.
    """
    held = [tie for tie in ties_on(claims, day) if tie.status == "held" and tie.predicate in JOINS]
    reached, step, ends = {party}, {party}, set()
    while step:
        joined = {tie.object for tie in held if tie.subject in step} - reached
        # what is itself part of something else is counted with that
        ends |= {id_ for id_ in step if not any(tie.subject == id_ for tie in held)}
        reached |= joined
        step = joined
    sides = {side for id_ in ends if (side := _side(id_, register)) is not None}
    if ends == {party} or not sides:
        return _side(party, register)
    return min(sides) if len(sides) == 1 else None


JOINS = ("member_of", "merged_into")
"""Ties by which a party is counted with the side of another."""


def _side(party: str, register: PartyRegister) -> str | None:
    found = register.get(party)
    if found is None:
        return None
    return found.id if found.kind == "side" else found.side
