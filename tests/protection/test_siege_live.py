"""
The replay: Aleppo from 5 May to 6 July 2016 as live, each day as it was known that day.

One road was left. Nothing that leaves says so: no name, no course, no field, no count, no file name.
"""

import csv
import io
import json
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec

import pytest

from castello.analyses.siege import changes, siege, watch
from castello.briefs.siege_files import siege_layers, write_siege
from castello.claims import Reason
from castello.ledger.packs import public_key
from tests.cases_for_tests import CLAIMS, ROADS, built_case, write_case
from tests.protection.outputs import at, evening, replayed, run, verbs
from tests.protection.test_live import (
    BUNDLED,
    EVERY,
    LAST,
    LATER,
    ROAD,
    geometry,
    identified,
    no_states,
)

FEW = ((date(2016, 6, 1), "public"), (LAST, "partner"))
FIELDS = {
    "as_assessed", "behind", "by_roads", "certain", "chance_connected", "decisive", "derived", "flips", "flow", "hangs_on", "last_road", "last_roads", "not_before", "partial",
    "people_behind", "reopening", "road", "routes", "since_last_road", "structural", "watch", "window", "windows",
}  # fmt: skip
"""Names of fields, columns, layers and kinds that would say what hangs on which road."""
ENDINGS = ("geojson", "csv", "svg", *(("gpkg",) if find_spec("pyogrio") else ()))


def coordinates(case) -> list[bytes]:
    """The points of the road's course as a GeoPackage has them, in either order of bytes."""
    points = case.registers.places.road(ROAD).line
    return [struct.pack(f"{order}dd", lon, lat) for lat, lon in points for order in "<>"]


def fields(name: str, data: bytes) -> set[str]:
    """The names of fields in a form: keys of JSON, header of a table, layers and columns of a GeoPackage."""
    if name.endswith("json"):
        found, _ = json.JSONDecoder().raw_decode(data.decode())
        keys: set[str] = set()
        kinds: set[str] = set()
        stack = [found]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                keys |= item.keys()
                kinds |= {str(item[key]) for key in ("kind", "layer") if key in item}
                stack += item.values()
            elif isinstance(item, list):
                stack += item
        return keys | kinds
    if name.endswith(".csv"):
        return set(next(csv.reader(io.StringIO(data.decode("utf-8-sig")))))
    if name.endswith(".gpkg"):
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(data)
            layers = [row[0] for row in base.execute("select table_name from gpkg_contents")]
            columns = {row[1] for layer in layers for row in base.execute(f"pragma table_info({layer})")}
        return columns | set(layers)
    return set()


def outgoing(case, folder, *, day: date, profile: str) -> dict[str, bytes]:
    """Every outgoing form of a case on a day, as known that day."""
    days = ("--as-of", str(day), "--known-by", str(day))
    where = ["--case", str(case.folder), *days, "--profile", profile]
    shown = verbs(case, folder, profile=profile, days=days)
    out, err, code = run("brief", *where, "-o", str(folder / f"{profile}.md"))
    assert code == 0, err
    shown[f"{profile}.md"] = (folder / f"{profile}.md").read_bytes()
    now = evening(day)
    picture = case.picture(as_of=day, known_by=day, now=now)
    clearance = case.clearance(picture, profile=profile, now=now)
    period = (case.registers.settings.start, day)
    for ending in ENDINGS:
        path = write_siege(picture, folder / f"{profile}-again.{ending}", clearance=clearance, days=period)
        shown[path.name] = path.read_bytes()
    findings = [
        finding
        for found in (siege(picture), changes(picture, start=period[0], end=day), watch(picture))
        for finding in found
    ]
    asked = {finding.id for finding in findings if finding.kind in ("last_road", "reach", "watch")}
    asked |= {id_ for finding in findings if finding.kind == "last_road" for id_ in finding.claims}
    for id_ in sorted(asked):
        out, err, _ = run("why", id_, *where)
        shown[f"why-{id_}"] = (out + err).encode()
    return shown


def tells(case, shown: dict[str, bytes]) -> list[str]:
    """What in outputs tells the last road, or that there is one."""
    texts = {name: data.decode(errors="replace").encode() for name, data in shown.items()}
    found = [f"{name}: the road" for name in identified(case, texts)]
    found += no_states(texts)
    found += [f"{name}: {field}" for name, data in shown.items() for field in sorted(fields(name, data) & FIELDS)]
    points = coordinates(case)
    return found + [f"{name}: a point" for name, data in shown.items() if any(point in data for point in points)]


@pytest.fixture(scope="module")
def last_day(tmp_path_factory):
    return replayed(BUNDLED, tmp_path_factory.mktemp("last") / "case", day=LAST)


def replay(folder, monkeypatch, *, day: date, profiles=("public", "partner")) -> None:
    case = replayed(BUNDLED, folder / "case", day=day)
    at(monkeypatch, evening(day))
    (folder / "out").mkdir()
    assert case.mode(now=evening(day)).live
    for profile in profiles:
        shown = outgoing(case, folder / "out", day=day, profile=profile)
        assert '"mode": "live"' in shown["siege-json"].decode()
        assert tells(case, shown) == []
        for name in ("siege-json", "siege-changes-json", "siege-watch-json"):
            body = json.loads(shown[name][: shown[name].rindex(b"}") + 1])
            # one for each enclave, however many roads are left
            assert body["coverage"]["withheld"]["siege: live case: roads"] == len(case.registers.settings.enclaves)
            assert {item["kind"] for item in body["findings"]} <= {"reach", "besieged", "long_term", "listed", "tier"}


@pytest.mark.parametrize(("day", "profile"), FEW, ids=str)
def test_nothing_that_leaves_tells_the_last_road(tmp_path, monkeypatch, day, profile):
    replay(tmp_path, monkeypatch, day=day, profiles=(profile,))


@pytest.mark.endure
@pytest.mark.parametrize("day", EVERY, ids=str)
def test_on_every_day_of_the_replay(tmp_path, monkeypatch, day):
    replay(tmp_path, monkeypatch, day=day)


def test_a_pack_of_it_is_sealed(last_day, tmp_path):
    data = last_day.pack(to=public_key({"CASTELLO_HOME": str(tmp_path)}))

    assert tells(last_day, {"case.pack": data}) == []


def test_on_the_users_machine_it_is_named(last_day):
    picture = last_day.picture(as_of=LAST, known_by=LAST, now=evening(LAST))
    clearance = last_day.clearance(picture, now=evening(LAST))
    found = clearance.findings(siege(picture), analyses=("siege",)).findings
    told = [item for item in found if ROAD in (item.subject, *dict(item.extra).get("decisive", ()))]

    assert picture.live
    assert {item.kind for item in told} & {"last_road", "reach"}
    assert identified(last_day, {"own": " ".join(item.text for item in told).encode()})
    layers = siege_layers(clearance, days=(date(2016, 5, 5), LAST))
    assert ROAD in {row.values["road"] for layer in layers.layers if layer.name == "last_roads" for row in layer.rows}


def test_the_same_case_exports_it_once_it_is_historical(last_day, tmp_path):
    picture = last_day.picture(as_of=LAST, known_by=LAST, now=LATER)
    clearance = last_day.clearance(picture, profile="public", now=LATER)
    found = clearance.findings(siege(picture), analyses=("siege",)).findings
    days = (date(2016, 5, 5), LAST)
    files = [write_siege(picture, tmp_path / f"s.{ending}", clearance=clearance, days=days) for ending in ENDINGS]
    shown = {path.name: path.read_bytes() for path in files}

    assert {(item.subject, item.place) for item in found if item.kind == "last_road"} >= {(ROAD, "aleppo-east")}
    assert "people_behind" in {name for item in found for name, _ in item.extra}
    told = tells(last_day, shown)
    assert {"s.geojson: the road", "s.geojson: last_roads"} <= set(told)
    if "s.gpkg" in shown:
        assert {"s.gpkg: the road", "s.gpkg: last_roads", "s.gpkg: a point"} <= set(told)
    assert geometry(last_day)


@pytest.mark.parametrize(("days", "told"), [(364, False), (365, True)])
def test_it_stays_for_364_days_and_leaves_after_365(last_day, days, told):
    newest = last_day.book.newest_day()
    now = datetime.combine(newest + timedelta(days=days), time(12), tzinfo=UTC)
    picture = last_day.picture(as_of=LAST, known_by=LAST, now=now)
    clearance = last_day.clearance(picture, profile="public", now=now)
    kinds = {item.kind for item in clearance.findings(siege(picture), analyses=("siege",)).findings}
    layers = {layer.name for layer in siege_layers(clearance, days=(LAST, LAST)).layers}

    assert ("last_road" in kinds) is told
    assert ("last_roads" in layers) is told


# ----------------------------------------------------------------------------------------------------- one road, or two

STATE = """\
  - kind: access
    subject: {road}
    predicate: {state}
    object: opposition
    happened: {{since: {since}}}
    said: 2016-09-30
    document: council-2016-09-30
    chain: [{{{who}: speaker}}]
    sensitivity: {sensitivity}
"""
MORE = (
    "south-road,South way,,,road,east,north,,",
    "west-road,West way,,,road,east,north,,",
    "sea-road,Sea way,,,road,north,border,,",
    "ridge-road,Ridge way,,,road,east,border,,",
    "hill-road,Hill way,,,road,east,border,,",
)
NO_CUT = CLAIMS.replace(CLAIMS[CLAIMS.index("  - ref: road-cut") : CLAIMS.index("  - ref: road-open-paper")], "")
DAYS = (date(2016, 5, 1), date(2016, 9, 30))


def state(road, state="open", *, since="2016-05-01", who="agency", sensitivity="low"):
    return STATE.format(road=road, state=state, since=since, who=who, sensitivity=sensitivity)


def from_outside(folder, *states, claims=CLAIMS, day=DAYS[1], profile="public"):
    """All that leaves of a live case with these claims on roads; on whose last roads it stands, for the user."""
    now = evening("2016-10-01")
    text = claims.replace("relations:\n", "".join(states) + "relations:\n")
    files = {"claims/01-open.yml": text, "roads.csv": ROADS + "\n".join(MORE) + "\n"}
    case = built_case(write_case(folder, files=files), now=now)
    picture = case.picture(as_of=day, now=now)
    clearance = case.clearance(picture, profile=profile, now=now)
    layers = siege_layers(clearance, days=DAYS)
    shown = (
        clearance.findings(siege(picture), analyses=("siege",)),
        clearance.findings(watch(picture), analyses=(watch,)),
        clearance.findings(changes(picture, start=DAYS[0], end=DAYS[1]), analyses=(watch,)),
        (layers.withheld, layers.issues, [dict(row.values) for layer in layers.layers for row in layer.rows]),
    )
    return shown, siege(picture)


def plain(shown):
    """Findings with every slot, ids and additional keys included."""
    return [[item.to_json() for item in cleared.findings] for cleared in shown[:3]], shown


ONE = (state("sea-road"), state("south-road"))


@pytest.mark.parametrize(
    "more",
    [
        (state("west-road"),),
        (state("west-road", since="2016-09-20"),),
        (state("west-road", sensitivity="moderate"),),
        (state("west-road"), state("ridge-road"), state("hill-road")),
    ],
    ids=["a second", "one opened later", "a sensitive one", "four"],
)
@pytest.mark.parametrize("profile", ["public", "partner"])
def test_one_road_and_more_look_alike_from_outside(tmp_path, more, profile):
    one, own_one = from_outside(tmp_path / "one", *ONE, profile=profile)
    several, own_several = from_outside(tmp_path / "more", *ONE, *more, profile=profile)

    assert {item.subject for item in own_one if item.kind == "last_road"} == {"south-road"}
    assert not [item for item in own_several if item.kind == "last_road"]
    assert plain(one) == plain(several)
    found = {(item.kind, item.status): item for item in one[0].findings}
    for asked in (("reach", "connected"), ("long_term", "no"), ("besieged", "no")):
        item = found[asked]
        assert (item.claims, item.against, item.reason) == ((), (), Reason.WITHHELD)


def test_why_it_is_undecided_does_not_tell_how_many_roads_are_unknown(tmp_path):
    contradicted = (state("south-road"), state("south-road", "closed", who="observatory"), state("sea-road"))
    silent, own_silent = from_outside(tmp_path / "silent", claims=NO_CUT)
    told, own_told = from_outside(tmp_path / "told", *contradicted, claims=NO_CUT)
    reasons = [
        {i.reason for i in own if i.kind == "reach" and i.status == "undecided"} for own in (own_silent, own_told)
    ]

    assert reasons[0] != reasons[1]
    # since when it has been so is told, as of every status
    shown = [[item | {"since": None} for found in plain(left)[0] for item in found] for left in (silent, told)]
    assert shown[0] == shown[1]
    assert "undecided" in {item["status"] for item in shown[0] if item["kind"] == "reach"}


def test_claims_behind_a_cut_on_the_ground_may_be_named(tmp_path):
    now = evening("2016-07-25")
    case = built_case(write_case(tmp_path / "case"), now=now)
    picture = case.picture(as_of="2016-07-20", now=now)
    clearance = case.clearance(picture, profile="public", now=now)
    found = clearance.findings(siege(picture), analyses=("siege",)).findings
    cut = {item.reading: item for item in found if item.kind == "reach" and item.status == "cut"}

    assert cut["on_ground"].claims
    assert cut["on_ground"].reason is None
    named = picture.claims_by_id(cut["on_ground"].claims).values()
    assert all(clearance.withheld_because(claim) is None for claim in named)
    assert not cut["by_fire"].claims


def test_people_and_lengths_may_leave_and_what_hangs_on_roads_may_not(tmp_path):
    case = built_case(write_case(tmp_path / "case"), now=evening("2016-08-01"))
    now = evening("2016-07-25")
    picture = case.picture(as_of="2016-07-20", now=now)
    cleared = case.clearance(picture, profile="public", now=now).findings(siege(picture), analyses=("siege",))
    extra = {(item.kind, name) for item in cleared.findings for name, _ in item.extra}

    assert ("reach", "people") in extra
    assert ("besieged", "conditions") in extra
    assert not {name for _, name in extra} & {"routes", "roads", "decisive", "parts", "values", "as_assessed"}
    assert not [text for item in cleared.findings for text in item.unknown if text.startswith("state of")]
