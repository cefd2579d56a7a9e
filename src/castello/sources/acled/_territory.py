"""Who gained ground: the claims of control that ACLED's rows on territory give, where it is clear who, where and when."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from castello.engines import Steps
from castello.places import PlaceRegister
from castello.places.geodesic import geodesic_km
from castello.sources._csv import column_key
from castello.sources._intake import Names
from castello.sources.acled._actors import gainers
from castello.sources.acled._tables import listed, same, tell
from castello.sources.tabular import Reading

MAX_KM = 5.0
"""How far a row's point may lie from the place that its name means, beyond the place's own radius, by default."""

SNAP_KM = 0.5
"""How near a place's point must lie to be taken for a row whose name fits none, by default."""

_REGAINS, _OVERTAKES, _TRANSFER = (
    "government regains territory",
    "non state actor overtakes territory",
    "non violent transfer of territory",
)
_STATE, _ARMED = "1", ("2", "3", "4")
# Which actors a sub-event can be said of: forces from outside (8) count with either.
_GAINERS = {_REGAINS: (_STATE, "8"), _OVERTAKES: (*_ARMED, "8")}
_SAY = "Say which place it is in the names given for this source"
_GROUNDS = pa.schema(
    [(name, pa.string()) for name in ("location", "latitude", "longitude", "geo_code", "place", "code", "what", "hint")]
    + [("of", pa.string()), ("severity", pa.string())]
)
Point = tuple[float, float]


def ground(sub_event: str | None, event_type: str | None) -> str | None:
    """
    The sub-event in its plain form, if it is one about territory; in old files the event type says it.

    Examples
    --------
    >>> ground(None, "Battle-Government regains territory"), ground("Armed clash", "Battles")
    ('government regains territory', None)
    """
    plain = column_key(sub_event or event_type or "").replace("_", " ")
    plain = plain.removeprefix("battle ").replace("nonstate", "non state")
    return plain if plain in (_REGAINS, _OVERTAKES, _TRANSFER) else None


def on_earth(latitude: str | None, longitude: str | None) -> Point | None:
    """The point that two cells name, in degrees; None where they name none."""
    try:
        lat, lon = float(latitude or ""), float(longitude or "")
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def control(reading: Reading, parties: Names) -> None:
    """
    Make the table ``control_of``: by ``row`` the ``party`` that gained the ``place``. What is not clear is told, and gives no claim.

    Needs ``days_of`` and ``kinds_of``.
    """
    gainers(reading, parties, who=_GAINERS)
    _grounds(reading)
    read = (
        Steps("control")
        .add("read", f"select {listed(reading)} from cells")
        .add(
            "on_ground",
            f"select read.*, kinds.ground from read join kinds_of as kinds on {_SAME_KIND} where ground is not null",
        )
    )
    told = (
        read.add(
            "who",
            f"select row, code, what, hint, of, 'error' as severity from on_ground join gainers_of as g on {_SAME_WHO}",
        )
        .add(
            "where_", f"select row, code, what, hint, of, severity from on_ground join grounds_of as g on {_SAME_WHERE}"
        )
        .add(
            "when_",
            """select row, 'time-precision' as code,
                      format('has time_precision {}: nobody can say how sure the day is', coalesce('''' || time_code || '''', 'none')) as what,
                      'It is 1 (day), 2 (week) or 3 (month).' as hint, 'time_precision' as of, 'error' as severity
               from on_ground where time_code is null or time_code not in ('1', '2', '3')""",
        )
        .add("told", "select * from who union all select * from where_ union all select * from when_")
    )
    tell(reading, told)
    gains = read.add(
        "gains",
        f"""select on_ground.row, event, who.party, spot.place, time_code, days_of.first as day
            from on_ground join gainers_of as who on {_SAME_WHO.replace("g.", "who.")}
            join grounds_of as spot on {_SAME_WHERE.replace("g.", "spot.")} join days_of on days_of.written = event_date
            where who.party is not null and spot.place is not null and time_code in ('1', '2', '3') and days_of.first = days_of.last""",
        kept=True,
    ).add(
        "contrary",
        """select event, list(row order by row) as rows from gains where event is not null
           group by event having count(distinct (party, place, time_code, day)) > 1""",
    )
    tell(
        reading,
        gains.add(
            "told",
            """select rows[1] as row, 'event' as code, 'event_id_cnty' as of, 'error' as severity,
                      format('event {} says different things of who holds what in rows {}: none is taken', event, array_to_string(rows, ', ')) as what,
                      'Export one row an event, in its latest edition.' as hint
               from contrary""",
        ),
    )
    reading.engine.keep(
        "control_of",
        gains.add(
            "clear",
            "select row, party, place from gains where event is null or event not in (select event from contrary)",
        ),
    )


_SAME_KIND = same("read", "kinds", "sub_event", "event_type")
_SAME_WHO = same("on_ground", "g", "ground", "actor1", "inter1")
_SAME_WHERE = same("on_ground", "g", "location", "latitude", "longitude", "geo_code")


def _grounds(reading: Reading) -> None:
    """Table ``grounds_of``: which place of the case a name and a point of a row on territory mean, or why that is not clear."""
    asked = Steps("asked").add("read", f"select {listed(reading)} from cells")
    asked = asked.add(
        "asked",
        f"""select distinct location, latitude, longitude, geo_code from read join kinds_of as kinds on {_SAME_KIND}
            where kinds.ground is not null order by all""",
    )
    spots = Spots(
        reading.places,
        reading.place_names(),
        max_km=float(reading.options.get("max_km", MAX_KM)),
        snap_km=float(reading.options.get("snap_km", SNAP_KM)),
    )
    rows = reading.engine.run(asked).to_pylist()
    for row in rows:
        row.update({"severity": "error"} | spots.of(row))
    reading.engine.table("grounds_of", pa.Table.from_pylist(rows, schema=_GROUNDS))


class Spots:
    """Which place somebody gained: the one of its name near the row's point, else the one whose point it is."""

    def __init__(self, places: PlaceRegister, names: Names, *, max_km: float, snap_km: float) -> None:
        self._places, self._names, self._max_km, self._snap_km = places, names, max_km, snap_km
        pointed = [(place.id, place.point) for place in places.places if place.point is not None]
        self._ids = [id for id, _ in pointed]
        self._lats, self._lons = [lat for _, (lat, _) in pointed], [lon for _, (_, lon) in pointed]

    def of(self, row: dict[str, Any]) -> dict[str, str]:
        """``place``, or ``code``, ``what``, ``hint`` and ``of`` (the column), or both with a warning."""
        code, name = row["geo_code"], row["location"]
        if code not in ("1", "2"):
            what = f"has geo_precision {code or 'none'}: it names no place"
            if code == "3":
                what = "has geo_precision 3: it lies somewhere in a region, and names no place"
            return {"code": "geo-precision", "what": what, "hint": "1 is the place, 2 near it.", "of": "geo_precision"}
        point = on_earth(row["latitude"], row["longitude"])
        if point is None:
            what, hint = "has no latitude and longitude on earth", "Check the row at its source."
            return {"code": "point", "what": what, "hint": hint, "of": "latitude"}
        return self._by_name(name, point) if name else self._by_point("", point)

    def _by_name(self, name: str, point: Point) -> dict[str, str]:
        sure = self._names.sure(name)
        if not sure:
            return self._by_point(name, point)
        apart = {one.id: self._km(one.id, point) for one in sure}
        near = [one for one in sure if (km := apart[one.id]) is not None and km <= self._max_km]
        if len(near) == 1 or (near and near[0].score - near[1].score >= 0.05):
            return {"place": near[0].id}
        if sure[0].method == "judged":
            return {"place": sure[0].id}  # the user said so, whatever the point says
        known = [f"{id} ({'no coordinates' if km is None else f'{km:.1f} km away'})" for id, km in apart.items()]
        what = f"{name!r} is not clearly one place within {self._max_km:g} km of the row's point"
        hint = f"It may mean {' or '.join(known)}. {_SAY}."
        return {"code": "place", "what": what, "hint": hint, "of": "location"}

    def _by_point(self, name: str, point: Point) -> dict[str, str]:
        """The one place whose point is the row's, for a name that fits none."""
        km = geodesic_km(self._lats, self._lons, lat_b=point[0], lon_b=point[1]).tolist() if self._ids else []
        apart = sorted(zip(km, self._ids, strict=True))
        near = [id for km, id in apart if km <= self._snap_km]
        if len(near) == 1:
            what = f"{name!r} is taken for {near[0]}, whose point lies {apart[0][0]:.1f} km from the row's"
            hint = f"{_SAY}, if it is another."
            return {
                "place": near[0],
                "code": "snapped",
                "what": what,
                "hint": hint,
                "of": "location",
                "severity": "warning",
            }
        say = f"{_SAY}, or add it to the register."
        nearest = " and ".join(f"{id} ({km:.1f} km)" for km, id in apart[:2])
        hint = f"Nearest are {nearest}. {say}" if nearest else say
        return {"code": "place", "what": f"{name!r} is no place of the case", "hint": hint, "of": "location"}

    def _km(self, id: str, point: Point) -> float | None:
        """How far a point lies outside a place; 0 within its radius, None if the place has no coordinates."""
        place = self._places.place(id)
        if place.point is None:
            return None
        km = float(geodesic_km(*place.point, lat_b=point[0], lon_b=point[1]))
        return max(0.0, km - (place.radius_km or 0.0))
