"""Rows of PA-X become claims that parties agreed: by hand, with what is not taken over, and whatever becomes of a file."""

import csv
import io
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from castello.claims import Claim, Kind, Link, Locator, Period, Role
from castello.claims.vocabulary import events
from castello.sources.pax import SOURCE
from castello.sources.pax._columns import READ, TOPICS
from castello.sources.registry import tabular_sources
from tests.sources.mangled import mangled, written
from tests.sources.registers import DOCUMENT, codes
from tests.sources.tables import read_tables

SAMPLE = resources.files("castello.sources.pax") / "sample.csv"
HEADER, *ROWS = list(csv.reader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
FIRST = dict(zip(HEADER, ROWS[0], strict=True))


def read(*rows, data=None, columns=HEADER, name="pax.csv", **options):
    full = written([columns, *([(FIRST | row).get(head, "") for head in columns] for row in rows)]).encode()
    told = read_tables(SOURCE, full if data is None else data, name=name, **options)
    assert told.present == told.taken + told.refused
    assert len(told.claims) == told.taken
    return told


def one(**cells):
    return read(cells).claims[0]


# ----------------------------------------------------------------------------------------------------------- by hand


def test_the_sample_by_hand():
    told = read(data=SAMPLE.read_bytes())
    assert (told.present, told.taken, told.refused) == (4, 4, 0)
    common: dict[str, Any] = {"kind": Kind.EVENT, "published": date(2016, 12, 31), "document": "map-2016"}
    common |= {"chain": (Link(who="mappers", role=Role.COMPILER),)}
    assert told.claims == (
        Claim(
            subject="army",
            predicate="agreement.signed",
            also=(("source_code", "pax Multiparty signed/agreed"), ("with", "brigade-north")),
            happened=Period.day(date(2016, 7, 17)),
            locator=Locator(row=2, cell="Part"),
            note="PA-X 9501; Truce of the North Road; Examplia peace process; Examplia; type Intra; stage Cea/Ceas; UCDP conflict 9300; "
            "third parties: United Nations (witness)",
            **common,
        ),
        # of a local agreement, who stood between the sides is not copied
        Claim(
            subject="brigade-north",
            predicate="agreement.signed",
            also=(("source_code", "pax Multiparty signed/agreed"),),
            happened=Period.day(date(2016, 8, 2)),
            locator=Locator(row=8, cell="Part"),
            note="PA-X 9502; Opening of the Hanano market; Examplia peace process; Examplia; type IntraLocal; stage Pre/Conf",
            **common,
        ),
        # one side alone agrees with nobody
        Claim(
            subject="opposition",
            predicate="event",
            also=(("source_code", "pax Unilateral document"),),
            happened=Period.between(date(2016, 9, 1), date(2016, 9, 30)),
            locator=Locator(row=9, cell="Part"),
            note="PA-X 9503; Declaration of restraint; Examplia peace process; Examplia; type Intra; stage Pre; UCDP conflict 9300",
            **common,
        ),
        Claim(
            subject="unknown",
            predicate="agreement",
            also=(("source_code", "pax Status unclear"),),
            happened=Period.day(date(2016, 10, 1)),
            locator=Locator(row=10, cell="Part"),
            note="PA-X 9504; Minutes; Examplia peace process; Examplia/Nearland; type Intra; stage Cea/Ceas; UCDP conflict 9300",
            **common,
        ),
    )
    assert codes(told.issues) == [(10, "Part", "parties", "warning")]
    assert told.names == {}
    assert sorted(told.keys.values()) == ["pax/9501", "pax/9502", "pax/9503", "pax/9504"]
    assert told.scopes == {"Examplia", "Examplia/Nearland"}


def test_nobody_who_signed_is_named():
    told = read(data=SAMPLE.read_bytes())
    said = " ".join([*(str(claim.to_json()) for claim in told.claims), *(issue.what for issue in told.issues)])
    assert "Invented" in SAMPLE.read_text(encoding="utf-8")
    assert "Invented" not in said


def test_its_words_for_events_are_those_of_the_vocabulary():
    assert {"agreement", "agreement.signed"} <= set(events())


def test_the_registry_knows_it_by_its_header():
    assert tabular_sources()["pax"] is SOURCE
    plain = frozenset(head.lower() for head in HEADER)
    assert plain <= SOURCE.columns
    assert next(source.format for source in tabular_sources().values() if source.is_header(plain)) == "pax"


def test_columns_of_topics_are_known_and_not_read():
    assert not READ & TOPICS
    assert (len(READ), len(TOPICS)) == (25, 241)
    columns = [*HEADER[:25], *sorted(TOPICS), "TjNew"]
    told = read({"Part": "Opposition", **dict.fromkeys(TOPICS, "3")}, columns=columns)
    assert "TjNew" in told.issues[0].what
    assert codes(told.issues) == [(None, None, "columns", "warning")]
    assert "3" not in str(dict(told.claims[0].also))


# ----------------------------------------------------------------------------------------------------------- parties


@pytest.mark.parametrize(
    ("part", "subject", "others"),
    [
        ("Army of Examplia and the Northern Brigade", "army", "brigade-north"),
        (
            "Representatives of the Army of Examplia:\nSomebody\n\nRepresentatives of Northern Brigade",
            "army",
            "brigade-north",
        ),
        ("Northern Brigade, Southern Brigade; the Army of Examplia", "brigade-north", "brigade-south,army"),
        ("Army of Examplia. Army of Examplia", "army", None),
        # a name that two parties have, one that is only like another, and people
        ("the Brigade", "unknown", None),
        ("Norther Brigad", "unknown", None),
        ("A. Invented, General of the army", "unknown", None),
    ],
)
def test_parties_of_the_case_are_found_among_those_who_agreed(part, subject, others):
    claim = one(Part=part)
    assert (claim.subject, claim.slot("with")) == (subject, others)


def test_names_that_the_user_explained():
    claim = read(
        {"Part": "The Hill People and the Army of Examplia"}, party_names={"hill people": "opposition"}
    ).claims[0]
    assert (claim.subject, claim.slot("with")) in {("opposition", "army"), ("army", None)}


def test_third_parties_are_kept_short():
    assert one(ThrdPart="Observers " * 100).note.endswith(" ...")
    assert "third parties" not in one(ThrdPart="").note


@pytest.mark.parametrize(
    ("cells", "code", "taken"),
    [
        ({"AgtId": ""}, "id", 0),
        ({"Dat": ""}, "no-date", 0),
        ({"Dat": "some day"}, "date", 0),
        ({"Dat": "2017-01-01"}, "after-release", 0),
        ({"Status": "Drafted"}, "status", 1),
    ],
)
def test_what_is_wrong_is_told(cells, code, taken):
    told = read(cells)
    assert (told.taken, told.refused) == (taken, 1 - taken)
    assert {issue.code for issue in told.issues} == {code}


def test_a_status_that_nobody_knows_is_an_agreement():
    assert one(Status="Drafted").predicate == "agreement"
    assert one(Status="").predicate == "agreement"
    assert one(Status="agreement with subsequent status").predicate == "agreement"


def test_the_first_of_two_rows_with_one_id_stays():
    told = read({}, {"AgtId": "9501.0", "Dat": "2016-07-18"})
    assert (told.taken, told.refused) == (1, 1)
    assert codes(told.issues) == [(8, None, "twice", "error")]


# ------------------------------------------------------------------------------------------------ whatever comes


@pytest.mark.parametrize("part", range(4))
def test_whatever_becomes_of_a_file_every_row_is_read_or_said(part):
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(HEADER, ROWS, seed=17, count=60, long_line=1_200_000)):
            if number % 4 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            options: dict[str, Any] = {"encoding": file.encoding} if file.encoding else {}
            told = read_tables(SOURCE, path, name=file.name, document=DOCUMENT, **options)
            assert told.present == told.taken + told.refused, file.name
            assert len(told.claims) == told.taken, file.name
            for claim in told.claims if file.cells else ():
                code = claim.slot("source_code")
                assert code is None or str(code).removeprefix("pax ") in file.cells
