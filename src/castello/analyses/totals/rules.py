"""
The rules of reconciliation as pure arithmetic: figures in roles in, an outcome out. No figure is ever corrected.

``pass``            the figures can all be true as printed
``pass_rounded``    they can once the rounding that the words show, or the relation's own tolerance, is allowed
``fail``            they cannot
``fail_explained``  they cannot, and the relation says in a sentence why
``open``            nothing contradicts, but something is missing: a rest that is not itemised, a figure to compare with
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

from castello.analyses.totals.figures import Figure
from castello.analyses.totals.misprints import transpositions
from castello.picture.interval import Interval, hull, plain, rounded, total, written

Verdict = Literal["pass", "pass_rounded", "fail", "fail_explained", "open"]
VERDICTS: tuple[Verdict, ...] = ("pass", "pass_rounded", "fail", "fail_explained", "open")

PLAUSIBLE = Interval(3.5, 7.0)
"""Persons per family within which a pair of figures is plausible: our assumption, for Syria in 2016."""

NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "parts": (("whole",), ("parts",)),
    "subset": (("whole",), ("part",)),
    "flow": (("before",), ("after",)),
    "percent": (("base",), ("added", "after")),
    "then_and_now": (("said_now",), ("said_then",)),
    "household": (("persons",), ("families",)),
    "ratio": (("first",),),
    "update": (("base",), ("added",)),
    "range": (("figures",),),
}
"""Roles that a rule cannot do without; of a group one is enough."""

MAIN = ("whole", "after", "base", "said_now", "persons", "first", "figures")
"""Roles whose figure a relation is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What a rule found: ``computed`` from some figures, ``stated`` by another, and whether they agree.

    ``arithmetic`` is the sum in signs that need no translation. ``variant`` names a special sentence, ``extra`` holds what
    only this rule has.
    """

    verdict: Verdict
    arithmetic: str
    unit: str
    computed: Interval | None = None
    stated: Interval | None = None
    variant: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def difference(self) -> Interval | None:
        """Computed less stated."""
        return None if self.computed is None or self.stated is None else self.computed - self.stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The figures of one relation by role, with what its coder allowed and explained."""

    figures: tuple[Figure, ...]
    tolerance: float | None = None
    explained: str | None = None

    def all(self, *roles: str) -> tuple[Figure, ...]:
        """Figures of the given roles, in order."""
        return tuple(item for item in self.figures if item.role in roles)

    def first(self, *roles: str) -> Figure | None:
        """The first figure of the given roles, if there is one."""
        return next(iter(self.all(*roles)), None)

    def one(self, role: str) -> Figure:
        """The first figure of a role that :data:`NEEDED` guarantees."""
        return self.all(role)[0]

    def agree(self, computed: Interval, stated: Interval, *, loosely: tuple[Interval, Interval]) -> Verdict:
        """The verdict on an equation, from the figures as printed and from the same with their slack."""
        if computed.meets(stated):
            return "pass"
        if loosely[0].meets(loosely[1]):
            return "pass_rounded"
        if self.tolerance is not None and computed.meets(stated.widened_by_share(self.tolerance)):
            return "pass_rounded"
        return self.failed

    @property
    def failed(self) -> Verdict:
        """``fail``, or ``fail_explained`` where the coder says why."""
        return "fail_explained" if self.explained else "fail"


def missing(rule: str, figures: Sequence[Figure]) -> tuple[str, ...]:
    """
    Roles that the rule needs and that no figure fills.

    Examples
    --------
    >>> missing("parts", [Figure(role="whole", span=Interval.point(242))])
    ('parts',)
    """
    roles = {item.role for item in figures}
    gaps = [" or ".join(group) for group in NEEDED[rule] if not roles & set(group)]
    if rule == "ratio":
        gaps += [role for role in ("first", "second") if sum(item.role == role for item in figures) == 1]
    return tuple(sorted(gaps))


def mixed(rule: str, figures: Sequence[Figure]) -> tuple[str, ...]:
    """
    Units or definitions that stand side by side where only one may: such figures are not compared (rule R9).

    Examples
    --------
    >>> breaches = [Figure(role="said_then", span=Interval.point(38), definition="breaches"),
    ...             Figure(role="said_now", span=Interval.point(26), definition="major breaches")]
    >>> mixed("then_and_now", breaches)
    ('breaches', 'major breaches')
    """
    if rule == "household":
        wanted = {"persons": "person", "families": "family"}
        wrong = {item.unit for item in figures if wanted.get(item.role, item.unit) != item.unit}
        return tuple(sorted(wrong))
    if rule == "ratio":
        pairs = [[item.unit for item in figures if item.role == role][:2] for role in ("first", "second")]
        clash = pairs[0] != pairs[1] and bool(pairs[1])
        return tuple(sorted({"/".join(pair) for pair in pairs})) if clash else ()
    compared = [
        item for item in figures if item.role not in ("change", "stated") or item.unit not in ("percent", "times")
    ]
    units = {item.unit for item in compared}
    if len(units) > 1:
        return tuple(sorted(units))
    definitions = {item.definition for item in compared if item.definition} if rule == "then_and_now" else set()
    return tuple(sorted(definitions)) if len(definitions) > 1 else ()


def check(
    rule: str, figures: Sequence[Figure], *, tolerance: float | None = None, explained: str | None = None
) -> Outcome:
    """
    Test figures against a rule of :data:`castello.claims.RULES`.

    Parameters
    ----------
    rule, figures
        The rule, and its figures in their roles: none of :data:`NEEDED` may be missing.
    tolerance
        Share of the stated figure by which the computed one may differ; None = what the words show.
    explained
        Why a failed check is understood.

    Examples
    --------
    >>> def printed(role, value):
    ...     return Figure(role=role, span=Interval.point(value))
    >>> outcome = check("parts", [printed("whole", 242), printed("parts", 219), printed("parts", 32)])
    >>> outcome.verdict, outcome.arithmetic, outcome.extra["transposition"][0]["reads"]
    ('fail', '219 + 32 = 251', 23)
    """
    return _RULES[rule](Asked(figures=tuple(figures), tolerance=tolerance, explained=explained))


# ------------------------------------------------------------------------------------------------------ sums of parts


def _parts(asked: Asked) -> Outcome:
    whole, parts = asked.one("whole"), asked.all("parts")
    computed, stated = total(part.span for part in parts), whole.span
    verdict = asked.agree(computed, stated, loosely=(total(part.loose for part in parts), whole.loose))
    arithmetic = _equation(parts, computed)
    outcome = Outcome(verdict=verdict, arithmetic=arithmetic, unit=whole.unit, computed=computed, stated=stated)
    if not verdict.startswith("fail"):
        return outcome
    repairs = transpositions([*((part, 1) for part in parts), (whole, -1)], off=computed - stated)
    if repairs:
        return replace(outcome, variant=None if asked.explained else "transposed", extra={"transposition": repairs})
    if verdict == "fail" and computed.below(stated):
        # a list that falls short may be incomplete; one that exceeds its whole cannot be right
        return replace(outcome, verdict="open", extra={"rest": plain(stated - computed)})
    return outcome


def _subset(asked: Asked) -> Outcome:
    whole, part = asked.one("whole"), asked.one("part")
    room = Interval(-math.inf, whole.span.high)
    verdict = asked.agree(part.span, room, loosely=(part.loose, Interval(-math.inf, whole.loose.high)))
    arithmetic = f"{part.shown} {'>' if verdict.startswith('fail') else '≤'} {whole.shown}"
    return Outcome(verdict=verdict, arithmetic=arithmetic, unit=whole.unit, computed=part.span, stated=whole.span)


def _flow(asked: Asked) -> Outcome:
    before, after = asked.one("before"), asked.one("after")
    added, removed = asked.all("added"), asked.all("removed")
    computed = total([before.span, *(item.span for item in added)]) - total(item.span for item in removed)
    loosely = total([before.loose, *(item.loose for item in added)]) - total(item.loose for item in removed)
    arithmetic = _equation((before, *added), computed, less=removed)
    verdict = asked.agree(computed, after.span, loosely=(loosely, after.loose))
    outcome = Outcome(verdict=verdict, arithmetic=arithmetic, unit=after.unit, computed=computed, stated=after.span)
    if not verdict.startswith("fail"):
        return outcome
    rest = {"rest": plain(after.span - computed)}
    if not added and not removed:
        # nobody stated the size of what came or went: there is a rest, named or not, and no contradiction
        named = bool(asked.explained)
        return replace(outcome, verdict="pass" if named else "open", variant="named" if named else None, extra=rest)
    moved = [*((item, 1) for item in added), *((item, -1) for item in (*removed, after))]
    repairs = transpositions(moved, off=computed - after.span)
    variant = "transposed" if repairs and not asked.explained else None
    return replace(outcome, variant=variant, extra=rest | ({"transposition": repairs} if repairs else {}))


# ------------------------------------------------------------------------------------- percentages and updated totals


def _percent(asked: Asked) -> Outcome:
    base, change = asked.one("base"), asked.first("change")
    added, after = asked.first("added"), asked.first("after")
    end = added or after
    assert end is not None  # NEEDED
    spans = [
        _change(part, whole, grown=added is None) for part, whole in ((end.span, base.span), (end.loose, base.loose))
    ]
    growth = f"{end.shown} ÷ {base.shown}"
    arithmetic = f"{growth}{'' if added is not None else ' − 1'} = {_percent_shown(spans[0], stated=change)}"
    if change is None:
        return Outcome(verdict="open", arithmetic=arithmetic, unit="percent", computed=spans[0])
    verdict = _percent_verdict(asked, spans, change)
    return Outcome(verdict=verdict, arithmetic=arithmetic, unit="percent", computed=spans[0], stated=change.span)


def _change(end: Interval, base: Interval, *, grown: bool) -> Interval:
    share = end / base * Interval.point(100)
    return share - Interval.point(100) if grown else share


def _percent_verdict(asked: Asked, spans: Sequence[Interval], stated: Figure) -> Verdict:
    """Agreement of a percentage with a printed one, which was rounded to its last digit, or cut after it."""
    digit = 10.0**-stated.decimals
    rounded = stated.span.widened(digit / 2)
    if spans[0].meets(rounded):
        return "pass"
    cut = Interval(
        stated.span.low - (digit if stated.span.low < 0 else 0),
        stated.span.high + (digit if stated.span.high >= 0 else 0),
    )
    if spans[0].meets(cut):
        return "pass_rounded"
    return asked.agree(spans[0], stated.span, loosely=(spans[1], rounded.widened(stated.slack)))


def _update(asked: Asked) -> Outcome:
    added, stated = asked.all("added"), asked.first("stated")
    area, loose_area = total(item.span for item in added), total(item.loose for item in added)
    updates, verdicts, sums = [], [], []
    for base in asked.all("base"):
        computed, loosely = base.span + area, base.loose + loose_area
        percent = [_change(area, base.span, grown=False), _change(loose_area, base.loose, grown=False)]
        if stated is None:
            verdicts.append("open")
        elif stated.unit == "percent":
            verdicts.append(_percent_verdict(asked, percent, stated))
        else:
            verdicts.append(asked.agree(computed, stated.span, loosely=(loosely, stated.loose)))
        low, high = computed.ends
        updates.append({"base": base.to_json(), "low": low, "high": high, "percent": plain(percent[0])})
        sums.append(
            (
                f"{_equation((base, *added), computed)} ({_percent_shown(percent[0], stated=stated, sign='+')})",
                computed,
                percent[0],
            )
        )
    share = stated is not None and stated.unit == "percent"
    return Outcome(
        verdict=_worst(verdicts),
        arithmetic="; ".join(text for text, _, _ in sums),
        unit=asked.one("base").unit,
        computed=hull(computed for _, computed, _ in sums),
        # a stated percentage is compared as one: see the difference in percent
        stated=None if stated is None or share else stated.span,
        extra={
            "updates": updates,
            "stated_percent": plain(stated.span) if stated is not None and share else None,
            "percent": plain(hull(percent for _, _, percent in sums)),
        },
    )


# ----------------------------------------------------------------------------------------------- statements compared


def _then_and_now(asked: Asked) -> Outcome:
    now, then = asked.one("said_now"), asked.one("said_then")
    verdict = asked.agree(now.span, then.span, loosely=(now.loose, then.loose))
    arithmetic = f"{now.shown} − {then.shown} = {written(now.span - then.span)}"
    return Outcome(verdict=verdict, arithmetic=arithmetic, unit=now.unit, computed=now.span, stated=then.span)


def _household(asked: Asked) -> Outcome:
    families = asked.one("families")
    spans, verdicts, sums = [], [], []
    for persons in asked.all("persons"):
        size = persons.span / families.span
        spans.append(size)
        verdicts.append(asked.agree(size, PLAUSIBLE, loosely=(persons.loose / families.loose, PLAUSIBLE)))
        sums.append(f"{persons.shown} ÷ {families.shown} = {written(rounded(size))}")
    return Outcome(
        verdict=_worst(verdicts),
        arithmetic="; ".join(sums),
        unit="person/family",
        computed=hull(spans),
        stated=PLAUSIBLE,
        extra={"implied": [plain(span) for span in spans], "basis": "our assumption"},
    )


def _ratio(asked: Asked) -> Outcome:
    first, second = asked.all("first"), asked.all("second")
    unit = f"{first[0].unit}/{first[1].unit}"
    one, other = (pair[0].span / pair[1].span if pair else None for pair in (first, second))
    assert one is not None  # NEEDED
    sums = [
        f"{pair[0].shown} ÷ {pair[1].shown} = {written(rounded(span))}"
        for pair, span in ((first, one), (second, other))
        if span is not None
    ]
    arithmetic = "; ".join(sums)
    if other is None:
        return Outcome(verdict="open", arithmetic=arithmetic, unit=unit, computed=one)
    verdict = asked.agree(one, other, loosely=(first[0].loose / first[1].loose, second[0].loose / second[1].loose))
    factor = None
    if one.value and other.value:
        factor = round(max(one.value, other.value) / min(one.value, other.value), 4)
    return Outcome(
        verdict=verdict, arithmetic=arithmetic, unit=unit, computed=one, stated=other, extra={"factor": factor}
    )


def _range(asked: Asked) -> Outcome:
    figures = asked.all("figures")
    spans = sorted({item.shown: item.span for item in figures}.items(), key=lambda pair: (pair[1].low, pair[1].high))
    outcome = Outcome(
        verdict="pass",
        arithmetic=" · ".join(text for text, _ in spans),
        unit=figures[0].unit,
        computed=hull(span for _, span in spans),
    )
    twice = [(a, b) for a, b in combinations(figures, 2) if a.text and a.text == b.text and a.span != b.span]
    if twice:
        extra = {"one_text": [[a.claim, b.claim] for a, b in twice]}
        return replace(outcome, verdict=asked.failed, variant=None if asked.explained else "one_text", extra=extra)
    # two exact figures are two claims, kept side by side; a bound is what the other figures can break
    tested = [(a, b) for a, b in combinations(figures, 2) if a.span.value is None or b.span.value is None]
    if tested:
        return replace(
            outcome, verdict=_worst([asked.agree(a.span, b.span, loosely=(a.loose, b.loose)) for a, b in tested])
        )
    return outcome if len(spans) == 1 else replace(outcome, verdict="open")


_RULES: Mapping[str, Callable[[Asked], Outcome]] = {
    "parts": _parts,
    "subset": _subset,
    "flow": _flow,
    "percent": _percent,
    "then_and_now": _then_and_now,
    "household": _household,
    "ratio": _ratio,
    "update": _update,
    "range": _range,
}


# ------------------------------------------------------------------------------------------------------------ wording


def _equation(parts: Sequence[Figure], computed: Interval, *, less: Sequence[Figure] = ()) -> str:
    left = " + ".join(part.shown for part in parts) + "".join(f" − {item.shown}" for item in less)
    about = any(part.about for part in (*parts, *less))
    return left if len(parts) + len(less) == 1 else f"{left} = {written(computed, about=about)}"


def _worst(verdicts: Sequence[str]) -> Verdict:
    order: tuple[Verdict, ...] = ("fail", "fail_explained", "open", "pass_rounded", "pass")
    return next(verdict for verdict in order if verdict in verdicts)


def _percent_shown(span: Interval, *, stated: Figure | None = None, sign: str = "") -> str:
    """One digit more than was stated, so that what was rounded or cut can be seen."""
    digits = 1 if stated is None or stated.unit != "percent" else stated.decimals + 1
    low, high = (None if end is None else f"{end:{sign}.{digits}f} %" for end in span.ends)
    if span.value is not None:
        return low or ""
    if low is None and high is None:
        return "?"
    if low is None or span.low == 0:
        return f"≤ {high}"
    return f"≥ {low}" if high is None else f"{low.removesuffix(' %')}–{high}"
