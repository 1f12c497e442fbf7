"""Who supplies which zone, and what the zones use."""

from __future__ import annotations

import numpy as np
import pandas as pd

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


def make_serves(ground: Ground, zones: Zones, assets: pd.DataFrame) -> pd.DataFrame:
    """Every lowest zone on each network lifeline and on health; shares sum to 1."""
    made = [_transformers(ground, zones, assets)]
    for lifeline, kind, count, share in SUPPLIERS:
        some = assets[(assets["lifeline"] == lifeline) & (assets["kind"] == kind)]
        near = nearest(ground.seeds, some[["x", "y"]].to_numpy(), count)
        zone = np.repeat(np.arange(len(near)), near.shape[1])
        made.append(_rows(lifeline, some, near.ravel(), zone, zones, share))
    return pd.concat(made, ignore_index=True)


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


def make_demands(ground: Ground, zones: Zones) -> pd.DataFrame:
    """Normal use of each lowest zone: a figure a head, for those present on average."""
    day = zones.table.set_index("id")["people_day"].loc[zones.lowest].to_numpy()
    present: Floats = (zones.night + day) / 2
    figures = ground.plan.figures["demand_per_head"]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "zone": zones.lowest,
                    "lifeline": lifeline,
                    "amount": np.round(present * per_head, 2),
                    "origin": "synthetic",
                    "rule": f"{RULE}.demand-per-head.{lifeline}",
                }
            )
            for lifeline, per_head in figures.items()
        ],
        ignore_index=True,
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
