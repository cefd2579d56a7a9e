"""The two clocks, and what else must hold of any ledger whatever: invariants E-1, E-2, E-4 to E-6, E-9 of the method note."""

import itertools
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from castello.claims import Judgement, Link, Modality, Period, Quantity, Role, Verdict
from castello.ledger import Book
from castello.picture import Picture
from tests.picture import small

FIRST = date(2016, 7, 1)
DAYS = 12
AS_OF = (date(2016, 7, 5), date(2016, 7, 12))
SOURCES = ("sohr", "afp", "analyst", "army-staff", "unknown")
few = settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Each example writes a ledger of its own to disk; the last test takes many, for ``./dev endure``."""

days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def claims(draw, *, sources=SOURCES):
    """A claim on a road, a place, a party's presence, or people, published after it began."""
    published = draw(days)
    began = published - timedelta(days=draw(st.integers(0, 6)))
    happened = draw(
        st.sampled_from(
            (
                Period.day(began),
                Period.since(began),
                Period.days(began, published),
                Period.between(began, published),
                Period.since(began, published),
            )
        )
    )
    said = began + timedelta(days=draw(st.integers(0, (published - began).days)))
    options = {
        "happened": happened,
        "published": published,
        "who": draw(st.sampled_from(sources)),
        "said": draw(st.sampled_from((None, (said, said + timedelta(days=1))))),
        "modality": draw(
            st.sampled_from((Modality.ASSERTED,) * 4 + (Modality.NEGATED, Modality.LIKELY, Modality.POSSIBLE))
        ),
        "document": f"doc-{draw(st.integers(1, 4))}",
    }
    kind = draw(st.sampled_from(("access", "control", "presence", "people")))
    if kind == "access":
        return small.claim(
            "access", "castello", draw(st.sampled_from(("open", "fire_controlled", "closed"))), "opposition", **options
        )
    if kind == "control":
        party = draw(st.sampled_from(("government", "opposition")))
        return small.claim("control", party, draw(st.sampled_from(("holds", "lost"))), "north", **options)
    if kind == "presence":
        return small.claim(
            "presence", "nusra", draw(st.sampled_from(("small", "significant", "denied"))), "east", **options
        )
    people = Quantity(value=draw(st.sampled_from((200_000, 300_000, 326_340))), unit="person")
    return small.claim("people", "east", "trapped", quantity=people, **options)


def single(claim, verdict, day):
    return Judgement(about=(claim.id,), verdict=verdict, by="reviewer", dated=day, reason="because")


def pair(first, second, verdict, day):
    return Judgement(
        about=(f"origin:{first}", f"origin:{second}"), verdict=verdict, by="reviewer", dated=day, reason="because"
    )


@st.composite
def judgements(draw, made, *, withdrawals=True):
    """Judgements about these claims, about pairs of origins, and about one another; no two on one thing on one day."""
    found: list[Judgement] = []
    taken = set()
    singles = [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.RETRACTED, *([Verdict.WITHDRAWN] if withdrawals else [])]
    origins = sorted({claim.origin for claim in made})
    for _ in range(draw(st.integers(0, 5))):
        day = draw(days)
        what = draw(st.sampled_from(("claim", "pair", "judgement")))
        if what == "pair" and len(origins) > 1:
            first, second = draw(st.sampled_from(list(itertools.combinations(origins, 2))))
            one = pair(first, second, draw(st.sampled_from((Verdict.SAME, Verdict.UNSURE, Verdict.DIFFERENT))), day)
        elif what == "judgement" and found and withdrawals:
            one = single(draw(st.sampled_from(found)), Verdict.RETRACTED, day)
        elif made:
            one = single(draw(st.sampled_from(made)), draw(st.sampled_from(singles)), day)
        else:
            continue
        if (one.about, one.dated) not in taken:
            taken.add((one.about, one.dated))
            found.append(one)
    return found


@st.composite
def ledgers(draw, *, size=8, withdrawals=True):
    made = draw(st.lists(claims(), min_size=1, max_size=size, unique_by=lambda claim: claim.id))
    return made, draw(judgements(made, withdrawals=withdrawals))


class Ledger:
    """A book in a folder of its own, and the pictures of it."""

    def __init__(self, folder, *, clock="published"):
        registers = small.registers(folder)
        self.registers = replace(registers, settings=replace(registers.settings, known_by_clock=clock))
        self.book = Book(folder, device="d-one")

    def add(self, things, *, now=small.NOW):
        kinds = {"Claim": "claim", "Judgement": "judgement"}
        rows = [{"type": kinds[type(thing).__name__], "id": thing.id, "body": thing.to_json()} for thing in things]
        if rows:
            self.book.write(rows, verb="test", source={}, now=now)

    def picture(self, *, as_of=AS_OF[-1], known_by=None):
        return Picture(book=self.book, registers=self.registers, as_of=as_of, known_by=known_by)

    def answers(self, *, known_by=None):
        return [self.picture(as_of=day, known_by=known_by).to_json() for day in AS_OF]


@contextmanager
def ledger(*things, clock="published"):
    with tempfile.TemporaryDirectory(prefix="castello-") as folder:
        made = Ledger(Path(folder), clock=clock)
        made.add(things)
        yield made


def day_of(thing):
    return thing.dated if isinstance(thing, Judgement) else thing.published


# ------------------------------------------------------------------------------------------------------------ clocks


@few
@given(ledgers(), st.data())
def test_under_the_recorded_clock_no_later_append_changes_an_earlier_picture(made, data):
    things = data.draw(st.permutations([*made[0], *made[1]]))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(things) - 1)), max_size=2)))
    batches = [things[start:end] for start, end in itertools.pairwise([0, *cuts, len(things)])]
    seen: dict[date, list[str]] = {}
    with ledger(clock="recorded") as book:
        for n, batch in enumerate(batches):
            noon = datetime(2016, 8, 1, 12, tzinfo=UTC) + timedelta(days=n)
            # at the third batch the clock of the machine has gone backwards: it is recorded on the day of the second
            book.add(batch, now=noon if n < 2 else noon - timedelta(days=300))
            recorded = min(noon.date(), date(2016, 8, 2))
            seen = {day: answers for day, answers in seen.items() if day < recorded}
            assert {day: book.answers(known_by=day) for day in seen} == seen
            seen[recorded] = book.answers(known_by=recorded)


@few
@given(ledgers(), days)
def test_under_the_published_clock_only_what_was_published_by_the_day_can_change_it(made, known_by):
    things = [*made[0], *made[1]]
    early = [thing for thing in things if day_of(thing) <= known_by]
    late = [thing for thing in things if day_of(thing) > known_by]
    with ledger(*early) as book:
        before = book.answers(known_by=known_by)
        book.add(late)

        assert book.answers(known_by=known_by) == before


@few
@given(ledgers(withdrawals=False))
def test_a_claim_that_was_visible_stays_visible(made):
    with ledger(*made[0], *made[1]) as book:
        seen = [book.picture(known_by=FIRST + timedelta(days=n)).visible_ids() for n in range(0, DAYS, 3)]
        seen.append(book.picture().visible_ids())

        assert all(earlier <= later for earlier, later in itertools.pairwise(seen))
        assert seen[-1] == {claim.id for claim in made[0]}


@few
@given(ledgers(), st.data())
def test_the_order_of_intake_changes_no_answer(made, data):
    things = [*made[0], *made[1]]
    shuffled = data.draw(st.permutations(things))
    cut = data.draw(st.integers(0, len(things)))
    with ledger(*things) as one, ledger() as other:
        other.add(shuffled[:cut], now=small.NOW)
        other.add(shuffled[cut:], now=small.NOW + timedelta(days=1))

        assert one.answers() == other.answers()
        assert one.answers(known_by=AS_OF[0]) == other.answers(known_by=AS_OF[0])


@pytest.mark.parametrize("zone", ["Asia/Damascus", "Pacific/Auckland", "America/Los_Angeles"])
def test_the_recorded_day_ends_in_the_time_zone_of_the_case(tmp_path, zone):
    made = Ledger(tmp_path, clock="recorded")
    made.registers = replace(made.registers, settings=replace(made.registers.settings, time_zone=zone))
    midnight = datetime(2016, 8, 2, tzinfo=made.registers.settings.zone)
    first, second = (small.road("castello", "closed", FIRST, who=who) for who in ("sohr", "afp"))
    made.add([first], now=midnight - timedelta(seconds=1))
    made.add([second], now=midnight)

    assert made.picture(known_by=date(2016, 8, 1)).visible_ids() == {first.id}
    assert made.picture(known_by=date(2016, 8, 2)).visible_ids() == {first.id, second.id}
    assert made.picture(known_by=date(2016, 7, 31)).visible_ids() == set()


def test_under_the_published_clock_the_day_of_entry_does_not_matter(tmp_path):
    made = Ledger(tmp_path)
    claim = small.road("castello", "closed", date(2016, 7, 17), published=date(2016, 7, 18))
    made.add([claim], now=small.NOW)

    assert made.picture(as_of=date(2016, 7, 17), known_by=date(2016, 7, 17)).topics() == ()
    assert made.picture(as_of=date(2016, 7, 17), known_by=date(2016, 7, 18)).topics() != ()


# ------------------------------------------------------------------------------------------------------------ origins


def copies(claim, count, *, later):
    """The same statement in other documents, by the same first speaker, relayed by others, later where that is known."""
    relays = [Link(who=f"paper-{n}", role=Role.PUBLISHER) for n in range(count)]
    delay = timedelta(days=later if claim.said is not None else 0)
    return [
        replace(claim, id="", document=f"copy-{n}", chain=(*claim.chain, relay), published=claim.published + delay)
        for n, relay in enumerate(relays)
    ]


def kept(picture):
    return {
        topic.question: (
            topic.status,
            topic.reason,
            topic.answer,
            topic.alternatives,
            topic.low,
            topic.high,
            topic.since,
            topic.n_strict,
            topic.n_loose,
        )
        for topic in picture.topics()
    }


@few
@given(ledgers(), st.data(), st.sampled_from((0, 3)))
def test_ten_copies_of_a_document_change_no_status_and_no_count_of_origins(made, data, later):
    repeated = data.draw(claims(sources=SOURCES[:-1]))
    with ledger(*made[0], *made[1], repeated) as book:
        before = [kept(book.picture(as_of=day)) for day in AS_OF]
        judged = {about for judgement in made[1] for about in judgement.about}
        if repeated.id in judged:
            return  # what was said of one copy was not said of the others
        book.add(copies(repeated, 10, later=later))

        assert [kept(book.picture(as_of=day)) for day in AS_OF] == before


@few
@given(ledgers(size=10))
def test_strict_origins_are_no_more_than_loose_ones_no_more_than_claims(made):
    with ledger(*made[0], *made[1]) as book:
        for day in AS_OF:
            for topic in book.picture(as_of=day).topics():
                assert topic.n_strict <= topic.n_loose <= topic.n_claims


def test_a_doubtful_pair_does_not_keep_apart_what_is_one(tmp_path):
    made = Ledger(tmp_path)
    happened = date(2016, 7, 5)
    made.add(small.road("castello", "closed", happened, who=who) for who in ("afp", "analyst", "sohr"))
    made.add(
        [
            pair("afp", "analyst", Verdict.UNSURE, happened),
            pair("analyst", "sohr", Verdict.SAME, happened),
            pair("afp", "sohr", Verdict.DIFFERENT, happened),
        ]
    )

    [topic] = made.picture().topics()
    assert (topic.n_strict, topic.n_loose, topic.n_claims) == (2, 2, 3)


@few
@given(ledgers(), st.data())
def test_taking_back_that_two_origins_are_one_restores_what_was_before(made, data):
    origins = sorted({claim.origin for claim in made[0]} | {"sohr", "afp"})
    first, second = data.draw(st.sampled_from(list(itertools.combinations(origins, 2))))
    verdict = data.draw(st.sampled_from((Verdict.SAME, Verdict.UNSURE, Verdict.DIFFERENT)))
    joined = pair(first, second, verdict, FIRST + timedelta(days=DAYS))
    back = single(joined, Verdict.WITHDRAWN, joined.dated + timedelta(days=1))
    again = single(back, Verdict.WITHDRAWN, joined.dated + timedelta(days=2))
    with ledger(*made[0], *made[1]) as book:
        before = book.answers()
        book.add([joined])
        with_it = book.answers()
        book.add([back])
        assert book.answers() == before
        assert book.answers(known_by=joined.dated) == with_it
        book.add([again])
        assert book.answers() == with_it


@pytest.mark.endure
@pytest.mark.parametrize(
    "check",
    [
        test_under_the_recorded_clock_no_later_append_changes_an_earlier_picture,
        test_under_the_published_clock_only_what_was_published_by_the_day_can_change_it,
        test_a_claim_that_was_visible_stays_visible,
        test_the_order_of_intake_changes_no_answer,
        test_ten_copies_of_a_document_change_no_status_and_no_count_of_origins,
        test_strict_origins_are_no_more_than_loose_ones_no_more_than_claims,
        test_taking_back_that_two_origins_are_one_restores_what_was_before,
    ],
    ids=lambda check: check.__name__.removeprefix("test_"),
)
def test_each_of_these_many_times(check):
    settings(max_examples=150, deadline=None)(check)()
