"""PR-2, PR-3: exported ids do not join, and nobody can be recognised behind a role."""

import hashlib
import json
from datetime import date

import pytest

from castello.claims import digest
from castello.errors import Refused
from tests.cases_for_tests import NOW
from tests.protection.cases import OTHER, PROPOSITION, ROLE, SPEAKER, made, position
from tests.protection.outputs import forms, forms_of_brief, ids, leak, run

POSITIONS = (position(ref="one", sensitivity="moderate"), position(ref="two", sensitivity="moderate", said="they stay"))


def picture_of(case):
    return case.picture(as_of="2016-07-17")


def reasons(case, *, one_by_one: bool, profile="public") -> set[str]:
    """Why protected claims are withheld, whether they are asked for together or each by itself."""
    picture = picture_of(case)
    claims = [claim for claim, _ in case.book.opened()]
    calls = [[claim] for claim in claims] if one_by_one else [claims]
    cleared = [case.clearance(picture, profile=profile, now=NOW).claims(call) for call in calls]
    return {reason for one in cleared for reason, _ in one.withheld}


@pytest.fixture(scope="module")
def two_claims(tmp_path_factory):
    """A speaker whose two claims may leave."""
    return made(tmp_path_factory.mktemp("two") / "case", *POSITIONS)


@pytest.fixture(scope="module")
def left(two_claims):
    """What leaves of that case, by audience."""
    shown = {}
    for profile in ("public", "partner"):
        shown[profile] = forms(two_claims, profile=profile, as_of="2016-07-17", now=NOW)
    return shown


@pytest.mark.parametrize("k", [None, 1, 4])
def test_a_claim_whose_speaker_could_be_few_is_withheld_with_its_reason(tmp_path, k):
    case = made(tmp_path / "case", position(sensitivity="moderate"), k=k)
    (claim,) = (claim for claim, _ in case.book.opened())

    assert reasons(case, one_by_one=True) == {"position: fewer than 5 persons could be the speaker"}
    with pytest.raises(Refused, match="fewer than 5 persons could be the speaker"):
        case.why(claim.id, picture_of(case), profile="public", now=NOW)


@pytest.mark.parametrize("together", [None, 4])
@pytest.mark.parametrize("one_by_one", [False, True])
def test_two_claims_that_tell_too_much_together_are_withheld_even_one_at_a_time(tmp_path, together, one_by_one):
    case = made(tmp_path / "case", *POSITIONS, together=together)

    (reason,) = reasons(case, one_by_one=one_by_one)
    assert "all that shares the pseudonym" in reason


def test_two_claims_that_tell_too_much_together_are_withheld_as_evidence_of_two_findings(tmp_path):
    case = made(tmp_path / "case", *POSITIONS, together=None)
    shown = forms_of_brief(case.brief(picture_of(case), profile="public", now=NOW))

    assert leak(b"".join(shown.values()), PROPOSITION) is None
    assert b"they stay" not in b"".join(shown.values())


def test_claims_of_two_pseudonyms_are_counted_apart(tmp_path):
    case = made(tmp_path / "case", POSITIONS[0], position(ref="two", who=OTHER, sensitivity="moderate"), together=None)

    assert reasons(case, one_by_one=False) == set()


def test_a_deleted_claim_no_longer_counts_with_those_that_stay(tmp_path):
    case = made(tmp_path / "case", *POSITIONS, together=None)
    first, _ = (claim for claim, _ in case.book.opened())
    case.delete_protected(first.id, by="tests", reason="asked for", now=NOW)

    assert reasons(case, one_by_one=False) == set()


def test_a_protected_speaker_leaves_as_a_role_and_by_month(left):
    for profile in ("public", "partner"):
        shown = b"\n".join(left[profile].values()).decode()
        assert ROLE in shown
        assert PROPOSITION in shown
        assert not [secret for secret in (SPEAKER, "src-", "2016-07-13", "13 July", "pump house") if secret in shown]
    claim = next(item for item in json.loads(left["public"]["claims"])[0] if item["kind"] == "position")
    assert claim["happened"] == {"maybe": ["2016-07-01", "2016-08-01"], "basis": "inferred"}
    assert {"note", "locator", "coder"} & claim.keys() == set()


def test_exports_to_two_audiences_share_no_id_and_the_same_audience_gets_the_same_bytes(two_claims, left):
    again = forms(two_claims, profile="public", as_of="2016-07-17", now=NOW)

    assert again == left["public"]
    assert ids(left["public"])
    assert ids(left["public"]) & ids(left["partner"]) == set()


def test_no_stored_id_or_hash_and_nothing_computed_from_one_is_in_an_export(two_claims, left):
    case = two_claims
    rows = [
        row
        for device in case.book.journal.devices()
        for entry in case.book.journal.entries(device)
        for row in entry.rows
    ]
    entries = [entry for device in case.book.journal.devices() for entry in case.book.journal.entries(device)]
    stored = {str(row["id"]) for row in rows} | {entry.hash for entry in entries}
    stored |= {digest(claim.to_json()) for claim in case.book.claims().values()}
    stored |= {document.sha256 for document in case.book.documents().values() if document.sha256}
    stored |= {
        finding.id for name in ("situation", "totals", "parties") for finding in case.analyse(name, picture_of(case))
    }
    stored |= {str(entry.source["sha256"]) for entry in entries if "sha256" in entry.source}
    bare = {id_[3:] if id_[2:3] == "-" else id_ for id_ in stored}
    # an attacker who knows every id, word and file can hash them
    guessed = {hashlib.sha256(text.encode()).hexdigest() for text in (*stored, *bare, SPEAKER, PROPOSITION)}
    for profile, shown in left.items():
        exported = b"\n".join(shown.values()).decode()
        assert [half for half in sorted({text[:16] for text in bare | guessed}) if half in exported] == [], profile


def test_what_is_too_sensitive_is_counted_without_its_level(tmp_path):
    case = made(tmp_path / "case", position(ref="one", sensitivity="severe"), position(ref="two", said="they stay"))

    assert reasons(case, one_by_one=False) == {"position: sensitivity"}
    assert reasons(case, one_by_one=False, profile="partner") == {"position: sensitivity"}


def test_a_document_that_only_protected_claims_cite_leaves_neither_name_nor_day(tmp_path):
    documents = (
        "documents:\n  - {id: talk-in-kuwaris, title: Talk in Kuwaris, publisher: analyst, published: 2016-07-14}\n"
    )
    file = (
        "coder: tests\n"
        + documents
        + "claims:\n"
        + position(sensitivity="moderate").replace("wire-2016-07-17", "talk-in-kuwaris")
    )
    case = made(tmp_path / "case", files={"claims/90-resident.protected.yml": file})
    shown = b"\n".join(forms(case, profile="public", as_of="2016-07-17", now=NOW).values())

    assert PROPOSITION.encode() in shown
    assert b"2016-07-14" not in shown
    assert b"14 July" not in shown
    assert leak(shown.lower(), "talk-in-kuwaris") is None
    assert leak(shown.lower(), "talk in kuwaris") is None


# ------------------------------------------------------------------------------------------- the bundled case's speakers


@pytest.fixture(scope="module")
def demo_left(demo):
    """What leaves of the bundled case, by audience."""
    days = {"as_of": "2016-07-17", "known_by": "2016-07-20"}
    return {profile: forms(demo, profile=profile, now=NOW, **days) for profile in ("public", "partner")}


def test_the_articles_anonymous_speakers_leave_as_a_role_class_or_not_at_all(demo, demo_left):
    spoken = {claim.id: claim for claim, _ in demo.book.opened()}
    assert len(spoken) >= 10
    everything = {profile: b"\n".join(shown.values()).decode() for profile, shown in demo_left.items()}
    for claim in spoken.values():
        words = [text for text in (claim.quote, claim.slot("proposition")) if text]
        severe = claim.sensitivity.value == "severe"
        for profile, shown in everything.items():
            assert claim.chain[0].who not in shown
            if severe or profile == "public":
                assert [text for text in words if str(text) in shown] == []
    roles = {demo.registers.speakers[claim.chain[0].who].name_en for claim in spoken.values()}
    assert any(role in everything["partner"] for role in roles)


def test_what_is_withheld_does_not_tell_that_a_claim_is_severe(demo_left):
    for shown in demo_left.values():
        assert b"severe" not in b"\n".join(shown.values())


def test_exports_of_the_bundled_case_do_not_join(demo, demo_left):
    assert ids(demo_left["public"]) & ids(demo_left["partner"]) - _printed(demo) == set()


def _printed(demo) -> set[str]:
    """What looks like an id and is printed in an address or a document's name: everybody can look it up."""
    documents = demo.book.documents().values()
    texts = [text for item in documents for text in (item.id, item.title, *item.urls)]
    return ids({"addresses": " ".join(texts).encode()})


def test_why_answers_for_an_exported_id_and_keeps_to_the_profile(demo, demo_left):
    rows = json.loads(demo_left["public"]["claims"])[0]
    exported = next(row["id"] for row in rows if row["kind"] == "presence")
    picture = demo.picture(as_of="2016-07-17", known_by="2016-07-20")
    (own,) = demo.why(exported, picture).traces
    (public,) = demo.why(exported, picture, profile="public", now=NOW).traces

    assert own.claim.object != public.claim.object or own.claim.locator is None
    assert demo.registers.places.place(str(public.claim.object)).kind in ("city", "governorate", "country")
    assert (public.claim.quote, public.claim.locator, public.judgements) == (
        None,
        None,
        (),
    ) or own.claim == public.claim


def test_why_answers_for_the_exported_id_of_presence_by_area(demo, demo_left):
    shown = json.loads(demo_left["public"]["parties"])[0]
    finding = next(item for item in shown if item["kind"] == "presence")
    picture = demo.picture(as_of="2016-07-17", known_by="2016-07-20")

    for profile in ("own", "public"):
        answer = demo.why(finding["id"], picture, profile=profile, now=NOW)
        assert answer.finding is not None
        assert answer.finding.text == finding["text"]
        assert len(answer.traces) == len(finding["claims"])


def test_filters_cannot_ask_for_a_pseudonym_or_for_what_is_withheld(two_claims):
    clearance = two_claims.clearance(picture_of(two_claims), profile="partner", now=NOW)
    own = two_claims.clearance(picture_of(two_claims), now=NOW)

    assert len(own.listing(source=SPEAKER).claims) == 2
    assert clearance.listing(source=SPEAKER).claims == ()
    counts = {clearance.listing(about=about).withheld for about in (None, "council", "guests", "nothing")}
    assert len(counts) == 1


def test_a_day_that_was_made_coarser_cannot_be_found_by_its_day(two_claims):
    clearance = two_claims.clearance(picture_of(two_claims), profile="public", now=NOW)
    found = {
        day: {
            claim.id
            for claim in clearance.listing(kinds=["position"], start=date(2016, 7, day), end=date(2016, 7, day)).claims
        }
        for day in (1, 13, 31)
    }

    assert found[1] == found[13] == found[31] != set()


def test_the_terminal_shows_exported_ids_only(home, tmp_path):
    case = made(tmp_path / "case", position(sensitivity="moderate"))
    for verb in ("claims", "totals", "parties"):
        shown, noted, code = run(verb, "--case", str(case.folder), "--profile", "public", terminal=True)
        assert code == 0, noted
        assert "x1-" in shown
        assert not [prefix for prefix in ("c1-", "p1-", "f1-", "src-") if prefix in shown]
