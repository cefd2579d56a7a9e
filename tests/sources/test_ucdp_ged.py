"""Rows of UCDP GED become events: by hand, in every generation of columns, on real files, and whatever becomes of a file."""

import csv
import io
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from castello.claims import Claim, Document, Kind, Link, Locator, Period, Role, Where
from castello.parties import Party, PartyRegister
from castello.places import Place, PlaceRegister
from castello.sources.registry import tabular_sources
from castello.sources.ucdp_ged import SOURCE
from tests.sources.counted import counted, shared_file
from tests.sources.mangled import mangled, written
from tests.sources.registers import DOCUMENT, PARTIES, PLACES, codes
from tests.sources.tables import read_tables

SAMPLE = resources.files("castello.sources.ucdp_ged") / "sample.csv"
HEADER, *ROWS = list(csv.reader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
FIRST = dict(zip(HEADER, ROWS[0], strict=True))
REGIONS = PlaceRegister(
    [
        *PLACES.places,
        Place(id="north", kind="governorate", name_en="North", parent="country"),
        Place(id="hill", kind="district", name_en="Hill", parent="north"),
    ],
    [],
)
HDX_LACKS = set(
    "relid code_status conflict_dset_id dyad_dset_id side_a_dset_id side_b_dset_id where_description".split()  # noqa: SIM905  # names
)
PARTIAL = (  # noqa: SIM905  # names
    "id year dyad_name longitude latitude where_prec priogrid_gid country country_id deaths_a deaths_b deaths_battle deaths_civilians "
    "deaths_unknown side_a_new_id side_a side_b_new_id side_b start_date end_date location_adm1_name location_adm2_name location_where_name "
    "date type_of_violence date_any"
).split()
AEC = (  # noqa: SIM905  # names
    "id source_article source_date deaths_side_a deaths_side_b deaths_civilian deaths_unknown deaths_low deaths_high side_a_name side_b_name "
    "location_root_name location_adm1_name location_adm2_name location_where_name start_date end_date split latitude longitude dyad_name "
    "where_prec deaths_a deaths_b deaths_civilians priogrid_gid"
).split()


def table(*rows, columns=HEADER):
    return written([columns, *([row.get(name, "") for name in columns] for row in rows)]).encode()


def read(*rows, columns=HEADER, data=None, name="ged.csv", **options):
    full = [FIRST | {"id": str(number)} | row for number, row in enumerate(rows, start=1)]
    told = read_tables(
        SOURCE,
        table(*full, columns=columns) if data is None else data,
        name=name,
        **{"places": REGIONS, **options},
    )
    assert told.present == told.taken + told.refused
    assert all(claim.locator for claim in told.claims)
    assert len({claim.locator.row for claim in told.claims if claim.locator}) == told.taken
    return told


def one(**cells):
    told = read(cells)
    assert told.taken == 1
    return told.claims[0]


# ----------------------------------------------------------------------------------------------------------- by hand


def test_the_sample_by_hand():
    told = read(data=SAMPLE.read_bytes())
    assert (told.present, told.taken, told.refused) == (4, 4, 0)
    common: dict[str, Any] = {"kind": Kind.EVENT, "published": date(2016, 12, 31), "document": "map-2016"}
    common |= {"chain": (Link(who="mappers", role=Role.COMPILER),)}
    assert told.claims == (
        Claim(
            subject="ucdp-9100",
            predicate="attack",
            object="brigade-north",
            place="hanano",
            happened=Period.day(date(2016, 7, 17)),
            also=(
                ("harm_best", 3),
                ("harm_civilians", 0),
                ("harm_high", 5),
                ("harm_low", 3),
                ("source_code", "ucdp 1"),
            ),
            locator=Locator(row=2),
            place_as_written="Hanano neighbourhood",
            where=Where(lat=36.231, lon=37.199, radius_km=1, precision="ucdp.where_prec 1"),
            date_precision="ucdp.date_prec 1, event_clarity 1",
            note="UCDP GED 900001; EXM-2016-1-1-1; Examplia: Government; 2 sources",
            **common,
        ),
        # nobody counted the sources of this one, and its point is the middle of the governorate
        Claim(
            subject="ucdp-9100",
            predicate="attack.civilians",
            object="civilians",
            place="north",
            happened=Period.between(date(2016, 7, 1), date(2016, 7, 31)),
            also=(
                ("harm_best", 7),
                ("harm_civilians", 6),
                ("harm_high", 9),
                ("harm_low", 6),
                ("source_code", "ucdp 3"),
            ),
            locator=Locator(row=3),
            place_as_written="North governorate",
            where=Where(lat=36.1, lon=37, area="North governorate", precision="ucdp.where_prec 4"),
            date_precision="ucdp.date_prec 4, event_clarity 2",
            note="UCDP GED 900002; EXM-2016-3-1-1; Examplia: Government",
            **common,
        ),
        Claim(
            subject="ucdp-9102",
            predicate="attack",
            object="ucdp-9103",
            place="city",
            happened=Period.between(date(2016, 7, 20), date(2016, 7, 22)),
            also=(
                ("harm_best", 4),
                ("harm_civilians", 0),
                ("harm_high", 4),
                ("harm_low", 5),
                ("source_code", "ucdp 2"),
                ("with", "brigade-north,ucdp-valley-council"),
            ),
            locator=Locator(row=4),
            place_as_written="Aleppo city",
            where=Where(lat=36.3, lon=37.3, radius_km=25, precision="ucdp.where_prec 2"),
            date_precision="ucdp.date_prec 2, event_clarity 1",
            note="UCDP GED 900003; EXM-2016-2-1-1; Hill Front - Northern Brigade, Valley Council; 1 sources",
            **common,
        ),
        Claim(
            subject="ucdp-9100",
            predicate="attack",
            object="ucdp-9102",
            place="hill",
            happened=Period.between(date(2016, 2, 1), date(2016, 5, 31)),
            also=(
                ("harm_best", 35),
                ("harm_civilians", 0),
                ("harm_high", 40),
                ("harm_low", 30),
                ("source_code", "ucdp 1"),
            ),
            locator=Locator(row=5),
            place_as_written="Hill district",
            where=Where(lat=36.2, lon=37.3, area="Hill district", precision="ucdp.where_prec 3"),
            date_precision="ucdp.date_prec 5, event_clarity 2",
            note="UCDP GED 900004; EXM-2016-1-1-2; Examplia: Government; 3 sources",
            **common,
        ),
    )
    assert codes(told.issues) == [(4, "best", "range", "warning")]
    assert {id_: name["kind"] for id_, name in told.names.items()} == {
        "ucdp-9100": "state",
        "ucdp-9102": "armed_group",
        "ucdp-9103": "coalition",
        "ucdp-valley-council": "armed_group",
    }
    assert sorted(told.keys.values()) == ["ged/900001", "ged/900002", "ged/900003", "ged/900004"]
    assert told.scopes == {"Examplia"}


def test_the_registry_knows_it_by_its_header():
    assert tabular_sources()["ucdp_ged"] is SOURCE
    assert len(HEADER) == 49
    recognised = [source.format for source in tabular_sources().values() if source.is_header(frozenset(HEADER))]
    assert recognised[0] == "ucdp_ged"


# -------------------------------------------------------------------------------------------------- codes and parties


@pytest.mark.parametrize(
    ("code", "place", "radius", "area"),
    [
        ("1", "hanano", 1, None),
        ("2", "hanano", 25, None),
        ("3", "hill", None, "Hill district"),
        ("4", "north", None, "North governorate"),
        ("5", None, None, None),
        ("6", "country", None, "Examplia"),
        ("7", None, None, None),
    ],
)
def test_how_near_a_point_is_depends_on_its_code(code, place, radius, area):
    claim = one(where_prec=code)
    assert claim.place == place
    assert (claim.where.radius_km, claim.where.area) == (radius, area)
    assert claim.where.precision == f"ucdp.where_prec {code}"


def test_a_unit_without_a_name_lies_in_the_next_larger_one():
    assert one(where_prec="3", adm_2="").where.area == "North governorate"
    assert one(where_prec="4", adm_1="").where.area == "Examplia"
    assert one(where_prec="4", adm_1="").place is None


def test_a_name_far_from_its_point_is_no_place():
    assert one(latitude="33.5", longitude="36.3").place is None


def test_a_point_that_is_not_on_earth_is_told_and_left_out():
    told = read({"latitude": "361"})
    assert (told.taken, told.claims[0].where) == (1, None)
    assert codes(told.issues) == [(2, "latitude", "point", "warning")]


@pytest.mark.parametrize(("code", "last"), [("1", 17), ("2", 22), ("3", 23), ("4", 31), ("5", 31)])
def test_an_event_lies_between_its_two_days_whatever_the_code(code, last):
    claim = one(date_prec=code, date_end=f"2016-07-{last}")
    days = (date(2016, 7, 17), date(2016, 7, last))
    assert claim.happened == (Period.day(days[0]) if last == 17 else Period.between(*days))
    assert claim.date_precision == f"ucdp.date_prec {code}, event_clarity 1"


def test_unknown_number_of_sources_is_not_said():
    assert "sources" not in one(number_of_sources="-1").note
    assert one(number_of_sources="0").note.endswith("0 sources")


def test_civilians_are_a_class_of_people_and_no_armed_group():
    told = read({"type_of_violence": "", "side_b": "Civilians", "side_b_new_id": "1"})
    assert (told.claims[0].predicate, told.claims[0].object) == ("attack.civilians", "civilians")
    assert list(told.names) == ["ucdp-9100"]


def test_violence_against_civilians_with_an_armed_side_is_told():
    told = read({"type_of_violence": "3.0"})
    assert (told.claims[0].predicate, told.claims[0].object) == ("attack", None)
    assert told.claims[0].slot("source_code") == "ucdp 3"
    assert codes(told.issues) == [(2, "type_of_violence", "violence", "warning")]


def test_members_of_a_joint_side_get_the_number_under_which_the_file_names_them():
    told = read(
        {"side_b": "Valley Council", "side_b_new_id": "9110"},
        {"side_b": "Hill Front, Valley Council", "side_b_new_id": "9103"},
    )
    assert told.claims[1].object == "ucdp-9103"
    assert told.claims[1].slot("with") == "ucdp-hill-front,ucdp-9110"


def test_a_list_of_numbers_makes_no_number():
    told = read({"side_b": "Unheard Group", "side_b_new_id": "91, 02"})
    assert told.claims[0].object == "ucdp-unheard-group"


def test_a_name_with_several_numbers_is_several_parties():
    parties = PartyRegister([*PARTIES.values(), Party(id="people-front", kind="armed_group", name_en="Front")])
    rows = [{"side_b": "Front", "side_b_new_id": "7"}, {"side_b": "Front", "side_b_new_id": "8"}]
    told = read(*rows, parties=parties)
    assert [claim.object for claim in told.claims] == ["ucdp-7", "ucdp-8"]
    assert codes(told.issues) == [(None, None, "same-name", "warning")]
    told = read(*rows, parties=parties, party_names={"Front": "people-front"})
    assert [claim.object for claim in told.claims] == ["people-front", "people-front"]


def test_a_party_brought_before_is_found_by_its_number():
    before = Party(id="ucdp-7", kind="armed_group", name_en="Front")
    told = read({"side_b": "New Front", "side_b_new_id": "7"}, parties=PartyRegister([*PARTIES.values(), before]))
    assert told.claims[0].object == "ucdp-7"
    assert list(told.names) == ["ucdp-9100"]
    # and never one of another number
    told = read({"side_b": "Front", "side_b_new_id": "8"}, parties=PartyRegister([*PARTIES.values(), before]))
    assert told.claims[0].object == "ucdp-8"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"id": ""}, "id"),
        ({"date_start": "", "date_end": "", "year": ""}, "no-date"),
        ({"date_start": "17 Juli"}, "date"),
        ({"date_end": "2016-07-16"}, "dates-reversed"),
        ({"date_start": "2017-01-01", "date_end": "2017-01-01"}, "after-release"),
        ({"side_a": ""}, "no-party"),
        ({"best": "many"}, "number"),
        ({"deaths_a": "1e999"}, "number"),
    ],
)
def test_what_is_wrong_is_refused_and_told(cells, code):
    told = read(cells, {})
    assert (told.taken, told.refused) == (1, 1)
    assert (2, code, "error") in {(issue.row, issue.code, issue.severity) for issue in told.issues}


def test_the_first_of_two_rows_with_one_id_stays():
    told = read({}, {"id": "1", "best": "4"})
    assert (told.taken, told.refused) == (1, 1)
    assert told.claims[0].slot("harm_best") == 3
    assert codes(told.issues) == [(3, None, "twice", "error")]


# ------------------------------------------------------------------------------------------------------- generations


def test_the_columns_of_hdx_and_their_tags():
    columns = [name for name in HEADER if name not in HDX_LACKS]
    columns.insert(columns.index("country_id") + 1, "iso3")
    at = columns.index("best")
    columns[at : at + 3] = ["low", "best", "high"]
    assert len(columns) == 43
    tags = ["#x+code", *["#x"] * 42]
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    data = written([columns, tags, *([row.get(name, "") for name in columns] for row in rows)]).encode()
    told = read(data=data)
    whole = read(data=SAMPLE.read_bytes())
    assert [(claim.also, claim.happened, claim.where, claim.place) for claim in told.claims] == [
        (claim.also, claim.happened, claim.where, claim.place) for claim in whole.claims
    ]
    assert [claim.locator.row for claim in told.claims] == [3, 4, 5, 6]
    assert codes(told.issues) == [(5, "best", "range", "warning")]


def test_a_table_with_years_alone():
    row = {"where_prec": "1", "location_where_name": "Hanano neighbourhood", "deaths_civilians": "2"}
    told = read(
        row,
        row | {"start_date": "2016-07-17", "end_date": "2016-07-18"},
        row | {"date": "2016-07-17", "date_any": "2016-07-17"},
        columns=PARTIAL,
    )
    assert told.issues == ()
    year = Period.between(date(2016, 1, 1), date(2016, 12, 31))
    assert [claim.happened for claim in told.claims] == [
        year,
        Period.between(date(2016, 7, 17), date(2016, 7, 18)),
        year,
    ]
    # nobody says what the third column of days is: it stands beside
    assert [claim.date_precision for claim in told.claims] == [
        "only the year is given",
        None,
        "only the year is given",
    ]
    assert [claim.note for claim in told.claims] == [
        "UCDP GED 1",
        "UCDP GED 2",
        "UCDP GED 3; column date: 2016-07-17",
    ]
    # where the source gives none, the best estimate is the sum of all four counts
    assert {claim.slot("harm_best") for claim in told.claims} == {5}
    assert told.claims[0].place == "hanano"


def test_a_sum_with_a_count_missing_is_no_sum():
    assert read({"deaths_unknown": ""}, columns=PARTIAL).claims[0].slot("harm_best") is None


def test_the_table_of_labelled_events():
    row = {
        "deaths_side_a": "2",
        "deaths_side_b": "3",
        "deaths_civilian": "4",
        "deaths_low": "9",
        "deaths_high": "12",
        "side_a_name": "Hill Front",
        "side_b_name": "Civilians",
        "location_root_name": "Examplia",
        "location_adm1_name": "North governorate",
        "location_where_name": "Hanano",
        "start_date": "2016-07-17",
        "end_date": "2016-07-17",
        "split": "train",
    }
    # what was joined from another file is empty, or not
    told = read(
        row | {"deaths_a": "", "deaths_b": "", "deaths_civilians": "", "latitude": "", "longitude": ""},
        row | {"deaths_civilians": "1"},
        columns=AEC,
    )
    assert told.issues == ()
    bare, joined = told.claims
    assert (bare.subject, bare.predicate, bare.object) == ("ucdp-hill-front", "attack.civilians", "civilians")
    assert (bare.where, bare.place, bare.place_as_written) == (None, None, "Hanano")
    assert bare.happened == Period.day(date(2016, 7, 17))
    for claim in told.claims:
        assert dict(claim.also) == {"harm_low": 9, "harm_best": 9, "harm_high": 12, "harm_civilians": 4}
    assert joined.place == "hanano"
    assert told.scopes == {"Examplia"}


# -------------------------------------------------------------------------------------------------------- real files

RELEASE = Document(id="ged", title="GED", publisher="ucdp", published=date(2025, 6, 1))


def test_syria_with_partial_dates():
    with counted(SOURCE, shared_file("ucdp/ged_syria_2011_2019_partial_dates.csv.gz"), document=RELEASE) as told:
        assert (told.staged.present, told.staged.taken) == (52_049, 52_049)
        assert told.staged.claims == {"event": 52_049}
        assert [(one.code, one.what.split(" (")[0]) for one in told.issues] == [
            ("violence", "says violence against civilians, and names an armed side B"),
            ("year", "says the year 2016 and days in 2015"),
        ]
        assert told.all("select maybe_start, maybe_end from rows where key = 'ged/214797'") == [
            (date(2015, 1, 1), date(2015, 1, 2))
        ]
        # only 2,954 rows have a first day
        assert told.all("select count(*) from rows where not contains(body, 'only the year')") == [(2_954,)]
        assert told.all("select count(*) from rows where predicate = 'attack.civilians'") == [(0,)]
        # most governorates are not named, and the point of such a row is still that of an area
        wide = "select count(*) from rows where (body->>'$.where.precision') = 'ucdp.where_prec 4'"
        assert told.all(f"{wide} and (body->>'$.where.area') = 'Syria'") == [(8_279,)]
        assert told.all(f"{wide} and (body->>'$.where.area') is null") == [(0,)]


def test_other_countries():
    # (rows, rows out of order, rows without a number of sources, rows against civilians)
    expected = {"sri_lanka": (4_581, 2, 4_561, 361), "south_sudan": (974, 14, 76, 368)}
    for country, (rows, out_of_order, unknown, civilians) in expected.items():
        with counted(SOURCE, shared_file(f"ucdp/ged_{country}.csv"), document=RELEASE) as told:
            assert (told.staged.present, told.staged.taken) == (rows, rows)
            assert {issue.code for issue in told.issues} == {"range"}
            assert len(told.issues) == out_of_order
            assert told.all("select count(*) from rows where not contains(body, ' sources\"')") == [(unknown,)]
            assert told.all("select count(*) from rows where predicate = 'attack.civilians'") == [(civilians,)]


def test_labelled_events_of_syria():
    with counted(SOURCE, shared_file("ucdp/aec_syria_dated.csv"), document=RELEASE) as told:
        assert (told.staged.present, told.staged.taken, told.issues) == (4_590, 4_590, ())
        assert told.all("select count(*) from rows where object = 'civilians'") == [(248,)]
        assert told.all("select count(*) from rows where (body->>'$.where.lat') is not null") == [(2_954,)]
        assert told.all("select min(maybe_start), max(maybe_end) - 1 from rows") == [
            (date(2011, 3, 25), date(2023, 1, 20))
        ]


# ------------------------------------------------------------------------------------------------ whatever comes


@pytest.mark.parametrize("part", range(4))
def test_whatever_becomes_of_a_file_every_row_is_read_or_said(part):
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(HEADER, ROWS, seed=7, count=60, long_line=1_200_000)):
            if number % 4 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            options: dict[str, Any] = {"encoding": file.encoding} if file.encoding else {}
            told = read_tables(SOURCE, path, name=file.name, places=REGIONS, document=DOCUMENT, **options)
            assert told.present == told.taken + told.refused, file.name
            assert all(one.locator for one in told.claims), file.name
            found = {(one.locator.sheet, one.locator.row) for one in told.claims if one.locator}
            assert len(found) == told.taken, file.name
            for claim in told.claims if file.cells else ():
                assert claim.place_as_written is None or claim.place_as_written in file.cells, file.name
