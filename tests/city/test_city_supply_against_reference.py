"""What the check calls self-supporting is where the engine's plain reference starts from."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.city.check.facts import Facts
from tests.reference import Reference
from tests.sim.random_cities import random_city


@pytest.mark.parametrize("block", range(8))
def test_the_undamaged_city_is_the_same(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        city = random_city(np.random.default_rng(seed))
        standing = Facts(city).supply.standing
        assert set(city.assets["id"][standing]) == Reference(city)._undamaged()
