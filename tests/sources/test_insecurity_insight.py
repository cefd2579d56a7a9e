"""Rows of Insecurity Insight become events and counts of people who were harmed, by topic; descriptions stay where they are."""

import csv
import io
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from castello.claims import Kind, Link, Locator, Period, Role, Where
from castello.places import Place, PlaceRegister
from castello.sources.insecurity_insight import SOURCE
from castello.sources.registry import tabular_sources
from tests.sources.mangled import mangled, workbook, zipped
from tests.sources.registers import PLACES, codes
from tests.sources.tables import read_tables

FOLDER = resources.files("castello.sources.insecurity_insight")
HEALTH, EXPLOSIVE = (
    list(csv.reader((FOLDER / name).read_text(encoding="utf-8").splitlines()))
    for name in ("sample.csv", "sample_explosive.csv")
)
REGIONS = PlaceRegister([*PLACES.places, Place(id="north", kind="governorate", name_en="North", parent="country")], [])
AIR = {
    "Date": "2016-07-23",
    "Country": "Examplia",
    "Country ISO": "EXM",
    "Admin 1": "North",
    "Reported Perpetrator": "Government: Military",
    "Reported Perpetrator Name": "Army of Examplia",
    "SiND Event ID": "7",
}


def table(*rows, columns):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        full = AIR | {"SiND Event ID": str(number)} | row
        writer.writerow([full.get(name.strip(), "") for name in columns])
    return text.getvalue().encode()


def read(*rows, columns=HEALTH[0], data=None, name="insight.csv", **options):
    told = read_tables(
        SOURCE, table(*rows, columns=columns) if data is None else data, name=name, places=REGIONS, **options
    )
    assert told.present == told.taken + told.refused
    assert all(claim.locator for claim in told.claims)
    assert len({claim.locator.row for claim in told.claims if claim.locator}) == told.taken
    return told


def said(told):
    """Kind, predicate, object and figure of each claim, in the order of its key."""
    order = sorted(told.claims, key=lambda claim: told.keys[claim.id])
    return [(c.kind.value, c.predicate, c.object, c.quantity.value if c.quantity else None) for c in order]


# ----------------------------------------------------------------------------------------------------------- by hand


def test_attacks_on_health_care_by_hand():
    told = read(data=(FOLDER / "sample.csv").read_bytes())
    assert told.issues == ()
    assert (told.present, told.taken) == (4, 4)
    assert said(told) == [
        ("event", "attack.air", "health-facility", None),
        ("casualty", "injured", "health-workers", 3),
        ("casualty", "killed", "health-workers", 2),
        # a vehicle was taken too
        ("event", "destruction", "health-workers", None),
        ("event", "abduction", "health-workers", 2),
        ("event", "arrest", "health-workers", 1),
        ("event", "event", "health-care", None),
    ]
    strike = told.of(Kind.EVENT)[0]
    assert (strike.subject, strike.place, strike.happened) == ("army", "north", Period.day(date(2016, 7, 23)))
    assert dict(strike.also) == {"source_code": "insecurity-insight health", "weapon": "air-bomb"}
    assert strike.where == Where(
        lat=36.2311, lon=37.1992, radius_km=25, precision="insecurity-insight.geo_precision (2) 25 km precision"
    )
    assert strike.chain == (Link(who="mappers", role=Role.COMPILER),)
    assert strike.locator == Locator(row=3, cell="Event Description")
    assert strike.note == (
        "SiND 900001; Reported Perpetrator Government: Military; Reported Perpetrator Name Army of Examplia; Weapon Carried/Used Aerial Bomb; "
        "Number of Attacks on Health Facilities Reporting Damaged 1; Conflict-Related Violence ConflictEvent; Location Health building"
    )
    killed = next(claim for claim in told.of(Kind.CASUALTY) if claim.predicate == "killed")
    assert (killed.subject, killed.place, killed.happened, killed.quantity.unit) == (
        "army",
        "north",
        strike.happened,
        "person",
    )
    assert killed.slot("cause") == "Aerial Bomb"
    where = {claim.locator.row: claim.where for claim in told.of(Kind.EVENT)}
    assert where[4] == Where(
        lat=36.0, lon=37.0, area="North", precision="insecurity-insight.geo_precision (4) Province, State, Governorate"
    )
    assert where[5] is None
    assert where[6].area == "North"
    arrest = next(claim for claim in told.claims if claim.predicate == "arrest")
    assert (arrest.subject, arrest.place, arrest.place_as_written) == ("unknown", "country", "Examplia")
    assert {id_: name["kind"] for id_, name in told.names.items()} == {"sind-hill-brigade": "armed_group"}
    assert min(told.keys.values()) == "sind/health/900001"
    assert told.scopes == {"health EXM"}


def test_explosive_weapons_by_hand():
    told = read(data=(FOLDER / "sample_explosive.csv").read_bytes())
    assert told.issues == ()
    assert said(told) == [
        ("event", "attack.air", "health-workers", None),
        ("casualty", "killed", "health-workers", 2),
        ("event", "attack.shelling", "education-facility", None),
        ("casualty", "killed", "educators", 1),
        ("casualty", "killed", "students", 4),
        # of one aid worker and one who gave health care nobody says that they are two
        ("event", "attack", "aid-workers", None),
        ("casualty", "killed", "aid-health-workers", 1),
        ("casualty", "killed", "aid-workers", 1),
    ]
    events = told.of(Kind.EVENT)
    assert [dict(event.also) for event in events] == [
        {"platform": "aircraft", "source_code": "insecurity-insight explosive-weapons", "weapon": "air-bomb"},
        {"platform": "ground", "source_code": "insecurity-insight explosive-weapons", "weapon": "shell"},
        {"source_code": "insecurity-insight explosive-weapons"},
    ]
    assert [event.subject for event in events] == ["army", "unknown", "unknown"]
    assert [event.place for event in events] == ["north", "north", "country"]
    assert all(event.where is None for event in events)
    assert told.names == {}
    assert min(told.keys.values()) == "sind/explosive-weapons/900001"


def test_no_description_is_copied_anywhere():
    for name, rows in (("sample.csv", HEALTH), ("sample_explosive.csv", EXPLOSIVE)):
        told = read(data=(FOLDER / name).read_bytes())
        text = str([claim.to_json() for claim in told.claims])
        assert "invented" not in text
        assert all("invented" in row[1] for row in rows[2:])


# ------------------------------------------------------------------------------------------------------ other topics


@pytest.mark.parametrize(
    ("more", "row", "expected"),
    [
        (
            ["Educators Killed", "Educators Arrested", "Students Injured", "Attacks on Schools"],
            {"Educators Killed": "1", "Educators Arrested": "2", "Students Injured": "5", "Attacks on Schools": "1"},
            [
                ("event", "attack.civilians", "education-facility", None),
                ("event", "arrest", "educators", 2),
                ("casualty", "injured", "students", 5),
                ("casualty", "killed", "educators", 1),
            ],
        ),
        (
            ["Type of education facility", "Educators Killed"],
            {"Educators Killed": "0"},
            [("event", "event", "education", None)],
        ),
        (
            ["Aid Workers Killed", "Aid Workers Kidnapped", "Female Aid Workers Kidnapped"],
            {"Aid Workers Killed": "0", "Aid Workers Kidnapped": "3", "Female Aid Workers Kidnapped": "2"},
            [("event", "abduction", "aid-workers", 3)],
        ),
        (
            ["Camp Name", "Camp Resident Killed", "Camp Residents Kidnapped"],
            {"Camp Name": "A camp", "Camp Resident Killed": "2"},
            [("event", "attack.civilians", "camp-residents", None), ("casualty", "killed", "camp-residents", 2)],
        ),
        (
            ["Type of SV", "Survivor or Victim Sex", "Adult or Minor "],
            {"Type of SV": "Assault"},
            [("event", "attack.sexual", None, None)],
        ),
        (["Infrastructure Affected", "FoodSecurity"], {}, [("event", "event", None, None)]),
    ],
)
def test_other_topics_share_the_front_and_the_id(more, row, expected):
    front = HEALTH[0][:10]
    told = read(row, columns=[*front, *more, "SiND Event ID"])
    assert told.issues == ()
    assert said(told) == expected


def test_the_id_has_two_names():
    told = read({"SiND ID": "77"}, columns=[*HEALTH[0][:10], "Camp Name", "SiND ID"])
    assert list(told.keys.values()) == ["sind/protection/77"]


def test_sexual_violence_is_told_without_the_spot_and_the_survivor():
    columns = [*HEALTH[0][:10], "Type of SV", "Survivor or Victim Sex", "Adult or Minor ", "SiND Event ID"]
    row = {
        "Latitude": "36.2",
        "Longitude": "37.1",
        "Geo Precision": "(2) 25 km",
        "Survivor or Victim Sex": "Female",
        "Adult or Minor": "Minor",
    }
    (claim,) = read(row, columns=columns).claims
    assert (claim.where, claim.place) == (None, "north")
    assert "Minor" not in str(claim.to_json())
    assert "Female" not in str(claim.to_json())


# ------------------------------------------------------------------------------------------- what the columns may say


@pytest.mark.parametrize(
    ("launch", "weapon", "predicate", "platform", "key"),
    [
        ("Air-Launched: Helicopter", "Aerial Bomb", "attack.air", "helicopter", "air-bomb"),
        ("Air-Launched: Drone", "Missile", "attack.drone", "drone", "missile"),
        ("Ground-Launched", "Missile", "attack.shelling", "ground", "missile"),
        ("", "Missile", "attack", None, "missile"),
        ("", "Mortar", "attack.shelling", None, "mortar"),
        ("", "SVIED", "attack.suicide", None, "suicide-vest"),
        ("", "VBIED", "attack.explosive", None, "car-bomb"),
        ("", "Mine", "attack.explosive", None, "mine"),
        ("", "Hand Grenade", "attack.grenade", None, "grenade"),
        ("", "Something else", "attack", None, None),
    ],
)
def test_the_weapon_says_how(launch, weapon, predicate, platform, key):
    (claim,) = read({"Launch Type": launch, "Explosive Weapon Type": weapon}, columns=EXPLOSIVE[0]).claims
    assert (claim.predicate, claim.slot("platform"), claim.slot("weapon")) == (predicate, platform, key)
    assert f"Explosive Weapon Type {weapon}" in (claim.note or "")


@pytest.mark.parametrize(
    ("cell", "radius", "area"),
    [
        ("(1) Exact", 1, None),
        ("(2) 25 km Precision ", 25, None),
        ("(3) District, Municipality or Commune", None, "North"),
        ("(5) Linear Feature e.g. Along Road/River", None, None),
        ("(6) Country", None, "Examplia"),
    ],
)
def test_words_of_precision_have_a_number(cell, radius, area):
    (claim,) = read({"Latitude": "36.2", "Longitude": "37.1", "Geo Precision": cell}).claims
    assert claim.where == Where(
        lat=36.2, lon=37.1, radius_km=radius, area=area, precision=f"insecurity-insight.geo_precision {cell.strip()}"
    )


def test_yes_and_no_count_as_one_and_nothing():
    told = read(
        {"Access Denied or Obstructed": "false", "Occupation of Health Facility": "TRUE"},
        {"Access Denied or Obstructed": "false"},
    )
    assert [claim.object for claim in told.claims] == ["health-facility", "health-care"]
    assert "Access Denied" not in (told.claims[0].note or "")


@pytest.mark.parametrize("cell", ["several", "-1", "1.5", "nan"])
def test_what_is_no_number_of_people_is_no_count(cell):
    told = read({"Health Workers Killed": cell})
    assert said(told) == [("event", "event", "health-care", None)]
    assert codes(told.issues) == [(2, "Health Workers Killed", "number", "warning")]


@pytest.mark.parametrize(
    ("cells", "column", "code", "severity"),
    [
        ({"SiND Event ID": ""}, "SiND Event ID", "id", "error"),
        ({"Date": ""}, "Date", "date", "error"),
        ({"Date": "03/04/2016"}, "Date", "date", "error"),
        ({"Date": "2017-02-01"}, "Date", "after-release", "error"),
        ({"Latitude": "36,2", "Longitude": "37,1"}, "Latitude", "point", "warning"),
        ({"Latitude": "36.2", "Longitude": "37.1"}, "Geo Precision", "geo-precision", "warning"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(cells, column, code, severity):
    told = read(cells, {})
    assert codes(told.issues) == [(2, column, code, severity)]
    assert (told.taken, told.refused) == ((1, 1) if severity == "error" else (2, 0))


def test_the_day_may_come_first():
    (claim,) = read({"Date": "03/04/2016"}, day_first=True).claims
    assert claim.happened == Period.day(date(2016, 4, 3))


def test_two_topics_of_one_event_do_not_meet():
    health, explosive = read({}), read({}, columns=EXPLOSIVE[0])
    assert not {*health.keys.values()} & {*explosive.keys.values()}
    assert not health.scopes & explosive.scopes


def test_a_workbook_with_a_sheet_of_notes():
    sheets = {"Notes": [["How to read these data"], ["Invented", "by nobody"]], "Incidents": HEALTH}
    told = read(data=zipped(workbook(sheets)), name="insight.xlsx")
    assert said(told) == said(read(data=(FOLDER / "sample.csv").read_bytes()))
    assert {claim.locator.sheet for claim in told.claims} == {"Incidents"}
    assert [issue for issue in told.issues if issue.severity == "error"] == []


def test_the_header_alone_says_what_it_is():
    for rows in (HEALTH, EXPLOSIVE):
        names = frozenset("_".join(name.lower().replace("-", " ").split()) for name in rows[0])
        assert names <= SOURCE.columns
        assert [source.format for source in tabular_sources().values() if source.is_header(names)] == [
            "insecurity_insight"
        ]


@pytest.mark.parametrize("part", range(4))
def test_whatever_becomes_of_a_file_every_row_is_read_or_said(part):
    header, _, *rows = HEALTH
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(header, rows, seed=5, count=60, long_line=1_200_000)):
            if number % 4 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            options = {"encoding": file.encoding} if file.encoding else {}
            told = read(data=path, name=file.name, **options)
            for claim in told.claims if file.cells else ():
                assert claim.place_as_written in file.cells, file.name
                assert (
                    claim.quantity is None or {str(claim.quantity.value), f"{claim.quantity.value:.1f}"} & file.cells
                ), file.name
