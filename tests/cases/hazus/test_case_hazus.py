"""The HAZUS pack equals the published figures, row by row."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from rencity.content import load_packs
from rencity.sim.classes import Lognormal, RepairRate
from rencity.sim.damage import exceedance

HERE = Path(__file__).parent
STATES = ("slight", "moderate", "extensive", "complete")
PACKS = load_packs()


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("fragility.csv"), ids=lambda row: row["id"])
def test_fragility(row: dict[str, str]) -> None:
    curve = PACKS.fragility[row["id"]]
    assert isinstance(curve, Lognormal)
    assert curve.measure == row["measure"]
    assert tuple(state.state for state in curve.states) == STATES
    for state in curve.states:
        assert state.median == float(row[f"{state.state}_median"])
        assert state.beta == float(row[f"{state.state}_beta"])
    medians = [state.median for state in curve.states]
    assert np.diag(exceedance(curve, medians)).tolist() == [0.5] * len(STATES)


@pytest.mark.parametrize("row", rows("repair.csv"), ids=lambda row: row["id"])
def test_repair(row: dict[str, str]) -> None:
    states = PACKS.repair[row["id"]].states
    assert tuple(state.state for state in states) == STATES
    for state in states:
        assert state.mean_d == float(row[f"{state.state}_mean_d"])
        assert state.sd_d == float(row[f"{state.state}_sd_d"])


def test_every_entry_has_its_case() -> None:
    """A class in the pack without a published row here would be a claim without a source."""
    listed = {row["id"] for name in ("fragility.csv", "repair.csv") for row in rows(name)}
    other = {"hazus.circuit_anchored", "hazus.circuit_standard", "hazus.pipe_brittle"}
    other |= {"hazus.pipe_ductile", "hazus.pipe_small", "hazus.pipe_large"}
    other |= {"hazus.pipe_brittle_ground", "hazus.pipe_ductile_ground"}
    held = [i for i in (*PACKS.fragility, *PACKS.repair) if i.startswith("hazus.")]
    assert {i for i in held if not i.startswith("hazus.standin_")} == listed | other


@pytest.mark.parametrize(
    ("standin", "row"),
    [
        ("plant", "substation_high_anchored"),
        ("grid_tie", "substation_high_anchored"),
        ("drainage_pump", "pumping_plant_small_anchored"),
    ],
)
def test_a_stand_in_is_the_curve_it_names(standin: str, row: str) -> None:
    mine, theirs = PACKS.fragility[f"hazus.standin_{standin}"], PACKS.fragility[f"hazus.{row}"]
    assert isinstance(mine, Lognormal)
    assert isinstance(theirs, Lognormal)
    assert (mine.measure, mine.states) == (theirs.measure, theirs.states)


def test_pipes_in_failing_ground() -> None:
    """One repair per km at 1 inch, 1 · 12^0.56 at 12 inches; 80 % of them breaks."""
    pipe = PACKS.fragility["hazus.pipe_brittle_ground"]
    ductile = PACKS.fragility["hazus.pipe_ductile_ground"]
    assert isinstance(pipe, RepairRate)
    assert isinstance(ductile, RepairRate)
    for inches in (1.0, 12.0):
        rate = pipe.factor * (2.54 * inches) ** pipe.exponent
        assert rate == pytest.approx(inches**0.56, rel=2e-4)
    assert pipe.measure == ductile.measure == "PGD"
    assert pipe.break_share == ductile.break_share == 0.8
    assert ductile.factor == pytest.approx(0.3 * pipe.factor, rel=1e-3)


def test_pipes() -> None:
    pipe, ductile = PACKS.fragility["hazus.pipe_brittle"], PACKS.fragility["hazus.pipe_ductile"]
    assert isinstance(pipe, RepairRate)
    assert isinstance(ductile, RepairRate)
    assert (pipe.measure, pipe.factor, pipe.exponent) == ("PGV", 0.0001, 2.25)
    assert pipe.break_share == 0.2
    assert ductile.factor == pytest.approx(0.3 * pipe.factor)
    days = {
        (name, state.state): state.mean_d
        for name in ("small", "large")
        for state in PACKS.repair[f"hazus.pipe_{name}"].states
    }
    assert days["small", "break"] == pytest.approx(1 / 0.5)
    assert days["large", "break"] == pytest.approx(1 / 0.2)
    assert days["small", "leak"] == days["large", "leak"] == 0  # a leaking pipe keeps working


def test_pipe_failure_of_the_memphis_notebook() -> None:
    """Failure .004602 = 1 - exp(-.001809 * 2.55): breaks per km times km, as `RepairRate` says."""
    pipe = PACKS.fragility["hazus.pipe_brittle"]
    assert isinstance(pipe, RepairRate)
    breaks_per_km = 0.001809
    pgv = (breaks_per_km / (pipe.factor * pipe.break_share)) ** (1 / pipe.exponent)
    rate = pipe.factor * pgv**pipe.exponent
    assert 1 - math.exp(-rate * pipe.break_share * 2.55) == pytest.approx(0.004602, abs=5e-7)


@pytest.mark.parametrize(
    ("probabilities", "shares"),
    [
        ((0.112567, 0.364409, 0.386813, 0.120125, 0.016086),
         (0.335675, 0.686150, 0.923376, 0.991957, 0.999999)),
        ((0.124117, 0.376121, 0.375889, 0.109831, 0.014042),
         (0.351585, 0.702574, 0.930482, 0.992979, 1.000000)),
    ],
)  # fmt: skip
def test_substation_restoration(
    probabilities: tuple[float, ...], shares: tuple[float, ...]
) -> None:
    """Probability that a substation works on days 1, 3, 7, 30, 90, negative times as zero."""
    none, *damaged = probabilities
    states = PACKS.repair["hazus.substation"].states
    for day, share in zip((1, 3, 7, 30, 90), shares, strict=True):
        mended = [norm.cdf(day, state.mean_d, state.sd_d) for state in states]
        works = none + sum(p * m for p, m in zip(damaged, mended, strict=True))
        assert works == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(
    ("file", "class_id"), [("pthigh", "circuit_anchored"), ("low", "circuit_standard")]
)
def test_circuits_against_the_shelby_test_bed(shared_data: Path, file: str, class_id: str) -> None:
    folder = shared_data / "interdependent/shelby_infrarisk/fragility_curves"
    with (folder / f"hazus_fragility_and_recovery_{file}.csv").open(encoding="utf-8") as source:
        lines = [r for r in csv.DictReader(source) if r["component"] == "Power Line"]
    curve, days = PACKS.fragility[f"hazus.{class_id}"], PACKS.repair["hazus.circuit"].states
    assert isinstance(curve, Lognormal)
    assert [(s.state, s.median, s.beta) for s in curve.states] == [
        (r["damage_state"].lower(), float(r["ds_median"]), float(r["ds_beta"])) for r in lines
    ]
    assert [(s.mean_d, s.sd_d) for s in days] == [
        (float(r["recov_mean"]), float(r["recov_sigma"])) for r in lines
    ]
