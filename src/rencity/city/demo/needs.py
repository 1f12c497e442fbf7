"""Needs between lifelines, by the rules of ``needs.toml``: the nearest providers meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from rencity.city.demo.draws import Floats, Ints, stream
from rencity.city.demo.graph import nearest
from rencity.city.demo.plan import RULE, Plan, read


def make_needs(plan: Plan, assets: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Need groups and their alternatives for assets with `x`, `y` in metres."""
    full = (assets["lifeline"] + "." + assets["kind"]).to_numpy(dtype=object)
    made = [_meet(plan, assets, full, rule) for rule in _rules(full)]
    groups = pd.concat([group for group, _ in made], ignore_index=True)
    return groups, pd.concat([needs for _, needs in made], ignore_index=True)


def _rules(full: Any) -> Iterator[dict[str, Any]]:
    """The rules that have someone to need and someone to meet it."""
    present = set(np.unique(full.astype(str)).tolist())
    for rule in read("needs.toml")["needs"]:
        if present.intersection(rule["kinds"]) and present.intersection(rule["providers"]):
            yield rule


def _meet(
    plan: Plan, assets: pd.DataFrame, full: Any, rule: dict[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    users = np.flatnonzero(np.isin(full, rule["kinds"]))
    makers = np.flatnonzero(np.isin(full, rule["providers"]))
    xy: Floats = assets[["x", "y"]].to_numpy()
    near: Ints = makers[nearest(xy[users], xy[makers], rule.get("count", 1))]
    lifeline = rule["providers"][0].split(".")[0]
    part = f"needs {'+'.join(rule['kinds'])} {lifeline}"
    ids = assets["id"].to_numpy(dtype=object)
    group = np.array([f"{one}-needs-{lifeline}" for one in ids[users]], dtype=object)
    groups = pd.DataFrame(
        {
            "id": group,
            "asset": ids[users],
            "lifeline": lifeline,
            "quorum": 1,
            "backup_h": stream(plan.seed, part).choice(rule["backup_h"], len(users)).astype(float),
            "manual_start_h": float(rule.get("manual_start_h", np.nan)),
            "origin": "synthetic",
            "rule": [f"{RULE}.needs.{kind}.{lifeline}" for kind in full[users]],
        }
    )
    needs = pd.DataFrame({"group": np.repeat(group, near.shape[1]), "provider": ids[near.ravel()]})
    return groups, needs
