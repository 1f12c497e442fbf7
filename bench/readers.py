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
from rasterio.transform import Affine

from rencity.city.rasters import Grid


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
        Path(place)
        print("| what | time | |\n|---|---|---|")
        sampled(1_000_000 if given.full else 100_000, 5_000 if given.full else 1_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\npeak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
