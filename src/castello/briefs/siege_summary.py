"""The answer of the siege analysis on a terminal: each enclave at a glance, under each definition side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from castello.cases import Registers
from castello.claims import Finding
from castello.picture.sentences import catalogue, day, interval, name_of

WIDEST = 110


def print_summary(findings: Sequence[Finding], registers: Registers, console: Console) -> None:
    """
    Print one block for each enclave: both readings, routes, what passes, people, last roads, what would lift it, the definitions, the lists.

    Parameters
    ----------
    findings
        Of :func:`castello.analyses.siege.siege`, as far as they may be shown; what was withheld is not told.
    registers
        Give the names.
    console
        Where to; lines are at most 110 columns wide, or as wide as the console.
    """
    for place in dict.fromkeys(finding.place for finding in findings if finding.kind == "reach"):
        own = [finding for finding in findings if finding.place == place]
        traffic = next(dict(finding.message.values).get("traffic") for finding in own if finding.kind == "reach")
        asked = f" ({catalogue('en')['definitions'][str(traffic)]})" if traffic else ""
        console.print(Text(f"{name_of(str(place), registers)}{asked}", style="bold"))
        grid = Table.grid(padding=(0, 2))
        for label, text in _rows(own, registers):
            grid.add_row(Text(f"  {label}", style="dim"), Text(text, overflow="fold"))
        console.print(grid, width=min(console.width, WIDEST))
        console.print()


def _rows(findings: Sequence[Finding], registers: Registers) -> Iterable[tuple[str, str]]:
    words = catalogue("en")["words"]
    for finding in findings:
        if finding.kind == "reach":
            since = f" since {day(finding.since.isoformat())}" if finding.since else ""
            before = " or before" if dict(finding.extra).get("censored") else ""
            routes = _routes(finding)
            yield (
                words[str(finding.reading)],
                f"{words.get(str(finding.status), finding.status)}{since}{before}{routes}",
            )
    first = next(finding for finding in findings if finding.kind == "reach")
    yield from _throughput(first, findings)
    for finding in findings:
        if finding.kind == "held":
            yield "said to be held", _held(finding, registers)
    people = dict(first.extra).get("people")
    if isinstance(people, dict):
        yield "people", _people(people, next((one for one in findings if one.kind == "siege_people"), None))
    yield from _corridors(findings, registers)
    yield from _reopenings(findings, registers)
    rules = [_rule(finding) for finding in findings if finding.kind in ("besieged", "partial", "long_term", "tier")]
    if rules:
        yield "our rules", " · ".join(rules)
    listed = [finding for finding in findings if finding.kind == "listed"]
    called = [finding for finding in listed if finding.status == "called"]
    lists = [f"{name_of(one.subject, registers)}: {_list(one)}" for one in listed if one not in called]
    if lists:
        yield "lists", " · ".join(lists)
    if called:
        yield "called so by", " · ".join(_called(finding, registers) for finding in called)


def _throughput(first: Finding, findings: Sequence[Finding]) -> Iterable[tuple[str, str]]:
    """Beside a status that says nothing of how much passes: what passed, or that it is not told here."""
    notes = str(dict(first.message.values).get("note") or "").split(";")
    if not {"by-leave", "by-leave-withheld"} & set(notes):
        return
    told = [finding for finding in findings if finding.kind == "flow" and finding.message.id != "flow.blank"]
    latest = max((str(week) for one in told if (week := dict(one.extra).get("week"))), default=None)
    shown = [finding for finding in told if dict(finding.extra).get("week") in (None, latest)]
    if shown:
        yield "throughput", " ".join(finding.text.partition(": ")[2] or finding.text for finding in shown)
    else:
        yield "throughput", catalogue("en")["definitions"]["by-leave-withheld"]


def _held(finding: Finding, registers: Registers) -> str:
    parties = dict(finding.extra).get("parties")
    names = " or ".join(name_of(str(party), registers) for party in parties) if isinstance(parties, list) else "?"
    since = f" since {day(finding.since.isoformat())}" if finding.since else ""
    disputed = ", others say otherwise" if finding.status == "undecided" else ""
    return f"by {names}{since}{disputed}; if it has fallen, set `to` in case.toml"


def _people(people: dict[str, object], basis: Finding | None) -> str:
    """How many, and what the figure rests on."""
    counts = people["counts"]
    counted = [count for count in counts if count["aside"] is None] if isinstance(counts, list) else []
    if not counted:
        return "nobody counted"
    figures = f"{len(counted)} {'figure' if len(counted) == 1 else 'figures'}"
    low, high = (end if isinstance(end, int | float) else None for end in (people["low"], people["high"]))
    said = [f"{interval(low, high)} ({people['status']}, {figures})"]
    values = {} if basis is None else dict(basis.message.values)
    if "families" in values:
        said.append(f"{values['families']} families counted at {values['size']} persons each (our assumption)")
    if "oldest" in values:
        said.append(f"oldest figure as of {day(str(values['oldest']))}, flows since not subtracted")
    return "; ".join(said)


def _corridors(findings: Sequence[Finding], registers: Registers) -> Iterable[tuple[str, str]]:
    """The last roads, those in series together, with the readings in which they are so: once each."""
    words = catalogue("en")["words"]
    readings: dict[str, list[str]] = {}
    for finding in findings:
        if finding.kind == "last_road":
            parts = dict(finding.extra).get("parts")
            ids = [str(part["road"]) for part in parts] if isinstance(parts, list) else [finding.subject]
            name = " – ".join(name_of(road, registers) for road in ids)
            readings.setdefault(name if len(ids) == 1 else f"one corridor: {name}", []).append(
                words[str(finding.reading)]
            )
    if readings:
        yield "last roads", "; ".join(f"{name} ({', '.join(found)})" for name, found in readings.items())


def _routes(finding: Finding) -> str:
    routes = dict(finding.extra).get("routes")
    if not isinstance(routes, dict):
        return ""
    low, high, most = routes["low"], routes["high"], routes["counted_to"]
    shown = f"{low}" if low == high else f"{low} to {high}"
    if high >= most:
        shown = f"{shown} or more"
    return f"; routes: {shown}"


def _reopenings(findings: Sequence[Finding], registers: Registers) -> Iterable[tuple[str, str]]:
    """Roads that would lift a cut, with the readings in which they would: once each."""
    words = catalogue("en")["words"]
    readings: dict[str, list[str]] = {}
    for finding in findings:
        if finding.kind == "reopening":
            roads = dict(finding.extra).get("roads")
            ids = [str(road) for road in roads] if isinstance(roads, list) else [finding.subject]
            name = " with ".join(name_of(road, registers) for road in ids)
            readings.setdefault(name, []).append(words[str(finding.reading)])
    if readings:
        yield "would lift it", "; ".join(f"{name} ({', '.join(found)})" for name, found in readings.items())


def _rule(finding: Finding) -> str:
    extra = dict(finding.extra)
    if finding.kind == "besieged":
        return f"besieged, {extra['days']} days: {finding.status}"
    if finding.kind == "tier":
        return f"tier: {extra['tier'] or ('none' if finding.status == 'no' else finding.status)}"
    return f"{'partly besieged' if finding.kind == 'partial' else 'long-term'}: {finding.status}"


def _list(finding: Finding) -> str:
    first = dict(finding.extra).get("first_said")
    if first is None:
        return "nothing on record"
    how = "counted" if dict(finding.extra).get("form") == "figure" else "listed"
    return f"{how} since {day(str(first))}"


def _called(finding: Finding, registers: Registers) -> str:
    """Who calls it besieged, in whose words and since when: no entry on a list."""
    values = dict(finding.message.values)
    words, named = catalogue("en")["words"], catalogue("en")["definitions"]
    definition = str(values["definition"])
    how = named.get(definition, definition) if definition else words.get(str(values["answer"]), "")
    return f"{name_of(finding.subject, registers)} ({how}, {day(str(values['said']))})"
