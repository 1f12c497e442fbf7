"""Robustness, rapidity, loss and equity from curves of people served."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z95 = 1.959964
WORST_ZONES = 10


def spread_of(values: Floats) -> dict[str, float]:
    """Mean with 95 % confidence bounds, and the 5th and 95th percentile of samples.

    The lower bound of what is never negative is not negative either.
    """
    mean = float(values.mean())
    half = Z95 * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    p5, p95 = (float(np.quantile(values, q)) for q in (0.05, 0.95))
    low = mean - half
    if values.min() >= 0:
        low = max(low, 0.0)
    return {"mean": mean, "low": low, "high": mean + half, "p5": p5, "p95": p95}


def time_back_h(share: Floats, level: float, edge_h: Floats, horizon_h: float) -> Floats:
    """Hours until the share stays at or above a level; infinite where it does not by the horizon.

    Parameters
    ----------
    share : (steps, samples), share of people served
    edge_h : (steps,), start of each step
    """
    below = share < level - 1e-12
    last = np.where(below.any(0), len(edge_h) - 1 - below[::-1].argmax(0), -1)
    ends = np.append(edge_h[1:], horizon_h)
    back = np.where(last < 0, 0.0, ends[np.maximum(last, 0)])
    return np.where(last == len(edge_h) - 1, np.inf, back)


def time_quantiles(hours: Floats) -> dict[str, float | None]:
    """Percentiles of a time, None where infinite, and the share of samples that got there."""
    found = {
        f"p{q}": float(np.quantile(hours, q / 100, method="inverted_cdf")) for q in (5, 50, 95)
    }
    made: dict[str, float | None] = {
        name: value if np.isfinite(value) else None for name, value in found.items()
    }
    made["reached_share"] = float(np.isfinite(hours).mean())
    return made


def curve_metrics(
    served: npt.NDArray[np.integer], people: int, edge_h: Floats, horizon_h: float
) -> dict[str, Any]:
    """Metrics of one lifeline in one region.

    Parameters
    ----------
    served : (steps, samples), people served
    people : people served on a normal day
    """
    duration = np.diff(np.append(edge_h, horizon_h))
    loss = duration @ (people - served.astype(np.float64))
    share = served / people if people else np.ones(served.shape)
    times = {
        f"t{round(level * 100)}_h": time_quantiles(time_back_h(share, level, edge_h, horizon_h))
        for level in (0.5, 0.9, 1.0)
    }
    return {
        "people": people,
        "robustness": spread_of(share.min(0)),
        "loss_person_h": spread_of(loss),
        **times,
    }


def equity(
    loss_h: Floats, people: npt.NDArray[np.integer], zones: tuple[str, ...]
) -> dict[str, Any]:
    """How unevenly the outage falls: Gini of mean outage hours over people, and who waits longest.

    Parameters
    ----------
    loss_h : (zones,), mean person-hours lost
    people : (zones,), people served on a normal day
    """
    has = people > 0
    hours = np.divide(loss_h, people, out=np.zeros(len(people)), where=has)
    worst = np.argsort(-np.where(has, hours, -1), kind="stable")[:WORST_ZONES]
    return {
        "gini": gini(hours[has], people[has].astype(np.float64)),
        "worst_zones": [
            {"zone": zones[i], "mean_outage_h": float(hours[i])} for i in worst if hours[i] > 0
        ],
    }


def gini(value: Floats, weight: Floats) -> float:
    """Gini coefficient of values held by weights: 0 all alike, towards 1 all on few."""
    order = np.argsort(value, kind="stable")
    value, weight = value[order], weight[order]
    total = float((value * weight).sum())
    if total <= 0:
        return 0.0
    share = np.concatenate([[0.0], np.cumsum(value * weight) / total])
    return float(1 - ((share[1:] + share[:-1]) * weight).sum() / weight.sum())
