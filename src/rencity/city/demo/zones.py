"""Zones from the city down to grid cells, with people that add up to the facts."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy.spatial import cKDTree

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Floats, Ints, whole
from rencity.city.demo.plan import RULE, Plan

SUMS = ("people_night", "people_day", "vulnerable", "gdp_yuan")


@dataclass(frozen=True)
class Zones:
    """The zones and where the lowest stand.

    Attributes
    ----------
    table : the city's zones table, all levels
    lowest : id of each cell's zone, shape (cells,), in the order of the ground's seeds
    night, day : people of each cell, shape (cells,)
    """

    table: gpd.GeoDataFrame
    lowest: npt.NDArray[np.object_]
    night: Ints
    day: Ints


def to_wgs84(plan: Plan) -> pyproj.Transformer:
    """From the plan's metric system to longitude and latitude."""
    return pyproj.Transformer.from_crs(plan.atlas["crs"], "EPSG:4326", always_xy=True)


def on_globe(plan: Plan, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Shapes from local metres to longitude and latitude."""
    transformer = to_wgs84(plan)

    def move(xy: Floats) -> Floats:
        return np.column_stack(transformer.transform(*(xy + plan.origin).T))

    return shapely.transform(shapes, move)


def make_zones(ground: Ground) -> Zones:
    """Group cells into communities, streets, districts and the city."""
    plan = ground.plan
    street = _streets(ground)
    community, of_street = _communities(ground, street)
    names = _Names(plan)
    frame = _grid(ground, names, community, of_street)
    levels = [frame]
    for level in ("community", "street", "district", "city"):
        levels.append(_level_above(levels[-1], names, level))
    table = pd.concat(levels[::-1], ignore_index=True)
    table["origin"], table["rule"] = "synthetic", f"{RULE}.zones"
    zones = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")
    lowest = frame["id"].to_numpy(dtype=object)
    night, day = (frame[name].to_numpy(dtype=np.int64) for name in ("people_night", "people_day"))
    return Zones(zones, lowest, night, day)


def _streets(ground: Ground) -> Ints:
    """Street of each cell, shape (cells,): cells gather round the towns of their district."""
    street = np.empty(len(ground.seeds), dtype=np.int64)
    towns, home = ground.land.towns, ground.land.town_district
    for row in range(len(ground.plan.districts)):
        own = np.flatnonzero(ground.district == row)
        rows = np.flatnonzero(home == row)
        street[own] = rows[_gather(ground.seeds[own], towns[rows])]
    return street


def _communities(ground: Ground, street: Ints) -> tuple[Ints, Ints]:
    """Community of each cell, shape (cells,), and street of each community."""
    community = np.empty(len(street), dtype=np.int64)
    parents: list[int] = []
    for row in range(len(ground.land.towns)):
        own = np.flatnonzero(street == row)
        count = max(1, round(len(own) / ground.plan.size["cells_per_community"]))
        community[own] = len(parents) + _gather(ground.seeds[own], ground.seeds[own[:count]])
        parents += [row] * count
    return community, np.array(parents, dtype=np.int64)


def _gather(xy: Floats, centres: Floats) -> Ints:
    """Cluster of each point, shape (n,): k-means from these centres; no cluster stays empty."""
    taken: list[int] = []
    for distance in cKDTree(xy).query(centres, k=[*range(1, len(xy) + 1)])[1]:
        taken.append(next(int(i) for i in distance if int(i) not in taken))
    centres = xy[taken]
    group = cKDTree(centres).query(xy)[1]
    for _ in range(6):
        held = np.bincount(group, minlength=len(centres))[:, None]
        mean = [np.bincount(group, xy[:, i], len(centres)) for i in (0, 1)]
        moved = cKDTree(np.column_stack(mean) / held).query(xy)[1]
        if len(np.unique(moved)) < len(centres):
            break
        group = moved
    return group.astype(np.int64)


class _Names:
    """Code, names and id of each zone."""

    def __init__(self, plan: Plan) -> None:
        self.city = plan.facts["city"]
        self.streets = [s for d in plan.districts for s in d.streets]
        self.districts = {d.code: d for d in plan.districts}
        self.streets_by_code = {s[0]: s for s in self.streets}

    def of(self, code: str, level: str) -> tuple[str, str]:
        """Chinese and English name of a zone; what is invented says so."""
        if level == "city":
            return f"{self.city['name']}(合成)", f"{self.city['name_en']} (synthetic)"
        if level == "district":
            return self.districts[code].name, self.districts[code].name_en
        street = self.streets_by_code[code[:9]]
        if level == "street":
            return street[1], street[2]
        number = int(code[9:12])
        return f"{street[1]}合成{number}社区", f"{street[2]} synthetic community {number}"


def _numbers(group: Ints) -> Ints:
    """1, 2, 3 … inside each group, in row order, shape (n,)."""
    return pd.Series(group).groupby(group).cumcount().to_numpy(dtype=np.int64) + 1


def _grid(ground: Ground, names: _Names, community: Ints, of_street: Ints) -> pd.DataFrame:
    """The lowest level: people by night and day, vulnerable people and value added."""
    plan = ground.plan
    number = _numbers(of_street)
    codes = [names.streets[s][0] + f"{n:03d}" for s, n in zip(of_street, number, strict=True)]
    parent = np.array(codes, dtype=object)[community]
    code = [f"{p}{n:02d}" for p, n in zip(parent, _numbers(community), strict=True)]
    night = _night(ground)
    day = _day(ground, night)
    outer = 1 - _centrality(ground)
    total = plan.size["people"]
    gdp = plan.facts["city"]["gdp_yuan"] * total / plan.facts["city"]["people"]
    share = plan.figures["people"]["vulnerable_share"]
    return pd.DataFrame(
        {
            "id": [f"zone-{c}" for c in code],
            "level": "grid",
            "parent": [f"zone-{p}" for p in parent],
            "name": [f"合成网格{c[12:]}" for c in code],
            "name_en": [f"synthetic grid cell {c[12:]}" for c in code],
            "code": code,
            "people_night": night.astype(np.float64),
            "people_day": day.astype(np.float64),
            "vulnerable": np.round(night * share * (0.85 + 0.3 * outer)),
            "gdp_yuan": np.round(gdp * day / total),
            "geometry": on_globe(plan, ground.shapes),
        }
    )


def _night(ground: Ground) -> Ints:
    night = np.zeros(len(ground.seeds), dtype=np.int64)
    for row, district in enumerate(ground.plan.districts):
        own = np.flatnonzero(ground.district == row)
        night[own] = whole(ground.people[own], district.people)
    return night


def _centrality(ground: Ground) -> Floats:
    """Rank of each cell's density of people, 0 outermost to 1 innermost, shape (cells,)."""
    density = ground.people / shapely.area(ground.shapes)
    return np.argsort(np.argsort(density, kind="stable"), kind="stable") / max(1, len(density) - 1)


def _day(ground: Ground, night: Ints) -> Ints:
    """Those who stay, and the others where the work is: towards dense cells."""
    total = int(night.sum())
    stay = ground.plan.figures["people"]["stay_share"] * night
    work = night * (0.2 + _centrality(ground) ** 3)
    return whole(stay + work * ((total - stay.sum()) / work.sum()), total)


def _level_above(below: pd.DataFrame, names: _Names, level: str) -> pd.DataFrame:
    """Unions and sums of the level below."""
    groups = below.groupby("parent", sort=True)
    frame = groups[list(SUMS)].sum().reset_index().rename(columns={"parent": "id"})
    shapes = groups["geometry"].agg(lambda part: shapely.coverage_union_all(part.to_numpy()))
    frame["geometry"] = shapes.to_numpy()
    frame["code"] = frame["id"].str.removeprefix("zone-")
    both = [names.of(code, level) for code in frame["code"]]
    frame["name"] = [name for name, _ in both]
    frame["name_en"] = [name for _, name in both]
    frame["level"] = level
    if level == "city":
        frame["parent"] = ""
    else:
        length = {"community": 9, "street": 6, "district": 0}[level]
        top = names.city["code"]
        frame["parent"] = ["zone-" + (code[:length] if length else top) for code in frame["code"]]
    return frame
