"""What a source's licence forbids to hand on leaves as ids and counts: no quote, no note, no place, no day."""

import json
from dataclasses import replace
from datetime import date

import pytest

from castello.briefs.attacks import attacks_for
from castello.briefs.profile import Profile
from castello.cases.speakers import NO_REDISTRIBUTION, Speaker
from castello.claims import Claim, Kind, Link, Period, Role
from tests.analyses.attacks_world import FILES, case_with, row, said
from tests.protection.outputs import at, evening, forms, run, verbs

LATER = evening("2026-01-01")
NOW = evening("2016-07-25")
REASON = "licence of the source: ids and counts only"
CLOSED = FILES["sources.yml"].replace(
    "Location project, kind: monitor", f"Location project, kind: monitor, licence: {NO_REDISTRIBUTION}"
)
WORDS = "Zarnuqa clinic beside the Kuwaris pump house"
LEAVING = ("public", "partner")


def rows(count=6) -> list[Claim]:
    """Rows of a closed source and of an open one, on the same places and days, with words of their own."""
    closed = [
        replace(row(date(2016, 7, n + 1), n=n, feed="acled", key="attack.air"), note=WORDS, quote=WORDS, id="")
        for n in range(count)
    ]
    return closed + [row(date(2016, 7, n + 1), n=n, key="attack.air") for n in range(count)]


def world(folder, claims, *, now=LATER):
    return case_with(folder, claims, files={"sources.yml": CLOSED}, now=now)


def test_the_word_of_the_licence_is_found_however_it_is_spelled():
    for licence in (NO_REDISTRIBUTION, "No redistribution", " no_redistribution "):
        assert not Speaker(id="acled", name_en="ACLED", licence=licence).redistributable
    for other in (None, "", "CC BY 4.0", "quotation only"):
        assert Speaker(id="acled", name_en="ACLED", licence=other).redistributable


@pytest.mark.parametrize("profile", LEAVING)
@pytest.mark.parametrize("now", [LATER, NOW])
def test_nothing_of_a_closed_row_stands_in_any_form(home, tmp_path, monkeypatch, profile, now):
    case = world(tmp_path / "case", rows(), now=NOW)
    at(monkeypatch, now)
    days = ("--as-of", "2016-07-10")
    shown = forms(case, profile=profile, as_of="2016-07-10", now=now) | verbs(
        case, tmp_path, profile=profile, days=days
    )

    for name, data in shown.items():
        text = data.decode().rpartition("</style>")[2]
        assert not [word for word in ("Zarnuqa", "Kuwaris", "Location project", "acled") if word in text], name
    assert REASON in shown["claims"].decode()


def test_a_listing_gives_the_ids_and_how_many(home, tmp_path, monkeypatch):
    claims = rows()
    case = world(tmp_path / "case", claims)
    at(monkeypatch, LATER)
    where = ("claims", "--case", str(case.folder), "--json")
    told = json.loads(run(*where, "--profile", "public")[0])
    own = json.loads(run(*where)[0])
    closed = {claim.id for claim in claims if claim.chain[-1].who == "acled"}

    assert told["withheld"][f"event: {REASON}"] == len(closed) == len(told["ids_only"])
    assert set(told["ids_only"]) == {case.book.vault.exported_id("public", id_) for id_ in closed}
    assert closed <= {claim["id"] for claim in own["claims"]}
    assert own["ids_only"] == []
    # a filter would say what stands in them
    for asked in (("--about", "east"), ("--kind", "event"), ("--from", "2016-07-03"), ("--source", "acled")):
        some = json.loads(run(*where, "--profile", "public", *asked)[0])
        assert some["ids_only"] == []
        assert some["withheld"] == told["withheld"]


def test_the_publisher_of_the_document_and_every_link_counts(home, tmp_path):
    chains = (
        (Link(who="acled", role=Role.COMPILER), Link(who="wire", role=Role.PUBLISHER)),
        (Link(who="unknown", role=Role.WITNESS), Link(who="acled", role=Role.PUBLISHER)),
        (Link(who="wire", role=Role.PUBLISHER),),
    )
    case = world(
        tmp_path / "case", [replace(said(date(2016, 7, n + 1)), chain=chain, id="") for n, chain in enumerate(chains)]
    )
    clearance = case.clearance(case.picture(now=LATER), profile="public", now=LATER)

    assert [claim.chain for claim in clearance.listing(kinds=[Kind.EVENT]).claims] == [chains[2]]


def test_why_says_that_the_licence_forbids_it(home, tmp_path, monkeypatch):
    claims = rows(1)
    case = world(tmp_path / "case", claims)
    at(monkeypatch, LATER)
    where = ("--case", str(case.folder), "--json")

    assert "licence of the source" in run("why", claims[0].id, *where, "--profile", "public")[1]
    assert WORDS in run("why", claims[0].id, *where)[0]


@pytest.mark.parametrize("profile", LEAVING)
def test_counts_of_attacks_are_those_of_open_sources(home, tmp_path, profile):
    case = world(tmp_path / "case", rows())

    def sources(chosen):
        clearance = case.clearance(case.picture(now=LATER), profile=chosen, now=LATER)
        cleared = attacks_for(clearance, start=date(2016, 7, 1), end=date(2016, 7, 25), by="place")
        return {finding.subject for finding in cleared.findings if finding.kind == "attacks_by"}, dict(cleared.withheld)

    assert sources(profile) == ({"ucdp"}, {f"event: {REASON}": 6})
    assert sources(Profile.OWN) == ({"ucdp", "acled"}, {})


def test_an_assessment_in_words_of_ones_own_leaves(home, tmp_path):
    claims = rows(1)
    case = world(tmp_path / "case", claims)
    case.assess(
        "it gets worse", author="analyst", confidence="low", because="the count", rests_on=[claims[0].id], now=LATER
    )
    clearance = case.clearance(case.picture(now=LATER), profile="public", now=LATER)

    assert [item.text for item in clearance.assessments(case.picture(now=LATER).assessments).assessments] == [
        "it gets worse"
    ]


def test_who_holds_a_place_leaves_if_an_open_source_says_so_too(home, tmp_path):
    def held(who, place):
        return Claim(
            kind=Kind.CONTROL,
            subject="opposition",
            predicate="holds",
            object=place,
            happened=Period.since(date(2016, 5, 1)),
            said=(date(2016, 7, 10), date(2016, 7, 11)),
            published=date(2016, 7, 10),
            document="wire-2016-07-10",
            chain=(Link(who=who, role=Role.COMPILER),),
        )

    case = world(tmp_path / "case", [held("acled", "west"), held("acled", "hamlet"), held("observatory", "hamlet")])
    clearance = case.clearance(case.picture(now=LATER), profile="public", now=LATER)

    told = {topic.object for topic in clearance.topics(Kind.CONTROL)}
    assert "hamlet" in told
    assert "west" not in told
    found = clearance.findings(case.analyse("situation", case.picture(now=LATER)), analyses=("situation",))
    assert {item.place for item in found.findings if item.kind == "control"} & {"west", "hamlet"} == {"hamlet"}
