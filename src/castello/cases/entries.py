"""The plain entries of a claims file: documents, relations, judgements; and the ids that entries may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from castello.cases import fields
from castello.cases._yaml import Lines
from castello.claims import RULES, UNKNOWN, Document, InvalidClaim, Judgement, Relation, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The ids that claims may name."""

    places: frozenset[str] = frozenset()
    roads: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    protected: frozenset[str] = frozenset()
    agreements: frozenset[str] = frozenset()

    def has(self, id_: str, register: str) -> bool:
        """Whether the id stands in the register (or registers) that a slot takes."""
        where = {
            "place": (self.places, self.roads),
            "road": (self.roads,),
            "party": (self.parties,),
            "agreement": (self.agreements,),
            "speaker": (self.parties, self.sources),
            "listed": (self.parties, self.places),
        }[register]
        return id_ == UNKNOWN or any(id_ in ids for ids in where)


def line_of(item: Lines, slot: str) -> int:
    """Line on which a field stands: in the mapping itself, or one level down (``also``); else where the mapping begins."""
    inside = (inner for inner in item.values() if isinstance(inner, Lines) and slot in inner.lines)
    return item.lines.get(slot) or next((inner.lines[slot] for inner in inside), item.line)


def read_document(item: Lines, *, known: Known) -> Document:
    """A document's description; raises :class:`InvalidClaim` with the field that is wrong."""
    allowed = ("id", "title", "publisher", "published", "published_basis", "urls", "language", "archive_url", "note")
    for key in item:
        if key not in allowed:
            raise InvalidClaim(key, f"{key!r} is not a field of a document", hint=f"Fields are: {', '.join(allowed)}.")
    for key in ("id", "title", "publisher", "published"):
        if item.get(key) is None:
            raise InvalidClaim(key, "is missing", hint="A document has id, title, publisher and published.")
    if fields.text(item["publisher"], slot="publisher") not in known.sources:
        raise InvalidClaim("publisher", f"{item['publisher']!r} is no source", hint="Add it to sources.yml.")
    for key in ("id", "title"):
        if isinstance(item[key], list | dict):
            raise InvalidClaim(key, "is not text", hint="Put it in quotation marks.")
    basis = item.get("published_basis", "stated")
    if basis not in ("stated", "inferred"):
        raise InvalidClaim("published_basis", f"{basis!r} is not one", hint="Use stated or inferred.")
    urls = fields.listed(item.get("urls"), slot="urls")
    for url in urls:
        if not url.startswith(("http://", "https://")):
            raise InvalidClaim("urls", f"{url!r} is not an address", hint="Addresses start with http:// or https://.")
    return Document(
        id=str(item["id"]),
        title=str(item["title"]),
        publisher=item["publisher"],
        published=fields.day(item["published"], slot="published"),
        published_basis=basis,
        urls=tuple(urls),
        language=fields.text(item.get("language"), slot="language") or "en",
        archive_url=fields.text(item.get("archive_url"), slot="archive_url"),
        note=fields.text(item.get("note"), slot="note"),
    )


ROLES: dict[str, tuple[str, ...]] = {
    "parts": ("whole", "parts"),
    "subset": ("whole", "part"),
    "flow": ("before", "added", "removed", "after"),
    "percent": ("base", "change", "added", "after"),
    "update": ("base", "added", "stated"),
    "then_and_now": ("said_now", "said_then"),
    "household": ("persons", "families"),
    "ratio": ("first", "second"),
    "range": ("figures",),
}
"""Roles that figures can have under each rule of a relation."""


def read_relation(item: Lines, *, refs: Mapping[str, str], coder: str) -> Relation:
    """A relation with its refs resolved; raises :class:`InvalidClaim`."""
    rule = fields.text(item.get("rule"), slot="rule")
    if rule not in RULES:
        raise InvalidClaim("rule", f"{rule!r} is not a rule", hint=f"Use one of: {', '.join(RULES)}.")
    plain = ("rule", "by", "dated", "note", "explained", "tolerance")
    figures = []
    for role, value in item.items():
        if role in plain:
            continue
        if role not in ROLES[rule]:
            raise InvalidClaim(role, f"{role!r} is not a role of {rule}", hint=f"Roles are: {', '.join(ROLES[rule])}.")
        figures += [(role, _resolved(ref, refs, slot=role)) for ref in fields.listed(value, slot=role)]
    tolerance = item.get("tolerance")
    if tolerance is not None and (
        isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or tolerance < 0
    ):
        raise InvalidClaim("tolerance", f"{tolerance!r} is not a number", hint="Write a number, 0 or more.")
    return Relation(
        rule=rule,
        figures=tuple(figures),
        by=fields.text(item.get("by"), slot="by") or coder,
        dated=fields.day(item.get("dated"), slot="dated"),
        note=fields.text(item.get("note"), slot="note"),
        explained=fields.text(item.get("explained"), slot="explained"),
        tolerance=tolerance,
    )


def read_judgement(item: Lines, *, refs: Mapping[str, str], known: Known, coder: str) -> Judgement:
    """
    A judgement with its refs resolved; names and origins (``kind:value``) stay as written, and have to stand in a register.

    Parameters
    ----------
    item
        The entry of the file.
    refs
        Claim ids by ref.
    known
        The ids that names may stand for.
    coder
        Who judges where the entry does not say.

    Raises
    ------
    InvalidClaim
        With the field that is wrong.
    """
    for key in item:
        if key not in ("about", "verdict", "by", "dated", "reason", "rests_on"):
            raise InvalidClaim(key, f"{key!r} is not a field of a judgement", hint="See the manual, judgements.")
    named = fields.listed(item.get("about"), slot="about")
    about = [_named(text, known) if ":" in text else _resolved(text, refs, slot="about") for text in named]
    rests_on = fields.listed(item.get("rests_on"), slot="rests_on")
    return Judgement(
        about=tuple(about),
        verdict=fields.one_of(Verdict, item.get("verdict"), slot="verdict"),
        by=fields.text(item.get("by"), slot="by") or coder,
        dated=fields.day(item.get("dated"), slot="dated"),
        reason=fields.text(item.get("reason"), slot="reason") or "",
        rests_on=tuple(_resolved(ref, refs, slot="rests_on") for ref in rests_on),
    )


def _named(text: str, known: Known) -> str:
    """A name or an origin as a judgement takes it; ``name:`` is as some text writes it, so that any will do."""
    kind, _, id_ = text.partition(":")
    registers = {
        "origin": (known.sources, "Add it to sources.yml, or correct the id."),
        "party": (known.parties, "Add it to parties.csv, or correct the id."),
        "place": (known.places | known.roads, "Add it to places.csv or roads.csv, or correct the id."),
    }
    if kind == "name" and id_.strip():
        return text
    if kind not in registers:
        raise InvalidClaim(
            "about", f"{text!r} is not a name", hint="Write origin:ID, party:ID, place:ID or name: as written."
        )
    ids, hint = registers[kind]
    # an unknown first speaker is an origin for each document
    if id_ not in ids and not (kind == "origin" and id_.startswith(f"{UNKNOWN}@")):
        raise InvalidClaim("about", f"{id_!r} in {text!r} is in no register", hint=hint)
    return text


def _resolved(ref: str, refs: Mapping[str, str], *, slot: str) -> str:
    if ref not in refs:
        raise InvalidClaim(slot, f"{ref!r} is no ref of this case", hint="Use the ref of a claim, as written there.")
    return refs[ref]
