"""
One name, many spellings: folding and consonant skeletons.

Arabic script leaves short vowels out, and Latin spellings of one Arabic name differ mostly in their vowels, in the
article and in a few letters. What all of them share is the order of the consonants: the skeleton. All rules here
are Castello's own definition; they err towards letting names meet, because a meeting is only a proposal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# One letter for all forms of a letter, Persian ones as Arabic would write them; hamza and tatweel go.
_LETTERS: dict[int, int | str | None] = str.maketrans(
    {
        **dict.fromkeys("ىیې", "ي"),
        **dict.fromkeys("کگ", "ك"),
        **dict.fromkeys("ةۀہ", "ه"),
        **dict(zip("ٱپڤچژı", "ابفجزi", strict=True)),
        **dict.fromkeys("ءـ", None),
    }
)
# Marks that stand for ayn or hamza, or for nothing: they are dropped, so that Sha'ar is Shaar.
_SILENT = re.compile("['`´‘’‚‛′ʹʻʼʽʾʿˈˊˋ΄᾽᾿׳״\"“”]")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")

_ARABIC_SOUNDS = str.maketrans(
    dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "abttjhXdzrzsCsdtz Gfkklmnhuy".replace(" ", "'"), strict=True))
)
# Capitals are sounds that Latin spells with two letters: C sh, X kh, G gh.
_LATIN_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        # An article written as one with its word: Elbab, Alnusra.
        ("^[ae]l(?=[^aeioulwy]..)", ""),
        ("^abd[aeou]l(?=[^aeioul]|$)", "abd"),  # Abdulrahman is Abd al-Rahman in one word
        ("tch|sch|sh|ch", "C"),
        ("kh", "X"),
        ("gh", "G"),
        ("dh", "z"),
        ("th", "t"),
        ("ph", "f"),
        ("dj|zh", "j"),
        ("ck", "k"),
        ("c(?=[eiy])", "s"),
        ("[cq]", "k"),
        ("g", "G"),  # in Latin spellings of Syrian places a lone g is a ghayn far more often than a qaf
        ("x", "ks"),
        ("p", "b"),
        ("v", "f"),
        ("^ou(?=[aei])", "w"),
    )
)
_ARTICLES = frozenset({"al", "el", "il", "ul", "l"})
_ASSIMILATED = re.compile("[aeiu](t|th|d|dh|r|z|s|sh|ch|n)")
_VOWELS = frozenset("aiu")
_LATIN_VOWELS = str.maketrans("eo", "iu")
_INNER = str.maketrans("yw", "iu", "'")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_DOUBLED_VOWEL = re.compile(r"([aiu])\1+")


_NO_WORD = re.compile(r"[^a-z0-9]+")


def script(name: str) -> str:
    """
    ``arabic``, ``latin`` or ``other``: the script of the name's first letter that has one.

    Examples
    --------
    >>> script("حلب"), script("Aleppo"), script("1070")
    ('arabic', 'latin', 'other')
    """
    for letter in name:
        if _ARABIC.match(letter):
            return "arabic"
        if unicodedata.name(letter, "").startswith("LATIN"):
            return "latin"
    return "other"


def fold(name: str) -> str:
    """
    A name without case, accents, vowel signs, hyphens, ayn marks and hamzas; the words stay apart by one space.

    Ta marbuta becomes ha, alef maqsura ya, and digits of any script 0 to 9. Folding twice is folding once.

    Examples
    --------
    >>> fold("Al-Sha'ār"), fold("Al  Shaar")
    ('al shaar', 'al shaar')
    >>> fold("إِدْلِب") == fold("ادلب")
    True
    """
    text = _SILENT.sub("", name)
    if text.isascii():
        return " ".join(_NO_WORD.sub(" ", text.lower()).split())
    # Letters can fall apart into marks, and case folding can make new ones: repeat until nothing changes.
    while True:
        before = text
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
        text = _SILENT.sub("", "".join(_plain(letter) for letter in text))
        text = " ".join(text.split())
        if text == before:
            return text


def _plain(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.digit(letter))
    if category[0] == "M" or category == "Cf":
        return ""
    return letter if category[0] in "LN" else " "


def sounds(name: str) -> tuple[str, ...]:
    """
    The words of a name as rough sounds in one alphabet, articles left out: what fuzzy comparison is made on.

    Vowels are ``a``, ``i``, ``u``; ``C``, ``X``, ``G`` stand for sh, kh, gh. The feminine ending is the same with and without
    its h or t.

    Examples
    --------
    >>> sounds("Jabhet en-Nusra")
    ('jabhi', 'nusra')
    """
    return sounds_of_words(fold(name).split())


def sounds_of_words(words: list[str]) -> tuple[str, ...]:
    """As :func:`sounds`, of the words of a name that is folded already."""
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    heard = []
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else None
        if following is not None and _is_article(word, following):
            continue
        sound = _arabic(word, last=following is None) if _ARABIC.match(word) else _latin(word, last=following is None)
        if sound:
            heard.append(sound)
    return tuple(heard)


def bones(sound: str) -> str:
    """
    The consonants of one word of :func:`sounds`; a leading vowel is ``a``, an h counts only where it leads.

    The h goes because Latin spellings write it where there is none (Ramouseh) and leave it out where there is one.
    """
    first = "a" if sound[0] in _VOWELS else sound[0]
    return first + "".join(letter for letter in sound[1:] if letter not in _VOWELS and letter != "h")


def skeleton(name: str) -> str:
    """
    The consonants of a name in order, the same for most transliterations and for the Arabic script.

    Examples
    --------
    >>> skeleton("Ramouseh"), skeleton("الراموسة"), skeleton("ar-Rāmūsa")
    ('rms', 'rms', 'rms')
    >>> skeleton("Salaheddine") == skeleton("Salah ad-Din") == skeleton("صلاح الدين")
    True
    """
    return "".join(bones(sound) for sound in sounds(name))


def _is_article(word: str, following: str) -> bool:
    """al, el, or an article that took the sound of the next word: ash-Shaar, en-Nusra."""
    if word in _ARTICLES:
        return True
    assimilated = _ASSIMILATED.fullmatch(word)
    return assimilated is not None and following.startswith(assimilated[1])


@lru_cache(maxsize=50_000)
def _arabic(word: str, *, last: bool) -> str:
    if word.startswith("ال") and len(word) >= 4:
        word = word[2:]
    if not last and word.endswith("ات"):
        word = word[:-1]
    # A leading waw is always the consonant.
    return _smooth(("w" + word[1:] if word[0] == "و" else word).translate(_ARABIC_SOUNDS), doubled=_DOUBLED_VOWEL)


@lru_cache(maxsize=50_000)
def _latin(word: str, *, last: bool) -> str:
    # A feminine noun takes its t only before another noun: Jabhat al-Nusra, but Jabha. Short words keep theirs.
    if not last and len(word) >= 4 and word.endswith(("at", "et")):
        word = word[:-1]
    for pattern, sound in _LATIN_SOUNDS:
        word = pattern.sub(sound, word)
    return _smooth(word.translate(_LATIN_VOWELS), doubled=_DOUBLED)


def _smooth(sound: str, *, doubled: re.Pattern[str]) -> str:
    """
    Vowels to a, i, u; an ayn to a leading a or to nothing; doubled letters to one; a last h away.

    Arabic writes a consonant twice only where a vowel stands between, so there ``doubled`` are vowels alone.
    """
    head = "a" if sound[0] == "'" else sound[0]
    text = head + sound[1:].translate(_INNER)
    text = doubled.sub(r"\1", text)
    text = text[0] + text[1:].replace("ai", "i").replace("au", "u")
    text = doubled.sub(r"\1", text)
    return text.removesuffix("h") if len(text) > 2 else text
