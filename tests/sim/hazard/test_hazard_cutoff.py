from __future__ import annotations

from collections.abc import Callable

import pytest

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.sim.strike import EVERY_SAMPLE, NEVER, Strike
from tests.sim.hazard.toy import city_of

Make = Callable[..., Strike]
CUT = 'kind = "cutoff"\n'


@pytest.fixture
def city() -> City:
    rows = [
        ("g1", "power.plant", (0, 0)),
        ("g2", "power.grid_tie", (0, 0)),
        ("n1", "power.node", (0, 0)),
        ("w1", "water.works", (0, 0)),
        ("w2", "water.works", (0, 0)),
    ]
    return city_of(rows, source=[True, True, False, True, False])


@pytest.mark.parametrize(
    ("which", "rows"),
    [
        ('lifeline = "power"\n', [0, 1]),
        ('kinds = ["power.grid_tie", "water.works"]\n', [1, 3]),
        ('ids = ["w1", "g1"]\n', [0, 3]),
        ('lifeline = "power"\nkinds = ["power.plant"]\n', [0]),
    ],
)
def test_sources_are_lost_in_every_sample(
    which: str, rows: list[int], strike: Make, city: City
) -> None:
    made = strike(CUT + which + "hours = 1.5\n", city)
    assert made.out_asset.tolist() == rows
    assert set(made.out_sample.tolist()) == {EVERY_SAMPLE}
    assert set(made.out_min.tolist()) == {90}
    assert made.asset.shape == (0,)
    assert made.exceed.shape[0] == len(made.weight) == len(made.event) == 1


def test_sources_may_stay_lost(strike: Make, city: City) -> None:
    assert strike(CUT + 'ids = ["g1"]\nhours = "never"\n', city).out_min.tolist() == [NEVER]


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ('lifeline = "powr"', r"unknown lifeline 'powr'.*did you mean 'power'"),
        ('kinds = ["power.plnt"]', r"unknown kind 'power.plnt'.*did you mean 'power.plant'"),
        ('ids = ["g1", "g9"]', r"hazard cutoff.ids: no such asset: g9.*did you mean"),
        ('ids = ["g1", "n1"]', r"not a source: n1"),
        ('lifeline = "gas"', "no source of this city fits"),
        ('kinds = ["power.node"]', "no source of this city fits"),
    ],
)
def test_names_that_do_not_fit_are_told(which: str, told: str, strike: Make, city: City) -> None:
    with pytest.raises(ScenarioError, match=told) as caught:
        strike(CUT + which + "\nhours = 1\n", city)
    assert caught.value.mend
