"""Verbs about the case as a whole: demo, new, add, build, assess, pack, merge, verify, doctor."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from castello.cli._verb import (
    Options,
    busy,
    day_of,
    headline,
    new_console,
    note,
    open_built,
    print_json,
    print_report,
    some,
    wants_json,
)
from castello.errors import WrongUse

if TYPE_CHECKING:
    from castello.desk.build import BuildReport
    from castello.desk.case import Case
    from castello.desk.planning import Added


def run_demo(options: Options) -> int:
    options.case = "demo"
    case = open_built(options)
    settings = case.registers.settings
    picture = case.picture(as_of=settings.brief_as_of, known_by=settings.brief_known_by)
    if not options.json:
        print(headline(case, picture) + "\n", flush=True)
    brief = case.brief(picture)
    if options.json:
        print_json(asdict(brief))
    else:
        from castello.briefs.terminal import print_brief

        print_brief(brief, new_console())
    from castello.briefs.write import write_brief

    path = Path(options.output or f"{settings.id.rsplit('-', 1)[0]}-{picture.as_of}.html")
    write_brief(case.brief(picture, profile="public"), path)
    note(f"\nThe same brief for the public, with map and timeline: {path.resolve()}")
    return 0


def run_new(options: Options) -> int:
    from castello import new

    folder = new(options.dir, name=options.name)
    if options.json:
        print_json({"case": str(folder)})
    else:
        print(f"{folder} is a case now. Start with {folder / 'case.toml'}; then: castello build --case {folder}")
    return 0


def run_build(options: Options) -> int:
    case = _open_unbuilt(options)
    report = case.build(busy=busy)
    print_report(report.to_json(), options, _report_lines(report))
    return 0


def _open_unbuilt(options: Options) -> Case:
    return open_built(options, build=False)


def _report_lines(report: BuildReport) -> list[str]:
    if report.unchanged:
        lines = ["Nothing has changed since the last build."]
    else:
        new = ", ".join(_counted(count, name) for name, count in report.new.items() if count) or "nothing"
        lines = [f"New in the ledger: {new}."]
    lines.append("In the case: " + ", ".join(_counted(count, name) for name, count in report.present.items()) + ".")
    if report.issues:
        lines.append(f"{some(len(report.issues), 'thing')} to look at:")
        from castello.desk.add import issue_lines

        lines += [f"  {line}" for line in issue_lines(report.issues)]
    return lines


def _counted(count: int, name: str) -> str:
    """``name`` is a plural, as reports have it, or a participle."""
    return f"{count:,} {name.removesuffix('s') if count == 1 else name}"


def run_add(options: Options) -> int:
    from castello.desk.add import issue_lines
    from castello.desk.planning import Sidecar

    case = _open_unbuilt(options)
    sidecar = Sidecar(
        publisher=options.publisher,
        published=day_of(options.published, "--published"),
        title=options.title,
        url=options.url,
        language=options.language,
        sides=tuple(options.side),
        first_day=day_of(options.first_day, "--first-day"),
    )
    report = case.add([Path(file) for file in options.file], sidecar=sidecar, protected=options.protected, busy=busy)
    lines = [_added_line(item) for item in report.files]
    lines += [f"  {issue}" for issue in issue_lines(report.issues)]
    print_report(report.to_json(), options, [*lines, *_report_lines(report.build)])
    return 0


def _added_line(item: Added) -> str:
    if item.taken_for == "nothing":
        return f"{item.file}: left out, because {item.why}"
    where = "it is there already" if item.already else f"now {item.to}" if item.to else "sealed in the vault"
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in item.counts.items())
    return f"{item.file}: {item.taken_for}, because {item.why}; {where}{f' ({counts})' if counts else ''}"


def run_verify(options: Options) -> int:
    case = _open_unbuilt(options)
    result = case.verify()
    entries, claims = result.counts.get("entries", 0), result.counts.get("claims", 0)
    devices, held = result.counts["devices"], result.counts["documents_held"]
    counted = f"{some(claims, 'claim')}, {some(held, 'held document')}"
    lines = [f"{entries:,} journal {'entry' if entries == 1 else 'entries'} of {some(devices, 'device')}, {counted}."]
    if "quotes" in result.counts:
        lines.append(
            f"{result.counts['quotes']} quotes: {result.counts['quotes_checked']} checked against their documents, "
            f"{result.counts['quotes_text_not_held']} not checked because the text is not held."
        )
    if result.counts.get("protected_not_opened"):
        lines.append(f"{result.counts['protected_not_opened']} protected claims could not be opened here.")
    lines.append("All is as it was written." if result.clean else f"Damage, {some(len(result.issues), 'place')}:")
    lines += [f"  {issue}" for issue in result.issues]
    print_report(result.to_json(), options, lines)
    return 0 if result.clean else 3


def run_doctor(options: Options) -> int:
    from castello.desk.checking import doctor
    from castello.ledger.packs import public_key

    try:
        case = _open_unbuilt(options)
        remarks = case.doctor()
    except WrongUse:
        if options.case:
            raise
        remarks = doctor(None, None, now=datetime.now(UTC))
    if wants_json(options):
        print_json({"remarks": [remark.to_json() for remark in remarks], "device_key": public_key()})
        return 0
    for remark in remarks:
        print(
            f"{'  ' if remark.well else '! '}{remark.about:<17} {remark.found}"
            + (f"  -> {remark.hint}" if remark.hint else "")
        )
    print(f"  {'this device':<18}{public_key()}  -> give this to a colleague who packs a case for you")
    return 0


def run_assess(options: Options) -> int:
    case = open_built(options)
    made = case.assess(
        options.text,
        author=options.by,
        confidence=options.confidence,
        because=options.because,
        rests_on=options.rests_on,
        signed=options.signed,
    )
    print_report(
        {"id": made.id} | made.to_json(),
        options,
        [f"Signed by {made.author} on {made.signed}: {made.id}. Briefs show it in a block of its own."],
    )
    return 0


def run_pack(options: Options) -> int:
    case = open_built(options)
    data = case.pack(to=options.to)
    path = Path(options.output)
    path.write_bytes(data)
    print_report(
        {"pack": str(path), "bytes": len(data)},
        options,
        [f"{path}: {len(data):,} bytes, sealed. Only the device with that key can open it."],
    )
    return 0


def run_merge(options: Options) -> int:
    case = _open_unbuilt(options)
    merged = case.merge(Path(options.file).read_bytes())
    lines = [
        f"{merged.entries} journal entries and {merged.files} files were new.",
        *(f"  {issue}" for issue in merged.issues),
    ]
    value = {"entries": merged.entries, "files": merged.files, "issues": [issue.to_json() for issue in merged.issues]}
    print_report(value, options, lines)
    return 0
