"""What ``sieges_from_prices.py`` found, as lines to read; markets and places in order of name, never ranked."""

from collections import Counter

READINGS = ("on_the_day", "in_twelve_months")
CELLS = ("true_positive", "false_positive", "false_negative", "undecided_and_true")
RATES = ("precision", "recall", "recall_if_undecided_is_a_miss", "specificity")


def show(found: dict) -> None:
    print("OCHA's list of October 2016")
    for status, one in found["list"].items():
        print(f"  {status}: {one['communities']:,} communities, {one['people']:,} people")
    for day, one in found["days"].items():
        print(f"\nAs of {day}, prices alone; nearest community within {found['km']:g} km")
        _markets(one)
        for reading in READINGS:
            for truth, cells in one[reading].items():
                _table(f"{words(reading)}, {truth}", cells)
        _sensitivity(one)
        print(f"  fuel of the latest month against the reference: {one['fuel']}")
        print("  besieged people")
        for what, row in one["coverage"].items():
            for where, part in {"": row}.items() if "people" in row else row.items():
                print(f"    {what} {where}: {part['communities']} communities, {part['people']:,} people")
        print(f"  with the list in the case: {one['with_the_list']}")
    print("\nClaims of the bundled case, as of the first day and known by it")
    for row in found["claims"]:
        un, others = ("; ".join(row[who]) or "-" for who in ("un", "others"))
        print(f"  {row['place']}: UN: {un}; others: {others}; list of the month: {row['nearest']}")


def _markets(one: dict) -> None:
    how = Counter(market["how"] for market in one["matched"].values())
    print(f"  {one['markets']} markets, {one['judged']} judged; matched {how['name']} by name, {how['point']} by point")
    for why, names in one["undecided"].items():
        print(f"  undecided, {why}: {len(names)}: {', '.join(names)}")
    unmatched = [f"{name} ({row['nearest_km']} km, {row['answer']})" for name, row in one["unmatched"].items()]
    print(f"  unmatched: {len(unmatched)}: {', '.join(unmatched)}")
    for name, row in one["matched"].items():
        if row["status"] != "accessible" or row["twelve_months"] == "on":
            told = f"{row['answer']} ({row['why'] or row['multiple']}), in twelve months {row['twelve_months']}"
            print(f"    {name}: {told}; {row['status']} ({row['community']}, by {row['how']}, {row['km']} km)")
            for other in row["shares_its_point_with"]:
                print(f"      shares its point with {other}")


def _table(name: str, cells: dict) -> None:
    print(f"  {name}: {len(cells['true_negative'])} true negatives")
    for cell in CELLS:
        print(f"    {words(cell)}: {len(cells[cell])}: {', '.join(cells[cell]) or '-'}")
    for what in RATES:
        rate = cells[what]
        value = "no value" if rate["value"] is None else f"{rate['value']:.2f}"
        print(f"    {words(what)}: {rate['hits']} of {rate['of']}, {value} ({rate['low']:.2f} to {rate['high']:.2f})")


def _sensitivity(one: dict) -> None:
    print("  other thresholds")
    for row in one["sensitivity"]:
        rule = f"{row['what']} >= {row['least']:g}, {row['in_a_row']} months, {row['items']} items"
        cells = [f"{truth}: {cells_of(row[truth])}" for truth in row if isinstance(row[truth], dict)]
        print(f"    {row['reading']}, {rule}: {'; '.join(cells)}; undecided {row['undecided']}; {', '.join(row['on'])}")
    print("  other matches")
    for at, row in one["sensitivity_of_the_match"].items():
        for truth in (name for name in row if name != "matched"):
            told = "; ".join(f"{words(reading)} {cells_of(row[truth][reading])}" for reading in READINGS)
            print(f"    {at}, {row['matched']} matched, {truth}: {told}")
    mildest = one["mildest_where_points_are_shared"]
    told = "; ".join(f"{words(reading)} {cells_of(mildest[reading])}" for reading in READINGS)
    print(f"    the mildest status where a point is shared, besieged: {told}")


def words(name: str) -> str:
    return name.replace("_", " ")


def cells_of(row: dict) -> str:
    return " ".join(f"{cell} {count}" for cell, count in row.items())
