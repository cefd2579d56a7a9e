"""What every verb shares: its description, how it opens a case, and how it answers."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from castello.desk.case import Case
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


def note(text: str) -> None:
    print(text, file=sys.stderr)


PATIENCE_S = 1.0
"""What takes longer than this is told."""


@contextmanager
def busy(text: str) -> Iterator[Callable[[int, int], None]]:
    """Says on stderr what is being done, if it takes its time, and how long it took; with a bar where somebody looks on."""
    start, bar = time.monotonic(), _Bar(text)
    timer = threading.Timer(PATIENCE_S, note, args=(f"{text} ...",))
    timer.daemon = True
    timer.start()
    try:
        yield bar.tick
    finally:
        timer.cancel()
        bar.close()
        took = time.monotonic() - start
        if took > PATIENCE_S:
            note(f"{text}: done in {took:,.0f} s")


class _Bar:
    """A bar on a terminal, of work that is not done within a second."""

    def __init__(self, text: str) -> None:
        self._text, self._start = text, time.monotonic()
        self._progress: Any = None

    def tick(self, done: int, of: int) -> None:
        """So much of so much is done."""
        if self._progress is None:
            if not sys.stderr.isatty() or time.monotonic() - self._start < PATIENCE_S:
                return
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._progress.start()
            self._progress.add_task(self._text, total=of)
        self._progress.update(self._progress.task_ids[0], completed=done, total=of)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def wants_json(options: Options) -> bool:
    return bool(options.json) or not sys.stdout.isatty()


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def new_console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def open_built(options: Options, *, build: bool = True) -> Case:
    from castello.desk.case import Case, open_case
    from castello.desk.opening import case_folder

    if not build:
        return Case(case_folder(options.case))
    case = open_case(options.case, busy=busy)
    report = case.build()
    # a row of which several fields are wrong is one row
    errors = sum(issue.severity == "error" and issue.code != "further" for issue in report.issues)
    if errors:
        note(f"{some(errors, 'row')} of the case could not be read; castello build lists them")
    return case


def picture_of(case: Case, options: Options) -> Picture:
    settings = case.registers.settings
    for name, day in (("--as-of", options.as_of), ("--known-by", options.known_by)):
        asked = day_of(day, name)
        if name == "--as-of" and asked is not None and not settings.start <= asked <= (settings.end or asked):
            note(f"{name} {asked} lies outside of the case's period ({settings.start} to {settings.end or 'today'})")
    picture = case.picture(as_of=options.as_of, known_by=options.known_by, branch=options.branch)
    for issue in picture.branch.issues if picture.branch else ():
        note(str(issue))
    return picture


def headline(case: Case, picture: Picture) -> str:
    known = f"known by {picture.known_by} ({picture.clock})" if picture.known_by else "everything known"
    branch = f", branch {picture.branch.name} (hypothetical)" if picture.branch else ""
    source = f", roads and control as {picture.only_source} sees them" if picture.only_source else ""
    return f"{case.registers.settings.name_en}: as of {picture.as_of}, {known}{branch}{source}"


def some(count: int, thing: str) -> str:
    """A number of things: ``1 claim``, ``2 claims``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def short(id_: str) -> str:
    return id_[:11]


def day_of(text: str | None, name: str) -> date | None:
    from castello.desk.case import as_day

    return as_day(text, name=name)


def print_report(value: object, options: Options, lines: list[str]) -> None:
    if wants_json(options):
        print_json(value)
    else:
        print("\n".join(lines))


def option(*names: str, **settings: Any) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    return names, settings
