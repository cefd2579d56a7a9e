"""What the heads of tables are called: common words of English, French and Arabic, tags of HXL, and the columns that field forms add."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from castello.names import fold

_WORDS: Mapping[str, str] = {
    "first": "start|start date|date start|from date|begin|date debut|تاريخ البدء|من تاريخ",
    "last": "end|end date|date end|to date|date fin|تاريخ الانتهاء|الى تاريخ",
    "date": "date|day|today|jour|month|mois|period|date of incident|event date|التاريخ|تاريخ|اليوم|الشهر",
    "lat": "lat|latitude|gps latitude|y coord|خط العرض",
    "lon": "lon|long|lng|longitude|gps longitude|x coord|خط الطول",
    "pcode": "pcode|p code|admin code|place code|رمز الموقع",
    "place": "place|location|lieu|site|community|village|town|city|neighbourhood|neighborhood|camp|localite|ville|quartier|المكان|مكان"
    "|الموقع|البلده|القريه|المدينه|الحي|التجمع",
    "area": "admin1|admin2|admin3|governorate|province|district|subdistrict|sub district|region|gouvernorat|المحافظه|المنطقه|الناحيه|القضاء",
    "killed": "killed|deaths|dead|fatalities|tues|morts|deces|victims killed|قتلي|القتلي|عدد القتلي|الوفيات|وفيات|شهداء|الشهداء",
    "injured": "injured|wounded|injuries|blesses|جرحي|الجرحي|عدد الجرحي|المصابين|مصابون|اصابات",
    "price": "price|prix|cost|السعر|سعر|ثمن|الثمن",
    "commodity": "commodity|item|product|good|goods|produit|article|denree|السلعه|الماده|الصنف|المنتج",
    "market": "market|marche|shop|السوق|سوق",
    "currency": "currency|devise|monnaie|العمله",
    "unit": "unit|unite|measure|الوحده|وحده",
    "families": "families|households|hh|menages|familles|عائلات|العائلات|الاسر|اسر|عدد العائلات",
    "persons": "population|people|persons|individuals|pop|personnes|habitants|السكان|عدد السكان|الاشخاص|عدد الاشخاص|الافراد",
    "type": "type|event type|incident type|type of incident|type of event|category|type dincident|النوع|نوع الحادث|نوع الحدث|نوع|نوع الهجوم",
    "weapon": "weapon|weapon type|arme|السلاح|نوع السلاح",
    "actor": "actor|perpetrator|attacker|responsible|armed group|auteur|acteur|الفاعل|الجهه|الجهه المنفذه|الجهه المسؤوله|المنفذ",
    "target": "target|victim group|cible|الهدف|المستهدف",
    "source": "source|source name|information source|reported by|المصدر|مصدر",
    "note": "notes|note|comment|comments|remarks|description|remarques|commentaires|ملاحظات|ملاحظه|الوصف|تفاصيل",
    "key": "id|ref|reference|uuid|code|incident id|event id|record id|incident no|no|serial|numero|رقم|الرقم|الرقم التسلسلي|رقم الحادث",
    "published": "published|publication date|date published|report date|تاريخ النشر",
}
"""For each slot the heads that mean it; the longest that fits counts, of two the first."""

_PERSON = (
    "phone|mobile|tel|telephone|whatsapp|email|e mail|mail|contact|first name|last name|full name|surname|name of victim|victim name"
    "|respondent|respondent name|enumerator|enumerator name|interviewer|interviewee|informant|key informant|beneficiary|head of household"
    "|username|user name|submitted by|deviceid|device id|device|imei|sim serial|simserial|simid|subscriberid|subscriber id|phonenumber"
    "|phone number|national id|passport|date of birth|birth date|dob|gender|sex|age|nom|prenom|nom complet|enqueteur|repondant|temoin"
    "|witness|signature|photo|audio|staff|coder|data collector|name|victim|collector|focal point|patient|author|collected by|interviewed by|reporter|recorded by|الاسم|اسم|اسم الضحيه|الضحيه|اسم الاب|اسم الام|الكنيه|اللقب"
    "|الهاتف|هاتف|رقم الهاتف|الجوال|جوال|الموبايل|موبايل|البريد الالكتروني|البريد|الباحث|جامع البيانات|المستجيب|المبلغ|الشاهد|رقم الهويه"
    "|الهويه|جواز السفر|تاريخ الميلاد|الجنس|العمر|واتساب|المستفيد|رب الاسره|المندوب|المراقب"
)
_FORM = frozenset(
    [
        "_id",
        "_index",
        "_submission_time",
        "_validation_status",
        "_notes",
        "_status",
        "__version__",
        "_tags",
        "_parent_index",
        "_parent_table_name",
        "_submission__id",
        "_submission__uuid",
        "formhub/uuid",
        "meta/instanceid",
        "meta-instanceid",
        "instanceid",
        "submissiondate",
        "reviewstate",
    ]
)
_KEYS = frozenset({"_uuid", "key"})
_FILLED_IN = frozenset({"start", "end", "today"})
"""When a form was filled in: not when it happened. Of a table that is no export of forms they are days like others."""
_HXL: tuple[tuple[str, frozenset[str], str], ...] = tuple(
    (tag, frozenset(attributes.split()), role)
    for tag, attributes, role in (
        ("contact", "", "person"),
        ("date", "start", "first"),
        ("date", "end", "last"),
        ("date", "", "date"),
        ("geo", "lat", "lat"),
        ("geo", "lon", "lon"),
        ("affected", "killed", "killed"),
        ("affected", "dead", "killed"),
        ("affected", "injured", "injured"),
        ("affected", "hh", "families"),
        ("affected", "", "persons"),
        ("population", "", "persons"),
        ("inneed", "", "persons"),
        ("loc", "code", "pcode"),
        ("loc", "market", "market"),
        ("loc", "", "place"),
        ("adm1", "code", "pcode"),
        ("adm1", "", "area"),
        ("adm2", "", "area"),
        ("adm3", "", "area"),
        ("adm4", "", "place"),
        ("value", "", "price"),
        ("item", "unit", "unit"),
        ("item", "", "commodity"),
        ("currency", "", "currency"),
        ("event", "type", "type"),
        ("event", "id", "key"),
        ("event", "", "type"),
        ("cause", "", "type"),
        ("actor", "", "actor"),
        ("meta", "id", "key"),
        ("meta", "source", "source"),
        ("description", "", "note"),
    )
)

EVENTS: tuple[tuple[str, str], ...] = (
    (
        "air strike|airstrike|air attack|aerial|barrel bomb|bombardement aerien|frappe aerienne|غاره|غاره جويه|قصف جوي|براميل",
        "attack.air",
    ),
    ("drone|uav|مسيره|طائره مسيره", "attack.drone"),
    (
        "shelling|artillery|mortar|rocket|bombardement|tir dartillerie|قصف|قصف مدفعي|مدفعيه|هاون|صاروخ|قذائف",
        "attack.shelling",
    ),
    ("clash|clashes|fighting|battle|affrontement|affrontements|combats|اشتباك|اشتباكات|معارك|معركه", "attack.clash"),
    ("ied|mine|landmine|car bomb|explosion|engin explosif|لغم|عبوه ناسفه|مفخخه|سياره مفخخه|انفجار", "attack.explosive"),
    ("chemical|chlorine|attaque chimique|كيماوي|كلور", "attack.chemical"),
    ("abduction|kidnapping|enlevement|خطف|اختطاف", "abduction"),
    ("arrest|detention|arrestation|اعتقال", "arrest"),
    ("protest|demonstration|manifestation|مظاهره|احتجاج", "protest"),
    ("looting|destruction|pillage|نهب|سلب|تدمير", "destruction"),
    ("evacuation|اخلاء", "evacuation"),
    ("displacement|deplacement|نزوح|تهجير", "displacement"),
)
"""Words for types of events, and the key of the vocabulary that they would be drafted as."""


def role_of(head: str, tag: str = "") -> str:
    """
    What a column seems to hold: a slot, ``person``, ``form`` (what a field form adds by itself), or nothing.

    Parameters
    ----------
    head
        As printed. Of a head with groups (``incident/place``) only the last part counts.
    tag
        Of HXL; it goes before the head, but for what looks like a person.

    Examples
    --------
    >>> role_of("عدد القتلى"), role_of("incident/Date of incident"), role_of("Name of victim"), role_of("_submission_time"), role_of("x", "#geo+lat")
    ('killed', 'date', 'person', 'form', 'lat')
    """
    own = head.strip().lower()
    if own in _KEYS:
        return "key"
    if own in _FORM or own.rpartition("/")[2] in _FORM:
        return "form"
    words = _bare(head.rpartition("/")[2])
    found = [(len(phrase), -at, role) for at, (phrase, role) in enumerate(_PHRASES) if _holds(words, phrase)]
    role = max(found)[2] if found else ""
    if role == "person" or _is_person(words):
        return "person"
    # a name that is not said to be that of something else may be somebody's
    return _tagged(tag) or role or ("person" if _NAMES & set(words) else "")


def is_form(heads: Collection[str]) -> bool:
    """Whether the heads are those of an export of field forms (KoBoToolbox, ODK)."""
    return any(own in _FORM or own == "_uuid" for own in (head.strip().lower() for head in heads))


def is_filled_in(head: str) -> bool:
    """Whether a column of an export of forms says when the form was filled in."""
    return head.strip().lower() in _FILLED_IN


def event_of(text: str) -> str | None:
    """The key that a word for a type of event would be drafted as; None of a word that is not known."""
    words = _bare(text)
    found = [
        (len(phrase), key)
        for phrases, key in EVENTS
        for phrase in map(_bare, phrases.split("|"))
        if _holds(words, phrase)
    ]
    return max(found)[1] if found else None


def _bare(text: str) -> tuple[str, ...]:
    """The words of a text, folded, Arabic ones without their article."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return tuple(word.removeprefix("ال") or word for word in fold(parted).split())


def _holds(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words) - len(phrase) + 1))


def _is_person(words: tuple[str, ...]) -> bool:
    """Whether a head as a whole, or a telling part of it, is one of what tells who somebody is."""
    return words in _WHOLE or any(_holds(words, phrase) for phrase in _PARTS)


def _tagged(tag: str) -> str:
    base, *attributes = tag.strip().removeprefix("#").lower().split("+")
    return next((role for name, needed, role in _HXL if name == base and needed <= set(attributes)), "")


_PHRASES = tuple((_bare(phrase), role) for role, phrases in _WORDS.items() for phrase in phrases.split("|"))
_WHOLE = frozenset(_bare(phrase) for phrase in _PERSON.split("|"))
# words that may stand in a head that tells of something else count only where they are all of it
_ALONE = frozenset(
    _bare(phrase)
    for phrase in [
        "name",
        "contact",
        "mail",
        "age",
        "sex",
        "gender",
        "victim",
        "device",
        "tel",
        "nom",
        "staff",
        "اسم",
        "ضحيه",
        "لقب",
        "عمر",
        "جنس",
        "بريد",
    ]
)
_PARTS = _WHOLE - _ALONE
_NAMES = frozenset(("name", "names", "nom", "noms", "اسم", "اسماء"))
