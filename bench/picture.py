"""
The picture of a big ledger, against the same answer worked out in pandas.

Both start from Parquet on disk that was in use just before (so in the page cache), both read only the columns they need,
both end in one table with a row for each question, lists of claim ids for and against included. The journal is not part
of this: the ledger's table is written straight. "pandas, tuned" reads texts as dictionaries and days as numbers through
pyarrow, and groups by whole numbers only; "pandas" is the same work on what ``read_parquet`` gives. Judgements, some hundred, are read by the same code in both.
"""

import json
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from _measure import arguments, child, machine, report, row, timed_twice

DAYS = (("2016-07-17", "2016-07-20"), ("2018-12-31", None), ("2015-03-01", "2015-03-01"))
WORDS = ["kind", "question", "answer", "modality", "verification", "origin"]
DATES = ["sure_start", "sure_end", "maybe_start", "maybe_end", "said", "published"]
NUMBERS = ["low", "high", "value"]
COMPARED = (
    "question", "status", "answer", "alternatives", "low", "high", "value", "open_low", "open_high", "since", "newest",
    "stale", "n_claims", "n_strict", "n_loose", "claims", "against",
)  # fmt: skip


def main() -> None:
    options = arguments(__doc__, claims={"type": int, "help": "how many claims (1000000)"})
    if options.child:
        task = json.loads(options.child)
        if task["who"] == "write":
            import _synthetic

            _synthetic.write(Path(task["folder"]), claims=task["claims"])
            report()
            return
        folder, as_of = Path(task["folder"]), date.fromisoformat(task["as_of"])
        known_by = date.fromisoformat(task["known_by"]) if task["known_by"] else None
        run = ours if task["who"] == "ours" else pandas
        run(folder, as_of=as_of, known_by=known_by, how=task["how"])
        return
    claims = options.claims or (200_000 if options.quick else 1_000_000)
    folder = Path(tempfile.mkdtemp())
    try:
        if not options.json:
            print(f"{claims:,} made-up claims; {machine()}; median of 5 after one to warm up", flush=True)
        child(who="write", folder=folder, claims=claims)
        for number, (as_of, known_by) in enumerate(DAYS[:1] if options.quick else DAYS):
            for how in (
                ("disk", "plain", "memory", "objects")
                if number == 0 and not options.quick
                else ("disk", "plain")
                if options.quick
                else ("disk",)
            ):
                task = {"folder": folder, "as_of": as_of, "known_by": known_by, "how": how}
                mine, other = child(who="ours", **task), child(who="pandas", **task)
                row(
                    as_json=options.json,
                    name=f"picture of {as_of}, {HOW[how]}",
                    work=f"{claims} claims, {mine['questions']} questions, known by {known_by or 'now'}"
                    + (" (quick)" if options.quick else ""),
                    ours_s=mine["seconds"],
                    rival="pandas" if how == "plain" else "pandas, tuned",
                    rival_s=other["seconds"],
                    same_answer=mine["answers"] == other["answers"],
                    peak_mb=mine["peak_mb"],
                    rival_peak_mb=other["peak_mb"],
                    cpu_s=round(mine["cpu"], 2),
                    rival_cpu_s=round(other["cpu"], 2),
                )
    finally:
        shutil.rmtree(folder)


HOW = {
    "disk": "from disk",
    "plain": "from disk",
    "memory": "rows in memory already",
    "objects": "from disk, as Python objects",
}


def answers(rows) -> str:
    """A digest of the answers, question by question, in plain values."""
    import hashlib

    def plain(value):
        if isinstance(value, list | tuple):
            return list(value)
        return None if value is None or value != value else value.isoformat() if isinstance(value, date) else value  # noqa: PLR0124

    found = hashlib.sha256()
    for item in rows:
        values = [plain(item[name]) for name in COMPARED]
        for name in ("alternatives", "claims", "against"):
            values[COMPARED.index(name)] = values[COMPARED.index(name)] or []
        found.update(json.dumps(values).encode())
    return found.hexdigest()


# ------------------------------------------------------------------------------------------------------------- ours


def ours(folder: Path, *, as_of, known_by, how) -> None:
    import _synthetic

    from castello.engines import Engine
    from castello.ledger import Book
    from castello.picture import Picture

    registers, book = _synthetic.registers(folder), _synthetic.book(folder)
    if how == "memory":
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = pa.concat_tables(pq.read_table(file) for file in book.tables.files())

        class InMemory(Book):
            def engine(self):
                engine = Engine()
                engine.table("ledger", rows)
                return engine

        book = InMemory(folder, device=_synthetic.DEVICE)

    def picture():
        return Picture(book=book, registers=registers, as_of=as_of, known_by=known_by)

    seconds, cpu, found = timed_twice(lambda: picture().topics() if how == "objects" else picture().table())
    rows = picture().table().to_pylist()
    report(seconds=seconds, cpu=cpu, questions=len(found), answers=answers(rows))


# ----------------------------------------------------------------------------------------------------------- pandas


def pandas(folder: Path, *, as_of, known_by, how) -> None:
    export = folder / "export"
    frames = read(export, known_by=None) if how == "memory" else None

    reader = read_plainly if how == "plain" else read

    def frame():
        return topics(*(frames or reader(export, known_by=known_by)), as_of=as_of, known_by=known_by)

    if how == "objects":
        seconds, cpu, found = timed_twice(lambda: frame().to_dict("records"))
    else:
        seconds, cpu, found = timed_twice(frame)
        found = found.to_dict("records")
    for item in found:
        for name in ("since", "newest"):
            item[name] = item[name].date()
    report(seconds=seconds, cpu=cpu, questions=len(found), answers=answers(found))


def read_plainly(export: Path, *, known_by):  # noqa: ARG001 - what is too new is left out later
    """What ``pandas.read_parquet`` gives, texts made categories and days made timestamps afterwards."""
    import pandas as pd
    import pyarrow.parquet as pq

    claims = pd.read_parquet(export / "claims.parquet", columns=["id", *WORDS, "denies", *DATES, *NUMBERS])
    claims = claims.astype(dict.fromkeys(WORDS, "category"))
    claims = claims.assign(**{name: pd.to_datetime(claims[name]).astype("datetime64[s]") for name in DATES})
    return claims, pq.read_table(export / "judgements.parquet").to_pylist()


def read(export: Path, *, known_by):
    """Only the columns that are needed, what could be known, texts as categories, days as numbers: what pandas is quick with."""
    import pyarrow.parquet as pq

    claims = pq.read_table(
        export / "claims.parquet",
        columns=["id", *WORDS, "denies", *DATES, *NUMBERS],
        read_dictionary=WORDS,
        filters=None if known_by is None else [("published", "<=", known_by)],
    ).unify_dictionaries()
    judgements = pq.read_table(export / "judgements.parquet").to_pylist()
    return claims.to_pandas(date_as_object=False), judgements


def topics(claims, judgements, *, as_of, known_by):
    import numpy as np
    import pandas as pd

    from castello.claims import SLOTS, Judgement
    from castello.picture.origins import clusters

    begin, far, day = (
        pd.Timestamp("0001-01-01").as_unit("s"),
        pd.Timestamp("9999-12-31").as_unit("s"),
        pd.Timedelta(days=1),
    )
    today, old = pd.Timestamp(as_of), pd.Timestamp(as_of) - pd.Timedelta(days=90)
    shapes = {kind.value: slots.shape for kind, slots in SLOTS.items()}

    # judgements, verdicts, origins
    judged = [(Judgement.from_json(json.loads(item["body"])), item["recorded"]) for item in judgements]
    judged = [item for item in judged if known_by is None or item[0].dated <= known_by]
    judged = [item for item, _ in sorted(judged, key=lambda item: (item[0].dated, item[1], item[0].id))]
    singles = sorted(
        (item for item in judged if len(item.about) == 1), key=lambda item: item.verdict.value == "withdrawn"
    )
    verdicts = pd.Series({item.about[0]: item.verdict.value for item in singles}, dtype=object)
    joined = clusters(judged)

    if known_by is not None:
        claims = claims[claims["published"] <= pd.Timestamp(known_by)]
    claims = claims[~claims["id"].isin(verdicts.index[verdicts == "withdrawn"])]
    refused_ids = verdicts.index[verdicts.isin(["rejected", "retracted"])]
    origins = claims["origin"].cat.categories
    loose_names = [joined[name][1] if name in joined else name for name in origins]
    strict_names = [
        joined[name][0] if name in joined else "unknown" if name.startswith("unknown@") else name for name in origins
    ]
    shape = claims["kind"].cat.codes.map(dict(enumerate(claims["kind"].cat.categories.map(shapes))))
    modality = claims["modality"]
    loose_codes, strict_codes = pd.factorize(np.array(loose_names))[0], pd.factorize(np.array(strict_names))[0]

    def coded(rows):
        """The rows with what both shapes need, as plain numbers."""
        origin = rows["origin"].cat.codes.to_numpy()
        return rows.assign(
            q=rows["question"].cat.codes.to_numpy(dtype="int64"),
            loose=loose_codes[origin],
            strict=strict_codes[origin],
            onset=rows["sure_start"].fillna(rows["maybe_start"]).fillna(begin),
            refused=rows["id"].isin(refused_ids),
        )

    def sorted_lists(rows, column="id"):
        return rows.sort_values(["q", column]).groupby("q")[column].agg(list)

    # ---- states
    first = claims["sure_start"].fillna(claims["maybe_start"]).fillna(begin)
    in_force = (shape == "state") & (first <= today) & ~(claims["maybe_end"] <= today)
    held = coded(claims[in_force])
    last = held["maybe_end"] - day
    held["latest_onset"] = held["sure_start"].fillna(last).fillna(held["maybe_start"]).fillna(begin)
    said = held["said"].fillna(held["latest_onset"])
    held["reach"] = np.maximum(held["latest_onset"], np.minimum(said, last.fillna(far)))
    held["counts"] = ~held["refused"] & modality[in_force].isin(["asserted", "likely", "negated"])
    held["surely"] = (held["sure_start"] <= today) & ~(held["sure_end"] <= today)
    held["line"] = held["q"] * len(origins) + np.where(held["kind"] == "presence", held["loose"] + 1, 0)
    held["word"] = held["line"] * len(claims["answer"].cat.categories) + held["answer"].cat.codes
    held["start"] = held["maybe_start"].fillna(begin)
    counting = held[held["counts"]]
    settled = counting["line"][counting["surely"]].unique()
    held["counts"] &= held["surely"] | ~held["line"].isin(settled)
    newest = (
        held[held["counts"] & ~held["denies"]]
        .groupby("word", sort=False)
        .agg(line=("line", "first"), start=("start", "max"))
    )
    newest = newest.sort_values(["line", "start"], ascending=[True, False])
    place = newest.groupby("line").cumcount()
    leader = newest[place == 0].reset_index().set_index("line")
    second = newest["start"][place == 1].set_axis(newest["line"][place == 1])
    leads = held["word"].to_numpy() == held["line"].map(leader["word"]).to_numpy()
    held["news"] = held["line"].map(second).where(leads, held["line"].map(leader["start"]))
    denial = held[held["counts"] & held["denies"]].groupby("word", sort=False)["start"].max()
    held["news"] = pd.concat([held["news"], held["word"].map(denial)], axis=1).max(axis=1)
    later = held["news"].where(~held["denies"], held["word"].map(newest["start"]))
    held["stands"] = held["counts"] & (later.isna() | (later < held["reach"]) | (later <= held["latest_onset"]))
    held = held[held["stands"] | held["refused"]]
    affirms = held["stands"] & ~held["denies"]
    standing, answering = held[held["stands"]], held[affirms]
    by = standing.groupby("q")
    states = pd.DataFrame({"n_claims": held.groupby("q")["stands"].sum()})
    answer = standing["q"] * len(claims["answer"].cat.categories) + standing["answer"].cat.codes
    disputes = standing["denies"] & answer.isin(answer[~standing["denies"]])
    states["denials"] = disputes.groupby(standing["q"]).sum()
    states["newest"], states["n_strict"], states["n_loose"] = (
        by["reach"].max(),
        by["strict"].nunique(),
        by["loose"].nunique(),
    )
    texts = answering.assign(answer=answering["answer"].astype(object))
    states["answer"] = texts.sort_values(["onset", "answer"]).groupby("q")["answer"].last()
    states["alternatives"] = sorted_lists(texts.drop_duplicates(["q", "answer"]), "answer")
    fresh = answering[~(answering["onset"] < answering["news"])]
    states["since"] = fresh.groupby("q")["onset"].min().reindex(states.index)
    states["since"] = states["since"].fillna(answering.groupby("q")["onset"].min())
    states["claims"], states["against"] = sorted_lists(answering), sorted_lists(held[~affirms])
    states = states.fillna({"n_strict": 0, "n_loose": 0, "denials": 0})
    states = states.astype({"n_claims": int, "n_strict": int, "n_loose": int})
    several = states["alternatives"].str.len()
    states["status"] = np.where((several == 1) & (states["denials"] == 0), "assessed", "undecided")
    states["open_low"] = states["open_high"] = False

    # ---- amounts
    stated = (shape == "quantity") & (claims["low"].notna() | claims["high"].notna())
    stated &= (
        (claims["verification"] != "derived") & modality.isin(["asserted", "likely"]) & ~(claims["maybe_start"] > today)
    )
    stated = coded(claims[stated])
    stated = stated[~stated["refused"]]
    stated["reach"] = (stated["maybe_end"] - day).fillna(stated["said"]).fillna(stated["published"]).clip(upper=today)

    def number(days):
        return ((days - begin) // day).fillna(-1).astype("int64") + 1

    rank = (number(stated["onset"]) * 2**20 + number(stated["said"])) * 2**20 + number(stated["published"])
    teller = stated["q"] * len(origins) + stated["loose"]
    latest = stated[rank == rank.groupby(teller).transform("max")]
    stale = latest["reach"] < old
    latest = latest[~stale | stale.groupby(latest["q"]).transform("all")]
    by = latest.groupby("q")
    amounts = by.agg(
        low=("low", "min"), high=("high", "max"), top=("low", "max"), bottom=("high", "min"),
        lows=("low", "count"), highs=("high", "count"), values=("value", "count"), value=("value", "min"), most=("value", "max"),
        since=("onset", "min"), newest=("reach", "max"), n_claims=("id", "size"),
        n_strict=("strict", "nunique"), n_loose=("loose", "nunique"),
    )  # fmt: skip
    one = (amounts["value"] == amounts["most"]) & (amounts["values"] == amounts["n_claims"])
    amounts["value"] = amounts["value"].where(one)
    amounts["open_low"], amounts["open_high"] = (
        amounts["lows"] < amounts["n_claims"],
        amounts["highs"] < amounts["n_claims"],
    )
    amounts["status"] = np.where(amounts["top"] > amounts["bottom"], "contested", "assessed")
    amounts["claims"] = sorted_lists(latest)

    found = pd.concat([states, amounts])
    found["stale"] = found["newest"] < old
    found["question"] = claims["question"].cat.categories.to_numpy(dtype=object)[found.index]
    found = found.sort_values("question").reset_index(drop=True)
    found[["answer", "alternatives", "claims", "against"]] = (
        found[["answer", "alternatives", "claims", "against"]].astype(object).where(lambda cell: cell.notna(), None)
    )
    return found[list(COMPARED)]


if __name__ == "__main__":
    sys.exit(main())
