"""Reports of ReliefWeb: what is asked, page after page, and what is kept when a page does not come."""

from datetime import date

import pytest

from castello.sources.web.reliefweb import PAGE, question, read_reports
from tests.web_server import Asked, Reply, client, json_reply, serving


def record(id_: int, **fields: object) -> dict[str, object]:
    """A report in the shape of the API's documentation."""
    usual = {
        "title": f"Syria: flash update no. {id_}",
        "body": "Eastern Aleppo city\r\n\r\nNo aid has come in since 7 July.",
        "date": {"original": "2016-07-18T00:00:00+00:00", "created": "2016-07-19T06:12:00+00:00"},
        "source": [{"name": "UN Office for the Coordination of Humanitarian Affairs", "shortname": "OCHA"}],
        "language": [{"code": "en"}],
        "url": f"https://reliefweb.int/node/{id_}",
        "url_alias": f"https://reliefweb.int/report/{id_}",
    }
    return {"id": str(id_), "score": 1, "fields": usual | fields, "href": f"https://api.reliefweb.int/v2/reports/{id_}"}


def pages(*ids: int, total: int | None = None):
    """Answers as the API gives them for a POST with limit and offset."""

    def answer(asked: Asked) -> Reply:
        begin, rows = asked.json["offset"], asked.json["limit"]
        data = [record(id_) for id_ in ids[begin : begin + rows]]
        return json_reply(
            {"totalCount": len(ids) if total is None else total, "count": len(data), "data": data, "links": {}}
        )

    return answer


@pytest.fixture
def server():
    with serving() as server:
        yield server


def ask(server, **options):
    asked = question(query="aleppo", country="SYR")
    return read_reports(client(), asked, appname="me-1x", address=f"{server.url}/v2", **options)


def test_what_is_asked():
    asked = question(query="aid convoy", country="Syria", start=date(2016, 7, 1), end=date(2016, 7, 31))

    assert asked["query"] == {"value": "aid convoy", "operator": "AND"}
    assert asked["sort"] == ["date.original:desc"]
    assert asked["filter"] == {
        "operator": "AND",
        "conditions": [
            {"field": "country", "value": "Syria"},
            {
                "field": "date.original",
                "value": {"from": "2016-07-01T00:00:00+00:00", "to": "2016-07-31T23:59:59+00:00"},
            },
        ],
    }


def test_one_page(server):
    server.say("/v2/reports", pages(1443306))

    found = ask(server)

    (report,) = found.items
    assert (report.id, report.published, report.posted) == ("1443306", date(2016, 7, 18), date(2016, 7, 19))
    assert report.publishers == (("UN Office for the Coordination of Humanitarian Affairs", "OCHA"),)
    assert report.urls == ("https://reliefweb.int/report/1443306", "https://reliefweb.int/node/1443306")
    assert report.body == "Eastern Aleppo city\n\nNo aid has come in since 7 July."
    assert (found.cursor, found.total, found.issues) == (None, 1, ())
    (asked,) = server.asked
    assert (asked.method, asked.query) == ("POST", {"appname": ["me-1x"]})
    assert asked.json["filter"] == {"field": "country.iso3", "value": "syr"}


def test_pages_follow_one_another_and_what_moved_is_taken_once(server):
    ids = list(range(1000, 1000 + 2 * PAGE + 5))
    moved = [*ids[: PAGE - 1], ids[PAGE - 2], *ids[PAGE - 1 :]]
    server.say("/v2/reports", pages(*moved))

    found = ask(server)

    assert [int(report.id) for report in found.items] == ids
    assert [asked.json["offset"] for asked in server.asked] == [0, PAGE, 2 * PAGE]


def test_no_more_is_asked_than_is_wanted(server):
    server.say("/v2/reports", pages(*range(1, 500)))

    found = ask(server, limit=PAGE + 7)

    assert len(found.items) == PAGE + 7
    assert [asked.json["limit"] for asked in server.asked] == [PAGE, 7]
    assert found.total == 499
    assert found.cursor is None


def test_what_came_before_a_page_that_failed_is_kept_and_gone_on_from(server):
    answer = pages(*range(1, PAGE + 31))
    server.say("/v2/reports", answer, Reply(status=500))

    first = ask(server)

    assert len(first.items) == PAGE
    assert first.cursor == PAGE
    assert "answers 500" in first.issues[0].what

    server.say("/v2/reports", answer)
    rest = ask(server, cursor=first.cursor)

    assert [int(report.id) for report in (*first.items, *rest.items)] == list(range(1, PAGE + 31))
    assert rest.cursor is None


def test_an_appname_that_is_not_approved_is_told_without_it(server):
    message = {"error": {"type": "AccessDeniedHttpException", "message": "The appname me-1x is not approved."}}
    server.say("/v2/reports", json_reply(message, status=403))

    found = ask(server)

    assert (found.items, found.cursor) == ((), 0)
    assert "answers 403: The appname ... is not approved." in found.issues[0].what
    assert len(server.asked) == 1


@pytest.mark.parametrize("said", [{}, [], "x", {"data": None}, {"data": {"1": 2}}, None])
def test_other_json_is_told(server, said):
    server.say("/v2/reports", json_reply(said))

    found = ask(server)

    assert found.cursor == 0
    assert "something else" in found.issues[0].what


@pytest.mark.parametrize(
    "row", [7, None, {}, {"id": "7"}, {"id": None, "fields": {"title": "x"}}, {"id": "../7", "fields": {"title": "x"}},
            {"id": "7", "fields": {"title": " \x00 "}}, {"id": "7", "fields": []}],
)  # fmt: skip
def test_a_row_that_cannot_be_used_costs_itself(server, row):
    server.say("/v2/reports", json_reply({"totalCount": 2, "data": [row, record(8)]}))

    found = ask(server)

    assert [report.id for report in found.items] == ["8"]
    assert [(issue.row, issue.code) for issue in found.issues] == [(1, "report")]


def test_fields_of_another_shape_are_left_out(server):
    odd = {
        "date": "2016",
        "source": {"name": "x"},
        "language": "en",
        "url": "javascript:alert(1)",
        "url_alias": 7,
        "body": 7,
    }
    server.say("/v2/reports", json_reply({"totalCount": 1, "data": [record(9, **odd)]}))

    (report,) = ask(server).items

    assert (report.published, report.posted, report.publishers, report.urls) == (None, None, (), ())
    assert (report.language, report.body) == (None, None)


def test_titles_steer_no_terminal(server):
    server.say("/v2/reports", json_reply({"totalCount": 1, "data": [record(9, title="A\x1b[31m\u202eb\ud800\u2028c")]}))

    assert ask(server).items[0].title == "A[31mb c"
