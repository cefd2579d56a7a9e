"""How the rows of Insecurity Insight become claims of events and of people who were harmed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from castello.claims import UNKNOWN
from castello.claims.vocabulary import from_insecurity_insight
from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources._slugs import slug
from castello.sources.insecurity_insight._topics import (
    ASSAULTED,
    ATTACKED,
    CAMP,
    COLUMNS,
    DESTROYED,
    HEALTH_FACILITY,
    NOTED,
    PEOPLE,
    SCHOOL,
    SEXUAL,
    STRUCK,
    how,
    is_header,
    topic,
)
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

_NOTHING = ("no information", "not applicable", "notapplicable", "n/a", "none", "unknown", "other", "unspecified")
# Kilometres that a point may lie off, by UCDP's numbers; the others name an area, of which the point is only the middle.
_RADIUS = {"1": 1, "2": 25}
_UNIT = "person"


def _plan(reading: Reading) -> Plan:
    days = reading.days("days_of", "date")
    _perpetrators(reading)
    _weapons(reading)
    _places(reading)
    of_topic = topic(reading.cells.columns)
    geo = reading.first("geo_precision")
    typed = (
        Steps("typed")
        .add(
            "read",
            f"""select row, {reading.first("sind_event_id", "sind_id")} as _event, date as _date, {reading.first("country")} as _country,
                       coalesce({reading.first("country_iso")}, {reading.first("country")}) as _iso, {_said(reading, "admin_1")} as _admin1,
                       {reading.first("reported_perpetrator")} as _perpetrator, {reading.first("reported_perpetrator_name")} as _name,
                       {reading.first("launch_type")} as _launch, {_weapon(reading)} as _weapon,
                       {reading.first("latitude")} as _lat_text, {reading.first("longitude")} as _lon_text,
                       {reading.number("latitude")} as _lat, {reading.number("longitude")} as _lon,
                       {geo} as _geo, nullif(regexp_extract({geo}, '\\(([1-7])\\)', 1), '') as _geo_code,
                       {_named(reading.first("affected"))} as _affected, {reading.first("event_description")} is not null as _described,
                       {_note(reading)} as _note, {_counts(reading)}
                from cells""",
        )
        .add(
            "joined",
            """select read.*, days_of.first as _first, days_of.last as _last, days_of.problem as days_of_problem,
                      _lat between -90 and 90 and _lon between -180 and 180 as _on_earth,
                      coalesce(who.party, 'unknown') as _party, w.platform as _platform, w.weapon as _munition, w.how as _how, spot.place as _place
               from read left join days_of on days_of.written = _date
               left join perpetrators_of as who on who.name is not distinct from _name and who.kind is not distinct from _perpetrator
               left join weapons_of as w on w.launch is not distinct from _launch and w.weapon_type is not distinct from _weapon
               left join places_of as spot on spot.admin1 is not distinct from _admin1 and spot.country is not distinct from _country""",
        )
        .add(
            "typed",
            f"select *, {_predicate(reading, of_topic)} as _predicate, {_object(reading, of_topic)} as _struck from joined",
        )
    )
    # what shows the day and the spot of sexual violence may show the survivor
    typed = typed.add(
        "shown",
        "select *, coalesce(_on_earth, false) and _predicate is distinct from 'attack.sexual' as _pointed from typed",
    )
    event = _event(reading, of_topic)
    claims = [(event, f"_predicate is not null or not ({_any(reading, [*PEOPLE['kidnapped'], *PEOPLE['arrested']])})")]
    for act, predicate in (("kidnapped", "abduction"), ("arrested", "arrest")):
        claims += [
            (
                event
                | {
                    "key": f"{event['key']} || '/{predicate}/{who}'",
                    "predicate": f"'{predicate}'",
                    "object": f"'{who}'",
                    "value": _count(column),
                    "unit": f"'{_UNIT}'",
                },
                f"{_count(column)} > 0",
            )
            for column, who in _here(reading, act)
        ]
    for act in ("killed", "injured"):
        claims += [
            (
                event
                | {
                    "key": f"{event['key']} || '/{act}/{who}'",
                    "kind": "'casualty'",
                    "predicate": f"'{act}'",
                    "object": f"'{who}'",
                    "value": _count(column),
                    "unit": f"'{_UNIT}'",
                    "also": also_text({"cause": "nullif(concat_ws(', ', _launch, _weapon), '')"}),
                },
                f"{_count(column)} > 0",
            )
            for column, who in _here(reading, act)
        ]
    return Plan(typed=typed, checks=_checks(reading, days), claims=claims)


def _event(reading: Reading, of_topic: str) -> dict[str, str]:
    one_day = "_first = _last"
    radius = " ".join(f"when {quoted(code)} then {km}" for code, km in _RADIUS.items())
    sheet = reading.cells.sheet
    return {
        "row": "row",
        "sheet": "cast(null as varchar)" if sheet is None else quoted(sheet),
        # descriptions may name people: where they stand is kept, and not what they say
        "cell": f"if(_described, {quoted(reading.cells.printed.get('event_description', 'Event Description'))}, null)",
        # topics share ids and days, and neither speaks for the other
        "key": f"'sind/{of_topic}/' || _event",
        "scope": f"'{of_topic} ' || _iso",
        "kind": "'event'",
        "subject": "_party",
        "predicate": "coalesce(_predicate, 'event')",
        "object": "_struck",
        "place": "_place",
        "also": also_text(
            {"source_code": f"'insecurity-insight {of_topic}'", "weapon": "_munition", "platform": "_platform"}
        ),
        "maybe_start": "_first",
        "maybe_end": "_last + 1",
        "sure_start": f"if({one_day}, _first, null)",
        "sure_end": f"if({one_day}, _last + 1, null)",
        "starts": "'yes'",
        "ends": "'yes'",
        "published": f"date '{reading.document.published}'",
        "chain": reading.chain(),
        "document": quoted(reading.document.id),
        "place_as_written": "coalesce(_admin1, _country)",
        "lat": "if(_pointed, _lat, null)",
        "lon": "if(_pointed, _lon, null)",
        "radius_km": f"case _geo_code {radius} end",
        # the district that 3 stands for is not named: it lies in this area
        "area": "case when _geo_code in ('3', '4') then coalesce(_admin1, _country) when _geo_code = '6' then _country end",
        "precision": "'insecurity-insight.geo_precision ' || _geo",
        "note": "_note",
    }


def _checks(reading: Reading, days: Check | None) -> list[Check]:
    published = f"date '{reading.document.published}'"
    return [
        Check(code="id", column="sind_event_id", when="_event is null", what="'has no id'", hint="Each event has one."),
        Check(code="date", column="date", when="_date is null", what="'has no date'", hint="Write 2016-07-17."),
        *([days] if days else []),
        Check(
            code="after-release",
            column="date",
            when=f"_first > {published}",
            what=f"format('happened on {{}}, after the file was published ({reading.document.published})', _first)",
            hint="Check the row, or the day of publication in the sidecar.",
        ),
        *[
            Check(
                code="number",
                column=column,
                when=f"{_cell(column)} is not null and {_count(column)} is null",
                what=f"format('{{}} is no number of people', left({_cell(column)}, 40))",
                hint="Taken without that count.",
                refuses=False,
            )
            for act in PEOPLE
            for column, _ in _here(reading, act)
        ],
        Check(
            code="point",
            column="latitude",
            when="(_lat_text is not null or _lon_text is not null) and not coalesce(_on_earth, false)",
            what="'has no latitude and longitude on earth'",
            hint="Taken without a point.",
            refuses=False,
        ),
        Check(
            code="geo-precision",
            column="geo_precision",
            when="_on_earth and _geo_code is null",
            what="format('has the geo precision {}: nobody can say how far its point may lie off', coalesce(_geo, 'none'))",
            hint="It begins with a number in brackets, (1) to (7).",
            refuses=False,
        ),
    ]


# ------------------------------------------------------------------------------------------------------- expressions


def _here(reading: Reading, act: str) -> list[tuple[str, str]]:
    """The columns of the file that count people to whom something was done, and the class of each."""
    return [(column, who) for column, who in PEOPLE[act].items() if reading.has(column)]


def _cell(column: str) -> str:
    return f'"_said {column}"'


def _count(column: str) -> str:
    return f'"_n {column}"'


def _counts(reading: Reading) -> str:
    """SQL for each column that counts: ``_said`` as written, ``_n`` a whole number, or null for what is none."""
    known = [*SEXUAL, *NOTED, *(column for columns in PEOPLE.values() for column in columns)]
    listed = []
    for column in known:
        if reading.has(column):
            number = f'try_cast("{column}" as double)'
            whole = f"if({number} >= 0 and {number} = trunc({number}) and isfinite({number}), {number}, null)"
            listed.append(f'"{column}" as {_cell(column)}, {whole} as {_count(column)}')
    return ", ".join(listed) or "null as _none"


def _any(reading: Reading, columns: Iterable[str]) -> str:
    """SQL: whether one of some columns has a count, or says yes."""
    here = [column for column in columns if reading.has(column)]
    each = [f"coalesce({_count(column)} > 0, lower({_cell(column)}) in ('true', 'yes'), false)" for column in here]
    return " or ".join(each) or "false"


def _predicate(reading: Reading, of_topic: str) -> str:
    """SQL for the event key: how it was done where the weapon tells, else what was done; null where no key says it."""
    hurt = [*PEOPLE["killed"], *PEOPLE["injured"], *ASSAULTED]
    sexual = "true" if of_topic == "sexual-violence" else _any(reading, SEXUAL)
    return f"""case when {sexual} then 'attack.sexual'
                    when _how is not null then _how
                    when {"true" if of_topic == "explosive-weapons" else "false"} then 'attack'
                    when {_any(reading, hurt)} then 'attack.civilians'
                    when {_any(reading, DESTROYED)} then 'destruction'
                    when {_any(reading, ATTACKED)} then 'attack' end"""


def _object(reading: Reading, of_topic: str) -> str:
    """SQL for what was struck: a thing before the people in it, whom claims of casualties count; null where it may be several."""
    people = {
        who: [column for columns in PEOPLE.values() for column in columns if columns[column] == who]
        for who in _classes()
    }
    alone = [
        f"when ({_any(reading, columns)}) and not ({_any(reading, _others(people, who))}) then '{who}'"
        for who, columns in people.items()
        if any(reading.has(column) for column in columns)
    ]
    struck = " ".join(f"when _affected = {quoted(word)} then '{who}'" for word, who in STRUCK.items())
    last = {"health": "health-care", "education": "education"}.get(of_topic)
    return f"""case when {_any(reading, HEALTH_FACILITY)} then 'health-facility'
                    when {_any(reading, SCHOOL)} then 'education-facility'
                    when {_any(reading, CAMP)} then 'camp'
                    {" ".join(alone)} {struck} else {"null" if last is None else quoted(last)} end"""


def _classes() -> list[str]:
    return sorted({who for columns in PEOPLE.values() for who in columns.values()})


def _others(people: dict[str, list[str]], who: str) -> list[str]:
    return [column for other, columns in people.items() if other != who for column in columns]


def _named(sql: str) -> str:
    """SQL for the one word of a list, in lower case and without the plural; null of several."""
    return f"nullif(regexp_replace(lower(trim({sql})), 's$', ''), '')"


def _said(reading: Reading, column: str) -> str:
    """SQL for a cell, null where it says that there is nothing to say."""
    sql = reading.first(column)
    return f"if(lower({sql}) in ({', '.join(quoted(word) for word in _NOTHING)}), null, {sql})"


def _weapon(reading: Reading) -> str:
    return f"coalesce({reading.first('explosive_weapon_type')}, {reading.first('weapon_carried/used')})"


def _note(reading: Reading) -> str:
    """SQL for what the source says beside, word for word; counts of zero and what does not apply are left out."""
    words = ", ".join(quoted(word) for word in (*_NOTHING, "0", "0.0", "false", "no"))
    columns = (
        "reported_perpetrator",
        "reported_perpetrator_name",
        "weapon_carried/used",
        "launch_type",
        "explosive_weapon_type",
        *NOTED,
    )
    kept = [
        f"if(lower({reading.first(column)}) in ({words}), null, {quoted(reading.cells.printed[column].strip() + ' ')} || {reading.first(column)})"
        for column in columns
        if reading.has(column)
    ]
    return f"concat_ws('; ', 'SiND ' || {', '.join([reading.first('sind_event_id', 'sind_id'), *kept])})"


# ------------------------------------------------------------------------------------------- what is decided once


def _perpetrators(reading: Reading) -> None:
    """Table ``perpetrators_of``: who is reported to have done it."""
    names = reading.party_names()
    rows = reading.distinct(name=reading.first("reported_perpetrator_name"), kind=reading.first("reported_perpetrator"))
    for row in rows:
        row["party"] = _party(reading, names, row["name"], row["kind"] or "")
    reading.engine.table("perpetrators_of", pa.Table.from_pylist(rows, schema=_PERPETRATORS))


_PERPETRATORS = pa.schema([(name, pa.string()) for name in ("name", "kind", "party")])


def _party(reading: Reading, names: Any, written: str | None, kind: str) -> str:
    if written is None:
        return UNKNOWN
    found = names.sure_id(written)
    if found is not None:
        return str(found)
    plain = written.strip().lower()
    if plain in _NOTHING or plain.startswith(("unidentified", "unknown", "no information", "unspecified")):
        return UNKNOWN
    return reading.bring_party(
        slug(f"sind-{written}"), name_en=written, kind=_kind(kind.lower()), note="as Insecurity Insight names it"
    )


def _kind(reported: str) -> str:
    """What a perpetrator is, by the words beside the name."""
    if re.search(r"non-?\s?state|\bnsa\b|vigilante|militia|armed group", reported):
        return "armed_group"
    if re.search(r"government|military|police|state|armed forces", reported):
        return "state"
    return "organisation"


def _weapons(reading: Reading) -> None:
    """Table ``weapons_of``: platform and weapon as the vocabulary calls them, and how it was done if they tell."""
    rows = reading.distinct(launch=reading.first("launch_type"), weapon_type=_weapon(reading))
    for row in rows:
        row["platform"], row["weapon"] = from_insecurity_insight(row["launch"], row["weapon_type"])
        row["how"] = how(row["platform"], row["weapon"])
    reading.engine.table("weapons_of", pa.Table.from_pylist(rows, schema=_WEAPONS))


_WEAPONS = pa.schema([(name, pa.string()) for name in ("launch", "weapon_type", "platform", "weapon", "how")])


def _places(reading: Reading) -> None:
    """Table ``places_of``: the area that an event lies in. Files name no place in it, and a point alone means none."""
    near = reading.near()
    rows = reading.distinct(admin1=_said(reading, "admin_1"), country=reading.first("country"))
    for row in rows:
        kind, name = ("governorate", row["admin1"]) if row["admin1"] else ("country", row["country"])
        row["place"] = near.area(name, kind=kind) or near.area(_bare(name), kind=kind)
    reading.engine.table("places_of", pa.Table.from_pylist(rows, schema=_PLACES))


_PLACES = pa.schema([(name, pa.string()) for name in ("admin1", "country", "place")])


def _bare(name: str | None) -> str | None:
    """A name without the word for what it is: 'Aleppo Governorate'."""
    return name and re.sub(
        r"\s+(governorate|province|state|oblast|region|district)$", "", name.strip(), flags=re.IGNORECASE
    )


SOURCE = Tabular(
    format="insecurity_insight",
    name="Insecurity Insight",
    version=1,
    is_header=is_header,
    needed="date, reported_perpetrator, sind_event_id",
    columns=frozenset(COLUMNS),
    options=("party_names", "place_names", "day_first", "encoding"),
    plan=_plan,
    cannot_say=(
        "Insecurity Insight has only events that affect aid, health care, education or protection.",
        "Insecurity Insight counts staff, students and residents of camps, not everybody who was hurt.",
        "Insecurity Insight names no place below the first administrative area.",
    ),
)
