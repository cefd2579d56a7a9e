"""What was asked of a siege over time, as every form of the answer says it: whose passage, on which days, by whose word, and what a status would hide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from castello.analyses.siege import decided_by_others, held
from castello.briefs import brief as parts
from castello.briefs._words import clean, words_of
from castello.briefs.profile import Clearance
from castello.picture.sentences import catalogue, name_of

Days = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked: of which picture for whom, on which days, for whose passage."""

    clearance: Clearance
    days: Days
    users: str = "supply"

    def spells(self, *, language: str = "en") -> tuple[parts.Spell, ...]:
        """The spells of a status that may leave, as a chart draws them."""
        first, last = self.days
        registers = self.clearance.picture.registers
        return tuple(
            parts.Spell(
                row=name_of(spell.place, registers, language=language),
                reading=spell.reading,
                status=spell.status,
                start=spell.start,
                end=spell.end,
            )
            for spell in self.clearance.timeline(start=first, end=last, users=self.users)
        )

    def caveats(self, *, language: str = "en") -> tuple[str, ...]:
        """What a status alone would hide, in sentences: that goods pass by another's leave, and that another is said to hold the place."""
        picture = self.clearance.picture
        word = "by-leave-withheld" if self.clearance.hides_roads else "by-leave"
        text = catalogue(language)["definitions"][word]
        names = (
            name_of(place, picture.registers, language=language)
            for place in decided_by_others(picture, users=self.users)
        )
        # asked like any other analysis, so that what a protected claim decides stays
        taken = self.clearance.findings(held(picture), analyses=(held,)).findings
        return (*(f"{name}: {text}." for name in names), *(finding.text for finding in taken))

    def about(self, *, withheld: Iterable[tuple[str, int]] = ()) -> dict[str, str]:
        """The filter that made a file, as plain values by name."""
        picture, settings = self.clearance.picture, self.clearance.picture.registers.settings
        return {
            "case": settings.id,
            "from": str(self.days[0]),
            "to": str(self.days[1]),
            "as_of": str(picture.as_of),
            "users": self.users,
            "known_by": str(picture.known_by or "everything on record"),
            "clock": picture.clock,
            "branch": picture.branch.name if picture.branch else "none",
            "seen_by": picture.only_source or "everybody",
            "mode": "live" if self.clearance.live else "historical",
            "profile": self.clearance.profile.value,
            "end": "does not count: a day's state holds to the end of the day, and end is midnight after the last day",
            "time_zone": settings.time_zone,
            "beside_a_status": " ".join(self.caveats()) or "nothing",
            "withheld": "; ".join(f"{what} ({count})" for what, count in withheld) or "nothing",
            "made_by": f"castello {version('castello')}",
        } | {f"handling_{key}": value for key, value in sorted(settings.handling.items())}

    def caption(self, *, language: str = "en") -> tuple[str, ...]:
        """The same in lines under a chart: the days and the filter first, then whatever makes it another answer."""
        words, picture = words_of(language), self.clearance.picture
        known_by = words.say("known_by_all") if picture.known_by is None else words.day(picture.known_by)
        lines = [
            words.say(
                "asked_about",
                case=clean(picture.registers.settings.name_en),
                first=words.day(self.days[0]),
                last=words.day(self.days[1]),
                users=words.term(f"traffic_{self.users}"),
            ),
            words.say(
                "asked_known",
                known_by=known_by,
                clock=words.term(picture.clock),
                mode=words.term("live" if self.clearance.live else "historical"),
                profile=words.term(self.clearance.profile.value),
            ),
        ]
        if picture.branch is not None:
            lines.append(words.say("asked_branch", branch=clean(picture.branch.name)))
        if picture.only_source is not None:
            lines.append(words.say("asked_seen_by", source=clean(name_of(picture.only_source, picture.registers))))
        return (*lines, *map(clean, self.caveats(language=language)))
