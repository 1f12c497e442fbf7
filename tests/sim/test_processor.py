"""The processor's instructions change no result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from rencity.sim.damage import Classes
from rencity.sim.result import Result
from rencity.sim.run import stress
from rencity.sim.scenario import parse_scenario
from tests.sim.random_cities import random_city

SCENARIO = """
[scenario]
name = "test"
horizon_h = 100
samples = 600
[[hazards]]
kind = "random"
[[hazards.targets]]
probability = 0.06
hours = 30
"""
ROOT = Path(__file__).parents[2]


def digest() -> str:
    city = random_city(np.random.default_rng(5), served=True)
    scenario = parse_scenario(SCENARIO, place="test")
    run = stress(city, scenario, Classes(), base=ROOT)
    return Result.of(run, city, scenario_toml=SCENARIO).digest


def test_plain_instructions_give_the_same_digest(tmp_path: Path) -> None:
    """A processor with no vector instructions beyond its family's first, in a fresh cache."""
    plain = {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    code = "from tests.sim.test_processor import digest; print(digest())"
    told = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | plain, capture_output=True, check=True
    )
    assert told.stdout.decode().strip() == digest()
    assert any(tmp_path.rglob("*.nbc")), "nothing was compiled anew"
