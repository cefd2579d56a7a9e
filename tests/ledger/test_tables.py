"""The tables: append-only, compacted out of the way, whole for every reader at every moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
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


def test_the_table_knows_what_it_holds_whoever_wrote_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FILES_BEFORE_COMPACTION", 4)
    one, two = (Book(tmp_path, device="d-one") for _ in range(2))
    for n in range(12):
        writer, other = (one, two) if n % 2 else (two, one)
        assert writer.write([note(n)], verb="say", source={}, now=NOW + timedelta(minutes=n)).new == 1
        assert other.write([note(n)], verb="say", source={}, now=NOW + timedelta(minutes=n)).new == 0
        assert other.tables.holding([note(n)["id"], note(n + 1)["id"]]) == {note(n)["id"]}
    assert one.tables.holding([]) == set()
    one.remake()
    assert two.tables.holding([note(0)["id"], "n1-x"]) == {note(0)["id"]}
    assert one.issues() == two.issues() == ()


def test_a_hash_whose_line_was_cut_off_is_noted_again_and_takes_no_other_with_it(tmp_path):
    hashes = filled(tmp_path, batches=2).folder / ".castello" / "ledger.sha256"
    hashes.write_bytes(hashes.read_bytes()[:-20])
    book = Book(tmp_path, device="d-one")
    assert [issue.code for issue in book.issues()] == ["no-hash"]

    book.write([note(2)], verb="say", source={}, now=NOW + timedelta(hours=1))

    assert book.issues() == ()


def test_a_table_with_the_columns_of_another_version_is_made_again_from_the_journal(tmp_path, monkeypatch):
    filled(tmp_path, batches=3)
    monkeypatch.setattr(module, "SCHEMA", module.SCHEMA.append(pa.field("later", pa.string())))
    book = Book(tmp_path, device="d-one")
    assert (book.is_current(), book.tables.files()) == (False, [])

    assert book.catch_up() == 3

    assert (book.is_current(), len(book.rows("note")), book.issues()) == (True, 3, ())


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


def test_a_case_may_lie_in_a_folder_with_any_name(tmp_path):
    folder = tmp_path / "not closed, 50% حلب"
    folder.mkdir()

    assert counted(filled(folder, batches=2).engine()) == (2, 2)
