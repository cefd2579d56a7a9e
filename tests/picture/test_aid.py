"""Aid by month: what counts as delivered, and when aid enters regularly. Expected values are worked by hand."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from castello.claims import Bound, Judgement, Modality, Period, Quantity, Verdict
from castello.errors import WrongUse
from castello.picture._consignments import covered
from castello.picture.aid import aid_entry, aid_months
from castello.places import Place
from tests.picture import small
from tests.picture.small import claim, picture

JUNE, JULY, AUGUST = date(2016, 6, 1), date(2016, 7, 1), date(2016, 8, 1)
DAYS = {JUNE: 30, JULY: 31, AUGUST: 31}
AS_OF = date(2016, 9, 10)


def people(low=200_000, high=None, *, unit="person", day=date(2016, 5, 20), who="sohr"):
    """So many people in the east, valid on every day of the three months."""
    return claim(
        "people",
        "east",
        "trapped",
        quantity=Quantity(low=low, high=high or low, unit=unit),
        happened=Period.day(day),
        who=who,
    )


def aid(predicate, day, *, people=None, ration_days=None, item="food", who="afp", published=None, **slots):
    """A claim on aid for the east; ``people`` one number or (low, high)."""
    if people is not None:
        low, high = people if isinstance(people, tuple) else (people, people)
        slots["quantity"] = Quantity(low=low, high=high, unit="person")
    also = {"item": item, "ration_days": ration_days, **slots.pop("also", {})}
    return claim(
        "aid",
        "un",
        predicate,
        place=slots.pop("place", "east"),
        happened=day if isinstance(day, Period) else Period.day(day),
        who=who,
        published=published or (day.latest_onset if isinstance(day, Period) else day),
        also={name: value for name, value in also.items() if value is not None},
        **slots,
    )


def monthly(people, *, months=DAYS, **slots):
    """An arrival on the first of each month, for all days of the month."""
    return [aid("arrived", month, people=people, ration_days=DAYS[month], **slots) for month in months]


def entry(folder, claims, *, as_of=AS_OF, judgements=(), **options):
    return aid_entry(picture(folder, claims, as_of=as_of, judgements=judgements), place="east", **options)


# ------------------------------------------------------------------------------------------------------------ the rule


@pytest.mark.parametrize(
    ("arrived", "status", "share"),
    [
        (98_000, "no", (0.49, 0.49)),
        (100_000, "yes", (0.5, 0.5)),
        ((80_000, 120_000), "undecided", (0.4, 0.6)),
    ],
)
def test_half_of_need_in_each_month_is_regular(tmp_path, arrived, status, share):
    found = entry(tmp_path, [people(), *monthly(arrived)])

    assert found.status == status
    assert [month.month for month in found.months] == [JUNE, JULY, AUGUST]
    for month in found.months:
        assert month.share == pytest.approx(share)


def test_without_a_report_it_is_undecided_and_no_zero(tmp_path):
    found = entry(tmp_path, [people()])

    assert found.status == "undecided"
    assert [month.delivered for month in found.months] == [(0, None)] * 3
    assert not any(month.reported for month in found.months)
    assert "deliveries: nobody reports on them, 2016-07" in found.unknown


def test_without_people_it_is_undecided(tmp_path):
    found = entry(tmp_path, monthly(1_000))

    assert found.status == "undecided"
    assert found.months[0].need == (None, None)
    assert "people of the place, 2016-06" in found.unknown


def test_one_silent_month_leaves_two_good_ones_undecided(tmp_path):
    assert entry(tmp_path, [people(), *monthly(150_000, months=[JUNE, AUGUST])]).status == "undecided"


def test_one_month_below_is_no_whatever_the_others_say(tmp_path):
    below = monthly(20_000, months=[JULY])
    found = entry(tmp_path, [people(), *monthly(150_000, months=[JUNE]), *below])

    assert found.status == "no"
    assert below[0].id in found.claims
    assert [month.status for month in found.months] == ["yes", "no", "undecided"]


def test_one_denial_turns_yes_into_no(tmp_path):
    arrivals = monthly(150_000)
    denial = aid("denied", date(2016, 7, 13), item="July plan", also={"by": "government"})
    assert entry(tmp_path / "without", [people(), *arrivals]).status == "yes"

    found = entry(tmp_path / "with", [people(), *arrivals, denial])

    assert found.status == "no"
    assert found.claims == (denial.id,)
    assert set(found.against) == {item.id for item in arrivals}


def test_a_denial_before_the_three_months_does_not_count(tmp_path):
    denial = aid("denied", date(2016, 5, 31), item="May plan")

    assert entry(tmp_path, [people(), *monthly(150_000), denial]).status == "yes"


def test_a_denial_that_may_lie_before_leaves_it_undecided(tmp_path):
    denial = aid("denied", Period.between(date(2016, 5, 20), date(2016, 6, 5)), item="plan")

    found = entry(tmp_path, [people(), *monthly(150_000), denial])

    assert found.status == "undecided"
    assert denial.id in found.against


def test_a_rejected_denial_is_none(tmp_path):
    denial = aid("denied", date(2016, 7, 13), item="plan")
    verdict = Judgement(about=(denial.id,), verdict=Verdict.REJECTED, by="a", dated=AS_OF, reason="misread")

    assert entry(tmp_path, [people(), *monthly(150_000), denial], judgements=[verdict]).status == "yes"


def test_none_arrived_all_month_is_a_zero(tmp_path):
    none = aid("arrived", Period.days(JULY, date(2016, 7, 31)), modality=Modality.NEGATED)
    found = entry(tmp_path, [people(), none])

    assert found.status == "no"
    assert found.months[1].delivered == (0, 0)
    assert none.id in found.claims


def test_none_arrived_on_some_days_is_no_zero(tmp_path):
    none = aid("arrived", Period.days(JULY, date(2016, 7, 30)), modality=Modality.NEGATED)
    found = entry(tmp_path, [people(), none])

    assert found.status == "undecided"
    assert none.id in found.against


def test_none_against_an_arrival_that_nobody_counted_is_undecided(tmp_path):
    none = aid("arrived", Period.days(JULY, date(2016, 7, 31)), modality=Modality.NEGATED, who="sohr")
    some = aid("arrived", date(2016, 7, 12), who="afp")

    found = entry(tmp_path, [people(), none, some])

    assert found.status == "undecided"
    assert found.months[1].delivered == (0, None)


def test_published_figures_of_aleppo_lie_across_the_half(tmp_path):
    # 144,000 served, full rations: 57.6 % of 250,000 and 48 % of 300,000
    found = entry(tmp_path, [people(250_000, 300_000), *monthly(144_000)])

    assert found.status == "undecided"
    assert found.months[1].share == pytest.approx((0.48, 0.576))


def test_families_are_people_at_the_household_size(tmp_path):
    # 50,000 families are 200,000 to 350,000 people: 100,000 served are 28.6 to 50 %
    found = entry(tmp_path, [people(50_000, unit="family"), *monthly(100_000)])

    assert found.months[0].need == (200_000 * 30, 350_000 * 30)
    assert found.months[0].share == pytest.approx((100 / 350, 0.5))
    assert found.status == "undecided"


def test_at_least_so_many_people_can_say_no_but_not_yes(tmp_path):
    some = claim(
        "people",
        "east",
        "trapped",
        quantity=Quantity(value=200_000, bound=Bound.AT_LEAST, unit="person"),
        happened=Period.day(date(2016, 5, 20)),
    )

    assert entry(tmp_path / "much", [some, *monthly(200_000)]).status == "undecided"
    assert entry(tmp_path / "little", [some, *monthly(98_000)]).status == "no"


# ---------------------------------------------------------------------------------------------------- what is counted


def test_two_sources_are_two_rows_and_are_not_added(tmp_path):
    found = entry(tmp_path, [people(), *monthly(60_000, who="afp"), *monthly(60_000, who="sohr")])

    assert [row.source for row in found.months[0].rows] == ["afp", "sohr"]
    assert found.months[0].share == pytest.approx((0.3, 0.3))
    assert found.status == "no"


def test_sources_that_disagree_across_the_half_leave_it_undecided(tmp_path):
    found = entry(tmp_path, [people(), *monthly(60_000, who="afp"), *monthly(120_000, who="sohr")])

    assert found.status == "undecided"
    assert found.months[0].share == pytest.approx((0.3, 0.6))


def test_batches_of_one_convoy_may_be_one_or_two(tmp_path):
    first = aid("arrived", JULY, people=60_000, ration_days=31, also={"ref": "convoy-7"})
    second = aid("arrived", JULY, people=60_000, ration_days=31, item="food, second batch", also={"ref": "convoy-7"})
    july = entry(tmp_path, [people(), first, second]).months[1]

    assert july.share == pytest.approx((0.3, 0.6))


def test_two_convoys_are_added(tmp_path):
    first = aid("arrived", JULY, people=60_000, ration_days=31, also={"ref": "convoy-7"})
    second = aid("arrived", JULY, people=60_000, ration_days=31, item="food again", also={"ref": "convoy-8"})

    assert entry(tmp_path, [people(), first, second]).months[1].share == pytest.approx((0.6, 0.6))


def test_of_one_convoy_told_twice_the_later_word_counts(tmp_path):
    first = aid("arrived", JULY, people=90_000, ration_days=31)
    later = aid("arrived", JULY, people=60_000, ration_days=31, published=date(2016, 7, 5), document="second-report")

    assert entry(tmp_path, [people(), first, later]).months[1].share == pytest.approx((0.3, 0.3))


def test_a_ration_feeds_from_the_day_of_arrival(tmp_path):
    # 31 days from 16 July: 16 in July, 15 in August
    arrival = aid("arrived", date(2016, 7, 16), people=100_000, ration_days=31)
    _, july, august = entry(tmp_path, [people(), arrival]).months

    assert july.delivered == (1_600_000, 1_600_000)
    assert august.delivered == (1_500_000, 1_500_000)
    assert july.rows[0].arrived.whole == (3_100_000, 3_100_000)
    assert august.rows[0].arrived.whole == (0, 0)


def test_without_ration_days_any_number_is_possible(tmp_path):
    many = aid("arrived", JULY, people=150_000)
    few = aid("arrived", JULY, people=1_000)

    assert entry(tmp_path / "a", [people(), many]).months[1].delivered == (0, 150_000 * 31)
    assert entry(tmp_path / "b", [people(), few]).status == "no"


def test_trucks_stay_trucks(tmp_path):
    trucks = aid("arrived", JULY, quantity=Quantity(value=40, unit="truck"))
    july = entry(tmp_path, [people(), trucks]).months[1]

    assert july.delivered == (0, None)
    assert [(item.low, item.unit) for item in july.rows[0].arrived.reported] == [(40, "truck")]
    assert july.rows[0].arrived.low is None


def test_trucks_beside_the_people_they_feed_are_one_delivery(tmp_path):
    trucks = aid("arrived", JULY, quantity=Quantity(value=40, unit="truck"))
    fed = aid("arrived", JULY, people=100_000, ration_days=31, item="food, persons served")

    assert entry(tmp_path, [people(), trucks, fed]).months[1].share == pytest.approx((0.5, 0.5))


def test_what_was_taken_out_may_be_missing_from_what_arrived(tmp_path):
    arrival = aid("arrived", JULY, people=110_000, ration_days=31)
    removed = aid("removed", JULY, people=20_000, ration_days=31)

    # 90,000 to 110,000 of 200,000
    assert entry(tmp_path, [people(), arrival, removed]).months[1].share == pytest.approx((0.45, 0.55))


@pytest.mark.parametrize("predicate", ["asked", "approved", "sent"])
def test_only_what_arrived_is_delivered(tmp_path, predicate):
    row = aid(predicate, JULY, people=200_000, ration_days=31)
    july = entry(tmp_path, [people(), row]).months[1]

    assert july.delivered == (0, None)
    stage = getattr(july.rows[0], predicate)
    assert (stage.low, stage.high) == (6_200_000, 6_200_000)
    assert july.rows[0].arrived is None


@pytest.mark.parametrize(("item", "counts"), [("water", False), ("aid workers", False), ("aid and fuel", True)])
def test_sectors_are_not_added(tmp_path, item, counts):
    july = entry(tmp_path, [people(), aid("arrived", JULY, people=100_000, ration_days=31, item=item)]).months[1]

    assert july.reported is counts
    assert (july.rows[0].other == ()) is counts


def test_a_rejected_arrival_does_not_count(tmp_path):
    arrivals = monthly(150_000)
    verdict = Judgement(about=(arrivals[0].id,), verdict=Verdict.REJECTED, by="a", dated=AS_OF, reason="misread")

    found = entry(tmp_path, [people(), *arrivals], judgements=[verdict])

    assert found.status == "undecided"
    assert not found.months[0].reported


# ---------------------------------------------------------------------------------------------------------- the frame


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (date(2016, 9, 29), 8),
        (date(2016, 9, 30), 9),
        (date(2016, 10, 1), 9),
        (date(2017, 1, 15), 12),
        (date(2016, 9, 1), 8),
    ],
)
def test_months_are_those_that_are_over_at_the_end_of_the_day(tmp_path, as_of, last):
    found = entry(tmp_path, [people()], as_of=as_of)

    assert [month.month.month for month in found.months] == [last - 2, last - 1, last]


def test_open_requests_are_told_with_their_age_and_are_no_denials(tmp_path):
    asked = aid("asked", date(2016, 7, 21), item="access")
    answered = aid("asked", date(2016, 7, 2), item="July plan", also={"ref": "plan-7"})
    answer = aid("approved", date(2016, 7, 9), item="plan for July", also={"ref": "plan-7"})

    found = entry(tmp_path, [people(), *monthly(150_000), asked, answered, answer])

    assert [(item.claim, item.days) for item in found.open_requests] == [(asked.id, 51)]
    assert found.status == "yes"
    assert "the answer to the request of 2016-07-21" in found.unknown


def test_what_is_needed_a_day_is_no_open_request(tmp_path):
    need = aid("asked", date(2016, 7, 21), item="aid", quantity=Quantity(low=500, high=500, unit="truck/day"))

    found = entry(tmp_path, [people(), need])

    assert found.open_requests == ()
    assert not any("request" in gap for gap in found.unknown)


def test_the_last_arrival_lies_between_two_days(tmp_path):
    found = entry(tmp_path, [people(), aid("arrived", Period.between(date(2016, 8, 12), date(2016, 8, 19)))])

    assert found.last_arrival == (date(2016, 8, 12), date(2016, 8, 19))


def test_months_can_be_asked_for_one_by_one(tmp_path):
    shown = picture(tmp_path, [people(), *monthly(100_000)], as_of=AS_OF)
    found = aid_months(shown, place="east", months=[date(2016, 7, 9), date(2016, 6, 30), date(2016, 7, 1)])

    assert [month.month for month in found] == [JUNE, JULY]


@pytest.mark.parametrize("options", [{"need_share": 0}, {"need_share": 1.5}, {"months": 0}])
def test_what_cannot_be_asked_is_refused(tmp_path, options):
    with pytest.raises(WrongUse):
        entry(tmp_path, [people()], **options)


def test_days_covered_are_those_of_counting_every_possible_arrival():
    for first, span, rations in itertools.product(range(-45, 45, 7), (0, 3, 20, 60), (None, 0, 1, 10, 31, 45)):
        start = JULY + timedelta(days=first)
        days = [start + timedelta(days=n) for n in range(span + 1)]
        told = aid("arrived", Period.between(days[0], days[-1]), people=1, ration_days=rations)
        month = [JULY + timedelta(days=n) for n in range(31)]
        fed = [
            sum(day <= of_month and (rations is None or (of_month - day).days < rations) for of_month in month)
            for day in days
        ]
        found = covered(told, JULY, date(2016, 12, 31))
        assert (found.low, found.high) == (0 if rations is None else min(fed), max(fed)), (first, span, rations)


# -------------------------------------------------------------------------------------------------- the bundled case


def test_eastern_aleppo_before_the_denial_is_undecided(demo):
    found = aid_entry(demo.picture(as_of=date(2016, 9, 29)), place="aleppo-east")

    assert found.status == "undecided"
    # "aid and fuel" in August, which nobody counted; 144,000 people until 7 July, ration days not said
    assert found.last_arrival == (date(2016, 8, 12), date(2016, 8, 19))
    assert found.months[0].delivered == (0, 144_000 * 30)


def test_eastern_aleppo_after_the_october_plan_is_not_regularly_supplied(demo):
    shown = demo.picture(as_of=date(2016, 12, 1))
    found = aid_entry(shown, place="aleppo-east")

    assert found.status == "no"
    [denial] = [id_ for month in found.months for id_ in month.denials]
    assert denial in found.claims
    assert shown.claims_by_id([denial])[denial].happened == Period.day(date(2016, 10, 13))


# ------------------------------------------------------------------------------------------------ quarters of a place

QUARTERS = (
    *small.PLACES,
    Place(id="shaar", kind="neighbourhood", name_en="Shaar", parent="east"),
    Place(id="sukkari", kind="neighbourhood", name_en="Sukkari", parent="east"),
    Place(id="lane", kind="neighbourhood", name_en="A lane of Shaar", parent="shaar"),
)


def july(folder, claims):
    """What arrived in the east in July, in person-days, and the month."""
    book = picture(folder, [people(), *claims], as_of=AS_OF, places=QUARTERS)
    (month,) = aid_months(book, place="east", months=[JULY])
    return month


def fed(people, place, day=JULY, **slots):
    return aid("arrived", day, people=people, ration_days=10, place=place, **slots)


def test_what_reaches_quarters_reaches_the_place(tmp_path):
    month = july(tmp_path, [fed(20_000, "shaar"), fed(30_000, "sukkari")])

    assert month.delivered == (500_000, 500_000)
    assert len(month.arrivals) == 2


def test_what_reaches_a_quarter_may_be_part_of_what_reached_the_place(tmp_path):
    month = july(tmp_path, [fed(60_000, "east"), fed(20_000, "shaar"), fed(30_000, "sukkari")])

    # the two quarters are two deliveries; all of them may be in the 60,000
    assert month.delivered == (600_000, 1_100_000)


def test_quarters_that_hold_more_than_the_place_are_no_part_of_it(tmp_path):
    month = july(tmp_path, [fed(10_000, "east"), fed(20_000, "shaar"), fed(30_000, "sukkari")])

    assert month.delivered == (500_000, 600_000)


def test_a_lane_is_part_of_its_quarter_first(tmp_path):
    month = july(tmp_path, [fed(50_000, "east"), fed(40_000, "shaar"), fed(30_000, "lane")])

    # 30,000 may be in the 40,000, and these in the 50,000
    assert month.delivered == (500_000, 1_200_000)


def test_deliveries_of_other_days_are_others(tmp_path):
    month = july(tmp_path, [fed(60_000, "east"), fed(20_000, "shaar", date(2016, 7, 15))])

    assert month.delivered == (800_000, 800_000)


def test_of_two_deliveries_it_is_part_of_the_larger_one_if_of_any(tmp_path):
    first, second = Period.days(JULY, date(2016, 7, 2)), Period.days(date(2016, 7, 2), date(2016, 7, 3))
    wholes = [fed(10_000, "east", first), fed(60_000, "east", second)]

    assert july(tmp_path, [*wholes, fed(50_000, "shaar", date(2016, 7, 2))]).delivered == (700_000, 1_200_000)


def test_two_sources_on_a_quarter_and_on_the_place_are_never_added(tmp_path):
    month = july(tmp_path, [fed(60_000, "east"), fed(20_000, "shaar", who="sohr")])

    assert month.delivered == (200_000, 600_000)


def test_none_in_a_quarter_is_no_zero_for_the_place(tmp_path):
    nothing = aid("arrived", Period.days(JULY, date(2016, 7, 31)), place="shaar", modality=Modality.NEGATED)
    month = july(tmp_path, [nothing])

    assert month.delivered == (0, None)
    assert month.none_arrived == ()
    assert july(tmp_path / "2", [replace(nothing, place="east", id="")]).delivered == (0, 0)


def test_a_delivery_of_unknown_size_to_another_quarter_stays_open(tmp_path):
    trucks = aid("arrived", JULY, place="sukkari", quantity=Quantity(value=20, unit="truck"))

    assert july(tmp_path, [fed(20_000, "shaar"), trucks]).delivered == (200_000, None)


def test_aid_denied_to_a_quarter_is_denied(tmp_path):
    denied = aid("denied", JULY, place="shaar")

    assert july(tmp_path, [fed(200_000, "east"), denied]).denials == (denied.id,)


def test_what_reaches_a_larger_area_is_not_counted(tmp_path):
    book = picture(tmp_path, [people(), fed(60_000, "east")], as_of=AS_OF, places=QUARTERS)
    (month,) = aid_months(book, place="shaar", months=[JULY])

    assert not month.reported
