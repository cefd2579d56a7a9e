"""PR-5, PS-1 to PS-7: presence of any armed party leaves by area and late, and nothing has the shape of a target list."""

import argparse
import inspect
import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from castello import cli
from castello.claims import Kind
from castello.parties.register import PARTY_KINDS
from castello.picture.presence import posterior
from castello.places import PUBLIC_KINDS
from tests.cases_for_tests import CLAIMS, NOW, PARTIES, PLACES, built_case, write_case
from tests.house.rooms import PACKAGE, functions, modules
from tests.protection.outputs import forms, strings

ARMED = ("army", "fighters", "guests")
DOCUMENT = "  - {id: hanano-garrison, title: The Hanano garrison, publisher: paper, published: 2016-07-16, urls: ['https://example.org/Hanano-depot']}\n"


def presence(
    party: str, *, place: str = "hanano", word: str = "dominant", on: str = "2016-07-10, to: 2016-07-20"
) -> str:
    """A claim of presence with everything that must not leave."""
    return f"""\
  - kind: presence
    subject: {party}
    predicate: {word}
    object: {place}
    quantity: {{value: 77123, unit: fighter}}
    happened: {{from: {on}}}
    said: 2016-07-15
    document: hanano-garrison
    chain: [{{analyst: speaker}}]
    quote: "their post is in the school, 77123 of them"
    note: beside the mosque
    place_as_written: Masakin
    locator: {{page: 4}}
"""


def with_presence(folder, *claims, files=None):
    """The tiny case with claims of presence."""
    text = CLAIMS.replace("documents:\n", "documents:\n" + DOCUMENT, 1).replace(
        "relations:\n", "".join(claims) + "relations:\n"
    )
    return built_case(write_case(folder, files={"claims/01-open.yml": text} | (files or {})))


@pytest.fixture(scope="module")
def every_party(tmp_path_factory):
    """A case in which every armed party, the state included, is said to be in one neighbourhood."""
    return with_presence(tmp_path_factory.mktemp("parties") / "case", *(presence(party) for party in ARMED))


@pytest.fixture(scope="module")
def left(every_party):
    """What leaves of that case."""
    return forms(every_party, profile="public", as_of="2016-07-17", now=NOW)


@pytest.mark.parametrize("party", ARMED)
def test_presence_leaves_on_its_area_without_words_numbers_or_place(every_party, left, party):
    rows = [row for row in json.loads(left["claims"])[0] if row["kind"] == "presence" and row["subject"] == party]
    places = every_party.registers.places
    for row in rows:
        assert places.place(row["object"]).kind in PUBLIC_KINDS
        assert {"quote", "locator", "place_as_written", "quantity", "translation"} & row.keys() == set()
        assert "somewhere in the area" in row["text"]
    findings = [
        item for item in json.loads(left["parties"])[0] if item["kind"] == "presence" and item["subject"] == party
    ]

    assert rows
    assert [item["place"] for item in findings] == ["city"]
    assert "range over" in findings[0]["text"]
    assert {"statements", "low", "since"} & {key for key, value in findings[0].items() if value} == set()


@pytest.mark.parametrize(
    "secret", ["their post is in the school", "beside the mosque", "Masakin", "77123", "77,123", "depot", "garrison"]
)
def test_nothing_that_tells_the_place_is_in_any_form(left, secret):
    assert [name for name, data in left.items() if secret.encode() in data] == []


def test_the_neighbourhood_is_only_where_control_of_it_is_told(left):
    for name, data in left.items():
        if name in ("claims", "parties"):
            rows = [row for row in json.loads(data)[0] if row["kind"] == "presence"]
            assert not [text for text in strings(rows) if "hanano" in text.lower()], name


def test_own_sees_the_place_and_the_words(every_party):
    shown = forms(every_party, profile="own", as_of="2016-07-17", now=NOW)

    assert b"their post is in the school" in shown["claims"]
    assert b'"object": "hanano"' in shown["claims"]


def test_the_bundled_case_treats_every_armed_party_alike(demo):
    picture, places = demo.picture(), demo.registers.places
    own = {claim.id: claim for claim in picture.claims(kinds=[Kind.PRESENCE])}
    # every armed party of the register stands in the place of the group, states included, with every claim in turn
    parties = demo.registers.parties
    armed = [id_ for id_ in parties if parties[id_].kind in ("state", "armed_group", "coalition", "side")]
    clearance = demo.clearance(picture, profile="public", now=NOW)
    left = {claim.id: claim for claim in clearance.claims(own.values()).claims}

    assert len(armed) > 10
    for id_, claim in own.items():
        for party in armed:
            turned = replace(claim, subject=party, id="")
            (after,) = clearance.claims([turned]).claims or (None,)
            if id_ not in left:
                assert after is None
                continue
            assert after is not None
            assert places.place(str(after.object)).kind in PUBLIC_KINDS
            assert (after.quote, after.locator, after.place_as_written, after.translation) == (None,) * 4
            assert replace(after, subject=claim.subject, id=id_) == left[id_]


def test_every_presence_finding_of_the_bundled_case_is_by_area_and_in_the_order_of_places(demo):
    picture = demo.picture()
    cleared = demo.clearance(picture, profile="public", now=NOW).findings(demo.analyse("parties", picture))
    found = [(item.subject, item.place) for item in cleared.findings if item.kind == "presence"]

    assert found
    assert found == sorted(found)
    assert {demo.registers.places.place(str(place)).kind for _, place in found} <= set(PUBLIC_KINDS)


@pytest.mark.parametrize("party", ARMED)
@pytest.mark.parametrize(("days", "leaves"), [(13, False), (14, True)])
def test_in_a_live_case_presence_leaves_no_earlier_than_fourteen_days_late(every_party, party, days, leaves):
    first, last = date(2016, 7, 10), date(2016, 7, 20)
    clearance = every_party.clearance(every_party.picture(as_of="2016-12-31"), profile="partner", now=NOW)
    live = type(clearance)(
        picture=clearance.picture, profile=clearance.profile, live=True,
        today=last + timedelta(days=1 + days), vault=every_party.book.vault,
    )  # fmt: skip
    found = [
        claim
        for claim in live.listing(kinds=[Kind.PRESENCE]).claims
        if claim.subject == party and claim.happened.maybe[0] == first
    ]

    assert bool(found) is leaves


@pytest.mark.parametrize("place", ["north", "border"])
def test_presence_in_a_place_without_a_publication_area_is_withheld(tmp_path, place):
    case = with_presence(tmp_path / "case", presence("guests", place=place))
    cleared = case.clearance(case.picture(), profile="partner", now=NOW).listing(kinds=[Kind.PRESENCE])

    assert dict(cleared.withheld)["presence: no publication area for the place"] == 1


# ------------------------------------------------------------------------------------------------------------- filters


def test_a_filter_does_not_tell_which_neighbourhood_a_claim_is_from(every_party):
    clearance = every_party.clearance(every_party.picture(), profile="public", now=NOW)
    by_place = {
        place: clearance.listing(kinds=[Kind.PRESENCE], about=place) for place in ("city", "east", "hanano", "north")
    }

    assert len(by_place["city"].claims) >= len(ARMED)
    assert not by_place["hanano"].claims
    assert not by_place["east"].claims
    assert len({cleared.withheld for cleared in by_place.values()}) == 1


def test_the_command_line_filters_what_leaves(every_party, capsys):
    arguments = ["claims", "--case", str(every_party.folder), "--kind", "presence", "--json", "--about"]
    assert cli.main([*arguments, "hanano", "--profile", "public"]) == 0
    public = json.loads(capsys.readouterr().out)
    assert cli.main([*arguments, "hanano"]) == 0
    own = json.loads(capsys.readouterr().out)

    assert public["claims"] == []
    assert len(own["claims"]) == len(ARMED)


def test_the_order_of_what_leaves_says_nothing_about_strength_or_place(tmp_path):
    turned = (presence("guests"), presence("fighters", word="small"), presence("guests", word="denied", place="east"))
    one = with_presence(tmp_path / "one", *turned)
    two = with_presence(tmp_path / "two", *(text.replace("hanano\n", "east\n") for text in turned))

    def order(case):
        cleared = case.clearance(case.picture(), profile="public", now=NOW).findings(
            case.analyse("parties", case.picture())
        )
        return [(item.subject, item.place) for item in cleared.findings if item.kind == "presence"]

    assert order(one) == order(two) == sorted(order(one))


# -------------------------------------------------------------------------------------------- the shape of the surface

RANKING = re.compile(
    r"rank|sort|order_by|top_?n|score|strongest|weakest|most|least|best|worst|highest|lowest|threshold|where_|min_|max_|presence"
)


def options() -> list[str]:
    """Every option of every verb."""
    (verbs,) = (action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction))
    return [
        f"{verb} {name}"
        for verb, one in verbs.choices.items()
        for action in one._actions
        for name in (*action.option_strings, action.dest)
    ]


def test_no_option_of_any_verb_ranks_sorts_or_filters_places_by_presence():
    assert len(options()) > 50
    assert [name for name in options() if RANKING.search(name.partition(" ")[2])] == []


@pytest.mark.parametrize("room", ["analyses", "briefs", "desk", "picture.picture", "picture.presence", "picture.reach"])
def test_no_public_call_ranks_sorts_or_filters_places_by_presence(room):
    names = [name for name in modules() if name.startswith(f"castello.{room}")]
    taken = [
        f"{name}({parameter})"
        for module in names
        for name, function in functions(module)
        for parameter in inspect.signature(function).parameters
        if RANKING.search(parameter)
    ]

    assert names
    assert taken == []


def test_no_call_turns_the_question_round():
    asked = re.compile(r"where|find_place|places_with|hotspot|target|rank|weak_spot")
    found = [name for module in modules() if module != "castello.picture.telling" for name, _ in functions(module)]

    assert [name for name in found if asked.search(name.rpartition(".")[2].lower())] == []


def test_the_probability_of_presence_is_computed_for_one_party_and_place_and_shown_by_nobody():
    assert {"party", "place"} <= inspect.signature(posterior).parameters.keys()
    readers = [path for path in PACKAGE.rglob("*.py") if "picture.presence" in path.read_text(encoding="utf-8")]
    assert [path.name for path in readers if "picture" not in path.parts] == []


def test_no_row_of_an_export_holds_presence_beside_people_or_harm(left):
    people = {"people", "population", "harm_low", "harm_best", "harm_high", "killed", "injured", "persons"}
    for name in ("claims", "situation", "totals", "parties"):
        for row in json.loads(left[name])[0]:
            if row["kind"] == "presence":
                assert people & set(strings(row)) == set()
                assert row.get("unit") is None
            else:
                assert not {"dominant", "significant", "negligible"} & set(strings(row))


def test_the_map_has_no_presence_and_no_points_of_shelters_crossings_or_junctions(tmp_path):
    places = "school,School of the north,,,facility,east,,36.211,37.181,,,\ngate,Northern gate,,,crossing,east,,36.2222,37.1888,,,\n"
    claims = """\
  - kind: event
    subject: army
    predicate: attack.air
    place: school
    happened: {on: 2016-07-15}
    document: wire-2016-07-17
    chain: [{wire: reporter}]
  - kind: casualty
    subject: army
    predicate: killed
    object: civilians
    place: gate
    quantity: {value: 3, unit: person}
    happened: {on: 2016-07-15}
    document: wire-2016-07-17
    chain: [{wire: reporter}]
"""
    case = with_presence(tmp_path / "case", claims, presence("guests"), files={"places.csv": PLACES + places})
    shown = forms(case, profile="public", as_of="2016-07-17", now=NOW)
    drawn = json.loads(shown["json"])["map"]

    assert {"school", "gate", "north"} & {place["id"] for place in drawn["places"]} == set()
    assert not {"guests"} & {place["control"] for place in drawn["places"]}
    assert b"School of the north" in shown["md"]  # the event is told, in words
    for coordinate in (b"36.211", b"37.181", b"36.2222", b"37.1888"):
        assert not [name for name, data in shown.items() if coordinate in data]


def test_the_register_knows_no_persons():
    assert not {"person", "individual", "leader", "commander", "fighter"} & set(PARTY_KINDS)
    assert "person" not in PARTIES


def test_no_row_of_an_export_is_keyed_by_a_protected_speaker_or_a_person(demo):
    picture = demo.picture()
    for claim in demo.clearance(picture, profile="public", now=NOW).listing(kinds=[Kind.PRESENCE, Kind.TIE]).claims:
        assert claim.subject in demo.registers.parties
        assert demo.registers.parties[claim.subject].kind in PARTY_KINDS
