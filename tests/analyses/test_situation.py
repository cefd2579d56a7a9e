"""The situation of a day: each thing the picture says once, with what could not be seen; statements as they were made."""

import time
from datetime import date, timedelta

import pytest

from castello.analyses.situation import situation
from castello.claims import Judgement, Link, Modality, Period, Quantity, Reason, Role, Verdict, Verification
from castello.picture.sentences import claim_text
from tests.picture import small
from tests.picture.small import claim, road

JULY_17 = date(2016, 7, 17)
START = date(2016, 5, 5)


def told(folder, claims, *, as_of=JULY_17, kinds=None, **options):
    found = situation(small.picture(folder, claims, as_of=as_of, **options))
    return [item for item in found if kinds is None or item.kind in kinds]


def event(subject="army", predicate="attack.air", happened=JULY_17, **slots):
    happened = happened if isinstance(happened, Period) else Period.day(happened)
    return claim("event", subject, predicate, happened=happened, place="east", **slots)


# ------------------------------------------------------------------------------------------------------------ states


@pytest.mark.parametrize("kind", ["access", "control", "supply"])
def test_states_assessed_contested_and_rejected(tmp_path, kind):
    made = {
        "access": lambda answer, who: road("castello", {"a": "open", "b": "closed"}[answer], START, who=who),
        "control": lambda answer, who: claim(
            "control", {"a": "army", "b": "zenki"}[answer], "holds", "east", happened=START, who=who
        ),
        "supply": lambda answer, who: claim(
            "supply", "bread", {"a": "none", "b": "stock"}[answer], happened=START, who=who, place="east"
        ),
    }[kind]
    one, other = made("a", "sohr"), made("b", "afp")
    judged = Judgement(about=(one.id,), verdict=Verdict.REJECTED, by="a", dated=JULY_17, reason="no")

    (alone,) = told(tmp_path / "1", [one], kinds=[kind])
    (both,) = told(tmp_path / "2", [one, other], kinds=[kind])
    (none,) = told(tmp_path / "3", [one], kinds=[kind], judgements=[judged])

    assert (alone.status, alone.reason, alone.claims) == ("assessed", None, (one.id,))
    assert (both.status, both.reason, both.claims) == (
        "undecided",
        Reason.CONTRADICTION,
        tuple(sorted((one.id, other.id))),
    )
    assert (none.status, none.reason, none.against) == ("undecided", Reason.NO_CLAIM, (one.id,))
    assert alone.id == both.id == none.id
    assert len({alone.text, both.text, none.text}) == 3


def test_without_a_known_day_none_is_printed(tmp_path):
    always = Period(maybe=(None, None), sure=(None, None))
    claims = [
        road("castello", "open", always, published=JULY_17),
        road("trunk", "open", always, published=JULY_17),
        claim("control", "army", "holds", "north", happened=always, published=JULY_17),
    ]
    found = told(tmp_path, claims)

    assert {item.since for item in found} == {None}
    assert all("not known" in item.text for item in found)


SIGHTED = Period(maybe=(START, None), sure=(START, None), starts="no")
"""So on 5 May already: when it began is not on record."""


@pytest.mark.parametrize(
    ("period", "told_as", "censored"),
    [
        (Period.since(START), "since 5 May 2016.", None),
        (SIGHTED, "since 5 May 2016 or before.", True),
        # nothing is said of the beginning: it is not taken for an event
        (Period(maybe=(START, None), sure=(START, None)), "since 5 May 2016 or before.", True),
        (Period.since(date(2016, 4, 1), START), "since 5 May 2016 or before.", True),
        (Period(maybe=(date(2016, 5, 1), None)), "since when is not known.", None),
    ],
)
def test_a_first_sighting_is_not_told_as_a_beginning(tmp_path, period, told_as, censored):
    claims = [
        road("castello", "open", period, published=JULY_17),
        claim("control", "army", "holds", "north", happened=period, published=JULY_17),
    ]
    found = told(tmp_path, claims, kinds=["access", "control"])

    assert len(found) == 2
    for item in found:
        assert item.text.endswith(told_as)
        assert dict(item.extra).get("censored") is censored
        assert item.since == (None if "not known" in told_as else START)


def test_one_claim_that_knows_the_beginning_is_enough(tmp_path):
    claims = [road("castello", "open", SIGHTED), road("castello", "open", START, who="afp")]

    assert [item.text[-17:] for item in told(tmp_path, claims, kinds=["access"])] == ["since 5 May 2016."]


def test_what_is_said_of_one_day_is_told_of_that_day(tmp_path):
    claims = [
        road("castello", "open", Period.day(JULY_17)),
        claim("control", "opposition", "holds", "east", happened=Period.day(JULY_17)),
    ]

    assert [item.text for item in told(tmp_path, claims, kinds=["access", "control"])] == [
        "Castello Road was open for supply traffic of Opposition on 17 July 2016; since when is not known.",
        "Eastern Aleppo was held by Opposition on 17 July 2016; since when is not known.",
    ]


def test_a_claim_says_that_it_is_a_first_sighting(tmp_path):
    registers = small.registers(tmp_path)

    assert claim_text(road("castello", "open", SIGHTED), registers).endswith("(since 5 May 2016 or before)")
    assert "since" not in claim_text(road("castello", "open", START), registers)
    presence = claim("presence", "nusra", "small", "east", happened=SIGHTED)
    assert "since" not in claim_text(presence, registers)


def test_a_siege_that_is_over_is_told_as_over(tmp_path):
    begun = claim("siege", "army", "besieges", "east", happened=START)
    ended = claim("siege", "unknown", "besieges", "east", happened=JULY_17, modality=Modality.NEGATED, who="afp")
    judged = Judgement(about=(ended.id,), verdict=Verdict.REJECTED, by="a", dated=JULY_17, reason="no")

    (before,) = told(tmp_path / "1", [begun, ended], kinds=["siege"], as_of=date(2016, 7, 16))
    (after,) = told(tmp_path / "2", [begun, ended], kinds=["siege"])
    (refused,) = told(tmp_path / "3", [begun, ended], kinds=["siege"], judgements=[judged])

    assert before.text == refused.text == "SOHR: Eastern Aleppo is besieged."
    assert after.text == "AFP: Eastern Aleppo is not besieged."
    assert (after.status, after.reason, after.claims, after.against) == ("assessed", None, (ended.id,), ())
    assert after.id == before.id


def test_traffic_of_the_military_is_not_told(tmp_path):
    assert told(tmp_path, [road("castello", "open", START, also={"users": "military"})], kinds=["access"]) == []


def test_who_says_besieged_under_which_definition(tmp_path):
    pair = [
        claim(
            "siege",
            "army",
            "besieges",
            "east",
            happened=JULY_17,
            who="sohr",
            also={"definition": "completely besieged"},
        ),
        claim("siege", "army", "besieges", "east", happened=JULY_17, who="afp"),
    ]
    plain, defined = told(tmp_path, pair, kinds=["siege"])

    assert plain.text == "AFP: Eastern Aleppo is besieged."
    assert defined.text == "SOHR: Eastern Aleppo is besieged (completely besieged)."
    assert (plain.definition, defined.definition) == (None, "completely besieged")


# ----------------------------------------------------------------------------------------------------------- figures


def price(value, who="sohr", day=JULY_17, **slots):
    figure = Quantity(value=value, unit="SYP/kg")
    return claim("price", "bread", "level", "east", happened=Period.day(day), who=who, quantity=figure, **slots)


def test_prices_that_cannot_all_be_true_are_contested(tmp_path):
    (found,) = told(tmp_path, [price(100), price(400, "afp")], kinds=["price"])

    assert (found.status, found.low, found.high, found.unit) == ("contested", 100, 400, "SYP/kg")
    assert (
        found.text
        == "Bread at Eastern Aleppo: 100 to 400 SYP/kg; 2 independent origins give figures that cannot all be true."
    )


def test_one_price_says_that_it_has_one_origin(tmp_path):
    (found,) = told(tmp_path, [price(100, day=date(2016, 7, 1))], kinds=["price"])

    assert found.unknown == ("nothing heard after 2016-07-01", "one origin only")


def casualty(day, who="sohr", subject="army"):
    figure = Quantity(value=7, unit="person")
    return claim(
        "casualty", subject, "killed", "civilians", happened=Period.day(day), who=who, quantity=figure, place="east"
    )


@pytest.mark.parametrize(("age", "number"), [(0, 1), (29, 1), (30, 0), (-1, 0)])
def test_counts_of_the_last_thirty_days(tmp_path, age, number):
    claims = [casualty(JULY_17 - timedelta(days=age))]
    breach = claim(
        "breach",
        "army",
        "alleged-breach",
        "text-a",
        happened=Period.day(JULY_17 - timedelta(days=age)),
        quantity=Quantity(value=3, unit="breach"),
    )

    assert len(told(tmp_path, [*claims, breach], kinds=["casualty", "breach"])) == 2 * number


def test_a_count_without_an_author_says_so(tmp_path):
    (found,) = told(tmp_path, [casualty(JULY_17, subject="unknown")], kinds=["casualty"])

    assert found.text == "Eastern Aleppo: 7 civilians killed, by whom is not said, 17 July 2016."


# -------------------------------------------------------------------------------------------------------- statements


def test_a_statement_is_listed_as_said(tmp_path):
    (found,) = told(tmp_path, [event(also={"weapon": "barrel-bomb"})], kinds=["statement"])

    assert (found.label, found.status) == ("fact", None)
    assert found.text == "Syrian army: air attack (barrel bomb; in Eastern Aleppo), 17 July 2016; said by SOHR."


@pytest.mark.parametrize(
    ("predicate", "label"), [("demands", "fact"), ("judges", "fact"), ("recommends", "recommendation")]
)
def test_who_recommends_is_labelled_so(tmp_path, predicate, label):
    said = claim("position", "analyst", predicate, happened=JULY_17, said=(JULY_17, date(2016, 7, 18)),
                 also={"proposition": "air drops"})  # fmt: skip
    (found,) = told(tmp_path, [said], kinds=["statement"])

    assert (found.label, found.to_json()["label"]) == (label, label)


def test_a_denied_recommendation_recommends_nothing(tmp_path):
    said = claim("position", "analyst", "recommends", happened=JULY_17, said=(JULY_17, date(2016, 7, 18)),
                 modality=Modality.NEGATED, also={"proposition": "air drops"})  # fmt: skip

    assert [item.label for item in told(tmp_path, [said], kinds=["statement"])] == ["fact"]


def test_a_denial_is_never_told_as_what_it_denies(tmp_path):
    (alone,) = told(tmp_path / "1", [event(modality=Modality.NEGATED)], kinds=["statement"])
    (both,) = told(tmp_path / "2", [event(), event(modality=Modality.NEGATED, who="army-staff")], kinds=["statement"])

    assert alone.text.endswith("is denied by SOHR.")
    assert (both.status, len(both.claims), len(both.against)) == ("contested", 1, 1)


def test_a_doubted_forecast_keeps_its_doubt(tmp_path):
    doubted = claim(
        "forecast",
        "analyst",
        "expects",
        "nusra-isolated",
        happened=Period(maybe=(JULY_17, None)),
        published=JULY_17,
        also={
            "proposition": "the group is isolated",
            "words": "inconceivable",
            "probability_low": 0.01,
            "probability_high": 0.05,
        },
    )
    (found,) = told(tmp_path, [doubted], kinds=["statement"])

    assert found.text == 'Forecast by Analyst ("inconceivable"; coded as 1 to 5 %): the group is isolated.'
    assert (found.low, found.high, found.unit) == (0.01, 0.05, "probability")


@pytest.mark.parametrize(
    ("until", "as_of", "number"),
    [
        (date(2016, 9, 30), date(2016, 9, 30), 1),
        (date(2016, 9, 30), date(2016, 10, 1), 0),
        (date(2016, 9, 30), date(2016, 7, 16), 0),
    ],
)
def test_a_forecast_is_open_from_its_day_to_its_end(tmp_path, until, as_of, number):
    made = claim("forecast", "analyst", "expects", "x", happened=Period.between(JULY_17, until), published=JULY_17)

    assert len(told(tmp_path, [made], as_of=as_of, kinds=["statement"])) == number


@pytest.mark.parametrize(("age", "number"), [(0, 1), (13, 1), (14, 0), (-1, 0)])
@pytest.mark.parametrize("kind", ["event", "position", "meeting", "aid"])
def test_statements_of_the_last_two_weeks(tmp_path, kind, age, number):
    day = JULY_17 - timedelta(days=age)
    made = {
        "event": lambda: event(happened=day),
        "position": lambda: claim(
            "position", "un", "demands", happened=Period.day(day), also={"proposition": "a truce"}
        ),
        "meeting": lambda: claim("meeting", "un", "met", "army", happened=Period.day(day)),
        "aid": lambda: claim(
            "aid", "un", "sent", happened=Period.day(day), place="east", quantity=Quantity(value=40, unit="truck")
        ),
    }[kind]

    assert len(told(tmp_path, [made()], kinds=["statement"])) == number


def test_rejected_statements_are_not_repeated(tmp_path):
    item = event()
    judged = Judgement(about=(item.id,), verdict=Verdict.RETRACTED, by="a", dated=JULY_17, reason="taken back")

    assert told(tmp_path, [item], kinds=["statement"], judgements=[judged]) == []


def test_a_position_says_of_whom(tmp_path):
    made = claim("position", "un", "demands", "army", happened=Period.day(JULY_17), also={"proposition": "a truce"})
    (found,) = told(tmp_path, [made], kinds=["statement"])

    assert found.text == "United Nations demands, of Syrian army: a truce."


# ------------------------------------------------------------------------------------------------ what holds for all


def test_what_could_not_be_seen_is_said(tmp_path):
    unseen = (Link(who="unknown", role=Role.WITNESS), Link(who="afp", role=Role.REPORTER))
    one = claim(
        "supply", "bread", "none", happened=START, place="east", chain=unseen, verification=Verification.UNVERIFIED
    )
    other = claim("supply", "fuel", "none", happened=START, place="east", verification=Verification.ADDRESS_INCOMPLETE)
    bread, fuel = told(tmp_path, [one, other], kinds=["supply"])

    assert bread.unknown == (
        "nothing heard after 2016-05-05",
        "one origin only",
        "speaker not known",
        "assumption of the coder",
    )
    assert fuel.unknown == ("nothing heard after 2016-05-05", "one origin only", "address incomplete for 1 claim")


ALL = [
    road("castello", "open", START),
    road("trunk", "open", START),
    road("castello", "closed", START, also={"users": "civilian"}),
    road("castello", "open", START, side="government"),
    claim("control", "army", "holds", "north", happened=START),
    claim("siege", "army", "besieges", "east", happened=START),
    price(100),
    casualty(JULY_17),
    event(),
    event(subject="unknown"),
]


def test_ids_are_unique_sorted_and_stay_from_day_to_day(tmp_path):
    today = told(tmp_path / "1", ALL)
    again = told(tmp_path / "2", list(reversed(ALL)))
    tomorrow = told(tmp_path / "3", ALL, as_of=JULY_17 + timedelta(days=1))

    assert len({item.id for item in today}) == len(today) == 10
    assert [item.to_json() for item in today] == [item.to_json() for item in again]
    assert [item.id for item in today] == [item.id for item in tomorrow]
    assert all(item.unknown for item in today)
    assert all(dict(item.message.values)["key"] for item in today)


def test_it_is_quick(tmp_path):
    many = [price(n, who, day=JULY_17 - timedelta(days=n)) for n in range(1, 40) for who in ("sohr", "afp", "analyst")]
    many += [event(happened=JULY_17 - timedelta(days=n % 14), document=f"doc-{n}") for n in range(200)]
    picture = small.picture(tmp_path, [*ALL, *many], as_of=JULY_17)
    start = time.perf_counter()
    situation(picture)

    assert time.perf_counter() - start < 2
