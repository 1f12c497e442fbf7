"""Capacities that files don't state, from what else is known of an asset."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.infer.near import full_kinds
from rencity.city.infer.supply import Filled
from rencity.city.marks import mark
from rencity.city.model import City
from rencity.city.rules import CapacityRule
from rencity.city.schema import LEVELS

Floats = npt.NDArray[np.float64]

SECONDS_A_DAY = 86_400.0


def fill_capacities(city: City, name: str, rule: CapacityRule) -> Filled:
    """Give assets of the rule's kinds without a capacity one, where what it asks for is known."""
    assets = city.assets
    kind = full_kinds(assets).isin(list(rule.kinds)).to_numpy()
    bare = kind & assets["capacity"].isna().to_numpy()
    if not bare.any():
        return city, 0, []
    made = np.maximum(_capacity(city, rule, kind), rule.least)
    known = bare & np.isfinite(made)
    lacking = assets["id"][bare & ~known].tolist()
    if not known.any():
        return city, 0, lacking
    column = assets["capacity"].to_numpy(copy=True)
    column[known] = made[known]
    marked = mark(assets.assign(capacity=column), "capacity", name, known)
    return city.replace(assets=marked), int(known.sum()), lacking


def _capacity(city: City, rule: CapacityRule, kind: npt.NDArray[np.bool_]) -> Floats:
    """Capacity of every asset as the rule has it, NaN where it cannot tell, shape (assets,)."""
    assets = city.assets
    amount = rule.amount or 0.0
    if rule.per == "each":
        return np.full(len(assets), amount)
    if rule.per == "area":
        square_m = np.asarray(assets.geometry.to_crs(city.identity.metric_crs).area)
        return np.where(square_m > 0, square_m, np.nan) * amount
    if rule.per == "flow":
        diameter_m = assets["diameter_mm"].to_numpy() / 1000
        speed = rule.velocity_m_s or 0.0
        flow = np.pi / 4 * diameter_m**2 * speed * SECONDS_A_DAY
        return np.where(diameter_m > 0, flow, np.nan)
    if rule.per in ("voltage", "diameter"):
        column = "voltage_kv" if rule.per == "voltage" else "diameter_mm"
        return _stepped(rule, assets[column].to_numpy())
    return _share(city, rule, kind) * amount


def _stepped(rule: CapacityRule, values: Floats) -> Floats:
    at = np.array([step.at_least for step in rule.steps])
    capacity = np.array([np.nan, *(step.capacity for step in rule.steps)])
    step = np.searchsorted(at, np.nan_to_num(values, nan=-1.0), side="right")
    return np.asarray(capacity[step])


def _share(city: City, rule: CapacityRule, kind: npt.NDArray[np.bool_]) -> Floats:
    """People, or normal use, that hang on each asset; NaN where nobody does."""
    assets, zones = city.assets, city.zones
    leaf = ~zones["id"].isin(list(zones["parent"])).to_numpy()
    lifelines = sorted(set(assets["lifeline"][kind]))
    found = np.full(len(assets), np.nan)
    for lifeline in lifelines:
        of = (
            zones["people_night"].to_numpy()
            if rule.per == "person"
            else use_of_zones(city, lifeline)
        )
        mine = kind & assets["lifeline"].eq(lifeline).to_numpy()
        if rule.over == "city":
            found[mine] = np.nansum(of[leaf]) / max(int(mine.sum()), 1)
        else:
            found[mine] = _served(city, of)[mine]
    return np.where(found > 0, found, np.nan)


def _served(city: City, of_zone: Floats) -> Floats:
    """Sum over the zones an asset serves of its share of each, shape (assets,)."""
    serves = city.serves
    at = pd.Index(city.zones["id"]).get_indexer(pd.Index(serves["zone"]))
    by = pd.Index(city.assets["id"]).get_indexer(pd.Index(serves["asset"]))
    there = (at >= 0) & (by >= 0)
    weight = np.nan_to_num(of_zone[at[there]]) * serves["share"].to_numpy()[there]
    return np.bincount(by[there], weight, minlength=len(city.assets)).astype(np.float64)


def use_of_zones(city: City, lifeline: str) -> Floats:
    """Normal use of a lifeline in each zone, shape (zones,), NaN where nothing tells.

    A zone that does not say has the sum of its parts, else its share by people of the zone above.
    """
    zones, demands = city.zones, city.demands
    ids = pd.Index(zones["id"])
    rows = demands[demands["lifeline"].eq(lifeline)]
    at = ids.get_indexer(pd.Index(rows["zone"]))
    use = np.full(len(zones), np.nan)
    use[at[at >= 0]] = rows["amount"].to_numpy()[at >= 0]
    parent = ids.get_indexer(pd.Index(zones["parent"]))
    people = zones["people_night"].to_numpy()
    for _ in LEVELS:
        told = np.isfinite(use) & (parent >= 0)
        total = np.bincount(parent[told], use[told], minlength=len(use))
        some = np.bincount(parent[told], minlength=len(use)) > 0
        use = np.where(np.isnan(use) & some, total, use)
    for _ in LEVELS:
        inside = np.isnan(use) & (parent >= 0)
        over = parent[inside]
        with np.errstate(invalid="ignore", divide="ignore"):
            use[inside] = use[over] * people[inside] / people[over]
    return np.where(np.isfinite(use), use, np.nan)
