"""How many people a place has: every origin's own figure, and what they span together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from castello.analyses.totals.figures import slack_of
from castello.claims import Claim, Finding, Kind, Verdict, Verification
from castello.picture import Picture, Topic
from castello.picture.feeds import OneByOne
from castello.picture.interval import Interval, hull, written
from castello.picture.origins import clusters
from castello.picture.people import HOUSEHOLD, IN_PLACE, Ends, origins_of, persons
from castello.picture.sentences import message, name_of, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A household size that two published figures imply: persons over families."""

    relation: str
    persons: str
    families: str
    span: Interval

    def to_json(self) -> dict[str, object]:
        """Plain values, to two decimals."""
        low, high = (None if end is None else round(end, 2) for end in self.span.ends)
        return {"relation": self.relation, "persons": self.persons, "families": self.families, "low": low, "high": high}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """What one origin said: its claim, in persons where it counted families; ``loose`` allows for printed rounding."""

    claim: Claim
    persons: Interval
    loose: Interval

    @property
    def converted(self) -> bool:
        return self.claim.quantity is not None and self.claim.quantity.unit == "family"

    @property
    def derived(self) -> bool:
        """Whether the figure is somebody's sum, which is never an origin."""
        return self.claim.quantity is not None and bool(self.claim.quantity.derived_from)

    def to_json(self, picture: Picture) -> dict[str, object]:
        claim, quantity = self.claim, self.claim.quantity
        assert quantity is not None  # only claims with a figure become statements
        plain = claim.to_json()
        shape: dict[str, object] = {
            "claim": claim.id,
            "origin": claim.origin,
            "chain": [link.who if link.protected else name_of(link.who, picture.registers) for link in claim.chain],
            "said": None if claim.protected else plain.get("said"),
            "published": plain["published"],
            "low": quantity.low,
            "high": quantity.high,
            "unit": quantity.unit,
            "words": None if claim.protected else quantity.words,
            "document": claim.document,
            # the words of a protected speaker can give the speaker away
            "quote": None if claim.protected else claim.quote,
            "definition": claim.slot("definition"),
        }
        if self.converted:
            low, high = self.persons.ends
            shape["persons"] = {"low": low, "high": high}
        if self.derived:
            shape["derived"] = True
        return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What was said to one question, persons and families together."""

    place: str
    predicate: str
    unit: str
    definition: str | None
    by: str | None
    statements: tuple[_Statement, ...]
    stale: bool

    @property
    def key(self) -> str:
        return "|".join(("people", self.place, self.predicate, self.unit, self.definition or "", self.by or ""))

    @property
    def counted(self) -> tuple[_Statement, ...]:
        """Statements of origins; sums that somebody made only where there is nothing else."""
        return tuple(item for item in self.statements if not item.derived) or self.statements

    @property
    def contested(self) -> bool:
        """Whether the figures cannot all be true, even with the rounding that their words show."""
        spans = [item.loose for item in self.counted]
        return any(not a.meets(b) for a, b in combinations(spans, 2))

    @property
    def qualified(self) -> str:
        """Definition and besieger, as the claims name them; the sentence finds words for them."""
        return ";".join(item for item in (self.definition, self.by) if item)


def people(picture: Picture, *, sizes: Sequence[Size] = (), household: Interval = HOUSEHOLD) -> list[Finding]:
    """
    One finding for each place, predicate, definition and besieger, and one that spans the definitions of a place.

    Parameters
    ----------
    picture
        The ledger as of a day; topics of kind *people* are read, those of feeds only about places of the case's own register.
    sizes
        Household sizes that published figures imply; shown beside the assumed one.
    household
        Persons per family, both ends; our assumption unless the caller knows better.
    """
    told = OneByOne(picture)
    claims = {claim.id: claim for claim in told.claims(kinds=[Kind.PEOPLE], end=picture.as_of)}
    groups = _groups(told.topics(Kind.PEOPLE), claims, household)
    said = _Said(picture=picture, claims=claims, sizes=tuple(sizes), household=household)
    findings = [said.finding(group) for group in groups]
    by_place: dict[str, list[_Group]] = defaultdict(list)
    for group in groups:
        # a part of a total, by besieger, is no other definition of it
        if group.predicate in IN_PLACE and group.unit == "person" and group.by is None:
            by_place[group.place].append(group)
    # elsewhere the definitions ask for different people (besieged, hard to reach): to span them would say nothing
    enclaves = {enclave.id for enclave in picture.registers.settings.enclaves}
    spanning = [
        said.finding_of_all(place, listed)
        for place, listed in sorted(by_place.items())
        if len(listed) > 1 and (place in enclaves or not enclaves)
    ]
    return [*findings, *spanning]


def _groups(topics: Iterable[Topic], claims: Mapping[str, Claim], household: Interval) -> list[_Group]:
    found: dict[tuple[str, ...], list[Topic]] = defaultdict(list)
    for topic in topics:
        first = claims[topic.claims[0]]
        unit = "person" if topic.unit == "family" else topic.unit or ""
        definition, by = (str(first.slot(name) or "") for name in ("definition", "by"))
        found[topic.subject, first.predicate or "", unit, definition, by].append(topic)
    groups = []
    for (place, predicate, unit, definition, by), listed in sorted(found.items()):
        fresh = [topic for topic in listed if not topic.stale] or listed
        statements = [_statement(claims[id_], household) for topic in fresh for id_ in topic.claims]
        groups.append(
            _Group(
                place=place,
                predicate=predicate,
                unit=unit,
                definition=definition or None,
                by=by or None,
                statements=tuple(sorted(statements, key=lambda item: item.claim.id)),
                stale=all(topic.stale for topic in fresh),
            )
        )
    return groups


def _statement(claim: Claim, household: Interval) -> _Statement:
    quantity = claim.quantity
    assert quantity is not None  # the picture counts claims with a figure only
    size = household if quantity.unit == "family" else Interval.point(1)
    loose = Interval.of(quantity.low, quantity.high).widened(slack_of(quantity))
    return _Statement(claim=claim, persons=persons(quantity, household), loose=loose * size)


@dataclass(frozen=True, kw_only=True)  # without slots: what is worked out once is kept
class _Said:
    """Makes findings of groups, with what they share."""

    picture: Picture
    claims: Mapping[str, Claim]
    sizes: tuple[Size, ...]
    household: Interval

    def finding(self, group: _Group) -> Finding:
        """The finding on one question."""
        printed = [item.persons for item in group.statements if not item.converted]
        families = [item for item in group.statements if item.converted]
        variant = "" if not families else ".families" if printed else ".only_families"
        return self._made(
            [group],
            kind="people",
            definition=group.definition,
            id_=f"totals.people{variant}",
            values={"key": group.key, "predicate": group.predicate, "qualified": group.qualified},
        )

    def finding_of_all(self, place: str, groups: Sequence[_Group]) -> Finding:
        """What all definitions of a place span together; contested where those who share one cannot all be right."""
        fresh = [group for group in groups if not group.stale] or list(groups)
        families = any(item.converted for group in fresh for item in group.counted)
        asked = [" ".join(filter(None, (group.predicate, group.qualified))) for group in fresh]
        return self._made(
            fresh,
            kind="people_all",
            definition=None,
            id_="totals.people_all.families" if families else "totals.people_all",
            values={"key": f"people|{place}|any", "definitions": len(asked)},
            more={"definitions": asked},
        )

    def _made(
        self,
        groups: Sequence[_Group],
        *,
        kind: str,
        definition: str | None,
        id_: str,
        values: Mapping[str, str | int],
        more: Mapping[str, object] | None = None,
    ) -> Finding:
        place, unit = groups[0].place, groups[0].unit
        counted = [item for group in groups for item in group.counted]
        span = hull(item.persons for item in counted)
        ends = Ends.of(item.persons for item in counted)
        stale = all(group.stale for group in groups)
        ids = tuple(sorted({item.claim.id for item in counted}))
        origins = self._origins(counted)
        converted = [item for item in counted if item.converted]
        status = "contested" if any(group.contested for group in groups) else "assessed"
        own = Ends.of(item.persons for item in counted if not item.converted)
        sides: dict[str, str | int | float] = {"interval": ends.shown}
        if converted:
            sides["families"] = ", ".join(written(_families(item.claim)) for item in converted)
            sides["size"] = written(self.household)
            sides |= {"printed": own.shown} if len(converted) < len(counted) else {}
        said = message(
            id_, place=place, unit=unit, origins=origins["n_loose"], status=f"totals_{status}", **values, **sides
        )
        return Finding(
            kind=kind,
            subject=place,
            place=place if place in self.picture.registers.places else None,
            message=said,
            text=render(said, self.picture.registers),
            method=f"totals/{kind}",
            value=span.value,
            low=ends.low,
            high=ends.high,
            unit=unit,
            status=status,
            definition=definition,
            label="inference" if converted else "fact",
            claims=ids,
            against=self._set_aside(str(values["key"])),
            unknown=self._unknown(counted, n_origins=origins["n_loose"], stale=stale),
            sensitivity=self.picture.sensitivity(ids),
            extra=tuple(
                {
                    "open_low": ends.open_low,
                    "open_high": ends.open_high,
                    "printed": {"low": own.low, "high": own.high},
                    "origins": origins,
                    "statements": [
                        item.to_json(self.picture)
                        for item in _in_order(item for group in groups for item in group.statements)
                    ],
                    "household": self._household(place) if converted else None,
                    "duplicates": self._duplicates(counted),
                    "known_from": max(item.claim.published for item in counted).isoformat(),
                    "stale": stale,
                    **(more or {}),
                }.items()
            ),
        )

    def _origins(self, statements: Iterable[_Statement]) -> dict[str, int]:
        joined = clusters(self.picture.judgements)
        pairs = [origins_of(item.claim, joined) for item in statements]
        answers = {(item.persons.low, item.persons.high) for item in statements}
        return {
            "n_strict": len({strict for strict, _ in pairs}),
            "n_loose": len({loose for _, loose in pairs}),
            "n_different": len(answers),
        }

    def _duplicates(self, statements: Sequence[_Statement]) -> list[dict[str, object]]:
        """Other claims to the same questions by the same origins: they count once (rule R12)."""
        joined = clusters(self.picture.judgements)
        questions = {item.claim.question for item in statements}
        found: dict[str, list[str]] = defaultdict(list)
        for question in sorted(questions):
            for claim in self._by_question.get(question, ()):
                found[origins_of(claim, joined)[1]].append(claim.id)
        return [{"origin": origin, "claims": sorted(ids)} for origin, ids in sorted(found.items()) if len(ids) > 1]

    @cached_property
    def _by_question(self) -> Mapping[str, Sequence[Claim]]:
        found: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.claims.values():
            found[claim.question].append(claim)
        return found

    def _set_aside(self, key: str) -> tuple[str, ...]:
        """Claims to the question that a judgement rejected or their source retracted."""
        verdicts = self.picture.verdicts
        gone = (Verdict.REJECTED, Verdict.RETRACTED)
        return tuple(
            sorted(
                claim.id
                for id_, verdict in verdicts.items()
                if verdict.verdict in gone and (claim := self.claims.get(id_)) is not None and _key(claim) == key
            )
        )

    def _household(self, place: str) -> dict[str, object]:
        implied = [
            size.to_json()
            for size in self.sizes
            if size.families in self.claims and self.claims[size.families].subject == place
        ]
        return {"low": self.household.low, "high": self.household.high, "basis": "our assumption", "implied": implied}

    def _unknown(self, statements: Sequence[_Statement], *, n_origins: int, stale: bool) -> tuple[str, ...]:
        unread = sum(item.claim.verification is Verification.UNVERIFIED for item in statements)
        gaps = ["how each origin counted"]
        if any(item.converted for item in statements):
            gaps.append("the size of the families: a range is assumed")
        if n_origins < 2:
            gaps.append("a second independent origin")
        if stale:
            gaps.append(f"any figure of the last {self.picture.registers.settings.max_age_days} days")
        if unread:
            gaps.append(f"whether {unread} of the figures stand in their source as coded")
        return tuple(gaps)


def _key(claim: Claim) -> str:
    """The key of the finding that a claim belongs to."""
    unit = claim.quantity.unit if claim.quantity else ""
    slots = (str(claim.slot(name) or "") for name in ("definition", "by"))
    return "|".join(("people", claim.subject, claim.predicate or "", "person" if unit == "family" else unit, *slots))


def _in_order(statements: Iterable[_Statement]) -> list[_Statement]:
    return sorted(statements, key=lambda item: (item.claim.published, item.claim.origin, item.claim.id))


def _families(claim: Claim) -> Interval:
    assert claim.quantity is not None  # a statement has a figure
    return Interval.of(claim.quantity.low, claim.quantity.high, count=True)
