"""A line of the journal is whole and chained, or it was never acknowledged; any other state is damage, and is named."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.errors import BrokenChain, WrongUse
from castello.ledger import Entry, Journal

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
ROWS = ({"type": "claim", "id": "c1-0", "body": {"quote": "لا دواء", "value": 300000}},)


def filled(folder, *, entries=3, device="d-one"):
    journal, previous = Journal(folder), ""
    for n in range(1, entries + 1):
        rows = [{"type": "note", "id": f"n-{device}-{n}", "body": {"words": f"line {n}"}}]
        entry = Entry.make(
            device=device, n=n, at=NOW + timedelta(hours=n), verb="say", rows=rows, source={}, previous=previous
        )
        journal.append(entry)
        previous = entry.hash
    return journal


def flipped(data, at, bit):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=3))])
def test_a_line_comes_back_as_it_was_written(zone):
    entry = Entry.make(
        device="d-one", n=1, at=NOW.astimezone(zone), verb="say", rows=ROWS, source={"file": "a"}, previous=""
    )

    assert Entry.from_line(entry.line(), where="here") == entry
    assert entry.hash == entry.computed_hash()
    assert "لا دواء" in entry.line().decode()  # a stranger can read it


def test_the_chain_is_followed_from_any_entry_on(tmp_path):
    journal = filled(tmp_path)

    assert [entry.n for entry in journal.entries("d-one")] == [1, 2, 3]
    assert [entry.n for entry in journal.entries("d-one", after=2)] == [3]
    assert journal.heads() == {"d-one": (3, journal.last("d-one").hash)}
    assert journal.issues() == ()


def test_a_device_without_a_journal_has_no_entries(tmp_path):
    journal = Journal(tmp_path / "nothing")

    assert (journal.devices(), list(journal.entries("d-one")), journal.last("d-one"), journal.heads()) == (
        (),
        [],
        None,
        {},
    )
    assert journal.drop_torn_line("d-one") == 0


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_byte_of_any_line_is_found_and_the_file_named(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("flip")
    file = filled(folder).file("d-one")
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    file.write_bytes(flipped(whole, at, data.draw(st.integers(0, 7))))

    issues = Journal(folder).issues()

    assert [issue.code for issue in issues] == ["broken-chain"]
    assert issues[0].file.startswith("journal/d-one.jsonl")


@pytest.mark.parametrize("cut", [1, 2, 40, 100])
def test_a_torn_last_line_was_never_acknowledged_and_is_dropped(tmp_path, cut):
    journal = filled(tmp_path)
    file = journal.file("d-one")
    whole = file.read_bytes()
    kept = whole[: whole[:-1].rindex(b"\n") + 1]
    file.write_bytes(whole[:-cut])

    assert [entry.n for entry in journal.entries("d-one")] == [1, 2]
    assert journal.last("d-one").n == 2
    assert journal.issues() == ()
    assert journal.drop_torn_line("d-one") == len(whole) - cut - len(kept)
    assert file.read_bytes() == kept
    assert journal.drop_torn_line("d-one") == 0


@pytest.mark.parametrize("byte", [b"\x0b", b"\x00", b" ", b"}"])
def test_a_last_line_whose_newline_was_changed_is_damage_and_not_dropped(tmp_path, byte):
    journal = filled(tmp_path)
    file = journal.file("d-one")
    damaged = file.read_bytes()[:-1] + byte
    file.write_bytes(damaged)

    assert [issue.code for issue in journal.issues()] == ["broken-chain"]
    with pytest.raises(BrokenChain, match="newline"):
        journal.drop_torn_line("d-one")
    assert file.read_bytes() == damaged


def test_a_torn_line_longer_than_a_block_is_dropped(tmp_path):
    journal = filled(tmp_path, entries=1)
    kept = journal.file("d-one").read_bytes()
    with journal.file("d-one").open("ab") as out:
        out.write(b'{"at":"' + b"x" * 200_000)

    assert journal.drop_torn_line("d-one") == 200_007
    assert journal.file("d-one").read_bytes() == kept


@pytest.mark.parametrize("change", ["lost", "moved", "doubled", "of another device"])
def test_a_line_that_is_lost_moved_or_foreign_breaks_the_chain(tmp_path, change):
    journal = filled(tmp_path)
    file = journal.file("d-one")
    first, second, third = file.read_bytes().splitlines(keepends=True)
    if change == "of another device":
        file.rename(journal.file("d-two"))
    else:
        file.write_bytes(
            {"lost": first + third, "moved": second + first + third, "doubled": first + first + second}[change]
        )

    [device] = journal.devices()
    with pytest.raises(BrokenChain, match="missing") as raised:
        list(journal.entries(device))
    assert str(raised.value.where).startswith(f"journal/{device}.jsonl:")


def test_a_rewritten_line_with_a_hash_of_its_own_breaks_the_next(tmp_path):
    journal = filled(tmp_path)
    file = journal.file("d-one")
    first, second, third = file.read_bytes().splitlines(keepends=True)
    facts = json.loads(second)
    rows = [{"type": "note", "id": "n-d-one-2", "body": {"words": "forged"}}]
    forged = Entry.make(device="d-one", n=2, at=NOW, verb="say", rows=rows, source={}, previous=facts["prev"])
    file.write_bytes(first + forged.line() + third)

    assert [issue.file for issue in journal.issues()] == ["journal/d-one.jsonl:3"]


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "", ".hidden", "d one", "x" * 65])
def test_what_is_no_device_has_no_file(tmp_path, name):
    with pytest.raises(WrongUse):
        Journal(tmp_path).file(name)
