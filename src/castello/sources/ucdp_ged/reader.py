"""How the rows of UCDP GED become claims of events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources._near import Near
from castello.sources._ucdp import Actors
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

COLUMNS = frozenset(
    """
    id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name dyad_dset_id dyad_new_id dyad_name
    side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office source_date
    source_headline source_original where_prec where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid
    country country_id iso3 region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low
    gwnoa gwnob deaths_battle start_date end_date date date_any location_root_name location_adm1_name location_adm2_name location_where_name
    side_a_name side_b_name deaths_side_a deaths_side_b deaths_civilian deaths_low deaths_high split
    """.split()  # noqa: SIM905  # a list of eighty words in quotation marks is harder to read
)
"""The full file, HDX's variant, and the tables that researchers derive from it."""

# Kilometres that a point may lie off; other codes name an area, of which the point is only the middle.
_RADIUS = {"1": 1, "2": 25}
_AREAS = {"3": "adm_2", "4": "adm_1", "6": "country"}

_NEEDED = "id, side_a, side_b, year or date_start, latitude, longitude, where_prec"


def _is_header(names: frozenset[str]) -> bool:
    sides = {"side_a", "side_b"} <= names or {"side_a_name", "side_b_name"} <= names
    days = {"date_start", "start_date", "year"} & names
    return bool(
        sides
        and days
        and "id" in names
        and {"dyad_name", "where_prec", "deaths_side_a"} & names
        and "deaths_a" in names | {"deaths_a" if "deaths_side_a" in names else ""}
    )


def _plan(reading: Reading) -> Plan:
    first, last = ("date_start", "start_date"), ("date_end", "end_date")
    days = reading.days("days_of", *first, *last)
    side_a, side_b = reading.first("side_a", "side_a_name"), reading.first("side_b", "side_b_name")
    a_id, b_id = (f"coalesce({reading.first(name)}, '')" for name in ("side_a_new_id", "side_b_new_id"))
    _parties(reading, (side_a, a_id), (side_b, b_id))
    areas = {
        "name": reading.first("where_coordinates", "location_where_name"),
        "adm_1": reading.first("adm_1", "location_adm1_name"),
        "adm_2": reading.first("adm_2", "location_adm2_name"),
        "country": reading.first("country", "location_root_name"),
        "code": _code(reading.first("where_prec")),
    }
    # all that decides which place is meant, as one text to join by
    decides = (*areas.values(), reading.first("latitude"), reading.first("longitude"))
    meant = f"concat_ws(chr(31), {', '.join(f'coalesce({one}, chr(30))' for one in decides)})"
    _places(reading, meant=meant, **areas)
    numbers = {
        "_best": ("best",),
        "_low": ("low", "deaths_low"),
        "_high": ("high", "deaths_high"),
        "_a": ("deaths_side_a", "deaths_a"),
        "_b": ("deaths_side_b", "deaths_b"),
        "_civilians": ("deaths_civilian", "deaths_civilians"),
        "_unknown": ("deaths_unknown",),
        "_lat": ("latitude",),
        "_lon": ("longitude",),
        "_year": ("year",),
        "_sources": ("number_of_sources",),
    }
    not_numbers = [check for names in numbers.values() if (check := reading.no_number(*names)) is not None]
    typed = (
        Steps("typed")
        .add(
            "read",
            f"""select row, {reading.kept(check.column for check in not_numbers)}
                       {", ".join(f"{reading.number(*names)} as {name}" for name, names in numbers.items())},
                       {", ".join(f"{value} as _{name}" for name, value in areas.items())},
                       {_code(reading.first("id"))} as _event, {side_a} as _side_a, {side_b} as _side_b, {a_id} as _a_id, {b_id} as _b_id,
                       {meant} as _meant, {_code(reading.first("type_of_violence"))} as _violence,
                       {_code(reading.first("date_prec"))} as _date_code, {_code(reading.first("event_clarity"))} as _clarity,
                       {reading.first(*first)} as _start, {reading.first(*last)} as _end,
                       {reading.first("relid")} as _relid, {reading.first("conflict_name")} as _conflict,
                       {reading.first("date")} as _some_day
                from cells""",
        )
        .add(
            "dated",
            """select read.* replace (coalesce(_best, _a + _b + _civilians + _unknown) as _best),
                      coalesce(begun.problem, ended.problem) as days_of_problem,
                      begun.first as _begun, coalesce(ended.last, begun.last) as _ended, begun.first is null as _only_year
               from read left join days_of as begun on begun.written = _start left join days_of as ended on ended.written = _end""",
        )
        .add(
            "typed",
            """select dated.*, p.place as _place,
                      -- where only the year is known, the year is what is known
                      coalesce(_begun, if(_year between 1900 and 2199, make_date(try_cast(_year as bigint), 1, 1), null)) as _first,
                      coalesce(_ended, if(_year between 1900 and 2199, make_date(try_cast(_year as bigint), 12, 31), null)) as _last,
                      _lat between -90 and 90 and _lon between -180 and 180 as _on_earth,
                      -- an act against civilians is that only where the other side is no armed one
                      b.party = 'civilians' as _on_civilians, _violence = '3' and b.party <> 'civilians' as _unclear,
                      a.party as _party_a, a.members as _members_a, b.party as _party_b, b.members as _members_b
               from dated
               left join parties_of as a on a.written = _side_a and a.code = _a_id
               left join parties_of as b on b.written = _side_b and b.code = _b_id
               left join places_of as p on p.meant = _meant""",
        )
    )
    published = f"date '{reading.document.published}'"
    checks = [
        Check(code="id", column="id", when="_event is null", what="'has no id'", hint="Each event of GED has one."),
        *([days] if days else []),
        Check(
            code="no-date",
            column="date_start",
            when="_first is null and days_of_problem is null",
            what="'says neither a day nor a year'",
            hint="Export date_start and date_end too.",
        ),
        Check(
            code="dates-reversed",
            column="date_end",
            when="_last < _first",
            what="format('ends on {}, before it begins on {}', _last, _first)",
            hint="Check the row at its source.",
        ),
        Check(
            code="after-release",
            column="date_start",
            when=f"_first > {published}",
            what=f"format('begins on {{}}, after the release was published ({reading.document.published})', _first)",
            hint="Check the row, or the day of publication in the sidecar.",
        ),
        Check(
            code="no-party",
            column="side_a",
            when="_party_a is null",
            what="'names no side A'",
            hint="Each event of GED has two sides.",
        ),
        *not_numbers,
        Check(
            code="negative",
            column="best",
            when="least(_best, _low, _high, _civilians) < 0",
            what="'counts fewer than no dead'",
            hint="Check the row at its source.",
        ),
        Check(
            code="range",
            column="best",
            when="not (coalesce(_low, _best) <= _best and _best <= coalesce(_high, _best))",
            what="format('low {:g}, best {:g}, high {:g} are out of order', _low, _best, _high)",
            hint="Kept as the source has them.",
            refuses=False,
        ),
        Check(
            code="violence",
            column="type_of_violence",
            when="_unclear",
            what="'says violence against civilians, and names an armed side B'",
            hint="Taken as an attack whose target is not clear.",
            refuses=False,
        ),
        Check(
            code="point",
            column="latitude",
            when="(_lat is not null or _lon is not null) and not coalesce(_on_earth, false)",
            what="'has a point that is not on earth'",
            hint="Taken without the point.",
            refuses=False,
        ),
        Check(
            code="year",
            column="year",
            when="not _only_year and (_year < year(_first) or _year > year(_last))",
            what="format('says the year {:d} and days in {}', try_cast(_year as bigint), year(_first))",
            hint="The days are taken.",
            refuses=False,
        ),
    ]
    radius = " ".join(f"when {quoted(code)} then {km}" for code, km in _RADIUS.items())
    one_day = "_first = _last"
    event = {
        "row": "row",
        **({} if reading.cells.sheet is None else {"sheet": quoted(reading.cells.sheet)}),
        "key": "'ged/' || _event",
        "scope": "_country",
        "kind": "'event'",
        "subject": "_party_a",
        "predicate": "if(coalesce(_on_civilians, _violence = '3', false), 'attack.civilians', 'attack')",
        "object": "if(_unclear, null, coalesce(_party_b, if(_violence = '3', 'civilians', null)))",
        "place": "_place",
        "also": also_text(
            {
                "source_code": "'ucdp ' || _violence",
                "with": "nullif(concat_ws(',', _members_a, _members_b), '')",
            },
            {"harm_low": "_low", "harm_best": "_best", "harm_high": "_high", "harm_civilians": "_civilians"},
        ),
        "maybe_start": "_first",
        "maybe_end": "_last + 1",
        "sure_start": f"if({one_day}, _first, null)",
        "sure_end": f"if({one_day}, _last + 1, null)",
        "starts": "'yes'",
        "ends": "'yes'",
        "published": published,
        "chain": reading.chain(),
        "document": quoted(reading.document.id),
        "place_as_written": "coalesce(_name, _adm_2, _adm_1, _country)",
        "lat": "if(_on_earth, _lat, null)",
        "lon": "if(_on_earth, _lon, null)",
        "radius_km": f"case _code {radius} end",
        # a unit that is not named lies in the next larger one
        "area": "case _code when '3' then coalesce(_adm_2, _adm_1, _country) when '4' then coalesce(_adm_1, _country) when '6' then _country end",
        "precision": "'ucdp.where_prec ' || _code",
        "date_precision": """nullif(concat_ws(', ', 'ucdp.date_prec ' || _date_code, 'event_clarity ' || _clarity,
                                             if(_only_year, 'only the year is given', null)), '')""",
        "note": """concat_ws('; ', 'UCDP GED ' || _event, _relid, _conflict,
                             if(_only_year, 'column date: ' || _some_day, null), if(_sources >= 0, format('{:d} sources', try_cast(_sources as bigint)), null))""",
    }
    return Plan(typed=typed, checks=checks, claims=[(event, "true")])


def _parties(reading: Reading, *sides: tuple[str, str]) -> None:
    """Table ``parties_of``: which party each side is, and of a joint side who its members are."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for side, code in sides:
        for one in reading.distinct(written=side, code=code):
            if one["written"]:
                rows[one["written"], one["code"]] = one
    actors = Actors(reading, rows)
    for (written, code), row in sorted(rows.items()):
        row["party"], joint = actors.joint(written, code)
        row["members"] = ",".join(joint) or None
    reading.engine.table("parties_of", pa.Table.from_pylist(list(rows.values()), schema=_PARTIES))


_PARTIES = pa.schema([(name, pa.string()) for name in ("written", "code", "party", "members")])


def _places(reading: Reading, **columns: str) -> None:
    """Table ``places_of``: which place of the register a name, its areas and a point mean."""
    near = reading.near()
    found = reading.distinct(**columns, lat=reading.number("latitude"), lon=reading.number("longitude"))
    known: dict[tuple[Any, ...], str | None] = {}
    for row in found:
        row["place"] = _place(near, row, known)
    reading.engine.table("places_of", pa.Table.from_pylist(found, schema=_PLACES))


_PLACES = pa.schema([("meant", pa.string()), ("place", pa.string())])
_NEAR_KM, _FAR_KM = 5.0, 25.0
_KINDS = {"3": "district", "4": "governorate", "6": "country"}


def _place(near: Near, row: Mapping[str, Any], known: dict[tuple[Any, ...], str | None]) -> str | None:
    code = row["code"]
    point = None if row["lat"] is None or row["lon"] is None else (row["lat"], row["lon"])
    if code in _AREAS:
        name = {"3": row["adm_2"], "4": row["adm_1"], "6": row["country"]}[code]
        key: tuple[Any, ...] = (code, name)
        if key not in known:
            known[key] = near.area(_bare(name), kind=_KINDS[code])
        return known[key]
    if code not in _RADIUS or point is None:
        return None
    key = (row["name"], point)
    if key not in known:
        # a point alone means no place: thousands of events share the middle of a city, whatever part of it they were in
        known[key] = near.id(_bare(row["name"]), point, within_km=_NEAR_KM if code == "1" else _FAR_KM)
    return known[key]


def _code(value: str) -> str:
    """SQL for a code or an id as UCDP writes it, without the ``.0`` that a spreadsheet adds."""
    return f"regexp_replace(trim({value}), '\\.0+$', '')"


def _bare(name: str | None) -> str | None:
    """A name without the word for what it is, which UCDP adds: 'Al Bab town'."""
    if name is None:
        return None
    bare = re.sub(
        r"\s+(city|town|village|neighbou?rhood|governorate|district|subdistrict|province|state|county)$",
        "",
        name.strip(),
        flags=re.IGNORECASE,
    )
    return bare or None


SOURCE = Tabular(
    format="ucdp_ged",
    name="UCDP GED",
    version=1,
    is_header=_is_header,
    needed=_NEEDED,
    columns=COLUMNS,
    options=("party_names", "place_names", "day_first", "encoding", "feed", "complete"),
    plan=_plan,
    cannot_say=(
        "UCDP names no weapon.",
        "UCDP has only events with at least one death.",
    ),
)
