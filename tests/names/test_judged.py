"""A resolution is a dated judgement, and taking it back restores what was."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.claims import InvalidClaim, Judgement, Verdict
from castello.names import NameIndex, Trail, resolution, resolve_with, standing, trail, verdicts

INDEX = NameIndex(
    [
        ("ramouseh", "Ramouseh"),
        ("ramouseh", "الراموسة"),
        ("ramouseh-road", "Ramouseh Road"),
        ("aleppo-city", "Aleppo"),
        ("aleppo-governorate", "Aleppo"),
    ],
    register="place",
)


def judge(text, key, day, verdict=Verdict.SAME, by="analyst-1"):
    return resolution(text, key, by=by, dated=date(2016, 8, day), reason="as on the map", verdict=verdict)


def withdraw(judgement, day, verdict=Verdict.WITHDRAWN):
    return Judgement(
        about=(judgement.id,), verdict=verdict, by="analyst-2", dated=date(2016, 8, day), reason="wrong map"
    )


def test_a_judged_name_comes_first():
    row = judge("Harb Bebsi", "place:ramouseh-road", 1)
    best = resolve_with(INDEX, "Harb Bebsi", judgements=[row])[0]
    assert (best.id, best.method, best.score, best.matched) == ("ramouseh-road", "judged", 1.0, "Harb Bebsi")
    assert (
        resolve_with(INDEX, "Ramouseh", judgements=[judge("Ramouseh", "place:ramouseh-road", 1)])[0].id
        == "ramouseh-road"
    )


def test_a_judgement_acts_from_its_day_on():
    row = judge("Aleppo", "place:aleppo-city", 5)
    before = resolve_with(INDEX, "Aleppo", judgements=[row], on=date(2016, 8, 4))
    assert before == INDEX.resolve("Aleppo")
    assert resolve_with(INDEX, "Aleppo", judgements=[row], on=date(2016, 8, 5))[0].method == "judged"


def test_different_leaves_an_entry_out():
    row = judge("Aleppo", "place:aleppo-governorate", 1, Verdict.DIFFERENT)
    assert [one.id for one in resolve_with(INDEX, "Aleppo", judgements=[row])] == ["aleppo-city"]


def test_spellings_that_fold_alike_are_one_name_and_others_are_not():
    row = judge("al-Ramla", "place:ramouseh", 1)
    assert resolve_with(INDEX, "AL RAMLA", judgements=[row])[0].method == "judged"
    assert all(one.method != "judged" for one in resolve_with(INDEX, "Ramla", judgements=[row]))


def test_the_latest_judgement_of_a_pair_stands():
    rows = [judge("Aleppo", "place:aleppo-city", 1), judge("Aleppo", "place:aleppo-city", 2, Verdict.DIFFERENT)]
    assert [one.id for one in resolve_with(INDEX, "Aleppo", judgements=rows)] == ["aleppo-governorate"]
    rows.append(judge("Aleppo", "place:aleppo-city", 3, Verdict.UNSURE))
    assert resolve_with(INDEX, "Aleppo", judgements=rows) == INDEX.resolve("Aleppo")


def test_judgements_of_one_day_that_disagree_decide_nothing():
    rows = [judge("Aleppo", "place:aleppo-city", 1), judge("Aleppo", "place:aleppo-city", 1, Verdict.DIFFERENT, by="b")]
    assert resolve_with(INDEX, "Aleppo", judgements=rows) == INDEX.resolve("Aleppo")


def test_two_entries_judged_the_same_both_come():
    rows = [judge("Aleppo", f"place:{id}", 1) for id in ("aleppo-city", "aleppo-governorate")]
    found = resolve_with(INDEX, "Aleppo", judgements=rows, limit=1)
    assert [(one.id, one.method) for one in found] == [("aleppo-city", "judged"), ("aleppo-governorate", "judged")]


@pytest.mark.parametrize("key", ["party:ramouseh", "place:nowhere", "ramouseh"])
def test_a_judgement_about_another_register_or_an_unknown_id_is_passed_over(key):
    assert resolve_with(INDEX, "Ramouseh", judgements=[judge("Ramouseh", key, 1)]) == INDEX.resolve("Ramouseh")


@pytest.mark.parametrize("verdict", [Verdict.WITHDRAWN, Verdict.RETRACTED])
def test_withdrawing_restores_exactly(verdict):
    row = judge("Aleppo", "place:aleppo-city", 1)
    undone = withdraw(row, 3, verdict)
    assert resolve_with(INDEX, "Aleppo", judgements=[row, undone]) == INDEX.resolve("Aleppo")
    assert resolve_with(INDEX, "Aleppo", judgements=[row, undone], on=date(2016, 8, 2))[0].method == "judged"
    redone = withdraw(undone, 4)
    assert resolve_with(INDEX, "Aleppo", judgements=[row, undone, redone]) == resolve_with(
        INDEX, "Aleppo", judgements=[row]
    )


def test_standing_is_in_order_of_days_and_without_repeats():
    rows = [judge("Aleppo", "place:aleppo-city", day) for day in (3, 1, 2)]
    assert [row.dated.day for row in standing([*rows, rows[0]])] == [1, 2, 3]


def test_verdicts_know_no_order_of_a_pair():
    one = Judgement(about=("a", "b"), verdict=Verdict.SAME, by="x", dated=date(2016, 8, 1), reason="r")
    other = Judgement(about=("b", "a"), verdict=Verdict.DIFFERENT, by="x", dated=date(2016, 8, 2), reason="r")
    assert verdicts([one, other]) == {frozenset({"a", "b"}): Verdict.DIFFERENT}
    assert verdicts([one, other], date(2016, 8, 1)) == {frozenset({"a", "b"}): Verdict.SAME}


def test_a_resolution_needs_a_reason():
    with pytest.raises(InvalidClaim, match="without a reason"):
        resolution("Aleppo", "place:aleppo-city", by="analyst-1", dated=date(2016, 8, 1), reason=" ")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["aleppo-city", "aleppo-governorate", "ramouseh"]),
            st.integers(1, 9),
            st.sampled_from([Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE]),
        ),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_judgements_does_not_matter_and_all_can_be_taken_back(rows, rng: random.Random):
    judgements = [judge("Aleppo", f"place:{id}", day, verdict) for id, day, verdict in rows]
    shuffled = rng.sample(judgements, len(judgements))
    assert resolve_with(INDEX, "Aleppo", judgements=shuffled) == resolve_with(INDEX, "Aleppo", judgements=judgements)
    undone = [withdraw(row, 10) for row in judgements]
    assert resolve_with(INDEX, "Aleppo", judgements=judgements + undone) == INDEX.resolve("Aleppo")


@pytest.mark.parametrize("text", ["حلب", "كاستيلو", "الشعار", "بستان القصر", "الراموسة", "  Sha\u2019ar ", "Ramousah"])
def test_the_trail_keeps_the_name_to_the_letter(text):
    row = judge(text, "place:ramouseh", 1)
    kept = trail(INDEX, text, judgements=[row, judge("other", "place:ramouseh", 1)])
    assert kept.text == text
    assert kept.chosen == ("ramouseh",)
    assert kept.judgements == (row.id,)
    assert kept.transliteration
    assert Trail.from_json(kept.to_json()) == kept


def test_the_trail_of_an_undecided_name_chooses_nobody():
    kept = trail(INDEX, "Ramousah")
    assert kept.chosen == () == kept.judgements
    assert (kept.script, kept.candidates[0].id) == ("latin", "ramouseh")
