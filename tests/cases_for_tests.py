"""A small but complete case folder, and what tests do with case folders: build, damage, compare."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from castello.desk.case import Case
from castello.picture import Picture

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
"""The instant at which tests build, unless they say another. The case happened in 2016: it is historical then."""

PSEUDONYM = "src-0123456789ab"
PROTECTED_WORDS = "the last bakery has flour for three days"
REPORT = "On 17 July the northern road was cut. At least 300,000 people are trapped in the east, the agency said.\n"

CASE = """\
id = "tiny"
name_en = "Tiny case"
name_ar = "حالة صغيرة"
from = 2016-05-01
to = 2016-12-31
time_zone = "Asia/Damascus"
known_by_clock = "{clock}"
area = "east"
sides = ["government", "opposition"]
brief_as_of = 2016-07-17
brief_known_by = 2016-07-20

[handling]
purpose = "tests"

[[enclave]]
id = "east"
side = "opposition"
"""
PLACES = """\
id,name_en,name_ar,aliases,kind,parent,pcode,lat,lon,radius_km,supplies,note
city,Aleppo,حلب,Halab,city,,,36.20,37.15,8,,
east,Eastern Aleppo,شرق حلب,East Aleppo,part,city,,36.21,37.18,4,,
hanano,Hanano,هنانو,Masaken Hanano,neighbourhood,east,,36.23,37.20,1,,
north,Northern junction,,,road_node,,,36.28,37.10,,,
border,Border,,,area,,,36.60,37.00,,opposition,
"""
ROADS = """\
id,name_en,name_ar,aliases,class,from,to,line,note
north-road,Northern road,الطريق الشمالي,north way,road,east,north,36.22 37.17; 36.28 37.10,
border-road,Road to the border,,,road,north,border,,
"""
PARTIES = """\
id,name_en,name_ar,aliases,kind,side,from,to,note
government,Government,الحكومة,,side,government,,,
opposition,Opposition,المعارضة,,side,opposition,,,
army,Army,الجيش,,state,government,,,
fighters,Local fighters,مقاتلون محليون,,armed_group,opposition,,,
guests,Foreign fighters,مقاتلون أجانب,,armed_group,,,,
council,City council,مجلس المدينة,,council,opposition,,,
un,United Nations,الأمم المتحدة,,agency,,,,
civilians,Civilians,مدنيون,,people,,,,
"""
SOURCES = f"""\
sources:
  observatory:
    name_en: Observatory
    name_ar: المرصد
    kind: monitor
    grades:
      - {{topic: all, from: 2016-01-01, to: 2016-12-31, letter: B, by: tests, basis: invented}}
  wire: {{name_en: Wire service, kind: media}}
  paper: {{name_en: Daily paper, kind: media}}
  agency: {{name_en: Relief agency, kind: agency, party: un}}
  council-office: {{name_en: Council office, kind: party, party: council}}
  analyst: {{name_en: Analyst, kind: analyst}}
  {PSEUDONYM}: {{protected: true, role_class: resident of the east, k: 20, k_together: 20}}
"""
SIDECAR = """\
title: Flash report on the east
publisher: agency
published: 2016-07-18
urls: ["https://example.org/flash"]
"""
CLAIMS = """\
coder: tests
documents:
  - {id: wire-2016-07-10, title: Road under fire, publisher: wire, published: 2016-07-10, urls: ["https://example.org/a"]}
  - {id: wire-2016-07-17, title: Road cut, publisher: wire, published: 2016-07-17, urls: ["https://example.org/b"]}
  - {id: paper-2016-07-19, title: Road open, publisher: paper, published: 2016-07-19, urls: ["https://example.org/c"]}
  - {id: council-2016-09-30, title: Census, publisher: council-office, published: 2016-09-30, urls: ["https://example.org/d"]}
claims:
  - ref: road-under-fire
    kind: access
    subject: north-road
    predicate: fire_controlled
    object: opposition
    happened: {since: 2016-07-07}
    said: 2016-07-09
    document: wire-2016-07-10
    chain: [{observatory: compiler}]
    confidence: high
  - ref: road-cut
    kind: access
    subject: north-road
    predicate: closed
    object: opposition
    happened: {since: 2016-07-17}
    said: 2016-07-17
    document: wire-2016-07-17
    chain: [{observatory: compiler}, {wire: reporter}]
    quote: completely besieged
    confidence: high
  - ref: road-open-paper
    kind: access
    subject: north-road
    predicate: open
    object: opposition
    happened: {from: 2016-07-17, to: 2016-07-18}
    said: 2016-07-18
    document: paper-2016-07-19
    chain: [{unknown: witness}]
    confidence: low
  - ref: border-open
    kind: access
    subject: border-road
    predicate: open
    object: opposition
    happened: {since: 2016-05-01}
    said: 2016-07-10
    document: wire-2016-07-10
    chain: [{observatory: compiler}]
  - ref: people-agency
    kind: people
    subject: east
    predicate: trapped
    quantity: {at_least: 300000, unit: person, words: "At least 300,000"}
    happened: {since: 2016-07-17}
    said: 2016-07-18
    document: report
    chain: [{agency: speaker}]
    quote: At least 300,000 people are trapped in the east
  - ref: people-council
    kind: people
    subject: east
    predicate: trapped
    quantity: {value: 326340, unit: person}
    happened: {on: 2016-09}
    said: 2016-09-29
    document: council-2016-09-30
    chain: [{council-office: speaker}]
  - ref: families-council
    kind: people
    subject: east
    predicate: trapped
    quantity: {value: 64000, unit: family}
    happened: {on: 2016-09}
    said: 2016-09-29
    document: council-2016-09-30
    chain: [{council-office: speaker}]
  - ref: hanano-held
    kind: control
    subject: opposition
    predicate: holds
    object: hanano
    happened: {since: 2016-05-01}
    said: 2016-07-10
    document: wire-2016-07-10
    chain: [{observatory: compiler}]
  - ref: guests-small
    kind: presence
    subject: guests
    predicate: small
    object: east
    happened: {on: 2016-07}
    said: 2016-07-17
    document: wire-2016-07-17
    chain: [{analyst: speaker}]
  - ref: fighters-with
    kind: tie
    subject: fighters
    predicate: allied_with
    object: opposition
    happened: {since: 2016-05-01}
    document: wire-2016-07-10
    chain: [{wire: reporter}]
  - ref: bread-dear
    kind: price
    subject: bread
    predicate: change
    object: east
    quantity: {value: 400, unit: percent}
    happened: {on: 2016-07}
    said: 2016-07-18
    document: paper-2016-07-19
    chain: [{unknown: witness}]
    verification: unverified
relations:
  - {rule: household, persons: people-council, families: families-council, dated: 2016-09-30}
judgements:
  - {about: road-open-paper, verdict: rejected, by: tests, dated: 2016-07-20, reason: "an older photograph", rests_on: [road-cut]}
  - {about: ["origin:wire", "origin:observatory"], verdict: same, by: tests, dated: 2016-07-17, reason: "the wire quotes it"}
"""
PROTECTED = f"""\
coder: tests
claims:
  - ref: flour-low
    kind: supply
    subject: flour
    predicate: running_low
    place: east
    happened: {{on: 2016-07-17}}
    said: 2016-07-17
    document: wire-2016-07-17
    chain: [{{who: {PSEUDONYM}, role: witness, named: false, protected: true}}]
    note: "{PROTECTED_WORDS}"
    sensitivity: high
"""
BRANCH = """\
name: road-stays-open
about: What if the northern road had stayed open?
drop: {claims: [road-cut, road-under-fire], sources: []}
documents:
  - {id: branch-road-stays-open, title: Hypothesis, publisher: analyst, published: 2016-07-17}
claims:
  - ref: branch-road-open
    kind: access
    subject: north-road
    predicate: open
    object: opposition
    happened: {since: 2016-05-01}
    document: branch-road-stays-open
    chain: [{analyst: compiler}]
    verification: unverified
"""
AGREEMENT = "id: truce\nname_en: Truce of September\nname_ar: هدنة أيلول\n"

FILES: Mapping[str, str] = {
    "places.csv": PLACES,
    "roads.csv": ROADS,
    "parties.csv": PARTIES,
    "sources.yml": SOURCES,
    "claims/01-open.yml": CLAIMS,
    "claims/90-resident.protected.yml": PROTECTED,
    "documents/report.txt": REPORT,
    "documents/report.txt.yml": SIDECAR,
    "branches/road-stays-open.yml": BRANCH,
    "agreements/truce.yml": AGREEMENT,
}


def write_case(folder: Path, *, clock: str = "published", files: Mapping[str, str] | None = None) -> Path:
    """The case in a folder; ``files`` replace or add to its own, by path. Two calls give the same bytes."""
    texts = {"case.toml": CASE.format(clock=clock), **FILES, **(files or {})}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def built_case(folder: Path, *, now: datetime = NOW, environ: Mapping[str, str] | None = None) -> Case:
    """A case folder opened anew and built."""
    case = Case(folder, environ)
    case.build(now=now)
    return case


def picture(case: Case, *, as_of: str = "2016-12-31", known_by: str | None = None) -> Picture:
    """The picture of everything that the tiny case says, unless days are given."""
    return case.picture(as_of=as_of, known_by=known_by)


DAYS = ("2016-07-08", "2016-07-18", "2016-12-31")


def answers(case: Case, *, days: Iterable[str] = DAYS) -> dict[str, str]:
    """Pictures of several days, as known at each of them and today: two ledgers that agree in these give the same answers."""
    pictures = {}
    for day in days:
        pictures[f"{day} known today"] = case.picture(as_of=day).to_json()
        pictures[f"{day} known then"] = case.picture(as_of=day, known_by=day).to_json()
    return pictures


def recorded_times(case: Case) -> dict[str, str]:
    """When each row of the journal was recorded, by id, as the tables say."""
    ids = [str(row["id"]) for row in journal_rows(case.folder)]
    return {id_: at.isoformat() for id_, at in sorted(case.book.recorded(ids).items())}


def journal_bytes(folder: Path) -> dict[str, bytes]:
    """Every journal file of a case, byte for byte."""
    return {path.name: path.read_bytes() for path in sorted((folder / "journal").glob("*.jsonl"))}


def journal_rows(folder: Path) -> list[dict[str, object]]:
    """Rows of every complete line of every journal, read without Castello."""
    rows: list[dict[str, object]] = []
    for data in journal_bytes(folder).values():
        for line in data.split(b"\n")[:-1]:
            rows += json.loads(line)["rows"]
    return rows


def copy_case(folder: Path, to: Path) -> Path:
    """A copy of a case folder, built tables and all."""
    return Path(shutil.copytree(folder, to))


def day(text: str) -> date:
    """``2016-07-17`` as a date."""
    return date.fromisoformat(text)
