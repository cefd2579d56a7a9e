"""ACLED's rows on territory become claims of who holds a place; what they do not say is not made up."""

import csv
import io
import re
from datetime import date
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import Kind, Link, Locator, Period, Role
from castello.errors import WrongUse
from castello.sources.acled import SOURCE
from tests.sources.registers import codes
from tests.sources.tables import read_tables

CURRENT_HEADER = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,"
    "assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,"
    "geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
OLD_HEADER = (
    "GWNO,EVENT_ID_CNTY,EVENT_ID_NO_CNTY,EVENT_DATE,YEAR,TIME_PRECISION,EVENT_TYPE,ACTOR1,ALLY_ACTOR_1,INTER1,ACTOR2,ALLY_ACTOR_2,"
    "INTER2,INTERACTION,COUNTRY,ADMIN1,ADMIN2,ADMIN3,LOCATION,LATITUDE,LONGITUDE,GEO_PRECISION,SOURCE,NOTES,FATALITIES"
)
CURRENT, OLD = csv.reader([CURRENT_HEADER, OLD_HEADER])
ROW = {
    "event_id_cnty": "SYR1",
    "event_date": "2016-07-17",
    "time_precision": "1",
    "event_type": "Battles",
    "sub_event_type": "Government regains territory",
    "actor1": "Army of Examplia (2000-)",
    "inter1": "1",
    "actor2": "Opposition",
    "inter2": "2",
    "location": "Hanano",
    "latitude": "36.231",
    "longitude": "37.199",
    "geo_precision": "1",
    "source": "A paper; Another",
    "notes": 'On 17 July 2016, the army took Hanano, "the quarter".',
}


def table(*rows, columns=CURRENT, separator=","):
    """Rows by small names as a CSV file with the columns of one generation."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        full = ROW | {"event_id_cnty": f"SYR{number}"} | row
        writer.writerow([full.get(name.lower(), "") for name in columns])
    return text.getvalue().encode()


def read(*rows, data=None, columns=CURRENT, **options):
    """The claims of control of some rows, and all issues."""
    data = table(*rows, columns=columns) if data is None else data
    told = read_tables(SOURCE, data, name="acled.csv", **options)
    assert told.present == told.taken + told.refused
    return told.of(Kind.CONTROL), told.issues


def one_claim(row, **options):
    claims, issues = read(row, **options)
    assert issues == ()
    return claims[0]


# ----------------------------------------------------------------------------------------------------- what is taken


def test_a_row_says_who_holds_the_place_since_that_day():
    claim = one_claim({})
    assert (claim.kind, claim.subject, claim.predicate, claim.object) == (Kind.CONTROL, "army", "holds", "hanano")
    assert claim.happened == Period.since(date(2016, 7, 17))
    assert claim.quote == ROW["notes"]
    assert claim.locator == Locator(row=2, cell="notes")
    assert claim.place_as_written == "Hanano"
    assert claim.note == (
        "ACLED SYR1; Government regains territory; time_precision 1; geo_precision 1; source A paper; Another"
    )
    assert claim.chain == (Link(who="mappers", role=Role.COMPILER),)


@pytest.mark.parametrize(
    ("sub_event", "inter", "actor", "subject"),
    [
        ("Government regains territory", "State forces", "Army of Examplia", "army"),
        ("Government regains territory", "8", "Army of Examplia", "army"),
        ("Government regains territory", "", "Army of Examplia", "army"),
        ("Non-state actor overtakes territory", "2", "rebels", "opposition"),
        ("Non-state actor overtakes territory", "Rebel groups", "Northern Brigade", "brigade-north"),
        ("Non-state actor overtakes territory", "Identity militia", "Northern Brigade", "brigade-north"),
        ("Non-state actor overtakes territory", "External/Other forces", "Northern Brigade", "brigade-north"),
        ("Non-violent transfer of territory", "1", "Army of Examplia", "army"),
        ("Non-violent transfer of territory", "2", "Opposition", "opposition"),
        ("non-state actor OVERTAKES territory", "3", "Southern Brigade", "brigade-south"),
    ],
)
def test_the_three_sub_events(sub_event, inter, actor, subject):
    assert one_claim({"sub_event_type": sub_event, "inter1": inter, "actor1": actor}).subject == subject


@pytest.mark.parametrize(
    ("precision", "written", "first", "last"),
    [
        ("1", "2016-07-17", date(2016, 7, 17), date(2016, 7, 17)),
        ("2", "2016-07-17", date(2016, 7, 14), date(2016, 7, 20)),
        ("3", "2016-07-17", date(2016, 7, 1), date(2016, 7, 31)),
        ("3", "2015-12-15", date(2015, 12, 1), date(2015, 12, 31)),
        ("1.0", "17 July 2016", date(2016, 7, 17), date(2016, 7, 17)),
    ],
)
def test_precision_of_time_is_an_interval_and_the_end_stays_open(precision, written, first, last):
    claim = one_claim({"time_precision": precision, "event_date": written})
    assert claim.happened == Period(maybe=(first, None), sure=(last, None), starts="yes")


@pytest.mark.parametrize("kind", ["Battle-Government regains territory", "Non-violent transfer of territory"])
def test_old_files_say_it_in_the_event_type_and_write_the_day_first(kind):
    claim = one_claim({"event_type": kind, "event_date": "06/04/2016"}, columns=OLD)
    assert (claim.subject, claim.happened) == ("army", Period.since(date(2016, 4, 6)))
    assert kind in claim.note


def test_a_date_that_went_through_a_spreadsheet_is_read_and_said():
    claims, issues = read({"event_date": "42568"}, {"event_date": "42569"}, columns=[*OLD, "SUB_EVENT_TYPE"])
    assert [claim.happened.maybe[0] for claim in claims] == [date(2016, 7, 17), date(2016, 7, 18)]
    assert codes(issues) == [(None, "event_date", "serial-date", "warning")]
    assert "2 different dates" in issues[0].what


def test_other_rows_are_passed_over():
    claims, issues = read({"sub_event_type": "Armed clash"}, {}, {"sub_event_type": "Agreement", "actor1": "x"})
    assert [claim.locator.row for claim in claims] == [3]
    assert issues == ()


def test_near_a_place_is_taken_with_low_confidence():
    assert one_claim({"geo_precision": "2"}).confidence == "low"
    assert one_claim({}).confidence is None


def test_a_source_of_the_case_stands_before_acled():
    claim = one_claim({"source": "A paper"}, source_names={"A paper": "the-paper"})
    assert claim.chain == (Link(who="the-paper", role=Role.REPORTER), Link(who="mappers", role=Role.COMPILER))


def test_two_downloads_of_a_row_have_one_origin():
    other = one_claim({"source": "Elsewhere"}, data=None)
    assert one_claim({}).origin == other.origin == "mappers"


def test_the_sample_reads_whole():
    sample = resources.files("castello.sources.acled") / "sample.csv"
    names = {"Military Forces of Examplia (2000-)": "army", "Local fighters": "brigade-north"}
    claims, issues = read(data=sample.read_bytes(), party_names=names)
    assert issues == ()
    assert [(claim.subject, claim.object) for claim in claims] == [("army", "hanano"), ("brigade-north", "east")]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_titles_and_hxl_tags(separator):
    lines = table({}, {"location": "al-Shaar", "latitude": "36.205", "longitude": "37.185"}, separator=separator).split(
        b"\r\n"
    )
    tags = separator.join("#event" for _ in CURRENT).encode()
    data = b"\xef\xbb\xbfEvents of 2016\r\n" + b"\r\n".join([lines[0], tags, *lines[1:]])
    claims, issues = read(data=data)
    assert [(claim.object, claim.locator.row) for claim in claims] == [("hanano", 4), ("shaar", 5)]
    assert codes(issues) == [(1, None, "title", "warning")]


# ------------------------------------------------------------------------------------------------------------- where


def test_of_two_places_with_one_name_the_point_decides():
    assert one_claim({"latitude": "35.001", "longitude": "38.001"}).object == "hanano-far"


def test_the_radius_of_a_place_counts():
    # 6 km from the middle of a city of 8 km, and 14 km from it
    city = {"location": "Aleppo", "latitude": "36.254", "longitude": "37.15"}
    assert one_claim(city).object == "city"
    claims, issues = read(city | {"latitude": "36.326"})
    assert claims == ()
    assert codes(issues) == [(2, "location", "place", "error")]
    assert "city (6.0 km away)" in issues[0].hint
    assert one_claim(city | {"latitude": "36.326"}, max_km=7).object == "city"


def test_a_name_without_coordinates_in_the_register_is_not_taken_on_its_name_alone():
    claims, issues = read({"location": "Examplia"})
    assert claims == ()
    assert "country (no coordinates)" in issues[0].hint


def test_a_name_that_fits_none_is_taken_for_the_place_at_its_point_with_a_warning():
    claims, issues = read({"location": "Quarter 17"})
    assert claims[0].object == "hanano"
    assert claims[0].place_as_written == "Quarter 17"
    assert codes(issues) == [(2, "location", "snapped", "warning")]
    assert "0.1 km" in issues[0].what
    claims, issues = read({"location": "Quarter 17", "latitude": "36.25"})
    assert claims == ()
    assert "hanano (2.2 km)" in issues[0].hint


def test_the_user_may_say_what_a_place_means():
    claim = one_claim({"location": "Quarter 17", "latitude": "36.9"}, place_names={"Quarter 17": "shaar"})
    assert claim.object == "shaar"


def test_a_road_is_no_place():
    claims, issues = read({"location": "Northern road", "latitude": "36.5"})
    assert claims == ()
    assert codes(issues) == [(2, "location", "place", "error")]


# --------------------------------------------------------------------------------------------- what is wrong with it


@pytest.mark.parametrize(
    ("cells", "column", "code", "hint"),
    [
        ({"actor1": "Unidentified Armed Group (Syria)"}, "actor1", "party", "register"),
        ({"actor1": "the Brigade", "inter1": "8"}, "actor1", "party", "brigade-north or brigade-south"),
        ({"actor1": ""}, "actor1", "no-party", "gained"),
        ({"inter1": "2"}, "inter1", "actor-order", "check the row"),
        ({"inter1": "Civilians"}, "inter1", "actor-order", "check the row"),
        ({"sub_event_type": "Non-state actor overtakes territory"}, "inter1", "actor-order", "check the row"),
        ({"event_date": "2016-02-30"}, "event_date", "date", "2016-07-17"),
        ({"event_date": "July 2016"}, "event_date", "date", "a day"),
        ({"event_date": ""}, "event_date", "date", "2016-07-17"),
        ({"event_date": "2018-01-01"}, "event_date", "after-release", "publication"),
        ({"time_precision": ""}, "time_precision", "time-precision", "1 (day)"),
        ({"time_precision": "9"}, "time_precision", "time-precision", "1 (day)"),
        ({"geo_precision": "3"}, "geo_precision", "geo-precision", "near it"),
        ({"geo_precision": ""}, "geo_precision", "geo-precision", "near it"),
        ({"latitude": "nan"}, "latitude", "point", "source"),
        ({"latitude": "136.2"}, "latitude", "point", "source"),
        ({"latitude": "36,2"}, "latitude", "point", "source"),
        ({"longitude": ""}, "latitude", "point", "source"),
        ({"location": "", "latitude": "36.9"}, "location", "place", "Nearest"),
    ],
)
def test_a_row_that_is_not_clear_is_left_out_and_the_rest_is_kept(cells, column, code, hint):
    claims, issues = read(cells, {})
    assert [claim.locator.row for claim in claims] == [3]
    assert codes(issues) == [(2, column, code, "error")]
    assert hint in issues[0].hint


def test_the_user_may_say_what_an_actor_means():
    name = "Unidentified Armed Group (Syria)"
    assert one_claim({"actor1": name}, party_names={name: "government"}).subject == "government"
    with pytest.raises(WrongUse, match="goverment"):
        read({}, party_names={name: "goverment"})


def test_an_unknown_actor_of_many_rows_is_one_issue():
    claims, issues = read(*({"actor1": "Nobody we know"} for _ in range(20)))
    assert claims == ()
    assert len(issues) == 1
    assert "also in 3, 4, 5, 6, 7 and 14 more" in issues[0].what


def test_one_event_that_names_two_parties_is_taken_for_neither():
    both = {"event_id_cnty": "SYR9", "sub_event_type": "Non-violent transfer of territory"}
    claims, issues = read(both, both | {"actor1": "Opposition", "inter1": "2"}, {})
    assert [claim.locator.row for claim in claims] == [4]
    assert codes(issues) == [(2, "event_id_cnty", "event", "error"), (3, None, "twice", "error")]
    assert "rows 2, 3" in issues[0].what


def test_one_event_that_is_there_twice_is_taken_once():
    claims, issues = read({"event_id_cnty": "SYR9"}, {"event_id_cnty": "SYR9"})
    assert [claim.locator.row for claim in claims] == [2]
    assert codes(issues) == [(3, None, "twice", "error")]
    assert "says the same" in issues[0].what


def test_a_row_without_an_event_id_is_taken_and_said():
    claims, issues = read({"event_id_cnty": ""}, {"event_id_cnty": "", "event_date": "2016-07-18"})
    assert len(claims) == 2
    assert codes(issues) == [(2, "event_id_cnty", "event-id", "warning")]
    # two that say the same to the last letter are one row twice
    claims, issues = read({"event_id_cnty": ""}, {"event_id_cnty": ""})
    assert len(claims) == 1
    assert codes(issues) == [(2, "event_id_cnty", "event-id", "warning"), (3, None, "twice", "error")]


def test_columns_of_no_generation_are_said():
    claims, issues = read({}, columns=[*CURRENT, "my remark"])
    assert len(claims) == 1
    assert codes(issues) == [(None, None, "columns", "warning")]
    assert "my remark" in issues[0].what


@pytest.mark.parametrize(
    ("data", "code", "severity"),
    [
        (b"", "empty", "error"),
        (b"a,b,c\n1,2,3\n", "header", "error"),
        (b"<html><body>Access denied</body></html>", "format", "error"),
        (b"PK\x03\x04 a workbook", "archive", "error"),
        (b"\x00\x00\x00event_date\n", "binary", "error"),
        (table(), "no-rows", "error"),
        (table({}).replace(b"actor2,", b"actor1,", 1), "header", "error"),
    ],
)
def test_a_file_that_says_nothing_says_so(data, code, severity):
    claims, issues = read(data=data)
    assert claims == ()
    assert [(issue.code, issue.severity) for issue in issues] == [(code, severity)]


def test_bytes_that_are_no_text_cost_their_row():
    data = table({"notes": "caf#"}, {}).replace(b"caf#", b"caf\xe9")
    claims, issues = read(data=data)
    assert [claim.locator.row for claim in claims] == [3]
    assert codes(issues) == [(2, None, "encoding", "error")]
    assert read(data=data, encoding="cp1252")[0][0].quote == "café"


def test_a_mark_that_is_not_closed_costs_its_row():
    lines = table({"notes": "plain"}, {"notes": "plain"}, {"notes": "plain"}).split(b"\r\n")
    lines[2] = lines[2].replace(b"plain", b'"never closed')
    claims, issues = read(data=b"\n".join(lines))
    assert [claim.locator.row for claim in claims] == [2, 4]
    assert codes(issues) == [(3, None, "quotes", "error")]


def test_notes_may_run_over_lines():
    claims, issues = read({"notes": "one\ntwo, and\n\nthree"}, {})
    assert issues == ()
    assert [claim.locator.row for claim in claims] == [2, 6]
    assert claims[0].quote == "one\ntwo, and\n\nthree"


def test_a_file_on_disk_reads_as_its_bytes(tmp_path):
    path = tmp_path / "acled.csv"
    path.write_bytes(table({}, {"location": "?"}))
    assert read(data=path) == read(data=path.read_bytes())
    with pytest.raises(WrongUse, match="cannot be opened"):
        read(data=tmp_path / "none.csv")


# ------------------------------------------------------------------------------------------------------ whatever comes

cell = st.text(max_size=12) | st.sampled_from(
    ["1", "2", "3", "2016-07-17", "Hanano", "36.23", "37.2", "Opposition", "#", '"']
)
odd_rows = st.lists(st.dictionaries(st.sampled_from(sorted(ROW)), cell), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None)
@given(odd_rows)
def test_every_row_about_territory_gives_a_claim_or_an_error_and_costs_no_other(odd):
    rows = [cells | {"event_id_cnty": f"ODD{number}"} for number, cells in enumerate(odd)]
    claims, issues = read(*rows, {"event_id_cnty": "LAST"})
    given = {claim.note.split(";")[0] for claim in claims}
    assert "ACLED LAST" in given
    kinds = ("government regains territory", "non-state actor overtakes territory", "non-violent transfer of territory")
    said = [cells.get("sub_event_type", kinds[0]) or cells.get("event_type", "") for cells in rows]
    silent = [at for at, text in enumerate(said) if text in kinds and f"ACLED ODD{at}" not in given]
    wrong = [issue for issue in issues if issue.severity == "error"]
    also = [
        row for issue in wrong for row in re.findall(r"\d+", "".join(re.findall(r"\(also in ([\d, ]+)", issue.what)))
    ]
    assert len({*also, *(str(issue.row) for issue in wrong)}) >= len(silent)
    assert all(issue.what.isprintable() for issue in issues)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 900), st.binary(max_size=6))
def test_a_file_that_is_cut_or_damaged_breaks_nothing(at, noise):
    data = table({}, {}, {"location": "al-Shaar"})
    claims, issues = read(data=data[:at] + noise + data[at + 5 :])
    assert claims or issues
