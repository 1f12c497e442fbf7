"""Restoration of Shelby County beside INDP's published means."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from rencity.sim.optimum import Limits, restore
from rencity.sim.optimum.shelby import load_shelby
from tests.figures import Tell

EXPECTED = Path(__file__).parent / "restoration_shelby" / "expected.json"
DRAWS, CREWS, PERIODS, SEED = 5, 3.0, 3, 1
FACTOR, FALL = 2.0, 0.25


def test_shelby_falls_as_published_at_m9(shared_data: Path, figure: Tell) -> None:
    data = load_shelby(shared_data / "interdependent/shelby_indp/INDP_7-20-2015")
    published = np.array(json.loads(EXPECTED.read_text("utf-8"))["9"])
    plans = [
        restore(data.network, broken, CREWS, periods=PERIODS, limits=Limits(gap=1e-3))
        for broken in data.damage(9, DRAWS, SEED, "links")
    ]
    assert {plan.status for plan in plans} == {"optimal"}
    costs = np.array([[period.cost for period in plan.periods] for plan in plans])
    mean = costs.mean(axis=0)
    figure("Shelby County M9, mean objective of periods 1 to 3", published, mean)
    assert (mean < FACTOR * published).all(), mean
    assert (mean > published / FACTOR).all(), mean
    falls, told = mean[1:] / mean[:-1], published[1:] / published[:-1]
    assert (np.abs(falls / told - 1) < FALL).all(), falls
    before = np.array([plan.before.cost for plan in plans])
    assert (costs[:, 0] < before).all()
