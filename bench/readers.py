"""Reading at scale: an OpenStreetMap extract, a table, heights sampled for assets.

Makes its own files. ``python -m bench.readers`` is small; ``--full`` is city scale: 5 million rows
(about 500 MB) and 1 million assets. Objects per second count nodes, ways and relations.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
from osmium.osm.mutable import Node, Way
from rasterio.transform import Affine

from rencity.city.importing import import_into
from rencity.city.rasters import Grid
from rencity.city.readers.osm import read_osm

CORNERS = ((0, 0), (2, 0), (2, 2), (1, 2.5), (0, 2))


def town(path: Path, side: int) -> int:
    """Write an extract of `side` squared crossings, two houses a block; how many objects it has."""
    way: list[tuple[list[int], dict[str, str]]] = []
    with osmium.SimpleWriter(str(path)) as out:
        at = np.arange(1, side * side + 1).reshape(side, side)
        for row, column in np.ndindex(side, side):
            place = (120.2 + column * 1e-3, 31.4 + row * 1e-3)
            out.add_node(Node(id=int(at[row, column]), location=place, tags={}))
        used = side * side
        for n in range(side):
            for first in range(0, side - 5, 5):
                along, across = at[n, first : first + 6].tolist(), at[first : first + 6, n].tolist()
                kind = "residential" if n % 10 else "primary"
                way.append((along, {"highway": kind, "name": f"Road {n}", "maxspeed": "50"}))
                way.append((across, {"highway": kind, "name": f"Street {n}"}))
        for row, column, house in np.ndindex(side - 1, side - 1, 2):
            x, y = 120.2002 + (column + 0.4 * house) * 1e-3, 31.4003 + row * 1e-3
            refs = [used + k for k in range(1, 6)]
            for ref, (dx, dy) in zip(refs, CORNERS, strict=True):
                out.add_node(Node(id=ref, location=(x + dx * 1e-4, y + dy * 1e-4), tags={}))
            used += 5
            tags = {"building": "yes", "addr:housenumber": str(column)}
            way.append(([*refs, refs[0]], tags))
        for n, (refs, tags) in enumerate(way):
            out.add_way(Way(id=n + 1, nodes=refs, tags=tags))
    return used + len(way)


def extract(folder: Path, side: int) -> None:
    """Read an extract of a town."""
    path = folder / "town.osm.pbf"
    objects = town(path, side)
    cpu, begin = time.process_time(), time.perf_counter()
    part = read_osm(path)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    assert sum(layer.read for layer in part.layers) == objects
    print(
        f"| extract, {objects:,} objects | {seconds:.2f} s, {cpu:.2f} s of processor | "
        f"{objects / seconds / 1e6:.2f} M objects/s, {objects / cpu / 1e6:.2f} of processor |"
    )


MAP = """
[[layers]]
name = "nodes"
file = "nodes.csv"
table = "assets"
x = "lon"
y = "lat"
[layers.columns]
id = "water-{id}"
lifeline = { value = "water" }
kind = { column = "type", map = { "泵站" = "pump", "节点" = "junction", "*" = "valve" } }
name = "name"
elevation_m = "elevation"
diameter_mm = "diameter"
owner = "owner"
"""


def table(folder: Path, rows: int) -> None:
    """Import a table of assets into a new city: read, map, conform, merge, write."""
    rng = np.random.default_rng(0)
    number = np.arange(rows)
    pd.DataFrame(
        {
            "id": number,
            "lon": np.round(120 + rng.random(rows), 7),
            "lat": np.round(31 + rng.random(rows), 7),
            "type": rng.choice(["泵站", "节点", "阀门"], rows),
            "name": np.char.add("管网节点", number.astype(str)),
            "elevation": np.round(rng.normal(5, 2, rows), 3),
            "diameter": rng.choice([100, 200, 300.5], rows),
            "owner": "无锡市水务集团",
        }
    ).to_csv(folder / "nodes.csv", index=False)
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    size = (folder / "nodes.csv").stat().st_size / 1e6
    cpu, begin = time.process_time(), time.perf_counter()
    made = import_into("tables", folder / "nodes.csv", folder / "city", mapping=folder / "map.toml")
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    assert len(made.city.assets) == rows
    print(
        f"| table, {rows:,} rows, {size:,.0f} MB | {seconds:.1f} s, {cpu:.1f} s of processor | "
        f"{rows / seconds:,.0f} rows/s |"
    )


def sampled(assets: int, side: int) -> None:
    """Bilinear heights of `assets` places on a grid of `side` squared cells, in UTM."""
    rng = np.random.default_rng(1)
    values = rng.normal(5, 2, (side, side)).astype(np.float32)
    grid = Grid(values, Affine(10, 0, 240_000, 0, -10, 3_500_000 + 10 * side), "EPSG:32651", "m")
    low, high = ((120.3, 31.65), (120.3 + side * 8e-5, 31.65 + side * 7e-5))
    places = rng.uniform(low, high, (assets, 2))
    begin = time.perf_counter()
    heights = grid.bilinear(places)
    seconds = time.perf_counter() - begin
    known = np.isfinite(heights).mean()
    print(
        f"| heights of {assets:,} assets, {side:,}² cells | {seconds:.2f} s | {known:.0%} known |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="city scale; minutes, some GB")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print("| what | time | |\n|---|---|---|")
        extract(Path(place), 400 if given.full else 100)
        table(Path(place), 5_000_000 if given.full else 100_000)
        sampled(1_000_000 if given.full else 100_000, 5_000 if given.full else 1_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\npeak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
