"""Good and bad rows mixed: the good ones are taken in, every bad one gives exactly one error, and no value is invented."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from castello.cli import main
from castello.desk.case import Case
from castello.errors import Issue
from tests.cases.mixed import MIXED, Mixed
from tests.cases_for_tests import PLACES, write_case


def mixed_case(folder: Path, mixed: Mixed) -> Path:
    write_case(folder)
    for name, data in mixed.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def build_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What ``castello build --json`` prints, once it has ended well and said nothing else."""
    capsys.readouterr()
    assert main(["build", "--case", str(folder), "--json"]) == 0
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    report: dict[str, Any] = json.loads(printed.out)
    return report


def spots(issues: list[dict[str, Any]], severity: str) -> list[tuple[str, int, str]]:
    return sorted(
        (issue["file"], issue.get("row", 0), issue["code"]) for issue in issues if issue["severity"] == severity
    )


def taken(case: Case, mixed: Mixed, report: dict[str, Any]) -> tuple[str, ...]:
    """What was taken in of the rows that the mixed case is about, in any order."""
    registers, content = case.registers, case.content
    if mixed.where.startswith("claims/"):
        claims = case.book.claims()
        assert report["new"]["claims"] == 11 + len(mixed.good)
        return tuple(ref for ref, id_ in content.refs.items() if ref.startswith("good-") and id_ in claims)
    if mixed.where in ("documents", "relations", "judgements"):
        before = {"documents": 5, "relations": 1, "judgements": 2}[mixed.where]
        return tuple(str(n) for n in range(report["new"][mixed.where] - before))
    if mixed.where == "branch":
        branch = case.branch("road-stays-open")
        assert branch.claims == ()
        refs = {id_: ref for ref, id_ in content.refs.items()}
        return (*(refs[id_] for id_ in branch.without_claims), *branch.without_sources)
    return {
        "places": tuple(place.id for place in registers.places.places),
        "roads": tuple(road.id for road in registers.places.roads),
        "parties": tuple(registers.parties),
        "sources": tuple(registers.speakers),
        "held": tuple(content.documents),
        "agreements": tuple(registers.agreements),
    }[mixed.where]


def test_there_are_enough_of_them() -> None:
    assert len(MIXED) >= 20
    assert len({mixed.name for mixed in MIXED}) == len(MIXED)


@pytest.mark.parametrize("mixed", MIXED, ids=lambda mixed: mixed.name)
def test_every_row_is_taken_in_or_reported_once(
    mixed: Mixed, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = mixed_case(tmp_path / "case", mixed)
    report = build_report(folder, capsys)
    assert spots(report["issues"], "error") == sorted(mixed.errors)
    assert spots(report["issues"], "warning") == sorted(mixed.warnings)
    case = Case(folder)
    kept = taken(case, mixed, report)
    assert sorted(kept) == sorted(mixed.good)
    rows_of_header = sum(code == "title" for _, _, code in mixed.errors)
    assert mixed.present == len(kept) + len(mixed.errors) - rows_of_header
    messages = "\n".join(str(Issue(**issue)) for issue in report["issues"])
    for part in mixed.says:
        assert part in messages
    assert all(issue["what"] and issue["hint"].endswith((".", "?")) for issue in report["issues"])
    for id_, names in mixed.absent.items():
        row: Any = case.registers.parties.get(id_) or case.registers.places.place(id_)
        for name in names:
            assert getattr(row, name) in (None, ())


@pytest.mark.parametrize("mixed", MIXED[::8], ids=lambda mixed: mixed.name)
def test_the_second_build_says_the_same(
    mixed: Mixed, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = mixed_case(tmp_path / "case", mixed)
    first = build_report(folder, capsys)
    second = build_report(folder, capsys)
    assert second["issues"] == first["issues"]
    assert second["unchanged"] is True
    (folder / ".castello" / "built.json").unlink()
    third = build_report(folder, capsys)
    assert third["issues"] == first["issues"]
    assert not any(third["new"].values())


def test_grades_that_cannot_be_judged_are_missing(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_case(tmp_path / "case")
    text = (tmp_path / "case" / "claims" / "01-open.yml").read_text(encoding="utf-8")
    text = text.replace("    confidence: low\n", "    confidence: low\n    credibility: 6\n")
    text = text.replace("    quote: completely besieged\n", "    quote: completely besieged\n    credibility: F\n")
    text = text.replace("    ref: border-open\n", "    ref: border-open\n")
    (tmp_path / "case" / "claims" / "01-open.yml").write_text(text, encoding="utf-8")
    assert build_report(tmp_path / "case", capsys)["issues"] == []
    case = Case(tmp_path / "case")
    claims = case.book.claims()
    graded = {claims[case.content.refs[ref]].credibility_raw for ref in ("road-open-paper", "road-cut")}
    assert graded == {"6", "F"}
    assert all(claim.credibility is None for claim in claims.values())


def test_settings_that_name_nothing_are_reported(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_case(tmp_path / "case", files={"places.csv": PLACES.replace("east,Eastern", "est,Eastern")})
    issues = build_report(folder, capsys)["issues"]
    columns = Counter(issue["column"] for issue in issues if issue["file"] == "case.toml")
    assert columns == {"area": 1, "enclave": 1}
    assert all(issue["what"] == "'east' is in no register" for issue in issues if issue["file"] == "case.toml")


def test_issues_of_a_protected_file_repeat_none_of_its_words(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "Umm Khaled of the corner bakery"
    text = f"""\
coder: tests
claims:
  - {{kind: people, subject: "{secret}", predicate: trapped}}
  - {{kind: people, "{secret}": x}}
  - kind: supply
    subject: flour
    predicate: none
    place: east
    happened: {{on: "{secret}"}}
    document: wire-2016-07-17
    chain: "{secret}"
relations:
  - {{rule: "{secret}"}}
judgements:
  - "{secret}"
"""
    folder = write_case(tmp_path / "case", files={"claims/95-bad.protected.yml": text})
    report = build_report(folder, capsys)
    errors = [issue for issue in report["issues"] if issue["file"] == "claims/95-bad.protected.yml"]
    assert sorted(issue["row"] for issue in errors) == [3, 4, 9, 13, 15]
    assert secret not in json.dumps(report)
    stored = [path for path in (folder / ".castello").rglob("*") if path.is_file()]
    assert stored
    assert not any(secret.encode() in path.read_bytes() for path in [*stored, *(folder / "journal").iterdir()])
