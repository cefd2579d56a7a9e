"""A printed figure must be printed: quotes are found in their documents, and figures in their quotes."""

from __future__ import annotations

import math
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castello.claims import Bound, Claim, Kind, Link, Locator, Period, Quantity, Role
from castello.ledger.figures import Figure, figures_in
from castello.ledger.quotes import problem_with_quote, quote_span

ARTICLE = (
    "For several days now, upwards of 300,000 people living in opposition-held areas of Aleppo city have existed in a "
    "state of de facto siege. Food prices have risen 400% in 48-hours. The “fierce attack” ongoing on 64,000 families "
    "resulted in dozens of fatalities. The UN assessments stood at roughly 600,000; this week, that number should rise "
    "by 50%, as 300,000 more find themselves encircled. The city’s 50-group coalition. “Around one third of al-Nusra may "
    "join [the new movement]”."
)


def claim(
    quote: str | None = None,
    *,
    locator: Locator | None = None,
    quantity: Quantity | None = None,
    unit: str | None = None,
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
    bound: Bound = Bound.EXACT,
) -> Claim:
    if unit is not None:
        quantity = Quantity(unit=unit, value=value, low=low, high=high, bound=bound)
    return Claim(
        kind=Kind.PEOPLE,
        subject="aleppo-east",
        predicate="trapped",
        happened=Period.day(date(2016, 7, 17)),
        published=date(2016, 7, 18),
        chain=(Link(who="author", role=Role.REPORTER),),
        document="article",
        quantity=quantity or Quantity(unit="person", value=300000, derived_from=("c1-x",), formula="x"),
        quote=quote,
        locator=locator,
    )


def values(text: str, *, hint: str | None = "any") -> list[float]:
    return [figure.value for figure in figures_in(text) if hint in ("any", figure.unit_hint)]


# ------------------------------------------------------------------------------------------------------- the article


@pytest.mark.parametrize(
    ("quote", "value", "unit", "bound"),
    [
        ("upwards of 300,000", 300000, "person", Bound.AT_LEAST),
        ("risen 400% in 48-hours", 400, "percent", Bound.EXACT),
        ("risen 400% in 48-hours", 48, "hour", Bound.EXACT),
        ("64,000 families", 64000, "family", Bound.EXACT),
        ("roughly 600,000", 600000, "person", Bound.ABOUT),
        ("rise by 50%", 50, "percent", Bound.EXACT),
        ("rise by 50%", 0.5, "share", Bound.EXACT),
        ("50-group", 50, "group", Bound.EXACT),
        ("Around one third", 0.333, "share", Bound.ABOUT),
        ("Around one third", 0.33, "share", Bound.ABOUT),
        ("Around one third", 1 / 3, "share", Bound.ABOUT),
        ("Around one third", 33.3, "percent", Bound.ABOUT),
    ],
)
def test_the_figures_of_the_article_are_accepted(quote, value, unit, bound):
    assert problem_with_quote(claim(quote, unit=unit, value=value, bound=bound), ARTICLE) is None


SUM = "stood at roughly 600,000; this week, that number should rise by 50%, as 300,000 more find themselves encircled"


def test_a_figure_that_the_article_does_not_print_is_refused_as_printed():
    assert problem_with_quote(claim(SUM, unit="person", value=900000), ARTICLE) == (
        "the figure 900000 does not stand in the quote"
    )


def test_the_same_figure_is_accepted_as_derived():
    derived = Quantity(unit="person", value=900000, derived_from=("c1-a", "c1-b"), formula="a + b")
    assert problem_with_quote(claim(SUM, quantity=derived), ARTICLE) is None


def test_a_derived_figure_does_not_excuse_a_false_quote():
    derived = Quantity(unit="person", value=900000, derived_from=("c1-a", "c1-b"), formula="a + b")
    assert problem_with_quote(claim("stood at 900,000", quantity=derived), ARTICLE) == (
        "the quote does not stand in the document"
    )


@pytest.mark.parametrize(
    ("quote", "value", "unit"),
    [
        ("upwards of 300,000", 300, "person"),  # thousand-fold errors
        ("upwards of 300,000", 300000000, "person"),
        ("upwards of 300,000", 0, "person"),
        ("rise by 50%", 50, "person"),  # a percentage counts nobody
        ("rise by 50%", 0.5, "percent"),
        ("rise by 50%", 50, "share"),
        ("Around one third", 0.35, "share"),
        ("Around one third", 3, "person"),
        ("resulted in dozens of fatalities", 12, "person"),
        ("For several days now", 7, "day"),
        ("siege", 300000, "person"),
    ],
)
def test_what_the_quote_does_not_say_is_refused(quote, value, unit):
    assert problem_with_quote(claim(quote, unit=unit, value=value), ARTICLE) == (
        f"the figure {value} does not stand in the quote"
    )


def test_every_written_end_of_a_range_must_stand_in_the_quote():
    quote = "between 250,000 and 275,000 people"
    assert problem_with_quote(claim(quote, unit="person", low=250000, high=275000), None) is None
    assert problem_with_quote(claim(quote, unit="person", low=250000, high=300000), None) == (
        "the figure 300000 does not stand in the quote"
    )
    assert problem_with_quote(claim(quote, unit="person", value=260000, low=250000, high=275000), None) == (
        "the figure 260000 does not stand in the quote"
    )


def test_the_sign_is_in_the_words():
    assert problem_with_quote(claim("fell by 30%", unit="percent", value=-30), None) is None


def test_without_a_quote_there_is_nothing_to_check():
    assert problem_with_quote(claim(None, unit="person", value=900000), ARTICLE) is None
    assert quote_span(claim(None, unit="person", value=900000), ARTICLE) is None


def test_a_figure_is_checked_even_where_the_document_is_not_held():
    assert problem_with_quote(claim("upwards of 300,000", unit="person", value=300000), None) is None
    assert problem_with_quote(claim("upwards of 300,000", unit="person", value=301000), None) is not None


# -------------------------------------------------------------------------------------------------- where it stands


def test_a_quote_stands_exactly_at_its_offsets_or_not_at_all():
    start = ARTICLE.index("300,000 more")
    right = claim("300,000", locator=Locator(start=start, end=start + 7))
    assert quote_span(right, ARTICLE) == (start, start + 7)
    assert problem_with_quote(right, ARTICLE) is None
    wrong = claim("300,000", locator=Locator(start=start + 1, end=start + 8))
    assert quote_span(wrong, ARTICLE) is None
    first = ARTICLE.index("300,000")
    assert problem_with_quote(wrong, ARTICLE) == (
        f"the quote does not stand in the document at {start + 1}-{start + 8}; it stands at {first}-{first + 7}"
    )
    nowhere = claim("301,000", locator=Locator(start=5, end=12))
    assert problem_with_quote(nowhere, ARTICLE) == "the quote does not stand in the document at 5-12"


def test_offsets_beyond_the_document_or_before_it_are_no_place():
    assert quote_span(claim("join", locator=Locator(start=10**6, end=10**6 + 4)), ARTICLE) is None
    assert quote_span(claim("ab", locator=Locator(start=-3, end=-1)), "cabd") is None


def test_a_locator_without_offsets_leaves_the_place_open():
    assert quote_span(claim("siege", locator=Locator(page=1)), "a siege") == (2, 7)


def test_white_space_is_folded_only_without_offsets():
    text = "they were\n   completely\u00a0besieged in July"
    assert quote_span(claim("completely besieged"), text) == (13, 32)
    assert text[13:32] == "completely\u00a0besieged"
    at = Locator(start=13, end=32)
    assert quote_span(claim("completely besieged", locator=at), text) is None
    assert quote_span(claim("completely\u00a0besieged", locator=at), text) == (13, 32)


def test_the_exact_place_wins_over_an_earlier_folded_one():
    assert quote_span(claim("a b"), "a\nb a b") == (4, 7)


def test_what_looks_like_a_pattern_is_taken_as_written():
    assert quote_span(claim("join  [the new movement]”."), ARTICLE) is not None
    assert quote_span(claim("join .the new movement."), ARTICLE) is None


@pytest.mark.parametrize("word", ["Hôpital", "مئة ألف"])
def test_composed_and_decomposed_text_are_the_same(word):
    composed, apart = unicodedata.normalize("NFC", f"à {word} 5"), unicodedata.normalize("NFD", f"à {word} 5")
    assert composed != apart
    span = (0, len(composed))
    for quote in (composed, apart):
        for text in (composed, apart):
            assert quote_span(claim(quote), text) == span
            assert quote_span(claim(quote, locator=Locator(start=0, end=len(composed))), text) == span
            assert problem_with_quote(claim(quote, unit="person", value=5), text) is None


# ---------------------------------------------------------------------------------------------------- how numbers look


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234", [1.234, 1234]),
        ("1.234", [1.234, 1234]),
        ("1'234 or 1’234", [1234, 1234]),
        ("1\u00a0234, 1\u202f234, 1\u2009234", [1234, 1234, 1234]),
        ("12.5", [12.5]),
        ("12,5", [12.5]),
        ("0,333", [0.333]),
        ("300,000", [300000]),
        ("1,234.56", [1234.56]),
        ("1.234.567,8", [1234567.8]),
        ("5 300 000", [5300000]),
        ("17 300", [17, 17300, 300]),  # one number, or two
        ("300 000,5", [300000.5]),
        ("in July 2016 300 died", [2016, 300]),
        ("17.07.2016", [17, 7, 2016]),
        ("1,2,3", [1, 2, 3]),
        ("4 000 1,234 567", [4000, 1.234, 1234, 567]),
        ("the 15th, F16, 2,000°C.", [15, 16, 2000]),
        ("٣٠٠٬٠٠٠ و٣٠٠،٠٠٠", [300000, 300000]),
        ("۱۲٫۵ ١٢٫٥", [12.5, 12.5]),
        ("9" * 400, []),
    ],
)
def test_digits(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one, nineteen, ninety-nine, forty two", [1, 19, 99, 42]),
        ("a hundred, one hundred and twenty-five thousand", [100, 125000]),
        ("twelve hundred", [1200]),
        ("two million three hundred thousand and five", [2300005]),
        ("a million and a half; two and a half million; 2 and a half million", [1.5e6, 2.5e6, 2.5e6]),
        ("half a million, half-a-million", [500000, 500000]),
        ("a quarter of a million, three quarters of a million", [250000, 750000]),
        ("two dozen, half a dozen, a dozen, 3 dozens", [24, 6, 12, 36]),
        ("1.2 million, 300 thousand, 600k, 1.2bn", [1.2e6, 300000, 600000, 1.2e9]),
        ("5m", [5, 5e6]),
        ("5 km, 600kg, 7 m", [5, 600, 7]),
        ("2½ million", [2.5e6]),
        ("twenty thirty", [20, 30]),
        ("several hundred, dozens, hundreds of thousands, a few thousand, many", []),
        ("between three hundred and five hundred", [300, 500]),
        ("two thousand and three thousand", [2000, 3000]),
        ("between three hundred and five thousand", [300, 305000, 5000]),
        ("between one hundred and two hundred thousand", [100000, 200000]),
        ("2-3 million", [2e6, 3e6]),
        ("2 to 3 million", [2, 2e6, 3e6]),
        ("300 to 2 thousand", [300, 2000]),
    ],
)
def test_number_words_and_sizes(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("٣٠٠ ألف و 1.2 مليون و3 مئة", [300000, 1.2e6, 300]),
        ("نصف مليون", [500000]),
        ("مليون ومئتي ألف", [1200000]),
        ("ألف عائلة، مليونين", [1000, 2000000]),
        ("ثلاثمئة ألف، ثلاثمائة ألف", [300000, 300000]),
        ("خمسة وعشرين ألفاً", [25000]),
        ("خمسة عشر، ثلاثة آلاف", [15, 3000]),
        ("مئة وخمسة وعشرون", [125]),
        ("آلاف، ملايين", []),
        ("بين 200 و 300 ألف", [200000, 300000]),
    ],
)
def test_arabic_words(text, expected):
    assert values(text) == expected
    assert values(unicodedata.normalize("NFD", text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "50%",
        "50 %",
        "50 per cent",
        "fifty percent",
        "50-percent",
        "٥٠٪",
        "٪٥٠",
        "۵۰٪",
        "%50",
        "٥٠ بالمئة",
        "٥٠ في المئة",
        "50 percentage points",
    ],
)
def test_percent(text):
    assert values(text, hint="percent") == values(text) == [50]


def test_a_range_shares_its_percent():
    assert values("20-30%, 20 to 30 per cent, between 20 and 30%", hint="percent") == [20, 30] * 3


def test_a_part_of_a_percent_is_no_part_of_the_whole():
    assert [(figure.value, figure.unit_hint) for figure in figures_in("half a percent")] == [(0.5, "percent")]
    assert problem_with_quote(claim("half a percent", unit="percent", value=50), None) is not None
    assert problem_with_quote(claim("half of them", unit="percent", value=50), None) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("five times", 5), ("5 times", 5), ("5x", 5), ("fivefold", 5), ("five-fold", 5), ("5-fold", 5), ("doubled", 2),
        ("twice", 2), ("tripled", 3), ("trebled", 3), ("quadrupling", 4), ("tenfold", 10), ("خمس مرات", 5),
    ],
)  # fmt: skip
def test_times(text, value):
    assert values(text, hint="times") == values(text) == [value]
    assert problem_with_quote(claim(text, unit="times", value=value), None) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a third", 1 / 3), ("one third", 1 / 3), ("one-third", 1 / 3), ("two-thirds", 2 / 3), ("two thirds", 2 / 3),
        ("a quarter", 1 / 4), ("three quarters", 3 / 4), ("a fifth", 1 / 5), ("half", 1 / 2), ("⅔", 2 / 3), ("ثلث", 1 / 3),
    ],
)  # fmt: skip
def test_fractions(text, value):
    assert values(text, hint="fraction") == [pytest.approx(value)] == values(text)
    assert problem_with_quote(claim(text, unit="share", value=round(value, 3)), None) is None
    assert problem_with_quote(claim(text, unit="percent", value=round(100 * value, 1)), None) is None
    assert problem_with_quote(claim(text, unit="percent", value=round(value, 3)), None) is not None


def test_a_fraction_with_a_stroke_is_a_fraction_beside_its_digits():
    assert values("1/3 of them") == [1, pytest.approx(1 / 3), 3]
    assert values("17/7/2016", hint="fraction") == []


def test_a_figure_says_where_it_stands():
    (figure,) = figures_in("about half a million people")
    assert figure == Figure(
        value=500000, low=500000, high=500000, unit_hint=None, start=6, end=20, token="half a million"
    )


# -------------------------------------------------------------------------------------------------------- properties

SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]
STYLES = ["", ",", ".", " ", "'", "’", "٬", "،", "\u00a0", "\u202f", "\u2009"]


@given(
    number=st.integers(0, 10**12),
    style=st.sampled_from(STYLES),
    script=st.sampled_from(SCRIPTS),
    around=st.sampled_from(
        [("", ""), ("about ", " people"), ("(", ")"), ("في حلب ", "."), ("on 5 May, ", ", they said")]
    ),
)
def test_any_whole_number_is_found_in_any_style(number, style, script, around):
    printed = f"{number:,}".replace(",", style).translate(str.maketrans("0123456789", script))
    text = around[0] + printed + around[1]
    found = [figure for figure in figures_in(text) if figure.value == number]
    assert any(figure.token == printed and figure.start == len(around[0]) for figure in found)
    assert problem_with_quote(claim(text, unit="person", value=number), f"They said: {text}") is None


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)


def spelled(number: int) -> str:
    tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    for size, name in ((10**6, "million"), (10**3, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joint = " and " if rest < 100 else " "
            return f"{spelled(number // size)} {name}" + (joint + spelled(rest) if rest else "")
    if number < 20:
        return ONES.split()[number]
    return tens[number // 10] + (f"-{ONES.split()[number % 10]}" if number % 10 else "")


@given(number=st.integers(0, 10**9 - 1))
def test_any_whole_number_is_found_in_words(number):
    assert [(figure.value, figure.token) for figure in figures_in(f"about {spelled(number)} people")] == [
        (number, spelled(number))
    ]


PIECES = ["1", "23", "456", "000", "٣", "½", "⅔", "%", "٪", ",", ".", " ", "-", "/", "and", "a", "half", "of", "third"]
PIECES += [
    "thirds",
    "hundred",
    "thousand",
    "million",
    "dozen",
    "between",
    "to",
    "مئة",
    "ألف",
    "و",
    "وثلاثة",
    "عشر",
    "x",
]


@settings(max_examples=200)
@given(text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)))
def test_any_text_gives_finite_figures_with_true_offsets_in_order(text):
    figures = figures_in(text)
    assert figures == figures_in(text)
    assert [figure.start for figure in figures] == sorted(figure.start for figure in figures)
    for figure in figures:
        assert text[figure.start : figure.end] == figure.token != ""
        assert math.isfinite(figure.value)
        assert figure.low <= figure.value <= figure.high
