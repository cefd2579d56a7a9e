"""How an ACLED export becomes claims about control."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from castello.claims import Claim, Document, InvalidClaim, Kind, Link, Locator, Period, Role
from castello.errors import Issue
from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.sources._csv import Cells, column_key, open_table
from castello.sources._days import NotADay, read_days
from castello.sources._intake import Intake, Names, listed

ACLED_COLUMNS = frozenset(
    """
    gwno data_id iso iso3 event_id_cnty event_id_no_cnty event_date year time_precision disorder_type event_type sub_event_type
    actor1 ally_actor_1 assoc_actor_1 inter1 actor2 ally_actor_2 assoc_actor_2 inter2 interaction civilian_targeting region
    country admin1 admin2 admin3 location latitude longitude geo_precision source source_scale notes fatalities tags timestamp
    """.split()  # noqa: SIM905  # a list of thirty-seven words in quotation marks is harder to read
)
"""Columns of the three generations of ACLED's files, in their plain form."""

MAX_KM = 5.0
"""How far a row's point may lie from the place that its name means, beyond the place's own radius, by default."""

SNAP_KM = 0.5
"""How near a place's point must lie to be taken for a row whose name fits none, by default."""

_REQUIRED = frozenset({"event_date", "event_type", "actor1", "location", "latitude", "longitude"})
_REGAINS, _OVERTAKES, _TRANSFER = (
    "government regains territory",
    "non state actor overtakes territory",
    "non violent transfer of territory",
)
_STATE, _ARMED = "1", ("2", "3", "4")
_INTER = {"state force": "1", "rebel group": "2", "rebel force": "2", "political militia": "3", "identity militia": "4"}
# Which actors a sub-event can be said of: forces from outside (8) count with either.
_GAINERS = {_REGAINS: (_STATE, "8"), _OVERTAKES: (*_ARMED, "8")}
_EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gain:
    """A row that says who gained a place."""

    row: int
    event: str
    claim: Claim


def read(
    data: bytes | Path,
    *,
    file: str,
    places: PlaceRegister,
    parties: PartyRegister,
    document: Document,
    party_names: Mapping[str, str] | None = None,
    place_names: Mapping[str, str] | None = None,
    source_names: Mapping[str, str] | None = None,
    max_km: float = MAX_KM,
    snap_km: float = SNAP_KM,
    encoding: str | None = None,
) -> tuple[tuple[Claim, ...], tuple[Issue, ...]]:
    """
    Claims of kind control from the rows of an ACLED export that speak of territory, and what is wrong with the rest.

    Parameters
    ----------
    data
        The bytes of a CSV file, or where it lies; only the row at hand is in memory.
    file
        Name for the issues.
    places, parties
        Registers that names are matched to; what is not clear is an issue with its candidates.
    document
        The export: its publisher compiles, its day is when the rows were published.
    party_names, place_names, source_names
        Names as ACLED writes them and the ids that they mean, of parties, places and sources.
    max_km, snap_km
        Limits for the row's point: from the place that its name means (beyond that place's radius), and from a place for a name
        that fits none. Kilometres.
    encoding
        Of the text, where it is not UTF-8.

    Returns
    -------
    Claims in the order of the file, and issues.
    """
    intake = Intake(file)
    table = open_table(
        data, intake=intake, is_header=_REQUIRED.issubset, columns=", ".join(sorted(_REQUIRED)), encoding=encoding
    )
    if table is None:
        return (), intake.issues
    unknown = sorted(set(table.columns) - ACLED_COLUMNS)
    if unknown:
        what = f"has columns that are not ACLED's: {listed(unknown)}"
        intake.warn("columns", what, "They are not read.")
    reader = _Reader(
        intake=intake,
        document=document,
        places=places,
        parties=Names(parties, given={_actor(name): id for name, id in (party_names or {}).items()}),
        names=Names(places, given=place_names),
        sources=dict(source_names or {}),
        max_km=max_km,
        snap_km=snap_km,
    )
    rows = territory = 0
    gains: list[_Gain] = []
    for number, cells in table.rows:
        rows += 1
        kind = _territory(cells)
        if kind is None:
            continue
        territory += 1
        gain = reader.gain(number, cells, kind)
        if gain is not None:
            gains.append(gain)
    if rows == 0:
        intake.error("no-rows", "has no rows under its header", "Export it again; check that it was not cut off.")
    elif territory == 0:
        what = f"none of its {rows:,} rows speaks of territory"
        intake.warn("no-territory", what, "Only these are read so far: who gained which place.")
    return _without_contradictions(gains, intake), intake.issues


def _territory(cells: Cells) -> str | None:
    """The sub-event in its plain form, if it is one about territory; in old files the event type says it."""
    text = cells.get("sub_event_type") or cells.get("event_type") or ""
    plain = column_key(text).replace("_", " ").removeprefix("battle ").replace("nonstate", "non state")
    return plain if plain in (_REGAINS, _OVERTAKES, _TRANSFER) else None


class _Reader:
    def __init__(
        self,
        *,
        intake: Intake,
        document: Document,
        places: PlaceRegister,
        parties: Names,
        names: Names,
        sources: Mapping[str, str],
        max_km: float,
        snap_km: float,
    ) -> None:
        self.intake, self.document, self.places = intake, document, places
        self.parties, self.names, self.sources = parties, names, sources
        self.max_km, self.snap_km = max_km, snap_km

    def gain(self, row: int, cells: Cells, kind: str) -> _Gain | None:
        """The claim of one row about territory; None, with an issue, where something about it is not clear."""
        party, when = self._party(row, cells, kind), self._when(row, cells)
        place, precision = self._place(row, cells), cells.get("geo_precision", "").removesuffix(".0")
        if party is None or when is None or place is None:
            return None
        event = cells.get("event_id_cnty") or cells.get("data_id") or ""
        if not event:
            self.intake.warn(
                "event-id", "has no event id", "Export event_id_cnty too.", row=row, column="event_id_cnty"
            )
        note = [f"ACLED {event}".strip(), cells.get("sub_event_type") or cells["event_type"]]
        note += [f"{name} {cells[name]}" for name in ("time_precision", "geo_precision", "source") if cells.get(name)]
        near: Literal["low"] | None = "low" if precision == "2" else None
        try:
            claim = Claim(
                kind=Kind.CONTROL,
                subject=party,
                predicate="holds",
                object=place,
                happened=when,
                published=self.document.published,
                chain=self._chain(cells.get("source", "")),
                document=self.document.id,
                locator=Locator(row=row, cell="notes" if cells.get("notes") else None),
                quote=cells.get("notes") or None,
                place_as_written=cells["location"] or None,
                confidence=near,
                note="; ".join(note),
            )
        except InvalidClaim as invalid:
            self.intake.error("claim", invalid.what, invalid.hint, row=row, column=invalid.slot)
            return None
        return _Gain(row=row, event=event, claim=claim)

    def _party(self, row: int, cells: Cells, kind: str) -> str | None:
        written = cells["actor1"]
        if not written:
            self.intake.error("no-party", "has no actor1", "Nobody can say who gained it.", row=row, column="actor1")
            return None
        inter = _inter(cells.get("inter1", ""))
        if kind in _GAINERS and inter is not None and inter not in _GAINERS[kind]:
            said = cells.get("inter1", "")
            what = f"says {cells.get('sub_event_type') or cells['event_type']!r} of an actor1 that is {said!r}"
            hint = "Nobody can say which of the two gained it; check the row at its source."
            self.intake.error("actor-order", what, hint, row=row, column="inter1")
            return None
        name = _actor(written)
        party = self.parties.taken(name, intake=self.intake, row=row, column="actor1")
        if party is None:
            hint = self.parties.hint(name)
            self.intake.error("party", f"{written!r} is not clearly one party", hint, row=row, column="actor1")
        return party

    def _when(self, row: int, cells: Cells) -> Period | None:
        """Since the day, with the beginning as far apart as the precision says."""
        try:
            # the old files are written day first
            written = read_days(cells["event_date"], day_first=True)
        except NotADay as no:
            self.intake.error("date", no.what, no.hint, row=row, column="event_date")
            return None
        if written.serial:
            what, hint = "has a date as a spreadsheet's number", "Read as such; check one of them."
            self.intake.warn("serial-date", what, hint, row=row, column="event_date")
        first, last, precision = written.first, written.last, cells.get("time_precision", "").removesuffix(".0")
        if first != last:
            hint = "ACLED dates each event to a day."
            self.intake.error("date", f"{cells['event_date']!r} is not a day", hint, row=row, column="event_date")
            return None
        if precision == "2":
            first, last = first - timedelta(days=3), last + timedelta(days=3)
        elif precision == "3":
            first = first.replace(day=1)
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            last = following - timedelta(days=1)
        elif precision != "1":
            what = f"has time_precision {precision!r}: nobody can say how sure the day is"
            hint = "It is 1 (day), 2 (week) or 3 (month)."
            self.intake.error("time-precision", what, hint, row=row, column="time_precision")
            return None
        return Period.since(first, last)

    def _place(self, row: int, cells: Cells) -> str | None:
        precision = cells.get("geo_precision", "").removesuffix(".0")
        if precision not in ("1", "2"):
            what = f"has geo_precision {precision!r}: it names no place"
            if precision == "3":
                what = "has geo_precision 3: it lies somewhere in a region, and names no place"
            hint = "1 is the place, 2 near it."
            self.intake.error("geo-precision", what, hint, row=row, column="geo_precision")
            return None
        point = _point(cells)
        if point is None:
            what, hint = "has no latitude and longitude on earth", "Check the row at its source."
            self.intake.error("point", what, hint, row=row, column="latitude")
            return None
        name = cells["location"]
        return self._by_name(row, name, point) if name else self._by_point(row, name, point)

    def _by_name(self, row: int, name: str, point: tuple[float, float]) -> str | None:
        sure = [one for one in self.names.candidates(name) if one.score >= 0.8]
        if not sure:
            return self._by_point(row, name, point)
        apart = {one.id: self._km(one.id, point) for one in sure}
        near = [one for one in sure if (km := apart[one.id]) is not None and km <= self.max_km]
        if len(near) == 1 or (near and near[0].score - near[1].score >= 0.05):
            return near[0].id
        if sure[0].method == "judged":
            return sure[0].id  # the user said so, whatever the point says
        known = [f"{id} ({'no coordinates' if km is None else f'{km:.1f} km away'})" for id, km in apart.items()]
        what = f"{name!r} is not clearly one place within {self.max_km:g} km of the row's point"
        hint = f"It may mean {' or '.join(known)}. Say which place it is in the names given for this source."
        self.intake.error("place", what, hint, row=row, column="location")
        return None

    def _by_point(self, row: int, name: str, point: tuple[float, float]) -> str | None:
        """The one place whose point is the row's, for a name that fits none."""
        apart = sorted((km, place.id) for place in self.places.places if (km := _km(place.point, point)) is not None)
        near = [id for km, id in apart if km <= self.snap_km]
        if len(near) == 1:
            what = f"{name!r} is taken for {near[0]}, whose point lies {apart[0][0]:.1f} km from the row's"
            hint = "Say which place it is in the names given for this source, if it is another."
            self.intake.warn("snapped", what, hint, row=row, column="location")
            return near[0]
        say = "Say which place it is in the names given for this source, or add it to the register."
        nearest = " and ".join(f"{id} ({km:.1f} km)" for km, id in apart[:2])
        hint = f"Nearest are {nearest}. {say}" if nearest else say
        self.intake.error("place", f"{name!r} is no place of the case", hint, row=row, column="location")
        return None

    def _km(self, id: str, point: tuple[float, float]) -> float | None:
        """How far a point lies outside a place; 0 within its radius, None if the place has no coordinates."""
        place = self.places.place(id)
        km = _km(place.point, point)
        return None if km is None else max(0.0, km - (place.radius_km or 0.0))

    def _chain(self, source: str) -> tuple[Link, ...]:
        # ACLED alone is the origin where the source is not known here: every download of a row is one and the same origin
        compiler = Link(who=self.document.publisher, role=Role.COMPILER)
        id = self.sources.get(source)
        return (compiler,) if id is None else (Link(who=id, role=Role.REPORTER), compiler)


def _without_contradictions(gains: list[_Gain], intake: Intake) -> tuple[Claim, ...]:
    """The claims, without those of one event that name different parties, days or places; the same said twice is said once."""
    events: dict[str, list[_Gain]] = {}
    for gain in gains:
        events.setdefault(gain.event or f"row {gain.row}", []).append(gain)
    left_out: set[int] = set()
    for event, rows in events.items():
        said = {(gain.claim.subject, gain.claim.object, gain.claim.happened) for gain in rows}
        if len(said) > 1:
            numbers = ", ".join(str(gain.row) for gain in rows)
            hint = "Export one row an event, in its latest edition."
            what = f"event {event} says different things in rows {numbers}: none is taken"
            intake.error("event", what, hint, row=rows[0].row, column="event_id_cnty")
            left_out |= {gain.row for gain in rows}
        else:
            for gain in rows[1:]:
                what, hint = f"says what row {rows[0].row} says of event {event}", "It is taken once."
                intake.warn("twice", what, hint, row=gain.row, column="event_id_cnty")
                left_out.add(gain.row)
    return tuple(gain.claim for gain in gains if gain.row not in left_out)


def _actor(written: str) -> str:
    """An actor's name without the years of its government and the country in brackets that end it."""
    return re.sub(r"\s*\((?:\d{4}\s*-\s*(?:\d{4})?)\)", "", written).strip()


def _inter(written: str) -> str | None:
    """ACLED's number for what an actor is; None where it is not said."""
    plain = column_key(written).replace("_", " ").rstrip("s")
    number = re.match(r"\d", plain)
    if number is not None:
        return None if number[0] == "0" else number[0]
    if plain.startswith(("external", "other")):
        return "8"
    known = _INTER.get(plain)
    return known if known is not None or not plain else "?"


def _point(cells: Cells) -> tuple[float, float] | None:
    try:
        lat, lon = (float(cells[name]) for name in ("latitude", "longitude"))
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _km(one: tuple[float, float] | None, other: tuple[float, float]) -> float | None:
    """Kilometres on the globe between two points; None if one is not known."""
    if one is None:
        return None
    (lat, lon), (there, beyond) = ((math.radians(value) for value in point) for point in (one, other))
    half = math.sin((there - lat) / 2) ** 2 + math.cos(lat) * math.cos(there) * math.sin((beyond - lon) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
