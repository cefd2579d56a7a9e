"""The verb that asks over the network."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from castello.cli._verb import Options, busy, day_of, note, open_built, print_report

if TYPE_CHECKING:
    from castello.desk.fetch import FetchReport


def run_fetch(options: Options) -> int:
    from castello.desk.asking import Question

    question = Question(
        query=options.query,
        country=options.country,
        start=day_of(options.start, "--from"),
        end=day_of(options.end, "--to"),
        limit=options.limit,
        dataset=options.dataset,
        table=options.table,
        address=options.address,
    )
    report = open_built(options).fetch(
        options.source,
        question,
        publisher=options.publisher,
        appname=options.appname,
        private=options.private,
        tell=note,
        busy=busy,
    )
    print_report(report.to_json(), options, _lines(report, limit=options.limit))
    return 0


def _lines(report: FetchReport, *, limit: int) -> list[str]:
    from castello.desk.add import issue_lines

    lines = [f"{item.title}: {item.status}{f', {item.to}' if item.to else ''}" for item in report.items]
    lines += [f"{one['name']}: {one['title']} ({one['publisher'] or 'publisher not said'})" for one in report.found]
    counts = Counter(item.status for item in report.items)
    if report.found:
        lines.append(
            f"{len(report.found)} data set(s) found; castello fetch hdx --dataset NAME fetches the files of one."
        )
    else:
        lines.append(
            ", ".join(f"{count} {status}" for status, count in counts.items()) or "Nothing answers this question."
        )
    if report.total is not None and report.total > limit:
        lines.append(f"There are {report.total:,}; --limit says how many are asked for.")
    if not report.complete:
        lines.append("The answer is not complete; the same command goes on from where it broke off.")
    if report.issues:
        lines.append(f"{len(report.issues)} thing(s) to look at:")
        lines += [f"  {line}" for line in issue_lines(report.issues)]
    return lines
