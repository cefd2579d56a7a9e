"""``case.toml``: what its settings mean; what is wrong with one is in ``broken.py``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from castello.cases._yaml import Unreadable
from castello.cases.folder import read_registers
from castello.cases.settings import Enclave, read_settings
from tests.cases_for_tests import CASE, write_case

LEAST = 'id = "x"\nname_en = "X"\nfrom = 2016-01-01\n'


def test_all_settings() -> None:
    settings = read_settings(CASE.format(clock="recorded").encode())
    assert (settings.id, settings.name_en, settings.name_ar) == ("tiny", "Tiny case", "حالة صغيرة")
    assert (settings.start, settings.end) == (date(2016, 5, 1), date(2016, 12, 31))
    assert (settings.zone.key, settings.known_by_clock) == ("Asia/Damascus", "recorded")
    assert (settings.area, settings.sides) == ("east", ("government", "opposition"))
    assert settings.enclaves == (Enclave(id="east", side="opposition"),)
    assert (settings.brief_as_of, settings.brief_known_by) == (date(2016, 7, 17), date(2016, 7, 20))
    assert settings.handling == {"purpose": "tests"}


def test_defaults() -> None:
    settings = read_settings(b"\xef\xbb\xbf" + LEAST.encode())
    assert (settings.end, settings.area, settings.sides, settings.enclaves) == (None, None, (), ())
    assert (settings.time_zone, settings.known_by_clock, settings.max_age_days) == ("UTC", "published", 90)


@pytest.mark.parametrize(
    "line",
    [
        'area = ["east"]',
        "known_by_clock = true",
        "max_age_days = 1.5",
        "max_age_days = true",
        "max_age_days = 99999999999999999999",
        f"max_age_days = {'9' * 5000}",
        "to = 10:30:00",
        "brief_as_of = 2016-07-17 10:00:00Z",
        "brief_as_of = 2016-02-30",
        'time_zone = ""',
        'time_zone = "Asia"',
        'time_zone = "/etc/localtime"',
        'enclave = ["east"]',
        "handling = 3",
        'sides = [["a"]]',
        "[[enclave]]\nid = 1\nside = 2",
        "[handling]\npurpose = 3",
    ],
)
def test_what_cannot_be_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_settings(f"{LEAST}{line}\n".encode())
    assert caught.value.issue.file == "case.toml"
    assert caught.value.issue.hint
    assert caught.value.issue.row in (4, 5, None)
    assert len(caught.value.issue.what) < 300


ENCLAVES = f"""{LEAST}area = "east"
[[enclave]]
id = "east"
side = "opposition"

[[ enclave ]]
id = "west"
side = "government"
from = 2016-09-01
to = 2016-08-01
[handling]
purpose = "tests"
"""


def test_an_enclave_that_ends_before_it_starts_is_told_with_its_own_line() -> None:
    with pytest.raises(Unreadable) as caught:
        read_settings(ENCLAVES.encode())
    assert caught.value.issue.row == ENCLAVES.split("\n").index("to = 2016-08-01") + 1


def test_enclaves_know_their_lines() -> None:
    settings = read_settings(ENCLAVES.replace("2016-08-01", "2016-10-01").encode())
    assert [enclave.row for enclave in settings.enclaves] == [6, 10]
    assert settings.rows["area"] == 4


def test_enclaves_of_a_list_in_brackets_are_on_the_line_of_the_list() -> None:
    settings = read_settings(f'{LEAST}enclave = [{{id = "a", side = "b"}}, {{id = "c", side = "d"}}]\n'.encode())
    assert [enclave.row for enclave in settings.enclaves] == [4, 4]


def test_an_enclave_that_stands_twice_is_an_issue_and_counts_once(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    settings = folder / "case.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[[enclave]]\nid = "east"\nside = "government"\n', encoding="utf-8")
    registers = read_registers(folder)
    found = [issue for issue in registers.issues if issue.code == "duplicate_id"]
    again = settings.read_text(encoding="utf-8").rstrip().count("\n")
    assert [(enclave.id, enclave.side) for enclave in registers.enclaves] == [("east", "opposition")]
    assert [(issue.row, issue.column) for issue in found] == [(again, "enclave")]
