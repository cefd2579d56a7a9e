"""
The picture as named SQL steps: what is visible, what holds, what stands, what follows.

``visible``  claims known by the clock, less what was withdrawn and what a branch drops, with their verdicts and origins
``held``     state claims in force on the day
``standing`` those that no later claim with another answer has superseded
``states``   one row for each question: the answer, or that the answers contradict
``latest``   the turn of the latest quantity claims of each origin, and whether it is too old
``heard``    the turns that are not too old, or all of a question where every one is
``counted``  the claims of these turns
``amounts``  one row for each question: the interval, and how many origins it rests on

A claim speaks for every day up to the one on which it was *said* (its reach), and after that until news of another
answer arrives. So later news supersedes, and a claim made later about an earlier day contradicts. A claim whose beginning
lies between two days counts from the later one on: before it, the state only may have held. What only may hold on the day
(true on some day of these) counts where nothing surely holds. News is another answer, or a denial of this one.
"""

from __future__ import annotations

from castello.claims import Kind
from castello.engines import Steps

BY_SOURCE = (Kind.PRESENCE,)
"""Kinds in which a source's newer word supersedes its own older one only: estimates, which others do not outdate."""

_BEGINNING = "date '0001-01-01'"
_BITS = 22  # enough for the days up to the year 9999: several days make one number, which is compared at once
_BY_SOURCE = ", ".join(f"'{kind}'" for kind in BY_SOURCE)


def visible(name: str) -> Steps:
    """One step with every claim that can be seen, under a name."""
    return Steps(name).add(
        name,
        """select all_claims.* exclude (type, body, device, n),
                  coalesce(verdicts.verdict, '') as verdict,
                  verdicts.judgement as judgement,
                  coalesce(origins.strict, if(starts_with(origin, 'unknown@'), 'unknown', origin)) as strict_origin,
                  coalesce(origins.loose, origin) as loose_origin
           from (
               select * from ledger where type = 'claim' and ($all_stand or id not in (select id from gone))
               union all by name select * from opened
               union all by name select * from hypothetical
           ) as all_claims left join verdicts using (id) left join origins using (origin)
           where (case when $clock = 'recorded' then recorded < $known_until else published <= $known_by end)
             and coalesce(verdicts.verdict, '') <> 'withdrawn'
             and ($all_claims or not list_contains($without_claims, id))
             and ($all_sources or not list_has_any(sources, $without_sources))""",
    )


VISIBLE = visible("visible")

STATES = (
    Steps("states")
    .add(
        "held",
        f"""select *, coalesce(maybe_start, {_BEGINNING}) as start,
                   if(kind in ({_BY_SOURCE}), loose_origin, '') as speaker,
                   verdict in ('rejected', 'retracted') as refused,
                   speaks and not refused as counts,
                   coalesce(sure_start <= $as_of, false) and (sure_end is null or sure_end > $as_of) as surely
            from visible
            where shape = 'state' and onset <= $as_of and (maybe_end is null or maybe_end > $as_of)""",
        kept=True,
    )
    .add(
        "words",
        """select question, speaker, answer,
                  max(start) filter (where not denies) as start,
                  max(start) filter (where not denies and surely) as sure_start,
                  max(start) filter (where denies) as denial,
                  max(start) filter (where denies and surely) as sure_denial
           from held where counts group by question, speaker, answer""",
    )
    .add(
        "leaders",
        """select question, speaker, bool_or(sure_start is not null or sure_denial is not null) as settled,
                  if(settled, arg_max(answer, sure_start), arg_max(answer, start)) as first_answer,
                  if(settled, max(sure_start, 2), max(start, 2)) as starts
           from words group by question, speaker""",
    )
    .add(
        "news",
        """select question, speaker, answer, settled, if(settled, sure_start, start) as news_for,
                  greatest(if(answer = first_answer, starts[2], starts[1]), if(settled, sure_denial, denial)) as news_against
           from words join leaders using (question, speaker)""",
    )
    .add(
        # from here on only what stands, and what was refused: most of what was ever said does neither
        "standing",
        """select held.*, news_against as news, if(denies, news_for, news_against) as latest,
                  counts and (surely or not settled) and (latest is null or latest < reach or latest <= latest_onset) as stands,
                  stands and not denies as affirms
           from held left join news using (question, speaker, answer)
           where stands or refused""",
    )
    .add(
        "states",
        # a denial of what nobody holds any longer contradicts nothing
        """select question, split_part(question, '|', 1) as kind,
                  coalesce(min(subject) filter (where affirms), min(subject)) as subject,
                  coalesce(min(object) filter (where affirms), min(object)) as object,
                  coalesce(min(place) filter (where affirms), min(place)) as place,
                  cast(null as varchar) as unit,
                  arg_max(answer, (onset, answer)) filter (where affirms) as answer,
                  list_sort(list_distinct(list(answer) filter (where affirms))) as alternatives,
                  coalesce(len(alternatives), 0) as answers,
                  coalesce(len(list_filter(list(answer) filter (where stands and denies),
                                           lambda denied: list_contains(alternatives, denied))), 0) as denials,
                  cast(null as double) as low, cast(null as double) as high, cast(null as double) as value,
                  false as open_low, false as open_high, false as apart,
                  coalesce(min(onset) filter (where affirms and onset >= coalesce(news, onset)),
                           min(onset) filter (where affirms)) as since,
                  max(reach) filter (where stands) as newest,
                  count(*) filter (where stands) as n_claims,
                  count(distinct strict_origin) filter (where stands) as n_strict,
                  count(distinct loose_origin) filter (where stands) as n_loose,
                  list_sort(list(id) filter (where affirms)) as claims,
                  list_sort(list(id) filter (where not affirms)) as against
           from standing
           group by question""",
    )
)

AMOUNTS = (
    Steps("amounts")
    .add(
        "stated",
        f"""select * replace (least($as_of, reach) as reach),
                   ((onset - {_BEGINNING})::hugeint << (2 * {_BITS}))
                       + ((coalesce(said - {_BEGINNING} + 1, 0) << {_BITS}) + (published - {_BEGINNING})) as turn
            from visible
            where shape = 'quantity' and speaks and verdict not in ('rejected', 'retracted')
              and coalesce(maybe_start, {_BEGINNING}) <= $as_of""",
        kept=True,
    )
    .add(
        "turns",
        # with the day that it reaches below it, the last turn says by itself whether it is old: no figure need be looked up
        f"""select question, loose_origin, max((turn << {_BITS}) + (reach - {_BEGINNING})) as last
            from stated group by question, loose_origin""",
    )
    .add(
        "latest",
        f"""select question, loose_origin, last >> {_BITS} as turn,
                   (last & ((1 << {_BITS}) - 1)) < ($as_of - $max_age_days::integer) - {_BEGINNING} as stale
            from turns""",
    )
    .add(
        "ages",
        "select question, count(*) as said, count(*) filter (where not stale) as fresh from latest group by question",
    )
    .add(
        "heard",
        # an old figure counts only where there is no newer one: a question that was answered once stays answered
        """select question, loose_origin, turn, fresh = 0 as all_stale, if(all_stale, said, fresh) as n_origins
           from latest join ages using (question) where not stale or all_stale""",
    )
    .add(
        "counted",
        """select stated.*, n_origins from stated join heard using (question, loose_origin, turn)
           where all_stale or reach >= $as_of - to_days($max_age_days)""",
    )
    .add(
        "amounts",
        """select question, split_part(question, '|', 1) as kind,
                  min(subject) as subject, min(object) as object, min(place) as place, min(unit) as unit,
                  1 as answers, 0 as denials, cast(null as varchar) as answer, cast([] as varchar[]) as alternatives,
                  min(low) as low, max(high) as high,
                  if(min(value) = max(value) and count(value) = count(*), min(value), null) as value,
                  bool_or(low is null) as open_low, bool_or(high is null) as open_high,
                  coalesce(max(low) > min(high), false) as apart,
                  min(onset) as since, max(reach) as newest,
                  count(*) as n_claims,
                  count(distinct strict_origin) as n_strict, max(n_origins) as n_loose,
                  list_sort(list(id)) as claims, cast([] as varchar[]) as against
           from counted
           group by question""",
    )
)

# what is visible is read once for each of the two: as one step it would be kept whole, with the columns that either needs
_SEEN = (*visible("seen").steps, *((name, sql.replace("from visible", "from seen")) for name, sql in AMOUNTS.steps))

TOPICS = Steps("topics", STATES.steps + _SEEN, STATES.kept | AMOUNTS.kept).add(
    "topics",
    """select question, kind, subject, object, place, unit, denials,
              * exclude (question, kind, subject, object, place, unit, denials),
              case when answers = 0 then 'undecided' when answers > 1 or denials > 0 then 'undecided'
                   when apart then 'contested' else 'assessed' end as status,
              coalesce(newest < $as_of - to_days($max_age_days), false) as stale
       from (select * from states union all by name select * from amounts)
       order by question""",
)
