"""What level balance found, as labelled arrays and tables."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from rencity.city.model import City
from rencity.city.network import Network
from rencity.sim.balance.found import Balanced
from rencity.sim.balance.ledger import SCALE

MINUTES = 60


def curves_of(found: Balanced, network: Network, edge_min: npt.NDArray[np.int64]) -> xr.Dataset:
    """Service, amounts and stocks; what level reach and level balance say differently by zone."""
    account, n = found.account, found.samples
    zone = ("lifeline", "zone")
    hours = {"units": "person h"}
    return xr.Dataset(
        {
            "step_start_h": ("step", edge_min / MINUTES, {"units": "h"}),
            "served": (("lifeline", "step", "sample"), account.served, {"units": "people"}),
            "zone_people": (zone, found.people, {"units": "people"}),
            "zone_loss_mean": (zone, account.zone_loss.sum(axis=2) / n / MINUTES, hours),
            "reach_only_mean": (zone, account.reach_only / n / MINUTES, hours),
            "balance_only_mean": (zone, account.balance_only / n / MINUTES, hours),
            "wanted_mean": (("lifeline", "class", "step"), account.wanted.mean(axis=3) / SCALE),
            "granted_mean": (("lifeline", "class", "step"), account.granted.mean(axis=3) / SCALE),
            "stock_mean_h": (("lifeline", "step"), account.stock.mean(axis=2) / SCALE / MINUTES),
        },
        coords={
            "lifeline": list(network.lifelines),
            "zone": list(network.zone),
            "class": list(found.ledger.classes),
            "sample": np.arange(n),
            "step": np.arange(len(edge_min)),
        },
    )


def assets_of(found: Balanced, network: Network, city: City) -> pd.DataFrame:
    """Assets that level reach alone has served, or that are short, the worst first; means."""
    account = found.account
    worth = np.flatnonzero((account.reach_only_min > 0) | (account.short_min > 0))
    order = np.lexsort((worth, -account.reach_only_min[worth], -account.short_min[worth]))
    nodes = worth[order]
    assets = city.assets.iloc[network.asset[nodes]]
    per_hour = found.samples * MINUTES
    return pd.DataFrame(
        {
            "asset": assets["id"].to_numpy(),
            "lifeline": assets["lifeline"].to_numpy(),
            "kind": assets["kind"].to_numpy(),
            "name": assets["name"].to_numpy(),
            "short_ph": account.short_min[nodes] / per_hour,
            "reach_only_h": account.reach_only_min[nodes] / per_hour,
            "out_h": account.out_min[nodes] / per_hour,
        }
    )


def summary_of(found: Balanced, network: Network) -> dict[str, Any]:
    """Means over the samples by lifeline, for balanced ones and those that they take along."""
    account, per_hour = found.account, found.samples * MINUTES
    lifelines = {}
    for number, name in enumerate(network.lifelines):
        people = int(found.people[number].sum())
        if not people:
            continue
        loss = account.zone_loss[number].sum() / per_hour
        alone = account.reach_only[number].sum() / per_hour
        more = account.balance_only[number].sum() / per_hour
        wanted = account.wanted[number].sum(axis=(1, 2))
        granted = account.granted[number].sum(axis=(1, 2))
        lifelines[name] = {
            "people": people,
            "balanced": bool(found.ledger.books.balanced[number]),
            "reach_loss_ph": loss - alone + more,
            "balance_loss_ph": loss,
            "reach_only_ph": alone,
            "balance_only_ph": more,
            "granted_share": {
                of: float(g / w)
                for of, g, w in zip(found.ledger.classes, granted, wanted, strict=True)
                if w
            },
        }
    classes = list(found.ledger.classes)
    return {"samples": found.samples, "classes": classes, "lifelines": lifelines}


def digest_into(digest: hashlib._Hash, found: Balanced) -> None:
    """Add every integer that level balance found."""
    for array in (found.people, *found.account):
        digest.update(np.ascontiguousarray(array).tobytes())
