"""OCHA's lists by access: what each place is listed as and who lives there, with nothing added, in both generations."""

import csv
import io
import os
from collections import Counter
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from castello.claims import Kind, Link, Locator, Period, Quantity, Role, Where
from castello.errors import WrongUse
from castello.places import Place, PlaceRegister
from castello.sources.ocha_access import SOURCE
from castello.sources.registry import tabular_sources
from tests.sources.mangled import mangled
from tests.sources.registers import DOCUMENT, codes
from tests.sources.tables import read_tables

FOLDER = resources.files("castello.sources.ocha_access")
OCTOBER = Period.between(date(2016, 10, 1), date(2016, 10, 31))
(HEADER, *SAMPLE) = csv.reader(io.StringIO(FOLDER.joinpath("sample.csv").read_text(encoding="utf-8")))
(HEADER_2016, *SAMPLE_2016) = csv.reader(
    io.StringIO(FOLDER.joinpath("sample_subdistricts.csv").read_text(encoding="utf-8"))
)
VILLAGE = dict(zip(HEADER, SAMPLE[2], strict=True))
NOWHERE = PlaceRegister([])


def table(*rows, columns=HEADER):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(data, **options):
    options = {"valid": OCTOBER} | options
    told = read_tables(
        SOURCE, data, name="list.csv", **{key: value for key, value in options.items() if value is not None}
    )
    assert told.present == told.taken + told.refused
    return told


def sample(**options):
    return read(FOLDER.joinpath("sample.csv").read_bytes(), **options)


def subdistricts(**options):
    return read(FOLDER.joinpath("sample_subdistricts.csv").read_bytes(), **options)


def figures(told):
    return {
        (claim.locator.row, claim.locator.cell): (claim.quantity.value, claim.quantity.unit, claim.slot("definition"))
        for claim in told.of(Kind.PEOPLE)
    }


# -------------------------------------------------------------------------------------------------------- communities


def test_a_besieged_community_is_listed_and_counted():
    told = sample()
    listing, *people = [claim for claim in told.claims if claim.locator.row == 3]
    assert (listing.kind, listing.subject, listing.predicate, listing.object) == (
        Kind.LISTING,
        "mappers",
        "lists_as",
        "east",
    )
    assert (listing.slot("status"), listing.quote, listing.place_as_written) == (
        "besieged",
        "Besieged",
        "Aleppo city (Eastern)",
    )
    assert listing.happened == OCTOBER
    assert listing.published == DOCUMENT.published
    assert listing.chain == (Link(who="mappers", role=Role.COMPILER),)
    assert listing.locator == Locator(row=3, cell="Access_Status")
    assert listing.where == Where(lat=36.2102, lon=37.1795)
    assert {(one.predicate, one.subject, one.place_as_written) for one in people} == {
        ("lives", "east", "Aleppo city (Eastern)")
    }
    assert {(one.quantity, one.slot("definition")) for one in people} == {
        (Quantity(value=25000, unit="person"), None),
        (Quantity(value=3000, unit="displaced person"), "ocha-hno-displaced"),
        (Quantity(value=25000, unit="person in need"), "ocha-hno-in-need"),
    }


def test_every_row_of_the_sample_is_listed_under_its_status_with_the_word_of_the_file_as_quote():
    told = sample()
    assert [
        (claim.locator.row, claim.object, claim.slot("status"), claim.quote) for claim in told.of(Kind.LISTING)
    ] == [
        (2, "west", "accessible", "Accessible"),
        (3, "east", "besieged", "Besieged"),
        (4, "ocha-c9002", "military encircled", "Military Encircled"),
        (5, "ocha-c9003", "hard to reach", "HTR"),
        (6, "ocha-c9004", "accessible", "Accessible"),
    ]
    assert (len(told.claims), told.taken, told.refused) == (18, 5, 0)


def test_an_empty_population_is_told_and_is_no_zero_while_a_zero_is_one():
    told = sample()
    assert codes(told.issues) == [(5, "Pop_estimates_2017", "no-population", "warning")]
    found = figures(told)
    assert (5, "Pop_estimates_2017") not in found
    assert (5, "IDPs_estimates_2017") not in found
    assert found[6, "Pop_estimates_2017"] == (0, "person", None)


def test_figures_keep_their_fractions():
    assert figures(sample())[2, "inter_sector_PiN"] == (40500.5, "person in need", "ocha-hno-in-need")


def test_keys_name_the_generation_the_month_and_the_record():
    told = sample()
    assert sorted(told.keys.values())[:4] == [
        "ocha/hno2017/2016-10-01/1/access_status",
        "ocha/hno2017/2016-10-01/1/idps_estimates_2017",
        "ocha/hno2017/2016-10-01/1/inter_sector_pin",
        "ocha/hno2017/2016-10-01/1/pop_estimates_2017",
    ]
    assert told.scopes == {"hno2017"}


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Beseiged", "besieged"),
        ("BESIEGED", "besieged"),
        ("hard to  reach", "hard to reach"),
        ("Hard-to-Reach", "hard to reach"),
    ],
)
def test_spellings_of_a_status_are_one_status_and_the_quote_is_as_written(written, status):
    told = read(table(VILLAGE | {"Access_Status": written}))
    (listing,) = told.of(Kind.LISTING)
    assert (listing.slot("status"), listing.quote) == (status, written)


def test_a_status_that_is_not_known_costs_the_row():
    told = read(
        table(
            VILLAGE | {"Access_Status": "Encroached"},
            VILLAGE | {"Record_ID": "9", "Admin4Pcode": "C9", "Access_Status": ""},
        )
    )
    assert told.claims == ()
    assert codes(told.issues) == [(2, "Access_Status", "status", "error"), (3, "Access_Status", "no-status", "error")]
    assert "HTR" in told.issues[0].hint


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"Record_ID": ""}, "Record_ID", "no-record"),
        ({"Admin4Pcode": "", "Admin4Name_En": ""}, None, "no-place"),
        ({"Pop_estimates_2017": "many"}, "Pop_estimates_2017", "number"),
        ({"Pop_estimates_2017": "-5"}, "Pop_estimates_2017", "negative"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_column(cells, column, code):
    told = read(table(VILLAGE | cells))
    assert told.claims == ()
    assert (2, column, code, "error") in codes(told.issues)


def test_a_record_that_stands_twice_is_taken_once():
    told = read(table(VILLAGE, VILLAGE | {"Access_Status": "HTR"}))
    assert [(claim.locator.row, claim.slot("status")) for claim in told.of(Kind.LISTING)] == [(2, "military encircled")]
    assert {issue.code for issue in told.issues} == {"twice"}


# --------------------------------------------------------------------------------------------------------------- days


def test_without_a_month_the_day_of_publication_is_taken_and_said_to_be_inferred():
    told = sample(valid=None)
    (when,) = {claim.happened for claim in told.claims}
    assert (when.maybe, when.basis) == ((date(2016, 12, 31), date(2017, 1, 1)), "inferred")
    assert "no-month" in {issue.code for issue in told.issues}


def test_a_list_cannot_speak_of_a_month_after_its_publication():
    told = sample(valid=Period.between(date(2017, 2, 1), date(2017, 2, 28)))
    assert (told.claims, told.refused) == ((), 5)
    assert "after-release" in {issue.code for issue in told.issues}


# ------------------------------------------------------------------------------------------------------------- places


def test_places_that_the_case_does_not_have_come_with_what_they_lie_in():
    told = sample()
    assert told.names["ocha-c9002"] == {
        "id": "ocha-c9002",
        "kind": "village",
        "name_en": "Mill Village",
        "parent": "ocha-ex010001",
        "pcode": "C9002",
        "lat": 36.5,
        "lon": 37.3,
    }
    above = [told.names[id_] for id_ in ("ocha-ex010001", "ocha-ex0100", "ocha-ex01")]
    assert [(one["kind"], one["name_en"], one["pcode"], one.get("parent")) for one in above] == [
        ("subdistrict", "Upper Valley", "EX010001", "ocha-ex0100"),
        ("district", "Riverside", "EX0100", "ocha-ex01"),
        ("governorate", "North", "EX01", None),
    ]
    assert "ocha-c9001-1" not in told.names


def test_rows_that_share_a_code_are_parts_of_one_community():
    told = sample(places=NOWHERE)
    assert [claim.object for claim in told.of(Kind.LISTING)][:2] == ["ocha-c9001-1", "ocha-c9001-2"]
    part, whole = told.names["ocha-c9001-2"], told.names["ocha-c9001"]
    assert (part["kind"], part["name_en"], part["pcode"], part["parent"]) == (
        "part",
        "Aleppo city (Eastern)",
        "C9001",
        "ocha-c9001",
    )
    assert (whole["kind"], whole["name_en"], whole["parent"]) == ("town", "Aleppo city", "ocha-ex010000")


def test_the_code_of_one_place_of_the_case_is_that_place_and_an_older_code_may_be_its_alias():
    own = Place(id="mill", kind="village", name_en="The Mill", pcode="C9002", lat=36.5, lon=37.3)
    older = Place(id="stone", kind="village", name_en="Stones", pcode="C8", aliases=("C9003",))
    told = sample(places=PlaceRegister([own, older]))
    assert [claim.object for claim in told.of(Kind.LISTING)][2:4] == ["mill", "stone"]
    assert not {"ocha-c9002", "ocha-c9003"} & set(told.names)


def test_a_code_whose_place_lies_far_from_the_row_is_refused():
    own = Place(id="mill", kind="village", name_en="The Mill", pcode="C9002", lat=35.5, lon=37.3)
    told = sample(places=PlaceRegister([own]))
    assert 4 not in {claim.locator.row for claim in told.claims}
    (issue,) = [issue for issue in told.issues if issue.code == "place"]
    assert (issue.row, issue.what) == (4, "has the P-code of mill, which lies 111 km from the row's point")


def test_a_name_far_from_the_rows_point_is_another_place():
    far = Place(id="far", kind="village", name_en="Mill Village", lat=35.0, lon=37.3)
    near = Place(id="near", kind="village", name_en="Mill Village", lat=36.501, lon=37.301)
    assert sample(places=PlaceRegister([far])).of(Kind.LISTING)[2].object == "ocha-c9002"
    assert sample(places=PlaceRegister([far, near])).of(Kind.LISTING)[2].object == "near"


def test_two_rows_that_fit_one_place_are_both_told_and_none_is_taken_for_it():
    one = Place(id="one", kind="village", name_en="Mill Village", lat=36.5, lon=37.3)
    rows = (VILLAGE, VILLAGE | {"Record_ID": "9", "Admin4Pcode": "C9", "Latitude": "36.505"})
    told = read(table(*rows), places=PlaceRegister([one]))
    assert [claim.object for claim in told.of(Kind.LISTING)] == ["ocha-c9002", "ocha-c9"]
    assert codes(told.issues) == [(2, None, "one-place", "warning")]


def test_a_name_or_a_code_that_the_user_gave_goes_before_all():
    given = {"Mill Village": "shaar", "C9003": "hanano"}
    told = sample(place_names=given)
    assert [claim.object for claim in told.of(Kind.LISTING)][2:4] == ["shaar", "hanano"]
    with pytest.raises(WrongUse, match="no place"):
        sample(place_names={"Mill Village": "nowhere"})


def test_a_point_that_is_not_on_earth_is_told_and_the_claims_have_none():
    told = read(table(VILLAGE | {"Latitude": "366.5"}))
    assert {claim.where for claim in told.claims} == {None}
    assert codes(told.issues) == [(2, None, "point", "warning")]


# ------------------------------------------------------------------------------------------------------ sub-districts


def test_marks_say_that_there_are_such_places_in_a_sub_district():
    told = subdistricts()
    listed = [
        (claim.locator.row, claim.locator.cell, claim.object, claim.slot("status"), claim.quote)
        for claim in told.of(Kind.LISTING)
    ]
    assert sorted(listed) == [
        (2, "Besieged", "ocha-ex010000", "partly besieged", "Beseiged"),
        (2, "Hard to Reach", "ocha-ex010000", "partly hard to reach", "Hard to Reach"),
        (3, "Hard to Reach", "ocha-ex010001", "hard to reach", "Hard to Reach"),
    ]
    assert (len(told.claims), told.taken, told.issues) == (15, 3, ())
    found = figures(told)
    assert found[2, "PiN in Besieged"] == (12500, "person in need", "ocha-hno-in-need-besieged")
    assert found[2, "PiN in HTR Sub-districts"] == (20000, "person in need", "ocha-hno-in-need-hard-to-reach")
    assert found[4, "Population_estimation_HNO2016"] == (0, "person", None)
    assert {claim.where for claim in told.claims} == {None}
    assert told.names["ocha-ex010000"]["parent"] == "ocha-ex0100"


@pytest.mark.parametrize(("mark", "column"), [("yes", "Besieged "), ("Besieged", "Hard to Reach")])
def test_a_mark_with_another_word_is_refused(mark, column):
    row = dict(zip(HEADER_2016, SAMPLE_2016[0], strict=True)) | {column: mark}
    told = read(table(row, columns=HEADER_2016))
    assert told.claims == ()
    assert codes(told.issues) == [(2, column.strip(), "status", "error")]


# --------------------------------------------------------------------------------------------------------- whole files


def test_a_list_is_recognised_before_tables_of_people_and_by_one_source_only():
    for header in (HEADER, HEADER_2016):
        names = frozenset(name.strip().lower().replace(" ", "_").replace("-", "_") for name in header)
        found = [source.format for source in tabular_sources().values() if source.is_header(names)]
        assert found[0] == "ocha_access"


@pytest.mark.parametrize("part", range(2))
def test_whatever_is_done_to_a_list_nothing_is_made_up(part):
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(HEADER, SAMPLE, seed=6, count=60, long_line=1_200_000)):
            if number % 2 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            told = read(path, places=NOWHERE, **({"encoding": file.encoding} if file.encoding else {}))
            for claim in told.claims if file.cells else ():
                assert claim.place_as_written in file.cells, file.name
                value = None if claim.quantity is None else claim.quantity.value
                assert value is None or {str(value), f"{value:.1f}"} & file.cells, file.name
                assert claim.quote is None or claim.quote in file.cells, file.name


def shared(name):
    path = Path(os.environ.get("CASTELLO_SHARED_DATA", "../shared/data"), "ocha", name)
    if not path.is_file():
        pytest.skip("development data is not here")
    return path


def test_the_list_of_october_2016_has_its_published_counts_and_sums():
    told = read(shared("hno2017_community_access_oct2016.csv"), places=NOWHERE)
    assert (told.present, told.taken, len(told.claims)) == (5604, 5604, 22032)
    status = {claim.object: str(claim.slot("status")) for claim in told.of(Kind.LISTING)}
    people: Counter[tuple[str, str]] = Counter()
    for claim in told.of(Kind.PEOPLE):
        people[claim.quantity.unit, status[claim.subject]] += claim.quantity.value
    assert len(status) == 5604
    assert Counter(status.values()) == {
        "besieged": 36,
        "military encircled": 106,
        "hard to reach": 2385,
        "accessible": 3077,
    }
    assert {one: people["person", one] for one in set(status.values())} == {
        "besieged": 974_080,
        "military encircled": 1_116_531,
        "hard to reach": 4_129_873,
        "accessible": 12_399_480,
    }
    assert sum(claim.quantity.unit == "person" for claim in told.of(Kind.PEOPLE)) == 5604 - 192
    (issue,) = told.issues
    assert (issue.code, "186 more" in issue.what) == ("no-population", True)
    assert status["ocha-c1007-10"] == "besieged"
    assert told.names["ocha-c1007-10"]["parent"] == "ocha-c1007"
    eastern = [
        claim.quantity.value
        for claim in told.of(Kind.PEOPLE)
        if claim.subject == "ocha-c1007-10" and claim.quantity.unit == "person"
    ]
    assert eastern == [275_000]


def test_the_list_of_2015_has_its_published_counts_and_sums():
    told = read(shared("hno2016_subdistrict_access_2015.csv"), places=NOWHERE, valid=None)
    assert (told.present, told.taken, len(told.claims)) == (272, 272, 1062)
    marks = Counter(claim.quote for claim in told.of(Kind.LISTING))
    assert marks == {"Hard to Reach": 113, "Beseiged": 10}
    besieged = [
        claim.quantity.value
        for claim in told.of(Kind.PEOPLE)
        if claim.slot("definition") == "ocha-hno-in-need-besieged"
    ]
    assert (len(besieged), sum(besieged)) == (10, 363_700)
    assert sum(claim.quantity.value == 0 and claim.quantity.unit == "person" for claim in told.of(Kind.PEOPLE)) == 2
    assert {issue.code for issue in told.issues} == {"no-month"}
    assert {"ocha-sy100202", "ocha-sy100205"} <= set(told.names)
