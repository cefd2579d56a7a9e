"""How the rows of PA-X become claims that parties agreed on something."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

from castello.claims import UNKNOWN
from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources._intake import Names
from castello.sources.pax._columns import READ, TOPICS
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

_NEEDED = frozenset({"agtid", "agt", "dat", "con"})
# What PA-X says of how a text came about, and the key of the event. One side alone agrees with nobody.
_STATUS = {
    "multiparty signed/agreed": "agreement.signed",
    "unilateral document": "event",
    "agreement with subsequent status": "agreement",
    "status unclear": "agreement",
}
_LONGEST_NOTE = 300


def _plan(reading: Reading) -> Plan:
    days = reading.days("days_of", "dat")
    _signed(reading)
    status = " ".join(f"when {quoted(written)} then {quoted(key)}" for written, key in _STATUS.items())
    typed = (
        Steps("typed")
        .add(
            "read",
            f"""select row, regexp_replace(trim(agtid), '\\.0+$', '') as _agreement, dat as _date, con as _con, agt as _title,
                       {reading.first("ppname")} as _process, {reading.first("status")} as _status, {reading.first("agtp")} as _type,
                       nullif(concat_ws('/', {reading.first("stage")}, {reading.first("stagesub")}), '') as _stage,
                       {reading.first("part")} as _part, {_plain(reading.first("thrdpart"))} as _third, {_number(reading.first("ucdpcon"))} as _ucdp
                from cells""",
        )
        .add(
            "typed",
            f"""select read.*, days_of.first as _first, days_of.last as _last, days_of.problem as days_of_problem,
                       coalesce(signed.subject, {quoted(UNKNOWN)}) as _subject, signed.others as _others,
                       coalesce(case lower(trim(_status)) {status} end, 'agreement') as _predicate,
                       -- who stands between the sides of a local agreement lives among them
                       contains(lower(coalesce(_type, '')), 'local') as _local
                from read left join days_of on days_of.written = _date left join signed on signed.written = _part""",
        )
    )
    listed = ", ".join(quoted(written) for written in _STATUS)
    published = f"date '{reading.document.published}'"
    checks = [
        Check(
            code="id",
            column="agtid",
            when="_agreement is null",
            what="'has no id'",
            hint="Each agreement of PA-X has one.",
        ),
        Check(code="no-date", column="dat", when="_date is null", what="'has no date'", hint="Write 2016-07-17."),
        *([days] if days else []),
        Check(
            code="after-release",
            column="dat",
            when=f"_first > {published}",
            what=f"format('was agreed on {{}}, after the file was published ({reading.document.published})', _first)",
            hint="Check the row, or the day of publication in the sidecar.",
        ),
        Check(
            code="status",
            column="status",
            when=f"lower(trim(_status)) not in ({listed})",
            what="format('has the status {}', left(_status, 40))",
            hint="Taken as an agreement; whether it was signed is not known.",
            refuses=False,
        ),
        Check(
            code="parties",
            column="part",
            when=f"_subject = {quoted(UNKNOWN)} and _part is not null",
            what="'was agreed by parties that this case does not know'",
            hint="Say in party_names who is meant by the names of the parties; names of people are not taken over.",
            refuses=False,
        ),
    ]
    one_day = "_first = _last"
    agreed = {
        "row": "row",
        **({} if reading.cells.sheet is None else {"sheet": quoted(reading.cells.sheet)}),
        # who signed stands there by name: it is said where, and not who
        "cell": f"if(_part is null, null, {quoted(reading.cells.printed.get('part', 'Part'))})",
        "key": "'pax/' || _agreement",
        "scope": "_con",
        "kind": "'event'",
        "subject": "_subject",
        "predicate": "_predicate",
        "also": also_text({"with": "_others", "source_code": "'pax ' || _status"}),
        "maybe_start": "_first",
        "maybe_end": "_last + 1",
        "sure_start": f"if({one_day}, _first, null)",
        "sure_end": f"if({one_day}, _last + 1, null)",
        "starts": "'yes'",
        "ends": "'yes'",
        "published": published,
        "chain": reading.chain(),
        "document": quoted(reading.document.id),
        "note": """concat_ws('; ', 'PA-X ' || _agreement, _title, _process, _con, 'type ' || _type, 'stage ' || _stage, 'UCDP conflict ' || _ucdp,
                             if(_local, null, 'third parties: ' || _third))""",
    }
    return Plan(typed=typed, checks=checks, claims=[(agreed, "true")])


def _plain(text: str) -> str:
    """SQL for a text on one line, cut where it is long."""
    line = f"trim(regexp_replace({text}, '\\s+', ' ', 'g'))"
    return f"nullif(if(len({line}) > {_LONGEST_NOTE}, left({line}, {_LONGEST_NOTE}) || ' ...', {line}), '')"


def _number(code: str) -> str:
    """SQL for a whole number as a text; null for ``NA`` and the like."""
    return f"nullif(regexp_extract(trim({code}), '^([0-9]+)(\\.0+)?$', 1), '')"


def _signed(reading: Reading) -> None:
    """Table ``signed``: the parties of the case among those who agreed, the one that is named first and the others."""
    names = reading.party_names()
    rows = reading.distinct(written=reading.first("part"))
    for row in rows:
        found = list(dict.fromkeys(_parties(names, row["written"] or "")))
        row["subject"] = found[0] if found else None
        row["others"] = ",".join(found[1:]) or None
    reading.engine.table("signed", pa.Table.from_pylist(rows, schema=_SIGNED))


_SIGNED = pa.schema([(name, pa.string()) for name in ("written", "subject", "others")])
_LINES = re.compile(r"[\n\r;:.]+")
_WITHIN = re.compile(r",|\band\b")
_BEFORE = re.compile(
    r"^\s*((for|on behalf of|representatives? of|signed by|between|and)\s+)*(the\s+)?", flags=re.IGNORECASE
)


def _parties(names: Names, text: str) -> Iterator[str]:
    """Parties whose names, spelled as in the register, are a line or a part of a line; what is left may be people."""
    for line in _LINES.split(text):
        whole = _party(names, line)
        if whole is not None:
            yield whole
            continue
        for part in _WITHIN.split(line):
            found = _party(names, part)
            if found is not None:
                yield found


def _party(names: Names, text: str) -> str | None:
    for name in dict.fromkeys((text.strip(), _BEFORE.sub("", text).strip())):
        sure = [one.id for one in names.sure(name) if one.method in ("judged", "exact", "folded")] if name else []
        if len(sure) == 1:
            return sure[0]
    return None


SOURCE = Tabular(
    format="pax",
    name="PA-X",
    version=1,
    is_header=_NEEDED.issubset,
    needed="AgtId, Agt, Dat, Con",
    columns=READ | TOPICS,
    options=("party_names", "day_first", "encoding", "feed", "complete"),
    plan=_plan,
    cannot_say=(
        "PA-X says what was agreed, and not whether it was kept.",
        "What an agreement says of each topic is not read from PA-X's table, nor where it was signed.",
    ),
)
