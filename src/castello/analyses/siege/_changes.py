"""Changes: every change of an enclave's status over a period, with the road that caused it, and how long the lists lagged behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from castello.analyses.siege._enclave import traffic
from castello.analyses.siege._held import held
from castello.analyses.siege._listed import Listing, listings
from castello.cases.settings import Enclave
from castello.claims import Finding, Reason
from castello.picture import Picture
from castello.picture.reach import Spell, first_seen, may_begin, roads_of, timeline
from castello.picture.sentences import name_of
from castello.picture.telling import Teller, assumed
from castello.picture.ways import Reading


def changes(picture: Picture, *, start: date, end: date, users: str = "supply") -> tuple[Finding, ...]:
    """
    Every spell of a status between two days, both included, by enclave, day and reading; then the lags.

    Parameters
    ----------
    picture
        Gives what is known, the registers and the branch; the day that it is asked for plays a part for ``held`` alone.
    start, end
        First and last day.
    users
        As in :func:`castello.analyses.siege.siege`.

    Returns
    -------
    tuple of Finding
        ``siege_spell``, one for each unbroken spell of a status, with the roads whose change began it; ``siege_lag``, the days from fire control
        to the cut on the ground, and from each of the two to every list that came after it, where the later of the two days lies between them;
        ``held``, where another side is said to hold an enclave on the day of the picture.

    Notes
    -----
    Castello's own definition (``methods/siege`` sections 1 and 4). A road began a spell if without its own change of that day the status
    had stayed; where only several together did, all are named. Lags are those of the whole record, whatever days are asked about: from
    the first day of the unbroken cut. One that was there from the beginning of the record, or of the enclave, has none. Where a cut may have
    begun before its first day (undecided days come before it, or its claims say "or before") a lag is an interval, ``low`` to ``high`` days.
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
            lags = _lags(
                teller,
                fire,
                ground,
                listed=listings(picture, place=enclave.id, until=end, lists=picture.registers.settings.lists),
                users=users,
            )
            found += [lag for lag, day in lags if start <= day]
    found += [finding for finding in held(picture) if finding.place in places]
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Unbroken days on which an enclave was cut off; ``claims`` are those behind its first day."""

    spell: Spell
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
            spell = Spell(
                place=enclave.id,
                side=enclave.side,
                reading=reading,
                status="cut",
                start=first,
                end=last,
                censored=first_seen(picture, roads, place=enclave.id, reading=reading, begun=begun),
                not_before=may_begin(roads.days, statuses, begun=begun, start=enclave.start),
            )
            found.append(_Cut(spell=spell, claims=claims))
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
            "traffic": traffic(users),
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
            **({"not_before": spell.not_before.isoformat()} if spell.not_before not in (None, date.min) else {}),
        },
    )


def _lags(
    teller: Teller, fires: Sequence[_Cut], grounds: Sequence[_Cut], *, listed: Sequence[Listing], users: str
) -> list[tuple[Finding, date]]:
    """From fire control to the cut, and from each of our clocks to the lists, each with its later day."""
    found: dict[tuple[date, str, date], Finding] = {}
    for ground in grounds:
        cut = ground.spell
        # the spell by fire that the cut lies in: fire came first, or on the same day
        fire = next((one for one in fires if one.spell.start <= cut.start <= one.spell.end), None)
        if fire is not None and fire.spell.start < cut.start:
            least, most = fire.spell.lag(cut.not_before or cut.start)[0], fire.spell.lag(cut.start)[1]
            found[fire.spell.start, "cut", cut.start] = _lag(
                teller, fire, None, _shown(cut), users=users, also=ground.claims, days=(max(0, least), most)
            )
        for item in listed:
            said = item.first_said
            for clock in (fire, ground):
                if clock is not None and said is not None and cut.start <= said:
                    # two cuts on the ground may lie in one by fire
                    found[clock.spell.start, f"{item.name} {clock.spell.reading}", said] = _lag(
                        teller,
                        clock,
                        item,
                        said.isoformat(),
                        users=users,
                        also=item.claims,
                        days=clock.spell.lag(said),
                    )
    return [(lag, until) for (_, _, until), lag in found.items()]


def _shown(spell: Spell) -> str:
    """The first day of a spell, with the first on which it may have begun where that is another; the latter empty where it has none."""
    day = spell.start.isoformat()
    if spell.lag(spell.start)[1] is None:
        return f"..{day}"
    return day if spell.not_before is None else f"{spell.not_before}..{day}"


def _lag(
    teller: Teller,
    clock: _Cut,
    event: Listing | None,
    until: str,
    *,
    users: str,
    also: Sequence[str],
    days: tuple[int, int | None],
) -> Finding:
    spell, (least, most) = clock.spell, days
    form = "cut" if event is None else "counted" if event.form == "figure" else "listed"
    name, day = "cut" if event is None else event.name, until.rpartition("..")[2]
    return teller.finding(
        "siege_lag",
        f"siege_lag.{form}",
        subject=spell.place,
        place=spell.place,
        key=f"siege_lag|{spell.place}|{spell.reading}|{spell.start}|{name}|{day}|{users}",
        values={
            "place": spell.place,
            "traffic": traffic(users),
            "reading": spell.reading,
            "since": _shown(spell),
            "until": until,
            "days": str(least) if least == most else f"{least}..{'' if most is None else most}",
            "body": None if event is None else event.body,
        },
        claims=tuple(sorted({*also, *clock.claims})),
        unknown=(
            *(() if least == most else ("on which day it began",)),
            "when the body came to know it" if event is not None else "the order of events within a day",
        ),
        label="inference",
        status="lag",
        value=float(least) if least == most else None,
        low=float(least),
        high=None if most is None else float(most),
        unit="day",
        since=spell.start,
        reading=spell.reading,
        extra={"until": day, "event": name},
    )
