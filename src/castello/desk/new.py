"""``new``: an empty case, commented, that builds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from castello.cases.documents import slug
from castello.errors import WrongUse

CASE = """\
# What this case is about. Every setting is explained in the manual, "The case folder".
id = {id}
name_en = {name}
from = {today}              # the first day of the case's period; add `to = ...` when it is over
time_zone = "UTC"               # where its days end: "Africa/Khartoum", "Asia/Gaza", ...
known_by_clock = "published"    # "recorded" for strict work: only what was entered by then was known
# area = "..."                  # the place that the brief is about: an id of places.csv
# sides = ["..."]               # ids of parties.csv
# roads_unsaid = "open"         # a road of which nobody speaks is open; by default it is unknown
# road_max_age_days = 14        # for so long word of a contested road holds in a live case

# [[enclave]]                   # a place that may be cut off, and the side that holds it
# id = "..."
# side = "..."
"""
PLACES = "id,name_en,name_ar,aliases,kind,parent,pcode,lat,lon,radius_km,supplies,decides,note\n"
ROADS = "id,name_en,name_ar,aliases,class,from,to,line,contested,note\n"
PARTIES = "id,name_en,name_ar,aliases,kind,side,from,to,note\ncivilians,Civilians,مدنيون,,people,,,,\n"
SOURCES = """\
# Publishers and speakers. Protected ones stand here by a random pseudonym only.
sources:
  # un-ocha:
  #   name_en: UN Office for the Coordination of Humanitarian Affairs
  #   kind: agency
"""
CLAIMS = """\
# Documents and the claims in them. `castello words` lists the kinds and their slots.
coder: me
documents: []
  # - id: ocha-flash-1
  #   title: Flash update 1
  #   publisher: un-ocha
  #   published: 2016-08-11
  #   urls: ["https://..."]
claims: []
  # - ref: people-trapped
  #   kind: people
  #   subject: the-town
  #   predicate: trapped
  #   quantity: {at_least: 300000, unit: person, words: "upwards of 300,000"}
  #   happened: {since: 2016-07-17}
  #   said: 2016-07-18
  #   document: ocha-flash-1
  #   chain: [{un-ocha: compiler}]
"""
README = """\
A Castello case. Read case.toml first; then the registers (places.csv, roads.csv, parties.csv, sources.yml), then claims/.

    castello build          takes in what is new and says what could not be read
    castello brief          what the case says today
    castello add FILE...    puts claims files, documents, maps and tables into the case

documents/ holds texts that were received. feeds/ holds data: maps of roads (.osm.pbf, .osm, lines as .geojson or .gpkg), control
maps (polygons as .geojson or .gpkg), exports of ACLED and tables of people (.csv). All but maps of roads need a sidecar FILE.yml
with publisher and published beside them; castello add writes it.

Never delete journal/ or vault/. .castello/ can be deleted at any time: it is made again.
"""


def new_case(folder: Path, *, name: str | None = None, today: date | None = None) -> Path:
    """Make the folder; see :func:`castello.new`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(f"{folder} is not empty", hint="Name a folder that does not exist yet.")
    case_id = slug(folder.resolve().name)
    title = name or folder.resolve().name
    if not title.isprintable():
        raise WrongUse(f"{title!r} holds characters that cannot be printed", hint="Give another name with --name.")
    day = today or datetime.now(UTC).date()
    settings = CASE.format(id=json.dumps(case_id), name=json.dumps(title, ensure_ascii=False), today=day.isoformat())
    files = {
        "case.toml": settings,
        "places.csv": PLACES,
        "roads.csv": ROADS,
        "parties.csv": PARTIES,
        "sources.yml": SOURCES,
        "claims/01-first.yml": CLAIMS,
        "README.txt": README,
        ".gitignore": ".castello/\n",
    }
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / "documents").mkdir()
    (folder / "feeds").mkdir()
    (folder / "branches").mkdir()
    return folder
