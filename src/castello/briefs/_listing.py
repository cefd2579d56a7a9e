"""What a listing of claims asks for, asked of what leaves and of nothing finer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from castello.briefs._claim_rules import ClaimRules
from castello.briefs._coarse import month, next_month
from castello.claims import Claim, Kind
from castello.picture import Picture

_AT_ONCE = 1000
"""So many claims are read at once where not all are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Filters of a listing: kinds (all if none is named), a subject, object or place, a source, first and last day."""

    kinds: tuple[Kind, ...] = ()
    about: str | None = None
    source: str | None = None
    start: date | None = None
    end: date | None = None

    @property
    def anything(self) -> bool:
        """Whether not simply everything is asked for."""
        return bool(self.kinds) or (self.about, self.source, self.start, self.end) != (None, None, None, None)

    def of_what_leaves(
        self, rules: ClaimRules, picture: Picture, *, key: Callable[[str], str], limit: int | None = None
    ) -> tuple[tuple[Claim, ...], bool]:
        """
        Claims as they leave that meet the filters, in an order in which nothing that was made coarser counts.

        Parameters
        ----------
        rules, picture
            Which claims leave, and how.
        key
            The id under which a claim leaves.
        limit
            At most so many, the first in order; all if not given.

        Returns
        -------
        tuple
            The claims, and whether there are more.
        """
        judged = rules.judge_all()
        # first all claims that may become what is asked for, then what they became
        ids = picture.claim_ids(
            kinds=self.kinds,
            about=() if self.about is None else _leaving_as(self.about, picture),
            source=self.source,
            start=month(self.start),
            end=_end_of_month(self.end),
        )
        may = [id_ for id_ in ids if judged[id_][1] is None]
        # only those of protected speakers leave with an earlier first day than they have
        early = [id_ for id_ in may if not id_.startswith("c1-")]
        late, found = [id_ for id_ in may if id_.startswith("c1-")], list[Claim]()
        size = max(len(late), 1) if limit is None else max(limit, _AT_ONCE)
        for start in (None, *range(0, len(late), size)):
            read = early if start is None else late[start : start + size]
            found += [claim for claim in map(rules.coarse, picture.claims_by_id(read).values()) if self._meets(claim)]
            found.sort(
                key=lambda claim: (_first_day(claim), claim.kind, claim.subject, claim.object or "", key(claim.id))
            )
            if limit is not None and start is not None and len(found) > limit:
                # what is still to be read begins on the last of these days or later
                last = _first_day(picture.claims_by_id(read[-1:])[read[-1]])
                if _first_day(found[limit]) < last:
                    break
        return tuple(found if limit is None else found[:limit]), limit is not None and len(found) > limit

    def _meets(self, claim: Claim) -> bool:
        first, after = claim.happened.maybe
        return (
            (self.about is None or self.about in (claim.subject, claim.object, claim.place))
            # who speaks under a pseudonym cannot be asked for
            and (
                self.source is None
                or any(link.who == self.source and not link.who.startswith("src-") for link in claim.chain)
            )
            and (self.start is None or after is None or after > self.start)
            and (self.end is None or first is None or first <= self.end)
        )


def _leaving_as(area: str, picture: Picture) -> tuple[str, ...]:
    """An id, and the places and roads that leave as it."""
    places = picture.registers.places
    return (area, *(id_ for id_ in places if places.public_area(id_) == area))


def _end_of_month(day: date | None) -> date | None:
    """The last day of a day's month; None for no day, and for the last month that there is."""
    return (
        None
        if day is None or day.year == date.max.year
        else (next_month(day.replace(day=2)) or day) - timedelta(days=1)
    )


def _first_day(claim: Claim) -> date:
    return (claim.happened.sure or claim.happened.maybe)[0] or date.min
