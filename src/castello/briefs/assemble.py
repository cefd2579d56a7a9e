"""From a picture and its findings to a brief: sections, evidence numbered once, what changed, what is contested, what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from castello.analyses import run
from castello.analyses.siege import USUAL_DAYS
from castello.briefs import brief as parts
from castello.briefs._evidence import Evidence
from castello.briefs._siege_asked import Asked
from castello.briefs.profile import Clearance
from castello.cases import Registers
from castello.claims import Finding, Kind
from castello.picture import Picture, Topic
from castello.picture.feeds import OneByOne
from castello.picture.sentences import catalogue, name_of
from castello.picture.telling import dating

ANALYSES = ("siege", "situation", "totals", "parties")

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cut_off", ("reach", "held", "last_road", "besieged", "flow", "partial", "long_term", "tier", "listed", "siege")),
    ("roads", ("access",)),
    ("control", ("control",)),
    ("people", ("people_all", "people")),
    ("totals", ("totals",)),
    ("markets", ("price", "supply")),
    ("harm", ("casualty", "breach")),
    ("statements", ("statement",)),
    ("parties", ("tie", "listing", "presence")),
    ("feeds", ("feed",)),
)
"""Sections of a brief and the kinds of findings in each, in reading order."""

FEED_DAYS = 14
"""What feeds say of the last days up to the day of the picture is counted: this many, as statements are listed."""

_VERBS = {Kind.EVENT: "attacks", Kind.CASUALTY: "attacks", Kind.PRICE: "markets", Kind.SUPPLY: "markets"}

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
    evidence = Evidence(picture, clearance, cleared.findings, language=language)
    lines = {finding.id: evidence.line(finding) for finding in cleared.findings}
    feeds = tuple(_feeds(picture, clearance, language=language))
    kept = {finding.id: finding for finding in cleared.findings}
    sections = tuple(
        parts.Section(
            key=key,
            title=catalogue(language)["sections"][key],
            lines=feeds
            if key == "feeds"
            else tuple(line for id_, line in lines.items() if _in_section(kept[id_].kind, kinds)),
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
_LEFT_TO_SIEGE = ("reopening", "watch", "siege_spell", "siege_lag", "siege_people", "derived")


def _is_told(finding: Finding) -> bool:
    """
    Whether a brief tells a finding.

    Of our rules of besieged it tells the usual one; the others only where they are so, or may be. What would lift a cut is left to
    `castello siege`; who calls a place besieged, and how many people are in it, is told by other findings.
    """
    if finding.message.id == "listed.called":
        return False
    if finding.kind == "besieged":
        return dict(finding.extra)["days"] == USUAL_DAYS
    return finding.kind not in _LEFT_TO_SIEGE and not (finding.kind in _WHERE_SO and finding.status == "no")


def _in_section(kind: str, kinds: tuple[str, ...]) -> bool:
    return any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in kinds)


def _feeds(picture: Picture, clearance: Clearance, *, language: str) -> Iterable[parts.Line]:
    """One line for each feed of which claims of these days are counted, with the verbs that tell them; of a live case it stays here."""
    if clearance.hides_roads:
        return
    words = catalogue(language)["words"]
    first = picture.as_of - timedelta(days=FEED_DAYS - 1)
    for feed in OneByOne(picture).counted(start=first, end=picture.as_of):
        kinds = (f"{kind} {n} (castello {_VERBS.get(kind, f'claims --kind {kind}')})" for kind, n in feed.claims)
        publisher = name_of(feed.document.publisher, picture.registers, language=language)
        said = words["feed_counted"].format(publisher=publisher, title=feed.document.title, kinds=", ".join(kinds))
        yield parts.Line(
            id=f"feed-{feed.document.id}", text=said, label="fact", evidence=(), kind="feed", subject=feed.document.id
        )


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
    return Asked(clearance=clearance, days=(start, picture.as_of)).spells(language=language)


def _map(picture: Picture, clearance: Clearance, *, language: str) -> parts.Map | None:
    registers = picture.registers
    control = {str(topic.object): topic for topic in clearance.topics(Kind.CONTROL)}
    places = []
    for place in registers.places.places:
        # what feeds brought, by the thousand, is no place that the case is about
        if place.point is None or place.kind in _NOT_ON_MAP or place.id in registers.brought:
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
    roads = [road for topic in topics if (road := _map_road(topic, picture, language=language))]
    return parts.Map(places=tuple(places), roads=tuple(roads)) if places else None


def _holder_name(holder: str, registers: Registers, *, language: str) -> str:
    if holder == "contested":
        return catalogue(language)["words"]["contested"]
    return name_of(holder, registers, language=language)


def _map_road(topic: Topic, picture: Picture, *, language: str) -> parts.MapRoad | None:
    registers = picture.registers
    road = registers.places.road(topic.subject)
    # one line for each road, for the side whose supply it carries; a road without a course on record is not drawn straight
    if len(road.line) < 2 or not topic.question.endswith("|supply"):
        return None
    assessed = topic.status == "assessed"
    how = dating(picture.claims_by_id(topic.claims).values(), since=topic.since) if assessed else "_undated"
    return parts.MapRoad(
        id=road.id,
        name=registers.places.name(road.id, language),
        line=road.line,
        state=str(topic.answer) if assessed else "undecided",
        side=str(topic.object),
        since=None if how == "_undated" else topic.since,
        # a road that was seen so on a day may have been so for long
        or_before=how in ("_or_before", "_on"),
    )
