"""Read a run folder whole, or say which file is at fault and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from rencity.kit.errors import RunError
from rencity.report.about import About, LifelineOfRun, Summary
from rencity.report.explained import Explained
from rencity.report.reading import AGAIN, model_of

FORMAT, WHY_FORMAT = 2, 1

FRAMES: dict[str, tuple[str, ...]] = {
    "zones": ("id", "name", "name_en", "level", "parent", "people", "region", "leaf"),
    "assets": (
        *("asset", "lifeline", "kind", "kind_zh", "kind_en", "name", "lon", "lat"),
        *("damaged_share", "outage_h_mean"),
    ),
    "links": ("lon1", "lat1", "lon2", "lat2", "lifeline"),
    "weak_links": (
        *("asset", "lifeline", "kind", "kind_zh", "kind_en", "name", "lon", "lat"),
        *("n1_people", "n1_by", "knock_samples", "knock_saved_ph", "knock_low_ph"),
        *("knock_high_ph", "cond_diff_ph", "cond_q", "damaged_share"),
    ),
}
ARRAYS: dict[str, tuple[str, ...]] = {
    "step_start_h": ("step",),
    "people": ("lifeline", "region"),
    "served": ("lifeline", "region", "step", "sample"),
    "zone_people": ("lifeline", "zone"),
    "zone_served_mean": ("lifeline", "zone", "step"),
    "zone_loss_mean": ("lifeline", "zone"),
}
HOURS = ("leave_h", "arrive_h", "finish_h")
TRIPS = ("crews", "crew", "asset", "name", *HOURS)
_TEXTS = (
    *("id", "name", "name_en", "level", "parent", "region", "asset"),
    *("lifeline", "kind", "kind_zh", "kind_en", "n1_by", "crews"),
)


@dataclass(frozen=True)
class Run:
    """A run folder in memory, checked against itself.

    Attributes
    ----------
    lines : lifelines that serve anyone, greatest loss first
    trips : of crews in the first sample; None where the scenario names none
    why : answers kept with the run; None where it was not explained
    result : arrays by lifeline, region, zone, step and sample, lifelines as in `lines`
    zones : one row a zone, indexed by id, geometry in WGS-84 where known
    """

    folder: Path
    about: About
    lines: tuple[LifelineOfRun, ...]
    summary: Summary
    result: xr.Dataset
    zones: gpd.GeoDataFrame
    assets: pd.DataFrame
    links: pd.DataFrame
    weak_links: pd.DataFrame
    trips: pd.DataFrame | None = None
    why: Explained | None = None

    @property
    def lifelines(self) -> list[str]:
        """Ids of the lifelines that serve anyone."""
        return [line.id for line in self.lines]

    @property
    def whole(self) -> bool:
        """Whether one zone holds everything: then zones and regions tell nothing apart."""
        return self.result.sizes["zone"] == 1

    @property
    def regions(self) -> list[str]:
        """Ids of the regions in the order of the arrays."""
        return [str(region) for region in self.result["region"].to_numpy()]


def open_run(folder: Path) -> Run:
    """Read the run in `folder`.

    Raises
    ------
    RunError : a file is missing, broken, of another format, or disagrees with another
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RunError("no such run folder", place=str(folder), mend="give the folder of a run")
    about = model_of(folder / "run.json", About, FORMAT)
    summary = model_of(folder / "summary.json", Summary)
    why = folder / "why.json"
    result = _arrays(folder / "result.nc", [lifeline.id for lifeline in about.lifelines])
    frames = {name: _frame(folder / f"{name}.parquet", columns) for name, columns in FRAMES.items()}
    zones = frames.pop("zones").set_index("id", drop=False)
    lines = tuple(
        sorted(
            (line for line in about.lifelines if _serves(result, line.id)),
            key=lambda line: -_loss(summary, line.id),
        )
    )
    if not lines:
        raise RunError(
            "no lifeline serves anyone",
            place=str(folder / "result.nc"),
            mend="give the city `serves` and zones with people, then " + AGAIN,
        )
    result = result.sel(lifeline=[line.id for line in lines])
    run = Run(
        folder, about, lines, summary, result, zones, **frames,
        trips=_frame(folder / "crews.parquet", TRIPS) if about.crews else None,
        why=model_of(why, Explained, WHY_FORMAT) if why.exists() else None,
    )  # fmt: skip
    _agree(run)
    return run


def _frame(path: Path, columns: tuple[str, ...]) -> Any:
    if not path.exists():
        raise RunError(f"no {path.name} here", place=str(path.parent), mend=AGAIN)
    spatial = path.stem == "zones"
    try:
        frame = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
    except Exception as exc:
        raise RunError(f"not a readable Parquet file: {exc}", place=str(path), mend=AGAIN) from exc
    missing = [name for name in columns if name not in frame]
    if missing:
        raise RunError(f"lacks columns {', '.join(missing)}", place=str(path), mend=AGAIN)
    for name in set(_TEXTS).intersection(columns):
        frame[name] = frame[name].fillna("").astype(str)
    return frame.reset_index(drop=True)


def _arrays(path: Path, lifelines: list[str]) -> xr.Dataset:
    if not path.exists():
        raise RunError(f"no {path.name} here", place=str(path.parent), mend=AGAIN)
    try:
        with xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False) as data:
            result = data.load()
    except Exception as exc:
        raise RunError(f"not readable netCDF: {exc}", place=str(path), mend=AGAIN) from exc
    for name, dims in ARRAYS.items():
        if name not in result or set(result[name].dims) != set(dims):
            raise RunError(f"lacks {name}({', '.join(dims)})", place=str(path), mend=AGAIN)
        result[name] = result[name].transpose(*dims)
    absent = [name for name in ("lifeline", "region", "zone") if name not in result.coords]
    if absent:
        raise RunError(f"lacks ids of {', '.join(absent)}", place=str(path), mend=AGAIN)
    held = [str(name) for name in result["lifeline"].to_numpy()]
    if sorted(held) != sorted(lifelines):
        raise RunError(
            f"lifelines {', '.join(held)} where run.json has {', '.join(lifelines)}",
            place=str(path),
            mend=AGAIN,
        )
    start = result["step_start_h"].to_numpy()
    if not (len(start) and np.isfinite(start).all() and (np.diff(start) > 0).all()):
        raise RunError("step_start_h does not rise", place=str(path), mend=AGAIN)
    return result.sel(lifeline=lifelines)


def _loss(summary: Summary, lifeline: str) -> float:
    held = summary.lifelines.get(lifeline)
    return (held.loss_person_h.mean or 0.0) if held else 0.0


def _serves(result: xr.Dataset, lifeline: str) -> bool:
    return bool((result["people"].sel(lifeline=lifeline) > 0).any())


def _agree(run: Run) -> None:
    if run.trips is not None and not np.isfinite(run.trips[list(HOURS)].to_numpy(float)).all():
        place = str(run.folder / "crews.parquet")
        raise RunError("a trip without its hours", place=place, mend=AGAIN)
    zones = [str(zone) for zone in run.result["zone"].to_numpy()]
    checks = {
        "result.nc names zones that zones.parquet lacks": [*zones, *run.regions],
        "summary.json lacks lifelines": run.lifelines,
        "summary.json lacks regions": run.regions,
    }
    held = (run.zones.index, run.summary.lifelines, run.summary.regions)
    for (what, wanted), has in zip(checks.items(), held, strict=True):
        missing = [name for name in wanted if name not in has]
        if missing:
            raise RunError(f"{what}: {', '.join(missing[:5])}", place=str(run.folder), mend=AGAIN)
    samples = run.result.sizes["sample"]
    if samples != run.about.samples:
        raise RunError(
            f"result.nc holds {samples} samples, run.json says {run.about.samples}",
            place=str(run.folder),
            mend=AGAIN,
        )
