"""What leaves a live case of a siege (PS-8): where, since when and how many; never on which road anything hangs, nor on how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from castello.cases import Registers
from castello.claims import Finding, Reason, Sensitivity
from castello.picture.sentences import message, render

ON_ENCLAVES = ("reach", "besieged", "long_term")
"""Findings that leave a live case without the roads that they rest on."""

ROADS_STAY = "road states are withheld: the case is live"
HOLDER_STAYS = "who holds it now: of a live case that is told late, or not at all"
"""Stands beside every status, whoever is said to hold the place: that it stands there tells nothing."""

_ON_ROADS = ("last_road", "reopening", "watch", "partial", "siege_spell", "siege_lag", "flow", "derived")
"""Findings that tell, by what they say or by being there, which roads are left, how many, or when a place was open again."""

_FIGURES = ("people", "people_behind", "parts", "aid_share_by_month")
"""What stands beside a finding on an enclave and rests on claims of its own."""

_SAID_OF_REACH = ("place", "side", "reading", "since", "key", "traffic", "note")

_LEAVES_AS = {"by-leave": "by-leave-withheld"}
"""What of the notes in a sentence leaves a live case, and as what: how much passes stays, and so does who is said to hold the place."""


def tells_roads(finding: Finding) -> bool:
    """Whether a finding says how many roads are left: a tier does, where the place is not besieged."""
    return finding.kind in _ON_ROADS or (finding.kind == "tier" and finding.value not in (1.0, 2.0))


def said_live(finding: Finding, registers: Registers) -> Finding:
    """A finding with what may stand in brackets in its sentence: that how much passes is withheld, and nothing on who holds the place."""
    values = dict(finding.message.values)
    notes = str(values.get("note") or "").split(";")
    if notes == [""]:
        return finding
    values["note"] = ";".join(_LEAVES_AS[note] for note in notes if note in _LEAVES_AS)
    said = message(finding.message.id, **values)
    return replace(finding, message=said, text=render(said, registers))


def beside(finding: Finding, stays: Callable[[object], bool]) -> tuple[tuple[str, object], ...]:
    """
    What stands beside a finding, less figures on an enclave that rest on a claim that stays (PR-4).

    Parameters
    ----------
    finding
        Of any kind.
    stays
        Whether a claim that plain values name is protected, or stays.
    """
    if finding.kind not in (*ON_ENCLAVES, "last_road"):
        return finding.extra
    values = dict(finding.extra)
    # the shares of aid rest on the claims of the condition on aid
    rests = {name: values.get("parts") if name == "aid_share_by_month" else values.get(name) for name in _FIGURES}
    return tuple((name, value) for name, value in finding.extra if not (name in _FIGURES and stays(rests[name])))


def _on_a_cut(finding: Finding) -> bool:
    """Whether a finding rests on a cut on the ground: what is behind that is known to whoever made it (``methods/siege`` 4.1)."""
    if finding.kind == "reach":
        return finding.status == "cut" and finding.reading == "on_ground"
    if finding.kind == "besieged":
        return dict(finding.message.values).get("encircled") == "yes"
    return finding.status == "yes"


def without_roads(
    finding: Finding,
    registers: Registers,
    *,
    limit: Sensitivity,
    extra: tuple[tuple[str, object], ...],
    unseen: Callable[[tuple[str, ...]], tuple[str, ...]],
    leaving: Callable[[tuple[str, ...]], tuple[str, ...]],
) -> Finding:
    """
    A finding on an enclave as it leaves a live case: the same over one road and over five.

    Parameters
    ----------
    finding
        One of :data:`ON_ENCLAVES`.
    registers
        For the names in its sentence.
    limit
        The highest sensitivity that the audience gets: it stands for that of the claims that are not shown.
    extra
        What may stand beside it; of this only people, days and conditions are kept.
    unseen
        What may be said of what could not be seen.
    leaving
        Which claims may leave. Behind anything but a cut on the ground none is named: their number is that of the roads.
    """
    kept_extra = tuple(item for item in extra if item[0] in ("days", "conditions", "people"))
    shown = said_live(replace(finding, extra=kept_extra), registers)
    if finding.kind == "reach":
        shown = _reach(shown, registers)
    stays = (ROADS_STAY, HOLDER_STAYS)
    if not _on_a_cut(finding):
        return replace(shown, claims=(), against=(), reason=Reason.WITHHELD, unknown=stays, sensitivity=limit)
    claims, against = leaving(finding.claims), leaving(finding.against)
    kept = tuple(text for text in finding.unknown if not text.startswith("state of "))
    return replace(
        shown,
        claims=claims,
        against=against,
        reason=finding.reason or (None if claims or against else Reason.WITHHELD),
        unknown=stays if finding.kind == "reach" else (*unseen(kept), *stays),
    )


def _reach(finding: Finding, registers: Registers) -> Finding:
    """Its sentence without roads."""
    values = {name: value for name, value in finding.message.values if name in _SAID_OF_REACH}
    id_ = "reach.undecided_live" if finding.status == "undecided" else finding.message.id
    # for how many days before it hung on an unknown road is not told
    said = message(id_.replace("_between", "_or_before"), **values)
    return replace(finding, message=said, text=render(said, registers))
