"""Every row of ACLED becomes a claim of an event, in all three generations of its columns; what it does not say is not made up."""

import csv
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from castello.claims import Kind, Link, Locator, Period, Role, Where
from castello.places import Place, PlaceRegister
from castello.sources.acled import SOURCE
from castello.sources.registry import tabular_sources
from tests.sources.mangled import mangled
from tests.sources.registers import PLACES, codes
from tests.sources.tables import read_tables
from tests.sources.test_acled_territory import CURRENT, OLD, table

FIRST_API_HEADER = (
    "data_id,iso,event_id_cnty,event_id_no_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,"
    "source_scale,notes,fatalities,timestamp,iso3"
)
(FIRST_API,) = csv.reader([FIRST_API_HEADER])
CLASH = {
    "sub_event_type": "Armed clash",
    "event_type": "Battles",
    "country": "Examplia",
    "fatalities": "3",
    "year": "2016",
}
REGIONS = PlaceRegister([*PLACES.places, Place(id="north", kind="governorate", name_en="North", parent="country")], [])


def read(*rows, columns=CURRENT, data=None, **options):
    told = read_tables(SOURCE, table(*rows, columns=columns) if data is None else data, name="acled.csv", **options)
    assert told.present == told.taken + told.refused
    assert len(told.of(Kind.EVENT)) == told.taken
    return told


def one_event(row, **options):
    told = read(CLASH | row, **options)
    (event,) = told.of(Kind.EVENT)
    return event


# ----------------------------------------------------------------------------------------------------------- one row


def test_a_row_is_an_event_with_all_that_it_says():
    told = read(CLASH | {"assoc_actor_1": "Northern Brigade", "timestamp": "1700000000"})
    (claim,) = told.claims
    assert told.issues == ()
    assert (claim.kind, claim.subject, claim.predicate, claim.object) == (
        Kind.EVENT,
        "army",
        "attack.clash",
        "opposition",
    )
    assert claim.place == "hanano"
    assert claim.place_as_written == "Hanano"
    assert claim.where == Where(lat=36.231, lon=37.199, radius_km=2, precision="acled.geo_precision 1")
    assert claim.happened == Period.day(date(2016, 7, 17))
    assert claim.date_precision == "acled.time_precision 1"
    assert dict(claim.also) == {"harm_best": 3, "source_code": "acled Armed clash", "with": "brigade-north"}
    assert claim.chain == (Link(who="mappers", role=Role.COMPILER),)
    assert (claim.document, claim.published) == ("map-2016", date(2016, 12, 31))
    assert claim.note == (
        "ACLED SYR1; event_type Battles; actor1 Army of Examplia (2000-); with Northern Brigade; actor2 Opposition; "
        "source A paper; Another; timestamp 1700000000"
    )
    assert told.keys == {claim.id: "acled/SYR1"}
    assert told.scopes == {"Examplia"}


def test_the_words_of_a_row_are_pointed_at_and_not_copied():
    # nobody has read them, and they may name who was harmed
    claim = one_event({"notes": "On 17 July somebody was killed."})
    assert claim.quote is None
    assert claim.locator == Locator(row=2, cell="notes")
    assert "somebody" not in str(claim.to_json())
    assert one_event({"notes": ""}).locator == Locator(row=2)


def test_rows_on_territory_are_events_and_control():
    told = read({"event_id_cnty": "SYR7"})
    (control,), (event,) = told.of(Kind.CONTROL), told.of(Kind.EVENT)
    assert event.predicate == "attack.ground-gain.state"
    assert (control.subject, control.object) == (event.subject, event.place) == ("army", "hanano")
    assert told.keys == {event.id: "acled/SYR7", control.id: "acled/SYR7/control"}


def test_what_is_not_clear_about_the_ground_leaves_the_event():
    told = read({"inter1": "2", "fatalities": "4"})
    assert codes(told.issues) == [(2, "inter1", "actor-order", "error")]
    (event,) = told.claims
    assert (event.kind, event.slot("harm_best")) == (Kind.EVENT, 4)


@pytest.mark.parametrize("columns", [OLD, FIRST_API, CURRENT], ids=["annual", "first", "current"])
def test_every_generation_says_the_same(columns):
    row = {
        "event_type": "Non-violent transfer of territory",
        "sub_event_type": "Non-violent transfer of territory",
        "event_date": "17/07/2016" if columns is OLD else "17 July 2016",
        "assoc_actor_1": "Southern Brigade",
        "ally_actor_1": "Southern Brigade",
        "country": "Examplia",
        "fatalities": "0",
    }
    told = read(row, columns=columns)
    assert told.issues == ()
    (event,) = told.of(Kind.EVENT)
    assert (event.subject, event.predicate, event.object) == ("army", "control.transfer", "opposition")
    assert event.happened == Period.day(date(2016, 7, 17))
    assert event.slot("with") == "brigade-south"
    assert event.slot("harm_best") == 0
    assert [claim.object for claim in told.of(Kind.CONTROL)] == ["hanano"]


@pytest.mark.parametrize(
    ("event_type", "sub_event", "predicate"),
    [
        ("Explosions/Remote violence", "Air/drone strike", "attack.air"),
        ("Violence against civilians", "Attack", "attack.civilians"),
        ("Protests", "Peaceful protest", "protest"),
        ("Strategic developments", "Headquarters or base established", "base"),
        ("Battle-No change of territory", "", "attack.clash"),
        ("Remote violence", "", "attack"),
        ("Riots/Protests", "", "demonstration"),
    ],
)
def test_types_of_all_years(event_type, sub_event, predicate):
    claim = one_event({"event_type": event_type, "sub_event_type": sub_event})
    assert claim.predicate == predicate
    assert claim.slot("source_code") == f"acled {sub_event or event_type}"
    assert claim.slot("weapon") is None
    assert claim.slot("platform") is None


@pytest.mark.parametrize(("event_type", "sub_event"), [("Battles", "Magic"), ("Strategic development", ""), ("", "")])
def test_a_type_that_is_not_known_is_kept_and_said(event_type, sub_event):
    told = read(CLASH | {"event_type": event_type, "sub_event_type": sub_event})
    (claim,) = told.claims
    assert claim.predicate == "event"
    assert claim.slot("source_code") == f"acled {sub_event or event_type}".strip()
    assert codes(told.issues) == [(2, "sub_event_type", "event-type", "warning")]


# -------------------------------------------------------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2", date(2016, 7, 14), date(2016, 7, 20)),
        ("3", date(2016, 7, 1), date(2016, 7, 31)),
        ("3.0", date(2016, 7, 1), date(2016, 7, 31)),
    ],
)
def test_a_week_and_a_month_are_some_day_of_them(code, first, last):
    claim = one_event({"time_precision": code})
    assert claim.happened == Period.between(first, last)
    assert claim.date_precision == f"acled.time_precision {code[0]}"


def test_without_a_precision_it_is_some_day_that_any_precision_allows():
    told = read(CLASH | {"time_precision": "", "event_date": "2016-07-30"})
    (claim,) = told.claims
    assert claim.happened == Period.between(date(2016, 7, 1), date(2016, 8, 2))
    assert claim.date_precision is None
    assert codes(told.issues) == [(2, "time_precision", "time-precision", "warning")]


def test_a_year_that_is_another_is_said():
    assert codes(read(CLASH | {"year": "2015"}).issues) == [(2, "year", "year", "warning")]


# ------------------------------------------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    ("cells", "place", "where"),
    [
        (
            {"geo_precision": "2"},
            "hanano",
            Where(lat=36.231, lon=37.199, radius_km=10, precision="acled.geo_precision 2"),
        ),
        (
            {"geo_precision": "3", "admin1": "North"},
            "north",
            Where(lat=36.231, lon=37.199, area="North", precision="acled.geo_precision 3"),
        ),
        (
            {"geo_precision": "3"},
            "country",
            Where(lat=36.231, lon=37.199, area="Examplia", precision="acled.geo_precision 3"),
        ),
        # the name is that of the place, the point is not
        ({"latitude": "36.9"}, None, Where(lat=36.9, lon=37.199, radius_km=2, precision="acled.geo_precision 1")),
        # the point is that of the place, the name is not
        (
            {"location": "Quarter 17"},
            None,
            Where(lat=36.231, lon=37.199, radius_km=2, precision="acled.geo_precision 1"),
        ),
    ],
)
def test_a_point_is_as_near_as_its_code_says(cells, place, where):
    claim = one_event(cells, places=REGIONS)
    assert (claim.place, claim.where) == (place, where)


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"geo_precision": ""}, "geo_precision", "geo-precision"),
        ({"geo_precision": "4"}, "geo_precision", "geo-precision"),
        ({"latitude": ""}, "latitude", "point"),
        ({"latitude": "136"}, "latitude", "point"),
        ({"latitude": "36,2"}, "latitude", "point"),
    ],
)
def test_where_nobody_can_say_where_there_is_no_place(cells, column, code):
    told = read(CLASH | cells)
    assert codes(told.issues) == [(2, column, code, "warning")]
    assert told.claims[0].place is None
    assert told.claims[0].place_as_written == "Hanano"


# --------------------------------------------------------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("written", "code", "object_"),
    [
        ("Civilians (Examplia)", "7", "civilians"),
        ("Civilians (Examplia)", "Civilians", "civilians"),
        ("Civilians (Examplia)", "", "civilians"),
        ("Teachers (Examplia)", "7", "civilians"),
        ("Protesters (Examplia)", "6", "protesters"),
        ("Rioters (Examplia)", "Rioters", "rioters"),
        ("Unidentified Armed Group (Examplia)", "3", "unknown"),
        ("rebels", "2", "opposition"),
        ("", "0", None),
    ],
)
def test_the_other_side_is_a_party_a_class_or_unknown(written, code, object_):
    told = read(CLASH | {"actor2": written, "inter2": code})
    assert told.claims[0].object == object_
    assert told.names == {}


def test_an_actor_that_is_no_party_of_the_case_comes_with_the_feed():
    told = read(
        CLASH | {"actor1": "Border Guards (2000-2010)", "inter1": "1"},
        CLASH
        | {
            "actor1": "Militia of the Hills",
            "inter1": "Identity militia",
            "assoc_actor_1": "Hill Women; Militia of the Hills",
        },
        CLASH | {"actor1": "Police Forces of Otherland (1990-)", "inter1": "8"},
        CLASH | {"actor1": "Somebody", "inter1": ""},
    )
    assert told.issues == ()
    assert [claim.subject for claim in told.claims] == [
        "acled-border-guards",
        "acled-militia-of-the-hills",
        "acled-police-forces-of-otherland",
        "acled-somebody",
    ]
    assert told.claims[1].slot("with") == "acled-hill-women,acled-militia-of-the-hills"
    assert {id_: name["kind"] for id_, name in told.names.items()} == {
        "acled-border-guards": "state",
        "acled-hill-women": "armed_group",
        "acled-militia-of-the-hills": "armed_group",
        "acled-police-forces-of-otherland": "state",
        "acled-somebody": "organisation",
    }
    assert told.names["acled-border-guards"]["name_en"] == "Border Guards"


def test_who_stands_beside_people_is_no_armed_group():
    told = read(CLASH | {"actor1": "Protesters (Examplia)", "inter1": "6", "assoc_actor_1": "Teachers (Examplia)"})
    assert told.claims[0].subject == "protesters"
    assert told.names["acled-teachers-examplia"]["kind"] == "people"


def test_names_that_are_spelled_otherwise_or_mean_several_are_said():
    told = read(CLASH | {"actor1": "the Brigade", "inter1": "2"}, CLASH | {"actor2": "Northrn Brigade"})
    assert [claim.subject for claim in told.claims] == ["acled-the-brigade", "army"]
    assert told.claims[1].object == "brigade-north"
    assert codes(told.issues) == [(2, "actor1", "party", "warning"), (3, "actor2", "alike", "warning")]
    assert "brigade-north or brigade-south" in told.issues[0].what


def test_a_row_without_an_actor_is_an_event_of_somebody():
    told = read(CLASH | {"actor1": ""})
    assert told.claims[0].subject == "unknown"
    assert codes(told.issues) == [(2, "actor1", "no-party", "warning")]


def test_of_several_sources_the_first_that_is_known_stands_for_them():
    names = {"Another": "the-other", "Third": "the-third"}
    chain = one_event({"source": "A paper; Another; Third"}, source_names=names).chain
    assert chain == (Link(who="the-other", role=Role.REPORTER), Link(who="mappers", role=Role.COMPILER))
    assert one_event({"source": "A paper"}, source_names=names).origin == "mappers"
    assert one_event({"source": "One; Two"}, source_names={"One; Two": "both"}).origin == "both"


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"event_date": ""}, "event_date", "date"),
        ({"event_date": "soon"}, "event_date", "date"),
        ({"event_date": "July 2016"}, "event_date", "date"),
        ({"event_date": "2017-01-01", "year": "2017"}, "event_date", "after-release"),
        ({"fatalities": "many"}, "fatalities", "number"),
        ({"fatalities": "-1"}, "fatalities", "number"),
        ({"fatalities": "2.5"}, "fatalities", "number"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_said(cells, column, code):
    told = read(CLASH | cells, CLASH)
    assert [claim.locator.row for claim in told.claims] == [3]
    assert codes(told.issues) == [(2, column, code, "error")]
    assert (told.present, told.taken, told.refused) == (2, 1, 1)


def test_an_event_that_is_there_twice_is_taken_once():
    told = read_tables(SOURCE, table(CLASH, CLASH | {"event_id_cnty": "SYR1", "fatalities": "9"}), name="acled.csv")
    assert [claim.slot("harm_best") for claim in told.claims] == [3]
    assert codes(told.issues) == [(3, None, "twice", "error")]
    assert "something else" in told.issues[0].what
    assert (told.present, told.taken, told.refused) == (2, 1, 1)


def test_the_header_alone_says_what_it_is():
    plain = [frozenset(name.lower() for name in columns) for columns in (OLD, FIRST_API, CURRENT)]
    for names in plain:
        assert names <= SOURCE.columns
        assert [source.format for source in tabular_sources().values() if source.is_header(names)] == ["acled"]
    assert not SOURCE.is_header(plain[0] - {"actor1"})


def test_the_sample_by_hand():
    sample = resources.files("castello.sources.acled") / "sample.csv"
    names = {"Military Forces of Examplia (2000-)": "army", "Local fighters": "brigade-north"}
    told = read(data=sample.read_bytes(), party_names=names, places=REGIONS)
    assert told.issues == ()
    assert [
        (c.subject, c.predicate, c.object, c.place, c.slot("harm_best"), c.slot("with")) for c in told.of(Kind.EVENT)
    ] == [
        ("army", "attack.ground-gain.state", "opposition", "hanano", 0, None),
        ("brigade-north", "attack.ground-gain.nonstate", "army", "east", 0, None),
        ("brigade-north", "attack.clash", "army", "hanano", 2, "acled-river-brigade,acled-hill-brigade"),
        ("unknown", "attack.air", "civilians", "hanano", 3, None),
        ("protesters", "protest", None, "north", 0, None),
    ]
    assert [c.happened for c in told.of(Kind.EVENT)] == [
        Period.day(date(2016, 7, 17)),
        Period.between(date(2016, 8, 3), date(2016, 8, 9)),
        Period.day(date(2016, 8, 7)),
        Period.day(date(2016, 8, 9)),
        Period.between(date(2016, 8, 1), date(2016, 8, 31)),
    ]
    assert "beside actor2 Health Workers (Examplia); civilian_targeting Civilian targeting" in (
        told.of(Kind.EVENT)[3].note or ""
    )
    assert sorted(told.names) == ["acled-hill-brigade", "acled-river-brigade"]
    assert len(told.of(Kind.CONTROL)) == 2


@pytest.mark.parametrize("part", range(4))
def test_whatever_becomes_of_a_file_every_row_is_read_or_said(part):
    sample = resources.files("castello.sources.acled") / "sample.csv"
    header, *rows = csv.reader(sample.read_text(encoding="utf-8").splitlines())
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(header, rows, seed=4, count=60, long_line=1_200_000)):
            if number % 4 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            options: dict[str, Any] = {"encoding": file.encoding} if file.encoding else {}
            told = read_tables(SOURCE, path, name=file.name, places=REGIONS, **options)
            assert told.present == told.taken + told.refused, file.name
            assert len(told.of(Kind.EVENT)) == told.taken, file.name
            # where bytes were changed nobody can say what stands in the file
            for claim in told.of(Kind.EVENT) if file.cells else ():
                assert claim.place_as_written is None or claim.place_as_written in file.cells, file.name
                harm = claim.slot("harm_best")
                assert harm is None or str(harm) in file.cells or f"{harm}.0" in file.cells, file.name
