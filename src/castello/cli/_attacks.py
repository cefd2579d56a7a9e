"""The verb on attacks, and the vocabulary of events and weapons."""

from __future__ import annotations

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
    short,
    wants_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from castello.claims import Finding

VOCABULARIES = ("events", "weapons")
"""What `castello words` shows beside the kinds of claims."""


def run_attacks(options: Options) -> int:
    from castello.briefs.attacks import attacks_for
    from castello.picture.attacks import as_by

    case = open_built(options)
    picture = picture_of(case, options)
    by = as_by(options.by)
    start = day_of(options.start, "--from") or case.registers.settings.start
    end = day_of(options.to, "--to") or picture.as_of
    profile = options.profile or ("public" if options.output else "own")
    clearance = case.clearance(picture, profile=profile)
    if options.output:
        from castello.briefs.attacks_files import write_attacks

        layers = write_attacks(
            picture, Path(options.output), clearance=clearance, days=(start, end), by=by, place=options.place
        )
        note(f"written for {profile}: {options.output}")
        for issue in layers.issues:
            note(str(issue))
        _note_withheld(layers.withheld)
        return 0
    cleared = attacks_for(clearance, start=start, end=end, by=by, place=options.place)
    if wants_json(options):
        header = {"castello": __version__} | case.header(picture, profile=profile)
        asked = {"from": start.isoformat(), "to": end.isoformat(), "by": by, "place": options.place}
        body = {
            "analysis": "attacks",
            "asked": asked,
            "findings": [finding.to_json() for finding in cleared.findings],
            "coverage": {"claims": len(picture.visible_ids()), "withheld": dict(cleared.withheld)},
            "issues": [] if clearance.leaves else [issue.to_json() for issue in case.build().issues],
        }
        print_json(clearance.ids(header | body))
        return 0
    console = new_console()
    console.print(headline(case, picture) + "\n", markup=False)
    _print_findings(cleared.findings, console, clearance.id)
    _note_withheld(cleared.withheld)
    return 0


def _print_findings(findings: Iterable[Finding], console: Any, shown: Callable[[str], str]) -> None:
    for finding in findings:
        indent = "" if finding.kind in ("attacks", "attacks_by") else "    "
        console.print(f"{indent}{finding.text}", markup=False)
        if finding.kind not in ("attacks", "attacks_by"):
            continue
        count = dict(finding.extra).get("claims_in_all", len(finding.claims))
        named = f", one of them {short(shown(finding.claims[0]))}" if finding.claims else ""
        console.print(f"    {count} claim(s){named}; not known: {finding.unknown[0]}", style="dim", markup=False)


def _note_withheld(withheld: tuple[tuple[str, int], ...]) -> None:
    if withheld:
        note("withheld: " + "; ".join(f"{what} ({count})" for what, count in withheld))


def print_vocabulary(options: Options) -> int:
    """The tree of events or of weapons, with the codes of others."""
    from castello.claims.vocabulary import events, weapons

    rows: dict[str, dict[str, Any]]
    if options.kind == "events":
        rows = {
            item.key: {
                "means": item.means,
                "kinds": [kind.value for kind in item.kinds],
                "ucdp": list(item.ucdp),
                "acled": [*item.acled, *item.acled_types],
                "acled_among": list(item.acled_among),
                "plover": [" ".join((name, *modes)) for name, modes in item.plover],
                "note": item.note,
            }
            for item in events().values()
        }
    else:
        rows = {
            item.key: {
                "means": item.means,
                "parent": item.parent,
                "field": item.field,
                "bayanat": item.bayanat,
                "insecurity_insight": [*item.insecurity_insight, *item.insecurity_insight_among],
                "plover": item.plover,
                "acled": item.acled,
                "note": item.note,
            }
            for item in weapons().values()
        }
    if wants_json(options):
        print_json(rows)
        return 0
    for key, row in rows.items():
        print(f"{key}: {row['means']}")
        for name, value in row.items():
            said = ", ".join(map(str, value)) if isinstance(value, list) else value
            if name != "means" and said:
                print(f"    {name.replace('_', ' '):<20}{said}")
    return 0
