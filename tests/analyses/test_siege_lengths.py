"""How long an enclave has been cut off: where days before are not known the upper end is open, and a duration test says no only where it is sure."""

from datetime import date, timedelta
from typing import Any, cast

from castello.analyses.siege import siege
from castello.picture import Picture
from castello.places import Road
from tests.picture import small
from tests.picture.small import road

START, CUT = date(2016, 5, 5), date(2016, 7, 17)
TRUNK = road("trunk", "open", START)


def encircled(picture):
    """What the analysis says of being encircled for 7, 30 and 90 days, and of a long-term siege."""
    found = siege(picture)
    extras = [cast("dict[str, Any]", dict(finding.extra)) for finding in found if finding.kind == "besieged"]
    long_term = next(finding.status for finding in found if finding.kind == "long_term")
    return [extra["conditions"]["encircled"] for extra in extras], long_term


def test_connected_until_the_day_before_is_no_for_longer(tmp_path):
    claims = [TRUNK, road("castello", "open", START), road("castello", "closed", CUT)]
    nine_days = small.picture(tmp_path, claims, as_of=CUT + timedelta(days=8))

    assert encircled(nine_days) == (["yes", "no", "no"], "no")


def test_nothing_known_before_leaves_the_length_open(tmp_path):
    nine_days = small.picture(tmp_path, [TRUNK, road("castello", "closed", CUT)], as_of=CUT + timedelta(days=8))

    assert encircled(nine_days) == (["yes", "undecided", "undecided"], "undecided")


def test_renewals_with_a_gap_in_a_live_case_do_not_make_a_siege_short(tmp_path):
    contested = Road(id="castello", cls="road", name_en="C", start="east", end="north", contested=(None, None))
    closed = [road("castello", "closed", day) for day in (date(2016, 6, 1), date(2016, 7, 1))]
    opened = road("castello", "open", date(2016, 5, 20))
    picture = small.picture(
        tmp_path, [TRUNK, opened, *closed], as_of=date(2016, 7, 10), roads=(contested, small.ROADS[1])
    )
    live = Picture(book=picture.book, registers=picture.registers, as_of=date(2016, 7, 10), live=True)

    # ten days for sure, forty perhaps
    assert encircled(live) == (["yes", "undecided", "no"], "no")
