"""From what the picture says to a finding: the sentence, on whose word, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from castello.claims import UNKNOWN, AlsoValue, Claim, Finding, Kind, Reason, Verification
from castello.picture.picture import Picture, Topic
from castello.picture.sentences import message, render


def said_on(claim: Claim) -> date:
    """The last day on which it can have been said; the day of publication where that is not on record."""
    return claim.said[1] - timedelta(days=1) if claim.said and claim.said[1] else claim.published


class Teller:
    """
    Makes findings of one picture; reads its claims once.

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
        """Every claim that can be seen, by id."""
        return {claim.id: claim for claim in self.picture.claims()}

    def topics(self, *kinds: Kind) -> tuple[Topic, ...]:
        """What the picture says to the questions of some kinds, in the order of the questions."""
        return tuple(topic for topic in self._topics if topic.kind in kinds)

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
        label: Literal["fact", "inference"] = "fact",
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
            since=beginning(topic.since),
            extra=extra,
            **slots,
        )


def beginning(day: date | None) -> date | None:
    """The first day of an answer; None where claims reach back without a known beginning."""
    return None if day == date.min else day
