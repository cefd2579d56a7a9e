"""Verbs that study the picture: the analyses, and the brief."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castello import __version__
from castello.cli._verb import (
    Options,
    day_of,
    headline,
    new_console,
    note,
    open_built,
    picture_of,
    print_json,
    some,
    wants_json,
)
from castello.errors import WrongUse

if TYPE_CHECKING:
    from castello.analyses import Analysis
    from castello.claims import Finding
    from castello.desk.case import Case
    from castello.picture import Picture


def run_analysis(options: Options) -> int:
    case = open_built(options)
    picture = picture_of(case, options)
    return _answer(case, picture, options, analysis=options.verb)


def run_siege(options: Options) -> int:
    from functools import partial

    from castello.analyses.siege import changes, derived, siege, watch

    case = open_built(options)
    picture = picture_of(case, options)
    if options.seen_by is not None:
        if options.seen_by not in case.registers.speakers:
            raise WrongUse(f"--seen-by: {options.seen_by!r} is no source", hint="Ids of sources stand in sources.yml.")
        picture = picture.seen_by(options.seen_by)
    days = _days_asked(case, picture, options)
    _note_future(case, "--as-of", day_of(options.as_of, "--as-of"))
    asked: dict[str, Analysis] = {
        "watch": partial(watch, users=options.users),
        "derived": partial(derived, start=days[0], end=days[1], users=options.users),
        "changes": partial(changes, start=days[0], end=days[1], users=options.users),
        "siege": partial(siege, users=options.users),
    }
    if options.output:
        return _written(case, picture, options, days=days)
    over_time = options.start is not None or options.to is not None
    what = "watch" if options.watch else "derived" if options.derived else "changes" if over_time else "siege"
    span = days if over_time or options.derived else None
    asked_about = {
        "users": options.users,
        "seen_by": options.seen_by,
        "from": None if span is None else span[0].isoformat(),
        "to": None if span is None else span[1].isoformat(),
    }
    return _answer(
        case,
        picture,
        options,
        analysis=asked[what],
        chart=days if what == "changes" else None,
        beside=SiegeAsked(header=asked_about, none=_NOTHING[what], apart=_apart(case, picture, span=span)),
    )


_NOTHING = {
    "siege": "No enclave of the case exists on this day.",
    "changes": "Nothing can be told of these days: no enclave of the case exists in them.",
    "watch": "No enclave of the case hangs on one road on this day, as far as the claims tell.",
    "derived": "No other group of counted places is surely cut off.",
}
"""What is said of an answer without findings, by question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiegeAsked:
    """What stands beside the answer to a question on sieges: what was asked, what is said where there is no answer, what lies apart from it."""

    header: Mapping[str, str | None]
    none: str
    apart: tuple[str, ...]


def _apart(case: Case, picture: Picture, *, span: tuple[date, date] | None) -> tuple[str, ...]:
    """The enclaves that do not exist on the days asked about, and how to ask about them."""
    from castello.picture.sentences import day, name_of

    first, last = span or (picture.as_of, picture.as_of)
    found = []
    for enclave in case.registers.enclaves:
        name = name_of(enclave.id, case.registers)
        if enclave.end is not None and enclave.end < first:
            ask = f"--as-of {enclave.end}" if span is None else f"--to {enclave.end}"
            found.append(
                f"{name} ended as an enclave on {day(enclave.end.isoformat())}; ask about it with {ask}, or a day before."
            )
        elif enclave.start is not None and enclave.start > last:
            found.append(
                f"{name} is an enclave from {day(enclave.start.isoformat())} on; ask about it with --as-of {enclave.start}."
            )
    return tuple(found)


def _days_asked(case: Case, picture: Picture, options: Options) -> tuple[date, date]:
    """First and last day that the options ask about, both included; options that do not go together are refused."""
    if options.watch and options.derived:
        raise WrongUse("--watch and --derived are two questions", hint="Leave out one of the two.")
    if options.watch and (options.start or options.to):
        raise WrongUse("--watch is about one day, --from and --to are about many", hint="Leave out one of the two.")
    if options.output and (options.watch or options.derived):
        raise WrongUse("what --watch and --derived tell is not written to a file", hint="Leave out --output.")
    start, end = (day_of(text, name) for text, name in ((options.start, "--from"), (options.to, "--to")))
    if start is None and end is None and not options.output:
        return picture.as_of, picture.as_of
    first, last = start or case.registers.settings.start, end or picture.as_of
    if last < first:
        asked = f"--to {last}" if end else f"the day asked about, {last},"
        since = f"--from {first}" if start else f"the beginning of the case, {first}"
        raise WrongUse(f"{asked} lies before {since}", hint="Swap the two." if start and end else "Give both days.")
    _note_future(case, "--to", end)
    return first, last


def _note_future(case: Case, name: str, day: date | None) -> None:
    """Says so where a day that was asked about has not come yet."""
    if day is not None and day > datetime.now(UTC).astimezone(case.registers.settings.zone).date():
        note(f"{name} {day} lies in the future: days after today are told as they would be if nothing changed")


def _written(case: Case, picture: Picture, options: Options, *, days: tuple[date, date]) -> int:
    profile = options.profile or "public"
    from castello.briefs.siege_files import siege_layers, write_siege

    clearance = case.clearance(picture, profile=profile)
    path = write_siege(picture, Path(options.output), clearance=clearance, days=days, users=options.users)
    note(f"written for {profile}: {options.output}")
    layers = siege_layers(clearance, days=days, users=options.users)
    for issue in layers.issues if path.suffix.lower() in (".geojson", ".gpkg") else ():
        note(str(issue))
    if layers.withheld:
        note("withheld: " + "; ".join(f"{what} ({count})" for what, count in layers.withheld))
    return 0


def _answer(
    case: Case,
    picture: Picture,
    options: Options,
    *,
    analysis: str | Analysis,
    chart: tuple[date, date] | None = None,
    beside: SiegeAsked | None = None,
) -> int:
    from castello.analyses import run

    profile = options.profile or "own"
    clearance = case.clearance(picture, profile=profile)
    cleared = clearance.findings(run(analysis, picture), analyses=(analysis,))
    if wants_json(options):
        header = {"castello": __version__} | case.header(picture, profile=profile)
        if beside is not None:
            header |= {**beside.header, "apart": list(beside.apart)}
        # issues speak of the user's own files
        issues = [] if clearance.leaves else [issue.to_json() for issue in case.build().issues]
        body = {
            "analysis": options.verb,
            "findings": [finding.to_json() for finding in cleared.findings],
            "coverage": {
                "claims": len(picture.visible_ids()),
                "withheld": dict(cleared.withheld),
            }
            | ({} if clearance.leaves else {"protected": case.book.sealed_count()}),
            "issues": issues,
        }
        print_json(clearance.ids(header | body))
        return 0
    console = new_console()
    passage = f", {options.users} traffic" if beside is not None and options.users != "supply" else ""
    console.print(f"{headline(case, picture)}{passage}\n", markup=False)
    for text in () if beside is None else beside.apart:
        console.print(text + "\n", markup=False)
    if beside is not None and not cleared.findings and chart is None:
        console.print(beside.none, markup=False)
    if chart is not None:
        from castello.briefs.terminal import print_spells

        print_spells(clearance, console, start=chart[0], end=chart[1], users=options.users)
    if any(finding.kind == "reach" for finding in cleared.findings):
        from castello.briefs.siege_summary import print_summary

        print_summary(cleared.findings, case.registers, console)
    printed, silent = cleared.findings, tuple[str, ...]()
    if options.verb == "markets":
        from castello.analyses.markets.reading import in_reading_order

        printed, silent = in_reading_order(cleared.findings, case.registers)
    for finding in printed:
        _print_finding(finding, console, clearance.id)
    if silent:
        from castello.picture.sentences import name_of

        names = ", ".join(name_of(id_, case.registers) for id_ in silent)
        console.print(f"{names}: too few prices to say anything", markup=False)
    if cleared.withheld:
        note("withheld: " + "; ".join(f"{what} ({count})" for what, count in cleared.withheld))
    return 0


def _print_finding(finding: Finding, console: Any, shown: Callable[[str], str]) -> None:
    console.print(f"{finding.text}", markup=False)
    from castello.picture.sentences import interval

    statements = dict(finding.extra).get("statements")
    for item in statements if finding.kind == "people" and isinstance(statements, list | tuple) else ():
        figure = interval(item.get("low"), item.get("high"))
        who = " → ".join(item["chain"]) if isinstance(item.get("chain"), list | tuple) else item.get("origin")
        console.print(f"      {figure} {item.get('unit', '')}, {who}, {item.get('published')}", markup=False)
    count = some(len(finding.claims), "claim") + (f", {len(finding.against)} against" if finding.against else "")
    console.print(
        f"    {finding.status}; {count}; not known: {finding.unknown[0]}  ({shown(finding.id)})",
        style="dim",
        markup=False,
    )


def run_brief(options: Options) -> int:
    case = open_built(options)
    picture = picture_of(case, options)
    profile = options.profile or ("public" if options.output else "own")
    brief = case.brief(picture, profile=profile)
    if options.output:
        from castello.briefs.write import write_brief

        write_brief(brief, Path(options.output))
        note(f"written for {profile}: {options.output}")
    elif wants_json(options):
        print_json({"castello": __version__} | asdict(brief))
    else:
        from castello.briefs.terminal import print_brief

        print_brief(brief, new_console())
    return 0


def run_markets(options: Options) -> int:
    from functools import partial

    from castello.analyses.markets import in_question, markets

    case = open_built(options)
    picture = picture_of(case, options)
    if options.output:
        from castello.briefs._market_chart import write_chart

        if len(options.market) != 1 or options.market == ["all"]:
            raise WrongUse("a chart shows one market", hint="Name it with --market ID.")
        profile = options.profile or "public"
        write_chart(
            case.clearance(picture, profile=profile),
            Path(options.output),
            market=options.market[0],
            commodity=options.commodity,
            reference=options.reference,
        )
        note(f"written for {profile}: {options.output}")
        return 0
    only = () if options.market == ["all"] else tuple(options.market) or in_question(picture)
    if only and not options.market:
        note("only markets in an enclave, or in a place that somebody calls besieged; --market all tells every one")
    asked = partial(markets, only=only, commodity=options.commodity, reference=options.reference)
    return _answer(case, picture, options, analysis=asked)
