"""What is fetched lies in the case as the rules of the case want it, once, and only the question leaves the machine."""

from __future__ import annotations

import json
import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from castello.cases import read_case
from castello.cli import main
from castello.desk.asking import APPNAME_VARIABLES, Question
from castello.desk.case import Case
from castello.desk.fetch import FetchReport
from castello.errors import Unreachable, WrongUse
from tests.cases_for_tests import NOW, PSEUDONYM, write_case
from tests.web_server import Asked, Clock, Reply, Server, client, json_reply, serving

SOURCES = """
  ocha: {name_en: OCHA, kind: agency, licence: CC BY 4.0}
  wfp: {name_en: World Food Programme, kind: agency, licence: quotation only}
"""
PRICES = b"date,market,price\n2016-07-15,Aleppo,225\n"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def case(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The tiny case, with two more sources; the environment knows no names."""
    for name in APPNAME_VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    folder = write_case(tmp_path / "case")
    sources = folder / "sources.yml"
    sources.write_text(sources.read_text(encoding="utf-8").rstrip() + SOURCES, encoding="utf-8")
    return Case(folder)


def report(id_: int, **fields: Any) -> dict[str, Any]:
    usual = {
        "title": f'Syria: "flash" update: no. {id_}',
        "body": f"The road was cut. Report {id_}.",
        "date": {"original": "2016-07-18T00:00:00+00:00", "created": "2016-07-19T06:12:00+00:00"},
        "source": [{"name": "OCHA"}],
        "language": [{"code": "en"}],
        "url": f"https://reliefweb.int/node/{id_}",
    }
    return {"id": str(id_), "fields": usual | fields}


def reports(*records: dict[str, Any]):
    def answer(asked: Asked) -> Reply:
        begin, rows = asked.json["offset"], asked.json["limit"]
        return json_reply({"totalCount": len(records), "data": list(records[begin : begin + rows])})

    return answer


def fetch(
    case: Case, server: Server, source: str = "reliefweb", *, now: datetime = NOON, **options: Any
) -> FetchReport:
    asked = {name: options.pop(name) for name in tuple(options) if name in Question.__slots__}
    if source == "reliefweb":
        asked.setdefault("query", "aleppo")
        asked.setdefault("address", f"{server.url}/v2")
    return case.fetch(source, Question(**asked), client=client(Clock()), now=now, **({"appname": "me-1x"} | options))


def fates(made: FetchReport) -> list[tuple[str, str]]:
    return [(item.item, item.status) for item in made.items]


def files(case: Case) -> dict[str, bytes]:
    """What people see of a case."""
    return {
        path.relative_to(case.folder).as_posix(): path.read_bytes()
        for path in sorted(case.folder.rglob("*"))
        if path.is_file() and path.relative_to(case.folder).parts[0] not in (".castello", "journal", "vault")
    }


# -------------------------------------------------------------------------------------------------------- reliefweb


def test_reports_become_documents_as_their_licence_allows(case, server):
    theirs = report(2, source=[{"name": "Unheard of", "shortname": "X"}, {"name": "World Food Programme"}])
    server.say("/v2/reports", reports(report(1), theirs))

    made = fetch(case, server)

    assert fates(made) == [("1", "new"), ("2", "new")]
    assert made.complete
    held, described = case.book.documents()["reliefweb-1"], case.book.documents()["reliefweb-2"]
    assert (case.folder / "documents/reliefweb-1.txt").read_text(encoding="utf-8") == (
        'Syria: "flash" update: no. 1\n\nThe road was cut. Report 1.\n'
    )
    assert (held.publisher, held.published, held.title) == ("ocha", date(2016, 7, 18), 'Syria: "flash" update: no. 1')
    assert held.urls == ("https://reliefweb.int/node/1",)
    assert held.text_held
    assert (described.publisher, described.text_held) == ("wfp", False)
    assert not any("Report 2" in data.decode() for data in files(case).values())
    assert made.build.issues == ()
    assert case.verify().clean


def test_nothing_is_fetched_twice(case, server):
    server.say("/v2/reports", reports(report(1), report(2, source=[{"name": "wfp"}])))
    fetch(case, server)
    before = files(case)

    again = fetch(case, server, now=NOON + timedelta(days=9))

    assert fates(again) == [("1", "already"), ("2", "already")]
    assert [item.to for item in again.items] == ["documents/reliefweb-1.txt", "reliefweb-2"]
    assert files(case) == before


def test_nothing_is_fetched_twice_even_if_the_derived_folder_is_gone(case, server):
    server.say("/v2/reports", reports(report(1)))
    fetch(case, server)
    for path in sorted((case.folder / ".castello").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    again = fetch(Case(case.folder), server)

    assert fates(again) == [("1", "already")]


def test_what_has_changed_is_a_new_document_beside(case, server):
    server.say("/v2/reports", reports(report(1), report(2, source=[{"name": "wfp"}])))
    fetch(case, server)
    before = files(case)
    corrected = report(1, body="The road was not cut."), report(2, source=[{"name": "wfp"}], title="Corrected")
    server.say("/v2/reports", reports(*corrected))

    made = fetch(case, server)

    assert [(item.status, item.to) for item in made.items] == [
        ("changed", "documents/reliefweb-1-2.txt"),
        ("changed", "reliefweb-2-2"),
    ]
    assert before.items() <= files(case).items()
    assert fates(fetch(case, server)) == [("1", "already"), ("2", "already")]
    server.say("/v2/reports", reports(report(1)))
    assert fates(fetch(case, server)) == [("1", "already")]  # changed back: that state is known


def test_a_publisher_that_nobody_knows_is_told_once(case, server):
    case.build(now=NOW)
    server.say("/v2/reports", reports(*(report(n, source=[{"name": "Médecins du Nord"}]) for n in range(3))))
    before = files(case)

    made = fetch(case, server)

    assert {item.status for item in made.items} == {"left out"}
    (issue,) = made.issues
    assert issue.what == "3 item(s) of 'Médecins du Nord' were left out: no source of the case has this name"
    assert 'medecins-du-nord: {name_en: "Médecins du Nord"}' in issue.hint
    assert files(case) == before

    named = fetch(case, server, publisher="wire")

    assert {item.status for item in named.items} == {"new"}
    note = case.book.documents()["reliefweb-0"].note
    assert note is not None
    assert "Publisher as written there: Médecins du Nord." in note


def test_a_protected_source_publishes_nothing_and_is_not_asked_about(case, server):
    server.say("/v2/reports", reports(report(1, source=[{"name": PSEUDONYM}, {"name": "resident of the east"}])))

    assert [item.status for item in fetch(case, server).items] == ["left out"]
    with pytest.raises(WrongUse, match="protected"):
        fetch(case, server, query=f"what {PSEUDONYM} said")
    with pytest.raises(WrongUse, match="no source"):
        fetch(case, server, publisher=PSEUDONYM)
    assert len(server.asked) == 1


def test_a_report_without_a_day_was_there_on_the_day_of_fetching(case, server):
    future = report(2, date={"original": "2031-01-01T00:00:00+00:00"})
    server.say(
        "/v2/reports", reports(report(1, date={}), future, report(3, date={"created": "2016-07-19T00:00:00+00:00"}))
    )

    made = fetch(case, server)

    documents = case.book.documents()
    assert [documents[f"reliefweb-{n}"].published for n in (1, 2, 3)] == [NOON.date(), NOON.date(), date(2016, 7, 19)]
    assert [documents[f"reliefweb-{n}"].published_basis for n in (1, 2)] == ["inferred", "inferred"]
    assert [issue.severity for issue in made.issues] == ["warning", "warning"]


def test_titles_break_no_file(case, server):
    titles = [
        "a: b # c",
        "'",
        '"',
        "- x",
        "{y}",
        "&anchor *alias !tag",
        "%TAG",
        "\ud83d\ude00 \u202e\x85",
        "{{ x }}",
        "@",
    ]
    server.say(
        "/v2/reports", reports(*(report(n, title=title, source=[{"name": "wfp"}]) for n, title in enumerate(titles)))
    )

    made = fetch(case, server)

    assert made.build.issues == ()
    documents = read_case(case.folder).claim_files
    found = {one.id: one.title for file in documents for one in file.documents}
    assert [found[f"reliefweb-{n}"] for n in range(7)] == titles[:7]


def test_what_broke_off_goes_on(case, server):
    everything = reports(*(report(n) for n in range(1, 131)))
    server.say("/v2/reports", everything, Reply(status=500))

    first = fetch(case, server, limit=120)

    assert (len(first.items), first.complete) == (100, False)
    (state,) = (case.folder / ".castello/fetch").glob("*.json")
    assert "aleppo" not in state.name + state.read_text(encoding="utf-8")

    server.say("/v2/reports", everything)
    rest = fetch(case, server, limit=120)

    assert (len(rest.items), rest.complete) == (20, True)
    assert server.asked[-1].json["offset"] == 100
    assert list((case.folder / ".castello/fetch").iterdir()) == []


@pytest.mark.parametrize("state", ["", "[]", '{"cursor": "x"}', '{"cursor": 5}', '{"cursor": 5, "on": "2026-01-01"}'])
def test_a_state_that_is_torn_or_old_is_begun_anew(case, server, state):
    server.say("/v2/reports", reports(report(1)))
    folder = case.folder / ".castello/fetch"
    folder.mkdir(parents=True)
    question = Question(query="aleppo", address=f"{server.url}/v2")
    (folder / f"{question.key('reliefweb')}.json").write_text(state, encoding="utf-8")

    assert fates(fetch(case, server)) == [("1", "new")]


def test_a_name_that_is_taken_is_left_to_who_has_it(case, server, tmp_path):
    own = case.folder / "documents/reliefweb-1.md"
    own.write_text("my own", encoding="utf-8")
    own.with_name("reliefweb-1.md.yml").write_text("publisher: wire\npublished: 2016-07-18\n", encoding="utf-8")
    server.say("/v2/reports", reports(report(1)))

    assert [item.to for item in fetch(case, server).items] == ["documents/reliefweb-1-2.txt"]
    assert own.read_text(encoding="utf-8") == "my own"


def test_nothing_is_written_when_nothing_came(case, server):
    before = files(case)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Unreachable) as caught:
        fetch(case, server, address=f"http://127.0.0.1:{port}/v2")

    assert caught.value.exit_code == 1
    assert "cannot be reached" in caught.value.what
    assert "me-1x" not in str(caught.value)
    assert files(case) == before


# -------------------------------------------------------------------------------------------------------------- hdx


def package(server: Server, *resources: dict[str, Any], **fields: Any) -> Reply:
    result = {
        "id": "p1", "name": "wfp-prices", "title": "Syria: food prices", "dataset_source": "World Food Programme",
        "license_title": "CC BY-IGO", "last_modified": "2026-03-02T00:00:00", "resources": list(resources),
    }  # fmt: skip
    return json_reply({"success": True, "result": result | fields})


def resource(server: Server, id_: str = "r1", name: str = "wfp food prices.csv", **fields: Any) -> dict[str, Any]:
    url = f"{server.url}/files/{id_}.csv"
    return {
        "id": id_,
        "name": name,
        "format": "CSV",
        "download_url": url,
        "last_modified": "2026-03-01T00:00:00",
    } | fields


def test_files_become_feeds(case, server):
    shown = (
        resource(server),
        resource(server, "r2", "Notes.pdf", format="PDF", download_url=f"{server.url}/files/notes.pdf"),
    )
    server.say("/api/3/action/package_show", package(server, *shown))
    server.say("/files/r1.csv", Reply(body=PRICES, kind="text/csv", headers={"ETag": '"a"'}))

    made = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)

    assert [(item.status, item.to) for item in made.items] == [("new", "feeds/hdx-wfp-food-prices.csv")]
    assert (case.folder / "feeds/hdx-wfp-food-prices.csv").read_bytes() == PRICES
    sidecar = (case.folder / "feeds/hdx-wfp-food-prices.csv.yml").read_text(encoding="utf-8")
    assert 'publisher: "wfp"\npublished: 2026-03-01\n' in sidecar
    assert "Licence as written there: CC BY-IGO." in sidecar
    assert ["Notes.pdf" in issue.what for issue in made.issues] == [True]
    assert list((case.folder / ".castello/fetch").iterdir()) == []

    again = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)

    assert [item.status for item in again.items] == ["already"]
    assert server.paths().count("/files/r1.csv") == 1


def test_a_newer_file_lies_beside_the_old_one_and_the_same_bytes_do_not(case, server):
    server.say("/api/3/action/package_show", package(server, resource(server)))
    server.say("/files/r1.csv", Reply(body=PRICES, kind="text/csv"))
    fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)
    server.say("/api/3/action/package_show", package(server, resource(server, last_modified="2026-04-01T00:00:00")))

    same = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)
    server.say("/files/r1.csv", Reply(body=PRICES + b"2016-08-15,Aleppo,300\n", kind="text/csv"))
    newer = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)

    assert [(item.status, item.to) for item in same.items] == [("already", "feeds/hdx-wfp-food-prices.csv")]
    assert [(item.status, item.to) for item in newer.items] == [("changed", "feeds/hdx-wfp-food-prices-2.csv")]
    assert (case.folder / "feeds/hdx-wfp-food-prices.csv").read_bytes() == PRICES


def test_a_file_that_broke_off_goes_on_at_the_next_call(case, server):
    body = PRICES * 1000
    server.say("/api/3/action/package_show", package(server, resource(server), resource(server, "r2", "other.csv")))
    server.say("/files/r1.csv", Reply(body=body, cut=9000, kind="text/csv", headers={"ETag": '"a"'}), Reply(status=503))
    server.say("/files/r2.csv", Reply(body=PRICES, kind="text/csv"))

    first = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)

    assert [item.to for item in first.items] == ["feeds/hdx-other.csv"]
    assert not first.complete

    def rest(asked: Asked) -> Reply:
        assert asked.headers["range"] == "bytes=9000-"
        head = {"ETag": '"a"', "Content-Range": f"bytes 9000-{len(body) - 1}/{len(body)}"}
        return Reply(status=206, body=body[9000:], kind="text/csv", headers=head)

    server.say("/files/r1.csv", rest)
    second = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)

    assert sorted(item.status for item in second.items) == ["already", "new"]
    assert (case.folder / "feeds/hdx-wfp-food-prices.csv").read_bytes() == body


def test_what_cannot_be_kept_is_not_downloaded(case, server):
    server.say("/api/3/action/package_show", package(server, resource(server), dataset_source="Nobody"))

    made = fetch(case, server, "hdx", dataset="wfp-prices", address=server.url)

    assert made.items == ()
    assert [issue.code for issue in made.issues] == ["no-publisher"]
    assert server.paths() == ["/api/3/action/package_show"]


def test_data_sets_are_looked_for_without_fetching_any(case, server):
    case.build(now=NOW)
    found = json.loads(package(server, resource(server)).body)["result"]
    server.say(
        "/api/3/action/package_search", json_reply({"success": True, "result": {"count": 1, "results": [found]}})
    )
    before = files(case)

    made = fetch(case, server, "hdx", query="food prices", country="SYR", address=server.url)

    assert made.items == ()
    assert made.found[0]["name"] == "wfp-prices"
    assert made.found[0]["files"] == [{"name": "wfp food prices.csv", "format": "csv", "size": None, "read": True}]
    assert files(case) == before


def test_a_table_of_hapi_becomes_a_feed(case, server):
    rows = [{"market_name": "Aleppo", "price": 225.0}, {"market_name": "Idleb", "price": None}]
    path = "/food-security-nutrition-poverty/food-prices-market-monitor"
    server.say(path, json_reply({"data": rows}))
    options = {"table": "food-prices", "country": "SYR", "address": server.url, "publisher": "wfp"}

    made = fetch(case, server, "hdx", **options)

    assert [(item.status, item.to) for item in made.items] == [("new", "feeds/hapi-food-prices-syr.csv")]
    assert (case.folder / "feeds/hapi-food-prices-syr.csv").read_bytes() == b"market_name,price\nAleppo,225.0\nIdleb,\n"
    assert [item.status for item in fetch(case, server, "hdx", **options).items] == ["already"]


def test_rows_of_a_table_that_broke_off_wait_for_the_rest(case, server, monkeypatch):
    from castello.sources.web import hdx

    monkeypatch.setitem(hdx.read_table.__kwdefaults__, "page_size", 2)
    rows = [{"n": n} for n in range(5)]

    def answer(asked: Asked) -> Reply:
        begin = int(asked.query["offset"][0])
        return json_reply({"data": rows[begin : begin + 2]})

    path = "/coordination-context/conflict-events"
    options = {"table": "conflict-events", "country": "SYR", "address": server.url, "publisher": "wfp"}
    server.say(path, answer, Reply(status=500))
    with pytest.raises(Unreachable):
        fetch(case, server, "hdx", **options)
    server.say(path, answer)

    fetch(case, server, "hdx", **options)

    assert (case.folder / "feeds/hapi-conflict-events-syr.csv").read_bytes() == b"n\n0\n1\n2\n3\n4\n"
    assert server.asked[-2].query["offset"] == ["2"]


# -------------------------------------------------------------------------------------------------------------- rss

FEED = """<rss version="2.0"><channel>
<item><title>Road cut near Aleppo</title><link>https://news.example/1</link><guid>n-1</guid>
  <pubDate>Sun, 17 Jul 2016 21:30:00 +0300</pubDate></item>
<item><title>Football</title><link>https://news.example/2</link><guid>n-2</guid>
  <pubDate>Mon, 18 Jul 2016 21:30:00 +0300</pubDate></item>
</channel></rss>"""


def test_entries_are_described_and_words_stay_here(case, server):
    server.say("/feed", Reply(body=FEED.encode(), kind="application/rss+xml"))

    made = fetch(case, server, "rss", address=f"{server.url}/feed", publisher="paper", query="aleppo road")

    (item,) = made.items
    assert (item.title, item.status) == ("Road cut near Aleppo", "new")
    document = case.book.documents()[str(item.to)]
    assert (document.publisher, document.published, document.urls) == (
        "paper",
        date(2016, 7, 17),
        ("https://news.example/1",),
    )
    assert not document.text_held
    assert server.asked[0].query == {}


def test_the_same_id_in_feeds_of_two_publishers_is_two_things(case, server):
    server.say("/feed", Reply(body=FEED.encode(), kind="application/rss+xml"))

    made = [
        fetch(case, server, "rss", address=f"{server.url}/feed", publisher=who, limit=1) for who in ("paper", "wire")
    ]

    assert [item.status for one in made for item in one.items] == ["new", "new"]
    assert [str(item.to).split("-")[0] for one in made for item in one.items] == ["paper", "wire"]


def test_entries_by_day_and_number(case, server):
    server.say("/feed", Reply(body=FEED.encode(), kind="application/rss+xml"))
    options: dict[str, Any] = {"address": f"{server.url}/feed", "publisher": "paper"}

    assert [i.title for i in fetch(case, server, "rss", start=date(2016, 7, 18), **options).items] == ["Football"]
    assert [i.title for i in fetch(case, server, "rss", limit=1, **options).items] == ["Road cut near Aleppo"]


# ---------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("source", "options", "says"),
    [
        ("nowhere", {}, "nothing is fetched"),
        ("reliefweb", {"appname": None}, "only to names that it has approved"),
        ("reliefweb", {"query": None}, "words or a country"),
        ("reliefweb", {"table": "food-prices"}, "--table says nothing"),
        ("reliefweb", {"limit": 0}, "--limit"),
        ("reliefweb", {"start": date(2016, 2, 1), "end": date(2016, 1, 1)}, "before --from"),
        ("rss", {}, "by its address"),
        ("rss", {"address": "https://a.example"}, "one publisher"),
        ("rss", {"address": "a.example", "publisher": "paper"}, "--address"),
        ("rss", {"address": "https://a.example", "publisher": "paper", "country": "SYR"}, "--country says nothing"),
        ("hdx", {}, "words, a data set or a table"),
        ("hdx", {"query": "x", "dataset": "y"}, "words, a data set or a table"),
        ("hdx", {"dataset": "y", "country": "SYR"}, "as it is"),
        ("hdx", {"table": "food-prices"}, "for a country"),
        ("hdx", {"table": "food-prices", "country": "SYR", "appname": None}, "says a name"),
        ("hdx", {"query": "x", "country": "Syria"}, "no code"),
    ],
)
def test_what_cannot_be_asked_is_not(case, server, source, options, says):
    with pytest.raises(WrongUse) as caught:
        fetch(case, server, source, **options)

    assert says in str(caught.value)
    assert caught.value.exit_code == 2
    assert server.asked == []


def test_the_name_may_come_from_the_environment(case, server, monkeypatch):
    monkeypatch.setenv("CASTELLO_RELIEFWEB_APPNAME", "team-7q")
    server.say("/v2/reports", reports(report(1)))

    made = fetch(case, server, appname=None)

    assert server.asked[0].query == {"appname": ["team-7q"]}
    assert "team-7q" not in json.dumps(made.to_json())
    assert not any(b"team-7q" in data for data in files(case).values())


def test_a_live_case_is_warned_before_anything_is_asked(case, server):
    told: list[int] = []
    case.build(now=NOW)
    server.say("/v2/reports", reports())

    fetch(case, server, now=NOW, tell=lambda _: told.append(len(server.asked)))
    assert told == []

    fetch(case, server, now=datetime(2016, 12, 1, tzinfo=UTC), tell=lambda _: told.append(len(server.asked)))
    assert told == [1]


# ---------------------------------------------------------------------------------------------------- the command line


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    capsys.readouterr()
    code = main(["fetch", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, json.loads(printed.out) if printed.out else None, printed.err


def test_the_verb(case, server, capsys):
    server.say("/feed", Reply(body=FEED.encode(), kind="text/xml"))
    options = ("rss", "--case", case.folder, "--address", f"{server.url}/feed", "--publisher", "paper")

    code, answer, _ = run(capsys, *options, "--private", "--json", "--from", "2016-07-17", "--to", "2016-07-17")

    assert code == 0
    assert [item["title"] for item in answer["items"]] == ["Road cut near Aleppo"]
    assert answer["complete"] is True

    code, answer, said = run(capsys, *options, "--json")

    assert (code, answer) == (1, None)
    assert "private network" in said

    code, answer, said = run(capsys, "rss", "--case", case.folder, "--json")

    assert (code, answer) == (2, None)
    assert "by its address" in said
