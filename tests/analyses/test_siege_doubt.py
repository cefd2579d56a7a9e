"""How likely a place is connected where sources contradict each other, and which single claim turns the answer: by hand."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, cast

import pytest

from castello.analyses.siege._doubt import EXACT_ROADS, chance, flips
from castello.analyses.siege._enclave import enclaves_on
from castello.cases.maps import Maps
from castello.claims import Judgement, Modality, Period, Verdict
from castello.picture import Picture
from castello.picture.reach import reach
from castello.places import Place, Road
from castello.places.network import RoadNetwork
from tests.picture import small
from tests.picture.small import road

DAY, START = date(2016, 7, 10), date(2016, 5, 5)
IN_JULY = Period.days(date(2016, 7, 1), date(2016, 7, 31))
TRUNK = road("trunk", "open", START)


def said(name, state, who):
    return road(name, state, IN_JULY, who=who, published=date(2016, 8, 1))


def enclave(folder, claims, **options):
    picture = small.picture(folder, claims, as_of=DAY, **options)
    (found,) = enclaves_on(picture, users="supply")
    return found, picture


def test_two_against_one_is_two_thirds(tmp_path):
    claims = [said("castello", "open", "sohr"), said("castello", "open", "afp"), said("castello", "closed", "analyst")]
    found = chance(enclave(tmp_path, [TRUNK, *claims])[0], "on_ground")

    assert (found.low, found.high) == pytest.approx((2 / 3, 2 / 3), abs=1e-6)
    assert found.roads == (("castello", 0.6667),)
    assert found.draws is None


def test_a_dispute_that_comes_to_the_same_is_none(tmp_path):
    claims = [said("castello", "open", "sohr"), said("castello", "fire_controlled", "afp")]
    found, _ = enclave(tmp_path, [TRUNK, *claims])

    assert chance(found, "on_ground").roads == ()
    assert (chance(found, "on_ground").low, chance(found, "by_fire").low) == (1.0, 0.5)


def test_a_road_of_which_nobody_speaks_gives_the_bounds(tmp_path):
    found = chance(enclave(tmp_path, [TRUNK])[0], "on_ground")

    assert (found.low, found.high, found.roads) == (0.0, 1.0, ())


def test_many_roads_are_drawn_and_come_near_the_exact_figure(tmp_path):
    roads = [
        Road(id=f"way-{n}", cls="road", name_en=f"Way {n}", start="east", end="north") for n in range(EXACT_ROADS + 1)
    ]
    claims = [said(item.id, state, who) for item in roads for state, who in (("open", "sohr"), ("closed", "afp"))]
    found, _ = enclave(tmp_path, [TRUNK, *claims], roads=(*small.ROADS[1:], *roads))
    drawn = chance(found, "on_ground", draws=4000)

    assert drawn.draws == 4000
    assert drawn.low == drawn.high == pytest.approx(1 - 0.5 ** len(roads), abs=0.005)
    assert chance(found, "on_ground", draws=4000) == drawn


def test_exact_figures_are_those_of_all_combinations(tmp_path):
    """Two parallel roads with odds 1/2 and 2/3, then one with 1/2 in series."""
    twin = Road(id="twin", cls="road", name_en="Twin", start="east", end="north")
    claims = [
        said("castello", "open", "sohr"), said("castello", "closed", "afp"),
        said("twin", "open", "sohr"), said("twin", "open", "afp"), said("twin", "closed", "analyst"),
        said("trunk", "open", "sohr"), said("trunk", "closed", "afp"),
    ]  # fmt: skip
    found = chance(enclave(tmp_path, claims, roads=(*small.ROADS, twin))[0], "on_ground")
    by_hand = sum(
        (1 / 2) * (2 / 3 if two else 1 / 3) * (1 / 2)
        for one, two, three in product((0, 1), repeat=3)
        if (one or two) and three
    )

    assert found.low == found.high == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_pieces_of_one_road_are_one_draw(tmp_path, pieces):
    """A road on the map in several pieces, one after another: in one state all of them."""
    lat = [36 + 0.1 * n for n in range(pieces + 1)]
    network = RoadNetwork.from_parts(
        node_ids=[f"n{n}" for n in range(pieces + 1)], lat=lat, lon=[37.0] * (pieces + 1),
        edge_ids=[f"e{n}" for n in range(pieces)], start=range(pieces), end=range(1, pieces + 1),
        names=["Castello Road"] * pieces,
    )  # fmt: skip
    places = (
        Place(id="east", kind="part", name_en="East", lat=lat[0], lon=37.0),
        Place(id="border", kind="area", name_en="Border", supplies=("opposition",), lat=lat[-1], lon=37.0),
    )
    road_ = Road(id="castello", cls="road", name_en="Castello Road", start="east", end="border")
    claims = [said("castello", "open", "sohr"), said("castello", "closed", "afp")]
    _, plain = enclave(tmp_path, claims, places=places, roads=(road_,))
    maps = cast("Any", Maps(tmp_path))
    maps.__dict__ |= {"network": network, "areas": None}
    drawn = Picture(book=plain.book, registers=replace(plain.registers, maps=maps), as_of=DAY)
    (found,) = enclaves_on(drawn, users="supply")

    assert found.roads.edges == pieces
    assert chance(found, "on_ground").low == chance(found, "on_ground").high == 0.5
    assert chance(found, "on_ground").roads == (("castello", 0.5),)


@pytest.mark.parametrize(
    ("state", "shares"),
    # on the ground, by fire
    [("open", (0.5, 0.5)), ("fire_controlled", (0.5, 0.5)), ("closed", (0.5, 0.5))],
)
def test_a_denial_counts_against_its_answer(tmp_path, state, shares):
    denial = road("castello", state, IN_JULY, who="afp", published=date(2016, 8, 1), modality=Modality.NEGATED)
    found, _ = enclave(tmp_path, [TRUNK, said("castello", state, "sohr"), denial])

    assert found.reach("on_ground").status == "undecided"
    assert (chance(found, "on_ground").low, chance(found, "by_fire").low) == shares


def test_a_rejected_denial_counts_for_nothing(tmp_path):
    denial = road("castello", "open", IN_JULY, who="afp", published=date(2016, 8, 1), modality=Modality.NEGATED)
    claims = [TRUNK, said("castello", "open", "sohr"), said("castello", "closed", "analyst"), denial]
    verdict = Judgement(about=(denial.id,), verdict=Verdict.REJECTED, by="a", dated=date(2016, 8, 2), reason="misread")

    assert chance(enclave(tmp_path / "stands", claims)[0], "on_ground").low == pytest.approx(1 / 3, abs=1e-6)
    assert chance(enclave(tmp_path / "rejected", claims, judgements=[verdict])[0], "on_ground").low == 0.5


def test_origins_that_were_judged_the_same_count_once(tmp_path):
    claims = [said("castello", "open", "sohr"), said("castello", "open", "afp"), said("castello", "closed", "analyst")]
    pair = ("origin:afp", "origin:sohr")
    same, unsure = (
        Judgement(about=pair, verdict=verdict, by="a", dated=date(2016, 8, 2), reason="one wire")
        for verdict in (Verdict.SAME, Verdict.UNSURE)
    )

    assert chance(enclave(tmp_path / "same", [TRUNK, *claims], judgements=[same])[0], "on_ground").low == 0.5
    # what is not sure is not joined
    found, _ = enclave(tmp_path / "unsure", [TRUNK, *claims], judgements=[unsure])
    assert chance(found, "on_ground").low == pytest.approx(2 / 3, abs=1e-6)


def test_one_word_that_only_may_hold_is_no_dispute(tmp_path):
    perhaps = Period.between(date(2016, 7, 1), date(2016, 7, 31))
    found, _ = enclave(tmp_path, [TRUNK, road("castello", "open", perhaps)])

    assert found.reach("on_ground").status == "undecided"
    assert (chance(found, "on_ground").low, chance(found, "on_ground").high) == (0, 1)


def test_the_claim_that_turns_the_answer_is_named(tmp_path):
    closed = road("castello", "closed", START)
    found, _ = enclave(tmp_path, [TRUNK, closed])

    assert found.reach("on_ground").status == "cut"
    assert flips(found, "on_ground") == ((closed.id, "undecided"),)


def test_no_claim_turns_what_two_say(tmp_path):
    claims = [TRUNK, road("castello", "closed", START), road("castello", "closed", START, who="afp")]

    assert flips(enclave(tmp_path, claims)[0], "on_ground") == ()


def test_leaving_a_claim_out_gives_what_the_picture_says_without_it(tmp_path):
    claims = [
        TRUNK,
        road("castello", "open", START),
        road("castello", "closed", date(2016, 7, 1)),
        said("trunk", "closed", "afp"),
    ]
    found, picture = enclave(tmp_path, claims)
    for reading in ("by_fire", "on_ground"):
        now = found.reach(reading).status
        by_leaving_out = {
            claim.id: item.status
            for claim in claims
            for item in reach(picture.without(claims=[claim.id]))
            if item.reading == reading and item.status != now
        }
        assert dict(flips(found, reading)) == by_leaving_out
