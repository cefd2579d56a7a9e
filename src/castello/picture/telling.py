"""From what the picture says to a finding: the sentence, on whose word, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from castello.claims import SLOTS, UNKNOWN, AlsoValue, Claim, Finding, Kind, Label, Reason, Verification
from castello.picture.picture import Picture, Topic
from castello.picture.sentences import message, render

Dating = Literal["", "_or_before", "_on", "_undated"]


def said_on(claim: Claim) -> date:
    """The last day on which it can have been said; the day of publication where that is not on record."""
    return claim.said[1] - timedelta(days=1) if claim.said and claim.said[1] else claim.published


class _Visible(Mapping[str, Claim]):
    """The claims of a picture that can be seen, by id; only those that are asked for are read."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    @cached_property
    def _ids(self) -> frozenset[str]:
        return self._picture.visible_ids()

    def __getitem__(self, id_: str) -> Claim:
        if id_ not in self._ids:
            raise KeyError(id_)
        return self._picture.claims_by_id([id_])[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._ids))

    def __len__(self) -> int:
        return len(self._ids)


class Teller:
    """
    Makes findings of one picture; reads the claims behind the topics that are asked for once.

    Parameters
    ----------
    picture
        What is told.
    method
        Name of the analysis, as it stands in each finding.
    """

    def __init__(self, picture: Picture, *, method: str) -> None:
        self.picture, self.method = picture, method

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """Every claim that can be seen, by id; those of a feed by the hundred thousand are read as far as they are asked for."""
        return _Visible(self.picture)

    def topics(self, *kinds: Kind) -> tuple[Topic, ...]:
        """What the picture says to the questions of some kinds, in the order of the questions."""
        found = tuple(topic for topic in self._topics if topic.kind in kinds)
        # one reading of the ledger instead of one for each claim
        self.picture.claims_by_id(id_ for topic in found for id_ in (*topic.claims, *topic.against))
        return found

    @cached_property
    def _topics(self) -> tuple[Topic, ...]:
        return self.picture.topics()

    def speakers(self, ids: Iterable[str]) -> str:
        """Ids of those who said it first-hand, sorted, parted by ``;`` as templates take them."""
        return ";".join(sorted({self.claims[id_].chain[0].who for id_ in ids if id_ in self.claims}))

    def statements(self, ids: Iterable[str]) -> list[dict[str, str]]:
        """Who says what: claim, origin, day and answer, by day and then by claim; never by what is said."""
        found = [self.claims[id_] for id_ in ids if id_ in self.claims]
        return [
            {
                "claim": claim.id,
                "origin": claim.origin,
                "said": said_on(claim).isoformat(),
                "answer": claim.answer or str(claim.predicate),
            }
            for claim in sorted(found, key=lambda claim: (said_on(claim), claim.id))
        ]

    def dating(self, topic: Topic) -> Dating:
        """How the first day of an answer is told, see :func:`dating`; what is counted has no beginning."""
        if SLOTS[topic.kind].shape != "state":
            return "_undated" if topic.since in (None, date.min) else ""
        return dating((self.claims[id_] for id_ in topic.claims if id_ in self.claims), since=topic.since)

    def unseen(self, ids: Iterable[str], *, newest: date | None = None, origins: int | None = None) -> tuple[str, ...]:
        """
        What could not be seen behind some claims; never empty.

        Parameters
        ----------
        ids
            Claims for and against.
        newest
            Last day that any of them speaks for.
        origins
            How many independent origins they have; None where it is not counted.
        """
        claims = [self.claims[id_] for id_ in sorted(set(ids)) if id_ in self.claims]
        found = []
        if newest is not None and newest < self.picture.as_of:
            found.append(f"nothing heard after {newest}")
            if (self.picture.as_of - newest).days > self.picture.registers.settings.max_age_days:
                found.append(f"older than {self.picture.registers.settings.max_age_days} days")
        if origins == 1:
            found.append("one origin only")
        if any(claim.chain[0].who == UNKNOWN for claim in claims):
            found.append("speaker not known")
        incomplete = sum(claim.verification is Verification.ADDRESS_INCOMPLETE for claim in claims)
        if incomplete:
            found.append(f"address incomplete for {incomplete} {'claim' if incomplete == 1 else 'claims'}")
        if any(claim.verification is Verification.UNVERIFIED for claim in claims):
            found.append("assumption of the coder")
        if any(claim.happened.basis != "stated" for claim in claims):
            found.append("days inferred from the text")
        return tuple(found) or ("what sources outside this case say",)

    def finding(
        self,
        kind: str,
        sentence: str,
        *,
        subject: str,
        key: str,
        values: Mapping[str, AlsoValue | date | None],
        claims: tuple[str, ...],
        against: tuple[str, ...] = (),
        unknown: tuple[str, ...],
        label: Label = "fact",
        status: str | None = None,
        reason: Reason | None = None,
        method: str | None = None,
        extra: Mapping[str, object] | None = None,
        **slots: Any,
    ) -> Finding:
        """
        A finding with its sentence; ``key`` is what is asked, so that its id stays the same from day to day.

        Parameters
        ----------
        kind
            What is told, as in :class:`castello.claims.Finding`.
        sentence
            Id of the message.
        subject
            As in the finding.
        key
            What is asked, usually the question of a topic.
        values
            Values of the message.
        claims, against, unknown, label, status, reason
            As in the finding.
        method
            Where it is not the analysis itself.
        extra
            Additional keys of the finding.
        **slots
            Further slots of the finding: place, value, low, high, unit, since, reading, definition.
        """
        told = message(sentence, key=key, **values)
        return Finding(
            kind=kind,
            subject=subject,
            message=told,
            text=render(told, self.picture.registers),
            method=method or self.method,
            claims=claims,
            against=against,
            unknown=unknown,
            label=label,
            status=status,
            reason=reason,
            sensitivity=self.picture.sensitivity((*claims, *against)),
            extra=tuple((extra or {}).items()),
            **slots,
        )

    def of_topic(
        self,
        topic: Topic,
        sentence: str,
        *,
        values: Mapping[str, AlsoValue | date | None],
        subject: str | None = None,
        extra: Mapping[str, object] | None = None,
        **slots: Any,
    ) -> Finding:
        """
        A finding on one question of the picture, with the status, the claims and the figures of the topic.

        Parameters
        ----------
        topic, sentence, values
            What is told, and in which words.
        subject, extra, **slots
            As in :class:`castello.claims.Finding`; the subject is the topic's unless given.
        """
        ids = (*topic.claims, *topic.against)
        return self.finding(
            topic.kind.value,
            sentence,
            subject=subject or topic.subject,
            key=topic.question,
            values=values,
            claims=topic.claims,
            against=topic.against,
            unknown=self.unseen(ids, newest=topic.newest, origins=topic.n_strict),
            status=topic.status,
            reason=topic.reason,
            value=topic.answer if topic.answer is not None and topic.status == "assessed" else topic.value,
            low=topic.low,
            high=topic.high,
            unit=topic.unit,
            since=None if self.dating(topic) == "_undated" else topic.since,
            extra={**(extra or {}), **({"censored": True} if self.dating(topic) == "_or_before" else {})},
            **slots,
        )


def dating(claims: Iterable[Claim], *, since: date | None) -> Dating:
    """
    How the first day of an answer is told: the ending of the message's id.

    Parameters
    ----------
    claims
        Those that give the answer.
    since
        Its first day as the picture has it.

    Returns
    -------
    str
        Empty where a claim says that it began on that day; ``_or_before`` where the claims of that day only say that it was so then (a
        spell that is censored on the left); ``_on`` where they speak of that one day; ``_undated`` where no day is sure.
    """
    if since is None or since == date.min:
        return "_undated"
    periods = [claim.happened for claim in claims]
    first = [period for period in periods if (period.sure or period.maybe)[0] == since]
    sure = [period for period in first if period.sure is not None]
    if first and not sure:
        return "_undated"
    sightings = [period for period in sure if period.first_sighting is not None]
    one_day = [period for period in sure if period.sure == period.maybe == (since, since + timedelta(days=1))]
    if len(sightings) + len(one_day) < len(sure) or not sure:
        return ""
    return "_or_before" if sightings else "_on"


def assumed(claims: Iterable[str], against: Iterable[str]) -> Reason | None:
    """Why no claims stand beside an answer that rests on what the case assumes of roads; None where there are some."""
    return None if any(True for _ in (*claims, *against)) else Reason.ASSUMED
