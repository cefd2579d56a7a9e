"""PR-4, PR-6: what one protected claim decides is withheld; what is derived is as sensitive as its inputs."""

import re
from dataclasses import asdict, replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.analyses import NAMES, run
from castello.analyses.siege import changes, watch
from castello.briefs._decisive import NOT_SEEN
from castello.briefs.profile import Profile
from castello.briefs.siege_files import siege_layers
from castello.claims import Finding, Message, Sensitivity, most_sensitive
from tests.cases_for_tests import CLAIMS, NOW, ROADS
from tests.protection.cases import OTHER, SPEAKER, made, position, statement
from tests.protection.outputs import forms, strings

DAY = "2016-07-17"
MORE_PEOPLE = statement(
    """kind: people
    subject: east
    predicate: trapped
    quantity: {value: 417000, unit: person}
    happened: {on: 2016-07-17}"""
)
RICE = """kind: price
    subject: rice
    predicate: level
    object: east
    quantity: {value: 900, unit: SYP/kg}
    happened: {on: 2016-07-13}"""
ROAD_OPEN = statement(
    """kind: access
    subject: north-road
    predicate: open
    object: opposition
    happened: {since: 2016-07-17}
    said: 2016-07-17"""
)


def findings(case, profile, *, kind):
    """Findings of a kind as an audience gets them, and what was withheld."""
    picture = case.picture(as_of=DAY)
    name = {"people": "totals", "people_all": "totals"}.get(kind, "situation")
    cleared = case.clearance(picture, profile=profile, now=NOW).findings(case.analyse(name, picture), analyses=(name,))
    return [finding for finding in cleared.findings if finding.kind == kind], dict(cleared.withheld)


def test_a_figure_that_one_protected_claim_decides_stands_in_own_and_is_withheld_elsewhere(tmp_path):
    case = made(tmp_path / "case", MORE_PEOPLE)
    (own,), _ = findings(case, "own", kind="people")
    left, withheld = findings(case, "public", kind="people")

    assert own.high == 417000
    assert left == []
    assert withheld == {"people: a protected claim decides it": 1}


def test_the_figure_is_in_no_form_that_leaves(tmp_path):
    case = made(tmp_path / "case", MORE_PEOPLE)
    shown = forms(case, profile="public", as_of=DAY, now=NOW)
    findings_shown = {name: data for name, data in shown.items() if name != "claims"}

    # the claim itself may leave, with its speaker as a role: what must not is the sum that it alone moves
    assert [name for name, data in findings_shown.items() if re.search(rb"417[, ]?000", data)] == []


def test_a_finding_that_reads_the_same_without_any_protected_claim_leaves(tmp_path):
    same = MORE_PEOPLE.replace("{value: 417000, unit: person}", "{at_least: 300000, unit: person}")
    case = made(tmp_path / "case", same)
    (left,), _ = findings(case, "public", kind="people")
    (own,), _ = findings(case, "own", kind="people")

    assert (left.low, left.high) == (own.low, own.high)
    texts = " ".join(strings(left.to_json()["statements"]))
    assert "2016-07-17" not in texts.replace("2016-07-18", "")


def test_two_protected_speakers_who_only_together_decide_are_left_out_together(tmp_path):
    case = made(tmp_path / "case", statement(RICE), statement(RICE, who=OTHER))
    own, _ = findings(case, "own", kind="price")
    left, withheld = findings(case, "public", kind="price")

    assert [finding.text for finding in own if "900 SYP" in finding.text]
    assert [finding.text for finding in left if "900 SYP" in finding.text] == []
    assert withheld["price: a protected claim decides it"] == 1


def test_roads_map_timeline_and_changes_do_not_show_what_a_protected_claim_decides(tmp_path):
    with_it, without = made(tmp_path / "with", ROAD_OPEN), made(tmp_path / "without")

    def brief(case, profile):
        return asdict(case.brief(case.picture(as_of="2016-07-17"), profile=profile, now=NOW))

    shown, plain, own = brief(with_it, "public"), brief(without, "public"), brief(with_it, "own")
    road = {item["id"]: item["state"] for item in own["map"]["roads"]}
    rows = {(spell["row"], spell["reading"]) for spell in shown["timeline"]}

    assert road["north-road"] == "undecided"
    assert "north-road" not in {item["id"] for item in shown["map"]["roads"]}
    assert not rows
    assert plain["timeline"]
    assert not [line for line in shown["changes"] if line["kind"] in ("reach", "access")]


def test_presence_by_area_never_rests_on_a_protected_claim(tmp_path):
    secret = statement(
        """kind: presence
    subject: guests
    predicate: dominant
    object: hanano
    happened: {on: 2016-07}"""
    )
    case = made(tmp_path / "case", secret)
    picture = case.picture(as_of=DAY)
    for profile in ("public", "partner"):
        cleared = case.clearance(picture, profile=profile, now=NOW).findings(case.analyse("parties", picture))
        (presence,) = (finding for finding in cleared.findings if finding.kind == "presence")
        assert "dominant" not in presence.text
        assert dict(cleared.withheld)["claims behind presence: protected"] == 1


# ------------------------------------------------------------------------------------------------ beside a finding

MORE = (
    "south-road,South way,,,road,east,north,,",
    "sea-road,Sea way,,,road,north,border,,",
    "ridge-road,Ridge way,,,road,east,border,,",
)
KNOWN = """\
  - kind: access
    subject: {road}
    predicate: open
    object: opposition
    happened: {{since: 2016-05-01}}
    said: 2016-07-10
    document: council-2016-09-30
    chain: [{{agency: speaker}}]
"""
OPENED = "".join(KNOWN.format(road=road) for road in ("sea-road", "south-road")) + "relations:\n"
MORE_ROADS = {
    "claims/01-open.yml": CLAIMS.replace("relations:\n", OPENED),
    "roads.csv": ROADS + "\n".join(MORE) + "\n",
}
ACCESS = """kind: access
    subject: {road}
    predicate: {state}
    object: opposition
    happened: {{since: 2016-05-01}}
    said: 2016-07-16"""
SECRETS = {
    "another road open": (statement(ACCESS.format(road="ridge-road", state="open")),),
    "another road closed": (statement(ACCESS.format(road="ridge-road", state="closed")),),
    "the last road confirmed": (statement(ACCESS.format(road="south-road", state="open")),),
    "the last road denied": (statement(ACCESS.format(road="south-road", state="closed")),),
    "two speakers": tuple(
        statement(ACCESS.format(road=road, state="open"), who=who)
        for road, who in (("ridge-road", SPEAKER), ("south-road", OTHER))
    ),
    "more people": (MORE_PEOPLE,),
    "as many people": (MORE_PEOPLE.replace("{value: 417000, unit: person}", "{at_least: 300000, unit: person}"),),
    "aid": (
        statement(
            """kind: aid
    subject: wfp
    predicate: delivered
    object: east
    quantity: {value: 500, unit: t}
    happened: {on: 2016-07-16}"""
        ),
    ),
}


def all_that_leaves(folder, *secrets, day="2016-09-30"):
    """Every finding of every analysis as the public gets it, and the rows of a file; protected speakers are too few to be heard."""
    case = made(folder, *secrets, k=2, together=2, files=MORE_ROADS)
    picture = case.picture(as_of=day)
    clearance = case.clearance(picture, profile="public", now=NOW)
    days = (date(2016, 5, 1), date.fromisoformat(day))
    asked = (*NAMES, watch, partial(changes, start=days[0], end=days[1]))
    found = {}
    for analysis in asked:
        for finding in clearance.findings(run(analysis, picture), analyses=(analysis,)).findings:
            found[finding.id, finding.reading] = finding
    # ids are keyed case by case: back to those of the ledger
    ids = {clearance.id(claim.id): claim.id for claim in picture.claims()}
    rows = [
        (layer.name, {name: named(value, ids) if name in LISTED else value for name, value in row.values.items()})
        for layer in siege_layers(clearance, days=days).layers
        for row in layer.rows
    ]
    return found, rows


LISTED = ("claims", "against")
"""Columns that hold ids of claims."""


def named(value, ids):
    """The claims of a cell."""
    return {ids[id_] for id_ in (value or "").split(";") if id_}


def stands_in(row, other):
    """Whether a row tells nothing that the other does not tell."""
    (layer, values), (other_layer, others) = row, other
    return layer == other_layer and all(
        value <= others[name] if name in LISTED else value in (None, others[name]) for name, value in values.items()
    )


@pytest.fixture(scope="module")
def without_secrets(tmp_path_factory):
    return all_that_leaves(tmp_path_factory.mktemp("plain") / "case")


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_beside_a_finding_tells_what_a_withheld_claim_says(tmp_path, without_secrets, secret):
    plain, plain_rows = without_secrets
    found, rows = all_that_leaves(tmp_path / "case", *SECRETS[secret])

    assert found.keys() & plain.keys()
    for key in found.keys() - plain.keys():
        raise AssertionError(found[key].text)
    for key, finding in found.items():
        other = plain[key]
        extra = dict(other.extra)
        assert [name for name, value in finding.extra if name not in extra or extra[name] != value] == [], finding.text
        assert set(finding.unknown) <= {*other.unknown, NOT_SEEN}
        assert set(finding.claims) <= set(other.claims)
        assert set(finding.against) <= set(other.against)
        assert (finding.low, finding.high, finding.since, finding.status) == (
            other.low,
            other.high,
            other.since,
            other.status,
        )
    assert "2016-07-16" not in str(list(found.values()))
    assert "p1-" not in str(list(found.values()))
    assert [row for row in rows if not any(stands_in(row, other) for other in plain_rows)] == []


def test_that_an_enclave_is_connected_is_told_without_the_roads_that_a_protected_claim_adds(tmp_path, without_secrets):
    plain, _ = without_secrets
    (reach,) = (item for item in plain.values() if item.kind == "reach" and item.reading == "on_ground")
    assert {"routes", "roads", "flips"} <= dict(reach.extra).keys()
    found, _ = all_that_leaves(tmp_path / "case", *SECRETS["another road open"])
    (left,) = (item for item in found.values() if item.kind == "reach" and item.reading == "on_ground")

    # that it is connected is told; over which roads the protected claim alone says
    assert left.text == reach.text
    assert {"side", "sources"} <= dict(left.extra).keys()
    assert not {"routes", "roads", "flips"} & dict(left.extra).keys()


# -------------------------------------------------------------------------------------------------------- sensitivity

LEVELS = st.sampled_from(list(Sensitivity))


@given(st.recursive(LEVELS, lambda inner: st.lists(inner, min_size=1, max_size=4), max_leaves=12))
def test_what_is_derived_is_as_sensitive_as_its_most_sensitive_input(graph):
    def derived(node):
        return node if isinstance(node, Sensitivity) else most_sensitive(derived(item) for item in node)

    def leaves(node):
        return [node] if isinstance(node, Sensitivity) else [leaf for item in node for leaf in leaves(item)]

    assert derived(graph).rank == max(leaf.rank for leaf in leaves(graph))


@pytest.fixture(scope="module")
def sensitive(tmp_path_factory):
    """A case with protected claims of every level."""
    levels = [position(ref=level.value, sensitivity=level.value, said=f"proposition {level}") for level in Sensitivity]
    return made(tmp_path_factory.mktemp("levels") / "case", *levels)


@pytest.fixture(scope="module")
def rules(sensitive):
    """One picture of that case, its claims, and the rules of both audiences."""
    picture = sensitive.picture(as_of=DAY)
    audiences = [sensitive.clearance(picture, profile=name, now=NOW) for name in (Profile.PUBLIC, Profile.PARTNER)]
    return picture, sensitive.book.claims(), audiences


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_finding_is_as_sensitive_as_its_claims_and_leaves_only_below_the_limit(rules, data):
    picture, claims, audiences = rules
    behind = data.draw(st.lists(st.sampled_from(sorted(claims)), min_size=1, max_size=4, unique=True))
    level = picture.sensitivity(behind)
    finding = Finding(
        kind="siege", subject="east", message=Message(id="siege.no_claim"), text="", method="tests",
        claims=tuple(behind), unknown=("much",), sensitivity=level,
    )  # fmt: skip

    assert level is most_sensitive(claims[id_].sensitivity for id_ in behind)
    for clearance in audiences:
        left = clearance.findings([finding], analyses=())
        assert not left.findings or level.rank <= clearance.profile.limit.rank


def test_severe_never_leaves():
    assert Profile.PARTNER.limit.rank < Sensitivity.SEVERE.rank
    assert Profile.PUBLIC.limit.rank <= Profile.PARTNER.limit.rank


def test_every_finding_of_the_analyses_is_as_sensitive_as_its_claims(sensitive, demo):
    for case in (sensitive, demo):
        picture = case.picture(as_of=DAY)
        for name in ("situation", "totals", "parties"):
            for finding in case.analyse(name, picture):
                behind = picture.claims_by_id((*finding.claims, *finding.against)).values()
                assert finding.sensitivity.rank >= most_sensitive(claim.sensitivity for claim in behind).rank, (
                    finding.text
                )


def test_handling_stands_in_the_header_of_what_leaves(tmp_path):
    case = made(tmp_path / "case")
    picture = case.picture(as_of=DAY)

    assert case.header(picture, profile="public", now=NOW)["handling_purpose"] == "tests"
    assert dict(case.brief(picture, profile="public", now=NOW).facts)["purpose"] == "tests"


def test_a_signed_assessment_that_rests_on_what_is_withheld_stays(tmp_path):
    case = made(tmp_path / "case", position())
    (secret,) = (claim.id for claim, _ in case.book.opened())
    known = next(id_ for id_ in case.book.claims() if id_ != secret)
    sign = partial(
        case.assess, author="R. Analyst", confidence="low", because="of both", signed=date(2016, 7, 17), now=NOW
    )
    sign("It will hold.", rests_on=[known])
    sign("They were told.", rests_on=[known, secret])
    picture = case.picture(as_of=DAY)
    brief = case.brief(picture, profile="public", now=NOW)

    assert [item.text for item in brief.assessments] == ["It will hold."]
    assert dict(brief.withheld)["assessment: rests on what is withheld"] == 1
    assert len(case.brief(picture, now=NOW).assessments) == 2


def test_a_sensitive_finding_is_withheld_even_where_another_would_leave(sensitive):
    picture = sensitive.picture(as_of=DAY)
    (finding, *_) = (item for item in sensitive.analyse("situation", picture) if item.kind == "siege" or item.claims)
    levels = [replace(finding, sensitivity=level) for level in Sensitivity]
    kept = sensitive.clearance(picture, profile="public", now=NOW).findings(levels, analyses=())

    assert {item.sensitivity for item in kept.findings} <= {Sensitivity.LOW, Sensitivity.MODERATE}
    assert SPEAKER not in str(kept)
