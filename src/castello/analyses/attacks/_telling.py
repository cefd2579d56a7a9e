"""Counts of attacks as findings, source by source and row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from castello.analyses.attacks._ratio import LEVEL, ratio
from castello.analyses.attacks._words import Label, count_in_words, events_in_words, label_of, missing, row_name
from castello.claims import AlsoValue, Finding, Reason
from castello.claims.vocabulary import limits
from castello.picture import Picture
from castello.picture.attacks import Aside, Attacks, By, Covered, Tally, bin_after
from castello.picture.sentences import interval, number
from castello.picture.telling import Teller

Values = dict[str, AlsoValue | date | None]

_BINS = ("day", "week", "month")
_CHOSEN = "statements as somebody entered them, no record of all attacks"


class AttackTeller:
    """Makes the findings of one call."""

    def __init__(
        self, picture: Picture, told: Attacks, *, start: date, end: date, by: By | None, place: str | None, public: bool
    ) -> None:
        self._teller, self._told = Teller(picture, method="attacks"), told
        self._start, self._end, self._by, self._place, self._public = start, end, by, place, public
        self._registers = picture.registers
        self._covered = {item.source: item for item in told.covered(start=start, end=end)}
        self._labels = {
            source: label_of(source, n=n, public=public)
            for n, source in enumerate(
                sorted({str(name) for name in told.claims.column("source").unique().to_pylist()})
            )
        }

    def findings(self) -> tuple[Finding, ...]:
        """Source by source, then row by row."""
        days = (self._end - self._start).days + 1
        now = {item.source: item for item in self._told.tallies(start=self._start, end=self._end)}
        before_end = self._start - timedelta(days=1)
        before = {
            item.source: item for item in self._told.tallies(start=self._start - timedelta(days=days), end=before_end)
        }
        asides: dict[str, list[Aside]] = {}
        for item in self._told.aside(start=self._start, end=self._end, by=self._by):
            asides.setdefault(item.source, []).append(item)
        found: list[Finding] = []
        for source in sorted({*now, *asides, *(item.source for item in self._covered.values() if item.feed)}):
            covered = self._covered.get(source)
            if source in now:
                found.append(self._total(now[source], covered))
            elif covered is not None and covered.feed is not None:
                found.append(self._nothing(covered))
            if covered is not None and covered.feed is not None:
                found += self._trend(covered, now.get(source), before=before.get(source), days=days)
            found += [self._aside(item) for item in asides.get(source, ())]
            if covered is not None and covered.feed is not None and source in now:
                found.append(self._coverage(covered))
        if self._by is not None:
            rows = list(self._told.tallies(start=self._start, end=self._end, by=self._by))
            found += self._rows([*rows, *self._silent(rows)])
        return tuple(found) or (self._none(),)

    # ------------------------------------------------------------------------------------------------------- counts

    def _total(self, tally: Tally, covered: Covered | None) -> Finding:
        extra = self._figures(tally)
        rate = self._rate(tally, covered)
        if rate is not None:
            extra |= {"per_day": [rate[0], rate[1]], "per_week": [7 * rate[0], 7 * rate[1]], "days": rate[2]}
        if covered is not None:
            shares = {"place": covered.placeless, "party": covered.partyless, "weapon": covered.weaponless}
            extra |= {"without": shares, "repeated": covered.repeated}
        values: Values = {"start": self._start, "end": self._end}
        values["count"] = count_in_words(tally)
        if rate is not None:
            values["rate"] = interval(round(7 * rate[0], 1), round(7 * rate[1], 1))
        return self._counted(
            "attacks", f"attacks.source{'_rate' if rate is not None else ''}", tally, values=values, extra=extra
        )

    def _rate(self, tally: Tally, covered: Covered | None) -> tuple[float, float, int] | None:
        """Attacks a day, at least and at most, over the days asked for on which the feed has anything at all; and how many these are."""
        if covered is None or covered.feed is None:
            return None
        days = (min(self._end, covered.last) - max(self._start, covered.first)).days + 1
        return None if days < 1 else (tally.low / days, tally.high / days, days)

    def _rows(self, tallies: Iterable[Tally]) -> list[Finding]:
        named = [(row_name(str(self._by), tally.value, self._registers), tally) for tally in tallies]
        if self._by in _BINS:
            named.sort(key=lambda item: (item[1].start, item[1].source))
        else:
            # what is not said stands last, whatever it is called
            named.sort(
                key=lambda item: (
                    item[1].value in (None, "unknown"),
                    item[0].casefold(),
                    item[1].value or "",
                    item[1].source,
                )
            )
        return [self._row(name, tally) for name, tally in named]

    def _row(self, name: str, tally: Tally) -> Finding:
        values: Values = {"row": name, "count": count_in_words(tally)}
        sentence = f"attacks.{'days' if self._by in _BINS else self._by}"
        if tally.value in (None, "unknown"):
            sentence += "_unknown"
        if self._by in _BINS:
            values |= {"start": tally.start, "end": tally.end}
            if tally.start == tally.end:
                sentence = "attacks.day"
        if not tally.told:
            return self._finding(
                "attacks_by", "attacks.days_none", tally.source, values={"start": tally.start, "end": tally.end},
                key=f"{self._by}|{tally.value}", unknown=missing(tally, _cannot(tally.feed)), status="undecided", reason=Reason.NO_CLAIM,
            )  # fmt: skip
        place = tally.value if self._by == "place" else None
        return self._counted(
            "attacks_by",
            sentence,
            tally,
            values=values,
            extra=self._figures(tally),
            key=f"{self._by}|{tally.value}",
            place=place,
        )

    def _silent(self, rows: list[Tally]) -> list[Tally]:
        """Days, weeks or months in which a feed that covers them tells of nothing: its rows are nought, not missing."""
        if self._by not in _BINS or self._public:
            return []
        found = []
        for covered in self._covered.values():
            there = {tally.start for tally in rows if tally.source == covered.source}
            first, last = max(self._start, covered.first), min(self._end, covered.last)
            at = _bin_of(self._start, str(self._by))
            while covered.feed is not None and at <= last:
                after = bin_after(at, str(self._by))
                begins, ends = max(at, self._start), min(after - timedelta(days=1), self._end)
                # a week that lies partly outside of what the feed covers is not known to be without
                if begins >= first and ends <= last and begins not in there:
                    found.append(_empty(covered, begins, ends))
                at = after
        return found

    def _figures(self, tally: Tally) -> dict[str, object]:
        return {
            "feed": tally.feed,
            "start": tally.start.isoformat(),
            "end": tally.end.isoformat(),
            "civilians_killed": {
                "low": tally.civilians_low,
                "high": None if tally.civilians_unsaid else tally.civilians_high,
                "events_without": tally.civilians_unsaid,
            },
            "killed": {
                "low": tally.deaths_low,
                "best": tally.deaths_best,
                "high": None if tally.deaths_unsaid else tally.deaths_high,
                "events_without": tally.deaths_unsaid,
            },
            "claims_in_all": tally.told,
        }

    def _counted(
        self,
        kind: str,
        sentence: str,
        tally: Tally,
        *,
        values: Values,
        extra: dict[str, object],
        key: str = "",
        place: str | None = None,
    ) -> Finding:
        if place is not None and tally.wide:
            extra["placed_no_finer"] = tally.wide
        found = self._finding(
            kind,
            sentence,
            tally.source,
            values=values,
            key=key,
            place=place or self._place,
            claims=tally.ids,
            unknown=missing(tally, _cannot(tally.feed)),
            status="counted",
            value=float(tally.low) if tally.low == tally.high else None,
            low=float(tally.low),
            high=float(tally.high),
            unit="attack",
            extra=extra,
        )
        return replace(found, sensitivity=tally.sensitivity)

    # -------------------------------------------------------------------------------------- trends, what is in no count

    def _trend(self, covered: Covered, now: Tally | None, *, before: Tally | None, days: int) -> list[Finding]:
        first = self._start - timedelta(days=days)
        many, few = (0 if tally is None else tally.low for tally in (now, before))
        values: Values = {"start": self._start, "end": self._end, "first": first}
        ids = (*(now.ids if now else ()), *(before.ids if before else ()))
        unknown = ("attacks come in bursts: the interval is too narrow for them", *_cannot(covered.feed))
        if first < covered.first or covered.last < self._end:
            values |= {"covered_first": covered.first, "covered_last": covered.last}
            return [
                self._finding(
                    "attacks_trend",
                    "attacks.trend_outside",
                    covered.source,
                    values=values,
                    key="trend",
                    claims=ids or covered.ids,
                    unknown=unknown,
                    status="undecided",
                    reason=Reason.OUTSIDE_COVERAGE,
                    label="inference",
                )
            ]
        found = ratio(many, few)
        if found is None:
            return []
        values |= {"now": number(many), "before": number(few), "level": round(100 * LEVEL)}
        values["range"] = interval(round(found.low, 2), None if found.high is None else round(found.high, 2))
        sentence = "attacks.trend_from_none"
        if found.value is not None:
            sentence, values["times"] = "attacks.trend", number(round(found.value, 2))
        status = "more" if found.low > 1 else "fewer" if found.high is not None and found.high < 1 else "undecided"
        possibly = {"now": now.high if now else 0, "before": before.high if before else 0}
        return [
            self._finding(
                "attacks_trend",
                sentence,
                covered.source,
                values=values,
                key="trend",
                claims=ids,
                unknown=unknown,
                status=status,
                reason=Reason.TOO_IMPRECISE if status == "undecided" else None,
                label="inference",
                value=found.value,
                low=found.low,
                high=found.high,
                unit="ratio",
                extra={
                    "surely": {"now": many, "before": few},
                    "possibly": possibly,
                    "method_of_interval": "exact conditional binomial",
                },
            )
        ]

    def _aside(self, item: Aside) -> Finding:
        values: Values = {"events": events_in_words(item.events, item.events)}
        sentence = f"attacks.aside_{item.why}"
        if item.area is not None:
            values["area"] = item.area
            if item.why == "somewhere":
                values["place"] = str(self._place)
        if item.why == "coarse":
            values["bin"] = self._by
        if item.why == "own_count":
            values |= {
                "figure": interval(item.low, item.high),
                "unit": item.unit,
                "start": item.first,
                "end": item.last,
            }
        key = "|".join(("aside", item.why, item.area or "", *(item.ids if item.why == "own_count" else ())))
        found = self._finding(
            "attacks_aside", sentence, item.source, values=values, key=key, place=item.area or self._place, claims=item.ids,
            unknown=(_ASIDE[item.why],), status=item.why, value=float(item.events), low=item.low, high=item.high,
            unit=item.unit or "attack", extra={"claims_in_all": item.told},
        )  # fmt: skip
        return replace(found, sensitivity=item.sensitivity)

    def _coverage(self, covered: Covered) -> Finding:
        shares = {
            name: f"{round(100 * without / max(covered.events, 1))} %"
            for name, without in (
                ("placeless", covered.placeless),
                ("partyless", covered.partyless),
                ("weaponless", covered.weaponless),
            )
        }
        cannot = _cannot(covered.feed)
        values: Values = {"first": covered.first, "last": covered.last, **shares}
        values["limits"] = "; ".join(cannot)
        return self._finding(
            "attacks_coverage", "attacks.coverage", covered.source, values=values, key="coverage", claims=covered.ids, unknown=cannot,
            status="covered", extra={"feed": covered.feed, "first": str(covered.first), "last": str(covered.last), "limits": list(cannot)},
        )  # fmt: skip

    def _nothing(self, covered: Covered) -> Finding:
        outside = self._end < covered.first or covered.last < self._start
        values: Values = {"start": self._start, "end": self._end}
        values |= {"first": covered.first, "last": covered.last}
        return self._finding(
            "attacks", "attacks.source_none", covered.source, values=values, claims=(), unknown=_cannot(covered.feed),
            status="undecided", reason=Reason.OUTSIDE_COVERAGE if outside else Reason.NO_CLAIM,
        )  # fmt: skip

    def _none(self) -> Finding:
        about = self._place or self._registers.settings.id
        return self._teller.finding(
            "attacks", "attacks.none", subject=about, place=self._place, key=f"{self._start}|{self._end}",
            values={"start": self._start, "end": self._end}, claims=(), unknown=("attacks that nobody entered",),
            status="undecided", reason=Reason.NO_CLAIM,
        )  # fmt: skip

    def _finding(
        self,
        kind: str,
        sentence: str,
        source: str,
        *,
        values: Values,
        unknown: tuple[str, ...],
        key: str = "",
        place: str | None = None,
        claims: tuple[str, ...] = (),
        **slots: object,
    ) -> Finding:
        label: Label = self._labels[source]
        asked = f"{key}|{label.id}|{self._start}|{self._end}"
        return self._teller.finding(
            kind, sentence, subject=label.id, place=place or self._place, key=asked, values={"source": label.name, **values},
            claims=claims, unknown=unknown, **slots,  # type: ignore[arg-type]  # the slots of a finding, checked when it is made
        )  # fmt: skip


_ASIDE = {
    "somewhere": "where inside the wider area",
    "summary": "on which days these were",
    "coarse": "on which days these were",
    "own_count": "which attacks the figure holds, and whether others are among them",
    "hedged": "whether it happened",
    "denied": "whether it happened",
    "refused": "what else the source says",
}


def _cannot(feed: str | None) -> tuple[str, ...]:
    """What cannot be read from a source: of a feed what is on record of it, of others that they were chosen."""
    if feed is None:
        return (_CHOSEN,)
    return tuple(limit.says for limit in limits(feed)) or ("what this feed leaves out is not on record",)


def _bin_of(day: date, bin: str) -> date:
    if bin == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if bin == "week" else day


def _empty(covered: Covered, start: date, end: date) -> Tally:
    return Tally(
        source=covered.source, feed=covered.feed, value=start.isoformat(), start=start, end=end, low=0, high=0, deaths_low=0.0,
        deaths_best=None, best_unsaid=0, deaths_high=0.0, deaths_unsaid=0, civilians_low=0.0, civilians_high=0.0, civilians_unsaid=0, wide=0, told=0,
        ids=(), sensitivity=covered.sensitivity,
    )  # fmt: skip
