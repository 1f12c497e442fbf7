"""A city taken as flow networks: what it gives, takes and needs, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rencity.city import City
from rencity.city.network import build_network
from rencity.kit.errors import CityError
from rencity.sim.optimum import broken_of, flows_of, restore

Make = Callable[..., City]


def capacities(**given: float) -> Callable[[Any], pd.DataFrame]:
    def edit(assets: Any) -> pd.DataFrame:
        for name, figure in given.items():
            assets.loc[assets["id"] == name, "capacity"] = figure
        return assets

    return edit


def water_too(demands: pd.DataFrame) -> pd.DataFrame:
    more = pd.DataFrame({"zone": ["g1", "g2"], "lifeline": "water", "amount": [10.0, 20.0]})
    return pd.concat([demands, more]).reset_index(drop=True)


def made(make: Make, lifelines: tuple[str, ...] = (), **given: float) -> Any:
    city = make(assets=capacities(**({"plant": 500, "works": 100} | given)), demands=water_too)
    return city, flows_of(city, build_network(city), lifelines)


def by_id(values: np.ndarray, network: Any) -> dict[str, float]:
    return dict(zip(network.node, values.tolist(), strict=True))


def test_what_is_given_and_taken(tiny_city: Make) -> None:
    _, flows = made(tiny_city)
    net = flows.network
    assert net.lifelines == ("power", "water")
    supply = by_id(net.supply, net)
    # a source gives no more than its lifeline takes
    assert 140 <= supply["plant"] < 160
    assert 30 <= supply["works"] < 33
    assert supply["transformer_a"] == -50
    assert supply["transformer_b"] == -90
    assert supply["junction"] == -30
    assert flows.left_out["telecom"] == "1 sources have no capacity: core"
    assert set(net.link) >= {"line", "main", "pipe"}
    # the normally open tie carries nothing
    assert "tie" not in net.link


def test_costs_are_people(tiny_city: Make) -> None:
    _, flows = made(tiny_city)
    net = flows.network
    plan = restore(net, net.rows(["plant"]), 1)
    # 300 people lose power; works and pump need it, so water too
    assert plan.before.shortage_cost == pytest.approx(600)
    assert plan.periods[0].shortage_cost == pytest.approx(0)


def test_capacity_sheds(tiny_city: Make) -> None:
    _, flows = made(tiny_city, ("power",), plant=70)
    plan = restore(flows.network, np.zeros(flows.network.parts, bool), 1)
    assert plan.before.unmet == pytest.approx(70)
    _, flows = made(tiny_city, ("power",), substation=100)
    plan = restore(flows.network, np.zeros(flows.network.parts, bool), 1)
    assert plan.before.unmet == pytest.approx(40)
    _, flows = made(tiny_city, ("power",), line=30)
    plan = restore(flows.network, np.zeros(flows.network.parts, bool), 1)
    assert plan.before.unmet == pytest.approx(110)


def test_needs_from_outside_are_taken_as_met(tiny_city: Make) -> None:
    _, flows = made(tiny_city, ("water",))
    assert flows.needs_dropped == 2
    assert len(flows.network.need_node) == 0
    _, both = made(tiny_city)
    assert both.needs_dropped == 0
    assert len(both.network.need_node) == 2


@pytest.mark.parametrize(
    ("lifeline", "said"),
    [
        ("telecom", "telecom: 1 sources have no capacity: core"),
        ("gas", "lifeline gas is not in the city"),
    ],
)
def test_a_lifeline_that_lacks_figures_is_named(tiny_city: Make, lifeline: str, said: str) -> None:
    with pytest.raises(CityError) as told:
        made(tiny_city, (lifeline,))
    assert said in str(told.value)
    assert "mend:" in str(told.value)


def test_a_city_without_figures_says_what_each_lacks(tiny_city: Make) -> None:
    city = tiny_city()
    with pytest.raises(CityError) as told:
        flows_of(city, build_network(city))
    assert "power: 1 sources have no capacity: plant" in str(told.value)
    city = tiny_city(assets=capacities(plant=1), demands=lambda demands: demands.iloc[:0])
    with pytest.raises(CityError, match="no asset has a demand"):
        flows_of(city, build_network(city), ("power",))


def test_broken_assets_are_checked(tiny_city: Make) -> None:
    city, flows = made(tiny_city)
    marked = broken_of(city, flows.network, ["plant", "line"])
    assert [flows.network.part[row] for row in np.flatnonzero(marked)] == ["plant", "line"]
    with pytest.raises(CityError, match="not in the city: nowhere"):
        broken_of(city, flows.network, ["nowhere"])
    with pytest.raises(CityError, match="in none of the lifelines taken"):
        broken_of(city, flows.network, ["mast"])
