"""How the rows of ACLED become claims of events, and of control where they speak of territory."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from castello.claims import Link, Role, canonical
from castello.claims.vocabulary import from_acled
from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources.acled._actors import actors, party_names
from castello.sources.acled._tables import decisive, listed, quoted, same
from castello.sources.acled._territory import MAX_KM, control, ground, on_earth
from castello.sources.tabular import Check, Plan, Reading, Tabular

COLUMNS = frozenset(
    """
    gwno data_id iso iso3 event_id_cnty event_id_no_cnty event_date year time_precision disorder_type event_type sub_event_type
    actor1 ally_actor_1 assoc_actor_1 inter1 actor2 ally_actor_2 assoc_actor_2 inter2 interaction civilian_targeting region
    country admin1 admin2 admin3 location latitude longitude geo_precision source source_scale notes fatalities tags timestamp
    """.split()  # noqa: SIM905  # a list of thirty-seven words in quotation marks is harder to read
)
"""The three generations of ACLED's files."""

_NEEDED = frozenset({"event_date", "event_type", "actor1"})
# Kilometres that a point may lie off; 3 names a region, of which the point is only the capital.
_RADIUS = {"1": 2, "2": 10}
_REGION = "3"


def _plan(reading: Reading) -> Plan:
    # the old files are written day first
    days = reading.days("days_of", "event_date", day_first=reading.options.get("day_first", True))
    names = party_names(reading)
    _kinds(reading)
    actors(reading, names)
    _places(reading)
    _chains(reading)
    control(reading, names)
    deaths = reading.no_number("fatalities")
    year = reading.no_number("year")
    typed = (
        Steps("typed")
        .add(
            "typed_cells",
            f"""select {listed(reading)}, {reading.kept(check.column for check in (deaths, year) if check)}
                       {reading.number("fatalities")} as _deaths, {reading.number("year")} as _year,
                       {reading.number("latitude")} as _lat, {reading.number("longitude")} as _lon,
                       {_note_of_event(reading)} as _note, {_note_of_control(reading)} as _note_of_control,
                       {reading.first("notes")} as _notes
                from cells""",
        )
        .add(
            "read",
            f"""select *, _lat between -90 and 90 and _lon between -180 and 180 as _on_earth,
                       time_code in ('1', '2', '3') as _time_known, geo_code in ('1', '2', '3') as _geo_known,
                       -- a row without an id is known by what it says
                       'acled/' || coalesce(event, 'no-id-' || md5(concat_ws(chr(31), {_WITHOUT_ID}))) as _key
                from typed_cells""",
        )
        .add(
            "joined",
            f"""select read.*, days_of.first as _day, days_of.last <> days_of.first as _no_day, days_of.problem as days_of_problem,
                       kinds.predicate as _predicate, kinds.ground as _ground, kinds.said as _said,
                       a.party as _party_a, b.party as _party_b, joined_of.members as _members, chains_of.chain as _chain,
                       held.party as _gainer, held.place as _held, coalesce(spot.place, held.place) as _place,
                       _lat between -90 and 90 and _lon between -180 and 180 as _on_earth
                from read
                left join days_of on days_of.written = event_date
                left join kinds_of as kinds on {same("read", "kinds", "sub_event", "event_type")}
                left join actors_of as a on a.actor = read.actor1 and a.inter is not distinct from read.inter1
                left join actors_of as b on b.actor = read.actor2 and b.inter is not distinct from read.inter2
                left join joined_of on joined_of.assoc = read.assoc1 and joined_of.inter is not distinct from read.inter1
                left join places_of as spot on {same("read", "spot", *_SPOT)}
                left join chains_of on chains_of.written is not distinct from read.source
                left join control_of as held on held.row = read.row""",
        )
        .add(
            "typed",
            """select *, case time_code when '1' then _day when '2' then _day - 3 when '3' then date_trunc('month', _day)::date
                                else least(date_trunc('month', _day)::date, _day - 3) end as _first,
                         case time_code when '1' then _day when '2' then _day + 3 when '3' then last_day(_day)
                                else greatest(last_day(_day), _day + 3) end as _last
               from joined""",
        )
    )
    published = f"date '{reading.document.published}'"
    checks = [
        Check(
            code="date", column="event_date", when="event_date is null", what="'has no date'", hint="Write 2016-07-17."
        ),
        *([days] if days else []),
        Check(
            code="date",
            column="event_date",
            when="_no_day",
            what="format('{} is not a day', event_date)",
            hint="ACLED dates each event to a day.",
        ),
        Check(
            code="after-release",
            column="event_date",
            when=f"_first > {published}",
            what=f"format('happened on {{}}, after the file was published ({reading.document.published})', _day)",
            hint="Check the row, or the day of publication in the sidecar: it is the day of the export.",
        ),
        *[check for check in (deaths,) if check],
        Check(
            code="number",
            column="fatalities",
            when="_deaths < 0 or _deaths <> trunc(_deaths)",
            what="format('has {} deaths', _deaths)",
            hint="Check the row at its source.",
        ),
        *_warnings(reading),
    ]
    return Plan(
        typed=typed, checks=checks, claims=[(_event(reading), "true"), (_control(reading), "_gainer is not null")]
    )


_WITHOUT_ID = "event_date, event_type, sub_event, actor1, actor2, location, latitude, longitude, _notes, _note"
_SPOT = ("location", "latitude", "longitude", "geo_code", "admin1", "country")


def _warnings(reading: Reading) -> list[Check]:
    """What should be looked at in a row that is taken; on rows about territory the rest is said as an error where they give no claim of control."""

    def look(code: str, column: str, when: str, what: str, hint: str) -> Check:
        return Check(code=code, column=column, when=when, what=what, hint=hint, refuses=False)

    of_type = "sub_event_type" if reading.has("sub_event_type") else "event_type"
    return [
        look("event-id", "event_id_cnty", "event is null", "'has no event id'", "Export event_id_cnty too."),
        look(
            "event-type",
            of_type,
            "_predicate = 'event'",
            "format('has the type {}, which says nothing of what was done, or is not known', coalesce(_said, 'none'))",
            "Taken as an event of no type; what it is called stays with it.",
        ),
        look(
            "no-party",
            "actor1",
            "actor1 is null and _ground is null",
            "'has no actor1'",
            "Taken as an event whose actor is not known.",
        ),
        look(
            "time-precision",
            "time_precision",
            "not coalesce(_time_known, false) and _ground is null",
            "format('has time_precision {}: nobody can say how sure the day is', coalesce(time_code, 'none'))",
            "Taken as some day of that month. It is 1 (day), 2 (week) or 3 (month).",
        ),
        look(
            "geo-precision",
            "geo_precision",
            "not coalesce(_geo_known, false) and _ground is null",
            "format('has geo_precision {}: nobody can say how far its point may lie off', coalesce(geo_code, 'none'))",
            "Taken without a place. It is 1 (the place), 2 (near it) or 3 (a region).",
        ),
        look(
            "point",
            "latitude",
            "not coalesce(_on_earth, false) and _ground is null",
            "'has no latitude and longitude on earth'",
            "Taken without a point. Check the row at its source.",
        ),
        look(
            "year",
            "year",
            "_year is not null and _year <> year(_day)",
            "format('says the year {} and a day in {}', _year, year(_day))",
            "The day is taken; check that no columns have shifted.",
        ),
    ]


def _event(reading: Reading) -> dict[str, str]:
    one_day = "time_code = '1'"
    radius = " ".join(f"when {quoted(code)} then {km}" for code, km in _RADIUS.items())
    return _evidence(reading) | {
        "key": "_key",
        "kind": "'event'",
        "subject": "coalesce(_party_a, 'unknown')",
        "predicate": "_predicate",
        "object": "_party_b",
        "place": "_place",
        "also": also_text(
            {"source_code": "concat_ws(' ', 'acled', _said)", "with": "_members"}, {"harm_best": "_deaths"}
        ),
        "maybe_start": "_first",
        "maybe_end": "_last + 1",
        "sure_start": f"if({one_day}, _first, null)",
        "sure_end": f"if({one_day}, _last + 1, null)",
        "starts": "'yes'",
        "ends": "'yes'",
        "lat": "if(_on_earth, _lat, null)",
        "lon": "if(_on_earth, _lon, null)",
        "radius_km": f"case geo_code {radius} end",
        "area": f"if(geo_code = '{_REGION}', coalesce(admin1, country), null)",
        "precision": "'acled.geo_precision ' || geo_code",
        "date_precision": "'acled.time_precision ' || time_code",
        "note": "_note",
    }


def _control(reading: Reading) -> dict[str, str]:
    return _evidence(reading) | {
        "key": "_key || '/control'",
        "kind": "'control'",
        "subject": "_gainer",
        "predicate": "'holds'",
        "object": "_held",
        # since a day between these two
        "maybe_start": "_first",
        "sure_start": "_last",
        "starts": "'yes'",
        "quote": "_notes",
        "confidence": "if(geo_code = '2', 'low', null)",
        "note": "_note_of_control",
    }


def _evidence(reading: Reading) -> dict[str, str]:
    sheet = reading.cells.sheet
    return {
        "row": "row",
        "sheet": "cast(null as varchar)" if sheet is None else quoted(sheet),
        "cell": "if(_notes is null, null, 'notes')",
        "scope": "country",
        "published": f"date '{reading.document.published}'",
        "chain": "_chain",
        "document": quoted(reading.document.id),
        "place_as_written": "location",
    }


def _note_of_control(reading: Reading) -> str:
    code = "coalesce(" + ", ".join(reading.first(name) for name in ("sub_event_type", "event_type")) + ")"
    kept = [f"'{name} ' || {reading.first(name)}" for name in ("time_precision", "geo_precision", "source")]
    return f"concat_ws('; ', {_acled_id(reading)}, {code}, {', '.join(kept)})"


def _note_of_event(reading: Reading) -> str:
    kept = {
        "event_type": ("event_type",),
        "actor1": ("actor1",),
        "with": ("assoc_actor_1", "ally_actor_1"),
        "actor2": ("actor2",),
        "beside actor2": ("assoc_actor_2", "ally_actor_2"),
        "civilian_targeting": ("civilian_targeting",),
        "source": ("source",),
        "tags": ("tags",),
        "timestamp": ("timestamp",),
    }
    said = ", ".join(f"'{name} ' || {reading.first(*columns)}" for name, columns in kept.items())
    return f"concat_ws('; ', {_acled_id(reading)}, {said})"


def _acled_id(reading: Reading) -> str:
    return f"concat_ws(' ', 'ACLED', {decisive(reading)['event']})"


# ------------------------------------------------------------------------------------------- what is decided once

_KINDS = pa.schema([(name, pa.string()) for name in ("sub_event", "event_type", "predicate", "ground", "said")])
_PLACES = pa.schema([(name, pa.string()) for name in (*_SPOT, "place")])
_CHAINS = pa.schema([("written", pa.string()), ("chain", pa.string())])


def _kinds(reading: Reading) -> None:
    """Table ``kinds_of``: the key of each type of event, as it was said, and whether it speaks of territory."""
    sql = decisive(reading)
    rows = reading.distinct(sub_event=sql["sub_event"], event_type=sql["event_type"])
    for row in rows:
        sub_event, event_type = row["sub_event"], row["event_type"]
        row["predicate"] = from_acled(sub_event, event_type) or "event"
        row["ground"] = ground(sub_event, event_type)
        row["said"] = sub_event or event_type
    reading.engine.table("kinds_of", pa.Table.from_pylist(rows, schema=_KINDS))


def _places(reading: Reading) -> None:
    """Table ``places_of``: which place of the register a name with a point means, or of a region which area."""
    near, km = reading.near(), float(reading.options.get("max_km", MAX_KM))
    sql = decisive(reading)
    rows = reading.distinct(**{name: sql[name] for name in _SPOT})
    for row in rows:
        point = on_earth(row["latitude"], row["longitude"])
        if row["geo_code"] == _REGION:
            governorate = near.area(row["admin1"], kind="governorate")
            row["place"] = governorate if row["admin1"] else near.area(row["country"], kind="country")
        elif row["geo_code"] in _RADIUS and point is not None:
            row["place"] = near.id(row["location"], point, within_km=km)
    reading.engine.table("places_of", pa.Table.from_pylist(rows, schema=_PLACES))


def _chains(reading: Reading) -> None:
    """
    Table ``chains_of``: who told ACLED.

    ACLED alone is the origin where no source of a row is known here: every download of a row is one and the same origin. Of several that are known the
    first stands for them, so that a row is never counted as one origin more than those who told it.
    """
    known: dict[str, str] = reading.options.get("source_names") or {}
    compiler = Link(who=reading.document.publisher, role=Role.COMPILER)
    rows: list[dict[str, Any]] = reading.distinct(written=reading.first("source"))
    for row in rows:
        written = row["written"] or ""
        names = (written, *(part.strip() for part in written.split(";")))
        first = next((known[name] for name in names if name in known), None)
        links = [compiler] if first is None else [Link(who=first, role=Role.REPORTER), compiler]
        row["chain"] = canonical([link.to_json() for link in links]).decode()
    reading.engine.table("chains_of", pa.Table.from_pylist(rows, schema=_CHAINS))


SOURCE = Tabular(
    format="acled",
    name="ACLED",
    version=1,
    is_header=_NEEDED.issubset,
    needed=", ".join(sorted(_NEEDED)),
    columns=COLUMNS,
    options=("party_names", "place_names", "source_names", "max_km", "snap_km", "day_first", "encoding"),
    plan=_plan,
    cannot_say=(
        "ACLED codes no weapon.",
        "ACLED gives one number of deaths, of everybody together, without a range.",
        "ACLED's actor1 is not always who attacked, nor actor2 who was attacked.",
        "ACLED has Syria from 2017 on.",
    ),
)
