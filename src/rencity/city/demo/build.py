"""The whole demo city, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from rencity.city.demo.cells import Ground, make_ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.drainage import draw_drainage
from rencity.city.demo.facilities import draw_facilities
from rencity.city.demo.gas import draw_gas
from rencity.city.demo.needs import make_needs
from rencity.city.demo.plan import Plan
from rencity.city.demo.power import draw_power
from rencity.city.demo.roads import draw_roads
from rencity.city.demo.supply import make_demands, make_serves, transformer_capacity
from rencity.city.demo.telecom import draw_telecom
from rencity.city.demo.terrain import Terrain, make_terrain, terrain_grid
from rencity.city.demo.water import draw_water
from rencity.city.demo.zones import Zones, make_zones, on_globe
from rencity.city.identity import Identity, Source
from rencity.city.model import City


@dataclass(frozen=True)
class Demo:
    """A demo city and the plan it was made to.

    Examples
    --------
    >>> demo = make_demo("block", seed=1)
    >>> demo.city.write("cities/block")  # doctest: +SKIP
    """

    plan: Plan
    city: City


def make_demo(scale: str, seed: int = 1) -> Demo:
    """Make a synthetic city; the same scale and seed give the same value hash.

    Raises
    ------
    InputError : no such scale, or a negative seed
    """
    return build_demo(Plan.of(scale, seed))


def build_demo(plan: Plan) -> Demo:
    """Make the city of a plan."""
    ground = make_ground(plan)
    zones = make_zones(ground)
    terrain = make_terrain(ground)
    tables = _tables(ground, zones, terrain, _drafts(ground, terrain))
    city = City.build(_identity(plan), tables)
    return Demo(
        plan, city.with_raster("terrain", terrain_grid(ground, terrain), origin="synthetic")
    )


def _drafts(ground: Ground, terrain: Terrain) -> list[Draft]:
    return [
        draw_roads(ground, terrain),
        draw_power(ground),
        draw_water(ground),
        draw_drainage(ground),
        draw_gas(ground),
        draw_telecom(ground),
        *draw_facilities(ground),
    ]


def _tables(
    ground: Ground, zones: Zones, terrain: Terrain, drafts: list[Draft]
) -> dict[str, pd.DataFrame]:
    made = [draft.tables() for draft in drafts]
    assets = pd.concat([part for part, _ in made], ignore_index=True)
    links = pd.concat([part for _, part in made if len(part)], ignore_index=True)
    xy = assets[["x", "y"]].to_numpy()
    assets["zone"] = zones.lowest[ground.cell_of(xy)]
    assets["elevation_m"] = terrain.at(xy)
    assets["cost_yuan"] = _cost(ground.plan, assets)
    assets["owner"] = assets["lifeline"].map(ground.plan.figures["owner"])
    groups, needs = make_needs(ground.plan, assets)
    serves = make_serves(ground, zones, assets)
    demands = make_demands(ground, zones)
    assets["capacity"] = transformer_capacity(ground, serves, demands, assets)
    shapes = on_globe(ground.plan, assets["geometry"].to_numpy())
    plain = assets.drop(columns=["x", "y", "geometry"])
    return {
        "zones": zones.table,
        "assets": gpd.GeoDataFrame(plain, geometry=shapes, crs="EPSG:4326"),
        "links": links,
        "need_groups": groups,
        "needs": needs,
        "serves": serves,
        "demands": demands,
    }


def _cost(plan: Plan, assets: pd.DataFrame) -> pd.Series:
    """Replacement cost: a figure a thing, or a metre for what is long."""
    full = assets["lifeline"] + "." + assets["kind"]
    long = full.map(plan.figures["cost_yuan_per_m"]) * assets["length_m"]
    return np.round(full.map(plan.figures["cost_yuan"]).fillna(long), -2)


def _identity(plan: Plan) -> Identity:
    city = plan.facts["city"]
    return Identity(
        id=f"demo-{plan.scale}",
        name=f"{city['name']}(合成演示, {plan.scale})",
        name_en=f"{city['name_en']} (synthetic demo, {plan.scale})",
        code=city["code"],
        metric_crs=plan.atlas["crs"],
        synthetic=True,
        seed=plan.seed,
        sources=tuple(Source(**source) for source in plan.facts["sources"]),
    )
