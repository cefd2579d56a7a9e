"""The ids of the tiny case, for readers that are tested without the whole folder."""

from __future__ import annotations

from castello.cases.entries import Known
from tests.cases_for_tests import PSEUDONYM

KNOWN = Known(
    places=frozenset({"city", "east", "hanano", "north", "border"}),
    roads=frozenset({"north-road", "border-road"}),
    parties=frozenset({"government", "opposition", "army", "fighters", "guests", "council", "un", "civilians"}),
    sources=frozenset({"observatory", "wire", "paper", "agency", "council-office", "analyst", PSEUDONYM}),
    protected=frozenset({PSEUDONYM}),
)
