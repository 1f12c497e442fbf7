from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import unhit
from rencity.sim.restoration import quantiles_min
from rencity.sim.strike import TABLE_SIZE, Strike
from tests.sim.hazard.toy import city_of

Make = Callable[..., Strike]


def targets(*each: str) -> str:
    return 'kind = "random"\n' + "".join(f"[[hazards.targets]]\n{one}\n" for one in each)


@pytest.fixture
def city() -> City:
    rows = [
        ("a", "power.substation_low", (0, 0)),
        ("b", "power.node", (0, 0)),
        ("c", "power.substation_low", (0, 0)),
        ("d", "water.pump", (0, 0)),
        ("e", "water.junction", (0, 0)),
    ]
    return city_of(rows)


def test_the_last_target_that_fits_wins(strike: Make, city: City) -> None:
    made = strike(
        targets(
            "probability = 0.1\nhours = 2",
            'lifeline = "power"\nprobability = 0.2\nhours = 4',
            'kinds = ["power.substation_low"]\nprobability = 0.3\nstate = "extensive"',
            'ids = ["c"]\nprobability = 0.4\nhours = 0.5',
        ),
        city,
    )
    assert made.asset.tolist() == [0, 1, 2, 3, 4]
    assert made.exceed.shape == (1, 1, 5)
    assert made.exceed[0, 0].tolist() == [0.3, 0.2, 0.4, 0.1, 0.1]
    times = made.repair_min[made.table, 0]
    assert (times[0] == quantiles_min(10, 4)).all()
    assert [set(row.tolist()) for row in times[1:]] == [{240}, {30}, {120}, {120}]


def test_what_cannot_fail_is_left_out(strike: Make, city: City) -> None:
    made = strike(
        targets("probability = 0\nhours = 1", 'ids = ["d"]\nprobability = 1\nhours = 1'), city
    )
    assert made.asset.tolist() == [3]
    none = strike(targets("probability = 0\nhours = 1"), city)
    assert none.exceed.shape == (1, 1, 0)
    assert none.repair_min.shape[1:] == (1, TABLE_SIZE)


def test_assets_without_a_repair_class_are_left_out_and_told(
    strike: Make, city: City, classes: Classes, hazard: Callable[[str], Hazard]
) -> None:
    text = targets('lifeline = "power"\nprobability = 0.5\nstate = "slight"')
    assert strike(text, city).asset.tolist() == [0, 2]
    (note,) = unhit(hazard(text), Scene(city, classes, Path()))
    assert (note.severity, note.ids) == ("note", ("b",))
    with pytest.raises(ScenarioError, match=r"targets\[0\]: no repair class .*: b"):
        strike(targets('ids = ["a", "b"]\nprobability = 0.5\nstate = "slight"'), city)


def test_a_target_that_strikes_nothing_is_told(
    city: City, classes: Classes, hazard: Callable[[str], Hazard]
) -> None:
    text = targets('lifeline = "gas"\nprobability = 1\nhours = 1', "probability = 1\nhours = 1")
    (note,) = unhit(hazard(text), Scene(city, classes, Path()))
    assert note.severity == "warning"
    assert "target 0" in note.what


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ('lifeline = "powr"\nhours = 1', r"targets\[0\].lifeline: .*did you mean 'power'"),
        ('kinds = ["power.nod"]\nhours = 1', r"targets\[0\].kinds: .*did you mean 'power.node'"),
        ('ids = ["z"]\nhours = 1', r"targets\[0\].ids: no such asset: z"),
        ('ids = ["a"]\nstate = "extnsive"', r"'sub' has no state.*did you mean 'extensive'"),
    ],
)
def test_names_that_do_not_fit_are_told(target: str, told: str, strike: Make, city: City) -> None:
    with pytest.raises(ScenarioError, match=told):
        strike(targets(f"probability = 0.5\n{target}"), city)
