"""Rows of the World Food Programme's price sheet as claims, for tests: what the reader of feeds makes of them, without it."""

import csv
import gzip
import os
import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from castello.claims import Period, Quantity
from castello.places import Place
from tests.picture.small import claim

CHAAR, MOGHAMBO, DEIR = "1546", "1545", "1121"
FILE = Path("wfp") / "wfp_food_prices_syr.csv.gz"


def shared_data():
    """The folder of development data; the test is skipped where there is none."""
    folder = Path(os.environ.get("CASTELLO_SHARED_DATA", "../shared/data"))
    if not (folder / FILE).is_file():
        pytest.skip("development data is not here")
    return folder


@cache
def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def wfp_rows(*, markets=None, until="9999", flags=("actual",)):
    """Rows of the Syrian sheet: of some markets (ids as text), up to a month, with some flags."""
    return [
        row
        for row in rows_of(shared_data() / FILE)
        if (markets is None or row["market_id"] in markets) and row["date"] <= until and row["priceflag"] in flags
    ]


def day_of(row):
    """The day on a row: a label of its month."""
    return date.fromisoformat(row["date"])


def slug(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def as_claim(row, *, document_day=date(2024, 1, 15)):
    """One row as a claim: some day of its month, out thirty days after it."""
    day = day_of(row)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    also = {
        "currency": row["currency"],
        "basis": row["pricetype"].lower(),
        "flag": row["priceflag"],
        "commodity": row["commodity"],
        "category": row["category"],
        "market": row["market"],
    }
    if row.get("usdprice"):
        also["usd"] = float(row["usdprice"])
    return claim(
        "price",
        slug(row["commodity"]),
        "level",
        f"wfp-market-{row['market_id']}",
        happened=Period.between(last.replace(day=1), last),
        published=min(document_day, last + timedelta(days=30)),
        who="wfp",
        document="wfp-prices",
        quantity=Quantity(value=float(row["price"]), unit=f"{row['currency']}/{row['unit']}"),
        also=also,
    )


def markets_of(rows, *, parents=None):
    """The markets of some rows as places; ``parents`` says in which place some of them lie, by the number of the market."""
    found = {row["market_id"]: row for row in rows}
    return tuple(
        Place(
            id=f"wfp-market-{number}",
            kind="market",
            name_en=row["market"],
            lat=float(row["latitude"]),
            lon=float(row["longitude"]),
            parent=(parents or {}).get(number),
        )
        for number, row in sorted(found.items())
    )
