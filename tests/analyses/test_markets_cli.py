"""``castello markets`` as a user has it: the demo case, its options, its chart, and ``why`` for what it says."""

import json
from dataclasses import replace

import pytest

from castello.analyses.markets.reading import in_reading_order
from castello.cli import main
from castello.desk.case import Case


@pytest.fixture
def case(demo, monkeypatch):
    monkeypatch.setenv("CASTELLO_HOME", demo.environ["CASTELLO_HOME"])
    return str(demo.folder)


def run(capsys, *arguments):
    code = main(["markets", *arguments])
    shown = capsys.readouterr()
    assert code == 0, shown.err
    return shown


def findings(capsys, case, *options):
    return json.loads(run(capsys, "--case", case, "--json", *options).out)["findings"]


def test_the_shock_of_july_as_known_then(case, capsys):
    found = findings(capsys, case, "--as-of", "2016-07-17", "--known-by", "2016-07-20")
    food = next(item for item in found if item["kind"] == "shock" and item["subject"] == "food")
    assert (food["low"], food["high"], food["label"]) == (5, 5, "fact")
    assert [round(end, 3) for end in food["per_day"]] == [2.236, 2.236]
    assert food["measured"] == []  # no monthly price of July was out


def test_what_was_measured_stands_beside_it_later(case, capsys):
    found = findings(capsys, case)
    food = next(item for item in found if item["kind"] == "shock" and item["subject"] == "food")
    assert [(row["commodity"], round(row["times"], 3)) for row in food["measured"]] == [("wheat-flour", 1.021)]
    basket = next(item for item in found if item["message"]["id"] == "basket.published")
    assert round(basket["value"], 2) == 6.46


def test_markets_in_question_unless_others_are_asked_for(case, capsys):
    usual = {item["place"] for item in findings(capsys, case)}
    every = {item["place"] for item in findings(capsys, case, "--market", "all")}
    one = {item["place"] for item in findings(capsys, case, "--market", "al-shaar")}
    assert one == {"al-shaar"}
    assert one < usual < every
    assert "syria" in every - usual
    assert "--market all" in run(capsys, "--case", case).err


def test_one_commodity(case, capsys):
    found = findings(capsys, case, "--market", "al-shaar", "--commodity", "diesel")
    assert {item["subject"] for item in found if item["kind"] in ("price", "price_alarm")} <= {"diesel", "al-shaar"}


def test_a_chart_for_the_public(case, capsys, tmp_path):
    file = tmp_path / "flour.svg"
    told = run(capsys, "--case", case, "--market", "al-shaar", "--commodity", "wheat-flour", "--output", str(file))
    assert f"written for public: {file}" in told.err
    assert b"Wheat flour, SYP/kg" in file.read_bytes() or b"wheat flour, SYP/kg" in file.read_bytes()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--market", "nowhere"], "nowhere"),
        (["--reference", "nowhere"], "nowhere"),
        (["--output", "a.svg"], "one market"),
        (["--market", "all", "--output", "a.svg"], "one market"),
        (["--market", "al-shaar", "--output", "a.png"], ".svg"),
    ],
)
def test_wrong_use_says_what_to_do(case, capsys, options, says):
    assert main(["markets", "--case", case, *options]) == 2
    assert says in capsys.readouterr().err


def test_every_finding_answers_why(case, capsys, demo: Case):
    picture = demo.picture()
    told = [item for item in demo.markets(picture) if item.kind in ("shock", "price", "siege_signal_record")]
    assert told
    for finding in told[:4]:
        traced = demo.why(finding.id, picture)
        assert traced.finding is not None
        assert len(traced.traces) == len(finding.claims)


def test_markets_are_read_by_whether_a_signal_stands_then_by_id(demo):
    found = {item.message.id: item for item in demo.markets(demo.picture()) if item.kind in ("siege_signal", "shock")}
    some = next(iter(found.values()))

    def of(place, message):
        return replace(some, place=place, subject=place, extra=(), message=replace(some.message, id=message))

    told = [
        of("syria", "siege_signal.none"),
        of("hanano", "price_alarm.insufficient"),
        of("hanano", "siege_signal.undecided"),
        of("aleppo-west", "siege_signal.on"),
        of("al-shaar", "siege_signal.undecided"),
        of("al-shaar", "shock.unmeasured"),
        of("aleppo-east", "siege_signal.on"),
    ]
    printed, silent = in_reading_order(told, demo.registers)

    assert [item.place for item in printed] == ["aleppo-east", "aleppo-west", "al-shaar", "syria"]
    assert printed[2].message.id == "shock.unmeasured"
    assert silent == ("hanano",)


def test_supply_days_do_not_leave_a_live_case(demo):
    """What is in stock, and for how long, is what a besieger asks (PS-9)."""
    from castello.briefs.profile import Clearance, Profile

    picture = demo.picture()
    audience = Clearance(picture=picture, profile=Profile.PUBLIC, live=True, today=picture.as_of, vault=demo.book.vault)
    found = demo.markets(picture)
    assert any(item.kind == "supply" for item in found)
    cleared = audience.findings(found, analyses=("markets",))
    assert not any(item.kind == "supply" for item in cleared.findings)
    assert dict(cleared.withheld)["supply: live case: supplies"] >= 1
