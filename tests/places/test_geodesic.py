"""Distances agree with those that are known, and with the exact geodesics of PROJ where it is installed."""

import numpy as np
import pytest

from castello.places.geodesic import geodesic_km, steps_km


def test_a_degree_is_as_long_as_the_ellipsoid_has_it():
    # arcs of one degree: of the meridian at the equator and at the pole, and of the equator
    assert geodesic_km(0, 0, lat_b=1, lon_b=0) == pytest.approx(110.574, abs=0.001)
    assert geodesic_km(89, 0, lat_b=90, lon_b=0) == pytest.approx(111.694, abs=0.001)
    assert geodesic_km(0, 0, lat_b=0, lon_b=1) == pytest.approx(111.320, abs=0.001)


def test_the_same_point_is_no_distance_away_and_the_date_line_is_no_wall():
    assert geodesic_km(36.2, 37.1, lat_b=36.2, lon_b=37.1) == 0
    assert geodesic_km(10, 179.9, lat_b=10, lon_b=-179.9) == pytest.approx(21.93, abs=0.01)


def test_an_unknown_point_has_an_unknown_distance():
    assert np.isnan(geodesic_km([np.nan, 0], [0, 0], lat_b=0, lon_b=0)).tolist() == [True, False]


def test_steps_are_the_distances_from_each_point_to_the_next():
    lat, lon = [36.0, 36.1, 36.1], [37.0, 37.0, 37.2]
    assert steps_km(lat, lon).tolist() == geodesic_km(lat[:-1], lon[:-1], lat_b=lat[1:], lon_b=lon[1:]).tolist()


@pytest.mark.parametrize(("degrees", "off_by"), [(1e-4, 1e-6), (0.1, 1e-6), (0.4, 1e-6), (10, 1e-3)])
def test_distances_agree_with_exact_geodesics(degrees, off_by):
    pyproj = pytest.importorskip("pyproj")
    chance = np.random.default_rng(1)
    lat, lon = chance.uniform(-80, 80, 500), chance.uniform(-180, 180, 500)
    to_lat, to_lon = lat + chance.uniform(-1, 1, 500) * degrees, lon + chance.uniform(-1, 1, 500) * degrees
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)

    assert np.abs(geodesic_km(lat, lon, lat_b=to_lat, lon_b=to_lon) * 1000 / metres - 1).max() < off_by
