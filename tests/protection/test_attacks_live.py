"""Attacks: what leaves is told on areas of publication, by claims that may leave themselves, and never where forces stand."""

import json
import re
import sqlite3
import struct
from contextlib import closing
from dataclasses import replace
from datetime import date
from importlib.util import find_spec

import pytest

from castello.briefs.attacks import attacks_for
from castello.briefs.attacks_files import attacks_layers, write_attacks
from castello.claims import Sensitivity, Where
from castello.errors import Refused
from tests.analyses.attacks_world import case_with, row, said
from tests.protection.cases import made, statement
from tests.protection.outputs import evening

START, END = date(2016, 7, 1), date(2016, 7, 25)
NOW = evening(END)
LAT, LON = 36.234871, 37.203419
POINT = Where(lat=LAT, lon=LON, radius_km=0.5, precision="ucdp.where_prec 1")
ENDINGS = ("geojson", "csv", "svg", *(("gpkg",) if find_spec("pyogrio") else ()))
PARTIES = ("army", "fighters", "guests", "government", "opposition")
BYS = (None, "place", "party", "type", "weapon", "day", "week", "month")


def july(n: int) -> date:
    return date(2016, 7, n)


def shown(case, *, profile="public", by="place", place=None, now=NOW):
    """The findings that leave, as plain text, and what was withheld."""
    clearance = case.clearance(case.picture(now=now), profile=profile, now=now)
    cleared = attacks_for(clearance, start=START, end=END, by=by, place=place)
    text = json.dumps(clearance.ids([finding.to_json() for finding in cleared.findings]), ensure_ascii=False)
    return text, dict(cleared.withheld)


def figures(case, *, by="place", profile="public", now=NOW):
    clearance = case.clearance(case.picture(now=now), profile=profile, now=now)
    cleared = attacks_for(clearance, start=START, end=END, by=by)
    return {
        (finding.place, finding.subject): finding.low for finding in cleared.findings if finding.kind == "attacks_by"
    }


def files(case, folder, *, profile="public", now=NOW):
    """Attacks in each form of a file, as bytes; a GeoPackage as the statements that would make it."""
    picture = case.picture(now=now)
    clearance = case.clearance(picture, profile=profile, now=now)
    found = {}
    for ending in ENDINGS:
        path = folder / f"{profile}.{ending}"
        write_attacks(picture, path, clearance=clearance, days=(START, END))
        found[ending] = path.read_bytes()
    return found


def words(files):
    texts = {}
    for ending, data in files.items():
        if ending == "gpkg":
            with closing(sqlite3.connect(":memory:")) as base:
                base.deserialize(data)
                texts[ending] = "\n".join(base.iterdump())
        else:
            texts[ending] = data.decode("utf-8-sig").rpartition("</style>")[2]
    return texts


@pytest.fixture
def live(home, tmp_path):
    claims = [
        said(july(24), key="attack.air", place="hanano", who="observatory"),  # from afar, on people
        said(july(24), key="attack.clash", place="hanano", by="army", object="fighters", who="observatory"),
        said(july(2), key="attack.clash", place="hanano", by="army", object="fighters", who="observatory"),
        said(july(23), key="attack.ground-gain.state", place="hanano", by="army", object=None, who="agency"),
        row(july(24), n=1, key="attack.air", by="army", place="hanano", where=POINT),
        row(july(3), n=2, key="attack.civilians", by="fighters", place="east", where=POINT),
    ]
    return case_with(tmp_path / "case", [_published(claim) for claim in claims], now=NOW)


def _published(claim):
    """The same claim, published by the end of the days asked for."""
    return replace(claim, published=END, id="")


def test_the_case_is_live(live):
    assert live.mode(now=NOW).live


def test_on_the_users_machine_everything_counts(live):
    assert figures(live, profile="own") == {("city", "observatory"): 3, ("city", "agency"): 1, ("city", "ucdp"): 2}


@pytest.mark.parametrize("profile", ["public", "partner"])
def test_fighting_on_the_ground_counts_late_and_attacks_from_afar_at_once(live, profile):
    assert figures(live, profile=profile) == {("city", "observatory"): 2, ("city", "ucdp"): 2}
    _, withheld = shown(live, profile=profile)
    assert withheld == {"event: live case: forces on the ground within 14 days": 2}


def test_what_is_withheld_is_counted_whatever_is_asked(live):
    counts = {
        json.dumps(shown(live, by=by, place=place)[1])
        for by in BYS
        for place in (None, "province")
        if (by, place) != ("party", "province")
    }

    assert len(counts) == 1


@pytest.mark.parametrize("party", PARTIES)
def test_no_party_is_told_to_fight_on_the_ground_now(home, tmp_path, party):
    claims = [
        _published(said(july(20), key=key, by=one, object=other, place="hanano"))
        for key in ("attack", "attack.clash", "attack.ground-gain.nonstate", "attack.air", "attack.shelling")
        for one, other in ((party, "army"), ("unknown", party))
    ]
    case = case_with(tmp_path / "case", claims, now=NOW)

    for by in BYS:
        text, _ = shown(case, by=by)
        assert json.loads(text)[0]["message"]["id"] == "attacks.none"
        assert party not in re.sub(r"\bopposition or\b", "", text)


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("profile", ["public", "partner"])
def test_nothing_finer_than_an_area_of_publication_is_named(live, by, profile):
    text, _ = shown(live, by=by, profile=profile)

    for word in ("hanano", "Hanano", "هنانو", "east", "Eastern", "36.23", "37.20"):
        assert not re.search(rf"\b{word}\b", text)


@pytest.mark.parametrize("profile", ["public", "partner"])
def test_files_of_a_live_case_hold_areas_without_points(live, tmp_path, profile):
    made_of = files(live, tmp_path, profile=profile)
    for ending, text in words(made_of).items():
        for word in ("hanano", "Hanano", "Eastern", str(LAT), str(LON)):
            assert word not in text, ending
    for feature in json.loads(made_of["geojson"])["features"]:
        assert feature["geometry"] is None
        assert feature["properties"]["place"] == "city"
    if "gpkg" in made_of:
        for number in (36.20, 37.15, LAT, LON):
            assert struct.pack("<d", number) not in made_of["gpkg"]
    header, *rows = made_of["csv"].decode("utf-8-sig").splitlines()
    at = header.split(",").index("latitude")
    assert all(row.split(",")[at] == "" for row in rows)


def test_asking_within_a_part_is_refused(live):
    for place in ("hanano", "east"):
        with pytest.raises(Refused, match="stay on this machine"):
            shown(live, place=place)
        with pytest.raises(Refused):
            attacks_layers(
                live.clearance(live.picture(now=NOW), profile="public", now=NOW), days=(START, END), place=place
            )
        assert shown(live, place=place, profile="own")[0]
    with pytest.raises(Refused, match="who attacked"):
        shown(live, by="party", place="city")
    assert shown(live, by="type", place="city")[0]


def test_a_day_on_which_a_feed_is_silent_is_not_told(home, tmp_path):
    claims = [_published(said(july(n), key="attack.air", source_code="ucdp 1", who="ucdp")) for n in (1, 24)]
    case = case_with(tmp_path / "case", claims, now=NOW)

    assert "attacks.days_none" in shown(case, by="day", profile="own")[0]
    assert "attacks.days_none" not in shown(case, by="day")[0]


def test_a_claim_whose_words_name_a_road_of_a_live_case_is_not_counted(home, tmp_path):
    told = _published(said(july(24), note="on the Northern road"))
    case = case_with(tmp_path / "case", [told, _published(said(july(23)))], now=NOW)

    assert figures(case) == {("city", "observatory"): 1}
    assert shown(case)[1] == {"event: live case: roads": 1}


def test_a_what_if_of_a_live_case_stays(live):
    picture = live.picture(branch="road-stays-open", now=NOW)

    with pytest.raises(Refused):
        live.clearance(picture, profile="public", now=NOW)


# --------------------------------------------------------------------------------------------- historical cases, protected claims


def test_what_leaves_a_historical_case_is_told_on_areas_too(home, tmp_path):
    claims = [
        row(july(4), n=1, key="attack.air", place="hanano", where=POINT),
        row(july(5), n=2, place="east", where=POINT),
    ]
    case = case_with(tmp_path / "case", claims)
    now = evening("2026-01-01")

    assert figures(case, now=now) == {("city", "ucdp"): 2}
    for ending, text in words(files(case, tmp_path, now=now)).items():
        for word in ("hanano", "Eastern", str(LAT), str(LON)):
            assert word not in text, ending
    (feature,) = json.loads(files(case, tmp_path, now=now)["geojson"])["features"]
    # the area's own point
    assert feature["geometry"]["coordinates"] == [37.15, 36.2]


PROTECTED = """
kind: event
subject: army
predicate: attack.air
place: east
also: {weapon: barrel, harm_best: 3}
happened: {on: 2016-07-13}
said: 2016-07-13
note: beside the Kuwaris pump house
"""


@pytest.mark.parametrize("profile", ["public", "partner"])
def test_a_protected_claim_decides_no_count_that_leaves(home, tmp_path, profile):
    without = made(tmp_path / "without", files={"claims/90-resident.protected.yml": "coder: tests\nclaims: []\n"})
    protected = made(tmp_path / "with", statement(PROTECTED))
    now = evening("2026-01-01")

    for by in BYS:
        here, withheld = shown(protected, by=by, profile=profile, now=now)
        there, nothing = shown(without, by=by, profile=profile, now=now)
        # ids are keyed by each case's own vault
        assert re.sub("x1-[0-9a-f]{16}", "", here) == re.sub("x1-[0-9a-f]{16}", "", there)
        assert (withheld, nothing) == ({"event: a protected claim decides it": 1}, {})
        assert "Kuwaris" not in here
    assert '"weapon|barrel|' in shown(protected, by="weapon", profile="own", now=now)[0]


def test_what_is_too_sensitive_for_an_audience_is_not_counted_for_it(home, tmp_path):
    claims = [said(july(4)), replace(said(july(5)), sensitivity=Sensitivity.HIGH, id="")]
    case = case_with(tmp_path / "case", claims)
    now = evening("2026-01-01")
    counts = {profile: figures(case, profile=profile, now=now) for profile in ("own", "partner", "public")}

    assert {profile: found["city", "observatory"] for profile, found in counts.items()} == {
        "own": 2,
        "partner": 2,
        "public": 1,
    }


def test_a_source_that_nobody_named_leaves_without_its_document(home, tmp_path):
    claim = said(july(4), who="unknown", document="interview-in-hanano")
    case = case_with(tmp_path / "case", [claim])
    now = evening("2026-01-01")

    assert "interview-in-hanano" in shown(case, profile="own", now=now)[0]
    assert "interview" not in shown(case, now=now)[0]
    assert "interview" not in files(case, tmp_path, now=now)["csv"].decode("utf-8-sig")


def test_ids_of_two_audiences_do_not_join(home, tmp_path):
    case = case_with(tmp_path / "case", [said(july(n)) for n in range(1, 9)])
    now = evening("2026-01-01")
    ids = [
        set(re.findall(r"x1-[0-9a-f]{16}", shown(case, profile=profile, now=now)[0]))
        for profile in ("public", "partner")
    ]

    assert all(ids)
    assert not ids[0] & ids[1]
    assert "c1-" not in shown(case, now=now)[0]
