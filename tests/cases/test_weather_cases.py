"""Cases of weather, accidents and outbreaks, each a folder with its source and tolerance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rencity.sim.hazard.accident.blast import overpressure_kpa
from rencity.sim.hazard.accident.dispersion import concentration_kg_m3
from rencity.sim.hazard.outbreak.epidemic import course
from rencity.sim.hazard.outbreak.spec import Epidemic
from rencity.sim.hazard.thermal.sensitivity import SHIPPED, read_sensitivities
from rencity.sim.hazard.typhoon.vortex import decayed_wind
from tests.figures import Tell

CASES = Path(__file__).parent
KNOT_M_S = 1852 / 3600


def expected(name: str) -> pd.DataFrame:
    return pd.read_csv(CASES / name / "expected.csv")


def test_plume(figure: Tell) -> None:
    rows = expected("accident_plume")
    made = concentration_kg_m3(
        1500.0, rows["aside_m"].to_numpy(float), 0.0,
        rate_kg_s=0.1, height_m=90.0, wind_m_s=7.0, stability="D", terrain="rural",
    )  # fmt: skip
    figure("plume, µg/m³ aside of its axis", rows["ug_m3"].to_numpy(), made * 1e9)
    assert made * 1e9 == pytest.approx(rows["ug_m3"].to_numpy(), abs=0.1)


def test_blast(figure: Tell) -> None:
    for row in expected("accident_blast").itertuples():
        made = overpressure_kpa(float(row.distance_m), float(row.tnt_kg))
        figure(f"blast at {row.distance_m:g} m, kPa", row.overpressure_kpa, made)
        assert made == pytest.approx(row.overpressure_kpa, rel=1e-9)


def test_transformer_in_the_heat(figure: Tell) -> None:
    heat = read_sensitivities(SHIPPED, "heat")
    for row in expected("heat_transformer").itertuples():
        made = heat.capacity_factor(row.kind, np.array([float(row.mean_c)]))
        figure(f"{row.kind} at {row.mean_c:g} °C, share of capacity", row.share, made)
        assert made == pytest.approx([row.share], rel=1e-9)


def test_storm_over_land(figure: Tell) -> None:
    rows = expected("typhoon_landfall")
    made = decayed_wind(100 * KNOT_M_S, rows["hours"].to_numpy(float)) / KNOT_M_S
    figure("typhoon over land, wind by hours, kt", rows["wind_kt"].to_numpy(), made)
    assert made == pytest.approx(rows["wind_kt"].to_numpy(), abs=0.01)


@pytest.mark.parametrize(("latent_d", "infectious_d"), [(1, 3), (4, 6)])
def test_final_size(latent_d: float, infectious_d: float, figure: Tell) -> None:
    for row in expected("outbreak_final_size").itertuples():
        one = Epidemic(
            r0=row.r0, latent_d=latent_d, infectious_d=infectious_d, first_share=1e-7, absent_d=1
        )
        left = course(one, 3000).susceptible[-1]
        figure(f"outbreak, R0 {row.r0:g}, never infected", row.susceptible, left)
        assert left == pytest.approx(row.susceptible, abs=2e-6)
