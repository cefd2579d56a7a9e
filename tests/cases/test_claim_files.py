"""``claims/*.yml``: refs, derived figures in any order, documents of the case, the publisher as the last link."""

from __future__ import annotations

from datetime import date

import pytest

from castello.cases._yaml import load
from castello.cases.claim_files import read_claim_file
from castello.cases.entries import ROLES, read_judgement, read_relation
from castello.claims import RULES, Claim, Document, InvalidClaim, Role
from tests.cases.known import KNOWN
from tests.cases_for_tests import CLAIMS, PROTECTED, REPORT

HEAD = """\
coder: me
documents:
  - {id: doc, title: T, publisher: wire, published: 2016-07-17}
claims:
"""


def people(ref: str, quantity: str, more: str = "") -> str:
    return (
        f"  - {{ref: {ref}, kind: people, subject: east, predicate: lives, quantity: {quantity}, "
        f"happened: {{on: 2016-07-17}}, document: doc, chain: [{{agency: speaker}}]{more}}}\n"
    )


def test_derived_figures_stand_in_any_order() -> None:
    text = (
        HEAD
        + people("c", "{value: 9, unit: person, derived_from: [b], formula: b * 3}")
        + people("b", "{value: 3, unit: person, derived_from: [a], formula: a + 2}")
        + people("a", "{value: 1, unit: person}")
    )
    read = read_claim_file(text.encode(), file="claims/x.yml", known=KNOWN)
    assert read.issues == ()
    figures = {claim.id: claim.quantity for claim in read.claims}
    first, second = figures[read.refs["c"]], figures[read.refs["b"]]
    assert first is not None
    assert second is not None
    assert (first.derived_from, second.derived_from) == ((read.refs["b"],), (read.refs["a"],))


def test_figures_that_derive_from_each_other_are_refused_both() -> None:
    text = (
        HEAD
        + people("a", "{value: 1, unit: person, derived_from: [b], formula: b}")
        + people("b", "{value: 1, unit: person, derived_from: [a], formula: a}")
        + people("c", "{value: 1, unit: person}")
    )
    read = read_claim_file(text.encode(), file="claims/x.yml", known=KNOWN)
    assert [issue.row for issue in read.issues] == [5, 6]
    assert list(read.refs) == ["c"]


def test_the_publisher_is_the_last_link() -> None:
    text = (
        HEAD
        + people("a", "{value: 1, unit: person}")
        + people("b", "{value: 2, unit: person}").replace("agency: speaker", "wire: reporter")
    )
    one, two = read_claim_file(text.encode(), file="claims/x.yml", known=KNOWN).claims
    assert [(link.who, link.role) for link in one.chain] == [("agency", Role.SPEAKER), ("wire", Role.PUBLISHER)]
    assert [(link.who, link.role) for link in two.chain] == [("wire", Role.REPORTER)]


def test_what_is_said_twice_counts_once() -> None:
    text = HEAD + people("a", "{value: 1, unit: person}") + people("b", "{value: 1.0, unit: person}")
    read = read_claim_file(text.encode(), file="claims/x.yml", known=KNOWN)
    assert len(read.claims) == 1
    assert read.refs["a"] == read.refs["b"]
    assert [(issue.row, issue.code, issue.severity) for issue in read.issues] == [(6, "twice", "warning")]


def test_documents_and_refs_of_other_files_are_known_and_stand() -> None:
    elsewhere = Document(id="doc", title="Other", publisher="paper", published=date(2016, 7, 18))
    text = (
        HEAD
        + people("a", "{value: 1, unit: person, derived_from: [z], formula: z}")
        + people("z", "{value: 2, unit: person}")
    )
    read = read_claim_file(
        text.encode(), file="claims/x.yml", known=KNOWN, documents={"doc": elsewhere}, refs={"z": "c1-z"}
    )
    (claim,) = read.claims
    assert claim.published == date(2016, 7, 18), "the first description of a document stands for every claim"
    assert claim.quantity is not None
    assert claim.quantity.derived_from == ("c1-z",)
    assert [(issue.row, issue.column) for issue in read.issues] == [(6, "ref")]


def test_the_check_of_quotes_is_asked() -> None:
    def check(claim: Claim) -> str | None:
        return "is not there" if claim.quote and claim.quote not in REPORT else None

    document = Document(id="report", title="R", publisher="agency", published=date(2016, 7, 18))
    read = read_claim_file(
        CLAIMS.encode(), file="claims/x.yml", known=KNOWN, documents={"report": document}, check_quote=check
    )
    assert [(issue.column, issue.what) for issue in read.issues] == [("quote", "is not there")]
    assert read.present == 4 + 11 + 1 + 2


def test_protected_claims_stand_in_protected_files_only() -> None:
    document = Document(id="wire-2016-07-17", title="R", publisher="wire", published=date(2016, 7, 20))
    for file, claims, issues in (("claims/x.protected.yml", 1, 0), ("claims/x.yml", 0, 1)):
        read = read_claim_file(PROTECTED.encode(), file=file, known=KNOWN, documents={document.id: document})
        assert (len(read.claims), len(read.issues)) == (claims, issues)


def test_relations_and_judgements_of_a_protected_file_are_reported() -> None:
    text = "relations:\n  - {rule: parts}\njudgements:\n  - {about: a}\n"
    read = read_claim_file(text.encode(), file="claims/x.protected.yml", known=KNOWN)
    assert [issue.row for issue in read.issues] == [2, 4]
    assert (read.relations, read.judgements) == ((), ())


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_roles(rule: str) -> None:
    refs = {"a": "c1-a", "b": "c1-b"}
    written = f"{{rule: {rule}, dated: 2016-07-17, " + ", ".join(f"{role}: [a, b]" for role in ROLES[rule]) + "}"
    relation = read_relation(load(written.encode(), file="x"), refs=refs, coder="me")
    assert all(relation.role(role) == ("c1-a", "c1-b") for role in ROLES[rule])
    assert relation.by == "me"
    with pytest.raises(InvalidClaim, match="is not a role"):
        read_relation(load(f"{{rule: {rule}, dated: 2016-07-17, other: a}}".encode(), file="x"), refs=refs, coder="me")


def test_judgements_name_refs_or_names() -> None:
    written = '{about: ["origin:wire", "origin:paper"], verdict: same, dated: 2016-07-17, reason: x, rests_on: a}'
    judgement = read_judgement(load(written.encode(), file="x"), refs={"a": "c1-a"}, known=KNOWN, coder="me")
    assert (judgement.about, judgement.rests_on, judgement.by) == (("origin:wire", "origin:paper"), ("c1-a",), "me")


@pytest.mark.parametrize(
    ("about", "what"),
    [
        ('["origin:wire", "origin:nobody"]', "'nobody' in 'origin:nobody' is in no register"),
        ('["party:army", "party:navy"]', "'navy' in 'party:navy' is in no register"),
        ('["name:Ramousah", "place:nowhere"]', "'nowhere' in 'place:nowhere' is in no register"),
        ('["name: ", "place:east"]', "'name: ' is not a name"),
        ('["source:wire", "source:paper"]', "'source:wire' is not a name"),
    ],
)
def test_a_judgement_about_an_unknown_name_is_refused(about: str, what: str) -> None:
    written = f"{{about: {about}, verdict: same, dated: 2016-07-17, reason: x}}"
    with pytest.raises(InvalidClaim, match=what) as caught:
        read_judgement(load(written.encode(), file="x"), refs={}, known=KNOWN, coder="me")
    assert (caught.value.slot, caught.value.hint[-1]) == ("about", ".")


@pytest.mark.parametrize("name", ["origin:unknown@wire-2016-07-17", "place:north-road", "name:Ramousah"])
def test_names_of_roads_texts_and_unknown_speakers_can_be_judged(name: str) -> None:
    written = f'{{about: ["{name}", "place:east"], verdict: unsure, dated: 2016-07-17, reason: x}}'
    assert read_judgement(load(written.encode(), file="x"), refs={}, known=KNOWN, coder="me").about[0] == name


def test_every_wrong_field_of_a_claim_is_told_at_once() -> None:
    text = (
        HEAD
        + """\
  - ref: "a:b"
    kind: people
    subject: atlantis
    predicate: lives
    quantity: {value: many, unit: person}
    also: {definition: [x], by: 1000000000000000000}
    happened: {on: 2016-02-30}
    document: nowhere
    chain: [{nobody: speaker}]
    confidence: sure
    colour: red
"""
        + people("good", "{value: 1, unit: person}")
    )
    read = read_claim_file(text.encode(), file="claims/x.yml", known=KNOWN)

    told = {(issue.row, issue.column) for issue in read.issues}
    assert told == {
        (5, "ref"), (7, "subject"), (9, "quantity"), (10, "definition"), (10, "by"), (11, "happened"), (12, "document"),
        (13, "chain"), (14, "confidence"), (15, "colour"),
    }  # fmt: skip
    assert [issue.code for issue in read.issues] == ["claim", *["further"] * 9]
    assert all(issue.what and issue.hint for issue in read.issues)
    assert list(read.refs) == ["good"]


def test_missing_fields_are_one_problem() -> None:
    read = read_claim_file((HEAD + "  - {kind: people, subject: east}\n").encode(), file="claims/x.yml", known=KNOWN)
    assert [issue.what for issue in read.issues] == ["is missing, and so are document, chain"]
