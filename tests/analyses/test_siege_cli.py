"""The verb siege: options that do not go together are refused, and days are never swapped in silence."""

import json
from typing import Any

import pytest

from castello import cli
from tests.cases_for_tests import write_case


@pytest.fixture
def case(tmp_path):
    write_case(tmp_path / "case")
    return tmp_path / "case"


def asked(case, capsys, *options) -> tuple[int, Any, str]:
    code = cli.main(["siege", "--case", str(case), "--json", *options])
    out, err = capsys.readouterr()
    return code, json.loads(out) if code == 0 else out, err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--derived", "--from", "2016-08-01", "--to", "2016-07-01"), "lies before"),
        (("--derived", "--from", "2016-08-01", "--as-of", "2016-07-01"), "lies before"),
        (("--derived", "--to", "2016-01-01"), "beginning of the case"),
        (("--from", "2016-08-01", "--to", "2016-07-01"), "lies before"),
        (("--watch", "--derived"), "two questions"),
        (("--watch", "--from", "2016-07-01"), "one day"),
        (("--derived", "--output", "x.csv"), "not written"),
    ],
)
def test_what_cannot_be_asked_is_refused(case, capsys, options, said):
    code, out, err = asked(case, capsys, *options)

    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    "options", [(), ("--as-of", "2015-01-01"), ("--watch",), ("--derived",), ("--from", "2016-07-01")]
)
def test_what_can_be_asked_is_answered(case, capsys, options):
    assert asked(case, capsys, *options)[0] == 0


def test_derived_up_to_a_day_starts_with_the_case(case, capsys, monkeypatch):
    days = []

    def derived(picture, *, start, end, users):
        days.append((start.isoformat(), end.isoformat(), users))
        return ()

    monkeypatch.setattr("castello.analyses.siege.derived", derived)
    assert asked(case, capsys, "--derived", "--to", "2016-07-01")[0] == 0

    assert days == [("2016-05-01", "2016-07-01", "supply")]


def test_the_help_names_every_form_of_file(capsys):
    with pytest.raises(SystemExit):
        cli.main(["siege", "--help"])
    output = capsys.readouterr().out.split("--output FILE")[-1]

    assert [ending for ending in (".geojson", ".gpkg", ".csv", ".svg") if ending not in output] == []
