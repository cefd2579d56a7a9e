"""A line of the journal is whole and chained, or it was never acknowledged; any other state is damage, and is named."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import canonical
from castello.errors import BrokenChain, WrongUse
from castello.ledger import Book, Entry, Journal
from castello.ledger.journal import Head, canonical_text, settled

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


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["null", "1.0", "e\u0301", "\n\u0303", '"\u0338', "\\\u0301", "ا\u0653", "\u0301"]
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.integers(-9, 9).map(float) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=600, deadline=None)
@given(PLAIN)
def test_the_fast_text_is_the_canonical_form(value):
    text = settled(value)
    assert canonical_text(value) == canonical(value).decode()
    # what counts as settled comes back from its line as the same value, types and all
    assert text is None or (text == canonical(value).decode() and repr(json.loads(text)) == repr(as_sorted(value)))


def as_sorted(value):
    if isinstance(value, dict):
        return {key: as_sorted(value[key]) for key in sorted(value)}
    return [as_sorted(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(TEXTS, PLAIN, max_size=3), max_size=3), st.dictionaries(TEXTS, TEXTS, max_size=2))
def test_whatever_a_body_holds_the_entry_is_the_one_that_is_read_again(bodies, source):
    rows = [{"type": "note", "id": f"n-{n}", "body": body} for n, body in enumerate(bodies)]
    source = {unicodedata.normalize("NFC", key): unicodedata.normalize("NFC", text) for key, text in source.items()}
    entry = Entry.make(device="d-one", n=7, at=NOW, verb="say", rows=rows, source=source, previous="ab")
    again = Entry.from_line(entry.line(), where="here")
    content = {"device": "d-one", "n": 7, "at": NOW, "verb": "say", "source": source, "rows": rows}

    assert (repr(again), again.bodies) == (repr(entry), entry.bodies) or again == entry
    assert entry.line() == canonical(content | {"prev": "ab", "hash": entry.hash}) + b"\n"
    head = Head.of_line(entry.line(), where="here")
    assert (head.n, head.at, head.previous, head.hash) == (7, NOW, "ab", entry.hash)


def test_a_line_that_fits_its_hash_but_is_not_the_one_form_is_refused():
    entry = Entry.make(device="d-one", n=1, at=NOW, verb="say", rows=ROWS, source={}, previous="")
    spaced = entry.line().replace(b'"value":300000', b'"value": 300000')
    bare = spaced[:-1].replace(f'"hash":"{entry.hash}",'.encode(), b"").replace(b'"prev":"",', b"")
    forged = spaced.replace(entry.hash.encode(), hashlib.sha256(bare).hexdigest().encode())

    assert Head.of_line(forged, where="here").n == 1
    with pytest.raises(BrokenChain, match="does not match"):
        Entry.from_line(forged, where="here")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_flipped_byte_in_a_long_last_line_refuses_the_next_write(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("long")
    journal = filled(folder, entries=2)
    rows = [{"type": "note", "id": f"n-{n}", "body": {"words": "لا دواء " * 20}} for n in range(500)]
    last = Entry.make(
        device="d-one", n=3, at=NOW, verb="say", rows=rows, source={}, previous=journal.last("d-one").hash
    )
    journal.append(last)
    file = journal.file("d-one")
    whole = file.read_bytes()
    assert journal.last("d-one").hash == last.hash
    at = data.draw(st.integers(len(whole) - len(last.line()), len(whole) - 2))
    file.write_bytes(flipped(whole, at, data.draw(st.integers(0, 7))))

    with pytest.raises(BrokenChain):
        Journal(folder).last("d-one")


def test_a_write_after_damage_in_the_last_line_is_refused_and_writes_nothing(tmp_path):
    book = Book(tmp_path, device="d-one")
    book.write(
        [{"type": "note", "id": f"n-{n}", "body": {"n": n}} for n in range(2000)], verb="say", source={}, now=NOW
    )
    file = book.journal.file("d-one")
    damaged = file.read_bytes().replace(b'"n":1999', b'"n":1998')
    file.write_bytes(damaged)

    for writer in (book, Book(tmp_path, device="d-one")):
        with pytest.raises(BrokenChain):
            writer.write([{"type": "note", "id": "n-new", "body": {}}], verb="say", source={}, now=NOW)
    assert file.read_bytes() == damaged


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
