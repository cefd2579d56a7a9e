"""Events that feeds bring: no point of a source leaves, nothing finer than an area of a live case, no armed party before its time."""

import json
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest

from castello.claims import Claim, Kind, Link, Quantity, Role, Where
from castello.claims.times import Period
from castello.desk.planning import Sidecar
from tests.analyses.attacks_world import case_with, said
from tests.cases_for_tests import PARTIES
from tests.protection.outputs import at, evening, forms, run, verbs

TODAY = date(2016, 7, 25)
NOW, LATER = evening(TODAY), evening("2026-01-01")
LAT, LON = 36.234871, 37.203419
POINT = Where(lat=LAT, lon=LON, radius_km=0.5, precision="ucdp.where_prec 1")
OF_CARE = Where(lat=LAT, lon=LON, radius_km=25, precision="insecurity-insight.geo_precision (2) 25 km precision")
SPOT = "Zarnuqa hospital, beside the Kuwaris pump house"
SECRET = ("hanano", "Hanano", "هنانو", "Zarnuqa", "Kuwaris", str(LAT), str(LON), "geo_precision", "where_prec")
BROUGHT = PARTIES + "sind-hill-brigade,Hill Brigade,,,organisation,,,,as Insecurity Insight names it\n"
LEAVING = ("public", "partner")


def july(n: int) -> date:
    return date(2016, 7, n)


def event(n=24, *, place="hanano", where=POINT, key="attack.air", by="army", object="civilians", **also) -> Claim:
    """A row of a feed that says where in every slot that can hold it."""
    claim = said(july(n), key=key, by=by, object=object, place=place, published=TODAY, note=SPOT, **also)
    return replace(claim, where=where, place_as_written=SPOT, quote=SPOT, id="")


def hurt(n=24, *, object="health-workers", place="hanano", where=OF_CARE) -> Claim:
    return Claim(
        kind=Kind.CASUALTY,
        subject="army",
        predicate="killed",
        object=object,
        place=place,
        quantity=Quantity(value=2, unit="person"),
        happened=Period.day(july(n)),
        published=TODAY,
        document="wire-2016-07-17",
        chain=(Link(who="observatory", role=Role.COMPILER),),
        where=where,
        place_as_written=SPOT,
        note=SPOT,
    )


def world(folder, *claims):
    return case_with(folder, claims, files={"parties.csv": BROUGHT}, now=NOW)


def listed(case, *, profile="public", now=NOW, **asked):
    clearance = case.clearance(case.picture(now=now), profile=profile, now=now)
    return clearance.listing(kinds=[Kind.EVENT, Kind.CASUALTY], **asked)


def withheld(case, **asked):
    return {reason: n for reason, n in listed(case, **asked).withheld if reason.startswith(("event", "casualty"))}


# ------------------------------------------------------------------------------------------------------------- points


@pytest.mark.parametrize("profile", LEAVING)
def test_no_form_of_a_live_case_holds_a_point_or_its_words(home, tmp_path, profile):
    spots = [(place, where) for place in ("hanano", "city", None) for where in (POINT, OF_CARE)]
    case = world(
        tmp_path / "case", *(make(place=place, where=where) for place, where in spots for make in (event, hurt))
    )

    left = listed(case, profile=profile).claims
    assert len(left) == 2 * len(spots)
    assert {claim.place for claim in left} == {"city", None}
    for claim in left:
        assert claim.where is claim.place_as_written is claim.quote is claim.locator is None
        told = "where is not published"
        assert claim.note == (told if claim.place is None else f"somewhere in the area; {told}")
    for name, data in forms(case, profile=profile, now=NOW).items():
        assert not [word for word in SECRET[3:] if word in data.decode()], name


@pytest.mark.parametrize("profile", LEAVING)
def test_no_verb_of_a_live_case_tells_where_a_feed_places_it(home, tmp_path, monkeypatch, profile):
    case = world(tmp_path / "case", event(), event(place=None), hurt())
    at(monkeypatch, NOW)

    for name, data in verbs(case, tmp_path, profile=profile).items():
        text = data.decode().rpartition("</style>")[2]
        assert not [word for word in SECRET[3:] if word in text], name


def test_why_of_a_live_case_traces_what_leaves(home, tmp_path, monkeypatch):
    claim = event()
    case = world(tmp_path / "case", claim)
    at(monkeypatch, NOW)
    where = ["--case", str(case.folder), "--json"]
    public, err, code = run("why", claim.id, *where, "--profile", "public")
    own, _, _ = run("why", claim.id, *where)

    assert code == 0, err
    assert not [word for word in SECRET if word in public]
    assert SPOT in own


def test_a_point_stays_in_a_historical_case_and_the_place_of_the_register_leaves(home, tmp_path):
    case = world(tmp_path / "case", event(), event(23, place=None))

    placed, unplaced = sorted(listed(case, now=LATER).claims, key=lambda claim: claim.place is None)
    assert (placed.where, placed.place, placed.quote) == (None, "hanano", SPOT)
    assert (unplaced.where, unplaced.place) == (None, None)
    assert [claim.where for claim in listed(case, profile="own", now=LATER).claims] == [POINT, POINT]


def test_shelters_and_whereabouts_leave_a_historical_case_on_an_area(home, tmp_path):
    claims = [
        event(where=OF_CARE),
        *(event(object=shelter) for shelter in ("health-facility", "education-facility", "camp")),
        hurt(),
        *(event(key=key, object=None) for key in ("movement", "base")),
    ]
    case = world(tmp_path / "case", *claims)

    left = listed(case, now=LATER).claims
    assert len(left) == len(claims)
    for claim in left:
        assert (claim.place, claim.where, claim.quote, claim.place_as_written) == ("city", None, None, None)
    for name, data in forms(case, profile="public", now=LATER).items():
        assert not [word for word in SECRET[3:] if word in data.decode()], name


def test_rows_on_health_care_leave_without_their_points(home, tmp_path):
    case = world(tmp_path / "case")
    file = tmp_path / "health.csv"
    file.write_bytes((resources.files("castello.sources.insecurity_insight") / "sample.csv").read_bytes())
    case.add([file], sidecar=Sidecar(publisher="agency", published=date(2016, 8, 5)), now=evening("2016-08-06"))

    own = listed(case, profile="own", now=evening("2016-08-06")).claims
    assert any(claim.where and claim.where.lat == 36.2311 for claim in own)
    for now in (evening("2016-08-06"), LATER):
        for name, data in forms(case, profile="public", now=now).items():
            assert b"36.2311" not in data, name
            assert b"37.1992" not in data, name
            assert b"Health building" not in data, name


# ------------------------------------------------------------------------------------------------------- armed parties

BY_FEEDS = ("acled-hill-brigade", "ucdp-118", "sind-hill-brigade", "fighters", "government", "brigade-of-nobody")


def test_who_acts_by_force_is_told_late_whoever_brought_the_name(home, tmp_path):
    keys = ("attack", "attack.civilians", "attack.explosive", "abduction", "destruction")
    every = [(by, key, place) for by in BY_FEEDS for key in keys for place in ("hanano", None)]
    case = world(
        tmp_path / "case", *(event(n, by=by, key=key, place=place) for by, key, place in every for n in (2, 20))
    )

    assert [claim.happened.maybe[0] for claim in listed(case).claims] == [july(2)] * len(every)
    assert withheld(case) == {"event: live case: forces on the ground within 14 days": len(every)}


def test_an_attack_from_afar_leaves_on_its_day_unless_it_strikes_an_armed_party(home, tmp_path):
    keys = ("attack.air", "attack.drone", "attack.shelling", "attack.chemical")
    struck = [event(by="army", key=key, object=party) for key in keys for party in BY_FEEDS[:4]]
    case = world(tmp_path / "case", *struck, *(event(by=by, key=key) for by in BY_FEEDS for key in keys))

    left = {(claim.subject, claim.predicate) for claim in listed(case).claims if claim.object == "civilians"}
    assert left == {(by, key) for by in BY_FEEDS for key in keys}
    assert withheld(case) == {"event: live case: forces on the ground within 14 days": len(struck)}


def test_where_armed_parties_meet_is_told_late_though_nobody_names_them(home, tmp_path):
    keys = ("attack.clash", "attack.ground-gain.state")
    case = world(tmp_path / "case", *(event(by="unknown", key=key, object=None) for key in keys))

    assert listed(case).claims == ()


def test_members_of_a_joint_side_count_too(home, tmp_path):
    joint = {"with": "un,acled-hill-brigade"}
    case = world(tmp_path / "case", event(by="un", key="aid.delivery", **joint), event(23, by="un", key="aid.delivery"))

    assert [claim.happened.maybe[0] for claim in listed(case).claims] == [july(23)]


def test_civilians_and_agencies_are_no_armed_party(home, tmp_path):
    claims = [event(by=by, key="evacuation", object="civilians") for by in ("civilians", "un", "council", "unknown")]
    case = world(tmp_path / "case", *claims)

    assert len(listed(case).claims) == len(claims)


def test_that_fighters_were_hurt_is_told_late_and_that_people_were_at_once(home, tmp_path):
    case = world(tmp_path / "case", hurt(object="fighters"), hurt(object="civilians"), hurt(2, object="fighters"))

    assert sorted(claim.object for claim in listed(case).claims) == ["civilians", "fighters"]
    assert withheld(case) == {"casualty: live case: forces on the ground within 14 days": 1}


# ------------------------------------------------------------------------------------------- many claims, judged together


@pytest.mark.parametrize("now", [NOW, LATER])
@pytest.mark.parametrize("profile", LEAVING)
def test_claims_judged_together_are_judged_as_one_by_one(home, tmp_path, profile, now):
    places = ("hanano", "city", "north", None)
    notes = (
        "a Northern_road block",
        'the "Northern" road',
        "الطريق الشمالي",
        "nothing",
        r"on \ North road",
        "NORTH'ERN ROAD",
    )
    claims = [
        replace(event(day, place=place, by=by, key=key), note=notes[(day + n) % len(notes)], id="")
        for n, place in enumerate(places)
        for day in (2, 11, 12, 24)
        for by in ("army", "acled-hill-brigade", "civilians")
        for key in ("attack", "attack.air", "movement", "protest")
    ]
    case = world(tmp_path / "case", *claims)
    clearance = case.clearance(case.picture(now=now), profile=profile, now=now)
    fresh = case.clearance(case.picture(now=now), profile=profile, now=now)
    together = clearance.reasons(case.picture(now=now).visible_ids())
    every = case.picture(now=now).claims()

    assert together == {claim.id: reason for claim in every if (reason := fresh.withheld_because(claim))}
    assert len(every) > len(claims)
    if now == NOW:
        assert len(set(together.values())) > 3
    assert dict(clearance.listing().withheld) == dict(fresh.claims(every).withheld)


def test_a_limit_takes_the_first_of_what_a_listing_has(home, tmp_path, monkeypatch):
    monkeypatch.setattr("castello.briefs._listing._AT_ONCE", 5)
    case = world(tmp_path / "case", *(event(n, place=place) for n in range(1, 25) for place in ("hanano", "city")))
    clearance = case.clearance(case.picture(now=NOW), profile="public", now=NOW)
    for asked in ({}, {"about": "city"}, {"start": july(3)}, {"end": july(12)}, {"source": "observatory"}):
        every = clearance.listing(**asked)
        assert len(every.claims) > 7
        for limit in (1, 7, len(every.claims), 100):
            some = clearance.listing(limit=limit, **asked)
            assert some.claims == every.claims[:limit]
            assert some.more == (limit < len(every.claims))
            assert some.withheld == every.withheld


def test_the_command_line_says_that_there_are_more(home, tmp_path, monkeypatch):
    case = world(tmp_path / "case", *(event(n) for n in range(1, 25)))
    at(monkeypatch, NOW)
    where = ("claims", "--case", str(case.folder), "--kind", "event")
    out, _, _ = run(*where, "--json", "--limit", "5")
    told = json.loads(out)
    shown, _, _ = run(*where, "--limit", "5", terminal=True)
    _, err, code = run(*where, "--limit", "0")

    assert (len(told["claims"]), told["more"]) == (5, True)
    assert "the first 5 claims" in shown
    assert (code, "Give 1 or more" in err) == (2, True)
