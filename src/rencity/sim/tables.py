"""The tables of a run folder: zones, assets, links, weak links."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.sim.run import Run


def caveats(level: str, unit: str, *, crews: bool) -> list[dict[str, str]]:
    """What a level of fidelity leaves out of a run in `unit`, as zh and en sentences.

    Parameters
    ----------
    crews : whether crews mended
    """
    text = resources.files("rencity.sim").joinpath("caveats.toml").read_text(encoding="utf-8")
    return [
        {lang: _variant(each, lang, unit, crews=crews) for lang in ("zh", "en")}
        for each in tomllib.loads(text)[level]
    ]


def _variant(text: Mapping[str, str], lang: str, unit: str, *, crews: bool) -> str:
    if crews and f"{lang}_crews" in text:
        return text[f"{lang}_crews"]
    return text.get(f"{lang}_{unit}", text[lang])


def zones_table(run: Run, city: City) -> gpd.GeoDataFrame:
    """Every zone with its people, its region and whether it has children."""
    zones = city.zones
    region = pd.Series(
        np.array(run.network.region, dtype=object)[run.network.zone_region],
        index=list(run.network.zone),
    )
    parents = set(zones["parent"])
    made = gpd.GeoDataFrame(
        {
            **{name: zones[name] for name in ("id", "name", "name_en", "level", "parent")},
            "people": zones["people_night"],
            "region": zones["id"].map(region).fillna("").astype("str"),
            "leaf": ~zones["id"].isin(parents),
        },
        geometry=zones.geometry,
        crs=zones.crs,
    )
    return made if len(made) else _whole_city(city)


def _whole_city(city: City) -> gpd.GeoDataFrame:
    """One zone without a shape, for a city that has none."""
    identity = city.identity
    return gpd.GeoDataFrame(
        {
            "id": [identity.id],
            "name": [identity.name],
            "name_en": [identity.name_en],
            "level": ["city"],
            "parent": [""],
            "people": [0.0],
            "region": [identity.id],
            "leaf": [True],
        },
        geometry=[None],
        crs=city.zones.crs,
    )


def assets_table(run: Run, city: City) -> pd.DataFrame:
    """Every asset with how often it was damaged and how long it was out of service."""
    row = run.network.row_of_asset(len(city.assets))
    place = city.assets.geometry.representative_point()
    inside = row >= 0
    return pd.DataFrame(
        {
            **_names(city, np.arange(len(city.assets))),
            "lon": place.x,
            "lat": place.y,
            "damaged_share": np.where(inside, run.damaged[row] / run.samples, 0.0),
            "outage_h_mean": np.where(inside, run.out_min[row] / run.samples / 60, 0.0),
        }
    )


def links_table(city: City) -> pd.DataFrame:
    """Ends of every link, for drawing."""
    at = city.assets.geometry.representative_point()
    index = pd.Index(city.assets["id"])
    ends = [index.get_indexer(city.links[name]) for name in ("start", "end")]
    x, y = at.x.to_numpy(), at.y.to_numpy()
    return pd.DataFrame(
        {
            "lon1": x[ends[0]],
            "lat1": y[ends[0]],
            "lon2": x[ends[1]],
            "lat2": y[ends[1]],
            "lifeline": city.links["lifeline"],
        }
    )


def weak_links_table(run: Run, city: City, most: int = 200) -> pd.DataFrame:
    """Assets by N-1, the knocked-out ones with what they would save, and where it hurts."""
    row = run.network.row_of_asset(len(city.assets))
    inside = np.flatnonzero(row >= 0)
    rows = row[inside]
    people = run.n1.sum(axis=0)
    saved = {item.row: item for item in run.saved}
    hurts = np.nan_to_num(run.q, nan=1.0) < 0.05
    chosen = np.zeros(len(people), bool)
    chosen[list(saved)] = True
    for score in (people, np.where(hurts, np.nan_to_num(run.difference), 0)):
        top = rows[np.argsort(-score[rows], kind="stable")][:most]
        chosen[top[score[top] > 0]] = True
    keep = chosen[rows]
    assets, rows = inside[keep], rows[keep]
    order = np.lexsort((assets, -people[rows]))
    assets, rows = assets[order], rows[order]
    place = shapely.get_coordinates(
        shapely.point_on_surface(city.assets.geometry.iloc[assets])
    ).reshape(-1, 2)
    mine = [saved.get(r) for r in rows]
    return pd.DataFrame(
        {
            **_names(city, assets),
            "lon": place[:, 0],
            "lat": place[:, 1],
            "n1_people": people[rows],
            "n1_by": [_by_lifeline(run, r) for r in rows],
            "knock_samples": np.array([s.pairs if s else 0 for s in mine], np.int64),
            "knock_saved_ph": [s.mean / 60 if s else np.nan for s in mine],
            "knock_low_ph": [s.low / 60 if s else np.nan for s in mine],
            "knock_high_ph": [s.high / 60 if s else np.nan for s in mine],
            "cond_diff_ph": run.difference[rows] / 60,
            "cond_q": run.q[rows],
            "damaged_share": run.damaged[rows] / run.samples,
        }
    )


def _by_lifeline(run: Run, row: int) -> str:
    lost = run.n1[:, row]
    return json.dumps(
        {name: int(n) for name, n in zip(run.network.lifelines, lost, strict=True) if n}
    )


def _names(city: City, rows: np.ndarray) -> dict[str, object]:
    assets = city.assets.iloc[rows]
    kinds = city.catalogue.kinds
    key = assets["lifeline"] + "." + assets["kind"]
    return {
        "asset": assets["id"].to_numpy(),
        "lifeline": assets["lifeline"].to_numpy(),
        "kind": assets["kind"].to_numpy(),
        "kind_zh": [kinds[k].zh if k in kinds else k for k in key],
        "kind_en": [kinds[k].en if k in kinds else k for k in key],
        "name": assets["name"].to_numpy(),
    }
