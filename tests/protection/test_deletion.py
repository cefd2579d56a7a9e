"""PR-12: what was deleted is in no file and no later pack, and every chain still verifies; two persons where two are asked for."""

import json
from datetime import timedelta

import pytest

from castello.errors import CastelloError, TwoPersons, WrongUse
from castello.ledger.identities import IdentityStore
from castello.ledger.packs import open_pack, public_key
from tests.cases_for_tests import NOW, PROTECTED_WORDS, built_case
from tests.protection.cases import NAME, SPEAKER, WORDS, made, original, position, protected
from tests.protection.outputs import files, leak, windows

LATER = NOW + timedelta(hours=1)


def sealed(case):
    """Protected claims of the case, by what they demand."""
    return {str(claim.slot("proposition")): claim for claim, _ in case.book.opened()}


def readable(case) -> bytes:
    """Everything that the vault's key still opens: claims, and originals in the vault."""
    opened = [json.dumps(claim.to_json(), ensure_ascii=False).encode() for claim, _ in case.book.opened()]
    for path in sorted((case.folder / "vault" / "originals").iterdir()):
        stored = case.book.vault.open_original(path.name)
        opened += [] if stored is None else [stored[0].encode(), stored[1]]
    return b"\n".join(opened)


@pytest.fixture
def deleted(home, tmp_path):
    """A case of which one of two protected claims was deleted."""
    case = made(
        tmp_path / "case", position(), position(ref="other", said="another demand").replace(WORDS[0], "another quote")
    )
    claim = sealed(case)[WORDS[3]]
    before = readable(case)
    case.delete_protected(claim.id, by="tests", reason="asked for", now=LATER)
    return case, claim, before


def test_the_words_are_in_no_file_and_nothing_opens_them(deleted, home):
    case, claim, before = deleted
    everything = files(case.folder, home)

    assert all(leak(before, words) for words in WORDS)
    assert [name for name, data in everything.items() for words in (WORDS[0], WORDS[3]) if leak(data, words)] == []
    assert leak(readable(case), WORDS[0]) is None
    assert leak(readable(case), WORDS[3]) is None
    assert not (case.folder / "vault" / "keys" / claim.id).exists()


def test_what_was_not_deleted_stays_readable(deleted):
    case, _, _ = deleted

    assert list(sealed(case)) == ["another demand"]


def test_verify_is_clean_and_the_picture_is_without_it(deleted):
    case, claim, _ = deleted
    again = built_case(case.folder, now=LATER)

    assert again.verify().issues == ()
    assert claim.id not in again.picture().visible_ids()
    assert claim.id not in case.book.claims()
    assert claim.id in str(case.book.rows("deletion"))


def test_deleting_twice_is_harmless(deleted):
    case, claim, _ = deleted
    before = {name: data for name, data in files(case.folder).items() if "/vault/" in name}
    case.delete_protected(claim.id, by="tests", reason="asked for", now=LATER + timedelta(days=1))
    after = {name: data for name, data in files(case.folder).items() if "/vault/" in name}

    assert after == before
    assert len(case.book.rows("deletion")) == 1
    assert case.verify().issues == ()


def test_later_packs_do_not_contain_it(deleted):
    case, claim, _ = deleted
    _, lines = open_pack(case.pack(to=public_key()))
    names = {str(line.get("file")) for line in lines}

    assert f"vault/keys/{claim.id}" not in names
    assert f"vault/tombstones/{claim.id}.json" in names
    assert leak(json.dumps(lines).encode(), WORDS[0]) is None


def test_every_original_that_holds_the_words_goes_also_one_that_was_added_later(home, tmp_path):
    case = made(tmp_path / "case", position())
    again = protected(position()) + "# a remark\n"
    (case.folder / "claims" / "90-resident.protected.yml").write_text(again, encoding="utf-8")
    case.build(now=NOW)
    assert len(list((case.folder / "vault" / "originals").iterdir())) == 2
    (claim,) = (claim for claim in sealed(case).values())
    case.delete_protected(claim.id, by="tests", reason="asked for", now=LATER)

    assert leak(readable(case), WORDS[0]) is None
    assert case.verify().issues == ()


def test_what_was_deleted_is_not_taken_in_again_and_the_rest_of_the_case_builds(deleted):
    case, claim, _ = deleted
    path = case.folder / "claims" / "91-again.protected.yml"
    path.write_text(protected(position()), encoding="utf-8")
    report = case.build(now=LATER)
    path.unlink()

    assert [(issue.file, issue.code) for issue in report.issues] == [("claims/91-again.protected.yml", "deleted")]
    assert leak(json.dumps(report.to_json()).encode(), WORDS[0]) is None
    assert claim.id not in case.book.claims()
    assert case.build(now=LATER).issues == ()


def test_a_protected_original_can_be_deleted_as_a_whole(home, tmp_path):
    case = made(tmp_path / "case")
    interview, text = original(tmp_path)
    case.add([interview], protected=True, now=NOW)
    (row,) = (row for row in case.book.rows("original") if "holds" not in row["body"])
    assert readable(case).count(text[:40]) == 1
    case.delete_protected(row["id"], by="tests", reason="asked for", now=LATER)

    assert not windows(text[:200]) & windows(readable(case))
    assert case.verify().issues == ()


def test_what_is_no_protected_claim_cannot_be_deleted(deleted):
    case, _, _ = deleted
    for wrong in ("p1-" + 32 * "0", next(id_ for id_ in case.book.claims() if id_.startswith("c1-"))):
        with pytest.raises(WrongUse):
            case.delete_protected(wrong, by="tests", reason="by mistake", now=LATER)


# -------------------------------------------------------------------------------------------------------- two persons


@pytest.fixture
def shared(home, tmp_path):
    """A live case with an identity store, and its two shares."""
    case = made(tmp_path / "case", position())
    return case, case.create_identities(now=LIVE)


LIVE = NOW.replace(year=2027)
TOO_LATE = LIVE + timedelta(days=1)


def test_one_person_cannot_unseal(shared):
    case, shares = shared
    store = IdentityStore.open(case.folder / "vault" / "identities")
    store.seal(SPEAKER, NAME)
    for wrong in ((shares[0], shares[0]), (shares[0], ""), ("", shares[1])):
        with pytest.raises(TwoPersons):
            store.unseal(SPEAKER, shares=wrong, by=("one", "two"), now=LIVE, reason="to warn")
    with pytest.raises(TwoPersons):
        store.unseal(SPEAKER, shares=shares, by=("one", "one"), now=LIVE, reason="to warn")

    assert store.unseal(SPEAKER, shares=shares, by=("one", "two"), now=LIVE, reason="to warn").text == NAME


@pytest.fixture
def live_and_shared(home, tmp_path):
    """A case that is live in autumn 2016, and the shares of its store."""
    from tests.cases_for_tests import write_case

    when = NOW.replace(year=2016, month=10)
    case = built_case(write_case(tmp_path / "live"), now=when)
    return case, case.create_identities(now=when), when


def test_one_person_cannot_make_a_live_case_historical(live_and_shared):
    case, shares, when = live_and_shared
    later = when + timedelta(hours=1)
    for by, given in ((("one", "one"), shares), (("one", "two"), (shares[0], shares[0])), (("one", ""), shares)):
        with pytest.raises(CastelloError):
            case.override_mode(reason="archive", by=by, shares=given, now=later)
        assert case.mode(now=later).live


def test_two_persons_can_and_their_reason_is_shown(live_and_shared):
    case, shares, when = live_and_shared
    later = when + timedelta(hours=1)
    case.override_mode(reason="the siege is over", by=("one", "two"), shares=shares, now=later)
    mode = case.mode(now=later)

    assert not mode.live
    assert "the siege is over" in mode.why
    assert "one" in mode.why


def test_a_store_that_somebody_puts_in_the_place_of_the_first_proves_nothing(live_and_shared):
    import shutil

    case, _, when = live_and_shared
    later = when + timedelta(hours=1)
    place = case.folder / "vault" / "identities"
    shutil.rmtree(place)
    _, forged = IdentityStore.create(place)
    case.override_mode(reason="archive", by=("one", "two"), shares=forged, now=later)

    assert case.mode(now=later).live


def test_no_words_of_a_protected_claim_are_left_by_the_fixture_of_other_tests(built):
    assert [name for name, data in files(built.folder).items() if leak(data, PROTECTED_WORDS)] == []
