"""Attacks for tests: single claims, thousands of made-up ones, and a case that holds them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from castello.claims import Claim, Document, Kind, Link, Modality, Period, Role, Where
from castello.desk.case import Case
from tests.cases_for_tests import NOW, PARTIES, SOURCES, built_case, write_case

GOVERNORATE = (
    "id,name_en,name_ar,aliases,kind,parent,pcode,lat,lon,radius_km,supplies,note\n"
    "land,Land,,,country,,,,,,,\n"
    "province,Province,,,governorate,land,,,,,,\n"
    "county,County,,,subdistrict,province,,36.5,37.3,,,\n"
    "city,Aleppo,حلب,Halab,city,province,,36.20,37.15,8,,\n"
    "east,Eastern Aleppo,شرق حلب,East Aleppo,part,city,,36.21,37.18,4,,\n"
    "hanano,Hanano,هنانو,Masaken Hanano,neighbourhood,east,,36.23,37.20,1,,\n"
    "west,Western Aleppo,,,part,city,,36.20,37.10,4,,\n"
    "hamlet,Hamlet,,,village,county,,36.51,37.31,,,\n"
    "north,Northern junction,,,road_node,,,36.28,37.10,,,\n"
    "border,Border,,,area,,,36.60,37.00,,opposition,\n"
)
FEEDS = "  ucdp: {name_en: Uppsala programme, kind: monitor}\n  acled: {name_en: Location project, kind: monitor}\n"
FILES = {"places.csv": GOVERNORATE, "sources.yml": SOURCES + FEEDS, "parties.csv": PARTIES}
RELEASED = date(2017, 6, 1)
PLACES = (None, "land", "province", "county", "city", "east", "hanano", "west", "hamlet")
KEYS = ("attack", "attack.air", "attack.shelling", "attack.clash", "attack.civilians", "movement", "evacuation")


def said(
    when,
    *,
    key="attack.air",
    who="observatory",
    by="army",
    place="east",
    document="wire-2016-07-17",
    published=RELEASED,
    modality=Modality.ASSERTED,
    quantity=None,
    object="civilians",
    note=None,
    **also,
) -> Claim:
    """One statement on something that was done, by somebody who is no feed."""
    return Claim(
        kind=Kind.EVENT,
        subject=by,
        predicate=key,
        object=object,
        place=place,
        happened=when if isinstance(when, Period) else Period.day(when),
        published=published,
        document=document,
        chain=(Link(who=who, role=Role.COMPILER),),
        modality=modality,
        quantity=quantity,
        note=note,
        also=tuple(also.items()),
    )


def row(
    when,
    *,
    n=0,
    feed="ucdp",
    key="attack",
    by="army",
    place="east",
    where=None,
    date_precision="ucdp.date_prec 1",
    published=RELEASED,
    **also,
) -> Claim:
    """One row of a feed; each year's release is a document of its own."""
    return Claim(
        kind=Kind.EVENT,
        subject=by,
        predicate=key,
        place=place,
        happened=when if isinstance(when, Period) else Period.day(when),
        published=published,
        document=f"{feed}-{published.year}",
        chain=(Link(who="unknown", role=Role.REPORTER), Link(who=feed, role=Role.COMPILER)),
        where=where,
        date_precision=date_precision,
        note=f"{'UCDP GED' if feed == 'ucdp' else 'ACLED'} {n}; Land: opposition",
        also=(("source_code", f"{feed} 1"), *also.items()),
    )


def many(count: int, *, seed: int, first: date = date(2016, 5, 1), days: int = 240) -> list[Claim]:
    """Made-up rows of two feeds and statements of two others: exact and uncertain days, with and without figures and places."""
    chance, found = random.Random(seed), list[Claim]()
    for n in range(count):
        start = first + timedelta(days=chance.randrange(days))
        length = chance.choice((0, 0, 0, 0, 1, 3, 6, 20, 60))
        end = start + timedelta(days=length)
        when = Period.day(start) if not length else Period.between(start, end)
        key, place, by = chance.choice(KEYS), chance.choice(PLACES), chance.choice(("army", "fighters", "unknown"))
        also: dict[str, Any] = {}
        if chance.random() < 0.8:
            best = chance.randrange(20)
            also = {"harm_low": max(0, best - 2), "harm_best": best, "harm_high": best + chance.randrange(4)}
            if chance.random() < 0.7:
                also["harm_civilians"] = chance.randrange(best + 1)
        if chance.random() < 0.3:
            also["weapon"] = chance.choice(("barrel", "cluster", "mortar"))
        if chance.random() < 0.6:
            feed = chance.choice(("ucdp", "acled"))
            code = "ucdp.date_prec 1" + ("; ucdp.event_clarity 2" if chance.random() < 0.1 else "")
            where = chance.choice((None, 1.0, 2.0, 10.0, 25.0))
            spot = None if where is None else Where(lat=36.2, lon=37.2, radius_km=where)
            found.append(
                row(when, n=n, feed=feed, key=key, by=by, place=place, where=spot, date_precision=code, **also)
            )
        else:
            who = chance.choice(("observatory", "agency"))
            document = f"report-{n % 40}"
            found.append(said(when, key=key, who=who, by=by, place=place, document=document, **also))
    return list({claim.id: claim for claim in found}.values())


def case_with(folder: Path, claims: Iterable[Claim], *, files: dict[str, str] | None = None, now=NOW) -> Case:
    """The tiny case with a province around the city and two feeds, and these claims in its ledger."""
    case = built_case(write_case(folder, files=FILES | (files or {})), now=now)
    claims = list(claims)
    names = sorted({claim.document for claim in claims} - case.book.documents().keys())
    documents = [Document(id=name, title=name, publisher="observatory", published=RELEASED) for name in names]
    rows = [{"type": "document", "id": f"d1-{item.id}", "body": item.to_json()} for item in documents]
    rows += [{"type": "claim", "id": claim.id, "body": claim.to_json()} for claim in claims]
    case.book.write(rows, verb="tests", source={}, now=now)
    return case
