"""The siege of a day and over time: every enclave under each definition, never cut off by silence."""

from datetime import date

import pytest

from castello.analyses.siege import siege
from castello.claims import Reason
from tests.picture import small
from tests.picture.small import road

JULY_17 = date(2016, 7, 17)
START = date(2016, 5, 5)


def told(folder, claims, *, as_of=JULY_17, kinds=None, **options):
    found = siege(small.picture(folder, claims, as_of=as_of, **options))
    return [item for item in found if kinds is None or item.kind in kinds]


# ------------------------------------------------------------------------------------------------------------- reach


def test_reach_is_told_in_both_readings(tmp_path):
    claims = [road("castello", "fire_controlled", date(2016, 7, 7)), road("trunk", "open", START)]
    found = told(tmp_path, claims, kinds=["reach"])

    assert [(item.reading, item.status, item.since) for item in found] == [
        ("by_fire", "cut", date(2016, 7, 7)),
        ("on_ground", "connected", date(2016, 7, 7)),
    ]
    assert {(item.label, item.method) for item in found} == {("inference", "reach")}
    assert found[0].claims == (claims[0].id,)
    assert found[0].text == (
        "Eastern Aleppo has been cut off by fire since 7 July 2016: no usable road to a supply source of Opposition."
    )


@pytest.mark.parametrize(
    "others", [[], [road("castello", "open", START), road("castello", "closed", START, who="afp")]]
)
def test_undecided_reach_names_what_it_hangs_on(tmp_path, others):
    found = told(tmp_path, [road("trunk", "open", START), *others], kinds=["reach"])

    assert {item.status for item in found} == {"undecided"}
    assert {item.reason for item in found} == {Reason.CONTRADICTION if others else Reason.NO_CLAIM}
    assert all("state of Castello Road" in item.unknown for item in found)
    assert all(dict(item.extra)["decisive"] == ["castello"] for item in found)


def test_an_empty_ledger_leaves_the_enclaves_undecided(tmp_path):
    found = told(tmp_path, [], kinds=["reach"])

    assert [(item.kind, item.status, item.reason) for item in found] == [("reach", "undecided", Reason.NO_CLAIM)] * 2


def test_an_enclave_without_roads_is_not_cut(tmp_path):
    found = told(tmp_path, [], roads=(), kinds=["reach"])

    assert {item.text.rpartition(": ")[2] for item in found} == {
        "undecided whether it is connected; no claim or road on the map tells."
    }
