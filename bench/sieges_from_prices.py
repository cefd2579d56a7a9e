"""
What prices alone say of sieges, held against the UN's list of places by access: hits, misses, what cannot be said, and who is out of sight.

No benchmark of speed. It needs two files that are not part of Castello, and prints nothing without them::

    python bench/sieges_from_prices.py --list hno2017_community_access_oct2016.csv --prices wfp_food_prices_syr.csv.gz

Two cases are made as a user makes them (``castello new``, ``castello add``). In the first there are prices only: it answers, and has never seen the list.
In the second the list goes in first: it is the truth, and shows whether the answer changes for one who has the list.

A market stands in the community of the list that bears its name within 3 km of its point (the rule of Castello's price reader for places of the
register), else in the nearest one within ``--km`` (2, as in the method note: the points of markets have two decimals). Where several communities share the nearest
point (within 100 m) the gravest status counts, and it is told. A market with neither is unmatched and enters no rate. Other distances are shown beside.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from math import comb
from pathlib import Path

import numpy as np
from _measure import arguments
from _sieges_shown import show

DAYS = (date(2016, 10, 31), date(2016, 12, 31))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = ("besieged", "military encircled", "hard to reach", "accessible")
"""From the gravest on; a truth is the first one, two or three of them."""
TRUTHS = {"besieged": 1, "besieged or encircled": 2, "besieged, encircled or hard to reach": 3}
SOURCES = """sources:
  un-ocha: {name_en: UN OCHA, kind: agency}
  wfp: {name_en: World Food Programme, kind: agency}
"""
LEAST, IN_A_ROW, LEAST_ITEMS = 2.0, 2, 3
"""The rule of the signal, as the method note has it. Nothing here is chosen by its result."""
SURE, AHEAD, NAMED_KM = 0.8, 0.05, 3.0
"""When a name is taken for one of the register, and how far its point may lie: the rules of Castello's price reader."""
SILENT = "no price in the last three months"
WHY = {
    "old": SILENT,
    "few_items": "fewer than three foods in common with a reference",
    "gap": "the month before is not known",
}
WHY["no_reference"] = "no reference"


def main() -> None:
    options = arguments(
        __doc__,
        list={"help": "OCHA's list of communities by access, October 2016 (CSV)"},
        prices={"help": "the World Food Programme's price sheet of Syria (CSV, also compressed)"},
        km={"type": float, "default": 2.0, "help": "how far the nearest community may lie from a market (default: 2)"},
    )
    if not (options.list and options.prices):
        sys.exit(
            print("needs --list FILE and --prices FILE, which are not part of Castello: left out", file=sys.stderr)
        )
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(options.list), Path(options.prices), work=Path(name), km=options.km)
    print(json.dumps(found, indent=1)) if options.json else show(found)


def measure(listed: Path, prices: Path, *, work: Path, km: float) -> dict:
    environ = dict(os.environ) | {"CASTELLO_HOME": str(work / "home")}
    alone = make(work / "alone", environ, prices=prices)
    both = make(work / "both", environ, listed=listed, prices=prices)
    communities = communities_of(both.picture(as_of=DAYS[-1]))
    stands = {at: matched(both.picture(as_of=DAYS[-1]), communities, km=at) for at in sorted({1.0, 2.0, 3.0, 5.0, km})}
    found = {"km": km, "list": totals(communities), "days": {}}
    for day in DAYS:
        found["days"][day.isoformat()] = of_day(alone, day, communities, stands, km=km)
    # the reader of the list knows where each market stands: the register says so, and the case is asked again
    write_parents(both, stands[km])
    for day in DAYS:
        told, knows = signals(alone, day), signals(both, day)
        pairs = [(one, knows[market]) for market, one in sorted(told.items(), key=lambda item: item[1]["name"])]
        found["days"][day.isoformat()]["with_the_list"] = {
            "other_answers": {
                one["name"]: f"{short(one)}, then {short(two)}" for one, two in pairs if short(one) != short(two)
            },
            "months_with_another_reference": {one["name"]: months for one, two in pairs if (months := moved(one, two))},
        }
    found["claims"] = claims_of_bundled(environ, communities)
    return found


# ------------------------------------------------------------------------------------------------------------ the cases


def make(folder: Path, environ: dict, *, prices: Path, listed: Path | None = None):
    """A case with a price sheet, and with the list before it; as ``castello new`` and ``castello add`` make it."""
    import castello
    from castello.desk.case import Case
    from castello.desk.planning import Sidecar

    castello.new(folder)
    (folder / "sources.yml").write_text(SOURCES, encoding="utf-8")
    settings = (folder / "case.toml").read_text(encoding="utf-8")
    kept = [line for line in settings.splitlines() if not line.startswith("from =")]
    kept.insert(
        next(n for n, line in enumerate(kept) if line.startswith("name_en")) + 1, "from = 2011-01-01\nto = 2016-12-31"
    )
    (folder / "case.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    case = Case(folder, environ=environ)
    if listed is not None:
        inbox = folder.parent / "inbox"
        inbox.mkdir()
        shutil.copy(listed, inbox / listed.name)
        # the overview came out in December 2016, on a day that the file does not give
        sidecar = "format: ocha_access\npublisher: un-ocha\npublished: 2016-12-01\npublished_basis: inferred\nvalid: {on: 2016-10}\n"
        (inbox / f"{listed.name}.yml").write_text(sidecar, encoding="utf-8")
        case.add([inbox / listed.name], now=NOW)
    case.add([prices], sidecar=Sidecar(publisher="wfp", published=date(2024, 1, 15)), now=NOW)
    return Case(folder, environ=environ)


def communities_of(picture) -> dict[str, dict]:
    """Each community of the list: its name, status, people (None where the list has none) and point, from the claims of the case."""
    from castello.claims import Kind

    found = {}
    for claim in picture.claims(kinds=[Kind.LISTING]):
        place = picture.registers.places.place(str(claim.object))
        found[place.id] = {"name": place.name_en, "status": claim.slot("status"), "people": None, "point": place.point}
    for claim in picture.claims(kinds=[Kind.PEOPLE]):
        if claim.slot("definition") is None and claim.quantity.unit == "person":
            found[claim.subject]["people"] = claim.quantity.value
    return found


def totals(communities: dict) -> dict:
    return {
        status: {"communities": len(some), "people": round(sum(one["people"] or 0 for one in some))}
        for status in STATUSES
        if (some := [one for one in communities.values() if one["status"] == status])
    }


def matched(picture, communities: dict, *, km: float) -> dict[str, dict]:
    """The community that each market stands in: by name, else the nearest by point; None where there is neither."""
    places = picture.registers.places
    ids = [id_ for id_, one in communities.items() if one["point"]]
    points = np.array([communities[id_]["point"] for id_ in ids])
    found = {}
    for market in (place for place in places.places if place.kind == "market"):
        away = apart(market.point, points)
        of = dict(zip(ids, away.tolist(), strict=True))
        named = [
            one
            for one in places.resolve(market.name_en, limit=50, floor=SURE)
            if of.get(one.id, NAMED_KM + 1) <= NAMED_KM
        ]
        if len(named) == 1 or (len(named) > 1 and named[0].score - named[1].score >= AHEAD):
            found[market.id] = {"how": "name", "ids": [named[0].id], "km": round(of[named[0].id], 1)}
            continue
        near = [id_ for id_, one in zip(ids, away, strict=True) if one <= min(km, away.min() + 0.1)]
        near.sort(key=lambda id_: (STATUSES.index(communities[id_]["status"]), id_))
        found[market.id] = {"how": "point" if near else "unmatched", "ids": near, "km": round(float(away.min()), 1)}
    return found


def apart(point, points) -> np.ndarray:
    from castello.places.geodesic import geodesic_km

    return geodesic_km(point[0], point[1], lat_b=points[:, 0], lon_b=points[:, 1])


def write_parents(case, stands: dict) -> None:
    """Says in places.csv in which community each matched market stands; a parent has to be there as a row itself."""
    places = case.picture(as_of=DAYS[-1]).registers.places
    pairs = {market: stand["ids"][0] for market, stand in sorted(stands.items()) if stand["ids"]}
    file = case.folder / "places.csv"
    with file.open(encoding="utf-8") as text:
        columns = next(csv.reader(text))
    with file.open("a", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, restval="")
        for id_ in (*sorted(set(pairs.values())), *pairs):
            place = places.place(id_)
            row = {"id": id_, "name_en": place.name_en, "kind": place.kind, "parent": pairs.get(id_, "")}
            writer.writerow(row | {"lat": place.lat, "lon": place.lon})
    wrong = [issue.what for issue in case.build(now=NOW).issues if issue.file == file.name]
    if wrong:
        raise SystemExit(f"places.csv: {'; '.join(wrong)}")


# ---------------------------------------------------------------------------------------------------------- the signals


def signals(case, day: date) -> dict[str, dict]:
    """What ``castello markets --market all`` says of each market that has had a price by a day, with its last months."""
    from castello.picture.prices import prices_of

    picture = case.picture(as_of=day)
    names = picture.registers.places.name
    found = {
        market: {"name": names(market), "answer": "undecided", "why": SILENT, "level": None, "months": []}
        for market in prices_of(picture).markets
    }
    for finding in case.markets(picture):
        if finding.kind == "siege_signal":
            told = finding.to_json()
            status, form = told["status"], told["message"]["id"].rpartition(".")[2]
            answer = status if status in ("none", "undecided") else "on"
            found[finding.place] |= {
                "answer": answer,
                "level": status if answer == "on" else None,
                "months": told["months"],
            }
            found[finding.place]["why"] = WHY[told["message"]["values"]["why"]] if answer == "undecided" else None
            mine = by_rule(told["months"])
            if found[finding.place]["why"] != SILENT and mine != answer:
                raise SystemExit(
                    f"{finding.place}: the rule as written here says {mine}, Castello says {answer} ({form})"
                )
    return found


def by_rule(months: list, *, least=LEAST, in_a_row=IN_A_ROW, items=LEAST_ITEMS, what="index") -> str:
    """The signal of the last month by its rule, with other thresholds where asked; the same reference in any case."""
    known = [high(month, least=least, items=items, what=what) for month in months[-in_a_row:]]
    if not known or known[-1] is None:
        return "undecided"
    for one in reversed(known):
        if one is None:
            return "undecided"
        if not one:
            return "none"
    return "on" if len(known) == in_a_row else "undecided"


def high(month: dict, *, least: float, items: int, what: str) -> bool | None:
    value = month[what] if month["items"] >= items else None
    return None if value is None else value >= least


def ever(months: list, **rule) -> str:
    """Whether the signal was on in any of some months; ``none`` where it was not, and could be told for at least one."""
    told = [by_rule(months[: n + 1], **rule) for n in range(len(months))]
    return "on" if "on" in told else "none" if "none" in told else "undecided"


def short(one: dict) -> str:
    return " ".join(part for part in (one["answer"], one["level"]) if part)


def moved(one: dict, other: dict) -> list[str]:
    """Months in which a market was held against another market than before."""
    before = {month["month"]: month["reference"] for month in one["months"]}
    return [month["month"] for month in other["months"] if month["reference"] != before.get(month["month"])]


# ------------------------------------------------------------------------------------------------------------ one day


def of_day(case, day: date, communities: dict, stands: dict, *, km: float) -> dict:
    told = signals(case, day)
    here = {market: stands[km][market] for market in told}
    answers = {market: one["answer"] for market, one in told.items()}
    matched_ = {market: stand for market, stand in here.items() if stand["ids"]}
    names = {market: one["name"] for market, one in told.items()}
    status = {market: communities[stand["ids"][0]]["status"] for market, stand in matched_.items()}
    found = {
        "markets": len(told),
        "judged": sum(one["answer"] != "undecided" for one in told.values()),
        "undecided": listed_by(told, lambda market: told[market]["why"]),
        "unmatched": {
            names[m]: {"nearest_km": s["km"], "answer": answers[m]} for m, s in by_name(here, names) if not s["ids"]
        },
        "matched": {
            names[m]: {
                "how": s["how"],
                "km": s["km"],
                "community": communities[s["ids"][0]]["name"],
                "status": status[m],
                "shares_its_point_with": [
                    f"{communities[i]['name']}: {communities[i]['status']}" for i in s["ids"][1:]
                ],
                "answer": short(told[m]),
                "why": told[m]["why"],
                "multiple": latest(told[m]["months"]),
                "twelve_months": ever(told[m]["months"][-12:]),
            }
            for m, s in by_name(matched_, names)
        },
        "on_the_day": {truth: table(answers, status, names, worst) for truth, worst in TRUTHS.items()},
    }
    year = {market: ever(one["months"][-12:]) if one["why"] != SILENT else "undecided" for market, one in told.items()}
    found["in_twelve_months"] = {truth: table(year, status, names, worst) for truth, worst in TRUTHS.items()}
    found["fuel"] = fuel(told)
    found["coverage"] = coverage(case, told, matched_, communities)
    found["sensitivity"] = sensitivity(told, status, names)
    found["sensitivity_of_the_match"] = {}
    for at, every in stands.items():
        near = {m: communities[every[m]["ids"][0]]["status"] for m in told if every[m]["ids"]}
        row = {"matched": len(near)}
        for truth in list(TRUTHS)[:2]:
            row[truth] = {
                "on_the_day": counts(table(answers, near, names, TRUTHS[truth])),
                "in_twelve_months": counts(table(year, near, names, TRUTHS[truth])),
            }
        found["sensitivity_of_the_match"][f"{at:g} km"] = row
    mildest = {m: max((communities[i]["status"] for i in s["ids"]), key=STATUSES.index) for m, s in matched_.items()}
    found["mildest_where_points_are_shared"] = {
        "on_the_day": counts(table(answers, mildest, names, 1)),
        "in_twelve_months": counts(table(year, mildest, names, 1)),
    }
    return found


def fuel(told: dict) -> dict:
    """Fuel in the latest month in terms of the reference, at least twice as dear: no part of the rule, and looked at after the rest."""
    rows = {
        one["name"]: dict(one["months"][-1]["other_goods"]) for one in told.values() if one["answer"] != "undecided"
    }
    fuels = {name: {k: round(v, 1) for k, v in row.items() if k.startswith("fuel")} for name, row in rows.items()}
    dear = {name: row for name, row in sorted(fuels.items()) if any(ratio >= LEAST for ratio in row.values())}
    return {"markets_that_can_be_compared": sum(bool(row) for row in fuels.values()), "at_least_twice_as_dear": dear}


def by_name(some: dict, names: dict) -> list:
    return sorted(some.items(), key=lambda item: (names[item[0]], item[0]))


def listed_by(told: dict, key) -> dict:
    found: dict = {}
    for market, one in sorted(told.items(), key=lambda item: item[1]["name"]):
        if one["answer"] == "undecided":
            found.setdefault(key(market), []).append(one["name"])
    return found


def latest(months: list) -> float | None:
    return None if not months or months[-1]["index"] is None else round(months[-1]["index"], 2)


def table(answers: dict, status: dict, names: dict, worst: int) -> dict:
    """Who stands in which cell, and the rates with their exact intervals; only markets that are matched, undecided ones apart."""
    true = set(STATUSES[:worst])
    cells: dict = {name: [] for name in ("true_positive", "false_positive", "false_negative", "true_negative")}
    undecided: dict = {"true": [], "not": []}
    for market in sorted(status, key=lambda one: (names[one], one)):
        is_true, answer = status[market] in true, answers[market]
        if answer == "undecided":
            undecided["true" if is_true else "not"].append(names[market])
            continue
        cell = {(True, True): "true_positive", (True, False): "false_positive", (False, True): "false_negative"}
        cells[cell.get((answer == "on", is_true), "true_negative")].append(names[market])
    hit, wrong, missed, right = (len(cells[name]) for name in cells)
    return cells | {
        "undecided_and_true": undecided["true"],
        "undecided_and_not": undecided["not"],
        "precision": rate(hit, hit + wrong),
        "recall": rate(hit, hit + missed),
        "recall_if_undecided_is_a_miss": rate(hit, hit + missed + len(undecided["true"])),
        "specificity": rate(right, right + wrong),
    }


def counts(of: dict) -> dict:
    cells = {"tp": "true_positive", "fp": "false_positive", "fn": "false_negative", "tn": "true_negative"}
    return {short_: len(of[name]) for short_, name in cells.items()}


def rate(hits: int, of: int) -> dict:
    """A share with its exact interval of 95 % (Clopper and Pearson 1934); no value where there is nothing to divide by."""
    if not of:
        return {"hits": 0, "of": 0, "value": None, "low": 0.0, "high": 1.0}

    def at_least(p: float, k: int) -> float:
        return sum(comb(of, i) * p**i * (1 - p) ** (of - i) for i in range(k, of + 1))

    low = 0.0 if not hits else solved(lambda p: at_least(p, hits) - 0.025)
    high = 1.0 if hits == of else solved(lambda p: at_least(p, hits + 1) - 0.975)
    return {"hits": hits, "of": of, "value": round(hits / of, 3), "low": round(low, 3), "high": round(high, 3)}


def solved(rising) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return low


def coverage(case, told: dict, matched_: dict, communities: dict) -> dict:
    """How many besieged people live in a community with a market, or within a distance of one, whichever side of a front it is on."""
    places = case.picture(as_of=DAYS[-1]).registers.places
    besieged = {id_: one for id_, one in communities.items() if one["status"] == "besieged"}
    every = {"any market with a price by the day": list(told)}
    every["a market that is judged"] = [m for m, one in told.items() if one["answer"] != "undecided"]
    found: dict = {"besieged": people_of(besieged, besieged)}
    for what, markets in every.items():
        inside = {id_ for m in markets if m in matched_ for id_ in matched_[m]["ids"] if id_ in besieged}
        points = np.array([places.place(m).point for m in markets])
        row = {"it stands there": people_of(inside, besieged)}
        for at in (2, 5, 10):
            near = [id_ for id_, one in besieged.items() if apart(one["point"], points).min() <= at]
            row[f"within {at} km"] = people_of(near, besieged)
        found[what] = row
    return found


def people_of(ids, communities: dict) -> dict:
    some = sorted((communities[id_] for id_ in ids), key=lambda one: one["name"])
    return {
        "communities": len(some),
        "people": round(sum(one["people"] or 0 for one in some)),
        "names": [one["name"] for one in some],
    }


def sensitivity(told: dict, status: dict, names: dict) -> list[dict]:
    """The same comparison under other thresholds; to show how much hangs on them, never to choose them."""
    rows = []
    recent = {market: one["months"] if one["why"] != SILENT else [] for market, one in told.items()}
    rules = [{"least": least, "in_a_row": months} for least in (2.0, 4.0, 6.0) for months in (1, 2, 3)]
    rules += [{"items": 5}, {"items": 8}, {"what": "median"}, {"what": "national"}, {"least": 1.5}]
    for rule in rules:
        for reading, asked in (("on the day", by_rule), ("in twelve months", ever)):
            answers = {market: asked(months, **rule) for market, months in recent.items()}
            shown = {"least": LEAST, "in_a_row": IN_A_ROW, "items": LEAST_ITEMS, "what": "index"} | rule
            shown |= {"reading": reading, "undecided": sum(answer == "undecided" for answer in answers.values())}
            shown["on"] = sorted(names[market] for market, answer in answers.items() if answer == "on")
            for truth in list(TRUTHS)[:2]:
                shown[truth] = counts(table(answers, status, names, TRUTHS[truth]))
            rows.append(shown)
    return rows


# ---------------------------------------------------------------------------------------------------------- the claims


def claims_of_bundled(environ: dict, communities: dict) -> list[dict]:
    """Which places the bundled case's claims call besieged by the first day, who says so, and what the list of that month says."""
    import castello
    from castello.claims import Kind, Modality

    picture = castello.open("aleppo-2016", environ=environ).picture(as_of=DAYS[0], known_by=DAYS[0])
    ids = [id_ for id_, one in communities.items() if one["point"]]
    points = np.array([communities[id_]["point"] for id_ in ids])
    found: dict = {}
    for claim in picture.claims(kinds=[Kind.SIEGE, Kind.LISTING], end=DAYS[0]):
        is_list = claim.kind is Kind.LISTING
        if (is_list and claim.slot("status") != "besieged") or claim.modality is not Modality.ASSERTED:
            continue
        place = picture.registers.places.place(str(claim.object))
        row = found.setdefault(place.id, {"place": place.name_en, "un": [], "others": [], "nearest": None})
        if place.point:
            away = apart(place.point, points)
            near = communities[ids[int(away.argmin())]]
            row["nearest"] = {"community": near["name"], "status": near["status"], "km": round(float(away.min()), 1)}
        word = claim.predicate.replace("_", " ")
        by_un = claim.chain[0].who == "un-ocha"
        row["un" if by_un else "others"].append(f"{claim.published} {claim.chain[0].who}: {word}")
    return sorted(
        ({**row, "un": sorted(row["un"]), "others": sorted(row["others"])} for row in found.values()),
        key=lambda row: row["place"],
    )


if __name__ == "__main__":
    main()
