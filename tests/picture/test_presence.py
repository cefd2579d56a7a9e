"""The presence posterior: a model input that moves the right way, counts an origin once, and says what it owes to whom."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import Judgement, Link, Modality, Period, Role, Verdict
from castello.errors import WrongUse
from castello.picture.presence import likelihoods, posterior
from tests.picture import small

JULY_17 = date(2016, 7, 17)
WORDS = ("dominant", "significant", "small", "possible", "negligible", "denied")
WHO = ("sohr", "afp", "un-envoy", "analyst", "army-staff", "nusra-office")


def presence(word, who="sohr", *, day=JULY_17, place="east", **slots):
    return small.claim("presence", "nusra", word, place, happened=Period.day(day), who=who, **slots)


def of(folder, claims, *, party="nusra", place="east", judgements=(), as_of=JULY_17, **options):
    return posterior(
        small.picture(folder, claims, as_of=as_of, judgements=judgements), party=party, place=place, **options
    )


@pytest.mark.parametrize("name", sorted(likelihoods()))
def test_the_table_is_a_distribution_and_in_order(name):
    rows = likelihoods()[name]

    assert tuple(rows) == WORDS
    for column in (0, 1):
        assert math.isclose(math.fsum(row[column] for row in rows.values()), 1)
        assert all(0 < row[column] < 1 for row in rows.values())
    ratios = [rows[word][0] / rows[word][1] for word in WORDS]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[2] > 1 > ratios[4]


def test_without_a_claim_the_answer_is_the_prior(tmp_path):
    found = of(tmp_path, [], prior=0.3)

    assert found.p == pytest.approx(0.3)
    assert (found.by_claim, found.claims, dict(found.without)) == ((), (), {})


def test_a_worked_case(tmp_path):
    found = of(tmp_path, [presence("dominant"), presence("denied", "afp", day=JULY_17 - timedelta(days=60))])
    odds = (0.20 / 0.01) * (0.05 / 0.31) ** 0.5

    assert found.p == pytest.approx(odds / (1 + odds))
    assert found.without["afp"] == pytest.approx(20 / 21)
    assert [(item.origin, item.source_class, item.days) for item in found.by_claim] == [
        ("afp", "media", 60),
        ("sohr", "outside", 0),
    ]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("sohr", "outside"),
        ("afp", "media"),
        ("analyst", "outside"),
        ("un-envoy", "party"),
        ("army-staff", "party"),
        ("nusra-office", "own"),
        ("unknown", "unknown"),
    ],
)
def test_the_class_of_a_source(tmp_path, who, expected):
    assert of(tmp_path, [presence("small", who)]).by_claim[0].source_class == expected


def test_parties_of_one_side_are_allied(tmp_path):
    item = small.claim("presence", "zenki", "small", "east", happened=Period.day(JULY_17), who="shamiya-office")

    assert of(tmp_path, [item], party="zenki").by_claim[0].source_class == "allied"


def test_origins_that_are_the_same_count_once(tmp_path):
    pair = [presence("dominant"), presence("dominant", "afp")]
    for verdict, number in ((Verdict.SAME, 1), (Verdict.UNSURE, 1), (Verdict.DIFFERENT, 2)):
        judged = Judgement(about=("origin:afp", "origin:sohr"), verdict=verdict, by="a", dated=JULY_17, reason="wire")

        assert len(of(tmp_path / verdict.value, pair, judgements=[judged]).by_claim) == number


def test_unknown_speakers_are_one_origin(tmp_path):
    pair = [presence("small", "unknown", document=document) for document in ("one", "two")]

    assert [item.origin for item in of(tmp_path, pair).by_claim] == ["unknown"]


def test_an_origin_speaks_by_its_claim_nearest_to_the_day(tmp_path):
    old, new = presence("dominant", day=date(2016, 6, 1)), presence("negligible", day=date(2016, 7, 10))
    found = of(tmp_path, [old, new])

    assert [item.claim for item in found.by_claim] == [new.id]
    assert found.claims == tuple(sorted((old.id, new.id)))


def test_a_rejected_claim_does_not_count(tmp_path):
    item = presence("dominant")
    judged = Judgement(
        about=(item.id,), verdict=Verdict.REJECTED, by="a", dated=JULY_17, reason="withdrawn by its speaker"
    )

    assert of(tmp_path, [item], judgements=[judged]).p == pytest.approx(0.5)


def test_a_word_about_another_place_or_party_does_not_count(tmp_path):
    assert of(tmp_path, [presence("dominant", place="north")]).p == pytest.approx(0.5)


def test_an_open_end_reaches_to_the_day_it_was_said(tmp_path):
    since = small.claim("presence", "nusra", "small", "east", happened=date(2016, 5, 1), published=date(2016, 7, 7))

    assert [item.days for item in of(tmp_path, [since]).by_claim] == [10]


def test_a_negated_word_moves_the_other_way(tmp_path):
    assert of(tmp_path, [presence("dominant", modality=Modality.NEGATED)]).p < 0.5


def test_hedged_words_are_left_out(tmp_path):
    assert of(tmp_path, [presence("dominant", modality=Modality.POSSIBLE)]).by_claim == ()


def test_a_table_of_ones_own(tmp_path):
    flat = {name: dict.fromkeys(WORDS, (0.5, 0.5)) for name in likelihoods()}

    assert of(tmp_path, [presence("dominant")], table=flat).p == pytest.approx(0.5)


@pytest.mark.parametrize("options", [{"prior": 0}, {"prior": 1}, {"half_life_days": 0}])
def test_what_makes_no_sense_is_refused(tmp_path, options):
    with pytest.raises(WrongUse):
        of(tmp_path, [], **options)


STATEMENTS = st.lists(
    st.tuples(st.sampled_from(WHO), st.sampled_from(WORDS), st.integers(-120, 0)),
    max_size=4,
    unique_by=lambda row: row[0],
)


@settings(max_examples=12, deadline=None)
@given(rows=STATEMENTS, word=st.sampled_from(WORDS))
def test_it_moves_the_right_way(tmp_path_factory, rows, word):
    said = [presence(word_, who, day=JULY_17 + timedelta(days=days)) for who, word_, days in rows]
    more = presence(word, "unknown")
    copied = presence(
        word,
        "unknown",
        document="copy",
        chain=(Link(who="unknown", role=Role.WITNESS), Link(who="afp", role=Role.REPORTER)),
    )
    before = of(tmp_path_factory.mktemp("before"), said)
    after = of(tmp_path_factory.mktemp("after"), [*said, more])
    again = of(tmp_path_factory.mktemp("again"), [*said, more, copied])

    if word in ("dominant", "significant", "small"):
        assert after.p >= before.p
    if word in ("negligible", "denied"):
        assert after.p <= before.p
    assert again.p == pytest.approx(after.p)
    assert after.without["unknown"] == pytest.approx(before.p)
    assert after.low <= after.p <= after.high
    assert 0 < after.p < 1


@settings(max_examples=8, deadline=None)
@given(word=st.sampled_from(WORDS), days=st.integers(0, 200), more=st.integers(1, 200))
def test_an_older_word_weighs_less(tmp_path_factory, word, days, more):
    item = presence(word, day=date(2016, 1, 1), published=date(2016, 1, 1))
    near, far = (
        abs(of(tmp_path_factory.mktemp("age"), [item], as_of=date(2016, 1, 1) + timedelta(days=age)).p - 0.5)
        for age in (days, days + more)
    )

    assert far <= near
