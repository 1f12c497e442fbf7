"""What the page's script draws: map, time series and curves, packed small."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.report import dots, pack, shapes
from rencity.report.folder import Run
from rencity.report.shares import CURVE_STATS, bands, mean_outage_h, without_share, zone_rows
from rencity.report.words import Words

CURVE_FULL = 65_535
SAMPLES_AT_ONCE = 64


def payload(run: Run, words: Words, marked: pd.DataFrame) -> dict[str, Any]:
    """Everything the script needs; `marked` are the numbered weak links of the tables."""
    return {
        "lang": words.lang,
        "unit": run.about.unit,
        "texts": words.of_script(),
        "horizon_h": run.about.horizon_h,
        "steps": [round(float(h), 4) for h in run.result["step_start_h"].to_numpy()],
        "lifelines": [
            {"id": line.id, "name": line.of(words.lang) or line.id, "colour": words.colour(line)}
            for line in run.lines
        ],
        "curves": _curves(run, words),
        "map": _map(run, words, marked),
    }


def embedded(value: object) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _curves(run: Run, words: Words) -> dict[str, Any]:
    served = run.result["served"].to_numpy()
    people = run.result["people"].to_numpy().astype(np.float64)
    whole = bands(served.sum(axis=1, dtype=np.int64), people.sum(axis=1))
    stacked = [whole] + [bands(served[:, r], people[:, r]) for r in range(served.shape[1])]
    packed = np.floor(np.stack(stacked, axis=1) * CURVE_FULL + 0.5)
    gone = people.sum(axis=1)[:, None] - served.sum(axis=1, dtype=np.int64).mean(axis=2)
    names = [words.t("whole_city")] + [words.zone(run.zones, region) for region in run.regions]
    return {
        "stats": list(CURVE_STATS),
        "regions": names,
        "people": np.concatenate([people.sum(axis=1)[:, None], people], axis=1).tolist(),
        "gone": np.round(gone, 2).tolist(),
        "shares": pack.u16(packed),
    }


def _map(run: Run, words: Words, marked: pd.DataFrame) -> dict[str, Any]:
    rows = zone_rows(run)
    zones = run.zones.loc[[str(zone) for zone in run.result["zone"].to_numpy()[rows]]]
    ends = np.concatenate(
        [run.links[["lon1", "lat1"]].to_numpy(float), run.assets[["lon", "lat"]].to_numpy(float)]
    )
    grid = shapes.grid_of(zones.iloc[:0] if run.whole and _placed(ends) else zones, ends)
    outlines, placeless = _outlines(zones, grid)
    people = run.result["zone_people"].to_numpy()[:, rows].astype(np.float64)
    return {
        "whole": run.whole,
        "unit_m": grid.unit_m,
        "width": grid.width,
        "height": grid.height,
        "names": [words.zone_path(run.zones, zone, run.regions) for zone in zones["id"]],
        "region": [_region_of(run, region) for region in zones["region"]],
        "outlines": outlines,
        "placeless": placeless,
        "people": _rows_or_one(np.floor(people + 0.5)),
        "outage_h": np.round(mean_outage_h(run, rows), 2).tolist(),
        "without": [
            pack.nibbles(pack.shares(without_share(run, rows, k))) for k in range(len(people))
        ],
        "regions": _regions(run, words, grid),
        "links": _links(run, grid),
        "dots": dots.drawn(run, words, grid),
        "weak": _weak(marked, words, grid),
    }


def _placed(points: npt.NDArray[np.float64]) -> bool:
    return len(np.unique(points[np.isfinite(points).all(axis=1)], axis=0)) > 1


def _outlines(zones: Any, grid: shapes.Grid) -> tuple[list[list[list[int]]], int]:
    made = [
        shapes.rings(shape) for shape in shapes.simplified(shapes.on_grid(zones.geometry, grid))
    ]
    lost = [row for row, outline in enumerate(made) if not outline]
    for row, place in zip(lost, shapes.tray(len(lost), grid), strict=True):
        made[row] = [place.tolist()]
    return made, len(lost)


def _rows_or_one(values: npt.NDArray[np.float64]) -> list[list[int]]:
    same = bool((values == values[0]).all())
    return (values[:1] if same else values).astype(np.int64).tolist()


def _region_of(run: Run, region: str) -> int:
    return run.regions.index(region) + 1 if region in run.regions else 0


def _regions(run: Run, words: Words, grid: shapes.Grid) -> list[dict[str, Any]]:
    frame = run.zones.loc[run.regions]
    drawn = shapes.simplified(shapes.on_grid(frame.geometry, grid))
    return [
        {
            "name": words.zone(run.zones, region),
            "outline": shapes.rings(shape),
            "at": shapes.middle(shape),
        }
        for region, shape in zip(run.regions, drawn, strict=True)
    ]


def _links(run: Run, grid: shapes.Grid) -> list[str]:
    most = shapes.SEGMENTS // len(run.lifelines)
    parts = {str(name): part for name, part in run.links.groupby("lifeline")}
    none = run.links.iloc[:0]
    return [pack.u16(shapes.segments(parts.get(name, none), grid, most)) for name in run.lifelines]


def _weak(marked: pd.DataFrame, words: Words, grid: shapes.Grid) -> list[dict[str, Any]]:
    places = grid.place(marked.lon.to_numpy(float), marked.lat.to_numpy(float))
    known = [bool(np.isfinite(place).all()) for place in places]
    return [
        {
            "number": int(row.number),
            "lifeline": row.lifeline,
            "name": words.asset(row),
            "n1_people": float(row.n1_people),
            "at": [round(float(v)) for v in place],
        }
        for row, place, ok in zip(marked.itertuples(), places, known, strict=True)
        if ok
    ]
