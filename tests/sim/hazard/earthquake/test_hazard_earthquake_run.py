"""A whole run under an earthquake: the same by one worker and two, one event alone, a chain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rencity.city import City
from rencity.content import classes_of, load_packs
from rencity.sim.executors import Workers
from rencity.sim.run import Run, stress
from rencity.sim.scenario import parse_scenario

SHOCK = """
[scenario]
name = "shock"
samples = 700
horizon_h = 96

[[hazards]]
kind = "earthquake"
point = { lon = 120.31, lat = 31.5, depth_km = 10 }
magnitudes = [{ magnitude = 5.5, weight = 1 }, { magnitude = 6.5, weight = 1 }]
vs30_m_s = 300
liquefaction = { susceptibility = "very_high" }
"""
FIRE = """
[[hazards]]
kind = "random"
start_h = 30
targets = [{ kinds = ["telecom.mast"], probability = 1, hours = 10 }]
"""


@pytest.fixture
def run(tiny_city: Callable[..., City]) -> Callable[..., Run]:
    def made(text: str = SHOCK, **more: object) -> Run:
        scenario = parse_scenario(text, place="t")
        return stress(tiny_city(), scenario, classes_of(load_packs()), base=Path(), **more)  # type: ignore[arg-type]

    return made


def same(one: Run, two: Run) -> bool:
    names = ("served", "damaged", "out_min", "event", "n1")
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in names)


def test_a_run_is_the_same_by_any_number_of_workers(run: Callable[..., Run]) -> None:
    alone = run(workers=Workers(1))
    assert same(alone, run(workers=Workers(2)))
    assert not same(alone, run(workers=Workers(1), seed=9))
    assert alone.damaged.any()


def test_fewer_samples_are_the_first_of_more(run: Callable[..., Run]) -> None:
    whole, some = run(), run(samples=130)
    assert (whole.served[..., :130] == some.served).all()


def test_events_are_named_and_one_may_be_taken(run: Callable[..., Run]) -> None:
    both = run()
    assert [name for name, _ in both.events] == ["M5.5", "M6.5"]
    weak, strong = (run(event=name, samples=256) for name in ("M5.5", "M6.5"))
    assert (weak.event == 0).all()
    assert (strong.event == 1).all()
    assert weak.damaged.sum() < strong.damaged.sum()


def test_what_follows_begins_later(run: Callable[..., Run]) -> None:
    """Masts burn from hour 30 to 40 in every sample, whatever the shock did before."""
    made = run(SHOCK.replace("6.5", "3.1").replace("5.5", "3.0") + FIRE, samples=64)
    telecom = [str(name) for name in made.network.lifelines].index("telecom")
    hour = made.edge_min / 60
    out = made.served[telecom, 0].max(axis=1) == 0
    assert out[(hour > 30) & (hour < 40)].all()
    assert not out[hour < 30].any()
