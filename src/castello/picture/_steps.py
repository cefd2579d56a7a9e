"""
The picture as named SQL steps: what is visible, what holds, what stands, what follows.

``visible``  claims known by the clock, less what was withdrawn and what a branch drops, with their verdicts and origins
``held``     state claims in force on the day
``standing`` those that no later claim with another answer has superseded
``states``   one row for each question: the answer, or that the answers contradict
``counted``  quantity claims, the latest of each origin
``amounts``  one row for each question: the interval, and how many origins it rests on

A claim speaks for every day up to the one on which it was *said* (its reach), and after that until news of another
answer arrives. So later news supersedes, and a claim made later about an earlier day contradicts. A claim whose beginning
lies between two days counts from the later one on: before it, the state only may have held. What only may hold on the day
(true on some day of these) counts where nothing surely holds.
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
         and not list_contains($without_claims, id)
         and not list_has_any(sources, $without_sources)""",
    )
)

STATES = (
    Steps("states")
    .add(
        "held",
        f"""select *,
                   coalesce(sure_start, maybe_start, date '0001-01-01') as onset,
                   coalesce(sure_start, maybe_end - interval 1 day, maybe_start, date '0001-01-01')::date as latest_onset,
                   question || if(kind in ({_listed(BY_SOURCE)}), '|' || loose_origin, '') as line,
                   verdict not in ('rejected', 'retracted') and modality in ('asserted', 'likely', 'negated') as counts,
                   coalesce(sure_start <= $as_of, false) and (sure_end is null or sure_end > $as_of) as surely
            from visible
            where kind in ({_listed(STATE_KINDS)})
              and coalesce(sure_start, maybe_start, date '0001-01-01') <= $as_of
              and (maybe_end is null or maybe_end > $as_of)""",
    )
    .add(
        "reaching",
        """select * exclude (counts),
                  counts and (surely or not bool_or(counts and surely) over (partition by line)) as counts,
                  greatest(latest_onset, least(coalesce(said, latest_onset),
                    coalesce((maybe_end - interval 1 day)::date, date '9999-12-31'))) as reach
           from held""",
    )
    .add(
        "newest",
        """select line, answer, max(coalesce(maybe_start, date '0001-01-01')) as start
           from reaching where counts and not denies group by all""",
    )
    .add(
        "leaders",
        """select line, arg_max(answer, start) as first_answer, max(start) as first_start,
                  list_reverse_sort(list(start))[2] as second_start
           from newest group by line""",
    )
    .add(
        "standing",
        """select reaching.*,
                  if(reaching.answer = first_answer, second_start, first_start) as news,
                  counts and (
                      (not denies and (news is null or news < reach or news <= latest_onset))
                      or (denies and (newest.start is null or newest.start < reach or newest.start <= latest_onset))
                  ) as stands
           from reaching left join leaders using (line) left join newest using (line, answer)""",
    )
    .add(
        "states",
        """select question, any_value(kind) as kind, any_value(subject) as subject, any_value(object) as object,
                  any_value(place) as place, cast(null as varchar) as unit,
                  count(distinct answer) filter (where stands and not denies) as answers,
                  count(*) filter (where stands and denies) as denials,
                  arg_max(answer, onset) filter (where stands and not denies) as answer,
                  list_sort(list(distinct answer) filter (where stands and not denies)) as alternatives,
                  cast(null as double) as low, cast(null as double) as high, cast(null as double) as value,
                  false as open_low, false as open_high, false as apart,
                  coalesce(min(onset) filter (where stands and not denies and onset >= coalesce(news, onset)),
                           min(onset) filter (where stands and not denies)) as since,
                  max(reach) filter (where stands) as newest,
                  count(*) filter (where stands) as n_claims,
                  count(distinct strict_origin) filter (where stands) as n_strict,
                  count(distinct loose_origin) filter (where stands) as n_loose,
                  list(id order by id) filter (where stands and not denies) as claims,
                  list(id order by id) filter (where (stands and denies) or verdict in ('rejected', 'retracted')) as against
           from standing
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
        "counted",
        """select *, reach < $as_of - to_days($max_age_days) as stale,
                  bool_and(reach < $as_of - to_days($max_age_days)) over (partition by question) as all_stale
           from stated
           qualify rank() over (
               partition by question, loose_origin order by onset desc, said desc nulls last, published desc) = 1""",
    )
    .add(
        "amounts",
        """select question, any_value(kind) as kind, any_value(subject) as subject, any_value(object) as object,
                  any_value(place) as place, any_value(unit) as unit,
                  1 as answers, 0 as denials, cast(null as varchar) as answer, cast([] as varchar[]) as alternatives,
                  min(low) as low, max(high) as high,
                  if(count(distinct value) = 1 and count(value) = count(*), any_value(value), null) as value,
                  bool_or(low is null) as open_low, bool_or(high is null) as open_high,
                  coalesce(max(low) > min(high), false) as apart,
                  min(onset) as since, max(reach) as newest,
                  count(*) as n_claims, count(distinct strict_origin) as n_strict, count(distinct loose_origin) as n_loose,
                  list(id order by id) as claims, cast([] as varchar[]) as against
           from counted
           where not stale or all_stale
           group by question""",
    )
)

TOPICS = Steps("topics", STATES.steps + AMOUNTS.steps).add(
    "topics",
    """select *,
              case when answers = 0 then 'undecided' when answers > 1 or denials > 0 then 'undecided'
                   when apart then 'contested' else 'assessed' end as status,
              newest < $as_of - to_days($max_age_days) as stale
       from (select * from states where n_claims > 0 or len(against) > 0 union all by name select * from amounts)
       order by question""",
)
