"""Lists that others keep: since when a body lists a place, when its first figure held it, the lag behind our clocks; and who else calls it besieged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from castello.cases.siege_lists import USUAL, SiegeList
from castello.claims import UNKNOWN, Claim, Kind, Modality, Verdict
from castello.picture import Picture
from castello.picture.reach import Reach, Spell
from castello.picture.telling import said_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """
    One way in which a list came to hold a place: by its ``wording``, or by a ``figure`` that contains the place.

    ``first_said`` is the day on which it was said (wording) or published (figure), None where it never was; ``first_valid`` the first day that it
    speaks of; ``delisted`` the day on which the body said that the place left the list, if it has not come back since. ``name``
    is the list's, with ``-figure`` for figures.
    """

    name: str
    body: str
    status: str
    form: Literal["wording", "figure"]
    place: str
    first_said: date | None
    first_valid: date | None
    delisted: date | None
    claims: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def listed(self) -> bool:
        """Whether the place is on the list, in this form."""
        return self.first_said is not None and self.delisted is None

    def lags(self, clocks: Mapping[str, Reach | Spell | None]) -> dict[str, tuple[int, int | None] | None]:
        """
        Days from each clock to the day it was said, the least and the most; None where either is missing, negative where the list came first.

        Parameters
        ----------
        clocks
            Cuts by name, such as that by fire and that on the ground. Where undecided days come before one the two differ; the most is None
            where it may have begun on any day.
        """
        said = self.first_said
        return {clock: None if cut is None or said is None else cut.lag(said) for clock, cut in sorted(clocks.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    That somebody calls a place besieged, or partly so, under words of his own: no entry on a list.

    ``first_said`` and ``last_said`` are the days on which it was said, first and last; ``definition`` his words, None where he gives none.
    """

    body: str
    place: str
    answer: str
    definition: str | None
    first_said: date
    last_said: date
    claims: tuple[str, ...]
    against: tuple[str, ...]


def listings(
    picture: Picture, *, place: str, until: date | None = None, lists: Sequence[SiegeList] = USUAL
) -> tuple[Listing, ...]:
    """
    Every list that holds a place, and those that are always told whether they do or not.

    Parameters
    ----------
    picture
        What is known.
    place
        Id of a place.
    until
        Last day on which it may have been said; None = the day of the picture.
    lists
        Those that are looked for.

    Returns
    -------
    tuple of Listing
        In the order of the lists, wording before figures.

    Notes
    -----
    A list entry is an event of its own (``methods/siege`` 1). Wording: listing claims of the body, and siege claims under the body's definition. Figures:
    counts of the people of the place under the definition, also where they are the difference of two published totals, which are then
    named with it. Agreement with a list is not validation, and a place that is on none may be besieged.
    """
    last = picture.as_of if until is None else until
    about = _about(picture, place, kinds=[Kind.LISTING, Kind.SIEGE, Kind.PEOPLE], end=last)
    told = [claim for claim in about if claim.modality in (Modality.ASSERTED, Modality.LIKELY)]
    denied = [claim for claim in about if claim.modality is Modality.NEGATED]
    found = []
    for item in lists:
        wording = [claim for claim in told if _words(claim, item) and said_on(claim) <= last]
        figures = [claim for claim in told if _counts(claim, item) and claim.published <= last]
        left = [claim for claim in told if _delists(claim, item) and said_on(claim) <= last]
        against = [claim for claim in denied if _words(claim, item)]
        pair = (
            _listing(item, wording, place=place, form="wording", left=left, against=against),
            _listing(item, figures, place=place, form="figure", left=left, against=against),
        )
        found += [made for made in pair if item.always or made.first_said is not None]
    return tuple(found)


def calls(
    picture: Picture, *, place: str, until: date | None = None, lists: Sequence[SiegeList] = USUAL
) -> tuple[Call, ...]:
    """
    Who calls a place besieged, or partly so, under words that are those of no list; by the day on which it was first said.

    Parameters
    ----------
    picture, place, until, lists
        As in :func:`listings`.

    Notes
    -----
    Whose word it is: the first speaker who is known, else who passed it on. What denies it under the same words stands against it.
    """
    last = picture.as_of if until is None else until
    of_lists = {definition for item in lists for definition in item.definitions}
    about = [
        claim
        for claim in _about(picture, place, kinds=[Kind.SIEGE], end=last)
        if claim.object == place and claim.slot("definition") not in of_lists and said_on(claim) <= last
    ]
    said: dict[tuple[str, str, str | None], list[Claim]] = {}
    for claim in about:
        if claim.modality in (Modality.ASSERTED, Modality.LIKELY):
            who = next((link.who for link in claim.chain if link.who != UNKNOWN), UNKNOWN)
            said.setdefault((who, str(claim.predicate), _definition(claim)), []).append(claim)
    denied = [claim for claim in about if claim.modality is Modality.NEGATED]
    found = [
        Call(
            body=who,
            place=place,
            answer=answer,
            definition=definition,
            first_said=min(map(said_on, told)),
            last_said=max(map(said_on, told)),
            claims=tuple(sorted(claim.id for claim in told)),
            against=tuple(sorted(claim.id for claim in denied if _definition(claim) == definition)),
        )
        for (who, answer, definition), told in said.items()
    ]
    return tuple(sorted(found, key=lambda call: (call.first_said, call.body, call.answer, call.definition or "")))


def _definition(claim: Claim) -> str | None:
    return None if claim.slot("definition") is None else str(claim.slot("definition"))


def _about(picture: Picture, place: str, *, kinds: Sequence[Kind], end: date) -> list[Claim]:
    """Claims on a place that nobody refused."""
    gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
    return [
        claim
        for claim in picture.claims(kinds=kinds, end=end)
        if place in (claim.object, claim.subject) and claim.id not in gone
    ]


def _words(claim: Claim, item: SiegeList) -> bool:
    if claim.kind is Kind.LISTING:
        return claim.predicate == "lists_as" and _of_list(claim, item)
    return claim.kind is Kind.SIEGE and claim.predicate == "besieges" and claim.slot("definition") in item.definitions


def _delists(claim: Claim, item: SiegeList) -> bool:
    return claim.kind is Kind.LISTING and claim.predicate == "delists" and _of_list(claim, item)


def _of_list(claim: Claim, item: SiegeList) -> bool:
    return claim.subject in item.speakers and str(claim.slot("status") or item.status).lower() == item.status


def _counts(claim: Claim, item: SiegeList) -> bool:
    return claim.kind is Kind.PEOPLE and claim.slot("definition") in item.definitions


def _listing(
    item: SiegeList,
    told: Sequence[Claim],
    *,
    place: str,
    form: Literal["wording", "figure"],
    left: Sequence[Claim],
    against: Sequence[Claim],
) -> Listing:
    days = {claim.id: said_on(claim) if form == "wording" else claim.published for claim in told}
    first = min(days.values(), default=None)
    earliest = [claim for claim in told if days[claim.id] == first]
    valid = [start for claim in earliest if (start := (claim.happened.sure or claim.happened.maybe)[0]) is not None]
    gone = [claim for claim in left if days and said_on(claim) >= max(days.values())]
    sums = {id_ for claim in earliest if claim.quantity is not None for id_ in claim.quantity.derived_from}
    return Listing(
        name=item.name if form == "wording" else f"{item.name}-figure",
        body=item.body,
        status=item.status,
        form=form,
        place=place,
        first_said=first,
        first_valid=min(valid, default=None),
        delisted=max((said_on(claim) for claim in gone), default=None),
        claims=tuple(sorted({*days, *sums})),
        against=tuple(sorted(claim.id for claim in (*gone, *against))),
        unknown=("lists that nobody entered here", "how the body decides"),
    )
