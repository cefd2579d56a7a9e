"""OCHA's lists of places bring names, codes and points, and no claims; what the case has already stays its own."""

import csv
import io
import json
import os
import time
import zipfile
from collections import Counter
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from castello.errors import WrongUse
from castello.places import Place, PlaceRegister
from castello.sources.ocha_places import SOURCE
from castello.sources.registry import tabular_sources
from tests.sources.mangled import mangled
from tests.sources.registers import codes
from tests.sources.tables import read_tables

FOLDER = resources.files("castello.sources.ocha_places")
(HEADER, *SAMPLE) = csv.reader(io.StringIO(FOLDER.joinpath("sample.csv").read_text(encoding="utf-8")))
(POPULATED, *COMMUNITIES) = csv.reader(io.StringIO(FOLDER.joinpath("sample_populated.csv").read_text(encoding="utf-8")))
MILL = dict(zip(POPULATED, COMMUNITIES[0], strict=True))
ORCHARD = dict(zip(HEADER, SAMPLE[0], strict=True))
NOWHERE = PlaceRegister([])
COUNTRY = PlaceRegister([Place(id="examplia", kind="country", name_en="Examplia", pcode="EX")])


def read(data, *, places=NOWHERE, name="places.csv", **options):
    told = read_tables(SOURCE, data, name=name, places=places, **options)
    assert told.present == told.taken + told.refused
    assert told.claims == ()
    return told


def table(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def sample(name="sample.csv", **options):
    return read(FOLDER.joinpath(name).read_bytes(), **options)


# ------------------------------------------------------------------------------------------------- boundaries of 2016


def test_a_neighbourhood_comes_with_its_names_its_point_and_its_earlier_code():
    told = sample()
    assert (told.taken, told.refused, told.issues) == (2, 0, ())
    assert told.names["ocha-n9001"] == {
        "id": "ocha-n9001",
        "kind": "neighbourhood",
        "name_en": "Orchard",
        "name_ar": "البستان",
        "aliases": ["Orchard (Northtown)", "البستان - المدينة", "EX0100001"],
        "parent": "ocha-a901",
        "pcode": "N9001",
        "lat": 36.301,
        "lon": 37.201,
        "note": "as OCHA had it on 2016-09-05",
    }


def test_what_a_neighbourhood_lies_in_is_brought_with_it_and_null_as_text_is_nothing():
    told = sample()
    way = ["ocha-n9001"]
    while parent := told.names[way[-1]].get("parent"):
        way.append(parent)
    assert [told.names[id_]["kind"] for id_ in way] == [
        "neighbourhood",
        "part",
        "town",
        "subdistrict",
        "district",
        "governorate",
        "country",
    ]
    assert way[1:] == ["ocha-a901", "ocha-c9001", "ocha-ex010000", "ocha-ex0100", "ocha-ex01", "ocha-ex"]
    second = told.names["ocha-n9002"]
    assert (second["parent"], second.get("aliases")) == ("ocha-c9001", None)
    assert len(told.names) == 8


@pytest.mark.parametrize(
    ("levels", "kind", "parent"),
    [(1, "governorate", "ocha-ex"), (2, "district", "ocha-ex01"), (3, "subdistrict", "ocha-ex0100")],
)
def test_a_boundary_is_of_the_level_below_those_that_it_names(levels, kind, parent):
    names = ("NAME_EN", "NAME_AR", *(f"ADM{at}_{what}" for at in range(levels) for what in ("EN", "AR", "PCODE")))
    row = {name: ORCHARD[name] for name in names} | {"PCODE": "EX7"}
    made = read(table(row)).names["ocha-ex7"]
    assert (made["kind"], made["parent"]) == (kind, parent)


def test_columns_that_are_swapped_are_told_and_taken_by_their_script():
    row = ORCHARD | {"ADM0_EN": ORCHARD["ADM0_AR"], "ADM0_AR": ORCHARD["ADM0_EN"]}
    told = read(table(row))
    country = told.names["ocha-ex"]
    assert (country["name_en"], country["name_ar"]) == ("Examplia", "مثال")
    (issue,) = told.issues
    assert (issue.code, issue.severity) == ("swapped", "warning")
    assert "ADM0_EN and ADM0_AR" in issue.what


def test_an_arabic_name_alone_is_an_arabic_name():
    made = read(table(ORCHARD | {"NAME_EN": "البستان", "NAME_AR": "", "NAM_EN_REF": "", "NAM_AR_REF": ""})).names[
        "ocha-n9001"
    ]
    assert (made.get("name_en"), made["name_ar"], made["aliases"]) == (None, "البستان", ["EX0100001"])


def test_a_boundary_lies_at_a_point_inside_its_shape():
    shape = {"type": "Polygon", "coordinates": [[[37.0, 36.0], [37.2, 36.0], [37.2, 36.2], [37.0, 36.2], [37.0, 36.0]]]}
    feature = {"type": "Feature", "properties": ORCHARD, "geometry": shape}
    told = read(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(), name="boundaries.geojson")
    made = told.names["ocha-n9001"]
    assert (round(made["lat"], 2), round(made["lon"], 2)) == (36.1, 37.1)


# ------------------------------------------------------------------------------------------------- boundaries of 2020


def test_boundaries_of_2020_have_the_days_of_a_code_and_more_names():
    row = {
        "Shape_Leng": "1.2",
        "Shape_Area": "0.05",
        "ADM3_EN": "Upper Valley",
        "ADM3_AR": "الوادي",
        "ADM3_PCODE": "EX010001",
        "ADM3_REF": "Upper Valley",
        "ADM3ALT1EN": "High Valley",
        "ADM3ALT2EN": "",
        "ADM3ALT1AR": "وادي",
        "ADM3ALT2AR": "",
        "ADM2_EN": "Riverside",
        "ADM2_AR": "النهر",
        "ADM2_PCODE": "EX0100",
        "ADM1_EN": "North",
        "ADM1_AR": "الشمال",
        "ADM1_PCODE": "EX01",
        "ADM0_EN": "Examplia",
        "ADM0_AR": "مثال",
        "ADM0_PCODE": "EX",
        "AREA_SQKM": "314.159265",
        "date": "2018-05-04",
        "validOn": "2020-01-31",
        "validTo": "2022-06-30",
    }
    told = read(table(row))
    assert told.issues == ()
    assert told.names["ocha-ex010001"] == {
        "id": "ocha-ex010001",
        "kind": "subdistrict",
        "name_en": "Upper Valley",
        "name_ar": "الوادي",
        "aliases": ["High Valley", "وادي"],
        "parent": "ocha-ex0100",
        "pcode": "EX010001",
        "radius_km": 10.0,
        "note": "P-code valid from 2020-01-31; P-code valid until 2022-06-30; as OCHA had it on 2018-05-04",
    }
    assert told.names["ocha-ex0100"]["parent"] == "ocha-ex01"


# -------------------------------------------------------------------------------------------------- populated places


def test_a_community_has_its_unique_name_as_alias_and_its_day_comes_first():
    made = sample("sample_populated.csv").names["ocha-c9002"]
    assert made == {
        "id": "ocha-c9002",
        "kind": "town",
        "name_en": "Mill",
        "name_ar": "الطاحونة",
        "aliases": ["Mill (Upper Valley)", "الطاحونة - الوادي"],
        "parent": "ocha-ex010001",
        "pcode": "C9002",
        "lat": 36.5,
        "lon": 37.3,
        "note": "as OCHA had it on 2019-03-04; a community; its size is not said",
    }
    american = sample("sample_populated.csv", day_first=False).names["ocha-c9002"]
    assert "2019-04-03" in american["note"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Location_Pcode": ""}, "no-code"),
        ({"admin4Name_en": "", "admin4Name_ar": ""}, "no-name"),
        ({"location_type": "Volcano"}, "type"),
    ],
)
def test_a_row_without_code_name_or_known_type_is_refused(cells, code):
    told = read(table(MILL | cells))
    assert (told.refused, codes(told.issues)) == (1, [(2, None, code, "error")])
    assert "ocha-c9002" not in told.names


def test_a_code_that_stands_twice_is_taken_once():
    told = read(table(MILL, MILL | {"admin4Name_en": "Windmill"}))
    assert (told.taken, told.refused) == (1, 1)
    assert told.names["ocha-c9002"]["name_en"] == "Mill"
    assert [(issue.row, issue.what) for issue in told.issues] == [(3, "has the P-code C9002 of row 2")]


@pytest.mark.parametrize("latitude", ["96.5", "north", "nan"])
def test_a_point_that_is_not_on_earth_is_told_and_left_out(latitude):
    told = read(table(MILL | {"Latitude_y": latitude}))
    assert "lat" not in told.names["ocha-c9002"]
    assert codes(told.issues) == [(2, "Latitude_y", "point", "warning")]


def test_a_day_that_is_none_is_told_and_the_place_stays():
    told = read(table(MILL | {"LastUpdateDate": "lately"}))
    assert told.names["ocha-c9002"]["note"] == "a community; its size is not said"
    assert codes(told.issues) == [(2, "LastUpdateDate", "date", "warning")]


# ------------------------------------------------------------------------------------------------------- the register


def test_a_place_of_the_case_with_the_code_is_not_brought_again_and_holds_what_lies_in_it():
    city = Place(id="city", kind="city", name_en="The City", pcode="C9001")
    province = Place(id="north", kind="governorate", name_en="North")
    told = sample(places=PlaceRegister([city, province]))
    assert not {"ocha-c9001", "ocha-ex01"} & set(told.names)
    assert told.names["ocha-a901"]["parent"] == "city"
    assert told.names["ocha-ex0100"]["parent"] == "north"


def test_a_part_that_is_kept_under_the_code_of_its_city_is_not_the_city():
    part = Place(id="quarter", kind="neighbourhood", name_en="Far Quarter", pcode="C9001")
    told = sample(places=PlaceRegister([part]))
    assert told.names["ocha-a901"]["parent"] == "ocha-c9001"
    city = Place(id="city", kind="city", name_en="The City", pcode="C9001")
    assert sample(places=PlaceRegister([part, city])).names["ocha-a901"]["parent"] == "city"


def test_a_place_of_the_case_without_a_code_is_found_by_name_and_point():
    near = Place(id="mill", kind="village", name_en="Mill", lat=36.51, lon=37.3)
    far = Place(id="mill", kind="village", name_en="Mill", lat=36.6, lon=37.3)
    coded = Place(id="mill", kind="village", name_en="Mill", lat=36.5, lon=37.3, pcode="C1")
    crossing = Place(id="mill", kind="crossing", name_en="Mill", lat=36.5, lon=37.3)
    brought = {
        name: "ocha-c9002" in sample("sample_populated.csv", places=PlaceRegister([place])).names
        for name, place in {"near": near, "far": far, "coded": coded, "crossing": crossing}.items()
    }
    assert brought == {"near": False, "far": True, "coded": True, "crossing": True}


def test_two_rows_that_fit_one_place_of_the_case_are_both_brought():
    mill = Place(id="mill", kind="village", name_en="Mill", lat=36.5, lon=37.3)
    told = read(table(MILL, MILL | {"Location_Pcode": "C9", "Latitude_y": "36.51"}), places=PlaceRegister([mill]))
    assert {"ocha-c9002", "ocha-c9"} <= set(told.names)
    assert codes(told.issues) == [(2, None, "one-place", "warning")]


def test_a_code_whose_place_lies_elsewhere_is_told():
    mill = Place(id="mill", kind="village", name_en="Mill", pcode="C9002", lat=35.5, lon=37.3)
    told = sample("sample_populated.csv", places=PlaceRegister([mill]))
    assert codes(told.issues) == [(2, None, "apart", "warning")]


def test_the_user_says_which_place_a_code_means():
    mill = Place(id="old-mill", kind="village", name_en="Old Works")
    told = sample("sample_populated.csv", places=PlaceRegister([mill]), place_names={"C9002": "old-mill"})
    assert "ocha-c9002" not in told.names
    with pytest.raises(WrongUse, match="no place"):
        sample(place_names={"N9001": "nowhere"})


# -------------------------------------------------------------------------------------------------------- global list

GLOBAL = ("Location", "Admin Level", "P-Code", "Name", "Parent P-Code", "Valid from date")


def global_list(*rows):
    return table(*(dict(zip(GLOBAL, row, strict=True)) for row in rows))


NORTH = ("EXA", "1", "EX01", "North", "EXA", "2020-01-31")
RIVERSIDE = ("EXA", "2", "EX0100", "Riverside", "EX01", "2020-01-31")
OTHER = ("OTH", "1", "OT01", "South", "OTH", "2020-01-31")


def test_the_global_list_gives_levels_and_parents_by_code():
    told = read(global_list(RIVERSIDE, NORTH), places=COUNTRY)
    assert told.names["ocha-ex0100"] == {
        "id": "ocha-ex0100",
        "kind": "district",
        "name_en": "Riverside",
        "parent": "ocha-ex01",
        "pcode": "EX0100",
        "note": "P-code valid from 2020-01-31",
    }
    assert (told.names["ocha-ex01"]["kind"], told.names["ocha-ex01"]["parent"]) == ("governorate", "examplia")


def test_places_that_name_each_other_as_what_they_lie_in_do_not():
    told = read(global_list((*NORTH[:4], "EX0100", ""), RIVERSIDE, ("EXA", "2", "EX0101", "Hills", "EX0100", "")))
    assert {id_: place.get("parent") for id_, place in told.names.items()} == {
        "ocha-ex01": None,
        "ocha-ex0100": "ocha-ex01",
        "ocha-ex0101": None,
    }
    PlaceRegister(Place(**place) for place in told.names.values())


def test_of_several_countries_only_that_of_the_case_is_taken():
    told = read(global_list(NORTH, OTHER), places=COUNTRY)
    assert set(told.names) == {"ocha-ex01"}
    assert codes(told.issues) == [(3, None, "other-country", "warning")]


def test_several_countries_are_refused_where_the_case_does_not_say_which_is_its_own():
    told = read(global_list(NORTH, OTHER))
    assert (told.names, told.refused) == ({}, 2)
    assert {issue.code for issue in told.issues} == {"country"}
    assert set(read(global_list(NORTH)).names) == {"ocha-ex01"}


def test_a_level_that_is_none_is_refused():
    told = read(global_list(("EXA", "province", *NORTH[2:])))
    assert (told.refused, codes(told.issues)) == (1, [(2, None, "level", "error")])


# --------------------------------------------------------------------------------------------------------- whole files


@pytest.mark.parametrize("header", [HEADER, POPULATED, GLOBAL])
def test_a_list_is_recognised_before_tables_that_a_mapping_describes(header):
    names = frozenset(name.strip().lower().replace(" ", "_").replace("-", "_") for name in header)
    assert next(source.format for source in tabular_sources().values() if source.is_header(names)) == "ocha_places"


@pytest.mark.parametrize("part", range(2))
def test_whatever_is_done_to_a_list_nothing_is_made_up(part):
    with TemporaryDirectory() as folder:
        for number, file in enumerate(mangled(POPULATED, COMMUNITIES, seed=7, count=60, long_line=1_200_000)):
            if number % 2 != part:
                continue
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            told = read(path, **({"encoding": file.encoding} if file.encoding else {}))
            for place in told.names.values() if file.cells else ():
                said = [place.get("name_en"), place.get("name_ar"), place["pcode"], *place.get("aliases", ())]
                assert {one for one in said if one is not None} <= file.cells, file.name


def shared(*names):
    folder = Path(os.environ.get("CASTELLO_SHARED_DATA", "../shared/data"), "places")
    if not all((folder / name).exists() for name in names):
        pytest.skip("development data is not here")
    return [folder / name for name in names]


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [("syr_admin1", "governorate", 14), ("syr_admin2", "district", 62), ("syr_admin3", "subdistrict", 272)],
)
def test_the_boundaries_of_2016_go_in_whole(name, kind, count, tmp_path):
    (folder,) = shared("ocha_2016")
    archive = tmp_path / "boundaries.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in folder.glob(f"{name}.*"):
            made.write(file, file.name)
    told = read(archive, name="boundaries.zip")
    assert (told.present, told.taken) == (count, count)
    places = [place for place in told.names.values() if place["kind"] == kind]
    assert len(places) == count
    assert all(place["name_en"] and place["name_ar"] and place["parent"] and "lat" in place for place in places)
    assert told.names["ocha-sy"]["name_en"] == "Syrian Arab Republic"
    assert [issue.code for issue in told.issues] == (["swapped"] if name == "syr_admin3" else [])
    if name == "syr_admin3":
        moved = {
            code: told.names[f"ocha-{code}"]["name_en"] for code in ("sy100601", "sy100602", "sy100603", "sy100604")
        }
        assert list(moved.values()) == ["Anaza", "Qadmous", "Hamam Wasil", "Tawahin"]
        assert not any("SY10020" in alias for place in places for alias in place.get("aliases", ()))


def test_the_neighbourhoods_of_2016_go_in_whole():
    (file,) = shared("ocha_2016/city_neighbourhoods.shp")
    told = read(file, name="city_neighbourhoods.shp")
    assert (told.present, told.taken, told.issues) == (414, 414, ())
    kinds = Counter(place["kind"] for place in told.names.values())
    assert (kinds["neighbourhood"], kinds["part"], kinds["town"]) == (414, 15, 13)
    cities = Counter(place["parent"] for place in told.names.values() if place["kind"] == "neighbourhood")
    assert cities["ocha-c1007"] == 109
    assert "SY0100153" in told.names["ocha-n0017"]["aliases"]
    new = [one for one in told.names.values() if one["kind"] == "neighbourhood" and not _old_codes(one)]
    assert len(new) == 18


def _old_codes(place):
    return [alias for alias in place.get("aliases", ()) if alias.startswith("SY") and alias[2:].isdigit()]


def test_the_populated_places_go_in_whole_and_make_a_register_that_answers():
    (file,) = shared("ocha_populated_places_syr.xlsx")
    told = read(file, name="populated.xlsx")
    assert (told.present, told.taken, told.issues) == (7693, 7693, ())
    kinds = Counter(place["kind"] for place in told.names.values())
    assert kinds == {"town": 7693, "subdistrict": 270, "district": 62, "governorate": 14, "country": 1}
    fields = [{**place, "aliases": tuple(place.get("aliases", ()))} for place in told.names.values()]
    before = time.process_time()
    register = PlaceRegister(Place(**place) for place in fields)
    assert time.process_time() - before < 0.5
    assert register.ancestors("ocha-c1007") == ("ocha-sy020000", "ocha-sy0200", "ocha-sy02", "ocha-sy")
    (found,) = register.resolve("Qanater (Big Orm)", floor=0.99)
    assert register.name(found.id, "ar") == "القناطر"
