"""Published figures that belong in one sum: each relation of the picture becomes a finding with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from castello.analyses.totals.figures import Figure, figure
from castello.analyses.totals.people import Size
from castello.analyses.totals.rules import MAIN, Outcome, check, missing, mixed
from castello.claims import UNKNOWN, Claim, Finding, Message, Reason, Relation, Verdict, Verification
from castello.picture import Picture
from castello.picture.interval import Interval, written
from castello.picture.sentences import message, render

UNKNOWN_BY_RULE: Mapping[str, str] = {
    "parts": "whether the parts named are all there are",
    "subset": "whether part and whole were counted alike",
    "flow": "movements that nobody stated",
    "percent": "whether the speaker had this base in mind",
    "then_and_now": "which earlier figure the speaker looked at",
    "household": "the size of the families: a plausible range is assumed",
    "ratio": "whether both statements count alike",
    "update": "whether the published total already holds part of the new area",
    "range": "how each speaker counted",
}
"""What no arithmetic over published figures can see, by rule."""


def sums(picture: Picture) -> list[Finding]:
    """One finding for each relation that can be seen; undecided where one of its figures cannot."""
    seen = picture.visible_ids()
    relations = picture.relations
    found = picture.claims_by_id({id_ for relation in relations for _, id_ in relation.figures if id_ in seen})
    return [_finding(picture, relation, found) for relation in relations]


def household_sizes(picture: Picture) -> list[Size]:
    """Persons per family that pairs of published figures imply, from the relations of rule *household*."""
    seen = picture.visible_ids()
    relations = [relation for relation in picture.relations if relation.rule == "household"]
    found = picture.claims_by_id({id_ for relation in relations for _, id_ in relation.figures if id_ in seen})
    sizes = []
    for relation in relations:
        figures = _figures(relation, found)
        if len(figures) < len(relation.figures) or missing("household", figures) or mixed("household", figures):
            continue
        families = next(item for item in figures if item.role == "families")
        for item in figures:
            if item.role == "persons":
                span = item.span / families.span
                sizes.append(Size(relation=relation.id, persons=item.claim, families=families.claim, span=span))
    return sorted(sizes, key=lambda size: (size.families, size.span.low, size.persons))


def _figures(relation: Relation, found: Mapping[str, Claim]) -> list[Figure]:
    made = (figure(role, found[id_]) for role, id_ in relation.figures if id_ in found)
    return [item for item in made if item is not None]


def _finding(picture: Picture, relation: Relation, found: Mapping[str, Claim]) -> Finding:
    claims = [found[id_] for _, id_ in relation.figures if id_ in found]
    figures = _figures(relation, found)
    subject = _subject(relation, found)
    unseen = [role for role, id_ in relation.figures if id_ not in found]
    bare = [role for role, id_ in relation.figures if id_ in found and found[id_].quantity is None]
    gaps = missing(relation.rule, figures)
    clash = mixed(relation.rule, figures)
    if unseen or bare or gaps or clash:
        # roles only: the id of a figure that is not yet known would be news from the future
        lacking = sorted({*unseen, *bare, *gaps})
        id_, reason = ("totals.missing", Reason.NO_CLAIM) if lacking else ("totals.units", Reason.DEFINITION_DEPENDENT)
        said = message(
            id_,
            key=relation.id,
            subject=subject,
            rule=f"totals_{relation.rule}",
            seen=len(figures),
            figures=len(relation.figures),
            units=" / ".join(clash),
        )
        unknown = tuple(f"a figure for {role.replace('_', ' ')}" for role in lacking) or (
            UNKNOWN_BY_RULE[relation.rule],
        )
        return _made(picture, relation, said, claims=claims, figures=figures, unknown=unknown, reason=reason)
    outcome = check(relation.rule, figures, tolerance=relation.tolerance, explained=relation.explained)
    form = f"totals.{relation.rule}.{outcome.variant or outcome.verdict}"
    if _circular(claims) and outcome.stated is not None and outcome.verdict in ("pass", "pass_rounded"):
        # a figure worked out from the others cannot but agree with them: that is no check that was passed
        outcome, form = replace(outcome, verdict="open"), "totals.derived"
    said = message(
        form,
        key=relation.id,
        subject=subject,
        arithmetic=outcome.arithmetic,
        explained=relation.explained,
        known_from=max(claim.published for claim in claims),
        **_sides(outcome, figures),
    )
    unread = sum(claim.verification is Verification.UNVERIFIED for claim in claims)
    unknown = (UNKNOWN_BY_RULE[relation.rule],)
    if unread:
        unknown = (*unknown, f"whether {unread} of the figures stand in their source as coded")
    return _made(picture, relation, said, claims=claims, figures=figures, unknown=unknown, outcome=outcome)


def _circular(claims: Sequence[Claim]) -> bool:
    """Whether one of the figures was derived from another of them."""
    ids = {claim.id for claim in claims}
    return any(ids & set(claim.quantity.derived_from) for claim in claims if claim.quantity is not None)


def _sides(outcome: Outcome, figures: Sequence[Figure]) -> dict[str, str]:
    """What a sentence needs beside the arithmetic, in signs."""
    sides = {}
    compared = [item for item in figures if item.role in ("whole", "after", "change", "stated")]
    if compared:
        suffix = " %" if compared[0].unit == "percent" else ""
        sides["stated"] = f"{compared[0].shown}{suffix}"
    if outcome.difference is not None:
        sides["difference"] = written(outcome.difference)
    repairs = outcome.extra.get("transposition")
    if isinstance(repairs, list) and repairs:
        sides |= {name: str(repairs[0][name]) for name in ("printed", "reads")}
    if "rest" in outcome.extra and outcome.computed is not None and outcome.stated is not None:
        sides["rest"] = written(outcome.stated - outcome.computed)
    if outcome.extra.get("factor") is not None:
        sides["factor"] = str(round(float(str(outcome.extra["factor"])), 2))
    return sides


def _made(
    picture: Picture,
    relation: Relation,
    said: Message,
    *,
    claims: Sequence[Claim],
    figures: Sequence[Figure],
    unknown: tuple[str, ...],
    outcome: Outcome | None = None,
    reason: Reason | None = None,
) -> Finding:
    subject = str(dict(said.values)["subject"])
    ids = tuple(sorted({claim.id for claim in claims}))
    computed = outcome.computed if outcome else None
    low, high = computed.ends if computed else (None, None)
    extra: dict[str, object] = {
        "relation": relation.id,
        "inputs": [_input(picture, item) for item in figures],
        "known_from": max((claim.published for claim in claims), default=relation.dated).isoformat(),
    }
    if outcome is not None:
        extra |= {
            "arithmetic": outcome.arithmetic,
            "computed": _both(outcome.computed),
            "stated": _both(outcome.stated),
            "difference": _both(outcome.difference),
            "verdict": outcome.verdict,
            **{name: value for name, value in outcome.extra.items() if value is not None},
        }
    named = {"note": relation.note, "explained": relation.explained, "tolerance": relation.tolerance}
    extra |= {name: value for name, value in named.items() if value is not None}
    return Finding(
        kind=f"totals.{relation.rule}",
        subject=subject,
        place=subject if subject in picture.registers.places else None,
        message=said,
        text=render(said, picture.registers),
        method=f"totals/{relation.rule}",
        value=computed.value if computed else None,
        low=low,
        high=high,
        unit=outcome.unit if outcome else None,
        status=outcome.verdict if outcome else "undecided",
        reason=reason,
        label="inference" if relation.rule == "household" else "fact",
        claims=ids,
        unknown=unknown,
        sensitivity=picture.sensitivity(ids),
        extra=tuple(extra.items()),
    )


def _input(picture: Picture, item: Figure) -> dict[str, object]:
    """A figure as it went in, and whether somebody set its claim aside: the arithmetic is done all the same."""
    judged = picture.verdicts.get(item.claim)
    aside = judged is not None and judged.verdict in (Verdict.REJECTED, Verdict.RETRACTED)
    return item.to_json() | ({"judged": judged.verdict.value} if judged is not None and aside else {})


def _both(span: Interval | None) -> dict[str, float | None] | None:
    """Both ends to four decimals; open ends are null."""
    if span is None:
        return None
    low, high = Interval.of(*(None if end is None else round(end, 4) for end in span.ends)).ends
    return {"low": low, "high": high}


def _subject(relation: Relation, found: Mapping[str, Claim]) -> str:
    """What the whole is about, or else the first figure that can be seen; its place where nobody is named."""
    ids = [id_ for role in MAIN for id_ in relation.role(role)] + [id_ for _, id_ in relation.figures]
    claim = next((found[id_] for id_ in ids if id_ in found), None)
    if claim is None:
        return UNKNOWN
    return claim.subject if claim.subject != UNKNOWN else claim.place or claim.object or UNKNOWN
