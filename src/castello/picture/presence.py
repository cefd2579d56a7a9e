"""
Presence: how likely it is, on the claims, that a party is in a place. An **input of models, never published**.

The number answers no question about a position. It enters exposure curves as an assumption, beside the sources and their
disagreement (rule PS-6); no brief, export or list shows it, and nothing ranks or filters places by it (PS-2, PS-5).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from castello.cases import Speaker
from castello.claims import UNKNOWN, Claim, Kind, Modality, Verdict
from castello.errors import WrongUse
from castello.picture.origins import clusters
from castello.picture.picture import Picture

HALF_LIVES = (30, 60, 90)
"""Days after which a claim weighs half: the axis over which ``low`` and ``high`` are taken."""

Table = Mapping[str, Mapping[str, tuple[float, float]]]

_OUTSIDE = ("monitor", "agency", "analyst", "organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """
    What one claim, the one that speaks for its origin, adds to the log odds.

    ``days`` lie between the day asked about and the nearest day that the claim speaks of; ``weight`` is what age leaves of it;
    ``log_odds`` is natural, and includes the weight.
    """

    claim: str
    origin: str
    word: str
    negated: bool
    source_class: str
    days: int
    weight: float
    log_odds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """
    Probability of presence, a share from 0 to 1; a model input that is never published.

    ``low`` and ``high`` span the half-lives of :data:`HALF_LIVES` and the one asked for; ``without`` gives the probability had an
    origin never spoken. ``claims`` are all ids that were looked at, also those for which a newer one of their origin spoke.
    """

    party: str
    place: str
    p: float
    low: float
    high: float
    by_claim: tuple[Contribution, ...]
    claims: tuple[str, ...]
    without: Mapping[str, float]


@cache
def likelihoods() -> Table:
    """How often each class of source uses each word, if the party is there and if it is not; Castello's own judgement."""
    text = (resources.files("castello.picture") / "presence_likelihoods.toml").read_text(encoding="utf-8")
    return {
        name: {word: (row[0], row[1]) for word, row in words.items()} for name, words in tomllib.loads(text).items()
    }


def posterior(
    picture: Picture,
    *,
    party: str,
    place: str,
    half_life_days: float = 60,
    prior: float = 0.5,
    table: Table | None = None,
) -> Posterior:
    """
    How likely it is that a party is in a place on the day of the picture. A model input: never published, never ranked.

    Parameters
    ----------
    picture
        What is known. Claims that were rejected or retracted do not count.
    party, place
        Ids. Only claims on this very place count: a word about a city says nothing here of its quarters.
    half_life_days
        Days after which a claim weighs half, before and after the day alike.
    prior
        Probability before any claim, between 0 and 1 and neither of them.
    table
        Source class, word, and how often the word is used if the party is there and if not; :func:`likelihoods` unless given.

    Raises
    ------
    WrongUse
        If the prior is not between 0 and 1, or the half-life not above 0.

    Notes
    -----
    Method: ``methods/marbling`` section 2, without its grid. log odds = those of the prior + sum over origins of
    weight times log(P(word | there) / P(word | not there)). Origins that were judged the same, or perhaps the same, count once, by
    the claim nearest to the day, of several the last published. A negated word counts by the chance of any other word. Likely is
    taken as said; possible, unlikely and conditional statements are left out. Missing data: without a claim the answer is the
    prior, which is not evidence of absence.
    """
    if not 0 < prior < 1:
        raise WrongUse(f"a prior of {prior} cannot be moved by evidence", hint="Use a share between 0 and 1.")
    if not half_life_days > 0:
        raise WrongUse(f"a half-life of {half_life_days} days", hint="Use a number above 0.")
    rates = likelihoods() if table is None else table
    claims = [claim for claim in picture.claims(kinds=[Kind.PRESENCE]) if _counts(claim, picture, party, place)]
    strict = {origin: names[0] for origin, names in clusters(picture.judgements).items()}
    speaking: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda claim: (-_distance(claim, picture.as_of), claim.published, claim.id)):
        first = claim.chain[0].who
        speaking[strict.get(claim.origin, UNKNOWN if first == UNKNOWN else claim.origin)] = claim

    def contributions(half_life: float) -> tuple[Contribution, ...]:
        return tuple(
            _contribution(claim, origin, picture, half_life=half_life, rates=rates)
            for origin, claim in sorted(speaking.items())
        )

    by_claim = contributions(half_life_days)
    spread = [_share(prior, contributions(half_life)) for half_life in sorted({*HALF_LIVES, half_life_days})]
    return Posterior(
        party=party,
        place=place,
        p=_share(prior, by_claim),
        low=min(spread),
        high=max(spread),
        by_claim=by_claim,
        claims=tuple(sorted(claim.id for claim in claims)),
        without={
            item.origin: _share(prior, tuple(other for other in by_claim if other.origin != item.origin))
            for item in by_claim
        },
    )


def _counts(claim: Claim, picture: Picture, party: str, place: str) -> bool:
    judged = picture.verdicts.get(claim.id)
    return (
        (claim.subject, claim.object) == (party, place)
        and claim.modality in (Modality.ASSERTED, Modality.LIKELY, Modality.NEGATED)
        and (judged is None or judged.verdict not in (Verdict.REJECTED, Verdict.RETRACTED))
    )


def _distance(claim: Claim, day: date) -> int:
    """Days between a day and the nearest one that the claim speaks of; an open end reaches to the day on which it was said."""
    start, end = claim.happened.maybe
    if start is not None and day < start:
        return (start - day).days
    said = claim.said[1] - timedelta(days=1) if claim.said and claim.said[1] else claim.published
    last = end - timedelta(days=1) if end is not None else max(said, start or said)
    return max(0, (day - last).days)


def source_class(speaker: Speaker | None, picture: Picture, party: str) -> str:
    """The row of the likelihood table for what a speaker says of a party: who speaks, and with whom it stands."""
    if speaker is None:
        return "unknown"
    if speaker.kind in _OUTSIDE:
        return "outside"
    if speaker.kind == "media":
        return "media"
    if speaker.party is None:
        return "unknown"
    if speaker.party == party:
        return "own"
    parties = picture.registers.parties
    sides = {parties[id_].side if id_ in parties else None for id_ in (speaker.party, party)}
    return "allied" if len(sides) == 1 and None not in sides else "party"


def _contribution(claim: Claim, origin: str, picture: Picture, *, half_life: float, rates: Table) -> Contribution:
    named = source_class(picture.registers.speakers.get(claim.chain[0].who), picture, claim.subject)
    word = str(claim.predicate)
    there, absent = rates[named][word]
    negated = claim.modality is Modality.NEGATED
    if negated:
        there, absent = 1 - there, 1 - absent
    days = _distance(claim, picture.as_of)
    weight = 2 ** (-days / half_life)
    return Contribution(
        claim=claim.id,
        origin=origin,
        word=word,
        negated=negated,
        source_class=named,
        days=days,
        weight=weight,
        log_odds=weight * math.log(there / absent),
    )


def _share(prior: float, contributions: tuple[Contribution, ...]) -> float:
    log_odds = math.log(prior / (1 - prior)) + math.fsum(item.log_odds for item in contributions)
    return 1 / (1 + math.exp(-log_odds))
