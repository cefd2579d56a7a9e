"""Tables of people become claims with an interval and a day; a bad row costs itself, and nothing is made up."""

import calendar
import contextlib
import tracemalloc
from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import UNKNOWN, Kind, Link, Locator, Period, Role
from castello.errors import WrongUse
from castello.sources import people_tables
from castello.sources._csv import open_table
from castello.sources._days import NotADay, read_days
from castello.sources._intake import Intake
from tests.sources.mangled import workbook, zipped
from tests.sources.registers import DOCUMENT, PLACES, codes

HEADER = "place,pcode,name,people,families,date,source,definition"
DAY = Period.day(date(2016, 7, 1))


def read(*lines, header=HEADER, data=None, **options):
    data = "\n".join([header, *lines]).encode() if data is None else data
    return people_tables.read(data, file="people.csv", places=PLACES, document=DOCUMENT, **options)


def one_claim(*lines, **options):
    claims, issues = read(*lines, **options)
    assert issues == ()
    assert len(claims) == 1
    return claims[0]


# ----------------------------------------------------------------------------------------------------- what is taken


def test_a_row_says_how_many_lived_where_and_when():
    claim = one_claim("east,,Eastern part,275000,,2016-07-01,,residents")
    assert (claim.kind, claim.subject, claim.predicate) == (Kind.PEOPLE, "east", "lives")
    assert (claim.quantity.value, claim.quantity.low, claim.quantity.high, claim.quantity.unit) == (
        *[275000] * 3,
        "person",
    )
    assert claim.quantity.words is None
    assert claim.happened == DAY
    assert claim.slot("definition") == "residents"
    assert claim.locator == Locator(row=2, cell="people")
    assert claim.chain == (Link(who="mappers", role=Role.COMPILER),)
    assert claim.place_as_written == "Eastern part"


def test_families_are_families_and_both_are_two_claims():
    claims, issues = read("east,,,275000,50000,2016-07-01,,")
    assert issues == ()
    assert [(claim.quantity.value, claim.quantity.unit) for claim in claims] == [(275000, "person"), (50000, "family")]
    assert [claim.locator.cell for claim in claims] == ["people", "families"]


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ("east,,", "east"),
        ("Eastern Aleppo,,", "east"),
        (",N17,", "hanano"),
        (",n17,Hanano", "hanano"),
        (",,الشعار", "shaar"),
        (",,AL  SHA'AR", "shaar"),
        (",C1,Western Aleppo", "west"),
        (",C1,EASTERN  ALEPPO", "east"),
    ],
)
def test_places_by_id_code_or_name(cells, place):
    assert one_claim(f"{cells},1000,,2016-07-01,,").subject == place


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2016-07-01", DAY),
        ("1 July 2016", DAY),
        ("13/07/2016", Period.day(date(2016, 7, 13))),
        ("2016-07", Period.between(date(2016, 7, 1), date(2016, 7, 31))),
        ("July 2016", Period.between(date(2016, 7, 1), date(2016, 7, 31))),
        ("2016", Period.between(date(2016, 1, 1), date(2016, 12, 31))),
    ],
)
def test_days_months_and_years(written, period):
    assert one_claim(f"east,,,1000,,{written},,").happened == period


def test_a_table_without_dates_is_valid_when_the_user_says_so():
    month = Period.between(date(2016, 10, 1), date(2016, 10, 31))
    assert one_claim("east,5", header="place,people", valid=month).happened == month
    claims, issues = read("east,5", header="place,people")
    assert claims == ()
    assert codes(issues) == [(None, None, "no-date", "error")]


def test_the_user_may_name_columns():
    claims, issues = read(
        "N17;Hanano;9;2016-07-01",
        header="Admin4Pcode;Community;HH count;When",
        mapping={"pcode": "ADMIN4PCODE", "families": "HH count", "date": "when"},
    )
    assert issues == ()
    assert (claims[0].subject, claims[0].quantity.unit) == ("hanano", "family")
    with pytest.raises(WrongUse, match="colour"):
        read(mapping={"colour": "x"})


def test_a_source_of_the_case_counts_and_another_is_kept_in_words():
    known = one_claim("east,,,5,,2016-07-01,City council,", source_names={"City council": "city-council"})
    assert known.chain == (Link(who="city-council", role=Role.COMPILER), Link(who="mappers", role=Role.PUBLISHER))
    claims, issues = read("east,,,5,,2016-07-01,City council,", "east,,,6,,2016-07-01,City council,")
    assert claims[0].chain == (Link(who=UNKNOWN, role=Role.COMPILER), Link(who="mappers", role=Role.PUBLISHER))
    assert claims[0].note == "source as written: City council"
    assert codes(issues) == [(2, "source", "source", "warning")]
    own = one_claim("east,,,5,,2016-07-01,mappers,")
    assert own.chain == (Link(who="mappers", role=Role.COMPILER),)


def test_titles_above_and_hxl_tags_below_the_header_are_no_rows():
    tags = "#loc+id,#loc+code,#loc+name,#population,,#date,,"
    claims, issues = read(tags, "east,,,5,,2016-07-01,,", header=f"\nPeople in need\n{HEADER}")
    assert [claim.locator.row for claim in claims] == [5]
    assert codes(issues) == [(2, None, "title", "warning")]


def test_the_sample_reads_whole():
    sample = resources.files("castello.sources.people_tables") / "sample.csv"
    claims, issues = read(
        data=sample.read_bytes(), source_names={"City council": "council"}, place_names={"Hanano": "hanano"}
    )
    assert issues == ()
    assert [(claim.subject, claim.quantity.value) for claim in claims] == [("east", 275000), ("hanano", 4200)]


# ------------------------------------------------------------------------------------------------------------ figures


@pytest.mark.parametrize(
    ("written", "value"),
    [("0", 0), ("275000", 275000), ("275000.0", 275000), ("275000.00", 275000), ("٢٧٥٠٠٠", 275000)],
)
def test_whole_numbers(written, value):
    claim = one_claim(f'east,,,"{written}",,2016-07-01,,')
    assert claim.quantity.value == value
    assert claim.quantity.words == (None if written == str(value) else written)


@pytest.mark.parametrize("written", ["275,000", "275 000", "275\u00a0000", "275\u202f000", "275'000", "٢٧٥٬٠٠٠"])
def test_separators_that_can_mean_nothing_else_are_read_and_said(written):
    claims, issues = read(f'east,,,"{written}",,2016-07-01,,')
    assert claims[0].quantity.value == 275000
    assert claims[0].quantity.words == written
    assert codes(issues) == [(2, "people", "figure", "warning")]
    assert "275000" in issues[0].what


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("-5", "negative"),
        ("−5", "negative"),
        ("- 1,000", "negative"),
        ("275.000", "decimal point or separators"),
        ("1.275.000", "decimal point or separators"),
        ("275.5", "not a whole number"),
        ("2,75,000", "not a whole number"),
        ("27,50", "not a whole number"),
        ("275k", "not a whole number"),
        ("about 275000", "not a whole number"),
        ("250000-275000", "not a whole number"),
        ("n/a", "not a whole number"),
        ("-", "not a whole number"),
        ("#REF!", "not a whole number"),
        ("1e5", "not a whole number"),
        ("inf", "not a whole number"),
        ("99999999999", "more people than there are"),
        ("9" * 400, "not a whole number"),
    ],
)
def test_what_is_no_count_is_left_out_and_the_rest_is_kept(written, says):
    claims, issues = read(f'east,,,"{written}",,2016-07-01,,', "west,,,5,,2016-07-01,,")
    assert [claim.subject for claim in claims] == ["west"]
    assert codes(issues) == [(2, "people", "figure", "error")]
    assert says in issues[0].what


def test_a_bad_figure_costs_itself_only():
    claims, issues = read("east,,,many,50000,2016-07-01,,")
    assert [claim.quantity.unit for claim in claims] == ["family"]
    assert codes(issues) == [(2, "people", "figure", "error")]


# --------------------------------------------------------------------------------------------- what is wrong with it


@pytest.mark.parametrize(
    ("line", "column", "code", "hint"),
    [
        (",,Atlantis,5,,2016-07-01,,", "name", "place", "register"),
        (",,Hanano,5,,2016-07-01,,", "name", "place", "hanano or hanano-far"),
        (",,Northern road,5,,2016-07-01,,", "name", "place", "register"),
        (",C9,,5,,2016-07-01,,", "pcode", "place", "places.csv"),
        (",C1,,5,,2016-07-01,,", "pcode", "place", "id of the place"),
        (",C1,Aleppo,5,,2016-07-01,,", "pcode", "place", "id of the place"),
        (",N17,al-Shaar,5,,2016-07-01,,", "pcode", "place", "Correct one"),
        (",C9,Eastern Aleppo,5,,2016-07-01,,", "pcode", "place", "Correct one"),
        (",,,5,,2016-07-01,,", "name", "no-place", "merged cells"),
        ("east,,,,,2016-07-01,,", "people", "no-figure", "not a zero"),
        ("east,,,5,,,,", "date", "no-date", "day, month or year"),
        ("east,,,5,,soon,,", "date", "date", "2016-07-17"),
        ("east,,,5,,03/04/2016,,", "date", "date", "2016-04-03"),
        ("east,,,5,,2016-13-01,,", "date", "date", "2016-07-17"),
        ("east,,,5,,2017-07-01,,", "date", "claim", "dates"),  # after the table was published
        ("east,,,5,,2016-07-01,,,,surplus", None, "surplus-cells", "double quotes"),
        ("Total,,,5,,2016-07-01,,", "name", "place", "register"),
    ],
)
def test_a_row_that_is_not_clear_is_left_out_and_the_rest_is_kept(line, column, code, hint):
    claims, issues = read(line, "west,,,5,,2016-07-01,,")
    assert [claim.subject for claim in claims] == ["west"]
    assert codes(issues) == [(2, column, code, "error")]
    assert hint in issues[0].hint


def test_a_code_beside_a_name_that_is_not_known_is_taken_with_a_warning():
    claims, issues = read(",N17,Quarter 17,5,,2016-07-01,,", ",N17,Quarter XVII,6,,2016-08-01,,")
    assert [claim.subject for claim in claims] == ["hanano", "hanano"]
    assert codes(issues) == [(2, "pcode", "by-code", "warning"), (3, "pcode", "by-code", "warning")]


def test_a_code_beside_several_names_on_one_day_says_of_none_where_it_is():
    """As the parts of one city share the city's code, and the register has only one of them."""
    lines = [",N17,City (western),998000,,2016-10,,", ",N17,City (eastern),275000,,2016-10,,", ",N17,,5,,2016-11,,"]
    claims, issues = read(*lines)
    assert [claim.locator.row for claim in claims] == [4]
    assert [(row, code) for row, _, code, severity in codes(issues) if severity == "error"] == [(2, "shared-code")]
    assert "City (eastern), City (western)" in issues[1].what
    assert "also in 3" in issues[1].what
    known = {"City (eastern)": "east"}
    claims, issues = read(*lines[:2], ",C1,City (eastern),275000,,2016-10,,", place_names=known)
    assert [claim.subject for claim in claims] == ["east"]


def test_two_names_that_are_taken_for_one_place_are_both_left_out():
    lines = [",,al-Shaar,5,,2016-07-01,,", ",,Ash-Sha'r,6,,2016-07-01,,", ",,al-Shaar,7,,2016-08-01,,"]
    claims, issues = read(*lines)
    assert [claim.locator.row for claim in claims] == [4]
    assert codes(issues) == [(2, None, "one-place", "error"), (3, "name", "alike", "warning")]
    claims, issues = read(*lines[:1], ",,Ash-Sha'r,6,,2016-07-01,another,", source_names={"another": "another"})
    assert len(claims) == 2


def test_a_code_that_no_place_has_goes_by_the_name_with_a_warning():
    claims, issues = read(",X9,al-Shaar,5,,2016-07-01,,")
    assert claims[0].subject == "shaar"
    assert codes(issues) == [(2, "pcode", "pcode", "warning")]


def test_the_user_may_say_what_a_name_means():
    assert one_claim(",,Hanano,5,,2016-07-01,,", place_names={"Hanano": "hanano"}).subject == "hanano"
    assert (
        one_claim(",C1,the besieged part,5,,2016-07-01,,", place_names={"the besieged part": "east"}).subject == "east"
    )
    with pytest.raises(WrongUse, match="north-road"):
        read(place_names={"Hanano": "north-road"})


def test_serial_dates_are_read_and_said():
    claims, issues = read("east,,,5,,42552,,")
    assert claims[0].happened == DAY
    assert codes(issues) == [(2, "date", "serial-date", "warning")]


def test_the_day_comes_first_where_the_user_says_so():
    assert one_claim("east,,,5,,03/04/2016,,", day_first=True).happened == Period.day(date(2016, 4, 3))
    assert one_claim("east,,,5,,03/04/2016,,", day_first=False).happened == Period.day(date(2016, 3, 4))


def test_the_same_row_twice_is_taken_once_and_two_figures_are_both_kept():
    claims, issues = read("east,,,5,,2016-07-01,,", "east,,,5,,2016-07-01,,", "east,,,6,,2016-07-01,,")
    assert [claim.quantity.value for claim in claims] == [5, 6]
    assert codes(issues) == [(3, None, "twice", "warning")]


def test_columns_that_are_not_read_are_said():
    claims, issues = read("east,5,2016-07-01,x", header="place,people,date,Access Status")
    assert len(claims) == 1
    assert codes(issues) == [(None, None, "columns", "warning")]
    assert "access_status" in issues[0].what


def test_heads_that_are_not_known_are_listed():
    claims, issues = read("1,Hanano,,x", "2,,5,y", header="Record_ID,Admin4Name,Pop,Remark")
    assert claims == ()
    assert codes(issues) == [(1, None, "header", "error")]
    assert "record_id, admin4name, pop, remark" in issues[0].what


def test_merged_heads_are_refused():
    claims, issues = read("2015,2016,2015,2016", "5,6,1,1", header="Persons in the east,,Families in the east,")
    assert claims == ()
    assert codes(issues) == [(1, None, "merged-heads", "error")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\n\n,,,\n", "empty"),
        (b"%PDF-1.4", "format"),
        (b"name\nAleppo\n", "header"),
        (HEADER.encode(), "no-rows"),
        (HEADER.encode() + b"\n\n,,,,,,,\n", "no-rows"),
        (b"place,people,people,date\n", "header"),
    ],
)
def test_a_file_that_says_nothing_says_so(data, code):
    claims, issues = read(data=data)
    assert claims == ()
    assert [(issue.code, issue.severity) for issue in issues] == [(code, "error")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_with_a_mark_name_their_encoding(encoding):
    data = "name,people,date\nالشعار,5,2016-07-01\n".encode(encoding)
    assert read(data=data)[0][0].subject == "shaar"


def test_other_encodings_are_named_by_the_user():
    data = "name,people,date\nالشعار,5,2016-07-01\nEastern Aleppo,6,2016-07-01\n".encode("cp1256")
    claims, issues = read(data=data)
    assert [claim.subject for claim in claims] == ["east"]
    assert codes(issues) == [(2, None, "encoding", "error")]
    assert [claim.subject for claim in read(data=data, encoding="cp1256")[0]] == ["shaar", "east"]
    with pytest.raises(WrongUse, match="cp9999"):
        read(data=data, encoding="cp9999")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(end):
    data = end.join(["place,people,date", "east,5,2016-07-01", "", "west,6,2016-07-01"]).encode()
    claims, issues = read(data=data)
    assert issues == ()
    assert [(claim.subject, claim.locator.row) for claim in claims] == [("east", 2), ("west", 4)]


def test_a_workbook_is_read_sheet_by_sheet():
    pytest.importorskip("python_calamine")
    header = ["place", "people", "date"]
    sheets = {
        "Notes": [["Read me"]],
        "2015": [header, ["east", "5", "2015-07-01"]],
        "2016": [["As of July"], header, ["east", "6", "2016-07-01"], ["east", "5", "2015-07-01"]],
    }
    claims, issues = read(data=zipped(workbook(sheets)))
    assert [(claim.quantity.value, claim.locator.sheet, claim.locator.row) for claim in claims] == [
        (5, "2015", 2),
        (6, "2016", 3),
    ]
    assert codes(issues) == [
        (None, None, "format", "warning"),  # it is said to be people.csv
        (None, None, "no-heads", "warning"),
        (1, None, "title", "warning"),
        (4, None, "twice", "warning"),
    ]


# --------------------------------------------------------------------------------------------------------- large files


def test_a_large_file_is_not_held_in_memory(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("place,people,date,note\n")
        for _ in range(60_000):
            file.write(f"nowhere,5,2016-07-01,{'x' * 300}\n")
    tracemalloc.start()
    claims, issues = read(data=path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 19_000_000
    assert peak < 3_000_000
    assert claims == ()
    assert [issue.code for issue in issues] == ["columns", "place"]
    assert "and 59,994 more" in issues[1].what


def test_issues_stay_countable(tmp_path):
    claims, issues = read(*(f"nowhere-{number},,,5,,2016-07-01,," for number in range(1_500)))
    assert claims == ()
    assert len(issues) == 501
    assert "1,000 more things" in issues[0].what
    assert "(place: 1,000)" in issues[0].what


def test_a_line_without_an_end_costs_itself(tmp_path):
    path = tmp_path / "long.csv"
    path.write_bytes(b"place,people,date\neast,5," + b"9" * 3_000_000 + b"\nwest,5,2016-07-01\n")
    claims, issues = read(data=path)
    assert [(claim.subject, claim.locator.row) for claim in claims] == [("west", 3)]
    assert codes(issues) == [(2, None, "long-line", "error")]


def test_a_mark_that_is_not_closed_costs_its_row_and_no_other():
    claims, issues = read('"east,,,5,,2016-07-01,,', *["west,,,5,,2016-07-01,,"] * 300)
    assert [claim.locator.row for claim in claims] == [3]
    assert [issue.code for issue in issues] == ["quotes", "twice"]


def test_words_over_two_lines_of_a_cell_stay_one_cell():
    intake = Intake("table.csv")
    table = open_table(
        b'a,b\n"one\ntwo ""and"" three",4\n5,6\n', intake=intake, is_header=lambda names: "a" in names, columns="a"
    )
    assert table is not None
    assert list(table.rows) == [(2, {"a": 'one\ntwo "and" three', "b": "4"}), (4, {"a": "5", "b": "6"})]
    assert intake.issues == ()


# ---------------------------------------------------------------------------------------------------------------- days


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_a_day_is_the_same_in_every_form(day):
    months = calendar.month_name[1:]
    forms = [
        day.isoformat(),
        f"{day:%Y/%m/%d}" if day.year > 999 else day.isoformat(),
        f"{day.isoformat()}T23:59:59.123Z",
        f"{day.isoformat()} 00:00",
        f"{day.day} {months[day.month - 1]} {day.year}",
        f"{months[day.month - 1][:3]} {day.day}, {day.year}",
        f"{day.day:02}-{months[day.month - 1][:3].upper()}-{day.year}",
        f"{day.year}{day.month:02}{day.day:02}",
    ]
    for form in forms:
        assert (read_days(form).first, read_days(form).last) == (day, day), form
    assert read_days(f"{day.day}/{day.month}/{day.year}", day_first=True).first == day
    assert read_days(f"{day.month}.{day.day}.{day.year}", day_first=False).first == day
    if date(1954, 10, 3) < day < date(2119, 1, 1):
        serial = read_days(str((day - date(1899, 12, 30)).days))
        assert (serial.first, serial.serial) == (day, True)


@given(st.text(max_size=14) | st.from_regex(r"\d{1,5}[-/. ]?\d{0,2}[-/. ]?\d{0,4}", fullmatch=True))
def test_what_is_no_day_is_refused_and_no_more(text):
    with contextlib.suppress(NotADay):
        days = read_days(text)
        assert days.first <= days.last <= days.first + timedelta(days=365)


# ------------------------------------------------------------------------------------------------------ whatever comes

cell = st.text(max_size=10) | st.sampled_from(
    ["east", "5", "-5", "2016-07-01", "42552", "C1", "Hanano", '"', "#x", "1,000"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(cell, min_size=8, max_size=8))
def test_every_row_gives_a_claim_or_an_issue_and_costs_no_other(cells):
    quoted = ",".join('"' + text.replace('"', '""') + '"' for text in cells)
    claims, issues = read(quoted, "west,,,5,,2016-07-01,,")
    assert "west" in {claim.subject for claim in claims}
    blank = not any(text.strip() for text in cells)
    tags = all(text.strip().startswith("#") for text in cells if text.strip())
    assert blank or tags or len(claims) > 1 or any(issue.severity == "error" for issue in issues)
    assert all(claim.quantity.value >= 0 for claim in claims)
    assert all(issue.what.isprintable() for issue in issues)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_table_break_nothing(data):
    claims, issues = read(data=data)
    assert claims == ()
    assert issues
    read(data=HEADER.encode() + b"\n" + data + b"\n")
