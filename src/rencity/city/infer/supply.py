"""Needs and supply by the nearest: who needs whom, who serves whom."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.infer.near import full_kinds, nearest
from rencity.city.model import City
from rencity.city.rules import NeedRule, ServeRule
from rencity.city.schema import LEVELS

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Filled = tuple[City, int, list[str]]
"""The city, rows or values made, and ids that the rule could do nothing for."""


def fill_needs(city: City, name: str, rule: NeedRule) -> Filled:
    """Give assets that lack a need of the rule's lifeline the nearest providers."""
    assets, groups = city.assets, city.need_groups
    kinds = full_kinds(assets)
    has = set(groups.loc[groups["lifeline"].eq(rule.lifeline), "asset"])
    seekers = assets[kinds.isin(list(rule.kinds)) & ~assets["id"].isin(has)]
    givers = assets[kinds.isin(list(rule.providers))]
    found = nearest(seekers, givers, city.identity.metric_crs, rule.count, rule.within_m)
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
    city = city.replace(need_groups=joined(groups, more), needs=joined(city.needs, needs))
    return city, len(met), lacking


def fill_serves(city: City, name: str, rule: ServeRule) -> Filled:
    """Give zones that the rule's lifeline does not serve the nearest assets."""
    assets, serves = city.assets, city.serves
    seekers = unserved(city, rule.lifeline, rule.level)
    givers = assets[full_kinds(assets).isin(list(rule.kinds))]
    found = nearest(seekers, givers, city.identity.metric_crs, rule.count, rule.within_m)
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
    return city.replace(serves=joined(serves, more)), len(more), lacking


def unserved(city: City, lifeline: str, level: str) -> gpd.GeoDataFrame:
    """Zones at `level` that the lifeline serves neither themselves nor above nor below them."""
    zones = city.zones
    of = city.assets.set_index("id")["lifeline"]
    named = city.serves["zone"][city.serves["asset"].map(of).eq(lifeline)]
    served = zones["id"].isin(set(named)).to_numpy()
    parent = pd.Index(zones["id"]).get_indexer(pd.Index(zones["parent"]))
    met = served | _above(served, parent) | _below(served, parent)
    wanted = (
        ~zones["id"].isin(list(zones["parent"])) if level == "lowest" else zones["level"].eq(level)
    )
    return zones[wanted.to_numpy() & ~met]


def _above(served: Mask, parent: Rows) -> Mask:
    """Zones with a served zone over them."""
    met = np.zeros_like(served)
    for _ in LEVELS:
        over = parent >= 0
        met[over] |= (served | met)[parent[over]]
    return met


def _below(served: Mask, parent: Rows) -> Mask:
    """Zones with a served zone in them."""
    met = np.zeros_like(served)
    for _ in LEVELS:
        met[parent[(served | met) & (parent >= 0)]] = True
    return met


def joined(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Both, or the one that has rows."""
    return pd.concat([frame, more], ignore_index=True) if len(frame) else more
