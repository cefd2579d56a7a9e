"""How a map of control becomes areas, and claims about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from castello.claims import UNKNOWN, Claim, Document, InvalidClaim, Kind, Link, Locator, Period, Role
from castello.errors import Issue, WrongUse
from castello.parties import PartyRegister
from castello.places import PlaceRegister
from castello.places.areas import Area, Areas, read_area
from castello.places.crs import UnknownSystem, to_wgs84
from castello.sources._csv import column_key
from castello.sources._days import NotADay, Written, read_days
from castello.sources._intake import Intake, Names
from castello.sources.control._feature import Feature
from castello.sources.control._files import read_features

if TYPE_CHECKING:
    from castello.places.crs import Reprojection

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "party": (
        "party",
        "side",
        "controller",
        "controlled_by",
        "control",
        "holder",
        "faction",
        "actor",
        "group",
    ),
    "start": ("start", "start_date", "valid_from", "from", "begin"),
    "end": ("end", "end_date", "valid_to", "to", "until"),
    "date": ("date", "day", "as_of", "map_date"),
    "contested": ("contested", "disputed"),
}
"""What is read of a feature, and the names of properties that it is found by, in their plain form; the first that is there counts."""

_NOBODY = ("contested", "disputed", "contested area", "disputed area")
_YES, _NO = ("true", "yes", "1", "y"), ("false", "no", "0", "n", "")
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A feature whose area and meaning are clear."""

    number: int
    area: Area
    party: str
    predicate: str
    happened: Period


def read(
    data: bytes | Path,
    *,
    file: str,
    places: PlaceRegister,
    parties: PartyRegister,
    document: Document,
    mapping: Mapping[str, str] | None = None,
    party_names: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    end_included: bool = False,
) -> tuple[tuple[Claim, ...], Areas, tuple[Issue, ...]]:
    """
    Claims of kind control about areas, the areas, and what is wrong with the rest of the map.

    Parameters
    ----------
    data
        The bytes of a GeoJSON or GeoPackage file, or where it lies.
    file
        Name for the issues; a day in it is the day of features that have none of their own.
    places
        The case's places: a map that covers none of them, but would with its coordinates exchanged, is refused.
    parties
        Register that the names of parties are matched to; what is not clear is an issue with its candidates.
    document
        The map: its publisher compiled it, its day is when it was published.
    mapping
        Which property is which, where the names in :data:`PROPERTIES` do not fit, such as ``{"party": "HELD_BY"}``.
    party_names
        Names as the map writes them and the parties that they mean.
    day_first
        How ``03/04/2016`` is meant; None refuses it.
    end_included
        Whether the map's end is the last day that counts; by default it is the first that does not.

    Returns
    -------
    Claims in the order of the file, the areas that they are about, and issues; rows of issues are numbers of features.

    Raises
    ------
    WrongUse
        If the mapping names something that is not read, or a name is given for what is no party.
    """
    intake = Intake(file)
    wrong = sorted(set(mapping or {}) - set(PROPERTIES))
    if wrong:
        raise WrongUse(f"{wrong[0]!r} is not read of a map", hint=f"Use {', '.join(PROPERTIES)}.")
    reader = _Reader(
        intake=intake,
        parties=Names(parties, given=party_names),
        mapping=mapping or {},
        day_first=day_first,
        end_included=end_included,
        day=_day_in_name(file, intake),
    )
    drawn = [one for feature in read_features(data, intake=intake) if (one := reader.drawn(feature)) is not None]
    areas = Areas(one.area for one in drawn)
    if drawn and not _on_the_map(areas, places, intake):
        return (), Areas(), intake.issues
    claims: dict[tuple[str, str, str, Period], Claim] = {}
    numbers: dict[tuple[str, str, str, Period], int] = {}
    for one in drawn:
        said = (one.party, one.predicate, one.area.id, one.happened)
        if said in claims:
            what = f"says what feature {numbers[said]} says"
            intake.warn("twice", what, "It is taken once.", row=one.number)
            continue
        try:
            claims[said] = _claim(one, document)
        except InvalidClaim as invalid:
            intake.error("claim", invalid.what, invalid.hint, row=one.number, column=invalid.slot)
            continue
        numbers[said] = one.number
    kept = tuple(claims.values())
    return kept, Areas(areas[id] for id in {str(claim.object) for claim in kept}), intake.issues


def _claim(one: _Drawn, document: Document) -> Claim:
    return Claim(
        kind=Kind.CONTROL,
        subject=one.party,
        predicate=one.predicate,
        object=one.area.id,
        happened=one.happened,
        published=document.published,
        chain=(Link(who=document.publisher, role=Role.COMPILER),),
        document=document.id,
        locator=Locator(row=one.number),
    )


class _Reader:
    def __init__(
        self,
        *,
        intake: Intake,
        parties: Names,
        mapping: Mapping[str, str],
        day_first: bool | None,
        end_included: bool,
        day: Written | None,
    ) -> None:
        self.intake, self.parties, self.day = intake, parties, day
        self.day_first, self.end_included = day_first, end_included
        self.found_by = {
            what: (column_key(mapping[what]),) if what in mapping else names for what, names in PROPERTIES.items()
        }
        self.ids: dict[str, int] = {}
        self.systems: dict[str | None, Reprojection | UnknownSystem | None] = {}

    def drawn(self, feature: Feature) -> _Drawn | None:
        """What one feature says; None, with an issue, where something about it is not clear."""
        if feature.id is not None and self.ids.setdefault(feature.id, feature.number) != feature.number:
            what = f"has the id {feature.id!r} of feature {self.ids[feature.id]}"
            self.intake.warn("duplicate-id", what, "Both are read; check which is meant.", row=feature.number)
        properties = {column_key(str(name)): value for name, value in feature.properties.items()}
        holder = self._holder(feature.number, properties)
        happened = self._happened(feature.number, properties)
        area = self._area(feature)
        if holder is None or happened is None or area is None:
            return None
        return _Drawn(number=feature.number, area=area, party=holder[0], predicate=holder[1], happened=happened)

    def _holder(self, row: int, properties: Mapping[str, Any]) -> tuple[str, str] | None:
        """Party and predicate."""
        column, written = self._text(properties, "party")
        contested = self._contested(row, properties)
        if contested is None:
            return None
        if written is None or written.casefold() in _NOBODY:
            if contested or written is not None:
                return UNKNOWN, "contests"
            hint = f"It is looked for in {', '.join(self.found_by['party'])}; name another in the mapping."
            self.intake.error("no-party", "says of no party that it holds it", hint, row=row, column=column)
            return None
        party = self.parties.taken(written, intake=self.intake, row=row, column=column)
        if party is None:
            hint = self.parties.hint(written)
            self.intake.error("party", f"{written!r} is not clearly one party", hint, row=row, column=column)
            return None
        return party, "contests" if contested else "holds"

    def _contested(self, row: int, properties: Mapping[str, Any]) -> bool | None:
        column, written = self._text(properties, "contested")
        plain = (written or "").casefold()
        if plain in _YES or plain in _NO:
            return plain in _YES
        self.intake.error("contested", f"{written!r} is neither true nor false", "Write one.", row=row, column=column)
        return None

    def _happened(self, row: int, properties: Mapping[str, Any]) -> Period | None:
        """A period with its ends as open as the map leaves them, a day of which nothing more is known, or None."""
        try:
            start, end = self._days(row, properties, "start"), self._days(row, properties, "end")
            on = None if start or end else self._days(row, properties, "date")
        except NotADay as no:
            self.intake.error("date", no.what, no.hint, row=row)
            return None
        if start is None and end is None:
            on = on or self.day
            if on is None:
                hint = "Give it a date or a start, or put the day into the file's name: control-2016-07-17.geojson."
                self.intake.error("no-date", "says of no day that it was so", hint, row=row)
                return None
            return _standing(on)
        return self._between(row, start, end)

    def _between(self, row: int, start: Written | None, end: Written | None) -> Period | None:
        """From what is written of a start and an end, each of which may be a month or a year."""
        after: tuple[date, date] | None = None  # the first day that counts no more, at the earliest and the latest
        if end is not None:
            later = timedelta(days=1 if self.end_included else 0)
            after = (end.first + later, end.last + later)
        if start is None:
            assert after is not None
            return Period(maybe=(None, after[1]), sure=(after[0] - timedelta(days=1), after[0]), ends="yes")
        if after is None:
            return Period.since(start.first, start.last)
        if start == end and not self.end_included:
            what = f"starts and ends on {start.first}: it is read as that day"
            self.intake.warn("same-day", what, "Say that the end counts, if it does in this file.", row=row)
            after = (start.first + timedelta(days=1), start.last + timedelta(days=1))
        if start.first >= after[1]:
            what = f"ends on {end.first if end else ''} before it starts on {start.first}"
            self.intake.error("dates-reversed", what, "Exchange the two days.", row=row)
            return None
        sure = (start.last, after[0]) if start.last < after[0] else None
        return Period(maybe=(start.first, after[1]), sure=sure, starts="yes", ends="yes")

    def _days(self, row: int, properties: Mapping[str, Any], what: str) -> Written | None:
        column, written = self._text(properties, what)
        if written is None:
            return None
        days = read_days(written, day_first=self.day_first)
        if days.serial:
            say, hint = f"has a date as a spreadsheet's number, read as {days.first}", "Check it."
            self.intake.warn("serial-date", say, hint, row=row, column=column)
        return days

    def _area(self, feature: Feature) -> Area | None:
        if feature.crs not in self.systems:
            try:
                self.systems[feature.crs] = to_wgs84(feature.crs)
            except UnknownSystem as unknown:
                self.systems[feature.crs] = unknown
                self.intake.error("crs", f"{unknown.what}; nothing of it is taken in", unknown.hint)
        system = self.systems[feature.crs]
        if isinstance(system, UnknownSystem):
            return None
        area, issues = read_area(feature.polygons, file=self.intake.file, row=feature.number, reproject=system)
        self.intake.take(issues)
        return area

    def _text(self, properties: Mapping[str, Any], what: str) -> tuple[str, str | None]:
        """The name of the property that says something, and what it says as text; None where it says nothing."""
        there = [name for name in self.found_by[what] if name in properties]
        filled = [name for name in there if _plain(properties[name]) is not None]
        name = next(iter(filled or there), self.found_by[what][0])
        if len(filled) > 1 and len({_plain(properties[one]) for one in filled}) > 1:
            say = f"more than one property may say the {what}: {', '.join(filled)}; {name} is read"
            self.intake.warn("which-property", say, "Name the right one in the mapping.", column=name)
        return name, _plain(properties.get(name))


def _plain(value: object) -> str | None:
    """A property as text; None for nothing, and for what is a list or a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int | float):
        return None
    text = " ".join(str(value).split())
    return text if text and text.casefold() not in ("null", "none", "nan", "nat") else None


def _standing(on: Written) -> Period:
    """How things stood on a day: nothing is said of the days before and after. On some day, where a month is named."""
    span = (on.first, on.last + timedelta(days=1))
    return Period(maybe=span, sure=span if on.first == on.last else None, starts="no", ends="no")


def _day_in_name(file: str, intake: Intake) -> Written | None:
    """The one day that a file's name holds, if any."""
    days = set()
    for year, _, month, day in _DAY_IN_NAME.findall(PurePath(file).stem):
        try:
            days.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    if len(days) > 1:
        hint = "Give each feature a date, or the file a name with one day."
        intake.warn("days-in-name", "has more than one day in its name: none is used", hint)
    return Written(first=min(days), last=min(days)) if len(days) == 1 else None


def _on_the_map(areas: Areas, places: PlaceRegister, intake: Intake) -> bool:
    """Whether the map may be right side up: False, with an issue, where it fits the case only with coordinates exchanged."""
    points = [place.point for place in places.places if place.point is not None]
    if not points:
        return True
    lat, lon = [point[0] for point in points], [point[1] for point in points]
    if len(areas.covering(lat, lon)[0]):
        return True
    if len(areas.covering(lon, lat)[0]):
        what = "covers places of the case only if latitude and longitude are exchanged; nothing of it is taken in"
        intake.error("swapped", what, "GeoJSON has the longitude first: exchange the two and save it again.")
        return False
    intake.warn("elsewhere", "covers no place of the case", "Check that the map is of this country.")
    return True
