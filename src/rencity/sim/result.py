"""A run as labelled arrays and tables, in memory and as a folder.

The folder holds `run.json` (provenance), `scenario.toml`, `result.nc` (curves), `summary.json`,
Parquet tables (zones, assets, links, weak_links, outages of the first samples) and `layers/`,
rasters of the hazards; at level balance also `balance.nc` and `balance.parquet`; with crews
`crews.parquet`; `why.json` where it was explained. It is read without the city's files; only
`rencity why` asks for the city.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

import rencity
from rencity.city.model import City
from rencity.city.rasters import geotiff
from rencity.kit.errors import RunError
from rencity.kit.files import refuse_folder, staged_folder
from rencity.sim.balance.tables import assets_of, curves_of, digest_into, summary_of
from rencity.sim.in_short import as_html, as_text
from rencity.sim.keep import forget
from rencity.sim.metrics import curve_metrics, equity
from rencity.sim.reach.outages import Outages
from rencity.sim.run import Run
from rencity.sim.tables import assets_table, caveats, links_table, weak_links_table, zones_table
from rencity.sim.why.kept import outages_table

MARK = "run.json"
WHY = "why.json"
FORMAT = 2
MEND = "run `rencity stress` again"


@dataclass(frozen=True)
class Result:
    """What a run found.

    Attributes
    ----------
    about : provenance: city, scenario, seed, samples, versions, digest, caveats
    curves : people served by lifeline, region, step and sample; zone means; see `docs/engine.md`
    summary : robustness, rapidity, loss and equity
    layers : GeoTIFFs of the hazards (flood depth, gust, …) by path in the run folder
    zones, assets, links, weak_links : tables for maps and lists
    outages : who was out when in the first samples, see `rencity.sim.why.kept`
    balance, balance_assets : what level balance found, where the scenario asked for it
    crews : trips of crews in the first sample; None where none are named
    why : answers to why its worst places were out, see `rencity.rehearse.explain`; None: not asked
    """

    about: Mapping[str, Any]
    curves: xr.Dataset
    summary: Mapping[str, Any]
    zones: gpd.GeoDataFrame
    assets: pd.DataFrame
    links: pd.DataFrame
    weak_links: pd.DataFrame
    scenario_toml: str
    layers: Mapping[str, bytes] = field(default_factory=dict)
    outages: pd.DataFrame = field(default_factory=pd.DataFrame)
    balance: xr.Dataset | None = None
    balance_assets: pd.DataFrame | None = None
    crews: pd.DataFrame | None = None
    why: Mapping[str, Any] | None = None

    @classmethod
    def of(
        cls, run: Run, city: City, *, scenario_toml: str, packs: Mapping[str, str] | None = None
    ) -> Result:
        """Make tables of a run."""
        curves, found = _curves(run), run.balanced
        return cls(
            about=_about(run, city, curves, scenario_toml, packs or {}),
            curves=curves,
            summary=_summary(run, curves),
            zones=zones_table(run, city),
            assets=assets_table(run, city),
            links=links_table(city),
            weak_links=weak_links_table(run, city),
            scenario_toml=scenario_toml,
            crews=_trips(run, city),
            layers={
                layer_path(struck.name, name): geotiff(grid, hazard=struck.name, layer=name)
                for struck in run.struck
                for name, grid in struck.layers.items()
            },
            outages=outages_table(
                city.assets["id"].to_numpy(dtype=object),
                run.network,
                Outages(*run.kept),
                run.kept_hazard,
                [hazard.name for hazard in run.scenario.hazards],
            ),
            balance=curves_of(found, run.network, run.edge_min) if found else None,
            balance_assets=assets_of(found, run.network, city) if found else None,
        )

    @property
    def digest(self) -> str:
        """SHA-256 over every integer the run found."""
        return str(self.about["digest"])

    def write(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write the run folder whole or not at all.

        Raises
        ------
        StorageError : as `refuse_folder`, or the disk refused it
        """
        folder = Path(folder)
        refuse_folder(folder, MARK, replace=replace)
        with staged_folder(folder, replace=replace) as stage:
            small = {name: {"zlib": True, "complevel": 1} for name in self.curves.data_vars}
            # through memory: HDF5 may bring the process down when the disk refuses a write
            curves = self.curves.to_netcdf(engine="h5netcdf", encoding=small)
            (stage / "result.nc").write_bytes(curves)
            for name in ("zones", "assets", "links", "weak_links", "outages"):
                getattr(self, name).to_parquet(stage / f"{name}.parquet", index=False)
            if self.balance is not None and self.balance_assets is not None:
                balance = self.balance.to_netcdf(engine="h5netcdf")
                (stage / "balance.nc").write_bytes(balance)
                self.balance_assets.to_parquet(stage / "balance.parquet", index=False)
            if self.crews is not None:
                self.crews.to_parquet(stage / "crews.parquet", index=False)
            if self.why is not None:
                (stage / WHY).write_text(_json(self.why), encoding="utf-8")
            for path, data in self.layers.items():
                (stage / path).parent.mkdir(exist_ok=True)
                (stage / path).write_bytes(data)
            (stage / "scenario.toml").write_text(self.scenario_toml, encoding="utf-8")
            (stage / "summary.json").write_text(_json(self.summary), encoding="utf-8")
            (stage / MARK).write_text(_json(self.about), encoding="utf-8")
        forget(folder)
        return folder

    @classmethod
    def open(cls, folder: str | Path) -> Result:
        """Read a run folder.

        Raises
        ------
        RunError : no run here, a part is missing or broken, or another version wrote it
        """
        folder = Path(folder)
        about = _read_json(folder / MARK)
        if about.get("format") != FORMAT:
            raise RunError(
                f"format {about.get('format')}, this Rencity reads format {FORMAT}",
                place=str(folder),
                mend=MEND,
            )
        try:
            with xr.open_dataset(folder / "result.nc", engine="h5netcdf") as opened:
                curves = opened.load()
            tables: dict[str, Any] = {
                name: pd.read_parquet(folder / f"{name}.parquet")
                for name in ("assets", "links", "weak_links")
            }
            zones = gpd.read_parquet(folder / "zones.parquet")
            kept = folder / "outages.parquet"  # runs of earlier versions have none
            tables["outages"] = pd.read_parquet(kept) if kept.exists() else pd.DataFrame()
            held = about.get("crews") is not None
            crews = pd.read_parquet(folder / "crews.parquet") if held else None
            text = (folder / "scenario.toml").read_text(encoding="utf-8")
            paths = [path for hazard in about["hazards"] for path in hazard["layers"]]
            layers = {path: (folder / path).read_bytes() for path in paths}
            tables |= _open_balance(folder) if about["level"] == "balance" else {}
        except Exception as exc:
            raise RunError(
                f"a part is missing or broken: {exc}", place=str(folder), mend=MEND
            ) from exc
        summary = _read_json(folder / "summary.json")
        why = _read_json(folder / WHY) if (folder / WHY).exists() else None
        return cls(
            about, curves, summary, zones,
            scenario_toml=text, layers=layers, crews=crews, why=why, **tables,
        )  # fmt: skip

    def plot_recovery(self, region: str | None = None, *, ax: Any = None) -> Any:
        """Draw people served over time for each lifeline, mean and 5-95 % of samples.

        Parameters
        ----------
        region : id of a region; None: the whole city
        ax : matplotlib axes to draw on; None: new ones

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        InputError : no such region
        """
        from rencity.sim.plots import plot_recovery  # noqa: PLC0415 - matplotlib is slow to load

        return plot_recovery(self, region, ax)

    def plot_map(self, lifeline: str, hours: float, *, ax: Any = None) -> Any:
        """Draw zones by the mean share of their people without a lifeline at a time.

        Parameters
        ----------
        lifeline : its id, as in `curves`
        hours : after the shock, 0 to the horizon; the step that holds it is drawn
        ax : matplotlib axes to draw on; None: new ones

        Returns
        -------
        matplotlib Axes; zones without a place are left out, those without people to serve are grey

        Raises
        ------
        InputError : no such lifeline, or a time outside the run
        """
        from rencity.sim.plots import plot_map  # noqa: PLC0415 - matplotlib is slow to load

        return plot_map(self, lifeline, hours, ax)

    def __repr__(self) -> str:
        return as_text(self.about, self.summary)

    def _repr_html_(self) -> str:
        return as_html(self.about, self.summary)


def _open_balance(folder: Path) -> dict[str, Any]:
    with xr.open_dataset(folder / "balance.nc", engine="h5netcdf") as opened:
        balance = opened.load()
    return {
        "balance": balance,
        "balance_assets": pd.read_parquet(folder / "balance.parquet"),
    }


def layer_path(hazard: str, layer: str) -> str:
    """Where a raster of a hazard lies in the run folder."""
    return f"layers/{hazard}-{layer}.tif"


def _trips(run: Run, city: City) -> pd.DataFrame | None:
    if run.crews is None:
        return None
    network = run.network
    return run.crews.table(city, np.concatenate([network.asset, network.link_asset]))


def _curves(run: Run) -> xr.Dataset:
    network, n = run.network, run.samples
    mean = run.zone_loss_sum / n
    variance = np.maximum(run.zone_loss_sq / n - mean**2, 0) * (n / max(n - 1, 1))
    return xr.Dataset(
        {
            "step_start_h": ("step", run.edge_min / 60, {"units": "h"}),
            "people": (("lifeline", "region"), run.people, {"units": "people"}),
            "served": (("lifeline", "region", "step", "sample"), run.served, {"units": "people"}),
            "zone_people": (("lifeline", "zone"), run.zone_people, {"units": "people"}),
            "zone_served_mean": (
                ("lifeline", "zone", "step"),
                (run.zone_served_sum / n).astype(np.float32),
                {"units": "people"},
            ),
            "zone_loss_mean": (("lifeline", "zone"), mean / 60, {"units": "person h"}),
            "zone_loss_sd": (("lifeline", "zone"), variance**0.5 / 60, {"units": "person h"}),
            "event": ("sample", run.event.astype(np.int16)),
        },
        coords={
            "lifeline": list(network.lifelines),
            "region": list(network.region),
            "zone": list(network.zone),
            "sample": np.arange(n),
            "step": np.arange(len(run.edge_min)),
        },
        attrs={"horizon_h": run.horizon_min / 60},
    )


def _summary(run: Run, curves: xr.Dataset) -> dict[str, Any]:
    edge_h, horizon_h = run.edge_min / 60, run.horizon_min / 60
    lifelines, regions = {}, {name: {} for name in run.network.region}  # type: ignore[var-annotated]
    for i, lifeline in enumerate(run.network.lifelines):
        if not run.people[i].any():
            continue
        whole = run.served[i].sum(axis=0)
        lifelines[lifeline] = curve_metrics(whole, int(run.people[i].sum()), edge_h, horizon_h)
        lifelines[lifeline]["equity"] = equity(
            curves["zone_loss_mean"].to_numpy()[i], run.zone_people[i], run.network.zone
        )
        for j, region in enumerate(run.network.region):
            regions[region][lifeline] = curve_metrics(
                run.served[i, j], int(run.people[i, j]), edge_h, horizon_h
            )
    return {"lifelines": lifelines, "regions": regions}


def _about(
    run: Run, city: City, curves: xr.Dataset, scenario_toml: str, packs: Mapping[str, str]
) -> dict[str, Any]:
    identity, scenario = city.identity, run.scenario
    level = "balance" if run.balanced else "reach"
    counts = np.bincount(run.event, minlength=len(run.events))
    return {
        "format": FORMAT,
        "rencity": rencity.__version__,
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "city": {
            **city.provenance,
            "folder": "" if city.folder is None else str(city.folder.resolve()),
            "time_zone": identity.time_zone,
            "sources": [source.model_dump() for source in identity.sources],
        },
        "scenario": {
            "name": scenario.name,
            "title": scenario.title.model_dump(),
            "toml": scenario_toml,
        },
        "packs": dict(packs),
        "samples": run.samples,
        "seed": run.seed,
        "events": [
            {"name": name, "weight": weight, "samples": int(counts[i])}
            for i, (name, weight) in enumerate(run.events)
        ],
        "horizon_h": run.horizon_min / 60,
        "level": level,
        "unit": run.network.unit,
        "leaves_out": caveats(level, run.network.unit, crews=run.crews is not None),
        "balance": summary_of(run.balanced, run.network) if run.balanced else None,
        "lifelines": city.catalogue.told(run.network.lifelines),
        "hazards": [
            {
                "kind": struck.kind,
                "name": struck.name,
                "start_h": struck.start_h,
                "facts": dict(struck.facts),
                "layers": [layer_path(struck.name, name) for name in struck.layers],
            }
            for struck in run.struck
        ],
        "outages": {
            "samples": run.kept_samples,
            "rows": int(run.kept.shape[1]),
            "edge_min": run.edge_min.tolist(),
            "horizon_min": run.horizon_min,
        },
        "crews": None if run.crews is None else run.crews.facts(),
        "notes": [finding.to_dict() for finding in run.findings],
        "digest": _digest(run, curves),
        "timings_s": dict(run.timings_s),
    }


def _digest(run: Run, curves: xr.Dataset) -> str:
    digest = hashlib.sha256()
    for array in (
        run.edge_min,
        run.people,
        run.zone_people,
        run.served,
        run.zone_served_sum,
        run.out_min,
        run.damaged,
        run.n1,
        curves["zone_loss_mean"].to_numpy(),
        run.event,
    ):
        digest.update(np.ascontiguousarray(array).tobytes())
    if run.crews is not None:
        digest.update(run.crews.account.packed().tobytes())
    for saved in run.saved:
        digest.update(f"{saved.row} {saved.pairs} {saved.mean!r}".encode())
    if run.balanced:
        digest_into(digest, run.balanced)
    return digest.hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise RunError(f"no {path.name} here", place=str(path.parent), mend=MEND) from exc
    except (ValueError, OSError) as exc:
        raise RunError(f"cannot be read: {exc}", place=str(path), mend=MEND) from exc
    if not isinstance(made, dict):
        raise RunError("holds no object", place=str(path), mend=MEND)
    return made
