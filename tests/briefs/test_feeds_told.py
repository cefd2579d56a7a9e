"""What a brief tells of feeds: a line for each, whatever they hold, and one by one only what is said of the case's own places."""

import csv
import io
from datetime import date

import pytest

from castello.analyses import run
from castello.briefs.markdown import to_markdown
from castello.claims import Kind
from castello.picture.feeds import OneByOne
from tests.cases_for_tests import SOURCES, built_case, write_case

DAY = date(2016, 7, 17)
FEEDS = """\
  ucdp: {name_en: Conflict data, kind: monitor}
  wfp: {name_en: Price data, kind: agency}
"""
PRICES = "countryiso3,date,admin1,admin2,market,market_id,latitude,longitude,category,commodity,commodity_id,unit,priceflag,pricetype,currency,price,usdprice"
EVENTS = (
    "id,source_date,deaths_side_a,deaths_side_b,deaths_civilian,deaths_unknown,deaths_low,deaths_high,side_a_name,side_b_name,"
    "location_root_name,location_adm1_name,start_date,end_date,split\n"
)


def prices(rows):
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(PRICES.split(","))
    goods = ("cereals and tubers", "Wheat flour", 58, "KG", "actual", "Retail", "EXP", 300, 0.58)
    for n in range(rows):
        table.writerow(["EXM", "2016-07-15", "North", "Hill", f"Market {n}", 9000 + n, 34 + n / 100, 37.2, *goods])
    return out.getvalue()


def events(rows):
    ends = "Government of Syria,Syrian insurgents,Syria,Aleppo governorate,2016-07-12,2016-07-16,train"
    return EVENTS + "".join(f"{n},2016-07-17,0,1,{n % 7},0,2,9,{ends}\n" for n in range(rows))


def case_of(folder, *, feeds):
    files = {"feeds/prices.csv": prices(300), "feeds/events.csv": events(200)} if feeds else {}
    said_of = {
        f"{name}.yml": f"publisher: {'wfp' if 'prices' in name else 'ucdp'}\npublished: 2016-07-17\ntitle: Release\n"
        for name in files
    }
    return built_case(write_case(folder, files={"sources.yml": SOURCES + FEEDS} | files | said_of))


@pytest.fixture
def both(tmp_path, monkeypatch):
    monkeypatch.setenv("CASTELLO_HOME", str(tmp_path / "home"))
    return case_of(tmp_path / "with", feeds=True), case_of(tmp_path / "without", feeds=False)


def test_a_brief_has_a_line_for_a_feed_and_not_one_for_a_row(both):
    fed, plain = (case.brief(case.picture(as_of=DAY), profile="own") for case in both)
    more = set(to_markdown(fed).splitlines()) - set(to_markdown(plain).splitlines())
    counted = [line.text for section in fed.sections if section.key == "feeds" for line in section.lines]

    assert counted == [
        "Conflict data, Release: claims that may speak of these two weeks and are not told one by one: event 200 (castello attacks).",
        "Price data, Release: claims that may speak of these two weeks and are not told one by one: price 300 (castello markets).",
    ]
    assert len(more) <= 10
    assert fed.changes == plain.changes
    assert fed.map == plain.map
    assert not any(section.key == "feeds" for section in plain.sections)


def test_the_verbs_that_count_them_still_have_every_claim(both):
    picture = both[0].picture(as_of=DAY)
    every = {kind: len(picture.claim_ids(kinds=[kind])) for kind in (Kind.EVENT, Kind.PRICE)}
    told = OneByOne(picture)

    assert every[Kind.PRICE] >= 300
    assert every[Kind.EVENT] >= 200
    assert all(
        claim.document not in {d.id for d in picture.documents.values() if str(d.file).startswith("feeds/")}
        for claim in told.claims(kinds=[Kind.EVENT, Kind.PRICE])
    )
    assert {f.id for f in run("totals", picture)} == {f.id for f in run("totals", both[1].picture(as_of=DAY))}
