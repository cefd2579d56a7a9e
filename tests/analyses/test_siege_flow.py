"""Where another side owns every crossing: open in name only, so the answer stands beside what was delivered."""

from dataclasses import replace
from datetime import date

from castello.analyses.siege import siege
from castello.claims import Period, Quantity
from tests.picture import small
from tests.picture.small import claim, road

START, DAY = date(2016, 5, 5), date(2016, 10, 15)


def findings(folder, *claims, decides):
    places = tuple(replace(place, decides=decides) if place.supplies else place for place in small.PLACES)
    opened = [road(name, "open", START) for name in ("castello", "trunk")]
    picture = small.picture(folder, [*opened, *claims], as_of=DAY, places=places)
    return [finding for finding in siege(picture) if finding.kind == "flow"]


def test_a_source_in_the_side_s_own_hands_needs_no_flow(tmp_path):
    assert findings(tmp_path, decides=None) == []


def test_nothing_on_record_is_not_known_and_no_zero(tmp_path):
    (found,) = findings(tmp_path, decides="army")

    assert (found.status, dict(found.extra)["delivered_share_of_need"]["2016-09"]) == ("undecided", [0, None])
    assert found.text.endswith("what was delivered against need is not known.")


def test_what_was_delivered_is_told_against_need(tmp_path):
    """1,000 people need 30,000 person-days in September; 100 persons with rations for 30 days are a tenth of that."""
    people = claim("people", "east", "lives", happened=START, quantity=Quantity(value=1_000, unit="person"))
    sent = claim(
        "aid",
        "un",
        "arrived",
        place="east",
        happened=Period.days(date(2016, 9, 1), date(2016, 9, 1)),
        quantity=Quantity(value=100, unit="person"),
        also={"item": "food", "ration_days": 30},
    )
    (found,) = findings(tmp_path, people, sent, decides="army")

    low, high = dict(found.extra)["delivered_share_of_need"]["2016-09"]
    assert (round(low, 3), round(high, 3)) == (0.1, 0.1)
    assert "goods pass only where Syrian army lets them" in found.text
