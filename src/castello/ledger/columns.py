"""
Claims by the hundred thousand: their slots as columns of a table, from which the engine makes the rows of the ledger.

What :class:`castello.claims.Claim` does for one claim (its canonical form, its id, what queries need of it) is said here once
more, as SQL, for as many as a feed has. Both must say the same to the byte: a property test holds one against the other.
What the engine is not sure of is left to ``Claim`` itself, which knows why a claim cannot stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from castello.claims import ID_VERSION, SLOTS, UNKNOWN, Kind, Modality, Slots
from castello.engines import Steps

_TEXT, _DAY, _NUMBER = pa.string(), pa.date32(), pa.float64()

SLOT_COLUMNS = pa.schema(
    [
        ("row", pa.int64()),
        ("sheet", _TEXT),
        ("cell", _TEXT),
        ("key", _TEXT),
        ("scope", _TEXT),
        ("kind", _TEXT),
        ("subject", _TEXT),
        ("predicate", _TEXT),
        ("object", _TEXT),
        ("place", _TEXT),
        ("value", _NUMBER),
        ("low", _NUMBER),
        ("high", _NUMBER),
        ("unit", _TEXT),
        ("bound", _TEXT),
        ("words", _TEXT),
        ("also", _TEXT),
        ("modality", _TEXT),
        ("maybe_start", _DAY),
        ("maybe_end", _DAY),
        ("sure_start", _DAY),
        ("sure_end", _DAY),
        ("starts", _TEXT),
        ("ends", _TEXT),
        ("basis", _TEXT),
        ("said_start", _DAY),
        ("said_end", _DAY),
        ("published", _DAY),
        ("chain", _TEXT),
        ("document", _TEXT),
        ("quote", _TEXT),
        ("place_as_written", _TEXT),
        ("lat", _NUMBER),
        ("lon", _NUMBER),
        ("radius_km", _NUMBER),
        ("area", _TEXT),
        ("precision", _TEXT),
        ("date_precision", _TEXT),
        ("confidence", _TEXT),
        ("verification", _TEXT),
        ("note", _TEXT),
    ]
)
"""
What a source says of each claim. Null is absent; spans are half-open; ``key`` names the claim within its feed, whatever the release,
``scope`` what part of the world it speaks of (a country): only within it can a newer release miss it. ``also`` is the canonical text
of the slots of ``also``, as :func:`also_text` makes it (slots that make the question hold texts); ``chain`` that of the chain, and ``modality`` is ``asserted`` where null.
"""


def text_of(value: str) -> str:
    """SQL for the canonical text of a text, or null."""
    return f"cast(to_json({value}) as varchar)"


def number_text(value: str) -> str:
    """SQL for the canonical text of a number (double), or null: whole numbers are written without a point."""
    return (
        f"case when {value} = trunc({value}) and abs({value}) < 9007199254740992 "
        f"then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end"
    )


def also_text(texts: Mapping[str, str] | None = None, numbers: Mapping[str, str] | None = None) -> str:
    r"""
    SQL for the column ``also``.

    Parameters
    ----------
    texts, numbers
        Expressions by slot; an expression that is null leaves its slot out.

    Examples
    --------
    >>> print(also_text({"currency": "cur"}))
    nullif(concat('{', concat_ws(',', '"currency":' || cast(to_json(cur) as varchar)), '}'), '{}')
    """
    members = {name: text_of(value) for name, value in (texts or {}).items()}
    members |= {name: number_text(f"({value})") for name, value in (numbers or {}).items()}
    return _object([(name, members[name]) for name in sorted(members)])


def _object(members: list[tuple[str, str]]) -> str:
    """SQL for a JSON object of members in order, each the text of its value or null; null of none."""
    listed = ", ".join(f"'\"{name}\":' || {value}" for name, value in members)
    return f"nullif(concat('{{', concat_ws(',', {listed}), '}}'), '{{}}')"


def _span(start: str, end: str) -> str:
    day = "'\"' || coalesce(cast({0} as varchar), '..') || '\"'"
    return f"'[' || {day.format(start)} || ',' || {day.format(end)} || ']'"


def _slug_text(value: str) -> str:
    """SQL for the canonical text of an id, a day or a word of the vocabulary, in which nothing is to be escaped; or null."""
    return f"'\"' || {value} || '\"'"


def _unless(value: str, ordinary: str) -> str:
    return f"nullif({value}, '{ordinary}')"


_QUANTITY = _object(
    [
        ("bound", text_of(_unless("bound", "exact"))),
        ("high", number_text("if(high is not distinct from value and bound <> 'at_least', null, high)")),
        ("low", number_text("if(low is not distinct from value and bound <> 'at_most', null, low)")),
        ("unit", text_of("unit")),
        ("value", number_text("value")),
        ("words", text_of("words")),
    ]
)
_HAPPENED = _object(
    [
        ("basis", text_of(_unless("basis", "stated"))),
        ("ends", text_of(_unless("ends", "unknown"))),
        ("maybe", _span("maybe_start", "maybe_end")),
        ("starts", text_of(_unless("starts", "unknown"))),
        ("sure", f"if(sure_start is null and sure_end is null, null, {_span('sure_start', 'sure_end')})"),
    ]
)
_LOCATOR = _object([("cell", text_of("cell")), ("row", "cast(row as varchar)"), ("sheet", text_of("sheet"))])
_WHERE = _object(
    [
        ("area", text_of("area")),
        ("lat", number_text("lat")),
        ("lon", number_text("lon")),
        ("precision", text_of("precision")),
        ("radius_km", number_text("radius_km")),
    ]
)
_MEMBERS = [
    ("also", "also"),
    ("chain", "chain"),
    ("confidence", _slug_text("confidence")),
    ("date_precision", text_of("date_precision")),
    ("document", _slug_text("document")),
    ("happened", "_happened"),
    ("kind", _slug_text("kind")),
    ("locator", "_locator"),
    ("modality", _slug_text(_unless("modality", "asserted"))),
    ("note", text_of("note")),
    ("object", _slug_text("object")),
    ("place", _slug_text("place")),
    ("place_as_written", text_of("place_as_written")),
    ("predicate", text_of("predicate")),
    ("published", _slug_text("cast(published as varchar)")),
    ("quantity", "if(unit is null, null, _quantity)"),
    ("quote", text_of("quote")),
    ("said", f"if(said_start is null and said_end is null, null, {_span('said_start', 'said_end')})"),
    ("subject", _slug_text("subject")),
    ("verification", _slug_text(_unless("verification", "verified"))),
    ("where", "if(lat is null, null, _where)"),
]


def _part(name: str, slots: Slots) -> str:
    if name == "unit":
        value = "coalesce(unit, '')"
    elif name == "happened":
        value = "coalesce(cast(maybe_start as varchar), '') || '/' || coalesce(cast(maybe_end as varchar), '')"
    elif name == "users":
        value = "coalesce(nullif(json_extract_string(also, '$.users'), ''), 'supply')"
    elif name in ("subject", "predicate", "object", "place"):
        value = f"coalesce({name}, '')"
    else:
        assert name in slots.also
        value = f"coalesce(json_extract_string(also, '$.{name}'), '')"
    return f"replace({value}, '|', '/')"


def _question(kind: Kind) -> str:
    slots = SLOTS[kind]
    return " || '|' || ".join([f"'{kind.value}'", *(_part(name, slots) for name in slots.question)])


def _answer(kind: Kind) -> str:
    parts = [
        f"nullif({name}, '')"
        if name in ("subject", "predicate")
        else f"nullif(json_extract_string(also, '$.{name}'), '')"
        for name in SLOTS[kind].answer
    ]
    said = f"concat_ws(':', {', '.join(parts)})" if parts else "''"
    return f"if(predicate = 'lost', 'holds:' || subject, {said})" if kind is Kind.CONTROL else said


def _by_kind(of_kind: Mapping[Kind, str]) -> str:
    return "case kind " + " ".join(f"when '{kind.value}' then {sql}" for kind, sql in of_kind.items()) + " end"


def _sound() -> str:
    """SQL: whether a claim can certainly stand. What it says no to is asked of ``Claim``."""
    slug = "regexp_full_match({0}, '[a-z0-9][a-z0-9-]{{0,79}}')"
    slugs = [f"{slug.format('subject')}", f"{slug.format('document')}"]
    slugs += [f"({name} is null or {slug.format(name)})" for name in ("object", "place")]
    kinds = []
    for kind, slots in SLOTS.items():
        needed = [f"({_given(name)})" for name in slots.required]
        barred = [
            f"not ({_given(name)})"
            for name in ("object", "place", "quantity")
            if name not in (*slots.required, *slots.optional)
        ]
        listed = ", ".join(f"'{one}'" for one in slots.predicates)
        allowed = [f"predicate in ({listed})"] if slots.predicates else []
        names = ", ".join(f"'{name}'" for name in slots.also)
        also = f"(also is null or list_has_all([{names}]::varchar[], json_keys(also)))"
        kinds.append(f"(kind = '{kind.value}' and {' and '.join([*needed, *barred, *allowed, also])})")
    return " and ".join(
        [
            *slugs,
            f"({' or '.join(kinds)})",
            "predicate is not null",
            "published is not null",
            "chain is not null",
            "(maybe_start is null or maybe_end is null or maybe_start < maybe_end)",
            """(sure_start is null and sure_end is null or (
                sure_start is not null and sure_end is not null and sure_start < sure_end
                and (maybe_start is null or sure_start >= maybe_start) and (maybe_end is null or sure_end <= maybe_end)
                or sure_start is not null and sure_end is null and maybe_end is null
                and (maybe_start is null or sure_start >= maybe_start)))""",
            "(maybe_start is null or maybe_start <= published)",
            "(said_start is null or said_start <= published)",
            "said_end is null",
            "(unit is null or (unit <> '' and (value is not null or low is not null or high is not null)))",
            "(value is null or isfinite(value)) and (low is null or isfinite(low)) and (high is null or isfinite(high))",
            "(low is null or value is null or low <= value) and (value is null or high is null or value <= high)",
            "(low is null or high is null or low <= high)",
            "bound in ('exact', 'at_least', 'at_most', 'about')",
            "(quote is null or trim(quote) <> '')",
            "modality in ('asserted', 'negated', 'likely', 'possible', 'unlikely')",
            "(lat is null and lon is null or lat between -90 and 90 and lon between -180 and 180)",
            "(radius_km is null or radius_km >= 0 and isfinite(radius_km))",
            "(confidence is null or confidence in ('high', 'medium', 'low'))",
            "verification in ('verified', 'address_incomplete', 'unverified', 'derived')",
        ]
    )


def _given(slot: str) -> str:
    return "unit is not null" if slot == "quantity" else f"{slot} is not null"


def _listed(members: list[str]) -> str:
    return ", ".join(f"'{one}'" for one in members)


_OUTRIGHT = (Modality.ASSERTED, Modality.LIKELY)
_FIGURES = _listed([kind.value for kind, slots in SLOTS.items() if slots.shape == "quantity"])
_BEGINNING = "date '0001-01-01'"


def ledger_rows(slots: str) -> Steps:
    """
    Steps that make ledger rows of a table of slot columns.

    Parameters
    ----------
    slots
        Name of the table in the engine, with the columns :data:`SLOT_COLUMNS`.

    Returns
    -------
    Steps whose rows have the columns of the ledger's tables but for those that a write adds (``recorded``, ``device``, ``n``), and
    ``key``, ``scope``, ``row`` and ``sound``: where that is not true, :class:`castello.claims.Claim` has to say whether the claim can stand.
    """
    exact = "coalesce(bound, 'exact')"
    return (
        Steps("ledger_rows")
        .add(
            "filled",
            f"""select * replace (
                    {exact} as bound, coalesce(modality, 'asserted') as modality, coalesce(verification, 'verified') as verification,
                    coalesce(low, if({exact} <> 'at_most', value, null)) as low,
                    coalesce(high, if({exact} <> 'at_least', value, null)) as high)
                from {slots}""",
        )
        .add(
            "parts",
            f"""select *, {_QUANTITY} as _quantity, {_HAPPENED} as _happened, {_LOCATOR} as _locator, {_WHERE} as _where,
                       coalesce(({_sound()}), false) as sound
                from filled""",
        )
        .add(
            "written",
            f"select *, {_object(_MEMBERS)} as body from parts",
        )
        .add(
            "ledger_rows",
            f"""select 'claim' as type, '{ID_VERSION}-' || sha256(body)[1:32] as id,
                       kind, {_by_kind({kind: _question(kind) for kind in SLOTS})} as question,
                       {_by_kind({kind: _answer(kind) for kind in SLOTS})} as answer,
                       subject, predicate, object, place, value, low, high, unit, modality,
                       (modality = 'negated') <> (kind = 'control' and predicate = 'lost') as denies,
                       sure_start, sure_end, maybe_start, maybe_end, said_start as said, published,
                       if(chain ->> '$[0].who' = '{UNKNOWN}', '{UNKNOWN}@' || document, chain ->> '$[0].who') as origin,
                       chain ->> '$[*].who' as sources,
                       document, 'low' as sensitivity, verification,
                       {_by_kind({kind: f"'{slots.shape}'" for kind, slots in SLOTS.items()})} as shape,
                       if(kind in ({_FIGURES}),
                          (low is not null or high is not null) and verification <> 'derived' and modality in ({_listed(list(_OUTRIGHT))}),
                          modality in ({_listed([*_OUTRIGHT, Modality.NEGATED])})) as speaks,
                       coalesce(sure_start, maybe_start, {_BEGINNING}) as onset,
                       coalesce(sure_start, (maybe_end - 1)::date, maybe_start, {_BEGINNING}) as latest_onset,
                       if(kind in ({_FIGURES}), coalesce((maybe_end - 1)::date, said_start, published),
                          greatest(latest_onset, least(coalesce(said_start, latest_onset),
                                                       coalesce((maybe_end - 1)::date, date '9999-12-31')))) as reach,
                       body, coalesce(key, id) as key, scope, row,
                       -- control characters are escaped in more than one way
                       sound and not contains(body, '\\u00') as sound
                from written""",
        )
    )


def said_only(body: str) -> str:
    """SQL for what a claim says, whatever the release: its body without the members that say where in which release that stands."""
    release = r"""'"(document|published)":"[^"]*",?|"locator":\{[^}]*\},?'"""
    return f"regexp_replace({body}, {release}, '', 'g')"


def columns_of(claim: Mapping[str, Any], *, key: str, scope: str | None = None) -> dict[str, object]:
    """
    The slot columns of one claim in its plain form: for sources that make their claims one by one.

    Parameters
    ----------
    claim
        What ``Claim.to_json`` gives.
    key, scope
        As in :data:`SLOT_COLUMNS`.
    """
    from datetime import date

    from castello.claims import canonical

    def day(value: str) -> date | None:
        return None if value == ".." else date.fromisoformat(value)

    quantity, happened = claim.get("quantity", {}), claim["happened"]
    sure, said = happened.get("sure", ("..", "..")), claim.get("said", ("..", ".."))
    locator, where = claim.get("locator", {}), claim.get("where", {})
    bound = quantity.get("bound", "exact")
    named = ("kind", "subject", "predicate", "object", "place", "modality", "document", "quote", "place_as_written")
    return {
        **{name: claim.get(name) for name in (*named, "date_precision", "confidence", "verification", "note")},
        "key": key,
        "scope": scope,
        "row": locator.get("row"),
        "sheet": locator.get("sheet"),
        "cell": locator.get("cell"),
        "value": quantity.get("value"),
        "low": quantity.get("low"),
        "high": quantity.get("high"),
        "unit": quantity.get("unit"),
        "bound": bound,
        "words": quantity.get("words"),
        "also": canonical(claim["also"]).decode() if claim.get("also") else None,
        "maybe_start": day(happened["maybe"][0]),
        "maybe_end": day(happened["maybe"][1]),
        "sure_start": day(sure[0]),
        "sure_end": day(sure[1]),
        "starts": happened.get("starts"),
        "ends": happened.get("ends"),
        "basis": happened.get("basis"),
        "said_start": day(said[0]),
        "said_end": day(said[1]),
        "published": date.fromisoformat(claim["published"]),
        "chain": canonical(claim["chain"]).decode(),
        **{name: where.get(name) for name in ("lat", "lon", "radius_km", "area", "precision")},
    }
