"""
Situation: everything that the picture itself says of the day, as findings: roads, ground, sieges, prices, harm.

Beside what was worked out stand the statements of the last two weeks, as they were made. People are counted by ``totals``; who is cut off is told by ``siege``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from castello.analyses.situation._statements import statements
from castello.analyses.situation._words import aside, first_of_last, period, word
from castello.claims import UNKNOWN, AlsoValue, Finding, Kind, Reason, Verdict
from castello.picture import Picture, Topic
from castello.picture.feeds import OneByOne
from castello.picture.sentences import interval, is_area, name_of
from castello.picture.telling import Teller

COUNT_DAYS = 30
"""Counts of casualties and breaches are told if their period touches the last days up to the day of the picture: this many."""

Values = dict[str, AlsoValue | date | None]


def situation(picture: Picture) -> tuple[Finding, ...]:
    """
    One finding for each thing that the picture says of the day, and the statements of the last two weeks.

    Parameters
    ----------
    picture
        The ledger as of the day, as known by a day.

    Returns
    -------
    tuple of Finding
        ``access``, ``control``, ``siege``, ``price``, ``supply``, ``casualty``, ``breach``, in the order of their questions;
        ``statement``, by kind and question.

    Notes
    -----
    Method: ``method.md`` of this folder. Missing data: what nobody speaks of gives no finding.
    """
    teller = Teller(picture, method="situation")
    tellers: dict[Kind, Callable[[Teller, Topic], Finding]] = {
        Kind.ACCESS: _access,
        Kind.CONTROL: _control,
        Kind.SIEGE: _siege,
        Kind.PRICE: _price,
        Kind.SUPPLY: _supply,
        Kind.CASUALTY: _casualty,
        Kind.BREACH: _breach,
    }
    topics = OneByOne(picture).topics(*tellers)
    # one reading of the ledger instead of one for each claim
    picture.claims_by_id(id_ for topic in topics for id_ in (*topic.claims, *topic.against))
    found: list[Finding] = []
    for kind, tell in tellers.items():
        found += [tell(teller, topic) for topic in topics if topic.kind is kind and _is_told(teller, topic)]
    return (*found, *statements(teller))


# ------------------------------------------------------------------------------------------------------------ states


def _form(topic: Topic) -> str:
    return "no_claim" if topic.reason is Reason.NO_CLAIM else topic.status


def _dated(teller: Teller, topic: Topic, values: Values, form: str) -> str:
    """Adds the first day, or says that it is not known, or that it may have been so before."""
    how = teller.dating(topic)
    values["since"] = None if how == "_undated" else topic.since
    return f"{form}{how}"


def _access(teller: Teller, topic: Topic) -> Finding:
    _, road, side, users = topic.question.split("|")
    values: Values = {"road": road, "side": side, "users": users}
    form = _form(topic)
    if form == "assessed":
        values["answer"] = topic.answer
        form = _dated(teller, topic, values, form)
    elif form == "undecided":
        values["alternatives"] = ", ".join(word(answer) for answer in topic.alternatives)
    return teller.of_topic(topic, f"access.{form}", values=values, extra={"side": side, "users": users})


def _control(teller: Teller, topic: Topic) -> Finding:
    values: Values = {"place": topic.object}
    form = _form(topic)
    if form == "assessed":
        values["predicate"], _, values["party"] = (topic.answer or "").partition(":")
        form = _dated(teller, topic, values, form)
    elif form == "undecided":
        pairs = [answer.partition(":")[::2] for answer in topic.alternatives]
        named = [f"{name_of(party, teller.picture.registers)} {word(predicate)}" for predicate, party in pairs]
        values["alternatives"] = ", ".join(named)
    return teller.of_topic(topic, f"control.{form}", values=values, subject=topic.object, place=topic.object)


def _siege(teller: Teller, topic: Topic) -> Finding:
    definition = topic.question.split("|")[2]
    values: Values = {"place": topic.object, "definition": definition}
    form = _form(topic)
    if form == "assessed":
        form = "said"
        values |= {"answer": topic.answer, "speakers": teller.speakers(topic.claims)}
    elif form == "no_claim" and (denials := _denials(teller, topic)):
        form = "denied"
        others = tuple(id_ for id_ in topic.against if id_ not in denials)
        topic = replace(topic, status="assessed", reason=None, claims=denials, against=others)
        values["speakers"] = teller.speakers(denials)
    return teller.of_topic(
        topic,
        f"siege.{form}",
        values=values,
        subject=topic.object,
        place=topic.object,
        definition=definition or None,
        extra={"by": teller.speakers(topic.claims).split(";") if topic.claims else []},
    )


def _denials(teller: Teller, topic: Topic) -> tuple[str, ...]:
    """Claims that say it is not so and were not refused, where nobody says any longer that it is."""
    refused = (Verdict.REJECTED, Verdict.RETRACTED)
    verdicts = {id_: item.verdict for id_, item in teller.picture.verdicts.items()}
    return tuple(id_ for id_ in topic.against if teller.claims[id_].denies and verdicts.get(id_) not in refused)


def _supply(teller: Teller, topic: Topic) -> Finding:
    values: Values = {"good": topic.subject, "place": topic.place}
    form = _form(topic)
    if form == "assessed":
        form = "state"
        values |= {"answer": topic.answer, "newest": topic.newest}
    elif form == "undecided":
        values["alternatives"] = ", ".join(word(answer) for answer in topic.alternatives)
    return teller.of_topic(topic, f"supply.{form}", values=values, place=topic.place)


# ----------------------------------------------------------------------------------------------------------- figures


def _interval(topic: Topic) -> str:
    return interval(
        None if topic.open_low else topic.low, topic.high, open_high=topic.open_high and topic.high is not None
    )


def _price(teller: Teller, topic: Topic) -> Finding:
    _, commodity, predicate, place, unit, basis = topic.question.split("|")
    values: Values = {
        "commodity": commodity,
        "place": place,
        "interval": _interval(topic),
        "unit": unit,
        "basis": aside(basis),
        "origins": topic.n_strict,
    }
    form = "contested" if topic.status == "contested" else predicate
    return teller.of_topic(
        topic, f"price.{form}", values=values, place=place, extra={"basis": basis} if basis else None
    )


def _is_told(teller: Teller, topic: Topic) -> bool:
    """
    Counts are told if their period touches the last days; roads for every traffic but the military's (PS-8).

    Areas of control maps are told through the roads on them: a finding for each would be a map in words.
    """
    if topic.kind is Kind.ACCESS:
        return not topic.question.endswith("|military")
    if topic.kind is Kind.CONTROL:
        return not is_area(topic.object)
    if topic.kind not in (Kind.CASUALTY, Kind.BREACH):
        return True
    first = first_of_last(teller.picture.as_of, COUNT_DAYS)
    ends = [teller.claims[id_].happened.maybe[1] for id_ in topic.claims]
    return any(end is None or end > first for end in ends)


def _count(teller: Teller, topic: Topic, sentence: str, values: Values) -> Finding:
    days = period(teller.claims[id_] for id_ in topic.claims)
    values |= {"interval": _interval(topic), "by": topic.subject, "period": days, "origins": topic.n_strict}
    form = "contested" if topic.status == "contested" else "count_unnamed" if topic.subject == UNKNOWN else "count"
    return teller.of_topic(
        topic, f"{sentence}.{form}", values=values, subject=topic.object, place=topic.place, extra={"by": topic.subject}
    )


def _casualty(teller: Teller, topic: Topic) -> Finding:
    _, _, predicate, people, place, _, areas = topic.question.split("|")
    unit = "" if topic.unit == "person" else str(topic.unit)
    words = aside("; ".join(word for word in (unit, areas) if word))
    return _count(
        teller, topic, "casualty", {"people": people, "predicate": predicate, "place": place or UNKNOWN, "unit": words}
    )


def _breach(teller: Teller, topic: Topic) -> Finding:
    _, _, _, agreement, place, _, count_of = topic.question.split("|")
    registers = teller.picture.registers
    words = aside("; ".join(word for word in (count_of, name_of(place, registers) if place else "") if word))
    return _count(teller, topic, "breach", {"agreement": agreement, "count_of": words, "unit": str(topic.unit)})
