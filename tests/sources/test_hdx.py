"""HDX and HAPI: data sets that are found and shown, and tables page by page."""

from datetime import date

import pytest

from castello.errors import WrongUse
from castello.sources.web.hdx import IDENTIFIER_HEADER, PAGE, as_csv, read_table, search, show
from tests.web_server import Asked, Reply, client, json_reply, serving


def dataset(name: str, **fields: object) -> dict[str, object]:
    """A data set in the shape of CKAN, with the fields of HDX."""
    return {
        "id": f"id-{name}",
        "name": name,
        "title": f"Syria: {name}",
        "dataset_source": "WFP",
        "organization": {"name": "wfp", "title": "WFP - World Food Programme"},
        "license_id": "cc-by-igo",
        "license_title": "Creative Commons Attribution for Intergovernmental Organisations",
        "last_modified": "2026-03-02T10:11:12.345678",
        "resources": [
            {
                "id": "r1",
                "name": "wfp_food_prices_syr.csv",
                "format": "CSV",
                "download_url": "https://data.example/dataset/x/resource/r1/download/wfp_food_prices_syr.csv",
                "last_modified": "2026-03-01T00:00:00.000000",
                "size": 123,
            }
        ],
    } | fields


@pytest.fixture
def server():
    with serving() as server:
        yield server


def test_data_sets_are_found_page_by_page(server):
    names = [f"set-{n}" for n in range(PAGE + 3)]

    def answer(asked: Asked) -> Reply:
        begin, rows = int(asked.query["start"][0]), int(asked.query["rows"][0])
        found = [dataset(name) for name in names[begin : begin + rows]]
        return json_reply({"help": "...", "success": True, "result": {"count": len(names), "results": found}})

    server.say("/api/3/action/package_search", answer)

    found = search(client(), query="food prices", country="SYR", start=date(2026, 1, 1), limit=100, address=server.url)

    assert [one.name for one in found.items] == names
    assert found.cursor is None
    assert server.asked[0].query["q"] == ["food prices"]
    assert server.asked[0].query["fq"] == ["groups:syr AND metadata_modified:[2026-01-01T00:00:00Z TO *]"]


def test_a_data_set_with_its_files(server):
    server.say("/api/3/action/package_show", json_reply({"success": True, "result": dataset("prices")}))

    (found,) = show(client(), "prices", address=server.url).items

    assert server.asked[0].query == {"id": ["prices"]}
    assert found.publishers == ("WFP", "WFP - World Food Programme", "wfp")
    assert found.licence == "Creative Commons Attribution for Intergovernmental Organisations"
    (resource,) = found.resources
    assert (resource.id, resource.format, resource.changed, resource.size) == ("r1", "csv", date(2026, 3, 1), 123)


def test_what_is_not_there_is_told(server):
    error = {"success": False, "error": {"message": "Not found", "__type": "Not Found Error"}}
    server.say("/api/3/action/package_show", json_reply(error, status=404))

    found = show(client(), "no-such", address=server.url)

    assert found.items == ()
    assert found.issues[0].what == "127.0.0.1 answers 404: Not found"


@pytest.mark.parametrize(
    "said", [{"success": False}, {"success": True}, {"success": True, "result": {"results": 7}}, []]
)
def test_other_json_is_told(server, said):
    server.say("/api/3/action/package_search", json_reply(said))

    found = search(client(), query="x", address=server.url)

    assert (found.items, found.cursor) == ((), 0)
    assert len(found.issues) == 1


def test_files_without_an_address_are_no_files(server):
    odd = dataset(
        "odd", resources=[{"id": "r1", "url": "file:///etc/passwd"}, 7, {"url": "https://data.example/a.csv"}]
    )
    server.say("/api/3/action/package_show", json_reply({"success": True, "result": odd}))

    assert show(client(), "odd", address=server.url).items[0].resources == ()


# ------------------------------------------------------------------------------------------------------------- hapi

PRICES = "/api/v2/food-security-nutrition-poverty/food-prices-market-monitor"
ROWS = [{"market_name": f"Market {n}", "price": n + 0.5, "admin1_code": None} for n in range(7)]


def rows(asked: Asked) -> Reply:
    begin, size = int(asked.query["offset"][0]), int(asked.query["limit"][0])
    return json_reply({"data": ROWS[begin : begin + size]})


def table(server, **options):
    return read_table(
        client(),
        "food-prices",
        identifier="bWU6bWU=",
        country="SYR",
        address=f"{server.url}/api/v2",
        page_size=3,
        **options,
    )


def test_a_table_comes_page_by_page(server):
    server.say(PRICES, rows)

    found = table(server, start=date(2016, 1, 1))

    assert list(found.items) == ROWS
    assert [asked.query["offset"] for asked in server.asked] == [["0"], ["3"], ["6"]]
    asked = server.asked[0]
    assert asked.headers[IDENTIFIER_HEADER.lower()] == "bWU6bWU="
    assert asked.query == {
        "location_code": ["SYR"], "output_format": ["json"], "start_date": ["2016-01-01"], "limit": ["3"], "offset": ["0"]
    }  # fmt: skip


def test_a_table_that_broke_off_goes_on(server):
    server.say(PRICES, rows, Reply(status=503))
    first = table(server)
    server.say(PRICES, rows)
    rest = table(server, cursor=first.cursor)

    assert first.cursor == 3
    assert [*first.items, *rest.items] == ROWS


def test_a_missing_identifier_is_told_without_it(server):
    server.say(PRICES, json_reply({"error": "Invalid app identifier bWU6bWU="}, status=403))

    assert table(server).issues[0].what == "127.0.0.1 answers 403: Invalid app identifier ..."


@pytest.mark.parametrize("said", [{"data": [1]}, {"data": None}, {}, []])
def test_rows_of_another_shape_are_told(server, said):
    server.say(PRICES, json_reply(said))

    assert table(server).cursor == 0


@pytest.mark.parametrize(("name", "country"), [("no-such", "SYR"), ("food-prices", "Syria"), ("food-prices", "S R")])
def test_what_cannot_be_asked(name, country):
    with pytest.raises(WrongUse):
        read_table(client(), name, identifier="x", country=country)


def test_a_file_keeps_what_came():
    made = as_csv([{"a": 1, "b": 'quo"te, and\nline'}, {"a": None, "c": "حلب"}])

    assert made.decode() == 'a,b,c\n1,"quo""te, and\nline",\n,,حلب\n'
