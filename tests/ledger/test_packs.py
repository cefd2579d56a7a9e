"""Sealed packs: whole or refused, opened by one device, the same ledger at the other end; merging in any order is one."""

import json
import shutil

import pytest
from nacl.public import PublicKey, SealedBox

from castello.claims import canonical
from castello.desk.case import Case
from castello.errors import BrokenChain, WrongUse
from castello.ledger import Entry
from castello.ledger.packs import MAGIC, device_key, open_pack, public_key, seal_pack, unpack
from tests.cases_for_tests import CLAIMS, NOW, answers, built_case, journal_bytes, recorded_times, write_case

SEALED_ELSEWHERE = "not a sealed pack|cannot be opened here|not whole"


@pytest.fixture
def homes(tmp_path):
    """Homes of three devices."""
    folders = {name: tmp_path / f"home-{name}" for name in ("one", "two", "three")}
    for folder in folders.values():
        folder.mkdir()
    return {name: {"CASTELLO_HOME": str(folder)} for name, folder in folders.items()}


@pytest.fixture
def case(tmp_path, homes):
    """The tiny case, built on the first device."""
    return built_case(write_case(tmp_path / "tiny"), environ=homes["one"])


def hand_over_key(of, to):
    """The key of the vault goes from hand to hand, apart from the pack."""
    shutil.copytree(f"{of['CASTELLO_HOME']}/keys", f"{to['CASTELLO_HOME']}/keys", dirs_exist_ok=True)


def files_of(folder):
    hidden = (".castello", "journal", "vault")
    paths = (path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in hidden)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def received(pack, folder, environ):
    """A pack unpacked into an empty folder, opened there."""
    _, lines = open_pack(pack, environ=environ)
    folder.mkdir()
    unpack(folder, lines)
    return Case(folder, environ)


def say(case, word, *, hours):
    """A note of one device, as `say` or a reader would leave it."""
    row = {"type": "note", "id": f"n1-{word}", "body": {"words": word}}
    case.book.write([row], verb="say", source={}, now=NOW.replace(hour=9 + hours))


def sealed_to(environ, head, lines):
    """A pack made by hand."""
    data = b"\n".join([canonical(head), *(canonical(line) for line in lines)])
    return MAGIC + SealedBox(PublicKey(bytes.fromhex(public_key(environ)))).encrypt(data)


def test_a_pack_in_an_empty_folder_is_the_same_ledger(case, homes, tmp_path):
    hand_over_key(homes["one"], homes["two"])
    copy = received(case.pack(to=public_key(homes["two"])), tmp_path / "copy", homes["two"])
    report = copy.build(now=NOW.replace(year=2027))

    assert {name: count for name, count in report.new.items() if count} == {}
    assert journal_bytes(copy.folder) == journal_bytes(case.folder)
    assert files_of(copy.folder) == files_of(case.folder)
    assert answers(copy) == answers(case)
    assert recorded_times(copy) == recorded_times(case)
    assert copy.book.journal.heads() == case.book.journal.heads()
    assert copy.verify().clean
    assert copy.verify().counts["protected_not_opened"] == 0


def test_without_the_key_of_the_vault_what_is_sealed_stays_sealed(case, homes, tmp_path):
    copy = received(case.pack(to=public_key(homes["two"])), tmp_path / "copy", homes["two"])
    copy.build(now=NOW)

    assert copy.verify().clean
    assert (copy.verify().counts["protected_not_opened"], len(copy.book.claims())) == (1, 11)


def test_the_key_of_the_vault_does_not_travel(case, homes):
    pack = case.pack(to=public_key(homes["two"]))
    _, lines = open_pack(pack, environ=homes["two"])
    files = [line["file"] for line in lines if "file" in line]
    [key] = list((case.folder.parent / "home-one" / "keys").glob("*.key"))

    assert not [name for name in files if name.endswith((".key", ".lock")) or name.startswith((".castello", "journal"))]
    assert "vault/lock" not in files
    assert key.read_text().strip() not in json.dumps(lines)


def test_lines_are_sorted_and_the_same_ledger_gives_the_same_lines(case, homes):
    packs = [open_pack(case.pack(to=public_key(homes["two"])), environ=homes["two"]) for _ in range(2)]

    assert packs[0] == packs[1]
    assert [canonical(line) for line in packs[0][1]] == sorted(canonical(line) for line in packs[0][1])


def test_another_device_cannot_open_it(case, homes):
    pack = case.pack(to=public_key(homes["two"]))

    for name in ("one", "three"):
        with pytest.raises(WrongUse, match="cannot be opened here"):
            open_pack(pack, environ=homes[name])
    assert b"north-road" not in pack


@pytest.mark.parametrize("key", ["", "zz", "00", "ab" * 31])
def test_what_is_no_key_is_refused(case, key):
    with pytest.raises(WrongUse, match="not a device's key"):
        seal_pack(case.folder, case_id="tiny", to=key)


def test_a_pack_that_was_cut_or_changed_is_refused_whole(case, homes):
    pack = case.pack(to=public_key(homes["two"]))
    broken = [pack[:-1], pack[: len(pack) // 2], pack[: len(MAGIC)], b"", pack[1:], pack + b"x"]
    broken += [pack[:at] + bytes([pack[at] ^ 1]) + pack[at + 1 :] for at in range(0, len(pack), len(pack) // 40)]
    for data in broken:
        with pytest.raises(WrongUse, match=SEALED_ELSEWHERE):
            open_pack(data, environ=homes["two"])


def test_a_pack_with_fewer_lines_than_it_says_is_refused(homes):
    pack = sealed_to(homes["two"], {"case": "tiny", "lines": 2}, [{"file": "a.txt", "data": ""}])

    with pytest.raises(WrongUse, match="not whole"):
        open_pack(pack, environ=homes["two"])


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "claims/../../evil.txt",
        "/evil.txt",
        "",
        ".",
        ".castello/ledger.at",
        "journal/d-one.jsonl",
        "claims/.hidden.yml",
        "..\\evil.txt",
        "C:evil.txt",
        "claims/nul\0.yml",
    ],
)
def test_a_file_outside_the_case_refuses_the_whole_pack(tmp_path, name):
    folder = tmp_path / "case"
    folder.mkdir()
    entry = Entry.make(device="d-two", n=1, at=NOW, verb="say", rows=[], source={}, previous="")
    lines = [
        {"file": "a-good-one.txt", "data": "aGVsbG8="},
        {"file": name, "data": "aGVsbG8="},
        {"device": "d-two", "line": entry.line().decode()},
    ]

    with pytest.raises(WrongUse, match="outside the case"):
        unpack(folder, lines)
    assert [path.name for path in tmp_path.rglob("*")] == ["case"]


def test_a_device_that_is_a_path_is_refused(tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    entry = Entry.make(device="../../evil", n=1, at=NOW, verb="say", rows=[], source={}, previous="")

    with pytest.raises(WrongUse, match="device"):
        unpack(folder, [{"device": "x", "line": entry.line().decode()}])
    assert [path.name for path in tmp_path.rglob("*")] == ["case"]


def chain(device, words, *, start=NOW):
    """Entries of one device, one for each word."""
    entries, previous = [], ""
    for n, word in enumerate(words, start=1):
        rows = [{"type": "note", "id": f"n1-{word}", "body": {"words": word}}]
        entry = Entry.make(device=device, n=n, at=start, verb="say", rows=rows, source={}, previous=previous)
        entries.append(entry)
        previous = entry.hash
    return [{"device": device, "line": entry.line().decode(), "n": entry.n} for entry in entries]


@pytest.mark.parametrize(("ours", "theirs"), [("abc", "abx"), ("abc", "ax"), ("ab", "axyz")])
def test_a_chain_that_parts_from_ours_refuses_the_whole_pack(tmp_path, ours, theirs):
    unpack(tmp_path, chain("d-two", ours))
    before = journal_bytes(tmp_path)

    with pytest.raises(BrokenChain, match="not ours"):
        unpack(tmp_path, [*chain("d-three", "q"), *chain("d-two", theirs)])
    assert journal_bytes(tmp_path) == before


def test_a_chain_with_a_gap_or_a_forged_line_refuses_the_whole_pack(tmp_path):
    lines = chain("d-two", "abc")
    forged = [lines[0], {**lines[1], "line": lines[1]["line"].replace('"words":"b"', '"words":"B"')}, lines[2]]
    for bad in (lines[1:], [lines[0], lines[2]], forged):
        with pytest.raises(BrokenChain):
            unpack(tmp_path, bad)
    assert journal_bytes(tmp_path) == {}


def test_a_shorter_or_longer_copy_of_a_chain_is_taken_in(tmp_path):
    assert unpack(tmp_path, chain("d-two", "ab")).entries == 2
    assert unpack(tmp_path, chain("d-two", "a")).entries == 0
    with (tmp_path / "journal" / "d-two.jsonl").open("ab") as out:
        out.write(b'{"at": torn')
    assert unpack(tmp_path, chain("d-two", "abcd")).entries == 2
    assert journal_bytes(tmp_path)["d-two.jsonl"].decode() == "".join(line["line"] for line in chain("d-two", "abcd"))


def test_merging_twice_adds_nothing(case, homes, tmp_path):
    hand_over_key(homes["one"], homes["two"])
    copy = received(case.pack(to=public_key(homes["two"])), tmp_path / "copy", homes["two"])
    copy.build(now=NOW)
    say(case, "news", hours=1)
    pack = case.pack(to=public_key(homes["two"]))
    first = copy.merge(pack)
    before = journal_bytes(copy.folder), files_of(copy.folder), answers(copy)
    again = copy.merge(pack)

    assert (first.entries, again.entries, again.files, again.issues) == (1, 0, 0, ())
    assert (journal_bytes(copy.folder), files_of(copy.folder), answers(copy)) == before


def test_two_devices_that_meet_in_either_order_see_the_same(case, homes, tmp_path):
    hand_over_key(homes["one"], homes["two"])
    other = received(case.pack(to=public_key(homes["two"])), tmp_path / "other", homes["two"])
    other.build(now=NOW)
    for here, word, hour in ((case, "mine", 2), (other, "yours", 1), (case, "both", 3), (other, "both", 4)):
        say(here, word, hours=hour)
    for here, ref in ((case, "from-one"), (other, "from-two")):
        text = CLAIMS.partition("claims:")[0].replace("wire-2016-07-10", f"doc-{ref}") + "claims:\n"
        for day in ("2016-07-15", "2016-07-16"):  # the first is said by both, the second by one of them
            who = "wire" if day == "2016-07-15" else {"from-one": "paper", "from-two": "analyst"}[ref]
            text += (
                f"  - {{kind: access, subject: border-road, predicate: closed, object: opposition, happened: {{on: {day}}},\n"
                f"     document: wire-2016-07-17, chain: [{{{who}: reporter}}]}}\n"
            )
        (here.folder / "claims" / f"{ref}.yml").write_text(text, encoding="utf-8")
        here.build(now=NOW.replace(hour=20 if ref == "from-one" else 21))
    to_one, to_two = other.pack(to=public_key(homes["one"])), case.pack(to=public_key(homes["two"]))
    case.merge(to_one)
    other.merge(to_two)
    for here in (case, other):
        here.build(now=NOW.replace(day=2))

    assert journal_bytes(case.folder) == journal_bytes(other.folder)
    assert recorded_times(case) == recorded_times(other)
    assert answers(Case(case.folder, case.environ)) == answers(Case(other.folder, other.environ))
    assert case.verify().clean
    assert other.verify().clean


def test_a_file_that_differs_is_reported_and_ours_is_kept(case, homes, tmp_path):
    copy = received(case.pack(to=public_key(homes["two"])), tmp_path / "copy", homes["two"])
    (copy.folder / "places.csv").write_text("id,name_en,kind\nours,Ours,town\n", encoding="utf-8")
    merged = copy.merge(case.pack(to=public_key(homes["two"])))

    assert [(issue.file, issue.code, issue.severity) for issue in merged.issues] == [
        ("places.csv", "differs", "warning")
    ]
    assert "Ours" in (copy.folder / "places.csv").read_text(encoding="utf-8")


def test_a_pack_with_another_vault_leaves_ours_alone(case, homes, tmp_path):
    stranger = built_case(write_case(tmp_path / "stranger"), environ=homes["three"])
    keys = sorted(path.name for path in (case.folder / "vault" / "keys").iterdir())
    merged = case.merge(stranger.pack(to=public_key(homes["one"])))

    assert [issue.file for issue in merged.issues] == ["vault/vault.json"]
    assert sorted(path.name for path in (case.folder / "vault" / "keys").iterdir()) == keys
    assert (case.book.sealed_count(), len(case.book.claims())) == (2, 12)
    assert case.picture(as_of="2016-07-17").topics()
    verified = case.verify()
    assert verified.clean
    assert {issue.code for issue in verified.issues} == {"not-in-vault"}


def test_a_pack_of_another_case_is_refused(case, homes):
    with pytest.raises(WrongUse, match="is of the case"):
        case.merge(sealed_to(homes["one"], {"case": "elsewhere", "lines": 0}, []))


def test_the_key_of_a_device_is_made_once_and_is_its_own(homes):
    assert bytes(device_key(homes["one"])) == bytes(device_key(homes["one"]))
    assert public_key(homes["one"]) != public_key(homes["two"])
