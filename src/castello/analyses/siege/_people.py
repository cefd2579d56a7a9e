"""The people of an enclave as a finding: on how many words the figure rests, on which assumption, and how old it is."""

from __future__ import annotations

from datetime import date, timedelta

from castello.analyses.siege._enclave import EnclaveDay
from castello.claims import Claim, Finding, Kind, Modality, Verdict
from castello.picture.people import IN_PLACE, Count
from castello.picture.sentences import interval
from castello.picture.telling import Teller

OLD_DAYS = 14
"""The oldest figure that counts is told with its day where it speaks of more than so many days ago: our rule."""

_LEFT = "people who left or came since"


def people_finding(teller: Teller, enclave: EnclaveDay) -> Finding | None:
    """How many people are in an enclave, and what the figure rests on; None where nobody counted them."""
    people = enclave.people
    (place,) = people.places
    counted = [count for count in place.counts if count.aside is None]
    if not counted:
        return None
    spoken_of = sorted(_speaks_of(count, enclave.day) for count in counted)
    oldest, newest = spoken_of[0], spoken_of[-1]
    old = oldest < enclave.day - timedelta(days=OLD_DAYS)
    families = [count for count in counted if count.converted]
    form = "_".join([*(["old"] if old else []), *(["families"] if families else [])]) or "counted"
    low, high = place.household or (None, None)
    since = _flows(teller, enclave, since=oldest) if old else ()
    gaps = tuple(dict.fromkeys((*place.unknown, *((_LEFT,) if old else ()))))
    return teller.finding(
        "siege_people",
        f"siege_people.{form}",
        subject=enclave.place,
        place=enclave.place,
        key=f"siege_people|{enclave.place}",
        values={
            "place": enclave.place,
            "people": interval(people.low, people.high),
            "origins": place.n_strict,
            "families": _families(families) if families else None,
            "size": interval(low, high) if families else None,
            "oldest": oldest.isoformat() if old else None,
        },
        claims=people.claims,
        against=tuple(sorted({*place.against, *since} - set(people.claims))),
        unknown=gaps,
        status="contested" if people.contested else "assessed",
        low=people.low,
        high=people.high,
        unit="person",
        since=oldest,
        extra={
            "figures": len(counted),
            "families": [count.claim for count in families],
            "persons_per_family": None if place.household is None else list(place.household),
            "oldest": oldest.isoformat(),
            "newest": newest.isoformat(),
            "older_than_days": OLD_DAYS if old else None,
            "flows_since": list(since),
        },
    )


def _speaks_of(count: Count, day: date) -> date:
    """The last day that a figure speaks of, up to the day asked about: without an end, the day on which it was said."""
    return min(day, count.last or count.said or count.first or day)


def _families(counts: list[Count]) -> str:
    """How many families are among the figures: the lowest and the highest."""
    lows = [count.low for count in counts if count.low is not None]
    highs = [count.high for count in counts if count.high is not None]
    return interval(min(lows, default=None), max(highs, default=None))


def _flows(teller: Teller, enclave: EnclaveDay, *, since: date) -> tuple[str, ...]:
    """Claims on people who left the enclave after a day, which nobody subtracts."""
    gone = {
        id_ for id_, item in teller.picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)
    }

    def is_flow(claim: Claim) -> bool:
        told = claim.modality in (Modality.ASSERTED, Modality.LIKELY) and claim.id not in gone
        start = claim.happened.maybe[0]
        return claim.subject == enclave.place and claim.predicate not in IN_PLACE and told and (start or since) > since

    found = teller.picture.claims(kinds=[Kind.PEOPLE], end=enclave.day)
    return tuple(sorted(claim.id for claim in found if is_flow(claim)))
