"""``sources.yml``: speakers with grades by topic and period; protected ones show nothing but a role."""

from __future__ import annotations

from datetime import date

import pytest

from castello.cases.speakers import read_speakers

GRADED = b"""\
sources:
  wire:
    name_en: Wire
    party: un
    url: https://example.org
    grades:
      - {topic: casualty, from: 2016-01-01, to: 2016-06-30, letter: A, by: me, basis: x}
      - {topic: casualty, from: 2016-07-01, letter: F, by: me, basis: x}
      - {topic: all, letter: C, by: me, basis: x}
  src-0123456789ab: {protected: true, role_class: teacher, k: 20, k_together: 8}
  bare: {name_en: Bare}
"""


def test_grades_hold_for_their_topic_and_period() -> None:
    speakers, issues = read_speakers(GRADED, parties=frozenset({"un"}))
    wire = speakers["wire"]
    assert issues == []
    assert wire.grade("casualty", date(2016, 6, 30)) == "A"
    assert wire.grade("casualty", date(2016, 7, 1)) is None, "F means that it cannot be judged"
    assert wire.grade("price", date(2016, 7, 1)) == "C"
    assert speakers["bare"].grade("price", date(2016, 7, 1)) is None


def test_a_protected_source_shows_a_role_and_how_many_could_fill_it() -> None:
    speaker = read_speakers(GRADED, parties=frozenset({"un"}))[0]["src-0123456789ab"]
    assert (speaker.protected, speaker.name_en, speaker.k, speaker.k_together) == (True, "teacher", 20, 8)
    assert (speaker.url, speaker.note, speaker.name_ar) == (None, None, None)


def test_nothing_yet() -> None:
    assert read_speakers(b"", parties=frozenset()) == ({}, [])
    assert read_speakers(b"sources:\n  # none\n", parties=frozenset()) == ({}, [])


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        ("a: {name_en: 7}", "name_en"),
        ("a: {name_en: [A]}", "name_en"),
        ("a: {name_en: A, name_ar: {x: y}}", "name_ar"),
        ("a: {name_en: A, party: {x: y}}", "party"),
        ("a: {name_en: A, kind: [media]}", "kind"),
        ("a: {name_en: A, protected: yes}", "protected"),
        ("a: {name_en: A, colour: red}", "colour"),
        ("a: {name_en: A, grades: 7}", "grades"),
        ("a: {name_en: A, grades: [B]}", "grades"),
        ("a: {name_en: A, grades: [{topic: all, letter: B, by: me}]}", "grades"),
        ("a: {name_en: A, grades: [{topic: all, letter: B, by: me, basis: x, since: 2016-01-01}]}", "grades"),
        ("a: {name_en: A, grades: [{topic: all, letter: B, by: me, basis: x, from: May}]}", "grades"),
        (
            "a: {name_en: A, grades: [{topic: all, letter: B, by: me, basis: x, from: 2016-02-01, to: 2016-01-01}]}",
            "grades",
        ),
        ("src-0123456789ab: {protected: true, k: 0}", "k"),
        ("src-0123456789ab: {protected: true, k: 2.5}", "k"),
        ("src-0123456789ab: {protected: true, role_class: 7}", "role_class"),
        ("src-0123456789ab: {protected: true, note: a neighbour}", "note"),
        ("src-0123456789AB: {protected: true}", "id"),
    ],
)
def test_a_bad_entry_costs_one_source(entry: str, column: str) -> None:
    data = f"sources:\n  good: {{name_en: Good}}\n  {entry}\n  last: {{name_en: Last}}\n".encode()
    speakers, issues = read_speakers(data, parties=frozenset())
    assert sorted(speakers) == ["good", "last"]
    assert [(issue.row, issue.column) for issue in issues] == [(3, column)]
