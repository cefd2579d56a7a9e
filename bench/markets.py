"""
ALPS as of every month, for every series of a country's price sheet, against statsmodels' own expanding least squares.

The sheet has the shape of a national one (5,000 series, 145,000 rows of 150 months, gaps); it is made up. With ``--sheet FILE`` a real one
of the World Food Programme is read instead (CSV, also compressed). Both contenders start from the same rows in memory: series, month and price as
arrays. The rival makes the design matrix of each series and fits it with ``RollingOLS(expanding=True)``, the fastest way of that library to fit every month
anew; the deviation of the residuals is worked out in numpy from its parameters. Only series with 36 months or more can have an answer; the rival is
given only those.
"""

import csv
import gzip
import json
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
from _measure import RUNS, arguments, child, machine, report, row, timed_twice

LEAST_MONTHS, LEAST_OF_MONTH = 36, 2
SHAPE = {"series": 5_000, "months": 150, "rows": 145_000}
TARGET = 1


def main() -> None:
    options = arguments(__doc__, sheet={"help": "a price sheet of the World Food Programme to use instead"})
    if options.child:
        task = json.loads(options.child)
        WORK[task.pop("do")](**task)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.npz"
        told = child(do="make", file=file, sheet=options.sheet or "")
        if not options.json:
            print(f"{machine()}; {told['about']}", flush=True)
        mine = child(do="ours", file=file, out=Path(folder) / "ours.npy", runs=3 if options.quick else RUNS)
        some = 25 if options.quick else None
        other = child(do="rival", file=file, ours=Path(folder) / "ours.npy", some=some or 0)
        part = other["series"] / told["fitted"]
        row(
            as_json=options.json,
            name="markets, ALPS as of every month",
            work=f"{told['rows']:,} rows, {told['series']:,} series, {told['fitted']:,} of them with 36 months"
            + (" (quick)" if options.quick else ""),
            ours_s=round(mine["seconds"], 4),
            rival="statsmodels RollingOLS, expanding",
            rival_s=round(other["seconds"] / part, 3),
            cpu_s=round(mine["cpu"], 4),
            rival_cpu_s=round(other["cpu"] / part, 2),
            cpu_ratio=round(other["cpu"] / part / mine["cpu"], 1),
            series_done=other["series"],
            extrapolated=bool(some) and other["series"] < told["fitted"],
            values=other["values"],
            largest_difference=other["difference"],
            only_ours=other["only_ours"],
            only_rival=other["only_theirs"],
            same_answer=other["same"],
            peak_mb=mine["peak_mb"],
            rival_peak_mb=other["peak_mb"],
            target_ratio=TARGET,
        )


# ---------------------------------------------------------------------------------------------- in processes of their own


def make(file: str, sheet: str) -> None:
    series, month, price = read(Path(sheet)) if sheet else made()
    np.savez(file, series=series, month=month, price=price)
    counts = np.bincount(series)
    kind = Path(sheet).name if sheet else "a made-up sheet"
    report(
        about=f"{kind}: {len(price):,} rows, {len(counts):,} series, {len(np.unique(month))} months",
        rows=len(price),
        series=len(counts),
        fitted=int((counts >= LEAST_MONTHS).sum()),
    )


def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Prices that rise, with seasons and gaps; lengths as in national sheets, where most series are short."""
    rng = np.random.default_rng(20160717)
    share = rng.pareto(1.2, SHAPE["series"]) + 0.3
    lengths, part = share, 1.0
    for _ in range(30):  # the longest are cut to the months there are, the others make up for it
        lengths = np.clip(np.round(share * part), 1, SHAPE["months"] - 10).astype(int)
        part *= SHAPE["rows"] / lengths.sum()
    first = 2011 * 12 + 4
    series, month = np.repeat(np.arange(len(lengths)), lengths), []
    for length in lengths:
        span = min(SHAPE["months"], int(length * 1.15) + 1)
        start = rng.integers(0, SHAPE["months"] - span + 1)
        month.append(first + start + np.sort(rng.choice(span, length, replace=False)))
    month = np.concatenate(month)
    level = 10 ** rng.uniform(1, 4, len(lengths))[series]
    season = 0.1 * np.sin(2 * np.pi * month / 12 + rng.uniform(0, 6, len(lengths))[series])
    trend = rng.uniform(0, 0.03, len(lengths))[series] * (month - first)
    return series, month, level * (1 + trend + season + rng.normal(0, 0.15, len(series)))


def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every row of a sheet, whatever its flag; a market, commodity, unit and kind of price is a series."""
    text = path.read_bytes()
    text = (gzip.decompress(text) if path.suffix == ".gz" else text).decode("utf-8")
    number: dict[tuple[str, ...], int] = {}
    series, month, price = [], [], []
    for line in csv.DictReader(text.splitlines()):
        if line["date"].startswith("#"):
            continue
        day = date.fromisoformat(line["date"])
        key = tuple(line[name] for name in ("market", "commodity", "unit", "pricetype", "currency"))
        series.append(number.setdefault(key, len(number)))
        month.append(day.year * 12 + day.month)
        price.append(float(line["price"]))
    # of two rows for one month the last counts, in both contenders
    rows = {(s, m): p for s, m, p in zip(series, month, price, strict=True)}
    keys = sorted(rows)
    return np.array([s for s, _ in keys]), np.array([m for _, m in keys]), np.array([rows[key] for key in keys])


def loaded(file: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.load(file)
    return rows["series"], rows["month"], rows["price"]


def ours(file: str, out: str, runs: int = RUNS) -> None:
    """From the rows to the indicator of every row."""
    from castello.analyses.markets.alps import alps

    series, month, price = loaded(file)

    def work():
        grid = np.full((series.max() + 1, month.max() - month.min() + 1), np.nan)
        grid[series, month - month.min()] = price
        return alps(grid, first_month=int(month.min())).value[series, month - month.min()]

    seconds, cpu, value = timed_twice(work, runs=runs)
    np.save(out, value)
    report(seconds=seconds, cpu=cpu)


def rival(file: str, ours: str, some: int) -> None:
    """Fitted anew every month by statsmodels; compared with ours row by row."""
    from statsmodels.regression.rolling import RollingOLS

    series, month, price = loaded(file)
    counts = np.bincount(series)
    chosen = np.flatnonzero(counts >= LEAST_MONTHS)
    if some:
        chosen = chosen[:: max(1, len(chosen) // some)]
    begins = np.concatenate([[0], counts.cumsum()])

    def one(which):
        at = slice(begins[which], begins[which + 1])
        months, prices = month[at], price[at]
        present = np.unique((months - 1) % 12)
        # a calendar month without observations has no column; one that comes after the 36th makes early fits singular: no inverse there
        design = np.column_stack([months.astype(float), (months[:, None] - 1) % 12 == present])
        method = "inv" if len(np.unique((months[:LEAST_MONTHS] - 1) % 12)) == len(present) else "lstsq"
        model = RollingOLS(prices, design, min_nobs=LEAST_MONTHS, expanding=True)
        fits = model.fit(method=method, params_only=True).params
        found = np.full(len(prices), np.nan)
        for end in range(LEAST_MONTHS, len(prices) + 1):
            residuals = prices[:end] - design[:end] @ fits[end - 1]
            same_month = ((months[:end] - 1) % 12 == (months[end - 1] - 1) % 12).sum()
            if same_month >= LEAST_OF_MONTH:
                found[end - 1] = residuals[-1] / residuals.std(ddof=1)
        return found

    def work():
        return [one(which) for which in chosen]

    seconds, cpu, found = timed_twice(work, runs=1, warm=False)
    theirs = np.concatenate(found)
    mine = np.concatenate([np.load(ours)[begins[which] : begins[which + 1]] for which in chosen])
    both = ~np.isnan(theirs) & ~np.isnan(mine)
    difference = float(np.abs(theirs[both] - mine[both]).max())
    report(
        seconds=seconds,
        cpu=cpu,
        series=len(chosen),
        values=int(both.sum()),
        difference=difference,
        same=bool(difference <= 1e-6 and (np.isnan(theirs) == np.isnan(mine)).all()),
        only_ours=int((np.isnan(theirs) & ~np.isnan(mine)).sum()),
        only_theirs=int((~np.isnan(theirs) & np.isnan(mine)).sum()),
    )


WORK = {"make": make, "ours": ours, "rival": rival}

if __name__ == "__main__":
    main()
