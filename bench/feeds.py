"""
A year's release of UCDP GED into the ledger, against reading the file only, and against the same checks in vectorised pandas.

The file is made up: 49 columns, as wide and as long as the real ones. Ours is all of ``castello add``: bytes hashed, every cell read,
each row typed and checked, names of parties and places resolved, claims with ids and the chain of hashes, the batch synced to disk, the
tables written. The first rival is DuckDB's bare ``read_csv`` of the file into a table: what reading alone costs. The second does what an
analyst who knows pandas well would write: the same checks by column, names by a dictionary of the different ones, an id that is the
SHA-256 of the row's content, one Parquet file; no history, no releases, no journal.
"""

import hashlib
import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from _measure import arguments, child, machine, report, row

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = [
    "id",
    "relid",
    "year",
    "active_year",
    "code_status",
    "type_of_violence",
    "conflict_dset_id",
    "conflict_new_id",
    "conflict_name",
    "dyad_dset_id",
    "dyad_new_id",
    "dyad_name",
    "side_a_dset_id",
    "side_a_new_id",
    "side_a",
    "side_b_dset_id",
    "side_b_new_id",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "where_description",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "geom_wkt",
    "priogrid_gid",
    "country",
    "country_id",
    "region",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "gwnoa",
    "gwnob",
]  # a list of forty-nine words in quotation marks is harder to read


def main() -> None:
    options = arguments(__doc__, rows={"type": int, "help": "rows of the file"})
    if options.child:
        task = json.loads(options.child)
        {"ours": ours, "duckdb": bare, "pandas": pandas}[task["who"]](Path(task["file"]), Path(task["work"]))
        return
    sizes = [40_000] if options.quick else [400_000]
    if options.rows:
        sizes = [options.rows]
    if not options.json:
        print(f"{machine()}; one run of each", flush=True)
    with tempfile.TemporaryDirectory() as name:
        for rows in sizes:
            work = Path(name) / str(rows)
            work.mkdir()
            file = work / "ged.csv"
            make(file, rows)
            mine = child(who="ours", file=file, work=work)
            quick = " (quick)" if options.quick else ""
            of = f"{rows} rows, {file.stat().st_size / 1e6:.0f} MB{quick}"
            for rival, says in (("duckdb", "DuckDB's bare read_csv into a table"), ("pandas", "vectorised pandas")):
                other = child(who=rival, file=file, work=work)
                row(
                    as_json=options.json,
                    name=f"feeds, against {rival}",
                    work=of,
                    ours_s=mine["seconds"],
                    rival=says,
                    rival_s=other["seconds"],
                    same_answer=mine["answer"][: len(other["answer"])] == other["answer"],
                    peak_mb=mine["peak_mb"],
                    rival_peak_mb=other["peak_mb"],
                )
            row(
                as_json=options.json,
                name="feeds, added again",
                work=of,
                ours_s=mine["again"],
                rival="the first time",
                rival_s=mine["seconds"],
                same_answer=mine["nothing_new"],
                peak_mb=mine["peak_mb"],
            )


def make(file: Path, rows: int) -> None:
    """A file of the shape of GED, made without chance: 60 countries, 900 parties, 20,000 places."""
    filler = "as reported by the regional office on the basis of two agencies and a local monitor"
    with file.open("w", encoding="utf-8") as out:
        out.write(",".join(COLUMNS) + "\n")
        for n in range(rows):
            day = date(1989, 1, 1) + timedelta(days=(n * 7919) % 12_700)
            last = day + timedelta(days=0 if n % 10 else n % 31)
            place, country = (n * 31) % 20_000, (n * 31) % 20_000 % 60
            a, b = country * 15, country * 15 + 1 + n % 14
            deaths = [n % 5, (n // 3) % 7, n % 3, n % 2]
            best = sum(deaths)
            lat, lon = -35 + (place % 700) / 10, -17 + (place % 650) / 10
            violence = 3 if n % 7 == 0 else 1
            cells = [
                n + 1, f"XXX-{day.year}-{violence}-{n}", day.year, 1, "Clear", violence, 300 + country, 300 + country,
                f"Country {country}: Government", 600 + b, 600 + b, f"Government of Country {country} - Group {b}", a, a,
                f"Government of Country {country}", b, b, f"Group {b}", 2,
                f'"Agency {n % 40}, {last + timedelta(days=2)}, {filler}"', f"Agency {n % 40}", last, f"Clashes near Place {place}",
                f"officer {n % 99}", 1 + n % 4, f"Place {place} town", f"between Place {place} and the river", f"Province {place % 300}",
                f"District {place % 3000}", f"{lat:.6f}", f"{lon:.6f}", f"POINT ({lon:.6f} {lat:.6f})", 100000 + place,
                f"Country {country}", country, "Africa", 1 + (n % 9 == 0), 1 if day == last else 4, f"{day} 00:00:00.000",
                f"{last} 00:00:00.000", *deaths, best, best + n % 4, max(0, best - n % 2), 500 + country, "",
            ]  # fmt: skip
            out.write(",".join(map(str, cells)) + "\n")


def ours(file: Path, work: Path) -> None:
    from castello.desk.case import Case
    from castello.desk.new import new_case
    from castello.desk.planning import Sidecar
    from castello.engines import Steps

    folder = work / "case"
    shutil.rmtree(folder, ignore_errors=True)
    environ = {"CASTELLO_HOME": str(work / "home")}
    new_case(folder)
    (folder / "sources.yml").write_text("sources:\n  ucdp:\n    name_en: UCDP\n    kind: analyst\n", encoding="utf-8")
    _places(folder)
    case = Case(folder, environ=environ)
    sidecar = Sidecar(publisher="ucdp", published=date(2024, 6, 1))
    start = time.perf_counter()
    case.add([file], sidecar=sidecar, now=NOW)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    again = Case(folder, environ=environ).add([file], sidecar=sidecar, now=NOW)
    second = time.perf_counter() - start
    with case.book.engine() as engine:
        asked = "select count(*) as n, sum(cast(body ->> '$.also.harm_best' as double)) as best, count(distinct subject) as parties from ledger where type = 'claim'"
        found = engine.run(Steps("n").add("n", asked)).to_pylist()[0]
    report(
        seconds=seconds,
        again=second,
        nothing_new=again.build.new.get("claims", 0) == 0,
        answer=[found["n"], found["best"], found["parties"]],
    )


def _places(folder: Path) -> None:
    """Some of the places are known to the case: one in ten."""
    with (folder / "places.csv").open("w", encoding="utf-8") as out:
        out.write("id,name_en,name_ar,aliases,kind,parent,pcode,lat,lon,radius_km,supplies,note\n")
        for place in range(0, 20_000, 10):
            out.write(
                f"place-{place},Place {place},,,town,,,{-35 + (place % 700) / 10},{-17 + (place % 650) / 10},1,,\n"
            )


def bare(file: Path, work: Path) -> None:
    import duckdb

    del work
    start = time.perf_counter()
    connection = duckdb.connect()
    connection.execute(f"create table ged as select * from read_csv('{file}')")
    seconds = time.perf_counter() - start
    report(seconds=seconds, answer=[connection.execute("select count(*) from ged").fetchall()[0][0]])


def pandas(file: Path, work: Path) -> None:
    import numpy as np
    import pandas as pd

    places = pd.read_csv(work / "case" / "places.csv", dtype=str).set_index("name_en")
    start = time.perf_counter()
    file_hash = hashlib.sha256(file.read_bytes()).hexdigest()
    data = pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""], engine="c")
    data.columns = [name.strip().lower() for name in data.columns]
    problems = []
    number = {
        name: pd.to_numeric(data[name], errors="coerce")
        for name in (
            "best",
            "low",
            "high",
            "deaths_a",
            "deaths_b",
            "deaths_civilians",
            "deaths_unknown",
            "latitude",
            "longitude",
            "year",
        )
    }
    for name, values in number.items():
        problems.append((name, data.index[values.isna() & data[name].notna()]))
    first = pd.to_datetime(data["date_start"], format="%Y-%m-%d %H:%M:%S.%f", errors="coerce")
    last = pd.to_datetime(data["date_end"], format="%Y-%m-%d %H:%M:%S.%f", errors="coerce")
    refused = (
        data["id"].isna() | first.isna() | (last < first) | data["side_a"].isna() | (first > pd.Timestamp("2024-06-01"))
    )
    for values in number.values():
        refused |= ~np.isfinite(values)
    problems.append(("twice", data.index[data["id"].duplicated()]))
    refused |= data["id"].duplicated()
    problems.append(("range", data.index[~((number["low"] <= number["best"]) & (number["best"] <= number["high"]))]))
    problems.append(
        ("earth", data.index[~(number["latitude"].between(-90, 90) & number["longitude"].between(-180, 180))])
    )
    problems.append(("year", data.index[(number["year"] < first.dt.year) | (number["year"] > last.dt.year)]))
    side_a = "ucdp-" + data["side_a_new_id"]
    side_b = np.where(data["type_of_violence"] == "3", "civilians", "ucdp-" + data["side_b_new_id"])
    bare_name = data["where_coordinates"].str.replace(r"\s+(city|town|village)$", "", regex=True)
    known = bare_name.map(dict.fromkeys(places.index) | {name: row.id for name, row in places.iterrows()})
    lat, lon = bare_name.map(places["lat"].astype(float)), bare_name.map(places["lon"].astype(float))
    apart = 111.2 * np.hypot(
        lat - number["latitude"], (lon - number["longitude"]) * np.cos(np.radians(number["latitude"]))
    )
    place = known.where((apart < 25) & data["where_prec"].isin(["1", "2"]))
    claims = pd.DataFrame(
        {
            "subject": side_a, "predicate": np.where(data["type_of_violence"] == "3", "attack.civilians", "attack"), "object": side_b, "place": place,
            "first": first, "last": last, "harm_low": number["low"], "harm_best": number["best"], "harm_high": number["high"],
            "harm_civilians": number["deaths_civilians"], "lat": number["latitude"], "lon": number["longitude"],
            "radius_km": data["where_prec"].map({"1": 1, "2": 25}), "precision": data["where_prec"], "date_precision": data["date_prec"],
            "written": data["where_coordinates"], "note": "UCDP GED " + data["id"] + "; " + data["relid"] + "; " + data["conflict_name"],
        }
    )[~refused]  # fmt: skip
    texts = claims.to_json(orient="records", lines=True, date_format="iso").splitlines()
    claims["id"] = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]
    claims["body"] = texts
    claims["file"] = file_hash
    claims.to_parquet(work / "pandas.parquet")
    seconds = time.perf_counter() - start
    report(
        seconds=seconds,
        answer=[len(claims), float(claims["harm_best"].sum()), int(claims["subject"].nunique())],
        problems=sum(len(rows) for _, rows in problems),
    )


if __name__ == "__main__":
    sys.exit(main())
