"""The words: what a claim may say, that its plain form loses nothing, and that its id follows from its content alone."""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
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
    Sensitivity,
    Translation,
    Verification,
    canonical,
    digest,
)

DAY = date(2016, 7, 17)


def whole(kind: Kind, **changes: Any) -> Claim:
    """A claim of a kind with its required slots, and what is changed."""
    values: dict[str, Any] = {"subject": "a", "predicate": (*SLOTS[kind].predicates, "act")[0]}
    for name in SLOTS[kind].required:
        values[name] = (
            Quantity(value=3, unit="person") if name == "quantity" else "b" if name != "predicate" else values[name]
        )
    values |= {
        "kind": kind,
        "happened": Period.day(DAY),
        "published": DAY,
        "chain": (Link(who="wire", role=Role.REPORTER),),
        "document": "wire-1",
    }
    return Claim(**(values | changes))


# ----------------------------------------------------------------------------------------------------------- slots


@pytest.mark.parametrize("kind", Kind)
def test_required_slots_suffice(kind: Kind) -> None:
    claim = whole(kind)
    assert claim.id.startswith("c1-")
    assert Claim.from_json(claim.to_json()) == claim


@pytest.mark.parametrize(
    ("kind", "slot"), [(kind, slot) for kind in Kind for slot in SLOTS[kind].required if slot != "subject"]
)
def test_a_required_slot_that_is_missing_is_named(kind: Kind, slot: str) -> None:
    with pytest.raises(InvalidClaim) as caught:
        whole(kind, **{slot: None})
    assert caught.value.slot == slot
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "slot"),
    [
        (kind, slot)
        for kind in Kind
        for slot in ("object", "place", "quantity")
        if slot not in (*SLOTS[kind].required, *SLOTS[kind].optional)
    ],
)
def test_a_slot_that_the_kind_does_not_have_is_refused(kind: Kind, slot: str) -> None:
    value = Quantity(value=3, unit="person") if slot == "quantity" else "b"
    with pytest.raises(InvalidClaim, match=f"{kind} has no slot {slot}"):
        whole(kind, **{slot: value})


@pytest.mark.parametrize("kind", Kind)
def test_also_holds_the_slots_of_the_kind_and_no_other(kind: Kind) -> None:
    values = {name: 0.5 if name.startswith("probability") else "x" for name in SLOTS[kind].also}
    claim = whole(kind, also=tuple(values.items()))
    assert {name: claim.slot(name) for name in values} == values
    assert Claim.from_json(claim.to_json()) == claim
    with pytest.raises(InvalidClaim, match="has no slot colour"):
        whole(kind, also=(("colour", "red"),))


@pytest.mark.parametrize("kind", [kind for kind in Kind if SLOTS[kind].predicates])
def test_a_predicate_of_another_kind_is_refused(kind: Kind) -> None:
    with pytest.raises(InvalidClaim, match="is not a predicate of") as caught:
        whole(kind, predicate="levitates")
    assert SLOTS[kind].predicates[0] in caught.value.hint


@pytest.mark.parametrize("value", ["", "East", "a b", "a_b", "\u200fa", "شرق", "-a", "a" * 81])
@pytest.mark.parametrize("slot", ["subject", "object", "document"])
def test_what_is_no_id_is_refused(value: str, slot: str) -> None:
    with pytest.raises(InvalidClaim):
        whole(Kind.CONTROL, **{slot: value})


@pytest.mark.parametrize("share", [-0.1, 1.4, "likely", math.nan, math.inf])
def test_a_probability_is_a_share(share: Any) -> None:
    with pytest.raises(InvalidClaim):
        whole(Kind.FORECAST, also=(("probability", share),))
    assert whole(Kind.FORECAST, also=(("probability", 1),)).slot("probability") == 1


# ------------------------------------------------------------------------------------------------- grades and times


@pytest.mark.parametrize("raw", ["6", "F"])
def test_what_cannot_be_judged_is_never_a_number(raw: str) -> None:
    claim = whole(Kind.EVENT, credibility_raw=raw)
    assert claim.credibility is None
    assert "credibility" not in claim.to_json()
    assert Claim.from_json(claim.to_json()).credibility is None
    with pytest.raises(InvalidClaim, match="cannot be judged"):
        whole(Kind.EVENT, credibility=3, credibility_raw=raw)


@pytest.mark.parametrize("grade", [0, 6, 7, -1, 2.5])
def test_a_grade_is_one_to_five(grade: Any) -> None:
    with pytest.raises(InvalidClaim, match="is not a grade"):
        whole(Kind.EVENT, credibility=grade)


def test_times_that_contradict_each_other_are_refused() -> None:
    later, much_later = DAY + timedelta(days=1), DAY + timedelta(days=9)
    with pytest.raises(InvalidClaim, match="after it was published"):
        whole(Kind.EVENT, said=(later, much_later))
    with pytest.raises(InvalidClaim, match="ends before it starts"):
        whole(Kind.EVENT, said=(DAY, DAY))
    with pytest.raises(InvalidClaim, match="after it was said"):
        whole(Kind.EVENT, happened=Period.since(later))
    with pytest.raises(InvalidClaim, match="after it was said"):
        whole(Kind.EVENT, happened=Period.day(DAY), said=(None, DAY))
    assert whole(Kind.EVENT, said=(None, later)).said == (None, later)


@pytest.mark.parametrize("kind", Kind)
def test_only_forecasts_promises_and_terms_speak_of_the_future(kind: Kind) -> None:
    future = Period.since(DAY + timedelta(days=30))
    if kind in (Kind.FORECAST, Kind.POSITION, Kind.TERM, Kind.AID, Kind.MEETING):
        assert whole(kind, happened=future).happened == future
    else:
        with pytest.raises(InvalidClaim, match="after it was said"):
            whole(kind, happened=future)
        assert whole(kind, happened=future, modality=Modality.LIKELY).happened == future


def test_a_condition_and_the_modality_go_together() -> None:
    for changes in ({"condition": "if the road opens"}, {"modality": Modality.CONDITIONAL}):
        with pytest.raises(InvalidClaim, match="go together"):
            whole(Kind.EVENT, **changes)
    assert whole(Kind.EVENT, condition="if", modality=Modality.CONDITIONAL).condition == "if"


def test_evidence_is_never_empty() -> None:
    with pytest.raises(InvalidClaim, match="nobody said it"):
        whole(Kind.EVENT, chain=())
    with pytest.raises(InvalidClaim, match="empty"):
        whole(Kind.EVENT, quote=" ")


# ----------------------------------------------------------------------------------------------------------- periods


@given(first=st.dates(date(1900, 1, 1), date(2100, 1, 1)), days=st.integers(0, 4000), latest=st.integers(0, 400))
def test_periods_nest(first: date, days: int, latest: int) -> None:
    last = first + timedelta(days=days)
    after = last + timedelta(days=1)
    assert Period.days(first, last).sure == Period.days(first, last).maybe == (first, after)
    assert Period.between(first, last).sure is None
    assert Period.between(first, last).latest_onset == last
    since = Period.since(first, first + timedelta(days=latest))
    assert since.maybe == (first, None)
    assert since.latest_onset == first + timedelta(days=latest)
    for period in (Period.days(first, last), Period.between(first, last), since, Period.day(first)):
        assert Period.from_json(json.loads(json.dumps(period.to_json()))) == period


@pytest.mark.parametrize(
    ("maybe", "sure"),
    [
        ((DAY, DAY), None),
        ((DAY, DAY - timedelta(days=1)), None),
        ((DAY, None), (DAY - timedelta(days=1), None)),
        ((DAY, None), (None, None)),
        ((None, DAY), (DAY - timedelta(days=3), None)),
        ((None, DAY), (DAY - timedelta(days=3), DAY + timedelta(days=1))),
        ((None, None), (DAY, DAY)),
    ],
)
def test_periods_that_cannot_be_are_refused(maybe: Any, sure: Any) -> None:
    with pytest.raises(InvalidClaim) as caught:
        Period(maybe=maybe, sure=sure)
    assert caught.value.slot == "happened"


# --------------------------------------------------------------------------------------------------------- quantities


@pytest.mark.parametrize(
    ("bound", "low", "high"),
    [
        (Bound.EXACT, 300_000, 300_000),
        (Bound.ABOUT, 300_000, 300_000),
        (Bound.AT_LEAST, 300_000, None),
        (Bound.AT_MOST, None, 300_000),
    ],
)
def test_bounds_say_what_is_known(bound: Bound, low: int | None, high: int | None) -> None:
    quantity = Quantity(value=300_000.0, unit="person", bound=bound)
    assert (quantity.low, quantity.high) == (low, high)
    assert repr(quantity.value) == "300000"
    assert Quantity.from_json(quantity.to_json()) == quantity


@pytest.mark.parametrize(
    "values",
    [
        {"unit": "person"},
        {"unit": "", "value": 3},
        {"unit": "person", "value": math.nan},
        {"unit": "person", "value": math.inf},
        {"unit": "person", "value": True},
        {"unit": "person", "value": "3"},
        {"unit": "person", "low": 3, "high": 2},
        {"unit": "person", "low": 3, "value": 2},
        {"unit": "person", "value": 2, "high": 1},
        {"unit": "person", "value": 2, "formula": "a + b"},
        {"unit": "person", "value": 2, "derived_from": ("c1-a",)},
    ],
)
def test_figures_that_cannot_be_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidClaim) as caught:
        Quantity(**values)
    assert caught.value.slot == "quantity"


@pytest.mark.parametrize(("start", "end"), [(3, None), (None, 3), (3, 3), (4, 3)])
def test_half_a_span_is_no_place_in_a_document(start: int | None, end: int | None) -> None:
    with pytest.raises(InvalidClaim):
        Locator(start=start, end=end)


# ------------------------------------------------------------------------------------------------- the canonical form


def test_the_canonical_form_is_one_form() -> None:
    assert canonical({"b": 1, "a": {"d": None, "c": 2.0}}) == canonical({"a": {"c": 2}, "b": 1.0})
    assert canonical("Café") == canonical("Cafe\u0301") == '"Café"'.encode()
    assert canonical(300000.0) == canonical(300000) == b"300000"
    assert canonical(0.5) == b"0.5"
    assert canonical([date(2016, 7, 17), Kind.EVENT, (True, None)]) == b'["2016-07-17","event",[true,null]]'
    with pytest.raises(InvalidClaim):
        canonical({"a": math.nan})
    with pytest.raises(InvalidClaim):
        canonical({"a": {1, 2}})


def test_equal_figures_and_equal_letters_give_equal_ids() -> None:
    one = whole(Kind.PEOPLE, quantity=Quantity(value=300000, unit="person"), note="Café", place_as_written="حلب")
    two = whole(
        Kind.PEOPLE, quantity=Quantity(value=300000.0, unit="person"), note="Cafe\u0301", place_as_written="حلب"
    )
    assert one.id == two.id
    assert replace(one, note="Cafe", id="").id != one.id


def test_ids_stay_what_they_were() -> None:
    claim = whole(Kind.ACCESS, predicate="closed", quote="completely besieged")
    assert claim.id == f"c1-{digest(claim.to_json())[:32]}"
    assert claim.id == "c1-4cd9099b7a976db3e7681e27edc06cf9"


# ------------------------------------------------------------------------------------------------------- any claim

_text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1, max_size=30)
_ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
_days = st.dates(date(2000, 1, 1), date(2016, 7, 1))
_numbers = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9, allow_nan=False)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    low, value, high = sorted(draw(st.tuples(_numbers, _numbers, _numbers)))
    shape = draw(st.integers(0, 2))
    bound = draw(st.sampled_from(Bound))
    if shape == 0:
        figures: dict[str, Any] = {"value": value, "bound": bound}
    elif shape == 1:
        figures = {"low": low, "high": high, "bound": bound}
    else:
        figures = {"low": low, "value": value, "high": high, "bound": bound}
    return Quantity(unit=draw(_text), words=draw(_maybe(_text)), **figures)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first, days = draw(_days), draw(st.integers(0, 50))
    last = first + timedelta(days=days)
    made = draw(st.sampled_from([Period.days(first, last), Period.between(first, last), Period.since(first, last)]))
    return replace(made, basis=draw(st.sampled_from(["stated", "inferred", "anchored"])))


_links = st.builds(
    Link, who=_ids, role=st.sampled_from(Role), named=st.booleans(), protected=st.booleans(), said=_maybe(_text)
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Any claim that can be."""
    kind = draw(st.sampled_from(Kind))
    slots = SLOTS[kind]
    values: dict[str, Any] = {"predicate": draw(st.sampled_from(slots.predicates) if slots.predicates else _text)}
    for name in ("object", "place"):
        if name in slots.required or (name in slots.optional and draw(st.booleans())):
            values[name] = draw(_ids)
    if "quantity" in slots.required or ("quantity" in slots.optional and draw(st.booleans())):
        values["quantity"] = draw(quantities())
    names = draw(st.lists(st.sampled_from(slots.also), unique=True))
    values["also"] = tuple(
        (name, draw(st.floats(0, 1)) if name.startswith("probability") else draw(_text | st.booleans() | _numbers))
        for name in names
    )
    modality = draw(st.sampled_from(Modality))
    values |= {"modality": modality, "condition": draw(_text) if modality is Modality.CONDITIONAL else None}
    grade = draw(_maybe(st.integers(1, 5)))
    values |= {"credibility": grade, "credibility_raw": None if grade else draw(_maybe(st.sampled_from(["6", "F"])))}
    said = draw(_maybe(st.tuples(st.none(), st.just(date(2016, 9, 1)))))
    return Claim(
        kind=kind,
        subject=draw(_ids),
        happened=draw(periods()),
        said=said,
        published=date(2016, 9, 1),
        chain=tuple(draw(st.lists(_links, min_size=1, max_size=3))),
        document=draw(_ids),
        locator=draw(
            _maybe(
                st.builds(Locator, start=st.integers(0, 9), end=st.integers(10, 99))
                | st.builds(Locator, page=st.integers(1, 9))
            )
        ),
        quote=draw(_maybe(_text.filter(str.strip))),
        translation=draw(
            _maybe(st.builds(Translation, text=_text, into=_text, by=_text, how=st.sampled_from(["person", "machine"])))
        ),
        place_as_written=draw(_maybe(_text)),
        confidence=draw(st.sampled_from([None, "high", "medium", "low"])),
        verification=draw(st.sampled_from(Verification)),
        sensitivity=draw(st.sampled_from(Sensitivity)),
        note=draw(_maybe(_text)),
        coder=draw(_maybe(_text)),
        second_coder=draw(_maybe(_text)),
        **values,
    )


@given(claim=claims())
@settings(max_examples=100, deadline=None)
def test_the_plain_form_loses_nothing(claim: Claim) -> None:
    plain = json.loads(canonical(claim.to_json()))
    again = Claim.from_json(plain)
    assert again.id == claim.id
    assert again.to_json() == Claim.from_json(again.to_json()).to_json()
    if all(unicodedata.is_normalized("NFC", text) for text in _texts(claim.to_json())):
        assert again == claim
    assert "null" not in {str(value) for value in _texts(plain)} or any(
        "null" in text for text in _texts(claim.to_json())
    )


@given(claim=claims())
@settings(max_examples=100, deadline=None)
def test_the_id_follows_from_the_content_alone(claim: Claim) -> None:
    shuffled = dict(reversed(list(claim.to_json().items())))
    assert Claim.from_json(shuffled).id == claim.id
    assert replace(claim, id="").id == claim.id
    assert replace(claim, note=(claim.note or "") + "x", id="").id != claim.id
    assert claim.with_id("p1-x") == claim
    assert claim.with_id("p1-x").id == "p1-x"


@given(claim=claims())
@settings(max_examples=50, deadline=None)
def test_no_claim_holds_an_empty_value(claim: Claim) -> None:
    assert None not in claim.to_json().values()
    assert claim.question.startswith(f"{claim.kind.value}|")
    assert claim.origin


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (*_texts(key), *_texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []
