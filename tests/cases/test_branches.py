"""``branches/*.yml``: hypothetical claims under ids of their own."""

from __future__ import annotations

from typing import Any

from castello.cases.branches import Branch, read_branch
from tests.cases.known import KNOWN
from tests.cases_for_tests import BRANCH

REFS = {"road-cut": "c1-a", "road-under-fire": "c1-b"}


def test_a_branch_adds_and_drops() -> None:
    branch = read_branch(BRANCH.encode(), file="branches/x.yml", known=KNOWN, documents={}, refs=REFS)
    assert branch.issues == ()
    assert (branch.name, branch.without_claims, branch.without_sources) == ("road-stays-open", ("c1-a", "c1-b"), ())
    assert [claim.id[:3] for claim in branch.claims] == ["h1-"]


def test_a_branch_that_only_drops_a_source() -> None:
    data = b"name: b\ndrop: {sources: wire}\n"
    branch = read_branch(data, file="branches/x.yml", known=KNOWN, documents={}, refs={})
    assert (branch.without_sources, branch.claims, branch.about, branch.issues) == (("wire",), (), "", ())


def test_what_a_branch_cannot_drop_or_claim_is_reported_once() -> None:
    data = BRANCH.replace("[road-cut, road-under-fire]", "[road-cut, nowhere]").replace(
        "predicate: open", "predicate: shut"
    )
    branch = read_branch(data.encode(), file="branches/x.yml", known=KNOWN, documents={}, refs=REFS)
    assert [(issue.row, issue.code) for issue in branch.issues] == [(3, "ref"), (10, "claim")]
    assert branch.without_claims == ("c1-a",)
    assert branch.claims == ()


FED = f"c1-{'a' * 32}"


def dropping(ids: str, **options: Any) -> Branch:
    data = f"name: b\nabout: c\ndrop: {{claims: [{ids}]}}\n".encode()
    return read_branch(data, file="branches/x.yml", known=KNOWN, documents={}, refs=REFS, **options)


def test_a_claim_of_a_feed_is_dropped_by_its_id() -> None:
    branch = dropping(f"{FED}, road-cut")

    assert branch.issues == ()
    assert branch.without_claims == (FED, "c1-a")


def test_an_id_that_the_ledger_does_not_hold_is_an_issue() -> None:
    other = f"c1-{'b' * 32}"
    branch = dropping(f"{FED}, {other}, road-cut", holds=lambda ids: ids & {FED})

    assert branch.without_claims == (FED, "c1-a")
    assert [(issue.row, issue.code) for issue in branch.issues] == [(3, "ref")]
    assert other in branch.issues[0].what


def test_what_is_written_as_no_id_is_taken_for_a_ref() -> None:
    assert [issue.what for issue in dropping("c1-Z").issues] == ["'c1-Z' is no ref of this case"]
