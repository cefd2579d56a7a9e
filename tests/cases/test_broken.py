"""Each broken case file gives a clear message with file, line and hint, exit code 3, and nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from castello.cli import main
from tests.cases.broken import BROKEN, Broken
from tests.cases_for_tests import write_case


def tree(folder: Path) -> dict[str, bytes]:
    """Every file and folder of a case, byte for byte."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"<folder>"
        for path in sorted(folder.rglob("*"))
    }


def broken_case(folder: Path, broken: Broken) -> Path:
    write_case(folder)
    path = folder / broken.file
    if broken.data is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(broken.data)
    return folder


def check_message(broken: Broken, message: str) -> None:
    lines = [line.strip() for line in message.splitlines()]
    about = [line for line in lines if line.startswith(broken.file)]
    assert len(about) == 1, message
    where = broken.file if broken.line is None else f"{broken.file}:{broken.line}"
    if broken.column is not None:
        where += f" ({broken.column})"
    assert about[0].startswith(where)
    assert about[0][len(where)] in ": ("
    for part in (*broken.says, broken.hint):
        assert part in about[0]
    assert about[0].endswith(".")
    assert "Traceback" not in message
    assert "nothing was written" in lines[0]


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 40
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_file_is_named_and_nothing_is_written(
    broken: Broken, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = broken_case(tmp_path / "case", broken)
    before = tree(folder)
    assert main(["build", "--case", str(folder), "--json"]) == 3
    printed = capsys.readouterr()
    check_message(broken, printed.err)
    assert printed.out == ""
    assert tree(folder) == before
    assert tree(home) == {}


@pytest.mark.parametrize("verb", ["brief", "claims", "totals", "parties", "verify", "doctor"])
def test_other_verbs_stop_at_a_broken_file_too(
    verb: str, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = next(broken for broken in BROKEN if broken.name == "claims-section")
    folder = broken_case(tmp_path / "case", broken)
    before = tree(folder)
    assert main([verb, "--case", str(folder), "--json"]) == 3
    check_message(broken, capsys.readouterr().err)
    assert tree(folder) == before


def test_a_case_that_breaks_later_keeps_its_ledger(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_case(tmp_path / "case")
    assert main(["build", "--case", str(folder)]) == 0
    broken = next(broken for broken in BROKEN if broken.name == "yml-tab")
    (folder / broken.file).write_bytes(broken.data or b"")
    before = tree(folder)
    capsys.readouterr()
    assert main(["build", "--case", str(folder)]) == 3
    check_message(broken, capsys.readouterr().err)
    assert tree(folder) == before


def test_all_broken_files_are_named_at_once(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_case(tmp_path / "case")
    for name in ("places.csv", "roads.csv", "parties.csv", "sources.yml", "agreements/truce.yml"):
        (folder / name).write_bytes(b"\x00")
    assert main(["build", "--case", str(folder)]) == 3
    message = capsys.readouterr().err
    assert "5 files of the case cannot be used; nothing was written" in message
    assert len(message.splitlines()) == 6


def test_add_to_a_broken_case_copies_nothing(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = broken_case(tmp_path / "case", next(broken for broken in BROKEN if broken.name == "branch-drop"))
    before = tree(folder)
    new = tmp_path / "new.yml"
    new.write_text("coder: me\nclaims: []\n")
    assert main(["add", str(new), "--case", str(folder)]) == 3
    assert "branches/second.yml:3" in capsys.readouterr().err
    assert tree(folder) == before


@pytest.mark.parametrize("name", ["toml-syntax", "csv-binary", "yml-laughs", "claims-syntax"])
def test_the_same_from_a_shell(name: str, tmp_path: Path) -> None:
    broken = next(broken for broken in BROKEN if broken.name == name)
    folder = broken_case(tmp_path / "case", broken)
    before = tree(folder)
    environ = dict(os.environ) | {"CASTELLO_HOME": str(tmp_path / "home"), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "castello.cli", "build", "--case", str(folder)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert done.stdout == ""
    check_message(broken, done.stderr)
    assert tree(folder) == before
