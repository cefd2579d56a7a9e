"""Who stands with whom on a day, and which names are one party: stated, judged, and taken back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.claims import Claim, Judgement, Kind, Link, Modality, Period, Role, Verdict
from castello.parties import Identity, identity, ties_on

JULY_28 = date(2016, 7, 28)


def tie(subject, predicate, object, happened, modality=Modality.ASSERTED, *, who="analyst"):
    return Claim(
        kind=Kind.TIE,
        subject=subject,
        predicate=predicate,
        object=object,
        happened=happened,
        published=date(2017, 6, 1),
        document="report",
        chain=(Link(who=who, role=Role.PUBLISHER),),
        modality=modality,
        condition="if asked" if modality is Modality.CONDITIONAL else None,
    )


def judge(one, other, verdict, day=date(2016, 8, 1), by="analyst-1"):
    return Judgement(about=(f"party:{one}", f"party:{other}"), verdict=verdict, by=by, dated=day, reason="announced so")


def withdraw(row, day=date(2016, 9, 1)):
    return Judgement(about=(row.id,), verdict=Verdict.WITHDRAWN, by="analyst-2", dated=day, reason="not so")


SPELL = Period.days(date(2016, 2, 1), date(2016, 4, 30))
LATER = Period.days(date(2016, 6, 1), date(2016, 8, 31))
ZENKI = tie("zenki", "allied_with", "jan", SPELL)
ZENKI_AGAIN = tie("zenki", "allied_with", "jan", LATER, who="other")
RENAMED = tie("jan", "renamed_to", "jfs", Period.day(JULY_28))
MERGED = tie("jfs", "merged_into", "hts", Period.day(date(2017, 1, 28)))


# -------------------------------------------------------------------------------------------------------------- ties


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        (date(2016, 1, 31), None, None),
        (date(2016, 2, 1), date(2016, 2, 1), date(2016, 4, 30)),
        (date(2016, 4, 30), date(2016, 2, 1), date(2016, 4, 30)),
        (date(2016, 5, 15), None, None),
        (date(2016, 7, 1), date(2016, 6, 1), date(2016, 8, 31)),
    ],
)
def test_spells_are_never_joined_over_a_gap(day, since, until):
    found = ties_on([ZENKI, ZENKI_AGAIN], day)
    assert [(one.since, one.until, one.status) for one in found] == ([(since, until, "held")] if since else [])


def test_claims_of_one_tie_come_together_and_say_who_denies():
    open_end = tie("a", "allied_with", "b", Period.since(date(2016, 1, 1)))
    denied = tie("a", "allied_with", "b", Period.since(date(2016, 3, 1)), Modality.NEGATED)
    maybe = tie("a", "allied_with", "b", Period.since(date(2016, 1, 1)), Modality.LIKELY)
    (before,) = ties_on([denied, maybe, open_end], date(2016, 2, 1))
    assert (before.status, before.claims, before.hedged, before.negated) == ("held", (open_end.id,), (maybe.id,), ())
    (after,) = ties_on([denied, maybe, open_end], date(2016, 4, 1))
    assert (after.status, after.negated, after.until) == ("contested", (denied.id,), None)


@pytest.mark.parametrize(
    ("modality", "status"),
    [
        (Modality.ASSERTED, "held"),
        (Modality.NEGATED, "denied"),
        (Modality.LIKELY, "possible"),
        (Modality.POSSIBLE, "possible"),
        (Modality.UNLIKELY, "possible"),
        (Modality.CONDITIONAL, "possible"),
    ],
)
def test_status_of_one_claim(modality, status):
    (found,) = ties_on([tie("a", "opposes", "b", LATER, modality)], date(2016, 7, 1))
    assert found.status == status
    assert len(found.claims + found.negated + found.hedged) == 1


def test_what_held_on_some_day_only_possibly_holds_on_each():
    (found,) = ties_on(
        [tie("a", "member_of", "b", Period.between(date(2016, 7, 1), date(2016, 7, 9)))], date(2016, 7, 5)
    )
    assert (found.status, found.sure) == ("possible", False)


def test_a_renaming_lasts_from_its_day_on():
    assert ties_on([RENAMED], date(2016, 7, 27)) == ()
    (found,) = ties_on([RENAMED], date(2016, 12, 1))
    assert (found.status, found.since, found.until) == ("held", JULY_28, None)


def test_a_renaming_on_some_day_is_sure_from_the_last_of_them():
    claim = tie("a", "renamed_to", "b", Period.between(date(2016, 7, 1), date(2016, 7, 9)))
    assert [ties_on([claim], date(2016, 7, day))[0].status for day in (1, 8, 9, 20)] == ["possible"] * 2 + ["held"] * 2


def test_a_merger_that_was_undone_ends():
    claim = tie("a", "merged_into", "b", SPELL)
    assert ties_on([claim], date(2016, 4, 30))[0].status == "held"
    assert ties_on([claim], date(2016, 5, 1)) == ()


def test_a_renaming_without_a_known_day_has_no_beginning():
    (found,) = ties_on([tie("a", "renamed_to", "b", Period(maybe=(None, None)))], JULY_28)
    assert (found.since, found.status) == (None, "possible")


# ---------------------------------------------------------------------------------------------------------- identity


def test_a_party_alone_is_itself():
    assert identity("jan", [], judgements=[], day=JULY_28) == Identity(party="jan", same=("jan",), now=("jan",))


def test_a_renaming_makes_two_ids_one_from_its_day_on():
    assert identity("jan", [RENAMED], judgements=[], day=date(2016, 7, 27)).same == ("jan",)
    for party in ("jan", "jfs"):
        found = identity(party, [RENAMED], judgements=[], day=JULY_28)
        assert (found.same, found.now, found.claims) == (("jan", "jfs"), ("jfs",), (RENAMED.id,))


def test_a_merger_is_followed_but_is_not_the_same():
    found = identity("jan", [RENAMED, MERGED], judgements=[], day=date(2017, 2, 1))
    assert (found.same, found.now, found.merged_into) == (("jan", "jfs"), ("jfs",), ("hts",))
    assert found.claims == tuple(sorted((RENAMED.id, MERGED.id)))
    assert identity("hts", [RENAMED, MERGED], judgements=[], day=date(2017, 2, 1)).same == ("hts",)


def test_mergers_are_followed_step_by_step_through_new_names():
    chain = [
        tie("a", "merged_into", "b", Period.day(date(2016, 1, 1))),
        tie("b", "renamed_to", "c", Period.day(date(2016, 2, 1))),
        tie("c", "merged_into", "d", Period.day(date(2016, 3, 1))),
        tie("d", "merged_into", "a", Period.day(date(2016, 4, 1))),
    ]
    assert identity("a", chain, judgements=[], day=date(2016, 5, 1)).merged_into == ("b", "d")


def test_back_to_the_old_name():
    back = tie("jfs", "renamed_to", "jan", Period.day(date(2016, 10, 1)))
    assert identity("jan", [RENAMED, back], judgements=[], day=date(2016, 9, 1)).now == ("jfs",)
    assert identity("jan", [RENAMED, back], judgements=[], day=date(2016, 11, 1)).now == ("jan",)


def test_two_renamings_of_one_day_that_follow_each_other():
    second = tie("jfs", "renamed_to", "x", Period.day(JULY_28))
    assert identity("jan", [RENAMED, second], judgements=[], day=JULY_28).now == ("x",)


@pytest.mark.parametrize("modality", [Modality.NEGATED, Modality.POSSIBLE])
def test_a_doubtful_renaming_is_unsure(modality):
    claims = [tie("a", "renamed_to", "b", Period.day(JULY_28), modality, who="other")]
    if modality is Modality.NEGATED:
        claims.append(tie("a", "renamed_to", "b", Period.day(JULY_28)))
    found = identity("a", claims, judgements=[], day=JULY_28)
    assert (found.same, found.unsure, found.now) == (("a",), ("b",), ("a",))
    assert found.claims == tuple(sorted(claim.id for claim in claims))


def test_a_denied_renaming_alone_links_nothing():
    found = identity(
        "a", [tie("a", "renamed_to", "b", Period.day(JULY_28), Modality.NEGATED)], judgements=[], day=JULY_28
    )
    assert found == Identity(party="a", same=("a",), now=("a",))


def test_names_that_look_alike_are_not_the_same():
    allied = tie("ahrar", "allied_with", "ahrar-al-sham", LATER)
    assert identity("ahrar", [allied], judgements=[], day=date(2016, 7, 1)).same == ("ahrar",)


@pytest.mark.parametrize(
    ("verdict", "same", "unsure"),
    [
        (Verdict.SAME, ("jan", "jfs"), ()),
        (Verdict.DIFFERENT, ("jan",), ()),
        (Verdict.UNSURE, ("jan",), ("jfs",)),
    ],
)
@pytest.mark.parametrize("claims", [[], [RENAMED]])
def test_a_judgement_goes_before_claims(claims, verdict, same, unsure):
    row = judge("jfs", "jan", verdict)
    found = identity("jan", claims, judgements=[row], day=JULY_28)
    assert (found.same, found.unsure) == (same, unsure)
    assert found.judgements == (row.id,)


def test_a_judgement_acts_from_the_day_it_was_known():
    row = judge("jan", "jfs", Verdict.DIFFERENT, day=date(2016, 8, 5))
    assert identity("jan", [RENAMED], judgements=[row], day=JULY_28, known_by=date(2016, 8, 4)).same == ("jan", "jfs")
    assert identity("jan", [RENAMED], judgements=[row], day=JULY_28, known_by=date(2016, 8, 5)).same == ("jan",)


def test_withdrawing_restores_exactly():
    row = judge("jan", "jfs", Verdict.DIFFERENT)
    undone = withdraw(row)
    assert identity("jan", [RENAMED], judgements=[row, undone], day=JULY_28) == identity(
        "jan", [RENAMED], judgements=[], day=JULY_28
    )
    redone = withdraw(undone, date(2016, 10, 1))
    assert identity("jan", [RENAMED], judgements=[row, undone, redone], day=JULY_28) == identity(
        "jan", [RENAMED], judgements=[row], day=JULY_28
    )


def test_what_is_linked_and_judged_different_goes_to_review():
    rows = [judge("a", "b", Verdict.SAME), judge("b", "c", Verdict.SAME), judge("a", "c", Verdict.DIFFERENT)]
    for party in ("a", "b", "c"):
        found = identity(party, [], judgements=rows, day=JULY_28)
        assert found.conflicts == (("a", "c"),)
        assert found.same == (party,)
        assert found.unsure == tuple(sorted({"a", "b", "c"} - {party}))


def test_judgements_about_other_things_are_passed_over():
    row = Judgement(
        about=("origin:jan", "origin:jfs"), verdict=Verdict.SAME, by="x", dated=date(2016, 8, 1), reason="one outlet"
    )
    assert identity("jan", [], judgements=[row], day=JULY_28) == identity("jan", [], judgements=[], day=JULY_28)


PARTY = st.sampled_from("abcd")
CLAIMS = st.lists(
    st.builds(
        tie,
        PARTY,
        st.sampled_from(["renamed_to", "merged_into", "allied_with"]),
        PARTY,
        st.sampled_from([Period.day(date(2016, 3, 1)), Period.since(date(2016, 4, 1)), SPELL]),
        st.sampled_from([Modality.ASSERTED, Modality.NEGATED, Modality.POSSIBLE]),
    ),
    max_size=6,
)
ROWS = st.lists(
    st.builds(
        judge,
        PARTY,
        PARTY,
        st.sampled_from([Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE]),
        st.dates(date(2016, 3, 1), date(2016, 3, 5)),
    ),
    max_size=5,
)


@given(CLAIMS, ROWS, PARTY, st.dates(date(2016, 1, 1), date(2016, 6, 1)), st.randoms(use_true_random=False))
def test_identity_knows_no_order_and_everything_can_be_taken_back(claims, rows, party, day, rng):
    found = identity(party, claims, judgements=rows, day=day)
    assert identity(party, rng.sample(claims, len(claims)), judgements=rng.sample(rows, len(rows)), day=day) == found
    assert identity(party, claims + claims, judgements=rows + rows, day=day) == found
    undone = [withdraw(row) for row in rows]
    assert identity(party, claims, judgements=rows + undone, day=day) == identity(party, claims, judgements=[], day=day)
    assert party in found.same
    assert not set(found.same) & set(found.unsure)
    assert set(found.same).isdisjoint(found.merged_into)


@given(CLAIMS, ROWS, st.dates(date(2016, 1, 1), date(2016, 6, 1)))
def test_the_same_is_the_same_both_ways(claims, rows, day):
    found = {party: identity(party, claims, judgements=rows, day=day) for party in "abcd"}
    for one in found.values():
        for other in one.same:
            assert one.party in found[other].same
