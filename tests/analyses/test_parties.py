"""Ties, listings and presence as findings: by source, never ranked, never a property."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.analyses.parties import parties
from castello.claims import Judgement, Modality, Period, Reason, Sensitivity, Verdict
from tests.picture import small
from tests.picture.small import claim

JULY_17 = date(2016, 7, 17)


def told(folder, claims, *, as_of=JULY_17, judgements=()):
    return parties(small.picture(folder, claims, as_of=as_of, judgements=judgements))


def tie(subject, predicate, object, happened=date(2016, 5, 1), **slots):
    return claim("tie", subject, predicate, object, happened=happened, **slots)


def listing(body, listed, status, happened=date(2016, 5, 1), *, predicate="lists_as", **slots):
    return claim("listing", body, predicate, listed, happened=happened, also={"status": status}, **slots)


def presence(word, place, who="sohr", **slots):
    return claim("presence", "nusra", word, place, happened=Period.day(JULY_17), who=who, **slots)


# -------------------------------------------------------------------------------------------------------------- ties


def test_a_tie_with_its_claims_and_sides(tmp_path):
    said = tie("zenki", "opposes", "army")
    (found,) = told(tmp_path, [said])

    assert (found.kind, found.status, found.value, found.claims) == ("tie", "assessed", "opposes", (said.id,))
    assert found.text == "Nur al-Din al-Zenki opposes Syrian army."
    assert dict(found.extra)["sides"] == {"army": "government", "zenki": "opposition"}
    assert "one origin only" in found.unknown


def test_a_tie_that_is_denied_too_is_undecided(tmp_path):
    said, denied = (
        tie("zenki", "allied_with", "nusra"),
        tie("zenki", "allied_with", "nusra", who="afp", modality=Modality.NEGATED),
    )
    (found,) = told(tmp_path, [said, denied])

    assert (found.status, found.reason) == ("undecided", Reason.CONTRADICTION)
    assert (found.claims, found.against) == ((said.id,), (denied.id,))


@pytest.mark.parametrize(("day", "number"), [(date(2016, 7, 27), 0), (date(2016, 7, 28), 1), (date(2016, 12, 1), 1)])
def test_a_split_lasts_from_the_day_it_is_told_of(tmp_path, day, number):
    split = tie("nusra", "split_from", "un", Period.day(date(2016, 7, 28)))
    found = told(tmp_path, [split], as_of=day)

    assert [(item.status, item.since) for item in found] == [("assessed", date(2016, 7, 28))] * number


@pytest.mark.parametrize(
    ("modality", "reason"), [(Modality.NEGATED, Reason.NO_CLAIM), (Modality.POSSIBLE, Reason.TOO_IMPRECISE)]
)
def test_a_merger_that_is_denied_or_hedged_is_undecided(tmp_path, modality, reason):
    (found,) = told(tmp_path, [tie("zenki", "merged_into", "shamiya", modality=modality)])

    assert (found.status, found.reason) == ("undecided", reason)


def test_a_rejected_tie_does_not_stand(tmp_path):
    merged, opposed = tie("zenki", "merged_into", "shamiya"), tie("zenki", "opposes", "army")
    judged = [
        Judgement(about=(item.id,), verdict=Verdict.REJECTED, by="a", dated=JULY_17, reason="no")
        for item in (merged, opposed)
    ]
    (found,) = told(tmp_path, [merged, opposed], judgements=judged)

    assert (found.reason, found.against) == (Reason.NO_CLAIM, (opposed.id,))


# ---------------------------------------------------------------------------------------------------------- listings


def test_who_lists_whom_as_what_since_when(tmp_path):
    (found,) = told(tmp_path, [listing("un", "nusra", "terrorist group")])

    assert found.text == "United Nations has listed Jabhat al-Nusra as terrorist group since 1 May 2016."
    assert (found.subject, found.since) == ("un", date(2016, 5, 1))


def test_a_list_that_was_seen_on_a_day_may_be_older(tmp_path):
    seen = Period(maybe=(date(2016, 5, 1), None), sure=(date(2016, 5, 1), None), starts="no")
    (found,) = told(tmp_path, [listing("un", "nusra", "terrorist group", seen)])

    assert found.text == "United Nations has listed Jabhat al-Nusra as terrorist group since 1 May 2016 or before."
    assert dict(found.extra)["censored"] is True


def test_two_lists_of_one_body_do_not_contradict(tmp_path):
    (found,) = told(tmp_path, [listing("un", "nusra", "one list"), listing("un", "nusra", "other list")])

    assert found.status == "assessed"
    assert "as one list and as other list" in found.text


def test_listed_and_delisted_from_one_day_is_undecided(tmp_path):
    pair = [listing("un", "nusra", "a list"), listing("un", "nusra", "a list", predicate="delists", who="afp")]
    (found,) = told(tmp_path, pair)

    assert (found.status, found.reason) == ("undecided", Reason.CONTRADICTION)


def test_a_delisting_supersedes(tmp_path):
    (found,) = told(
        tmp_path,
        [listing("un", "nusra", "a list"), listing("un", "nusra", "a list", date(2016, 6, 1), predicate="delists")],
    )

    assert found.text == "United Nations no longer lists Jabhat al-Nusra as a list, since 1 June 2016."


def test_without_a_known_day_none_is_printed(tmp_path):
    always = Period(maybe=(None, None), sure=(None, None))
    (found,) = told(tmp_path, [listing("un", "nusra", "a list", always, published=JULY_17)])

    assert found.since is None
    assert found.text.endswith("since when is not known.")


def test_nobody_is_designated_without_a_listing(tmp_path):
    found = told(tmp_path, [tie("zenki", "opposes", "army"), presence("small", "east")])

    assert {item.kind for item in found} == {"tie", "presence"}
    assert not any("designated" in str(item.to_json()).lower() for item in found)


# ---------------------------------------------------------------------------------------------------------- presence


def test_presence_is_a_range_with_who_says_what(tmp_path):
    pair = [presence("dominant", "east", "army-staff"), presence("negligible", "east", "analyst")]
    (found,) = told(tmp_path, pair)

    assert (found.status, found.reason, found.value) == ("undecided", Reason.CONTRADICTION, None)
    assert "range over dominant, negligible; a range, not a position" in found.text
    rows = dict(found.extra)["statements"]
    assert {(row["origin"], row["answer"]) for row in rows} == {("army-staff", "dominant"), ("analyst", "negligible")}
    assert {row["claim"] for row in rows} == {item.id for item in pair}


def test_one_word_is_printed_as_said(tmp_path):
    (found,) = told(tmp_path, [presence("small", "east")])

    assert (found.status, found.place, found.value) == ("assessed", "east", "small")


def test_sensitivity_is_inherited(tmp_path):
    (found,) = told(tmp_path, [presence("small", "east", sensitivity=Sensitivity.MODERATE)])

    assert found.sensitivity is Sensitivity.MODERATE


@settings(max_examples=10, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["dominant", "significant", "small", "negligible", "denied"]), min_size=3, max_size=3
    )
)
def test_no_word_decides_the_order(tmp_path_factory, words):
    places = ["north", "border", "east"]
    found = told(
        tmp_path_factory.mktemp("order"), [presence(word, place) for word, place in zip(words, places, strict=True)]
    )

    assert [item.place for item in found] == sorted(places)


def test_ids_are_unique_and_stay_from_day_to_day(tmp_path):
    claims = [
        tie("zenki", "opposes", "army"),
        listing("un", "nusra", "a list"),
        presence("small", "east"),
        presence("small", "north"),
    ]
    one = told(tmp_path / "1", claims)
    other = told(tmp_path / "2", claims, as_of=JULY_17)

    assert len({item.id for item in one}) == len(one) == 4
    assert [item.to_json() for item in one] == [item.to_json() for item in other]


def test_an_empty_ledger_says_nothing(tmp_path):
    assert told(tmp_path, []) == ()
