"""Case folders in which good and bad rows are mixed: what is good, and the one issue that each bad row gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import indent

from tests.cases_for_tests import PARTIES, PLACES, PSEUDONYM, ROADS, SIDECAR, SOURCES

Spot = tuple[str, int, str]
"""File, line and code of an issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """
    A case folder with bad rows among good ones.

    ``files`` replace or add to those of the tiny case. ``present`` rows stand in ``where``, of which ``good`` are taken in;
    ``errors`` are the spots of the others, one each. ``warnings`` are spots of rows that are taken in without one cell.
    """

    name: str
    files: dict[str, str | bytes]
    where: str
    present: int
    good: tuple[str, ...]
    errors: tuple[Spot, ...] = ()
    warnings: tuple[Spot, ...] = ()
    says: tuple[str, ...] = ()
    absent: dict[str, tuple[str, ...]] = field(default_factory=dict)


PLACE_IDS = ("city", "east", "hanano", "north", "border")
"""Places of the tiny case, on lines 2 to 6."""


def _places(
    name: str,
    rows: str | bytes,
    *,
    present: int,
    good: tuple[str, ...],
    errors: tuple[tuple[int, str], ...] = (),
    warnings: tuple[tuple[int, str], ...] = (),
    says: tuple[str, ...] = (),
    absent: dict[str, tuple[str, ...]] | None = None,
) -> Mixed:
    """Rows that follow the five places of the tiny case, or a whole table in bytes."""
    return Mixed(
        name=name,
        files={"places.csv": PLACES + rows if isinstance(rows, str) else rows},
        where="places",
        present=present + 5,
        good=PLACE_IDS + good,
        errors=tuple(("places.csv", *spot) for spot in errors),
        warnings=tuple(("places.csv", *spot) for spot in warnings),
        says=says,
        absent=absent or {},
    )


GOOD_CLAIM = """\
- ref: good-one
  kind: supply
  subject: flour
  predicate: stock
  place: east
  happened: {on: 2016-07-17}
  said: 2016-07-18
  document: paper-2016-07-19
  chain: [{observatory: compiler}]
"""


def claim(**changes: str | None) -> str:
    """A claim that is good but for what is changed; None leaves a field out."""
    fields: dict[str, str | None] = {
        "ref": "bad-one",
        "kind": "people",
        "subject": "east",
        "predicate": "trapped",
        "quantity": "{value: 250000, unit: person}",
        "happened": "{on: 2016-07-17}",
        "said": "2016-07-18",
        "document": "paper-2016-07-19",
        "chain": "[{observatory: compiler}]",
    }
    fields |= changes
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "- " + "\n  ".join(lines) + "\n"


def _claims(
    name: str, *bad: str, says: tuple[str, ...] = (), lines: tuple[int, ...] = (), more: str = "", code: str = "claim"
) -> Mixed:
    """A claims file with a good claim, bad ones, and a good one again; ``lines`` within the bad ones, from 0."""
    good_twice = GOOD_CLAIM.replace("good-one", "good-two").replace("stock", "none")
    head = "coder: tests\nclaims:\n"
    text = head + indent(GOOD_CLAIM, "  ")
    starts = []
    for item in bad:
        starts.append(text.count("\n") + 1)
        text += indent(item, "  ")
    text += indent(good_twice, "  ") + more
    file = "claims/02-mixed.yml"
    spots = tuple((file, start + within, code) for start, within in zip(starts, lines, strict=True))
    return Mixed(
        name=name,
        files={file: text},
        where=file,
        present=2 + len(bad),
        good=("good-one", "good-two"),
        errors=spots,
        says=says,
    )


def _rows(
    name: str, section: str, rows: str, *, errors: tuple[tuple[int, str], ...], says: tuple[str, ...], good: int
) -> Mixed:
    """A claims file of one good claim and a section of relations, judgements or documents."""
    file = "claims/02-mixed.yml"
    text = "coder: tests\nclaims:\n" + indent(GOOD_CLAIM, "  ") + f"{section}:\n" + indent(rows, "  ")
    first = text[: text.index(f"{section}:\n")].count("\n") + 2
    return Mixed(
        name=name,
        files={file: text},
        where=section,
        present=good + len(errors),
        good=tuple(str(n) for n in range(good)),
        errors=tuple((file, first + within, code) for within, code in errors),
        says=says,
    )


_EXCEL = PLACES.replace(",", ";").replace("36.22 37.17; 36.28", "36.22 37.17")

MIXED: tuple[Mixed, ...] = (
    # -------------------------------------------------------------------------------------------------- registers
    _places(
        "duplicate-ids",
        "east,Again,,,part,,,,,,,\nwest,West,,,part,,,,,,,\nwest,West again,,,part,,,,,,,\n",
        present=3,
        good=("west",),
        errors=((7, "duplicate_id"), (9, "duplicate_id")),
        says=("'east' is already the id of row 3",),
    ),
    _places(
        "impossible-coordinates",
        "a,A,,,town,,,136.2,237.1,,,\nb,B,,,town,,,nan,37.1,,,\nc,C,,,town,,,36.2,,,,\nd,D,,,town,,,36.2,37.1,-3,,\n",
        present=4,
        good=("a", "b", "c", "d"),
        warnings=((7, "impossible_coordinate"), (8, "bad_coordinate"), (9, "half_coordinate"), (10, "bad_radius")),
        says=("is not on earth", "the cell is left out, the row is kept"),
        absent={"a": ("lat", "lon"), "b": ("lat", "lon"), "c": ("lat", "lon"), "d": ("radius_km",)},
    ),
    _places(
        "swapped-coordinates",
        "far,Far,,,town,,,136.2,36.2,,,\nnear,Near,,,town,,,36.2,36.2,,,\n",
        present=2,
        good=("far", "near"),
        warnings=((7, "impossible_coordinate"),),
        says=("Latitude and longitude look swapped",),
        absent={"far": ("lat", "lon")},
    ),
    _places(
        "decimal-commas",
        _EXCEL.encode() + b"semi;Semi;;;town;;;36,2;37,1;;;\nfine;Fine;;;town;;;36.2;37.1;;;\n",
        present=2,
        good=("semi", "fine"),
        warnings=((7, "bad_coordinate"),),
        says=("Write 36.2, with a point",),
        absent={"semi": ("lat", "lon")},
    ),
    _places(
        "parents",
        "lost,Lost,,,town,nowhere,,,,,,\na,A,,,town,b,,,,,,\nb,B,,,town,a,,,,,,\nself,Self,,,town,self,,,,,,\nc,C,,,town,a,,,,,,\n",
        present=5,
        good=("lost", "a", "b", "self", "c"),
        warnings=((7, "unknown_parent"), (8, "parent_circle"), (9, "parent_circle"), (10, "parent_circle")),
        says=("'nowhere' is not the id of a place", "a in b in a"),
        absent={"lost": ("parent",), "a": ("parent",), "b": ("parent",), "self": ("parent",)},
    ),
    Mixed(
        name="road-to-nowhere",
        files={
            "roads.csv": ROADS
            + "lost,Lost,,,road,east,nowhere,,\neast,Place,,,road,east,north,,\nodd,Odd,,,motorway,east,north,,\n"
            + "bent,Bent,,,road,east,north,36.2 37.1; 36;2,\nlane,Lane,,,track,east,north,,\n"
        },
        where="roads",
        present=7,
        good=("north-road", "border-road", "lost", "bent", "lane"),
        errors=(("roads.csv", 5, "duplicate_id"), ("roads.csv", 6, "unknown_class")),
        warnings=(("roads.csv", 4, "unknown_to"), ("roads.csv", 7, "bad_line")),
        says=("is already the id of a place", "'motorway' is not a class"),
    ),
    _places(
        "mark-and-windows-lines",
        b"\xef\xbb\xbf" + (PLACES + "w,W,,,castle,,,,,,,\nx,X,,,town,,,,,,,\n").replace("\n", "\r\n").encode(),
        present=2,
        good=("x",),
        errors=((7, "unknown_kind"),),
        says=("'castle' is not a kind",),
    ),
    _places(
        "sep-line-and-utf-16",
        ("sep=;\n" + _EXCEL + "w;W;;;;;;;;;;\nx;X;;;town;;;;;;;\n").encode("utf-16"),
        present=2,
        good=("x",),
        errors=((8, "unknown_kind"),),
        says=("no kind",),
    ),
    _places(
        "quoted-newlines",
        'a,"A\nof two lines",,,town,,,,,,,"x, y\nand z"\nb,"B,,,town,,,,,,,\nc,C,,,town,,,,,,,\nd,"D"x,,,town,,,,,,,\ne,E,,,town,,,,,,,\n',
        present=5,
        good=("a", "c", "e"),
        errors=((10, "cells"), (12, "cells")),
        says=("cannot be read as a row", "Check quotation marks"),
    ),
    _places(
        "quote-that-swallows-rows",
        'a,"A,,,town,,,,,,,\nb,B,,,town,,,,,,,\nc,C",,,town,,,,,,,\nd,D,,,town,,,,,,,"note"\n',
        present=4,
        good=("b", "c", "d"),
        errors=((7, "cells"),),
        says=("has a cell that runs over other rows", "is not closed on this line"),
    ),
    _places(
        "extra-cells",
        "a,A,,,town,,,,,,,,surplus\nb,B,,,town,,,,,,,,,,\nc,C,,y,town\nd,D,,,town,,,,,,,a note, with a comma\n",
        present=4,
        good=("b", "c"),
        errors=((7, "too-many-cells"), (10, "too-many-cells")),
        says=("has 13 cells under 12 columns", "in quotation marks"),
    ),
    _places(
        "blank-and-comment-rows",
        '\n,,,,,,,,,,,\n   \n# not a place,,,,\n#country,#name,,,,,,,,,,\n"# quoted, too",,,\n,Nameless,,,town,,,,,,,\n,#5 checkpoint,,,town,,,,,,,\nz,Z,,,town,,,,,,,\n',
        present=3,
        good=("z",),
        errors=((13, "missing_id"), (14, "missing_id")),
        says=("no id",),
    ),
    _places(
        "title-above-the-header",
        ("Places of the case,,,,,\nas of May,,,,,\n" + PLACES + "q,,,,town,,,,,,,\nr,R,,,town,,,,,,,\n").encode(),
        present=2,
        good=("r",),
        errors=((1, "title"), (2, "title"), (9, "missing_name")),
        says=("stands above the header",),
    ),
    _places(
        "hashtag-row-under-the-header",
        PLACES.replace("\n", "\n#loc+id,#loc+name,,,,,,#geo+lat,#geo+lon,,,\n", 1).encode()
        + b"Q1,Q,,,town,,,,,,,\nr,R,,,town,,,,,,,\n",
        present=2,
        good=("r",),
        errors=((8, "bad_id"),),
        says=("'Q1' is not an id",),
    ),
    _places(
        "marks-and-arabic-digits",
        "\u200fx,X,,,town,,,,,,,\nمكان,,م,,town,,,,,,,\ny,Y,,,town,,,٣٦٫٢,٣٧٫١,,,\nz,Z,\u200fز,,town,,,,,,,\n",
        present=4,
        good=("y", "z"),
        errors=((7, "bad_id"), (8, "bad_id")),
        warnings=((9, "bad_coordinate"),),
        says=(r"'\u200fx' is not an id",),
        absent={"y": ("lat", "lon")},
    ),
    _places(
        "huge-cell",
        f"a,A,,,town,,,,,,,{'x' * 100_000}\nb,B,,,town,,,,,,,{'y' * 60_000}\nc,{'c' * 100},,,town,,,,,,,\n",
        present=3,
        good=("b", "c"),
        errors=((7, "cells"),),
        says=("a cell holds at most 65,536 characters",),
    ),
    _places(
        "lines-that-are-not-text",
        PLACES.encode() + b"a,Alep\xe9,,,town,,,,,,,\nb,B\x00,,,town,,,,,,,\nc,C\xe2\x80\xa8C,,,town,,,,,,,\n",
        present=3,
        good=("c",),
        errors=((7, "encoding"), (8, "binary")),
        says=("is not UTF-8 text", "holds a zero byte"),
    ),
    Mixed(
        name="dates-that-a-spreadsheet-mangled",
        files={
            "parties.csv": PARTIES
            + "a,A,,,council,,41712,,\nb,B,,,council,,,17/07/2016,\nc,C,,,council,,2016-13,,\nd,D,,,council,,2016-08,2016-07,\n"
            + "e,E,,,council,,2016,2016-07-28,\nf,F,,,council,one;two,,,\ng,G,,,gang,,,,\n"
        },
        where="parties",
        present=15,
        good=("government", "opposition", "army", "fighters", "guests", "council", "un", "civilians", *"abcdef"),
        errors=(("parties.csv", 16, "unknown_kind"),),
        warnings=(
            ("parties.csv", 10, "bad_date"),
            ("parties.csv", 11, "bad_date"),
            ("parties.csv", 12, "bad_date"),
            ("parties.csv", 13, "bad_date"),
            ("parties.csv", 15, "bad_side"),
        ),
        says=("'41712' is not a date", "'17/07/2016' is not a date", "from 2016-08-01 is after to 2016-07-31"),
        absent={"a": ("start",), "b": ("end",), "c": ("start",), "d": ("start", "end"), "f": ("side",)},
    ),
    Mixed(
        name="sources",
        files={
            "sources.yml": SOURCES
            + "  Wire: {name_en: W}\n  nameless: {kind: media}\n  odd: {name_en: O, kind: rumour}\n"
            + "  stray: {name_en: S, party: nobody}\n  listed: [a]\n  graded: {name_en: G, grades: B}\n"
            + "  graded-2: {name_en: G, grades: [{topic: price, letter: G, by: me, basis: x}]}\n"
            + "  graded-3: {name_en: G, grades: [{topic: prices, letter: B, by: me, basis: x}]}\n"
            + "  src-ffffffffffff: {protected: true, name_en: Abu X}\n  person: {protected: true}\n"
            + "  src-fffffffffffe: {protected: no}\n  src-fffffffffffd: {protected: true, k: many}\n"
            + "  list-party: {name_en: L, party: [un]}\n  unknown: {name_en: U}\n  kept: {name_en: K}\n"
        },
        where="sources",
        present=22,
        good=("observatory", "wire", "paper", "agency", "council-office", "analyst", PSEUDONYM, "kept"),
        errors=tuple(("sources.yml", line, "source") for line in range(14, 28)),
        says=(
            "goes into the identity store",
            "'G' is not a reliability",
            "'prices' is not a topic",
            "is not a count of persons",
        ),
    ),
    # ------------------------------------------------------------------------------------------------------- claims
    _claims(
        "times",
        claim(happened="{from: 2016-07-17, to: 2016-07-10}"),
        claim(said="2016-07-25"),
        claim(happened="{since: 2016-07-25}"),
        claim(happened="{on: 41712}"),
        claim(happened="{on: 17/07/2016}"),
        claim(happened="{on: 2016-02-30}"),
        claim(happened="{on: 9999-12-31}"),
        claim(happened="{on: 2016-07-17T10:00}"),
        claim(said="[2016-07-18, 2016-07-01]"),
        claim(happened=None),
        lines=(5, 6, 5, 5, 5, 5, 5, 5, 6, 0),
        says=("after it was published", "'2016-02-30' is not a day", "41712 is not a day", "ends before it starts"),
    ),
    _claims(
        "words-that-are-not-in-the-list",
        claim(kind="rumour"),
        claim(predicate="vanished"),
        claim(predicate=None),
        claim(also="{colour: red}"),
        claim(also="{by: [a, b]}"),
        claim(colour="red"),
        claim(place="east"),
        claim(modality="maybe"),
        claim(modality="conditional"),
        claim(confidence="sure"),
        claim(verification="seen"),
        claim(sensitivity="secret"),
        lines=(1, 3, 0, 9, 9, 9, 9, 9, 0, 9, 9, 9),
        says=("'vanished' is not a predicate of people", "`castello words people` shows its slots"),
    ),
    _claims(
        "figures",
        claim(quantity="{value: 250000}"),
        claim(quantity="250000"),
        claim(quantity="{value: lots, unit: person}"),
        claim(quantity='{value: "250,000", unit: person}'),
        claim(quantity="{value: 250.000.000, unit: person}"),
        claim(quantity="{low: 3, high: 2, unit: person}"),
        claim(quantity="{value: 1, about: 2, unit: person}"),
        claim(quantity="{value: .inf, unit: person}"),
        claim(quantity="{value: 1e400, unit: person}"),
        claim(quantity="{value: " + "9" * 400 + ", unit: person}"),
        claim(quantity="{value: true, unit: person}"),
        claim(quantity="{value: 3, unit: person, derived_from: [nowhere], formula: x}"),
        claim(quantity="{value: 3, unit: person, derived_from: 7, formula: x}"),
        claim(quantity="{unit: person}"),
        claim(quantity=None),
        claim(quantity="{value: 3, unit: person, margin: 2}"),
        lines=(4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0, 4),
        says=("no unit", "Write digits only", "'lots' is not a number", "too large a figure", "out of order"),
    ),
    _claims(
        "quotes",
        claim(document="report", published=None, quote="All is well"),
        claim(quote="Some 300,000 people are trapped"),
        claim(quote='""'),
        claim(quote="[a, list]"),
        claim(document="report", said="2016-07-18", quote="At least 300,000 people are trapped in the east"),
        lines=(9, 9, 9, 9, 9),
        says=("the quote does not stand in the document", "the figure 250000 does not stand in the quote"),
    ),
    _claims(
        "who-said-it",
        claim(chain="[{nobody: witness}]"),
        claim(chain="[]"),
        claim(chain="observatory"),
        claim(chain="[{observatory: gossip}]"),
        claim(chain="[{observatory: compiler, wire: reporter}]"),
        claim(chain=f"[{{who: {PSEUDONYM}, role: witness, protected: true}}]"),
        claim(chain=f"[{{{PSEUDONYM}: witness}}]"),
        claim(chain="[{who: observatory, role: compiler, protected: no}]"),
        claim(chain="[{who: observatory, role: compiler, protected: true}]"),
        claim(sensitivity="high"),
        lines=(8, 8, 8, 8, 8, 8, 8, 8, 8, 9),
        says=("'nobody' is no source", "a protected claim in an open file", "'no' is neither true nor false"),
    ),
    _claims(
        "about-what",
        claim(subject="atlantis"),
        claim(subject="42"),
        claim(kind="control", subject="pirates", predicate="holds", object="east", quantity=None),
        claim(subject="\u200feast"),
        claim(document="nowhere-1"),
        claim(document="[wire]"),
        claim(ref="good-one"),
        claim(ref="[a]"),
        claim(ref="origin:me"),
        lines=(2, 2, 2, 2, 7, 7, 0, 0, 0),
        says=("'atlantis' is in no register of places", "no document 'nowhere-1'", "'good-one' stands twice"),
    ),
    _claims(
        "not-rows",
        "- a sentence\n",
        "- 7\n",
        "- [kind, people]\n",
        "-\n",
        lines=(0, 0, 0, 0),
        code="shape",
        says=("claim is not a mapping",),
    ),
    _claims(
        "grades",
        claim(credibility="7"),
        claim(credibility="0"),
        claim(credibility="2.5"),
        claim(credibility="true"),
        claim(credibility="B"),
        claim(
            kind="forecast",
            subject="analyst",
            predicate="expects",
            object="fall",
            quantity=None,
            also="{probability: 1.4}",
        ),
        claim(
            kind="forecast",
            subject="analyst",
            predicate="expects",
            object="fall",
            quantity=None,
            also="{probability: likely}",
        ),
        lines=(9, 9, 9, 9, 9, 9, 9),
        says=("7 is not a grade", "1.4 is not a probability", "shares from 0 to 1"),
    ),
    # ------------------------------------------------------------------------- documents, relations, judgements
    _rows(
        "documents",
        "documents",
        "- {id: one, title: One, publisher: wire, published: 2016-07-01}\n"
        "- {id: one, title: Again, publisher: wire, published: 2016-07-01}\n"
        "- {id: two, title: Two, publisher: nobody, published: 2016-07-01}\n"
        "- {id: three, title: Three, publisher: wire}\n"
        "- {id: four, title: Four, publisher: wire, published: July}\n"
        "- {id: five, title: Five, publisher: wire, published: 2016-07-01, urls: [ftp://x]}\n"
        "- {id: Six!, title: Six, publisher: wire, published: 2016-07-01}\n"
        "- {id: seven, title: Seven, publisher: [wire], published: 2016-07-01}\n"
        "- {id: eight, title: Eight, publisher: wire, published: 2016-07-01, colour: red}\n"
        "- {id: wire-2016-07-17, title: Otherwise, publisher: paper, published: 2016-07-18}\n"
        "- {id: nine, title: Nine, publisher: wire, published: 2016-07-01}\n",
        errors=tuple((line, "document") for line in range(1, 10)),
        good=2,
        says=("document 'one' stands twice in this file", "described otherwise in another file", "is not an address"),
    ),
    _rows(
        "relations",
        "relations",
        "- {rule: household, persons: people-council, families: families-council, dated: 2016-10-01}\n"
        "- {rule: household, persons: nowhere, families: families-council, dated: 2016-10-01}\n"
        "- {rule: sums, whole: people-council, dated: 2016-10-01}\n"
        "- {rule: [parts], whole: people-council, dated: 2016-10-01}\n"
        "- {rule: parts, hole: people-council, dated: 2016-10-01}\n"
        "- {rule: parts, whole: people-council}\n"
        "- {rule: parts, dated: 2016-10-01}\n"
        "- {rule: parts, whole: people-council, dated: 2016-10-01, tolerance: some}\n"
        "- just words\n"
        "- {rule: parts, whole: 7, dated: 2016-10-01}\n",
        errors=(*((line, "relation") for line in range(1, 8)), (8, "shape"), (9, "relation")),
        good=1,
        says=("'nowhere' is no ref of this case", "'hole' is not a role of parts", "'sums' is not a rule"),
    ),
    _rows(
        "judgements",
        "judgements",
        "- {about: good-one, verdict: accepted, by: me, dated: 2016-07-20, reason: seen}\n"
        "- {about: good-one, verdict: accepted, by: me, dated: 2016-07-20}\n"
        "- {about: good-one, verdict: right, by: me, dated: 2016-07-20, reason: seen}\n"
        "- {about: nowhere, verdict: accepted, by: me, dated: 2016-07-20, reason: seen}\n"
        "- {about: good-one, verdict: same, by: me, dated: 2016-07-20, reason: seen}\n"
        "- {about: good-one, verdict: accepted, by: me, reason: seen}\n"
        "- {about: good-one, verdict: accepted, by: me, dated: 2016-07-20, reason: [a]}\n"
        "- {about: 7, verdict: accepted, by: me, dated: 2016-07-20, reason: seen}\n"
        "- {about: good-one, verdict: accepted, by: me, dated: 2016-07-20, reason: seen, rests_on: [nowhere]}\n"
        "- {about: good-one, verdict: accepted, by: me, dated: 2016-07-20, reason: seen, why: x}\n"
        "-\n"
        "- {about: ['origin:wire', 'origin:nobody'], verdict: same, by: me, dated: 2016-07-20, reason: seen}\n",
        errors=(*((line, "judgement") for line in range(1, 10)), (10, "shape"), (11, "judgement")),
        good=1,
        says=(
            "'nobody' in 'origin:nobody' is in no register",
            "a judgement without a reason",
            "'right' is not one",
            "same takes two ids, not 1",
        ),
    ),
    # ------------------------------------------------------------------------------------------------- other files
    Mixed(
        name="documents-folder",
        files={
            "documents/good.txt": "A text.\n",
            "documents/good.txt.yml": SIDECAR,
            "documents/alone.txt": "A text.\n",
            "documents/sheet.xlsx": b"PK\x03\x04",
            "documents/broken.txt": "A text.\n",
            "documents/broken.txt.yml": "title: [\n",
            "documents/stray.txt": "A text.\n",
            "documents/stray.txt.yml": SIDECAR.replace("agency", "nobody"),
            "documents/twice.md": "A text.\n",
            "documents/twice.md.yml": "id: report\n" + SIDECAR,
            "documents/gone.txt.yml": SIDECAR,
        },
        where="held",
        present=8,
        good=("report", "good"),
        errors=(
            ("documents/alone.txt", 0, "no-sidecar"),
            ("documents/broken.txt.yml", 1, "syntax"),
            ("documents/gone.txt.yml", 0, "no-document"),
            ("documents/sheet.xlsx", 0, "suffix"),
            ("documents/stray.txt.yml", 2, "document"),
            ("documents/twice.md.yml", 1, "document"),
        ),
        says=("has no sidecar", "describes a file that is not here", "'report' stands twice"),
    ),
    Mixed(
        name="files-that-would-not-be-read",
        files={
            "claims/notes.txt": "a",
            "branches/second.yaml": "name: b",
            "agreements/text.docx": b"x",
            "agreements/again.yml": "id: truce\nname_en: Other\n",
            "agreements/third.yml": "id: third\nname_en: Third\n",
        },
        where="agreements",
        present=6,
        good=("truce", "third"),
        errors=(
            ("agreements/text.docx", 0, "suffix"),
            ("agreements/truce.yml", 0, "duplicate_id"),
            ("branches/second.yaml", 0, "suffix"),
            ("claims/notes.txt", 0, "suffix"),
        ),
        says=("is not read", "is the id of another agreement"),
    ),
    Mixed(
        name="branch",
        files={
            "branches/road-stays-open.yml": "name: road-stays-open\nabout: x\n"
            "drop: {claims: [road-cut, nowhere], sources: [wire, nobody]}\ncolour: red\nclaims:\n"
            + indent(claim(said="2016-07-25"), "  ")
        },
        where="branch",
        present=6,
        good=("road-cut", "wire"),
        errors=(
            ("branches/road-stays-open.yml", 3, "ref"),
            ("branches/road-stays-open.yml", 3, "source"),
            ("branches/road-stays-open.yml", 4, "section"),
            ("branches/road-stays-open.yml", 12, "claim"),
        ),
        says=("'nowhere' is no ref of this case", "no source 'nobody'"),
    ),
)
