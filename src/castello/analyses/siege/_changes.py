"""Changes: every change of an enclave's status over a period, with the road that caused it, and how long the lists lagged behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from castello.analyses.siege._listed import Listing, listings
from castello.cases.settings import Enclave
from castello.claims import Finding, Reason
from castello.picture import Picture
from castello.picture.reach import Spell, roads_of, timeline
from castello.picture.sentences import name_of
from castello.picture.telling import Teller, assumed
from castello.picture.ways import Reading


def changes(picture: Picture, *, start: date, end: date, users: str = "supply") -> tuple[Finding, ...]:
    """
    Every spell of a status between two days, both included, by enclave, day and reading; then the lags.

    Parameters
    ----------
    picture
        Gives what is known, the registers and the branch; the day that it is asked for plays no part.
    start, end
        First and last day.
    users
        As in :func:`castello.analyses.siege.siege`.

    Returns
    -------
    tuple of Finding
        ``siege_spell``, one for each unbroken spell of a status, with the roads whose change began it; ``siege_lag``, the days from fire control
        to the cut on the ground, and from each of the two to every list that came after it, where the later of the two days lies between them.

    Notes
    -----
    Castello's own definition (``methods/siege`` sections 1 and 4). A road began a spell if without its own change of that day the status
    had stayed; where only several together did, all are named. Lags are those of the whole record, whatever days are asked about: from
    the first day of the unbroken cut. One that was there from the beginning of the record, or of the enclave, has none.
    """
    teller = Teller(picture, method="siege")
    spells = sorted(
        timeline(picture, start=start, end=end, users=users),
        key=lambda spell: (spell.place, spell.start, spell.reading),
    )
    found = [_spell(teller, spell, users=users) for spell in spells]
    places = {spell.place for spell in spells}
    for enclave in picture.registers.settings.enclaves:
        if enclave.id in places:
            last = min(end, enclave.end or end)
            fire, ground = (
                _cuts(picture, enclave, reading, users=users, until=last) for reading in ("by_fire", "on_ground")
            )
            lags = _lags(teller, fire, ground, listed=listings(picture, place=enclave.id, until=end), users=users)
            found += [lag for lag, day in lags if start <= day]
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Unbroken days on which an enclave was cut off, both included; ``claims`` are those behind its first day."""

    place: str
    reading: Reading
    start: date
    end: date
    claims: tuple[str, ...]


def _cuts(picture: Picture, enclave: Enclave, reading: Reading, *, users: str, until: date) -> list[_Cut]:
    """The cuts of an enclave that began on a known day of its own, over all days up to one."""
    roads = roads_of(picture, enclave.id, users=users)
    statuses = roads.statuses(enclave.id, reading)
    begins = [n for n, (before, now) in enumerate(pairwise(statuses), 1) if before != now]
    found = []
    for begun, following in pairwise([*begins, len(statuses)]):
        first = roads.days[begun]
        if statuses[begun] == "cut" and (enclave.start or first) <= first <= until:
            over = following < len(statuses)
            last = min(until, roads.days[following] - timedelta(days=1)) if over else until
            claims, _ = roads.behind(enclave.id, reading, at=begun)
            found.append(_Cut(place=enclave.id, reading=reading, start=first, end=last, claims=claims))
    return found


def _spell(teller: Teller, spell: Spell, *, users: str) -> Finding:
    registers = teller.picture.registers
    roads = roads_of(teller.picture, spell.place, users=users)
    claims, against = roads.behind(spell.place, spell.reading, at=roads.at(spell.start))
    states = {state for _, state in spell.changed}
    form = "first" if spell.censored else "since" if not states else "by" if len(states) == 1 else "by_several"
    return teller.finding(
        "siege_spell",
        f"siege_spell.{form}",
        subject=spell.place,
        place=spell.place,
        key=f"siege_spell|{spell.place}|{spell.start}|{users}",
        values={
            "place": spell.place,
            "reading": spell.reading,
            "status": spell.status,
            "since": spell.start.isoformat(),
            "until": spell.end.isoformat(),
            "days": str(spell.days),
            "roads": ";".join(road for road, _ in spell.changed) or None,
            "to": min(states) if len(states) == 1 else None,
        },
        claims=claims,
        against=against,
        unknown=tuple(f"state of {name_of(road, registers)}" for road in spell.decisive)
        or ("the order of events within a day",),
        label="inference",
        status=spell.status,
        reason=Reason.NO_CLAIM if spell.status == "undecided" else assumed(claims, against),
        value=float(spell.days),
        unit="day",
        since=spell.start,
        reading=spell.reading,
        extra={
            "side": spell.side,
            "until": spell.end.isoformat(),
            "days": spell.days,
            "censored": spell.censored,
            "changed": [list(pair) for pair in spell.changed],
            "decisive": list(spell.decisive),
        },
    )


def _lags(
    teller: Teller, fires: Sequence[_Cut], grounds: Sequence[_Cut], *, listed: Sequence[Listing], users: str
) -> list[tuple[Finding, date]]:
    """From fire control to the cut, and from each of our clocks to the lists, each with its later day."""
    found: dict[tuple[date, str, date], Finding] = {}
    for cut in grounds:
        # the spell by fire that the cut lies in: fire came first, or on the same day
        fire = next((spell for spell in fires if spell.start <= cut.start <= spell.end), None)
        if fire is not None and fire.start < cut.start:
            found[fire.start, "cut", cut.start] = _lag(teller, fire, None, cut.start, users=users, also=cut.claims)
        for item in listed:
            said = item.first_said
            for clock in (fire, cut):
                if clock is not None and said is not None and cut.start <= said:
                    # two cuts on the ground may lie in one by fire
                    found[clock.start, f"{item.name} {clock.reading}", said] = _lag(
                        teller, clock, item, said, users=users, also=item.claims
                    )
    return [(lag, until) for (_, _, until), lag in found.items()]


def _lag(
    teller: Teller, clock: _Cut, event: Listing | None, until: date, *, users: str, also: Sequence[str]
) -> Finding:
    days, name = (until - clock.start).days, "cut" if event is None else event.name
    form = "cut" if event is None else "counted" if event.form == "figure" else "listed"
    return teller.finding(
        "siege_lag",
        f"siege_lag.{form}",
        subject=clock.place,
        place=clock.place,
        key=f"siege_lag|{clock.place}|{clock.reading}|{clock.start}|{name}|{until}|{users}",
        values={
            "place": clock.place,
            "reading": clock.reading,
            "since": clock.start.isoformat(),
            "until": until.isoformat(),
            "days": str(days),
            "body": None if event is None else event.body,
        },
        claims=tuple(sorted({*also, *clock.claims})),
        unknown=("when the body came to know it",) if event is not None else ("the order of events within a day",),
        label="inference",
        status="lag",
        value=float(days),
        unit="day",
        since=clock.start,
        reading=clock.reading,
        extra={"until": until.isoformat(), "event": name},
    )
