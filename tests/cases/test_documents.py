"""``documents/*``: what is held, and the text that offsets count in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from castello.cases.documents import read_documents, slug, text_of, texts
from tests.cases.known import KNOWN
from tests.cases_for_tests import REPORT, SIDECAR


def put(folder: Path, name: str, data: bytes, sidecar: str | None = SIDECAR) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    if sidecar is not None:
        (folder / f"{name}.yml").write_text(sidecar, encoding="utf-8")
    return folder / name


def test_a_document_is_its_bytes_and_its_sidecar(tmp_path: Path) -> None:
    put(tmp_path, "Flash Report.txt", REPORT.encode())
    held, issues = read_documents(tmp_path, known=KNOWN)
    assert issues == []
    document = held["flash-report"].document
    assert document.sha256 == hashlib.sha256(REPORT.encode()).hexdigest()
    assert (document.file, document.publisher) == ("documents/Flash Report.txt", "agency")
    assert texts(held) == {"flash-report": REPORT}


def test_no_folder_is_no_documents(tmp_path: Path) -> None:
    assert read_documents(tmp_path / "documents", known=KNOWN) == ({}, [])


@pytest.mark.parametrize(
    ("sidecar", "row", "column"),
    [
        ("", 1, "id"),
        ("- a\n", 1, "id"),
        ("publisher: agency\n", 1, "published"),
        (SIDECAR + "colour: red\n", 5, "colour"),
        (SIDECAR.replace("2016-07-18", "18 July"), 3, "published"),
        (SIDECAR.replace("agency", "[agency]"), 2, "publisher"),
        (SIDECAR.replace('["https://example.org/flash"]', "{a: b}"), 4, "urls"),
        (SIDECAR + "id: Not An Id\n", None, "document"),
        (SIDECAR + "published_basis: heard\n", 5, "published_basis"),
        (SIDECAR + "note: [a]\n", 5, "note"),
        ("a: [", 1, None),
    ],
)
def test_a_bad_sidecar_costs_one_document(tmp_path: Path, sidecar: str, row: int | None, column: str | None) -> None:
    put(tmp_path, "bad.txt", b"x", sidecar)
    put(tmp_path, "good.txt", b"x")
    held, issues = read_documents(tmp_path, known=KNOWN)
    assert list(held) == ["good"]
    assert [(issue.file, issue.column) for issue in issues] == [("documents/bad.txt.yml", column)]
    assert row is None or issues[0].row == row


def test_folders_and_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "older").mkdir()
    put(tmp_path, ".hidden.txt", b"x", None)
    held, issues = read_documents(tmp_path, known=KNOWN)
    assert held == {}
    assert [(issue.file, issue.code) for issue in issues] == [("documents/older", "folder")]


def test_a_name_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    put(tmp_path, "a\nb.txt", b"x")
    held, issues = read_documents(tmp_path, known=KNOWN)
    assert held == {}
    assert {issue.code for issue in issues} == {"name"}
    assert all(issue.file.isprintable() for issue in issues)


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.txt", "Cafe\u0301".encode(), "Café"),
        ("a.txt", "\ufeffحلب".encode(), "حلب"),
        ("a.txt", "حلب".encode("utf-16"), "حلب"),
        ("a.txt", b"Alep\xe9", None),
        ("a.txt", b"a\x00b", None),
        ("a.txt", b"\xff\xfe\x00", None),
        ("a.pdf", b"%PDF", None),
        ("a.md", b"# Title", "# Title"),
        ("a.html", b"<p>One</p><script>two</script><p>Three &amp; four", "\nOne\nThree & four"),
        ("a.html", b"<style>x</style>bread & salt", "bread & salt"),
        ("a.html", b"fewer than 5 < 7", "fewer than 5 < 7"),
        ("a.htm", b"<![bad[x]]> text", None),
        ("a.htm", b"</script></script>still here", "still here"),
    ],
)
def test_the_text_is_what_a_reader_sees(tmp_path: Path, name: str, data: bytes, text: str | None) -> None:
    assert text_of(put(tmp_path, name, data, None)) == text


def test_slugs() -> None:
    assert slug("Flash Update No. 2 (é)") == "flash-update-no-2-e"
    assert slug("حلب") == "document"
    assert len(slug("x" * 300)) == 80
