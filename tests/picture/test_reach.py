"""Who reaches a supply source over which roads, in both readings, to the day; and what nobody says is never a cut."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.analyses.siege import siege
from castello.cases.settings import Enclave
from castello.claims import Judgement, Modality, Period, Quantity, Reason, Verdict
from castello.desk.case import Case
from castello.picture.picture import Picture
from castello.picture.reach import reach, roads_of, timeline
from castello.picture.roads import RoadState
from castello.picture.ways import READINGS, passable_as
from castello.places import Place, Road
from tests.picture import small
from tests.picture.small import road

START, END = date(2016, 5, 5), date(2016, 12, 22)
CHANGED = date(2016, 7, 1)

# ------------------------------------------------------------------------------------------------------ the golden case

CASE = """
id = "golden"
name_en = "Golden case: nine edges, two sides"
from = 2016-05-05
to = 2016-12-22
time_zone = "Asia/Damascus"
[[enclave]]
id = "east"
side = "opposition"
[[enclave]]
id = "west"
side = "government"
"""

PLACES = """id,name_en,kind,supplies
east,East,part,
west,West,part,
north,North countryside,road_node,
south,South countryside,road_node,
khanasser-town,Khanasser,town,
sheikh-najjar,Sheikh Najjar,village,
rear-opposition,Rear of the opposition,area,opposition
rear-government,Rear of the government,area,government
"""

ROADS = """id,name_en,class,from,to,contested
castello,Castello Road,road,east,north,yes
n-border-1,First road on,road,north,rear-opposition,
n-border-2,Second road on,road,north,rear-opposition,
ramouseh-opp,Ramouseh corridor,road,east,south,2016-07-31
s-idlib,Road to Idlib,road,south,rear-opposition,
ramouseh-gov,Ramouseh road,road,west,khanasser-town,2016-07-31
khanasser,Khanasser road,road,khanasser-town,rear-government,
castello-gov,Northern detour,road,west,sheikh-najjar,2016-07-31
sn-kh,Sheikh Najjar to Khanasser,road,sheikh-najjar,khanasser-town,
"""

PARTIES = """id,name_en,kind,side
opposition,Opposition,side,opposition
government,Government,side,government
"""

EVENTS = [
    *[(name, "opposition", "open", "2016-05-05") for name in ("castello", "n-border-1", "n-border-2", "s-idlib")],
    *[(name, "government", "open", "2016-05-05") for name in ("ramouseh-gov", "sn-kh", "khanasser")],
    ("ramouseh-opp", "opposition", "closed", "2016-05-05"),
    ("castello-gov", "government", "closed", "2016-05-05"),
    ("castello", "opposition", "fire_controlled", "2016-07-07"),
    ("castello", "opposition", "closed", "2016-07-17"),
    ("ramouseh-opp", "opposition", "fire_controlled", "2016-08-06"),
    ("ramouseh-gov", "government", "closed", "2016-08-06"),
    ("castello-gov", "government", "open", "2016-08-09"),
    ("ramouseh-opp", "opposition", "open", "2016-08-10"),
    ("ramouseh-opp", "opposition", "fire_controlled", "2016-08-25"),
    ("ramouseh-opp", "opposition", "closed", "2016-09-04"),
    ("ramouseh-gov", "government", "open", "2016-09-08"),
]

EAST_BY_FIRE = [
    ("connected", date(2016, 5, 5), date(2016, 7, 6), 63),
    ("cut", date(2016, 7, 7), date(2016, 8, 9), 34),
    ("connected", date(2016, 8, 10), date(2016, 8, 24), 15),
    ("cut", date(2016, 8, 25), date(2016, 12, 22), 120),
]
EAST_ON_THE_GROUND = [
    ("connected", date(2016, 5, 5), date(2016, 7, 16), 73),
    ("cut", date(2016, 7, 17), date(2016, 8, 5), 20),
    ("connected", date(2016, 8, 6), date(2016, 9, 3), 29),
    ("cut", date(2016, 9, 4), date(2016, 12, 22), 110),
]
WEST = [
    ("connected", date(2016, 5, 5), date(2016, 8, 5), 93),
    ("cut", date(2016, 8, 6), date(2016, 8, 8), 3),
    ("connected", date(2016, 8, 9), date(2016, 12, 22), 136),
]
GOLDEN = {
    ("east", "by_fire"): EAST_BY_FIRE,
    ("east", "on_ground"): EAST_ON_THE_GROUND,
    ("west", "by_fire"): WEST,
    ("west", "on_ground"): WEST,
}
"""The West stays connected when Ramouseh opens again on 8 September: 30 days over the detour and 106 after make one spell."""


def opened(folder, tmp_path):
    case = Case(folder, {"CASTELLO_HOME": str(tmp_path / "home")})
    report = case.build(now=datetime(2026, 1, 1, tzinfo=UTC))
    assert [issue for issue in report.issues if issue.severity == "error"] == []
    return case


def spells(picture, **names):
    """Spells by enclave and reading."""
    found: dict[tuple[str, str], list[tuple[str, date, date, int]]] = {}
    for spell in timeline(picture, start=START, end=END):
        key = (names.get(spell.place, spell.place), spell.reading)
        found.setdefault(key, []).append((spell.status, spell.start, spell.end, spell.days))
    return found


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    (folder / "claims").mkdir()
    for name, text in (("case.toml", CASE), ("places.csv", PLACES), ("roads.csv", ROADS), ("parties.csv", PARTIES)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "sources.yml").write_text(
        "sources:\n  method-note: {name_en: Method note, kind: other}\n", encoding="utf-8"
    )
    days = sorted({day for *_, day in EVENTS})
    lines = ["coder: test", "documents:"]
    lines += [
        f"  - {{id: doc-{day}, title: Events of {day}, publisher: method-note, published: {day}, language: en}}"
        for day in days
    ]
    lines += ["claims:"]
    lines += [
        f"  - {{ref: e{n}, kind: access, subject: {name}, predicate: {state}, object: {side}, happened: {{since: {day}}},"
        f" said: {day}, document: doc-{day}, chain: [{{method-note: compiler}}]}}"
        for n, (name, side, state, day) in enumerate(EVENTS)
    ]
    (folder / "claims" / "events.yml").write_text("\n".join(lines), encoding="utf-8")
    return opened(folder, folder)


def test_the_golden_case_to_the_day(golden):
    assert spells(golden.picture(as_of=END)) == GOLDEN


def test_the_golden_case_as_a_live_one_to_the_day(golden):
    """Nothing is renewed: what was said of contested roads holds for fourteen days. No day is cut that was not cut above."""
    live = Picture(book=golden.book, registers=golden.registers, as_of=END, live=True)
    found = spells(live)
    days = {key: [(status, length) for status, *_, length in rows] for key, rows in found.items()}

    assert days["east", "by_fire"] == [
        ("connected", 14), ("undecided", 49), ("cut", 24), ("undecided", 10), ("connected", 14), ("undecided", 121),
    ]  # fmt: skip
    assert days["east", "on_ground"] == [
        ("connected", 14), ("undecided", 49), ("connected", 10), ("cut", 14), ("undecided", 6), ("connected", 18),
        ("undecided", 1), ("connected", 10), ("undecided", 110),
    ]  # fmt: skip
    cut = {key: {start for status, start, *_ in rows if status == "cut"} for key, rows in found.items()}
    assert cut["east", "by_fire"] == {date(2016, 7, 7)}
    assert cut["east", "on_ground"] == {date(2016, 7, 17)}
    assert {
        spell.decisive
        for spell in timeline(live, start=START, end=date(2016, 7, 6))
        if (spell.place, spell.status) == ("east", "undecided")
    } == {("castello",)}


def test_spells_at_the_edge_of_the_data_are_marked(golden):
    marked = {
        (spell.place, spell.reading, spell.start)
        for spell in timeline(golden.picture(as_of=END), start=START, end=END)
        if spell.censored
    }

    assert marked == {(place, reading, START) for place in ("east", "west") for reading in READINGS}


@pytest.mark.parametrize("day", sorted({date.fromisoformat(day) for *_, day in EVENTS} | {END}))
def test_a_day_asked_for_by_itself_agrees_with_the_timeline(golden, day):
    picture = golden.picture(as_of=day)
    asked = {(item.place, item.reading): (item.status, item.since) for item in reach(picture)}
    of_day = {
        key: [(status, first) for status, first, last, _ in rows if first <= day <= last]
        for key, rows in GOLDEN.items()
    }

    assert {key: [value] for key, value in asked.items()} == of_day


def test_states_asked_for_many_days_are_those_of_the_picture(golden):
    picture = golden.picture(as_of=END)
    for item in reach(picture):
        assert item.roads == tuple(
            (name, picture.topic(f"access|{name}|{item.side}|supply").answer) for name, _ in item.roads
        )


def test_a_cut_names_the_roads_and_the_claims_behind_it(golden):
    picture = golden.picture(as_of="2016-07-20")
    cut = next(item for item in reach(picture) if (item.place, item.reading) == ("east", "on_ground"))

    assert (cut.status, cut.since) == ("cut", date(2016, 7, 17))
    assert cut.roads == (("castello", "closed"), ("ramouseh-opp", "closed"))
    assert {(claim.subject, claim.predicate) for claim in picture.claims_by_id(cut.claims).values()} == set(cut.roads)


def test_what_was_not_known_yet_is_not_used(golden):
    early = spells(Picture(book=golden.book, registers=golden.registers, as_of=END, known_by=date(2016, 7, 10)))

    assert early["east", "on_ground"] == [("connected", START, END, 232)]
    assert early["east", "by_fire"][1] == ("cut", date(2016, 7, 7), END, 169)


def test_the_bundled_case_has_the_golden_case_in_it(tmp_path):
    folder = tmp_path / "aleppo-2016"
    shutil.copytree(str(resources.files("castello.cases") / "bundled" / "aleppo-2016"), folder)
    picture = Case(folder, {"CASTELLO_HOME": str(tmp_path / "home")})
    picture.build(now=datetime(2026, 1, 1, tzinfo=UTC))

    assert spells(picture.picture(as_of=END), **{"aleppo-east": "east", "aleppo-west": "west"}) == GOLDEN


# --------------------------------------------------------------------------------------------- what claims make of roads


def by_reading(picture):
    return {item.reading: item for item in reach(picture)}


OPEN_TRUNK = road("trunk", "open", START)


def test_no_news_is_undecided_and_names_the_road_it_hangs_on(tmp_path):
    found = by_reading(small.picture(tmp_path, [OPEN_TRUNK], as_of=date(2016, 7, 1)))

    assert {item.status for item in found.values()} == {"undecided"}
    assert {item.decisive for item in found.values()} == {("castello",)}
    assert {item.since for item in found.values()} == {None}


def test_contradiction_is_unknown_until_it_is_settled(tmp_path):
    one = road("castello", "open", Period.days(date(2016, 7, 1), date(2016, 7, 31)), published=date(2016, 8, 1))
    other = road(
        "castello", "closed", Period.days(date(2016, 7, 1), date(2016, 7, 31)), who="afp", published=date(2016, 8, 1)
    )
    settled = Judgement(about=(one.id,), verdict=Verdict.REJECTED, by="a", dated=date(2016, 8, 1), reason="says later")
    before = by_reading(small.picture(tmp_path / "1", [OPEN_TRUNK, one, other], as_of=date(2016, 7, 10)))
    after = by_reading(
        small.picture(tmp_path / "2", [OPEN_TRUNK, one, other], as_of=date(2016, 7, 10), judgements=[settled])
    )

    assert {item.status for item in before.values()} == {"undecided"}
    assert {item.status for item in after.values()} == {"cut"}
    assert {item.against for item in after.values()} == {(one.id,)}


@pytest.mark.parametrize(
    ("windows", "by_fire"),
    [
        ([None], "connected"),
        (["00:00-24:00"], "connected"),
        (["10:00-13:00 Asia/Damascus"], "cut"),
        ([None, "10:00-13:00 Asia/Damascus"], "undecided"),
    ],
)
def test_some_hours_a_day_count_on_the_ground_only(tmp_path, windows, by_fire):
    claims = [
        road("castello", "open", START, who=who, also={"window": window} if window else {})
        for who, window in zip(("sohr", "afp"), windows, strict=False)
    ]
    found = by_reading(small.picture(tmp_path, [OPEN_TRUNK, *claims], as_of=date(2016, 7, 1)))

    assert found["on_ground"].status == "connected"
    assert found["by_fire"].status == by_fire


def test_a_track_carries_no_supply_but_people_on_foot(tmp_path):
    track = Road(id="dirt", cls="track", name_en="Track", start="east", end="border")
    claims = [road("castello", "closed", START), OPEN_TRUNK]
    on_foot = [
        road(name, state, START, also={"users": "foot"}) for name, state in (("castello", "closed"), ("dirt", "open"))
    ]
    picture = small.picture(tmp_path, [*claims, *on_foot], as_of=date(2016, 7, 1), roads=(*small.ROADS, track))

    assert {item.status for item in reach(picture)} == {"cut"}
    assert {item.status for item in reach(picture, users="foot")} == {"connected"}


def test_a_track_carries_supply_where_somebody_says_so(tmp_path):
    track = Road(id="dirt", cls="track", name_en="Track", start="east", end="border")
    claims = [road("castello", "closed", START), OPEN_TRUNK, road("dirt", "fire_controlled", START)]
    found = by_reading(small.picture(tmp_path, claims, as_of=date(2016, 7, 1), roads=(*small.ROADS, track)))

    assert (found["by_fire"].status, found["on_ground"].status) == ("cut", "connected")


def test_a_track_that_somebody_calls_closed_is_no_way_to_lift_a_siege(tmp_path):
    track = Road(id="dirt", cls="track", name_en="Track", start="east", end="border")
    claims = [road("castello", "closed", START), OPEN_TRUNK, road("dirt", "closed", START)]
    roads = roads_of(small.picture(tmp_path, claims, as_of=date(2016, 7, 1), roads=(*small.ROADS, track)), "east")

    assert roads.reopenings("east", "on_ground", roads.at(date(2016, 7, 1))).single == ("castello",)


def test_a_road_is_asked_about_for_each_side_apart(tmp_path):
    claims = [road("castello", "open", START, side="government"), road("trunk", "open", START, side="government")]

    assert {item.status for item in reach(small.picture(tmp_path, claims, as_of=date(2016, 7, 1)))} == {"undecided"}


def test_a_case_without_enclaves_says_nothing(tmp_path):
    assert reach(small.picture(tmp_path, [OPEN_TRUNK], as_of=date(2016, 7, 1), enclaves=())) == ()


def test_a_quarter_of_an_enclave_is_the_enclave(tmp_path):
    quarter = Place(id="shaar", kind="neighbourhood", name_en="Shaar", parent="east")
    way = Road(id="way", cls="road", name_en="Way", start="shaar", end="border")
    picture = small.picture(
        tmp_path,
        [road("way", "open", START)],
        as_of=date(2016, 7, 1),
        places=(*small.PLACES, quarter),
        roads=(*small.ROADS, way),
    )

    assert {item.status for item in reach(picture)} == {"connected"}


STATES = st.sampled_from(["open", "fire_controlled", "closed"])
DAYS = st.integers(0, 20).map(lambda n: date.fromordinal(START.toordinal() + n))
CLAIMS = st.lists(
    st.builds(
        lambda name, state, day, who: road(name, state, day, who=who),
        st.sampled_from(["castello", "trunk"]),
        STATES,
        DAYS,
        st.sampled_from(["sohr", "afp"]),
    ),
    max_size=6,
    unique_by=lambda item: item.id,
)


@settings(max_examples=15, deadline=None)
@given(claims=CLAIMS, gone=st.sets(st.integers(0, 5)))
def test_claims_that_disappear_never_add_a_cut(tmp_path_factory, claims, gone):
    picture = small.picture(tmp_path_factory.mktemp("cut"), claims, as_of=date(2016, 6, 1))
    less = picture.without(
        claims=[item.id for item in claims if item.subject in {claims[n].subject for n in gone if n < len(claims)}]
    )
    for before, after in zip(reach(picture), reach(less), strict=True):
        assert after.status != "cut" or before.status == "cut"


@settings(max_examples=15, deadline=None)
@given(claims=CLAIMS)
def test_by_fire_is_never_more_than_on_the_ground(tmp_path_factory, claims):
    picture = small.picture(tmp_path_factory.mktemp("fire"), claims, as_of=date(2016, 6, 1))
    found = by_reading(picture)
    if found["by_fire"].status == "connected":
        assert found["on_ground"].status == "connected"
    if found["on_ground"].status == "cut":
        assert found["by_fire"].status == "cut"
    for item in found.values():
        days = timeline(picture, start=START, end=date(2016, 6, 1))
        last = next(spell for spell in days if spell.reading == item.reading and spell.end == date(2016, 6, 1))
        assert last.status == item.status
        assert item.since is None or item.since == last.start


# --------------------------------------------------------------------------------------------------------- one road


@pytest.mark.parametrize("state", ["open", "fire_controlled", "closed", "unknown"])
@pytest.mark.parametrize("hours", ["all", "some", "unclear"])
def test_a_road_is_never_better_by_fire(state, hours):
    code = np.array([RoadState(road="r", state=state, hours=hours).code])

    assert passable_as(code, "by_fire") <= passable_as(code, "on_ground")


# --------------------------------------------------------------------------------------------------------- last roads

EAST_CASTELLO, EAST_RAMOUSEH = {"castello"}, {"ramouseh-opp", "s-idlib"}
_WEST: list[tuple[date, date, set[str]]] = [
    (date(2016, 5, 5), date(2016, 8, 5), {"khanasser", "ramouseh-gov"}),
    (date(2016, 8, 9), date(2016, 9, 7), {"castello-gov", "sn-kh", "khanasser"}),
    (date(2016, 9, 8), END, {"khanasser"}),
]
LAST_ROADS: dict[tuple[str, str], list[tuple[date, date, set[str]]]] = {
    ("east", "by_fire"): [
        (date(2016, 5, 5), date(2016, 7, 6), EAST_CASTELLO),
        (date(2016, 8, 10), date(2016, 8, 24), EAST_RAMOUSEH),
    ],
    ("east", "on_ground"): [
        (date(2016, 5, 5), date(2016, 7, 16), EAST_CASTELLO),
        (date(2016, 8, 6), date(2016, 9, 3), EAST_RAMOUSEH),
    ],
    ("west", "by_fire"): _WEST,
    ("west", "on_ground"): _WEST,
}
"""The golden case's last roads; on all other days there are none."""


def test_the_last_roads_of_the_golden_case_every_day(golden):
    picture = golden.picture(as_of=END)
    for place in ("east", "west"):
        roads = roads_of(picture, place)
        for reading in READINGS:
            for n in range((END - START).days + 1):
                day = START + timedelta(days=n)
                spans = LAST_ROADS[place, reading]
                expected = next((last for first, until, last in spans if first <= day <= until), set())
                found = roads.last_roads(place, reading, roads.at(day))
                assert {road.road for road in found} == expected, (place, reading, day)
                assert {road.behind for road in found} <= {(place,)}
                low, high = roads.routes(place, reading, roads.at(day))
                assert (low, high) == ((1, 1) if expected else (0, 0))


def test_last_roads_come_in_order_from_the_source_with_the_day_since_when(golden):
    picture = golden.picture(as_of=END)
    roads = roads_of(picture, "west")
    found = roads.last_roads("west", "on_ground", roads.at(date(2016, 8, 20)))

    assert [(road.road, road.since, road.structural) for road in found] == [
        ("khanasser", date(2016, 8, 9), True),
        ("sn-kh", date(2016, 8, 9), False),
        ("castello-gov", date(2016, 8, 9), False),
    ]


def test_what_would_lift_the_siege_of_the_golden_case(golden):
    roads = roads_of(golden.picture(as_of=END), "east")
    at = roads.at(date(2016, 7, 20))

    assert roads.reopenings("east", "on_ground", at).single == ("castello", "ramouseh-opp")
    assert roads.reopenings("east", "on_ground", at).regained == ("east",)
    assert roads.reopenings("east", "on_ground", roads.at(date(2016, 6, 1))).single == ()


def test_what_lifts_a_siege_lifts_that_of_all_behind_the_same_road(tmp_path):
    village = Place(id="village", kind="village", name_en="Village")
    lane = Road(id="lane", cls="road", name_en="Lane", start="village", end="east")
    claims = [
        OPEN_TRUNK,
        road("castello", "closed", START),
        road("lane", "open", START),
        small.claim("people", "village", "lives", happened=START, quantity=Quantity(unit="person", value=700)),
    ]
    picture = small.picture(tmp_path, claims, as_of=END, places=(*small.PLACES, village), roads=(*small.ROADS, lane))
    roads = roads_of(picture, "east")

    assert roads.reopenings("east", "on_ground", roads.at(END)).regained == ("east", "village")


def test_a_spell_names_the_road_whose_change_began_it(golden):
    found = {
        (spell.place, spell.reading, spell.start): spell.changed
        for spell in timeline(golden.picture(as_of=END), start=START, end=END)
        if spell.start > START
    }

    assert found == {
        ("east", "by_fire", date(2016, 7, 7)): (("castello", "fire_controlled"),),
        ("east", "by_fire", date(2016, 8, 10)): (("ramouseh-opp", "open"),),
        ("east", "by_fire", date(2016, 8, 25)): (("ramouseh-opp", "fire_controlled"),),
        ("east", "on_ground", date(2016, 7, 17)): (("castello", "closed"),),
        ("east", "on_ground", date(2016, 8, 6)): (("ramouseh-opp", "fire_controlled"),),
        ("east", "on_ground", date(2016, 9, 4)): (("ramouseh-opp", "closed"),),
        ("west", "by_fire", date(2016, 8, 6)): (("ramouseh-gov", "closed"),),
        ("west", "by_fire", date(2016, 8, 9)): (("castello-gov", "open"),),
        ("west", "on_ground", date(2016, 8, 6)): (("ramouseh-gov", "closed"),),
        ("west", "on_ground", date(2016, 8, 9)): (("castello-gov", "open"),),
    }


def test_what_may_leave_by_a_road_is_not_what_comes_in(tmp_path):
    claims = [OPEN_TRUNK, road("castello", "open", START, also={"direction": "out"})]
    both = [OPEN_TRUNK, road("castello", "open", START, also={"direction": "both"})]

    assert {item.status for item in reach(small.picture(tmp_path / "1", claims, as_of=date(2016, 7, 1)))} == {
        "undecided"
    }
    assert {item.status for item in reach(small.picture(tmp_path / "2", both, as_of=date(2016, 7, 1)))} == {"connected"}


def test_a_crossing_that_falls_to_another_side_is_no_source_any_longer(tmp_path):
    claims = [
        OPEN_TRUNK,
        road("castello", "open", START),
        small.claim("control", "opposition", "holds", "border", happened=START),
        small.claim("control", "army", "holds", "border", happened=date(2016, 6, 1)),
    ]
    picture = small.picture(tmp_path, claims, as_of=date(2016, 7, 1))
    found = [(spell.status, spell.start) for spell in timeline(picture, start=START, end=date(2016, 7, 1))]

    assert found == [("connected", START), ("cut", date(2016, 6, 1))] * 2
    assert (
        roads_of(picture, "east").connection("east", "on_ground", roads_of(picture, "east").at(date(2016, 6, 2))).status
        == "cut"
    )


def test_a_road_of_which_nobody_speaks_follows_from_who_holds_its_ends(tmp_path):
    places = (*small.PLACES, Place(id="mid", kind="town", name_en="Mid"))
    roads = (
        Road(id="one", cls="road", name_en="One", start="east", end="mid"),
        Road(id="two", cls="road", name_en="Two", start="mid", end="border"),
    )
    held = [small.claim("control", "opposition", "holds", id_, happened=START) for id_ in ("east", "mid", "border")]
    lost = small.claim("control", "army", "holds", "mid", happened=date(2016, 6, 1))

    def statuses(folder, claims):
        picture = small.picture(tmp_path / folder, claims, as_of=date(2016, 7, 1), places=places, roads=roads)
        return {item.status for item in reach(picture)}

    assert statuses("1", held) == {"connected"}
    assert statuses("2", [*held, lost]) == {"cut"}
    assert statuses("3", held[:2]) == {"undecided"}
    # what is said of the road itself counts before what follows from the ground
    assert statuses("4", [*held, road("one", "closed", START)]) == {"cut"}


def test_what_is_said_of_a_road_for_a_party_is_said_for_its_side(tmp_path):
    shut = road("castello", "closed", START, side="zenki")

    assert {item.status for item in reach(small.picture(tmp_path, [OPEN_TRUNK, shut], as_of=END))} == {"cut"}


def test_a_party_that_is_counted_with_no_side_speaks_for_none(tmp_path):
    shut = road("castello", "closed", START, side="nusra")

    assert {item.status for item in reach(small.picture(tmp_path, [OPEN_TRUNK, shut], as_of=END))} == {"undecided"}


def test_a_road_of_a_party_is_the_other_sides_from_the_day_it_changes_sides(tmp_path):
    way = road("castello", "open", START, side="zenki")
    joins = small.claim("tie", "zenki", "member_of", "army", happened=CHANGED)
    picture = small.picture(tmp_path, [OPEN_TRUNK, way, joins], as_of=END)

    assert [(spell.status, spell.start) for spell in timeline(picture, start=START, end=END)] == [
        ("connected", START),
        ("undecided", CHANGED),
    ] * 2


def test_a_road_of_a_party_that_is_asked_about_itself_is_its_own(tmp_path):
    places = (*small.PLACES[:2], replace(small.PLACES[2], supplies=("zenki",)))
    way = [road(name, "open", START, side="zenki") for name in ("castello", "trunk")]
    enclaves = (Enclave(id="east", side="zenki"),)
    picture = small.picture(tmp_path, way, as_of=END, places=places, enclaves=enclaves)

    assert {item.status for item in reach(picture)} == {"connected"}


# --------------------------------------------------------------------------------- a sighting, and what comes after it

SEEN = date(2016, 7, 20)


def day_after(day, n=1):
    return day + timedelta(days=n)


def on_ground(folder, claims, *, live=False, end=date(2016, 8, 31)):
    """Spells on the ground as (status, first day), with the trunk open throughout."""
    picture = small.picture(folder, [OPEN_TRUNK, *claims], as_of=end)
    asked = Picture(book=picture.book, registers=picture.registers, as_of=end, live=live)
    return [
        (spell.status, spell.start) for spell in timeline(asked, start=CHANGED, end=end) if spell.reading == "on_ground"
    ]


CLOSED = road("castello", "closed", date(2016, 7, 17))
SEEN_OPEN = road("castello", "open", Period.day(SEEN), who="afp")


def test_the_day_after_a_sighting_nobody_knows_and_no_cut_begins(tmp_path):
    assert on_ground(tmp_path, [road("castello", "open", START), CLOSED, SEEN_OPEN]) == [
        ("connected", CHANGED),
        ("cut", date(2016, 7, 17)),
        ("connected", SEEN),
        ("undecided", day_after(SEEN)),
    ]


def test_after_a_sighting_the_state_claimed_last_is_the_assessed_one(tmp_path):
    found = by_reading(small.picture(tmp_path, [OPEN_TRUNK, CLOSED, SEEN_OPEN], as_of=date(2016, 8, 1)))["on_ground"]

    assert (found.status, found.as_assessed, found.decisive) == ("undecided", "connected", ("castello",))
    assert SEEN_OPEN.id in found.claims
    assert CLOSED.id not in found.claims


def test_a_cut_after_a_sighting_begins_when_somebody_says_so(tmp_path):
    again = road("castello", "closed", date(2016, 7, 25))
    claims = [CLOSED, SEEN_OPEN, again]
    found = by_reading(small.picture(tmp_path / "2", [OPEN_TRUNK, *claims], as_of=date(2016, 8, 1)))["on_ground"]

    assert on_ground(tmp_path / "1", claims)[-2:] == [("undecided", day_after(SEEN)), ("cut", date(2016, 7, 25))]
    assert (found.since, found.not_before) == (date(2016, 7, 25), day_after(SEEN))


def test_a_lag_after_undecided_days_is_an_interval(tmp_path):
    again = road("castello", "closed", date(2016, 7, 25))
    picture = small.picture(tmp_path, [OPEN_TRUNK, CLOSED, SEEN_OPEN, again], as_of=date(2016, 8, 31))
    told = [spell for spell in timeline(picture, start=CHANGED, end=date(2016, 8, 31)) if spell.reading == "on_ground"]

    assert [(spell.start, spell.not_before) for spell in told] == [
        (CHANGED, None),
        # before anybody spoke of the road it is not known since when
        (date(2016, 7, 17), date.min),
        (SEEN, None),
        (day_after(SEEN), None),
        (date(2016, 7, 25), day_after(SEEN)),
    ]
    assert [spell.lag(date(2016, 8, 1)) for spell in told[1:]] == [(15, None), (12, 12), (11, 11), (7, 11)]


def test_word_given_later_of_all_those_days_is_not_outdated_by_a_sighting(tmp_path):
    since, later = date(2016, 7, 17), (date(2016, 8, 1), date(2016, 8, 2))
    told_later = road("castello", "closed", since, said=later, published=later[0])

    assert on_ground(tmp_path, [told_later, SEEN_OPEN]) == [
        ("undecided", CHANGED),
        ("cut", since),
        # on the day itself the two contradict each other
        ("undecided", SEEN),
        ("cut", day_after(SEEN)),
    ]


def test_a_sighting_of_the_same_state_changes_nothing(tmp_path):
    same = road("castello", "closed", Period.day(SEEN), who="afp")

    assert on_ground(tmp_path, [CLOSED, same]) == [("undecided", CHANGED), ("cut", date(2016, 7, 17))]


def test_a_road_seen_closed_for_a_day_is_not_open_again_by_silence(tmp_path):
    shut = road("castello", "closed", Period.day(SEEN))

    assert on_ground(tmp_path, [road("castello", "open", START), shut]) == [
        ("connected", CHANGED),
        ("cut", SEEN),
        ("undecided", day_after(SEEN)),
    ]


def test_word_of_several_days_is_over_when_it_says(tmp_path):
    pause = road("castello", "open", Period.days(SEEN, day_after(SEEN, 2)), who="afp")

    assert on_ground(tmp_path, [CLOSED, pause])[-2:] == [("connected", SEEN), ("cut", day_after(SEEN, 3))]


def test_a_denial_for_a_day_is_a_sighting_too(tmp_path):
    denied = road("castello", "closed", Period.day(SEEN), who="afp", modality=Modality.NEGATED)

    assert on_ground(tmp_path, [CLOSED, denied])[-1] == ("undecided", SEEN)


def test_without_the_sighting_the_older_word_counts_on(tmp_path):
    picture = small.picture(tmp_path, [OPEN_TRUNK, CLOSED, SEEN_OPEN], as_of=date(2016, 8, 1))
    found = dict(roads_of(picture, "east").without_each("east", reading="on_ground", day=date(2016, 8, 1)))

    assert found[SEEN_OPEN.id] == "cut"


def test_ground_seen_held_for_a_day_does_not_fall_back_by_silence(tmp_path):
    held = [small.claim("control", "opposition", "holds", id_, happened=START) for id_ in ("east", "north", "border")]
    seen = small.claim("control", "army", "holds", "north", happened=Period.day(SEEN))
    picture = small.picture(tmp_path, [*held, seen], as_of=date(2016, 8, 31))
    found = [(item.status, item.start) for item in timeline(picture, start=CHANGED, end=date(2016, 8, 31))]

    assert found == [("connected", CHANGED), ("cut", SEEN), ("undecided", day_after(SEEN))] * 2


# ------------------------------------------------------------------------------------------- a live case, and silence


def live_spells(folder, claims, *, end=END, **options):
    picture = small.picture(folder, claims, as_of=end, **options)
    live = Picture(book=picture.book, registers=picture.registers, as_of=end, live=True)
    return [
        (spell.status, spell.start) for spell in timeline(live, start=START, end=end) if spell.reading == "on_ground"
    ]


def test_saying_again_what_is_known_does_not_make_a_road_contested(tmp_path):
    again = [road("castello", "open", day, who="afp") for day in (date(2016, 6, 1), CHANGED)]

    assert live_spells(tmp_path, [OPEN_TRUNK, road("castello", "open", START), *again]) == [("connected", START)]


def test_old_word_does_not_come_back_when_a_road_has_become_calm(tmp_path):
    claims = [OPEN_TRUNK, road("castello", "open", START), road("castello", "closed", CHANGED)]

    assert live_spells(tmp_path, claims) == [
        ("connected", START),
        ("cut", CHANGED),
        ("undecided", CHANGED + timedelta(days=14)),
    ]


def test_word_on_who_holds_the_ends_renews_what_it_implies(tmp_path):
    places = (small.PLACES[0], Place(id="north", kind="town", name_en="North"), small.PLACES[2])
    roads = (
        Road(id="castello", cls="road", name_en="C", start="east", end="north", contested=(None, None)),
        small.ROADS[1],
    )
    closed = road("castello", "closed", date(2016, 6, 5))
    held = [small.claim("control", "army", "holds", id_, happened=date(2016, 6, 15)) for id_ in ("north", "east")]
    options = {"places": places, "roads": roads, "end": date(2016, 8, 1)}

    assert live_spells(tmp_path / "1", [OPEN_TRUNK, closed], **options)[1:] == [
        ("cut", date(2016, 6, 5)), ("undecided", date(2016, 6, 19)),
    ]  # fmt: skip
    assert live_spells(tmp_path / "2", [OPEN_TRUNK, closed, *held], **options)[1:] == [
        ("cut", date(2016, 6, 5)), ("undecided", date(2016, 6, 29)),
    ]  # fmt: skip


def test_word_of_some_day_of_several_makes_no_cut(tmp_path):
    some_day = road("castello", "closed", Period.between(CHANGED, date(2016, 7, 10)))
    picture = small.picture(tmp_path, [OPEN_TRUNK, some_day], as_of=date(2016, 7, 5))

    assert {item.status for item in reach(picture)} == {"undecided"}
    assert {item.as_assessed for item in reach(picture)} == {"cut"}


def test_a_party_that_changes_sides_takes_its_ground_along(tmp_path):
    places = (*small.PLACES, Place(id="mid", kind="town", name_en="Mid"))
    roads = (
        Road(id="one", cls="road", name_en="One", start="east", end="mid"),
        Road(id="two", cls="road", name_en="Two", start="mid", end="border"),
    )
    held = [small.claim("control", "zenki", "holds", id_, happened=START) for id_ in ("east", "mid", "border")]
    joins = small.claim("tie", "zenki", "member_of", "army", happened=CHANGED)
    picture = small.picture(tmp_path, [*held, joins], as_of=END, places=places, roads=roads)

    assert [(spell.status, spell.start) for spell in timeline(picture, start=START, end=END)] == [
        ("connected", START),
        ("cut", CHANGED),
    ] * 2


def test_a_source_that_somebody_speaks_of_is_no_last_road(tmp_path):
    twin = Road(id="twin", cls="road", name_en="Twin", start="east", end="border")
    claims = [OPEN_TRUNK, road("castello", "open", START), road("twin", "open", START)]
    held = small.claim("control", "opposition", "holds", "border", happened=START)
    roads = roads_of(small.picture(tmp_path, [*claims, held], as_of=END, roads=(*small.ROADS, twin)), "east")
    at = roads.at(date(2016, 7, 1))

    assert roads.routes("east", "on_ground", at) == (2, 2)
    assert roads.last_roads("east", "on_ground", at) == ()


def test_an_enclave_is_cut_off_no_longer_than_it_is_one(tmp_path):
    enclaves = (Enclave(id="east", side="opposition", start=CHANGED),)
    picture = small.picture(tmp_path, [OPEN_TRUNK, road("castello", "closed", START)], as_of=END, enclaves=enclaves)

    assert {item.since for item in reach(picture)} == {CHANGED}


def test_where_the_case_assumes_roads_open_the_answer_says_so(tmp_path):
    picture = small.picture(tmp_path, [], as_of=END)
    settings_ = replace(picture.registers.settings, roads_unsaid="open")
    assumed = Picture(book=picture.book, registers=replace(picture.registers, settings=settings_), as_of=END)
    found = [finding for finding in siege(assumed) if finding.kind in ("reach", "last_road")]

    assert {finding.reason for finding in found} == {Reason.ASSUMED}
    assert {finding.status for finding in found if finding.kind == "reach"} == {"connected"}
    # both roads in series, in each reading
    assert len([finding for finding in found if finding.kind == "last_road"]) == 2
