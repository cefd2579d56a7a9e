"""An enclave that another side is said to hold is not told as besieged without saying so."""

from datetime import date

import pytest

from castello.analyses.siege import changes, held, siege
from castello.cases.settings import Enclave
from castello.claims import Modality, Period
from tests.picture import small
from tests.picture.small import claim, road

START, DAY = date(2016, 5, 5), date(2016, 10, 15)
FALLEN = date(2016, 10, 1)


def picture(folder, *claims, as_of=DAY, **options):
    opened = [road("castello", "closed", date(2016, 7, 17)), road("trunk", "open", START)]
    return small.picture(folder, [*opened, *claims], as_of=as_of, **options)


def control(party, day=FALLEN, place="east", **slots):
    return claim("control", party, "holds", place, happened=day, **slots)


def test_it_is_told_with_what_to_do(tmp_path):
    found = siege(picture(tmp_path, control("army")))
    (told,) = [item for item in found if item.kind == "held"]

    assert told.text == (
        "Eastern Aleppo is said to be held by Syrian army since 1 October 2016, and is asked about as an enclave of Opposition: "
        "if it has fallen, set `to` in case.toml."
    )
    assert (told.message.id, told.since, len(told.claims)) == ("held.by_other", FALLEN, 1)


def test_no_status_stands_without_it(tmp_path):
    asked = picture(tmp_path, control("army"))
    told = [item for item in siege(asked) if item.kind in ("reach", "besieged", "long_term", "partial", "tier")]
    (said,) = held(asked)[0].claims

    assert told
    assert [item.text for item in told if "said to be held by another side" not in item.text] == []
    assert all(said in item.against for item in told)


def test_the_timeline_says_so_too(tmp_path):
    found = changes(picture(tmp_path, control("army")), start=START, end=DAY)

    assert [item.message.id for item in found if item.kind == "held"] == ["held.by_other"]


@pytest.mark.parametrize(
    "claims",
    [
        (),
        (control("opposition"),),
        (control("zenki"),),
        (control("army", place="north"),),
        (control("nusra"),),
        (control("army", modality=Modality.POSSIBLE),),
        (claim("control", "army", "contests", "east", happened=FALLEN),),
        (control("army", date(2016, 10, 20)),),
    ],
    ids=["nobody", "its side", "of its side", "elsewhere", "of no side", "perhaps", "contests", "later"],
)
def test_it_is_told_only_where_somebody_says_so(tmp_path, claims):
    assert held(picture(tmp_path, *claims)) == ()


def test_where_others_say_otherwise_it_is_contested(tmp_path):
    (told,) = held(picture(tmp_path, control("army"), control("zenki", who="afp")))

    assert (told.status, told.message.id, len(told.claims), len(told.against)) == ("undecided", "held.contested", 1, 1)


def test_without_a_known_day_none_is_told(tmp_path):
    (told,) = held(picture(tmp_path, control("army", Period(maybe=(None, None), sure=None), published=FALLEN)))

    assert (told.message.id, told.since) == ("held.by_other_undated", None)


def test_with_a_last_day_in_the_case_there_is_nothing_to_set(tmp_path):
    ended = (Enclave(id="east", side="opposition", end=DAY),)

    assert held(picture(tmp_path, control("army"), enclaves=ended)) == ()


def test_before_it_fell_nothing_is_told(tmp_path):
    asked = picture(tmp_path, control("army"), as_of=date(2016, 9, 1))

    assert held(asked) == ()
    assert held(asked.moved(days=40))
