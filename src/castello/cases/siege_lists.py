"""``[[list]]`` of ``case.toml``: lists of besieged places that others keep, and under which words their entries are looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SiegeList:
    """
    A list that somebody keeps: who keeps it, as what it lists places, and which definitions of claims speak under it.

    ``body`` is an id of a source or a party, ``speakers`` are those whose listing claims count, ``definitions`` those of siege and people
    claims. ``always`` says that it is told also where the place is not on it.
    """

    name: str
    body: str
    status: str
    speakers: tuple[str, ...]
    definitions: tuple[str, ...]
    always: bool = False


_UN = ("un-ocha", "united-nations")
USUAL = (
    SiegeList(
        name="un-ocha",
        body="un-ocha",
        status="besieged",
        speakers=_UN,
        definitions=("un-besieged",),
        always=True,
    ),
    SiegeList(
        name="un-ocha-encircled",
        body="un-ocha",
        status="military encircled",
        speakers=_UN,
        definitions=("un-military-encircled",),
    ),
    SiegeList(
        name="un-ocha-hard-to-reach",
        body="un-ocha",
        status="hard to reach",
        speakers=_UN,
        definitions=("un-hard-to-reach",),
    ),
    SiegeList(
        name="siege-watch",
        body="siege-watch",
        status="besieged",
        speakers=("siege-watch",),
        definitions=("siege-watch",),
        always=True,
    ),
    SiegeList(
        name="siege-watch-watchlist",
        body="siege-watch",
        status="watchlist",
        speakers=("siege-watch",),
        definitions=("siege-watch-watchlist",),
    ),
)
"""The lists that are looked for where a case names none. What is on them is never worked out: only claims put a place there."""

_TYPES = {"body": str, "status": str, "speakers": list, "definitions": list, "always": bool, "name": str}


def problem_with(item: object) -> str | None:
    """
    What is wrong with an entry, in words; None if nothing is.

    Examples
    --------
    >>> problem_with({"body": "un-ocha", "status": "besieged", "definitions": ["un-besieged"]})
    >>> problem_with({"body": "un-ocha"})
    'needs body, status and definitions'
    """
    if not isinstance(item, dict) or not {"body", "status", "definitions"} <= set(item):
        return "needs body, status and definitions"
    for key, value in item.items():
        if key not in _TYPES:
            return f"{key!r} is not a setting of a list"
        if type(value) is not _TYPES[key] or value in ("", []):
            return f"{key} is not {'text' if _TYPES[key] is str else 'true or false' if key == 'always' else 'a list of texts'}"
        if isinstance(value, list) and not all(isinstance(part, str) and part for part in value):
            return f"{key} is not a list of texts"
    return None


def siege_list(item: dict[str, object]) -> SiegeList:
    """An entry in which nothing is wrong; without ``name`` it is that of the body and the status, without ``speakers`` the body speaks."""
    body, status = str(item["body"]), str(item["status"]).lower()
    speakers, definitions = item.get("speakers", [body]), item["definitions"]
    assert isinstance(speakers, list)  # as problem_with says
    assert isinstance(definitions, list)
    return SiegeList(
        name=str(item.get("name") or re.sub(r"[^a-z0-9]+", "-", f"{body} {status}".lower()).strip("-")),
        body=body,
        status=status,
        speakers=tuple(map(str, speakers)),
        definitions=tuple(map(str, definitions)),
        always=item.get("always") is True,
    )
