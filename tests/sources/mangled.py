"""
A small table, mangled in hundreds of ways: what analysts' files look like when they arrive.

A caller gives heads and rows that its reader understands, and gets files, each with what has to become of it::

    for file in mangled(HEADER, ROWS, seed=1):
        path = folder / file.name
        path.write_bytes(file.data)
        ...

Whatever the mangling: no exception, every row is read or said, and every cell that is read is one of ``file.cells``.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

Row = list[str]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1256")
SEPARATORS = (",", ";", "\t", "|")
ENDS = ("\n", "\r\n", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mangled:
    """
    A mangled file and what has to become of it.

    ``rows`` are read and ``refused`` are said, each None where either may be. ``code`` is an issue that has to be there. ``encoding``
    is what the user says of it. ``cells`` are all that stands in it, stripped and in Unicode's form C.
    """

    name: str
    data: bytes
    rows: int | None
    refused: int | None = 0
    code: str | None = None
    encoding: str | None = None
    cells: frozenset[str] = frozenset()


@dataclass(slots=True)
class Sample:
    """The table at hand, and chance."""

    header: Row
    rows: list[Row]
    rng: random.Random
    long_line: int

    @property
    def width(self) -> int:
        return len(self.header)

    def cells(self, *more: str) -> frozenset[str]:
        """All cells of the table and some more, as a reader may print them."""
        return frozenset(plain(cell) for cell in (*self.header, *(cell for row in self.rows for cell in row), *more))

    def file(self, name: str, data: bytes, *more: str, rows: int | None = -1, **expected: object) -> Mangled:
        """A file of which, unless it is said otherwise, every row is read."""
        count = len(self.rows) if rows == -1 else rows
        return Mangled(name=name, data=data, rows=count, cells=self.cells(*more), **expected)  # type: ignore[arg-type]  # fields of the dataclass

    def text(self, *, separator: str = ",", end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
        """The table as text."""
        return written([self.header, *self.rows], separator=separator, end=end, quoting=quoting)

    def at(self) -> int:
        """Some row."""
        return self.rng.randrange(len(self.rows))

    def spot(self) -> tuple[int, int]:
        """Some cell."""
        return self.at(), self.rng.randrange(self.width)


Mangle = Callable[[Sample], Mangled]


def plain(cell: str) -> str:
    """A cell as it may be read."""
    return unicodedata.normalize("NFC", cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def mangled(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    seed: int = 0,
    count: int = 200,
    long_line: int = 20_000_000,
) -> Iterator[Mangled]:
    """Mangled variants of a table, ``count`` of them, each kind again and again with other choices."""
    for number, mangle in enumerate(islice(cycle(MANGLES), count)):
        rng = random.Random(f"{seed}-{number}")
        sample = Sample([*header], [[*row] for row in rows], rng, long_line)
        file = mangle(sample)
        yield Mangled(
            name=f"{number:03}-{mangle.__name__}{file.name.removeprefix('a')}",
            data=file.data,
            rows=file.rows,
            refused=file.refused,
            code=file.code,
            encoding=file.encoding,
            cells=file.cells,
        )


def written(
    rows: Sequence[Sequence[str]], *, separator: str = ",", end: str = "\n", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    """Rows as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]  # one of the csv module's
    return text.getvalue()


# --------------------------------------------------------------------------------------------------------------- text


def encodings(sample: Sample) -> Mangled:
    encoding = sample.rng.choice(ENCODINGS)
    end, separator = sample.rng.choice(ENDS), sample.rng.choice(SEPARATORS)
    quoting = sample.rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))
    data = sample.text(separator=separator, end=end, quoting=quoting).encode(encoding)
    return sample.file("a.csv", data, encoding=encoding if encoding == "cp1256" else None)


def unmarked_encoding(sample: Sample) -> Mangled:
    sample.rows[sample.at()][0] += " \u0645\u062f\u064a\u0646\u0629"
    data = sample.text().encode("cp1256")
    return sample.file("a.csv", data, rows=None, refused=None, code="encoding")


def unmarked_utf_16(sample: Sample) -> Mangled:
    return sample.file("a.csv", sample.text().encode("utf-16-le"), rows=0, refused=None, code="binary")


def tags_below(sample: Sample) -> Mangled:
    tags = [f"#tag{at}+x" if sample.rng.random() < 0.8 or at == 0 else "" for at in range(sample.width)]
    return sample.file("a.csv", written([sample.header, tags, *sample.rows]).encode())


def tags_above(sample: Sample) -> Mangled:
    tags = [f"#tag{at}" for at in range(sample.width)]
    return sample.file("a.csv", written([tags, sample.header, *sample.rows]).encode())


def titles(sample: Sample) -> Mangled:
    above = [["Situation report", ""], [], ["As of, about, July"]][: sample.rng.randint(1, 3)]
    return sample.file("a.csv", written([*above, sample.header, *sample.rows]).encode(), code="title")


def blank_lines(sample: Sample) -> Mangled:
    at = sample.at()
    rows = [sample.header, [], *sample.rows[:at], [""] * sample.width, [], *sample.rows[at:], [], []]
    return sample.file("a.csv", written(rows).encode())


def trailing_separators(sample: Sample) -> Mangled:
    more = [""] * sample.rng.randint(1, 3)
    return sample.file("a.csv", written([[*row, *more] for row in (sample.header, *sample.rows)]).encode())


def spaces(sample: Sample) -> Mangled:
    odd = (" ", "\u00a0", "\u2009", "\t", "  ")
    rows = [[f"{sample.rng.choice(odd)}{cell}{sample.rng.choice(odd)}" for cell in row] for row in sample.rows]
    return sample.file("a.csv", written([[f" {head} " for head in sample.header], *rows]).encode())


def decomposed(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] = "Qa\u0308s\u030ci\u0304m"
    return sample.file("a.csv", sample.text().encode())


def shifted(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row].insert(column, "shifted")
    sample.rows[row][-1] = sample.rows[row][-1] or "0"
    return sample.file("a.csv", sample.text().encode(), rows=len(sample.rows) - 1, refused=1, code="surplus-cells")


def short_row(sample: Sample) -> Mangled:
    row = sample.at()
    sample.rows[row] = ["only", *sample.rows[row][1 : sample.rng.randint(1, sample.width)]]
    return sample.file("a.csv", sample.text().encode())


def merged_heads(sample: Sample) -> Mangled:
    heads = ["People in the east", *[""] * (sample.width - 2), "Other"]
    return sample.file("a.csv", written([heads, *sample.rows]).encode(), rows=0, refused=None)


def two_rows_of_heads(sample: Sample) -> Mangled:
    heads = ["Group", *[""] * (sample.width - 2), "Other"]
    return sample.file("a.csv", written([heads, sample.header, *sample.rows]).encode(), code="title")


def heads_twice(sample: Sample) -> Mangled:
    header = [*sample.header, sample.header[0]]
    rows = [[*row, "again"] for row in sample.rows]
    return sample.file("a.csv", written([header, *rows]).encode(), "again", rows=None, refused=None)


def head_missing(sample: Sample) -> Mangled:
    at = sample.rng.randint(1, sample.width - 1)
    rows = [[*row[:at], "stray", *row[at:]] for row in (sample.header, *sample.rows)]
    rows[0][at] = ""
    return sample.file("a.csv", written(rows).encode(), "stray", rows=0, refused=None, code="merged-heads")


def index_column(sample: Sample) -> Mangled:
    rows = [[str(at), *row] for at, row in enumerate(sample.rows)]
    return sample.file("a.csv", written([["", *sample.header], *rows]).encode(), code="no-head")


def no_header(sample: Sample) -> Mangled:
    return sample.file("a.csv", written(sample.rows).encode(), rows=0, refused=None)


def serial_dates(sample: Sample) -> Mangled:
    def serial(cell: str) -> str:
        try:
            return str((date.fromisoformat(cell) - date(1899, 12, 30)).days)
        except ValueError:
            return cell

    sample.rows = [[serial(cell) for cell in row] for row in sample.rows]
    return sample.file("a.csv", sample.text().encode())


def decimal_commas(sample: Sample) -> Mangled:
    sample.rows = [[cell.replace(".", ",") if _is_number(cell) else cell for cell in row] for row in sample.rows]
    return sample.file("a.csv", sample.text(separator=";").encode("utf-8-sig"))


def rows_twice(sample: Sample) -> Mangled:
    sample.rows += [[*sample.rows[sample.at()]] for _ in range(3)]
    return sample.file("a.csv", sample.text().encode())


def formulas_as_text(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] = sample.rng.choice(('=HYPERLINK("x")', "+1+1", "@SUM(A1)", "-2+3", "=cmd|' /C x'!A0"))
    return sample.file("a.csv", sample.text().encode())


def cells_over_lines(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] = sample.rng.choice(("one\ntwo", "one\r\ntwo\n\nthree", 'a "quoted", word\nmore'))
    return sample.file("a.csv", sample.text().encode())


def quotes_inside(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] = "x"
    marked = 'the 5" pipe'
    text = sample.text().splitlines()
    cells = next(csv.reader([text[row + 1]]))
    cells[column] = marked
    text[row + 1] = ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)
    return sample.file("a.csv", "\n".join(text).encode(), marked)


def quote_not_closed(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] = "x"
    text = sample.text().splitlines()
    text[row + 1] = text[row + 1] + ',"open' if column == sample.width - 1 else f'"{text[row + 1]}'
    return sample.file("a.csv", "\n".join(text).encode(), rows=None, refused=None)


def quote_in_quoted(sample: Sample) -> Mangled:
    row = sample.at()
    text = sample.text(quoting=csv.QUOTE_ALL).splitlines()
    text[row + 1] = f'"a"b,{text[row + 1]}'
    return sample.file("a.csv", "\n".join(text).encode(), rows=len(sample.rows) - 1, refused=1, code="cells")


def zero_byte(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] += "\x00"
    return sample.file("a.csv", sample.text().encode(), rows=len(sample.rows) - 1, refused=1, code="encoding")


def broken_sign(sample: Sample) -> Mangled:
    row, column = sample.spot()
    sample.rows[row][column] += "BROKEN"
    data = sample.text().encode().replace(b"BROKEN", sample.rng.choice((b"\xff", b"\xc3", b"\xed\xa0\x80")))
    return sample.file("a.csv", data, rows=len(sample.rows) - 1, refused=1, code="encoding")


def mixed_ends(sample: Sample) -> Mangled:
    lines = sample.text().splitlines()
    return sample.file("a.csv", "".join(line + sample.rng.choice(ENDS) for line in lines).encode())


def separator_line(sample: Sample) -> Mangled:
    return sample.file("a.csv", ("sep=;\r\n" + sample.text(separator=";", end="\r\n")).encode())


def empty(sample: Sample) -> Mangled:
    data = sample.rng.choice((b"", b"\n\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b",,,\n,,,\n", b"   "))
    return sample.file("a.csv", data, rows=0, code="empty")


def only_heads(sample: Sample) -> Mangled:
    sample.rows = []
    return sample.file("a.csv", sample.text().encode(), rows=0)


def one_long_line(sample: Sample) -> Mangled:
    data = sample.text().replace("\n", " ").encode()
    return sample.file("a.csv", data * (sample.long_line // len(data)), rows=0, refused=None)


def a_long_line(sample: Sample) -> Mangled:
    lines = sample.text().splitlines()
    at = sample.at() + 1
    lines[at] += "x" * 1_500_000
    return sample.file("a.csv", "\n".join(lines).encode(), rows=len(sample.rows) - 1, refused=1, code="long-line")


def cut_anywhere(sample: Sample) -> Mangled:
    data = sample.text().encode()
    cells = frozenset(text[:end] for text in sample.cells() for end in range(len(text) + 1))
    data = data[: sample.rng.randint(len(written([sample.header])), len(data))]
    return Mangled(name="a.csv", data=data, rows=None, refused=None, cells=cells)


def bytes_changed(sample: Sample) -> Mangled:
    data = bytearray(sample.text().encode())
    at = sample.rng.randrange(len(written([sample.header])), len(data))
    data[at] = sample.rng.choice(b"\x00\xff\"',;\n\r\t\\")
    return Mangled(name="a.csv", data=bytes(data), rows=None, refused=None)


# ------------------------------------------------------------------------------------------------------------- packed


def in_gzip(sample: Sample) -> Mangled:
    return sample.file("a.csv.gz", gzip.compress(sample.text().encode(sample.rng.choice(ENCODINGS[:3]))))


def in_gzip_cut(sample: Sample) -> Mangled:
    sample.rows = [[*row[:-1], f"{sample.rng.random()}"] for row in sample.rows * 40]
    data = gzip.compress(sample.text().encode())
    return sample.file(
        "a.csv.gz", data[: sample.rng.randint(len(data) // 2, len(data) - 9)], rows=None, refused=None, code="cut"
    )


def in_gzip_damaged(sample: Sample) -> Mangled:
    data = bytearray(gzip.compress(sample.text().encode()))
    data[-6] ^= 0xFF
    return sample.file("a.csv.gz", bytes(data), rows=0, refused=None, code="damaged")


def in_zip(sample: Sample) -> Mangled:
    files = {"folder/a.csv": sample.text().encode(), "__MACOSX/folder/._a.csv": b"x", "readme.md": b"read me"}
    return sample.file("a.zip", zipped(files))


def two_in_zip(sample: Sample) -> Mangled:
    text = sample.text().encode()
    return sample.file("a.zip", zipped({"a.csv": text, "b.csv": text}), rows=0, refused=None, code="archive")


def zip_in_zip(sample: Sample) -> Mangled:
    inner = zipped({"a.csv": sample.text().encode()})
    return sample.file("a.zip", zipped({"a.csv": inner}), rows=0, refused=None, code="nested")


def zip_bomb(sample: Sample) -> Mangled:
    text = sample.text().encode() + b"," * 120_000_000
    return sample.file("a.zip", zipped({"a.csv": text}), rows=0, refused=None, code="too-large")


def gzip_bomb(sample: Sample) -> Mangled:
    return sample.file("a.csv.gz", gzip.compress(b"0" * 120_000_000), rows=0, refused=None, code="too-large")


def workbook_bomb(sample: Sample) -> Mangled:
    files = workbook({"Data": [sample.header, *sample.rows]})
    files["xl/media/image.bin"] = b"0" * 120_000_000
    return sample.file("a.xlsx", zipped(files), rows=0, refused=None, code="too-large")


# ---------------------------------------------------------------------------------------------------------- workbooks


def as_workbook(sample: Sample) -> Mangled:
    return sample.file("a.xlsx", zipped(workbook({"Data": [sample.header, *sample.rows]})))


def workbook_with_notes(sample: Sample) -> Mangled:
    notes = [["Read me"], ["These figures are", "provisional"]]
    sheets = {"Notes": notes, "Data": [["Situation"], [], sample.header, *sample.rows]}
    return sample.file("a.xlsx", zipped(workbook(sheets)), code="no-heads")


def workbook_of_two(sample: Sample) -> Mangled:
    table = [sample.header, *sample.rows]
    return sample.file("a.xlsx", zipped(workbook({"2015": table, "2016": table})), rows=2 * len(sample.rows))


def hidden_sheet(sample: Sample) -> Mangled:
    sheets = {"Notes": [["x"]], "Data": [sample.header, *sample.rows]}
    return sample.file("a.xlsx", zipped(workbook(sheets, hidden=("Data",))), code="hidden-sheet")


def workbook_merged(sample: Sample) -> Mangled:
    files = workbook({"Data": [sample.header, *sample.rows]}, merged="A1:B1")
    return sample.file("a.xlsx", zipped(files), rows=0, refused=None, code="merged-heads")


def workbook_shifted(sample: Sample) -> Mangled:
    row = sample.at()
    rows = [[*cells, "surplus"] if at == row else cells for at, cells in enumerate(sample.rows)]
    files = workbook({"Data": [sample.header, *rows]})
    return sample.file("a.xlsx", zipped(files), rows=len(rows) - 1, refused=1, code="surplus-cells")


def workbook_formulas(sample: Sample) -> Mangled:
    row, column = sample.spot()
    kind, code = sample.rng.choice((("<f>1+1</f>", "formula"), ("<f>1/0</f><v>#DIV/0!</v>", "error-cell")))
    sample.rows[row][column] = f"\x01{kind}"
    sample.rows[row][(column + 1) % sample.width] = "x"
    return sample.file("a.xlsx", zipped(workbook({"Data": [sample.header, *sample.rows]})), "", code=code)


def workbook_far_cell(sample: Sample) -> Mangled:
    files = workbook({"Data": [sample.header, *sample.rows]})
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    files["xl/worksheets/sheet1.xml"] = files["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    return sample.file("a.xlsx", zipped(files), rows=0, refused=None, code="too-large")


def workbook_cut(sample: Sample) -> Mangled:
    data = zipped(workbook({"Data": [sample.header, *sample.rows]}))
    return sample.file("a.xlsx", data[: sample.rng.randint(4, len(data) - 1)], rows=0, refused=None)


def workbook_damaged(sample: Sample) -> Mangled:
    data = bytearray(zipped(workbook({"Data": [sample.header, *sample.rows]})))
    for _ in range(5):
        data[sample.rng.randrange(4, len(data))] = sample.rng.randrange(256)
    return Mangled(name="a.xlsx", data=bytes(data), rows=None, refused=None)


def no_old_workbook(sample: Sample) -> Mangled:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + sample.rng.randbytes(3_000)
    return sample.file("a.xls", data, rows=0, refused=None, code="format")


def open_document(sample: Sample) -> Mangled:
    return sample.file("a.ods", zipped(ods([sample.header, *sample.rows])))


def open_document_bomb(sample: Sample) -> Mangled:
    files = ods([sample.header, *sample.rows])
    many = b'<table:table-row table:number-rows-repeated="900000000">'
    start, _, end = files["content.xml"].rpartition(b"<table:table-row>")
    files["content.xml"] = start + many + end
    return sample.file("a.ods", zipped(files), rows=0, refused=None, code="too-large")


# ------------------------------------------------------------------------------------------------------ other formats


def wrong_ending(sample: Sample) -> Mangled:
    name, data = sample.rng.choice(
        (
            ("a.xlsx", sample.text().encode()),
            ("a.csv", zipped(workbook({"Data": [sample.header, *sample.rows]}))),
            ("a.csv", _lines(sample).encode()),
            ("a.xls", sample.text(separator="\t").encode("utf-16")),
        )
    )
    return sample.file(name, data, code="format")


def web_page(sample: Sample) -> Mangled:
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in sample.header)
    data = f"<html><body><table><tr>{cells}</tr></table></body></html>".encode()
    return sample.file(sample.rng.choice(("a.xls", "a.csv")), data, rows=0, refused=None, code="format")


def other_format(sample: Sample) -> Mangled:
    start = sample.rng.choice((b"%PDF-1.7\n", b"BZh9", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x89PNG\r\n"))
    return sample.file("a.csv", start + sample.text().encode(), rows=0, refused=None, code="format")


def json_lines(sample: Sample) -> Mangled:
    return sample.file("a.jsonl", _lines(sample).encode(sample.rng.choice(("utf-8", "utf-8-sig", "utf-16"))))


def json_lines_broken(sample: Sample) -> Mangled:
    lines = _lines(sample).splitlines()
    at = sample.at()
    lines[at] = sample.rng.choice(("{broken", "[1, 2]", '"text"', lines[at][:-1], '{"a": "\\u0000"}'))
    if at == 0:
        lines = [lines[1], lines[0], *lines[2:]]
    data = "\n".join(lines).encode()
    return sample.file("a.jsonl", data, rows=len(sample.rows) - 1, refused=1, code="object")


def json_array(sample: Sample) -> Mangled:
    objects = [dict(zip(sample.header, row, strict=True)) for row in sample.rows]
    data = json.dumps(objects, indent=sample.rng.choice((None, 2)), ensure_ascii=sample.rng.random() < 0.5)
    return sample.file("a.json", data.encode())


def json_array_cut(sample: Sample) -> Mangled:
    data = json.dumps([dict(zip(sample.header, row, strict=True)) for row in sample.rows]).encode()
    return sample.file("a.json", data[: sample.rng.randrange(len(data) // 2, len(data) - 1)], rows=None, code="cut")


def geojson(sample: Sample) -> Mangled:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(sample.header, row, strict=True)),
            "geometry": {"type": "Point", "coordinates": [37.5, 36.25]},
        }
        for row in sample.rows
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return sample.file("a.geojson", data, "37.5", "36.25")


def parquet(sample: Sample) -> Mangled:
    columns = [[row[at] for row in sample.rows] for at in range(sample.width)]
    target = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(column) for column in columns], names=sample.header), target)
    return sample.file("a.parquet", target.getvalue())


def parquet_cut(sample: Sample) -> Mangled:
    whole = parquet(sample)
    data = whole.data[: sample.rng.randrange(4, len(whole.data) - 1)]
    return sample.file("a.parquet", data, rows=0, refused=None, code="format")


def database(sample: Sample) -> Mangled:
    names = ", ".join('"' + head.replace('"', '""') + '"' for head in sample.header)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        connection = sqlite3.connect(path)
        with connection:
            connection.execute(f"create table data ({names})")
            connection.executemany(f"insert into data values ({', '.join('?' * sample.width)})", sample.rows)
            connection.execute("create table notes (note)")
        connection.close()
        return sample.file("a.sqlite", path.read_bytes(), code="no-heads")


# -------------------------------------------------------------------------------------------------------------- files


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def workbook(
    sheets: dict[str, list[Row]], *, hidden: Sequence[str] = (), merged: str | None = None
) -> dict[str, bytes]:
    """The parts of an .xlsx workbook; a cell that begins with the sign 1 is written as it is."""
    space = "http://schemas.openxmlformats.org"
    ids = list(enumerate(sheets, start=1))
    states = {name: ' state="hidden"' if name in hidden else "" for name in sheets}
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{id}"{states[name]} r:id="r{id}"/>' for id, name in ids)
    book = f'<workbook xmlns="{space}/spreadsheetml/2006/main" xmlns:r="{space}/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>'
    kind = f"{space}/officeDocument/2006/relationships"
    parts = "".join(
        f'<Relationship Id="r{id}" Type="{kind}/worksheet" Target="worksheets/sheet{id}.xml"/>' for id, _ in ids
    )
    package = f"{space}/package/2006"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{id}.xml" ContentType="{content}.worksheet+xml"/>' for id, _ in ids
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{parts}</Relationships>',
    }
    for id, name in ids:
        rows = "".join(
            f'<row r="{at}">{"".join(_xlsx_cell(cell, row=at, column=column) for column, cell in enumerate(row))}</row>'
            for at, row in enumerate(sheets[name], start=1)
        )
        merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
        files[f"xl/worksheets/sheet{id}.xml"] = (
            f'<worksheet xmlns="{space}/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{merges}</worksheet>'
        )
    return {name: f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode() for name, text in files.items()}


def ods(rows: list[Row]) -> dict[str, bytes]:
    """The parts of an .ods workbook."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            if cell
            else "<table:table-cell/>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(f'xmlns:{name}="{space}:{name}:1.0"' for name in ("office", "table", "text"))
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="Data">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    return {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content.encode(),
        "META-INF/manifest.xml": manifest.encode(),
    }


def _xlsx_cell(cell: str, *, row: int, column: int) -> str:
    at = f"{_letters(column)}{row}"
    if cell.startswith("\x01"):
        return f'<c r="{at}"{" t=" + chr(34) + "e" + chr(34) if "#" in cell else ""}>{cell[1:]}</c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>' if cell else f'<c r="{at}"/>'


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _lines(sample: Sample) -> str:
    objects = (dict(zip(sample.header, row, strict=True)) for row in sample.rows)
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


MANGLES: tuple[Mangle, ...] = (
    *(encodings, encodings, unmarked_encoding, unmarked_utf_16, tags_below, tags_above, titles, blank_lines),
    *(trailing_separators, spaces, decomposed, shifted, short_row, merged_heads, two_rows_of_heads, heads_twice),
    *(head_missing, index_column, no_header, serial_dates, decimal_commas, rows_twice, formulas_as_text),
    *(cells_over_lines, quotes_inside, quote_not_closed, quote_in_quoted, zero_byte, broken_sign, mixed_ends),
    *(separator_line, empty, only_heads, one_long_line, a_long_line, cut_anywhere, bytes_changed),
    *(in_gzip, in_gzip_cut, in_gzip_damaged, in_zip, two_in_zip, zip_in_zip, zip_bomb, gzip_bomb),
    *(as_workbook, workbook_with_notes, workbook_of_two, hidden_sheet, workbook_merged, workbook_shifted),
    *(workbook_formulas, workbook_far_cell, workbook_cut, workbook_damaged, workbook_bomb, no_old_workbook),
    *(open_document, open_document_bomb, wrong_ending, web_page, other_format, json_lines, json_lines_broken),
    *(json_array, json_array_cut, geojson, parquet, parquet_cut, database),
)
