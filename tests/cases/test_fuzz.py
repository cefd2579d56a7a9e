"""Random damage to the files of a case: the readers answer or refuse with an issue; nothing else ever comes out, and soon."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable

import pytest

from castello.cases._yaml import Unreadable
from castello.cases.branches import read_branch
from castello.cases.claim_files import FURTHER, read_claim_file
from castello.cases.entries import read_judgement, read_relation
from castello.cases.settings import read_settings
from castello.cases.speakers import read_speakers
from castello.cases.tables import read_csv
from castello.claims import InvalidClaim, canonical
from castello.errors import Issue
from castello.ledger.quotes import problem_with_quote
from castello.parties import read_parties
from castello.parties.register import PARTY_COLUMNS
from castello.places import read_places, read_roads
from castello.places.register import PLACE_COLUMNS, ROAD_COLUMNS
from tests.cases.known import KNOWN
from tests.cases_for_tests import BRANCH, CASE, CLAIMS, PARTIES, PLACES, PROTECTED, REPORT, ROADS, SOURCES

FRAGMENTS = (
    *(bytes([n]) for n in range(256)),
    b"\n",
    b"\n  - ",
    b"\n    ",
    b": ",
    b", ",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"'",
    b"|\n",
    b">-\n",
    b"# ",
    b"&a ",
    b"*a ",
    b"!!int ",
    b"<<: ",
    b"---\n",
    b"? ",
    b"%YAML 1.1\n",
    b"null",
    b"true",
    b".inf",
    b"-0",
    b"1e999",
    b"9" * 400,
    b"9999-12-31",
    b"0000-00-00",
    b"2016-02-30",
    b"0x1F",
    b"1_000",
    b"07:30",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "حلب".encode(),
    "\u202e\u200f\u2028".encode(),
    "٣٠٠".encode(),
    b"\\0",
    b"\\ud800",
    b"origin:",
    b"[[a]]",
    b"[]",
    b"{}",
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Some bytes of a file changed, cut out, doubled, moved or put in."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at, length = rng.randrange(len(changed) + 1), rng.choice((1, 2, 5, 20, 200))
        act = rng.randrange(5)
        if act == 0:
            changed[at : at + length] = b""
        elif act == 1:
            changed[at:at] = rng.choice(FRAGMENTS)
        elif act == 2:
            changed[at : at + 1] = rng.choice(FRAGMENTS)
        elif act == 3:
            changed[at:at] = changed[at : at + length]
        else:
            # the value of a line becomes something else
            lines = bytes(changed).split(b"\n")
            n = rng.randrange(len(lines))
            key, colon, _rest = lines[n].partition(b": ")
            lines[n] = key + colon + rng.choice(FRAGMENTS)
            changed = bytearray(b"\n".join(lines))
    return bytes(changed)


def claims(data: bytes, file: str = "claims/x.yml") -> list[Issue]:
    read = read_claim_file(data, file=file, known=KNOWN, check_quote=lambda claim: problem_with_quote(claim, REPORT))
    problems = list(read.issues)
    readers = (
        (read.relations, read_relation),
        (read.judgements, functools.partial(read_judgement, known=KNOWN)),
    )
    for rows, reader in readers:
        for line, item in rows:
            try:
                canonical(reader(item, refs=read.refs, coder="x").to_json())
            except InvalidClaim as invalid:
                what, hint = invalid.what, invalid.hint
                problems.append(Issue(file=file, row=line, code="row", what=what, hint=hint))
    for claim in read.claims:
        assert type(claim).from_json(claim.to_json()) == claim
        canonical(claim.to_json())
    taken = len(read.documents) + len(read.claims) + len(read.relations) + len(read.judgements)
    errors_or_doubles = sum(
        (issue.severity == "error" and issue.code != FURTHER) or issue.code == "twice" for issue in read.issues
    )
    assert read.present == taken + errors_or_doubles
    return problems


def protected(data: bytes) -> list[Issue]:
    return claims(data, "claims/x.protected.yml")


def branch(data: bytes) -> list[Issue]:
    return list(read_branch(data, file="branches/x.yml", known=KNOWN, documents={}, refs={"road-cut": "c1-x"}).issues)


def sources(data: bytes) -> list[Issue]:
    return read_speakers(data, parties=KNOWN.parties)[1]


def settings(data: bytes) -> list[Issue]:
    read = read_settings(data)
    assert read.zone.key
    assert read.end is None or read.start <= read.end
    return []


def places(data: bytes) -> list[Issue]:
    rows, issues = read_csv(data, file="places.csv", columns=PLACE_COLUMNS, required=("id", "name_en", "kind"))
    read, found = read_places(rows)
    bad = {issue.row for issue in found if issue.severity == "error"}
    assert len(rows) == len(read) + len(bad)
    return [*issues, *found]


def roads(data: bytes) -> list[Issue]:
    rows, issues = read_csv(data, file="roads.csv", columns=ROAD_COLUMNS, required=("id", "from", "to"))
    _, found = read_roads(rows, ())
    return [*issues, *found]


def parties(data: bytes) -> list[Issue]:
    rows, issues = read_csv(data, file="parties.csv", columns=PARTY_COLUMNS, required=("id", "name_en", "kind"))
    _, found = read_parties(rows)
    return [*issues, *found]


READERS: dict[str, tuple[str, Callable[[bytes], list[Issue]]]] = {
    "claims": (CLAIMS, claims),
    "protected": (PROTECTED, protected),
    "branch": (BRANCH, branch),
    "sources": (SOURCES, sources),
    "settings": (CASE.format(clock="published"), settings),
    "places": (PLACES, places),
    "roads": (ROADS, roads),
    "parties": (PARTIES, parties),
}


def fuzz(name: str, *, seed: int, rounds: int) -> tuple[int, int]:
    """How many damaged files were refused as a whole, and how many were read."""
    text, read = READERS[name]
    rng = random.Random(seed)
    refused = 0
    for _ in range(rounds):
        data = damaged(text.encode(rng.choice(("utf-8",) * 9 + ("utf-16",))), rng)
        begun = time.monotonic()
        try:
            issues = read(data)
        except Unreadable as unreadable:
            refused += 1
            issues = [unreadable.issue]
        assert time.monotonic() - begun < 10
        lines = data.count(b"\n") + data.count(b"\r") + 2
        for issue in issues:
            assert issue.what
            assert issue.hint
            assert issue.row is None or 1 <= issue.row <= lines
            str(issue).encode()
    return refused, rounds - refused


@pytest.mark.parametrize("name", READERS)
def test_damage_is_read_or_refused(name: str) -> None:
    refused, read = fuzz(name, seed=20160717, rounds=100 if name == "claims" else 250)
    assert refused > 0
    assert read > 0


@pytest.mark.endure
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", READERS)
def test_more_damage_is_read_or_refused(name: str, seed: int) -> None:
    refused, read = fuzz(name, seed=seed, rounds=3_000 if name == "claims" else 10_000)
    assert refused + read > 0


@pytest.mark.parametrize("name", READERS)
def test_every_beginning_of_a_file_is_read_or_refused(name: str) -> None:
    text, read = READERS[name]
    data = text.encode()
    for end in range(0, len(data), 1 + len(data) // 150):
        try:
            issues = read(data[:end])
        except Unreadable as unreadable:
            issues = [unreadable.issue]
        assert all(issue.what and issue.hint for issue in issues)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\x00", b"\xff\xfe", b"\xff\xfe\x00", b"\xef\xbb\xbf", bytes(range(256))]
)
def test_next_to_nothing_is_read_or_refused(name: str, data: bytes) -> None:
    try:
        issues = READERS[name][1](data)
    except Unreadable as unreadable:
        issues = [unreadable.issue]
    assert all(issue.what and issue.hint for issue in issues)
