"""The road net in figures: degrees, junctions, lengths and densities by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.check.facts import Facts
from rencity.city.statistics.extent import Bools, Extent, Floats, Rows

MOST_DEGREE = 5
"""Degrees from this on are counted together."""

CLASSES = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
)


@dataclass(frozen=True)
class _Streets:
    """Asset rows of the ends (m, 2) and of the street itself (m,), its class and length in km."""

    ends: Rows
    own: Rows
    road_class: npt.NDArray[np.object_]
    km: Floats


def roads(facts: Facts, extent: Extent) -> dict[str, Any] | None:
    """Plain values of the road net, None where the city has no road that is an asset.

    Links without an own asset join things to the net and are no streets; a street that stands twice
    between the same ends with the same asset counts once.
    """
    streets = _streets(facts)
    if not len(streets.km):
        return None
    zone = facts.named("assets", "zone")
    urban = extent.is_urban(zone[streets.own])
    (_, km2), (_, urban_km2) = extent.total(), extent.in_town()
    degree = np.bincount(streets.ends.ravel(), minlength=facts.n)
    crossing = np.flatnonzero(degree >= 3)
    in_town = int(extent.is_urban(zone[crossing]).sum())
    nodes = degree[degree > 0]
    return {
        "km": _sum(streets.km),
        "unmeasured": int(np.isnan(streets.km).sum()),
        "km_per_km2": _per(_sum(streets.km), km2),
        "urban_km_per_km2": _per(_sum(streets.km[urban]), urban_km2),
        "nodes": len(nodes),
        "mean_degree": float(nodes.mean()),
        "degree_share": _degrees(nodes),
        "junctions": len(crossing),
        "junctions_per_km2": _per(len(crossing), km2),
        "urban_junctions_per_km2": _per(in_town, urban_km2),
        "classes": _classes(streets, urban, km2, urban_km2),
    }


def _streets(facts: Facts) -> _Streets:
    whole = (facts.start >= 0) & (facts.end >= 0) & (facts.own >= 0)
    road = (facts.city.links["lifeline"] == "road").to_numpy()
    rows = np.flatnonzero(whole & road)
    ends = np.sort(np.column_stack([facts.start[rows], facts.end[rows]]), axis=1)
    own = facts.own[rows]
    _, first = np.unique(np.column_stack([ends, own]), axis=0, return_index=True)
    rows, ends, own = rows[first], ends[first], own[first]
    length = facts.number("links", "length_m")[rows]
    length = np.where(np.isnan(length), facts.number("assets", "length_m")[own], length)
    return _Streets(ends, own, facts.column("links", "road_class")[rows], length / 1000)


def _degrees(degree: Rows) -> dict[str, float]:
    """Share of nodes with 1, 2, … streets; the last holds all above."""
    count = np.bincount(np.minimum(degree, MOST_DEGREE), minlength=MOST_DEGREE + 1)
    names = [str(n) for n in range(1, MOST_DEGREE)] + [f"{MOST_DEGREE}+"]
    return {name: float(n / len(degree)) for name, n in zip(names, count[1:], strict=True)}


def _classes(
    streets: _Streets, urban: Bools, km2: float, urban_km2: float
) -> dict[str, dict[str, float | None]]:
    """By class from great to small: length and density, in all and in urban zones."""
    code, names = pd.factorize(streets.road_class)
    km = np.nan_to_num(streets.km)
    total = np.bincount(code, km, len(names))
    in_town = np.bincount(code, np.where(urban, km, 0.0), len(names))
    order = {name: rank for rank, name in enumerate(CLASSES)}
    known = sorted(range(len(names)), key=lambda i: (order.get(names[i], len(order)), names[i]))
    return {
        str(names[i]): {
            "km": float(total[i]),
            "km_per_km2": _per(float(total[i]), km2),
            "urban_km_per_km2": _per(float(in_town[i]), urban_km2),
        }
        for i in known
    }


def _sum(values: Floats) -> float:
    return float(np.nansum(values))


def _per(amount: float, of: float) -> float | None:
    return float(amount) / of if of > 0 else None
