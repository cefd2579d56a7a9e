"""Who is said to hold an enclave on the day, where that is another side than the one that the case counts it with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from castello.cases.settings import Enclave
from castello.claims import UNKNOWN, Finding, Kind, Modality, Reason
from castello.parties.ties import side_on
from castello.picture import Picture
from castello.picture.telling import Dating, Teller, dating


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """
    What is said of who holds an enclave: the parties of other sides, since when, and whether others say otherwise.

    ``claims`` say that one of ``parties`` holds it, ``against`` speak for somebody else.
    """

    parties: tuple[str, ...]
    since: date | None
    how: Dating
    contested: bool
    claims: tuple[str, ...]
    against: tuple[str, ...]


def held_by_another(picture: Picture, enclave: Enclave, *, day: date) -> Held | None:
    """
    Whether claims on control say that another side holds an enclave; None where none does.

    Parameters
    ----------
    picture
        Gives what is known, for its own day.
    enclave
        Of the case.
    day
        The day asked about; on another day than that of the picture nothing is told, nor of an enclave whose last day the case gives.

    Notes
    -----
    Only claims on the enclave itself count: that a quarter of it has fallen does not say that it has. Parties without a side are not
    another side.
    """
    if day != picture.as_of or enclave.end is not None:
        return None
    spoken_of = any(claim.object == enclave.id for claim in picture.claims(kinds=[Kind.CONTROL]))
    topic = (
        next((item for item in picture.topics(Kind.CONTROL) if item.object == enclave.id), None) if spoken_of else None
    )
    if topic is None:
        return None
    standing = topic.claims if topic.status == "assessed" else (*topic.claims, *topic.against)
    told = [
        claim
        for claim in picture.claims_by_id(standing).values()
        if claim.predicate == "holds" and claim.modality in (Modality.ASSERTED, Modality.LIKELY)
    ]
    ties = picture.claims(kinds=[Kind.TIE])

    def is_other(party: str) -> bool:
        side = side_on(party, register=picture.registers.parties, claims=ties, day=day)
        return party != UNKNOWN and side not in (None, enclave.side)

    others = [claim for claim in told if is_other(claim.subject)]
    if not others:
        return None
    ids = tuple(sorted(claim.id for claim in others))
    return Held(
        parties=tuple(sorted({claim.subject for claim in others})),
        since=topic.since if topic.status == "assessed" else None,
        how=dating(others, since=topic.since),
        contested=topic.status != "assessed",
        claims=ids,
        against=tuple(sorted({*topic.claims, *topic.against} - set(ids))),
    )


def held_finding(teller: Teller, held: Held, *, place: str, side: str) -> Finding:
    """That another side is said to hold an enclave, and what to do in the case if that is so."""
    dated = held.since is not None and held.how != "_undated"
    form = "contested" if held.contested else "by_other" if dated else "by_other_undated"
    return teller.finding(
        "held",
        f"held.{form}",
        subject=place,
        place=place,
        key=f"held|{place}",
        values={
            "place": place,
            "side": side,
            "party": held.parties[0],
            "parties": ";".join(held.parties),
            "since": held.since.isoformat() if dated and held.since else None,
        },
        claims=held.claims,
        against=held.against,
        unknown=teller.unseen((*held.claims, *held.against)),
        status="undecided" if held.contested else "assessed",
        reason=Reason.CONTRADICTION if held.contested else None,
        since=held.since if dated else None,
        extra={"parties": list(held.parties), "side": side},
    )


def held(picture: Picture) -> tuple[Finding, ...]:
    """
    The enclaves without a last day in the case that another side is said to hold on the day of the picture.

    Parameters
    ----------
    picture
        What is known.

    Returns
    -------
    tuple of Finding
        ``held``, one for each, in the order of the case's settings; part of what :func:`castello.analyses.siege.siege` says.
    """
    teller = Teller(picture, method="siege")
    found = (
        (enclave, held_by_another(picture, enclave, day=picture.as_of))
        for enclave in picture.registers.enclaves
        if enclave.exists(picture.as_of)
    )
    return tuple(held_finding(teller, item, place=e.id, side=e.side) for e, item in found if item is not None)
