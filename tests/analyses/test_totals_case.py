"""Totals from a case folder to findings: a small case, and the bundled one."""

import json
from datetime import date
from typing import Any

import pytest

from castello.analyses.totals import totals
from castello.claims import Finding
from castello.desk.case import open_case

CASE = """
id = "small"
name_en = "A small case"
from = 2016-02-01
to = 2016-12-31
time_zone = "Asia/Damascus"
"""
PLACES = """id,name_en,name_ar,aliases,kind,parent,pcode,lat,lon,radius_km,supplies,note
syria,Syria,,,country,,,,,,,
east,The east,,,part,syria,,,,,,
"""
PARTIES = """id,name_en,name_ar,aliases,kind,side,from,to,note
government,Government,,,side,,,,
"""
SOURCES = """
sources:
  un: {name_en: United Nations, kind: organisation}
  monitor: {name_en: The Monitor, kind: monitor}
  council: {name_en: City Council, kind: party}
  analyst: {name_en: The Analyst, kind: analyst}
  paper: {name_en: The Paper, kind: media}
  src-7d21c09ab4e1: {protected: true, role_class: head of a relief office, k: 20, k_together: 8}
"""
CLAIMS = """
coder: tester
documents:
  - {id: july, title: July, publisher: paper, published: 2016-07-18}
  - {id: monitor-july, title: Monitor, publisher: paper, published: 2016-07-18}
  - {id: september, title: September, publisher: paper, published: 2016-09-29}
claims:
  - {ref: analyst-east, kind: people, subject: east, predicate: trapped, quantity: {at_least: 300000, unit: person},
     happened: {on: 2016-07-15}, said: 2016-07-15, document: july, chain: [{analyst: speaker}], quote: "upwards of 300,000"}
  - {ref: monitor-east, kind: people, subject: east, predicate: trapped, quantity: {low: 200000, high: 250000, unit: person},
     happened: {on: 2016-07-12}, said: 2016-07-12, document: monitor-july, chain: [{monitor: compiler}]}
  - {ref: monitor-east-older, kind: people, subject: east, predicate: trapped, quantity: {value: 150000, unit: person},
     happened: {on: 2016-06-12}, said: 2016-06-12, document: monitor-july, chain: [{monitor: compiler}]}
  - {ref: council-families, kind: people, subject: east, predicate: trapped, quantity: {value: 64000, unit: family},
     happened: {on: 2016-07-15}, said: 2016-07-15, document: july, chain: [{council: speaker}]}
  - {ref: analyst-lives, kind: people, subject: east, predicate: lives, quantity: {value: 320000, unit: person},
     happened: {on: 2016-07-15}, said: 2016-07-15, document: july, chain: [{analyst: speaker}]}
  - {ref: base-july, kind: people, subject: syria, predicate: trapped, quantity: {about: 600000, unit: person, words: "roughly 600,000"},
     also: {definition: un-besieged}, happened: {on: 2016-07-12}, said: 2016-07-12, document: july, chain: [{un: compiler}]}
  - {ref: base-september, kind: people, subject: syria, predicate: trapped, quantity: {value: 586200, unit: person},
     also: {definition: un-besieged}, happened: {on: 2016-09-01}, said: 2016-09-29, document: september, chain: [{un: compiler}]}
  - {ref: total-september, kind: people, subject: syria, predicate: trapped, quantity: {value: 861200, unit: person},
     also: {definition: un-besieged}, happened: {on: 2016-09-29}, said: 2016-09-29, document: september, chain: [{un: compiler}]}
  - {ref: east-september, kind: people, subject: east, predicate: trapped, quantity: {value: 275000, unit: person},
     also: {definition: un-besieged}, happened: {on: 2016-09-29}, said: 2016-09-29, document: september, chain: [{un: compiler}]}
  - {ref: left, kind: people, subject: east, predicate: displaced, quantity: {at_most: 16000, unit: person},
     happened: {on: 2016-07-15}, said: 2016-07-15, document: july, chain: [{un: compiler}]}
  - {ref: no-figure, kind: event, subject: government, predicate: attack, place: east, happened: {on: 2016-07-15},
     said: 2016-07-15, document: july, chain: [{monitor: compiler}]}
relations:
  - {rule: household, persons: analyst-east, families: council-families, dated: 2016-07-18}
  - {rule: update, base: base-july, added: analyst-east, dated: 2016-07-18}
  - {rule: update, base: base-september, added: east-september, stated: total-september, dated: 2016-07-18}
  - {rule: parts, whole: base-july, parts: [council-families], dated: 2016-07-18}
  - {rule: subset, whole: base-july, part: no-figure, dated: 2016-07-18}
judgements:
  - {about: monitor-east-older, verdict: retracted, by: tester, dated: 2016-07-18, reason: the monitor took it back}
"""
PROTECTED = """
coder: tester
documents: []
claims:
  - {ref: hidden-east, kind: people, subject: east, predicate: trapped, quantity: {value: 280000, unit: person, words: "280 thousand souls"},
     happened: {on: 2016-07-15}, said: 2016-07-15, document: july, sensitivity: high,
     chain: [{who: src-7d21c09ab4e1, role: speaker, named: false, protected: true}], quote: "280 thousand souls, and words that give the speaker away"}
"""


def written(folder, *, protected=False):
    """The small case in a folder."""
    (folder / "claims").mkdir(parents=True)
    texts = {
        "case.toml": CASE,
        "places.csv": PLACES,
        "parties.csv": PARTIES,
        "sources.yml": SOURCES,
        "claims/a.yml": CLAIMS,
    }
    if protected:
        texts["claims/b.protected.yml"] = PROTECTED
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def environ(folder):
    """A data folder and home that go away with the test."""
    return {"CASTELLO_HOME": str(folder / "home"), "HOME": str(folder / "home")}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("totals")
    case = open_case(written(folder / "small", protected=True), environ=environ(folder))
    assert case.build().issues == ()
    return case


def extra_of(finding: Finding) -> dict[str, Any]:
    """What a finding says beyond the common keys."""
    return dict(finding.extra)


def found(case, *, kind, **days):
    return [finding for finding in totals(case.picture(**days)) if finding.kind == kind]


JULY = {"as_of": "2016-07-17", "known_by": "2016-07-20"}
LATER = {"as_of": "2016-07-17", "known_by": "2016-10-06"}


def people_of(case, predicate, *, place="east", **days):
    (finding,) = [
        finding
        for finding in found(case, kind="people", **days)
        if finding.subject == place and dict(finding.message.values)["predicate"] == predicate
    ]
    return finding, extra_of(finding)


def test_persons_and_families_of_all_origins_in_one_interval(small):
    finding, extra = people_of(small, "trapped", **JULY)

    assert (finding.low, finding.high, finding.unit, finding.status) == (200_000, 448_000, "person", "contested")
    assert extra["open_high"] is True
    assert finding.label == "inference"
    assert extra["origins"] == {"n_strict": 4, "n_loose": 4, "n_different": 4}
    assert "4–7 persons" in finding.text
    assert "our assumption" in finding.text
    assert extra["household"]["basis"] == "our assumption"
    assert [size["low"] for size in extra["household"]["implied"]] == [4.69]


def test_a_bound_alone_stays_a_bound(small):
    finding, extra = people_of(small, "displaced", **JULY)

    assert (finding.low, finding.high, extra["open_low"], extra["open_high"]) == (None, 16_000, True, False)
    assert "at most 16,000" in finding.text


def test_every_origin_says_its_own(small):
    _, extra = people_of(small, "trapped", **JULY)
    by_origin = {statement["origin"]: statement for statement in extra["statements"]}

    assert by_origin["monitor"]["low"] == 200_000
    assert by_origin["monitor"]["chain"] == ["The Monitor", "The Paper"]
    assert (by_origin["analyst"]["low"], by_origin["analyst"]["high"]) == (300_000, None)
    assert by_origin["analyst"]["quote"] == "upwards of 300,000"
    assert (by_origin["council"]["low"], by_origin["council"]["unit"]) == (64_000, "family")
    assert by_origin["council"]["persons"] == {"low": 256_000, "high": 448_000}
    assert {"claim", "said", "published", "document"} <= by_origin["council"].keys()


def test_what_was_retracted_stands_against_and_copies_are_listed(small):
    finding, extra = people_of(small, "trapped", **JULY)
    ids = {claim.id: claim for claim in small.book.claims().values()}

    assert [ids[id_].quantity.value for id_ in finding.against] == [150_000]
    assert [item["origin"] for item in extra["duplicates"]] == ["monitor"]


def test_a_protected_speaker_stays_a_pseudonym(small):
    finding, extra = people_of(small, "trapped", **JULY)
    (hidden,) = [item for item in extra["statements"] if item["low"] == 280_000]
    text = json.dumps(finding.to_json())

    assert hidden["chain"][0] == "src-7d21c09ab4e1"
    assert finding.sensitivity == "high"
    assert "give the speaker" not in text
    assert "souls" not in text


def test_one_finding_spans_the_definitions_of_a_place(small):
    (finding,) = [item for item in found(small, kind="people_all", **JULY) if item.subject == "east"]

    assert (finding.low, finding.high) == (200_000, 448_000)
    assert extra_of(finding)["definitions"] == ["lives", "trapped"]
    assert "2 different definitions" in finding.text


def test_a_published_total_with_a_new_area(small):
    july, unknown_then = sorted(found(small, kind="totals.update", **JULY), key=lambda finding: finding.status)
    extra = extra_of(july)

    assert (july.status, july.low, july.high) == ("open", 900_000, None)
    assert extra["known_from"] == "2016-07-18"
    assert extra["updates"][0]["base"]["value"] == 600_000
    assert extra["updates"][0]["percent"] == [50, None]
    assert (unknown_then.status, unknown_then.reason) == ("undecided", "no_claim")


def test_a_relation_is_undecided_until_its_figures_are_known(small):
    before = [item for item in found(small, kind="totals.update", **JULY) if item.status == "undecided"]
    after = [item for item in found(small, kind="totals.update", **LATER) if item.status == "pass"]
    later_ids = {claim.id for claim in small.book.claims().values() if claim.published > date(2016, 7, 20)}
    said_before = json.dumps([item.to_json() for item in totals(small.picture(**JULY))])

    assert [item.value for item in after] == [861_200]
    assert "+46.9 %" in after[0].text
    assert "29 September 2016" in after[0].text
    assert [item.unknown for item in before] == [("a figure for added", "a figure for base", "a figure for stated")]
    assert later_ids
    assert not [id_ for id_ in later_ids if id_ in said_before]


def test_figures_that_count_different_things_are_not_compared(small):
    (finding,) = found(small, kind="totals.parts", **JULY)

    assert (finding.status, finding.reason) == ("undecided", "definition_dependent")
    assert "family / person" in finding.text


def test_a_claim_without_a_figure_is_named_as_missing(small):
    (finding,) = found(small, kind="totals.subset", **JULY)

    assert (finding.status, finding.reason, finding.unknown) == ("undecided", "no_claim", ("a figure for part",))


def test_findings_are_sorted_real_and_say_what_is_unknown(small):
    for days in (JULY, LATER, {}):
        picture = small.picture(**days)
        findings = totals(picture)
        seen = picture.visible_ids()

        assert [(f.kind, f.subject, f.id) for f in findings] == sorted((f.kind, f.subject, f.id) for f in findings)
        assert len({finding.id for finding in findings}) == len(findings)
        assert all(finding.unknown for finding in findings)
        assert all(set(finding.claims) | set(finding.against) <= seen for finding in findings)
        assert findings == totals(small.picture(**days))
        json.dumps([finding.to_json() for finding in findings], allow_nan=False)


# ---------------------------------------------------------------------------------------------------- the bundled case


@pytest.fixture(scope="module")
def aleppo(tmp_path_factory):
    return open_case("aleppo-2016", environ=environ(tmp_path_factory.mktemp("aleppo")))


def test_people_in_eastern_aleppo_by_origins_that_disagree(aleppo):
    (finding,) = [item for item in found(aleppo, kind="people_all", **LATER) if item.subject == "aleppo-east"]
    extra = extra_of(finding)

    assert finding.status == "contested"
    assert finding.low <= 200_000
    assert finding.high >= 400_000
    assert extra["origins"]["n_loose"] >= 4
    assert extra["origins"]["n_different"] >= 4


def test_nothing_from_after_the_day_it_was_known_by(aleppo):
    for finding in totals(aleppo.picture(**JULY)):
        extra = extra_of(finding)
        published = [item["published"] for item in extra.get("statements", ())]

        assert max([extra["known_from"], *published]) <= "2016-07-20"


def test_the_article_s_sum_beside_the_un_s_own(aleppo):
    july, later = (found(aleppo, kind="totals.update", **days) for days in (JULY, LATER))

    def sums(findings):
        return {(update["base"]["value"], update["high"]) for f in findings for update in extra_of(f)["updates"]}

    assert (600_000, 900_000) in sums(july)
    assert {(600_000, 900_000), (590_200, 865_200), (586_200, 861_200)} <= sums(later)
    assert not {base for base, _ in sums(july)} & {586_200, 590_200}
    (stated,) = [item for item in later if "586,200" in item.text]
    # the 275,000 of that day is the difference of the two totals: it cannot but fit, so nothing was checked by it
    assert (stated.status, stated.message.id) == ("open", "totals.derived")
    assert "46.9 %" in stated.text
    assert extra_of(stated)["known_from"] >= "2016-09-29"


def test_contradictions_of_2016_are_findings(aleppo):
    findings = totals(aleppo.picture())
    by_text = {finding.text: finding for finding in findings}
    (then,) = [finding for text, finding in by_text.items() if "486,700" in text]
    (breaches,) = [finding for text, finding in by_text.items() if "219 + 32 = 251" in text]

    assert (then.kind, then.status) == ("totals.then_and_now", "fail")
    assert breaches.status in ("fail", "fail_explained")
    assert extra_of(breaches)["transposition"][0]["reads"] == 23
    assert extra_of(breaches)["difference"] == {"low": 9, "high": 9}
