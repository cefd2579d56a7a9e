"""PR-1: who a protected source is, and what it said, is found in no output, log, name, hash or file."""

import base64
import hashlib
import logging
import tempfile
import traceback

import pytest

from castello.claims import digest
from castello.desk.case import Case
from castello.errors import CastelloError
from castello.ledger.identities import IdentityStore
from castello.ledger.packs import public_key
from tests.cases_for_tests import NOW, write_case
from tests.protection.cases import NAME, SPEAKER, WORDS, made, original, position, protected, speakers
from tests.protection.outputs import files, forms, leak, run, verbs, windows


def traces_of(name: str) -> list[bytes]:
    """What gives a name away without showing it: its hashes and encodings, whole and as hexadecimal."""
    data = name.encode()
    hashes = [hashlib.new(kind, data).hexdigest() for kind in ("sha256", "sha1", "md5", "blake2b", "sha512")]
    keyed = [digest(name), digest({"text": name}), digest({"pseudonym": SPEAKER, "text": name})]
    return [text[:16].encode() for text in (*hashes, *keyed, data.hex())] + [base64.b64encode(data)[:-4]]


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, to be searched like any other."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_a_name_in_the_identity_store_is_found_nowhere(home, tmp_path, temporary, caplog):
    caplog.set_level(logging.DEBUG)
    case = made(tmp_path / "case", position())
    shares = case.create_identities(now=NOW)
    store = IdentityStore.open(case.folder / "vault" / "identities")
    store.seal(SPEAKER, NAME)
    out = tmp_path / "out"
    out.mkdir()
    found = verbs(case, out, profile="public")
    made_for_own = forms(case, profile="own", as_of="2016-07-17", now=NOW)
    found |= {f"own {name}": data for name, data in made_for_own.items()}
    for arguments in (("verify",), ("doctor",), ("build",), ("why", SPEAKER)):
        said, noted, _ = run(*arguments, "--case", str(case.folder))
        found[" ".join(arguments)] = (said + noted).encode()
    for wrong in (
        lambda: store.seal("no pseudonym", NAME),
        lambda: store.unseal(SPEAKER, shares=(shares[0],) * 2, by=("a", "b"), now=NOW, reason="one person"),
        lambda: store.unseal(SPEAKER, shares=shares, by=("a", "b"), now=NOW, reason=f"it is {NAME}"),
    ):
        with pytest.raises(CastelloError) as raised:
            wrong()
        found[f"error {raised.value.what}"] = "".join(traceback.format_exception_only(raised.value)).encode()
    opened = store.unseal(SPEAKER, shares=shares, by=("a", "b"), now=NOW, reason="to warn the source")
    found["repr"] = f"{opened} {opened!r} {store!r}".encode()
    found["log"] = caplog.text.encode()
    found["pack"] = case.pack(to=public_key())
    found |= files(case.folder, home, out, temporary)

    telling = [name for name, data in found.items() if leak(data, NAME) or any(t in data for t in traces_of(NAME))]

    assert opened.text == NAME
    assert telling == []


def test_the_words_of_a_protected_claim_and_original_lie_in_no_file(home, tmp_path, temporary, caplog):
    caplog.set_level(logging.DEBUG)
    secret_file = "90-Darwishoglu-notes.protected.yml"
    case = made(tmp_path / "case", files={f"claims/{secret_file}": protected(position())})
    interview, text = original(tmp_path)
    case.add([interview], protected=True, now=NOW)
    interview.unlink()
    out = tmp_path / "out"
    out.mkdir()
    leaving = forms(case, profile="public", as_of="2016-07-17", now=NOW)
    noted = {f"{verb} noted": run(verb, "--case", str(case.folder))[1].encode() for verb in ("build", "claims")}
    found = {**leaving, **noted, "log": caplog.text.encode(), "pack": case.pack(to=public_key())}
    found |= files(case.folder, home, out, temporary)
    (claim,) = (claim for claim, _ in case.book.opened() if claim.quote)
    original_window = windows(text)
    hashes = [hashlib.sha256(text).hexdigest(), digest(claim.to_json())]

    assert claim.quote in WORDS
    for name, data in found.items():
        assert [leak(data, words) for words in (*WORDS, "Darwishoglu")] == [None] * 5, name
        assert not any(half[:16].encode() in data for half in hashes), name
        # a window of the original, wherever it begins
        assert not original_window & {data[i : i + 12] for i in range(len(data) - 11)}, name


def test_the_own_terminal_shows_what_a_protected_source_said(home, tmp_path):
    case = made(tmp_path / "case", position())
    shown, _, _ = run("brief", "--case", str(case.folder), "--as-of", "2016-07-17")
    (claim,) = (claim for claim, _ in case.book.opened())

    assert "Quwayqsun" in shown
    assert "Zarnuqa" in run("why", claim.id, "--case", str(case.folder))[0]


@pytest.mark.parametrize(
    "wrong",
    ["predicate: {secret}", "happened: {{on: {secret}}}", "also: {{{secret}: 1}}", "chain: [{{{secret}: speaker}}]"],
)
def test_a_protected_claim_that_cannot_be_read_is_reported_without_its_words(home, tmp_path, wrong):
    line = wrong.format(secret="Zarnuqahalted")
    slot = line.partition(":")[0]
    lines = [old for old in position().splitlines() if not old.strip().startswith(f"{slot}:")]
    texts = {
        "sources.yml": speakers(),
        "claims/90-resident.protected.yml": protected("\n".join([*lines, f"    {line}", ""])),
    }
    case = Case(write_case(tmp_path / "case", files=texts))
    said, noted, _ = run("build", "--case", str(case.folder))
    found = {"build": (said + noted).encode()} | files(case.folder / ".castello", case.folder / "journal")

    assert "90-resident.protected.yml" in said
    assert [name for name, data in found.items() if b"arnuqa" in data] == []
