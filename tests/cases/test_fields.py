"""How people write days, periods, figures and chains, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castello.cases import fields
from castello.claims import Bound, InvalidClaim, Period, Role

DAY, NEXT = date(2016, 7, 17), date(2016, 7, 18)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (DAY, Period.day(DAY)),
        ("2016-07", Period.between(date(2016, 7, 1), date(2016, 7, 31))),
        ({"on": DAY}, Period.day(DAY)),
        ({"on": "2016-02"}, Period.between(date(2016, 2, 1), date(2016, 2, 29))),
        ({"from": DAY, "to": NEXT}, Period.days(DAY, NEXT)),
        ({"since": DAY}, Period.since(DAY)),
        ({"since": [DAY, NEXT]}, Period.since(DAY, NEXT)),
        ({"between": [DAY, NEXT]}, Period.between(DAY, NEXT)),
        ({"maybe": [DAY, ".."]}, Period(maybe=(DAY, None))),
        ({"maybe": ["..", NEXT], "ends": "yes"}, Period(maybe=(None, NEXT), ends="yes")),
        ({"maybe": [DAY, ".."], "sure": [NEXT, ".."]}, Period(maybe=(DAY, None), sure=(NEXT, None))),
    ],
)
def test_periods(written: Any, meant: Period) -> None:
    assert fields.period(written) == meant
    if isinstance(written, dict):
        inferred = fields.period(written | {"basis": "inferred"})
        assert (inferred.maybe, inferred.sure, inferred.basis) == (meant.maybe, meant.sure, "inferred")


@pytest.mark.parametrize(
    "written",
    [
        None,
        2016,
        41712,
        "July",
        "2016-13",
        "0000-05",
        [DAY, NEXT],
        {},
        {"on": None},
        {"on": "17/07/2016"},
        {"on": [DAY]},
        {"on": DAY, "since": DAY},
        {"from": DAY},
        {"from": NEXT, "to": DAY},
        {"since": [NEXT, DAY]},
        {"since": [DAY, NEXT, NEXT]},
        {"between": DAY},
        {"between": [NEXT, DAY]},
        {"maybe": DAY},
        {"maybe": [DAY, DAY]},
        {"maybe": [DAY, NEXT], "sure": [DAY, ".."]},
        {"maybe": [DAY, ".."], "starts": "perhaps"},
        {"maybe": [DAY, ".."], "starts": [1]},
        {"on": DAY, "basis": "guessed"},
        {"on": date(9999, 12, 31)},
        {"since": date(1, 1, 1)},
    ],
)
def test_what_is_no_period_is_refused(written: Any) -> None:
    with pytest.raises(InvalidClaim) as caught:
        fields.period(written)
    assert caught.value.slot == "happened"
    assert "datetime" not in caught.value.what


def test_a_beginning_may_be_a_first_sighting_only() -> None:
    known, seen = fields.period({"since": DAY}), fields.period({"since": DAY, "starts": "no"})
    wide = fields.period({"since": [DAY, NEXT], "starts": "unknown"})

    assert (known.starts, known.first_sighting) == ("yes", None)
    assert (seen.starts, seen.first_sighting, seen.maybe, seen.sure) == ("no", DAY, known.maybe, known.sure)
    assert (wide.starts, wide.sure, wide.first_sighting) == ("unknown", (NEXT, None), NEXT)
    with pytest.raises(InvalidClaim, match="starts is 'perhaps'"):
        fields.period({"since": DAY, "starts": "perhaps"})


def test_said() -> None:
    assert fields.said(None) is None
    assert fields.said(DAY) == (DAY, NEXT)
    assert fields.said([DAY, NEXT]) == (DAY, NEXT + timedelta(days=1))
    assert fields.said(["..", DAY]) == (None, NEXT)
    assert fields.said("2016-07") == (date(2016, 7, 1), date(2016, 8, 1))
    for wrong in ("..", "2016-13", [DAY, ".."], [DAY], 7, {"on": DAY}, date(9999, 12, 31)):
        with pytest.raises(InvalidClaim) as caught:
            fields.said(wrong)
        assert caught.value.slot == "said"


def test_quantities() -> None:
    assert fields.quantity(None, ids={}) is None
    at_least = fields.quantity({"at_least": 300000, "unit": "person", "words": "upwards of 300,000"}, ids={})
    assert at_least is not None
    assert (at_least.low, at_least.high, at_least.bound, at_least.words) == (
        300000,
        None,
        Bound.AT_LEAST,
        "upwards of 300,000",
    )
    ranged = fields.quantity({"low": 1, "high": 2.5, "unit": "person"}, ids={})
    assert ranged is not None
    assert (ranged.low, ranged.value, ranged.high) == (1, None, 2.5)
    derived = fields.quantity(
        {"value": 9, "unit": "person", "derived_from": "a", "formula": "a * 3"}, ids={"a": "c1-a"}
    )
    assert derived is not None
    assert derived.derived_from == ("c1-a",)


@pytest.mark.parametrize(
    "written",
    [
        7,
        [],
        {},
        {"unit": "person"},
        {"value": 3},
        {"value": 3, "unit": 7},
        {"value": 3, "unit": ""},
        {"value": "3", "unit": "person"},
        {"value": True, "unit": "person"},
        {"value": [3], "unit": "person"},
        {"value": 1e16, "unit": "person"},
        {"value": 10**400, "unit": "person"},
        {"value": float("inf"), "unit": "person"},
        {"value": float("nan"), "unit": "person"},
        {"value": 1, "about": 1, "unit": "person"},
        {"value": 1, "unit": "person", "words": 1},
        {"value": 1, "unit": "person", "bound": "roughly"},
        {"value": 1, "unit": "person", "derived_from": {"a": 1}, "formula": "a"},
        {"value": 1, "unit": "person", "derived_from": ["b"], "formula": "b"},
        {"value": 1, "unit": "person", "of": "x"},
    ],
)
def test_what_is_no_quantity_is_refused(written: Any) -> None:
    with pytest.raises(InvalidClaim) as caught:
        fields.quantity(written, ids={"a": "c1-a"})
    assert caught.value.slot == "quantity"
    assert len(caught.value.what) < 200


def test_chains() -> None:
    first, second, third = fields.chain(
        [
            {"unknown": "witness"},
            {"who": "sohr", "role": "compiler", "protected": True, "said": DAY},
            {"afp": "reporter"},
        ]
    )
    assert (first.who, first.role, first.named) == ("unknown", Role.WITNESS, False)
    assert (second.protected, second.named, second.said) == (True, True, "2016-07-17")
    assert third.role is Role.REPORTER


@pytest.mark.parametrize(
    "written",
    [
        None,
        [],
        "sohr",
        {"sohr": "compiler"},
        ["sohr"],
        [{}],
        [{"sohr": "compiler", "afp": "reporter"}],
        [{"sohr": "rumour"}],
        [{"sohr": ["compiler"]}],
        [{"sohr": None}],
        [{"who": "sohr"}],
        [{"who": "sohr", "role": "compiler", "named": "no"}],
        [{"who": "sohr", "role": "compiler", "protected": 1}],
        [{"who": "sohr", "role": "compiler", "grade": "B"}],
        [{"who": "The Observatory", "role": "compiler"}],
        [{"who": ["sohr"], "role": "compiler"}],
    ],
)
def test_what_is_no_chain_is_refused(written: Any) -> None:
    with pytest.raises(InvalidClaim) as caught:
        fields.chain(written)
    assert caught.value.slot == "chain"


def test_where_in_a_document() -> None:
    assert fields.locator(None) is None
    located = fields.locator({"page": 3, "paragraph": 2})
    assert located is not None
    assert (located.page, located.paragraph) == (3, 2)
    for wrong in (
        7,
        {"page": "3"},
        {"page": True},
        {"start": -1, "end": 3},
        {"start": "a", "end": "b"},
        {"leaf": 3},
        {"start": 3},
    ):
        with pytest.raises(InvalidClaim) as caught:
            fields.locator(wrong)
        assert caught.value.slot == "locator"


def test_translations() -> None:
    assert fields.translation(None) is None
    made = fields.translation({"text": "siege", "into": "en", "by": "me", "how": "machine"})
    assert made is not None
    assert made.how == "machine"
    for wrong in (
        "siege",
        {"text": "siege"},
        {"text": 1, "into": "en", "by": "me"},
        {"text": "a", "into": "en", "by": "me", "how": "dream"},
    ):
        with pytest.raises(InvalidClaim) as caught:
            fields.translation(wrong)
        assert caught.value.slot == "translation"


def test_lists_of_refs() -> None:
    assert fields.listed(None, slot="parts") == []
    assert fields.listed("a", slot="parts") == ["a"]
    assert fields.listed(["a", 7], slot="parts") == ["a", "7"]
    for wrong in (7, True, {"a": 1}, DAY):
        with pytest.raises(InvalidClaim) as caught:
            fields.listed(wrong, slot="parts")
        assert caught.value.slot == "parts"


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["on", "since", "value", "unit", "who", "role", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(value=_values)
def test_any_value_is_read_or_refused(value: Any) -> None:
    readers = (
        fields.period,
        fields.said,
        fields.chain,
        fields.locator,
        fields.translation,
        lambda item: fields.quantity(item, ids={}),
        lambda item: fields.listed(item, slot="parts"),
        lambda item: fields.day(item, slot="dated"),
        lambda item: fields.flag(item, slot="named"),
        lambda item: fields.text(item, slot="note"),
        lambda item: fields.one_of(Role, item, slot="role"),
    )
    for read in readers:
        refused = None
        try:
            read(value)
        except InvalidClaim as invalid:
            refused = invalid
        assert refused is None or (refused.what and refused.hint)
