"""The crosswalk: every row goes there and back, and what is not known is never taken for something near."""

import csv
from importlib.resources import files

import pytest

from castello.claims import Kind
from castello.claims.vocabulary import (
    event,
    events,
    feed_of,
    from_acled,
    from_insecurity_insight,
    from_ucdp,
    is_a,
    is_weapon,
    limits,
    weapon,
    weapon_path,
    weapons,
)

OLD_TYPES = {
    "Battle-No change of territory": "attack.clash",
    "Battle-Government regains territory": "attack.ground-gain.state",
    "Battle-Non-state actor overtakes territory": "attack.ground-gain.nonstate",
    "Remote violence": "attack",
    "Violence against civilians": "attack.civilians",
    "Riots/Protests": "demonstration",
    "Strategic development": None,
    "Headquarters or base established": "base",
    "Non-violent transfer of territory": "control.transfer",
}
SUB_EVENTS = """
Abduction/forced disappearance;Agreement;Air/drone strike;Armed clash;Arrests;Attack;Change to group/activity;Chemical weapon;
Disrupted weapons use;Excessive force against protesters;Government regains territory;Grenade;Headquarters or base established;
Looting/property destruction;Mob violence;Non-state actor overtakes territory;Non-violent transfer of territory;Peaceful protest;
Protest with intervention;Remote explosive/landmine/IED;Sexual violence;Shelling/artillery/missile attack;Suicide bomb;Violent demonstration
"""


def raw(name: str) -> list[dict[str, str]]:
    text = (files("castello.claims.vocabulary") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", ["events", "weapons", "coverage"])
def test_every_row_has_as_many_cells_as_the_header(name):
    assert [row for row in raw(name) if None in row or None in row.values()] == []


@pytest.mark.parametrize("name", ["events", "weapons"])
def test_no_key_stands_twice(name):
    keys = [row["key"] for row in raw(name)]

    assert len(keys) == len(set(keys)) == len(events() if name == "events" else weapons())


@pytest.mark.parametrize("key", sorted(events()))
def test_every_event_goes_there_and_back(key):
    item = event(key)

    assert item is not None
    assert item.kinds
    assert all(from_acled(code) == key for code in item.acled)
    assert all(from_acled(None, code) == key for code in item.acled_types)
    # a code that holds several keys is read as one of them, never as one that knows less of what it is not
    assert all(from_acled(code) != key for code in item.acled_among)
    assert all(from_ucdp(code) in ("attack", "attack.civilians") for code in item.ucdp)
    assert all(name.isupper() for name, _ in item.plover)


@pytest.mark.parametrize("key", sorted(weapons()))
def test_every_weapon_goes_there_and_back(key):
    item = weapon(key)

    assert item is not None
    at = 0 if item.field == "platform" else 1
    assert all(from_insecurity_insight(label, label)[at] == key for label in item.insecurity_insight)
    for label in item.insecurity_insight_among:
        common = from_insecurity_insight(None, label)[1]
        assert common is not None
        assert is_weapon(key, common)
        assert common != key
    assert weapon_path(key)[-1] == key
    assert item.parent is None or weapons()[item.parent].field == item.field
    if item.acled:
        assert from_acled(item.acled) is not None


def test_every_sub_event_of_today_is_known():
    codes = [code.strip() for code in SUB_EVENTS.split(";")]

    assert [code for code in codes if from_acled(code) is None] == []
    assert sorted(codes) == sorted(code for item in events().values() for code in item.acled)


@pytest.mark.parametrize(("code", "key"), OLD_TYPES.items())
def test_old_event_types(code, key):
    assert from_acled(None, code) == from_acled("", code) == key


@pytest.mark.parametrize(
    "code",
    [
        "AIR/DRONE STRIKE",
        " Air/drone  strike ",
        "Non‑state actor overtakes territory",
        "non state actor overtakes territory",
    ],
)
def test_spelling_does_not_matter(code):
    assert from_acled(code) in ("attack.air", "attack.ground-gain.nonstate")


@pytest.mark.parametrize("code", ["Other", "Laser strike", "attack.air", "Air"])
def test_a_code_that_is_not_known_has_no_key(code):
    assert from_acled(code) is None
    # the sub-event is what the row says: the event type does not stand in for it
    assert from_acled(code, "Battles") is None
    assert from_acled(None, code) is None
    assert from_insecurity_insight(code, code) == (None, None)
    assert event(code.upper()) is None
    assert weapon(code.upper()) is None


def test_ucdp_says_who_fought_and_not_how():
    assert [from_ucdp(code) for code in (0, 1, 2, 3, 4)] == [None, "attack", "attack", "attack.civilians", None]


def test_only_attacks_are_attacks():
    below = {key for key in events() if is_a(key, "attack")}

    assert below == {key for key in events() if key.partition(".")[0] == "attack"}
    assert len(below) == 13
    assert is_a("attack.air.at-night", "attack.air")
    assert not is_a("attacker", "attack")


def test_the_weapons_of_a_siege_are_in_the_tree():
    assert is_weapon("barrel", "improvised")
    assert is_weapon("sea-mine", "air-mine")
    assert not is_weapon("air-mine", "mine")
    assert is_weapon("white-phosphorus", "incendiary")
    assert is_weapon("cluster", "explosive")
    # what drops a munition is no munition
    assert {key for key, item in weapons().items() if item.field == "platform"} == {
        "air",
        "aircraft",
        "helicopter",
        "drone",
        "ground",
    }


def test_what_gains_ground_is_a_claim_on_control_too():
    gains = [item for key, item in events().items() if is_a(key, "attack.ground-gain") or key == "control.transfer"]

    assert len(gains) == 3
    assert all(item.kinds == (Kind.EVENT, Kind.CONTROL) for item in gains)


def test_what_feeds_cannot_say():
    assert "weapon" in [limit.about for limit in limits("ucdp")]
    assert "weapon" in [limit.about for limit in limits("acled")]
    assert limits("nobody") == ()
    assert feed_of("Insecurity_Insight Plane") == "insecurity-insight"
    assert feed_of("") is None
