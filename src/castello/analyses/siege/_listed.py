"""Lists that others keep: since when a body calls a place besieged, when its first figure held it, and the lag behind our clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from castello.claims import Claim, Kind, Modality, Verdict
from castello.picture import Picture
from castello.picture.telling import said_on


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """
    A list that somebody keeps: who keeps it, as what it lists places, and which definitions of claims speak under it.

    ``always`` says that it is told also where the place is not on it.
    """

    name: str
    body: str
    status: str
    speakers: tuple[str, ...]
    definitions: tuple[str, ...]
    always: bool = False


_UN = ("un-ocha", "united-nations")
LISTS = (
    List(
        name="un-ocha",
        body="un-ocha",
        status="besieged",
        speakers=_UN,
        definitions=("un-besieged",),
        always=True,
    ),
    List(
        name="un-ocha-encircled",
        body="un-ocha",
        status="military encircled",
        speakers=_UN,
        definitions=("un-military-encircled",),
    ),
    List(
        name="un-ocha-hard-to-reach",
        body="un-ocha",
        status="hard to reach",
        speakers=_UN,
        definitions=("un-hard-to-reach",),
    ),
    List(
        name="siege-watch",
        body="siege-watch",
        status="besieged",
        speakers=("siege-watch",),
        definitions=("siege-watch",),
        always=True,
    ),
    List(
        name="siege-watch-watchlist",
        body="siege-watch",
        status="watchlist",
        speakers=("siege-watch",),
        definitions=("siege-watch-watchlist",),
    ),
)
"""The lists that are looked for. What is on them is never worked out: only claims put a place there."""


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

    def lags(self, clocks: Mapping[str, date | None]) -> dict[str, int | None]:
        """
        Days from each clock to the day it was said; None where either is missing, negative where the list came first.

        Parameters
        ----------
        clocks
            Days by name, such as the first day of fire control and of the cut on the ground.
        """
        said = self.first_said
        return {
            clock: None if day is None or said is None else (said - day).days for clock, day in sorted(clocks.items())
        }


def listings(picture: Picture, *, place: str, until: date | None = None) -> tuple[Listing, ...]:
    """
    Every list that holds a place, and the two lists of besieged places whether they do or not.

    Parameters
    ----------
    picture
        What is known.
    place
        Id of a place.
    until
        Last day on which it may have been said; None = the day of the picture.

    Returns
    -------
    tuple of Listing
        In the order of :data:`LISTS`, wording before figures.

    Notes
    -----
    A list entry is an event of its own (``methods/siege`` 1). Wording: listing claims of the body, and siege claims under the body's definition. Figures:
    counts of the people of the place under the definition, also where they are the difference of two published totals, which are then
    named with it. Agreement with a list is not validation, and a place that is on none may be besieged.
    """
    last = picture.as_of if until is None else until
    gone = {id_ for id_, item in picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)}
    about = [
        claim
        for claim in picture.claims(kinds=[Kind.LISTING, Kind.SIEGE, Kind.PEOPLE], end=last)
        if place in (claim.object, claim.subject) and claim.id not in gone
    ]
    told = [claim for claim in about if claim.modality in (Modality.ASSERTED, Modality.LIKELY)]
    denied = [claim for claim in about if claim.modality is Modality.NEGATED]
    found = []
    for item in LISTS:
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


def _words(claim: Claim, item: List) -> bool:
    if claim.kind is Kind.LISTING:
        return claim.predicate == "lists_as" and _of_list(claim, item)
    return claim.kind is Kind.SIEGE and claim.predicate == "besieges" and claim.slot("definition") in item.definitions


def _delists(claim: Claim, item: List) -> bool:
    return claim.kind is Kind.LISTING and claim.predicate == "delists" and _of_list(claim, item)


def _of_list(claim: Claim, item: List) -> bool:
    return claim.subject in item.speakers and str(claim.slot("status") or item.status).lower() == item.status


def _counts(claim: Claim, item: List) -> bool:
    return claim.kind is Kind.PEOPLE and claim.slot("definition") in item.definitions


def _listing(
    item: List,
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
