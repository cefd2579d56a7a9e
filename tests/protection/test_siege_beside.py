"""
What stands beside a status when it leaves: that how much passes is withheld, and who is said to hold the place only where that may be told.

"Connected" is not told as if all were well, and no caveat tells what the claim behind it may not.
"""

import csv
import io
from datetime import datetime, time, timedelta

import pytest

from castello.analyses.siege import changes, held, siege, watch
from castello.briefs.siege_files import siege_layers, to_csv, to_geojson, to_svg
from castello.ledger.mode import LIVE_DAYS
from tests.cases_for_tests import CLAIMS, PLACES, ROADS, built_case, write_case
from tests.protection.outputs import evening, forms_of_brief
from tests.protection.test_siege_live import DAYS, MORE, NO_CUT, plain, state

DAY = DAYS[1]
NOW = evening("2016-10-01")
HOLDS = """\
  - kind: control
    subject: army
    predicate: holds
    object: east
    happened: {{since: {since}}}
    said: {since}
    document: council-2016-09-30
    chain: [{{agency: speaker}}]
    sensitivity: {sensitivity}
"""
WITHHELD = "how much passes is withheld here"


def decided() -> str:
    """The places of the small case, with another side's word at the border."""
    rows = list(csv.DictReader(io.StringIO(PLACES)))
    out = io.StringIO()
    table = csv.DictWriter(out, [*rows[0], "decides"], lineterminator="\n")
    table.writeheader()
    table.writerows(row | {"decides": "army" if row["supplies"] else ""} for row in rows)
    return out.getvalue()


def opened(folder, *claims, places=PLACES, text=NO_CUT, now=NOW, sealed=""):
    """A small case, live unless it is asked about years later; what is sealed stands in a file of its own."""
    claimed = text.replace("relations:\n", "".join(claims) + "relations:\n")
    files = {"claims/01-open.yml": claimed, "roads.csv": ROADS + "\n".join(MORE) + "\n", "places.csv": places}
    if sealed:
        files["claims/91-more.protected.yml"] = f"coder: tests\ndocuments: []\nclaims:\n{sealed}"
    return built_case(write_case(folder, files=files), now=now)


def outside(case, *, profile="public", now=NOW):
    """The clearance of an audience, and all findings on sieges that leave."""
    picture = case.picture(as_of=DAY, now=now)
    clearance = case.clearance(picture, profile=profile, now=now)
    return clearance, clearance.findings(siege(picture), analyses=("siege",)).findings


ROADS_OPEN = (state("north-road"), state("sea-road"), state("south-road"))


@pytest.mark.parametrize("profile", ["public", "partner"])
def test_connected_by_anothers_leave_says_that_how_much_passes_is_withheld(tmp_path, profile):
    _, found = outside(opened(tmp_path, *ROADS_OPEN, places=decided()), profile=profile)
    connected = [item for item in found if item.kind == "reach" and item.status == "connected"]

    assert connected
    assert [item.text for item in found if item.kind in ("reach", "besieged") and WITHHELD not in item.text] == []
    assert not [item for item in found if item.kind == "flow"]


def test_files_and_briefs_say_it_too(tmp_path):
    case = opened(tmp_path, *ROADS_OPEN, places=decided())
    clearance, _ = outside(case)
    layers = siege_layers(clearance, days=DAYS)
    shown = {"geojson": to_geojson(layers), "csv": to_csv(layers), "svg": to_svg(clearance, DAYS, width=4_000)}
    picture = case.picture(as_of=DAY, now=NOW)
    shown |= forms_of_brief(case.brief(picture, profile="public", now=NOW))

    assert [name for name, data in shown.items() if WITHHELD not in " ".join(data.decode().split())] == []


def test_on_the_users_machine_the_throughput_is_told(tmp_path):
    _, found = outside(opened(tmp_path, *ROADS_OPEN, places=decided()), profile="own")

    assert [item for item in found if item.kind == "flow"]
    assert not [item for item in found if WITHHELD in item.text]


def test_a_source_of_its_own_needs_no_caveat(tmp_path):
    _, found = outside(opened(tmp_path, *ROADS_OPEN))

    assert not [item for item in found if "goods pass only" in item.text]


def test_by_anothers_leave_one_road_and_two_look_alike(tmp_path):
    """What is withheld of the throughput does not tell how many roads are left."""

    def shown(folder, *states):
        case = opened(folder, *states, places=decided())
        clearance, _ = outside(case)
        picture = clearance.picture
        layers = siege_layers(clearance, days=DAYS)
        return plain(
            (
                clearance.findings(siege(picture), analyses=("siege",)),
                clearance.findings(watch(picture), analyses=(watch,)),
                clearance.findings(changes(picture, start=DAYS[0], end=DAYS[1]), analyses=(watch,)),
                (
                    layers.withheld,
                    layers.issues,
                    layers.about,
                    [dict(r.values) for layer in layers.layers for r in layer.rows],
                ),
            )
        )

    assert shown(tmp_path / "one", *ROADS_OPEN) == shown(tmp_path / "two", *ROADS_OPEN, state("west-road"))


# ------------------------------------------------------------------------------------------------- who is said to hold it


def fallen(since="2016-09-29", sensitivity="low"):
    return HOLDS.format(since=since, sensitivity=sensitivity)


@pytest.mark.parametrize("profile", ["public", "partner"])
def test_who_holds_it_now_leaves_a_live_case_in_no_caveat_and_no_count(tmp_path, profile):
    """The claim is two days old: with it and without it, what leaves is the same."""

    def shown(folder, *claims):
        case = opened(folder, *ROADS_OPEN, *claims, text=CLAIMS)
        clearance, _ = outside(case, profile=profile)
        picture = clearance.picture
        layers = siege_layers(clearance, days=DAYS)
        files = (
            layers.withheld,
            layers.about,
            to_svg(clearance, DAYS),
            [dict(r.values) for one in layers.layers for r in one.rows],
        )
        asked = clearance.findings(siege(picture), analyses=("siege",))
        over_time = clearance.findings(changes(picture, start=DAYS[0], end=DAYS[1]), analyses=(watch,))
        return (
            [item.to_json() for one in (asked, over_time) for item in one.findings],
            asked.withheld,
            over_time.withheld,
            files,
        )

    without, told = shown(tmp_path / "without"), shown(tmp_path / "told", fallen())
    assert held(opened(tmp_path / "own", *ROADS_OPEN, fallen(), text=CLAIMS).picture(as_of=DAY, now=NOW))
    assert told == without


def test_a_status_of_a_live_case_says_that_it_does_not_tell_who_holds_the_place(tmp_path):
    _, found = outside(opened(tmp_path, *ROADS_OPEN))
    gaps = [item.unknown for item in found if item.kind in ("reach", "besieged", "long_term")]

    assert gaps
    assert all(any(text.startswith("who holds it now") for text in unknown) for unknown in gaps)


def test_late_enough_it_leaves(tmp_path):
    """Told as a finding of its own, as late as all control; the sentence of the status stays as it is."""
    over = HOLDS.replace("{{since: {since}}}", "{{from: {since}, to: 2016-12-31}}")
    old = NOW + timedelta(days=200)
    case = opened(tmp_path, *ROADS_OPEN, over.format(since="2016-09-29", sensitivity="low"), now=old)
    _, found = outside(case, now=old)

    assert case.mode(now=old).live
    assert [item.message.id for item in found if item.kind == "held"] == ["held.by_other"]


@pytest.mark.parametrize(("sensitivity", "told"), [("low", True), ("high", False)])
def test_of_a_historical_case_the_caveat_leaves_with_its_claim(tmp_path, sensitivity, told):
    later = datetime.combine(DAY + timedelta(days=LIVE_DAYS + 400), time(12), tzinfo=NOW.tzinfo)
    said = fallen(sensitivity=sensitivity)
    case = opened(tmp_path, *ROADS_OPEN, *([said] if told else []), now=later, sealed="" if told else said)
    _, found = outside(case, now=later)
    texts = [item.text for item in found if "said to be held by" in item.text]

    assert held(case.picture(as_of=DAY, now=later))
    assert not case.mode(now=later).live
    assert bool(texts) is told
    # a status is not told without the caveat that goes with it
    assert bool([item for item in found if item.kind == "reach"]) is told


# ----------------------------------------------------------------------------------------------------------------- people


@pytest.mark.parametrize(("sensitivity", "told"), [("low", True), ("high", False)])
def test_people_leave_only_with_the_claims_that_they_rest_on(tmp_path, sensitivity, told):
    more = """\
  - kind: people
    subject: east
    predicate: lives
    quantity: {value: 60000, unit: family}
    happened: {on: 2016-09-20}
    said: 2016-09-20
    document: council-2016-09-30
    chain: [{council-office: compiler}]
    sensitivity: SENSITIVITY
"""
    counted = more.replace("SENSITIVITY", sensitivity)
    case = opened(tmp_path, *ROADS_OPEN, *([counted] if told else []), sealed="" if told else counted)
    own = [item.text for item in outside(case, profile="own")[1] if item.kind == "siege_people"]
    _, found = outside(case)
    said = [item.text for item in found if item.kind == "siege_people"]

    assert bool(said) is told
    assert all("60,000 families" in text for text in (*own, *said))
