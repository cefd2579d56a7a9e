"""
What may leave the user's machine, and in what form.

``own`` is this user's terminal: everything. ``partner`` and ``public`` are for what is written to a file or handed on. The rules are
those of the method note on evidence (PR-1 to PR-6, PS-1 to PS-9): nothing has the shape of a target list, protected speakers
cannot be recognised, a live case gives a besieger nothing. What is withheld is counted by reason, never silently dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from castello.analyses import NAMES, Analysis
from castello.briefs._claim_rules import K_PERSONS, LICENCE, LIVE_ROADS, PRESENCE_DELAY_DAYS, ClaimRules
from castello.briefs._coarse import SOMEWHERE, UNPLACED, scrubbed
from castello.briefs._coarse_findings import by_month, on_area, presence_by_area, unseen
from castello.briefs._decisive import Decisive
from castello.briefs._listing import Asked
from castello.briefs._siege_live import ON_ENCLAVES, beside, said_live, tells_roads, without_roads
from castello.claims import Assessment, Claim, Finding, Kind, Sensitivity
from castello.errors import Refused
from castello.ledger import Vault
from castello.picture import Picture, Topic
from castello.picture.reach import Spell, timeline
from castello.picture.sentences import claim_text

__all__ = ["K_PERSONS", "PRESENCE_DELAY_DAYS", "Clearance", "Cleared", "Profile"]

_ID = re.compile(r"\b(?:c1|p1|h1|j1|r1|f1|d1|v1|a1|t1|i1|o1)-[0-9a-f]{16,32}\b")
_PSEUDONYM = re.compile(r"\bsrc-[0-9a-f]{12}\b")

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Profile(StrEnum):
    """For whom an output is made."""

    OWN = "own"
    PARTNER = "partner"
    PUBLIC = "public"

    @property
    def limit(self) -> Sensitivity:
        """The highest sensitivity that this profile lets through. Severe never leaves."""
        return {"own": Sensitivity.SEVERE, "partner": Sensitivity.HIGH, "public": Sensitivity.MODERATE}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What may leave, and how many of what was withheld, by reason."""

    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    withheld: tuple[tuple[str, int], ...] = ()
    ids_only: tuple[str, ...] = ()
    """Exported ids of claims whose source lets nothing else leave."""
    more: bool = False
    """Whether a listing would have more claims without its limit."""


class Clearance:
    """
    The rules of one profile, applied to one picture.

    Parameters
    ----------
    picture
        The picture whose claims and findings are to leave.
    profile
        For whom.
    live
        Whether the case is live (``castello.ledger.mode``).
    today
        The day of the call, UTC: for the delay of presence in a live case.
    vault
        Holds the audience's key for exported ids; needed for every profile but ``own``.
    audience
        Name of the audience, one key each; default: the profile's name.

    Raises
    ------
    Refused
        If an output is to leave and there is no vault, or it is of a branch of a live case.
    """

    def __init__(
        self,
        *,
        picture: Picture,
        profile: Profile,
        live: bool,
        today: date,
        vault: Vault | None,
        audience: str | None = None,
    ) -> None:
        if profile is not Profile.OWN and vault is None:
            raise Refused(
                f"the {profile} profile needs the case's vault: ids that leave are keyed for their audience",
                hint="`castello doctor` names the key file.",
            )
        if profile is not Profile.OWN and live and (picture.branch is not None or picture.only_source is not None):
            # what would follow if a road were shut is what a besieger asks
            raise Refused(
                "a what-if of a live case stays on this machine",
                hint="Leave out the branch or the source, or the profile.",
            )
        self.picture, self.profile, self.live, self.today = picture, profile, live, today
        self._vault, self._audience = vault, audience or profile.value
        self._rules = ClaimRules(picture, limit=profile.limit, live=live, today=today)

    def at(self, picture: Picture) -> Clearance:
        """The same rules for another picture of the case."""
        return Clearance(
            picture=picture,
            profile=self.profile,
            live=self.live,
            today=self.today,
            vault=self._vault,
            audience=self._audience,
        )

    @property
    def leaves(self) -> bool:
        """Whether the output leaves the user's machine."""
        return self.profile is not Profile.OWN

    @property
    def hides_roads(self) -> bool:
        """Whether nothing may say on which road anything hangs."""
        return self.live and self.leaves

    # ----------------------------------------------------------------------------------------------------------- ids

    def id(self, id_: str) -> str:
        """An id as this audience sees it: exports to two audiences do not join."""
        if not self.leaves:
            return id_
        assert self._vault is not None
        return self._vault.exported_id(self._audience, id_)

    def ids(self, value: Any) -> Any:
        """The same structure with every id in it as this audience sees it, and a role class for every pseudonym."""
        if not self.leaves:
            return value
        if isinstance(value, str):
            keyed = _ID.sub(lambda match: self.id(match.group()), value)
            return _PSEUDONYM.sub(lambda match: self._role_class(match.group()), keyed)
        if isinstance(value, Mapping):
            return {self.ids(key): self.ids(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.ids(item) for item in value]
        return value

    def _role_class(self, pseudonym: str) -> str:
        speaker = self.picture.registers.speakers.get(pseudonym)
        return speaker.name_en if speaker is not None else "protected source"

    # -------------------------------------------------------------------------------------------------------- claims

    def claims(self, claims: Iterable[Claim]) -> Cleared:
        """Claims that may leave, coarsened where the rules say so."""
        asked = tuple(claims)
        if not self.leaves:
            return Cleared(claims=asked)
        kept, withheld, ids_only = [], Counter[str](), list[str]()
        for claim in asked:
            reason = self.withheld_because(claim)
            if reason is None:
                kept.append(self._rules.coarse(claim))
            else:
                withheld[f"{claim.kind}: {reason}"] += 1
                ids_only += [self.id(claim.id)] if reason == LICENCE else []
        return Cleared(
            claims=tuple(kept),
            withheld=tuple(sorted(withheld.items())),
            ids_only=tuple(sorted(ids_only)),
        )

    def reasons(self, ids: Iterable[str]) -> dict[str, str]:
        """Why some claims of the picture may not leave, by id; those that may are left out."""
        if not self.leaves:
            return {}
        judged = self._rules.judge_all()
        return {id_: reason for id_ in ids if (reason := judged[id_][1]) is not None}

    def listing(
        self,
        *,
        kinds: Iterable[Kind] = (),
        about: str | None = None,
        source: str | None = None,
        start: date | None = None,
        end: date | None = None,
        limit: int | None = None,
    ) -> Cleared:
        """
        The claims of the picture that may leave, filtered; filters see what leaves and nothing finer.

        What is withheld is counted over all claims, whatever the filters: they cannot be used to ask what it says.

        Parameters
        ----------
        kinds
            Only these; all if none is named.
        about
            Only claims with this subject, object or place.
        source
            Only claims with this source in their chain. Who speaks under a pseudonym cannot be asked for outside ``own``.
        start, end
            Only what may have happened on a day from ``start`` to ``end``, both included.
        limit
            At most so many, the first in order; ``more`` says whether there are others.
        """
        wanted = tuple(kinds)
        if not self.leaves:
            ids = self.picture.claim_ids(
                kinds=wanted, about=() if about is None else (about,), source=source, start=start, end=end
            )
            some = ids if limit is None else ids[:limit]
            read = self.picture.claims_by_id(some)
            return Cleared(claims=tuple(read[id_] for id_ in some), more=len(some) < len(ids))
        asked = Asked(kinds=wanted, about=about, source=source, start=start, end=end)
        left, more = asked.of_what_leaves(self._rules, self.picture, key=self.id, limit=limit)
        judged = self._rules.judge_all().items()
        withheld = Counter(f"{kind}: {reason}" for _, (kind, reason) in judged if reason is not None)
        # which of them a filter finds would say what stands in them
        by_id = [] if asked.anything else [self.id(id_) for id_, (_, reason) in judged if reason == LICENCE]
        return Cleared(
            claims=left,
            withheld=tuple(sorted(withheld.items())),
            ids_only=tuple(sorted(by_id)),
            more=more,
        )

    def withheld_because(self, claim: Claim) -> str | None:
        """Why a claim may not leave; None if it may."""
        if not self.leaves:
            return None
        return self._rules.withheld_because(claim)

    def says(self, claim: Claim, *, language: str = "en") -> str:
        """What a cleared claim says, in a sentence."""
        text = claim_text(claim, self.picture.registers, language=language)
        return f"{text} ({claim.note})" if self.leaves and claim.note in (SOMEWHERE, UNPLACED) else text

    def assessments(self, assessments: Iterable[Assessment]) -> Cleared:
        """Signed assessments that may leave: every claim that they rest on may, and they name no road of a live case."""
        asked = tuple(assessments)
        if not self.leaves:
            return Cleared(assessments=asked)
        kept, withheld = [], Counter[str]()
        for item in asked:
            behind = self.picture.claims_by_id(item.rests_on)
            # who signs it says it in words of their own: no licence holds that back
            if any(
                id_ not in behind or self.withheld_because(behind[id_]) not in (None, LICENCE) for id_ in item.rests_on
            ):
                withheld["assessment: rests on what is withheld"] += 1
            elif self.live and self._rules.roads.stand_in([item.text, item.because]):
                withheld[f"assessment: {LIVE_ROADS}"] += 1
            else:
                kept.append(item)
        return Cleared(assessments=tuple(kept), withheld=tuple(sorted(withheld.items())))

    # ------------------------------------------------------------------------------------------------------ findings

    def findings(self, findings: Iterable[Finding], *, analyses: Iterable[str | Analysis] = NAMES) -> Cleared:
        """
        Findings that may leave.

        Parameters
        ----------
        findings
            Of this picture.
        analyses
            The analyses that made them, by name or as calls: they are run again without protected claims (PR-4), where there are any that count.
        """
        asked = tuple(findings)
        if not self.leaves:
            return Cleared(findings=asked)
        # one reading of the ledger instead of one for each finding
        self.picture.claims_by_id(id_ for finding in asked for id_ in (*finding.claims, *finding.against))
        withheld, may, made_by = Counter[str](), [], tuple(analyses)
        if self.live and any(analysis == "siege" or not isinstance(analysis, str) for analysis in made_by):
            # how many findings there are on roads says how many roads are left: the enclaves asked about are counted instead
            withheld[f"siege: {LIVE_ROADS}"] = len(self.picture.registers.settings.enclaves)
        for finding in asked:
            if self.live and (tells_roads(finding) or self._tells_holder(finding)):
                continue
            reason = None if finding.kind == "presence" else self._finding_withheld(finding)
            if reason is None:
                may.append(finding)
            else:
                withheld[f"{finding.kind}: {reason}"] += 1
        kept = []
        for finding, steady in zip(may, self._decisive.steady(may, made_by), strict=True):
            if finding.kind == "presence":
                continue
            left = None if steady is None else self._shown(steady)
            if left is None:
                withheld[f"{finding.kind}: a protected claim decides it"] += 1
            else:
                kept.append(left)
        kept += self._presence([finding for finding in may if finding.kind == "presence"], withheld)
        return Cleared(findings=tuple(kept), withheld=tuple(sorted(withheld.items())))

    @cached_property
    def _decisive(self) -> Decisive:
        return Decisive(self.picture)

    def _tells_holder(self, finding: Finding) -> bool:
        """Whether a finding says who holds an enclave on claims that stay: a count of its own would say that there are such."""
        behind = {*finding.claims, *finding.against}
        return finding.kind == "held" and len(self._leaving(tuple(behind))) < len(behind)

    def _finding_withheld(self, finding: Finding) -> str | None:
        if finding.sensitivity.rank > self.profile.limit.rank:
            return "sensitivity"
        if self._only_copied(finding):
            return LICENCE
        if self.live and finding.kind == "access":
            return LIVE_ROADS
        if self.live and finding.kind == "supply":
            return "live case: supplies"
        # who holds what is told by claims that may all leave, or not at all
        if finding.kind in ("statement", "siege_people") or (self.live and finding.kind == "control"):
            claims = self.picture.claims_by_id((*finding.claims, *finding.against))
            reasons = {reason for claim in claims.values() if (reason := self.withheld_because(claim))}
            return min(reasons - {LICENCE}, default=None)
        if not self.live or finding.kind in ON_ENCLAVES:
            return None
        told = (finding.text, dict(finding.message.values), finding.unknown)
        return LIVE_ROADS if self._rules.roads.stand_in(told) else None

    def _only_copied(self, told: Finding | Topic) -> bool:
        """Whether nothing but claims whose licence forbids it stand behind something: to tell it would be to copy them."""
        if not self._rules.restricted:
            return False
        claims = self.picture.claims_by_id((*told.claims, *told.against)).values()
        return bool(claims) and all(self.withheld_because(claim) == LICENCE for claim in claims)

    def _shown(self, finding: Finding) -> Finding | None:
        """A finding as it leaves; None if nothing that may be shown stands behind it."""
        if finding.kind in ON_ENCLAVES and self.live:
            return without_roads(
                finding,
                self.picture.registers,
                limit=self.profile.limit,
                extra=self._beside(finding),
                unseen=unseen,
                leaving=self._leaving,
            )
        if self.live:
            finding = said_live(finding, self.picture.registers)
        # what stands beside a finding names claims that it does not rest on, too
        behind = self.picture.claims_by_id((*finding.claims, *finding.against, *_ID.findall(str(finding.extra))))
        hidden = frozenset(id_ for id_, claim in behind.items() if self.withheld_because(claim) is not None)
        claims, against = (tuple(i for i in ids if i not in hidden) for ids in (finding.claims, finding.against))
        if not claims and not against and finding.reason is None:
            return None
        shown = replace(
            finding,
            claims=claims,
            against=against,
            unknown=unseen(finding.unknown) if self.live else finding.unknown,
            extra=tuple((name, scrubbed(value, hidden)) for name, value in self._beside(finding)),
        )
        if self.live and finding.kind == "statement" and finding.place is not None:
            coarse = on_area(shown, self.picture.registers, key=self.id(finding.id))
            if coarse is None:
                return None
            shown = coarse
        if finding.kind == "statement" and any(link.protected for claim in behind.values() for link in claim.chain):
            return by_month(shown, self.picture.registers, key=self.id(finding.id))
        return shown

    def _presence(self, findings: Iterable[Finding], withheld: Counter[str]) -> tuple[Finding, ...]:
        """Presence on publication areas; what stays of the claims behind it is counted."""
        left = []
        for finding in findings:
            for claim in self.picture.claims_by_id((*finding.claims, *finding.against)).values():
                # a protected claim would decide a word of the range more often than not (PR-4)
                reason = self.withheld_because(claim) or ("protected" if claim.protected else None)
                if reason is None:
                    left.append((finding.subject, claim))
                else:
                    withheld[f"claims behind presence: {reason}"] += 1
        return presence_by_area(left, self.picture.registers)

    def _beside(self, finding: Finding) -> tuple[tuple[str, object], ...]:
        """What stands beside a finding, less figures on an enclave that a claim which is protected or stays is among (PR-4)."""

        def stays(value: object) -> bool:
            claims = self.picture.claims_by_id(_ID.findall(str(value))).values()
            return any(claim.protected or self.withheld_because(claim) is not None for claim in claims)

        return beside(finding, stays)

    def _leaving(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of claims that may leave."""
        claims = self.picture.claims_by_id(ids)
        return tuple(id_ for id_, claim in claims.items() if self.withheld_because(claim) is None)

    # ------------------------------------------------------------------------------------- what the picture itself shows

    def topics(self, kind: Kind) -> tuple[Topic, ...]:
        """What the picture says, for the map; where a protected claim or one that stays decides it, nothing."""
        if not self.leaves:
            return self.picture.topics(kind)
        told = tuple(topic for topic in self._decisive.topics(kind) if not self._only_copied(topic))
        if not self.live or kind is not Kind.CONTROL:
            return told
        claims = self.picture.claims_by_id(id_ for topic in told for id_ in (*topic.claims, *topic.against))
        held = {id_ for id_, claim in claims.items() if self.withheld_because(claim) is not None}
        return tuple(topic for topic in told if held.isdisjoint((*topic.claims, *topic.against)))

    def timeline(self, *, start: date, end: date, users: str = "supply") -> tuple[Spell, ...]:
        """
        Who was cut off when.

        What a protected claim decides is left out, and of a live case all but the last spell, and every road: when a place was open again, and
        over which road, is for nobody outside.
        """
        spells = timeline(self.picture, start=start, end=end, users=users)
        if not self.leaves:
            return spells
        for other in self._decisive.pictures:
            told = timeline(other, start=start, end=end, users=users)
            changed = {(spell.place, spell.reading) for spell in set(spells) ^ set(told)}
            spells = tuple(spell for spell in spells if (spell.place, spell.reading) not in changed)
        if not self.live:
            return spells
        return tuple(replace(spell, decisive=(), changed=()) for spell in spells if spell.end == end)

    def steady(self, told: Callable[[Picture], Mapping[_Key, _Value]]) -> tuple[dict[_Key, _Value], int]:
        """What is told of the picture, by key, less what would be told otherwise had a protected claim never been (PR-4); and how much less."""
        every = kept = dict(told(self.picture))
        for other in self._decisive.pictures if self.leaves else ():
            without = told(other)
            kept = {key: value for key, value in kept.items() if without.get(key) == value}
        return kept, len(every) - len(kept)
