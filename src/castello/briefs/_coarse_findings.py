"""What leaves of a finding where its day, its place or its freshness would tell too much: by month, on an area, as a range (PR-3, PR-5, PS-4, PS-9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from castello.briefs._coarse import month, months_only, place_names
from castello.cases import Registers
from castello.claims import Claim, Finding, Kind, most_sensitive
from castello.picture.sentences import message, name_of, render


def unseen(unknown: tuple[str, ...]) -> tuple[str, ...]:
    """What could not be seen, as it leaves a live case: nobody outside is told where nobody has looked lately (PS-9)."""
    kept = tuple(text for text in unknown if not text.startswith(("nothing heard after", "older than")))
    return kept or ("how fresh it is: not published of a live case",)


def by_month(finding: Finding, registers: Registers, *, key: str) -> Finding:
    """
    A statement of a protected speaker without its days (PR-3).

    ``key`` stands for the question that was asked, which holds the days, too.
    """
    values = dict(finding.message.values)
    if isinstance(values.get("period"), str):
        values["period"] = months_only(str(values["period"]))
    values["key"] = key
    said = message(finding.message.id, **values)
    return replace(finding, message=said, text=render(said, registers), since=month(finding.since))


def on_area(finding: Finding, registers: Registers, *, key: str) -> Finding | None:
    """
    An event of a live case on the publication area of its place; None where the words still tell the place (PS-4).

    ``key`` stands for the question that was asked, which holds the place, too.
    """
    place = str(finding.place)
    area = registers.places.public_area(place) if place in registers.places else None
    if dict(finding.extra).get("about") != Kind.EVENT or area in (None, place):
        return finding
    values = dict(finding.message.values)
    about = str(values.get("about", "")).replace(name_of(place, registers), name_of(str(area), registers))
    said = message(finding.message.id, **(values | {"about": about, "key": key}))
    text = render(said, registers)
    if place_names(place, str(area), registers).stand_in([text, dict(said.values)]):
        return None
    return replace(finding, message=said, text=text, place=area)


def presence_by_area(told: Iterable[tuple[str, Claim]], registers: Registers) -> tuple[Finding, ...]:
    """
    Presence on the publication area: what sources say about anything inside it, without the places (PR-5, PS-6).

    Parameters
    ----------
    told
        Parties, each with a claim on where it is that may leave.
    registers
        Give the areas and the names.

    Returns
    -------
    tuple of Finding
        One for each party and area, in their order: never by how many claims there are.
    """
    groups: dict[tuple[str, str], dict[str, Claim]] = {}
    for party, claim in told:
        area = str(registers.places.public_area(str(claim.object)))
        groups.setdefault((party, area), {})[claim.id] = claim
    return tuple(
        _presence(party, area, list(behind.values()), registers) for (party, area), behind in sorted(groups.items())
    )


def _presence(party: str, area: str, behind: list[Claim], registers: Registers) -> Finding:
    answers = ", ".join(sorted({str(claim.predicate) for claim in behind}))
    said = message("presence.range", party=party, place=area, alternatives=answers, key=f"{party}|{area}")
    return Finding(
        kind="presence",
        subject=party,
        place=area,
        message=said,
        text=render(said, registers),
        method="parties",
        status="assessed",
        claims=tuple(sorted(claim.id for claim in behind)),
        unknown=("where inside the area: not published",),
        sensitivity=most_sensitive(claim.sensitivity for claim in behind),
    )
