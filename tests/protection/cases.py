"""Small cases with protected claims in them, and the texts that must not be found."""

from __future__ import annotations

import secrets
from pathlib import Path

from castello.desk.case import Case
from tests.cases_for_tests import SOURCES, built_case, write_case

SPEAKER = "src-aaaaaaaaaaaa"
OTHER = "src-bbbbbbbbbbbb"
ROLE = "doctor of a hospital"

QUOTE = "Zarnuqa halted the eleven wagons"
NOTE = "heard beside the Kuwaris pump house"
SAID = "told by Mulhamdeen over the wall"
PROPOSITION = "Quwayqsun folk will not leave"
WORDS = (QUOTE, NOTE, SAID, PROPOSITION)
"""What a protected claim says, in words that stand nowhere else."""

NAME = "Abulqasim Darwishoglu-Tannous"
"""Who a protected source is."""


def speakers(*, k: int | None = 20, together: int | None = 20) -> str:
    """``sources.yml`` of the tiny case with two protected speakers."""
    counts = "".join(f", {name}: {n}" for name, n in (("k", k), ("k_together", together)) if n is not None)
    entries = (f"  {who}: {{protected: true, role_class: {ROLE}{counts}}}\n" for who in (SPEAKER, OTHER))
    return SOURCES + "".join(entries)


def protected(*claims: str) -> str:
    """A protected claims file."""
    return "coder: tests\nclaims:\n" + "".join(claims)


def position(
    *, ref: str = "secret-position", who: str = SPEAKER, sensitivity: str = "high", said: str = PROPOSITION
) -> str:
    """A protected position in the days before 17 July, with a secret in every slot that holds words."""
    return f"""\
  - ref: {ref}
    kind: position
    subject: council
    predicate: demands
    also: {{proposition: {said}}}
    happened: {{on: 2016-07-13}}
    said: 2016-07-13
    document: wire-2016-07-17
    chain: [{{who: {who}, role: speaker, named: false, protected: true, said: {SAID}}}]
    quote: {QUOTE}
    note: {NOTE}
    sensitivity: {sensitivity}
"""


def statement(
    slots: str, *, who: str = SPEAKER, sensitivity: str = "moderate", document: str = "wire-2016-07-17"
) -> str:
    """A protected claim with slots of one's own, one to a line."""
    lines = "".join(f"    {line.strip()}\n" for line in slots.strip().splitlines())
    return f"""\
  - kind: {lines.strip().removeprefix("kind: ")}
    document: {document}
    chain: [{{who: {who}, role: speaker, named: false, protected: true}}]
    sensitivity: {sensitivity}
"""


def made(
    folder: Path, *claims: str, k: int | None = 20, together: int | None = 20, files: dict[str, str] | None = None
) -> Case:
    """The tiny case with protected claims, built."""
    texts = {"sources.yml": speakers(k=k, together=together), "claims/90-resident.protected.yml": protected(*claims)}
    return built_case(write_case(folder, files=texts | (files or {})))


def original(folder: Path) -> tuple[Path, bytes]:
    """A document of random words, so that none of its windows stands anywhere by chance."""
    words = " ".join(secrets.token_hex(5) for _ in range(400)).encode()
    path = folder / "interview.txt"
    path.write_bytes(words)
    return path, words
