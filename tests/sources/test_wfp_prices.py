"""Rows of WFP's price sheets become prices by market and month: by hand, of every generation, on real files, whatever becomes of a file."""

import csv
import io
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from castello.claims import Claim, Document, Kind, Link, Locator, Period, Quantity, Role
from castello.places import Place, PlaceRegister
from castello.sources.registry import tabular_sources
from castello.sources.wfp_prices import SOURCE
from tests.sources.counted import counted, shared_file
from tests.sources.mangled import mangled, written
from tests.sources.registers import DOCUMENT, PLACES, codes
from tests.sources.tables import read_tables

SAMPLE = resources.files("castello.sources.wfp_prices") / "sample.csv"
HEADER, *ROWS = list(csv.reader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
FIRST = dict(zip(HEADER, ROWS[0], strict=True))
REGIONS = PlaceRegister(
    [
        *PLACES.places,
        Place(id="north", kind="governorate", name_en="North", parent="country"),
        Place(id="hill", kind="district", name_en="Hill", parent="north"),
    ],
    [],
)


def table(*rows, columns=HEADER, tags=()):
    return written([columns, *tags, *([row.get(name, "") for name in columns] for row in rows)]).encode()


def read(*rows, columns=HEADER, data=None, name="prices.csv", tags=(), **options):
    full = table(*(FIRST | row for row in rows), columns=columns, tags=tags)
    told = read_tables(SOURCE, full if data is None else data, name=name, **{"places": REGIONS, **options})
    assert told.present == told.taken + told.refused
    assert len(told.claims) == told.taken
    return told


# ----------------------------------------------------------------------------------------------------------- by hand


def price(row, month, *, published, value, unit="EXP/KG", subject="wheat-flour", market="9001", **also):
    first, last = date(2016, month, 1), {9: date(2016, 9, 30), 10: date(2016, 10, 31), 11: date(2016, 11, 30)}
    names = {"9001": "Hanano", "9002": "Total"}
    said = {
        "basis": "retail",
        "category": "cereals and tubers",
        "commodity": "Wheat flour",
        "currency": "EXP",
        "flag": "actual",
        "market": names[market],
    }
    return Claim(
        kind=Kind.PRICE,
        subject=subject,
        predicate="level",
        object=f"wfp-market-{market}",
        quantity=Quantity(value=value, low=value, high=value, unit=unit),
        also=tuple((said | also).items()),
        # some day of the month; whether the price lasted longer is not said
        happened=Period(maybe=Period.between(first, last.get(month, date(2016, 12, 31))).maybe, starts="yes"),
        published=published,
        chain=(Link(who="mappers", role=Role.COMPILER),),
        document="map-2016",
        locator=Locator(row=row),
        place_as_written=names[market],
        date_precision="wfp month",
    )


def test_the_sample_by_hand():
    told = read(data=SAMPLE.read_bytes())
    assert told.issues == ()
    assert (told.present, told.taken, told.refused) == (6, 6, 0)
    assert told.claims == (
        price(2, 9, published=date(2016, 10, 30), value=300, usd=0.58),
        price(3, 11, published=date(2016, 12, 30), value=1650, usd=3.19),
        # the file itself is older than thirty days after December
        price(4, 12, published=date(2016, 12, 31), value=3500, usd=6.77),
        price(
            5,
            9,
            published=date(2016, 10, 30),
            value=55_000,
            unit="EXP/25 KG",
            subject="fuel-gas",
            category="non-food",
            commodity="Fuel (gas)",
        ),
        price(
            6,
            10,
            published=date(2016, 11, 30),
            value=210.5,
            market="9002",
            usd=0.4,
            flag="aggregate",
            basis="wholesale",
        ),
        price(
            7,
            11,
            published=date(2016, 12, 30),
            value=212,
            market="9002",
            usd=0.4,
            flag="actual,aggregate",
            basis="wholesale",
        ),
    )
    assert told.names == {
        "wfp-market-9001": {
            "id": "wfp-market-9001",
            "kind": "market",
            "name_en": "Hanano",
            "lat": 36.23,
            "lon": 37.2,
            "parent": "hanano",
            "note": "market as WFP names it, Hill, North",
        },
        # far from any place of its name, it lies in its district
        "wfp-market-9002": {
            "id": "wfp-market-9002",
            "kind": "market",
            "name_en": "Total",
            "lat": 36.3,
            "lon": 37.3,
            "parent": "hill",
            "note": "market as WFP names it, Hill, North",
        },
    }
    assert sorted(told.keys.values()) == [
        "wfp/9001/340/25 KG/retail/EXP/2016-09",
        "wfp/9001/58/KG/retail/EXP/2016-09",
        "wfp/9001/58/KG/retail/EXP/2016-11",
        "wfp/9001/58/KG/retail/EXP/2016-12",
        "wfp/9002/58/KG/wholesale/EXP/2016-10",
        "wfp/9002/58/KG/wholesale/EXP/2016-11",
    ]
    assert told.scopes == {"EXM"}


def test_the_registry_knows_it_by_its_header():
    assert tabular_sources()["wfp_prices"] is SOURCE
    recognised = [source.format for source in tabular_sources().values() if source.is_header(frozenset(HEADER))]
    assert recognised[0] == "wfp_prices"


# ------------------------------------------------------------------------------------------------- months and markets


@pytest.mark.parametrize(
    ("written_as", "last", "published"),
    [
        ("2016-02-15", date(2016, 2, 29), date(2016, 3, 30)),
        ("15/03/2016", date(2016, 3, 31), date(2016, 4, 30)),
        ("2016-11", date(2016, 11, 30), date(2016, 12, 30)),
        ("2016-12-01", date(2016, 12, 31), date(2016, 12, 31)),
    ],
)
def test_a_date_stands_for_its_month(written_as, last, published):
    claim = read({"date": written_as}).claims[0]
    assert claim.happened.maybe == (last.replace(day=1), date.fromordinal(last.toordinal() + 1))
    assert claim.happened.sure is None
    assert claim.published == published


def test_each_price_is_its_own_answer_to_its_own_question():
    told = read({}, {"pricetype": "Wholesale"}, {"unit": "25 KG"}, {"date": "2016-10-15"}, {"currency": "USD"})
    assert told.taken == 5
    # months are days of one question
    assert {claim.question.removeprefix("price|wheat-flour|level|wfp-market-9001|") for claim in told.claims} == {
        "EXP/KG|retail",
        "EXP/KG|wholesale",
        "EXP/25 KG|retail",
        "USD/KG|retail",
    }


def test_a_market_of_the_users_choice_goes_before():
    told = read({}, place_names={"Hanano": "shaar"})
    assert told.claims[0].object == "shaar"
    assert told.names == {}


def test_a_market_without_an_id_is_told_by_its_name_and_its_area():
    told = read({"market_id": ""}, {"market_id": "", "admin1": "South"})
    assert [claim.object for claim in told.claims] == [
        "wfp-market-hanano-north-hill",
        "wfp-market-hanano-south-hill",
    ]


def test_ids_that_went_through_a_spreadsheet_are_the_same():
    told = read({"market_id": "9001.0", "commodity_id": "58.0"})
    assert told.claims[0].object == "wfp-market-9001"
    assert list(told.keys.values()) == ["wfp/9001/58/KG/retail/EXP/2016-09"]


def test_a_market_whose_point_is_not_on_earth_lies_where_its_names_say():
    told = read({"latitude": "3623"})
    assert told.names["wfp-market-9001"]["parent"] == "hill"
    assert "lat" not in told.names["wfp-market-9001"]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"price": "0"}, "no-price", "price"),
        ({"price": "-5"}, "no-price", "price"),
        ({"price": "1,5"}, "number", "price"),
        ({"price": "NaN"}, "number", "price"),
        ({"usdprice": "n/a?"}, "number", "usdprice"),
        ({"date": ""}, "no-date", "date"),
        ({"date": "03/04/2016"}, "date", "date"),
        ({"date": "2017-01-15"}, "after-release", "date"),
        ({"market": ""}, "no-market", "market"),
        ({"commodity": ""}, "no-commodity", "commodity"),
        ({"unit": ""}, "no-unit", "unit"),
        ({"currency": ""}, "no-currency", "currency"),
        ({"market_id": "", "latitude": "", "longitude": ""}, "point", "latitude"),
    ],
)
def test_what_is_wrong_is_refused_and_told(cells, code, column):
    told = read(cells, {"market": "Another", "market_id": "7"})
    assert (told.taken, told.refused) == (1, 1)
    assert (2, column, code, "error") in codes(told.issues)


def test_a_flag_that_nobody_knows_is_told_and_kept():
    told = read({"priceflag": "forecast"})
    assert told.claims[0].slot("flag") == "forecast"
    assert codes(told.issues) == [(2, "priceflag", "flag", "warning")]


def test_the_first_of_two_prices_of_one_market_and_month_stays():
    told = read({}, {"price": "999"})
    assert (told.taken, told.refused) == (1, 1)
    assert told.claims[0].quantity.value == 300
    assert codes(told.issues) == [(3, None, "twice", "error")]


# ------------------------------------------------------------------------------------------------------- generations


def test_files_of_one_country_do_not_name_it_and_older_ones_have_tags():
    columns = [name for name in HEADER if name != "countryiso3"]
    tags = [
        "#date",
        "#adm1+name",
        "#adm2+name",
        "#loc+market+name",
        "",
        "#geo+lat",
        "#geo+lon",
        "#item+type",
        "#item+name",
    ]
    tags += ["", "#item+unit", "#item+price+flag", "#item+price+type", "#currency", "#value", "#value+usd"]
    told = read({}, {"date": "2016-10-15"}, columns=columns, tags=[tags])
    assert told.issues == ()
    assert [claim.locator.row for claim in told.claims] == [3, 4]
    assert told.scopes == {"EXP North"}
    assert set(told.keys.values()) == {f"wfp/9001/58/KG/retail/EXP/2016-{month}" for month in ("09", "10")}


def test_files_without_ids_go_by_names():
    columns = [name for name in HEADER if name not in ("market_id", "commodity_id")]
    told = read({}, columns=columns)
    assert told.claims[0].object == "wfp-market-hanano-north-hill"
    assert list(told.keys.values()) == ["wfp/Hanano/North/Hill/Wheat flour/KG/retail/EXP/2016-09"]


# -------------------------------------------------------------------------------------------------------- real files

RELEASE = Document(id="wfp", title="Prices", publisher="wfp", published=date(2024, 6, 1))

# Syrian pounds, June 2016 to January 2017, as the notes on the development data print them
PRINTED = {
    ("wheat-flour", "1546", "SYP/KG"): [188, 192, 200, 300, 300, 1650, 3500, 260],
    ("wheat-flour", "1545", "SYP/KG"): [213, 200, 225, 250, 240, 250, 225, 225],
    ("fuel-gas", "1546", "SYP/25 KG"): [None, 11_250, 10_500, 55_000, 65_000, 65_000, 65_000, None],
    ("fuel-gas", "1545", "SYP/25 KG"): [2_200, 2_500, 2_600, 2_600, 2_600, 2_600, None, None],
}
MONTHS = [date(2016, 6, 1), *(date(2016, month, 1) for month in range(7, 13)), date(2017, 1, 1)]


def test_syria():
    with counted(SOURCE, shared_file("wfp/wfp_food_prices_syr.csv.gz"), document=RELEASE) as told:
        staged = told.staged
        assert (staged.present, staged.taken, staged.claims) == (145_236, 145_236, {"price": 145_236})
        assert told.issues == ()
        assert len(staged.names) == 97
        flags = dict(told.all("select body->>'$.also.flag', count(*) from rows group by 1"))
        assert flags["aggregate"] == 99_020
        assert flags["actual,aggregate"] == 1_365
        assert sum(flags.values()) == 145_236
        for (subject, market, unit), prices in PRINTED.items():
            found = dict(
                told.all(
                    f"""select maybe_start, value from rows where subject = '{subject}' and object = 'wfp-market-{market}' and unit = '{unit}'
                        and maybe_start between '2016-06-01' and '2017-01-01' and (body->>'$.also.flag') = 'actual'"""
                )
            )
            # printed without decimals
            assert [None if month not in found else round(found[month]) for month in MONTHS] == prices
        assert told.all("select count(*) from rows where published <> maybe_end - 1 + 30") == [(0,)]
        assert told.all(
            "select count(distinct object), count(*) from rows where maybe_start between '2016-01-01' and '2016-12-01'"
        ) == [(42, 6_068)]


def test_congo():
    with counted(SOURCE, shared_file("wfp/wfp_food_prices_cog.csv"), document=RELEASE) as told:
        assert (told.staged.present, told.staged.taken) == (6_039, 6_039)
        assert told.issues == ()
        assert told.all("select count(distinct object), count(distinct subject) from rows") == [(13, 19)]
        # a market called Total is one of them, and no sum of the others
        total = "select count(*), count(distinct object) from rows where (body->>'$.also.market') = 'Total'"
        assert told.all(total)[0][0] > 0
        assert told.all(total)[0][1] == 1


# ------------------------------------------------------------------------------------------------ whatever comes


@pytest.mark.parametrize("part", range(4))
def test_whatever_becomes_of_a_file_every_row_is_read_or_said(part):
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(HEADER, ROWS, seed=11, count=60, long_line=1_200_000)):
            if number % 4 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            options: dict[str, Any] = {"encoding": file.encoding} if file.encoding else {}
            told = read_tables(SOURCE, path, name=file.name, places=REGIONS, document=DOCUMENT, **options)
            assert told.present == told.taken + told.refused, file.name
            assert len(told.claims) == told.taken, file.name
            for claim in told.claims if file.cells else ():
                assert claim.place_as_written in file.cells, file.name
                assert claim.quantity is not None, file.name
                value = claim.quantity.value
                assert {str(value), f"{value:g}", f"{value:.1f}", f"{value:.2f}"} & file.cells, file.name
