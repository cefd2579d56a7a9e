"""A table that nobody knows: a mapping is drafted beside it, and taken in only when its user gives the command again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from castello.cases._yaml import load
from castello.claims import Locator, Quantity
from castello.cli import main
from castello.desk.case import Case
from castello.sources.mapped_table import draft
from castello.sources.mapped_table._words import event_of, role_of
from tests.cases_for_tests import NOW, write_case
from tests.desk.test_new_and_add import files, put, run
from tests.sources.mangled import workbook, zipped
from tests.sources.registers import PARTIES, PLACES

CANARY = "CANARY"
INCIDENTS = [
    ["Situation report"],
    ["رقم", "التاريخ", "نوع الحادث", "المكان", "خط العرض", "خط الطول", "عدد القتلى", "اسم الضحية", "الهاتف", "ملاحظات"],
    [
        "1",
        "2016-07-03",
        "قصف مدفعي",
        "حلب",
        "36.20",
        "37.15",
        "3",
        f"{CANARY} one",
        f"{CANARY} 0944",
        f"{CANARY} said so at length, by name",
    ],
    ["2", "2016-07-04", "غارة جوية", "هنانو", "36.23", "37.20", "1", f"{CANARY} two", f"{CANARY} 0945", ""],
    ["3", "2016-07-05", "حادث", "هنانو", "36.23", "37.20", "", f"{CANARY} three", f"{CANARY} 0946", ""],
]
PRICES = "Date;Marché;Produit;Prix;Unité;Devise\n25/07/2016;Hanano;Farine;12,5;KG;SYP\n26/07/2016;Hanano;Sucre;300,75;KG;SYP\n"
KOBO = (
    "start,end,deviceid,incident/date_of_incident,incident/location,_incident_gps_latitude,_incident_gps_longitude,incident/killed,"
    "enumerator_name,_id,_uuid,_submission_time\n"
    f"2016-08-01T10:00:00.000+03:00,2016-08-01T10:10:00.000+03:00,{CANARY}1,2016-07-30,Hanano,36.23,37.20,2,{CANARY} A,11,uuid-1,"
    "2016-08-01T10:11:00\n"
    f"2016-08-02T10:00:00.000+03:00,2016-08-02T10:10:00.000+03:00,{CANARY}1,2016-07-31,Hanano,36.23,37.20,1,{CANARY} B,12,uuid-2,"
    "2016-08-02T10:11:00\n"
)
OPTIONS = ("--publisher", "agency", "--published", "2016-08-05")


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    """The tiny case, built."""
    folder = write_case(tmp_path / "case")
    assert main(["build", "--case", str(folder)]) == 0
    return folder


def incidents(tmp_path: Path) -> Path:
    return put(tmp_path, "incidents.xlsx", zipped(workbook({"Data": INCIDENTS})))


def sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.yml")


def corrected(path: Path, **changes: tuple[str, str]) -> None:
    """Correct a sidecar as a user does, later than whatever was written before."""
    text = sidecar(path).read_text(encoding="utf-8")
    for old, new in changes.values():
        assert text.count(old) == 1, text
        text = text.replace(old, new)
    sidecar(path).write_text(text, encoding="utf-8")
    later = path.stat().st_mtime + 3600 * (1 + len(list(path.parent.iterdir())))
    os.utime(sidecar(path), (later, later))


def test_a_session_from_a_head_that_nobody_knows_to_claims(tmp_path, folder, capsys):
    path, before = incidents(tmp_path), files(folder)
    command = ("add", path, "--case", folder, *OPTIONS)
    code, answer, message = run(capsys, *command)
    assert (code, answer) == (2, None)
    assert "has no row of heads that is known" in message
    assert f"a mapping is drafted in {sidecar(path)}. Correct it, and run the same command again" in message
    assert files(folder) == before
    said = load(sidecar(path).read_bytes(), file="incidents.xlsx.yml")
    assert (said["publisher"], str(said["published"]), said["format"]) == ("agency", "2016-08-05", "table")
    mapping = said["mapping"]
    assert dict(mapping) == {
        "kind": "event",
        "key": {"column": "رقم"},
        "date": {"column": "التاريخ"},
        "subject": "unknown",
        "predicate": {"column": "نوع الحادث", "values": {"قصف مدفعي": "attack.shelling", "غارة جوية": "attack.air"}},
        "place": {"column": "المكان", "lat": {"column": "خط العرض"}, "lon": {"column": "خط الطول"}},
        "harm_best": {"column": "عدد القتلى"},
        "leave_out": ["اسم الضحية", "الهاتف"],
    }
    # each column is named, what is open stands in a comment
    text = sidecar(path).read_text(encoding="utf-8")
    assert all(f'"{head}"' in text for head in INCIDENTS[1])
    assert '# "حادث": ?' in text
    assert "# 2016-07-03 | 2016-07-04 | 2016-07-05" in text

    code, answer, _ = run(capsys, *command)
    assert code == 0
    assert answer["files"][0]["counts"] == {"rows": 3, "claims": 2, "refused": 1, "issues": 3}
    assert [
        (issue["row"], issue["column"], issue["code"]) for issue in answer["issues"] if issue["severity"] == "error"
    ] == [(5, "نوع الحادث", "predicate")]
    # the draft that was taken is corrected, and the same command given again
    corrected(path, answered=('# "حادث": ?', '"حادث": attack'), out=('# - "ملاحظات"', '- "ملاحظات"'))
    code, answer, _ = run(capsys, *command)
    assert answer["files"][0]["counts"] | {"issues": 0} == {"rows": 3, "claims": 3, "issues": 0}
    assert answer["new"]["claims"] == 1
    claims = [
        claim for claim in Case(folder).picture(as_of="2016-08-10", now=NOW).claims() if claim.document == "incidents"
    ]
    assert sorted((claim.predicate, claim.place, claim.locator) for claim in claims) == [
        ("attack", "hanano", Locator(sheet="Data", row=5)),
        ("attack.air", "hanano", Locator(sheet="Data", row=4)),
        ("attack.shelling", "city", Locator(sheet="Data", row=3)),
    ]
    code, answer, _ = run(capsys, *command)
    assert answer["files"][0]["already"] is True
    assert not any(answer["new"].values())


def test_what_looks_like_a_person_enters_nothing_but_the_file_itself(tmp_path, folder, capsys):
    said = []
    for path in (incidents(tmp_path), put(tmp_path, "kobo.csv", KOBO)):
        for _ in range(2):
            code, answer, message = run(capsys, "add", path, "--case", folder, *OPTIONS)
            said += [str(answer), message]
        assert code == 0
        said.append(sidecar(path).read_text(encoding="utf-8"))
    said += [str(claim.to_json()) for claim in Case(folder).picture(as_of="2016-08-10", now=NOW).claims()]
    assert len(said) > 8
    assert CANARY not in str(said)
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and CANARY.encode() in path.read_bytes()
    }
    assert found == {"feeds/kobo.csv"}  # the workbook is packed


def test_a_form_export_is_dated_by_what_happened_and_known_by_its_own_id(tmp_path, folder, capsys):
    path = put(tmp_path, "kobo.csv", KOBO)
    assert run(capsys, "add", path, "--case", folder, *OPTIONS)[0] == 2
    mapping = load(sidecar(path).read_bytes(), file="kobo.csv.yml")["mapping"]
    assert (mapping["key"], mapping["date"]) == ({"column": "_uuid"}, {"column": "incident/date_of_incident"})
    assert mapping["leave_out"] == ["start", "end", "deviceid", "enumerator_name", "_id", "_submission_time"]
    code, answer, _ = run(capsys, "add", path, "--case", folder, *OPTIONS)
    assert (code, answer["files"][0]["counts"]) == (0, {"rows": 2, "claims": 2, "issues": 0})


def test_prices_with_commas_are_drafted_as_they_are_printed(tmp_path, folder, capsys):
    path = put(tmp_path, "prices.csv", PRICES)
    assert run(capsys, "add", path, "--case", folder, *OPTIONS)[0] == 2
    said = load(sidecar(path).read_bytes(), file="prices.csv.yml")
    assert (said["day_first"], said["mapping"]["decimal"], said["mapping"]["kind"]) == (True, ",", "price")
    corrected(path, comma=('  decimal: ","', '  # decimal: ","'))
    answer = run(capsys, "add", path, "--case", folder, *OPTIONS)[1]
    assert {(issue["code"], issue["column"]) for issue in answer["issues"]} == {("number", "Prix")}
    assert "decimal" in answer["issues"][0]["hint"]
    corrected(path, comma=('  # decimal: ","', '  decimal: ","'))
    answer = run(capsys, "add", path, "--case", folder, *OPTIONS)[1]
    assert answer["files"][0]["counts"]["claims"] == 2
    claims = [
        claim for claim in Case(folder).picture(as_of="2016-08-10", now=NOW).claims() if claim.document == "prices"
    ]
    assert {claim.subject: claim.quantity for claim in claims} == {
        "farine": Quantity(value=12.5, unit="SYP/KG", words="12,5"),
        "sucre": Quantity(value=300.75, unit="SYP/KG", words="300,75"),
    }
    assert len(claims) == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('column: "التاريخ"', 'column: "Datum"', "incidents.xlsx.yml:13 (mapping): the file has no column 'Datum'"),
        ("kind: event", "kind: evnt", "incidents.xlsx.yml:11 (kind): 'evnt' is no kind of claim"),
        ("  subject: unknown", "  # subject: ?", "(subject): event without subject"),
        ('# "حادث": ?', '"حادث": "?"', "is still open"),
    ],
)
def test_a_mapping_that_is_wrong_is_one_issue_of_the_sidecar(old, new, says, *, tmp_path, folder, capsys):
    path, before = incidents(tmp_path), files(folder)
    command = ("add", path, "--case", folder, *OPTIONS)
    run(capsys, *command)
    corrected(path, wrong=(old, new))
    code, answer, message = run(capsys, *command)
    assert (code, answer) == (3, None)
    assert says in message
    assert message.count("incidents.xlsx.yml") == 1
    assert files(folder) == before


def test_a_mapping_that_breaks_in_the_case_takes_nothing_back(tmp_path, folder, capsys):
    path = incidents(tmp_path)
    for _ in range(2):
        run(capsys, "add", path, "--case", folder, *OPTIONS)
    there = folder / "feeds/incidents.xlsx.yml"
    there.write_text(
        there.read_text(encoding="utf-8").replace("subject: unknown", "subject: nobody-we-know"), encoding="utf-8"
    )
    _, answer, _ = run(capsys, "build", "--case", folder)
    assert [(issue["file"], issue["row"], issue["code"]) for issue in answer["issues"]] == [
        ("feeds/incidents.xlsx.yml", 14, "reading")
    ]
    assert "'nobody-we-know' is not clearly one party" in answer["issues"][0]["what"]
    claims = [
        claim for claim in Case(folder).picture(as_of="2016-08-10", now=NOW).claims() if claim.document == "incidents"
    ]
    assert len(claims) == 2


def test_nothing_of_the_user_is_written_over(tmp_path, folder, capsys):
    path = put(tmp_path, "odd.csv", "colour,taste\nred,sweet\n")
    sidecar(path).write_text("publisher: agency\npublished: 2016-08-05\n", encoding="utf-8")
    before = sidecar(path).read_bytes()
    code, _, message = run(capsys, "add", path, "--case", folder)
    assert (code, "drafted" in message) == (2, False)
    assert sidecar(path).read_bytes() == before
    sidecar(path).unlink()
    code, _, message = run(capsys, "add", path, "--case", folder)
    assert (code, "a mapping is drafted" in message) == (2, True)
    # nothing was clear, nothing is answered: it says what is missing, first of all who published it
    code, _, message = run(capsys, "add", path, "--case", folder)
    assert (code, "publisher" in message) == (3, True)
    corrected(path, who=("# publisher: ?", "publisher: agency"), day=("# published: ?", "published: 2016-08-05"))
    code, _, message = run(capsys, "add", path, "--case", folder)
    assert (code, "the mapping names no kind of claim" in message) == (3, True)


def test_what_is_said_with_the_command_does_not_contradict_the_sidecar(tmp_path, folder, capsys):
    path = incidents(tmp_path)
    run(capsys, "add", path, "--case", folder, *OPTIONS)
    code, _, message = run(capsys, "add", path, "--case", folder, "--publisher", "wire", "--published", "2016-08-05")
    assert (code, "--publisher is wire, and incidents.xlsx.yml says agency" in message) == (2, True)


def test_a_sidecar_that_was_corrected_in_the_case_is_not_written_over(tmp_path, folder, capsys):
    path = incidents(tmp_path)
    for _ in range(2):
        run(capsys, "add", path, "--case", folder, *OPTIONS)
    there = folder / "feeds/incidents.xlsx.yml"
    there.write_text(there.read_text(encoding="utf-8") + "  # mine\n", encoding="utf-8")
    later = sidecar(path).stat().st_mtime + 7200
    os.utime(there, (later, later))
    code, _, message = run(capsys, "add", path, "--case", folder, *OPTIONS)
    assert (code, "is older than feeds/incidents.xlsx.yml" in message) == (2, True)
    assert there.read_text(encoding="utf-8").endswith("# mine\n")


def test_two_tables_of_one_publisher_are_two_feeds(tmp_path, folder, capsys):
    for path in (incidents(tmp_path), put(tmp_path, "kobo.csv", KOBO)):
        for _ in range(2):
            _, answer, _ = run(capsys, "add", path, "--case", folder, *OPTIONS)
    assert [issue for issue in answer["issues"] if issue["code"] == "not-whole"] == []
    claims = Case(folder).picture(as_of="2016-08-10", now=NOW).claims()
    assert sum(claim.document in ("incidents", "kobo") for claim in claims) == 4


# ------------------------------------------------------------------------------------------------------- what is guessed


@pytest.mark.parametrize(
    ("head", "tag", "role"),
    [
        ("Date of incident", "", "date"),
        ("Lieu", "", "place"),
        ("السعر", "", "price"),
        ("قتلى", "", "killed"),
        ("Nom de la victime", "", "person"),
        ("Phone number", "", "person"),
        ("Father's name", "", "person"),
        ("Place name", "", "place"),
        ("رقم الهاتف", "", "person"),
        ("اسم الباحث", "", "person"),
        ("DeviceID", "", "person"),
        ("_submission_time", "", "form"),
        ("_uuid", "", "key"),
        ("column_7", "#affected+killed+f", "killed"),
        ("column_7", "#geo+lat", "lat"),
        ("column_7", "#contact+phone", "person"),
        ("enumerator", "#adm1+name", "person"),
        ("colour", "", ""),
    ],
)
def test_a_head_is_held_against_words_and_tags(head, tag, role):
    assert role_of(head, tag) == role


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Airstrike", "attack.air"),
        ("قصف جوي", "attack.air"),
        ("قصف", "attack.shelling"),
        ("affrontements", "attack.clash"),
        ("x", None),
    ],
)
def test_words_for_events_become_keys(text, key):
    assert event_of(text) == key


def drafted(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    made = draft(path, places=PLACES, parties=PARTIES, publisher="me")
    assert made is not None
    said: dict[str, Any] = load(made.encode(), file="a.csv.yml")
    return said


def test_values_decide_where_heads_say_nothing(tmp_path):
    mapping = drafted(tmp_path, "a,b,c\n2016-07-01,al-Shaar,Brigade of x\n2016-07-02,Aleppo,someone\n")["mapping"]
    assert (mapping["date"], mapping["place"]) == ({"column": "a"}, {"column": "b"})
    # a telephone is a person under any head
    assert drafted(tmp_path, "a,b\n2016-07-01,+963 944 123 456\n2016-07-02,+963 944 123 457\n")["mapping"][
        "leave_out"
    ] == ["b"]
    assert drafted(tmp_path, "a,b\n2016-07-01,0944123456\n2016-07-02,0944123457\n")["mapping"]["leave_out"] == ["b"]
    # a head that says killed over words is not believed
    assert "harm_best" not in str(drafted(tmp_path, "date,killed,place\n2016-07-01,many,Aleppo\n"))


def test_tags_of_hxl_decide_before_heads(tmp_path):
    mapping = drafted(
        tmp_path, "A,B,C,D,E\n#date,#adm4+name,#affected+killed,#geo+lat,#geo+lon\n2016-07-01,Aleppo,3,36.2,37.2\n"
    )["mapping"]
    assert mapping["place"] == {"column": "B", "lat": {"column": "D"}, "lon": {"column": "E"}}
    assert (mapping["date"], mapping["quantity"]["value"]) == ({"column": "A"}, {"column": "C"})


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (("25/07/2016", "03/04/2016"), True),
        (("07/25/2016",), False),
        (("03/04/2016",), None),
        (("25/07/2016", "07/25/2016"), None),
    ],
)
def test_which_comes_first_is_drafted_only_where_the_dates_leave_no_doubt(dates, said, tmp_path):
    assert drafted(tmp_path, "date,place\n" + "".join(f"{day},Aleppo\n" for day in dates)).get("day_first") is said


def test_a_series_is_drafted_as_a_wide_table(tmp_path):
    said = drafted(tmp_path, "day,Aleppo,Hama,Idlib\n2016-07-01,0.0,2.0,1.0\n2016-07-02,1.0,0.0,3.0\n")["mapping"]
    assert dict(said["wide"]) == {"columns": ["Aleppo", "Hama", "Idlib"], "slot": "?"}


def test_a_head_that_would_break_the_text_does_not(tmp_path):
    said = drafted(tmp_path, '"da""te: #x",place\n2016-07-01,"Aleppo\u2028\x1b[31m"\n')
    assert said["mapping"]["date"] == {"column": 'da"te: #x'}


def test_no_table_no_draft(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("just some words\nand more of them\n", encoding="utf-8")
    assert draft(path, places=PLACES, parties=PARTIES) is None
