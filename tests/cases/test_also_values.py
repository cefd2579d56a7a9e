"""Values under ``also``: what nobody knows is an issue on its line, with what was probably meant."""

from __future__ import annotations

import pytest

from castello.cases._also_values import DIRECTIONS, USERS
from castello.cases.claim_files import ClaimFile, read_claim_file
from castello.claims import MEANINGS, SLOTS, Kind
from castello.claims.hours import is_whole_day
from tests.cases.known import KNOWN

HEAD = """\
coder: me
documents:
  - {id: doc, title: T, publisher: wire, published: 2016-07-17}
claims:
  - kind: access
    subject: north-road
    predicate: open
    object: opposition
    happened: {on: 2016-07-17}
    document: doc
    chain: [{agency: speaker}]
    also:
"""


def read(line: str, head: str = HEAD) -> ClaimFile:
    return read_claim_file(f"{head}      {line}\n".encode(), file="claims/x.yml", known=KNOWN)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("users: suply", "Did you mean supply?"),
        ("users: Civilian", "Did you mean civilian?"),
        ("users: 3", "Use supply, civilian, aid, military, foot."),
        ("users: true", "Use supply"),
        ("direction: inn", "Did you mean in?"),
        ("direction: north", "Use in, out, both."),
        ("track: dirt", "true or false"),
        ("track: 1", "true or false"),
        ("window: 09:00-25:00", "Asia/Damascus"),
        ("window: 9-19", "Asia/Damascus"),
        ("window: 09:00-19:00 Asia/Damscus", "Asia/Damascus"),
        ("window: 540", "Asia/Damascus"),
        ('window: " "', "Leave it out"),
        ("by: opositon", "Did you mean opposition?"),
        ("by: 3", "in words"),
        ('by: ""', "in words"),
    ],
)
def test_a_value_that_nobody_knows_is_an_issue_on_its_line(line: str, hint: str) -> None:
    found = read(line)

    (issue,) = found.issues
    assert found.claims == ()
    assert (issue.file, issue.row, issue.column) == ("claims/x.yml", 13, line.partition(":")[0])
    assert hint in str(issue.hint)


@pytest.mark.parametrize(
    "line",
    [
        *(f"users: {users}" for users in USERS),
        *(f"direction: {direction}" for direction in DIRECTIONS),
        "track: false",
        "window: night",
        "window: all day",
        "window: 24h",
        'window: "19:00-08:00"',
        'window: "06:00-09:00, 14:00-18:00 UTC"',
        "by: opposition",
        "by: unknown",
        "by: government and YPG forces",
    ],
)
def test_what_people_write_is_kept_as_it_is(line: str) -> None:
    found = read(line)

    assert found.issues == ()
    assert len(found.claims[0].also) == 1


def test_a_count_of_people_says_whether_it_includes_the_besieged() -> None:
    head = (
        HEAD.replace("access", "people")
        .replace("north-road", "east")
        .replace("open", "lives")
        .replace("    object: opposition\n", "    quantity: {value: 9, unit: person}\n")
    )

    assert read("includes_besieged: unknown", head).issues == ()
    assert [issue.column for issue in read("includes_besieged: maybe", head).issues] == ["includes_besieged"]


def test_two_wrong_values_are_told_at_once() -> None:
    assert [issue.row for issue in read("users: suply\n      direction: inn").issues] == [13, 14]


def test_words_that_are_allowed_are_those_that_the_manual_names() -> None:
    slots = MEANINGS[Kind.ACCESS]

    assert set(SLOTS[Kind.ACCESS].also) == {"users", "direction", "window", "by", "track"}
    assert all(word in slots["users"] for word in USERS)
    assert all(word in slots["direction"] for word in DIRECTIONS)


def test_a_whole_day_is_told_from_hours() -> None:
    assert is_whole_day("all day")
    assert not is_whole_day("00:00-23:00")
