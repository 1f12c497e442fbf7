"""The whole demo city, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from rencity.city.demo.buildings import make_buildings
from rencity.city.demo.carriers import carry
from rencity.city.demo.cells import Ground, make_ground
from rencity.city.demo.drainage import draw_drainage
from rencity.city.demo.entrances import entrance_m
from rencity.city.demo.facilities import draw_facilities
from rencity.city.demo.gas import draw_gas
from rencity.city.demo.landcover import cover
from rencity.city.demo.needs import make_needs
from rencity.city.demo.plan import Plan
from rencity.city.demo.power import draw_power
from rencity.city.demo.roads import Roads, draw_roads, underpasses
from rencity.city.demo.supply import make_demands, make_serves, transformer_capacity
from rencity.city.demo.telecom import draw_telecom
from rencity.city.demo.terrain import Terrain, make_terrain
from rencity.city.demo.transit import draw_transit
from rencity.city.demo.tunnels import dig
from rencity.city.demo.water import draw_water
from rencity.city.demo.zones import Zones, make_zones, on_globe
from rencity.city.identity import Identity, Source
from rencity.city.model import City

NOTES = {
    "terrain": "synthetic ground height; an underpass is as wide as a pixel",
    "landcover": "synthetic; codes of ESA WorldCover, roads are built-up (50)",
}


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
    bare = make_terrain(ground)
    roads = draw_roads(ground, bare)
    terrain = bare.sunk(underpasses(ground, roads))
    assets, links, carriers = _networks(ground, roads)
    tables = _tables(ground, zones, terrain, assets) | {"links": links, "carriers": carriers}
    city = City.build(_identity(plan), tables)
    covered = cover(ground, roads, terrain, zones.night, zones.day)
    for name, grid in (
        ("terrain", terrain.grid(ground, terrain.height_m, "m")),
        ("landcover", covered),
    ):
        city = city.with_raster(name, grid, origin="synthetic", note=NOTES[name])
    return Demo(plan, city)


def _networks(ground: Ground, roads: Roads) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Assets in local metres, links, carriers."""
    drafts = [
        draw_transit(ground),
        draw_power(ground),
        draw_water(ground),
        draw_drainage(ground),
        draw_gas(ground),
        draw_telecom(ground),
        *draw_facilities(ground),
    ]
    made = [draft.tables() for draft in drafts]
    tunnels = dig(ground, roads, pd.concat([part for part, _ in made], ignore_index=True))
    made.append(roads.draft.tables())
    assets = pd.concat([part for part, _ in made], ignore_index=True)
    links = pd.concat([part for _, part in made if len(part)], ignore_index=True)
    return assets, links, carry(ground, assets, links, tunnels)


def _tables(
    ground: Ground, zones: Zones, terrain: Terrain, assets: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    xy = assets[["x", "y"]].to_numpy()
    assets["zone"] = zones.lowest[ground.cell_of(xy)]
    assets["elevation_m"] = terrain.at(xy)
    assets["entrance_m"] = entrance_m(ground.plan, assets)
    assets["cost_yuan"] = _cost(ground.plan, assets)
    assets["owner"] = assets["lifeline"].map(ground.plan.figures["owner"])
    groups, needs = make_needs(ground.plan, assets)
    serves = make_serves(ground, zones, assets)
    demands = make_demands(ground, zones, serves)
    assets["capacity"] = transformer_capacity(ground, serves, demands, assets)
    shapes = on_globe(ground.plan, assets["geometry"].to_numpy())
    plain = assets.drop(columns=["x", "y", "geometry"])
    return {
        "zones": zones.table,
        "assets": gpd.GeoDataFrame(plain, geometry=shapes, crs="EPSG:4326"),
        "buildings": make_buildings(ground, zones),
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
