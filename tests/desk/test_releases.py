"""Feeds whose files are tables, in a case: releases, corrections, files taken out, and what was known when."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from castello.desk.case import Case
from castello.desk.planning import Sidecar
from tests.cases_for_tests import NOW

HEAD = (
    "id,type_of_violence,side_a_new_id,side_a,side_b_new_id,side_b,dyad_name,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,"
    "country,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,low,high\n"
)
FIRST, SECOND = date(2017, 6, 1), date(2018, 6, 1)


def event(number: int, *, day: str, best: int, side_a: str = "Army", where: str = "Hanano town") -> str:
    return (
        f"{number},1,118,{side_a},99,Rebels,Army - Rebels,1,{where},Aleppo,Jebel Saman,36.23,37.2,Syria,1,1,{day},{day},"
        f"0,0,{best},0,{best},{best},{best}\n"
    )


@pytest.fixture
def case(built: Case) -> Case:
    with (built.folder / "sources.yml").open("a", encoding="utf-8") as out:
        out.write("  ucdp: {name_en: UCDP, kind: analyst}\n")
    return built


def add(case: Case, tmp_path: Path, name: str, text: str, *, published: date, later: int = 0) -> Mapping[str, int]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    sidecar = Sidecar(publisher="ucdp", published=published)
    report = case.add([path], sidecar=sidecar, now=NOW + timedelta(hours=later))
    assert [item.taken_for for item in report.files] == ["UCDP GED"]
    return report.build.feeds[f"feeds/{name}"]


def deaths(case: Case, *, known_by: date | None = None) -> list[tuple[str, float]]:
    """Day and deaths of every event of the feed that a picture of the end of 2016 has."""
    picture = case.picture(as_of="2016-12-31", known_by=known_by, now=NOW)
    told = [claim for claim in picture.claims(kinds=["event"]) if claim.document.startswith("ged")]
    return sorted((str(claim.happened.maybe[0]), float(claim.slot("harm_best") or 0)) for claim in told)


ROWS = (
    HEAD + event(1, day="2016-07-03", best=3) + event(2, day="2016-07-20", best=5) + event(3, day="2016-08-01", best=7)
)
NEWER = (
    HEAD + event(1, day="2016-07-03", best=3) + event(2, day="2016-07-20", best=6) + event(4, day="2016-08-02", best=9)
)


def test_a_newer_release_leaves_earlier_pictures_as_they_were(case: Case, tmp_path: Path) -> None:
    assert add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)["claims"] == 3
    before = deaths(case, known_by=FIRST)
    assert before == [("2016-07-03", 3), ("2016-07-20", 5), ("2016-08-01", 7)]
    counts = add(case, tmp_path, "ged-18.csv", NEWER, published=SECOND, later=1)
    assert {name: counts[name] for name in ("new", "same", "changed", "withdrawn")} == {
        "new": 1,
        "same": 1,
        "changed": 1,
        "withdrawn": 1,
    }
    assert deaths(case, known_by=FIRST) == before
    assert deaths(case) == [("2016-07-03", 3), ("2016-07-20", 6), ("2016-08-02", 9)]
    assert case.verify().issues == ()


def test_what_the_feed_says_survives_the_loss_of_the_tables(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    add(case, tmp_path, "ged-18.csv", NEWER, published=SECOND, later=1)
    seen, entries = deaths(case), case.book.journal.heads()
    shutil.rmtree(case.folder / ".castello")
    again = Case(case.folder)
    report = again.build(now=NOW + timedelta(days=9))
    assert deaths(again) == seen
    assert again.book.journal.heads() == entries
    assert report.new.get("claims", 0) == 0


def test_the_same_file_is_not_read_again(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    monkeypatch.setattr("castello.desk.releases.stage", lambda *_, **__: pytest.fail("read again"))
    counts = add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST, later=1)
    assert counts["claims"] == 3


def test_a_name_that_is_decided_later_corrects_what_was_read(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS.replace("Army,", "Syrian Arab Forces,"), published=FIRST)
    subjects = {claim.subject for claim in case.book.claims().values() if claim.document == "ged-17"}
    assert subjects == {"ucdp-118"}
    assert case.registers.parties["ucdp-118"].name_en == "Syrian Arab Forces"
    sidecar = case.folder / "feeds" / "ged-17.csv.yml"
    sidecar.write_text(
        sidecar.read_text(encoding="utf-8") + "party_names: {Syrian Arab Forces: army}\n", encoding="utf-8"
    )
    case.build(now=NOW + timedelta(hours=1))
    picture = case.picture(as_of="2016-12-31", known_by=FIRST, now=NOW)
    assert {claim.subject for claim in picture.claims(kinds=["event"]) if claim.document == "ged-17"} == {"army"}
    assert len(deaths(case)) == 3


def test_a_file_that_is_taken_out_says_nothing_any_more(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    add(case, tmp_path, "ged-18.csv", NEWER, published=SECOND, later=1)
    for name in ("ged-18.csv", "ged-18.csv.yml"):
        (case.folder / "feeds" / name).unlink()
    case.build(now=NOW + timedelta(hours=2))
    assert deaths(case) == [("2016-07-03", 3), ("2016-07-20", 5), ("2016-08-01", 7)]
    case.build(now=NOW + timedelta(hours=3))
    assert len(case.book.batches()) == 3
    assert {issue.what for issue in case.verify().issues} == {"is gone"}  # the file, which the journal knows


def test_rows_that_are_wrong_are_told_and_do_not_withdraw_what_was_there(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    wrong = NEWER.replace("2016-08-02,2016-08-02", "someday,someday")
    counts = add(case, tmp_path, "ged-18.csv", wrong, published=SECOND, later=1)
    assert (counts["rows"], counts["refused"], counts["withdrawn"]) == (3, 1, 0)
    report = case.build(now=NOW + timedelta(hours=2))
    assert "date" in {issue.code for issue in report.issues}
    assert ("2016-08-01", 7.0) in deaths(case)


def test_an_older_release_that_comes_later_is_seen_in_the_pictures_of_its_time(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-18.csv", NEWER, published=SECOND)
    assert deaths(case, known_by=FIRST) == []
    now = deaths(case)
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST, later=1)
    assert deaths(case, known_by=FIRST) == [("2016-07-03", 3), ("2016-07-20", 5), ("2016-08-01", 7)]
    assert deaths(case) == now


def test_fewer_dead_than_none_are_no_figure(case: Case, tmp_path: Path) -> None:
    rows = HEAD + event(1, day="2016-07-03", best=-3) + event(2, day="2016-07-20", best=5)
    assert add(case, tmp_path, "ged-17.csv", rows, published=FIRST)["refused"] == 1
    assert deaths(case) == [("2016-07-20", 5)]


def test_a_file_that_was_replaced_is_not_read(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    (case.folder / "feeds" / "ged-17.csv").write_text(NEWER, encoding="utf-8")
    report = case.build(now=NOW + timedelta(hours=1))
    assert [issue.code for issue in report.issues] == ["changed-document"]
    assert len(deaths(case)) == 3


def test_what_the_journal_says_of_a_release(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    lines = (case.folder / "journal").glob("*.jsonl")
    told = [json.loads(line) for path in lines for line in path.read_text(encoding="utf-8").splitlines()]
    feed = next(line for line in told if line["verb"] == "feed")
    assert feed["rows"] == []
    assert feed["source"]["feed"] == "ucdp_ged:ucdp"
    assert json.loads(feed["source"]["files"])["feeds/ged-17.csv"]["counts"] == {"rows": 3, "claims": 3, "names": 1}
    assert datetime.fromisoformat(feed["at"]).astimezone(UTC) == NOW


def rewrite(case: Case, name: str, *, old: str = "", new: str = "") -> None:
    sidecar = case.folder / "feeds" / f"{name}.csv.yml"
    text = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")


def rename(case: Case, name: str, other: str) -> None:
    for ending in (".csv", ".csv.yml"):
        path = case.folder / "feeds" / f"{name}{ending}"
        path.rename(path.with_name(f"{other}{ending}"))


HISTORIES: Mapping[str, Sequence[Callable[[Case], None]]] = {
    "the sidecar of the older": (lambda case: rewrite(case, "ged-17", new="party_names: {Rebels: fighters}\n"),),
    "the older renamed": (lambda case: rename(case, "ged-17", "ged-x"),),
    "the newer renamed": (lambda case: rename(case, "ged-18", "ged-a"),),
    "another publisher": (
        lambda case: rewrite(case, "ged-17", old="publisher: ucdp", new="publisher: wire"),
        lambda case: rewrite(case, "ged-18", old="publisher: ucdp", new="publisher: wire"),
    ),
    "a feed of its own": (lambda case: rewrite(case, "ged-18", new="feed: mine\n"),),
    "a feed of its own and back": (
        lambda case: rewrite(case, "ged-18", new="feed: mine\n"),
        lambda case: rewrite(case, "ged-18", old="feed: mine\n", new=""),
    ),
    "the day of publication corrected": (
        lambda case: rewrite(case, "ged-17", old="2017-06-01", new="2016-12-01"),
    ),
    "the order of publication turned": (
        lambda case: rewrite(case, "ged-17", old="2017-06-01", new="2019-06-01"),
    ),
    "a reading that is taken back": (
        lambda case: rewrite(case, "ged-17", new="party_names: {Rebels: fighters}\n"),
        lambda case: rewrite(case, "ged-17", old="party_names: {Rebels: fighters}\n", new=""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES)
def test_whatever_happened_the_files_say_what_they_say_in_a_new_case(
    case: Case, tmp_path: Path, home: Path, history: str
) -> None:
    add(case, tmp_path, "ged-17.csv", ROWS, published=FIRST)
    add(case, tmp_path, "ged-18.csv", NEWER, published=SECOND, later=1)
    for hours, change in enumerate(HISTORIES[history], start=2):
        change(case)
        case.build(now=NOW + timedelta(hours=hours))
    fresh = Case(
        shutil.copytree(case.folder, tmp_path / "fresh", ignore=shutil.ignore_patterns(".castello", "journal"))
    )
    fresh.build(now=NOW)
    days = [date(2016, 11, 30), date(2016, 12, 31), FIRST, SECOND, date(2019, 12, 31), None]
    assert [deaths(case, known_by=day) for day in days] == [deaths(fresh, known_by=day) for day in days]
    entries = case.book.journal.heads()
    case.build(now=NOW + timedelta(hours=9))
    assert case.book.journal.heads() == entries
    assert {issue.what for issue in case.verify().issues} <= {"is gone"}
