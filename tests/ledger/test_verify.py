"""One changed byte anywhere in what is stored is found by ``verify``, and named."""

import hashlib
import json
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from castello.desk.case import Case
from tests.cases_for_tests import NOW, PSEUDONYM, built_case, copy_case, day, write_case

SEED = 20160717


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A built case that tests damage copies of."""
    home = tmp_path_factory.mktemp("home")
    return built_case(write_case(tmp_path_factory.mktemp("verify") / "tiny"), environ={"CASTELLO_HOME": str(home)})


def damaged(whole, path, at, bit):
    """What verify says after one bit of a file was flipped; the file is put back."""
    data = path.read_bytes()
    path.write_bytes(data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :])
    try:
        return Case(whole.folder, whole.environ).verify()
    finally:
        path.write_bytes(data)


def offsets(path, count):
    """Places to flip: both ends and others at random, always the same."""
    size, chance = path.stat().st_size, random.Random(f"{SEED} {path.name}")
    return sorted({0, size - 1, *(chance.randrange(size) for _ in range(count))})


def flips(whole, path, count):
    chance = random.Random(SEED)
    return [(at, damaged(whole, path, at, chance.randrange(8))) for at in offsets(path, count)]


def test_what_was_not_touched_is_clean(whole):
    verified = whole.verify()

    assert verified.clean
    assert (verified.counts["claims"], verified.counts["protected"], verified.counts["protected_not_opened"]) == (
        12,
        1,
        0,
    )
    assert (verified.counts["documents_held"], verified.counts["quotes"], verified.counts["quotes_checked"]) == (
        1,
        2,
        1,
    )
    assert verified.counts["quotes_text_not_held"] == 1


def test_a_flipped_byte_in_the_journal_is_found_and_the_line_named(whole):
    [path] = (whole.folder / "journal").glob("*.jsonl")
    for at, verified in flips(whole, path, 40):
        assert not verified.clean, at
        assert [issue.code for issue in verified.issues if issue.file.startswith(f"journal/{path.name}")] == [
            "broken-chain"
        ], at


def test_a_flipped_byte_in_any_file_of_the_table_is_found_and_the_file_named(whole):
    folder = whole.folder / ".castello" / "ledger"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for at, verified in flips(whole, path, 8 if path.suffix == ".parquet" else 5):
            named = {(issue.file, issue.code) for issue in verified.issues if issue.severity == "error"}
            assert (f".castello/ledger/{path.relative_to(folder).as_posix()}", "changed-file") in named, (path, at)


def test_a_flipped_byte_in_a_held_document_is_found_and_the_document_named(whole):
    path = whole.folder / "documents" / "report.txt"
    for at, verified in flips(whole, path, 12):
        assert [(issue.file, issue.code) for issue in verified.issues] == [("documents/report.txt", "document")], at


def test_a_flipped_byte_in_the_list_of_hashes_is_found(whole):
    path = whole.folder / ".castello" / "ledger.sha256"
    for at, verified in flips(whole, path, 12):
        if (
            path.read_bytes()[at : at + 1] not in b'\n ,:"{}'
        ):  # some of these change the layout of a line, not what it says
            assert not verified.clean, at


def test_a_flipped_byte_in_the_vault_is_found_and_the_item_named(whole):
    for room in ("keys", "originals"):
        for path in sorted((whole.folder / "vault" / room).iterdir()):
            for at, verified in flips(whole, path, 3):
                [issue] = verified.issues
                assert (issue.code, path.name in issue.file) == ("sealed", True), (path, at)


def test_what_is_lost_is_named(whole, tmp_path):
    folder = copy_case(whole.folder, tmp_path / "copy")
    (folder / "documents" / "report.txt").unlink()
    assert [(issue.file, issue.what) for issue in Case(folder, whole.environ).verify().issues] == [
        ("documents/report.txt", "is gone")
    ]
    file = Path(Case(folder, whole.environ).book.tables.files()[0])
    file.unlink()
    codes = {(issue.code, Path(issue.file).name) for issue in Case(folder, whole.environ).verify().issues}
    assert ("lost-file", file.name) in codes


def test_the_last_entry_cut_from_the_journal_is_found_by_its_rows(whole, tmp_path):
    folder = copy_case(whole.folder, tmp_path / "copy")
    [path] = (folder / "journal").glob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    verified = Case(folder, whole.environ).verify()
    lost = {row["id"] for row in json.loads(lines[-1])["rows"]}

    assert {issue.code for issue in verified.issues} == {"alien-row"}
    assert all(any(id_ in issue.what for issue in verified.issues) for id_ in lost)


def rewritten(folder, change):
    """Change rows of the table as one who knows its layout would: Parquet file, its hash on record, and nothing else."""
    case = Case(folder, {"CASTELLO_HOME": str(folder / "no-home")})
    touched = []
    for name in case.book.tables.files():
        path = Path(name)
        table = pq.read_table(path)
        rows = table.to_pylist()
        wanted = [change(row) for row in rows]
        if wanted != rows:
            pq.write_table(table.from_pylist([row for row in wanted if row is not None], schema=table.schema), path)
            touched.append(path.name)
    manifest = folder / ".castello" / "ledger.sha256"
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    for line in lines:
        if line["file"] in touched:
            line["sha256"] = hashlib.sha256((folder / ".castello" / "ledger" / line["file"]).read_bytes()).hexdigest()
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert touched


@pytest.mark.parametrize(
    ("type_", "column", "value"),
    [
        ("claim", "answer", "in-part"),
        ("claim", "published", day("2016-01-01")),
        ("claim", "sources", ["sohr"]),
        ("claim", "recorded", NOW.replace(year=2020)),
        ("judgement", "body", "{}"),
        ("relation", "device", "d-other"),
        ("document", "id", "d1-0000"),
        ("sealed", "body", '{"payload":""}'),
    ],
)
def test_a_changed_row_is_named_though_its_file_and_hash_were_changed_too(whole, tmp_path, type_, column, value):
    folder = copy_case(whole.folder, tmp_path / "copy")
    done: list[str] = []

    def change(row):
        if done or row["type"] != type_ or row[column] == value or (type_ == "claim" and row["kind"] != "access"):
            return row
        done.append(row["id"])
        return row | {column: value}

    rewritten(folder, change)
    verified = Case(folder, whole.environ).verify()

    assert not verified.clean
    if column == "id":
        assert {issue.code for issue in verified.issues} == {"alien-row", "lost-row"}
    else:
        assert [(issue.code, done[0] in issue.what, column in issue.what) for issue in verified.issues] == [
            ("changed-row", True, True)
        ]


def test_a_row_that_was_taken_out_or_doubled_is_named(whole, tmp_path):
    folder = copy_case(whole.folder, tmp_path / "out")
    gone: list[str] = []

    def take_out(row):
        if gone or row["type"] != "claim":
            return row
        gone.append(row["id"])
        return None

    rewritten(folder, take_out)
    [issue] = Case(folder, whole.environ).verify().issues
    assert (issue.code, gone[0] in issue.what) == ("lost-row", True)

    folder = copy_case(whole.folder, tmp_path / "doubled")
    claims = []

    def double(row):
        if row["type"] == "claim":
            claims.append(row)
            return claims[0]
        return row

    rewritten(folder, double)
    codes = {issue.code for issue in Case(folder, whole.environ).verify().issues}
    assert codes == {"alien-row", "lost-row"}


def test_a_file_that_is_no_table_any_more_is_named(whole, tmp_path):
    folder = copy_case(whole.folder, tmp_path / "copy")
    table = folder / ".castello" / "ledger"
    name = Path(Case(folder, whole.environ).book.tables.files()[0]).name
    (table / name).write_bytes(b"PAR1 nothing PAR1")
    manifest = folder / ".castello" / "ledger.sha256"
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    for line in lines:
        if line["file"] == name:
            line["sha256"] = hashlib.sha256((table / name).read_bytes()).hexdigest()
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    verified = Case(folder, whole.environ).verify()

    assert [(issue.code, issue.file) for issue in verified.issues] == [("unreadable", f".castello/ledger/{name}")]


def test_damage_to_the_tables_is_mended_by_making_them_again(whole, tmp_path):
    folder = copy_case(whole.folder, tmp_path / "copy")
    rewritten(folder, lambda row: row | {"answer": "open"} if row["kind"] == "access" else row)
    case = Case(folder, whole.environ)
    assert not case.verify().clean

    case.book.remake()

    assert case.verify().clean
    assert case.picture(as_of="2016-07-17").to_json() == whole.picture(as_of="2016-07-17").to_json()


def test_without_the_key_of_the_vault_the_rest_is_verified(whole, tmp_path):
    environ = {"CASTELLO_HOME": str(tmp_path / "another-home")}
    verified = Case(whole.folder, environ).verify()

    assert verified.clean
    assert verified.counts["protected_not_opened"] == 1
    assert PSEUDONYM not in json.dumps(verified.to_json())


def test_a_quote_that_does_not_stand_in_its_document_is_named_until_its_claim_is_withdrawn(home, tmp_path):
    case = Case(write_case(tmp_path / "tiny"))
    text = (case.folder / "claims" / "01-open.yml").read_text(encoding="utf-8")
    bad = text.replace("quote: At least 300,000 people are trapped in the east", 'quote: "At least 300,000 persons"')
    (case.folder / "claims" / "01-open.yml").write_text(bad, encoding="utf-8")
    (case.folder / "documents" / "report.txt").rename(tmp_path / "report.txt")
    (case.folder / "documents" / "report.txt.yml").rename(tmp_path / "report.txt.yml")
    described = '  - {id: report, title: Flash, publisher: agency, published: 2016-07-18, urls: ["https://example.org/flash"]}\n'
    (case.folder / "claims" / "01-open.yml").write_text(
        bad.replace("claims:\n", f"{described}claims:\n", 1), encoding="utf-8"
    )
    case.build(now=NOW)  # nobody holds the report yet: the quote cannot be checked
    assert case.verify().clean
    (tmp_path / "report.txt").rename(case.folder / "documents" / "report.txt")
    (tmp_path / "report.txt.yml").rename(case.folder / "documents" / "report.txt.yml")
    report = case.build(now=NOW.replace(hour=10))

    assert "quote" in [issue.column for issue in report.issues if issue.severity == "error"]
    assert report.new["withdrawn"] == 1
    assert case.verify().clean
