"""Write run folders in the shape of the contract, with made-up data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import Point, Polygon, box

LIFELINES = {
    "power": ("电力", "Power", "#d97706"),
    "water": ("供水", "Water", "#2563eb"),
    "telecom": ("通信", "Telecom", "#7c3aed"),
    "gas": ("燃气", "Gas", "#dc2626"),
    "health": ("医疗", "Health", "#db2777"),
    "shelter": ("避难", "Shelter", "#0891b2"),
}
KINDS = {
    "power": ("power.substation_high", "高压变电站(≥220kV)", "High-voltage substation"),
    "water": ("water.works", "自来水厂", "Water works"),
    "telecom": ("telecom.mast", "基站", "Mast"),
    "gas": ("gas.gate", "门站", "Gate station"),
    "health": ("health.hospital", "医院", "Hospital"),
    "shelter": ("shelter.school", "学校避难场所", "School shelter"),
}
DISTRICTS = ("梁溪区", "锡山区", "惠山区", "滨湖区", "新吴区", "江阴市", "宜兴市")
DISTRICTS_EN = ("Liangxi", "Xishan", "Huishan", "Binhu", "Xinwu", "Jiangyin", "Yixing")
STEPS = np.array([0, 0.25, 2, 4, 8, 12, 18, 24, *range(30, 169, 6)], dtype=float)
WEST, SOUTH, DEGREE = 120.0, 31.3, 0.06


def write_run(
    folder: Path,
    *,
    districts: int = 3,
    side: int = 3,
    samples: int = 40,
    lifelines: int = 4,
    step_start_h: np.ndarray = STEPS,
    names: Mapping[str, str] | None = None,
    harm: float = 1.0,
    located: bool = True,
    assets: int = 12,
    seed: int = 7,
    unit: str | None = None,
) -> Path:
    """Write a run of `districts` districts of `side`² square zones; `names` replaces names by id.

    `harm` 0 loses nothing. One zone of the first district is a point, one has no geometry.
    `unit` "assets" counts facilities, more of them in each lifeline; None leaves the unit out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    ids = list(LIFELINES)[:lifelines]
    zones = _zones(districts, side, located)
    leaves = zones[zones.leaf]
    people = leaves.people.to_numpy()
    counted = np.outer(1 + np.arange(len(ids)) if unit == "assets" else np.ones(len(ids)), people)
    region_of = leaves.region.to_numpy()
    regions = sorted(set(region_of))
    horizon = float(step_start_h[-1] + 6)
    width = np.diff([*step_start_h, horizon])

    # share without service: zone x sample severity, falling off over time
    without = np.empty((len(ids), len(leaves), len(step_start_h), samples))
    for k, lifeline in enumerate(ids):
        strength = 0 if lifeline in ("gas", "health") else harm / (1 + k)
        common = rng.uniform(0.3, 1.6, (1, 1, samples))
        severe = rng.beta(2, 3, (len(leaves), 1, samples)) * strength * common
        rest = rng.uniform(6, 40, (len(leaves), 1, samples))
        late = 4 if lifeline == "telecom" else 0
        t = step_start_h[None, :, None]
        gone = np.where(t < late, 0, severe * np.exp(-np.maximum(t - late, 0) / rest))
        without[k] = np.minimum(gone, 1)
    without[without < 0.02] = 0
    served_zone = np.round(counted[:, :, None, None] * (1 - without)).astype(np.int64)
    region_rows = [np.flatnonzero(region_of == region) for region in regions]
    served = np.stack([served_zone[:, rows].sum(axis=1) for rows in region_rows], axis=1)
    region_people = np.stack([counted[:, rows].sum(axis=1) for rows in region_rows], axis=1)
    lost = ((counted[:, :, None, None] - served_zone) * width[None, None, :, None]).sum(axis=2)

    xr.Dataset(
        {
            "step_start_h": ("step", step_start_h),
            "people": (("lifeline", "region"), region_people),
            "served": (("lifeline", "region", "step", "sample"), served.astype(np.int32)),
            "zone_people": (("lifeline", "zone"), counted),
            "zone_served_mean": (
                ("lifeline", "zone", "step"),
                served_zone.mean(axis=3).astype(np.float32),
            ),
            "zone_loss_mean": (("lifeline", "zone"), lost.mean(axis=2)),
            "zone_loss_sd": (("lifeline", "zone"), lost.std(axis=2, ddof=1)),
            "event": ("sample", (np.arange(samples) % 2).astype(np.int16)),
        },
        coords={"lifeline": ids, "region": regions, "zone": list(leaves.id)},
    ).to_netcdf(folder / "result.nc", engine="h5netcdf")

    summary = {
        "lifelines": {
            lifeline: _measures(
                served[k].sum(axis=0), int(region_people[k].sum()), step_start_h, width
            )
            | {"equity": _equity(list(leaves.id), lost[k].mean(axis=1) / counted[k], counted[k])}
            for k, lifeline in enumerate(ids)
        },
        "regions": {
            region: {
                lifeline: _measures(served[k, r], int(region_people[k, r]), step_start_h, width)
                for k, lifeline in enumerate(ids)
            }
            for r, region in enumerate(regions)
        },
    }
    renamed = names or {}
    zones["name"] = [renamed.get(i, n) for i, n in zip(zones.id, zones.name, strict=True)]
    zones["name_en"] = [renamed.get(i, n) for i, n in zip(zones.id, zones.name_en, strict=True)]
    zones.to_parquet(folder / "zones.parquet")
    frame = _assets(ids, assets, districts * side, rng, renamed)
    frame.to_parquet(folder / "assets.parquet")
    _links(frame).to_parquet(folder / "links.parquet")
    _weak(frame, rng).to_parquet(folder / "weak_links.parquet")
    dump(folder / "summary.json", summary)
    about = _run(ids, samples, horizon, renamed) | ({"unit": unit} if unit else {})
    dump(folder / "run.json", about)
    return folder


def dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _zones(districts: int, side: int, located: bool) -> gpd.GeoDataFrame:
    rows: list[dict[str, Any]] = [
        {
            "id": "wx",
            "name": "示例市",
            "name_en": "Example",
            "level": "city",
            "parent": "",
            "region": "",
            "leaf": False,
            "people": 0.0,
            "geometry": None,
        }
    ]
    for d in range(districts):
        name, name_en = DISTRICTS[d % 7], DISTRICTS_EN[d % 7]
        west, south = WEST + (d % 3) * side * DEGREE, SOUTH + (d // 3) * side * DEGREE
        rows.append(
            {
                "id": f"d{d}",
                "name": name,
                "name_en": name_en,
                "level": "district",
                "parent": "wx",
                "region": f"d{d}",
                "leaf": False,
                "people": 0.0,
                "geometry": box(west, south, west + side * DEGREE, south + side * DEGREE),
            }
        )
        for k in range(side * side):
            x, y = west + (k % side) * DEGREE, south + (k // side) * DEGREE
            rows.append(
                {
                    "id": f"d{d}z{k}",
                    "name": f"{name}{k + 1}号网格",
                    "name_en": f"{name_en} cell {k + 1}",
                    "level": "grid",
                    "parent": f"d{d}",
                    "region": f"d{d}",
                    "leaf": True,
                    "people": float(2000 + 731 * k + 1000 * d),
                    "geometry": _cell(x, y) if located else None,
                }
            )
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    if located:
        frame.loc[frame.id == "d0z1", "geometry"] = Point(WEST + 1.5 * DEGREE, SOUTH + 0.5 * DEGREE)
        frame.loc[frame.id == "d0z2", "geometry"] = None
    return frame


def _cell(x: float, y: float) -> Polygon:
    # a shared wavy edge: neighbours must stay neighbours when simplified
    wave = [(x + DEGREE * k / 8, y + 0.04 * DEGREE * np.sin(k)) for k in range(9)]
    top = [(a, b + DEGREE) for a, b in reversed(wave)]
    return Polygon([*wave, *top])


def _measures(
    served: np.ndarray, people: int, start: np.ndarray, width: np.ndarray
) -> dict[str, Any]:
    share = served / people
    lowest = share.min(axis=0)
    loss = ((people - served) * width[:, None]).sum(axis=0)
    made: dict[str, Any] = {
        "people": people,
        "robustness": _spread(lowest),
        "loss_person_h": _spread(loss),
    }
    for level in (50, 90, 100):
        made[f"t{level}_h"] = _times(share, level / 100, start)
    return made


def _spread(values: np.ndarray) -> dict[str, float]:
    mean, half = values.mean(), 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    p5, p95 = np.percentile(values, [5, 95])
    return {
        k: float(v)
        for k, v in {
            "mean": mean,
            "low": mean - half,
            "high": mean + half,
            "p5": p5,
            "p95": p95,
        }.items()
    }


def _times(share: np.ndarray, level: float, start: np.ndarray) -> dict[str, float | None]:
    below = share < level - 1e-12
    last = np.where(below.any(axis=0), len(start) - 1 - below[::-1].argmax(axis=0), -1)
    back = np.where(last + 1 < len(start), start[np.minimum(last + 1, len(start) - 1)], np.inf)
    back[last < 0] = 0
    quantiles = np.percentile(back, [5, 50, 95], method="higher")
    told = {
        k: (float(v) if np.isfinite(v) else None)
        for k, v in zip(("p5", "p50", "p95"), quantiles, strict=True)
    }
    return told | {"reached_share": float(np.isfinite(back).mean())}


def _equity(ids: list[str], outage: np.ndarray, people: np.ndarray) -> dict[str, Any]:
    order = np.argsort(outage)
    w, v = people[order] / people.sum(), outage[order]
    total = (w * v).sum()
    gini = 0.0
    if total > 0:
        cum = np.concatenate([[0], np.cumsum(w * v) / total])
        gini = float(1 - (w * (cum[1:] + cum[:-1])).sum())
    worst = np.argsort(-outage, kind="stable")[:10]
    return {
        "gini": gini,
        "worst_zones": [{"zone": ids[i], "mean_outage_h": float(outage[i])} for i in worst],
    }


def _assets(
    ids: list[str], n: int, cells: int, rng: np.random.Generator, names: Mapping[str, str]
) -> pd.DataFrame:
    lifeline = [ids[i % len(ids)] for i in range(n)]
    return pd.DataFrame(
        {
            "asset": [f"a{i}" for i in range(n)],
            "lifeline": lifeline,
            "kind": [KINDS[name][0] for name in lifeline],
            "kind_zh": [KINDS[name][1] for name in lifeline],
            "kind_en": [KINDS[name][2] for name in lifeline],
            "name": [
                names.get(f"a{i}", "" if i == 3 else f"{i}号{KINDS[x][1]}")
                for i, x in enumerate(lifeline)
            ],
            "lon": WEST + rng.uniform(0, max(cells, 3) * DEGREE, n),
            "lat": SOUTH + rng.uniform(0, 3 * DEGREE, n),
            "damaged_share": rng.uniform(0, 0.4, n).round(3),
            "outage_h_mean": rng.uniform(0, 30, n).round(2),
        }
    )


def _links(assets: pd.DataFrame) -> pd.DataFrame:
    a, b = assets.iloc[:-1], assets.iloc[1:]
    return pd.DataFrame(
        {
            "lon1": a.lon.to_numpy(),
            "lat1": a.lat.to_numpy(),
            "lon2": b.lon.to_numpy(),
            "lat2": b.lat.to_numpy(),
            "lifeline": a.lifeline.to_numpy(),
        }
    )


def _weak(assets: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(assets)
    weak = assets[
        ["asset", "lifeline", "kind", "kind_zh", "kind_en", "name", "lon", "lat", "damaged_share"]
    ].copy()
    main = np.sort(rng.integers(50, 40_000, n))[::-1]
    weak["n1_people"] = main
    weak["n1_by"] = [
        json.dumps({name: int(v)}) for name, v in zip(weak.lifeline, main, strict=True)
    ]
    weak["knock_samples"] = np.where(np.arange(n) < n * 2 // 3, 40, 0)
    saved = rng.uniform(0, 90_000, n) * (weak.knock_samples > 0)
    weak["knock_saved_ph"] = saved
    weak["knock_low_ph"] = saved * 0.8 - 2_000 * (weak.knock_samples > 0)
    weak["knock_high_ph"] = saved * 1.2 + 2_000 * (weak.knock_samples > 0)
    weak["cond_diff_ph"] = rng.uniform(-5_000, 100_000, n)
    weak["cond_q"] = np.where(np.arange(n) % 3 == 0, 0.01, 0.4)
    return weak


def _run(ids: list[str], samples: int, horizon: float, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "format": 2,
        "rencity": "0.1.0",
        "created_utc": "2026-05-12T06:30:00+00:00",
        "city": {
            "id": "example",
            "name": names.get("city", "示例市"),
            "name_en": names.get("city", "Example City"),
            "hash": "ab12" * 16,
            "synthetic": True,
            "time_zone": "Asia/Shanghai",
            "sources": [
                {
                    "layer": "zones",
                    "title": names.get("source", "Made for the tests"),
                    "licence": "CC0-1.0",
                    "note": "",
                }
            ],
        },
        "scenario": {
            "name": "quake",
            "title": {
                "zh": names.get("scenario", "示例地震"),
                "en": names.get("scenario", "Example earthquake"),
            },
            "toml": names.get("toml", 'name = "quake"\n[[hazards]]\nkind = "field"\n'),
        },
        "packs": {"base": "2026.1"},
        "samples": samples,
        "seed": 7,
        "events": [
            {"name": names.get("event", "M6.5"), "weight": 0.5, "samples": samples // 2},
            {"name": "M6.0", "weight": 0.5, "samples": samples - samples // 2},
        ],
        "horizon_h": horizon,
        "level": "reach",
        "leaves_out": [{"zh": "不计容量与水压", "en": "Capacity and pressure are not considered"}],
        "lifelines": [
            {"id": i, "zh": LIFELINES[i][0], "en": LIFELINES[i][1], "colour": LIFELINES[i][2]}
            for i in ids
        ],
        "hazards": [{"kind": "field", "name": "shaking", "start_h": 0.0}],
        "notes": [
            {
                "rule": "lone-asset",
                "severity": "warning",
                "table": "assets",
                "field": "",
                "ids": ["a1"],
                "what": names.get("note", "1 asset is on no link"),
                "mend": "link it or remove it",
            }
        ],
        "digest": "cd34" * 16,
        "timings": {"engine_s": 1.25},
    }
