"""Verbs about what was said: claims, why, words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from castello import __version__
from castello.claims import MEANINGS, SLOTS, Claim, Kind, Modality
from castello.cli._attacks import VOCABULARIES, print_vocabulary
from castello.cli._verb import (
    Options,
    day_of,
    headline,
    new_console,
    open_built,
    picture_of,
    print_json,
    short,
    some,
    wants_json,
)
from castello.errors import WrongUse

if TYPE_CHECKING:
    from castello.desk.why import Trace


ON_A_TERMINAL = 500
"""So many claims are shown where somebody looks on, unless more are asked for."""


def run_claims(options: Options) -> int:
    from castello.picture.sentences import chain_text

    case = open_built(options)
    picture = picture_of(case, options)
    start, end = day_of(options.start, "--from"), day_of(options.to, "--to")
    if start is not None and end is not None and start > end:
        raise WrongUse("--from is later than --to", hint="Swap the two days.")
    if options.limit is not None and options.limit < 1:
        raise WrongUse(f"--limit {options.limit}: nothing would be listed", hint="Give 1 or more.")
    case.check_id(options.about, option="--about")
    case.check_id(options.source, option="--source")
    clearance, as_json = case.clearance(picture, profile=options.profile or "own"), wants_json(options)
    cleared = clearance.listing(
        kinds=[_kind(kind) for kind in options.kind],
        about=options.about,
        source=options.source,
        start=start,
        end=end,
        limit=options.limit or (None if as_json else ON_A_TERMINAL),
    )
    if as_json:
        header = {"castello": __version__} | case.header(picture, profile=options.profile or "own")
        rows = [{"id": claim.id, "text": clearance.says(claim)} | claim.to_json() for claim in cleared.claims]
        told = {"claims": clearance.ids(rows), "more": cleared.more, "ids_only": list(cleared.ids_only)}
        print_json(header | told | {"withheld": dict(cleared.withheld)})
        return 0
    from rich.table import Table

    table = Table(title=headline(case, picture), title_justify="left", box=None, padding=(0, 1))
    for name, settings in (
        ("id", {"no_wrap": True}),
        ("day", {"no_wrap": True}),
        ("kind", {}),
        ("what", {"ratio": 3}),
        ("who", {"ratio": 2}),
    ):
        table.add_column(name, **settings)
    for claim in cleared.claims:
        start = (claim.happened.sure or claim.happened.maybe)[0]
        marks = "" if claim.verification.value == "verified" else f" [{claim.verification.value.replace('_', ' ')}]"
        says = clearance.says(claim) + marks
        table.add_row(
            short(clearance.id(claim.id)), str(start or "?"), claim.kind.value, says, chain_text(claim, case.registers)
        )
    console = new_console()
    console.print(table)
    withheld = sum(count for _, count in cleared.withheld)
    shown = some(len(cleared.claims), "claim")
    console.print(
        (f"the first {shown}" if cleared.more else shown)
        + (f", {withheld:,} withheld" if withheld else "")
        + (". There are more: see --limit" if cleared.more else "")
        + ". castello why ID traces one."
    )
    return 0


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError as error:
        raise WrongUse(f"{text!r} is not a kind", hint=f"Kinds are: {', '.join(Kind)}.") from error


def run_why(options: Options) -> int:
    case = open_built(options)
    picture = picture_of(case, options)
    profile = options.profile or "own"
    answer = case.why(options.id, picture, profile=profile)
    clearance = case.clearance(picture, profile=profile)
    if wants_json(options):
        print_json(clearance.ids({"castello": __version__} | case.header(picture, profile=profile) | answer.to_json()))
        return 0
    console = new_console()
    console.print(headline(case, picture) + "\n", markup=False)
    if answer.finding is not None:
        console.print(f"{answer.finding.text}  [{answer.finding.status}]", markup=False)
        console.print(
            f"  method {answer.finding.method}; not known: {'; '.join(answer.finding.unknown)}\n", markup=False
        )
    for trace in answer.traces:
        _print_trace(trace, console, clearance.id, indent=0)
    return 0


def _print_trace(trace: Trace, console: Any, shown: Callable[[str], str], *, indent: int) -> None:
    claim, space = trace.claim, " " * indent
    lines = [f"{trace.stands.upper()}  {shown(claim.id)}", f"  {trace.says}"]
    if claim.quote:
        lines.append(f"  “{claim.quote}”")
    lines.append(f"  when      {_when(claim)}")
    inferred = ", day inferred" if trace.published_basis == "inferred" else ""
    lines += [
        f"  who       {trace.chain}",
        f"  document  {trace.publisher}: {trace.title} ({claim.published}{inferred})",
    ]
    lines += [f"            {url}" for url in trace.urls]
    lines.append(
        f"  recorded  {trace.recorded or 'not shown'}; {claim.verification.value.replace('_', ' ')}, confidence {claim.confidence or 'not given'}"
    )
    lines += [f"  judged    {verdict} by {by}, {dated}: {reason}" for verdict, by, dated, reason in trace.judgements]
    for line in lines:
        console.print(space + line, markup=False, soft_wrap=True)
    for inner in trace.derived_from:
        _print_trace(inner, console, shown, indent=indent + 4)


def _when(claim: Claim) -> str:
    """When it was so, and when it was said, as far as may be shown."""
    happened = claim.happened
    sure, maybe = happened.sure, happened.maybe

    def days(span: tuple[date | None, date | None]) -> str:
        first, after = span
        last = None if after is None else after - timedelta(days=1)
        return str(first) if first is not None and first == last else f"{first or '?'} to {last or 'open'}"

    said = "" if claim.said is None else f"; said {days(claim.said)}"
    if sure is None:
        return f"some day of {days(maybe)}{said}"
    return f"{days(sure)}{said}" if sure == maybe else f"{days(sure)}, perhaps {days(maybe)}{said}"


def run_words(options: Options) -> int:
    if options.kind in VOCABULARIES:
        return print_vocabulary(options)
    kinds = [_kind(options.kind)] if options.kind else list(Kind)
    if wants_json(options):
        print_json(
            {
                kind.value: {
                    "says": SLOTS[kind].says,
                    "predicates": list(SLOTS[kind].predicates),
                    "required": list(SLOTS[kind].required),
                    "optional": list(SLOTS[kind].optional),
                    "also": list(SLOTS[kind].also),
                    "slots": dict(MEANINGS[kind]),
                }
                for kind in kinds
            }
        )
        return 0
    for kind in kinds:
        slots = SLOTS[kind]
        print(f"{kind.value}: {slots.says}")
        for name, meaning in MEANINGS[kind].items():
            needed = "*" if name in ("predicate", *slots.required) else " "
            print(f"  {needed} {name:<16}  {meaning}")
            if name == "predicate" and slots.predicates:
                print(f"{'':22}one of: {', '.join(slots.predicates)}")
    if not options.kind:
        print("\n* has to be there; what stands in no slot of the kind is refused")
        print(f"modality: {', '.join(Modality)}")
    return 0
