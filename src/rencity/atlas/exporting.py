"""A run's tables as files that others open: GeoPackage for GIS, CSV for a spreadsheet."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rencity.atlas.frames import LEAF, zones
from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from rencity.atlas.provenance import RunAbout
    from rencity.atlas.runs import OpenedRun

BOM = "\ufeff"
"""By which Excel knows that a file is UTF-8."""
SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def csv(opened: OpenedRun, name: str) -> str:
    """One table as CSV; a text that a spreadsheet would take for a formula has an apostrophe.

    Raises
    ------
    AbsentError : the run has no such table
    """
    known = tables_of(opened)
    if name not in known:
        raise AbsentError(
            f"the run has no table {name!r:.80}",
            place="table",
            mend=did_you_mean(name, known, what="table"),
        )
    return BOM + harmless(known[name](opened)).to_csv(index=False, lineterminator="\r\n")


def tables_of(opened: OpenedRun) -> dict[str, Callable[[OpenedRun], pd.DataFrame]]:
    """The tables a run has, by name."""
    made: dict[str, Callable[[OpenedRun], pd.DataFrame]] = {
        "zones": zone_figures,
        "assets": lambda each: each.run.assets,
        "weak_links": lambda each: each.run.weak_links,
        "curves": _curves,
        "exceedance": _exceedance,
        "crews": lambda each: each.run.trips,
    }
    return {
        name: make for name, make in made.items() if name != "crews" or opened.run.trips is not None
    }


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """The same with no text that a spreadsheet would take for a formula."""
    made = table.copy()
    for name in made.columns:
        if made[name].dtype.kind not in "biufM":
            text = made[name].astype("object").where(made[name].notna(), "").astype(str)
            made[name] = text.where(~text.str.startswith(SIGNS), "'" + text)
    return made


def zone_figures(opened: OpenedRun) -> pd.DataFrame:
    """A row for each smallest zone with the figures of each lifeline."""
    import pandas as pd  # noqa: PLC0415 - heavy

    found = zones(opened, LEAF)
    columns: dict[str, Any] = {
        "id": found.ids,
        "name": found.names,
        "name_en": found.names_en,
        "level": found.own_levels,
        "region": found.regions,
    }
    for k, lifeline in enumerate(found.lifelines):
        columns[f"{lifeline}_people"] = found.people[k]
        columns[f"{lifeline}_outage_h_mean"] = found.outage_h_mean[k]
        columns[f"{lifeline}_loss_person_h_mean"] = found.loss_person_h_mean[k]
    return pd.DataFrame(columns)


def _curves(opened: OpenedRun) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - heavy

    from rencity.atlas.curves import curves  # noqa: PLC0415 - of one table
    from rencity.report.shares import CURVE_STATS  # noqa: PLC0415 - heavy

    parts = []
    for region in (None, *opened.run.regions):
        found = curves(opened, region)
        for line in found.lifelines:
            stats = {f"served_{stat}": getattr(line, stat) for stat in CURVE_STATS}
            head = {"region": region or "", "lifeline": line.id, "people": line.people}
            parts.append(pd.DataFrame({**head, "step_start_h": found.step_start_h, **stats}))
    return pd.concat(parts, ignore_index=True)


def _exceedance(opened: OpenedRun) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - heavy

    from rencity.atlas.losses import exceedance  # noqa: PLC0415 - of one table

    found = exceedance(opened, None).curves
    parts = [
        pd.DataFrame(
            {
                "lifeline": one.lifeline,
                "loss_person_h": one.loss_person_h,
                "probability": one.probability,
                "low": one.low,
                "high": one.high,
            }
        )
        for one in found
    ]
    return pd.concat(parts, ignore_index=True)


def geopackage(opened: OpenedRun, about: RunAbout) -> bytes:
    """Zones, assets and weak links with their figures, and a table of where they come from."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.gpkg"
        for name, layer in _layers(opened).items():
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        _write_plain(path, "provenance", _provenance(about))
        return path.read_bytes()


def _layers(opened: OpenedRun) -> dict[str, gpd.GeoDataFrame]:
    import geopandas as gpd  # noqa: PLC0415 - heavy

    run = opened.run
    figures = zone_figures(opened)
    shapes = run.zones.geometry.loc[figures["id"]].to_numpy()
    made = {"zones": gpd.GeoDataFrame(figures, geometry=shapes, crs=run.zones.crs)}
    for name, table in (("assets", run.assets), ("weak_links", run.weak_links)):
        at = gpd.points_from_xy(table["lon"], table["lat"])
        made[name] = gpd.GeoDataFrame(table.copy(), geometry=at, crs="EPSG:4326")
    return made


def _provenance(about: RunAbout) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - heavy

    scenario = about.scenario
    said = {
        "run": about.run,
        "city": about.city.id,
        "city_name": about.city.name,
        "city_version": about.city_version,
        "city_hash": about.city.hash,
        "scenario": scenario.name if scenario else "",
        "scenario_title_zh": about.title.zh,
        "scenario_title_en": about.title.en,
        "scenario_toml": scenario.toml if scenario else "",
        "samples": about.samples,
        "seed": about.seed,
        "horizon_h": about.horizon_h,
        "level": about.level,
        "unit": about.unit,
        "leaves_out_zh": "\n".join(one.zh for one in about.leaves_out),
        "leaves_out_en": "\n".join(one.en for one in about.leaves_out),
        "packs": json.dumps(about.packs),
        "digest": about.digest,
        "rencity": about.rencity,
        "created_utc": about.created_utc,
    }
    return pd.DataFrame({"what": list(said), "value": [str(value) for value in said.values()]})


def _write_plain(path: Path, name: str, table: pd.DataFrame) -> None:
    from pyogrio import write_dataframe  # noqa: PLC0415 - heavy

    write_dataframe(table, path, layer=name, driver="GPKG", append=True)
