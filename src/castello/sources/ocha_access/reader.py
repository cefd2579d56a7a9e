"""How the rows of OCHA's lists by access become claims: as what each place is listed, and how many people live there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from castello.claims import Period
from castello.engines import Steps
from castello.ledger.columns import also_text
from castello.sources.ocha_access import _places
from castello.sources.tabular import Check, Plan, Reading, Tabular, quoted

STATUSES: Mapping[str, str] = {
    "besieged": "besieged",
    "beseiged": "besieged",
    "military encircled": "military encircled",
    "militarily encircled": "military encircled",
    "htr": "hard to reach",
    "hard to reach": "hard to reach",
    "hard-to-reach": "hard to reach",
    "accessible": "accessible",
}
"""What the lists write, in lower case, and the status that it is."""

COMMUNITIES = frozenset(
    """
    record_id admin1name_en admin2pcode admin2name_en admin3pcode admin3name_en admin4pcode admin4name_en urban_rural pop_estimates_2017
    idps_estimates_2017 access_status inter_sector_severity inter_sector_pin pin_in_htr_besieged_mil female_pin male_pin
    children_0_17_years_pin children_6_14_years_pin youth_15_24_years_pin adults_25_59_years_pin elderly_60_years_pin latitude longitude
    link_to_google google_link
    """.split()  # noqa: SIM905  # a long list of words in quotation marks is harder to read
)
SUBDISTRICTS = frozenset(
    """
    admin1 admin1_pcode admin2 admin2_pcode admin3 admin3_pcode population_estimation_hno2016 total_idps %pin_of_pop total_pin
    %_of_pin_in_htr_sub_districts pin_in_htr_sub_districts hard_to_reach pin_in_besieged besieged education_pin fs_pin health_pin nfi_pin
    shelter_pin wash_pin er_pin nutrition_pin protection_pin cccm_pin education_severity fs_severity health_severity nfi_severity
    shelter_severity wash_severity earlyrecovery_severity protection_severity nutrition_severity cccm_severity education_severity_n
    fs_severity_n health_severity_n nfi_severity_n shelter_severity_n wash_severity_n earlyrecovery_severity_n protection_severity_n
    nutrition_severity_n cccm_severity_n overall_severity
    """.split()  # noqa: SIM905  # as above
)
_NEEDED_OF_COMMUNITIES = frozenset({"record_id", "admin4pcode", "admin4name_en", "access_status", "pop_estimates_2017"})
_NEEDED_OF_SUBDISTRICTS = frozenset(
    {"admin3_pcode", "admin3", "hard_to_reach", "besieged", "population_estimation_hno2016"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """A column of people: who is counted, in which unit, by which definition; of the whole population there is none."""

    column: str
    unit: str = "person"
    definition: str | None = None


_OF_COMMUNITIES = (
    _Figure(column="pop_estimates_2017"),
    _Figure(column="idps_estimates_2017", unit="displaced person", definition="ocha-hno-displaced"),
    _Figure(column="inter_sector_pin", unit="person in need", definition="ocha-hno-in-need"),
)
_OF_SUBDISTRICTS = (
    _Figure(column="population_estimation_hno2016"),
    _Figure(column="total_idps", unit="displaced person", definition="ocha-hno-displaced"),
    _Figure(column="total_pin", unit="person in need", definition="ocha-hno-in-need"),
    _Figure(column="pin_in_htr_sub_districts", unit="person in need", definition="ocha-hno-in-need-hard-to-reach"),
    _Figure(column="pin_in_besieged", unit="person in need", definition="ocha-hno-in-need-besieged"),
)


def is_header(names: frozenset[str]) -> bool:
    """Whether plain names are those of one of the two lists."""
    return names >= _NEEDED_OF_COMMUNITIES or names >= _NEEDED_OF_SUBDISTRICTS


def _plan(reading: Reading) -> Plan:
    return _communities(reading) if reading.has(*_NEEDED_OF_COMMUNITIES) else _subdistricts(reading)


# -------------------------------------------------------------------------------------------------------- communities


def _communities(reading: Reading) -> Plan:
    _places.communities(reading)
    figures = [figure for figure in _OF_COMMUNITIES if reading.has(figure.column)]
    typed = (
        Steps("typed")
        .add(
            "read",
            f"select row, {_read(reading, figures)} record_id as _record, admin4name_en as _name, access_status as _mark from cells",
        )
        .add(
            "typed",
            f"""select read.*, places_of.* exclude (row), {_status("_mark")} as _status
                from read left join places_of on places_of.row = read.row""",
        )
    )
    checks = [
        Check(
            code="no-record",
            column="record_id",
            when="_record is null",
            what="'has no record id'",
            hint="P-codes repeat: the record is the key of a row.",
        ),
        Check(
            code="no-status",
            column="access_status",
            when="_mark is null",
            what="'has no access status'",
            hint="An empty cell is not 'Accessible'.",
        ),
        _known_status("access_status", "_mark", "_status"),
        *_checks(reading, figures),
    ]
    claims = _Claims(reading, generation="hno2017", record="_record", point=True)
    listing = claims.listing(column="access_status", status="_status", mark="_mark")
    return Plan(typed=typed, checks=[*checks, *claims.checks], claims=[listing, *map(claims.people, figures)])


# ------------------------------------------------------------------------------------------------------ sub-districts

_MARKS = {"hard_to_reach": "pin_in_htr_sub_districts", "besieged": "pin_in_besieged"}
"""The columns of marks, and how many people in need the mark covers."""


def _subdistricts(reading: Reading) -> Plan:
    _places.subdistricts(reading)
    figures = [figure for figure in _OF_SUBDISTRICTS if reading.has(figure.column)]
    marks = ", ".join(
        f'"{mark}" as _{mark}, {_status(f"{chr(34)}{mark}{chr(34)}")} as _{mark}_known' for mark in _MARKS
    )
    typed = (
        Steps("typed")
        .add(
            "read",
            f"select row, {_read(reading, figures)} admin3_pcode as _record, admin3 as _name, {marks} from cells",
        )
        .add(
            "typed",
            f"""select read.*, places_of.* exclude (row), {", ".join(_extent(reading, mark, column) for mark, column in _MARKS.items())}
                from read left join places_of on places_of.row = read.row""",
        )
    )
    checks = [
        Check(
            code="no-code",
            column="admin3_pcode",
            when="_record is null",
            what="'has no P-code'",
            hint="The P-code is the key of a row.",
        ),
        *[_known_status(mark, f"_{mark}", f"_{mark}_status") for mark in _MARKS],
        *_checks(reading, figures),
    ]
    claims = _Claims(reading, generation="hno2016", record="_record", point=False)
    listings = [claims.listing(column=mark, status=f"_{mark}_status", mark=f"_{mark}") for mark in _MARKS]
    return Plan(typed=typed, checks=[*checks, *claims.checks], claims=[*listings, *map(claims.people, figures)])


def _extent(reading: Reading, mark: str, column: str) -> str:
    """
    SQL for the status that a mark gives to a sub-district.

    A mark says that there are such places in it; the whole of it is meant only where all who are in need there live in them.
    """
    expected = {"hard_to_reach": "hard to reach", "besieged": "besieged"}[mark]
    covered, need = (f"_{name}" if reading.has(name) else "cast(null as double)" for name in (column, "total_pin"))
    return f"if(_{mark}_known = '{expected}', if({covered} >= {need} and {need} > 0, '{expected}', 'partly {expected}'), null) as _{mark}_status"


# ------------------------------------------------------------------------------------------------------------- shared


def _read(reading: Reading, figures: Sequence[_Figure]) -> str:
    """SQL for the numbers of figures, and the columns that checks show, with a comma after each."""
    numbers = "".join(f"{reading.number(figure.column)} as _{figure.column}, " for figure in figures)
    return reading.kept(figure.column for figure in figures) + numbers


def _status(mark: str) -> str:
    cases = " ".join(f"when {quoted(written)} then {quoted(status)}" for written, status in STATUSES.items())
    return f"case lower(regexp_replace(trim({mark}), '\\s+', ' ', 'g')) {cases} end"


def _known_status(column: str, mark: str, status: str) -> Check:
    return Check(
        code="status",
        column=column,
        when=f"{mark} is not null and {status} is null",
        what=f"format('{{}} is not a status of access that is known', left({mark}, 40))",
        hint="Known are Besieged, Military Encircled, HTR (hard to reach) and Accessible.",
    )


def _checks(reading: Reading, figures: Sequence[_Figure]) -> list[Check]:
    population = figures[0].column
    return [
        *[check for figure in figures if (check := reading.no_number(figure.column)) is not None],
        *[
            Check(
                code="negative",
                column=figure.column,
                when=f"_{figure.column} < 0",
                what=f"format('{{}} people', _{figure.column})",
                hint="Correct it; leave the cell empty where the figure is not known.",
            )
            for figure in figures
        ],
        Check(
            code="no-place",
            when="_record is not null and _place is null and _place_problem is null",
            what="'has neither a P-code nor a name'",
            hint="A row without a place says nothing.",
        ),
        Check(
            code="place",
            when="_place_problem is not null",
            what="_place_problem",
            hint="Say in the names given for this source which place the name means, or correct the register.",
        ),
        Check(
            code="no-population",
            column=population,
            when=f'"{population}" is null',
            what="'has no figure of the people who live there'",
            hint="An empty cell is not a zero: no figure is taken.",
            refuses=False,
        ),
    ]


class _Claims:
    """What the claims of a list share: their day, their place, their row."""

    def __init__(self, reading: Reading, *, generation: str, record: str, point: bool) -> None:
        self._reading = reading
        document = reading.document
        valid = reading.options.get("valid")
        if valid is None:
            what = f"says of no day when it was so: it is taken for the day of its publication, {document.published}"
            reading.intake.warn("no-month", what, "Say in the sidecar for which month it is, such as valid: 2016-10.")
            valid = replace(Period.day(document.published), basis="inferred")
        first = valid.maybe[0]
        self.checks: list[Check] = []
        if first is not None and first > document.published:
            what = f"speaks of {first}, after the file was published ({document.published})"
            hint = "Check valid and published in the sidecar."
            self.checks.append(Check(code="after-release", when="true", what=quoted(what), hint=hint))
        # a list of another month is another list: it does not replace this one
        self._key = f"'ocha/{generation}/{first or document.published}/' || {record}"
        sure = valid.sure or (None, None)
        self._shared = {
            "row": "row",
            "scope": quoted(generation),
            "maybe_start": _day(first),
            "maybe_end": _day(valid.maybe[1]),
            "sure_start": _day(sure[0]),
            "sure_end": _day(sure[1]),
            "starts": quoted(valid.starts),
            "ends": quoted(valid.ends),
            "basis": quoted(valid.basis),
            "published": _day(document.published),
            "chain": reading.chain(),
            "document": quoted(document.id),
            "place_as_written": "_name",
            **({"lat": "_lat", "lon": "_lon"} if point else {}),
            **({"sheet": quoted(reading.cells.sheet)} if reading.cells.sheet else {}),
        }

    def listing(self, *, column: str, status: str, mark: str) -> tuple[Mapping[str, str], str]:
        """The claim that the publisher lists the place as something; the word of the file is its quote."""
        return {
            **self._shared,
            "key": f"{self._key} || '/{column}'",
            "cell": self._printed(column),
            "kind": "'listing'",
            "subject": quoted(self._reading.document.publisher),
            "predicate": "'lists_as'",
            "object": "_place",
            "also": also_text({"status": status}),
            "quote": mark,
        }, f"{status} is not null"

    def people(self, figure: _Figure) -> tuple[Mapping[str, str], str]:
        """The claim that so many people live there."""
        return {
            **self._shared,
            "key": f"{self._key} || '/{figure.column}'",
            "cell": self._printed(figure.column),
            "kind": "'people'",
            "subject": "_place",
            "predicate": "'lives'",
            "value": f"_{figure.column}",
            "unit": quoted(figure.unit),
            **({"also": also_text({"definition": quoted(figure.definition)})} if figure.definition else {}),
        }, f"_{figure.column} is not null"

    def _printed(self, column: str) -> str:
        return quoted(self._reading.cells.printed.get(column, column).strip())


def _day(day: date | None) -> str:
    return "cast(null as date)" if day is None else f"date '{day}'"


SOURCE = Tabular(
    format="ocha_access",
    name="OCHA's lists of places by access",
    version=1,
    is_header=is_header,
    needed=f"{', '.join(sorted(_NEEDED_OF_COMMUNITIES))}; or {', '.join(sorted(_NEEDED_OF_SUBDISTRICTS))}",
    columns=COMMUNITIES | SUBDISTRICTS,
    options=("place_names", "valid", "encoding"),
    plan=_plan,
    cannot_say=(
        "OCHA's lists by access say nothing of who besieges a place, of roads, or of when a status began; they are of one month.",
        "OCHA's list of sub-districts marks those that hold besieged or hard-to-reach places; it does not say which places those are.",
        "The severity in OCHA's lists is derived from the status of access: it is not taken, and says nothing more about a siege.",
    ),
)
