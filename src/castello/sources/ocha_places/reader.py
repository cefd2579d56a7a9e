"""How OCHA's lists of places become names of a case: each row a place with its code, its names in two scripts, and what it lies in."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from castello.engines import Steps
from castello.sources.ocha_places._bring import Bring
from castello.sources.ocha_places._forms import COLUMNS, NEEDED, Form, form_of, is_header
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

_PROBLEMS = {
    "no-code": "The P-code is the key of a row.",
    "no-name": "A place needs a name, in English, in Arabic or in both.",
    "level": "Levels are numbers from 0, the country, downward.",
    "type": "Known are Community, Neighbourhood and Camp.",
    "twice": "Each code stands once in a release; the first is taken.",
    "country": "Give the country of the case its P-code in places.csv (such as SY), or keep only the rows of one country.",
}
"""What costs a row, with what to do about it."""

_TABLE = pa.schema([("number", pa.int64()), ("_code", pa.string()), ("_what", pa.string())])


def _plan(reading: Reading) -> Plan:
    form = form_of(frozenset(reading.cells.columns))
    assert form is not None  # the door has asked is_header
    here = _countries(reading, form)
    listed = ", ".join(f'"{column}"' for column in form.read if reading.has(column))
    read = Steps("read").add("read", f"select row, {listed} from cells where {here or 'true'} order by row")
    problems = Bring(reading, form).rows(reading.engine.run(read).to_pylist()) if here != _NOWHERE else {}
    told = [{"number": row, "_code": code, "_what": what} for row, (code, what) in sorted(problems.items())]
    reading.engine.table("problems_of", pa.Table.from_pylist(told, schema=_TABLE))
    typed = Steps("typed").add(
        "typed", "select row, _code, _what from (select row from cells) left join problems_of on number = row"
    )
    checks = [
        Check(code=code, when=f"_code = '{code}'", what="_what", hint=hint) for code, hint in sorted(_PROBLEMS.items())
    ]
    if here == _NOWHERE:
        what = "'is one of several countries, and the case does not say which is its own'"
        checks = [Check(code="country", when="true", what=what, hint=_PROBLEMS["country"])]
    return Plan(typed=typed, checks=checks, claims=[])


_NOWHERE = "false"


def _countries(reading: Reading, form: Form) -> str | None:
    """SQL for the rows of the case's own country, where a file has several; None where all are meant."""
    if form.location is None or len(reading.distinct(location=f'"{form.location}"')) <= 1:
        return None
    codes = [place.pcode.upper() for place in reading.places.places if place.kind == "country" and place.pcode]
    if not codes:
        return _NOWHERE
    own = " or ".join(f'starts_with(upper("{form.own.code}"), {quoted(code)})' for code in sorted(codes))
    others: list[dict[str, Any]] = reading.engine.run(
        Steps("others").add(
            "others",
            f"select list(row order by row)[1:6] as rows, count(*) as n from cells where not coalesce({own}, true)",
        )
    ).to_pylist()
    if others[0]["n"]:
        reading.intake.many(
            "other-country",
            "is of another country: it is passed over",
            "Nothing, if the case is of one country; else give the other its P-code in places.csv.",
            rows=others[0]["rows"],
            count=others[0]["n"],
            severity="warning",
        )
    return f"coalesce({own}, true)"


SOURCE = Tabular(
    format="ocha_places",
    name="OCHA's lists of places",
    version=1,
    is_header=is_header,
    needed=NEEDED,
    columns=COLUMNS,
    options=("place_names", "day_first", "encoding"),
    plan=_plan,
    cannot_say=(
        "OCHA's boundaries are a frame for names; they say nothing of who holds what.",
        "OCHA does not say of a populated place whether it is a city, a town or a village.",
    ),
)
