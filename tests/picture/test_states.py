"""Small stories, worked by hand: what was said on which day, and what the picture says then."""

from datetime import date

import pytest

from castello.claims import Bound, Judgement, Modality, Period, Quantity, Reason, Verdict
from tests.picture import small


def july(number):
    return date(2016, 7, number)


def said(first):
    return (first, date.fromordinal(first.toordinal() + 1))


def road(state, first, *, last=None, on=None, **slots):
    """A claim on the road: since a day, or over days; said on a day."""
    happened = Period.since(july(first)) if last is None else Period.days(july(first), july(last))
    when = july(on or last or first)
    return small.road("castello", state, happened, published=when, said=said(when), **slots)


def people(value, first, *, bound=Bound.EXACT, unit="person", **slots):
    quantity = Quantity(value=value, unit=unit, bound=bound)
    return small.claim(
        "people", "east", "trapped", happened=Period.day(first), quantity=quantity, said=said(first), **slots
    )


def topic(folder, *claims, day, judgements=(), **options):
    [found] = small.picture(folder, claims, as_of=day, judgements=judgements, **options).topics()
    return found


def judged(claim, verdict, *, dated=None):
    return Judgement(about=(claim.id,), verdict=verdict, by="a", dated=dated or july(20), reason="because")


# ------------------------------------------------------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("day", "answer", "since"),
    [(6, "open", 1), (7, "fire_controlled", 7), (16, "fire_controlled", 7), (17, "closed", 17), (30, "closed", 17)],
)
def test_later_news_supersedes(tmp_path, day, answer, since):
    # open since the 1st (said on the 1st), under fire since the 7th (said on the 7th), closed since the 17th
    claims = [road("open", 1), road("fire_controlled", 7, who="afp"), road("closed", 17, who="analyst")]
    found = topic(tmp_path, *claims, day=july(day))

    assert (found.status, found.answer, found.since) == ("assessed", answer, july(since))
    assert (found.alternatives, found.n_claims) == ((answer,), 1)


@pytest.mark.parametrize(("day", "status"), [(16, "assessed"), (17, "undecided"), (18, "undecided")])
def test_a_statement_made_later_about_an_earlier_day_contradicts(tmp_path, day, status):
    # closed since the 17th, said on the 17th; on the 20th another says: open on every day from the 10th to the 20th
    claims = [road("closed", 17), road("open", 10, last=20, who="afp")]
    found = topic(tmp_path, *claims, day=july(day))

    assert found.status == status
    if status == "undecided":
        assert (found.reason, found.alternatives) == (Reason.CONTRADICTION, ("closed", "open"))
        assert (found.n_claims, found.n_strict, set(found.claims)) == (2, 2, {claim.id for claim in claims})


def test_a_denial_leaves_the_answer_undecided_and_stands_against_it(tmp_path):
    closed = road("closed", 17)
    denial = road("closed", 17, last=18, who="army-staff", modality=Modality.NEGATED)
    found = topic(tmp_path, closed, denial, day=july(18))

    assert (found.status, found.reason, found.answer) == ("undecided", Reason.CONTRADICTION, "closed")
    assert (found.claims, found.against) == ((closed.id,), (denial.id,))


def test_a_denial_alone_decides_nothing(tmp_path):
    found = topic(tmp_path, road("closed", 17, modality=Modality.NEGATED), day=july(17))

    assert (found.status, found.reason, found.answer, found.claims) == ("undecided", Reason.NO_CLAIM, None, ())


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.RETRACTED])
def test_an_adjudication_settles_from_its_day_on_and_shows_what_it_refused(tmp_path, verdict):
    closed, opened = road("closed", 17), road("open", 17, last=18, who="afp")
    refusal = judged(opened, verdict, dated=july(20))
    before = topic(tmp_path / "before", closed, opened, day=july(18), judgements=[refusal], known_by=july(19))
    after = topic(tmp_path / "after", closed, opened, day=july(18), judgements=[refusal], known_by=july(20))

    assert before.status == "undecided"
    assert (after.status, after.answer, after.claims, after.against) == (
        "assessed",
        "closed",
        (closed.id,),
        (opened.id,),
    )


def test_a_later_judgement_about_the_same_claim_replaces_the_earlier(tmp_path):
    closed, opened = road("closed", 17), road("open", 17, last=18, who="afp")
    judgements = [judged(opened, Verdict.REJECTED), judged(opened, Verdict.ACCEPTED, dated=july(21))]

    assert topic(tmp_path, closed, opened, day=july(18), judgements=judgements).status == "undecided"


def test_a_withdrawn_claim_is_not_there_whatever_else_was_judged_of_it(tmp_path):
    closed, opened = road("closed", 17), road("open", 17, last=18, who="afp")
    judgements = [judged(opened, Verdict.WITHDRAWN, dated=july(18)), judged(opened, Verdict.ACCEPTED, dated=july(25))]
    found = topic(tmp_path, closed, opened, day=july(18), judgements=judgements)

    assert (found.status, found.answer, found.against) == ("assessed", "closed", ())


@pytest.mark.parametrize("modality", [Modality.POSSIBLE, Modality.UNLIKELY])
def test_what_is_only_possible_does_not_count(tmp_path, modality):
    picture = small.picture(tmp_path, [road("closed", 17, modality=modality)], as_of=july(17))

    assert [found for found in picture.topics() if found.status == "assessed"] == []


def test_the_loss_of_a_place_denies_its_holding(tmp_path):
    held = small.claim("control", "opposition", "holds", "north", happened=july(1), said=said(july(1)))
    lost = small.claim("control", "opposition", "lost", "north", happened=july(17), said=said(july(17)), who="afp")

    assert topic(tmp_path / "before", held, lost, day=july(16)).answer == "holds:opposition"
    assert topic(tmp_path / "after", held, lost, day=july(18)).status == "undecided"


def test_each_source_has_its_own_last_word_on_presence(tmp_path):
    def presence(word, day, who):
        return small.claim(
            "presence", "nusra", word, "east", happened=Period.since(july(day)), said=said(july(day)), who=who
        )

    # sohr: small, later significant; afp: denied, and nothing since
    claims = [presence("small", 1, "sohr"), presence("significant", 10, "sohr"), presence("negligible", 5, "afp")]
    found = topic(tmp_path, *claims, day=july(17))

    assert (found.status, found.alternatives) == ("undecided", ("negligible", "significant"))
    assert (found.n_claims, found.n_loose) == (2, 2)


# ------------------------------------------------------------------------------------------------------------ amounts


def test_of_each_origin_the_latest_figure_counts(tmp_path):
    # un-envoy: 250,000, later 275,000; sohr: 300,000 once
    claims = [
        people(250_000, july(1), who="un-envoy"),
        people(275_000, july(10), who="un-envoy"),
        people(300_000, july(5), who="sohr"),
    ]
    found = topic(tmp_path, *claims, day=july(17))

    assert (found.low, found.high, found.value) == (275_000, 300_000, None)
    assert (found.n_claims, found.n_strict, found.n_loose) == (2, 2, 2)
    assert found.claims == tuple(sorted(claim.id for claim in claims[1:]))
    assert found.newest == july(10)


def test_figures_that_cannot_all_be_true_are_contested(tmp_path):
    found = topic(tmp_path, people(250_000, july(1), who="un-envoy"), people(300_000, july(2)), day=july(17))

    assert (found.status, found.low, found.high) == ("contested", 250_000, 300_000)


def test_figures_that_can_all_be_true_are_not_contested_and_open_ends_stay_open(tmp_path):
    # at least 250,000 and at most 300,000: both can hold; 275,000 lies between
    claims = [
        people(250_000, july(1), who="un-envoy", bound=Bound.AT_LEAST),
        people(275_000, july(2), who="analyst"),
        people(300_000, july(3), who="sohr", bound=Bound.AT_MOST),
    ]
    found = topic(tmp_path, *claims, day=july(17))

    assert (found.status, found.low, found.high) == ("assessed", 250_000, 300_000)
    assert (found.open_low, found.open_high) == (True, True)


def test_one_figure_is_a_value_and_two_that_agree_are_too(tmp_path):
    found = topic(tmp_path, people(300_000, july(1)), people(300_000, july(2), who="afp"), day=july(17))

    assert (found.status, found.value, found.n_loose) == ("assessed", 300_000, 2)


def test_people_and_families_are_two_questions(tmp_path):
    claims = [people(300_000, july(1)), people(64_000, july(1), unit="family")]
    picture = small.picture(tmp_path, claims, as_of=july(17))

    assert sorted((found.unit, found.value) for found in picture.topics()) == [("family", 64_000), ("person", 300_000)]


@pytest.mark.parametrize(("day", "stale"), [(date(2016, 9, 29), False), (date(2016, 9, 30), True)])
def test_an_old_figure_is_flagged(tmp_path, day, stale):
    # 90 days from 1 July are 29 September
    found = topic(tmp_path, people(300_000, july(1)), day=day)

    assert (found.stale, found.value) == (stale, 300_000)


def test_a_stale_figure_counts_only_where_there_is_no_other(tmp_path):
    old, new = people(200_000, date(2016, 6, 1), who="afp"), people(300_000, date(2016, 9, 20))
    found = topic(tmp_path, old, new, day=date(2016, 9, 29))

    assert (found.claims, found.value, found.stale) == ((new.id,), 300_000, False)


def test_a_refused_figure_does_not_count(tmp_path):
    good, bad = people(300_000, july(2)), people(900_000, july(1), who="afp")

    assert topic(tmp_path, good, bad, day=july(17), judgements=[judged(bad, Verdict.REJECTED)]).claims == (good.id,)


def test_what_happens_later_is_not_seen(tmp_path):
    assert small.picture(tmp_path, [people(300_000, july(18)), road("closed", 18)], as_of=july(17)).topics() == ()
