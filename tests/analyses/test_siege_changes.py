"""Changes over a period: the lags are those of the whole record, whatever days are asked about. Worked by hand."""

from datetime import date

import pytest

from castello.analyses.siege import changes
from castello.claims import Period
from tests.picture import small
from tests.picture.small import claim, road

START, END = date(2016, 5, 5), date(2016, 12, 22)
FIRE, CUT, SAID = date(2016, 7, 7), date(2016, 7, 17), date(2016, 10, 5)
CLAIMS = [
    road("trunk", "open", START),
    road("castello", "open", START),
    road("castello", "fire_controlled", FIRE),
    road("castello", "closed", CUT),
    claim("listing", "un-ocha", "lists_as", "east", also={"status": "besieged"}, happened=SAID),
]


def lags(folder, claims, *, start=START, end=END):
    found = changes(small.picture(folder, claims, as_of=END), start=start, end=end)
    told = [item for item in found if item.kind == "siege_lag"]
    assert len({item.id for item in told}) == len(told)
    return [(dict(item.extra)["event"], item.reading, item.since, item.value) for item in told]


WHOLE = [
    ("cut", "by_fire", FIRE, 10),
    ("un-ocha", "by_fire", FIRE, 90),
    ("un-ocha", "on_ground", CUT, 80),
]


@pytest.mark.parametrize("start", [START, date(2016, 7, 6), FIRE, date(2016, 7, 10), CUT])
def test_lags_run_from_the_true_first_day(tmp_path, start):
    assert lags(tmp_path, CLAIMS, start=start) == WHOLE


def test_a_lag_is_told_where_it_ends(tmp_path):
    assert lags(tmp_path / "after", CLAIMS, start=date(2016, 7, 18)) == WHOLE[1:]
    assert lags(tmp_path / "before", CLAIMS, end=date(2016, 10, 4)) == WHOLE[:1]
    assert lags(tmp_path / "between", CLAIMS, start=date(2016, 7, 18), end=date(2016, 10, 4)) == []
    assert lags(tmp_path / "last", CLAIMS, start=SAID, end=SAID) == WHOLE[1:]


def test_a_cut_without_a_known_first_day_has_no_lag(tmp_path):
    always = [road("castello", "closed", Period(maybe=(None, None), sure=(None, None)), published=START), *CLAIMS[4:]]

    assert lags(tmp_path, [CLAIMS[0], *always]) == []


def test_two_cuts_of_one_time_of_fire_have_one_lag_each(tmp_path):
    again = [road("castello", "fire_controlled", date(2016, 8, 6)), road("castello", "closed", date(2016, 9, 4))]

    assert lags(tmp_path, [*CLAIMS, *again]) == [
        ("cut", "by_fire", FIRE, 10),
        ("un-ocha", "by_fire", FIRE, 90),
        ("un-ocha", "on_ground", CUT, 80),
        ("cut", "by_fire", FIRE, 59),
        ("un-ocha", "on_ground", date(2016, 9, 4), 31),
    ]


def test_the_claims_behind_both_days_are_named(tmp_path):
    found = changes(small.picture(tmp_path, CLAIMS, as_of=END), start=date(2016, 7, 18), end=END)
    [by_fire] = [item for item in found if item.kind == "siege_lag" and item.reading == "by_fire"]

    assert set(by_fire.claims) == {CLAIMS[2].id, CLAIMS[4].id}


def intervals(folder, claims, *, users="supply"):
    found = changes(small.picture(folder, claims, as_of=END), start=START, end=END, users=users)
    told = [item for item in found if item.kind == "siege_lag"]
    return [(dict(item.extra)["event"], item.since, item.value, item.low, item.high, item.text) for item in told]


SEEN_OPEN = road("castello", "open", Period.day(date(2016, 7, 20)), published=date(2016, 7, 20))


def test_a_lag_after_undecided_days_is_an_interval(tmp_path):
    again = road("castello", "closed", date(2016, 7, 25))
    told = intervals(tmp_path, [CLAIMS[0], CLAIMS[1], CLAIMS[3], SEEN_OPEN, again, CLAIMS[4]])

    # connected on 20 July, unknown from the 21st, closed from the 25th; 5 October is 72 days after the 25th
    assert [item[:5] for item in told if item[1] == date(2016, 7, 25)] == [
        ("un-ocha", date(2016, 7, 25), None, 72, 76),
    ] * 2
    assert told[-1][5] == (
        "Eastern Aleppo: 72 to 76 days from the cut on the ground between 21 July 2016 and 25 July 2016 until un ocha said so on 5 October 2016."
    )


def test_undecided_days_between_two_cuts_leave_the_older_beginning_open(tmp_path):
    """What was cut off, then unknown, then cut off again may have been so all the time."""
    told = date(2016, 8, 1)
    slots = {"published": told, "said": (told, date(2016, 8, 2))}
    shut = road("castello", "closed", CUT, **slots)
    open_ = road("castello", "open", Period.days(date(2016, 7, 20), date(2016, 7, 22)), who="afp", **slots)
    found = intervals(tmp_path, [*CLAIMS[:2], shut, open_, CLAIMS[4]])

    assert {item[1:5] for item in found if item[0] == "un-ocha"} == {
        (CUT, 80, 80, 80),
        (date(2016, 7, 23), None, 74, 80),
    }


def test_a_cut_that_was_there_when_somebody_first_looked_has_a_least_lag_only(tmp_path):
    seen = road("castello", "closed", Period(maybe=(CUT, None), sure=(CUT, None), starts="no"), published=CUT)
    told = intervals(tmp_path, [*CLAIMS[:3], seen, CLAIMS[4]])

    assert [item[:5] for item in told] == [
        ("cut", FIRE, 10, 10, 10),
        ("un-ocha", FIRE, 90, 90, 90),
        ("un-ocha", CUT, None, 80, None),
    ]
    assert "80 days or more from the cut on the ground on 17 July 2016 or before" in told[2][5]
