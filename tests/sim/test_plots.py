"""Drawings show the run's figures, and refuse what it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PatchCollection, PathCollection
from shapely.geometry import Point

from rencity import Result, stress
from rencity.city import City
from rencity.kit.errors import InputError

TEXT = """
[scenario]
name = "dark"
horizon_h = 24
samples = 40
[[hazards]]
kind = "random"
targets = [{ ids = ["transformer_a"], probability = 0.5, hours = 10 }]
"""


@pytest.fixture(autouse=True)
def agg() -> Iterator[None]:
    before = mpl.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(before)


@pytest.fixture(scope="module")
def result(tiny_city: Callable[..., City]) -> Result:
    return stress(tiny_city(), TEXT)


def values(axes) -> dict[int, float]:
    return [a for c in axes.collections if c.get_array() is not None for a in c.get_array()]


def test_the_curve_is_the_mean_share(result) -> None:
    axes = result.plot_recovery()
    lines = {line.get_label(): line for line in axes.lines}
    power = lines["power"].get_ydata()
    served = result.curves["served"].sel(lifeline="power").sum("region").mean("sample")
    assert power[:-1] == pytest.approx(served.to_numpy() / 300)
    assert power[-1] == power[-2]
    assert lines["power"].get_xdata()[-1] == 24
    assert axes.get_legend() is not None


def test_one_region_and_given_axes(result) -> None:
    _, ax = plt.subplots()
    region = str(result.curves["region"].to_numpy()[0])
    assert result.plot_recovery(region, ax=ax) is ax
    with pytest.raises(InputError, match=r"no region 'nowhere'.*use one of"):
        result.plot_recovery("nowhere")


def test_the_map_shows_the_share_at_the_step_that_holds_the_time(result) -> None:
    damaged = result.assets.set_index("asset").loc["transformer_a", "damaged_share"]
    assert 0 < damaged < 1
    for hours in (0, 9.9):
        assert sorted(values(result.plot_map("power", hours))) == pytest.approx([0, damaged])
    assert sorted(values(result.plot_map("power", 24))) == [0, 0]


def test_points_are_drawn_and_zones_without_a_place_left_out(result) -> None:
    zones = result.zones.copy()
    rows = zones.index[zones["id"].isin(["g1", "g2"])]
    zones.loc[rows, "geometry"] = [Point(120.3, 31.5), None]
    axes = replace(result, zones=zones).plot_map("power", 0)
    drawn = [c for c in axes.collections if c.get_array() is not None]
    assert [type(c) for c in drawn] == [PathCollection]
    assert len(values(axes)) == 1


def test_nothing_has_a_place(result) -> None:
    zones = result.zones.copy()
    zones["geometry"] = None
    assert not replace(result, zones=zones).plot_map("power", 0).collections


def test_zones_without_people_are_grey(result) -> None:
    curves = result.curves.copy(deep=True)
    people = curves["zone_people"].to_numpy()
    people[:, list(curves["zone"].to_numpy()).index("g1")] = 0
    curves["zone_people"] = (("lifeline", "zone"), people)
    axes = replace(result, curves=curves).plot_map("power", 0)
    grey = [c for c in axes.collections if c.get_array() is None]
    assert isinstance(grey[0], PatchCollection)
    assert np.isfinite(values(axes)).all()
    assert len(values(axes)) == 1


@pytest.mark.parametrize("hours", [-1, 24.1, float("nan")])
def test_a_time_outside_the_run_is_refused(result, hours) -> None:
    with pytest.raises(InputError, match=r"outside the run.*give 0 to 24 h"):
        result.plot_map("power", hours)


def test_an_unknown_lifeline_is_refused(result) -> None:
    with pytest.raises(InputError, match=r"no lifeline 'powr'.*did you mean 'power'"):
        result.plot_map("powr", 0)
