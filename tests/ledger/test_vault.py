"""What is sealed comes back with the key, says nothing without it, and is gone for good when destroyed."""

from __future__ import annotations

import base64
import copy
import hashlib
import os
import pickle
import secrets
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castello.errors import BrokenChain, CaseBroken, LedgerBusy, Refused, VaultLocked, WrongUse
from castello.ledger import files, home, keys
from castello.ledger import vault as module
from castello.ledger.files import held, stamp, write_file
from castello.ledger.keys import find_key, key_file, key_issues, make_key, new_vault_id
from castello.ledger.vault import Vault, read_vault_id

KEY = bytes(range(32))
NOW = datetime(2016, 7, 20, 8, 0, tzinfo=UTC)
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "vault", KEY)


def every_byte(folder: Path) -> list[bytes]:
    """Content and name of every file below a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.read_bytes() for path in files] + [str(path.relative_to(folder)).encode() for path in files]


def found_in(folder: Path, secret: bytes, *, window: int = 12) -> bool:
    """Whether any stretch of a secret stands in a file, as it is, in hexadecimal or in base64."""
    written = every_byte(folder)
    forms = [secret, secret.hex().encode(), *(base64.b64encode(secret[shift:]) for shift in range(3))]
    stretches = {form[at : at + window] for form in forms for at in range(len(form) - window + 1)}
    return any(text[at : at + window] in stretches for text in written for at in range(len(text) - window + 1))


def test_the_search_for_leaks_finds_what_is_there(tmp_path):
    secret = secrets.token_bytes(64)
    assert not found_in(tmp_path, secret)
    for number, planted in enumerate([secret[20:40], secret.hex().encode(), base64.b64encode(b"x" + secret)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "file").write_bytes(b"before" + planted + b"after")
        assert found_in(folder, secret)


# ------------------------------------------------------------------------------------------------- the key of a vault


def test_a_key_is_made_once_and_found_again(tmp_path):
    vault_id = new_vault_id()
    assert find_key(vault_id, environ={}, config_dir=tmp_path) is None
    key = make_key(vault_id, environ={}, config_dir=tmp_path)
    assert len(key) == 32
    assert find_key(vault_id, environ={}, config_dir=tmp_path) == key
    with pytest.raises(WrongUse, match="has a key already"):
        make_key(vault_id, environ={}, config_dir=tmp_path)
    assert find_key(vault_id, environ={}, config_dir=tmp_path) == key


def test_the_environment_comes_before_the_key_file_and_names_its_folder(tmp_path):
    vault_id = new_vault_id()
    environ = {"CASTELLO_HOME": str(tmp_path)}
    key = make_key(vault_id, environ=environ)
    assert key_file(vault_id, environ=environ) == tmp_path / "keys" / f"{vault_id}.key"
    assert find_key(vault_id, environ=environ) == key
    assert find_key(vault_id, environ=environ | {"CASTELLO_VAULT_KEY": KEY.hex()}) == KEY
    assert key_file(vault_id, environ={}).name == f"{vault_id}.key"


def test_keys_lie_where_everything_else_of_the_user_does(tmp_path, monkeypatch):
    vault_id = new_vault_id()
    for environ in ({}, {"CASTELLO_HOME": str(tmp_path)}, {"CASTELLO_HOME": ""}):
        assert key_file(vault_id, environ=environ) == home.config_home(environ) / "keys" / f"{vault_id}.key"

    # there is one place that knows where that is
    monkeypatch.setattr(keys, "config_home", lambda _: tmp_path / "elsewhere")
    assert key_file(vault_id, environ={}) == tmp_path / "elsewhere" / "keys" / f"{vault_id}.key"


@given(key=st.binary(min_size=32, max_size=32))
def test_a_key_may_be_hexadecimal_or_base64_of_either_alphabet(key):
    for text in (key.hex(), base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode(), f" {key.hex()}\n"):
        assert find_key("vault-0123456789abcdef", environ={"CASTELLO_VAULT_KEY": text}) == key


@pytest.mark.parametrize("text", ["SECRET", "ab" * 31, "zz" * 32, base64.b64encode(bytes(31)).decode(), "مفتاح"])
def test_a_bad_key_is_refused_without_being_shown(tmp_path, text):
    with pytest.raises(VaultLocked, match="64 hexadecimal digits") as caught:
        find_key(new_vault_id(), environ={"CASTELLO_VAULT_KEY": text}, config_dir=tmp_path)
    assert text not in str(caught.value)


def test_a_key_file_that_is_not_text_is_refused(tmp_path):
    vault_id = new_vault_id()
    make_key(vault_id, environ={}, config_dir=tmp_path)
    key_file(vault_id, config_dir=tmp_path).write_bytes(b"\xff\xfe")
    with pytest.raises(VaultLocked, match="cannot be read"):
        find_key(vault_id, environ={}, config_dir=tmp_path)


@POSIX_ONLY
def test_a_key_file_is_for_its_user_alone_and_says_so_when_it_is_not(tmp_path):
    vault_id = new_vault_id()
    assert key_issues(vault_id, environ={}, config_dir=tmp_path) == ()
    key = make_key(vault_id, environ={}, config_dir=tmp_path)
    path = key_file(vault_id, config_dir=tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert key_issues(vault_id, environ={}, config_dir=tmp_path) == ()
    path.chmod(0o640)
    (issue,) = key_issues(vault_id, environ={}, config_dir=tmp_path)
    assert (issue.severity, issue.code) == ("warning", "key_readable")
    assert "chmod 600" in issue.hint
    assert key.hex() not in str(issue)


def test_what_is_not_the_id_of_a_vault_names_no_file(tmp_path):
    with pytest.raises(WrongUse):
        key_file("../../elsewhere", config_dir=tmp_path)
    with pytest.raises(WrongUse):
        Vault.create(tmp_path / "vault", KEY, vault_id="../elsewhere")


# ---------------------------------------------------------------------------------------------------- make and open


def test_a_vault_opens_with_its_key_wherever_the_folder_moves(tmp_path):
    vault_id = new_vault_id()
    key = make_key(vault_id, environ={}, config_dir=tmp_path / "home")
    item, sealed = Vault.create(tmp_path / "vault", key, vault_id=vault_id).seal_claim(b"words")
    moved = (tmp_path / "vault").rename(tmp_path / "elsewhere")
    found = find_key(read_vault_id(moved), environ={}, config_dir=tmp_path / "home")
    assert Vault.open(moved, found).open_claim(item, sealed) == b"words"


def test_a_wrong_key_is_told_from_a_right_one(vault):
    with pytest.raises(VaultLocked, match=rf"does not open this vault.*{vault.id}\.key"):
        Vault.open(vault.folder, bytes(32))
    with pytest.raises(VaultLocked):
        Vault.open(vault.folder, b"short")
    assert Vault.open(vault.folder, KEY).id == vault.id


def test_without_a_key_a_vault_tells_what_it_has_and_opens_nothing(vault):
    item, sealed = vault.seal_claim(b"words")
    original = vault.seal_original(b"data", name="a.txt")
    locked = Vault.open(vault.folder, None)
    assert locked.locked
    assert not vault.locked
    assert locked.has(item)
    assert locked.tombstones() == ()
    for verb in (
        lambda: locked.seal_claim(b"words"),
        lambda: locked.open_claim(item, sealed),
        lambda: locked.seal_original(b"data", name="a.txt"),
        lambda: locked.open_original(original),
        lambda: locked.audience_key("partner"),
        lambda: locked.exported_id("partner", item),
    ):
        with pytest.raises(VaultLocked, match="CASTELLO_VAULT_KEY"):
            verb()
    assert locked.exported_id("own", item) == item


def test_a_vault_is_made_once(vault):
    before = every_byte(vault.folder)
    with pytest.raises(WrongUse, match="a vault already"):
        Vault.create(vault.folder, KEY)
    assert every_byte(vault.folder) == before
    with pytest.raises(WrongUse, match="32 bytes"):
        Vault.create(vault.folder.parent / "other", b"short")


def test_a_missing_or_unreadable_vault_is_said(vault, tmp_path):
    with pytest.raises(WrongUse, match="no vault here"):
        Vault.open(tmp_path, KEY)
    header = vault.folder / "vault.json"
    header.write_text(header.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(CaseBroken, match="another version"):
        Vault.open(vault.folder, KEY)
    for broken in ("{", "[]", "{}"):
        header.write_text(broken)
        with pytest.raises(CaseBroken, match="cannot be read"):
            read_vault_id(vault.folder)


def test_the_key_is_in_no_repr_no_copy_and_no_file(vault):
    vault.seal_claim(b"words")
    vault.audience_key("partner")
    assert repr(vault) == f"<Vault {vault.id} unlocked>"
    assert repr(Vault.open(vault.folder, None)).endswith("locked>")
    with pytest.raises(WrongUse):
        pickle.dumps(vault)
    with pytest.raises(WrongUse):
        copy.deepcopy(vault)
    assert not hasattr(vault, "__dict__")
    assert not found_in(vault.folder, KEY)


# --------------------------------------------------------------------------------------------------- protected claims


def test_the_same_claim_has_the_same_id_and_the_same_bytes(vault):
    item, sealed = vault.seal_claim(b'{"kind":"access"}')
    assert item.startswith("p1-")
    assert len(item) == 3 + 32
    assert vault.seal_claim(b'{"kind":"access"}') == (item, sealed)
    assert Vault.open(vault.folder, KEY).seal_claim(b'{"kind":"access"}') == (item, sealed)
    assert vault.has(item)


def test_two_vaults_give_one_claim_two_ids(vault, tmp_path):
    other = Vault.create(tmp_path / "other", KEY)
    assert other.seal_claim(b"words")[0] != vault.seal_claim(b"words")[0]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(st.binary(max_size=600), min_size=1, max_size=4, unique=True))
def test_what_is_sealed_comes_back_and_ids_tell_contents_apart(vault, contents):
    sealed = [vault.seal_claim(content) for content in contents]
    assert [vault.open_claim(item, data) for item, data in sealed] == contents
    assert len({item for item, _ in sealed}) == len(contents)
    assert len({data for _, data in sealed}) == len(contents)


def test_the_size_of_a_payload_does_not_tell_its_length(vault):
    assert len({len(vault.seal_claim(b"x" * length)[1]) for length in range(0, 250, 25)}) == 1


def test_a_changed_or_swapped_payload_is_noticed(vault):
    first, first_bytes = vault.seal_claim(b"first")
    second, second_bytes = vault.seal_claim(b"second")
    for at in (0, 30, len(first_bytes) - 1):
        changed = bytearray(first_bytes)
        changed[at] ^= 1
        with pytest.raises(BrokenChain, match=first):
            vault.open_claim(first, bytes(changed))
    for wrong in (second_bytes, b"", first_bytes[:20]):
        with pytest.raises(BrokenChain):
            vault.open_claim(first, wrong)
    assert vault.open_claim(second, second_bytes) == b"second"


def test_a_key_file_in_the_place_of_another_does_not_open(vault):
    first, first_bytes = vault.seal_claim(b"first")
    second, _ = vault.seal_claim(b"second")
    keys = vault.folder / "keys"
    (keys / first).write_bytes((keys / second).read_bytes())
    with pytest.raises(BrokenChain, match=f"vault/keys/{first}"):
        vault.open_claim(first, first_bytes)
    (keys / first).write_bytes(b"")
    with pytest.raises(BrokenChain):
        vault.open_claim(first, first_bytes)


def test_content_sealed_under_the_id_of_another_is_noticed(vault):
    item, _ = vault.seal_claim(b"first")
    forged = module._encrypt(vault._item_key(item), b"something else")
    with pytest.raises(BrokenChain, match="id of another"):
        vault.open_claim(item, forged)


def test_a_key_that_was_lost_is_not_taken_for_a_deletion(vault):
    item, sealed = vault.seal_claim(b"words")
    (vault.folder / "keys" / item).unlink()
    assert not vault.has(item)
    with pytest.raises(VaultLocked, match="Restore vault/keys"):
        vault.open_claim(item, sealed)


@pytest.mark.parametrize("item", ["", "p1-", "../vault.json", "p1-" + "g" * 32, "c1-" + "0" * 32, "Karim the baker"])
def test_what_is_not_an_id_is_refused_and_not_shown(vault, item):
    for verb in (
        lambda: vault.has(item),
        lambda: vault.deleted(item),
        lambda: vault.open_claim(item, b""),
        lambda: vault.open_original(item),
        lambda: vault.destroy(item, by="src-1", now=NOW, reason="asked"),
    ):
        with pytest.raises(WrongUse) as caught:
            verb()
        assert not item or item not in str(caught.value).replace("p1- or v1-", "")


# ----------------------------------------------------------------------------------------------------------- deletion


def test_a_destroyed_claim_cannot_be_recovered(vault, tmp_path):
    words = secrets.token_bytes(300)
    item, sealed = vault.seal_claim(words)
    other, other_bytes = vault.seal_claim(b"another")
    claim_key = vault._item_key(item)
    kept_under = (vault.folder / "keys" / item).read_bytes()
    vault.destroy(item, by="src-7d21c09ab4e1", now=NOW, reason="the source asked")

    again = Vault.open(vault.folder, KEY)
    for opened in (vault, again):
        assert opened.open_claim(item, sealed) is None
        assert not opened.has(item)
        assert opened.deleted(item)
    for gone in (words, claim_key, kept_under):
        assert not found_in(tmp_path, gone)
    assert again.open_claim(other, other_bytes) == b"another"


def test_a_deletion_leaves_a_tombstone_and_lets_nothing_back_in(vault):
    item, _ = vault.seal_claim(b"words")
    stone = vault.destroy(item, by="coder-1", now=NOW, reason="the source asked")
    assert stone.to_json() == {
        "id": item,
        "when": "2016-07-20T08:00:00Z",
        "by": "coder-1",
        "reason": "the source asked",
    }
    with pytest.raises(Refused, match="deleted"):
        vault.seal_claim(b"words")
    # Deleting again changes nothing, and needs no key.
    locked = Vault.open(vault.folder, None)
    assert locked.destroy(item, by="coder-2", now=NOW, reason="again") == stone
    assert locked.tombstones() == (stone,)
    assert not (vault.folder / "keys" / item).exists()


def test_a_deletion_needs_an_item_a_person_and_a_reason(vault):
    item, _ = vault.seal_claim(b"words")
    for by, reason in (("", "asked"), ("coder", " "), ("coder", "two\nlines")):
        with pytest.raises(WrongUse, match="one line"):
            vault.destroy(item, by=by, now=NOW, reason=reason)
    with pytest.raises(WrongUse, match="no zone"):
        vault.destroy(item, by="coder", now=NOW.replace(tzinfo=None), reason="asked")
    with pytest.raises(WrongUse, match="no such item"):
        vault.destroy("p1-" + "0" * 32, by="coder", now=NOW, reason="asked")
    assert vault.has(item)
    assert vault.tombstones() == ()


def test_an_interrupted_deletion_counts_and_is_finished_at_the_next_opening(vault, monkeypatch):
    item, sealed = vault.seal_claim(b"words")

    def die(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "erase_file", die)
        with pytest.raises(KeyboardInterrupt):
            vault.destroy(item, by="coder", now=NOW, reason="asked")
    assert (vault.folder / "keys" / item).exists()
    assert vault.open_claim(item, sealed) is None
    assert not vault.has(item)
    Vault.open(vault.folder, None)
    assert not (vault.folder / "keys" / item).exists()


def test_a_claim_destroyed_while_it_is_sealed_stays_destroyed(vault, monkeypatch):
    """Another process deletes between the first look and the lock."""
    item, _ = vault.seal_claim(b"words")
    looks = iter([False])
    honest = Vault.deleted
    monkeypatch.setattr(Vault, "deleted", lambda self, item: next(looks, None) is None and honest(self, item))
    (vault.folder / "keys" / item).unlink()
    write_file(vault.folder / "tombstones" / f"{item}.json", b"{}")
    with pytest.raises(Refused):
        vault.seal_claim(b"words")
    assert not (vault.folder / "keys" / item).exists()


def test_a_tombstone_that_cannot_be_read_still_counts(vault):
    item, sealed = vault.seal_claim(b"words")
    vault.destroy(item, by="coder", now=NOW, reason="asked")
    (vault.folder / "tombstones" / f"{item}.json").write_bytes(b"{")
    assert vault.open_claim(item, sealed) is None
    with pytest.raises(CaseBroken, match="tombstone"):
        vault.tombstones()


# ---------------------------------------------------------------------------------------------------------- originals


def test_an_original_comes_back_with_its_name_and_offsets(vault):
    data = secrets.token_bytes(5_000) + b"\n{}\n"
    item = vault.seal_original(data, name="Interview with the baker.txt", offsets=[(0, 120, 40), (40, 900, 12)])
    assert item.startswith("v1-")
    again = Vault.open(vault.folder, KEY)
    assert again.open_original(item) == ("Interview with the baker.txt", data)
    assert again.original_offsets(item) == ((0, 120, 40), (40, 900, 12))


def test_the_same_original_has_one_id_and_its_first_name(vault):
    item = vault.seal_original(b"data", name="first.txt")
    before = (vault.folder / "originals" / item).read_bytes()
    assert vault.seal_original(b"data", name="second.txt") == item
    assert (vault.folder / "originals" / item).read_bytes() == before
    assert vault.original_offsets(item) == ()
    # The redacted copy is made later: its offsets join what is there.
    assert vault.seal_original(b"data", name="third.txt", offsets=[(0, 1, 2)]) == item
    assert vault.open_original(item) == ("first.txt", b"data")
    assert vault.original_offsets(item) == ((0, 1, 2),)
    assert vault.seal_original(b"other", name="first.txt") != item


def test_nothing_in_the_folder_shows_an_original(vault, tmp_path):
    data = secrets.token_bytes(400)
    vault.seal_original(data, name="statement of Karim.txt")
    assert not found_in(tmp_path, data)
    assert not found_in(tmp_path, b"statement of Karim.txt", window=5)
    for name in ("sha256", "sha1", "md5"):
        assert not found_in(tmp_path, hashlib.new(name, data).digest())


def test_a_deleted_original_is_gone(vault, tmp_path):
    data = secrets.token_bytes(300)
    item = vault.seal_original(data, name="a.txt")
    key, sealed = vault._item_key(item), (vault.folder / "originals" / item).read_bytes()
    vault.destroy(item, by="coder", now=NOW, reason="asked")
    assert vault.open_original(item) is None
    assert vault.original_offsets(item) == ()
    for gone in (data, key, sealed):
        assert not found_in(tmp_path, gone)
    with pytest.raises(Refused):
        vault.seal_original(data, name="a.txt")


def test_changed_swapped_and_missing_originals_are_noticed(vault):
    first, second = vault.seal_original(b"first", name="a"), vault.seal_original(b"second", name="b")
    originals = vault.folder / "originals"
    (originals / first).write_bytes((originals / second).read_bytes())
    with pytest.raises(BrokenChain):
        vault.open_original(first)
    (originals / first).write_bytes(module._encrypt(vault._item_key(first), b'{"name":"a","offsets":[]}\nother'))
    with pytest.raises(BrokenChain, match="id of another"):
        vault.open_original(first)
    (originals / first).unlink()
    with pytest.raises(VaultLocked, match="not in this vault"):
        vault.open_original(first)
    (vault.folder / "keys" / second).unlink()
    with pytest.raises(VaultLocked, match="key of this item"):
        vault.open_original(second)


# ---------------------------------------------------------------------------------------------------------- audiences


def test_exports_to_two_audiences_do_not_join_and_to_one_agree(vault):
    items = [f"c1-{secrets.token_hex(16)}" for _ in range(200)]
    partner = [vault.exported_id("partner", item) for item in items]
    public = [vault.exported_id("public", item) for item in items]
    assert not set(partner) & set(public)
    assert len(set(partner)) == len(items)
    assert all(one.startswith("x1-") and len(one) == 3 + 16 for one in partner + public)
    assert [Vault.open(vault.folder, KEY).exported_id("partner", item) for item in items] == partner
    assert [vault.exported_id("own", item) for item in items] == items


def test_an_audience_key_is_stable_and_its_name_is_not_shown(vault):
    key = vault.audience_key("Office of the Envoy")
    assert len(key) == 32
    assert vault.audience_key("Office of the Envoy") == key
    assert Vault.open(vault.folder, KEY).audience_key("Office of the Envoy") == key
    assert vault.audience_key("partner") != key
    assert not found_in(vault.folder, b"Office of the Envoy", window=6)
    assert not found_in(vault.folder, key)


@pytest.mark.parametrize("audience", ["", " ", "own"])
def test_some_audiences_have_no_key(vault, audience):
    with pytest.raises(WrongUse, match="no key"):
        vault.audience_key(audience)


def test_four_processes_make_one_audience_key_and_one_claim_key(vault, tmp_path):
    program = (
        "import sys; from pathlib import Path; from castello.ledger.vault import Vault\n"
        "vault = Vault.open(Path(sys.argv[1]), bytes(range(32)))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(vault.audience_key('partner').hex(), *[vault.seal_claim(bytes([n]))[1].hex() for n in range(20)])\n"
    )
    command = [sys.executable, "-c", program, str(vault.folder)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = {worker.communicate(timeout=60)[0] for worker in workers}
    assert [worker.returncode for worker in workers] == [0] * 4
    assert len(answers) == 1
    assert answers.pop().startswith(vault.audience_key("partner").hex())


# -------------------------------------------------------------------------------------------------------------- files


def test_an_interrupted_write_leaves_what_was_there(vault, monkeypatch):
    path = vault.folder / "keys" / "example"
    write_file(path, b"before")

    def die(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", die)
        with pytest.raises(OSError, match="no space"):
            write_file(path, b"after")
    assert path.read_bytes() == b"before"
    assert not list(path.parent.glob(".tmp-*"))


def test_what_a_dead_writer_left_is_ignored_and_swept_at_a_deletion(vault):
    item, sealed = vault.seal_claim(b"words")
    for room in ("keys", "originals", "audiences", "tombstones"):
        (vault.folder / room / ".tmp-left").write_bytes(b"half a file")
    again = Vault.open(vault.folder, KEY)
    assert again.open_claim(item, sealed) == b"words"
    assert again.tombstones() == ()
    again.destroy(item, by="coder", now=NOW, reason="asked")
    assert not list((vault.folder / "keys").iterdir())
    assert not list((vault.folder / "originals").iterdir())


@POSIX_ONLY
def test_every_file_and_folder_of_a_vault_is_for_its_user_alone(vault):
    item, _ = vault.seal_claim(b"words")
    vault.seal_original(b"data", name="a.txt")
    vault.audience_key("partner")
    vault.destroy(item, by="coder", now=NOW, reason="asked")
    for path in [vault.folder, *vault.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_vault_held_by_another_says_so(vault, monkeypatch):
    monkeypatch.setattr(files, "_WAIT_SECONDS", 0.05)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with held(vault.folder / "lock"):
            taken.set()
            done.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    taken.wait(30)
    try:
        with pytest.raises(LedgerBusy, match="another process"):
            vault.seal_claim(b"words")
    finally:
        done.set()
        other.join()
    assert vault.seal_claim(b"words")[0].startswith("p1-")


def test_times_are_written_in_utc():
    assert stamp(datetime.fromisoformat("2016-07-17T12:30:00.5+03:00")) == "2016-07-17T09:30:00Z"
