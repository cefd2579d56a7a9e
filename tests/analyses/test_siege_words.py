"""What stands in the sentences of a siege: whose passage, what the people rest on, who calls it besieged, one day and two days."""

from datetime import date, timedelta

import pytest

from castello.analyses.siege import changes, derived, siege, watch
from castello.analyses.siege._listed import calls, listings
from castello.cases.siege_lists import SiegeList, problem_with, siege_list
from castello.claims import Modality, Period, Quantity
from tests.picture import small
from tests.picture.small import claim, road

START, DAY = date(2016, 5, 5), date(2016, 7, 17)


def picture(folder, *claims, as_of=DAY, **options):
    return small.picture(folder, claims, as_of=as_of, **options)


def people(value, unit="person", day=DAY, who="sohr", predicate="lives", **slots):
    return claim(
        "people",
        "east",
        predicate,
        happened=Period.day(day),
        who=who,
        quantity=Quantity(value=value, unit=unit),
        **slots,
    )


def besieged(who="sohr", day=DAY, predicate="besieges", definition=None, **slots):
    also = {} if definition is None else {"definition": definition}
    return claim("siege", "army", predicate, "east", happened=day, who=who, also=also, **slots)


# ------------------------------------------------------------------------------------------------------------- users


def test_whose_passage_was_asked_about_stands_in_every_sentence(tmp_path):
    states = [
        claim("access", name, "open", "opposition", happened=START, also={"users": "civilian"})
        for name in ("castello", "trunk")
    ]
    cut = claim("access", "castello", "closed", "opposition", happened=date(2016, 7, 1), also={"users": "civilian"})
    asked = picture(tmp_path, *states, cut, people(5_000))
    before = picture(tmp_path / "before", *states, people(5_000, day=START), as_of=date(2016, 6, 1))
    found = [
        *siege(asked, users="civilian"),
        *siege(before, users="civilian"),
        *watch(before, users="civilian"),
        *changes(asked, start=START, end=DAY, users="civilian"),
    ]
    about_roads = [item for item in found if item.kind not in ("listed", "siege_people", "flow")]

    assert {"reach", "last_road", "reopening", "besieged", "partial", "long_term", "tier", "watch", "siege_spell"} <= {
        item.kind for item in about_roads
    }
    assert [item.text for item in about_roads if "(civilian traffic)" not in item.text] == []
    assert not [item for item in siege(asked) if "traffic)" in item.text]


def test_groups_without_a_name_say_whose_passage_too(tmp_path):
    states = [
        claim("access", n, "closed", "opposition", happened=START, also={"users": "foot"})
        for n in ("castello", "trunk")
    ]
    asked = picture(tmp_path, *states, people(5_000), enclaves=small.ENCLAVE_OF_NOBODY)
    found = derived(asked, start=START, end=DAY, users="foot")

    assert found
    assert [item.text for item in found if "(people on foot)" not in item.text] == []


# ------------------------------------------------------------------------------------------------------------ people


def told(folder, *claims, as_of=DAY):
    found = [item for item in siege(picture(folder, *claims, as_of=as_of)) if item.kind == "siege_people"]
    return found[0] if found else None


def test_nobody_counted_is_no_finding(tmp_path):
    assert told(tmp_path) is None


def test_families_are_told_with_the_size_that_is_assumed(tmp_path):
    found = told(tmp_path, people(64_000, "family"))

    assert (found.low, found.high) == (256_000, 448_000)
    assert "64,000 families among them, counted at 4 to 7 persons each (our assumption)" in found.text


def test_persons_rest_on_no_assumption(tmp_path):
    found = told(tmp_path, people(1_000))

    assert found.text == "Eastern Aleppo: 1,000 people, by one independent origin."
    assert dict(found.extra)["persons_per_family"] is None


@pytest.mark.parametrize(("days", "said"), [(14, False), (15, True)])
def test_an_old_figure_says_its_day(tmp_path, days, said):
    found = told(tmp_path, people(1_000, day=DAY - timedelta(days=days)))

    assert ("the oldest figure in it speaks of" in found.text) is said


def test_who_left_since_is_named_and_not_subtracted(tmp_path):
    old = people(1_000, day=date(2016, 6, 1))
    left = people(300, day=date(2016, 7, 1), predicate="evacuated")
    before = people(200, day=date(2016, 5, 20), predicate="evacuated", who="afp")
    found = told(tmp_path, old, left, before)

    assert (found.low, found.high) == (1_000, 1_000)
    assert dict(found.extra)["flows_since"] == [left.id]
    assert left.id in found.against


# ------------------------------------------------------------------------------------------------------------- lists


def test_who_calls_it_besieged_is_told_under_his_own_words(tmp_path):
    said = [
        besieged("un-envoy", date(2016, 7, 10), definition="de facto besieged"),
        besieged("sohr", date(2016, 7, 12)),
    ]
    found = [item for item in siege(picture(tmp_path, *said)) if item.message.id == "listed.called"]

    assert [item.text for item in found] == [
        "UN envoy called Eastern Aleppo besieged (de facto besieged), first on 10 July 2016; that is no entry on a list.",
        "SOHR called Eastern Aleppo besieged, first on 12 July 2016; that is no entry on a list.",
    ]
    assert {item.kind for item in found} == {"listed"}


def test_a_call_is_told_once_with_what_denies_it(tmp_path):
    again = [besieged(day=date(2016, 7, 1)), besieged(day=date(2016, 7, 9)), besieged("afp", modality=Modality.NEGATED)]
    (call,) = calls(picture(tmp_path, *again), place="east")

    assert (call.first_said, call.last_said) == (date(2016, 7, 1), date(2016, 7, 9))
    assert (len(call.claims), len(call.against)) == (2, 1)


def test_words_of_a_list_are_no_call(tmp_path):
    asked = picture(tmp_path, besieged("un-envoy", definition="un-besieged"))

    assert calls(asked, place="east") == ()


def test_a_case_may_name_its_own_lists(tmp_path):
    own = siege_list({"body": "sohr", "status": "Besieged", "definitions": ["sohr-besieged"], "always": True})
    asked = picture(tmp_path, besieged(definition="sohr-besieged"))
    (listing, figure) = listings(asked, place="east", lists=[own])

    assert own == SiegeList(
        name="sohr-besieged",
        body="sohr",
        status="besieged",
        speakers=("sohr",),
        definitions=("sohr-besieged",),
        always=True,
    )
    assert (listing.form, listing.listed, figure.listed) == ("wording", True, False)
    assert calls(asked, place="east", lists=[own]) == ()
    assert len(calls(asked, place="east")) == 1


@pytest.mark.parametrize(
    "item",
    [
        "un-ocha",
        {"body": "un-ocha", "status": "besieged"},
        {"body": "", "status": "besieged", "definitions": ["x"]},
        {"body": "un-ocha", "status": "besieged", "definitions": []},
        {"body": "un-ocha", "status": "besieged", "definitions": [1]},
        {"body": "un-ocha", "status": "besieged", "definitions": ["x"], "always": "yes"},
        {"body": "un-ocha", "status": "besieged", "definitions": ["x"], "colour": "red"},
    ],
)
def test_a_wrong_list_is_told(item):
    assert problem_with(item)


# ----------------------------------------------------------------------------------------------------------- singular


def test_one_day_is_one_day(tmp_path):
    states = [road("trunk", "open", START), road("castello", "open", START)]
    shut = [road("castello", "closed", Period.day(date(2016, 6, 1))), road("castello", "open", date(2016, 6, 2))]
    found = changes(picture(tmp_path, *states, *shut), start=date(2016, 6, 1), end=date(2016, 6, 1))
    texts = [item.text for item in found if item.kind == "siege_spell"]

    assert texts
    assert all("1 day" in text and "1 days" not in text for text in texts)
