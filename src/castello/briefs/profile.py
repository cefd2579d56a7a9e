"""
What may leave the user's machine, and in what form.

``own`` is this user's terminal: everything. ``partner`` and ``public`` are for what is written to a file or handed on. The rules are
those of the method note on evidence (PR-1 to PR-6, PS-1 to PS-9): nothing has the shape of a target list, protected speakers
cannot be recognised, a live case gives a besieger nothing. What is withheld is counted by reason, never silently dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from castello.analyses import run
from castello.claims import Claim, Finding, Kind, Sensitivity
from castello.errors import Refused
from castello.ledger import Vault
from castello.picture import Picture
from castello.picture.sentences import message, render

K_PERSONS = 5
"""At least so many persons could be the speaker (PR-3)."""

PRESENCE_DELAY_DAYS = 14
"""Presence of an armed group leaves a live case no earlier than this (PR-5)."""

_ID = re.compile(r"\b(?:c1|p1|h1|j1|r1|f1|d1|v1)-[0-9a-f]{16,32}\b")


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
    withheld: tuple[tuple[str, int], ...] = ()


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
        self.picture, self.profile, self.live, self.today = picture, profile, live, today
        self._vault, self._audience = vault, audience or profile.value
        self._behind_cuts: frozenset[str] | None = None

    @property
    def leaves(self) -> bool:
        """Whether the output leaves the user's machine."""
        return self.profile is not Profile.OWN

    def id(self, id_: str) -> str:
        """An id as this audience sees it: exports to two audiences do not join."""
        if not self.leaves:
            return id_
        assert self._vault is not None
        return self._vault.exported_id(self._audience, id_)

    def ids(self, value: Any) -> Any:
        """The same structure with every id in it as this audience sees it."""
        if isinstance(value, str):
            return _ID.sub(lambda match: self.id(match.group()), value) if self.leaves else value
        if isinstance(value, Mapping):
            return {self.ids(key): self.ids(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.ids(item) for item in value]
        return value

    # -------------------------------------------------------------------------------------------------------- claims

    def claims(self, claims: Iterable[Claim]) -> Cleared:
        """Claims that may leave, coarsened where the rules say so."""
        asked = tuple(claims)
        if not self.leaves:
            return Cleared(claims=asked)
        kept, withheld = [], Counter[str]()
        shared = Counter(link.who for claim in asked for link in claim.chain if link.protected)
        for claim in asked:
            reason = self.withheld_because(claim, shared=shared)
            if reason is None:
                kept.append(self._coarse(claim))
            else:
                withheld[f"{claim.kind}: {reason}"] += 1
        return Cleared(claims=tuple(kept), withheld=tuple(sorted(withheld.items())))

    def withheld_because(self, claim: Claim, *, shared: Mapping[str, int] | None = None) -> str | None:
        """Why a claim may not leave; None if it may."""
        if not self.leaves:
            return None
        if claim.sensitivity.rank > self.profile.limit.rank:
            return f"sensitivity {claim.sensitivity}"
        for link in claim.chain:
            if link.protected and not self._enough_persons(link.who, (shared or {}).get(link.who, 2)):
                return "the speaker could be recognised"
        if claim.kind is Kind.PRESENCE:
            return self._presence_withheld(claim)
        if self.live and claim.kind is Kind.ACCESS and claim.id not in self._cut_claims():
            return "live case: roads"
        if self.live and claim.kind is Kind.SUPPLY:
            return "live case: supplies"
        return None

    def _enough_persons(self, who: str, claims: int) -> bool:
        speaker = self.picture.registers.speakers.get(who)
        if speaker is None or speaker.k is None or speaker.k < K_PERSONS:
            return False
        # what several claims tell together narrows the circle: somebody has to have counted that, too
        return claims < 2 or (speaker.k_together is not None and speaker.k_together >= K_PERSONS)

    def _presence_withheld(self, claim: Claim) -> str | None:
        assert claim.object is not None
        if self.picture.registers.places.public_area(claim.object) is None:
            return "no publication area for the place"
        if self.live:
            last = claim.happened.maybe[1] or (claim.published + timedelta(days=1))
            if last > self.today - timedelta(days=PRESENCE_DELAY_DAYS):
                return f"live case: presence within {PRESENCE_DELAY_DAYS} days"
        return None

    def _coarse(self, claim: Claim) -> Claim:
        if claim.kind is not Kind.PRESENCE:
            return claim
        area = self.picture.registers.places.public_area(str(claim.object))
        # the id stays that of the claim: the exported id is keyed, and nothing can be computed from the coarse content
        return replace(
            claim,
            object=area,
            quote=None,
            locator=None,
            translation=None,
            note=None,
            place_as_written=None,
            id=claim.id,
        )

    def _cut_claims(self) -> frozenset[str]:
        if self._behind_cuts is None:
            reach = [finding for finding in run("situation", self.picture) if finding.kind == "reach"]
            cut = [finding for finding in reach if finding.status == "cut" and finding.reading == "on_ground"]
            self._behind_cuts = frozenset(id_ for finding in cut for id_ in finding.claims)
        return self._behind_cuts

    # ------------------------------------------------------------------------------------------------------ findings

    def findings(self, findings: Iterable[Finding], *, analyses: Iterable[str] = ()) -> Cleared:
        """Findings that may leave; ``analyses`` are run again for the leave-one-out test on protected claims (PR-4)."""
        asked = tuple(findings)
        if not self.leaves:
            return Cleared(findings=asked)
        # one reading of the ledger instead of one for each finding
        self.picture.claims_by_id(id_ for finding in asked for id_ in (*finding.claims, *finding.against))
        decided = self._decided_by_protected(asked, tuple(analyses))
        kept, withheld = [], Counter[str]()
        for finding in asked:
            reason = "a protected claim decides it" if finding.id in decided else self._finding_withheld(finding)
            if reason is not None:
                withheld[f"{finding.kind}: {reason}"] += 1
            elif finding.kind != "presence":
                kept.append(self._without_roads(finding))
        presence = [finding for finding in asked if finding.kind == "presence" and finding.id not in decided]
        kept += self._presence_by_area(presence, withheld)
        return Cleared(findings=tuple(kept), withheld=tuple(sorted(withheld.items())))

    def _finding_withheld(self, finding: Finding) -> str | None:
        if finding.sensitivity.rank > self.profile.limit.rank:
            return f"sensitivity {finding.sensitivity}"
        if self.live and finding.kind == "access":
            return "live case: roads"
        if self.live and finding.kind == "supply":
            return "live case: supplies"
        if finding.kind == "statement":
            claims = self.picture.claims_by_id(finding.claims)
            reasons = [reason for claim in claims.values() if (reason := self.withheld_because(claim))]
            return reasons[0] if reasons else None
        return None

    def _without_roads(self, finding: Finding) -> Finding:
        """In a live case, reach says where and since when, never on which road it hangs (PS-8)."""
        if finding.kind != "reach" or not self.live:
            return finding
        values = dict(finding.message.values)
        hidden = {name: value for name, value in values.items() if name in ("place", "side", "reading", "since", "key")}
        id_ = f"reach.{finding.status}" if finding.status != "undecided" else "reach.undecided_live"
        said = message(id_, **hidden)
        behind = finding.claims if finding.status == "cut" and finding.reading == "on_ground" else ()
        return replace(
            finding,
            message=said,
            text=render(said, self.picture.registers),
            claims=behind,
            against=(),
            unknown=("road states are withheld: the case is live",),
            extra=(),
        )

    def _presence_by_area(self, findings: list[Finding], withheld: Counter[str]) -> list[Finding]:
        """Presence on the publication area: what sources say about anything inside it, without the places (PR-5, PS-6)."""
        groups: dict[tuple[str, str], list[tuple[Finding, list[Claim]]]] = {}
        for finding in findings:
            claims = self.picture.claims_by_id((*finding.claims, *finding.against))
            may = [claim for claim in claims.values() if self.withheld_because(claim) is None]
            kept = {claim.id for claim in may}
            held_back = [claim for id_, claim in claims.items() if id_ not in kept]
            withheld.update(f"claims behind presence: {self.withheld_because(claim)}" for claim in held_back)
            area = self.picture.registers.places.public_area(str(finding.place))
            if area is not None and may:
                groups.setdefault((finding.subject, area), []).append((finding, may))
        coarse = []
        for (party, area), members in sorted(groups.items()):
            behind = {claim.id: claim for _, may in members for claim in may}
            answers = ", ".join(sorted({str(claim.predicate) for claim in behind.values()}))
            said = message("presence.range", party=party, place=area, alternatives=answers, key=f"{party}|{area}")
            first = members[0][0]
            coarse.append(
                replace(
                    first,
                    place=area,
                    message=said,
                    text=render(said, self.picture.registers),
                    claims=tuple(sorted(behind)),
                    against=(),
                    value=None,
                    status="assessed",
                    reason=None,
                    unknown=("where inside the area: not published",),
                    extra=(),
                    id="",
                )
            )
        return coarse

    def _decided_by_protected(self, findings: tuple[Finding, ...], analyses: tuple[str, ...]) -> frozenset[str]:
        """Findings that would read otherwise had one protected claim not been made (PR-4); statements are judged by PR-3."""
        computed = [finding for finding in findings if finding.kind != "statement"]
        behind = {id_ for finding in computed for id_ in (*finding.claims, *finding.against)}
        protected = sorted(id_ for id_ in behind if id_.startswith("p1-"))
        decided: set[str] = set()
        for id_ in protected:
            without = self.picture.without(claims=[id_])
            others = {finding.id: finding for name in analyses for finding in run(name, without)}
            for finding in computed:
                if id_ in (*finding.claims, *finding.against):
                    other = others.get(finding.id)
                    if other is None or _value(other) != _value(finding):
                        decided.add(finding.id)
        return frozenset(decided)


def _value(finding: Finding) -> tuple[object, ...]:
    return (finding.value, finding.low, finding.high, finding.status, finding.since)
