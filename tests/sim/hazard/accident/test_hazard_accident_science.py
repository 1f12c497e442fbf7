"""Blast and plume against published examples and against what must be conserved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.sim.hazard.accident import blast, dispersion
from rencity.sim.hazard.accident.tables import blast_limits_kpa, substances

CLASSES = "ABCDEF"


def plume(x: object, y: object, z: object, **said: object) -> np.ndarray:
    base: dict[str, object] = {
        "rate_kg_s": 1.0, "height_m": 0.0, "wind_m_s": 2.0, "stability": "D", "terrain": "rural",
    }  # fmt: skip
    return dispersion.concentration_kg_m3(x, y, z, **(base | said))  # type: ignore[arg-type]


def test_a_textbook_plume() -> None:
    """De Visscher (2014), Air Dispersion Modeling, example 2.1: 160.3 and 107.5 ug/m3."""
    said = {"rate_kg_s": 0.1, "height_m": 90.0, "wind_m_s": 7.0}
    made = plume(1500.0, [0.0, 100.0], 0.0, **said)
    assert made * 1e9 == pytest.approx([160.3, 107.5], abs=0.1)


@settings(deadline=None, max_examples=30)
@given(
    x=st.floats(50, 10_000),
    stability=st.sampled_from(CLASSES),
    terrain=st.sampled_from(["rural", "urban"]),
    height=st.floats(0, 100),
    wind=st.floats(0.5, 20),
    rate=st.floats(1e-3, 1e3),
)
def test_what_is_released_passes_every_cross_section(
    x: float, stability: str, terrain: str, height: float, wind: float, rate: float
) -> None:
    across, up = dispersion.sigmas_m(x, stability, terrain)  # type: ignore[arg-type]
    y = np.linspace(-10 * across, 10 * across, 801)
    z = np.linspace(0, height + 10 * up, 4001)
    made = plume(
        x, y[:, None], z[None, :],
        rate_kg_s=rate, height_m=height, wind_m_s=wind, stability=stability, terrain=terrain,
    )  # fmt: skip
    flux = wind * np.trapezoid(np.trapezoid(made, z, axis=1), y)
    assert flux == pytest.approx(rate, rel=1e-6)


def test_nothing_goes_upwind() -> None:
    assert plume([-10.0, 0.0], 0.0, 0.0).tolist() == [0, 0]


def test_stable_air_carries_further_and_towns_mix_better() -> None:
    far = [plume(2000.0, 0.0, 0.0, stability=one)[()] for one in CLASSES]
    assert far == sorted(far)
    assert plume(2000.0, 0.0, 0.0, terrain="urban") < plume(2000.0, 0.0, 0.0)


def test_ppm_of_chlorine() -> None:
    """1 ppm of chlorine is 2.90 mg/m3, of ammonia 0.70 (NIOSH Pocket Guide)."""
    gases = substances()
    for name, mg in (("chlorine", 2.90), ("ammonia", 0.70), ("hydrogen_sulfide", 1.40)):
        made = dispersion.kg_m3_of_ppm(1, gases[name].molar_g)
        assert made * 1e6 == pytest.approx(mg, abs=0.01)
        assert dispersion.ppm(made, gases[name].molar_g) == pytest.approx(1)


def test_every_substance_has_limits_that_rise() -> None:
    for one in substances().values():
        for kind in ("AEGL", "ERPG"):
            values = [v for k, v in sorted(one.limits_ppm.items()) if k.startswith(kind)]
            assert values == sorted(values)
            assert values or kind == "ERPG"


def test_ten_tonnes_at_half_a_kilometre() -> None:
    """Swisdak (1994) by a published calculator: 5.05496 kPa."""
    assert blast.overpressure_kpa(500.0, 10_000.0) == pytest.approx(5.0549639655, rel=1e-9)


def test_the_pieces_of_the_fit_meet() -> None:
    for joint in (2.9, 23.8):
        left, right = blast.overpressure_kpa([joint * (1 - 1e-9), joint * (1 + 1e-9)], 1.0)
        assert left == pytest.approx(right, rel=0.02)
    z = np.geomspace(blast.LEAST_Z, 190, 500)
    assert (np.diff(blast.overpressure_kpa(z, 1.0)) < 0).all()
    assert blast.overpressure_kpa([0.0, 1e9], 1.0).tolist() == [
        blast.overpressure_kpa(blast.LEAST_Z, 1.0), 0,
    ]  # fmt: skip


@pytest.mark.parametrize("kpa", [2.07, 15.8, 34.5, 100.0])
def test_reach_is_where_the_pressure_has_fallen_so_far(kpa: float) -> None:
    far = blast.reach_m(kpa, 5000.0)
    assert blast.overpressure_kpa(far, 5000.0) == pytest.approx(kpa, rel=2e-3)
    assert blast.reach_m(kpa, 40_000.0) == pytest.approx(2 * far)  # scales by the cube root


def test_a_tonne_of_fuel() -> None:
    assert blast.tnt_of_fuel_kg(1000, 46.0, 0.1) == pytest.approx(1099.4, abs=0.1)


def test_limits_name_known_kinds() -> None:
    from rencity.city.catalogue import base_catalogue
    from rencity.sim.hazard.accident.tables import staffed_kinds

    known = base_catalogue().kinds
    assert set(blast_limits_kpa()) <= set(known)
    assert set(staffed_kinds()) <= set(known)
