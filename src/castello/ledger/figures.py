"""
The figures that stand in a text, however they are printed.

They are read in digits of any script and grouping, in words ("half a million", "two-thirds", "fivefold"), and in Arabic words.

Where print has two readings, both count: ``592,700`` is 592,700 or, in other countries, 592.7. One exception keeps an
error of a thousand-fold out: three zeros after a separator are thousands, so 300 does not stand in "300,000".
Words without a number ("several", "dozens", "hundreds of thousands") are no figure.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

# ---------------------------------------------------------------------------------------------------- how numbers look

_GROUPING = ",.'’٬،\u00a0\u2009\u202f"
_DECIMAL = ".,٫"
_SPACED = r"(?<!\d)(?<!\d[.,'’٬٫])\d{1,3}(?: \d{3}(?!\d))++(?:[.,٫]\d{1,2}(?!\d))?(?![.,'’٬٫]?\d)"
_RUN = rf"\d+(?:[{_GROUPING}٫]\d+)*"
_WORD = r"[^\W\d_]+(?:[\u064b-\u0655]+[^\W\d_]*)*"
_REST = rf"(?P<run>{_RUN})|(?P<sign>[%٪％×½⅓⅔¼¾⅕⅛])|(?P<word>{_WORD})"
_TOKENS = re.compile(rf"(?P<spaced>{_SPACED})|{_REST}")
_JOINT = re.compile(r"[\s\-‐‑]{0,3}")
_RANGE = re.compile(r"\s*[-‐‑–—]\s*|\s+(?:to|or|إلى|الى|أو)\s+")
_BETWEEN = re.compile(r"\s+(?:and\s+|و\s*)")

# Letters that Arabic print varies are one letter here, each for one so that offsets hold.
_FOLD = str.maketrans("أإآةىئ", "ااا" + "هيي")
_MARKS = re.compile("[\u0640\u064b-\u0655]")

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_PART_WORDS = "half third quarter fifth sixth seventh eighth ninth tenth"
_SMALL = {word: value for value, word in enumerate(_SMALL_WORDS.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TENS_WORDS.split(), start=2)}
_SCALES = {"dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_SCALES |= {f"{word}s": value for word, value in _SCALES.items()} | {"mn": 10**6, "bn": 10**9}
_ALL_SCALES = _SCALES | {"hundred": 100, "hundreds": 100}
_PARTS = {word: value for value, word in enumerate(_PART_WORDS.split(), start=2)} | {"fourth": 4}
_FOLDS = {f"{word}fold": value for word, value in (_SMALL | _TENS | {"hundred": 100, "thousand": 1000}).items()}
_MULTIPLES = (
    {"twice": 2, "thrice": 3}
    | _FOLDS
    | {
        form: value
        for value, stem in ((2, "double"), (3, "triple"), (3, "treble"), (4, "quadruple"), (5, "quintuple"))
        for form in (stem, f"{stem}d", f"{stem}s", f"{stem[:-1]}ing")
    }
)
_FRACTIONS = {"half": 1 / 2, "halved": 1 / 2, "halving": 1 / 2, "نصف": 1 / 2, "ثلث": 1 / 3, "ربع": 1 / 4}
_FRACTIONS |= dict.fromkeys(("ثلثي", "ثلثا", "ثلثين"), 2 / 3)

_ARABIC_SCALES = dict.fromkeys(("الف", "الفا", "الاف"), 10**3) | dict.fromkeys(("مليون", "مليونا", "ملايين"), 10**6)
_ARABIC_SCALES |= dict.fromkeys(("مليار", "مليارا", "مليارات"), 10**9)
_ARABIC_PLURALS = ("الاف", "ملايين", "مليارات")  # alone they say "thousands", which is no figure
_ARABIC_TWO = dict.fromkeys(("الفان", "الفين", "الفي"), 10**3) | dict.fromkeys(("مليونان", "مليونين", "مليوني"), 10**6)
_HUNDREDS, _ONES, _DECADES = 3, 2, 1  # the order in which Arabic says them: hundreds, and ones, and tens
_ARABIC: dict[str, tuple[int, int]] = {}
for _number, _words in enumerate(
    ("واحد", "اثنان اثنين اثنا اثني", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان ثماني", "تسع", "عشر"), start=1
):
    for _word in _words.split():
        _ARABIC |= {_word: (_number, _ONES), f"{_word}ه": (_number, _ONES)}
for _number, _stem in enumerate(("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع"), start=2):
    _ARABIC |= {f"{_stem}{ending}": (10 * _number, _DECADES) for ending in ("ون", "ين")}
    if _stem != "عشر":
        _ARABIC |= {f"{_stem}{hundred}": (100 * _number, _HUNDREDS) for hundred in ("ميه", "مايه")}
_ARABIC |= dict.fromkeys(("ميه", "مايه"), (100, _HUNDREDS))
_ARABIC |= dict.fromkeys(("ميتان", "ميتين", "ميتي", "مايتان", "مايتين", "مايتي"), (200, _HUNDREDS))

_PERCENT_WORDS = ("percent", "pct", "percentage", "بالميه", "بالمايه")
_PERCENT_PAIRS = (("per", "cent"), ("في", "الميه"), ("في", "المايه"))
_TIMES_WORDS = ("times", "fold", "x", "×", "مرات", "اضعاف")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One reading of a number as printed, with the place and the token it was read from.

    ``low`` and ``high`` bound what may be written for it: they equal ``value``, except that "a third" may be written
    0.333 (half a percent either way) or 0.33 (two decimals). ``unit_hint`` is ``percent`` (``value`` counts percent),
    ``times``, ``fraction`` or None.
    """

    value: float
    low: float
    high: float
    unit_hint: str | None
    start: int
    end: int
    token: str


def figures_in(text: str) -> tuple[Figure, ...]:
    """
    Every number printed in a text, in the order of the text; two readings are two figures at the same place.

    Dates and years are numbers too. Offsets count characters of ``text`` as given. The grammar is
    Castello's own.

    Examples
    --------
    >>> [figure.value for figure in figures_in("upwards of 300,000, risen 400% in 48-hours")]
    [300000.0, 400.0, 48.0]
    >>> [(figure.value, figure.token) for figure in figures_in("half a million, or 592,7 of ٣٠٠ ألف")]
    [(500000.0, 'half a million'), (592.7, '592,7'), (300000.0, '٣٠٠ ألف')]
    """
    found = set()
    for apart in (False, True):
        numbers = _Reader(text, apart=apart).read()
        for index in range(len(numbers)):
            found |= set(_figures(text, _as_range(text, numbers, index)))
    return tuple(sorted(found, key=lambda each: (each.start, each.end, each.value, each.unit_hint or "")))


# ------------------------------------------------------------------------------------------------------ how it is read


@dataclass(frozen=True, slots=True)
class _Token:
    """A word (folded), a sign, or a run of digits with its readings."""

    word: str
    values: tuple[float, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as printed; ``scale`` is its last word of size, which the other end of a range may share."""

    values: tuple[float, ...]
    scale: float
    hint: str | None
    start: int
    end: int


def _figures(text: str, number: _Number) -> Iterator[Figure]:
    for value in number.values:
        low = high = value
        if number.hint == "fraction":
            low, high = min(value * 0.995, round(value, 2)), max(value * 1.005, round(value, 2))
        if math.isfinite(value):
            yield Figure(
                value=value,
                low=low,
                high=high,
                unit_hint=number.hint,
                start=number.start,
                end=number.end,
                token=text[number.start : number.end],
            )


def _as_range(text: str, numbers: list[_Number], index: int) -> _Number:
    # "2-3 million" says two million, "20-30%" twenty percent; after "to" and "or" the bare 2 stays a reading.
    number = numbers[index]
    other = next((each for each in numbers[index + 1 : index + 3] if each.start >= number.end), None)
    if other is None or number.hint is not None:
        return number
    gap, before = text[number.end : other.start], text[max(0, number.start - 12) : number.start].rstrip().lower()
    between = before.endswith(("between", "بين")) and _BETWEEN.fullmatch(gap)
    if not (between or _RANGE.fullmatch(gap)) or min(number.values) >= max(other.values) / other.scale:
        return number
    values = number.values
    if number.scale < other.scale:
        scaled = tuple(value * other.scale for value in values)
        values = (*values, *scaled) if not between and gap.strip().isalpha() else scaled
    return replace(number, values=values, hint="percent" if other.hint == "percent" else None)


def _readings(run: str) -> tuple[float, ...]:
    """The numbers that one run of digits and separators may stand for; none where it is a list or a date."""
    parts = re.split(r"(\D)", "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in run))
    groups, marks = parts[::2], parts[1::2]
    if not marks:
        return (float(run),)

    def thousands(groups: list[str], marks: list[str]) -> bool:
        one_mark = len(set(marks)) == 1 and marks[0] in f"{_GROUPING} "
        return one_mark and len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(each) == 3 for each in groups[1:])

    found = []
    if thousands(groups, marks):
        found.append(float("".join(groups)))
    one_decimal = len(marks) == 1 or (marks[-1] != marks[-2] and thousands(groups[:-1], marks[:-1]))
    if marks[-1] in _DECIMAL and one_decimal and not (found and groups[-1] == "000"):
        found.append(float("".join(groups[:-1]) + "." + groups[-1]))
    return tuple(found)


class _Reader:
    """
    Reads the numbers of one text from left to right.

    ``apart`` reads "17 300 people" as two numbers, else as one; "17 300 000" is one either way.
    """

    def __init__(self, text: str, *, apart: bool) -> None:
        self.text, self.apart = text, apart
        self.tokens = list(self._tokens())
        self.joins_and = True

    def _tokens(self) -> Iterator[_Token]:
        for match in _TOKENS.finditer(self.text):
            start, end, printed = match.start(), match.end(), match.group()
            if match["word"]:
                yield _Token(_MARKS.sub("", printed).lower().translate(_FOLD), (), start, end)
            elif match["sign"]:
                vulgar = unicodedata.numeric(printed, None)
                yield _Token("%" if printed in "%٪％" else printed, () if vulgar is None else (vulgar,), start, end)
            else:
                certain = "000" in printed or printed.count(" ") > 1
                whole = _readings(printed) if match["run"] or certain or not self.apart else ()
                if whole:
                    yield _Token("", whole, start, end)
                    continue
                for piece in re.finditer(r"\d+" if match["run"] else _RUN, printed):  # a date, a list, 17 and 300
                    yield _Token("", _readings(piece.group()), start + piece.start(), start + piece.end())

    def read(self) -> list[_Number]:
        """All numbers; where two readings differ in length, both."""
        found: list[_Number] = []
        index = 0
        while index < len(self.tokens):
            number, after = self._number(index)
            if number is not None and index and self.tokens[index - 1].word == "between":
                found.append(number)
                self.joins_and = False  # "between three hundred and five thousand" has two ends, or is 305,000
                number, after = self._number(index)
                self.joins_and = True
            if number is not None:
                found.append(number)
            slash = self._slash(index)
            if slash is not None:
                found.append(slash)
            index = after
        return found

    def _word(self, index: int) -> str:
        """The word at ``index`` if it goes on from the token before it, else nothing."""
        if not 0 < index < len(self.tokens):
            return ""
        gap = self.text[self.tokens[index - 1].end : self.tokens[index].start]
        return self.tokens[index].word if _JOINT.fullmatch(gap) else ""

    def _number(self, index: int) -> tuple[_Number | None, int]:
        token = self.tokens[index]
        values: tuple[float, ...]
        scale, hint = 1.0, None
        if (part := self._fraction(index)) is not None:
            value, after, hint = part
            values = (value,)
        elif token.word in _MULTIPLES:
            values, after, hint = (float(_MULTIPLES[token.word]),), index + 1, "times"
        elif token.values:
            values, after, scale = self._digits(index)
        elif (counted := self._sum(index, arabic=False) or self._sum(index, arabic=True)) is not None:
            value, after, scale = counted
            values = (value,)
            if (half := self._half(after)) is not None:  # "a million and a half", "two and a half million"
                after, values = half, (value + scale / 2,)
                more, after = self._scale(after)
                values, scale = (values[0] * more,), scale * more
        else:
            return None, index + 1
        end = self.tokens[after - 1].end
        if hint is None:
            hint, last = self._unit(index, after)
            end, after = max(end, self.tokens[last - 1].end), last
        return _Number(values, scale, hint, token.start, end), after

    def _digits(self, index: int) -> tuple[tuple[float, ...], int, float]:
        values, after = self.tokens[index].values, index + 1
        if (half := self._half(after)) is not None:
            after, values = half, tuple(value + 0.5 for value in values)
        elif self._word(after) and self.tokens[after].values:  # 2½
            values, after = tuple(value + self.tokens[after].values[0] for value in values), after + 1
        letter = self._word(after) if self._touches(after) else ""
        if letter in ("k", "m"):
            scale = 1e3 if letter == "k" else 1e6
            both = values if letter == "m" else ()  # 5m may be metres
            return (*both, *(value * scale for value in values)), after + 1, scale
        scale, after = self._scale(after)
        return tuple(value * scale for value in values), after, scale

    def _touches(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index - 1].end == self.tokens[index].start

    def _scale(self, index: int) -> tuple[float, int]:
        scale = 1.0
        while (size := _ALL_SCALES.get(self._word(index)) or self._arabic_size(self._word(index))) is not None:
            scale, index = scale * size, index + 1
        return scale, index

    @staticmethod
    def _arabic_size(word: str) -> int | None:
        return 100 if word in ("ميه", "مايه") else _ARABIC_SCALES.get(word)

    def _half(self, index: int) -> int | None:
        words = [self._word(index + step) for step in range(3)]
        return index + 3 if words[0] == "and" and words[1] in ("a", "one") and words[2] == "half" else None

    def _unit(self, first: int, after: int) -> tuple[str | None, int]:
        """Percent or times, and the token after the words that say so."""
        word, following = self._word(after), self._word(after + 1)
        if word == "%" or word in _PERCENT_WORDS:
            return "percent", after + 1
        if (word, following) in _PERCENT_PAIRS:
            return "percent", after + 2
        if word in _TIMES_WORDS:
            return "times", after + 1
        # %40, ٪٤٠: the sign before the number
        before = first and self.tokens[first - 1].word == "%" and self._touches(first)
        return ("percent" if before and not (first > 1 and self.tokens[first - 2].values) else None), after

    def _fraction(self, index: int) -> tuple[float, int, str | None] | None:
        token, part = self.tokens[index], self._word(index + 1)
        many = 1 if token.word in ("a", "an") else _SMALL.get(token.word, 0)
        if token.word in _FRACTIONS:
            value, after = _FRACTIONS[token.word], index + 1
        elif token.word and token.values:  # ½
            value, after = token.values[0], index + 1
        elif many == 1 and part in _PARTS:
            value, after = 1 / _PARTS[part], index + 2
        elif many > 1 and part.endswith("s") and many < _PARTS.get(part[:-1], 0):
            value, after = many / _PARTS[part[:-1]], index + 2
        else:
            return None
        size = after + 1 if self._word(after) == "of" else after  # half a million, a quarter of a million, نصف مليون
        size += self._word(size) in ("a", "one")
        scale, end = self._scale(size)
        if end > size:
            return value * scale, end, None
        if self._unit(0, size)[0] == "percent":  # half a percent
            return value, size, None
        return value, after, "fraction"

    def _slash(self, index: int) -> _Number | None:
        if index + 1 >= len(self.tokens):
            return None
        top, bottom = self.tokens[index], self.tokens[index + 1]
        if self.text[top.end : bottom.start] != "/" or not (top.values and bottom.values):
            return None
        over, under = top.values[0], bottom.values[0]
        return _Number((over / under,), 1.0, "fraction", top.start, bottom.end) if 0 < over < under <= 10 else None

    # ------------------------------------------------------------------------------------------------- number words

    def _sum(self, index: int, *, arabic: bool) -> tuple[float, int, float] | None:
        """A number in words: groups of ever smaller size, as in two million three hundred thousand and five."""
        total, limit, last, after, at = 0.0, math.inf, 1.0, index, index
        while at < len(self.tokens) and (at == index or self._word(at)):
            part = self._arabic_group(at, first=at == index) if arabic else self._group(at)
            if part is None or part[2] >= limit:
                break
            value, after, limit, last = part
            total += value
            if limit == 1 or last == 12:
                break
            at = after + (not arabic and self.joins_and and self._word(after) == "and")
        return (total, after, last) if after > index else None

    def _below_hundred(self, index: int) -> tuple[int, int] | None:
        word = self.tokens[index].word if index < len(self.tokens) else ""
        if word in _TENS:
            ones = _SMALL.get(self._word(index + 1), 0)
            return (_TENS[word] + ones, index + 2) if 0 < ones < 10 else (_TENS[word], index + 1)
        return (_SMALL[word], index + 1) if word in _SMALL else None

    def _group(self, index: int) -> tuple[float, int, float, float] | None:
        """Value, token after it, its size (1, 12, thousand ...), and the size of its last word."""
        article = self.tokens[index].word in ("a", "an") and self._word(index + 1) in _ALL_SCALES
        counted = (1, index + 1) if article else self._below_hundred(index)
        if counted is None:
            return None
        value, after = counted
        size, last = 1.0, 1.0
        if self._word(after) in ("hundred", "hundreds"):
            value, after, last = value * 100, after + 1, 100.0
            at = after + (self.joins_and and self._word(after) == "and")
            rest = self._below_hundred(at) if self._word(at) else None
            if rest is not None and self._word(rest[1]) not in ("hundred", "hundreds"):
                value, after, last = value + rest[0], rest[1], 1.0
        while (word := self._word(after)) in _SCALES:
            size, last, after = size * _SCALES[word], float(_SCALES[word]), after + 1
        return value * size, after, size, last

    def _arabic_group(self, index: int, *, first: bool) -> tuple[float, int, float, float] | None:
        value, rank, after = 0, _HUNDREDS + 1, index
        while word := (self.tokens[after].word if after == index else self._word(after)):
            bare = word.removeprefix("و") if word not in _ARABIC else word  # واحد begins with the letter for "and"
            linked, (number, kind) = bare != word, _ARABIC.get(bare, (0, 0))
            if after == index and (first or linked) and number:
                value, rank = number, kind
            elif not linked and rank == _ONES and kind == _ONES and number == 10 and value < 10:
                value, rank = value + 10, _DECADES
            elif not linked and rank == _ONES and number == 100 and value < 10:
                value, rank = value * 100, _HUNDREDS
            elif linked and number and kind < rank and after > index:
                value, rank = value + number, kind
            else:
                break
            after += 1
        word = self.tokens[after].word if after == index else self._word(after)
        if after == index:  # a thousand, two million: the word of size stands alone
            if not first and not word.startswith("و"):
                return None
            word = word if word in _ARABIC_SCALES else word.removeprefix("و")
            if word in _ARABIC_TWO:
                size = float(_ARABIC_TWO[word])
                return 2 * size, after + 1, size, size
            if word in _ARABIC_PLURALS or word not in _ARABIC_SCALES:
                return None
            value = 1
        size = float(_ARABIC_SCALES.get(word, 1))
        last = 100.0 if size == 1 and rank == _HUNDREDS and value == 100 else size
        return value * size, after + (size > 1), size, last
