"""The tables: append-only, compacted out of the way, whole for every reader at every moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from castello.engines import Steps
from castello.ledger import Book
from castello.ledger import tables as module

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
COUNT = Steps("count").add("n", "select count(*) as n, count(distinct id) as ids from ledger")


def note(n):
    return {"type": "note", "id": f"n1-{n:04}", "body": {"n": n}}


def filled(folder, *, batches):
    book = Book(folder, device="d-one")
    for n in range(batches):
        book.write([note(n)], verb="say", source={}, now=NOW + timedelta(minutes=n))
    return book


def counted(engine):
    return tuple(engine.run(COUNT).to_pylist()[0].values())


def test_a_delete_is_refused(tmp_path):
    book = filled(tmp_path, batches=2)
    table = DeltaTable(book.tables.folder)

    with pytest.raises(DeltaError, match="append-only"):
        table.delete("id = 'n1-0000'")
    assert len(book.rows("note")) == 2


def test_many_small_files_are_joined_and_an_open_reader_is_not_disturbed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FILES_BEFORE_COMPACTION", 8)
    book = filled(tmp_path, batches=6)
    with book.engine() as reader:
        assert counted(reader) == (6, 6)
        for n in range(6, 20):
            book.write([note(n)], verb="say", source={}, now=NOW + timedelta(hours=n))
            assert counted(reader) == (6, 6)

    with book.engine() as reader:
        assert counted(reader) == (20, 20)
    assert len(book.tables.files()) < 8
    assert DeltaTable(book.tables.folder).metadata().configuration["delta.appendOnly"] == "true"
    with pytest.raises(DeltaError, match="append-only"):
        DeltaTable(book.tables.folder).delete()
    assert book.is_current()
    assert book.issues() == ()


def test_the_real_limit_compacts_too(tmp_path):
    book = filled(tmp_path, batches=module.FILES_BEFORE_COMPACTION + 3)

    assert len(book.tables.files()) < 6
    assert [row["id"] for row in book.rows("note")] == [
        note(n)["id"] for n in range(module.FILES_BEFORE_COMPACTION + 3)
    ]
    assert book.issues() == ()


def test_what_is_stored_stays_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FILES_BEFORE_COMPACTION", 8)
    book = filled(tmp_path, batches=7)
    before = {path: path.read_bytes() for path in sorted(book.tables.folder.rglob("*")) if path.is_file()}
    for n in range(7, 18):
        book.write([note(n)], verb="say", source={}, now=NOW + timedelta(hours=n))

    assert {path: path.read_bytes() for path in before} == before


def test_an_open_reader_outlives_a_remake(tmp_path):
    book = filled(tmp_path, batches=5)
    with book.engine() as reader:
        assert book.remake() == 5
        assert counted(reader) == (5, 5)
    with book.engine() as reader:
        assert counted(reader) == (5, 5)
    assert book.issues() == ()


def test_a_remake_keeps_one_table_for_its_readers_and_no_more(tmp_path):
    book = filled(tmp_path, batches=2)
    for _ in range(3):
        book.remake()

    assert sorted(path.name for path in (tmp_path / ".castello").glob("ledger*") if path.is_dir()) == [
        "ledger-3",
        "ledger-4",
    ]
    assert book.tables.name == "ledger-4"


def test_a_remake_that_was_cut_short_changes_nothing(tmp_path, monkeypatch):
    book = filled(tmp_path, batches=4)
    with monkeypatch.context() as patched:
        patched.setattr(module.Tables, "take_over", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            book.remake()

    assert (book.tables.name, len(book.rows("note"))) == ("ledger", 4)
    assert book.remake() == 4
    assert len(book.rows("note")) == 4
    assert book.issues() == ()


@pytest.mark.parametrize("text", ["", "../elsewhere", "ledger-x", "\xff"])
def test_a_damaged_pointer_reads_the_first_table(tmp_path, text):
    book = filled(tmp_path, batches=1)
    Path(tmp_path, ".castello", "ledger.at").write_bytes(text.encode("latin-1"))

    assert book.tables.name == "ledger"
    assert len(book.rows("note")) == 1


def test_rows_in_several_commits_are_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("castello.ledger.book.ROWS_IN_A_COMMIT", 3)
    book = filled(tmp_path, batches=10)
    before = book.rows("note")

    assert book.remake() == 10
    assert book.rows("note") == before
    assert len(book.tables.files()) == 4
