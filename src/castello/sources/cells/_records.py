"""Parquet files and JSON through the engine: columns have names of their own, and nested values stay JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from castello.engines import Steps
from castello.engines.bounded import BoundedEngine, NotReadable, column, text
from castello.sources.cells._asked import Asked
from castello.sources.cells._header import NUMBER, Header, NoHeader, choose, say
from castello.sources.cells._json import BreaksOff, json_values
from castello.sources.cells._keep import Cells
from castello.sources.cells._tidy import tidy
from castello.sources.cells._told import Told

_LONGEST = 16_000_000
_MOST_KEYS = 5_000
_HEAD = 1 << 16
_ARRAY = re.compile(r"\s*\[")
_NESTED = re.compile(r"STRUCT|MAP|UNION|LIST|\[|JSON|VARIANT")
_FIRST = 1_000


def read_parquet(asked: Asked) -> list[Cells]:
    """The rows of a Parquet file; none, with an issue, if it is broken or has other columns."""
    told = asked.told
    with BoundedEngine(spill=asked.work / "spill") as engine:
        try:
            engine.parquet("file", [asked.path])
            types = [(name, kind) for name, kind in engine.columns("file") if name != "file_row_number"]
            header = _header([name for name, _ in types], asked)
            if header is None:
                return []
            said = [
                (_as_text(name, kind), header.names[at])
                for at, (name, kind) in enumerate(types)
                if at < len(header.names) and header.names[at]
            ]
            for name, kind in types:
                if kind == "BLOB":
                    told.warn(
                        "binary", "holds bytes that are no text, which are not read", "Export it as text.", column=name
                    )
            columns = ", ".join(f"{value} as {column(name)}" for value, name in said)
            steps = Steps("parquet").add("cells", f"select file_row_number + 1 as {NUMBER}, {columns} from file")
            return _kept(engine, steps, header=header, asked=asked)
        except NotReadable as error:
            told.whole("format", f"is a broken Parquet file ({str(error)[:120]})", "Write or fetch it again.")
            return []


def read_json(asked: Asked) -> list[Cells]:
    """The objects of a JSON file, one a line, in an array, or one after another; none, with an issue, if it has none."""
    told = asked.told
    with BoundedEngine(spill=asked.work / "spill") as engine:
        try:
            steps = _objects(engine, _whole(asked))
            keys = _keys(engine, steps)
            header = _header(keys, asked)
            if header is None:
                return []
            _refuse(engine, steps, told=told)
            said = [
                (key, header.names[at]) for at, key in enumerate(keys) if at < len(header.names) and header.names[at]
            ]
            pointers = ", ".join(text(_pointer(key)) for key, _ in said)
            cells = ", ".join(f"said[{at}] as {column(name)}" for at, (_, name) in enumerate(said, start=1))
            steps = steps.add(
                "extracted", f"select {NUMBER}, json_extract_string(line, [{pointers}]) as said from objects where good"
            ).add("cells", f"select {NUMBER}, {cells} from extracted")
            return _kept(engine, steps, header=header, asked=asked)
        except NotReadable as error:
            told.whole("format", f"is broken JSON ({str(error)[:120]})", "Write or fetch it again.")
            return []


def json_candidates(path: Path, *, work: Path) -> list[list[str]]:
    """The names of all values of the first objects of a JSON file."""
    with BoundedEngine(spill=work / "spill") as engine:
        try:
            return [_keys(engine, _objects(engine, path, most=_FIRST))]
        except NotReadable:
            return []


def parquet_candidates(path: Path, *, work: Path) -> list[list[str]]:
    """The names of the columns of a Parquet file."""
    with BoundedEngine(spill=work / "spill") as engine:
        try:
            engine.parquet("file", [path])
            return [[name for name, _ in engine.columns("file") if name != "file_row_number"]]
        except NotReadable:
            return []


def _header(names: Sequence[str], asked: Asked) -> Header | None:
    found = choose([(0, names)], is_header=asked.is_header, needed=asked.needed)
    if isinstance(found, NoHeader):
        asked.told.whole(found.code, found.what, found.hint, column=found.column)
        return None
    say(found, asked.told)
    return found


def _kept(engine: BoundedEngine, steps: Steps, *, header: Header, asked: Asked) -> list[Cells]:
    into = asked.parquet()
    engine.write(steps, into)
    tidy(engine, into, header=header, work=asked.work)
    rows = pq.read_metadata(into).num_rows
    return [
        Cells(
            sheet=None,
            columns=header.columns,
            printed=header.printed,
            path=into,
            rows=rows,
            refused=asked.told.refused,
        )
    ]


def _as_text(name: str, kind: str) -> str:
    """A column of a Parquet file as text: numbers without an end of zeros, midnight as its day."""
    value = column(name)
    if kind == "BLOB":
        return "''"
    if _NESTED.search(kind):
        return f"cast(to_json({value}) as varchar)"
    plain = f"cast({value} as varchar)"
    if kind in ("FLOAT", "DOUBLE"):
        return f"case when isnan({value}) then null else regexp_replace({plain}, '\\.0$', '') end"
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        return f"replace(regexp_replace({plain}, ' 00:00:00$', ''), ' ', 'T')"
    return plain


def _objects(engine: BoundedEngine, path: Path, *, most: int | None = None) -> Steps:
    """Every value with its row, and whether it is an object that can be read."""
    with path.open("rb") as stream:
        start = stream.read(_LONGEST).removeprefix(b"\xef\xbb\xbf").lstrip()
    first = start.partition(b"\n")[0]
    if start.startswith(b"["):
        engine.objects("file", path, array=True, longest=_LONGEST)
    elif _is_whole(first):
        engine.lines("file", path, longest=_LONGEST)
    else:
        engine.objects("file", path, array=False, longest=_LONGEST)
    some = "" if most is None else f" limit {most}"
    # a sign of the code point zero would end a text in other programs
    good = "json_type(line) = 'OBJECT' and not contains(line, '\\u0000') and not contains(line, chr(0))"
    valid = f"select {NUMBER}, case when json_valid(line) then line end as line from file where trim(line) <> ''{some}"
    return (
        Steps("json")
        .add("valid", valid)
        .add("objects", f"select {NUMBER}, line, coalesce({good}, false) as good from valid")
    )


def _whole(asked: Asked) -> Path:
    """The file, or of an array that has no end the values before that, one a line; the engine would refuse all or tell nothing."""
    path = asked.path
    with path.open("rb") as stream:
        start = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
        stream.seek(max(0, path.stat().st_size - _HEAD))
        if not start.startswith(b"[") or stream.read().rstrip().endswith(b"]"):
            return path
    lines = asked.work / "lines"
    with lines.open("w", encoding="utf-8") as target:
        try:
            for _, value in json_values(path, after=_ARRAY):
                target.write(value.replace("\r", " ").replace("\n", " ") + "\n")
        except BreaksOff as broken:
            asked.told.whole("cut", f"{broken}: what comes before that is read", "Write or fetch the file again.")
    return lines


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _keys(engine: BoundedEngine, steps: Steps) -> list[str]:
    """The names of the values of all objects, in the order in which they come first."""
    listed = f"select {NUMBER}, unnest(json_keys(line)) as key, generate_subscripts(json_keys(line), 1) as nth from objects where good"
    keys = steps.add("listed", listed).add(
        "keys",
        f"select key, min(({NUMBER}, nth)) as first_at from listed group by key order by first_at limit {_MOST_KEYS}",
    )
    return [str(key) for key in engine.run(keys).column("key").to_pylist()]


def _refuse(engine: BoundedEngine, steps: Steps, *, told: Told) -> None:
    bad = steps.add("bad", f"select count(*) as n, min({NUMBER}, 6) as first_rows from objects where not good")
    (seen,) = engine.run(bad).to_pylist()
    if seen["n"]:
        hint = "Write one object a line, in UTF-8."
        told.many("object", "is no JSON object that can be read", hint, rows=seen["first_rows"], count=seen["n"])


def _pointer(key: str) -> str:
    """Where a value stands in an object, as RFC 6901 writes it."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
