"""Cases of rain and floods, each a folder with its source and tolerance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rencity.content import load_packs
from rencity.sim.flood.ponds import Ponds
from rencity.sim.flood.terrain import Terrain
from rencity.sim.hazard.rain.storm import design_storm
from tests.figures import Tell

CASES = Path(__file__).parent


def test_two_bowls(figure: Tell) -> None:
    folder = CASES / "flood_two_bowls"
    z = np.loadtxt(folder / "heights.csv", delimiter=",", dtype=np.float32)
    terrain = Terrain(z, (1.0, 1.0), np.zeros(z.shape, bool))
    ponds = Ponds(terrain.hierarchy)
    for row in pd.read_csv(folder / "expected.csv").itertuples():
        ponds.pour(np.array([0.0, row.left_m3, row.right_m3]))
        level = ponds.levels()[terrain.hierarchy.home].reshape(z.shape)[1, [2, 6]]
        figure("two bowls, levels, m", [row.left_level_m, row.right_level_m], level)
        np.testing.assert_allclose(level, [row.left_level_m, row.right_level_m], rtol=1e-12)
        assert ponds.left == pytest.approx(row.gone_m3, rel=1e-12)


def test_storms_of_shanghai(figure: Tell) -> None:
    formula = load_packs().storms["cn.shanghai"]
    for row in pd.read_csv(CASES / "storm_shanghai" / "expected.csv").itertuples():
        storm = design_storm(
            formula,
            return_period_a=row.return_period_a,
            duration_min=row.duration_min,
            step_min=5,
            peak_ratio=formula.peak_ratio,
        )
        what = f"Shanghai, {row.return_period_a:g} years, {row.duration_min:g} min, mm"
        figure(what, row.depth_mm, storm.total_mm)
        assert storm.total_mm == pytest.approx(row.depth_mm, abs=0.05)
