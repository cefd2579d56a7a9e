"""
The words that every room shares: claims, their evidence, judgements about them, and findings.

A **claim** is one statement with its evidence: typed by *kind*, with what was said, when it **happened**, when
it was **said**, **published** and **recorded**, and who said that who said it. A **judgement** is a dated row
about a claim, a name or a pair. A **relation** says that published figures belong together in one sum. A
**finding** is what an analysis says.

Everything here is frozen and checked when made, and needs the standard library only. Ids are made from
canonical content (sorted keys, no nulls, NFC text), so the same claim has the same id on every machine.
"""

from castello.claims._meanings import MEANINGS
from castello.claims.claim import Claim
from castello.claims.evidence import Document, Link, Locator, Role, Translation, Verification, Where
from castello.claims.finding import Finding, Label, Message, Reason
from castello.claims.ids import ID_VERSION, UNKNOWN, InvalidClaim, canonical, digest
from castello.claims.judgements import RULES, Assessment, Judgement, Relation, Verdict
from castello.claims.kinds import SLOTS, AlsoValue, Kind, Modality, Sensitivity, Slots, most_sensitive
from castello.claims.quantity import Bound, Quantity
from castello.claims.times import Period, Span

__all__ = [
    "ID_VERSION",
    "MEANINGS",
    "RULES",
    "SLOTS",
    "UNKNOWN",
    "AlsoValue",
    "Assessment",
    "Bound",
    "Claim",
    "Document",
    "Finding",
    "InvalidClaim",
    "Judgement",
    "Kind",
    "Label",
    "Link",
    "Locator",
    "Message",
    "Modality",
    "Period",
    "Quantity",
    "Reason",
    "Relation",
    "Role",
    "Sensitivity",
    "Slots",
    "Span",
    "Translation",
    "Verdict",
    "Verification",
    "Where",
    "canonical",
    "digest",
    "most_sensitive",
]
