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
