"""How the rows of WFP's food price files become claims of prices."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources._near import Near
from castello.sources._slugs import slug
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

COLUMNS = frozenset(
    """
    countryiso3 date admin1 admin2 market market_id latitude longitude category commodity commodity_id unit priceflag pricetype currency
    price usdprice
    """.split()  # noqa: SIM905  # a list of seventeen words in quotation marks is harder to read
)
_NEEDED = frozenset({"date", "market", "commodity", "unit", "priceflag", "pricetype", "currency", "price"})
_PUBLISHED_AFTER_DAYS = 30


def _plan(reading: Reading) -> Plan:
    days = reading.days("days_of", "date")
    market_id, commodity_id = _id(reading.first("market_id")), _id(reading.first("commodity_id"))
    _markets(reading, market_id)
    _commodities(reading)
    numbers = [check for name in ("price", "usdprice") if (check := reading.no_number(name)) is not None]
    typed = (
        Steps("typed")
        .add(
            "read",
            f"""select row, {reading.kept(check.column for check in numbers)} date as _date, market as _market, {market_id} as _market_id,
                       {reading.first("countryiso3")} as _country, {reading.first("admin1")} as _admin1, {reading.first("admin2")} as _admin2, commodity as _commodity,
                       {commodity_id} as _commodity_id, unit as _unit, lower(priceflag) as _flag, lower(pricetype) as _type,
                       upper(currency) as _currency, {reading.first("category")} as _category,
                       {reading.number("price")} as _price, {reading.number("usdprice")} as _usd,
                       {_MEANT.format(market_id=market_id, **_admin(reading))} as _meant
                from cells""",
        )
        .add(
            "typed",
            """select read.*, days_of.problem as days_of_problem, date_trunc('month', days_of.first)::date as _first,
                      last_day(days_of.first) as _last, markets_of.place as _place, commodities_of.slug as _slug
               from read left join days_of on days_of.written = _date left join markets_of on markets_of.meant = _meant
               left join commodities_of on commodities_of.written = _commodity""",
        )
    )
    published = f"date '{reading.document.published}'"
    checks = [
        *([days] if days else []),
        Check(
            code="no-date",
            column="date",
            when="_date is null",
            what="'has no date'",
            hint="Each row speaks of a month.",
        ),
        *[
            Check(
                code=f"no-{name}",
                column=name,
                when=f"_{name} is null",
                what=f"'has no {name}'",
                hint="A price needs it.",
            )
            for name in ("market", "commodity", "unit", "currency")
        ],
        *numbers,
        Check(
            code="no-price",
            column="price",
            when="_price is null or _price <= 0",
            what="'has no price above zero'",
            hint="A month without a price is left out: nobody knows whether goods were gone or nobody looked.",
        ),
        Check(
            code="after-release",
            column="date",
            when=f"_first > {published}",
            what=f"format('speaks of {{}}, after the file was published ({reading.document.published})', strftime(_first, '%Y-%m'))",
            hint="Check the row, or the day of publication in the sidecar.",
        ),
        Check(
            code="flag",
            column="priceflag",
            when="_flag is null or _flag not in ('actual', 'aggregate', 'actual,aggregate')",
            what="format('has the price flag {}', coalesce(_flag, 'none'))",
            hint="It is actual, aggregate or both; alarms are raised on actual prices only.",
            refuses=False,
        ),
        Check(
            code="point",
            column="latitude",
            when="_place is null and _market is not null",
            what="'names a market that can be placed nowhere'",
            hint="Export market_id, or latitude and longitude.",
        ),
    ]
    key = "concat_ws('/', 'wfp', coalesce(_market_id, concat_ws('/', _market, _admin1, _admin2)), coalesce(_commodity_id, _commodity), _unit, _type, _currency, strftime(_first, '%Y-%m'))"
    price = {
        "row": "row",
        **({} if reading.cells.sheet is None else {"sheet": quoted(reading.cells.sheet)}),
        "key": key,
        # a country's own file does not name it
        "scope": "coalesce(_country, _currency || ' ' || _admin1)",
        "kind": "'price'",
        "subject": "_slug",
        "predicate": "'level'",
        "object": "_place",
        "value": "_price",
        "unit": "_currency || '/' || _unit",
        "also": also_text(
            {
                "basis": "_type",
                "category": "_category",
                "commodity": "_commodity",
                "currency": "_currency",
                "flag": "_flag",
                "market": "_market",
            },
            {"usd": "_usd"},
        ),
        "maybe_start": "_first",
        "maybe_end": "_last + 1",
        "starts": "'yes'",
        # the file does not say when a price became public: a month after it was paid, if the file is not older than that
        "published": f"least({published}, _last + {_PUBLISHED_AFTER_DAYS})",
        "chain": reading.chain(),
        "document": quoted(reading.document.id),
        "place_as_written": "_market",
        "date_precision": "'wfp month'",
    }
    return Plan(typed=typed, checks=checks, claims=[(price, "true")])


def _id(value: str) -> str:
    """SQL for an id without the ``.0`` that a spreadsheet adds."""
    return f"regexp_replace(trim({value}), '\\.0+$', '')"


def _admin(reading: Reading) -> dict[str, str]:
    return {name: reading.first(name) for name in ("countryiso3", "admin1", "admin2", "latitude", "longitude")}


# All that decides which market is meant, as one text to join by.
_MEANT = (
    "concat_ws(chr(31), coalesce({market_id}, chr(30)), coalesce(market, chr(30)), coalesce({countryiso3}, chr(30)), coalesce({admin1}, chr(30)), "
    "coalesce({admin2}, chr(30)), coalesce({latitude}, chr(30)), coalesce({longitude}, chr(30)))"
)


def _markets(reading: Reading, market_id: str) -> None:
    """Table ``markets_of``: each market is a place of its own, in the smallest area of the register that its point and its names allow."""
    near = reading.near()
    admin = _admin(reading)
    rows = reading.distinct(
        meant=_MEANT.format(market_id=market_id, **admin),
        market="market",
        id=market_id,
        admin1=admin["admin1"],
        admin2=admin["admin2"],
        lat=reading.number("latitude"),
        lon=reading.number("longitude"),
    )
    for row in rows:
        row["place"] = None if row["market"] is None else _market(reading, near, row)
    reading.engine.table("markets_of", pa.Table.from_pylist(rows, schema=_MARKETS))


_MARKETS = pa.schema([("meant", pa.string()), ("place", pa.string())])
_WITHIN_KM = 3.0


def _market(reading: Reading, near: Near, row: dict[str, Any]) -> str | None:
    on_earth = row["lat"] is not None and row["lon"] is not None and abs(row["lat"]) <= 90 and abs(row["lon"]) <= 180
    point = (row["lat"], row["lon"]) if on_earth else None
    given = (reading.options.get("place_names") or {}).get(row["market"])
    if given is not None:
        return near.id(row["market"], point, within_km=_WITHIN_KM)
    if row["id"] is None and point is None:
        return None
    named = near.id(row["market"], point, within_km=_WITHIN_KM) if point is not None else None
    parent = named or near.area(row["admin2"], kind="district") or near.area(row["admin1"], kind="governorate")
    # one name stands in many areas
    own = (row["id"],) if row["id"] else (row["market"], row["admin1"], row["admin2"])
    id_ = slug("-".join(("wfp-market", *(part for part in own if part))))
    return reading.bring_place(
        id_,
        kind="market",
        name_en=row["market"],
        parent=parent,
        lat=None if point is None else point[0],
        lon=None if point is None else point[1],
        note=", ".join(part for part in ("market as WFP names it", row["admin2"], row["admin1"]) if part),
    )


def _commodities(reading: Reading) -> None:
    rows = reading.distinct(written="commodity")
    for row in rows:
        row["slug"] = slug(row["written"]) if row["written"] else None
    reading.engine.table("commodities_of", pa.Table.from_pylist(rows, schema=_COMMODITIES))


_COMMODITIES = pa.schema([("written", pa.string()), ("slug", pa.string())])

SOURCE = Tabular(
    format="wfp_prices",
    name="WFP food prices",
    version=1,
    is_header=_NEEDED.issubset,
    needed=", ".join(sorted(_NEEDED)),
    columns=COLUMNS,
    options=("place_names", "encoding"),
    plan=_plan,
    cannot_say=(
        "WFP's files do not say why a month has no price: goods that were gone and goods that nobody asked about look the same.",
        "WFP dates a price by its month, not by the day.",
    ),
)
