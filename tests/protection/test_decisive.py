"""PR-4, PR-6: what one protected claim decides is withheld; what is derived is as sensitive as its inputs."""

from dataclasses import asdict, replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.briefs.profile import Profile
from castello.claims import Finding, Message, Sensitivity, most_sensitive
from tests.cases_for_tests import NOW
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
    assert [name for name, data in findings_shown.items() if b"417" in data] == []


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
