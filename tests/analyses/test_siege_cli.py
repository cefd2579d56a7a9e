"""The verb siege: options that do not go together are refused, and days are never swapped in silence."""

import json
from typing import Any

import pytest

from castello import cli
from tests.cases_for_tests import CASE, built_case, write_case
from tests.protection.outputs import run


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


def ended(folder):
    """The case with an enclave that ended in August."""
    text = CASE.format(clock="published").replace('side = "opposition"\n', 'side = "opposition"\nto = 2016-08-31\n')
    return write_case(folder, files={"case.toml": text})


def terminal(case, *options) -> tuple[str, str]:
    out, err, code = run("siege", "--case", str(case), *options, terminal=True)
    assert code == 0, err
    return " ".join(out.split()), err


def test_what_was_asked_stands_above_the_answer(case, capsys):
    _, found, _ = asked(
        case, capsys, "--from", "2016-07-01", "--to", "2016-07-31", "--users", "civilian", "--seen-by", "wire"
    )
    _, day, _ = asked(case, capsys)

    assert {key: found[key] for key in ("users", "seen_by", "from", "to", "branch")} == {
        "users": "civilian", "seen_by": "wire", "from": "2016-07-01", "to": "2016-07-31", "branch": None,
    }  # fmt: skip
    assert (day["users"], day["seen_by"], day["from"], day["to"]) == ("supply", None, None, None)


def test_an_enclave_that_has_ended_is_named_with_how_to_ask(tmp_path, capsys):
    folder = ended(tmp_path / "ended")
    out, _ = terminal(folder)
    _, found, _ = asked(folder, capsys)

    assert "Eastern Aleppo ended as an enclave on 31 August 2016; ask about it with --as-of 2016-08-31" in out
    assert "No enclave of the case exists on this day." in out
    assert (found["findings"], len(found["apart"])) == ([], 1)
    assert terminal(folder, "--as-of", "2016-08-31")[0].count("ended as an enclave") == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--watch",), "No enclave of the case hangs on one road"),
        (("--derived", "--as-of", "2016-06-01"), "No other group of counted places is surely cut off."),
        (("--from", "2016-10-01"), "No enclave of the case exists in these days."),
    ],
)
def test_an_empty_answer_says_so(tmp_path, options, said):
    assert said in terminal(ended(tmp_path / "ended"), *options)[0]


def test_a_day_to_come_is_told(case, capsys):
    assert "lies in the future" in asked(case, capsys, "--from", "2016-07-01", "--to", "2999-01-01")[2]
    assert "lies in the future" in asked(case, capsys, "--as-of", "2999-01-01")[2]
    assert "lies in the future" not in asked(case, capsys, "--from", "2016-07-01", "--to", "2016-08-01")[2]


def test_one_claim_is_one_claim(case):
    out, _ = terminal(case, "--as-of", "2016-07-17")

    assert "claim(s)" not in out
    assert " 1 claims" not in out
    assert " 1 claim" in out


def test_a_branch_that_drops_what_the_ledger_does_not_hold_says_so(tmp_path, capsys):
    """Claims of feeds are dropped by their ids; one that nobody has would otherwise change nothing in silence."""
    known = next(id_ for id_ in built_case(write_case(tmp_path / "first")).book.claims())
    branch = "name: less\nabout: Without it?\ndrop: {claims: [%s]}\n"
    files = {"branches/less.yml": branch % f"{known}, c1-{'b' * 32}"}
    folder = write_case(tmp_path / "case", files=files)
    code, found, err = asked(folder, capsys, "--branch", "less")

    assert (code, found["branch"]) == (0, "less")
    assert f"branches/less.yml:3 (drop): the ledger has no claim 'c1-{'b' * 32}'" in err
    assert known not in err
