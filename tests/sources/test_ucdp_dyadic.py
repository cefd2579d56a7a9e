"""Rows of UCDP's Dyadic dataset become ties, and its list of actors parties: by hand, both editions, the real file, whatever becomes of a file."""

import csv
import io
from collections import Counter
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from castello.claims import Document, Kind, Link, Locator, Period, Role
from castello.parties import Party, PartyRegister
from castello.sources import ucdp_ged
from castello.sources.registry import tabular_sources
from castello.sources.ucdp_dyadic import SOURCE
from tests.sources.counted import counted, shared_file
from tests.sources.mangled import mangled, workbook, written, zipped
from tests.sources.registers import DOCUMENT, PARTIES, codes
from tests.sources.tables import read_tables

FOLDER = resources.files("castello.sources.ucdp_dyadic")
DYADS, ACTORS = (
    list(csv.reader(io.StringIO((FOLDER / name).read_text(encoding="utf-8"))))
    for name in ("sample.csv", "sample_actors.csv")
)
HEADER, *ROWS = DYADS
FIRST = dict(zip(HEADER, ROWS[0], strict=True))
OLD = (  # noqa: SIM905  # names
    "DyadId ConflictId Location SideA SideA2nd SideB SideBID SideB2nd Incompatibility TerritoryName Year IntensityLevel TypeOfConflict "
    "StartDate StartPrec StartDate2 StartPrec2 GWNoA GWNoA2nd GWNoB GWNoB2nd GWNoLoc Region Version"
).split()


def table(*rows, columns=HEADER):
    return written([columns, *([row.get(name, "") for name in columns] for row in rows)]).encode()


def read(*rows, columns=HEADER, data=None, name="dyads.csv", **options):
    full = table(*(FIRST | row for row in rows), columns=columns)
    told = read_tables(SOURCE, full if data is None else data, name=name, **options)
    assert told.present == told.taken + told.refused
    return told


def ties(told):
    """Row, subject, predicate and object of each claim."""
    return sorted((one.locator.row, one.subject, one.predicate, one.object) for one in told.claims)


# ----------------------------------------------------------------------------------------------------------- by hand


def test_the_sample_by_hand():
    told = read(data=(FOLDER / "sample.csv").read_bytes())
    assert told.issues == ()
    assert (told.present, told.taken, told.refused) == (4, 4, 0)
    by_key = {told.keys[claim.id]: claim for claim in told.claims}
    year, next_year = date(2016, 1, 1), date(2017, 1, 1)
    # (subject, predicate, object, in what it consists, first day of it if that is known)
    assert {
        key: (one.subject, one.predicate, one.object, one.slot("with"), one.happened.maybe, one.happened.starts)
        for key, one in by_key.items()
    } == {
        "dyadic/9401/2015/opposes": (
            "ucdp-9100",
            "opposes",
            "brigade-north",
            "fighting over government, 25 to 999 deaths in battle in the year",
            (date(2015, 3, 4), date(2016, 1, 1)),
            "yes",
        ),
        "dyadic/9401/2016/opposes": (
            "ucdp-9100",
            "opposes",
            "brigade-north",
            "fighting over government, 1,000 deaths in battle or more in the year",
            (year, next_year),
            "unknown",
        ),
        "dyadic/9401/2016/side a/Government of Farland": (
            "ucdp-9100",
            "supported_by",
            "ucdp-9104",
            "troops against Northern Brigade over government",
            (year, next_year),
            "unknown",
        ),
        "dyadic/9401/2016/side a/Government of Nearland": (
            "ucdp-9100",
            "supported_by",
            "ucdp-9105",
            "troops against Northern Brigade over government",
            (year, next_year),
            "unknown",
        ),
        # its first day was assigned: code 5
        "dyadic/9402/2016/opposes": (
            "ucdp-9100",
            "opposes",
            "ucdp-9102",
            "fighting over territory (The Hills, and the Valley), 25 to 999 deaths in battle in the year",
            (year, next_year),
            "unknown",
        ),
        "dyadic/9402/2016/side b/Government of Farland": (
            "ucdp-9102",
            "supported_by",
            "ucdp-9104",
            "troops against Government of Examplia over territory (The Hills, and the Valley)",
            (year, next_year),
            "unknown",
        ),
        # each member of a joint side
        "dyadic/9403/2014/opposes/9104/9100": (
            "ucdp-9104",
            "opposes",
            "ucdp-9100",
            "fighting over government and territory, 25 to 999 deaths in battle in the year",
            (date(2014, 5, 6), date(2015, 1, 1)),
            "yes",
        ),
        "dyadic/9403/2014/opposes/9105/9100": (
            "ucdp-9105",
            "opposes",
            "ucdp-9100",
            "fighting over government and territory, 25 to 999 deaths in battle in the year",
            (date(2014, 5, 6), date(2015, 1, 1)),
            "yes",
        ),
    }
    for claim in told.claims:
        assert (claim.kind, claim.place, claim.quote, claim.happened.sure) == (Kind.TIE, None, None, None)
        assert (claim.published, claim.chain) == (date(2016, 12, 31), (Link(who="mappers", role=Role.COMPILER),))
    helped = by_key["dyadic/9401/2016/side a/Government of Farland"]
    assert helped.locator == Locator(row=3)
    assert helped.place_as_written == "Examplia"
    assert helped.date_precision == "ucdp year"
    assert (
        helped.note == "UCDP dyad 9401; conflict 9300; intensity 2; incompatibility 2; type of conflict 4; version 0.1"
    )
    assert by_key["dyadic/9401/2015/opposes"].date_precision == "ucdp.start_prec 1"
    assert told.scopes == {"Examplia", "Examplia, Nearland"}
    assert {id_: name["kind"] for id_, name in told.names.items()} == {
        "ucdp-9100": "state",
        "ucdp-9102": "armed_group",
        "ucdp-9104": "state",
        "ucdp-9105": "state",
    }


def test_the_list_of_actors_brings_names_and_claims_nothing():
    told = read(data=(FOLDER / "sample_actors.csv").read_bytes())
    assert (told.claims, told.issues) == ((), ())
    assert (told.present, told.taken) == (3, 3)
    # the brigade is a party of the case
    assert list(told.names) == ["ucdp-9100", "ucdp-9102"]
    assert told.names["ucdp-9102"] == {
        "id": "ucdp-9102",
        "kind": "armed_group",
        "name_en": "Hill Front",
        "aliases": ["HF", "Front of the Hills", "Front for the Hills"],
        "note": "as UCDP names it; it may be people and no group",
    }


def test_an_actor_without_a_number_or_a_name_is_refused():
    rows = [
        ACTORS[0],
        *([*cells, *[""] * 33] for cells in (["", "Nameless"], ["9", ""], ["1, 2", "Two"], ["8", "Band"])),
    ]
    told = read(data=written(rows).encode())
    assert (told.present, told.taken, list(told.names)) == (4, 1, ["ucdp-8"])
    assert codes(told.issues) == [(2, "ActorId", "id", "error"), (3, "NameData", "no-name", "error")]
    assert "also in 4" in told.issues[0].what


def test_the_registry_knows_both_tables():
    assert tabular_sources()["ucdp_dyadic"] is SOURCE
    for heads in (HEADER, ACTORS[0], OLD):
        plain = frozenset(head.lower() for head in heads)
        assert plain <= SOURCE.columns
        assert next(source.format for source in tabular_sources().values() if source.is_header(plain)) == "ucdp_dyadic"


def test_events_and_dyads_bring_the_same_parties():
    ged = (resources.files("castello.sources.ucdp_ged") / "sample.csv").read_bytes()
    brought = read_tables(ucdp_ged.SOURCE, ged).names
    dyads = read(data=(FOLDER / "sample.csv").read_bytes()).names
    actors = read(data=(FOLDER / "sample_actors.csv").read_bytes()).names
    assert brought["ucdp-9100"] == dyads["ucdp-9100"] == actors["ucdp-9100"]
    assert brought["ucdp-9102"] == dyads["ucdp-9102"]


# ------------------------------------------------------------------------------------------------------ what it means


@pytest.mark.parametrize("code", ["2", "3", "4", "5", "6", "7", ""])
def test_a_first_day_that_was_assigned_says_no_more_than_the_year(code):
    claim = read({"start_prec": code}).claims[0]
    assert claim.happened == Period(maybe=(date(2015, 1, 1), date(2016, 1, 1)))


def test_names_with_commas_are_no_lists():
    told = read(
        {"side_b": "Military faction (of A. Invented, B. Invented)", "side_b_id": "7"},
        {"dyad_id": "2", "side_b": "Junta for Order, Peace and Justice", "side_b_id": "8"},
    )
    assert [claim.object for claim in told.claims] == ["ucdp-7", "ucdp-8"]


def test_a_helper_whose_name_is_that_of_several_has_a_name_and_no_number():
    told = read(
        {"side_b": "Front", "side_b_id": "7"},
        {"dyad_id": "2", "side_b": "Front", "side_b_id": "8"},
        {"dyad_id": "3", "side_b_2nd": "Front"},
    )
    assert {claim.object for claim in told.claims if claim.predicate == "supported_by"} == {"ucdp-front"}


def test_a_helper_who_stands_there_twice_helps_once():
    told = read({"side_b_2nd": "Government of Farland, Government of Farland"})
    assert (told.taken, len(told.claims)) == (1, 2)


def test_sheets_of_one_workbook_are_told_apart():
    for sheets in (2, 3):
        told = read(data=zipped(workbook({f"{n}": [HEADER, *ROWS] for n in range(sheets)})), name="dyads.xlsx")
        assert (told.present, told.taken) == (4 * sheets, 4)
        assert {claim.locator.sheet for claim in told.claims} == {"0"}
        assert len(told.claims) == 8


def test_joint_sides_and_their_helpers():
    told = read({"side_b": "Band, Troop", "side_b_id": "7, 8", "side_b_2nd": "Government of Farland"})
    assert ties(told) == [
        (2, "ucdp-7", "supported_by", "ucdp-government-of-farland"),
        (2, "ucdp-8", "supported_by", "ucdp-government-of-farland"),
        (2, "ucdp-9100", "opposes", "ucdp-7"),
        (2, "ucdp-9100", "opposes", "ucdp-8"),
    ]


def test_names_of_the_case_go_before():
    told = read({"side_b": "Rebels of the North", "side_b_id": "77"}, party_names={"Rebels of the North": "opposition"})
    assert told.claims[0].object == "opposition"
    assert list(told.names) == ["ucdp-9100"]


def test_two_sides_that_are_one_party_of_the_case_are_refused():
    names = {"Government of Examplia": "army", "Northern Brigade": "army"}
    told = read({}, party_names=names)
    assert (told.taken, told.refused, told.claims) == (0, 1, ())
    assert codes(told.issues) == [(2, "side_b", "one-party", "error")]


@pytest.mark.parametrize(
    ("cells", "code", "taken"),
    [
        ({"dyad_id": ""}, "id", 0),
        ({"year": ""}, "no-date", 0),
        ({"year": "last"}, "no-date", 0),
        ({"year": "2017"}, "after-release", 0),
        ({"side_b": ""}, "no-party", 0),
        ({"start_date": "spring"}, "date", 1),
        ({"start_date": "2016-01-01"}, "start", 1),
        ({"intensity_level": "3"}, "intensity", 1),
    ],
)
def test_what_is_wrong_is_told(cells, code, taken):
    told = read(cells)
    assert (told.taken, told.refused) == (taken, 1 - taken)
    assert code in {issue.code for issue in told.issues}


def test_numbers_that_went_through_a_spreadsheet_are_the_same():
    whole = read({}).claims
    numbers = ("year", "side_a_id", "side_b_id", "intensity_level", "incompatibility", "start_prec", "type_of_conflict")
    assert read({name: f"{FIRST[name]}.0" for name in numbers}).claims == whole


def test_the_old_edition_has_other_names_and_other_numbers():
    row = {name: FIRST.get(new, "") for name, new in zip(OLD, _new(OLD), strict=True)}
    told = read(data=table(row | {"SideA2nd": "Government of Farland"}, columns=OLD))
    assert told.issues == ()
    assert ties(told) == [
        (2, "ucdp-government-of-examplia", "opposes", "brigade-north"),
        (2, "ucdp-government-of-examplia", "supported_by", "ucdp-government-of-farland"),
    ]
    assert sorted(told.keys.values()) == [
        "dyadic-2016/9401/2015/opposes",
        "dyadic-2016/9401/2015/side a/Government of Farland",
    ]
    assert told.claims[0].happened.maybe[0] in (date(2015, 3, 4), date(2015, 1, 1))


def _new(old):
    plain = {name.replace("_", ""): name for name in HEADER}
    return [plain[name.lower()] for name in old]


# -------------------------------------------------------------------------------------------------------- real file

RELEASE = Document(id="dyadic", title="Dyads", publisher="ucdp", published=date(2025, 6, 1))


def test_the_release_of_2025():
    path = shared_file("ucdp/ucdp-dyadic-251.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # commas part parties where there are as many numbers
    sides = {name: [len(row[f"{name}_id"].split(",")) for row in rows] for name in ("side_a", "side_b")}
    opposed = sum(a * b for a, b in zip(sides["side_a"], sides["side_b"], strict=True))
    helped = sum(
        sides[name][at] * len(row[f"{name}_2nd"].split(","))
        for at, row in enumerate(rows)
        for name in sides
        if row[f"{name}_2nd"]
    )
    with counted(SOURCE, path, document=RELEASE) as told:
        assert (told.staged.present, told.staged.taken) == (3_432, 3_432)
        assert told.issues == ()
        assert told.staged.claims == {"tie": opposed + helped}
        assert dict(told.all("select predicate, count(*) from rows group by 1")) == {
            "opposes": opposed,
            "supported_by": helped,
        }
        of_syria = "(body->>'$.place_as_written') like '%Syria%'"
        assert told.all(f"select count(distinct body->>'$.locator.row') from rows where {of_syria}") == [(43,)]
        assert Counter(
            told.all(f"select subject, predicate, object from rows where {of_syria} and maybe_end = date '2017-01-01'")
        ) == Counter(
            {
                ("ucdp-118", "opposes", "ucdp-4456"): 1,
                ("ucdp-118", "opposes", "ucdp-234"): 1,
                ("ucdp-118", "opposes", "ucdp-6288"): 1,
                ("ucdp-118", "supported_by", "ucdp-57"): 2,
                ("ucdp-118", "supported_by", "ucdp-114"): 2,
            }
        )


def test_parties_of_one_name_stay_apart_on_the_real_file():
    path = shared_file("ucdp/ucdp-dyadic-251.csv")
    parties = PartyRegister([*PARTIES.values(), Party(id="eln", kind="armed_group", name_en="ELN")])
    told = read_tables(SOURCE, _only(path, "ELN"), parties=parties, document=RELEASE)
    assert {claim.object for claim in told.claims if claim.predicate == "opposes"} == {
        "ucdp-721",
        "ucdp-744",
        "ucdp-748",
    }
    assert codes(told.issues) == [(None, None, "same-name", "warning")]


def _only(path, side):
    with path.open(encoding="utf-8", newline="") as file:
        heads, *rows = csv.reader(file)
    return written([heads, *(row for row in rows if row[heads.index("side_b")] == side)]).encode()


# ------------------------------------------------------------------------------------------------ whatever comes


@pytest.mark.parametrize("part", range(4))
def test_whatever_becomes_of_a_file_every_row_is_read_or_said(part):
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(HEADER, ROWS, seed=13, count=60, long_line=1_200_000)):
            if number % 4 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            options: dict[str, Any] = {"encoding": file.encoding} if file.encoding else {}
            told = read_tables(SOURCE, path, name=file.name, document=DOCUMENT, **options)
            assert told.present == told.taken + told.refused, file.name
            assert all(one.locator for one in told.claims), file.name
            found = {(one.locator.sheet, one.locator.row) for one in told.claims if one.locator}
            assert len(found) == told.taken, file.name
            for claim in told.claims if file.cells else ():
                assert claim.place_as_written is None or claim.place_as_written in file.cells, file.name
