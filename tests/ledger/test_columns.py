"""Claims as columns: what the engine makes of them is, to the byte, what ``Claim`` makes of each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from castello.claims import (
    SLOTS,
    Bound,
    Claim,
    InvalidClaim,
    Kind,
    Link,
    Locator,
    Modality,
    Period,
    Quantity,
    Role,
    Where,
    canonical,
)
from castello.desk.case import Case
from castello.engines import Engine, Steps
from castello.ledger.columns import SLOT_COLUMNS, also_text, columns_of, ledger_rows, number_text, said_only, text_of
from castello.ledger.tables import claims_table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2016, 7, 17)

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\r\x7f"), min_size=1, max_size=30
).map(lambda text: json.loads(canonical(text)))
NUMBERS = st.floats(-1e15, 1e15, allow_nan=False) | st.integers(-(10**6), 10**6)
SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)


def rows_of(claims: list[Claim]) -> list[dict[str, Any]]:
    slots = [columns_of(claim.to_json(), key=str(n)) for n, claim in enumerate(claims)]
    with Engine() as engine:
        engine.table("slots", pa.Table.from_pylist(slots, schema=SLOT_COLUMNS))
        rows = engine.run(ledger_rows("slots")).to_pylist()
    return sorted(rows, key=lambda row: int(row["key"]))


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    kind = draw(st.sampled_from(Kind))
    slots = SLOTS[kind]
    given_slots = {*slots.required, *draw(st.sets(st.sampled_from(slots.optional) if slots.optional else st.nothing()))}
    values: dict[str, Any] = {name: draw(SLUGS) for name in ("subject", "object", "place") if name in given_slots}
    values["predicate"] = draw(st.sampled_from(slots.predicates) if slots.predicates else TEXTS)
    if "quantity" in given_slots:
        points = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3)))
        bound = draw(st.sampled_from(Bound))
        low, value, high = (draw(st.none() | st.just(point)) for point in points)
        value = points[1] if (low, value, high) == (None, None, None) else value
        values["quantity"] = Quantity(
            unit=draw(TEXTS), value=value, low=low, high=high, bound=bound, words=draw(st.none() | TEXTS)
        )
    also = draw(st.dictionaries(st.sampled_from(slots.also), TEXTS | NUMBERS, max_size=3)) if slots.also else {}
    named = {*slots.question, *slots.answer}  # slots that make the question hold words
    also = {
        name: str(value) if name in named else value
        for name, value in also.items()
        if not name.startswith("probability")
    }
    start = draw(st.dates(date(1990, 1, 1), DAY))
    length = draw(st.integers(1, 900))
    period = draw(
        st.sampled_from(
            [
                Period.day(start),
                Period.since(start),
                Period.between(start, start + timedelta(days=length)),
                Period(maybe=(None, start), ends="no"),
                Period(maybe=(None, None), basis="inferred"),
            ]
        )
    )
    where = draw(
        st.none()
        | st.builds(
            Where,
            lat=st.floats(-90, 90),
            lon=st.floats(-180, 180),
            radius_km=st.none() | st.integers(0, 99),
            area=st.none() | TEXTS,
            precision=st.none() | TEXTS,
        )
    )
    link = Link(
        who=draw(st.sampled_from(["wire", "unknown", "ucdp"])), role=Role.COMPILER, said=draw(st.none() | TEXTS)
    )
    modality = draw(st.sampled_from([one for one in Modality if one is not Modality.CONDITIONAL]))
    words: dict[str, Any] = {name: draw(st.none() | TEXTS) for name in ("place_as_written", "note", "date_precision")}
    return Claim(
        kind=kind,
        happened=period,
        published=DAY + timedelta(days=draw(st.integers(0, 99))),
        said=draw(st.sampled_from([None, (start, None)])),
        chain=(link, *([Link(who="compiler", role=Role.COMPILER)] if draw(st.booleans()) else [])),
        document=draw(SLUGS),
        locator=draw(
            st.none() | st.builds(Locator, row=st.integers(1, 10**6), sheet=st.none() | TEXTS, cell=st.none() | TEXTS)
        ),
        quote=draw(st.none() | TEXTS.filter(str.strip)),
        confidence=draw(st.sampled_from([None, "low", "high"])),
        modality=modality,
        also=tuple(also.items()),
        where=where,
        **values,
        **words,
    )


@settings(deadline=None, max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(claims(), min_size=1, max_size=8))
def test_the_engine_says_what_a_claim_says(made: list[Claim]) -> None:
    wanted = claims_table(made, recorded=NOW).to_pylist()
    for row, claim, flat in zip(rows_of(made), made, wanted, strict=True):
        assert row["body"] == canonical(claim.to_json()).decode()
        assert row["id"] == claim.id
        for name in flat.keys() - {"recorded", "device", "n"}:
            assert row[name] == flat[name], name


def parts(claim: Claim, name: str) -> set[str]:
    """What a claim says of its quantity or its locator."""
    said = claim.to_json().get(name, {})
    assert isinstance(said, dict)
    return set(said)


def test_the_bundled_claims_come_out_as_they_are(demo: Case) -> None:
    plain = [
        claim
        for coded in demo.book.claims().values()
        for claim in [replace(coded, coder=None, second_coder=None, id="")]
        if set(claim.to_json()) <= _COLUMNS
        and not claim.protected
        and parts(claim, "quantity") <= {"value", "low", "high", "unit", "bound", "words"}
        and parts(claim, "locator") <= {"row", "sheet", "cell"}
    ]
    assert len(plain) > 20
    for row, claim in zip(rows_of(plain), plain, strict=True):
        assert row["id"] == claim.id


_COLUMNS = {field.name for field in SLOT_COLUMNS} | {"quantity", "happened", "said", "chain", "locator", "where"}


def test_what_differs_between_releases_does_not_change_what_a_row_says() -> None:
    first = Claim(
        kind=Kind.EVENT, subject="a", predicate="attack", happened=Period.day(DAY), published=DAY,
        chain=(Link(who="ucdp", role=Role.COMPILER),), document="one", locator=Locator(row=4),
    )  # fmt: skip
    second = Claim.from_json({**first.to_json(), "document": "two", "published": "2017-01-01", "locator": {"row": 9}})
    third = Claim.from_json({**first.to_json(), "predicate": "attack.air"})
    rows = rows_of([first, second, third])
    with Engine() as engine:
        engine.table("rows", pa.table({"n": [0, 1, 2], "body": [row["body"] for row in rows]}))
        said = engine.run(
            Steps("said").add("said", f"select {said_only('body')} as said from rows order by n")
        ).to_pylist()
    assert said[0] == said[1] != said[2]
    assert len({row["id"] for row in rows}) == 3


_SOUND = {
    "kind": "event", "subject": "a", "predicate": "attack", "maybe_start": DAY, "maybe_end": DAY + timedelta(days=1), "published": DAY,
    "chain": '[{"role":"compiler","who":"ucdp"}]', "document": "one", "row": 2, "key": "0",
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "Not an id"},
        {"subject": None},
        {"kind": "control"},
        {"predicate": None},
        {"maybe_end": DAY},
        {"maybe_start": DAY + timedelta(days=1), "maybe_end": None},
        {"sure_start": DAY - timedelta(days=1), "sure_end": DAY + timedelta(days=1)},
        {"unit": "person", "value": 3.0, "low": 4.0},
        {"unit": "", "value": 3.0},
        {"unit": "person"},
        {"unit": "person", "value": float("nan")},
        {"also": '{"colour":"red"}'},
        {"lat": 91.0, "lon": 0.0},
        {"lat": 10.0, "lon": 0.0, "radius_km": -1.0},
        {"quote": "  "},
        {"modality": "certain"},
        {"bound": "roughly", "unit": "person", "value": 1.0},
        {"object": "x y"},
    ],
    ids="-".join,
)
def test_what_no_claim_may_say_is_not_sound(wrong: dict[str, Any]) -> None:
    with Engine() as engine:
        engine.table("slots", pa.Table.from_pylist([_SOUND, _SOUND | wrong], schema=SLOT_COLUMNS))
        fine, bad = engine.run(ledger_rows("slots")).to_pylist()
    assert fine["sound"]
    assert not bad["sound"]
    with pytest.raises((InvalidClaim, ValueError, KeyError, TypeError)):
        Claim.from_json(json.loads(bad["body"] or "{}"))


def test_control_characters_are_left_to_the_claim() -> None:
    with Engine() as engine:
        engine.table(
            "slots",
            pa.Table.from_pylist([_SOUND | {"note": "a\x1fb"}, _SOUND | {"note": "a\\u00e9"}], schema=SLOT_COLUMNS),
        )
        assert [row["sound"] for row in engine.run(ledger_rows("slots")).to_pylist()] == [False, False]


@settings(deadline=None, max_examples=60)
@given(st.lists(NUMBERS, min_size=1, max_size=20), st.lists(TEXTS, min_size=1, max_size=20))
def test_numbers_and_texts_are_written_as_python_writes_them(numbers: list[float], texts: list[str]) -> None:
    with Engine() as engine:
        engine.table("n", pa.table({"x": pa.array(numbers, pa.float64())}))
        engine.table("t", pa.table({"x": pa.array(texts, pa.string())}))
        written = engine.run(Steps("w").add("w", f"select {number_text('x')} as w from n")).to_pylist()
        quoted = engine.run(Steps("w").add("w", f"select {text_of('x')} as w from t")).to_pylist()
    assert [row["w"] for row in written] == [canonical(float(number)).decode() for number in numbers]
    assert [row["w"] for row in quoted] == [canonical(text).decode() for text in texts]


def test_slots_of_also_stand_in_order_and_what_is_null_is_not_there() -> None:
    with Engine() as engine:
        engine.table("t", pa.table({"x": ["a", None], "y": pa.array([1.0, None], pa.float64())}))
        found = engine.run(Steps("w").add("w", f"select {also_text({'b': 'x'}, {'a': 'y'})} as w from t")).to_pylist()
    assert [row["w"] for row in found] == ['{"a":1,"b":"a"}', None]
