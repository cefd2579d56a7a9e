"""``sources.yml``: publishers and speakers, with grades by topic and period; protected ones by pseudonym only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from castello.cases import fields
from castello.cases._yaml import Items, Lines, Unreadable, load
from castello.claims import InvalidClaim, Kind
from castello.errors import Issue

FILE = "sources.yml"
KINDS = (
    "monitor",
    "agency",
    "media",
    "state",
    "party",
    "analyst",
    "organisation",
    "resident",
    "official",
    "other",
)
NO_REDISTRIBUTION = "no-redistribution"
"""The licence of a source whose rows may be read and not handed on."""

_GRADE = ("topic", "from", "to", "letter", "by", "basis")
_PSEUDONYM = re.compile(r"src-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Reliability of a source on a topic in a period: A to E, or F = cannot be judged, which counts as missing."""

    topic: str
    letter: str
    by: str
    basis: str
    start: date | None = None
    end: date | None = None

    @property
    def known(self) -> bool:
        """Whether the letter says anything."""
        return self.letter != "F"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A publisher or speaker. A protected one has a pseudonym, a role class and how many persons could fill it."""

    id: str
    name_en: str
    name_ar: str | None = None
    kind: str = "other"
    party: str | None = None
    licence: str | None = None
    url: str | None = None
    note: str | None = None
    grades: tuple[Grade, ...] = ()
    protected: bool = False
    k: int | None = None
    k_together: int | None = None

    @property
    def redistributable(self) -> bool:
        """
        Whether what it says may be handed on; if not, its claims leave as ids and counts.

        Examples
        --------
        >>> Speaker(id="acled", name_en="ACLED", licence="no-redistribution").redistributable
        False
        """
        # a space or a capital more must not let rows out
        words = re.split(r"[\s_-]+", (self.licence or "").strip().casefold())
        return "-".join(words) != NO_REDISTRIBUTION

    def grade(self, topic: str, day: date) -> str | None:
        """The letter for a topic on a day; None where nobody graded, or where it cannot be judged."""
        for grade in self.grades:
            within = (grade.start is None or grade.start <= day) and (grade.end is None or day <= grade.end)
            if grade.topic in (topic, "all") and within:
                return grade.letter if grade.known else None
        return None


def read_speakers(data: bytes, *, parties: frozenset[str]) -> tuple[dict[str, Speaker], list[Issue]]:
    """
    Read ``sources.yml``: good entries, and an issue for every other.

    Raises
    ------
    Unreadable
        If the file as a whole cannot be used.
    """
    root = load(data, file=FILE)
    if root is None:
        return {}, []
    if not isinstance(root, Lines) or not isinstance(root.get("sources"), Lines | None) or "sources" not in root:
        row = root.at("sources") if isinstance(root, Lines) else 1
        hint = "Start it with `sources:`, then id by id."
        raise Unreadable(Issue(file=FILE, row=row, code="shape", what="is not a list of sources", hint=hint))
    for key in root:
        if key != "sources":
            hint = "Only `sources:` stands at the left edge; indent what belongs under it."
            what = f"{key!r} is not a section"
            raise Unreadable(Issue(file=FILE, row=root.at(key), column=key, code="section", what=what, hint=hint))
    speakers: dict[str, Speaker] = {}
    issues: list[Issue] = []
    sources = root["sources"] or Lines()
    for id_, item in sources.items():
        line = sources.at(id_)
        try:
            if not isinstance(item, Lines):
                raise InvalidClaim(id_, "is not a mapping", hint="Write name_en, kind, ... under the id.")
            speakers[id_] = _speaker(id_, item, parties=parties)
        except InvalidClaim as invalid:
            row = item.lines.get(invalid.slot, line) if isinstance(item, Lines) else line
            issues.append(
                Issue(
                    file=FILE,
                    row=row,
                    column=invalid.slot,
                    code="source",
                    what=f"{id_}: {invalid.what}",
                    hint=invalid.hint,
                )
            )
    return speakers, issues


def _speaker(id_: str, item: Lines, *, parties: frozenset[str]) -> Speaker:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", id_) or id_ == "unknown":
        raise InvalidClaim("id", f"{id_!r} is not an id", hint="Use lower-case letters, digits and hyphens.")
    open_fields = ("name_en", "name_ar", "kind", "party", "licence", "url", "note", "grades")
    closed_fields = ("role_class", "k", "k_together", "kind", "grades")
    protected = item.get("protected", False)
    if not isinstance(protected, bool):
        raise InvalidClaim("protected", f"{protected!r} is neither true nor false", hint="Write true or false.")
    allowed = closed_fields if protected else open_fields
    for key in item:
        if key not in (*allowed, "protected"):
            hint = (
                "Who stands behind a pseudonym goes into the identity store."
                if protected
                else f"Fields: {', '.join(allowed)}."
            )
            raise InvalidClaim(key, f"{key!r} is not a field here", hint=hint)
    kind = item.get("kind", "other")
    if kind not in KINDS:
        raise InvalidClaim("kind", f"{kind!r} is not one", hint=f"Use one of: {', '.join(KINDS)}.")
    written = item.get("grades")
    if written is not None and not isinstance(written, Items):
        raise InvalidClaim("grades", "is not a list of grades", hint="Write - {topic:, letter:, by:, basis:}.")
    grades = tuple(_grade(grade) for grade in written or ())
    if protected:
        if not _PSEUDONYM.fullmatch(id_):
            raise InvalidClaim(
                "id", "a protected source needs a random pseudonym", hint="Use src- and 12 random hex digits."
            )
        for key in ("k", "k_together"):
            number = item.get(key)
            if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 1):
                raise InvalidClaim(key, f"{number!r} is not a count of persons", hint="Write a whole number.")
        return Speaker(
            id=id_,
            name_en=fields.text(item.get("role_class"), slot="role_class") or "protected source",
            kind=kind,
            grades=grades,
            protected=True,
            k=item.get("k"),
            k_together=item.get("k_together"),
        )
    if not fields.text(item.get("name_en"), slot="name_en"):
        raise InvalidClaim("name_en", "is missing", hint="Give the source a name.")
    party = fields.text(item.get("party"), slot="party")
    if party is not None and party not in parties:
        raise InvalidClaim("party", f"{party!r} is in no register of parties", hint="Add it to parties.csv.")

    def text(name: str) -> str | None:
        written: str | None = fields.text(item.get(name), slot=name)
        return written

    return Speaker(
        id=id_,
        name_en=item["name_en"],
        name_ar=text("name_ar"),
        kind=kind,
        party=party,
        licence=text("licence"),
        url=text("url"),
        note=text("note"),
        grades=grades,
    )


def _grade(item: Any) -> Grade:
    if not isinstance(item, Lines):
        raise InvalidClaim("grades", f"{item!r} is not a grade", hint="Write {topic:, letter:, by:, basis:}.")
    for key in item:
        if key not in _GRADE:
            raise InvalidClaim("grades", f"{key!r} is not part of a grade", hint=f"Its parts: {', '.join(_GRADE)}.")
    letter = item.get("letter")
    if letter not in ("A", "B", "C", "D", "E", "F"):
        raise InvalidClaim("grades", f"{letter!r} is not a reliability", hint="Use A to E; F = cannot be judged.")
    for key in ("topic", "by", "basis"):
        if not isinstance(item.get(key), str):
            raise InvalidClaim(
                "grades", f"a grade without {key}", hint="A grade is by topic and period, by somebody, for a reason."
            )
    days = {
        name: None if item.get(key) is None else fields.day(item[key], slot="grades")
        for name, key in (("start", "from"), ("end", "to"))
    }
    if item["topic"] not in ("all", *Kind):
        raise InvalidClaim(
            "grades", f"{item['topic']!r} is not a topic", hint=f"Use all, or a kind: {', '.join(Kind)}."
        )
    if days["start"] is not None and days["end"] is not None and days["end"] < days["start"]:
        raise InvalidClaim("grades", "a grade ends before it starts", hint="Swap from and to.")
    return Grade(topic=item["topic"], letter=letter, by=item["by"], basis=item["basis"], **days)
