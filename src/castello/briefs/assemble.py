"""From a picture and its findings to a brief: sections, evidence numbered once, what changed, what is contested, what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from castello.analyses import run
from castello.analyses.siege import USUAL_DAYS
from castello.briefs import brief as parts
from castello.briefs.profile import Clearance
from castello.cases import Registers
from castello.claims import Assessment, Claim, Finding, Kind, Verification
from castello.picture import Picture, Topic
from castello.picture.people import IN_PLACE
from castello.picture.sentences import catalogue, chain_text, interval, name_of

ANALYSES = ("siege", "situation", "totals", "parties")

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cut_off", ("reach", "last_road", "besieged", "flow", "partial", "long_term", "tier", "listed", "siege")),
    ("roads", ("access",)),
    ("control", ("control",)),
    ("people", ("people_all", "people")),
    ("totals", ("totals",)),
    ("markets", ("price", "supply")),
    ("harm", ("casualty", "breach")),
    ("statements", ("statement",)),
    ("parties", ("tie", "listing", "presence")),
)
"""Sections of a brief and the kinds of findings in each, in reading order."""

_NOT_ON_MAP = (
    "road_node",
    "crossing",
    "facility",
    "country",
    "governorate",
    "countryside",
    "area",
    "district",
    "subdistrict",
)


def assemble(picture: Picture, clearance: Clearance, *, language: str = "en") -> parts.Brief:
    """
    A brief of a picture for one audience. The same ledger, days and audience give the same brief.

    Parameters
    ----------
    picture
        What to write about.
    clearance
        The rules of the audience; findings and evidence pass through it.
    language
        Of the rendered messages.
    """
    after = _findings(picture)
    yesterday = picture.moved(days=-1)
    before = _findings(yesterday)
    cleared = clearance.findings(after.values(), analyses=ANALYSES)
    earlier = clearance.at(yesterday).findings(before.values(), analyses=ANALYSES)
    evidence = _Evidence(picture, clearance, cleared.findings, language=language)
    lines = {finding.id: evidence.line(finding) for finding in cleared.findings}
    kept = {finding.id: finding for finding in cleared.findings}
    sections = tuple(
        parts.Section(
            key=key,
            title=catalogue(language)["sections"][key],
            lines=tuple(line for id_, line in lines.items() if _in_section(kept[id_].kind, kinds)),
            chart=evidence.people_chart(kept.values()) if key == "people" else None,
        )
        for key, kinds in SECTIONS
    )
    # presence that leaves is a range over an area: that somebody was newly named in it is not for telling
    telling = {id_: finding for id_, finding in kept.items() if not (clearance.leaves and finding.kind == "presence")}
    shown_before = {finding.id: finding for finding in earlier.findings}
    changes = tuple(_changes(shown_before, before, telling, lines, language=language))
    contested = tuple(line for id_, line in lines.items() if {"contested", "undecided"} & set(line.flags))
    settings = picture.registers.settings
    assessments = clearance.assessments(picture.assessments)
    signed = evidence.assessments(assessments.assessments)
    withheld = Counter(dict(cleared.withheld)) + Counter(dict(assessments.withheld)) + evidence.withheld
    return parts.Brief(
        case=settings.id,
        case_name=(settings.name_ar if language == "ar" else None) or settings.name_en,
        as_of=picture.as_of,
        known_by=picture.known_by,
        clock=picture.clock,
        branch=picture.branch.name if picture.branch else None,
        mode="live" if clearance.live else "historical",
        profile=clearance.profile.value,
        area=name_of(settings.area, picture.registers, language=language) if settings.area else "",
        sections=tuple(section for section in sections if section.lines),
        changes=changes,
        contested=contested,
        unknown=_unknown(kept.values(), clearance),
        withheld=tuple(sorted(withheld.items())),
        timeline=_timeline(clearance, language=language),
        map=_map(picture, clearance, language=language),
        assessments=signed,
        evidence=tuple(evidence.sources),
        language=language,
        facts=tuple(sorted(settings.handling.items())),
    )


def _findings(picture: Picture) -> dict[str, Finding]:
    return {finding.id: finding for name in ANALYSES for finding in run(name, picture) if _is_told(finding)}


_WHERE_SO = ("partial", "long_term", "tier")
_LEFT_TO_SIEGE = ("reopening", "watch", "siege_spell", "siege_lag", "derived")


def _is_told(finding: Finding) -> bool:
    """
    Whether a brief tells a finding.

    Of our rules of besieged it tells the usual one; the others only where they are so, or may be. What would lift a cut is left to
    `castello siege`.
    """
    if finding.kind == "besieged":
        return dict(finding.extra)["days"] == USUAL_DAYS
    return finding.kind not in _LEFT_TO_SIEGE and not (finding.kind in _WHERE_SO and finding.status == "no")


def _in_section(kind: str, kinds: tuple[str, ...]) -> bool:
    return any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in kinds)


def _changes(
    before: Mapping[str, Finding],
    all_before: Mapping[str, Finding],
    after: Mapping[str, Finding],
    lines: Mapping[str, parts.Line],
    *,
    language: str,
) -> Iterable[parts.Line]:
    """Findings that say something else than the day before; a finding that is new says so, one that was withheld then does not."""
    words = catalogue(language)["words"]
    for id_, finding in after.items():
        earlier = before.get(id_)
        line = lines[id_]
        if earlier is None:
            if id_ not in all_before:
                yield _with_lead(line, words["new"])
        elif (earlier.status, earlier.value, earlier.low, earlier.high) != (
            finding.status,
            finding.value,
            finding.low,
            finding.high,
        ):
            yield _with_lead(line, f"{words['before']} {earlier.text}")


def _mark(finding: Finding) -> parts.Mark | None:
    """What is printed for a view, where the label of the finding would take it for a fact."""
    about, values = dict(finding.extra).get("about"), dict(finding.message.values)
    if finding.label != "fact" or finding.kind != "statement":
        return None
    if about == Kind.POSITION:
        return "opinion" if values.get("predicate") in _JUDGING else "position"
    return "forecast" if about == Kind.FORECAST else None


_JUDGING = ("judges", "warns", "recommends")


def _counts_who_is_there(finding: Finding) -> bool:
    """Whether a finding counts who is in a place: not who left it, and not a part of the total by besieger."""
    _, _, predicate, _, _, by = str(dict(finding.message.values)["key"]).split("|")
    return predicate in IN_PLACE and not by


def _statements(finding: Finding) -> Sequence[Mapping[str, Any]]:
    found = dict(finding.extra).get("statements")
    return found if isinstance(found, list | tuple) else ()


def _with_lead(line: parts.Line, lead: str) -> parts.Line:
    return parts.Line(
        id=f"{line.id}-change",
        text=line.text,
        label=line.label,
        mark=line.mark,
        evidence=line.evidence,
        against=line.against,
        flags=(lead,),
        kind=line.kind,
        subject=line.subject,
    )


def _unknown(findings: Iterable[Finding], clearance: Clearance) -> tuple[str, ...]:
    """What could not be seen, said once each: first what concerns whole subjects, then the rest by frequency."""
    picture = clearance.picture
    if not picture.visible_ids():
        return ("there is no claim for this day: nobody said anything yet, or it was not known by then",)
    count = Counter(text for finding in findings for text in finding.unknown)
    spoken_of = {topic.subject for topic in picture.topics(Kind.ACCESS)}
    # of a live case nobody outside is told which road nobody watches (PS-9)
    roads = () if clearance.hides_roads else picture.registers.places.roads
    silent = [name_of(road.id, picture.registers) for road in roads if road.id not in spoken_of]
    head = [f"no claim speaks of: {', '.join(silent)}"] if silent else []
    return (
        *head,
        *(
            text if n == 1 else f"{text} ({n} findings)"
            for text, n in sorted(count.items(), key=lambda x: (-x[1], x[0]))
        ),
    )


def _timeline(clearance: Clearance, *, language: str) -> tuple[parts.Spell, ...]:
    picture = clearance.picture
    start = max(picture.registers.settings.start, picture.as_of - timedelta(days=120))
    return tuple(
        parts.Spell(
            row=name_of(spell.place, picture.registers, language=language),
            reading=spell.reading,
            status=spell.status,
            start=spell.start,
            end=spell.end,
        )
        for spell in clearance.timeline(start=start, end=picture.as_of)
    )


def _map(picture: Picture, clearance: Clearance, *, language: str) -> parts.Map | None:
    registers = picture.registers
    control = {str(topic.object): topic for topic in clearance.topics(Kind.CONTROL)}
    places = []
    for place in registers.places.places:
        if place.point is None or place.kind in _NOT_ON_MAP:
            continue
        topic = control.get(place.id)
        holder = None
        if topic is not None:
            holder = (topic.answer or "").split(":")[-1] if topic.status == "assessed" else "contested"
        places.append(
            parts.MapPlace(
                id=place.id,
                name=registers.places.name(place.id, language),
                lat=place.point[0],
                lon=place.point[1],
                kind=place.kind,
                control=holder,
                control_name=None if holder is None else _holder_name(holder, registers, language=language),
            )
        )
    # in a live case the state of roads is what a besieger asks for: it stays on the user's machine
    topics = () if clearance.hides_roads else clearance.topics(Kind.ACCESS)
    roads = [road for topic in topics if (road := _map_road(topic, registers, language=language))]
    return parts.Map(places=tuple(places), roads=tuple(roads)) if places else None


def _holder_name(holder: str, registers: Registers, *, language: str) -> str:
    if holder == "contested":
        return catalogue(language)["words"]["contested"]
    return name_of(holder, registers, language=language)


def _map_road(topic: Topic, registers: Registers, *, language: str) -> parts.MapRoad | None:
    road = registers.places.road(topic.subject)
    # one line for each road, for the side whose supply it carries; a road without a course on record is not drawn straight
    if len(road.line) < 2 or not topic.question.endswith("|supply"):
        return None
    state = str(topic.answer) if topic.status == "assessed" else "undecided"
    return parts.MapRoad(
        id=road.id, name=registers.places.name(road.id, language), line=road.line, state=state, side=str(topic.object)
    )


class _Evidence:
    """Numbers the claims behind the lines in the order in which they are first needed."""

    def __init__(self, picture: Picture, clearance: Clearance, findings: Iterable[Finding], *, language: str) -> None:
        self._picture, self._clearance, self._language = picture, clearance, language
        self.sources: list[parts.Source] = []
        self.withheld: Counter[str] = Counter()
        self._numbers: dict[str, int | None] = {}
        self._shown: dict[str, Claim] = {}
        behind = (id_ for finding in findings for id_ in (*finding.claims, *finding.against))
        self._all = picture.claims_by_id((*behind, *(id_ for item in picture.assessments for id_ in item.rests_on)))

    def line(self, finding: Finding) -> parts.Line:
        """A finding as a line, its evidence numbered."""
        claims = [self._all[id_] for id_ in finding.claims if id_ in self._all]
        flags = []
        # that nobody is known to list a place is an open question, but contests nothing
        if finding.status in ("contested", "undecided") and finding.message.id != "listed.not":
            flags.append(finding.status)
        if any(claim.verification is Verification.UNVERIFIED for claim in claims):
            flags.append("unverified")
        if any(claim.id.startswith("h1-") for claim in claims):
            flags.append("hypothetical")
        # computed sums say pass or fail: that is what a reader looks for
        if finding.kind.startswith("totals.") and finding.status in ("fail", "fail_explained", "open"):
            flags.append(finding.status.replace("_", ", "))
        return parts.Line(
            id=self._clearance.id(finding.id),
            text=finding.text,
            label=finding.label,
            mark=_mark(finding),
            evidence=self._numbered(finding.claims),
            against=self._numbered(finding.against),
            flags=tuple(flags),
            unknown=finding.unknown,
            kind=finding.kind,
            subject=finding.subject,
        )

    def _numbered(self, ids: Iterable[str]) -> tuple[int, ...]:
        return tuple(number for id_ in ids if (number := self._number(id_)) is not None)

    def _number(self, id_: str) -> int | None:
        if id_ not in self._numbers:
            claim = self._all.get(id_)
            cleared = self._clearance.claims([claim]) if claim is not None else None
            if cleared is None or not cleared.claims:
                self._numbers[id_] = None
                self.withheld.update(dict(cleared.withheld) if cleared else {"claim: not opened": 1})
            else:
                self._shown[id_] = cleared.claims[0]
                self._numbers[id_] = len(self.sources) + 1
                self.sources.append(self._source(cleared.claims[0], len(self.sources) + 1))
        return self._numbers[id_]

    def _source(self, claim: Claim, number: int) -> parts.Source:
        registers, document = self._picture.registers, self._picture.documents.get(claim.document)
        # what leaves of a protected speaker has months, not days
        last = None if claim.said is None or (self._clearance.leaves and claim.protected) else claim.said[1]
        said = None if last is None else (last - timedelta(days=1)).isoformat()
        first = registers.speakers.get(claim.chain[0].who)
        grade = first.grade(claim.kind.value, claim.published) if first else None
        return parts.Source(
            number=number,
            claim=self._clearance.id(claim.id),
            says=self._clearance.says(claim, language=self._language),
            chain=chain_text(claim, registers, language=self._language),
            publisher=name_of(claim.chain[-1].who, registers, language=self._language),
            title=document.title if document else claim.document.replace("-", " "),
            published=claim.published,
            published_basis=document.published_basis if document else "stated",
            said=said,
            urls=document.urls if document else (),
            quote=claim.quote,
            grade=None if grade is None and claim.credibility is None else f"{grade or '–'}{claim.credibility or '–'}",
            confidence=claim.confidence,
            verification=claim.verification.value,
            hypothetical=claim.id.startswith("h1-"),
            language=document.language if document else "en",
        )

    def people_chart(self, findings: Iterable[Finding]) -> parts.Intervals | None:
        """
        Each origin's own figure of the people in the first enclave: one bar each under all definitions, which are named and never
        added up.
        """
        settings = self._picture.registers.settings
        enclave = settings.enclaves[0].id if settings.enclaves else settings.area
        told = [finding for finding in findings if finding.subject == enclave]
        spanning = [finding for finding in told if finding.kind == "people_all"]
        told = spanning or [finding for finding in told if finding.kind == "people" and _counts_who_is_there(finding)]
        bars = {}
        for item in (item for finding in told for item in _statements(finding)):
            # families are converted in the finding; the chart shows what was printed in persons
            evidence = self._numbered([item["claim"]])
            claim = self._shown.get(str(item["claim"]))
            if claim is not None and evidence and item.get("unit") == "person":
                bars[claim.id] = parts.Bar(
                    label=self._bar_label(claim),
                    low=item["low"],
                    high=item["high"],
                    note=interval(item["low"], item["high"]),
                    evidence=evidence,
                )
        if not bars:
            return None
        title = catalogue(self._language)["sections"]["people_chart"]
        place = name_of(str(enclave), self._picture.registers, language=self._language)
        return parts.Intervals(title=f"{title}: {place}", unit="people", bars=tuple(bars.values()))

    def _bar_label(self, claim: Claim) -> str:
        """Who, when published, and under which definition."""
        words = catalogue(self._language)["definitions"]
        who = name_of(claim.chain[0].who, self._picture.registers, language=self._language)
        when = None if self._clearance.leaves and claim.protected else str(claim.published)
        definition = str(claim.slot("definition") or "")
        return ", ".join(filter(None, (who, when, words.get(definition, definition.replace("-", " ")))))

    def assessments(self, assessments: Iterable[Assessment]) -> tuple[parts.Signed, ...]:
        """Signed assessments with their evidence numbered, in the order given."""
        return tuple(
            parts.Signed(
                author=item.author,
                signed=item.signed,
                text=item.text,
                confidence=item.confidence,
                because=item.because,
                evidence=self._numbered(item.rests_on),
            )
            for item in assessments
        )
