"""The topics of Insecurity Insight's files: the columns of each, whom they count, and what they say was struck."""

from __future__ import annotations

from collections.abc import Collection

from castello.claims.vocabulary import is_weapon

FRONT = frozenset(
    """
    date event_description country country_iso admin_1 latitude longitude geo_precision reported_perpetrator reported_perpetrator_name
    weapon_carried/used launch_type explosive_weapon_type sind_event_id sind_id
    """.split()  # noqa: SIM905  # so many words in quotation marks are harder to read
)
"""What all topics share, and what is read of a weapon."""

HEALTH_FACILITY = (
    "number_of_attacks_on_health_facilities_reporting_destruction",
    "number_of_attacks_on_health_facilities_reporting_damaged",
    "forceful_entry_into_health_facility",
    "occupation_of_health_facility",
    "vicinity_of_health_facility_affected",
)
SCHOOL = (
    "attacks_on_schools",
    "attacks_on_universities",
    "military_occupation_of_education_facility",
    "arson_attack_on_education_facility",
    "forced_entry_into_education_facility",
    "damage/destruction_to_ed_facility_event",
)
CAMP = ("number_of_attacks_on_camps_reporting_destruction", "number_of_attacks_on_camps_reporting_damaged")
DESTROYED = (
    *HEALTH_FACILITY[:2],
    *CAMP,
    "arson_attack_on_education_facility",
    "damage/destruction_to_ed_facility_event",
    "health_transportation_destroyed",
    "health_transportation_damaged",
    "health_transportation_stolen/hijacked",
    "looting/theft/robbery/burglary_of_health_supplies",
)
ATTACKED = (
    "attacks_on_schools",
    "attacks_on_universities",
    "attacks_on_students_and_teachers",
    "students_attacked_in_school",
)
ASSAULTED = ("health_workers_assaulted",)
SEXUAL = (
    "health_workers_sexually_assaulted",
    "sexual_violence_affecting_school_age_children",
    "camp_residents_targeted_with_crsv",
    "service_provider_targeted_with_crsv",
)
_BESIDE = (
    "access_denied_or_obstructed",
    "health_workers_threatened",
    "known_kidnapping_or_arrest_outcome",
    "known_educators_kidnap_or_arrest_outcome",
    "known_student_kidnap_or_arrest_outcome",
    "conflict_related_violence",
    "political_related_violence",
    "covid_19_related_violence",
    "ebola_related_violence",
    "vaccination_related_violence",
    "location",
    "location_of_incident",
    "location_of_event",
    "type_of_education_facility",
    "sector_affected",
    "provider",
    "affected",
    "protection_event_context",
    "programme_focus",
    "infrastructure_affected",
    "foodsecurity",
)
NOTED = tuple(dict.fromkeys((*HEALTH_FACILITY, *SCHOOL, *CAMP, *DESTROYED, *ATTACKED, *ASSAULTED, *_BESIDE)))
"""Columns that are kept word for word in the note. None of them says who was harmed."""

_STEMS = {
    "aid_workers": "aid-workers",
    "health_workers": "health-workers",
    "aid_health_workers": "aid-health-workers",
    "educators": "educators",
    "students": "students",
    "camp_resident": "camp-residents",
    "camp_residents": "camp-residents",
    "service_provider": "service-providers",
}
PEOPLE = {
    act: {f"{stem}_{act}": who for stem, who in _STEMS.items()}
    for act in ("killed", "injured", "kidnapped", "arrested")
}
"""Columns that count people, by what was done to them, and the class of people that each counts."""

_PARTS = tuple(
    f"{which}_{whom}_workers_{act}"
    for which in ("international", "national", "female", "male")
    for whom in ("aid", "health")
    for act in ("killed", "killed_in_captivity", "injured", "kidnapped", "arrested")
)
# Parts of other counts, and what would tell who somebody is who was harmed.
_NOT_READ = (
    *_PARTS,
    *(
        "aid_workers_killed_in_captivity",
        "organisation_affected",
        "camp_name",
        "location_where_sexual_violence_was_committed",
    ),
    *(
        "single_and_group_perpetrators",
        "survivor_or_victim",
        "survivor_or_victim_sex",
        "survivor_or_victim_minor",
        "adult_or_minor",
    ),
    *("type_of_sv", "sv_context", "classification", "number_of_reported_victims", "victim_of_violence"),
    "reported_deaths_following_the_sexual_violence",
)
COLUMNS = FRONT | {*NOTED, *SEXUAL, *_NOT_READ} | {column for columns in PEOPLE.values() for column in columns}
"""The columns of all topics that are known."""

_TOPICS = (
    ("explosive-weapons", ("explosive_weapon_type", "launch_type")),
    ("health", HEALTH_FACILITY),
    ("education", ("educators_killed", "type_of_education_facility")),
    ("protection", ("camp_resident_killed", "victim_of_violence", "camp_name")),
    ("sexual-violence", ("type_of_sv", "survivor_or_victim")),
    ("food", ("foodsecurity",)),
    ("aid", ("aid_workers_killed",)),
)


def is_header(names: frozenset[str]) -> bool:
    """Whether these are heads of a topic: its events have an id, a day and a reported perpetrator."""
    return {"date", "reported_perpetrator"} <= names and bool({"sind_event_id", "sind_id"} & names)


def topic(names: Collection[str]) -> str:
    """
    Which topic a table is of, by its columns.

    Examples
    --------
    >>> topic({"date", "launch_type", "students_killed"}), topic({"date"})
    ('explosive-weapons', 'other')
    """
    return next((key for key, columns in _TOPICS if any(column in names for column in columns)), "other")


STRUCK = {
    "health infrastructure": "health-facility",
    "aid infrastructure": "aid-facility",
    "education infrastructure": "education-facility",
    "health worker": "health-workers",
    "aid worker": "aid-workers",
    "educator": "educators",
    "student": "students",
}
"""Words of the column Affected that name one class."""


def how(platform: str | None, weapon: str | None) -> str | None:
    """
    The event key that a platform and a weapon tell; None where they do not tell how it was done.

    Examples
    --------
    >>> how("helicopter", "air-bomb"), how(None, "mortar"), how(None, "missile"), how(None, "firearm")
    ('attack.air', 'attack.shelling', 'attack', None)
    """
    if platform == "drone":
        return "attack.drone"
    if (platform is not None and is_weapon(platform, "air")) or weapon in (
        "air-bomb",
        "air-mine",
        "sea-mine",
        "barrel",
    ):
        return "attack.air"
    if weapon is None:
        return None
    if is_weapon(weapon, "artillery") or (weapon == "missile" and platform == "ground"):
        return "attack.shelling"
    single = {"suicide-vest": "attack.suicide", "grenade": "attack.grenade"}
    if weapon in single:
        return single[weapon]
    if weapon in ("mine", "unexploded") or is_weapon(weapon, "improvised"):
        return "attack.explosive"
    if is_weapon(weapon, "chemical"):
        return "attack.chemical"
    return "attack" if is_weapon(weapon, "explosive") else None
