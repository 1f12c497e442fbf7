"""Cases of damage and restoration, each a folder with its source and tolerance."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.sim.classes import Repair, RepairRate
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.restoration import functional_share, repair_table
from rencity.sim.scenario import load_scenario
from rencity.sim.strike import TABLE_SIZE
from tests.figures import Tell

CASES = Path(__file__).parent


def test_restoration_of_substations(figure: Tell) -> None:
    folder = CASES / "restoration_substation"
    repair = Repair.model_validate_json((folder / "repair.json").read_text(encoding="utf-8"))
    probability = pd.read_csv(folder / "probability.csv", index_col="case")
    expected = pd.read_csv(folder / "expected.csv", index_col="case")
    days = expected.columns.to_numpy(float)
    share = functional_share(probability.to_numpy(), repair, days)
    for case, told, found in zip(expected.index, expected.to_numpy(), share, strict=True):
        figure(f"substations {case}, functional share by day", told, found)
    assert share == pytest.approx(expected.to_numpy(), abs=1e-6)
    table = repair_table(list(probability.columns[1:]), repair, name="substation")
    restored = (table[:, :, None] <= days * 1440).mean(axis=1)
    drawn = probability.to_numpy()[:, :1] + probability.to_numpy()[:, 1:] @ restored
    assert drawn == pytest.approx(expected.to_numpy(), abs=2 / TABLE_SIZE)


def test_breaks_of_a_pipe(figure: Tell) -> None:
    folder = CASES / "pipe_break"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    pipe = RepairRate.model_validate_json((folder / "fragility.json").read_text(encoding="utf-8"))
    repair = Repair.model_validate({"states": [{"state": "break", "mean_d": 1, "sd_d": 0}]})
    kind = "water.pipe"
    classes = Classes({"pipe": pipe}, {"pipe": repair}, {kind: ("pipe",)}, {kind: ("pipe",)})
    scenario = load_scenario(folder / "scenario.toml")
    scene = Scene(_pipe(expected["length_m"]), classes, folder)
    strike = strikes_of(scenario.hazards[0], scene)[0]
    told = [expected["leak_or_break"], expected["break"]]
    figure("pipe, leak or break, and break", told, strike.exceed[0, :, 0])
    assert strike.exceed[0, :, 0] == pytest.approx(
        [expected["leak_or_break"], expected["break"]], abs=1e-6
    )
    assert np.unique(strike.repair_min[strike.table[0], 0]).tolist() == [0]  # a leak: it works on


def _pipe(length_m: float) -> City:
    line = shapely.LineString([(-90, 35), (-90, 35.02)])
    columns = {"id": ["p"], "lifeline": ["water"], "kind": ["pipe"], "length_m": [length_m]}
    frame = gpd.GeoDataFrame(columns, geometry=[line], crs="EPSG:4326")
    return City.build(Identity(id="one-pipe", name="one pipe"), {"assets": frame})
