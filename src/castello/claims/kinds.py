"""The kinds of claim with their slots, how a claim is put, and what its disclosure may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

AlsoValue = str | int | float | bool


class Kind(StrEnum):
    """What a claim is about; the slots of each kind are in :data:`SLOTS`."""

    EVENT = "event"
    CONTROL = "control"
    ACCESS = "access"
    SIEGE = "siege"
    PRESENCE = "presence"
    TIE = "tie"
    PEOPLE = "people"
    PRICE = "price"
    SUPPLY = "supply"
    AID = "aid"
    CASUALTY = "casualty"
    TERM = "term"
    BREACH = "breach"
    POSITION = "position"
    FORECAST = "forecast"
    MEETING = "meeting"
    LISTING = "listing"


class Modality(StrEnum):
    """How the proposition was put. Hypothetical is not a modality: it exists only on a branch."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    CONDITIONAL = "conditional"


class Sensitivity(StrEnum):
    """Harm that disclosure may do; what is derived inherits the maximum (:func:`most_sensitive`)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """Position in the order low, moderate, high, severe."""
        return list(Sensitivity).index(self)


def most_sensitive(levels: Any) -> Sensitivity:
    """
    The highest of several sensitivities; ``low`` of none.

    Examples
    --------
    >>> most_sensitive([Sensitivity.MODERATE, Sensitivity.SEVERE]).value
    'severe'
    """
    return max(levels, key=lambda level: level.rank, default=Sensitivity.LOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """
    Which slots a kind has: ``predicates`` allowed (empty = any key), slots required, optional, and the names in ``also``.

    ``question`` lists the slots that make two claims speak of the same thing; ``answer`` the slots that say what.
    """

    predicates: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    shape: Literal["state", "quantity", "occurrence"] = "occurrence"
    says: str = ""


SLOTS: dict[Kind, Slots] = {
    Kind.EVENT: Slots(
        required=("subject",),
        optional=("object", "place", "quantity"),
        also=(
            "weapon",
            "platform",
            "harm_low",
            "harm_best",
            "harm_high",
            "harm_civilians",
            "with",
            "source_code",
        ),
        question=("subject", "predicate", "object", "place", "happened"),
        says="something was done; predicate is an event type key",
    ),
    Kind.CONTROL: Slots(
        predicates=("holds", "contests", "lost"),
        required=("subject", "object"),
        optional=("quantity",),
        also=("share",),
        question=("object",),
        answer=("predicate", "subject"),
        shape="state",
        says="a party holds, contests or lost a place",
    ),
    Kind.ACCESS: Slots(
        predicates=("open", "fire_controlled", "closed"),
        required=("subject", "object"),
        optional=("quantity",),
        also=("users", "direction", "window", "by", "track"),
        question=("subject", "object", "users"),
        answer=("predicate",),
        shape="state",
        says="a road or crossing can be used, or not, by the traffic of a side",
    ),
    Kind.SIEGE: Slots(
        predicates=("besieges", "partly_besieges"),
        required=("subject", "object"),
        also=("definition",),
        question=("object", "definition"),
        answer=("predicate",),
        shape="state",
        says="somebody says that a place is besieged",
    ),
    Kind.PRESENCE: Slots(
        predicates=("dominant", "significant", "small", "negligible", "possible", "denied"),
        required=("subject", "object"),
        optional=("quantity",),
        also=("share_low", "share_high"),
        question=("subject", "object"),
        answer=("predicate",),
        shape="state",
        says="how strong a party is in a place",
    ),
    Kind.TIE: Slots(
        predicates=(
            "member_of",
            "allied_with",
            "affiliated_to",
            "supported_by",
            "vetted_by",
            "opposes",
            "split_from",
            "merged_into",
            "renamed_to",
        ),
        required=("subject", "object"),
        optional=("place",),
        also=("with",),
        question=("subject", "predicate", "object"),
        answer=("predicate",),
        shape="state",
        says="how one party stands to another",
    ),
    Kind.PEOPLE: Slots(
        predicates=("lives", "trapped", "displaced", "evacuated"),
        required=("subject", "quantity"),
        also=("definition", "by", "areas", "includes_besieged"),
        question=("subject", "predicate", "unit", "definition", "by", "areas"),
        shape="quantity",
        says="how many people a place has",
    ),
    Kind.PRICE: Slots(
        predicates=("level", "change"),
        required=("subject", "object", "quantity"),
        also=("currency", "basis", "over", "market", "flag", "commodity", "category", "usd"),
        question=("subject", "predicate", "object", "unit", "basis"),
        shape="quantity",
        says="what a commodity costs at a market, or by how much that changed",
    ),
    Kind.SUPPLY: Slots(
        predicates=("stock", "running_low", "none", "days_left"),
        required=("subject", "place"),
        optional=("quantity",),
        also=("until", "basis"),
        question=("subject", "place"),
        answer=("predicate",),
        shape="state",
        says="goods that are there or not",
    ),
    Kind.AID: Slots(
        predicates=("asked", "approved", "approved_in_part", "denied", "sent", "arrived", "removed"),
        required=("subject", "place"),
        optional=("object", "quantity"),
        also=("item", "persons", "persons_of", "ration_days", "by", "ref"),
        question=("subject", "predicate", "place", "item", "happened"),
        says="aid that was asked for, allowed, denied, moved",
    ),
    Kind.CASUALTY: Slots(
        predicates=("killed", "injured", "missing"),
        required=("subject", "object", "quantity"),
        optional=("place",),
        also=("cause", "areas"),
        question=("subject", "predicate", "object", "place", "happened", "areas"),
        shape="quantity",
        says="who was harmed, by whom, how many",
    ),
    Kind.TERM: Slots(
        required=("subject", "predicate"),
        optional=("object", "place", "quantity"),
        also=("text", "paragraph"),
        question=("subject", "predicate", "object", "place"),
        says="a provision of an agreement",
    ),
    Kind.BREACH: Slots(
        required=("subject", "predicate", "object"),
        optional=("place", "quantity"),
        also=("count_of",),
        question=("subject", "predicate", "object", "place", "happened", "count_of"),
        shape="quantity",
        says="an alleged breach of an agreement",
    ),
    Kind.POSITION: Slots(
        predicates=("demands", "offers", "refuses", "guarantees", "warns", "judges", "recommends"),
        required=("subject",),
        optional=("object", "place", "quantity"),
        also=("proposition", "condition"),
        question=("subject", "predicate", "object", "proposition"),
        says="what a speaker demands, offers, refuses, promises, judges",
    ),
    Kind.FORECAST: Slots(
        predicates=("expects",),
        required=("subject", "object"),
        optional=("place", "quantity"),
        also=("proposition", "words", "horizon", "condition", "probability", "probability_low", "probability_high"),
        question=("subject", "object"),
        says="what a speaker expects; object is the key of the proposition",
    ),
    Kind.MEETING: Slots(
        predicates=("met",),
        required=("subject",),
        optional=("object", "place"),
        also=("topic", "with"),
        question=("subject", "object", "place", "happened"),
        says="who met whom",
    ),
    Kind.LISTING: Slots(
        predicates=("lists_as", "delists"),
        required=("subject", "object"),
        also=("status",),
        question=("subject", "object"),
        answer=("predicate", "status"),
        shape="state",
        says="a body lists a place or a party as something",
    ),
}
