"""Live or historical: 365 days, what is not known is protected, and only two persons together may say otherwise."""

from datetime import UTC, date, datetime, timedelta

import pytest

from castello.claims import Modality, Period, Quantity
from castello.desk.case import Case
from castello.errors import TwoPersons, WrongUse
from castello.ledger import Book
from castello.ledger.identities import IdentityStore
from castello.ledger.mode import mode_of
from tests.cases_for_tests import built_case, write_case
from tests.picture import small

RECORDED = datetime(2016, 9, 1, tzinfo=UTC)
JULY_17 = date(2016, 7, 17)
BY = ("First Person", "Second Person")


def book_of(folder, *claims, device="d-one"):
    book = Book(folder, device=device)
    book.write(
        [{"type": "claim", "id": claim.id, "body": claim.to_json()} for claim in claims],
        verb="build",
        source={},
        now=RECORDED,
    )
    return book


def on(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def road(happened, **slots):
    return small.road("castello", "closed", happened, **slots)


@pytest.mark.parametrize(("days", "live"), [(0, True), (364, True), (365, False), (366, False), (4000, False)])
def test_a_case_is_live_for_365_days(tmp_path, days, live):
    book = book_of(tmp_path, road(Period.day(JULY_17)))
    if days == 0:
        book = Book(tmp_path / "young", device="d-one")
        claim = road(Period.day(RECORDED.date()))
        book.write([{"type": "claim", "id": claim.id, "body": claim.to_json()}], verb="build", source={}, now=RECORDED)
        days_from = RECORDED.date()
    else:
        days_from = JULY_17

    assert mode_of(book, now=on(days_from + timedelta(days=days))).live is live


def test_a_case_without_a_claim_is_live(tmp_path):
    mode = mode_of(Book(tmp_path, device="d-one"), now=on(date(2030, 1, 1)))

    assert (mode.name, mode.newest) == ("live", None)


def test_a_clock_behind_the_newest_entry_is_live(tmp_path):
    book = book_of(tmp_path, road(Period.day(date(2010, 1, 1))))

    assert mode_of(book, now=RECORDED - timedelta(seconds=1)).live
    assert not mode_of(book, now=RECORDED).live


@pytest.mark.parametrize(
    ("claim", "newest"),
    [
        (road(Period.since(JULY_17)), JULY_17),  # an open end counts to the day on which it was published or said
        (road(Period.since(JULY_17), published=date(2016, 8, 1)), date(2016, 8, 1)),
        (
            road(Period.since(JULY_17), published=date(2016, 8, 1), said=(date(2016, 7, 19), date(2016, 7, 20))),
            date(2016, 7, 19),
        ),
        (road(Period.days(JULY_17, date(2016, 7, 30)), published=date(2016, 8, 1)), date(2016, 7, 30)),
        (road(Period.between(JULY_17, date(2016, 7, 31)), published=date(2016, 8, 1)), date(2016, 7, 31)),
        (
            small.claim(
                "forecast", "analyst", "expects", "fall", happened=Period.day(date(2017, 6, 1)), published=JULY_17
            ),
            JULY_17,
        ),
        (
            small.claim(
                "position", "army-staff", "demands", happened=Period.since(date(2016, 8, 10)), published=JULY_17
            ),
            date(2016, 8, 10),
        ),
    ],
)
def test_what_the_newest_day_is(tmp_path, claim, newest):
    assert book_of(tmp_path, claim).newest_day() == newest


def test_retracted_claims_count(tmp_path):
    old, new = road(Period.day(date(2014, 1, 1))), road(Period.day(JULY_17), who="afp")
    book = book_of(tmp_path, old, new)
    retraction = {"about": [new.id], "verdict": "retracted", "by": "a", "dated": "2016-07-18", "reason": "wrong"}
    book.write([{"type": "judgement", "id": "j1-x", "body": retraction}], verb="retract", source={}, now=RECORDED)

    assert book.newest_day() == JULY_17


def test_a_protected_claim_that_was_deleted_counts_by_the_day_it_was_recorded(home, tmp_path):
    case = built_case(write_case(tmp_path / "tiny"), now=RECORDED + timedelta(days=10))
    assert case.book.newest_day() == date(2016, 9, 30)
    [protected] = [id_ for id_ in case.book.claims() if id_.startswith("p1-")]
    recorded = case.book.recorded([protected])[protected].date()
    assert case.book.vault is not None
    case.book.vault.destroy(protected, by="tests", now=RECORDED, reason="asked for")

    assert recorded == date(2016, 9, 11)
    assert Book(case.folder, device="d-x", vault=case.book.vault).newest_day(
        until=RECORDED + timedelta(days=11)
    ) == date(2016, 9, 30)
    assert Book(case.folder, device="d-x").newest_day(until=RECORDED) is None  # nothing was recorded yet


def test_without_the_vault_a_sealed_claim_recorded_lately_keeps_a_case_live(home, tmp_path):
    case = built_case(write_case(tmp_path / "tiny"), now=datetime(2026, 1, 1, tzinfo=UTC))

    assert not mode_of(case.book, now=datetime(2026, 2, 1, tzinfo=UTC)).live
    assert mode_of(Book(case.folder, device="d-x"), now=datetime(2026, 2, 1, tzinfo=UTC)).live


# --------------------------------------------------------------------------------------------------- two persons

NOW = datetime(2016, 10, 10, 9, 0, 30, 500_000, tzinfo=UTC)


@pytest.fixture
def live(home, tmp_path):
    """The tiny case, as it was in October 2016."""
    case = built_case(write_case(tmp_path / "tiny"), now=NOW - timedelta(days=1))
    assert case.mode(now=NOW).live
    return case


def overridden(case, shares, *, by=BY, now=NOW, reason="the offensive is over and the report is due"):
    case.override_mode(reason=reason, by=by, shares=shares, now=now)
    return case.mode(now=now + timedelta(hours=1))


def add_claim(case, day, *, now):
    claim = small.road("north-road", "open", Period.day(day), who="wire", published=day)
    row = {"type": "claim", "id": claim.id, "body": claim.to_json()}
    case.book.write([row], verb="say", source={}, now=now)


def test_two_persons_make_a_live_case_historical_and_the_reason_is_printed(live):
    mode = overridden(live, live.create_identities(now=NOW))

    assert mode.name == "historical"
    assert "the offensive is over" in mode.why
    assert "First Person" in mode.why
    assert "Second Person" in mode.why


def test_it_lapses_when_a_later_event_is_recorded_and_can_be_signed_again(live):
    shares = live.create_identities(now=NOW)
    assert not overridden(live, shares).live
    add_claim(live, date(2016, 8, 1), now=NOW + timedelta(hours=2))  # earlier than the newest: nothing new happened
    assert not live.mode(now=NOW + timedelta(hours=3)).live
    add_claim(live, date(2016, 10, 9), now=NOW + timedelta(hours=4))

    assert live.mode(now=NOW + timedelta(hours=5)).live
    assert not overridden(live, shares, now=NOW + timedelta(hours=6)).live


def test_an_override_that_lapsed_is_not_revived_by_saying_that_it_knew_better(live):
    assert not overridden(live, live.create_identities(now=NOW)).live
    add_claim(live, date(2016, 10, 9), now=NOW + timedelta(hours=2))
    body = live.book.rows("override")[0]["body"] | {"newest": "2016-12-31"}
    live.book.write(
        [{"type": "override", "id": "o1-again", "body": body}], verb="override", source={}, now=NOW + timedelta(hours=3)
    )

    assert live.mode(now=NOW + timedelta(hours=4)).live


def test_it_stands_when_the_tables_are_made_again(live):
    assert not overridden(live, live.create_identities(now=NOW)).live
    live.book.remake()

    assert not Case(live.folder).mode(now=NOW + timedelta(hours=2)).live


@pytest.mark.parametrize("by", [("First Person", "First  person"), ("First Person", ""), ("", "")])
def test_one_person_cannot(live, by):
    shares = live.create_identities(now=NOW)

    with pytest.raises(TwoPersons):
        overridden(live, shares, by=by)
    assert live.mode(now=NOW + timedelta(hours=1)).live


def test_one_share_given_twice_is_not_two(live):
    first, _ = live.create_identities(now=NOW)

    with pytest.raises(TwoPersons):
        overridden(live, (first, first))
    assert live.book.rows("override") == []


def forged(live, store, shares, *, case_id, now):
    signed = store.sign_override(case_id, "I say so", by=BY, shares=shares, now=now)
    body = {"signed": signed, "case": case_id, "newest": "2016-12-31"}
    live.book.write([{"type": "override", "id": "o1-forged", "body": body}], verb="override", source={}, now=now)


def test_a_store_that_somebody_put_in_the_place_of_the_first_proves_nothing(live):
    live.create_identities(now=NOW)
    place = live.folder / "vault" / "identities"
    place.rename(place.with_name("away"))
    store, shares = IdentityStore.create(place)  # one person, who has both shares of it
    row = {"type": "identities", "id": "i1-forged", "body": {"fingerprint": store.fingerprint, "case": "tiny"}}
    live.book.write([row], verb="identities", source={}, now=NOW + timedelta(minutes=1))
    forged(live, store, shares, case_id="tiny", now=NOW + timedelta(minutes=2))

    assert live.mode(now=NOW + timedelta(hours=1)).live


def test_a_store_that_the_journal_does_not_know_proves_nothing(live):
    store, shares = IdentityStore.create(live.folder / "vault" / "identities")
    forged(live, store, shares, case_id="tiny", now=NOW)

    assert live.mode(now=NOW + timedelta(hours=1)).live


def test_an_override_of_another_case_does_not_count(live):
    shares = live.create_identities(now=NOW)
    store = IdentityStore.open(live.folder / "vault" / "identities")
    forged(live, store, shares, case_id="elsewhere", now=NOW)

    assert live.mode(now=NOW + timedelta(hours=1)).live


def test_a_changed_override_does_not_count(live):
    shares = live.create_identities(now=NOW)
    live.override_mode(reason="the report is due", by=BY, shares=shares, now=NOW)
    body = live.book.rows("override")[0]["body"]
    live.book.remake()
    changed = body | {"signed": body["signed"] | {"reason": "another reason"}}
    other = built_case(write_case(live.folder.parent / "other"), now=NOW)
    store = live.folder / "vault" / "identities"
    store.rename(other.folder / "vault" / "identities")
    row = {"type": "identities", "id": "i1-x", "body": live.book.rows("identities")[0]["body"]}
    other.book.write([row], verb="identities", source={}, now=NOW)
    other.book.write([{"type": "override", "id": "o1-x", "body": changed}], verb="override", source={}, now=NOW)
    assert other.mode(now=NOW + timedelta(hours=1)).live

    other.book.write([{"type": "override", "id": "o1-y", "body": body}], verb="override", source={}, now=NOW)
    assert not other.mode(now=NOW + timedelta(hours=1)).live  # the same row unchanged counts: it was the change


def test_a_case_has_one_identity_store(live):
    live.create_identities(now=NOW)

    with pytest.raises(WrongUse, match="already"):
        live.create_identities(now=NOW)
    assert len(live.book.rows("identities")) == 1


def test_a_case_without_claims_cannot_be_overridden(home, tmp_path):
    empty = {"claims/01-open.yml": "coder: tests\nclaims: []\n", "claims/90-resident.protected.yml": "claims: []\n"}
    case = Case(write_case(tmp_path / "tiny", files=empty))
    case.build(now=NOW)
    shares = case.create_identities(now=NOW)

    with pytest.raises(WrongUse, match="no claim"):
        overridden(case, shares)
    assert case.mode(now=NOW).live


def test_modality_and_figures_do_not_matter(tmp_path):
    claim = small.claim(
        "people",
        "east",
        "lives",
        happened=Period.day(JULY_17),
        modality=Modality.POSSIBLE,
        quantity=Quantity(value=1, unit="person"),
    )

    assert book_of(tmp_path, claim).newest_day() == JULY_17
