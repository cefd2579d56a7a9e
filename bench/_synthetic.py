"""
A made-up ledger for benchmarks: seeded, nobody's words, in the shape of a national case over five years.

What it imitates: a few questions that everybody speaks of and many that few do; answers that change every half year, most
claims right and some not, so that claims supersede and contradict each other; figures by many origins; some words that
are negated, only possible, or taken back; dates that are open, exact or somewhere in a span; reports that come out days
or months late; ten papers that repeat one wire.
"""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import write_deltalake

from castello.cases import Registers, Settings
from castello.claims import SLOTS, Judgement, Kind, Verdict
from castello.engines import Engine, Steps
from castello.ledger import Book
from castello.ledger.tables import SCHEMA, WRITTEN, in_order
from castello.parties import PartyRegister
from castello.places import PlaceRegister

SEED = 20160717
FIRST, DAYS = date(2014, 1, 1), 1826
DEVICE = "d-bench"
WORKED_OUT = ("shape", "speaks", "onset", "latest_onset", "reach")
"""Columns that the ledger makes from the others."""
BATCHES = 10
EPOCH = 183
"""Days after which the answer to a question may be another."""

# kind: (share of the claims, share of the questions, answers or unit)
MIX = {
    "access": (0.18, 0.125, ("open", "fire_controlled", "closed")),
    "control": (0.10, 0.10, tuple(f"holds:party-{n}" for n in range(6))),
    "presence": (0.13, 0.15, ("dominant", "significant", "small", "negligible", "denied")),
    "siege": (0.04, 0.025, ("besieges", "partly_besieges")),
    "tie": (0.03, 0.05, ("allied_with", "supported_by", "opposes")),
    "supply": (0.05, 0.075, ("stock", "running_low", "none")),
    "listing": (0.02, 0.025, ("lists_as:besieged", "lists_as:hard_to_reach", "delists")),
    "people": (0.12, 0.125, "person"),
    "price": (0.14, 0.175, "SYP/kg"),
    "casualty": (0.08, 0.125, "person"),
    "breach": (0.02, 0.025, "breach"),
    "event": (0.06, None, None),
    "position": (0.02, None, None),
    "aid": (0.01, None, None),
}
KINDS = tuple(MIX)


def registers(folder: Path) -> Registers:
    """A case without places and parties: the picture needs its settings only."""
    settings = Settings(id="bench", name_en="Bench", start=FIRST, end=None, time_zone="Asia/Damascus")
    return Registers(
        folder=folder,
        settings=settings,
        places=PlaceRegister((), ()),
        parties=PartyRegister(()),
        speakers={},
        agreements={},
    )


def book(folder: Path) -> Book:
    """The made-up ledger."""
    return Book(folder, device=DEVICE)


def write(folder: Path, *, claims: int, questions: int = 20_000) -> Path:
    """
    Write the ledger's table straight, without a journal, and the export of it that a user of frames would have.

    Returns the folder with ``.castello/ledger`` and ``export/claims.parquet``, ``export/judgements.parquet``.
    """
    rng = np.random.default_rng(SEED)
    table = _claims(rng, claims, questions)
    others = _judgements(rng, table)
    ledger = book(folder).tables.folder
    edges = np.linspace(0, claims, BATCHES + 1).astype(int)
    for start, end in pairwise(edges):
        rows = in_order(table.slice(start, end - start))
        write_deltalake(ledger, rows, mode="append", writer_properties=WRITTEN)
    write_deltalake(ledger, in_order(others), mode="append", writer_properties=WRITTEN)
    export = folder / "export"
    export.mkdir()
    # as they were recorded, and without what Castello worked out for itself: what a user would hand on
    pq.write_table(table.drop_columns(["type", "device", "n", "body", *WORKED_OUT]), export / "claims.parquet")
    pq.write_table(others.select(["id", "recorded", "body"]), export / "judgements.parquet")
    return folder


def _texts(choices, index) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(choices, pa.string())).cast(pa.string())


def _joined(*parts, separator="") -> pa.Array:
    return pc.binary_join_element_wise(*parts, separator)


def _claims(rng, n: int, questions: int) -> pa.Table:
    kind = rng.choice(len(KINDS), n, p=[share for share, _, _ in MIX.values()])
    question, subject = np.zeros(n, int), rng.integers(0, 900, n)
    answer = np.full(n, "", dtype=object)
    onset = np.sort(rng.integers(0, DAYS, n))
    rng.shuffle(onset)
    low, high, value = (np.full(n, np.nan) for _ in range(3))
    lost = np.zeros(n, bool)
    for number, (name, (_, share, what)) in enumerate(MIX.items()):
        mine = np.flatnonzero(kind == number)
        if share is None:
            question[mine] = np.arange(len(mine))
            continue
        # a few questions have a thousand claims, many have three
        many = max(1, round(share * questions))
        question[mine] = (rng.random(len(mine)) ** 1.8 * many).astype(int)
        subject[mine] = question[mine] % 900
        if isinstance(what, tuple):
            right = (question[mine] * 7 + onset[mine] // EPOCH * (1 + question[mine] % 3)) % len(what)
            wrong = rng.random(len(mine)) < 0.12
            chosen = np.where(wrong, rng.integers(0, len(what), len(mine)), right)
            answer[mine] = np.array(what, dtype=object)[chosen]
            if name == "control":
                lost[mine] = rng.random(len(mine)) < 0.06
        else:
            true = 10.0 ** (1 + question[mine] % 5) * (1 + 0.2 * (onset[mine] // EPOCH))
            said = np.round(true * rng.choice([0.8, 0.9, 1.0, 1.0, 1.0, 1.1, 1.5], len(mine)))
            bound = rng.choice(4, len(mine), p=[0.6, 0.15, 0.05, 0.2])  # exact, at least, at most, a span
            value[mine] = np.where(bound == 3, np.nan, said)
            low[mine] = np.where(bound == 2, np.nan, np.where(bound == 3, np.round(said * 0.9), said))
            high[mine] = np.where(bound == 1, np.nan, np.where(bound == 3, np.round(said * 1.2), said))

    # when: since a day; a span of days; some day of a span; an open beginning
    shape = rng.choice(4, n, p=[0.62, 0.22, 0.13, 0.03])
    length = 1 + rng.geometric(0.04, n)
    sure_start = np.where((shape == 0) | (shape == 1), onset, -1)
    maybe_start = np.where(shape == 3, -1, onset)
    maybe_end = np.where(shape == 0, -1, onset + length)
    sure_end = np.where(shape == 1, maybe_end, -1)
    spoken = onset + rng.geometric(0.06, n) - 1
    said = np.where(rng.random(n) < 0.7, spoken, -1)
    published = spoken + np.where(rng.random(n) < 0.9, rng.geometric(0.3, n) - 1, rng.geometric(0.012, n))
    recorded = published + rng.geometric(0.2, n) - 1
    order = np.lexsort((rng.random(n), recorded))  # rows lie in the table as they came in

    modality = rng.choice(6, n, p=[0.84, 0.05, 0.06, 0.03, 0.01, 0.01])
    modalities = ("asserted", "negated", "likely", "possible", "unlikely", "conditional")
    # a question has a dozen sources that speak of it again and again, and now and then somebody else
    regular = (question * 13 + kind * 7 + (rng.random(n) ** 2 * 12).astype(int)) % 300
    origin = np.where(rng.random(n) < 0.9, regular, (rng.random(n) ** 2.5 * 300).astype(int))
    document, publisher = rng.integers(0, 60_000, n), rng.integers(0, 80, n)
    unknown = rng.random(n) < 0.03
    sources = [f"source-{i:03}" for i in range(300)]

    def days(values):
        shifted = pa.array(values + (FIRST - date(1970, 1, 1)).days, pa.int32(), mask=values < 0)
        return shifted.cast(pa.date32())

    def numbered(prefix, values):
        return _joined(prefix, pa.array(values).cast(pa.string()))

    hexes = np.frombuffer(rng.bytes(16 * n).hex().encode(), dtype="S32")
    ids = _joined("c1-", pa.array(hexes.astype("U32")))
    kinds, documents = _texts(KINDS, kind), numbered("report-", document)
    words = _joined(kinds, numbered("place-", subject), numbered("", question), "supply", separator="|")
    source = pc.if_else(pa.array(unknown), "unknown", _texts(sources, origin))
    links = 1 + rng.integers(0, 2, n)
    chain = np.column_stack([np.where(unknown, 300, origin), 301 + publisher])
    chain_names = _texts(
        [*sources, "unknown", *(f"paper-{i}" for i in range(80))], chain[np.arange(2) < links[:, None]]
    )
    body = _joined(
        '{"chain":[{"role":"speaker","who":"', source, '"}],"document":"', documents, '","kind":"', kinds,
        '","note":"made up for a benchmark; a claim of a case has its quote and its locator here, some hundred letters '
        'in all","subject":"', words, '","id":"', ids, '"}',
    )  # fmt: skip
    units = [what if isinstance(what, str) else None for _, _, what in MIX.values()]
    text = pa.string()
    columns = {
        "type": pa.array(["claim"]).take(pa.array(np.zeros(n, int))),
        "id": ids,
        "recorded": pc.add(days(recorded).cast(pa.timestamp("us", "UTC")), pa.scalar(timedelta(hours=9))),
        "device": pa.array([DEVICE]).take(pa.array(np.zeros(n, int))),
        "n": pa.array(np.ones(n, int)),
        "kind": kinds,
        "question": words,
        "answer": pa.array(answer, text),
        "subject": pc.if_else(pc.equal(kinds, "control"), pa.array(answer, text), numbered("place-", subject)),
        "predicate": pa.array(answer, text),
        "object": _texts([f"party-{i}" for i in range(40)], question % 40),
        "place": numbered("place-", subject),
        "value": pa.array(value, mask=np.isnan(value)),
        "low": pa.array(low, mask=np.isnan(low)),
        "high": pa.array(high, mask=np.isnan(high)),
        "unit": _texts([unit or "" for unit in units], kind),
        "modality": _texts(modalities, modality),
        "denies": pa.array((modality == 1) != lost),
        "sure_start": days(sure_start),
        "sure_end": days(sure_end),
        "maybe_start": days(maybe_start),
        "maybe_end": days(maybe_end),
        "said": days(said),
        "published": days(published),
        "origin": pc.if_else(pa.array(unknown), _joined("unknown@", documents), source),
        "sources": pa.ListArray.from_arrays(np.concatenate([[0], np.cumsum(links)]).astype("int32"), chain_names),
        "document": documents,
        "sensitivity": _texts(["low", "moderate"], (rng.random(n) < 0.08).astype(int)),
        "verification": _texts(["verified", "unverified"], (rng.random(n) < 0.1).astype(int)),
        "body": body,
    }
    shapes = [SLOTS[Kind(name)].shape for name in KINDS]
    columns |= dict.fromkeys(WORKED_OUT, pa.nulls(n)) | {"shape": _texts(shapes, kind)}
    columns["unit"] = pc.if_else(pc.equal(columns["unit"], ""), pa.scalar(None, text), columns["unit"])
    typed = [columns[field.name].cast(field.type) for field in SCHEMA]
    return _worked_out(pa.table(typed, schema=SCHEMA).take(pa.array(order)))


def _worked_out(claims: pa.Table) -> pa.Table:
    """The columns that follow from others, as the ledger makes them of one claim at a time; the rows stay in order."""
    steps = Steps("worked out").add(
        "worked_out",
        """select * replace (
               if(shape = 'quantity',
                  coalesce(low, high) is not null and verification <> 'derived' and modality in ('asserted', 'likely'),
                  modality in ('asserted', 'likely', 'negated')) as speaks,
               coalesce(sure_start, maybe_start, date '0001-01-01') as onset,
               coalesce(sure_start, maybe_end - 1, maybe_start, date '0001-01-01') as latest_onset,
               if(shape = 'quantity', coalesce(maybe_end - 1, said, published),
                  greatest(coalesce(sure_start, maybe_end - 1, maybe_start, date '0001-01-01'),
                           least(coalesce(said, sure_start, maybe_end - 1, maybe_start, date '0001-01-01'),
                                 coalesce(maybe_end - 1, date '9999-12-31')))) as reach)
           from claims""",
    )
    with Engine() as engine:
        engine.table("claims", claims)
        return engine.run(steps).cast(SCHEMA)


def _judgements(rng, claims: pa.Table) -> pa.Table:
    """Some hundred judgements: claims taken back or doubted, origins that are one."""
    ids = claims.column("id").take(pa.array(rng.choice(len(claims), 400, replace=False))).to_pylist()
    verdicts = [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.RETRACTED, Verdict.WITHDRAWN]
    judged = [((id_,), verdicts[n % 4]) for n, id_ in enumerate(ids)]
    pairs = [Verdict.SAME, Verdict.UNSURE, Verdict.DIFFERENT]
    for n in range(150):
        first, second = rng.choice(300, 2, replace=False)
        judged.append(((f"origin:source-{first:03}", f"origin:source-{second:03}"), pairs[n % 3]))
    rows = []
    for n, (about, verdict) in enumerate(judged):
        dated = FIRST + timedelta(days=int(rng.integers(0, DAYS)))
        item = Judgement(about=about, verdict=verdict, by="bench", dated=dated, reason="made up", made=str(n))
        at = datetime(dated.year, dated.month, dated.day, 12, tzinfo=UTC)
        body = json.dumps(item.to_json(), sort_keys=True)
        rows.append({"type": "judgement", "id": item.id, "recorded": at, "device": DEVICE, "n": 1, "body": body})
    return pa.Table.from_pylist(rows, schema=SCHEMA)
