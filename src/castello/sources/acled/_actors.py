"""Who the actors of ACLED are: parties of the case, classes of people, somebody unknown, or parties that ACLED brings."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from castello.claims import UNKNOWN
from castello.engines import Steps
from castello.names import settled
from castello.sources._csv import column_key
from castello.sources._intake import Names
from castello.sources._slugs import slug
from castello.sources.acled._tables import decisive, listed, same, tell
from castello.sources.tabular import Reading

_INTER = {
    "state force": "1",
    "rebel group": "2",
    "rebel force": "2",
    "political militia": "3",
    "identity militia": "4",
    "rioter": "5",
    "protester": "6",
    "civilian": "7",
}
_CLASSES = {"5": "rioters", "6": "protesters", "7": "civilians"}
_KINDS = {"1": "state", "2": "armed_group", "3": "armed_group", "4": "armed_group", "8": "armed_group"} | dict.fromkeys(
    _CLASSES, "people"
)
_OF_A_STATE = re.compile(r"(military|police) forces of ", re.IGNORECASE)
_ACTORS = pa.schema([(name, pa.string()) for name in ("actor", "inter", "party", "code", "what", "hint")])
_JOINED = pa.schema([(name, pa.string()) for name in ("assoc", "inter", "members")])


def bare_actor(written: str) -> str:
    """
    An actor's name without the years of its government.

    Examples
    --------
    >>> bare_actor("Military Forces of Syria (2000-) Air Force")
    'Military Forces of Syria Air Force'
    """
    return " ".join(re.sub(r"\s*\(\d{4}\s*-\s*(?:\d{4})?\)", "", written).split())


def inter(written: str | None) -> str | None:
    """
    ACLED's number for what an actor is, which newer files write in words; None where it is not said, ``?`` for words of no generation.

    Examples
    --------
    >>> inter("State forces"), inter("2.0"), inter("External/Other forces"), inter("0"), inter("Bakers")
    ('1', '2', '8', None, '?')
    """
    plain = column_key(written or "").replace("_", " ").rstrip("s")
    number = re.match(r"\d", plain)
    if number is not None:
        return None if number[0] == "0" else number[0]
    if plain.startswith(("external", "other")):
        return "8"
    return _INTER.get(plain) or ("?" if plain else None)


def party_names(reading: Reading) -> Names:
    """Names of parties as the register and the sidecar decide them, without the years that ACLED adds."""
    given = reading.options.get("party_names") or {}
    return Names(reading.parties, given={bare_actor(name): id for name, id in given.items()})


def actors(reading: Reading, names: Names) -> None:
    """
    Make the tables ``actors_of`` (``actor``, ``inter``: ``party``) and ``joined_of`` (``assoc``, ``inter``: ``members``).

    The same name is the same party, whatever it is called beside; what was taken for a name that is spelled otherwise is told.
    """
    sql = decisive(reading)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for side in ("1", "2"):
        for one in reading.distinct(actor=sql[f"actor{side}"], inter=sql[f"inter{side}"]):
            if one["actor"] is not None:
                rows[one["actor"], one["inter"] or ""] = one
    for _, row in sorted(rows.items()):
        row["party"] = _party(reading, names, row["actor"], inter(row["inter"]))
        row.update(_alike(names, row["actor"], row["party"]))
    reading.engine.table("actors_of", pa.Table.from_pylist(list(rows.values()), schema=_ACTORS))
    joined = [row for row in reading.distinct(assoc=sql["assoc1"], inter=sql["inter1"]) if row["assoc"] is not None]
    for row in joined:
        parts = dict.fromkeys(part.strip() for part in row["assoc"].split(";") if part.strip())
        members = dict.fromkeys(_party(reading, names, part, inter(row["inter"]), beside=True) for part in parts)
        row["members"] = ",".join(id for id in members if id != UNKNOWN) or None
    reading.engine.table("joined_of", pa.Table.from_pylist(joined, schema=_JOINED))
    found = Steps("alike").add("read", f"select {listed(reading)} from cells")
    for side in ("1", "2"):
        found = found.add(
            f"alike{side}",
            f"""select row, code, what, hint, 'actor{side}' as of, 'warning' as severity from read join actors_of as a
                on read.actor{side} = a.actor and read.inter{side} is not distinct from a.inter and a.code is not null
                left join kinds_of as kinds on {same("read", "kinds", "sub_event", "event_type")}
                -- whose ground it is now is said below, as an error
                where {side} = 2 or code = 'alike' or kinds.ground is null""",
        )
    tell(reading, found.add("alike", "select * from alike1 union all select * from alike2"))


def _party(reading: Reading, names: Names, written: str, code: str | None, *, beside: bool = False) -> str:
    name = bare_actor(written)
    found = names.sure(name)
    if found and found[0].method == "judged":
        return found[0].id
    plain = name.lower()
    # beside rioters, protesters or civilians ACLED names what people they are: that is no class of its own
    if not beside and code in _CLASSES:
        return _CLASSES[code]
    for word in _CLASSES.values():
        if re.match(rf"{word}\b", plain):
            return word
    chosen = settled(found)
    if chosen is not None:
        return chosen.id
    if not name or plain.startswith("unidentified"):
        return UNKNOWN
    kind = "state" if _OF_A_STATE.match(name) else _KINDS.get(code or "", "organisation")
    return reading.bring_party(slug(f"acled-{name}"), name_en=name, kind=kind, note="as ACLED names it")


def _alike(names: Names, written: str, party: str) -> dict[str, str]:
    """What is to be said of a name that is taken for one that is spelled otherwise, or that may mean several."""
    found = names.sure(bare_actor(written))
    if not found or found[0].method == "judged" or party in (UNKNOWN, *_CLASSES.values()):
        return {}
    if settled(found) is None:
        what = f"{written!r} may be {' or '.join(one.id for one in found)}: it is taken for none of them"
        return {"code": "party", "what": what, "hint": "Say which party it is in the names given for this source."}
    if found[0].method in ("exact", "folded"):
        return {}
    what = f"{written!r} is taken for {party}, by the name {found[0].matched!r}"
    return {"code": "alike", "what": what, "hint": "Say which party it is, if it is another."}


def gainers(reading: Reading, names: Names, *, who: dict[str, tuple[str, ...]]) -> None:
    """
    Make the table ``gainers_of``: which party of the case gained ground, by ``ground``, ``actor1``, ``inter1``; or why that is not clear.

    Needs ``kinds_of``. ``who`` says of which actors a kind of gain can be said.
    """
    asked = Steps("asked").add("read", f"select {listed(reading)} from cells")
    asked = asked.add(
        "asked",
        f"""select distinct kinds.ground, kinds.said, read.actor1, read.inter1 from read
            join kinds_of as kinds on {same("read", "kinds", "sub_event", "event_type")}
            where kinds.ground is not null order by all""",
    )
    rows = reading.engine.run(asked).to_pylist()
    for row in rows:
        row.update(_gainer(names, row, who=who))
    reading.engine.table("gainers_of", pa.Table.from_pylist(rows, schema=_GAINERS))


_GAINERS = pa.schema(
    [(name, pa.string()) for name in ("ground", "said", "actor1", "inter1", "party", "code", "what", "hint", "of")]
)


def _gainer(names: Names, row: dict[str, Any], *, who: dict[str, tuple[str, ...]]) -> dict[str, str | None]:
    written, code = row["actor1"], inter(row["inter1"])
    if written is None:
        what, hint = "has no actor1", "Nobody can say who gained it."
        return {"code": "no-party", "what": what, "hint": hint, "of": "actor1"}
    if row["ground"] in who and code is not None and code not in who[row["ground"]]:
        what = f"says {row['said']!r} of an actor1 that is {row['inter1']!r}"
        hint = "Nobody can say which of the two gained it; check the row at its source."
        return {"code": "actor-order", "what": what, "hint": hint, "of": "inter1"}
    name = bare_actor(written)
    party = names.sure_id(name)
    if party is None:
        what = f"{written!r} is not clearly one party"
        return {"code": "party", "what": what, "hint": names.hint(name), "of": "actor1"}
    return {"party": party}
