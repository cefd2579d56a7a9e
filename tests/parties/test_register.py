"""Parties by id and name, and how their table is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.errors import WrongUse
from castello.parties import PARTY_KINDS, Party, PartyRegister, read_parties

PARTIES = [
    Party(id="opposition", kind="side", name_en="Opposition", name_ar="المعارضة", side="opposition"),
    Party(id="jabhat-al-nusra", kind="armed_group", name_en="Jabhat al-Nusra", name_ar="جبهة النصرة", aliases=("JN",)),
    Party(id="noureddin-al-zenki", kind="armed_group", name_en="Nour al-Din al-Zenki", side="opposition"),
    Party(id="syrian-army", kind="state", name_en="Syrian army", side="government"),
    Party(id="nameless", kind="people", name_ar="أهالي"),
]
REGISTER = PartyRegister(PARTIES)


def read(*table):
    columns = ("id", "name_en", "name_ar", "aliases", "kind", "side", "from", "to", "note")
    return read_parties((number, dict(zip(columns, row, strict=True))) for number, row in enumerate(table, start=2))


def test_a_register_is_a_mapping_in_order_of_id():
    assert list(REGISTER) == sorted(party.id for party in PARTIES)
    assert REGISTER["syrian-army"] is REGISTER.party("syrian-army")
    assert len(REGISTER) == 5
    with pytest.raises(WrongUse, match="not a party of this case"):
        REGISTER.party("nobody")
    with pytest.raises(WrongUse, match="twice"):
        PartyRegister([PARTIES[0], PARTIES[0]])


def test_sides():
    assert REGISTER.sides == ("government", "opposition")
    assert [party.id for party in REGISTER.of_side("opposition")] == ["noureddin-al-zenki", "opposition"]


def test_names_by_language():
    assert REGISTER.name("jabhat-al-nusra") == "Jabhat al-Nusra"
    assert REGISTER.name("nameless") == REGISTER.name("nameless", "ar") == "أهالي"
    assert REGISTER.names("jabhat-al-nusra") == ("Jabhat al-Nusra", "جبهة النصرة", "JN")
    assert REGISTER.names("jabhat-al-nusra", "en") == ("Jabhat al-Nusra", "JN")
    assert REGISTER.names("jabhat-al-nusra", "ar") == ("جبهة النصرة",)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Jabhet en-Nusra", "jabhat-al-nusra"),
        ("Jabhat an-Nusrah", "jabhat-al-nusra"),
        ("جبهة النصرة", "jabhat-al-nusra"),
        ("Noureddin al-Zinki", "noureddin-al-zenki"),
        ("نور الدين الزنكي", "noureddin-al-zenki"),
    ],
)
def test_a_name_finds_its_party(text, id):
    assert REGISTER.resolve(text)[0].id == id
    assert REGISTER.index.key(id) == f"party:{id}"


def test_a_full_row_is_read_whole():
    good, issues = read(
        ("jan", "Jabhat al-Nusra", "جبهة النصرة", "JN;JaN", "armed_group", "", "2012-01", "2016-07-28", "x")
    )
    assert issues == ()
    assert good == (
        Party(
            id="jan",
            kind="armed_group",
            name_en="Jabhat al-Nusra",
            name_ar="جبهة النصرة",
            aliases=("JN", "JaN"),
            start=date(2012, 1, 1),
            end=date(2016, 7, 28),
            note="x",
        ),
    )


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2016-02-29", date(2016, 2, 29), date(2016, 2, 29)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        ("", None, None),
    ],
)
def test_a_month_or_year_counts_whole(text, start, end):
    good, issues = read(("a", "A", "", "", "council", "", text, text, ""))
    assert (good[0].start, good[0].end) == (start, end)
    assert issues == ()


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("", "A", "", "", "state", "", "", "", ""), "id", "missing_id"),
        (("A b", "A", "", "", "state", "", "", "", ""), "id", "bad_id"),
        (("first", "A", "", "", "state", "", "", "", ""), "id", "duplicate_id"),
        (("a", "", "", "alias", "state", "", "", "", ""), "name_en", "missing_name"),
        (("a", "A", "", "", "militia", "", "", "", ""), "kind", "unknown_kind"),
    ],
)
def test_a_row_with_a_broken_required_cell_is_left_out(row, column, code):
    good, issues = read(("first", "First", "", "", "state", "", "", "", ""), row)
    assert [party.id for party in good] == ["first"]
    assert [(one.file, one.row, one.column, one.code, one.severity) for one in issues] == [
        ("parties.csv", 3, column, code, "error")
    ]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("a", "A", "", "", "state", "The Side", "", "", ""), "side", "bad_side"),
        (("a", "A", "", "", "state", "one;two", "", "", ""), "side", "bad_side"),
        (("a", "A", "", "", "state", "", "28/07/2016", "", ""), "from", "bad_date"),
        (("a", "A", "", "", "state", "", "", "2016-13", ""), "to", "bad_date"),
        (("a", "A", "", "", "state", "", "2015-02-29", "", ""), "from", "bad_date"),
        (("a", "A", "", "", "state", "", "0000", "", ""), "from", "bad_date"),
        (("a", "A", "", "", "state", "", "2016-08-01", "2016-07", ""), "to", "bad_date"),
    ],
)
def test_a_broken_optional_cell_is_left_out_and_the_row_kept(row, column, code):
    good, issues = read(row)
    assert good == (Party(id="a", kind="state", name_en="A"),)
    assert [(one.row, one.column, one.code, one.severity) for one in issues] == [(2, column, code, "warning")]
    assert issues[0].hint


def test_every_kind_is_taken():
    good, issues = read(*((f"p{number}", "P", "", "", kind, "", "", "", "") for number, kind in enumerate(PARTY_KINDS)))
    assert tuple(party.kind for party in good) == PARTY_KINDS
    assert issues == ()


CELL = st.sampled_from(["", "x", "y", "state", "side", "2016", "2016-02-30", "A b", "حلب", "x;y"])


@given(st.lists(st.tuples(*[CELL] * 9), max_size=8))
def test_every_row_is_taken_in_or_reported(table):
    good, issues = read(*table)
    left_out = {issue.row for issue in issues if issue.severity == "error"}
    assert len(good) == sum(1 for row in table if any(row)) - len(left_out)
    assert len(PartyRegister(good)) == len(good)
