"""Assets as dots on the map, coloured by how long they are out, where zones tell little."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.report import pack, shapes
from rencity.report.folder import Run
from rencity.report.words import Words

MOST = 6_000
# upper ends of classes in hours; a page uses five that follow each other
LADDER_H = (0.25, 0.5, 1, 2, 4, 8, 12, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320, 8760)
EDGES = 5
USUAL = 0.95


def drawn(run: Run, words: Words, grid: shapes.Grid) -> dict[str, Any] | None:
    """Dots by lifeline, worst last, and the upper ends of their classes in hours.

    Class 0 is no outage, class 1 + n is up to edge n, the last is beyond the last edge. None where
    zones tell more: a run that counts people in several zones.
    """
    if not _wanted(run):
        return None
    placed = _placed(run)
    edges = _edges(placed.outage_h_mean.to_numpy(float))
    shown = _worst(placed)
    parts = {str(name): part for name, part in shown.groupby("lifeline")}
    held = [parts.get(name, shown.iloc[:0]) for name in run.lifelines]
    return {
        "edges_h": edges.tolist(),
        "at": [pack.u16(_places(part, grid)) for part in held],
        "class": [_classes(part, edges) for part in held],
        "outage_h": [part.outage_h_mean.round(2).tolist() for part in held],
        "names": [[words.asset(row) for row in part.itertuples(index=False)] for part in held],
    }


def left_out(run: Run) -> bool:
    """Whether there are more assets than the map draws."""
    return _wanted(run) and len(_placed(run)) > MOST


def _wanted(run: Run) -> bool:
    return run.whole or run.about.unit == "assets"


def _placed(run: Run) -> pd.DataFrame:
    known = np.isfinite(run.assets[["lon", "lat", "outage_h_mean"]].to_numpy(float)).all(axis=1)
    return run.assets[known & run.assets.lifeline.isin(run.lifelines)]


def _worst(placed: pd.DataFrame) -> pd.DataFrame:
    """At most `MOST`, every lifeline its share; the longest out come last: they lie on top."""
    ranked = placed.sort_values(["outage_h_mean", "asset"], ascending=[False, True])
    turn = ranked.groupby("lifeline").cumcount()
    return ranked.iloc[np.argsort(turn.to_numpy(), kind="stable")[:MOST]].sort_values(
        ["outage_h_mean", "asset"]
    )


def _edges(outage_h: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    out = outage_h[outage_h > 0]
    usual = float(np.quantile(out, USUAL)) if len(out) else 0.0
    last = int(np.searchsorted(LADDER_H, usual))
    last = min(max(last, EDGES - 1), len(LADDER_H) - 1)
    return np.array(LADDER_H[last - EDGES + 1 : last + 1], dtype=float)


def _classes(part: pd.DataFrame, edges: npt.NDArray[np.float64]) -> list[int]:
    outage_h = part.outage_h_mean.to_numpy(float)
    return np.where(outage_h > 0, 1 + np.searchsorted(edges, outage_h), 0).tolist()


def _places(part: pd.DataFrame, grid: shapes.Grid) -> npt.NDArray[np.int64]:
    places = np.floor(grid.place(part.lon.to_numpy(float), part.lat.to_numpy(float)) + 0.5)
    return np.clip(places, 0, 65_535).astype(np.int64)
