"""Who reaches a supply source over which roads, in both readings, to the day; and what nobody says is never a cut."""

import shutil
from datetime import UTC, date, datetime
from importlib import resources
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import Judgement, Period, Verdict
from castello.desk.case import Case
from castello.picture.picture import Picture
from castello.picture.reach import READINGS, Edge, Passable, RoadState, connection, reach, timeline
from castello.places import Place, Road
from tests.picture import small
from tests.picture.small import road

START, END = date(2016, 5, 5), date(2016, 12, 22)

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

ROADS = """id,name_en,class,from,to
castello,Castello Road,road,east,north
n-border-1,First road on,road,north,rear-opposition
n-border-2,Second road on,road,north,rear-opposition
ramouseh-opp,Ramouseh corridor,road,east,south
s-idlib,Road to Idlib,road,south,rear-opposition
ramouseh-gov,Ramouseh road,road,west,khanasser-town
khanasser,Khanasser road,road,khanasser-town,rear-government
castello-gov,Northern detour,road,west,sheikh-najjar
sn-kh,Sheikh Najjar to Khanasser,road,sheikh-najjar,khanasser-town
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
    claims = [road("castello", "closed", START), OPEN_TRUNK, road("dirt", "open", START)]
    on_foot = [
        road(name, state, START, also={"users": "foot"}) for name, state in (("castello", "closed"), ("dirt", "open"))
    ]
    picture = small.picture(tmp_path, [*claims, *on_foot], as_of=date(2016, 7, 1), roads=(*small.ROADS, track))

    assert {item.status for item in reach(picture)} == {"cut"}
    assert {item.status for item in reach(picture, users="foot")} == {"connected"}


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


# ------------------------------------------------------------------------------------------------------------- the graph

PASSABLE: tuple[Passable, ...] = ("shut", "unknown", "usable")
PLACES_OF_GRAPH = ("a", "b", "c", "d", "s1", "s2")
SOURCES = frozenset({"s1", "s2"})
GRAPHS = st.lists(
    st.tuples(st.sampled_from(PLACES_OF_GRAPH), st.sampled_from(PLACES_OF_GRAPH), st.sampled_from(PASSABLE)), max_size=9
).map(lambda rows: [Edge(road=f"r{n}", ends=(one, other), passable=how) for n, (one, other, how) in enumerate(rows)])


def linked(edges, usable):
    """Whether a reaches a source over the given roads: every way tried, by joining places until nothing changes."""
    groups = {place: {place} for place in PLACES_OF_GRAPH}
    for edge in edges:
        if edge.road in usable:
            one, other = edge.ends
            joined = groups[one] | groups[other]
            for place in joined:
                groups[place] = joined
    return not SOURCES.isdisjoint(groups["a"])


def of(edges, *how):
    return {edge.road for edge in edges if edge.passable in how}


@given(GRAPHS)
def test_status_is_that_of_brute_force(edges):
    surely, perhaps = linked(edges, of(edges, "usable")), linked(edges, of(edges, "usable", "unknown"))
    found = connection(edges, start="a", sources=SOURCES)
    if surely:
        assert found.status == "connected"
    elif perhaps:
        assert found.status == "undecided"
    else:
        # a cut is a cut by a road that somebody calls shut; without one the map is merely empty
        assert found.status == ("cut" if found.roads else "undecided")
        assert {edge.passable for edge in edges if edge.road in found.roads} <= {"shut"}


@given(GRAPHS)
def test_decisive_roads_are_those_of_brute_force(edges):
    found = connection(edges, start="a", sources=SOURCES)
    usable, unknown = of(edges, "usable"), of(edges, "unknown")
    if found.status != "undecided" or not linked(edges, usable | unknown):
        assert found.decisive == ()
        return
    alone = {r for r in unknown if linked(edges, usable | {r}) or not linked(edges, (usable | unknown) - {r})}
    if alone:
        assert found.decisive == tuple(sorted(alone))
        return
    sizes = range(1, len(unknown) + 1)
    smallest = next(
        names for size in sizes for names in combinations(sorted(unknown), size) if linked(edges, usable | set(names))
    )
    assert found.decisive == smallest


@given(GRAPHS, st.data())
def test_opening_a_road_never_cuts(edges, data):
    if not edges:
        return
    chosen = data.draw(st.sampled_from(edges))
    opened_up = [Edge(road=e.road, ends=e.ends, passable="usable") if e is chosen else e for e in edges]
    order = ["cut", "undecided", "connected"]
    before = connection(edges, start="a", sources=SOURCES).status
    after = connection(opened_up, start="a", sources=SOURCES).status

    assert order.index(after) >= order.index(before)


@given(GRAPHS, st.data())
def test_forgetting_a_road_never_cuts(edges, data):
    if not edges:
        return
    chosen = data.draw(st.sampled_from(edges))
    forgotten = [Edge(road=e.road, ends=e.ends, passable="unknown") if e is chosen else e for e in edges]
    if connection(edges, start="a", sources=SOURCES).status != "cut":
        assert connection(forgotten, start="a", sources=SOURCES).status != "cut"


@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_order_of_roads_plays_no_part(edges, random):
    shuffled = list(edges)
    random.shuffle(shuffled)

    assert connection(shuffled, start="a", sources=SOURCES) == connection(edges, start="a", sources=SOURCES)


@given(GRAPHS)
def test_a_parallel_road_that_is_usable_clears_the_doubt_on_its_twin(edges):
    for edge in edges:
        if edge.passable != "usable":
            twin = Edge(road="twin", ends=edge.ends, passable="usable")
            assert edge.road not in connection([*edges, twin], start="a", sources=SOURCES).decisive


def test_parallel_roads_are_kept_apart():
    twins = [
        Edge(road="one", ends=("a", "s1"), passable="usable"),
        Edge(road="two", ends=("a", "s1"), passable="shut"),
    ]

    assert connection(twins, start="a", sources=SOURCES).roads == ("one",)
    assert connection(twins[1:], start="a", sources=SOURCES).roads == ("two",)


def test_nothing_passes_through_a_source():
    edges = [
        Edge(road="in", ends=("a", "s1"), passable="usable"),
        Edge(road="beyond", ends=("s1", "b"), passable="usable"),
    ]

    assert connection(edges, start="a", sources=SOURCES).roads == ("in",)


def test_an_empty_map_is_no_siege():
    assert connection([], start="a", sources=SOURCES).status == "undecided"


@pytest.mark.parametrize("state", ["open", "fire_controlled", "closed", "unknown"])
@pytest.mark.parametrize("hours", ["all", "some", "unclear"])
def test_a_road_is_never_better_by_fire(state, hours):
    road_state = RoadState(road="r", state=state, hours=hours)

    assert PASSABLE.index(road_state.passable("by_fire")) <= PASSABLE.index(road_state.passable("on_ground"))
