"""A spell that rests on first sightings may be older than its first day, and says so."""

from datetime import date

from castello.analyses import run
from castello.analyses.siege import changes
from castello.claims import Period
from tests.picture import small
from tests.picture.small import road

JULY_17 = date(2016, 7, 17)
START = date(2016, 5, 5)
SIGHTED = Period(maybe=(START, None), sure=(START, None), starts="no")


def reach(folder, claims):
    return [item for item in run("siege", small.picture(folder, claims, as_of=JULY_17)) if item.kind == "reach"]


def test_reach_that_rests_on_a_first_sighting_is_censored(tmp_path):
    first = [road("castello", "open", SIGHTED), road("trunk", "open", date(2016, 3, 1))]
    cut = [*first, road("castello", "closed", JULY_17)]
    shut = [road("castello", "closed", SIGHTED), *first[1:]]

    connected = reach(tmp_path / "1", first)
    known = reach(tmp_path / "2", cut)
    long = reach(tmp_path / "3", shut)

    assert all("since 5 May 2016 or before" in item.text and dict(item.extra)["censored"] for item in connected)
    assert all("since 17 July 2016:" in item.text and "censored" not in dict(item.extra) for item in known)
    assert {item.message.id for item in long} == {"reach.cut_or_before"}
    assert {item.since for item in (*connected, *long)} == {START}


def test_a_spell_that_rests_on_a_first_sighting_is_censored_on_whatever_days_it_is_asked_about(tmp_path):
    shown = small.picture(
        tmp_path, [road("castello", "open", SIGHTED), road("trunk", "open", date(2016, 3, 1))], as_of=JULY_17
    )
    for start in (date(2016, 2, 1), START, date(2016, 6, 1)):
        told = [item for item in changes(shown, start=start, end=JULY_17) if item.status == "connected"]
        assert [dict(item.extra)["censored"] for item in told] == [True, True]
        assert all("or before" in item.text for item in told)
