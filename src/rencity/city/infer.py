"""What files don't say, filled by rules: who needs whom, who serves whom, which zone holds what.

Only what is missing is filled, and every row made is marked ``origin = "inferred"`` with its rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from rencity.city.model import City
from rencity.city.rules import NeedRule, ServeRule
from rencity.kit.findings import Finding

Rule = NeedRule | ServeRule
Points = npt.NDArray[np.float64]

ZONE_RULE = "zone-of-asset"
_SPARE = 8  # candidates beyond the count, so that ties in distance are settled by id


@dataclass(frozen=True)
class Inference:
    """A city with its gaps filled.

    Attributes
    ----------
    counts : rows filled, by rule; a rule that filled nothing counts 0
    unmet : what a rule asked for and nothing near enough could give
    """

    city: City
    counts: Mapping[str, int]
    unmet: tuple[Finding, ...]


def infer(city: City, rules: Mapping[str, Rule]) -> Inference:
    """Apply the rules in order; an earlier rule's rows are not missing to a later one."""
    counts: dict[str, int] = {}
    lacking: dict[str, list[str]] = {}
    city, counts[ZONE_RULE] = _zones_of_assets(city)
    for name, rule in rules.items():
        apply = _need if isinstance(rule, NeedRule) else _serve
        city, counts[name], lacking[name] = apply(city, name, rule)  # type: ignore[arg-type]
    return Inference(city, counts, tuple(_unmet(city, rules, lacking)))


def _unmet(
    city: City, rules: Mapping[str, Rule], lacking: Mapping[str, list[str]]
) -> list[Finding]:
    """What no rule met in the end, told once, under the last rule that tried.

    Zones are not told of a lifeline the city has no asset of: it is simply not modelled.
    """
    if not any(lacking.values()):
        return []
    groups, lifelines = city.need_groups, city.assets.set_index("id")["lifeline"]
    needs = set(zip(groups["asset"], groups["lifeline"], strict=True))
    serves = set(zip(city.serves["zone"], city.serves["asset"].map(lifelines), strict=True))
    modelled = set(lifelines)
    told: set[tuple[str, str, bool]] = set()
    found = []
    for name, rule in reversed(list(rules.items())):
        of_need = isinstance(rule, NeedRule)
        met = needs if of_need else serves
        ids = [
            i
            for i in lacking[name]
            if (i, rule.lifeline) not in met and (i, rule.lifeline, of_need) not in told
        ]
        told.update((i, rule.lifeline, of_need) for i in ids)
        if ids and (of_need or rule.lifeline in modelled):
            found.append(_finding(name, rule, ids))
    return found[::-1]


def _full_kinds(assets: pd.DataFrame) -> pd.Series:
    return assets["lifeline"] + "." + assets["kind"]


def _at(frame: gpd.GeoDataFrame, metric_crs: str) -> Points:
    """One point a row in metres, shape (n, 2), infinite where there is no geometry."""
    geometry = frame.geometry.to_crs(metric_crs)
    on = np.asarray(shapely.point_on_surface(geometry.to_numpy()), dtype=object)
    lines = geometry.geom_type.eq("LineString").to_numpy()
    on[lines] = shapely.line_interpolate_point(geometry.to_numpy()[lines], 0.5, normalized=True)
    made: Points = np.column_stack([shapely.get_x(on), shapely.get_y(on)])
    return np.where(np.isfinite(made), made, np.inf)


def _nearest(
    seekers: pd.DataFrame, givers: pd.DataFrame, city: City, count: int, within_m: float
) -> list[list[str]]:
    """Ids of the nearest `count` givers of each seeker, nearest first, ties by id, never itself."""
    giver_at = _at(givers, city.identity.metric_crs)
    usable = np.isfinite(giver_at).all(axis=1)
    ids, giver_at = givers["id"].to_numpy()[usable], giver_at[usable]
    seeker_at = _at(seekers, city.identity.metric_crs)
    found: list[list[str]] = [[] for _ in range(len(seekers))]
    able = np.flatnonzero(np.isfinite(seeker_at).all(axis=1))
    if not len(ids) or not len(able):
        return found
    k = min(count + _SPARE, len(ids))
    tree = cKDTree(giver_at)
    distance, index = tree.query(seeker_at[able], k=range(1, k + 1), distance_upper_bound=within_m)
    for i, own, far, near in zip(
        able, seekers["id"].to_numpy()[able], distance, index, strict=True
    ):
        pairs = sorted(
            (round(float(d), 3), str(ids[j])) for d, j in zip(far, near, strict=True) if d < np.inf
        )
        found[i] = [name for _, name in pairs if name != own][:count]
    return found


def _need(city: City, name: str, rule: NeedRule) -> tuple[City, int, list[str]]:
    assets, groups = city.assets, city.need_groups
    kinds = _full_kinds(assets)
    has = set(groups.loc[groups["lifeline"].eq(rule.lifeline), "asset"])
    seekers = assets[kinds.isin(list(rule.kinds)) & ~assets["id"].isin(has)]
    givers = assets[kinds.isin(list(rule.providers))]
    found = _nearest(seekers, givers, city, rule.count, rule.within_m)
    met = {a: f for a, f in zip(seekers["id"], found, strict=True) if len(f) >= rule.quorum}
    lacking = [asset for asset in seekers["id"] if asset not in met]
    if not met:
        return city, 0, lacking
    ids = {asset: f"need-{asset}-{rule.lifeline}" for asset in met}
    manual = np.nan if rule.manual_start_h is None else rule.manual_start_h
    more = pd.DataFrame(
        {
            "id": list(ids.values()),
            "asset": list(ids),
            "lifeline": rule.lifeline,
            "quorum": rule.quorum,
            "backup_h": float(rule.backup_h),
            "manual_start_h": float(manual),
            "origin": "inferred",
            "rule": name,
        }
    )
    pairs = [(ids[asset], provider) for asset, near in met.items() for provider in near]
    needs = pd.DataFrame(pairs, columns=["group", "provider"])
    city = city.replace(need_groups=_joined(groups, more), needs=_joined(city.needs, needs))
    return city, len(met), lacking


def _serve(city: City, name: str, rule: ServeRule) -> tuple[City, int, list[str]]:
    assets, zones, serves = city.assets, city.zones, city.serves
    of = assets.set_index("id")["lifeline"]
    served = set(serves["zone"][serves["asset"].map(of).eq(rule.lifeline)])
    wanted = (
        ~zones["id"].isin(list(zones["parent"]))
        if rule.level == "lowest"
        else zones["level"].eq(rule.level)
    )
    seekers = zones[wanted & ~zones["id"].isin(served)]
    givers = assets[_full_kinds(assets).isin(list(rule.kinds))]
    found = _nearest(seekers, givers, city, rule.count, rule.within_m)
    rows = [
        (asset, zone, 1.0 / len(near))
        for zone, near in zip(seekers["id"], found, strict=True)
        for asset in near
    ]
    lacking = [zone for zone, near in zip(seekers["id"], found, strict=True) if not near]
    if not rows:
        return city, 0, lacking
    more = pd.DataFrame(rows, columns=["asset", "zone", "share"])
    more = more.assign(origin="inferred", rule=name)
    return city.replace(serves=_joined(serves, more)), len(more), lacking


def _joined(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, more], ignore_index=True) if len(frame) else more


def _zones_of_assets(city: City) -> tuple[City, int]:
    """The smallest zone with an area that contains each asset without one; ties by id."""
    assets, zones = city.assets, city.zones
    areas = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"])]
    lack = np.flatnonzero(assets["zone"].eq(""))
    if not len(areas) or not len(lack):
        return city, 0
    metric = city.identity.metric_crs
    shapes = areas.geometry.to_crs(metric)
    order = np.lexsort((areas["id"].to_numpy().astype(str), shapes.area.to_numpy()))
    at = _at(assets.iloc[lack], metric)
    points = np.full(len(at), None, dtype=object)
    able = np.isfinite(at).all(axis=1)
    points[able] = shapely.points(at[able])
    point, area = shapely.STRtree(shapes.to_numpy()[order]).query(points, predicate="intersects")
    smallest = pd.Series(area).groupby(point).min()
    if smallest.empty:
        return city, 0
    column = assets["zone"].to_numpy(dtype=object, copy=True)
    column[lack[smallest.index]] = areas["id"].to_numpy()[order][smallest.to_numpy()]
    return city.replace(assets=assets.assign(zone=column)), len(smallest)


def _finding(name: str, rule: Rule, lacking: list[str]) -> Finding:
    needs = isinstance(rule, NeedRule)
    wanted = ", ".join(rule.providers if isinstance(rule, NeedRule) else rule.kinds)
    table = "assets" if needs else "zones"
    return Finding(
        rule="no-provider-near",
        severity="warning",
        what=f"rule {name}: {len(lacking)} {table} have too few of {wanted} within "
        f"{rule.within_m:g} m",
        mend="import what is missing, give the needs or serves by a mapping, or widen `within_m`",
        table="need_groups" if needs else "serves",
        ids=tuple(lacking),
    )
