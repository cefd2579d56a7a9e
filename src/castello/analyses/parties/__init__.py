"""
Parties: who stands with whom on the day, who lists whom as what, and how strong sources say that a party is where.

Nothing here is a property of a party. A listing is what a named body says, since when; a party that nobody lists gets no listing.
Presence is a range over sources, never a position, and nothing is ordered by it: see ``method.md``.
"""

from __future__ import annotations

from dataclasses import replace

from castello.claims import Finding, Kind, Reason, Verdict
from castello.parties.ties import LASTING, Tie, ties_on
from castello.picture import Picture, Topic
from castello.picture.telling import Teller, said_on


def parties(picture: Picture) -> tuple[Finding, ...]:
    """
    Ties, listings, and presence by source, on the day of the picture.

    Parameters
    ----------
    picture
        The ledger as of the day, as known by a day.

    Returns
    -------
    tuple of Finding
        ``tie`` and ``listing`` in the order of their questions, then ``presence`` by party and place. ``extra`` of a tie has the
        sides that the register counts the two with; ``extra`` of presence has ``statements``: who says what.

    Notes
    -----
    Method: ``method.md`` of this folder; Castello's own. Missing data: who is silent is not counted as denying.
    """
    teller = Teller(picture, method="parties")
    ties = [_tie(teller, topic) for topic in teller.topics(Kind.TIE) if _predicate(topic) not in LASTING]
    presence = [_presence(teller, topic) for topic in teller.topics(Kind.PRESENCE)]
    return (
        *sorted((*ties, *_lasting(teller)), key=lambda finding: str(dict(finding.message.values)["key"])),
        *(
            _listing(teller, topic)
            for topic in teller.topics(Kind.LISTING)
            if topic.object not in picture.registers.places
        ),
        # by id and by nothing else: what sources say of a place never decides where it stands (PS-2)
        *sorted(presence, key=lambda finding: (finding.subject, finding.place or "")),
    )


# -------------------------------------------------------------------------------------------------------------- ties


def _predicate(topic: Topic) -> str:
    return topic.question.split("|")[2]


def _sides(teller: Teller, *ids: str) -> dict[str, object]:
    """The sides that the register counts parties with; who has none there is left out."""
    register = teller.picture.registers.parties
    return {"sides": {id_: register[id_].side for id_ in ids if id_ in register and register[id_].side is not None}}


def _tie(teller: Teller, topic: Topic) -> Finding:
    assert topic.object is not None
    values = {"party": topic.subject, "predicate": _predicate(topic), "other": topic.object}
    return teller.of_topic(
        topic, f"tie.{_form(topic)}", values=values, extra=_sides(teller, topic.subject, topic.object)
    )


def _form(topic: Topic) -> str:
    return "no_claim" if topic.reason is Reason.NO_CLAIM else topic.status


_LASTING_STATUS: dict[str, tuple[str, Reason | None]] = {
    "held": ("assessed", None),
    "contested": ("undecided", Reason.CONTRADICTION),
    "denied": ("no_claim", Reason.NO_CLAIM),
    "possible": ("possible", Reason.TOO_IMPRECISE),
}


def _lasting(teller: Teller) -> list[Finding]:
    """Splits, mergers and renamings: told of one day, they hold from that day on, which a state of the day does not show."""
    rejected = {
        id_ for id_, item in teller.picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)
    }
    claims = [claim for claim in teller.picture.claims(kinds=[Kind.TIE]) if claim.id not in rejected]
    found = ties_on((claim for claim in claims if claim.predicate in LASTING), teller.picture.as_of)
    return [_lasting_tie(teller, tie) for tie in found]


def _lasting_tie(teller: Teller, tie: Tie) -> Finding:
    form, reason = _LASTING_STATUS[tie.status]
    claims = tuple(sorted({*tie.claims, *tie.hedged}))
    seen = [teller.claims[id_] for id_ in (*claims, *tie.negated)]
    return teller.finding(
        "tie",
        f"tie.{form}",
        subject=tie.subject,
        key=f"tie|{tie.subject}|{tie.predicate}|{tie.object}",
        values={"party": tie.subject, "predicate": tie.predicate, "other": tie.object},
        claims=claims,
        against=tie.negated,
        unknown=teller.unseen(
            (*claims, *tie.negated), newest=max(map(said_on, seen)), origins=len({claim.origin for claim in seen})
        ),
        status="assessed" if reason is None else "undecided",
        reason=reason,
        value=tie.predicate if reason is None else None,
        since=tie.since,
        extra=_sides(teller, tie.subject, tie.object),
    )


# ------------------------------------------------------------------------------------------------ listings, presence


def _listing(teller: Teller, topic: Topic) -> Finding:
    assert topic.object is not None
    values: dict[str, str | None] = {"body": topic.subject, "listed": topic.object}
    form = _form(topic)
    how = teller.dating(topic)
    predicates = {answer.partition(":")[0] for answer in topic.alternatives}
    if len(predicates) == 1 and not topic.against:
        # a body may list one thing as several: the lists stand side by side and do not contradict
        topic = replace(topic, status="assessed", reason=None)
        statuses = [status for answer in topic.alternatives if (status := answer.partition(":")[2])]
        form = ("delisted" if predicates == {"delists"} else "assessed") + how
        values["status"] = "".join(f"{' and' if n else ''} as {status}" for n, status in enumerate(statuses))
        values["since"] = None if how == "_undated" or topic.since is None else topic.since.isoformat()
    elif form == "undecided":
        values["alternatives"] = "; ".join(answer.replace("_", " ") for answer in topic.alternatives)
    return teller.of_topic(topic, f"listing.{form}", values=values)


def _presence(teller: Teller, topic: Topic) -> Finding:
    assert topic.object is not None
    values: dict[str, str | int | None] = {"party": topic.subject, "place": topic.object}
    form = {"assessed": "one", "undecided": "range", "no_claim": "no_claim"}[_form(topic)]
    if form == "one":
        values |= {"answer": topic.answer, "origins": topic.n_strict}
    elif form == "range":
        values["alternatives"] = ", ".join(answer.replace("_", " ") for answer in topic.alternatives)
    return teller.of_topic(
        topic,
        f"presence.{form}",
        values=values,
        place=topic.object,
        extra={"statements": teller.statements((*topic.claims, *topic.against))},
    )
