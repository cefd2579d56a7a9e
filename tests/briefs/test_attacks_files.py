"""Attacks as files: areas and never events, by name and never by how many, and the same bytes for the same question."""

import csv
import io
import json
import re
from datetime import date
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest

from castello.briefs.attacks_files import attacks_layers, write_attacks
from castello.briefs.attacks_map import Area, draw_attacks
from castello.claims import Where
from castello.errors import WrongUse
from tests.analyses.attacks_world import case_with, row, said

DAYS = (date(2016, 7, 1), date(2016, 7, 31))


@pytest.fixture
def case(home, tmp_path):
    where = Where(lat=36.234871, lon=37.203419, radius_km=0.5)
    claims = [
        row(date(2016, 7, n), n=n, place="hanano", where=where, harm_best=n, harm_civilians=1) for n in range(1, 5)
    ]
    claims += [row(date(2016, 7, 9), n=9, place="hamlet"), row(date(2016, 7, 10), n=10, place="province")]
    return case_with(tmp_path / "case", [*claims, said(date(2016, 7, 4), harm_best=2)])


def written(case, path, **asked):
    picture = case.picture()
    layers = write_attacks(picture, path, clearance=case.clearance(picture), days=DAYS, **asked)
    return path.read_bytes(), layers


def test_features_are_areas_of_the_register(case, tmp_path):
    data, layers = written(case, tmp_path / "attacks.geojson")
    collection = json.loads(data)
    found = {
        (f["properties"]["place"], f["properties"]["source"]): (f["properties"]["attacks_high"], f["geometry"])
        for f in collection["features"]
    }

    assert collection["name"] == "attacks"
    assert found == {
        ("city", "observatory"): (1, {"type": "Point", "coordinates": [37.15, 36.2]}),
        ("city", "ucdp"): (4, {"type": "Point", "coordinates": [37.15, 36.2]}),
        ("county", "ucdp"): (1, {"type": "Point", "coordinates": [37.3, 36.5]}),
        ("province", "ucdp"): (1, None),
    }
    assert [issue.code for issue in layers.issues] == ["not-drawn"]
    assert "province" in layers.issues[0].what
    assert b"36.2348" not in data


def test_a_table_holds_what_is_counted_by(case, tmp_path):
    data, _ = written(case, tmp_path / "attacks.csv", by="type")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    assert [(row["type"], row["source"], row["attacks_low"], row["civilians_killed_low"]) for row in rows] == [
        ("attack", "ucdp", "6", "4"),
        ("attack.air", "observatory", "1", "0"),
    ]
    # two rows of the feed have no figure: the upper end is open, and empty
    assert [(row["killed_high"], row["killed_not_said"]) for row in rows] == [("", "2"), ("2", "0")]
    assert rows[0]["start"] == "2016-07-01T00:00:00"
    assert rows[0]["end"] == "2016-08-01T00:00:00"


@pytest.mark.skipif(not find_spec("pyogrio"), reason="needs pyogrio: pip install 'castello[gis]'")
def test_a_geopackage_holds_the_same(case, tmp_path):
    from pyogrio import read_info
    from pyogrio.raw import read

    written(case, tmp_path / "attacks.gpkg")
    meta, _, _, fields = read(tmp_path / "attacks.gpkg", layer="attacks")
    values = dict(zip(meta["fields"], fields, strict=True))

    assert read_info(tmp_path / "attacks.gpkg")["features"] == 4
    assert list(values["place"]) == ["city", "city", "county", "province"]
    assert list(values["attacks_high"]) == [1, 4, 1, 1]


@pytest.mark.parametrize("ending", ["geojson", "csv", "svg"])
def test_the_same_question_gives_the_same_bytes(case, tmp_path, ending):
    first, _ = written(case, tmp_path / f"one.{ending}")
    again, _ = written(case, tmp_path / f"two.{ending}")

    assert first == again


def test_the_map_is_well_formed_and_needs_nothing(case, tmp_path):
    data, _ = written(case, tmp_path / "attacks.svg")
    text = data.decode()
    root = ET.fromstring(text)
    said = " ".join(root.itertext())

    assert len(root.findall(".//{*}circle")) == 3
    assert "Aleppo: 4 civilians killed in 4 attacks" in re.sub(r"\s+", " ", said)
    assert "Not on the map: Province: 1 attack" in said
    assert not re.search(r"url\(|@import|href=", text)


def test_a_disc_grows_with_the_count_on_one_scale_for_all_sources():
    areas = [
        Area(name=name, source=source, point=(36.0, lon), low=n, high=n)
        for source, name, lon, n in (("a", "one", 37.0, 100), ("a", "two", 38.0, 25), ("b", "one", 37.0, 25))
    ]
    radii = [float(r) for r in re.findall(r'<circle[^>]* r="([\d.]+)"', draw_attacks(areas, caption="July"))]

    assert radii == [34.0, 17.0, 17.0]
    assert draw_attacks(areas, caption="July") == draw_attacks(areas[::-1], caption="July")


def test_names_from_outside_are_escaped():
    area = Area(name="<script>x</script>", source='"&', point=(0.0, 0.0), low=1, high=1)

    ET.fromstring(draw_attacks([area], caption="<b>"))


@pytest.mark.parametrize(
    ("name", "asked"),
    [("attacks.xlsx", {}), ("attacks", {}), ("attacks.svg", {"by": "party"}), ("none/attacks.csv", {})],
)
def test_what_cannot_be_written_is_refused(case, tmp_path, name, asked):
    with pytest.raises(WrongUse):
        written(case, tmp_path / name, **asked)


def test_rows_stand_by_name(case):
    picture = case.picture()
    layers = attacks_layers(case.clearance(picture), days=DAYS)
    places = [str(row.values["place"]) for row in layers.layers[0].rows]

    assert places == sorted(places)
