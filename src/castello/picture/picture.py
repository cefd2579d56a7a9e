"""The picture: a pure function of the ledger, the day asked about, the day it was known by, and a branch."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from castello.cases import Branch, Registers
from castello.claims import (
    Assessment,
    Claim,
    Document,
    Judgement,
    Kind,
    Reason,
    Relation,
    Sensitivity,
    Verdict,
    most_sensitive,
)
from castello.engines import Engine, Steps
from castello.ledger import Book, end_of_day
from castello.ledger.batches import gone_steps
from castello.ledger.tables import SCHEMA, claims_table
from castello.names.judged import standing
from castello.picture._steps import TOPICS, VISIBLE
from castello.picture.origins import clusters

FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """
    What the picture says to one question, with the claims for and against.

    ``status`` is ``assessed`` (one answer stands, or all figures can be true together), ``contested`` (figures that cannot all be
    true) or ``undecided`` (answers contradict, or none stands); then ``reason`` says why. ``low`` and ``high`` span what the
    origins say, never an average; ``open_high`` means "or more". ``since`` is the first day of the answer; ``newest`` the last day that
    any of the claims speaks for; ``stale`` that this was longer ago than the case's ``max_age_days``.
    """

    question: str
    kind: Kind
    subject: str
    object: str | None
    place: str | None
    unit: str | None
    status: Literal["assessed", "contested", "undecided"]
    reason: Reason | None
    answer: str | None
    alternatives: tuple[str, ...]
    low: float | None
    high: float | None
    value: float | None
    open_low: bool
    open_high: bool
    since: date | None
    newest: date | None
    stale: bool
    n_claims: int
    n_strict: int
    n_loose: int
    claims: tuple[str, ...]
    against: tuple[str, ...]


class Picture:
    """
    The ledger as of a day, as known by a day, on a branch.

    Two calls with the same ledger and arguments give the same picture. Contradictions are kept side by side; the assessed
    value is an interval with the claims for and against; *undecided* is a full result.

    Parameters
    ----------
    book, registers
        The ledger and the names of the case.
    as_of
        The day asked about, to its end in the case's time zone.
    known_by
        What was known by the end of this day; None = everything. The clock is a setting of the case: ``published`` compares
        with the day of publication, ``recorded`` with the time of entry.
    branch
        Hypothetical claims laid over the ledger, and claims and sources left out.
    live
        Whether the case is live: then what was said of contested roads grows old (``road_max_age_days``).
    without_origins, without_claims
        Left out as well: to see what an answer owes to them.
    """

    def __init__(
        self,
        *,
        book: Book,
        registers: Registers,
        as_of: date,
        known_by: date | None = None,
        branch: Branch | None = None,
        live: bool = False,
        without_origins: Iterable[str] = (),
        without_claims: Iterable[str] = (),
    ) -> None:
        self.book, self.registers, self.branch, self.live = book, registers, branch, live
        self.as_of, self.known_by = as_of, known_by
        self.clock = registers.settings.known_by_clock
        self._without_origins = tuple(sorted(without_origins))
        self._without_claims = tuple(sorted(without_claims))
        self._read: dict[str, Claim] = {}
        self.only_source: str | None = None
        # what rooms above work out once for this picture
        self.kept: dict[Hashable, Any] = {}

    # ------------------------------------------------------------------------------------------------ what is visible

    def _is_visible(self, *, dated: date, recorded: datetime) -> bool:
        if self.known_by is None:
            return True
        if self.clock == "recorded":
            return recorded < end_of_day(self.known_by, self.registers.settings.zone)
        return dated <= self.known_by

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """
        Judgements that could be known and stand, oldest first: by their date, then as recorded.

        One that was taken back, by a judgement about it, counts as never made: what stood before stands again.
        """
        seen = [
            (judgement.dated, recorded, judgement.id, judgement)
            for judgement, recorded in self.book.judgements()
            if self._is_visible(dated=judgement.dated, recorded=recorded)
        ]
        kept = {judgement.id for judgement in standing(item[3] for item in seen)}
        seen.sort(key=lambda item: item[1:3] if self.clock == "recorded" else item[:3])
        return tuple(item[3] for item in seen if item[2] in kept)

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """Relations between figures that could be known, in the order of their ids."""
        seen = (
            relation
            for relation, at in self.book.relations()
            if self._is_visible(dated=relation.dated, recorded=at) and not is_withdrawn(self, relation.id)
        )
        return tuple(sorted(seen, key=lambda relation: relation.id))

    @cached_property
    def assessments(self) -> tuple[Assessment, ...]:
        """Signed assessments that could be known, in the order of signing."""
        seen = (item for item, at in self.book.assessments() if self._is_visible(dated=item.signed, recorded=at))
        return tuple(sorted(seen, key=lambda item: (item.signed, item.id)))

    @cached_property
    def verdicts(self) -> dict[str, Judgement]:
        """
        The last judgement about each claim that was accepted, rejected, retracted or withdrawn.

        A withdrawal that stands is above the others: it says that the claim was entered by mistake, they whether it is true.
        """
        singles = [judgement for judgement in self.judgements if len(judgement.about) == 1]
        singles.sort(key=lambda judgement: judgement.verdict is Verdict.WITHDRAWN)
        return {judgement.about[0]: judgement for judgement in singles}

    @cached_property
    def _engine(self) -> Engine:
        engine = self.book.engine_with_opened()
        settings = self.registers.settings
        hypothetical = self.branch.claims if self.branch else ()
        engine.table(
            "hypothetical", claims_table(hypothetical, recorded=_long_ago()) if hypothetical else SCHEMA.empty_table()
        )
        verdicts = [
            {"id": id_, "verdict": item.verdict.value, "judgement": item.id} for id_, item in self.verdicts.items()
        ]
        engine.table("verdicts", pa.Table.from_pylist(verdicts, schema=_schema("id", "verdict", "judgement")))
        joined = [{"origin": name, "strict": s, "loose": o} for name, (s, o) in clusters(self.judgements).items()]
        engine.table("origins", pa.Table.from_pylist(joined, schema=_schema("origin", "strict", "loose")))
        known_by = self.known_by or FAR
        without_claims = [*self._without_claims, *(self.branch.without_claims if self.branch else ())]
        without_sources = [*self._without_origins, *(self.branch.without_sources if self.branch else ())]
        self._parameters = {
            "as_of": self.as_of,
            "clock": self.clock,
            "known_by": known_by,
            "known_until": end_of_day(known_by, settings.zone) if known_by < FAR else datetime(9999, 1, 1, tzinfo=UTC),
            "without_claims": without_claims,
            "without_sources": without_sources,
            # known before the query is planned: a column that nobody asks for is not read
            "all_claims": not without_claims,
            "all_sources": not without_sources,
            "max_age_days": settings.max_age_days,
        }
        engine.keep("gone", gone_steps(), self._parameters)
        self._parameters["all_stand"] = not engine.run(
            Steps("any_gone").add("any_gone", "select id from gone limit 1")
        ).num_rows
        return engine

    def _run(self, steps: Steps, **parameters: object) -> pa.Table:
        engine = self._engine
        # what is visible is part of every question, not kept: the engine then reads only the columns that the question needs
        return engine.run(Steps(steps.name, VISIBLE.steps + steps.steps, steps.kept), self._parameters | parameters)

    # ------------------------------------------------------------------------------------------------------- answers

    @cached_property
    def _topics(self) -> pa.Table:
        return self._run(TOPICS)

    def topics(self, *kinds: Kind | str, leaving_out: Sequence[str] = ()) -> tuple[Topic, ...]:
        """
        What the picture says to every question of the given kinds (all if none is named), in the order of the questions.

        That a claim of one day says nothing of a road on the days after, and outdates older word, is no rule of topics: it is one of
        :class:`castello.picture.roads.RoadStates`, on which all of ``siege`` rests.

        Parameters
        ----------
        *kinds
            Only these; all if none is named.
        leaving_out
            Questions that are left out.
        """
        found, wanted = self._topics, sorted({Kind(kind).value for kind in kinds})
        # a feed has questions by the ten thousand: what is not asked for is never made
        if wanted:
            found = found.filter(pc.is_in(found.column("kind"), value_set=pa.array(wanted, pa.string())))
        if leaving_out:
            without = pa.array(leaving_out, pa.string())
            found = found.filter(pc.invert(pc.is_in(found.column("question"), value_set=without)))
        columns = [_values(column) for column in found.columns]
        rows = (dict(zip(found.column_names, row, strict=True)) for row in zip(*columns, strict=True))
        return tuple(_topic(row) for row in rows)

    def topic(self, question: str) -> Topic | None:
        """What the picture says to one question; None if no claim speaks of it."""
        return next((topic for topic in self.topics() if topic.question == question), None)

    def table(self, kind: Kind | str | None = None) -> pa.Table:
        """
        The answers of one kind as an Arrow table: ``.to_pandas()``, or ``polars.from_arrow(...)``.

        One row for each question; figures in the unit of the row; missing figures are null, never zero.
        """
        if kind is None:
            return self._topics
        chosen = pa.compute.equal(self._topics.column("kind"), Kind(kind).value)
        return self._topics.filter(chosen)

    def claims(
        self, *, kinds: Sequence[Kind | str] = (), start: date | None = None, end: date | None = None
    ) -> tuple[Claim, ...]:
        """
        Claims that can be seen, by the day they speak of, then by id.

        Parameters
        ----------
        kinds
            Only these; all if none is named.
        start, end
            Only what may have happened on a day from ``start`` to ``end``, both included.
        """
        wanted = tuple(sorted({Kind(kind).value for kind in kinds}))
        for (read, first, last), every in self._asked.items():
            whole = first is None and last is None
            if whole and (not read or (wanted and set(wanted) <= set(read))):
                return tuple(
                    claim
                    for claim in every
                    if (not wanted or claim.kind.value in wanted) and _may_touch(claim, start=start, end=end)
                )
        key = (wanted, start, end)
        if key not in self._asked:
            self._asked[key] = self._select(wanted, start=start or date.min, end=end or FAR)
        return self._asked[key]

    @cached_property
    def _asked(self) -> dict[tuple[tuple[str, ...], date | None, date | None], tuple[Claim, ...]]:
        """Answers to earlier questions for claims: most analyses ask for the same ones."""
        return {}

    def _select(self, kinds: tuple[str, ...], *, start: date, end: date) -> tuple[Claim, ...]:
        ids = self.claim_ids(kinds=kinds, start=start, end=end)
        found = self.claims_by_id(ids)
        return tuple(found[id_] for id_ in ids)

    def claim_ids(
        self,
        *,
        kinds: Sequence[Kind | str] = (),
        about: Iterable[str] = (),
        source: str | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> tuple[str, ...]:
        """
        Ids of claims that can be seen, by the day they speak of, then by id; the claims themselves are not read.

        Parameters
        ----------
        kinds
            Only these; all if none is named.
        about
            Only claims with one of these as subject, object or place; all if none is named.
        source
            Only claims with this source in their chain.
        start, end
            Only what may have happened on a day from ``start`` to ``end``, both included.
        """
        steps = Steps("ids").add(
            "ids",
            """select id from visible
               where ($any_kind or list_contains($kinds, kind))
                 and ($any_about or list_contains($about, subject) or list_contains($about, object) or list_contains($about, place))
                 and ($source is null or list_contains(sources, $source))
                 and (maybe_end is null or maybe_end > $start) and (maybe_start is null or maybe_start <= $end)
               order by coalesce(sure_start, maybe_start) nulls first, id""",
        )
        wanted, topics = sorted({Kind(kind).value for kind in kinds}), sorted(set(about))
        values = {"kinds": wanted, "any_kind": not wanted, "about": topics, "any_about": not topics, "source": source}
        return tuple(self._run(steps, **values, start=start or date.min, end=end or FAR).column("id").to_pylist())

    def claims_by_id(self, ids: Iterable[str]) -> Mapping[str, Claim]:
        """Claims of the ledger and of the branch, by id."""
        wanted = set(ids)
        missing = wanted - self._read.keys()
        if missing:
            self._read |= {claim.id: claim for claim in (self.branch.claims if self.branch else ())}
            self._read |= self.book.claims(missing)
        return {id_: self._read[id_] for id_ in sorted(wanted) if id_ in self._read}

    @cached_property
    def _sensitive(self) -> Mapping[str, Sensitivity]:
        steps = Steps("sensitive").add("ids", "select id, sensitivity from visible where sensitivity <> 'low'")
        return {row["id"]: Sensitivity(row["sensitivity"]) for row in self._run(steps).to_pylist()}

    def sensitivity(self, ids: Iterable[str]) -> Sensitivity:
        """What is derived from claims is as sensitive as the most sensitive of them."""
        return most_sensitive(self._sensitive.get(id_, Sensitivity.LOW) for id_ in ids)

    def visible_ids(self) -> frozenset[str]:
        """Ids of all claims that can be seen."""
        return frozenset(self._run(Steps("ids").add("ids", "select id from visible")).column("id").to_pylist())

    def standing_ids(self, kind: Kind) -> tuple[str, ...]:
        """Ids of the claims of a kind that stand on the day, sorted."""
        return tuple(sorted({id_ for topic in self.topics(kind) for id_ in topic.claims}))

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """Documents of the case, by id."""
        return self.book.documents()

    def without(self, *, claims: Iterable[str] = (), origins: Iterable[str] = ()) -> Picture:
        """The same picture, had these claims or sources never spoken."""
        return Picture(
            book=self.book,
            registers=self.registers,
            as_of=self.as_of,
            known_by=self.known_by,
            branch=self.branch,
            live=self.live,
            without_claims=(*self._without_claims, *claims),
            without_origins=(*self._without_origins, *origins),
        )

    def seen_by(self, source: str) -> Picture:
        """The same picture with the claims on roads and control of one source only: what it says itself is known of them."""
        told = self.claims(kinds=[Kind.ACCESS, Kind.CONTROL])
        seen = self.without(claims=[claim.id for claim in told if claim.chain[0].who != source])
        seen.only_source = source
        return seen

    def moved(self, *, days: int) -> Picture:
        """The picture of another day, as known that many days earlier or later too."""
        return Picture(
            book=self.book,
            registers=self.registers,
            as_of=self.as_of + timedelta(days=days),
            known_by=None if self.known_by is None else self.known_by + timedelta(days=days),
            branch=self.branch,
            live=self.live,
            without_claims=self._without_claims,
            without_origins=self._without_origins,
        )

    def to_json(self) -> str:
        """The whole picture as one text, byte for byte the same for the same ledger and arguments."""
        return json.dumps(self._topics.to_pylist(), ensure_ascii=False, sort_keys=True, default=str)


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Plain values of a column. Lists are cut from one flat list, several times faster than one by one."""
    if not pa.types.is_list(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]  # pyarrow ships no types
    found: list[Any] = []
    for chunk in column.chunks:
        flat, ends = chunk.values.to_pylist(), chunk.offsets.to_pylist()
        cuts = zip(ends[:-1], ends[1:], chunk.is_valid().to_pylist(), strict=True)
        found += [flat[start:end] if there else None for start, end, there in cuts]
    return found


def _topic(values: dict[str, Any]) -> Topic:
    answers, denials, _ = values.pop("answers"), values.pop("denials"), values.pop("apart")
    reason = None
    if values["status"] == "undecided":
        reason = Reason.CONTRADICTION if answers > 1 or (answers and denials) else Reason.NO_CLAIM
    for name in ("alternatives", "claims", "against"):
        values[name] = tuple(values[name] or ())
    values["kind"] = Kind(values["kind"])
    return Topic(**values, reason=reason)


def _may_touch(claim: Claim, *, start: date | None, end: date | None) -> bool:
    first, after = claim.happened.maybe
    return (start is None or after is None or after > start) and (end is None or first is None or first <= end)


def _schema(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


def _long_ago() -> datetime:
    """Hypothetical claims count as known always: the branch asks 'what if it were so'."""
    return datetime(1, 1, 2, tzinfo=UTC)


def is_withdrawn(picture: Picture, claim: str) -> bool:
    """Whether a claim or relation was taken back by who entered it."""
    judgement = picture.verdicts.get(claim)
    return judgement is not None and judgement.verdict is Verdict.WITHDRAWN
