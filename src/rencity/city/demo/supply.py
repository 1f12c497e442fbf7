"""Who supplies which zone, and what the zones use."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Floats, Ints
from rencity.city.demo.graph import nearest
from rencity.city.demo.plan import RULE
from rencity.city.demo.zones import Zones

SUPPLIERS: tuple[tuple[str, str, int, float], ...] = (
    ("road", "junction", 3, 1.0),
    ("water", "junction", 2, 1.0),
    ("drainage", "manhole", 2, 1.0),
    ("gas", "junction", 2, 1.0),
    ("telecom", "mast", 2, 1.0),
    ("health", "hospital", 2, 0.7),
    ("health", "clinic", 1, 0.3),
)
"""Lifeline, kind, how many of the nearest, and the share they carry together."""

LEAST_BY_METRO = 0.01


def make_serves(ground: Ground, zones: Zones, assets: pd.DataFrame) -> pd.DataFrame:
    """Every lowest zone on each network lifeline and on health; shares sum to 1."""
    made = [_transformers(ground, zones, assets)]
    for lifeline, kind, count, share in SUPPLIERS:
        some = assets[(assets["lifeline"] == lifeline) & (assets["kind"] == kind)]
        near = nearest(ground.seeds, some[["x", "y"]].to_numpy(), count)
        zone = np.repeat(np.arange(len(near)), near.shape[1])
        made.append(_rows(lifeline, some, near.ravel(), zone, zones, share))
    made.append(_stations(ground, zones, assets))
    return pd.concat(made, ignore_index=True)


def _stations(ground: Ground, zones: Zones, assets: pd.DataFrame) -> pd.DataFrame:
    """The nearest station carries those of a zone who go by metro; most zones have none near."""
    some = assets[(assets["lifeline"] == "transit") & (assets["kind"] == "station")]
    xy = some[["x", "y"]].to_numpy()
    near = nearest(ground.seeds, xy, 1)[:, 0]
    share = _by_metro(ground, xy)
    zone = np.flatnonzero(share > 0)
    made = _rows("transit", some, near[zone], zone, zones, 1.0)
    return made.assign(share=share[zone])


def _by_metro(ground: Ground, stations: Floats) -> Floats:
    """Share of each cell's people who go by metro, shape (cells,)."""
    figures = ground.plan.figures["transit"]
    away = cKDTree(stations).query(ground.seeds)[0]
    share = np.round(figures["share"] * np.exp(-((away / figures["reach_m"]) ** 2)), 3)
    return np.where(share < LEAST_BY_METRO, 0.0, share)


def _transformers(ground: Ground, zones: Zones, assets: pd.DataFrame) -> pd.DataFrame:
    """All transformers in a zone carry it together; the nearest one where it has none."""
    some = assets[(assets["lifeline"] == "power") & (assets["kind"] == "transformer")]
    xy = some[["x", "y"]].to_numpy()
    zone = ground.cell_of(xy)
    bare = np.setdiff1d(np.arange(len(ground.seeds)), zone)
    rows = np.concatenate([np.arange(len(some)), nearest(ground.seeds[bare], xy, 1)[:, 0]])
    return _rows("power", some, rows, np.concatenate([zone, bare]), zones, 1.0)


def _rows(
    lifeline: str, some: pd.DataFrame, rows: Ints, zone: Ints, zones: Zones, share: float
) -> pd.DataFrame:
    count = np.bincount(zone, minlength=len(zones.lowest))
    return pd.DataFrame(
        {
            "asset": some["id"].to_numpy(dtype=object)[rows],
            "zone": zones.lowest[zone],
            "share": share / count[zone],
            "origin": "synthetic",
            "rule": f"{RULE}.serves.{lifeline}",
        }
    )


def make_demands(ground: Ground, zones: Zones, serves: pd.DataFrame) -> pd.DataFrame:
    """Normal use of each lowest zone: a figure a head, for those present on average.

    By metro go those whom a station serves.
    """
    present = pd.Series((zones.night + zones.day) / 2, zones.lowest)
    figures = ground.plan.figures
    uses = {name: present * each for name, each in figures["demand_per_head"].items()}
    by_metro = serves[serves["rule"] == f"{RULE}.serves.transit"].set_index("zone")["share"]
    trips = by_metro * present.loc[by_metro.index] * figures["transit"]["trips_per_head"]
    return pd.concat(
        [_demand(name, amount) for name, amount in (uses | {"transit": trips}).items()],
        ignore_index=True,
    )


def _demand(lifeline: str, amount: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "zone": amount.index,
            "lifeline": lifeline,
            "amount": np.round(amount.to_numpy(), 2),
            "origin": "synthetic",
            "rule": f"{RULE}.demand-per-head.{lifeline}",
        }
    )


def transformer_capacity(
    ground: Ground, serves: pd.DataFrame, demands: pd.DataFrame, assets: pd.DataFrame
) -> Floats:
    """Capacity of every asset with that of transformers filled in from what they carry, kW."""
    power = demands[demands["lifeline"] == "power"].set_index("zone")["amount"]
    carried = serves[serves["rule"] == f"{RULE}.serves.power"]
    load = carried["share"].to_numpy() * power.loc[carried["zone"]].to_numpy()
    total = pd.Series(load).groupby(carried["asset"].to_numpy()).sum()
    mine = assets["id"].map(total * ground.plan.figures["margin"]["transformer"])
    return np.round(mine.fillna(assets["capacity"]).to_numpy(dtype=np.float64))
