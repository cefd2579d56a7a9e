"""The verb attacks, and the vocabularies of words."""

import json

import pytest

from castello import cli
from castello.claims.vocabulary import events, weapons
from tests.protection.outputs import run

CASE = ("--case", "demo")


@pytest.fixture(scope="module", autouse=True)
def bundled(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASTELLO_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def test_json_says_what_was_asked_and_what_was_found():
    out, _, code = run("attacks", *CASE, "--from", "2016-07-01", "--to", "2016-07-31", "--by", "weapon")
    answer = json.loads(out)

    assert code == 0
    assert answer["asked"] == {"from": "2016-07-01", "to": "2016-07-31", "by": "weapon", "place": None}
    rows = [f for f in answer["findings"] if f["kind"] == "attacks_by"]
    assert {f["subject"] for f in rows} >= {"lister", "sohr"}
    assert all(f["unknown"] for f in answer["findings"])


def test_prose_tells_every_source_and_names_a_claim():
    out, _, code = run("attacks", *CASE, "--place", "aleppo-east", "--by", "month", terminal=True)
    said = " ".join(out.split())

    assert code == 0
    assert "somewhere in Aleppo city, placed no finer: not counted for Eastern Aleppo" in said
    assert "one of them c1-" in said


@pytest.mark.parametrize(
    "options", [("--from", "2016-08-01", "--to", "2016-07-01"), ("--place", "atlantis"), ("--output", "x.doc")]
)
def test_what_cannot_be_asked_is_refused(options):
    out, err, code = run("attacks", *CASE, *options)

    assert (out, code) == ("", 2)
    assert err


def test_a_file_is_written_for_the_public(tmp_path):
    path = tmp_path / "attacks.csv"
    out, err, code = run("attacks", *CASE, "--by", "type", "-o", str(path))

    assert (out, code) == ("", 0)
    assert "written for public" in err
    assert "c1-" not in path.read_text(encoding="utf-8-sig")


def test_by_anything_else_is_refused():
    with pytest.raises(SystemExit):
        cli.main(["attacks", *CASE, "--by", "severity"])


@pytest.mark.parametrize(("name", "keys"), [("events", events()), ("weapons", weapons())])
def test_words_show_the_trees(name, keys):
    out, _, code = run("words", name)
    printed, _, _ = run("words", name, terminal=True)

    assert code == 0
    assert list(json.loads(out)) == list(keys)
    assert [line.partition(":")[0] for line in printed.splitlines() if not line.startswith(" ")] == list(keys)
