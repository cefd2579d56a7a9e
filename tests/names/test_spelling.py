"""One name in many spellings folds, sounds and stands the same; different names do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.names import fold, script, skeleton

ARABIC = st.text(alphabet=[chr(code) for code in range(0x0620, 0x0660)] + [" "], max_size=20)
LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyzāīūṣḥʿ'’- ABCDEFGH", max_size=20)

SAME = [
    ["al-Shaar", "ash-Sha'ar", "Al Sha'ar", "El Cha'ar", "al-Shaʿār", "الشعار", "الشَّعَّار"],
    ["Hreytan", "Haritan", "Huraytan", "حريتان"],
    ["Salah ad-Din", "Salaheddine", "Salah al-Din", "Salah el Dine", "صلاح الدين"],
    ["Jabhat al-Nusra", "Jabhet en-Nusra", "Jabhat an-Nuṣrah", "جبهة النصرة"],
    ["Ramouseh", "ar-Ramousah", "al-Ramusa", "Ramoussa", "الراموسة", "راموسه"],
    ["Castello", "Kastelo", "كاستيلو", "الكاستيلو"],
    ["Bustan al-Qasr", "Boustan el-Kasr", "Bustan Al Qasir", "بستان القصر"],
    ["Halab", "حلب", "Haleb"],
    ["Deir ez-Zor", "Deir al-Zour", "Dayr az-Zawr", "Deirezzor", "دير الزور"],
    ["Sheikh Maqsoud", "Cheikh Maksoud", "Shaykh Maqsud", "الشيخ مقصود"],
    ["Nur al-Din al-Zenki", "Noureddin al-Zinki", "نور الدين الزنكي"],
    ["Abd al-Rahman", "Abdulrahman", "Abdel Rahman", "عبد الرحمن"],
    ["'Anadan", "Anadan", "عندان"],
    ["al-Waer", "al-Wa'ar", "El-Ouaer", "الوعر"],
    ["Yarmouk", "al-Yarmuk", "اليرموك"],
    ["Sadad", "صدد"],
    ["Bab al-Hawa", "Bab Elhawa", "باب الهوى"],
    ["Ghouta", "Goutah", "الغوطة"],
    ["Idlib", "Edleb", "إدلب", "ادلب"],
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_the_spellings_of_a_name_have_one_skeleton(spellings):
    assert len({skeleton(name) for name in spellings}) == 1


def test_different_names_have_different_skeletons():
    firsts = [skeleton(spellings[0]) for spellings in SAME]
    assert len(set(firsts)) == len(firsts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("إِدْلِب", "ادلب"),  # vowel signs and hamza
        ("حلـــب", "حلب"),  # tatweel
        ("مدرسة", "مدرسه"),  # ta marbuta
        ("مصطفى", "مصطفي"),  # alef maqsura
        ("آذار", "اذار"),
        ("مسؤول", "مسوول"),
        ("Ḥalab", "HALAB"),
        ("Sha\u2019ar", "Shaar"),
        ("Sha\u02bfar", "Shaar"),
        ("al-Bab", "Al  Bab"),
        ("٣٠٠٠ شقة", "3000 شقة"),
    ],
)
def test_what_is_only_spelling_folds_away(one, other):
    assert fold(one) == fold(other)


def test_words_stay_apart():
    assert fold("Bab-al-Hadid") == "bab al hadid"
    assert fold("Bab al-Hadid") != fold("Babalhadid")


@pytest.mark.parametrize("empty", ["", "   ", "-", "'’", "\u0640", "\u064b"])
def test_nothing_folds_to_nothing(empty):
    assert fold(empty) == ""
    assert skeleton(empty) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("حلب", "arabic"), ("3000 شقة", "arabic"), ("Aleppo", "latin"), ("1070", "other"), ("", "other")],
)
def test_script_is_that_of_the_first_letter(name, expected):
    assert script(name) == expected


@given(st.one_of(st.text(max_size=30), ARABIC, LATIN))
def test_folding_twice_is_folding_once(name):
    assert fold(fold(name)) == fold(name)


@given(st.one_of(st.text(max_size=30), ARABIC, LATIN))
def test_names_that_fold_alike_have_one_skeleton(name):
    assert skeleton(fold(name)) == skeleton(name)


@given(LATIN)
def test_case_changes_nothing(name):
    assert fold(name.upper()) == fold(name.lower())
