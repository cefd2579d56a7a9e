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
    Print one block for each enclave: both readings, routes, people, last roads, what would lift it, the definitions, the lists.

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
        console.print(Text(name_of(str(place), registers), style="bold"))
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
    people = dict(first.extra).get("people")
    if isinstance(people, dict):
        counted = [count for count in people["counts"] if count["aside"] is None]
        said = (
            "nobody counted"
            if not counted
            else f"{interval(people['low'], people['high'])} ({people['status']}, {len(counted)} {'figure' if len(counted) == 1 else 'figures'})"
        )
        yield "people", said
    yield from _listed(findings, "last_road", "last roads", registers)
    yield from _listed(findings, "reopening", "would lift it", registers)
    rules = [_rule(finding) for finding in findings if finding.kind in ("besieged", "partial", "long_term", "tier")]
    if rules:
        yield "our rules", " · ".join(rules)
    lists = [
        f"{name_of(finding.subject, registers)}: {_list(finding)}" for finding in findings if finding.kind == "listed"
    ]
    if lists:
        yield "lists", " · ".join(lists)


def _routes(finding: Finding) -> str:
    routes = dict(finding.extra).get("routes")
    if not isinstance(routes, dict):
        return ""
    low, high, most = routes["low"], routes["high"], routes["counted_to"]
    shown = f"{low}" if low == high else f"{low} to {high}"
    if high >= most:
        shown = f"{shown} or more"
    return f"; routes: {shown}"


def _listed(findings: Sequence[Finding], kind: str, label: str, registers: Registers) -> Iterable[tuple[str, str]]:
    """Roads of one kind, with the readings in which they are: once each."""
    words = catalogue("en")["words"]
    readings: dict[str, list[str]] = {}
    for finding in findings:
        if finding.kind == kind:
            roads = dict(finding.extra).get("roads")
            ids = [str(road) for road in roads] if isinstance(roads, list) else [finding.subject]
            name = " with ".join(name_of(road, registers) for road in ids)
            readings.setdefault(name, []).append(words[str(finding.reading)])
    if readings:
        yield label, "; ".join(f"{name} ({', '.join(found)})" for name, found in readings.items())


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
