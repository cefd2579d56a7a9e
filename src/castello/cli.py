"""
The verbs of the command line, one for each public call; prose on a terminal, JSON when piped.

Nothing heavy is imported until a verb runs. Logs, progress and notes go to stderr only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castello import __version__
from castello.claims import SLOTS, Kind, Modality
from castello.errors import CaseBroken, CastelloError, WrongUse

if TYPE_CHECKING:
    from castello.claims import Finding
    from castello.desk.build import BuildReport
    from castello.desk.case import Case
    from castello.desk.why import Trace
    from castello.picture import Picture

Options = argparse.Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb: what it does, the public call behind it by its full name, its options and how it answers."""

    name: str
    help: str
    calls: str
    options: tuple[tuple[tuple[str, ...], Mapping[str, Any]], ...] = ()
    picture: bool = False
    run: Callable[[Options], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 not computable, 2 wrong use, 3 a case file is broken."""
    options = parser().parse_args(arguments)
    try:
        return VERBS[options.verb].run(options)
    except CaseBroken as broken:
        _note(broken.what)
        for issue in broken.issues:
            _note(f"  {issue}")
        return broken.exit_code
    except CastelloError as error:
        _note(str(error))
        return error.exit_code
    except BrokenPipeError:
        # the reader has what it wanted (`castello claims | head`); a second error at exit would be noise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _note("stopped; what was acknowledged is kept")
        return 130


def parser() -> argparse.ArgumentParser:
    """All verbs with their options."""
    top = argparse.ArgumentParser(
        prog="castello",
        description="An evidence ledger and situation monitor for armed conflict.",
        epilog="Each verb explains itself: castello VERB --help",
    )
    top.add_argument("--version", action="version", version=f"castello {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS.values():
        one = verbs.add_parser(verb.name, help=verb.help, description=f"{verb.help[0].upper()}{verb.help[1:]}.")
        if verb.name not in ("new", "words", "demo"):
            one.add_argument(
                "--case", metavar="DIR", help="case folder; demo for the bundled one (default: where you stand)"
            )
        if verb.picture:
            one.add_argument(
                "--as-of", metavar="DATE", help="the day asked about (default: the end of the case's period)"
            )
            one.add_argument("--known-by", metavar="DATE", help="only what was known by this day (default: everything)")
            one.add_argument("--branch", metavar="NAME", help="lay a what-if of branches/ over the ledger")
            one.add_argument(
                "--profile",
                choices=("own", "partner", "public"),
                help="for whom (default: own; public for what is written to a file)",
            )
        for names, settings in verb.options:
            one.add_argument(*names, **settings)
        one.add_argument("--json", action="store_true", help="JSON, as when the output is piped")
    return top


# ----------------------------------------------------------------------------------------------------------- plumbing


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _wants_json(options: Options) -> bool:
    return bool(options.json) or not sys.stdout.isatty()


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def _open(options: Options, *, build: bool = True) -> Case:
    from castello.desk.case import Case, open_case
    from castello.desk.opening import case_folder

    if not build:
        return Case(case_folder(options.case))
    case = open_case(options.case)
    report = case.build()
    errors = sum(issue.severity == "error" for issue in report.issues)
    if errors:
        _note(f"{errors} row(s) of the case could not be read; castello build lists them")
    return case


def _picture(case: Case, options: Options) -> Picture:
    settings = case.registers.settings
    for name, day in (("--as-of", options.as_of), ("--known-by", options.known_by)):
        asked = _day(day, name)
        if name == "--as-of" and asked is not None and not settings.start <= asked <= (settings.end or asked):
            _note(f"{name} {asked} lies outside of the case's period ({settings.start} to {settings.end or 'today'})")
    return case.picture(as_of=options.as_of, known_by=options.known_by, branch=options.branch)


def _headline(case: Case, picture: Picture) -> str:
    known = f"known by {picture.known_by} ({picture.clock})" if picture.known_by else "everything known"
    branch = f", branch {picture.branch.name} (hypothetical)" if picture.branch else ""
    return f"{case.registers.settings.name_en}: as of {picture.as_of}, {known}{branch}"


def _short(id_: str) -> str:
    return id_[:11]


# -------------------------------------------------------------------------------------------------------------- verbs


def _demo(options: Options) -> int:
    options.case = "demo"
    case = _open(options)
    settings = case.registers.settings
    picture = case.picture(as_of=settings.brief_as_of, known_by=settings.brief_known_by)
    if not options.json:
        print(_headline(case, picture) + "\n", flush=True)
    brief = case.brief(picture)
    if options.json:
        _print_json(asdict(brief))
    else:
        from castello.briefs.terminal import print_brief

        print_brief(brief, _console())
    from castello.briefs.write import write_brief

    path = Path(options.output or f"{settings.id.rsplit('-', 1)[0]}-{picture.as_of}.html")
    write_brief(case.brief(picture, profile="public"), path)
    _note(f"\nThe same brief for the public, with map and timeline: {path.resolve()}")
    return 0


def _new(options: Options) -> int:
    from castello import new

    folder = new(options.dir, name=options.name)
    if options.json:
        _print_json({"case": str(folder)})
    else:
        print(f"{folder} is a case now. Start with {folder / 'case.toml'}; then: castello build --case {folder}")
    return 0


def _build(options: Options) -> int:
    case = _open_unbuilt(options)
    report = case.build()
    _print_report(report.to_json(), options, _report_lines(report))
    return 0


def _open_unbuilt(options: Options) -> Case:
    return _open(options, build=False)


def _report_lines(report: BuildReport) -> list[str]:
    if report.unchanged:
        lines = ["Nothing has changed since the last build."]
    else:
        new = ", ".join(f"{count} {name}" for name, count in report.new.items() if count) or "nothing"
        lines = [f"New in the ledger: {new}."]
    lines.append("In the case: " + ", ".join(f"{count} {name}" for name, count in report.present.items()) + ".")
    if report.issues:
        lines.append(f"{len(report.issues)} thing(s) to look at:")
        from castello.desk.add import issue_lines

        lines += [f"  {line}" for line in issue_lines(report.issues)]
    return lines


def _print_report(value: object, options: Options, lines: list[str]) -> None:
    if _wants_json(options):
        _print_json(value)
    else:
        print("\n".join(lines))


def _add(options: Options) -> int:
    from castello.desk.add import Sidecar

    case = _open_unbuilt(options)
    sidecar = Sidecar(
        publisher=options.publisher,
        published=_day(options.published, "--published"),
        title=options.title,
        url=options.url,
        language=options.language,
    )
    report = case.add([Path(file) for file in options.file], sidecar=sidecar, protected=options.protected)
    lines = [
        f"{item.file}: {item.taken_for}, because {item.why}; "
        + ("it is there already" if item.already else f"now {item.to}" if item.to else "sealed in the vault")
        for item in report.files
    ]
    _print_report(report.to_json(), options, [*lines, *_report_lines(report.build)])
    return 0


def _day(text: str | None, name: str) -> date | None:
    from castello.desk.case import as_day

    return as_day(text, name=name)


def _claims(options: Options) -> int:
    from castello.picture.sentences import chain_text

    case = _open(options)
    picture = _picture(case, options)
    start, end = _day(options.start, "--from"), _day(options.to, "--to")
    if start is not None and end is not None and start > end:
        raise WrongUse("--from is later than --to", hint="Swap the two days.")
    case.check_id(options.about, option="--about")
    case.check_id(options.source, option="--source")
    clearance = case.clearance(picture, profile=options.profile or "own")
    cleared = clearance.listing(
        kinds=[_kind(kind) for kind in options.kind], about=options.about, source=options.source, start=start, end=end
    )
    if _wants_json(options):
        header = {"castello": __version__} | case.header(picture, profile=options.profile or "own")
        rows = [{"id": claim.id, "text": clearance.says(claim)} | claim.to_json() for claim in cleared.claims]
        _print_json(header | {"claims": clearance.ids(rows), "withheld": dict(cleared.withheld)})
        return 0
    from rich.table import Table

    table = Table(title=_headline(case, picture), title_justify="left", box=None, padding=(0, 1))
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
            _short(clearance.id(claim.id)), str(start or "?"), claim.kind.value, says, chain_text(claim, case.registers)
        )
    console = _console()
    console.print(table)
    withheld = sum(count for _, count in cleared.withheld)
    console.print(
        f"{len(cleared.claims)} claims"
        + (f", {withheld} withheld" if withheld else "")
        + ". castello why ID traces one."
    )
    return 0


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError as error:
        raise WrongUse(f"{text!r} is not a kind", hint=f"Kinds are: {', '.join(Kind)}.") from error


def _why(options: Options) -> int:
    case = _open(options)
    picture = _picture(case, options)
    profile = options.profile or "own"
    answer = case.why(options.id, picture, profile=profile)
    clearance = case.clearance(picture, profile=profile)
    if _wants_json(options):
        _print_json(clearance.ids({"castello": __version__} | case.header(picture, profile=profile) | answer.to_json()))
        return 0
    console = _console()
    console.print(_headline(case, picture) + "\n", markup=False)
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


def _analysis(options: Options) -> int:
    case = _open(options)
    picture = _picture(case, options)
    profile = options.profile or "own"
    clearance = case.clearance(picture, profile=profile)
    cleared = clearance.findings(case.analyse(options.verb, picture), analyses=(options.verb,))
    if _wants_json(options):
        header = {"castello": __version__} | case.header(picture, profile=profile)
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
        _print_json(clearance.ids(header | body))
        return 0
    console = _console()
    console.print(_headline(case, picture) + "\n", markup=False)
    for finding in cleared.findings:
        _print_finding(finding, console, clearance.id)
    return 0


def _print_finding(finding: Finding, console: Any, shown: Callable[[str], str]) -> None:
    console.print(f"{finding.text}", markup=False)
    from castello.picture.sentences import interval

    statements = dict(finding.extra).get("statements")
    for item in statements if finding.kind == "people" and isinstance(statements, list | tuple) else ():
        figure = interval(item.get("low"), item.get("high"))
        who = " → ".join(item["chain"]) if isinstance(item.get("chain"), list | tuple) else item.get("origin")
        console.print(f"      {figure} {item.get('unit', '')}, {who}, {item.get('published')}", markup=False)
    count = f"{len(finding.claims)} claim(s)" + (f", {len(finding.against)} against" if finding.against else "")
    console.print(
        f"    {finding.status}; {count}; not known: {finding.unknown[0]}  ({shown(finding.id)})",
        style="dim",
        markup=False,
    )


def _brief(options: Options) -> int:
    case = _open(options)
    picture = _picture(case, options)
    profile = options.profile or ("public" if options.output else "own")
    brief = case.brief(picture, profile=profile)
    if options.output:
        from castello.briefs.write import write_brief

        write_brief(brief, Path(options.output))
        _note(f"written for {profile}: {options.output}")
    elif _wants_json(options):
        _print_json({"castello": __version__} | asdict(brief))
    else:
        from castello.briefs.terminal import print_brief

        print_brief(brief, _console())
    return 0


def _words(options: Options) -> int:
    kinds = [_kind(options.kind)] if options.kind else list(Kind)
    if _wants_json(options):
        _print_json(
            {
                kind.value: {
                    "says": SLOTS[kind].says,
                    "predicates": list(SLOTS[kind].predicates),
                    "required": list(SLOTS[kind].required),
                    "optional": list(SLOTS[kind].optional),
                    "also": list(SLOTS[kind].also),
                }
                for kind in kinds
            }
        )
        return 0
    for kind in kinds:
        slots = SLOTS[kind]
        print(f"{kind.value}: {slots.says}")
        print(f"    predicate  {', '.join(slots.predicates) or 'a key of your own'}")
        print(f"    required   {', '.join(slots.required)}")
        if slots.optional:
            print(f"    optional   {', '.join(slots.optional)}")
        if slots.also:
            print(f"    also       {', '.join(slots.also)}")
    if not options.kind:
        print(f"\nmodality: {', '.join(Modality)}")
    return 0


def _verify(options: Options) -> int:
    case = _open_unbuilt(options)
    result = case.verify()
    entries, claims = result.counts.get("entries", 0), result.counts.get("claims", 0)
    devices, held = result.counts["devices"], result.counts["documents_held"]
    lines = [f"{entries} journal entries of {devices} device(s), {claims} claims, {held} held documents."]
    if "quotes" in result.counts:
        lines.append(
            f"{result.counts['quotes']} quotes: {result.counts['quotes_checked']} checked against their documents, "
            f"{result.counts['quotes_text_not_held']} not checked because the text is not held."
        )
    if result.counts.get("protected_not_opened"):
        lines.append(f"{result.counts['protected_not_opened']} protected claims could not be opened here.")
    lines.append("All is as it was written." if result.clean else f"{len(result.issues)} damage(s):")
    lines += [f"  {issue}" for issue in result.issues]
    _print_report(result.to_json(), options, lines)
    return 0 if result.clean else 3


def _doctor(options: Options) -> int:
    from castello.desk.checking import doctor
    from castello.ledger.packs import public_key

    try:
        case = _open_unbuilt(options)
        remarks = case.doctor()
    except WrongUse:
        if options.case:
            raise
        remarks = doctor(None, None, now=datetime.now(UTC))
    if _wants_json(options):
        _print_json({"remarks": [remark.to_json() for remark in remarks], "device_key": public_key()})
        return 0
    for remark in remarks:
        print(
            f"{'  ' if remark.well else '! '}{remark.about:<18}{remark.found}"
            + (f"  -> {remark.hint}" if remark.hint else "")
        )
    print(f"  {'this device':<18}{public_key()}  -> give this to a colleague who packs a case for you")
    return 0


def _assess(options: Options) -> int:
    case = _open(options)
    made = case.assess(
        options.text,
        author=options.by,
        confidence=options.confidence,
        because=options.because,
        rests_on=options.rests_on,
        signed=options.signed,
    )
    _print_report(
        {"id": made.id} | made.to_json(),
        options,
        [f"Signed by {made.author} on {made.signed}: {made.id}. Briefs show it in a block of its own."],
    )
    return 0


def _pack(options: Options) -> int:
    case = _open(options)
    data = case.pack(to=options.to)
    path = Path(options.output)
    path.write_bytes(data)
    _print_report(
        {"pack": str(path), "bytes": len(data)},
        options,
        [f"{path}: {len(data):,} bytes, sealed. Only the device with that key can open it."],
    )
    return 0


def _merge(options: Options) -> int:
    case = _open_unbuilt(options)
    merged = case.merge(Path(options.file).read_bytes())
    lines = [
        f"{merged.entries} journal entries and {merged.files} files were new.",
        *(f"  {issue}" for issue in merged.issues),
    ]
    value = {"entries": merged.entries, "files": merged.files, "issues": [issue.to_json() for issue in merged.issues]}
    _print_report(value, options, lines)
    return 0


def _option(*names: str, **settings: Any) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    return names, settings


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            name="demo",
            help="the bundled case: build it, print its brief, write the brief as a page",
            calls="castello.desk.case.Case.brief",
            options=(_option("-o", "--output", metavar="FILE", help="where the page goes"),),
            run=_demo,
        ),
        Verb(
            name="new",
            help="a new case folder, commented, that builds",
            calls="castello.new",
            options=(_option("dir", metavar="DIR"), _option("--name", help="the case's name in English")),
            run=_new,
        ),
        Verb(
            name="add",
            help="put claims files and documents into the case, and read them",
            calls="castello.desk.case.Case.add",
            options=(
                _option("file", nargs="+", metavar="FILE"),
                _option("--publisher", metavar="ID", help="source id of a document's publisher"),
                _option("--published", metavar="DATE", help="day a document was published"),
                _option("--title", help="a document's title"),
                _option("--url", help="a document's address"),
                _option("--language", default="en", help="a document's language (default: en)"),
                _option(
                    "--protected",
                    action="store_true",
                    help="seal it: claims under keys of their own, documents in the vault",
                ),
            ),
            run=_add,
        ),
        Verb(
            name="build",
            help="bring the ledger up to date with the case folder",
            calls="castello.desk.case.Case.build",
            run=_build,
        ),
        Verb(
            name="claims",
            help="the ledger, filtered",
            calls="castello.picture.Picture.claims",
            picture=True,
            options=(
                _option("--kind", action="append", default=[], help="only this kind (may be given again)"),
                _option("--about", metavar="ID", help="only claims with this subject, object or place"),
                _option("--source", metavar="ID", help="only claims with this source in their chain"),
                _option("--from", dest="start", metavar="DATE", help="only what may have happened from this day on"),
                _option("--to", metavar="DATE", help="... up to this day"),
            ),
            run=_claims,
        ),
        Verb(
            name="why",
            help="a figure or a claim traced to its sources",
            calls="castello.desk.case.Case.why",
            picture=True,
            options=(_option("id", metavar="ID", help="id of a claim or finding, or its beginning"),),
            run=_why,
        ),
        Verb(
            name="words",
            help="the vocabulary: kinds of claims and their slots",
            calls="castello.claims.SLOTS",
            options=(_option("kind", nargs="?", help="only this kind"),),
            run=_words,
        ),
        Verb(
            name="totals",
            help="how many people, by whose word, and do the published figures add up",
            calls="castello.desk.case.Case.totals",
            picture=True,
            run=_analysis,
        ),
        Verb(
            name="parties",
            help="who stands with whom, who lists whom, who is said to be where",
            calls="castello.desk.case.Case.parties",
            picture=True,
            run=_analysis,
        ),
        Verb(
            name="brief",
            help="what the case says: to the terminal, or to FILE (.md, .html)",
            calls="castello.desk.case.Case.brief",
            picture=True,
            options=(
                _option(
                    "-o", "--output", metavar="FILE", help="write it, for the public unless --profile says otherwise"
                ),
            ),
            run=_brief,
        ),
        Verb(
            name="assess",
            help="sign a judgement of your own, shown apart from facts and findings",
            calls="castello.desk.case.Case.assess",
            options=(
                _option("text", help="the judgement, in a sentence or two"),
                _option("--by", required=True, metavar="NAME", help="who signs"),
                _option("--confidence", required=True, choices=("low", "moderate", "high")),
                _option("--because", required=True, help="the reason, in a sentence"),
                _option("--rests-on", required=True, nargs="+", metavar="CLAIM", help="ids of the claims it rests on"),
                _option("--signed", metavar="DATE", help="day of signing (default: today)"),
            ),
            run=_assess,
        ),
        Verb(
            name="pack",
            help="the whole case, sealed to one device's key",
            calls="castello.desk.case.Case.pack",
            options=(
                _option(
                    "--to",
                    required=True,
                    metavar="KEY",
                    help="the other device's key, as castello doctor prints it there",
                ),
                _option("-o", "--output", required=True, metavar="FILE"),
            ),
            run=_pack,
        ),
        Verb(
            name="merge",
            help="bring a sealed pack of the same case into this one",
            calls="castello.desk.case.Case.merge",
            options=(_option("file", metavar="FILE"),),
            run=_merge,
        ),
        Verb(
            name="verify",
            help="check chains, rows, documents and quotes",
            calls="castello.desk.case.Case.verify",
            run=_verify,
        ),
        Verb(
            name="doctor",
            help="versions, keys, mode, what is stale",
            calls="castello.desk.case.Case.doctor",
            run=_doctor,
        ),
    )
}


if __name__ == "__main__":
    sys.exit(main())
