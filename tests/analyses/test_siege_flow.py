"""Where another side owns every crossing: open in name only, so the answer stands beside what was delivered."""

from dataclasses import replace
from datetime import date

from castello.analyses.siege import siege
from castello.claims import Modality, Period, Quantity
from tests.picture import small
from tests.picture.small import claim, road

START, DAY = date(2016, 5, 5), date(2016, 10, 15)


def told(folder, *claims, decides, as_of=DAY):
    places = tuple(replace(place, decides=decides) if place.supplies else place for place in small.PLACES)
    opened = [road(name, "open", START) for name in ("castello", "trunk")]
    return siege(small.picture(folder, [*opened, *claims], as_of=as_of, places=places))


def findings(folder, *claims, decides):
    return [finding for finding in told(folder, *claims, decides=decides) if finding.kind == "flow"]


def weeks(folder, *claims, as_of=DAY):
    """The weeks that somebody reports on, as plain values."""
    found = [item for item in told(folder, *claims, decides="army", as_of=as_of) if "week" in dict(item.extra)]
    return [
        dict(item.extra) | {"low": item.low, "high": item.high, "unit": item.unit, "text": item.text} for item in found
    ]


def trucks(count, *days, who="sohr", item="aid", **slots):
    """So many trucks arrived on a day, or over days."""
    also = {"item": item} | slots.pop("also", {})
    happened = Period.days(*days) if len(days) == 2 else Period.day(*days)
    figure = {} if count is None else {"quantity": Quantity(value=count, unit="truck")}
    return claim("aid", "un", "arrived", place="east", happened=happened, who=who, also=also, **figure, **slots)


def needed(count, unit="truck/day", who="un-envoy", since=START, **slots):
    figure = Quantity(value=count, unit=unit)
    return claim(
        "aid", "un", "asked", place="east", happened=since, who=who, quantity=figure, also={"item": "aid"}, **slots
    )


def shares(row):
    return [
        (
            share["source"],
            *(None if end is None else round(end, 3) for end in (share["share_low"], share["share_high"])),
        )
        for share in row["shares_of_need"]
    ]


def test_a_source_in_the_side_s_own_hands_needs_no_flow(tmp_path):
    assert findings(tmp_path, decides=None) == []


def test_nothing_on_record_is_not_known_and_no_zero(tmp_path):
    found, blank = findings(tmp_path, decides="army")

    assert (found.status, dict(found.extra)["delivered_share_of_need"]["2016-09"]) == ("undecided", [0, None])
    assert found.text.endswith("what was delivered against need is not known.")
    assert (blank.status, blank.message.id, dict(blank.extra)["weeks"][-1]) == ("undecided", "flow.blank", "2016-10-10")


def test_what_was_delivered_is_told_against_need(tmp_path):
    """1,000 people need 30,000 person-days in September; 100 persons with rations for 30 days are a tenth of that."""
    people = claim("people", "east", "lives", happened=START, quantity=Quantity(value=1_000, unit="person"))
    sent = claim(
        "aid",
        "un",
        "arrived",
        place="east",
        happened=Period.days(date(2016, 9, 1), date(2016, 9, 1)),
        quantity=Quantity(value=100, unit="person"),
        also={"item": "food", "ration_days": 30},
    )
    found, *_ = findings(tmp_path, people, sent, decides="army")

    low, high = dict(found.extra)["delivered_share_of_need"]["2016-09"]
    assert (round(low, 3), round(high, 3)) == (0.1, 0.1)
    assert "goods pass only where Syrian army lets them" in found.text


# ---------------------------------------------------------------------------------------------------------- by the week

MONDAY = date(2016, 10, 10)
TUESDAY, SUNDAY = date(2016, 10, 11), date(2016, 10, 9)


def test_two_counts_of_one_day_are_two_rows_against_one_need(tmp_path):
    """The worked example of the method: 419 trucks by one count, 223 by another, 500 a day needed: 84 % and 45 %."""
    both = [trucks(419, MONDAY, who="army-staff", item="aid, screened"), trucks(223, MONDAY, who="un-envoy")]
    rows = weeks(tmp_path, *both, needed(500))

    assert [(row["source"], row["point"], row["reported_days"], row["days"]) for row in rows] == [
        ("army-staff", "screened", 1, 6),
        ("un-envoy", "arrived", 1, 6),
    ]
    assert [shares(row) for row in rows] == [[("un-envoy", 0.838, 0.838)], [("un-envoy", 0.446, 0.446)]]
    assert (
        "who reports on 1 of 6 days; of what was needed on these days: 84 % of 500 a day (UN envoy)." in rows[0]["text"]
    )


def test_a_day_without_a_report_is_no_share(tmp_path):
    (row,) = weeks(tmp_path, trucks(100, MONDAY), needed(3500, "truck/week"))

    assert shares(row) == [("un-envoy", 0.2, 0.2)]
    assert "the days of which it does not speak" in " ".join(
        text for item in findings(tmp_path / "again", trucks(100, MONDAY), decides="army") for text in item.unknown
    )


def test_weeks_of_which_nobody_speaks_are_named_together(tmp_path):
    *_, blank = findings(tmp_path, trucks(100, MONDAY), decides="army")

    assert dict(blank.extra)["weeks"] == ["2016-09-19", "2016-09-26", "2016-10-03"]
    assert blank.text.endswith("no report is no share.")


def test_none_arrived_is_a_nought_where_it_is_said_of_the_day(tmp_path):
    none = trucks(None, date(2016, 10, 3), SUNDAY, modality=Modality.NEGATED)
    first, second = weeks(tmp_path, none, trucks(50, MONDAY), needed(500))

    assert (first["low"], first["high"], first["reported_days"]) == (0, 0, 7)
    assert shares(first) == [("un-envoy", 0, 0)]
    assert shares(second) == [("un-envoy", 0.1, 0.1)]


def test_that_no_staff_came_says_nothing_of_goods(tmp_path):
    assert weeks(tmp_path, trucks(None, MONDAY, item="aid workers", modality=Modality.NEGATED)) == []


def test_a_figure_for_a_longer_time_has_no_share_of_a_week(tmp_path):
    rows = weeks(tmp_path, trucks(900, date(2016, 9, 28), TUESDAY), needed(500))

    assert [(row["low"], row["high"], row["reported_days"], row["shares_of_need"]) for row in rows] == [
        (0, 900, 0, [])
    ] * 3


def test_a_total_of_the_week_holds_its_days(tmp_path):
    total = [trucks(700, date(2016, 10, 3), SUNDAY), trucks(90, date(2016, 10, 3)), trucks(40, date(2016, 10, 4))]
    (row,) = weeks(tmp_path, *total)

    assert (row["low"], row["high"], row["reported_days"]) == (700, 700, 7)


def test_figures_that_may_be_of_the_same_trucks_are_not_added(tmp_path):
    (row,) = weeks(tmp_path, trucks(20, MONDAY, item="food"), trucks(5, MONDAY, item="flour"))

    assert (row["low"], row["high"]) == (20, 25)


def test_two_consignments_are_added(tmp_path):
    first, second = (trucks(20, MONDAY, item=item, also={"ref": item}) for item in ("food", "medicine"))
    (row,) = weeks(tmp_path, first, second)

    assert (row["low"], row["high"]) == (40, 40)


def test_the_last_word_on_a_day_counts(tmp_path):
    words = [trucks(20, MONDAY, published=MONDAY), trucks(30, MONDAY, published=TUESDAY, document="another")]
    (row,) = weeks(tmp_path, *words)

    assert (row["low"], row["high"]) == (30, 30)


def test_a_need_holds_until_the_source_says_otherwise_and_grows_old(tmp_path):
    fresh = [trucks(100, MONDAY), needed(500, since=date(2016, 9, 1)), needed(200, since=date(2016, 10, 1))]
    old = needed(500, since=Period.days(date(2016, 5, 5), date(2016, 5, 6)))

    assert shares(weeks(tmp_path / "fresh", *fresh)[0]) == [("un-envoy", 0.5, 0.5)]
    assert shares(weeks(tmp_path / "old", trucks(100, MONDAY), old)[0]) == []


def test_a_need_in_another_unit_is_no_need_of_this(tmp_path):
    (row,) = weeks(tmp_path, trucks(100, MONDAY), needed(500, "tonne/day"), needed(500, "truck"))

    assert row["shares_of_need"] == []
    assert row["text"].endswith("nobody states a need in this unit.")


def test_person_days_stand_against_each_count_of_the_people(tmp_path):
    """1,000 persons with rations for 7 days are 7,000 person-days; of 2,000 people by one count, 4,000 by another."""
    counts = [
        claim("people", "east", "lives", happened=START, who=who, quantity=Quantity(value=value, unit="person"))
        for who, value in (("sohr", 2_000), ("afp", 4_000))
    ]
    food = claim(
        "aid", "un", "arrived", place="east", happened=Period.day(MONDAY),
        quantity=Quantity(value=1_000, unit="person"), also={"item": "food", "ration_days": 7},
    )  # fmt: skip
    (row,) = weeks(tmp_path, *counts, food)

    assert (row["unit"], row["low"]) == ("person-day", 7_000)
    assert sorted(shares(row)) == [("afp", 1.75, 1.75), ("sohr", 3.5, 3.5)]


def test_persons_without_ration_days_are_a_share_of_the_people(tmp_path):
    people = claim("people", "east", "lives", happened=START, quantity=Quantity(value=1_000, unit="person"))
    food = claim(
        "aid", "un", "arrived", place="east", happened=Period.day(MONDAY),
        quantity=Quantity(value=100, unit="person"), also={"item": "food"},
    )  # fmt: skip
    (row,) = weeks(tmp_path, people, food)

    assert (row["unit"], shares(row)) == ("person", [("sohr", 0.1, 0.1)])


def test_one_truck_is_one_truck(tmp_path):
    (row,) = weeks(tmp_path, trucks(1, MONDAY), as_of=MONDAY)

    assert "1 truck arrived" in row["text"]
    assert "reports on 1 of 1 day;" in row["text"]


def test_a_status_beside_it_says_that_it_tells_nothing_of_how_much_passes(tmp_path):
    found = told(tmp_path, decides="army")
    texts = {item.kind: item.text for item in found}

    assert "goods pass only where another side lets them" in texts["reach"]
    assert "goods pass only where another side lets them" in texts["besieged"]
    own = told(tmp_path / "own", decides=None)
    assert not [item for item in own if "lets them" in item.text]
