"""Case files that cannot be used, each with what its message has to say: file, line where one can be known, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from tests.cases_for_tests import CASE, PLACES, ROADS, SOURCES

CLAIMS = "claims/02-broken.yml"
GOOD_CASE = CASE.format(clock="published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One broken file put into an otherwise good case: ``says`` and ``hint`` are parts of the message."""

    name: str
    file: str
    data: bytes | None
    says: tuple[str, ...]
    hint: str
    line: int | None = None
    column: str | None = None


def _toml(
    name: str, old: str, new: str, says: str, hint: str, *, line: int | None, column: str | None = None
) -> Broken:
    assert old in GOOD_CASE
    data = GOOD_CASE.replace(old, new, 1).encode()
    return Broken(name=name, file="case.toml", data=data, says=(says,), hint=hint, line=line, column=column)


def _csv(name: str, data: str | bytes, says: str, hint: str, *, line: int | None, file: str = "places.csv") -> Broken:
    raw = data.encode() if isinstance(data, str) else data
    return Broken(name=name, file=file, data=raw, says=(says,), hint=hint, line=line)


def _yml(name: str, file: str, data: str | bytes, says: str, hint: str, *, line: int | None) -> Broken:
    raw = data.encode() if isinstance(data, str) else data
    return Broken(name=name, file=file, data=raw, says=(says,), hint=hint, line=line)


_LAUGHS = 'l0: &l0 ["ha", "ha"]\n' + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))

BROKEN: tuple[Broken, ...] = (
    # ------------------------------------------------------------------------------------------------- case.toml
    _toml("toml-syntax", 'id = "tiny"', "id = tiny", "cannot be read as TOML", "quotation marks", line=1),
    _toml("toml-id-missing", 'id = "tiny"\n', "", "id is missing", "Add a line `id = ...`", line=None, column="id"),
    _toml("toml-from-missing", "from = 2016-05-01\n", "", "from is missing", "Add a line", line=None, column="from"),
    _toml("toml-id-bad", '"tiny"', '"Tiny Case"', "is not an id", "lower-case", line=1, column="id"),
    _toml("toml-name-number", '"Tiny case"', "7", "'7' is not text", "quotation marks", line=2, column="name_en"),
    _toml(
        "toml-day-text", "from = 2016-05-01", 'from = "2016-05-01"', "is not a day", "2016-07-17", line=4, column="from"
    ),
    _toml(
        "toml-day-hour", "to = 2016-12-31", "to = 2016-12-31T10:00:00", "is not a day", "an hour", line=5, column="to"
    ),
    _toml(
        "toml-sides-text",
        '["government", "opposition"]',
        '"government"',
        "is not a list",
        "Lists",
        line=9,
        column="sides",
    ),
    _toml(
        "toml-sides-numbers",
        '["government", "opposition"]',
        "[1, 2]",
        "is not text",
        "parties.csv",
        line=9,
        column="sides",
    ),
    _toml("toml-unknown-key", "area =", "aera =", "'aera' is not a setting", "Settings are: id", line=8, column="aera"),
    _toml("toml-zone", "Asia/Damascus", "Asia/Damaskus", "no time zone 'Asia/Damaskus'", "Asia/Damascus", line=6),
    _toml("toml-zone-path", "Asia/Damascus", "../../etc/passwd", "no time zone", "Asia/Damascus", line=6),
    _toml("toml-period", "to = 2016-12-31", "to = 2015-12-31", "ends before it starts", "Swap from and to", line=5),
    _toml("toml-year", "to = 2016-12-31", "to = 9999-12-31", "not a day of our time", "Check the year", line=5),
    _toml("toml-clock", '"published"', '"heard"', "neither published nor recorded", "one of the two", line=7),
    _toml("toml-enclave", 'side = "opposition"', "", "is not {id, side}", "Give each enclave both", line=16),
    _toml("toml-enclave-single", "[[enclave]]", "[enclave]", "is not a list", "[[enclave]]", line=16, column="enclave"),
    _toml(
        "toml-handling", 'purpose = "tests"', 'purpos = "tests"', "'purpos'", "Use purpose", line=14, column="purpos"
    ),
    _toml("toml-age", "[handling]", "max_age_days = 0\n[handling]", "less than a day", "Use 1", line=13),
    _toml("toml-twice", 'id = "tiny"', 'id = "tiny"\nid = "tiny"', "cannot be read as TOML", "quotation", line=2),
    Broken(name="toml-missing", file="case.toml", data=None, says=("case.toml: is missing",), hint="castello new"),
    Broken(name="toml-empty", file="case.toml", data=b"", says=("id is missing",), hint="Add a line `id = ...`"),
    Broken(
        name="toml-latin-1",
        file="case.toml",
        data=GOOD_CASE.replace("Tiny case", "Alep é").encode("utf-8").replace("é".encode(), b"\xe9"),
        says=("is not UTF-8 text",),
        hint="Save the file again as UTF-8",
        line=2,
    ),
    Broken(name="toml-deep", file="case.toml", data=b"a = " + b"[" * 90_000, says=("case.toml",), hint="plain lines"),
    # ------------------------------------------------------------------------------------------------ registers
    _csv("csv-no-header", "city,Aleppo,,,city,,,,,,,\n", "'city' is not a column", "Columns are: id", line=1),
    _csv("csv-missing-column", PLACES.replace(",kind,", ",", 1), "column 'kind' is missing", "Columns are", line=1),
    _csv(
        "csv-unknown-column",
        PLACES.replace("radius_km", "radius", 1),
        "'radius' is not a column",
        "Columns are",
        line=1,
    ),
    _csv("csv-column-twice", PLACES.replace("pcode", "lat", 1), "column 'lat' stands twice", "Columns are", line=1),
    _csv("csv-empty", b"", "is empty", "Its header is: id", line=1),
    _csv("csv-blank", b"\xef\xbb\xbf\r\n,,,,\r\n\r\n", "is empty", "Its header is: id", line=1),
    _csv("csv-zip", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 4, "is a spreadsheet", "CSV UTF-8", line=1),
    _csv("csv-binary", bytes(range(256)) * 20, "zero byte", "CSV UTF-8", line=1, file="parties.csv"),
    _csv("csv-utf16-no-mark", ROADS.encode("utf-16-le"), "holds a zero byte", "CSV UTF-8", line=1, file="roads.csv"),
    # ---------------------------------------------------------------------------------------------- sources.yml
    _yml("yml-not-yaml", "sources.yml", "sources: {wire: [\n", "cannot be read as YAML", "Check indentation", line=1),
    _yml("yml-list", "sources.yml", "- wire\n- paper\n", "is not a list of sources", "`sources:`", line=1),
    _yml("yml-scalar", "sources.yml", "sources\n", "is not a list of sources", "`sources:`", line=1),
    _yml(
        "yml-sources-list",
        "sources.yml",
        "# ours\nsources:\n  - wire\n",
        "is not a list of sources",
        "id by id",
        line=2,
    ),
    _yml("yml-second-section", "sources.yml", SOURCES + "wire2:\n  name_en: W\n", "'wire2'", "indent", line=14),
    _yml(
        "yml-tab",
        "sources.yml",
        "sources:\n  wire:\n\tname_en: Wire\n",
        "cannot be read as YAML",
        "indentation",
        line=3,
    ),
    _yml(
        "yml-quote", "sources.yml", 'sources:\n  wire: {name_en: "Wire\n', "cannot be read as YAML", "quotation", line=2
    ),
    _yml("yml-laughs", "sources.yml", _LAUGHS, "anchor", "anchors are not read", line=1),
    _yml("yml-alias", "sources.yml", "sources:\n  wire: *other\n", "anchor or alias", "Write the value out", line=2),
    _yml("yml-key-anchor", "sources.yml", "sources:\n  &a wire: {name_en: W}\n", "anchor", "plain word", line=2),
    _yml(
        "yml-key-list", "sources.yml", "sources:\n  ? [a, b]\n  : {name_en: W}\n", "as a key", "Keys are words", line=2
    ),
    _yml(
        "yml-tag",
        "sources.yml",
        "sources:\n  wire: !!python/object/apply:os.system ['true']\n",
        "uses the tag tag:yaml.org,2002:python/object/apply:os.system",
        "Write a plain value",
        line=2,
    ),
    _yml(
        "yml-twice",
        "sources.yml",
        "sources:\n  wire: {name_en: W}\n  paper: {name_en: P}\n  wire: {name_en: X}\n",
        "'wire' stands twice (first on line 2)",
        "Keep one",
        line=4,
    ),
    _yml("yml-nul", "sources.yml", "sources:\n  wire:\n    name_en: W\x00ire\n", "zero byte", "UTF-8", line=3),
    _yml(
        "yml-nul-escaped",
        "sources.yml",
        'sources:\n  wire:\n    name_en: "W\\0"\n',
        "zero byte",
        "Leave it out",
        line=3,
    ),
    _yml(
        "yml-control",
        "sources.yml",
        "sources:\n  # حلب\n  wire: {name_en: W\x07}\n",
        "control characters are not allowed",
        "Check",
        line=3,
    ),
    _yml("yml-utf16-no-mark", "sources.yml", SOURCES.encode("utf-16-le"), "zero byte", "UTF-8", line=1),
    _yml("yml-utf16-odd", "sources.yml", SOURCES.encode("utf-16")[:-1], "is not UTF-16 text", "UTF-8", line=13),
    _yml(
        "yml-latin-1", "sources.yml", "sources:\n  wire: {name_en: Télé}\n".encode("latin-1"), "UTF-8", "Save", line=2
    ),
    _yml(
        "yml-cut", "sources.yml", "sources:\n  wire: {name_en: حلب".encode()[:-1], "is not UTF-8 text", "Save", line=2
    ),
    _yml("yml-deep", "sources.yml", "sources:\n  wire: " + "[" * 5_000, "more than 24 deep", "Flatten it", line=2),
    _yml("yml-large", "sources.yml", b"# " + b"x" * 40 * 2**20 + b"\n", "is 40 MB", "Split the file", line=None),
    _yml(
        "yml-two-documents",
        "sources.yml",
        SOURCES + "---\nsources: {}\n",
        "second document",
        "file of its own",
        line=14,
    ),
    # --------------------------------------------------------------------------------------------- claims files
    _yml("claims-empty", CLAIMS, "# nothing yet\n", "is not a claims file", "Its sections are: coder", line=1),
    _yml("claims-list", CLAIMS, "- kind: people\n", "is not a claims file", "sections", line=1),
    _yml("claims-section", CLAIMS, "coder: me\nclaim:\n  - {}\n", "'claim' is not a section", "Sections are", line=2),
    _yml("claims-documents", CLAIMS, "coder: me\ndocuments:\n  id: a\n", "documents is not a list", "hyphen", line=2),
    _yml("claims-text", CLAIMS, "coder: me\nclaims: none\n", "claims is not a list", "hyphen", line=2),
    _yml("claims-judgements", CLAIMS, "judgements: {about: x}\n", "judgements is not a list", "hyphen", line=1),
    _yml(
        "claims-syntax", CLAIMS, "coder: me\nclaims:\n  - kind: people\n subject: x\n", "read as YAML", "indent", line=4
    ),
    _yml(
        "claims-section-twice",
        CLAIMS,
        "claims: []\ncoder: me\nclaims: []\n",
        "'claims' stands twice",
        "Keep one",
        line=3,
    ),
    _yml(
        "claims-merge-keys",
        CLAIMS,
        "claims:\n  - &a {kind: people}\n  - <<: *a\n",
        "anchor",
        "Write the value out",
        line=2,
    ),
    _yml("claims-merge-section", CLAIMS, "<<: {claims: []}\n", "'<<' is not a section", "Sections are", line=1),
    _yml("claims-protected-cut", "claims/x.protected.yml", "claims: [", "cannot be read as YAML", "Check", line=1),
    # ---------------------------------------------------------------------------------- agreements and branches
    _yml(
        "agreement-id",
        "agreements/second.yml",
        "name_en: Truce\n",
        "is not an agreement",
        "Give id and name_en",
        line=1,
    ),
    _yml("agreement-list", "agreements/second.yml", "[]", "is not an agreement", "Give id", line=1),
    _yml(
        "agreement-key",
        "agreements/second.yml",
        "id: b\nname_en: B\nterms: []\n",
        "'terms' is unknown",
        "Use id",
        line=3,
    ),
    _yml("agreement-id-bad", "agreements/second.yml", "name_en: B\nid: The Truce\n", "is not an id", "Use id", line=2),
    _yml("branch-name", "branches/second.yml", "about: x\nclaims: []\n", "is not a branch", "`name:`", line=1),
    _yml("branch-syntax", "branches/second.yml", "name: b\n  about: x\n", "read as YAML", "Check", line=2),
    _yml(
        "branch-drop",
        "branches/second.yml",
        "name: b\nabout: x\ndrop: [road-cut]\n",
        "drop",
        "claims: [refs or ids]",
        line=3,
    ),
    _yml(
        "branch-claims",
        "branches/second.yml",
        "name: b\nabout: x\nclaims: 3\n",
        "claims is not a list",
        "hyphen",
        line=3,
    ),
    _yml(
        "branch-same-name",
        "branches/second.yml",
        "name: road-stays-open\nabout: x\n",
        "name of another",
        "own name",
        line=None,
    ),
)
