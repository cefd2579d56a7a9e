"""Everything that leaves, in one hand: each verb and each form, as bytes; and what tests look for in them."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from rich.console import Console

from castello import cli
from castello.analyses import Analysis
from castello.analyses import run as run_analysis
from castello.analyses.siege import changes, watch
from castello.briefs.assemble import assemble
from castello.briefs.html import to_html
from castello.briefs.markdown import to_markdown
from castello.briefs.profile import Clearance
from castello.briefs.siege_files import siege_layers, to_csv, to_geojson, to_geopackage, to_svg
from castello.briefs.terminal import print_brief, print_spells
from castello.cases import read_case, read_judgement, read_relation
from castello.desk import case as desk
from castello.desk.case import Case

WINDOW = 12
"""So many bytes of a protected text in a row may stand nowhere."""

HEX = re.compile(r"\b(?:[a-z]1-)?[0-9a-f]{12,64}\b")
"""What can be an id or a hash."""


class Clock(datetime):
    """A clock that stands still, put in the place of the desk's."""

    instant = datetime(2026, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz=None):  # noqa: ARG003 - as the standard library calls it
        return cls.instant


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    """Every verb of the command line runs at this instant."""
    clock = type("Clock", (Clock,), {"instant": instant})
    monkeypatch.setattr(desk, "datetime", clock)


def evening(day: date | str) -> datetime:
    return datetime.combine(date.fromisoformat(str(day)), time(21), tzinfo=UTC)


def run(*arguments: str, terminal: bool = False) -> tuple[str, str, int]:
    """One verb, as typed: what it printed, what it noted, its exit code."""
    out, err = io.StringIO(), io.StringIO()
    if terminal:
        out.isatty = lambda: True  # type: ignore[method-assign]
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(arguments)
    return out.getvalue(), err.getvalue(), code


def verbs(case: Case, folder: Path, *, profile: str, days: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Every verb whose output can leave, its file and what it notes, by name; the other forms of a brief are in :func:`forms`."""
    where = ["--case", str(case.folder), *days, "--profile", profile]
    forms: dict[str, bytes] = {}
    first = case.registers.settings.start.isoformat()
    asked = {verb: (verb,) for verb in ("claims", "totals", "parties", "brief", "siege")} | {
        "siege-changes": ("siege", "--from", first),
        "siege-watch": ("siege", "--watch"),
        "attacks": ("attacks",),
        "attacks-by-place": ("attacks", "--by", "place"),
        "siege-terminal": ("siege", "--from", first),
    }
    for name, verb in asked.items():
        out, err, code = run(*verb, *where, terminal=name.endswith("terminal"))
        assert code == 0, err
        forms[name if name.endswith("terminal") else f"{name}-json"] = (out + err).encode()
    written = {"brief.html": ("brief",), "siege.geojson": ("siege", "--from", first), "attacks.geojson": ("attacks",)}
    for name, verb in written.items():
        path = folder / f"{profile}-{name}"
        out, err, code = run(*verb, *where, "-o", str(path))
        assert code == 0, err
        forms[path.name] = path.read_bytes() + (out + err).replace(str(folder), "").encode()
    return forms


def forms_of_brief(brief) -> dict[str, bytes]:
    """A brief in each of its forms, as bytes."""
    out = io.StringIO()
    print_brief(brief, Console(file=out, width=100))
    plain = json.dumps(asdict(brief), ensure_ascii=False, default=str)
    texts = {"terminal": out.getvalue(), "json": plain, "md": to_markdown(brief), "html": to_html(brief)}
    return {name: text.encode() for name, text in texts.items()}


def forms(case: Case, *, profile: str, as_of=None, known_by=None, now: datetime) -> dict[str, bytes]:
    """The brief's forms, the listing of claims and the analyses of a case at an instant, without the command line."""
    picture = case.picture(as_of=as_of, known_by=known_by, now=now)
    clearance = case.clearance(picture, profile=profile, now=now)
    found = forms_of_brief(assemble(picture, clearance))
    listed = clearance.listing()
    rows = [{"id": claim.id, "text": clearance.says(claim)} | claim.to_json() for claim in listed.claims]
    found["claims"] = json.dumps(clearance.ids([rows, dict(listed.withheld)]), ensure_ascii=False).encode()
    days = (case.registers.settings.start, picture.as_of)
    analyses: dict[str, str | Analysis] = {name: name for name in ("siege", "situation", "totals", "parties")} | {
        "siege-changes": partial(changes, start=days[0], end=days[1]),
        "siege-watch": watch,
    }
    for name, analysis in analyses.items():
        cleared = clearance.findings(run_analysis(analysis, picture), analyses=(analysis,))
        shown = [finding.to_json() for finding in cleared.findings]
        found[name] = json.dumps(clearance.ids([shown, dict(cleared.withheld)]), ensure_ascii=False).encode()
    return found | siege_files(clearance, days=days)


def siege_files(clearance: Clearance, *, days: tuple[date, date]) -> dict[str, bytes]:
    """A siege in each of its forms: files, and its chart on a terminal; a GeoPackage as the statements that would make it."""
    layers, out = siege_layers(clearance, days=days), io.StringIO()
    print_spells(clearance, Console(file=out, width=100), start=days[0], end=days[1])
    found = {
        "siege.geojson": to_geojson(layers),
        "siege.csv": to_csv(layers),
        "siege.svg": to_svg(clearance, days),
        "siege-terminal": out.getvalue().encode(),
    }
    if find_spec("pyogrio"):
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(to_geopackage(layers, dated=days[1]))
            # numbers of the coordinate systems look like ids and are those of every such file
            lines = (line for line in base.iterdump() if not re.search("gpkg_spatial_ref_sys|rtree", line))
            found["siege.gpkg"] = "\n".join(lines).encode()
    return found


def strings(value: object) -> Iterator[str]:
    """Every text in plain values, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            for item in pair:
                yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def ids(forms: Mapping[str, bytes]) -> set[str]:
    """Everything in outputs that can be an id or a hash."""
    return {text for data in forms.values() for text in HEX.findall(data.decode())}


def windows(text: str | bytes) -> set[bytes]:
    """Every run of :data:`WINDOW` bytes of a text."""
    data = text.encode() if isinstance(text, str) else text
    return {data[i : i + WINDOW] for i in range(len(data) - WINDOW + 1)}


def leak(data: bytes, secret: str | bytes) -> bytes | None:
    """A run of bytes of a secret that stands in data; None if there is none."""
    return next((window for window in sorted(windows(secret)) if window in data), None)


def files(*folders: Path) -> dict[str, bytes]:
    """Every file of folders, by name; the name is part of what is searched."""
    return {
        path.as_posix(): path.relative_to(folder).as_posix().encode() + b"\n" + path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def replayed(bundled: Path, folder: Path, *, day: date) -> Case:
    """The bundled case as it was on a day: its registers, and only what had been published by then, recorded that evening."""
    folder.mkdir(parents=True)
    for path in sorted(bundled.iterdir()):
        if path.suffix in (".toml", ".csv", ".yml"):
            shutil.copy(path, folder)
    shutil.copytree(bundled / "agreements", folder / "agreements")
    content = read_case(bundled)
    case = Case(folder)
    rows = []
    for file in content.claim_files:
        known = {document.id for document in file.documents if document.published <= day}
        rows += [{"type": "document", "id": f"d1-{d.id}", "body": d.to_json()} for d in file.documents if d.id in known]
        rows += [{"type": "claim", "id": c.id, "body": c.to_json()} for c in file.claims if c.published <= day]
        refs = content.refs
        relations = [read_relation(item, refs=refs, coder="tests") for _, item in file.relations]
        judgements = [
            read_judgement(item, refs=refs, known=content.registers.known, coder="tests") for _, item in file.judgements
        ]
        rows += [{"type": "relation", "id": r.id, "body": r.to_json()} for r in relations if r.dated <= day]
        rows += [{"type": "judgement", "id": j.id, "body": j.to_json()} for j in judgements if j.dated <= day]
    case.book.write(rows, verb="replay", source={}, now=evening(day))
    case.build(now=evening(day))
    return case
