"""Definitions side by side: besieged, partly, long-term, our tier, and the lists of others, as findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from castello.analyses.siege._civilians import civilian_exit
from castello.analyses.siege._conditions import (
    BESIEGED_DAYS,
    LONG_TERM_DAYS,
    PARTIAL_HOURS,
    Condition,
    Encircled,
    besieged,
    long_term,
    partial,
    regular_aid,
    tier,
)
from castello.analyses.siege._enclave import EnclaveDay
from castello.analyses.siege._listed import Call, Listing, calls, listings
from castello.analyses.siege._throughput import share_text, throughput
from castello.claims import Finding, Reason
from castello.picture.aid import AidEntry, Answer, aid_entry
from castello.picture.reach import Reach
from castello.picture.telling import Teller, assumed

USUAL_DAYS = 30
"""The d of BESIEGED that the tier is built on; 7, 30 and 90 are always shown."""


def definitions(teller: Teller, enclave: EnclaveDay) -> list[Finding]:
    """What each definition says of an enclave on the day, each with its own evidence."""
    picture, place = teller.picture, enclave.place
    max_age = picture.registers.settings.road_max_age_days if picture.live else None
    entry = aid_entry(picture, place=place)
    aid = regular_aid(entry)
    civilians = civilian_exit(picture, place=place, side=enclave.side, max_age=max_age)
    on_ground = enclave.reach("on_ground")
    encircled = _encircled(enclave, on_ground)
    under_siege = besieged(encircled, aid=aid, civilians=civilians)
    in_part = _partial(enclave, on_ground)
    usual = under_siege[BESIEGED_DAYS.index(USUAL_DAYS)]
    found = [
        _besieged(teller, enclave, condition, days=days, parts={"aid": aid, "civilians": civilians}, entry=entry)
        for days, condition in zip(BESIEGED_DAYS, under_siege, strict=True)
    ]
    found.append(_yes_or_no(teller, enclave, "partial", in_part))
    found.append(_yes_or_no(teller, enclave, "long_term", long_term(encircled)))
    found.append(_tier(teller, enclave, tier(usual, aid=entry, is_partial=in_part)))
    clocks: dict[str, Reach | None] = {item.reading: _clock(enclave, item) for item in enclave.readings}
    found += throughput(teller, enclave, entry)
    kept = picture.registers.settings.lists
    lists = listings(picture, place=place, lists=kept)
    # a list on which nobody put the place is told once, not for its wording and for its figures
    registers = picture.registers
    lists = tuple(
        item for item in lists if item.first_said or item.body in registers.parties or item.body in registers.speakers
    )
    on = {item.body for item in lists if item.first_said is not None}
    told = [item for item in lists if item.first_said is not None or (item.body not in on and item.form == "wording")]
    found += [_listed(teller, item, clocks=clocks) for item in told]
    return [*found, *(_called(teller, call) for call in calls(picture, place=place, lists=kept))]


def _encircled(enclave: EnclaveDay, item: Reach) -> Encircled:
    """
    How long on the ground: for sure from the first day of the cut, perhaps from the first day on which it was not surely connected.

    Where that has no known beginning, or the claims say "or before", the upper end is open.
    """
    if item.status == "connected":
        return Encircled(low=0, high=0, claims=item.claims, against=item.against)
    low = 0 if item.status == "undecided" or item.since is None else (enclave.day - item.since).days + 1
    earliest = enclave.not_connected_since("on_ground")
    if item.status == "cut" and enclave.dated("on_ground") in ("_or_before", "_undated"):
        earliest = None
    start = enclave.start
    if start is not None:
        earliest = start if earliest is None else max(start, earliest)
    high = None if earliest is None else (enclave.day - earliest).days + 1
    gaps = ("since when it has been cut off",) if high is None else ()
    unknown = tuple(f"state of {road}" for road in item.decisive)
    return Encircled(low=low, high=high, claims=item.claims, against=item.against, unknown=(*unknown, *gaps))


def _clock(enclave: EnclaveDay, item: Reach) -> Reach | None:
    """A cut as a clock; one that may be older than anybody saw has no earliest first day."""
    if item.status != "cut":
        return None
    return replace(item, not_before=date.min) if enclave.dated(item.reading) == "_or_before" else item


def _partial(enclave: EnclaveDay, on_ground: Reach) -> Condition:
    answers: Mapping[str, Answer] = {"connected": "yes", "cut": "no", "undecided": "undecided"}
    by_fire = enclave.reach("by_fire")
    return partial(
        Condition(status=answers[on_ground.status], claims=on_ground.claims, against=on_ground.against),
        routes=enclave.routes("on_ground"),
        # hours are asked apart: a road open for some hours is not under fire for that
        by_fire=Condition(status=enclave.without_fire(), claims=by_fire.claims, against=by_fire.against),
        window_hours=enclave.window_hours(),
    )


def _reason(condition: Condition) -> Reason | None:
    return Reason.NO_CLAIM if condition.status == "undecided" else assumed(condition.claims, condition.against)


def _unknown(condition: Condition, *others: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*condition.unknown, *others)))


def _besieged(
    teller: Teller,
    enclave: EnclaveDay,
    condition: Condition,
    *,
    days: int,
    parts: Mapping[str, Condition],
    entry: AidEntry,
) -> Finding:
    statuses = dict(condition.values)
    share = "; ".join(share_text(*month.share) for month in entry.months)
    conditions = {
        "encircled": statuses["encircled"],
        "no_regular_aid": statuses["no_regular_aid"],
        "no_regular_exit": statuses["no_regular_exit"],
    }
    return teller.finding(
        "besieged",
        f"besieged.{condition.status}",
        subject=enclave.place,
        place=enclave.place,
        key=f"besieged|{enclave.place}|{days}|{enclave.users}",
        values={
            "place": enclave.place,
            "days": str(days),
            "encircled": str(conditions["encircled"]),
            "no_aid": str(conditions["no_regular_aid"]),
            "no_exit": str(conditions["no_regular_exit"]),
            **enclave.said_beside,
        },
        claims=condition.claims,
        against=enclave.against(condition.claims, condition.against),
        unknown=_unknown(condition, "what sources outside this case say"),
        label="inference",
        status=condition.status,
        reason=_reason(condition),
        definition=f"our rule, after OCHA's three criteria: {days} days",
        extra={
            "days": days,
            "conditions": conditions,
            "parts": {
                name: {
                    "status": part.status,
                    "claims": list(part.claims),
                    "against": list(part.against),
                    "unknown": list(part.unknown),
                    "values": dict(part.values),
                }
                for name, part in sorted(parts.items())
            },
            "aid_share_by_month": share,
        },
    )


_RULES = {
    "partial": f"our rule: one road, under fire, or under {PARTIAL_HOURS} h a day",
    "long_term": f"our rule: {LONG_TERM_DAYS} days",
}


def _yes_or_no(teller: Teller, enclave: EnclaveDay, kind: str, condition: Condition) -> Finding:
    values, form = dict(condition.values), str(condition.status)
    if kind == "partial" and condition.status == "yes":
        form = next(shape for shape in ("one_road", "only_under_fire", "short_hours") if values[shape] == "yes")
    return teller.finding(
        kind,
        f"{kind}.{form}",
        subject=enclave.place,
        place=enclave.place,
        key=f"{kind}|{enclave.place}|{enclave.users}",
        values={"place": enclave.place, **enclave.said_beside},
        claims=condition.claims,
        against=enclave.against(condition.claims, condition.against),
        unknown=_unknown(condition, "roads that are not on the map"),
        label="inference",
        status=condition.status,
        reason=_reason(condition),
        definition=_RULES[kind],
        extra={"values": values},
    )


def _tier(teller: Teller, enclave: EnclaveDay, condition: Condition) -> Finding:
    number = dict(condition.values)["tier"]
    return teller.finding(
        "tier",
        f"tier.{'some' if condition.status == 'yes' else condition.status}",
        subject=enclave.place,
        place=enclave.place,
        key=f"tier|{enclave.place}|{enclave.users}",
        values={"place": enclave.place, "tier": None if number is None else str(number), **enclave.said_beside},
        claims=condition.claims,
        against=enclave.against(condition.claims, condition.against),
        unknown=_unknown(condition, "the wording of Siege Watch's own tiers"),
        label="inference",
        status=condition.status,
        reason=_reason(condition),
        value=None if number is None else float(str(number)),
        definition="our rule, not Siege Watch's",
        extra={"tier": number},
    )


def _listed(teller: Teller, item: Listing, *, clocks: Mapping[str, Reach | None]) -> Finding:
    form = "not" if item.first_said is None else "delisted" if item.delisted else item.form
    return teller.finding(
        "listed",
        f"listed.{form}",
        subject=item.body,
        place=item.place,
        key=f"listed|{item.name}|{item.place}",
        values={
            "body": item.body,
            "place": item.place,
            "status": item.status,
            "said": item.first_said.isoformat() if item.first_said else None,
            "delisted": item.delisted.isoformat() if item.delisted else None,
        },
        claims=item.claims,
        against=item.against,
        unknown=item.unknown,
        status="listed" if item.listed else "undecided" if item.first_said is None else "delisted",
        # that nobody entered a list here does not say that the place is not on it
        reason=Reason.NO_CLAIM if item.first_said is None else None,
        since=item.first_valid,
        definition=item.name,
        extra={
            "list": item.name,
            "form": item.form,
            "first_said": item.first_said.isoformat() if item.first_said else None,
            "first_valid": item.first_valid.isoformat() if item.first_valid else None,
            "lag_days": item.lags(clocks),
        },
    )


def _called(teller: Teller, call: Call) -> Finding:
    """That somebody calls the place besieged in words of his own."""
    return teller.finding(
        "listed",
        "listed.called",
        subject=call.body,
        place=call.place,
        key=f"called|{call.body}|{call.place}|{call.answer}|{call.definition}",
        values={
            "body": call.body,
            "place": call.place,
            "answer": call.answer,
            "definition": call.definition or "",
            "said": call.first_said.isoformat(),
        },
        claims=call.claims,
        against=call.against,
        unknown=("by which test",),
        status="called",
        since=call.first_said,
        definition=call.definition,
        extra={
            "form": "called",
            "first_said": call.first_said.isoformat(),
            "last_said": call.last_said.isoformat(),
        },
    )
