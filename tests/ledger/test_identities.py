"""Anyone seals who a source is; two persons with two shares open it, and no trace of a name is left."""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import canonical
from castello.errors import BrokenChain, CaseBroken, CastelloError, Refused, TwoPersons, WrongUse
from castello.ledger import identities as module
from castello.ledger.identities import IdentityStore, check_override, new_pseudonym

NOW = datetime(2016, 7, 20, 8, 0, tzinfo=UTC)
CANARY = "Zaynab Quxfield-Canary, +000 555 0199"
SOURCE = "src-7d21c09ab4e1"
BOTH = ("Amal", "Boris")


@pytest.fixture
def made(tmp_path: Path) -> tuple[IdentityStore, tuple[str, str]]:
    return IdentityStore.create(tmp_path / "vault" / "identities")


def unseal(made, *, shares=None, by=BOTH, reason="duty of care", pseudonym=SOURCE):
    store, own = made
    return store.unseal(pseudonym, shares=shares or own, by=by, now=NOW, reason=reason)


def retyped(share: str, *, label: str | None = None, fingerprint: str | None = None) -> str:
    """A share as a forger would write it, with a checksum that fits."""
    _, _, _, old_label, old_print, secret, _ = share.split("-")
    head = f"castello-share-1-{label or old_label}-{fingerprint or old_print}-{secret}"
    return f"{head}-{module._checksum(head)}"


# ------------------------------------------------------------------------------------------------- sealing, unsealing


def test_two_persons_open_what_anyone_sealed(made):
    store, shares = made
    IdentityStore.open(store.folder).seal(SOURCE, CANARY)
    opened = unseal(made)
    assert opened.text == CANARY
    assert opened.record == {
        "act": "unseal",
        "pseudonym": SOURCE,
        "by": ["Amal", "Boris"],
        "when": "2016-07-20T08:00:00Z",
        "reason": "duty of care",
    }
    assert store.log() == (opened.record,)
    assert unseal(made, shares=shares[::-1]).text == CANARY
    assert len(store.log()) == 2


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(min_size=1, max_size=700).filter(str.strip), min_size=1, max_size=3))
def test_any_text_comes_back(texts, tmp_path_factory):
    made = IdentityStore.create(tmp_path_factory.mktemp("store"))
    for text in texts:
        pseudonym = new_pseudonym()
        made[0].seal(pseudonym, text)
        opened = unseal(made, pseudonym=pseudonym, reason=".")
        assert canonical(opened.text) == canonical(text)


def test_every_text_sealed_for_a_pseudonym_is_shown_once(made):
    """A false record cannot take the place of the true one."""
    store, _ = made
    for text in (CANARY, "somebody else", CANARY):
        store.seal(SOURCE, text)
    store.seal(new_pseudonym(), "a third person")
    assert unseal(made).text.splitlines() == [CANARY, "somebody else"]


def test_a_pseudonym_with_nothing_sealed_is_said(made):
    with pytest.raises(WrongUse, match=SOURCE):
        unseal(made)
    assert made[0].log() == ()


def test_a_changed_record_is_noticed(made):
    store, _ = made
    store.seal(SOURCE, CANARY)
    (path,) = (store.folder / "sealed").iterdir()
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(BrokenChain, match=path.name):
        unseal(made)
    path.write_bytes(b"")
    with pytest.raises(BrokenChain):
        unseal(made)


def test_what_a_dead_writer_left_is_ignored(made):
    store, _ = made
    store.seal(SOURCE, CANARY)
    for room in ("sealed", "log"):
        (store.folder / room / ".tmp-left").write_bytes(b"half a file")
    assert unseal(made).text == CANARY
    assert len(store.log()) == 1


# --------------------------------------------------------------------------------------------------------- two persons


def test_one_share_is_not_enough(made, tmp_path):
    store, (a, b) = made
    store.seal(SOURCE, CANARY)
    _, (other_a, other_b) = IdentityStore.create(tmp_path / "other")
    attempts = {
        "the same share twice": (a, a),
        "the same share under the other label": (a, retyped(a, label="b")),
        "a share and nothing": (a, ""),
        "a share cut off": (a, b[:-1]),
        "a share mistyped": (a, b.replace(b[40], "0" if b[40] != "0" else "1")),
        "a share of another case": (a, other_b),
        "a share of another case with our fingerprint": (a, retyped(other_b, fingerprint=store.fingerprint)),
        "both shares of another case": (other_a, other_b),
    }
    for what, shares in attempts.items():
        with pytest.raises(TwoPersons) as caught:
            unseal(made, shares=shares)
        assert not re.search(r"[0-9a-f]{20}", str(caught.value)), what
    assert store.log() == ()


@pytest.mark.parametrize(
    "by", [("Amal", "Amal"), ("Amal", " amal "), ("Amal", ""), ("", ""), ("Amal",), ("A", "B", "C")]
)
def test_one_person_is_not_enough(made, by):
    store, shares = made
    store.seal(SOURCE, CANARY)
    with pytest.raises(TwoPersons):
        unseal(made, by=by)
    with pytest.raises(TwoPersons):
        store.sign_override("aleppo-2016", "the war ended", by=by, shares=shares, now=NOW)
    assert store.log() == ()


def test_each_share_alone_is_unlike_the_seed_and_is_stored_nowhere(made):
    store, (a, b) = made
    (one, two), seed = [module._read_share(share)[2] for share in (a, b)], None
    seed = module._xor(one, two)
    assert len({one, two, seed}) == 3
    secrets = [seed, one, two, *(bytes(pair) for pair in module._key_pairs(seed))]
    for path in (path for path in store.folder.rglob("*") if path.is_file()):
        for secret in secrets:
            assert secret not in path.read_bytes()
            assert secret.hex() not in path.read_text(errors="replace")


def test_a_share_may_be_copied_with_line_breaks_and_capitals(made):
    made[0].seal(SOURCE, CANARY)
    a, b = made[1]
    assert unseal(made, shares=(f"{a[:30]}\n {a[30:]} ", b.upper())).text == CANARY


# ------------------------------------------------------------------------------------------------------------- canary


def test_a_name_is_in_no_file_repr_or_error(made, tmp_path):
    store, (a, b) = made
    store.seal(SOURCE, CANARY)
    said = [repr(store), repr(unseal(made)), str(unseal(made).record)]
    for wrong in (
        lambda: store.seal(CANARY, SOURCE),
        lambda: store.seal(SOURCE, " "),
        lambda: store.unseal(CANARY, shares=(a, b), by=BOTH, now=NOW, reason="duty of care"),
        lambda: unseal(made, shares=(a, CANARY)),
        lambda: unseal(made, by=(CANARY, CANARY)),
        lambda: unseal(made, reason=f"to warn {CANARY}"),
        lambda: unseal(made, reason=f"{CANARY}\n{CANARY}"),
    ):
        with pytest.raises(CastelloError) as caught:
            wrong()
        said += [str(caught.value), repr(caught.value)]
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        said += [path.name, path.read_text(errors="replace")]
    for text in said:
        assert "zaynab" not in text.casefold()
        assert "quxfield" not in text.casefold()
        assert "555 0199" not in text


def test_a_reason_that_gives_the_identity_away_is_refused(made):
    made[0].seal(SOURCE, CANARY)
    for reason in ("call zaynab  QUXFIELD-canary", "call +000 555 0199"):
        with pytest.raises(Refused, match="gives away"):
            unseal(made, reason=reason)
    assert made[0].log() == ()
    assert unseal(made, reason="to warn the source").text == CANARY


def test_the_size_of_a_sealed_record_does_not_tell_the_name(made):
    store, _ = made
    for name in ("Al", "A much longer name with a telephone number and an address in it", "ع" * 80):
        store.seal(new_pseudonym(), name)
    assert len({path.stat().st_size for path in (store.folder / "sealed").iterdir()}) == 1
    assert all(re.fullmatch(r"[0-9a-f]{32}", path.name) for path in (store.folder / "sealed").iterdir())


def test_pseudonyms_are_random():
    made = {new_pseudonym() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"src-[0-9a-f]{12}", pseudonym) for pseudonym in made)


# ------------------------------------------------------------------------------------------------------- make and open


def test_a_store_is_made_once_and_opens_anywhere(made):
    store, _ = made
    with pytest.raises(WrongUse, match="already"):
        IdentityStore.create(store.folder)
    moved = store.folder.rename(store.folder.parent / "elsewhere")
    again = IdentityStore.open(moved)
    assert (again.public_key, again.verify_key) == (store.public_key, store.verify_key)
    assert made[1][0].split("-")[4] == again.fingerprint


def test_a_missing_or_broken_store_is_said(made, tmp_path):
    with pytest.raises(WrongUse, match="no identity store"):
        IdentityStore.open(tmp_path)
    path = made[0].folder / "identities.json"
    facts = json.loads(path.read_text())
    for broken in ("{", "[]", "{}", json.dumps(facts | {"version": 2}), json.dumps(facts | {"public_key": "ab"})):
        path.write_text(broken)
        with pytest.raises(CaseBroken, match="cannot be read"):
            IdentityStore.open(made[0].folder)


def test_keys_put_in_the_place_of_the_true_ones_are_noticed(made, tmp_path):
    store, _ = made
    forged, _ = IdentityStore.create(tmp_path / "forged")
    (store.folder / "identities.json").write_bytes((forged.folder / "identities.json").read_bytes())
    swapped = IdentityStore.open(store.folder)
    swapped.seal(SOURCE, CANARY)
    with pytest.raises(TwoPersons, match="another store"):
        unseal((swapped, made[1]))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_every_file_is_for_its_user_alone(made):
    made[0].seal(SOURCE, CANARY)
    unseal(made)
    for path in [made[0].folder, *made[0].folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


# ------------------------------------------------------------------------------------------------------------ override


@pytest.fixture
def override(made):
    store, shares = made
    return store.sign_override("aleppo-2016", "the siege ended in 2016", by=("Boris", "Amal"), shares=shares, now=NOW)


def test_two_persons_make_an_override(made, override):
    assert override["by"] == ["Amal", "Boris"]
    assert override["when"] == "2016-07-20T08:00:00Z"
    assert check_override(override, made[0].verify_key, case_id="aleppo-2016")
    # It is stored as a line of JSON and read again.
    assert check_override(json.loads(json.dumps(override)), made[0].verify_key, case_id="aleppo-2016")


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "another reason"},
        {"when": "2026-07-20T08:00:00Z"},
        {"by": ["Amal", "Carla"]},
        {"by": ["Amal", "Amal"]},
        {"by": ["Amal"]},
        {"by": 2},
        {"act": "unseal"},
        {"case": "another"},
        {"signature": "00" * 64},
        {"signature": "not hexadecimal"},
        {"signature": None},
        {"reason": {1, 2}},
        {"more": "fields"},
    ],
)
def test_a_changed_override_fails(made, override, change):
    assert not check_override(override | change, made[0].verify_key, case_id="aleppo-2016")


def test_an_override_holds_for_its_case_its_keys_and_whole_records_only(made, override, tmp_path):
    key = made[0].verify_key
    assert not check_override(override, key, case_id="another")
    assert not check_override(override, IdentityStore.create(tmp_path / "other")[0].verify_key, case_id="aleppo-2016")
    assert not check_override(override, "zz", case_id="aleppo-2016")
    for name in override:
        less = {field: value for field, value in override.items() if field != name}
        assert not check_override(less, key, case_id="aleppo-2016")


def test_one_share_makes_no_override(made):
    store, (a, _) = made
    for shares in ((a, a), (a, retyped(a, label="b")), (a, "")):
        with pytest.raises(TwoPersons):
            store.sign_override("aleppo-2016", "the siege ended", by=BOTH, shares=shares, now=NOW)


def test_an_override_needs_a_reason_and_a_time_with_a_zone(made):
    store, shares = made
    with pytest.raises(WrongUse, match="reason"):
        store.sign_override("aleppo-2016", " ", by=BOTH, shares=shares, now=NOW)
    with pytest.raises(WrongUse, match="zone"):
        store.sign_override("aleppo-2016", "ended", by=BOTH, shares=shares, now=NOW.replace(tzinfo=None))
