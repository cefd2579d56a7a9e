"""
The picture as named SQL steps: what is visible, what holds, what stands, what follows.

``visible``  claims known by the clock, less what was withdrawn and what a branch drops, with their verdicts and origins
``held``     state claims in force on the day
``standing`` those that no later claim with another answer has superseded
``states``   one row for each question: the answer, or that the answers contradict
``latest``   quantity claims, the latest of each origin
``counted``  those that are not too old, or all of them where every one is
``amounts``  one row for each question: the interval, and how many origins it rests on

A claim speaks for every day up to the one on which it was *said* (its reach), and after that until news of another
answer arrives. So later news supersedes, and a claim made later about an earlier day contradicts. A claim whose beginning
lies between two days counts from the later one on: before it, the state only may have held. What only may hold on the day
(true on some day of these) counts where nothing surely holds. News is another answer, or a denial of this one.
"""

from __future__ import annotations

from castello.claims import SLOTS, Kind
from castello.engines import Steps

STATE_KINDS = tuple(kind for kind, slots in SLOTS.items() if slots.shape == "state")
QUANTITY_KINDS = tuple(kind for kind, slots in SLOTS.items() if slots.shape == "quantity")
BY_SOURCE = (Kind.PRESENCE,)
"""Kinds in which a source's newer word supersedes its own older one only: estimates, which others do not outdate."""


def _listed(kinds: tuple[Kind, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


VISIBLE = (
    Steps("visible")
    .add(
        "all_claims",
        """select * from ledger where type = 'claim'
       union all by name select * from opened
       union all by name select * from hypothetical""",
    )
    .add(
        "visible",
        """select all_claims.* exclude (type, body, device, n),
              coalesce(verdicts.verdict, '') as verdict,
              verdicts.judgement as judgement,
              coalesce(origins.strict, if(starts_with(origin, 'unknown@'), 'unknown', origin)) as strict_origin,
              coalesce(origins.loose, origin) as loose_origin
       from all_claims left join verdicts using (id) left join origins using (origin)
       where (case when $clock = 'recorded' then recorded < $known_until else published <= $known_by end)
         and coalesce(verdicts.verdict, '') <> 'withdrawn'
         and ($all_claims or not list_contains($without_claims, id))
         and ($all_sources or not list_has_any(sources, $without_sources))""",
    )
)

STATES = (
    Steps("states")
    .add(
        "held",
        f"""select *,
                   coalesce(sure_start, maybe_start, date '0001-01-01') as onset,
                   coalesce(sure_start, maybe_end - 1, maybe_start, date '0001-01-01') as latest_onset,
                   greatest(latest_onset, least(coalesce(said, latest_onset), coalesce(maybe_end - 1, date '9999-12-31'))) as reach,
                   if(kind in ({_listed(BY_SOURCE)}), loose_origin, '') as speaker,
                   verdict in ('rejected', 'retracted') as refused,
                   not refused and modality in ('asserted', 'likely', 'negated') as counts,
                   coalesce(sure_start <= $as_of, false) and (sure_end is null or sure_end > $as_of) as surely
            from visible
            where kind in ({_listed(STATE_KINDS)})
              and coalesce(sure_start, maybe_start, date '0001-01-01') <= $as_of
              and (maybe_end is null or maybe_end > $as_of)""",
    )
    .add(
        "words",
        """select question, speaker, answer, bool_or(surely) as surely,
                  max(coalesce(maybe_start, date '0001-01-01')) filter (where not denies) as start,
                  max(coalesce(maybe_start, date '0001-01-01')) filter (where not denies and surely) as sure_start,
                  max(coalesce(maybe_start, date '0001-01-01')) filter (where denies) as denial,
                  max(coalesce(maybe_start, date '0001-01-01')) filter (where denies and surely) as sure_denial
           from held where counts group by question, speaker, answer""",
    )
    .add(
        "newest",
        """select question, speaker, answer, bool_or(surely) over (partition by question, speaker) as settled,
                  if(settled, sure_start, start) as start, if(settled, sure_denial, denial) as denial
           from words""",
    )
    .add(
        "leaders",
        """select question, speaker, arg_max(answer, start) as first_answer, max(start) as first_start,
                  max(start, 2)[2] as second_start
           from newest group by question, speaker""",
    )
    .add(
        "news",
        """select question, speaker, answer, settled, start as news_for,
                  greatest(if(answer = first_answer, second_start, first_start), denial) as news_against
           from newest join leaders using (question, speaker)""",
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
        # a denial of what nobody holds any longer contradicts nothing
        "disputed",
        """select *, stands and denies and bool_or(affirms) over (partition by question, answer) as disputes
           from standing""",
    )
    .add(
        "states",
        """select question, min(kind) as kind,
                  coalesce(min(subject) filter (where affirms), min(subject)) as subject,
                  coalesce(min(object) filter (where affirms), min(object)) as object,
                  coalesce(min(place) filter (where affirms), min(place)) as place,
                  cast(null as varchar) as unit,
                  count(*) filter (where disputes) as denials,
                  arg_max(answer, (onset, answer)) filter (where affirms) as answer,
                  list_sort(list_distinct(list(answer) filter (where affirms))) as alternatives,
                  coalesce(len(alternatives), 0) as answers,
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
           from disputed
           group by question""",
    )
)

AMOUNTS = (
    Steps("amounts")
    .add(
        "stated",
        f"""select *, coalesce(sure_start, maybe_start, date '0001-01-01') as onset,
                   least($as_of, coalesce((maybe_end - interval 1 day)::date, said, published)) as reach
            from visible
            where kind in ({_listed(QUANTITY_KINDS)})
              and coalesce(low, high) is not null
              and verification <> 'derived'
              and modality in ('asserted', 'likely')
              and verdict not in ('rejected', 'retracted')
              and coalesce(maybe_start, date '0001-01-01') <= $as_of""",
    )
    .add(
        "latest",
        """select *, reach < $as_of - to_days($max_age_days) as stale
           from stated
           qualify rank() over (
               partition by question, loose_origin order by onset desc, said desc nulls last, published desc) = 1""",
    )
    .add("ages", "select question, bool_and(stale) as all_stale from latest group by question")
    .add(
        "counted",
        # an old figure counts only where there is no newer one: a question that was answered once stays answered
        "select latest.* from latest join ages using (question) where not stale or all_stale",
    )
    .add(
        "amounts",
        """select question, min(kind) as kind, min(subject) as subject, min(object) as object, min(place) as place,
                  min(unit) as unit,
                  1 as answers, 0 as denials, cast(null as varchar) as answer, cast([] as varchar[]) as alternatives,
                  min(low) as low, max(high) as high,
                  if(min(value) = max(value) and count(value) = count(*), min(value), null) as value,
                  bool_or(low is null) as open_low, bool_or(high is null) as open_high,
                  coalesce(max(low) > min(high), false) as apart,
                  min(onset) as since, max(reach) as newest,
                  count(*) as n_claims, count(distinct strict_origin) as n_strict, count(distinct loose_origin) as n_loose,
                  list_sort(list(id)) as claims, cast([] as varchar[]) as against
           from counted
           group by question""",
    )
)

TOPICS = Steps("topics", STATES.steps + AMOUNTS.steps).add(
    "topics",
    """select *,
              case when answers = 0 then 'undecided' when answers > 1 or denials > 0 then 'undecided'
                   when apart then 'contested' else 'assessed' end as status,
              coalesce(newest < $as_of - to_days($max_age_days), false) as stale
       from (select * from states union all by name select * from amounts)
       order by question""",
)
