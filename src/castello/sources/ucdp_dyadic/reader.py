"""How the rows of UCDP's Dyadic dataset become ties: who opposed whom in a year, and by whose troops a side was supported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources._ucdp import Actors, members, number
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted
from castello.sources.ucdp_dyadic import _actors

_NOW = frozenset(
    """
    dyad_id conflict_id location side_a side_a_id side_a_2nd side_b side_b_id side_b_2nd incompatibility territory_name year intensity_level
    type_of_conflict start_date start_prec start_date2 start_prec2 gwno_a gwno_a_2nd gwno_b gwno_b_2nd gwno_loc region version
    """.split()  # noqa: SIM905  # a list of twenty-five words in quotation marks is harder to read
)
# Until 2016, without underscores; the numbers of parties and dyads were other ones.
_OLD = frozenset(name.replace("_", "") for name in _NOW)
_SIGNS = frozenset({"side_a", "side_b", "dyad_id", "year", "intensity_level"})
_OLD_SIGNS = frozenset(name.replace("_", "") for name in _SIGNS)

_TIES = pa.schema(
    [
        ("meant", pa.string()),
        (
            "ties",
            pa.list_(pa.struct([(name, pa.string()) for name in ("predicate", "subject", "object", "key", "against")])),
        ),
    ]
)


def _is_header(names: frozenset[str]) -> bool:
    return names >= _SIGNS or names >= _OLD_SIGNS or names >= _actors.NEEDED


def _plan(reading: Reading) -> Plan:
    if reading.has(*_actors.NEEDED):
        return _actors.plan(reading)

    def column(name: str) -> str:
        return reading.first(name, name.replace("_", ""))

    decides = {name: column(name) for name in ("side_a", "side_b", "side_a_2nd", "side_b_2nd")}
    # numbers of the old edition are not those of today
    decides |= {name: reading.first(name) for name in ("side_a_id", "side_b_id")}
    meant = f"concat_ws(chr(31), {', '.join(f'coalesce({one}, chr(30))' for one in decides.values())})"
    most = _ties(reading, meant=meant, **decides)
    days = reading.days("days_of", "start_date", "startdate")
    typed = (
        Steps("typed")
        .add(
            "read",
            f"""select row, {column("dyad_id")} as _dyad, {column("conflict_id")} as _conflict, {column("location")} as _location,
                       {decides["side_a"]} as _side_a, {decides["side_b"]} as _side_b, {meant} as _meant,
                       {_whole("year")} as _year, {reading.first("year")} as _written_year,
                       {_code(column("intensity_level"))} as _intensity, {_code(column("incompatibility"))} as _about,
                       {_code(column("type_of_conflict"))} as _type, {column("territory_name")} as _territory,
                       {column("start_date")} as _start, {_code(column("start_prec"))} as _start_code, {reading.first("version")} as _version
                from cells""",
        )
        .add(
            "typed",
            """select read.*, days_of.problem as days_of_problem, t.ties as _ties,
                      if(_year between 1800 and 2199, make_date(_year, 1, 1), null) as _first,
                      if(_year between 1800 and 2199, make_date(_year + 1, 1, 1), null) as _until,
                      days_of.first as _begun,
                      -- of a day that was assigned, only the year is known
                      if(_start_code = '1' and days_of.first = days_of.last and year(days_of.first) = _year, days_of.first, null) as _opened
               from read left join days_of on days_of.written = _start left join ties_of as t on t.meant = _meant""",
        )
    )
    claims = [(_tie(reading, at), f"len(_ties) >= {at}") for at in range(1, most + 1)]
    return Plan(typed=typed, checks=_checks(reading, days), claims=claims)


def _tie(reading: Reading, at: int) -> dict[str, str]:
    """What the ``at``-th tie of a row claims."""
    tie = f"_ties[{at}]"
    opposes = f"{tie}.predicate = 'opposes'"
    edition = "dyadic" if reading.has("dyad_id") else "dyadic-2016"
    matter = (
        "case _about when '1' then 'territory' when '2' then 'government' when '3' then 'government and territory' end"
    )
    about = f"coalesce(' over ' || {matter}, '') || coalesce(' (' || _territory || ')', '')"
    deaths = "case _intensity when '1' then ', 25 to 999 deaths in battle in the year' when '2' then ', 1,000 deaths in battle or more in the year' else '' end"
    return {
        "row": "row",
        **({} if reading.cells.sheet is None else {"sheet": quoted(reading.cells.sheet)}),
        "key": f"concat_ws('/', '{edition}', _dyad, cast(_year as varchar), {tie}.key)",
        "scope": "_location",
        "kind": "'tie'",
        "subject": f"{tie}.subject",
        "predicate": f"{tie}.predicate",
        "object": f"{tie}.object",
        "also": also_text(
            {"with": f"if({opposes}, 'fighting' || {about} || {deaths}, 'troops against ' || {tie}.against || {about})"}
        ),
        "maybe_start": f"if({opposes}, coalesce(_opened, _first), _first)",
        "maybe_end": "_until",
        "starts": f"if({opposes} and _opened is not null, 'yes', null)",
        "published": f"date '{reading.document.published}'",
        "chain": reading.chain(),
        "document": quoted(reading.document.id),
        "place_as_written": "_location",
        "date_precision": f"if({opposes} and _opened is not null, 'ucdp.start_prec 1', 'ucdp year')",
        "note": """concat_ws('; ', 'UCDP dyad ' || _dyad, 'conflict ' || _conflict, 'intensity ' || _intensity, 'incompatibility ' || _about,
                             'type of conflict ' || _type, 'version ' || _version)""",
    }


def _checks(reading: Reading, days: Check | None) -> list[Check]:
    published = f"date '{reading.document.published}'"
    return [
        Check(code="id", column="dyad_id", when="_dyad is null", what="'has no id'", hint="Each dyad has one."),
        Check(
            code="no-date",
            column="year",
            when="_first is null",
            what="format('has no year ({})', coalesce(left(_written_year, 40), 'empty'))",
            hint="A row speaks of a dyad in one year.",
        ),
        Check(
            code="no-party",
            column="side_a",
            when="_side_a is null or _side_b is null",
            what="'names one side or none'",
            hint="A dyad has two sides.",
        ),
        Check(
            code="after-release",
            column="year",
            when=f"_first > {published}",
            what=f"format('speaks of {{}}, after the release was published ({reading.document.published})', _year)",
            hint="Check the row, or the day of publication in the sidecar.",
        ),
        Check(
            code="one-party",
            column="side_b",
            when="len(_ties) = 0 and _side_a is not null and _side_b is not null",
            what="format('names sides that are one party in this case: {} and {}', _side_a, _side_b)",
            hint="Say in party_names who they are, if they are two.",
        ),
        *([replace(days, refuses=False, hint="Taken with its year alone.")] if days else []),
        Check(
            code="start",
            column="start_date",
            when="year(_begun) > _year",
            what="format('began on {}, after the year {} that it speaks of', _begun, _year)",
            hint="Taken with its year alone.",
            refuses=False,
        ),
        Check(
            code="intensity",
            column="intensity_level",
            when="_intensity is null or _intensity not in ('1', '2')",
            what="format('has the intensity {}', coalesce(_intensity, 'none'))",
            hint="UCDP's are 1 and 2; taken without a number of deaths.",
            refuses=False,
        ),
    ]


def _whole(name: str) -> str:
    """SQL for a whole number, or null."""
    return f"try_cast(regexp_extract(trim({name}), '^([0-9]{{4}})(\\.0+)?$', 1) as bigint)"


def _code(value: str) -> str:
    """SQL for a code as a publisher writes it, without the ``.0`` that a spreadsheet adds."""
    return f"regexp_replace(trim({value}), '\\.0+$', '')"


def _ties(reading: Reading, *, meant: str, **columns: str) -> int:
    """Table ``ties_of``: the ties that the names of a row make; the most that there are of one row."""
    rows = reading.distinct(meant=meant, **columns)
    pairs = [
        (row[f"side_{side}"], row[f"side_{side}_id"]) for row in rows for side in ("a", "b") if row[f"side_{side}"]
    ]
    actors = Actors(reading, [pair for names, codes in pairs for pair in _paired(names, codes)])
    for row in rows:
        row["ties"] = _ties_of(actors, row) if row["side_a"] and row["side_b"] else []
    reading.engine.table("ties_of", pa.Table.from_pylist(rows, schema=_TIES))
    return max((len(row["ties"]) for row in rows), default=0)


def _ties_of(actors: Actors, row: dict[str, Any]) -> list[dict[str, str]]:
    sides = {side: _members(actors, row[f"side_{side}"], row[f"side_{side}_id"]) for side in ("a", "b")}
    alone = all(len(side) == 1 for side in sides.values())
    ties = [
        {
            "predicate": "opposes",
            "subject": a,
            "object": b,
            "key": "opposes" if alone else f"opposes/{mark_a}/{mark_b}",
            "against": row["side_b"],
        }
        for mark_a, a in sides["a"].items()
        for mark_b, b in sides["b"].items()
    ]
    for side, other in (("a", "b"), ("b", "a")):
        helped = sides[side]
        for name in dict.fromkeys(members(row[f"side_{side}_2nd"] or "")):
            helper = actors.id(name)
            ties += [
                {
                    "predicate": "supported_by",
                    "subject": one,
                    "object": helper,
                    "key": f"side {side}/{name}" if len(helped) == 1 else f"side {side}/{mark}/{name}",
                    "against": row[f"side_{other}"],
                }
                for mark, one in helped.items()
            ]
    # a case may know both sides as one party
    return [tie for tie in ties if tie["subject"] != tie["object"]]


def _members(actors: Actors, names: str, codes: str | None) -> dict[str, str]:
    """The parties of a side by what marks them: UCDP's number, else the name. As many codes as names make a list of it."""
    paired = _paired(names, codes)
    if len(paired) == 1:
        return {number(paired[0][1]) or names: actors.id(*paired[0])}
    return {number(code) or name: actors.id(name, code) for name, code in paired}


def _paired(names: str, codes: str | None) -> list[tuple[str, str | None]]:
    parts, numbers = members(names), [one for one in (codes or "").split(",") if one.strip()]
    if len(numbers) == 1:
        return [(names, numbers[0])]
    if len(parts) == len(numbers):
        return list(zip(parts, numbers, strict=True))
    return [(part, None) for part in parts]


SOURCE = Tabular(
    format="ucdp_dyadic",
    name="UCDP Dyadic",
    version=1,
    is_header=_is_header,
    needed=f"{', '.join(sorted(_SIGNS))} (a list of actors: {', '.join(sorted(_actors.NEEDED))})",
    columns=_NOW | _OLD | _actors.COLUMNS,
    options=("party_names", "day_first", "encoding", "feed", "complete"),
    plan=_plan,
    cannot_say=(
        "UCDP's dyads name only fighting with a government and with 25 deaths or more in a year: rebels who fight each other are not in them.",
        "UCDP dates a tie by its year; support is that with troops, and no other.",
    ),
)
