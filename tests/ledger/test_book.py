"""The book: what is acknowledged is kept, once, in its order; the tables follow the journal and can be made again."""

import json
import multiprocessing
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from castello.desk.case import Case
from castello.engines import Steps
from castello.errors import BrokenChain, LedgerBusy, NotAppendOnly, WrongUse
from castello.ledger import Book, Entry
from castello.ledger import book as module
from tests.cases_for_tests import (
    CLAIMS,
    FILES,
    NOW,
    answers,
    built_case,
    journal_bytes,
    journal_rows,
    recorded_times,
    write_case,
)
from tests.picture import small

COUNT = Steps("count").add("n", "select count(*) as n from ledger")


def note(name, **body):
    return {"type": "note", "id": f"n1-{name}", "body": body}


def later(**delta):
    return NOW + timedelta(**delta)


def state(case):
    """What must survive: answers, recorded times and chain heads."""
    fresh = Case(case.folder, case.environ)
    return answers(fresh), recorded_times(fresh), fresh.book.journal.heads()


def topic_on(case, day):
    """What a case says to the state of the northern road."""
    topic = Case(case.folder).picture(as_of=day).topic("access|north-road|opposition|supply")
    assert topic is not None
    return topic


def topics_on(case, question):
    """What a case says in the end to questions that begin so."""
    topics = Case(case.folder).picture(as_of="2016-12-31").topics()
    return [topic for topic in topics if topic.question.startswith(question)]


def without_claim(text, ref):
    """The text of a claims file without one claim."""
    head, _, rest = text.partition(f"  - ref: {ref}\n")
    ends = [at for mark in ("\n  - ref: ", "\nrelations:") if (at := rest.find(mark)) >= 0]
    return head + rest[min(ends) + 1 :]


# ------------------------------------------------------------------------------------------------------------- writing


def test_what_is_known_is_not_written_again(tmp_path):
    book = Book(tmp_path, device="d-one")
    first = book.write([note("a"), note("b"), note("a")], verb="say", source={}, now=NOW)
    before = journal_bytes(tmp_path)
    again = book.write([note("b"), note("a")], verb="say", source={}, now=later(hours=1))

    assert (first.new, again.new, again.known, again.entry) == (2, 0, 2, None)
    assert journal_bytes(tmp_path) == before


def stored(folder):
    with Book(folder, device="d-one").engine() as engine:
        return engine.run(Steps("all").add("all_rows", "select * from ledger order by id")).to_pylist()


def test_claims_that_are_handed_over_are_stored_as_if_made_from_their_rows(built, tmp_path):
    claims = [claim for claim in built.book.claims().values() if claim.id.startswith("c1-")]
    rows = [{"type": "claim", "id": claim.id, "body": claim.to_json()} for claim in claims]
    handed, bare = Book(tmp_path / "handed", device="d-one"), Book(tmp_path / "bare", device="d-one")
    handed.write([*rows, note("a")], verb="add", source={}, now=NOW, claims=claims)
    bare.write([*rows, note("a")], verb="add", source={}, now=NOW)

    assert len(claims) > 5
    assert stored(handed.folder) == stored(bare.folder)
    assert journal_bytes(handed.folder) == journal_bytes(bare.folder)
    assert handed.issues() == ()
    handed.remake()
    assert stored(handed.folder) == stored(bare.folder)


def test_a_claim_that_is_not_in_canonical_form_is_stored_as_it_is_read_again(tmp_path):
    claim = replace(small.road("castello", "open", date(2016, 7, 17)), id="", note="cafe\u0301", quote="null")
    rows = [{"type": "claim", "id": claim.id, "body": claim.to_json()}, note("a", share=3.0, words="e\u0301", no=None)]
    book = Book(tmp_path, device="d-one")
    written = book.write(rows, verb="add", source={}, now=NOW, claims=[claim])

    assert list(book.journal.entries("d-one")) == [written.entry]
    assert book.rows("note")[0]["body"] == {"share": 3, "words": "\u00e9"}
    assert book.claims()[claim.id].note == "caf\u00e9"
    assert book.issues() == ()


def test_recorded_times_never_decrease_when_the_clock_goes_backwards(tmp_path):
    book = Book(tmp_path, device="d-one")
    for name, at in (("a", NOW), ("b", later(days=-400)), ("c", later(seconds=-1)), ("d", later(hours=1))):
        book.write([note(name)], verb="say", source={}, now=at)

    assert [entry.at for entry in book.journal.entries("d-one")] == [NOW, NOW, NOW, later(hours=1)]
    assert [row["recorded"] for row in book.rows("note")] == [NOW, NOW, NOW, later(hours=1)]
    assert book.rows("note")[0]["recorded"].tzinfo is UTC


def test_a_time_without_a_zone_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="zone"):
        Book(tmp_path, device="d-one").write([note("a")], verb="say", source={}, now=datetime(2026, 1, 1))  # noqa: DTZ001
    assert journal_bytes(tmp_path) == {}


def test_a_hypothetical_claim_cannot_enter_the_ledger(tmp_path):
    claim = small.road("castello", "open", date(2016, 7, 17))
    hypothetical = claim.with_id(f"h1-{claim.id[3:]}")
    book = Book(tmp_path, device="d-one")
    rows = [{"type": "claim", "id": item.id, "body": item.to_json()} for item in (claim, hypothetical)]

    with pytest.raises(NotAppendOnly, match="hypothetical"):
        book.write(rows, verb="build", source={}, now=NOW)
    assert (journal_bytes(tmp_path), book.claims()) == ({}, {})


def test_a_branch_leaves_no_trace_in_the_ledger(built):
    before = journal_bytes(built.folder)
    topic = built.picture(as_of="2016-07-17", branch="road-stays-open").topic("access|north-road|opposition|supply")

    assert topic is not None
    assert [id_[:3] for id_ in topic.claims] == ["h1-"]
    assert journal_bytes(built.folder) == before
    assert not [id_ for id_ in built.book.claims() if id_.startswith("h1-")]


def test_a_writer_that_waits_too_long_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.2)
    (tmp_path / ".castello").mkdir()
    with FileLock(tmp_path / ".castello" / "lock"), pytest.raises(LedgerBusy, match="another process"):
        Book(tmp_path, device="d-one").write([note("a")], verb="say", source={}, now=NOW)


def test_readers_take_no_lock(tmp_path):
    book = Book(tmp_path, device="d-one")
    book.write([note("a")], verb="say", source={}, now=NOW)
    with FileLock(tmp_path / ".castello" / "lock"):
        assert len(book.rows("note")) == 1
        assert Book(tmp_path, device="d-two").is_current()
        with book.engine() as engine:
            assert engine.run(COUNT).to_pylist() == [{"n": 1}]


def test_the_lock_may_be_taken_again_by_who_holds_it_by_any_spelling_of_the_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "LOCK_SECONDS", 1)
    with Book(tmp_path, device="d-one").lock(), Book(Path(), device="d-one").lock():
        assert Book(tmp_path / "x" / "..", device="d-one").write([note("a")], verb="say", source={}, now=NOW).new == 1


# ------------------------------------------------------------------------------------------- the tables follow the journal


def test_what_a_killed_writer_acknowledged_is_stored_by_the_next(tmp_path):
    book = Book(tmp_path, device="d-one")
    book.write([note("a")], verb="say", source={}, now=NOW)
    last = book.journal.last("d-one")
    assert last is not None
    entry = Entry.make(
        device="d-one", n=2, at=NOW, verb="say", rows=[note("b"), note("a")], source={}, previous=last.hash
    )
    book.journal.append(entry)

    assert not book.is_current()
    assert {issue.code for issue in book.issues()} == {"lost-row"}
    assert book.catch_up() == 1
    assert book.is_current()
    assert [row["id"] for row in book.rows("note")] == ["n1-a", "n1-b"]
    assert book.issues() == ()


def test_a_journal_that_is_shorter_than_the_tables_refuses_every_write(tmp_path):
    book = Book(tmp_path, device="d-one")
    for name in "abc":
        book.write([note(name)], verb="say", source={}, now=NOW)
    file = book.journal.file("d-one")
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))

    assert not book.is_current()
    assert [(issue.code, "n1-c" in issue.what) for issue in book.issues()] == [("alien-row", True)]
    with pytest.raises(BrokenChain, match="its end is missing"):
        book.write([note("d")], verb="say", source={}, now=NOW)


def test_a_row_that_two_devices_wrote_is_kept_as_first_written_in_whatever_order_they_arrive(tmp_path):
    one, two = Book(tmp_path / "one", device="d-one"), Book(tmp_path / "two", device="d-two")
    two.write([note("both", by="two"), note("two")], verb="say", source={}, now=NOW)
    one.write([note("both", by="two"), note("one")], verb="say", source={}, now=later(hours=1))
    two.write([note("two again")], verb="say", source={}, now=later(hours=2))
    stored = []
    for first, second in ((one, two), (two, one)):
        shutil.copytree(first.folder, tmp_path / f"met-{first.device}")
        met = Book(tmp_path / f"met-{first.device}", device=first.device)
        shutil.copy(second.journal.file(second.device), met.journal.folder)
        met.catch_up()
        assert met.issues() == ()
        stored.append(met.rows("note"))

    assert stored[0] == stored[1]
    assert {row["id"]: row["device"] for row in stored[0]}["n1-both"] == "d-two"


# ------------------------------------------------------------------------------------------------ building a case


def test_building_twice_adds_nothing(built):
    before = state(built), journal_bytes(built.folder)
    assert built.build(now=later(days=1)).unchanged

    (built.folder / ".castello" / "built.json").unlink()
    report = built.build(now=later(days=2))

    assert (dict(report.new), report.unchanged) == (dict.fromkeys(report.new, 0), False)
    assert (state(built), journal_bytes(built.folder)) == before


def test_adding_the_same_files_twice_adds_nothing(built, tmp_path):
    claims = tmp_path / "more.yml"
    claims.write_text(
        CLAIMS.partition("claims:")[0].replace("wire-2016-07-10", "wire-2016-07-11")
        + "claims:\n  - {ref: more, kind: access, subject: north-road, predicate: open, object: opposition,\n"
        "     happened: {on: 2016-07-01}, document: wire-2016-07-11, chain: [{wire: reporter}]}\n",
        encoding="utf-8",
    )
    first = built.add([claims], now=later(hours=1))
    before = journal_bytes(built.folder)
    again = built.add([claims], now=later(hours=2))

    assert first.build.new["claims"] == 1
    assert [file.already for file in again.files] == [True]
    assert journal_bytes(built.folder) == before


def test_the_tables_made_again_give_the_same_answers_times_and_chains(built):
    before = state(built)
    shutil.rmtree(built.folder / ".castello")
    report = built_case(built.folder, now=later(days=30)).build(now=later(days=30))

    assert report.present["claims"] == 11
    assert state(built) == before
    assert built.verify().clean


def test_claims_that_come_and_go_leave_the_same_trace_when_made_again(built):
    path = built.folder / "claims" / "01-open.yml"
    shorter = without_claim(CLAIMS, "people-council").replace("  - {rule: household", "  # - {rule: household")
    seen = []
    for day, text in enumerate((shorter, CLAIMS, shorter, CLAIMS, shorter), start=1):
        path.write_text(text, encoding="utf-8")
        report = built.build(now=later(days=day))
        seen.append((report.new.get("withdrawn", 0), report.new.get("restored", 0)))
        [topic] = topics_on(built, "people|east|trapped|person")
        assert topic.n_claims == (1 if text == shorter else 2)
        assert len(Case(built.folder).picture(as_of="2016-12-31").relations) == (0 if text == shorter else 1)
    before = state(built)
    shutil.rmtree(built.folder / ".castello")
    built_case(built.folder, now=later(days=40))

    assert seen == [(2, 0), (0, 2), (2, 0), (0, 2), (2, 0)]
    assert state(built) == before
    assert built.verify().clean


def test_a_claim_can_come_and_go_at_one_instant(built):
    path = built.folder / "claims" / "01-open.yml"
    shorter = without_claim(CLAIMS, "bread-dear")
    for text in (shorter, CLAIMS, shorter):
        path.write_text(text, encoding="utf-8")
        built.build(now=NOW)

    assert topics_on(built, "price|bread") == []


def test_restoring_a_claim_restores_its_adjudication(built):
    path = built.folder / "claims" / "01-open.yml"
    before = topic_on(built, "2016-07-18")
    assert (before.status, before.answer, len(before.against)) == ("assessed", "closed", 1)
    claim_and_judgement = without_claim(CLAIMS, "road-open-paper").replace(
        "  - {about: road-open-paper", "  # - {about: x"
    )
    path.write_text(claim_and_judgement, encoding="utf-8")
    built.build(now=later(days=1))
    assert topic_on(built, "2016-07-18").against == ()
    path.write_text(CLAIMS, encoding="utf-8")
    built.build(now=later(days=2))

    assert topic_on(built, "2016-07-18") == before


def test_a_judgement_that_is_taken_out_of_its_file_acts_no_longer(built):
    path = built.folder / "claims" / "01-open.yml"
    path.write_text(CLAIMS.replace("  - {about: road-open-paper", "  # - {about: road-open-paper"), encoding="utf-8")
    assert built.build(now=later(days=1)).new["withdrawn"] == 1

    topic = topic_on(built, "2016-07-18")
    assert (topic.status, topic.alternatives) == ("undecided", ("closed", "open"))


def test_a_description_that_is_changed_back_is_changed_back(built):
    path = built.folder / "claims" / "01-open.yml"
    titles = []
    for day, title in enumerate(("Road severed", "Road cut", "Road severed", "Road cut"), start=1):
        path.write_text(CLAIMS.replace("title: Road cut", f"title: {title}"), encoding="utf-8")
        built.build(now=later(days=day))
        titles.append(built.book.documents()["wire-2016-07-17"].title)
    before = journal_bytes(built.folder)
    (built.folder / ".castello" / "built.json").unlink()
    built.build(now=later(days=9))

    assert titles == ["Road severed", "Road cut", "Road severed", "Road cut"]
    assert journal_bytes(built.folder) == before


def test_a_document_described_in_two_files_does_not_grow_the_journal(built):
    other = CLAIMS.partition("claims:")[0].replace("title: Road cut", "title: Another title")
    (built.folder / "claims" / "02-again.yml").write_text(other + "claims: []\n", encoding="utf-8")
    built.build(now=later(days=1))
    before = journal_bytes(built.folder)
    for day in (2, 3):
        (built.folder / ".castello" / "built.json").unlink()
        built.build(now=later(days=day))

    assert journal_bytes(built.folder) == before
    assert built.book.documents()["wire-2016-07-17"].title == "Road cut"


def test_the_protected_file_is_sealed_and_gone(built):
    assert not (built.folder / "claims" / "90-resident.protected.yml").exists()
    [entry] = [entry for entry in built.book.journal.entries(built.book.device) if entry.verb == "seal"]
    name, data = built.book.vault.open_original(entry.source["vault"])

    assert (name, data.decode()) == ("claims/90-resident.protected.yml", FILES["claims/90-resident.protected.yml"])
    assert [row["type"] for row in entry.rows] == ["sealed", "original"]
    assert not list((built.folder / ".castello").glob("erase-*"))


def test_a_protected_file_with_more_than_claims_stays_and_says_why(home, tmp_path):
    text = FILES["claims/90-resident.protected.yml"]
    text += (
        '\njudgements:\n  - {about: flour-low, verdict: accepted, by: tests, dated: 2016-07-20, reason: "seen twice"}\n'
    )
    case = Case(write_case(tmp_path / "tiny", files={"claims/90-resident.protected.yml": text}))
    report = case.build(now=NOW)

    assert [(issue.file, issue.severity) for issue in report.issues] == [("claims/90-resident.protected.yml", "error")]
    assert (case.folder / "claims" / "90-resident.protected.yml").exists()
    assert report.new["protected"] == 1


def test_a_file_that_changes_while_it_is_read_is_read_again(built, monkeypatch):
    path = built.folder / "claims" / "01-open.yml"
    path.write_text(CLAIMS + "\n", encoding="utf-8")
    real = module.Book.catch_up

    def edit_meanwhile(book):
        path.write_text(without_claim(CLAIMS, "bread-dear"), encoding="utf-8")
        return real(book)

    with monkeypatch.context() as patched:
        patched.setattr(module.Book, "catch_up", edit_meanwhile)
        built.build(now=later(days=1))
    report = built.build(now=later(days=2))

    assert (report.unchanged, report.new["withdrawn"]) == (False, 1)


# ------------------------------------------------------------------------------------------------- many processes at once

BATCHES = 20
WRITERS = 8


def write_batches(folder, device, batches):
    """What one process writes: batches of two rows, one of which every process writes too."""
    book = Book(Path(folder), device=device)
    for n in range(batches):
        book.write([note(f"{device}-{n}"), note(f"shared-{n}")], verb="say", source={}, now=datetime.now(UTC))


def hold_the_lock(folder, held, release):
    """A writer that pauses in the middle of its turn."""
    with Book(Path(folder), device="d-paused").lock():
        held.set()
        release.wait(60)


@pytest.mark.parametrize("one_device", [True, False], ids=["one device", "eight devices"])
def test_eight_processes_writing_at_once_lose_nothing(tmp_path, one_device):
    spawn = multiprocessing.get_context("spawn")
    devices = ["d-one"] * WRITERS if one_device else [f"d-{n}" for n in range(WRITERS)]
    batches = 4 if one_device else BATCHES
    Book(tmp_path, device="d-first").write([note("first")], verb="say", source={}, now=datetime.now(UTC))
    writers = [spawn.Process(target=write_batches, args=(str(tmp_path), device, batches)) for device in devices]
    reader, seen = Book(tmp_path, device="d-reader"), []
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        with reader.engine() as engine:
            seen.append(engine.run(COUNT).to_pylist()[0]["n"])
        time.sleep(0.2)
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    wanted = {f"n1-{device}-{n}" for device in set(devices) for n in range(batches)}
    wanted |= {f"n1-shared-{n}" for n in range(batches)} | {"n1-first"}
    written = [str(row["id"]) for row in journal_rows(tmp_path)]
    assert sorted(written) == sorted(wanted)  # each once, over all devices
    assert {row["id"] for row in reader.rows("note")} == wanted
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert reader.issues() == ()
    before = [json.dumps(row, default=str) for row in reader.rows("note")]
    assert reader.remake() == len(wanted)
    assert [json.dumps(row, default=str) for row in reader.rows("note")] == before


def test_a_reader_answers_while_a_writer_pauses_in_the_middle_of_its_turn(built):
    spawn = multiprocessing.get_context("spawn")
    held, release = spawn.Event(), spawn.Event()
    writer = spawn.Process(target=hold_the_lock, args=(str(built.folder), held, release))
    writer.start()
    try:
        assert held.wait(60)
        started = time.monotonic()
        case = Case(built.folder)
        assert case.build(now=NOW).unchanged
        assert topic_on(case, "2016-07-17").answer == "closed"
        assert time.monotonic() - started < 30  # the lock is held for sixty
    finally:
        release.set()
        writer.join()
    assert writer.exitcode == 0
