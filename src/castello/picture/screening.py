"""Claims by the hundred thousand, for who must judge each of them: alike ones together, and those whose words may name something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from castello.engines import Steps
from castello.picture._steps import visible
from castello.picture.picture import Picture

_SEEN = tuple(
    (name, sql.replace("(type, body, device, n)", "(type, device, n)")) for name, sql in visible("seen").steps
)

_ALIKE = (
    Steps("alike", _SEEN)
    .add(
        "said",
        # what is on a branch, of a protected speaker or on a road is judged by itself
        """select id, kind, sensitivity, sources, document, predicate, subject, object, place,
                  json_extract_string(body, '$.also.with') as members, json_extract(body, '$.where') is not null as pointed,
                  coalesce(maybe_end, published + 1) > $day as recent,
                  if(kind = 'access' or not starts_with(id, 'c1-') or contains(body, '"protected"'), id, '') as own
           from seen""",
    )
    .add(
        "alike",
        """select list_sort(list(id)) as ids from said
           group by kind, sensitivity, sources, document, predicate, subject, object, place, members, pointed, recent, own
           order by ids[1]""",
    )
)

_NAMING = Steps("naming", _SEEN).add(
    "naming",
    # what is not plain Latin text, or has signs that are written otherwise, is left to who reads it
    """select id from seen
       where strlen(body) <> length(body) or contains(body, chr(92))
          or regexp_matches(translate(lower(body), chr(39) || chr(96), ''), $pattern)
       order by id""",
)


def alike(picture: Picture, *, day: date) -> Sequence[Sequence[str]]:
    """
    Claims that can be seen in groups, each sorted: of the same kind, sensitivity, chain, document, predicate, subject, object, place, parties
    ``with`` it, with a point or without.

    Parameters
    ----------
    picture
        Whose claims.
    day
        What may still have been so on this day or later is kept apart from the rest; an open end counts to the day of publication.

    Returns
    -------
    sequence of sequences of str
        Ids. Claims on roads, of protected speakers and on a branch are groups of their own.
    """
    ids: list[list[str]] = picture._run(_ALIKE, day=day).column("ids").to_pylist()  # noqa: SLF001 - one room: the picture's own steps
    return ids


def perhaps_naming(picture: Picture, pattern: str) -> frozenset[str]:
    """
    Ids of the claims in whose words a name may stand; of every other it is sure that none does.

    Parameters
    ----------
    picture
        Whose claims.
    pattern
        Finds the names in lower-case text of Latin letters, without accents and quotation marks.
    """
    return frozenset(picture._run(_NAMING, pattern=pattern).column("id").to_pylist())  # noqa: SLF001 - one room: the picture's own steps
