"""What the picture says of roads, or of who holds places, on each day on which the answer may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from castello.claims import Claim, Judgement, Kind, Verdict
from castello.claims.hours import is_whole_day
from castello.engines import Steps
from castello.picture._steps import STATES
from castello.picture.picture import Picture
from castello.picture.road_days import UNKNOWN, RoadState

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A party that is counted with a side on the days ``[first, until)``."""

    party: str
    side: str
    first: date
    until: date


_NEWS = """(seen.denies and not of_kind.denies and seen.answer = of_kind.answer)
           or (not seen.denies and (seen.answer = of_kind.answer) = of_kind.denies)"""
"""Whether what was seen says otherwise than a claim: another answer, or a denial of this one; of a denial, what it denies."""


def by_day(
    picture: Picture,
    kind: Kind,
    *,
    unfit: Sequence[str] = (),
    members: Sequence[Member] = (),
    without_each_of: Sequence[str] | None = None,
) -> dict[tuple[str, str], list[tuple[date, Row]]]:
    """
    What the picture says to each question of a kind on each day on which its answer may change, by question; the first of all days is one.

    These are the picture's own steps, with the day in each question: what holds on a day is decided by where claims begin and end, with one
    rule more. A claim of one day is a sighting: it says nothing of the day after, and no more does an older claim that it was news
    against. That one is ``outdated``, and does not come back: until somebody speaks again, nobody knows. Word of several days, from a first to a
    last one, is over when it says, and what was so before it holds again.

    Parameters
    ----------
    picture
        What is known. Areas of control maps are left out: they are told by their ground.
    kind
        ``access`` or ``control``.
    unfit
        Claims that do not speak of what is asked.
    members
        Parties whose traffic is that of a side on some days: what is said of a road for them is said for the side.
    without_each_of
        Only these questions, with each of their claims left out in turn: the second part of a key is that claim, else empty.
    """
    asked = Steps("states_by_day")
    asked = asked.add(
        "members",
        """select unnest($member_ids::varchar[]) as member, unnest($member_sides::varchar[]) as side,
                  unnest($member_from::date[]) as counts_from, unnest($member_until::date[]) as counts_until""",
    )
    asked = asked.add(
        "of_kind",
        f"""select * from (
                select visible.*, null::date as counts_from, null::date as counts_until from visible
                union all by name
                select visible.* replace (concat_ws('|', kind, split_part(question, '|', 2), side, split_part(question, '|', 4))
                                          as question), counts_from, counts_until
                from visible join members on visible.object = member)
            where kind = '{kind.value}' and not list_contains($unfit, id) and not starts_with(question, 'control|area-')
              and ($every or list_contains($questions, question))""",
    )
    asked = asked.add(
        "left_out_of",
        "select distinct question, '' as left_out from of_kind"
        if without_each_of is None
        else "select distinct question, id as left_out from of_kind",
    )
    asked = asked.add(
        "days",
        """select distinct question, left_out,
                  unnest([sure_start, sure_end, maybe_start, maybe_end, counts_from, counts_until, date '0001-01-01']) as day
           from of_kind join left_out_of using (question)""",
    )
    asked = asked.add(
        "seen",
        """select * from of_kind where sure_end = sure_start + 1 and maybe_start = sure_start and maybe_end = sure_end
            and speaks and verdict not in ('rejected', 'retracted')""",
    )
    asked = asked.add(
        "outdated",
        f"""select left_out, of_kind.id as id, min(seen.maybe_end) as ended
            from of_kind join left_out_of using (question) join seen using (question)
            where seen.id <> left_out and of_kind.id <> left_out and ({_NEWS})
              and of_kind.verdict not in ('rejected', 'retracted')
              and of_kind.latest_onset < seen.sure_start and of_kind.reach <= seen.sure_start
            group by all""",
    )
    # a claim is asked about only on days on which it can speak
    asked = asked.add(
        "asked",
        """select of_kind.* replace (of_kind.question || '@' || days.left_out || '@' || day as question), day,
                  coalesce(day >= ended, false) as outdated
           from of_kind join days on of_kind.question = days.question and day is not null and of_kind.id <> days.left_out
            and day >= coalesce(maybe_start, sure_start, date '0001-01-01') and (maybe_end is null or day < maybe_end)
            and (counts_from is null or (day >= counts_from and day < counts_until))
           left join outdated on outdated.id = of_kind.id and outdated.left_out = days.left_out""",
    )
    for name, sql in STATES.steps:
        # what is outdated is still news against what is older yet, and no answer any longer
        of_day = sql.replace("from standing", "from standing where not outdated").replace("from visible", "from asked")
        asked = asked.add(name, of_day.replace("$as_of", "day"))
    asked = asked.add(
        "told",
        """select days.question as asked, days.left_out as left_out, days.day as on_day,
                  exists (select 1 from asked where outdated and asked.question = days.question || '@' || left_out || '@' || day)
                      as outdated, states.*
           from days left join states on states.question = days.question || '@' || left_out || '@' || day
           where day is not null order by asked, left_out, on_day""",
    )
    found: dict[tuple[str, str], list[tuple[date, Row]]] = {}
    values: dict[str, object] = {
        "unfit": list(unfit),
        "every": without_each_of is None,
        "questions": list(without_each_of or ()),
        "member_ids": [member.party for member in members],
        "member_sides": [member.side for member in members],
        "member_from": [member.first for member in members],
        "member_until": [member.until for member in members],
    }
    for row in picture._run(asked, **values).to_pylist():  # noqa: SLF001 - one room: the picture's own steps
        found.setdefault((row["asked"], row["left_out"]), []).append((row["on_day"], row))
    return found


def state_of(row: Row, claims: Mapping[str, Claim], *, day: date, verdicts: Mapping[str, Judgement]) -> RoadState:
    """One row of the states step; a day on which nothing stands, or on which it only may, is unknown."""
    ids = tuple(row["claims"] or ())
    told = [claims[id_] for id_ in ids if id_ in claims]
    hours = {str(claim.slot("window") or "all day") for claim in told}
    whole = {is_whole_day(window) for window in hours}
    known = row["answers"] == 1 and not row["denials"] and any(_surely(claim, day) for claim in told)
    accepted = {
        claim.answer for claim in told if (found := verdicts.get(claim.id)) and found.verdict is Verdict.ACCEPTED
    }
    last = min(accepted) if len(accepted) == 1 else row["answer"]
    return RoadState(
        road=str(row["asked"]).split("|")[1],
        state=row["answer"] if known else UNKNOWN,
        hours="unclear" if len(whole) == 2 else "some" if whole == {False} else "all",
        claims=ids,
        against=tuple(row["against"] or ()),
        last=None if known else last,
        basis="said" if ids or row["against"] else "silence",
        window="; ".join(sorted(hours - {"all day"})) or None if False in whole else None,
    )


def _surely(claim: Claim, day: date) -> bool:
    """Whether a claim surely speaks of a day; one that begins or ends on some day of several does not on any of them."""
    if claim.happened.sure is None:
        return False
    first, after = claim.happened.sure
    return (first is None or first <= day) and (after is None or day < after)
