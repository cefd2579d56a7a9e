"""The lines of a brief and the claims behind them, numbered in the order in which they are first needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from castello.briefs import brief as parts
from castello.briefs.profile import Clearance
from castello.claims import Assessment, Claim, Finding, Kind, Verification
from castello.picture import Picture
from castello.picture.people import IN_PLACE
from castello.picture.sentences import catalogue, chain_text, interval, name_of


class Evidence:
    """Numbers the claims behind the lines in the order in which they are first needed."""

    def __init__(self, picture: Picture, clearance: Clearance, findings: Iterable[Finding], *, language: str) -> None:
        self._picture, self._clearance, self._language = picture, clearance, language
        self.sources: list[parts.Source] = []
        self.withheld: Counter[str] = Counter()
        self._numbers: dict[str, int | None] = {}
        self._shown: dict[str, Claim] = {}
        behind = (id_ for finding in findings for id_ in (*finding.claims, *finding.against))
        self._all = picture.claims_by_id((*behind, *(id_ for item in picture.assessments for id_ in item.rests_on)))

    def line(self, finding: Finding) -> parts.Line:
        """A finding as a line, its evidence numbered."""
        claims = [self._all[id_] for id_ in finding.claims if id_ in self._all]
        flags = []
        # that no claim is on record is an open question, but contests nothing
        if finding.status in ("contested", "undecided") and finding.message.id not in _ABSENCE:
            flags.append(finding.status)
        if any(claim.verification is Verification.UNVERIFIED for claim in claims):
            flags.append("unverified")
        if any(claim.id.startswith("h1-") for claim in claims):
            flags.append("hypothetical")
        # computed sums say pass or fail: that is what a reader looks for
        if finding.kind.startswith("totals.") and finding.status in ("fail", "fail_explained", "open"):
            flags.append(finding.status.replace("_", ", "))
        return parts.Line(
            id=self._clearance.id(finding.id),
            text=finding.text,
            label=finding.label,
            mark=_mark(finding),
            evidence=self._numbered(finding.claims),
            against=self._numbered(finding.against),
            flags=tuple(flags),
            unknown=finding.unknown,
            kind=finding.kind,
            subject=finding.subject,
        )

    def _numbered(self, ids: Iterable[str]) -> tuple[int, ...]:
        return tuple(number for id_ in ids if (number := self._number(id_)) is not None)

    def _number(self, id_: str) -> int | None:
        if id_ not in self._numbers:
            claim = self._all.get(id_)
            cleared = self._clearance.claims([claim]) if claim is not None else None
            if cleared is None or not cleared.claims:
                self._numbers[id_] = None
                self.withheld.update(dict(cleared.withheld) if cleared else {"claim: not opened": 1})
            else:
                self._shown[id_] = cleared.claims[0]
                self._numbers[id_] = len(self.sources) + 1
                self.sources.append(self._source(cleared.claims[0], len(self.sources) + 1))
        return self._numbers[id_]

    def _source(self, claim: Claim, number: int) -> parts.Source:
        registers, document = self._picture.registers, self._picture.documents.get(claim.document)
        # what leaves of a protected speaker has months, not days
        last = None if claim.said is None or (self._clearance.leaves and claim.protected) else claim.said[1]
        said = None if last is None else (last - timedelta(days=1)).isoformat()
        first = registers.speakers.get(claim.chain[0].who)
        grade = first.grade(claim.kind.value, claim.published) if first else None
        return parts.Source(
            number=number,
            claim=self._clearance.id(claim.id),
            says=self._clearance.says(claim, language=self._language),
            chain=chain_text(claim, registers, language=self._language),
            publisher=name_of(claim.chain[-1].who, registers, language=self._language),
            title=document.title if document else claim.document.replace("-", " "),
            published=claim.published,
            published_basis=document.published_basis if document else "stated",
            said=said,
            urls=document.urls if document else (),
            quote=claim.quote,
            grade=None if grade is None and claim.credibility is None else f"{grade or '–'}{claim.credibility or '–'}",
            confidence=claim.confidence,
            verification=claim.verification.value,
            hypothetical=claim.id.startswith("h1-"),
            language=document.language if document else "en",
        )

    def people_chart(self, findings: Iterable[Finding]) -> parts.Intervals | None:
        """
        Each origin's own figure of the people in the first enclave: one bar each under all definitions, which are named and never
        added up.
        """
        settings = self._picture.registers.settings
        enclave = settings.enclaves[0].id if settings.enclaves else settings.area
        told = [finding for finding in findings if finding.subject == enclave]
        spanning = [finding for finding in told if finding.kind == "people_all"]
        told = spanning or [finding for finding in told if finding.kind == "people" and _counts_who_is_there(finding)]
        bars = {}
        for item in (item for finding in told for item in _statements(finding)):
            # families are converted in the finding; the chart shows what was printed in persons
            evidence = self._numbered([item["claim"]])
            claim = self._shown.get(str(item["claim"]))
            if claim is not None and evidence and item.get("unit") == "person":
                bars[claim.id] = parts.Bar(
                    label=self._bar_label(claim),
                    low=item["low"],
                    high=item["high"],
                    note=interval(item["low"], item["high"]),
                    evidence=evidence,
                )
        if not bars:
            return None
        title = catalogue(self._language)["sections"]["people_chart"]
        place = name_of(str(enclave), self._picture.registers, language=self._language)
        return parts.Intervals(title=f"{title}: {place}", unit="people", bars=tuple(bars.values()))

    def _bar_label(self, claim: Claim) -> str:
        """Who, when published, and under which definition."""
        words = catalogue(self._language)["definitions"]
        who = name_of(claim.chain[0].who, self._picture.registers, language=self._language)
        when = None if self._clearance.leaves and claim.protected else str(claim.published)
        definition = str(claim.slot("definition") or "")
        return ", ".join(filter(None, (who, when, words.get(definition, definition.replace("-", " ")))))

    def assessments(self, assessments: Iterable[Assessment]) -> tuple[parts.Signed, ...]:
        """Signed assessments with their evidence numbered, in the order given."""
        return tuple(
            parts.Signed(
                author=item.author,
                signed=item.signed,
                text=item.text,
                confidence=item.confidence,
                because=item.because,
                evidence=self._numbered(item.rests_on),
            )
            for item in assessments
        )


_ABSENCE = ("listed.not", "flow.blank")
"""Messages that tell of no claim: neither a fact nor an inference about the world."""


def _mark(finding: Finding) -> parts.Mark | None:
    """What is printed for a view, where the label of the finding would take it for a fact."""
    if finding.message.id in _ABSENCE:
        return "absence"
    about, values = dict(finding.extra).get("about"), dict(finding.message.values)
    if finding.label != "fact" or finding.kind != "statement":
        return None
    if about == Kind.POSITION:
        return "opinion" if values.get("predicate") in _JUDGING else "position"
    return "forecast" if about == Kind.FORECAST else None


_JUDGING = ("judges", "warns", "recommends")


def _counts_who_is_there(finding: Finding) -> bool:
    """Whether a finding counts who is in a place: not who left it, and not a part of the total by besieger."""
    _, _, predicate, _, _, by = str(dict(finding.message.values)["key"]).split("|")
    return predicate in IN_PLACE and not by


def _statements(finding: Finding) -> Sequence[Mapping[str, Any]]:
    found = dict(finding.extra).get("statements")
    return found if isinstance(found, list | tuple) else ()
