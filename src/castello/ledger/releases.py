"""
Releases: what the files of a feed say together, in the order of their publication, and what that changes in what is recorded.

What says the same under the same key stays the claim that it was. What says something else is a new claim, and the old one is gone from the
day of that release on. What a release has no longer, though it speaks of that part of the world and of those days, is gone, too. All of it
is worked out anew from all releases that are there, so that nothing depends on the order in which they came in, or on what was there once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from castello.claims import ID_VERSION, canonical
from castello.engines import Engine, Steps
from castello.ledger.batches import BATCH_SCHEMA
from castello.ledger.columns import said_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """
    One file of a feed: recorded as which document, published when, with the files of its rows; every key once.

    ``whole`` says whether it has all there is to say of its days and its part of the world, so that what it has no longer is withdrawn.
    None believes it if it repeats nine tenths of what was there, or more than half where no more than twenty claims are missing.
    """

    document: str
    published: date
    rows: Sequence[Path]
    whole: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    How a release stands to those published before it: how many claims are new, the same, changed, and gone.

    ``missing`` are those that it has no longer and that stay, since it does not seem to be whole.
    """

    new: int
    same: int
    changed: int
    gone: int
    missing: int = 0


def settle_releases(
    engine: Engine,
    releases: Iterable[Release],
    *,
    recorded: Sequence[Path],
    names: Iterable[Mapping[str, object]] = (),
    now: datetime,
    to: Path,
) -> dict[str, Compared]:
    """
    What the releases of a feed say together, as a batch of what is news against what is recorded; the batch may be empty.

    Parameters
    ----------
    engine
        With the table ``stated``: the last word on each claim that ever went, ``id``, ``answer`` and ``day``.
    releases
        All that are there.
    recorded
        The batches of the feed so far.
    names
        Rows of :func:`castello.ledger.batches.name_row`.
    now
        Instant that tells two acts of the same kind apart.
    to
        Where the batch is written.

    Returns
    -------
    How each release stands to those before it, by its document.
    """
    _known_as(engine, "recorded", recorded)
    engine.table("brought", pa.Table.from_pylist([dict(row) for row in names], schema=BATCH_SCHEMA))
    engine.table("act", pa.table({"act": [canonical({"at": now}).decode()]}))
    engine.keep("standing", _NOBODY)
    engine.keep("wanted", _NOTHING)
    engine.keep("ended", _NO_END)
    in_order = sorted(releases, key=lambda one: (one.published, one.document))
    compared = {
        release.document: _next(engine, release, at=at, alone=len(in_order) == 1) for at, release in enumerate(in_order)
    }
    engine.write(_news(len(in_order)), to, lasting=True)
    return compared


def _known_as(engine: Engine, name: str, files: Sequence[Path]) -> None:
    if files:
        engine.parquet(name, files)
    else:
        engine.table(name, BATCH_SCHEMA.empty_table())


def _next(engine: Engine, release: Release, *, at: int, alone: bool) -> Compared:
    """Take the next release in: ``standing``, ``wanted`` and ``ended`` are as they are after it. Rows stay in their files."""
    _known_as(engine, f"staged_{at}", release.rows)
    _known_as(engine, "staged", release.rows)
    engine.table("release", pa.table({"document": [release.document], "published": [release.published]}))
    said = "cast(0 as ubigint)" if alone else f"hash({said_only('body')})"  # what is alone is held against nothing
    engine.keep("judged", _judged(said))
    same, changed, gone, new = (engine.run(_COUNTS).to_pylist()[0][name] for name in ("same", "changed", "gone", "new"))
    believed = gone <= (same + changed + gone) // _TENTH or (gone <= _FEW and gone < same + changed)
    whole = believed if release.whole is None else release.whole
    engine.table("whole", pa.table({"whole": [whole]}))
    engine.keep("fresh", _fresh(said))
    engine.keep("ended_now", _ENDED)
    engine.keep("ended_before", Steps("e").add("e", "select * from ended"))
    engine.keep("ended", Steps("e").add("e", "select * from ended_before union all select * from ended_now"))
    engine.keep("wanted_before", Steps("w").add("w", "select * from wanted"))
    engine.keep(
        "wanted",
        Steps("w").add(
            "w",
            f"select * from wanted_before union all select id, row_id, key, document, published, moved, {at} as file_at from fresh",
        ),
    )
    engine.keep("standing_before", Steps("s").add("s", "select * from standing"))
    engine.keep("standing", _STANDING)
    return Compared(new=new, same=same, changed=changed, gone=gone if whole else 0, missing=0 if whole else gone)


_FEW, _TENTH = 20, 10
_COLUMNS = ", ".join(BATCH_SCHEMA.names)

_NOTHING = Steps("nothing").add(
    "nothing",
    "select id, id as row_id, key, document, published, true as moved, 0 as file_at from recorded where false",
)
_NOBODY = Steps("nobody").add(
    "nobody", "select key, scope, onset, hash(key) as said, id, true as here from recorded where false"
)
_NO_END = Steps("no_end").add(
    "no_end",
    """select id, id as now, id as by_document, published as day, answer, key from recorded where false""",
)
"""Tables without rows, with the columns that the fold over the releases goes on with."""


def _judged(said: str) -> Steps:
    return (
        Steps("judged")
        .add("told", f"select key, {said} as said, id from staged where type = 'claim'")
        .add(
            # a release speaks of the days from its first to its last; of others it says nothing
            "spans",
            "select scope, min(onset) as first, max(onset) as last from staged where type = 'claim' group by scope",
        )
        .add(
            "judged",
            """select coalesce(told.key, standing.key) as key, standing.id as old, standing.here, told.id as now,
                      case when standing.key is null or (told.key is not null and not standing.here) then 'new'
                           when told.key is null then 'gone'
                           when told.said = standing.said then 'same' else 'changed' end as answer
               from standing full join told using (key) left join spans on spans.scope is not distinct from standing.scope
               where told.key is not null or (standing.here and standing.onset between spans.first and spans.last)""",
        )
    )


_COUNTS = Steps("counts").add(
    "counts",
    """select count(*) filter (where answer = 'same') as same, count(*) filter (where answer = 'changed') as changed,
              count(*) filter (where answer = 'gone') as gone, count(*) filter (where answer = 'new') as new from judged""",
)

_MOVED = """replace(body, '"published":"' || cast({0}.published as varchar) || '"',
                       '"published":"' || cast({1}.published as varchar) || '"')"""
"""A body with another day of publication."""


def _fresh(said: str) -> Steps:
    return (
        Steps("fresh")
        .add("news", "select key, old is not null as known from judged where answer in ('new', 'changed')")
        .add(
            # what takes the place of something else was not known before its release, whatever day its row says of itself
            "fresh",
            f"""select key, scope, onset, {said} as said, staged.document, staged.id as row_id,
                      known and staged.published < release.published as moved,
                      if(moved, '{ID_VERSION}-' || sha256({_MOVED.format("staged", "release")})[1:32], staged.id) as id,
                      if(moved, release.published, staged.published) as published
               from staged join news using (key), release where type = 'claim'""",
        )
    )


_ENDED = Steps("ended_now").add(
    "ended_now",
    """select judged.old as id, fresh.id as now, release.document as by_document, release.published as day,
              if(judged.answer = 'gone', 'withdrawn', 'changed') as answer, judged.key
       from judged left join fresh using (key), release, whole
       where judged.here and (judged.answer = 'changed' or (judged.answer = 'gone' and whole.whole))""",
)

_STANDING = (
    Steps("standing")
    .add("gone_now", "select key from ended_now where answer = 'withdrawn'")
    .add(
        "standing",
        """select key, scope, onset, said, id, true as here from fresh
            union all
            select standing_before.* replace (here and key not in (select key from gone_now) as here)
            from standing_before where key not in (select key from fresh)""",
    )
)

_TURNED = (
    Steps("news")
    .add("claims", "select id, published, document, key from recorded where type = 'claim'")
    .add(
        "statements",
        """select wanted.id, ended.now, coalesce(ended.by_document, wanted.document) as by_document, ended.day,
                  coalesce(ended.answer, 'stands') as answer, wanted.key
           from wanted left join ended using (id)
           union all
           -- a file that is gone, or is read otherwise: as if it had never said so
           select id, null, document, published, 'withdrawn', key from claims where id not in (select id from wanted)""",
    )
    .add(
        "turned",
        """select statements.* from statements left join stated using (id)
           where statements.answer is distinct from coalesce(stated.answer, 'stands')
              or (statements.answer <> 'stands' and statements.day is distinct from stated.day)""",
    )
    .add(
        "gone_rows",
        """select 'gone' as type, turned.id as question, answer, now as object, day as published, by_document as document,
                  '{"about":"' || turned.id || '","act":' || act || ',"answer":"' || answer || '"}' as body,
                  'g1-' || sha256(body)[1:32] as id, key
           from turned, act order by question""",
    )
    .add(
        "fresh_names",
        """select * from brought where id not in (select id from recorded where type in ('place', 'party')) order by type, id""",
    )
)


def _news(releases: int) -> Steps:
    """What is not recorded yet: claims, statements that claims went or stand again, and names; in the order of the tables."""
    columns = ", ".join(
        {"id": "wanted.id", "published": "wanted.published", "body": "if(moved, moved_body, rows.body) as body"}.get(
            name, f"rows.{name}"
        )
        for name in BATCH_SCHEMA.names
    )
    rows = " union all ".join(
        f"""select {columns.replace("moved_body", _MOVED.format("rows", "wanted").replace("body", "rows.body", 1))}
            from staged_{at} as rows join wanted on wanted.row_id = rows.id and wanted.file_at = {at}
            where rows.type = 'claim' and wanted.id not in (select id from claims)"""
        for at in range(releases)
    )
    fresh = rows or f"select {_COLUMNS} from recorded where false"
    return _TURNED.add("fresh", fresh).add(
        "news",
        # what happened once is asked for by day, not by question, and to sort it would be most of the work
        f"""select * from (select * from fresh where shape = 'occurrence')
            union all select * from (select * from fresh where shape <> 'occurrence' order by shape, question, id)
            union all select {_COLUMNS} from (select * from gone_rows union all by name select * from recorded where false)
            union all select {_COLUMNS} from fresh_names""",
    )
