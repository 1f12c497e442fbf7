"""N-1 with a new link beside N-1 without it: asset by asset, the same thing taken out of both."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.sim.nminus1.added import Link
from rencity.sim.nminus1.roads import RoadStudy

MOST = 100


@dataclass(frozen=True)
class Alone:
    """Everything alone, once: the ranking, the roads, and which nodes run undamaged."""

    assets: pd.DataFrame
    roads: RoadStudy | None
    runs: npt.NDArray[np.bool_]


def beside(
    before: Alone, after: Alone, link: Link
) -> tuple[pd.DataFrame, RoadStudy | None, dict[str, Any]]:
    """Tables of the city as it is with what the link makes of them, and the difference in short.

    Returns
    -------
    assets : with people_with_link, zones_with_link and people_spared
    roads : with detour_m_with_link, detour_s_with_link, cut_FACILITY_with_link and
        backbone_apart_with_link
    summary : plain values
    """
    assets = _joined(before.assets, after.assets, "asset", ["people", "zones"])
    assets["people_spared"] = assets["people"] - assets["people_with_link"]
    spared = assets["people_spared"]
    order = np.lexsort((np.arange(len(assets)), -spared.abs()))[:MOST]
    top = assets.iloc[order]
    summary: dict[str, Any] = {
        **dataclasses.asdict(link),
        "people": int(assets["people"].sum()),
        "people_with_link": int(assets["people_with_link"].sum()),
        "assets_better": int((spared > 0).sum()),
        "assets_worse": int((spared < 0).sum()),
        "assets_that_lose_anyone_with_link": int((assets["people_with_link"] > 0).sum()),
        "largest": [
            {name: getattr(row, name) for name in ("asset", "lifeline", "kind", "name")}
            | {name: int(getattr(row, name)) for name in ("people", "people_with_link")}
            for row in top[top["people_spared"] != 0].itertuples()
        ],
    }
    if before.roads is None or after.roads is None:
        return assets, before.roads, summary
    table = before.roads.table
    kept = ["detour_m", "detour_s", "backbone_apart"]
    kept += [name for name in table.columns if name.startswith("cut_")]
    roads = _joined(table, after.roads.table, "segment", kept)
    summary["roads"] = {"now": before.roads.summary, "with_link": after.roads.summary}
    return assets, dataclasses.replace(before.roads, table=roads), summary


def _joined(
    before: pd.DataFrame, after: pd.DataFrame, key: str, columns: list[str]
) -> pd.DataFrame:
    """Columns of `after` beside those of `before`, by key; what is new in `after` is left out."""
    place = pd.Index(after[key]).get_indexer(before[key])
    made = before.copy()
    for name in columns:
        made[f"{name}_with_link"] = after[name].to_numpy()[place]
    return made
