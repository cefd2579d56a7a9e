"""``kill -9`` at any moment of a build loses nothing that was acknowledged, and the next build completes."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

import castello
from castello.desk.case import Case
from tests.cases_for_tests import (
    FILES,
    NOW,
    PSEUDONYM,
    answers,
    built_case,
    journal_bytes,
    journal_rows,
    write_case,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")

SEED = 20160717
FILES_OF_CLAIMS, CLAIMS_IN_A_FILE, PROTECTED_FILES = 12, 8, 3
DAYS = ("2016-07-17", "2016-12-31")
MENDED_BY_BUILD = {"no-hash", "lost-row"}


def many_files():
    """A case that is built in many steps: journal lines, commits, seals."""
    files = dict(FILES)
    for n in range(FILES_OF_CLAIMS):
        day = date(2016, 5, 1) + timedelta(days=n)
        head = f"coder: tests\ndocuments:\n  - {{id: doc-{n}, title: T, publisher: wire, published: {day}, urls: []}}\nclaims:\n"
        rows = [
            f"  - {{kind: access, subject: north-road, predicate: {'open' if k % 2 else 'closed'}, object: opposition,\n"
            f"     happened: {{on: {day - timedelta(days=k)}}}, document: doc-{n}, chain: [{{observatory: compiler}}]}}\n"
            for k in range(CLAIMS_IN_A_FILE)
        ]
        files[f"claims/10-{n:02}.yml"] = head + "".join(rows)
    for n in range(PROTECTED_FILES):
        files[f"claims/91-{n}.protected.yml"] = (
            "coder: tests\nclaims:\n"
            f"  - {{kind: supply, subject: good-{n}, predicate: none, place: east, happened: {{on: 2016-07-17}}, said: 2016-07-17,\n"
            f"     document: wire-2016-07-17, sensitivity: high,\n"
            f"     chain: [{{who: {PSEUDONYM}, role: witness, named: false, protected: true}}]}}\n"
        )
    return files


PROTECTED = sorted(name for name in many_files() if ".protected." in name)


@dataclass(frozen=True)
class Moment:
    """When to kill: some time after the folder looks so."""

    what: str
    count: int
    delay: float

    def has_come(self, folder, seconds):
        if self.what == "started":
            return seconds >= self.count / 100
        if self.what == "lines":
            return sum(data.count(b"\n") for data in journal_bytes(folder).values()) >= self.count
        if self.what == "commits":
            return len(list(folder.glob(".castello/ledger/_delta_log/*.json"))) >= self.count
        if self.what == "keys":
            return len(list(folder.glob("vault/keys/*"))) >= self.count
        return sum(not (folder / name).exists() for name in PROTECTED) >= self.count


def moments(count):
    """Moments spread over the whole build, the same for every run."""
    chance = random.Random(SEED)
    kinds = (
        ("lines", FILES_OF_CLAIMS + len(PROTECTED)),
        ("commits", FILES_OF_CLAIMS + len(PROTECTED)),
        ("unlinked", len(PROTECTED)),
        ("keys", 2 * len(PROTECTED)),
        ("started", 150),
    )
    for n in range(count):
        what, most = kinds[n % len(kinds)]
        yield Moment(what, chance.randint(1, most), chance.choice((0, 0, chance.random() * 0.03)))


def killed_build(folder, environ, moment):
    """Start a real build, kill it at the moment; the exit code says whether it was still running."""
    command = [sys.executable, "-m", "castello.cli", "build", "--case", str(folder)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    started = time.monotonic()
    while process.poll() is None and not moment.has_come(folder, time.monotonic() - started):
        time.sleep(0.001)
    time.sleep(moment.delay)
    process.kill()
    return process.wait(60)


def outcome(case):
    """Claims and answers; keyed ids of protected claims differ from vault to vault."""
    found = {day: re.sub(r"p1-[0-9a-f]{32}", "p1", text) for day, text in answers(case, days=DAYS).items()}
    claims = case.book.claims()
    return sorted("p1" if id_.startswith("p1-") else id_ for id_ in claims), found


def survives(folder, home, moment, wanted):
    """Kill one build of a fresh case and look at what is left; returns how far it had come."""
    write_case(folder, files=many_files())
    home.mkdir()
    source = Path(castello.__file__).parents[1]
    environ = dict(os.environ) | {"CASTELLO_HOME": str(home), "PYTHONPATH": str(source)}
    exit_code = killed_build(folder, environ, moment)
    assert exit_code in (0, -signal.SIGKILL), moment
    acknowledged = {name: data[: data.rfind(b"\n") + 1] for name, data in journal_bytes(folder).items()}
    rows = {str(row["id"]) for row in journal_rows(folder)}

    case = Case(folder, {"CASTELLO_HOME": str(home)})
    unmended = [issue for issue in case.verify().issues if issue.code not in MENDED_BY_BUILD]
    assert unmended == [], moment
    sealed = {}
    for device in case.book.journal.devices():
        for entry in case.book.journal.entries(device):
            if entry.verb == "seal":
                assert case.book.vault is not None
                original = case.book.vault.open_original(entry.source["vault"])
                assert original is not None
                name, data = original
                assert all(row["type"] in ("sealed", "original") for row in entry.rows)
                sealed[name] = data
    for name in PROTECTED:
        if not (folder / name).exists():
            assert sealed[name].decode() == many_files()[name], moment

    case.build(now=NOW + timedelta(days=400))
    again = Case(folder, {"CASTELLO_HOME": str(home)})
    for name, data in acknowledged.items():
        assert (folder / "journal" / name).read_bytes().startswith(data), moment
    assert rows <= {str(row["id"]) for row in journal_rows(folder)}
    assert not [name for name in PROTECTED if (folder / name).exists()]
    assert not list(folder.glob(".castello/erase-*"))
    assert again.verify().clean, moment
    assert outcome(again) == wanted, moment
    return sum(data.count(b"\n") for data in acknowledged.values())


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    """Claims and answers of the same case, built in peace."""
    home = tmp_path_factory.mktemp("home")
    folder = write_case(tmp_path_factory.mktemp("unkilled") / "tiny", files=many_files())
    return outcome(built_case(folder, environ={"CASTELLO_HOME": str(home)}))


def kill_many(tmp_path, unkilled, count):
    lines = [
        survives(tmp_path / f"case-{n}", tmp_path / f"home-{n}", moment, unkilled)
        for n, moment in enumerate(moments(count))
    ]
    whole = FILES_OF_CLAIMS + len(PROTECTED) + 2
    # kills landed in the middle, at several places
    assert len({line for line in lines if 0 < line < whole}) >= min(count // 4, 8)


def test_killing_a_build_loses_nothing_that_was_acknowledged(tmp_path, unkilled):
    kill_many(tmp_path, unkilled, 10)


@pytest.mark.endure
def test_killing_sixty_builds_loses_nothing_that_was_acknowledged(tmp_path, unkilled):
    kill_many(tmp_path, unkilled, 60)
