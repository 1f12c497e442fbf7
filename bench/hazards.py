"""Hazards at the size of a metropolis: time and memory, no target.

Earthquake: assets spread over 100 km × 100 km, a fault under them, full scatter correlated in
space; ln of the intensity at every asset in every sample, streamed in blocks and summed.
``python -m bench.hazards``
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.content import classes_of, load_packs
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard, Plane
from rencity.sim.hazard.earthquake.strike import earthquake_strikes
from rencity.sim.hazard.scene import Scene
from rencity.sim.reach.lanes import LANES

SEED = 11
KINDS = ("power.substation_low", "water.pipe", "road.bridge")
HAZARD = EarthquakeHazard(
    kind="earthquake",
    name="shock",
    plane=Plane(lon=120.5, lat=31.5, depth_km=10, strike_deg=40, dip_deg=75),
    magnitude=6.8,
    vs30_m_s=300,
)


def city_of(assets: int) -> City:
    """Assets of one kind a measure, strewn over a square of about 100 km."""
    rng = np.random.default_rng(SEED)
    lon, lat = rng.uniform((120.0, 31.0), (121.05, 31.9), (assets, 2)).T
    kinds = np.array([kind.split(".") for kind in KINDS])[np.arange(assets) % len(KINDS)]
    frame = gpd.GeoDataFrame(
        {
            "id": [f"a{i:07d}" for i in range(assets)],
            "lifeline": kinds[:, 0],
            "kind": kinds[:, 1],
            "length_m": 100.0,
        },
        geometry=shapely.points(lon, lat),
        crs="EPSG:4326",
    )
    return City.build(Identity(id="wide", name="wide"), {"assets": frame})


def peak_gb() -> float:
    """Most memory the process held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def earthquake(assets: int, samples: int) -> None:
    """Strike and draw; one row a measure."""
    city = city_of(assets)
    scene = Scene(city, classes_of(load_packs()), Path(), samples)
    start_gb = peak_gb()
    begin = time.perf_counter()
    strikes = earthquake_strikes(HAZARD, scene)
    print(f"{assets:,} assets, {samples:,} samples, one thread; city {start_gb:.2f} GB")
    print(f"strikes: {time.perf_counter() - begin:.1f} s, {peak_gb():.2f} GB at most")
    print("| measure | assets | sites | fields at sites, s | at assets, s | peak, GB |")
    print("|---|---|---|---|---|---|")
    whole = time.perf_counter()
    for measure, strike in zip(("PGA", "PGV", "SA1"), strikes, strict=True):
        sampled = strike.sampled
        if sampled is None:
            continue
        sites_s, assets_s, sites = 0.0, 0.0, 0
        total = np.zeros(len(strike.asset), np.float32)
        for first in range(0, samples, LANES):
            event = np.zeros(min(LANES, samples - first), np.int32)
            begin = time.perf_counter()
            log = sampled.field.log_intensity(SEED, 8, event, first)
            sites_s += time.perf_counter() - begin
            begin = time.perf_counter()
            for row in log:
                total += row[sampled.site]
            assets_s += time.perf_counter() - begin
            sites = log.shape[1]
        print(
            f"| {measure} | {len(strike.asset):,} | {sites:,} | {sites_s:.1f} | {assets_s:.1f} | "
            f"{peak_gb():.2f} |"
        )
    print(f"all: {time.perf_counter() - whole:.1f} s")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=1000)
    given = parser.parse_args()
    earthquake(given.assets, given.samples)


if __name__ == "__main__":
    main()
