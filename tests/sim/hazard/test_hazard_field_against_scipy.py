"""Interpolation of points against SciPy's own, and on real ground-motion fields."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyproj
import pytest
from scipy.interpolate import griddata
from scipy.special import ndtri

from rencity.sim.damage import Classes
from rencity.sim.hazard.points import PointField
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.scenario import parse_scenario
from tests.sim.hazard.toy import SUBSTATION, city_of

CORNER = np.array([500_000.0, 3_400_000.0])
GMFS = "interdependent/shelby_infrarisk/hazards/earthquake/gmfs/2475"
REAL = """
[scenario]
name = "shelby"
[[hazards]]
kind = "field"
measure = "PGA"
unit = "g"
x = "lon_UTM"
y = "lat_UTM"
crs = "EPSG:3857"
weights = {path = "weights.txt", file = "{source_id}_{magnitude}_gms.csv"}
"""


def test_scattered_points_agree_with_griddata() -> None:
    rng = np.random.default_rng(3)
    xy = CORNER + rng.uniform(0, 60_000, (400, 2))
    values = rng.uniform(0, 1, 400)
    places = CORNER + rng.uniform(5_000, 55_000, (2000, 2))
    back = pyproj.Transformer.from_crs("EPSG:32651", "EPSG:4326", always_xy=True)
    lonlat = np.column_stack(back.transform(*places.T))
    field = PointField(Path("f"), pyproj.CRS("EPSG:32651"), xy, {"PGA": values})
    stencil = field.stencil(lonlat, method="linear", within_m=0)
    expected = griddata(xy, values, places)
    assert (stencil.outside == np.isnan(expected)).all()
    known = ~stencil.outside
    assert stencil.of(values)[known] == pytest.approx(expected[known], abs=1e-6)
    near = field.stencil(lonlat, method="nearest", within_m=1e6).of(values)
    assert (near == griddata(xy, values, places, method="nearest")).mean() > 0.999


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_real_fields_reproduce_their_own_points(shared_data: Path, classes: Classes) -> None:
    folder = shared_data / GMFS
    rows = read(folder / "203080_7.7_gms.csv")
    back = pyproj.Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True)
    lonlat = zip(
        *back.transform(
            [float(row["lon_UTM"]) for row in rows], [float(row["lat_UTM"]) for row in rows]
        ),
        strict=True,
    )
    kind = "power.substation_low"
    city = city_of([(f"p{i:04}", kind, place) for i, place in enumerate(lonlat)])
    scenario = parse_scenario(REAL, place="shelby.toml")
    strike = strikes_of(scenario.hazards[0], Scene(city, classes, folder, 1))[0]
    names = ("203080_7.7", "203080_8.0", "203080_7.5", "203078_7.7", "203079_7.7")
    assert strike.event == tuple(f"{name}_gms" for name in names)
    assert strike.weight == pytest.approx([0.47, 0.25, 0.14, 0.08, 0.06])
    assert strike.exceed.shape == (5, 2, len(rows))
    first = SUBSTATION.states[0]
    for number, name in enumerate(strike.event):
        expected = [float(row["PGA"]) for row in read(folder / f"{name}.csv")]
        felt = first.median * np.exp(first.beta * ndtri(strike.exceed[number, 0]))
        assert felt == pytest.approx(expected, rel=1e-6)
