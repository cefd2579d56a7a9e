"""Attacks: counted by hand on a small case, and as another way of counting has it on thousands of rows."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from scipy.stats import beta

from castello.analyses.attacks import attacks, ratio
from castello.claims import Judgement, Modality, Period, Quantity, Reason, Verdict, Where
from castello.errors import WrongUse
from castello.picture.attacks import Attacks, as_by
from tests.analyses.attacks_world import FEEDS, PLACES, RELEASED, case_with, many, row, said
from tests.cases_for_tests import NOW, SOURCES, built_case, write_case
from tests.sources.counted import shared_file

FIRST, LAST = date(2016, 7, 1), date(2016, 7, 31)


def july(n: int) -> date:
    return date(2016, 7, n)


def counted(case, *, start=FIRST, end=LAST, by=None, place=None):
    """Low and high of each source and value."""
    told = Attacks(case.picture(), place=place)
    return {(t.source, t.value): (t.low, t.high) for t in told.tallies(start=start, end=end, by=by)}


def aside(case, *, start=FIRST, end=LAST, by=None, place=None):
    told = Attacks(case.picture(), place=place)
    return {(item.source, item.why, item.area): item.events for item in told.aside(start=start, end=end, by=by)}


# ----------------------------------------------------------------------------------------------- what is one event


def test_each_source_is_counted_alone(home, tmp_path):
    case = case_with(tmp_path, [said(july(4)), said(july(4), who="agency"), row(july(4), n=1), row(july(4), n=2)])

    assert counted(case) == {("observatory", None): (1, 1), ("agency", None): (1, 1), ("ucdp", None): (2, 2)}
    assert [f.subject for f in attacks(case.picture(), start=FIRST, end=LAST) if f.kind == "attacks"] == [
        "agency",
        "observatory",
        "ucdp",
    ]


def test_what_one_source_says_twice_is_one_event(home, tmp_path):
    first = said(july(4), document="report-1", published=date(2016, 8, 1), harm_best=3)
    later = said(july(4), document="report-2", published=date(2016, 8, 2), harm_best=5, harm_high=9)
    case = case_with(tmp_path, [first, later])
    (tally,) = Attacks(case.picture()).tallies(start=FIRST, end=LAST)

    assert (tally.low, tally.high, tally.told) == (1, 1, 2)
    # both figures are the range, the later word is the best
    assert (tally.deaths_low, tally.deaths_best, tally.deaths_high) == (3, 5, 9)
    assert tally.ids == tuple(sorted([first.id, later.id]))


@pytest.mark.parametrize(
    ("when", "other"), [(july(4), {"weapon": "barrel"}), (july(5), {}), (july(4), {"by": "fighters"})]
)
def test_what_differs_is_another_event(home, tmp_path, when, other):
    case = case_with(tmp_path, [said(july(4)), said(when, document="report-2", **other)])

    assert counted(case) == {("observatory", None): (2, 2)}


def test_a_row_that_stands_in_two_files_of_a_feed_is_one_event(home, tmp_path):
    older = row(july(4), n=7, harm_best=3, published=date(2016, 9, 1))
    newer = row(july(5), n=7, harm_best=4, published=date(2017, 6, 1))
    case = case_with(tmp_path, [older, newer, row(july(5), n=8, harm_best=1), row(july(5), n=7, feed="acled")])
    tallies = Attacks(case.picture()).tallies(start=FIRST, end=LAST)

    assert [(t.source, t.low, t.deaths_best) for t in tallies] == [("acled", 1, None), ("ucdp", 2, 5)]
    assert newer.id in tallies[1].ids
    assert older.id not in tallies[1].ids


AEC = (
    "id,source_date,deaths_side_a,deaths_side_b,deaths_civilian,deaths_unknown,deaths_low,deaths_high,side_a_name,side_b_name,"
    "location_root_name,location_adm1_name,start_date,end_date,split\n"
)
ALIKE = "2016-07-05,0,1,2,0,2,5,Government of Syria,Syrian insurgents,Syria,Aleppo governorate,2016-07-04,2016-07-04,train\n"
SIDECAR = "publisher: ucdp\npublished: 2023-06-01\ntitle: Labelled events\n"


def of_files(folder, files):
    """A case that holds files in ``feeds/``, each as UCDP published it."""
    sources = {"sources.yml": SOURCES + FEEDS}
    held = {f"feeds/{name}": text for name, text in files.items()}
    said_of = {f"feeds/{name}.yml": SIDECAR for name in files}
    return built_case(write_case(folder, files=sources | held | said_of))


def test_rows_of_a_file_that_are_alike_in_all_but_their_id_are_events_of_their_own(home, tmp_path):
    case = of_files(tmp_path, {"events.csv": AEC + "".join(f"{n},{ALIKE}" for n in (1, 2, 3))})
    (tally,) = Attacks(case.picture()).tallies(start=FIRST, end=LAST)
    found = attacks(case.picture(), start=FIRST, end=LAST)

    assert (tally.source, tally.feed, tally.low, tally.high, tally.told) == ("ucdp", "ucdp", 3, 3, 3)
    assert (tally.civilians_low, tally.deaths_low, tally.deaths_best, tally.deaths_high) == (6, 6, 9, 15)
    assert "6 civilians killed, 6 to 15 people in all (best 9), in 3 attacks" in found[0].text
    # it is a feed: what it cannot say is told, not that somebody picked it
    assert [f.kind for f in found] == ["attacks", "attacks_trend", "attacks_coverage"]
    assert all("somebody entered" not in line for f in found for line in f.unknown)


def test_two_files_of_one_publisher_share_the_events_whose_id_they_share(home, tmp_path):
    files = {"older.csv": (1, 2), "newer.csv": (2, 3)}
    case = of_files(tmp_path, {name: AEC + "".join(f"{n},{ALIKE}" for n in ids) for name, ids in files.items()})
    (tally,) = Attacks(case.picture()).tallies(start=FIRST, end=LAST)

    assert (tally.low, tally.high) == (3, 3)


def test_rows_of_one_document_are_never_one_event(home, tmp_path):
    # not even where they have one id: whoever publishes them says that they are two rows
    case = case_with(tmp_path, [row(july(4), n=7, harm_best=2), row(july(4), n=7, harm_best=3)])

    assert counted(case) == {("ucdp", None): (2, 2)}


def test_a_real_file_of_a_month_is_counted_row_by_row(home, tmp_path):
    text = shared_file("ucdp/aec_syria_dated.csv").read_text(encoding="utf-8")
    case = of_files(tmp_path, {"events.csv": text})
    (tally,) = Attacks(case.picture()).tallies(start=date(2016, 10, 1), end=date(2016, 10, 31))

    assert (tally.low, tally.high, tally.told) == (134, 134, 134)
    assert (tally.civilians_low, tally.civilians_high) == (80, 80)
    assert (tally.deaths_low, tally.deaths_best, tally.deaths_high, tally.best_unsaid) == (500, 502, 510, 0)


def test_two_origins_that_were_judged_the_same_are_one_source(home, tmp_path):
    case = case_with(tmp_path, [said(july(4), who="wire"), said(july(4))])

    # the tiny case says that the wire quotes the observatory
    assert counted(case) == {("observatory", None): (1, 1)}


def test_only_attacks_count(home, tmp_path):
    keys = ("movement", "evacuation", "abduction", "attacked", "protest.attacked", "truce.in-force")
    case = case_with(tmp_path, [said(july(4), key=key) for key in keys])

    assert counted(case) == {}
    (found,) = attacks(case.picture(), start=FIRST, end=LAST)
    assert (found.message.id, found.status, found.reason) == ("attacks.none", "undecided", Reason.NO_CLAIM)


def test_what_is_not_asserted_or_was_rejected_is_told_and_not_counted(home, tmp_path):
    claims = [
        said(july(1), modality=Modality.POSSIBLE),
        said(july(2), modality=Modality.NEGATED),
        said(july(3)),
        said(july(4)),
        said(july(5), quantity=_figure()),
    ]
    case = case_with(tmp_path, claims)
    no = Judgement(about=(claims[2].id,), verdict=Verdict.REJECTED, by="tests", dated=RELEASED, reason="a film of 2014")
    case.book.write([{"type": "judgement", "id": no.id, "body": no.to_json()}], verb="tests", source={}, now=NOW)

    assert counted(case) == {("observatory", None): (1, 1)}
    whys = ("denied", "hedged", "own_count", "refused")
    assert aside(case) == {("observatory", why, None): 1 for why in whys}
    texts = [f.text for f in attacks(case.picture(), start=FIRST, end=LAST) if f.kind == "attacks_aside"]
    assert any("at least 18 (attack)" in text for text in texts)


def _figure() -> Quantity:
    return Quantity.from_json({"low": 18, "unit": "attack", "bound": "at_least"})


def test_what_was_withdrawn_is_nowhere(home, tmp_path):
    claims = [said(july(3)), said(july(4))]
    case = case_with(tmp_path, claims)
    no = Judgement(about=(claims[0].id,), verdict=Verdict.WITHDRAWN, by="tests", dated=RELEASED, reason="entered twice")
    case.book.write([{"type": "judgement", "id": no.id, "body": no.to_json()}], verb="tests", source={}, now=NOW)

    assert counted(case) == {("observatory", None): (1, 1)}
    assert aside(case) == {}


def test_only_what_was_known_counts(home, tmp_path):
    case = case_with(tmp_path, [said(july(3), published=july(5)), said(july(4), published=july(20))])
    then = Attacks(case.picture(known_by="2016-07-10"))

    assert [t.low for t in then.tallies(start=FIRST, end=LAST)] == [1]


# ------------------------------------------------------------------------------------------------------------- days


def test_an_uncertain_day_is_surely_or_possibly_within(home, tmp_path):
    claims = [
        row(july(10), n=1),
        row(Period.between(july(10), july(12)), n=2),
        row(Period.between(date(2016, 6, 29), july(2)), n=3),
        row(Period.between(july(30), date(2016, 8, 3)), n=4),
        row(Period.between(date(2016, 5, 1), date(2016, 9, 30)), n=5),
        row(date(2016, 8, 1), n=6),
    ]
    case = case_with(tmp_path, claims)

    assert counted(case) == {("ucdp", None): (2, 5)}


def test_an_open_end_ends_with_the_report(home, tmp_path):
    going_on = Period.since(july(10))
    case = case_with(tmp_path, [said(going_on, published=july(12), key="attack.clash")])

    assert counted(case) == {("observatory", None): (1, 1)}
    assert counted(case, start=july(13)) == {}


def test_weeks_hold_what_is_dated_as_finely(home, tmp_path):
    claims = [
        row(july(4), n=1),  # a Monday
        row(Period.between(july(9), july(12)), n=2),  # over the end of that week
        row(Period.between(july(4), july(11)), n=3, date_precision="ucdp.date_prec 3"),  # eight days
        row(july(13), n=4, date_precision="ucdp.date_prec 1; ucdp.event_clarity 2"),
    ]
    case = case_with(tmp_path, claims)

    assert counted(case, by="week") == {("ucdp", "2016-07-04"): (1, 2), ("ucdp", "2016-07-11"): (0, 1)}
    assert aside(case, by="week") == {("ucdp", "coarse", None): 2}
    assert counted(case, by="day") == {("ucdp", "2016-07-04"): (1, 1)}
    assert aside(case, by="day") == {("ucdp", "coarse", None): 3}
    # a month is long enough for a summary
    assert counted(case, by="month") == {("ucdp", "2016-07-01"): (4, 4)}


def test_a_summary_is_in_no_count_of_few_days(home, tmp_path):
    summary = row(july(13), date_precision="ucdp.date_prec 1; ucdp.event_clarity 2")
    case = case_with(tmp_path, [summary, row(july(14), n=2)])

    assert counted(case, start=july(11), end=july(17)) == {("ucdp", None): (1, 1)}
    assert aside(case, start=july(11), end=july(17)) == {("ucdp", "summary", None): 1}
    assert counted(case) == {("ucdp", None): (2, 2)}
    assert aside(case) == {}


def test_weeks_without_a_row_are_nought_for_a_feed_that_covers_them(home, tmp_path):
    case = case_with(tmp_path, [row(july(4), n=1), row(july(19), n=2), said(july(4)), said(july(19))])
    rows = [f for f in attacks(case.picture(), start=FIRST, end=LAST, by="week") if f.kind == "attacks_by"]

    assert [(f.subject, f.low, f.status) for f in rows] == [
        ("observatory", 1, "counted"),
        ("ucdp", 1, "counted"),
        ("ucdp", None, "undecided"),  # nobody says there was none
        ("observatory", 1, "counted"),
        ("ucdp", 1, "counted"),
    ]


# ------------------------------------------------------------------------------------------------------------ places


def test_places_are_told_on_areas_of_publication(home, tmp_path):
    claims = [row(july(n), n=n, place=place) for n, place in enumerate(PLACES, start=1)]
    case = case_with(tmp_path, claims)

    assert counted(case, by="place") == {
        ("ucdp", None): (1, 1),
        ("ucdp", "land"): (1, 1),
        ("ucdp", "province"): (1, 1),
        ("ucdp", "county"): (2, 2),  # with the hamlet
        ("ucdp", "city"): (4, 4),  # with both parts and the neighbourhood
    }


def test_within_a_place_its_parts_are_told_and_what_is_placed_wider_stands_apart(home, tmp_path):
    claims = [row(july(n), n=n, place=place) for n, place in enumerate(PLACES, start=1)]
    case = case_with(tmp_path, claims)

    assert counted(case, by="place", place="city") == {
        ("ucdp", "city"): (1, 1),
        ("ucdp", "east"): (2, 2),
        ("ucdp", "west"): (1, 1),
    }
    assert aside(case, place="city") == {("ucdp", "somewhere", "land"): 1, ("ucdp", "somewhere", "province"): 1}


@pytest.mark.parametrize(
    ("where", "area", "spot"),
    [
        (None, None, "hanano"),
        (1.0, None, "hanano"),
        (3.0, None, "east"),
        (8.0, None, "city"),
        (25.0, None, "province"),
        (None, "province", "province"),
        (None, "Province", "province"),
        (None, "province governorate", "province"),
        (None, "a district that the register does not have", "province"),
    ],
)
def test_a_point_says_no_more_than_its_radius_and_its_area(home, tmp_path, where, area, spot):
    point = Where(lat=36.23, lon=37.2, radius_km=where, area=area)
    case = case_with(tmp_path, [row(july(4), place="hanano", where=point)])
    inside = counted(case, place="hanano")
    apart = aside(case, place="hanano")

    assert inside == ({("ucdp", None): (1, 1)} if spot == "hanano" else {})
    assert apart == ({} if spot == "hanano" else {("ucdp", "somewhere", spot): 1})


def test_a_place_that_is_none_is_refused(home, tmp_path):
    case = case_with(tmp_path, [row(july(4))])

    with pytest.raises(WrongUse):
        attacks(case.picture(), start=FIRST, end=LAST, place="atlantis")
    with pytest.raises(WrongUse):
        attacks(case.picture(), start=LAST, end=FIRST)
    with pytest.raises(WrongUse):
        as_by("severity")


# -------------------------------------------------------------------------------------------------------------- harm


def test_civilians_come_first_and_what_is_not_said_is_open(home, tmp_path):
    claims = [
        row(july(4), n=1, harm_low=2, harm_best=3, harm_high=5, harm_civilians=1),
        row(july(5), n=2, harm_best=4),
        row(july(6), n=3),
        row(Period.between(july(30), date(2016, 8, 2)), n=4, harm_low=7, harm_best=8, harm_high=9, harm_civilians=8),
    ]
    case = case_with(tmp_path, claims)
    (tally,) = Attacks(case.picture()).tallies(start=FIRST, end=LAST)
    total = attacks(case.picture(), start=FIRST, end=LAST)[0]

    assert (tally.low, tally.high) == (3, 4)
    assert (tally.deaths_low, tally.deaths_best, tally.deaths_high, tally.deaths_unsaid) == (6, 7, 18, 1)
    assert (tally.civilians_low, tally.civilians_high, tally.civilians_unsaid) == (1, 9, 2)
    said_best = "6 to 18 or more people in all (best 7 or more in the 3 surely within these days)"
    assert f"1 to 9 or more civilians killed, {said_best}, in 3 to 4 attacks" in total.text
    assert dict(total.extra)["killed"] == {"low": 6, "best": 7, "high": None, "events_without": 1}


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"harm_low": 9, "harm_best": 9, "harm_high": 4}, (4, 9, 9, 0)),  # out of order, as real rows are
        ({"harm_low": 3}, (3, None, 0, 1)),
        ({"harm_high": 5}, (0, None, 5, 0)),
        ({}, (0, None, 0, 1)),
    ],
)
def test_figures_are_a_range(home, tmp_path, figures, expected):
    case = case_with(tmp_path, [row(july(4), **figures)])
    (tally,) = Attacks(case.picture()).tallies(start=FIRST, end=LAST)

    assert (tally.deaths_low, tally.deaths_best, tally.deaths_high, tally.deaths_unsaid) == expected


def test_who_takes_part_beside_the_acting_party_has_no_row(home, tmp_path):
    # of UCDP, members of both sides stand there
    case = case_with(tmp_path, [row(july(4), n=1, **{"with": "guests,council"}), row(july(5), n=2)])

    assert counted(case, by="party") == {("ucdp", "army"): (2, 2)}


def test_rows_stand_by_name_and_never_by_how_many(home, tmp_path):
    weapons = ["barrel"] * 5 + ["cluster"] * 9 + ["mortar"] + [""] * 7
    claims = [row(july(n + 1), n=n, **({"weapon": key} if key else {})) for n, key in enumerate(weapons)]
    case = case_with(tmp_path, claims)
    rows = [f for f in attacks(case.picture(), start=FIRST, end=LAST, by="weapon") if f.kind == "attacks_by"]

    assert [f.low for f in rows] == [5, 9, 1, 7]
    assert rows[0].text.startswith("With a barrel bomb, by Uppsala programme")


# ---------------------------------------------------------------------------------------------------- feeds, trends


def test_a_feed_says_what_it_covers_and_cannot_say(home, tmp_path):
    claims = [row(july(4), n=1, weapon="barrel"), row(july(9), n=2, place=None, by="unknown"), said(july(4))]
    case = case_with(tmp_path, claims)
    (found,) = [f for f in attacks(case.picture(), start=FIRST, end=LAST) if f.kind == "attacks_coverage"]

    assert found.subject == "ucdp"
    assert "no field for the weapon" in found.text
    assert "from 4 July 2016 to 9 July 2016" in found.text
    for words in ("place of the register 50 %", "party that acted 50 %", "weapon 50 %"):
        assert words in found.text


def test_a_trend_is_told_of_feeds_within_their_days(home, tmp_path):
    days = [date(2016, 6, 1) + timedelta(days=n) for n in range(61)]
    claims = [row(day, n=n) for n, day in enumerate([*days, *days[30:]])]
    case = case_with(tmp_path, [*claims, *(said(day) for day in days)])
    found = [f for f in attacks(case.picture(), start=FIRST, end=july(30)) if f.kind == "attacks_trend"]

    # 60 in July, 30 in the thirty days before
    assert [(f.subject, f.status, f.value) for f in found] == [("ucdp", "more", 2.0)]
    assert found[0].label == "inference"
    expected_ratio: Any = ratio(60, 30)
    assert found[0].low == pytest.approx(expected_ratio.low)
    outside = [f for f in attacks(case.picture(), start=FIRST, end=LAST) if f.kind == "attacks_trend"]
    assert [(f.status, f.reason) for f in outside] == [("undecided", Reason.OUTSIDE_COVERAGE)]


def test_a_rate_counts_the_days_that_the_feed_covers(home, tmp_path):
    case = case_with(tmp_path, [row(july(n), n=n) for n in range(1, 11)])
    total = attacks(case.picture(), start=FIRST, end=LAST)[0]

    assert dict(total.extra)["days"] == 10
    assert dict(total.extra)["per_week"] == [7.0, 7.0]
    assert total.text.endswith("; 7 a week.")


@pytest.mark.parametrize("now", [0, 1, 2, 7, 60, 4000])
@pytest.mark.parametrize("before", [0, 1, 3, 30, 4100])
def test_the_interval_of_a_ratio_is_the_exact_conditional_one(now, before):
    found: Any = ratio(now, before)
    if now + before == 0:
        assert found is None
        return
    assert found is not None
    low = beta.ppf(0.025, now, before + 1) if now else 0
    assert found.low == pytest.approx(low / (1 - low), rel=1e-9)
    if not before:
        assert (found.value, found.high) == (None, None)
        return
    high = beta.ppf(0.975, now + 1, before)
    assert found.high == pytest.approx(high / (1 - high), rel=1e-9)
    assert found.value == pytest.approx(now / before)
    # turned around, the ends change places
    if now:
        turned: Any = ratio(before, now)
        assert turned.low * found.high == pytest.approx(1, rel=1e-9)


# --------------------------------------------------------------------------------------------- another way of counting


@pytest.fixture(scope="module")
def world(tmp_path_factory, request):
    """Twenty thousand made-up claims in a case, and the same as a frame."""
    claims = many(20_000, seed=7)
    case = case_with(tmp_path_factory.mktemp("many"), claims)
    return case, frame(claims)


REACH = {"hanano": 1, "east": 4, "west": 4, "city": 8, "county": 25, "hamlet": 3, "province": 1e9, "land": 1e9}
PARENT = {"hanano": "east", "east": "city", "west": "city", "city": "province", "county": "province", "hamlet": "county", "province": "land", "land": None}  # fmt: skip
PUBLIC = {"hanano": "city", "east": "city", "west": "city", "city": "city", "hamlet": "county"}


def spot_of(claim):
    spot: Any = claim.place
    while spot is not None and claim.where is not None and REACH[spot] < claim.where.radius_km and PARENT[spot]:
        spot = PARENT[spot]
    return spot


def published_on(spot):
    return PUBLIC.get(spot, spot)


def frame(claims) -> pd.DataFrame:
    rows = []
    for claim in claims:
        if not (claim.predicate == "attack" or claim.predicate.startswith("attack.")):
            continue
        feed = claim.slot("source_code") is not None
        first, after = claim.happened.maybe
        event = claim.id if feed else (claim.predicate, claim.subject, claim.place, first, after, claim.slot("weapon"))
        rows.append(
            {
                "source": claim.chain[-1].who,
                "event": event,
                "first": pd.Timestamp(first),
                "last": pd.Timestamp(after) - pd.Timedelta(days=1),
                "summary": "event_clarity 2" in (claim.date_precision or ""),
                "place": published_on(spot_of(claim)),
                "party": claim.subject,
                "type": claim.predicate,
                "weapon": claim.slot("weapon") or "unknown",
                "low": claim.slot("harm_low"),
                "high": claim.slot("harm_high"),
            }
        )
    table = pd.DataFrame(rows)
    shape = dict.fromkeys(("first", "last", "summary", "place", "party", "type", "weapon"), "first")
    return table.groupby(["source", "event"], as_index=False, sort=False).agg(shape | {"low": "min", "high": "max"})


def expected(table: pd.DataFrame, *, start: date, end: date, by: str | None):
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    if (end - start).days + 1 < 28:
        table = table[~table.summary]
    table = table[(table["first"] <= last) & (table["last"] >= first)]
    table = table.assign(surely=(table["first"] >= first) & (table["last"] <= last))
    table = table.assign(value=table[by].where(table[by].notna(), None) if by else None)
    found = {}
    groups: Any = table.groupby(["source", "value"], dropna=False)
    for (source, value), group in groups:
        inside = group[group.surely]
        key = (source, None if pd.isna(value) else value)
        found[key] = (len(inside), len(group), inside.low.sum(), group.high.sum(), int(group.high.isna().sum()))
    return found


@pytest.mark.parametrize("by", [None, "place", "party", "type", "weapon"])
@pytest.mark.parametrize(("start", "end"), [(FIRST, LAST), (date(2016, 1, 1), date(2017, 1, 1)), (july(5), july(11))])
def test_another_way_of_counting_gives_the_same(world, by, start, end):
    case, table = world
    tallies = Attacks(case.picture()).tallies(start=start, end=end, by=by)
    found = {(t.source, t.value): (t.low, t.high, t.deaths_low, t.deaths_high, t.deaths_unsaid) for t in tallies}

    assert found == expected(table, start=start, end=end, by=by)


@pytest.mark.parametrize(("by", "length"), [("day", 1), ("week", 7)])
def test_another_way_of_counting_days_and_weeks_gives_the_same(world, by, length):
    case, table = world
    tallies = Attacks(case.picture()).tallies(start=FIRST, end=LAST, by=by)
    fine = table[((table["last"] - table["first"]).dt.days < length) & ~table.summary]
    found = {}
    at = FIRST - timedelta(days=FIRST.weekday()) if by == "week" else FIRST
    while at <= LAST:
        start, end = max(at, FIRST), min(at + timedelta(days=length - 1), LAST)
        for (source, _), counts in expected(fine, start=start, end=end, by=None).items():
            found[source, at.isoformat()] = counts
        at += timedelta(days=length)

    assert {
        (t.source, t.value): (t.low, t.high, t.deaths_low, t.deaths_high, t.deaths_unsaid) for t in tallies
    } == found


def test_what_surely_lies_in_weeks_never_adds_up_to_more_than_the_whole(world):
    case, _ = world
    told = Attacks(case.picture())
    for whole in told.tallies(start=FIRST, end=LAST):
        weeks = [t for t in told.tallies(start=FIRST, end=LAST, by="week") if t.source == whole.source]
        assert sum(t.low for t in weeks) <= whole.low
        parts = [t for t in told.tallies(start=FIRST, end=LAST, by="type") if t.source == whole.source]
        assert (sum(t.low for t in parts), sum(t.high for t in parts)) == (whole.low, whole.high)


def test_the_order_of_intake_changes_nothing(home, tmp_path):
    claims = many(300, seed=3)
    one, other = case_with(tmp_path / "one", claims), case_with(tmp_path / "other", reversed(claims))
    asked: Any = {"start": FIRST, "end": LAST, "by": "week"}

    assert attacks(one.picture(), **asked) == attacks(other.picture(), **asked)


def test_hidden_claims_count_for_nothing(home, tmp_path):
    claims = [row(july(n), n=n) for n in range(1, 6)]
    case = case_with(tmp_path, claims)
    told = Attacks(case.picture(), hidden=frozenset(claim.id for claim in claims[:2]))

    assert [t.low for t in told.tallies(start=FIRST, end=LAST)] == [3]
    assert all(replace(t).ids == tuple(sorted(c.id for c in claims[2:])) for t in told.tallies(start=FIRST, end=LAST))


# ----------------------------------------------------------------------------------------------------- the bundled case


def test_the_bundled_case(demo):
    found = attacks(demo.picture(), start=date(2016, 7, 1), end=date(2016, 12, 31), by="weapon")
    lister = [f for f in found if f.kind == "attacks_by" and f.subject == "lister"]
    figures = [f for f in found if f.kind == "attacks_aside" and f.subject == "hrw"]

    # barrels, sea mines, cluster munitions and guns are four statements of one author on eleven days
    assert {dict(f.message.values)["row"] for f in lister if f.message.id == "attacks.weapon"} == {
        "a barrel bomb",
        "a cluster munition",
        "a field gun or howitzer",
        "a naval mine dropped from the air on a town",
    }
    assert any("at least 18 (attack)" in f.text for f in figures)
    assert not [f for f in found if f.kind in ("attacks_trend", "attacks_coverage")]
