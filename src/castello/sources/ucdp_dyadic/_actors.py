"""How the rows of UCDP's list of actors become parties with their names."""

from __future__ import annotations

from castello.engines import Steps
from castello.sources._ucdp import Actors, number
from castello.sources.tabular import Check, Plan, Reading

COLUMNS = frozenset(
    """
    actorid namedata nameorig nameorigfull nameorigfulleng namechange newname newnamefullmothertongue newnamefulleng org conflictid dyadid
    primaryparty osid oscoalition oscoalitionid nsid nscoalition nscoalitionid splinter nameprev actoridprev splittemp namesplittemp
    actoridsplittemp alliance namealliance actoridalliance joingroup groupname actoridgroup location gwnoloc region version
    """.split()  # noqa: SIM905  # a list of thirty-five words in quotation marks is harder to read
)
NEEDED = frozenset({"actorid", "namedata"})
# What an actor was or is called beside; names of others (an older group, an alliance) stand in other columns.
_ALIASES = ("nameorig", "nameorigfull", "nameorigfulleng", "newname", "newnamefullmothertongue", "newnamefulleng")


def plan(reading: Reading) -> Plan:
    """Parties without any claim: the list does not say when what it says of them held."""
    names = [name for name in _ALIASES if reading.has(name)]
    rows = reading.distinct(code="actorid", name="namedata", **{name: f'"{name}"' for name in names})
    actors = Actors(reading, [(row["name"], row["code"]) for row in rows])
    for row in rows:
        if row["name"] and number(row["code"]) is not None:
            aliases = [row[name] for name in names if row[name] and row[name].upper() not in ("NA", "NULL")]
            actors.id(row["name"], row["code"], aliases=aliases)
    typed = Steps("typed").add("typed", "select row, actorid as _code, namedata as _name from cells")
    checks = [
        Check(
            code="id",
            column="actorid",
            when="not coalesce(regexp_full_match(trim(_code), '[0-9]+(\\.0+)?'), false)",
            what="'has no id that is a number'",
            hint="Each actor has one.",
        ),
        Check(
            code="no-name", column="namedata", when="_name is null", what="'has no name'", hint="Each actor has one."
        ),
    ]
    return Plan(typed=typed, checks=checks, claims=[])
