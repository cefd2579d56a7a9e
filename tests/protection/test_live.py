"""PS-4, PS-8, PS-9 and live mode: what could help a besieger stays on the user's machine."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from castello.claims import Kind
from castello.errors import Refused
from castello.names.spelling import fold
from tests.cases_for_tests import CLAIMS, built_case, write_case
from tests.protection.outputs import at, evening, forms, replayed, run, verbs

BUNDLED = Path(__file__).parents[2] / "src" / "castello" / "cases" / "bundled" / "aleppo-2016"
FIRST, LAST = date(2016, 5, 5), date(2016, 7, 6)
SAMPLE = (FIRST, date(2016, 6, 20), LAST)
EVERY = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
LATER = datetime(2026, 1, 1, tzinfo=UTC)
ROAD = "castello-road"
STATES = (
    "fire_controlled",
    "under fire control",
    "decisive",
    "last_road",
    "people_behind",
    '"routes"',
    '"window"',
    "reopening",
)


def names(case) -> list[str]:
    """The road's id and its names in both scripts; of its aliases those that are more than the program's name."""
    every = (ROAD, *case.registers.places.names(ROAD))
    return [fold(name) for name in every if len(fold(name).split()) > 1]


def geometry(case) -> list[str]:
    """Patterns for the points of the road's course, latitude before longitude or after it."""
    points = case.registers.places.road(ROAD).line
    return [rf"\b{a}\b\D{{1,40}}\b{b}\b" for lat, lon in points for a, b in ((lat, lon), (lon, lat))]


def identified(case, shown: dict[str, bytes]) -> list[str]:
    """In which outputs the road can be found."""
    found = []
    for form, data in shown.items():
        text = f"{form} {data.decode()}"
        if any(name in fold(text) for name in names(case)) or any(re.search(point, text) for point in geometry(case)):
            found.append(form)
    return found


def no_states(shown: dict[str, bytes]) -> list[str]:
    """Words for the states of roads in outputs; the page's own style sheet aside."""
    texts = {name: data.decode().partition("</style>")[2] or data.decode() for name, data in shown.items()}
    return [f"{name}: {word}" for name, text in texts.items() for word in STATES if word in text]


@pytest.fixture(scope="module", params=SAMPLE, ids=str)
def replay(request, tmp_path_factory):
    """The bundled case as it was on a day."""
    return request.param, replayed(BUNDLED, tmp_path_factory.mktemp("replay") / "case", day=request.param)


@pytest.fixture(scope="module")
def last_day(tmp_path_factory):
    """The bundled case as it was on the last day before the road was cut by fire."""
    return replayed(BUNDLED, tmp_path_factory.mktemp("last") / "case", day=LAST)


def replays_of(day: date, folder: Path):
    case = replayed(BUNDLED, folder / "case", day=day)
    now = evening(day)
    assert case.mode(now=now).live
    for profile in ("public", "partner"):
        shown = forms(case, profile=profile, as_of=day, known_by=day, now=now)
        assert identified(case, shown) == []
        assert no_states(shown) == []


def test_on_no_day_before_the_cut_does_anything_that_leaves_name_the_last_road(replay):
    day, case = replay
    now = evening(day)
    shown = forms(case, profile="public", as_of=day, known_by=day, now=now)

    assert case.mode(now=now).live
    assert identified(case, shown) == []
    assert no_states(shown) == []
    brief = json.loads(shown["json"])
    assert brief["map"]["roads"] == []
    assert not [row for row in json.loads(shown["claims"])[0] if row["kind"] in ("access", "supply")]
    assert not [item for item in json.loads(shown["situation"])[0] if item["kind"] in ("access", "supply")]
    for item in json.loads(shown["situation"])[0]:
        assert {"roads", "decisive"} & item.keys() == set()
        assert not [text for text in item["unknown"] if text.startswith(("state of", "nothing heard after"))]
    assert not [text for text in brief["unknown"] if "no claim speaks of" in text]
    assert "access: live case: roads" in dict(brief["withheld"])


def test_on_the_users_machine_the_road_is_named(last_day):
    shown = forms(last_day, profile="own", as_of=LAST, known_by=LAST, now=evening(LAST))

    assert {"json", "html", "md", "terminal", "claims", "situation"} <= set(identified(last_day, shown))


def test_the_same_case_names_it_once_it_is_historical(last_day):
    shown = forms(last_day, profile="public", as_of=LAST, known_by=LAST, now=LATER)

    assert not last_day.mode(now=LATER).live
    assert {"json", "html", "md", "terminal", "claims", "situation"} <= set(identified(last_day, shown))


def test_every_verb_of_the_command_line_keeps_to_it(last_day, tmp_path, monkeypatch):
    day, case = LAST, last_day
    at(monkeypatch, evening(day))
    days = ("--as-of", str(day), "--known-by", str(day))
    shown = verbs(case, tmp_path, profile="partner", days=days)
    access = next(id_ for id_, claim in case.book.claims().items() if claim.subject == ROAD)
    out, err, code = run("why", access, "--case", str(case.folder), *days, "--profile", "partner")

    assert '"mode": "live"' in shown["claims-json"].decode()
    assert identified(case, shown) == []
    assert no_states(shown) == []
    assert code != 0
    assert identified(case, {"out": out.encode(), "err": err.encode()}) == []


def test_asking_about_an_old_day_changes_nothing(last_day):
    shown = forms(last_day, profile="public", as_of="2016-03-01", now=evening(LAST))

    assert identified(last_day, shown) == []


@pytest.mark.endure
@pytest.mark.parametrize("day", EVERY, ids=str)
def test_every_day_of_the_replay(tmp_path, day):
    replays_of(day, tmp_path)


# ----------------------------------------------------------------------------------------------- the tiny case, live

MORE = """\
  - ref: flour
    kind: supply
    subject: flour
    predicate: days_left
    place: east
    quantity: {value: 7117, unit: day}
    happened: {on: 2016-07-10}
    document: wire-2016-07-10
    chain: [{wire: reporter}]
  - kind: position
    subject: council
    predicate: warns
    also: {proposition: "the Northern  Road is all that is left"}
    happened: {on: 2016-07-10}
    said: 2016-07-10
    document: wire-2016-07-10
    chain: [{wire: reporter}]
  - kind: position
    subject: council
    predicate: demands
    also: {proposition: flour for the bakeries}
    happened: {on: 2016-07-10}
    said: 2016-07-10
    document: northern-road-notes
    chain: [{wire: reporter}]
  - kind: aid
    subject: un
    predicate: arrived
    place: east
    also: {item: flour, ration_days: 8118}
    happened: {on: 2016-07-10}
    document: wire-2016-07-10
    chain: [{wire: reporter}]
  - kind: access
    subject: north-road
    predicate: open
    object: opposition
    also: {users: military}
    happened: {since: 2016-05-01}
    document: wire-2016-07-10
    chain: [{wire: reporter}]
"""
NOTES = "  - {id: northern-road-notes, title: Notes from the Northern Road, publisher: wire, published: 2016-07-10, urls: ['https://example.org/northern-road']}\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The tiny case with stocks, a last road in prose, and a road as the military uses it."""
    text = CLAIMS.replace("documents:\n", "documents:\n" + NOTES, 1).replace("relations:\n", MORE + "relations:\n")
    return built_case(
        write_case(tmp_path_factory.mktemp("tiny") / "case", files={"claims/01-open.yml": text}),
        now=evening("2016-10-01"),
    )


NOW = evening("2016-10-01")


def test_before_the_cut_no_state_no_stock_and_no_prose_about_the_road_leaves(tiny):
    shown = forms(tiny, profile="partner", as_of="2016-07-12", now=NOW)
    everything = fold(b" ".join(shown.values()).decode())

    assert tiny.mode(now=NOW).live
    assert [
        word
        for word in ("northern road", "north road", "north way", "7117", "7 117", "8118", "8 118")
        if word in everything
    ] == []
    assert "flour for the bakeries" in everything
    own = fold(b" ".join(forms(tiny, profile="own", as_of="2016-07-12", now=NOW).values()).decode())
    assert "the northern road is all that is left" in own


def test_behind_a_cut_on_the_ground_the_claims_may_leave(tiny):
    def listed(as_of, now):
        picture = tiny.picture(as_of=as_of, now=now)
        return tiny.clearance(picture, profile="public", now=now).listing(kinds=[Kind.ACCESS]).claims

    soon = evening("2016-07-25")
    assert {(claim.subject, claim.predicate) for claim in listed("2016-07-20", soon)} == {("north-road", "closed")}
    assert listed("2016-07-12", soon) == ()
    # word of the cut has grown old: whether it still holds is not known
    assert listed("2016-07-20", NOW) == ()


def test_reach_leaves_as_a_status_and_since_when(tiny):
    for as_of, status in (("2016-07-06", "undecided"), ("2016-07-12", "connected"), ("2016-08-01", "cut")):
        picture = tiny.picture(as_of=as_of)
        cleared = tiny.clearance(picture, profile="public", now=NOW).findings(tiny.analyse("siege", picture))
        reach = {item.reading: item for item in cleared.findings if item.kind == "reach"}
        assert reach["on_ground"].status == status
        assert all({name for name, _ in item.extra} <= {"people"} for item in reach.values())
        assert all("road" not in item.text.replace("usable road", "") for item in reach.values())


def test_the_timeline_of_a_live_case_has_no_earlier_spells(tiny):
    brief = tiny.brief(tiny.picture(as_of="2016-08-01"), profile="public", now=NOW)

    assert {spell.end for spell in brief.timeline} == {date(2016, 8, 1)}
    assert len({(spell.row, spell.reading) for spell in brief.timeline}) == len(brief.timeline) == 2


def test_a_what_if_of_a_live_case_stays_on_the_machine(tiny):
    picture = tiny.picture(branch="road-stays-open")

    assert tiny.brief(picture, now=NOW).branch == "road-stays-open"
    with pytest.raises(Refused, match="stays on this machine"):
        tiny.brief(picture, profile="public", now=NOW)
    assert tiny.brief(picture, profile="public", now=LATER).branch == "road-stays-open"


def test_roads_of_the_military_leave_no_case(tiny):
    for now in (NOW, LATER):
        listed = tiny.clearance(tiny.picture(), profile="partner", now=now).listing(kinds=[Kind.ACCESS])
        assert not [claim for claim in listed.claims if claim.slot("users") == "military"]


def test_an_assessment_that_names_the_road_of_a_live_case_stays(tiny):
    known = next(id_ for id_, claim in tiny.book.claims().items() if claim.kind is Kind.PEOPLE)
    tiny.assess(
        "All hangs on the Northern-Road.",
        author="R. Analyst",
        confidence="low",
        because="x",
        rests_on=[known],
        signed="2016-07-18",
        now=NOW,
    )
    picture = tiny.picture(as_of="2016-07-20")

    def left(profile, now):
        return tiny.clearance(picture, profile=profile, now=now).assessments(picture.assessments).assessments

    assert left("public", NOW) == ()
    assert len(left("public", LATER)) == len(left("own", NOW)) == 1


@pytest.mark.parametrize(("days", "live"), [(364, True), (365, False)])
def test_a_case_is_live_for_365_days(tiny, days, live):
    newest = tiny.book.newest_day()
    assert newest is not None

    assert (
        tiny.mode(now=datetime(newest.year, newest.month, newest.day, 12, tzinfo=UTC) + timedelta(days=days)).live
        is live
    )


# ---------------------------------------------------------------- control and events of a live case: presence by another name

GROUND = """\
  - ref: held-{n}
    kind: control
    subject: {party}
    predicate: holds
    object: {place}
    happened: {{since: {day}}}
    document: wire-ground
    chain: [{{observatory: compiler}}]
    quote: "the pump house by the mill"
"""
EVENT = """\
  - kind: event
    subject: {party}
    predicate: {what}
    {target}
    place: {place}
    happened: {{on: {day}}}
    document: {document}
    chain: [{{observatory: compiler}}]
    quote: "beside the dyeworks"
    note: told from the tannery
    place_as_written: Masakin
"""
GROUND_DOCUMENTS = """\
  - {id: wire-ground, title: Who holds what, publisher: wire, published: 2016-08-01, urls: ["https://example.org/g"]}
  - {id: hanano-clash, title: Fighting in Hanano, publisher: wire, published: 2016-08-01, urls: ["https://example.org/Hanano-clash"]}
"""


def with_ground(folder, *claims, now=NOW):
    """The tiny case with claims about ground."""
    text = CLAIMS.replace("documents:\n", "documents:\n" + GROUND_DOCUMENTS, 1)
    text = text.replace("relations:\n", "".join(claims) + "relations:\n")
    return built_case(write_case(folder, files={"claims/01-open.yml": text}), now=now)


def told_events(shown):
    return [item for item in json.loads(shown["situation"])[0] if dict(item).get("about") == "event"]


@pytest.mark.parametrize("party", ["army", "fighters", "guests", "opposition"])
def test_control_of_a_live_case_leaves_for_publication_areas_and_enclaves_and_late(tmp_path, party):
    places = ("hanano", "north", "east", "city")
    claims = [GROUND.format(n=n, party=party, place=place, day="2016-07-20") for n, place in enumerate(places)]
    case = with_ground(tmp_path / "case", *claims)
    picture = case.picture(as_of="2016-08-01")

    def held(now, profile="public"):
        listed = case.clearance(picture, profile=profile, now=now).listing(kinds=[Kind.CONTROL])
        return {claim.object for claim in listed.claims if claim.quote == "the pump house by the mill"}

    soon, later = evening("2016-08-14"), evening("2016-08-17")
    assert case.mode(now=later).live
    assert held(soon) == set()
    assert held(later) == {"east", "city"}
    assert held(later, "own") == held(LATER) == set(places)
    shown = forms(case, profile="public", as_of="2016-08-01", now=later)
    controlled = {item["place"] for item in json.loads(shown["situation"])[0] if item["kind"] == "control"}
    assert controlled == {"east", "city"}
    assert {place["id"] for place in json.loads(shown["json"])["map"]["places"] if place["control"]} <= {"east", "city"}
    # a junction that a road ends in tells the road
    assert "northern junction" not in fold(b" ".join(shown.values()).decode())


def test_the_fighting_of_a_live_case_leaves_late_and_on_its_area(tmp_path):
    clash = EVENT.format(
        party="army",
        what="attack.clash",
        target="object: fighters",
        place="hanano",
        day="2016-07-28",
        document="hanano-clash",
    )
    case = with_ground(tmp_path / "case", clash)
    shown = {
        day: forms(case, profile="public", as_of="2016-08-01", now=evening(day)) for day in ("2016-08-05", "2016-08-20")
    }

    assert told_events(shown["2016-08-05"]) == []
    assert dict(json.loads(shown["2016-08-05"]["json"])["withheld"])[
        "statement: live case: forces on the ground within 14 days"
    ]
    (event,) = told_events(shown["2016-08-20"])
    assert (event["place"], event["text"]) == (
        "city", "Army: fighting (concerning Local fighters; in Aleppo), 28 July 2016; said by Observatory."
    )  # fmt: skip
    for secret in ("hanano", "masakin", "dyeworks", "tannery"):
        rows = [row for row in json.loads(shown["2016-08-20"]["claims"])[0] if row["kind"] == "event"]
        assert secret not in fold(json.dumps([rows, told_events(shown["2016-08-20"])], ensure_ascii=False))
    historical = forms(case, profile="public", as_of="2016-08-01", now=LATER)
    assert "beside the dyeworks" in historical["claims"].decode()
    assert [item["place"] for item in told_events(historical)] == ["hanano"]


def test_an_attack_from_afar_on_civilians_is_told_at_once_on_its_area(tmp_path):
    strike = EVENT.format(
        party="army",
        what="attack.air",
        target="object: civilians",
        place="hanano",
        day="2016-07-31",
        document="wire-ground",
    )
    camp = EVENT.format(
        party="army",
        what="attack.air",
        target="object: guests",
        place="hanano",
        day="2016-07-31",
        document="wire-ground",
    )
    case = with_ground(tmp_path / "case", strike, camp)
    shown = forms(case, profile="public", as_of="2016-08-01", now=evening("2016-08-01"))

    assert [item["text"] for item in told_events(shown)] == [
        "Army: air attack (concerning Civilians; in Aleppo), 31 July 2016; said by Observatory."
    ]


def test_prose_that_names_a_junction_of_a_live_case_stays(tmp_path):
    said = """\
  - kind: position
    subject: council
    predicate: demands
    also: {proposition: "trucks before the Northern-Junction falls"}
    happened: {on: 2016-07-30}
    said: 2016-07-30
    document: wire-ground
    chain: [{wire: reporter}]
"""
    case = with_ground(tmp_path / "case", said)

    def shown(profile, now):
        return b" ".join(forms(case, profile=profile, as_of="2016-08-01", now=now).values()).decode()

    assert "Northern-Junction falls" not in shown("partner", NOW)
    assert "Northern-Junction falls" in shown("partner", LATER)
    assert "Northern-Junction falls" in shown("own", NOW)
