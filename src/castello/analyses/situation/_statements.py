"""Statements of the last days, as they were made: aid, events, forecasts, meetings, positions. Listed, not assessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from castello.analyses.situation._words import aside, first_of_last, period, word
from castello.claims import UNKNOWN, AlsoValue, Claim, Finding, Kind, Modality, Verdict
from castello.picture import Picture
from castello.picture.feeds import OneByOne
from castello.picture.sentences import interval, name_of
from castello.picture.telling import Teller, said_on

STATEMENT_DAYS = 14
"""Statements are listed if they were made, or speak of, the last days up to the day of the picture: this many."""

Values = dict[str, AlsoValue | date | None]


def statements(teller: Teller) -> list[Finding]:
    """Statements of the last days, one finding for each question; what was rejected or retracted is not repeated."""
    rejected = {
        id_ for id_, item in teller.picture.verdicts.items() if item.verdict in (Verdict.REJECTED, Verdict.RETRACTED)
    }
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in _told(teller.picture):
        if claim.id not in rejected and _LISTED[claim.kind](claim, teller.picture.as_of):
            groups.setdefault((claim.kind.value, claim.question), []).append(claim)
    return [_statement(teller, sorted(group, key=lambda claim: claim.id)) for _, group in sorted(groups.items())]


def _told(picture: Picture) -> Iterator[Claim]:
    """Claims of the kinds that are listed, as far as their days let them be told; those of feeds only where they speak of the case's places."""
    lately = tuple(kind for kind, when in _LISTED.items() if when is _happened_lately)
    told = OneByOne(picture)
    yield from told.claims(kinds=lately, start=first_of_last(picture.as_of, STATEMENT_DAYS), end=picture.as_of)
    yield from told.claims(kinds=[kind for kind in _LISTED if kind not in lately])


def _happened_lately(claim: Claim, as_of: date) -> bool:
    start, end = claim.happened.maybe
    return (start is None or start <= as_of) and (end is None or end > first_of_last(as_of, STATEMENT_DAYS))


def _had_been_said(claim: Claim, as_of: date) -> bool:
    """Whether it may have been said by the day; without a day on record, whether it had been published."""
    first = claim.said[0] if claim.said else claim.published
    return first is None or first <= as_of


def _said_lately(claim: Claim, as_of: date) -> bool:
    return _had_been_said(claim, as_of) and said_on(claim) >= first_of_last(as_of, STATEMENT_DAYS)


def _is_open(claim: Claim, as_of: date) -> bool:
    """Whether a forecast had been made and its time was not over."""
    end = claim.happened.maybe[1]
    return (
        _had_been_said(claim, as_of)
        and (end is None or end > as_of)
        and str(claim.slot("horizon") or "9999") >= as_of.isoformat()
    )


_LISTED: dict[Kind, Callable[[Claim, date], bool]] = {
    Kind.AID: _happened_lately,
    Kind.EVENT: _happened_lately,
    Kind.FORECAST: _is_open,
    Kind.MEETING: _happened_lately,
    Kind.POSITION: _said_lately,
}


def _statement(teller: Teller, claims: list[Claim]) -> Finding:
    told = [claim for claim in claims if not claim.denies]
    sure = [claim for claim in told if claim.modality is Modality.ASSERTED]
    shown = sure or told or claims
    form = "said" if sure else "hedged" if told else "denied"
    kind, first = shown[0].kind, shown[0]
    values: Values = {
        "speakers": teller.speakers(claim.id for claim in told or claims),
        "period": period(claims),
        "modality": first.modality.value if form == "hedged" else None,
        **_VALUES[kind](teller, shown),
    }
    if kind is Kind.POSITION and first.object:
        form += "_of"
    if kind is Kind.EVENT and first.subject == UNKNOWN:
        form += "_unnamed"
    ids = tuple(claim.id for claim in claims)
    low, high, unit = _amount(shown)
    if kind is Kind.FORECAST and (coded := _probability(shown)) is not None:
        low, high, unit = *coded, "probability"
    return teller.finding(
        "statement",
        f"{kind}.{form}",
        subject=first.subject,
        place=first.place,
        key=first.question,
        values=values,
        # a denial that nothing stands against is itself what was said
        claims=tuple(claim.id for claim in told) or ids,
        against=tuple(claim.id for claim in claims if claim.denies) if told else (),
        unknown=teller.unseen(ids, origins=len({claim.origin for claim in claims})),
        label="recommendation" if told and first.predicate == "recommends" else "fact",
        status="contested" if told and len(told) < len(claims) else None,
        since=first.happened.maybe[0],
        low=low,
        high=high,
        unit=unit,
        extra={"about": kind.value},
    )


def _amount(claims: list[Claim]) -> tuple[float | None, float | None, str | None]:
    """The figure of statements that give one in the same unit: low, high, unit; None is open, or no figure."""
    given = [claim.quantity for claim in claims if claim.quantity]
    if not given or len({quantity.unit for quantity in given}) > 1:
        return None, None, None
    lows, highs = [quantity.low for quantity in given], [quantity.high for quantity in given]
    low = min((value for value in lows if value is not None), default=None) if None not in lows else None
    high = max((value for value in highs if value is not None), default=None) if None not in highs else None
    return low, high, given[0].unit


def _figure(claims: list[Claim]) -> list[str]:
    low, high, unit = _amount(claims)
    return [] if unit is None else [f"{interval(low, high)} {word(unit)}"]


def _slots(claims: list[Claim], name: str) -> str:
    """What the claims have in a slot, each once, sorted."""
    return "; ".join(sorted({str(value) for claim in claims if (value := claim.slot(name)) is not None}))


def _event(teller: Teller, claims: list[Claim]) -> Values:
    claim, registers = claims[0], teller.picture.registers
    about = [_slots(claims, "weapon").replace("-", " ")] if _slots(claims, "weapon") else []
    about += _figure(claims)
    about += [f"concerning {name_of(claim.object, registers)}"] if claim.object else []
    about += [f"in {name_of(claim.place, registers)}"] if claim.place else []
    return {"party": claim.subject, "predicate": claim.predicate, "about": aside("; ".join(about))}


def _aid(_: Teller, claims: list[Claim]) -> Values:
    claim = claims[0]
    item = str(claim.slot("item") or "aid") + aside("".join(_figure(claims)))
    return {"agency": claim.subject, "item": item, "predicate": claim.predicate, "place": claim.place}


def _meeting(_: Teller, claims: list[Claim]) -> Values:
    claim = claims[0]
    topic = _slots(claims, "topic") or "subject not known"
    return {"speaker": claim.subject, "other": claim.object or UNKNOWN, "topic": topic}


def _position(_: Teller, claims: list[Claim]) -> Values:
    claim = claims[0]
    said = claim.slot("proposition") or claim.slot("condition") or "no words on record"
    return {"speaker": claim.subject, "predicate": claim.predicate, "proposition": said, "object": claim.object}


def _forecast(teller: Teller, claims: list[Claim]) -> Values:
    claim = claims[0]
    said = claim.slot("proposition") or name_of(str(claim.object), teller.picture.registers)
    # a proposition is often put to be doubted: without the words of likelihood it would say the contrary of what was said
    words = claim.slot("words")
    coded = _probability(claims)
    likelihood = [f'"{words}"'] if words else []
    likelihood += [] if coded is None else [f"coded as {interval(*(round(100 * share, 6) for share in coded))} %"]
    return {
        "speaker": claim.subject,
        "proposition": said,
        "likelihood": "; ".join(likelihood) or "how likely is not on record",
    }


def _probability(claims: list[Claim]) -> tuple[float, float] | None:
    """The coded probability of forecasts as an interval of shares; None where none was coded."""
    shares = [
        float(value)
        for claim in claims
        for name in ("probability_low", "probability", "probability_high")
        if (value := claim.slot(name)) is not None
    ]
    return (min(shares), max(shares)) if shares else None


_VALUES: dict[Kind, Callable[[Teller, list[Claim]], Values]] = {
    Kind.AID: _aid,
    Kind.EVENT: _event,
    Kind.FORECAST: _forecast,
    Kind.MEETING: _meeting,
    Kind.POSITION: _position,
}
