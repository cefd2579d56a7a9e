"""The generations of OCHA's lists of places: which columns hold the code, the names, the point and the days of a row, and what it lies in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from castello.sources._pcodes import LEVELS

_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One level of a row: its kind of place, and the columns of its code and its names."""

    kind: str
    code: str
    name_en: str | None = None
    name_ar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    One generation of a file.

    ``own`` is what a row is, ``above`` what it lies in, from the country downward. ``points`` are pairs of columns, the first that is filled counts;
    ``valid`` the columns of the first and the last day of a code, ``updated`` that of the row. ``level`` and ``parent`` are columns where the rows
    of one file are of several levels, ``type`` one that says what kind of place it is.
    """

    own: Unit
    above: tuple[Unit, ...] = ()
    aliases: tuple[str, ...] = ()
    earlier_code: str | None = None
    points: tuple[tuple[str, str], ...] = ()
    area_km2: str | None = None
    valid: tuple[str | None, str | None] = (None, None)
    updated: str | None = None
    day_first: bool | None = None
    level: str | None = None
    parent: str | None = None
    location: str | None = None
    type: str | None = None

    @property
    def read(self) -> tuple[str, ...]:
        """Every column that is read, in order."""
        units = [column for unit in (*self.above, self.own) for column in (unit.code, unit.name_en, unit.name_ar)]
        points = [column for pair in self.points for column in pair]
        others = (
            self.earlier_code,
            self.area_km2,
            *self.valid,
            self.updated,
            self.level,
            self.parent,
            self.location,
            self.type,
        )
        return tuple(
            dict.fromkeys(column for column in (*units, *self.aliases, *points, *others) if column is not None)
        )


_INSIDE = ("centroid_lat", "centroid_lon")
_GIVEN = ("latitude", "longitude")

_GLOBAL = Form(
    own=Unit(kind="", code="p_code", name_en="name"),
    level="admin_level",
    parent="parent_p_code",
    location="location",
    valid=("valid_from_date", None),
)
_POPULATED = Form(
    own=Unit(kind="", code="location_pcode", name_en="admin4name_en", name_ar="admin4name_ar"),
    above=tuple(
        Unit(kind=kind, code=f"admin{at}pcode", name_en=f"admin{at}name_en", name_ar=f"admin{at}name_ar")
        for at, kind in enumerate(LEVELS)
    ),
    aliases=("locationname_en", "locationname_ar", "column1"),
    points=(("latitude_y", "longitude_x"),),
    updated="lastupdatedate",
    day_first=True,
    type="location_type",
)


def _of_2016(names: frozenset[str]) -> Form:
    """Boundaries of 2016: the row itself under plain names, what it lies in under the numbers of its levels."""
    above = [_level(at) for at in range(_DEEPEST) if f"adm{at}_pcode" in names]
    if "adm4_pcode" in names:
        above += [Unit(kind="town", code="adm4_pcode", name_en="adm4_en", name_ar="adm4_ar")]
        above += (
            [Unit(kind="part", code="area_pcode", name_en="area_en", name_ar="area_ar")]
            if "area_pcode" in names
            else []
        )
        kind = "neighbourhood"
    else:
        kind = _kind(len(above))
    return Form(
        own=Unit(kind=kind, code="pcode", name_en="name_en", name_ar="name_ar"),
        above=tuple(above),
        aliases=("nam_en_ref", "nam_ar_ref"),
        earlier_code="prev_pcode",
        points=(_INSIDE, _GIVEN),
        updated="update_dat",
    )


def _of_2020(deepest: int) -> Form:
    """Boundaries since 2020: every level under its number, the row is the deepest."""
    number = f"adm{deepest}"
    return Form(
        own=_level(deepest),
        above=tuple(_level(at) for at in range(deepest)),
        aliases=(f"{number}_ref", *(f"{number}alt{at}{language}" for language in ("en", "ar") for at in (1, 2))),
        points=(_INSIDE, _GIVEN),
        area_km2="area_sqkm",
        valid=("validon", "validto"),
        updated="date",
    )


def _level(at: int) -> Unit:
    return Unit(kind=_kind(at), code=f"adm{at}_pcode", name_en=f"adm{at}_en", name_ar=f"adm{at}_ar")


def _kind(level: int) -> str:
    return LEVELS[level] if level < len(LEVELS) else "area"


def kind_of_level(text: str) -> str | None:
    """
    The kind of place that an administrative level is; None for what is no level.

    Examples
    --------
    >>> kind_of_level("3"), kind_of_level("4"), kind_of_level("third")
    ('subdistrict', 'area', None)
    """
    found = re.fullmatch(r"(?:admin(?:istrative)?\s*)?([0-5])(?:\.0)?", text.strip().lower())
    return _kind(int(found[1])) if found else None


KINDS_OF_TYPES = {
    "community": "town",
    "neighbourhood": "neighbourhood",
    "neighborhood": "neighbourhood",
    "camp": "camp",
}
"""What the populated places are called, and the kind of place. OCHA does not say of a community whether it is a town or a village."""


def form_of(names: frozenset[str]) -> Form | None:
    """The generation to which the plain names of columns belong, or None."""
    if names >= {"location", "admin_level", "p_code", "name", "parent_p_code"}:
        return _GLOBAL
    if names >= {"location_pcode", "admin4pcode", "admin4name_en", "admin3pcode"}:
        return _POPULATED
    if names >= {"pcode", "name_en", "name_ar", "adm0_pcode"}:
        return _of_2016(names)
    for at in range(_DEEPEST, -1, -1):
        if {f"adm{at}_pcode", f"adm{at}_en"} <= names:
            whole = {f"adm{level}_pcode" for level in range(at)} <= names
            return _of_2020(at) if whole else None
    return None


def is_header(names: frozenset[str]) -> bool:
    """Whether plain names are those of one of the generations."""
    return form_of(names) is not None


NEEDED = (
    "PCODE, NAME_EN, NAME_AR and ADM0_PCODE; or ADM0_PCODE to that of the level with its ADM1_EN, ADM2_EN or ADM3_EN; "
    "or Location_Pcode, admin4Pcode, admin4Name_en and admin3Pcode; or Location, Admin Level, P-Code, Name and Parent P-Code"
)

COLUMNS = frozenset(
    [
        *_GLOBAL.read,
        *_POPULATED.read,
        "admin4pcode",
        *_of_2016(frozenset({"adm0_pcode", "adm1_pcode", "adm2_pcode", "adm3_pcode", "adm4_pcode", "area_pcode"})).read,
        *(column for at in range(_DEEPEST + 1) for column in _of_2020(at).read),
        "shape_leng",
        "shape_length",
        "shape_area",
    ]
)
