"""The picture's SQL against the same rules in plain Python, one claim at a time, on small made-up ledgers."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from castello.cases import Branch
from castello.claims import Judgement, Kind, Link, Modality, Period, Quantity, Role, Verdict, Verification
from castello.engines import Engine
from castello.ledger import Book
from castello.ledger.tables import claims_table
from castello.picture import Picture
from castello.picture.origins import clusters
from tests.picture.small import claim, registers

FIRST, RECORDED = date(2016, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
NEVER, FOREVER = date.min, date.max
AS_OF = FIRST + timedelta(days=100)
MAX_AGE = 90
STATES = {
    "access": [("castello", word, "opposition") for word in ("open", "closed")],
    "control": [(party, word, "east") for party in ("nusra", "army") for word in ("holds", "lost")],
    "presence": [("nusra", word, "east") for word in ("dominant", "small")],
}
SOURCES = ("sohr", "afp", "analyst", "un-envoy", "unknown")


class Made(Book):
    """A ledger that exists in memory only."""

    def __init__(self, folder, claims, judgements):
        super().__init__(folder, device="d-made")
        self._claims, self._judgements = claims, judgements

    def engine(self):
        engine = Engine()
        engine.table("ledger", claims_table(self._claims, recorded=RECORDED))
        return engine

    def judgements(self):
        return tuple((item, RECORDED) for item in self._judgements)


def day(number):
    return FIRST + timedelta(days=number)


@st.composite
def claims(draw):
    kind = draw(st.sampled_from(["access", "control", "presence", "people", "people"]))
    # near each other, so that claims meet; some a hundred days before the day asked about, some after it
    onset = draw(st.sampled_from([0, 1, 2, 3, 5, 50, 97, 98, 99, 100, 101]))
    length = draw(st.integers(1, 60))
    happened = draw(
        st.sampled_from(
            [
                Period.since(day(onset)),
                Period.since(day(onset), day(onset + length)),
                Period.days(day(onset), day(onset + length)),
                Period.between(day(onset), day(onset + length)),
                Period(maybe=(None, day(onset + length))),
            ]
        )
    )
    spoken = onset + draw(st.integers(0, 5))
    slots = {
        "happened": happened,
        "chain": (Link(who=draw(st.sampled_from(SOURCES)), role=Role.SPEAKER),),
        "document": f"report-{draw(st.integers(1, 3))}",
        "published": day(spoken + draw(st.sampled_from([0, 1, 30]))),
        "said": draw(st.sampled_from([None, (day(spoken), day(spoken + 1)), (None, day(spoken + 1))])),
        "modality": draw(
            st.sampled_from([Modality.ASSERTED] * 4 + [Modality.NEGATED, Modality.LIKELY, Modality.POSSIBLE])
        ),
    }
    if kind == "people":
        low = draw(st.sampled_from([None, 100, 200, 300]))
        high = draw(st.sampled_from([None, 300, 400])) if low is not None else 300
        value = draw(st.sampled_from([None, low, high]))
        slots["verification"] = draw(st.sampled_from([Verification.VERIFIED] * 4 + [Verification.DERIVED]))
        return claim(
            "people", "east", "lives", quantity=Quantity(unit="person", low=low, high=high, value=value), **slots
        )
    subject, predicate, object_ = draw(st.sampled_from(STATES[kind]))
    return claim(kind, subject, predicate, object_, **slots)


@st.composite
def ledgers(draw):
    found = list({item.id: item for item in draw(st.lists(claims(), max_size=14))}.values())
    judgements, verdicts = [], [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.RETRACTED, Verdict.WITHDRAWN]
    for number, item in enumerate(found):
        if draw(st.integers(0, 5)) == 0:
            verdict = draw(st.sampled_from(verdicts))
            judgements.append(judgement((item.id,), verdict, dated=day(2 * number)))
    for number in range(draw(st.integers(0, 2))):
        pair = draw(st.lists(st.sampled_from(SOURCES[:4]), min_size=2, max_size=2, unique=True))
        verdict = draw(st.sampled_from([Verdict.SAME, Verdict.UNSURE, Verdict.DIFFERENT]))
        judgements.append(judgement(tuple(f"origin:{name}" for name in pair), verdict, dated=day(3 * number)))
    return found, judgements


def judgement(about, verdict, *, dated):
    return Judgement(about=about, verdict=verdict, by="a", dated=dated, reason="made up")


# ----------------------------------------------------------------------------------------------------- the plain rules


class Word:
    """One claim with the days and origins that the rules speak of."""

    def __init__(self, item, verdict, origins):
        begins, ends = item.happened.maybe
        sure_begins, sure_ends = item.happened.sure or (None, None)
        self.claim, self.id, self.question, self.answer = item, item.id, item.question, item.answer
        self.refused = verdict in ("rejected", "retracted")
        self.strict, self.loose = origins.get(
            item.origin, ("unknown" if item.origin.startswith("unknown@") else item.origin, item.origin)
        )
        self.start = begins or NEVER
        self.onset = sure_begins or begins or NEVER
        self.last = ends - timedelta(days=1) if ends else None
        self.latest_onset = sure_begins or self.last or begins or NEVER
        self.said = item.said[0] if item.said else None
        self.reach = max(self.latest_onset, min(self.said or self.latest_onset, self.last or FOREVER))
        self.in_force = self.onset <= AS_OF and (ends is None or ends > AS_OF)
        self.surely = sure_begins is not None and sure_begins <= AS_OF and (sure_ends is None or sure_ends > AS_OF)
        self.line = (item.question, self.loose if item.kind is Kind.PRESENCE else "")
        self.counts = not self.refused and item.modality in ("asserted", "likely", "negated")
        self.news = None


def plain_topics(found, judgements, *, known_by, dropped=()):
    known = sorted((item for item in judgements if item.dated <= known_by), key=lambda item: (item.dated, item.id))
    verdicts = {}
    for item in known:
        if len(item.about) == 1:
            verdicts[item.about[0]] = item.verdict.value
    origins = clusters(known)
    words = [
        Word(item, verdicts.get(item.id), origins)
        for item in found
        if item.published <= known_by and verdicts.get(item.id) != "withdrawn"
        if not any(link.who in dropped for link in item.chain)
    ]
    topics = {}
    for question in {word.question for word in words}:
        mine = [word for word in words if word.question == question]
        answer = (amounts if mine[0].claim.kind is Kind.PEOPLE else states)(mine)
        if answer is not None:
            topics[question] = answer
    return topics


def stands(word, words):
    """Whether no news of another answer, or denial of this, came after the word's reach; for a denial, no news of what it denies."""
    line = [other for other in words if other.line == word.line and other.counts]
    if any(other.surely for other in line):
        line = [other for other in line if other.surely]
    if word not in line:
        return False
    affirming = [other for other in line if not other.claim.denies]
    if word.claim.denies:
        news = [other.start for other in affirming if other.answer == word.answer]
    else:
        news = [other.start for other in affirming if other.answer != word.answer]
        news += [other.start for other in line if other.claim.denies and other.answer == word.answer]
        word.news = max(news, default=None)
    return not news or max(news) < word.reach or max(news) <= word.latest_onset


def states(words):
    words = [word for word in words if word.in_force]
    standing = [word for word in words if stands(word, words)]
    affirms = [word for word in standing if not word.claim.denies]
    denials = [word for word in standing if word.claim.denies]
    against = [word for word in words if word.refused or (word in standing and word.claim.denies)]
    if not standing and not against:
        return None
    answers = sorted({word.answer for word in affirms})
    since = [word.onset for word in affirms if word.news is None or word.onset >= word.news]
    newest = max((word.reach for word in standing), default=None)
    return {
        "status": "undecided" if len(answers) != 1 or any(word.answer in answers for word in denials) else "assessed",
        "answer": max((word.onset, word.answer) for word in affirms)[1] if affirms else None,
        "alternatives": tuple(answers),
        "low": None,
        "high": None,
        "value": None,
        "open": (False, False),
        "since": min(since or [word.onset for word in affirms], default=None),
        "newest": newest,
        "stale": newest is not None and newest < AS_OF - timedelta(days=MAX_AGE),
        "origins": (len({word.strict for word in standing}), len({word.loose for word in standing})),
        "claims": tuple(sorted(word.id for word in affirms)),
        "against": tuple(sorted(word.id for word in against)),
    }


def amounts(words):
    words = [
        word
        for word in words
        if word.claim.modality in ("asserted", "likely")
        if word.claim.verification != "derived" and not word.refused and word.start <= AS_OF
    ]
    latest = []
    for word in words:
        reach = min(AS_OF, word.last or word.said or word.claim.published)
        order = (word.onset, word.said or NEVER, word.claim.published)
        rivals = [(w.onset, w.said or NEVER, w.claim.published) for w in words if w.loose == word.loose]
        if order == max(rivals):
            latest.append((word, reach))
    fresh = [(word, reach) for word, reach in latest if reach >= AS_OF - timedelta(days=MAX_AGE)]
    counted = fresh or latest
    if not counted:
        return None
    figures = [word.claim.quantity for word, _ in counted]
    lows = [figure.low for figure in figures if figure.low is not None]
    highs = [figure.high for figure in figures if figure.high is not None]
    values = {figure.value for figure in figures}
    return {
        "status": "contested" if lows and highs and max(lows) > min(highs) else "assessed",
        "answer": None,
        "alternatives": (),
        "low": min(lows, default=None),
        "high": max(highs, default=None),
        "value": values.pop() if len(values) == 1 else None,
        "open": (len(lows) < len(figures), len(highs) < len(figures)),
        "since": min(word.onset for word, _ in counted),
        "newest": max(reach for _, reach in counted),
        "stale": not fresh,
        "origins": (len({word.strict for word, _ in counted}), len({word.loose for word, _ in counted})),
        "claims": tuple(sorted(word.id for word, _ in counted)),
        "against": (),
    }


def told(topic):
    return {
        name: getattr(topic, name)
        for name in ("status", "answer", "alternatives", "low", "high", "value", "since", "newest", "stale")
    } | {
        "open": (topic.open_low, topic.open_high),
        "origins": (topic.n_strict, topic.n_loose),
        "claims": topic.claims,
        "against": topic.against,
    }


def people(low, *, who, onset, published, last=None):
    happened = Period.days(day(onset), day(last)) if last else Period.since(day(onset))
    quantity = Quantity(unit="person", value=low)
    return claim("people", "east", "lives", who=who, happened=happened, published=day(published), quantity=quantity)


# an origin's older word that reaches further than its latest must not hide the question when the latest is old
SUPERSEDED = [people(100, who="sohr", onset=1, published=1, last=99), people(200, who="sohr", onset=2, published=2)]


@settings(max_examples=40, deadline=None)
@given(ledger=ledgers(), known_by=st.sampled_from([day(4), day(99), day(400)]), dropped=st.sampled_from([(), ("afp",)]))
@example(ledger=(SUPERSEDED, []), known_by=day(400), dropped=())
def test_picture_is_what_the_rules_say_claim_by_claim(tmp_path_factory, ledger, known_by, dropped):
    found, judgements = ledger
    folder = tmp_path_factory.getbasetemp() / "made"
    picture = Picture(
        book=Made(folder, found, judgements),
        registers=registers(folder),
        as_of=AS_OF,
        known_by=known_by,
        branch=Branch(name="dropped", about="", without_sources=dropped),
    )
    topics = picture.topics()
    assert [topic.question for topic in topics] == sorted(topic.question for topic in topics)
    wanted = plain_topics(found, judgements, known_by=known_by, dropped=dropped)
    assert {topic.question: told(topic) for topic in topics} == wanted
