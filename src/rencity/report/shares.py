"""Shares of people served and without, by statistic, zone and step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.report.folder import Run

CURVE_STATS = ("p5", "p25", "p50", "p75", "p95", "mean")

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


def bands(served: npt.NDArray[np.int64], people: Floats) -> Floats:
    """Share served by statistic and step, shape (lifeline, stat, step); 1 where nobody lives."""
    quantiles = np.percentile(served, [5, 25, 50, 75, 95], axis=2)
    mean = served.mean(axis=2, dtype=np.float64)[None]
    values = np.concatenate([quantiles, mean]).transpose(1, 0, 2)
    base = people[:, None, None]
    return np.clip(np.divide(values, base, out=np.ones_like(values), where=base > 0), 0, 1)


def zone_rows(run: Run) -> Rows:
    """Rows of the zone axis that the map shows: the smallest zones."""
    ids = [str(zone) for zone in run.result["zone"].to_numpy()]
    leaf = run.zones.loc[ids, "leaf"].to_numpy(dtype=bool)
    return np.flatnonzero(leaf) if leaf.any() else np.arange(len(ids))


def without_share(run: Run, rows: Rows, lifeline: int) -> Floats:
    """Mean share of zones' people without a lifeline by step; NaN where it serves nobody.

    Parameters
    ----------
    rows : of the zone axis
    lifeline : its place in the run's arrays
    """
    served = run.result["zone_served_mean"].to_numpy()[lifeline, rows].astype(np.float64)
    base = run.result["zone_people"].to_numpy()[lifeline, rows].astype(np.float64)[:, None]
    gone = np.full_like(served, np.nan)
    return 1 - np.divide(served, base, out=gone, where=base > 0)


def mean_outage_h(run: Run, rows: Rows) -> Floats:
    """Mean hours without service of zones' people, (lifelines, zones); 0 where nobody is served."""
    lost = run.result["zone_loss_mean"].to_numpy()[:, rows].astype(np.float64)
    people = run.result["zone_people"].to_numpy()[:, rows].astype(np.float64)
    return np.divide(lost, people, out=np.zeros_like(lost), where=people > 0)
