"""
Whether the published totals add up.

A **statement** is one origin's own figure; a **relation** says that published figures belong together under a **rule**; a rule
gives a **verdict** (pass, pass_rounded, fail, fail_explained, open) on the figures as printed. Every figure is an **interval**:
a bound stays a bound, and nothing is averaged or corrected. Families become persons with a **household** size that is shown.
"""

from __future__ import annotations

from castello.analyses.totals.people import people
from castello.analyses.totals.sums import household_sizes, sums
from castello.claims import Finding
from castello.picture import Picture

__all__ = ["totals"]


def totals(picture: Picture) -> tuple[Finding, ...]:
    """
    How many people, by whose count, and whether published figures agree with one another.

    Kinds: ``people`` (one place, predicate, definition and besieger, all origins together), ``people_all`` (all definitions of a
    place) and ``totals.<rule>`` (one for each relation that can be seen). Figures are persons unless ``unit`` says otherwise; a
    figure that is not visible leaves its relation undecided and is never filled in. See ``method.md``.

    Parameters
    ----------
    picture
        The ledger as of a day. People are those of the day; relations are tested as far as they were known, whatever
        day their figures speak of.
    """
    found = [*people(picture, sizes=household_sizes(picture)), *sums(picture)]
    return tuple(sorted(found, key=lambda finding: (finding.kind, finding.subject, finding.id)))
