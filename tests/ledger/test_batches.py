"""Batches: releases of a feed held against one another, replayed to the same rows, and checked to the byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from castello.claims import Claim, Kind, Link, Period, Role
from castello.engines import Engine, Steps
from castello.errors import BrokenChain
from castello.ledger import Book
from castello.ledger.batches import FOLDER, batch_ids, gone_steps, name_row
from castello.ledger.columns import SLOT_COLUMNS, columns_of, ledger_rows
from castello.ledger.packs import open_pack, public_key, seal_pack, unpack
from castello.ledger.releases import Compared, Release, settle_releases

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = (date(2016, month, 1) for month in (8, 9, 10))


def told(number: int, *, day: date, deaths: int, document: str, published: date) -> dict[str, Any]:
    claim = Claim(
        kind=Kind.EVENT,
        subject="army",
        predicate="attack",
        happened=Period.day(day),
        also=(("harm_best", deaths),),
        published=published,
        chain=(Link(who="ucdp", role=Role.COMPILER),),
        document=document,
    )
    return columns_of(claim.to_json(), key=f"ged/{number}", scope="Syria")


class Feed:
    """A book with the releases of one feed, each a list of (number, day, deaths)."""

    def __init__(self, folder: Path, *, device: str = "d-one") -> None:
        self.book = Book(folder, device=device)
        self.folder = folder
        self.releases: dict[str, Release] = {}
        self.acts = 0
        folder.mkdir(parents=True, exist_ok=True)

    def add(
        self,
        document: str,
        rows: Iterable[tuple[int, int, int]],
        *,
        published: date,
        whole: bool | None = None,
        names: Iterable[dict[str, object]] = (),
        dated: date | None = None,
    ) -> Compared:
        slots = [
            told(number, day=date(2016, 7, day), deaths=deaths, document=document, published=dated or published)
            for number, day, deaths in rows
        ]
        staged = self.folder / f"{document}.staged"
        with Engine() as engine:
            engine.table("slots", pa.Table.from_pylist(slots, schema=SLOT_COLUMNS))
            made = ledger_rows("slots").add("plain", "select * exclude (sound) from ledger_rows where sound")
            engine.write(made, staged)
        self.releases[document] = Release(document=document, published=published, rows=[staged], whole=whole)
        return self.settle(names)[document]

    def take_out(self, document: str) -> None:
        del self.releases[document]
        self.settle()

    def settle(self, names: Iterable[dict[str, object]] = ()) -> dict[str, Compared]:
        self.acts += 1
        now, batch = NOW + timedelta(hours=self.acts), self.folder / "batch.parquet"
        with Engine() as engine:
            engine.table("stated", self.book.stated())
            recorded = [path for _, path in self.book.batches()]
            found = settle_releases(engine, self.releases.values(), recorded=recorded, names=names, now=now, to=batch)
        self.book.write_batch(batch, source={"feed": "ged"}, now=now)
        return found

    def seen(self, known_by: date = date.max) -> list[tuple[int, int]]:
        """Day of July and deaths of every claim that is known by a day and not gone."""
        everything = {"clock": "published", "known_by": known_by, "known_until": NOW + timedelta(days=9999)}
        with self.book.engine() as engine:
            steps = gone_steps().add(
                "seen",
                """select day(maybe_start) as day, cast(body ->> '$.also.harm_best' as integer) as deaths from ledger
                   where type = 'claim' and published <= $known_by and id not in (select id from gone) order by all""",
            )
            return [(row["day"], row["deaths"]) for row in engine.run(steps, everything).to_pylist()]


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path / "case")


def test_a_newer_release_adds_supersedes_and_withdraws(feed: Feed) -> None:
    first = feed.add("ged-1", [(1, 3, 10), (2, 4, 20), (3, 5, 30), (4, 20, 40)], published=FIRST)
    assert first == Compared(new=4, same=0, changed=0, gone=0)
    # 1 stays, 2 has another count, 3 has disappeared, 4 lies after what this release speaks of, 5 is new
    second = feed.add("ged-2", [(1, 3, 10), (2, 4, 21), (5, 9, 50)], published=SECOND)
    assert second == Compared(new=1, same=1, changed=1, gone=1)
    assert feed.seen(FIRST) == [(3, 10), (4, 20), (5, 30), (20, 40)]
    assert feed.seen(SECOND) == [(3, 10), (4, 21), (9, 50), (20, 40)]
    assert feed.seen(SECOND - timedelta(days=1)) == feed.seen(FIRST)


def test_the_same_again_writes_nothing(feed: Feed) -> None:
    rows = [(1, 3, 10), (2, 4, 20)]
    feed.add("ged-1", rows, published=FIRST)
    assert feed.add("ged-2", rows, published=SECOND) == Compared(new=0, same=2, changed=0, gone=0)
    assert [len(batch_ids(path)) for _, path in feed.book.batches()] == [2, 0]


def test_a_reading_that_is_corrected_was_always_so(feed: Feed) -> None:
    feed.add("ged-1", [(1, 3, 10)], published=FIRST)
    feed.add("ged-1", [(1, 3, 11)], published=FIRST)
    assert feed.seen(FIRST) == [(3, 11)]


def test_a_file_that_was_cut_off_withdraws_nothing(feed: Feed) -> None:
    rows = [(n, 1 + n % 28, n) for n in range(300)]
    feed.add("ged-1", rows, published=FIRST)
    cut = feed.add("ged-2", [row for row in rows if row[0] % 3], published=SECOND)
    assert cut == Compared(new=0, same=200, changed=0, gone=0, missing=100)
    assert len(feed.seen()) == 300
    said_whole = feed.add("ged-3", [row for row in rows if row[0] % 3], published=THIRD, whole=True)
    assert said_whole.gone == 100
    assert len(feed.seen()) == 200
    assert len(feed.seen(SECOND)) == 300


def test_releases_that_come_in_out_of_order_give_the_pictures_of_those_in_order(tmp_path: Path) -> None:
    releases = {
        "ged-1": (FIRST, [(1, 3, 10), (2, 4, 20), (3, 5, 30)]),
        "ged-2": (SECOND, [(1, 3, 10), (2, 4, 21), (3, 5, 31), (4, 6, 40)]),
        "ged-3": (THIRD, [(1, 3, 10), (2, 4, 22), (4, 6, 40), (5, 7, 50)]),
    }
    days = [FIRST - timedelta(days=1), FIRST, SECOND - timedelta(days=1), SECOND, THIRD, date.max]
    wanted = None
    for order in permutations(releases):
        feed = Feed(tmp_path / "-".join(order))
        for name in order:
            published, rows = releases[name]
            feed.add(name, rows, published=published, whole=True)
        seen = [feed.seen(day) for day in days]
        wanted = wanted or seen
        assert seen == wanted, order
    assert wanted is not None
    assert wanted[3] == [(3, 10), (4, 21), (5, 31), (6, 40)]


@pytest.mark.parametrize("gone", ["ged-1", "ged-2", "ged-3"])
def test_what_is_left_when_a_release_is_taken_out_is_what_the_others_say(gone: str, tmp_path: Path) -> None:
    releases = {
        "ged-1": (FIRST, [(1, 3, 10), (2, 4, 5), (3, 5, 30)]),
        "ged-2": (SECOND, [(1, 3, 10), (2, 4, 8), (4, 6, 40)]),
        "ged-3": (THIRD, [(1, 3, 10), (2, 4, 5), (4, 6, 40)]),
    }
    feed, other = Feed(tmp_path / "all"), Feed(tmp_path / "others")
    for name, (published, rows) in releases.items():
        feed.add(name, rows, published=published, whole=True)
        if name != gone:
            other.add(name, rows, published=published, whole=True)
    before = [feed.seen(day) for day in (FIRST, SECOND, THIRD)]
    feed.take_out(gone)
    assert [feed.seen(day) for day in (FIRST, SECOND, THIRD)] == [other.seen(day) for day in (FIRST, SECOND, THIRD)]
    feed.add(gone, releases[gone][1], published=releases[gone][0], whole=True)
    assert [feed.seen(day) for day in (FIRST, SECOND, THIRD)] == before
    assert feed.book.issues() == ()


def test_a_value_that_comes_back_is_seen_to_come_back(feed: Feed) -> None:
    for name, published, deaths in (("ged-1", FIRST, 5), ("ged-3", THIRD, 5), ("ged-2", SECOND, 6)):
        feed.add(name, [(2, 4, deaths)], published=published)
    assert [feed.seen(day) for day in (FIRST, SECOND, THIRD)] == [[(4, 5)], [(4, 6)], [(4, 5)]]


def test_a_claim_that_replaces_another_was_not_known_before_its_release(feed: Feed) -> None:
    feed.add("ged-1", [(2, 4, 5)], published=FIRST)
    feed.add("ged-2", [(2, 4, 8)], published=SECOND, dated=FIRST)
    assert feed.seen(FIRST) == [(4, 5)]
    assert feed.seen(SECOND) == [(4, 8)]
    assert feed.book.issues() == ()


def test_two_devices_with_different_releases_agree_once_they_meet(tmp_path: Path) -> None:
    one, two = Feed(tmp_path / "one"), Feed(tmp_path / "two", device="d-two")
    for feed in (one, two):
        feed.add("ged-1", [(1, 3, 10), (2, 4, 5)], published=FIRST)
    one.add("ged-3", [(1, 3, 10), (2, 4, 9)], published=THIRD)
    two.add("ged-2", [(1, 3, 10), (2, 4, 8)], published=SECOND)
    shutil.copy(two.folder / "journal" / "d-two.jsonl", one.folder / "journal" / "d-two.jsonl")
    shutil.copytree(two.folder / FOLDER, one.folder / FOLDER, dirs_exist_ok=True)
    one.book.catch_up()
    one.releases["ged-2"] = two.releases["ged-2"]
    one.settle()
    assert [one.seen(day) for day in (FIRST, SECOND, THIRD)] == [
        [(3, 10), (4, 5)],
        [(3, 10), (4, 8)],
        [(3, 10), (4, 9)],
    ]
    assert one.book.issues() == ()


def test_names_are_rows_and_the_latest_counts(feed: Feed) -> None:
    feed.add(
        "ged-1",
        [(1, 3, 10)],
        published=FIRST,
        names=[name_row("party", {"id": "ucdp-1", "name_en": "One"}, document="ged-1", published=FIRST)],
    )
    feed.add(
        "ged-2",
        [(1, 3, 10)],
        published=SECOND,
        names=[name_row("party", {"id": "ucdp-1", "name_en": "Uno"}, document="ged-2", published=SECOND)],
    )
    assert feed.book.names() == (("party", {"id": "ucdp-1", "name_en": "Uno"}),)


def all_rows(book: Book) -> list[dict[str, Any]]:
    with book.engine() as engine:
        rows = engine.run(Steps("all").add("rows", "select * from ledger order by id, recorded")).to_pylist()
    return [dict(row) for row in rows]


def filled(feed: Feed) -> Feed:
    feed.book.write([{"type": "note", "id": "x1", "body": {"n": 1}}], verb="say", source={}, now=NOW)
    feed.add(
        "ged-1",
        [(1, 3, 10), (2, 4, 20)],
        published=FIRST,
        names=[name_row("party", {"id": "ucdp-1"}, document="ged-1", published=FIRST)],
    )
    feed.book.write(
        [{"type": "note", "id": "x2", "body": {"n": 2}}], verb="say", source={}, now=NOW + timedelta(days=1)
    )
    feed.add("ged-2", [(1, 3, 10), (2, 4, 21)], published=SECOND)
    return feed


def test_the_tables_are_made_again_from_the_batches(feed: Feed) -> None:
    before = all_rows(filled(feed).book)
    assert feed.book.issues() == ()
    shutil.rmtree(feed.folder / ".castello")
    again = Book(feed.folder, device="d-one")
    again.catch_up()
    assert all_rows(again) == before
    assert again.issues() == ()
    again.remake()
    assert all_rows(again) == before


def test_one_flipped_byte_of_a_batch_is_named(feed: Feed) -> None:
    filled(feed)
    path = min((feed.folder / FOLDER).glob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert [issue.file for issue in feed.book.issues() if issue.code == "broken-batch"] == [
        f"journal/batches/{path.name}"
    ]
    shutil.rmtree(feed.folder / ".castello")
    with pytest.raises(BrokenChain, match="does not match its hash"):
        Book(feed.folder, device="d-one").catch_up()
    path.unlink()
    with pytest.raises(BrokenChain, match="is gone"):
        Book(feed.folder, device="d-one").catch_up()


def test_a_batch_that_never_got_its_line_is_not_there(feed: Feed) -> None:
    filled(feed)
    before = all_rows(feed.book)
    journal = feed.folder / "journal" / "d-one.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:-20])  # the power went while the line was written
    shutil.rmtree(feed.folder / ".castello")
    again = Book(feed.folder, device="d-one")
    again.catch_up()
    assert len(all_rows(again)) < len(before)
    assert not [issue for issue in again.issues() if issue.code != "no-line"]


def test_a_pack_brings_the_batches_along(feed: Feed, home: Path, tmp_path: Path) -> None:
    before = all_rows(filled(feed).book)
    _, lines = open_pack(seal_pack(feed.folder, case_id="x", to=public_key()))
    other = tmp_path / "other"
    other.mkdir()
    unpack(other, lines)
    book = Book(other, device="d-two")
    book.catch_up()
    assert all_rows(book) == before
    spoilt = [dict(item) for item in lines]
    for item in spoilt:
        if item.get("file", "").startswith("journal/batches/"):
            item["data"] = "AAAA"
    (tmp_path / "third").mkdir()
    with pytest.raises(BrokenChain, match="batch in the pack"):
        unpack(tmp_path / "third", spoilt)


def test_two_devices_that_take_the_same_release_in(tmp_path: Path) -> None:
    one = Feed(tmp_path / "case")
    one.add("ged-1", [(1, 3, 10), (2, 4, 20)], published=FIRST)
    apart = Feed(tmp_path / "apart", device="d-two")
    apart.add("ged-1", [(1, 3, 10), (2, 4, 20)], published=FIRST)
    shutil.copy(apart.folder / "journal" / "d-two.jsonl", one.folder / "journal" / "d-two.jsonl")
    shutil.copytree(apart.folder / FOLDER, one.folder / FOLDER, dirs_exist_ok=True)
    one.book.catch_up()
    assert one.seen() == [(3, 10), (4, 20)]
    assert one.book.issues() == ()
