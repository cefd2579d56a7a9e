"""The manual on case folders: an example of every kind that can be read, and every slot with its meaning."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from castello import cli
from castello.cases import CaseContent, read_case
from castello.cases.claim_files import read_claim_file
from castello.claims import MEANINGS, SLOTS, Kind

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "case-folder.md").read_text(encoding="utf-8")
BUNDLED = ROOT / "src" / "castello" / "cases" / "bundled" / "aleppo-2016"


def section(kind: Kind) -> str:
    """What the manual says of a kind."""
    _, _, rest = MANUAL.partition(f"\n### `{kind}`\n")
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.fixture(scope="module")
def bundled() -> CaseContent:
    return read_case(BUNDLED)


@pytest.mark.parametrize("kind", Kind)
def test_the_example_of_every_kind_is_a_claim_of_the_bundled_case(kind: Kind, bundled: CaseContent) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", section(kind), flags=re.MULTILINE | re.DOTALL)
    documents = {document.id: document for file in bundled.claim_files for document in file.documents}
    read = read_claim_file(
        f"coder: castello\n{example}".encode(),
        file="claims/example.yml",
        known=bundled.registers.known,
        documents=documents,
    )

    assert read.issues == ()
    (claim,) = read.claims
    assert claim.kind is kind
    assert read.refs == {ref: id_ for ref, id_ in bundled.refs.items() if id_ == claim.id}


@pytest.mark.parametrize("kind", Kind)
def test_every_slot_of_a_kind_has_its_meaning(kind: Kind) -> None:
    slots = SLOTS[kind]
    assert set(MEANINGS[kind]) == {"subject", "predicate", *slots.required, *slots.optional, *slots.also}
    rows = dict(re.findall(r"^\| \**`(?:also: )?(\w+)`\** \| (.*) \|$", section(kind), flags=re.MULTILINE))
    assert set(rows) == set(MEANINGS[kind])
    for name, meaning in MEANINGS[kind].items():
        assert rows[name].startswith(meaning)
    assert all(f"`{predicate}`" in rows["predicate"] for predicate in slots.predicates)


def test_words_says_who_is_the_subject_and_what_the_object(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["words", "siege", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["siege"]
    assert shown["slots"]["subject"] == "the party that besieges, or unknown"
    assert list(shown["slots"]) == list(MEANINGS[Kind.SIEGE])

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert cli.main(["words"]) == 0
    prose = capsys.readouterr().out
    for kind in Kind:
        assert all(meaning in prose for meaning in MEANINGS[kind].values())
