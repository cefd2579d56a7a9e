"""A new case works while it is empty; ``add`` says what a file is, and adding twice adds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from castello.cli import main
from castello.desk.case import Case
from tests.cases_for_tests import PSEUDONYM, REPORT, write_case

NEW = """\
coder: me
claims:
  - {kind: supply, subject: bread, predicate: stock, place: east, happened: {on: 2016-07-18}, said: 2016-07-18,
     document: paper-2016-07-19, chain: [{observatory: compiler}]}
"""
SECRET = "Seventeen sacks were hidden beneath the old school on the hill"
PROTECTED = f"""\
coder: me
claims:
  - kind: supply
    subject: flour
    predicate: running_low
    place: east
    happened: {{on: 2016-07-18}}
    document: paper-2016-07-19
    chain: [{{who: {PSEUDONYM}, role: witness, named: false, protected: true}}]
    note: "{SECRET}"
    sensitivity: severe
"""
OPTIONS = ("--publisher", "agency", "--published", "2016-07-19")


def files(folder: Path) -> dict[str, bytes]:
    """What people put into a case: every file but for the journal, the vault and the tables."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in (".castello", "journal", "vault")
    }


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any, str]:
    """Exit code, JSON answer (None if there is none) and messages of one call."""
    capsys.readouterr()
    code = main([*map(str, arguments), "--json"])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, json.loads(printed.out) if printed.out else None, printed.err


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    """The tiny case, built."""
    folder = write_case(tmp_path / "case")
    assert main(["build", "--case", str(folder)]) == 0
    return folder


def put(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / "given" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# ------------------------------------------------------------------------------------------------------------- new


@pytest.mark.parametrize("verb", ["build", "claims", "verify", "doctor", "totals", "parties", "brief"])
def test_every_verb_works_on_an_empty_case(
    verb: str, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "El Fasher"
    code, made, _ = run(capsys, "new", folder, "--name", 'El "Fasher"')
    assert (code, made) == (0, {"case": str(folder)})
    code, answer, _ = run(capsys, verb, "--case", folder)
    assert code == 0
    assert answer
    if verb == "build":
        assert answer["issues"] == []
        assert not any(answer["new"].values())
    if verb == "verify":
        assert answer["clean"] is True
    if verb == "claims":
        assert (answer["case"], answer["claims"]) == ("el-fasher", [])


def test_the_brief_of_an_empty_case_says_that_there_is_no_claim(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "empty")]) == 0
    code, answer, _ = run(capsys, "brief", "--case", tmp_path / "empty")
    assert code == 0
    assert "no claim" in json.dumps(answer).lower()


def test_new_leaves_a_folder_with_something_in_it_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "mine.txt", "mine")
    code, answer, message = run(capsys, "new", tmp_path / "given")
    assert (code, answer) == (2, None)
    assert "is not empty. Name a folder that does not exist yet." in message
    assert [path.name for path in (tmp_path / "given").iterdir()] == ["mine.txt"]


def test_new_takes_any_name_that_can_be_printed(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "new", tmp_path / "حلب", "--name", 'حلب \\ "الشهباء" # 1')[0] == 0
    assert run(capsys, "build", "--case", tmp_path / "حلب")[0] == 0
    code, _, message = run(capsys, "new", tmp_path / "other", "--name", "a\nb\u007f")
    assert code == 2
    assert "cannot be printed. Give another name with --name." in message
    assert not (tmp_path / "other").exists()


# ------------------------------------------------------------------------------------------------------------- add


def test_a_claims_file_is_added_once(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "02-bread.yml", NEW)
    code, first, _ = run(capsys, "add", path, "--case", folder)
    assert code == 0
    assert first["files"] == [
        {
            "file": "02-bread.yml",
            "taken_for": "claims file",
            "why": "it has the sections of a claims file",
            "to": "claims/02-bread.yml",
            "already": False,
        }
    ]
    assert first["new"]["claims"] == 1
    before = files(folder)
    code, second, _ = run(capsys, "add", path, "--case", folder)
    assert code == 0
    assert second["files"][0]["already"] is True
    assert not any(second["new"].values())
    assert files(folder) == before


def test_an_ending_in_capitals_is_read_too(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer, _ = run(capsys, "add", put(tmp_path, "02-bread.YML", NEW), "--case", folder)
    assert code == 0
    assert answer["files"][0]["to"] == "claims/02-bread.yml"
    assert answer["new"]["claims"] == 1


def test_a_document_is_added_once_with_its_sidecar(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, "Flash Update 2.TXT", REPORT)
    more = ("--title", 'Flash: "update" 2', "--url", "https://example.org/2", "--language", "ar")
    code, answer, _ = run(capsys, "add", path, "--case", folder, *OPTIONS, *more)
    assert code == 0
    assert answer["files"][0]["to"] == "documents/flash-update-2.txt"
    assert (answer["new"]["documents"], answer["issues"]) == (1, [])
    document = Case(folder).book.documents()["flash-update-2"]
    assert (document.title, document.publisher, document.language) == ('Flash: "update" 2', "agency", "ar")
    assert (str(document.published), document.urls) == ("2016-07-19", ("https://example.org/2",))
    assert document.text_held
    before = files(folder)
    code, again, _ = run(capsys, "add", path, "--case", folder, *OPTIONS)
    assert code == 0
    assert again["files"][0]["already"] is True
    assert files(folder) == before


def test_a_document_that_lies_there_without_a_sidecar_gets_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "documents" / "alone.txt").write_text(REPORT)
    assert run(capsys, "build", "--case", folder)[1]["issues"][0]["code"] == "no-sidecar"
    code, answer, _ = run(capsys, "add", folder / "documents" / "alone.txt", "--case", folder, *OPTIONS)
    assert (code, answer["issues"], answer["new"]["documents"]) == (0, [], 1)


@pytest.mark.parametrize(
    ("name", "text", "options", "says"),
    [
        ("report.txt", "Other words.", OPTIONS, "documents/report.txt is there already, with other content. Give"),
        ("report.md", "Other words.", OPTIONS, "documents/report.txt has that name already. Give the new file another"),
        ("01-open.yml", NEW, (), "claims/01-open.yml is there already, with other content. Give the new file another"),
        ("sheet.xlsx", b"PK", (), "sheet.xlsx is a broken workbook (File is not a zip file). Open and save it again"),
        ("sheet.odd", "text", (), "sheet.odd ends in .odd and is not read. Files that end in .osm.pbf"),
        ("nothing", "text", (), "nothing has no ending and is not read. Files that end in"),
        ("a.txt", "text", (), "a document needs its publisher and day. Add --publisher ID --published 2016-07-17."),
        ("a.txt", "text", ("--publisher", "agency"), "a document needs its publisher and day"),
        ("a.txt", "text", ("--publisher", "agncy", "--published", "2016-07-19"), "Did you mean agency"),
        ("a.txt", "text", ("--publisher", "zzz", "--published", "2016-07-19"), "There are: agency, analyst"),
        (
            "a.txt",
            "text",
            ("--publisher", "ucdp", "--published", "2016-07-19"),
            "yml:\n  ucdp:\n    name_en: ...\n    kind: ...",
        ),
        ("a.txt", "text", ("--publisher", "agency", "--published", "19/07/2016"), "'19/07/2016' is not a day"),
        ("a.txt", "text", (*OPTIONS, "--url", "example.org"), "Addresses start with http:// or https://"),
        ("a.txt", "text", (*OPTIONS, "--title", "a\x07b"), "characters that cannot be printed"),
    ],
)
def test_what_cannot_be_added_changes_nothing(
    name: str,
    text: str | bytes,
    options: tuple[str, ...],
    says: str,
    *,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = files(folder)
    code, answer, message = run(capsys, "add", put(tmp_path, name, text), "--case", folder, *options)
    assert (code, answer) == (2, None)
    assert says in message
    assert PSEUDONYM not in message
    assert files(folder) == before


def test_what_is_not_there_cannot_be_added(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(folder)
    for path, says in (
        (tmp_path / "nowhere.txt", f"no file {tmp_path / 'nowhere.txt'}. Check the path"),
        (tmp_path, f"{tmp_path} holds nothing that is read (case: folders in folders are not looked into"),
    ):
        code, _, message = run(capsys, "add", path, "--case", folder, *OPTIONS)
        assert code == 2
        assert says in message
    assert files(folder) == before


def test_a_yaml_file_that_is_no_claims_file_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(folder)
    path = put(tmp_path, "people.yml", "sources: {}\n")
    code, _, message = run(capsys, "add", put(tmp_path, "good.yml", NEW), path, "--case", folder)
    assert code == 3
    assert "people.yml:1 (sources): 'sources' is not a section" in message
    assert "nothing was written" in message
    assert files(folder) == before


def test_two_files_of_one_call_do_not_overwrite_each_other(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = put(tmp_path, "Flash 2.txt", "One."), put(tmp_path, "flash-2.txt", "Two.")
    before = files(folder)
    code, _, message = run(capsys, "add", one, two, "--case", folder, *OPTIONS)
    assert code == 2
    assert "Flash 2.txt and flash-2.txt would both be documents/flash-2.txt" in message
    assert files(folder) == before


# ------------------------------------------------------------------------------------------------------- protected


def windows(text: str) -> list[bytes]:
    data = text.encode()
    return [data[at : at + 12] for at in range(len(data) - 11)]


def plain_places(folder: Path, text: str) -> list[str]:
    """Files of a case in which a part of the words stands in plain."""
    parts = windows(text)
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(part in path.read_bytes() for part in parts)
    ]


def test_protected_claims_are_sealed_once(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "hill-school-resident.yml", PROTECTED)
    code, first, _ = run(capsys, "add", path, "--case", folder, "--protected")
    assert code == 0
    assert first["new"]["protected"] == 1
    assert first["files"][0]["taken_for"] == "protected claims file"
    assert not (folder / "claims" / "hill-school-resident.protected.yml").exists()
    assert plain_places(folder, SECRET) == []
    assert plain_places(folder, "hill-school-resident") == []
    notes = [claim.note for claim in Case(folder).book.claims().values()]
    assert SECRET in notes
    code, second, _ = run(capsys, "add", path, "--case", folder, "--protected")
    assert code == 0
    assert not any(second["new"].values())


def test_a_protected_document_is_sealed_once(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "voice-of-umm-khaled.txt", SECRET)
    before = files(folder)
    code, first, _ = run(capsys, "add", path, "--case", folder, "--protected")
    assert code == 0
    assert first["files"][0]["already"] is False
    assert files(folder) == before
    assert plain_places(folder, SECRET) == []
    assert plain_places(folder, "voice-of-umm-khaled") == []
    code, second, _ = run(capsys, "add", path, "--case", folder, "--protected")
    assert code == 0
    assert second["files"][0]["already"] is True


def test_bad_rows_of_a_protected_file_leave_no_plain_copy(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = f'  - {{kind: supply, subject: flour, predicate: none, note: "{SECRET}", chain: "{SECRET}"}}\n'
    path = put(tmp_path, "more.protected.yml", PROTECTED + bad)
    code, answer, message = run(capsys, "add", path, "--case", folder, "--protected")
    assert code == 0
    assert answer["new"]["protected"] == 1
    assert [(issue["file"], issue["row"]) for issue in answer["issues"]] == [("claims/more.protected.yml", 12)]
    assert SECRET not in json.dumps(answer) + message
    assert plain_places(folder, SECRET) == []
